//! `chatd`: arguments, logging, start, wait for a signal, stop.

use anyhow::Context as _;
use chatd::config::{Config, Overrides};
use clap::{Parser, Subcommand};
use std::io::IsTerminal as _;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::ExitCode;
use tokio::signal::unix::{SignalKind, signal};
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::util::SubscriberInitExt as _;
use tracing_subscriber::{EnvFilter, fmt};

/// A batch of messages is thousands of short-lived allocations on several threads.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// An always-on chat for an office: starts without any configuration.
#[derive(Parser)]
#[command(version)]
struct Arguments {
    /// Configuration file [default: /etc/chatd/chatd.toml, if it exists]
    #[arg(long, global = true, value_name = "FILE")]
    config: Option<PathBuf>,
    /// Data directory [default: $STATE_DIRECTORY, else chatd in the user's XDG state directory]
    #[arg(long, global = true, value_name = "DIR")]
    data: Option<PathBuf>,
    /// Address to listen on with TLS, may be given several times; port 0 takes any free one
    #[arg(long, global = true, value_name = "ADDR:PORT")]
    listen: Vec<SocketAddr>,
    /// Unix socket for local clients and chatctl
    #[arg(long, global = true, value_name = "PATH")]
    socket: Option<PathBuf>,
    #[command(subcommand)]
    command: Option<Task>,
}

#[derive(Subcommand)]
enum Task {
    /// Check the configuration and say what is wrong with it
    Check,
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let overrides = Overrides {
        data: arguments.data,
        listen: arguments.listen,
        socket: arguments.socket,
    };
    let config = match Config::load(arguments.config.as_deref(), overrides) {
        Ok(config) => config,
        Err(error) => {
            eprintln!("chatd: {error}");
            return ExitCode::from(2);
        }
    };
    if let Some(Task::Check) = arguments.command {
        println!("the configuration is fine");
        return ExitCode::SUCCESS;
    }
    match run(config) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("chatd: {error:#}");
            tracing::error!("{error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run(config: Config) -> anyhow::Result<()> {
    start_logging(&config.log.level)?;
    actix_rt::System::new().block_on(async {
        let mut terminate = signal(SignalKind::terminate()).context("could not catch SIGTERM")?;
        let mut interrupt = signal(SignalKind::interrupt()).context("could not catch SIGINT")?;
        let mut hangup = signal(SignalKind::hangup()).context("could not catch SIGHUP")?;
        // A file that may not grow is an error of that write, not the end of the daemon.
        let _file_size = signal(SignalKind::from_raw(nix::libc::SIGXFSZ));
        let running = chatd::start(config).await?;
        print_ready(&running);
        let _ = sd_notify::notify(&[sd_notify::NotifyState::Ready]);
        loop {
            tokio::select! {
                _ = terminate.recv() => break,
                _ = interrupt.recv() => break,
                _ = hangup.recv() => match running.reload() {
                    Ok(()) => tracing::info!("read the certificate again"),
                    Err(error) => tracing::error!(%error, "the old certificate stays"),
                },
            }
        }
        tracing::info!("going down");
        let _ = sd_notify::notify(&[sd_notify::NotifyState::Stopping]);
        running.stop().await;
        tracing::info!("everything is on disk");
        Ok(())
    })
}

/// Says where it listens and how to join, for the person who started it.
fn print_ready(running: &chatd::Running) {
    let mut text = format!("chatd {} is ready\n", env!("CARGO_PKG_VERSION"));
    for address in &running.addresses {
        text += &format!("  listens on    {address}\n");
        tracing::info!(%address, "listening");
    }
    for address in &running.plain {
        text += &format!("  plain on      {address}\n");
        tracing::warn!(%address, "listening without encryption");
    }
    text += &format!("  socket        {}\n", running.socket.display());
    text += &format!("  fingerprint   {}\n", running.pin);
    let here = if chatd::config::known_sockets().contains(&running.socket) {
        String::from("chatc")
    } else {
        format!("chatc --socket {}", running.socket.display())
    };
    text += &format!("  join here     {here}\n");
    for link in &running.links {
        text += &format!("  join from     chatc '{link}'\n");
    }
    if !running.links.iter().any(|link| link.invite.is_some()) {
        text += "  invite        chatctl invite new\n";
    }
    // Whoever started it may have closed the pipe; that is no reason to stop.
    let _ = std::io::Write::write_all(&mut std::io::stdout(), text.as_bytes());
}

/// To journald when systemd reads standard error, else to standard error.
fn start_logging(level: &str) -> anyhow::Result<()> {
    let filter = EnvFilter::try_new(level).context("could not read `log.level`")?;
    let registry = tracing_subscriber::registry().with(filter);
    if std::env::var_os("JOURNAL_STREAM").is_some()
        && let Ok(journald) = tracing_journald::layer()
    {
        registry.with(journald).try_init()?;
    } else {
        let colour = std::io::stderr().is_terminal();
        let layer = fmt::layer().with_writer(std::io::stderr).with_ansi(colour);
        registry.with(layer).try_init()?;
    }
    Ok(())
}
