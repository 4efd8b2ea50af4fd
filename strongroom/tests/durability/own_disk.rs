//! A small disk of a test's own, which the test fills and empties.

use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use nix::fcntl::posix_fallocate;
use nix::sys::statvfs::statvfs;
use nix::unistd::User;

/// A tmpfs in a mount namespace of its own. Its process, its namespace and its files end with this value.
pub struct OwnDisk {
    folder: PathBuf,
    /// Keeps the namespace.
    process: Child,
    user: Option<User>,
}

impl OwnDisk {
    /// A disk of this size on a folder, for this user if the test runs as root. Without root rights the disk is mounted
    /// in a user namespace.
    pub fn new(folder: &Path, mib: u32, user: Option<User>) -> Self {
        const SCRIPT: &str = r#"mount -t tmpfs -o "$1" tmpfs "$2" && echo mounted && exec cat"#;
        let owner = user.as_ref().map(|user| format!(",uid={},gid={}", user.uid, user.gid));
        let options = format!("size={mib}m,mode=700{}", owner.unwrap_or_default());
        let mut command = Command::new("unshare");
        if user.is_none() {
            command.args(["--user", "--map-current-user", "--keep-caps"]);
        }
        command
            .args(["--mount", "sh", "-c", SCRIPT, "sh", &options])
            .arg(folder);
        // `cat` ends with the test, also with one that is killed.
        let mut process = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
        let mut told = String::new();
        let mut out = BufReader::new(process.stdout.take().unwrap());
        out.read_line(&mut told).unwrap();
        assert_eq!(told, "mounted\n", "a test may mount a tmpfs in a namespace of its own");
        Self {
            folder: folder.to_owned(),
            process,
            user,
        }
    }

    /// A command that sees the disk at its folder.
    pub fn command(&self, program: &Path) -> Command {
        let mut command = Command::new("nsenter");
        match &self.user {
            Some(User { uid, gid, .. }) => command.args(["--setuid", &uid.to_string(), "--setgid", &gid.to_string()]),
            None => command.args(["--user", "--preserve-credentials"]),
        };
        command.args(["--mount", "--target", &self.process.id().to_string()]);
        command.arg("--wd=/").arg("--").arg(program);
        command
    }

    /// The folder of the disk, for this process.
    pub fn seen_at(&self) -> PathBuf {
        let outside = self.folder.strip_prefix("/").unwrap();
        PathBuf::from(format!("/proc/{}/root", self.process.id())).join(outside)
    }

    /// Fills the disk to its last block.
    pub fn fill(&self) {
        use std::io::Write as _;
        let mut file = std::fs::File::create(self.filler()).unwrap();
        let zeros = vec![0; 64 << 10];
        for size in [zeros.len(), 4096] {
            let error = loop {
                if let Err(error) = file.write_all(&zeros[..size]) {
                    break error;
                }
            };
            assert_eq!(error.kind(), std::io::ErrorKind::StorageFull, "{error}");
        }
    }

    /// Fills the disk up to this many free bytes, in one step that does not wait for the disk to be full.
    pub fn fill_up_to(&self, free: u64) {
        use std::os::unix::fs::MetadataExt as _;
        let disk = statvfs(&self.seen_at()).unwrap();
        let size = disk.blocks_available() * disk.fragment_size() - free;
        let file = std::fs::File::create(self.filler()).unwrap();
        posix_fallocate(&file, 0, i64::try_from(size).unwrap()).unwrap();
        assert!(
            file.metadata().unwrap().blocks() * 512 >= size,
            "its blocks are allocated"
        );
    }

    /// Gives back all that the disk was filled with.
    pub fn empty(&self) {
        std::fs::remove_file(self.filler()).unwrap();
    }

    fn filler(&self) -> PathBuf {
        self.seen_at().join("filler")
    }
}

impl Drop for OwnDisk {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
