//! What rooms accept, and what rooms and the registry tell the workers.

use super::RoomId;
use crate::journal::{Answer, SessionId, WorkerId};
use crate::store::FeedKey;
use actix::{Message, Recipient};
use actix_rt::ArbiterHandle;
use bytes::Bytes;
use chat_shared::{AccountId, ConversationId, Fault, Seq};
use smallvec::SmallVec;
use std::collections::BTreeSet;
use std::sync::Arc;

/// To a room: somebody has read up to here.
#[derive(Debug, Message)]
#[rtype(result = "()")]
pub(crate) struct MarkRead {
    pub(crate) account: AccountId,
    pub(crate) seq: Seq,
}

/// To a room: somebody is writing.
#[derive(Debug, Message)]
#[rtype(result = "()")]
pub(crate) struct Typing {
    pub(crate) account: AccountId,
    /// Whom they block, who are not to learn that they are here.
    pub(crate) unseen_by: BTreeSet<AccountId>,
}

/// To a room: whether this worker has sessions that follow it.
#[derive(Debug, Message)]
#[rtype(result = "()")]
pub(crate) struct Interest {
    pub(crate) worker: WorkerId,
    pub(crate) follows: bool,
}

/// To a room: hand over what is not durable yet and end.
#[derive(Debug, Message)]
#[rtype(result = "()")]
pub(crate) struct EndRoom;

/// To the registry: a room ended that should not have.
#[derive(Debug, Message)]
#[rtype(result = "()")]
pub(crate) struct RoomDied {
    pub(crate) room: RoomId,
}

/// To a worker: new entries of a feed, encoded once for all receivers.
#[derive(Clone, Debug, Message)]
#[rtype(result = "()")]
pub(crate) struct Deliver {
    pub(crate) feed: FeedKey,
    /// The first of them.
    pub(crate) first: Seq,
    /// The last of them, which is the feed's newest.
    pub(crate) last: Seq,
    /// Whole frames; empty where only the newest number is told.
    pub(crate) frames: Bytes,
    /// For the sessions of an account: what it came into or left.
    pub(crate) changes: Vec<MembershipChange>,
    /// Who is in the conversation no longer: nothing of this is for them.
    pub(crate) left: Vec<AccountId>,
    /// To those of this worker who asked for these entries.
    pub(crate) answers: SmallVec<[Answer; 1]>,
}

/// An account came into a conversation, or left it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct MembershipChange {
    /// Its place in the account's feed: who has read that feed up to here knows of it.
    pub(crate) seq: Seq,
    pub(crate) conversation: ConversationId,
    pub(crate) now: Membership,
}

/// Whether an account is in a conversation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Membership {
    Added,
    Removed,
}

/// To a worker: something that may be lost, for those who follow a feed.
#[derive(Clone, Debug, Message)]
#[rtype(result = "()")]
pub(crate) struct Signal {
    pub(crate) audience: FeedKey,
    pub(crate) whom: Whom,
    pub(crate) frame: Bytes,
}

/// Which of those who follow a feed a signal is for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Whom {
    All,
    Not(AccountId),
    NoneOf(Arc<BTreeSet<AccountId>>),
    Only(AccountId),
}

impl Whom {
    /// Whether this account is one of them.
    pub(crate) fn includes(&self, account: AccountId) -> bool {
        match self {
            Whom::All => true,
            Whom::Not(other) => account != *other,
            Whom::NoneOf(others) => !others.contains(&account),
            Whom::Only(other) => account == *other,
        }
    }
}

/// To a worker: something for all its sessions that are signed in.
#[derive(Clone, Debug, Message)]
#[rtype(result = "()")]
pub(crate) struct Proclaim {
    pub(crate) frame: Bytes,
}

/// To a worker: end a session, and tell it why.
#[derive(Debug, Message)]
#[rtype(result = "()")]
pub(crate) struct EndSession {
    pub(crate) session: SessionId,
    pub(crate) fault: Fault,
}

/// How rooms and the registry reach a worker. Made once and shared: a fresh address per message would
/// step round the bound of its mailbox.
#[derive(Debug)]
pub(crate) struct WorkerLink {
    pub(crate) worker: WorkerId,
    /// Its thread.
    pub(crate) thread: ArbiterHandle,
    pub(crate) deliver: Recipient<Deliver>,
    pub(crate) signal: Recipient<Signal>,
    pub(crate) proclaim: Recipient<Proclaim>,
    pub(crate) end: Recipient<EndSession>,
    /// Tells it without a message, on its own thread; elsewhere it gives back what was to be told.
    pub(crate) here: fn(WorkerId, ToldByRoom) -> Option<ToldByRoom>,
}

/// What a room tells a worker.
#[derive(Debug)]
pub(crate) enum ToldByRoom {
    Deliver(Deliver),
    Signal(Signal),
}

impl WorkerLink {
    /// Tells it, for a room; says whether it was told. Most rooms live on the thread of the worker that follows
    /// them: there this is a call, which needs no place in a mailbox. One or the other for each room and worker,
    /// so that what a room tells stays in order.
    pub(crate) fn tell(&self, told: ToldByRoom) -> bool {
        match (self.here)(self.worker, told) {
            None => true,
            Some(ToldByRoom::Deliver(deliver)) => self.deliver.try_send(deliver).is_ok(),
            Some(ToldByRoom::Signal(signal)) => self.signal.try_send(signal).is_ok(),
        }
    }
}
