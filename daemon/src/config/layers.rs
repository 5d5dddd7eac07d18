//! The layers of a configuration: what a file and what the environment say, each checked on its own,
//! so that a fault is told where it was made.

use super::fault::{ConfigError, ConfigFault, Place, Wrong, show, variable};
use super::keys::{Key, key, nearest, sections};
use config::{Environment, File, FileFormat, Map, Source, Value, ValueKind};
use std::path::Path;

/// What one place says, as far as it is right, and what is wrong with the rest.
#[derive(Default)]
pub(super) struct Layer {
    /// What is right.
    pub(super) settings: Vec<Setting>,
    /// What is wrong.
    pub(super) faults: Vec<ConfigFault>,
}

/// A key with a value that is allowed.
pub(super) struct Setting {
    pub(super) key: &'static str,
    pub(super) value: Value,
    pub(super) place: Place,
}

impl Layer {
    /// What a file says.
    pub(super) fn of_file(path: &Path, text: &str) -> Result<Self, ConfigError> {
        let tables = File::from_str(text, FileFormat::Toml)
            .collect()
            .map_err(|error| ConfigError::Syntax {
                path: path.to_owned(),
                text: syntax(&error),
            })?;
        let place = Place::File(path.to_owned());
        let mut layer = Self::default();
        // Maps of the config crate have no order; the same file is to give the same text.
        for (section, value) in in_order(tables) {
            let is_known = sections().contains(&section.as_str());
            match value.kind {
                ValueKind::Table(keys) if is_known => {
                    for (name, value) in in_order(keys) {
                        layer.take(&format!("{section}.{name}"), value, &place);
                    }
                }
                _ if is_known => {
                    let wrong = Wrong::Value {
                        found: show(&value),
                        allowed: format!("a section, [{section}]"),
                    };
                    layer.fault(&section, wrong, &place);
                }
                _ => layer.fault(&section, Wrong::Unknown(nearest(&section)), &place),
            }
        }
        Ok(layer)
    }

    /// What variables say: `CHATD__SECTION__KEY`. Others that begin with `CHATD_` are left alone (an
    /// orchestrator makes `CHATD_PORT` for a service of that name), except where a `__` shows that a
    /// setting was meant, which would be lost in silence.
    pub(super) fn of_variables(variables: Map<String, String>) -> Self {
        let mut layer = Self::default();
        for name in variables.keys() {
            let Some(rest) = name.strip_prefix("CHATD_") else {
                continue;
            };
            if !rest.starts_with('_') && rest.contains("__") {
                let setting = rest.to_lowercase().replace("__", ".");
                let wrong = Wrong::Unknown(nearest(&setting));
                layer.fault(&setting, wrong, &Place::Variable(name.clone()));
            }
        }
        let environment = Environment::with_prefix("CHATD")
            .prefix_separator("__")
            .separator("__")
            .source(Some(variables));
        // Fails only where it reads the process's environment itself.
        for (name, value) in in_order(environment.collect().unwrap_or_default()) {
            let value = match (key(&name), &value.kind) {
                (Some(key), ValueKind::String(text)) => Value::from(key.allowed.read(text)),
                _ => value,
            };
            layer.take(&name, value, &Place::Variable(variable(&name)));
        }
        layer
    }

    fn take(&mut self, name: &str, value: Value, place: &Place) {
        match key(name) {
            Some(key) if key.allowed.fits(&value) => self.settings.push(Setting {
                key: key.name,
                value,
                place: place.clone(),
            }),
            Some(key) => self.fault(name, not_allowed(key, &value), place),
            None => {
                // `CHATD__LOGIN` is near to the section of that name, which is no help.
                let meant = nearest(name).filter(|meant| *meant != name);
                self.fault(name, Wrong::Unknown(meant), place);
            }
        }
    }

    fn fault(&mut self, name: &str, wrong: Wrong, place: &Place) {
        self.faults.push(ConfigFault {
            place: place.clone(),
            key: name.to_owned(),
            wrong,
        });
    }
}

/// That a key may not have this value.
pub(super) fn not_allowed(key: &Key, value: &Value) -> Wrong {
    Wrong::Value {
        found: show(value),
        allowed: key.allowed.to_string(),
    }
}

fn in_order(map: Map<String, Value>) -> Vec<(String, Value)> {
    let mut pairs: Vec<_> = map.into_iter().collect();
    pairs.sort_by(|(a, _), (b, _)| a.cmp(b));
    pairs
}

/// The reason without the crate's own words about a file that has no name for it.
fn syntax(error: &config::ConfigError) -> String {
    match error {
        config::ConfigError::FileParse { cause, .. } => cause.to_string().trim_end().to_owned(),
        other => other.to_string(),
    }
}
