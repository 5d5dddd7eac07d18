//! Scenarios of one connection after the other: what is asked, told and kept.

use super::{Asked, Kept, Live, Millis, Out};
use crate::command::{Command, Order, Page};
use crate::model::{Connection, Update};
use crate::net::cursors::Cursors;
use crate::state_dir::{StateDir, Stream};
use chat_shared::limits::STREAM_WINDOW;
use chat_shared::{
    AccountId, ConversationId, DeviceId, Event, Fault, FaultCode, Nonce, PresenceState, Request,
    RequestId, Restriction, Seq, StreamId, Timestamp,
};
use tempfile::TempDir;

const HERE: ConversationId = ConversationId(1);
const THERE: ConversationId = ConversationId(2);

/// A device with its folder.
struct Device {
    kept: Kept,
    _folder: TempDir,
}

impl Device {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let kept = Kept {
            stream: stream(&folder),
            cursors: Cursors::default(),
            presence: PresenceState::Online,
            marks: Default::default(),
            newest: 50,
        };
        Self {
            kept,
            _folder: folder,
        }
    }

    fn ordered(mut self, orders: &[Order], sent: u64) -> Self {
        for order in orders {
            self.kept.stream.outbox.put(order.clone()).unwrap();
        }
        for nonce in 1..=sent {
            self.kept.stream.outbox.mark_sent(Nonce(nonce)).unwrap();
        }
        self
    }

    fn connect(&mut self) -> Line<'_> {
        let mut out = Vec::new();
        let live = Live::begin(&mut self.kept, &mut out);
        let mut line = Line {
            live,
            now: 0,
            last_id: 0,
            asked: Vec::new(),
            told: Vec::new(),
        };
        line.carry_out(out);
        line
    }
}

fn stream(folder: &TempDir) -> Stream {
    let state = StateDir::open(folder.path().into()).unwrap();
    state
        .account("h:1", "anna")
        .unwrap()
        .take_stream(DeviceId(1))
        .unwrap()
}

/// A connection whose daemon is the test.
struct Line<'a> {
    live: Live<'a>,
    now: Millis,
    last_id: u64,
    asked: Vec<(RequestId, Request)>,
    told: Vec<Update>,
}

impl Line<'_> {
    fn carry_out(&mut self, out: Vec<Out>) {
        for next in out {
            match next {
                Out::Ask(request, what) => {
                    self.last_id += 1;
                    let id = RequestId(self.last_id);
                    self.live.asked(id, what);
                    self.asked.push((id, request));
                }
                Out::Tell(update) => self.told.push(*update),
                Out::Reconnect(reason) => panic!("{reason}"),
            }
        }
    }

    /// What was asked since the last look.
    fn looks(&mut self) -> Vec<String> {
        let asked = self.asked.iter().map(|(_, request)| match request {
            Request::OpenStream { .. } => "open".to_owned(),
            Request::Post { nonce, text, .. } => format!("{nonce}:{text}"),
            Request::OpenDirect { nonce, .. } => format!("{nonce}:direct"),
            Request::Sync { .. } => "sync".to_owned(),
            Request::SetPresence { .. } => "presence".to_owned(),
            Request::Typing { .. } => "typing".to_owned(),
            Request::MarkRead { seq, .. } => format!("read {seq}"),
            other => format!("{other:?}"),
        });
        asked.collect()
    }

    /// Answers the oldest request.
    fn answer(&mut self, event: Event) {
        let (id, _) = self.asked.remove(0);
        let mut out = Vec::new();
        self.live.take(id, event, self.now, &mut out);
        self.carry_out(out);
    }

    fn refuse(&mut self, code: FaultCode) {
        let fault = Fault::new(code, "no").retry_after_ms(500);
        self.answer(Event::Fault { fault });
    }

    fn done(&mut self) {
        self.answer(Event::Done {
            conversation: Some(THERE),
            seq: Some(Seq(9)),
        });
    }

    fn open(&mut self) {
        self.answer(Event::StreamOpened {
            stream: StreamId(1),
            last: Nonce(0),
        });
    }

    /// Through to where everything is caught up.
    fn goes_live(&mut self) {
        self.open();
        self.answer(synced());
        self.answer(Event::Noted {});
    }

    fn command(&mut self, command: Command) {
        let mut out = Vec::new();
        self.live.command(command, self.now, &mut out);
        self.carry_out(out);
    }

    fn wait(&mut self, pause: Millis) {
        self.now += pause;
        let mut out = Vec::new();
        self.live.tick(self.now, &mut out);
        self.carry_out(out);
    }
}

