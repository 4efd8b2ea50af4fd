//! The user routes of the typed client.

use contract::accounts::{SignUpLink, UserId};
use contract::api::{Page, Query};
use contract::users::{CreateUser, CreatedUser, Estate, Owned, UpdateUser, User};

use crate::api::{ClientError, ReadClient, WriteClient};

impl ReadClient {
    /// One page of the users.
    ///
    /// # Errors
    /// 403 for others than administrators; 400 for a bad sort or cursor.
    pub async fn users(&self, query: &Query) -> Result<Page<User>, ClientError> {
        self.get(&format!("/users{}", query.to_query_string())).await
    }

    /// One user.
    ///
    /// # Errors
    /// 404 where the account is gone.
    pub async fn user(&self, id: UserId) -> Result<User, ClientError> {
        self.get(&format!("/users/{id}")).await
    }

    /// What a user owns.
    ///
    /// # Errors
    /// 404 where the account is gone.
    pub async fn user_owned(&self, id: UserId) -> Result<Owned, ClientError> {
        self.get(&format!("/users/{id}/owned")).await
    }
}

impl WriteClient {
    /// Makes an account; the answer holds the link for its user.
    ///
    /// # Errors
    /// 422 with pointers.
    pub async fn create_user(&self, input: &CreateUser) -> Result<CreatedUser, ClientError> {
        self.send("POST", "/users", Some(input), None).await
    }

    /// Changes an account that was seen at a revision.
    ///
    /// # Errors
    /// 409 `last-administrator`, `own-account`; 412 where somebody else changed it; 422 with pointers.
    pub async fn update_user(&self, id: UserId, revision: i64, input: &UpdateUser) -> Result<User, ClientError> {
        self.send("PATCH", &format!("/users/{id}"), Some(input), Some(revision))
            .await
    }

    /// Makes a new link; the older one ends.
    ///
    /// # Errors
    /// 409 `disabled`, `own-account`.
    pub async fn create_user_link(&self, id: UserId) -> Result<SignUpLink, ClientError> {
        self.send("POST", &format!("/users/{id}/link"), None::<&()>, None).await
    }

    /// Deletes an account that was seen at a revision.
    ///
    /// # Errors
    /// 409 `owns-records` with what is owned, `last-administrator`, `own-account`; 412.
    pub async fn delete_user(&self, id: UserId, revision: i64, estate: Estate) -> Result<(), ClientError> {
        let query = estate.to_query_string();
        self.send("DELETE", &format!("/users/{id}{query}"), None::<&()>, Some(revision))
            .await
    }
}
