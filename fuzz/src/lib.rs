//! The properties that the fuzz targets check. The tests of the server include this folder and replay `fuzz/corpus`, so
//! that inputs that once failed stay tested without a fuzzer.

pub mod properties;
