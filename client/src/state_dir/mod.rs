//! What is kept on disk between two starts: which servers are known, which accounts sign in by which
//! token, and what was ordered but not answered yet.
//!
//! ```text
//! known_servers                     pins, one server a line, as ssh does it
//! last.json                         what was used last, the default of the next start
//! default.json                      what was chosen as the default, which goes before what was used last
//! SERVER/ACCOUNT/credentials.json   the device's token, readable by its owner only
//! SERVER/ACCOUNT/screen.json        where one was, and how one chose to be shown
//! SERVER/ACCOUNT/stream-N.lock      locked by the process that uses the stream
//! SERVER/ACCOUNT/stream-N.outbox    what was ordered in it
//! ```
//!
//! In reading order: [`account`] a folder of one account, [`screen`] what its screen remembers, [`outbox`] one stream's orders, [`files`] how
//! files are written so that a crash leaves the old or the new one.

pub mod account;
pub mod files;
pub mod outbox;
pub mod screen;

pub use account::{AccountFolder, Credentials, Stream};
pub use outbox::Outbox;
pub use screen::Remembered;

use chat_shared::link::Pin;
use serde::{Deserialize, Serialize};
use std::fs;
use std::io;
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};

/// The folder of all that chatc keeps.
#[derive(Clone, Debug)]
pub struct StateDir {
    root: PathBuf,
}

/// An account at a server, such as the one used last.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Last {
    /// The server, as [`crate::net::Place`] writes it.
    pub server: String,
    /// The account's name.
    pub account: String,
}

impl StateDir {
    /// The folder where nothing else is said: `$XDG_STATE_HOME/chatc` or `~/.local/state/chatc`.
    pub fn default_path() -> Option<PathBuf> {
        let base = std::env::var_os("XDG_STATE_HOME").filter(|base| !base.is_empty());
        let home = || std::env::var_os("HOME").map(|home| Path::new(&home).join(".local/state"));
        base.map(PathBuf::from)
            .or_else(home)
            .map(|base| base.join("chatc"))
    }

    /// Opens the folder and makes it where it is missing, for its owner only.
    pub fn open(root: PathBuf) -> io::Result<Self> {
        make_folder(&root)?;
        Ok(Self { root })
    }

    /// The pin by which a server is known; nothing before the first contact.
    pub fn known_pin(&self, server: &str) -> io::Result<Option<Pin>> {
        let known = files::read(&self.known_servers())?.unwrap_or_default();
        let line = known.lines().filter_map(|line| line.split_once(' '));
        let pin = line
            .filter(|(name, _)| *name == server)
            .map(|(_, pin)| pin.trim().parse())
            .next_back();
        pin.transpose().map_err(|error| {
            io::Error::other(format!(
                "{}: {server}: {error}",
                self.known_servers().display()
            ))
        })
    }

    /// Remembers the pin of a server in place of the one that was known.
    pub fn remember_pin(&self, server: &str, pin: Pin) -> io::Result<()> {
        let _lock = files::lock(&self.root.join("known_servers.lock"))?;
        let known = files::read(&self.known_servers())?.unwrap_or_default();
        let is_other = |line: &&str| line.split_once(' ').is_none_or(|(name, _)| name != server);
        let mut lines: Vec<_> = known.lines().filter(is_other).map(str::to_owned).collect();
        lines.push(format!("{server} {pin}\n"));
        files::replace(&self.known_servers(), lines.join("\n").as_bytes())
    }

    /// The file that holds the pins.
    pub fn known_servers(&self) -> PathBuf {
        self.root.join("known_servers")
    }

    /// What was used last.
    pub fn last(&self) -> io::Result<Option<Last>> {
        let text = files::read(&self.root.join("last.json"))?;
        Ok(text.and_then(|text| serde_json::from_str(&text).ok()))
    }

    /// Remembers what is used now.
    pub fn set_last(&self, last: &Last) -> io::Result<()> {
        if self.last()?.as_ref() == Some(last) {
            return Ok(());
        }
        files::replace(
            &self.root.join("last.json"),
            serde_json::to_string(last)?.as_bytes(),
        )
    }

    /// What was chosen to be used where nothing is named. It holds as long as that account is signed in from here.
    pub fn chosen(&self) -> io::Result<Option<Last>> {
        let text = files::read(&self.default_file())?;
        let chosen: Option<Last> = text.and_then(|text| serde_json::from_str(&text).ok());
        let Some(chosen) = chosen else {
            return Ok(None);
        };
        let is_known = self.accounts(&chosen.server)?.contains(&chosen.account);
        Ok(is_known.then_some(chosen))
    }

    /// Chooses it, until another is chosen.
    pub fn choose(&self, chosen: &Last) -> io::Result<()> {
        let text = serde_json::to_string(chosen)?;
        files::replace(&self.default_file(), text.as_bytes())
    }

    /// What is used where nothing is named: what was chosen, else what was used last.
    pub fn usual(&self) -> io::Result<Option<Last>> {
        match self.chosen()? {
            Some(chosen) => Ok(Some(chosen)),
            None => self.last(),
        }
    }

    fn default_file(&self) -> PathBuf {
        self.root.join("default.json")
    }

