//! Keeping the peace: roles, kicks, bans, mutes, messages taken away, reports, and waiting to write.

use super::harness::{
    ANNA, BERT, CLEO, GENERAL, NOW, TestHouse, at, ban, banned_from, change, create_room,
    delete_message, direct, in_own, inside, invite_in, join, kick, leave, mute, post, posted,
    put_out, register, report, role_set, room_role, unban, unmute,
};
use crate::journal::command::Action;
use crate::journal::outcome::{Outcome, Refusal};
use crate::store::FeedKey;
use chat_shared::limits::RESTRICTIONS;
use chat_shared::{
    AccountId, ConversationId, EntryBody, HistoryFrom, HouseRole, InboxAbout, RoomChange, RoomRole,
    Seq, Timestamp,
};

const LUNCH: ConversationId = ConversationId(2);
const DORA: AccountId = AccountId(4);
const HOUR_MS: i64 = 3600 * 1000;

/// #lunch with its owner Anna, its moderator Bert and its member Cleo; Dora is not in it. Its newest entry
/// is the sixth.
fn lunch() -> TestHouse {
    let mut house = TestHouse::with(&["anna", "bert", "cleo", "dora"]);
    house.device(CLEO);
    house.does(ANNA, create_room("lunch", ""));
    house.does(BERT, join(LUNCH));
    house.does(CLEO, join(LUNCH));
    house.appoint_in(LUNCH, BERT, RoomRole::Moderator);
    house
}

fn banned(account: AccountId, until: Option<i64>) -> Refusal {
    Refusal::Banned {
        conversation: LUNCH,
        account,
        until: until.map(|until| Timestamp(NOW.0 + until)),
    }
}

fn not(account: AccountId, how: &'static str) -> Refusal {
    Refusal::NotRestricted { account, how }
}

fn kicked(account: AccountId) -> EntryBody {
    EntryBody::Kicked {
        account,
        reason: "loud".into(),
    }
}

fn slow(slow_secs: u32) -> RoomChange {
    RoomChange {
        slow_secs: Some(slow_secs),
        ..RoomChange::default()
    }
}

fn post_at(later: i64, by: AccountId, text: &str) -> crate::journal::command::Command {
    let mut command = super::harness::command(by, post(LUNCH, text));
    command.at.0 += later;
    command
}

#[test]
fn a_role_is_told_and_noted() {
    let mut house = lunch();
    assert_eq!(
        house.does(ANNA, room_role(LUNCH, CLEO, RoomRole::Owner)),
        (
            at(LUNCH, 7),
            vec![inside(LUNCH, (7, 0), ANNA, role_set(CLEO, RoomRole::Owner))]
        )
    );
    assert_eq!(house.role_in(LUNCH, CLEO), Some(RoomRole::Owner));
    // The same again changes nothing.
    assert_eq!(
        house.does(None, room_role(LUNCH, CLEO, RoomRole::Owner)).1,
        []
    );
    assert_eq!(
        house.audit(),
        [
            ["", "set_room_role", "#lunch bert", "moderator"],
            ["anna", "set_room_role", "#lunch cleo", "owner"]
        ]
        .map(|line| line.map(String::from))
    );
    assert_eq!(
        house.refuses(ANNA, room_role(LUNCH, DORA, RoomRole::Member)),
        Refusal::NoRoleOutside {
            conversation: LUNCH,
            account: DORA
        }
    );
}

#[test]
fn owners_make_owners_but_do_not_unmake_them() {
    let mut house = lunch();
    house.does(ANNA, room_role(LUNCH, CLEO, RoomRole::Owner));
    assert_eq!(
        house.refuses(CLEO, room_role(LUNCH, ANNA, RoomRole::Member)),
        Refusal::Outranked(ANNA)
    );
    house.does(ANNA, room_role(LUNCH, ANNA, RoomRole::Member));
    assert_eq!(
        house.refuses(CLEO, room_role(LUNCH, CLEO, RoomRole::Member)),
        Refusal::LastOwner(LUNCH)
    );
    // Not even an administrator leaves a room to nobody by the way.
    assert_eq!(
        house.refuses(None, room_role(LUNCH, CLEO, RoomRole::Member)),
        Refusal::LastOwner(LUNCH)
    );
    house.appoint(DORA, HouseRole::Administrator);
    house.does(DORA, room_role(LUNCH, ANNA, RoomRole::Owner));
    house.does(DORA, room_role(LUNCH, CLEO, RoomRole::Guest));
}

