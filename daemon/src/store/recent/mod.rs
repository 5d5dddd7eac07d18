//! Entries that are on disk, but not yet beside the others of their feed; and the same for the answers to
//! numbered commands.
//!
//! Each conversation has its own place in the table of entries, so a commit of messages for many of them
//! would write a page for each message. It writes one row of the table of recent ones instead, with all of
//! them. [`crate::journal`] *files* the entries of a feed once there are enough of them to fill a page, or
//! once their row is the oldest of too many. Until then they are here too, in memory, where those look who
//! read the feed. In the same way a commit writes no row for each stream that had a command, but what was
//! answered; the streams are filed when the row goes.
//!
//! A snapshot of the store sees the entries of its commits: those that it finds filed in its tables, the
//! others here. So what was filed stays here for as long as somebody reads an older snapshot.

mod rows;
#[cfg(test)]
mod tests;

#[cfg(test)]
pub(super) use rows::decode_row;
pub(crate) use rows::encode_row;

use super::StoreError;
use super::read::{CommitNumber, FeedKey, Head};
use super::record::StreamRecord;
use bytes::Bytes;
use chat_shared::{DeviceId, Seq, StreamId};
use redb::Database;
use rustc_hash::{FxHashMap, FxHashSet};
use std::collections::VecDeque;
use std::ops::Range;
use std::sync::{Arc, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};

/// When entries are filed.
#[derive(Clone, Copy, Debug)]
pub(crate) struct FilingLimits {
    /// Records of one feed that are so many bytes in all are filed, as one row: it nearly fills a page of the
    /// store and is not longer.
    pub(crate) run_bytes: usize,
    /// So many entries and answers are in rows at the most, filed ones too: what is read in some tens of
    /// milliseconds when the store is opened.
    pub(crate) items: usize,
    /// And so many bytes, in the store and in memory.
    pub(crate) bytes: usize,
    /// A row ends with the entry that makes it this long.
    pub(crate) row_bytes: usize,
}

impl FilingLimits {
    pub(crate) const USUAL: Self = Self {
        run_bytes: 4_000,
        items: 64 * 1024,
        bytes: 16 * 1024 * 1024,
        row_bytes: 60 * 1024,
    };
}

/// An entry that was appended and is not filed.
#[derive(Clone, Debug)]
pub(crate) struct Fresh {
    pub(crate) feed: FeedKey,
    pub(crate) seq: Seq,
    /// Messages in the feed up to it.
    pub(crate) posts: u64,
    /// The record.
    pub(crate) record: Bytes,
}

/// A stream of numbered commands.
pub(crate) type StreamKey = (DeviceId, StreamId);

/// A numbered command that was carried out, of a stream whose row does not say so yet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Answered {
    pub(crate) stream: StreamKey,
    pub(crate) nonce: u64,
    /// The client has the answers up to this number.
    pub(crate) settled: u64,
    /// Conversation or 0, seq or 0.
    pub(crate) outcome: (u64, u64),
}

/// A new row.
#[derive(Debug, Default)]
pub(crate) struct NewRow {
    pub(crate) number: u64,
    /// As it is stored.
    pub(crate) bytes: usize,
    pub(crate) entries: Vec<Fresh>,
    pub(crate) answered: Vec<Answered>,
}

/// What a commit changes here, once it is on disk.
#[derive(Debug, Default)]
pub(crate) struct Changes {
    /// Feeds whose entries up to there were filed.
    pub(crate) filed: FxHashMap<FeedKey, Seq>,
    /// Streams whose rows were written.
    pub(crate) filed_streams: FxHashSet<StreamKey>,
    /// Devices that are no more.
    pub(crate) ended: Vec<DeviceId>,
    /// So many of the oldest rows are gone.
    pub(crate) removed_rows: usize,
    pub(crate) rows: Vec<NewRow>,
    /// The streams of what was answered, as they are now.
    pub(crate) streams: Vec<(StreamKey, StreamRecord)>,
}

