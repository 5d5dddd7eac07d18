//! One conversation: its entries, what is unread, what waits to be sent.

use super::Item;
use super::line::{Kind, Line, Pending, PendingState};
use super::membership::Membership;
use super::notices::Notices;
use super::past::{Past, Seeking};
use super::sight::Sight;
use super::window::Window;
use crate::command::Ticket;
use chat_shared::state::ReadMark;
use chat_shared::{
    AccountId, ConversationId, ConversationKind, ConversationSummary, Entry, EntryBody, Member,
    RoomRole, RoomSettings, Seq, Timestamp, clean,
};
use std::collections::{BTreeMap, BTreeSet, VecDeque};

/// How long somebody counts as writing after they said so, in milliseconds: the daemon passes it on
/// every few seconds while they do.
pub const TYPING_MS: i64 = 6_000;

/// A room or direct conversation that one is in.
#[derive(Clone, Debug)]
pub struct Conversation {
    id: ConversationId,
    kind: Kind,
    /// The newest entries.
    pub(super) window: Window,
    /// What is shown instead, while one looks at an older place.
    pub(super) past: Option<Past>,
    /// The older place that one wants to see.
    pub(super) seeking: Option<Seeking>,
    /// What of it was on the screen.
    pub(super) sight: Sight,
    /// The newest entry there is, held or not, and the messages up to it.
    pub(super) newest: Seq,
    posts: u64,
    read: ReadMark,
    unread_line: Option<Seq>,
    membership: Membership,
    pending: VecDeque<Pending>,
    notices: Notices,
    typing: BTreeMap<AccountId, Timestamp>,
    pub(super) asking_members: bool,
    pub(super) asking_room: bool,
}

impl Conversation {
    pub(super) fn new(summary: &ConversationSummary) -> Self {
        let mut window = Window::default();
        window.reset(summary.after);
        let mut conversation = Self {
            id: summary.conversation,
            kind: Kind::Direct {
                members: BTreeSet::new(),
            },
            window,
            past: None,
            seeking: None,
            sight: Sight::default(),
            newest: Seq(0),
            posts: 0,
            read: ReadMark::default(),
            unread_line: None,
            membership: Membership::default(),
            pending: VecDeque::new(),
            notices: Notices::default(),
            typing: BTreeMap::new(),
            asking_members: false,
            asking_room: false,
        };
        conversation.resume(summary);
        conversation
    }

    /// Its id.
    pub fn id(&self) -> ConversationId {
        self.id
    }

    /// What it is.
    pub fn kind(&self) -> &Kind {
        &self.kind
    }

    /// Whether it is a room and not a direct one.
    pub fn is_room(&self) -> bool {
        matches!(self.kind, Kind::Room { .. })
    }

    /// The topic of a room, may be empty.
    pub fn topic(&self) -> &str {
        match &self.kind {
            Kind::Room { topic, .. } => topic,
            Kind::Direct { .. } => "",
        }
    }

