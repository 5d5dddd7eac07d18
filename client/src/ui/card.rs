//! What overlays say of one person or one room.

use super::lists::{Look, row_of, when};
use super::overlay::{Entry, Target};
use super::presence;
use super::wrap::wrap;
use crate::clock::time_there;
use crate::model::room_words::{role_word, settings_line};
use crate::net::Order;
use chat_shared::limits::GROUP_NEW;
use chat_shared::{AccountId, Command as Act, ConversationId, HouseRole, PresenceState, Profile};

/// All about somebody, and what can be done.
pub(super) fn card(account: AccountId, look: Look) -> (String, Vec<Entry>) {
    let model = look.model;
    let people = model.people();
    let mut entries = Vec::new();
    let state = people.presence(account);
    let known = model.card().filter(|card| card.account == account);
    let mut here = format!("{} {}", presence::mark(state), presence::word(state));
    if let Some(status) = people.status(account, look.now) {
        here = format!("{here} · {}", status.text);
        if let Some(until) = status.until {
            here = format!("{here} (until {})", when(until, look.zone));
        }
    }
    entries.push(Entry::says(here));
    if let Some(seen) = known.and_then(|card| card.last_seen)
        && state == PresenceState::Offline
    {
        let address = known.and_then(|card| card.last_address.as_deref());
        let from = address.map_or_else(String::new, |address| format!(" from {address}"));
        let seen = when(seen, look.zone);
        entries.push(Entry::says(format!("last seen {seen}{from}")));
    }
    if let Some(person) = people.person(account) {
        entries.extend(profile(&person.profile, look));
        let role = match person.role {
            HouseRole::Guest => "guest",
            HouseRole::Member => "",
            HouseRole::Moderator => "moderator of the house",
            HouseRole::Administrator => "administrator",
        };
        if !role.is_empty() {
            entries.push(Entry::says(role));
        }
        if !person.enabled && !person.deleted {
            entries.push(Entry::says("may not sign in"));
        }
    }
    let contact = model.contacts().get(account);
    let group = contact.map(|contact| contact.group.as_str());
    if let Some(group) = group.filter(|group| !group.is_empty()) {
        entries.push(Entry::says(format!("contact in the group {group}")));
    }
    entries.push(Entry::says(""));
    if model.is_me(account) {
        let change = Target::Write("/profile ".to_owned());
        entries.push(Entry::leads("change your profile", change));
    } else if !people.is_deleted(account) {
        entries.extend(deeds(account, look));
    }
    (people.full_label(account).into_owned(), entries)
}

fn profile(profile: &Profile, look: Look) -> Vec<Entry> {
    let zone = match time_there(&profile.time_zone, look.now) {
        Some(time) => format!("{} (there it is {time})", profile.time_zone),
        None => profile.time_zone.clone(),
    };
    let fields = [
        ("full name", &profile.full_name),
        ("department", &profile.department),
        ("e-mail", &profile.email),
        ("phone", &profile.phone),
        ("time zone", &zone),
    ];
    let fields = fields.into_iter().filter(|(_, text)| !text.is_empty());
    let mut entries: Vec<_> = fields
        .map(|(what, text)| Entry::says(format!("{what:11}{text}")))
        .collect();
    for line in profile.about.lines() {
        let rows = wrap(line, look.width.saturating_sub(2));
        entries.extend(rows.into_iter().map(Entry::says));
    }
    entries
}

fn deeds(account: AccountId, look: Look) -> Vec<Entry> {
    let contacts = look.model.contacts();
    let act = |text: &str, act: Act| Entry::leads(text, Target::Do(Order::Act { act }));
    let mut deeds = vec![Entry::leads("write to them", Target::Talk(account))];
    match contacts.get(account) {
        Some(contact) => {
            let text = if contact.favourite {
                "no longer on top of the contacts"
            } else {
                "put on top of the contacts"
            };
            deeds.push(act(
                text,
                Act::PutContact {
                    account,
                    group: own_group(&contact.group),
                    favourite: !contact.favourite,
                },
            ));
            deeds.push(act(
                "remove from the contacts",
                Act::RemoveContact { account },
            ));
        }
        None => deeds.push(act(
            "add to the contacts; they are told",
            Act::PutContact {
                account,
                group: String::new(),
                favourite: false,
            },
        )),
    }
    deeds.push(if contacts.is_blocked(account) {
        act("unblock", Act::Unblock { account })
    } else {
        act("block; they are not told", Act::Block { account })
    });
    deeds
}

/// A group that a client may set: who is made a favourite is not new any more.
pub(super) fn own_group(group: &str) -> String {
    if group == GROUP_NEW {
        String::new()
    } else {
        group.to_owned()
    }
}

/// What a room is like, and its people by role.
pub(super) fn room(id: ConversationId, look: Look) -> (String, Vec<Entry>) {
    let Some(room) = look.model.conversation(id) else {
        return ("this room is gone".to_owned(), Vec::new());
    };
    let mut entries = vec![Entry::says(match room.member_count() {
        1 => "1 member".to_owned(),
        count => format!("{count} members"),
    })];
    if let Some(settings) = room.settings() {
        entries.push(Entry::says(settings_line(settings)));
        for line in settings.description.lines() {
            let rows = wrap(line, look.width.saturating_sub(2));
            entries.extend(rows.into_iter().map(Entry::says));
        }
    } else {
        entries.push(Entry::says("what it is like is on its way …"));
    }
    if !room.topic().is_empty() {
        entries.push(Entry::says(format!("topic: {}", room.topic())));
    }
    if let Some(role) = room.own_role() {
        entries.push(Entry::says(format!("you are {} here", role_word(role))));
    }
    entries.push(Entry::says(""));
    entries.push(Entry::leads(
        "change a setting",
        Target::Write("/room ".to_owned()),
    ));
    entries.push(Entry::leads(
        "invite somebody",
        Target::Write("/invite ".to_owned()),
    ));
    let mut members = look.model.members(id).unwrap_or_default();
    members.sort_by_key(|account| std::cmp::Reverse(room.role(*account)));
    entries.extend(members.into_iter().map(|account| {
        let mut entry = row_of(account, look);
        if let Some(role) = room.role(account) {
            entry.text = format!("{} · {}", entry.text, role_word(role));
        }
        entry
    }));
    (look.model.title(room), entries)
}
