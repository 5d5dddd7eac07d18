//! The five messages of RFC 5802 section 7: read strictly, written canonically.

use super::{Binding, MESSAGE_MAX, ScramError};
use data_encoding::BASE64;

/// The header by which a client says what it knows of channel binding.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Gs2 {
    /// `n`: the client has no channel to bind to.
    None,
    /// `y`: the client could bind, but believes that the server cannot.
    NotOffered,
    /// `p=tls-exporter`.
    TlsExporter,
}

impl Gs2 {
    pub(super) fn of(binding: &Binding) -> Self {
        match binding {
            Binding::None => Self::None,
            Binding::TlsExporter(_) => Self::TlsExporter,
        }
    }

    pub(super) fn header(self) -> &'static str {
        match self {
            Self::None => "n,,",
            Self::NotOffered => "y,,",
            Self::TlsExporter => "p=tls-exporter,,",
        }
    }

    /// The value of `c=`: the header again, with what the channel gives.
    pub(super) fn echo(self, binding: &Binding) -> String {
        let data = if self == Self::TlsExporter {
            binding.data()
        } else {
            &[]
        };
        BASE64.encode(&[self.header().as_bytes(), data].concat())
    }
}

pub(super) struct ClientFirst<'a> {
    pub(super) gs2: Gs2,
    pub(super) bare: &'a str,
    pub(super) name: String,
    pub(super) nonce: &'a str,
}

impl<'a> ClientFirst<'a> {
    /// `gs2-header n=name,r=nonce[,extensions]`
    pub(super) fn parse(message: &'a [u8]) -> Result<Self, ScramError> {
        let message = as_text(message)?;
        let mut parts = message.splitn(3, ',');
        let gs2 = match parts.next() {
            Some("n") => Gs2::None,
            Some("y") => Gs2::NotOffered,
            Some("p=tls-exporter") => Gs2::TlsExporter,
            _ => return Err(ScramError::Malformed("channel binding flag")),
        };
        if parts.next() != Some("") {
            return Err(ScramError::Malformed("acting as another is not supported"));
        }
        let bare = parts.next().ok_or(ScramError::Malformed("name missing"))?;
        let mut attributes = Attributes::of(bare)?;
        let name = unescape(attributes.next('n', "name")?)?;
        let nonce = nonce(attributes.next('r', "nonce")?)?;
        Ok(Self {
            gs2,
            bare,
            name,
            nonce,
        })
    }
}

pub(super) struct ServerFirst<'a> {
    pub(super) nonce: &'a str,
    pub(super) salt: [u8; 16],
    pub(super) iterations: u32,
}

impl<'a> ServerFirst<'a> {
    /// `r=nonce,s=salt,i=iterations[,extensions]`
    pub(super) fn parse(message: &'a str) -> Result<Self, ScramError> {
        let mut attributes = Attributes::of(message)?;
        let nonce = nonce(attributes.next('r', "nonce")?)?;
        let salt = bytes(attributes.next('s', "salt")?, "salt")?;
        let iterations = attributes.next('i', "iteration count")?;
        if iterations.starts_with(['0', '+']) {
            return Err(ScramError::Malformed("iteration count"));
        }
        let iterations = iterations
            .parse()
            .map_err(|_| ScramError::Malformed("iteration count"))?;
        Ok(Self {
            nonce,
            salt,
            iterations,
        })
    }

    pub(super) fn write(nonce: &str, salt: &[u8; 16], iterations: u32) -> String {
        format!("r={nonce},s={},i={iterations}", BASE64.encode(salt))
    }
}

pub(super) struct ClientFinal<'a> {
    pub(super) without_proof: &'a str,
    pub(super) binding: &'a str,
    pub(super) nonce: &'a str,
    pub(super) proof: [u8; 32],
}

impl<'a> ClientFinal<'a> {
    /// `c=binding,r=nonce[,extensions],p=proof`
    pub(super) fn parse(message: &'a [u8]) -> Result<Self, ScramError> {
        let message = as_text(message)?;
        let (without_proof, proof) = message
            .rsplit_once(",p=")
            .ok_or(ScramError::Malformed("proof missing"))?;
        let mut attributes = Attributes::of(without_proof)?;
        let binding = attributes.next('c', "channel binding")?;
        let nonce = nonce(attributes.next('r', "nonce")?)?;
        Ok(Self {
            without_proof,
            binding,
            nonce,
            proof: bytes(proof, "proof")?,
        })
    }
}

/// `v=signature`, or `e=error`
pub(super) fn parse_server_final(message: &[u8]) -> Result<[u8; 32], ScramError> {
    let message = as_text(message)?;
    if message.starts_with("e=") {
        return Err(ScramError::AuthenticationFailed);
    }
    bytes(
        Attributes::of(message)?.next('v', "signature")?,
        "signature",
    )
}

/// A message as text, if it is one and within bounds.
pub(super) fn as_text(message: &[u8]) -> Result<&str, ScramError> {
    if message.len() > MESSAGE_MAX {
        return Err(ScramError::TooLong);
    }
    match std::str::from_utf8(message) {
        Ok(text) if !text.contains('\0') => Ok(text),
        _ => Err(ScramError::Malformed("not text")),
    }
}

/// A name as it stands in `n=` (RFC 5802 section 5.1).
pub(super) fn escape(name: &str) -> String {
    name.replace('=', "=3D").replace(',', "=2C")
}

fn unescape(escaped: &str) -> Result<String, ScramError> {
    let mut pieces = escaped.split('=');
    let mut name = pieces.next().unwrap_or_default().to_owned();
    for piece in pieces {
        let (c, rest) = match (piece.strip_prefix("2C"), piece.strip_prefix("3D")) {
            (Some(rest), _) => (',', rest),
            (_, Some(rest)) => ('=', rest),
            _ => return Err(ScramError::Malformed("name")),
        };
        name.push(c);
        name.push_str(rest);
    }
    if name.is_empty() {
        Err(ScramError::Malformed("name"))
    } else {
        Ok(name)
    }
}

fn nonce(text: &str) -> Result<&str, ScramError> {
    if !text.is_empty() && text.bytes().all(|b| b.is_ascii_graphic()) {
        Ok(text)
    } else {
        Err(ScramError::Malformed("nonce"))
    }
}

fn bytes<const N: usize>(text: &str, what: &'static str) -> Result<[u8; N], ScramError> {
    let bytes = BASE64
        .decode(text.as_bytes())
        .map_err(|_| ScramError::Malformed(what))?;
    bytes.try_into().map_err(|_| ScramError::Malformed(what))
}

/// `x=value` in the order that the RFC prescribes; what follows the known ones is ignored.
struct Attributes<'a>(std::str::Split<'a, char>);

impl<'a> Attributes<'a> {
    fn of(message: &'a str) -> Result<Self, ScramError> {
        // Wherever it stands: nothing that must be understood is.
        if message
            .split(',')
            .any(|attribute| attribute.starts_with("m="))
        {
            return Err(ScramError::UnknownExtension);
        }
        Ok(Self(message.split(',')))
    }

    fn next(&mut self, key: char, what: &'static str) -> Result<&'a str, ScramError> {
        let attribute = self
            .0
            .next()
            .and_then(|attribute| attribute.strip_prefix(key));
        attribute
            .and_then(|value| value.strip_prefix('='))
            .ok_or(ScramError::Malformed(what))
    }
}
