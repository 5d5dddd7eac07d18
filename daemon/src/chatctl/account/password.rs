//! Ways back in for those who forgot their password: a one-time code, or another password.

use crate::client::{Sockets, unexpected};
use crate::failure::Failure;
use crate::{Style, password, time};
use chat_shared::{Event, Request, clean};
use serde_json::json as value;
use std::path::Path;

pub(super) fn code(
    name: &str,
    expires_secs: u64,
    sockets: &Sockets,
    style: Style,
) -> Result<String, Failure> {
    let request = Request::AdminResetCode {
        name: name.to_owned(),
        expires_secs,
    };
    let Event::ResetCode { code, expires_at } = sockets.connect()?.ask(request)? else {
        return Err(unexpected());
    };
    let text = format!(
        "with the code  {}  {} can set another password once, until {}\n\
         it is shown only here; the old password holds until then",
        clean::line(&code),
        clean::line(name),
        time::short(expires_at)
    );
    let made = value!({ "name": name, "code": code, "expires_at": time::exact(expires_at) });
    Ok(style.tell(&text, &made))
}

pub(super) fn reset(
    name: &str,
    password_file: Option<&Path>,
    sockets: &Sockets,
    style: Style,
) -> Result<String, Failure> {
    let given = password_file.map(password::read).transpose()?;
    let made_up = given.is_none();
    let password = given.map_or_else(password::random, Ok)?;
    let mut client = sockets.connect()?;
    let verifier = password::verifier(&password, client.iterations)?;
    client.have_done(Request::AdminPasswordReset {
        name: name.to_owned(),
        verifier,
    })?;
    let all = "all devices of the account have to sign in again";
    let shown = clean::line(name);
    Ok(match made_up {
        true => style.tell(
            &format!(
                "account {shown} has the new password  {password}\nit is shown only here; {all}"
            ),
            &value!({ "name": name, "password": password }),
        ),
        false => style.tell(
            &format!("account {shown} has the password of the file; {all}"),
            &value!({ "name": name, "reset": true }),
        ),
    })
}
