//! What a wire command means: sizes and forms are checked, names are prepared. Without clock or I/O, but for a look into
//! the tz database. Who may do it is asked when it is applied.

use super::super::{Person, faults};
use super::texts::{line, mail_address, paragraph, time_zone, until};
use crate::config::{Config, DeletedMessages};
use crate::journal::Action;
use crate::journal::command::Name;
use crate::net::bans::Network;
use crate::store::record::Verifier;
use chat_shared::limits::{
    ABOUT_BYTES, ANNOUNCE_TO, ANNOUNCEMENT_BYTES, DESCRIPTION_BYTES, GROUP_BYTES, GROUP_NEW,
    PROFILE_FIELD_BYTES, REASON_BYTES, SHARED_GROUP_MEMBERS, SLOW_SECS, STATUS_BYTES,
};
use chat_shared::names::{AccountName, RoomName, skeleton};
use chat_shared::scram::MAX_ITERATIONS;
use chat_shared::{
    Access, AccountId, Audience, Command, Fault, FaultCode, Profile, RoomChange, Timestamp,
    VerifierData,
};

/// What is wanted by somebody who is signed in, or by the administrator at the machine.
pub(super) fn action(
    command: Command,
    config: &Config,
    person: Option<&Person>,
    at: Timestamp,
) -> Result<Action, Fault> {
    if person.is_none() && is_about_oneself(&command) {
        return Err(faults::wrong_state(
            "this is about one's own account, and the administrator at the machine has none: sign in for it",
        ));
    }
    let device = person.and_then(|person| person.device);
    Ok(match command {
        Command::SetProfile { account, profile } => {
            check_profile(&profile)?;
            Action::SetProfile { account, profile }
        }
        Command::SetStatus { text, until: end } => {
            line("status text", &text, STATUS_BYTES)?;
            until(end, at)?;
            Action::SetStatus { text, until: end }
        }
        Command::ChangePassword { verifier } => {
            needs_password(person)?;
            Action::ChangePassword {
                verifier: checked_verifier(config, &verifier)?,
                keep: device,
            }
        }
        Command::DeleteAccount {} => {
            needs_password(person)?;
            let remove_messages = removes_messages(config);
            Action::DeleteAccount { remove_messages }
        }
        Command::DeleteAccountOf { account, name } => {
            // The administrator at the machine has none.
            if person.is_some() {
                needs_password(person)?;
            }
            Action::DeleteAccountOf {
                account,
                // One that cannot be is not theirs, and is told so.
                name: AccountName::parse(&name).map_or(name, String::from),
                remove_messages: removes_messages(config),
            }
        }
        Command::RevokeOtherDevices {} => Action::RevokeOtherDevices { keep: device },
        Command::PutContact {
            account,
            group,
            favourite,
        } => {
            line("name of a group", &group, GROUP_BYTES)?;
            let group = group.trim().to_owned();
            if group == GROUP_NEW {
                let text = format!(
                    "the group `{GROUP_NEW}` is for those who wrote first: choose another name, or none"
                );
                return Err(Fault::new(FaultCode::BadText, text));
            }
            Action::PutContact {
                account,
                group,
                favourite,
            }
        }
        Command::RemoveContact { account } => Action::RemoveContact { account },
        Command::Block { account } => Action::Block { account },
        Command::Unblock { account } => Action::Unblock { account },
        Command::DismissInbox { item } => Action::DismissInbox { item },
        Command::DismissAnnouncement { announcement } => {
            Action::DismissAnnouncement { announcement }
        }
        Command::CreateRoom {
            name,
            topic,
            change,
            owner,
        } => {
            check_new_room(&change)?;
            Action::CreateRoom {
                name: room_name(&name)?,
                topic: checked_topic(config, topic)?,
                change,
                owner,
            }
        }
        Command::SetTopic {
            conversation,
            topic,
        } => Action::SetTopic {
            conversation,
            topic: checked_topic(config, topic)?,
        },
        Command::RenameRoom { conversation, name } => Action::RenameRoom {
            conversation,
            name: room_name(&name)?,
        },
        Command::ChangeRoom {
            conversation,
            change,
        } => {
            check_change(&change)?;
            Action::ChangeRoom {
                conversation,
                change,
            }
        }
        Command::DeleteRoom { conversation, name } => Action::DeleteRoom {
            conversation,
            // One that cannot be is not the room's, and is told so.
            name: RoomName::parse(&name).map_or(name, String::from),
        },
        Command::RestoreRoom { conversation } => Action::RestoreRoom { conversation },
        Command::InviteToRoom {
            conversation,
            account,
        } => Action::InviteToRoom {
            conversation,
            account,
        },
        Command::UninviteFromRoom {
            conversation,
            account,
        } => Action::UninviteFromRoom {
            conversation,
            account,
        },
        Command::SetRoomRole {
            conversation,
            account,
            role,
        } => Action::SetRoomRole {
            conversation,
            account,
            role,
        },
        Command::Kick {
            conversation,
            account,
            reason,
        } => Action::Kick {
            conversation,
            account,
            reason: checked_reason(reason)?,
        },
        Command::Ban {
            conversation,
            account,
            until: end,
            reason,
        } => Action::Ban {
            conversation,
            account,
            until: until(end, at)?,
            reason: checked_reason(reason)?,
        },
        Command::Unban {
            conversation,
            account,
        } => Action::Unban {
            conversation,
            account,
        },
        Command::Mute {
            conversation,
            account,
            until: end,
            reason,
        } => Action::Mute {
            conversation,
            account,
            until: until(end, at)?,
            reason: checked_reason(reason)?,
        },
        Command::Unmute {
            conversation,
            account,
        } => Action::Unmute {
            conversation,
            account,
        },
        Command::DeleteMessage {
            conversation,
            seq,
            reason,
        } => Action::DeleteMessage {
            conversation,
            seq,
            reason: checked_reason(reason)?,
        },
        Command::Report {
            conversation,
            seq,
            reason,
        } => Action::Report {
            conversation,
            seq,
            reason: checked_reason(reason)?,
        },
        Command::Announce { to, text } => {
            check_announcement(&to, &text)?;
            Action::Announce { to, text }
        }
        Command::SetHouseRole { account, role } => Action::SetHouseRole { account, role },
        Command::EnableAccount {
            account,
            enabled,
            reason,
        } => Action::EnableAccount {
            account,
            enabled,
            reason: checked_reason(reason)?,
        },
        Command::BanAddress {
            network,
            until: end,
            reason,
        } => Action::BanAddress {
            network: canonical_network(&network)?,
            until: until(end, at)?,
            reason: checked_reason(reason)?,
        },
        Command::UnbanAddress { network } => Action::UnbanAddress {
            network: canonical_network(&network)?,
        },
        Command::Panic { on } => Action::Panic { on },
        Command::PutSharedGroup { name, members } => Action::PutSharedGroup {
            name: group_name(&name)?,
            members: group_members(members)?,
        },
        Command::RemoveSharedGroup { name } => Action::RemoveSharedGroup {
            name: name.trim().to_owned(),
        },
        Command::RevokeInvite { invite } => Action::RevokeInvite { invite },
        Command::RevokeDeviceOf { account, device } => Action::RevokeDeviceOf { account, device },
        Command::Unknown => return Err(faults::unknown_request()),
    })
}

