//! Who follows which feed on one thread, and up to where each has got: the rules of delivery, without
//! clock or I/O.
//!
//! A subscription is *live* while its connection has been given everything; then a new entry goes straight
//! into its outbox. It is *behind* while it still reads from the store, because it has just begun, lagged,
//! or an entry was missed: then new entries only move the feed's newest number, and it is live again once
//! it has read up to there. So each entry arrives once, in order, whoever is slow.

use super::outbox::Outbox;
use crate::journal::SessionId;
use crate::room::messages::Whom;
use crate::store::FeedKey;
use bytes::Bytes;
use chat_shared::{AccountId, Seq};
use rustc_hash::FxHashMap;
use std::cell::Cell;
use std::rc::Rc;

/// Who follows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Follower {
    pub(crate) session: SessionId,
    pub(crate) account: AccountId,
}

/// One session's subscription to one feed.
pub(crate) struct Subscription {
    follower: Follower,
    outbox: Rc<Outbox>,
    sent: Cell<Seq>,
    live: Cell<bool>,
    /// Whether it is known from where on to send.
    started: Cell<bool>,
    /// The newest entry when it was started: up to there it is known that they may read.
    since: Cell<Seq>,
}

impl Subscription {
    /// The newest entry that was put into the outbox.
    pub(crate) fn sent(&self) -> Seq {
        self.sent.get()
    }

    /// Whether it has to read from the store.
    pub(crate) fn is_behind(&self) -> bool {
        self.started.get() && !self.live.get()
    }

    /// Where to go on: a client's cursor, before the first entry is sent; and where the feed ended then.
    pub(crate) fn start_after(&self, seq: Seq, newest: Seq) {
        self.sent.set(seq);
        self.since.set(newest);
        self.live.set(false);
        self.started.set(true);
    }
}

#[derive(Default)]
struct Followers {
    newest: Seq,
    subscriptions: Vec<Rc<Subscription>>,
}

/// All subscriptions of one thread.
#[derive(Default)]
pub(crate) struct Fanout {
    feeds: FxHashMap<FeedKey, Followers>,
}

impl Fanout {
    /// Follows a feed; nothing is sent before [`Subscription::start_after`] says from where on.
    pub(crate) fn subscribe(
        &mut self,
        feed: FeedKey,
        follower: Follower,
        outbox: Rc<Outbox>,
    ) -> Rc<Subscription> {
        let subscription = Rc::new(Subscription {
            follower,
            outbox,
            sent: Cell::new(Seq(0)),
            live: Cell::new(false),
            started: Cell::new(false),
            since: Cell::new(Seq(0)),
        });
        self.feeds
            .entry(feed)
            .or_default()
            .subscriptions
            .push(subscription.clone());
        subscription
    }

    /// Follows it no longer. Whether nobody of this thread does.
    pub(crate) fn unsubscribe(&mut self, feed: FeedKey, subscription: &Rc<Subscription>) -> bool {
        let Some(followers) = self.feeds.get_mut(&feed) else {
            return false;
        };
        let place = followers
            .subscriptions
            .iter()
            .position(|other| Rc::ptr_eq(other, subscription));
        if let Some(place) = place {
            followers.subscriptions.swap_remove(place);
        }
        let is_empty = followers.subscriptions.is_empty();
        if is_empty {
            self.feeds.remove(&feed);
        }
        is_empty
    }

    /// New entries of a feed. Those who miss something are given to `catch_up`: they are to read it.
    /// A lagging connection is not among them; it reads when its outbox is empty.
    pub(crate) fn deliver(
        &mut self,
        feed: FeedKey,
        first: Seq,
        last: Seq,
        frames: &Bytes,
        mut catch_up: impl FnMut(SessionId),
    ) {
        let Some(followers) = self.feeds.get_mut(&feed) else {
            return;
        };
        followers.newest = followers.newest.max(last);
        for subscription in &followers.subscriptions {
            let sent = subscription.sent.get();
            if !subscription.live.get() || sent >= last {
                continue;
            }
            if sent.next() != first {
                subscription.live.set(false);
                catch_up(subscription.follower.session);
            } else if subscription.outbox.offer(frames.clone()).is_ok() {
                subscription.sent.set(last);
            } else {
                subscription.live.set(false);
            }
        }
    }

