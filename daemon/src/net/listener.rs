//! The listener: accepts connections and hands them to the workers in turn. Tier 3, one task per socket.
//!
//! Nothing is awaited between two accepts: a handshake that stalls costs its own deadline and nobody
//! else's.

use super::connection::{Accepted, Places, Socket};
use super::peer::PeerRights;
use super::tls::Identity;
use crate::abort::AbortOnPanic;
use crate::clock::now;
use crate::registry::Order;
use crate::session::faults;
use actix::Recipient;
use chat_shared::frame::encode;
use chat_shared::{Envelope, Event, RequestId};
use std::cell::Cell;
use std::io::Write;
use std::net::IpAddr;
use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::{TcpListener, UnixListener};

/// After an error of `accept` (too many open files, say) this long passes before the next.
const PAUSE_AFTER_ERROR: Duration = Duration::from_millis(100);

/// Hands accepted connections to workers.
pub(crate) struct Door {
    pub(crate) workers: Vec<Recipient<Accepted>>,
    pub(crate) next: Cell<usize>,
    pub(crate) places: Arc<Places>,
    /// From where no connections are taken.
    pub(crate) order: Arc<Order>,
    /// Connections that were closed for that.
    pub(crate) turned_away: Cell<u64>,
    /// The certificate now; another one after a reload.
    pub(crate) identity: Arc<Identity>,
    /// Who may administer over the Unix socket.
    pub(crate) rights: PeerRights,
}

impl Door {
    /// Accepts TLS, or plain TCP where `plain`, for ever.
    pub(crate) async fn serve_tcp(self: Rc<Self>, listener: TcpListener, plain: bool) {
        let _abort = AbortOnPanic("listener");
        loop {
            let (stream, address) = match listener.accept().await {
                Ok(accepted) => accepted,
                Err(error) => {
                    self.pause(&error).await;
                    continue;
                }
            };
            if self.order.bans.cover(address.ip(), now()) {
                self.turn_away(address.ip());
                continue;
            }
            // Messages are small and people wait for them; batches are gathered here, not in the kernel.
            let _ = stream.set_nodelay(true);
            let Ok(mut stream) = stream.into_std() else {
                continue;
            };
            let place = match self.places.take(Some(address.ip().to_canonical())) {
                Ok(place) => place,
                Err(full) => {
                    tracing::warn!(%address, %full, "refused a connection");
                    if plain {
                        refuse(&mut stream, &full);
                    }
                    continue;
                }
            };
            let socket = if plain {
                Socket::Plain(stream)
            } else {
                Socket::Tls(stream, self.identity.acceptor())
            };
            self.hand_over(Accepted { socket, place });
        }
    }

    /// Accepts on the Unix socket, for ever.
    pub(crate) async fn serve_local(self: Rc<Self>, listener: UnixListener) {
        let _abort = AbortOnPanic("listener");
        loop {
            let (stream, _) = match listener.accept().await {
                Ok(accepted) => accepted,
                Err(error) => {
                    self.pause(&error).await;
                    continue;
                }
            };
            let Ok(peer) = stream.peer_cred() else {
                continue;
            };
            let Ok(mut stream) = stream.into_std() else {
                continue;
            };
            let place = match self.places.take(None) {
                Ok(place) => place,
                Err(full) => {
                    refuse(&mut stream, &full);
                    continue;
                }
            };
            let (door, uid, gid) = (self.clone(), peer.uid(), peer.gid());
            actix_rt::spawn(async move {
                let rights = door.rights_of(uid, gid).await;
                door.hand_over(Accepted {
                    socket: Socket::Local(stream, rights),
                    place,
                });
            });
        }
    }

    /// Whether somebody may administer. The group database may be far away: looked up on a blocking
    /// thread.
    async fn rights_of(&self, uid: u32, gid: u32) -> Result<(), String> {
        let rights = self.rights.clone();
        let may = if rights.is_clear(uid) {
            rights.may_administer(uid, gid)
        } else {
            let look_up = move || rights.may_administer(uid, gid);
            tokio::task::spawn_blocking(look_up).await.unwrap_or(false)
        };
        if may {
            Ok(())
        } else {
            Err(self.rights.refusal())
        }
    }

    fn hand_over(&self, accepted: Accepted) {
        let turn = self.next.get();
        self.next.set(turn.wrapping_add(1));
        let worker = &self.workers[turn % self.workers.len()];
        if worker.try_send(accepted).is_err() {
            tracing::warn!("a worker is too busy to take a connection");
        }
    }

    /// Closed without a word: an answer, or a handshake, is what a flood wants. Told in the log less and
    /// less often.
    fn turn_away(&self, address: IpAddr) {
        let count = self.turned_away.get() + 1;
        self.turned_away.set(count);
        if count.is_power_of_two() {
            tracing::info!(%address, count, "turned away a connection from a banned address");
        }
    }

    async fn pause(&self, error: &std::io::Error) {
        tracing::warn!(%error, "cannot accept a connection");
        tokio::time::sleep(PAUSE_AFTER_ERROR).await;
    }
}

/// Says why, as far as the socket's buffer takes it without waiting.
fn refuse(stream: &mut impl Write, why: &dyn std::fmt::Display) {
    let fault = faults::too_many_connections(why.to_string());
    let frame = encode(&Envelope {
        id: RequestId(0),
        body: Event::Fault { fault },
    });
    let _ = stream.write_all(&frame);
}
