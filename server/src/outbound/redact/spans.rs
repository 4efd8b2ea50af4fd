//! The places in a text that are masked.

use std::ops::Range;

/// Ranges in order, without overlaps. They are found in almost that order, so that adding one moves few others, and the
/// time for all of them is linear.
#[derive(Debug, Default)]
pub(super) struct MaskSpans {
    spans: Vec<Range<u64>>,
    /// How many of them were taken.
    taken: usize,
}

impl MaskSpans {
    /// Adds a range; it becomes one with those that it overlaps.
    pub fn add(&mut self, mut range: Range<u64>) {
        match self.spans[self.taken..].last_mut() {
            Some(last) if last.end > range.start => {
                if last.start <= range.start {
                    last.end = last.end.max(range.end);
                    return;
                }
            }
            _ => return self.spans.push(range),
        }
        let live = self.live();
        let first = live.partition_point(|span| span.end <= range.start);
        let overlapped = live[first..].partition_point(|span| span.start < range.end);
        if overlapped > 0 {
            let (before, after) = (&live[first], &live[first + overlapped - 1]);
            range = range.start.min(before.start)..range.end.max(after.end);
        }
        let first = self.taken + first;
        self.spans.splice(first..first + overlapped, [range]);
    }

    /// The span that this place is inside of.
    pub fn around(&self, place: u64) -> Option<&Range<u64>> {
        let live = self.live();
        live.get(live.partition_point(|span| span.end <= place))
            .filter(|span| span.start < place)
    }

    /// Makes two spans of the one that this place is inside of.
    pub fn split(&mut self, place: u64) {
        let at = self.taken + self.live().partition_point(|span| span.end <= place);
        if let Some(span) = self.spans.get_mut(at).filter(|span| span.start < place) {
            let before = span.start..place;
            span.start = place;
            self.spans.insert(at, before);
        }
    }

    /// Takes the first span if it ends at this place or before.
    pub fn take_before(&mut self, place: u64) -> Option<Range<u64>> {
        let span = self.live().first().filter(|span| span.end <= place)?.clone();
        self.taken += 1;
        // In large steps, so that the time to move the rest stays linear.
        if self.taken * 2 > self.spans.len() {
            self.spans.drain(..self.taken);
            self.taken = 0;
        }
        Some(span)
    }

    fn live(&self) -> &[Range<u64>] {
        &self.spans[self.taken..]
    }
}

#[cfg(test)]
mod tests {
    use super::MaskSpans;

    #[test]
    fn spans_that_overlap_become_one() {
        let mut spans = MaskSpans::default();
        for range in [5..8, 1..3, 10..12, 2..4, 8..9, 7..11, 6..7] {
            spans.add(range);
        }
        assert_eq!(spans.live(), [1..4, 5..12]);
        assert_eq!(spans.around(4), None);
        assert_eq!(spans.around(6), Some(&(5..12)));
        assert_eq!(spans.take_before(3), None);
        assert_eq!(spans.take_before(5), Some(1..4));
        assert_eq!(spans.take_before(11), None);
        spans.add(11..20);
        assert_eq!(spans.take_before(20), Some(5..20));
        assert_eq!(spans.take_before(u64::MAX), None);
        spans.add(30..40);
        spans.split(30);
        spans.split(35);
        assert_eq!(spans.live(), [30..35, 35..40]);
        spans.add(34..41);
        assert_eq!(spans.take_before(41), Some(30..41));
    }
}
