//! Every page of the site, and what a browser fetches for it beside what all pages need.

#[path = "../../app/src/page_table.rs"]
mod page_table;

/// Who opens a page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Visitor {
    /// Somebody who is not signed in.
    Stranger,
    /// The administrator.
    Administrator,
}

/// A page.
#[derive(Clone, Copy, Debug)]
pub struct Page {
    /// As the routes have it.
    pub path: &'static str,
    /// Who opens it.
    pub visitor: Visitor,
    /// The chunk that holds its view; the module itself holds that of the others.
    pub chunk: Option<&'static str>,
}

macro_rules! chunk {
    () => {
        None
    };
    ($chunk:ident) => {
        Some(stringify!($chunk))
    };
}

macro_rules! pages {
    (
        signed_out { $($alone:ident($alone_path:tt, $alone_area:ident::$alone_view:ident in $alone_chunk:ident))* }
        signed_in { $($name:ident($path:tt, $area:ident::$view:ident $(in $chunk:ident)? $(, link $($link:ident)*)?))* }
        topics { $($topic:ident($file:literal, $($message:ident)*))* }
    ) => {
        /// All pages, from the app's own table.
        pub const PAGES: &[Page] = &[
            $(Page { path: $path, visitor: Visitor::Administrator, chunk: chunk!($($chunk)?) },)*
            $(Page { path: $alone_path, visitor: Visitor::Stranger, chunk: chunk!($alone_chunk) },)*
            Page { path: "/help", visitor: Visitor::Administrator, chunk: Some("help") },
            $(Page { path: concat!("/help/", $file), visitor: Visitor::Administrator, chunk: Some("help") },)*
        ];
    };
}
page_table::page_table!(pages);
