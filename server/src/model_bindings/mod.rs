//! Model bindings: which model of which provider, and which credential opens it.

mod input;
mod operations;
mod resolve_target;
mod routes;
mod rows;
mod store;

use std::sync::Arc;

use crate::ai::Ai;
use crate::infra::Infra;
use crate::stopping::Stopping;

pub use input::new_settings;
pub use operations::operations;
pub use routes::router;

/// The model bindings of a database.
#[derive(Clone, Debug)]
pub struct ModelBindings {
    base: Arc<Infra>,
    ai: Ai,
}

impl ModelBindings {
    /// The end of this server, which breaks actions off.
    pub(crate) fn stopping(&self) -> &Stopping {
        &self.base.stopping
    }

    /// Model bindings whose models are reached through this client.
    pub fn new(base: Arc<Infra>, ai: Ai) -> Self {
        Self { base, ai }
    }

    /// What talks to the models.
    pub fn ai(&self) -> &Ai {
        &self.ai
    }
}