/// A row of the table: its number, and what is in it.
#[derive(Clone, Debug)]
pub(crate) struct Row {
    pub(crate) number: u64,
    pub(crate) entries: Arc<[(FeedKey, Seq)]>,
    pub(crate) answered: Arc<[StreamKey]>,
    pub(crate) bytes: usize,
}

impl Row {
    /// Entries and answers.
    pub(crate) fn items(&self) -> usize {
        self.entries.len() + self.answered.len()
    }
}

#[derive(Debug)]
struct Kept {
    seq: Seq,
    posts: u64,
    record: Bytes,
    /// The commit that appended it.
    since: CommitNumber,
    /// The commit that filed it.
    filed: Option<CommitNumber>,
}

impl Kept {
    /// Whether a snapshot up to this commit has it, and not in its tables.
    fn is_for(&self, commit: CommitNumber) -> bool {
        self.since <= commit && self.filed.is_none_or(|filed| commit < filed)
    }
}

#[derive(Debug)]
struct KeptStream {
    record: StreamRecord,
    /// The first row with something that the stream's own row does not say.
    row: u64,
    filed: Option<CommitNumber>,
}

#[derive(Debug, Default)]
struct State {
    /// Ascending; those that were filed come first. Without a gap where none was filed.
    feeds: FxHashMap<FeedKey, VecDeque<Kept>>,
    streams: FxHashMap<StreamKey, KeptStream>,
    /// The oldest first.
    rows: VecDeque<Row>,
    last_row: u64,
    /// In all rows: entries and answers, and bytes.
    stored: (usize, usize),
    /// What was filed and may still be read here, by the commits that did.
    to_forget: VecDeque<(CommitNumber, FeedKey, Seq)>,
    streams_to_forget: VecDeque<(CommitNumber, StreamKey)>,
}

/// Those entries. The journal writes, all who read the store read.
#[derive(Debug)]
pub(crate) struct Recent {
    limits: FilingLimits,
    state: RwLock<State>,
}

impl Recent {
    /// Empty, until [`Recent::load`].
    pub(crate) fn new(limits: FilingLimits) -> Self {
        Self {
            limits,
            state: RwLock::default(),
        }
    }

    /// When entries are filed.
    pub(crate) fn limits(&self) -> FilingLimits {
        self.limits
    }

    fn state(&self) -> RwLockReadGuard<'_, State> {
        self.state.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn state_mut(&self) -> RwLockWriteGuard<'_, State> {
        self.state.write().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes over what waits in a store that was opened; nobody reads.
    pub(super) fn load(&self, database: &Database) -> Result<(), StoreError> {
        *self.state_mut() = rows::load(database)?;
        Ok(())
    }

    /// A commit is on disk. `oldest` is the oldest snapshot that somebody reads or may still ask for.
    pub(super) fn committed(&self, changes: Changes, commit: CommitNumber, oldest: CommitNumber) {
        let mut guard = self.state_mut();
        let state = &mut *guard;
        for (feed, up_to) in changes.filed {
            let Some(kept) = state.feeds.get_mut(&feed) else {
                continue;
            };
            for kept in kept.iter_mut().take_while(|kept| kept.seq <= up_to) {
                kept.filed.get_or_insert(commit);
            }
            state.to_forget.push_back((commit, feed, up_to));
        }
        for stream in changes.filed_streams {
            if let Some(kept) = state.streams.get_mut(&stream) {
                kept.filed = Some(commit);
                state.streams_to_forget.push_back((commit, stream));
            }
        }
        for row in state.rows.drain(..changes.removed_rows) {
            state.stored.0 -= row.items();
            state.stored.1 -= row.bytes;
        }
        for row in changes.rows {
            state.add(row, commit);
        }
        for (stream, record) in changes.streams {
            state.answered(stream, record);
        }
        if !changes.ended.is_empty() {
            let ended = |(device, _): &StreamKey| changes.ended.contains(device);
            state.streams.retain(|stream, _| !ended(stream));
        }
        state.forget(oldest);
    }

    /// The number of the row behind the newest.
    pub(crate) fn next_row(&self) -> u64 {
        self.state().last_row + 1
    }

