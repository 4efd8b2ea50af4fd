//! The schema routes of the typed client.

use contract::api::Page;
use contract::schemas::{Form, FormSchema};

use crate::api::{ClientError, ReadClient};

impl ReadClient {
    /// The schemas of all generated forms.
    ///
    /// # Errors
    /// 401 without a session.
    pub async fn form_schemas(&self) -> Result<Page<FormSchema>, ClientError> {
        self.get("/schemas").await
    }

    /// The forms of some schemas, in the order of their names.
    ///
    /// # Errors
    /// `Unreadable` where one is missing, or none that this build understands.
    pub async fn forms(&self, names: &[&str]) -> Result<Vec<Form>, ClientError> {
        let page = self.form_schemas().await?;
        let form = |name: &&str| {
            let found = page.items.iter().find(|schema| schema.name == **name);
            found.and_then(|found| Form::parse(&found.schema).ok())
        };
        let forms: Option<Vec<Form>> = names.iter().map(form).collect();
        forms.ok_or(ClientError::Unreadable)
    }
}
