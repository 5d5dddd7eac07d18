//! The audit log and its chain.

use super::harness::{
    ANNA, BERT, CLEO, GENERAL, NOW, TestHouse, add_device, enable, found, invite, post, register_as,
};
use super::office::{act, audit_lines, last_act, office, set_role};
use crate::journal::command::{Action, Admission};
use chat_shared::audit::{self, START};
use chat_shared::{Audience, AuditLine, HouseRole, Timestamp};
use std::collections::BTreeSet;

/// The number of the first line that does not follow on the one before, where there is one.
fn broken_at(lines: &[AuditLine]) -> Option<u64> {
    let mut before = START;
    for (place, line) in (1..).zip(lines) {
        let hash = line.act().hash(&before);
        if line.number != place || line.hash != audit::hex(&hash) {
            return Some(place);
        }
        before = hash;
    }
    None
}

fn busy_office() -> TestHouse {
    let mut house = office();
    house.does(BERT, Action::Panic { on: true });
    house.does(ANNA, enable(CLEO, false));
    house.reopen();
    house.does(None, enable(CLEO, true));
    house.does(ANNA, set_role(CLEO, HouseRole::Moderator));
    house
}

#[test]
fn acts_stand_in_it_in_their_order_and_chained() {
    let house = busy_office();
    let lines = audit_lines(&house);
    let acts: Vec<_> = lines
        .iter()
        .map(|line| {
            let by = line.by_name.as_str();
            (line.number, by, line.act.as_str(), line.target.as_str())
        })
        .collect();
    assert_eq!(
        acts,
        [
            (1, "anna", "register", "anna"),
            (2, "", "set_house_role", "bert"),
            (3, "", "set_house_role", "dora"),
            (4, "bert", "panic", "on"),
            (5, "anna", "enable_account", "cleo"),
            (6, "", "enable_account", "cleo"),
            (7, "anna", "set_house_role", "cleo"),
        ]
    );
    assert_eq!((lines[3].by, lines[3].at), (Some(BERT), NOW));
    assert_eq!(broken_at(&lines), None);
}

/// The hash of one line, computed by another program.
#[test]
fn the_first_hash_is_this_one() {
    let mut house = TestHouse::empty();
    house.does(None, found());
    house.does(None, Action::Panic { on: true });
    let lines = audit_lines(&house);
    assert_eq!(
        lines[0].hash,
        "d7873099967b8027e880caae3ed4b34c5e181430d720872d9ca229b773595e3d"
    );
}

#[test]
fn a_changed_line_breaks_the_chain() {
    let lines = audit_lines(&busy_office());
    for place in 0..lines.len() {
        let changes: [fn(&mut AuditLine); 5] = [
            |line| line.detail.push('x'),
            |line| line.target = "somebody else".into(),
            |line| line.by = Some(CLEO),
            |line| line.at = Timestamp(0),
            |line| line.act = "nothing".into(),
        ];
        for change in changes {
            let mut lines = lines.clone();
            change(&mut lines[place]);
            assert_eq!(broken_at(&lines), Some(place as u64 + 1));
            // With a hash that fits, it breaks at the next, if there is one.
            let before = match place {
                0 => START,
                _ => audit::from_hex(&lines[place - 1].hash).unwrap(),
            };
            lines[place].hash = audit::hex(&lines[place].act().hash(&before));
            let next = (place + 1 < lines.len()).then_some(place as u64 + 2);
            assert_eq!(broken_at(&lines), next);
        }
    }
}

#[test]
fn a_line_that_was_taken_out_or_moved_breaks_the_chain() {
    let lines = audit_lines(&busy_office());
    for place in 0..lines.len() - 1 {
        let mut without = lines.clone();
        without.remove(place);
        assert_eq!(broken_at(&without), Some(place as u64 + 1));
        for (number, line) in (1..).zip(&mut without) {
            line.number = number;
        }
        assert_eq!(broken_at(&without), Some(place as u64 + 1));

        let mut swapped = lines.clone();
        swapped.swap(place, place + 1);
        assert_eq!(broken_at(&swapped), Some(place as u64 + 1));
    }
}

#[test]
fn refused_and_ordinary_things_leave_no_line() {
    let mut house = office();
    let before = audit_lines(&house);
    house.refuses(CLEO, Action::Panic { on: true });
    house.does(CLEO, post(GENERAL, "hello"));
    house.does(CLEO, add_device("laptop"));
    house.does(None, enable(CLEO, true));
    house.does(None, Action::Panic { on: false });
    assert_eq!(audit_lines(&house), before);
}

#[test]
fn each_act_is_told_with_of_whom_and_how() {
    let mut house = office();
    let disable = Action::EnableAccount {
        account: CLEO,
        enabled: false,
        reason: "left on Friday".into(),
    };
    house.does(BERT, disable);
    let told = act("bert", "enable_account", "cleo", "disabled left on Friday");
    assert_eq!(last_act(&house), told);

    let to = Audience::Online;
    let text = "cake".to_owned();
    house.does(BERT, Action::Announce { to, text });
    assert_eq!(last_act(&house), act("bert", "announce", "online", "cake"));

    house.does(ANNA, Action::AddInvite(invite(1, 3)));
    let told = act(
        "anna",
        "add_invite",
        "invitation 1",
        "3 uses, as member, until 1001000",
    );
    assert_eq!(last_act(&house), told);

    let admission = Admission::ByAdministrator;
    house.does(None, register_as("emil", admission));
    assert_eq!(last_act(&house), act("", "register", "emil", "member"));
}

/// The words that `Apply::audit` is called with, read from its callers.
fn words_in_the_code() -> BTreeSet<String> {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/src/journal/apply");
    let mut words = BTreeSet::new();
    for file in std::fs::read_dir(folder).unwrap() {
        let path = file.unwrap().path();
        if path.is_file() {
            let source = std::fs::read_to_string(path).unwrap();
            for call in source.split(".audit(").skip(1) {
                let mut strings = call.split('"').skip(1);
                words.extend(strings.next().map(str::to_owned));
            }
        }
    }
    words
}

#[test]
fn the_words_for_acts_are_those_that_are_written_and_stand_on_the_administrators_page() {
    let listed: BTreeSet<String> = audit::ACTS.map(str::to_owned).into();
    assert_eq!(words_in_the_code(), listed);
    assert!(audit::ACTS.is_sorted());
    let page = include_str!("../../../../../docs/administration.md");
    let list = page.split("These are the acts: ").nth(1).unwrap();
    let list = list.split("\n\n").next().unwrap();
    let shown: BTreeSet<String> = list
        .split('`')
        .skip(1)
        .step_by(2)
        .map(str::to_owned)
        .collect();
    assert_eq!(shown, listed);
}

#[test]
fn who_has_a_say_from_the_start_and_which_fields_of_a_profile_changed_stand_in_it() {
    let mut house = office();
    let profile = chat_shared::Profile {
        email: "bert@example.org".into(),
        phone: "412".into(),
        ..chat_shared::Profile::default()
    };
    let (account, by) = (Some(BERT), Some(ANNA));
    house.does(
        by,
        Action::SetProfile {
            account,
            profile: Box::new(profile),
        },
    );
    let lines = audit_lines(&house);
    let lines: Vec<_> = lines
        .iter()
        .map(|line| [&line.by_name, &line.act, &line.target, &line.detail].map(String::as_str))
        .collect();
    let first = ["anna", "register", "anna", "administrator"];
    let last = ["anna", "set_profile", "bert", "email, phone"];
    assert_eq!((lines[0], *lines.last().unwrap()), (first, last));
}
