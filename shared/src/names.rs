//! Names of people and rooms: canonical, bounded and hard to imitate, by construction.

use crate::clean::MARKS_PER_BASE;
use precis_profiles::UsernameCaseMapped;
use precis_profiles::precis_core::profile::{PrecisFastInvocation, Rules};
use precis_profiles::precis_core::{CodepointInfo, Error as PrecisError};
use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;
use std::sync::LazyLock;
use thiserror::Error;
use unicode_normalization::char::is_combining_mark;
use unicode_security::{GeneralSecurityProfile, RestrictionLevel, RestrictionLevelDetection};

/// Characters of an account name at the least: a single letter is a slip of the finger, and there
/// are too few of them to give away.
pub const ACCOUNT_NAME_MIN: usize = 2;

/// Characters of an account name at the most: longer than any login name of an office directory,
/// and a column of a terminal still holds it.
pub const ACCOUNT_NAME_MAX: usize = 32;

/// Characters of a room name at the least: `#7` and `#c` are good names for a room.
pub const ROOM_NAME_MIN: usize = 1;

/// Characters of a room name at the most: as for accounts, so that one column holds both.
pub const ROOM_NAME_MAX: usize = 32;

/// How often the PRECIS profile is applied in search of a fixed point. The profile is not
/// idempotent; four rounds are what RFC 8264 (section 7) and other servers allow.
const PRECIS_ROUNDS: usize = 4;

/// Characters of input that are looked at: composition shortens a name, but never by more than this.
const INPUT_FACTOR: usize = 4;

/// Names that address everybody or pass for the daemon or those who run it. Look-alikes of them
/// (`r00t`) are refused too.
const RESERVED: &str = "\
    all here everyone everybody channel room admin admins administrator root superuser \
    sysadmin operator system chatd chatc chatctl server daemon service moderator mod owner \
    support security helpdesk me self you nobody anonymous unknown null deleted";

/// The same, but accounts may have these names from before they were reserved: only a new account is refused.
const RESERVED_SINCE: &str = "\
    online offline people members guests owners moderators users anybody anyone house someone somebody";

static RESERVED_SKELETONS: LazyLock<Vec<String>> = LazyLock::new(|| skeletons(RESERVED));
static RESERVED_SINCE_SKELETONS: LazyLock<Vec<String>> =
    LazyLock::new(|| skeletons(RESERVED_SINCE));

fn skeletons(names: &str) -> Vec<String> {
    names.split_whitespace().map(skeleton).collect()
}

/// Why a name is not acceptable. The texts are fit for users.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum NameError {
    /// Fewer characters than allowed.
    #[error("the name is too short, use at least {min} characters")]
    TooShort {
        /// Characters at the least.
        min: usize,
    },
    /// More characters than allowed.
    #[error("the name is too long, use at most {max} characters")]
    TooLong {
        /// Characters at the most.
        max: usize,
    },
    /// A character that no name may hold, or not at this place.
    #[error("the name has {0:?} in it, use letters, digits and inside also - _ .")]
    BadCharacter(char),
    /// The first or last character is not one that a name may begin or end with.
    #[error("the name begins or ends with {0:?}, let it begin and end with a letter or digit")]
    BadEdge(char),
    /// An account name of digits only, which reads as a number.
    #[error("the name has only digits, add a letter")]
    OnlyDigits,
    /// The profile of RFC 8265 refuses the name, such as for mixed writing directions.
    #[error("the name mixes characters that do not go together, use letters of one language")]
    NotAllowed,
    /// Scripts are mixed in a way that serves to imitate (UTS 39, above "highly restrictive").
    #[error("the name mixes letters of several scripts, use one script")]
    MixedScripts,
    /// A name that the house needs for itself, or one that looks like it.
    #[error("the name is reserved or looks like a reserved one, choose another")]
    Reserved,
}

/// The canonical name of an account: what identifies a person and follows the `@` of a mention.
///
/// PRECIS UsernameCaseMapped (RFC 8265) at its fixed point, so lower case and composed;
/// [`ACCOUNT_NAME_MIN`] to [`ACCOUNT_NAME_MAX`] characters; letters, digits, and inside also `-`,
/// `_` and `.`; not digits only; of one script (UTS 39 "highly restrictive"); not reserved. Two
/// names are the same account exactly when they are equal. Whether a name *looks like* another is
/// asked of [`skeleton`].
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct AccountName(String);

