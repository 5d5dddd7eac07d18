//! `chat-load`: measures `chatd`, and puts it beside a bare relay and IRC servers. `docs/performance.md` tells
//! how to use it.
//!
//! In reading order: [`scenario`] is what is measured; [`driver`] speaks to servers, [`net`] moves the
//! bytes; [`server`] starts what is measured, [`process`] tells what it costs, [`tally`] counts what came,
//! and [`report`] says so; [`compare`] runs several in turn,
//! and [`plot`] draws how cost grows. [`relay`] is the physical limit to compare with.

mod clock;
mod compare;
mod driver;
mod failure;
mod net;
mod plot;
mod process;
mod relay;
mod report;
mod scenario;
mod server;
mod tally;

use clap::{Parser, Subcommand};
use scenario::{Extent, Scenario};
use server::ServerArgs;
use std::net::SocketAddr;
use std::process::ExitCode;

/// Measures chatd, and puts it beside a bare relay and IRC servers.
#[derive(Parser)]
#[command(version, about)]
struct Arguments {
    #[command(flatten)]
    server: ServerArgs,
    #[command(flatten)]
    extent: Extent,
    #[command(subcommand)]
    task: Task,
}

#[derive(Subcommand)]
enum Task {
    /// Be the bare relay: what this machine can do at best
    Relay {
        /// Where to listen
        #[arg(default_value = "127.0.0.1:0")]
        listen: SocketAddr,
    },
    /// Daemon and relay in turn: medians, and the ratio between them
    Compare(compare::CompareArgs),
    /// How cost grows with the work, drawn
    Plot(plot::PlotArgs),
    #[command(flatten)]
    Measure(Scenario),
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let done = match &arguments.task {
        Task::Relay { listen } => relay::serve(*listen),
        Task::Compare(args) => compare::run(args, &arguments.server, &arguments.extent),
        Task::Plot(args) => plot::run(args, &arguments.server, &arguments.extent),
        Task::Measure(scenario) => {
            let report = scenario.run(&arguments.server, &arguments.extent);
            report.map(|report| println!("{}\n{report}", report.json()))
        }
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("chat-load: {error}");
            ExitCode::FAILURE
        }
    }
}
