//! What other programs of the machine can read of a running server.

use std::os::unix::fs::MetadataExt as _;
use std::os::unix::process::CommandExt as _;
use std::process::{Command, Stdio};

use nix::unistd::{Uid, User};

use super::prepared;
use crate::database::Engine;
use crate::process::Server;
use crate::program::copy_program;

#[tokio::test]
async fn a_server_leaves_no_core_dump() {
    let (_folder, options) = prepared(Engine::Sqlite).await;
    let server = Server::start(&options).await;
    let limits = std::fs::read_to_string(format!("/proc/{}/limits", server.id())).unwrap();
    let core = limits
        .lines()
        .find(|line| line.starts_with("Max core file size"))
        .unwrap();
    let columns: Vec<&str> = core.split_whitespace().collect();
    assert_eq!(columns[4..6], ["0", "0"], "{core}");
}

/// `environ` of a process belongs to root where the process is closed to others of its user.
#[tokio::test]
async fn the_environment_of_a_server_is_closed_to_programs_of_the_same_user() {
    let nobody = User::from_name("nobody").unwrap().expect("a user nobody");
    let is_root = Uid::effective().is_root();
    let (folder, options) = prepared(Engine::Sqlite).await;
    let user = is_root.then_some(nobody.uid.as_raw());
    let mut command = options.command();
    if let Some(user) = user {
        // The test runs as root, who may read everything: the server runs as somebody else, from where they can.
        let program = folder.path().join("strongroom");
        copy_program(&program);
        hand_over(folder.path(), user);
        let mut theirs = Command::new(program);
        theirs
            .args(command.get_args())
            .current_dir(folder.path())
            .stderr(Stdio::null())
            .uid(user);
        command = theirs;
    }
    let server = Server::launch(command).await;
    let path = format!("/proc/{}/environ", server.id());
    let owner = std::fs::metadata(&path).unwrap().uid();
    assert_eq!(owner, 0, "{path} belongs to root");
    assert!(!can_read(&path, user), "{path} can be read");
    // A process that does not close itself can be read: the check above can fail.
    let mut sleep = as_user(Command::new("sleep").arg("600"), user).spawn().unwrap();
    let open = can_read(&format!("/proc/{}/environ", sleep.id()), user);
    sleep.kill().unwrap();
    sleep.wait().unwrap();
    assert!(open, "an ordinary process can be read");
}

fn hand_over(folder: &std::path::Path, user: u32) {
    std::os::unix::fs::chown(folder, Some(user), None).unwrap();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            hand_over(&path, user);
        } else {
            std::os::unix::fs::chown(&path, Some(user), None).unwrap();
        }
    }
}

fn as_user(command: &mut Command, user: Option<u32>) -> &mut Command {
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    match user {
        Some(user) => command.uid(user),
        None => command,
    }
}

fn can_read(path: &str, user: Option<u32>) -> bool {
    as_user(Command::new("cat").arg(path), user).status().unwrap().success()
}
