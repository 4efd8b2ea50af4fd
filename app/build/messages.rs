//! Fluent messages as Rust functions. A message without variables becomes `fn x() -> &'static str`; with variables it takes
//! them in alphabetical order, so that a new wording cannot swap two of them: `&str`, or any integer where the message
//! selects by the number or writes `NUMBER($x)`. Only a message with a translation looks at the locale.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use fluent_syntax::ast::{Entry, Expression, InlineExpression, PatternElement, Variant, VariantKey};

/// The locale that has every message.
const SOURCE: &str = "en";
const CATEGORIES: &[&str] = &["zero", "one", "two", "few", "many"];

/// The text of each file by locale and file name, without `.ftl`.
pub type Locales = BTreeMap<String, BTreeMap<String, String>>;

struct Message {
    /// `true` for numbers.
    variables: BTreeMap<String, bool>,
    body: Body,
    line: usize,
}

enum Body {
    Flat(Vec<Piece>),
    Select(String, Vec<(String, Body)>),
}

#[derive(Clone)]
enum Piece {
    Text(String),
    Variable(String),
}

type Elements<'a> = Vec<&'a PatternElement<&'a str>>;

/// The Rust files by name, or sentences that name file, line and message.
pub fn generate(locales: &Locales) -> Result<BTreeMap<String, String>, Vec<String>> {
    let mut faults = Vec::new();
    let mut parsed: BTreeMap<(&str, &str), BTreeMap<String, Message>> = BTreeMap::new();
    for (locale, files) in locales {
        for (file, source) in files {
            let messages = parse(locale, file, source, &mut faults);
            parsed.insert((file, locale), messages);
        }
    }
    let mut out = BTreeMap::from([("locale.rs".to_owned(), locale_enum(locales.keys()))]);
    let none = BTreeMap::new();
    for ((file, locale), messages) in parsed.iter().filter(|((_, locale), _)| *locale != SOURCE) {
        let originals = parsed.get(&(*file, SOURCE)).unwrap_or(&none);
        for (id, message) in messages {
            if let Some(fault) = mismatch(originals.get(id), message) {
                faults.push(at(locale, file, message.line, id, &fault));
            }
        }
    }
    for ((file, _), messages) in parsed.iter().filter(|((_, locale), _)| *locale == SOURCE) {
        let mut text = String::new();
        for (id, message) in messages {
            let translations: Vec<(&str, &Message)> = locales
                .keys()
                .filter(|locale| *locale != SOURCE)
                .filter_map(|locale| Some((locale.as_str(), parsed.get(&(*file, locale.as_str()))?.get(id)?)))
                .collect();
            function(&mut text, id, message, &translations, locales);
        }
        out.insert(format!("messages/{file}.rs"), text);
    }
    if faults.is_empty() { Ok(out) } else { Err(faults) }
}

fn at(locale: &str, file: &str, line: usize, id: &str, fault: &str) -> String {
    format!("app/locales/{locale}/{file}.ftl:{line}: {id}: {fault}")
}

fn parse(locale: &str, file: &str, source: &str, faults: &mut Vec<String>) -> BTreeMap<String, Message> {
    let mut messages = BTreeMap::new();
    let resource = fluent_syntax::parser::parse(source).unwrap_or_else(|(resource, errors)| {
        for error in errors {
            let line = source.get(..error.pos.start).unwrap_or(source).lines().count().max(1);
            let id = source
                .lines()
                .nth(line - 1)
                .unwrap_or_default()
                .split(['=', ' '])
                .next();
            faults.push(at(locale, file, line, id.unwrap_or_default(), &error.kind.to_string()));
        }
        resource
    });
    for entry in &resource.body {
        let Entry::Message(message) = entry else { continue };
        let id = message.id.name;
        let lines: Vec<usize> = (1..)
            .zip(source.lines())
            .filter(|(_, line)| {
                line.strip_prefix(id)
                    .is_some_and(|rest| rest.trim_start().starts_with('='))
            })
            .map(|(number, _)| number)
            .collect();
        let line = lines.last().copied().unwrap_or_default();
        let mut variables = BTreeMap::new();
        let elements = message.value.iter().flat_map(|value| &value.elements).collect();
        match body(locale, Vec::new(), elements, &mut variables) {
            _ if !message.attributes.is_empty() => {
                faults.push(at(locale, file, line, id, "attributes are not supported"));
            }
            Err(fault) => faults.push(at(locale, file, line, id, &fault)),
            Ok(body) => {
                let message = Message { variables, body, line };
                if messages.insert(id.to_owned(), message).is_some() {
                    faults.push(at(locale, file, line, id, "this message is defined twice"));
                }
            }
        }
    }
    messages
}

