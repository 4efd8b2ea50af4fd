//! The real binary as an ordinary user: its children are in the sandbox, and go when it goes.

use std::io::{BufRead as _, BufReader, Write as _};
use std::os::unix::fs::PermissionsExt as _;
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use serde_json::{Value, json};

use crate::support::PASSWORD;
use crate::support::program::copy_program;
use crate::support::stdio::{FOLDER, eventually, is_alive, node};

/// A marked value of a variable.
const CANARY: &str = "canary-5d10-files\"token";

/// The number of `nobody`, where root runs the tests.
const NOBODY: u32 = 65534;

/// A folder with everything that the server needs, owned by the user that it runs as.
struct Home {
    folder: tempfile::TempDir,
    program: PathBuf,
}

impl Home {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        std::fs::create_dir_all(at("site")).unwrap();
        let manifest = json!({"build_id": "none", "js": "/pkg/x.js", "wasm": "/pkg/x.wasm", "css": "/pkg/x.css"});
        std::fs::write(at("site/site.json"), manifest.to_string()).unwrap();
        let settings = format!(
            "data_dir = '{data}'\nsite_dir = '{site}'\nlisten = '127.0.0.1:0'\nlog = 'warn'\n[[stdio_commands]]\n\
             name = 'files'\nprogram = '{node}'\nfixed_args = ['{script}']\nextra_args = '--[a-z]+'\n\
             env = ['FILES_TOKEN']\nread = ['{read}']\nwrite = ['{write}']\n",
            data = at("data").display(),
            site = at("site").display(),
            node = node().display(),
            script = FOLDER.path().join("child.mjs").display(),
            read = FOLDER.path().display(),
            write = at("shared").display(),
        );
        std::fs::write(at("strongroom.toml"), settings).unwrap();
        std::fs::create_dir(at("shared")).unwrap();
        let mut program = PathBuf::from(crate::PROGRAM);
        if nix::unistd::geteuid().is_root() {
            // The build folder may be one that only root can enter.
            program = FOLDER.path().join(format!("strongroom-{}", uuid::Uuid::now_v7()));
            copy_program(&program);
            std::fs::set_permissions(&program, std::fs::Permissions::from_mode(0o755)).unwrap();
            for path in [folder.path(), &at("site"), &at("shared"), &at("strongroom.toml")] {
                std::os::unix::fs::chown(path, Some(NOBODY), Some(NOBODY)).unwrap();
            }
        }
        Self { folder, program }
    }

    fn at(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn command(&self) -> Command {
        let mut command = Command::new(&self.program);
        command
            .arg("--config")
            .arg(self.at("strongroom.toml"))
            .env("FILES_TOKEN", CANARY)
            .current_dir("/")
            .stderr(Stdio::null());
        if nix::unistd::geteuid().is_root() {
            command.uid(NOBODY).gid(NOBODY);
        }
        command
    }

    fn add_administrator(&self) {
        let options = [
            "--email",
            "admin@example.com",
            "--name",
            "admin",
            "--role",
            "administrator",
        ];
        let mut child = self
            .command()
            .args(["user", "add", "--password-stdin"])
            .args(options)
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .spawn()
            .unwrap();
        child.stdin.take().unwrap().write_all(PASSWORD.as_bytes()).unwrap();
        assert!(child.wait().unwrap().success());
    }

    async fn serve(&self) -> Server {
        let mut process = self
            .command()
            .arg("serve")
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut line = String::new();
        BufReader::new(process.stdout.take().unwrap())
            .read_line(&mut line)
            .unwrap();
        // Only the first call installs it.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let mut server = Server {
            process,
            origin: line.trim().rsplit(' ').next().unwrap_or_default().to_owned(),
            cookie: String::new(),
        };
        let body = json!({"email": "admin@example.com", "password": PASSWORD});
        let answer = server.request("/session", &body).send().await.unwrap();
        let cookie = answer.headers()["set-cookie"].to_str().unwrap();
        cookie.split(';').next().unwrap().clone_into(&mut server.cookie);
        server
    }
}

impl Drop for Home {
    fn drop(&mut self) {
        if self.program.starts_with(FOLDER.path()) {
            let _ = std::fs::remove_file(&self.program);
        }
    }
}

/// A running server, killed when dropped.
struct Server {
    process: Child,
    origin: String,
    cookie: String,
}

impl Server {
    fn request(&self, path: &str, body: &Value) -> reqwest::RequestBuilder {
        reqwest::Client::new()
            .post(format!("{}/api/v1{path}", self.origin))
            .header("cookie", &self.cookie)
            .header("content-type", "application/json")
            .body(body.to_string())
    }

