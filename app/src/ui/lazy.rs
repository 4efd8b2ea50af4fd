//! Views whose code is fetched when they are first shown.
//!
//! The module is cut into chunks when a release is built: what only the function of a [`chunk!`] needs is not in the
//! first download. A development build is one module, and the server has everything: there these functions answer at once.

use std::pin::Pin;

use futures::FutureExt as _;
use leptos::prelude::*;

use super::{messages, reload::reload_link};

/// The code of a view could not be fetched.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NotFetched;

#[cfg(all(chunks, target_arch = "wasm32"))]
impl From<wasm_split_helpers::SplitLoaderError> for NotFetched {
    fn from(_: wasm_split_helpers::SplitLoaderError) -> Self {
        Self
    }
}

/// Declares a function that makes a view and lies in a chunk, and beside it one that only fetches the chunk. Functions
/// with the same chunk are fetched together.
///
/// ```ignore
/// chunk! {
///     /// The page of MCP servers.
///     pub async fn page() in mcp_servers, fetched by fetch_page { view! { <McpServersPage /> }.into_any() }
/// }
/// ```
macro_rules! chunk {
    (
        $(#[$doc:meta])*
        $visible:vis async fn $name:ident($($argument:ident: $kind:ty),* $(,)?) in $chunk:ident
            $(, fetched by $fetch:ident)? $body:block
    ) => {
        #[cfg(all(chunks, target_arch = "wasm32"))]
        #[allow(unsafe_code, reason = "what the border of a chunk is made of")]
        $(#[$doc])*
        #[wasm_split_helpers::wasm_split($chunk, fallible $(, preload($fetch))?)]
        $visible fn $name($($argument: $kind),*) -> Result<leptos::prelude::AnyView, $crate::ui::NotFetched> {
            let view = $body;
            Ok(view)
        }

        $(#[$doc])*
        #[cfg(not(all(chunks, target_arch = "wasm32")))]
        #[allow(clippy::unused_async, reason = "the same signature as in a chunk, where it fails when the code cannot be fetched")]
        $visible async fn $name($($argument: $kind),*) -> Result<leptos::prelude::AnyView, $crate::ui::NotFetched> {
            let view = $body;
            Ok(view)
        }

        $(
            /// Fetches the chunk.
            #[cfg(not(all(chunks, target_arch = "wasm32")))]
            #[allow(clippy::unused_async, reason = "the same signature as in a chunk, where it fails when the code cannot be fetched")]
            $visible async fn $fetch() -> Result<(), $crate::ui::NotFetched> {
                Ok(())
            }
        )?
    };
}
pub(crate) use chunk;

type Fetching = Pin<Box<dyn Future<Output = Result<AnyView, NotFetched>> + Send>>;

/// Shows a view as soon as its code is there: at once where it is already, so that the server's markup and the
/// browser's are the same.
pub fn lazily(view: impl Future<Output = Result<AnyView, NotFetched>> + Send + 'static) -> AnyView {
    show(Box::pin(view))
}

fn show(mut view: Fetching) -> AnyView {
    match view.as_mut().now_or_never() {
        Some(view) => view.unwrap_or_else(not_fetched),
        None => Suspend::new(async move { view.await.unwrap_or_else(not_fetched) }).into_any(),
    }
}

fn not_fetched(_: NotFetched) -> AnyView {
    view! {
        <div class="empty" role="alert">
            <p>{messages::not_fetched()}</p>
            {reload_link()}
        </div>
    }
    .into_any()
}
