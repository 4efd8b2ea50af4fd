//! The words for what providers answer.

use std::time::Duration;

use chrono::DateTime;
use contract::model_bindings::Provider;
use serde_json::{Value, json};

use super::said::{delay, wait};
use super::{About, Failure, Retry};
use crate::http::{ApiError, problem};
use crate::mcp_servers::Subject;
use crate::outbound::QuoteFilter;

fn told(failure: Failure) -> (String, String) {
    let document = problem(failure.error, "r");
    (document.slug().to_owned(), document.detail)
}

#[test]
fn the_time_to_wait_is_read_in_both_forms() {
    let now = DateTime::from_timestamp(784_111_777, 0).unwrap();
    assert_eq!(wait("7", now), Some(Duration::from_secs(7)));
    assert_eq!(wait(" 1.5", now), Some(Duration::from_millis(1500)));
    assert_eq!(
        wait("Sun, 06 Nov 1994 08:49:47 GMT", now),
        Some(Duration::from_secs(10))
    );
    assert_eq!(wait("Sun, 06 Nov 1994 08:49:07 GMT", now), Some(Duration::ZERO));
    for text in ["", "soon", "-1", "NaN", "inf"] {
        assert_eq!(wait(text, now), None, "{text}");
    }
}

#[test]
fn the_time_to_wait_is_found_in_the_body_too() {
    let limited = |delay: &str| {
        json!({"error": {"code": 429, "status": "RESOURCE_EXHAUSTED", "message": "Quota exceeded", "details": [
            {"@type": "type.googleapis.com/google.rpc.Help", "links": []},
            {"@type": "type.googleapis.com/google.rpc.RetryInfo", "retryDelay": delay},
        ]}})
    };
    assert_eq!(delay(&limited("45.8s")), Some(Duration::from_millis(45_800)));
    assert_eq!(delay(&json!([limited("7s")])), Some(Duration::from_secs(7)));
    for text in ["", "s", "soon", "-1s", "45", "infs", "NaNs"] {
        assert_eq!(delay(&limited(text)), None, "{text}");
    }
    let subject = Subject::at("a.example".to_owned());
    let about = About {
        subject: &subject,
        provider: Provider::Gemini,
        model_id: "gemini-x",
        now: DateTime::UNIX_EPOCH,
        sent_as: None,
        quotes: QuoteFilter::default(),
    };
    let failure = about.status(429, Some(&limited("45.8s")), None);
    assert_eq!(failure.retry, Retry::After(Duration::from_millis(45_800)));
    assert!(told(failure).1.contains("Try again in 46 seconds."));
    let failure = about.status(429, Some(&limited("45.8s")), Some("3"));
    assert_eq!(
        failure.retry,
        Retry::After(Duration::from_secs(3)),
        "the header says it first"
    );
}

#[test]
fn each_refusal_of_a_provider_becomes_a_problem_of_its_own() {
    let mut subject = Subject::at("a.example".to_owned());
    subject.credential = Some(contract::api::NamedRecord {
        id: uuid::Uuid::nil(),
        name: "KEY".to_owned(),
    });
    let about = About {
        subject: &subject,
        provider: Provider::Openai,
        model_id: "gpt-x",
        now: DateTime::UNIX_EPOCH,
        sent_as: None,
        quotes: QuoteFilter::default(),
    };
    for (status, document, slug) in [
        (
            400,
            json!({"error": {"message": "API key not valid. Please pass a valid API key."}}),
            "credential-refused",
        ),
        (400, json!({"error": {"message": "Model Not Exist"}}), "model-unknown"),
        (400, json!({"message": "Invalid model: gpt-x"}), "model-unknown"),
        (
            404,
            json!({"error": {"message": "The model `gpt-x` does not exist"}}),
            "model-unknown",
        ),
        (404, json!({"error": "model 'gpt-x' not found"}), "model-unknown"),
        (
            404,
            json!({"type": "error", "error": {"type": "not_found_error", "message": "model: gpt-x"}}),
            "model-unknown",
        ),
        (
            404,
            json!({"error": {"message": "Invalid URL (POST /v2/chat/completions)"}}),
            "not-model-api",
        ),
        (
            400,
            json!({"error": {"message": "Unsupported parameter"}}),
            "upstream-failed",
        ),
        (
            403,
            json!({"error": {"message": "Project `p` does not have access to model `gpt-x`", "code": "model_not_found"}}),
            "model-unknown",
        ),
        (
            403,
            json!({"error": {"message": "The project has it switched off", "code": "model_permission_blocked_project"}}),
            "model-unknown",
        ),
        (
            403,
            json!({"error": "You don't have access to the model with the specified ID."}),
            "model-unknown",
        ),
        (
            403,
            json!({"error": {"message": "Your API key was reported as leaked.", "status": "PERMISSION_DENIED", "code": 403}}),
            "credential-refused",
        ),
        (403, json!({}), "credential-refused"),
        (500, json!({}), "upstream-failed"),
        (429, json!([{"error": {"message": "Slow down"}}]), "rate-limited"),
    ] {
        let failure = about.status(status, Some(&document), None);
        assert_eq!(told(failure).0, slug, "{document}");
    }
    assert_eq!(told(about.status(404, None, None)).0, "not-model-api");
    let failure = about.status(429, None, Some("12"));
    assert_eq!(failure.retry, Retry::After(Duration::from_secs(12)));
    assert!(told(failure).1.contains("Try again in 12 seconds."));
    assert_eq!(about.status(503, None, None).retry, Retry::Backoff);
    assert_eq!(about.status(400, None, None).retry, Retry::Never);
    let error: Failure = ApiError::Forbidden.into();
    assert_eq!(error.retry, Retry::Never);
}

#[test]
fn litellm_without_a_database_is_understood() {
    let mut subject = Subject::at("a.example".to_owned());
    let named = json!({"error": {"message": "Authentication Error, No api key passed in.", "code": "500"}});
    let other = json!({"error": {"message": "It broke", "code": "500"}});
    let failed = |subject: &Subject, provider, document: Option<&Value>| {
        let about = About {
            subject,
            provider,
            model_id: "m",
            now: DateTime::UNIX_EPOCH,
            sent_as: None,
            quotes: QuoteFilter::default(),
        };
        let failure = about.status(500, document, Some("1"));
        (failure.retry, told(failure).0)
    };
    let broken = (Retry::After(Duration::from_secs(1)), "upstream-failed".to_owned());
    for document in [None, Some(&named)] {
        assert_eq!(
            failed(&subject, Provider::Litellm, document),
            (Retry::Never, "credential-refused".to_owned())
        );
        assert_eq!(failed(&subject, Provider::Groq, document), broken);
    }
    assert_eq!(failed(&subject, Provider::Litellm, Some(&other)), broken);
    subject.credential = Some(contract::api::NamedRecord {
        id: uuid::Uuid::nil(),
        name: "KEY".to_owned(),
    });
    assert_eq!(failed(&subject, Provider::Litellm, None), broken);
    let about = About {
        subject: &subject,
        provider: Provider::Litellm,
        model_id: "m",
        now: DateTime::UNIX_EPOCH,
        sent_as: None,
        quotes: QuoteFilter::default(),
    };
    let wrong = json!({"error": {"message": "No connected db.", "type": "no_db_connection", "code": "400"}});
    assert_eq!(told(about.status(400, Some(&wrong), None)).0, "credential-refused");
}
