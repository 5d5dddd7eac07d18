//! Rooms with a past: posts that nobody follows, as fast as it goes.

use super::Extent;
use super::bench::Bench;
use crate::clock;
use crate::driver::chatd::Greeting;
use crate::failure::{Failure, Result};
use std::time::Duration;

/// Posts of one sender without an answer.
const WINDOW: usize = 64;
/// Nothing was acknowledged for this long.
const STALL_MICROS: u64 = 20_000_000;

/// Posts so many messages to each of these rooms; the senders are the first members of the first room.
pub(crate) fn fill(bench: &Bench, extent: &Extent, rooms: &[usize], each: u64) -> Result<()> {
    let members = &bench.plan.rooms[rooms[0]];
    let senders = members.len().min(8);
    let mut engine = bench.engine_with(Greeting {
        followers: 0,
        ..Greeting::of(&bench.plan)
    })?;
    let keys = engine.open_all(members[..senders].iter().copied())?;
    let mut text = clock::text(extent.size);
    let all = each * rooms.len() as u64;
    let mut sent = 0;
    let mut progress = (0, engine.clock.now());
    while engine.tally.acks < all {
        let now = engine.clock.now();
        for key in &keys {
            let waiting = engine.link(*key).map_or(0, |link| link.waiting.len());
            for _ in waiting..WINDOW {
                if sent < all {
                    let room = rooms[(sent % rooms.len() as u64) as usize];
                    engine.post(*key, room, &mut text, now);
                    sent += 1;
                }
            }
        }
        engine.turn(Duration::from_millis(20))?;
        engine.tally.changed.clear();
        if engine.tally.acks > progress.0 {
            progress = (engine.tally.acks, now);
        } else if now - progress.1 > STALL_MICROS || engine.tally.refused > 0 {
            let text = format!("took only {} of {all} messages", engine.tally.acks);
            return Err(Failure::Server(text));
        }
    }
    Ok(())
}
