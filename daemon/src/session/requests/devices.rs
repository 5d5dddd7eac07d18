//! Devices and the streams of their commands.

use super::super::{Session, answers, faults};
use super::commands::submit;
use crate::auth::tokens::NewToken;
use crate::clock::now;
use crate::journal::{Action, Command, Journal, Outcome, ReplyTo, Submission};
use crate::registry::messages::SignedIn;
use crate::store::Reader;
use actix::Context;
use chat_shared::limits::{DEVICE_LABEL_BYTES, STREAMS_PER_DEVICE};
use chat_shared::{DeviceId, DeviceInfo, Event, Fault, FaultCode, Nonce, RequestId, StreamId};
use tokio::sync::oneshot;

pub(super) fn add(session: &mut Session, id: RequestId, label: String, ctx: &mut Context<Session>) {
    let Some(person) = &session.person else {
        return;
    };
    if person.device.is_some() {
        let text = "this connection is a device already";
        return session.refuse(id, faults::wrong_state(text));
    }
    if label.len() > DEVICE_LABEL_BYTES {
        return session.refuse(id, faults::too_long("label", DEVICE_LABEL_BYTES));
    }
    let token = NewToken::random();
    let action = Action::AddDevice {
        label,
        token_hash: token.hash,
    };
    let command = Command {
        at: now(),
        by: Some(person.account),
        once: None,
        action,
    };
    let (asker, outcome) = oneshot::channel();
    let submission = Submission {
        command,
        reply: ReplyTo::Asker(asker),
    };
    if let Err(why) = session.shared.journal.submit(submission) {
        return session.refuse(id, faults::not_done(why));
    }
    session.after(ctx, id, outcome, move |session, _, result| match result {
        Ok(Outcome::Device { device }) => {
            if let Some(person) = &mut session.person {
                person.device = Some(device);
                let session_key = session.shared.key(session.handle.id);
                let account = person.account;
                let signed_in = SignedIn {
                    session: session_key,
                    account,
                    device: Some(device),
                };
                // Busy: it would not be ended when the device is revoked, so it does not begin.
                if session.shared.registry.try_send(signed_in).is_err() {
                    return session.refuse(id, faults::busy());
                }
            }
            session.answer(
                id,
                Event::DeviceAdded {
                    device,
                    token: token.token(device),
                },
            );
        }
        result => session.answer(id, answers::of(result)),
    });
}

pub(super) fn revoke(session: &mut Session, id: RequestId, device: DeviceId) {
    let Some(person) = &session.person else {
        return;
    };
    let action = Action::RevokeDevice { device };
    submit(
        session,
        id,
        Command {
            at: now(),
            by: Some(person.account),
            once: None,
            action,
        },
    );
}

pub(super) fn open_stream(
    session: &mut Session,
    id: RequestId,
    stream: StreamId,
    ctx: &mut Context<Session>,
) {
    let Some(device) = session.person.as_ref().and_then(|person| person.device) else {
        let text = "a stream belongs to a device: `add_device` first, or sign in by `resume`";
        return session.refuse(id, Fault::new(FaultCode::NoDevice, text));
    };
    if stream.0 >= STREAMS_PER_DEVICE {
        let text = format!("a device has the streams 0 to {}", STREAMS_PER_DEVICE - 1);
        return session.refuse(id, Fault::new(FaultCode::TooManyStreams, text));
    }
    let ask = move |reader: &Reader| Ok(Ok(reader.stream(device, stream)?.last));
    session.read(ctx, id, ask, move |session, _, last| {
        if let Some(person) = &mut session.person {
            person.stream = Some(stream);
        }
        session.answer(
            id,
            Event::StreamOpened {
                stream,
                last: Nonce(last),
            },
        );
    });
}

pub(super) fn list(session: &mut Session, id: RequestId, ctx: &mut Context<Session>) {
    let Some(person) = session.person.clone() else {
        return;
    };
    let ask = move |reader: &Reader| Ok(Ok(reader.devices(person.account)?));
    session.read(ctx, id, ask, move |session, _, devices| {
        let devices = devices.into_iter().map(|(device, record)| DeviceInfo {
            device,
            label: record.label,
            added_at: record.created_at,
            current: person.device == Some(device),
        });
        session.answer(
            id,
            Event::Devices {
                devices: devices.collect(),
            },
        );
    });
}
