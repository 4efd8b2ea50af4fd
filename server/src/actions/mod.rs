//! The AI actions, for the API and for workflows.

mod agent;
mod agent_progress;
mod calls;
mod input;
mod object;
mod operations;
mod retry;
mod routes;
mod run;
mod schema;
mod stream;
mod tools;
mod turns;

use contract::ai::{ActionInputs, ActionName, ActionSettings, McpTools};

use crate::ai::Model;
use crate::mcp_servers::McpServers;
use crate::model_bindings::ModelBindings;

pub use operations::operations;
pub use routes::router;

#[derive(Clone, Debug)]
pub struct Actions {
    bindings: ModelBindings,
    servers: McpServers,
}

/// An action that is to run.
#[derive(Clone, Debug)]
pub struct Task {
    pub action: ActionName,
    pub model: Model,
    /// What it looks at.
    pub inputs: ActionInputs,
    pub settings: ActionSettings,
    /// Agent: the servers whose tools it may use.
    pub mcp: Vec<McpTools>,
}

impl Actions {
    /// Actions with these models and these tools.
    pub fn new(bindings: ModelBindings, servers: McpServers) -> Self {
        Self { bindings, servers }
    }
}