fn is_about_oneself(command: &Command) -> bool {
    matches!(
        command,
        Command::SetProfile { account: None, .. }
            | Command::SetStatus { .. }
            | Command::ChangePassword { .. }
            | Command::DeleteAccount {}
            | Command::RevokeOtherDevices {}
            | Command::PutContact { .. }
            | Command::RemoveContact { .. }
            | Command::Block { .. }
            | Command::Unblock { .. }
            | Command::DismissInbox { .. }
            | Command::DismissAnnouncement { .. }
            | Command::Report { .. }
    )
}

/// A token that was stolen must not be worth the account.
fn needs_password(person: Option<&Person>) -> Result<(), Fault> {
    if person.is_some_and(|person| person.by_password) {
        return Ok(());
    }
    Err(Fault::new(
        FaultCode::PasswordNeeded,
        "this needs a connection that signed in by password: sign in again with name and password",
    ))
}

/// A room's name with what it looks like.
pub(super) fn room_name(name: &str) -> Result<Name, Fault> {
    let name = RoomName::parse(name).map_err(|error| faults::bad_name(&error))?;
    Ok(Name {
        skeleton: skeleton(name.as_str()),
        name: name.into(),
    })
}

/// All accounts of a house have the same count and lengths, so that those that do not exist cannot be told
/// from those that do.
pub(super) fn checked_verifier(
    config: &Config,
    verifier: &VerifierData,
) -> Result<Verifier, Fault> {
    let wanted = config.login.iterations;
    if verifier.iterations != wanted || wanted > MAX_ITERATIONS {
        let text = format!("a new password is to be hashed {wanted} times, as `welcome` says");
        return Err(Fault::new(FaultCode::BadPassword, text));
    }
    let wrong = |_| {
        let text = "a verifier has a salt of 16 bytes and two keys of 32";
        Fault::new(FaultCode::BadPassword, text)
    };
    Ok(Verifier {
        salt: verifier.salt.as_slice().try_into().map_err(wrong)?,
        iterations: verifier.iterations,
        stored_key: verifier.stored_key.as_slice().try_into().map_err(wrong)?,
        server_key: verifier.server_key.as_slice().try_into().map_err(wrong)?,
    })
}

