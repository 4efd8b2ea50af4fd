//! The allowed destinations of a credential, as its columns hold them.
//!
//! `allowed_destinations` is the list. `allowed_hosts` is the list of releases before paths, which may serve from the
//! same database during an upgrade; `hosts_seen` is its text as this release saw it last. Where the two differ, an older
//! server changed the list: a host that it removed is gone at once, and a host that it added counts once
//! [`super::convert_older_lists`] has read it.

use std::borrow::Cow;

use sqlx::types::Json;

use crate::destination::AllowedHost;

/// The most entries of one list.
pub const MAX_ENTRIES: usize = 256;

/// The columns of the list, each behind this prefix.
macro_rules! list_columns {
    ($prefix:literal) => {
        concat!(
            $prefix,
            "allowed_destinations, ",
            $prefix,
            "destinations_from_before, CAST(",
            $prefix,
            "allowed_hosts AS TEXT) AS hosts_text, ",
            $prefix,
            "hosts_seen"
        )
    };
}
pub(crate) use list_columns;

/// The list of a credential, as it is stored.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct AllowedList {
    allowed_destinations: Option<Json<Vec<AllowedHost>>>,
    destinations_from_before: Option<Json<Vec<AllowedHost>>>,
    hosts_text: String,
    hosts_seen: Option<String>,
}

/// The columns of a list that is written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WrittenList {
    pub destinations: Vec<AllowedHost>,
    /// `destinations_from_before`.
    pub from_before: Option<Vec<AllowedHost>>,
    /// `allowed_hosts`: never more than the list admits.
    pub hosts: Vec<String>,
    /// `hosts_seen`.
    pub seen: Vec<String>,
}

impl AllowedList {
    pub fn entries(&self) -> Cow<'_, [AllowedHost]> {
        let stored = self.allowed_destinations.as_ref().map_or(&[][..], |list| &list.0);
        if self.hosts_seen.as_deref() == Some(self.hosts_text.as_str()) {
            return Cow::Borrowed(stored);
        }
        let (hosts, seen) = (self.hosts(), self.seen());
        let removed: Vec<&String> = seen.iter().filter(|host| !hosts.contains(host)).collect();
        let kept = stored.iter().filter(|entry| {
            let host = entry.destination().map(|destination| destination.display());
            host.is_some_and(|host| !removed.contains(&&host))
        });
        Cow::Owned(kept.cloned().collect())
    }

    /// The entries that were made from a list without schemes, and that no reference narrowed.
    pub fn marked(&self) -> Vec<AllowedHost> {
        let Some(marked) = &self.destinations_from_before else {
            return Vec::new();
        };
        let entries = self.entries();
        marked
            .0
            .iter()
            .filter(|entry| entries.contains(entry))
            .cloned()
            .collect()
    }

    /// The entries as the API writes them.
    pub fn texts(&self) -> Vec<String> {
        self.entries().iter().map(AllowedHost::display).collect()
    }

    /// [`AllowedList::marked`] as the API writes it.
    pub fn marked_texts(&self) -> Vec<String> {
        self.marked().iter().map(AllowedHost::display).collect()
    }

    /// The same list with one more entry.
    pub fn with(&self, entry: AllowedHost) -> WrittenList {
        let mut hosts = self.hosts();
        let mut seen: Vec<String> = self.seen().into_iter().filter(|host| hosts.contains(host)).collect();
        for list in [&mut hosts, &mut seen] {
            let host = entry.before_paths().map(str::to_owned);
            list.extend(host.filter(|host| !list.contains(host)));
        }
        let from_before = Some(self.marked()).filter(|marked| !marked.is_empty());
        let mut destinations = self.entries().into_owned();
        destinations.push(entry);
        WrittenList {
            destinations,
            from_before,
            hosts,
            seen,
        }
    }

    /// The list of releases before paths.
    pub(super) fn hosts(&self) -> Vec<String> {
        serde_json::from_str(&self.hosts_text).unwrap_or_default()
    }

    /// The same list, as this release saw it last.
    pub(super) fn seen(&self) -> Vec<String> {
        let text = self.hosts_seen.as_deref().unwrap_or("[]");
        serde_json::from_str(text).unwrap_or_default()
    }
}

impl WrittenList {
    /// A list that a person wrote.
    pub fn of(destinations: Vec<AllowedHost>) -> Self {
        let hosts = destinations.iter().filter_map(AllowedHost::before_paths);
        let hosts: Vec<String> = hosts.map(str::to_owned).collect();
        Self {
            destinations,
            from_before: None,
            seen: hosts.clone(),
            hosts,
        }
    }
}

#[cfg(test)]
mod tests {
    use sqlx::types::Json;

    use super::{AllowedList, WrittenList};
    use crate::destination::AllowedHost;

    fn entries(texts: &[&str]) -> Vec<AllowedHost> {
        texts.iter().map(|text| AllowedHost::parse(text).unwrap()).collect()
    }

    fn stored(list: &WrittenList) -> AllowedList {
        AllowedList {
            allowed_destinations: Some(Json(list.destinations.clone())),
            destinations_from_before: list.from_before.clone().map(Json),
            hosts_text: serde_json::to_string(&list.hosts).unwrap(),
            hosts_seen: Some(serde_json::to_string(&list.seen).unwrap()),
        }
    }

    #[test]
    fn older_servers_read_whole_https_hosts_only() {
        let list = WrittenList::of(entries(&[
            "a.example",
            "b.example/v1",
            "c.example:8443",
            "http://d.example",
        ]));
        assert_eq!(list.hosts, ["a.example"]);
        let list = stored(&list).with(AllowedHost::parse("e.example/x").unwrap());
        assert_eq!(list.hosts, ["a.example"]);
        let list = stored(&list).with(AllowedHost::parse("f.example").unwrap());
        assert_eq!(
            (&list.hosts, &list.seen),
            (&vec!["a.example".to_owned(), "f.example".to_owned()], &list.hosts)
        );
    }

    #[test]
    fn a_host_that_an_older_server_removed_is_gone_with_every_path() {
        let mut list = stored(&WrittenList::of(entries(&["a.example", "a.example/v1", "b.example"])));
        assert_eq!(list.entries().len(), 3);
        list.hosts_text = r#"["b.example"]"#.to_owned();
        assert_eq!(list.entries().to_vec(), entries(&["b.example"]));
    }

    #[test]
    fn a_host_that_an_older_server_added_waits_for_the_conversion() {
        let mut list = stored(&WrittenList::of(entries(&["a.example"])));
        list.hosts_text = r#"["a.example","c.example:8443"]"#.to_owned();
        assert_eq!(list.entries().to_vec(), entries(&["a.example"]));
        let list = list.with(AllowedHost::parse("d.example").unwrap());
        assert_eq!(list.hosts, ["a.example", "c.example:8443", "d.example"]);
        assert_eq!(
            list.seen,
            ["a.example", "d.example"],
            "the addition is still to be converted"
        );
    }

    #[test]
    fn a_list_that_was_never_converted_admits_nothing() {
        let list = AllowedList {
            allowed_destinations: None,
            destinations_from_before: None,
            hosts_text: r#"["a.example"]"#.to_owned(),
            hosts_seen: None,
        };
        assert!(list.entries().is_empty());
    }
}
