//! The places in a text that are masked.

use std::borrow::Cow;
use std::ops::Range;

use super::MASK;

/// Ranges in order, without overlaps.
#[derive(Debug, Default)]
pub(super) struct MaskSpans(Vec<Range<usize>>);

impl MaskSpans {
    /// Adds a range; it becomes one with those that it overlaps.
    pub fn add(&mut self, mut range: Range<usize>) {
        let first = self.0.partition_point(|mark| mark.end <= range.start);
        let overlapped = self.0[first..].iter().take_while(|mark| mark.start < range.end).count();
        if let (Some(before), Some(after)) = (self.0.get(first), self.0.get((first + overlapped).saturating_sub(1)))
            && overlapped > 0
        {
            range = range.start.min(before.start)..range.end.max(after.end);
        }
        self.0.splice(first..first + overlapped, [range]);
    }

    pub fn ranges(&self) -> &[Range<usize>] {
        &self.0
    }

    /// The mark that this place is inside of.
    pub fn around(&self, place: usize) -> Option<&Range<usize>> {
        self.0.iter().find(|mark| mark.start < place && place < mark.end)
    }

    /// Takes the marks that end before a place; the others then count from there.
    pub fn take_before(&mut self, place: usize) -> Vec<Range<usize>> {
        let decided = self.0.partition_point(|mark| mark.end <= place);
        let taken = self.0.drain(..decided).collect();
        for mark in &mut self.0 {
            *mark = mark.start - place..mark.end - place;
        }
        taken
    }

    /// The text with every mark masked.
    pub fn mask(self, text: &str) -> Cow<'_, str> {
        if self.0.is_empty() {
            return Cow::Borrowed(text);
        }
        let mut masked = String::with_capacity(text.len());
        let mut from = 0;
        for mark in self.0 {
            // A mark may end inside a character, where the last bytes of a value look like the first ones of it.
            masked.push_str(&String::from_utf8_lossy(&text.as_bytes()[from..mark.start]));
            masked.push_str(MASK);
            from = mark.end;
        }
        masked.push_str(&String::from_utf8_lossy(&text.as_bytes()[from..]));
        Cow::Owned(masked)
    }
}

#[cfg(test)]
mod tests {
    use super::MaskSpans;

    #[test]
    fn marks_that_overlap_become_one() {
        let mut marks = MaskSpans::default();
        for range in [5..8, 1..3, 10..12, 2..4, 8..9, 7..11] {
            marks.add(range);
        }
        assert_eq!(marks.ranges(), [1..4, 5..12]);
        assert_eq!(marks.around(4), None);
        assert_eq!(marks.around(6), Some(&(5..12)));
        assert_eq!(marks.take_before(5).first(), Some(&(1..4)));
        assert_eq!(marks.ranges().first(), Some(&(0..7)));
    }
}
