//! At given times, whatever happens: paced, offices.
//!
//! A message's delay counts from the moment at which it was due, so a server that stands still is charged
//! for all that it would have been sent meanwhile (no coordinated omission).

use super::Extent;
use super::bench::{Bench, Moment};
use super::closed::spread;
use super::search::Search;
use crate::clock;
use crate::driver::Plan;
use crate::failure::{Failure, Result};
use crate::net::engine::Engine;
use crate::report::Report;
use crate::server::ServerArgs;
use crate::tally::Spread;
use std::time::Duration;

/// What is due may be late by this much in the end.
const DRAIN_MICROS: u64 = 20_000_000;
/// Each rate is held for this long.
const STEP_SECS: f64 = 3.0;

pub(crate) fn paced(
    args: &ServerArgs,
    extent: &Extent,
    receivers: usize,
    senders: usize,
    rate: f64,
) -> Result<Report> {
    if senders == 0 || senders > receivers || rate <= 0.0 {
        let text = "a paced room has a rate, and no more senders than receivers";
        return Err(Failure::Usage(text.into()));
    }
    let plan = Plan {
        people: receivers,
        rooms: vec![(0..receivers).collect()],
        direct: false,
        followers: receivers,
    };
    let bench = Bench::start(args, plan)?;
    let mut engine = bench.engine()?;
    let keys = engine.open_all(0..receivers)?;
    let senders = spread(&keys, senders)
        .into_iter()
        .map(|key| (key, 0))
        .collect();
    let mut pace = Pace {
        senders,
        copies: engine.driver().copies(receivers),
        next: 0,
    };
    engine.tally.sample_one_in(1);
    pace.hold(&bench, &mut engine, extent, rate)
}

pub(crate) fn offices(
    args: &ServerArgs,
    extent: &Extent,
    rooms: usize,
    members: usize,
    p99_ms: f64,
    from: f64,
) -> Result<Report> {
    let people = rooms * members;
    let plan = Plan {
        people,
        rooms: (0..rooms)
            .map(|room| (room * members..(room + 1) * members).collect())
            .collect(),
        direct: false,
        followers: people,
    };
    let bench = Bench::start(args, plan)?;
    let mut engine = bench.engine()?;
    let keys = engine.open_all(0..people)?;
    // From room to room, and each time another member.
    let senders = (0..people)
        .map(|nth| (nth % rooms, nth / rooms))
        .map(|(room, member)| (keys[room * members + member], room));
    let mut pace = Pace {
        senders: senders.collect(),
        copies: engine.driver().copies(members),
        next: 0,
    };
    engine.tally.sample_one_in(8);
    let step = Extent {
        secs: STEP_SECS,
        warm_up: 1.0,
        size: extent.size,
    };
    let limit = (p99_ms * 1e3) as u64;
    let mut try_rate = |rate: f64| -> Result<(bool, Report)> {
        let report = pace.hold(&bench, &mut engine, &step, rate)?;
        let p99 = report
            .delivery_us
            .map_or(u64::MAX, |spread: Spread| spread.p99);
        let is_good = p99 < limit && report.refused == 0 && report.is_whole();
        eprintln!(
            "  {rate:>9.0}/s: p99 {:.1} ms{}",
            p99 as f64 / 1e3,
            if is_good { "" } else { ", too slow" }
        );
        Ok((is_good, report))
    };
    let mut search = Search::from(from);
    let mut best = None;
    while let Some(rate) = search.rate() {
        let (is_good, report) = try_rate(rate)?;
        search.tell(is_good);
        if is_good {
            best = Some(report);
        }
    }
    let mut report = best.ok_or_else(|| Failure::Server("is too slow for any rate".into()))?;
    report.more.insert("highest_rate".into(), search.held());
    Ok(report)
}

/// Who sends in turn.
struct Pace {
    /// Connections, and the room that each posts to.
    senders: Vec<(usize, usize)>,
    copies: usize,
    next: usize,
}

impl Pace {
    /// Sends at a rate, and reports when everything has come.
    fn hold(
        &mut self,
        bench: &Bench,
        engine: &mut Engine,
        extent: &Extent,
        rate: f64,
    ) -> Result<Report> {
        let mut text = clock::text(extent.size);
        let begun = engine.clock.now();
        let start = begun + (extent.warm_up * 1e6) as u64;
        let end = start + (extent.secs * 1e6) as u64;
        let due = |nth: u64| begun + (nth as f64 * 1e6 / rate) as u64;
        let before = (engine.tally.deliveries, engine.tally.refused);
        let (mut from, mut to): (Option<Moment>, Option<Moment>) = (None, None);
        let mut sent = 0;
        let expected = |sent: u64, engine: &Engine| {
            (sent - (engine.tally.refused - before.1)) * self.copies as u64
        };
        loop {
            let now = engine.clock.now();
            if from.is_none() && now >= start {
                engine.tally.start_measuring();
                from = Some(bench.moment(engine, sent)?);
            }
            if to.is_none() && now >= end {
                to = Some(bench.moment(engine, sent)?);
            }
            while to.is_none() && due(sent) <= now && due(sent) < end {
                let (key, room) = self.senders[self.next];
                self.next = (self.next + 1) % self.senders.len();
                engine.post(key, room, &mut text, due(sent));
                sent += 1;
            }
            let received = engine.tally.deliveries - before.0;
            if to.is_some() && (received >= expected(sent, engine) || now > end + DRAIN_MICROS) {
                break;
            }
            let wait = if to.is_none() {
                engine.clock.until(due(sent))
            } else {
                Duration::from_millis(5)
            };
            engine.turn(wait.min(Duration::from_millis(20)))?;
            engine.tally.changed.clear();
        }
        engine.tally.measuring = false;
        let (Some(from), Some(to)) = (from, to) else {
            return Err(Failure::Usage("a measurement takes some time".into()));
        };
        let mut report = bench.report(&from, &to)?;
        report.tell(&engine.tally);
        report.refused -= before.1;
        report.expected = expected(sent, engine);
        report.received = engine.tally.deliveries - before.0;
        Ok(report)
    }
}
