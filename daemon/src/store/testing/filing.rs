//! How far a store has filed what it holds, and where a text stands in it.

use super::dump::rows;
use crate::store::recent::decode_row;
use crate::store::run::decode_run;
use crate::store::{Reader, Store, StoreError, schema};
use redb::{ReadableDatabase, TableHandle};
use std::sync::Arc;

/// What is filed and what waits.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Filed {
    /// Entries that are filed.
    pub(crate) entries: u64,
    /// Rows of recent entries, by their numbers.
    pub(crate) rows: Vec<u64>,
    /// Entries and answers in them.
    pub(crate) items: usize,
    /// Their bytes.
    pub(crate) bytes: usize,
}

impl Store {
    /// A snapshot that is kept for as long as a slow reader likes.
    pub(crate) fn snapshot(&self) -> Arc<Reader> {
        self.newest_snapshot().unwrap()
    }

    /// By its tables; what is in memory says the same.
    pub(crate) fn filed(&self) -> Result<Filed, StoreError> {
        let transaction = self.database()?.begin_read()?;
        let mut filed = Filed::default();
        for (key, row) in rows(&transaction, schema::ENTRIES).1 {
            let (_, _, last) = <(u8, u64, u64) as redb::Value>::from_bytes(&key);
            filed.entries += decode_run(last, &row)?.len() as u64;
        }
        for (number, row) in rows(&transaction, schema::RECENT).1 {
            let stored = decode_row(&row)?;
            filed.rows.push(<u64 as redb::Value>::from_bytes(&number));
            filed.items += stored.entries.len() + stored.answered.len();
            filed.bytes += row.len();
        }
        let recent = self.recent();
        assert_eq!(recent.stored(), (filed.items, filed.bytes));
        let known = (0..recent.row_count()).map(|place| recent.row(place).unwrap().number);
        assert!(known.eq(filed.rows.iter().copied()), "{:?}", filed.rows);
        Ok(filed)
    }

    /// The tables with a row that has these bytes in it.
    pub(crate) fn tables_with(&self, text: &str) -> Vec<String> {
        let transaction = self.database().unwrap().begin_read().unwrap();
        let mut tables = self.dump();
        // As they are stored, and not as they would be filed.
        tables.extend([
            rows(&transaction, schema::ENTRIES),
            rows(&transaction, schema::RECENT),
            rows(&transaction, schema::STREAMS),
        ]);
        assert!(tables.contains_key(schema::RECENT.name()));
        let has = |bytes: &[u8]| {
            bytes
                .windows(text.len())
                .any(|part| part == text.as_bytes())
        };
        let found = tables.into_iter().filter(|(_, rows)| {
            let mut rows = rows.iter();
            rows.any(|(key, value)| has(key) || has(value))
        });
        found.map(|(table, _)| table).collect()
    }
}
