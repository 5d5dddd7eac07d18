//! `chatctl room`.

use super::*;
use chat_shared::{Access, HistoryFrom, Member, Restriction, RoomChange, RoomRole, Seq};

const LUNCH: ConversationId = ConversationId(7);
const ANNA: AccountId = AccountId(3);

#[test]
fn rooms_are_listed_with_what_is_special_about_them() {
    let answers = || {
        let settings = RoomSettings {
            access: Access::Hidden,
            slow_secs: 30,
            read_only: true,
            ..RoomSettings::default()
        };
        let deleted = AdminRoom {
            deleted_at: Some(THEN),
            ..room(9, "old", RoomSettings::default())
        };
        let first = vec![room(7, "lunch", settings)];
        vec![
            Event::AdminRooms {
                rooms: first,
                more: true,
            },
            Event::AdminRooms {
                rooms: vec![deleted],
                more: false,
            },
        ]
    };
    let (text, asked) = printed(&["room", "list"], answers());
    assert_eq!(asked, Request::AdminRooms { after: LUNCH });
    assert!(!text.contains('\u{1b}'), "{text}");
    let lines: Vec<_> = text.lines().collect();
    assert!(
        lines[1].starts_with("lunch  hidden  3        40 ")
            && lines[1].ends_with("read-only, slow  at noon�[2J"),
        "{text}"
    );
    assert!(lines[2].contains("  deleted  "), "{text}");
    let list = value_of(&["room", "list"], answers());
    assert_eq!(list[0]["settings"]["access"], "hidden");
    assert_eq!(list[0]["settings"]["slow_secs"], 30);
    assert_eq!(list[0]["deleted_at"], Value::Null);
    assert_eq!(list[1]["deleted_at"], "2023-11-14T22:13:20.000Z");
    assert_eq!(list[1]["messages"], 40);
}

#[test]
fn one_room_is_shown_in_words() {
    let answers = || {
        let settings = RoomSettings {
            history: HistoryFrom::Joining,
            description: "who\neats".into(),
            slow_secs: 90,
            ..RoomSettings::default()
        };
        let lunch = AdminRoom {
            deleted_at: Some(THEN),
            ..room(7, "lunch", settings)
        };
        vec![Event::AdminRooms {
            rooms: vec![lunch],
            more: false,
        }]
    };
    let (text, _) = printed(&["room", "show", "#Lunch"], answers());
    for line in [
        "name           lunch",
        "description    who\n               eats",
        "access         public",
        "history        who joins reads what is said from then on",
        "slow mode      a message every 1 min 30 s",
        "read-only      off",
    ] {
        assert!(text.contains(&format!("{line}\n")), "{line} in {text}");
    }
    assert!(text.contains("can be restored until 2023-12-1"), "{text}");
    let shown = value_of(&["room", "show", "lunch"], answers());
    assert_eq!(shown["settings"]["history"], "joining");
}

#[test]
fn a_room_that_is_not_there_is_told_with_the_way_out() {
    let script = Script::of(vec![rooms()]);
    let failure = script.run(&["room", "archive", "dinner"]).unwrap_err();
    assert!(matches!(failure, Failure::Refused(_)));
    assert_eq!(
        failure.to_string(),
        "there is no room `dinner` (chatctl room list shows all) (no_such_conversation)"
    );
}

#[test]
fn members_are_listed_with_the_owners_first() {
    let answers = || {
        let member = |account, role| Member {
            account: AccountId(account),
            role,
        };
        let page = |members, more| Event::Members {
            conversation: LUNCH,
            seq: Seq(9),
            members,
            more,
        };
        vec![
            rooms(),
            page(vec![member(1, RoomRole::Member)], true),
            page(
                vec![member(2, RoomRole::Owner), member(5, RoomRole::Member)],
                false,
            ),
            accounts(vec![info(1, "zoe"), info(2, "anna")]),
        ]
    };
    let (text, _) = printed(&["room", "members", "lunch"], answers());
    assert_eq!(
        text,
        "NAME         ROLE\nanna         owner\n(account 5)  member\nzoe          member\n"
    );
    let list = value_of(&["room", "members", "lunch"], answers());
    assert_eq!(
        list[0],
        value!({ "account": 2, "name": "anna", "role": "owner" })
    );
}

