//! Rows of recent entries as they are stored, and filing what is in them when the store is opened.

use super::{Answered, FilingLimits, NewRow, StreamKey};
use crate::store::StoreError;
use crate::store::read::parse;
use crate::store::record::{Number, StreamRecord, encode};
use crate::store::run::{encode_run, fill_run};
use crate::store::schema;
use chat_shared::{DeviceId, StreamId};
use redb::{Database, ReadableTable, ReadableTableMetadata, WriteTransaction};
use serde_bytes::ByteBuf;
use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

/// Files all that is in rows: when the store is opened. What was filed before its row went is passed over.
pub(in crate::store) fn file_all(
    database: &Database,
    limits: FilingLimits,
) -> Result<(), StoreError> {
    let mut transaction = database.begin_write()?;
    transaction.set_quick_repair(true);
    {
        let rows = transaction.open_table(schema::RECENT)?;
        if rows.is_empty()? {
            return Ok(());
        }
        let mut feeds = Feeds::new();
        let mut streams = Streams::new();
        for row in rows.iter()? {
            let row = decode_row(row?.1.value())?;
            gather_entries(&transaction, &mut feeds, row.entries)?;
            gather_answers(&transaction, &mut streams, row.answered)?;
        }
        file_entries(&transaction, feeds, limits)?;
        let mut table = transaction.open_table(schema::STREAMS)?;
        for ((device, stream), record) in streams {
            if let Some(record) = record {
                table.insert((device.0, stream.0), encode(&record).as_slice())?;
            }
        }
    }
    transaction.delete_table(schema::RECENT)?;
    transaction.open_table(schema::RECENT)?;
    Ok(transaction.commit()?)
}

/// Feed → its last entry, and those records that are to be filed.
type Feeds = BTreeMap<(u8, u64), (u64, Vec<ByteBuf>)>;

fn gather_entries(
    transaction: &WriteTransaction,
    feeds: &mut Feeds,
    entries: Vec<((u8, u64, u64), ByteBuf)>,
) -> Result<(), StoreError> {
    let table = transaction.open_table(schema::ENTRIES)?;
    for ((kind, id, seq), record) in entries {
        let (head, records) = match feeds.entry((kind, id)) {
            Entry::Occupied(feed) => feed.into_mut(),
            Entry::Vacant(place) => {
                let filed = table.range((kind, id, 0)..=(kind, id, u64::MAX))?;
                let newest = { filed }.next_back().transpose()?;
                place.insert((newest.map_or(0, |(key, _)| key.value().2), Vec::new()))
            }
        };
        if seq > *head {
            records.push(record);
            *head = seq;
        }
    }
    Ok(())
}

fn file_entries(
    transaction: &WriteTransaction,
    feeds: Feeds,
    limits: FilingLimits,
) -> Result<(), StoreError> {
    let mut table = transaction.open_table(schema::ENTRIES)?;
    for ((kind, id), (head, records)) in feeds {
        let mut left = records.as_slice();
        while !left.is_empty() {
            let (run, others) = left.split_at(fill_run(left, limits.run_bytes, |one| one.len()));
            let last = head - others.len() as u64;
            let row = encode_run(run.iter().map(|record| record.as_slice()));
            table.insert((kind, id, last), row.as_slice())?;
            left = others;
        }
    }
    Ok(())
}

/// Stream → its record; nothing where its device is no more.
type Streams = BTreeMap<StreamKey, Option<StreamRecord>>;

fn gather_answers(
    transaction: &WriteTransaction,
    streams: &mut Streams,
    answered: Vec<Answered>,
) -> Result<(), StoreError> {
    let devices = transaction.open_table(schema::DEVICES)?;
    let table = transaction.open_table(schema::STREAMS)?;
    for one in answered {
        let (device, stream) = one.stream;
        let record = match streams.entry(one.stream) {
            Entry::Occupied(record) => record.into_mut(),
            Entry::Vacant(place) => place.insert(match devices.get(device.0)? {
                None => None,
                Some(_) => Some(match table.get((device.0, stream.0))? {
                    Some(record) => parse(record.value(), "stream")?,
                    None => StreamRecord::default(),
                }),
            }),
        };
        if let Some(record) = record {
            one.replay(record);
        }
    }
    Ok(())
}

/// An entry in a row: its key in [`schema::ENTRIES`] and its record.
type EntryInRow<B> = (u8, u64, u64, B);
/// An answer in a row: device, stream, nonce, settled, conversation or 0, seq or 0.
type AnswerInRow = (u64, u32, u64, u64, u64, u64);

/// A row as it is stored.
pub(crate) fn encode_row(row: &NewRow) -> Vec<u8> {
    let entries = row.entries.iter().map(|fresh| {
        let (kind, id) = fresh.feed.key();
        let record = serde_bytes::Bytes::new(&fresh.record);
        (kind, id, fresh.seq.0, record)
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
    pub(in crate::store) entries: Vec<((u8, u64, u64), ByteBuf)>,
    pub(in crate::store) answered: Vec<Answered>,
}

pub(in crate::store) fn decode_row(row: &[u8]) -> Result<StoredRow, StoreError> {
    let (entries, answered): (Vec<EntryInRow<ByteBuf>>, Vec<AnswerInRow>) =
        parse(row, "row of recent entries")?;
    let keyed = entries
        .into_iter()
        .map(|(kind, id, seq, record)| ((kind, id, seq), record));
    let answered = answered.into_iter().map(
        |(device, stream, nonce, settled, conversation, seq)| Answered {
            stream: (DeviceId(device), StreamId(stream)),
            nonce,
            settled,
            outcome: (conversation, seq),
        },
    );
    Ok(StoredRow {
        entries: keyed.collect(),
        answered: answered.collect(),
    })
}

impl Answered {
    /// Puts it into its stream's record, which may have it already.
    pub(in crate::store) fn replay(self, record: &mut StreamRecord) {
        if record.look_up(self.nonce) == Number::New {
            record.settle(self.nonce, self.settled, self.outcome);
        }
    }
}
