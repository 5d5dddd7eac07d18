//! The accounts of others.

use super::super::super::{Session, answers, faults};
use super::super::command::checked_verifier;
use super::super::devices;
use super::super::invites::after_secs;
use super::super::login::new_account;
use super::super::numbered::{ask, submit};
use super::super::people::{Known, named, with_presence};
use super::by_administrator;
use crate::clock::now;
use crate::invite_code;
use crate::journal::command::Admission;
use crate::journal::{Action, Command};
use crate::random;
use crate::registry::messages::AskSessions;
use crate::store::{Reader, StoreError};
use actix::Context;
use chat_shared::names::AccountName;
use chat_shared::{AccountId, AccountInfo, Event, RequestId, VerifierData};
use tokio::sync::oneshot;

/// Accounts in one answer: with the longest names and addresses they are one frame.
const ACCOUNTS_PAGE: usize = 400;
/// A code to set another password holds for a week at the most.
const RESET_SECS: u64 = 7 * 24 * 3600;

pub(crate) fn add(session: &mut Session, id: RequestId, name: &str, verifier: &VerifierData) {
    match new_account(session, name, verifier) {
        Ok((name, verifier)) => {
            let admission = Admission::ByAdministrator;
            let action = Action::Register {
                name,
                verifier: Box::new(verifier),
                admission,
            };
            submit(session, id, by_administrator(action));
        }
        Err(fault) => session.refuse(id, fault),
    }
}

pub(crate) fn list(
    session: &mut Session,
    id: RequestId,
    after: AccountId,
    ctx: &mut Context<Session>,
) {
    let ask = move |reader: &Reader| {
        let mut found = reader.accounts_after(after, ACCOUNTS_PAGE + 1)?;
        let more = found.len() > ACCOUNTS_PAGE;
        found.truncate(ACCOUNTS_PAGE);
        let found = found
            .into_iter()
            .map(|(id, record)| Ok((id, record, reader.seen(id)?)));
        Ok(Ok((found.collect::<Result<Vec<_>, StoreError>>()?, more)))
    };
    session.read(ctx, id, ask, move |session, ctx, (found, more)| {
        let (reply, sessions) = oneshot::channel();
        let accounts = found.iter().map(|(account, ..)| *account).collect();
        let ask = AskSessions { accounts, reply };
        if session.shared.registry.try_send(ask).is_err() {
            return session.refuse(id, faults::busy());
        }
        session.after(ctx, id, sessions, move |session, _, sessions| {
            let accounts = found.into_iter().zip(sessions);
            let accounts = accounts.map(|((account, record, seen), sessions)| AccountInfo {
                account,
                name: record.name,
                administrator: record.administrator,
                enabled: record.enabled,
                created_at: record.created_at,
                sessions,
                role: record.role,
                display_name: record.profile.display_name,
                deleted: record.deleted_at.is_some(),
                last_seen: seen.as_ref().map(|seen| seen.at),
                last_address: seen.and_then(|seen| seen.address),
            });
            let accounts = accounts.collect();
            session.answer(id, Event::Accounts { accounts, more });
        });
    });
}

pub(crate) fn enable(
    session: &mut Session,
    id: RequestId,
    name: String,
    enabled: bool,
    ctx: &mut Context<Session>,
) {
    let find = move |reader: &Reader| {
        Ok(match named(reader, &name)? {
            Some(account) => Ok(account),
            None => Err(faults::no_such_account(&name)),
        })
    };
    session.read(ctx, id, find, move |session, _, account| {
        let action = Action::EnableAccount {
            account,
            enabled,
            reason: String::new(),
        };
        submit(session, id, by_administrator(action));
    });
}

pub(crate) fn password_reset(
    session: &mut Session,
    id: RequestId,
    name: &str,
    verifier: &VerifierData,
) {
    match checked_verifier(&session.shared.house.config, verifier) {
        Ok(verifier) => {
            let action = Action::ResetPassword {
                name: canonical(name),
                verifier: Box::new(verifier),
            };
            submit(session, id, by_administrator(action));
        }
        Err(fault) => session.refuse(id, fault),
    }
}

pub(crate) fn reset_code(
    session: &mut Session,
    id: RequestId,
    name: &str,
    expires_secs: u64,
    ctx: &mut Context<Session>,
) {
    if expires_secs == 0 || expires_secs > RESET_SECS {
        let days = RESET_SECS / (24 * 3600);
        let text = format!("a code for another password holds for 1 s to {days} days");
        return session.refuse(id, faults::bad_range(&text));
    }
    let code = invite_code::from_random(random::bytes());
    let at = now();
    let expires_at = after_secs(at, expires_secs);
    let action = Action::AddResetCode {
        name: canonical(name),
        code_hash: invite_code::hash(&code),
        expires_at,
    };
    let command = Command {
        at,
        ..by_administrator(action)
    };
    ask(session, id, command, ctx, move |session, _, result| {
        let event = match result {
            Ok(_) => Event::ResetCode { code, expires_at },
            result => answers::of(result),
        };
        session.answer(id, event);
    });
}

pub(crate) fn card(session: &mut Session, id: RequestId, name: String, ctx: &mut Context<Session>) {
    let find = move |reader: &Reader| {
        let Some(account) = named(reader, &name)? else {
            return Ok(Err(faults::no_such_account(&name)));
        };
        let Some(record) = reader.account(account)? else {
            return Ok(Err(faults::no_such_account(&name)));
        };
        let devices = devices::known(reader, account)?;
        let known = Known {
            account,
            record,
            seen: reader.seen(account)?,
            hides_since: None,
            shows_address: true,
        };
        Ok(Ok((known, devices)))
    };
    session.read(ctx, id, find, move |session, ctx, (known, devices)| {
        let (account, created_at) = (known.account, known.record.created_at);
        let with_devices = move |session: &mut Session, ctx: &mut Context<Session>, devices| {
            with_presence(session, id, None, known, ctx, move |session, card| {
                let event = Event::AdminCard {
                    card,
                    devices,
                    created_at,
                };
                session.answer(id, event);
            });
        };
        devices::with_sessions(session, id, account, None, devices, ctx, with_devices);
    });
}

/// The form in which the store keeps a name; one that cannot exist is looked for as it is.
fn canonical(name: &str) -> String {
    AccountName::parse(name).map_or_else(|_| name.to_owned(), String::from)
}
