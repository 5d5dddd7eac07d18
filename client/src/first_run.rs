//! What is asked in the terminal before the screen comes up: on a first run who one is, later nothing.

use crate::headless::context::Context;
use crate::headless::exit::Stop;
use crate::headless::register::register;
use crate::headless::sign_in::{SignedIn, by_password, connect, greet};
use crate::net::session::{Session, Welcome};
use crate::net::{Failure, Place, Settings, channel, sign_in};
use crate::prompt::Prompt;
use crate::startup::Startup;
use chat_shared::link::Pin;
use chat_shared::names::AccountName;
use chat_shared::scram::check_new_password;
use chat_shared::{FaultCode, HouseRole, RegistrationMode, clean};
use std::io::IsTerminal;
use std::time::Duration;
use tokio::time::timeout;

/// How long to wait before the screen comes up without knowing.
const LOOK_IN: Duration = Duration::from_secs(2);

/// Settles who and where, and asks what is missing.
pub async fn prepare(context: Context) -> Result<Startup, Stop> {
    if !std::io::stdin().is_terminal() || !std::io::stdout().is_terminal() {
        return Err(Stop::usage(
            "the screen needs a terminal; for scripts there are commands, see `chatc --help`",
        ));
    }
    if let Some(startup) = known(&context)? {
        return match look_in(&startup).await {
            Ok(()) => Ok(startup),
            // The screen tells, keeps what is typed, and tries again.
            Err(failure) if failure.is_passing() => Ok(startup),
            Err(Failure::Refused(fault)) if fault.code == FaultCode::TokenInvalid => {
                sign_in_again(&context, startup).await
            }
            Err(failure) => Err(failure.into()),
        };
    }
    if context.account.is_some() && context.password.is_some() {
        let signed_in = connect(&context).await?;
        return startup(&context, signed_in);
    }
    let mut prompt = Prompt::open();
    let (place, welcome) = find(&context, &mut prompt).await?;
    let (signed_in, is_new) = ask_who(&context, &mut prompt, &place, &welcome).await?;
    let is_founder = is_new && signed_in.me.role == HouseRole::Administrator;
    let startup = startup(&context, signed_in)?;
    Ok(Startup {
        is_founder,
        ..startup
    })
}

/// A later run goes straight in, also where the daemon cannot be reached just now.
fn known(context: &Context) -> Result<Option<Startup>, Stop> {
    let [place] = context.places.as_slice() else {
        return Ok(None);
    };
    let pin = context.expected_pin(place)?;
    if pin.is_none() && matches!(place, Place::Tcp { .. }) {
        return Ok(None);
    }
    let Some(account) = context.account_at(place)? else {
        return Ok(None);
    };
    let folder = context.folder(place, &account)?;
    if folder.credentials()?.is_none() {
        return Ok(None);
    }
    if let Some(pin) = context.pin {
        context.state.remember_pin(&place.to_string(), pin)?;
    }
    let newest = context.config.screen.newest;
    Ok(Some(Startup {
        settings: Settings {
            place: place.clone(),
            pin,
            folder,
            newest,
        },
        config: context.config.clone(),
        is_founder: false,
        account: account.as_str().to_owned(),
        server: place.to_string(),
    }))
}

/// Whether the daemon would let one in: a changed key or a revoked token is for the terminal, where there
/// is room to explain it and to ask.
async fn look_in(startup: &Startup) -> Result<(), Failure> {
    let Settings {
        place, pin, folder, ..
    } = &startup.settings;
    let Some(credentials) = folder.credentials()? else {
        return Ok(());
    };
    let looked = async {
        let mut session = Session::greet(channel::open(place, *pin).await?).await?;
        sign_in::by_token(&mut session, &credentials).await
    };
    match timeout(LOOK_IN, looked).await {
        Ok(Err(failure)) => Err(failure),
        Ok(Ok(_)) | Err(_) => Ok(()),
    }
}

/// Asks for the password of a device that was revoked, or whose account has another password now.
async fn sign_in_again(context: &Context, known: Startup) -> Result<Startup, Stop> {
    let account = AccountName::parse(&known.account).map_err(|e| Stop::usage(e.to_string()))?;
    let mut prompt = Prompt::open();
    prompt.say(&format!(
        "This device is no longer signed in as {account} at {}.",
        known.server
    ))?;
    let mut given = context.password.clone();
    loop {
        let password = match given.take() {
            Some(password) => password,
            None => prompt.secret("Password: ")?,
        };
        let signed_in = match greet(context, &mut |_, _| false).await {
            Ok(greeted) => by_password(context, greeted, &account, &password).await,
            Err(stop) => Err(stop),
        };
        match signed_in {
            Ok(signed_in) => return startup(context, signed_in),
            Err(stop @ (Stop::CannotConnect(_) | Stop::Usage(_))) => return Err(stop),
            Err(stop) => prompt.say(&format!("That did not work: {}", words(&stop)))?,
        }
    }
}

