//! Users: adding them and finding them.

use contract::accounts::{Role, UserId};
use contract::names::parse_name;
use contract::secret::SecretValue;
use uuid::Uuid;

use super::email::{email_key, legacy_key, parse_email, unicode_email};
use super::{Accounts, passwords};
use crate::audit::{self, Event};
use crate::db::{DbError, Tx, WriteClass, execute, is_unique_violation, read, within};
use crate::http::{ApiError, Principal};
use crate::name_key::{fold, sort_key};

/// A user to be added.
#[derive(Debug)]
pub struct NewUser {
    /// The address for signing in.
    pub email: String,
    /// The name that others see.
    pub name: String,
    pub role: Role,
    pub password: SecretValue,
}

/// A user after all checks, with the password hashed.
#[derive(Debug)]
pub struct CheckedUser {
    /// The address for signing in.
    pub email: String,
    /// The name that others see.
    pub name: String,
    pub role: Role,
    /// The hash of the password; nothing for somebody who chooses one by a link.
    pub password_hash: Option<String>,
}

#[derive(sqlx::FromRow)]
pub(super) struct SignInRow {
    pub id: Uuid,
    pub name: String,
    pub email: String,
    pub role: String,
    pub password_hash: Option<String>,
}

const INSERT: &str = "INSERT INTO users (id, email, email_key, name, name_key, name_sort, role, password_hash, revision, \
       created_at, updated_at, updated_by_name) \
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 1, $9, $9, $10)";
const BY_EMAIL: &str = "SELECT id, name, email, role, password_hash FROM users \
     WHERE email_key IN ($1, $2) AND deleted_at IS NULL AND disabled_at IS NULL ORDER BY email_key = $1 DESC LIMIT 1";
// Accounts of older releases keep the key that they have.
const HAS_LEGACY: &str =
    "SELECT EXISTS (SELECT 1 FROM users WHERE email_key = $1 AND email_key <> $2 AND deleted_at IS NULL)";
const ANY: &str = "SELECT EXISTS (SELECT 1 FROM users)";
const UNFOLDED: &str = "SELECT id, name FROM users WHERE name_key IS NULL";
const FOLD: &str = "UPDATE users SET name_key = $2 WHERE id = $1 AND name = $3";

/// Folds the names of users from before names were folded, so that they can be searched.
pub async fn fold_names(tx: &mut Tx) -> Result<(), DbError> {
    let rows: Vec<(Uuid, String)> = within!(tx, c => sqlx::query_as(UNFOLDED).fetch_all(c))?;
    for (id, name) in rows {
        execute!(tx, sqlx::query(FOLD).bind(id).bind(fold(&name)).bind(&name))?;
    }
    Ok(())
}

fn email_taken() -> ApiError {
    ApiError::field(
        "/email",
        "email-taken",
        "That email is already in use. Use another one.",
    )
}

impl Accounts {
    /// Checks everything about a new user and hashes the password; each fault by its field.
    pub(super) async fn check_user(&self, user: NewUser) -> Result<CheckedUser, ApiError> {
        let mut errors = Vec::new();
        let mut fault = |pointer: &str, code: &str, detail: &str| {
            errors.push(contract::problem::Violation {
                pointer: pointer.to_owned(),
                code: code.to_owned(),
                detail: detail.to_owned(),
            });
        };
        let email = parse_email(&user.email);
        if email.is_none() {
            fault("/email", "bad-email", "Enter an email address, e.g. name@example.com.");
        }
        let name = parse_name(&user.name)
            .map_err(|rule| fault("/name", rule.code(), rule.detail()))
            .ok();
        if let Err(detail) = passwords::check_new(&user.password, &[&user.email, &user.name]) {
            fault("/password", "weak-password", detail);
        }
        let (Some(email), Some(name), true) = (email, name, errors.is_empty()) else {
            return Err(ApiError::Invalid(errors));
        };
        let password_hash = self.passwords.hash(user.password, WriteClass::User).await?;
        Ok(CheckedUser {
            email,
            name,
            role: user.role,
            password_hash: Some(password_hash),
        })
    }

    /// Inserts a checked user and its event.
    ///
    /// # Errors
    /// 422 for a taken address.
    pub async fn insert_user(
        &self,
        tx: &mut Tx,
        user: &CheckedUser,
        actor: &Principal,
        request_id: Option<&str>,
    ) -> Result<(UserId, Event), ApiError> {
        let id = Uuid::now_v7();
        let now = self.base.clock.now();
        let key = email_key(&user.email);
        let legacy = legacy_key(&unicode_email(&user.email));
        if within!(tx, c => sqlx::query_scalar(HAS_LEGACY).bind(&legacy).bind(&key).fetch_one(c))? {
            return Err(email_taken());
        }
        execute!(
            tx,
            sqlx::query(INSERT)
                .bind(id)
                .bind(&user.email)
                .bind(&key)
                .bind(&user.name)
                .bind(fold(&user.name))
                .bind(sort_key(&user.name))
                .bind(user.role.as_str())
                .bind(&user.password_hash)
                .bind(now)
                .bind(actor.name())
        )
        .map_err(|error| {
            if is_unique_violation(&error) {
                email_taken()
            } else {
                DbError::from(error).into()
            }
        })?;
        let mut event = Event::new(now, actor, "user.create", ("user", id, &user.name), request_id);
        event.details = Some(format!("role: {}", user.role.as_str()));
        Ok((UserId(id), event))
    }

    /// Adds a user from the command line. The first user spends the set-up link.
    ///
    /// # Errors
    /// 422 for a taken address, an unreadable one, or a weak password.
    pub async fn add_user(&self, user: NewUser) -> Result<UserId, ApiError> {
        let user = self.check_user(user).await?;
        let mut tx = self.base.db.begin().await?;
        let (id, event) = self.insert_user(&mut tx, &user, &Principal::Cli, None).await?;
        self.end_set_up(&mut tx).await?;
        audit::append(&mut tx, &self.base.vault, &[event]).await?;
        tx.commit().await?;
        Ok(id)
    }

    /// The user with an address, for signing in.
    pub(super) async fn by_email(&self, email: &str) -> Result<Option<SignInRow>, ApiError> {
        Ok(read!(self.base.db, c => sqlx::query_as(BY_EMAIL)
            .bind(email_key(email)).bind(legacy_key(email)).fetch_optional(c))?)
    }

    /// Whether there ever was a user.
    pub async fn any_user(&self) -> Result<bool, ApiError> {
        Ok(read!(self.base.db, c => sqlx::query_scalar(ANY).fetch_one(c))?)
    }
}
