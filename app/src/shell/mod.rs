//! The frame around every page: navigation, account area, shortcuts.

mod account_area;
mod layout;
pub mod messages;
mod navigation;
mod not_found;
mod shortcuts;
mod theme;

pub use layout::Shell;
pub use not_found::NotFoundPage;
pub use theme::Theme;
