//! What the daemon says: answers, under the id of their request, and what comes by itself, under id 0.

use crate::entry::{Entry, Feed};
use crate::fault::Fault;
use crate::ids::{AccountId, ConversationId, DeviceId, InviteId, Nonce, Seq, StreamId, Timestamp};
use crate::people::{
    Announcement, Contact, HouseRole, InboxItem, Member, PresenceState, Profile, RoomRole,
    RoomSettings, SharedGroup, StatusText,
};
use crate::request::is_default;
use serde::{Deserialize, Serialize};
use serde_bytes::ByteBuf;

/// Who may make an account.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RegistrationMode {
    /// Anybody who reaches the daemon.
    Open,
    /// Whoever has the code of an invitation.
    #[default]
    Invite,
    /// Nobody; the administrator makes accounts.
    Closed,
}

/// The limits of this daemon that a client has to keep.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Limits {
    /// The longest frame after login, in bytes.
    pub frame: u32,
    /// The longest message, in bytes of UTF-8.
    pub message: u32,
    /// The longest topic, in bytes of UTF-8.
    pub topic: u32,
    /// Unanswered numbered commands of one stream.
    pub window: u32,
}

/// Whether a conversation is a room or a direct one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum ConversationKind {
    /// A room.
    Room {
        /// Its name without `#`.
        name: String,
        /// Its topic, may be empty.
        topic: String,
    },
    /// A conversation of two or more people without a name.
    Direct {
        /// All of them, oneself too.
        members: Vec<AccountId>,
    },
}

/// What a first screen shows of a conversation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ConversationSummary {
    /// Which one.
    pub conversation: ConversationId,
    /// What it is.
    pub about: ConversationKind,
    /// How many members it has.
    pub members: u64,
    /// Its newest entry.
    pub seq: Seq,
    /// `posts` of its newest entry.
    pub posts: u64,
    /// Up to where this account has read it.
    pub read: Seq,
    /// `posts` there: what is unread is `posts - read_posts`.
    pub read_posts: u64,
    /// The entries above this place follow. Above the client's cursor where that was too far back: what
    /// lies between is got by `history`.
    pub after: Seq,
}

/// A room in the directory.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RoomInfo {
    /// Which one.
    pub conversation: ConversationId,
    /// Its name without `#`.
    pub name: String,
    /// Its topic, may be empty.
    pub topic: String,
    /// How many members it has.
    pub members: u64,
    /// Whether this account is one.
    pub joined: bool,
    /// What it is like.
    #[serde(default)]
    pub settings: RoomSettings,
    /// Whether this account is invited into it.
    #[serde(default)]
    pub invited: bool,
}

/// Somebody who is kept out of a room, or silent in it, or invited to it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Restriction {
    /// Who.
    pub account: AccountId,
    /// By whom; nothing: the administrator at the machine.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by: Option<AccountId>,
    /// Since when.
    pub at: Timestamp,
    /// Until when; nothing: for good.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<Timestamp>,
    /// Why; may be empty.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub reason: String,
}

/// A room as the administrator sees it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AdminRoom {
    /// What members see.
    pub room: RoomInfo,
    /// Messages in it.
    pub posts: u64,
    /// Since when.
    pub created_at: Timestamp,
    /// When it was deleted, where it was.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub deleted_at: Option<Timestamp>,
}

/// All about one person.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Card {
    /// Who.
    pub account: AccountId,
    /// Their name.
    pub name: String,
    /// What they tell of themselves.
    pub profile: Profile,
    /// As what they are here.
    pub role: HouseRole,
    /// Whether they may sign in.
    pub enabled: bool,
    /// Whether they left the house: a former member.
    #[serde(default)]
    pub deleted: bool,
    /// How available they are.
    pub presence: Presence,
    /// When they were here last, where they are not here now.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_seen: Option<Timestamp>,
    /// From where; to administrators alone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_address: Option<String>,
}

/// A network that no connections are taken from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AddressBan {
    /// Which one.
    pub network: String,
    /// By whom; nothing: the administrator at the machine.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by: Option<AccountId>,
    /// Since when.
    pub at: Timestamp,
    /// Until when; nothing: for good.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<Timestamp>,
    /// Why; may be empty.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub reason: String,
}

