//! Polynomial hashes modulo 2^61 - 1 with a random base: a long form is compared in constant time at each place, and its
//! bytes need not be kept.

use std::sync::OnceLock;

/// A Mersenne prime, so that the remainder is two additions.
const PRIME: u64 = (1 << 61) - 1;

static BASE: OnceLock<u64> = OnceLock::new();

/// The hash of the bytes read so far; the default is that of none.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Fingerprint(u64);

/// The factor by which a hash grows over a number of bytes.
#[derive(Clone, Copy, Debug)]
pub(super) struct Shift(u64);

impl Fingerprint {
    pub fn of(bytes: &[u8]) -> Self {
        let base = base();
        bytes.iter().fold(Self::default(), |hash, byte| hash.and(base, *byte))
    }

    /// The hash with one more byte.
    #[inline]
    pub fn and(self, base: u64, byte: u8) -> Self {
        Self(reduce(u128::from(self.0) * u128::from(base) + u128::from(byte) + 1))
    }

    /// Whether the bytes read between `before` and `self` are those of `between`.
    #[inline]
    pub fn follows(self, before: Self, shift: Shift, between: Self) -> bool {
        self.0 == reduce(u128::from(before.0) * u128::from(shift.0) + u128::from(between.0))
    }
}

impl Shift {
    pub fn over(bytes: usize) -> Self {
        let (mut power, mut square, mut left) = (1, base(), bytes);
        while left > 0 {
            if left & 1 == 1 {
                power = reduce(u128::from(power) * u128::from(square));
            }
            square = reduce(u128::from(square) * u128::from(square));
            left >>= 1;
        }
        Self(power)
    }
}

/// The base of this process. Without it, nobody can construct two texts of one hash.
pub(super) fn base() -> u64 {
    *BASE.get_or_init(|| {
        let mut bytes = [0; 8];
        // Without randomness a collision would only mask more than the value.
        let _ = getrandom::fill(&mut bytes);
        u64::from_le_bytes(bytes) % (PRIME - 512) + 257
    })
}

#[expect(
    clippy::cast_possible_truncation,
    reason = "both halves of a product below 2^122 fit into 61 bits after the shift"
)]
#[inline]
fn reduce(product: u128) -> u64 {
    let sum = (product as u64 & PRIME) + (product >> 61) as u64;
    if sum >= PRIME { sum - PRIME } else { sum }
}

#[cfg(test)]
mod tests {
    use super::{Fingerprint, Shift, base};

    #[test]
    fn the_hash_of_a_part_follows_from_the_hashes_around_it() {
        let text = b"before the part after";
        let hashes: Vec<_> = text
            .iter()
            .scan(Fingerprint::default(), |hash, byte| {
                *hash = hash.and(base(), *byte);
                Some(*hash)
            })
            .collect();
        let part = Fingerprint::of(b"the part");
        assert!(hashes[14].follows(hashes[6], Shift::over(8), part));
        assert!(!hashes[15].follows(hashes[7], Shift::over(8), part));
    }
}
