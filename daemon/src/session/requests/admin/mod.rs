//! Administration over the Unix socket: how the daemon is, and whatever a command can do. In [`accounts`]
//! what concerns people, in [`records`] the lists that an administrator reads.

pub(super) mod accounts;
pub(super) mod records;

use super::super::{Session, faults};
use super::{command, numbered};
use crate::clock::now;
use crate::journal::{Action, Command, Journal, JournalStatus};
use crate::registry::messages::{AskStatus, RegistryStatus};
use crate::store::Reader;
use actix::Context;
use chat_shared::{Event, InviteId, RequestId, Status};
use std::sync::atomic::Ordering;
use tokio::sync::oneshot;

/// A command of the administrator at the machine, or of the daemon itself.
pub(super) fn by_administrator(action: Action) -> Command {
    Command {
        at: now(),
        by: None,
        once: None,
        action,
    }
}

pub(super) fn status(session: &mut Session, id: RequestId, ctx: &mut Context<Session>) {
    let (reply, registry) = oneshot::channel();
    if session.shared.registry.try_send(AskStatus(reply)).is_err() {
        return session.refuse(id, faults::busy());
    }
    session.after(ctx, id, registry, move |session, ctx, registry| {
        let journal = session.shared.journal.status();
        let ask = |reader: &Reader| {
            let counts = (
                reader.account_count()?,
                reader.conversation_count()?,
                reader.entry_count()?,
                reader.is_panic()?,
            );
            Ok(Ok(counts))
        };
        session.read(ctx, id, ask, move |session, _, counts| {
            let status = figures(session, journal, registry, counts);
            session.answer(id, Event::Status { status });
        });
    });
}

fn figures(
    session: &Session,
    journal: JournalStatus,
    registry: RegistryStatus,
    (accounts, conversations, entries, panic): (u64, u64, u64, bool),
) -> Status {
    let house = &session.shared.house;
    Status {
        version: env!("CARGO_PKG_VERSION").into(),
        uptime_secs: house.started.elapsed().as_secs(),
        accounts,
        online: registry.online,
        sessions: registry.sessions,
        connections: house.connections.load(Ordering::Relaxed),
        conversations,
        rooms_in_use: registry.rooms,
        entries,
        commits: journal.commits,
        commands: journal.commands,
        journal_waiting: journal.waiting,
        commit_micros: journal.commit_micros,
        journal_lag_micros: journal.lag_micros,
        read_only: journal.read_only,
        store_bytes: house.store.file_bytes(),
        registration: Some(house.config.house.registration),
        panic,
    }
}

/// Anything that a command can do.
pub(super) fn any(
    session: &mut Session,
    id: RequestId,
    wanted: chat_shared::Command,
    ctx: &mut Context<Session>,
) {
    let at = now();
    match command::action(wanted, &session.shared.house.config, None, at) {
        Ok(action) => {
            let command = Command {
                at,
                ..by_administrator(action)
            };
            numbered::carry_out(session, id, command, ctx);
        }
        Err(fault) => session.refuse(id, fault),
    }
}

pub(super) fn invite_revoke(session: &mut Session, id: RequestId, invite: InviteId) {
    let action = Action::RevokeInvite { invite };
    numbered::submit(session, id, by_administrator(action));
}