    /// A subscription read up to here from a snapshot in which this was the newest entry; live again
    /// if nothing came since.
    pub(crate) fn advance(
        &self,
        feed: FeedKey,
        subscription: &Subscription,
        upto: Seq,
        newest: Seq,
    ) {
        subscription.sent.set(upto);
        let known = self
            .feeds
            .get(&feed)
            .map_or(Seq(0), |followers| followers.newest);
        subscription.live.set(upto >= newest && upto >= known);
    }

    /// Sends nothing more of a feed to a session, which is about to unsubscribe.
    pub(crate) fn mute(&self, feed: FeedKey, session: SessionId) {
        self.mute_where(feed, |subscription| {
            subscription.follower.session == session
        });
    }

    /// Sends nothing more of a feed to the sessions of an account that left by an entry up to `last`, and
    /// are about to unsubscribe. One that began later is of somebody who came back.
    pub(crate) fn mute_account(&self, feed: FeedKey, account: AccountId, last: Seq) {
        self.mute_where(feed, |subscription| {
            subscription.follower.account == account && subscription.since.get() < last
        });
    }

    fn mute_where(&self, feed: FeedKey, is_meant: impl Fn(&Subscription) -> bool) {
        let followers = self.feeds.get(&feed);
        for subscription in followers
            .into_iter()
            .flat_map(|followers| &followers.subscriptions)
        {
            if is_meant(subscription) {
                subscription.live.set(false);
                subscription.started.set(false);
            }
        }
    }

    /// Something that may be lost, for those who follow a feed and are meant. Not for who is about to
    /// unsubscribe, or has yet to be told what there is.
    pub(crate) fn signal(&self, feed: FeedKey, frame: &Bytes, whom: &Whom) {
        if let Some(followers) = self.feeds.get(&feed) {
            for subscription in &followers.subscriptions {
                if subscription.started.get() && whom.includes(subscription.follower.account) {
                    subscription.outbox.signal(frame.clone());
                }
            }
        }
    }

    /// Whether anybody follows a feed.
    pub(crate) fn is_followed(&self, feed: FeedKey) -> bool {
        self.feeds.contains_key(&feed)
    }

