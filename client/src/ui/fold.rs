//! Comings and goings made short: those that stand together become one line, or none. Pure.

use crate::input::Notices;
use crate::model::people::FORMER;
use crate::model::{Item, Line, What};
use chat_shared::{AccountId, Seq};

/// Entries further apart than this are not told together, in milliseconds.
const TOGETHER_MS: i64 = 10 * 60_000;

/// Names that are told; of more it is told how many.
const NAMES: usize = 3;

/// The lines as they are to be shown. What was not read stands behind `unread_after` and is not drawn
/// together with what was.
pub(super) fn fold<'a>(
    lines: Vec<Line<'a>>,
    notices: Notices,
    unread_after: Option<Seq>,
) -> Vec<Line<'a>> {
    let mut folded: Vec<Line<'a>> = Vec::with_capacity(lines.len());
    for line in lines {
        let is_traffic = matches!(&line, Line::Notice(notice) if notice.traffic.is_some());
        let moved = match &line {
            Line::Entry(item) if is_move(item) => Some(*item),
            _ => None,
        };
        match (moved, notices) {
            _ if is_traffic && notices == Notices::Off => {}
            (None, _) | (Some(_), Notices::All) => folded.push(line),
            (Some(_), Notices::Off) => {}
            (Some(item), Notices::Few) => match folded.last_mut() {
                Some(Line::Moves(run)) if belongs(run.last(), item, unread_after) => run.push(item),
                Some(before) => match before {
                    Line::Entry(last)
                        if is_move(last) && belongs(Some(last), item, unread_after) =>
                    {
                        *before = Line::Moves(vec![last, item]);
                    }
                    _ => folded.push(line),
                },
                None => folded.push(line),
            },
        }
    }
    folded
}

fn is_move(item: &Item) -> bool {
    matches!(item.what(), What::Joined(_) | What::Left(_))
}

fn belongs(before: Option<&&Item>, item: &Item, unread_after: Option<Seq>) -> bool {
    before.is_some_and(|before| {
        let is_split = unread_after.is_some_and(|at| before.seq() <= at && item.seq() > at);
        !is_split && item.at().0 - before.at().0 <= TOGETHER_MS
    })
}

/// "anna, boris and 12 others came in; clara left".
pub(super) fn moves(run: &[&Item], name: impl Fn(AccountId) -> String) -> String {
    let (mut came, mut left) = (Vec::new(), Vec::new());
    for item in run {
        let (account, to, from) = match item.what() {
            What::Joined(account) => (account, &mut came, &mut left),
            What::Left(account) => (account, &mut left, &mut came),
            _ => continue,
        };
        from.retain(|other| *other != account);
        to.push(account);
    }
    both((&came, "joined"), (&left, "left"), name)
}

/// The same for those who came online and went: each in a row of its own, or all in one.
pub(super) fn traffic(
    came: &[AccountId],
    went: &[AccountId],
    notices: Notices,
    name: impl Fn(AccountId) -> String,
) -> String {
    if notices != Notices::All {
        return both((came, "came"), (went, "went"), name);
    }
    let came = came
        .iter()
        .map(|account| format!("{} came", name(*account)));
    let went = went
        .iter()
        .map(|account| format!("{} went", name(*account)));
    came.chain(went).collect::<Vec<_>>().join("\n")
}

fn both(
    first: (&[AccountId], &str),
    second: (&[AccountId], &str),
    name: impl Fn(AccountId) -> String,
) -> String {
    let parts = [first, second].into_iter();
    parts
        .filter(|(accounts, _)| !accounts.is_empty())
        .map(|(accounts, did)| format!("{} {did}", and_others(accounts, &name)))
        .collect::<Vec<_>>()
        .join("; ")
}

