//! The help: what it has to say, that its links lead somewhere, and that everybody may read it.

use app::help::HelpTopic;
use axum::body::Body;
use http::{Request, header};
use server::help;

use crate::support::{Answer, Engine, TestApp, as_the_server_runs};

/// A heading, and words that the part below it cannot do without.
type Statement = (&'static str, &'static [&'static str]);

/// What the help about credentials was written for.
const STATEMENTS: &[Statement] = &[
    (
        "what-credentials-are-for",
        &[
            "API keys",
            "which a model binding sends",
            "Bearer tokens",
            "Long-lived integration secrets",
        ],
    ),
    (
        "what-they-are-not-for",
        &[
            "Settings that start a server",
            "Mail servers",
            "database addresses",
            "A password vault",
        ],
    ),
    (
        "the-list",
        &[
            "<td>ID",
            "<td>Name",
            "<td>Owner",
            "<td>Value",
            "Always asterisks",
            "Created, Updated",
            "Operations",
            "Search finds",
        ],
    ),
    (
        "names",
        &[
            "unique",
            "OPENAI_PROD_API_KEY",
            "MCP_CRM_TOKEN",
            "SUPPORT_PROVIDER_KEY",
            "Put nothing secret into one",
        ],
    ),
    ("create-a-credential", &["Add credential", "Save", "You are its owner"]),
    (
        "edit-and-replace-a-value",
        &[
            "pencil",
            "begins empty",
            "cannot be shown",
            "Only rename, keep the value",
            "The ID stays the same",
            "Model bindings, MCP servers and definitions",
            "rotate",
        ],
    ),
    (
        "where-a-value-may-go",
        &[
            "allowed destinations",
            "An empty list means nowhere",
            "The first MCP server or model binding",
            "whoever may change a credential decides where it is sent",
        ],
    ),
    (
        "entries-from-before",
        &["HTTPS with any path", "is marked", "the restore of an older backup"],
    ),
    (
        "where-credentials-are-used",
        &["what refers to it", "Every use is in the"],
    ),
    (
        "values-that-come-back",
        &[
            "at least 16 bytes",
            "last 24 hours",
            "<code>credential.echoed</code>",
            "once an hour",
            "its owner",
            "Other users do not see it",
            "if the caller sent the value",
            "Replace the value",
        ],
    ),
    (
        "model-bindings",
        &[
            "which provider and which model",
            "<strong>API key</strong>",
            "offers every credential",
            "ai_generate_text",
            "ai_generate_reply",
            "ai_generate_object",
            "ai_infer_object",
            "ai_agent",
            "opens the value and sends it to the provider",
        ],
    ),
    ("mcp-servers-over-http", &["Authorization: Bearer"]),
    (
        "mcp-servers-over-stdio",
        &[
            "takes no credential",
            "child process",
            "environment",
            "name that variable",
        ],
    ),
    (
        "through-the-api-and-in-files",
        &[
            "credential_id",
            "A workflow file",
            "model_id",
            "kind: model",
            "api_key: ",
            "never the key",
        ],
    ),
    (
        "in-the-middle-of-another-form",
        &[
            "of an MCP server",
            "of a model binding",
            "Create credential",
            "ordinary credential",
        ],
    ),
    (
        "delete-a-credential",
        &[
            "A model binding",
            "names the credential and the binding",
            "An MCP server over HTTP",
            "keeps its reference",
            "Strongroom cannot list it",
            "edit the credential instead",
            "no model binding, no MCP server",
        ],
    ),
    (
        "owners-and-roles",
        &["whoever created", "Administrator", "Manager", "Viewer"],
    ),
    (
        "what-is-safe-and-what-is-not",
        &[
            "Write-only",
            "No page, answer, log line",
            "Sealed",
            "At run time the server opens",
            "an AI action",
            "can allow a host of their own",
            "Names are visible",
        ],
    ),
    (
        "keys",
        &["<code>/</code>", "<code>n</code>", "<code>?</code>", "<code>Esc</code>"],
    ),
];

/// What the help about people was written for.
const PEOPLE: &[Statement] = &[
    (
        "roles",
        &[
            "<td>Administrator",
            "manage users",
            "<td>Manager",
            "change and delete their own",
            "<td>Viewer",
            "No page, answer or log shows a value",
            "Whoever may change a credential decides",
            "from the next request on",
        ],
    ),
    (
        "add-somebody",
        &[
            "Add user",
            "Add and get link",
            "Strongroom sends no mail",
            "works once, for 24 hours",
            "Invited, link ended",
            "strongroom user add",
        ],
    ),
    (
        "new-link",
        &["forgotten password", "The older link stops working", "every session"],
    ),
    ("change-name-or-role", &["keeps what they", "Administrators can"]),
    (
        "disable-and-enable",
        &["everywhere at once", "with the password that they had"],
    ),
    (
        "the-last-administrator",
        &["cannot be deleted, disabled or given another role", "their own account"],
    ),
    (
        "delete-an-account",
        &[
            "shows what the person owns",
            "Transfer to another user",
            "Delete the credentials with the account",
            "type the name",
            "MCP servers and model bindings are transferred to you",
            "its address is free again",
        ],
    ),
    (
        "your-own-account",
        &[
            "<td>Name",
            "<td>Password",
            "<td>Sessions",
            "12 to 256 characters",
            "24 hours",
            "14 days",
        ],
    ),
    (
        "when-signing-in-is-slowed-down",
        &[
            "15 minutes",
            "10 for one account from one network",
            "100 from one network",
            "10 from a browser",
            "whether",
        ],
    ),
];

/// Every page of the navigation, with the text that it leads to.
const PAGES: &[(&str, HelpTopic)] = &[
    ("/credentials", HelpTopic::Credentials),
    ("/mcp-servers", HelpTopic::McpServers),
    ("/model-bindings", HelpTopic::ModelBindings),
    ("/users", HelpTopic::Users),
    ("/audit", HelpTopic::Audit),
    ("/account", HelpTopic::Users),
];

/// The part of a text below a heading, up to the next one.
fn part<'a>(html: &'a str, anchor: &str) -> &'a str {
    let (_, rest) = html
        .split_once(&format!("id=\"{anchor}\""))
        .unwrap_or_else(|| panic!("a heading #{anchor}"));
    let end = rest.find("<h2 ").into_iter().chain(rest.find("<h3 ")).min();
    &rest[..end.unwrap_or(rest.len())]
}

