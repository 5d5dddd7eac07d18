//! What is measured, one file each.
//!
//! [`closed`] sends as fast as a [`window`] allows (fanout, ack, direct), [`open`] at
//! given times whatever happens (paced, offices); the others are of their own kind. [`mod@bench`] is what they
//! share: server, people, connections, and the window of the measurement.

pub(crate) mod bench;
pub(crate) mod catchup;
pub(crate) mod closed;
pub(crate) mod fill;
pub(crate) mod history;
pub(crate) mod idle;
pub(crate) mod login;
pub(crate) mod open;
pub(crate) mod search;
pub(crate) mod window;

use crate::driver::chatd::SignIn;
use crate::failure::{Failure, Result};
use crate::report::Report;
use crate::server::ServerArgs;
use clap::Subcommand;

/// Messages of one sender of `fanout` without an answer, unless told otherwise.
pub(crate) const WINDOW: usize = 32;

/// How long and how large.
#[derive(Clone, Debug, clap::Args)]
pub(crate) struct Extent {
    /// Seconds of the measurement
    #[arg(long, default_value_t = 5.0, global = true)]
    pub(crate) secs: f64,
    /// Seconds of load before it
    #[arg(long, default_value_t = 1.0, global = true)]
    pub(crate) warm_up: f64,
    /// Bytes of a message
    #[arg(long, default_value_t = 100, global = true)]
    pub(crate) size: usize,
}

/// What to measure.
#[derive(Clone, Debug, Subcommand)]
pub(crate) enum Scenario {
    /// One room: some send as fast as a bounded window lets them, all receive
    Fanout {
        #[arg(long, default_value_t = 100)]
        receivers: usize,
        #[arg(long, default_value_t = 8)]
        senders: usize,
        /// Messages of one sender without an answer
        #[arg(long, default_value_t = WINDOW)]
        window: usize,
        /// The senders receive nothing
        #[arg(long)]
        senders_only_send: bool,
    },
    /// Each sender waits until its message is on disk; nobody receives
    Ack {
        #[arg(long, default_value_t = 64)]
        senders: usize,
        #[arg(long, default_value_t = 1)]
        window: usize,
    },
    /// Conversations of two: one sends, waits for the answer, and sends again
    Direct {
        #[arg(long, default_value_t = 1000)]
        pairs: usize,
        #[arg(long, default_value_t = 1)]
        window: usize,
    },
    /// One room at a fixed rate; delays count from when a message was due
    Paced {
        #[arg(long, default_value_t = 1000)]
        receivers: usize,
        #[arg(long, default_value_t = 10)]
        senders: usize,
        /// Messages a second
        #[arg(long, default_value_t = 20.0)]
        rate: f64,
    },
    /// Many small rooms, faster and faster: the highest rate whose p99 stays below a limit
    Offices {
        #[arg(long, default_value_t = 50)]
        rooms: usize,
        #[arg(long, default_value_t = 20)]
        members: usize,
        /// The limit in milliseconds
        #[arg(long, default_value_t = 50.0)]
        p99_ms: f64,
        /// Messages a second to begin with
        #[arg(long, default_value_t = 1000.0)]
        from: f64,
    },
    /// Connections that do nothing: memory each, and CPU
    Idle {
        #[arg(long, default_value_t = 10_000)]
        connections: usize,
    },
    /// A storm of logins: connect, sign in, sync, leave, and again
    Login {
        /// Logins under way at once
        #[arg(long, default_value_t = 64)]
        at_once: usize,
        /// People who take turns
        #[arg(long, default_value_t = 1000)]
        people: usize,
        #[arg(long, value_enum, default_value = "token")]
        by: SignIn,
    },
    /// After a restart: everybody comes back with missed entries in several rooms
    Catchup {
        #[arg(long, default_value_t = 2000)]
        clients: usize,
        #[arg(long, default_value_t = 20)]
        rooms: usize,
        /// Entries missed in each room
        #[arg(long, default_value_t = 50)]
        missed: usize,
    },
    /// Pages of 50 from anywhere in a long conversation
    History {
        #[arg(long, default_value_t = 1_000_000)]
        entries: u64,
        #[arg(long, default_value_t = 8)]
        readers: usize,
    },
}

impl Scenario {
    /// Its name and size, as it stands in tables.
    pub(crate) fn name(&self) -> String {
        match self {
            Self::Fanout {
                receivers,
                window: WINDOW,
                ..
            } => format!("fanout-{receivers}"),
            Self::Fanout {
                receivers, window, ..
            } => format!("fanout-{receivers}-w{window}"),
            Self::Ack { senders, .. } => format!("ack-{senders}"),
            Self::Direct { pairs, .. } => format!("direct-{pairs}"),
            Self::Paced { receivers, .. } => format!("paced-{receivers}"),
            Self::Offices { rooms, members, .. } => format!("offices-{rooms}x{members}"),
            Self::Idle { connections } => format!("idle-{connections}"),
            Self::Login {
                by: SignIn::Token, ..
            } => "login-token".into(),
            Self::Login { .. } => "login-password".into(),
            Self::Catchup { clients, .. } => format!("catchup-{clients}"),
            Self::History { entries, .. } => format!("history-{entries}"),
        }
    }

    /// Runs it against a server of its own.
    ///
    /// # Errors
    /// Where it fails, or not everything that was sent came.
    pub(crate) fn run(&self, server: &ServerArgs, extent: &Extent) -> Result<Report> {
        let mut report = match self.clone() {
            Self::Fanout {
                receivers,
                senders,
                window,
                senders_only_send,
            } => closed::fanout(
                server,
                extent,
                receivers,
                senders,
                window,
                senders_only_send,
            ),
            Self::Ack { senders, window } => closed::ack(server, extent, senders, window),
            Self::Direct { pairs, window } => closed::direct(server, extent, pairs, window),
            Self::Paced {
                receivers,
                senders,
                rate,
            } => open::paced(server, extent, receivers, senders, rate),
            Self::Offices {
                rooms,
                members,
                p99_ms,
                from,
            } => open::offices(server, extent, rooms, members, p99_ms, from),
            Self::Idle { connections } => idle::run(server, extent, connections),
            Self::Login {
                at_once,
                people,
                by,
            } => login::run(server, extent, at_once, people, by),
            Self::Catchup {
                clients,
                rooms,
                missed,
            } => catchup::run(server, extent, clients, rooms, missed),
            Self::History { entries, readers } => history::run(server, extent, entries, readers),
        }?;
        report.scenario = self.name();
        if !report.is_whole() {
            return Err(Failure::Mismatch {
                expected: report.expected,
                received: report.received,
                hint: report.to_string(),
            });
        }
        Ok(report)
    }
}
