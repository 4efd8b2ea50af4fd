//! The type that carries a secret from the browser's form to the vault, and tells nobody on the way.

use std::fmt;

use serde::{Deserialize, Deserializer};
use zeroize::{Zeroize, ZeroizeOnDrop};

/// A secret in clear. It is wiped when dropped, prints as `[redacted]`, cannot be compared, and can
/// be serialized only in the browser, whose job is to send it once.
///
/// Wiping is best effort: buffers of the network stack and of the browser are out of its reach.
#[derive(Clone, Zeroize, ZeroizeOnDrop)]
pub struct SecretValue(String);

impl SecretValue {
    /// Takes ownership of a secret.
    pub fn new(value: String) -> Self {
        Self(value)
    }

    /// The secret in clear: the one way to read it. Clippy forbids the call outside `vault` and `outbound`.
    pub fn expose(&self) -> &str {
        &self.0
    }

    /// Whether there is nothing in it.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether it is longer than a limit in bytes, without telling how long it is.
    pub fn exceeds(&self, bytes: usize) -> bool {
        self.0.len() > bytes
    }

    /// Whether it holds U+0000, which no text of the API may.
    pub fn has_nul(&self) -> bool {
        self.0.contains('\0')
    }
}

impl fmt::Debug for SecretValue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[redacted]")
    }
}

impl<'de> Deserialize<'de> for SecretValue {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer).map(Self)
    }
}

#[cfg(target_arch = "wasm32")]
impl serde::Serialize for SecretValue {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0)
    }
}

#[cfg(feature = "schema")]
impl schemars::JsonSchema for SecretValue {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> std::borrow::Cow<'static, str> {
        "SecretValue".into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({"type": "string", "format": "password", "minLength": 1, "writeOnly": true})
    }
}

#[cfg(all(test, not(target_arch = "wasm32")))]
mod tests {
    use super::SecretValue;

    /// Fails to compile as soon as the type implements the trait: the call becomes ambiguous.
    macro_rules! assert_not_impl {
        ($type:ty: $($bound:tt)+) => {{
            trait Ambiguous<A> {
                fn check() {}
            }
            impl<T: ?Sized> Ambiguous<()> for T {}
            #[allow(dead_code, reason = "the type parameter is the whole point")]
            struct Implemented;
            impl<T: ?Sized + $($bound)+> Ambiguous<Implemented> for T {}
            <$type as Ambiguous<_>>::check();
        }};
    }

    #[test]
    fn a_secret_cannot_be_serialized_displayed_or_compared_on_the_host() {
        assert_not_impl!(SecretValue: serde::Serialize);
        assert_not_impl!(SecretValue: std::fmt::Display);
        assert_not_impl!(SecretValue: PartialEq);
        assert_not_impl!(crate::credentials::CreateCredential: serde::Serialize);
        assert_not_impl!(crate::credentials::UpdateCredential: serde::Serialize);
    }

    #[test]
    fn a_secret_prints_as_redacted() {
        let secret = SecretValue::new("canary-7d1f".to_owned());
        assert_eq!(format!("{secret:?}"), "[redacted]");
    }
}
