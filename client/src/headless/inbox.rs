//! `chatc inbox`: one list of all that waits, what is meant for oneself first.

use super::contacts::book;
use super::context::Context;
use super::exit::Stop;
use super::folded::folded;
use super::names::Names;
use super::place_in;
use super::print;
use super::sign_in::connect;
use super::submit::act;
use super::waiting::Waiting;
use crate::net::session::{Session, unexpected};
use crate::waits::Waits;
use chat_shared::{
    AccountId, Announcement, Command as Act, ConversationId, ConversationKind, ConversationSummary,
    Event, InboxAbout, InboxItem, Request, Seq, Timestamp,
};
use serde::Serialize;
use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

/// A line and where it stands in the list.
type Placed = ((Waits, Reverse<Option<Timestamp>>), Line);

/// A line of the list; JSON has the text as it was sent.
#[derive(Debug, Default, Serialize)]
struct Line {
    kind: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<u64>,
    /// The number of an announcement to everybody.
    #[serde(skip_serializing_if = "Option::is_none")]
    announcement: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    at: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    by: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    conversation: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    seq: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    unread: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    text: Option<String>,
    #[serde(skip)]
    words: String,
}

/// What was dismissed; nothing: all.
#[derive(Default, Serialize)]
struct Dismissed {
    dismissed: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    announcement: Option<u64>,
}

/// What it is, as JSON says it.
fn kind_word(kind: Waits) -> &'static str {
    match kind {
        Waits::Direct => "direct",
        Waits::Mention => "mention",
        Waits::RoomInvitation => "room_invitation",
        Waits::AddedAsContact => "added_as_contact",
        Waits::Report => "report",
        Waits::Announcement => "announcement",
        Waits::Unknown => "unknown",
        Waits::Room => "room",
    }
}

/// Dismisses something, or all.
pub async fn dismiss(context: &Context, waiting: Option<Waiting>) -> Result<(), Stop> {
    let find = async |_: &mut Session, _| {
        Ok(match waiting {
            Some(Waiting::Announcement(announcement)) => Act::DismissAnnouncement { announcement },
            Some(Waiting::Item(item)) => Act::DismissInbox { item: Some(item) },
            None => Act::DismissInbox { item: None },
        })
    };
    act(context, find).await?;
    let words = match waiting {
        Some(waiting) => format!("{waiting} is seen"),
        None => "all of it is seen; unread messages stay unread".to_owned(),
    };
    let dismissed = match waiting {
        Some(Waiting::Announcement(id)) => Dismissed {
            dismissed: None,
            announcement: Some(id),
        },
        Some(Waiting::Item(id)) => Dismissed {
            dismissed: Some(id),
            announcement: None,
        },
        None => Dismissed::default(),
    };
    print::done(context, &words, &dismissed)
}

/// Prints the list.
pub async fn run(context: &Context) -> Result<(), Stop> {
    let mut signed_in = connect(context).await?;
    let (session, me) = (&mut signed_in.session, signed_in.me.account);
    let (items, announcements) = waiting(session).await?;
    let blocked: BTreeSet<_> = book(session).await?.blocked.into_iter().collect();
    let summaries = place_in::own(session).await?;
    let mut names = Names::default();
    let by = items.iter().filter_map(|item| item.by);
    let by = by.chain(announcements.iter().filter_map(|a| a.by));
    names
        .learn(session, by.chain(others(&summaries, me)))
        .await?;
    let titles: BTreeMap<_, _> = summaries
        .iter()
        .map(|summary| (summary.conversation, title(summary, me, &names)))
        .collect();
    let folded = folded(session, &summaries, &blocked).await?;
    let mut lines = unread(&summaries, me, &blocked, &folded, &titles);
    lines.extend(items.iter().map(|item| line(item, &titles, &names)));
    let announcements = announcements.iter().rev();
    lines.extend(announcements.map(|a| announced(a, &names)));
    lines.sort_by_key(|(place, _)| *place);
    lines.iter().try_for_each(|(_, line)| match context.json {
        true => print::json(line),
        false => print::line(&line.words),
    })
}

/// Items, the newest first, and announcements, the oldest first.
async fn waiting(session: &mut Session) -> Result<(Vec<InboxItem>, Vec<Announcement>), Stop> {
    let (mut all, mut announced) = (Vec::new(), Vec::new());
    for page in session.ask_all(Request::Inbox { before: None }).await? {
        match page {
            Event::Inbox {
                items,
                announcements,
                ..
            } => {
                all.extend(items);
                announced.extend(announcements);
            }
            other => return Err(unexpected(&other).into()),
        }
    }
    all.sort_by_key(|item: &InboxItem| Reverse(item.id));
    Ok((all, announced))
}

