//! Settings: flags, then `STRONGROOM_*` variables, then `strongroom.toml`, in that order.

mod database;
mod keyring_source;
mod network;
mod options;
mod quotas;
mod stdio;
mod stop;

pub use database::DatabaseSettings;
pub use keyring_source::KeyringSource;
pub use network::Network;
pub use options::{LogFormat, Options};
pub use quotas::{Quota, Quotas};
pub use stdio::{RunAs, StdioCommand, StdioEntry, StdioSettings};
pub use stop::StopTimes;

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::str::FromStr as _;
use std::sync::Arc;

use anyhow::{Context as _, bail, ensure};
use contract::secret::SecretValue;
use sqlx::sqlite::SqliteConnectOptions;
use url::Url;

/// What is logged unless the settings say otherwise. The MCP library tells of every session, with its id.
const DEFAULT_LOG: &str = "info,rmcp=warn";

/// The settings file, where it is in the working folder.
const DEFAULT_FILE: &str = "strongroom.toml";

/// The settings of this run.
pub struct Settings {
    /// Folder for the database and the keyring.
    pub data_dir: PathBuf,
    /// Where the database is; nothing for the file in the data folder.
    pub database_url: Option<String>,
    /// Size of the pool and time limits of a PostgreSQL database.
    pub database: DatabaseSettings,
    /// The source of the keyring.
    pub keyring: KeyringSource,
    /// Address and port to listen on.
    pub listen: SocketAddr,
    /// The address that people use.
    pub public_url: Option<Url>,
    /// Proxies that are believed on where a request came from.
    pub trusted_proxies: Vec<Network>,
    /// Whether secrets may be sent to loopback and private networks.
    pub outbound_private_networks: bool,
    /// Limits for each user.
    pub quotas: Quotas,
    /// Mebibytes of the file that is given up when the disk is full; 0 for none. SQLite only.
    pub reserve_mib: u32,
    /// The memory for everything that is being read from other servers at once, in MiB.
    pub read_budget_mib: u64,
    /// The most operations that run at once.
    pub max_operations: u32,
    /// The most operations of one user that run at once.
    pub max_operations_per_user: u32,
    /// The programs that MCP servers may be started from.
    pub stdio: Arc<StdioSettings>,
    /// Folder with the built site.
    pub site_dir: Option<PathBuf>,
    /// The tag of the language of the pages.
    pub locale: String,
    /// Address and port for metrics; nothing for none.
    pub metrics_listen: Option<SocketAddr>,
    /// How long a stop takes.
    pub stop: StopTimes,
    /// What is logged.
    pub log: String,
    /// How lines of the log look.
    pub log_format: LogFormat,
}

impl std::fmt::Debug for Settings {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Settings")
            .field("data_dir", &self.data_dir)
            .field("listen", &self.listen)
            .finish_non_exhaustive()
    }
}

