//! What feeds are made of.
//!
//! There is a feed for every conversation, one for every account and one for the house. An entry says
//! what happened; whoever holds the state before it and applies it holds the state after it (see
//! [`crate::state`]).

use crate::ids::{AccountId, ConversationId, DeviceId, Seq, Timestamp};
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
    /// Account: it is now in this conversation.
    ConversationAdded {
        /// Which one.
        conversation: ConversationId,
    },
    /// Account: it is no longer in this conversation.
    ConversationRemoved {
        /// Which one.
        conversation: ConversationId,
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
    /// House: a public room is new.
    RoomAdded {
        /// Its id.
        conversation: ConversationId,
        /// Its name without `#`.
        name: String,
    },
    /// House: a public room has another topic.
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
