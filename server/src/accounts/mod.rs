//! Accounts: users, sessions, signing in and out, and the set-up of the first administrator.

mod failed;
mod forms;
mod operations;
mod passwords;
mod routes;
mod sessions;
mod set_up;
mod throttle;
mod users;

pub use failed::keep_recording;
pub(crate) use forms::local_path;
pub use forms::router as forms_router;
pub use operations::operations;
pub use routes::{me, router};
pub use sessions::identify;
pub use users::NewUser;

use std::sync::Arc;

use crate::state::Base;
use passwords::Passwords;

/// The accounts of one server.
#[derive(Clone, Debug)]
pub struct Accounts {
    base: Arc<Base>,
    passwords: Passwords,
    /// Whether cookies are for https only.
    https: bool,
}

impl Accounts {
    /// Accounts behind https or not.
    #[must_use]
    pub fn new(base: Arc<Base>, https: bool) -> Self {
        Self {
            base,
            passwords: Passwords::default(),
            https,
        }
    }
}
