//! A child that tries to read what it may not.

use std::sync::Arc;

use serde_json::{Value, json};
use server::outbound::stdio::Stdio;

use super::settings;
use crate::both_engines;
use crate::support::stdio::{FOLDER, files, node};
use crate::support::{Engine, TestApp};

both_engines! {
    async fn a_program_reads_neither_the_secrets_nor_this_process(app: TestApp) {
        // As the server does at its start: without it, programs of the same user could list what it has open.
        server::process_hardening::harden().unwrap();
        let app = app.offering(&[files()]);
        let saved = app.program("saved", &[]).await;
        let mut paths = vec![app.folder()];
        for entry in std::fs::read_dir(app.folder()).unwrap() {
            paths.push(entry.unwrap().path());
        }
        assert!(paths.iter().any(|path| path.ends_with("keyring.json")), "{paths:?}");
        let process = format!("/proc/{}", std::process::id());
        for name in ["environ", "mem", "maps", "fd", "cwd/Cargo.toml", "root/etc/hostname"] {
            paths.push(std::path::Path::new(&process).join(name));
        }
        // Links do not lead there either.
        let link = FOLDER.path().join(format!("link-{}", uuid::Uuid::now_v7()));
        std::os::unix::fs::symlink(app.folder(), &link).unwrap();
        paths.push(link.join("keyring.json"));
        for (path, answer) in paths.iter().zip(spy(&app, &saved, json!(paths)).await) {
            assert!(["EACCES", "EPERM"].contains(&answer.as_str()), "{}: {answer}", path.display());
        }
        // The spy can read, where it may.
        let allowed = spy(&app, &saved, json!([FOLDER.path().join("child.mjs"), "/etc/hosts", "/usr"])).await;
        assert!(allowed.iter().all(|answer| answer.starts_with("read ")), "{allowed:?}");
    }

    async fn a_program_gets_its_own_environment_user_and_directory(app: TestApp) {
        let app = app.offering(&[files()]);
        let saved = app.program("saved", &["--quiet"]).await;
        let seen: Value = serde_json::from_str(&app.ask(&saved, "env", json!({})).await).unwrap();
        let names: Vec<&str> = seen.as_object().unwrap().keys().map(String::as_str).collect();
        assert_eq!(names, ["FILES_TOKEN", "HOME", "LANG", "PATH"]);
        let identity: Value = serde_json::from_str(&app.ask(&saved, "identity", json!({})).await).unwrap();
        assert_eq!((&identity["cwd"], &identity["flags"]), (&json!("/"), &json!(["--quiet"])));
        if nix::unistd::geteuid().is_root() {
            let nobody = nix::unistd::User::from_name("nobody").unwrap().unwrap();
            assert_eq!(identity["uid"], nobody.uid.as_raw());
            assert_eq!(identity["groups"], json!([nobody.gid.as_raw()]));
            assert_eq!(seen["HOME"], json!(nobody.dir));
        } else {
            assert_eq!(identity["uid"], nix::unistd::geteuid().as_raw());
            assert_eq!(seen["HOME"], "/nowhere");
        }
    }
}

async fn spy(app: &TestApp, saved: &str, paths: Value) -> Vec<String> {
    serde_json::from_str(&app.ask(saved, "spy", json!({"paths": paths})).await).unwrap()
}

#[tokio::test]
async fn what_nothing_confines_does_not_start_unless_that_is_accepted() {
    let app = TestApp::start(Engine::Sqlite).await;
    // As root without a user of its own; as anybody else with a launcher that confines nothing.
    let is_root = nix::unistd::geteuid().is_root();
    let entry = format!("name = 'files'\nprogram = '{}'", node().display());
    let start = |unconfined| {
        let mut settings = settings(&app, std::slice::from_ref(&entry), unconfined);
        if !is_root {
            settings.launcher = "/bin/false".into();
        }
        Stdio::start(Arc::new(settings))
    };
    let refusal = start(false).unwrap_err().to_string();
    assert!(
        refusal.contains("files") && refusal.contains("--stdio-unconfined"),
        "{refusal}"
    );
    assert_eq!(start(true).unwrap().unconfined(), ["files"]);
}

#[tokio::test]
async fn a_confinement_that_leaves_something_readable_is_found_out() {
    use std::os::unix::fs::PermissionsExt as _;
    let app = TestApp::start(Engine::Sqlite).await;
    let settings = Arc::new(settings(&app, &[files()], false));
    assert!(Stdio::start(settings.clone()).is_ok());
    std::fs::set_permissions(app.folder(), std::fs::Permissions::from_mode(0o755)).unwrap();
    let opened = Stdio::start(settings);
    if nix::unistd::geteuid().is_root() {
        let refusal = opened.unwrap_err();
        assert!(refusal.to_string().contains("it could read"), "{refusal}");
    } else {
        // The sandbox hides the folder whatever its rights say.
        assert!(opened.is_ok(), "{}", opened.unwrap_err());
    }
}
