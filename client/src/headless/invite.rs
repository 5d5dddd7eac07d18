//! `chatc invite`: bringing people into the house.

use super::context::Context;
use super::exit::Stop;
use super::names::Names;
use super::place_in;
use super::print;
use super::room::parse;
use super::sign_in::connect;
use super::submit::act;
use crate::net::session::{Session, unexpected};
use chat_shared::{
    Command as Act, ConversationId, Event, HouseRole, InviteId, InviteInfo, Request,
};
use serde::Serialize;
use std::collections::BTreeMap;
use std::time::Duration;

#[derive(Serialize)]
struct Made<'a> {
    invite: u64,
    code: &'a str,
    links: &'a [String],
    uses: u32,
    expires_at: String,
}

#[derive(Serialize)]
struct Line {
    invite: u64,
    uses_left: u32,
    expires_at: String,
    created_at: String,
    role: HouseRole,
    rooms: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    by: Option<String>,
}

#[derive(Serialize)]
struct Revoked {
    invite: u64,
    uses_left: u32,
}

/// Makes an invitation.
pub async fn new(
    context: &Context,
    uses: u32,
    expires: Duration,
    rooms: &[String],
    role: HouseRole,
) -> Result<(), Stop> {
    let names = rooms.iter().map(|room| parse(room));
    let names = names.collect::<Result<Vec<_>, _>>()?;
    let mut session = connect(context).await?.session;
    let mut rooms = Vec::new();
    for name in &names {
        rooms.push(place_in::room(&mut session, name).await?);
    }
    let request = Request::InviteNew {
        uses,
        expires_secs: expires.as_secs(),
        rooms,
        role,
    };
    let (invite, code, links, expires_at) = match session.ask(request).await? {
        Event::InviteMade {
            invite,
            code,
            links,
            expires_at,
        } => (invite, code, links, expires_at),
        other => return Err(unexpected(&other).into()),
    };
    if context.json {
        return print::json(&Made {
            invite: invite.0,
            code: &code,
            links: &links,
            uses,
            expires_at: print::rfc3339(expires_at),
        });
    }
    let accounts = match uses {
        1 => "one account".to_owned(),
        uses => format!("{uses} accounts"),
    };
    let until = print::local(expires_at);
    print::line(&format!(
        "invitation {invite} for {accounts}, until {until}"
    ))?;
    print::line(&format!("  code  {}", print::clean(&code)))?;
    links
        .iter()
        .try_for_each(|link| print::line(&format!("  chatc '{}'", print::clean(link))))
}

/// Prints those that still hold.
pub async fn list(context: &Context) -> Result<(), Stop> {
    let mut session = connect(context).await?.session;
    let mut invites = Vec::new();
    let after = InviteId(0);
    for page in session.ask_all(Request::Invites { after }).await? {
        match page {
            Event::Invites { invites: page, .. } => invites.extend(page),
            other => return Err(unexpected(&other).into()),
        }
    }
    let mut names = Names::default();
    let by = invites.iter().filter_map(|invite| invite.by);
    names.learn(&mut session, by).await?;
    let rooms = room_names(&mut session, &invites).await?;
    for info in &invites {
        let line = Line::new(info, &rooms, &names);
        if context.json {
            print::json(&line)?;
        } else {
            print::line(&line.words(info))?;
        }
    }
    Ok(())
}

/// Ends one.
pub async fn revoke(context: &Context, id: u64) -> Result<(), Stop> {
    let invite = InviteId(id);
    let find = async |_: &mut Session, _| Ok(Act::RevokeInvite { invite });
    act(context, find).await?;
    let words = format!("invitation {id} is ended: nobody comes by it any more");
    print::done(
        context,
        &words,
        &Revoked {
            invite: id,
            uses_left: 0,
        },
    )
}

/// The names of the rooms that invitations lead into, as far as one can find them.
async fn room_names(
    session: &mut Session,
    invites: &[InviteInfo],
) -> Result<BTreeMap<ConversationId, String>, Stop> {
    let mut found = BTreeMap::new();
    let is_wanted = invites.iter().any(|invite| !invite.rooms.is_empty());
    let mut after = Some(ConversationId(0)).filter(|_| is_wanted);
    while let Some(id) = after {
        let (rooms, next) = place_in::rooms(session, id, "").await?;
        let rooms = rooms.into_iter();
        found.extend(rooms.map(|room| (room.conversation, format!("#{}", room.name))));
        after = next;
    }
    Ok(found)
}

impl Line {
    fn new(info: &InviteInfo, rooms: &BTreeMap<ConversationId, String>, names: &Names) -> Self {
        let room = |id: &ConversationId| match rooms.get(id) {
            Some(name) => name.clone(),
            None => format!("conversation {id}"),
        };
        Self {
            invite: info.invite.0,
            uses_left: info.uses_left,
            expires_at: print::rfc3339(info.expires_at),
            created_at: print::rfc3339(info.created_at),
            role: info.role,
            rooms: info.rooms.iter().map(room).collect(),
            by: info.by.map(|by| names.name(by)),
        }
    }

    fn words(&self, info: &InviteInfo) -> String {
        let until = print::local(info.expires_at);
        let role = print::word(&self.role);
        let mut line = format!(
            "{} {} left until {until}, as {role}",
            self.invite, self.uses_left
        );
        if !self.rooms.is_empty() {
            let rooms = print::clean(&self.rooms.join(", "));
            line.push_str(&format!(", into {rooms}"));
        }
        if let Some(by) = &self.by {
            line.push_str(&format!(", by {by}"));
        }
        line
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use chat_shared::{AccountId, Timestamp};

    #[test]
    fn a_line_says_into_which_rooms_and_as_what() {
        let info = InviteInfo {
            invite: InviteId(2),
            uses_left: 3,
            expires_at: Timestamp(0),
            created_at: Timestamp(0),
            by: Some(AccountId(1)),
            rooms: vec![ConversationId(4), ConversationId(5)],
            role: HouseRole::Guest,
        };
        let rooms = BTreeMap::from([(ConversationId(4), "#lunch".to_owned())]);
        let line = Line::new(&info, &rooms, &Names::default());
        let words = line.words(&info);
        assert!(words.starts_with("2 3 left until "), "{words}");
        assert!(
            words.ends_with("as guest, into #lunch, conversation 5, by account-1"),
            "{words}"
        );
    }
}
