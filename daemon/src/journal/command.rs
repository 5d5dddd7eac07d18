//! Requests to change something: data, complete in themselves.
//!
//! What is not determined by the store (time, random numbers, the configuration, Unicode tables) is put in
//! by whoever submits, so that a command does the same wherever and whenever it is applied.

use crate::store::record::Verifier;
use chat_shared::{
    AccountId, Audience, ConversationId, DeviceId, HouseRole, InviteId, Nonce, Profile, RoomChange,
    RoomRole, Seq, StreamId, Timestamp,
};
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
        invite: Option<Box<NewInvite>>,
    },
    /// Make an account.
    Register {
        name: Name,
        verifier: Box<Verifier>,
        admission: Admission,
    },
    /// Disable or enable an account.
    EnableAccount {
        account: AccountId,
        enabled: bool,
        reason: String,
    },
    /// Give an account another password and end its devices.
    ResetPassword {
        name: String,
        verifier: Box<Verifier>,
    },
    /// Give a device of `by` a token.
    AddDevice { label: String, token_hash: [u8; 32] },
    /// End a device of `by`.
    RevokeDevice { device: DeviceId },
    /// Make an invitation.
    AddInvite(NewInvite),
    /// End an invitation.
    RevokeInvite { invite: InviteId },
    /// Give `by` another password and end its devices but this one.
    ChangePassword {
        verifier: Box<Verifier>,
        keep: Option<DeviceId>,
    },
    /// A one-time code with which an account gets another password: SHA-256 of it.
    AddResetCode {
        name: String,
        code_hash: [u8; 32],
        expires_at: Timestamp,
    },
    /// Give an account another password by such a code, and end its devices.
    UseResetCode {
        name: String,
        code_hash: [u8; 32],
        verifier: Box<Verifier>,
    },
    /// End `by` for good.
    DeleteAccount {
        /// Its messages go too; [`Action::RemoveMessages`] takes them away.
        remove_messages: bool,
    },
    /// End the account of somebody for good; their name, to be sure.
    DeleteAccountOf {
        account: AccountId,
        name: String,
        /// As in [`Action::DeleteAccount`].
        remove_messages: bool,
    },
    /// Take away messages of accounts that were deleted with theirs: a bounded number. Submitted again by
    /// the daemon until none is left.
    RemoveMessages,
    /// End all devices of `by` but this one.
    RevokeOtherDevices { keep: Option<DeviceId> },
    /// End a device of somebody.
    RevokeDeviceOf {
        account: AccountId,
        device: DeviceId,
    },
    /// Who was connected, gathered.
    Seen { seen: Vec<Sighting> },
    /// Another profile: of `by`, or of this account.
    SetProfile {
        account: Option<AccountId>,
        profile: Box<Profile>,
    },
    /// Another status text of `by`.
    SetStatus {
        text: String,
        until: Option<Timestamp>,
    },
    /// Have somebody among the contacts of `by`.
    PutContact {
        account: AccountId,
        group: String,
        favourite: bool,
    },
    /// No longer.
    RemoveContact { account: AccountId },
    /// `by` is to be left alone by somebody.
    Block { account: AccountId },
    /// No longer.
    Unblock { account: AccountId },
    /// An item of the inbox of `by`, or all, was seen.
    DismissInbox { item: Option<u64> },
    /// An announcement to everybody waits for `by` no longer.
    DismissAnnouncement { announcement: u64 },
    /// Make a room: for this person, for `by`, or for nobody where the administrator at the machine says so.
    CreateRoom {
        name: Name,
        topic: String,
        /// What is different from the usual room.
        change: Box<RoomChange>,
        owner: Option<AccountId>,
    },
    /// Give a room another name.
    RenameRoom {
        conversation: ConversationId,
        name: Name,
    },
    /// Make a room different.
    ChangeRoom {
        conversation: ConversationId,
        change: Box<RoomChange>,
    },
    /// End a room; its name, to be sure.
    DeleteRoom {
        conversation: ConversationId,
        name: String,
    },
    /// Bring a room back.
    RestoreRoom { conversation: ConversationId },
    /// Take away for good what was deleted too long ago to be restored, and what has expired: bans, mutes,
    /// invitations. A bounded number. Submitted by the daemon now and then.
    Expire,
    /// Let somebody into a room.
    InviteToRoom {
        conversation: ConversationId,
        account: AccountId,
    },
    /// Take that back.
    UninviteFromRoom {
        conversation: ConversationId,
        account: AccountId,
    },
    /// Somebody's role in a room.
    SetRoomRole {
        conversation: ConversationId,
        account: AccountId,
        role: RoomRole,
    },
    /// Put somebody out.
    Kick {
        conversation: ConversationId,
        account: AccountId,
        reason: String,
    },
    /// Put somebody out and keep them out.
    Ban {
        conversation: ConversationId,
        account: AccountId,
        until: Option<Timestamp>,
        reason: String,
    },
    /// Let them in again.
    Unban {
        conversation: ConversationId,
        account: AccountId,
    },
    /// Let somebody read but not write.
    Mute {
        conversation: ConversationId,
        account: AccountId,
        until: Option<Timestamp>,
        reason: String,
    },
    /// Let them write again.
    Unmute {
        conversation: ConversationId,
        account: AccountId,
    },
    /// Take a message away.
    DeleteMessage {
        conversation: ConversationId,
        seq: Seq,
        reason: String,
    },
    /// Tell those who keep the peace of a message.
    Report {
        conversation: ConversationId,
        seq: Seq,
        reason: String,
    },
    /// A word to many. To those online: only whether `by` may; the registry tells them.
    Announce { to: Audience, text: String },
    /// Somebody's role in the house.
    SetHouseRole { account: AccountId, role: HouseRole },
    /// Take no connections from a network, in its canonical form.
    BanAddress {
        network: String,
        until: Option<Timestamp>,
        reason: String,
    },
    /// Take them again.
    UnbanAddress { network: String },
    /// The panic switch.
    Panic { on: bool },
    /// Publish a group of people.
    PutSharedGroup {
        name: String,
        members: Vec<AccountId>,
    },
    /// No longer.
    RemoveSharedGroup { name: String },
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
    /// Rooms that who comes by it is put into.
    pub(crate) rooms: Vec<ConversationId>,
    /// As what they come.
    pub(crate) role: HouseRole,
}

/// Somebody was connected.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Sighting {
    pub(crate) account: AccountId,
    pub(crate) device: Option<DeviceId>,
    pub(crate) at: Timestamp,
    /// From where; nothing on the Unix socket.
    pub(crate) address: Option<String>,
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
