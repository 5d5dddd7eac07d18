//! The commands of those who keep the house in order: accounts, addresses, the panic switch, shared groups.

use super::action::Action;
use super::commands::{Command, Takes};
use super::words::{
    first_word, lasting_first, list_last, only_word, people, person, switch, unquoted,
};
use chat_shared::names::AccountName;
use chat_shared::{DeviceId, HouseRole};

/// What to do about the house.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum HouseAct {
    /// Let an account sign in, or no longer.
    Enable {
        /// Whose.
        who: AccountName,
        /// Whether it may.
        enabled: bool,
        /// Why; may be empty.
        reason: String,
    },
    /// Somebody's role in the house.
    Role {
        /// Whose.
        who: AccountName,
        /// The new one.
        role: HouseRole,
    },
    /// End a device of somebody.
    EndDevice {
        /// Whose.
        who: AccountName,
        /// Which one.
        device: DeviceId,
    },
    /// Take no connections from an address or network.
    BanAddress {
        /// Which one, as it was typed.
        network: String,
        /// For so many milliseconds; nothing: for good.
        for_ms: Option<i64>,
        /// Why; may be empty.
        reason: String,
    },
    /// Take them again.
    UnbanAddress(String),
    /// Turn the panic switch on, or off.
    Panic(bool),
    /// Let everybody find these people together.
    PutGroup {
        /// What the group is called.
        name: String,
        /// Who is in it.
        members: Vec<AccountName>,
    },
    /// No longer.
    RemoveGroup(String),
}

const ROLES: &[&str] = &["guest", "member", "moderator", "administrator"];

pub(super) const COMMANDS: &[Command] = &[
    Command {
        name: "disable",
        arguments: "NAME [REASON]",
        help: "they cannot sign in any more",
        takes: &[Takes::Person],
        read: |rest| {
            let (name, reason) = first_word(rest);
            enable(name, false, reason)
        },
    },
    Command {
        name: "enable",
        arguments: "NAME",
        help: "they can again",
        takes: &[Takes::Person],
        read: |rest| match first_word(rest) {
            (name, "") => enable(name, true, ""),
            _ => Err("one name is enough".to_owned()),
        },
    },
    Command {
        name: "panic",
        arguments: "on|off",
        help: "nobody registers, newcomers slowly",
        takes: &[Takes::Word(&["on", "off"])],
        read: |rest| Ok(Action::House(HouseAct::Panic(switch(rest)?))),
    },
    Command {
        name: "house-role",
        arguments: "NAME ROLE",
        help: "as /role, in the whole house",
        takes: &[Takes::Person, Takes::Word(ROLES)],
        read: read_role,
    },
    Command {
        name: "end-device",
        arguments: "NAME NUMBER",
        help: "sign somebody's device out",
        takes: &[Takes::Person],
        read: read_device,
    },
    Command {
        name: "ban-address",
        arguments: "NETWORK [for 2h] [REASON]",
        help: "no connections",
        takes: &[],
        read: read_ban,
    },
    Command {
        name: "unban-address",
        arguments: "NETWORK",
        help: "take them again",
        takes: &[],
        read: |rest| {
            let network = only_word(rest)?.to_owned();
            Ok(Action::House(HouseAct::UnbanAddress(network)))
        },
    },
    Command {
        name: "group",
        arguments: "put GROUP NAME,..|remove GROUP",
        help: "a group for all",
        takes: &[
            Takes::Word(&["put", "remove"]),
            Takes::Nothing,
            Takes::Person,
        ],
        read: read_group,
    },
];

fn enable(name: &str, enabled: bool, reason: &str) -> Result<Action, String> {
    Ok(Action::House(HouseAct::Enable {
        who: person(name)?,
        enabled,
        reason: reason.to_owned(),
    }))
}

fn read_role(rest: &str) -> Result<Action, String> {
    let (name, role) = first_word(rest);
    let who = person(name)?;
    let role = match role {
        "guest" => HouseRole::Guest,
        "member" => HouseRole::Member,
        "moderator" => HouseRole::Moderator,
        "administrator" => HouseRole::Administrator,
        _ => return Err(format!("the roles are {}", ROLES.join(", "))),
    };
    Ok(Action::House(HouseAct::Role { who, role }))
}

fn read_device(rest: &str) -> Result<Action, String> {
    let (name, number) = first_word(rest);
    let who = person(name)?;
    let Ok(number) = number.parse() else {
        return Err(
            "say the number of the device, as it stands in `chatctl account show`".to_owned(),
        );
    };
    let device = DeviceId(number);
    Ok(Action::House(HouseAct::EndDevice { who, device }))
}

fn read_ban(rest: &str) -> Result<Action, String> {
    let (network, rest) = first_word(rest);
    if network.is_empty() {
        return Err("say which address, such as 192.0.2.7 or 192.0.2.0/24".to_owned());
    }
    let (for_ms, reason) = lasting_first(rest)?;
    Ok(Action::House(HouseAct::BanAddress {
        network: network.to_owned(),
        for_ms,
        reason: reason.to_owned(),
    }))
}

