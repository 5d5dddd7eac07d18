//! `chatc accounts`: the accounts that were used from here, and which one is used where none is named.

use super::context::{Context, Login, no_account};
use super::exit::Stop;
use super::print;
use crate::state_dir::Last;
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

/// Chooses the default, and says so.
pub fn set_default(context: &Context, typed: &str) -> Result<(), Stop> {
    let chosen = choose(context, typed)?;
    if context.json {
        return print::json(&Line {
            account: &chosen.account,
            server: &chosen.server,
            default: true,
        });
    }
    let settings = &context.config.connection;
    let name = print::clean(&format!("{}@{}", chosen.account, chosen.server));
    if settings.account.is_empty() && settings.server.is_empty() {
        print::line(&format!("{name} is used where no --account is given"))
    } else {
        print::line(&format!(
            "{name} is chosen, but the account or server below [connection] in chatc.toml goes before it"
        ))
    }
}

fn choose(context: &Context, typed: &str) -> Result<Last, Stop> {
    let state = &context.state;
    let login = Login::named(typed, state)?;
    let server = login.place.map(|place| place.to_string());
    let is_meant = |known: &Last| {
        known.account == login.account.as_str()
            && server.as_ref().is_none_or(|server| *server == known.server)
    };
    let known: Vec<_> = state.all_accounts()?.into_iter().filter(is_meant).collect();
    match known.as_slice() {
        [one] => {
            state.choose(one)?;
            Ok(one.clone())
        }
        [] => Err(no_account(state, typed)?),
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
    use super::super::arguments::Global;
    use super::*;
    use crate::state_dir::Credentials;
    use std::path::Path;

    /// One who names nobody, with these settings.
    fn context(folder: &Path, settings: &str) -> Context {
        let config = folder.join("chatc.toml");
        std::fs::write(&config, settings).unwrap();
        let global = Global {
            state: Some(folder.join("state")),
            config: Some(config),
            ..Global::default()
        };
        Context::new(&global, None).unwrap()
    }

    fn known(folder: &Path) -> Context {
        let context = context(folder, "");
        for (server, name) in [
            ("a.lan:7420", "anna"),
            ("b.lan:7420", "anna"),
            ("b.lan:7420", "boris"),
        ] {
            let account = context.state.account(server, name).unwrap();
            account.save(&Credentials::new(name, 1, "t")).unwrap();
        }
        context
    }

    fn at(server: &str, account: &str) -> Last {
        Last {
            server: server.into(),
            account: account.into(),
        }
    }

    #[test]
    fn a_default_is_one_that_is_known_and_meant_by_what_was_typed() {
        let folder = tempfile::tempdir().unwrap();
        let context = known(folder.path());
        set_default(&context, "boris").unwrap();
        let chosen = || context.state.chosen().unwrap().unwrap();
        assert_eq!(chosen().account, "boris");
        set_default(&context, "anna@a.lan").unwrap();
        assert_eq!(chosen().server, "a.lan:7420");
        for wrong in ["anna", "clara", "boris@a.lan", "nobody"] {
            assert!(
                matches!(set_default(&context, wrong), Err(Stop::Usage(_))),
                "{wrong}"
            );
        }
        assert_eq!(chosen().server, "a.lan:7420");
    }

    #[test]
    fn a_default_goes_before_what_was_used_last_and_the_settings_before_both() {
        let folder = tempfile::tempdir().unwrap();
        let state = known(folder.path()).state;
        let used = |settings| default(&context(folder.path(), settings)).unwrap();
        state.set_last(&at("b.lan:7420", "anna")).unwrap();
        assert_eq!(used(""), Some(at("b.lan:7420", "anna")));
        choose(&context(folder.path(), ""), "boris").unwrap();
        state.set_last(&at("a.lan:7420", "anna")).unwrap();
        assert_eq!(used(""), Some(at("b.lan:7420", "boris")));
        let settings = "[connection]\naccount = \"anna@a.lan\"";
        assert_eq!(used(settings), Some(at("a.lan:7420", "anna")));
    }
}
