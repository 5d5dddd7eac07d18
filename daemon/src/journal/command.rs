//! Requests to change something: data, complete in themselves.
//!
//! What is not determined by the store (time, random numbers, the configuration, Unicode tables) is put in
//! by whoever submits, so that a command does the same wherever and whenever it is applied.

use crate::store::record::Verifier;
use chat_shared::{AccountId, ConversationId, DeviceId, InviteId, Nonce, Seq, StreamId, Timestamp};
use serde::{Deserialize, Serialize};

/// One command.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Command {
    /// When it was submitted.
    pub(crate) at: Timestamp,
    /// Who wants it; nobody where the daemon or its administrator does.
    pub(crate) by: Option<AccountId>,
    /// Its number, for commands that must not be carried out twice.
    pub(crate) once: Option<Once>,
    /// What is wanted.
    pub(crate) action: Action,
}

/// The number of a command.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Once {
    pub(crate) device: DeviceId,
    pub(crate) stream: StreamId,
    pub(crate) nonce: Nonce,
    /// The client has the answers up to this number.
    pub(crate) settled: Nonce,
}

/// A name with the skeleton that look-alikes share.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Name {
    pub(crate) name: String,
    pub(crate) skeleton: String,
}

/// Why somebody may make an account.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Admission {
    /// Anybody may.
    Open,
    /// By invitation: SHA-256 of its code.
    Invited([u8; 32]),
    /// On the Unix socket, by somebody who may administer: the first such account administers.
    Local,
    /// Made by the administrator; the first such account administers too.
    ByAdministrator,
}

/// What is wanted.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Action {
    /// Make the house: its secrets, its first room and the founder's invitation. Once.
    Found {
        fake_salts: [u8; 32],
        first_room: Name,
        invite: Option<NewInvite>,
    },
    /// Make an account.
    Register {
        name: Name,
        verifier: Verifier,
        admission: Admission,
    },
    /// Disable or enable an account.
    EnableAccount { name: String, enabled: bool },
    /// Give an account another password and end its devices.
    ResetPassword { name: String, verifier: Verifier },
    /// Give a device of `by` a token.
    AddDevice { label: String, token_hash: [u8; 32] },
    /// End a device of `by`.
    RevokeDevice { device: DeviceId },
    /// Make an invitation.
    AddInvite(NewInvite),
    /// End an invitation.
    RevokeInvite { invite: InviteId },
    /// Make a public room.
    CreateRoom { name: Name, topic: String },
    /// Become a member.
    Join { conversation: ConversationId },
    /// Be one no longer.
    Leave { conversation: ConversationId },
    /// Give a room another topic.
    SetTopic {
        conversation: ConversationId,
        topic: String,
    },
    /// The direct conversation of `by` with these.
    OpenDirect { with: Vec<AccountId> },
    /// Say something.
    Post {
        conversation: ConversationId,
        text: String,
    },
    /// Gathered read marks of a conversation.
    MarkRead {
        conversation: ConversationId,
        marks: Vec<(AccountId, Seq)>,
    },
}

/// An invitation to be made.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct NewInvite {
    pub(crate) code_hash: [u8; 32],
    pub(crate) uses: u32,
    pub(crate) expires_at: Timestamp,
    /// The first start's.
    pub(crate) founding: bool,
}

impl Command {
    /// Roughly what it holds of memory while it waits.
    pub(crate) fn size_hint(&self) -> usize {
        let text = match &self.action {
            Action::Post { text, .. } => text.len(),
            Action::CreateRoom { topic, .. } | Action::SetTopic { topic, .. } => topic.len(),
            Action::MarkRead { marks, .. } => marks.len() * size_of::<(AccountId, Seq)>(),
            _ => 0,
        };
        text + size_of::<Self>()
    }
}
