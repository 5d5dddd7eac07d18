//! The client's side of SCRAM-SHA-256(-PLUS), RFC 5802 and 7677, as docs/protocol.md describes it.
//!
//! Written apart from `chat_shared::scram`, so that a mistake shared by both programs shows.

use chat_shared::VerifierData;
use data_encoding::BASE64;
use ring::digest::{SHA256, digest};
use ring::rand::{SecureRandom, SystemRandom};
use ring::{hmac, pbkdf2};
use serde_bytes::ByteBuf;
use std::num::NonZeroU32;

/// What goes into the exchange besides name and password: the gs2 header and the channel binding.
#[derive(Clone, Debug)]
pub struct Binding {
    /// `p=tls-exporter,,` or `n,,`.
    pub gs2: String,
    /// What the TLS exporter gave; empty without TLS.
    pub data: Vec<u8>,
}

impl Binding {
    /// For a channel without TLS.
    #[must_use]
    pub fn none() -> Self {
        Self {
            gs2: "n,,".into(),
            data: Vec::new(),
        }
    }

    /// For TLS, with what its exporter gave.
    #[must_use]
    pub fn exporter(data: Vec<u8>) -> Self {
        Self {
            gs2: "p=tls-exporter,,".into(),
            data,
        }
    }
}

/// The client's side of one exchange.
pub struct Exchange {
    binding: Binding,
    nonce: String,
    first_bare: String,
    expected_signature: Option<Vec<u8>>,
}

/// What the daemon told in its challenge.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Challenge {
    /// The whole nonce.
    pub nonce: String,
    /// The salt.
    pub salt: Vec<u8>,
    /// PBKDF2 rounds.
    pub iterations: u32,
}

/// Random bytes.
#[must_use]
pub fn random<const N: usize>() -> [u8; N] {
    let mut bytes = [0; N];
    SystemRandom::new()
        .fill(&mut bytes)
        .expect("the system has randomness");
    bytes
}

fn salted(password: &str, salt: &[u8], iterations: u32) -> [u8; 32] {
    let mut out = [0; 32];
    let rounds = NonZeroU32::new(iterations).expect("iterations are not 0");
    pbkdf2::derive(
        pbkdf2::PBKDF2_HMAC_SHA256,
        rounds,
        salt,
        password.as_bytes(),
        &mut out,
    );
    out
}

fn mac(key: &[u8], message: &[u8]) -> Vec<u8> {
    hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, key), message)
        .as_ref()
        .to_vec()
}

/// What the daemon is to keep for a password.
#[must_use]
pub fn verifier(password: &str, iterations: u32) -> VerifierData {
    let salt = random::<16>();
    let salted = salted(password, &salt, iterations);
    let client_key = mac(&salted, b"Client Key");
    VerifierData {
        salt: ByteBuf::from(salt),
        iterations,
        stored_key: ByteBuf::from(digest(&SHA256, &client_key).as_ref()),
        server_key: ByteBuf::from(mac(&salted, b"Server Key")),
    }
}

impl Exchange {
    /// Begins one; gives the client-first-message.
    #[must_use]
    pub fn start(name: &str, binding: Binding) -> (Self, Vec<u8>) {
        let nonce = BASE64.encode(&random::<18>());
        let name = name.replace('=', "=3D").replace(',', "=2C");
        let first_bare = format!("n={name},r={nonce}");
        let message = format!("{}{first_bare}", binding.gs2).into_bytes();
        (
            Self {
                binding,
                nonce,
                first_bare,
                expected_signature: None,
            },
            message,
        )
    }

    /// What a challenge says.
    ///
    /// # Panics
    /// Where it is not of the form of RFC 5802.
    #[must_use]
    pub fn read(challenge: &[u8]) -> Challenge {
        let text = std::str::from_utf8(challenge).expect("the challenge is UTF-8");
        let parts: Vec<&str> = text.split(',').collect();
        let [nonce, salt, iterations] = parts[..] else {
            panic!("a challenge of three parts: {text}")
        };
        Challenge {
            nonce: nonce.strip_prefix("r=").expect("r=").to_owned(),
            salt: BASE64
                .decode(salt.strip_prefix("s=").expect("s=").as_bytes())
                .expect("base64"),
            iterations: iterations
                .strip_prefix("i=")
                .expect("i=")
                .parse()
                .expect("a number"),
        }
    }

    /// Answers a challenge; gives the client-final-message.
    ///
    /// # Panics
    /// Where the daemon's nonce does not continue ours.
    #[must_use]
    pub fn respond(&mut self, password: &str, challenge: &[u8]) -> Vec<u8> {
        let told = Self::read(challenge);
        assert!(
            told.nonce.starts_with(&self.nonce),
            "the nonce continues the client's"
        );
        assert!(
            told.nonce.len() > self.nonce.len(),
            "the daemon adds to the nonce"
        );
        let salted = salted(password, &told.salt, told.iterations);
        let client_key = mac(&salted, b"Client Key");
        let stored_key = digest(&SHA256, &client_key);
        let mut bound = self.binding.gs2.clone().into_bytes();
        bound.extend_from_slice(&self.binding.data);
        let without_proof = format!("c={},r={}", BASE64.encode(&bound), told.nonce);
        let challenge = std::str::from_utf8(challenge).expect("read before");
        let auth = format!("{},{challenge},{without_proof}", self.first_bare);
        let signature = mac(stored_key.as_ref(), auth.as_bytes());
        let proof: Vec<u8> = client_key
            .iter()
            .zip(&signature)
            .map(|(a, b)| a ^ b)
            .collect();
        self.expected_signature = Some(mac(&mac(&salted, b"Server Key"), auth.as_bytes()));
        format!("{without_proof},p={}", BASE64.encode(&proof)).into_bytes()
    }

    /// Checks the server-final-message.
    ///
    /// # Panics
    /// Where the daemon does not know the verifier of the password.
    pub fn finish(&self, server_final: &[u8]) {
        let expected = self
            .expected_signature
            .as_ref()
            .expect("respond was called");
        assert_eq!(
            server_final,
            format!("v={}", BASE64.encode(expected)).as_bytes()
        );
    }
}
