//! Greeting, making an account, and signing in: SCRAM (RFC 5802, 7677) inside SASL, or a device's token.

use super::super::state::Phase;
use super::super::{Login, Person, Session, answers, faults};
use super::admin::by_administrator;
use super::command::checked_verifier;
use super::numbered::ask;
use super::proof;
use super::tries::{may_try, tried};
use crate::auth::tokens;
use crate::invite_code;
use crate::journal::Action;
use crate::journal::command::{Admission, Name};
use crate::random;
use crate::registry::messages::SignIn;
use crate::registry::roll::Online;
use crate::store::record::{AccountRecord, Verifier};
use crate::store::{CommitNumber, Reader};
use actix::Context;
use chat_shared::limits::{PROTOCOL_VERSION, STREAM_WINDOW};
use chat_shared::names::{AccountName, skeleton};
use chat_shared::scram::{self, Mechanism, ServerLogin};
use chat_shared::{
    AccountId, DeviceId, Event, Fault, FaultCode, Limits, RegistrationMode, RequestId, VerifierData,
};
use serde_bytes::ByteBuf;
use tokio::sync::oneshot;

/// As a u32, which it is far below.
const STREAM_WINDOW_U32: u32 = STREAM_WINDOW as u32;
/// Wrong passwords on one connection; after that it ends, so that guessing costs a handshake too.
const FAILURES_PER_CONNECTION: u32 = 5;
/// Bytes of a client's name that go into the log.
const CLIENT_NAME_BYTES: usize = 64;

pub(super) fn hello(
    session: &mut Session,
    id: RequestId,
    client: &str,
    version: u32,
    ctx: &mut Context<Session>,
) {
    if version != PROTOCOL_VERSION {
        let text = format!(
            "this daemon speaks version {PROTOCOL_VERSION} of the protocol, you speak {version}: \
             install a client of the daemon's version"
        );
        session.refuse(id, Fault::new(FaultCode::WrongVersion, text.clone()));
        session.close(Fault::new(FaultCode::WrongVersion, text), ctx);
        return;
    }
    let client: String = client.chars().take(CLIENT_NAME_BYTES).collect();
    tracing::debug!(client = ?client, address = ?session.peer.place.address, "hello");
    session.phase = Phase::Welcomed;
    let config = &session.shared.house.config;
    let limit = |bytes: usize| u32::try_from(bytes).unwrap_or(u32::MAX);
    session.answer(
        id,
        Event::Welcome {
            server: concat!("chatd ", env!("CARGO_PKG_VERSION")).into(),
            version: PROTOCOL_VERSION,
            registration: if session.shared.house.order.is_panic() {
                RegistrationMode::Closed
            } else {
                config.house.registration
            },
            may_register: session.peer.administers.is_ok(),
            mechanisms: vec![session.peer.binding.mechanism().name().into()],
            iterations: config.login.iterations,
            limits: Limits {
                frame: limit(config.limits.frame_bytes),
                message: limit(config.limits.message_bytes),
                topic: limit(config.limits.topic_bytes),
                window: limit(config.limits.requests_in_flight).min(STREAM_WINDOW_U32),
            },
        },
    );
}

pub(super) fn register(
    session: &mut Session,
    id: RequestId,
    name: &str,
    verifier: &VerifierData,
    invite: Option<String>,
    ctx: &mut Context<Session>,
) {
    let house = &session.shared.house;
    if house.order.is_panic() && session.peer.administers.is_err() {
        let text = "nobody can register just now: try again later, or ask the administrator";
        return session.refuse(id, Fault::new(FaultCode::RegistrationClosed, text));
    }
    let mode = house.config.house.registration;
    let admission = match (session.peer.administers.is_ok(), mode, &invite) {
        (true, _, _) => Admission::Local,
        (false, RegistrationMode::Closed, _) => {
            let text = "only the administrator makes accounts here: ask for one";
            return session.refuse(id, Fault::new(FaultCode::RegistrationClosed, text));
        }
        (false, _, Some(code)) => Admission::Invited(invite_code::hash(code)),
        (false, RegistrationMode::Open, None) => Admission::Open,
        (false, RegistrationMode::Invite, None) => {
            let text = "a new account needs an invitation here: ask for one";
            return session.refuse(id, Fault::new(FaultCode::InviteNeeded, text));
        }
    };
    let action = match new_account(session, name, verifier) {
        Ok((name, verifier)) => Action::Register {
            name,
            verifier: Box::new(verifier),
            admission,
        },
        Err(fault) => return session.refuse(id, fault),
    };
    // Guessing at invitations is throttled like guessing at passwords, by address.
    may_try(session, id, None, ctx, move |session, ctx| {
        let command = by_administrator(action);
        ask(session, id, command, ctx, move |session, _, result| {
            let event = answers::of(result);
            if let Event::Fault { fault } = &event
                && fault.code == FaultCode::InviteInvalid
            {
                tried(session, None, false);
            }
            session.answer(id, event);
        });
    });
}

