//! Messages of the frame around every page.

include!(concat!(env!("OUT_DIR"), "/messages/shell.rs"));

/// The keys of the shortcuts and their effects.
pub fn shortcut_list() -> [(&'static str, &'static str); 4] {
    [
        ("/", shortcut_search()),
        ("n", shortcut_add()),
        ("?", shortcut_help()),
        ("Esc", shortcut_close()),
    ]
}
