//! `chatc contacts`: whom one wants at hand.

use super::arguments::Contacts;
use super::context::Context;
use super::exit::Stop;
use super::names::Names;
use super::place_in;
use super::presence_line::state_words;
use super::print;
use super::sign_in::connect;
use super::submit::act;
use super::who;
use crate::net::session::{Session, unexpected};
use chat_shared::limits::GROUP_NEW;
use chat_shared::{
    AccountId, Command as Act, Contact, Event, Fault, FaultCode, PresenceState, Request,
    SharedGroup,
};
use serde::Serialize;
use std::cell::RefCell;
use std::collections::BTreeMap;

#[derive(Serialize)]
struct Line {
    kind: &'static str,
    name: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    state: Option<PresenceState>,
    #[serde(skip_serializing_if = "Option::is_none")]
    group: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    favourite: Option<bool>,
}

impl Line {
    fn contact(name: &str, group: String, favourite: bool) -> Self {
        Self {
            group: Some(group),
            favourite: Some(favourite),
            ..Self::gone(name)
        }
    }

    /// Of somebody who is no contact.
    fn gone(name: &str) -> Self {
        Self {
            kind: "contact",
            name: name.to_owned(),
            state: None,
            group: None,
            favourite: None,
        }
    }
}

/// All that the daemon knows of one's contacts.
#[derive(Default)]
pub struct Book {
    /// Whom one wants at hand.
    pub contacts: Vec<Contact>,
    /// By whom one is left alone.
    pub blocked: Vec<AccountId>,
    /// What the administrator put together.
    pub groups: Vec<SharedGroup>,
}

/// Runs `chatc contacts`.
pub async fn run(context: &Context, what: Option<&Contacts>) -> Result<(), Stop> {
    let Some(what) = what else {
        return list(context).await;
    };
    let (Contacts::Add { name, .. }
    | Contacts::Remove { name }
    | Contacts::Favourite { name, .. }
    | Contacts::Group { name, .. }) = what;
    let typed = place_in::person(name)?;
    let changed = RefCell::new(None);
    let find = async |session: &mut Session, _| {
        let account = place_in::account(session, &typed).await?;
        let book = book(session).await?;
        let before = book.contacts.into_iter().find(|c| c.account == account);
        let act = change(what, account, typed.as_str(), before)?;
        changed.replace(Some(act.clone()));
        Ok(act)
    };
    act(context, find).await?;
    let name = typed.as_str();
    match changed.into_inner() {
        Some(Act::PutContact {
            group, favourite, ..
        }) => {
            let words = contact_words(name, &group, favourite);
            print::done(context, &words, &Line::contact(name, group, favourite))
        }
        _ => {
            let words = format!("{name} is no contact");
            print::done(context, &words, &Line::gone(name))
        }
    }
}

/// That somebody is a contact, and where they stand.
fn contact_words(name: &str, group: &str, favourite: bool) -> String {
    let mut words = format!("{name} is a contact");
    if !group.is_empty() {
        words.push_str(&format!(" in the group {}", print::clean(group)));
    }
    if favourite {
        words.push_str(", among the favourites");
    }
    words
}

/// One's contacts and blocks, and the shared groups.
pub async fn book(session: &mut Session) -> Result<Book, Stop> {
    let mut book = Book::default();
    let groups_after = String::new();
    for page in session.ask_all(Request::Contacts { groups_after }).await? {
        match page {
            Event::Contacts {
                contacts,
                blocked,
                groups,
                ..
            } => {
                book.contacts.extend(contacts);
                book.blocked.extend(blocked);
                book.groups.extend(groups);
            }
            other => return Err(unexpected(&other).into()),
        }
    }
    Ok(book)
}

