//! `chatctl announce`: a word to many.

use crate::client::Sockets;
use crate::failure::Failure;
use crate::{Style, lookup};
use chat_shared::{Audience, Command};
use clap::Args;
use serde_json::json as value;

#[derive(Debug, Args)]
pub(crate) struct Arguments {
    #[command(flatten)]
    to: To,
    /// What
    text: String,
}

/// To whom; those online, where nothing is said, as in `chatc announce`.
#[derive(Debug, Args)]
#[group(multiple = false)]
struct To {
    /// To those who are online now; it is not kept. So it is where nothing else is said
    #[arg(long)]
    online: bool,
    /// To everybody; who is away finds it at the next login
    #[arg(long)]
    everybody: bool,
    /// To these people, separated by commas; who is away finds it at the next login
    #[arg(long, value_name = "NAMES", value_delimiter = ',')]
    to: Vec<String>,
}

/// Announces, and gives the text to print.
pub(crate) fn run(
    arguments: &Arguments,
    sockets: &Sockets,
    style: Style,
) -> Result<String, Failure> {
    let mut client = sockets.connect()?;
    let to = match &arguments.to {
        To {
            everybody: true, ..
        } => Audience::Everybody,
        To { to, .. } if to.is_empty() => Audience::Online,
        To { to, .. } => Audience::People {
            accounts: lookup::people(&mut client, to)?,
        },
    };
    let (word, told) = match &to {
        Audience::Online => ("online", "those who are online".to_owned()),
        Audience::Everybody => ("everybody", "everybody".to_owned()),
        Audience::People { accounts } if accounts.len() == 1 => ("people", "one person".to_owned()),
        Audience::People { accounts } => ("people", format!("{} people", accounts.len())),
    };
    client.command(Command::Announce {
        to,
        text: arguments.text.clone(),
    })?;
    Ok(style.tell(
        &format!("announced to {told}"),
        &value!({ "announced_to": word }),
    ))
}
