//! After a restart everybody comes back at once, each with missed entries in several rooms.

use super::Extent;
use super::bench::Bench;
use super::fill::fill;
use crate::driver::Plan;
use crate::driver::chatd::Greeting;
use crate::driver::chatd::accounts::Line;
use crate::failure::{Failure, Result};
use crate::report::Report;
use crate::server::ServerArgs;
use chat_shared::{ConversationId, Cursor, Event, Request, Seq};
use std::time::Duration;

/// Nothing came for this long, though something is due.
const STALL_MICROS: u64 = 20_000_000;

pub(crate) fn run(
    args: &ServerArgs,
    extent: &Extent,
    clients: usize,
    rooms: usize,
    missed: usize,
) -> Result<Report> {
    let plan = Plan {
        people: clients,
        rooms: vec![(0..clients).collect(); rooms],
        direct: false,
        followers: clients,
    };
    let mut bench = Bench::start(args, plan)?;
    if !bench.server.is_ours() {
        let text = "catchup restarts the server: leave out --address";
        return Err(Failure::Usage(text.into()));
    }
    let house = bench.house()?.clone();
    let socket = bench.server.socket.clone().unwrap_or_default();
    let mut line = Line::open(&socket)?;
    line.resume(&house.accounts[0])?;
    let heads = house.rooms.iter().map(|room| head(&mut line, *room));
    let cursors = heads.collect::<Result<Vec<Cursor>>>()?;
    drop(line);
    let numbers: Vec<usize> = (0..rooms).collect();
    fill(&bench, extent, &numbers, missed as u64)?;

    let restart = bench.server.restart()?;
    let mut engine = bench.engine_with(Greeting {
        cursors,
        ..Greeting::of(&bench.plan)
    })?;
    engine.tally.sample_one_in(16);
    let all = (clients * rooms * missed) as u64;
    let from = bench.moment(&engine, 0)?;
    engine.open_all(0..clients)?;
    let signed_in = engine.clock.now();
    let mut progress = (0, signed_in);
    while engine.tally.deliveries < all && engine.clock.now() - progress.1 < STALL_MICROS {
        engine.turn(Duration::from_millis(20))?;
        engine.tally.changed.clear();
        if engine.tally.deliveries > progress.0 {
            progress = (engine.tally.deliveries, engine.clock.now());
        }
    }
    let to = bench.moment(&engine, 0)?;
    let mut report = bench.report(&from, &to)?;
    report.expected = all;
    report.received = engine.tally.deliveries;
    let cpu = report.server_cpu_percent.unwrap_or_default() / 100.0 * report.secs;
    let mut more = |what: &str, value: f64| report.more.insert(what.into(), value);
    more("restart_secs", restart.as_secs_f64());
    more("signed_in_secs", (signed_in - from.at) as f64 / 1e6);
    more("caught_up_secs", (to.at - from.at) as f64 / 1e6);
    more("server_cpu_secs", cpu);
    Ok(report)
}

fn head(line: &mut Line, conversation: ConversationId) -> Result<Cursor> {
    let history = Request::History {
        conversation,
        before: None,
        after: None,
        around: None,
        limit: 1,
    };
    let seq = match line.ask(history)? {
        Event::History { newest, .. } => newest,
        _ => Seq(0),
    };
    Ok(Cursor { conversation, seq })
}
