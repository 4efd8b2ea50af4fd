//! The JSON routes of accounts: `/session`, and `/me` for what is one's own.

use axum::Router;
use axum::extract::{Extension, State};
use axum::response::Response;
use axum::routing::{delete, get, post};
use contract::accounts::{Me, SignIn, UserId};
use http::{HeaderMap, header};
use tracing::instrument;

use super::client_info::Visit;
use super::failed_sign_ins::Refusal;
use super::forms::SignedIn;
use super::throttle::delay_refusal;
use super::{Accounts, Ending, me, passwords};
use crate::audit::{self, Event};
use crate::db::WriteClass;
use crate::http::{
    ApiError, ClientAddress, JsonBody, Principal, RequestId, SessionEnd, json, no_content, permissions_of,
};

/// The longest password that is looked at, in bytes: 256 characters.
pub(super) const MAX_PASSWORD_BYTES: usize = 1024;

/// `/session`, `/me` and one's own sessions.
pub fn router() -> Router<Accounts> {
    Router::new()
        .route("/session", post(sign_in).delete(sign_out))
        .route("/me", get(read_me).patch(me::update))
        .route("/me/sessions", get(me::sessions).delete(me::end_other_sessions))
        .route("/me/sessions/{id}", delete(me::end_session))
}

/// What a user sees of themselves; nothing for others than users.
pub fn describe_me(principal: &Principal) -> Option<Me> {
    match principal {
        Principal::User {
            id, name, email, role, ..
        } => Some(Me {
            id: *id,
            email: email.clone(),
            name: name.clone(),
            role: *role,
            permissions: permissions_of(*role),
        }),
        Principal::Cli => None,
    }
}

#[instrument(name = "session.create", skip_all)]
async fn sign_in(
    State(accounts): State<Accounts>,
    Extension(request): Extension<RequestId>,
    ClientAddress(address): ClientAddress,
    headers: HeaderMap,
    JsonBody(mut fields): JsonBody,
) -> Result<Response, ApiError> {
    let email = fields.text("email", "Enter your email address.");
    let password = fields.secret("password", MAX_PASSWORD_BYTES, "Enter your password.");
    let input = email.zip(password).map(|(email, password)| SignIn { email, password });
    let input = fields.into_result(input)?;
    let visit = Visit {
        address,
        headers: &headers,
        request_id: &request.0,
    };
    let (me, entered) = accounts.sign_in(input, visit).await?;
    let mut response = json(&me);
    for cookie in accounts.cookies(&entered) {
        response.headers_mut().append(header::SET_COOKIE, cookie);
    }
    Ok(response)
}

#[instrument(name = "session.delete", skip_all)]
async fn sign_out(
    State(accounts): State<Accounts>,
    principal: Principal,
    Extension(request): Extension<RequestId>,
) -> Result<Response, ApiError> {
    accounts.sign_out(&principal, &request.0).await?;
    let mut response = no_content();
    response
        .headers_mut()
        .insert(header::SET_COOKIE, accounts.no_session_cookie());
    Ok(response)
}

#[instrument(name = "me.get", skip_all)]
async fn read_me(principal: Principal) -> Result<Response, ApiError> {
    describe_me(&principal).map(|me| json(&me)).ok_or(ApiError::NotFound)
}

impl Accounts {
    /// Signs in: the user and the tokens for the cookies.
    pub(super) async fn sign_in(&self, input: SignIn, visit: Visit<'_>) -> Result<(Me, SignedIn), ApiError> {
        let outcome = self.try_to_sign_in(input, visit).await;
        self.base.metrics.signed_in(match &outcome {
            Ok(_) => "succeeded",
            Err(ApiError::WrongPassword) => "wrong",
            Err(ApiError::Throttled { .. }) => "throttled",
            Err(_) => "failed",
        });
        outcome
    }

    async fn try_to_sign_in(&self, input: SignIn, visit: Visit<'_>) -> Result<(Me, SignedIn), ApiError> {
        let tried = match self.begin_try(&input.email, visit).await {
            Ok(tried) => tried,
            Err(error) => return Err(self.refuse(error, visit).await),
        };
        let class = tried.class();
        let slot = match self.passwords.slot(class).await {
            Ok(slot) => slot,
            Err(error) => return Err(self.refuse(error, visit).await),
        };
        let place = match self.take_place(tried).await {
            Ok(place) => place,
            Err(error) => {
                drop(slot);
                return Err(self.refuse(error, visit).await);
            }
        };
        let row = self.by_email(&input.email).await?;
        let hash = row.as_ref().and_then(|row| row.password_hash.clone());
        let right = passwords::verify(slot, input.password, hash).await?;
        if !right {
            let refusal = Refusal::WrongPassword {
                email: &input.email,
                user: row.as_ref().map(|row| (row.id, row.name.as_str())),
            };
            self.failed.note(&self.base, &refusal, visit.address)?;
        }
        let Some(row) = row.filter(|_| right) else {
            return Err(ApiError::WrongPassword);
        };
        self.give_back(place).await?;
        let role = row
            .role
            .parse()
            .map_err(|()| ApiError::Internal(anyhow::anyhow!("a user has an unknown role")))?;
        let me = Me {
            id: UserId(row.id),
            email: row.email,
            name: row.name,
            role,
            permissions: permissions_of(role),
        };
        let mut tx = self.base.db.begin_recording(class).await?;
        let session = self
            .begin_session(&mut tx, me.id, row.password_hash.as_deref(), visit)
            .await?;
        let browser = self.remember_browser(&mut tx, me.id, &me.email, visit.headers).await?;
        let actor = Principal::User {
            id: me.id,
            name: me.name.clone(),
            email: me.email.clone(),
            role,
            session: uuid::Uuid::nil(),
        };
        let event = Event::new(
            self.base.clock.now(),
            &actor,
            "session.create",
            ("user", me.id.0, &me.name),
            Some(visit.request_id),
        );
        audit::append(&mut tx, &self.base.vault, &[event]).await?;
        tx.commit().await?;
        Ok((me, SignedIn { session, browser }))
    }

    /// Counts a refusal by the rate limit in memory, and delays its answer and that of a full queue: answered at once,
    /// a closed loop of either would take the processor from those who wait.
    pub(super) async fn refuse(&self, error: ApiError, visit: Visit<'_>) -> ApiError {
        if matches!(error, ApiError::Throttled { .. })
            && let Err(error) = self.failed.note(&self.base, &Refusal::Throttled, visit.address)
        {
            return error;
        }
        if matches!(error, ApiError::Throttled { .. } | ApiError::Busy) {
            delay_refusal().await;
        }
        error
    }

    /// Ends the session that a request came with.
    pub(super) async fn sign_out(&self, principal: &Principal, request_id: &str) -> Result<(), ApiError> {
        let Principal::User { id, name, session, .. } = principal else {
            return Ok(());
        };
        let mut tx = self.base.db.begin_as(WriteClass::Revocation).await?;
        self.end_sessions(&mut tx, Ending::One(*id, *session), SessionEnd::SignedOut)
            .await?;
        let event = Event::new(
            self.base.clock.now(),
            principal,
            "session.delete",
            ("user", id.0, name),
            Some(request_id),
        );
        audit::append(&mut tx, &self.base.vault, &[event]).await?;
        tx.commit().await?;
        Ok(())
    }
}
