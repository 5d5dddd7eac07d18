//! The screen as a whole: the model, the way to the connection, and the parts that draw.
//!
//! Updates go into the model, the model says what changed, the parts that show it are brought up to
//! date at the next layout. Keys become actions here and in [`super::actions`].

use super::caret::Caret;
use super::conversations::ConversationList;
use super::here::Here;
use super::input_line::InputLine;
use super::layout::{Layout, PeoplePane};
use super::log_view::LogView;
use super::memory::Memory;
use super::overlay::Overlay;
use super::people::PeopleList;
use super::places::Goal;
use super::shown::feed;
use super::status::Status;
use crate::command::Ticket;
use crate::config::{Bell, ScreenConfig};
use crate::input::{Action, Completer, Editor, History, Notices};
use crate::model::{Changed, Connection, Conversation, Model, Update};
use crate::net::{Command, Handle};
use chat_shared::{ConversationId, Profile, Seq, Timestamp};
use cursive::Vec2;
use jiff::tz::TimeZone;
use std::collections::{BTreeSet, HashMap};

/// What a screen is made with.
pub(super) struct Setup {
    pub handle: Handle,
    pub config: ScreenConfig,
    /// The name of the account, for the time before the first connection.
    pub account: String,
    /// To be told once, in the conversation that is shown first.
    pub greeting: Option<String>,
    pub zone: TimeZone,
    pub clock: fn() -> Timestamp,
    /// What is remembered until the next start.
    pub memory: Memory,
    /// Where the terminal is told to show its cursor.
    pub caret: Caret,
}

/// The root view.
pub(super) struct App {
    pub(super) model: Model,
    pub(super) setup: Setup,
    pub(super) editor: Editor,
    pub(super) history: History,
    pub(super) completer: Completer,
    pub(super) log: LogView,
    pub(super) conversations: ConversationList,
    pub(super) people: PeopleList,
    pub(super) pane: PeoplePane,
    pub(super) layout: Layout,
    /// What was begun in other conversations.
    drafts: HashMap<Option<ConversationId>, String>,
    /// Which conversation the parts show.
    open: Option<ConversationId>,
    /// Behind which entry the unread line stands. The model moves its own with every message that
    /// comes in; on the screen it has to stay where it was when one came.
    pub(super) unread_after: Option<Seq>,
    /// The message that is chosen.
    pub(super) chosen: Option<Seq>,
    /// The message that one is on the way to.
    pub(super) goal: Option<Goal>,
    /// The message that one went to, in the past or among the newest ones, until one goes back.
    pub(super) gone_to: Option<Seq>,
    /// One was put here, since the conversation that was open is gone, and pressed no key since: what is here
    /// was not chosen, and is not read.
    pub(super) is_put_here: bool,
    /// How comings and goings are told.
    pub(super) notices: Notices,
    /// Whether messages of people whom one blocks are shown here.
    pub(super) unfolds: bool,
    /// Lists over the messages; the last one is seen.
    pub(super) overlays: Vec<Overlay>,
    /// What was entered while names were still coming in.
    pub(super) postponed: Vec<Action>,
    /// One's profile as it will be, and the orders for it that are under way.
    pub(super) profile_to_be: Option<Profile>,
    pub(super) profile_orders: BTreeSet<Ticket>,
    /// Orders for it that were entered and are not written down yet.
    pub(super) profiles_entered: usize,
    /// It was asked who is here, and is to be told once that is known.
    pub(super) wants_who: bool,
    /// The next line is to be the name of this room, to delete it.
    pub(super) asks_name: Option<ConversationId>,
    pub(super) input: InputLine,
    pub(super) status: Status,
    /// For the moment; gone with the next key.
    pub(super) note: Option<String>,
    /// The terminal has the focus, as far as it tells.
    pub(super) focused: bool,
    pub(super) here: Here,
    pub(super) lists_are_old: bool,
    pub(super) quit_is_armed: bool,
    is_over: bool,
    rings: bool,
    /// Whether a conversation was shown since the start.
    has_begun: bool,
}

impl App {
    /// A screen that knows nothing yet.
    pub(super) fn new(setup: Setup) -> Self {
        let pane = if setup.config.people {
            PeoplePane::Auto
        } else {
            PeoplePane::Hidden
        };
        let here = setup.memory.here();
        Self {
            model: Model::new().in_zone(setup.zone.clone()),
            setup,
            editor: Editor::default(),
            history: History::default(),
            completer: Completer::default(),
            log: LogView::default(),
            conversations: ConversationList::default(),
            people: PeopleList::default(),
            pane,
            layout: Layout::of(Vec2::new(1, 1), pane),
            drafts: HashMap::new(),
            open: None,
            unread_after: None,
            chosen: None,
            goal: None,
            gone_to: None,
            is_put_here: false,
            notices: Notices::default(),
            unfolds: false,
            overlays: Vec::new(),
            postponed: Vec::new(),
            profile_to_be: None,
            profile_orders: BTreeSet::new(),
            profiles_entered: 0,
            wants_who: false,
            asks_name: None,
            input: InputLine::default(),
            status: Status::default(),
            note: (here != Here::Yes).then(|| here.told().to_owned()),
            focused: true,
            here,
            has_begun: false,
            lists_are_old: true,
            quit_is_armed: false,
            is_over: false,
            rings: false,
        }
    }

    /// Takes in what happened.
    pub(super) fn take(&mut self, update: Update) {
        self.follow_profile(&update);
        let changed = self.model.apply(update, (self.setup.clock)());
        self.react(changed);
        self.mark_read();
        self.greet();
        self.act_on_postponed();
        if self.wants_who && self.model.people().knows_who_is_here() {
            self.who(None);
        }
    }

