//! The words for what a command cannot do as things are, with people and rooms by their names. In the form
//! of [`super::faults`].

use super::faults::{
    account_disabled, bad_members, no_such_account, no_such_conversation, not_a_member, not_a_room,
};
use crate::journal::{Refusal, Refused};
use chat_shared::limits;
use chat_shared::{Fault, FaultCode, Timestamp};

/// What who asked reads of it.
pub(super) fn refused(why: &Refused) -> Fault {
    let Refused {
        refusal,
        who,
        is_asker,
        place,
    } = why;
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
        Refusal::NoSuchAccount(who) => return no_such_account(who),
        Refusal::NoSuchDevice(device) => {
            (FaultCode::NoSuchDevice, format!("you have no device {device}: it may have been revoked"))
        }
        Refusal::NoSuchDeviceOf(_, device) => (
            FaultCode::NoSuchDevice,
            format!("{who} has no device {device}: it may have been revoked"),
        ),
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
        Refusal::NotAMember(_) => return not_a_member(place),
        Refusal::TooManyConversations => (
            FaultCode::TooManyConversations,
            format!(
                "one of you is in {} conversations, which is the limit: leave one first",
                limits::CONVERSATIONS_PER_ACCOUNT
            ),
        ),
        Refusal::NotARoom(_) => return not_a_room(),
        Refusal::BadMembers => return bad_members(limits::DIRECT_MEMBERS),
        Refusal::AccountDisabled => return account_disabled(),
        Refusal::AlreadyFounded => {
            (FaultCode::WrongState, "this house was founded already".into())
        }
        Refusal::NotAllowed(who) => {
            (FaultCode::NotAllowed, format!("this is only for {who}"))
        }
        Refusal::NotForNewcomers(_) => (
            FaultCode::NotForNewcomers,
            format!("newcomers are put into public rooms: {place} is not, or is archived; change that first"),
        ),
        Refusal::Outranked(_) => (
            FaultCode::Outranked,
            format!("{who} has as much to say as you, or more: ask somebody who has more than both of you"),
        ),
        Refusal::NotToYourself => (
            FaultCode::NotToYourself,
            "you cannot do this to yourself: name somebody else".into(),
        ),
        Refusal::AccountDeleted(_) => (
            FaultCode::AccountDeleted,
            format!("the account {who} was deleted: a former member cannot be brought back"),
        ),
        Refusal::Disabled(_) => (
            FaultCode::AccountDisabled,
            format!("the account {who} is disabled: enable it first, or name somebody else"),
        ),
        Refusal::ContactExists(_) => (
            FaultCode::ContactExists,
            format!("{who} is among your contacts already, in just this way"),
        ),
        Refusal::NoSuchContact(_) => (
            FaultCode::NoSuchContact,
            format!("{who} is not among your contacts"),
        ),
        Refusal::TooMany { what, limit } => (
            FaultCode::TooManyEntries,
            format!("there are {limit} {what}, which is the limit: remove one first"),
        ),
        Refusal::AlreadyBlocked(_) => {
            (FaultCode::AlreadyBlocked, format!("you block {who} already"))
        }
        Refusal::NotBlocked(_) => {
            (FaultCode::NotBlocked, format!("you do not block {who}"))
        }
        Refusal::NotReachable(_) => (
            FaultCode::NotReachable,
            format!("{who} cannot be reached by a direct message just now: write to them in a room"),
        ),
        Refusal::NoSuchItem(item) => (
            FaultCode::NoSuchItem,
            format!("there is no item {item} in your inbox: it may have been dismissed elsewhere"),
        ),
        Refusal::NoSuchAnnouncement(id) => (
            FaultCode::NoSuchItem,
            format!("announcement {id} does not wait for you: it may have been dismissed elsewhere"),
        ),
        Refusal::InvitationNeeded(_) => (
            FaultCode::InvitationNeeded,
            format!("{place} is entered by invitation: ask somebody who is in it"),
        ),
        Refusal::Banned { until, .. } => {
            let who = match is_asker {
                true => "you are".to_owned(),
                false => format!("{who} is"),
            };
            let end = end(*until);
            let text = format!("{who} banned from {place}{end}: ask its moderators");
            return Fault::new(FaultCode::Banned, text).until(*until);
        }
        Refusal::Muted { until, .. } => {
            let end = end(*until);
            let text = format!("you may read but not write in {place}{end}: ask its moderators");
            return Fault::new(FaultCode::Muted, text).until(*until);
        }
        Refusal::NotInside { .. } => {
            (FaultCode::NotAMember, format!("{who} is not in {place}"))
        }
        Refusal::NoRoleOutside { .. } => (
            FaultCode::NotAMember,
            format!("{who} is not in {place}: invite them (`room invite`, `/invite`), and give the role when they have joined"),
        ),
        Refusal::NotInvited { .. } => (
            FaultCode::NotInvited,
            format!("{who} is not invited into {place}: nothing to take back"),
        ),
        Refusal::NotRestricted { how, .. } => {
            (FaultCode::NotRestricted, format!("{who} is not {how}"))
        }
        Refusal::AlreadyAMember(_) => (
            FaultCode::AlreadyAMember,
            format!("{who} is in the room already"),
        ),
        Refusal::RoomReadOnly(_) => (
            FaultCode::RoomReadOnly,
            format!("in {place} only owners and moderators write: answer elsewhere"),
        ),
        Refusal::RoomArchived(_) => (
            FaultCode::RoomArchived,
            format!("{place} is archived: it can be read, and its owners can open it again"),
        ),
        Refusal::SlowMode { wait_ms } => {
            let seconds = wait_ms.div_ceil(1_000);
            let text = format!("messages come slowly here: wait {seconds} s before your next");
            return Fault::new(FaultCode::SlowMode, text).retry_after_ms(*wait_ms);
        }
        Refusal::LastOwner(_) => (
            FaultCode::LastOwner,
            format!("{place} would have no owner any more: make somebody else one first"),
        ),
        Refusal::LastAdministrator => (
            FaultCode::LastAdministrator,
            "this is the last administrator of the house: make somebody else one first".into(),
        ),
        Refusal::NameMismatch { wanted } => (
            FaultCode::NameMismatch,
            format!("the room is called `{wanted}`: give that name if it is the one you mean"),
        ),
        Refusal::NotTheirName(_) => (
            FaultCode::NameMismatch,
            format!("the account is called `{who}`: give that name if it is the one you mean"),
        ),
        Refusal::NotDeleted(_) => (
            FaultCode::NotDeleted,
            format!("{place} was not deleted, or longer ago than it could be restored"),
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

/// Until when something holds, in the words of all time zones: clients know the form, and put their own time there.
fn end(until: Option<Timestamp>) -> String {
    let time = until.and_then(|until| jiff::Timestamp::from_millisecond(until.0).ok());
    time.map_or_else(String::new, |time| {
        format!(" until {}", time.strftime("%Y-%m-%d %H:%M UTC"))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use chat_shared::{AccountId, ConversationId, DeviceId, InviteId, Seq};
    use std::collections::BTreeSet;

    const ANNA: AccountId = AccountId(71);
    const ROOM: ConversationId = ConversationId(82);

    fn named(refusal: &Refusal) -> Refused {
        Refused {
            refusal: refusal.clone(),
            who: "olga".into(),
            is_asker: false,
            place: "#pool".into(),
        }
    }

    fn text(refusal: &Refusal) -> String {
        refused(&named(refusal)).text
    }

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
            Refusal::NoSuchDeviceOf(ANNA, DeviceId(1)),
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
            Refusal::NotForNewcomers(ROOM),
            Refusal::Outranked(ANNA),
            Refusal::NotToYourself,
            Refusal::AccountDeleted(ANNA),
            Refusal::Disabled(ANNA),
            Refusal::NotTheirName(ANNA),
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
            Refusal::NoSuchAnnouncement(9),
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
            Refusal::NotInside {
                conversation: ROOM,
                account: ANNA,
            },
            Refusal::NoRoleOutside {
                conversation: ROOM,
                account: ANNA,
            },
            Refusal::NotInvited {
                conversation: ROOM,
                account: ANNA,
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
            let text = text(&refusal);
            assert!(text.len() <= 160, "{text}");
            assert!(!text.ends_with('.'), "{text}");
            assert!(!text.starts_with(char::is_uppercase), "{text}");
            assert!(texts.insert(text), "two refusals say the same: {refusal:?}");
        }
    }

    #[test]
    fn people_and_rooms_are_told_by_name() {
        for refusal in all() {
            let text = text(&refusal);
            assert_eq!(refusal.account().is_some(), text.contains("olga"), "{text}");
            let names_place = refusal.conversation().is_some();
            assert_eq!(names_place, text.contains("#pool"), "{text}");
            for number in ["account 71", "room 82", "conversation 82"] {
                let is_secret = matches!(refusal, Refusal::NoSuchConversation(_));
                assert!(is_secret || !text.contains(number), "{text}");
            }
        }
    }

    #[test]
    fn who_is_banned_is_told_so_as_you() {
        let banned = Refusal::Banned {
            conversation: ROOM,
            account: ANNA,
            until: None,
        };
        let mut why = named(&banned);
        assert!(refused(&why).text.starts_with("olga is banned from #pool"));
        why.is_asker = true;
        assert!(refused(&why).text.starts_with("you are banned from #pool"));
    }

    #[test]
    fn a_time_to_wait_and_a_time_to_end_are_told() {
        let slow = refused(&named(&Refusal::SlowMode { wait_ms: 2_500 }));
        assert_eq!(slow.retry_after_ms, Some(2_500));
        assert!(slow.text.contains("3 s"), "{slow}");
        let muted = Refusal::Muted {
            conversation: ROOM,
            until: Some(Timestamp(1_763_700_000_000)),
        };
        let muted = refused(&named(&muted));
        assert!(muted.text.contains("until 2025-11-21 04:40 UTC"), "{muted}");
        assert_eq!(muted.until, Some(Timestamp(1_763_700_000_000)));
    }
}
