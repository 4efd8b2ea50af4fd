//! Values that are found however they are written.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use contract::secret::SecretValue;

use super::{MASK, Redactor};

/// A marked canary with everything that gets escaped somewhere.
const VALUE: &str = "canary/7d1f\"&<é+ =\\Z";

fn redactor(value: &str) -> Redactor {
    Redactor::of(&SecretValue::new(value.to_owned()))
}

#[test]
fn a_value_is_found_as_it_is() {
    let clean = redactor(VALUE).text(&format!("Bearer {VALUE}!")).into_owned();
    assert_eq!(clean, format!("Bearer {MASK}!"));
}

#[test]
fn a_value_is_found_in_every_usual_form() {
    let redactor = redactor(VALUE);
    let json = serde_json::to_string(VALUE).unwrap();
    let twice = serde_json::to_string(&json).unwrap();
    for text in [
        json.clone(),
        twice,
        json.replace('/', "\\/"),
        json.replace('é', "\\u00e9"),
        json.replace('é', "\\u00E9").replace('/', "\\/"),
        "canary%2F7d1f%22%26%3C%C3%A9%2B%20%3D%5CZ".to_owned(),
        "canary%2f7d1f%22%26%3c%c3%a9%2b%20%3d%5cZ".to_owned(),
        "canary%2F7d1f%22%26%3C%C3%A9%2B+%3D%5CZ".to_owned(),
        "canary/7d1f&quot;&amp;&lt;é+ =\\Z".to_owned(),
    ] {
        let clean = redactor.text(&text);
        assert!(clean.contains(MASK), "{text} became {clean}");
        assert!(
            !clean.contains("canary") && !clean.contains("7d1f"),
            "{text} became {clean}"
        );
    }
}

#[test]
fn a_value_is_found_as_a_receiver_reads_it() {
    // White space around a header is no part of it, and many servers read its bytes as Latin-1.
    assert_eq!(
        redactor(" canary-7d1f \n").text("no canary-7d1f here"),
        format!("no {MASK} here")
    );
    assert_eq!(redactor("canary-ü-7d1f").text("canary-Ã¼-7d1f"), MASK);
}

#[test]
fn a_value_is_found_whatever_a_writer_escapes() {
    let redactor = redactor("canary&7d1f+<'/é>=");
    for text in [
        r"canary\u00267d1f+\u003c'/é\u003e=",
        r"canary\u00267d1f\u002B\u003C\u0027/\u00E9\u003E=",
        "canary&amp;7d1f&#43;&lt;&#39;/é&gt;=",
        "canary&amp;7d1f+&lt;&#x27;&#x2F;&#233;&gt;&#x3D;",
        "canary%267d1f%2B%3C%27/%C3%A9%3E%3D",
        r#"{\"error\":\"canary\\u00267d1f+\\u003c'/é\\u003e=\"}"#,
    ] {
        let clean = redactor.text(text);
        assert!(clean.contains(MASK) && !clean.contains("7d1f"), "{text} became {clean}");
    }
    assert_eq!(
        redactor.text(r"a\nb &amp; canary&amp;7d1f"),
        r"a\nb &amp; canary&amp;7d1f"
    );
}

#[test]
fn a_value_is_found_in_base64_at_every_alignment() {
    let redactor = redactor("canary-value-7d1f");
    for lead in ["", "x", "xy", "Bearer ", "user:", "abcde"] {
        let plain = format!("{lead}canary-value-7d1f tail");
        for text in [STANDARD.encode(&plain), URL_SAFE_NO_PAD.encode(&plain)] {
            let clean = redactor.text(&text).into_owned();
            assert!(clean.contains(MASK), "{lead}: {text} became {clean}");
        }
    }
    // Where the value ends the text, no digit of it is left.
    assert_eq!(redactor.text(&STANDARD.encode("canary-value-7d1f")), format!("{MASK}="));
    let hex = "63616e6172792d76616c75652d37643166";
    assert_eq!(redactor.text(hex), MASK);
    assert_eq!(redactor.text(&hex.to_uppercase()), MASK);
}

#[test]
fn json_is_masked_whatever_its_escapes_were() {
    let redactor = redactor("canary-7d1f");
    let text = r#"{"a":["\u0063anary\u002d7d1f"],"canary-7d1f":1,"b":{"c":"no"}}"#;
    let mut document: serde_json::Value = serde_json::from_str(text).unwrap();
    redactor.json(&mut document);
    assert_eq!(
        document.to_string(),
        r#"{"[redacted]":1,"a":["[redacted]"],"b":{"c":"no"}}"#
    );

    let mut number = serde_json::json!({"pin": 8_642_097_531_u64});
    self::redactor("8642097531").json(&mut number);
    assert_eq!(number, serde_json::json!({"pin": MASK}));
}

#[test]
fn short_values_are_masked_in_texts_but_never_in_the_words_of_the_protocol() {
    let redactor = redactor("text");
    let mut document = serde_json::json!({"text": "the text"});
    redactor.json(&mut document);
    assert_eq!(document, serde_json::json!({"text": format!("the {MASK}")}));
    assert_eq!(self::redactor("ok").text("ok"), "ok");
    assert!(!self::redactor("").finds("anything"));
}

#[test]
fn nothing_sent_means_nothing_masked() {
    assert_eq!(Redactor::none().text("canary"), "canary");
    assert_eq!(format!("{:?}", redactor("canary-7d1f")), "Redactor");
}
