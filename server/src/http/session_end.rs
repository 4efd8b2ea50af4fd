//! How a session ended. Sessions, uses and running operations share the type.

/// The end of a session, as its row keeps it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SessionEnd {
    /// By idle time or age.
    Expired,
    /// By its user, in the browser that it belongs to.
    SignedOut,
    /// Ended in the list of sessions, by a new password, or with its account. The default for a row that is gone.
    Revoked,
}

impl SessionEnd {
    /// The name in the database.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Expired => "expired",
            Self::SignedOut => "signed_out",
            Self::Revoked => "revoked",
        }
    }

    /// The end that a look-up reports: `None` for a live session. A missing row, or an end of a later release, counts
    /// as revoked.
    pub fn of_state(state: Option<&str>) -> Option<Self> {
        match state {
            Some("live") => None,
            Some("expired") => Some(Self::Expired),
            Some("signed_out") => Some(Self::SignedOut),
            _ => Some(Self::Revoked),
        }
    }

    /// A sentence for the user of the session.
    pub fn detail(self) -> &'static str {
        match self {
            Self::Expired => "Your session expired, so this was stopped. Sign in and try again.",
            Self::SignedOut => "You signed out, so this was stopped. Sign in and try again.",
            Self::Revoked => "You were signed out, so this was stopped. Sign in and try again.",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::SessionEnd;

    #[test]
    fn an_unknown_or_missing_state_counts_as_revoked() {
        assert_eq!(SessionEnd::of_state(Some("live")), None);
        for end in [SessionEnd::Expired, SessionEnd::SignedOut, SessionEnd::Revoked] {
            assert_eq!(SessionEnd::of_state(Some(end.as_str())), Some(end));
        }
        for state in [None, Some("postponed"), Some("")] {
            assert_eq!(SessionEnd::of_state(state), Some(SessionEnd::Revoked), "{state:?}");
        }
    }
}