    /// The sessions that follow a feed and did not know of this entry when they began: all but those whose
    /// sync read it already.
    pub(crate) fn sessions_before(&self, feed: FeedKey, seq: Seq) -> Vec<SessionId> {
        let followers = self
            .feeds
            .get(&feed)
            .map(|followers| &followers.subscriptions);
        followers
            .into_iter()
            .flatten()
            .filter(|subscription| subscription.since.get() < seq)
            .map(|subscription| subscription.follower.session)
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const FEED: FeedKey = FeedKey::House;

    fn follower(session: u64) -> Follower {
        Follower {
            session: SessionId(session),
            account: AccountId(session),
        }
    }

    struct Scene {
        fanout: Fanout,
        outbox: Rc<Outbox>,
        subscription: Rc<Subscription>,
    }

    impl Scene {
        fn new(limit: usize) -> Self {
            let mut fanout = Fanout::default();
            let outbox = Rc::new(Outbox::new(limit, Rc::default()));
            let subscription = fanout.subscribe(FEED, follower(1), outbox.clone());
            subscription.start_after(Seq(0), Seq(0));
            Self {
                fanout,
                outbox,
                subscription,
            }
        }

        /// Delivers entries; how many sessions are to catch up at once.
        fn deliver(&mut self, first: u64, last: u64) -> usize {
            let mut behind = 0;
            let frame = Bytes::from_static(&[0; 10]);
            self.fanout
                .deliver(FEED, Seq(first), Seq(last), &frame, |_| behind += 1);
            behind
        }
    }

    #[test]
    fn what_comes_while_reading_is_read_too_before_it_is_live() {
        let mut scene = Scene::new(1000);
        assert_eq!(scene.deliver(5, 6), 0);
        scene
            .fanout
            .advance(FEED, &scene.subscription, Seq(4), Seq(4));
        assert!(scene.subscription.is_behind(), "5 and 6 came meanwhile");
        scene
            .fanout
            .advance(FEED, &scene.subscription, Seq(6), Seq(6));
        assert!(!scene.subscription.is_behind());
        scene.deliver(7, 7);
        assert_eq!(scene.subscription.sent(), Seq(7));
    }

    #[test]
    fn what_was_read_already_is_not_sent_again() {
        let mut scene = Scene::new(1000);
        scene
            .fanout
            .advance(FEED, &scene.subscription, Seq(9), Seq(9));
        let room = scene.outbox.room();
        scene.deliver(8, 9);
        assert_eq!(scene.outbox.room(), room);
        assert_eq!(scene.subscription.sent(), Seq(9));
    }

    #[test]
    fn a_gap_or_an_overlap_makes_it_catch_up_at_once() {
        let mut scene = Scene::new(1000);
        scene
            .fanout
            .advance(FEED, &scene.subscription, Seq(3), Seq(3));
        assert_eq!(scene.deliver(5, 5), 1);
        assert!(scene.subscription.is_behind());
        scene
            .fanout
            .advance(FEED, &scene.subscription, Seq(5), Seq(5));
        assert_eq!(
            scene.deliver(4, 6),
            1,
            "only 6 is new, but the frame holds all three"
        );
    }

    #[test]
    fn who_left_is_sent_nothing_more_unless_they_came_back() {
        let mut scene = Scene::new(1000);
        scene.subscription.start_after(Seq(4), Seq(7));
        scene
            .fanout
            .advance(FEED, &scene.subscription, Seq(7), Seq(7));
        // They left by 5 and joined by 7: this began when that was on disk.
        scene.fanout.mute_account(FEED, AccountId(1), Seq(7));
        scene.deliver(8, 8);
        assert_eq!(scene.subscription.sent(), Seq(8));
        scene.fanout.mute_account(FEED, AccountId(1), Seq(9));
        scene.deliver(9, 9);
        assert_eq!(scene.subscription.sent(), Seq(8));
        assert!(!scene.subscription.is_behind(), "nor is it read");
    }

    #[test]
    fn whose_sync_read_an_entry_is_not_told_of_it_again() {
        let mut scene = Scene::new(1000);
        scene.subscription.start_after(Seq(7), Seq(7));
        let outbox = scene.outbox.clone();
        // Of another session, which syncs just now: what it will have read is not known yet.
        scene.fanout.subscribe(FEED, follower(2), outbox);
        let told = |seq| scene.fanout.sessions_before(FEED, Seq(seq));
        assert_eq!(told(7), [SessionId(2)]);
        assert_eq!(told(8), [SessionId(1), SessionId(2)]);
    }

    #[test]
    fn signals_are_for_those_who_were_told_what_there_is_and_are_still_there() {
        let mut scene = Scene::new(1000);
        let room = scene.outbox.room();
        let signal = |scene: &Scene| {
            let frame = Bytes::from_static(&[0; 10]);
            scene.fanout.signal(FEED, &frame, &Whom::All);
        };
        signal(&scene);
        assert_eq!(scene.outbox.room(), room - 10);
        scene.fanout.mute(FEED, SessionId(1));
        signal(&scene);
        let outbox = scene.outbox.clone();
        scene.fanout.subscribe(FEED, follower(2), outbox);
        signal(&scene);
        assert_eq!(scene.outbox.room(), room - 10);
    }

    #[test]
    fn a_full_outbox_never_loses_an_entry() {
        let mut scene = Scene::new(15);
        scene
            .fanout
            .advance(FEED, &scene.subscription, Seq(0), Seq(0));
        assert_eq!(scene.deliver(1, 1), 0);
        assert_eq!(scene.deliver(2, 2), 0, "it reads when its outbox is empty");
        assert!(scene.subscription.is_behind());
        assert_eq!(scene.subscription.sent(), Seq(1));
    }

    #[test]
    fn a_room_that_was_made_again_tells_where_its_feed_ends() {
        let mut scene = Scene::new(1000);
        scene
            .fanout
            .advance(FEED, &scene.subscription, Seq(3), Seq(3));
        let nothing = Bytes::new();
        let mut behind = 0;
        scene
            .fanout
            .deliver(FEED, Seq(4), Seq(3), &nothing, |_| behind += 1);
        assert_eq!(behind, 0);
        scene
            .fanout
            .deliver(FEED, Seq(6), Seq(5), &nothing, |_| behind += 1);
        assert_eq!(behind, 1);
    }

    #[test]
    fn the_last_to_leave_is_told_so() {
        let mut scene = Scene::new(1000);
        let other = scene
            .fanout
            .subscribe(FEED, follower(2), scene.outbox.clone());
        assert!(!scene.fanout.unsubscribe(FEED, &scene.subscription));
        assert_eq!(scene.fanout.sessions_before(FEED, Seq(1)), [SessionId(2)]);
        assert!(scene.fanout.unsubscribe(FEED, &other));
    }
}
