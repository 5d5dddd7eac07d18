//! What a room is like and what became of it, in words.

use chat_shared::{Access, HistoryFrom, RoomRole, RoomSetting, RoomSettings, clean};

/// A role in a room, in a word.
pub fn role_word(role: RoomRole) -> &'static str {
    match role {
        RoomRole::Guest => "guest",
        RoomRole::Member => "member",
        RoomRole::Moderator => "moderator",
        RoomRole::Owner => "owner",
    }
}

/// What a room is like, in a line without the description.
pub fn settings_line(settings: &RoomSettings) -> String {
    let mut parts = vec![match settings.access {
        Access::Public => "public".to_owned(),
        Access::Private => "private".to_owned(),
        Access::Hidden => "hidden".to_owned(),
    }];
    if settings.slow_secs > 0 {
        parts.push(format!("slow ({} s)", settings.slow_secs));
    }
    if settings.read_only {
        parts.push("read-only".to_owned());
    }
    if settings.archived {
        parts.push("archived".to_owned());
    }
    if settings.history == HistoryFrom::Joining {
        parts.push("history from joining on".to_owned());
    }
    if settings.for_newcomers {
        parts.push("for newcomers".to_owned());
    }
    parts.join(", ")
}

/// What was done to a room, behind the name of who did it: only what became different, where that was
/// written down, and else all.
pub fn changed_words(settings: &RoomSettings, changed: &[RoomSetting]) -> String {
    let words = changed
        .iter()
        .filter_map(|one| change_words(settings, *one));
    let mut words: Vec<String> = words.collect();
    match (words.pop(), words.as_slice()) {
        (None, _) => format!("changed the room, now {}", settings_line(settings)),
        (Some(only), []) => only,
        (Some(last), others) => format!("{} and {last}", others.join(", ")),
    }
}

fn change_words(settings: &RoomSettings, changed: RoomSetting) -> Option<String> {
    let words = match changed {
        RoomSetting::Access => match settings.access {
            Access::Public => "made the room public",
            Access::Private => "made the room private",
            Access::Hidden => "made the room hidden",
        },
        RoomSetting::History => match settings.history {
            HistoryFrom::Beginning => "lets everybody read from the beginning on",
            HistoryFrom::Joining => "lets everybody read from their joining on",
        },
        RoomSetting::Description if settings.description.is_empty() => "took the description away",
        RoomSetting::Description => "changed the description",
        RoomSetting::SlowSecs if settings.slow_secs == 0 => "ended slow mode",
        RoomSetting::SlowSecs => return Some(format!("set slow mode to {} s", settings.slow_secs)),
        RoomSetting::ReadOnly if settings.read_only => "made the room read-only",
        RoomSetting::ReadOnly => "lets everybody write again",
        RoomSetting::Archived if settings.archived => "archived the room",
        RoomSetting::Archived => "brought the room back from the archive",
        RoomSetting::ForNewcomers if settings.for_newcomers => "made it a room for newcomers",
        RoomSetting::ForNewcomers => "made it no room for newcomers any longer",
        RoomSetting::Unknown => return None,
    };
    Some(words.to_owned())
}

/// That a room was renamed, behind the name of who did it; its old name where that was written down.
pub fn renamed_words(name: &str, from: &str) -> String {
    let name = clean::line(name);
    if from.is_empty() {
        format!("renamed the room to #{name}")
    } else {
        format!("renamed the room from #{} to #{name}", clean::line(from))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use RoomSetting::{
        Access as Reach, Archived, Description, ForNewcomers, History, ReadOnly, SlowSecs, Unknown,
    };

    /// Everything on.
    fn strict() -> RoomSettings {
        RoomSettings {
            access: Access::Private,
            history: HistoryFrom::Joining,
            description: "who cooks".to_owned(),
            slow_secs: 30,
            read_only: true,
            archived: true,
            for_newcomers: true,
        }
    }

    #[test]
    fn what_became_different_is_told_and_nothing_else() {
        let both_ways = [
            (Reach, "made the room private", "made the room public"),
            (
                History,
                "lets everybody read from their joining on",
                "lets everybody read from the beginning on",
            ),
            (
                Description,
                "changed the description",
                "took the description away",
            ),
            (SlowSecs, "set slow mode to 30 s", "ended slow mode"),
            (
                ReadOnly,
                "made the room read-only",
                "lets everybody write again",
            ),
            (
                Archived,
                "archived the room",
                "brought the room back from the archive",
            ),
            (
                ForNewcomers,
                "made it a room for newcomers",
                "made it no room for newcomers any longer",
            ),
        ];
        for (setting, on, off) in both_ways {
            assert_eq!(changed_words(&strict(), &[setting]), on);
            assert_eq!(changed_words(&RoomSettings::default(), &[setting]), off);
        }
    }

    #[test]
    fn several_changes_are_one_sentence() {
        assert_eq!(
            changed_words(&strict(), &[Reach, SlowSecs]),
            "made the room private and set slow mode to 30 s"
        );
        assert_eq!(
            changed_words(&strict(), &[Reach, SlowSecs, Unknown, Archived]),
            "made the room private, set slow mode to 30 s and archived the room"
        );
    }

    #[test]
    fn where_it_was_not_written_down_all_is_told() {
        for changed in [vec![], vec![Unknown]] {
            assert_eq!(
                changed_words(&strict(), &changed),
                "changed the room, now private, slow (30 s), read-only, archived, \
                 history from joining on, for newcomers"
            );
        }
    }

    #[test]
    fn a_new_name_stands_with_the_old_one_and_neither_is_trusted() {
        assert_eq!(renamed_words("tea", ""), "renamed the room to #tea");
        assert_eq!(
            renamed_words("t\u{1b}ea", "lu\u{7}nch"),
            "renamed the room from #lu\u{fffd}nch to #t\u{fffd}ea"
        );
    }
}
