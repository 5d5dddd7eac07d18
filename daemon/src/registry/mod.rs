//! The registry: which accounts are online with which sessions, who is present, which rooms live, and
//! who has to wait before trying another password. One actor.
//!
//! [`messages`] is what it accepts, [`presence`] and [`crate::auth::throttle`] its rules. It also delivers
//! the feeds that belong to no room: those of accounts and of the house. Tier 2: it asks nobody who is
//! above the rooms. A panic here ends the process.

pub(crate) mod messages;
pub(crate) mod presence;

use crate::abort::AbortOnPanic;
use crate::auth::throttle::{Key, Throttle};
use crate::clock::now;
use crate::journal::{CommittedElsewhere, SessionKey, WorkerId};
use crate::room::messages::{
    Deliver, EndRoom, EndSession, Interest, MembershipChange, RoomDied, Signal, WorkerLink,
};
use crate::room::state::encode_entries;
use crate::room::{Room, RoomId, Start, Surroundings};
use crate::store::FeedKey;
use actix::{Actor, Addr, AsyncContext, Context, Handler};
use bytes::Bytes;
use chat_shared::frame::encode;
use chat_shared::limits::LIST_PAGE;
use chat_shared::{
    AccountId, ConversationId, DeviceId, Entry, EntryBody, Envelope, Event, Fault, FaultCode,
    Presence, RequestId, Timestamp,
};
use messages::{
    AskLogin, AskSessions, AskStatus, AskWho, CloseRoom, CloseRooms, LoginTried, OpenRooms,
    RegistryStatus, SessionEnded, SetPresence, SignedIn,
};
use presence::PresenceBoard;
use std::collections::{BTreeSet, HashMap, VecDeque};
use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

/// Changes of presence go out together after this time: short enough to look immediate.
const PRESENCE_EVERY: Duration = Duration::from_millis(250);
/// A worker that was too busy to be told is told again after this time.
const TELL_AGAIN: Duration = Duration::from_secs(1);
/// Whose access ended is remembered this long, for a sign-in that was on its way.
const ENDED_REMEMBERED_MS: i64 = 60_000;
/// Messages in the mailbox; each sender has one place more.
const MAILBOX: usize = 4096;

/// The actor.
pub(crate) struct Registry {
    around: Arc<Surroundings>,
    sessions: HashMap<SessionKey, Online>,
    accounts: HashMap<AccountId, BTreeSet<SessionKey>>,
    presence: PresenceBoard,
    presence_scheduled: bool,
    rooms: HashMap<ConversationId, LiveRoom>,
    last_incarnation: u64,
    throttle: Throttle,
    ended: VecDeque<(Timestamp, Ended)>,
}

#[derive(Clone, Copy, Debug)]
struct Online {
    account: AccountId,
    device: Option<DeviceId>,
}

struct LiveRoom {
    id: RoomId,
    addr: Addr<Room>,
    interested: BTreeSet<WorkerId>,
}

/// Whose access ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Ended {
    /// All sessions of an account.
    Account(AccountId),
    /// Those of a device.
    Device(DeviceId),
    /// Those of an account without a device, which signed in with the old password.
    Password(AccountId),
}

impl Ended {
    fn covers(self, online: Online) -> bool {
        match self {
            Ended::Account(account) => online.account == account,
            Ended::Device(device) => online.device == Some(device),
            Ended::Password(account) => online.account == account && online.device.is_none(),
        }
    }

    fn fault(self) -> Fault {
        match self {
            Ended::Account(_) => Fault::new(
                FaultCode::AccountDisabled,
                "this account was disabled: ask your administrator",
            ),
            Ended::Device(_) => Fault::new(
                FaultCode::TokenInvalid,
                "this device was revoked: sign in with name and password",
            ),
            Ended::Password(_) => Fault::new(
                FaultCode::SignInFailed,
                "the password was changed: sign in with the new one",
            ),
        }
    }
}

impl Registry {
    pub(crate) fn new(around: Arc<Surroundings>, throttle: Throttle) -> Self {
        Self {
            around,
            sessions: HashMap::new(),
            accounts: HashMap::new(),
            presence: PresenceBoard::default(),
            presence_scheduled: false,
            rooms: HashMap::new(),
            last_incarnation: 0,
            throttle,
            ended: VecDeque::new(),
        }
    }