fn synced() -> Event {
    Event::Synced {
        account_seq: Seq(0),
        house_seq: Seq(0),
        conversations: Vec::new(),
    }
}

fn post(conversation: ConversationId, text: &str) -> Order {
    Order::Post {
        conversation,
        text: text.into(),
    }
}

#[test]
fn it_opens_the_stream_then_syncs_then_is_online() {
    let mut device = Device::new();
    let mut line = device.connect();
    assert_eq!(line.looks(), ["open"]);
    line.open();
    assert_eq!(line.looks(), ["sync"]);
    assert!(!line.live.is_live());
    line.answer(synced());
    assert_eq!(line.looks(), ["presence"]);
    let online = Update::Connection(Connection::Online);
    assert_eq!(
        format!("{:?}", line.told.last().unwrap()),
        format!("{online:?}")
    );
}

#[test]
fn what_may_have_been_sent_is_sent_again_and_answered_before_the_sync() {
    let orders = [post(HERE, "a"), post(THERE, "b"), post(HERE, "c")];
    let mut device = Device::new().ordered(&orders, 2);
    let mut line = device.connect();
    line.open();
    assert_eq!(line.looks(), ["1:a", "2:b"]);
    line.done();
    assert_eq!(line.looks(), ["2:b"]);
    line.done();
    assert_eq!(
        line.looks(),
        ["sync"],
        "what was never sent waits for the sync"
    );
    line.answer(synced());
    assert_eq!(line.looks(), ["presence", "3:c"]);
}

#[test]
fn a_daemon_that_cannot_write_does_not_hold_up_the_sync() {
    let mut device = Device::new().ordered(&[post(HERE, "a")], 1);
    let mut line = device.connect();
    line.open();
    line.refuse(FaultCode::ReadOnly);
    assert_eq!(line.looks(), ["sync"]);
    line.answer(synced());
    line.answer(Event::Noted {});
    assert_eq!(line.looks(), [""; 0]);
    assert_eq!(line.live.tick_at(), Some(500));
    line.wait(500);
    assert_eq!(line.looks(), ["1:a"]);
}

#[test]
fn an_order_that_is_tried_again_keeps_its_number_and_its_place() {
    let mut device = Device::new();
    let mut line = device.connect();
    line.goes_live();
    for order in [post(HERE, "a"), post(HERE, "b"), post(THERE, "x")] {
        line.command(Command::Do(order));
    }
    assert_eq!(
        line.looks(),
        ["1:a", "3:x"],
        "one after the other in each conversation"
    );
    line.refuse(FaultCode::Busy);
    line.done();
    assert_eq!(line.looks(), [""; 0]);
    line.wait(499);
    assert_eq!(line.looks(), [""; 0]);
    line.wait(1);
    assert_eq!(line.looks(), ["1:a"]);
    line.done();
    assert_eq!(line.looks(), ["2:b"]);
}

#[test]
fn a_refusal_is_told_and_the_next_goes_out() {
    let mut device = Device::new();
    let mut line = device.connect();
    line.goes_live();
    line.command(Command::Do(post(HERE, "a")));
    line.command(Command::Do(post(HERE, "b")));
    line.refuse(FaultCode::NotAMember);
    assert!(matches!(line.told.last(), Some(Update::Refused { .. })));
    assert_eq!(line.looks(), ["2:b"]);
    line.done();
    assert!(device.kept.stream.outbox.is_empty());
}

#[test]
fn without_an_answer_an_order_stays_for_the_next_connection() {
    let mut device = Device::new();
    let mut line = device.connect();
    line.goes_live();
    line.command(Command::Do(post(HERE, "a")));
    let mut line = device.connect();
    line.open();
    assert_eq!(line.looks(), ["1:a"]);
    line.done();
    assert!(matches!(line.told.last(), Some(Update::Done { .. })));
    assert_eq!(line.looks(), ["sync"]);
}

