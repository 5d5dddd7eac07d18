//! `chatctl account`: people's accounts.

use crate::client::{Sockets, unexpected};
use crate::failure::Failure;
use crate::table::Table;
use crate::{Style, json, password, time};
use chat_shared::{AccountId, AccountInfo, Event, Request, clean};
use clap::Subcommand;
use serde_json::json as value;
use std::path::PathBuf;

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Make an account
    Add {
        /// What the person is called
        name: String,
        /// The file that holds the password; - is standard input
        #[arg(long, value_name = "FILE")]
        password_file: PathBuf,
    },
    /// All accounts
    List,
    /// Keep somebody out: ends their connections; what they wrote stays
    Disable {
        /// Whom
        name: String,
    },
    /// Let somebody in again
    Enable {
        /// Whom
        name: String,
    },
    /// Give somebody a new password, which is printed once, and end all their connections
    ResetPassword {
        /// Whom
        name: String,
    },
}

/// Carries a command out and gives the text to print.
pub(crate) fn run(command: &Command, sockets: &Sockets, style: Style) -> Result<String, Failure> {
    match command {
        Command::Add {
            name,
            password_file,
        } => {
            let password = password::read(password_file)?;
            add(name, &password, sockets, style)
        }
        Command::List => list(sockets, style),
        Command::Disable { name } => enable(name, false, sockets, style),
        Command::Enable { name } => enable(name, true, sockets, style),
        Command::ResetPassword { name } => reset_password(name, sockets, style),
    }
}

fn add(name: &str, password: &str, sockets: &Sockets, style: Style) -> Result<String, Failure> {
    let mut client = sockets.connect()?;
    let request = Request::AdminAccountAdd {
        name: name.to_owned(),
        verifier: password::verifier(password, client.iterations)?,
    };
    let Event::Registered {
        account,
        name,
        administrator,
    } = client.ask(request)?
    else {
        return Err(unexpected());
    };
    let name = clean::line(&name);
    Ok(match style {
        Style::People if administrator => {
            format!("account {name} is made; it is the first and administers the house\n")
        }
        Style::People => format!("account {name} is made\n"),
        Style::Json => json(&value!({
            "account": account, "name": name, "administrator": administrator,
        })),
    })
}

fn list(sockets: &Sockets, style: Style) -> Result<String, Failure> {
    let accounts = all(sockets)?;
    if style == Style::Json {
        let accounts = accounts.iter().map(|info| {
            value!({
                "account": info.account,
                "name": clean::line(&info.name),
                "administrator": info.administrator,
                "enabled": info.enabled,
                "created_at": time::exact(info.created_at),
                "sessions": info.sessions,
            })
        });
        return Ok(json(&accounts.collect()));
    }
    if accounts.is_empty() {
        return Ok("there are no accounts yet\n".to_owned());
    }
    let mut table = Table::new(&["NAME", "ROLE", "STATE", "SESSIONS", "SINCE"]);
    for info in accounts {
        let role = match info.administrator {
            true => "administrator",
            false => "member",
        };
        let state = match info.enabled {
            true => "enabled",
            false => "disabled",
        };
        table.row(&[
            &clean::line(&info.name),
            role,
            state,
            &info.sessions.to_string(),
            &time::short(info.created_at),
        ]);
    }
    Ok(table.to_string())
}

/// Page by page.
fn all(sockets: &Sockets) -> Result<Vec<AccountInfo>, Failure> {
    let mut client = sockets.connect()?;
    let mut all: Vec<AccountInfo> = Vec::new();
    loop {
        let after = all.last().map_or(AccountId(0), |info| info.account);
        let Event::Accounts { accounts, more } = client.ask(Request::AdminAccounts { after })?
        else {
            return Err(unexpected());
        };
        // A page that does not go on would be asked for without end.
        let goes_on = accounts.last().is_some_and(|last| last.account > after);
        all.extend(accounts);
        if !more || !goes_on {
            return Ok(all);
        }
    }
}

fn enable(name: &str, enabled: bool, sockets: &Sockets, style: Style) -> Result<String, Failure> {
    let request = Request::AdminAccountEnable {
        name: name.to_owned(),
        enabled,
    };
    let Event::Done { .. } = sockets.connect()?.ask(request)? else {
        return Err(unexpected());
    };
    let name = clean::line(name);
    Ok(match style {
        Style::Json => json(&value!({ "name": name, "enabled": enabled })),
        Style::People if enabled => format!("account {name} is enabled\n"),
        Style::People => format!("account {name} is disabled and its connections are ended\n"),
    })
}

fn reset_password(name: &str, sockets: &Sockets, style: Style) -> Result<String, Failure> {
    let mut client = sockets.connect()?;
    let password = password::random()?;
    let request = Request::AdminPasswordReset {
        name: name.to_owned(),
        verifier: password::verifier(&password, client.iterations)?,
    };
    let Event::Done { .. } = client.ask(request)? else {
        return Err(unexpected());
    };
    let name = clean::line(name);
    Ok(match style {
        Style::Json => json(&value!({ "name": name, "password": password })),
        Style::People => format!(
            "account {name} has the new password  {password}\n\
             it is shown only here; all devices of the account have to sign in again\n"
        ),
    })
}
