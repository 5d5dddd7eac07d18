//! What overlays list: made anew from the model whenever it changed. Pure.

use super::card;
use super::invitations;
use super::keys;
use super::overlay::{Entry, Subject, Target, Waits};
use super::presence;
use super::theme::Role;
use crate::clock;
use crate::input::commands;
use crate::model::item::duration;
use crate::model::{Model, Waiting};
use crate::net::Order;
use chat_shared::{
    Access, AccountId, ConversationId, InboxAbout, InboxItem, Restriction, Timestamp,
};
use jiff::tz::TimeZone;

/// What has to be known to list something.
#[derive(Clone, Copy)]
pub(super) struct Look<'a> {
    pub model: &'a Model,
    pub zone: &'a TimeZone,
    pub now: Timestamp,
    /// Cells of a row.
    pub width: usize,
}

/// The title and the rows of an overlay.
pub(super) fn list(subject: &Subject, look: Look) -> (String, Vec<Entry>) {
    match subject {
        Subject::Help => ("commands and keys".to_owned(), help(false)),
        Subject::Keys => ("keys and commands".to_owned(), help(true)),
        Subject::Inbox => inbox(look),
        Subject::Rooms => rooms(look),
        Subject::Contacts => contacts(look),
        Subject::Found(text) => {
            let found = look.model.people().find(text);
            let title = match found.len() {
                1 => format!("1 person with {text}"),
                count => format!("{count} people with {text}"),
            };
            let rows = found.into_iter().map(|account| found_row(account, look));
            (title, rows.collect())
        }
        Subject::Card(account) => card::card(*account, look),
        Subject::Room(id) => card::room(*id, look),
        Subject::Restrictions(id) => restrictions(*id, look),
        Subject::Devices => devices(look),
        Subject::Invitations => invitations::list(look),
        Subject::Link(made) => invitations::link(made, look),
        Subject::Who(since) => who(*since, look),
    }
}

fn help(keys_first: bool) -> Vec<Entry> {
    let commands = commands::commands()
        .zip(commands::help())
        .map(|(command, line)| Entry::leads(line, Target::Write(format!("/{} ", command.name))));
    let keys = keys::help()
        .into_iter()
        .map(|line| Entry::leads(line.clone(), Target::Tell(line)));
    let slash = Entry::says("//TEXT says a text that begins with a slash");
    let commands = commands.chain([slash]);
    if keys_first {
        let head = Entry::heads("commands");
        return keys.chain([head]).chain(commands).collect();
    }
    commands.chain([Entry::heads("keys")]).chain(keys).collect()
}

fn inbox(look: Look) -> (String, Vec<Entry>) {
    let waiting = look.model.waiting_list();
    let title = match waiting.len() {
        0 => "nothing waits for you".to_owned(),
        1 => "inbox: one thing waits".to_owned(),
        count => format!("inbox: {count} things wait"),
    };
    let rows = waiting.into_iter().map(|waiting| match waiting {
        Waiting::Unread(conversation) => {
            let title = look.model.title(conversation);
            let text = format!("{title}  {} unread", look.model.unread_in(conversation));
            Entry::leads(text, Target::Place(conversation.id(), None))
        }
        Waiting::Announcement(announcement) => {
            let by = name_of(announcement.by, look);
            let at = short(announcement.at, look);
            let text = format!("announcement of {by}, {at}: {}", announcement.text);
            Entry {
                waits: Some(Waits::Announcement(announcement.id)),
                ..Entry::leads(one_line(&text), Target::Tell(text))
            }
        }
        Waiting::Item(item) => item_row(item, look),
    });
    (title, rows.collect())
}

fn item_row(item: &InboxItem, look: Look) -> Entry {
    let by = name_of(item.by, look);
    let at = short(item.at, look);
    let place = |id: ConversationId| {
        look.model
            .title_of(id)
            .unwrap_or_else(|| "a room".to_owned())
    };
    let (text, target) = match &item.about {
        InboxAbout::Mention { conversation, seq } => (
            format!("{by} mentioned you in {}, {at}", place(*conversation)),
            Some(Target::Place(*conversation, Some(*seq))),
        ),
        InboxAbout::AddedAsContact {} => (
            format!("{by} has you among their contacts, {at}"),
            item.by.map(Target::Card),
        ),
        InboxAbout::RoomInvitation { conversation, name } => {
            let conversation = *conversation;
            let target = match look.model.conversation(conversation) {
                Some(_) => Target::Place(conversation, None),
                None => Target::Do(Order::Join { conversation }),
            };
            (format!("{by} invited you into #{name}, {at}"), Some(target))
        }
        InboxAbout::Announcement { text } => {
            let text = format!("announcement of {by}, {at}: {text}");
            (one_line(&text), Some(Target::Tell(text)))
        }
        InboxAbout::Report {
            conversation,
            seq,
            reason,
        } => (
            format!(
                "{by} reported a message in {}: {reason}",
                place(*conversation)
            ),
            Some(Target::Place(*conversation, Some(*seq))),
        ),
        InboxAbout::Unknown => ("something that this version cannot show".to_owned(), None),
    };
    Entry {
        target,
        waits: Some(Waits::Item(item.id)),
        ..Entry::says(text)
    }
}

