//! What becomes of a command.

use chat_shared::{AccountId, ConversationId, DeviceId, InviteId, Seq, Timestamp};

/// It was carried out and is on disk.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// Where it happened and as which entry, for what happens in a conversation.
    Done {
        conversation: Option<ConversationId>,
        seq: Option<Seq>,
    },
    /// An account was made.
    Account {
        account: AccountId,
        name: String,
        administrator: bool,
    },
    /// A device was made.
    Device { device: DeviceId },
    /// An invitation was made.
    Invite {
        invite: InviteId,
        expires_at: Timestamp,
    },
}

impl Outcome {
    /// Done, outside of conversations.
    pub(crate) const DONE: Outcome = Outcome::Done {
        conversation: None,
        seq: None,
    };

    /// Done in a conversation.
    pub(crate) fn at(conversation: ConversationId, seq: Seq) -> Self {
        Outcome::Done {
            conversation: Some(conversation),
            seq: Some(seq),
        }
    }
}

/// It cannot be carried out as things are: an answer, not a failure, and nothing was changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Refusal {
    NameTaken(String),
    NameConfusable { wanted: String, taken: String },
    InviteInvalid,
    NoSuchAccount(String),
    NoSuchDevice(DeviceId),
    NoSuchInvite(InviteId),
    TooManyDevices,
    StaleNonce,
    NoSuchConversation(ConversationId),
    NotAMember(ConversationId),
    TooManyConversations,
    NotARoom(ConversationId),
    BadMembers,
    AccountDisabled,
    AlreadyFounded,
}

/// Why a command was not carried out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum NotDone {
    /// It cannot be, as things are.
    Refused(Refusal),
    /// Too much waits already.
    Busy,
    /// Nothing can be written; why.
    ReadOnly(String),
    /// The daemon is going down.
    Closing,
}
