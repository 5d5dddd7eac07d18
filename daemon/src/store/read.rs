//! What can be asked of one snapshot of the store.

use super::StoreError;
use super::recent::{Recent, Which};
use super::record::{
    AccountRecord, ConversationRecord, DeviceRecord, EntryRecord, InviteRecord, StreamRecord,
    decode,
};
use super::run::decode_run;
use super::schema::{self, meta};
use chat_shared::frame::entry_size_hint;
use chat_shared::state::ReadMark;
use chat_shared::{AccountId, ConversationId, DeviceId, Entry, Feed, InviteId, Seq, StreamId};
use redb::{
    Database, ReadOnlyTable, ReadTransaction, ReadableDatabase, ReadableTable,
    ReadableTableMetadata, TableDefinition, TableHandle,
};
use serde::de::DeserializeOwned;
use std::any::Any;
use std::borrow::Borrow;
use std::sync::{Arc, Mutex, PoisonError};

/// Which feed, for all of the house.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum FeedKey {
    /// People and public rooms.
    House,
    /// What the devices of an account share.
    Account(AccountId),
    /// A room or direct conversation.
    Conversation(ConversationId),
}

impl FeedKey {
    /// The key in the store's tables.
    pub(crate) fn key(self) -> (u8, u64) {
        match self {
            FeedKey::House => (0, 0),
            FeedKey::Account(account) => (1, account.0),
            FeedKey::Conversation(conversation) => (2, conversation.0),
        }
    }

    /// The feed of such a key.
    pub(super) fn of_key(kind: u8, id: u64) -> Self {
        match kind {
            0 => FeedKey::House,
            1 => FeedKey::Account(AccountId(id)),
            _ => FeedKey::Conversation(ConversationId(id)),
        }
    }

    /// The feed as those see it who may read it.
    pub(crate) fn feed(self) -> Feed {
        match self {
            FeedKey::House => Feed::House,
            FeedKey::Account(_) => Feed::Account,
            FeedKey::Conversation(conversation) => Feed::Conversation { conversation },
        }
    }
}

/// Where a feed ends.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Head {
    /// Its newest entry.
    pub(crate) seq: Seq,
    /// Messages in it.
    pub(crate) posts: u64,
}

/// How much to read at once.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Page {
    /// Entries at the most.
    pub(crate) entries: usize,
    /// Bytes on the wire at the most, but always at least one entry.
    pub(crate) bytes: usize,
}

/// A commit of this run of the daemon, in the order in which they were made: what is told of one commit and
/// what was read in a snapshot can be compared by it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct CommitNumber(pub(crate) u64);

impl CommitNumber {
    /// The one behind it.
    pub(super) fn next(self) -> Self {
        Self(self.0 + 1)
    }
}

/// One snapshot. Short-lived: while it is there, the pages that it sees cannot be used again.
pub(crate) struct Reader {
    /// To open a table takes longer than to read a row of it, so each is opened once.
    tables: Mutex<Vec<(String, Arc<dyn Any + Send + Sync>)>>,
    transaction: ReadTransaction,
    recent: Arc<Recent>,
    commit: CommitNumber,
    /// Last, so that it is closed by nobody who still reads.
    _database: Arc<Database>,
}

impl std::fmt::Debug for Reader {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Reader")
    }
}

impl Reader {
    pub(super) fn new(
        database: Arc<Database>,
        recent: Arc<Recent>,
        commit: CommitNumber,
    ) -> Result<Self, StoreError> {
        Ok(Self {
            tables: Mutex::default(),
            transaction: database.begin_read()?,
            recent,
            commit,
            _database: database,
        })
    }

    /// The newest commit that it sees.
    pub(crate) fn commit(&self) -> CommitNumber {
        self.commit
    }

