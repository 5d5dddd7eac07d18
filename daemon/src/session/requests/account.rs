//! Another password by a one-time code, for somebody who forgot theirs.

use super::super::{Session, answers};
use super::admin::by_administrator;
use super::command::checked_verifier;
use super::numbered::ask;
use super::tries::{may_try, tried};
use crate::invite_code;
use crate::journal::{Action, NotDone, Refusal};
use actix::Context;
use chat_shared::names::AccountName;
use chat_shared::{RequestId, VerifierData};

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
        verifier: Box::new(verifier),
    };
    may_try(session, id, Some(name.clone()), ctx, move |session, ctx| {
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
                tried(session, Some(name), succeeded);
            }
            session.answer(id, answers::of(result));
        });
    });
}
