//! The account routes of the typed client.

use contract::accounts::{Me, Session, SessionId, SignIn, UpdateMe};
use contract::api::Page;

use crate::api::{ClientError, ReadClient, WriteClient};

impl ReadClient {
    /// Who is signed in.
    ///
    /// # Errors
    /// 401 without a session.
    pub async fn me(&self) -> Result<Me, ClientError> {
        self.get("/me").await
    }

    /// One's own sessions.
    ///
    /// # Errors
    /// 401 without a session.
    pub async fn own_sessions(&self) -> Result<Page<Session>, ClientError> {
        self.get("/me/sessions").await
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
    pub async fn sign_out(&self) -> Result<(), ClientError> {
        self.send("DELETE", "/session", None::<&()>, None).await
    }

    /// Changes one's own name or password; a new password ends the other sessions.
    ///
    /// # Errors
    /// 422 with pointers; 429 after too many wrong passwords.
    pub async fn update_me(&self, input: &UpdateMe) -> Result<Me, ClientError> {
        self.send("PATCH", "/me", Some(input), None).await
    }

    /// Ends one of one's own sessions.
    ///
    /// # Errors
    /// 404 where it has ended already.
    pub async fn end_session(&self, id: SessionId) -> Result<(), ClientError> {
        self.send("DELETE", &format!("/me/sessions/{id}"), None::<&()>, None)
            .await
    }

    /// Ends all of one's own sessions but this one.
    pub async fn end_other_sessions(&self) -> Result<(), ClientError> {
        self.send("DELETE", "/me/sessions", None::<&()>, None).await
    }
}
