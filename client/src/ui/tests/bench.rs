//! A screen without a terminal or a connection: updates and keys go in, rows of text and commands
//! come out.

use super::super::app::{App, Setup};
use super::super::caret::Caret;
use super::super::memory::Memory;
use super::super::run;
use crate::config::ScreenConfig;
use crate::model::{Connection, Me, Update};
use crate::net::{Command, Handle};
use chat_shared::{
    AccountId, ConversationId, ConversationKind, ConversationSummary, Entry, EntryBody,
    Event as Said, Feed, HouseRole, Member, Presence, PresenceState, RoomRole, Seq, Timestamp,
};
use cursive::backends::puppet::Backend;
use cursive::backends::puppet::observed::{GraphemePart, ObservedScreen};
use cursive::event::{Event, Key, MouseButton, MouseEvent};
use cursive::reexports::crossbeam_channel::Receiver;
use cursive::{Cursive, CursiveRunner, Vec2};
use jiff::tz::TimeZone;
use tokio::sync::mpsc::UnboundedReceiver;

pub(super) const ANNA: AccountId = AccountId(1);
pub(super) const BORIS: AccountId = AccountId(2);
pub(super) const CLARA: AccountId = AccountId(3);
pub(super) const GENERAL: ConversationId = ConversationId(1);
pub(super) const LUNCH: ConversationId = ConversationId(2);
pub(super) const WITH_BORIS: ConversationId = ConversationId(3);

/// Friday 21 November 2025, 12:00 UTC.
pub(super) const NOON: Timestamp = Timestamp(1_763_726_400_000);
pub(super) const MINUTE: i64 = 60_000;
pub(super) const DAY: i64 = 24 * 60 * MINUTE;

pub(super) struct Bench {
    runner: CursiveRunner<Cursive>,
    frames: Receiver<ObservedScreen>,
    commands: UnboundedReceiver<Command>,
    caret: Caret,
}

impl Bench {
    /// A screen that knows nothing.
    pub(super) fn new(x: usize, y: usize) -> Self {
        Self::with(x, y, ScreenConfig::default())
    }

    pub(super) fn with(x: usize, y: usize, config: ScreenConfig) -> Self {
        Self::after(x, y, config, Memory::default())
    }

    /// A screen that remembers something.
    pub(super) fn after(x: usize, y: usize, config: ScreenConfig, memory: Memory) -> Self {
        let (handle, commands) = Handle::probe();
        let caret = Caret::default();
        let app = App::new(Setup {
            handle,
            config,
            account: "anna".to_owned(),
            greeting: None,
            zone: TimeZone::UTC,
            clock: || NOON,
            memory,
            caret: caret.clone(),
        });
        let backend = Backend::init(Some(Vec2::new(x, y)));
        let frames = backend.stream();
        let runner = CursiveRunner::new(run::stage(app), backend);
        let mut bench = Self {
            runner,
            frames,
            commands,
            caret,
        };
        bench.draw();
        bench
    }

    /// Anna is signed in, in `#general` and `#lunch` and with boris; clara is away.
    pub(super) fn at_work(x: usize, y: usize) -> Self {
        let mut bench = Self::new(x, y);
        bench.sign_in();
        bench.sync(vec![
            room(GENERAL, "general", "what concerns everybody", 0),
            room(LUNCH, "lunch", "", 0),
            direct(WITH_BORIS, &[ANNA, BORIS], 0),
        ]);
        bench
    }

    pub(super) fn sign_in(&mut self) {
        let name = "anna".to_owned();
        self.update(Update::SignedIn(Me {
            account: ANNA,
            name,
            administrator: false,
            role: HouseRole::Member,
        }));
        self.update(Update::Connection(Connection::Online));
    }

