//! From a password to what each side keeps of it.

use super::{ScramError, check_iterations, hmac};
use precis_profiles::OpaqueString;
use precis_profiles::precis_core::profile::PrecisFastInvocation;
use ring::{digest, pbkdf2};
use std::fmt;
use std::num::NonZeroU32;
use thiserror::Error;

/// Characters of a new password at the least (ASVS 5.0, 6.2.1; it recommends 15).
pub const PASSWORD_MIN: usize = 8;

/// Characters of a new password at the most: ASVS 5.0 (6.2.9) asks for 64 to be allowed, a sentence is
/// longer, and a bound keeps a pasted file out.
pub const PASSWORD_MAX: usize = 128;

/// Why a password is not acceptable. The texts are fit for users.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum PasswordError {
    /// Fewer than [`PASSWORD_MIN`] characters.
    #[error("the password is too short, use at least {PASSWORD_MIN} characters")]
    TooShort,
    /// More than [`PASSWORD_MAX`] characters.
    #[error("the password is too long, use at most {PASSWORD_MAX} characters")]
    TooLong,
    /// Empty, or with characters that RFC 8265 refuses, such as control characters.
    #[error("the password is empty or holds control characters, use printable ones")]
    NotAllowed,
}

/// The password as both sides hash it: the OpaqueString profile (RFC 8265 section 4.2), so that it
/// does not depend on how a keyboard composes `é`.
///
/// # Errors
/// [`PasswordError::NotAllowed`] where the profile refuses it. Checks no length, see
/// [`check_new_password`].
pub fn prepare_password(password: &str) -> Result<String, PasswordError> {
    match OpaqueString::enforce(password) {
        Ok(prepared) => Ok(prepared.into_owned()),
        Err(_) => Err(PasswordError::NotAllowed),
    }
}

/// Whether a password will do for a new account or as a new password: [`PASSWORD_MIN`] to
/// [`PASSWORD_MAX`] characters once prepared. Asks for no particular kinds of characters (ASVS 5.0,
/// 6.2.5).
///
/// # Errors
/// What is wrong with it.
pub fn check_new_password(password: &str) -> Result<(), PasswordError> {
    match prepare_password(password)?.chars().count() {
        length if length < PASSWORD_MIN => Err(PasswordError::TooShort),
        length if length > PASSWORD_MAX => Err(PasswordError::TooLong),
        _ => Ok(()),
    }
}

/// What the server stores of a password (RFC 5802 section 3). Nobody can log in with it, but it lets
/// its holder try passwords and act as the server: keep it as one keeps a hash.
#[derive(Clone, PartialEq, Eq)]
pub struct Verifier {
    /// Random, of this account only.
    pub salt: [u8; 16],
    /// Rounds of PBKDF2-HMAC-SHA-256.
    pub iterations: u32,
    /// SHA-256 of the client key.
    pub stored_key: [u8; 32],
    /// What the server proves its knowledge with.
    pub server_key: [u8; 32],
}

impl Verifier {
    /// Hashes a password. Blocks the thread for about 0.1 s per 600,000 rounds.
    ///
    /// # Errors
    /// [`ScramError::Password`] where the password cannot be prepared, [`ScramError::BadIterations`].
    pub fn derive(password: &str, salt: [u8; 16], iterations: u32) -> Result<Self, ScramError> {
        ClientKey::derive(password, salt, iterations).map(|key| key.verifier())
    }
}

impl fmt::Debug for Verifier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Verifier {{ iterations: {}, .. }}", self.iterations)
    }
}

/// What a client may keep in place of the password: enough to log in to this account at this server,
/// worthless elsewhere, and void once the password changes. Keep it secret.
#[derive(Clone, PartialEq, Eq)]
pub struct ClientKey {
    /// The salt that it is for.
    pub salt: [u8; 16],
    /// The rounds that it is for.
    pub iterations: u32,
    /// What the client proves its knowledge with.
    pub client_key: [u8; 32],
    /// What the server's proof is checked with.
    pub server_key: [u8; 32],
}

impl ClientKey {
    /// Hashes a password. Blocks the thread for about 0.1 s per 600,000 rounds.
    ///
    /// # Errors
    /// [`ScramError::Password`] where the password cannot be prepared, [`ScramError::BadIterations`].
    pub fn derive(password: &str, salt: [u8; 16], iterations: u32) -> Result<Self, ScramError> {
        check_iterations(iterations)?;
        let rounds = NonZeroU32::new(iterations).ok_or(ScramError::BadIterations(iterations))?;
        let password = prepare_password(password)?;
        let mut salted = [0; 32];
        pbkdf2::derive(
            pbkdf2::PBKDF2_HMAC_SHA256,
            rounds,
            &salt,
            password.as_bytes(),
            &mut salted,
        );
        Ok(Self {
            salt,
            iterations,
            client_key: hmac(&salted, b"Client Key"),
            server_key: hmac(&salted, b"Server Key"),
        })
    }

    /// What a server stores to know the holder of this key.
    #[must_use]
    pub fn verifier(&self) -> Verifier {
        Verifier {
            salt: self.salt,
            iterations: self.iterations,
            stored_key: sha256(&self.client_key),
            server_key: self.server_key,
        }
    }
}

impl fmt::Debug for ClientKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ClientKey {{ iterations: {}, .. }}", self.iterations)
    }
}

/// What a client has to log in with: a password, a cached key, or both.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret {
    password: Option<String>,
    key: Option<ClientKey>,
}

impl Secret {
    /// A password just entered.
    #[must_use]
    pub fn password(password: impl Into<String>) -> Self {
        Self {
            password: Some(password.into()),
            key: None,
        }
    }

    /// A key from an earlier login.
    #[must_use]
    pub fn key(key: ClientKey) -> Self {
        Self {
            password: None,
            key: Some(key),
        }
    }

    /// The same with a password to fall back on where the key is for another salt or count.
    #[must_use]
    pub fn or_password(mut self, password: impl Into<String>) -> Self {
        self.password = Some(password.into());
        self
    }

    /// The key used or derived last. Worth keeping once
    /// [`ClientFinal::verify`](super::ClientFinal::verify) succeeded, not before.
    #[must_use]
    pub fn client_key(&self) -> Option<&ClientKey> {
        self.key.as_ref()
    }

    /// The key for this salt and count, from the cache or the password.
    pub(super) fn key_for(
        &mut self,
        salt: [u8; 16],
        iterations: u32,
    ) -> Result<ClientKey, ScramError> {
        let cached = self
            .key
            .as_ref()
            .filter(|key| key.salt == salt && key.iterations == iterations);
        if let Some(key) = cached {
            return Ok(key.clone());
        }
        let password = self.password.as_deref().ok_or(ScramError::NeedsPassword)?;
        let key = ClientKey::derive(password, salt, iterations)?;
        self.key = Some(key.clone());
        Ok(key)
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(..)")
    }
}

pub(super) fn sha256(data: &[u8]) -> [u8; 32] {
    let mut hash = [0; 32];
    hash.copy_from_slice(digest::digest(&digest::SHA256, data).as_ref());
    hash
}
