//! How input objects are read.

use super::*;

fn errors(text: &str, read: impl FnOnce(&mut Fields)) -> Vec<(String, String)> {
    let mut fields = Fields::parse(text.as_bytes()).unwrap();
    read(&mut fields);
    match fields.into_result(None::<()>) {
        Err(ApiError::Invalid(errors)) => errors.into_iter().map(|error| (error.pointer, error.code)).collect(),
        _ => panic!("expected broken rules"),
    }
}

#[test]
fn all_broken_rules_are_listed_and_no_input_is_repeated() {
    let text = r#"{"name":7,"value":"","owner":1,"canary-4f2a":true,"canary-4f2b":true}"#;
    let found = errors(text, |fields| {
        fields.name("name");
        fields.secret("value", 10, "Paste the secret.");
    });
    let expected = [
        ("/name", "wrong-type"),
        ("/value", "required"),
        ("/owner", "unknown-field"),
        ("", "unknown-field"),
    ];
    assert_eq!(found, expected.map(|(a, b)| (a.to_owned(), b.to_owned())));
}

#[test]
fn null_and_absent_and_doubled_fields_are_told_apart() {
    let mut fields = Fields::parse(br#"{"a":null,"b":"x"}"#).unwrap();
    assert_eq!(fields.patch_text("b"), Patch::Set("x".to_owned()));
    assert_eq!(fields.patch_text("c"), Patch::Absent);
    assert_eq!(fields.patch_list("a", 1, "bad", |_| Ok::<(), String>(())), Patch::Null);
    assert!(fields.is_clean());
    let found = errors(r#"{"b":"x","b":"y"}"#, |fields| {
        fields.patch_text("b");
    });
    assert_eq!(found, [("/b".to_owned(), "duplicate".to_owned())]);
}

#[test]
fn a_field_that_is_sent_often_is_one_fault() {
    let text = format!("{{{}\"b\":\"z\"}}", "\"a\":\"x\",\"b\":\"y\",".repeat(100));
    let found = errors(&text, |fields| {
        assert_eq!(fields.patch_text("a"), Patch::Set("x".to_owned()));
        assert_eq!(fields.patch_text("b"), Patch::Set("z".to_owned()));
    });
    let expected = [("/a", "duplicate"), ("/b", "duplicate")];
    assert_eq!(found, expected.map(|(a, b)| (a.to_owned(), b.to_owned())));
}

#[test]
fn an_object_with_too_many_fields_is_refused_before_any_is_read() {
    let repeated = |count: usize| format!("{{{}}}", vec!["\"canary-4f2a\":1"; count].join(","));
    assert!(Fields::parse(repeated(256).as_bytes()).is_ok());
    // As many as a body can hold.
    for count in [257, 100_000] {
        let Err(ApiError::Invalid(faults)) = Fields::parse(repeated(count).as_bytes()) else {
            panic!("{count} fields are refused");
        };
        let [fault] = &faults[..] else {
            panic!("one fault: {faults:?}");
        };
        assert_eq!((fault.pointer.as_str(), fault.code.as_str()), ("", "too-long"));
        assert!(!fault.detail.contains("canary"), "{}", fault.detail);
    }
    // What is no JSON is told as before.
    let broken = repeated(300).replace('}', ",}");
    assert!(matches!(
        Fields::parse(broken.as_bytes()),
        Err(ApiError::Malformed { line: 1, .. })
    ));
}

#[test]
fn a_name_by_which_the_json_library_marks_its_own_types_is_refused() {
    for name in ["RawValue", "Number", "x"] {
        // A text that is a document, and one that is none: converted, either would change or fail.
        for content in [r#""{\"a\":1}""#, r#""canary-4f2a""#, "1", "{}"] {
            for text in [
                format!(r#"{{"a":{{"$serde_json::private::{name}":{content}}}}}"#),
                format!(r#"{{"a":[1,{{"b":2,"\u0024serde_json::private::{name}":{content}}}]}}"#),
            ] {
                let Err(ApiError::Invalid(faults)) = Fields::parse(text.as_bytes()) else {
                    panic!("{text} is refused");
                };
                let [fault] = &faults[..] else {
                    panic!("one fault: {faults:?}");
                };
                assert_eq!((fault.pointer.as_str(), fault.code.as_str()), ("", "bad-name"));
                assert!(!fault.detail.contains("canary"), "{}", fault.detail);
            }
        }
    }
    let top = errors(r#"{"$serde_json::private::RawValue":"{}"}"#, |_| {});
    assert_eq!(top, [(String::new(), "unknown-field".to_owned())]);
}

#[test]
fn values_are_read_as_the_json_library_reads_them() {
    for text in [
        "null",
        "true",
        "-1",
        "18446744073709551615",
        "1.5e300",
        r#""a\u00e9\ud83d\ude00\n""#,
        r#"{"a":[1,{"b":null}],"a":2,"":""}"#,
    ] {
        let mut fields = Fields::parse(format!(r#"{{"a":{text}}}"#).as_bytes()).unwrap();
        let expected: Value = serde_json::from_str(text).unwrap();
        assert_eq!(fields.take("a"), Some(expected), "{text}");
    }
    for text in [
        format!("{{\"a\":{}1{}}}", "[".repeat(200), "]".repeat(200)),
        r#"{"a":1e999}"#.to_owned(),
    ] {
        assert!(matches!(
            Fields::parse(text.as_bytes()),
            Err(ApiError::Malformed { line: 1, .. })
        ));
    }
}

#[test]
fn a_body_of_too_many_values_is_refused_before_any_is_read() {
    let of = |count: usize| format!("{{\"a\":[{}0]}}", "0,".repeat(count));
    assert!(Fields::parse(of(19_990).as_bytes()).is_ok());
    assert!(matches!(
        Fields::parse(of(20_000).as_bytes()),
        Err(ApiError::Invalid(_))
    ));
    let text = format!("{{\"a\":\"\\\"{}\"}}", ",[{".repeat(20_000));
    assert!(Fields::parse(text.as_bytes()).is_ok(), "marks in a text are no values");
}

#[test]
fn what_is_not_an_object_or_not_json_is_refused_by_position() {
    assert!(matches!(Fields::parse(b"[1]"), Err(ApiError::Invalid(_))));
    assert!(matches!(Fields::parse(b"\"x\""), Err(ApiError::Invalid(_))));
    assert!(matches!(
        Fields::parse(b"{\"a\":}"),
        Err(ApiError::Malformed { line: 1, column: 6 })
    ));
    assert!(matches!(Fields::parse(b""), Err(ApiError::Malformed { .. })));
}
