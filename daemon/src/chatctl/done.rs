//! What is so once something about the house was done, in the words that `chatc` and its screen have for it.

use crate::time;
use chat_shared::{Command, Timestamp, clean, told};

/// The line, fit to print. `name` is what the account is called that it is about.
pub(crate) fn line(act: &Command, name: &str) -> String {
    let lasting = |until: Timestamp| format!("until {}", time::short(until));
    let line = told::of_house(act, lasting, |_| name.to_owned());
    // Nothing but what those words are for is asked of it.
    clean::line(&line.unwrap_or_default()).into_owned()
}