    /// What is in all rows: entries and answers, and bytes.
    pub(crate) fn stored(&self) -> (usize, usize) {
        self.state().stored
    }

    /// How many rows there are.
    pub(crate) fn row_count(&self) -> usize {
        self.state().rows.len()
    }

    /// The row behind so many older ones.
    pub(crate) fn row(&self, place: usize) -> Option<Row> {
        self.state().rows.get(place).cloned()
    }

    /// A stream whose row, if it has one, does not say all; nothing where it does.
    pub(crate) fn stream(&self, stream: StreamKey) -> Option<StreamRecord> {
        let state = self.state();
        let kept = state.streams.get(&stream)?;
        kept.filed.is_none().then(|| kept.record.clone())
    }

    /// Whether a stream's own row does not say something that is in this row or an older one.
    pub(crate) fn waits(&self, stream: StreamKey, row: u64) -> bool {
        let state = self.state();
        let kept = state.streams.get(&stream);
        kept.is_some_and(|kept| kept.filed.is_none() && kept.row <= row)
    }

    /// The streams whose rows do not say all.
    pub(crate) fn streams(&self) -> Vec<StreamKey> {
        let state = self.state();
        let waiting = state
            .streams
            .iter()
            .filter(|(_, kept)| kept.filed.is_none());
        waiting.map(|(stream, _)| *stream).collect()
    }

    /// A stream for who reads a snapshot; nothing where its tables tell. It may be newer than the snapshot.
    pub(super) fn stream_for(
        &self,
        stream: StreamKey,
        commit: CommitNumber,
    ) -> Option<StreamRecord> {
        let state = self.state();
        let kept = state.streams.get(&stream)?;
        let is_told = kept.filed.is_some_and(|filed| filed <= commit);
        (!is_told).then(|| kept.record.clone())
    }

    /// The feeds with entries that are not filed.
    pub(crate) fn feeds(&self) -> Vec<FeedKey> {
        let state = self.state();
        let feeds = state.feeds.iter();
        let feeds = feeds.filter(|(_, kept)| kept.back().is_some_and(|kept| kept.filed.is_none()));
        feeds.map(|(feed, _)| *feed).collect()
    }

    /// The entries of a feed that are not filed, in order.
    pub(crate) fn unfiled(&self, feed: FeedKey) -> Vec<Fresh> {
        let state = self.state();
        let kept = state.feeds.get(&feed).into_iter().flatten();
        let unfiled = kept.filter(|kept| kept.filed.is_none());
        let fresh = unfiled.map(|kept| Fresh {
            feed,
            seq: kept.seq,
            posts: kept.posts,
            record: kept.record.clone(),
        });
        fresh.collect()
    }

    /// Where a feed ends, and the bytes of its records that are not filed; nothing where all are.
    pub(crate) fn end(&self, feed: FeedKey) -> Option<(Head, usize)> {
        let state = self.state();
        let kept = state.feeds.get(&feed)?;
        let unfiled = kept.iter().filter(|kept| kept.filed.is_none());
        let newest = kept.back().filter(|kept| kept.filed.is_none())?;
        let head = Head {
            seq: newest.seq,
            posts: newest.posts,
        };
        Some((head, unfiled.map(|kept| kept.record.len()).sum()))
    }

    /// An entry that is not filed.
    pub(crate) fn unfiled_entry(&self, feed: FeedKey, seq: Seq) -> Option<Bytes> {
        let state = self.state();
        let kept = state.feeds.get(&feed)?;
        let place = kept.binary_search_by_key(&seq, |kept| kept.seq).ok()?;
        let kept = &kept[place];
        kept.filed.is_none().then(|| kept.record.clone())
    }

    /// Whether an entry that is in a row is not filed. Those of a feed are filed in their order.
    pub(crate) fn is_unfiled(&self, feed: FeedKey, seq: Seq) -> bool {
        let state = self.state();
        let kept = state.feeds.get(&feed);
        // As a rule nothing of a feed is here that is filed, so it is the first that is looked at.
        let first = { kept }.and_then(|kept| kept.iter().find(|kept| kept.filed.is_none()));
        first.is_some_and(|first| first.seq <= seq)
    }