#[test]
fn who_is_kicked_may_come_back() {
    let mut house = lunch();
    assert_eq!(
        house.does(BERT, kick(LUNCH, CLEO)),
        (
            at(LUNCH, 7),
            vec![
                inside(LUNCH, (7, 0), BERT, kicked(CLEO)),
                in_own(CLEO, 6, BERT, put_out(LUNCH, "loud")),
            ]
        )
    );
    assert_eq!(house.members(LUNCH), [ANNA, BERT]);
    assert_eq!(house.memberships(CLEO).len(), 1);
    assert_eq!(
        house.refuses(CLEO, post(LUNCH, "but")),
        Refusal::NotAMember(LUNCH)
    );
    assert_eq!(
        house.refuses(BERT, kick(LUNCH, CLEO)),
        Refusal::NotInside {
            conversation: LUNCH,
            account: CLEO
        }
    );
    assert_eq!(
        house.audit().pop().unwrap(),
        ["bert", "kick", "#lunch cleo", "loud"].map(String::from)
    );
    house.does(CLEO, join(LUNCH));
}

#[test]
fn who_is_banned_is_put_out_and_kept_out_until_it_is_taken_back() {
    let mut house = lunch();
    let ban_entry = EntryBody::Banned {
        account: CLEO,
        until: None,
        reason: "loud".into(),
    };
    assert_eq!(
        house.does(BERT, ban(LUNCH, CLEO, None)),
        (
            at(LUNCH, 8),
            vec![
                inside(LUNCH, (7, 0), BERT, kicked(CLEO)),
                in_own(CLEO, 6, BERT, banned_from(LUNCH, None, "loud")),
                inside(LUNCH, (8, 0), BERT, ban_entry),
            ]
        )
    );
    assert_eq!(house.refuses(CLEO, join(LUNCH)), banned(CLEO, None));
    assert_eq!(
        house.refuses(ANNA, invite_in(LUNCH, CLEO)),
        banned(CLEO, None)
    );
    // Nobody lets themselves in again, whatever they are in the house.
    house.appoint(CLEO, HouseRole::Moderator);
    assert_eq!(house.refuses(CLEO, join(LUNCH)), banned(CLEO, None));
    assert_eq!(
        house.refuses(CLEO, unban(LUNCH, CLEO)),
        Refusal::NotToYourself
    );
    house.does(BERT, unban(LUNCH, CLEO));
    assert_eq!(house.refuses(BERT, unban(LUNCH, CLEO)), not(CLEO, "banned"));
    house.does(CLEO, join(LUNCH));
}

/// A reason is not asked for.
#[test]
fn who_is_banned_finds_until_when_in_their_own_feed() {
    let mut house = lunch();
    let until = Some(Timestamp(NOW.0 + 100));
    let silent = Action::Ban {
        conversation: LUNCH,
        account: CLEO,
        until,
        reason: String::new(),
    };
    let (_, told) = house.does(BERT, silent);
    let own = banned_from(LUNCH, Some(100), "");
    assert_eq!(told[1], in_own(CLEO, 6, BERT, own));
}

#[test]
fn a_ban_takes_an_invitation_with_it_and_needs_no_member() {
    let mut house = lunch();
    house.does(CLEO, invite_in(LUNCH, DORA));
    // The ban, and that the invitation waits no longer.
    assert_eq!(house.does(BERT, ban(LUNCH, DORA, 100)).1.len(), 2);
    assert_eq!(house.dump()["room_invitations-1"], []);
    assert_eq!(house.inbox(DORA), []);
    assert_eq!(house.refuses(DORA, join(LUNCH)), banned(DORA, Some(100)));
    // Another one takes its place.
    house.does(ANNA, ban(LUNCH, DORA, 200));
    assert_eq!(house.refuses(DORA, join(LUNCH)), banned(DORA, Some(200)));
    assert_eq!(
        house.audit().pop().unwrap(),
        ["anna", "ban", "#lunch dora", "until 1000200 loud"].map(String::from)
    );
}

