//! What became of a request, as the frame that answers it.

use super::faults;
use crate::journal::{NotDone, Outcome};
use bytes::Bytes;
use chat_shared::frame::{LENGTH_BYTES, encode};
use chat_shared::limits::FRAME;
use chat_shared::{Envelope, Event, RequestId};

/// The event that tells an outcome.
pub(crate) fn of(result: Result<Outcome, NotDone>) -> Event {
    match result {
        Ok(Outcome::Done { conversation, seq }) => Event::Done { conversation, seq },
        Ok(Outcome::Account {
            account,
            name,
            administrator,
        }) => Event::Registered {
            account,
            name,
            administrator,
        },
        // Those who ask for these wait for the outcome themselves, and add what only they know.
        Ok(
            Outcome::Device { .. }
            | Outcome::Invite { .. }
            | Outcome::MayAnnounce
            | Outcome::Swept { .. },
        ) => Event::Done {
            conversation: None,
            seq: None,
        },
        Err(why) => Event::Fault {
            fault: faults::not_done(why),
        },
    }
}

/// The frame of an answer, or of what comes by itself under id 0.
pub(crate) fn frame(request: RequestId, event: Event) -> Bytes {
    let frame = encode(&Envelope {
        id: request,
        body: &event,
    });
    if frame.len() <= FRAME + LENGTH_BYTES {
        return frame;
    }
    // Lists are paged so that this does not happen; a client must not be cut off by its own frame limit.
    let fault = faults::internal("an answer", &format_args!("{} bytes", frame.len()));
    encode(&Envelope {
        id: request,
        body: Event::Fault { fault },
    })
}
