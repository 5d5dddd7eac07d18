//! Where a daemon is.

use chat_shared::limits::DEFAULT_PORT;
use chat_shared::link::JoinLink;
use std::fmt;
use std::path::PathBuf;
use std::str::FromStr;

/// An address to connect to. Its text is the name by which the state folder knows the server.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Place {
    /// By TCP, always with TLS.
    Tcp {
        /// A host name or address; IPv6 without its brackets.
        host: String,
        /// The port.
        port: u16,
    },
    /// A Unix socket on this machine.
    Socket(PathBuf),
}

impl Place {
    /// Where a link leads.
    pub fn of_link(link: &JoinLink) -> Self {
        Self::Tcp {
            host: link.host.clone(),
            port: link.port,
        }
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Tcp { host, port } if host.contains(':') => write!(f, "[{host}]:{port}"),
            Self::Tcp { host, port } => write!(f, "{host}:{port}"),
            Self::Socket(path) => write!(f, "unix:{}", path.display()),
        }
    }
}

impl FromStr for Place {
    type Err = String;

    /// `HOST`, `HOST:PORT`, `[IPV6]:PORT`, or `unix:PATH`.
    fn from_str(text: &str) -> Result<Self, String> {
        if let Some(path) = text.strip_prefix("unix:") {
            return Ok(Self::Socket(path.into()));
        }
        if text.contains(['/', '?', '#']) || text.contains("://") {
            return Err(format!("`{text}` is not HOST:PORT"));
        }
        let link: JoinLink = format!("chat://{text}/").parse().map_err(|_| {
            format!("`{text}` is not HOST:PORT, such as office.lan:{DEFAULT_PORT} or [::1]:{DEFAULT_PORT}")
        })?;
        Ok(Self::of_link(&link))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read_again() {
        for text in ["office.lan:7421", "[::1]:99", "unix:/run/chatd/chatd.sock"] {
            assert_eq!(text.parse::<Place>().unwrap().to_string(), text);
        }
        assert_eq!(
            "office.lan".parse::<Place>().unwrap().to_string(),
            "office.lan:7420"
        );
    }

    #[test]
    fn what_is_no_address_is_told() {
        for text in ["", "a b", "h:x", "h:0", "::1", "h/x", "chat://h"] {
            assert!(text.parse::<Place>().is_err(), "{text}");
        }
    }
}