    pub(super) fn sync(&mut self, conversations: Vec<ConversationSummary>) {
        let house_seq = Seq(5);
        self.say(Said::Synced {
            account_seq: Seq(1),
            house_seq,
            conversations,
        });
        let names = [(ANNA, "anna"), (BORIS, "boris"), (CLARA, "clara")];
        let people = names.iter().map(|(account, name)| EntryBody::AccountAdded {
            account: *account,
            name: (*name).to_owned(),
        });
        let rooms = [(GENERAL, "general"), (LUNCH, "lunch")];
        let rooms = rooms
            .iter()
            .map(|(conversation, name)| EntryBody::RoomAdded {
                conversation: *conversation,
                name: (*name).to_owned(),
            });
        let entries = people
            .chain(rooms)
            .zip(1..)
            .map(|(body, seq)| entry(seq, NOON, None, 0, body));
        self.say(Said::Entries {
            feed: Feed::House,
            entries: entries.collect(),
        });
        let here = [
            (ANNA, PresenceState::Online),
            (BORIS, PresenceState::Online),
            (CLARA, PresenceState::Away),
        ];
        self.say(Said::Who {
            people: here.map(|(account, state)| presence(account, state)).into(),
            seen: Vec::new(),
            more: false,
        });
        for conversation in [GENERAL, LUNCH] {
            let member = |account| Member {
                account,
                role: RoomRole::Member,
            };
            let members = [ANNA, BORIS, CLARA].map(member).into();
            self.say(Said::Members {
                conversation,
                seq: Seq(0),
                members,
                more: false,
            });
        }
        self.say(Said::Inbox {
            account_seq: Seq(1),
            items: Vec::new(),
            announcements: Vec::new(),
            more: false,
        });
    }

    pub(super) fn update(&mut self, update: Update) {
        self.app(|app| app.take(update));
        self.draw();
    }

    pub(super) fn say(&mut self, event: Said) {
        self.update(Update::Event(event));
    }

    /// Something of one's own happened, on top of what was synced.
    pub(super) fn account(&mut self, seq: u64, body: EntryBody) {
        self.say(Said::Entries {
            feed: Feed::Account,
            entries: vec![entry(seq, NOON, None, 0, body)],
        });
    }

    /// Something happened in the house, on top of what was synced.
    pub(super) fn house(&mut self, seq: u64, body: EntryBody) {
        self.say(Said::Entries {
            feed: Feed::House,
            entries: vec![entry(seq, NOON, None, 0, body)],
        });
    }

    /// Something happened in `#general`.
    pub(super) fn happens(&mut self, seq: u64, by: AccountId, posts: u64, body: EntryBody) {
        self.say(Said::Entries {
            feed: Feed::Conversation {
                conversation: GENERAL,
            },
            entries: vec![entry(seq, NOON, Some(by), posts, body)],
        });
    }

    /// Messages come in, numbered from `seq` on, a minute after the other, all messages of the feed.
    pub(super) fn hear(
        &mut self,
        conversation: ConversationId,
        seq: u64,
        from: Timestamp,
        said: &[(AccountId, &str)],
    ) {
        let entries = said.iter().zip(seq..).map(|((by, text), seq)| {
            let at = Timestamp(from.0 + i64::try_from(seq).unwrap() * MINUTE);
            entry(
                seq,
                at,
                Some(*by),
                seq,
                EntryBody::Posted {
                    text: (*text).to_owned(),
                },
            )
        });
        self.say(Said::Entries {
            feed: Feed::Conversation { conversation },
            entries: entries.collect(),
        });
    }

    pub(super) fn app<T>(&mut self, what: impl FnOnce(&mut App) -> T) -> T {
        run::app(&mut self.runner, what).unwrap()
    }

    pub(super) fn press(&mut self, event: impl Into<Event>) {
        self.runner.on_event(event.into());
        self.draw();
    }

    pub(super) fn write(&mut self, text: &str) {
        for letter in text.chars() {
            self.press(letter);
        }
    }

    pub(super) fn enter(&mut self, line: &str) {
        self.write(line);
        self.press(Key::Enter);
    }

    pub(super) fn click(&mut self, x: usize, y: usize) {
        let event = MouseEvent::Press(MouseButton::Left);
        self.press(Event::Mouse {
            event,
            position: Vec2::new(x, y),
            offset: Vec2::zero(),
        });
    }