fn check_profile(profile: &Profile) -> Result<(), Fault> {
    for (what, text) in [
        ("display name", &profile.display_name),
        ("full name", &profile.full_name),
        ("mail address", &profile.email),
        ("telephone number", &profile.phone),
        ("department", &profile.department),
        ("time zone", &profile.time_zone),
    ] {
        line(what, text, PROFILE_FIELD_BYTES)?;
    }
    paragraph("text about oneself", &profile.about, ABOUT_BYTES)?;
    mail_address(&profile.email)?;
    time_zone(&profile.time_zone)
}

fn removes_messages(config: &Config) -> bool {
    config.accounts.deleted_messages == DeletedMessages::Remove
}

/// A topic that is not too long.
pub(super) fn checked_topic(config: &Config, topic: String) -> Result<String, Fault> {
    let limit = config.limits.topic_bytes;
    if topic.len() > limit {
        return Err(faults::too_long("topic", limit));
    }
    Ok(topic)
}

/// What a room is made with.
fn check_new_room(change: &RoomChange) -> Result<(), Fault> {
    if change.archived == Some(true) {
        return Err(faults::bad_range(
            "a new room is not archived: make it first, and archive it then",
        ));
    }
    let is_public = change.access.unwrap_or_default() == Access::Public;
    if change.for_newcomers == Some(true) && !is_public {
        return Err(faults::bad_range(
            "newcomers are put into public rooms: make it public, or not for newcomers",
        ));
    }
    check_settings(change)
}

fn check_change(change: &RoomChange) -> Result<(), Fault> {
    if *change == RoomChange::default() {
        return Err(faults::bad_range(
            "nothing about the room is to be different: name what is",
        ));
    }
    check_settings(change)
}

fn check_settings(change: &RoomChange) -> Result<(), Fault> {
    if let Some(description) = &change.description {
        paragraph("description", description, DESCRIPTION_BYTES)?;
    }
    if change.slow_secs.is_some_and(|secs| secs > SLOW_SECS) {
        let text =
            format!("a slow mode has up to {SLOW_SECS} seconds between two messages, 0 is none");
        return Err(faults::bad_range(&text));
    }
    Ok(())
}

fn checked_reason(reason: String) -> Result<String, Fault> {
    line("reason", &reason, REASON_BYTES)?;
    Ok(reason)
}

