//! What lines do about people: oneself, contacts, and words to many.

use super::app::App;
use super::card::own_group;
use super::here::Here;
use super::overlay::Subject;
use super::presence;
use crate::input::action::Announced;
use crate::input::{ContactAct, Field};
use crate::model::Update;
use crate::net::{Command, Order};
use chat_shared::names::AccountName;
use chat_shared::{AccountId, Audience, Command as Act, PresenceState, Profile, Timestamp};

impl App {
    pub(super) fn act_on(&self, act: Act) {
        self.send(Command::Do(Order::Act { act }));
    }

    /// Who is called this; tells where nobody is.
    pub(super) fn person(&mut self, name: &AccountName) -> Option<AccountId> {
        let found = self.model.people().named(name.as_str());
        if found.is_none() {
            self.tell_mistake(format!(
                "there is nobody called {name}: /find looks for people"
            ));
        }
        found
    }

    /// The same for several; nothing where one of them is not there.
    pub(super) fn persons(&mut self, names: &[AccountName]) -> Option<Vec<AccountId>> {
        names.iter().map(|name| self.person(name)).collect()
    }

    /// Whether what was written to somebody begins with the rest of a name, as in `/msg Anna Berg hello`: it
    /// would go to whoever is called by the first word alone. Tells how that is said.
    pub(super) fn is_name_cut(&mut self, to: &[AccountName], text: Option<&str>) -> bool {
        let ([first], Some(text)) = (to, text) else {
            return false;
        };
        let people = self.model.people();
        let Some(account) = people.by_spaced_name(first.as_str(), text) else {
            return false;
        };
        let (called, name) = (people.full_label(account), people.name(account));
        self.tell_mistake(format!(
            "not sent: {called} is written to by the name alone, /msg {name} TEXT \
             (to say just this to {first}: /msg {first}, then the text)"
        ));
        true
    }

    /// When something ends that lasts so long.
    pub(super) fn ends(&self, for_ms: Option<i64>) -> Option<Timestamp> {
        for_ms.map(|ms| Timestamp((self.setup.clock)().0.saturating_add(ms)))
    }

    pub(super) fn profile(&mut self, change: Option<(Field, String)>) {
        let Some(me) = self.model.me().map(|me| me.account) else {
            return self.tell("nobody is signed in yet");
        };
        let Some((field, text)) = change else {
            return self.look_at(Subject::Card(me), "");
        };
        let person = self.model.people().person(me);
        // An order is for the whole profile: it must not take back the change before it, on its way still.
        let mut profile: Profile = match &self.profile_to_be {
            Some(profile) => profile.clone(),
            None => person.map(|me| me.profile.clone()).unwrap_or_default(),
        };
        *match field {
            Field::Display => &mut profile.display_name,
            Field::Full => &mut profile.full_name,
            Field::Email => &mut profile.email,
            Field::Phone => &mut profile.phone,
            Field::Department => &mut profile.department,
            Field::About => &mut profile.about,
            Field::Zone => &mut profile.time_zone,
        } = text;
        self.profile_to_be = Some(profile.clone());
        self.profiles_entered += 1;
        self.act_on(Act::SetProfile {
            account: None,
            profile,
        });
    }

    /// Keeps one's profile as it will be while orders for it are under way, those of an earlier start too.
    pub(super) fn follow_profile(&mut self, update: &Update) {
        match update {
            Update::Queued {
                ticket,
                order:
                    Order::Act {
                        act:
                            Act::SetProfile {
                                account: None,
                                profile,
                            },
                    },
            } => {
                self.profile_orders.insert(*ticket);
                // Of an earlier start; what was entered here was kept when it was entered.
                if self.profiles_entered == 0 {
                    self.profile_to_be = Some(profile.clone());
                }
                self.profiles_entered = self.profiles_entered.saturating_sub(1);
            }
            Update::Done { ticket, .. } | Update::Refused { ticket, .. } => {
                let is_one = self.profile_orders.remove(ticket);
                if is_one && self.profile_orders.is_empty() {
                    self.profile_to_be = None;
                }
            }
            _ => {}
        }
    }

    pub(super) fn be(&mut self, state: PresenceState) {
        let here = Here::of(state);
        self.set_here(here);
        self.note.get_or_insert_with(|| here.told().to_owned());
    }

    pub(super) fn contact(&mut self, act: ContactAct) {
        let (ContactAct::Add(name, _) | ContactAct::Remove(name) | ContactAct::Favourite(name)) =
            &act;
        let Some(account) = self.person(name) else {
            return;
        };
        let contact = self.model.contacts().get(account);
        let act = match act {
            ContactAct::Add(_, group) => Act::PutContact {
                account,
                group,
                favourite: contact.is_some_and(|contact| contact.favourite),
            },
            ContactAct::Remove(_) => Act::RemoveContact { account },
            ContactAct::Favourite(_) => Act::PutContact {
                account,
                group: contact.map_or_else(String::new, |contact| own_group(&contact.group)),
                favourite: contact.is_none_or(|contact| !contact.favourite),
            },
        };
        self.act_on(act);
    }

    pub(super) fn announce(&mut self, to: Announced, text: String) {
        let to = match to {
            Announced::Online => Audience::Online,
            Announced::Everybody => Audience::Everybody,
            Announced::People(names) => match self.persons(&names) {
                Some(accounts) => Audience::People { accounts },
                None => return,
            },
        };
        self.act_on(Act::Announce { to, text });
    }

    pub(super) fn card(&mut self, name: Option<&AccountName>) {
        let account = match name {
            Some(name) => self.person(name),
            None => self.model.me().map(|me| me.account),
        };
        if let Some(account) = account {
            self.look_at(Subject::Card(account), "");
        }
    }

    pub(super) fn who(&mut self, since_ms: Option<i64>) {
        let now = (self.setup.clock)();
        if let Some(ms) = since_ms {
            let since = Timestamp(now.0.saturating_sub(ms));
            return self.look_at(Subject::Who(since), "");
        }
        let people = self.model.people();
        // Right after signing in the answer is on its way.
        self.wants_who = self.model.connection().is_online() && !people.knows_who_is_here();
        if self.wants_who {
            return;
        }
        let present = people.present().into_iter().map(|(account, state)| {
            let mark = presence::mark(state);
            let mut line = format!("{mark} {}", people.full_label(account));
            // That who is listed is here goes without saying.
            if state != PresenceState::Online {
                line = format!("{line} ({})", presence::word(state));
            }
            match people.status(account, now) {
                Some(status) => format!("{line} · {}", status.text),
                None => line,
            }
        });
        let present: Vec<_> = present.collect();
        let text = match present.len() {
            0 => "it is not known who is here".to_owned(),
            _ => format!("{} here\n{}", people.present_count(), present.join("\n")),
        };
        self.tell(text);
    }
}
