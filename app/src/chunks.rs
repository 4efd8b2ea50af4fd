//! The pages that are not in the first download, each with its chunk. The list of credentials, where most visits begin,
//! the frame and what all pages share are in the module itself.

use leptos::prelude::*;

use crate::{
    help::HelpTopic,
    help_pages::{HelpIndexPage, HelpPage},
    page_table::page_table,
    ui::{NotFetched, chunk},
};

/// A module with a function of its name, which shows the page, and `fetch` for a page in a chunk.
macro_rules! page_in_chunk {
    ($name:ident, $area:ident::$view:ident) => {};
    ($name:ident, $area:ident::$view:ident, $chunk:ident) => {
        pub(crate) mod $name {
            use leptos::prelude::*;

            $crate::ui::chunk! {
                pub(crate) async fn $name() in $chunk, fetched by fetch { $crate::$area::$view().into_any() }
            }
        }
    };
}

macro_rules! fetch {
    ($name:ident) => {
        Ok(())
    };
    ($name:ident, $chunk:ident) => {{
        $name::fetch().await?;
        Ok(())
    }};
}

macro_rules! chunks {
    (
        signed_out { $($alone:ident($alone_path:tt, $alone_area:ident::$alone_view:ident in $alone_chunk:ident))* }
        signed_in { $($name:ident($path:tt, $area:ident::$view:ident $(in $chunk:ident)? $(, link $($link:ident)*)?))* }
        topics $topics:tt
    ) => {
        $(page_in_chunk! { $alone, $alone_area::$alone_view, $alone_chunk })*
        $(page_in_chunk! { $name, $area::$view $(, $chunk)? })*

        /// Fetches the chunk of the page at a path. To be called before hydration, which must happen at once.
        ///
        /// # Errors
        /// [`NotFetched`] if the server does not answer or has another build by now.
        pub async fn fetch_for(path: &str) -> Result<(), NotFetched> {
            $(if is_at($alone_path, path) {
                return fetch!($alone, $alone_chunk);
            })*
            $(if is_at($path, path) {
                return fetch!($name $(, $chunk)?);
            })*
            if path.starts_with("/help") {
                fetch_help().await?;
            }
            Ok(())
        }
    };
}
page_table!(chunks);

chunk! {
    /// A page of the help, or its index.
    pub async fn help(topic: Option<HelpTopic>) in help, fetched by fetch_help {
        match topic {
            None => view! { <HelpIndexPage /> }.into_any(),
            Some(topic) => view! { <HelpPage topic /> }.into_any(),
        }
    }
}

/// `true` if the path is one of the page, whose path may have parameters.
fn is_at(page: &str, path: &str) -> bool {
    let (page, path) = (page.trim_matches('/'), path.trim_matches('/'));
    page.split('/').count() == path.split('/').count()
        && page
            .split('/')
            .zip(path.split('/'))
            .all(|(part, now)| part.starts_with(':') || part == now)
}

#[cfg(test)]
mod tests {
    use super::is_at;

    #[test]
    fn a_path_belongs_to_the_page_with_as_many_parts() {
        assert!(is_at("/credentials", "/credentials/"));
        assert!(is_at("/credentials/:id", "/credentials/1"));
        assert!(!is_at("/credentials/:id", "/credentials"));
        assert!(!is_at("/credentials/:id", "/mcp-servers/1"));
        assert!(!is_at("/credentials", "/credentials/1"));
    }
}
