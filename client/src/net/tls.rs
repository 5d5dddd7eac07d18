//! TLS without authorities: a daemon is known by its key, as in ssh.

use chat_shared::link::Pin;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::{CryptoProvider, ring, verify_tls12_signature, verify_tls13_signature};
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::{
    CertificateError, ClientConfig, DigitallySignedStruct, Error, SignatureScheme, version,
};
use std::sync::{Arc, Mutex, PoisonError};

/// RFC 9266 section 4.2.
const BINDING_LABEL: &[u8] = b"EXPORTER-Channel-Binding";

/// Bytes of the channel binding.
const BINDING_BYTES: usize = 32;

/// Checks the key of the daemon, and nothing else of its certificate: names and dates in it were made
/// by the daemon itself and prove nothing. That the peer holds the key is proved by the handshake's
/// signature, which is verified in full.
#[derive(Debug)]
pub struct PinVerifier {
    expected: Option<Pin>,
    shown: Mutex<Option<Pin>>,
    provider: Arc<CryptoProvider>,
}

impl PinVerifier {
    /// Takes only this key; any, where there is none yet (the caller decides before it sends anything).
    pub fn new(expected: Option<Pin>) -> Arc<Self> {
        let provider = Arc::new(ring::default_provider());
        Arc::new(Self {
            expected,
            shown: Mutex::new(None),
            provider,
        })
    }

    /// The key that the daemon showed.
    pub fn shown(&self) -> Option<Pin> {
        *self.shown.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A configuration that verifies by this: TLS 1.3 only.
    pub fn client_config(self: &Arc<Self>) -> Result<ClientConfig, Error> {
        let builder = ClientConfig::builder_with_provider(self.provider.clone())
            .with_protocol_versions(&[&version::TLS13])?
            .dangerous()
            .with_custom_certificate_verifier(self.clone());
        Ok(builder.with_no_client_auth())
    }
}

impl ServerCertVerifier for PinVerifier {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        _intermediates: &[CertificateDer<'_>],
        _server_name: &ServerName<'_>,
        _ocsp_response: &[u8],
        _now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        let certificate = webpki::EndEntityCert::try_from(end_entity)
            .map_err(|_| Error::InvalidCertificate(CertificateError::BadEncoding))?;
        let pin = Pin::of_spki(certificate.subject_public_key_info().as_ref());
        *self.shown.lock().unwrap_or_else(PoisonError::into_inner) = Some(pin);
        match self.expected {
            Some(expected) if expected != pin => Err(Error::InvalidCertificate(
                CertificateError::ApplicationVerificationFailure,
            )),
            _ => Ok(ServerCertVerified::assertion()),
        }
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        let algorithms = &self.provider.signature_verification_algorithms;
        verify_tls12_signature(message, cert, dss, algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        let algorithms = &self.provider.signature_verification_algorithms;
        verify_tls13_signature(message, cert, dss, algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.provider
            .signature_verification_algorithms
            .supported_schemes()
    }
}

/// What ties a login to this connection (RFC 9266).
pub fn channel_binding(connection: &rustls::ClientConnection) -> Result<Vec<u8>, Error> {
    connection.export_keying_material(vec![0; BINDING_BYTES], BINDING_LABEL, Some(&[]))
}
