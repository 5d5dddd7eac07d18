//! Who and where: what flags, link, settings and the state folder come to.

use super::arguments::Global;
use super::exit::Stop;
use crate::config::Config;
use crate::net::Place;
use crate::net::channel::plain;
use crate::state_dir::{AccountFolder, StateDir};
use chat_shared::limits::DEFAULT_PORT;
use chat_shared::link::{JoinLink, Pin};
use chat_shared::names::{AccountName, NameError};
use std::path::{Path, PathBuf};

/// An account as it is named: `anna`, or `anna@office.lan:7420`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Login {
    /// Its name.
    pub account: AccountName,
    /// Where it is, where that is said.
    pub place: Option<Place>,
}

impl Login {
    /// Reads `NAME` or `NAME@HOST`, `NAME@HOST:PORT`, `NAME@unix:PATH`.
    pub fn parse(typed: &str) -> Result<Self, Stop> {
        let (name, place) = match typed.split_once('@') {
            Some((name, place)) => (name, Some(place)),
            None => (typed, None),
        };
        let account = AccountName::parse(name);
        let account = account.map_err(|error| Stop::usage(format!("account: {error}")))?;
        let place = place.map(str::parse).transpose().map_err(Stop::Usage)?;
        Ok(Self { account, place })
    }

    /// The same, for one that is to be there already: a name that nobody can have is one that is not there.
    pub fn named(typed: &str, state: &StateDir) -> Result<Self, Stop> {
        let name = typed.split_once('@').map_or(typed, |(name, _)| name);
        match AccountName::parse(name) {
            Err(NameError::Reserved) => Err(no_account(state, name)?),
            _ => Self::parse(typed),
        }
    }
}

/// That somebody is not signed in from here, who is, and how to be.
pub fn no_account(state: &StateDir, typed: &str) -> Result<Stop, Stop> {
    let known = state.all_accounts()?;
    let known: Vec<_> = known
        .iter()
        .map(|known| format!("{}@{}", known.account, known.server))
        .collect();
    let there_are = match known.as_slice() {
        [] => "nobody is signed in here yet".to_owned(),
        names => format!("signed in here: {}", names.join(", ")),
    };
    Ok(Stop::usage(format!(
        "there is no account {typed} on this computer ({there_are}); \
         to sign in, say `chatc --account NAME@HOST`, in scripts with --password-file FILE or CHATC_PASSWORD"
    )))
}

/// Everything that is settled before the first connection.
#[derive(Debug)]
pub struct Context {
    /// The state folder.
    pub state: StateDir,
    /// The settings.
    pub config: Config,
    /// Where the daemon may be, in the order of trying.
    pub places: Vec<Place>,
    /// The account that was named.
    pub account: Option<AccountName>,
    /// The password that was given.
    pub password: Option<String>,
    /// The key that was named by a flag: it replaces the one known.
    pub pin: Option<Pin>,
    /// The key and invitation of the link.
    pub link: Option<JoinLink>,
    /// Whether to print JSON.
    pub json: bool,
}

impl Context {
    /// Brings everything together. Nothing is connected yet.
    pub fn new(global: &Global, link: Option<&str>) -> Result<Self, Stop> {
        let config = load_config(global)?;
        let root = global.state.clone().or_else(StateDir::default_path);
        let root = root.ok_or_else(|| Stop::usage("no home folder, say --state DIR"))?;
        let state = StateDir::open(root)?;
        let link = link.or_else(|| global.server.as_deref().filter(|text| is_link(text)));
        let link: Option<JoinLink> = link
            .map(|link| unbroken(link).parse())
            .transpose()
            .map_err(|error| Stop::usage(format!("{error}")))?;
        let named = global.account.as_deref();
        let named = named.map(|typed| Login::named(typed, &state)).transpose()?;
        let usual = non_empty(&config.connection.account).map(Login::parse);
        let usual = usual.transpose()?;
        let pin = global.pin.as_deref().map(str::parse).transpose();
        let pin = pin.map_err(|error| Stop::usage(format!("--pin: {error}")))?;
        Ok(Self {
            places: match named.as_ref().and_then(|named| named.place.clone()) {
                Some(_) if global.server.is_some() || global.socket.is_some() || link.is_some() => {
                    return Err(Stop::usage(
                        "--account NAME@HOST says where, so leave out --server, --socket and the link",
                    ));
                }
                Some(place) => vec![place],
                None => places(global, link.as_ref(), usual.as_ref(), &config, &state)?,
            },
            password: password(global)?,
            json: global.json,
            account: named.or(usual).map(|login| login.account),
            state,
            config,
            pin,
            link,
        })
    }

