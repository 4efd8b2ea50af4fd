//! The language of the pages, one for the whole process. The server takes it from its settings and writes it to
//! `<html lang>`, where the browser reads it before hydration.

use std::str::FromStr;
use std::sync::atomic::{AtomicU8, Ordering};

include!(concat!(env!("OUT_DIR"), "/locale.rs"));

/// A message without variables, for tables.
pub type Label = fn() -> &'static str;

static CURRENT: AtomicU8 = AtomicU8::new(Locale::En as u8);

/// Sets the language of all pages.
pub fn set(locale: Locale) {
    CURRENT.store(locale as u8, Ordering::Relaxed);
}

/// The language of all pages.
pub fn current() -> Locale {
    let current = CURRENT.load(Ordering::Relaxed);
    Locale::ALL.get(usize::from(current)).copied().unwrap_or_default()
}

impl Locale {
    /// The locale with this language tag; `None` if there are no messages in that language.
    pub fn from_tag(tag: &str) -> Option<Self> {
        Self::ALL.iter().find(|locale| locale.tag() == tag).copied()
    }
}

impl FromStr for Locale {
    type Err = String;

    fn from_str(tag: &str) -> Result<Self, String> {
        Self::from_tag(tag).ok_or_else(|| {
            let tags: Vec<&str> = Self::ALL.iter().map(|locale| locale.tag()).collect();
            format!("Choose one of: {}.", tags.join(", "))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::Locale;

    #[test]
    fn a_locale_is_read_from_its_tag() {
        assert_eq!("fr".parse(), Ok(Locale::Fr));
        assert_eq!("xx".parse::<Locale>(), Err("Choose one of: en, fr.".to_owned()));
        assert_eq!(Locale::default(), Locale::En);
    }
}
