//! `chatctl audit`.

use super::*;
use chat_shared::AuditLine;
use chat_shared::audit::{START, hex};

/// A log as the daemon writes it.
fn log() -> Vec<AuditLine> {
    let mut before = START;
    let acts = [
        (None, "", "panic", "", "on"),
        (
            Some(AccountId(1)),
            "anna",
            "ban",
            "#lunch bo",
            "flood\u{1b}[2J",
        ),
        (Some(AccountId(1)), "anna", "unban", "#lunch bo", ""),
    ];
    let lines = (1..)
        .zip(acts)
        .map(|(number, (by, by_name, act, target, detail))| {
            let mut line = AuditLine {
                number,
                at: THEN,
                by,
                by_name: by_name.into(),
                act: act.into(),
                target: target.into(),
                detail: detail.into(),
                hash: String::new(),
            };
            before = line.act().hash(&before);
            line.hash = hex(&before);
            line
        });
    lines.collect()
}

/// In two pages.
fn pages(mut lines: Vec<AuditLine>) -> Vec<Event> {
    let rest = lines.split_off(2);
    vec![
        Event::Audit { lines, more: true },
        Event::Audit {
            lines: rest,
            more: false,
        },
    ]
}

#[test]
fn lines_are_shown_page_by_page_and_cleaned() {
    let (text, asked) = printed(&["audit"], pages(log()));
    let lines: Vec<_> = text.lines().collect();
    assert_eq!(lines.len(), 4);
    assert!(
        lines[1].contains("(machine)  panic             on"),
        "{text}"
    );
    assert!(
        lines[2].ends_with("anna       ban    #lunch bo  flood�[2J"),
        "{text}"
    );
    assert_eq!(
        asked,
        Request::AdminAudit {
            after: 2,
            limit: 200,
            since: None,
            by: String::new(),
            act: String::new(),
        }
    );
    let list = value_of(&["audit"], pages(log()));
    assert_eq!(list[1]["number"], 2);
    assert_eq!(list[1]["at"], "2023-11-14T22:13:20.000Z");
    assert_eq!(list[1]["act"], "ban");
    assert_eq!(list[0]["by"], Value::Null);
    assert_eq!(list[2]["hash"], log()[2].hash);
}

#[test]
fn what_is_asked_for_is_filtered_by_the_daemon() {
    let latest = time::secs_ago(86_400);
    let none = Event::Audit {
        lines: Vec::new(),
        more: false,
    };
    let command = ["audit", "--since", "1d", "--by", "anna", "--act", "ban"];
    let (text, asked) = printed(&command, vec![none]);
    assert_eq!(text, "nothing like that stands in the audit log\n");
    let Request::AdminAudit {
        since: Some(since),
        by,
        act,
        ..
    } = asked
    else {
        panic!("{asked:?}");
    };
    assert_eq!((by.as_str(), act.as_str()), ("anna", "ban"));
    assert!((latest.0..latest.0 + 60_000).contains(&since.0));
}

#[test]
fn only_the_newest_are_shown_and_the_others_counted() {
    let (text, _) = printed(&["audit", "--limit", "1"], pages(log()));
    assert!(text.starts_with("2 earlier lines are not shown"), "{text}");
    assert!(text.contains("unban") && !text.contains("panic"), "{text}");
    let list = value_of(&["audit", "--limit", "1"], pages(log()));
    assert_eq!(list.as_array().unwrap().len(), 1);
}

#[test]
fn a_long_log_is_asked_for_over_several_connections() {
    let line = log().remove(0);
    let pages = (1..=250).map(|number| {
        let line = AuditLine {
            number,
            ..line.clone()
        };
        Event::Audit {
            lines: vec![line],
            more: number < 250,
        }
    });
    let script = Script::of(pages.collect());
    let text = script.run(&["audit", "--limit", "1000"]).unwrap();
    assert_eq!(text.lines().count(), 251);
    let requests = script.daemon.join().unwrap();
    let greetings = requests.iter();
    let greetings = greetings.filter(|request| matches!(request, Request::Hello { .. }));
    assert_eq!(greetings.count(), 3);
}

#[test]
fn a_whole_log_is_told_with_what_to_note() {
    let noted = format!("3:{}", log()[2].hash);
    let (text, _) = printed(&["audit", "--verify"], pages(log()));
    assert!(
        text.starts_with("the audit log is whole: 3 lines"),
        "{text}"
    );
    assert!(text.ends_with(&format!("  {noted}\n")), "{text}");
    let shown = value_of(&["audit", "--verify", "--noted", &noted], pages(log()));
    assert_eq!(
        shown,
        value!({ "whole": true, "lines": 3, "hash": log()[2].hash })
    );

    let none = Event::Audit {
        lines: Vec::new(),
        more: false,
    };
    let (text, _) = printed(&["audit", "--verify"], vec![none]);
    assert_eq!(text, "the audit log is empty\n");
}

#[test]
fn a_changed_a_removed_and_a_swapped_line_end_with_exit_code_1() {
    let changed = {
        let mut lines = log();
        lines[1].detail.clear();
        lines
    };
    let swapped = {
        let mut lines = log();
        lines.swap(0, 1);
        lines
    };
    let removed = log().split_off(1);
    for (lines, fault) in [
        (changed, "line 2 does not follow on line 1"),
        (swapped, "line 1 stands behind line 2"),
        (removed, "line 1 is missing"),
    ] {
        let only = Event::Audit { lines, more: false };
        let failure = Script::of(vec![only])
            .run(&["audit", "--verify"])
            .unwrap_err();
        assert!(failure.to_string().contains(fault), "{failure}");
        assert_eq!(failure.exit_code(), ExitCode::from(1));
    }
    let script = Script::of(pages(log()));
    let failure = script
        .run(&[
            "audit",
            "--verify",
            "--noted",
            &format!("9:{}", log()[0].hash),
        ])
        .unwrap_err();
    assert!(failure.to_string().contains("cut off"), "{failure}");
}
