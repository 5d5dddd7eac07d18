//! Trying secrets: passwords, and the codes of invitations and for another password. Who guesses has to wait,
//! by the name and by the address; the registry counts.

use super::super::{Session, faults};
use crate::registry::messages::{AskLogin, LoginTried};
use actix::Context;
use chat_shared::RequestId;
use tokio::sync::oneshot;

/// Goes on where a secret may be tried now: that of a name, or nobody's where it is an invitation that is
/// guessed at.
pub(super) fn may_try(
    session: &Session,
    id: RequestId,
    name: Option<String>,
    ctx: &mut Context<Session>,
    then: impl FnOnce(&mut Session, &mut Context<Session>) + 'static,
) {
    let (reply, allowed) = oneshot::channel();
    let ask = AskLogin {
        name,
        address: session.peer.place.address,
        reply,
    };
    if session.shared.registry.try_send(ask).is_err() {
        return session.refuse(id, faults::busy());
    }
    session.after(
        ctx,
        id,
        allowed,
        move |session, ctx, allowed| match allowed {
            Ok(()) => then(session, ctx),
            Err(wait) => session.refuse(id, faults::throttled(wait)),
        },
    );
}

/// How a try ended.
pub(super) fn tried(session: &Session, name: Option<String>, succeeded: bool) {
    let tried = LoginTried {
        name,
        address: session.peer.place.address,
        succeeded,
    };
    // Where the registry is that busy it is a try that was not counted.
    let _ = session.shared.registry.try_send(tried);
}
