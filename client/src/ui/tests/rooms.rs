//! Rooms on the screen: what they are like, keeping the peace in them, the directory.

use super::bench::{ANNA, BORIS, Bench, CLARA, DAY, GENERAL, LUNCH, NOON, room};
use crate::command::{Order, Ticket};
use crate::model::Update;
use crate::net::Command;
use chat_shared::{
    Access, AccountId, Command as Act, ConversationId, ConversationSummary, DeviceId, DeviceInfo,
    EntryBody, Event as Said, Fault, FaultCode, HouseRole, Nonce, Request, Restriction, RoomChange,
    RoomInfo, RoomRole, RoomSetting, RoomSettings, Seq, StreamId, Timestamp,
};
use cursive::event::{Event, Key};

fn acts(bench: &mut Bench) -> Vec<Act> {
    let act = |command| match command {
        Command::Do(Order::Act { act }) => Some(act),
        _ => None,
    };
    bench.asked().into_iter().filter_map(act).collect()
}

fn info(conversation: ConversationId, name: &str, members: u64, access: Access) -> RoomInfo {
    RoomInfo {
        conversation,
        name: name.to_owned(),
        topic: format!("all about {name}"),
        members,
        joined: false,
        settings: RoomSettings {
            access,
            ..RoomSettings::default()
        },
        invited: false,
    }
}

#[test]
fn the_directory_is_searched_by_typing_and_entered_by_enter() {
    let mut bench = Bench::at_work(80, 24);
    let (tea, attic) = (ConversationId(7), ConversationId(8));
    for (seq, id, name) in [(6, tea, "tea"), (7, attic, "attic")] {
        let name = name.to_owned();
        bench.house(
            seq,
            EntryBody::RoomAdded {
                conversation: id,
                name,
            },
        );
    }
    let settings = RoomSettings {
        access: Access::Private,
        ..RoomSettings::default()
    };
    bench.house(
        8,
        EntryBody::RoomSettingsSet {
            conversation: attic,
            settings,
        },
    );
    bench.asked();
    bench.enter("/rooms");
    assert_eq!(bench.asked(), [Command::FetchRooms]);
    bench.say(Said::Rooms {
        rooms: vec![
            info(GENERAL, "general", 123, Access::Public),
            info(tea, "tea", 4, Access::Public),
        ],
        more: false,
    });
    let rows = bench.rows();
    let list: Vec<_> = rows[..5]
        .iter()
        .map(|row| row.split('│').nth(1).unwrap().trim())
        .collect();
    assert_eq!(
        list,
        [
            "4 rooms, ● those you are in",
            "#attic    (by invitation)",
            "●  123 #general",
            "●      #lunch",
            "4 #tea",
        ]
    );
    bench.write("te");
    bench.lacks("#attic");
    bench.has("4 rooms, ● those you are in · 1 with “te”");
    bench.press(Key::Enter);
    bench.has("join this room? Enter again");
    assert_eq!(bench.asked(), []);
    bench.press(Key::Enter);
    assert_eq!(
        bench.asked(),
        [Command::Do(Order::Join { conversation: tea })]
    );
    bench.enter("/rooms attic");
    bench.press(Key::Enter);
    bench.has("#attic is entered by invitation");
    bench.enter("/rooms lunch");
    bench.press(Key::Enter);
    assert_eq!(bench.app(|app| app.open_id()), Some(LUNCH));
}

#[test]
fn who_keeps_the_peace_finds_hidden_rooms_marked_and_enters_them() {
    let mut bench = Bench::at_work(80, 24);
    let role = HouseRole::Moderator;
    let account = ANNA;
    bench.house(6, EntryBody::HouseRoleSet { account, role });
    bench.enter("/rooms");
    let cellar = ConversationId(9);
    let mut old = info(cellar, "cellar", 2, Access::Hidden);
    old.settings.archived = true;
    bench.say(Said::Rooms {
        rooms: vec![old],
        more: false,
    });
    bench.has("2 #cellar   (archived, hidden) all about cellar");
    bench.say(Said::Rooms {
        rooms: vec![info(cellar, "cellar", 2, Access::Hidden)],
        more: false,
    });
    bench.has("2 #cellar   (hidden) all about cellar");
    bench.asked();
    bench.write("cellar");
    bench.press(Key::Enter);
    bench.press(Key::Enter);
    assert_eq!(
        bench.asked(),
        [Command::Do(Order::Join {
            conversation: cellar
        })]
    );
}

