//! The output of cargo: progress, and diagnostics of the compiler.

use std::process::Command;

use anyhow::{Result, bail};

use crate::process::{describe, run_showing};

/// Runs a cargo command that compiles. Warnings and errors appear as they come, progress does not.
pub fn compile(cargo: Command) -> Result<()> {
    let shown = describe(&cargo);
    let finished = run_showing(cargo, |line| !is_progress(line))?;
    if !finished.status.success() {
        bail!("`{shown}` failed ({})", finished.status);
    }
    Ok(())
}

/// The diagnostics in an output of cargo, each once: two builds of one package find the same faults.
pub fn diagnostics(output: &str) -> Vec<String> {
    let lines: Vec<&str> = output.lines().filter(|line| !is_progress(line)).collect();
    let mut found: Vec<String> = Vec::new();
    for block in lines.join("\n").split("\n\n") {
        let block = block.trim_matches('\n');
        if !block.is_empty() && !found.iter().any(|known| known == block) {
            found.push(block.to_owned());
        }
    }
    found
}

/// `true` for a line such as `   Compiling app v0.1.0 (…)`: a verb that ends in the twelfth column.
fn is_progress(line: &str) -> bool {
    let Some((verb, rest)) = line.split_at_checked(12) else {
        return false;
    };
    let verb = verb.trim_start();
    rest.starts_with(' ')
        && verb.starts_with(|first: char| first.is_ascii_uppercase())
        && verb.chars().all(|c| c.is_ascii_alphabetic())
}

#[cfg(test)]
mod tests {
    use super::*;

    const OUTPUT: &str = "   Compiling app v0.1.0 (/checkout/app)\n\
        warning: unused variable: `x`\n \
        --> app/src/lib.rs:1:5\n  \
        |\n\
        1 |     let x = 1;\n  \
        |         ^ help: if this is intentional, prefix it with an underscore: `_x`\n\
        \n\
        warning: `app` (lib) generated 1 warning\n    \
        Finished `dev` profile [unoptimized + debuginfo] target(s) in 9.87s\n";

    #[test]
    fn progress_is_no_diagnostic() {
        let found = diagnostics(OUTPUT);
        assert_eq!(found.len(), 2, "{found:?}");
        assert!(found[0].starts_with("warning: unused variable: `x`\n --> app/src/lib.rs:1:5\n"));
        assert!(found[0].ends_with("`_x`"), "{found:?}");
        assert_eq!(found[1], "warning: `app` (lib) generated 1 warning");
    }

    #[test]
    fn a_diagnostic_of_two_builds_is_shown_once() {
        assert_eq!(diagnostics(&format!("{OUTPUT}\n{OUTPUT}")), diagnostics(OUTPUT));
    }
}
