//! Sessions: one actor for each connection.
//!
//! In reading order: [`state`] says which request fits when, [`requests`] carries requests out, one file a
//! group; [`answers`], [`faults`] and [`refusals`] are what goes back. [`outbox`] is what waits to be written
//! and [`writing`] how it is, [`fanout`] who follows what, [`memberships`] which of its account's comings and
//! goings concern it, [`following`] how a session catches up, [`deadlines`] when it is looked at whether
//! somebody is there, and [`worker`] the actor that brings the sessions of its thread what happened
//! elsewhere. This file is the
//! shell: the life of a connection. Tier 3: it asks the registry, the journal and the store, and nobody asks
//! it.

pub(crate) mod state;
pub(crate) mod requests;
pub(crate) mod answers;
pub(crate) mod faults;
mod refusals;
pub(crate) mod outbox;
pub(crate) mod writing;
pub(crate) mod fanout;
mod memberships;
mod following;
pub(crate) mod deadlines;
pub(crate) mod worker;

use crate::net::connection::{Accepted, Place, Socket};
use crate::net::inbound::{Gate, Inbound};
use crate::registry::messages::SessionEnded;
use crate::room::messages::MembershipChange;
use crate::store::{CommitNumber, FeedKey, Reader, StoreError};
use actix::{
    Actor, ActorContext, ActorFutureExt, AsyncContext, Context, Handler, Message, StreamHandler,
    WrapFuture,
};
use bytes::BytesMut;
use chat_shared::frame::{decode, decode_request};
use chat_shared::scram::{Binding, ServerChallenge};
use chat_shared::{AccountId, DeviceId, Envelope, Event, Fault, RequestId, StreamId};
use fanout::Subscription;
use following::Wants;
use memberships::Memberships;
use outbox::Outbox;
use rustc_hash::FxHashMap;
use serde::Deserialize;
use state::Phase;
use std::cell::Cell;
use std::rc::Rc;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpStream, UnixStream};
use worker::{SessionHandle, Shared};
use writing::Writing;

/// Messages in the mailbox; each sender has one place more.
const MAILBOX: usize = 1024;
/// A last frame has this long to be read.
const CLOSE_DEADLINE: Duration = Duration::from_secs(2);
/// Label of the exporter that binds a login to its TLS connection (RFC 9266).
const EXPORTER_LABEL: &[u8] = b"EXPORTER-Channel-Binding";

/// Who is at the other end.
#[derive(Debug)]
pub(crate) struct Peer {
    /// What a login is bound to.
    pub(crate) binding: Binding,
    /// Whether it may administer, or else what to tell it.
    pub(crate) administers: Result<(), String>,
    pub(crate) place: Place,
}

/// Who is signed in.
#[derive(Clone, Debug)]
pub(crate) struct Person {
    pub(crate) account: AccountId,
    pub(crate) device: Option<DeviceId>,
    pub(crate) stream: Option<StreamId>,
    /// Whether this connection proved the password, and not a token.
    pub(crate) by_password: bool,
}

/// A login that waits for the client's proof.
pub(crate) struct Login {
    pub(crate) challenge: ServerChallenge,
    pub(crate) name: String,
    /// The verifier was read as this commit left it.
    pub(crate) read_at: CommitNumber,
    /// The account, where there is one.
    pub(crate) account: Option<AccountId>,
}

/// The actor.
pub(crate) struct Session {
    shared: Rc<Shared>,
    handle: Rc<SessionHandle>,
    peer: Peer,
    phase: Phase,
    login: Option<Login>,
    failed_logins: u32,
    person: Option<Person>,
    wants: Wants,
    subscriptions: FxHashMap<FeedKey, Rc<Subscription>>,
    memberships: Memberships,
    is_catching_up: bool,
    /// A stranger that has not signed in by then is shown out.
    sign_in_by: Instant,
    last_heard: Instant,
    asked_whether_there: bool,
}

/// To a session: entries wait for it in the store.
#[derive(Debug, Message)]
#[rtype(result = "()")]
pub(crate) struct CatchUp;

/// To a session: its account came into a conversation, or left it.
#[derive(Debug, Message)]
#[rtype(result = "()")]
pub(crate) struct MembershipChanged(pub(crate) MembershipChange);

/// To a session: it is time to look whether somebody is there.
#[derive(Debug, Message)]
#[rtype(result = "()")]
pub(crate) struct Look;

/// To a session: say this, and end.
#[derive(Debug, Message)]
#[rtype(result = "()")]
pub(crate) struct Close(pub(crate) Fault);

