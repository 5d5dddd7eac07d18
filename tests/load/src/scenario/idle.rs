//! Connections that do nothing: how much memory each takes, and that they cost no CPU.

use super::Extent;
use super::bench::Bench;
use crate::driver::Plan;
use crate::failure::Result;
use crate::process::Process;
use crate::report::Report;
use crate::server::ServerArgs;
use std::time::Duration;

/// People who share the connections, in rooms of twenty.
const PEOPLE: usize = 1_000;
const ROOM: usize = 20;
/// After the last login, until memory stands still.
const SETTLE: Duration = Duration::from_secs(2);

pub(crate) fn run(args: &ServerArgs, extent: &Extent, connections: usize) -> Result<Report> {
    let people = connections.min(PEOPLE);
    let everybody: Vec<usize> = (0..people).collect();
    let plan = Plan {
        people,
        rooms: everybody.chunks(ROOM).map(<[usize]>::to_vec).collect(),
        direct: false,
        followers: people,
    };
    let mut bench = Bench::start(args, plan)?;
    if bench.server.is_ours() && bench.house.is_some() {
        // What making the people left behind is not to be counted, nor to be used again.
        bench.server.restart()?;
    }
    let mut engine = bench.engine()?;
    let rss = || bench.server.process.map(Process::rss_kib).transpose();
    let before = rss()?;
    let begun = engine.clock.now();
    engine.open_all((0..connections).map(|nth| nth % people))?;
    let opened = engine.clock.now();
    engine.pass(SETTLE)?;
    let from = bench.moment(&engine, 0)?;
    engine.pass(Duration::from_secs_f64(extent.secs))?;
    let to = bench.moment(&engine, 0)?;
    let mut report = bench.report(&from, &to)?;
    if let (Some(before), Some(after)) = (before, rss()?) {
        let kib = after.saturating_sub(before) as f64 / connections as f64;
        report.more.insert("kib_per_connection".into(), kib);
    }
    let secs = (opened - begun) as f64 / 1e6;
    report
        .more
        .insert("opened_per_sec".into(), connections as f64 / secs);
    report.expected = connections as u64;
    report.received = connections as u64;
    Ok(report)
}
