//! The one place where what went wrong becomes the words that a user reads.
//!
//! Texts are lower case without a full stop and name the thing, the limit and the way out. What is
//! internal does not cross the wire: it becomes a reference, and stands under it in the log.

use crate::journal::{NotDone, Refusal};
use crate::random;
use crate::store::StoreError;
use chat_shared::limits;
use chat_shared::names::NameError;
use chat_shared::{ConversationId, Fault, FaultCode};
use std::time::Duration;

/// How long a client waits before it asks a busy daemon again.
const BUSY_RETRY_MS: u64 = 500;
/// How long it waits for a daemon that cannot write.
const READ_ONLY_RETRY_MS: u64 = 2_000;

/// Why a command was not carried out.
pub(crate) fn not_done(why: NotDone) -> Fault {
    match why {
        NotDone::Refused(refusal) => refused(&refusal),
        NotDone::Busy => busy(),
        NotDone::ReadOnly(why) => Fault::new(
            FaultCode::ReadOnly,
            format!("nothing can be written just now ({why}): what is there can be read, and this will be taken again as soon as the disk can"),
        )
        .retry_after_ms(READ_ONLY_RETRY_MS),
        NotDone::Closing => shutting_down(),
    }
}

fn refused(refusal: &Refusal) -> Fault {
    let (code, text) = match refusal {
        Refusal::NameTaken(name) => {
            (FaultCode::NameTaken, format!("the name `{name}` is taken: choose another"))
        }
        Refusal::NameConfusable { wanted, taken } => (
            FaultCode::NameConfusable,
            format!("`{wanted}` looks like `{taken}`, which is taken: choose a name that looks different"),
        ),
        Refusal::InviteInvalid => (
            FaultCode::InviteInvalid,
            "this invitation does not hold (mistyped, used up, expired or revoked): ask for a new one"
                .into(),
        ),
        Refusal::NoSuchAccount(who) => {
            (FaultCode::NoSuchAccount, format!("there is no account `{who}`, or it is disabled"))
        }
        Refusal::NoSuchDevice(device) => {
            (FaultCode::NoSuchDevice, format!("you have no device {device}: it may have been revoked"))
        }
        Refusal::NoSuchInvite(invite) => {
            (FaultCode::NoSuchInvite, format!("there is no invitation {invite} that still holds"))
        }
        Refusal::TooManyDevices => (
            FaultCode::TooManyDevices,
            format!(
                "this account has {} devices, which is the limit: revoke one first",
                limits::DEVICES_PER_ACCOUNT
            ),
        ),
        Refusal::StaleNonce => (
            FaultCode::StaleNonce,
            format!(
                "this number is more than {} behind the newest of its stream, or was settled: what became of it is no longer known",
                limits::STREAM_WINDOW
            ),
        ),
        Refusal::NoSuchConversation(conversation) => return no_such_conversation(*conversation),
        Refusal::NotAMember(conversation) => return not_a_member(*conversation),
        Refusal::TooManyConversations => (
            FaultCode::TooManyConversations,
            format!(
                "one of you is in {} conversations, which is the limit: leave one first",
                limits::CONVERSATIONS_PER_ACCOUNT
            ),
        ),
        Refusal::NotARoom(conversation) => (
            FaultCode::NotARoom,
            format!("conversation {conversation} is a direct one: it has no topic, and nobody joins or leaves it"),
        ),
        Refusal::BadMembers => (
            FaultCode::BadMembers,
            format!(
                "a direct conversation is with 1 to {} other people: for more, create a room",
                limits::DIRECT_MEMBERS - 1
            ),
        ),
        Refusal::AccountDisabled => return account_disabled(),
        Refusal::AlreadyFounded => {
            (FaultCode::WrongState, "this house was founded already".into())
        }
    };
    Fault::new(code, text)
}

/// Something failed inside: the client gets a reference, the log the reason.
pub(crate) fn store(error: &StoreError) -> Fault {
    internal("the store", error)
}

/// See [`store`]; for any part.
pub(crate) fn internal(part: &str, error: &dyn std::fmt::Display) -> Fault {
    let reference = u32::from_be_bytes(random::bytes());
    tracing::error!(part, %error, reference = %format_args!("{reference:08x}"), "a request failed");
    Fault::new(
        FaultCode::Unavailable,
        format!("something failed here: try again, or tell your administrator the reference {reference:08x}"),
    )
    .retry_after_ms(READ_ONLY_RETRY_MS)
}

