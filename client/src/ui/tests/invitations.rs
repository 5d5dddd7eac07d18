//! Invitations into the house, and who was here.

use super::bench::{ANNA, BORIS, Bench, CLARA, LUNCH, MINUTE, NOON, presence};
use crate::command::Order;
use crate::model::{Connection, Update};
use crate::net::Command;
use chat_shared::{
    AccountId, Command as Act, ConversationId, Event as Said, HouseRole, InviteId, InviteInfo,
    PresenceState, Request, Seen, Timestamp,
};
use cursive::event::Key;

/// The rows of the list over the messages, its title first.
fn list(bench: &mut Bench, count: usize) -> Vec<String> {
    let rows = bench.rows();
    let row = |row: &String| row.split('│').nth(1).unwrap_or_default().trim().to_owned();
    rows[..count].iter().map(row).collect()
}

#[test]
fn who_was_here_is_listed_below_who_is() {
    let mut bench = Bench::at_work(80, 24);
    bench.asked();
    bench.enter("/who since 30m");
    let since = Some(Timestamp(NOON.0 - 30 * MINUTE));
    assert_eq!(
        bench.asked(),
        [Command::Ask(Request::Who {
            since,
            after: AccountId(0),
        })]
    );
    let seen = |account, minutes| Seen {
        account,
        at: Timestamp(NOON.0 - minutes * MINUTE),
    };
    bench.say(Said::Who {
        people: vec![presence(ANNA, PresenceState::Online)],
        seen: vec![seen(CLARA, 5), seen(BORIS, 20)],
        more: false,
    });
    assert_eq!(
        list(&mut bench, 5),
        [
            "1 here, 2 more since 21 Nov 2025 11:30",
            "● anna",
            "○ clara · last seen 21 Nov 2025 11:55",
            "○ boris · last seen 21 Nov 2025 11:40",
            "",
        ]
    );
    // Who comes back is here, and was not only.
    let people = vec![presence(BORIS, PresenceState::Online)];
    bench.say(Said::PresenceChanged { people });
    bench.has("2 here, 1 more since");
    bench.lacks("11:40");
    // What an earlier answer told of a longer time is not shown for a shorter one.
    bench.press(Key::Esc);
    bench.enter("/who since 2m");
    bench.has("2 here, 0 more since 21 Nov 2025 11:58");
}

#[test]
fn an_invitation_is_asked_for_and_its_link_is_told() {
    let mut bench = Bench::at_work(120, 24);
    bench.asked();
    bench.enter("/invitation uses 3 for 2d #lunch");
    let request = Request::InviteNew {
        uses: 3,
        expires_secs: 2 * 86_400,
        rooms: vec![LUNCH],
        role: HouseRole::Member,
    };
    assert_eq!(bench.asked(), [Command::Ask(request)]);
    bench.say(Said::InviteMade {
        invite: InviteId(4),
        code: "AAAA-BBBB".to_owned(),
        links: vec!["chat://\u{1b}[2Jhost/?pin=x&invite=AAAA-BBBB".to_owned()],
        expires_at: Timestamp(NOON.0 + 2 * 1_440 * MINUTE),
    });
    bench.has("code AAAA-BBBB, until 23 Nov 2025 12:00");
    bench.has("chatc 'chat://�[2Jhost/?pin=x&invite=AAAA-BBBB'");
    bench.press(Key::Esc);
    bench.has("invitation 4 until 23 Nov 2025 12:00, code AAAA-BBBB; to");
    bench.has("chatc 'chat://�[2Jhost/?pin=x&invite=AAAA-BBBB'");
}

#[test]
fn no_invitation_is_asked_for_into_a_room_that_is_not_there_or_without_a_connection() {
    let mut bench = Bench::at_work(80, 24);
    bench.asked();
    bench.enter("/invitation #attic");
    bench.has("there is no room #attic");
    bench.update(Update::Connection(Connection::default()));
    bench.enter("/invitation");
    bench.has("an invitation is made with a connection only");
    assert_eq!(bench.asked(), []);
}

#[test]
fn invitations_are_listed_and_ended() {
    let mut bench = Bench::at_work(120, 24);
    bench.asked();
    bench.enter("/invitations");
    bench.has("the invitations are on their way");
    assert_eq!(
        bench.asked(),
        [Command::Ask(Request::Invites { after: InviteId(0) })]
    );
    let invite = |id, by, role, rooms| InviteInfo {
        invite: InviteId(id),
        uses_left: 3,
        expires_at: NOON,
        created_at: NOON,
        by,
        rooms,
        role,
    };
    let invites = vec![
        invite(4, Some(ANNA), HouseRole::Member, vec![]),
        invite(
            7,
            Some(BORIS),
            HouseRole::Guest,
            vec![LUNCH, ConversationId(99)],
        ),
        invite(9, None, HouseRole::Member, vec![]),
    ];
    bench.say(Said::Invites {
        invites,
        more: false,
    });
    assert_eq!(
        list(&mut bench, 5),
        [
            "invitations: /end-invitation ID ends one",
            "4  3 left until 12:00",
            "7  3 left until 12:00 · as guest · by boris · #lunch, a room",
            "9  3 left until 12:00 · by the administrator",
            "",
        ]
    );
    bench.press(Key::Down);
    bench.press(Key::Enter);
    bench.press(Key::Enter);
    let act = Act::RevokeInvite {
        invite: InviteId(7),
    };
    assert_eq!(bench.asked(), [Command::Do(Order::Act { act })]);
    bench.enter("/invitations");
    bench.say(Said::Invites {
        invites: vec![],
        more: false,
    });
    bench.has("no invitation holds: /invitation makes one");
}

#[test]
fn a_long_link_stands_from_edge_to_edge_and_nothing_else_in_its_rows() {
    let mut bench = Bench::at_work(80, 24);
    bench.press(Key::F2);
    let link = format!(
        "chat://192.0.2.7:7420/?pin={}&invite=AAAA-BBBB",
        "p".repeat(43)
    );
    bench.say(Said::InviteMade {
        invite: InviteId(4),
        code: "AAAA-BBBB".to_owned(),
        links: vec![link.clone()],
        expires_at: Timestamp(NOON.0 + MINUTE),
    });
    let rows = bench.rows();
    let first = rows
        .iter()
        .position(|row| row.starts_with("chatc '"))
        .unwrap();
    assert_eq!(
        format!("{}{}", rows[first], rows[first + 1]),
        format!("chatc '{link}'")
    );
    assert_eq!(rows[first].len(), 80, "from edge to edge");
    assert!(!rows[..22].concat().contains('│'), "{rows:?}");
    bench.has("chatc invite new prints a link bare");
}