#[test]
fn who_is_kept_from_a_room_is_listed_with_who_may_come() {
    let answers = || {
        let one = |account, by, until, reason: &str| Restriction {
            account: AccountId(account),
            by,
            at: THEN,
            until,
            reason: reason.into(),
        };
        let restrictions = Event::Restrictions {
            conversation: LUNCH,
            banned: vec![one(1, None, None, "loud\u{1b}[2J")],
            muted: vec![one(5, Some(ANNA), Some(THEN), "")],
            invited: vec![one(2, Some(ANNA), None, "")],
            more: false,
        };
        let people = accounts(vec![info(1, "zoe"), info(2, "olga"), info(3, "anna")]);
        vec![rooms(), restrictions, people]
    };
    let (text, _) = printed(&["room", "bans", "lunch"], answers());
    assert!(!text.contains('\u{1b}'), "{text}");
    let lines: Vec<_> = text.lines().collect();
    assert!(lines[1].starts_with("zoe          banned"), "{text}");
    assert!(lines[1].contains("(machine)"), "{text}");
    assert!(lines[2].starts_with("(account 5)  muted "), "{text}");
    assert!(lines[3].starts_with("olga         invited"), "{text}");
    let lists = value_of(&["room", "bans", "lunch"], answers());
    assert_eq!(lists["banned"][0]["name"], "zoe");
    assert_eq!(lists["banned"][0]["by"], Value::Null);
    assert_eq!(lists["muted"][0]["until"], "2023-11-14T22:13:20.000Z");
    assert_eq!(lists["invited"][0]["by"], "anna");

    // Of all pages.
    let page = |banned, muted, more| Event::Restrictions {
        conversation: LUNCH,
        banned,
        muted,
        invited: vec![],
        more,
    };
    let one = |account| Restriction {
        account: AccountId(account),
        by: None,
        at: THEN,
        until: None,
        reason: String::new(),
    };
    let answers = vec![
        rooms(),
        page(vec![one(1)], vec![one(2)], true),
        page(vec![one(3)], vec![], false),
        accounts(vec![]),
    ];
    let script = Script::of(answers);
    let text = script.run(&["room", "bans", "lunch"]).unwrap();
    assert_eq!(text.lines().count(), 4, "{text}");
    let next = Request::AdminRestrictions {
        conversation: LUNCH,
        after: AccountId(2),
    };
    assert_eq!(script.requests()[2], next);

    let nobody = Event::Restrictions {
        conversation: LUNCH,
        banned: vec![],
        muted: vec![],
        invited: vec![],
        more: false,
    };
    let (text, asked) = printed(&["room", "bans", "lunch"], vec![rooms(), nobody]);
    assert_eq!(text, "nobody is banned, muted or invited in #lunch\n");
    let wanted = Request::AdminRestrictions {
        conversation: LUNCH,
        after: AccountId(0),
    };
    assert_eq!(asked, wanted);
}