/// To a session: its connection can no longer be written to.
#[derive(Debug, Message)]
#[rtype(result = "()")]
struct Gone;

/// What those are told who would administer over the network.
fn elsewhere() -> Result<(), String> {
    Err("administering needs the daemon's Unix socket: use chatctl on its machine".into())
}

/// From an accepted socket to a session: TLS where that is due, within the deadline.
pub(crate) async fn greet(shared: Rc<Shared>, accepted: Accepted) {
    let Accepted { socket, place } = accepted;
    let deadline = Duration::from_secs(shared.house.config.limits.handshake_secs);
    match socket {
        Socket::Plain(stream) => {
            let Ok(stream) = TcpStream::from_std(stream) else {
                return;
            };
            let peer = Peer {
                binding: Binding::None,
                administers: elsewhere(),
                place,
            };
            let (read, write) = stream.into_split();
            Session::start_session(shared, read, write, peer);
        }
        Socket::Local(stream, administers) => {
            let Ok(stream) = UnixStream::from_std(stream) else {
                return;
            };
            let peer = Peer {
                binding: Binding::None,
                administers,
                place,
            };
            let (read, write) = stream.into_split();
            Session::start_session(shared, read, write, peer);
        }
        Socket::Tls(stream, config) => {
            let Ok(stream) = TcpStream::from_std(stream) else {
                return;
            };
            let handshake = tokio_rustls::TlsAcceptor::from(config).accept(stream);
            let stream = match tokio::time::timeout(deadline, handshake).await {
                Ok(Ok(stream)) => stream,
                Ok(Err(error)) => {
                    tracing::debug!(address = ?place.address, %error, "a TLS handshake failed");
                    return;
                }
                Err(_) => {
                    tracing::debug!(address = ?place.address, "a TLS handshake took too long");
                    return;
                }
            };
            let exported =
                stream
                    .get_ref()
                    .1
                    .export_keying_material([0; 32], EXPORTER_LABEL, Some(&[]));
            let Ok(exported) = exported else { return };
            let binding = Binding::TlsExporter(exported.to_vec());
            let peer = Peer {
                binding,
                administers: elsewhere(),
                place,
            };
            let (read, write) = tokio::io::split(stream);
            Session::start_session(shared, read, write, peer);
        }
    }
}

