//! The certificate that the daemon makes for itself, and how it is kept.
//!
//! Clients know the daemon by its key, so the key is what must not be lost: it is written first, a
//! missing certificate is made again for it, and a missing key is never replaced in silence.

use super::TlsError;
use jiff::{Timestamp, tz::TimeZone};
use rcgen::{CertificateParams, DnType, ExtendedKeyUsagePurpose, KeyPair, KeyUsagePurpose};
use std::fs::{self, DirBuilder, File, OpenOptions, Permissions};
use std::io::{ErrorKind, Write};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};

/// In the data directory.
const CERTIFICATE: &str = "certificate.pem";

/// In the data directory; only its owner can read it.
const KEY: &str = "key.pem";

/// Our clients look at the key alone; others should not fail on a date within the machine's life.
const VALID_YEARS: i16 = 20;

/// A machine whose clock is not set yet (no battery, no network) believes in an earlier year.
const EARLIEST_YEAR: i16 = 2026;

/// Certificate and key of this data directory, made where they are missing.
pub(super) fn load_or_create(data_directory: &Path) -> Result<(PathBuf, PathBuf), TlsError> {
    make_private_directory(data_directory)?;
    let certificate = data_directory.join(CERTIFICATE);
    let key = data_directory.join(KEY);
    match (exists(&certificate)?, exists(&key)?) {
        (true, true) => {}
        (true, false) => return Err(TlsError::KeyMissing { certificate, key }),
        (false, true) => {
            let pem = read(&key)?;
            let pair = KeyPair::from_pem(&pem).map_err(TlsError::Make)?;
            replace(&certificate, &self_signed(&pair)?)?;
        }
        (false, false) => {
            let pair =
                KeyPair::generate_for(&rcgen::PKCS_ECDSA_P256_SHA256).map_err(TlsError::Make)?;
            replace(&key, &pair.serialize_pem())?;
            replace(&certificate, &self_signed(&pair)?)?;
        }
    }
    // It may have come back from a backup, readable to all.
    let private = Permissions::from_mode(0o600);
    fs::set_permissions(&key, private).map_err(|source| TlsError::Write {
        path: key.clone(),
        source,
    })?;
    Ok((certificate, key))
}

/// Makes a directory and those above it, readable to nobody else. One that is there stays as it is: it
/// may be somebody's choice, or `/tmp`.
fn make_private_directory(path: &Path) -> Result<(), TlsError> {
    DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(path)
        .map_err(|source| TlsError::Write {
            path: path.to_owned(),
            source,
        })
}

fn self_signed(pair: &KeyPair) -> Result<String, TlsError> {
    let host = nix::unistd::gethostname()
        .ok()
        .and_then(|name| name.into_string().ok())
        .unwrap_or_default();
    let mut names = vec![
        "localhost".to_owned(),
        IpAddr::from(Ipv4Addr::LOCALHOST).to_string(),
        IpAddr::from(Ipv6Addr::LOCALHOST).to_string(),
    ];
    if is_dns_name(&host) && host != "localhost" {
        names.insert(0, host.clone());
    }
    let mut params = CertificateParams::new(names).map_err(TlsError::Make)?;
    let title = if host.is_empty() {
        "chatd".to_owned()
    } else {
        // A common name holds 64 characters (RFC 5280, upper bounds).
        format!("chatd on {host}").chars().take(64).collect()
    };
    params.distinguished_name.push(DnType::CommonName, title);
    params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
    params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
    let year = Timestamp::now()
        .to_zoned(TimeZone::UTC)
        .year()
        .max(EARLIEST_YEAR);
    // From the start of the year, so that clocks may differ.
    params.not_before = rcgen::date_time_ymd(i32::from(year), 1, 1);
    params.not_after = rcgen::date_time_ymd(i32::from(year + VALID_YEARS), 12, 31);
    let certificate = params.self_signed(pair).map_err(TlsError::Make)?;
    Ok(certificate.pem())
}

fn is_dns_name(name: &str) -> bool {
    let is_label = |label: &str| {
        (1..=63).contains(&label.len())
            && !label.starts_with('-')
            && !label.ends_with('-')
            && label
                .bytes()
                .all(|b| b.is_ascii_alphanumeric() || b == b'-')
    };
    name.len() <= 253 && name.split('.').all(is_label)
}

/// Writes a file so that after a crash either the old or the whole new one is there.
fn replace(path: &Path, text: &str) -> Result<(), TlsError> {
    let temporary = path.with_extension("pem.new");
    let written = (|| {
        match fs::remove_file(&temporary) {
            Err(error) if error.kind() != ErrorKind::NotFound => return Err(error),
            _ => {}
        }
        let mut file = OpenOptions::new()
            .write(true)
            .create_new(true)
            .mode(0o600)
            .open(&temporary)?;
        file.write_all(text.as_bytes())?;
        file.sync_all()?;
        fs::rename(&temporary, path)?;
        let directory = path.parent().unwrap_or(Path::new("."));
        File::open(directory)?.sync_all()
    })();
    written.map_err(|source| TlsError::Write {
        path: path.to_owned(),
        source,
    })
}

fn exists(path: &Path) -> Result<bool, TlsError> {
    path.try_exists().map_err(|source| TlsError::Read {
        path: path.to_owned(),
        source,
    })
}

fn read(path: &Path) -> Result<String, TlsError> {
    fs::read_to_string(path).map_err(|source| TlsError::Read {
        path: path.to_owned(),
        source,
    })
}