/// "anna", "anna and boris", "anna, boris and clara", "anna, boris and 12 others".
fn and_others(accounts: &[AccountId], name: impl Fn(AccountId) -> String) -> String {
    let mut names: Vec<_> = accounts.iter().map(|account| name(*account)).collect();
    // Those who left for good have no names by which they could be told apart.
    let former = names.iter().filter(|name| *name == FORMER).count();
    if former > 1 {
        names.retain(|name| name != FORMER);
        names.push(format!("{former} {FORMER}s"));
    }
    let others = match names.len() {
        0..=NAMES => 0,
        _ => accounts.len() - (NAMES - 1),
    };
    let rest = if others == 0 {
        names.pop().unwrap_or_default()
    } else {
        names.truncate(NAMES - 1);
        format!("{others} others")
    };
    if names.is_empty() {
        rest
    } else {
        format!("{} and {rest}", names.join(", "))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use chat_shared::{Entry, EntryBody, Timestamp};

    fn joined(seq: u64, at: i64) -> Item {
        let account = AccountId(seq);
        Item::new(Entry {
            seq: Seq(seq),
            at: Timestamp(at),
            by: Some(account),
            posts: 0,
            body: EntryBody::Joined { account },
        })
    }

    fn looks(items: &[Item], notices: Notices, unread_after: Option<Seq>) -> Vec<usize> {
        let lines = items.iter().map(Line::Entry).collect();
        let folded = fold(lines, notices, unread_after);
        let count = |line: &Line| match line {
            Line::Moves(run) => run.len(),
            _ => 1,
        };
        folded.iter().map(count).collect()
    }

    #[test]
    fn those_who_come_together_stand_in_one_line() {
        let mut items: Vec<_> = (1..=5).map(|seq| joined(seq, 0)).collect();
        items.push(joined(6, TOGETHER_MS + 1));
        assert_eq!(looks(&items, Notices::Few, None), [5, 1]);
        assert_eq!(looks(&items, Notices::Few, Some(Seq(3))), [3, 2, 1]);
        assert_eq!(looks(&items, Notices::All, None), [1; 6]);
        assert_eq!(looks(&items, Notices::Off, None), [0; 0]);
    }

    #[test]
    fn many_are_counted_and_few_are_named() {
        let name = |account: AccountId| format!("p{account}");
        let told = |count: u64| {
            let accounts: Vec<_> = (1..=count).map(AccountId).collect();
            traffic(&accounts, &[], Notices::Few, name)
        };
        assert_eq!(told(1), "p1 came");
        assert_eq!(told(2), "p1 and p2 came");
        assert_eq!(told(3), "p1, p2 and p3 came");
        assert_eq!(told(14), "p1, p2 and 12 others came");
        let all = traffic(&[AccountId(1)], &[AccountId(2)], Notices::All, name);
        assert_eq!(all, "p1 came\np2 went");
    }

    #[test]
    fn those_who_left_for_good_are_counted() {
        let name = |account: AccountId| match account.0 {
            1..=3 => FORMER.to_owned(),
            other => format!("p{other}"),
        };
        let told = |numbers: &[u64]| {
            let accounts: Vec<_> = numbers.iter().copied().map(AccountId).collect();
            traffic(&[], &accounts, Notices::Few, name)
        };
        assert_eq!(told(&[1]), "former member went");
        assert_eq!(told(&[1, 2, 3]), "3 former members went");
        assert_eq!(told(&[1, 7, 2]), "p7 and 2 former members went");
        assert_eq!(told(&[1, 7, 8, 9, 2]), "p7, p8 and 3 others went");
    }

    #[test]
    fn who_came_and_left_again_only_left() {
        let left = Item::new(Entry {
            seq: Seq(3),
            at: Timestamp(0),
            by: None,
            posts: 0,
            body: EntryBody::Left {
                account: AccountId(1),
            },
        });
        let (one, two) = (joined(1, 0), joined(2, 0));
        let told = moves(&[&one, &two, &left], |account| format!("p{account}"));
        assert_eq!(told, "p2 joined; p1 left");
    }
}
