//! A resolved secret, made ready to be sent.

use std::fmt;
use std::sync::Arc;

use contract::model_bindings::KeyHeader;
use contract::secret::SecretValue;
use http::header::AUTHORIZATION;
use http::{HeaderMap, HeaderName, HeaderValue};
use zeroize::Zeroizing;

use crate::credentials::Resolved;
use crate::destination::Destination;

use super::OutboundError;
use super::quoting::QuoteFilter;
use super::redact::SecretForms;

/// The headers that carry secrets.
const X_API_KEY: HeaderName = HeaderName::from_static("x-api-key");
const X_GOOG_API_KEY: HeaderName = HeaderName::from_static("x-goog-api-key");

/// The header with a secret, `Authorization: Bearer` for most, the one destination that it may go to, and what finds
/// its value in answers.
#[derive(Clone)]
pub struct Bearer {
    name: HeaderName,
    header: HeaderValue,
    /// The header in words, without the value.
    sent_as: &'static str,
    destination: Destination,
    /// No automaton: requests share the one of their destination.
    forms: Arc<SecretForms>,
    quotes: QuoteFilter,
}

impl Bearer {
    /// Makes the header.
    ///
    /// # Errors
    /// [`OutboundError::ValueNotSendable`] where the value cannot stand in a header: it has a line
    /// break or another control character, or it is empty.
    pub fn new(value: &SecretValue, destination: Destination) -> Result<Self, OutboundError> {
        Self::in_header(KeyHeader::Bearer, value, destination)
    }

    /// The header for the value of a credential. The credential is known wherever the value comes back.
    pub fn of_resolved(place: KeyHeader, resolved: &Resolved) -> Result<Self, OutboundError> {
        let bearer = Self::in_header(place, &resolved.value, resolved.destination.clone())?;
        bearer.forms.add_sources(&[(resolved.id, resolved.version)]);
        Ok(bearer)
    }

    /// The same in the header that a provider of models wants.
    pub fn in_header(place: KeyHeader, value: &SecretValue, destination: Destination) -> Result<Self, OutboundError> {
        let (name, prefix, sent_as) = match place {
            KeyHeader::Bearer => (AUTHORIZATION, "Bearer ", "Authorization: Bearer"),
            KeyHeader::XApiKey => (X_API_KEY, "", "x-api-key"),
            KeyHeader::XGoogApiKey => (X_GOOG_API_KEY, "", "x-goog-api-key"),
        };
        Ok(Self {
            name,
            header: header(prefix, value)?,
            sent_as,
            destination,
            forms: Arc::new(SecretForms::of(value)),
            quotes: QuoteFilter::of_all([value]),
        })
    }

    /// Takes every header out that could carry a secret, whatever a caller put there.
    pub(super) fn clear(headers: &mut HeaderMap) {
        for name in [AUTHORIZATION, X_API_KEY, X_GOOG_API_KEY] {
            headers.remove(name);
        }
    }

    /// Adds the header to a request to the destination that the secret was resolved for.
    ///
    /// # Errors
    /// [`OutboundError::HostNotAllowed`] for any other destination, another path of the same host included.
    pub(super) fn add_to(&self, headers: &mut HeaderMap, destination: &Destination) -> Result<(), OutboundError> {
        if *destination != self.destination || destination.path().is_err() {
            return Err(OutboundError::HostNotAllowed);
        }
        headers.insert(self.name.clone(), self.header.clone());
        Ok(())
    }

    /// The forms by which the value is found in answers.
    pub(super) fn forms(&self) -> &Arc<SecretForms> {
        &self.forms
    }

    /// The filter for words of the receiver.
    pub fn quotes(&self) -> &QuoteFilter {
        &self.quotes
    }

    /// The header in words, without the value.
    pub fn sent_as(&self) -> &'static str {
        self.sent_as
    }
}

#[expect(clippy::disallowed_methods, reason = "this is the header that carries the secret")]
fn header(prefix: &str, value: &SecretValue) -> Result<HeaderValue, OutboundError> {
    if value.is_empty() {
        return Err(OutboundError::ValueNotSendable);
    }
    let text = Zeroizing::new(format!("{prefix}{}", value.expose()));
    // The error of this conversion is dropped unread: some print what they were given.
    let mut header = HeaderValue::from_bytes(text.as_bytes()).map_err(|_| OutboundError::ValueNotSendable)?;
    header.set_sensitive(true);
    Ok(header)
}

impl fmt::Debug for Bearer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Bearer")
            .field("destination", &self.destination)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use contract::model_bindings::KeyHeader;
    use contract::secret::SecretValue;
    use http::HeaderMap;

    use super::Bearer;
    use crate::destination::Destination;
    use crate::outbound::OutboundError;

    fn destination(url: &str) -> Destination {
        Destination::parse(url).unwrap().1
    }

    fn bearer(value: &str) -> Result<Bearer, OutboundError> {
        Bearer::new(&SecretValue::new(value.to_owned()), destination("https://a.example/"))
    }

    #[test]
    fn a_value_with_a_line_break_cannot_be_sent_and_is_not_repeated() {
        for value in [
            "canary\n7d1f",
            "canary\r\nX-Other: 1",
            "canary\u{0}7d1f",
            "canary\u{7f}",
            "",
        ] {
            let error = bearer(value).unwrap_err();
            assert_eq!(error, OutboundError::ValueNotSendable);
            assert!(!format!("{error} {error:?}").contains("canary"));
        }
        assert!(bearer("canary é 7d1f").is_ok());
    }

    #[test]
    fn a_header_goes_to_its_own_destination_only() {
        let bearer = bearer("canary-7d1f").unwrap();
        let mut headers = HeaderMap::new();
        assert!(bearer.add_to(&mut headers, &destination("https://a.example/")).is_ok());
        assert_eq!(headers.len(), 1);
        for url in [
            "http://a.example/",
            "https://a.example:8443/",
            "https://b.example/",
            "https://a.example/other",
            "https://a.example/%2F",
        ] {
            let mut headers = HeaderMap::new();
            let refused = bearer.add_to(&mut headers, &destination(url));
            assert_eq!((refused, headers.len()), (Err(OutboundError::HostNotAllowed), 0));
        }
    }

    #[test]
    fn a_bearer_does_not_print_its_value() {
        let bearer = bearer("canary-7d1f").unwrap();
        let mut headers = HeaderMap::new();
        bearer.add_to(&mut headers, &destination("https://a.example/")).unwrap();
        assert!(!format!("{bearer:?} {headers:?}").contains("canary"));
    }

    #[test]
    fn each_provider_gets_the_key_in_its_own_header_and_in_no_other() {
        for (place, name, content) in [
            (KeyHeader::Bearer, "authorization", "Bearer canary-7d1f"),
            (KeyHeader::XApiKey, "x-api-key", "canary-7d1f"),
            (KeyHeader::XGoogApiKey, "x-goog-api-key", "canary-7d1f"),
        ] {
            let here = destination("https://a.example/");
            let value = SecretValue::new("canary-7d1f".to_owned());
            let bearer = Bearer::in_header(place, &value, here.clone()).unwrap();
            let mut headers = HeaderMap::new();
            for other in ["authorization", "x-api-key", "x-goog-api-key"] {
                headers.insert(other, "other".parse().unwrap());
            }
            Bearer::clear(&mut headers);
            assert!(headers.is_empty());
            bearer.add_to(&mut headers, &here).unwrap();
            assert_eq!(headers.len(), 1);
            assert_eq!(headers[name], content);
            assert!(headers[name].is_sensitive());
        }
    }
}
