//! Filing: what a transaction appended, and what waits since earlier ones, is written where it belongs, or
//! into a row of recent entries. See [`crate::store::recent`].

use super::Apply;
use crate::journal::command::Once;
use crate::store::recent::{Answered, Changes, Fresh, NewRow, StreamKey, encode_row};
use crate::store::record::encode;
use crate::store::run::{encode_run, fill_run};
use crate::store::{FeedKey, StoreError};
use chat_shared::DeviceId;
use rustc_hash::FxHashSet;
use std::collections::{BTreeMap, BTreeSet};

/// While too many entries wait, a transaction files so many for each one that it appends: more than one, so
/// that they become fewer, and not all at once, as all who wait for the commit wait for that too.
const FILED_FOR_EACH: usize = 4;

/// What becomes of entries that do not fill a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Rest {
    Filed,
    Left,
}

/// What one transaction does with entries.
#[derive(Debug, Default)]
pub(super) struct Filing {
    /// What it has appended and not filed.
    pub(super) fresh: Vec<Fresh>,
    /// Feeds with enough to be filed.
    pub(super) full: FxHashSet<FeedKey>,
    /// Whether all that was there before has been filed.
    pub(super) all: bool,
    answered: Vec<Answered>,
    changes: Changes,
}

impl Apply<'_> {
    /// Puts all entries beside the others of their feeds, so that [`super::Tables::entries`] has them all, and
    /// nothing is left of them elsewhere.
    pub(super) fn file_all(&mut self) -> Result<(), StoreError> {
        if !self.filing.all {
            self.filing.all = true;
            for feed in self.recent.feeds() {
                self.file_unfiled(feed)?;
            }
            for stream in self.recent.streams() {
                self.file_stream(stream)?;
            }
            self.tables.recent.remove_in::<u64>(..)?;
            self.filing.changes.removed_rows = self.recent.row_count();
        }
        for (feed, fresh) in self.take_fresh(|_| true) {
            self.file(feed, &fresh, Rest::Filed)?;
        }
        self.filing.full.clear();
        Ok(())
    }

    /// What this transaction appended to some feeds, by feed.
    fn take_fresh(&mut self, takes: impl Fn(&FeedKey) -> bool) -> BTreeMap<FeedKey, Vec<Fresh>> {
        let mut by_feed: BTreeMap<FeedKey, Vec<Fresh>> = BTreeMap::new();
        for fresh in self.filing.fresh.extract_if(.., |fresh| takes(&fresh.feed)) {
            by_feed.entry(fresh.feed).or_default().push(fresh);
        }
        by_feed
    }

    /// What earlier transactions appended to a feed and did not file; from now on it counts as filed.
    fn take_unfiled(&mut self, feed: FeedKey) -> Vec<Fresh> {
        let filed = &mut self.filing.changes.filed;
        if filed.contains_key(&feed) {
            return Vec::new();
        }
        let unfiled = self.recent.unfiled(feed);
        if let Some(newest) = unfiled.last() {
            filed.insert(feed, newest.seq);
        }
        unfiled
    }

    /// Files what earlier transactions appended to a feed, and says how much that was.
    fn file_unfiled(&mut self, feed: FeedKey) -> Result<usize, StoreError> {
        let unfiled = self.take_unfiled(feed);
        self.file(feed, &unfiled, Rest::Filed)?;
        Ok(unfiled.len())
    }

    /// Files entries that follow on the filed ones of their feed, and says how many.
    fn file(&mut self, feed: FeedKey, entries: &[Fresh], rest: Rest) -> Result<usize, StoreError> {
        let (kind, id) = feed.key();
        let limit = self.recent.limits().run_bytes;
        let mut left = entries;
        while !left.is_empty() {
            let (run, others) = left.split_at(fill_run(left, limit, |one| one.record.len()));
            let bytes: usize = run.iter().map(|one| one.record.len()).sum();
            if rest == Rest::Left && others.is_empty() && bytes < limit {
                break;
            }
            let last = run.last().map_or(0, |one| one.seq.0);
            let row = encode_run(run.iter().map(|one| &one.record[..]));
            self.tables
                .entries
                .insert((kind, id, last), row.as_slice())?;
            if let Some(end) = self.cache.feeds.get_mut(&feed) {
                end.unfiled = end.unfiled.saturating_sub(bytes);
            }
            left = others;
        }
        Ok(entries.len() - left.len())
    }

    /// Writes the new entries: those of feeds that have enough of them to their places, the others into rows
    /// of recent ones.
    pub(super) fn finish_filing(&mut self) -> Result<Changes, StoreError> {
        let appended = self.filing.fresh.len();
        let full = std::mem::take(&mut self.filing.full);
        if !full.is_empty() {
            for (feed, mut fresh) in self.take_fresh(|feed| full.contains(feed)) {
                let mut entries = self.take_unfiled(feed);
                entries.append(&mut fresh);
                let filed = self.file(feed, &entries, Rest::Left)?;
                self.filing.fresh.extend(entries.drain(filed..));
            }
        }
        self.file_oldest(appended + self.filing.answered.len())?;
        self.write_rows()?;
        self.note_streams();
        Ok(std::mem::take(&mut self.filing.changes))
    }

    /// Files the oldest rows while there are too many with what is fresh: some more than is `new` in this
    /// transaction, so that no commit takes much longer than another.
    fn file_oldest(&mut self, new: usize) -> Result<(), StoreError> {
        if self.filing.all {
            return Ok(());
        }
        let limits = self.recent.limits();
        let (mut items, mut bytes) = self.recent.stored();
        items += self.filing.fresh.len() + self.filing.answered.len();
        let mut budget = FILED_FOR_EACH * new;
        while (items > limits.items || bytes > limits.bytes)
            && let Some(row) = self.recent.row(self.filing.changes.removed_rows)
        {
            for (feed, seq) in row.entries.iter() {
                if budget == 0 {
                    return Ok(());
                }
                if self.recent.is_unfiled(*feed, *seq) {
                    budget = budget.saturating_sub(self.file_unfiled(*feed)?);
                }
            }
            for stream in row.answered.iter() {
                if self.recent.waits(*stream, row.number) {
                    self.file_stream(*stream)?;
                }
            }
            self.tables.recent.remove(row.number)?;
            self.filing.changes.removed_rows += 1;
            items -= row.items();
            bytes -= row.bytes;
        }
        Ok(())
    }

    fn write_rows(&mut self) -> Result<(), StoreError> {
        let limit = self.recent.limits().row_bytes;
        let mut number = self.recent.next_row();
        let mut left = std::mem::take(&mut self.filing.fresh);
        let mut answered = std::mem::take(&mut self.filing.answered);
        while !left.is_empty() || !answered.is_empty() {
            let others = left.split_off(fill_run(&left, limit, |one| one.record.len()));
            let mut row = NewRow {
                number,
                bytes: 0,
                entries: left,
                // The last one, as what is in it tells from where on a stream waits.
                answered: match others.is_empty() {
                    true => std::mem::take(&mut answered),
                    false => Vec::new(),
                },
            };
            let record = encode_row(&row);
            row.bytes = record.len();
            self.tables.recent.insert(number, record.as_slice())?;
            self.filing.changes.rows.push(row);
            number += 1;
            left = others;
        }
        Ok(())
    }

    /// A numbered command was carried out; its stream's record says so.
    pub(super) fn answered(&mut self, once: Once, outcome: (u64, u64)) {
        self.filing.answered.push(Answered {
            stream: (once.device, once.stream),
            nonce: once.nonce.0,
            settled: once.settled.0,
            outcome,
        });
    }

    /// A device is gone, with its streams: nothing of them is to be written any more.
    pub(super) fn device_ended(&mut self, device: DeviceId) {
        self.filing.answered.retain(|one| one.stream.0 != device);
        self.filing.changes.ended.push(device);
    }

    /// Writes a stream's own row.
    fn file_stream(&mut self, stream: StreamKey) -> Result<(), StoreError> {
        let (device, number) = stream;
        let changes = &mut self.filing.changes;
        if changes.ended.contains(&device) || !changes.filed_streams.insert(stream) {
            return Ok(());
        }
        let cached = self.cache.streams.get(&stream);
        let Some(record) = cached.cloned().or_else(|| self.recent.stream(stream)) else {
            return Ok(());
        };
        let record = encode(&record);
        self.tables
            .streams
            .insert((device.0, number.0), record.as_slice())
    }

    /// Notes the streams of what was answered, as they are now.
    fn note_streams(&mut self) {
        let changes = &mut self.filing.changes;
        let answered = changes.rows.iter().flat_map(|row| &row.answered);
        let streams: BTreeSet<StreamKey> = answered.map(|one| one.stream).collect();
        for stream in streams {
            if let Some(record) = self.cache.streams.get(&stream) {
                changes.streams.push((stream, record.clone()));
            }
        }
    }
}
