//! What is so once an act about the house was carried out, in a line: the same words on the screen, for scripts and for
//! administrators.

use crate::{AccountId, Command as Act, HouseRole, Timestamp};

/// The line; nothing of what is not about the house. `lasting` says until when something holds, `name` what somebody
/// is called. To be cleaned before it is shown.
pub fn of_house(
    act: &Act,
    lasting: impl Fn(Timestamp) -> String,
    name: impl Fn(AccountId) -> String,
) -> Option<String> {
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
            let lasting = until.map_or_else(|| "for good".to_owned(), lasting);
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
        let lasting = |until: Timestamp| format!("until {until}");
        of_house(act, lasting, |account| format!("p{account}"))
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
                ban(Some(Timestamp(7_201))),
                "no connections are taken from ::1 until 7201",
            ),
            (ban(None), "no connections are taken from ::1 for good"),
            (Act::Panic { on: false }, "the panic switch is off"),
        ] {
            assert_eq!(told(&act).as_deref(), Some(line));
        }
        assert_eq!(told(&Act::Block { account: BO }), None);
    }
}
