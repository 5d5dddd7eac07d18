//! What a screen or a script may ask of the connection: plain data.

use chat_shared::{
    AccountId, ConversationId, DeviceId, Nonce, PresenceState, Request, Seq, StreamId,
};
use serde::{Deserialize, Serialize};

/// Which order this is: the number that it has in the outbox and on the wire. It stays the same
/// over reconnects and restarts, which is why nothing is posted twice.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Ticket {
    /// The stream of this process.
    pub stream: StreamId,
    /// The number in it.
    pub nonce: Nonce,
}

/// Something that changes the house for good. It goes through the outbox: written down before it is
/// sent, kept while there is no connection, sent again until it was answered.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Order {
    /// Say something.
    Post {
        /// Where.
        conversation: ConversationId,
        /// What.
        text: String,
    },
    /// Make a room and join it.
    CreateRoom {
        /// Its name without `#`.
        name: String,
        /// Its topic, may be empty.
        topic: String,
    },
    /// Become a member of a public room.
    Join {
        /// Which one.
        conversation: ConversationId,
    },
    /// Be a member no longer.
    Leave {
        /// Which one.
        conversation: ConversationId,
    },
    /// Give a room another topic.
    SetTopic {
        /// Which one.
        conversation: ConversationId,
        /// The new one, may be empty.
        topic: String,
    },
    /// The direct conversation with these people.
    OpenDirect {
        /// The others.
        with: Vec<AccountId>,
        /// What to say there at once, where anything.
        say: Option<String>,
    },
}

impl Order {
    /// Where it happens, as far as that is known before it is answered.
    pub fn conversation(&self) -> Option<ConversationId> {
        match self {
            Self::Post { conversation, .. }
            | Self::Join { conversation }
            | Self::Leave { conversation }
            | Self::SetTopic { conversation, .. } => Some(*conversation),
            Self::CreateRoom { .. } | Self::OpenDirect { .. } => None,
        }
    }

    /// What to call it in "could not ...".
    pub fn verb(&self) -> &'static str {
        match self {
            Self::Post { .. } => "send the message",
            Self::CreateRoom { .. } => "create the room",
            Self::Join { .. } => "join",
            Self::Leave { .. } => "leave",
            Self::SetTopic { .. } => "set the topic",
            Self::OpenDirect { .. } => "open the conversation",
        }
    }

    /// The request that carries it.
    pub fn request(&self, nonce: Nonce, settled: Nonce) -> Request {
        match self.clone() {
            Self::Post { conversation, text } => Request::Post {
                nonce,
                settled,
                conversation,
                text,
            },
            Self::CreateRoom { name, topic } => Request::CreateRoom {
                nonce,
                settled,
                name,
                topic,
            },
            Self::Join { conversation } => Request::Join {
                nonce,
                settled,
                conversation,
            },
            Self::Leave { conversation } => Request::Leave {
                nonce,
                settled,
                conversation,
            },
            Self::SetTopic {
                conversation,
                topic,
            } => Request::SetTopic {
                nonce,
                settled,
                conversation,
                topic,
            },
            Self::OpenDirect { with, say: _ } => Request::OpenDirect {
                nonce,
                settled,
                with,
            },
        }
    }
}

/// Everything that may be asked of the connection ([`crate::net::Handle::send`]).
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Command {
    /// Carry this out, now or as soon as there is a connection.
    Do(Order),
    /// A conversation was read up to here.
    MarkRead {
        /// Which one.
        conversation: ConversationId,
        /// The newest entry that was read.
        seq: Seq,
    },
    /// Is writing in a conversation; may be sent with every key, it goes out every few seconds only.
    Typing {
        /// Which one.
        conversation: ConversationId,
    },
    /// Be online or away; remembered over reconnects.
    SetPresence {
        /// How.
        state: PresenceState,
    },
    /// Entries before a place; comes back as [`chat_shared::Event::History`].
    FetchHistory {
        /// Which conversation.
        conversation: ConversationId,
        /// Those below this; the newest where nothing is said.
        before: Option<Seq>,
    },
    /// Who is in a conversation; comes back as [`chat_shared::Event::Members`], page after page.
    FetchMembers {
        /// Which one.
        conversation: ConversationId,
    },
    /// Public rooms with their number of members; comes back as [`chat_shared::Event::Rooms`].
    FetchRooms,
    /// Who is present; comes back as [`chat_shared::Event::Who`].
    FetchWho,
    /// The account's devices; comes back as [`chat_shared::Event::Devices`].
    FetchDevices,
    /// End a device of one's own.
    RevokeDevice {
        /// Which one.
        device: DeviceId,
    },
    /// Something is missing or new: sync again from what is held.
    Resync,
    /// Try to connect now and not only when the pause is over. Any order does that too.
    RetryNow,
    /// End the connection and its thread. What is in the outbox stays there for the next start.
    Quit,
}
