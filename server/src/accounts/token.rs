//! Random tokens: in a cookie or a link as base64url, in a table only as a hash.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest as _, Sha256};
use zeroize::Zeroizing;

use crate::http::ApiError;

/// 32 random bytes that open something.
pub(super) struct Token(Zeroizing<[u8; 32]>);

impl Token {
    /// A token that nobody had before.
    pub fn fresh() -> Result<Self, ApiError> {
        let mut bytes = Zeroizing::new([0_u8; 32]);
        getrandom::fill(bytes.as_mut()).map_err(|_| ApiError::Internal(anyhow::anyhow!("no random numbers")))?;
        Ok(Self(bytes))
    }

    /// Reads a token as it was given out.
    pub fn parse(text: &str) -> Option<Self> {
        let bytes = Zeroizing::new(URL_SAFE_NO_PAD.decode(text).ok()?);
        Some(Self(Zeroizing::new(bytes.as_slice().try_into().ok()?)))
    }

    /// The token as it is given out.
    pub fn text(&self) -> String {
        URL_SAFE_NO_PAD.encode(self.bytes())
    }

    /// The bytes themselves.
    pub fn bytes(&self) -> &[u8; 32] {
        &self.0
    }

    /// What a table keeps of it.
    pub fn hash(&self) -> Vec<u8> {
        Sha256::digest(self.bytes()).to_vec()
    }
}

impl std::fmt::Debug for Token {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Token")
    }
}

#[cfg(test)]
mod tests {
    use super::Token;

    #[test]
    fn a_token_is_read_as_it_was_given_out() {
        let token = Token::fresh().unwrap();
        let again = Token::parse(&token.text()).unwrap();
        assert_eq!((token.bytes(), token.hash()), (again.bytes(), again.hash()));
        assert_eq!(format!("{token:?}"), "Token");
        for bad in ["", "short", &token.text()[1..], &format!("{}A", token.text()), "*"] {
            assert!(Token::parse(bad).is_none(), "{bad}");
        }
    }
}
