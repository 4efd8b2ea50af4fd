//! Pieces that no feature owns.

pub mod value_field;
