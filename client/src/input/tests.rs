//! What lines mean.

use super::action::{Action, Announced, ContactAct, Field, Notices, Which};
use super::commands::{Line, commands, help, read};
use chat_shared::names::{AccountName, RoomName};
use chat_shared::{Access, DeviceId, InviteId, PresenceState, RoomChange, RoomRole};

fn done(line: &str) -> Action {
    match read(line) {
        Ok(Line::Do(action)) => action,
        other => panic!("{line}: {other:?}"),
    }
}

fn name(name: &str) -> AccountName {
    AccountName::parse(name).unwrap()
}

#[test]
fn what_has_no_slash_is_said() {
    assert_eq!(read("hello"), Ok(Line::Say("hello".to_owned())));
    assert_eq!(read(" /join"), Ok(Line::Say(" /join".to_owned())));
    assert_eq!(read("  \n "), Ok(Line::Empty));
}

#[test]
fn two_slashes_say_a_text_that_begins_with_one() {
    assert_eq!(read("//etc/hosts"), Ok(Line::Say("/etc/hosts".to_owned())));
    assert_eq!(read("//"), Ok(Line::Say("/".to_owned())));
}

#[test]
fn an_unknown_command_says_nothing_and_tells_the_way_out() {
    for line in ["/jion #a", "/", "/etc/hosts", "/123"] {
        let error = read(line).unwrap_err();
        assert!(error.contains("/help") && error.contains("//"), "{error}");
    }
}

#[test]
fn commands_are_read() {
    let lunch = || RoomName::parse("lunch").unwrap();
    assert_eq!(done("/join #Lunch"), Action::Join(lunch()));
    assert_eq!(done("/JOIN lunch "), Action::Join(lunch()));
    assert_eq!(done("/leave"), Action::Leave(None));
    assert_eq!(done("/leave #lunch"), Action::Leave(Some(lunch())));
    assert_eq!(
        done("/create lunch  what we eat"),
        Action::Create {
            room: lunch(),
            access: Access::Public,
            topic: "what we eat".to_owned()
        }
    );
    assert_eq!(
        done("/create lunch hidden"),
        Action::Create {
            room: lunch(),
            access: Access::Hidden,
            topic: String::new()
        }
    );
    assert_eq!(done("/topic"), Action::Topic(None));
    assert_eq!(done("/topic a b"), Action::Topic(Some("a b".to_owned())));
    assert_eq!(done("/dnd"), Action::Be(PresenceState::DoNotDisturb));
    assert_eq!(done("/notices off"), Action::Notices(Some(Notices::Off)));
    assert_eq!(done("/revoke others"), Action::Revoke(Which::Others));
    assert_eq!(done("/revoke 4"), Action::Revoke(Which::One(DeviceId(4))));
    assert_eq!(done("/quit"), Action::Quit);
}

#[test]
fn a_message_goes_to_one_or_several() {
    assert_eq!(
        done("/msg @Boris hi\nthere"),
        Action::Message {
            to: vec![name("boris")],
            text: Some("hi\nthere".to_owned())
        }
    );
    assert_eq!(
        done("/msg boris,@clara"),
        Action::Message {
            to: vec![name("boris"), name("clara")],
            text: None
        }
    );
}

#[test]
fn a_time_stands_behind_a_status_and_before_a_reason() {
    let status = |text: &str, for_ms| Action::Status {
        text: text.to_owned(),
        for_ms,
    };
    assert_eq!(
        done("/status at lunch for 1h"),
        status("at lunch", Some(3_600_000))
    );
    assert_eq!(
        done("/status waiting for you"),
        status("waiting for you", None)
    );
    assert_eq!(done("/status comfort 2h"), status("comfort 2h", None));
    assert_eq!(done("/status"), status("", None));
    assert_eq!(
        done("/ban boris for 7d swears"),
        Action::Ban {
            who: name("boris"),
            for_ms: Some(7 * 86_400_000),
            reason: "swears".to_owned()
        }
    );
    assert_eq!(
        done("/mute boris"),
        Action::Mute {
            who: name("boris"),
            for_ms: None,
            reason: String::new()
        }
    );
    assert!(read("/ban boris for ever").unwrap_err().contains("for 2h"));
    assert!(read("/ban boris for 99999999999999999999d").is_err());
}

