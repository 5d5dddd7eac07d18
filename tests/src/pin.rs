//! TLS as a client does it: the certificate is known by its pin and by nothing else.

use data_encoding::BASE64URL_NOPAD;
use ring::digest::{SHA256, digest};
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::{CryptoProvider, ring::default_provider, verify_tls13_signature};
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::server::ParsedCertificate;
use rustls::{ClientConfig, DigitallySignedStruct, Error, SignatureScheme};
use std::sync::{Arc, Mutex};

/// The pin of a certificate: base64url of the SHA-256 of its public key's DER.
pub fn of_certificate(certificate: &CertificateDer<'_>) -> Result<String, Error> {
    let spki = ParsedCertificate::try_from(certificate)?.subject_public_key_info();
    Ok(BASE64URL_NOPAD.encode(digest(&SHA256, spki.as_ref()).as_ref()))
}

/// Takes any certificate, remembers its pin, and checks the handshake's signature.
#[derive(Debug)]
pub struct PinRecorder {
    provider: CryptoProvider,
    seen: Mutex<Option<String>>,
}

impl PinRecorder {
    /// The pin that the server showed.
    #[must_use]
    pub fn seen(&self) -> Option<String> {
        self.seen
            .lock()
            .expect("nobody panics while holding it")
            .clone()
    }
}

impl ServerCertVerifier for PinRecorder {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        _intermediates: &[CertificateDer<'_>],
        _server_name: &ServerName<'_>,
        _ocsp_response: &[u8],
        _now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        let pin = of_certificate(end_entity)?;
        *self.seen.lock().expect("nobody panics while holding it") = Some(pin);
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        _message: &[u8],
        _cert: &CertificateDer<'_>,
        _dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        Err(Error::General("TLS 1.2 is not spoken here".into()))
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
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

/// A TLS 1.3 client and what remembers the pin it met.
#[must_use]
pub fn client_config() -> (Arc<ClientConfig>, Arc<PinRecorder>) {
    let recorder = Arc::new(PinRecorder {
        provider: default_provider(),
        seen: Mutex::new(None),
    });
    let config = ClientConfig::builder_with_provider(Arc::new(default_provider()))
        .with_protocol_versions(&[&rustls::version::TLS13])
        .expect("ring has TLS 1.3")
        .dangerous()
        .with_custom_certificate_verifier(recorder.clone())
        .with_no_client_auth();
    (Arc::new(config), recorder)
}
