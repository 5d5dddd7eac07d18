//! `chatc accounts`: the accounts that were used from here, and which one is used where none is named.

use super::context::{Context, Login};
use super::exit::Stop;
use super::print;
use crate::state_dir::{Last, StateDir};
use serde::Serialize;

#[derive(Serialize)]
struct Line<'a> {
    account: &'a str,
    server: &'a str,
    default: bool,
}

/// Prints them.
pub fn list(context: &Context) -> Result<(), Stop> {
    let default = default(context)?;
    for known in context.state.all_accounts()? {
        let default = default.as_ref() == Some(&known);
        let (account, server) = (known.account.as_str(), known.server.as_str());
        if context.json {
            print::json(&Line {
                account,
                server,
                default,
            })?;
        } else {
            let mark = if default { "*" } else { " " };
            let name = print::clean(&format!("{account}@{server}"));
            print::line(&format!("{mark} {name}"))?;
        }
    }
    Ok(())
}

/// Chooses the default.
pub fn set_default(state: &StateDir, typed: &str) -> Result<(), Stop> {
    let login = Login::parse(typed)?;
    let server = login.place.map(|place| place.to_string());
    let is_meant = |known: &Last| {
        known.account == login.account.as_str()
            && server.as_ref().is_none_or(|server| *server == known.server)
    };
    let known: Vec<_> = state.all_accounts()?.into_iter().filter(is_meant).collect();
    match known.as_slice() {
        [one] => Ok(state.set_last(one)?),
        [] => Err(Stop::usage(format!(
            "{typed} was not used from here yet, see `chatc accounts`"
        ))),
        _ => Err(Stop::usage(format!(
            "{typed} is known at several servers, say NAME@HOST as `chatc accounts` prints it"
        ))),
    }
}

/// The account that a command without --account uses.
fn default(context: &Context) -> Result<Option<Last>, Stop> {
    let [place] = context.places.as_slice() else {
        return Ok(None);
    };
    let account = context.account_at(place)?;
    Ok(account.map(|account| Last {
        server: place.to_string(),
        account: account.as_str().to_owned(),
    }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::state_dir::Credentials;

    fn state(folder: &std::path::Path) -> StateDir {
        let state = StateDir::open(folder.to_owned()).unwrap();
        for (server, name) in [
            ("a.lan:7420", "anna"),
            ("b.lan:7420", "anna"),
            ("b.lan:7420", "boris"),
        ] {
            let account = state.account(server, name).unwrap();
            account.save(&Credentials::new(name, 1, "t")).unwrap();
        }
        state
    }

    #[test]
    fn a_default_is_one_that_is_known_and_meant_by_what_was_typed() {
        let folder = tempfile::tempdir().unwrap();
        let state = state(folder.path());
        set_default(&state, "boris").unwrap();
        assert_eq!(state.last().unwrap().unwrap().account, "boris");
        set_default(&state, "anna@a.lan").unwrap();
        assert_eq!(state.last().unwrap().unwrap().server, "a.lan:7420");
        for wrong in ["anna", "clara", "boris@a.lan"] {
            assert!(
                matches!(set_default(&state, wrong), Err(Stop::Usage(_))),
                "{wrong}"
            );
        }
        assert_eq!(state.last().unwrap().unwrap().server, "a.lan:7420");
    }
}