pub(crate) fn no_such_conversation(conversation: ConversationId) -> Fault {
    Fault::new(
        FaultCode::NoSuchConversation,
        format!("there is no conversation {conversation} that you could see"),
    )
}

pub(crate) fn not_a_member(conversation: ConversationId) -> Fault {
    Fault::new(
        FaultCode::NotAMember,
        format!("you are not in conversation {conversation}: join it first"),
    )
}

pub(crate) fn not_followed(conversation: ConversationId) -> Fault {
    Fault::new(
        FaultCode::NotAMember,
        format!("this connection does not follow conversation {conversation}: `sync` it first"),
    )
}

pub(crate) fn account_disabled() -> Fault {
    Fault::new(
        FaultCode::AccountDisabled,
        "this account is disabled: ask your administrator",
    )
}

pub(crate) fn busy() -> Fault {
    Fault::new(
        FaultCode::Busy,
        "too much is waiting just now: try again in a moment",
    )
    .retry_after_ms(BUSY_RETRY_MS)
}

pub(crate) fn shutting_down() -> Fault {
    Fault::new(
        FaultCode::ShuttingDown,
        "the daemon is going down and will be back: reconnect",
    )
    .retry_after_ms(BUSY_RETRY_MS)
}

pub(crate) fn frame_too_long(limit: usize) -> Fault {
    Fault::new(
        FaultCode::FrameTooLong,
        format!(
            "a frame may have {limit} bytes here: the connection ends, since what follows cannot be told apart"
        ),
    )
}

pub(crate) fn malformed(error: &dyn std::fmt::Display) -> Fault {
    // What it says of the bytes may hold bytes of theirs: cut, and cleaned by whoever shows it.
    let detail: String = error.to_string().chars().take(120).collect();
    Fault::new(
        FaultCode::Malformed,
        format!("this is not a request: {detail}"),
    )
}

pub(crate) fn unknown_request() -> Fault {
    Fault::new(
        FaultCode::UnknownRequest,
        "this daemon does not know that request: it may be older than your client",
    )
}

pub(crate) fn wrong_state(text: &str) -> Fault {
    Fault::new(FaultCode::WrongState, text)
}

pub(crate) fn not_allowed(text: &str) -> Fault {
    Fault::new(FaultCode::NotAllowed, text)
}

pub(crate) fn bad_name(error: &NameError) -> Fault {
    Fault::new(FaultCode::BadName, error.to_string())
}

pub(crate) fn sign_in_failed() -> Fault {
    Fault::new(FaultCode::SignInFailed, "name or password is wrong")
}

pub(crate) fn throttled(wait: Duration) -> Fault {
    let seconds = wait.as_secs() + 1;
    Fault::new(
        FaultCode::Throttled,
        format!("too many failed tries: wait {seconds} s and try again"),
    )
    .retry_after_ms(u64::try_from(wait.as_millis()).unwrap_or(u64::MAX))
}

pub(crate) fn token_invalid() -> Fault {
    Fault::new(
        FaultCode::TokenInvalid,
        "this device is not known or was revoked: sign in with name and password",
    )
}

pub(crate) fn too_long(what: &str, limit: usize) -> Fault {
    let code = if what == "message" {
        FaultCode::MessageTooLong
    } else {
        FaultCode::TextTooLong
    };
    Fault::new(
        code,
        format!("a {what} may have {limit} bytes of UTF-8: shorten it"),
    )
}

pub(crate) fn message_empty() -> Fault {
    Fault::new(FaultCode::MessageEmpty, "a message needs some text")
}

pub(crate) fn bad_range(text: &str) -> Fault {
    Fault::new(FaultCode::BadRange, text)
}

pub(crate) fn timed_out(text: &str) -> Fault {
    Fault::new(FaultCode::TimedOut, text)
}

pub(crate) fn too_many_connections(text: String) -> Fault {
    Fault::new(FaultCode::TooManyConnections, text).retry_after_ms(10 * BUSY_RETRY_MS)
}
