//! What may be done about an account: make, disable and delete it, its role, profile and devices.

use crate::client::{Sockets, unexpected};
use crate::failure::Failure;
use crate::lookup::somebody;
use crate::{Style, confirm, done, password};
use chat_shared::{Command, DeviceId, Event, HouseRole, Request, clean};
use clap::Args;
use serde_json::json as value;
use std::path::Path;

pub(super) fn add(
    name: &str,
    password_file: &Path,
    sockets: &Sockets,
    style: Style,
) -> Result<String, Failure> {
    let password = password::read(password_file)?;
    let mut client = sockets.connect()?;
    let request = Request::AdminAccountAdd {
        name: name.to_owned(),
        verifier: password::verifier(&password, client.iterations)?,
    };
    let Event::Registered {
        account,
        name,
        administrator,
    } = client.ask(request)?
    else {
        return Err(unexpected());
    };
    let mut text = format!("account {} is made", clean::line(&name));
    if administrator {
        text.push_str("; it is the first and administers the house");
    }
    let made = value!({ "account": account, "name": name, "administrator": administrator });
    Ok(style.tell(&text, &made))
}

pub(super) fn enable(
    name: &str,
    enabled: bool,
    reason: &str,
    sockets: &Sockets,
    style: Style,
) -> Result<String, Failure> {
    let mut client = sockets.connect()?;
    let somebody = somebody(&mut client, name)?;
    let wanted = Command::EnableAccount {
        account: somebody.card.account,
        enabled,
        reason: reason.to_owned(),
    };
    let name = somebody.name();
    let text = done::line(&wanted, &name);
    client.command(wanted)?;
    Ok(style.tell(&text, &value!({ "name": name, "enabled": enabled })))
}

pub(super) fn delete(
    name: &str,
    yes: Option<&str>,
    sockets: &Sockets,
    style: Style,
) -> Result<String, Failure> {
    let somebody = somebody(&mut sockets.connect()?, name)?;
    let name = somebody.name();
    let typed = match yes {
        Some(typed) => typed.to_owned(),
        None => {
            let profile = &somebody.card.profile;
            let told = [
                &profile.full_name,
                &profile.display_name,
                &profile.department,
            ];
            let told = told.into_iter().filter(|text| !text.is_empty());
            let who = told.fold(name.clone(), |who, text| {
                format!("{who}, {}", clean::line(text))
            });
            let told =
                format!("{who}: there is no way back. Type the name to delete the account: ");
            confirm::typed(&told, &format!("--yes {name}"))?
        }
    };
    // Another connection: whoever thinks it over does so for longer than the daemon keeps an idle one.
    let account = somebody.card.account;
    let wanted = |name| Command::DeleteAccountOf { account, name };
    sockets.connect()?.command(wanted(typed))?;
    let text = done::line(&wanted(name.clone()), &name);
    Ok(style.tell(&text, &value!({ "name": name, "deleted": true })))
}

pub(super) fn role(
    name: &str,
    role: HouseRole,
    sockets: &Sockets,
    style: Style,
) -> Result<String, Failure> {
    let mut client = sockets.connect()?;
    let somebody = somebody(&mut client, name)?;
    let account = somebody.card.account;
    let wanted = Command::SetHouseRole { account, role };
    let name = somebody.name();
    let text = done::line(&wanted, &name);
    client.command(wanted)?;
    Ok(style.tell(&text, &value!({ "name": name, "role": role })))
}

#[derive(Debug, Args)]
pub(crate) struct Profile {
    /// Whose
    name: String,
    #[command(flatten)]
    fields: Fields,
}

/// At least one of them.
#[derive(Debug, Args)]
#[group(required = true, multiple = true)]
struct Fields {
    /// What they like to be called
    #[arg(long, value_name = "TEXT")]
    display_name: Option<String>,
    /// As on their door
    #[arg(long, value_name = "TEXT")]
    full_name: Option<String>,
    /// Where they read mail
    #[arg(long, value_name = "TEXT")]
    email: Option<String>,
    /// Where they answer a telephone
    #[arg(long, value_name = "TEXT")]
    phone: Option<String>,
    /// Where they belong
    #[arg(long, value_name = "TEXT")]
    department: Option<String>,
    /// Anything else
    #[arg(long, value_name = "TEXT")]
    about: Option<String>,
    /// Such as Europe/Berlin
    #[arg(long, value_name = "TEXT")]
    time_zone: Option<String>,
}

pub(super) fn profile(
    arguments: &Profile,
    sockets: &Sockets,
    style: Style,
) -> Result<String, Failure> {
    let mut client = sockets.connect()?;
    let somebody = somebody(&mut client, &arguments.name)?;
    let mut profile = somebody.card.profile.clone();
    let fields = &arguments.fields;
    for (field, given) in [
        (&mut profile.display_name, &fields.display_name),
        (&mut profile.full_name, &fields.full_name),
        (&mut profile.email, &fields.email),
        (&mut profile.phone, &fields.phone),
        (&mut profile.department, &fields.department),
        (&mut profile.about, &fields.about),
        (&mut profile.time_zone, &fields.time_zone),
    ] {
        if let Some(given) = given {
            field.clone_from(given);
        }
    }
    client.command(Command::SetProfile {
        account: Some(somebody.card.account),
        profile: profile.clone(),
    })?;
    let name = somebody.name();
    let text = format!("the profile of {name} is changed");
    Ok(style.tell(&text, &value!({ "name": name, "profile": profile })))
}

pub(super) fn revoke_device(
    name: &str,
    device: DeviceId,
    sockets: &Sockets,
    style: Style,
) -> Result<String, Failure> {
    let mut client = sockets.connect()?;
    let somebody = somebody(&mut client, name)?;
    let account = somebody.card.account;
    let wanted = Command::RevokeDeviceOf { account, device };
    let name = somebody.name();
    let text = done::line(&wanted, &name);
    client.command(wanted)?;
    let done = value!({ "name": name, "device": device, "revoked": true });
    Ok(style.tell(&text, &done))
}