/// A line of the audit log.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AuditLine {
    /// Counts up from 1, without holes.
    pub number: u64,
    /// When.
    pub at: Timestamp,
    /// Who; nothing: the administrator at the machine, or the daemon.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by: Option<AccountId>,
    /// Their name then.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub by_name: String,
    /// What, in a word, such as `ban`.
    pub act: String,
    /// Of whom or what, such as `#lunch anna`.
    pub target: String,
    /// How, such as a reason.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub detail: String,
    /// SHA-256 over the hash of the line before and this line, in hexadecimal.
    pub hash: String,
}

/// A person.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Person {
    /// Their id.
    pub account: AccountId,
    /// Their name.
    pub name: String,
    /// What they tell of themselves.
    #[serde(default)]
    pub profile: Profile,
    /// Whether they left the house: a former member.
    #[serde(default)]
    pub deleted: bool,
}

/// Somebody's presence.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Presence {
    /// Whose.
    pub account: AccountId,
    /// How available.
    pub state: PresenceState,
    /// What they say of themselves for now.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status: Option<StatusText>,
}

/// When somebody was here last.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Seen {
    /// Who.
    pub account: AccountId,
    /// When.
    pub at: Timestamp,
}

/// A device of one's own.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeviceInfo {
    /// Its id.
    pub device: DeviceId,
    /// What its owner calls it.
    pub label: String,
    /// Since when.
    pub added_at: Timestamp,
    /// Whether it is this one.
    pub current: bool,
    /// When it was connected last.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_used: Option<Timestamp>,
    /// From where.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_address: Option<String>,
    /// Its connections now.
    #[serde(default)]
    pub sessions: u64,
}

/// An account as its administrator sees it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AccountInfo {
    /// Its id.
    pub account: AccountId,
    /// Its name.
    pub name: String,
    /// Whether it may administer.
    pub administrator: bool,
    /// Whether it may sign in.
    pub enabled: bool,
    /// Since when.
    pub created_at: Timestamp,
    /// Its connections now.
    pub sessions: u64,
    /// As what it is here.
    #[serde(default)]
    pub role: HouseRole,
    /// What its person likes to be called.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub display_name: String,
    /// Whether its person left the house.
    #[serde(default)]
    pub deleted: bool,
    /// When it was connected last.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_seen: Option<Timestamp>,
    /// From where.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_address: Option<String>,
}

/// An invitation as its administrator sees it. The code itself is known only when it is made.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct InviteInfo {
    /// Its id.
    pub invite: InviteId,
    /// How often it may still be used.
    pub uses_left: u32,
    /// Until when.
    pub expires_at: Timestamp,
    /// Since when.
    pub created_at: Timestamp,
    /// By whom; nothing: the administrator at the machine.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by: Option<AccountId>,
    /// Rooms that who comes by it is put into.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub rooms: Vec<ConversationId>,
    /// As what they come.
    #[serde(default)]
    pub role: HouseRole,
}

/// How the daemon is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Status {
    /// Its version.
    pub version: String,
    /// Since when it runs, in seconds.
    pub uptime_secs: u64,
    /// How many accounts there are.
    pub accounts: u64,
    /// How many of them are present.
    pub online: u64,
    /// Connections that are signed in.
    pub sessions: u64,
    /// All connections.
    pub connections: u64,
    /// Rooms and direct conversations.
    pub conversations: u64,
    /// Those in use, with an actor of their own.
    pub rooms_in_use: u64,
    /// Entries of all feeds.
    pub entries: u64,
    /// Write transactions since the start.
    pub commits: u64,
    /// Commands since the start, refused ones too.
    pub commands: u64,
    /// Commands that wait for a commit now.
    pub journal_waiting: u64,
    /// How long the newest commit took, in microseconds.
    pub commit_micros: u64,
    /// How long the oldest waiting command has waited, in microseconds.
    pub journal_lag_micros: u64,
    /// Why nothing can be written, where that is so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub read_only: Option<String>,
    /// Size of the store's file in bytes.
    pub store_bytes: u64,
    /// Who may make an account; nothing from an older daemon.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub registration: Option<RegistrationMode>,
    /// Whether the panic switch is on: then nobody makes an account by themselves.
    #[serde(default)]
    pub panic: bool,
}

