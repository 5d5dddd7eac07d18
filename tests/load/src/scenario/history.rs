//! Pages of fifty from anywhere in a long conversation, and what the conversation takes on disk.

use super::Extent;
use super::bench::{Bench, Moment};
use super::fill::fill;
use crate::driver::Plan;
use crate::driver::chatd::accounts::random;
use crate::driver::chatd::{Greeting, OWN, put};
use crate::failure::{Failure, Result};
use crate::report::Report;
use crate::server::ServerArgs;
use chat_shared::{Request, Seq};
use std::time::Duration;

/// Entries of a page.
const PAGE: u64 = 50;

pub(crate) fn run(
    args: &ServerArgs,
    extent: &Extent,
    entries: u64,
    readers: usize,
) -> Result<Report> {
    let people = readers.max(8);
    let plan = Plan {
        people,
        rooms: vec![(0..people).collect()],
        direct: false,
        followers: 0,
    };
    if entries < PAGE * 2 {
        return Err(Failure::Usage(format!(
            "a long history has {} entries",
            PAGE * 2
        )));
    }
    let mut bench = Bench::start(args, plan)?;
    let empty = store_bytes(&bench);
    let clock = crate::clock::Clock::start();
    fill(&bench, extent, &[0], entries)?;
    let filled_secs = clock.now() as f64 / 1e6;
    let restart = if bench.server.is_ours() {
        Some(bench.server.restart()?)
    } else {
        None
    };
    let room = bench.house()?.rooms[0];
    let mut engine = bench.engine_with(Greeting {
        stream: false,
        ..Greeting::of(&bench.plan)
    })?;
    let keys = engine.open_all(0..readers)?;
    let mut seed = u64::from_be_bytes(random()) | 1;
    let mut out = Vec::new();
    let start = engine.clock.now() + (extent.warm_up * 1e6) as u64;
    let end = start + (extent.secs * 1e6) as u64;
    let (mut from, mut to): (Option<Moment>, Option<Moment>) = (None, None);
    let mut asked = 0;
    while to.is_none() || engine.tally.acks < asked {
        let now = engine.clock.now();
        if from.is_none() && now >= start {
            engine.tally.start_measuring();
            from = Some(bench.moment(&engine, engine.tally.acks)?);
        }
        if to.is_none() && now >= end {
            engine.tally.measuring = false;
            to = Some(bench.moment(&engine, engine.tally.acks)?);
        }
        for key in &keys {
            if to.is_some()
                || engine
                    .link(*key)
                    .is_some_and(|link| !link.waiting.is_empty())
            {
                continue;
            }
            // xorshift: where to read next.
            seed ^= seed << 13;
            seed ^= seed >> 7;
            seed ^= seed << 17;
            out.clear();
            let page = Request::History {
                conversation: room,
                before: None,
                after: None,
                around: Some(Seq(PAGE + seed % (entries - 2 * PAGE))),
                limit: PAGE as u32,
            };
            put(&mut out, OWN, page);
            engine.request(*key, &out, now);
            asked += 1;
        }
        engine.turn(Duration::from_millis(20))?;
        engine.tally.changed.clear();
        if now > end + 20_000_000 {
            break;
        }
    }
    let (Some(from), Some(to)) = (from, to) else {
        return Err(Failure::Usage("a measurement takes some time".into()));
    };
    let mut report = bench.report(&from, &to)?;
    report.tell(&engine.tally);
    report.expected = asked * PAGE;
    report.received = engine.tally.deliveries;
    report
        .more
        .insert("pages_per_sec".into(), report.messages_per_sec);
    report.more.insert("filled_secs".into(), filled_secs);
    if let Some(restart) = restart {
        report
            .more
            .insert("restart_secs".into(), restart.as_secs_f64());
    }
    if let (Some(empty), Some(full)) = (empty, store_bytes(&bench)) {
        report
            .more
            .insert("store_mib".into(), full as f64 / 1048576.0);
        let each = full.saturating_sub(empty) as f64 / entries as f64;
        report.more.insert("store_bytes_per_entry".into(), each);
    }
    Ok(report)
}

/// What lies in the folder of the store.
fn store_bytes(bench: &Bench) -> Option<u64> {
    let files = std::fs::read_dir(bench.server.data()?).ok()?;
    let sizes = files.filter_map(|file| file.ok()?.metadata().ok());
    Some(sizes.map(|file| file.len()).sum())
}
