//! Who is acting, and what they may do. Authorization is the type of an argument, so that a handler
//! cannot forget it.

use std::marker::PhantomData;

use axum::extract::FromRequestParts;
use contract::accounts::{Action, Permission, Resource, Role, Scope, UserId};
use contract::kinds::KINDS;
use http::request::Parts;

use super::{ApiError, MayUse, RequestId};

#[derive(Clone, Debug)]
pub enum Principal {
    User {
        id: UserId,
        /// The name at the time of the request.
        name: String,
        email: String,
        /// The role at the time of the request.
        role: Role,
        /// The session that the request came with.
        session: uuid::Uuid,
    },
    /// Somebody at the command line of the server.
    Cli,
}

impl Principal {
    /// How far the permission reaches; nothing where there is none.
    pub fn may(&self, resource: Resource, action: Action) -> Option<Scope> {
        match self {
            Self::User { role, .. } => scope_of(*role, resource, action),
            Self::Cli => Some(Scope::Any),
        }
    }

    /// Whether the permission reaches a record of this owner.
    pub fn may_with(&self, resource: Resource, action: Action, owner: UserId) -> bool {
        match self.may(resource, action) {
            Some(Scope::Any) => true,
            Some(Scope::Own) => self.user_id() == Some(owner),
            None => false,
        }
    }

    /// The user, where it is one.
    pub fn user_id(&self) -> Option<UserId> {
        match self {
            Self::User { id, .. } => Some(*id),
            Self::Cli => None,
        }
    }

    /// The session that the request came with, for a user.
    pub fn session(&self) -> Option<uuid::Uuid> {
        match self {
            Self::User { session, .. } => Some(*session),
            Self::Cli => None,
        }
    }

    /// The name for the audit trail.
    pub fn name(&self) -> &str {
        match self {
            Self::User { name, .. } => name,
            Self::Cli => "command line",
        }
    }

    /// The kind for the audit trail.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::User { .. } => "user",
            Self::Cli => "cli",
        }
    }
}

/// The actions of a role on the records that it may see.
fn rules(role: Role) -> &'static [(Action, Scope)] {
    match role {
        Role::Administrator => &[
            (Action::Read, Scope::Any),
            (Action::Create, Scope::Any),
            (Action::Update, Scope::Any),
            (Action::Delete, Scope::Any),
            (Action::Use, Scope::Any),
        ],
        Role::Manager => &[
            (Action::Create, Scope::Any),
            (Action::Read, Scope::Any),
            (Action::Use, Scope::Any),
            (Action::Update, Scope::Own),
            (Action::Delete, Scope::Own),
        ],
        Role::Viewer => &[(Action::Read, Scope::Any)],
    }
}

/// `true` if the rules of the role apply to the resource: those of administrators to all, the others to every kind of
/// record with an owner.
fn applies(role: Role, resource: Resource) -> bool {
    match role {
        Role::Administrator => resource != Resource::Unknown,
        Role::Manager | Role::Viewer => KINDS.iter().any(|kind| kind.is_owned && kind.resource == resource),
    }
}

/// The scope of an action; `None` without the permission. Each request and each use asks.
fn scope_of(role: Role, resource: Resource, action: Action) -> Option<Scope> {
    let (_, scope) = rules(role).iter().find(|(allowed, _)| *allowed == action)?;
    applies(role, resource).then_some(*scope)
}

/// The permissions of a role, in the order of the resources.
pub fn permissions_of(role: Role) -> Vec<Permission> {
    let others = [Resource::StdioServers, Resource::AuditEvents];
    let resources = KINDS.iter().map(|kind| kind.resource).chain(others);
    let mut resources: Vec<_> = resources.filter(|resource| applies(role, *resource)).collect();
    resources.sort_by_key(|resource| *resource as u8);
    let of_resource = |resource| {
        rules(role).iter().map(move |&(action, scope)| Permission {
            resource,
            action,
            scope,
        })
    };
    resources.into_iter().flat_map(of_resource).collect()
}

/// Who does something, in which request: what the record of it names.
#[derive(Clone, Copy, Debug)]
pub struct Act<'a> {
    pub principal: &'a Principal,
    pub request_id: &'a RequestId,
}

/// A permission that a route needs.
pub trait Permit: Send + Sync + 'static {
    /// The kind of record.
    const RESOURCE: Resource;
    /// What is done with it.
    const ACTION: Action;
}

