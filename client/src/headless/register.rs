//! `chatc register`: makes an account and signs this device in.

use super::context::Context;
use super::exit::Stop;
use super::print;
use super::sign_in::{Greeted, SignedIn, by_password, greet, trust_and_tell};
use crate::net::backoff::{Backoff, jitter};
use crate::net::{Failure, sign_in};
use crate::told;
use chat_shared::names::AccountName;
use chat_shared::scram::{Secret, check_new_password};
use chat_shared::{Fault, FaultCode};
use serde::Serialize;
use tokio::time::sleep;

/// Tries where the connection breaks in the middle.
const TRIES: u32 = 6;

#[derive(Serialize)]
struct Line<'a> {
    account: &'a str,
    administrator: bool,
}

/// Runs the command.
pub async fn run(context: &Context, name: &str, invite: Option<String>) -> Result<(), Stop> {
    let name =
        AccountName::for_new(name).map_err(|error| Stop::usage(format!("{name}: {error}")))?;
    let Some(password) = &context.password else {
        return Err(Stop::usage(
            "a new account needs --password-file FILE or CHATC_PASSWORD",
        ));
    };
    check_new_password(password).map_err(|error| Stop::usage(error.to_string()))?;
    let invite = invite.or_else(|| context.link.as_ref().and_then(|link| link.invite.clone()));
    let mut backoff = Backoff::default();
    let mut tries = 0;
    let (signed_in, is_new) = loop {
        tries += 1;
        let greeted = greet(context, &mut trust_and_tell).await;
        let greeted = match greeted {
            // What was sent before may have been carried out: worth waiting for.
            Err(stop) if stop.is_passing() && (2..TRIES).contains(&tries) => {
                sleep(backoff.pause(jitter())).await;
                continue;
            }
            other => other?,
        };
        match register(context, greeted, &name, password, invite.clone()).await {
            Err(stop) if stop.is_passing() && tries < TRIES => sleep(backoff.pause(jitter())).await,
            other => break other?,
        }
    };
    let (account, administrator) = (&signed_in.me.name, signed_in.me.administrator);
    if context.json {
        print::json(&Line {
            account,
            administrator,
        })
    } else if administrator {
        print::line(&format!("{account} (administrator)"))
    } else {
        print::line(account)
    }?;
    if is_new && administrator {
        // Apart from what scripts read.
        let told = told::of_founder("`chatc invite new`", "`chatc --help`");
        eprintln!("chatc: {told}");
    }
    Ok(())
}

/// Makes the account and signs in; and whether it was made now. An account that exists and takes this password is
/// the one that an answer was lost of.
pub async fn register(
    context: &Context,
    mut greeted: Greeted,
    name: &AccountName,
    password: &str,
    invite: Option<String>,
) -> Result<(SignedIn, bool), Stop> {
    let registered = sign_in::register(&mut greeted.session, name, password, invite).await;
    match registered {
        Ok(_) => {
            let signed_in = by_password(context, greeted, name, password).await?;
            Ok((signed_in, true))
        }
        Err(Failure::Refused(taken)) if taken.code == FaultCode::NameTaken => {
            let signed_in = again(context, greeted, name, password).await;
            let signed_in = signed_in.map_err(|stop| not_mine(stop, taken))?;
            Ok((signed_in, false))
        }
        Err(failure) => Err(failure.into()),
    }
}

/// Signs in to an account that exists already; where this is a device of it, it stays the same one.
async fn again(
    context: &Context,
    mut greeted: Greeted,
    name: &AccountName,
    password: &str,
) -> Result<SignedIn, Stop> {
    let folder = context.folder(&greeted.place, name)?;
    let Some(credentials) = folder.credentials()? else {
        return by_password(context, greeted, name, password).await;
    };
    let mut secret = Secret::password(password);
    let me = sign_in::by_password(&mut greeted.session, name.as_str(), &mut secret).await?;
    let Greeted { session, place } = greeted;
    Ok(SignedIn {
        session,
        me,
        device: credentials.device,
        folder,
        place,
    })
}

fn not_mine(stop: Stop, taken: Fault) -> Stop {
    match stop {
        Stop::Refused(fault) if fault.code == FaultCode::SignInFailed => Stop::Refused(taken),
        other => other,
    }
}
