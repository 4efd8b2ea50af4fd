//! The command line.

mod announce;
mod audit_trail;
mod backup;
mod keys;
mod licenses;
mod progress;
mod serve;
mod settings;
mod stop;

use std::io::Read as _;
use std::path::PathBuf;
use std::sync::Arc;

use anyhow::{Context as _, bail};
use clap::{Parser, Subcommand};
use contract::accounts::Role;
use contract::secret::SecretValue;

use crate::accounts::{self, Accounts, NewUser};
use crate::audit::{self, HeadFile};
use crate::clock::Clock;
use crate::config::{Options, Settings};
use crate::db::Db;
use crate::http::ApiError;
use crate::infra::Infra;
use crate::metrics::Metrics;
use crate::pages::Pages;
use crate::readiness::Readiness;
use crate::references;
use crate::stopping::Stopping;
use crate::vault::Vault;

/// Strongroom stores named secrets and uses them for your integrations. Saved values are never shown again.
#[derive(Debug, Parser)]
#[command(name = "strongroom", version, arg_required_else_help = true)]
pub struct Cli {
    #[command(flatten, next_help_heading = "Settings")]
    options: Options,
    /// Settings file. Default: `strongroom.toml` in the working directory, if it exists.
    #[arg(long, global = true, env = "STRONGROOM_CONFIG", value_name = "FILE")]
    config: Option<PathBuf>,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Serve the pages and the API.
    Serve,
    /// Manage users.
    #[command(subcommand)]
    User(UserCommand),
    /// Manage the keys that encrypt values.
    #[command(subcommand)]
    Keys(keys::KeysCommand),
    /// List every setting: its key, flag, variable and default.
    Settings,
    /// Back up the database to a new file; servers can keep running. The backup does not contain the keyring.
    Backup {
        /// The new file. It must not exist yet.
        file: PathBuf,
    },
    /// Restore a backup into an empty SQLite or PostgreSQL database.
    Restore {
        /// The backup file.
        file: PathBuf,
    },
    /// Print the OpenAPI document of the API.
    Openapi,
    /// Print the licenses of the third-party packages in this program.
    Licenses,
    /// Check the audit trail.
    #[command(subcommand)]
    Audit(audit_trail::AuditCommand),
}

#[derive(Debug, Subcommand)]
enum UserCommand {
    /// Add a user. Strongroom reads the password from standard input, never from an argument.
    Add {
        /// Email address for signing in.
        #[arg(long)]
        email: String,
        /// Display name.
        #[arg(long)]
        name: String,
        /// administrator, manager or viewer.
        #[arg(long, value_parser = parse_role)]
        role: Role,
        /// Read the password from standard input.
        #[arg(long, required = true)]
        password_stdin: bool,
    },
}

fn parse_role(text: &str) -> Result<Role, String> {
    text.parse()
        .map_err(|()| "use administrator, manager or viewer".to_owned())
}

/// Loads the pages that these settings ask for.
pub type LoadPages<P> = fn(&Settings) -> anyhow::Result<P>;

/// Runs a command line.
pub async fn run<P: Pages>(cli: Cli, load: LoadPages<P>) -> anyhow::Result<()> {
    match cli.command {
        Command::Settings => {
            settings::print();
            return Ok(());
        }
        Command::Licenses => return licenses::print(),
        _ => {}
    }
    let settings = cli.options.complete(cli.config.as_deref())?;
    match cli.command {
        Command::Serve => serve::serve(settings, load).await,
        Command::User(UserCommand::Add {
            email,
            name,
            role,
            password_stdin: _,
        }) => add_user(settings, email, name, role).await,
        Command::Settings | Command::Licenses => Ok(()),
        Command::Keys(command) => keys::run(command, &settings).await,
        Command::Backup { file } => backup::backup(&settings, &file).await,
        Command::Restore { file } => backup::restore(&settings, &file).await,
        Command::Openapi => {
            let document = crate::openapi::document(&crate::router::operations(), settings.is_https());
            say(&format!("{document:#}"));
            Ok(())
        }
        Command::Audit(command) => audit_trail::run(settings, command).await,
    }
}

/// Opens database and vault: the first command creates missing files.
pub async fn open_base(settings: &Settings, clock: Clock) -> anyhow::Result<Arc<Infra>> {
    settings.make_data_dir()?;
    let db = Db::open(settings.database_url.as_deref(), &settings.data_dir, &settings.database).await?;
    let vault = Vault::open(&db, &settings.keyring, &clock).await?;
    let mut tx = db.begin().await?;
    audit::begin_chain(&mut tx).await?;
    accounts::fold_names(&mut tx).await?;
    tx.commit().await?;
    audit::make_searchable(&db).await?;
    references::convert_older_lists(&db, &vault, &clock).await?;
    Ok(Arc::new(Infra {
        db,
        vault,
        clock,
        metrics: Metrics::default(),
        head_file: HeadFile::in_folder(&settings.data_dir),
        quotas: settings.quotas,
        readiness: Readiness::default(),
        stopping: Stopping::default(),
    }))
}

async fn add_user(settings: Settings, email: String, name: String, role: Role) -> anyhow::Result<()> {
    let mut password = String::new();
    std::io::stdin()
        .take(4096)
        .read_to_string(&mut password)
        .context("Cannot read the password from standard input.")?;
    // A line break at the end belongs to the terminal, not to the password.
    let trimmed = password.trim_end_matches(['\r', '\n']).len();
    password.truncate(trimmed);
    let password = SecretValue::new(password);
    let base = open_base(&settings, Clock::system()).await?;
    let accounts = Accounts::new(base.clone(), settings.is_https());
    let outcome = accounts
        .add_user(NewUser {
            email,
            name,
            role,
            password,
        })
        .await;
    base.db.close().await;
    match outcome {
        Ok(_) => {
            say("User added.");
            Ok(())
        }
        Err(ApiError::Invalid(errors)) => {
            let sentences: Vec<String> = errors
                .iter()
                .map(|error| format!("{}: {}", error.pointer.trim_start_matches('/'), error.detail))
                .collect();
            bail!("{}", sentences.join("\n"))
        }
        Err(error) => Err(error.into()),
    }
}

/// A number and what it counts: `1 value`, `2 values`.
fn counted(number: u64, one: &str) -> String {
    format!("{number} {one}{}", if number == 1 { "" } else { "s" })
}

/// Tells the person at the terminal. Where nobody reads it any more, the work goes on all the same.
pub(crate) fn say(text: &str) {
    use std::io::Write as _;
    let mut out = std::io::stdout().lock();
    let _ = writeln!(out, "{text}").and_then(|()| out.flush());
}