    /// Everything to draw, top to bottom: entries in order with the unread line and notices at their
    /// places, then what is on its way. Of the past, which is shown instead, the entries alone.
    pub fn lines(&self) -> Vec<Line<'_>> {
        if self.is_past() {
            return self.shown().items().map(Line::Entry).collect();
        }
        let mut lines = Vec::with_capacity(self.window.items().len() + self.pending.len() + 8);
        let mut notices = self.notices.iter().peekable();
        while let Some(notice) = notices.next_if(|notice| notice.after <= self.window.base()) {
            lines.push(Line::Notice(notice));
        }
        let mut unread_line = self.unread_line;
        for item in self.window.items() {
            if unread_line.is_some_and(|line| item.seq() > line) {
                unread_line = None;
                lines.push(Line::UnreadLine);
            }
            lines.push(Line::Entry(item));
            while let Some(notice) = notices.next_if(|notice| notice.after <= item.seq()) {
                lines.push(Line::Notice(notice));
            }
        }
        lines.extend(notices.map(Line::Notice));
        lines.extend(self.pending.iter().map(Line::Pending));
        lines
    }

    /// The newest entries, as far as they are held, oldest first: dense and each once.
    pub fn items(&self) -> impl DoubleEndedIterator<Item = &Item> + ExactSizeIterator {
        self.window.items()
    }

    /// One of the newest entries, by its place.
    pub fn item(&self, seq: Seq) -> Option<&Item> {
        self.window.item(seq)
    }

    /// The newest entry held.
    pub fn end(&self) -> Seq {
        self.window.end()
    }

    /// The newest entry there is, as far as this client was told.
    pub fn newest(&self) -> Seq {
        self.newest
    }

    /// The newest entry that was read, on any of one's devices.
    pub fn read(&self) -> Seq {
        self.read.seq
    }

    /// Messages that were not read.
    pub fn unread(&self) -> u64 {
        self.posts.saturating_sub(self.read.posts)
    }

    /// Behind which entry the unread line stands, where there is one. It stays where it was while
    /// the conversation is on the screen, and goes when one writes something or leaves it.
    pub fn unread_line(&self) -> Option<Seq> {
        self.unread_line
    }

    /// Who is in it, once that is known.
    pub fn members(&self) -> Option<BTreeSet<AccountId>> {
        match &self.kind {
            Kind::Direct { members } => Some(members.clone()),
            Kind::Room { .. } => Some(self.membership.members()?.keys().copied().collect()),
        }
    }

    /// Whether somebody is known to be in it.
    pub fn has_member(&self, account: AccountId) -> bool {
        match &self.kind {
            Kind::Direct { members } => members.contains(&account),
            Kind::Room { .. } => self.membership.role(account).is_some(),
        }
    }

    /// How many are in it.
    pub fn member_count(&self) -> u64 {
        match &self.kind {
            Kind::Direct { members } => members.len() as u64,
            Kind::Room { .. } => self.membership.count(),
        }
    }

    /// Somebody's role in a room, where it is known.
    pub fn role(&self, account: AccountId) -> Option<RoomRole> {
        self.membership.role(account)
    }

    /// One's own role, where the room was asked for.
    pub fn own_role(&self) -> Option<RoomRole> {
        self.membership.own()
    }

    /// What the room is like, once that is known. Its description is safe to show.
    pub fn settings(&self) -> Option<&RoomSettings> {
        self.membership.settings()
    }

    /// Messages of one's own on their way, in the order in which they were written.
    pub fn pending(&self) -> impl ExactSizeIterator<Item = &Pending> {
        self.pending.iter()
    }

    /// How many of them wait for an answer.
    pub fn waiting(&self) -> usize {
        self.pending
            .iter()
            .filter(|pending| pending.state == PendingState::Queued)
            .count()
    }

    /// Who is writing.
    pub fn typing(&self, now: Timestamp) -> BTreeSet<AccountId> {
        let writing = self.typing.iter().filter(|(_, until)| **until > now);
        writing.map(|(account, _)| *account).collect()
    }

    /// Takes over what a sync says; entries above `after` follow.
    pub(super) fn resume(&mut self, summary: &ConversationSummary) {
        self.kind = match &summary.about {
            ConversationKind::Room { name, topic } => Kind::Room {
                name: clean::line(name).into_owned(),
                topic: clean::line(topic).into_owned(),
            },
            ConversationKind::Direct { members } => Kind::Direct {
                members: members.iter().copied().collect(),
            },
        };
        let holds_more_than_there_is = self.window.end() > summary.seq;
        if summary.after > self.window.end() || holds_more_than_there_is {
            self.window.reset(summary.after);
            self.notices.clear();
            self.membership.forget();
            self.forget_past(summary.seq);
        }
        if holds_more_than_there_is {
            self.sight = Sight::default();
        }
        // The inbox is asked for anew, and tells of all up to here.
        self.sight.forget_calls();
        self.newest = summary.seq;
        self.posts = summary.posts;
        self.read = ReadMark {
            seq: summary.read,
            posts: summary.read_posts,
        };
        self.membership.set_count(summary.members);
        self.asking_members = false;
        self.asking_room = false;
        self.drop_arrived();
    }

    /// Adds an entry that came live or by a sync; `Ok(false)` where it was there.
    pub(super) fn push(&mut self, entry: Entry) -> Result<bool, chat_shared::state::Gap> {
        let (seq, posts, by) = (entry.seq, entry.posts, entry.by);
        let body = entry.body.clone();
        if !self.window.push(entry)? {
            return Ok(false);
        }
        if seq > self.newest {
            self.newest = seq;
            self.membership.count_in(&body);
        }
        self.posts = self.posts.max(posts);
        if let Some(by) = by {
            self.typing.remove(&by);
        }
        self.membership.apply(&body);
        match (&mut self.kind, &body) {
            (Kind::Room { topic, .. }, EntryBody::TopicSet { topic: new }) => {
                *topic = clean::line(new).into_owned();
            }
            (
                Kind::Room { name, .. },
                EntryBody::Created { name: Some(new) } | EntryBody::Renamed { name: new, .. },
            ) => *name = clean::line(new).into_owned(),
            (_, EntryBody::SettingsSet { settings, .. }) => self.membership.set_settings(settings),
            (_, EntryBody::MessageDeleted { seq, .. }) => self.take_away(*seq),
            _ => {}
        }
        self.drop_arrived();
        self.find_sought();
        Ok(true)
    }

    /// Adds a page of members, as they were after the entry `seq`.
    pub(super) fn add_members(&mut self, seq: Seq, page: &[Member]) {
        self.membership.add(page);
        for item in self.window.items().filter(|item| item.seq() > seq) {
            self.membership.apply(&item.raw().body);
        }
    }

    /// It is asked what the room is like; false where that is known or under way.
    pub(super) fn ask_room(&mut self) -> bool {
        let is_wanted = self.is_room() && self.settings().is_none() && !self.asking_room;
        if is_wanted {
            self.asking_room = true;
            self.membership.ask();
        }
        is_wanted
    }

    /// What the room is like.
    pub(super) fn learn_room(&mut self, settings: RoomSettings, role: Option<RoomRole>) {
        self.asking_room = false;
        self.membership.learn(settings, role);
    }

    /// Moves the read mark on.
    pub(super) fn set_read(&mut self, mark: ReadMark) -> bool {
        let is_new = mark.seq > self.read.seq;
        if is_new {
            self.read = mark;
            self.sight.read(mark.seq);
        }
        is_new
    }

    /// Draws the unread line where something is unread and there is none.
    pub(super) fn draw_unread_line(&mut self) {
        if self.unread() > 0 && self.unread_line.is_none() {
            self.unread_line = Some(self.read.seq);
        }
    }

    /// Takes the unread line away.
    pub(super) fn clear_unread_line(&mut self) {
        self.unread_line = None;
    }

    /// Adds a message on its way; false where it is told again.
    pub(super) fn add_pending(&mut self, ticket: Ticket, text: &str, at: Timestamp) -> bool {
        let is_new = self.pending.iter().all(|pending| pending.ticket != ticket);
        if is_new {
            let text = clean::text(text).into_owned();
            self.pending.push_back(Pending {
                ticket,
                text,
                at,
                state: PendingState::Queued,
            });
        }
        is_new
    }

    pub(super) fn settle(&mut self, ticket: Ticket, state: PendingState) {
        if let Some(pending) = self
            .pending
            .iter_mut()
            .find(|pending| pending.ticket == ticket)
        {
            pending.state = state;
        }
        self.drop_arrived();
    }

    pub(super) fn dismiss(&mut self, ticket: Ticket) {
        let is_refused = |p: &Pending| matches!(p.state, PendingState::Refused(_));
        self.pending
            .retain(|pending| pending.ticket != ticket || !is_refused(pending));
    }

    pub(super) fn add_notice(&mut self, at: Timestamp, text: &str) {
        self.notices.add(at, self.window.end(), text);
    }

    pub(super) fn drop_notice(&mut self, text: &str) {
        self.notices.drop_text(text);
    }

    pub(super) fn drop_last_notice(&mut self, text: &str) {
        self.notices.drop_last(self.window.end(), text);
    }

    /// Somebody came online or went.
    pub(super) fn add_traffic(&mut self, now: Timestamp, account: AccountId, came: bool) {
        let after = self.window.end();
        self.notices.add_traffic(now, after, account, came);
    }

    pub(super) fn set_typing(&mut self, account: AccountId, now: Timestamp) {
        self.typing.retain(|_, until| *until > now);
        self.typing.insert(account, Timestamp(now.0 + TYPING_MS));
    }

    pub(super) fn forget_typing(&mut self) {
        self.typing.clear();
    }

    /// A pending message whose entry is held has arrived; so has one below the window.
    fn drop_arrived(&mut self) {
        let end = self.window.end();
        self.pending
            .retain(|p| !matches!(p.state, PendingState::Sent(seq) if seq <= end));
    }
}