#[test]
fn what_is_to_be_said_in_a_new_conversation_follows_its_opening() {
    let mut device = Device::new();
    let mut line = device.connect();
    line.goes_live();
    let order = Order::OpenDirect {
        with: Vec::new(),
        say: Some("hi".into()),
    };
    line.command(Command::Do(order));
    assert_eq!(line.looks(), ["1:direct"]);
    line.done();
    assert_eq!(line.looks(), ["2:hi"]);
}

#[test]
fn no_more_than_the_window_is_unanswered() {
    let orders: Vec<_> = (1..=100).map(|n| post(ConversationId(n), "x")).collect();
    let mut device = Device::new().ordered(&orders, 0);
    let mut line = device.connect();
    line.goes_live();
    assert_eq!(line.asked.len() as u64, STREAM_WINDOW);
    line.refuse(FaultCode::Busy);
    line.done();
    assert_eq!(
        line.asked.len() as u64,
        STREAM_WINDOW - 2,
        "the first still holds the window"
    );
    line.wait(500);
    assert_eq!(line.asked.len() as u64, STREAM_WINDOW - 1);
}

#[test]
fn waiting_orders_are_told_again_once_the_conversations_are_known() {
    let mut device = Device::new().ordered(&[post(HERE, "a")], 0);
    let mut line = device.connect();
    line.open();
    line.answer(synced());
    let kinds: Vec<_> = line.told.iter().map(std::mem::discriminant).collect();
    let ticket = crate::command::Ticket {
        stream: StreamId(1),
        nonce: Nonce(1),
    };
    let queued = Update::Queued {
        ticket,
        order: post(HERE, "a"),
    };
    assert_eq!(kinds[1], std::mem::discriminant(&queued));
}

#[test]
fn typing_and_read_marks_are_told_now_and_then() {
    let mut device = Device::new();
    let mut line = device.connect();
    line.goes_live();
    for seq in 1..=3 {
        line.command(Command::Typing { conversation: HERE });
        line.command(Command::MarkRead {
            conversation: HERE,
            seq: Seq(seq),
        });
    }
    assert_eq!(line.looks(), ["typing"]);
    line.wait(400);
    assert_eq!(line.looks(), ["typing", "read 3"]);
    line.wait(3_000);
    line.command(Command::Typing { conversation: HERE });
    assert_eq!(line.looks(), ["typing", "read 3", "typing"]);
}

#[test]
fn lists_are_asked_for_to_their_end() {
    let mut device = Device::new();
    let mut line = device.connect();
    line.goes_live();
    line.command(Command::FetchMembers { conversation: HERE });
    let members = vec![chat_shared::Member {
        account: AccountId(7),
        role: chat_shared::RoomRole::Member,
    }];
    line.answer(Event::Members {
        conversation: HERE,
        seq: Seq(1),
        members,
        more: true,
    });
    let after = AccountId(7);
    assert_eq!(
        line.asked[0].1,
        Request::Members {
            conversation: HERE,
            after
        }
    );
}

#[test]
fn the_purpose_of_a_request_is_forgotten_with_its_answer() {
    let mut device = Device::new();
    let mut line = device.connect();
    line.goes_live();
    line.live.asked(RequestId(99), Asked::Signal);
    let mut out = Vec::new();
    line.live.take(RequestId(99), Event::Noted {}, 0, &mut out);
    assert!(out.is_empty());
}

#[test]
fn acts_are_orders_like_any_other_and_questions_are_asked_as_they_are() {
    let mut device = Device::new();
    let mut line = device.connect();
    line.goes_live();
    let account = AccountId(7);
    let act = chat_shared::Command::Block { account };
    let order = Order::Act { act: act.clone() };
    line.command(Command::Do(order));
    let request = Request::Card { account };
    line.command(Command::Ask(request.clone()));
    let asked: Vec<_> = line
        .asked
        .iter()
        .map(|(_, request)| request.clone())
        .collect();
    let (nonce, settled, command) = (Nonce(1), Nonce(0), act);
    let numbered = Request::Command {
        nonce,
        settled,
        command,
    };
    assert_eq!(asked, [numbered, request]);
    // Without an answer it is sent again on the next connection, under its number.
    let mut line = device.connect();
    line.open();
    assert!(matches!(
        line.asked[0].1,
        Request::Command {
            nonce: Nonce(1),
            ..
        }
    ));
    line.done();
    assert_eq!(line.looks(), ["sync"]);
}