    /// The key that this server must show; nothing on first contact.
    pub fn expected_pin(&self, place: &Place) -> Result<Option<Pin>, Stop> {
        if matches!(place, Place::Socket(_)) {
            return Ok(None);
        }
        let known = self.state.known_pin(&place.to_string())?;
        let linked = self.link.as_ref().and_then(|link| link.pin);
        match (self.pin, known, linked) {
            (Some(pin), _, _) => Ok(Some(pin)),
            (None, Some(known), Some(linked)) if known != linked => {
                Err(Stop::CannotConnect(format!(
                    "the link names another key for {place} than the one it is known by\n  \
                     known: {known}\n  link:  {linked}\n\
                     If the daemon was set up anew, accept the new one once with\n  --pin {linked}"
                )))
            }
            (None, known, linked) => Ok(known.or(linked)),
        }
    }

    /// The name of the account to use at a server.
    pub fn account_at(&self, place: &Place) -> Result<Option<AccountName>, Stop> {
        if let Some(account) = &self.account {
            return Ok(Some(account.clone()));
        }
        let server = place.to_string();
        let mut known = self.state.accounts(&server)?;
        // One that was chosen at another server says nothing of this one.
        let candidates = [self.state.chosen()?, self.state.last()?];
        let usual = candidates
            .into_iter()
            .flatten()
            .find(|usual| usual.server == server && known.contains(&usual.account));
        let name = match usual {
            Some(usual) => Some(usual.account),
            None if known.len() == 1 => known.pop(),
            None => None,
        };
        Ok(name.and_then(|name| AccountName::parse(&name).ok()))
    }

    /// The folder of an account at a server.
    pub fn folder(&self, place: &Place, account: &AccountName) -> Result<AccountFolder, Stop> {
        Ok(self.state.account(&place.to_string(), account.as_str())?)
    }
}

/// A link without the ends of rows that come along where it was copied from a small screen.
fn unbroken(link: &str) -> String {
    link.split_whitespace().collect()
}

fn is_link(text: &str) -> bool {
    text.contains("://")
}

fn non_empty(text: &str) -> Option<&str> {
    Some(text).filter(|text| !text.is_empty())
}

fn load_config(global: &Global) -> Result<Config, Stop> {
    let loaded = match (&global.config, Config::default_path()) {
        (Some(path), _) if !path.exists() => {
            return Err(Stop::usage(format!("{} does not exist", path.display())));
        }
        (Some(path), _) => Config::load(path),
        (None, Some(path)) => Config::load(&path),
        (None, None) => Ok(Config::default()),
    };
    loaded.map_err(|error| Stop::usage(format!("{error:#}")))
}

fn password(global: &Global) -> Result<Option<String>, Stop> {
    match &global.password_file {
        Some(path) => first_line(path).map(Some),
        None => Ok(std::env::var("CHATC_PASSWORD")
            .ok()
            .filter(|password| !password.is_empty())),
    }
}

/// The password in a file: its first line.
pub fn first_line(path: &Path) -> Result<String, Stop> {
    let text = std::fs::read_to_string(path)
        .map_err(|error| Stop::usage(format!("{}: {}", path.display(), plain(&error))))?;
    Ok(text.lines().next().unwrap_or_default().to_owned())
}

