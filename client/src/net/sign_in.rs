//! Becoming somebody: making an account, signing in by password or token.

use super::session::{Session, unexpected};
use super::{Failure, Me};
use crate::state_dir::{AccountFolder, Credentials};
use chat_shared::names::AccountName;
use chat_shared::scram::{ClientLogin, NONCE_BYTES, ScramError, Secret, Verifier};
use chat_shared::{DeviceId, Event, Request, VerifierData};
use ring::rand::{SecureRandom, SystemRandom};
use serde_bytes::ByteBuf;
use std::time::Duration;
use tokio::time::timeout;

/// How long each step may take. The hashing of a password is not in it.
const PATIENCE: Duration = Duration::from_secs(20);

/// Makes an account. Returns its name in the form that the daemon keeps, and whether it may administer.
pub async fn register(
    session: &mut Session,
    name: &AccountName,
    password: &str,
    invite: Option<String>,
) -> Result<(String, bool), Failure> {
    let salt = random::<16>()?;
    let iterations = session.welcome().iterations;
    let password = password.to_owned();
    let verifier = hash(move || Verifier::derive(&password, salt, iterations)).await?;
    let verifier = VerifierData {
        salt: ByteBuf::from(verifier.salt),
        iterations: verifier.iterations,
        stored_key: ByteBuf::from(verifier.stored_key),
        server_key: ByteBuf::from(verifier.server_key),
    };
    let name = name.as_str().to_owned();
    match ask(
        session,
        Request::Register {
            name,
            verifier,
            invite,
        },
    )
    .await?
    {
        Event::Registered {
            name,
            administrator,
            ..
        } => Ok((name, administrator)),
        other => Err(unexpected(&other)),
    }
}

/// Signs in with a password, which stays here: the daemon gets a proof, bound to this connection.
pub async fn by_password(
    session: &mut Session,
    name: &str,
    secret: &mut Secret,
) -> Result<Me, Failure> {
    let binding = session.binding().clone();
    let mechanism = binding.mechanism().name().to_owned();
    let (login, first) = ClientLogin::start(name, binding, random::<NONCE_BYTES>()?)?;
    let start = Request::SaslStart {
        mechanism,
        data: ByteBuf::from(first),
    };
    let challenge = match ask(session, start).await? {
        Event::Challenge { data } => data,
        other => return Err(unexpected(&other)),
    };
    let mut lent = secret.clone();
    let (proved, lent) = hash(move || {
        let proved = login.proof(&challenge, &mut lent)?;
        Ok((proved, lent))
    })
    .await?;
    *secret = lent;
    let (expected, proof) = proved;
    match ask(
        session,
        Request::SaslRespond {
            data: ByteBuf::from(proof),
        },
    )
    .await?
    {
        Event::SignedIn {
            account,
            name,
            administrator,
            role,
            data,
            ..
        } => {
            let data = data.ok_or(ScramError::ServerNotAuthentic)?;
            expected.verify(&data)?;
            Ok(Me {
                account,
                name,
                administrator,
                role,
            })
        }
        other => Err(unexpected(&other)),
    }
}

/// Signs in with the token of a device.
pub async fn by_token(session: &mut Session, credentials: &Credentials) -> Result<Me, Failure> {
    let token = credentials.token.clone();
    match ask(session, Request::Resume { token }).await? {
        Event::SignedIn {
            account,
            name,
            administrator,
            role,
            ..
        } => Ok(Me {
            account,
            name,
            administrator,
            role,
        }),
        other => Err(unexpected(&other)),
    }
}

/// Makes this a device of the account that is signed in, and keeps its token.
pub async fn add_device(
    session: &mut Session,
    me: &Me,
    folder: &AccountFolder,
) -> Result<DeviceId, Failure> {
    match ask(
        session,
        Request::AddDevice {
            label: device_label(),
        },
    )
    .await?
    {
        Event::DeviceAdded { device, token } => {
            folder.save(&Credentials {
                account: me.name.clone(),
                device,
                token,
            })?;
            Ok(device)
        }
        other => Err(unexpected(&other)),
    }
}

async fn ask(session: &mut Session, request: Request) -> Result<Event, Failure> {
    match timeout(PATIENCE, session.ask(request)).await {
        Ok(answer) => answer,
        Err(_) => Err(Failure::Lost("no answer to the login".into())),
    }
}

/// Runs the slow hash where it holds up nobody.
async fn hash<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, ScramError> + Send + 'static,
) -> Result<T, Failure> {
    let done = tokio::task::spawn_blocking(work).await;
    Ok(done.map_err(|error| Failure::Lost(error.to_string()))??)
}

/// What its owner calls this device: user and host.
fn device_label() -> String {
    let host = nix::unistd::gethostname()
        .ok()
        .and_then(|host| host.into_string().ok());
    let user = std::env::var("USER").ok().filter(|user| !user.is_empty());
    let label = match (user, host) {
        (Some(user), Some(host)) => format!("{user}@{host}"),
        (None, Some(host)) => host,
        _ => "chatc".to_owned(),
    };
    chat_shared::clean::line(&label).chars().take(64).collect()
}

fn random<const N: usize>() -> Result<[u8; N], Failure> {
    let mut bytes = [0; N];
    let filled = SystemRandom::new().fill(&mut bytes);
    filled.map_err(|_| Failure::State(std::io::Error::other("the system gives no randomness")))?;
    Ok(bytes)
}