#[test]
fn a_question_that_is_refused_is_told() {
    let mut device = Device::new();
    let mut line = device.connect();
    line.goes_live();
    line.command(Command::Ask(Request::Restrictions {
        conversation: HERE,
        after: AccountId(0),
    }));
    line.refuse(FaultCode::NotAllowed);
    let Some(Update::Notice { conversation, text }) = line.told.last() else {
        panic!("{:?}", line.told.last());
    };
    assert_eq!(
        (*conversation, text.as_str()),
        (Some(HERE), "could not read: no")
    );
}

#[test]
fn an_invitation_that_is_refused_says_what_was() {
    let mut device = Device::new();
    let mut line = device.connect();
    line.goes_live();
    let request = Request::InviteNew {
        uses: 1,
        expires_secs: 60,
        rooms: vec![],
        role: Default::default(),
    };
    line.command(Command::Ask(request));
    line.refuse(FaultCode::NotAllowed);
    let Some(Update::Notice { conversation, text }) = line.told.last() else {
        panic!("{:?}", line.told.last());
    };
    assert_eq!(
        (*conversation, text.as_str()),
        (None, "could not make the invitation: no")
    );
}

#[test]
fn a_page_of_history_comes_as_that_which_was_asked_for() {
    let mut device = Device::new();
    let mut line = device.connect();
    line.goes_live();
    let places = [
        (Page::Before(Seq(5)), (Some(Seq(5)), None, None)),
        (Page::After(Seq(5)), (None, Some(Seq(5)), None)),
        (Page::Around(Seq(5)), (None, None, Some(Seq(5)))),
    ];
    for (page, (before, after, around)) in places {
        let fetch = || Command::FetchHistory {
            conversation: HERE,
            page,
        };
        line.command(fetch());
        let asked = Request::History {
            conversation: HERE,
            before,
            after,
            around,
            limit: 200,
        };
        assert_eq!(line.asked[0].1, asked);
        line.answer(Event::History {
            conversation: HERE,
            entries: vec![],
            newest: Seq(9),
        });
        let told = line.told.last();
        assert!(matches!(told, Some(Update::Page { page: told, .. }) if *told == page));
        line.command(fetch());
        line.refuse(FaultCode::NotAMember);
        let told = line.told.last();
        assert!(
            matches!(told, Some(Update::NoPage { page: told, fault, .. }) if *told == page && fault.text == "no")
        );
    }
}

#[test]
fn a_list_goes_on_until_it_is_whole_and_a_new_question_begins_it_anew() {
    let mut device = Device::new();
    let mut line = device.connect();
    line.goes_live();
    let asked = |after| Request::Restrictions {
        conversation: HERE,
        after: AccountId(after),
    };
    let page = |account, more| Event::Restrictions {
        conversation: HERE,
        banned: vec![Restriction {
            account: AccountId(account),
            by: None,
            at: Timestamp(0),
            until: None,
            reason: String::new(),
        }],
        muted: vec![],
        invited: vec![],
        more,
    };
    for _ in 0..2 {
        line.told.clear();
        line.command(Command::Ask(asked(0)));
        line.answer(page(3, true));
        assert_eq!(line.asked[0].1, asked(3));
        line.answer(page(8, false));
        assert!(line.asked.is_empty());
        let told = [
            matches!(line.told[0], Update::Event(Event::Restrictions { .. })),
            matches!(line.told[1], Update::Further(Event::Restrictions { .. })),
        ];
        assert_eq!((told, line.told.len()), ([true; 2], 2));
    }
}

#[test]
fn a_device_that_was_signed_out_is_told_by_its_number() {
    let mut device = Device::new();
    let mut line = device.connect();
    line.goes_live();
    let revoke = || Command::RevokeDevice {
        device: DeviceId(5),
    };
    line.asked.clear();
    line.told.clear();
    line.command(revoke());
    line.done();
    line.asked.clear();
    line.command(revoke());
    line.refuse(FaultCode::NotAllowed);
    let told = line.told.iter().filter_map(|update| match update {
        Update::Notice { text, .. } => Some(text.as_str()),
        _ => None,
    });
    let told: Vec<_> = told.collect();
    let expected = ["device 5 is signed out", "could not end device 5: no"];
    assert_eq!(told, expected);
}
