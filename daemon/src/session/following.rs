//! How a session follows feeds: it subscribes first and reads then, and whatever it misses later, because
//! it was slow or a room died, it reads from the store by cursor.

use super::fanout::{Follower, Subscription};
use super::requests::may_read;
use super::{CatchUp, MembershipChanged, Session, faults};
use crate::room::state::encode_entries;
use crate::store::read::Page;
use crate::store::rooms::floor;
use crate::store::{FeedKey, Reader, StoreError};
use actix::{ActorFutureExt, AsyncContext, Context, Handler, WrapFuture};
use bytes::Bytes;
use chat_shared::limits::{FRAME, SYNC_ENTRIES};
use chat_shared::state::ReadMark;
use chat_shared::{
    AccountId, ConversationId, ConversationKind, ConversationSummary, Event, RequestId, Seq,
};
use std::collections::{HashMap, HashSet};
use std::rc::Rc;

/// Entries read at once of one feed.
const PAGE_ENTRIES: usize = 500;
/// Feeds read at once.
const PAGE_FEEDS: usize = 64;
/// A sync of so many conversations is read on the session's own thread: some five rows each.
const FEW_CONVERSATIONS: usize = 8;
/// The least that is worth reading.
const PAGE_BYTES: usize = 16 * 1024;

/// What a sync asked for.
#[derive(Clone, Debug, Default)]
pub(crate) struct Wants {
    /// Whether a sync was asked for.
    pub(crate) synced: bool,
    pub(crate) only: Option<Vec<ConversationId>>,
    pub(crate) newest: u32,
}

/// A page of one feed that a session is to be sent.
struct Read {
    feed: FeedKey,
    /// Above this place.
    after: Seq,
    frames: Bytes,
    upto: Seq,
    newest: Seq,
}

/// Where everything that is followed stands, in one snapshot.
struct Summaries {
    account_seq: Seq,
    house_seq: Seq,
    conversations: Vec<ConversationSummary>,
}

impl Session {
    /// Begins anew to follow what a sync asks for.
    pub(super) fn sync(
        &mut self,
        request: RequestId,
        account: AccountId,
        wants: Wants,
        house: Option<Seq>,
        cursors: HashMap<ConversationId, Seq>,
        ctx: &mut Context<Self>,
    ) {
        self.unsubscribe_all();
        self.wants = wants.clone();
        self.memberships.begin();
        self.subscribe(account, FeedKey::Account(account));
        if house.is_some() {
            self.subscribe(account, FeedKey::House);
        }
        let is_little = match &wants.only {
            Some(only) => only.len() <= FEW_CONVERSATIONS,
            None => {
                let few =
                    self.look_up(|reader| Ok(Ok(reader.is_in_few(account, FEW_CONVERSATIONS)?)));
                few.unwrap_or(false)
            }
        };
        let only = wants.only;
        let which = move |reader: &Reader| {
            let Some(only) = only else {
                let all = reader.memberships(account)?.into_iter();
                return Ok(Ok(all.map(|(id, _)| id).collect()));
            };
            let mut chosen = Vec::new();
            for id in only {
                if let Err(fault) = may_read(reader, id, account)? {
                    return Ok(Err(fault));
                }
                chosen.push(id);
            }
            Ok(Ok(chosen))
        };
        self.read_as_fits(ctx, request, is_little, which, move |session, ctx, ids| {
            for id in &ids {
                session.subscribe(account, FeedKey::Conversation(*id));
            }
            let opening = session.shared.open_rooms(&ids);
            let go_on = move |session: &mut Self, ctx: &mut Context<Self>| {
                session.summarise(request, account, ids, house, cursors, ctx);
            };
            match opening {
                Err(fault) => session.refuse(request, fault),
                Ok(None) => go_on(session, ctx),
                Ok(Some(opened)) => {
                    session.after(ctx, request, opened, move |session, ctx, rooms| {
                        session.shared.rooms_opened(rooms);
                        go_on(session, ctx);
                    });
                }
            }
        });
    }