/// Declares the permissions that the routes of a resource need: `permissions!(Users: Read, Create)`.
macro_rules! permissions {
    ($resource:ident: $($action:ident),+) => {
        $(
            #[derive(Debug)]
            struct $action;

            impl $crate::http::Permit for $action {
                const RESOURCE: contract::accounts::Resource = contract::accounts::Resource::$resource;
                const ACTION: contract::accounts::Action = contract::accounts::Action::$action;
            }
        )+
    };
}
pub(crate) use permissions;

/// Proof that the caller holds the permission `P`. As an argument it comes first: without a session
/// the answer is 401, without the permission 403, before anything else of the request is read. For the action `Use` it is
/// also proof that no other site and no visit of an address made the request, for every method ([`MayUse`]).
#[derive(Debug)]
pub struct Authorized<P: Permit> {
    pub principal: Principal,
    /// The request that it was asked in.
    pub request_id: RequestId,
    permit: PhantomData<P>,
}

impl<P: Permit> Authorized<P> {
    /// What a change is recorded with.
    pub fn act(&self) -> Act<'_> {
        Act {
            principal: &self.principal,
            request_id: &self.request_id,
        }
    }
}

impl<P: Permit, S: Send + Sync> FromRequestParts<S> for Authorized<P> {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, ApiError> {
        let principal = Principal::from_request_parts(parts, state).await?;
        principal.may(P::RESOURCE, P::ACTION).ok_or(ApiError::Forbidden)?;
        if P::ACTION == Action::Use && parts.extensions.get::<MayUse>().is_none() {
            return Err(ApiError::CrossSite);
        }
        let request_id = parts.extensions.get().cloned();
        Ok(Self {
            principal,
            request_id: request_id
                .ok_or_else(|| ApiError::Internal(anyhow::anyhow!("a request came without an id")))?,
            permit: PhantomData,
        })
    }
}

/// Anybody who is signed in.
impl<S: Send + Sync> FromRequestParts<S> for Principal {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, ApiError> {
        parts.extensions.get::<Self>().cloned().ok_or(ApiError::Unauthorized)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn user(role: Role) -> Principal {
        let id = UserId(uuid::Uuid::from_u128(1));
        Principal::User {
            id,
            name: "n".to_owned(),
            email: "e".to_owned(),
            role,
            session: uuid::Uuid::nil(),
        }
    }

    #[test]
    fn roles_reach_as_far_as_the_table_says() {
        let other = UserId(uuid::Uuid::from_u128(2));
        let mine = UserId(uuid::Uuid::from_u128(1));
        let manager = user(Role::Manager);
        assert!(manager.may_with(Resource::Credentials, Action::Use, other));
        assert!(manager.may_with(Resource::Credentials, Action::Update, mine));
        assert!(!manager.may_with(Resource::Credentials, Action::Update, other));
        assert_eq!(manager.may(Resource::AuditEvents, Action::Read), None);
        assert_eq!(manager.may(Resource::StdioServers, Action::Create), None);
        let viewer = user(Role::Viewer);
        assert!(viewer.may_with(Resource::Credentials, Action::Read, other));
        for action in [Action::Create, Action::Update, Action::Delete, Action::Use] {
            assert_eq!(viewer.may(Resource::Credentials, action), None);
        }
        assert!(user(Role::Administrator).may_with(Resource::Credentials, Action::Delete, other));
    }

    #[test]
    fn the_list_of_permissions_says_what_each_check_says() {
        use Action::{Create, Delete, Read, Update, Use};
        let resources = KINDS.iter().map(|kind| kind.resource);
        let resources: Vec<_> = resources
            .chain([Resource::StdioServers, Resource::AuditEvents, Resource::Unknown])
            .collect();
        for role in [Role::Administrator, Role::Manager, Role::Viewer] {
            let listed = permissions_of(role);
            for &resource in &resources {
                for action in [Read, Create, Update, Delete, Use] {
                    let of_list = listed
                        .iter()
                        .find(|listed| (listed.resource, listed.action) == (resource, action));
                    let of_list = of_list.map(|permission| permission.scope);
                    assert_eq!(
                        user(role).may(resource, action),
                        of_list,
                        "{role:?} {resource:?} {action:?}"
                    );
                }
            }
        }
    }
}