#[test]
fn only_what_is_given_is_made_different() {
    let change = |line: &str| {
        let command: Vec<_> = line.split(' ').collect();
        let (_, asked) = printed(&command, vec![rooms(), DONE]);
        let Request::AdminCommand {
            command:
                Wanted::ChangeRoom {
                    conversation: LUNCH,
                    change,
                },
        } = asked
        else {
            panic!("{asked:?}");
        };
        change
    };
    let none = RoomChange::default;
    assert_eq!(
        change("room set lunch --access private --slow 30s --read-only on"),
        RoomChange {
            access: Some(Access::Private),
            slow_secs: Some(30),
            read_only: Some(true),
            ..none()
        }
    );
    assert_eq!(
        change(
            "room set lunch --history joining --slow off --for-newcomers off --description food"
        ),
        RoomChange {
            history: Some(HistoryFrom::Joining),
            slow_secs: Some(0),
            for_newcomers: Some(false),
            description: Some("food".into()),
            ..none()
        }
    );
    assert_eq!(
        change("room archive lunch"),
        RoomChange {
            archived: Some(true),
            ..none()
        }
    );
    assert_eq!(
        change("room unarchive lunch"),
        RoomChange {
            archived: Some(false),
            ..none()
        }
    );
    let shown = value_of(
        &["room", "set", "lunch", "--read-only", "on"],
        vec![rooms(), DONE],
    );
    assert_eq!(
        shown,
        value!({ "room": "lunch", "changed": { "read_only": true } })
    );
}

#[test]
fn a_room_is_made_as_it_is_wanted() {
    let made = Event::Done {
        conversation: Some(LUNCH),
        seq: Some(Seq(3)),
    };
    let line = "room create #Lunch --topic soup --kind private --history joining --slow 30s \
                --read-only on --owner anna";
    let command: Vec<_> = line.split_whitespace().collect();
    let answers = || vec![card(3, "anna"), made.clone()];
    let (text, asked) = printed(&command, answers());
    assert_eq!(text, "#lunch is made, and anna owns it\n");
    let wanted = Wanted::CreateRoom {
        name: "lunch".into(),
        topic: "soup".into(),
        change: RoomChange {
            access: Some(Access::Private),
            history: Some(HistoryFrom::Joining),
            slow_secs: Some(30),
            read_only: Some(true),
            ..RoomChange::default()
        },
        owner: Some(ANNA),
    };
    assert_eq!(asked, commanded(wanted));
    let shown = value_of(&command, answers());
    assert_eq!(
        shown,
        value!({ "room": "lunch", "conversation": 7, "owner": "anna" })
    );

    let (text, asked) = printed(&["room", "create", "lunch"], vec![made.clone()]);
    assert!(text.contains("has no owner"), "{text}");
    assert!(
        text.contains("chatctl room role lunch NAME owner"),
        "{text}"
    );
    let wanted = Wanted::CreateRoom {
        name: "lunch".into(),
        topic: String::new(),
        change: RoomChange::default(),
        owner: None,
    };
    assert_eq!(asked, commanded(wanted));
    let shown = value_of(&["room", "create", "lunch"], vec![made]);
    assert_eq!(shown["owner"], Value::Null);
}

#[test]
fn a_room_gets_another_topic_or_none() {
    let cases = [
        ("soup\u{1b}[2J", "#lunch has the topic: soup\u{fffd}[2J\n"),
        ("", "#lunch has no topic\n"),
    ];
    for (topic, told) in cases {
        let command = ["room", "topic", "lunch", topic];
        let (text, asked) = printed(&command, vec![rooms(), DONE]);
        assert_eq!(text, told);
        let wanted = Wanted::SetTopic {
            conversation: LUNCH,
            topic: topic.into(),
        };
        assert_eq!(asked, commanded(wanted));
    }
    let shown = value_of(&["room", "topic", "lunch", "soup"], vec![rooms(), DONE]);
    assert_eq!(shown, value!({ "room": "lunch", "topic": "soup" }));
}

#[test]
fn a_room_is_renamed_deleted_and_restored() {
    let conversation = LUNCH;
    let cases = [
        (
            "room rename lunch Dinner",
            Wanted::RenameRoom {
                conversation,
                name: "dinner".into(),
            },
        ),
        // Whether the name is the right one, the daemon says.
        (
            "room delete lunch --yes #Brunch",
            Wanted::DeleteRoom {
                conversation,
                name: "brunch".into(),
            },
        ),
        ("room restore lunch", Wanted::RestoreRoom { conversation }),
    ];
    for (line, wanted) in cases {
        let command: Vec<_> = line.split(' ').collect();
        let (text, asked) = printed(&command, vec![rooms(), DONE]);
        assert_eq!(asked, commanded(wanted));
        assert!(text.starts_with("#lunch is "), "{text}");
        let shown = value_of(&command, vec![rooms(), DONE]);
        assert_eq!(shown["room"], "lunch");
    }
}

