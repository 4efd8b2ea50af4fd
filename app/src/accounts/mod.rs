//! Who is signed in, and what they may do.

mod api;
mod dto;

pub use dto::{Action, Me, Owner, Permission, Resource, Role, Scope, SetUp, SignIn, UserId};
