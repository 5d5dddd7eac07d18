//! The one place where what went wrong becomes the words that a user reads; what a command cannot do as
//! things are has its own in [`super::refusals`].
//!
//! Texts are lower case without a full stop and name the thing, the limit and the way out. What is
//! internal does not cross the wire: it becomes a reference, and stands under it in the log.

use super::refusals::refused;
use crate::journal::NotDone;
use crate::random;
use crate::store::StoreError;
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
        NotDone::Refused(why) => refused(&why),
        NotDone::Busy => busy(),
        NotDone::ReadOnly(why) => Fault::new(
            FaultCode::ReadOnly,
            format!("nothing can be written just now ({why}): what is there can be read, and this will be taken again as soon as the disk can"),
        )
        .retry_after_ms(READ_ONLY_RETRY_MS),
        NotDone::Closing => shutting_down(),
    }
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

/// Of a conversation that the asker may know of, by its name.
pub(crate) fn not_a_member(place: &str) -> Fault {
    Fault::new(
        FaultCode::NotAMember,
        format!("you are not in {place}: join it first"),
    )
}

pub(crate) fn not_followed(conversation: ConversationId) -> Fault {
    Fault::new(
        FaultCode::NotAMember,
        format!("this connection does not follow conversation {conversation}: `sync` it first"),
    )
}

pub(crate) fn not_a_room() -> Fault {
    Fault::new(
        FaultCode::NotARoom,
        "this is a direct conversation: it has no topic, and nobody joins or leaves it",
    )
}

pub(crate) fn no_such_room(name: &str) -> Fault {
    // What somebody typed: cut, and cleaned by whoever shows it.
    let name: String = name.chars().take(40).collect();
    Fault::new(
        FaultCode::NoSuchConversation,
        format!("there is no room `{name}`"),
    )
}

pub(crate) fn no_such_account(who: &dyn std::fmt::Display) -> Fault {
    let who: String = who.to_string().chars().take(40).collect();
    Fault::new(
        FaultCode::NoSuchAccount,
        format!("there is no account `{who}`, or it is disabled"),
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
        format!("{} may have {limit} bytes of UTF-8: shorten it", a(what)),
    )
}

/// One of something.
pub(crate) fn a(what: &str) -> String {
    let article = if what.starts_with(['a', 'e', 'i', 'o', 'u']) {
        "an"
    } else {
        "a"
    };
    format!("{article} {what}")
}

/// Too many people for a direct conversation of at most `limit`, or none.
pub(crate) fn bad_members(limit: usize) -> Fault {
    Fault::new(
        FaultCode::BadMembers,
        format!(
            "a direct conversation is with 1 to {} other people: for more, create a room",
            limit - 1
        ),
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