#[test]
fn the_muted_read_but_do_not_write() {
    let mut house = lunch();
    house.does(CLEO, post(LUNCH, "soup"));
    let muted = EntryBody::Muted {
        account: CLEO,
        until: None,
        reason: "loud".into(),
    };
    assert_eq!(
        house.does(BERT, mute(LUNCH, CLEO, None)),
        (at(LUNCH, 8), vec![inside(LUNCH, (8, 1), BERT, muted)])
    );
    let refusal = Refusal::Muted {
        conversation: LUNCH,
        until: None,
    };
    assert_eq!(house.refuses(CLEO, post(LUNCH, "more")), refusal);
    house.does(BERT, post(LUNCH, "peace"));
    house.does(CLEO, post(GENERAL, "elsewhere"));
    // Going and coming back does not help.
    house.does(CLEO, leave(LUNCH));
    house.does(CLEO, join(LUNCH));
    assert_eq!(house.refuses(CLEO, post(LUNCH, "more")), refusal);
    assert_eq!(
        house.refuses(CLEO, unmute(LUNCH, CLEO)),
        Refusal::NotAllowed("moderators of the room")
    );
    house.does(BERT, unmute(LUNCH, CLEO));
    house.does(CLEO, post(LUNCH, "more"));
    assert_eq!(house.refuses(BERT, unmute(LUNCH, CLEO)), not(CLEO, "muted"));
}

#[test]
fn nobody_acts_upon_who_has_as_much_to_say() {
    let mut house = lunch();
    house.does(DORA, join(LUNCH));
    house.appoint_in(LUNCH, CLEO, RoomRole::Moderator);
    house.appoint(DORA, HouseRole::Moderator);
    // A moderator upon the owner, another one, and one of the house who is a member here.
    for account in [ANNA, CLEO, DORA] {
        for action in [
            kick(LUNCH, account),
            ban(LUNCH, account, None),
            mute(LUNCH, account, None),
        ] {
            assert_eq!(house.refuses(BERT, action), Refusal::Outranked(account));
        }
    }
    for action in [
        kick(LUNCH, BERT),
        ban(LUNCH, BERT, None),
        mute(LUNCH, BERT, None),
    ] {
        assert_eq!(house.refuses(BERT, action.clone()), Refusal::NotToYourself);
        assert_eq!(house.refuses(DORA, action), Refusal::Outranked(BERT));
    }
    // Out of the room their rank in it is gone, that in the house is not.
    house.does(CLEO, leave(LUNCH));
    house.does(DORA, leave(LUNCH));
    house.does(BERT, ban(LUNCH, CLEO, None));
    assert_eq!(
        house.refuses(BERT, ban(LUNCH, DORA, None)),
        Refusal::Outranked(DORA)
    );
    house.appoint(DORA, HouseRole::Administrator);
    house.does(DORA, kick(LUNCH, ANNA));
}

#[test]
fn so_many_are_banned_or_muted_in_a_room() {
    let mut house = lunch();
    for number in 5..=505 {
        house.does(None, register(&format!("p-{number}")));
    }
    assert_eq!(RESTRICTIONS, 500);
    for (one, what) in [
        (ban as fn(_, _, _) -> _, "bans in this room"),
        (mute, "mutes in this room"),
    ] {
        let all = (5..=504)
            .map(|id| super::harness::command(BERT, one(LUNCH, AccountId(id), None::<i64>)));
        assert!(house.commits(all.collect()).0.iter().all(Result::is_ok));
        let limit = RESTRICTIONS;
        assert_eq!(
            house.refuses(BERT, one(LUNCH, AccountId(505), None)),
            Refusal::TooMany { what, limit }
        );
        // Who is there already takes no more room.
        house.does(BERT, one(LUNCH, AccountId(5), Some(100)));
    }
}