    /// The accounts that have signed in at a server from here, by name.
    pub fn accounts(&self, server: &str) -> io::Result<Vec<String>> {
        let folder = self.root.join(files::component(server));
        let entries = match fs::read_dir(&folder) {
            Ok(entries) => entries,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
            Err(error) => return Err(error),
        };
        let mut names = Vec::new();
        for entry in entries {
            let folder = AccountFolder::at(entry?.path());
            names.extend(folder.credentials()?.map(|credentials| credentials.account));
        }
        names.sort();
        Ok(names)
    }

    /// Every account that has signed in from here, by server and name.
    pub fn all_accounts(&self) -> io::Result<Vec<Last>> {
        let mut all = Vec::new();
        for entry in fs::read_dir(&self.root)? {
            let entry = entry?;
            let name = entry.file_name();
            let server = name.to_str().and_then(files::name_of);
            let Some(server) = server.filter(|_| entry.path().is_dir()) else {
                continue;
            };
            let names = self.accounts(&server)?.into_iter();
            all.extend(names.map(|account| Last {
                server: server.clone(),
                account,
            }));
        }
        all.sort_by(|a, b| (&a.server, &a.account).cmp(&(&b.server, &b.account)));
        Ok(all)
    }

    /// The folder of an account at a server; made where it is missing.
    pub fn account(&self, server: &str, account: &str) -> io::Result<AccountFolder> {
        let path = self
            .root
            .join(files::component(server))
            .join(files::component(account));
        make_folder(&path)?;
        Ok(AccountFolder::at(path))
    }
}

fn make_folder(path: &Path) -> io::Result<()> {
    fs::DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pin_is_remembered_and_replaced() {
        let folder = tempfile::tempdir().unwrap();
        let state = StateDir::open(folder.path().join("new")).unwrap();
        assert_eq!(state.known_pin("h:1").unwrap(), None);
        state.remember_pin("h:1", Pin([1; 32])).unwrap();
        state.remember_pin("h:2", Pin([2; 32])).unwrap();
        state.remember_pin("h:1", Pin([3; 32])).unwrap();
        assert_eq!(state.known_pin("h:1").unwrap(), Some(Pin([3; 32])));
        assert_eq!(state.known_pin("h:2").unwrap(), Some(Pin([2; 32])));
        assert_eq!(
            fs::read_to_string(state.known_servers())
                .unwrap()
                .lines()
                .count(),
            2
        );
    }

    #[test]
    fn a_damaged_pin_is_an_error_and_not_a_first_contact() {
        let folder = tempfile::tempdir().unwrap();
        let state = StateDir::open(folder.path().into()).unwrap();
        fs::write(state.known_servers(), "h:1 damaged\n").unwrap();
        assert!(state.known_pin("h:1").is_err());
    }

    #[test]
    fn what_is_chosen_stays_until_another_is_or_its_account_goes() {
        let folder = tempfile::tempdir().unwrap();
        let state = StateDir::open(folder.path().into()).unwrap();
        let at = |account: &str| Last {
            server: "h:1".into(),
            account: account.into(),
        };
        // A folder of before there was a choice: only what was used last.
        fs::write(
            folder.path().join("last.json"),
            r#"{"server":"h:1","account":"gus"}"#,
        )
        .unwrap();
        assert_eq!(state.usual().unwrap(), Some(at("gus")));
        for name in ["anna", "gus"] {
            let account = state.account("h:1", name).unwrap();
            account.save(&Credentials::new(name, 1, "t")).unwrap();
        }
        state.choose(&at("anna")).unwrap();
        state.set_last(&at("gus")).unwrap();
        assert_eq!(state.usual().unwrap(), Some(at("anna")));
        assert_eq!(state.last().unwrap(), Some(at("gus")));
        state.account("h:1", "anna").unwrap().forget().unwrap();
        assert_eq!(state.usual().unwrap(), Some(at("gus")));
    }

    #[test]
    fn accounts_of_a_server_are_those_with_a_token() {
        let folder = tempfile::tempdir().unwrap();
        let state = StateDir::open(folder.path().into()).unwrap();
        assert!(state.accounts("h:1").unwrap().is_empty());
        state.account("h:1", "nobody").unwrap();
        for name in ["boris", "anna"] {
            let credentials = Credentials::new(name, 1, "t");
            state
                .account("h:1", name)
                .unwrap()
                .save(&credentials)
                .unwrap();
        }
        assert_eq!(state.accounts("h:1").unwrap(), ["anna", "boris"]);
    }

    #[test]
    fn all_accounts_are_known_with_their_servers() {
        let folder = tempfile::tempdir().unwrap();
        let state = StateDir::open(folder.path().into()).unwrap();
        state.remember_pin("b.lan:7420", Pin([1; 32])).unwrap();
        for (server, name) in [("unix:/run/chatd.sock", "boris"), ("b.lan:7420", "anna")] {
            let account = state.account(server, name).unwrap();
            account.save(&Credentials::new(name, 1, "t")).unwrap();
        }
        let all = state.all_accounts().unwrap();
        let shown: Vec<_> = all
            .iter()
            .map(|known| format!("{}@{}", known.account, known.server))
            .collect();
        assert_eq!(shown, ["anna@b.lan:7420", "boris@unix:/run/chatd.sock"]);
    }
}
