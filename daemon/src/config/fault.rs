//! What is wrong with a configuration, in words that name the place, the key, what stands there and
//! what may stand there.

use chat_shared::clean;
use config::{Value, ValueKind};
use std::fmt;
use std::path::PathBuf;

/// Characters of a wrong value that are shown.
const SHOWN_CHARS: usize = 80;

/// Why there is no configuration to run with.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// The file cannot be read.
    #[error("could not read the configuration {}: {source}", path.display())]
    Unreadable {
        path: PathBuf,
        source: std::io::Error,
    },
    /// The file is not TOML.
    #[error("{} is not TOML: {text}", path.display())]
    Syntax { path: PathBuf, text: String },
    /// Everything that is wrong, each on a line of its own.
    #[error("the configuration cannot be used:{}", lines(.0))]
    Faults(Vec<ConfigFault>),
}

/// Where a setting was made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Place {
    /// In this file.
    File(PathBuf),
    /// In this variable of the environment.
    Variable(String),
    /// By this flag.
    Flag(&'static str),
    /// Nowhere: the default.
    Default,
}

/// One thing that is wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConfigFault {
    /// Where.
    pub place: Place,
    /// `section.key`.
    pub key: String,
    /// What.
    pub wrong: Wrong,
}

/// What is wrong with a key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Wrong {
    /// There is no such key; perhaps this one was meant.
    Unknown(Option<&'static str>),
    /// What stands there, and what may.
    Value { found: String, allowed: String },
}

/// The variable that sets a key.
pub(super) fn variable(key: &str) -> String {
    format!("CHATD__{}", key.replace('.', "__").to_uppercase())
}

/// A value as one would write it, safe to show and not too long.
pub(super) fn show(value: &Value) -> String {
    let shown = match &value.kind {
        ValueKind::String(text) => format!("\"{}\"", clean::line(text)),
        ValueKind::Array(all) => {
            let all: Vec<_> = all.iter().map(show).collect();
            format!("[{}]", all.join(", "))
        }
        ValueKind::Float(number) => format!("{number:?}"),
        ValueKind::Table(_) => "a section".to_owned(),
        other => clean::line(&other.to_string()).into_owned(),
    };
    match shown.char_indices().nth(SHOWN_CHARS) {
        Some((end, _)) => format!("{}…", &shown[..end]),
        None => shown,
    }
}

fn lines(faults: &[ConfigFault]) -> String {
    faults.iter().map(|fault| format!("\n  {fault}")).collect()
}

impl fmt::Display for ConfigFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let key = clean::line(&self.key);
        match &self.place {
            Place::File(path) => write!(f, "{}: ", path.display())?,
            Place::Variable(name) => write!(f, "variable {}: ", clean::line(name))?,
            Place::Flag(flag) => write!(f, "flag {flag}: ")?,
            Place::Default => f.write_str("default: ")?,
        }
        match &self.wrong {
            Wrong::Unknown(None) => write!(f, "there is no key {key}"),
            Wrong::Unknown(Some(meant)) => match &self.place {
                Place::Variable(_) => {
                    write!(
                        f,
                        "there is no such setting, did you mean {}?",
                        variable(meant)
                    )
                }
                _ if meant.contains('.') => {
                    write!(f, "there is no key {key}, did you mean {meant}?")
                }
                _ => write!(f, "there is no section [{key}], did you mean [{meant}]?"),
            },
            Wrong::Value { found, allowed } => write!(f, "{key} is {found}, allowed is {allowed}"),
        }
    }
}