#[test]
fn of_a_deleted_message_a_tombstone_stays() {
    let mut house = lunch();
    house.does(CLEO, post(LUNCH, "one"));
    house.does(CLEO, post(LUNCH, "two"));
    let deleted = EntryBody::MessageDeleted {
        seq: Seq(7),
        reason: "rude".into(),
    };
    assert_eq!(
        house.does(CLEO, delete_message(LUNCH, 7)),
        (at(LUNCH, 9), vec![inside(LUNCH, (9, 2), CLEO, deleted)])
    );
    let entries = house.entries(FeedKey::Conversation(LUNCH));
    let tombstone = inside(LUNCH, (7, 1), CLEO, EntryBody::Tombstone {});
    assert_eq!(entries[6], tombstone.entry);
    assert_eq!(entries[7], inside(LUNCH, (8, 2), CLEO, posted("two")).entry);
    // One's own is nobody's business, another's is.
    assert_eq!(house.audit().len(), 1);
    house.does(BERT, delete_message(LUNCH, 8));
    assert_eq!(
        house.audit().pop().unwrap(),
        ["bert", "delete_message", "#lunch message 8", "rude"].map(String::from)
    );
    for seq in [0, 1, 7, 9, 99] {
        for who in [BERT, CLEO] {
            assert_eq!(
                house.refuses(who, delete_message(LUNCH, seq)),
                Refusal::NoSuchMessage(Seq(seq))
            );
        }
    }
    // Also where it was said in the same breath.
    let (results, appended) = house.commits(vec![
        super::harness::command(CLEO, post(LUNCH, "three")),
        super::harness::command(CLEO, delete_message(LUNCH, 11)),
    ]);
    assert_eq!(results, [Ok(at(LUNCH, 11)), Ok(at(LUNCH, 12))]);
    assert_eq!(appended[0].entry.body, posted("three"));
}

#[test]
fn messages_of_others_are_taken_away_by_who_has_more_to_say() {
    let mut house = lunch();
    house.does(ANNA, post(LUNCH, "mine"));
    house.does(CLEO, post(LUNCH, "mine"));
    assert_eq!(
        house.refuses(CLEO, delete_message(LUNCH, 7)),
        Refusal::NotAllowed("moderators of the room")
    );
    assert_eq!(
        house.refuses(BERT, delete_message(LUNCH, 7)),
        Refusal::Outranked(ANNA)
    );
    assert_eq!(
        house.refuses(DORA, delete_message(LUNCH, 8)),
        Refusal::NotAMember(LUNCH)
    );
    house.does(CLEO, leave(LUNCH));
    assert_eq!(
        house.refuses(CLEO, delete_message(LUNCH, 8)),
        Refusal::NotAMember(LUNCH)
    );
    house.appoint(DORA, HouseRole::Moderator);
    house.does(DORA, delete_message(LUNCH, 8));
    house.does(None, delete_message(LUNCH, 7));
}

#[test]
fn in_a_direct_conversation_everybody_deletes_their_own() {
    let mut house = lunch();
    house.does(ANNA, direct(&[BERT]));
    let both = ConversationId(3);
    house.does(ANNA, post(both, "mine"));
    house.appoint(BERT, HouseRole::Administrator);
    assert_eq!(
        house.refuses(BERT, delete_message(both, 4)),
        Refusal::NotAllowed("moderators of the room")
    );
    assert_eq!(
        house.refuses(CLEO, delete_message(both, 4)),
        Refusal::NoSuchConversation(both)
    );
    house.does(ANNA, delete_message(both, 4));
}

#[test]
fn what_was_said_before_one_came_is_not_there_to_be_reported() {
    let mut house = lunch();
    house.does(CLEO, post(LUNCH, "rude"));
    let joining = RoomChange {
        history: Some(HistoryFrom::Joining),
        ..RoomChange::default()
    };
    house.does(ANNA, change(LUNCH, joining));
    house.does(DORA, join(LUNCH));
    assert_eq!(
        house.refuses(DORA, report(LUNCH, 7, "rude")),
        Refusal::NoSuchMessage(Seq(7))
    );
    // Their own too, where they went between.
    house.does(CLEO, leave(LUNCH));
    house.does(CLEO, join(LUNCH));
    assert_eq!(
        house.refuses(CLEO, delete_message(LUNCH, 7)),
        Refusal::NoSuchMessage(Seq(7))
    );
    house.does(BERT, delete_message(LUNCH, 7));
}