    pub(super) fn wheel(&mut self, event: MouseEvent, x: usize, y: usize) {
        self.press(Event::Mouse {
            event,
            position: Vec2::new(x, y),
            offset: Vec2::zero(),
        });
    }

    /// What was asked of the connection since the last time.
    pub(super) fn asked(&mut self) -> Vec<Command> {
        std::iter::from_fn(|| self.commands.try_recv().ok()).collect()
    }

    pub(super) fn caret(&self) -> Option<(u16, u16)> {
        self.caret.at()
    }

    /// The rows of the screen without the spaces at their ends.
    pub(super) fn rows(&mut self) -> Vec<String> {
        let screen = self.draw();
        let size = screen.size();
        let cell = |x, y| match screen[Vec2::new(x, y)].as_ref().map(|cell| &cell.letter) {
            Some(GraphemePart::Begin(text)) => text.as_str(),
            Some(GraphemePart::Continuation) => "",
            None => " ",
        };
        let row = |y| {
            (0..size.x)
                .map(|x| cell(x, y))
                .collect::<String>()
                .trim_end()
                .to_owned()
        };
        (0..size.y).map(row).collect()
    }

    /// Compares the screen with a drawing. Rows that repeat the one above are drawn as `⋮` and how
    /// many.
    #[track_caller]
    pub(super) fn shows(&mut self, drawing: &str) {
        let mut rows: Vec<(String, usize)> = Vec::new();
        for row in self.rows() {
            match rows.last_mut() {
                Some((last, times)) if *last == row => *times += 1,
                _ => rows.push((row, 0)),
            }
        }
        let repeated = |times| {
            if times > 0 {
                format!("\n⋮ {times}")
            } else {
                String::new()
            }
        };
        let rows: Vec<_> = rows
            .into_iter()
            .map(|(row, times)| row + &repeated(times))
            .collect();
        let (rows, drawing) = (rows.join("\n"), drawing.trim_matches('\n'));
        assert!(rows == drawing, "the screen is\n{rows}\nand not\n{drawing}");
    }

    #[track_caller]
    pub(super) fn has(&mut self, text: &str) {
        let rows = self.rows().join("\n");
        assert!(rows.contains(text), "{text} is not on\n{rows}");
    }

    #[track_caller]
    pub(super) fn lacks(&mut self, text: &str) {
        let rows = self.rows().join("\n");
        assert!(!rows.contains(text), "{text} is on\n{rows}");
    }

    fn draw(&mut self) -> ObservedScreen {
        self.runner.refresh();
        self.frames.try_iter().last().unwrap()
    }
}

pub(super) fn presence(account: AccountId, state: PresenceState) -> Presence {
    Presence {
        account,
        state,
        status: None,
    }
}

pub(super) fn entry(
    seq: u64,
    at: Timestamp,
    by: Option<AccountId>,
    posts: u64,
    body: EntryBody,
) -> Entry {
    Entry {
        seq: Seq(seq),
        at,
        by,
        posts,
        body,
    }
}

pub(super) fn room(
    id: ConversationId,
    name: &str,
    topic: &str,
    held_after: u64,
) -> ConversationSummary {
    summary(
        id,
        ConversationKind::Room {
            name: name.to_owned(),
            topic: topic.to_owned(),
        },
        held_after,
    )
}

pub(super) fn direct(
    id: ConversationId,
    members: &[AccountId],
    held_after: u64,
) -> ConversationSummary {
    summary(
        id,
        ConversationKind::Direct {
            members: members.to_vec(),
        },
        held_after,
    )
}

/// A conversation of which everything up to `held_after` was read and is not held.
fn summary(
    conversation: ConversationId,
    about: ConversationKind,
    held_after: u64,
) -> ConversationSummary {
    ConversationSummary {
        conversation,
        about,
        members: 3,
        seq: Seq(held_after),
        posts: held_after,
        read: Seq(held_after),
        read_posts: held_after,
        after: Seq(held_after),
    }
}
