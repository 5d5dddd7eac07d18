//! The link that joins somebody: where the daemon is, by which key it is known, and an invitation.
//!
//! `chat://HOST:PORT/?pin=...&invite=...`, as `chatctl invite` prints it and `chatc` takes it. A link
//! carries the pin so that the first contact is as safe as the way by which the link came.

use crate::limits::DEFAULT_PORT;
use data_encoding::BASE64URL_NOPAD;
use ring::digest;
use serde::{Deserialize, Serialize};
use std::fmt;
use std::net::Ipv6Addr;
use std::str::FromStr;
use thiserror::Error;

/// Bytes of a link: what a chat, a mail and a QR code carry without breaking it.
pub const LINK_BYTES: usize = 1024;

/// Bytes of an invitation code within a link.
pub const INVITE_BYTES: usize = 128;

/// Bytes of a host name (RFC 1035).
const HOST_BYTES: usize = 253;

/// Why a link is not one. The texts are fit for users.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum LinkError {
    /// Longer than [`LINK_BYTES`].
    #[error("the link is over {LINK_BYTES} bytes")]
    TooLong,
    /// Not `chat://`.
    #[error("the link does not begin with chat://")]
    BadScheme,
    /// No host, or characters that no host name holds.
    #[error("the link has no valid host, write chat://HOST:PORT/ and an IPv6 address in brackets")]
    BadHost,
    /// Not a number from 1 to 65535.
    #[error("the port in the link is not a number from 1 to 65535")]
    BadPort,
    /// Something other than `/` between port and `?`.
    #[error("the link has a path, only ? may follow the host")]
    BadPath,
    /// Not 43 characters of base64url.
    #[error("the pin is not 43 letters, digits, - and _, copy the link again")]
    BadPin,
    /// Not 1 to [`INVITE_BYTES`] bytes of printable text in percent-encoding.
    #[error("the invitation in the link is damaged, copy the link again")]
    BadInvite,
    /// The pin or the invitation stands there twice, and only the sender knows which is meant.
    #[error("the link has two of {0}, copy the link again")]
    Duplicate(&'static str),
}

/// The key by which a daemon is known: SHA-256 of the SubjectPublicKeyInfo of its certificate (DER), as
/// in RFC 7469. It outlives the certificate as long as the key stays. Shown as 43 characters of
/// base64url without padding.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Pin(pub [u8; 32]);

impl Pin {
    /// The pin of a public key, given as the DER of its SubjectPublicKeyInfo.
    #[must_use]
    pub fn of_spki(spki: &[u8]) -> Self {
        let mut pin = [0; 32];
        pin.copy_from_slice(digest::digest(&digest::SHA256, spki).as_ref());
        Self(pin)
    }
}

impl fmt::Display for Pin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&BASE64URL_NOPAD.encode(&self.0))
    }
}

impl fmt::Debug for Pin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Pin({self})")
    }
}

impl FromStr for Pin {
    type Err = LinkError;

    fn from_str(text: &str) -> Result<Self, LinkError> {
        let pin = BASE64URL_NOPAD
            .decode(text.as_bytes())
            .map_err(|_| LinkError::BadPin)?;
        pin.try_into().map(Self).map_err(|_| LinkError::BadPin)
    }
}

impl TryFrom<String> for Pin {
    type Error = LinkError;

    fn try_from(text: String) -> Result<Self, LinkError> {
        text.parse()
    }
}

impl From<Pin> for String {
    fn from(pin: Pin) -> Self {
        pin.to_string()
    }
}

/// What a link says. `Display` writes one that parses to the same.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct JoinLink {
    /// A host name in ASCII and lower case, or an address; IPv6 without its brackets.
    pub host: String,
    /// The TCP port, [`DEFAULT_PORT`] where the link says none.
    pub port: u16,
    /// The key that the daemon must show; without it the first contact is on trust.
    pub pin: Option<Pin>,
    /// The code that lets a new account in.
    pub invite: Option<String>,
}

impl FromStr for JoinLink {
    type Err = LinkError;