fn rooms(look: Look) -> (String, Vec<Entry>) {
    let rooms = look.model.directory();
    let title = match rooms.len() {
        0 => "there are no rooms yet: /create #ROOM makes one".to_owned(),
        1 => "1 room, ● those you are in".to_owned(),
        count => format!("{count} rooms, ● those you are in"),
    };
    let widest = rooms.iter().map(|room| room.name.chars().count()).max();
    let widest = widest.unwrap_or_default().min(20);
    let rows = rooms.into_iter().map(|room| {
        let joined = if room.joined { "●" } else { " " };
        let members = room
            .members
            .map_or_else(String::new, |count| count.to_string());
        let notes = [
            (room.settings.archived, "archived"),
            (room.settings.access == Access::Hidden, "hidden"),
            (room.settings.access == Access::Private, "by invitation"),
            (room.invited && !room.joined, "you are invited"),
            (room.settings.read_only, "read-only"),
        ];
        let notes = notes.into_iter().filter(|(is_so, _)| *is_so);
        let note = match notes.map(|(_, note)| note).collect::<Vec<_>>() {
            notes if notes.is_empty() => String::new(),
            notes => format!("({}) ", notes.join(", ")),
        };
        let text = format!(
            "{joined} {:>4} #{:widest$}  {note}{}",
            members, room.name, room.topic
        );
        let conversation = room.conversation;
        let is_closed = !look.model.may_enter(&room);
        let target = match (room.joined, is_closed) {
            (true, _) => Target::Place(conversation, None),
            (false, false) => Target::Do(Order::Join { conversation }),
            (false, true) => Target::Tell(format!(
                "#{} is entered by invitation: ask somebody who is in it for /invite",
                room.name
            )),
        };
        Entry {
            role: if room.settings.archived {
                Role::Quiet
            } else {
                Role::Plain
            },
            ..Entry::leads(text.trim_end(), target)
        }
    });
    (title, rows.collect())
}

fn contacts(look: Look) -> (String, Vec<Entry>) {
    let contacts = look.model.contacts();
    let mut entries = Vec::new();
    let mut section = |title: &str, mut accounts: Vec<AccountId>| {
        if accounts.is_empty() {
            return;
        }
        accounts.sort_by_cached_key(|account| {
            let people = look.model.people();
            (
                presence::rank(people.presence(*account)),
                people.name(*account).into_owned(),
            )
        });
        entries.push(Entry::heads(title));
        entries.extend(accounts.into_iter().map(|account| row_of(account, look)));
    };
    section("★ favourites", contacts.favourites().collect());
    for (group, accounts) in contacts.groups() {
        section(if group.is_empty() { "contacts" } else { group }, accounts);
    }
    for (group, accounts) in look.model.people().groups() {
        section(&format!("{group} (for all)"), accounts.to_vec());
    }
    section("blocked", contacts.blocked().iter().copied().collect());
    let title = if entries.is_empty() {
        "you have no contacts yet: /contact add NAME"
    } else {
        "contacts"
    };
    (title.to_owned(), entries)
}

fn restrictions(id: ConversationId, look: Look) -> (String, Vec<Entry>) {
    let title = look.model.title_of(id).unwrap_or_default();
    let known = look
        .model
        .restrictions()
        .filter(|known| known.conversation == id);
    let Some(known) = known else {
        return (format!("{title}: on its way …"), Vec::new());
    };
    let mut entries = Vec::new();
    let mut section = |head: &str, command: &str, list: &[Restriction]| {
        if list.is_empty() {
            return;
        }
        entries.push(Entry::heads(head));
        for restriction in list {
            let people = look.model.people();
            let undo = format!("/{command} {}", people.name(restriction.account));
            let [first, second] = restriction_lines(restriction, command == "uninvite", look);
            entries.push(Entry::leads(first, Target::Write(undo)));
            entries.push(Entry {
                role: Role::Quiet,
                ..Entry::says(second)
            });
        }
    };
    section("banned", "unban", &known.banned);
    section("muted", "unmute", &known.muted);
    section("invited", "uninvite", &known.invited);
    let title = if entries.is_empty() {
        format!("{title}: nobody is banned, muted or invited")
    } else {
        title
    };
    (title, entries)
}