/// The canonical name of a room, without the `#` that is shown before it.
///
/// As [`AccountName`], but [`ROOM_NAME_MIN`] to [`ROOM_NAME_MAX`] characters, digits alone will do,
/// and nothing is reserved.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct RoomName(String);

impl AccountName {
    /// The canonical form of what somebody typed.
    ///
    /// # Errors
    /// The first rule that the name breaks.
    pub fn parse(typed: &str) -> Result<Self, NameError> {
        let name = canonical(typed, ACCOUNT_NAME_MIN, ACCOUNT_NAME_MAX)?;
        if name.chars().all(char::is_numeric) {
            return Err(NameError::OnlyDigits);
        }
        if RESERVED_SKELETONS.contains(&skeleton(&name)) {
            return Err(NameError::Reserved);
        }
        Ok(Self(name))
    }

    /// The canonical form of the name that a new account is to have.
    ///
    /// # Errors
    /// As for [`Self::parse`], and for names that are given out no more.
    pub fn for_new(typed: &str) -> Result<Self, NameError> {
        let name = Self::parse(typed)?;
        if RESERVED_SINCE_SKELETONS.contains(&skeleton(&name.0)) {
            return Err(NameError::Reserved);
        }
        Ok(name)
    }
}

impl RoomName {
    /// The canonical form of what somebody typed, with or without one leading `#`.
    ///
    /// # Errors
    /// The first rule that the name breaks.
    pub fn parse(typed: &str) -> Result<Self, NameError> {
        let typed = typed.strip_prefix('#').unwrap_or(typed);
        canonical(typed, ROOM_NAME_MIN, ROOM_NAME_MAX).map(Self)
    }
}

macro_rules! name {
    ($name:ident) => {
        impl $name {
            /// The name as it is stored, sent, shown and compared.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.pad(&self.0)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{}({:?})", stringify!($name), self.0)
            }
        }

        impl FromStr for $name {
            type Err = NameError;

            fn from_str(typed: &str) -> Result<Self, NameError> {
                Self::parse(typed)
            }
        }

        impl TryFrom<String> for $name {
            type Error = NameError;

            fn try_from(typed: String) -> Result<Self, NameError> {
                Self::parse(&typed)
            }
        }

        impl From<$name> for String {
            fn from(name: $name) -> Self {
                name.0
            }
        }

        impl AsRef<str> for $name {
            fn as_ref(&self) -> &str {
                &self.0
            }
        }
    };
}

name!(AccountName);
name!(RoomName);

/// What a name looks like: two strings with equal skeletons can be taken for one another.
///
/// The confusable skeleton of UTS 39 section 4, computed from the string as given after width
/// folding, and lower-cased afterwards; the dot that some fonts do not draw on `i` and `j` is gone.
/// Give it what people will *see*: the canonical name of an account (`AccountName::as_str`), the
/// display name as typed. The result is for comparing and storing only, never for showing: the
/// skeleton of `admin` is `adrnin`. It depends on the Unicode version of this build.
#[must_use]
pub fn skeleton(name: &str) -> String {
    let folded = UsernameCaseMapped::new().width_mapping_rule(name);
    let folded = folded.as_deref().unwrap_or(name);
    let mut before = None;
    let mut skeleton = String::with_capacity(folded.len());
    for c in unicode_security::skeleton(folded).flat_map(char::to_lowercase) {
        // UTS 39 section 5.4: a dot above a dotted letter cannot be seen.
        if c == '\u{307}' && matches!(before, Some('i' | 'j' | 'l')) {
            continue;
        }
        before = Some(c);
        skeleton.push(c);
    }
    skeleton
}

