//! What a client may ask. Every request gets exactly one answer: its [`Event`](crate::Event) or a
//! [`Fault`](crate::Fault) under the same id. Requests may follow each other without waiting.

use crate::command::Command;
use crate::ids::{
    AccountId, ConversationId, DeviceId, InviteId, Nonce, RequestId, Seq, StreamId, Timestamp,
};
use crate::people::{Access, HouseRole, PresenceState};
use serde::{Deserialize, Serialize};
use serde_bytes::ByteBuf;

/// A frame's content, both ways.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Envelope<T> {
    /// Which request this is or answers; 0 for what comes by itself.
    pub id: RequestId,
    /// The request or event.
    pub body: T,
}

/// What the daemon keeps instead of a password (RFC 5802 section 3), made by the client.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct VerifierData {
    /// 16 random bytes.
    pub salt: ByteBuf,
    /// PBKDF2 rounds, as `welcome` asked for.
    pub iterations: u32,
    /// 32 bytes.
    pub stored_key: ByteBuf,
    /// 32 bytes.
    pub server_key: ByteBuf,
}

impl std::fmt::Debug for VerifierData {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "VerifierData {{ iterations: {}, .. }}", self.iterations)
    }
}

/// "I have this conversation up to here."
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cursor {
    /// Which one.
    pub conversation: ConversationId,
    /// The newest entry that the client has, without a hole before it.
    pub seq: Seq,
}

