//! Where the events of an action go while it runs.

use contract::ai::ActionEvent;
use tokio::sync::mpsc;

/// Takes events; or nobody listens, and the answer comes whole.
#[derive(Clone, Debug, Default)]
pub struct Sink(Option<mpsc::Sender<ActionEvent>>);

impl Sink {
    pub fn none() -> Self {
        Self(None)
    }

    pub fn to(sender: mpsc::Sender<ActionEvent>) -> Self {
        Self(Some(sender))
    }

    pub fn listens(&self) -> bool {
        self.0.is_some()
    }

    /// Passes an event on, when there is room for it. Whoever went away also ends what makes the events.
    pub async fn send(&self, event: ActionEvent) {
        if let Some(sender) = &self.0 {
            let _ = sender.send(event).await;
        }
    }
}
