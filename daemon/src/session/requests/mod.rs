//! Carrying requests out, one file a group.

mod login;
mod devices;
mod reading;
mod commands;
mod signals;
mod admin;

use super::{Session, faults};
use actix::Context;
use chat_shared::{Event, Request, RequestId};

/// Carries out a request that fits now.
pub(super) fn carry_out(
    session: &mut Session,
    id: RequestId,
    request: Request,
    ctx: &mut Context<Session>,
) {
    match request {
        Request::Ping {} => session.answer(id, Event::Pong {}),
        Request::Unknown => session.refuse(id, faults::unknown_request()),

        Request::Hello { client, version } => login::hello(session, id, &client, version, ctx),
        Request::Register {
            name,
            verifier,
            invite,
        } => {
            login::register(session, id, &name, &verifier, invite, ctx);
        }
        Request::SaslStart { mechanism, data } => {
            login::start(session, id, &mechanism, &data, ctx);
        }
        Request::SaslRespond { data } => login::respond(session, id, &data, ctx),
        Request::Resume { token } => login::resume(session, id, &token, ctx),

        Request::AddDevice { label } => devices::add(session, id, label, ctx),
        Request::RevokeDevice { device } => devices::revoke(session, id, device),
        Request::OpenStream { stream } => devices::open_stream(session, id, stream, ctx),
        Request::Devices {} => devices::list(session, id, ctx),

        Request::Sync {
            house,
            only,
            cursors,
            newest,
        } => {
            reading::sync(session, id, house, only, cursors, newest, ctx);
        }
        Request::Rooms { after } => reading::rooms(session, id, after, ctx),
        Request::Members {
            conversation,
            after,
        } => {
            reading::members(session, id, conversation, after, ctx);
        }
        Request::History {
            conversation,
            before,
            after,
            around,
            limit,
        } => {
            let place = match (before, after, around) {
                (None, None, None) => reading::Place::Newest,
                (Some(seq), None, None) => reading::Place::Before(seq),
                (None, Some(seq), None) => reading::Place::After(seq),
                (None, None, Some(seq)) => reading::Place::Around(seq),
                _ => {
                    let text = "history is before, after or around a place: give one of them";
                    return session.refuse(id, faults::bad_range(text));
                }
            };
            reading::history(session, id, conversation, place, limit, ctx);
        }
        Request::Who {} => reading::who(session, id, ctx),
        Request::People { accounts, names } => reading::people(session, id, accounts, names, ctx),

        Request::Post {
            nonce,
            settled,
            conversation,
            text,
        } => {
            commands::post(session, id, nonce, settled, conversation, text);
        }
        Request::CreateRoom {
            nonce,
            settled,
            name,
            topic,
        } => {
            commands::create_room(session, id, nonce, settled, &name, topic);
        }
        Request::Join {
            nonce,
            settled,
            conversation,
        } => {
            commands::join(session, id, nonce, settled, conversation);
        }
        Request::Leave {
            nonce,
            settled,
            conversation,
        } => {
            commands::leave(session, id, nonce, settled, conversation);
        }
        Request::SetTopic {
            nonce,
            settled,
            conversation,
            topic,
        } => {
            commands::set_topic(session, id, nonce, settled, conversation, topic);
        }
        Request::OpenDirect {
            nonce,
            settled,
            with,
        } => {
            commands::open_direct(session, id, nonce, settled, with);
        }

        Request::MarkRead { conversation, seq } => {
            signals::mark_read(session, id, conversation, seq);
        }
        Request::SetPresence { state } => signals::set_presence(session, id, state),
        Request::Typing { conversation } => signals::typing(session, id, conversation),

        Request::AdminStatus {} => admin::status(session, id, ctx),
        Request::AdminAccountAdd { name, verifier } => {
            admin::account_add(session, id, &name, &verifier);
        }
        Request::AdminAccounts { after } => admin::accounts(session, id, after, ctx),
        Request::AdminAccountEnable { name, enabled } => {
            admin::account_enable(session, id, &name, enabled);
        }
        Request::AdminPasswordReset { name, verifier } => {
            admin::password_reset(session, id, &name, &verifier);
        }
        Request::AdminInviteNew { uses, expires_secs } => {
            admin::invite_new(session, id, uses, expires_secs, ctx);
        }
        Request::AdminInvites {} => admin::invites(session, id, ctx),
        Request::AdminInviteRevoke { invite } => admin::invite_revoke(session, id, invite),
    }
}
