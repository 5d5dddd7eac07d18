//! The one place where what went wrong becomes the words that a user reads.
//!
//! Texts are lower case without a full stop and name the thing, the limit and the way out. What is
//! internal does not cross the wire: it becomes a reference, and stands under it in the log.

use crate::journal::{NotDone, Refusal};
use crate::random;
use crate::store::StoreError;
use chat_shared::limits;
use chat_shared::names::NameError;
use chat_shared::{ConversationId, Fault, FaultCode, Timestamp};
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
        Refusal::NotAllowed(who) => {
            (FaultCode::NotAllowed, format!("this is only for {who}"))
        }
        Refusal::Outranked(account) => (
            FaultCode::Outranked,
            format!("account {account} has as much to say as you, or more: ask somebody who has more than both of you"),
        ),
        Refusal::NotToYourself => (
            FaultCode::NotToYourself,
            "you cannot do this to yourself: name somebody else".into(),
        ),
        Refusal::AccountDeleted(account) => (
            FaultCode::AccountDeleted,
            format!("account {account} was deleted: a former member cannot be brought back"),
        ),
        Refusal::ContactExists(account) => (
            FaultCode::ContactExists,
            format!("account {account} is among your contacts already, in just this way"),
        ),
        Refusal::NoSuchContact(account) => (
            FaultCode::NoSuchContact,
            format!("account {account} is not among your contacts"),
        ),
        Refusal::TooMany { what, limit } => (
            FaultCode::TooManyEntries,
            format!("there are {limit} {what}, which is the limit: remove one first"),
        ),
        Refusal::AlreadyBlocked(account) => {
            (FaultCode::NotBlocked, format!("you block account {account} already"))
        }
        Refusal::NotBlocked(account) => {
            (FaultCode::NotBlocked, format!("you do not block account {account}"))
        }
        Refusal::NotReachable(account) => (
            FaultCode::NotReachable,
            format!("account {account} takes no direct conversations from you just now: write to them in a room"),
        ),
        Refusal::NoSuchItem(item) => (
            FaultCode::NoSuchItem,
            format!("there is no item {item} in your inbox: it may have been dismissed elsewhere"),
        ),
        Refusal::InvitationNeeded(conversation) => (
            FaultCode::InvitationNeeded,
            format!("room {conversation} is entered by invitation: ask somebody who is in it"),
        ),
        Refusal::Banned {
            conversation,
            account,
            until,
        } => (
            FaultCode::Banned,
            format!(
                "account {account} is banned from room {conversation}{}: ask its moderators",
                end(*until)
            ),
        ),
        Refusal::Muted {
            conversation,
            until,
        } => (
            FaultCode::Muted,
            format!(
                "you may read but not write in room {conversation}{}: ask its moderators",
                end(*until)
            ),
        ),
        Refusal::NotRestricted { account, how } => {
            (FaultCode::NotRestricted, format!("account {account} is not {how}"))
        }
        Refusal::AlreadyAMember(account) => (
            FaultCode::AlreadyAMember,
            format!("account {account} is in the room already"),
        ),
        Refusal::RoomReadOnly(conversation) => (
            FaultCode::RoomReadOnly,
            format!("in room {conversation} only owners and moderators write: answer elsewhere"),
        ),
        Refusal::RoomArchived(conversation) => (
            FaultCode::RoomArchived,
            format!("room {conversation} is archived: it can be read, and its owners can open it again"),
        ),
        Refusal::SlowMode { wait_ms } => {
            let seconds = wait_ms.div_ceil(1_000);
            let text = format!("messages come slowly here: wait {seconds} s before your next");
            return Fault::new(FaultCode::SlowMode, text).retry_after_ms(*wait_ms);
        }
        Refusal::LastOwner(conversation) => (
            FaultCode::LastOwner,
            format!("you are the last owner of room {conversation}: make somebody else one first"),
        ),
        Refusal::LastAdministrator => (
            FaultCode::LastOwner,
            "this is the last administrator of the house: make somebody else one first".into(),
        ),
        Refusal::NameMismatch { wanted } => (
            FaultCode::NameMismatch,
            format!("the room is called `{wanted}`: give that name if it is the one you mean"),
        ),
        Refusal::NotDeleted(conversation) => (
            FaultCode::NotDeleted,
            format!("room {conversation} was not deleted, or longer ago than it could be restored"),
        ),
        Refusal::NoSuchMessage(seq) => (
            FaultCode::NoSuchMessage,
            format!("entry {seq} is no message, or was taken away already"),
        ),
        Refusal::ResetCodeInvalid => (
            FaultCode::ResetCodeInvalid,
            "this code does not hold (mistyped, used or expired): ask your administrator for a new one"
                .into(),
        ),
        Refusal::NoSuchGroup(name) => {
            (FaultCode::NoSuchGroup, format!("there is no shared group `{name}`"))
        }
        Refusal::NoSuchNetwork(network) => (
            FaultCode::NotRestricted,
            format!("{network} is not banned: name it as it was banned"),
        ),
    };
    Fault::new(code, text)
}

