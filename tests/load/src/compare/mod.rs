//! `chat-load compare`: daemon and relay in turn, medians, and the ratio between them.
//!
//! The runs are interleaved, so that what else the machine does falls on all alike. [`mod@median`] sums runs up,
//! [`table`] prints them, [`guard`] holds them to the figures committed beside this program.

pub(crate) mod guard;
pub(crate) mod median;
pub(crate) mod table;

use crate::driver::chatd::SignIn;
use crate::failure::{Doing, Result};
use crate::report::Report;
use crate::scenario::{Extent, Scenario, WINDOW};
use crate::server::{Kind, ServerArgs};
use median::median;
use std::io::Write;
use std::path::PathBuf;
use table::Row;

/// Runs of each, unless told otherwise: the fewest that have a median.
const ROUNDS: usize = 3;

/// What to compare.
#[derive(Clone, Debug, clap::Args)]
pub(crate) struct CompareArgs {
    /// Only the guard's three scenarios, in under two minutes; fails where one has collapsed
    #[arg(long)]
    quick: bool,
    /// Runs of each
    #[arg(long, default_value_t = ROUNDS)]
    rounds: usize,
    /// Only scenarios whose name begins with one of these
    #[arg(long, value_delimiter = ',')]
    only: Vec<String>,
    /// An IRC server that runs already, for a column of its own
    #[arg(long, value_name = "ADDR:PORT")]
    irc: Option<std::net::SocketAddr>,
    /// Its process
    #[arg(long)]
    irc_pid: Option<u32>,
    /// Append the reports of all runs to this file, a line each
    #[arg(long, value_name = "FILE")]
    json: Option<PathBuf>,
    /// The guard's figures [default: those built in]
    #[arg(long, value_name = "FILE")]
    baseline: Option<PathBuf>,
    /// Write the guard's figures instead of comparing with them
    #[arg(long, value_name = "FILE")]
    write_baseline: Option<PathBuf>,
}

/// A scenario, and whether it makes sense without people and a store, and over TLS.
#[derive(Clone)]
struct Case {
    scenario: Scenario,
    relay: bool,
    plain: bool,
    tls: bool,
}

/// A paced server works a tenth of the time, and its CPU is counted in hundredths of a second: in runs shorter than
/// this one of them is more than a percent.
const LEAST_PACED_SECS: f64 = 8.0;

impl Case {
    fn extent(&self, asked: &Extent) -> Extent {
        let mut extent = asked.clone();
        if matches!(self.scenario, Scenario::Paced { .. }) {
            extent.secs = extent.secs.max(LEAST_PACED_SECS);
        }
        extent
    }
}

/// With this window 32 messages are in flight in all: what a busy room of people has.
const SMALL_WINDOW: usize = 4;

fn fanout(receivers: usize, window: usize) -> Scenario {
    Scenario::Fanout {
        receivers,
        senders: 8,
        window,
        senders_only_send: false,
    }
}

/// All of the table in `docs/performance.md`.
fn all_cases() -> Vec<Case> {
    let both = |scenario| Case {
        scenario,
        relay: true,
        plain: true,
        tls: false,
    };
    let with_tls = |scenario| Case {
        tls: true,
        ..both(scenario)
    };
    let ours = |scenario| Case {
        relay: false,
        ..with_tls(scenario)
    };
    let ack = |senders| ours(Scenario::Ack { senders, window: 1 });
    let login = |by| {
        ours(Scenario::Login {
            at_once: 64,
            people: 1000,
            by,
        })
    };
    vec![
        with_tls(fanout(10, WINDOW)),
        with_tls(fanout(100, WINDOW)),
        with_tls(fanout(1000, WINDOW)),
        both(fanout(10, SMALL_WINDOW)),
        with_tls(fanout(100, SMALL_WINDOW)),
        both(fanout(1000, SMALL_WINDOW)),
        with_tls(Scenario::Paced {
            receivers: 1000,
            senders: 10,
            rate: 20.0,
        }),
        both(Scenario::Offices {
            rooms: 50,
            members: 20,
            p99_ms: 50.0,
            from: 4000.0,
        }),
        with_tls(Scenario::Direct {
            pairs: 1000,
            window: 1,
        }),
        ack(1),
        ack(64),
        ack(1000),
        ours(Scenario::Idle {
            connections: 10_000,
        }),
        login(SignIn::Token),
        login(SignIn::Password),
        ours(Scenario::Catchup {
            clients: 2000,
            rooms: 20,
            missed: 50,
        }),
        ours(Scenario::History {
            entries: 1_000_000,
            readers: 8,
        }),
    ]
}