fn canonical(typed: &str, min: usize, max: usize) -> Result<String, NameError> {
    if typed.is_empty() {
        return Err(NameError::TooShort { min });
    }
    if typed.chars().nth(max * INPUT_FACTOR).is_some() {
        return Err(NameError::TooLong { max });
    }
    let name = precis(typed)?;
    check_characters(&name)?;
    let length = name.chars().count();
    if length < min {
        return Err(NameError::TooShort { min });
    }
    if length > max {
        return Err(NameError::TooLong { max });
    }
    if !name
        .as_str()
        .check_restriction_level(RestrictionLevel::HighlyRestrictive)
    {
        return Err(NameError::MixedScripts);
    }
    Ok(name)
}

/// RFC 8265 section 3.3, applied until nothing changes.
fn precis(typed: &str) -> Result<String, NameError> {
    let mut name = typed.to_owned();
    for _ in 0..PRECIS_ROUNDS {
        let next = match UsernameCaseMapped::enforce(name.as_str()) {
            Ok(next) => next.into_owned(),
            Err(PrecisError::BadCodepoint(CodepointInfo { cp, .. })) => {
                return Err(
                    char::from_u32(cp).map_or(NameError::NotAllowed, NameError::BadCharacter)
                );
            }
            Err(_) => return Err(NameError::NotAllowed),
        };
        if next == name {
            return Ok(name);
        }
        name = next;
    }
    Err(NameError::NotAllowed)
}

