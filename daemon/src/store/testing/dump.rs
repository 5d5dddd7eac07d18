//! All that a store holds, to be compared.

use crate::store::{Store, schema};
use redb::{
    Key, ReadTransaction, ReadableDatabase, ReadableTable, TableDefinition, TableHandle, Value,
};
use std::collections::{BTreeMap, BTreeSet};

/// Table → its rows, key and value as bytes, in the order of the table.
pub(crate) type Dump = BTreeMap<String, Rows>;

type Rows = Vec<(Vec<u8>, Vec<u8>)>;

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
            rows(&transaction, schema::STREAMS),
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
            rows(&transaction, schema::ENTRIES),
        ];
        let dump = Dump::from(tables);
        let dumped: BTreeSet<String> = dump.keys().cloned().collect();
        let found = transaction.list_tables().unwrap();
        let found: BTreeSet<String> = found.map(|table| table.name().to_owned()).collect();
        assert_eq!(dumped, found, "a table of the store is not dumped");
        dump
    }
}

fn rows<K: Key + 'static, V: Value + 'static>(
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
