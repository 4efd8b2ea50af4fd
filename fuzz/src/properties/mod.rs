//! One function for each fuzz target. It panics where a property does not hold.

pub mod destination;
pub mod json;
pub mod redaction;
pub mod sse;

/// A property that takes any bytes.
pub type Property = fn(&[u8]);

/// All targets: the name of the program without `fuzz-`, which is the folder of its corpus too, and its property.
pub const TARGETS: &[(&str, Property)] = &[
    ("redaction", redaction::check),
    ("destination", destination::check),
    ("sse", sse::check),
    ("json", json::check),
];
