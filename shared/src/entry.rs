//! What feeds are made of.
//!
//! There is a feed for every conversation, one for every account and one for the house. An entry says
//! what happened; whoever holds the state before it and applies it holds the state after it (see
//! [`crate::state`]).

use crate::ids::{AccountId, ConversationId, DeviceId, Seq, Timestamp};
use crate::people::{
    Announcement, Contact, HouseRole, InboxItem, Profile, RoomRole, RoomSetting, RoomSettings,
    SharedGroup, StatusText,
};
use serde::{Deserialize, Serialize};

/// Which feed an entry belongs to, as its reader sees it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Feed {
    /// People and public rooms: the same for everybody.
    House,
    /// What one's own devices share.
    Account,
    /// A room or direct conversation.
    Conversation {
        /// Which one.
        conversation: ConversationId,
    },
}

/// One entry of a feed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    /// Its place in the feed.
    pub seq: Seq,
    /// When the daemon took it.
    pub at: Timestamp,
    /// Who did it; nothing where the daemon did.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by: Option<AccountId>,
    /// Messages in this feed up to and with this entry: unread is a subtraction.
    pub posts: u64,
    /// What happened.
    pub body: EntryBody,
}

/// What happened. A reader skips kinds that it does not know.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum EntryBody {
    /// Conversation: somebody said something.
    Posted {
        /// The message, UTF-8, newlines allowed. Not yet cleaned for a terminal.
        text: String,
    },
    /// Conversation: the first entry of each.
    Created {
        /// The name of a room without `#`; nothing for a direct conversation.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        name: Option<String>,
    },
    /// Conversation: `account` is a member from here on.
    Joined {
        /// Who.
        account: AccountId,
    },
    /// Conversation: `account` is no member from here on.
    Left {
        /// Who.
        account: AccountId,
    },
    /// Conversation: the topic is another one.
    TopicSet {
        /// The new topic; empty where it was taken away.
        topic: String,
    },
    /// Conversation: `account` was put out.
    Kicked {
        /// Who.
        account: AccountId,
        /// Why; may be empty.
        #[serde(default, skip_serializing_if = "String::is_empty")]
        reason: String,
    },
    /// Conversation: `account` is kept out; `kicked` came just before where they were in it.
    Banned {
        /// Who.
        account: AccountId,
        /// Until when; nothing: for good.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        until: Option<Timestamp>,
        /// Why; may be empty.
        #[serde(default, skip_serializing_if = "String::is_empty")]
        reason: String,
    },
    /// Conversation: `account` may come in again.
    Unbanned {
        /// Who.
        account: AccountId,
    },
    /// Conversation: `account` may read but not write.
    Muted {
        /// Who.
        account: AccountId,
        /// Until when; nothing: for good.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        until: Option<Timestamp>,
        /// Why; may be empty.
        #[serde(default, skip_serializing_if = "String::is_empty")]
        reason: String,
    },
    /// Conversation: `account` may write again.
    Unmuted {
        /// Who.
        account: AccountId,
    },
    /// Conversation: a member's role is another one. Who joins is a member until this says otherwise.
    RoleSet {
        /// Whose.
        account: AccountId,
        /// The new role.
        role: RoomRole,
    },
    /// Conversation: `account` was invited.
    Invited {
        /// Who.
        account: AccountId,
    },
    /// Conversation: the room has another name.
    Renamed {
        /// The new name without `#`.
        name: String,
        /// The old one; empty where it was not written down.
        #[serde(default, skip_serializing_if = "String::is_empty")]
        from: String,
    },
    /// Conversation: the room is like this from here on.
    SettingsSet {
        /// All of it.
        settings: RoomSettings,
        /// Which of them became other than they were; none where it was not written down.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        changed: Vec<RoomSetting>,
    },
    /// Conversation: an earlier message was taken away.
    MessageDeleted {
        /// Which one: it reads as `tombstone` now.
        seq: Seq,
        /// Why; may be empty.
        #[serde(default, skip_serializing_if = "String::is_empty")]
        reason: String,
    },
    /// Conversation: here was a message.
    Tombstone {},
    /// Conversation: the room was deleted.
    Deleted {},
    /// Conversation: it was brought back.
    Restored {},
    /// Account: it is now in this conversation.
    ConversationAdded {
        /// Which one.
        conversation: ConversationId,
    },
    /// Account: it is no longer in this conversation.
    ConversationRemoved {
        /// Which one.
        conversation: ConversationId,
        /// Why, where somebody was put out; may be empty.
        #[serde(default, skip_serializing_if = "String::is_empty")]
        reason: String,
        /// It was banned from there, and cannot come back for now.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        banned: bool,
        /// Until when; nothing: for good, where it was banned.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        until: Option<Timestamp>,
    },
    /// Account: it has read a conversation up to here.
    Read {
        /// Which one.
        conversation: ConversationId,
        /// The newest entry that was read.
        seq: Seq,
        /// `posts` of that entry.
        posts: u64,
    },
    /// Account: a device was added.
    DeviceAdded {
        /// Its id.
        device: DeviceId,
        /// What its owner calls it.
        label: String,
    },
    /// Account: a device may no longer sign in.
    DeviceRevoked {
        /// Its id.
        device: DeviceId,
    },
    /// Account: its password is another one. All devices were revoked just before.
    PasswordChanged {},
    /// Account: somebody is among its contacts, or is there otherwise.
    ContactPut {
        /// Who and how.
        contact: Contact,
    },
    /// Account: somebody is no contact any longer.
    ContactRemoved {
        /// Who.
        account: AccountId,
    },
    /// Account: somebody is blocked.
    Blocked {
        /// Who.
        account: AccountId,
    },
    /// Account: somebody is blocked no longer.
    Unblocked {
        /// Who.
        account: AccountId,
    },
    /// Account: something waits in the inbox.
    InboxAdded {
        /// What.
        item: InboxItem,
    },
    /// Account: something waits there no longer.
    InboxDismissed {
        /// What; nothing: all, and the announcements so far.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        item: Option<u64>,
        /// With all: the newest of those announcements. Not written down by older daemons.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        announcements: Option<u64>,
    },
    /// Account: an announcement to everybody waits no longer.
    AnnouncementDismissed {
        /// Which one.
        announcement: u64,
    },
    /// Account: its status text is another one.
    StatusSet {
        /// The new one.
        status: StatusText,
    },
    /// House: somebody is new.
    AccountAdded {
        /// Their id.
        account: AccountId,
        /// Their name.
        name: String,
    },
    /// House: an account was disabled or enabled.
    AccountEnabled {
        /// Whose.
        account: AccountId,
        /// Whether it may sign in.
        enabled: bool,
    },
    /// House: somebody's profile is another one.
    ProfileSet {
        /// Whose.
        account: AccountId,
        /// The new one, whole.
        profile: Box<Profile>,
    },
    /// House: somebody's role is another one. Who is new is a member until this says otherwise.
    HouseRoleSet {
        /// Whose.
        account: AccountId,
        /// The new role.
        role: HouseRole,
    },
    /// House: somebody left for good. Their name stays theirs.
    AccountDeleted {
        /// Who.
        account: AccountId,
    },
    /// House: a room is new in the directory.
    RoomAdded {
        /// Its id.
        conversation: ConversationId,
        /// Its name without `#`.
        name: String,
    },
    /// House: a room is no longer in the directory.
    RoomRemoved {
        /// Which one.
        conversation: ConversationId,
    },
    /// House: a room of the directory has another name.
    RoomRenamed {
        /// Which one.
        conversation: ConversationId,
        /// The new name without `#`.
        name: String,
    },
    /// House: a room of the directory is like this from here on.
    RoomSettingsSet {
        /// Which one.
        conversation: ConversationId,
        /// All of it.
        settings: RoomSettings,
    },
    /// House: an announcement to everybody.
    Announced {
        /// By whom and what.
        announcement: Announcement,
    },
    /// House: a shared group is new or another.
    GroupPut {
        /// All of it.
        group: SharedGroup,
    },
    /// House: a shared group is gone.
    GroupRemoved {
        /// Which one.
        name: String,
    },
    /// House: a room of the directory has another topic.
    RoomTopicSet {
        /// Which one.
        conversation: ConversationId,
        /// The new topic.
        topic: String,
    },
    /// A kind of a newer daemon.
    #[serde(other)]
    Unknown,
}