/// Checks what a new account, or a new password, is to have.
pub(super) fn new_account(
    session: &Session,
    name: &str,
    verifier: &VerifierData,
) -> Result<(Name, Verifier), Fault> {
    let name = AccountName::for_new(name).map_err(|error| faults::bad_name(&error))?;
    let name = Name {
        skeleton: skeleton(name.as_str()),
        name: name.as_str().to_owned(),
    };
    let verifier = checked_verifier(&session.shared.house.config, verifier)?;
    Ok((name, verifier))
}

pub(super) fn start(
    session: &mut Session,
    id: RequestId,
    mechanism: &str,
    data: &[u8],
    ctx: &mut Context<Session>,
) {
    session.login = None;
    let binding = session.peer.binding.clone();
    let wanted = binding.mechanism();
    if Mechanism::from_name(mechanism) != Some(wanted) {
        let text = format!("this connection signs in by {}", wanted.name());
        return session.refuse(id, faults::wrong_state(&text));
    }
    let (login, name) = match ServerLogin::first(data, wanted, binding) {
        Ok(first) => first,
        Err(error) => return session.refuse(id, faults::malformed(&error)),
    };
    // A name that cannot exist is played through like one that merely does not.
    let name = AccountName::parse(&name).map_or(name, |name| name.as_str().to_owned());
    may_try(session, id, Some(name.clone()), ctx, move |session, ctx| {
        let wanted = name.clone();
        let find = move |reader: &Reader| {
            let Some(account) = reader.account_named(&wanted)? else {
                return Ok(Ok((reader.commit(), None)));
            };
            // Who left is one more name that nobody signs in by: their empty verifier would tell.
            let here = |record: &AccountRecord| record.deleted_at.is_none();
            let record = reader.account(account)?.filter(here);
            Ok(Ok((
                reader.commit(),
                record.map(|record| (account, record)),
            )))
        };
        session.read(ctx, id, find, move |session, _, (read_at, found)| {
            challenge(session, id, login, name, read_at, found);
        });
    });
}

fn challenge(
    session: &mut Session,
    id: RequestId,
    login: ServerLogin,
    name: String,
    read_at: CommitNumber,
    found: Option<(AccountId, AccountRecord)>,
) {
    let house = &session.shared.house;
    // Both are made, so that it takes as long to answer for a name that exists.
    let fake = scram::fake_verifier(&house.fake_salts, &name, house.config.login.iterations);
    let account = found.as_ref().map(|(account, _)| *account);
    let verifier = match found {
        Some((_, record)) => scram::Verifier {
            salt: record.verifier.salt,
            iterations: record.verifier.iterations,
            stored_key: record.verifier.stored_key,
            server_key: record.verifier.server_key,
        },
        None => fake,
    };
    let (challenge, data) = login.challenge(verifier, account.is_some(), random::bytes());
    session.login = Some(Login {
        challenge,
        name,
        read_at,
        account,
    });
    session.answer(
        id,
        Event::Challenge {
            data: ByteBuf::from(data),
        },
    );
}

