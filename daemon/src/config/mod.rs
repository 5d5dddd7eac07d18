//! The configuration: defaults, then a file, then the environment, then flags.
//!
//! - `sections` is what is configured, `keys` what each key may be, `places` where things lie when
//!   nobody says; `layers` reads files and variables, `fault` words what is wrong with them.
//!
//! Everything that is wrong is told at once. One immutable `Config` is passed down; there is no global.

mod fault;
mod keys;
mod layers;
mod places;
mod rules;
mod sections;
#[cfg(test)]
mod tests;

pub use fault::ConfigError;
pub(crate) use sections::{DeletedMessages, SessionPolicy, TlsConfig};

use fault::{ConfigFault, Place};
use layers::Layer;
use places::Places;
use sections::{
    AccountsConfig, DataConfig, HouseConfig, JournalConfig, LimitsConfig, ListenConfig, LogConfig,
    LoginConfig, SessionsConfig, ThreadsConfig,
};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::fs;
use std::io::ErrorKind;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};

/// Read where no other file is named, if it exists.
const DEFAULT_FILE: &str = "/etc/chatd/chatd.toml";

/// Everything that an administrator can set.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Config {
    pub listen: ListenConfig,
    pub data: DataConfig,
    pub tls: TlsConfig,
    pub house: HouseConfig,
    pub login: LoginConfig,
    pub accounts: AccountsConfig,
    pub sessions: SessionsConfig,
    pub limits: LimitsConfig,
    pub journal: JournalConfig,
    pub threads: ThreadsConfig,
    pub log: LogConfig,
}

/// What flags say.
#[derive(Clone, Debug, Default)]
pub struct Overrides {
    /// `--listen`, in place of all TLS addresses.
    pub listen: Vec<SocketAddr>,
    /// `--data`.
    pub data: Option<PathBuf>,
    /// `--socket`.
    pub socket: Option<PathBuf>,
}

/// Where each key was set; those at their default are not in it.
type Origins = BTreeMap<&'static str, Place>;

impl Config {
    /// Reads the file (without a path `/etc/chatd/chatd.toml`, if there is one), the environment and flags.
    ///
    /// # Errors
    /// A file that is named must be readable TOML; otherwise everything that is wrong in any layer.
    pub fn load(path: Option<&Path>, overrides: Overrides) -> Result<Self, ConfigError> {
        let file = match fs::read_to_string(path.unwrap_or(Path::new(DEFAULT_FILE))) {
            Ok(text) => Some(text),
            Err(error) if path.is_none() && error.kind() == ErrorKind::NotFound => None,
            Err(source) => {
                let path = path.unwrap_or(Path::new(DEFAULT_FILE)).to_owned();
                return Err(ConfigError::Unreadable { path, source });
            }
        };
        let path = path.unwrap_or(Path::new(DEFAULT_FILE));
        let variables = std::env::vars_os().map(|(name, value)| {
            let text = |part: std::ffi::OsString| part.to_string_lossy().into_owned();
            (text(name), text(value))
        });
        Self::of_layers(
            file.as_deref().map(|text| (path, text)),
            variables,
            overrides,
        )
    }

    fn of_layers(
        file: Option<(&Path, &str)>,
        variables: impl IntoIterator<Item = (String, String)>,
        overrides: Overrides,
    ) -> Result<Self, ConfigError> {
        let mut layers = Vec::new();
        if let Some((path, text)) = file {
            layers.push(Layer::of_file(path, text)?);
        }
        layers.push(Layer::of_variables(variables.into_iter().collect()));
        let mut faults = Vec::new();
        let mut origins = Origins::new();
        let mut builder = config::Config::builder();
        for layer in layers {
            faults.extend(layer.faults);
            for setting in layer.settings {
                origins.insert(setting.key, setting.place);
                builder = builder
                    .set_override(setting.key, setting.value)
                    .expect("keys of the table are paths of two words");
            }
        }
        let mut config: Self = builder
            .build()
            .and_then(config::Config::try_deserialize)
            .expect("the table allows only what the sections hold");
        config.override_by(overrides, &mut origins);
        faults.extend(config.validate().into_iter().map(|mut fault| {
            if let Some(origin) = origins.get(fault.key.as_str()) {
                fault.place = origin.clone();
            }
            fault
        }));
        if faults.is_empty() {
            Ok(config)
        } else {
            Err(ConfigError::Faults(faults))
        }
    }

    fn override_by(&mut self, overrides: Overrides, origins: &mut Origins) {
        if !overrides.listen.is_empty() {
            self.listen.addresses = overrides.listen;
            origins.insert("listen.addresses", Place::Flag("--listen"));
        }
        if let Some(directory) = overrides.data {
            self.data.directory = directory;
            origins.insert("data.directory", Place::Flag("--data"));
        }
        if let Some(socket) = overrides.socket {
            self.listen.socket = socket;
            origins.insert("listen.socket", Place::Flag("--socket"));
        }
    }

    /// Everything that is wrong; nothing where it can be run with.
    pub fn validate(&self) -> Vec<ConfigFault> {
        rules::check(self)
    }

    /// Where everything is kept: as configured, else `$STATE_DIRECTORY`, `$XDG_STATE_HOME/chatd` or
    /// `~/.local/state/chatd`. May not exist yet.
    pub fn data_directory(&self) -> PathBuf {
        if self.data.directory.as_os_str().is_empty() {
            Places::of_process().data_directory()
        } else {
            self.data.directory.clone()
        }
    }

    /// The Unix socket: as configured, else in `$RUNTIME_DIRECTORY`, in `$XDG_RUNTIME_DIR/chatd` where
    /// that is this user's, or in the data directory. Its directory may not exist yet.
    pub fn socket_path(&self) -> PathBuf {
        if self.listen.socket.as_os_str().is_empty() {
            let data_directory = self.data_directory();
            let mut sockets = Places::of_process().sockets(&data_directory);
            sockets.swap_remove(0)
        } else {
            self.listen.socket.clone()
        }
    }
}

/// Where a daemon's socket may be on this machine, the likeliest first: where the configuration says,
/// where this user's own daemon has it, and where the packaged unit has it.
pub fn known_sockets() -> Vec<PathBuf> {
    // Who only looks for the daemon need not hear what is wrong with its configuration.
    let config = Config::load(None, Overrides::default()).unwrap_or_default();
    let data_directory = config.data_directory();
    let mut sockets = vec![config.socket_path()];
    sockets.extend(Places::of_process().sockets(&data_directory));
    sockets.extend(places::system_sockets());
    let mut known = Vec::new();
    for socket in sockets {
        if !known.contains(&socket) {
            known.push(socket);
        }
    }
    known
}
