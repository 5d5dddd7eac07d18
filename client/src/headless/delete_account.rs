//! `chatc delete-account`: the end of one's own account, or, for administrators, of somebody's.

use super::by_password::{Proved, named, password};
use super::context::Context;
use super::exit::Stop;
use super::place_in;
use super::print;
use super::sign_in::{greet, trust_and_tell};
use crate::prompt::Prompt;
use chat_shared::Command as Act;
use chat_shared::names::AccountName;
use serde::Serialize;

/// Whose account is no more.
#[derive(Serialize)]
struct Line<'a> {
    name: &'a str,
    deleted: bool,
}

/// Runs the command.
pub async fn run(context: &Context, again: Option<&str>, of: Option<&str>) -> Result<(), Stop> {
    let of = of.map(place_in::person).transpose()?;
    // Which account it is may depend on where a daemon answers.
    let place = greet(context, &mut trust_and_tell).await?.place;
    let own = named(context.account_at(&place)?)?;
    let whose = of.as_ref().unwrap_or(&own);
    let what = match &of {
        Some(name) => {
            format!("This ends the account {name} at {place} for good, which is somebody else's.")
        }
        None => format!(
            "This ends the account {own} at {place} for good. `chatc export DIR` keeps a copy of what is yours."
        ),
    };
    same_name(whose, again, &what)?;
    let password = password(context, &format!("Password of {own}: "))?;
    let mut proved = Proved::sign_in(context, &password).await?;
    match &of {
        Some(name) => {
            let account = place_in::account(&mut proved.session, name).await?;
            let name = name.as_str().to_owned();
            proved.act(Act::DeleteAccountOf { account, name }).await?;
        }
        None => {
            proved.act(Act::DeleteAccount {}).await?;
            proved.folder.forget()?;
        }
    }
    let words = format!("the account {whose} is deleted");
    let name = whose.as_str();
    let deleted = true;
    print::done(context, &words, &Line { name, deleted })
}

/// Whether the name that is typed, or given as `again`, is that of the account.
fn same_name(account: &AccountName, again: Option<&str>, what: &str) -> Result<(), Stop> {
    let again = match again {
        Some(again) => again.to_owned(),
        None => {
            let mut prompt = Prompt::for_command("--name NAME")?;
            prompt.say(&format!(
                "{what}\nNobody can bring it back, and nobody else can have its name. What it wrote stays or \
                 goes, as this house has it."
            ))?;
            prompt.line("Type the account's name to go on: ")?
        }
    };
    if place_in::person(&again)? == *account {
        return Ok(());
    }
    Err(Stop::usage(format!(
        "the account is {account}, not {}: nothing was done",
        again.trim()
    )))
}
