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
            Action::SetProfile {
                account,
                profile: Box::new(profile),
            }
        }
        Command::SetStatus { text, until: end } => {
            line("status text", &text, STATUS_BYTES)?;
            until(end, at)?;
            Action::SetStatus { text, until: end }
        }
        Command::ChangePassword { verifier } => {
            needs_password(person)?;
            Action::ChangePassword {
                verifier: Box::new(checked_verifier(config, &verifier)?),
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
                change: Box::new(change),
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
                change: Box::new(change),
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
mod tests;
