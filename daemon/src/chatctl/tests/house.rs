//! Announcements, shared groups, banned addresses and the panic switch.

use super::*;
use chat_shared::{AddressBan, Audience, SharedGroup};

fn two() -> Event {
    accounts(vec![info(1, "anna"), info(2, "bo")])
}

#[test]
fn an_announcement_is_to_everybody_to_those_online_or_to_a_list() {
    let announce = |to, text: &str| {
        commanded(Wanted::Announce {
            to,
            text: text.into(),
        })
    };
    let (text, asked) = printed(&["announce", "--everybody", "hello all"], vec![DONE]);
    assert_eq!(text, "announced to everybody\n");
    assert_eq!(asked, announce(Audience::Everybody, "hello all"));
    for command in [&["announce", "hi"][..], &["announce", "--online", "hi"]] {
        let (text, asked) = printed(command, vec![DONE]);
        assert_eq!(text, "announced to those who are online\n");
        assert_eq!(asked, announce(Audience::Online, "hi"));
    }

    let command = ["announce", "--to", "Bo,anna,bo", "hi"];
    let (text, asked) = printed(&command, vec![two(), DONE]);
    assert_eq!(text, "announced to 2 people\n");
    let accounts = vec![AccountId(2), AccountId(1)];
    assert_eq!(asked, announce(Audience::People { accounts }, "hi"));
    let shown = value_of(&command, vec![two(), DONE]);
    assert_eq!(shown, value!({ "announced_to": "people" }));
}

#[test]
fn all_names_that_nobody_has_are_told_and_nothing_is_done() {
    for command in [
        &["announce", "--to", "anna,nobody,none", "hi"][..],
        &["group", "put", "sales", "anna,nobody,none"],
    ] {
        let script = Script::of(vec![two()]);
        let failure = script.run(command).unwrap_err();
        assert_eq!(
            failure.to_string(),
            "there is no account `nobody`, `none` (chatctl account list shows all) (no_such_account)"
        );
        assert_eq!(script.requests().len(), 1);
    }
}

#[test]
fn groups_are_put_listed_and_removed() {
    let (text, asked) = printed(&["group", "put", "Sales", "anna,bo"], vec![two(), DONE]);
    assert_eq!(
        text,
        "everybody finds the group Sales among their contacts: 2 people\n"
    );
    let wanted = Wanted::PutSharedGroup {
        name: "Sales".into(),
        members: vec![AccountId(1), AccountId(2)],
    };
    assert_eq!(asked, commanded(wanted));

    let answers = || {
        let group = SharedGroup {
            name: "Sales\u{1b}[2J".into(),
            members: vec![AccountId(1), AccountId(8)],
        };
        let groups = vec![group];
        let more = false;
        vec![Event::AdminGroups { groups, more }, two()]
    };
    let (text, _) = printed(&["group", "list"], answers());
    assert_eq!(
        text,
        "NAME       PEOPLE  WHO\nSales�[2J  2       anna, (account 8)\n"
    );
    let list = value_of(&["group", "list"], answers());
    assert_eq!(list[0]["members"], value!(["anna", "(account 8)"]));

    let (text, asked) = printed(&["group", "remove", "Sales"], vec![DONE]);
    assert_eq!(text, "the group Sales is no more\n");
    let name = "Sales".to_owned();
    assert_eq!(asked, commanded(Wanted::RemoveSharedGroup { name }));
}

#[test]
fn addresses_are_banned_for_good_or_for_a_time() {
    let command = ["ban-address", "192.0.2.0/24", "--reason", "scans"];
    let (text, asked) = printed(&command, vec![DONE]);
    assert_eq!(
        text,
        "no connections are taken from 192.0.2.0/24 for good\n"
    );
    let wanted = Wanted::BanAddress {
        network: "192.0.2.0/24".into(),
        until: None,
        reason: "scans".into(),
    };
    assert_eq!(asked, commanded(wanted));

    let earliest = time::in_secs(3_600);
    let (_, asked) = printed(&["ban-address", "192.0.2.7", "--for", "1h"], vec![DONE]);
    let Request::AdminCommand {
        command: Wanted::BanAddress {
            until: Some(until), ..
        },
    } = asked
    else {
        panic!("{asked:?}");
    };
    assert!((earliest.0..earliest.0 + 60_000).contains(&until.0));

    let (_, asked) = printed(&["unban-address", "192.0.2.7"], vec![DONE]);
    let network = "192.0.2.7".to_owned();
    assert_eq!(asked, commanded(Wanted::UnbanAddress { network }));
}

#[test]
fn bans_are_listed_with_who_made_them() {
    let answers = || {
        let ban = |network: &str, by, until| AddressBan {
            network: network.into(),
            by,
            at: THEN,
            until,
            reason: "scans\u{1b}[2J".into(),
        };
        let addresses = vec![
            ban("192.0.2.7", None, None),
            ban("2001:db8::/32", Some(AccountId(1)), Some(THEN)),
        ];
        let bans = Event::AdminBans {
            addresses,
            panic: false,
            more: false,
        };
        vec![bans, two()]
    };
    let (text, _) = printed(&["bans"], answers());
    let lines: Vec<_> = text.lines().collect();
    assert!(lines[1].starts_with("192.0.2.7      for good "), "{text}");
    assert!(lines[1].ends_with("(machine)  scans�[2J"), "{text}");
    assert!(lines[2].contains("anna"), "{text}");
    let list = value_of(&["bans"], answers());
    assert_eq!(list[0]["until"], Value::Null);
    assert_eq!(list[1]["by"], "anna");
}

#[test]
fn the_panic_switch_is_turned_and_asked_for() {
    for (word, on) in [("on", true), ("off", false)] {
        let (text, asked) = printed(&["panic", word], vec![DONE]);
        assert!(
            text.starts_with(&format!("the panic switch is {word}")),
            "{text}"
        );
        assert_eq!(asked, commanded(Wanted::Panic { on }));
        let answer = Event::AdminBans {
            addresses: Vec::new(),
            panic: on,
            more: false,
        };
        let shown = value_of(&["panic", "status"], vec![answer]);
        assert_eq!(shown, value!({ "panic": on }));
    }
}
