//! What schemas and values are told, and that every value comes back out of the form.

mod cases;
mod checks;
mod generate;
mod round_trip;
mod schemas;
