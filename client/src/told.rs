//! What is so once an act about the house was carried out, in a line: the same words on the screen and for scripts.

use crate::model::item::duration;
use chat_shared::{AccountId, Command as Act, Timestamp, told};

/// The line; nothing of what is not about the house. `name` says what somebody is called.
pub fn of_house(act: &Act, now: Timestamp, name: impl Fn(AccountId) -> String) -> Option<String> {
    let lasting = |until: Timestamp| format!("for {}", duration(until.0 - now.0));
    told::of_house(act, lasting, name)
}

/// What is so where somebody is invited whose invitation into this room was there before.
pub fn invited_already(name: &str) -> String {
    format!("{name} is invited already: it waits in their inbox")
}

/// What the first account of a house is told once, and who comes as an administrator later. `invite` brings people
/// in, `help` lists all else.
pub fn of_founder(invite: &str, help: &str) -> String {
    format!(
        "you are an administrator of this house: {invite} brings people in, {help} tells what else you can do"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn how_long_it_holds_is_told_from_now_on() {
        let ban = Act::BanAddress {
            network: "::1".into(),
            until: Some(Timestamp(7_201_000)),
            reason: String::new(),
        };
        let told = of_house(&ban, Timestamp(1_000), |account| account.to_string());
        assert_eq!(
            told.as_deref(),
            Some("no connections are taken from ::1 for 2 h")
        );
    }
}
