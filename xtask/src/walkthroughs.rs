//! The walkthroughs of `docs/walkthroughs`: patches that add a feature, which must apply, compile and stay narrow. The text
//! before the first `diff` says what the patch adds, and holds its limits as `key: value` lines.

use std::fs;
use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result, bail, ensure};

use crate::process::{TemporaryFolder, run_quietly};
use crate::progress::say;
use crate::workspace::{HOST_PACKAGES, Workspace};

/// Folder of the patches.
const FOLDER: &str = "docs/walkthroughs";

/// The limits of a patch.
#[derive(Debug, PartialEq, Eq)]
struct Limits {
    /// Name of the feature's folders and files, whose lines do not count.
    feature: String,
    existing_files: usize,
    lines_elsewhere: usize,
}

impl Limits {
    fn of(patch: &str) -> Result<Self> {
        let header = patch.split("\ndiff --git ").next().unwrap_or_default();
        let value = |key: &str| {
            let line = header
                .lines()
                .find_map(|line| line.strip_prefix(key)?.strip_prefix(": "));
            line.with_context(|| format!("the patch has no line `{key}: …`"))
        };
        Ok(Self {
            feature: value("feature")?.to_owned(),
            existing_files: value("existing-files")?.parse().context("existing-files")?,
            lines_elsewhere: value("lines-elsewhere")?.parse().context("lines-elsewhere")?,
        })
    }

    /// `true` for a folder or file of the feature: a part of the path is its name, or ends with it (a migration).
    fn is_own(&self, path: &str) -> bool {
        path.split('/').any(|part| {
            let stem = part.split('.').next().unwrap_or_default();
            stem == self.feature || stem.ends_with(&format!("_{}", self.feature))
        })
    }

    /// Existing files and lines outside of the feature, from `git diff --numstat`: a replaced line counts once.
    fn count(&self, numstat: &str, exists: impl Fn(&str) -> bool) -> (usize, usize) {
        let (mut files, mut lines) = (0, 0);
        for row in numstat.lines() {
            let mut columns = row.splitn(3, '\t');
            let mut number = || -> usize { columns.next().and_then(|text| text.parse().ok()).unwrap_or_default() };
            let changed = number().max(number());
            let path = columns.next().unwrap_or_default();
            files += usize::from(exists(path));
            if !self.is_own(path) {
                lines += changed;
            }
        }
        (files, lines)
    }
}

/// Applies each patch to the last commit in a worktree of its own, compiles it, and compares its counts with its limits.
pub fn check(workspace: &Workspace) -> Result<()> {
    let mut patches = 0;
    for entry in fs::read_dir(workspace.path(FOLDER)).context("cannot read the walkthroughs")? {
        let path = entry?.path();
        if path.extension().is_some_and(|extension| extension == "patch") {
            check_patch(workspace, &path).with_context(|| path.display().to_string())?;
            patches += 1;
        }
    }
    ensure!(patches > 0, "there are no walkthroughs in {FOLDER}");
    Ok(())
}

fn check_patch(workspace: &Workspace, patch: &Path) -> Result<()> {
    let limits = Limits::of(&fs::read_to_string(patch)?)?;
    let folder = TemporaryFolder::new("walkthrough")?;
    let tree = folder.path().join("tree");
    let git = |folder: &Path, arguments: &[&str]| {
        let mut git = Command::new("git");
        git.current_dir(folder).args(arguments);
        git
    };
    // What a run left that was killed.
    run_quietly(git(&workspace.root, &["worktree", "prune"]))?;
    let mut add = git(&workspace.root, &["worktree", "add", "--quiet", "--detach"]);
    add.arg(&tree).arg("HEAD");
    run_quietly(add)?;
    let outcome = (|| {
        let mut apply = git(&tree, &["apply", "--index"]);
        apply.arg(patch);
        run_quietly(apply)?;
        let numstat = run_quietly(git(&tree, &["diff", "--cached", "--numstat", "--no-renames"]))?;
        let new = run_quietly(git(&tree, &["diff", "--cached", "--name-only", "--diff-filter=A"]))?;
        let (files, lines) = limits.count(&numstat, |path| !new.lines().any(|new| new == path));
        say(format!(
            "      {}: {files} existing files, {lines} lines elsewhere",
            limits.feature
        ));
        if files > limits.existing_files || lines > limits.lines_elsewhere {
            bail!(
                "the limits are {} files and {} lines",
                limits.existing_files,
                limits.lines_elsewhere
            );
        }
        let mut cargo = workspace.cargo();
        cargo.current_dir(&tree).env("CARGO_TARGET_DIR", &workspace.target);
        cargo.arg("check").args(HOST_PACKAGES).arg("--all-targets");
        run_quietly(cargo).map(drop)
    })();
    let mut remove = git(&workspace.root, &["worktree", "remove", "--force"]);
    remove.arg(&tree);
    let removed = run_quietly(remove);
    outcome?;
    removed.map(drop)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn limits_stand_before_the_first_difference() {
        let patch = "Adds a thing.\n\nfeature: things\nexisting-files: 15\nlines-elsewhere: 60\n\ndiff --git a/x b/x\nfeature: no\n";
        let limits = Limits::of(patch).unwrap();
        assert_eq!((limits.existing_files, limits.lines_elsewhere), (15, 60));
        assert!(Limits::of("\ndiff --git a/x b/x\nfeature: no\n").is_err());
        assert!(limits.is_own("server/src/things/mod.rs") && limits.is_own("migrations/0015_things.sql"));
        assert!(limits.is_own("server/tests/api/things.rs") && !limits.is_own("server/src/nothings.rs"));
        let numstat = "3\t1\tserver/src/lib.rs\n20\t0\tserver/src/things/mod.rs\n5\t0\tdocs/new.md\n0\t2\told.rs\n";
        assert_eq!(limits.count(numstat, |path| path != "docs/new.md"), (3, 10));
    }
}