    /// Subscribed to all: read in one snapshot where each stands, answer, and send what is missing.
    fn summarise(
        &mut self,
        request: RequestId,
        account: AccountId,
        ids: Vec<ConversationId>,
        house: Option<Seq>,
        cursors: HashMap<ConversationId, Seq>,
        ctx: &mut Context<Self>,
    ) {
        let newest = self.wants.newest;
        let is_little = ids.len() <= FEW_CONVERSATIONS;
        let ask = move |reader: &Reader| {
            let marks: HashMap<_, _> = reader.memberships(account)?.into_iter().collect();
            let account_seq = reader.head(FeedKey::Account(account))?.seq;
            let house_seq = reader.head(FeedKey::House)?.seq;
            let mut conversations = Vec::with_capacity(ids.len());
            for id in ids {
                let Some(mark) = marks.get(&id) else { continue };
                let cursor = cursors.get(&id).copied();
                if let Some(summary) = summary(reader, id, account, *mark, cursor, newest)? {
                    conversations.push(summary);
                }
            }
            conversations.sort_by_key(|summary| summary.conversation);
            Ok(Ok(Summaries {
                account_seq,
                house_seq,
                conversations,
            }))
        };
        self.read_as_fits(
            ctx,
            request,
            is_little,
            ask,
            move |session, ctx, summaries| {
                let Summaries {
                    account_seq,
                    house_seq,
                    mut conversations,
                } = summaries;
                // Who left one of them since the first reading must not go on following it.
                let kept = conversations
                    .iter()
                    .map(|about| FeedKey::Conversation(about.conversation));
                let kept: HashSet<FeedKey> = kept.collect();
                let is_left = |feed: &FeedKey| {
                    matches!(feed, FeedKey::Conversation(_)) && !kept.contains(feed)
                };
                for (feed, subscription) in
                    session.subscriptions.extract_if(|feed, _| is_left(feed))
                {
                    session.shared.unsubscribe(feed, &subscription);
                }
                for summary in &conversations {
                    let feed = FeedKey::Conversation(summary.conversation);
                    session.start_after(feed, summary.after, summary.seq);
                }
                session.start_after(FeedKey::Account(account), account_seq, account_seq);
                if let Some(cursor) = house {
                    session.start_after(FeedKey::House, cursor.min(house_seq), house_seq);
                }
                // An answer is one frame; what does not fit follows by itself.
                let mut bytes = 0;
                let fits = conversations.iter().take_while(|about| {
                    bytes += summary_size(about);
                    bytes <= FRAME / 2
                });
                let fits = fits.count();
                let rest = conversations.split_off(fits);
                session.answer(
                    request,
                    Event::Synced {
                        account_seq,
                        house_seq,
                        conversations,
                    },
                );
                for conversation in rest {
                    session.say(Event::Opened { conversation });
                }
                for left in session.memberships.synced(account_seq) {
                    session.unfollow(left);
                }
                session.follow_new(ctx);
                session.catch_up(ctx);
            },
        );
    }

    /// Sends a feed from here on, of which `newest` was the end. Who has all of it is live at once: most of
    /// those who come back have missed nothing in most feeds, and need not read to find out.
    fn start_after(&self, feed: FeedKey, seq: Seq, newest: Seq) {
        if let Some(subscription) = self.subscriptions.get(&feed) {
            subscription.start_after(seq, newest);
            if seq == newest {
                let fanout = self.shared.fanout.borrow();
                fanout.advance(feed, subscription, seq, newest);
            }
        }
    }

    fn subscribe(&mut self, account: AccountId, feed: FeedKey) -> Rc<Subscription> {
        let subscription = self.subscriptions.entry(feed).or_insert_with(|| {
            let follower = Follower {
                session: self.handle.id,
                account,
            };
            let outbox = self.handle.outbox.clone();
            self.shared
                .fanout
                .borrow_mut()
                .subscribe(feed, follower, outbox)
        });
        subscription.clone()
    }

    fn unsubscribe_all(&mut self) {
        for (feed, subscription) in self.subscriptions.drain() {
            self.shared.unsubscribe(feed, &subscription);
        }
    }