/// The other people of all direct conversations.
fn others(summaries: &[ConversationSummary], me: AccountId) -> impl Iterator<Item = AccountId> {
    summaries
        .iter()
        .flat_map(|summary| match &summary.about {
            ConversationKind::Direct { members } => members.as_slice(),
            ConversationKind::Room { .. } => &[],
        })
        .copied()
        .filter(move |account| *account != me)
}

/// How a conversation is called on the command line.
pub fn title(summary: &ConversationSummary, me: AccountId, names: &Names) -> String {
    match &summary.about {
        ConversationKind::Room { name, .. } => format!("#{}", print::clean(name)),
        ConversationKind::Direct { members } => {
            let others = members.iter().filter(|account| **account != me);
            let others: Vec<_> = others
                .map(|account| format!("@{}", names.name(*account)))
                .collect();
            others.join(",")
        }
    }
}

/// Conversations with unread messages; not those with nobody but people whom one blocks.
fn unread(
    summaries: &[ConversationSummary],
    me: AccountId,
    blocked: &BTreeSet<AccountId>,
    folded: &BTreeMap<ConversationId, u64>,
    titles: &BTreeMap<ConversationId, String>,
) -> Vec<Placed> {
    let mut lines = Vec::new();
    for summary in summaries {
        let kind = match &summary.about {
            ConversationKind::Room { .. } => Waits::Room,
            ConversationKind::Direct { members } => {
                let mut others = members.iter().filter(|account| **account != me).peekable();
                if others.peek().is_some() && others.all(|account| blocked.contains(account)) {
                    continue;
                }
                Waits::Direct
            }
        };
        let folded = folded.get(&summary.conversation).copied();
        let unread = summary.posts.saturating_sub(summary.read_posts);
        let unread = unread.saturating_sub(folded.unwrap_or_default());
        if unread == 0 {
            continue;
        }
        let title = titles
            .get(&summary.conversation)
            .cloned()
            .unwrap_or_default();
        let line = Line {
            kind: kind_word(kind),
            words: format!("      {unread} unread in {title}"),
            conversation: Some(title),
            unread: Some(unread),
            ..Line::default()
        };
        lines.push((kind.place(None), line));
    }
    lines
}

fn line(item: &InboxItem, titles: &BTreeMap<ConversationId, String>, names: &Names) -> Placed {
    let what = Waits::of(&item.about);
    let kind = kind_word(what);
    let by = item.by.map(|by| names.name(by));
    let who = by.clone().unwrap_or_else(|| "the administrator".to_owned());
    let place = |conversation: &ConversationId| match titles.get(conversation) {
        Some(title) => title.clone(),
        None => format!("conversation {conversation}"),
    };
    let (at, id) = (Some(print::rfc3339(item.at)), Some(item.id));
    let whole = |line: Line, words: String| Line {
        at,
        id,
        by,
        kind,
        words: format!("{:>5} {} {words}", item.id, print::local(item.at)),
        ..line
    };
    let there = |conversation: String, Seq(seq): Seq| Line {
        conversation: Some(conversation),
        seq: Some(seq),
        ..Line::default()
    };
    let plain = |text: Option<&String>| Line {
        text: text.cloned(),
        ..Line::default()
    };
    let line = match &item.about {
        InboxAbout::Mention { conversation, seq } => {
            let place = place(conversation);
            let words = format!("{who} mentions you in {place} {seq}");
            whole(there(place, *seq), words)
        }
        InboxAbout::AddedAsContact {} => {
            let words = format!("{who} has you among their contacts now");
            whole(plain(None), words)
        }
        InboxAbout::RoomInvitation { name, .. } => {
            let room = format!("#{}", print::clean(name));
            let words = format!("{who} invites you into {room}: chatc join '{room}'");
            let line = Line {
                conversation: Some(room),
                ..Line::default()
            };
            whole(line, words)
        }
        InboxAbout::Announcement { text } => {
            let words = format!("{who} announces: {}", indented(text));
            whole(plain(Some(text)), words)
        }
        InboxAbout::Report {
            conversation,
            seq,
            reason,
        } => {
            let place = place(conversation);
            let words = format!("{who} reports {place} {seq}: {}", print::clean(reason));
            let line = Line {
                text: Some(reason.clone()),
                ..there(place, *seq)
            };
            whole(line, words)
        }
        InboxAbout::Unknown => {
            let words = "something that this version cannot show".to_owned();
            whole(plain(None), words)
        }
    };
    (what.place(Some(item.at)), line)
}