    /// Where a feed ends as a snapshot sees it; nothing where its tables tell.
    pub(super) fn head(&self, feed: FeedKey, commit: CommitNumber) -> Option<Head> {
        let state = self.state();
        let newest = state.feeds.get(&feed)?.iter().rev();
        let newest = { newest }.find(|kept| kept.since <= commit)?;
        newest.is_for(commit).then_some(Head {
            seq: newest.seq,
            posts: newest.posts,
        })
    }

    /// Entries that a snapshot does not have in its tables, of these numbers: the first ones of them, or the
    /// last ones. In order, `limit` at the most.
    pub(super) fn entries(
        &self,
        feed: FeedKey,
        numbers: Range<u64>,
        commit: CommitNumber,
        (which, limit): (Which, usize),
    ) -> Vec<(Seq, Bytes)> {
        let state = self.state();
        let Some(kept) = state.feeds.get(&feed) else {
            return Vec::new();
        };
        let place = |number: u64| kept.partition_point(|kept| kept.seq.0 < number);
        let (begin, end) = (place(numbers.start), place(numbers.end));
        let found = kept.range(begin.min(end)..end);
        let found = found.filter(|kept| kept.is_for(commit));
        let give = |kept: &Kept| (kept.seq, kept.record.clone());
        match which {
            Which::First => found.take(limit).map(give).collect(),
            Which::Last => {
                let mut found: Vec<_> = found.rev().take(limit).map(give).collect();
                found.reverse();
                found
            }
        }
    }

    /// How many entries a snapshot does not have in its tables.
    pub(super) fn count(&self, commit: CommitNumber) -> u64 {
        let state = self.state();
        let kept = state.feeds.values().flatten();
        kept.filter(|kept| kept.is_for(commit)).count() as u64
    }
}

/// Which entries are wanted where there are more.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Which {
    First,
    Last,
}

impl State {
    fn add(&mut self, row: NewRow, commit: CommitNumber) {
        let places = row.entries.iter().map(|fresh| (fresh.feed, fresh.seq));
        let streams = row.answered.iter().map(|answered| answered.stream);
        let known = Row {
            number: row.number,
            entries: places.collect(),
            answered: streams.collect(),
            bytes: row.bytes,
        };
        self.last_row = row.number;
        self.stored.0 += known.items();
        self.stored.1 += known.bytes;
        self.rows.push_back(known);
        for fresh in row.entries {
            self.feeds.entry(fresh.feed).or_default().push_back(Kept {
                seq: fresh.seq,
                posts: fresh.posts,
                record: fresh.record,
                since: commit,
                filed: None,
            });
        }
    }

    /// A stream is so now, by what is in the newest row.
    fn answered(&mut self, stream: StreamKey, record: StreamRecord) {
        let row = match self.streams.get(&stream) {
            Some(kept) if kept.filed.is_none() => kept.row,
            _ => self.last_row,
        };
        let filed = None;
        let kept = KeptStream { record, row, filed };
        self.streams.insert(stream, kept);
    }

    /// Lets go of what every snapshot has in its tables.
    fn forget(&mut self, oldest: CommitNumber) {
        while let Some((filed, feed, up_to)) = self.to_forget.front().copied() {
            if oldest < filed {
                break;
            }
            self.to_forget.pop_front();
            let Some(kept) = self.feeds.get_mut(&feed) else {
                continue;
            };
            while kept.front().is_some_and(|kept| kept.seq <= up_to) {
                kept.pop_front();
            }
            if kept.is_empty() {
                self.feeds.remove(&feed);
            }
        }
        while let Some((filed, stream)) = self.streams_to_forget.front().copied() {
            if oldest < filed {
                break;
            }
            self.streams_to_forget.pop_front();
            // Unless it has been answered again.
            let kept = self.streams.get(&stream);
            if kept.is_some_and(|kept| kept.filed.is_some_and(|filed| filed <= oldest)) {
                self.streams.remove(&stream);
            }
        }
    }
}
