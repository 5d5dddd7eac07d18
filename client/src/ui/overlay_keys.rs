//! What keys do while a list is over the messages, and where its entries lead.

use super::app::App;
use super::keys::{self, KeyAction};
use super::lists::{Look, list};
use super::overlay::{Overlay, Subject, Target, Waits};
use crate::net::{Command, Order};
use chat_shared::{AccountId, Command as Act, InboxAbout, InviteId, Request};
use cursive::event::{Event, Key};

/// Lists over lists: a card over contacts over the inbox, and not without end.
const DEEPEST: usize = 8;

/// Rows that a page moves by.
const PAGE: isize = 10;

impl App {
    /// Shows a list over the messages, narrowed to what has `filter` in it.
    pub(super) fn look_at(&mut self, subject: Subject, filter: &str) {
        let ask = |request| Some(Command::Ask(request));
        let asked = match &subject {
            Subject::Help
            | Subject::Keys
            | Subject::Link(_)
            | Subject::Found(_)
            | Subject::Inbox
            | Subject::Contacts => None,
            Subject::Rooms => Some(Command::FetchRooms),
            Subject::Devices => Some(Command::FetchDevices),
            Subject::Invitations => ask(Request::Invites { after: InviteId(0) }),
            Subject::Who(since) => ask(Request::Who {
                since: Some(*since),
                after: AccountId(0),
            }),
            Subject::Card(account) => ask(Request::Card { account: *account }),
            Subject::Room(conversation) => ask(Request::Room {
                conversation: *conversation,
            }),
            Subject::Restrictions(conversation) => ask(Request::Restrictions {
                conversation: *conversation,
                after: AccountId(0),
            }),
        };
        if let Some(command) = asked {
            self.send(command);
        }
        if self.overlays.len() == DEEPEST {
            self.overlays.remove(0);
        }
        self.note = None;
        self.overlays.push(Overlay::new(subject, filter.to_owned()));
    }

    /// Brings the list on top up to date.
    pub(super) fn fill_overlay(&mut self) {
        let Some(overlay) = self.overlays.last_mut() else {
            return;
        };
        let size = self.layout.over(overlay.is_wide()).size();
        let look = Look {
            model: &self.model,
            zone: &self.setup.zone,
            now: (self.setup.clock)(),
            width: size.x,
        };
        let (title, entries) = list(&overlay.subject, look);
        overlay.fill(title, entries);
        overlay.layout(size);
    }

    pub(super) fn press_in_overlay(&mut self, event: &Event) {
        let Some(overlay) = self.overlays.last_mut() else {
            return;
        };
        self.note = None;
        if *event != Event::Key(Key::Enter) {
            overlay.asked = None;
        }
        match event {
            Event::Key(Key::Esc) | Event::CtrlChar('c') => {
                self.overlays.pop();
            }
            Event::Key(Key::Up) | Event::CtrlChar('p') => overlay.step(-1),
            Event::Key(Key::Down) | Event::CtrlChar('n') => overlay.step(1),
            Event::Key(Key::PageUp) => overlay.step(-PAGE),
            Event::Key(Key::PageDown) => overlay.step(PAGE),
            Event::Key(Key::Home) => overlay.step(isize::MIN / 2),
            Event::Key(Key::End) => overlay.step(isize::MAX / 2),
            Event::Key(Key::Enter) => self.enter_overlay(),
            Event::Key(Key::Del) => self.dismiss_chosen(),
            Event::Key(Key::Backspace) => {
                overlay.filter.pop();
            }
            Event::Char(letter) => overlay.narrow(letter.encode_utf8(&mut [0; 4])),
            event => {
                if keys::action(event) == Some(KeyAction::Quit) {
                    self.quit();
                }
            }
        }
    }

    /// Goes where the chosen row leads.
    fn enter_overlay(&mut self) {
        let Some(overlay) = self.overlays.last_mut() else {
            return;
        };
        let Some(chosen) = overlay.chosen() else {
            return;
        };
        let Some(target) = chosen.target.clone() else {
            return;
        };
        let waits = chosen.waits;
        if !overlay.is_sure(&target) {
            return;
        }
        let stays = matches!(overlay.subject, Subject::Card(_)) && matches!(target, Target::Do(_));
        // A mention goes once it was read, or shown where reading does not count.
        let mention = match waits {
            Some(Waits::Item(item)) => Some(item).filter(|item| self.is_mention(*item)),
            _ => None,
        };
        if let (None, Some(waits)) = (mention, waits) {
            self.dismiss(waits);
        }
        if let Target::Card(account) = target {
            return self.look_at(Subject::Card(account), "");
        }
        if !stays {
            self.overlays.clear();
        }
        match target {
            Target::Place(conversation, seq) => self.go_to(conversation, seq, mention),
            Target::Do(order) => self.send(Command::Do(order)),
            Target::Talk(account) => self.talk_to(vec![account], None),
            Target::Write(text) => {
                self.editor.take();
                self.insert(&text);
            }
            Target::Tell(text) => self.tell(text),
            Target::Card(_) => {}
        }
    }

    fn dismiss_chosen(&mut self) {
        let chosen = self.overlays.last().and_then(Overlay::chosen);
        match chosen.map(|entry| entry.waits) {
            Some(Some(waits)) => self.dismiss(waits),
            Some(None) => {
                self.note =
                    Some("/dismiss empties the inbox; unread messages go by reading".to_owned())
            }
            None => {}
        }
    }

    fn is_mention(&self, id: u64) -> bool {
        let mut items = self.model.inbox().items();
        items.any(|item| item.id == id && matches!(item.about, InboxAbout::Mention { .. }))
    }

    fn dismiss(&self, waits: Waits) {
        match waits {
            Waits::Item(item) => self.dismiss_item(Some(item)),
            Waits::Announcement(announcement) => {
                let act = Act::DismissAnnouncement { announcement };
                self.send(Command::Do(Order::Act { act }));
            }
        }
    }

    pub(super) fn dismiss_item(&self, item: Option<u64>) {
        let act = Act::DismissInbox { item };
        self.send(Command::Do(Order::Act { act }));
    }
}
