//! Rows of recent entries as they are stored, and reading them when the store is opened.

use super::{Answered, Kept, KeptStream, NewRow, Row, State, StreamKey};
use crate::store::read::{CommitNumber, parse};
use crate::store::record::{Number, StreamRecord, encode};
use crate::store::{FeedKey, StoreError, schema};
use bytes::Bytes;
use chat_shared::{DeviceId, Seq, StreamId};
use redb::{Database, ReadOnlyTable, ReadTransaction, ReadableDatabase, ReadableTable};
use rustc_hash::FxHashMap;
use serde_bytes::ByteBuf;
use std::collections::hash_map::Entry;

/// Reads what is in rows, when the store is opened: nothing is written, which the disk may have no room for.
/// What was filed before its row went is passed over.
pub(super) fn load(database: &Database) -> Result<State, StoreError> {
    let transaction = database.begin_read()?;
    let mut loading = Loading::begin(&transaction)?;
    for row in transaction.open_table(schema::RECENT)?.iter()? {
        let (number, row) = row?;
        loading.row(number.value(), row.value())?;
    }
    Ok(loading.state)
}

struct Loading {
    state: State,
    entries: ReadOnlyTable<(u8, u64, u64), schema::Record>,
    streams: ReadOnlyTable<(u64, u32), schema::Record>,
    devices: ReadOnlyTable<u64, schema::Record>,
    /// Feed → its last entry that is filed.
    filed: FxHashMap<FeedKey, u64>,
    /// Stream → its record; nothing where its device is no more.
    records: FxHashMap<StreamKey, Option<StreamRecord>>,
}

impl Loading {
    fn begin(transaction: &ReadTransaction) -> Result<Self, StoreError> {
        Ok(Self {
            state: State::default(),
            entries: transaction.open_table(schema::ENTRIES)?,
            streams: transaction.open_table(schema::STREAMS)?,
            devices: transaction.open_table(schema::DEVICES)?,
            filed: FxHashMap::default(),
            records: FxHashMap::default(),
        })
    }

    fn row(&mut self, number: u64, stored: &[u8]) -> Result<(), StoreError> {
        let row = decode_row(stored)?;
        let streams = row.answered.iter().map(|one| one.stream).collect();
        let mut places = Vec::with_capacity(row.entries.len());
        for entry in row.entries {
            let feed = FeedKey::of_key(entry.kind, entry.id);
            places.push((feed, Seq(entry.seq)));
            self.entry(feed, entry)?;
        }
        for one in row.answered {
            self.answer(number, one)?;
        }
        let row = Row {
            number,
            entries: places.into(),
            answered: streams,
            bytes: stored.len(),
        };
        self.state.stored.0 += row.items();
        self.state.stored.1 += row.bytes;
        self.state.last_row = number;
        self.state.rows.push_back(row);
        Ok(())
    }

    fn entry(&mut self, feed: FeedKey, entry: StoredEntry) -> Result<(), StoreError> {
        let filed = match self.filed.entry(feed) {
            Entry::Occupied(filed) => *filed.get(),
            Entry::Vacant(place) => {
                let (kind, id) = feed.key();
                let range = (kind, id, 0)..=(kind, id, u64::MAX);
                let newest = self.entries.range(range)?.next_back().transpose()?;
                *place.insert(newest.map_or(0, |(key, _)| key.value().2))
            }
        };
        if entry.seq > filed {
            let kept = Kept {
                seq: Seq(entry.seq),
                posts: entry.posts,
                record: entry.record,
                since: CommitNumber::default(),
                filed: None,
            };
            self.state.feeds.entry(feed).or_default().push_back(kept);
        }
        Ok(())
    }

    fn answer(&mut self, row: u64, one: Answered) -> Result<(), StoreError> {
        let (device, stream) = one.stream;
        let record = match self.records.entry(one.stream) {
            Entry::Occupied(record) => record.into_mut(),
            Entry::Vacant(place) => place.insert(match self.devices.get(device.0)? {
                None => None,
                Some(_) => Some(match self.streams.get((device.0, stream.0))? {
                    Some(record) => parse(record.value(), "stream")?,
                    None => StreamRecord::default(),
                }),
            }),
        };
        if let Some(record) = record
            && one.replay(record)
        {
            let record = record.clone();
            match self.state.streams.entry(one.stream) {
                Entry::Occupied(mut kept) => kept.get_mut().record = record,
                Entry::Vacant(place) => {
                    let filed = None;
                    place.insert(KeptStream { record, row, filed });
                }
            }
        }
        Ok(())
    }
}

/// An entry in a row: its key in [`schema::ENTRIES`], the messages up to it, its record.
type EntryInRow<B> = (u8, u64, u64, u64, B);
/// An answer in a row: device, stream, nonce, settled, conversation or 0, seq or 0.
type AnswerInRow = (u64, u32, u64, u64, u64, u64);

/// A row as it is stored.
pub(crate) fn encode_row(row: &NewRow) -> Vec<u8> {
    let entries = row.entries.iter().map(|fresh| {
        let (kind, id) = fresh.feed.key();
        let record = serde_bytes::Bytes::new(&fresh.record);
        (kind, id, fresh.seq.0, fresh.posts, record)
    });
    let answered = row.answered.iter().map(|one| {
        let ((device, stream), (conversation, seq)) = (one.stream, one.outcome);
        (
            device.0,
            stream.0,
            one.nonce,
            one.settled,
            conversation,
            seq,
        )
    });
    let entries: Vec<EntryInRow<_>> = entries.collect();
    let answered: Vec<AnswerInRow> = answered.collect();
    encode(&(entries, answered))
}

/// What is in a row.
pub(in crate::store) struct StoredRow {
    pub(in crate::store) entries: Vec<StoredEntry>,
    pub(in crate::store) answered: Vec<Answered>,
}

/// An entry in a row.
pub(in crate::store) struct StoredEntry {
    pub(in crate::store) kind: u8,
    pub(in crate::store) id: u64,
    pub(in crate::store) seq: u64,
    posts: u64,
    pub(in crate::store) record: Bytes,
}

pub(in crate::store) fn decode_row(row: &[u8]) -> Result<StoredRow, StoreError> {
    let (entries, answered): (Vec<EntryInRow<ByteBuf>>, Vec<AnswerInRow>) =
        parse(row, "row of recent entries")?;
    let entries = entries.into_iter();
    let entries = entries.map(|(kind, id, seq, posts, record)| StoredEntry {
        kind,
        id,
        seq,
        posts,
        record: record.into_vec().into(),
    });
    let answered = answered.into_iter().map(
        |(device, stream, nonce, settled, conversation, seq)| Answered {
            stream: (DeviceId(device), StreamId(stream)),
            nonce,
            settled,
            outcome: (conversation, seq),
        },
    );
    Ok(StoredRow {
        entries: entries.collect(),
        answered: answered.collect(),
    })
}

impl Answered {
    /// Puts it into its stream's record, and says whether that did not have it already.
    pub(in crate::store) fn replay(self, record: &mut StreamRecord) -> bool {
        let is_new = record.look_up(self.nonce) == Number::New;
        if is_new {
            record.settle(self.nonce, self.settled, self.outcome);
        }
        is_new
    }
}
