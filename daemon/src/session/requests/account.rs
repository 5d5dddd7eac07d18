//! Another password by a one-time code, for somebody who forgot theirs.

use super::super::{Session, answers, faults};
use super::admin::by_administrator;
use super::command::checked_verifier;
use super::numbered::ask;
use crate::invite_code;
use crate::journal::{Action, NotDone, Refusal};
use crate::registry::messages::{AskLogin, LoginTried};
use actix::Context;
use chat_shared::names::AccountName;
use chat_shared::{RequestId, VerifierData};
use tokio::sync::oneshot;

/// Guessing at a code is throttled like guessing at a password.
pub(super) fn reset_password(
    session: &mut Session,
    id: RequestId,
    name: String,
    code: &str,
    verifier: &VerifierData,
    ctx: &mut Context<Session>,
) {
    let verifier = match checked_verifier(&session.shared.house.config, verifier) {
        Ok(verifier) => verifier,
        Err(fault) => return session.refuse(id, fault),
    };
    // A name that cannot exist is tried like one that merely does not.
    let name = AccountName::parse(&name).map_or(name, String::from);
    let action = Action::UseResetCode {
        name: name.clone(),
        code_hash: invite_code::hash(code),
        verifier,
    };
    let address = session.peer.place.address;
    let (reply, allowed) = oneshot::channel();
    let may_try = AskLogin {
        name: Some(name.clone()),
        address,
        reply,
    };
    if session.shared.registry.try_send(may_try).is_err() {
        return session.refuse(id, faults::busy());
    }
    session.after(ctx, id, allowed, move |session, ctx, allowed| {
        if let Err(wait) = allowed {
            return session.refuse(id, faults::throttled(wait));
        }
        let command = by_administrator(action);
        ask(session, id, command, ctx, move |session, _, result| {
            let succeeded = match &result {
                Ok(_) => Some(true),
                Err(NotDone::Refused(why)) if why.refusal == Refusal::ResetCodeInvalid => {
                    Some(false)
                }
                Err(_) => None,
            };
            if let Some(succeeded) = succeeded {
                let tried = LoginTried {
                    name: Some(name),
                    address,
                    succeeded,
                };
                let _ = session.shared.registry.try_send(tried);
            }
            session.answer(id, answers::of(result));
        });
    });
}