/// What went wrong, without the code.
fn words(stop: &Stop) -> String {
    match stop {
        Stop::Refused(fault) => clean::line(&fault.text).into_owned(),
        other => other.to_string(),
    }
}

fn startup(context: &Context, signed_in: SignedIn) -> Result<Startup, Stop> {
    let SignedIn {
        place, folder, me, ..
    } = signed_in;
    let pin = context.state.known_pin(&place.to_string())?;
    let newest = context.config.screen.newest;
    Ok(Startup {
        server: place.to_string(),
        account: clean::line(&me.name).into_owned(),
        is_founder: false,
        settings: Settings {
            place,
            pin,
            folder,
            newest,
        },
        config: context.config.clone(),
    })
}

/// Finds a daemon and lets the user confirm its key. Does not keep the connection: people think longer
/// than a daemon waits.
async fn find(context: &Context, prompt: &mut Prompt) -> Result<(Place, Welcome), Stop> {
    let mut confirmed = None;
    loop {
        let mut answer = None;
        let greeted = greet(context, &mut |place, pin| {
            let shown = Some((place.clone(), pin));
            if confirmed == shown {
                return true;
            }
            let is_right = matches!(answer.insert(confirm(prompt, place, pin)), Ok(true));
            if is_right {
                confirmed = shown;
            }
            is_right
        })
        .await;
        let was_asked = answer.transpose()?.is_some();
        let stop = match greeted {
            // It was looked up longer than the daemon waits; it is not asked again.
            Err(Stop::Lost(_)) if was_asked => continue,
            Ok(greeted) => return Ok((greeted.place, greeted.session.welcome().clone())),
            Err(stop) if stop.is_passing() => stop,
            Err(stop) => return Err(stop),
        };
        prompt.say(&format!("No chat daemon answers.\n{stop}"))?;
        prompt.say(
            "Start one on this machine with `chatd`, or name the right one: \
             chatc --server HOST:PORT, or the chat:// link you were given.",
        )?;
        if prompt
            .line("Press Enter to try again, or q and Enter to quit: ")?
            .trim()
            == "q"
        {
            return Err(stop);
        }
    }
}

fn confirm(prompt: &mut Prompt, place: &Place, pin: Pin) -> Result<bool, Stop> {
    prompt.say(&format!(
        "This is the first contact with {place}. Its fingerprint is\n\n    {pin}\n\n\
         Compare it with what the daemon printed at its start, or ask the administrator."
    ))?;
    prompt.yes_or_no("Is it the right one? [y/n] ")
}

/// What somebody answered so far; what turns out wrong is asked again, and only that.
#[derive(Default)]
struct Answers {
    name: Option<AccountName>,
    password: Option<Entered>,
    invite: Option<String>,
}

/// A password, and whose it is.
enum Entered {
    /// Of an account that is there.
    Known(String),
    /// For one that is to be made: typed twice.
    New(String),
}

/// What is to be asked once more.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Again {
    Name,
    Password,
    NameAndPassword,
    Invite,
    /// Nothing was wrong with the answers.
    Nothing,
}

