//! The account routes of the typed client.

use super::{Me, SignIn};
use crate::api::{ClientError, ReadClient, WriteClient};

impl ReadClient {
    /// Who is signed in.
    ///
    /// # Errors
    /// 401 without a session.
    pub async fn me(&self) -> Result<Me, ClientError> {
        self.get("/me").await
    }
}

impl WriteClient {
    /// Signs in; the session is in the cookie.
    ///
    /// # Errors
    /// 401 for a wrong email or password, 429 after too many tries.
    pub async fn sign_in(&self, input: &SignIn) -> Result<Me, ClientError> {
        self.send("POST", "/session", Some(input), None).await
    }

    /// Ends the session.
    ///
    /// # Errors
    /// As [`ClientError`] says.
    pub async fn sign_out(&self) -> Result<(), ClientError> {
        self.send("DELETE", "/session", None::<&()>, None).await
    }
}
