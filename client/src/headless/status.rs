//! `chatc status` and `chatc presence`: what one says of oneself for now.

use super::card;
use super::context::Context;
use super::exit::Stop;
use super::presence_line::{StatusLine, status_words};
use super::print;
use super::sign_in::connect;
use super::submit::act;
use crate::net::backoff::{Backoff, jitter};
use crate::net::{now, session::Session};
use chat_shared::{Command as Act, PresenceState, Request, StatusText, Timestamp};
use std::time::Duration;
use tokio::time::{sleep, timeout};

/// Runs `chatc status`.
pub async fn run(
    context: &Context,
    text: Option<&[String]>,
    span: Option<Duration>,
) -> Result<(), Stop> {
    let Some(text) = text else {
        let mut signed_in = connect(context).await?;
        let me = signed_in.me.account;
        let card = card::of(&mut signed_in.session, me).await?;
        let status = card.presence.status.as_ref();
        return match (context.json, status_words(status)) {
            (true, _) => print::json(&StatusLine::new(status)),
            (false, words) if words.is_empty() => Ok(()),
            (false, words) => print::line(&words),
        };
    };
    let text = text.join(" ");
    let until = span.map(|span| after(now(), span));
    let find = async |_: &mut Session, _| {
        let text = text.clone();
        Ok(Act::SetStatus { text, until })
    };
    act(context, find).await?;
    let text = text.clone();
    let status = Some(StatusText { text, until }).filter(|status| !status.text.is_empty());
    let words = match status_words(status.as_ref()) {
        words if words.is_empty() => "your status is empty".to_owned(),
        words => format!("your status is: {words}"),
    };
    print::done(context, &words, &StatusLine::new(status.as_ref()))
}

/// Runs `chatc presence`: present until the span is over or the process is ended.
pub async fn presence(
    context: &Context,
    state: PresenceState,
    span: Option<Duration>,
) -> Result<(), Stop> {
    let mut backoff = Backoff::default();
    let stays = async {
        // The first time it is told at once where there is nobody.
        let mut session = connect(context).await?.session;
        loop {
            let Err(stop) = stay(&mut session, state, &mut backoff).await;
            if !stop.is_passing() {
                return Err(stop);
            }
            eprintln!("chatc: {stop}; trying again");
            session = loop {
                sleep(backoff.pause(jitter())).await;
                match connect(context).await {
                    Ok(signed_in) => break signed_in.session,
                    Err(stop) if stop.is_passing() => {}
                    Err(stop) => return Err(stop),
                }
            };
        }
    };
    match span {
        Some(span) => timeout(span, stays).await.unwrap_or(Ok(())),
        None => stays.await,
    }
}

/// Is present on one connection until it breaks.
async fn stay(
    session: &mut Session,
    state: PresenceState,
    backoff: &mut Backoff,
) -> Result<std::convert::Infallible, Stop> {
    session.ask(Request::SetPresence { state }).await?;
    backoff.reset();
    loop {
        session.news().await?;
    }
}

/// A time a span after another.
pub fn after(now: Timestamp, span: Duration) -> Timestamp {
    let span = i64::try_from(span.as_millis()).unwrap_or(i64::MAX);
    Timestamp(now.0.saturating_add(span))
}
