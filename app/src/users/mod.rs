//! Users, as administrators manage them.

mod api;
mod dialogs;
mod messages;
mod pages;

pub use pages::UsersPage;
