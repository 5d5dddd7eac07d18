//! `chatc delete-account`: the end of one's own account.

use super::by_password::{Proved, named, password};
use super::context::Context;
use super::exit::Stop;
use super::place_in;
use super::sign_in::{greet, trust_and_tell};
use crate::prompt::Prompt;
use chat_shared::Command as Act;

/// Runs the command.
pub async fn run(context: &Context, again: Option<&str>) -> Result<(), Stop> {
    // Which account it is may depend on where a daemon answers.
    let place = greet(context, &mut trust_and_tell).await?.place;
    let account = named(context.account_at(&place)?)?;
    let again = match again {
        Some(again) => again.to_owned(),
        None => {
            let mut prompt = Prompt::for_command("--name NAME")?;
            prompt.say(&format!(
                "This ends the account {account} at {place} for good. Nobody can bring it back, and nobody \
                 else can have its name. What it wrote stays or goes, as this house has it.\n\
                 `chatc export DIR` keeps a copy of what is yours."
            ))?;
            prompt.line("Type the account's name to go on: ")?
        }
    };
    if place_in::person(&again)? != account {
        return Err(Stop::usage(format!(
            "the account is {account}, not {}: nothing was done",
            again.trim()
        )));
    }
    let password = password(context, &format!("Password of {account}: "))?;
    let mut proved = Proved::sign_in(context, &password).await?;
    proved.act(Act::DeleteAccount {}).await?;
    Ok(proved.folder.forget()?)
}
