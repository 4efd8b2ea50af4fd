//! Converts lists of releases before paths, whose entries `host` and `host:port` admit every path, and `host:port` both
//! http and https. The new list admits no more: one destination for each reference that the entry admitted, and https
//! where there is none.

use chrono::{DateTime, Utc};
use contract::model_bindings::Provider;
use sqlx::types::Json;
use uuid::Uuid;

use super::list::{AllowedList, list_columns};
use crate::audit::{self, Event};
use crate::clock::Clock;
use crate::db::{Db, Tx, execute, read, within};
use crate::destination::{AllowedHost, Destination};
use crate::http::{ApiError, Principal};
use crate::vault::Vault;

/// The condition of the index `credentials_unconverted`.
macro_rules! unconverted {
    () => {
        "deleted_at IS NULL AND (hosts_seen IS NULL OR hosts_seen <> CAST(allowed_hosts AS TEXT))"
    };
}

/// The events after which a batch ends: every use waits for the head of the trail.
const EVENTS: usize = 500;

const FIRST: &str = concat!(
    "SELECT id FROM credentials WHERE ",
    unconverted!(),
    " ORDER BY id LIMIT 1"
);
const LOCK_FIRST: &str = concat!(
    "UPDATE credentials SET reference_epoch = reference_epoch WHERE id = $1 AND ",
    unconverted!()
);
// Takes the row locks of a batch, as every attach does first.
const LOCK: &str = concat!(
    "UPDATE credentials SET reference_epoch = reference_epoch WHERE id IN (SELECT id FROM credentials WHERE ",
    unconverted!(),
    " ORDER BY id LIMIT 200) AND ",
    unconverted!(),
    " RETURNING id, name, ",
    list_columns!("")
);
const ADDRESSES: &str = concat!(
    "SELECT r.credential_id, m.url, b.provider, b.base_url FROM credential_references r \
     LEFT JOIN mcp_servers m ON r.referrer_kind = 'mcp_server' AND m.id = r.referrer_id \
     LEFT JOIN model_bindings b ON r.referrer_kind = 'model_binding' AND b.id = r.referrer_id \
     WHERE r.credential_id IN (SELECT id FROM credentials WHERE id BETWEEN $1 AND $2 AND ",
    unconverted!(),
    ") ORDER BY r.credential_id, r.attached_at, r.referrer_id"
);
const CONVERT: &str = "UPDATE credentials SET allowed_destinations = $2, destinations_from_before = $3, \
     hosts_seen = CAST(allowed_hosts AS TEXT) WHERE id = $1";

#[derive(sqlx::FromRow)]
struct Older {
    id: Uuid,
    name: String,
    #[sqlx(flatten)]
    list: AllowedList,
}

#[derive(sqlx::FromRow)]
struct Address {
    credential_id: Uuid,
    url: Option<String>,
    provider: Option<String>,
    base_url: Option<String>,
}

impl Address {
    /// Destination to which the referrer sends the credential.
    fn destination(&self) -> Option<Destination> {
        let usual = || Provider::from_name(self.provider.as_deref()?)?.default_base_url();
        let text = self.url.as_deref().or(self.base_url.as_deref()).or_else(usual)?;
        Some(Destination::parse(text).ok()?.1)
    }
}

/// Converts every list that an older release wrote, in batches with the time limits of any other transaction: servers
/// that share the database wait for one batch at most.
///
/// # Errors
/// [`ApiError`] if the database fails. Earlier batches stay converted, and the next call goes on with the rest.
pub async fn convert_older_lists(db: &Db, vault: &Vault, clock: &Clock) -> Result<(), ApiError> {
    loop {
        let first: Option<Uuid> = read!(*db, c => sqlx::query_scalar(FIRST).fetch_optional(c))?;
        let Some(first) = first else { return Ok(()) };
        convert_batch(db, vault, clock, first).await?;
    }
}

/// Converts some of the lists, beginning with the one of this credential.
async fn convert_batch(db: &Db, vault: &Vault, clock: &Clock, first: Uuid) -> Result<(), ApiError> {
    let mut tx = db.begin().await?;
    // Servers that convert at the same time meet at this row: batches that overlap could deadlock.
    if execute!(&mut tx, sqlx::query(LOCK_FIRST).bind(first))? == 0 {
        return Ok(());
    }
    let mut lists: Vec<Older> = within!(&mut tx, c => sqlx::query_as(LOCK).fetch_all(c))?;
    lists.sort_unstable_by_key(|list| list.id);
    let last = lists.last().map_or(first, |list| list.id);
    let first = lists.first().map_or(first, |list| list.id);
    let addresses: Vec<Address> = within!(&mut tx, c => sqlx::query_as(ADDRESSES).bind(first).bind(last).fetch_all(c))?;
    let mut events = Vec::new();
    for list in &lists {
        if events.len() >= EVENTS {
            break;
        }
        let first = addresses.partition_point(|address| address.credential_id < list.id);
        let own = addresses[first..]
            .iter()
            .take_while(|address| address.credential_id == list.id);
        let references: Vec<Destination> = own.filter_map(Address::destination).collect();
        write(&mut tx, list, &references, clock.now(), &mut events).await?;
    }
    if !events.is_empty() {
        audit::append(&mut tx, vault, &events).await?;
    }
    tx.commit().await?;
    Ok(())
}

