//! The tables of one write transaction, each opened at its first use: most batches are messages and touch
//! two of them, and every table that was opened costs again at the commit.

use crate::store::StoreError;
use crate::store::schema::{self, Record};
#[cfg(test)]
use redb::TableHandle;
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
    pub(super) members: Lazy<'t, (u64, u64), Record>,
    pub(super) bans: Lazy<'t, (u64, u64), Record>,
    pub(super) mutes: Lazy<'t, (u64, u64), Record>,
    pub(super) room_invitations: Lazy<'t, (u64, u64), Record>,
    pub(super) invited_to: Lazy<'t, (u64, u64), ()>,
    pub(super) last_posts: Lazy<'t, (u64, u64), i64>,
    pub(super) deleted_rooms: Lazy<'t, (i64, u64), ()>,
    pub(super) newcomer_rooms: Lazy<'t, u64, ()>,
    pub(super) seen: Lazy<'t, u64, Record>,
    pub(super) devices_seen: Lazy<'t, u64, Record>,
    pub(super) contacts: Lazy<'t, (u64, u64), Record>,
    pub(super) blocks: Lazy<'t, (u64, u64), i64>,
    pub(super) inbox: Lazy<'t, (u64, u64), Record>,
    pub(super) announcements: Lazy<'t, u64, Record>,
    pub(super) shared_groups: Lazy<'t, &'static str, Record>,
    pub(super) address_bans: Lazy<'t, &'static str, Record>,
    pub(super) messages_to_remove: Lazy<'t, u64, (u64, u64)>,
    pub(super) audit: Lazy<'t, u64, Record>,
    pub(super) memberships: Lazy<'t, (u64, u64), (u64, u64)>,
    pub(super) entries: Lazy<'t, (u8, u64, u64), Record>,
    pub(super) recent: Lazy<'t, u64, Record>,
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
            bans: Lazy::new(transaction, schema::BANS),
            mutes: Lazy::new(transaction, schema::MUTES),
            room_invitations: Lazy::new(transaction, schema::ROOM_INVITATIONS),
            invited_to: Lazy::new(transaction, schema::INVITED_TO),
            last_posts: Lazy::new(transaction, schema::LAST_POSTS),
            deleted_rooms: Lazy::new(transaction, schema::DELETED_ROOMS),
            newcomer_rooms: Lazy::new(transaction, schema::NEWCOMER_ROOMS),
            seen: Lazy::new(transaction, schema::SEEN),
            devices_seen: Lazy::new(transaction, schema::DEVICES_SEEN),
            contacts: Lazy::new(transaction, schema::CONTACTS),
            blocks: Lazy::new(transaction, schema::BLOCKS),
            inbox: Lazy::new(transaction, schema::INBOX),
            announcements: Lazy::new(transaction, schema::ANNOUNCEMENTS),
            shared_groups: Lazy::new(transaction, schema::SHARED_GROUPS),
            address_bans: Lazy::new(transaction, schema::ADDRESS_BANS),
            messages_to_remove: Lazy::new(transaction, schema::MESSAGES_TO_REMOVE),
            audit: Lazy::new(transaction, schema::AUDIT),
            memberships: Lazy::new(transaction, schema::MEMBERSHIPS),
            entries: Lazy::new(transaction, schema::ENTRIES),
            recent: Lazy::new(transaction, schema::RECENT),
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
        self.is_read();
        Ok(self.open()?.get(key)?)
    }

    pub(super) fn range<'a, KR: Borrow<K::SelfType<'a>> + 'a>(
        &self,
        range: impl RangeBounds<KR> + 'a,
    ) -> Result<Range<'_, K, V>, StoreError> {
        self.is_read();
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

    /// Removes the first rows of a range, as many as are `left` to be removed.
    pub(super) fn remove_first<'a, KR: Borrow<K::SelfType<'a>> + 'a>(
        &mut self,
        range: impl RangeBounds<KR> + 'a,
        left: &mut usize,
    ) -> Result<(), StoreError> {
        let limit = *left;
        for row in self
            .open_mut()?
            .extract_from_if(range, |_, _| true)?
            .take(limit)
        {
            row?;
            *left -= 1;
        }
        Ok(())
    }

    /// Counted in tests: what the hot path reads is part of what it promises.
    fn is_read(&self) {
        #[cfg(test)]
        reads::count(self.definition.name());
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

/// How often this thread has read each table.
#[cfg(test)]
pub(super) mod reads {
    use std::cell::RefCell;
    use std::collections::BTreeMap;

    thread_local! {
        static READS: RefCell<BTreeMap<String, usize>> = const { RefCell::new(BTreeMap::new()) };
    }

    pub(super) fn count(table: &str) {
        READS.with_borrow_mut(|reads| *reads.entry(table.to_owned()).or_default() += 1);
    }

    /// Those since the last time, by table.
    pub(in crate::journal::apply) fn taken() -> Vec<(String, usize)> {
        READS.take().into_iter().collect()
    }
}
