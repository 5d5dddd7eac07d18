//! What people and administrators may want done, besides talking: see
//! [`Request::Command`](crate::Request::Command). Who may is one table, `docs/rights.md`.

use crate::ids::{AccountId, ConversationId, DeviceId, InviteId, Seq, Timestamp};
use crate::people::{Audience, HouseRole, Profile, RoomChange, RoomRole};
use crate::request::VerifierData;
use serde::{Deserialize, Serialize};

/// Something to be done. The answer is `done`, once it is on disk.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Command {
    // About oneself.
    /// Another profile, whole. Somebody else's: administrators.
    SetProfile {
        /// Whose; nothing: one's own.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        account: Option<AccountId>,
        /// The new one.
        profile: Profile,
    },
    /// Another status text; empty: none.
    SetStatus {
        /// The text.
        text: String,
        /// Until when it holds; nothing: until it is changed.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        until: Option<Timestamp>,
    },
    /// Another password. Only on a connection that signed in by password; ends all other devices and
    /// connections of the account.
    ChangePassword {
        /// What to keep instead of the new password.
        verifier: VerifierData,
    },
    /// End one's own account for good. Only on a connection that signed in by password.
    DeleteAccount {},
    /// End all devices of one's own but this one.
    RevokeOtherDevices {},

    // Contacts, blocks, the inbox.
    /// Have somebody among one's contacts, or have them there otherwise. Whoever is new there is told.
    PutContact {
        /// Who.
        account: AccountId,
        /// In which group; empty: none.
        #[serde(default)]
        group: String,
        /// Whether they stand on top.
        #[serde(default)]
        favourite: bool,
    },
    /// Have them there no longer.
    RemoveContact {
        /// Who.
        account: AccountId,
    },
    /// Be left alone by somebody: they are not told.
    Block {
        /// Who.
        account: AccountId,
    },
    /// No longer.
    Unblock {
        /// Who.
        account: AccountId,
    },
    /// This is seen: an item of the inbox, or all of them, announcements too.
    DismissInbox {
        /// Which one; nothing: all.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        item: Option<u64>,
    },
    /// One announcement to everybody is seen.
    DismissAnnouncement {
        /// Which one.
        announcement: u64,
    },

    // Rooms.
    /// Make a room. Somebody who makes one for themselves may as well ask for `create_room`; for somebody
    /// else, or for nobody, administrators do.
    CreateRoom {
        /// Its name.
        name: String,
        /// Its topic, may be empty.
        #[serde(default, skip_serializing_if = "String::is_empty")]
        topic: String,
        /// What is to be different from a room as it is usually made.
        #[serde(default)]
        change: RoomChange,
        /// Whose it is; nothing: of who makes it, and of the administrator at the machine nobody's.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        owner: Option<AccountId>,
    },
    /// Another topic, may be empty.
    SetTopic {
        /// Which room.
        conversation: ConversationId,
        /// The new topic.
        topic: String,
    },
    /// Another name.
    RenameRoom {
        /// Which room.
        conversation: ConversationId,
        /// The new name.
        name: String,
    },
    /// What the room is like.
    ChangeRoom {
        /// Which room.
        conversation: ConversationId,
        /// What is to be different.
        change: RoomChange,
    },
    /// End a room. An administrator can restore it for 30 days.
    DeleteRoom {
        /// Which room.
        conversation: ConversationId,
        /// Its name, so that it is not the wrong one.
        name: String,
    },
    /// Bring back a room that was deleted.
    RestoreRoom {
        /// Which room.
        conversation: ConversationId,
    },
    /// Let somebody into a room that is not public, and tell them.
    InviteToRoom {
        /// Which room.
        conversation: ConversationId,
        /// Who.
        account: AccountId,
    },
    /// Take that back, as long as they have not joined.
    UninviteFromRoom {
        /// Which room.
        conversation: ConversationId,
        /// Who.
        account: AccountId,
    },
    /// Somebody's role in a room.
    SetRoomRole {
        /// Which room.
        conversation: ConversationId,
        /// Whose.
        account: AccountId,
        /// The new one.
        role: RoomRole,
    },

    // Moderation of rooms.
    /// Put somebody out; they may come back.
    Kick {
        /// Of which room.
        conversation: ConversationId,
        /// Who.
        account: AccountId,
        /// Why; may be empty.
        #[serde(default)]
        reason: String,
    },
    /// Put somebody out, and keep them out.
    Ban {
        /// Of which room.
        conversation: ConversationId,
        /// Who.
        account: AccountId,
        /// Until when; nothing: for good.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        until: Option<Timestamp>,
        /// Why; may be empty.
        #[serde(default)]
        reason: String,
    },
    /// Let them in again.
    Unban {
        /// Into which room.
        conversation: ConversationId,
        /// Who.
        account: AccountId,
    },
    /// Let somebody read but not write.
    Mute {
        /// In which room.
        conversation: ConversationId,
        /// Who.
        account: AccountId,
        /// Until when; nothing: for good.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        until: Option<Timestamp>,
        /// Why; may be empty.
        #[serde(default)]
        reason: String,
    },
    /// Let them write again.
    Unmute {
        /// In which room.
        conversation: ConversationId,
        /// Who.
        account: AccountId,
    },
    /// Take a message away: one's own, or as a moderator. That there was one stays to be seen.
    DeleteMessage {
        /// Where.
        conversation: ConversationId,
        /// Which one.
        seq: Seq,
        /// Why; may be empty.
        #[serde(default)]
        reason: String,
    },
    /// Tell those who keep the peace of a message.
    Report {
        /// Where.
        conversation: ConversationId,
        /// Which one.
        seq: Seq,
        /// Why.
        reason: String,
    },

    // The house.
    /// A word to many. To those online it is not kept: answered by `done` all the same.
    Announce {
        /// To whom.
        to: Audience,
        /// What.
        text: String,
    },
    /// Somebody's role in the house.
    SetHouseRole {
        /// Whose.
        account: AccountId,
        /// The new one.
        role: HouseRole,
    },
    /// Disable or enable an account; disabling ends its connections.
    EnableAccount {
        /// Whose.
        account: AccountId,
        /// Whether it may sign in.
        enabled: bool,
        /// Why; may be empty.
        #[serde(default)]
        reason: String,
    },
    /// Take no connections from an address or network.
    BanAddress {
        /// `192.0.2.7`, `192.0.2.0/24`, `2001:db8::/32`.
        network: String,
        /// Until when; nothing: for good.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        until: Option<Timestamp>,
        /// Why; may be empty.
        #[serde(default)]
        reason: String,
    },
    /// Take them again.
    UnbanAddress {
        /// As it was banned.
        network: String,
    },
    /// The panic switch: while it is on, nobody registers, and who is new writes slowly.
    Panic {
        /// Whether it is on.
        on: bool,
    },
    /// People whom everybody finds together in their contacts.
    PutSharedGroup {
        /// Its name.
        name: String,
        /// Who is in it.
        members: Vec<AccountId>,
    },
    /// Publish a group no longer.
    RemoveSharedGroup {
        /// Its name.
        name: String,
    },
    /// End an invitation.
    RevokeInvite {
        /// Which one.
        invite: InviteId,
    },
    /// End somebody's account for good: administrators, on a connection that signed in by password.
    DeleteAccountOf {
        /// Whose.
        account: AccountId,
        /// Their name, so that it is not the wrong one.
        name: String,
    },
    /// End a device of somebody: administrators.
    RevokeDeviceOf {
        /// Whose.
        account: AccountId,
        /// Which one.
        device: DeviceId,
    },

    /// Of a newer client.
    #[serde(other)]
    Unknown,
}