/// Narrower than PRECIS: no ASCII punctuation that ends a mention or stands in links and commands,
/// nothing outside the identifier profile of UTS 39, no towers of marks (UTS 39 section 5.4).
fn check_characters(name: &str) -> Result<(), NameError> {
    let mut marks = 0;
    let mut before = None;
    for c in name.chars() {
        let fits = match c {
            '-' | '_' | '.' => true,
            c if c.is_ascii() => c.is_ascii_alphanumeric(),
            c => c.identifier_allowed(),
        };
        marks = if is_combining_mark(c) { marks + 1 } else { 0 };
        let is_tower = marks > MARKS_PER_BASE || (marks > 0 && before == Some(c));
        if !fits || is_tower {
            return Err(NameError::BadCharacter(c));
        }
        before = Some(c);
    }
    let is_start = |c: &char| c.is_alphanumeric() && !is_combining_mark(*c);
    if let Some(first) = name.chars().next().filter(|c| !is_start(c)) {
        return Err(NameError::BadEdge(first));
    }
    // A full stop after a mention is the end of a sentence. `_` is what people append to a taken name.
    match before {
        Some(last @ ('.' | '-')) => Err(NameError::BadEdge(last)),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clean;
    use proptest::prelude::{any, proptest};
    use std::borrow::Cow;

    fn account(typed: &str) -> Result<String, NameError> {
        AccountName::parse(typed).map(String::from)
    }

    #[test]
    fn names_are_canonical() {
        assert_eq!(account("Anna"), Ok("anna".into()));
        assert_eq!(account("Ａｎｎａ"), Ok("anna".into()));
        assert_eq!(account("Zoe\u{308}"), Ok("zo\u{eb}".into()));
        assert_eq!(account("anna-maria.k_2"), Ok("anna-maria.k_2".into()));
        assert_eq!(account("анна"), Ok("анна".into()));
        assert_eq!(account("田中さん"), Ok("田中さん".into()));
        assert_eq!(account("דנה"), Ok("דנה".into()));
    }

    #[test]
    fn names_have_limits() {
        assert_eq!(account(""), Err(NameError::TooShort { min: 2 }));
        assert_eq!(account("a"), Err(NameError::TooShort { min: 2 }));
        assert!(account(&"a".repeat(32)).is_ok());
        assert_eq!(
            account(&"a".repeat(33)),
            Err(NameError::TooLong { max: 32 })
        );
        assert_eq!(
            account(&"a".repeat(1 << 20)),
            Err(NameError::TooLong { max: 32 })
        );
        assert_eq!(account("12345"), Err(NameError::OnlyDigits));
    }

    #[test]
    fn characters_that_break_mentions_and_links_are_refused() {
        for c in "@#/:,; \t\n\u{a0}!?*'\"<>()[]{}|\\&%$+=~`^\u{202e}\u{200d}\u{1b}\u{3164}".chars()
        {
            assert!(account(&format!("an{c}na")).is_err(), "{c:?}");
        }
        assert_eq!(account("an na"), Err(NameError::BadCharacter(' ')));
        assert_eq!(account("＠nna"), Err(NameError::BadCharacter('@')));
        assert_eq!(account("-anna"), Err(NameError::BadEdge('-')));
        assert_eq!(account("anna."), Err(NameError::BadEdge('.')));
        assert_eq!(account("anna_"), Ok("anna_".into()));
    }

    #[test]
    fn scripts_are_not_mixed() {
        assert_eq!(account("\u{430}nna"), Err(NameError::MixedScripts));
        assert_eq!(account("ann\u{3b1}"), Err(NameError::MixedScripts));
    }

    #[test]
    fn towers_of_marks_are_refused() {
        assert!(account("ax\u{300}\u{301}\u{302}\u{303}b").is_ok());
        assert_eq!(
            account("ax\u{300}\u{301}\u{302}\u{303}\u{304}b"),
            Err(NameError::BadCharacter('\u{304}'))
        );
        assert_eq!(
            account("ax\u{301}\u{301}"),
            Err(NameError::BadCharacter('\u{301}'))
        );
    }

    #[test]
    fn reserved_names_and_their_look_alikes_are_refused() {
        for name in [
            "admin",
            "ADMIN",
            "r00t",
            "Everyone",
            "chatd",
            "me",
            "adm\u{131}n",
            "admi\u{307}n",
        ] {
            assert_eq!(account(name), Err(NameError::Reserved), "{name}");
        }
    }

    #[test]
    fn words_that_mean_many_are_given_to_nobody_any_more_and_stay_with_who_has_them() {
        for word in ["online", "Online", "0nline", "members"] {
            let refused = AccountName::for_new(word);
            assert_eq!(refused, Err(NameError::Reserved), "{word}");
            assert!(AccountName::parse(word).is_ok(), "{word}");
        }
        for word in ["all", "here", "everybody", "channel", "room"] {
            assert_eq!(account(word), Err(NameError::Reserved), "{word}");
        }
        assert_eq!(AccountName::for_new("Anna"), AccountName::parse("anna"));
    }

    #[test]
    fn rooms_take_a_hash_and_digits_and_any_word() {
        let room = |typed| RoomName::parse(typed).map(String::from);
        assert_eq!(room("#Lunch"), Ok("lunch".into()));
        assert_eq!(room("42"), Ok("42".into()));
        assert_eq!(room("all"), Ok("all".into()));
        assert_eq!(room("#"), Err(NameError::TooShort { min: 1 }));
        assert_eq!(room("##lunch"), Err(NameError::BadCharacter('#')));
    }

    #[test]
    fn look_alikes_have_one_skeleton() {
        for name in [
            "\u{430}dmin",
            "adm\u{131}n",
            "ａｄｍｉｎ",
            "Admin",
            "adrnin",
            "admi\u{307}n",
        ] {
            assert_eq!(skeleton(name), skeleton("admin"), "{name}");
        }
        assert_eq!(skeleton("paypa1"), "paypal");
        assert_eq!(skeleton("r00t"), "root");
        assert_ne!(skeleton("anna"), skeleton("hanna"));
    }

    #[test]
    fn debug_says_the_type() {
        assert_eq!(
            format!("{:?}", RoomName::parse("lunch").unwrap()),
            "RoomName(\"lunch\")"
        );
    }

    proptest! {
        #[test]
        fn a_name_is_its_own_canonical_form_and_safe_to_show(typed in any::<String>()) {
            if let Ok(name) = RoomName::parse(&typed) {
                assert_eq!(RoomName::parse(name.as_str()), Ok(name.clone()));
                assert!(matches!(clean::line(name.as_str()), Cow::Borrowed(_)));
            }
        }

        #[test]
        fn letters_of_any_script_obey_the_same_rules(typed in r"[\p{L}\p{M}\p{N}._-]{0,12}") {
            if let Ok(name) = RoomName::parse(&typed) {
                assert_eq!(RoomName::parse(name.as_str()), Ok(name.clone()));
                assert!(matches!(clean::line(name.as_str()), Cow::Borrowed(_)));
            }
        }
    }
}
