//! The rules of names, the same in the form and on the server.

pub use crate::secret_text::looks_like_secret;

/// The longest name, in characters.
pub const MAX_NAME_CHARS: usize = 128;

/// Why a text cannot be a name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NameFault {
    /// Nothing is left after trimming.
    Empty,
    /// More than [`MAX_NAME_CHARS`] characters.
    TooLong,
    /// A control, formatting, direction or invisible character.
    Invisible,
    /// It looks like a secret itself.
    LooksLikeSecret,
}

impl NameFault {
    /// The stable code of the broken rule.
    pub fn code(self) -> &'static str {
        match self {
            Self::Empty => "required",
            Self::TooLong => "too-long",
            Self::Invisible => "invisible-character",
            Self::LooksLikeSecret => "looks-like-secret",
        }
    }

    /// A sentence that says what to do.
    pub fn detail(self) -> &'static str {
        match self {
            Self::Empty => "Enter a name.",
            Self::TooLong => "Use up to 128 characters.",
            Self::Invisible => "The name contains hidden characters. Remove them and try again.",
            Self::LooksLikeSecret => "This looks like a secret. Put it in Value instead.",
        }
    }
}

/// Trims a text and checks that it can be a name.
pub fn parse_name(text: &str) -> Result<String, NameFault> {
    let name = text.trim();
    if name.is_empty() {
        return Err(NameFault::Empty);
    }
    if name.chars().any(is_invisible) {
        return Err(NameFault::Invisible);
    }
    // A long key is told that it looks like one, not that it is too long.
    if looks_like_secret(name) {
        return Err(NameFault::LooksLikeSecret);
    }
    if name.chars().count() > MAX_NAME_CHARS {
        return Err(NameFault::TooLong);
    }
    Ok(name.to_owned())
}

/// Control (Cc), format (Cf: zero width, direction), line and paragraph separators, and the fillers
/// that show as nothing.
fn is_invisible(c: char) -> bool {
    c.is_control()
        || matches!(c,
            '\u{00AD}' | '\u{034F}' | '\u{0600}'..='\u{0605}' | '\u{061C}' | '\u{06DD}' | '\u{070F}' | '\u{0890}'
            | '\u{0891}' | '\u{08E2}' | '\u{115F}' | '\u{1160}' | '\u{17B4}' | '\u{17B5}' | '\u{180B}'..='\u{180F}'
            | '\u{200B}'..='\u{200F}' | '\u{2028}'..='\u{202E}' | '\u{2060}'..='\u{206F}' | '\u{2800}' | '\u{3164}'
            | '\u{FE00}'..='\u{FE0F}' | '\u{FEFF}' | '\u{FFA0}' | '\u{FFF9}'..='\u{FFFB}' | '\u{110BD}' | '\u{110CD}'
            | '\u{13430}'..='\u{1343F}' | '\u{1BCA0}'..='\u{1BCA3}' | '\u{1D173}'..='\u{1D17A}'
            | '\u{E0000}'..='\u{E0FFF}')
}

#[cfg(test)]
mod tests {
    use super::{NameFault, looks_like_secret, parse_name};

    #[test]
    fn names_are_trimmed_and_kept() {
        assert_eq!(
            parse_name("  OPENAI_PROD_API_KEY ").as_deref(),
            Ok("OPENAI_PROD_API_KEY")
        );
        assert_eq!(
            parse_name("Clé de l’équipe 東京").as_deref(),
            Ok("Clé de l’équipe 東京")
        );
    }

    #[test]
    fn names_that_cannot_be_read_are_refused() {
        assert_eq!(parse_name(" \t "), Err(NameFault::Empty));
        assert_eq!(parse_name("a\u{200B}b"), Err(NameFault::Invisible));
        assert_eq!(parse_name("a\u{202E}b"), Err(NameFault::Invisible));
        assert_eq!(parse_name("a\0b"), Err(NameFault::Invisible));
        assert_eq!(parse_name(&"x".repeat(129)), Err(NameFault::TooLong));
        assert!(parse_name(&"é".repeat(128)).is_ok());
    }

    #[test]
    fn pasted_secrets_are_refused_as_names() {
        // Marked canaries, made up here.
        for text in [
            "sk-proj-canary00000000000000",
            "ghp_canary0000000000000000000",
            "eyJhbGciOiJub25lIn0.eyJjYW5hcnkiOjF9.c2ln",
            "-----BEGIN PRIVATE KEY-----",
            "Bearer canary0000000000",
        ] {
            assert!(looks_like_secret(text), "{text}");
            assert_eq!(parse_name(text), Err(NameFault::LooksLikeSecret), "{text}");
        }
        for text in [
            "OPENAI_PROD_API_KEY",
            "sk-team",
            "SG.mail",
            "AIza",
            "npm_publish",
            "MCP.CRM.TOKEN",
            "hf_models_key",
        ] {
            assert!(!looks_like_secret(text), "{text}");
        }
    }
}
