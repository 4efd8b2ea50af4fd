//! The records that send a credential to another server: what their lists, rows and dialogs have in common.

use leptos::prelude::*;

use super::TestResponse;
use crate::api::{ClientError, ReadClient};

/// An MCP server or a model binding.
pub(crate) trait Record: Clone + Send + Sync + 'static {
    type Id: Copy + PartialEq + Send + Sync + 'static;

    /// The response to a test.
    type Test: TestResponse + Clone + Send + Sync + 'static;

    /// The words for a record whose name is not known.
    const KIND: &str;

    fn id(&self) -> Self::Id;

    fn name(&self) -> &str;

    /// The id of its name in the document: the element takes the focus when the row before it leaves.
    fn row_id(id: Self::Id) -> String;

    /// The effect of deleting it.
    fn means(&self) -> String;

    fn fetch(client: ReadClient, id: Self::Id) -> impl Future<Output = Result<Self, ClientError>>;

    /// Deletes it if it has not changed since.
    fn delete(self) -> impl Future<Output = Result<(), ClientError>>;

    /// The address of the other server.
    fn target(&self) -> Option<String>;

    /// Tests the saved record.
    fn test(id: Self::Id) -> impl Future<Output = Result<Self::Test, ClientError>>;

    fn test_title(name: Option<&str>) -> String;

    /// The headline of a successful test.
    fn connected(result: &Self::Test) -> String;

    /// The facts below it.
    fn facts(result: Self::Test) -> AnyView;
}
