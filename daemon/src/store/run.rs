//! A row of [`super::schema::ENTRIES`]: a *run* of entries that follow on one another, as many as fill a page.
//!
//! One entry is its record, a MessagePack map, as all rows were up to layout 3; several are an array of
//! records. The key has the number of the last.

use super::StoreError;
use super::read::parse;
use super::record::EntryRecord;
use chat_shared::Seq;

/// The first byte of MessagePack arrays of up to 15 items, and their mask; beyond that of those up to 65,535.
const SHORT_ARRAY: u8 = 0x90;
const SHORT_MASK: u8 = 0xf0;
const LONG_ARRAY: u8 = 0xdc;

/// A row of these records.
pub(crate) fn encode_run<'a>(records: impl ExactSizeIterator<Item = &'a [u8]> + Clone) -> Vec<u8> {
    let count = records.len();
    let bytes = records.clone().map(<[u8]>::len).sum::<usize>();
    let mut row = Vec::with_capacity(bytes + 3);
    match count {
        1 => {}
        0..=15 => row.push(SHORT_ARRAY | count as u8),
        _ => {
            row.push(LONG_ARRAY);
            row.extend_from_slice(&(count as u16).to_be_bytes());
        }
    }
    for record in records {
        row.extend_from_slice(record);
    }
    row
}

/// The entries of a row, in order; `last` is the number of the last.
pub(crate) fn decode_run(last: u64, row: &[u8]) -> Result<Vec<(Seq, EntryRecord)>, StoreError> {
    let records: Vec<EntryRecord> = match is_array(row) {
        true => parse(row, "run of entries")?,
        false => vec![parse(row, "entry")?],
    };
    let first = last.saturating_sub(records.len().saturating_sub(1) as u64);
    Ok((first..).map(Seq).zip(records).collect())
}

fn is_array(row: &[u8]) -> bool {
    row.first()
        .is_some_and(|first| first & SHORT_MASK == SHORT_ARRAY || *first == LONG_ARRAY)
}

/// How many of these entries are a row: as many as there are with `limit` bytes in all, but at least one.
pub(crate) fn fill_run<T>(items: &[T], limit: usize, bytes: impl Fn(&T) -> usize) -> usize {
    let mut sum = 0;
    let fit = items.iter().take_while(|item| {
        sum += bytes(item);
        sum <= limit
    });
    fit.count().max(1).min(items.len())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::record::{BodyRecord, encode};
    use chat_shared::Timestamp;

    fn entry(text: &str) -> EntryRecord {
        EntryRecord {
            at: Timestamp(7),
            by: None,
            posts: 3,
            body: BodyRecord::Posted(text.into()),
        }
    }

    #[test]
    fn what_is_written_is_read_with_its_numbers() {
        for count in [1, 2, 15, 16, 300] {
            let entries: Vec<_> = (0..count).map(|nth| entry(&format!("{nth}"))).collect();
            let records: Vec<_> = entries.iter().map(encode).collect();
            let row = encode_run(records.iter().map(Vec::as_slice));
            let read = decode_run(1_000, &row).unwrap();
            let expected = (1_001 - count..=1_000).map(Seq).zip(entries);
            assert_eq!(read, expected.collect::<Vec<_>>());
        }
    }

    #[test]
    fn one_entry_is_its_record() {
        let record = encode(&entry("a"));
        assert_eq!(encode_run([record.as_slice()].into_iter()), record);
    }

    #[test]
    fn as_many_fit_as_there_is_room_for_and_always_one() {
        let fit = |sizes: &[usize]| fill_run(sizes, 100, |size| *size);
        assert_eq!(fit(&[]), 0);
        assert_eq!(fit(&[200, 1]), 1);
        assert_eq!(fit(&[90, 10, 1]), 2);
        assert_eq!(fit(&[1, 100, 1]), 1);
        assert_eq!(fit(&[1, 1, 1]), 3);
    }

    #[test]
    fn what_is_no_run_is_an_error() {
        for damaged in [&[][..], &[0xc1], &[0x92, 0x80], b"text"] {
            assert!(decode_run(5, damaged).is_err(), "{damaged:?}");
        }
    }
}
