//! The real daemon in a folder of its own.

use crate::{DEADLINE, ITERATIONS, programs};
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use std::fs::File;
use std::net::{SocketAddr, TcpListener};
use std::path::{Path, PathBuf};
use std::process::{ExitStatus, Stdio};
use std::time::Instant;
use tempfile::TempDir;
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::{Child, Command};
use tokio::sync::watch;
use tokio::time::timeout;

/// How a [`TestServer`] is to start.
pub struct TestServerBuilder {
    settings: Vec<(String, String)>,
    config: Option<String>,
    args: Vec<String>,
}

impl TestServerBuilder {
    /// Sets a key of the configuration, such as `limits.message_bytes`.
    #[must_use]
    pub fn set(mut self, key: &str, value: impl ToString) -> Self {
        self.settings.retain(|(known, _)| known != key);
        self.settings.push((key.into(), value.to_string()));
        self
    }

    /// Gives it a configuration file with this text.
    #[must_use]
    pub fn config(mut self, toml: &str) -> Self {
        self.config = Some(toml.into());
        self
    }

    /// One more argument.
    #[must_use]
    pub fn arg(mut self, arg: &str) -> Self {
        self.args.push(arg.into());
        self
    }

    /// Starts it and waits until it serves.
    ///
    /// # Panics
    /// Where it does not come up.
    pub async fn start(self) -> TestServer {
        let folder = tempfile::Builder::new()
            .prefix("chat-test-")
            .tempdir()
            .expect("a folder in /tmp");
        if let Some(toml) = &self.config {
            std::fs::write(folder.path().join("chatd.toml"), toml).expect("a file in it");
        }
        let mut server = TestServer {
            folder: Some(folder),
            how: self,
            address: free_address(),
            pin: String::new(),
            running: None,
        };
        server.spawn().await;
        server
    }
}

/// A port that nobody has, below those that the kernel gives to clients: a client that tries a port of
/// that range while the daemon is away may connect to itself and hold it.
fn free_address() -> SocketAddr {
    for _ in 0..200 {
        let port = 12_000 + u16::from_be_bytes(crate::scram::random::<2>()) % 20_000;
        let address = SocketAddr::from(([127, 0, 0, 1], port));
        if TcpListener::bind(address).is_ok() {
            return address;
        }
    }
    panic!("no free port found");
}

struct Running {
    child: Child,
    lines: watch::Receiver<Lines>,
}

#[derive(Clone, Debug, Default)]
struct Lines {
    all: Vec<String>,
    ended: bool,
}

impl Lines {
    /// What stands behind a label in the lines so far.
    fn labelled(&self, label: &str) -> Option<String> {
        let find = |line: &String| {
            line.trim()
                .strip_prefix(label)
                .map(|rest| rest.trim().to_owned())
        };
        self.all.iter().find_map(find)
    }
}

/// The real `chatd` with its data in a folder that goes with it.
pub struct TestServer {
    folder: Option<TempDir>,
    how: TestServerBuilder,
    address: SocketAddr,
    pin: String,
    running: Option<Running>,
}

impl TestServer {
    /// One on which anybody may register, with cheap passwords.
    #[must_use]
    pub fn builder() -> TestServerBuilder {
        TestServerBuilder {
            settings: Vec::new(),
            config: None,
            args: Vec::new(),
        }
        .set("login.iterations", ITERATIONS)
        .set("house.registration", "open")
        .set("limits.requests_per_sec", 100_000)
        .set("limits.request_burst", 100_000)
    }

    /// [`Self::builder`], started.
    pub async fn start() -> Self {
        Self::builder().start().await
    }

    /// Where it listens.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// The pin that it printed.
    #[must_use]
    pub fn pin(&self) -> &str {
        &self.pin
    }

    /// The folder of this test.
    #[must_use]
    pub fn folder(&self) -> &Path {
        self.folder.as_ref().expect("there until dropped").path()
    }

    /// The folder with its data.
    #[must_use]
    pub fn data(&self) -> PathBuf {
        self.folder().join("data")
    }

    /// Its Unix socket.
    #[must_use]
    pub fn socket(&self) -> PathBuf {
        self.folder().join("chatd.sock")
    }

    /// Where its log goes.
    #[must_use]
    pub fn log_file(&self) -> PathBuf {
        self.folder().join("chatd.log")
    }

    /// What it logged so far.
    #[must_use]
    pub fn log(&self) -> String {
        std::fs::read_to_string(self.log_file()).unwrap_or_default()
    }

    /// Its process.
    ///
    /// # Panics
    /// Where it does not run.
    #[must_use]
    pub fn pid(&self) -> u32 {
        self.running
            .as_ref()
            .and_then(|r| r.child.id())
            .expect("the daemon runs")
    }

    /// A line of its standard output that begins with this label, once it comes.
    ///
    /// # Panics
    /// Where it does not come.
    pub async fn printed(&self, label: &str) -> String {
        let mut lines = self
            .running
            .as_ref()
            .expect("the daemon runs")
            .lines
            .clone();
        let wait = lines.wait_for(|lines| lines.ended || lines.labelled(label).is_some());
        let found = timeout(DEADLINE, wait).await.ok().and_then(Result::ok);
        let found = found.and_then(|lines| lines.labelled(label));
        found.unwrap_or_else(|| panic!("`{label}` was not printed; log:\n{}", self.log()))
    }

