//! Who is in a room, and as what.

use super::Whom;
use crate::client::{Client, Sockets};
use crate::failure::Failure;
use crate::lookup::{self, Names, somebody};
use crate::table::Table;
use crate::words::word;
use crate::{Style, json};
use chat_shared::names::RoomName;
use chat_shared::{AccountId, Command, ConversationId, Event, Member, Request, RoomRole};
use serde_json::json as value;
use std::cmp::Reverse;

pub(super) fn list(room: &RoomName, sockets: &Sockets, style: Style) -> Result<String, Failure> {
    let mut client = sockets.connect()?;
    let conversation = lookup::room(&mut client, room)?.room.conversation;
    let members = all(&mut client, conversation)?;
    let names = Names::of(&mut client, members.iter().map(|member| member.account))?;
    let mut members: Vec<_> = members
        .into_iter()
        .map(|member| {
            (
                Reverse(member.role),
                names.name(member.account),
                member.account,
            )
        })
        .collect();
    members.sort();
    if style == Style::Json {
        let members = members.iter().map(|(Reverse(role), name, account)| {
            value!({ "account": account, "name": name, "role": role })
        });
        return Ok(json(&members.collect()));
    }
    if members.is_empty() {
        return Ok(format!("nobody is in #{room}\n"));
    }
    let mut table = Table::new(&["NAME", "ROLE"]);
    for (Reverse(role), name, _) in &members {
        table.row(&[name, word(*role)]);
    }
    Ok(table.to_string())
}

fn all(client: &mut Client, conversation: ConversationId) -> Result<Vec<Member>, Failure> {
    let request = Request::AdminMembers {
        conversation,
        after: AccountId(0),
    };
    client.list(request, |page| match page {
        Event::Members { members, .. } => Some(members),
        _ => None,
    })
}

pub(super) fn role(
    whom: &Whom,
    role: RoomRole,
    sockets: &Sockets,
    style: Style,
) -> Result<String, Failure> {
    let mut client = sockets.connect()?;
    let conversation = lookup::room(&mut client, &whom.room)?.room.conversation;
    let somebody = somebody(&mut client, &whom.name)?;
    client.command(Command::SetRoomRole {
        conversation,
        account: somebody.card.account,
        role,
    })?;
    let (room, name) = (&whom.room, somebody.name());
    let text = format!("{name} has the role {} in #{room}", word(role));
    let done = value!({ "room": room.as_str(), "name": name, "role": role });
    Ok(style.tell(&text, &done))
}