/// Who and until when, and below it why and by whom: both fit on a small screen.
fn restriction_lines(restriction: &Restriction, is_invitation: bool, look: Look) -> [String; 2] {
    let who = look.model.people().full_label(restriction.account);
    let first = match restriction.until {
        Some(until) => {
            let left = duration(until.0 - look.now.0);
            format!("{who} · until {} ({left})", short(until, look))
        }
        None if is_invitation => who.into_owned(),
        None => format!("{who} · for good"),
    };
    let (by, at) = (name_of(restriction.by, look), short(restriction.at, look));
    let second = match restriction.reason.as_str() {
        "" => format!("   by {by}, {at}"),
        reason => format!("   {reason} · by {by}, {at}"),
    };
    [first, second]
}

fn devices(look: Look) -> (String, Vec<Entry>) {
    let Some(devices) = look.model.devices() else {
        return ("your devices are on their way …".to_owned(), Vec::new());
    };
    let rows = devices.iter().map(|device| {
        let label = chat_shared::clean::line(&device.label);
        let mut text = format!("{}  {label}", device.device);
        if device.current {
            text.push_str(" (this one)");
        }
        if !device.current && device.sessions > 0 {
            text.push_str(" · in use now");
        }
        if let Some(used) = device.last_used {
            text = format!("{text} · {}", short(used, look));
        }
        if let Some(address) = &device.last_address {
            text = format!("{text} · {}", chat_shared::clean::line(address));
        }
        Entry::leads(text, Target::Write(format!("/revoke {}", device.device)))
    });
    let title = "devices: /revoke NUMBER ends one, /revoke others the rest";
    (title.to_owned(), rows.collect())
}

fn who(since: Timestamp, look: Look) -> (String, Vec<Entry>) {
    let people = look.model.people();
    let present = people.present();
    if present.is_empty() {
        return ("it is not known who is here".to_owned(), Vec::new());
    }
    let mut entries: Vec<_> = present
        .iter()
        .map(|(account, _)| row_of(*account, look))
        .collect();
    let here = entries.len();
    entries.extend(look.model.seen_since(since).map(|seen| {
        let row = row_of(seen.account, look);
        let at = when(seen.at, look.zone);
        Entry {
            text: format!("{} · last seen {at}", row.text),
            ..row
        }
    }));
    let (count, more) = (people.present_count(), entries.len() - here);
    let since = when(since, look.zone);
    (format!("{count} here, {more} more since {since}"), entries)
}

/// Somebody in a list.
pub(super) fn row_of(account: AccountId, look: Look) -> Entry {
    let people = look.model.people();
    let state = people.presence(account);
    let mut text = format!("{} {}", presence::mark(state), people.full_label(account));
    if let Some(status) = people.status(account, look.now) {
        text = format!("{text} · {}", status.text);
    }
    Entry::leads(text, Target::Card(account))
}

/// Somebody who was looked for: two of one name are told apart by where they belong.
fn found_row(account: AccountId, look: Look) -> Entry {
    let row = row_of(account, look);
    match look.model.people().person(account) {
        Some(person) if !person.profile.department.is_empty() => Entry {
            text: format!("{} · {}", row.text, person.profile.department),
            ..row
        },
        _ => row,
    }
}

pub(super) fn name_of(account: Option<AccountId>, look: Look) -> String {
    account.map_or_else(
        || "the administrator".to_owned(),
        |account| look.model.people().full_label(account).into_owned(),
    )
}

fn one_line(text: &str) -> String {
    text.replace('\n', " ")
}

/// The same, as short as it can be told from where one is: the time today, the day of the week within a week.
pub(super) fn short(at: Timestamp, look: Look) -> String {
    clock::short(at, look.now, look.zone)
}

/// Day and time of something that may be long ago.
pub(super) fn when(at: Timestamp, zone: &TimeZone) -> String {
    jiff::Timestamp::from_millisecond(at.0).map_or_else(
        |_| "-".to_owned(),
        |at| {
            at.to_zoned(zone.clone())
                .strftime("%-d %b %Y %H:%M")
                .to_string()
        },
    )
}
