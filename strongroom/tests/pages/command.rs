//! `strongroom audit`, as somebody at the terminal runs it, while a server has the database open.

use std::process::Output;

use crate::both_engines;
use crate::support::statements::tamper;
use crate::support::{Engine, TestApp};

async fn strongroom(app: &TestApp, arguments: &[&str]) -> Output {
    run(app, &[&["audit"], arguments].concat()).await
}

async fn run(app: &TestApp, arguments: &[&str]) -> Output {
    let mut command = tokio::process::Command::new(crate::PROGRAM);
    command.args(arguments).arg("--data-dir").arg(app.folder());
    if let Some(url) = &app.database_url {
        command.args(["--database-url", url]);
    }
    command.output().await.expect("the program runs")
}

fn told(output: &Output) -> String {
    String::from_utf8_lossy(&[output.stdout.as_slice(), output.stderr.as_slice()].concat()).into_owned()
}

both_engines! {
    async fn the_commands_note_a_head_and_tell_the_first_fault(app: TestApp) {
        app.credential("admin", "PROD_KEY", "canary-value").await;
        let head = strongroom(&app, &["head"]).await;
        assert!(head.status.success(), "{}", told(&head));
        let head = told(&head).trim().to_owned();
        assert!(head.starts_with("6:"), "{head}");
        let good = strongroom(&app, &["verify", "--head", &head]).await;
        assert_eq!(good.status.code(), Some(0), "{}", told(&good));
        assert!(told(&good).contains("All 6 events verified.") && told(&good).contains(&head), "{}", told(&good));

        tamper(&app, "UPDATE audit_events SET target_name = 'OTHER' WHERE seq = 6").await;
        tamper(&app, "DELETE FROM audit_events WHERE seq = 3").await;
        let bad = strongroom(&app, &["verify", "--head", &head]).await;
        assert_eq!(bad.status.code(), Some(1), "{}", told(&bad));
        for words in ["the first fault is at event 3", "Checked 5 events", "event 3 is missing", "event 6 was changed"] {
            assert!(told(&bad).contains(words), "{words}: {}", told(&bad));
        }
        let later = strongroom(&app, &["verify", "--from-seq", "4"]).await;
        assert!(told(&later).contains("the first fault is at event 6"), "{}", told(&later));
        tamper(&app, "UPDATE credentials SET version = 9").await;
        for command in [["audit", "verify"], ["keys", "verify"]] {
            let bad = run(&app, &command).await;
            assert_eq!(bad.status.code(), Some(1), "{}", told(&bad));
            for words in ["PROD_KEY", "version 9", "version 1"] {
                assert!(told(&bad).contains(words), "{command:?} {words}: {}", told(&bad));
            }
        }
        let unreadable = strongroom(&app, &["verify", "--head", "canary"]).await;
        assert_eq!(unreadable.status.code(), Some(2), "{}", told(&unreadable));
    }
}
