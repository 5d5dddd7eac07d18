//! The loop that keeps a connection: connect, sign in, live, and again.

use super::backoff::{Backoff, jitter};
use super::live::{Kept, Live, Millis, Out};
use super::orders::not_written;
use super::{Failure, OnUpdate, Settings, channel, deliver, session::Session, sign_in};
use crate::command::{Command, Ticket};
use crate::model::{Connection, Me, Update};
use crate::state_dir::Credentials;
use chat_shared::{FaultCode, Timestamp};
use std::rc::Rc;
use std::time::Duration;
use tokio::sync::mpsc::UnboundedReceiver;
use tokio::time::{Instant, sleep_until};

/// Somebody who asks for something gets a try at once, but not more often than this.
const ASKED_PAUSE: Duration = Duration::from_secs(1);

/// Who was turned away is let in again by a person, not by a moment's patience.
const TURNED_AWAY_PAUSE: Duration = Duration::from_secs(60);

/// Whoever quits waits this long at the most for the answer to what they did just before.
const LEAVING: Duration = Duration::from_secs(1);

/// Why a connection ended.
enum End {
    Quit,
    Failed(Failure),
}

/// Keeps the connection of one account until [`Command::Quit`].
pub struct Engine {
    settings: Settings,
    credentials: Credentials,
    kept: Kept,
    commands: UnboundedReceiver<Command>,
    on_update: Rc<OnUpdate>,
    started: Instant,
    /// Whether what killed processes left was taken care of.
    has_adopted: bool,
}

impl Engine {
    /// Takes over the account's stream.
    pub fn new(
        settings: Settings,
        credentials: Credentials,
        kept: Kept,
        commands: UnboundedReceiver<Command>,
        on_update: OnUpdate,
    ) -> Self {
        Self {
            settings,
            credentials,
            kept,
            commands,
            on_update: Rc::new(on_update),
            started: Instant::now(),
            has_adopted: false,
        }
    }

    /// Runs until it is told to quit.
    pub async fn run(mut self) {
        let mut backoff = Backoff::default();
        for order in self.kept.stream.outbox.take_unknown() {
            let text = format!(
                "this device was signed in anew; nobody can tell whether this was carried out: {order:?}"
            );
            self.tell(Update::Notice {
                conversation: order.conversation(),
                text,
            });
        }
        loop {
            let to = self.settings.place.to_string();
            self.tell(Update::Connection(Connection::Connecting { to }));
            let failure = match self.connect().await {
                Ok((session, me)) => {
                    self.tell(Update::SignedIn(me));
                    match self.live(session, &mut backoff).await {
                        End::Quit => return,
                        End::Failed(failure) => failure,
                    }
                }
                Err(failure) => failure,
            };
            let mut pause = backoff.pause(jitter()).max(wanted_pause(&failure));
            let may_be_lifted = failure.may_be_lifted();
            if may_be_lifted {
                pause = pause.max(TURNED_AWAY_PAUSE.mul_f64(1.0 + jitter() / 4.0));
            }
            let is_quit = if may_be_lifted || failure.is_passing() {
                let retry_at = Timestamp(now().0 + millis(pause).cast_signed());
                let reason = reason(&failure);
                self.tell(Update::Connection(if may_be_lifted {
                    Connection::TurnedAway { reason, retry_at }
                } else {
                    Connection::Lost { reason, retry_at }
                }));
                self.wait(Some(Instant::now() + pause), may_be_lifted).await
            } else {
                self.tell(Update::Connection(ended(&failure)));
                self.wait(None, false).await
            };
            if is_quit {
                return;
            }
        }
    }

    async fn connect(&self) -> Result<(Session, Me), Failure> {
        let channel = channel::open(&self.settings.place, self.settings.pin).await?;
        let mut session = Session::greet(channel).await?;
        let me = sign_in::by_token(&mut session, &self.credentials).await?;
        Ok((session, me))
    }

    /// Without a connection: keeps what is ordered. Returns whether to quit. What is asked for brings a try
    /// forward, unless one was turned away.
    async fn wait(&mut self, until: Option<Instant>, is_turned_away: bool) -> bool {
        let soon = if is_turned_away {
            None
        } else {
            Some(Instant::now() + ASKED_PAUSE)
        };
        let sooner = |until: Instant| soon.map_or(until, |soon| until.min(soon));
        let mut until = until;
        loop {
            let pause = async {
                match until {
                    Some(until) => sleep_until(until).await,
                    None => std::future::pending().await,
                }
            };
            let command = tokio::select! {
                () = pause => return false,
                command = self.commands.recv() => command,
            };
            match command {
                None | Some(Command::Quit) => return true,
                Some(Command::RetryNow) => return false,
                Some(Command::Do(order)) => {
                    let outbox = &mut self.kept.stream.outbox;
                    let update = match outbox.put(order.clone()) {
                        Ok(nonce) => {
                            let ticket = Ticket {
                                stream: self.kept.stream.id,
                                nonce,
                            };
                            Update::Queued { ticket, order }
                        }
                        Err(error) => not_written(&order, &error),
                    };
                    self.tell(update);
                    until = until.map(sooner);
                }
                Some(Command::Typing { .. } | Command::FetchHistory { .. }) => {
                    until = until.map(sooner);
                }
                Some(Command::SetPresence { state }) => self.kept.presence = state,
                Some(Command::MarkRead { conversation, seq }) => {
                    self.kept.marks.read(conversation, seq);
                }
                Some(_) => {}
            }
        }
    }