fn read_group(rest: &str) -> Result<Action, String> {
    let (word, rest) = first_word(rest);
    let act = match word {
        "put" => {
            let (name, members) = list_last(rest);
            HouseAct::PutGroup {
                name: group(name)?,
                members: people(&members)?,
            }
        }
        "remove" => HouseAct::RemoveGroup(group(rest)?),
        _ => return Err("say put or remove".to_owned()),
    };
    Ok(Action::House(act))
}

fn group(name: &str) -> Result<String, String> {
    match unquoted(name) {
        "" => Err("say what the group is called, and behind it who is in it".to_owned()),
        name => Ok(name.to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::super::commands::{Line, read};
    use super::*;

    fn done(line: &str) -> HouseAct {
        match read(line) {
            Ok(Line::Do(Action::House(act))) => act,
            other => panic!("{line}: {other:?}"),
        }
    }

    fn name(name: &str) -> AccountName {
        AccountName::parse(name).unwrap()
    }

    #[test]
    fn accounts_and_the_switch() {
        let enable = |enabled, reason: &str| HouseAct::Enable {
            who: name("boris"),
            enabled,
            reason: reason.to_owned(),
        };
        assert_eq!(done("/disable @Boris"), enable(false, ""));
        assert_eq!(
            done("/disable boris sends spam"),
            enable(false, "sends spam")
        );
        assert_eq!(done("/enable boris"), enable(true, ""));
        assert_eq!(done("/panic on"), HouseAct::Panic(true));
        assert_eq!(done("/panic off"), HouseAct::Panic(false));
        assert_eq!(
            done("/house-role boris moderator"),
            HouseAct::Role {
                who: name("boris"),
                role: HouseRole::Moderator
            }
        );
        assert_eq!(
            done("/end-device boris 4"),
            HouseAct::EndDevice {
                who: name("boris"),
                device: DeviceId(4)
            }
        );
    }

    #[test]
    fn addresses_and_groups() {
        let ban = |for_ms, reason: &str| HouseAct::BanAddress {
            network: "192.0.2.0/24".to_owned(),
            for_ms,
            reason: reason.to_owned(),
        };
        assert_eq!(done("/ban-address 192.0.2.0/24"), ban(None, ""));
        assert_eq!(
            done("/ban-address 192.0.2.0/24 for 2h guesses"),
            ban(Some(7_200_000), "guesses")
        );
        let unban = HouseAct::UnbanAddress("::1".to_owned());
        assert_eq!(done("/unban-address ::1"), unban);
        assert_eq!(
            done("/group put Sales anna"),
            HouseAct::PutGroup {
                name: "Sales".to_owned(),
                members: vec![name("anna")],
            }
        );
        for members in [
            "anna,@boris",
            "anna, @boris",
            "anna ,@boris",
            "anna , @boris,",
        ] {
            assert_eq!(
                done(&format!("/group put The Kitchen {members}")),
                HouseAct::PutGroup {
                    name: "The Kitchen".to_owned(),
                    members: vec![name("anna"), name("boris")],
                }
            );
        }
        let remove = HouseAct::RemoveGroup("The Kitchen".to_owned());
        assert_eq!(done("/group remove The Kitchen"), remove);
        // As a shell wants them.
        for quoted in [
            "\"The Kitchen\"",
            "'The Kitchen'",
            "“The Kitchen”",
            "„The Kitchen“",
        ] {
            assert_eq!(done(&format!("/group remove {quoted}")), remove);
            let put = HouseAct::PutGroup {
                name: "The Kitchen".into(),
                members: vec![name("anna")],
            };
            assert_eq!(done(&format!("/group put {quoted} anna")), put);
        }
        let half = HouseAct::RemoveGroup("\"Kitchen".into());
        assert_eq!(done("/group remove \"Kitchen"), half);
    }

    #[test]
    fn what_cannot_be_meant_is_told_with_the_usage() {
        for (line, usage) in [
            ("/disable", "/disable NAME"),
            ("/enable boris now", "/enable NAME"),
            ("/panic", "/panic on|off"),
            ("/panic maybe", "/panic on|off"),
            ("/house-role boris owner", "/house-role NAME ROLE"),
            ("/end-device boris", "/end-device NAME NUMBER"),
            ("/ban-address", "/ban-address NETWORK"),
            ("/ban-address ::1 for ever", "/ban-address NETWORK"),
            ("/group put anna", "/group put GROUP NAME"),
            ("/group remove", "/group put GROUP NAME"),
            ("/group put \"\" anna", "/group put GROUP NAME"),
            ("/group", "/group put GROUP NAME"),
        ] {
            let error = read(line).unwrap_err();
            assert!(error.contains(usage), "{error}");
        }
    }
}
