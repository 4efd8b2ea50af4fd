//! Limits of what one user may store and use.

/// The limits for each user. 0 is no limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Quotas {
    /// Records of all kinds together.
    pub records: u32,
    /// Mebibytes of stored values, as they are stored: sealed and padded.
    pub values_mib: u32,
    /// Uses of credentials in a second, on one server.
    pub uses_per_second: u32,
}

impl Default for Quotas {
    fn default() -> Self {
        Self {
            records: 20_000,
            values_mib: 64,
            uses_per_second: 100,
        }
    }
}

/// A limit that a change would exceed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Quota {
    /// As many records as one user may own.
    Records(u32),
    /// As many mebibytes of values as one user may store.
    Values(u32),
}

impl Quotas {
    /// The limit that these counts exceed.
    pub fn exceeded(&self, records: i64, bytes: i64) -> Option<Quota> {
        if self.records > 0 && records > i64::from(self.records) {
            return Some(Quota::Records(self.records));
        }
        let most = i64::from(self.values_mib) << 20;
        (most > 0 && bytes > most).then_some(Quota::Values(self.values_mib))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_limit_itself_is_allowed_and_zero_is_none() {
        let quotas = Quotas {
            records: 2,
            values_mib: 1,
            uses_per_second: 0,
        };
        assert_eq!(quotas.exceeded(2, 1 << 20), None);
        assert_eq!(quotas.exceeded(3, 0), Some(Quota::Records(2)));
        assert_eq!(quotas.exceeded(0, (1 << 20) + 1), Some(Quota::Values(1)));
        let none = Quotas {
            records: 0,
            values_mib: 0,
            uses_per_second: 0,
        };
        assert_eq!(none.exceeded(i64::MAX, i64::MAX), None);
    }
}
