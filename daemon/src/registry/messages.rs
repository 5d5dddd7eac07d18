//! What the registry accepts.

use crate::journal::{SessionKey, WorkerId};
use crate::room::Room;
use actix::{Addr, Message};
use chat_shared::{AccountId, ConversationId, DeviceId, Presence, PresenceState};
use std::net::IpAddr;
use std::time::Duration;
use tokio::sync::oneshot;

/// May somebody try a secret of `name` from `address` now? Answer: how long to wait, if not.
#[derive(Debug, Message)]
#[rtype(result = "()")]
pub(crate) struct AskLogin {
    /// Nothing where it is an invitation that is guessed at.
    pub(crate) name: Option<String>,
    /// Nothing on the Unix socket.
    pub(crate) address: Option<IpAddr>,
    pub(crate) reply: oneshot::Sender<Result<(), Duration>>,
}

/// How a try ended.
#[derive(Debug, Message)]
#[rtype(result = "()")]
pub(crate) struct LoginTried {
    pub(crate) name: Option<String>,
    pub(crate) address: Option<IpAddr>,
    pub(crate) succeeded: bool,
}

/// A session is signed in.
#[derive(Debug, Message)]
#[rtype(result = "()")]
pub(crate) struct SignedIn {
    pub(crate) session: SessionKey,
    pub(crate) account: AccountId,
    pub(crate) device: Option<DeviceId>,
}

/// A session that was signed in has ended.
#[derive(Debug, Message)]
#[rtype(result = "()")]
pub(crate) struct SessionEnded {
    pub(crate) session: SessionKey,
}

/// How available the person at a session is.
#[derive(Debug, Message)]
#[rtype(result = "()")]
pub(crate) struct SetPresence {
    pub(crate) session: SessionKey,
    pub(crate) state: PresenceState,
}

/// This worker has its first session that follows these: make or find their rooms.
#[derive(Debug, Message)]
#[rtype(result = "()")]
pub(crate) struct OpenRooms {
    pub(crate) worker: WorkerId,
    pub(crate) conversations: Vec<ConversationId>,
    pub(crate) reply: oneshot::Sender<Vec<(ConversationId, Addr<Room>)>>,
}

/// No session of this worker follows it any more.
#[derive(Debug, Message)]
#[rtype(result = "()")]
pub(crate) struct CloseRoom {
    pub(crate) worker: WorkerId,
    pub(crate) conversation: ConversationId,
}

/// Who is not offline, by account.
#[derive(Debug, Message)]
#[rtype(result = "()")]
pub(crate) struct AskWho(pub(crate) oneshot::Sender<Vec<Presence>>);

/// How many sessions these accounts have.
#[derive(Debug, Message)]
#[rtype(result = "()")]
pub(crate) struct AskSessions {
    pub(crate) accounts: Vec<AccountId>,
    pub(crate) reply: oneshot::Sender<Vec<u64>>,
}

/// The registry's figures.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct RegistryStatus {
    pub(crate) sessions: u64,
    pub(crate) online: u64,
    pub(crate) rooms: u64,
}

/// What are the figures?
#[derive(Debug, Message)]
#[rtype(result = "()")]
pub(crate) struct AskStatus(pub(crate) oneshot::Sender<RegistryStatus>);

/// The daemon goes down: rooms hand over what is not durable yet.
#[derive(Debug, Message)]
#[rtype(result = "()")]
pub(crate) struct CloseRooms(pub(crate) oneshot::Sender<()>);