    pub(super) fn table<K, V>(
        &self,
        definition: TableDefinition<'static, K, V>,
    ) -> Result<Arc<ReadOnlyTable<K, V>>, StoreError>
    where
        K: redb::Key + Send + Sync + 'static,
        V: redb::Value + Send + Sync + 'static,
    {
        let mut tables = self.tables.lock().unwrap_or_else(PoisonError::into_inner);
        let name = definition.name();
        if let Some((_, table)) = tables.iter().find(|(open, _)| open == name)
            && let Ok(table) = table.clone().downcast()
        {
            return Ok(table);
        }
        let table = Arc::new(self.transaction.open_table(definition)?);
        tables.push((name.to_owned(), table.clone()));
        Ok(table)
    }

    pub(super) fn counter(&self, name: &str) -> Result<u64, StoreError> {
        Ok(self
            .table(schema::META)?
            .get(name)?
            .map_or(0, |value| value.value()))
    }

    /// The secret of this name.
    pub(crate) fn secret(&self, name: &str) -> Result<Option<Vec<u8>>, StoreError> {
        Ok(self
            .table(schema::SECRETS)?
            .get(name)?
            .map(|value| value.value().to_vec()))
    }

    /// Whether the house was founded: whether the first room and the secrets are there.
    pub(crate) fn is_founded(&self) -> Result<bool, StoreError> {
        Ok(self.counter(meta::FIRST_ROOM)? != 0)
    }

    /// Entries of all feeds. Looks at the end of each, since a counter would be written with every message.
    pub(crate) fn entry_count(&self) -> Result<u64, StoreError> {
        let table = self.table(schema::ENTRIES)?;
        let mut count = self.recent.count(self.commit);
        let mut rest = (0, 0, 0);
        while let Some(row) = table.range(rest..)?.next().transpose()? {
            let (kind, id, _) = row.0.value();
            let end = (kind, id, u64::MAX);
            let last = table.range(..=end)?.next_back().transpose()?;
            count += last.map_or(0, |(key, _)| key.value().2);
            rest = end;
        }
        Ok(count)
    }

    /// How many accounts there are.
    pub(crate) fn account_count(&self) -> Result<u64, StoreError> {
        Ok(self.table(schema::ACCOUNTS)?.len()?)
    }

    /// How many conversations there are.
    pub(crate) fn conversation_count(&self) -> Result<u64, StoreError> {
        Ok(self.table(schema::CONVERSATIONS)?.len()?)
    }

    /// An account.
    pub(crate) fn account(&self, account: AccountId) -> Result<Option<AccountRecord>, StoreError> {
        one(&*self.table(schema::ACCOUNTS)?, account.0, "account")
    }

    /// The account of this exact name.
    pub(crate) fn account_named(&self, name: &str) -> Result<Option<AccountId>, StoreError> {
        Ok(self
            .table(schema::ACCOUNT_NAMES)?
            .get(name)?
            .map(|id| AccountId(id.value())))
    }

    /// Accounts after this one, by id.
    pub(crate) fn accounts_after(
        &self,
        after: AccountId,
        limit: usize,
    ) -> Result<Vec<(AccountId, AccountRecord)>, StoreError> {
        let table = self.table(schema::ACCOUNTS)?;
        let mut found = Vec::new();
        for row in table.range(after.0.saturating_add(1)..)?.take(limit) {
            let (id, record) = row?;
            found.push((AccountId(id.value()), parse(record.value(), "account")?));
        }
        Ok(found)
    }

    /// A device.
    pub(crate) fn device(&self, device: DeviceId) -> Result<Option<DeviceRecord>, StoreError> {
        one(&*self.table(schema::DEVICES)?, device.0, "device")
    }

    /// The devices of an account, by id.
    pub(crate) fn devices(
        &self,
        account: AccountId,
    ) -> Result<Vec<(DeviceId, DeviceRecord)>, StoreError> {
        let table = self.table(schema::ACCOUNT_DEVICES)?;
        let mut found = Vec::new();
        for row in table.range((account.0, 0)..=(account.0, u64::MAX))? {
            let device = DeviceId(row?.0.value().1);
            if let Some(record) = self.device(device)? {
                found.push((device, record));
            }
        }
        Ok(found)
    }

