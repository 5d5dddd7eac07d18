//! Tokens of devices: `DEVICE.SECRET`, the device's id and 32 random bytes in base64url. The store keeps
//! only the hash of the secret.

use crate::random;
use chat_shared::DeviceId;
use data_encoding::BASE64URL_NOPAD;
use ring::digest::{SHA256, digest};

/// Bytes of a token's secret.
const SECRET_BYTES: usize = 32;

/// The secret part of a new token and what the store is to keep of it.
pub(crate) struct NewToken {
    secret: [u8; SECRET_BYTES],
    /// SHA-256 of the secret.
    pub(crate) hash: [u8; 32],
}

impl NewToken {
    pub(crate) fn random() -> Self {
        let secret = random::bytes();
        Self {
            secret,
            hash: hash(&secret),
        }
    }

    /// The token, once the device has an id.
    pub(crate) fn token(&self, device: DeviceId) -> String {
        format!("{device}.{}", BASE64URL_NOPAD.encode(&self.secret))
    }
}

/// A token as a client sent it: which device, and the hash to compare. Nothing where it is none.
pub(crate) fn parse(token: &str) -> Option<(DeviceId, [u8; 32])> {
    let (device, secret) = token.split_once('.')?;
    if secret.len() > 2 * SECRET_BYTES {
        return None;
    }
    let secret = BASE64URL_NOPAD.decode(secret.as_bytes()).ok()?;
    (secret.len() == SECRET_BYTES).then_some(())?;
    Some((DeviceId(device.parse().ok()?), hash(&secret)))
}

/// Both are hashes of secrets: how long comparing takes tells nothing of use.
fn hash(secret: &[u8]) -> [u8; 32] {
    let mut hash = [0; 32];
    hash.copy_from_slice(digest(&SHA256, secret).as_ref());
    hash
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_gives_back_its_device_and_hash() {
        let new = NewToken::random();
        assert_eq!(
            parse(&new.token(DeviceId(7))),
            Some((DeviceId(7), new.hash))
        );
        assert_ne!(NewToken::random().hash, new.hash);
    }

    #[test]
    fn anything_else_is_no_token() {
        for text in ["", ".", "7.", "7.abc", "x.AAAA", "7", &"7.".repeat(1000)] {
            assert_eq!(parse(text), None, "{text}");
        }
    }
}