/// What to ask for, given what there is.
fn change(
    what: &Contacts,
    account: AccountId,
    name: &str,
    before: Option<Contact>,
) -> Result<Act, Stop> {
    let refused = |code, text| Err(Stop::Refused(Fault::new(code, text)));
    // Who stands under "new" came there by themselves: to be added like anybody else.
    let is_known = before.as_ref().is_some_and(|c| c.group != GROUP_NEW);
    let (group, favourite) = match (what, before) {
        (Contacts::Remove { .. }, _) => return Ok(Act::RemoveContact { account }),
        (Contacts::Add { .. }, Some(_)) if is_known => {
            let text = format!("{name} is a contact already: see `contacts group` and `favourite`");
            return refused(FaultCode::ContactExists, text);
        }
        (
            Contacts::Add {
                group, favourite, ..
            },
            _,
        ) => (group.clone(), *favourite),
        (_, None) => {
            let text = format!("{name} is no contact: `contacts add` first");
            return refused(FaultCode::NoSuchContact, text);
        }
        (Contacts::Favourite { off, .. }, Some(before)) => {
            let is_new = before.group == GROUP_NEW;
            (if is_new { String::new() } else { before.group }, !off)
        }
        (Contacts::Group { group, .. }, Some(before)) => (group.clone(), before.favourite),
    };
    Ok(Act::PutContact {
        account,
        group,
        favourite,
    })
}

async fn list(context: &Context) -> Result<(), Stop> {
    let mut session = connect(context).await?.session;
    let book = book(&mut session).await?;
    let (people, _) = who::all(&mut session, None).await?;
    let states: BTreeMap<_, _> = people.iter().map(|p| (p.account, p.state)).collect();
    let mut names = Names::default();
    let contacts = book.contacts.iter().map(|contact| contact.account);
    let shared = book.groups.iter().flat_map(|group| &group.members);
    let others = shared.chain(&book.blocked).copied();
    names.learn(&mut session, contacts.chain(others)).await?;
    let known = Known {
        names: &names,
        states: &states,
    };
    for section in sections(&book, &known) {
        if context.json {
            section.lines.iter().try_for_each(print::json)?;
        } else if !section.words.is_empty() {
            print::line(&section.title)?;
            section
                .words
                .iter()
                .try_for_each(|word| print::line(&format!("  {word}")))?;
        }
    }
    Ok(())
}

/// People under a title.
struct Section {
    title: String,
    lines: Vec<Line>,
    words: Vec<String>,
}

/// Somebody in a section, and whether they are a favourite where that can be.
type Entry = (AccountId, Option<bool>);

/// Who is called how, and how available they are.
struct Known<'a> {
    names: &'a Names,
    states: &'a BTreeMap<AccountId, PresenceState>,
}

impl Known<'_> {
    fn section(
        &self,
        kind: &'static str,
        title: String,
        group: Option<&str>,
        mut entries: Vec<Entry>,
    ) -> Section {
        entries.sort_by_cached_key(|(account, _)| self.names.name(*account));
        let mut section = Section {
            title,
            lines: Vec::new(),
            words: Vec::new(),
        };
        for (account, favourite) in entries {
            let state = self.states.get(&account).copied();
            let state = state.unwrap_or(PresenceState::Offline);
            let state = Some(state).filter(|_| kind != "blocked");
            let both = self.names.both(account);
            section.words.push(match state {
                Some(state) => format!("{both} ({})", state_words(state)),
                None => both,
            });
            section.lines.push(Line {
                kind,
                name: self.names.name(account),
                state,
                group: group.map(str::to_owned),
                favourite,
            });
        }
        section
    }
}

