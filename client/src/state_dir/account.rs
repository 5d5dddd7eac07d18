//! The folder of one account at one server.

use super::{Outbox, files};
use chat_shared::limits::STREAMS_PER_DEVICE;
use chat_shared::{DeviceId, StreamId};
use serde::{Deserialize, Serialize};
use std::fs::File;
use std::io;
use std::path::PathBuf;

/// By what this device signs in. The password is never kept.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Credentials {
    /// The account's name.
    pub account: String,
    /// The device that the token belongs to.
    pub device: DeviceId,
    /// The secret.
    pub token: String,
}

impl Credentials {
    /// As the daemon gave them.
    pub fn new(account: &str, device: u64, token: &str) -> Self {
        Self {
            account: account.into(),
            device: DeviceId(device),
            token: token.into(),
        }
    }
}

impl std::fmt::Debug for Credentials {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(
            f,
            "Credentials {{ account: {:?}, device: {}, .. }}",
            self.account, self.device
        )
    }
}

/// A folder that may hold credentials and outboxes.
#[derive(Clone, Debug)]
pub struct AccountFolder {
    path: PathBuf,
}

/// A stream that this process alone uses, and what was ordered in it.
#[derive(Debug)]
pub struct Stream {
    /// Its number.
    pub id: StreamId,
    /// Its orders.
    pub outbox: Outbox,
    /// Held as long as the stream is used.
    _lock: File,
}

impl AccountFolder {
    pub(super) fn at(path: PathBuf) -> Self {
        Self { path }
    }

    /// By what to sign in; nothing before the first time.
    pub fn credentials(&self) -> io::Result<Option<Credentials>> {
        let path = self.path.join("credentials.json");
        let Some(text) = files::read(&path)? else {
            return Ok(None);
        };
        let parsed = serde_json::from_str(&text);
        parsed
            .map(Some)
            .map_err(|error| io::Error::other(format!("{}: {error}", path.display())))
    }

    /// Keeps credentials in place of those that were there.
    pub fn save(&self, credentials: &Credentials) -> io::Result<()> {
        let text = serde_json::to_string(credentials)?;
        files::replace(&self.path.join("credentials.json"), text.as_bytes())
    }

    /// Takes away by what this device signed in: the account is no more.
    pub fn forget(&self) -> io::Result<()> {
        files::remove(&self.path.join("credentials.json"))
    }

    /// Held by the one process that signs in with a password and adds a device, so that many which
    /// start at once do not add one each.
    pub fn lock_for_sign_in(&self) -> io::Result<File> {
        files::lock(&self.path.join("sign-in.lock"))
    }

    /// The lowest stream that no running process uses.
    pub fn take_stream(&self, device: DeviceId) -> io::Result<Stream> {
        for number in 0..STREAMS_PER_DEVICE {
            if let Some(stream) = self.try_stream(StreamId(number), device)? {
                return Ok(stream);
            }
        }
        Err(io::Error::other(format!(
            "{STREAMS_PER_DEVICE} processes of this account run already, end one first"
        )))
    }

    /// Streams with orders that a process left behind when it was killed, and that nobody uses now.
    pub fn take_orphans(&self, device: DeviceId) -> io::Result<Vec<Stream>> {
        let mut orphans = Vec::new();
        for number in 0..STREAMS_PER_DEVICE {
            let path = self.outbox_path(StreamId(number));
            if std::fs::metadata(&path).is_ok_and(|file| file.len() > 0)
                && let Some(stream) = self.try_stream(StreamId(number), device)?
                && !stream.outbox.is_empty()
            {
                orphans.push(stream);
            }
        }
        Ok(orphans)
    }

    fn try_stream(&self, id: StreamId, device: DeviceId) -> io::Result<Option<Stream>> {
        let lock = files::try_lock(&self.path.join(format!("stream-{id}.lock")))?;
        let Some(lock) = lock else { return Ok(None) };
        let outbox = Outbox::open(self.outbox_path(id), device)?;
        Ok(Some(Stream {
            id,
            outbox,
            _lock: lock,
        }))
    }

    /// A file in it.
    pub(super) fn file(&self, name: &str) -> PathBuf {
        self.path.join(name)
    }

    fn outbox_path(&self, id: StreamId) -> PathBuf {
        self.path.join(format!("stream-{id}.outbox"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::command::Order;
    use chat_shared::ConversationId;

    fn post() -> Order {
        Order::Post {
            conversation: ConversationId(1),
            text: "hi".into(),
        }
    }

    #[test]
    fn each_process_has_a_stream_of_its_own() {
        let folder = tempfile::tempdir().unwrap();
        let account = AccountFolder::at(folder.path().into());
        let first = account.take_stream(DeviceId(1)).unwrap();
        let second = account.take_stream(DeviceId(1)).unwrap();
        assert_eq!((first.id, second.id), (StreamId(0), StreamId(1)));
        drop(first);
        assert_eq!(account.take_stream(DeviceId(1)).unwrap().id, StreamId(0));
    }

    #[test]
    fn what_is_forgotten_is_gone_and_may_be_forgotten_again() {
        let folder = tempfile::tempdir().unwrap();
        let account = AccountFolder::at(folder.path().into());
        account.save(&Credentials::new("anna", 1, "t")).unwrap();
        account.forget().unwrap();
        assert_eq!(account.credentials().unwrap(), None);
        account.forget().unwrap();
    }

    #[test]
    fn what_a_killed_process_left_is_found() {
        let folder = tempfile::tempdir().unwrap();
        let account = AccountFolder::at(folder.path().into());
        let mut first = account.take_stream(DeviceId(1)).unwrap();
        let mut second = account.take_stream(DeviceId(1)).unwrap();
        first.outbox.put(post()).unwrap();
        second.outbox.put(post()).unwrap();
        drop(second);
        let orphans = account.take_orphans(DeviceId(1)).unwrap();
        let ids: Vec<_> = orphans.iter().map(|orphan| orphan.id).collect();
        assert_eq!(ids, [StreamId(1)]);
    }
}
