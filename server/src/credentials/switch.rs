//! The switch of a referrer: a record that is switched off resolves no credential and reaches no server, for any caller.
//! Only callers who may change the record can test it.

use contract::accounts::{Action, Resource, UserId};
use contract::credentials::ReferrerKind;
use uuid::Uuid;

use super::committer::current;
use super::resolver::Referrer;
use crate::accounts::{SESSION_IDLE, session_state};
use crate::db::read;
use crate::http::{ApiError, Principal};
use crate::infra::Infra;

/// The referrer of a use as the database holds it; only MCP servers have a switch.
#[derive(Clone, Debug, sqlx::FromRow)]
pub(super) struct Switch {
    #[sqlx(rename = "referrer_enabled")]
    enabled: Option<bool>,
    #[sqlx(rename = "referrer_owner")]
    owner: Option<Uuid>,
    #[sqlx(rename = "referrer_transport")]
    transport: Option<String>,
}

impl Switch {
    /// Whether a caller, with the role of now, may use the referrer as far as its switch goes.
    pub fn admits(&self, principal: &Principal, referrer: &Referrer) -> bool {
        let test = match referrer {
            Referrer::Saved { test, .. } => *test,
            Referrer::Unsaved { .. } => true,
            Referrer::Direct { .. } => false,
        };
        self.enabled != Some(false) || (test && self.may_change(principal))
    }

    fn may_change(&self, principal: &Principal) -> bool {
        let resource = match self.transport.as_deref() {
            Some("stdio") => Resource::StdioServers,
            _ => Resource::McpServers,
        };
        let owner = self.owner.map(UserId);
        owner.is_some_and(|owner| principal.may_with(resource, Action::Update, owner))
    }
}

const STANDING: &str = concat!(
    "SELECT (SELECT u.role FROM users u WHERE u.id = $1 AND u.deleted_at IS NULL AND u.disabled_at IS NULL) AS role, \
       (SELECT ",
    session_state!("$3", "$4"),
    " FROM sessions s WHERE s.id = $2) AS session, \
       m.enabled AS referrer_enabled, m.owner_id AS referrer_owner, m.transport AS referrer_transport \
     FROM (SELECT 1 AS one) only_row LEFT JOIN mcp_servers m ON $5 = 'mcp_server' AND m.id = $6"
);

#[derive(sqlx::FromRow)]
struct Standing {
    role: Option<String>,
    session: Option<String>,
    #[sqlx(flatten)]
    switch: Switch,
}

/// Checks a use without a credential.
pub(super) async fn permit(base: &Infra, principal: &Principal, referrer: &Referrer) -> Result<(), ApiError> {
    let (kind, id, _) = referrer.audit_fields();
    let (user, now) = (principal.user_id().map(|user| user.0), base.clock.now());
    let found: Standing = read!(base.db, c => sqlx::query_as(STANDING)
        .bind(user).bind(principal.session()).bind(now).bind(now - SESSION_IDLE).bind(kind.as_str()).bind(id)
        .fetch_one(c))?;
    let principal = match current(principal, found.role.as_deref(), found.session.as_deref()) {
        Ok(principal) => principal,
        Err(Some(end)) => return Err(ApiError::SessionEnded(end)),
        Err(None) => return Err(ApiError::Forbidden),
    };
    if principal.may(kind.resource(), Action::Use).is_none() {
        return Err(ApiError::Forbidden);
    }
    let is_server = matches!(
        referrer,
        Referrer::Saved {
            kind: ReferrerKind::McpServer,
            ..
        }
    );
    if is_server && found.switch.enabled.is_none() {
        return Err(ApiError::NotFound);
    }
    if found.switch.admits(&principal, referrer) {
        Ok(())
    } else {
        Err(ApiError::Disabled)
    }
}

#[cfg(test)]
mod tests {
    use contract::accounts::{Role, UserId};
    use contract::credentials::ReferrerKind;
    use uuid::Uuid;

    use super::Switch;
    use crate::credentials::Referrer;
    use crate::http::Principal;

    fn user(role: Role, id: u128) -> Principal {
        Principal::User {
            id: UserId(Uuid::from_u128(id)),
            name: String::new(),
            email: String::new(),
            role,
            session: Uuid::nil(),
        }
    }

    fn saved(test: bool) -> Referrer {
        Referrer::Saved {
            kind: ReferrerKind::McpServer,
            id: Uuid::nil(),
            name: String::new(),
            test,
        }
    }

    #[test]
    fn a_record_that_is_off_can_be_tested_by_those_who_may_change_it_and_used_by_no_caller() {
        let switch = |enabled, transport: &str| Switch {
            enabled,
            owner: Some(Uuid::from_u128(1)),
            transport: Some(transport.to_owned()),
        };
        let (owner, other, admin) = (
            user(Role::Manager, 1),
            user(Role::Manager, 2),
            user(Role::Administrator, 3),
        );
        let off = switch(Some(false), "http");
        for (principal, may_test) in [(&owner, true), (&other, false), (&admin, true)] {
            assert!(!off.admits(principal, &saved(false)));
            assert_eq!(off.admits(principal, &saved(true)), may_test);
            for on in [switch(Some(true), "http"), switch(None, "http")] {
                assert!(on.admits(principal, &saved(false)) && on.admits(principal, &saved(true)));
            }
        }
        // A manager who once owned a program may not change programs.
        assert!(!switch(Some(false), "stdio").admits(&owner, &saved(true)));
        assert!(switch(Some(false), "stdio").admits(&admin, &saved(true)));
    }
}