#[test]
fn commands_about_the_open_room_become_orders() {
    let mut bench = Bench::at_work(80, 24);
    bench.asked();
    for line in [
        "/room slow 30s",
        "/archive",
        "/rename chat",
        "/invite boris",
        "/role boris moderator",
        "/kick clara shouts",
        "/ban clara for 2h shouts",
        "/unban clara",
        "/mute clara for 1m",
        "/unmute clara",
    ] {
        bench.enter(line);
    }
    let conversation = GENERAL;
    let in_ms = |ms| Some(Timestamp(NOON.0 + ms));
    let reason = || "shouts".to_owned();
    assert_eq!(
        acts(&mut bench),
        [
            Act::ChangeRoom {
                conversation,
                change: RoomChange {
                    slow_secs: Some(30),
                    ..RoomChange::default()
                }
            },
            Act::ChangeRoom {
                conversation,
                change: RoomChange {
                    archived: Some(true),
                    ..RoomChange::default()
                }
            },
            Act::RenameRoom {
                conversation,
                name: "chat".to_owned()
            },
            Act::InviteToRoom {
                conversation,
                account: BORIS
            },
            Act::SetRoomRole {
                conversation,
                account: BORIS,
                role: RoomRole::Moderator
            },
            Act::Kick {
                conversation,
                account: CLARA,
                reason: reason()
            },
            Act::Ban {
                conversation,
                account: CLARA,
                until: in_ms(7_200_000),
                reason: reason()
            },
            Act::Unban {
                conversation,
                account: CLARA
            },
            Act::Mute {
                conversation,
                account: CLARA,
                until: in_ms(60_000),
                reason: String::new()
            },
            Act::Unmute {
                conversation,
                account: CLARA
            },
        ]
    );
    bench.enter("/msg boris");
    bench.enter("/invite clara");
    bench.has("this is for rooms");
    assert_eq!(acts(&mut bench), []);
}

#[test]
fn a_room_is_deleted_only_by_its_name() {
    let mut bench = Bench::at_work(80, 24);
    bench.asked();
    bench.enter("/delete-room");
    bench.has("type #general and Enter to delete it; Esc lets it be");
    bench.enter("lunch");
    bench.has("lunch is not the name of this room");
    bench.enter("/delete-room");
    bench.write("gen");
    bench.press(Key::Esc);
    bench.has("nothing was deleted");
    bench.lacks("› gen");
    bench.enter("/delete-room");
    bench.enter("#general");
    let (conversation, name) = (GENERAL, "general".to_owned());
    assert_eq!(
        bench.asked(),
        [Command::Do(Order::Act {
            act: Act::DeleteRoom { conversation, name }
        })]
    );
}

