//! A connection on which frames can be sent: TLS with a checked key, or a Unix socket.

use super::{Failure, Place, tls};
use chat_shared::link::Pin;
use chat_shared::scram::Binding;
use rustls::pki_types::ServerName;
use std::io::ErrorKind;
use std::sync::Arc;
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpStream, UnixStream};
use tokio::time::timeout;
use tokio_rustls::TlsConnector;

/// How long a connection with its handshake may take: a slow satellite link, or nobody there.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);

/// The name in the TLS greeting where the host's is not one; nobody reads it.
const FALLBACK_NAME: &str = "chatd";

/// Both directions of a connection.
pub trait Io: AsyncRead + AsyncWrite + Send + Unpin {}
impl<T: AsyncRead + AsyncWrite + Send + Unpin> Io for T {}

/// An open connection on which nothing was said yet.
pub struct Channel {
    /// The bytes.
    pub io: Box<dyn Io>,
    /// What ties a login to it.
    pub binding: Binding,
    /// The key of the daemon; none on a Unix socket.
    pub pin: Option<Pin>,
}

/// Connects. With `expected`, only to a daemon that shows this key.
pub async fn open(place: &Place, expected: Option<Pin>) -> Result<Channel, Failure> {
    let unreachable = |error: String| Failure::Unreachable {
        place: place.clone(),
        error,
    };
    let opened = match place {
        Place::Socket(path) => {
            let connect = UnixStream::connect(path);
            timeout(CONNECT_TIMEOUT, connect).await.map(|stream| {
                let stream = stream.map_err(|error| unreachable(plain(&error)))?;
                Ok(Channel {
                    io: Box::new(stream),
                    binding: Binding::None,
                    pin: None,
                })
            })
        }
        Place::Tcp { host, port } => {
            let connect = open_tls(place, host, *port, expected);
            timeout(CONNECT_TIMEOUT, connect).await
        }
    };
    opened.unwrap_or_else(|_| {
        Err(unreachable(format!(
            "no answer within {} s",
            CONNECT_TIMEOUT.as_secs()
        )))
    })
}

async fn open_tls(
    place: &Place,
    host: &str,
    port: u16,
    expected: Option<Pin>,
) -> Result<Channel, Failure> {
    let unreachable = |error: String| Failure::Unreachable {
        place: place.clone(),
        error,
    };
    let stream = TcpStream::connect((host, port)).await;
    let stream = stream.map_err(|error| unreachable(plain(&error)))?;
    // Messages are small and somebody waits for each.
    stream
        .set_nodelay(true)
        .map_err(|error| unreachable(error.to_string()))?;
    let verifier = tls::PinVerifier::new(expected);
    let config = verifier
        .client_config()
        .map_err(|error| unreachable(error.to_string()))?;
    let fallback = || ServerName::try_from(FALLBACK_NAME);
    let name = ServerName::try_from(host.to_owned()).or_else(|_| fallback());
    let name = name.map_err(|error| unreachable(error.to_string()))?;
    let handshake = TlsConnector::from(Arc::new(config))
        .connect(name, stream)
        .await;
    let stream = handshake.map_err(|error| match (expected, verifier.shown()) {
        (Some(known), Some(shown)) if known != shown => Failure::PinDiffers {
            place: place.clone(),
            known,
            shown,
        },
        _ => unreachable(no_tls(&error)),
    })?;
    let binding = tls::channel_binding(stream.get_ref().1);
    let binding = binding.map_err(|error| unreachable(error.to_string()))?;
    Ok(Channel {
        io: Box::new(stream),
        binding: Binding::TlsExporter(binding),
        pin: verifier.shown(),
    })
}

/// Why there is no TLS. A daemon closes a connection from a banned address before it says anything.
fn no_tls(error: &std::io::Error) -> String {
    match error.kind() {
        ErrorKind::UnexpectedEof | ErrorKind::ConnectionReset | ErrorKind::BrokenPipe => {
            "it closed the connection before TLS: your address may be banned, or it is no chatd"
                .to_owned()
        }
        _ => format!("no TLS with it: {error}"),
    }
}

/// An error in words: without the number that Rust adds.
pub fn plain(error: &std::io::Error) -> String {
    let text = error.to_string();
    let words = text
        .split_once(" (os error")
        .map_or(text.as_str(), |(words, _)| words);
    let mut letters = words.chars();
    letters
        .next()
        .map(|first| first.to_lowercase().chain(letters).collect())
        .unwrap_or_default()
}
