//! The pages of users.

mod row;
mod table;
mod users;

pub use users::UsersPage;