fn check_announcement(to: &Audience, text: &str) -> Result<(), Fault> {
    if text.trim().is_empty() {
        return Err(faults::message_empty());
    }
    paragraph("announcement", text, ANNOUNCEMENT_BYTES)?;
    match to {
        Audience::People { accounts } if accounts.is_empty() || accounts.len() > ANNOUNCE_TO => {
            let text = format!(
                "an announcement to some is to 1 to {ANNOUNCE_TO} people: for more, announce to everybody"
            );
            Err(faults::bad_range(&text))
        }
        _ => Ok(()),
    }
}

fn canonical_network(network: &str) -> Result<String, Fault> {
    let network: Network = network
        .parse()
        .map_err(|error| Fault::new(FaultCode::BadNetwork, format!("{error}")))?;
    Ok(network.to_string())
}

fn group_name(name: &str) -> Result<String, Fault> {
    let name = name.trim();
    if name.is_empty() {
        let text = "a shared group needs a name";
        return Err(Fault::new(FaultCode::BadText, text));
    }
    line("name of a group", name, GROUP_BYTES)?;
    Ok(name.to_owned())
}

fn group_members(mut members: Vec<AccountId>) -> Result<Vec<AccountId>, Fault> {
    members.sort_unstable();
    members.dedup();
    if members.len() > SHARED_GROUP_MEMBERS {
        let text =
            format!("a shared group has up to {SHARED_GROUP_MEMBERS} people: make two of it");
        return Err(Fault::new(FaultCode::TooManyEntries, text));
    }
    Ok(members)
}

#[cfg(test)]
mod tests {
    use super::*;
    use chat_shared::{ConversationId, DeviceId};
    use serde_bytes::ByteBuf;

    const NOW: Timestamp = Timestamp(1_000);
    const ROOM: ConversationId = ConversationId(3);
    const BO: AccountId = AccountId(2);

    fn person(by_password: bool) -> Person {
        Person {
            account: AccountId(1),
            device: Some(DeviceId(7)),
            stream: None,
            by_password,
        }
    }

    fn ask(command: Command) -> Result<Action, Fault> {
        action(command, &Config::default(), Some(&person(false)), NOW)
    }

    #[track_caller]
    fn refused(command: Command) -> FaultCode {
        let fault = ask(command).unwrap_err();
        assert!(fault.text.len() > 10 && fault.text.len() < 160, "{fault}");
        fault.code
    }

    fn verifier() -> VerifierData {
        VerifierData {
            salt: ByteBuf::from([1; 16]),
            iterations: Config::default().login.iterations,
            stored_key: ByteBuf::from([2; 32]),
            server_key: ByteBuf::from([3; 32]),
        }
    }

    fn status(text: &str, until: Option<i64>) -> Command {
        Command::SetStatus {
            text: text.into(),
            until: until.map(Timestamp),
        }
    }

    #[test]
    fn a_status_is_a_short_line_with_a_future() {
        assert!(ask(status("at lunch ☕", Some(1_001))).is_ok());
        assert!(ask(status("", None)).is_ok());
        assert_eq!(
            refused(status(&"x".repeat(10_000), None)),
            FaultCode::TextTooLong
        );
        assert_eq!(refused(status("two\nlines", None)), FaultCode::BadText);
        assert_eq!(refused(status("\u{1b}[31m", None)), FaultCode::BadText);
        assert_eq!(refused(status("late", Some(1_000))), FaultCode::BadRange);
    }

    #[test]
    fn only_the_text_about_oneself_has_lines() {
        let set = |change: fn(&mut Profile)| {
            let mut profile = Profile::default();
            change(&mut profile);
            Command::SetProfile {
                account: None,
                profile,
            }
        };
        assert!(ask(set(|profile| profile.about = "one\ntwo".into())).is_ok());
        let broken = set(|profile| profile.full_name = "one\ntwo".into());
        assert_eq!(refused(broken), FaultCode::BadText);
        let bell = set(|profile| profile.about = "\u{7}".into());
        assert_eq!(refused(bell), FaultCode::BadText);
        let long = set(|profile| profile.department = "x".repeat(PROFILE_FIELD_BYTES + 1));
        assert_eq!(refused(long), FaultCode::TextTooLong);
    }

