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
    /// An announcement may go out to those online.
    MayAnnounce,
    /// What was gathered was taken away; whether there is more.
    Swept { more: bool },
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
    NameConfusable {
        wanted: String,
        taken: String,
    },
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
    /// What it takes, such as "moderators of the room".
    NotAllowed(&'static str),
    /// Those acted upon have as much to say, or more.
    Outranked(AccountId),
    NotToYourself,
    AccountDeleted(AccountId),
    ContactExists(AccountId),
    NoSuchContact(AccountId),
    /// What there are too many of, and how many there may be.
    TooMany {
        what: &'static str,
        limit: usize,
    },
    AlreadyBlocked(AccountId),
    NotBlocked(AccountId),
    NotReachable(AccountId),
    NoSuchItem(u64),
    InvitationNeeded(ConversationId),
    Banned {
        conversation: ConversationId,
        account: AccountId,
        until: Option<Timestamp>,
    },
    Muted {
        conversation: ConversationId,
        until: Option<Timestamp>,
    },
    /// How somebody is not: "banned", "muted", "invited".
    NotRestricted {
        account: AccountId,
        how: &'static str,
    },
    AlreadyAMember(AccountId),
    RoomReadOnly(ConversationId),
    RoomArchived(ConversationId),
    SlowMode {
        wait_ms: u64,
    },
    LastOwner(ConversationId),
    LastAdministrator,
    NameMismatch {
        wanted: String,
    },
    NotDeleted(ConversationId),
    NoSuchMessage(Seq),
    ResetCodeInvalid,
    NoSuchGroup(String),
    NoSuchNetwork(String),
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