#[test]
fn what_happens_to_rooms_and_people_is_told() {
    let mut bench = Bench::at_work(80, 24);
    let hours = |hours: i64| Some(Timestamp(NOON.0 + hours * 3_600_000));
    let bodies = [
        EntryBody::Kicked {
            account: CLARA,
            reason: "shouts \u{1b}[2J".to_owned(),
        },
        EntryBody::Banned {
            account: CLARA,
            until: hours(3),
            reason: String::new(),
        },
        EntryBody::Muted {
            account: CLARA,
            until: None,
            reason: "again".to_owned(),
        },
        EntryBody::RoleSet {
            account: ANNA,
            role: RoomRole::Owner,
        },
        EntryBody::Invited { account: CLARA },
        EntryBody::SettingsSet {
            settings: RoomSettings {
                slow_secs: 30,
                read_only: true,
                ..RoomSettings::default()
            },
            changed: vec![RoomSetting::SlowSecs, RoomSetting::ReadOnly],
        },
        EntryBody::Renamed {
            name: "chat".to_owned(),
            from: "general".to_owned(),
        },
    ];
    for (body, seq) in bodies.into_iter().zip(1..) {
        bench.happens(seq, BORIS, 0, body);
    }
    bench.shows(
        "
  #chat          │ #chat  what concerns everybody
  #lunch         │
                 │
● @boris         │
                 │
⋮ 8
                 │ ────────────────── Friday 21 November 2025 ──────────────────
                 │ 12:00 * boris put clara out: shouts �[2J
                 │ 12:00 * boris banned clara for 3 h
                 │ 12:00 * boris muted clara: again
                 │ 12:00 * anna is owner here now
                 │ 12:00 * boris invited clara
                 │ 12:00 * boris set slow mode to 30 s and made the room
                 │         read-only
                 │ 12:00 * boris renamed the room from #general to #chat
 ● online · anna · 3 here                                       F1 keys · /help
›
",
    );
    let members = bench.app(|app| app.model.members(GENERAL)).unwrap();
    assert_eq!(members, [ANNA, BORIS]);
}

#[test]
fn a_message_that_was_taken_away_leaves_its_place() {
    let mut bench = Bench::at_work(80, 24);
    bench.hear(GENERAL, 1, NOON, &[(BORIS, "rude words"), (ANNA, "mine")]);
    bench.has("boris  rude words");
    let reason = "rude".to_owned();
    bench.happens(
        3,
        CLARA,
        2,
        EntryBody::MessageDeleted {
            seq: Seq(1),
            reason,
        },
    );
    bench.lacks("rude words");
    bench.has("boris: message deleted");
    bench.has("clara took a message away: rude");
}

#[test]
fn ones_last_message_or_a_chosen_one_is_deleted_or_reported() {
    let mut bench = Bench::at_work(80, 24);
    bench.enter("/delete");
    bench.has("there is no message of yours here");
    bench.hear(
        GENERAL,
        1,
        NOON,
        &[(ANNA, "mine"), (BORIS, "his"), (CLARA, "hers")],
    );
    bench.asked();
    bench.enter("/report rude");
    bench.has("choose the message first");
    bench.enter("/delete");
    bench.has("take this away? /delete again · Esc: no");
    assert_eq!(acts(&mut bench), []);
    bench.press(Key::Esc);
    assert_eq!(bench.app(|app| app.chosen), None);
    // What one says meanwhile is what is meant next.
    bench.enter("/delete");
    bench.enter("another");
    assert_eq!(bench.app(|app| app.chosen), None);
    bench.enter("/delete");
    assert_eq!(acts(&mut bench), []);
    bench.enter("/delete");
    let conversation = GENERAL;
    let delete = |seq, reason: &str| Act::DeleteMessage {
        conversation,
        seq: Seq(seq),
        reason: reason.to_owned(),
    };
    assert_eq!(acts(&mut bench), [delete(1, "")]);
    bench.press(Event::Ctrl(Key::Up));
    bench.press(Event::AltChar('k'));
    bench.enter("/report rude");
    let (seq, reason) = (Seq(2), "rude".to_owned());
    assert_eq!(
        acts(&mut bench),
        [Act::Report {
            conversation,
            seq,
            reason
        }]
    );
    bench.press(Event::AltChar('k'));
    bench.enter("/delete rude");
    assert_eq!(acts(&mut bench), [delete(3, "rude")]);
    bench.press(Event::AltChar('k'));
    bench.press(Event::AltChar('j'));
    assert_eq!(bench.app(|app| app.chosen), None);
}

#[test]
fn choosing_scrolls_to_what_is_chosen() {
    let mut bench = Bench::at_work(80, 24);
    let lines: Vec<_> = (1..=60).map(|n| format!("message {n}.")).collect();
    let said: Vec<_> = lines.iter().map(|line| (BORIS, line.as_str())).collect();
    bench.hear(GENERAL, 1, NOON, &said);
    for n in (21..=60).rev() {
        bench.press(Event::AltChar('k'));
        bench.has(&format!("message {n}."));
        assert_eq!(bench.app(|app| app.chosen), Some(Seq(n)));
    }
    for n in 22..=60 {
        bench.press(Event::AltChar('j'));
        bench.has(&format!("message {n}."));
    }
    bench.press(Key::Esc);
    bench.press(Key::Esc);
    bench.lacks("below");
}

#[test]
fn a_room_says_what_it_is_like() {
    let mut bench = Bench::at_work(80, 24);
    bench.asked();
    bench.enter("/room");
    let conversation = GENERAL;
    assert_eq!(
        bench.asked(),
        [Command::Ask(Request::Room { conversation })]
    );
    let mut room = info(GENERAL, "general", 3, Access::Private);
    room.settings.description = "for all of us\nand our \u{1b}guests".to_owned();
    bench.say(Said::Room {
        room,
        role: Some(RoomRole::Owner),
    });
    for text in [
        "private",
        "for all of us",
        "our �guests",
        "you are owner here",
        "● boris · member",
    ] {
        bench.has(text);
    }
    bench.press(Key::Enter);
    bench.has("› /room");
}

#[test]
fn who_is_banned_is_listed_and_let_in_again_from_there() {
    let mut bench = Bench::at_work(80, 24);
    bench.asked();
    bench.enter("/bans");
    let conversation = GENERAL;
    assert_eq!(
        bench.asked(),
        [Command::Ask(Request::Restrictions {
            conversation,
            after: AccountId(0),
        })]
    );
    let restriction = |account, until: Option<i64>, reason: &str| Restriction {
        account,
        by: Some(BORIS),
        at: Timestamp(NOON.0 - DAY),
        until: until.map(|later| Timestamp(NOON.0 + later)),
        reason: reason.to_owned(),
    };
    let banned = vec![
        restriction(CLARA, Some(3_600_000), "shouts"),
        restriction(BORIS, Some(8 * DAY), "shouts"),
        restriction(ANNA, None, ""),
    ];
    let (muted, invited) = (vec![], vec![]);
    bench.say(Said::Restrictions {
        conversation,
        banned,
        muted,
        invited,
        more: false,
    });
    let rows = bench.rows();
    let list: Vec<_> = rows[2..8]
        .iter()
        .map(|row| row.split('│').nth(1).unwrap().trim())
        .collect();
    assert_eq!(
        list,
        [
            "clara · until 13:00 (1 h)",
            "shouts · by boris, Thu 12:00",
            "boris · until 29 Nov 12:00 (8 days)",
            "shouts · by boris, Thu 12:00",
            "anna · for good",
            "by boris, Thu 12:00",
        ]
    );
    bench.press(Key::Enter);
    bench.has("› /unban clara");
}

#[test]
fn devices_are_listed_and_signed_out() {
    let mut bench = Bench::at_work(80, 24);
    bench.asked();
    bench.enter("/devices");
    assert_eq!(bench.asked(), [Command::FetchDevices]);
    let device = |id, current| DeviceInfo {
        device: DeviceId(id),
        label: format!("host\u{1b}{id}"),
        added_at: NOON,
        current,
        last_used: Some(NOON),
        last_address: Some("192.0.2.7".to_owned()),
        sessions: 1,
    };
    let devices = vec![device(4, true), device(5, false)];
    bench.say(Said::Devices { devices });
    bench.has("4  host�4 (this one) · 12:00 · 192.0.2.7");
    bench.has("5  host�5 · in use now · 12:00 · 192.0.2.7");
    bench.has("devices: /revoke NUMBER ends one, /revoke others the rest");
    bench.press(Key::Down);
    bench.press(Key::Enter);
    bench.has("› /revoke 5");
    bench.press(Key::Enter);
    let device = DeviceId(5);
    assert_eq!(bench.asked(), [Command::RevokeDevice { device }]);
    bench.enter("/revoke others");
    assert_eq!(acts(&mut bench), [Act::RevokeOtherDevices {}]);
    bench.enter("/passwd");
    bench.has("chatc passwd");
}

fn removed(conversation: ConversationId) -> EntryBody {
    EntryBody::ConversationRemoved {
        conversation,
        reason: String::new(),
        banned: false,
        until: None,
    }
}

#[test]
fn who_is_put_out_is_told_why() {
    let mut bench = Bench::at_work(80, 24);
    let account = ANNA;
    let reason = "shouts".to_owned();
    bench.happens(1, BORIS, 0, EntryBody::Kicked { account, reason });
    let conversation = GENERAL;
    bench.account(2, removed(conversation));
    bench.lacks("  #general");
    bench.has("boris has put you out of #general: shouts (you may");
    // Who leaves by themselves knows it.
    let conversation = LUNCH;
    let ticket = Ticket {
        stream: StreamId(1),
        nonce: Nonce(1),
    };
    bench.update(Update::Done {
        ticket,
        order: Order::Leave { conversation },
        conversation: Some(conversation),
        seq: Some(Seq(1)),
    });
    bench.account(3, removed(conversation));
    bench.lacks("you are in #lunch no longer");
}

/// The feed of the account may be faster than that of the room; and what once was is not what is.
#[test]
fn the_reason_is_told_when_it_comes_later_and_is_never_an_old_one() {
    let mut bench = Bench::at_work(80, 24);
    let conversation = GENERAL;
    let account = ANNA;
    let old = "off topic".to_owned();
    let kicked = |reason| EntryBody::Kicked { account, reason };
    bench.happens(1, BORIS, 0, kicked(old));
    bench.happens(2, ANNA, 0, EntryBody::Joined { account });
    bench.account(2, removed(conversation));
    bench.has("you are in #general no longer");
    bench.lacks("off topic");
    bench.happens(3, BORIS, 0, kicked("noise".to_owned()));
    bench.has("boris put anna out: noise");
}

#[test]
fn what_one_may_not_enter_is_told_where_one_is() {
    let mut bench = Bench::at_work(80, 24);
    let ticket = Ticket {
        stream: StreamId(1),
        nonce: Nonce(1),
    };
    bench.update(Update::Refused {
        ticket,
        order: Order::Join {
            conversation: ConversationId(77),
        },
        fault: Fault::new(FaultCode::InvitationNeeded, "ask somebody who is in it"),
    });
    bench.has("ask somebody who is in it");
}

#[test]
fn a_room_of_ones_own_has_one_member_and_an_invitation_is_told_behind_how_one_comes_in() {
    let mut bench = Bench::at_work(80, 24);
    let plans = ConversationId(9);
    let conversation = ConversationSummary {
        members: 1,
        ..room(plans, "plans", "", 0)
    };
    bench.say(Said::Opened { conversation });
    bench.app(|app| app.open(plans));
    bench.enter("/room");
    bench.has("1 member");
    bench.lacks("1 members");
    bench.press(Key::Esc);
    let attic = RoomInfo {
        invited: true,
        ..info(ConversationId(8), "attic", 4, Access::Private)
    };
    bench.enter("/rooms");
    bench.say(Said::Rooms {
        rooms: vec![attic],
        more: false,
    });
    bench.has("(by invitation, you are invited)");
}
