//! What may be lost: read marks, presence, typing.

use super::super::{Session, faults};
use crate::registry::messages::SetPresence;
use crate::room::messages::{MarkRead, Typing};
use crate::store::{FeedKey, Reader};
use actix::Context;
use chat_shared::{ConversationId, Event, PresenceState, RequestId, Seq};

/// Only of conversations that this session follows: those it was found to be a member of.
fn follows(session: &Session, conversation: ConversationId) -> bool {
    session
        .subscriptions
        .contains_key(&FeedKey::Conversation(conversation))
}

pub(super) fn mark_read(
    session: &mut Session,
    id: RequestId,
    conversation: ConversationId,
    seq: Seq,
) {
    let Some(account) = session.account() else {
        return;
    };
    if !follows(session, conversation) {
        return session.refuse(id, faults::not_followed(conversation));
    }
    session
        .shared
        .tell_room(conversation, MarkRead { account, seq });
    session.answer(id, Event::Noted {});
}

pub(super) fn set_presence(session: &mut Session, id: RequestId, state: PresenceState) {
    let set = SetPresence {
        session: session.shared.key(session.handle.id),
        state,
    };
    match session.shared.registry.try_send(set) {
        Ok(()) => session.answer(id, Event::Noted {}),
        Err(_) => session.refuse(id, faults::busy()),
    }
}

pub(super) fn typing(
    session: &mut Session,
    id: RequestId,
    conversation: ConversationId,
    ctx: &mut Context<Session>,
) {
    let Some(account) = session.account() else {
        return;
    };
    if !follows(session, conversation) {
        return session.refuse(id, faults::not_followed(conversation));
    }
    let ask = move |reader: &Reader| Ok(Ok(reader.blocked(account)?));
    session.read(ctx, id, ask, move |session, _, unseen_by| {
        // They may have been put out meanwhile.
        if !follows(session, conversation) {
            return session.refuse(id, faults::not_followed(conversation));
        }
        let typing = Typing { account, unseen_by };
        session.shared.tell_room(conversation, typing);
        session.answer(id, Event::Noted {});
    });
}
