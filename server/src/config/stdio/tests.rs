//! Tests of `stdio_commands`.

use super::*;

fn read(entry: &str) -> anyhow::Result<StdioSettings> {
    let command: StdioCommand = toml::from_str(entry).unwrap();
    StdioSettings::check(vec![command], false, &[PathBuf::from("/srv/strongroom/data")], &|_| {
        Ok(None)
    })
}

#[track_caller]
fn refusal(entry: &str) -> String {
    format!("{:#}", read(entry).unwrap_err())
}

#[test]
fn a_further_argument_must_match_as_a_whole() {
    let settings = read("name = 'a'\nprogram = '/bin/a'\nextra_args = '--[a-z]+|x'").unwrap();
    let entry = settings.entry("a").unwrap();
    for argument in ["--verbose", "x"] {
        assert!(entry.admits(argument), "{argument}");
    }
    for argument in ["--verbose\n", "--verbose=1", "xx", "", "a--verbose"] {
        assert!(!entry.admits(argument), "{argument:?}");
    }
    let none = read("name = 'a'\nprogram = '/bin/a'").unwrap();
    assert!(!none.entry("a").unwrap().admits("") && !none.entry("a").unwrap().takes_extra_args());
}

#[test]
fn a_pattern_cannot_climb_out_of_its_brackets() {
    for pattern in ["a)|(?:b", "(", "(?x)a #"] {
        let said = refusal(&format!("name = 'a'\nprogram = '/bin/a'\nextra_args = '{pattern}'"));
        assert!(
            said.contains("regular expression") && said.contains("entry a"),
            "{said}"
        );
    }
}

#[test]
fn variables_of_strongroom_and_of_the_loader_are_never_passed_on() {
    for name in [
        "STRONGROOM_KEYRING",
        "LD_PRELOAD",
        "DYLD_INSERT_LIBRARIES",
        "GLIBC_TUNABLES",
        "_RJEM_MALLOC_CONF",
        "PATH",
    ] {
        let said = refusal(&format!("name = 'a'\nprogram = '/bin/a'\nenv = ['{name}']"));
        assert!(said.contains(name), "{said}");
    }
    let said = refusal("name = 'a'\nprogram = '/bin/a'\nenv = ['TOKEN=canary-61']");
    assert!(!said.contains("canary"), "{said}");
    let settings = read("name = 'a'\nprogram = '/bin/a'\nenv = ['NODE_OPTIONS', 'STRONG']").unwrap();
    let names: Vec<&str> = settings.entry("a").unwrap().env_names().collect();
    assert_eq!(names, ["NODE_OPTIONS", "STRONG"]);
}

#[test]
fn paths_are_whole_and_lead_to_nothing_hidden() {
    assert!(refusal("name = 'a'\nprogram = 'node'").contains("not absolute"));
    for place in [
        "program = '/srv/strongroom/data/x'",
        "program = '/bin/a'\nread = ['/srv/strongroom/data']",
    ] {
        assert!(
            refusal(&format!("name = 'a'\n{place}")).contains("not allowed to read"),
            "{place}"
        );
    }
    let settings = read("name = 'a'\nprogram = '/bin/a'").unwrap();
    for hidden in [
        "/srv/strongroom/data",
        "/srv/strongroom/data/x",
        "/srv/strongroom/data/../data",
    ] {
        assert!(settings.hides(Path::new(hidden)), "{hidden}");
    }
    assert!(!settings.hides(Path::new("/srv/strongroom")));
    assert!(!settings.hides(Path::new("/srv/strongroom/database")));
}

#[test]
fn names_are_used_once_and_root_is_no_other_user() {
    let command: StdioCommand = toml::from_str("name = 'a'\nprogram = '/bin/a'").unwrap();
    let said = StdioSettings::check(vec![command.clone(), command], false, &[], &|_| Ok(None)).unwrap_err();
    assert!(said.to_string().contains("two entries named a"), "{said}");
    // As anybody but root, no user can be named at all.
    let said = refusal("name = 'a'\nprogram = '/bin/a'\nuser = 'root'");
    assert!(said.contains("root"), "{said}");
}