    /// Reads a link; keys that are not known, a fragment and white space around it are ignored.
    fn from_str(text: &str) -> Result<Self, LinkError> {
        if text.len() > LINK_BYTES {
            return Err(LinkError::TooLong);
        }
        let text = text.trim();
        let text = text.split_once('#').map_or(text, |(before, _)| before);
        let (scheme, rest) = text.split_once("://").ok_or(LinkError::BadScheme)?;
        if !scheme.eq_ignore_ascii_case("chat") {
            return Err(LinkError::BadScheme);
        }
        let (place, query) = rest.split_once('?').unwrap_or((rest, ""));
        let (authority, path) = place.split_once('/').unwrap_or((place, ""));
        let (host, port) = parse_authority(authority)?;
        if !path.is_empty() {
            return Err(LinkError::BadPath);
        }
        let mut link = Self {
            host,
            port,
            pin: None,
            invite: None,
        };
        for (key, value) in query.split('&').filter_map(|pair| pair.split_once('=')) {
            match key {
                "pin" if link.pin.is_some() => return Err(LinkError::Duplicate("pin")),
                "pin" => link.pin = Some(value.parse()?),
                "invite" if link.invite.is_some() => return Err(LinkError::Duplicate("invite")),
                "invite" => link.invite = Some(parse_invite(value)?),
                _ => {}
            }
        }
        Ok(link)
    }
}

impl fmt::Display for JoinLink {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.host.contains(':') {
            write!(f, "chat://[{}]:{}/", self.host, self.port)?;
        } else {
            write!(f, "chat://{}:{}/", self.host, self.port)?;
        }
        let mut separator = '?';
        if let Some(pin) = &self.pin {
            write!(f, "{separator}pin={pin}")?;
            separator = '&';
        }
        if let Some(invite) = &self.invite {
            write!(f, "{separator}invite=")?;
            for byte in invite.bytes() {
                match byte {
                    b'-' | b'.' | b'_' | b'~' => write!(f, "{}", char::from(byte))?,
                    b if b.is_ascii_alphanumeric() => write!(f, "{}", char::from(b))?,
                    b => write!(f, "%{b:02X}")?,
                }
            }
        }
        Ok(())
    }
}

fn parse_authority(authority: &str) -> Result<(String, u16), LinkError> {
    let (host, port) = if let Some(rest) = authority.strip_prefix('[') {
        let (host, port) = rest.split_once(']').ok_or(LinkError::BadHost)?;
        let address: Ipv6Addr = host.parse().map_err(|_| LinkError::BadHost)?;
        let port = match port {
            "" => None,
            port => Some(port.strip_prefix(':').ok_or(LinkError::BadHost)?),
        };
        (address.to_string(), port)
    } else {
        let (host, port) = match authority.split_once(':') {
            Some((host, port)) => (host, Some(port)),
            None => (authority, None),
        };
        let fits = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'-' | b'_');
        let starts = host.starts_with(|c: char| c.is_ascii_alphanumeric());
        if !starts || host.len() > HOST_BYTES || !host.bytes().all(fits) {
            return Err(LinkError::BadHost);
        }
        // More colons are an IPv6 address without brackets, where nobody can tell the port.
        if port.is_some_and(|port| port.contains(':')) {
            return Err(LinkError::BadHost);
        }
        (host.to_ascii_lowercase(), port)
    };
    let port = match port {
        None | Some("") => DEFAULT_PORT,
        Some(digits) if digits.bytes().all(|b| b.is_ascii_digit()) => digits
            .parse()
            .ok()
            .filter(|&port| port != 0)
            .ok_or(LinkError::BadPort)?,
        Some(_) => return Err(LinkError::BadPort),
    };
    Ok((host, port))
}

fn parse_invite(encoded: &str) -> Result<String, LinkError> {
    let mut bytes = Vec::with_capacity(encoded.len());
    let mut rest = encoded.bytes();
    while let Some(byte) = rest.next() {
        bytes.push(match byte {
            b'%' => match (rest.next().and_then(hex), rest.next().and_then(hex)) {
                (Some(high), Some(low)) => high << 4 | low,
                _ => return Err(LinkError::BadInvite),
            },
            byte => byte,
        });
    }
    let invite = String::from_utf8(bytes).map_err(|_| LinkError::BadInvite)?;
    if invite.is_empty() || invite.len() > INVITE_BYTES || invite.contains(char::is_control) {
        return Err(LinkError::BadInvite);
    }
    Ok(invite)
}

