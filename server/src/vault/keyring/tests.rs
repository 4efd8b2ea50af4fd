//! Keyring files that are read, written and refused.

use std::os::unix::fs::PermissionsExt as _;

use contract::secret::SecretValue;

use super::*;
use crate::files::foreign_owner;

#[test]
fn a_generated_keyring_reads_back_and_only_its_owner_may_read_it() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("keyring.json");
    let keyring = Keyring::generate().unwrap();
    assert!(keyring.write_new(&path).unwrap());
    assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
    let read = Keyring::read(&KeyringSource::Own(path.clone())).unwrap().unwrap();
    assert_eq!(
        read.first().unwrap().check_value(),
        keyring.first().unwrap().check_value()
    );
    assert!(
        !Keyring::generate().unwrap().write_new(&path).unwrap(),
        "keyrings are never overwritten"
    );
    assert_eq!(
        fs::read_dir(folder.path()).unwrap().count(),
        1,
        "nothing is left beside it"
    );
}

#[test]
fn a_keyring_that_others_can_read_or_replace_is_refused_with_the_command_that_closes_it() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("keyring.json");
    Keyring::generate().unwrap().write_new(&path).unwrap();
    let set = |path: &Path, mode| fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
    let link = folder.path().join("link.json");
    std::os::unix::fs::symlink(&path, &link).unwrap();
    let read = |path: &Path| Keyring::read(&KeyringSource::Given(path.to_owned()));
    for mode in [0o640, 0o660, 0o604, 0o602, 0o666, 0o610] {
        set(&path, mode);
        for path in [&path, &link] {
            let told = format!("{:#}", read(path).unwrap_err());
            assert!(
                told.contains("chmod 600 '") && told.contains("keyring.json'"),
                "{mode:o}: {told}"
            );
        }
    }
    for mode in [0o600, 0o400] {
        set(&path, mode);
        assert!(read(&link).is_ok(), "{mode:o}");
    }
    for mode in [0o770, 0o707, 0o777] {
        set(folder.path(), mode);
        let none = KeyringSource::Own(folder.path().join("none.json"));
        assert!(Keyring::read(&none).is_err(), "none is generated there: {mode:o}");
        let told = format!("{:#}", read(&path).unwrap_err());
        assert!(told.contains("chmod go-w '"), "{mode:o}: {told}");
    }
    // With the sticky bit only its owner can replace a file.
    for mode in [0o1777, 0o755, 0o700] {
        set(folder.path(), mode);
        assert!(read(&path).is_ok(), "{mode:o}");
    }
}

#[test]
fn a_keyring_of_another_user_is_refused_with_the_command_that_changes_the_owner() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("keyring.json");
    let source = KeyringSource::Given(path.clone());
    let none = KeyringSource::Own(folder.path().join("none.json"));
    Keyring::generate().unwrap().write_new(&path).unwrap();
    let elsewhere = tempfile::tempdir().unwrap();
    let link = elsewhere.path().join("link.json");
    std::os::unix::fs::symlink(&path, &link).unwrap();
    source.refuse_foreign_owner().unwrap();
    none.refuse_foreign_owner().unwrap();
    if !nix::unistd::geteuid().is_root() {
        // Only root can give files away. A file of root is accepted.
        assert_eq!(foreign_owner(Path::new("/etc/passwd")).unwrap(), None);
        return;
    }
    let give = |place: &Path, user| std::os::unix::fs::chown(place, Some(user), None).unwrap();
    let told = |source: &KeyringSource| format!("{:#}", source.refuse_foreign_owner().unwrap_err());
    give(&path, 4711);
    for source in [&source, &KeyringSource::Given(link.clone())] {
        let told = told(source);
        assert!(
            told.contains("uid 4711") && told.contains("chown 0 '") && told.contains("keyring.json'"),
            "{told}"
        );
    }
    give(&path, 0);
    give(folder.path(), 4711);
    for source in [&source, &none, &KeyringSource::Given(link.clone())] {
        assert!(told(source).contains("uid 4711"), "a folder too");
    }
    give(folder.path(), 0);
    give(elsewhere.path(), 4711);
    assert!(
        told(&KeyringSource::Given(link)).contains("uid 4711"),
        "the folder of a link too"
    );
    source.refuse_foreign_owner().unwrap();
}

#[test]
fn a_keyring_grows_without_losing_a_key() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("keyring.json");
    let mut ids = Vec::new();
    Keyring::generate().unwrap().write_new(&path).unwrap();
    for _ in 0..3 {
        let lock = KeyringLock::take(&path).unwrap();
        let read = Keyring::read(&KeyringSource::Own(path.clone())).unwrap().unwrap();
        ids = read
            .keys()
            .map(|key| (key.id().to_owned(), key.check_value()))
            .collect();
        let (grown, fresh) = read.with_a_fresh_key().unwrap();
        grown.replace(&path, &lock).unwrap();
        ids.push((fresh.id().to_owned(), fresh.check_value()));
    }
    let read = Keyring::read(&KeyringSource::Own(path.clone())).unwrap().unwrap();
    let read: Vec<_> = read
        .keys()
        .map(|key| (key.id().to_owned(), key.check_value()))
        .collect();
    assert_eq!(read, ids);
    assert_eq!(read.len(), 4);
    assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
    assert_eq!(
        fs::read_dir(folder.path()).unwrap().count(),
        1,
        "nothing is left beside it"
    );
}

#[test]
fn a_damaged_keyring_is_named_and_never_repeated() {
    for text in [
        "",
        "{",
        r#"{"keys":[]}"#,
        r#"{"keys":[{"id":"a","key":"Y2FuYXJ5"}]}"#,
        r#"{"keys":[{"id":"a b","key":"Y2FuYXJ5"}]}"#,
    ] {
        let error = Keyring::read(&KeyringSource::Text(SecretValue::new(text.to_owned()))).unwrap_err();
        let message = format!("{error:#}");
        assert!(message.contains("STRONGROOM_KEYRING"), "{message}");
        assert!(!message.contains("Y2FuYXJ5"), "{message}");
    }
}

#[test]
fn purposes_have_different_keys() {
    let keyring = Keyring::generate().unwrap();
    let key = keyring.first().unwrap();
    assert_ne!(key.wrap_key()[..], key.check_value()[..]);
    assert_ne!(key.derive(b"audit")[..], key.wrap_key()[..]);
}

#[test]
fn a_keyring_prints_ids_only() {
    let keyring = Keyring::generate().unwrap();
    let printed = format!("{keyring:?}");
    assert!(printed.contains("key-"), "{printed}");
    assert!(!printed.contains(&STANDARD.encode(&keyring.first().unwrap().bytes[..])));
}
