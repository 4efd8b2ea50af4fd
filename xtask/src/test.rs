//! `cargo xtask test`: every check and every test.

use std::path::PathBuf;

use anyhow::{Result, bail};
use clap::{Args, ValueEnum};

use crate::cargo_tools::{CARGO_DENY, LEPTOSFMT};
use crate::process::run_quietly;
use crate::progress::{Steps, say};
use crate::rust_tests::Engine;
use crate::site::{self, Mode};
use crate::test_counts::Counts;
use crate::workspace::{HOST_PACKAGES, Workspace, is_ci};
use crate::{
    api_fuzz, build, bundle_budget, chromium, faketime, format, node, playwright, postgres, rust_tests, supply,
    toolchain, walkthroughs, wording,
};

/// The options of `cargo xtask test`.
#[derive(Debug, Args)]
pub struct Options {
    /// Run only these parts.
    #[arg(long, value_enum, value_delimiter = ',')]
    only: Vec<Part>,
    /// Take longer: the API is also sent what its documentation allows, and what it does not, the test that kills the
    /// server does so 200 times on each engine, PostgreSQL ends five times in each way, also under two servers, the
    /// walkthroughs are applied and compiled, and the soak lasts five minutes on each engine.
    #[arg(long)]
    long: bool,
    #[command(flatten)]
    rust: rust_tests::Choice,
    /// Arguments for the test runner, such as `--only browser -- specs/smoke.spec.ts`.
    #[arg(last = true)]
    runner_arguments: Vec<String>,
}

/// A part of the checks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Part {
    /// Formatting.
    Fmt,
    /// Lints, in host and WebAssembly builds, and forbidden words in texts that users read.
    Lint,
    /// Dependencies: advisories, licenses, sources, duplicates.
    Deny,
    /// Rust tests, on SQLite and PostgreSQL.
    Rust,
    /// Browser tests.
    Browser,
    /// A release: the size of its site, and browser tests of its pages; asked for alone, all of them.
    Release,
    /// Schemathesis against the API (a long part).
    Api,
    /// The patches of `docs/walkthroughs`, applied and compiled (a long part).
    Walkthroughs,
}

impl Options {
    fn wants(&self, part: Part) -> bool {
        let unasked = self.only.is_empty() && (!matches!(part, Part::Api | Part::Walkthroughs) || self.long);
        unasked || self.only.contains(&part)
    }

    fn check(&self) -> Result<()> {
        let one_runner = matches!(self.only[..], [Part::Rust | Part::Browser | Part::Release]);
        if !self.runner_arguments.is_empty() && !one_runner {
            bail!(
                "arguments after `--` go to one test runner: add `--only rust`, `--only browser` or `--only release`"
            );
        }
        if !self.rust.is_everything() && self.only != [Part::Rust] {
            bail!("--engine, --test and --lib choose among the Rust tests: add `--only rust`");
        }
        Ok(())
    }

    fn step_count(&self) -> usize {
        let steps = [
            (Part::Fmt, 1),
            (Part::Lint, 4),
            (Part::Deny, 1),
            (Part::Rust, if self.rust.is_everything() { 3 } else { 2 }),
            (Part::Browser, 4),
            (Part::Release, 3),
            (Part::Api, 2),
            (Part::Walkthroughs, 1),
        ];
        let parts: usize = steps
            .iter()
            .filter(|(part, _)| self.wants(*part))
            .map(|(_, count)| count)
            .sum();
        // One more prepares all of them.
        parts + 1
    }

    fn opens_a_browser(&self) -> bool {
        self.wants(Part::Browser) || self.wants(Part::Release)
    }

    /// Arguments for Playwright where it tests a release.
    fn release_arguments(&self) -> Vec<String> {
        if self.only == [Part::Release] {
            self.runner_arguments.clone()
        } else {
            RELEASE_SPECS.map(|name| format!("specs/{name}.spec.ts")).to_vec()
        }
    }
}

/// The specs that open each page, and what pages fetch when it is asked for: what can differ in a release, which is cut
/// into chunks.
const RELEASE_SPECS: [&str; 17] = [
    "account",
    "audit",
    "credential-deletion",
    "credential-dialogs",
    "credential-leaving",
    "credential-page",
    "credential-saving",
    "credentials",
    "help",
    "inline-creation",
    "mcp-servers",
    "model-bindings",
    "model-tests",
    "shell",
    "site",
    "try-page",
    "users",
];

