//! All that a store holds, to be compared.

use crate::store::recent::decode_row;
use crate::store::record::{StreamRecord, decode, encode};
use crate::store::run::decode_run;
use crate::store::{Store, schema};
use redb::{
    Key, ReadTransaction, ReadableDatabase, ReadableTable, TableDefinition, TableHandle, Value,
};
use std::collections::{BTreeMap, BTreeSet};

/// Table → its rows, key and value as bytes, in the order of the table.
pub(crate) type Dump = BTreeMap<String, Rows>;

pub(super) type Rows = Vec<(Vec<u8>, Vec<u8>)>;

impl Store {
    /// All rows of all tables.
    pub(crate) fn dump(&self) -> Dump {
        let transaction = self.database().unwrap().begin_read().unwrap();
        let tables = [
            rows(&transaction, schema::META),
            rows(&transaction, schema::SECRETS),
            rows(&transaction, schema::ACCOUNTS),
            rows(&transaction, schema::ACCOUNT_NAMES),
            rows(&transaction, schema::ACCOUNT_SKELETONS),
            rows(&transaction, schema::DEVICES),
            rows(&transaction, schema::ACCOUNT_DEVICES),
            streams(&transaction),
            rows(&transaction, schema::INVITES),
            rows(&transaction, schema::INVITE_CODES),
            rows(&transaction, schema::CONVERSATIONS),
            rows(&transaction, schema::ROOM_NAMES),
            rows(&transaction, schema::ROOM_SKELETONS),
            rows(&transaction, schema::DIRECTS),
            rows(&transaction, schema::MEMBERS),
            rows(&transaction, schema::BANS),
            rows(&transaction, schema::MUTES),
            rows(&transaction, schema::ROOM_INVITATIONS),
            rows(&transaction, schema::INVITED_TO),
            rows(&transaction, schema::LAST_POSTS),
            rows(&transaction, schema::DELETED_ROOMS),
            rows(&transaction, schema::NEWCOMER_ROOMS),
            rows(&transaction, schema::SEEN),
            rows(&transaction, schema::DEVICES_SEEN),
            rows(&transaction, schema::CONTACTS),
            rows(&transaction, schema::BLOCKS),
            rows(&transaction, schema::INBOX),
            rows(&transaction, schema::ANNOUNCEMENTS),
            rows(&transaction, schema::SHARED_GROUPS),
            rows(&transaction, schema::ADDRESS_BANS),
            rows(&transaction, schema::MESSAGES_TO_REMOVE),
            rows(&transaction, schema::AUDIT),
            rows(&transaction, schema::MEMBERSHIPS),
            entries(&transaction),
        ];
        let dump = Dump::from(tables);
        let mut dumped: BTreeSet<String> = dump.keys().cloned().collect();
        // Its rows are dumped as those of the table where they will be filed.
        dumped.insert(schema::RECENT.name().to_owned());
        let found = transaction.list_tables().unwrap();
        let found: BTreeSet<String> = found.map(|table| table.name().to_owned()).collect();
        assert_eq!(dumped, found, "a table of the store is not dumped");
        dump
    }
}

/// All entries, a row for each, wherever they are: when they are filed depends on what was committed together.
fn entries(transaction: &ReadTransaction) -> (String, Rows) {
    let (name, filed) = rows(transaction, schema::ENTRIES);
    let mut all: BTreeMap<(u8, u64, u64), Vec<u8>> = BTreeMap::new();
    for (key, row) in filed {
        let (kind, id, last) = <(u8, u64, u64)>::from_bytes(&key);
        for (seq, record) in decode_run(last, &row).unwrap() {
            let twice = all.insert((kind, id, seq.0), encode(&record));
            assert_eq!(twice, None, "an entry is in two rows");
        }
    }
    let recent = transaction.open_table(schema::RECENT).unwrap();
    for row in recent.iter().unwrap() {
        for entry in decode_row(row.unwrap().1.value()).unwrap().entries {
            let key = (entry.kind, entry.id, entry.seq);
            all.entry(key).or_insert(entry.record.to_vec());
        }
    }
    let rows = all.into_iter().map(|(key, record)| {
        let key: Vec<u8> = <(u8, u64, u64)>::as_bytes(&key);
        (key, record)
    });
    (name, rows.collect())
}

/// All streams, with what was answered and does not stand in their rows yet.
fn streams(transaction: &ReadTransaction) -> (String, Rows) {
    let (name, filed) = rows(transaction, schema::STREAMS);
    let parsed = filed.into_iter().map(|(key, record)| {
        let (device, stream) = <(u64, u32)>::from_bytes(&key);
        ((device, stream), decode(&record).unwrap())
    });
    let mut all: BTreeMap<(u64, u32), StreamRecord> = parsed.collect();
    let devices = transaction.open_table(schema::DEVICES).unwrap();
    let recent = transaction.open_table(schema::RECENT).unwrap();
    for row in recent.iter().unwrap() {
        for one in decode_row(row.unwrap().1.value()).unwrap().answered {
            let (device, stream) = one.stream;
            if devices.get(device.0).unwrap().is_some() {
                one.replay(all.entry((device.0, stream.0)).or_default());
            }
        }
    }
    let rows = all.into_iter().map(|(key, record)| {
        let key: Vec<u8> = <(u64, u32)>::as_bytes(&key);
        (key, encode(&record))
    });
    (name, rows.collect())
}

pub(super) fn rows<K: Key + 'static, V: Value + 'static>(
    transaction: &ReadTransaction,
    definition: TableDefinition<'static, K, V>,
) -> (String, Rows) {
    let table = transaction.open_table(definition).unwrap();
    let rows = table.iter().unwrap().map(|row| {
        let (key, value) = row.unwrap();
        let (key, value) = (key.value(), value.value());
        (
            K::as_bytes(&key).as_ref().to_vec(),
            V::as_bytes(&value).as_ref().to_vec(),
        )
    });
    (definition.name().to_owned(), rows.collect())
}