/// Favourites on top, those without a group, then group by group, the shared ones, and who is blocked.
fn sections(book: &Book, known: &Known<'_>) -> Vec<Section> {
    let mut groups: BTreeMap<(bool, &str), Vec<Entry>> = BTreeMap::new();
    for contact in &book.contacts {
        let group = (!contact.favourite, contact.group.as_str());
        let entry = (contact.account, Some(contact.favourite));
        groups.entry(group).or_default().push(entry);
    }
    let own = groups.into_iter().map(|((is_other, group), entries)| {
        let title = match (is_other, group) {
            (false, "") => "favourites".to_owned(),
            (false, group) => format!("favourites in {}", print::clean(group)),
            (true, "") => "contacts".to_owned(),
            (true, group) => print::clean(group),
        };
        known.section("contact", title, Some(group), entries)
    });
    let shared = book.groups.iter().map(|group| {
        let title = format!("{} (shared)", print::clean(&group.name));
        let entries = group.members.iter().map(|account| (*account, None));
        known.section("shared", title, Some(&group.name), entries.collect())
    });
    let blocked = book.blocked.iter().map(|account| (*account, None));
    let blocked = known.section("blocked", "blocked".to_owned(), None, blocked.collect());
    own.chain(shared).chain([blocked]).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const ANNA: AccountId = AccountId(1);

    fn contact(account: u64, group: &str, favourite: bool) -> Contact {
        Contact {
            account: AccountId(account),
            group: group.into(),
            favourite,
        }
    }

    fn add(group: &str) -> Contacts {
        Contacts::Add {
            name: "anna".into(),
            group: group.into(),
            favourite: false,
        }
    }

    fn code(result: Result<Act, Stop>) -> FaultCode {
        match result {
            Err(Stop::Refused(fault)) => fault.code,
            other => panic!("{other:?}"),
        }
    }

    fn put(group: &str, favourite: bool) -> Act {
        Act::PutContact {
            account: ANNA,
            group: group.into(),
            favourite,
        }
    }

    #[test]
    fn adding_twice_is_refused_but_who_stands_under_new_can_be_added() {
        let there = Some(contact(1, "work", false));
        assert_eq!(
            code(change(&add(""), ANNA, "anna", there)),
            FaultCode::ContactExists
        );
        let new = Some(contact(1, GROUP_NEW, false));
        assert_eq!(
            change(&add("work"), ANNA, "anna", new).unwrap(),
            put("work", false)
        );
        assert_eq!(
            change(&add(""), ANNA, "anna", None).unwrap(),
            put("", false)
        );
    }

    #[test]
    fn a_change_keeps_what_it_is_not_about() {
        let favourite = Contacts::Favourite {
            name: "anna".into(),
            off: false,
        };
        let group = Contacts::Group {
            name: "anna".into(),
            group: "home".into(),
        };
        let there = || Some(contact(1, "work", true));
        assert_eq!(
            change(&favourite, ANNA, "anna", there()).unwrap(),
            put("work", true)
        );
        assert_eq!(
            change(&group, ANNA, "anna", there()).unwrap(),
            put("home", true)
        );
        let new = Some(contact(1, GROUP_NEW, false));
        assert_eq!(
            change(&favourite, ANNA, "anna", new).unwrap(),
            put("", true)
        );
        assert_eq!(
            code(change(&group, ANNA, "anna", None)),
            FaultCode::NoSuchContact
        );
    }

    #[test]
    fn favourites_stand_on_top_and_blocked_people_last() {
        let book = Book {
            contacts: vec![
                contact(1, "work", false),
                contact(2, "", true),
                contact(3, "", false),
            ],
            blocked: vec![AccountId(4)],
            groups: vec![SharedGroup {
                name: "sales".into(),
                members: vec![AccountId(5)],
            }],
        };
        let states = BTreeMap::from([(AccountId(2), PresenceState::Away)]);
        let known = Known {
            names: &Names::default(),
            states: &states,
        };
        let sections = sections(&book, &known);
        let shown: Vec<_> = sections
            .iter()
            .map(|section| (section.title.as_str(), section.words.join(", ")))
            .collect();
        let expected = [
            ("favourites", "account-2 (away)"),
            ("contacts", "account-3 (offline)"),
            ("work", "account-1 (offline)"),
            ("sales (shared)", "account-5 (offline)"),
            ("blocked", "account-4"),
        ];
        assert_eq!(
            shown,
            expected.map(|(title, word)| (title, word.to_owned()))
        );
        assert_eq!(
            serde_json::to_string(&sections[4].lines[0]).unwrap(),
            "{\"kind\":\"blocked\",\"name\":\"account-4\"}"
        );
    }
}
