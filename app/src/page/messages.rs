//! Messages that belong to every page.

include!(concat!(env!("OUT_DIR"), "/messages/page.rs"));

/// The title of the browser's tab.
pub fn document_title(page: &str) -> String {
    if page.is_empty() {
        product().to_owned()
    } else {
        title_of_page(page)
    }
}