#[test]
fn people_and_what_is_told_of_them() {
    assert_eq!(
        done("/contact add @boris the team"),
        Action::Contact(ContactAct::Add(name("boris"), "the team".to_owned()))
    );
    assert_eq!(
        done("/contact favourite boris"),
        Action::Contact(ContactAct::Favourite(name("boris")))
    );
    assert_eq!(
        done("/profile phone 12 34"),
        Action::Profile(Some((Field::Phone, "12 34".to_owned())))
    );
    assert_eq!(
        done("/profile about -"),
        Action::Profile(Some((Field::About, String::new())))
    );
    assert_eq!(
        done("/announce anna,boris cake"),
        Action::Announce {
            to: Announced::People(vec![name("anna"), name("boris")]),
            text: "cake".to_owned()
        }
    );
}

#[test]
fn rooms_are_changed_one_setting_at_a_time() {
    let change = |change| Action::Change(change);
    assert_eq!(
        done("/room slow 30s"),
        change(RoomChange {
            slow_secs: Some(30),
            ..RoomChange::default()
        })
    );
    assert_eq!(
        done("/room access private"),
        change(RoomChange {
            access: Some(Access::Private),
            ..RoomChange::default()
        })
    );
    assert_eq!(
        done("/role boris owner"),
        Action::Role {
            who: name("boris"),
            role: RoomRole::Owner
        }
    );
    assert_eq!(done("/room"), Action::Room);
}

#[test]
fn who_was_here_is_asked_with_a_time() {
    assert_eq!(done("/who"), Action::Who(None));
    assert_eq!(done("/who since 30m"), Action::Who(Some(1_800_000)));
    assert_eq!(done("/who  since  2h "), Action::Who(Some(7_200_000)));
}

#[test]
fn an_invitation_is_for_one_and_a_week_unless_said_otherwise() {
    let invitation = |uses, days: i64, rooms: &[&str]| Action::Invitation {
        uses,
        for_ms: days * 86_400_000,
        rooms: rooms
            .iter()
            .map(|name| RoomName::parse(name).unwrap())
            .collect(),
    };
    assert_eq!(done("/invitation"), invitation(1, 7, &[]));
    assert_eq!(
        done("/invitation uses 3 for 2d #lunch #Plans"),
        invitation(3, 2, &["lunch", "plans"])
    );
    assert_eq!(
        done("/invitation #lunch for 1d uses 2"),
        invitation(2, 1, &["lunch"])
    );
    assert_eq!(done("/invitations"), Action::Invitations);
    assert_eq!(
        done("/end-invitation 4"),
        Action::EndInvitation(InviteId(4))
    );
}

#[test]
fn what_cannot_be_meant_is_told_with_the_usage() {
    for (line, usage) in [
        ("/join", "/join #ROOM"),
        ("/join #a b", "/join #ROOM"),
        ("/join #a\u{202e}b", "/join #ROOM"),
        ("/msg", "/msg NAME"),
        ("/msg x\u{7f} hi", "/msg NAME"),
        ("/quit now", "/quit"),
        ("/contact boris", "/contact add"),
        ("/profile hat big", "/profile [FIELD"),
        ("/profile phone", "/profile [FIELD"),
        ("/announce everybody", "/announce online"),
        ("/room slow 9h", "/room [SETTING"),
        ("/room readonly maybe", "/room [SETTING"),
        ("/role boris king", "/role NAME ROLE"),
        ("/report", "/report REASON"),
        ("/revoke mine", "/revoke NUMBER"),
        ("/kick", "/kick NAME"),
        ("/who anna", "/who [since 30m]"),
        ("/who since", "/who [since 30m]"),
        ("/who since monday", "/who [since 30m]"),
        ("/invitation boris", "/invitation [uses N]"),
        ("/invitation uses 0", "/invitation [uses N]"),
        ("/invitation uses", "/invitation [uses N]"),
        ("/invitation for ever", "/invitation [uses N]"),
        ("/invitation #a\u{202e}b", "/invitation [uses N]"),
        ("/invitations 4", "/invitations"),
        ("/end-invitation", "/end-invitation ID"),
        ("/end-invitation all", "/end-invitation ID"),
    ] {
        let error = read(line).unwrap_err();
        assert!(error.contains(usage), "{error}");
    }
}

#[test]
fn help_tells_every_command_once_and_fits_beside_the_conversations() {
    let help = help();
    for command in commands() {
        let begins = |line: &&String| line.starts_with(&format!("/{} ", command.name));
        assert_eq!(help.iter().filter(begins).count(), 1, "{}", command.name);
    }
    // What a screen of eighty columns has for a list.
    let wide: Vec<_> = help
        .iter()
        .filter(|line| line.chars().count() > 59)
        .collect();
    assert!(wide.is_empty(), "{wide:#?}");
}