fn places(
    global: &Global,
    link: Option<&JoinLink>,
    usual: Option<&Login>,
    config: &Config,
    state: &StateDir,
) -> Result<Vec<Place>, Stop> {
    if let Some(path) = &global.socket {
        let path = std::path::absolute(path)?;
        return Ok(vec![Place::Socket(path)]);
    }
    if let Some(server) = global.server.as_deref().filter(|text| !is_link(text)) {
        return Ok(vec![server.parse().map_err(Stop::Usage)?]);
    }
    if let Some(link) = link {
        return Ok(vec![Place::of_link(link)]);
    }
    if let Some(place) = usual.and_then(|usual| usual.place.clone()) {
        return Ok(vec![place]);
    }
    if let Some(server) = non_empty(&config.connection.server) {
        let place = server
            .parse()
            .map_err(|e| Stop::Usage(format!("connection.server: {e}")))?;
        return Ok(vec![place]);
    }
    if let Some(usual) = state.usual()? {
        return Ok(vec![usual.server.parse().map_err(Stop::Usage)?]);
    }
    Ok(local_places())
}

/// Where a daemon on this machine listens: as a service, as this user's, and by the network.
pub fn local_places() -> Vec<Place> {
    let variable = |name| std::env::var_os(name).filter(|value| !value.is_empty());
    let mut sockets = vec![PathBuf::from("/run/chatd/chatd.sock")];
    sockets.extend(variable("XDG_RUNTIME_DIR").map(|dir| Path::new(&dir).join("chatd/chatd.sock")));
    let state = variable("XDG_STATE_HOME").map(PathBuf::from);
    let state =
        state.or_else(|| variable("HOME").map(|home| Path::new(&home).join(".local/state")));
    sockets.extend(state.map(|state| state.join("chatd/chatd.sock")));
    let mut places: Vec<_> = sockets.into_iter().map(Place::Socket).collect();
    places.push(Place::Tcp {
        host: "127.0.0.1".to_owned(),
        port: DEFAULT_PORT,
    });
    places
}

#[cfg(test)]
mod tests {
    use super::*;

    fn context(
        folder: &Path,
        account: Option<&str>,
        server: Option<&str>,
    ) -> Result<Context, Stop> {
        let config = folder.join("chatc.toml");
        std::fs::write(&config, "[connection]\naccount = \"clara@far.lan\"").unwrap();
        let global = Global {
            account: account.map(str::to_owned),
            server: server.map(str::to_owned),
            state: Some(folder.join("state")),
            config: Some(config),
            ..Global::default()
        };
        Context::new(&global, None)
    }

    #[test]
    fn an_account_may_say_where_it_is() {
        let login = Login::parse("Anna@office.lan").unwrap();
        assert_eq!(login.account.as_str(), "anna");
        assert_eq!(login.place.unwrap().to_string(), "office.lan:7420");
        let login = Login::parse("anna@unix:/run/chatd/chatd.sock").unwrap();
        assert_eq!(
            login.place.unwrap().to_string(),
            "unix:/run/chatd/chatd.sock"
        );
        assert_eq!(Login::parse("anna").unwrap().place, None);
        for wrong in ["", "@h", "anna@", "anna@h:x", "anna@h@i", "a b@h"] {
            assert!(
                matches!(Login::parse(wrong), Err(Stop::Usage(_))),
                "{wrong}"
            );
        }
    }

    #[test]
    fn a_flag_goes_over_the_settings() {
        let folder = tempfile::tempdir().unwrap();
        let shown = |account, server| {
            let context = context(folder.path(), account, server).unwrap();
            let account = context.account.unwrap().as_str().to_owned();
            (account, context.places[0].to_string())
        };
        assert_eq!(shown(None, None), ("clara".into(), "far.lan:7420".into()));
        assert_eq!(
            shown(Some("anna@near.lan:1"), None),
            ("anna".into(), "near.lan:1".into())
        );
        assert_eq!(
            shown(Some("anna"), Some("near.lan:1")),
            ("anna".into(), "near.lan:1".into())
        );
        assert!(context(folder.path(), Some("anna@a"), Some("b")).is_err());
    }
}