/// Text around a selector goes into each of its variants.
fn body(
    locale: &str,
    mut pieces: Vec<Piece>,
    elements: Elements<'_>,
    variables: &mut BTreeMap<String, bool>,
) -> Result<Body, String> {
    for (index, element) in elements.iter().enumerate() {
        match element {
            PatternElement::TextElement { value }
            | PatternElement::Placeable {
                expression: Expression::Inline(InlineExpression::StringLiteral { value }),
            } => {
                pieces.push(Piece::Text((*value).to_owned()));
            }
            PatternElement::Placeable {
                expression: Expression::Inline(inline),
            } => {
                let (name, is_number) = variable(inline)?;
                *variables.entry(name.clone()).or_default() |= is_number;
                pieces.push(Piece::Variable(name));
            }
            PatternElement::Placeable {
                expression: Expression::Select { selector, variants },
            } => {
                let (name, _) = variable(selector)?;
                let is_number = variants
                    .iter()
                    .any(|variant| !variant.default && is_of_number(&variant.key));
                *variables.entry(name.clone()).or_default() |= is_number;
                let mut arms = Vec::new();
                for variant in variants
                    .iter()
                    .filter(|it| !it.default)
                    .chain(variants.iter().filter(|it| it.default))
                {
                    let rest = variant
                        .value
                        .elements
                        .iter()
                        .chain(elements.iter().skip(index + 1).copied());
                    let arm = body(locale, pieces.clone(), rest.collect(), variables)?;
                    arms.push((arm_pattern(locale, variant)?, arm));
                }
                return Ok(Body::Select(name, arms));
            }
        }
    }
    Ok(Body::Flat(pieces))
}

fn variable(inline: &InlineExpression<&str>) -> Result<(String, bool), String> {
    match inline {
        InlineExpression::VariableReference { id } => Ok((id.name.replace('-', "_"), false)),
        InlineExpression::FunctionReference { id, arguments } if id.name == "NUMBER" => match &arguments.positional[..]
        {
            [argument] => Ok((variable(argument)?.0, true)),
            _ => Err("NUMBER takes one variable".to_owned()),
        },
        _ => Err("only variables, NUMBER($variable) and quoted text can stand in braces".to_owned()),
    }
}

fn is_of_number(key: &VariantKey<&str>) -> bool {
    match key {
        VariantKey::NumberLiteral { .. } => true,
        VariantKey::Identifier { name } => CATEGORIES.contains(name),
    }
}

/// Plural categories as in CLDR, for whole numbers.
fn arm_pattern(locale: &str, variant: &Variant<&str>) -> Result<String, String> {
    match (&variant.key, locale) {
        _ if variant.default => Ok("_".to_owned()),
        (VariantKey::NumberLiteral { value }, _) => Ok((*value).to_owned()),
        (VariantKey::Identifier { name: "one" }, "en") => Ok("1".to_owned()),
        (VariantKey::Identifier { name: "one" }, "fr") => Ok("0..=1".to_owned()),
        (VariantKey::Identifier { name }, _) if !is_of_number(&variant.key) => Ok(format!("{name:?}")),
        (VariantKey::Identifier { name }, _) => Err(format!("no rule for the plural category [{name}] of this locale")),
    }
}

fn mismatch(original: Option<&Message>, message: &Message) -> Option<String> {
    let Some(original) = original else {
        return Some(format!("{SOURCE} has no such message"));
    };
    let names = |message: &Message| {
        message
            .variables
            .keys()
            .map(|name| format!("${name}"))
            .collect::<BTreeSet<_>>()
    };
    let [expected, given] = [names(original), names(message)];
    if expected != given {
        return Some(format!("the variables are {given:?}, in {SOURCE} {expected:?}"));
    }
    let number = message
        .variables
        .iter()
        .find(|(name, is_number)| **is_number && !original.variables[*name]);
    number.map(|(name, _)| format!("${name} is a number here and text in {SOURCE}"))
}