    fn link(&self, worker: WorkerId) -> Option<&WorkerLink> {
        self.around.links.iter().find(|link| link.worker == worker)
    }

    /// Tells workers; who is too busy is told once more after a moment, of the numbers and of who came
    /// and left.
    fn deliver(
        &self,
        workers: impl Iterator<Item = WorkerId>,
        deliver: &Deliver,
        ctx: &mut Context<Self>,
    ) {
        for worker in workers {
            let Some(link) = self.link(worker) else {
                continue;
            };
            if link.deliver.try_send(deliver.clone()).is_err() {
                tracing::warn!(?worker, "a worker does not take entries");
                let again = Deliver {
                    feed: deliver.feed,
                    first: deliver.last.next(),
                    last: deliver.last,
                    frames: Bytes::new(),
                    changes: deliver.changes.clone(),
                    left: Vec::new(),
                    answers: Vec::new(),
                };
                ctx.run_later(TELL_AGAIN, move |registry, ctx| {
                    registry.deliver([worker].into_iter(), &again, ctx);
                });
            }
        }
    }

    fn deliver_house(&mut self, entries: &[Entry], ctx: &mut Context<Self>) {
        if let Some(encoded) = encode_entries(FeedKey::House.feed(), entries) {
            let deliver = Deliver {
                feed: FeedKey::House,
                first: encoded.first,
                last: encoded.last,
                frames: encoded.frames,
                changes: Vec::new(),
                left: Vec::new(),
                answers: Vec::new(),
            };
            self.deliver(
                self.around.links.iter().map(|link| link.worker),
                &deliver,
                ctx,
            );
        }
        for entry in entries {
            if let EntryBody::AccountEnabled { account, enabled } = entry.body {
                self.ended
                    .retain(|(_, ended)| *ended != Ended::Account(account));
                if !enabled {
                    self.end(Ended::Account(account));
                }
            }
        }
    }

    fn deliver_account(&mut self, account: AccountId, entries: &[Entry], ctx: &mut Context<Self>) {
        let feed = FeedKey::Account(account);
        if let Some(sessions) = self.accounts.get(&account)
            && let Some(encoded) = encode_entries(feed.feed(), entries)
        {
            let workers: BTreeSet<WorkerId> = sessions.iter().map(|key| key.worker).collect();
            let changes = entries.iter().filter_map(membership_change).collect();
            let deliver = Deliver {
                feed,
                first: encoded.first,
                last: encoded.last,
                frames: encoded.frames,
                changes,
                left: Vec::new(),
                answers: Vec::new(),
            };
            self.deliver(workers.into_iter(), &deliver, ctx);
        }
        for entry in entries {
            match entry.body {
                EntryBody::DeviceRevoked { device } => self.end(Ended::Device(device)),
                EntryBody::PasswordChanged {} => self.end(Ended::Password(account)),
                _ => {}
            }
        }
    }

    /// Ends sessions, and those whose sign-in is on its way.
    fn end(&mut self, ended: Ended) {
        let at = now();
        while self
            .ended
            .front()
            .is_some_and(|(then, _)| at.0 - then.0 > ENDED_REMEMBERED_MS)
        {
            self.ended.pop_front();
        }
        self.ended.push_back((at, ended));
        for (key, online) in &self.sessions {
            if ended.covers(*online) {
                self.end_session(*key, ended.fault());
            }
        }
    }

    fn end_session(&self, key: SessionKey, fault: Fault) {
        if let Some(link) = self.link(key.worker) {
            let _ = link.end.try_send(EndSession {
                session: key.session,
                fault,
            });
        }
    }

    fn schedule_presence(&mut self, ctx: &mut Context<Self>) {
        if self.presence.has_changes() && !self.presence_scheduled {
            self.presence_scheduled = true;
            ctx.run_later(PRESENCE_EVERY, |registry, _| registry.tell_presence());
        }
    }

