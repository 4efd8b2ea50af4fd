//! What a user owns.

use contract::accounts::UserId;
use contract::credentials::ReferrerKind;
use contract::users::Owned;

use super::Users;
use super::rows::UserRow;
use crate::accounts::{OWNED, Transfer, first_owned};
use crate::credentials;
use crate::db::Db;
use crate::http::{Act, ApiError, Principal};
use crate::references::VisibleKinds;

/// How many records of each kind are listed.
const SHOWN: i64 = 10;

/// The first records of each kind, and their number.
pub(super) async fn list(db: &Db, reader: &Principal, owner: UserId) -> Result<Owned, ApiError> {
    let visible = VisibleKinds::of(reader);
    let mut found = Owned::default();
    for kind in OWNED {
        let (records, total) = first_owned(db, kind, owner, SHOWN).await?;
        if kind.name == "credential" {
            found.credentials = credentials::owned(db, records, &visible, SHOWN).await?;
            found.credentials_total = total;
        } else if let Some(fields) = found.fields_of(ReferrerKind::from_name(kind.name)) {
            (*fields.0, *fields.1) = (records, total);
        }
    }
    Ok(found)
}

/// The records of one user on their way to another.
pub(super) fn transfer<'a>(users: &Users, act: Act<'a>, from: UserId, to: &UserRow) -> Transfer<'a> {
    Transfer {
        act,
        now: users.base.clock.now(),
        from,
        to: UserId(to.id),
        to_name: to.name.clone(),
        to_sort: to.name_sort.clone(),
    }
}
