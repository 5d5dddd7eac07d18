//! Finds the conversation that `#room` or `@name` means.

use super::exit::Stop;
use crate::net::{session::Session, session::unexpected};
use chat_shared::names::{AccountName, NameError, RoomName};
use chat_shared::{
    AccountId, ConversationId, ConversationKind, ConversationSummary, Event, Fault, FaultCode,
    Request, RoomInfo,
};
use std::collections::BTreeSet;
use std::fmt;

/// What was typed, read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Where {
    /// `#room`.
    Room(RoomName),
    /// `@name`, or several, separated by commas.
    Direct(Vec<AccountName>),
}

impl Where {
    /// Reads `#room`, `@name` or `@name,@name`.
    pub fn parse(typed: &str) -> Result<Self, Stop> {
        if let Some(name) = typed.strip_prefix('#') {
            return Self::room(name);
        }
        if !typed.starts_with('@') {
            // A room is what most mean; where it cannot be one, a person.
            let forms = match RoomName::parse(typed) {
                Ok(name) => format!("say '#{name}' for the room, @{name} for the person"),
                Err(_) => "a room is written '#lunch', a person @boris".to_owned(),
            };
            return Err(Stop::usage(format!(
                "`{typed}` is neither #room nor @name: {forms}"
            )));
        }
        let names = typed.split(',').map(person);
        Ok(Self::Direct(names.collect::<Result<_, _>>()?))
    }

    /// The same, and without a sign a room: where people are seldom meant.
    pub fn or_room(typed: &str) -> Result<Self, Stop> {
        match typed.starts_with(['#', '@']) {
            true => Self::parse(typed),
            false => Self::room(typed),
        }
    }

    fn room(typed: &str) -> Result<Self, Stop> {
        let name = RoomName::parse(typed);
        name.map(Self::Room)
            .map_err(|error| Stop::usage(format!("{typed}: {error}")))
    }
}

impl fmt::Display for Where {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Room(name) => write!(f, "#{name}"),
            Self::Direct(names) => {
                let names: Vec<_> = names.iter().map(|name| format!("@{name}")).collect();
                f.write_str(&names.join(", "))
            }
        }
    }
}

/// Reads the name of a person, with or without `@`.
pub fn person(typed: &str) -> Result<AccountName, Stop> {
    let name = typed.trim();
    let name = name.strip_prefix('@').unwrap_or(name);
    AccountName::parse(name).map_err(|error| match error {
        // Well formed, but nobody can have it.
        NameError::Reserved => nobody(name),
        error => Stop::usage(format!("@{name}: {error}")),
    })
}

/// The room of this name, which must exist.
pub async fn room(session: &mut Session, name: &RoomName) -> Result<ConversationId, Stop> {
    let found = room_info(session, name).await?;
    Ok(found.conversation)
}

/// The same with what it is like.
pub async fn room_info(session: &mut Session, name: &RoomName) -> Result<RoomInfo, Stop> {
    let mut after = ConversationId(0);
    loop {
        let (rooms, next) = rooms(session, after, name.as_str()).await?;
        let found = rooms.into_iter().find(|room| room.name == name.as_str());
        match (found, next) {
            (Some(room), _) => return Ok(room),
            (None, Some(next)) => after = next,
            (None, None) => {
                let text = format!("there is no room #{name}, or none that you can find");
                let fault = Fault::new(FaultCode::NoSuchConversation, text);
                return Err(Stop::Refused(fault));
            }
        }
    }
}

/// A page of the rooms with this text, and after which one to ask for the next.
pub async fn rooms(
    session: &mut Session,
    after: ConversationId,
    text: &str,
) -> Result<(Vec<RoomInfo>, Option<ConversationId>), Stop> {
    let text = text.to_owned();
    match session.ask(Request::Rooms { after, text }).await? {
        Event::Rooms { rooms, more } => {
            let last = rooms.last().map(|last| last.conversation);
            Ok((rooms, last.filter(|_| more)))
        }
        other => Err(unexpected(&other).into()),
    }
}

/// The account of this name, which must exist.
pub async fn account(session: &mut Session, name: &AccountName) -> Result<AccountId, Stop> {
    let found = accounts(session, std::slice::from_ref(name)).await?;
    found.first().copied().ok_or_else(|| nobody(name.as_str()))
}

/// The accounts of these names, which must exist.
pub async fn accounts(
    session: &mut Session,
    names: &[AccountName],
) -> Result<Vec<AccountId>, Stop> {
    let typed: Vec<_> = names.iter().map(|name| name.as_str().to_owned()).collect();
    let request = Request::People {
        accounts: Vec::new(),
        names: typed,
    };
    let mut people = Vec::new();
    for page in session.ask_all(request).await? {
        match page {
            Event::People { people: page, .. } => people.extend(page),
            other => return Err(unexpected(&other).into()),
        }
    }
    let found = names.iter().map(|name| {
        let person = people.iter().find(|person| person.name == name.as_str());
        person
            .map(|person| person.account)
            .ok_or_else(|| nobody(name.as_str()))
    });
    found.collect()
}

fn nobody(name: &str) -> Stop {
    let text = format!("there is nobody called @{name}");
    Stop::Refused(Fault::new(FaultCode::NoSuchAccount, text))
}

/// The conversation, where it exists already. Reads only.
pub async fn existing(
    session: &mut Session,
    me: AccountId,
    of: &Where,
) -> Result<Option<ConversationId>, Stop> {
    let names = match of {
        Where::Room(name) => return room(session, name).await.map(Some),
        Where::Direct(names) => names,
    };
    let mut wanted: BTreeSet<_> = accounts(session, names).await?.into_iter().collect();
    wanted.insert(me);
    let is_wanted = |summary: &&ConversationSummary| match &summary.about {
        ConversationKind::Direct { members } => members.iter().copied().eq(wanted.iter().copied()),
        ConversationKind::Room { .. } => false,
    };
    let summaries = own(session).await?;
    Ok(summaries
        .iter()
        .find(is_wanted)
        .map(|summary| summary.conversation))
}

/// All conversations that one is in.
pub async fn own(session: &mut Session) -> Result<Vec<ConversationSummary>, Stop> {
    let request = Request::Sync {
        house: None,
        only: None,
        cursors: Vec::new(),
        newest: 0,
    };
    match session.ask(request).await? {
        Event::Synced { conversations, .. } => Ok(conversations),
        other => Err(unexpected(&other).into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_is_a_room_or_people() {
        assert_eq!(Where::parse("#General").unwrap().to_string(), "#general");
        assert_eq!(Where::parse("@Boris").unwrap().to_string(), "@boris");
        assert_eq!(
            Where::parse("@boris,@clara").unwrap().to_string(),
            "@boris, @clara"
        );
        assert_eq!(Where::or_room("General").unwrap().to_string(), "#general");
        assert_eq!(Where::or_room("#general").unwrap().to_string(), "#general");
        assert_eq!(Where::or_room("@boris").unwrap().to_string(), "@boris");
        let Err(stop) = Where::parse("general") else {
            panic!("not a place");
        };
        assert!(stop.to_string().contains("'#general'"), "{stop}");
        for typed in ["", "general", "#", "@", "@a b", "boris,@clara"] {
            assert!(
                matches!(Where::parse(typed), Err(Stop::Usage(_))),
                "{typed}"
            );
        }
    }
}