impl Session {
    fn start_session(
        shared: Rc<Shared>,
        read: impl AsyncRead + Unpin + 'static,
        write: impl AsyncWrite + Unpin + 'static,
        peer: Peer,
    ) {
        let limits = &shared.house.config.limits;
        let outbox = Rc::new(Outbox::new(limits.outbound_bytes, shared.turn.clone()));
        // The limits before login are for strangers, and the kernel says that this is none.
        let frame_limit = match peer.administers.is_ok() {
            true => limits.frame_bytes,
            false => limits.frame_before_login_bytes,
        };
        let gate = Rc::new(Gate::new(outbox.clone(), frame_limit));
        let inbound = Inbound::new(
            read,
            gate.clone(),
            limits.requests_per_sec,
            limits.request_burst,
        );
        let now = Instant::now();
        let sign_in_by = now + Duration::from_secs(limits.login_secs);
        let look_first_at = sign_in_by.min(now + Duration::from_secs(limits.idle_ping_secs));
        Self::create(|ctx| {
            ctx.set_mailbox_capacity(MAILBOX);
            Self::add_stream(inbound, ctx);
            let addr = ctx.address();
            let drained_addr = addr.clone();
            let drained_gate = gate.clone();
            let writing = Writing::new(write, move |was_lagging| {
                drained_gate.wake();
                if was_lagging {
                    #[expect(
                        clippy::disallowed_methods,
                        reason = "one for each time that the outbox was found full: it must arrive"
                    )]
                    drained_addr.do_send(CatchUp);
                }
            });
            let gone = addr.clone();
            let written = outbox.clone().write(writing);
            actix_rt::spawn(async move {
                written.await;
                let _ = gone.try_send(Gone);
            });
            let id = shared.next_session();
            shared.look_at(id, look_first_at);
            let handle = Rc::new(SessionHandle {
                id,
                addr,
                outbox,
                gate,
                is_signed_in: Cell::new(false),
            });
            shared.sessions.borrow_mut().insert(id, handle.clone());
            Self {
                shared,
                handle,
                peer,
                phase: Phase::Greeting,
                login: None,
                failed_logins: 0,
                person: None,
                wants: Wants::default(),
                subscriptions: FxHashMap::default(),
                memberships: Memberships::default(),
                is_catching_up: false,
                sign_in_by,
                last_heard: now,
                asked_whether_there: false,
            }
        });
    }

    /// Answers a request.
    fn answer(&self, request: RequestId, event: Event) {
        self.handle.answer(request, event);
    }

    /// Answers a request that was not carried out.
    fn refuse(&self, request: RequestId, fault: Fault) {
        self.answer(request, Event::Fault { fault });
    }

    /// Says something by itself.
    fn say(&self, event: Event) {
        self.handle.outbox.push(answers::frame(RequestId(0), event));
    }

    /// Says why and ends, once that was read or the deadline has passed.
    fn close(&mut self, fault: Fault, ctx: &mut Context<Self>) {
        if self.phase != Phase::Closing {
            self.phase = Phase::Closing;
            self.say(Event::Fault { fault });
            self.handle.outbox.close();
            ctx.run_later(CLOSE_DEADLINE, |_, ctx| ctx.stop());
        }
    }

    /// Reads from the store on a blocking thread, then goes on here. What fails is answered.
    fn read<T: Send + 'static>(
        &self,
        ctx: &mut Context<Self>,
        request: RequestId,
        ask: impl FnOnce(&Reader) -> Result<Result<T, Fault>, StoreError> + Send + 'static,
        then: impl FnOnce(&mut Self, &mut Context<Self>, T) + 'static,
    ) {
        let store = self.shared.house.store.clone();
        let reading = tokio::task::spawn_blocking(move || store.read(ask));
        ctx.spawn(
            reading
                .into_actor(self)
                .map(move |read, session, ctx| match read {
                    Ok(Ok(Ok(found))) => then(session, ctx, found),
                    Ok(Ok(Err(fault))) => session.refuse(request, fault),
                    Ok(Err(error)) => session.refuse(request, faults::store(&error)),
                    Err(error) => session.refuse(request, faults::internal("reading", &error)),
                }),
        );
    }

    /// As [`Session::read`], but here and now if it `is_little`: for some tens of rows the hand-over to a
    /// blocking thread and back costs more than the reading.
    fn read_as_fits<T: Send + 'static>(
        &mut self,
        ctx: &mut Context<Self>,
        request: RequestId,
        is_little: bool,
        ask: impl FnOnce(&Reader) -> Result<Result<T, Fault>, StoreError> + Send + 'static,
        then: impl FnOnce(&mut Self, &mut Context<Self>, T) + 'static,
    ) {
        if !is_little {
            return self.read(ctx, request, ask, then);
        }
        match self.look_up(ask) {
            Ok(found) => then(self, ctx, found),
            Err(fault) => self.refuse(request, fault),
        }
    }

    /// Reads a few rows by their keys from the store, here and now: on a blocking thread the hand-over and
    /// back would cost five times what the reading does.
    fn look_up<T>(
        &self,
        ask: impl FnOnce(&Reader) -> Result<Result<T, Fault>, StoreError>,
    ) -> Result<T, Fault> {
        match self.shared.house.store.read(ask) {
            Ok(found) => found,
            Err(error) => Err(faults::store(&error)),
        }
    }

    /// As [`Session::read`], for what nobody asked for: what fails ends the session, which comes back.
    fn read_quietly<T: Send + 'static>(
        &self,
        ctx: &mut Context<Self>,
        ask: impl FnOnce(&Reader) -> Result<T, StoreError> + Send + 'static,
        then: impl FnOnce(&mut Self, &mut Context<Self>, T) + 'static,
    ) {
        let store = self.shared.house.store.clone();
        let reading = tokio::task::spawn_blocking(move || store.read(ask));
        ctx.spawn(
            reading
                .into_actor(self)
                .map(move |read, session, ctx| match read {
                    Ok(Ok(found)) => then(session, ctx, found),
                    Ok(Err(error)) => session.close(faults::store(&error), ctx),
                    Err(error) => session.close(faults::internal("reading", &error), ctx),
                }),
        );
    }

    /// Waits for something from another part of the daemon, then goes on here.
    fn after<T: 'static>(
        &self,
        ctx: &mut Context<Self>,
        request: RequestId,
        waiting: impl Future<Output = Result<T, tokio::sync::oneshot::error::RecvError>> + 'static,
        then: impl FnOnce(&mut Self, &mut Context<Self>, T) + 'static,
    ) {
        ctx.spawn(
            waiting
                .into_actor(self)
                .map(move |told, session, ctx| match told {
                    Ok(told) => then(session, ctx, told),
                    Err(_) => session.refuse(request, faults::busy()),
                }),
        );
    }

    /// Ends a connection that did not sign in in time, or is silent for too long; asks one that is silent
    /// whether somebody is there.
    fn look(&mut self, ctx: &mut Context<Self>) {
        let limits = &self.shared.house.config.limits;
        let now = Instant::now();
        let silent = now.duration_since(self.last_heard);
        let ask_after = Duration::from_secs(limits.idle_ping_secs);
        let end_after = Duration::from_secs(limits.idle_timeout_secs);
        let is_signing_in = matches!(self.phase, Phase::Greeting | Phase::Welcomed)
            && self.peer.administers.is_err();
        let again = if self.phase == Phase::Closing {
            return;
        } else if is_signing_in && now >= self.sign_in_by {
            let text = format!("sign in within {} s", limits.login_secs);
            return self.close(faults::timed_out(&text), ctx);
        } else if is_signing_in {
            self.sign_in_by.min(now + ask_after)
        } else if silent < ask_after {
            self.last_heard + ask_after
        } else if !self.asked_whether_there {
            self.asked_whether_there = true;
            self.say(Event::AreYouThere {});
            now + end_after.saturating_sub(ask_after)
        } else {
            let text = format!("nothing was heard from you for {} s", silent.as_secs());
            return self.close(faults::timed_out(&text), ctx);
        };
        self.shared.look_at(self.handle.id, again);
    }

    fn take(&mut self, frame: &[u8], ctx: &mut Context<Self>) {
        self.last_heard = Instant::now();
        self.asked_whether_there = false;
        let Envelope { id, body } = match decode_request(frame) {
            Ok(envelope) => envelope,
            Err(error) => {
                self.handle.gate.taken(false);
                let id = decode::<OnlyId>(frame).map_or(RequestId(0), |only| only.id);
                self.refuse(id, faults::malformed(&error));
                return;
            }
        };
        self.handle.gate.taken(state::is_exclusive(&body));
        let administers = match &self.peer.administers {
            Ok(()) => Ok(()),
            Err(why) => Err(why.as_str()),
        };
        match state::admit(self.phase, &body, administers) {
            Ok(()) => requests::carry_out(self, id, body, ctx),
            Err(fault) => self.refuse(id, fault),
        }
    }
}