    fn unfollow(&mut self, id: ConversationId) {
        let feed = FeedKey::Conversation(id);
        if let Some(subscription) = self.subscriptions.remove(&feed) {
            self.shared.unsubscribe(feed, &subscription);
        }
    }

    /// Follows what the account came into after the sync, and was told of: `opened` comes after that.
    fn follow_new(&mut self, ctx: &mut Context<Self>) {
        let Some(account) = self.person.as_ref().map(|person| person.account) else {
            return;
        };
        if let Some(subscription) = self.subscriptions.get(&FeedKey::Account(account)) {
            for id in self.memberships.told(subscription.sent()) {
                self.follow(id, account, ctx);
            }
        }
    }

    fn follow(&mut self, id: ConversationId, account: AccountId, ctx: &mut Context<Self>) {
        if !self.wants.synced || self.wants.only.is_some() {
            return;
        }
        let subscription = self.subscribe(account, FeedKey::Conversation(id));
        match self.shared.open_rooms(&[id]) {
            Err(fault) => self.close(fault, ctx),
            Ok(None) => self.open(id, account, subscription, ctx),
            Ok(Some(opened)) => {
                ctx.spawn(
                    opened
                        .into_actor(self)
                        .map(move |rooms, session, ctx| match rooms {
                            Ok(rooms) => {
                                session.shared.rooms_opened(rooms);
                                session.open(id, account, subscription, ctx);
                            }
                            Err(_) => session.close(faults::busy(), ctx),
                        }),
                );
            }
        }
    }

    /// Subscribed: say what it is, and send what is in it. Unless they left meanwhile: should they be back
    /// already, that is another subscription, which says it then.
    fn open(
        &mut self,
        id: ConversationId,
        account: AccountId,
        subscription: Rc<Subscription>,
        ctx: &mut Context<Self>,
    ) {
        let newest = self.wants.newest;
        let ask = move |reader: &Reader| {
            let memberships = reader.memberships(account)?;
            match memberships.into_iter().find(|(other, _)| *other == id) {
                Some((_, mark)) => summary(reader, id, account, mark, None, newest),
                None => Ok(None),
            }
        };
        self.read_quietly(ctx, ask, move |session, ctx, summary| {
            let feed = FeedKey::Conversation(id);
            let current = session.subscriptions.get(&feed);
            if let Some(conversation) = summary
                && current.is_some_and(|current| Rc::ptr_eq(current, &subscription))
            {
                session.start_after(feed, conversation.after, conversation.seq);
                session.say(Event::Opened { conversation });
                session.catch_up(ctx);
            }
        });
    }

    /// Reads a page of what is behind, as much as the outbox has room for; goes on until all is live or
    /// the outbox is full, and then again when it is empty.
    pub(super) fn catch_up(&mut self, ctx: &mut Context<Self>) {
        let room = self.handle.outbox.room();
        if self.is_catching_up {
            return;
        }
        let behind = self
            .subscriptions
            .iter()
            .filter(|(_, subscription)| subscription.is_behind());
        let behind: Vec<_> = behind
            .take(PAGE_FEEDS)
            .map(|(feed, sent)| (*feed, sent.sent()))
            .collect();
        if behind.is_empty() {
            return;
        }
        if room < PAGE_BYTES && !self.handle.outbox.is_empty() {
            // Go on when the outbox is empty.
            self.handle.outbox.lag();
            return;
        }
        let Some(account) = self.person.as_ref().map(|person| person.account) else {
            return;
        };
        self.is_catching_up = true;
        let store = self.shared.house.store.clone();
        let reading = tokio::task::spawn_blocking(move || {
            store.read(|reader| read_behind(reader, account, &behind, room))
        });
        ctx.spawn(reading.into_actor(self).map(|read, session, ctx| {
            session.is_catching_up = false;
            match read {
                // Nothing to send: who left a conversation is told so on another road.
                Ok(Ok(pages)) if pages.is_empty() => {}
                Ok(Ok(pages)) => {
                    for page in pages {
                        session.send_page(page);
                    }
                    session.follow_new(ctx);
                    session.catch_up(ctx);
                }
                Ok(Err(error)) => session.close(faults::store(&error), ctx),
                Err(error) => session.close(faults::internal("catching up", &error), ctx),
            }
        }));
    }