#[test]
fn acts_in_a_room_name_room_and_person_by_their_ids() {
    let (conversation, account, until) = (LUNCH, ANNA, None);
    let reason = String::new;
    let cases = [
        (
            "room role lunch anna moderator",
            Wanted::SetRoomRole {
                conversation,
                account,
                role: RoomRole::Moderator,
            },
            value!({ "room": "lunch", "name": "anna", "role": "moderator" }),
        ),
        (
            "room invite lunch anna",
            Wanted::InviteToRoom {
                conversation,
                account,
            },
            value!({ "act": "invite", "room": "lunch", "name": "anna" }),
        ),
        (
            "room uninvite lunch anna",
            Wanted::UninviteFromRoom {
                conversation,
                account,
            },
            value!({ "act": "uninvite", "room": "lunch", "name": "anna" }),
        ),
        (
            "room kick lunch anna --reason noise",
            Wanted::Kick {
                conversation,
                account,
                reason: "noise".into(),
            },
            value!({ "act": "kick", "room": "lunch", "name": "anna" }),
        ),
        (
            "room ban lunch anna",
            Wanted::Ban {
                conversation,
                account,
                until,
                reason: reason(),
            },
            value!({ "act": "ban", "room": "lunch", "name": "anna", "until": null }),
        ),
        (
            "room unban lunch anna",
            Wanted::Unban {
                conversation,
                account,
            },
            value!({ "act": "unban", "room": "lunch", "name": "anna" }),
        ),
        (
            "room mute lunch anna",
            Wanted::Mute {
                conversation,
                account,
                until,
                reason: reason(),
            },
            value!({ "act": "mute", "room": "lunch", "name": "anna", "until": null }),
        ),
        (
            "room unmute lunch anna",
            Wanted::Unmute {
                conversation,
                account,
            },
            value!({ "act": "unmute", "room": "lunch", "name": "anna" }),
        ),
    ];
    for (line, wanted, shown) in cases {
        let command: Vec<_> = line.split(' ').collect();
        let answers = || vec![rooms(), card(3, "anna"), DONE];
        let (text, asked) = printed(&command, answers());
        assert_eq!(asked, commanded(wanted));
        assert!(
            text.starts_with("anna ") && text.contains(" #lunch"),
            "{text}"
        );
        assert_eq!(value_of(&command, answers()), shown);
    }
}

#[test]
fn a_ban_for_a_time_ends_then() {
    let command = ["room", "ban", "lunch", "anna", "--for", "2h"];
    let earliest = time::in_secs(7_200);
    let (text, asked) = printed(&command, vec![rooms(), card(3, "anna"), DONE]);
    let Request::AdminCommand {
        command: Wanted::Ban {
            until: Some(until), ..
        },
    } = asked
    else {
        panic!("{asked:?}");
    };
    assert!((earliest.0..earliest.0 + 60_000).contains(&until.0));
    let told = format!("anna is banned from #lunch until {}\n", time::short(until));
    assert_eq!(text, told);
}

#[test]
fn a_message_is_deleted_by_its_number() {
    let command = ["room", "delete-message", "lunch", "12", "--reason", "spam"];
    let (text, asked) = printed(&command, vec![rooms(), DONE]);
    assert_eq!(text, "message 12 of #lunch is deleted\n");
    let wanted = Wanted::DeleteMessage {
        conversation: LUNCH,
        seq: Seq(12),
        reason: "spam".into(),
    };
    assert_eq!(asked, commanded(wanted));
}
