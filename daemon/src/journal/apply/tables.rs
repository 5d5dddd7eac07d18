//! The tables of one write transaction, each opened at its first use: most batches are messages and touch
//! two of them, and every table that was opened costs again at the commit.

use crate::store::StoreError;
use crate::store::schema::{self, Record};
use redb::{
    AccessGuard, Key, Range, ReadableTable, Table, TableDefinition, Value, WriteTransaction,
};
use std::borrow::Borrow;
use std::cell::OnceCell;
use std::ops::RangeBounds;

pub(super) struct Tables<'t> {
    pub(super) meta: Lazy<'t, &'static str, u64>,
    pub(super) secrets: Lazy<'t, &'static str, Record>,
    pub(super) accounts: Lazy<'t, u64, Record>,
    pub(super) account_names: Lazy<'t, &'static str, u64>,
    pub(super) account_skeletons: Lazy<'t, &'static str, u64>,
    pub(super) devices: Lazy<'t, u64, Record>,
    pub(super) account_devices: Lazy<'t, (u64, u64), ()>,
    pub(super) streams: Lazy<'t, (u64, u32), Record>,
    pub(super) invites: Lazy<'t, u64, Record>,
    pub(super) invite_codes: Lazy<'t, &'static [u8; 32], u64>,
    pub(super) conversations: Lazy<'t, u64, Record>,
    pub(super) room_names: Lazy<'t, &'static str, u64>,
    pub(super) room_skeletons: Lazy<'t, &'static str, u64>,
    pub(super) directs: Lazy<'t, Record, u64>,
    pub(super) members: Lazy<'t, (u64, u64), ()>,
    pub(super) memberships: Lazy<'t, (u64, u64), (u64, u64)>,
    pub(super) entries: Lazy<'t, (u8, u64, u64), Record>,
}

impl<'t> Tables<'t> {
    pub(super) fn of(transaction: &'t WriteTransaction) -> Self {
        Self {
            meta: Lazy::new(transaction, schema::META),
            secrets: Lazy::new(transaction, schema::SECRETS),
            accounts: Lazy::new(transaction, schema::ACCOUNTS),
            account_names: Lazy::new(transaction, schema::ACCOUNT_NAMES),
            account_skeletons: Lazy::new(transaction, schema::ACCOUNT_SKELETONS),
            devices: Lazy::new(transaction, schema::DEVICES),
            account_devices: Lazy::new(transaction, schema::ACCOUNT_DEVICES),
            streams: Lazy::new(transaction, schema::STREAMS),
            invites: Lazy::new(transaction, schema::INVITES),
            invite_codes: Lazy::new(transaction, schema::INVITE_CODES),
            conversations: Lazy::new(transaction, schema::CONVERSATIONS),
            room_names: Lazy::new(transaction, schema::ROOM_NAMES),
            room_skeletons: Lazy::new(transaction, schema::ROOM_SKELETONS),
            directs: Lazy::new(transaction, schema::DIRECTS),
            members: Lazy::new(transaction, schema::MEMBERS),
            memberships: Lazy::new(transaction, schema::MEMBERSHIPS),
            entries: Lazy::new(transaction, schema::ENTRIES),
        }
    }
}

/// A table that is opened when it is first needed.
pub(super) struct Lazy<'t, K: Key + 'static, V: Value + 'static> {
    transaction: &'t WriteTransaction,
    definition: TableDefinition<'static, K, V>,
    table: OnceCell<Table<'t, K, V>>,
}

impl<'t, K: Key + 'static, V: Value + 'static> Lazy<'t, K, V> {
    fn new(transaction: &'t WriteTransaction, definition: TableDefinition<'static, K, V>) -> Self {
        Self {
            transaction,
            definition,
            table: OnceCell::new(),
        }
    }

    pub(super) fn get<'a>(
        &self,
        key: impl Borrow<K::SelfType<'a>>,
    ) -> Result<Option<AccessGuard<'_, V>>, StoreError> {
        Ok(self.open()?.get(key)?)
    }

    pub(super) fn range<'a, KR: Borrow<K::SelfType<'a>> + 'a>(
        &self,
        range: impl RangeBounds<KR> + 'a,
    ) -> Result<Range<'_, K, V>, StoreError> {
        Ok(self.open()?.range(range)?)
    }

    pub(super) fn insert<'k, 'v>(
        &mut self,
        key: impl Borrow<K::SelfType<'k>>,
        value: impl Borrow<V::SelfType<'v>>,
    ) -> Result<(), StoreError> {
        self.open_mut()?.insert(key, value)?;
        Ok(())
    }

    pub(super) fn remove<'a>(
        &mut self,
        key: impl Borrow<K::SelfType<'a>>,
    ) -> Result<(), StoreError> {
        self.open_mut()?.remove(key)?;
        Ok(())
    }

    /// Removes all rows of a range.
    pub(super) fn remove_in<'a, KR: Borrow<K::SelfType<'a>> + 'a>(
        &mut self,
        range: impl RangeBounds<KR> + 'a,
    ) -> Result<(), StoreError> {
        Ok(self.open_mut()?.retain_in(range, |_, _| false)?)
    }

    fn open(&self) -> Result<&Table<'t, K, V>, StoreError> {
        if let Some(table) = self.table.get() {
            return Ok(table);
        }
        let table = self.transaction.open_table(self.definition)?;
        Ok(self.table.get_or_init(|| table))
    }

    fn open_mut(&mut self) -> Result<&mut Table<'t, K, V>, StoreError> {
        self.open()?;
        Ok(self
            .table
            .get_mut()
            .expect("it was opened in the line above"))
    }
}