    /// What was carried out of a stream.
    pub(crate) fn stream(
        &self,
        device: DeviceId,
        stream: StreamId,
    ) -> Result<StreamRecord, StoreError> {
        if let Some(record) = self.recent.stream_for((device, stream), self.commit) {
            return Ok(record);
        }
        let table = self.table(schema::STREAMS)?;
        match table.get((device.0, stream.0))? {
            Some(record) => parse(record.value(), "stream"),
            None => Ok(StreamRecord::default()),
        }
    }

    /// Invitations, by id.
    pub(crate) fn invites(&self) -> Result<Vec<(InviteId, InviteRecord)>, StoreError> {
        let table = self.table(schema::INVITES)?;
        let mut found = Vec::new();
        for row in table.iter()? {
            let (id, record) = row?;
            found.push((InviteId(id.value()), parse(record.value(), "invite")?));
        }
        Ok(found)
    }

    /// A conversation.
    pub(crate) fn conversation(
        &self,
        conversation: ConversationId,
    ) -> Result<Option<ConversationRecord>, StoreError> {
        one(
            &*self.table(schema::CONVERSATIONS)?,
            conversation.0,
            "conversation",
        )
    }

    /// Whether an account is in so many conversations at the most.
    pub(crate) fn is_in_few(&self, account: AccountId, few: usize) -> Result<bool, StoreError> {
        let table = self.table(schema::MEMBERSHIPS)?;
        let rows = table.range((account.0, 0)..=(account.0, u64::MAX))?;
        Ok(rows.take(few + 1).count() <= few)
    }

    /// What an account is in, and up to where it has read it; by conversation.
    pub(crate) fn memberships(
        &self,
        account: AccountId,
    ) -> Result<Vec<(ConversationId, ReadMark)>, StoreError> {
        let table = self.table(schema::MEMBERSHIPS)?;
        let mut found = Vec::new();
        for row in table.range((account.0, 0)..=(account.0, u64::MAX))? {
            let (key, mark) = row?;
            let (seq, posts) = mark.value();
            found.push((
                ConversationId(key.value().1),
                ReadMark {
                    seq: Seq(seq),
                    posts,
                },
            ));
        }
        Ok(found)
    }

    /// Where a feed ends.
    pub(crate) fn head(&self, feed: FeedKey) -> Result<Head, StoreError> {
        if let Some(head) = self.recent.head(feed, self.commit) {
            return Ok(head);
        }
        let (kind, id) = feed.key();
        let table = self.table(schema::ENTRIES)?;
        head_of(
            table
                .range((kind, id, 0)..=(kind, id, u64::MAX))?
                .next_back(),
        )
    }

    /// The oldest entries above a place, in order.
    pub(crate) fn entries_after(
        &self,
        feed: FeedKey,
        after: Seq,
        limit: Page,
    ) -> Result<Vec<Entry>, StoreError> {
        let (kind, id) = feed.key();
        let first = after.0.saturating_add(1);
        let mut page = PageFill::of(limit);
        let which = (Which::First, limit.entries);
        let recent = self
            .recent
            .entries(feed, first..u64::MAX, self.commit, which);
        // What was not filed yet follows on what was: where it begins with the first that is wanted, that
        // is all.
        if recent.first().is_none_or(|(seq, _)| seq.0 > first) {
            let table = self.table(schema::ENTRIES)?;
            for row in table.range((kind, id, first)..=(kind, id, u64::MAX))? {
                let entries = run_of(row?)?.into_iter();
                if !page.take(entries.filter(|(seq, _)| seq.0 >= first)) {
                    break;
                }
            }
        }
        for (seq, record) in recent {
            page.add(seq, parse(&record, "entry")?);
        }
        Ok(page.entries)
    }

