//! Who is banned, muted and invited in a room.

use crate::client::{Client, Sockets};
use crate::failure::Failure;
use crate::lookup::{self, Names};
use crate::table::Table;
use crate::{Style, json, time};
use chat_shared::names::RoomName;
use chat_shared::{AccountId, ConversationId, Event, Request, Restriction, clean};
use serde_json::{Value, json as value};

pub(super) fn list(room: &RoomName, sockets: &Sockets, style: Style) -> Result<String, Failure> {
    let mut client = sockets.connect()?;
    let conversation = lookup::room(&mut client, room)?.room.conversation;
    let lists = all(&mut client, conversation)?;
    let all = lists.iter().flat_map(|(_, list)| list);
    let ids = all.flat_map(|one| [Some(one.account), one.by]).flatten();
    let names = Names::of(&mut client, ids)?;
    if style == Style::Json {
        let lists = lists.iter().map(|(how, list)| {
            let list = list.iter().map(|one| described(one, &names));
            ((*how).to_owned(), list.collect())
        });
        return Ok(json(&Value::Object(lists.collect())));
    }
    if lists.iter().all(|(_, list)| list.is_empty()) {
        return Ok(format!("nobody is banned, muted or invited in #{room}\n"));
    }
    let mut table = Table::new(&["NAME", "HOW", "UNTIL", "SINCE", "BY", "REASON"]);
    for (how, list) in &lists {
        for one in list {
            let until = match *how {
                // It ends when they come.
                "invited" => String::new(),
                _ => time::until(one.until),
            };
            table.row(&[
                &names.name(one.account),
                how,
                &until,
                &time::short(one.at),
                &names.by(one.by),
                &clean::line(&one.reason),
            ]);
        }
    }
    Ok(table.to_string())
}

/// The lists of all pages, each with its word.
fn all(
    client: &mut Client,
    conversation: ConversationId,
) -> Result<[(&'static str, Vec<Restriction>); 3], Failure> {
    let request = Request::AdminRestrictions {
        conversation,
        after: AccountId(0),
    };
    let pages = client.list(request, |page| match page {
        Event::Restrictions {
            banned,
            muted,
            invited,
            ..
        } => Some(vec![[banned, muted, invited]]),
        _ => None,
    })?;
    let mut lists = ["banned", "muted", "invited"].map(|how| (how, Vec::new()));
    for page in pages {
        for ((_, list), more) in lists.iter_mut().zip(page) {
            list.extend(more);
        }
    }
    Ok(lists)
}

fn described(one: &Restriction, names: &Names) -> Value {
    value!({
        "account": one.account,
        "name": names.name(one.account),
        "by": one.by.map(|by| names.name(by)),
        "at": time::exact(one.at),
        "until": one.until.map(time::exact),
        "reason": one.reason,
    })
}
