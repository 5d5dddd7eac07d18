//! Being sure: what cannot be undone is done only to what was named twice.

use crate::failure::Failure;
use std::io::{IsTerminal, Write, stdin};

/// The name of what is to go, typed once more; the daemon compares it. `told` is what is asked, and `flag`
/// how scripts say it.
pub(crate) fn typed(told: &str, flag: &str) -> Result<String, Failure> {
    if !stdin().is_terminal() {
        return Err(Failure::Usage(format!(
            "nobody can be asked here: say {flag} to be sure"
        )));
    }
    let mut typed = String::new();
    let mut screen = std::io::stderr();
    let asked = write!(screen, "{told}");
    let read = asked
        .and_then(|()| screen.flush())
        .and_then(|()| stdin().read_line(&mut typed));
    read.map_err(|error| Failure::Usage(format!("could not ask: {error}")))?;
    match typed.trim() {
        "" => Err(Failure::Usage("nothing is deleted".to_owned())),
        name => Ok(name.to_owned()),
    }
}
