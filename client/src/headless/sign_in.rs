//! Getting a connection that is signed in: by the device's token, or by the password once.

use super::context::{Context, no_account};
use super::exit::{Stop, unreachable};
use crate::net::{Failure, Me, Place, channel, session::Session, sign_in};
use crate::state_dir::{AccountFolder, Last};
use chat_shared::link::Pin;
use chat_shared::names::AccountName;
use chat_shared::scram::Secret;
use chat_shared::{DeviceId, FaultCode};

/// Decides about the key of a server on first contact.
pub type Confirm<'a> = &'a mut dyn FnMut(&Place, Pin) -> bool;

/// A connection that is signed in.
pub struct SignedIn {
    /// The connection.
    pub session: Session,
    /// As whom.
    pub me: Me,
    /// As which device.
    pub device: DeviceId,
    /// The account's folder.
    pub folder: AccountFolder,
    /// Where.
    pub place: Place,
}

/// A connection on which nobody is signed in yet.
pub struct Greeted {
    /// The connection.
    pub session: Session,
    /// Where.
    pub place: Place,
}

/// Connects to the first place that answers.
pub async fn greet(context: &Context, confirm: Confirm<'_>) -> Result<Greeted, Stop> {
    let mut failures = Vec::new();
    for place in &context.places {
        let expected = context.expected_pin(place)?;
        match channel::open(place, expected).await {
            Ok(channel) => {
                let pin = channel.pin;
                if let Some(pin) = pin
                    && expected.is_none()
                    && !confirm(place, pin)
                {
                    return Err(Failure::NotConfirmed.into());
                }
                let session = Session::greet(channel).await?;
                // Only now: what answers there is a daemon, and its key is worth knowing.
                if let Some(pin) = pin
                    && context.state.known_pin(&place.to_string())? != Some(pin)
                {
                    context.state.remember_pin(&place.to_string(), pin)?;
                }
                return Ok(Greeted {
                    session,
                    place: place.clone(),
                });
            }
            Err(Failure::Unreachable { place, error }) => {
                failures.push(unreachable(&place, &error))
            }
            Err(failure) => return Err(failure.into()),
        }
    }
    Err(Stop::NoConnection(failures.join("\n")))
}

/// For scripts: the first contact is on trust, and told.
pub fn trust_and_tell(place: &Place, pin: Pin) -> bool {
    eprintln!("chatc: first contact with {place}, its fingerprint {pin} is trusted");
    true
}

/// Connects and signs in.
pub async fn connect(context: &Context) -> Result<SignedIn, Stop> {
    let Greeted { mut session, place } = greet(context, &mut trust_and_tell).await?;
    let Some(account) = context.account_at(&place)? else {
        return Err(Stop::usage(format!(
            "no account at {place} is known here: say --account NAME, or make one with `chatc register NAME`"
        )));
    };
    let folder = context.folder(&place, &account)?;
    if let Some(credentials) = folder.credentials()? {
        match sign_in::by_token(&mut session, &credentials).await {
            Ok(me) => {
                let device = credentials.device;
                return keep(
                    context,
                    SignedIn {
                        session,
                        me,
                        device,
                        folder,
                        place,
                    },
                );
            }
            Err(Failure::Refused(fault))
                if fault.code == FaultCode::TokenInvalid && context.password.is_some() =>
            {
                session = greet(context, &mut trust_and_tell).await?.session;
            }
            Err(failure) => return Err(failure.into()),
        }
    }
    let Some(password) = &context.password else {
        return Err(no_account(&context.state, &format!("{account}@{place}"))?);
    };
    by_password(context, Greeted { session, place }, &account, password).await
}

/// Signs in with the password and makes this a device, unless another process did so meanwhile.
pub async fn by_password(
    context: &Context,
    greeted: Greeted,
    account: &AccountName,
    password: &str,
) -> Result<SignedIn, Stop> {
    let Greeted { mut session, place } = greeted;
    let folder = context.folder(&place, account)?;
    let before = folder.credentials()?;
    let _lock = folder.lock_for_sign_in()?;
    if let Some(credentials) = folder.credentials()?
        && before.as_ref() != Some(&credentials)
    {
        let me = sign_in::by_token(&mut session, &credentials).await?;
        let device = credentials.device;
        return keep(
            context,
            SignedIn {
                session,
                me,
                device,
                folder,
                place,
            },
        );
    }
    let mut secret = Secret::password(password);
    let me = sign_in::by_password(&mut session, account.as_str(), &mut secret).await?;
    let device = sign_in::add_device(&mut session, &me, &folder).await?;
    keep(
        context,
        SignedIn {
            session,
            me,
            device,
            folder,
            place,
        },
    )
}

fn keep(context: &Context, signed_in: SignedIn) -> Result<SignedIn, Stop> {
    let server = signed_in.place.to_string();
    context.state.set_last(&Last {
        server,
        account: signed_in.me.name.clone(),
    })?;
    Ok(signed_in)
}