/// What the steps need, found or installed before the first long one.
#[derive(Debug, Default)]
struct Tools {
    postgres: Option<PathBuf>,
    node_modules: PathBuf,
    chromium: PathBuf,
    schemathesis: PathBuf,
    cargo_deny: PathBuf,
    leptosfmt: PathBuf,
}

/// Runs the parts asked for; fails at the end when any step failed.
pub fn run(options: Options) -> Result<()> {
    options.check()?;
    let workspace = Workspace::find()?;
    let mut steps = Steps::new(options.step_count());
    let mut counts = Counts::default();

    let tools = steps.run("Look for the tools, install what is missing", || {
        prepare(&workspace, &options)
    })?;
    if options.wants(Part::Fmt) {
        steps.attempt("Formatting", || format::check(&workspace, &tools.leptosfmt));
    }
    if options.wants(Part::Lint) {
        steps.attempt("Wording", || wording::check(&workspace));
        lint(&workspace, &mut steps);
    }
    if options.wants(Part::Deny) {
        steps.attempt("Dependencies", || supply::check(&workspace, &tools.cargo_deny));
    }
    let compiled = options.wants(Part::Rust) && test_rust(&workspace, &options, &tools, &mut steps, &mut counts);
    if options.wants(Part::Browser) {
        test_browser(&workspace, &options, &tools, compiled, &mut steps, &mut counts);
    }
    if options.wants(Part::Release) {
        test_release(&workspace, &options, &tools, &mut steps, &mut counts);
    }
    if options.wants(Part::Api) {
        test_api(&workspace, &tools, compiled, &mut steps);
    }
    if options.wants(Part::Walkthroughs) {
        steps.attempt("Walkthroughs", || walkthroughs::check(&workspace));
    }

    let passed = steps.report();
    if !options.only.is_empty() {
        say("  This was a part of the checks (--only); `cargo xtask test` runs them all.");
    }
    if options.wants(Part::Rust) || options.opens_a_browser() {
        say("");
        say(format!(
            "{} passed, {} failed, {} skipped",
            counts.passed, counts.failed, counts.skipped
        ));
    }
    if !passed {
        bail!("not all steps passed");
    }
    Ok(())
}

fn prepare(workspace: &Workspace, options: &Options) -> Result<Tools> {
    let mut tools = Tools::default();
    if options.wants(Part::Fmt) || options.wants(Part::Lint) {
        toolchain::ensure_lint_tools(workspace)?;
    }
    if options.wants(Part::Lint) || options.opens_a_browser() {
        toolchain::ensure_wasm_target(workspace)?;
    }
    if options.wants(Part::Fmt) {
        tools.leptosfmt = LEPTOSFMT.ensure_installed(workspace)?;
    }
    if options.wants(Part::Deny) {
        tools.cargo_deny = CARGO_DENY.ensure_installed(workspace)?;
    }
    if options.wants(Part::Rust) || options.opens_a_browser() {
        node::ensure_installed()?;
        tools.node_modules = node::ensure_packages(workspace)?;
    }
    if options.wants(Part::Rust) && options.rust.engine != Some(Engine::Sqlite) {
        faketime::ensure_installed()?;
        // Tests that stop or configure a PostgreSQL start one of their own, also where another one is given.
        let programs = postgres::ensure_installed()?;
        tools.postgres = (!rust_tests::postgres_is_given()).then_some(programs);
    }
    if options.opens_a_browser() {
        tools.chromium = chromium::ensure_installed(workspace)?;
    }
    if options.wants(Part::Api) {
        tools.schemathesis = api_fuzz::ensure_installed(workspace)?;
    }
    Ok(tools)
}

/// Host and WebAssembly apart: linted together, the features `ssr` and `hydrate` would meet in one build.
fn lint(workspace: &Workspace, steps: &mut Steps) {
    let host = [&HOST_PACKAGES[..], &["--all-targets"]].concat();
    let wasm = [
        "--package",
        "frontend",
        "--package",
        "app",
        "--features",
        "app/hydrate",
        "--target",
        "wasm32-unknown-unknown",
    ];
    let own = ["--package", "xtask", "--all-targets"];
    for (name, selection) in [
        ("Lints of the host build", &host[..]),
        ("Lints of the WebAssembly build", &wasm),
        ("Lints of xtask", &own),
    ] {
        steps.attempt(name, || {
            let mut cargo = workspace.cargo();
            cargo.arg("clippy").args(selection).args(["--", "--deny", "warnings"]);
            run_quietly(cargo).map(drop)
        });
    }
}