/// Asks until one is signed in; and whether the account was made now.
async fn ask_who(
    context: &Context,
    prompt: &mut Prompt,
    place: &Place,
    welcome: &Welcome,
) -> Result<(SignedIn, bool), Stop> {
    let may_register = welcome.may_register || welcome.registration != RegistrationMode::Closed;
    let mut asks_invite = !welcome.may_register && welcome.registration == RegistrationMode::Invite;
    prompt.say(&format!("Welcome to the chat at {place}."))?;
    prompt.say(if may_register {
        "Choose a name and a password; if you have an account here, enter those of it."
    } else {
        "New accounts are made by the administrator only. Sign in with yours:"
    })?;
    let mut answers = Answers {
        name: context.account.clone(),
        password: None,
        invite: context.link.as_ref().and_then(|link| link.invite.clone()),
    };
    loop {
        let name = match answers.name.take() {
            Some(name) => name,
            None => ask_name(prompt)?,
        };
        let may_be_new = may_register && AccountName::for_new(name.as_str()).is_ok();
        if may_register && !may_be_new && answers.password.is_none() && !has_it(prompt, &name)? {
            continue;
        }
        let password = match answers.password.take() {
            Some(password) => password,
            None => ask_password(prompt, may_be_new)?,
        };
        if asks_invite && answers.invite.is_none() && matches!(password, Entered::New(_)) {
            let code = prompt.line("Invitation code: ")?.trim().to_owned();
            answers.invite = Some(code).filter(|code| !code.is_empty());
        }
        prompt.say("One moment …")?;
        let mut trusted = |_: &Place, _: Pin| false;
        let signed_in = match (greet(context, &mut trusted).await, &password) {
            (Ok(greeted), Entered::New(password)) => {
                register(context, greeted, &name, password, answers.invite.clone()).await
            }
            (Ok(greeted), Entered::Known(password)) => {
                let signed_in = by_password(context, greeted, &name, password).await;
                signed_in.map(|signed_in| (signed_in, false))
            }
            (Err(stop), _) => Err(stop),
        };
        let stop = match signed_in {
            Ok(signed_in) => return Ok(signed_in),
            Err(stop @ (Stop::CannotConnect(_) | Stop::Usage(_))) => return Err(stop),
            Err(stop) => stop,
        };
        prompt.say(&format!("That did not work: {}", words(&stop)))?;
        answers.name = Some(name);
        answers.password = Some(password);
        match again(&stop) {
            Again::Name => answers.name = None,
            Again::Password => answers.password = None,
            Again::NameAndPassword => (answers.name, answers.password) = (None, None),
            Again::Invite => {
                answers.invite = None;
                asks_invite = true;
            }
            Again::Nothing => {
                let answer = prompt.line("Press Enter to try again, or q and Enter to quit: ")?;
                if answer.trim() == "q" {
                    return Err(stop);
                }
            }
        }
    }
}

/// What a refusal is about.
fn again(stop: &Stop) -> Again {
    let Stop::Refused(fault) = stop else {
        return Again::Nothing;
    };
    match fault.code {
        FaultCode::NameTaken | FaultCode::NameConfusable | FaultCode::BadName => Again::Name,
        FaultCode::BadPassword => Again::Password,
        FaultCode::SignInFailed => Again::NameAndPassword,
        FaultCode::InviteInvalid | FaultCode::InviteNeeded => Again::Invite,
        _ => Again::Nothing,
    }
}

fn ask_name(prompt: &mut Prompt) -> Result<AccountName, Stop> {
    loop {
        match AccountName::parse(prompt.line("Name: ")?.trim()) {
            Ok(name) => return Ok(name),
            Err(error) => prompt.say(&format!("This will not do: {error}"))?,
        }
    }
}

/// Whether an account of before a name was reserved is meant: nobody can make one with it now.
fn has_it(prompt: &mut Prompt, name: &AccountName) -> Result<bool, Stop> {
    let has_it = prompt.yes_or_no(&format!(
        "No new account can be called {name}: the name is reserved. Is it yours already? [y/n] "
    ))?;
    if !has_it {
        prompt.say("Then choose another.")?;
    }
    Ok(has_it)
}

fn ask_password(prompt: &mut Prompt, may_be_new: bool) -> Result<Entered, Stop> {
    loop {
        let password = prompt.secret("Password: ")?;
        if !may_be_new {
            return Ok(Entered::Known(password));
        }
        // One of an account that is there has the same rules behind it, so this can be said before it is typed twice.
        if let Err(error) = check_new_password(&password) {
            prompt.say(&format!("This will not do: {error}"))?;
            continue;
        }
        prompt.say("If you have an account here already, just press Enter now.")?;
        let repeated = prompt.secret("The same password again: ")?;
        if repeated.is_empty() {
            return Ok(Entered::Known(password));
        }
        if repeated != password {
            prompt.say("The two differ, once more:")?;
        } else {
            return Ok(Entered::New(password));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use chat_shared::Fault;

    #[test]
    fn only_what_was_wrong_is_asked_again() {
        let refused = |code| again(&Stop::Refused(Fault::new(code, "x")));
        assert_eq!(refused(FaultCode::InviteInvalid), Again::Invite);
        assert_eq!(refused(FaultCode::NameTaken), Again::Name);
        assert_eq!(refused(FaultCode::SignInFailed), Again::NameAndPassword);
        assert_eq!(refused(FaultCode::Throttled), Again::Nothing);
        assert_eq!(again(&Stop::Lost("x".into())), Again::Nothing);
    }
}
