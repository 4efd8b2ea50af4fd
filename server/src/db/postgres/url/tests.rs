//! Tests of PostgreSQL URLs.

use super::*;

fn hosts(url: &str) -> Vec<(String, u16)> {
    let target = parse_with(url, false, false).unwrap();
    let host = |host: &Host| (host.options.get_host().to_owned(), host.options.get_port());
    target.hosts.iter().map(host).collect()
}

fn refusal(url: &str) -> String {
    format!("{:#}", parse_with(url, false, false).unwrap_err())
}

#[test]
fn one_and_several_hosts_are_read_as_libpq_reads_them() {
    for (url, expected) in [
        ("postgres://u@a.example/db", &[("a.example", 5432)][..]),
        ("postgres://u:p@a.example:6000/db", &[("a.example", 6000)]),
        ("postgresql://u@a,b/db", &[("a", 5432), ("b", 5432)]),
        ("postgres://u@a:1,b:2,[::1]:3/db", &[("a", 1), ("b", 2), ("::1", 3)]),
        ("postgres://u@a:1,b/db?port=7", &[("a", 7), ("b", 7)]),
        ("postgres:///db?user=u&host=a,b&port=1,2", &[("a", 1), ("b", 2)]),
        ("postgres://u@[2001:db8::1]/db", &[("2001:db8::1", 5432)]),
        (
            "postgres:///db?hostaddr=192.0.2.1,192.0.2.2",
            &[("192.0.2.1", 5432), ("192.0.2.2", 5432)],
        ),
    ] {
        let found = hosts(url);
        let found: Vec<(&str, u16)> = found.iter().map(|(host, port)| (host.as_str(), *port)).collect();
        assert_eq!(found, expected, "{url}");
    }
    let target = parse_with("postgres://u%40x:p%2F%23@a/db?sslmode=verify-ca", false, false).unwrap();
    let options = &target.hosts[0].options;
    assert_eq!((options.get_username(), options.get_database()), ("u@x", Some("db")));
    assert!(!target.writable);
    for socket in [
        "postgres://u@%2Frun%2Fpostgresql/db",
        "postgres:///db?host=/run/postgresql",
    ] {
        let target = parse_with(socket, false, false).unwrap();
        assert_eq!(
            target.hosts[0].options.get_socket().unwrap().to_str(),
            Some("/run/postgresql")
        );
    }
}

#[test]
fn a_server_that_takes_writes_is_asked_for() {
    let writable = |url| parse_with(url, false, false).unwrap().writable;
    assert!(writable("postgres://u@a,b/db"));
    assert!(writable("postgres://u@a,b/db?target_session_attrs=read-write"));
    assert!(writable("postgres://u@a/db?target_session_attrs=primary"));
    assert!(!writable("postgres://u@a,b/db?target_session_attrs=any"));
    for attribute in ["read-only", "standby", "prefer-standby", ""] {
        let url = format!("postgres://u@a,b/db?target_session_attrs={attribute}");
        assert!(refusal(&url).contains("target_session_attrs=read-write"), "{url}");
    }
}

#[test]
fn unknown_parameters_are_refused_by_name_and_values_are_never_repeated() {
    let message = refusal("postgres://u:canary-1@a/db?keepalives_idle=canary-2&sslmod=canary-3&CANARY-4");
    assert!(
        message.contains("keepalives_idle, sslmod, one without a valid name"),
        "{message}"
    );
    assert!(!message.to_lowercase().contains("canary"), "{message}");
    for url in [
        "postgres://u:canary#x@a/db",
        "postgres://u:canary@a:port/db",
        "postgres://u:canary@a,b/db?port=1,2,3",
        "postgres://u:canary@a/db?port=canary",
        "postgres://u:canary@a/db?sslmode=canary",
        "postgres://u:canary@a/db?host=b&hostaddr=canary",
        "postgres://u:canary@a/db?connect_timeout=canary",
        "mysql://u:canary@a/db",
    ] {
        let message = refusal(url);
        assert!(!message.contains("canary"), "{message}");
    }
}

#[test]
fn tls_is_verified_unless_every_host_is_this_machine_or_the_operator_accepts_less() {
    let modes = |url: &str, named, insecure| -> Option<Vec<String>> {
        let target = parse_with(url, named, insecure).ok()?;
        let mode = |host: &Host| format!("{:?}", host.options.get_ssl_mode());
        Some(target.hosts.iter().map(mode).collect())
    };
    for local in ["localhost", "LOCALHOST", "127.0.0.1", "127.8.9.1", "[::1]", "%2Ftmp"] {
        for mode in ["disable", "allow", "prefer", "require"] {
            let url = format!("postgres://u@{local}/db?sslmode={mode}");
            assert!(modes(&url, false, false).is_some(), "{url}");
        }
    }
    for remote in [
        "a.example",
        "10.0.0.1",
        "localhost.example",
        "127.0.0.1.example",
        "[2001:db8::1]",
        "localhost,a.example",
    ] {
        let plain = format!("postgres://u@{remote}/db");
        let found = modes(&plain, false, false).unwrap();
        assert_eq!(found.last().unwrap(), "VerifyFull", "{plain}");
        for mode in ["disable", "allow", "prefer", "require"] {
            let url = format!("{plain}?sslmode={mode}");
            let message = refusal(&url);
            assert!(
                message.contains("verify-full") && message.contains("--insecure-database"),
                "{message}"
            );
            assert!(modes(&url, false, true).is_some(), "{url}");
        }
        for mode in ["verify-ca", "verify-full"] {
            assert!(modes(&format!("{plain}?sslmode={mode}"), false, false).is_some());
        }
        // PGSSLMODE names a mode: the driver's own default stands for it here.
        assert!(modes(&plain, true, false).is_none(), "{plain}");
        assert_eq!(modes(&plain, false, true).unwrap().last().unwrap(), "Prefer");
    }
}
