//! The client's own lines in a conversation.

use super::line::{Notice, Traffic};
use chat_shared::{AccountId, Seq, Timestamp, clean};
use std::collections::{VecDeque, vec_deque};

/// Lines kept of one conversation.
pub(super) const NOTICES: usize = 200;

/// Comings and goings this close to the one before stand in one line, in milliseconds.
const TRAFFIC_MS: i64 = 60_000;

/// The newest lines, oldest first.
#[derive(Clone, Debug, Default)]
pub(super) struct Notices {
    lines: VecDeque<Notice>,
}

impl Notices {
    pub(super) fn iter(&self) -> vec_deque::Iter<'_, Notice> {
        self.lines.iter()
    }

    pub(super) fn clear(&mut self) {
        self.lines.clear();
    }

    /// Takes away every line with this text.
    pub(super) fn drop_text(&mut self, text: &str) {
        self.lines.retain(|notice| notice.text != text);
    }

    /// Takes the last line away where it says this behind this entry.
    pub(super) fn drop_last(&mut self, after: Seq, text: &str) {
        let is_same = |notice: &Notice| notice.after == after && notice.text == text;
        if self.lines.back().is_some_and(is_same) {
            self.lines.pop_back();
        }
    }

    /// Adds a text behind an entry.
    pub(super) fn add(&mut self, at: Timestamp, after: Seq, text: &str) {
        self.push(Notice {
            at,
            after,
            text: clean::text(text).into_owned(),
            traffic: None,
        });
    }

    /// Somebody came online or went: those that come together are told in one line.
    pub(super) fn add_traffic(
        &mut self,
        now: Timestamp,
        after: Seq,
        account: AccountId,
        came: bool,
    ) {
        let last = self.lines.back_mut().filter(|notice| notice.after == after);
        if let Some(traffic) = last.and_then(|notice| notice.traffic.as_mut())
            && now.0 - traffic.last.0 <= TRAFFIC_MS
        {
            traffic.add(account, came, now);
            if traffic.is_empty() {
                self.lines.pop_back();
            }
            return;
        }
        let mut traffic = Traffic::default();
        traffic.add(account, came, now);
        self.push(Notice {
            at: now,
            after,
            text: String::new(),
            traffic: Some(traffic),
        });
    }

    fn push(&mut self, notice: Notice) {
        if self.lines.len() == NOTICES {
            self.lines.pop_front();
        }
        self.lines.push_back(notice);
    }
}
