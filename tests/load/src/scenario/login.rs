//! A storm of logins: connect, sign in, sync, leave, and the next; so many at once.

use super::Extent;
use super::bench::{Bench, Moment};
use crate::driver::Plan;
use crate::driver::chatd::{Greeting, SignIn};
use crate::failure::{Failure, Result};
use crate::report::Report;
use crate::server::ServerArgs;
use std::collections::HashMap;
use std::time::Duration;

/// Members of each room.
const ROOM: usize = 20;
/// A login that takes longer never comes.
const LIMIT_MICROS: u64 = 60_000_000;

pub(crate) fn run(
    args: &ServerArgs,
    extent: &Extent,
    at_once: usize,
    people: usize,
    by: SignIn,
) -> Result<Report> {
    let everybody: Vec<usize> = (0..people).collect();
    let plan = Plan {
        people,
        rooms: everybody.chunks(ROOM).map(<[usize]>::to_vec).collect(),
        direct: false,
        followers: people,
    };
    let bench = Bench::start(args, plan)?;
    let mut engine = bench.engine_with(Greeting {
        sign_in: by,
        // A stream needs a device, which who comes by password has not yet.
        stream: by == SignIn::Token,
        ..Greeting::of(&bench.plan)
    })?;
    let start = engine.clock.now() + (extent.warm_up * 1e6) as u64;
    let end = start + (extent.secs * 1e6) as u64;
    let (mut from, mut to): (Option<Moment>, Option<Moment>) = (None, None);
    let mut under_way: HashMap<usize, u64> = HashMap::new();
    let (mut begun, mut done) = (0, 0);
    loop {
        let now = engine.clock.now();
        if from.is_none() && now >= start {
            engine.tally.start_measuring();
            from = Some(bench.moment(&engine, done)?);
        }
        if to.is_none() && now >= end {
            engine.tally.measuring = false;
            to = Some(bench.moment(&engine, done)?);
        }
        while to.is_none() && under_way.len() < at_once {
            let sent = engine.clock.now();
            let key = engine.open(begun as usize % people)?;
            under_way.insert(key, sent);
            begun += 1;
        }
        if to.is_some() && (under_way.is_empty() || now > end + LIMIT_MICROS) {
            break;
        }
        engine.turn(Duration::from_millis(20))?;
        for key in std::mem::take(&mut engine.tally.changed) {
            if engine.link(key).is_some_and(|link| link.ready)
                && let Some(sent) = under_way.remove(&key)
            {
                engine.tally.now = engine.clock.now();
                engine.tally.record_ack(sent);
                engine.close(key)?;
                done += 1;
            }
        }
    }
    let (Some(from), Some(to)) = (from, to) else {
        return Err(Failure::Usage("a measurement takes some time".into()));
    };
    let mut report = bench.report(&from, &to)?;
    report.tell(&engine.tally);
    report.expected = begun;
    report.received = done;
    let rate = report.messages_per_sec;
    report.more.insert("logins_per_sec".into(), rate);
    Ok(report)
}
