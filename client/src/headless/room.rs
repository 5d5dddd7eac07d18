//! `chatc create`, `chatc join`, `chatc topic`, and what changes a room under `chatc room`.

use super::arguments::{New, Settings};
use super::context::Context;
use super::exit::Stop;
use super::place_in;
use super::print;
use super::submit::{act, submit};
use crate::command::Order;
use crate::net::deliver::Done;
use crate::net::session::Session;
use crate::prompt::Prompt;
use chat_shared::names::RoomName;
use chat_shared::{Command as Act, ConversationId, RoomChange};
use serde::Serialize;

#[derive(Serialize)]
struct Line<'a> {
    conversation: &'a str,
    seq: u64,
}

/// Makes a room.
pub async fn create(context: &Context, new: &New) -> Result<(), Stop> {
    let name = parse(&new.room)?;
    let owner = new.owner.as_deref().map(place_in::person).transpose()?;
    let find = async |session: &mut Session, _| {
        let Some(owner) = &owner else {
            return Ok(Order::CreateRoom {
                name: name.as_str().to_owned(),
                topic: new.topic.clone(),
                access: new.access,
            });
        };
        let change = RoomChange {
            access: Some(new.access),
            ..RoomChange::default()
        };
        let act = Act::CreateRoom {
            name: name.as_str().to_owned(),
            topic: new.topic.clone(),
            change,
            owner: Some(place_in::account(session, owner).await?),
        };
        Ok(Order::Act { act })
    };
    let done = submit(context, find).await?;
    let words = match &owner {
        Some(owner) => format!("it is made, and {owner} owns it"),
        None => "it is made, and you own it".to_owned(),
    };
    report(context, &name, &words, done)
}

/// Joins a room.
pub async fn join(context: &Context, room: &str) -> Result<(), Stop> {
    let name = parse(room)?;
    let find = async |session: &mut Session, _| {
        let conversation = place_in::room(session, &name).await?;
        Ok(Order::Join { conversation })
    };
    let done = submit(context, find).await?;
    report(context, &name, "you are in it", done)
}

/// Gives a room another topic.
pub async fn set_topic(context: &Context, room: &str, topic: &str) -> Result<(), Stop> {
    let name = parse(room)?;
    let find = async |session: &mut Session, _| {
        let conversation = place_in::room(session, &name).await?;
        let topic = topic.to_owned();
        Ok(Order::SetTopic {
            conversation,
            topic,
        })
    };
    let done = submit(context, find).await?;
    let words = match topic {
        "" => "it has no topic".to_owned(),
        topic => format!("the topic is: {topic}"),
    };
    report(context, &name, &words, done)
}

/// Gives a room another name.
pub async fn rename(context: &Context, room: &str, new: &str) -> Result<(), Stop> {
    let (old, new) = (parse(room)?, parse(new)?);
    let name = new.as_str();
    let done = act_in(context, &old, |conversation| Act::RenameRoom {
        conversation,
        name: name.to_owned(),
    });
    let words = format!("it was called #{old}");
    report(context, &new, &words, done.await?)
}

/// Changes what a room is like.
pub async fn set(context: &Context, settings: &Settings) -> Result<(), Stop> {
    let change = settings.change();
    if change == RoomChange::default() {
        return Err(Stop::usage(
            "nothing to change was given, see `chatc room set --help`",
        ));
    }
    change_room(context, &settings.room, change, "it is changed").await
}

/// Archives a room, or takes it out again.
pub async fn archive(context: &Context, room: &str, archived: bool) -> Result<(), Stop> {
    let change = RoomChange {
        archived: Some(archived),
        ..RoomChange::default()
    };
    let words = match archived {
        true => "it is archived: nobody writes or joins any more",
        false => "it is used again",
    };
    change_room(context, room, change, words).await
}

/// Ends a room, once its name was said again.
pub async fn delete(context: &Context, room: &str, again: Option<&str>) -> Result<(), Stop> {
    let name = parse(room)?;
    let again = match again {
        Some(again) => again.to_owned(),
        None => {
            let mut prompt = Prompt::for_command("--name")?;
            prompt.line(&format!("Type the name of #{name} to delete it: "))?
        }
    };
    // Its name as it was typed: the daemon compares.
    let again = again.trim().trim_start_matches('#').to_owned();
    let done = act_in(context, &name, |conversation| Act::DeleteRoom {
        conversation,
        name: again.clone(),
    });
    let words = "it is deleted; an administrator can restore it for 30 days";
    report(context, &name, words, done.await?)
}

async fn change_room(
    context: &Context,
    room: &str,
    change: RoomChange,
    words: &str,
) -> Result<(), Stop> {
    let name = parse(room)?;
    let done = act_in(context, &name, |conversation| Act::ChangeRoom {
        conversation,
        change: change.clone(),
    });
    report(context, &name, words, done.await?)
}

async fn act_in(
    context: &Context,
    name: &RoomName,
    make: impl Fn(ConversationId) -> Act,
) -> Result<Done, Stop> {
    let find = async |session: &mut Session, _| {
        let conversation = place_in::room(session, name).await?;
        Ok(make(conversation))
    };
    act(context, find).await
}

impl Settings {
    fn change(&self) -> RoomChange {
        RoomChange {
            access: self.access,
            history: self.history,
            description: self.description.clone(),
            slow_secs: self.slow,
            read_only: self.read_only,
            archived: None,
            for_newcomers: self.for_newcomers,
        }
    }
}

/// Reads the name of a room.
pub fn parse(typed: &str) -> Result<RoomName, Stop> {
    RoomName::parse(typed).map_err(|error| Stop::usage(format!("{typed}: {error}")))
}

/// Prints which room it was and what is so there now; in JSON the room and as which entry.
pub fn report(context: &Context, name: &RoomName, words: &str, done: Done) -> Result<(), Stop> {
    let conversation = format!("#{name}");
    let words = format!("{conversation}: {}", print::clean(words));
    let seq = done.seq.unwrap_or_default().0;
    let line = Line {
        conversation: &conversation,
        seq,
    };
    print::done(context, &words, &line)
}
