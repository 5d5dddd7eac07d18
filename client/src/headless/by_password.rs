//! What only a connection may do that signed in by password: another password, and the end of an account.

use super::context::Context;
use super::exit::Stop;
use super::sign_in::{Greeted, greet, trust_and_tell};
use super::submit::tell_left;
use crate::net::{Failure, Me, deliver, session::Session, session::unexpected, sign_in};
use crate::prompt::Prompt;
use crate::state_dir::AccountFolder;
use chat_shared::names::AccountName;
use chat_shared::scram::{Secret, Verifier, check_new_password};
use chat_shared::{Command as Act, DeviceId, Event, FaultCode, Request, VerifierData};
use ring::rand::{SecureRandom, SystemRandom};
use serde_bytes::ByteBuf;
use std::fs::File;
use std::path::Path;

/// A connection that proved the password. Where this device is signed in it is that one, which so stays; else it
/// becomes a device of its own, since what is done on it is numbered as everything.
pub struct Proved {
    /// The connection.
    pub session: Session,
    /// Whose it is.
    pub me: Me,
    /// The account's folder.
    pub folder: AccountFolder,
    device: DeviceId,
    /// Whether the device was made for this, and goes again where nothing comes of it.
    is_new: bool,
    _lock: File,
}

impl Proved {
    /// Connects anew and signs in.
    pub async fn sign_in(context: &Context, password: &str) -> Result<Self, Stop> {
        let Greeted { mut session, place } = greet(context, &mut trust_and_tell).await?;
        let account = named(context.account_at(&place)?)?;
        let folder = context.folder(&place, &account)?;
        let lock = folder.lock_for_sign_in()?;
        let mut known = folder.credentials()?;
        if let Some(credentials) = &known {
            match sign_in::by_token(&mut session, credentials).await {
                Ok(_) => {}
                Err(Failure::Refused(fault)) if fault.code == FaultCode::TokenInvalid => {
                    session = greet(context, &mut trust_and_tell).await?.session;
                    known = None;
                }
                Err(failure) => return Err(failure.into()),
            }
        }
        let mut secret = Secret::password(password);
        let me = sign_in::by_password(&mut session, account.as_str(), &mut secret).await?;
        let device = match &known {
            Some(credentials) => credentials.device,
            None => sign_in::add_device(&mut session, &me, &folder).await?,
        };
        Ok(Self {
            session,
            me,
            folder,
            device,
            is_new: known.is_none(),
            _lock: lock,
        })
    }

    /// Does it. Refused, everything is as before.
    pub async fn act(&mut self, command: Act) -> Result<(), Stop> {
        let done = self.try_act(command).await;
        if self.is_new && matches!(done, Err(Stop::Refused(_))) {
            self.folder.forget()?;
            let device = self.device;
            // A device more does no harm where that fails too.
            let _ = self.session.ask(Request::RevokeDevice { device }).await;
        }
        done
    }

    /// Not by the outbox: a verifier is not to lie on a disk, and sent again without the password it would be
    /// refused. What another process left in the stream goes out first, since it has the lower numbers.
    async fn try_act(&mut self, command: Act) -> Result<(), Stop> {
        let mut stream = self.folder.take_stream(self.device)?;
        deliver::open(&mut self.session, &mut stream).await?;
        deliver::drain(&mut self.session, &mut stream, |left| tell_left(&left)).await?;
        let open = Request::OpenStream { stream: stream.id };
        let last = match self.session.ask(open).await? {
            Event::StreamOpened { last, .. } => last,
            other => return Err(unexpected(&other).into()),
        };
        let request = Request::Command {
            nonce: last.next(),
            settled: last,
            command,
        };
        match self.session.ask(request).await? {
            Event::Done { .. } => Ok(()),
            other => Err(unexpected(&other).into()),
        }
    }
}

/// The account that is meant.
pub fn named(account: Option<AccountName>) -> Result<AccountName, Stop> {
    account.ok_or_else(|| Stop::usage("whose account? say --account NAME"))
}

/// The password of the account: given, or asked for.
pub fn password(context: &Context, question: &str) -> Result<String, Stop> {
    match &context.password {
        Some(password) => Ok(password.clone()),
        None => Prompt::for_command("--password-file FILE")?.secret(question),
    }
}

/// A new password: given, or asked for twice.
pub fn new_password(given: Option<String>, flag: &str) -> Result<String, Stop> {
    if let Some(password) = given {
        check_new_password(&password).map_err(|error| Stop::usage(error.to_string()))?;
        return Ok(password);
    }
    let mut prompt = Prompt::for_command(flag)?;
    loop {
        let password = prompt.secret("New password: ")?;
        if let Err(error) = check_new_password(&password) {
            prompt.say(&format!("This will not do: {error}"))?;
        } else if prompt.secret("The same password again: ")? == password {
            return Ok(password);
        } else {
            prompt.say("The two differ, once more:")?;
        }
    }
}

/// What the daemon is to keep instead of a password.
pub async fn verifier(session: &Session, password: &str) -> Result<VerifierData, Stop> {
    let mut salt = [0; 16];
    let filled = SystemRandom::new().fill(&mut salt);
    filled.map_err(|_| Stop::CannotConnect("the system gives no randomness".to_owned()))?;
    let iterations = session.welcome().iterations;
    let password = password.to_owned();
    // The slow hash must not hold up the connection.
    let derive = move || Verifier::derive(&password, salt, iterations);
    let derived = tokio::task::spawn_blocking(derive).await;
    let derived = derived.map_err(|error| Stop::CannotConnect(error.to_string()))?;
    let verifier = derived.map_err(Failure::from)?;
    Ok(VerifierData {
        salt: ByteBuf::from(verifier.salt),
        iterations: verifier.iterations,
        stored_key: ByteBuf::from(verifier.stored_key),
        server_key: ByteBuf::from(verifier.server_key),
    })
}

/// The first line of a file, where one is named.
pub fn in_file(path: Option<&Path>) -> Result<Option<String>, Stop> {
    path.map(super::context::first_line).transpose()
}