    async fn post(&self, path: &str, body: Value) -> Value {
        let answer = self.request(path, &body).send().await.unwrap();
        serde_json::from_slice(&answer.bytes().await.unwrap()).unwrap()
    }

    /// Stores a server and gives its path.
    async fn program(&self, name: &str) -> String {
        let body = json!({
            "name": name, "transport": "stdio", "command": "files", "args": ["--stubborn"], "env_names": ["FILES_TOKEN"],
        });
        let created = self.post("/mcp-servers", body).await;
        format!(
            "/mcp-servers/{}",
            created["id"].as_str().unwrap_or_else(|| panic!("{created}"))
        )
    }

    async fn ask(&self, server: &str, tool: &str, arguments: Value) -> String {
        let path = format!("{server}/tools/{tool}/call");
        let answer = self.post(&path, json!({"arguments": arguments})).await;
        let text = answer["content"][0]["text"].as_str();
        text.unwrap_or_else(|| panic!("{answer}")).to_owned()
    }

    async fn pids(&self, server: &str) -> Vec<i64> {
        let pids: Vec<i64> = serde_json::from_str(&self.ask(server, "pids", json!({})).await).unwrap();
        assert!(pids.iter().all(|pid| is_alive(*pid)), "{pids:?}");
        pids
    }

    fn signal(&self, signal: nix::sys::signal::Signal) {
        let pid = nix::unistd::Pid::from_raw(i32::try_from(self.process.id()).unwrap());
        nix::sys::signal::kill(pid, signal).unwrap();
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

#[tokio::test]
async fn in_the_sandbox_a_program_reads_and_writes_what_its_entry_names_and_nothing_else() {
    let home = Home::new();
    home.add_administrator();
    let server = home.serve().await;
    let saved = server.program("saved").await;
    let process = PathBuf::from(format!("/proc/{}", server.process.id()));
    let data = home.at("data");
    let mut hidden = vec![
        data.clone(),
        home.at("strongroom.toml"),
        home.at("site/site.json"),
        PathBuf::from("/root"),
    ];
    hidden.extend(std::fs::read_dir(&data).unwrap().map(|entry| entry.unwrap().path()));
    hidden.extend(["environ", "mem", "maps", "fd", "cwd/etc/hosts", "root/etc/hosts"].map(|name| process.join(name)));
    assert!(hidden.iter().any(|path| path.ends_with("keyring.json")), "{hidden:?}");
    let spied = server.ask(&saved, "spy", json!({"paths": hidden})).await;
    let spied: Vec<String> = serde_json::from_str(&spied).unwrap();
    for (path, answer) in hidden.iter().zip(spied) {
        assert!(
            ["EACCES", "EPERM"].contains(&answer.as_str()),
            "{}: {answer}",
            path.display()
        );
    }
    let allowed = [
        FOLDER.path().join("child.mjs"),
        PathBuf::from("/etc/hosts"),
        PathBuf::from("/usr"),
    ];
    let spied = server.ask(&saved, "spy", json!({"paths": allowed})).await;
    let spied: Vec<String> = serde_json::from_str(&spied).unwrap();
    assert!(spied.iter().all(|answer| answer.starts_with("read ")), "{spied:?}");

    let scribble = async |path: &Path| server.ask(&saved, "scribble", json!({"path": path})).await;
    assert_eq!(scribble(&home.at("shared/note")).await, "written");
    assert_eq!(std::fs::read_to_string(home.at("shared/note")).unwrap(), "scribbled");
    for path in [
        home.at("note"),
        data.join("note"),
        std::env::temp_dir().join("note"),
        PathBuf::from("/dev/shm/note"),
    ] {
        assert_eq!(scribble(&path).await, "EACCES", "{}", path.display());
    }
}

#[tokio::test]
async fn programs_go_when_the_server_stops_and_when_it_is_killed() {
    use nix::sys::signal::Signal;

    let home = Home::new();
    home.add_administrator();
    let mut server = home.serve().await;
    let saved = server.program("saved").await;
    let all = server.pids(&saved).await;
    server.signal(Signal::SIGTERM);
    assert!(server.process.wait().unwrap().success());
    eventually("a graceful stop", || !all.iter().any(|pid| is_alive(*pid))).await;

    let mut server = home.serve().await;
    let all = server.pids(&saved).await;
    server.signal(Signal::SIGKILL);
    server.process.wait().unwrap();
    eventually("a kill", || !is_alive(all[0])).await;
    // Nobody is left to end what the program itself started.
    let orphan = nix::unistd::Pid::from_raw(i32::try_from(all[1]).unwrap());
    let _ = nix::sys::signal::kill(orphan, Signal::SIGKILL);
}
