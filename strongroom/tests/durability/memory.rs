//! The memory of a process: its figures, and a limit for it.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};

/// A figure of a process in `/proc`, such as `VmRSS`, in bytes.
pub fn figure(id: u32, name: &str) -> usize {
    let status = std::fs::read_to_string(format!("/proc/{id}/status")).unwrap();
    let named = |line: &&str| line.split(':').next() == Some(name);
    let line = status.lines().find(named).unwrap();
    let kib = line.split_whitespace().nth(1).unwrap();
    kib.parse::<usize>().unwrap() * 1024
}

/// Anonymous memory of a process in MB: its code and its files do not count.
pub fn anonymous(id: u32) -> u64 {
    figure(id, "RssAnon") as u64 / 1_000_000
}

/// All figures of a process, for the message of a failure.
pub fn figures(id: u32) -> String {
    let status = std::fs::read_to_string(format!("/proc/{id}/status")).unwrap();
    let lines = status
        .lines()
        .filter(|line| line.starts_with("Vm") || line.starts_with("Rss"));
    lines.collect::<Vec<_>>().join(", ")
}

/// A control group with a limit of memory. Its processes have to end before it does.
pub struct Group(PathBuf);

impl Group {
    /// A group with this limit in bytes; `None`, with a line that reports it, if this user may not make one. Both versions
    /// of control groups are known.
    pub fn new(limit: usize) -> Option<Self> {
        let group = Self::in_any_version(limit);
        if group.is_none() {
            crate::not_checked("the server in a control group with a limit of memory: this user may not make one");
        }
        group
    }

    fn in_any_version(limit: usize) -> Option<Self> {
        let root = Path::new("/sys/fs/cgroup");
        Self::in_first_version(&root.join("memory"), limit).or_else(|| {
            let own = std::fs::read_to_string("/proc/self/cgroup").ok()?;
            let own = own.lines().find_map(|line| line.strip_prefix("0::/"))?;
            let parents = [root.to_owned(), root.join(own)];
            parents.iter().find_map(|parent| Self::in_second_version(parent, limit))
        })
    }

    fn in_first_version(parent: &Path, limit: usize) -> Option<Self> {
        let controls = parent.join("memory.limit_in_bytes").exists();
        controls.then(|| Self::below(parent, &[("memory.limit_in_bytes", limit)]))?
    }

    fn in_second_version(parent: &Path, limit: usize) -> Option<Self> {
        let controllers = std::fs::read_to_string(parent.join("cgroup.controllers")).ok()?;
        if !controllers.split_whitespace().any(|name| name == "memory") {
            return None;
        }
        // It may be passed on already, or by nobody but the administrator: the limit below decides.
        let _ = std::fs::write(parent.join("cgroup.subtree_control"), "+memory");
        Self::below(parent, &[("memory.max", limit), ("memory.swap.max", 0)])
    }

    /// The first limit is required, the others hold where the kernel has them.
    fn below(parent: &Path, limits: &[(&str, usize)]) -> Option<Self> {
        static NUMBER: AtomicU32 = AtomicU32::new(0);
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        let folder = parent.join(format!("strongroom-test-{}-{number}", std::process::id()));
        std::fs::create_dir(&folder).ok()?;
        // Removed again if a limit cannot be set.
        let group = Self(folder);
        for (at, (file, limit)) in limits.iter().enumerate() {
            let set = std::fs::write(group.0.join(file), limit.to_string());
            if at == 0 {
                set.ok()?;
            }
        }
        Some(group)
    }

    /// The file to which processes of the group are written.
    pub fn processes(&self) -> PathBuf {
        self.0.join("cgroup.procs")
    }

    /// Takes a process in; what it allocated before does not count.
    pub fn take(&self, id: u32) {
        std::fs::write(self.processes(), id.to_string()).unwrap();
    }
}

impl Drop for Group {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir(&self.0);
    }
}

mod both_versions {
    use super::*;

    /// The files of the only group below a folder.
    fn limits(parent: &Path) -> Vec<(String, String)> {
        let groups = std::fs::read_dir(parent).unwrap().flatten().map(|entry| entry.path());
        let group = groups.filter(|path| path.is_dir()).last().unwrap();
        let files = std::fs::read_dir(group).unwrap().flatten().map(|entry| entry.path());
        let mut limits: Vec<_> = files
            .map(|file| {
                let name = file.file_name().unwrap().to_str().unwrap().to_owned();
                (name, std::fs::read_to_string(file).unwrap())
            })
            .collect();
        limits.sort();
        limits
    }

    #[test]
    fn a_limit_is_set_in_either_version_of_control_groups() {
        let parent = tempfile::tempdir().unwrap();
        let parent = parent.path();
        assert!(Group::in_first_version(parent, 1).is_none() && Group::in_second_version(parent, 1).is_none());
        std::fs::write(parent.join("cgroup.controllers"), "cpu pids\n").unwrap();
        assert!(
            Group::in_second_version(parent, 1).is_none(),
            "without the controller of memory"
        );

        std::fs::write(parent.join("cgroup.controllers"), "cpu memory pids\n").unwrap();
        let second = Group::in_second_version(parent, 1024).unwrap();
        let passed_on = std::fs::read_to_string(parent.join("cgroup.subtree_control")).unwrap();
        assert_eq!(passed_on, "+memory");
        let expected = [("memory.max", "1024"), ("memory.swap.max", "0")];
        assert_eq!(
            limits(parent),
            expected.map(|(name, limit)| (name.to_owned(), limit.to_owned()))
        );
        std::fs::remove_dir_all(&second.0).unwrap();

        std::fs::write(parent.join("memory.limit_in_bytes"), "").unwrap();
        let first = Group::in_first_version(parent, 4096).unwrap();
        assert_eq!(
            limits(parent),
            [("memory.limit_in_bytes".to_owned(), "4096".to_owned())]
        );
        std::fs::remove_dir_all(&first.0).unwrap();
    }

    #[test]
    fn figures_of_a_process_are_read() {
        let id = std::process::id();
        assert!(
            figure(id, "VmRSS") > 1024 * 1024 && anonymous(id) > 0,
            "{}",
            figures(id)
        );
    }
}
