//! The login: SCRAM-SHA-256 and SCRAM-SHA-256-PLUS (RFC 5802, RFC 7677), bound to the TLS channel by
//! `tls-exporter` (RFC 9266).
//!
//! Both sides are state machines without I/O, clock or randomness: bytes and nonces go in, bytes come
//! out, and every step consumes the one before it. The slow hash runs on the client only; the daemon
//! stores a [`Verifier`], from which nobody can log in.

mod client;
mod message;
mod password;
mod server;

pub use client::{ClientFinal, ClientLogin};
pub use password::{
    ClientKey, PASSWORD_MAX, PASSWORD_MIN, PasswordError, Secret, Verifier, check_new_password,
    prepare_password,
};
pub use server::{ServerChallenge, ServerLogin, fake_verifier};

use ring::hmac;
use std::fmt;
use thiserror::Error;

/// The fewest rounds of PBKDF2 that either side takes: the floor of RFC 7677. Fewer would let a man in
/// the middle grind the proof cheaply.
pub const MIN_ITERATIONS: u32 = 4_096;

/// The most rounds of PBKDF2 that a client computes: about a second. More is a hostile server that
/// burns the client's processor.
pub const MAX_ITERATIONS: u32 = 5_000_000;

/// Rounds of PBKDF2 for new passwords: what OWASP and ASVS 5.0 ask for, 0.1 s on a desktop.
pub const DEFAULT_ITERATIONS: u32 = 600_000;

/// Bytes of one message. A name of 32 characters, two nonces and two hashes need a third of it.
pub const MESSAGE_MAX: usize = 1024;

/// Random bytes that each side gives for its nonce: 192 bits never meet twice.
pub const NONCE_BYTES: usize = 24;

/// How to log in, as the peers name it to one another.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Mechanism {
    /// Without channel binding: on the local socket, where there is no channel to bind to.
    ScramSha256,
    /// With channel binding: on TLS.
    ScramSha256Plus,
}

impl Mechanism {
    /// Every mechanism, the strongest first.
    pub const ALL: &'static [Self] = &[Self::ScramSha256Plus, Self::ScramSha256];

    /// The name registered for SASL.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::ScramSha256 => "SCRAM-SHA-256",
            Self::ScramSha256Plus => "SCRAM-SHA-256-PLUS",
        }
    }

    /// The mechanism of that name, which is case-sensitive (RFC 4422).
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL
            .iter()
            .copied()
            .find(|mechanism| mechanism.name() == name)
    }
}

impl fmt::Display for Mechanism {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// What ties the login to the connection it runs on.
#[derive(Clone, PartialEq, Eq)]
pub enum Binding {
    /// A connection without TLS: the local socket.
    None,
    /// The keying material of this TLS 1.3 connection: label `EXPORTER-Channel-Binding`, empty
    /// context, 32 bytes (RFC 9266 section 4.2). Equal at both ends and at no other connection.
    TlsExporter(Vec<u8>),
}

impl Binding {
    /// The mechanism that uses this binding.
    #[must_use]
    pub fn mechanism(&self) -> Mechanism {
        match self {
            Self::None => Mechanism::ScramSha256,
            Self::TlsExporter(_) => Mechanism::ScramSha256Plus,
        }
    }

    fn data(&self) -> &[u8] {
        match self {
            Self::None => &[],
            Self::TlsExporter(material) => material,
        }
    }
}

impl fmt::Debug for Binding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::None => "None",
            Self::TlsExporter(_) => "TlsExporter(..)",
        })
    }
}

/// Why a login ends without success.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum ScramError {
    /// Name or password is wrong, or the channel is not the one the peer sees. Says no more on purpose.
    #[error("name or password is wrong")]
    AuthenticationFailed,
    /// The server could not prove that it knows this account: it is not the one that holds it.
    #[error("the server did not prove that it knows the account, check its fingerprint")]
    ServerNotAuthentic,
    /// A message that is not of RFC 5802.
    #[error("the login message is malformed: {0}")]
    Malformed(&'static str),
    /// A message longer than [`MESSAGE_MAX`].
    #[error("the login message is over {MESSAGE_MAX} bytes")]
    TooLong,
    /// An extension that must be understood (`m=`), which none is.
    #[error("the login needs an extension that is not known")]
    UnknownExtension,
    /// The mechanism and the channel do not fit: a client that was led to believe that there is no
    /// channel binding, or another kind of it.
    #[error("the login is not bound to this connection, use {needed}")]
    BindingMismatch {
        /// The mechanism for this connection.
        needed: Mechanism,
    },
    /// The server's nonce does not extend the client's: an answer to somebody else.
    #[error("the server answered another login")]
    ForeignNonce,
    /// A count of rounds outside [`MIN_ITERATIONS`] to [`MAX_ITERATIONS`].
    #[error("{0} rounds of password hashing are outside {MIN_ITERATIONS} to {MAX_ITERATIONS}")]
    BadIterations(u32),
    /// The cached key is for another salt or count, and there is no password to derive a new one.
    #[error("the password changed or is not known here, enter it")]
    NeedsPassword,
    /// The password cannot be prepared.
    #[error(transparent)]
    Password(#[from] PasswordError),
}

fn check_iterations(iterations: u32) -> Result<(), ScramError> {
    if (MIN_ITERATIONS..=MAX_ITERATIONS).contains(&iterations) {
        Ok(())
    } else {
        Err(ScramError::BadIterations(iterations))
    }
}

fn hmac(key: &[u8], data: &[u8]) -> [u8; 32] {
    let mut tag = [0; 32];
    tag.copy_from_slice(hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, key), data).as_ref());
    tag
}

fn xor(a: &[u8; 32], b: &[u8; 32]) -> [u8; 32] {
    std::array::from_fn(|i| a[i] ^ b[i])
}

/// Equality in a time that depends on the lengths only.
fn is_same(a: &[u8], b: &[u8]) -> bool {
    let differing = a
        .iter()
        .zip(b)
        .fold(0, |seen, (a, b)| std::hint::black_box(seen | (a ^ b)));
    a.len() == b.len() && differing == 0
}

#[cfg(test)]
mod tests;