/// What can be read of a request whose rest cannot.
#[derive(Deserialize)]
struct OnlyId {
    id: RequestId,
}

impl Actor for Session {
    type Context = Context<Self>;

    fn started(&mut self, _: &mut Self::Context) {
        let secs = self.shared.house.connections.load(Ordering::Relaxed);
        tracing::trace!(connections = secs, "a connection became a session");
    }
}

impl StreamHandler<std::io::Result<BytesMut>> for Session {
    fn handle(&mut self, frame: std::io::Result<BytesMut>, ctx: &mut Self::Context) {
        match frame {
            _ if self.phase == Phase::Closing => {}
            Ok(frame) => self.take(&frame, ctx),
            Err(error) if error.kind() == std::io::ErrorKind::InvalidData => {
                let limit = self.handle.gate.frame_limit();
                self.close(faults::frame_too_long(limit), ctx);
            }
            Err(_) => ctx.stop(),
        }
    }

    fn finished(&mut self, ctx: &mut Self::Context) {
        // The client is done sending; what waits for it may still be read, such as the last fault.
        self.phase = Phase::Closing;
        self.handle.outbox.close();
        ctx.run_later(CLOSE_DEADLINE, |_, ctx| ctx.stop());
    }
}

impl Handler<Close> for Session {
    type Result = ();

    fn handle(&mut self, close: Close, ctx: &mut Self::Context) {
        self.close(close.0, ctx);
    }
}

impl Handler<Look> for Session {
    type Result = ();

    fn handle(&mut self, _: Look, ctx: &mut Self::Context) {
        self.look(ctx);
    }
}

impl Handler<Gone> for Session {
    type Result = ();

    fn handle(&mut self, _: Gone, ctx: &mut Self::Context) {
        ctx.stop();
    }
}

impl Drop for Session {
    /// Also after a panic, which ends this session only.
    fn drop(&mut self) {
        if std::thread::panicking() {
            tracing::error!(session = self.handle.id.0, "a session panicked");
        }
        for (feed, subscription) in self.subscriptions.drain() {
            self.shared.unsubscribe(feed, &subscription);
        }
        self.shared.sessions.borrow_mut().remove(&self.handle.id);
        self.handle.outbox.close();
        if self.person.is_some() {
            let ended = SessionEnded {
                session: self.shared.key(self.handle.id),
            };
            if self.shared.registry.try_send(ended).is_err() {
                tracing::error!("the registry does not take the end of a session");
            }
        }
    }
}
