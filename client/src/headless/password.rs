//! `chatc passwd` and `chatc reset-password`: another password.

use super::by_password::{Proved, in_file, named, new_password, password, verifier};
use super::context::Context;
use super::exit::Stop;
use super::print;
use super::sign_in::{by_password, greet, trust_and_tell};
use crate::net::session::unexpected;
use chat_shared::{Command as Act, Event, Request};
use serde::Serialize;
use std::path::Path;

/// Whose password was changed.
#[derive(Serialize)]
struct Line<'a> {
    account: &'a str,
    password_changed: bool,
}

impl<'a> Line<'a> {
    fn new(account: &'a str) -> Self {
        Self {
            account,
            password_changed: true,
        }
    }
}

/// Sets another password with the old one.
pub async fn change(context: &Context, new: Option<&Path>) -> Result<(), Stop> {
    let given = in_file(new)?;
    // Both before the connection: people think longer than a daemon waits.
    let old = password(context, "Old password: ")?;
    let new = new_password(given, "--new-password-file FILE")?;
    let mut proved = Proved::sign_in(context, &old).await?;
    let verifier = verifier(&proved.session, &new).await?;
    let changed = proved.act(Act::ChangePassword { verifier }).await;
    changed.map_err(|stop| match stop {
        Stop::Lost(why) => Stop::Lost(format!(
            "{why}\nNobody can tell whether the password is the new one: try to sign in with it."
        )),
        other => other,
    })?;
    let words = "the password is changed; all other devices are signed out";
    print::done(context, words, &Line::new(&proved.me.name))
}

/// Sets another password with a one-time code, and signs in with it.
pub async fn reset(context: &Context, code: &str) -> Result<(), Stop> {
    let named = named(context.account.clone())?;
    let new = new_password(context.password.clone(), "--password-file FILE")?;
    let mut greeted = greet(context, &mut trust_and_tell).await?;
    let verifier = verifier(&greeted.session, &new).await?;
    let request = Request::ResetPassword {
        name: named.as_str().to_owned(),
        code: code.trim().to_owned(),
        verifier,
    };
    match greeted.session.ask(request).await? {
        Event::Done { .. } => {}
        other => return Err(unexpected(&other).into()),
    }
    let signed_in = by_password(context, greeted, &named, &new).await?;
    let words = "the password is changed: this device is signed in, all others are signed out";
    print::done(context, words, &Line::new(&signed_in.me.name))
}
