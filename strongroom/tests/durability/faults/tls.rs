//! TLS to PostgreSQL. The address 0.0.0.0 reaches this machine and is not a loopback address.

use std::sync::{Arc, Mutex};

use base64::Engine as _;
use nix::sys::signal::Signal;
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;

use super::*;
use crate::own_postgres::OwnPostgres;

/// `strongroom keys list` on a database: its output, or its refusal.
async fn list(
    folder: &tempfile::TempDir,
    database: &str,
    arguments: &[&str],
    environment: &[(&str, &str)],
) -> Result<String, String> {
    let options = Options::new(folder, "data", Some(database.to_owned()));
    let mut command = options.command();
    command
        .args(["keys", "list"])
        .args(arguments)
        .envs(environment.iter().copied())
        .stderr(std::process::Stdio::piped());
    let output = tokio::task::spawn_blocking(move || command.output())
        .await
        .unwrap()
        .unwrap();
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    if output.status.success() {
        Ok(text(&output.stdout))
    } else {
        Err(text(&output.stderr))
    }
}

/// A server that answers "no TLS", and all that it was sent.
async fn without_tls() -> (u16, Arc<Mutex<Vec<u8>>>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let seen: Arc<Mutex<Vec<u8>>> = Arc::default();
    let sent = seen.clone();
    tokio::spawn(async move {
        while let Ok((mut socket, _)) = listener.accept().await {
            let sent = sent.clone();
            tokio::spawn(async move {
                let mut request = [0; 8];
                socket.read_exact(&mut request).await.unwrap();
                socket.write_all(b"N").await.unwrap();
                let mut rest = Vec::new();
                let _ = socket.read_to_end(&mut rest).await;
                sent.lock().unwrap().extend(rest);
            });
        }
    });
    (port, seen)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_password_goes_to_another_machine_without_verified_tls() {
    let folder = tempfile::tempdir().unwrap();
    let (port, seen) = without_tls().await;
    let url = format!("postgres://u:canary-password@0.0.0.0:{port}/db");
    for (query, environment) in [
        ("", None),
        ("?sslmode=verify-full", None),
        ("?sslmode=require", None),
        ("?sslmode=prefer", None),
        ("?sslmode=disable", None),
        ("", Some(("PGSSLMODE", "disable"))),
        ("", Some(("PGSSLMODE", "require"))),
    ] {
        let refusal = list(&folder, &format!("{url}{query}"), &[], environment.as_slice())
            .await
            .unwrap_err();
        for way in ["sslrootcert", "--insecure-database"] {
            assert!(refusal.contains(way), "{query} {environment:?}: {refusal}");
        }
        assert!(!refusal.contains("canary"), "{refusal}");
        assert!(
            seen.lock().unwrap().is_empty(),
            "{query} {environment:?}: nothing follows the answer that there is no TLS"
        );
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_connection_that_others_can_read_is_accepted_only_on_demand() {
    let folder = tempfile::tempdir().unwrap();
    let database = Engine::Postgres
        .fresh_database()
        .await
        .unwrap()
        .replace("127.0.0.1", "0.0.0.0");
    let refusal = list(&folder, &database, &[], &[]).await.unwrap_err();
    assert!(refusal.contains("does not offer TLS"), "{refusal}");
    for (arguments, environment, query) in [
        (&["--insecure-database"][..], None, ""),
        (&[], Some(("STRONGROOM_INSECURE_DATABASE", "true")), "?sslmode=disable"),
    ] {
        let listed = list(
            &folder,
            &format!("{database}{query}"),
            arguments,
            environment.as_slice(),
        )
        .await;
        assert!(listed.is_ok(), "{listed:?}");
    }
    let several = database.replace("0.0.0.0", "127.0.0.1,0.0.0.0") + "?sslmode=disable";
    assert!(
        list(&folder, &several, &[], &[]).await.is_err(),
        "every host of a list counts"
    );
}

fn pem(label: &str, der: &[u8]) -> String {
    let text = base64::engine::general_purpose::STANDARD.encode(der);
    let lines: Vec<&str> = text
        .as_bytes()
        .chunks(64)
        .filter_map(|line| str::from_utf8(line).ok())
        .collect();
    format!("-----BEGIN {label}-----\n{}\n-----END {label}-----\n", lines.join("\n"))
}

/// Gives the server a certificate for this name.
fn certify(postgres: &OwnPostgres, authority: &CertifiedIssuer<'_, KeyPair>, name: &str) {
    let key = KeyPair::generate().unwrap();
    let params = CertificateParams::new([name.to_owned()]).unwrap();
    let certificate = params.signed_by(&key, authority).unwrap();
    postgres.private_file("tls.crt", &pem("CERTIFICATE", certificate.der()));
    postgres.private_file("tls.key", &pem("PRIVATE KEY", &key.serialize_der()));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_certificate_of_another_machine_is_verified_with_its_name() {
    let mut authority = CertificateParams::new(Vec::new()).unwrap();
    authority.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let authority = CertifiedIssuer::self_signed(authority, KeyPair::generate().unwrap()).unwrap();
    let mut postgres = OwnPostgres::new(&["ssl=on", "ssl_cert_file=tls.crt", "ssl_key_file=tls.key"]);
    certify(&postgres, &authority, "0.0.0.0");
    let folder = tempfile::tempdir().unwrap();
    let roots = folder.path().join("authority.pem");
    std::fs::write(&roots, pem("CERTIFICATE", authority.der())).unwrap();
    let roots = roots.display();
    postgres.start().await;
    let url = format!("postgres://postgres@0.0.0.0:{}/postgres", postgres.port());

    let listed = list(&folder, &format!("{url}?sslrootcert={roots}"), &[], &[]).await;
    assert!(listed.is_ok(), "{listed:?}");
    let refusal = list(&folder, &url, &[], &[]).await.unwrap_err();
    assert!(
        refusal.contains("not trusted"),
        "an authority that nobody named: {refusal}"
    );

    postgres.end(Signal::SIGINT).await;
    certify(&postgres, &authority, "elsewhere.example");
    postgres.start().await;
    let refusal = list(&folder, &format!("{url}?sslrootcert={roots}"), &[], &[])
        .await
        .unwrap_err();
    assert!(refusal.contains("not trusted for this name"), "{refusal}");
    let listed = list(
        &folder,
        &format!("{url}?sslmode=verify-ca&sslrootcert={roots}"),
        &[],
        &[],
    )
    .await;
    assert!(listed.is_ok(), "{listed:?}");
}
