//! Who lets stdio servers run unconfined is told so whenever the server starts.

use std::process::{Command, Stdio};

use nix::sys::signal::Signal;
use nix::unistd::Uid;

use super::prepared;
use crate::database::Engine;
use crate::process::{Options, Server};

/// The program with an entry that nothing confines. As root that is one without a user of its own. An ordinary user has
/// the sandbox, which fails where the program was started by way of the loader: then it finds the loader where it looks
/// for itself.
fn unconfined(options: &Options) -> Command {
    let file = options.folder.join("strongroom.toml");
    std::fs::write(&file, "[[stdio_commands]]\nname = 'files'\nprogram = '/bin/true'\n").unwrap();
    let mut command = options.command();
    if !Uid::effective().is_root() {
        let mut by_loader = Command::new(loader());
        by_loader
            .arg(command.get_program())
            .args(command.get_args())
            .env("STRONGROOM_LOG", "warn")
            .stderr(Stdio::null());
        command = by_loader;
    }
    command.args(["--stdio-unconfined", "--config"]).arg(file);
    command
}

/// The loader of this process, which started it.
fn loader() -> String {
    let maps = std::fs::read_to_string("/proc/self/maps").unwrap();
    let mut files = maps.lines().filter_map(|line| line.split_whitespace().nth(5));
    let is_loader = |file: &&str| file.rsplit('/').next().is_some_and(|name| name.starts_with("ld-"));
    files.find(is_loader).expect("a loader").to_owned()
}

#[tokio::test]
async fn whoever_accepts_unconfined_programs_hears_of_it_at_every_start() {
    let (_folder, options) = prepared(Engine::Sqlite).await;
    for start in 1..=2 {
        let mut server = Server::launch(unconfined(&options)).await;
        let told = server.next_line().await;
        assert_eq!(
            told,
            "The stdio server files runs unconfined (--stdio-unconfined): its program can read the data folder and the \
             keyring, and with them every value.",
            "start {start}"
        );
        server.signal(Signal::SIGTERM);
        assert!(server.ended().await.success());
    }
}
