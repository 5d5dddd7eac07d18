//! What must hold of a whole configuration: each key by its table, and keys against each other.

use super::Config;
use super::fault::{ConfigFault, Place, Wrong, show};
use super::keys::KEYS;
use super::layers::not_allowed;
use config::{Value, ValueKind};
use std::fs::File;
use std::os::unix::ffi::OsStrExt;
use std::path::Path;

/// Bytes of a socket's path that the kernel takes (`sun_path`, less the closing zero).
const SOCKET_PATH_BYTES: usize = 107;

/// Bytes that an entry has around its text, generously.
const ENTRY_BYTES: usize = 1_024;

/// Everything that is wrong.
pub(super) fn check(config: &Config) -> Vec<ConfigFault> {
    let mut faults = Faults {
        values: values(config),
        faults: Vec::new(),
    };
    for key in KEYS {
        if let Some(value) = faults.value(key.name)
            && !key.allowed.fits(value)
        {
            let wrong = not_allowed(key, value);
            faults.add(key.name, wrong);
        }
    }
    listen(config, &mut faults);
    tls(config, &mut faults);
    limits(config, &mut faults);
    faults.faults
}

fn listen(config: &Config, faults: &mut Faults) {
    let (addresses, plain) = (&config.listen.addresses, &config.listen.plain);
    let all: Vec<_> = addresses.iter().chain(plain).collect();
    for (index, address) in all.iter().enumerate() {
        if address.port() != 0 && all[..index].contains(address) {
            let key = if index < addresses.len() {
                "listen.addresses"
            } else {
                "listen.plain"
            };
            faults.refuse(key, format!("each address once, {address} is there twice"));
        }
    }
    let path = config.socket_path();
    if path.as_os_str().as_bytes().len() > SOCKET_PATH_BYTES {
        faults.add(
            "listen.socket",
            Wrong::Value {
                found: show(&Value::from(path.to_string_lossy().into_owned())),
                allowed: format!(
                    "a path of at most {SOCKET_PATH_BYTES} bytes, set listen.socket or --socket"
                ),
            },
        );
    }
    let group = config.listen.socket_group.as_str();
    if !group.is_empty() && !nix::unistd::Group::from_name(group).is_ok_and(|it| it.is_some()) {
        let allowed = "the name of a group of this machine (make it by groupadd), or \"\"";
        faults.refuse("listen.socket_group", allowed.to_owned());
    }
}

fn tls(config: &Config, faults: &mut Faults) {
    let (certificate, key) = (&config.tls.certificate, &config.tls.key);
    let is_set = |path: &Path| !path.as_os_str().is_empty();
    match (is_set(certificate), is_set(key)) {
        (true, false) => {
            let allowed = "a path, since tls.certificate has one: both or neither";
            faults.refuse("tls.key", allowed.to_owned());
        }
        (false, true) => {
            let allowed = "a path, since tls.key has one: both or neither";
            faults.refuse("tls.certificate", allowed.to_owned());
        }
        (true, true) => {
            for (name, path) in [("tls.certificate", certificate), ("tls.key", key)] {
                if let Err(error) = File::open(path) {
                    faults.refuse(name, format!("a PEM file that chatd can read ({error})"));
                }
            }
        }
        (false, false) => {}
    }
}

fn limits(config: &Config, faults: &mut Faults) {
    let limits = &config.limits;
    if limits.frame_before_login_bytes > limits.frame_bytes {
        let allowed = format!("at most limits.frame_bytes, {}", limits.frame_bytes);
        faults.refuse("limits.frame_before_login_bytes", allowed);
    }
    let longest = limits.frame_bytes.saturating_sub(ENTRY_BYTES);
    if limits.message_bytes > longest {
        let allowed = format!("at most {longest}, so that it fits into limits.frame_bytes");
        faults.refuse("limits.message_bytes", allowed);
    }
    if limits.idle_timeout_secs <= limits.idle_ping_secs {
        let allowed = format!(
            "more than limits.idle_ping_secs, {}, so that a client has time to answer",
            limits.idle_ping_secs
        );
        faults.refuse("limits.idle_timeout_secs", allowed);
    }
    let journal = &config.journal;
    if journal.waiting_commands < journal.batch_commands {
        let allowed = format!(
            "at least journal.batch_commands, {}",
            journal.batch_commands
        );
        faults.refuse("journal.waiting_commands", allowed);
    }
}

struct Faults {
    values: Value,
    faults: Vec<ConfigFault>,
}

impl Faults {
    fn value(&self, key: &str) -> Option<&Value> {
        key.split('.').try_fold(&self.values, |value, part| {
            let ValueKind::Table(table) = &value.kind else {
                return None;
            };
            table.get(part)
        })
    }

    fn refuse(&mut self, key: &str, allowed: String) {
        let found = self.value(key).map(show).unwrap_or_default();
        self.add(key, Wrong::Value { found, allowed });
    }

    /// The first fault of a key is enough: the others tend to follow from it.
    fn add(&mut self, key: &str, wrong: Wrong) {
        if !self.faults.iter().any(|fault| fault.key == key) {
            self.faults.push(ConfigFault {
                place: Place::Default,
                key: key.to_owned(),
                wrong,
            });
        }
    }
}

/// The configuration as the tree that a file would give.
fn values(config: &Config) -> Value {
    serde_json::to_value(config)
        .and_then(serde_json::from_value)
        .expect("a configuration is numbers, texts and lists under names")
}