fn hrefs(html: &str) -> Vec<&str> {
    html.split("href=\"")
        .skip(1)
        .filter_map(|rest| rest.split('"').next())
        .collect()
}

async fn page(app: &TestApp, who: Option<&'static str>, path: &str) -> Answer {
    let mut request = Request::builder()
        .uri(path)
        .header(header::HOST, "localhost")
        .header(header::ACCEPT, "text/html");
    if let Some(who) = who {
        request = request.header(header::COOKIE, app.cookie(who).await);
    }
    app.send(request.body(Body::empty()).unwrap()).await
}

#[track_caller]
fn check(topic: HelpTopic, statements: &[Statement]) {
    let html = help::text(topic);
    for (anchor, words) in statements {
        let part = part(html, anchor);
        for words in *words {
            assert!(part.contains(words), "#{anchor} says {words:?}: {part}");
        }
    }
    let sections = html.matches("<h2 id=").count() + html.matches("<h3 id=").count();
    assert_eq!(
        sections,
        statements.len() + 1,
        "every part is in the list of the test, and the contents"
    );
}

#[test]
fn the_help_about_credentials_says_all_that_it_was_written_for() {
    check(HelpTopic::Credentials, STATEMENTS);
}

#[test]
fn the_help_about_people_says_all_that_it_was_written_for() {
    check(HelpTopic::Users, PEOPLE);
}

#[test]
fn every_page_leads_to_its_text() {
    as_the_server_runs(async {
        let app = TestApp::start(Engine::Sqlite).await;
        for (path, topic) in PAGES {
            let answer = page(&app, Some("admin"), path).await.expect(200);
            let html = String::from_utf8_lossy(&answer.bytes).into_owned();
            assert!(
                hrefs(&html).contains(&topic.href().as_str()),
                "{path} leads to {}",
                topic.href()
            );
        }
    });
}

#[test]
fn every_link_of_the_help_leads_somewhere() {
    as_the_server_runs(async {
        let app = TestApp::start(Engine::Sqlite).await;
        let mut checked = 0;
        for topic in HelpTopic::ALL {
            let html = help::text(topic);
            for href in hrefs(html) {
                let (path, anchor) = href.split_once('#').unwrap_or((href, ""));
                let there = match (path, HelpTopic::at(path)) {
                    ("", _) => html,
                    (_, Some(other)) => help::text(other),
                    _ => {
                        assert!(path.starts_with('/'), "{href} leaves the product");
                        page(&app, Some("admin"), path).await.expect(200);
                        ""
                    }
                };
                assert!(
                    anchor.is_empty() || there.contains(&format!("id=\"{anchor}\"")),
                    "{href}"
                );
                checked += 1;
            }
        }
        assert!(checked > 20, "{checked}");
    });
}

#[test]
fn everybody_may_read_the_help_and_it_needs_no_scripts() {
    as_the_server_runs(async {
        let app = TestApp::start(Engine::Sqlite).await;
        for who in [None, Some("viewer")] {
            page(&app, who, "/help").await.expect(200);
            for topic in HelpTopic::ALL {
                let answer = page(&app, who, &topic.href()).await.expect(200);
                assert!(
                    String::from_utf8_lossy(&answer.bytes).contains(help::text(topic)),
                    "{}",
                    topic.href()
                );
            }
            page(&app, who, "/help/nothing").await.expect(404);
        }
        page(&app, None, "/audit").await.expect(303);
        page(&app, None, "/help/../credentials").await.expect(404);
    });
}