/// Returns whether the server was compiled.
fn test_rust(workspace: &Workspace, options: &Options, tools: &Tools, steps: &mut Steps, counts: &mut Counts) -> bool {
    if options.rust.is_everything() {
        steps.attempt("Tests of xtask", || rust_tests::run_own(workspace, counts));
    }
    let name = match options.rust.engine {
        None => "Rust tests, on SQLite and PostgreSQL",
        Some(Engine::Sqlite) => "Rust tests on SQLite",
        Some(Engine::Postgres) => "Rust tests on PostgreSQL",
    };
    if !steps.attempt("Compile the Rust tests", || {
        rust_tests::compile(workspace, &options.rust)
    }) {
        steps.not_run(name, "they did not compile");
        return false;
    }
    steps.attempt(name, || {
        let given = rust_tests::Given {
            postgres_programs: tools.postgres.as_deref(),
            node_modules: &tools.node_modules,
            takes_long: options.long,
            choice: &options.rust,
            arguments: &options.runner_arguments,
        };
        rust_tests::run_all(workspace, &given, counts)
    });
    true
}

fn test_browser(
    workspace: &Workspace,
    options: &Options,
    tools: &Tools,
    server_is_compiled: bool,
    steps: &mut Steps,
    counts: &mut Counts,
) {
    let name = "Browser tests";
    steps.attempt("Types of the browser tests", || playwright::check_types(workspace));
    let mut site = None;
    let compiled = steps.attempt("Build the site", || {
        site::compile(workspace, Mode::Dev)?;
        site = Some(site::assemble(workspace, Mode::Dev)?);
        Ok(())
    });
    let built = steps.attempt("Build the server", || build_server(workspace, server_is_compiled));
    let (true, true, Some(site)) = (compiled, built, site) else {
        return steps.not_run(name, "site or server did not build");
    };
    if is_ci() {
        say(format!("      Chromium: {}", tools.chromium.display()));
    }
    steps.attempt(name, || {
        playwright::run(
            workspace,
            &build::dev_server(workspace),
            Some(&site),
            &tools.chromium,
            &options.runner_arguments,
            counts,
        )
    });
}

/// A release as people get it, the site inside the program. Its size is a budget.
fn test_release(workspace: &Workspace, options: &Options, tools: &Tools, steps: &mut Steps, counts: &mut Counts) {
    let name = "Browser tests on the release";
    let mut site = None;
    let small = steps.attempt("Build the site of the release, weigh it", || {
        site::compile(workspace, Mode::Release)?;
        let folder = site::assemble(workspace, Mode::Release)?;
        bundle_budget::check(site.insert(folder))
    });
    let Some(site) = site else {
        return steps.not_run(name, "its site did not build");
    };
    let built = steps.attempt("Build the release", || {
        build::compile_release(workspace, &site, &["strongroom"])?;
        supply::check_release(&build::release_server(workspace))
    });
    if !(small && built) {
        return steps.not_run(name, "it did not build, or is too large");
    }
    steps.attempt(name, || {
        playwright::run(
            workspace,
            &build::release_server(workspace),
            None,
            &tools.chromium,
            &options.release_arguments(),
            counts,
        )
    });
}

/// The Rust tests come with a server; asked for one without the tests' features, cargo would compile it again.
fn build_server(workspace: &Workspace, is_compiled: bool) -> Result<()> {
    if is_compiled && build::dev_server(workspace).is_file() {
        Ok(())
    } else {
        build::server(workspace).map(drop)
    }
}

fn test_api(workspace: &Workspace, tools: &Tools, server_is_compiled: bool, steps: &mut Steps) {
    let name = "Schemathesis against the API";
    if !steps.attempt("Build the server for it", || {
        build_server(workspace, server_is_compiled)
    }) {
        return steps.not_run(name, "the server did not build");
    }
    steps.attempt(name, || {
        api_fuzz::run(workspace, &build::dev_server(workspace), &tools.schemathesis)
    });
}
