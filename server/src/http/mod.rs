//! What every route stands on: who is asking, what came in, and how errors go out.

mod answer;
mod client;
mod connections;
mod cursor;
mod fields;
mod guard;
mod input;
mod observe;
mod pages;
mod principal;
mod problem;
mod problem_detail;
mod problem_document;
mod problem_kinds;
mod request_id;
mod serve;
mod session_end;

pub use answer::{ApiResult, created, json, no_content, with_etag};
pub use client::{ClientAddress, TrustedProxies, client_address};
pub use connections::{Connection, Connections};
pub use cursor::{Cursor, Direction, Keyset, ListQuery, SortKey};
pub use fields::Fields;
pub use guard::{FromElsewhere, HostRule, MayUse, guard};
pub(crate) use input::{ANONYMOUS_BODY, read_body};
pub use input::{IdPath, IfMatch, JsonBody, QueryPairs};
pub use observe::{ActedAs, observe};
pub(crate) use pages::{bind_page, pages};
pub(crate) use principal::permissions;
pub use principal::{Act, Authorized, Permit, Principal, permissions_of};
pub use problem::{ApiError, CREDENTIAL_POINTER, own_address};
pub use problem_document::{finish_problems, problem};
pub use problem_kinds::{MODEL_SLUGS, ProblemKind, UPSTREAM_SLUGS};
pub use request_id::{RequestId, request_id};
pub use serve::serve;
pub use session_end::SessionEnd;

/// The largest body of an API request: a value of 64 KiB in which every byte is escaped, and some room.
pub const MAX_BODY_BYTES: usize = 512 * 1024;