    /// The newest entries above one place and below another, in order.
    pub(crate) fn entries_between(
        &self,
        feed: FeedKey,
        after: Seq,
        before: Seq,
        limit: Page,
    ) -> Result<Vec<Entry>, StoreError> {
        let (kind, id) = feed.key();
        let first = after.0.saturating_add(1);
        if first >= before.0 {
            return Ok(Vec::new());
        }
        let mut page = PageFill::of(limit);
        let which = (Which::Last, limit.entries);
        let recent = self
            .recent
            .entries(feed, first..before.0, self.commit, which);
        let oldest = recent.first().map(|(seq, _)| seq.0);
        for (seq, record) in recent.into_iter().rev() {
            page.add(seq, parse(&record, "entry")?);
        }
        if oldest != Some(first) {
            let table = self.table(schema::ENTRIES)?;
            let wanted = first..oldest.unwrap_or(before.0);
            // The row with the last of them may end behind it.
            let last = table.range((kind, id, wanted.end - 1)..=(kind, id, u64::MAX))?;
            let others = table.range((kind, id, first)..(kind, id, wanted.end - 1))?;
            for row in last.take(1).chain(others.rev()) {
                let entries = run_of(row?)?.into_iter().rev();
                if !page.take(entries.filter(|(seq, _)| wanted.contains(&seq.0))) {
                    break;
                }
            }
        }
        page.entries.reverse();
        Ok(page.entries)
    }
}

type RowOfEntries<'a> = (
    redb::AccessGuard<'a, (u8, u64, u64)>,
    redb::AccessGuard<'a, &'static [u8]>,
);

type EntryRow<'a> = Result<RowOfEntries<'a>, redb::StorageError>;

/// Where a feed ends whose last row is this.
pub(crate) fn head_of(newest: Option<EntryRow>) -> Result<Head, StoreError> {
    let Some(row) = newest else {
        return Ok(Head::default());
    };
    let newest = run_of(row?)?.pop();
    Ok(newest.map_or_else(Head::default, |(seq, record)| Head {
        seq,
        posts: record.posts,
    }))
}

/// The entries of a row.
pub(crate) fn run_of((key, row): RowOfEntries) -> Result<Vec<(Seq, EntryRecord)>, StoreError> {
    decode_run(key.value().2, row.value())
}

/// A page that is being filled.
struct PageFill {
    left: Page,
    is_full: bool,
    entries: Vec<Entry>,
}

impl PageFill {
    fn of(limit: Page) -> Self {
        Self {
            left: limit,
            is_full: limit.entries == 0,
            entries: Vec::new(),
        }
    }

    /// Adds entries while there is room, and says whether there is room for more.
    fn take(&mut self, entries: impl Iterator<Item = (Seq, EntryRecord)>) -> bool {
        for (seq, record) in entries {
            self.add(seq, record);
        }
        !self.is_full
    }

    /// Adds an entry, where there is room for it.
    fn add(&mut self, seq: Seq, record: EntryRecord) {
        if self.is_full {
            return;
        }
        let entry = record.into_entry(seq);
        match self.left.bytes.checked_sub(entry_size_hint(&entry)) {
            Some(left) => self.left.bytes = left,
            None if self.entries.is_empty() => self.left.bytes = 0,
            None => {
                self.is_full = true;
                return;
            }
        }
        self.entries.push(entry);
        self.left.entries -= 1;
        self.is_full = self.left.entries == 0;
    }
}

pub(super) fn one<'k, K: redb::Key + 'static, T: DeserializeOwned>(
    table: &impl ReadableTable<K, &'static [u8]>,
    key: impl Borrow<K::SelfType<'k>>,
    what: &'static str,
) -> Result<Option<T>, StoreError> {
    table
        .get(key)?
        .map(|record| parse(record.value(), what))
        .transpose()
}

/// Decodes a record and says which kind is damaged where that fails.
pub(crate) fn parse<T: DeserializeOwned>(
    bytes: &[u8],
    what: &'static str,
) -> Result<T, StoreError> {
    decode(bytes).map_err(|source| StoreError::Damaged { what, source })
}