pub(super) fn respond(
    session: &mut Session,
    id: RequestId,
    data: &[u8],
    ctx: &mut Context<Session>,
) {
    let Some(Login {
        challenge,
        name,
        read_at,
        account,
    }) = session.login.take()
    else {
        return session.refuse(id, faults::wrong_state("`sasl_start` comes first"));
    };
    let finished = challenge.finish(data);
    tried(session, Some(name), finished.is_ok());
    let (Ok(proof), Some(account)) = (finished, account) else {
        tracing::info!(address = ?session.peer.place.address, "a sign-in failed");
        session.failed_logins += 1;
        session.refuse(id, faults::sign_in_failed());
        if session.failed_logins >= FAILURES_PER_CONNECTION {
            session.close(faults::sign_in_failed(), ctx);
        }
        return;
    };
    let find = move |reader: &Reader| {
        let record = reader.account(account)?.filter(|record| record.enabled);
        Ok(record.ok_or_else(faults::account_disabled))
    };
    session.read(ctx, id, find, move |session, ctx, record| {
        if session.phase == Phase::Ready {
            proof::of_password(session, id, account, record, proof);
        } else {
            let by = SignedBy::Password(proof);
            sign_in(session, id, (account, record), by, read_at, ctx);
        }
    });
}

pub(super) fn resume(
    session: &mut Session,
    id: RequestId,
    token: &str,
    ctx: &mut Context<Session>,
) {
    let Some((device, hash)) = tokens::parse(token) else {
        return session.refuse(id, faults::token_invalid());
    };
    let find = move |reader: &Reader| {
        let Some(record) = reader.device(device)? else {
            return Ok(Err(faults::token_invalid()));
        };
        if record.token_hash != hash {
            return Ok(Err(faults::token_invalid()));
        }
        Ok(match reader.account(record.account)? {
            Some(account) if account.enabled => Ok((reader.commit(), (record.account, account))),
            Some(_) => Err(faults::account_disabled()),
            None => Err(faults::token_invalid()),
        })
    };
    match session.look_up(find) {
        Ok((read_at, found)) => {
            sign_in(session, id, found, SignedBy::Token(device), read_at, ctx);
        }
        Err(fault) => session.refuse(id, fault),
    }
}

/// What somebody proved who they are by.
enum SignedBy {
    /// The password; with the daemon's own proof to them.
    Password(Vec<u8>),
    /// The token of this device.
    Token(DeviceId),
}

/// Asks the registry, which knows where else they are; then this connection is theirs.
fn sign_in(
    session: &mut Session,
    id: RequestId,
    (account, record): (AccountId, AccountRecord),
    by: SignedBy,
    read_at: CommitNumber,
    ctx: &mut Context<Session>,
) {
    let (device, proof) = match by {
        SignedBy::Password(proof) => (None, Some(proof)),
        SignedBy::Token(device) => (Some(device), None),
    };
    let (reply, answer) = oneshot::channel();
    let ask = SignIn {
        session: session.shared.key(session.handle.id),
        online: Online {
            account,
            device,
            address: session.peer.place.address,
        },
        read_at,
        reply,
    };
    if session.shared.registry.try_send(ask).is_err() {
        return session.refuse(id, faults::busy());
    }
    // From now on the registry may know this session, and has to hear of its end.
    session.person = Some(Person {
        account,
        device,
        stream: None,
        by_password: proof.is_some(),
    });
    session.after(ctx, id, answer, move |session, _, answer| {
        if let Err(fault) = answer {
            session.person = None;
            return session.refuse(id, fault);
        }
        // The deadline may have passed meanwhile.
        if session.phase != Phase::Welcomed {
            return;
        }
        session.phase = Phase::Ready;
        session.handle.is_signed_in.set(true);
        let limits = &session.shared.house.config.limits;
        session
            .handle
            .gate
            .widen(limits.frame_bytes, limits.requests_in_flight);
        session.answer(id, signed_in(account, record, device, proof));
    });
}

/// The answer to who proved who they are; `proof` proves the daemon to them.
pub(super) fn signed_in(
    account: AccountId,
    record: AccountRecord,
    device: Option<DeviceId>,
    proof: Option<Vec<u8>>,
) -> Event {
    Event::SignedIn {
        account,
        name: record.name,
        administrator: record.administrator,
        role: record.role,
        device,
        data: proof.map(ByteBuf::from),
    }
}
