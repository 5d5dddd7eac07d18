//! `chatctl audit`: what those who have a say did.
//!
//! [`chain`] finds what was changed in the log.

mod chain;

use crate::client::{Sockets, unexpected};
use crate::failure::Failure;
use crate::lookup::MACHINE;
use crate::table::Table;
use crate::{Style, duration, json, time};
use chain::{Chain, Noted};
use chat_shared::audit::{ACTS, hex};
use chat_shared::limits::AUDIT_PAGE;
use chat_shared::{AuditLine, Event, Request, Timestamp, clean};
use clap::Args;
use clap::builder::PossibleValuesParser;
use serde_json::json as value;
use std::collections::VecDeque;

/// Pages asked for on one connection: the daemon slows one that asks a lot.
const PAGES: usize = 100;

/// Numbers above are times in milliseconds (since 2001), not what somebody wrote into a reason.
const MILLIS: i64 = 1_000_000_000_000;

#[derive(Debug, Args)]
pub(crate) struct Arguments {
    /// Only what was done within this time, such as 12h or 7d
    #[arg(long, value_name = "DURATION", value_parser = duration::parse)]
    since: Option<u64>,
    /// Only what this person did
    #[arg(long, value_name = "NAME", default_value = "")]
    by: String,
    /// Only acts of this kind
    #[arg(long, value_name = "ACT", value_parser = PossibleValuesParser::new(ACTS))]
    act: Option<String>,
    /// Only the newest so many
    #[arg(long, value_name = "NUMBER", default_value_t = 100, value_parser = limit())]
    limit: u32,
    /// Compute the chain of all lines again, which shows what was changed, taken out or put elsewhere
    #[arg(long, conflicts_with_all = ["since", "by", "act", "limit"])]
    verify: bool,
    /// A line that --verify printed earlier: shows too whether the log up to it is still the same
    #[arg(long, value_name = "LINE:HASH", requires = "verify")]
    noted: Option<Noted>,
}

fn limit() -> impl clap::builder::TypedValueParser<Value = u32> {
    clap::value_parser!(u32).range(1..=1_000_000)
}

/// Asks for lines, or for all of them to see whether the log is whole; gives the text to print.
pub(crate) fn run(
    arguments: &Arguments,
    sockets: &Sockets,
    style: Style,
) -> Result<String, Failure> {
    match arguments.verify {
        true => verify(arguments, sockets, style),
        false => show(arguments, sockets, style),
    }
}

/// Hands over all lines that fit, the oldest first, page by page.
fn each(
    arguments: &Arguments,
    sockets: &Sockets,
    mut take: impl FnMut(AuditLine),
) -> Result<(), Failure> {
    let since = arguments.since.map(time::secs_ago);
    let mut after = 0;
    loop {
        let mut client = sockets.connect()?;
        for _ in 0..PAGES {
            let request = Request::AdminAudit {
                after,
                limit: AUDIT_PAGE,
                since,
                by: arguments.by.clone(),
                act: arguments.act.clone().unwrap_or_default(),
            };
            let Event::Audit { lines, more } = client.ask(request)? else {
                return Err(unexpected());
            };
            // A page that does not go on would be asked for without end.
            let last = lines.last().map_or(after, |line| line.number);
            let goes_on = last > after;
            after = last;
            lines.into_iter().for_each(&mut take);
            if !more || !goes_on {
                return Ok(());
            }
        }
    }
}

fn show(arguments: &Arguments, sockets: &Sockets, style: Style) -> Result<String, Failure> {
    let limit = arguments.limit as usize;
    let mut newest = VecDeque::new();
    let mut earlier = 0_u64;
    each(arguments, sockets, |line| {
        if newest.len() == limit {
            newest.pop_front();
            earlier += 1;
        }
        newest.push_back(line);
    })?;
    if style == Style::Json {
        return Ok(json(&newest.iter().map(for_programs).collect()));
    }
    if newest.is_empty() {
        return Ok("nothing like that stands in the audit log\n".to_owned());
    }
    let mut table = Table::new(&["LINE", "WHEN", "BY", "ACT", "TARGET", "DETAIL"]);
    for line in &newest {
        table.row(&[
            &line.number.to_string(),
            &time::short(line.at),
            &by(line),
            &clean::line(&line.act),
            &clean::line(&line.target),
            &detail(&line.detail),
        ]);
    }
    let hint = match earlier {
        0 => String::new(),
        _ => format!("{earlier} earlier lines are not shown: --limit NUMBER shows more\n"),
    };
    Ok(format!("{hint}{table}"))
}

/// How it was done; the daemon writes there as milliseconds until when something holds.
fn detail(text: &str) -> String {
    let text = clean::line(text);
    let mut words: Vec<String> = Vec::new();
    for word in text.split(' ') {
        let is_end = words.last().is_some_and(|before| before == "until");
        match word.parse() {
            Ok(at) if is_end && at > MILLIS => words.push(time::short(Timestamp(at))),
            _ => words.push(word.to_owned()),
        }
    }
    words.join(" ")
}

fn by(line: &AuditLine) -> String {
    match (line.by_name.as_str(), line.by) {
        ("", None) => MACHINE.to_owned(),
        ("", Some(account)) => format!("(account {account})"),
        (name, _) => clean::line(name).into_owned(),
    }
}

fn for_programs(line: &AuditLine) -> serde_json::Value {
    value!({
        "number": line.number,
        "at": time::exact(line.at),
        "by": line.by,
        "by_name": line.by_name,
        "act": line.act,
        "target": line.target,
        "detail": line.detail,
        "hash": line.hash,
    })
}

fn verify(arguments: &Arguments, sockets: &Sockets, style: Style) -> Result<String, Failure> {
    let mut chain = Chain::new(arguments.noted.clone());
    let mut oldest = None;
    let mut newest = None;
    each(arguments, sockets, |line| {
        chain.follow(&line);
        oldest = oldest.or(Some(line.at));
        newest = Some(line.at);
    })?;
    let end = chain.end()?;
    let hash = hex(&end.hash);
    let text = match (oldest, newest) {
        (Some(oldest), Some(newest)) => people(end.number, oldest, newest, &hash),
        _ => "the audit log is empty".to_owned(),
    };
    let done = value!({ "whole": true, "lines": end.number, "hash": hash });
    Ok(style.tell(&text, &done))
}

fn people(lines: u64, oldest: Timestamp, newest: Timestamp, hash: &str) -> String {
    format!(
        "the audit log is whole: {lines} lines from {} to {}\n\
         keep this outside of the machine, and give it by --noted the next time:\n  {lines}:{hash}",
        time::short(oldest),
        time::short(newest)
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn until_when_something_holds_is_shown_as_a_time() {
        let at = 1_700_000_000_000;
        let shown = time::short(Timestamp(at));
        for (text, expected) in [
            (
                format!("until {at} too  loud"),
                format!("until {shown} too  loud"),
            ),
            (
                format!("5 uses until {at}"),
                format!("5 uses until {shown}"),
            ),
        ] {
            assert_eq!(detail(&text), expected);
        }
        for other in ["", "until", "until 5 o'clock", "at 1700000000000"] {
            assert_eq!(detail(other), other);
        }
        assert_eq!(detail("a\u{1b}[2J"), "a�[2J");
    }
}
