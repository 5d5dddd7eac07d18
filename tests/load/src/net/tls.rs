//! TLS as `chatc` does it, less the pin: what is measured was started here.

use crate::failure::{Failure, Result};
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::client::{ClientConnection, Resumption};
use rustls::crypto::{CryptoProvider, ring::default_provider, verify_tls13_signature};
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::{ClientConfig, DigitallySignedStruct, Error, SignatureScheme};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

/// One of so many signatures is checked. To check it takes a client longer than it takes the server to make
/// it, and all clients share one core here; the server makes each of them all the same.
const CHECKED: usize = 16;

/// Takes any certificate, and checks the handshake's signature now and then.
#[derive(Debug)]
struct AnyCertificate {
    provider: CryptoProvider,
    handshakes: AtomicUsize,
}

impl ServerCertVerifier for AnyCertificate {
    fn verify_server_cert(
        &self,
        _end_entity: &CertificateDer<'_>,
        _intermediates: &[CertificateDer<'_>],
        _server_name: &ServerName<'_>,
        _ocsp_response: &[u8],
        _now: UnixTime,
    ) -> std::result::Result<ServerCertVerified, Error> {
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        _message: &[u8],
        _cert: &CertificateDer<'_>,
        _dss: &DigitallySignedStruct,
    ) -> std::result::Result<HandshakeSignatureValid, Error> {
        Err(Error::General("TLS 1.2 is not spoken here".into()))
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> std::result::Result<HandshakeSignatureValid, Error> {
        if !self
            .handshakes
            .fetch_add(1, Ordering::Relaxed)
            .is_multiple_of(CHECKED)
        {
            return Ok(HandshakeSignatureValid::assertion());
        }
        verify_tls13_signature(
            message,
            cert,
            dss,
            &self.provider.signature_verification_algorithms,
        )
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.provider
            .signature_verification_algorithms
            .supported_schemes()
    }
}

/// A TLS 1.3 client. Every handshake is a full one: a storm after a restart has no tickets either.
pub(crate) fn config() -> Arc<ClientConfig> {
    let mut config = ClientConfig::builder_with_provider(Arc::new(default_provider()))
        .with_protocol_versions(&[&rustls::version::TLS13])
        .expect("ring has TLS 1.3")
        .dangerous()
        .with_custom_certificate_verifier(Arc::new(AnyCertificate {
            provider: default_provider(),
            handshakes: AtomicUsize::new(0),
        }))
        .with_no_client_auth();
    config.resumption = Resumption::disabled();
    Arc::new(config)
}

/// The client's end of a connection.
pub(crate) fn connection(config: &Arc<ClientConfig>) -> Result<Box<ClientConnection>> {
    let name = ServerName::try_from("chatd.invalid").expect("a name");
    let mut made = ClientConnection::new(config.clone(), name)
        .map_err(|error| Failure::Server(format!("TLS: {error}")))?;
    made.set_buffer_limit(None);
    Ok(Box::new(made))
}

/// What binds a login to this connection (RFC 9266), once the handshake is done.
pub(crate) fn binding(connection: &ClientConnection) -> Option<Vec<u8>> {
    let exported =
        connection.export_keying_material([0; 32], b"EXPORTER-Channel-Binding", Some(&[]));
    exported.ok().map(|material| material.to_vec())
}