    /// The code of the invitation that its first start printed.
    ///
    /// # Panics
    /// Where it printed none.
    pub async fn first_invite(&self) -> String {
        let link = self.printed("join from").await;
        let code = link
            .split(['?', '&'])
            .find_map(|part| part.strip_prefix("invite="));
        code.unwrap_or_else(|| panic!("no invite in {link}"))
            .trim_end_matches('\'')
            .to_owned()
    }

    /// The command that starts it.
    #[must_use]
    pub fn command(&self) -> Command {
        let mut command = programs::command("chatd");
        command.arg("--data").arg(self.data());
        command.arg("--listen").arg(self.address.to_string());
        command.arg("--socket").arg(self.socket());
        if self.how.config.is_some() {
            command
                .arg("--config")
                .arg(self.folder().join("chatd.toml"));
        }
        command.args(&self.how.args);
        for (key, value) in &self.how.settings {
            let key = format!("CHATD__{}", key.replace('.', "__").to_uppercase());
            command.env(key, value);
        }
        command
    }

    async fn spawn(&mut self) {
        let log = File::options()
            .create(true)
            .append(true)
            .open(self.log_file())
            .expect("a log");
        let mut command = self.command();
        command
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(log);
        let mut child = command.spawn().expect("chatd starts");
        let stdout = BufReader::new(child.stdout.take().expect("piped"));
        let (sender, lines) = watch::channel(Lines::default());
        tokio::spawn(async move {
            let mut stdout = stdout.lines();
            while let Ok(Some(line)) = stdout.next_line().await {
                sender.send_modify(|lines| lines.all.push(line));
            }
            sender.send_modify(|lines| lines.ended = true);
        });
        self.running = Some(Running { child, lines });
        let listens = self.printed("listens on").await;
        assert_eq!(
            listens,
            self.address.to_string(),
            "it says where it listens"
        );
        self.pin = self.printed("fingerprint").await;
        assert_eq!(
            self.pin.len(),
            43,
            "43 characters of base64url: {}",
            self.pin
        );
    }

    /// Ends it as a power cut would.
    ///
    /// # Panics
    /// Where it does not run.
    pub async fn kill9(&mut self) {
        let mut running = self.running.take().expect("the daemon runs");
        running.child.kill().await.expect("it can be killed");
    }

    /// Sends it a signal.
    ///
    /// # Panics
    /// Where it does not run.
    pub fn signal(&self, signal: Signal) {
        let pid = i32::try_from(self.pid()).expect("process ids are small");
        kill(Pid::from_raw(pid), signal).expect("our own child");
    }

    /// Waits for its end.
    ///
    /// # Panics
    /// Where it does not end.
    pub async fn ended(&mut self) -> ExitStatus {
        let mut running = self.running.take().expect("the daemon runs");
        let ended = timeout(DEADLINE, running.child.wait()).await;
        ended
            .unwrap_or_else(|_| panic!("it does not end; log:\n{}", self.log()))
            .expect("seen")
    }

    /// SIGTERM, as systemd does; gives how it ended.
    pub async fn terminate(&mut self) -> ExitStatus {
        self.signal(Signal::SIGTERM);
        self.ended().await
    }

    /// Starts it again on the same data and port, ending it first (`kill -9`) where it runs.
    pub async fn restart(&mut self) {
        if self.running.is_some() {
            self.kill9().await;
        }
        self.spawn().await;
    }

    /// Changes a setting for the next start.
    pub fn set(&mut self, key: &str, value: impl ToString) {
        self.how.settings.retain(|(known, _)| known != key);
        self.how.settings.push((key.into(), value.to_string()));
    }

    /// Memory that it holds now, in bytes.
    ///
    /// # Panics
    /// Where it does not run.
    #[must_use]
    pub fn rss_bytes(&self) -> u64 {
        let status =
            std::fs::read_to_string(format!("/proc/{}/status", self.pid())).expect("it runs");
        let line = status
            .lines()
            .find_map(|line| line.strip_prefix("VmRSS:"))
            .expect("VmRSS");
        line.trim()
            .trim_end_matches(" kB")
            .parse::<u64>()
            .expect("a number")
            * 1024
    }

    /// What `chatctl status --json` says.
    ///
    /// # Panics
    /// Where it fails.
    pub async fn status(&self) -> serde_json::Value {
        let output = programs::chatctl(self, &["status", "--json"]).await.ok();
        serde_json::from_str(&output.out).unwrap_or_else(|e| panic!("{e}: {}", output.out))
    }

    /// Waits until its status fulfils something.
    ///
    /// # Panics
    /// Where it never does.
    pub async fn until_status(&self, what: &str, good: impl Fn(&serde_json::Value) -> bool) {
        let from = Instant::now();
        loop {
            let status = self.status().await;
            if good(&status) {
                return;
            }
            assert!(from.elapsed() < DEADLINE, "{what} never came, but {status}");
            tokio::time::sleep(std::time::Duration::from_millis(50)).await;
        }
    }
}

impl Drop for TestServer {
    fn drop(&mut self) {
        if let Some(mut running) = self.running.take() {
            let _ = running.child.start_kill();
        }
        if std::thread::panicking() {
            let log = self.log();
            let tail: Vec<&str> = log.lines().rev().take(60).collect();
            eprintln!("--- the end of chatd's log ---");
            for line in tail.iter().rev() {
                eprintln!("{line}");
            }
            if std::env::var_os("CHAT_TESTS_KEEP").is_some()
                && let Some(folder) = self.folder.take()
            {
                eprintln!("--- kept: {} ---", folder.keep().display());
            }
        }
    }
}
