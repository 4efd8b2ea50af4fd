//! Users, as administrators manage them.

mod api;
mod dialogs;
mod pages;
mod text;

pub use pages::UsersPage;