    async fn live(&mut self, mut session: Session, backoff: &mut Backoff) -> End {
        let started = self.started;
        let clock = || millis(started.elapsed());
        let on_update = self.on_update.clone();
        let mut out = Vec::new();
        let mut live = Live::begin(&mut self.kept, &mut out);
        let mut leaving: Option<Instant> = None;
        loop {
            for next in std::mem::take(&mut out) {
                match next {
                    Out::Tell(update) => on_update(*update),
                    Out::Reconnect(reason) => return End::Failed(Failure::Lost(reason)),
                    Out::Ask(request, what) => match session.send(request).await {
                        Ok(id) => live.asked(id, what),
                        Err(failure) => return End::Failed(failure),
                    },
                }
            }
            if leaving.is_some() && live.is_heard() {
                return End::Quit;
            }
            if live.is_live() {
                backoff.reset();
                if !self.has_adopted {
                    self.has_adopted = true;
                    let (settings, credentials) = (self.settings.clone(), self.credentials.clone());
                    tokio::task::spawn_local(adopt(settings, credentials, on_update.clone()));
                }
            }
            let tick = async {
                match live.tick_at() {
                    Some(at) => sleep_until(started + Duration::from_millis(at)).await,
                    None => std::future::pending().await,
                }
            };
            let idle_at = session.idle_at();
            let patience = async {
                match leaving {
                    Some(until) => sleep_until(until).await,
                    None => std::future::pending().await,
                }
            };
            let kept_up = tokio::select! {
                () = patience => return End::Quit,
                received = session.receive() => match received {
                    Ok((id, event)) => session.keep_up(id, event).await,
                    Err(failure) => Err(failure),
                },
                () = sleep_until(idle_at) => session.idle().await.map(|()| None),
                () = tick => {
                    live.tick(clock(), &mut out);
                    continue;
                }
                command = self.commands.recv(), if leaving.is_none() => match command {
                    None | Some(Command::Quit) if live.is_live() => {
                        leaving = Some(Instant::now() + LEAVING);
                        live.leave(&mut out);
                        continue;
                    }
                    None | Some(Command::Quit) => return End::Quit,
                    Some(command) => {
                        live.command(command, clock(), &mut out);
                        continue;
                    }
                },
            };
            match kept_up {
                Ok(Some((id, event))) => live.take(id, event, clock(), &mut out),
                Ok(None) => {}
                Err(failure) => return End::Failed(failure),
            }
        }
    }

    fn tell(&self, update: Update) {
        (self.on_update)(update);
    }
}

/// Delivers what processes left behind that were killed, each stream on a connection of its own. What
/// does not succeed now stays for the next start.
async fn adopt(settings: Settings, credentials: Credentials, on_update: Rc<OnUpdate>) {
    let notice = |text: String| {
        on_update(Update::Notice {
            conversation: None,
            text,
        })
    };
    let orphans = match settings.folder.take_orphans(credentials.device) {
        Ok(orphans) => orphans,
        Err(error) => return notice(format!("could not look for unsent orders: {error}")),
    };
    for mut orphan in orphans {
        for order in orphan.outbox.take_unknown() {
            notice(format!(
                "nobody can tell whether this was carried out: {order:?}"
            ));
        }
        let delivered = async {
            let channel = channel::open(&settings.place, settings.pin).await?;
            let mut session = Session::greet(channel).await?;
            sign_in::by_token(&mut session, &credentials).await?;
            deliver::open(&mut session, &mut orphan).await?;
            deliver::drain(&mut session, &mut orphan, |answered| {
                if let Err(fault) = answered.outcome {
                    notice(format!(
                        "could not {}: {}",
                        answered.order.verb(),
                        fault.text
                    ));
                }
            })
            .await
        };
        let delivered: Result<(), Failure> = delivered.await;
        if let Err(failure) = delivered {
            notice(format!(
                "what another chatc left unsent waits on: {failure}"
            ));
        }
    }
}

/// Why, as people say it.
fn reason(failure: &Failure) -> String {
    match failure {
        Failure::Unreachable { error, .. } => error.clone(),
        Failure::Lost(reason) => reason.clone(),
        Failure::Refused(fault) if fault.code == FaultCode::AddressBanned => {
            "your address is banned: ask your administrator".to_owned()
        }
        Failure::Refused(fault) => fault.text.clone(),
        other => other.to_string(),
    }
}

/// What cannot be tried again by itself, with what to do.
fn ended(failure: &Failure) -> Connection {
    let code = match failure {
        Failure::Refused(fault) => Some(fault.code),
        _ => None,
    };
    let (todo, reason) = match code {
        Some(FaultCode::TokenInvalid) => (
            Some("/quit and start chatc again"),
            "this device was signed out".to_owned(),
        ),
        // Not tried again by itself: two screens would put one another out for ever.
        Some(FaultCode::SignedInElsewhere) => (
            Some("Ctrl-R: go on here"),
            "signed in elsewhere, which that ends".to_owned(),
        ),
        Some(FaultCode::TooManySessions) => (Some("Ctrl-R: try again"), reason(failure)),
        _ => (None, reason(failure)),
    };
    Connection::Ended { todo, reason }
}

fn wanted_pause(failure: &Failure) -> Duration {
    match failure {
        Failure::Refused(fault) => fault
            .retry_after_ms
            .map(Duration::from_millis)
            .unwrap_or_default(),
        _ => Duration::ZERO,
    }
}

fn millis(duration: Duration) -> Millis {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}

/// The wall clock.
pub fn now() -> Timestamp {
    Timestamp(jiff::Timestamp::now().as_millisecond())
}
