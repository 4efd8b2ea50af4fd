//! The help: Markdown of `docs/`, made into HTML once. It is the product's own text, and nothing else ever
//! gets into it; HTML inside of it shows as text.

use std::fmt::Write as _;
use std::sync::LazyLock;

use app::help::HelpTopic;
use pulldown_cmark::{CowStr, Event, HeadingLevel, Options, Parser, Tag, TagEnd, html};

#[path = "../../app/src/page_table.rs"]
mod page_table;

macro_rules! texts {
    (signed_out $alone:tt signed_in $pages:tt topics { $($topic:ident($file:literal, $($message:ident)*))* }) => {
        /// The text of a topic, with its table of contents.
        pub fn text(topic: HelpTopic) -> &'static str {
            match topic {
                $(HelpTopic::$topic => {
                    static TEXT: LazyLock<String> =
                        LazyLock::new(|| render(include_str!(concat!("../../docs/", $file, ".md"))));
                    &TEXT
                })*
            }
        }
    };
}
page_table::page_table!(texts);

fn render(source: &str) -> String {
    let mut contents = String::new();
    let mut events = Vec::new();
    let mut parser = Parser::new_ext(source, Options::ENABLE_TABLES);
    while let Some(event) = parser.next() {
        match event {
            Event::Start(Tag::Heading { level, .. }) => {
                let inside: Vec<Event<'_>> = parser
                    .by_ref()
                    .take_while(|event| !matches!(event, Event::End(TagEnd::Heading(_))))
                    .collect();
                // The page has the first heading already.
                if level == HeadingLevel::H1 {
                    continue;
                }
                let words = words(&inside);
                let anchor = anchor(&words);
                if level == HeadingLevel::H2 {
                    let words = escape(&words);
                    // Writing to a text cannot fail.
                    let _ = write!(contents, "<li><a href=\"#{anchor}\" rel=\"external\">{words}</a></li>");
                }
                events.push(Event::Html(format!("<{level} id=\"{anchor}\" tabindex=\"-1\">").into()));
                events.extend(inside);
                events.push(Event::Html(format!("</{level}>\n").into()));
            }
            Event::Start(Tag::Link { dest_url, .. }) => events.push(Event::Html(link(&dest_url))),
            Event::End(TagEnd::Link) => events.push(Event::Html("</a>".into())),
            Event::Html(text) | Event::InlineHtml(text) => events.push(Event::Text(text)),
            event => events.push(event),
        }
    }
    let mut text = String::new();
    html::push_html(&mut text, events.into_iter());
    format!(
        "<nav class=\"help-toc\" aria-labelledby=\"on-this-page\"><h2 id=\"on-this-page\">On this page</h2><ul>{contents}</ul></nav>\
         <div class=\"help-text\">{text}</div>"
    )
}

/// The opening tag of a link. Other texts of the help are pages here; the browser loads them and anchors
/// itself, and the app leads to its own pages.
fn link(target: &str) -> CowStr<'static> {
    let (file, anchor) = target.split_once('#').unwrap_or((target, ""));
    let mut href = match file.strip_suffix(".md") {
        Some(name) => format!("/help/{name}"),
        None => file.to_owned(),
    };
    if !anchor.is_empty() {
        href.push('#');
        href.push_str(anchor);
    }
    let loads = href.starts_with("/help") || !href.starts_with('/');
    let rel = if loads { " rel=\"external\"" } else { "" };
    format!("<a href=\"{}\"{rel}>", escape(&href)).into()
}

/// The words of a heading.
fn words(events: &[Event<'_>]) -> String {
    let word = |event: &Event<'_>| match event {
        Event::Text(text) | Event::Code(text) => text.to_string(),
        _ => String::new(),
    };
    events.iter().map(word).collect()
}

/// The anchor of a heading, as code hosts make it of the same text.
fn anchor(words: &str) -> String {
    words
        .to_lowercase()
        .chars()
        .filter_map(|c| match c {
            ' ' | '-' => Some('-'),
            c if c.is_alphanumeric() || c == '_' => Some(c),
            _ => None,
        })
        .collect()
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('"', "&quot;")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headings_have_anchors_and_stand_in_the_contents() {
        let html = render("# Title\n\n## What `it` is for\n\nText.\n\n### Deeper\n");
        assert!(
            html.contains("<a href=\"#what-it-is-for\" rel=\"external\">What it is for</a>"),
            "{html}"
        );
        assert!(
            html.contains("<h2 id=\"what-it-is-for\" tabindex=\"-1\">What <code>it</code> is for</h2>"),
            "{html}"
        );
        assert!(html.contains("<h3 id=\"deeper\""), "{html}");
        assert!(!html.contains("Title") && !html.contains("#deeper"), "{html}");
    }

    #[test]
    fn links_lead_to_pages_and_html_shows_as_text() {
        let html = render(
            "[a](audit.md#the-chain) [b](/credentials) [c](#x) <b onclick=\"x\">raw</b>\n\n<script>x</script>\n",
        );
        assert!(
            html.contains("<a href=\"/help/audit#the-chain\" rel=\"external\">a</a>"),
            "{html}"
        );
        assert!(html.contains("<a href=\"/credentials\">b</a>"), "{html}");
        assert!(html.contains("<a href=\"#x\" rel=\"external\">c</a>"), "{html}");
        assert!(!html.contains("<b ") && !html.contains("<script"), "{html}");
    }
}