impl Options {
    /// Completes flags and variables with the file and the defaults, and checks them.
    pub fn complete(self, file: Option<&Path>) -> anyhow::Result<Settings> {
        let from_file = read_file(file)?;
        let database = database::settings(&self, &from_file)?;
        let stop = StopTimes::of(&self, &from_file)?;
        let data_dir = self
            .data_dir
            .or(from_file.data_dir)
            .unwrap_or_else(|| PathBuf::from("data"));
        let public_url = match self.public_url.or(from_file.public_url) {
            Some(text) => Some(parse_public_url(&text)?),
            None => None,
        };
        let listen = self
            .listen
            .or(from_file.listen)
            .unwrap_or_else(|| SocketAddr::from(([127, 0, 0, 1], 3000)));
        let insecure_http = self.insecure_http.or(from_file.insecure_http).unwrap_or(false);
        let https = public_url.as_ref().is_some_and(|url| url.scheme() == "https");
        ensure!(
            listen.ip().is_loopback() || https || insecure_http,
            "Other machines can reach Strongroom on {listen}, and without https passwords are sent unencrypted. Put a TLS proxy in front and set --public-url https://…, or accept the risk with --insecure-http."
        );
        let keyring = match (keyring_text(), self.keyring_file.or(from_file.keyring_file)) {
            (Some(text), _) => KeyringSource::Text(text),
            (None, Some(path)) => KeyringSource::Given(path),
            (None, None) => KeyringSource::Own(data_dir.join("keyring.json")),
        };
        let database_url = self.database_url.or(from_file.database_url);
        let stdio = StdioSettings::check(
            from_file.stdio_commands.unwrap_or_default(),
            self.stdio_unconfined.or(from_file.stdio_unconfined).unwrap_or(false),
            &hidden(&data_dir, database_url.as_deref(), &keyring, file),
            &stdio::variable,
        )?;
        let default = Quotas::default();
        let quotas = Quotas {
            records: self
                .quota_records
                .or(from_file.quota_records)
                .unwrap_or(default.records),
            values_mib: self
                .quota_values_mib
                .or(from_file.quota_values_mib)
                .unwrap_or(default.values_mib),
            uses_per_second: self
                .quota_uses_per_second
                .or(from_file.quota_uses_per_second)
                .unwrap_or(default.uses_per_second),
        };
        Ok(Settings {
            database_url,
            database,
            keyring,
            listen,
            public_url,
            trusted_proxies: self.trusted_proxies.or(from_file.trusted_proxies).unwrap_or_default(),
            outbound_private_networks: self
                .outbound_private_networks
                .or(from_file.outbound_private_networks)
                .unwrap_or(true),
            quotas,
            reserve_mib: self.reserve_mib.or(from_file.reserve_mib).unwrap_or(32),
            read_budget_mib: self.read_budget_mib.or(from_file.read_budget_mib).unwrap_or(64).max(4),
            max_operations: self.max_operations.or(from_file.max_operations).unwrap_or(256),
            max_operations_per_user: self
                .max_operations_per_user
                .or(from_file.max_operations_per_user)
                .unwrap_or(16),
            stdio: Arc::new(stdio),
            site_dir: self.site_dir.or(from_file.site_dir),
            locale: self.locale.or(from_file.locale).unwrap_or_else(|| "en".to_owned()),
            metrics_listen: self.metrics_listen.or(from_file.metrics_listen),
            stop,
            log: self.log.or(from_file.log).unwrap_or_else(|| DEFAULT_LOG.to_owned()),
            log_format: self.log_format.or(from_file.log_format).unwrap_or_default(),
            data_dir,
        })
    }
}

impl Settings {
    /// Whether people reach Strongroom over https.
    pub fn is_https(&self) -> bool {
        self.public_url.as_ref().is_some_and(|url| url.scheme() == "https")
    }

    /// Whether the keyring is the data folder's own file.
    pub fn keeps_own_keyring(&self) -> bool {
        matches!(self.keyring, KeyringSource::Own(_))
    }

    /// Makes the data folder, which only its owner may enter.
    pub fn make_data_dir(&self) -> anyhow::Result<()> {
        use std::os::unix::fs::DirBuilderExt as _;
        std::fs::DirBuilder::new()
            .recursive(true)
            .mode(0o700)
            .create(&self.data_dir)
            .with_context(|| {
                format!(
                    "Cannot create the data folder {}. Choose another with --data-dir.",
                    self.data_dir.display()
                )
            })
    }
}

/// What no program beside Strongroom may read.
fn hidden(data_dir: &Path, database_url: Option<&str>, keyring: &KeyringSource, file: Option<&Path>) -> Vec<PathBuf> {
    let mut hidden = vec![data_dir.to_owned()];
    if let Some(database) = database_url.and_then(database_file) {
        hidden.extend(beside_database(&database));
        hidden.push(database);
    }
    if let KeyringSource::Given(path) = keyring {
        hidden.push(path.clone());
    }
    // It may hold the password of the database.
    hidden.push(file.unwrap_or(Path::new(DEFAULT_FILE)).to_owned());
    hidden
}

/// The file of an SQLite database; nothing where it is in memory, or another engine's.
pub(crate) fn database_file(url: &str) -> Option<PathBuf> {
    let place = url.strip_prefix("sqlite:")?;
    let (name, query) = place.split_once('?').unwrap_or((place, ""));
    let in_memory = name.trim_start_matches("//") == ":memory:"
        || url::form_urlencoded::parse(query.as_bytes()).any(|(key, value)| key == "mode" && value == "memory");
    let options = SqliteConnectOptions::from_str(url).ok()?;
    (!in_memory).then(|| options.get_filename().to_owned())
}

