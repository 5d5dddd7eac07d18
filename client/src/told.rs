//! What is so once an act about the house was carried out, in a line: the same words on the screen and for scripts.

use crate::model::item::duration;
use chat_shared::{AccountId, Command as Act, HouseRole, Timestamp};

/// The line; nothing of what is not about the house. `name` says what somebody is called.
pub fn of_house(act: &Act, now: Timestamp, name: impl Fn(AccountId) -> String) -> Option<String> {
    Some(match act {
        Act::EnableAccount {
            account,
            enabled: true,
            ..
        } => format!("{} can sign in again", name(*account)),
        Act::EnableAccount { account, .. } => {
            format!("{} is disabled and signed out everywhere", name(*account))
        }
        Act::SetHouseRole { account, role } => {
            format!(
                "{} is {} of the house",
                name(*account),
                role_of_house(*role)
            )
        }
        Act::RevokeDeviceOf { account, device } => {
            format!("device {device} of {} is signed out", name(*account))
        }
        Act::BanAddress { network, until, .. } => {
            let lasting = until.map(|until| format!("for {}", duration(until.0 - now.0)));
            let lasting = lasting.unwrap_or_else(|| "for good".to_owned());
            format!("no connections are taken from {network} {lasting}")
        }
        Act::UnbanAddress { network } => format!("connections are taken again from {network}"),
        Act::Panic { on: true } => {
            "the panic switch is on: nobody registers, and who is new writes slowly".to_owned()
        }
        Act::Panic { on: false } => "the panic switch is off".to_owned(),
        Act::PutSharedGroup {
            name: group,
            members,
        } => {
            let people = match members.len() {
                1 => "1 person".to_owned(),
                count => format!("{count} people"),
            };
            format!("everybody finds the group {group} among their contacts: {people}")
        }
        Act::RemoveSharedGroup { name: group } => format!("the group {group} is no more"),
        Act::DeleteAccountOf { name, .. } => format!("the account {name} is deleted"),
        _ => return None,
    })
}

/// What the first account of a house is told once, and who comes as an administrator later. `invite` brings people
/// in, `help` lists all else.
pub fn of_founder(invite: &str, help: &str) -> String {
    format!(
        "you are an administrator of this house: {invite} brings people in, {help} tells what else you can do"
    )
}

/// "a moderator".
fn role_of_house(role: HouseRole) -> &'static str {
    match role {
        HouseRole::Guest => "a guest",
        HouseRole::Member => "a member",
        HouseRole::Moderator => "a moderator",
        HouseRole::Administrator => "an administrator",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const BO: AccountId = AccountId(2);

    fn told(act: &Act) -> Option<String> {
        of_house(act, Timestamp(1_000), |account| format!("p{account}"))
    }

    #[test]
    fn each_act_says_what_is_so_now() {
        let disable = Act::EnableAccount {
            account: BO,
            enabled: false,
            reason: String::new(),
        };
        let ban = |until| Act::BanAddress {
            network: "::1".into(),
            until,
            reason: String::new(),
        };
        for (act, line) in [
            (disable, "p2 is disabled and signed out everywhere"),
            (
                Act::SetHouseRole {
                    account: BO,
                    role: HouseRole::Administrator,
                },
                "p2 is an administrator of the house",
            ),
            (
                ban(Some(Timestamp(7_201_000))),
                "no connections are taken from ::1 for 2 h",
            ),
            (ban(None), "no connections are taken from ::1 for good"),
            (Act::Panic { on: false }, "the panic switch is off"),
        ] {
            assert_eq!(told(&act).as_deref(), Some(line));
        }
        assert_eq!(told(&Act::Block { account: BO }), None);
    }
}