    #[test]
    fn the_password_of_an_account_is_not_for_a_token() {
        let change = || Command::ChangePassword {
            verifier: verifier(),
        };
        assert_eq!(refused(change()), FaultCode::PasswordNeeded);
        assert_eq!(
            refused(Command::DeleteAccount {}),
            FaultCode::PasswordNeeded
        );
        let config = Config::default();
        let with_password = action(change(), &config, Some(&person(true)), NOW);
        assert!(matches!(
            with_password,
            Ok(Action::ChangePassword {
                keep: Some(DeviceId(7)),
                ..
            })
        ));
        let other = Command::ChangePassword {
            verifier: VerifierData {
                iterations: 1,
                ..verifier()
            },
        };
        let weak = action(other, &config, Some(&person(true)), NOW).unwrap_err();
        assert_eq!(weak.code, FaultCode::BadPassword);
    }

    #[test]
    fn messages_of_a_deleted_account_go_where_that_is_configured() {
        let mut config = Config::default();
        let delete =
            |config: &Config| action(Command::DeleteAccount {}, config, Some(&person(true)), NOW);
        let keep = Action::DeleteAccount {
            remove_messages: false,
        };
        assert_eq!(delete(&config), Ok(keep));
        config.accounts.deleted_messages = DeletedMessages::Remove;
        let remove = Action::DeleteAccount {
            remove_messages: true,
        };
        assert_eq!(delete(&config), Ok(remove));
    }

    #[test]
    fn the_administrator_at_the_machine_has_no_account_of_its_own() {
        let config = Config::default();
        let machine = |command| action(command, &config, None, NOW);
        let refused = machine(Command::Block { account: BO }).unwrap_err();
        assert_eq!(refused.code, FaultCode::WrongState);
        assert!(machine(Command::Panic { on: true }).is_ok());
        let theirs = Command::SetProfile {
            account: Some(BO),
            profile: Profile::default(),
        };
        assert!(machine(theirs).is_ok());
    }

    #[test]
    fn the_group_of_those_who_wrote_first_cannot_be_chosen() {
        let put = |group: &str| Command::PutContact {
            account: BO,
            group: group.into(),
            favourite: true,
        };
        assert_eq!(refused(put("new")), FaultCode::BadText);
        assert_eq!(refused(put(" new ")), FaultCode::BadText);
        assert_eq!(
            refused(put(&"g".repeat(GROUP_BYTES + 1))),
            FaultCode::TextTooLong
        );
        let Ok(Action::PutContact { group, .. }) = ask(put(" Sales ")) else {
            panic!("refused");
        };
        assert_eq!(group, "Sales");
    }

    #[test]
    fn names_and_networks_get_their_one_form() {
        let rename = Command::RenameRoom {
            conversation: ROOM,
            name: "#Lunch".into(),
        };
        let Ok(Action::RenameRoom { name, .. }) = ask(rename) else {
            panic!("refused");
        };
        assert_eq!(name.name, "lunch");
        let delete = |name: &str| {
            ask(Command::DeleteRoom {
                conversation: ROOM,
                name: name.into(),
            })
        };
        let named = |name: &str| {
            Ok(Action::DeleteRoom {
                conversation: ROOM,
                name: name.into(),
            })
        };
        assert_eq!(delete("#LUNCH"), named("lunch"));
        assert_eq!(delete("no room!"), named("no room!"));
        let unban = |network: &str| {
            ask(Command::UnbanAddress {
                network: network.into(),
            })
        };
        let canonical = Action::UnbanAddress {
            network: "192.0.2.0/24".into(),
        };
        assert_eq!(unban("192.0.2.77/24"), Ok(canonical));
        assert_eq!(unban("nowhere").unwrap_err().code, FaultCode::BadNetwork);
    }

