//! The moments of the filters: UTC in the address, the reader's own time in the fields once the page lives.

use chrono::{DateTime, NaiveDateTime, Utc};

/// Reads a moment of the address: with its zone, or as a field sends it without scripts, which is UTC.
pub(super) fn parse(content: &str) -> Option<DateTime<Utc>> {
    let zoned = DateTime::parse_from_rfc3339(content).ok().map(|moment| moment.to_utc());
    let plain = || {
        ["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S"]
            .iter()
            .find_map(|shape| NaiveDateTime::parse_from_str(content, shape).ok())
    };
    zoned.or_else(|| plain().map(|moment| moment.and_utc()))
}

/// A moment as the address and the API write it.
pub(super) fn write(moment: DateTime<Utc>) -> String {
    moment.format("%Y-%m-%dT%H:%M:%SZ").to_string()
}

/// What a field shows for a moment of the address.
pub(super) fn to_field(content: &str, lives: bool) -> String {
    let Some(moment) = parse(content) else {
        return String::new();
    };
    if lives {
        local::to_field(moment)
    } else {
        moment.format("%Y-%m-%dT%H:%M").to_string()
    }
}

/// The moment that somebody entered in a field of a living page; nothing for an empty or unfinished one.
pub(super) fn from_field(field: &str) -> Option<DateTime<Utc>> {
    parse(field).and_then(|_| local::from_field(field))
}

#[cfg(target_arch = "wasm32")]
mod local {
    //! The zone of the browser.

    use chrono::{DateTime, Utc};
    use js_sys::Date;
    use wasm_bindgen::JsValue;

    pub fn to_field(moment: DateTime<Utc>) -> String {
        #[allow(clippy::cast_precision_loss, reason = "milliseconds of a date fit")]
        let date = Date::new(&JsValue::from_f64(moment.timestamp_millis() as f64));
        format!(
            "{:04}-{:02}-{:02}T{:02}:{:02}",
            date.get_full_year(),
            date.get_month() + 1,
            date.get_date(),
            date.get_hours(),
            date.get_minutes()
        )
    }

    pub fn from_field(field: &str) -> Option<DateTime<Utc>> {
        // Without a zone it is the browser's own.
        let millis = Date::new(&JsValue::from_str(field)).get_time();
        #[allow(clippy::cast_possible_truncation, reason = "milliseconds of a date are whole")]
        let millis = millis.is_finite().then_some(millis as i64)?;
        DateTime::from_timestamp_millis(millis)
    }
}

#[cfg(not(target_arch = "wasm32"))]
mod local {
    //! The server never gets here: its fields are in UTC.

    use chrono::{DateTime, Utc};

    pub fn to_field(moment: DateTime<Utc>) -> String {
        super::to_field(&super::write(moment), false)
    }

    pub fn from_field(field: &str) -> Option<DateTime<Utc>> {
        super::parse(field)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_moment_of_the_address_has_a_zone_or_is_in_utc() {
        let written = |content| parse(content).map(write);
        assert_eq!(written("2026-03-02T14:05:00Z").as_deref(), Some("2026-03-02T14:05:00Z"));
        assert_eq!(
            written("2026-03-02T14:05:00+05:30").as_deref(),
            Some("2026-03-02T08:35:00Z")
        );
        assert_eq!(written("2026-03-02T14:05").as_deref(), Some("2026-03-02T14:05:00Z"));
        assert_eq!(written("yesterday"), None);
    }

    #[test]
    fn before_the_page_lives_fields_are_in_utc() {
        assert_eq!(to_field("2026-03-02T14:05:59Z", false), "2026-03-02T14:05");
        assert_eq!(to_field("x", false), "");
    }
}
