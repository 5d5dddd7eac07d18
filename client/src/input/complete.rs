//! What Tab offers, and going through it.

use super::commands::{Takes, commands, named};
use super::editor::Editor;
use std::ops::Range;

/// Names that can be completed, those that are nearest first: people of the open conversation
/// before others.
#[derive(Clone, Debug, Default)]
pub struct Words {
    /// People.
    pub people: Vec<Name>,
    /// Names of rooms without `#`.
    pub rooms: Vec<String>,
}

/// How somebody may be begun to be written.
#[derive(Clone, Debug, Default)]
pub struct Name {
    /// Their name without `@`, which is what is put in.
    pub name: String,
    /// What else they are called; each word of it may be begun.
    pub called: Vec<String>,
}

/// Remembers what was offered, so that Tab again offers the next.
#[derive(Clone, Debug, Default)]
pub struct Completer {
    offer: Option<Offer>,
}

#[derive(Clone, Debug)]
struct Offer {
    /// Where the text that was put in stands now.
    range: Range<usize>,
    /// What was typed, which comes again after the last candidate.
    candidates: Vec<String>,
    shown: usize,
}

impl Completer {
    /// Anything but Tab was pressed: the next Tab begins anew.
    pub fn reset(&mut self) {
        self.offer = None;
    }

    /// Puts the next (or, backwards, the one before) candidate in; false where there is none.
    pub fn step(&mut self, editor: &mut Editor, words: &Words, backwards: bool) -> bool {
        let mut offer = match self.offer.take() {
            Some(mut offer) => {
                let count = offer.candidates.len();
                offer.shown = (offer.shown + if backwards { count - 1 } else { 1 }) % count;
                offer
            }
            None => {
                let (range, mut candidates) = candidates(editor.text(), editor.cursor(), words);
                if candidates.is_empty() {
                    return false;
                }
                // Last in the row, what was typed: going round brings it back.
                if candidates.len() > 1 {
                    candidates.push(editor.text()[range.clone()].to_owned());
                }
                let shown = if backwards {
                    candidates.len().saturating_sub(2)
                } else {
                    0
                };
                Offer {
                    range,
                    candidates,
                    shown,
                }
            }
        };
        let candidate = &offer.candidates[offer.shown];
        editor.replace(offer.range.clone(), candidate);
        offer.range.end = offer.range.start + candidate.len();
        // A single one is final; Tab after it completes what comes next.
        if offer.candidates.len() > 1 {
            self.offer = Some(offer);
        }
        true
    }
}

/// What the word before the cursor may become, and where that word stands.
fn candidates(text: &str, cursor: usize, words: &Words) -> (Range<usize>, Vec<String>) {
    let before = &text[..cursor];
    let start = before.rfind(char::is_whitespace).map_or(0, |at| {
        at + before[at..].chars().next().map_or(1, char::len_utf8)
    });
    let word = &before[start..];
    let found = if start == 0 && word.starts_with('/') {
        matching(commands().map(|command| command.name), &word[1..], |name| {
            format!("/{name} ")
        })
    } else {
        match argument_of(before, start) {
            Some(Takes::Room) => rooms(words, word),
            Some(Takes::Person) => last_of_list(word, |listed, name| {
                people(words, name, |name| format!("{listed}{name} "))
            }),
            Some(Takes::Word(known)) => matching(known.iter(), word, |word| format!("{word} ")),
            Some(Takes::Nothing) | None if word.starts_with('#') => rooms(words, word),
            Some(Takes::Nothing) | None => {
                let (sign, name) = word
                    .strip_prefix('@')
                    .map_or(("", word), |name| ("@", name));
                let after = if start == 0 && sign.is_empty() {
                    ": "
                } else {
                    " "
                };
                // Without a sign or a letter nothing says that a name is meant.
                if sign.is_empty() && name.is_empty() {
                    Vec::new()
                } else {
                    people(words, name, |name| format!("{sign}{name}{after}"))
                }
            }
        }
    };
    (start..cursor, found)
}

/// What the command of this line takes as the word that begins at `start`.
fn argument_of(before: &str, start: usize) -> Option<Takes> {
    let mut words = before[..start].strip_prefix('/')?.split_whitespace();
    let command = named(words.next()?)?;
    command.takes.get(words.count()).copied()
}

fn rooms(words: &Words, word: &str) -> Vec<String> {
    let name = word.strip_prefix('#').unwrap_or(word);
    matching(words.rooms.iter(), name, |name| format!("#{name} "))
}

/// People by their names first, then by what else they are called.
fn people(words: &Words, typed: &str, whole: impl Fn(&str) -> String) -> Vec<String> {
    let begun = typed.to_lowercase();
    let begins = |text: &str| text.to_lowercase().starts_with(&begun);
    let is_named = |person: &&Name| begins(&person.name);
    let is_called = |person: &&Name| {
        let mut parts = person
            .called
            .iter()
            .flat_map(|text| text.split_whitespace());
        !is_named(person) && parts.any(begins)
    };
    let named = words.people.iter().filter(is_named);
    let called = words.people.iter().filter(is_called);
    named
        .chain(called)
        .map(|person| whole(&person.name))
        .collect()
}