    #[test]
    fn changes_of_rooms_and_restrictions_keep_to_their_bounds() {
        let change = |change| Command::ChangeRoom {
            conversation: ROOM,
            change,
        };
        assert_eq!(refused(change(RoomChange::default())), FaultCode::BadRange);
        let slow = |secs| {
            change(RoomChange {
                slow_secs: Some(secs),
                ..RoomChange::default()
            })
        };
        assert!(ask(slow(SLOW_SECS)).is_ok());
        assert_eq!(refused(slow(SLOW_SECS + 1)), FaultCode::BadRange);
        let ban = |until, reason: String| Command::Ban {
            conversation: ROOM,
            account: BO,
            until: Some(Timestamp(until)),
            reason,
        };
        assert!(ask(ban(2_000, "flood".into())).is_ok());
        assert_eq!(refused(ban(999, String::new())), FaultCode::BadRange);
        let long = ban(2_000, "x".repeat(REASON_BYTES + 1));
        assert_eq!(refused(long), FaultCode::TextTooLong);
    }

    #[test]
    fn a_room_is_made_as_it_can_be() {
        let make = |change| Command::CreateRoom {
            name: "#Lunch".into(),
            topic: "Soup".into(),
            change,
            owner: Some(BO),
        };
        let Ok(Action::CreateRoom { name, owner, .. }) = ask(make(RoomChange::default())) else {
            panic!("refused");
        };
        assert_eq!((name.name.as_str(), owner), ("lunch", Some(BO)));
        let archived = RoomChange {
            archived: Some(true),
            ..RoomChange::default()
        };
        assert_eq!(refused(make(archived)), FaultCode::BadRange);
        let newcomers = |access| RoomChange {
            access: Some(access),
            for_newcomers: Some(true),
            ..RoomChange::default()
        };
        assert!(ask(make(newcomers(Access::Public))).is_ok());
        assert_eq!(
            refused(make(newcomers(Access::Hidden))),
            FaultCode::BadRange
        );
        let slow = RoomChange {
            slow_secs: Some(SLOW_SECS + 1),
            ..RoomChange::default()
        };
        assert_eq!(refused(make(slow)), FaultCode::BadRange);
        let topic = |bytes| Command::SetTopic {
            conversation: ROOM,
            topic: "x".repeat(bytes),
        };
        let limit = Config::default().limits.topic_bytes;
        assert!(ask(topic(limit)).is_ok());
        assert_eq!(refused(topic(limit + 1)), FaultCode::TextTooLong);
    }

    #[test]
    fn the_account_of_somebody_is_not_ended_by_a_token() {
        let config = Config::default();
        let end = || Command::DeleteAccountOf {
            account: BO,
            name: "Bo".into(),
        };
        assert_eq!(refused(end()), FaultCode::PasswordNeeded);
        let ended = Action::DeleteAccountOf {
            account: BO,
            name: "bo".into(),
            remove_messages: false,
        };
        let by_password = action(end(), &config, Some(&person(true)), NOW);
        assert_eq!(by_password, Ok(ended.clone()));
        assert_eq!(action(end(), &config, None, NOW), Ok(ended));
    }

    #[test]
    fn announcements_say_something_to_somebody() {
        let announce = |to, text: &str| Command::Announce {
            to,
            text: text.into(),
        };
        assert!(ask(announce(Audience::Online, "fire drill\nat noon")).is_ok());
        assert_eq!(
            refused(announce(Audience::Online, " ")),
            FaultCode::MessageEmpty
        );
        let nobody = Audience::People { accounts: vec![] };
        assert_eq!(refused(announce(nobody, "hi")), FaultCode::BadRange);
    }

    #[test]
    fn a_shared_group_has_each_of_its_people_once() {
        let put = |members: Vec<u64>| {
            ask(Command::PutSharedGroup {
                name: " Sales ".into(),
                members: members.into_iter().map(AccountId).collect(),
            })
        };
        let sales = Action::PutSharedGroup {
            name: "Sales".into(),
            members: vec![AccountId(1), AccountId(2)],
        };
        assert_eq!(put(vec![2, 1, 2]), Ok(sales));
        let many = put((0..=SHARED_GROUP_MEMBERS as u64).collect());
        assert_eq!(many.unwrap_err().code, FaultCode::TooManyEntries);
    }
}
