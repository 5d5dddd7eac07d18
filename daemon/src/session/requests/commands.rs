//! Numbered commands: checked for size, given their author and time, and submitted. Rights are checked
//! where they are applied.

use super::super::{Session, faults};
use crate::clock::now;
use crate::journal::command::Name;
use crate::journal::{Action, Command, Journal, Once, ReplyTo, Submission};
use chat_shared::limits::DIRECT_MEMBERS;
use chat_shared::names::{RoomName, skeleton};
use chat_shared::{AccountId, ConversationId, Fault, FaultCode, Nonce, RequestId};

pub(super) fn post(
    session: &mut Session,
    id: RequestId,
    nonce: Nonce,
    settled: Nonce,
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
    numbered(
        session,
        id,
        nonce,
        settled,
        Action::Post { conversation, text },
    );
}

pub(super) fn create_room(
    session: &mut Session,
    id: RequestId,
    nonce: Nonce,
    settled: Nonce,
    name: &str,
    topic: String,
) {
    let name = match RoomName::parse(name) {
        Ok(name) => name,
        Err(error) => return session.refuse(id, faults::bad_name(&error)),
    };
    if let Err(fault) = check_topic(session, &topic) {
        return session.refuse(id, fault);
    }
    let name = Name {
        skeleton: skeleton(name.as_str()),
        name: name.as_str().to_owned(),
    };
    numbered(
        session,
        id,
        nonce,
        settled,
        Action::CreateRoom { name, topic },
    );
}

pub(super) fn join(
    session: &mut Session,
    id: RequestId,
    nonce: Nonce,
    settled: Nonce,
    conversation: ConversationId,
) {
    numbered(session, id, nonce, settled, Action::Join { conversation });
}

pub(super) fn leave(
    session: &mut Session,
    id: RequestId,
    nonce: Nonce,
    settled: Nonce,
    conversation: ConversationId,
) {
    numbered(session, id, nonce, settled, Action::Leave { conversation });
}

pub(super) fn set_topic(
    session: &mut Session,
    id: RequestId,
    nonce: Nonce,
    settled: Nonce,
    conversation: ConversationId,
    topic: String,
) {
    if let Err(fault) = check_topic(session, &topic) {
        return session.refuse(id, fault);
    }
    numbered(
        session,
        id,
        nonce,
        settled,
        Action::SetTopic {
            conversation,
            topic,
        },
    );
}

pub(super) fn open_direct(
    session: &mut Session,
    id: RequestId,
    nonce: Nonce,
    settled: Nonce,
    mut with: Vec<AccountId>,
) {
    // The exact rule is applied later; this only keeps a giant list out of the journal.
    with.truncate(2 * DIRECT_MEMBERS);
    numbered(session, id, nonce, settled, Action::OpenDirect { with });
}

fn check_topic(session: &Session, topic: &str) -> Result<(), Fault> {
    let limit = session.shared.house.config.limits.topic_bytes;
    if topic.len() > limit {
        return Err(faults::too_long("topic", limit));
    }
    Ok(())
}

fn numbered(session: &mut Session, id: RequestId, nonce: Nonce, settled: Nonce, action: Action) {
    let Some(person) = &session.person else {
        return;
    };
    let Some(device) = person.device else {
        let text = "numbered commands need a device: `add_device` first, or sign in by `resume`";
        return session.refuse(id, Fault::new(FaultCode::NoDevice, text));
    };
    let Some(stream) = person.stream else {
        let text = "numbered commands need a stream: `open_stream` first";
        return session.refuse(id, Fault::new(FaultCode::NoStream, text));
    };
    let command = Command {
        at: now(),
        by: Some(person.account),
        once: Some(Once {
            device,
            stream,
            nonce,
            settled,
        }),
        action,
    };
    submit(session, id, command);
}

/// Submits a command whose outcome is the whole answer.
pub(super) fn submit(session: &Session, id: RequestId, command: Command) {
    let reply = ReplyTo::Session(session.shared.key(session.handle.id), id);
    if let Err(why) = session.shared.journal.submit(Submission { command, reply }) {
        session.refuse(id, faults::not_done(why));
    }
}
