//! Numbered commands: checked for size, given their author, number and time, and submitted. Rights are
//! checked where they are applied.

use super::super::{Session, answers, faults};
use super::command;
use crate::clock::now;
use crate::journal::{Action, Command, Journal, Once, Outcome, ReplyTo, Submission};
use crate::registry::messages::{Announce, OrderChanged};
use actix::Context;
use chat_shared::{
    Access, AccountId, Announcement, Audience, ConversationId, Fault, FaultCode, Nonce, RequestId,
    RoomChange,
};
use tokio::sync::oneshot;

/// The number of a command in its stream.
#[derive(Clone, Copy, Debug)]
pub(super) struct Number {
    pub(super) nonce: Nonce,
    pub(super) settled: Nonce,
}

pub(super) fn post(
    session: &mut Session,
    id: RequestId,
    number: Number,
    conversation: ConversationId,
    text: String,
) {
    let limit = session.shared.house.config.limits.message_bytes;
    if text.len() > limit {
        return session.refuse(id, faults::too_long("message", limit));
    }
    if text.trim().is_empty() {
        return session.refuse(id, faults::message_empty());
    }
    numbered(session, id, number, Action::Post { conversation, text });
}

pub(super) fn create_room(
    session: &mut Session,
    id: RequestId,
    number: Number,
    name: &str,
    topic: String,
    access: Access,
) {
    let name = match command::room_name(name) {
        Ok(name) => name,
        Err(fault) => return session.refuse(id, fault),
    };
    let topic = match command::checked_topic(&session.shared.house.config, topic) {
        Ok(topic) => topic,
        Err(fault) => return session.refuse(id, fault),
    };
    let change = RoomChange {
        access: Some(access),
        ..RoomChange::default()
    };
    let action = Action::CreateRoom {
        name,
        topic,
        change: Box::new(change),
        owner: None,
    };
    numbered(session, id, number, action);
}

pub(super) fn join(
    session: &mut Session,
    id: RequestId,
    number: Number,
    conversation: ConversationId,
) {
    numbered(session, id, number, Action::Join { conversation });
}

pub(super) fn leave(
    session: &mut Session,
    id: RequestId,
    number: Number,
    conversation: ConversationId,
) {
    numbered(session, id, number, Action::Leave { conversation });
}

pub(super) fn set_topic(
    session: &mut Session,
    id: RequestId,
    number: Number,
    conversation: ConversationId,
    topic: String,
) {
    let topic = match command::checked_topic(&session.shared.house.config, topic) {
        Ok(topic) => topic,
        Err(fault) => return session.refuse(id, fault),
    };
    let action = Action::SetTopic {
        conversation,
        topic,
    };
    numbered(session, id, number, action);
}

pub(super) fn open_direct(
    session: &mut Session,
    id: RequestId,
    number: Number,
    mut with: Vec<AccountId>,
) {
    with.sort_unstable();
    with.dedup();
    let limit = session.shared.house.config.limits.direct_members;
    let own = session.account();
    let others = with.iter().filter(|account| Some(**account) != own);
    if others.count() >= limit {
        return session.refuse(id, faults::bad_members(limit));
    }
    numbered(session, id, number, Action::OpenDirect { with });
}

/// Anything else that somebody may want done.
pub(super) fn command(
    session: &mut Session,
    id: RequestId,
    number: Number,
    wanted: chat_shared::Command,
    ctx: &mut Context<Session>,
) {
    let config = &session.shared.house.config;
    let at = now();
    let action = match command::action(wanted, config, session.person.as_ref(), at) {
        Ok(action) => action,
        Err(fault) => return session.refuse(id, fault),
    };
    if let Some(command) = with_number(session, id, number, action) {
        // What is to end at a time ends as long after `at` as was asked.
        let command = Command { at, ..command };
        carry_out(session, id, command, ctx);
    }
}