    fn send_page(&mut self, page: Read) {
        let Some(subscription) = self.subscriptions.get(&page.feed) else {
            return;
        };
        // Another sync may have begun it anew while this page was read.
        if !subscription.is_behind() || subscription.sent() != page.after {
            return;
        }
        self.handle.outbox.push(page.frames);
        self.shared
            .fanout
            .borrow()
            .advance(page.feed, subscription, page.upto, page.newest);
    }
}

/// What is missing of each feed, encoded, up to about `room` bytes in all.
fn read_behind(
    reader: &Reader,
    account: AccountId,
    behind: &[(FeedKey, Seq)],
    room: usize,
) -> Result<Vec<Read>, StoreError> {
    let mut pages = Vec::new();
    let mut left = room;
    for (feed, sent) in behind {
        if let FeedKey::Conversation(conversation) = feed
            && reader.member(*conversation, account)?.is_none()
        {
            continue;
        }
        let newest = reader.head(*feed)?.seq;
        let page = Page {
            entries: PAGE_ENTRIES,
            bytes: left,
        };
        let entries = reader.entries_after(*feed, *sent, page)?;
        let (upto, frames) = match encode_entries(feed.feed(), &entries) {
            Some(encoded) => (encoded.last, encoded.frames),
            None => (newest, Bytes::new()),
        };
        left = left.saturating_sub(frames.len());
        pages.push(Read {
            feed: *feed,
            after: *sent,
            frames,
            upto,
            newest,
        });
        if left < PAGE_BYTES {
            break;
        }
    }
    Ok(pages)
}

/// How many bytes a summary takes, roughly.
fn summary_size(about: &ConversationSummary) -> usize {
    let variable = match &about.about {
        ConversationKind::Room { name, topic } => name.len() + topic.len(),
        ConversationKind::Direct { members } => members.len() * size_of::<AccountId>(),
    };
    variable + 160
}

/// What a screen shows of a conversation, and from where on its entries are sent.
fn summary(
    reader: &Reader,
    id: ConversationId,
    account: AccountId,
    mark: ReadMark,
    cursor: Option<Seq>,
    newest: u32,
) -> Result<Option<ConversationSummary>, StoreError> {
    let Some(record) = reader.conversation(id)? else {
        return Ok(None);
    };
    let head = reader.head(FeedKey::Conversation(id))?;
    let without_cursor = Seq(head
        .seq
        .0
        .saturating_sub(u64::from(newest.min(SYNC_ENTRIES))));
    let after = match cursor {
        // A cursor beyond the end comes of a store that was set back: begin anew.
        Some(cursor) if cursor > head.seq => without_cursor,
        Some(cursor) if head.seq.0 - cursor.0 > u64::from(SYNC_ENTRIES) => without_cursor,
        Some(cursor) => cursor,
        None => without_cursor,
    };
    // Nothing of what was there before the joining, where the room says so.
    let after = match reader.member(id, account)? {
        Some(member) => after.max(floor(&record, member)),
        None => after,
    };
    let about = match record.room {
        Some(name) => ConversationKind::Room {
            name,
            topic: record.topic,
        },
        None => ConversationKind::Direct {
            members: reader.members_after(id, AccountId(0), usize::MAX)?,
        },
    };
    Ok(Some(ConversationSummary {
        conversation: id,
        about,
        members: record.members,
        seq: head.seq,
        posts: head.posts,
        read: mark.seq,
        read_posts: mark.posts,
        after,
    }))
}

impl Handler<CatchUp> for Session {
    type Result = ();

    fn handle(&mut self, _: CatchUp, ctx: &mut Self::Context) {
        self.catch_up(ctx);
    }
}

impl Handler<MembershipChanged> for Session {
    type Result = ();

    fn handle(&mut self, changed: MembershipChanged, ctx: &mut Self::Context) {
        if let Some(left) = self.memberships.changed(changed.0) {
            self.unfollow(left);
            self.follow_new(ctx);
        }
    }
}
