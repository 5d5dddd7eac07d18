//! `chatctl invite`.

use super::*;
use chat_shared::{InviteId, InviteInfo};

fn made() -> Vec<Event> {
    vec![Event::InviteMade {
        invite: InviteId(3),
        code: "AB-CD".into(),
        links: vec!["chat://192.0.2.7:7420/?invite=AB-CD".into()],
        expires_at: THEN,
    }]
}

#[test]
fn a_new_invitation_holds_for_one_account_and_a_week() {
    let (text, asked) = printed(&["invite", "new"], made());
    assert!(
        text.starts_with("invitation 3 for one account, until "),
        "{text}"
    );
    assert!(text.contains("code  AB-CD\n"), "{text}");
    assert!(
        text.contains("chatc 'chat://192.0.2.7:7420/?invite=AB-CD'"),
        "{text}"
    );
    assert_eq!(
        asked,
        Request::AdminInviteNew {
            uses: 1,
            expires_secs: 604_800,
            rooms: Vec::new(),
            role: HouseRole::Member,
        }
    );
}

#[test]
fn an_invitation_leads_into_rooms_and_gives_a_role() {
    let command = [
        "invite", "new", "--uses", "2", "--room", "Lunch", "--room", "#general", "--role", "guest",
    ];
    let (text, asked) = printed(&command, made());
    assert!(
        text.starts_with("invitation 3 for 2 accounts as guest in #lunch, #general, until "),
        "{text}"
    );
    let rooms = vec!["lunch".to_owned(), "general".to_owned()];
    assert_eq!(
        asked,
        Request::AdminInviteNew {
            uses: 2,
            expires_secs: 604_800,
            rooms,
            role: HouseRole::Guest,
        }
    );
    let shown = value_of(&command, made());
    assert_eq!(shown["rooms"], value!(["lunch", "general"]));
    assert_eq!(shown["role"], "guest");
}

#[test]
fn invitations_are_listed_with_names_for_who_made_them_and_their_rooms() {
    let invite = |id, by, rooms| InviteInfo {
        invite: InviteId(id),
        uses_left: 5,
        expires_at: THEN,
        created_at: THEN,
        by,
        rooms,
        role: HouseRole::Guest,
    };
    let answers = || {
        let invites = vec![
            invite(1, None, Vec::new()),
            invite(
                2,
                Some(AccountId(9)),
                vec![ConversationId(7), ConversationId(8)],
            ),
        ];
        vec![
            Event::Invites {
                invites,
                more: false,
            },
            accounts(vec![info(9, "anna")]),
            rooms(),
        ]
    };
    let (text, _) = printed(&["invite", "list"], answers());
    let lines: Vec<_> = text.lines().collect();
    assert!(lines[1].ends_with("(machine)"), "{text}");
    assert!(lines[2].ends_with("anna       lunch, (8)"), "{text}");
    let list = value_of(&["invite", "list"], answers());
    assert_eq!(list[0]["by"], Value::Null);
    assert_eq!(list[1]["by"], "anna");
    assert_eq!(list[1]["rooms"], value!(["lunch", "(8)"]));

    // Of all pages.
    let page = |id, more| Event::Invites {
        invites: vec![invite(id, None, Vec::new())],
        more,
    };
    let script = Script::of(vec![page(4, true), page(9, false)]);
    let text = script.run(&["invite", "list"]).unwrap();
    assert_eq!(text.lines().count(), 3, "{text}");
    let next = Request::AdminInvites { after: InviteId(4) };
    assert_eq!(script.requests()[1], next);

    // Where there is nothing to name, nothing is asked for.
    let invites = vec![invite(1, None, Vec::new())];
    let more = false;
    let script = Script::of(vec![Event::Invites { invites, more }]);
    script.run(&["invite", "list"]).unwrap();
    assert_eq!(script.requests().len(), 1);
}

#[test]
fn an_invitation_is_ended_by_its_number() {
    let (text, asked) = printed(&["invite", "revoke", "3", "--json"], vec![DONE]);
    assert_eq!(text, "{\"invite\":3,\"revoked\":true}\n");
    let invite = InviteId(3);
    assert_eq!(asked, Request::AdminInviteRevoke { invite });
}