    fn tell_presence(&mut self) {
        let _abort = AbortOnPanic("registry");
        self.presence_scheduled = false;
        let changes: Vec<Presence> = self.presence.take_changes();
        for people in changes.chunks(LIST_PAGE as usize) {
            let body = Event::PresenceChanged {
                people: people.to_vec(),
            };
            let frame = encode(&Envelope {
                id: RequestId(0),
                body,
            });
            for link in &self.around.links {
                let signal = Signal {
                    audience: FeedKey::House,
                    from: None,
                    frame: frame.clone(),
                };
                let _ = link.signal.try_send(signal);
            }
        }
    }

    fn open_room(&mut self, conversation: ConversationId, worker: WorkerId) -> Addr<Room> {
        let Some(room) = self.rooms.get_mut(&conversation) else {
            return self.start_room(conversation, BTreeSet::from([worker]), Start::First);
        };
        if room.interested.insert(worker) {
            let interest = Interest {
                worker,
                follows: true,
            };
            let _ = room.addr.try_send(interest);
        }
        if room.addr.connected() {
            return room.addr.clone();
        }
        // It died, and the word of that is still on its way.
        let interested = room.interested.clone();
        self.start_room(conversation, interested, Start::Again)
    }

    fn start_room(
        &mut self,
        conversation: ConversationId,
        interested: BTreeSet<WorkerId>,
        start: Start,
    ) -> Addr<Room> {
        self.last_incarnation += 1;
        let id = RoomId {
            conversation,
            incarnation: self.last_incarnation,
        };
        let addr = Room::open(id, interested.clone(), &self.around, start);
        let room = LiveRoom {
            id,
            addr: addr.clone(),
            interested,
        };
        self.rooms.insert(conversation, room);
        addr
    }

    fn login_keys(name: Option<String>, address: Option<IpAddr>) -> impl Iterator<Item = Key> {
        [name.map(Key::Name), address.map(Key::address)]
            .into_iter()
            .flatten()
    }
}

fn membership_change(entry: &Entry) -> Option<MembershipChange> {
    match entry.body {
        EntryBody::ConversationAdded { conversation } => {
            Some(MembershipChange::Added(conversation))
        }
        EntryBody::ConversationRemoved { conversation } => {
            Some(MembershipChange::Removed(conversation))
        }
        _ => None,
    }
}

impl Actor for Registry {
    type Context = Context<Self>;

    fn started(&mut self, ctx: &mut Self::Context) {
        ctx.set_mailbox_capacity(MAILBOX);
    }
}

impl Handler<CommittedElsewhere> for Registry {
    type Result = ();

    fn handle(&mut self, committed: CommittedElsewhere, ctx: &mut Self::Context) {
        let _abort = AbortOnPanic("registry");
        self.deliver_house(&committed.house, ctx);
        for (account, entries) in &committed.accounts {
            self.deliver_account(*account, entries, ctx);
        }
    }
}

impl Handler<AskLogin> for Registry {
    type Result = ();

    fn handle(&mut self, ask: AskLogin, _: &mut Self::Context) {
        let _abort = AbortOnPanic("registry");
        let at = now();
        let longest = Self::login_keys(ask.name, ask.address)
            .filter_map(|key| self.throttle.check(&key, at).err())
            .max();
        let _ = ask.reply.send(longest.map_or(Ok(()), Err));
    }
}

impl Handler<LoginTried> for Registry {
    type Result = ();

    fn handle(&mut self, tried: LoginTried, _: &mut Self::Context) {
        let _abort = AbortOnPanic("registry");
        let at = now();
        if tried.succeeded {
            if let Some(name) = tried.name {
                self.throttle.succeeded(&Key::Name(name));
            }
        } else {
            for key in Self::login_keys(tried.name, tried.address) {
                self.throttle.failed(key, at);
            }
        }
    }
}

impl Handler<SignedIn> for Registry {
    type Result = ();

    fn handle(&mut self, signed_in: SignedIn, _: &mut Self::Context) {
        let _abort = AbortOnPanic("registry");
        let SignedIn {
            session,
            account,
            device,
        } = signed_in;
        let online = Online { account, device };
        self.sessions.insert(session, online);
        self.accounts.entry(account).or_default().insert(session);
        let oldest = now().0 - ENDED_REMEMBERED_MS;
        // A password that was changed a moment ago ends those that signed in before: this one proved the
        // new one, unless it was read before the change; the same holds for a device of its own.
        let ended = self.ended.iter().filter(|(at, _)| at.0 > oldest);
        let hit = ended
            .map(|(_, ended)| *ended)
            .find(|ended| !matches!(ended, Ended::Password(_)) && ended.covers(online));
        if let Some(ended) = hit {
            self.end_session(session, ended.fault());
        }
    }
}

