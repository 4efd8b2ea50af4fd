//! Moments: in UTC from the server, in the reader's zone and language once the page lives.

use chrono::{DateTime, Datelike as _, Timelike as _, Utc};
use leptos::prelude::*;

use super::use_hydrated;

/// How a moment is worded, counted from now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Wording {
    /// Relative: so many of a unit ago (negative) or ahead.
    Relative(i32, &'static str),
    /// A date.
    Date,
}

/// Relative under seven days, a date after that.
fn wording(moment: DateTime<Utc>, now: DateTime<Utc>) -> Wording {
    let seconds = moment.signed_duration_since(now).num_seconds();
    let (count, unit) = match seconds.unsigned_abs() {
        0..45 => (0, "second"),
        45..3_570 => ((seconds.unsigned_abs() + 30) / 60, "minute"),
        3_570..84_600 => ((seconds.unsigned_abs() + 1_800) / 3_600, "hour"),
        84_600..604_800 => ((seconds.unsigned_abs() + 43_200) / 86_400, "day"),
        _ => return Wording::Date,
    };
    let count = i32::try_from(count.max(u64::from(unit != "second"))).unwrap_or(i32::MAX);
    Wording::Relative(if seconds < 0 { -count } else { count }, unit)
}

/// The wording of the server, and of the browser before it lives. Written out, since chrono's patterns would put all that
/// they can do into the first download.
fn in_utc(moment: DateTime<Utc>) -> String {
    let (year, month, day) = (moment.year(), moment.month(), moment.day());
    format!(
        "{year:04}-{month:02}-{day:02} {:02}:{:02} UTC",
        moment.hour(),
        moment.minute()
    )
}

/// A moment. Pressing it shows the exact time, and back; with `exact` it is always exact.
#[component]
pub fn Time(
    /// When.
    #[prop(into)]
    at: Signal<DateTime<Utc>>,
    /// Always the exact time.
    #[prop(optional)]
    exact: bool,
) -> impl IntoView {
    let hydrated = use_hydrated();
    let pressed = RwSignal::new(false);
    let words = move || {
        let at = at.get();
        if !hydrated.get() {
            return in_utc(at);
        }
        if exact || pressed.get() {
            return local::exact(at);
        }
        #[expect(clippy::disallowed_methods, reason = "times are worded by the clock of the browser")]
        match wording(at, Utc::now()) {
            Wording::Relative(count, unit) => local::relative(count, unit),
            Wording::Date => local::date(at),
        }
    };
    let datetime = move || at.get().to_rfc3339_opts(chrono::SecondsFormat::Secs, true);
    if exact {
        leptos::either::Either::Left(view! {
            <time class="time" datetime=datetime>
                {words}
            </time>
        })
    } else {
        leptos::either::Either::Right(view! {
            <button
                type="button"
                class="time time-button"
                aria-pressed=move || if pressed.get() { "true" } else { "false" }
                title=move || hydrated.get().then(|| local::exact(at.get()))
                on:click=move |_| pressed.update(|pressed| *pressed = !*pressed)
            >
                <time datetime=datetime>{words}</time>
            </button>
        })
    }
}

#[cfg(target_arch = "wasm32")]
mod local {
    //! Intl, in the language and zone of the browser.

    use chrono::{DateTime, Utc};
    use js_sys::{Array, Date, Intl, Object, Reflect};
    use wasm_bindgen::JsValue;

    fn format(moment: DateTime<Utc>, options: &[(&str, &str)]) -> String {
        let bag = Object::new();
        for (name, value) in options {
            // Setting a property of a fresh object cannot fail.
            let _ = Reflect::set(&bag, &JsValue::from_str(name), &JsValue::from_str(value));
        }
        #[allow(clippy::cast_precision_loss, reason = "milliseconds of a date fit")]
        let date = Date::new(&JsValue::from_f64(moment.timestamp_millis() as f64));
        Intl::DateTimeFormat::new(&Array::new(), &bag)
            .format()
            .call1(&JsValue::UNDEFINED, &date)
            .ok()
            .and_then(|words| words.as_string())
            .unwrap_or_else(|| super::in_utc(moment))
    }

    pub fn exact(moment: DateTime<Utc>) -> String {
        format(
            moment,
            &[
                ("year", "numeric"),
                ("month", "short"),
                ("day", "numeric"),
                ("hour", "2-digit"),
                ("minute", "2-digit"),
                ("second", "2-digit"),
                ("timeZoneName", "short"),
            ],
        )
    }

    pub fn date(moment: DateTime<Utc>) -> String {
        format(moment, &[("year", "numeric"), ("month", "short"), ("day", "numeric")])
    }

    pub fn relative(count: i32, unit: &str) -> String {
        let bag = Object::new();
        // Setting a property of a fresh object cannot fail.
        let _ = Reflect::set(&bag, &"numeric".into(), &"auto".into());
        let _ = Reflect::set(&bag, &"style".into(), &"short".into());
        Intl::RelativeTimeFormat::new(&Array::new(), &bag)
            .format(f64::from(count), unit)
            .into()
    }
}

#[cfg(not(target_arch = "wasm32"))]
mod local {
    //! The server never gets here: it words every moment in UTC.

    use chrono::{DateTime, Utc};

    pub fn exact(moment: DateTime<Utc>) -> String {
        super::in_utc(moment)
    }

    pub fn date(moment: DateTime<Utc>) -> String {
        super::in_utc(moment)
    }

    pub fn relative(count: i32, unit: &str) -> String {
        format!("{count} {unit}")
    }
}

#[cfg(test)]
mod tests {
    use chrono::{Duration, TimeZone, Utc};

    use super::{Wording, in_utc, wording};

    #[test]
    fn the_server_words_a_moment_in_utc() {
        let moment = Utc.with_ymd_and_hms(2026, 3, 2, 14, 5, 59).single();
        assert_eq!(moment.map(in_utc).as_deref(), Some("2026-03-02 14:05 UTC"));
    }

    #[test]
    fn a_moment_is_relative_under_seven_days() {
        let now = Utc.with_ymd_and_hms(2026, 3, 2, 14, 5, 59).single().unwrap();
        let ago = |duration: Duration| wording(now - duration, now);
        assert_eq!(ago(Duration::seconds(10)), Wording::Relative(0, "second"));
        assert_eq!(ago(Duration::seconds(50)), Wording::Relative(-1, "minute"));
        assert_eq!(ago(Duration::minutes(4)), Wording::Relative(-4, "minute"));
        assert_eq!(ago(Duration::minutes(59)), Wording::Relative(-59, "minute"));
        assert_eq!(ago(Duration::hours(23)), Wording::Relative(-23, "hour"));
        assert_eq!(ago(Duration::hours(25)), Wording::Relative(-1, "day"));
        assert_eq!(ago(Duration::days(6)), Wording::Relative(-6, "day"));
        assert_eq!(ago(Duration::days(7)), Wording::Date);
        assert_eq!(wording(now + Duration::hours(2), now), Wording::Relative(2, "hour"));
    }
}