fn hex(digit: u8) -> Option<u8> {
    let value = char::from(digit).to_digit(16)?;
    u8::try_from(value).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::{any, proptest};

    const PIN: &str = "47DEQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSuFU";

    fn link(text: &str) -> Result<JoinLink, LinkError> {
        text.parse()
    }

    #[test]
    fn a_link_says_where_who_and_by_whose_leave() {
        let parsed = link(&format!(
            "chat://Office.lan:7421/?pin={PIN}&invite=k7-%C3%BC%26%20x"
        ))
        .unwrap();
        let expected = JoinLink {
            host: "office.lan".into(),
            port: 7421,
            pin: Some(Pin::of_spki(b"")),
            invite: Some("k7-ü& x".into()),
        };
        assert_eq!(parsed, expected);
        assert_eq!(
            parsed.to_string(),
            format!("chat://office.lan:7421/?pin={PIN}&invite=k7-%C3%BC%26%20x")
        );
    }

    #[test]
    fn most_of_a_link_may_be_left_out() {
        let bare = JoinLink {
            host: "10.0.0.7".into(),
            port: 7420,
            pin: None,
            invite: None,
        };
        for text in [
            "chat://10.0.0.7",
            " CHAT://10.0.0.7/\n",
            "chat://10.0.0.7:?new=1&x&=",
            "chat://10.0.0.7/#top",
        ] {
            assert_eq!(link(text), Ok(bare.clone()), "{text}");
        }
    }

    #[test]
    fn ipv6_stands_in_brackets() {
        let parsed = link("chat://[FE80::1]:99/").unwrap();
        assert_eq!((parsed.host.as_str(), parsed.port), ("fe80::1", 99));
        assert_eq!(parsed.to_string(), "chat://[fe80::1]:99/");
        assert_eq!(link("chat://[::1]").unwrap().port, 7420);
    }

    #[test]
    fn damaged_links_say_what_is_wrong() {
        let invite = |value: &str| link(&format!("chat://h/?invite={value}"));
        assert_eq!(link("http://h/"), Err(LinkError::BadScheme));
        assert_eq!(link("office.lan:7420"), Err(LinkError::BadScheme));
        for host in [
            "",
            ":7420",
            "fe80::1",
            "[fe80::1",
            "[office]",
            "[::1]7420",
            "a@b",
            "-rf",
            "bü",
            "a b",
        ] {
            assert_eq!(
                link(&format!("chat://{host}/")),
                Err(LinkError::BadHost),
                "{host}"
            );
        }
        for port in ["0", "65536", "x", "+1", "-1"] {
            assert_eq!(
                link(&format!("chat://h:{port}/")),
                Err(LinkError::BadPort),
                "{port}"
            );
        }
        assert_eq!(link("chat://h/room"), Err(LinkError::BadPath));
        assert_eq!(link("chat://h/?pin=short"), Err(LinkError::BadPin));
        assert_eq!(
            link(&format!("chat://h/?pin={PIN}=")),
            Err(LinkError::BadPin)
        );
        assert_eq!(
            link(&format!("chat://h/?pin={PIN}&pin={PIN}")),
            Err(LinkError::Duplicate("pin"))
        );
        for value in ["", "%", "%4", "%zz", "%ff", "%1b", "%0a", &"a".repeat(129)] {
            assert_eq!(invite(value), Err(LinkError::BadInvite), "{value}");
        }
        assert_eq!(invite(&"a".repeat(2000)), Err(LinkError::TooLong));
    }

    #[test]
    fn a_pin_is_43_characters() {
        assert_eq!(Pin::of_spki(b"").to_string(), PIN);
        assert_eq!(PIN.len(), 43);
        assert_eq!(PIN.parse(), Ok(Pin::of_spki(b"")));
    }

    proptest! {
        #[test]
        fn what_is_written_is_read_again(
            host in "[a-z0-9][a-z0-9._-]{0,20}",
            port in 1_u16..,
            pin in any::<Option<[u8; 32]>>(),
            invite in proptest::option::of("\\PC{1,30}"),
        ) {
            let written = JoinLink { host, port, pin: pin.map(Pin), invite };
            assert_eq!(link(&written.to_string()), Ok(written));
        }

        #[test]
        fn garbage_is_refused_without_a_panic(text in any::<String>()) {
            let _ = link(&text);
            let _ = link(&format!("chat://{text}"));
            let _ = link(&format!("chat://h/?invite={text}"));
        }
    }
}
