//! How files are written here: for their owner only, and so that a crash leaves the old or the new one.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

/// What only its owner may read and write.
const OWNER_ONLY: u32 = 0o600;

/// Bytes of a component of a path: file systems take 255.
const COMPONENT_BYTES: usize = 200;

/// The text of a file; nothing where it does not exist.
pub fn read(path: &Path) -> io::Result<Option<String>> {
    match fs::read_to_string(path) {
        Ok(text) => Ok(Some(text)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(named(path, &error)),
    }
}

/// Puts a new file in place of an old one in one step, on disk when it returns.
pub fn replace(path: &Path, content: &[u8]) -> io::Result<()> {
    let written = || -> io::Result<()> {
        let temporary = path.with_extension(format!("new-{}", std::process::id()));
        let mut file = OpenOptions::new()
            .write(true)
            .create(true)
            .truncate(true)
            .mode(OWNER_ONLY)
            .open(&temporary)?;
        file.write_all(content)?;
        file.sync_all()?;
        fs::rename(&temporary, path)?;
        sync_folder(path)
    };
    written().map_err(|error| named(path, &error))
}

/// Takes a file away; one that is not there is gone already.
pub fn remove(path: &Path) -> io::Result<()> {
    match fs::remove_file(path) {
        Ok(()) => sync_folder(path),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        Err(error) => Err(named(path, &error)),
    }
}

/// Opens a file to append to.
pub fn append(path: &Path) -> io::Result<File> {
    let file = OpenOptions::new()
        .append(true)
        .create(true)
        .mode(OWNER_ONLY)
        .open(path);
    file.map_err(|error| named(path, &error))
}

/// Waits until this process alone holds the lock; dropped, it is free again.
pub fn lock(path: &Path) -> io::Result<File> {
    let file = append(path)?;
    file.lock().map_err(|error| named(path, &error))?;
    Ok(file)
}

/// The lock, where no other process holds it.
pub fn try_lock(path: &Path) -> io::Result<Option<File>> {
    let file = append(path)?;
    match file.try_lock() {
        Ok(()) => Ok(Some(file)),
        Err(fs::TryLockError::WouldBlock) => Ok(None),
        Err(fs::TryLockError::Error(error)) => Err(named(path, &error)),
    }
}

/// Makes a name into one component of a path, so that equal ones stay equal and different ones
/// different: everything but letters, digits, `-`, `_` and `.` becomes `%XX`; so does a dot in front. What
/// would be too long ends with its hash.
pub fn component(name: &str) -> String {
    let mut component = String::with_capacity(name.len());
    for (index, byte) in name.bytes().enumerate() {
        let is_plain = byte.is_ascii_alphanumeric()
            || matches!(byte, b'-' | b'_')
            || (byte == b'.' && index > 0);
        if is_plain {
            component.push(char::from(byte));
        } else {
            component.push_str(&format!("%{byte:02X}"));
        }
    }
    if component.len() > COMPONENT_BYTES {
        let hash = ring::digest::digest(&ring::digest::SHA256, name.as_bytes());
        component.truncate(COMPONENT_BYTES / 2);
        component.push('%');
        for byte in hash.as_ref() {
            component.push_str(&format!("{byte:02x}"));
        }
    }
    component
}

/// The name that became a component; nothing where that cannot be told, as for one that was too long.
pub fn name_of(component: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(component.len());
    let mut rest = component.as_bytes();
    while let [first, after @ ..] = rest {
        rest = after;
        if *first == b'%' {
            let digits = after
                .get(..2)
                .and_then(|two| std::str::from_utf8(two).ok())?;
            bytes.push(u8::from_str_radix(digits, 16).ok()?);
            rest = after.get(2..)?;
        } else {
            bytes.push(*first);
        }
    }
    let name = String::from_utf8(bytes).ok()?;
    (self::component(&name) == component).then_some(name)
}

fn sync_folder(path: &Path) -> io::Result<()> {
    match path.parent() {
        Some(folder) => File::open(folder)?.sync_all(),
        None => Ok(()),
    }
}

fn named(path: &Path, error: &io::Error) -> io::Error {
    io::Error::new(error.kind(), format!("{}: {error}", path.display()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::PermissionsExt;

    #[test]
    fn a_name_never_leaves_its_folder() {
        assert_eq!(component("office.lan:7420"), "office.lan%3A7420");
        assert_eq!(component("../x"), "%2E.%2Fx");
        assert_eq!(component("/run/chatd.sock"), "%2Frun%2Fchatd.sock");
        assert_eq!(component("жора"), "%D0%B6%D0%BE%D1%80%D0%B0");
        let (long, other) = (component(&"中".repeat(32)), component(&"中".repeat(33)));
        assert!(long.len() <= COMPONENT_BYTES && long != other, "{long}");
    }

    #[test]
    fn a_component_tells_its_name() {
        for name in [
            "office.lan:7420",
            "unix:/run/chatd/chatd.sock",
            "[::1]:7420",
            "жора",
        ] {
            assert_eq!(name_of(&component(name)).as_deref(), Some(name));
        }
        let long = component(&"中".repeat(90));
        for other in ["a%", "a%2", "a%zz", "a%2f", ".hidden", "a b", long.as_str()] {
            assert_eq!(name_of(other), None, "{other}");
        }
    }

    #[test]
    fn only_the_owner_reads_what_was_written() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("secret.json");
        replace(&path, b"one").unwrap();
        replace(&path, b"two").unwrap();
        assert_eq!(read(&path).unwrap().as_deref(), Some("two"));
        assert_eq!(
            fs::metadata(&path).unwrap().permissions().mode() & 0o777,
            0o600
        );
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    }

    #[test]
    fn a_lock_is_held_once() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.lock");
        let held = try_lock(&path).unwrap();
        assert!(held.is_some());
        assert!(try_lock(&path).unwrap().is_none());
        drop(held);
        assert!(try_lock(&path).unwrap().is_some());
    }
}