#[test]
fn a_report_goes_to_those_who_keep_the_peace_there() {
    let mut house = lunch();
    house.does(DORA, join(LUNCH));
    house.does(CLEO, post(LUNCH, "rude"));
    let seq = Seq(8);
    let about = |reason: &str| InboxAbout::Report {
        conversation: LUNCH,
        seq,
        reason: reason.into(),
    };
    assert_eq!(house.does(DORA, report(LUNCH, 8, "rude")).0, at(LUNCH, 8));
    for moderator in [ANNA, BERT] {
        assert_eq!(house.inbox(moderator), [(Some(DORA), about("rude"))]);
    }
    assert_eq!(house.inbox(CLEO), []);
    // Once is enough, in whatever words.
    assert_eq!(house.does(DORA, report(LUNCH, 8, "very rude")).1, []);
    assert_eq!(
        house.refuses(CLEO, report(LUNCH, 8, "me")),
        Refusal::NotToYourself
    );
    assert_eq!(
        house.refuses(DORA, report(LUNCH, 7, "joined")),
        Refusal::NoSuchMessage(Seq(7))
    );
    // Not to whom it is about.
    house.does(BERT, post(LUNCH, "worse"));
    house.does(DORA, report(LUNCH, 9, "worse"));
    assert_eq!((house.inbox(ANNA).len(), house.inbox(BERT).len()), (2, 1));
}

#[test]
fn where_nobody_keeps_the_peace_the_house_is_told() {
    let mut house = lunch();
    house.appoint(DORA, HouseRole::Moderator);
    house.does(ANNA, direct(&[BERT]));
    let both = ConversationId(3);
    house.does(ANNA, post(both, "rude"));
    house.does(BERT, report(both, 4, "rude"));
    // Besides that she was made a moderator.
    assert_eq!(house.inbox(DORA).len(), 2);
    house.does(BERT, post(GENERAL, "rude"));
    house.does(CLEO, report(GENERAL, 6, "rude"));
    assert_eq!(house.inbox(DORA).len(), 3);
}

#[test]
fn in_a_read_only_room_moderators_write() {
    let mut house = lunch();
    let read_only = RoomChange {
        read_only: Some(true),
        ..RoomChange::default()
    };
    house.does(BERT, change(LUNCH, read_only));
    assert_eq!(
        house.refuses(CLEO, post(LUNCH, "me too")),
        Refusal::RoomReadOnly(LUNCH)
    );
    house.does(BERT, post(LUNCH, "listen"));
    house.does(ANNA, post(LUNCH, "listen"));
    house.appoint(CLEO, HouseRole::Moderator);
    house.does(CLEO, post(LUNCH, "me too"));
    house.appoint(DORA, HouseRole::Moderator);
    assert_eq!(
        house.refuses(DORA, post(LUNCH, "me")),
        Refusal::NotAMember(LUNCH)
    );
}

#[test]
fn in_a_slow_room_members_wait_between_their_messages() {
    let mut house = lunch();
    house.does(CLEO, post(LUNCH, "before it was slow"));
    house.does(BERT, change(LUNCH, slow(10)));
    let wait = |wait_ms| Err(Refusal::SlowMode { wait_ms });
    let seq = |seq| Ok(at(LUNCH, seq));
    let (results, _) = house.commits(vec![
        post_at(0, CLEO, "first"),
        post_at(0, CLEO, "second"),
        post_at(9_999, CLEO, "second"),
        post_at(9_999, BERT, "moderators"),
        post_at(9_999, BERT, "do not wait"),
        post_at(10_000, CLEO, "second"),
        // A clock that was set back lets nobody wait for longer.
        post_at(-HOUR_MS, CLEO, "third"),
        post_at(20_000, CLEO, "third"),
    ]);
    assert_eq!(
        results,
        [
            seq(9),
            wait(10_000),
            wait(1),
            seq(10),
            seq(11),
            seq(12),
            wait(10_000),
            seq(13)
        ]
    );
    house.does(CLEO, leave(LUNCH));
    house.does(CLEO, join(LUNCH));
    let (results, _) = house.commits(vec![post_at(20_001, CLEO, "fourth")]);
    assert_eq!(results, [wait(9_999)]);
    house.does(BERT, change(LUNCH, slow(0)));
    let (results, _) = house.commits(vec![post_at(20_001, CLEO, "fourth")]);
    assert!(results[0].is_ok());
}

