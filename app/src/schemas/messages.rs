//! Messages of generated forms.

use crate::ui::list::grouped;

include!(concat!(env!("OUT_DIR"), "/messages/schemas.rs"));

/// The rule for a number, if it is one that people meet: the ends of the integers that a browser counts exactly are not.
pub fn range(min: Option<f64>, max: Option<f64>) -> Option<String> {
    let rule = |end: Option<f64>| {
        end.filter(|end| end.abs() < 9.0e15)
            .map(|end| grouped(&end.to_string()))
    };
    match (rule(min), rule(max)) {
        // A dash after a minus sign would be hard to read.
        (Some(min), Some(max)) if min.starts_with('-') => Some(range_from_negative(&max, &min)),
        (Some(min), Some(max)) => Some(range_between(&max, &min)),
        (Some(min), None) => Some(range_from(&min)),
        (None, Some(max)) => Some(range_to(&max)),
        (None, None) => None,
    }
}

pub fn sent_to(host: Option<&str>) -> String {
    host.map_or_else(|| sent_to_address().to_owned(), sent_to_host)
}

#[cfg(test)]
mod tests {
    use super::range;

    #[test]
    fn a_range_names_the_ends_that_people_meet() {
        assert_eq!(range(Some(0.0), Some(2.0)).as_deref(), Some("0–2."));
        assert_eq!(
            range(Some(1.0), Some(9_007_199_254_740_991.0)).as_deref(),
            Some("At least 1.")
        );
        assert_eq!(range(Some(1.0), Some(1_000_000.0)).as_deref(), Some("1–1,000,000."));
        assert_eq!(range(Some(-2.0), Some(2.0)).as_deref(), Some("-2 to 2."));
        assert_eq!(range(None, Some(0.5)).as_deref(), Some("Up to 0.5."));
        assert_eq!(range(None, None), None);
    }
}
