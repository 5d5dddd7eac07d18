//! Where a screen begins, how one is shown then, and what happens while there is no connection.

use super::super::memory::Memory;
use super::bench::{ANNA, BORIS, Bench, GENERAL, LUNCH, NOON, WITH_BORIS, direct, room};
use crate::config::ScreenConfig;
use crate::model::{Connection, Update};
use crate::net::{Command, Order};
use crate::state_dir::{Remembered, StateDir};
use chat_shared::{
    ConversationId, ConversationSummary, EntryBody, Event as Said, PresenceState, Seq, Timestamp,
};

/// A screen that remembers this, once the first answer is there.
fn begun(remembered: Remembered, conversations: Vec<ConversationSummary>) -> Bench {
    let memory = Memory {
        folder: None,
        remembered,
    };
    let mut bench = Bench::after(80, 24, ScreenConfig::default(), memory);
    bench.sign_in();
    bench.sync(conversations);
    bench
}

fn rooms() -> Vec<ConversationSummary> {
    vec![
        room(GENERAL, "general", "", 0),
        room(LUNCH, "lunch", "", 0),
        direct(WITH_BORIS, &[ANNA, BORIS], 0),
    ]
}

#[test]
fn it_begins_where_one_was_else_with_what_is_unread_else_with_the_first() {
    let opens = |open, conversations| {
        let presence = PresenceState::Online;
        let mut bench = begun(Remembered { presence, open }, conversations);
        bench.app(|app| app.open_id())
    };
    assert_eq!(opens(None, rooms()), Some(GENERAL));
    assert_eq!(opens(Some(WITH_BORIS), rooms()), Some(WITH_BORIS));
    let mut unread = rooms();
    unread[1].posts = 1;
    assert_eq!(opens(Some(ConversationId(99)), unread.clone()), Some(LUNCH));
    assert_eq!(opens(Some(GENERAL), unread), Some(GENERAL));
}

#[test]
fn where_the_open_conversation_is_gone_the_first_comes_and_not_where_one_began() {
    let remembered = Remembered {
        open: Some(LUNCH),
        ..Remembered::default()
    };
    let mut bench = begun(remembered, rooms());
    bench.enter("/msg boris");
    bench.sync(rooms()[..2].to_vec());
    assert_eq!(bench.app(|app| app.open_id()), Some(GENERAL));
}

#[test]
fn how_one_chose_to_be_shown_and_where_one_was_is_remembered() {
    let folder = tempfile::tempdir().unwrap();
    let state = StateDir::open(folder.path().into()).unwrap();
    let account = state.account("h:1", "anna").unwrap();
    let memory = Memory {
        folder: Some(account.clone()),
        remembered: Remembered::default(),
    };
    let mut bench = Bench::after(80, 24, ScreenConfig::default(), memory);
    bench.sign_in();
    bench.sync(rooms());
    let kept = || account.remembered().unwrap();
    bench.app(|app| app.set_idle(true));
    assert_eq!(kept().presence, PresenceState::Online);
    bench.enter("/invisible");
    assert_eq!(kept().presence, PresenceState::Invisible);
    bench.enter("/msg boris");
    bench.enter("/quit");
    assert_eq!(kept().open, Some(WITH_BORIS));
    bench.enter("/back");
    assert_eq!(kept().presence, PresenceState::Online);
}

#[test]
fn who_was_not_to_be_seen_is_not_seen_at_the_next_start_either() {
    let presence = PresenceState::Invisible;
    let open = None;
    let mut bench = begun(Remembered { presence, open }, rooms());
    bench.has("shown as not here until /back");
    bench.app(|app| app.set_idle(false));
    bench.enter("hello");
    let presences = |commands: Vec<Command>| {
        let is_presence = |command: &Command| matches!(command, Command::SetPresence { .. });
        commands.into_iter().filter(is_presence).count()
    };
    assert_eq!(presences(bench.asked()), 0);
    bench.enter("/back");
    assert_eq!(presences(bench.asked()), 1);
}

#[test]
fn whoever_is_turned_away_sees_when_it_is_tried_again_and_how_at_once() {
    let mut bench = Bench::at_work(80, 24);
    let reason = "your address is banned: ask your administrator".to_owned();
    let retry_at = Timestamp(NOON.0 + 60_000);
    bench.update(Update::Connection(Connection::TurnedAway {
        reason,
        retry_at,
    }));
    bench.has("○ Ctrl-R: try now, else in 60 s · your address is banned · anna");
    assert!(bench.app(|app| app.is_ticking()));
}

#[test]
fn what_is_entered_before_all_names_are_known_waits_for_them() {
    let mut bench = begun(Remembered::default(), rooms());
    bench.say(Said::Synced {
        account_seq: Seq(1),
        house_seq: Seq(6),
        conversations: rooms(),
    });
    bench.asked();
    bench.enter("/join #market");
    bench.lacks("there is no room");
    let market = ConversationId(77);
    bench.house(
        6,
        EntryBody::RoomAdded {
            conversation: market,
            name: "market".into(),
        },
    );
    let join = Command::Do(Order::Join {
        conversation: market,
    });
    assert!(bench.asked().contains(&join));
    bench.enter("/join #nowhere");
    bench.has("there is no room #nowhere");
}
