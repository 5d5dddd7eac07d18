//! One conversation: its entries, what is unread, what waits to be sent.

use super::Item;
use super::line::{Kind, Line, Notice, Pending, PendingState};
use super::window::Window;
use crate::command::Ticket;
use chat_shared::state::ReadMark;
use chat_shared::{
    AccountId, ConversationId, ConversationKind, ConversationSummary, Entry, EntryBody, Seq,
    Timestamp, clean,
};
use std::collections::{BTreeMap, BTreeSet, VecDeque};

/// How long somebody counts as writing after they said so, in milliseconds: the daemon passes it on
/// every few seconds while they do.
pub const TYPING_MS: i64 = 6_000;

/// System lines kept of one conversation.
pub const NOTICES: usize = 200;

/// A room or direct conversation that one is in.
#[derive(Clone, Debug)]
pub struct Conversation {
    id: ConversationId,
    kind: Kind,
    window: Window,
    /// The newest entry there is, held or not, and the messages up to it.
    newest: Seq,
    posts: u64,
    read: ReadMark,
    unread_line: Option<Seq>,
    /// Members, once they were asked for, and after which entry that is true.
    members: Option<BTreeSet<AccountId>>,
    member_count: u64,
    pending: VecDeque<Pending>,
    notices: VecDeque<Notice>,
    typing: BTreeMap<AccountId, Timestamp>,
    pub(super) asking_older: bool,
    pub(super) asking_members: bool,
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
            newest: Seq(0),
            posts: 0,
            read: ReadMark::default(),
            unread_line: None,
            members: None,
            member_count: 0,
            pending: VecDeque::new(),
            notices: VecDeque::new(),
            typing: BTreeMap::new(),
            asking_older: false,
            asking_members: false,
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
    /// places, then what is on its way.
    pub fn lines(&self) -> Vec<Line<'_>> {
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

    /// The entries held, oldest first: dense and each once.
    pub fn items(&self) -> impl DoubleEndedIterator<Item = &Item> + ExactSizeIterator {
        self.window.items()
    }

    /// An entry that is held, by its place.
    pub fn item(&self, seq: Seq) -> Option<&Item> {
        self.window.item(seq)
    }

    /// The newest entry held: where the window ends.
    pub fn end(&self) -> Seq {
        self.window.end()
    }

    /// The newest entry there is, as far as this client was told.
    pub fn newest(&self) -> Seq {
        self.newest
    }

    /// Whether there are older entries than those held ([`super::Update::WantsOlder`]).
    pub fn has_older(&self) -> bool {
        self.window.base().0 > 0
    }

    /// Whether older ones were asked for and have not come yet.
    pub fn is_asking_older(&self) -> bool {
        self.asking_older
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
    pub fn members(&self) -> Option<&BTreeSet<AccountId>> {
        match &self.kind {
            Kind::Direct { members } => Some(members),
            Kind::Room { .. } => self.members.as_ref(),
        }
    }

    /// How many are in it.
    pub fn member_count(&self) -> u64 {
        self.members()
            .map_or(self.member_count, |members| members.len() as u64)
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
            self.members = None;
            self.asking_older = false;
        }
        self.newest = summary.seq;
        self.posts = summary.posts;
        self.read = ReadMark {
            seq: summary.read,
            posts: summary.read_posts,
        };
        self.member_count = summary.members;
        self.asking_members = false;
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
            match body {
                EntryBody::Joined { .. } => self.member_count += 1,
                EntryBody::Left { .. } => self.member_count = self.member_count.saturating_sub(1),
                _ => {}
            }
        }
        self.posts = self.posts.max(posts);
        if let Some(by) = by {
            self.typing.remove(&by);
        }
        match &body {
            EntryBody::TopicSet { topic: new } => {
                if let Kind::Room { topic, .. } = &mut self.kind {
                    *topic = clean::line(new).into_owned();
                }
            }
            EntryBody::Created { name: Some(new) } => {
                if let Kind::Room { name, .. } = &mut self.kind {
                    *name = clean::line(new).into_owned();
                }
            }
            _ => {}
        }
        self.move_member(&body);
        self.drop_arrived();
        Ok(true)
    }

    fn move_member(&mut self, body: &EntryBody) {
        let Some(members) = &mut self.members else {
            return;
        };
        match body {
            EntryBody::Joined { account } => {
                members.insert(*account);
            }
            EntryBody::Left { account } => {
                members.remove(account);
            }
            _ => {}
        }
    }

    /// Adds a page of history wherever it touches what is held.
    pub(super) fn add_page(&mut self, entries: Vec<Entry>, newest: Seq) {
        self.asking_older = false;
        self.newest = self.newest.max(newest);
        if self.window.items().len() == 0
            && let Some(first) = entries.first()
            && self.window.base() < first.seq
        {
            self.window.reset(Seq(first.seq.0 - 1));
        }
        let newer = entries
            .iter()
            .position(|entry| entry.seq > self.window.end());
        let mut older = entries;
        let newer = newer
            .map(|index| older.split_off(index))
            .unwrap_or_default();
        self.window.prepend(older);
        for entry in newer {
            if self.push(entry).is_err() {
                break;
            }
        }
    }

    /// Adds a page of members, as they were after the entry `seq`.
    pub(super) fn add_members(&mut self, seq: Seq, page: &[AccountId]) {
        self.members.get_or_insert_default().extend(page);
        let later: Vec<_> = self
            .window
            .items()
            .filter(|item| item.seq() > seq)
            .map(|item| item.raw().body.clone())
            .collect();
        for body in later {
            self.move_member(&body);
        }
    }

    /// Moves the read mark on.
    pub(super) fn set_read(&mut self, mark: ReadMark) -> bool {
        let is_new = mark.seq > self.read.seq;
        if is_new {
            self.read = mark;
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
        if self.notices.len() == NOTICES {
            self.notices.pop_front();
        }
        let text = clean::text(text).into_owned();
        self.notices.push_back(Notice {
            at,
            after: self.window.end(),
            text,
        });
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