    /// The terminal got or lost the focus: what comes in unseen is not read.
    pub(super) fn set_focus(&mut self, focused: bool) {
        self.focused = focused;
        self.mark_read();
    }

    /// Whether the program is to end.
    pub(super) fn is_over(&self) -> bool {
        self.is_over
    }

    /// Ends the program; the loop does the rest.
    pub(super) fn quit(&mut self) {
        self.remember_place();
        self.is_over = true;
    }

    /// Whether the bell is to ring; asks once.
    pub(super) fn take_bell(&mut self) -> bool {
        std::mem::take(&mut self.rings)
    }

    /// The title of the terminal's window, safe for one.
    pub(super) fn title(&self) -> String {
        let unread = match self.model.unread() {
            0 => String::new(),
            unread => format!("({unread}) "),
        };
        let place = self
            .open
            .and_then(|id| self.model.title_of(id))
            .unwrap_or_default();
        chat_shared::clean::line(&format!("{unread}{place} chatc"))
            .trim()
            .to_owned()
    }

    /// Whether something on the screen changes with time alone: a countdown, somebody writing.
    pub(super) fn is_ticking(&self) -> bool {
        let is_writing = self
            .model
            .open_conversation()
            .is_some_and(|open| !open.typing((self.setup.clock)()).is_empty());
        let counts_down = matches!(
            self.model.connection(),
            Connection::Lost { .. } | Connection::TurnedAway { .. }
        );
        is_writing || counts_down
    }

    pub(super) fn send(&self, command: Command) {
        self.setup.handle.send(command);
    }

    /// Shows another conversation.
    pub(super) fn open(&mut self, id: ConversationId) {
        self.is_put_here = false;
        if self.open == Some(id) {
            return self.follow();
        }
        let draft = self.editor.take();
        if draft.is_empty() {
            self.drafts.remove(&self.open);
        } else {
            self.drafts.insert(self.open, draft);
        }
        self.show(Some(id));
    }

    /// Tells a line of the client: in the open conversation, if there is one.
    pub(super) fn tell(&mut self, text: impl Into<String>) {
        let conversation = self.open;
        self.take(Update::Notice {
            conversation,
            text: text.into(),
        });
        self.follow();
    }

    /// The conversation on the screen.
    pub(super) fn open_id(&self) -> Option<ConversationId> {
        self.open
    }

    /// Something to scroll in.
    pub(super) fn scroll_up(&mut self, rows: usize) {
        let width = self.layout.log.width();
        let feed = feed(&self.model, &self.setup, &self.shown(), width);
        self.log.scroll_up(rows, &feed);
    }

    pub(super) fn scroll_down(&mut self, rows: usize) {
        let width = self.layout.log.width();
        let feed = feed(&self.model, &self.setup, &self.shown(), width);
        self.log.scroll_down(rows, &feed);
        self.mark_read();
    }

    /// To the newest message, also from the past.
    pub(super) fn follow(&mut self) {
        self.leave_past();
        self.log.follow();
        self.mark_read();
    }

    fn show(&mut self, id: Option<ConversationId>) {
        self.open = id;
        self.chosen = None;
        self.gone_to = None;
        self.unfolds = false;
        self.asks_name = None;
        self.editor.set(self.drafts.remove(&id).unwrap_or_default());
        self.completer.reset();
        self.history.edited();
        self.log.reset();
        self.lists_are_old = true;
        let changed = self.model.apply(Update::Opened(id), (self.setup.clock)());
        self.unread_after = self
            .model
            .open_conversation()
            .and_then(Conversation::unread_line);
        self.react(changed);
        self.mark_read();
    }

    pub(super) fn react(&mut self, changed: Changed) {
        self.lists_are_old |= changed.is_visible();
        for command in changed.needs {
            self.send(command);
        }
        if changed.people || changed.rewritten {
            self.log.forget_rows();
        }
        self.rings |= changed.calls && self.setup.config.bell != Bell::Never;
        for heard in changed.heard {
            let is_open = self.open == Some(heard.conversation);
            if is_open && !self.is_reading() {
                self.unread_after.get_or_insert(Seq(heard.seq.0 - 1));
            }
            let is_direct = self
                .model
                .conversation(heard.conversation)
                .is_some_and(|there| !there.is_room());
            self.rings |= match self.setup.config.bell {
                Bell::Never => false,
                Bell::Direct => is_direct && !(is_open && self.is_reading()),
                Bell::All => !(is_open && self.is_reading()),
            };
        }
        // Whoever is not to be disturbed is not.
        self.rings &= self.here != Here::DoNotDisturb;
        // One wrote something: it was all read.
        if self
            .model
            .open_conversation()
            .is_some_and(|open| open.unread_line().is_none())
        {
            self.unread_after = None;
        }
        for made in &changed.invitations {
            self.tell_invitation(made);
        }
        match changed.go_to {
            Some(id) => self.open(id),
            None => self.stay_somewhere(),
        }
    }

    /// Where the open conversation is gone: the first. At the start, where one was.
    fn stay_somewhere(&mut self) {
        let is_there = self
            .open
            .is_some_and(|id| self.model.conversation(id).is_some());
        if is_there || !self.model.is_synced() {
            return;
        }
        let is_moved = self.has_begun;
        let first = if is_moved {
            self.model.conversations().first().map(|first| first.id())
        } else {
            self.first_place()
        };
        self.has_begun |= first.is_some();
        if first != self.open {
            self.is_put_here = is_moved;
            self.show(first);
        }
    }

    /// Tells the greeting below what is there already.
    fn greet(&mut self) {
        let open = self.model.open_conversation();
        if open.is_some_and(|open| open.end() > Seq(0) && open.end() >= open.newest())
            && let Some(greeting) = self.setup.greeting.take()
        {
            self.tell(greeting);
        }
    }
}
