//! Every table of the store: its name with the version of its layout, its key and its value.
//!
//! Keys are numbers, so that what belongs together lies together and new entries are appended in order.
//! Values marked *record* are the MessagePack maps of [`super::record`]. A changed layout is a new table
//! name, a migration, and a higher [`SCHEMA_VERSION`].

use redb::TableDefinition;

/// The layout that this program reads and writes. A store with a higher one is refused.
pub(crate) const SCHEMA_VERSION: u64 = 4;

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

/// (conversation, account) → record: who is in it. Of a deleted room: who will be again.
pub(crate) const MEMBERS: TableDefinition<(u64, u64), Record> = TableDefinition::new("members-2");
/// (conversation, account) → record: who is kept out of a room.
pub(crate) const BANS: TableDefinition<(u64, u64), Record> = TableDefinition::new("bans-1");
/// (conversation, account) → record: who may not write in a room.
pub(crate) const MUTES: TableDefinition<(u64, u64), Record> = TableDefinition::new("mutes-1");
/// (conversation, account) → record: who may come into a room.
pub(crate) const ROOM_INVITATIONS: TableDefinition<(u64, u64), Record> =
    TableDefinition::new("room_invitations-1");
/// (account, conversation): the same by account, so that who was invited finds a hidden room.
pub(crate) const INVITED_TO: TableDefinition<(u64, u64), ()> = TableDefinition::new("invited_to-1");
/// (conversation, account) → time of the newest message, in rooms with a slow mode.
pub(crate) const LAST_POSTS: TableDefinition<(u64, u64), i64> =
    TableDefinition::new("last_posts-1");
/// time of deletion, conversation: rooms that can be restored.
pub(crate) const DELETED_ROOMS: TableDefinition<(i64, u64), ()> =
    TableDefinition::new("deleted_rooms-1");
/// conversation: rooms that new accounts are put into.
pub(crate) const NEWCOMER_ROOMS: TableDefinition<u64, ()> =
    TableDefinition::new("newcomer_rooms-1");
/// (account, conversation) → (newest entry read, posts there): what somebody is in.
pub(crate) const MEMBERSHIPS: TableDefinition<(u64, u64), (u64, u64)> =
    TableDefinition::new("memberships-1");

/// (feed (see [`super::FeedKey`]), seq of the last) → run of records (see [`super::run`]): the entries of all
/// feeds, but for the newest in [`RECENT`]. Where a feed ends is told by its last row: a table of ends would be
/// written with every message.
pub(crate) const ENTRIES: TableDefinition<(u8, u64, u64), Record> =
    TableDefinition::new("entries-1");

/// number → record: entries that are not in [`ENTRIES`] yet, in the order in which they were appended (see
/// [`super::recent`]).
pub(crate) const RECENT: TableDefinition<u64, Record> = TableDefinition::new("recent-1");

/// account → record: when it was connected last.
pub(crate) const SEEN: TableDefinition<u64, Record> = TableDefinition::new("seen-1");
/// device → record: when it was connected last.
pub(crate) const DEVICES_SEEN: TableDefinition<u64, Record> =
    TableDefinition::new("devices_seen-1");
/// (account, other account) → record: its contacts.
pub(crate) const CONTACTS: TableDefinition<(u64, u64), Record> = TableDefinition::new("contacts-1");
/// (account, other account) → since when: whom it blocks.
pub(crate) const BLOCKS: TableDefinition<(u64, u64), i64> = TableDefinition::new("blocks-2");
/// (account, item) → record ([`chat_shared::InboxItem`]): what waits for it.
pub(crate) const INBOX: TableDefinition<(u64, u64), Record> = TableDefinition::new("inbox-1");
/// announcement → record ([`chat_shared::Announcement`]): those to everybody.
pub(crate) const ANNOUNCEMENTS: TableDefinition<u64, Record> =
    TableDefinition::new("announcements-1");
/// name → record ([`chat_shared::SharedGroup`]).
pub(crate) const SHARED_GROUPS: TableDefinition<&str, Record> =
    TableDefinition::new("shared_groups-1");
/// network → record: no connections from there.
pub(crate) const ADDRESS_BANS: TableDefinition<&str, Record> =
    TableDefinition::new("address_bans-1");
/// account, conversation to go on with: deleted accounts whose messages are to go.
pub(crate) const MESSAGES_TO_REMOVE: TableDefinition<u64, (u64, u64)> =
    TableDefinition::new("messages_to_remove-1");
/// number → record: acts of those who have a say.
pub(crate) const AUDIT: TableDefinition<u64, Record> = TableDefinition::new("audit-1");

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
    /// Administrators who can sign in.
    pub(crate) const ADMINISTRATORS: &str = "administrators";
    /// The room that everybody is in from the start.
    pub(crate) const FIRST_ROOM: &str = "first_room";
    /// The highest announcement id given out.
    pub(crate) const LAST_ANNOUNCEMENT: &str = "last_announcement";
    /// The newest line of the audit log.
    pub(crate) const LAST_AUDIT: &str = "last_audit";
    /// Whether the panic switch is on.
    pub(crate) const PANIC: &str = "panic";
    /// Secret: 32 bytes from which the salts of names that do not exist are made.
    pub(crate) const FAKE_SALTS: &str = "fake_salts";
}