/// `anna,bo`: what is completed is after the comma.
fn last_of_list(word: &str, complete: impl Fn(&str, &str) -> Vec<String>) -> Vec<String> {
    let split = word.rfind([',', '@']).map_or(0, |at| at + 1);
    let (listed, name) = word.split_at(split);
    complete(listed, name)
}

fn matching<T: AsRef<str>>(
    words: impl Iterator<Item = T>,
    typed: &str,
    whole: impl Fn(&str) -> String,
) -> Vec<String> {
    let typed = typed.to_lowercase();
    words
        .filter(|word| word.as_ref().to_lowercase().starts_with(&typed))
        .map(|word| whole(word.as_ref()))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn people_named(names: &[&str]) -> Vec<Name> {
        let named = |name: &&str| Name {
            name: (*name).to_owned(),
            called: Vec::new(),
        };
        names.iter().map(named).collect()
    }

    #[test]
    fn what_somebody_is_called_becomes_their_name() {
        assert_eq!(tabs("/msg Ber", 1), ["/msg anton "]);
        assert_eq!(tabs("/msg berg", 1), ["/msg anton "]);
        assert_eq!(tabs("ask @Herr", 1), ["ask @anton "]);
        assert_eq!(tabs("/msg an", 2), ["/msg anna ", "/msg anton "]);
        assert_eq!(tabs("/msg rg", 1), ["/msg rg"]);
    }

    /// What the line is after each of some Tabs.
    fn tabs(typed: &str, times: usize) -> Vec<String> {
        let names = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect();
        let mut people = people_named(&["anna", "anton", "борис"]);
        people[1].called = vec!["Herr Berg".to_owned()];
        let words = Words {
            people,
            rooms: names(&["general", "lunch", "中文"]),
        };
        let mut editor = Editor::default();
        editor.insert(typed);
        let mut completer = Completer::default();
        (0..times)
            .map(|_| {
                completer.step(&mut editor, &words, false);
                assert_eq!(editor.cursor(), editor.text().len());
                editor.text().to_owned()
            })
            .collect()
    }

    #[test]
    fn a_name_at_the_beginning_addresses_and_elsewhere_mentions() {
        assert_eq!(tabs("ann", 1), ["anna: "]);
        assert_eq!(tabs("@ann", 1), ["@anna "]);
        assert_eq!(tabs("ask ann", 1), ["ask anna "]);
        assert_eq!(tabs("ask @Б", 1), ["ask @борис "]);
    }

    #[test]
    fn tab_goes_round_and_comes_back_to_what_was_typed() {
        assert_eq!(
            tabs("hi @an", 4),
            ["hi @anna ", "hi @anton ", "hi @an", "hi @anna "]
        );
    }

    #[test]
    fn rooms_and_commands_are_completed_too() {
        assert_eq!(tabs("see #lu", 1), ["see #lunch "]);
        assert_eq!(tabs("see #中", 1), ["see #中文 "]);
        assert_eq!(tabs("/jo", 1), ["/join "]);
        assert_eq!(tabs("/join ge", 1), ["/join #general "]);
        assert_eq!(tabs("/msg ant", 1), ["/msg anton "]);
        assert_eq!(tabs("/msg anna,ant", 1), ["/msg anna,anton "]);
    }

    #[test]
    fn each_word_of_a_command_is_completed_as_what_it_is() {
        assert_eq!(tabs("/contact fa", 1), ["/contact favourite "]);
        assert_eq!(tabs("/contact add ant", 1), ["/contact add anton "]);
        assert_eq!(tabs("/role anna mod", 1), ["/role anna moderator "]);
        let group = ["/group put Sales anna,anton "];
        assert_eq!(tabs("/group put Sales anna,ant", 1), group);
        assert_eq!(
            tabs("/room acc", 2),
            ["/room access ", "/room access public "]
        );
        assert_eq!(tabs("/ban anna see @ant", 1), ["/ban anna see @anton "]);
    }

    #[test]
    fn nothing_is_offered_for_nothing() {
        assert_eq!(tabs("", 1), [""]);
        assert_eq!(tabs("hello ", 1), ["hello "]);
        assert_eq!(tabs("xyz", 2), ["xyz", "xyz"]);
    }

    #[test]
    fn after_a_single_match_tab_completes_what_is_next() {
        assert_eq!(tabs("/jo", 2), ["/join ", "/join #general "]);
    }

    #[test]
    fn shift_tab_goes_the_other_way() {
        let words = Words {
            people: people_named(&["anna", "anton"]),
            rooms: Vec::new(),
        };
        let mut editor = Editor::default();
        editor.insert("@an");
        let mut completer = Completer::default();
        let mut back = || {
            completer.step(&mut editor, &words, true);
            editor.text().to_owned()
        };
        assert_eq!([back(), back(), back()], ["@anton ", "@anna ", "@an"]);
    }
}
