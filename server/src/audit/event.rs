//! What happened, and what of it the chain covers.

use chrono::{DateTime, Utc};
use contract::accounts::UserId;
use contract::credentials::{CredentialId, ReferrerKind};
use uuid::Uuid;

use crate::destination::{AllowedHost, Destination};
use crate::http::{Act, Principal};

/// What happened, before it has its place in the trail.
#[derive(Clone, Debug)]
pub struct Event {
    /// When.
    pub at: DateTime<Utc>,
    /// `user`, `cli` or `anonymous`.
    pub actor_kind: &'static str,
    /// The acting user.
    pub actor_id: Option<UserId>,
    /// The name of who acted.
    pub actor_name: String,
    /// What was done, e.g. `credential.create`.
    pub action: &'static str,
    /// The kind of record, e.g. `credential`.
    pub target_kind: &'static str,
    /// The record.
    pub target_id: Option<Uuid>,
    /// The record's name at that time.
    pub target_name: String,
    /// The credential and the version of its value: of uses, echoes, and of creations and updates of credentials.
    pub credential: Option<(CredentialId, i64)>,
    /// The referrer, for uses.
    pub referrer: Option<(ReferrerKind, Option<Uuid>, Option<String>)>,
    /// The host, for uses, echoes and hosts that were allowed.
    pub host: Option<String>,
    /// Scheme, host, port and path, for uses and for addresses that were allowed or saved.
    pub address: Option<String>,
    /// `ok`, `allowed` or `refused`.
    pub outcome: &'static str,
    /// Why it was refused: a problem's slug.
    pub reason: Option<&'static str>,
    /// More, e.g. which fields were changed. Never a value.
    pub details: Option<String>,
    /// The request.
    pub request_id: Option<String>,
}

impl Event {
    /// Something that somebody did to a record.
    pub fn new(
        at: DateTime<Utc>,
        actor: &Principal,
        action: &'static str,
        target: (&'static str, Uuid, &str),
        request_id: Option<&str>,
    ) -> Self {
        Self {
            at,
            actor_kind: actor.kind(),
            actor_id: actor.user_id(),
            actor_name: actor.name().to_owned(),
            action,
            target_kind: target.0,
            target_id: Some(target.1),
            target_name: target.2.to_owned(),
            credential: None,
            referrer: None,
            host: None,
            address: None,
            outcome: "ok",
            reason: None,
            details: None,
            request_id: request_id.map(str::to_owned),
        }
    }

    /// Something that somebody did to a record in a request.
    pub fn by(act: Act<'_>, at: DateTime<Utc>, action: &'static str, target: (&'static str, Uuid, &str)) -> Self {
        Self::new(at, act.principal, action, target, Some(&act.request_id.0))
    }

    /// With which fields were changed.
    pub fn changed(mut self, fields: &[&str]) -> Self {
        self.details = Some(format!("changed: {}", fields.join(", ")));
        self
    }

    /// With the version of a credential's value, as it is after the event. A use demands that it is the stored one.
    pub fn of_version(mut self, credential: CredentialId, version: i64) -> Self {
        self.credential = Some((credential, version));
        self
    }

    /// With the destination of a use.
    pub fn at(mut self, destination: &Destination) -> Self {
        self.host = Some(destination.display());
        self.saving(destination)
    }

    /// With an address that is saved. The event is not one of its host: nothing was allowed or sent.
    pub fn saving(mut self, destination: &Destination) -> Self {
        self.address = Some(destination.audited());
        self
    }

    /// With an entry of a credential's allowed destinations.
    pub fn allowing(self, entry: &AllowedHost) -> Self {
        match entry.destination() {
            Some(destination) => self.at(&destination),
            None => self,
        }
    }

    /// What the chain covers.
    pub(super) fn content(&self) -> Content<'_> {
        let referrer = self.referrer.as_ref();
        Content {
            at: self.at,
            actor_kind: self.actor_kind,
            actor_id: self.actor_id.map(|id| id.0),
            actor_name: &self.actor_name,
            action: self.action,
            target_kind: self.target_kind,
            target_id: self.target_id,
            target_name: &self.target_name,
            credential_id: self.credential.map(|(id, _)| id.0),
            credential_version: self.credential.map(|(_, version)| version),
            referrer_kind: referrer.map(|(kind, _, _)| kind.as_str()),
            referrer_id: referrer.and_then(|(_, id, _)| *id),
            referrer_name: referrer.and_then(|(_, _, name)| name.as_deref()),
            host: self.host.as_deref(),
            address: self.address.as_deref(),
            outcome: self.outcome,
            reason: self.reason,
            details: self.details.as_deref(),
            request_id: self.request_id.as_deref(),
        }
    }
}

/// The names of the fields that were changed.
pub fn changed_fields(fields: &[(&'static str, bool)]) -> Vec<&'static str> {
    let changed = fields.iter().filter(|(_, changed)| *changed);
    changed.map(|(name, _)| *name).collect()
}

/// Everything that a row says and that the chain covers: of an event that is written, and of a row that is read.
#[derive(Clone, Copy, Debug)]
pub(super) struct Content<'a> {
    pub at: DateTime<Utc>,
    pub actor_kind: &'a str,
    pub actor_id: Option<Uuid>,
    pub actor_name: &'a str,
    pub action: &'a str,
    pub target_kind: &'a str,
    pub target_id: Option<Uuid>,
    pub target_name: &'a str,
    pub credential_id: Option<Uuid>,
    pub credential_version: Option<i64>,
    pub referrer_kind: Option<&'a str>,
    pub referrer_id: Option<Uuid>,
    pub referrer_name: Option<&'a str>,
    pub host: Option<&'a str>,
    pub address: Option<&'a str>,
    pub outcome: &'a str,
    pub reason: Option<&'a str>,
    pub details: Option<&'a str>,
    pub request_id: Option<&'a str>,
}