/// The files that SQLite keeps beside that of a database.
pub(crate) fn beside_database(file: &Path) -> impl Iterator<Item = PathBuf> {
    ["-wal", "-shm", "-journal"].into_iter().map(|end| {
        let mut name = file.as_os_str().to_owned();
        name.push(end);
        PathBuf::from(name)
    })
}

fn read_file(file: Option<&Path>) -> anyhow::Result<Options> {
    let default = Path::new(DEFAULT_FILE);
    let path = match file {
        Some(path) => path,
        None if default.exists() => default,
        None => return Ok(Options::default()),
    };
    let text =
        std::fs::read_to_string(path).with_context(|| format!("Cannot read the settings file {}.", path.display()))?;
    toml::from_str(&text).map_err(|error| {
        // The message of the parser repeats lines of the file, which may hold a password.
        let line = error.span().map_or(0, |span| text[..span.start].lines().count().max(1));
        anyhow::anyhow!("The settings file {} has a mistake at line {line}.", path.display())
    })
}

fn parse_public_url(text: &str) -> anyhow::Result<Url> {
    match Url::parse(text) {
        Ok(url)
            if matches!(url.scheme(), "http" | "https")
                && url.path() == "/"
                && url.query().is_none()
                && url.username().is_empty()
                && url.password().is_none() =>
        {
            Ok(url)
        }
        _ => bail!("The setting public_url is not a valid site URL. Use, for example, https://strongroom.example.com."),
    }
}

fn keyring_text() -> Option<SecretValue> {
    #[expect(clippy::disallowed_methods, reason = "settings are read here")]
    std::env::var("STRONGROOM_KEYRING")
        .ok()
        .filter(|text| !text.is_empty())
        .map(SecretValue::new)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn flags_win_over_the_file() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("strongroom.toml");
        let text = "listen = \"127.0.0.1:4000\"\ndata_dir = \"elsewhere\"\n\
                    trusted_proxies = [\"10.0.0.0/8\", \"::1\"]\nlog_format = \"json\"\nlocale = \"fr\"\n";
        std::fs::write(&path, text).unwrap();
        let options = Options {
            data_dir: Some(PathBuf::from("here")),
            ..Options::default()
        };
        let settings = options.complete(Some(&path)).unwrap();
        assert_eq!(settings.data_dir, PathBuf::from("here"));
        assert_eq!(settings.listen.port(), 4000);
        assert_eq!(settings.trusted_proxies.len(), 2);
        assert_eq!(settings.log_format, LogFormat::Json);
        assert_eq!(settings.locale, "fr");
    }

    #[test]
    fn a_mistake_in_the_file_is_told_without_its_text() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("strongroom.toml");
        std::fs::write(&path, "listen = \"127.0.0.1:4000\"\ndatabase_urk = \"canary-91\"\n").unwrap();
        let message = format!("{:#}", Options::default().complete(Some(&path)).unwrap_err());
        assert!(message.contains("line"), "{message}");
        assert!(!message.contains("canary"), "{message}");
    }

    #[test]
    fn programs_beside_it_may_not_read_the_database_wherever_it_is() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("elsewhere.db");
        let settings = |url: String| {
            let options = Options {
                database_url: Some(url),
                ..Options::default()
            };
            options.complete(None).unwrap()
        };
        for url in [
            format!("sqlite:{}", file.display()),
            format!("sqlite://{}?mode=rwc", file.display()),
        ] {
            let stdio = settings(url).stdio;
            for name in ["elsewhere.db", "elsewhere.db-wal", "elsewhere.db-shm"] {
                assert!(stdio.hides(&folder.path().join(name)), "{name}");
            }
            assert!(!stdio.hides(folder.path()));
        }
        for url in [
            "sqlite::memory:",
            "sqlite:kept?mode=memory",
            "postgres://a@b.example/strongroom",
        ] {
            assert_eq!(database_file(url), None, "{url}");
        }
    }

    #[test]
    fn others_reach_it_over_https_only() {
        let options = |public: Option<&str>, insecure| Options {
            listen: Some("0.0.0.0:3000".parse().unwrap()),
            public_url: public.map(str::to_owned),
            insecure_http: insecure,
            ..Options::default()
        };
        assert!(options(None, None).complete(None).is_err());
        assert!(options(Some("http://a.example"), None).complete(None).is_err());
        assert!(options(Some("https://a.example"), None).complete(None).is_ok());
        assert!(options(None, Some(true)).complete(None).is_ok());
    }
}
