//! The help: what it has to say, that its links lead somewhere, and that everybody may read it.

use app::help::HelpTopic;
use axum::body::Body;
use http::{Request, header};
use strongroom::help;

use crate::support::{Answer, Engine, TestApp, as_the_server_runs};

/// A heading, and words that the part below it cannot do without.
type Statement = (&'static str, &'static [&'static str]);

/// What the help about credentials was written for.
const STATEMENTS: &[Statement] = &[
    (
        "when-to-use-one",
        &[
            "API keys",
            "which a model binding sends",
            "Bearer tokens",
            "Long-lived integration secrets",
        ],
    ),
    (
        "when-not-to-use-one",
        &[
            "Settings that start a server",
            "mail servers",
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
            "Put nothing secret into a name",
        ],
    ),
    ("create-a-credential", &["Add credential", "Save", "You are its owner"]),
    (
        "edit-and-replace-a-value",
        &[
            "pencil",
            "is empty at first",
            "stored value cannot be",
            "Keep the current value",
            "The ID stays the same",
            "Model bindings, MCP servers and definitions",
            "rotate",
        ],
    ),
    (
        "where-a-value-can-be-sent",
        &[
            "allowed destinations",
            "If the list is empty, the value can't be sent anywhere",
            "The first MCP server or model binding",
            "permission to change a credential decides where it is sent",
        ],
    ),
    (
        "entries-from-before",
        &["HTTPS with any path", "is marked", "the restore of an older backup"],
    ),
    (
        "where-credentials-are-used",
        &["records that refer to it", "Every use is in the"],
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
            "a provider, a model and the credential",
            "<strong>Credential</strong>",
            "offers every credential",
            "ai_generate_text",
            "ai_generate_reply",
            "ai_generate_object",
            "ai_infer_object",
            "ai_agent",
            "decrypts the value and sends it to the provider",
        ],
    ),
    ("mcp-servers-over-http", &["Authorization: Bearer"]),
    (
        "mcp-servers-over-stdio",
        &[
            "doesn't use a credential",
            "child process",
            "environment",
            "select that variable",
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
        "in-another-form",
        &[
            "of an MCP server",
            "or a model binding",
            "Create credential",
            "From then on it is an ordinary",
        ],
    ),
    (
        "delete-a-credential",
        &[
            "A model binding",
            "names the credential and the binding",
            "An MCP server over HTTP",
            "keeps its reference",
            "Strongroom cannot list these",
            "edit the credential instead",
            "no model binding, no MCP server",
        ],
    ),
    (
        "owners-and-roles",
        &["the user who created", "Administrator", "Manager", "Viewer"],
    ),
    (
        "security",
        &[
            "Write-only",
            "No page, response, log line",
            "Encrypted",
            "At run time the server decrypts",
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
            "No page, response or log shows a value",
            "permission to change a credential decide",
            "from the next request on",
        ],
    ),
    (
        "add-a-user",
        &[
            "Add user",
            "Create invite link",
            "Strongroom sends no mail",
            "works once, for 24 hours",
            "Invite expired",
            "strongroom user add",
        ],
    ),
    (
        "reset-a-password",
        &["forgotten password", "The old link stops working", "every session"],
    ),
    ("change-name-or-role", &["keeps their", "Administrators can"]),
    ("disable-and-enable", &["everywhere at once", "with their old password"]),
    (
        "the-last-administrator",
        &["cannot be deleted, disabled or given another role", "your own account"],
    ),
    (
        "delete-an-account",
        &[
            "shows the person's records",
            "Transfer to another user",
            "Delete the credentials with the account",
            "type the name",
            "MCP servers and model bindings are transferred to you",
            "its email address can be used again",
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
        "sign-in-limits",
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
        for &topic in HelpTopic::ALL {
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
            for &topic in HelpTopic::ALL {
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
