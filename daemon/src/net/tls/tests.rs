//! The identity on disk and in a real handshake.

use super::*;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::client::{ClientConnection, Resumption};
use rustls::pki_types::{ServerName, UnixTime};
use rustls::{
    ClientConfig, DigitallySignedStruct, HandshakeKind, ProtocolVersion, ServerConnection,
    SignatureScheme,
};
use std::os::unix::fs::PermissionsExt;

/// Checks what our clients check: the pin and the handshake's signature.
#[derive(Debug)]
struct Pinned(Pin);

impl ServerCertVerifier for Pinned {
    fn verify_server_cert(
        &self,
        leaf: &CertificateDer<'_>,
        _: &[CertificateDer<'_>],
        _: &ServerName<'_>,
        _: &[u8],
        _: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        if pin_of(leaf).is_ok_and(|pin| pin == self.0) {
            Ok(ServerCertVerified::assertion())
        } else {
            Err(rustls::Error::General("another pin".into()))
        }
    }

    fn verify_tls12_signature(
        &self,
        _: &[u8],
        _: &CertificateDer<'_>,
        _: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        unreachable!("TLS 1.2 is not spoken")
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        leaf: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        let algorithms = provider::default_provider().signature_verification_algorithms;
        rustls::crypto::verify_tls13_signature(message, leaf, signed, &algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        let algorithms = provider::default_provider().signature_verification_algorithms;
        algorithms.supported_schemes()
    }
}

fn client(pin: Pin) -> Arc<ClientConfig> {
    let builder = ClientConfig::builder_with_provider(Arc::new(provider::default_provider()));
    let mut config = builder
        .with_protocol_versions(&[&version::TLS13])
        .unwrap()
        .dangerous()
        .with_custom_certificate_verifier(Arc::new(Pinned(pin)))
        .with_no_client_auth();
    config.resumption = Resumption::in_memory_sessions(8);
    Arc::new(config)
}

fn handshake(
    server: Arc<ServerConfig>,
    client: Arc<ClientConfig>,
) -> Result<(ServerConnection, ClientConnection), rustls::Error> {
    let mut server = ServerConnection::new(server)?;
    let name = ServerName::try_from("anything.example").unwrap();
    let mut client = ClientConnection::new(client, name)?;
    let mut wire = Vec::new();
    for _ in 0..4 {
        wire.clear();
        while client.wants_write() {
            client.write_tls(&mut wire).unwrap();
        }
        server.read_tls(&mut wire.as_slice()).unwrap();
        server.process_new_packets()?;
        wire.clear();
        while server.wants_write() {
            server.write_tls(&mut wire).unwrap();
        }
        client.read_tls(&mut wire.as_slice()).unwrap();
        client.process_new_packets()?;
    }
    Ok((server, client))
}

fn own(directory: &Path) -> Identity {
    Identity::load_or_create(directory, &TlsConfig::default()).unwrap()
}

#[test]
fn a_client_with_the_pin_gets_tls_1_3_and_the_same_binding_on_both_ends() {
    let directory = tempfile::tempdir().unwrap();
    let identity = own(directory.path());
    let (server, client) = handshake(identity.acceptor(), client(identity.pin())).unwrap();
    assert_eq!(server.protocol_version(), Some(ProtocolVersion::TLSv1_3));
    assert_eq!(server.alpn_protocol(), None);
    let label = b"EXPORTER-Channel-Binding";
    let of_server = server
        .export_keying_material([0; 32], label, Some(b""))
        .unwrap();
    let of_client = client
        .export_keying_material([0; 32], label, Some(b""))
        .unwrap();
    assert_eq!(of_server, of_client);
}

#[test]
fn the_cheapest_suite_is_taken_whatever_the_client_likes_best() {
    let directory = tempfile::tempdir().unwrap();
    let identity = own(directory.path());
    let client = client(identity.pin());
    let cheapest = CipherSuite::TLS13_AES_128_GCM_SHA256;
    let best = &client.crypto_provider().cipher_suites[0];
    assert_ne!(best.suite(), cheapest, "shows nothing");
    let (server, _) = handshake(identity.acceptor(), client).unwrap();
    let taken = server.negotiated_cipher_suite().unwrap();
    assert_eq!(taken.suite(), cheapest);
}

#[test]
fn a_client_with_another_pin_refuses() {
    let directory = tempfile::tempdir().unwrap();
    let identity = own(directory.path());
    assert!(handshake(identity.acceptor(), client(Pin([0; 32]))).is_err());
}

#[test]
fn a_client_comes_back_by_its_ticket_until_a_reload() {
    let directory = tempfile::tempdir().unwrap();
    let identity = own(directory.path());
    let client = client(identity.pin());
    let kind = || {
        let (server, _) = handshake(identity.acceptor(), client.clone()).unwrap();
        server.handshake_kind()
    };
    assert_eq!(kind(), Some(HandshakeKind::Full));
    assert_eq!(kind(), Some(HandshakeKind::Resumed));
    identity.reload().unwrap();
    assert_eq!(kind(), Some(HandshakeKind::Full));
}

#[test]
fn the_pin_outlives_restarts_and_a_lost_certificate() {
    let directory = tempfile::tempdir().unwrap();
    let first = own(directory.path()).pin();
    assert_eq!(own(directory.path()).pin(), first);
    fs::remove_file(directory.path().join("certificate.pem")).unwrap();
    assert_eq!(own(directory.path()).pin(), first);
}

#[test]
fn a_lost_key_is_not_replaced_in_silence() {
    let directory = tempfile::tempdir().unwrap();
    own(directory.path());
    fs::remove_file(directory.path().join("key.pem")).unwrap();
    let error = Identity::load_or_create(directory.path(), &TlsConfig::default()).unwrap_err();
    assert!(matches!(error, TlsError::KeyMissing { .. }), "{error}");
    assert!(!directory.path().join("key.pem").exists());
}

#[test]
fn nobody_else_can_read_the_key() {
    let directory = tempfile::tempdir().unwrap();
    let data = directory.path().join("a/b");
    own(&data);
    let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(&data), 0o700);
    assert_eq!(mode(&data.join("key.pem")), 0o600);
    let entries = fs::read_dir(&data).unwrap().count();
    assert_eq!(entries, 2, "nothing temporary is left");
    fs::set_permissions(data.join("key.pem"), fs::Permissions::from_mode(0o644)).unwrap();
    own(&data);
    assert_eq!(mode(&data.join("key.pem")), 0o600);
}

#[test]
fn a_configured_certificate_is_used_and_reloaded() {
    let one = tempfile::tempdir().unwrap();
    let other = tempfile::tempdir().unwrap();
    let (first, second) = (own(one.path()).pin(), own(other.path()).pin());
    let configured = TlsConfig {
        certificate: one.path().join("certificate.pem"),
        key: one.path().join("key.pem"),
    };
    let data = tempfile::tempdir().unwrap();
    let identity = Identity::load_or_create(data.path(), &configured).unwrap();
    assert_eq!(identity.pin(), first);
    assert_eq!(fs::read_dir(data.path()).unwrap().count(), 0);

    // Half of a change: the pair does not fit, so the old one stays.
    fs::copy(
        other.path().join("certificate.pem"),
        &configured.certificate,
    )
    .unwrap();
    let error = identity.reload().unwrap_err();
    assert!(matches!(error, TlsError::Pair { .. }), "{error}");
    assert_eq!(identity.pin(), first);
    handshake(identity.acceptor(), client(first)).unwrap();

    fs::copy(other.path().join("key.pem"), &configured.key).unwrap();
    assert_eq!(identity.reload().unwrap(), second);
    handshake(identity.acceptor(), client(second)).unwrap();
}

#[test]
fn files_that_are_something_else_are_named() {
    let directory = tempfile::tempdir().unwrap();
    let text = directory.path().join("text");
    fs::write(&text, "hello").unwrap();
    let configured = TlsConfig {
        certificate: text.clone(),
        key: text.clone(),
    };
    let error = Identity::load_or_create(directory.path(), &configured).unwrap_err();
    assert!(
        error
            .to_string()
            .starts_with(&format!("{} holds no certificate", text.display()))
    );
}
