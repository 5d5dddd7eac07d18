//! The client's side: first message, proof, and the check of the server's signature.

use super::message::{Gs2, ServerFirst, as_text, escape, parse_server_final};
use super::password::{Secret, sha256};
use super::{Binding, MESSAGE_MAX, NONCE_BYTES, ScramError, check_iterations, hmac, is_same, xor};
use data_encoding::BASE64;

/// A login that waits for the server's challenge.
#[derive(Debug)]
pub struct ClientLogin {
    gs2: Gs2,
    binding: Binding,
    nonce: String,
    first_bare: String,
}

/// A login that waits for the server's signature.
pub struct ClientFinal {
    server_signature: [u8; 32],
}

impl ClientLogin {
    /// Begins a login by the mechanism of the binding ([`Binding::mechanism`]); gives the first
    /// message. `nonce` must come from a cryptographic random generator and be used once.
    ///
    /// # Errors
    /// [`ScramError::Malformed`] for a name that is empty or contains NUL, [`ScramError::TooLong`] for
    /// one that does not fit into a message.
    pub fn start(
        name: &str,
        binding: Binding,
        nonce: [u8; NONCE_BYTES],
    ) -> Result<(Self, Vec<u8>), ScramError> {
        Self::start_with(name, binding, BASE64.encode(&nonce))
    }

    pub(super) fn start_with(
        name: &str,
        binding: Binding,
        nonce: String,
    ) -> Result<(Self, Vec<u8>), ScramError> {
        if name.is_empty() || name.contains('\0') {
            return Err(ScramError::Malformed("name"));
        }
        let gs2 = Gs2::of(&binding);
        let first_bare = format!("n={},r={nonce}", escape(name));
        let first = format!("{}{first_bare}", gs2.header());
        if first.len() > MESSAGE_MAX {
            return Err(ScramError::TooLong);
        }
        Ok((
            Self {
                gs2,
                binding,
                nonce,
                first_bare,
            },
            first.into_bytes(),
        ))
    }

    /// Answers the server's challenge; gives the final message. Check the server's pin *before*: the
    /// proof lets whoever asked for it try passwords.
    ///
    /// With a password and no fitting key this hashes, which blocks the thread for about 0.1 s; the
    /// new key is then in the secret.
    ///
    /// # Errors
    /// [`ScramError::ForeignNonce`], [`ScramError::BadIterations`] and [`ScramError::Malformed`] for a
    /// server not to be trusted; [`ScramError::NeedsPassword`]; [`ScramError::Password`].
    pub fn proof(
        self,
        server_first: &[u8],
        secret: &mut Secret,
    ) -> Result<(ClientFinal, Vec<u8>), ScramError> {
        let server_first = as_text(server_first)?;
        let challenge = ServerFirst::parse(server_first)?;
        let servers_part = challenge.nonce.strip_prefix(&self.nonce);
        if servers_part.is_none_or(str::is_empty) {
            return Err(ScramError::ForeignNonce);
        }
        check_iterations(challenge.iterations)?;
        let key = secret.key_for(challenge.salt, challenge.iterations)?;

        let without_proof = format!("c={},r={}", self.gs2.echo(&self.binding), challenge.nonce);
        let auth_message = format!("{},{server_first},{without_proof}", self.first_bare);
        let signature = hmac(&sha256(&key.client_key), auth_message.as_bytes());
        let proof = BASE64.encode(&xor(&key.client_key, &signature));
        let server_signature = hmac(&key.server_key, auth_message.as_bytes());
        Ok((
            ClientFinal { server_signature },
            format!("{without_proof},p={proof}").into_bytes(),
        ))
    }
}

impl ClientFinal {
    /// Checks that the server knows the account. Only then is the login done.
    ///
    /// # Errors
    /// [`ScramError::AuthenticationFailed`] where the server says so,
    /// [`ScramError::ServerNotAuthentic`] where its signature is wrong, [`ScramError::Malformed`].
    pub fn verify(self, server_final: &[u8]) -> Result<(), ScramError> {
        if is_same(&parse_server_final(server_final)?, &self.server_signature) {
            Ok(())
        } else {
            Err(ScramError::ServerNotAuthentic)
        }
    }
}

impl std::fmt::Debug for ClientFinal {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("ClientFinal(..)")
    }
}