#[test]
fn while_the_panic_switch_is_on_newcomers_wait_everywhere() {
    let mut house = lunch();
    house.does(CLEO, post(LUNCH, "before"));
    house.does(None, Action::Panic { on: true });
    let at_day = |later: i64| 24 * HOUR_MS + later;
    let elsewhere = |later: i64, by| {
        let mut command = post_at(later, by, "hello");
        command.action = post(GENERAL, "hello");
        command
    };
    let wait = |wait_ms| Some(Refusal::SlowMode { wait_ms });
    let (results, _) = house.commits(vec![
        post_at(0, CLEO, "one"),
        elsewhere(1_000, CLEO),
        elsewhere(30_000, CLEO),
        // Those who keep the peace do not wait.
        post_at(0, BERT, "calm"),
        post_at(0, BERT, "down"),
        // Who is a day old is no newcomer.
        post_at(at_day(-1), CLEO, "still new"),
        post_at(at_day(-1), CLEO, "still new"),
        post_at(at_day(0), CLEO, "of age"),
        post_at(at_day(0), CLEO, "of age"),
    ]);
    let waited: Vec<_> = results.iter().map(|result| result.clone().err()).collect();
    assert_eq!(
        waited,
        [
            None,
            wait(29_000),
            None,
            None,
            None,
            None,
            wait(30_000),
            None,
            None
        ]
    );
    house.does(None, Action::Panic { on: false });
    house.does(CLEO, post(LUNCH, "one"));
    house.does(CLEO, post(LUNCH, "two"));
    let dump = house.dump();
    assert_eq!(dump["last_posts-1"].len(), 1);
}

#[test]
fn a_mention_waits_for_who_is_named_until_it_is_read() {
    let mut house = lunch();
    house.does(DORA, Action::Block { account: CLEO });
    house.does(DORA, join(LUNCH));
    let text = "@anna and @BERT, see @cleo, @dora and @nobody";
    let (outcome, appended) = house.does(CLEO, post(LUNCH, text));
    assert_eq!(outcome, at(LUNCH, 8));
    assert_eq!(appended[0].entry.body, posted(text));
    let mention = InboxAbout::Mention {
        conversation: LUNCH,
        seq: Seq(8),
    };
    for account in [ANNA, BERT] {
        assert_eq!(house.inbox(account), [(Some(CLEO), mention.clone())]);
    }
    // Not for oneself, nor for who blocks one.
    assert_eq!((house.inbox(CLEO), house.inbox(DORA)), (vec![], vec![]));
    house.does(None, super::harness::mark(LUNCH, &[(ANNA, 7), (BERT, 8)]));
    assert_eq!((house.inbox(ANNA).len(), house.inbox(BERT).len()), (1, 0));
    // Only members are called.
    house.does(ANNA, leave(GENERAL));
    house.does(CLEO, post(GENERAL, "@anna"));
    assert_eq!(house.inbox(ANNA).len(), 1);
}

#[test]
fn what_is_over_is_swept_away() {
    let mut house = lunch();
    house.does(BERT, ban(LUNCH, DORA, 100));
    house.does(BERT, mute(LUNCH, CLEO, 100));
    house.does(None, ban(GENERAL, DORA, None));
    house.does(None, mute(GENERAL, DORA, 200));
    // At that moment it holds nobody any more, and nothing can be taken back.
    let (results, _) = house.commits(vec![
        post_at(99, CLEO, "muted"),
        post_at(100, CLEO, "not any more"),
    ]);
    assert!(results[0].is_err() && results[1].is_ok());
    let later = Timestamp(NOW.0 + 100);
    assert_eq!(
        house.refuses_at(later, BERT, unmute(LUNCH, CLEO)),
        not(CLEO, "muted")
    );
    assert_eq!(
        house.refuses_at(later, BERT, unban(LUNCH, DORA)),
        not(DORA, "banned")
    );
    house.does_later(100, DORA, join(LUNCH));
    let rows = |house: &TestHouse| {
        let dump = house.dump();
        (dump["bans-1"].len(), dump["mutes-1"].len())
    };
    assert_eq!(rows(&house), (2, 2));
    assert_eq!(
        house.does_later(100, None, Action::Expire),
        (Outcome::Swept { more: false }, vec![])
    );
    assert_eq!(rows(&house), (1, 1));
    house.does_later(100, CLEO, post(LUNCH, "and on"));
}
