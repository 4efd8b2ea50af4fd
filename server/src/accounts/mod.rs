//! Accounts: users, sessions, signing in and out, and the set-up of the first administrator.

mod client_info;
mod email;
mod failed_sign_ins;
mod forms;
mod hashing;
mod invitations;
mod me;
mod operations;
mod owners;
mod passwords;
mod quotas;
mod routes;
mod sessions;
mod set_up;
mod throttle;
mod token;
mod trusted_devices;
mod users;

pub(crate) use email::parse_email;
pub use forms::{local_path, router as forms_router};
pub use operations::operations;
pub use owners::{OWNED, OwnedKind, Transfer, first_owned, lock_owner, owns_any, rename_owner};
pub use quotas::{begin_adding, begin_replacing};
pub use routes::{describe_me, router};
pub use sessions::{Ending, FIND as FIND_SESSION, identify, keep_sweeping};
pub(crate) use sessions::{IDLE as SESSION_IDLE, session_state};
pub use users::{CheckedUser, NewUser, fold_names};

use std::sync::Arc;

use crate::infra::Infra;
use failed_sign_ins::FailedSignIns;
use passwords::Passwords;
use throttle::Memory;
use token::Token;

/// The accounts of one server.
#[derive(Clone, Debug)]
pub struct Accounts {
    base: Arc<Infra>,
    passwords: Passwords,
    throttle: Memory,
    failed: FailedSignIns,
    /// Whether cookies are for https only.
    https: bool,
}

impl Accounts {
    /// Accounts behind https or not.
    pub fn new(base: Arc<Infra>, https: bool) -> Self {
        Self {
            base,
            passwords: Passwords::default(),
            throttle: Memory::default(),
            failed: FailedSignIns::default(),
            https,
        }
    }
}
