//! What only a connection may do that signed in by password: another password, and the end of an account.

use super::context::Context;
use super::exit::Stop;
use super::sign_in::{Greeted, greet, trust_and_tell};
use crate::net::{Failure, session::Session, session::unexpected, sign_in};
use crate::prompt::Prompt;
use crate::state_dir::{AccountFolder, Credentials};
use chat_shared::names::AccountName;
use chat_shared::scram::{Secret, Verifier, check_new_password};
use chat_shared::{Command as Act, DeviceId, Event, Nonce, Request, StreamId, VerifierData};
use ring::rand::{SecureRandom, SystemRandom};
use serde_bytes::ByteBuf;
use std::fs::File;
use std::path::Path;

/// The first number of a stream that nobody has used.
const FIRST: Nonce = Nonce(1);

/// A connection that signed in by password. It is a device of its own, since what is done on it is
/// numbered as everything; that takes the place of the one before.
pub struct Proved {
    /// The connection.
    pub session: Session,
    /// The account's folder.
    pub folder: AccountFolder,
    device: DeviceId,
    before: Option<Credentials>,
    _lock: File,
}

impl Proved {
    /// Connects anew and signs in.
    pub async fn sign_in(context: &Context, password: &str) -> Result<Self, Stop> {
        let Greeted { mut session, place } = greet(context, &mut trust_and_tell).await?;
        let account = named(context.account_at(&place)?)?;
        let folder = context.folder(&place, &account)?;
        let lock = folder.lock_for_sign_in()?;
        let mut secret = Secret::password(password);
        let me = sign_in::by_password(&mut session, account.as_str(), &mut secret).await?;
        let before = folder.credentials()?;
        let device = sign_in::add_device(&mut session, &me, &folder).await?;
        Ok(Self {
            session,
            folder,
            device,
            before,
            _lock: lock,
        })
    }

    /// Does it. Refused, everything is as before.
    pub async fn act(&mut self, command: Act) -> Result<(), Stop> {
        let done = self.try_act(command).await;
        if let Err(Failure::Refused(_)) = &done {
            if let Some(before) = &self.before {
                self.folder.save(before)?;
            }
            let device = self.device;
            // A device more does no harm where that fails too.
            let _ = self.session.ask(Request::RevokeDevice { device }).await;
        }
        done.map_err(Stop::from)
    }

    async fn try_act(&mut self, command: Act) -> Result<(), Failure> {
        let stream = StreamId(0);
        self.session.ask(Request::OpenStream { stream }).await?;
        let request = Request::Command {
            nonce: FIRST,
            settled: Nonce(0),
            command,
        };
        match self.session.ask(request).await? {
            Event::Done { .. } => Ok(()),
            other => Err(unexpected(&other)),
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
