//! A resolved secret, made ready to be sent.

use std::fmt;

use app::secret::SecretValue;
use http::HeaderValue;
use zeroize::Zeroizing;

use crate::destination::Destination;

use super::OutboundError;
use super::redact::Redactor;

/// An `Authorization: Bearer` header, the one destination that it may go to, and what finds its value
/// in answers.
#[derive(Clone)]
pub struct Bearer {
    header: HeaderValue,
    destination: Destination,
    redactor: Redactor,
}

impl Bearer {
    /// Makes the header.
    ///
    /// # Errors
    /// [`OutboundError::ValueNotSendable`] where the value cannot stand in a header: it has a line
    /// break or another control character, or it is empty.
    pub fn new(value: &SecretValue, destination: Destination) -> Result<Self, OutboundError> {
        Ok(Self {
            header: header(value)?,
            destination,
            redactor: Redactor::of(value),
        })
    }

    /// The header, for a request to the destination that the secret was resolved for.
    ///
    /// # Errors
    /// [`OutboundError::HostNotAllowed`] for any other destination.
    pub(super) fn header_for(&self, destination: &Destination) -> Result<HeaderValue, OutboundError> {
        if *destination == self.destination {
            Ok(self.header.clone())
        } else {
            Err(OutboundError::HostNotAllowed)
        }
    }

    /// What finds the value in answers.
    pub(super) fn redactor(&self) -> &Redactor {
        &self.redactor
    }
}

#[expect(clippy::disallowed_methods, reason = "this is the header that carries the secret")]
fn header(value: &SecretValue) -> Result<HeaderValue, OutboundError> {
    if value.is_empty() {
        return Err(OutboundError::ValueNotSendable);
    }
    let text = Zeroizing::new(format!("Bearer {}", value.expose()));
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
    use app::secret::SecretValue;

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
        assert!(bearer.header_for(&destination("https://a.example/other")).is_ok());
        for url in ["http://a.example/", "https://a.example:8443/", "https://b.example/"] {
            assert_eq!(bearer.header_for(&destination(url)), Err(OutboundError::HostNotAllowed));
        }
    }

    #[test]
    fn a_bearer_does_not_print_its_value() {
        let bearer = bearer("canary-7d1f").unwrap();
        let header = bearer.header_for(&destination("https://a.example/")).unwrap();
        assert!(!format!("{bearer:?} {header:?}").contains("canary"));
    }
}