/// The guard's: short, and each of another kind.
fn quick_cases() -> Vec<Case> {
    let both = |scenario| Case {
        scenario,
        relay: true,
        plain: true,
        tls: false,
    };
    vec![
        both(fanout(100, WINDOW)),
        both(Scenario::Ack {
            senders: 64,
            window: 1,
        }),
        both(Scenario::Direct {
            pairs: 200,
            window: 1,
        }),
    ]
}

/// Runs everything, prints the table, and fails where a quick run has collapsed.
pub(crate) fn run(args: &CompareArgs, server: &ServerArgs, extent: &Extent) -> Result<()> {
    let cases = if args.quick {
        quick_cases()
    } else {
        all_cases()
    };
    let is_wanted = |case: &Case| {
        let name = case.scenario.name();
        args.only.is_empty() || args.only.iter().any(|only| name.starts_with(only))
    };
    let cases: Vec<Case> = cases.into_iter().filter(is_wanted).collect();
    let mut extent = extent.clone();
    if args.quick {
        (extent.secs, extent.warm_up) = (extent.secs.min(3.0), extent.warm_up.min(0.5));
    }
    let mut rows: Vec<Row> = cases
        .iter()
        .map(|case| Row::new(case.scenario.name()))
        .collect();
    for round in 1..=args.rounds {
        for (case, row) in cases.iter().zip(&mut rows) {
            for how in servers(case, args, server) {
                eprintln!(
                    "round {round} of {}: {} {:?}",
                    args.rounds, row.scenario, how.server
                );
                let report = case.scenario.run(&how, &case.extent(&extent))?;
                eprintln!("  {report}");
                keep(args, &report)?;
                row.add(report);
            }
        }
    }
    println!("{}", table::markdown(&rows));
    if let Some(path) = &args.write_baseline {
        return guard::write(path, &rows);
    }
    if args.quick {
        guard::check(args.baseline.as_deref(), &rows)?;
    }
    Ok(())
}

fn servers(case: &Case, args: &CompareArgs, server: &ServerArgs) -> Vec<ServerArgs> {
    let of = |kind: Kind, tls: bool| ServerArgs {
        server: kind,
        tls,
        ..server.clone()
    };
    let mut all = Vec::new();
    if case.relay {
        all.push(of(Kind::Relay, false));
    }
    if case.plain {
        all.push(of(Kind::Chatd, false));
    }
    if case.tls {
        all.push(of(Kind::Chatd, true));
    }
    if let (Some(address), true) = (args.irc, case.relay) {
        all.push(ServerArgs {
            address: Some(address),
            pid: args.irc_pid,
            ..of(Kind::Irc, false)
        });
    }
    all
}

fn keep(args: &CompareArgs, report: &Report) -> Result<()> {
    let Some(path) = &args.json else {
        return Ok(());
    };
    let what = || format!("write {}", path.display());
    let file = std::fs::File::options()
        .create(true)
        .append(true)
        .open(path);
    writeln!(file.doing(what())?, "{}", report.json()).doing(what())
}

/// The medians of a row, one for each server.
fn medians(row: &Row) -> Vec<Report> {
    row.runs.values().map(|runs| median(runs)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_paced_run_is_long_enough_to_count_its_cpu() {
        let asked = Extent {
            secs: 2.0,
            warm_up: 1.0,
            size: 100,
        };
        let secs = |name| {
            let mut cases = all_cases().into_iter();
            let case = cases.find(|case| case.scenario.name().starts_with(name));
            case.unwrap().extent(&asked).secs
        };
        assert_eq!(secs("paced"), LEAST_PACED_SECS);
        assert_eq!(secs("direct"), 2.0);
    }
}