/// An announcement to everybody.
fn announced(announcement: &Announcement, names: &Names) -> Placed {
    let by = announcement.by.map(|by| names.name(by));
    let who = by.clone().unwrap_or_else(|| "the administrator".to_owned());
    let (at, text) = (print::local(announcement.at), indented(&announcement.text));
    let number = Waiting::Announcement(announcement.id);
    let line = Line {
        kind: kind_word(Waits::Announcement),
        at: Some(print::rfc3339(announcement.at)),
        by,
        text: Some(announcement.text.clone()),
        announcement: Some(announcement.id),
        words: format!("{number:>5} {at} {who} announces: {text}"),
        ..Line::default()
    };
    (Waits::Announcement.place(Some(announcement.at)), line)
}

fn indented(text: &str) -> String {
    chat_shared::clean::text(text).replace('\n', "\n      ")
}

#[cfg(test)]
mod tests {
    use super::*;

    const ME: AccountId = AccountId(1);

    fn summary(id: u64, about: ConversationKind, posts: u64) -> ConversationSummary {
        ConversationSummary {
            conversation: ConversationId(id),
            about,
            members: 2,
            seq: Seq(9),
            posts,
            read: Seq(2),
            read_posts: 1,
            after: Seq(9),
        }
    }

    fn direct(other: u64) -> ConversationKind {
        ConversationKind::Direct {
            members: vec![ME, AccountId(other)],
        }
    }

    #[test]
    fn what_is_read_or_of_blocked_people_does_not_wait() {
        let room = ConversationKind::Room {
            name: "lunch".into(),
            topic: String::new(),
        };
        let summaries = [
            summary(1, room, 5),
            summary(2, direct(2), 3),
            summary(3, direct(3), 3),
            summary(4, direct(4), 1),
        ];
        let names = Names::default();
        let titles = summaries
            .iter()
            .map(|s| (s.conversation, title(s, ME, &names)))
            .collect();
        let blocked = BTreeSet::from([AccountId(3)]);
        let shown = |folded: &BTreeMap<_, _>| {
            let lines = unread(&summaries, ME, &blocked, folded, &titles);
            let words = lines.iter().map(|(_, line)| line.words.trim().to_owned());
            words.collect::<Vec<_>>()
        };
        let all = shown(&BTreeMap::new());
        assert_eq!(all, ["4 unread in #lunch", "2 unread in @account-2"]);
        let folded = |count| BTreeMap::from([(ConversationId(1), count)]);
        assert_eq!(shown(&folded(3))[0], "1 unread in #lunch");
        assert_eq!(shown(&folded(4)), ["2 unread in @account-2"]);
    }

    #[test]
    fn a_mention_leads_to_its_place() {
        let item = InboxItem {
            id: 7,
            at: Timestamp(1_700_000_000_000),
            by: Some(AccountId(2)),
            about: InboxAbout::Mention {
                conversation: ConversationId(1),
                seq: Seq(12),
            },
        };
        let titles = BTreeMap::from([(ConversationId(1), "#lunch".to_owned())]);
        let (_, line) = line(&item, &titles, &Names::default());
        assert!(
            line.words.ends_with("account-2 mentions you in #lunch 12"),
            "{}",
            line.words
        );
        assert_eq!(
            serde_json::to_string(&line).unwrap(),
            "{\"kind\":\"mention\",\"id\":7,\"at\":\"2023-11-14T22:13:20.000Z\",\
             \"by\":\"account-2\",\"conversation\":\"#lunch\",\"seq\":12}"
        );
    }

    #[test]
    fn an_announcement_cannot_pass_for_another_line() {
        let announcement = Announcement {
            id: 1,
            at: Timestamp(0),
            by: None,
            text: "tea\n    8 anna mentions you\u{1b}".into(),
        };
        let words = announced(&announcement, &Names::default()).1.words;
        let text = words.split_once("announces: ").unwrap().1;
        assert_eq!(text, "tea\n          8 anna mentions you\u{fffd}");
    }

    #[test]
    fn an_announcement_is_dismissed_by_what_stands_in_front_of_it() {
        let said = Announcement {
            id: 12,
            at: Timestamp(0),
            by: None,
            text: "tea".into(),
        };
        let (_, line) = announced(&said, &Names::default());
        assert!(line.words.starts_with("  a12 "), "{}", line.words);
        let number = line.words.split_whitespace().next().unwrap();
        assert_eq!(number.parse(), Ok(Waiting::Announcement(12)));
        let json = serde_json::to_value(&line).unwrap();
        assert_eq!(json["announcement"], 12);
    }
}
