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
    /// Of somebody else.
    NoSuchDeviceOf(AccountId, DeviceId),
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
    /// Newcomers are put into public rooms only that are not archived.
    NotForNewcomers(ConversationId),
    /// Those acted upon have as much to say, or more.
    Outranked(AccountId),
    NotToYourself,
    AccountDeleted(AccountId),
    /// Somebody else may not sign in.
    Disabled(AccountId),
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
    /// An announcement to everybody that is not there, or waits no longer.
    NoSuchAnnouncement(u64),
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
    /// Somebody is not in this room.
    NotInside {
        conversation: ConversationId,
        account: AccountId,
    },
    /// The same, of whom was to get another role there.
    NoRoleOutside {
        conversation: ConversationId,
        account: AccountId,
    },
    /// Somebody is not invited into this room.
    NotInvited {
        conversation: ConversationId,
        account: AccountId,
    },
    /// How somebody is not: "banned", "muted".
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
    /// The account is called otherwise.
    NotTheirName(AccountId),
    NotDeleted(ConversationId),
    NoSuchMessage(Seq),
    ResetCodeInvalid,
    NoSuchGroup(String),
    NoSuchNetwork(String),
}

impl Refusal {
    /// Whom it is about.
    pub(crate) fn account(&self) -> Option<AccountId> {
        match self {
            Refusal::NoSuchDeviceOf(account, _)
            | Refusal::Outranked(account)
            | Refusal::AccountDeleted(account)
            | Refusal::Disabled(account)
            | Refusal::NotTheirName(account)
            | Refusal::ContactExists(account)
            | Refusal::NoSuchContact(account)
            | Refusal::AlreadyBlocked(account)
            | Refusal::NotBlocked(account)
            | Refusal::NotReachable(account)
            | Refusal::Banned { account, .. }
            | Refusal::NotInside { account, .. }
            | Refusal::NoRoleOutside { account, .. }
            | Refusal::NotInvited { account, .. }
            | Refusal::NotRestricted { account, .. }
            | Refusal::AlreadyAMember(account) => Some(*account),
            _ => None,
        }
    }

    /// The conversation that it is about, where who asked may know of it: what is not there for them
    /// ([`Refusal::NoSuchConversation`]) has no name either.
    pub(crate) fn conversation(&self) -> Option<ConversationId> {
        match self {
            Refusal::NotAMember(conversation)
            | Refusal::NotForNewcomers(conversation)
            | Refusal::InvitationNeeded(conversation)
            | Refusal::Banned { conversation, .. }
            | Refusal::Muted { conversation, .. }
            | Refusal::NotInside { conversation, .. }
            | Refusal::NoRoleOutside { conversation, .. }
            | Refusal::NotInvited { conversation, .. }
            | Refusal::RoomReadOnly(conversation)
            | Refusal::RoomArchived(conversation)
            | Refusal::LastOwner(conversation)
            | Refusal::NotDeleted(conversation) => Some(*conversation),
            _ => None,
        }
    }
}

/// A refusal, and what those are called whom it is about: people read names, not numbers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Refused {
    pub(crate) refusal: Refusal,
    /// The name of [`Refusal::account`].
    pub(crate) who: String,
    /// It is about who asked.
    pub(crate) is_asker: bool,
    /// The name of [`Refusal::conversation`], as people write it: `#lunch`.
    pub(crate) place: String,
}

/// Why a command was not carried out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum NotDone {
    /// It cannot be, as things are.
    Refused(Box<Refused>),
    /// Too much waits already.
    Busy,
    /// Nothing can be written; why.
    ReadOnly(String),
    /// The daemon is going down.
    Closing,
}