impl Handler<SessionEnded> for Registry {
    type Result = ();

    fn handle(&mut self, ended: SessionEnded, ctx: &mut Self::Context) {
        let _abort = AbortOnPanic("registry");
        let Some(online) = self.sessions.remove(&ended.session) else {
            return;
        };
        if let Some(sessions) = self.accounts.get_mut(&online.account) {
            sessions.remove(&ended.session);
            if sessions.is_empty() {
                self.accounts.remove(&online.account);
            }
        }
        self.presence.remove(online.account, ended.session);
        self.schedule_presence(ctx);
    }
}

impl Handler<SetPresence> for Registry {
    type Result = ();

    fn handle(&mut self, set: SetPresence, ctx: &mut Self::Context) {
        let _abort = AbortOnPanic("registry");
        if let Some(online) = self.sessions.get(&set.session) {
            self.presence.set(online.account, set.session, set.state);
            self.schedule_presence(ctx);
        }
    }
}

impl Handler<OpenRooms> for Registry {
    type Result = ();

    fn handle(&mut self, open: OpenRooms, _: &mut Self::Context) {
        let _abort = AbortOnPanic("registry");
        let rooms = open.conversations.into_iter();
        let opened = rooms
            .map(|room| (room, self.open_room(room, open.worker)))
            .collect();
        let _ = open.reply.send(opened);
    }
}

impl Handler<CloseRoom> for Registry {
    type Result = ();

    fn handle(&mut self, close: CloseRoom, _: &mut Self::Context) {
        let _abort = AbortOnPanic("registry");
        let Some(room) = self.rooms.get_mut(&close.conversation) else {
            return;
        };
        room.interested.remove(&close.worker);
        if room.interested.is_empty() {
            let _ = room.addr.try_send(EndRoom);
            self.rooms.remove(&close.conversation);
        } else {
            let _ = room.addr.try_send(Interest {
                worker: close.worker,
                follows: false,
            });
        }
    }
}

impl Handler<RoomDied> for Registry {
    type Result = ();

    fn handle(&mut self, died: RoomDied, _: &mut Self::Context) {
        let _abort = AbortOnPanic("registry");
        let conversation = died.room.conversation;
        // Another may have taken its place already.
        if self
            .rooms
            .get(&conversation)
            .is_some_and(|room| room.id == died.room)
            && let Some(room) = self.rooms.remove(&conversation)
        {
            tracing::error!(%conversation, "a room died and is made again");
            self.start_room(conversation, room.interested, Start::Again);
        }
    }
}

impl Handler<AskWho> for Registry {
    type Result = ();

    fn handle(&mut self, ask: AskWho, _: &mut Self::Context) {
        let _abort = AbortOnPanic("registry");
        let _ = ask.0.send(self.presence.here());
    }
}

impl Handler<AskSessions> for Registry {
    type Result = ();

    fn handle(&mut self, ask: AskSessions, _: &mut Self::Context) {
        let _abort = AbortOnPanic("registry");
        let accounts = ask.accounts.iter();
        let count = |id: &AccountId| self.accounts.get(id).map_or(0, |keys| keys.len() as u64);
        let _ = ask.reply.send(accounts.map(count).collect());
    }
}

impl Handler<AskStatus> for Registry {
    type Result = ();

    fn handle(&mut self, ask: AskStatus, _: &mut Self::Context) {
        let _abort = AbortOnPanic("registry");
        let _ = ask.0.send(RegistryStatus {
            sessions: self.sessions.len() as u64,
            online: self.presence.count() as u64,
            rooms: self.rooms.len() as u64,
        });
    }
}

impl Handler<CloseRooms> for Registry {
    type Result = ();

    fn handle(&mut self, close: CloseRooms, _: &mut Self::Context) {
        let _abort = AbortOnPanic("registry");
        for (_, room) in self.rooms.drain() {
            let _ = room.addr.try_send(EndRoom);
        }
        let _ = close.0.send(());
    }
}
