//! What a user may set, in `$XDG_CONFIG_HOME/chatc/chatc.toml`. Flags go over it.

use serde::{Deserialize, Serialize};
use std::path::{Path, PathBuf};

/// The settings cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// The file is there but cannot be read.
    #[error("could not read {path}: {source}")]
    Unreadable {
        /// Which file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// What stands in it is wrong.
    #[error("in {path}: {fault}")]
    Wrong {
        /// Which file.
        path: PathBuf,
        /// What is wrong and what is allowed.
        fault: String,
    },
}

/// Everything that may be set. `config/chatc.toml` holds it at its defaults, with what each is for.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Config {
    /// Where to.
    pub connection: ConnectionConfig,
    /// How it looks.
    pub screen: ScreenConfig,
}

/// Where the daemon is.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ConnectionConfig {
    /// `HOST:PORT`; empty: the server used last, or the daemon on this machine.
    pub server: String,
    /// The account to use, `NAME` or `NAME@HOST:PORT`; empty: the one used last.
    pub account: String,
}

/// When the terminal's bell rings.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Bell {
    /// Never.
    Never,
    /// For messages in direct conversations, and for what comes into the inbox.
    #[default]
    Direct,
    /// For every message of others that is not on the screen.
    All,
}

/// How the screen looks and behaves.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ScreenConfig {
    /// Whether the people of a conversation stand at the right from the start.
    pub people: bool,
    /// When the bell rings.
    pub bell: Bell,
    /// The time beside a message, in strftime's letters.
    pub time: String,
    /// Whether others see that one is writing.
    pub typing: bool,
    /// Without a key for this long one counts as away; 0: never.
    pub away_after_secs: u64,
    /// Messages of each conversation that are fetched at the start; older ones come on scrolling.
    pub newest: u32,
}

impl Default for ScreenConfig {
    fn default() -> Self {
        Self {
            people: true,
            bell: Bell::Direct,
            time: "%H:%M".to_owned(),
            typing: true,
            away_after_secs: 600,
            newest: 50,
        }
    }
}

/// Every key there is, to suggest the nearest to one that is not.
const KEYS: &[&str] = &[
    "connection",
    "connection.server",
    "connection.account",
    "screen",
    "screen.people",
    "screen.bell",
    "screen.time",
    "screen.typing",
    "screen.away_after_secs",
    "screen.newest",
];

impl Config {
    /// Where it is read from where nothing else is said.
    pub fn default_path() -> Option<PathBuf> {
        let base = std::env::var_os("XDG_CONFIG_HOME").filter(|base| !base.is_empty());
        let home = || std::env::var_os("HOME").map(|home| Path::new(&home).join(".config"));
        base.map(PathBuf::from)
            .or_else(home)
            .map(|base| base.join("chatc").join("chatc.toml"))
    }

    /// Reads a file; without one, all defaults.
    pub fn load(path: &Path) -> Result<Self, ConfigError> {
        if !path.exists() {
            return Ok(Self::default());
        }
        let path = path.to_owned();
        match std::fs::read_to_string(&path) {
            Err(source) => Err(ConfigError::Unreadable { path, source }),
            Ok(text) => Self::parse(&text).map_err(|fault| ConfigError::Wrong { path, fault }),
        }
    }

    /// The settings in a file's text, or what is wrong with it.
    fn parse(text: &str) -> Result<Self, String> {
        let raw = config::Config::builder()
            .add_source(config::File::from_str(text, config::FileFormat::Toml))
            .build();
        let parsed = raw.and_then(config::Config::try_deserialize::<Self>);
        let parsed = parsed.map_err(|error| explain(&error.to_string()))?;
        parsed.validate()?;
        Ok(parsed)
    }

    fn validate(&self) -> Result<(), String> {
        let mut faults = Vec::new();
        if !(1..=1000).contains(&self.screen.newest) {
            faults.push(format!(
                "screen.newest is {}, allowed is 1 to 1000",
                self.screen.newest
            ));
        }
        if jiff::fmt::strtime::format(&self.screen.time, &jiff::Zoned::default()).is_err() {
            faults.push(format!(
                "screen.time is \"{}\", allowed is a time in strftime's letters such as \"%H:%M\"",
                self.screen.time
            ));
        }
        if faults.is_empty() {
            Ok(())
        } else {
            Err(faults.join("; "))
        }
    }
}

/// Adds the nearest key that exists to the error about one that does not.
fn explain(error: &str) -> String {
    let Some(unknown) = error
        .split("unknown field `")
        .nth(1)
        .and_then(|r| r.split('`').next())
    else {
        return error.to_owned();
    };
    let distance = |key: &&&str| {
        let last = key.rsplit('.').next().unwrap_or(key);
        strsim::damerau_levenshtein(last, unknown)
    };
    match KEYS.iter().min_by_key(distance) {
        Some(nearest) => format!("there is no key `{unknown}`; the nearest one is `{nearest}`"),
        None => format!("there is no key `{unknown}`"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SHIPPED: &str = include_str!("../../config/chatc.toml");

    #[test]
    fn the_shipped_file_holds_every_key_at_its_default() {
        assert_eq!(Config::parse(SHIPPED).unwrap(), Config::default());
        for key in KEYS {
            let last = key.rsplit('.').next().unwrap();
            assert!(SHIPPED.contains(last), "{key} is not in config/chatc.toml");
        }
    }

    #[test]
    fn every_key_of_the_config_is_known_to_suggestions() {
        let value = serde_json::to_value(Config::default()).unwrap();
        for (section, keys) in value.as_object().unwrap() {
            for key in keys.as_object().unwrap().keys() {
                assert!(
                    KEYS.contains(&format!("{section}.{key}").as_str()),
                    "{section}.{key}"
                );
            }
        }
    }

    #[test]
    fn an_unknown_key_names_the_nearest_one() {
        let error = Config::parse("[screen]\npeopel = true").unwrap_err();
        assert_eq!(
            error,
            "there is no key `peopel`; the nearest one is `screen.people`"
        );
    }

    #[test]
    fn values_out_of_range_say_what_is_allowed() {
        let error = Config::parse("[screen]\nnewest = 0\ntime = \"%\"").unwrap_err();
        assert!(
            error.contains("screen.newest is 0, allowed is 1 to 1000; screen.time"),
            "{error}"
        );
    }

    #[test]
    fn an_error_in_a_file_names_the_file() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("chatc.toml");
        std::fs::write(&path, "[screen]\nbell = 7").unwrap();
        let error = Config::load(&path).unwrap_err().to_string();
        assert!(
            error.contains("chatc.toml") && error.contains("bell"),
            "{error}"
        );
    }
}
