//! Where a model is reached.

use contract::model_bindings::ModelSettings;
use url::Url;

use crate::destination::Destination;
use crate::http::ApiError;

/// The field that says so.
pub const POINTER: &str = "/settings/base_url";

/// An address that paths are appended to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Endpoint {
    /// The address; its path ends with a slash.
    pub base: Url,
    /// Where requests to it go.
    pub destination: Destination,
}

impl Endpoint {
    /// An address below it.
    pub fn join(&self, segments: &[&str]) -> Url {
        let mut url = self.base.clone();
        if let Ok(mut path) = url.path_segments_mut() {
            path.pop_if_empty().extend(segments);
        }
        url
    }
}

/// The endpoint of these settings: their own address, or the usual one of the provider.
///
/// # Errors
/// 422 at the field of the address.
pub fn of(settings: &ModelSettings) -> Result<Endpoint, ApiError> {
    let text = settings
        .base_url
        .as_deref()
        .or(settings.provider.default_base_url())
        .unwrap_or_default();
    let (mut base, destination) = Destination::parse(text).map_err(|fault| fault.at(POINTER))?;
    if !base.path().ends_with('/') {
        let path = format!("{}/", base.path());
        base.set_path(&path);
    }
    Ok(Endpoint { base, destination })
}

#[cfg(test)]
mod tests {
    use contract::model_bindings::{ModelSettings, Provider};

    fn settings(provider: Provider, base_url: Option<&str>) -> ModelSettings {
        ModelSettings {
            provider,
            model_id: "m".to_owned(),
            api_key: None,
            base_url: base_url.map(str::to_owned),
            organization: None,
            supports_structured_outputs: None,
        }
    }

    #[test]
    fn a_path_is_appended_whether_the_address_ends_with_a_slash_or_not() {
        for base in ["http://127.0.0.1:9/v1", "http://127.0.0.1:9/v1/"] {
            let endpoint = super::of(&settings(Provider::OpenaiCompatible, Some(base))).unwrap();
            let url = endpoint.join(&["chat", "completions"]);
            assert_eq!(url.as_str(), "http://127.0.0.1:9/v1/chat/completions");
        }
        let endpoint = super::of(&settings(Provider::Gemini, None)).unwrap();
        let url = endpoint.join(&["models", "../a?b:generateContent"]);
        assert_eq!(
            url.as_str(),
            "https://generativelanguage.googleapis.com/v1beta/models/..%2Fa%3Fb:generateContent"
        );
        assert_eq!(endpoint.destination.display(), "generativelanguage.googleapis.com");
    }

    #[test]
    fn every_provider_has_a_place_or_asks_for_one() {
        for provider in Provider::ALL {
            let endpoint = super::of(&settings(provider, None));
            assert_eq!(endpoint.is_ok(), provider.default_base_url().is_some(), "{provider:?}");
        }
    }
}
