//! Passwords: read from a file, made up, and turned into what the daemon keeps.

use crate::failure::Failure;
use chat_shared::VerifierData;
use chat_shared::scram::{Verifier, check_new_password};
use ring::rand::{SecureRandom, SystemRandom};
use serde_bytes::ByteBuf;
use std::fs::File;
use std::io::Read;
use std::path::Path;

/// Bytes of a password file that are read: a wrong file (a disk image, `/dev/zero`) is told, not loaded.
const FILE_BYTES: u64 = 4_096;

/// Consonants and vowels that sound and look unlike in most languages, of which 16 and 4 make 6 bits.
const CONSONANTS: &[u8; 16] = b"bdfghjkmnprstvwz";
const VOWELS: &[u8; 4] = b"aeio";

/// Syllables of a made-up password: 72 bits, in groups of two to read out.
const SYLLABLES: usize = 12;

/// The password in a file, without the line's end; `-` is standard input.
pub(crate) fn read(path: &Path) -> Result<String, Failure> {
    let mut text = String::new();
    let read = if path == Path::new("-") {
        std::io::stdin().take(FILE_BYTES).read_to_string(&mut text)
    } else {
        File::open(path).and_then(|file| file.take(FILE_BYTES).read_to_string(&mut text))
    };
    read.map_err(|error| {
        Failure::Usage(format!(
            "could not read the password from {}: {error}",
            path.display()
        ))
    })?;
    let password = text.strip_suffix('\n').unwrap_or(&text);
    let password = password.strip_suffix('\r').unwrap_or(password);
    check_new_password(password).map_err(|error| Failure::Usage(error.to_string()))?;
    Ok(password.to_owned())
}

/// A password that can be read out over the telephone, such as `bafo-kide-...`.
pub(crate) fn random() -> Result<String, Failure> {
    let mut bytes = [0; SYLLABLES];
    fill(&mut bytes)?;
    let mut password = String::new();
    for (index, byte) in bytes.into_iter().enumerate() {
        if index > 0 && index % 2 == 0 {
            password.push('-');
        }
        password.push(char::from(CONSONANTS[usize::from(byte & 15)]));
        password.push(char::from(VOWELS[usize::from((byte >> 4) & 3)]));
    }
    Ok(password)
}

/// What the daemon keeps in place of a password, with a new salt. Takes about 0.1 s.
pub(crate) fn verifier(password: &str, iterations: u32) -> Result<VerifierData, Failure> {
    let mut salt = [0; 16];
    fill(&mut salt)?;
    let verifier = Verifier::derive(password, salt, iterations)
        .map_err(|error| Failure::Usage(error.to_string()))?;
    Ok(VerifierData {
        salt: ByteBuf::from(verifier.salt),
        iterations: verifier.iterations,
        stored_key: ByteBuf::from(verifier.stored_key),
        server_key: ByteBuf::from(verifier.server_key),
    })
}

fn fill(bytes: &mut [u8]) -> Result<(), Failure> {
    SystemRandom::new()
        .fill(bytes)
        .map_err(|_| Failure::Usage("this system gives no random numbers".to_owned()))
}