/// Everything a client may ask.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Request {
    // Before login.
    /// The first request of every connection. Answer: `welcome`.
    Hello {
        /// The client's name and version, for the log.
        client: String,
        /// [`PROTOCOL_VERSION`](crate::limits::PROTOCOL_VERSION).
        version: u32,
    },
    /// Make an account. Answer: `registered`; then sign in.
    Register {
        /// The name wanted.
        name: String,
        /// What the daemon is to keep instead of the password.
        verifier: VerifierData,
        /// The code of an invitation, where one is needed.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        invite: Option<String>,
    },
    /// Begin to sign in by SASL (RFC 4422). Answer: `challenge`.
    SaslStart {
        /// `SCRAM-SHA-256-PLUS` over TLS, `SCRAM-SHA-256` on the Unix socket.
        mechanism: String,
        /// The client-first-message of RFC 5802.
        data: ByteBuf,
    },
    /// Go on. Answer: `signed_in`.
    SaslRespond {
        /// The client-final-message.
        data: ByteBuf,
    },
    /// A new password by a one-time code of the administrator; ends all devices. Answer: `done`; then
    /// sign in.
    ResetPassword {
        /// Whose.
        name: String,
        /// The code.
        code: String,
        /// What to keep instead of the new password.
        verifier: VerifierData,
    },
    /// Sign in with a device's token. Answer: `signed_in`.
    Resume {
        /// As `device_added` gave it.
        token: String,
    },

    // At any time.
    /// Shows that the peer is there. Answer: `pong`.
    Ping {},

    // After login: devices and streams.
    /// Make this connection a device and get a token for it. Answer: `device_added`.
    AddDevice {
        /// What its owner calls it, such as the host's name.
        label: String,
    },
    /// End a device of one's own: its token and its connections. Answer: `done`.
    RevokeDevice {
        /// Which one.
        device: DeviceId,
    },
    /// Say which stream of this device the numbered commands of this connection belong to.
    /// Answer: `stream_opened`.
    OpenStream {
        /// Which one.
        stream: StreamId,
    },

    // After login: reading.
    /// Everything for a first screen, then live. Answer: `synced`, then `entries` by themselves. A
    /// second sync replaces the first.
    Sync {
        /// Send the house feed above this; nothing: not wanted (nor presence).
        #[serde(default, skip_serializing_if = "Option::is_none")]
        house: Option<Seq>,
        /// Only these conversations; nothing: all of one's own.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        only: Option<Vec<ConversationId>>,
        /// What the client has already.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        cursors: Vec<Cursor>,
        /// How many of the newest entries to send where there is no cursor, or one too far back.
        #[serde(default)]
        newest: u32,
    },
    /// The rooms that this account can find. Answer: `rooms`.
    Rooms {
        /// Only those after this id.
        #[serde(default)]
        after: ConversationId,
        /// Only those with this in name, topic or description; empty: all.
        #[serde(default, skip_serializing_if = "String::is_empty")]
        text: String,
    },
    /// One room: what it is like, and one's place in it. Answer: `room`.
    Room {
        /// Which one.
        conversation: ConversationId,
    },
    /// Who is banned from a room, muted in it or invited to it; for those who may change that. Answer:
    /// `restrictions`.
    Restrictions {
        /// Which one.
        conversation: ConversationId,
        /// Only those after this id.
        #[serde(default, skip_serializing_if = "is_default")]
        after: AccountId,
    },
    /// Who is in a conversation. Answer: `members`.
    Members {
        /// Which one.
        conversation: ConversationId,
        /// Only those after this id.
        #[serde(default)]
        after: AccountId,
    },
    /// Entries of a conversation from before, after or around a place; without one, the newest.
    /// Answer: `history`.
    History {
        /// Which one.
        conversation: ConversationId,
        /// The newest below this place.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        before: Option<Seq>,
        /// The oldest above this place.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        after: Option<Seq>,
        /// Half from below, half from here on.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        around: Option<Seq>,
        /// How many at the most.
        limit: u32,
    },
    /// Who is online, or was. Answer: `who`.
    Who {
        /// Also who was online at this time or later.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        since: Option<Timestamp>,
        /// Only those after this id.
        #[serde(default, skip_serializing_if = "is_default")]
        after: AccountId,
    },
    /// All about one person. Answer: `card`.
    Card {
        /// Who.
        account: AccountId,
    },
    /// People with this in their name or profile. Answer: `people`.
    SearchPeople {
        /// What to look for; several words: all of them.
        text: String,
        /// Only those after this id.
        #[serde(default)]
        after: AccountId,
    },
    /// One's own contacts and blocks, and the shared groups. Answer: `contacts`.
    Contacts {
        /// Only shared groups after this name, without contacts and blocks; empty: all.
        #[serde(default, skip_serializing_if = "is_default")]
        groups_after: String,
    },
    /// What waits besides unread messages. Answer: `inbox`.
    Inbox {
        /// Only items before this one, without announcements; nothing: the newest.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        before: Option<u64>,
    },
    /// People by id or name. Answer: `people`; whoever does not exist is not in it.
    People {
        /// By id.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        accounts: Vec<AccountId>,
        /// By name.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        names: Vec<String>,
    },
    /// One's own devices. Answer: `devices`.
    Devices {},

    // After login: numbered commands. Answer: `done`, once it is on disk.
    /// Say something.
    Post {
        /// The number in the stream.
        nonce: Nonce,
        /// All answers up to this number have arrived.
        #[serde(default)]
        settled: Nonce,
        /// Where.
        conversation: ConversationId,
        /// What.
        text: String,
    },
    /// Make a room and join it.
    CreateRoom {
        /// The number in the stream.
        nonce: Nonce,
        /// All answers up to this number have arrived.
        #[serde(default)]
        settled: Nonce,
        /// Its name.
        name: String,
        /// Its topic, may be empty.
        #[serde(default)]
        topic: String,
        /// Who finds it and comes in.
        #[serde(default)]
        access: Access,
    },
    /// Become a member of a room that is public or that one was invited to; done already where one is.
    Join {
        /// The number in the stream.
        nonce: Nonce,
        /// All answers up to this number have arrived.
        #[serde(default)]
        settled: Nonce,
        /// Which one.
        conversation: ConversationId,
    },
    /// Be a member no longer.
    Leave {
        /// The number in the stream.
        nonce: Nonce,
        /// All answers up to this number have arrived.
        #[serde(default)]
        settled: Nonce,
        /// Which one.
        conversation: ConversationId,
    },
    /// Give a room another topic.
    SetTopic {
        /// The number in the stream.
        nonce: Nonce,
        /// All answers up to this number have arrived.
        #[serde(default)]
        settled: Nonce,
        /// Which one.
        conversation: ConversationId,
        /// The new topic, may be empty.
        topic: String,
    },
    /// The direct conversation with these people: the one that is there, or a new one.
    OpenDirect {
        /// The number in the stream.
        nonce: Nonce,
        /// All answers up to this number have arrived.
        #[serde(default)]
        settled: Nonce,
        /// The others; oneself need not be named.
        with: Vec<AccountId>,
    },

    /// Anything else that is to be done.
    Command {
        /// The number in the stream.
        nonce: Nonce,
        /// All answers up to this number have arrived.
        #[serde(default)]
        settled: Nonce,
        /// What.
        command: Command,
    },

    // After login: invitations into the house, for those who may invite.
    /// A new invitation. Answer: `invite_made`.
    InviteNew {
        /// How often it may be used.
        uses: u32,
        /// For how long, in seconds.
        expires_secs: u64,
        /// Rooms that who comes by it is put into.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        rooms: Vec<ConversationId>,
        /// As what they come.
        #[serde(default)]
        role: HouseRole,
    },
    /// The invitations that still hold: one's own, of administrators all. Answer: `invites`.
    Invites {
        /// Only those after this id.
        #[serde(default, skip_serializing_if = "is_default")]
        after: InviteId,
    },

    // After login: what may be lost. Answer: `noted`.
    /// A conversation was read up to here. Only ever moves on.
    MarkRead {
        /// Which one.
        conversation: ConversationId,
        /// The newest entry that was read.
        seq: Seq,
    },
    /// Be online or away; before the first of these a connection does not count as present.
    SetPresence {
        /// How.
        state: PresenceState,
    },
    /// Is writing in a conversation just now.
    Typing {
        /// Which one.
        conversation: ConversationId,
    },

    // Administration: on the Unix socket, for root, the daemon's user and the configured group.
    /// How the daemon is. Answer: `status`.
    AdminStatus {},
    /// Make an account. Answer: `registered`.
    AdminAccountAdd {
        /// Its name.
        name: String,
        /// What to keep instead of the password.
        verifier: VerifierData,
    },
    /// All accounts. Answer: `accounts`.
    AdminAccounts {
        /// Only those after this id.
        #[serde(default)]
        after: AccountId,
    },
    /// Disable or enable an account; disabling ends its connections. Answer: `done`.
    AdminAccountEnable {
        /// Its name.
        name: String,
        /// Whether it may sign in.
        enabled: bool,
    },
    /// Another password; ends all its devices and connections. Answer: `done`.
    AdminPasswordReset {
        /// Whose.
        name: String,
        /// What to keep instead of the new password.
        verifier: VerifierData,
    },
    /// A new invitation. Answer: `invite_made`.
    AdminInviteNew {
        /// How often it may be used.
        uses: u32,
        /// For how long, in seconds.
        expires_secs: u64,
        /// Rooms that who comes by it is put into, by name.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        rooms: Vec<String>,
        /// As what they come.
        #[serde(default)]
        role: HouseRole,
    },
    /// The invitations that still hold. Answer: `invites`.
    AdminInvites {
        /// Only those after this id.
        #[serde(default, skip_serializing_if = "is_default")]
        after: InviteId,
    },
    /// End an invitation. Answer: `done`.
    AdminInviteRevoke {
        /// Which one.
        invite: InviteId,
    },

    /// Anything that a command can do, by the administrator at the machine. Answer: `done`.
    AdminCommand {
        /// What.
        command: Command,
    },
    /// All rooms, hidden and deleted ones too. Answer: `admin_rooms`.
    AdminRooms {
        /// Only those after this id.
        #[serde(default)]
        after: ConversationId,
    },
    /// Who is in a room. Answer: `members`.
    AdminMembers {
        /// Which one.
        conversation: ConversationId,
        /// Only those after this id.
        #[serde(default)]
        after: AccountId,
    },
    /// All about one person, addresses and devices too. Answer: `admin_card`.
    AdminCard {
        /// Who.
        name: String,
    },
    /// A code with which somebody who forgot their password sets another, once. Answer: `reset_code`.
    AdminResetCode {
        /// Whose.
        name: String,
        /// For how long it holds, in seconds.
        expires_secs: u64,
    },
    /// Banned addresses and the panic switch. Answer: `admin_bans`.
    AdminBans {
        /// Only networks after this one.
        #[serde(default, skip_serializing_if = "is_default")]
        after: String,
    },
    /// The shared groups. Answer: `admin_groups`.
    AdminGroups {
        /// Only those after this name.
        #[serde(default, skip_serializing_if = "is_default")]
        after: String,
    },
    /// Lines of the audit log. Answer: `audit`.
    AdminAudit {
        /// Only those after this number.
        #[serde(default)]
        after: u64,
        /// How many at the most.
        limit: u32,
        /// Only from this time on.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        since: Option<Timestamp>,
        /// Only acts of this person, by name.
        #[serde(default, skip_serializing_if = "String::is_empty")]
        by: String,
        /// Only acts of this kind.
        #[serde(default, skip_serializing_if = "String::is_empty")]
        act: String,
    },
    /// Who is banned, muted and invited in a room. Answer: `restrictions`.
    AdminRestrictions {
        /// Which one.
        conversation: ConversationId,
        /// Only those after this id.
        #[serde(default, skip_serializing_if = "is_default")]
        after: AccountId,
    },

    /// What a newer client asks.
    #[serde(other)]
    Unknown,
}

/// Whether a field that was added later holds what it means to leave it out.
pub(crate) fn is_default<T: Default + PartialEq>(value: &T) -> bool {
    *value == T::default()
}
