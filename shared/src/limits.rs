//! Sizes and counts that both sides agree on, each with its reason. What an administrator may want
//! otherwise is in the daemon's configuration and told to clients in `welcome`.

/// Version of the protocol, raised when an older peer could no longer be understood.
pub const PROTOCOL_VERSION: u32 = 1;

/// The port of chatd where nothing else is said.
pub const DEFAULT_PORT: u16 = 7420;

/// A frame before login: the longest sign-in message is under 1 KiB, and a stranger should not be
/// able to make the daemon hold more than a page.
pub const FRAME_BEFORE_LOGIN: usize = 4 * 1024;

/// A frame after login, both ways: the longest message (16 KiB) many times over, a page of history,
/// and small enough that ten thousand half-sent frames fit into memory.
pub const FRAME: usize = 256 * 1024;

/// The longest message in bytes of UTF-8: some six pages of text; longer things are files.
pub const MESSAGE_BYTES: usize = 16 * 1024;

/// The longest topic in bytes: three lines on a wide screen.
pub const TOPIC_BYTES: usize = 512;

/// The longest name of a device in bytes, such as a host name with a user's.
pub const DEVICE_LABEL_BYTES: usize = 128;

/// Commands of one stream that may be unanswered at once, and outcomes the daemon keeps of it:
/// enough to fill a commit from one sender, small enough for a row of one page.
pub const STREAM_WINDOW: u64 = 64;

/// Streams of one device: processes of one person on one machine that send at once.
pub const STREAMS_PER_DEVICE: u32 = 64;

/// Devices of one account; whoever has more ends one first.
pub const DEVICES_PER_ACCOUNT: usize = 64;

/// Conversations of one account: its first screen is one answer of 256 KiB.
pub const CONVERSATIONS_PER_ACCOUNT: usize = 1_000;

/// People in a direct conversation; more make a room.
pub const DIRECT_MEMBERS: usize = 32;

/// Entries in one answer to `history`.
pub const HISTORY_PAGE: u32 = 200;

/// Entries that a sync sends of one conversation at the most. Who missed more gets the newest ones and
/// pages through the rest.
pub const SYNC_ENTRIES: u32 = 1_000;

/// Rooms, members or people in one answer.
pub const LIST_PAGE: u32 = 2_000;

/// People asked for at once: with the longest names their answer is one frame.
pub const PEOPLE_PAGE: u32 = 1_000;

/// Nesting of a frame's MessagePack: envelope, body, list, item, its body, and room for more.
pub const DEPTH: usize = 16;

/// A field of a profile in bytes: a long name with a title.
pub const PROFILE_FIELD_BYTES: usize = 128;

/// What somebody tells about themselves, in bytes: a paragraph.
pub const ABOUT_BYTES: usize = 1024;

/// A status text in bytes: a line.
pub const STATUS_BYTES: usize = 160;

/// A reason, of a ban say, in bytes: two lines.
pub const REASON_BYTES: usize = 256;

/// The description of a room in bytes: a screen.
pub const DESCRIPTION_BYTES: usize = 2048;

/// An announcement in bytes: half a page.
pub const ANNOUNCEMENT_BYTES: usize = 2048;

/// The name of a group of contacts in bytes: a column of a terminal.
pub const GROUP_BYTES: usize = 64;

/// The group of those who wrote first. Never set by a client.
pub const GROUP_NEW: &str = "new";

/// Contacts of one account, and people whom it blocks: the answer is one frame.
pub const CONTACTS: usize = 1_000;

/// Shared groups, and people in one: as above.
pub const SHARED_GROUPS: usize = 100;

/// People in a shared group.
pub const SHARED_GROUP_MEMBERS: usize = 500;

/// What an inbox holds; beyond that the oldest goes.
pub const INBOX_ITEMS: usize = 200;

/// People whom one message mentions; further ones are not told.
pub const MENTIONS: usize = 32;

/// People on the list of an announcement.
pub const ANNOUNCE_TO: usize = 500;

/// Announcements to everybody that are kept.
pub const ANNOUNCEMENTS: usize = 50;

/// Bans, mutes and invitations of one room, each.
pub const RESTRICTIONS: usize = 500;

/// The longest slow mode, in seconds: six hours.
pub const SLOW_SECS: u32 = 6 * 3600;

/// How long a deleted room can be restored: 30 days, in milliseconds.
pub const RESTORE_MS: i64 = 30 * 24 * 3600 * 1000;

/// Invitations into the house that hold at once. One with many uses serves many people; all that hold go
/// into one answer, and are looked through when one is made.
pub const INVITES: usize = 1_000;

/// Rooms that an invitation leads into.
pub const INVITE_ROOMS: usize = 20;

/// Rooms that newcomers are put into.
pub const NEWCOMER_ROOMS: usize = 20;

/// Banned networks.
pub const ADDRESS_BANS: usize = 1_000;

/// Lines of the audit log in one answer.
pub const AUDIT_PAGE: u32 = 200;
