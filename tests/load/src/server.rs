//! The server that is measured: started here on a core of its own, or one that runs already.

use crate::failure::{Doing, Failure, Result};
use crate::process::{LOAD_CORE, Process, SERVER_CORE, pin};
use std::io::{BufRead, BufReader};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use tempfile::TempDir;

/// What is spoken to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum Kind {
    /// Our daemon.
    Chatd,
    /// The bare relay in this program.
    Relay,
    /// Any IRC server; needs --address, and --pid for its CPU and memory.
    Irc,
}

/// How to come by a server.
#[derive(Clone, Debug, clap::Args)]
pub(crate) struct ServerArgs {
    /// What to measure
    #[arg(long, value_enum, default_value = "chatd", global = true)]
    pub(crate) server: Kind,
    /// Over TLS (chatd)
    #[arg(long, global = true)]
    pub(crate) tls: bool,
    /// A server that runs already; without, chatd and the relay are started
    #[arg(long, global = true, value_name = "ADDR:PORT")]
    pub(crate) address: Option<SocketAddr>,
    /// Its process, for CPU and memory
    #[arg(long, global = true)]
    pub(crate) pid: Option<u32>,
    /// Its Unix socket (chatd), over which people and rooms are made
    #[arg(long, global = true, value_name = "PATH")]
    pub(crate) socket: Option<PathBuf>,
    /// The chatd to start [default: the one beside this program]
    #[arg(long, global = true, value_name = "PATH")]
    pub(crate) chatd: Option<PathBuf>,
    /// Where data goes: one folder a run below it, removed afterwards [default: $TMPDIR]
    #[arg(long, global = true, value_name = "DIR")]
    pub(crate) scratch: Option<PathBuf>,
    /// Keep people and store in this folder for the next run
    #[arg(long, global = true, value_name = "DIR")]
    pub(crate) fixture: Option<PathBuf>,
    /// Do not put server and load on a core each
    #[arg(long, global = true)]
    pub(crate) no_pin: bool,
}

/// A server that runs.
pub(crate) struct Server {
    pub(crate) kind: Kind,
    pub(crate) address: SocketAddr,
    pub(crate) over_tls: bool,
    pub(crate) process: Option<Process>,
    pub(crate) socket: Option<PathBuf>,
    args: ServerArgs,
    running: Option<Child>,
    folder: Option<TempDir>,
}

impl Server {
    /// Starts it, or takes the one that runs.
    pub(crate) fn start(args: &ServerArgs) -> Result<Self> {
        let mut server = Self {
            kind: args.server,
            address: SocketAddr::from(([127, 0, 0, 1], 0)),
            over_tls: args.tls,
            process: args.pid.map(Process),
            socket: args.socket.clone(),
            args: args.clone(),
            running: None,
            folder: None,
        };
        if args.tls && args.server != Kind::Chatd {
            return Err(Failure::Usage("only chatd is measured over TLS".into()));
        }
        match (args.address, args.server) {
            (Some(address), _) => server.address = address,
            (None, Kind::Irc) => {
                let text = "start the IRC server yourself, and give --address and --pid";
                return Err(Failure::Usage(text.into()));
            }
            (None, _) => {
                let scratch = args.scratch.clone().unwrap_or_else(std::env::temp_dir);
                let folder = tempfile::Builder::new()
                    .prefix("chat-load-")
                    .tempdir_in(scratch);
                server.folder = Some(folder.doing("make a folder")?);
                server.spawn()?;
            }
        }
        Ok(server)
    }

    /// Where the tokens of devices are kept from run to run.
    pub(crate) fn tokens(&self) -> Option<PathBuf> {
        self.args
            .fixture
            .as_ref()
            .map(|folder| folder.join("tokens.json"))
    }

    /// The folder of its store.
    pub(crate) fn data(&self) -> Option<PathBuf> {
        match (&self.args.fixture, &self.folder) {
            (Some(fixture), _) => Some(fixture.join("data")),
            (None, Some(folder)) => Some(folder.path().join("data")),
            (None, None) => None,
        }
    }

    fn folder(&self) -> &Path {
        self.folder
            .as_ref()
            .map_or(Path::new("/tmp"), TempDir::path)
    }

    fn command(&self) -> Result<Command> {
        let this = std::env::current_exe().doing("find this program")?;
        if self.kind == Kind::Relay {
            let mut command = Command::new(this);
            command.args(["relay", "127.0.0.1:0"]);
            return Ok(command);
        }
        let chatd = self
            .args
            .chatd
            .clone()
            .unwrap_or_else(|| this.with_file_name("chatd"));
        let mut command = Command::new(chatd);
        let data = self.data().unwrap_or_else(|| self.folder().join("data"));
        command.arg("--data").arg(data);
        command.args(["--listen", "127.0.0.1:0"]);
        command.arg("--socket").arg(self.folder().join("s"));
        let limits = [
            ("LISTEN__PLAIN", "127.0.0.1:0"),
            ("LOGIN__ITERATIONS", "4096"),
            ("LIMITS__REQUESTS_PER_SEC", "1000000"),
            ("LIMITS__REQUEST_BURST", "1000000"),
            ("LIMITS__CONNECTIONS", "100000"),
            ("LIMITS__CONNECTIONS_PER_ADDRESS", "100000"),
            ("LIMITS__LOGIN_SECS", "120"),
            ("SESSIONS__LIMIT", "100000"),
            ("LOG__LEVEL", "error"),
        ];
        for (key, value) in limits {
            let key = format!("CHATD__{key}");
            if std::env::var_os(&key).is_none() {
                command.env(key, value);
            }
        }
        Ok(command)
    }

    fn spawn(&mut self) -> Result<()> {
        let mut command = self.command()?;
        command.stdin(Stdio::null()).stdout(Stdio::piped());
        if !self.args.no_pin {
            pin(SERVER_CORE);
        }
        let spawned = command.spawn();
        if !self.args.no_pin {
            pin(LOAD_CORE);
        }
        let program = command.get_program().to_string_lossy().into_owned();
        let mut child = spawned.doing(format!("start {program}"))?;
        let stdout = child.stdout.take().expect("it was piped");
        self.process = Some(Process(child.id()));
        self.running = Some(child);
        let label = match (self.kind, self.over_tls) {
            (Kind::Chatd, false) => "plain on",
            _ => "listens on",
        };
        let mut address = None;
        for line in BufReader::new(stdout).lines() {
            let line = line.doing(format!("read what {program} prints"))?;
            if let Some(found) = line.trim().strip_prefix(label) {
                address = found.trim().parse().ok();
            }
            let is_last = self.kind == Kind::Relay || line.trim().starts_with("fingerprint");
            if is_last && address.is_some() {
                break;
            }
        }
        self.address =
            address.ok_or_else(|| Failure::Server(format!("{program} did not start")))?;
        if self.kind == Kind::Chatd {
            self.socket = Some(self.folder().join("s"));
        }
        Ok(())
    }

    /// Ends it as a power cut would, and starts it again on the same data; gives how long that took until it
    /// served.
    pub(crate) fn restart(&mut self) -> Result<std::time::Duration> {
        self.kill();
        let from = std::time::Instant::now();
        self.spawn()?;
        Ok(from.elapsed())
    }

    fn kill(&mut self) {
        if let Some(mut child) = self.running.take() {
            let _ = child.kill();
            let _ = child.wait();
        }
    }

    /// Whether it was started here.
    pub(crate) fn is_ours(&self) -> bool {
        self.running.is_some()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.kill();
    }
}
