//! Who the daemon is on the network: its certificate and key, and what TLS it speaks.
//!
//! - [`own`] makes and keeps the certificate where none is configured.
//!
//! TLS 1.3 alone, by ring. A client knows the daemon by its [`Pin`], so that no authority is asked and
//! names and dates do not matter.

mod own;
#[cfg(test)]
mod tests;

use crate::config::TlsConfig;
use chat_shared::link::Pin;
use rustls::crypto::{CryptoProvider, ring as provider};
use rustls::server::NoServerSessionStorage;
use rustls::{CipherSuite, ServerConfig, version};
use rustls_pki_types::pem::{self, PemObject};
use rustls_pki_types::{CertificateDer, PrivateKeyDer};
use std::fmt;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, PoisonError, RwLock};

/// Tickets after a handshake. A client connects once at a time, so one to come back with is enough.
const TICKETS: usize = 1;

/// Why there is no identity to serve with. The texts name the file and the way out.
#[derive(Debug, thiserror::Error)]
pub enum TlsError {
    /// A file cannot be read.
    #[error("could not read {}: {source}", path.display())]
    Read { path: PathBuf, source: io::Error },
    /// A file or directory cannot be written.
    #[error("could not write {}: {source}", path.display())]
    Write { path: PathBuf, source: io::Error },
    /// A file that is not what it should be.
    #[error("{} holds no {what} in PEM: {source}", path.display())]
    NotPem {
        path: PathBuf,
        what: &'static str,
        source: pem::Error,
    },
    /// The certificate is not one.
    #[error("{} holds a certificate that cannot be used: {source}", path.display())]
    BadCertificate {
        path: PathBuf,
        source: webpki::Error,
    },
    /// The key was lost. A new one would make every client refuse, so that somebody has to decide.
    #[error(
        "{} is there but its key {} is not: bring it back from a backup, or remove the certificate \
         to become a new daemon with another fingerprint",
        certificate.display(), key.display()
    )]
    KeyMissing { certificate: PathBuf, key: PathBuf },
    /// Key and certificate do not go together, or the key is of a kind that is not supported.
    #[error("certificate {} and key {} cannot be used: {source}", certificate.display(), key.display())]
    Pair {
        certificate: PathBuf,
        key: PathBuf,
        source: rustls::Error,
    },
    /// No certificate could be made.
    #[error("could not make a certificate: {0}")]
    Make(rcgen::Error),
}

/// Certificate and key in use. Shared by all that accept; [`reload`](Self::reload) changes what later
/// connections get.
pub(crate) struct Identity {
    data_directory: PathBuf,
    configured: TlsConfig,
    current: RwLock<Current>,
}

#[derive(Clone)]
struct Current {
    server: Arc<ServerConfig>,
    pin: Pin,
}

impl Identity {
    /// Takes what is configured, else the own certificate in the data directory, which is made where it
    /// is not there yet. Reads and writes files.
    pub(crate) fn load_or_create(
        data_directory: &Path,
        configured: &TlsConfig,
    ) -> Result<Self, TlsError> {
        Ok(Self {
            data_directory: data_directory.to_owned(),
            configured: configured.clone(),
            current: RwLock::new(load(data_directory, configured)?),
        })
    }

    /// By what clients know the daemon.
    pub(crate) fn pin(&self) -> Pin {
        self.current().pin
    }

    /// How to accept the next connection. Cheap; ask for each connection, so that a reload is seen.
    pub(crate) fn acceptor(&self) -> Arc<ServerConfig> {
        self.current().server
    }

    /// Reads the files again. On an error what was there before stays in use. Blocks on files.
    pub(crate) fn reload(&self) -> Result<Pin, TlsError> {
        let fresh = load(&self.data_directory, &self.configured)?;
        let pin = fresh.pin;
        *self.current.write().unwrap_or_else(PoisonError::into_inner) = fresh;
        Ok(pin)
    }

    fn current(&self) -> Current {
        // Only ever replaced whole, so that a panic elsewhere leaves nothing half done.
        let current = self.current.read().unwrap_or_else(PoisonError::into_inner);
        current.clone()
    }
}

impl fmt::Debug for Identity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Identity({})", self.pin())
    }
}

fn load(data_directory: &Path, configured: &TlsConfig) -> Result<Current, TlsError> {
    let (certificate, key) = if configured.certificate.as_os_str().is_empty() {
        own::load_or_create(data_directory)?
    } else {
        (configured.certificate.clone(), configured.key.clone())
    };
    let chain = CertificateDer::pem_slice_iter(&read(&certificate)?)
        .collect::<Result<Vec<_>, _>>()
        .and_then(|chain| match chain.is_empty() {
            true => Err(pem::Error::NoItemsFound),
            false => Ok(chain),
        })
        .map_err(|source| TlsError::NotPem {
            path: certificate.clone(),
            what: "certificate",
            source,
        })?;
    let private = PrivateKeyDer::from_pem_slice(&read(&key)?).map_err(|source| {
        let (path, what) = (key.clone(), "private key");
        TlsError::NotPem { path, what, source }
    })?;
    let pin = pin_of(&chain[0]).map_err(|source| TlsError::BadCertificate {
        path: certificate.clone(),
        source,
    })?;
    let server = server_config(chain, private).map_err(|source| TlsError::Pair {
        certificate,
        key,
        source,
    })?;
    Ok(Current {
        server: Arc::new(server),
        pin,
    })
}

fn pin_of(leaf: &CertificateDer<'_>) -> Result<Pin, webpki::Error> {
    let leaf = webpki::EndEntityCert::try_from(leaf)?;
    Ok(Pin::of_spki(&leaf.subject_public_key_info()))
}

fn server_config(
    chain: Vec<CertificateDer<'static>>,
    key: PrivateKeyDer<'static>,
) -> Result<ServerConfig, rustls::Error> {
    let mut config = ServerConfig::builder_with_provider(Arc::new(cheapest_first()))
        .with_protocol_versions(&[&version::TLS13])?
        .with_no_client_auth()
        .with_single_cert(chain, key)?;
    config.ignore_client_order = true;
    // What a client comes back with is sealed into its ticket: nothing to hold for ten thousand of
    // them. A reload makes a new sealing key, so that nobody skips the look at a new certificate.
    config.ticketer = provider::Ticketer::new()?;
    config.session_storage = Arc::new(NoServerSessionStorage {});
    config.send_tls13_tickets = TICKETS;
    // Early data can be replayed.
    config.max_early_data_size = 0;
    Ok(config)
}

/// AES-128 with SHA-256 before the other suites, whatever clients like best: all are sound, and processors have
/// instructions for this one's hash, of which a handshake takes a dozen. With SHA-384 it takes a tenth longer.
fn cheapest_first() -> CryptoProvider {
    let mut provider = provider::default_provider();
    let cheapest = CipherSuite::TLS13_AES_128_GCM_SHA256;
    let suites = &mut provider.cipher_suites;
    suites.sort_by_key(|suite| suite.suite() != cheapest);
    provider
}

fn read(path: &Path) -> Result<Vec<u8>, TlsError> {
    fs::read(path).map_err(|source| TlsError::Read {
        path: path.to_owned(),
        source,
    })
}
