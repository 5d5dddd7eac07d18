//! Carrying requests out, one file a group.

mod tries;
mod login;
mod proof;
mod account;
mod devices;
mod reading;
mod rooms;
mod people;
mod who;
mod command;
mod numbered;
mod invites;
mod signals;
mod admin;
mod texts;

use super::{Session, faults};
use crate::store::order::AuditFilter;
use crate::store::{Reader, StoreError};
use actix::Context;
use admin::{accounts, records};
use chat_shared::{AccountId, Event, Fault, Request, RequestId};
use invites::Wanted;
use numbered::Number;
pub(super) use reading::may_read;

impl Session {
    /// Who is signed in.
    fn account(&self) -> Option<AccountId> {
        self.person.as_ref().map(|person| person.account)
    }

    /// Answers a request with what the store says.
    fn answer_read(
        &self,
        ctx: &mut Context<Self>,
        id: RequestId,
        ask: impl FnOnce(&Reader) -> Result<Result<Event, Fault>, StoreError> + Send + 'static,
    ) {
        self.read(ctx, id, ask, move |session, _, event| {
            session.answer(id, event)
        });
    }
}

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
        Request::ResetPassword {
            name,
            code,
            verifier,
        } => {
            account::reset_password(session, id, name, &code, &verifier, ctx);
        }

        Request::AddDevice { label } => devices::add(session, id, label, ctx),
        Request::RevokeDevice { device } => devices::revoke(session, id, device),
        Request::OpenStream { stream } => devices::open_stream(session, id, stream),
        Request::Devices {} => devices::list(session, id, ctx),

        Request::Sync {
            house,
            only,
            cursors,
            newest,
        } => {
            reading::sync(session, id, house, only, cursors, newest, ctx);
        }
        Request::Rooms { after, text } => rooms::directory(session, id, after, text, ctx),
        Request::Room { conversation } => rooms::room(session, id, conversation, ctx),
        Request::Restrictions {
            conversation,
            after,
        } => {
            rooms::restrictions(session, id, conversation, after, ctx);
        }
        Request::Members {
            conversation,
            after,
        } => {
            rooms::members(session, id, conversation, after, ctx);
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
        Request::Who { since, after } => who::who(session, id, since, after, ctx),
        Request::Card { account } => people::card(session, id, account, ctx),
        Request::SearchPeople { text, after } => people::search(session, id, text, after, ctx),
        Request::People { accounts, names } => people::people(session, id, accounts, names, ctx),
        Request::Contacts { groups_after } => people::contacts(session, id, groups_after, ctx),
        Request::Inbox { before } => people::inbox(session, id, before, ctx),

        Request::Post {
            nonce,
            settled,
            conversation,
            text,
        } => {
            let number = Number { nonce, settled };
            numbered::post(session, id, number, conversation, text);
        }
        Request::CreateRoom {
            nonce,
            settled,
            name,
            topic,
            access,
        } => {
            let number = Number { nonce, settled };
            numbered::create_room(session, id, number, &name, topic, access);
        }
        Request::Join {
            nonce,
            settled,
            conversation,
        } => {
            let number = Number { nonce, settled };
            numbered::join(session, id, number, conversation);
        }
        Request::Leave {
            nonce,
            settled,
            conversation,
        } => {
            let number = Number { nonce, settled };
            numbered::leave(session, id, number, conversation);
        }
        Request::SetTopic {
            nonce,
            settled,
            conversation,
            topic,
        } => {
            let number = Number { nonce, settled };
            numbered::set_topic(session, id, number, conversation, topic);
        }
        Request::OpenDirect {
            nonce,
            settled,
            with,
        } => {
            let number = Number { nonce, settled };
            numbered::open_direct(session, id, number, with);
        }
        Request::Command {
            nonce,
            settled,
            command,
        } => {
            let number = Number { nonce, settled };
            numbered::command(session, id, number, command, ctx);
        }

        Request::InviteNew {
            uses,
            expires_secs,
            rooms,
            role,
        } => {
            let wanted = Wanted {
                uses,
                expires_secs,
                role,
            };
            invites::make(session, id, wanted, rooms, ctx);
        }
        Request::Invites { after } => {
            let by = session.account();
            invites::list(session, id, by, after, ctx);
        }

        Request::MarkRead { conversation, seq } => {
            signals::mark_read(session, id, conversation, seq);
        }
        Request::SetPresence { state } => signals::set_presence(session, id, state),
        Request::Typing { conversation } => signals::typing(session, id, conversation, ctx),

        Request::AdminStatus {} => admin::status(session, id, ctx),
        Request::AdminAccountAdd { name, verifier } => {
            accounts::add(session, id, &name, &verifier);
        }
        Request::AdminAccounts { after } => accounts::list(session, id, after, ctx),
        Request::AdminAccountEnable { name, enabled } => {
            accounts::enable(session, id, name, enabled, ctx);
        }
        Request::AdminPasswordReset { name, verifier } => {
            accounts::password_reset(session, id, &name, &verifier);
        }
        Request::AdminResetCode { name, expires_secs } => {
            accounts::reset_code(session, id, &name, expires_secs, ctx);
        }
        Request::AdminCard { name } => accounts::card(session, id, name, ctx),
        Request::AdminInviteNew {
            uses,
            expires_secs,
            rooms,
            role,
        } => {
            let wanted = Wanted {
                uses,
                expires_secs,
                role,
            };
            invites::make_by_administrator(session, id, wanted, rooms, ctx);
        }
        Request::AdminInvites { after } => invites::list(session, id, None, after, ctx),
        Request::AdminInviteRevoke { invite } => admin::invite_revoke(session, id, invite),
        Request::AdminCommand { command } => admin::any(session, id, command, ctx),
        Request::AdminRooms { after } => records::rooms(session, id, after, ctx),
        Request::AdminMembers {
            conversation,
            after,
        } => {
            records::members(session, id, conversation, after, ctx);
        }
        Request::AdminRestrictions {
            conversation,
            after,
        } => {
            records::restrictions(session, id, conversation, after, ctx);
        }
        Request::AdminBans { after } => records::bans(session, id, after, ctx),
        Request::AdminGroups { after } => records::groups(session, id, after, ctx),
        Request::AdminAudit {
            after,
            limit,
            since,
            by,
            act,
        } => {
            let filter = AuditFilter { since, by, act };
            records::audit(session, id, after, limit, filter, ctx);
        }
    }
}
