//! A copy of the program, for tests that run it as somebody else.

use std::path::Path;
use std::process::Command;

/// Copies the program. Another process writes the copy: what this one has open for writing, a child that it starts for
/// another test at that moment has open as well, and then the copy cannot be run ("text file busy").
pub fn copy_program(to: &Path) {
    let copied = Command::new("cp")
        .arg(crate::PROGRAM)
        .arg(to)
        .status()
        .expect("cp runs");
    assert!(copied.success(), "the program is copied");
}
