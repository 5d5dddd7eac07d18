//! Devices and the streams of their commands.

use super::super::{Session, answers, faults};
use super::numbered::{ask, submit};
use crate::auth::tokens::NewToken;
use crate::clock::now;
use crate::journal::{Action, Command, Outcome};
use crate::registry::messages::{AskDevices, BecameDevice};
use crate::store::record::{DeviceRecord, SeenRecord};
use crate::store::{Reader, StoreError};
use actix::Context;
use chat_shared::limits::{DEVICE_LABEL_BYTES, STREAMS_PER_DEVICE};
use chat_shared::{
    AccountId, DeviceId, DeviceInfo, Event, Fault, FaultCode, Nonce, RequestId, StreamId,
};
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
    ask(session, id, command, ctx, move |session, _, result| {
        let Ok(Outcome::Device { device }) = result else {
            return session.answer(id, answers::of(result));
        };
        let became = BecameDevice {
            session: session.shared.key(session.handle.id),
            device,
        };
        // Busy: it would not be ended when the device is revoked, so it does not begin.
        if session.shared.registry.try_send(became).is_err() {
            return session.refuse(id, faults::busy());
        }
        if let Some(person) = &mut session.person {
            person.device = Some(device);
        }
        let token = token.token(device);
        session.answer(id, Event::DeviceAdded { device, token });
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

pub(super) fn open_stream(session: &mut Session, id: RequestId, stream: StreamId) {
    let Some(device) = session.person.as_ref().and_then(|person| person.device) else {
        let text = "a stream belongs to a device: `add_device` first, or sign in by `resume`";
        return session.refuse(id, Fault::new(FaultCode::NoDevice, text));
    };
    if stream.0 >= STREAMS_PER_DEVICE {
        let text = format!("a device has the streams 0 to {}", STREAMS_PER_DEVICE - 1);
        return session.refuse(id, Fault::new(FaultCode::TooManyStreams, text));
    }
    match session.look_up(|reader| Ok(Ok(reader.stream(device, stream)?.last))) {
        Ok(last) => {
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
        }
        Err(fault) => session.refuse(id, fault),
    }
}

pub(super) fn list(session: &mut Session, id: RequestId, ctx: &mut Context<Session>) {
    let Some(person) = session.person.clone() else {
        return;
    };
    let ask = move |reader: &Reader| Ok(Ok(known(reader, person.account)?));
    session.read(ctx, id, ask, move |session, ctx, devices| {
        let (account, current) = (person.account, person.device);
        let then = move |session: &mut Session, _: &mut Context<Session>, devices| {
            session.answer(id, Event::Devices { devices });
        };
        with_sessions(session, id, account, current, devices, ctx, then);
    });
}

/// A device and when it was connected last.
pub(super) type Known = (DeviceId, DeviceRecord, Option<SeenRecord>);

/// What the store says of the devices of an account.
pub(super) fn known(reader: &Reader, account: AccountId) -> Result<Vec<Known>, StoreError> {
    let devices = reader.devices(account)?.into_iter();
    devices
        .map(|(id, record)| Ok((id, record, reader.device_seen(id)?)))
        .collect()
}

/// Adds to what the store says of devices what the registry knows.
pub(super) fn with_sessions(
    session: &Session,
    id: RequestId,
    account: AccountId,
    current: Option<DeviceId>,
    devices: Vec<Known>,
    ctx: &mut Context<Session>,
    then: impl FnOnce(&mut Session, &mut Context<Session>, Vec<DeviceInfo>) + 'static,
) {
    let (reply, sessions) = oneshot::channel();
    let ask = AskDevices {
        account,
        devices: devices.iter().map(|(device, ..)| *device).collect(),
        reply,
    };
    if session.shared.registry.try_send(ask).is_err() {
        return session.refuse(id, faults::busy());
    }
    session.after(ctx, id, sessions, move |session, ctx, sessions| {
        let devices = devices.into_iter().zip(sessions);
        let devices = devices.map(|((device, record, seen), sessions)| DeviceInfo {
            device,
            label: record.label,
            added_at: record.created_at,
            current: current == Some(device),
            last_used: seen.as_ref().map(|seen| seen.at),
            last_address: seen.and_then(|seen| seen.address),
            sessions,
        });
        then(session, ctx, devices.collect());
    });
}
