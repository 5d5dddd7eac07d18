//! What a screen or a script may ask of the connection: plain data.

use chat_shared::{
    Access, AccountId, Command as Act, ConversationId, DeviceId, Nonce, PresenceState, Request,
    Seq, StreamId,
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
        /// Who finds it and comes in.
        #[serde(default)]
        access: Access,
    },
    /// Become a member of a room that is public or that one was invited to.
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
    /// Anything else that is to be done.
    Act {
        /// What.
        act: Act,
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
            Self::Act { act } => place_of(act),
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
            Self::Act { act } => verb_of(act),
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
            Self::CreateRoom {
                name,
                topic,
                access,
            } => Request::CreateRoom {
                nonce,
                settled,
                name,
                topic,
                access,
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
            Self::Act { act: command } => Request::Command {
                nonce,
                settled,
                command,
            },
        }
    }
}

/// In which conversation an act happens.
fn place_of(act: &Act) -> Option<ConversationId> {
    match act {
        Act::RenameRoom { conversation, .. }
        | Act::ChangeRoom { conversation, .. }
        | Act::SetTopic { conversation, .. }
        | Act::DeleteRoom { conversation, .. }
        | Act::RestoreRoom { conversation }
        | Act::InviteToRoom { conversation, .. }
        | Act::UninviteFromRoom { conversation, .. }
        | Act::SetRoomRole { conversation, .. }
        | Act::Kick { conversation, .. }
        | Act::Ban { conversation, .. }
        | Act::Unban { conversation, .. }
        | Act::Mute { conversation, .. }
        | Act::Unmute { conversation, .. }
        | Act::DeleteMessage { conversation, .. }
        | Act::Report { conversation, .. } => Some(*conversation),
        _ => None,
    }
}

/// What to call an act in "could not ...".
fn verb_of(act: &Act) -> &'static str {
    match act {
        Act::SetProfile { .. } => "change the profile",
        Act::SetStatus { .. } => "set the status",
        Act::ChangePassword { .. } => "change the password",
        Act::DeleteAccount {} | Act::DeleteAccountOf { .. } => "delete the account",
        Act::RevokeOtherDevices {} => "end the other devices",
        Act::PutContact { .. } => "keep the contact",
        Act::RemoveContact { .. } => "remove the contact",
        Act::Block { .. } => "block",
        Act::Unblock { .. } => "unblock",
        Act::DismissInbox { .. } | Act::DismissAnnouncement { .. } => "dismiss what waits",
        Act::CreateRoom { .. } => "create the room",
        Act::SetTopic { .. } => "set the topic",
        Act::RenameRoom { .. } => "rename the room",
        Act::ChangeRoom { .. } => "change the room",
        Act::DeleteRoom { .. } => "delete the room",
        Act::RestoreRoom { .. } => "restore the room",
        Act::InviteToRoom { .. } => "invite",
        Act::UninviteFromRoom { .. } => "take the invitation back",
        Act::SetRoomRole { .. } | Act::SetHouseRole { .. } => "set the role",
        Act::Kick { .. } => "kick",
        Act::Ban { .. } => "ban",
        Act::Unban { .. } => "unban",
        Act::Mute { .. } => "mute",
        Act::Unmute { .. } => "unmute",
        Act::DeleteMessage { .. } => "delete the message",
        Act::Report { .. } => "report the message",
        Act::Announce { .. } => "announce",
        Act::EnableAccount { .. } => "change the account",
        Act::BanAddress { .. } => "ban the address",
        Act::UnbanAddress { .. } => "unban the address",
        Act::Panic { .. } => "turn the panic switch",
        Act::PutSharedGroup { .. } => "publish the group",
        Act::RemoveSharedGroup { .. } => "remove the group",
        Act::RevokeInvite { .. } => "revoke the invitation",
        Act::RevokeDeviceOf { .. } => "end the device",
        Act::Unknown => "do that",
    }
}

/// A page of a conversation's history, by its place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Page {
    /// The newest below this entry.
    Before(Seq),
    /// The oldest above this entry.
    After(Seq),
    /// This entry, with what stands before and after it.
    Around(Seq),
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
    /// Be this available; remembered over reconnects.
    SetPresence {
        /// How.
        state: PresenceState,
    },
    /// A page of history; comes back as [`crate::model::Update::Page`] or
    /// [`crate::model::Update::NoPage`].
    FetchHistory {
        /// Of which conversation.
        conversation: ConversationId,
        /// Which one.
        page: Page,
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
    /// Any other question that is not numbered; comes back as its event.
    Ask(Request),
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
