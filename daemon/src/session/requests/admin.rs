//! Administration over the Unix socket.

use super::super::{Session, faults};
use super::commands::submit;
use super::login::{checked_verifier, new_account};
use crate::clock::now;
use crate::invite_code;
use crate::journal::command::{Admission, NewInvite};
use crate::journal::{Action, Command, Journal, JournalStatus, Outcome, ReplyTo, Submission};
use crate::random;
use crate::registry::messages::{AskSessions, AskStatus, RegistryStatus};
use crate::session::answers;
use crate::store::Reader;
use actix::Context;
use chat_shared::limits::LIST_PAGE;
use chat_shared::names::AccountName;
use chat_shared::{
    AccountId, AccountInfo, Event, InviteId, InviteInfo, RequestId, Status, Timestamp, VerifierData,
};
use std::sync::atomic::Ordering;
use tokio::sync::oneshot;

/// Accounts in one answer.
const ACCOUNTS_PAGE: usize = LIST_PAGE as usize / 2;
/// An invitation holds for a year at the most.
const INVITE_SECS: u64 = 366 * 24 * 3600;
/// Uses of one invitation.
const INVITE_USES: u32 = 100_000;

fn by_administrator(action: Action) -> Command {
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
    (accounts, conversations, entries): (u64, u64, u64),
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
    }
}

pub(super) fn account_add(
    session: &mut Session,
    id: RequestId,
    name: &str,
    verifier: &VerifierData,
) {
    match new_account(session, name, verifier) {
        Ok((name, verifier)) => {
            let admission = Admission::ByAdministrator;
            let action = Action::Register {
                name,
                verifier,
                admission,
            };
            submit(session, id, by_administrator(action));
        }
        Err(fault) => session.refuse(id, fault),
    }
}

pub(super) fn accounts(
    session: &mut Session,
    id: RequestId,
    after: AccountId,
    ctx: &mut Context<Session>,
) {
    let ask = move |reader: &Reader| Ok(Ok(reader.accounts_after(after, ACCOUNTS_PAGE + 1)?));
    session.read(ctx, id, ask, move |session, ctx, mut found| {
        let more = found.len() > ACCOUNTS_PAGE;
        found.truncate(ACCOUNTS_PAGE);
        let (reply, sessions) = oneshot::channel();
        let accounts = found.iter().map(|(account, _)| *account).collect();
        if session
            .shared
            .registry
            .try_send(AskSessions { accounts, reply })
            .is_err()
        {
            return session.refuse(id, faults::busy());
        }
        session.after(ctx, id, sessions, move |session, _, sessions| {
            let accounts = found
                .into_iter()
                .zip(sessions)
                .map(|((account, record), sessions)| AccountInfo {
                    account,
                    name: record.name,
                    administrator: record.administrator,
                    enabled: record.enabled,
                    created_at: record.created_at,
                    sessions,
                });
            session.answer(
                id,
                Event::Accounts {
                    accounts: accounts.collect(),
                    more,
                },
            );
        });
    });
}

pub(super) fn account_enable(session: &mut Session, id: RequestId, name: &str, enabled: bool) {
    let action = Action::EnableAccount {
        name: canonical(name),
        enabled,
    };
    submit(session, id, by_administrator(action));
}

pub(super) fn password_reset(
    session: &mut Session,
    id: RequestId,
    name: &str,
    verifier: &VerifierData,
) {
    match checked_verifier(session, verifier) {
        Ok(verifier) => {
            let action = Action::ResetPassword {
                name: canonical(name),
                verifier,
            };
            submit(session, id, by_administrator(action));
        }
        Err(fault) => session.refuse(id, fault),
    }
}

pub(super) fn invite_new(
    session: &mut Session,
    id: RequestId,
    uses: u32,
    expires_secs: u64,
    ctx: &mut Context<Session>,
) {
    if uses == 0 || uses > INVITE_USES || expires_secs == 0 || expires_secs > INVITE_SECS {
        let days = INVITE_SECS / (24 * 3600);
        let text =
            format!("an invitation has 1 to {INVITE_USES} uses and holds for up to {days} days");
        return session.refuse(id, faults::bad_range(&text));
    }
    let code = invite_code::from_random(random::bytes());
    let expires_ms = i64::try_from(expires_secs * 1_000).unwrap_or(i64::MAX);
    let invite = NewInvite {
        code_hash: invite_code::hash(&code),
        uses,
        expires_at: Timestamp(now().0.saturating_add(expires_ms)),
        founding: false,
    };
    let (asker, outcome) = oneshot::channel();
    let command = by_administrator(Action::AddInvite(invite));
    let submission = Submission {
        command,
        reply: ReplyTo::Asker(asker),
    };
    if let Err(why) = session.shared.journal.submit(submission) {
        return session.refuse(id, faults::not_done(why));
    }
    session.after(ctx, id, outcome, move |session, _, result| match result {
        Ok(Outcome::Invite { invite, expires_at }) => {
            let with_code = |link: &chat_shared::link::JoinLink| {
                let mut link = link.clone();
                link.invite = Some(code.clone());
                link.to_string()
            };
            let links = session.shared.house.links.iter().map(with_code).collect();
            session.answer(
                id,
                Event::InviteMade {
                    invite,
                    code,
                    links,
                    expires_at,
                },
            );
        }
        result => session.answer(id, answers::of(result)),
    });
}

pub(super) fn invites(session: &mut Session, id: RequestId, ctx: &mut Context<Session>) {
    let ask = |reader: &Reader| Ok(Ok(reader.invites()?));
    session.read(ctx, id, ask, move |session, _, found| {
        let at = now();
        let holds = found
            .into_iter()
            .filter(|(_, record)| record.expires_at > at);
        let invites = holds
            .take(LIST_PAGE as usize)
            .map(|(invite, record)| InviteInfo {
                invite,
                uses_left: record.uses_left,
                expires_at: record.expires_at,
                created_at: record.created_at,
            });
        session.answer(
            id,
            Event::Invites {
                invites: invites.collect(),
            },
        );
    });
}

pub(super) fn invite_revoke(session: &mut Session, id: RequestId, invite: InviteId) {
    submit(
        session,
        id,
        by_administrator(Action::RevokeInvite { invite }),
    );
}

/// The form in which the store keeps a name; one that cannot exist is looked for as it is.
fn canonical(name: &str) -> String {
    AccountName::parse(name).map_or_else(|_| name.to_owned(), |name| name.as_str().to_owned())
}
