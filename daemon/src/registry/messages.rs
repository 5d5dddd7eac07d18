//! What the registry accepts.

use super::roll::Online;
use crate::journal::{SessionKey, WorkerId};
use crate::room::Room;
use crate::store::CommitNumber;
use actix::{Addr, Message};
use chat_shared::{
    AccountId, Announcement, ConversationId, DeviceId, Fault, Presence, PresenceState, Seen,
    Timestamp,
};
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

/// Somebody proved who they are: may their session be signed in? Answer: yes, and it is from now on, or why
/// not.
#[derive(Debug, Message)]
#[rtype(result = "()")]
pub(crate) struct SignIn {
    pub(crate) session: SessionKey,
    pub(crate) online: Online,
    /// What the proof was checked against was read as this commit left it.
    pub(crate) read_at: CommitNumber,
    pub(crate) reply: oneshot::Sender<Result<(), Fault>>,
}

/// A session that is signed in is a device from now on.
#[derive(Debug, Message)]
#[rtype(result = "()")]
pub(crate) struct BecameDevice {
    pub(crate) session: SessionKey,
    pub(crate) device: DeviceId,
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

/// Who is not offline to `viewer`, and who is not here any more since a time.
#[derive(Debug, Message)]
#[rtype(result = "()")]
pub(crate) struct AskWho {
    pub(crate) viewer: AccountId,
    pub(crate) since: Option<Timestamp>,
    pub(crate) reply: oneshot::Sender<Who>,
}

/// Who is here.
#[derive(Clone, Debug)]
pub(crate) struct Who {
    /// By account.
    pub(crate) people: Vec<Presence>,
    /// Who was here, as far as that does not stand in the store yet.
    pub(crate) seen: Vec<Seen>,
}

/// How is somebody, to `viewer` or as it is?
#[derive(Debug, Message)]
#[rtype(result = "()")]
pub(crate) struct AskPresence {
    pub(crate) viewer: Option<AccountId>,
    pub(crate) account: AccountId,
    /// And when they were seen last, as far as that does not stand in the store yet.
    pub(crate) reply: oneshot::Sender<(Presence, Option<Timestamp>)>,
}

/// How many sessions these accounts have.
#[derive(Debug, Message)]
#[rtype(result = "()")]
pub(crate) struct AskSessions {
    pub(crate) accounts: Vec<AccountId>,
    pub(crate) reply: oneshot::Sender<Vec<u64>>,
}

/// How many sessions these devices of an account have.
#[derive(Debug, Message)]
#[rtype(result = "()")]
pub(crate) struct AskDevices {
    pub(crate) account: AccountId,
    pub(crate) devices: Vec<DeviceId>,
    pub(crate) reply: oneshot::Sender<Vec<u64>>,
}

/// Tell everybody who is signed in.
#[derive(Debug, Message)]
#[rtype(result = "()")]
pub(crate) struct Announce(pub(crate) Announcement);

/// Banned addresses or the panic switch were changed: hold to it from now on, and answer then.
#[derive(Debug, Message)]
#[rtype(result = "()")]
pub(crate) struct OrderChanged(pub(crate) oneshot::Sender<()>);

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
