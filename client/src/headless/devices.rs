//! `chatc devices`: prints the account's devices, or ends one.

use super::context::Context;
use super::exit::Stop;
use super::print;
use super::sign_in::connect;
use crate::net::session::unexpected;
use chat_shared::{DeviceId, Event, Request, clean};
use serde::Serialize;

#[derive(Serialize)]
struct Line<'a> {
    device: u64,
    label: &'a str,
    added_at: String,
    current: bool,
}

/// Runs the command.
pub async fn run(context: &Context, revoke: Option<u64>) -> Result<(), Stop> {
    let mut session = connect(context).await?.session;
    if let Some(device) = revoke {
        session
            .ask(Request::RevokeDevice {
                device: DeviceId(device),
            })
            .await?;
        return Ok(());
    }
    let devices = match session.ask(Request::Devices {}).await? {
        Event::Devices { devices } => devices,
        other => return Err(unexpected(&other).into()),
    };
    for device in &devices {
        let added_at = print::rfc3339(device.added_at);
        if context.json {
            let (label, current) = (device.label.as_str(), device.current);
            print::json(&Line {
                device: device.device.0,
                label,
                added_at,
                current,
            })?;
        } else {
            let mark = if device.current { "*" } else { " " };
            let label = clean::line(&device.label);
            print::line(&format!("{mark} {} {added_at} {label}", device.device))?;
        }
    }
    Ok(())
}
