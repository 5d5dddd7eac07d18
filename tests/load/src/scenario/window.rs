//! Load that is held by a window: each sender has so many messages without an answer.
//!
//! Where the server acknowledges, that is the answer, and what is on its way to receivers is bounded too, as by
//! people who read. Where it does not, delivery is the answer.

use super::Extent;
use super::bench::{Bench, Moment};
use crate::clock;
use crate::failure::{Failure, Result};
use crate::net::engine::Engine;
use crate::report::Report;
use std::collections::HashMap;
use std::time::Duration;

/// Nothing came for this long, though something is due.
const STALL_MICROS: u64 = 10_000_000;
/// Where the server acknowledges, this many windows may be on their way to receivers.
const WINDOWS_UNREAD: u64 = 2;

/// What a sender waits for before it sends more.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Answer {
    /// The server's word that it has the message.
    Acknowledged,
    /// Its coming to one connection that gets this sender's messages and no others.
    CameTo(usize),
    /// All senders together: its coming to everybody.
    CameToAll,
}

#[derive(Clone, Copy, Debug)]
pub(crate) struct Sender {
    key: usize,
    room: usize,
    answer: Answer,
    posted: u64,
}

impl Sender {
    pub(crate) fn new(key: usize, room: usize, answer: Answer) -> Self {
        Self {
            key,
            room,
            answer,
            posted: 0,
        }
    }

    /// Messages without an answer.
    fn waiting(&self, engine: &Engine) -> u64 {
        match self.answer {
            Answer::CameTo(key) => {
                let came = engine.link(key).map_or(0, |link| link.delivered);
                self.posted.saturating_sub(came)
            }
            _ => engine
                .link(self.key)
                .map_or(0, |link| link.waiting.len() as u64),
        }
    }

    /// The connection whose reading may let it send again.
    fn watched(&self) -> usize {
        match self.answer {
            Answer::CameTo(key) => key,
            _ => self.key,
        }
    }
}

/// What is sent by whom.
pub(crate) struct Load {
    pub(crate) senders: Vec<Sender>,
    /// Messages of one sender on their way.
    pub(crate) window: usize,
    /// To how many connections each message comes.
    pub(crate) copies: usize,
    /// One in so many frames is read closely.
    pub(crate) sample: u64,
}

impl Load {
    /// Sends, measures, and waits until everything has come.
    pub(crate) fn run(
        mut self,
        bench: &Bench,
        engine: &mut Engine,
        extent: &Extent,
    ) -> Result<Report> {
        engine.tally.sample_one_in(self.sample);
        let mut text = clock::text(extent.size);
        let micros = |secs: f64| (secs * 1e6) as u64;
        let start = engine.clock.now() + micros(extent.warm_up);
        let end = start + micros(extent.secs);
        let mut by_watched = HashMap::new();
        engine.tally.changed.clear();
        for (place, sender) in self.senders.iter().enumerate() {
            by_watched.insert(sender.watched(), place);
            engine.tally.changed.push(sender.watched());
        }
        let (mut from, mut to): (Option<Moment>, Option<Moment>) = (None, None);
        let mut progress = (0, engine.clock.now());
        while to.is_none() || !self.is_done(engine) {
            let now = engine.clock.now();
            if from.is_none() && now >= start {
                engine.tally.start_measuring();
                from = Some(bench.moment(engine, self.through(engine))?);
            }
            if to.is_none() && now >= end {
                engine.tally.measuring = false;
                to = Some(bench.moment(engine, self.through(engine))?);
            }
            if to.is_none() {
                self.refill(engine, &by_watched, &mut text, now);
            }
            engine.turn(Duration::from_millis(20))?;
            let seen = engine.tally.deliveries + engine.tally.acks + engine.tally.refused;
            if seen != progress.0 {
                progress = (seen, now);
            } else if now - progress.1 > STALL_MICROS {
                break;
            }
        }
        let (Some(from), Some(to)) = (from, to) else {
            let text = format!("stopped after {} deliveries", engine.tally.deliveries);
            return Err(Failure::Server(text));
        };
        let mut report = bench.report(&from, &to)?;
        report.tell(&engine.tally);
        let accepted = self.posted() - engine.tally.refused;
        report.expected = accepted * self.copies as u64;
        report.received = engine.tally.deliveries;
        if self.copies == 0 {
            (report.expected, report.received) = (accepted, engine.tally.acks);
        }
        Ok(report)
    }

    fn posted(&self) -> u64 {
        self.senders.iter().map(|sender| sender.posted).sum()
    }

    /// Messages that came to all, as far as that shows in a sum.
    fn delivered(&self, engine: &Engine) -> Option<u64> {
        engine.tally.deliveries.checked_div(self.copies as u64)
    }

    /// Messages that are through.
    fn through(&self, engine: &Engine) -> u64 {
        if engine.driver().has_acks() {
            engine.tally.acks
        } else {
            self.delivered(engine).unwrap_or_default()
        }
    }

    fn is_done(&self, engine: &Engine) -> bool {
        let accepted = self.posted() - engine.tally.refused;
        engine.tally.deliveries >= accepted * self.copies as u64 && self.through(engine) >= accepted
    }

    /// Sends what the window allows.
    fn refill(
        &mut self,
        engine: &mut Engine,
        by_watched: &HashMap<usize, usize>,
        text: &mut [u8],
        now: u64,
    ) {
        let changed = std::mem::take(&mut engine.tally.changed);
        let window = self.window as u64;
        let all = window * self.senders.len() as u64;
        let posted = self.posted();
        let unread = posted - self.delivered(engine).unwrap_or(posted).min(posted);
        if self.senders[0].answer == Answer::CameToAll {
            // Whoever is next, so that all send alike.
            let count = self.senders.len() as u64;
            for nth in posted..posted + all.saturating_sub(unread) {
                let sender = &mut self.senders[(nth % count) as usize];
                sender.posted += 1;
                engine.post(sender.key, sender.room, text, now);
            }
            return;
        }
        let mut allowed = (all * WINDOWS_UNREAD).saturating_sub(unread);
        for watched in changed {
            let Some(place) = by_watched.get(&watched) else {
                continue;
            };
            let sender = &mut self.senders[*place];
            let free = window.saturating_sub(sender.waiting(engine));
            for _ in 0..free.min(allowed) {
                sender.posted += 1;
                engine.post(sender.key, sender.room, text, now);
            }
            if free > allowed {
                // Looked at again when more was read.
                engine.tally.changed.push(watched);
            }
            allowed = allowed.saturating_sub(free);
        }
    }
}