fn function(text: &mut String, id: &str, message: &Message, translations: &[(&str, &Message)], locales: &Locales) {
    let is_fixed = is_fixed(&message.body) && translations.iter().all(|(_, message)| is_fixed(&message.body));
    let parameters: Vec<String> = message
        .variables
        .iter()
        .map(|(name, is_number)| format!("{name}: {}", if *is_number { "impl TryInto<i64>" } else { "&str" }))
        .collect();
    let returns = if is_fixed { "&'static str" } else { "String" };
    let _ = writeln!(
        text,
        "#[doc = {:?}]\n#[must_use]\n#[allow(clippy::pedantic, reason = \"generated\")]",
        format!("`{}`", sample(&message.body))
    );
    let _ = writeln!(
        text,
        "pub fn {}({}) -> {returns} {{",
        id.replace('-', "_"),
        parameters.join(", ")
    );
    for (name, _) in message.variables.iter().filter(|(_, is_number)| **is_number) {
        let _ = writeln!(text, "    let {name}: i64 = {name}.try_into().unwrap_or(i64::MAX);");
    }
    if translations.is_empty() {
        let _ = writeln!(text, "    {}\n}}", expression(&message.body, is_fixed));
        return;
    }
    text.push_str("    match crate::locale::current() {\n");
    for (locale, message) in translations {
        let body = expression(&message.body, is_fixed);
        let _ = writeln!(
            text,
            "        crate::locale::Locale::{} => {body},",
            variant_name(locale)
        );
    }
    let translated = |locale: &String| translations.iter().any(|(other, _)| other == locale);
    let others: Vec<String> = locales
        .keys()
        .filter(|locale| !translated(locale))
        .map(|locale| format!("crate::locale::Locale::{}", variant_name(locale)))
        .collect();
    let body = expression(&message.body, is_fixed);
    let _ = writeln!(text, "        {} => {body},\n    }}\n}}", others.join(" | "));
}

/// `true` if no variable is part of the text.
fn is_fixed(body: &Body) -> bool {
    match body {
        Body::Flat(pieces) => plain_text(pieces).is_some(),
        Body::Select(_, arms) => arms.iter().all(|(_, arm)| is_fixed(arm)),
    }
}

/// The text; `None` if a variable is part of it.
fn plain_text(pieces: &[Piece]) -> Option<String> {
    let text = |piece: &Piece| match piece {
        Piece::Text(text) => Some(text.clone()),
        Piece::Variable(_) => None,
    };
    pieces.iter().map(text).collect()
}

fn sample(body: &Body) -> String {
    match body {
        Body::Flat(pieces) => format_string(pieces),
        Body::Select(_, arms) => arms.last().map(|(_, arm)| sample(arm)).unwrap_or_default(),
    }
}

fn format_string(pieces: &[Piece]) -> String {
    let write = |piece: &Piece| match piece {
        Piece::Text(text) => text.replace('{', "{{").replace('}', "}}"),
        Piece::Variable(name) => format!("{{{name}}}"),
    };
    pieces.iter().map(write).collect()
}

fn expression(body: &Body, is_fixed: bool) -> String {
    match body {
        Body::Flat(pieces) => match (&pieces[..], plain_text(pieces)) {
            (_, Some(text)) if is_fixed => format!("{text:?}"),
            (_, Some(text)) => format!("{text:?}.to_owned()"),
            ([Piece::Variable(name)], _) => format!("{name}.to_string()"),
            (pieces, None) => format!("format!({:?})", format_string(pieces)),
        },
        Body::Select(name, arms) => {
            let arms: Vec<String> = arms
                .iter()
                .map(|(pattern, arm)| format!("{pattern} => {}", expression(arm, is_fixed)))
                .collect();
            format!("match {name} {{ {} }}", arms.join(", "))
        }
    }
}

fn variant_name(locale: &str) -> String {
    locale
        .split('-')
        .map(|part| part[..1].to_uppercase() + &part[1..].to_lowercase())
        .collect()
}

fn locale_enum<'a>(locales: impl Iterator<Item = &'a String>) -> String {
    let [mut variants, mut all, mut tags] = [const { String::new() }; 3];
    for locale in locales {
        let name = variant_name(locale);
        let default = if locale == SOURCE { "#[default]" } else { "" };
        let _ = writeln!(variants, "    /// `{locale}`\n    {default}\n    {name},");
        let _ = write!(all, "Self::{name}, ");
        let _ = writeln!(tags, "            Self::{name} => {locale:?},");
    }
    format!(
        "/// A language of the pages: a folder of `app/locales`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Locale {{
{variants}}}

impl Locale {{
    /// Every locale.
    pub const ALL: &[Self] = &[{all}];

    /// The language tag, as in `<html lang>`.
    pub const fn tag(self) -> &'static str {{
        match self {{
{tags}        }}
    }}
}}
"
    )
}

#[cfg(test)]
#[path = "tests.rs"]
mod tests;