/// Everything the daemon says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Event {
    // Answers.
    /// To `hello`.
    Welcome {
        /// Name and version of the daemon.
        server: String,
        /// Its protocol version.
        version: u32,
        /// Who may make an account.
        registration: RegistrationMode,
        /// Whether this connection may register without an invitation, whatever the mode: on the Unix
        /// socket, who may administer.
        may_register: bool,
        /// The SASL mechanisms of this connection.
        mechanisms: Vec<String>,
        /// PBKDF2 rounds for new passwords.
        iterations: u32,
        /// What to keep to.
        limits: Limits,
    },
    /// To `register` and `admin_account_add`.
    Registered {
        /// The new account.
        account: AccountId,
        /// Its name in the form that the daemon keeps.
        name: String,
        /// Whether it may administer.
        administrator: bool,
    },
    /// To `sasl_start`.
    Challenge {
        /// The server-first-message.
        data: ByteBuf,
    },
    /// To `sasl_respond` and `resume`.
    SignedIn {
        /// Who this is.
        account: AccountId,
        /// Its name.
        name: String,
        /// Whether it may administer.
        administrator: bool,
        /// As what it is here.
        #[serde(default)]
        role: HouseRole,
        /// The device, after `resume`.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        device: Option<DeviceId>,
        /// The server-final-message, after `sasl_respond`.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        data: Option<ByteBuf>,
    },
    /// To `ping`.
    Pong {},
    /// To `add_device`.
    DeviceAdded {
        /// The new device.
        device: DeviceId,
        /// To `resume` with; shown only here.
        token: String,
    },
    /// To `open_stream`.
    StreamOpened {
        /// Which one.
        stream: StreamId,
        /// The highest number that was carried out in it.
        last: Nonce,
    },
    /// To commands: carried out and on disk.
    Done {
        /// Where, for what happens in a conversation.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        conversation: Option<ConversationId>,
        /// The entry that it became; the newest one where it was done already.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        seq: Option<Seq>,
    },
    /// To what may be lost.
    Noted {},
    /// To `sync`.
    Synced {
        /// The newest entry of the account's feed: what follows is above it.
        account_seq: Seq,
        /// The newest entry of the house feed.
        house_seq: Seq,
        /// The conversations asked for.
        conversations: Vec<ConversationSummary>,
    },
    /// To `rooms`.
    Rooms {
        /// In the order of their ids.
        rooms: Vec<RoomInfo>,
        /// Whether there are more: ask again after the last.
        more: bool,
    },
    /// To `members`.
    Members {
        /// Which conversation.
        conversation: ConversationId,
        /// The members after the entry with this number.
        seq: Seq,
        /// In the order of their ids.
        members: Vec<Member>,
        /// Whether there are more: ask again after the last.
        more: bool,
    },
    /// To `room`.
    Room {
        /// What it is like.
        room: RoomInfo,
        /// This account's role, where it is a member.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        role: Option<RoomRole>,
    },
    /// To `restrictions` and `admin_restrictions`.
    Restrictions {
        /// Which room.
        conversation: ConversationId,
        /// Who is kept out.
        banned: Vec<Restriction>,
        /// Who is silent.
        muted: Vec<Restriction>,
        /// Who is invited.
        invited: Vec<Restriction>,
        /// Whether there are more: ask again after the highest account in the lists.
        #[serde(default, skip_serializing_if = "is_default")]
        more: bool,
    },
    /// To `card`.
    Card {
        /// All about them.
        card: Card,
    },
    /// To `contacts`.
    Contacts {
        /// The newest entry of the account's feed that is in it.
        account_seq: Seq,
        /// In the order of their ids.
        contacts: Vec<Contact>,
        /// Who is blocked, in the order of their ids.
        blocked: Vec<AccountId>,
        /// In the order of their names.
        groups: Vec<SharedGroup>,
        /// Whether there are more groups: ask again after the last.
        #[serde(default, skip_serializing_if = "is_default")]
        more: bool,
    },
    /// To `inbox`.
    Inbox {
        /// The newest entry of the account's feed that is in it.
        account_seq: Seq,
        /// The oldest first.
        items: Vec<InboxItem>,
        /// Announcements to everybody that were not dismissed, the oldest first.
        announcements: Vec<Announcement>,
        /// Whether there are older items: ask again before the first.
        #[serde(default, skip_serializing_if = "is_default")]
        more: bool,
    },
    /// To `history`.
    History {
        /// Which conversation.
        conversation: ConversationId,
        /// In order and dense. Fewer than asked for where a frame would become too long.
        entries: Vec<Entry>,
        /// The newest entry of the conversation.
        newest: Seq,
    },
    /// To `who`: everybody who is not offline.
    Who {
        /// In the order of their ids.
        people: Vec<Presence>,
        /// Who was here since the time that was asked for, and is not now; the latest first.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        seen: Vec<Seen>,
        /// Whether there are more: ask again after the highest account in both lists.
        #[serde(default, skip_serializing_if = "is_default")]
        more: bool,
    },
    /// To `people` and `search_people`.
    People {
        /// In the order of their ids.
        people: Vec<Person>,
        /// Whether there are more: search again after the last.
        #[serde(default)]
        more: bool,
    },
    /// To `devices`.
    Devices {
        /// In the order of their ids.
        devices: Vec<DeviceInfo>,
    },
    /// To `admin_status`.
    Status {
        /// The figures.
        status: Status,
    },
    /// To `admin_accounts`.
    Accounts {
        /// In the order of their ids.
        accounts: Vec<AccountInfo>,
        /// Whether there are more: ask again after the last.
        more: bool,
    },
    /// To `admin_invite_new`.
    InviteMade {
        /// Its id.
        invite: InviteId,
        /// Its code.
        code: String,
        /// The whole link to give away, once per address that the daemon can be reached at.
        links: Vec<String>,
        /// Until when.
        expires_at: Timestamp,
    },
    /// To `invites` and `admin_invites`.
    Invites {
        /// In the order of their ids.
        invites: Vec<InviteInfo>,
        /// Whether there are more: ask again after the last.
        #[serde(default, skip_serializing_if = "is_default")]
        more: bool,
    },
    /// To `admin_rooms`.
    AdminRooms {
        /// In the order of their ids.
        rooms: Vec<AdminRoom>,
        /// Whether there are more: ask again after the last.
        more: bool,
    },
    /// To `admin_card`.
    AdminCard {
        /// All about them.
        card: Card,
        /// Their devices.
        devices: Vec<DeviceInfo>,
        /// Since when the account is there.
        created_at: Timestamp,
    },
    /// To `admin_reset_code`.
    ResetCode {
        /// To give to whoever forgot; shown only here.
        code: String,
        /// Until when it holds.
        expires_at: Timestamp,
    },
    /// To `admin_bans`.
    AdminBans {
        /// In the order of the networks.
        addresses: Vec<AddressBan>,
        /// Whether the panic switch is on.
        panic: bool,
        /// Whether there are more: ask again after the last.
        #[serde(default, skip_serializing_if = "is_default")]
        more: bool,
    },
    /// To `admin_groups`.
    AdminGroups {
        /// In the order of their names.
        groups: Vec<SharedGroup>,
        /// Whether there are more: ask again after the last.
        #[serde(default, skip_serializing_if = "is_default")]
        more: bool,
    },
    /// To `audit`.
    Audit {
        /// The oldest first.
        lines: Vec<AuditLine>,
        /// Whether there are more: ask again after the last.
        more: bool,
    },
    /// To any request that was not carried out; under id 0 the reason why the connection ends.
    Fault {
        /// What and why.
        fault: Fault,
    },

    // By themselves.
    /// New entries of a feed, dense and following on what was sent before.
    Entries {
        /// Which feed.
        feed: Feed,
        /// In order.
        entries: Vec<Entry>,
    },
    /// This account is now in another conversation, after a sync that asked for all; its entries above
    /// `after` follow.
    Opened {
        /// What a screen shows of it.
        conversation: ConversationSummary,
    },
    /// People came, went, or changed. Those who follow the house feed get it.
    PresenceChanged {
        /// Who and how.
        people: Vec<Presence>,
    },
    /// An announcement to those who are online.
    Announced {
        /// By whom and what.
        announcement: Announcement,
    },
    /// Somebody is writing.
    TypingIn {
        /// Where.
        conversation: ConversationId,
        /// Who.
        account: AccountId,
    },
    /// Nothing was heard of the client for a while: it is to send any request, such as `ping`.
    AreYouThere {},

    /// What a newer daemon says.
    #[serde(other)]
    Unknown,
}
