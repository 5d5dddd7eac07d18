//! The only words of failure that a user reads.

use crate::ids::Timestamp;
use serde::{Deserialize, Serialize};
use std::fmt;

/// Why a request was not carried out. A request that was answered with a fault changed nothing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fault {
    /// What programs act on.
    pub code: FaultCode,
    /// What people read: names the thing, the limit and the way out.
    pub text: String,
    /// When it is worth trying again, in milliseconds from now.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retry_after_ms: Option<u64>,
    /// Until when it holds that this is not possible. The text says it in UTC, as `2026-11-21 12:23 UTC`; a client
    /// that knows where it is may put its own time there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<Timestamp>,
}

macro_rules! fault_codes {
    ($($(#[$doc:meta])* $name:ident = $word:literal,)*) => {
        /// The kinds of [`Fault`].
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
        #[serde(rename_all = "snake_case")]
        pub enum FaultCode {
            $($(#[$doc])* $name,)*
            /// A code of a newer daemon.
            #[serde(other)]
            Unknown,
        }

        impl FaultCode {
            /// Every code that this version knows.
            pub const ALL: &'static [FaultCode] = &[$(FaultCode::$name,)*];

            /// The code as it stands on the wire and in documents.
            #[must_use]
            pub fn as_str(self) -> &'static str {
                match self {
                    $(FaultCode::$name => $word,)*
                    FaultCode::Unknown => "unknown",
                }
            }
        }
    };
}

fault_codes! {
    /// The frame is longer than the limit; the connection ends, since what follows cannot be told apart.
    FrameTooLong = "frame_too_long",
    /// The frame is not MessagePack, or a known request lacks a field.
    Malformed = "malformed",
    /// A request that this daemon does not know.
    UnknownRequest = "unknown_request",
    /// A request that does not fit now, such as a post before login.
    WrongState = "wrong_state",
    /// The peer speaks a version that this daemon does not.
    WrongVersion = "wrong_version",
    /// More requests than allowed wait for an answer.
    TooManyRequests = "too_many_requests",
    /// The daemon or this address has as many connections as it may.
    TooManyConnections = "too_many_connections",
    /// The deadline for the handshake or login passed, or the connection was silent too long.
    TimedOut = "timed_out",
    /// The daemon is overloaded for the moment.
    Busy = "busy",
    /// The daemon cannot write (a full disk, say): reading goes on.
    ReadOnly = "read_only",
    /// Something failed inside; the text holds a reference that stands in the daemon's log.
    Unavailable = "unavailable",
    /// The daemon is going down and will be back.
    ShuttingDown = "shutting_down",
    /// The right to do this is missing.
    NotAllowed = "not_allowed",
    /// A name is not acceptable.
    BadName = "bad_name",
    /// A name is in use.
    NameTaken = "name_taken",
    /// A name looks like one in use.
    NameConfusable = "name_confusable",
    /// A verifier or password does not fulfil what is asked.
    BadPassword = "bad_password",
    /// New accounts need an invitation.
    InviteNeeded = "invite_needed",
    /// The invitation is unknown, used up, expired or revoked.
    InviteInvalid = "invite_invalid",
    /// Only the administrator makes accounts here.
    RegistrationClosed = "registration_closed",
    /// Name or password is wrong.
    SignInFailed = "sign_in_failed",
    /// Too many failed tries; `retry_after_ms` tells when the next is allowed.
    Throttled = "throttled",
    /// The device's token is unknown or was revoked.
    TokenInvalid = "token_invalid",
    /// The account is disabled.
    AccountDisabled = "account_disabled",
    /// No such account.
    NoSuchAccount = "no_such_account",
    /// No such device of this account.
    NoSuchDevice = "no_such_device",
    /// No such invitation.
    NoSuchInvite = "no_such_invite",
    /// The account has as many devices as it may.
    TooManyDevices = "too_many_devices",
    /// Numbered commands need a device: `add_device` or `resume` first.
    NoDevice = "no_device",
    /// Numbered commands need a stream: `open_stream` first.
    NoStream = "no_stream",
    /// The device has as many streams as it may.
    TooManyStreams = "too_many_streams",
    /// The number is so far behind its stream's newest that its outcome is no longer known.
    StaleNonce = "stale_nonce",
    /// No such conversation, or not one that this account may know of.
    NoSuchConversation = "no_such_conversation",
    /// Only members may do this, or only to them.
    NotAMember = "not_a_member",
    /// The account is in as many conversations as it may be.
    TooManyConversations = "too_many_conversations",
    /// Not something a direct conversation has: nobody joins or leaves it and it has no topic.
    NotARoom = "not_a_room",
    /// A direct conversation needs one to 31 other people.
    BadMembers = "bad_members",
    /// A message without text.
    MessageEmpty = "message_empty",
    /// A message over the limit.
    MessageTooLong = "message_too_long",
    /// A topic, label or other text over its limit.
    TextTooLong = "text_too_long",
    /// Something about an account that was deleted, or by whom that is not possible any more.
    AccountDeleted = "account_deleted",
    /// Somebody is a contact already.
    ContactExists = "contact_exists",
    /// Somebody is no contact.
    NoSuchContact = "no_such_contact",
    /// As many contacts, blocks, groups or members of a group as there may be.
    TooManyEntries = "too_many_entries",
    /// Somebody is blocked already.
    AlreadyBlocked = "already_blocked",
    /// Somebody is not blocked.
    NotBlocked = "not_blocked",
    /// Somebody cannot be in another direct conversation just now.
    NotReachable = "not_reachable",
    /// This cannot be done to oneself.
    NotToYourself = "not_to_yourself",
    /// Nothing like that waits in the inbox.
    NoSuchItem = "no_such_item",
    /// This room is entered by invitation.
    InvitationNeeded = "invitation_needed",
    /// This account, or the one to be invited, is banned from the room.
    Banned = "banned",
    /// This account may read but not write here.
    Muted = "muted",
    /// Somebody is not banned or muted, or an address not banned: that cannot be taken back.
    NotRestricted = "not_restricted",
    /// Somebody is not invited into the room: there is nothing to take back.
    NotInvited = "not_invited",
    /// Somebody is a member already.
    AlreadyAMember = "already_a_member",
    /// Only owners and moderators write here.
    RoomReadOnly = "room_read_only",
    /// The room is archived: nobody writes.
    RoomArchived = "room_archived",
    /// Too soon after one's last message here; `retry_after_ms` tells when.
    SlowMode = "slow_mode",
    /// A room keeps one owner.
    LastOwner = "last_owner",
    /// The house keeps one administrator.
    LastAdministrator = "last_administrator",
    /// Newcomers are put into public rooms only that are not archived.
    NotForNewcomers = "not_for_newcomers",
    /// The one acted upon has as much to say as the one who acts, or more.
    Outranked = "outranked",
    /// The name given to be sure is not the room's or account's.
    NameMismatch = "name_mismatch",
    /// The room was not deleted, or too long ago.
    NotDeleted = "not_deleted",
    /// There is no such message, or it was taken away already.
    NoSuchMessage = "no_such_message",
    /// This needs a connection that signed in by password.
    PasswordNeeded = "password_needed",
    /// The one-time code is wrong, used or expired.
    ResetCodeInvalid = "reset_code_invalid",
    /// No connections are taken from this address.
    AddressBanned = "address_banned",
    /// This is not an address or network.
    BadNetwork = "bad_network",
    /// The account is signed in as often as it may be.
    TooManySessions = "too_many_sessions",
    /// The account was signed in elsewhere, and one place is all there is.
    SignedInElsewhere = "signed_in_elsewhere",
    /// No such shared group.
    NoSuchGroup = "no_such_group",
    /// A profile, status or other text that makes no sense there.
    BadText = "bad_text",
    /// A page, cursor or filter that makes no sense.
    BadRange = "bad_range",
}

impl fmt::Display for FaultCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl Fault {
    /// A fault without a time to wait.
    pub fn new(code: FaultCode, text: impl Into<String>) -> Self {
        Self {
            code,
            text: text.into(),
            retry_after_ms: None,
            until: None,
        }
    }

    /// The same fault with a time after which to try again.
    #[must_use]
    pub fn retry_after_ms(mut self, milliseconds: u64) -> Self {
        self.retry_after_ms = Some(milliseconds);
        self
    }

    /// The same fault with a time until which it holds; nothing: for good.
    #[must_use]
    pub fn until(mut self, until: Option<Timestamp>) -> Self {
        self.until = until;
        self
    }

    /// Whether the same request may succeed later without anybody changing anything.
    #[must_use]
    pub fn is_passing(&self) -> bool {
        matches!(
            self.code,
            FaultCode::Busy
                | FaultCode::ReadOnly
                | FaultCode::Unavailable
                | FaultCode::ShuttingDown
                | FaultCode::Throttled
                | FaultCode::TooManyRequests
                | FaultCode::TooManyConnections
                | FaultCode::TimedOut
        )
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.code, self.text)
    }
}

impl std::error::Error for Fault {}
