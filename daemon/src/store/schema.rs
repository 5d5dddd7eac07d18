//! Every table of the store: its name with the version of its layout, its key and its value.
//!
//! Keys are numbers, so that what belongs together lies together and new entries are appended in order.
//! Values marked *record* are the MessagePack maps of [`super::record`]. A changed layout is a new table
//! name, a migration, and a higher [`SCHEMA_VERSION`].

use redb::TableDefinition;

/// The layout that this program reads and writes. A store with a higher one is refused.
pub(crate) const SCHEMA_VERSION: u64 = 1;

/// Record: the bytes of one.
pub(crate) type Record = &'static [u8];

/// Counters and the schema version, by name (see [`meta`]).
pub(crate) const META: TableDefinition<&str, u64> = TableDefinition::new("meta-1");
/// Secrets of the house, by name.
pub(crate) const SECRETS: TableDefinition<&str, Record> = TableDefinition::new("secrets-1");

/// account → record.
pub(crate) const ACCOUNTS: TableDefinition<u64, Record> = TableDefinition::new("accounts-1");
/// name → account.
pub(crate) const ACCOUNT_NAMES: TableDefinition<&str, u64> =
    TableDefinition::new("account_names-1");
/// confusable skeleton of a name → account.
pub(crate) const ACCOUNT_SKELETONS: TableDefinition<&str, u64> =
    TableDefinition::new("account_skeletons-1");

/// device → record.
pub(crate) const DEVICES: TableDefinition<u64, Record> = TableDefinition::new("devices-1");
/// (account, device): the devices of an account.
pub(crate) const ACCOUNT_DEVICES: TableDefinition<(u64, u64), ()> =
    TableDefinition::new("account_devices-1");
/// (device, stream) → record: what of the stream's numbered commands was carried out.
pub(crate) const STREAMS: TableDefinition<(u64, u32), Record> = TableDefinition::new("streams-1");

/// invite → record.
pub(crate) const INVITES: TableDefinition<u64, Record> = TableDefinition::new("invites-1");
/// SHA-256 of a code → invite.
pub(crate) const INVITE_CODES: TableDefinition<&[u8; 32], u64> =
    TableDefinition::new("invite_codes-1");

/// conversation → record.
pub(crate) const CONVERSATIONS: TableDefinition<u64, Record> =
    TableDefinition::new("conversations-1");
/// name of a public room → conversation.
pub(crate) const ROOM_NAMES: TableDefinition<&str, u64> = TableDefinition::new("room_names-1");
/// confusable skeleton of a room's name → conversation.
pub(crate) const ROOM_SKELETONS: TableDefinition<&str, u64> =
    TableDefinition::new("room_skeletons-1");
/// the account ids of a direct conversation, ascending, eight big-endian bytes each → conversation.
pub(crate) const DIRECTS: TableDefinition<Record, u64> = TableDefinition::new("directs-1");

/// (conversation, account): who is in it.
pub(crate) const MEMBERS: TableDefinition<(u64, u64), ()> = TableDefinition::new("members-1");
/// (account, conversation) → (newest entry read, posts there): what somebody is in.
pub(crate) const MEMBERSHIPS: TableDefinition<(u64, u64), (u64, u64)> =
    TableDefinition::new("memberships-1");

/// (feed (see [`super::FeedKey`]), seq) → record: all entries of all feeds. Where a feed ends is told by its
/// last row: a table of ends would be written with every message.
pub(crate) const ENTRIES: TableDefinition<(u8, u64, u64), Record> =
    TableDefinition::new("entries-1");

/// Names in [`META`] and [`SECRETS`].
pub(crate) mod meta {
    /// The layout of the store.
    pub(crate) const SCHEMA: &str = "schema";
    /// The highest account id given out.
    pub(crate) const LAST_ACCOUNT: &str = "last_account";
    /// The highest device id given out.
    pub(crate) const LAST_DEVICE: &str = "last_device";
    /// The highest conversation id given out.
    pub(crate) const LAST_CONVERSATION: &str = "last_conversation";
    /// The highest invite id given out.
    pub(crate) const LAST_INVITE: &str = "last_invite";
    /// Accounts that may administer.
    pub(crate) const ADMINISTRATORS: &str = "administrators";
    /// The room that everybody is in from the start.
    pub(crate) const FIRST_ROOM: &str = "first_room";
    /// Secret: 32 bytes from which the salts of names that do not exist are made.
    pub(crate) const FAKE_SALTS: &str = "fake_salts";
}