async fn write(
    tx: &mut Tx,
    older: &Older,
    references: &[Destination],
    now: DateTime<Utc>,
    events: &mut Vec<Event>,
) -> Result<(), ApiError> {
    let seen = older.list.seen();
    let mut entries = older.list.entries().into_owned();
    let mut marked = older.list.marked();
    for host in older.list.hosts().iter().filter(|host| !seen.contains(host)) {
        for made in convert(host, references) {
            if entries.contains(&made.entry) {
                continue;
            }
            let target = ("credential", older.id, older.name.as_str());
            let mut event =
                Event::new(now, &Principal::Cli, "credential.convert_host", target, None).allowing(&made.entry);
            event.details = Some(if made.from_before {
                format!("before: {host}; no reference: https, any path")
            } else {
                format!("before: {host}")
            });
            events.push(event);
            if made.from_before {
                marked.push(made.entry.clone());
            }
            entries.push(made.entry);
        }
    }
    execute!(
        tx,
        sqlx::query(CONVERT)
            .bind(older.id)
            .bind(Json(&entries))
            .bind(Some(Json(&marked)).filter(|marked| !marked.0.is_empty()))
    )?;
    Ok(())
}

/// An entry that an older one became.
#[derive(Debug, PartialEq)]
struct Made {
    entry: AllowedHost,
    from_before: bool,
}

/// The entries that `host` or `host:port` becomes.
fn convert(host: &str, references: &[Destination]) -> Vec<Made> {
    let admitted: Vec<&Destination> = references.iter().filter(|address| address.display() == host).collect();
    if admitted.is_empty() {
        let entry = AllowedHost::parse(&format!("https://{host}")).ok();
        let made = entry.map(|entry| Made {
            entry,
            from_before: true,
        });
        return made.into_iter().collect();
    }
    let made = admitted.into_iter().filter_map(|address| {
        Some(Made {
            entry: AllowedHost::of(address).ok()?,
            from_before: false,
        })
    });
    made.collect()
}

#[cfg(test)]
mod tests {
    use super::convert;
    use crate::destination::Destination;

    fn converted(host: &str, references: &[&str]) -> Vec<(String, bool)> {
        let references: Vec<Destination> = references
            .iter()
            .map(|url| Destination::parse(url).unwrap().1)
            .collect();
        let made = convert(host, &references);
        made.into_iter()
            .map(|made| (made.entry.display(), made.from_before))
            .collect()
    }

    #[test]
    fn an_entry_becomes_the_address_of_each_reference_that_it_admitted() {
        let references = [
            "https://h.example/tenant-a/mcp",
            "https://h.example:8443/a/",
            "http://h.example:8443/b",
            "http://h.example/plain",
            "https://other.example/x",
        ];
        let made = |texts: &[&str]| texts.iter().map(|text| ((*text).to_owned(), false)).collect::<Vec<_>>();
        assert_eq!(converted("h.example", &references), made(&["h.example/tenant-a/mcp"]));
        assert_eq!(
            converted("h.example:8443", &references),
            made(&["h.example:8443/a", "http://h.example:8443/b"])
        );
        assert_eq!(
            converted("h.example:80", &references),
            made(&["http://h.example/plain"])
        );
    }

    #[test]
    fn an_entry_without_a_reference_becomes_https_with_any_path() {
        let made = |text: &str| vec![(text.to_owned(), true)];
        assert_eq!(converted("h.example", &[]), made("h.example"));
        assert_eq!(converted("h.example:80", &[]), made("h.example:80"));
        assert_eq!(
            converted("127.0.0.1:4000", &["http://127.0.0.1:4001/"]),
            made("https://127.0.0.1:4000")
        );
        assert_eq!(converted("[::1]:4000", &[]), made("https://[::1]:4000"));
    }

    #[test]
    fn an_address_that_no_secret_is_sent_to_becomes_no_entry() {
        assert_eq!(converted("h.example", &["https://h.example/a%2Fb"]), []);
        assert_eq!(converted("no host", &[]), []);
    }
}
