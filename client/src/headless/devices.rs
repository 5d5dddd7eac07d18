//! `chatc devices`: prints the account's devices, or ends some.

use super::context::Context;
use super::exit::Stop;
use super::print;
use super::sign_in::connect;
use super::submit::act;
use crate::net::session::{Session, unexpected};
use chat_shared::{Command as Act, DeviceId, DeviceInfo, Event, Request};
use serde::Serialize;

/// A device as a line of JSON.
#[derive(Debug, Serialize)]
pub struct DeviceLine<'a> {
    device: u64,
    label: &'a str,
    added_at: String,
    current: bool,
    sessions: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    last_used: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    last_address: Option<&'a str>,
}

impl<'a> DeviceLine<'a> {
    /// Of a device.
    pub fn new(device: &'a DeviceInfo) -> Self {
        Self {
            device: device.device.0,
            label: &device.label,
            added_at: print::rfc3339(device.added_at),
            current: device.current,
            sessions: device.sessions,
            last_used: device.last_used.map(print::rfc3339),
            last_address: device.last_address.as_deref(),
        }
    }
}

/// What was ended: a number, or `others`.
#[derive(Serialize)]
struct Ended {
    ended: String,
}

/// Prints them.
pub async fn run(context: &Context) -> Result<(), Stop> {
    let mut session = connect(context).await?.session;
    let devices = all(&mut session).await?;
    devices.iter().try_for_each(|device| match context.json {
        true => print::json(&DeviceLine::new(device)),
        false => print::line(&words(device)),
    })
}

/// Ends one.
pub async fn end(context: &Context, device: u64) -> Result<(), Stop> {
    let mut session = connect(context).await?.session;
    let device = DeviceId(device);
    session.ask(Request::RevokeDevice { device }).await?;
    let words = format!("device {device} is signed out");
    let ended = Ended {
        ended: device.to_string(),
    };
    print::done(context, &words, &ended)
}

/// Ends all but this one.
pub async fn end_others(context: &Context) -> Result<(), Stop> {
    let find = async |_: &mut Session, _| Ok(Act::RevokeOtherDevices {});
    act(context, find).await?;
    let ended = Ended {
        ended: "others".to_owned(),
    };
    print::done(context, "all other devices are signed out", &ended)
}

/// All devices of the account.
pub async fn all(session: &mut Session) -> Result<Vec<DeviceInfo>, Stop> {
    match session.ask(Request::Devices {}).await? {
        Event::Devices { devices } => Ok(devices),
        other => Err(unexpected(&other).into()),
    }
}

fn words(device: &DeviceInfo) -> String {
    let mark = if device.current { "*" } else { " " };
    let label = print::clean(&device.label);
    let address = device.last_address.as_deref().unwrap_or_default();
    let from = match print::clean(address) {
        address if address.is_empty() => address,
        address => format!(" from {address}"),
    };
    let used = match device.last_used {
        _ if device.sessions > 0 => format!("connected now{from}"),
        Some(at) => format!("last used {}{from}", print::local(at)),
        None => format!("since {}", print::local(device.added_at)),
    };
    format!("{mark} {} {label}, {used}", device.device)
}

#[cfg(test)]
mod tests {
    use super::*;
    use chat_shared::Timestamp;

    #[test]
    fn a_line_says_when_and_from_where_it_was_used() {
        let mut device = DeviceInfo {
            device: DeviceId(4),
            label: "anna@desk".into(),
            added_at: Timestamp(0),
            current: true,
            last_used: Some(Timestamp(0)),
            last_address: Some("192.0.2.7".into()),
            sessions: 1,
        };
        assert_eq!(
            words(&device),
            "* 4 anna@desk, connected now from 192.0.2.7"
        );
        device.sessions = 0;
        device.current = false;
        let line = words(&device);
        assert!(line.starts_with("  4 anna@desk, last used 19"), "{line}");
        assert!(line.ends_with(" from 192.0.2.7"), "{line}");
        assert_eq!(
            serde_json::to_string(&DeviceLine::new(&device)).unwrap(),
            "{\"device\":4,\"label\":\"anna@desk\",\"added_at\":\"1970-01-01T00:00:00.000Z\",\
             \"current\":false,\"sessions\":0,\"last_used\":\"1970-01-01T00:00:00.000Z\",\
             \"last_address\":\"192.0.2.7\"}"
        );
    }
}
