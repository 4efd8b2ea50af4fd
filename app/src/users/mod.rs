//! Users, as administrators manage them.

mod api;
mod dialogs;
mod dto;
mod pages;
mod text;

pub use dto::{CreateUser, CreatedUser, Estate, Owned, OwnedCredential, UpdateUser, User, UserState};
pub use pages::UsersPage;
