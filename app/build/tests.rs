use super::generate;

fn locales(en: &str, fr: &str) -> super::Locales {
    let files = |source: &str| [("a".to_owned(), source.to_owned())].into();
    [("en".to_owned(), files(en)), ("fr".to_owned(), files(fr))].into()
}

fn code(en: &str, fr: &str) -> String {
    generate(&locales(en, fr)).unwrap()["messages/a.rs"].clone()
}

fn faults(en: &str, fr: &str) -> Vec<String> {
    generate(&locales(en, fr)).unwrap_err()
}

#[test]
fn a_message_without_a_translation_is_a_constant() {
    let code = code("sign-out = Sign “out” {\"{\"}now\n", "");
    assert!(
        code.contains("pub fn sign_out() -> &'static str {\n    \"Sign “out” {now\"\n}"),
        "{code}"
    );
}

#[test]
fn a_message_with_a_translation_looks_at_the_locale() {
    let code = code("save = Save\n", "save = Enregistrer\n");
    assert!(
        code.contains("crate::locale::Locale::Fr => \"Enregistrer\",\n"),
        "{code}"
    );
    assert!(code.contains("crate::locale::Locale::En => \"Save\",\n"), "{code}");
}

#[test]
fn variables_are_in_alphabetical_order_whatever_the_wording() {
    let code = code("sent = {$value} to {NUMBER($port)} at {$host}\n", "");
    assert!(
        code.contains("pub fn sent(host: &str, port: impl TryInto<i64>, value: &str) -> String"),
        "{code}"
    );
    assert!(code.contains("format!(\"{value} to {port} at {host}\")"), "{code}");
}

#[test]
fn plural_categories_follow_the_locale() {
    let en = "uses = Used { $count ->\n    [0] never\n    [one] once\n   *[other] {$count} times\n}.\n";
    let fr = "uses = Utilisé { $count ->\n    [one] {$count} fois\n   *[other] {$count} fois\n}.\n";
    let code = code(en, fr);
    assert!(
        code.contains("0 => \"Used never.\".to_owned(), 1 => \"Used once.\".to_owned(), _ =>"),
        "{code}"
    );
    assert!(
        code.contains("match count { 0..=1 => format!(\"Utilisé {count} fois.\")"),
        "{code}"
    );
}

#[test]
fn a_selector_of_words_compares_text() {
    let code = code(
        "error = { $code ->\n    [token] Copy the link again.\n   *[other] Try again.\n}\n",
        "",
    );
    assert!(code.contains("pub fn error(code: &str) -> &'static str"), "{code}");
    assert!(
        code.contains("match code { \"token\" => \"Copy the link again.\", _ => \"Try again.\" }"),
        "{code}"
    );
}

#[test]
fn faults_name_file_line_and_message() {
    assert_eq!(
        faults("a = A\n", "\nb = B\n"),
        ["app/locales/fr/a.ftl:2: b: en has no such message"]
    );
    assert_eq!(
        faults("# A name\na = A {$name}\n", "a = A {$nom}\n"),
        ["app/locales/fr/a.ftl:1: a: the variables are {\"$nom\"}, in en {\"$name\"}"]
    );
    assert_eq!(
        faults("a = A\na = B\n", ""),
        ["app/locales/en/a.ftl:2: a: this message is defined twice"]
    );
    assert_eq!(
        faults("a = {b}\n", ""),
        ["app/locales/en/a.ftl:1: a: only variables, NUMBER($variable) and quoted text can stand in braces"]
    );
    let broken = faults("a = A\nb = {$\n", "");
    assert!(broken[0].starts_with("app/locales/en/a.ftl:2: b: "), "{broken:?}");
}
