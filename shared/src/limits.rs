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