/// Until when something holds, in the words of all time zones.
fn end(until: Option<Timestamp>) -> String {
    let time = until.and_then(|until| jiff::Timestamp::from_millisecond(until.0).ok());
    time.map_or_else(String::new, |time| {
        format!(" until {}", time.strftime("%Y-%m-%d %H:%M UTC"))
    })
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

pub(crate) fn not_a_room(conversation: ConversationId) -> Fault {
    refused(&Refusal::NotARoom(conversation))
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
    refused(&Refusal::NoSuchAccount(who))
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

#[cfg(test)]
mod tests {
    use super::*;
    use chat_shared::{AccountId, DeviceId, InviteId, Seq};
    use std::collections::BTreeSet;

    const ANNA: AccountId = AccountId(1);
    const ROOM: ConversationId = ConversationId(2);

    fn all() -> Vec<Refusal> {
        vec![
            Refusal::NameTaken("anna".into()),
            Refusal::NameConfusable {
                wanted: "anna".into(),
                taken: "аnna".into(),
            },
            Refusal::InviteInvalid,
            Refusal::NoSuchAccount("anna".into()),
            Refusal::NoSuchDevice(DeviceId(1)),
            Refusal::NoSuchInvite(InviteId(1)),
            Refusal::TooManyDevices,
            Refusal::StaleNonce,
            Refusal::NoSuchConversation(ROOM),
            Refusal::NotAMember(ROOM),
            Refusal::TooManyConversations,
            Refusal::NotARoom(ROOM),
            Refusal::BadMembers,
            Refusal::AccountDisabled,
            Refusal::AlreadyFounded,
            Refusal::NotAllowed("moderators of the room"),
            Refusal::Outranked(ANNA),
            Refusal::NotToYourself,
            Refusal::AccountDeleted(ANNA),
            Refusal::ContactExists(ANNA),
            Refusal::NoSuchContact(ANNA),
            Refusal::TooMany {
                what: "contacts",
                limit: 1_000,
            },
            Refusal::AlreadyBlocked(ANNA),
            Refusal::NotBlocked(ANNA),
            Refusal::NotReachable(ANNA),
            Refusal::NoSuchItem(9),
            Refusal::InvitationNeeded(ROOM),
            Refusal::Banned {
                conversation: ROOM,
                account: ANNA,
                until: None,
            },
            Refusal::Muted {
                conversation: ROOM,
                until: Some(Timestamp(1_763_700_000_000)),
            },
            Refusal::NotRestricted {
                account: ANNA,
                how: "muted",
            },
            Refusal::AlreadyAMember(ANNA),
            Refusal::RoomReadOnly(ROOM),
            Refusal::RoomArchived(ROOM),
            Refusal::SlowMode { wait_ms: 2_500 },
            Refusal::LastOwner(ROOM),
            Refusal::LastAdministrator,
            Refusal::NameMismatch {
                wanted: "lunch".into(),
            },
            Refusal::NotDeleted(ROOM),
            Refusal::NoSuchMessage(Seq(4)),
            Refusal::ResetCodeInvalid,
            Refusal::NoSuchGroup("sales".into()),
            Refusal::NoSuchNetwork("192.0.2.0/24".into()),
        ]
    }

    #[test]
    fn every_refusal_has_a_short_text_of_its_own_in_our_form() {
        let mut texts = BTreeSet::new();
        for refusal in all() {
            let text = refused(&refusal).text;
            assert!(text.len() <= 160, "{text}");
            assert!(!text.ends_with('.'), "{text}");
            assert!(!text.starts_with(char::is_uppercase), "{text}");
            assert!(texts.insert(text), "two refusals say the same: {refusal:?}");
        }
    }

    #[test]
    fn a_time_to_wait_and_a_time_to_end_are_told() {
        let slow = refused(&Refusal::SlowMode { wait_ms: 2_500 });
        assert_eq!(slow.retry_after_ms, Some(2_500));
        assert!(slow.text.contains("3 s"), "{slow}");
        let muted = Refusal::Muted {
            conversation: ROOM,
            until: Some(Timestamp(1_763_700_000_000)),
        };
        let text = refused(&muted).text;
        assert!(text.contains("until 2025-11-21 04:40 UTC"), "{text}");
    }
}