/// Submits a command, and does what is due besides when it is on disk.
pub(super) fn carry_out(
    session: &mut Session,
    id: RequestId,
    command: Command,
    ctx: &mut Context<Session>,
) {
    match &command.action {
        Action::Announce {
            to: Audience::Online,
            text,
        } => {
            let announcement = Announcement {
                id: 0,
                at: command.at,
                by: command.by,
                text: text.clone(),
            };
            announce(session, id, command, announcement, ctx);
        }
        Action::BanAddress { .. } | Action::UnbanAddress { .. } | Action::Panic { .. } => {
            set_order(session, id, command, ctx);
        }
        _ => submit(session, id, command),
    }
}

/// To those online: kept nowhere, so it goes out when it is known that it may. A retry, which finds it done,
/// does not say it twice.
fn announce(
    session: &mut Session,
    id: RequestId,
    command: Command,
    announcement: Announcement,
    ctx: &mut Context<Session>,
) {
    ask(session, id, command, ctx, move |session, _, result| {
        if let Ok(Outcome::MayAnnounce) = result
            && session
                .shared
                .registry
                .try_send(Announce(announcement))
                .is_err()
        {
            return session.refuse(id, faults::busy());
        }
        session.answer(id, answers::of(result));
    });
}

/// Answered when listeners and sessions hold to it.
fn set_order(session: &mut Session, id: RequestId, command: Command, ctx: &mut Context<Session>) {
    ask(session, id, command, ctx, move |session, ctx, result| {
        let (reply, changed) = oneshot::channel();
        let told = session.shared.registry.try_send(OrderChanged(reply));
        match (&result, told) {
            (Ok(_), Ok(())) => session.after(ctx, id, changed, move |session, _, ()| {
                session.answer(id, answers::of(result));
            }),
            // The registry looks by itself within minutes.
            _ => session.answer(id, answers::of(result)),
        }
    });
}

fn numbered(session: &mut Session, id: RequestId, number: Number, action: Action) {
    if let Some(command) = with_number(session, id, number, action) {
        submit(session, id, command);
    }
}

/// The command of whoever is signed in; nothing where they were told that it cannot be numbered.
fn with_number(
    session: &Session,
    id: RequestId,
    number: Number,
    action: Action,
) -> Option<Command> {
    let person = session.person.as_ref()?;
    let Some(device) = person.device else {
        let text = "numbered commands need a device: `add_device` first, or sign in by `resume`";
        session.refuse(id, Fault::new(FaultCode::NoDevice, text));
        return None;
    };
    let Some(stream) = person.stream else {
        let text = "numbered commands need a stream: `open_stream` first";
        session.refuse(id, Fault::new(FaultCode::NoStream, text));
        return None;
    };
    Some(Command {
        at: now(),
        by: Some(person.account),
        once: Some(Once {
            device,
            stream,
            nonce: number.nonce,
            settled: number.settled,
        }),
        action,
    })
}

/// Submits a command whose outcome is the whole answer.
pub(super) fn submit(session: &Session, id: RequestId, command: Command) {
    let reply = ReplyTo::Session(session.shared.key(session.handle.id), id);
    if let Err(why) = session.shared.journal.submit(Submission { command, reply }) {
        session.refuse(id, faults::not_done(why));
    }
}

/// Submits a command whose outcome is a part of the answer.
pub(super) fn ask(
    session: &Session,
    id: RequestId,
    command: Command,
    ctx: &mut Context<Session>,
    then: impl FnOnce(&mut Session, &mut Context<Session>, Result<Outcome, crate::journal::NotDone>)
    + 'static,
) {
    let (asker, outcome) = oneshot::channel();
    let reply = ReplyTo::Asker(asker);
    match session.shared.journal.submit(Submission { command, reply }) {
        Ok(()) => session.after(ctx, id, outcome, then),
        Err(why) => session.refuse(id, faults::not_done(why)),
    }
}
