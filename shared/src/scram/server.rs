//! The server's side: reads the name, challenges, checks the proof. No step takes longer or says
//! more for a name that exists than for one that does not.

use super::message::{ClientFinal, ClientFirst, Gs2, ServerFirst};
use super::password::{Verifier, sha256};
use super::{Binding, Mechanism, NONCE_BYTES, ScramError, hmac, is_same, xor};
use data_encoding::BASE64;
use std::fmt;

/// A login whose name is known and whose verifier is being looked up.
#[derive(Debug)]
pub struct ServerLogin {
    gs2: Gs2,
    binding: Binding,
    first_bare: String,
    nonce: String,
}

/// A login that waits for the client's proof.
pub struct ServerChallenge {
    verifier: Verifier,
    is_known: bool,
    nonce: String,
    echo: String,
    auth_message: String,
}

impl ServerLogin {
    /// Reads the client's first message; gives the name as the client wrote it, which the caller
    /// makes canonical before it looks it up.
    ///
    /// `mechanism` is what the client chose, `binding` what this connection has. On TLS only
    /// SCRAM-SHA-256-PLUS is taken: a client that says `n` or `y` there was made to believe that the
    /// server cannot bind. For a gateway that must take plain SCRAM give [`Binding::None`].
    ///
    /// # Errors
    /// [`ScramError::BindingMismatch`], [`ScramError::UnknownExtension`], [`ScramError::TooLong`],
    /// [`ScramError::Malformed`].
    pub fn first(
        client_first: &[u8],
        mechanism: Mechanism,
        binding: Binding,
    ) -> Result<(Self, String), ScramError> {
        let first = ClientFirst::parse(client_first)?;
        let needed = binding.mechanism();
        let is_plus = first.gs2 == Gs2::TlsExporter;
        if mechanism != needed || is_plus != (needed == Mechanism::ScramSha256Plus) {
            return Err(ScramError::BindingMismatch { needed });
        }
        let login = Self {
            gs2: first.gs2,
            binding,
            first_bare: first.bare.to_owned(),
            nonce: first.nonce.to_owned(),
        };
        Ok((login, first.name))
    }

    /// Challenges the client; gives the server's first message. For a name without an account give a
    /// [`fake_verifier`] and `is_known: false`: the login plays to its end and then fails like one
    /// with a wrong password. `nonce` must come from a cryptographic random generator and be used once.
    #[must_use]
    pub fn challenge(
        self,
        verifier: Verifier,
        is_known: bool,
        nonce: [u8; NONCE_BYTES],
    ) -> (ServerChallenge, Vec<u8>) {
        self.challenge_with(verifier, is_known, &BASE64.encode(&nonce))
    }

    pub(super) fn challenge_with(
        self,
        verifier: Verifier,
        is_known: bool,
        nonce: &str,
    ) -> (ServerChallenge, Vec<u8>) {
        let nonce = format!("{}{nonce}", self.nonce);
        let first = ServerFirst::write(&nonce, &verifier.salt, verifier.iterations);
        let challenge = ServerChallenge {
            echo: self.gs2.echo(&self.binding),
            auth_message: format!("{},{first},", self.first_bare),
            verifier,
            is_known,
            nonce,
        };
        (challenge, first.into_bytes())
    }
}

impl ServerChallenge {
    /// Checks the client's proof; gives the server's final message, with which the login is done.
    ///
    /// # Errors
    /// [`ScramError::AuthenticationFailed`] for whatever does not fit: password, name, channel or
    /// nonce. [`ScramError::TooLong`], [`ScramError::UnknownExtension`] and [`ScramError::Malformed`]
    /// depend on the message alone.
    pub fn finish(mut self, client_final: &[u8]) -> Result<Vec<u8>, ScramError> {
        let last = ClientFinal::parse(client_final)?;
        self.auth_message.push_str(last.without_proof);
        let auth_message = self.auth_message.as_bytes();
        let signature = hmac(&self.verifier.stored_key, auth_message);
        let client_key = xor(&last.proof, &signature);
        let server_signature = hmac(&self.verifier.server_key, auth_message);
        // All of it is always computed, and `&` does not stop at the first that is wrong.
        let is_right = is_same(&sha256(&client_key), &self.verifier.stored_key)
            & is_same(last.binding.as_bytes(), self.echo.as_bytes())
            & is_same(last.nonce.as_bytes(), self.nonce.as_bytes())
            & self.is_known;
        if is_right {
            Ok(format!("v={}", BASE64.encode(&server_signature)).into_bytes())
        } else {
            Err(ScramError::AuthenticationFailed)
        }
    }
}

impl fmt::Debug for ServerChallenge {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ServerChallenge(..)")
    }
}

/// A verifier for a name without an account, which no password fits and no stranger can tell from a
/// real one: the same for the same name for as long as the server keeps its secret, as PostgreSQL does.
///
/// Give the canonical name where the name can be parsed, or two spellings of one name would tell; and
/// the count that real accounts have. `server_secret` is random, made once and stored.
#[must_use]
pub fn fake_verifier(server_secret: &[u8; 32], name: &str, iterations: u32) -> Verifier {
    let mut salt = [0; 16];
    salt.copy_from_slice(&hmac(server_secret, name.as_bytes())[..16]);
    let key = |what: &str| hmac(server_secret, format!("{what}\0{name}").as_bytes());
    Verifier {
        salt,
        iterations,
        stored_key: key("stored key"),
        server_key: key("server key"),
    }
}
