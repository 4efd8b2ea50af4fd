//! The program `strongroom`: the pages on top of the server's API, the files of the site and the help.

#![forbid(unsafe_code)]
// The types of views nest deeply.
#![recursion_limit = "512"]

pub mod assets;
mod compress;
pub mod help;
mod pages;
pub mod reload;
mod transport;
