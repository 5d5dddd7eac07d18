//! The chain of the audit log, computed again: pure.

use crate::failure::Failure;
use chat_shared::AuditLine;
use chat_shared::audit::{Hash, START, from_hex};
use std::str::FromStr;

/// Faults that are told; where there are more, nobody reads them one by one.
const FAULTS: usize = 10;

/// A line with its hash, known from elsewhere.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Noted {
    pub(crate) number: u64,
    pub(crate) hash: Hash,
}

impl FromStr for Noted {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let parts = text.split_once(':');
        let parts = parts.and_then(|(number, hash)| Some((number.parse().ok()?, from_hex(hash)?)));
        match parts {
            Some((number @ 1.., hash)) => Ok(Self { number, hash }),
            _ => Err(
                "write it as --verify prints it: the line's number, a colon, 64 hexadecimal digits",
            ),
        }
    }
}

/// Follows the lines from the first to the last.
pub(super) struct Chain {
    end: Noted,
    noted: Option<Noted>,
    faults: Vec<String>,
    further: usize,
}

impl Chain {
    /// Before the first line; with a line that must come by and be the same.
    pub(super) fn new(noted: Option<Noted>) -> Self {
        Self {
            end: Noted {
                number: 0,
                hash: START,
            },
            noted,
            faults: Vec::new(),
            further: 0,
        }
    }

    /// The next line.
    pub(super) fn follow(&mut self, line: &AuditLine) {
        let (before, number) = (self.end.number, line.number);
        let stated = from_hex(&line.hash);
        let computed = line.act().hash(&self.end.hash);
        if number > before.saturating_add(1) {
            self.fault(match number - before {
                2 => format!("line {} is missing", before + 1),
                _ => format!("lines {} to {} are missing", before + 1, number - 1),
            });
        } else if number <= before {
            self.fault(format!("line {number} stands behind line {before}"));
        } else if stated != Some(computed) {
            self.fault(match before {
                0 => format!("line {number} was changed"),
                _ => format!(
                    "line {number} does not follow on line {before}: one of them was changed"
                ),
            });
        }
        // What lies behind a fault is judged by what it says of itself, so that each fault is told once.
        let hash = stated.unwrap_or(computed);
        self.end = Noted { number, hash };
        if let Some(noted) = self.noted.take_if(|noted| noted.number == number)
            && noted.hash != hash
        {
            self.fault(format!(
                "line {number} has another hash than was noted: the log was made anew up to there"
            ));
        }
    }

    fn fault(&mut self, text: String) {
        match self.faults.len() < FAULTS {
            true => self.faults.push(text),
            false => self.further += 1,
        }
    }

    /// The last line, where nothing was wrong.
    pub(super) fn end(mut self) -> Result<Noted, Failure> {
        if let Some(noted) = self.noted.take() {
            self.fault(format!(
                "line {} was noted, but the log ends with line {}: its end was cut off",
                noted.number, self.end.number
            ));
        }
        if self.faults.is_empty() {
            return Ok(self.end);
        }
        if self.further > 0 {
            self.faults.push(format!("and {} more", self.further));
        }
        Err(Failure::NotWhole(format!(
            "the audit log is not whole:\n  {}",
            self.faults.join("\n  ")
        )))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use chat_shared::audit::hex;
    use chat_shared::{AccountId, Timestamp};

    /// A log as the daemon writes it.
    fn log(lines: u64) -> Vec<AuditLine> {
        let mut before = START;
        let line = |number| {
            let mut line = AuditLine {
                number,
                at: Timestamp(1_700_000_000_000 + number.cast_signed()),
                by: (number % 2 == 0).then_some(AccountId(number)),
                by_name: "anna".into(),
                act: "ban".into(),
                target: format!("#lunch person{number}"),
                detail: String::new(),
                hash: String::new(),
            };
            before = line.act().hash(&before);
            line.hash = hex(&before);
            line
        };
        (1..=lines).map(line).collect()
    }

    fn judge(lines: &[AuditLine], noted: Option<Noted>) -> Result<Noted, String> {
        let mut chain = Chain::new(noted);
        lines.iter().for_each(|line| chain.follow(line));
        chain.end().map_err(|failure| failure.to_string())
    }

    fn faults(lines: &[AuditLine]) -> Vec<String> {
        let text = judge(lines, None).expect_err("it is not whole");
        text.lines()
            .skip(1)
            .map(|line| line.trim().to_owned())
            .collect()
    }

    /// The last line of a log, as it is noted.
    fn end(lines: &[AuditLine]) -> Noted {
        let last = lines.last().unwrap();
        format!("{}:{}", last.number, last.hash).parse().unwrap()
    }

    #[test]
    fn an_untouched_log_is_whole() {
        for lines in [1, 2, 300] {
            assert_eq!(judge(&log(lines), None), Ok(end(&log(lines))));
        }
        assert_eq!(judge(&[], None).unwrap().number, 0);
    }

    #[test]
    fn a_changed_line_shows_whatever_was_changed() {
        let changes: [fn(&mut AuditLine); 7] = [
            |line| line.at.0 += 1,
            |line| line.by = None,
            |line| line.by_name.push('x'),
            |line| line.act = "unban".into(),
            |line| line.target = "#lunch bo".into(),
            |line| line.detail.push(' '),
            |line| line.hash = "00".repeat(32),
        ];
        for change in changes {
            let mut lines = log(5);
            change(&mut lines[3]);
            let faults = faults(&lines);
            assert_eq!(
                faults[0],
                "line 4 does not follow on line 3: one of them was changed"
            );
        }
        let mut lines = log(5);
        lines[0].act.clear();
        assert_eq!(faults(&lines), ["line 1 was changed"]);
        lines[4].hash = "none".into();
        assert_eq!(faults(&lines).len(), 2);
    }

    #[test]
    fn a_changed_line_with_a_hash_made_to_fit_shows_at_the_next() {
        let mut lines = log(5);
        lines[1].target = "#lunch bo".into();
        let before = from_hex(&lines[0].hash).unwrap();
        lines[1].hash = hex(&lines[1].act().hash(&before));
        assert_eq!(
            faults(&lines),
            ["line 3 does not follow on line 2: one of them was changed"]
        );
    }

    #[test]
    fn removed_lines_show() {
        let mut lines = log(8);
        lines.remove(3);
        assert_eq!(faults(&lines), ["line 4 is missing"]);
        lines.drain(4..6);
        assert_eq!(
            faults(&lines),
            ["line 4 is missing", "lines 6 to 7 are missing"]
        );
        let beginning = &log(8)[2..];
        assert_eq!(faults(beginning), ["lines 1 to 2 are missing"]);
    }

    #[test]
    fn a_removed_line_shows_although_the_others_were_counted_anew() {
        let mut lines = log(5);
        lines.remove(2);
        for (line, number) in lines.iter_mut().zip(1..) {
            line.number = number;
        }
        assert_eq!(faults(&lines).len(), 2, "{:?}", faults(&lines));
    }

    #[test]
    fn swapped_lines_show() {
        let mut lines = log(5);
        lines.swap(1, 2);
        assert_eq!(
            faults(&lines),
            [
                "line 2 is missing",
                "line 2 stands behind line 3",
                "line 3 is missing"
            ]
        );
        let mut lines = log(5);
        lines.swap(1, 2);
        (lines[1].number, lines[2].number) = (2, 3);
        assert_eq!(faults(&lines).len(), 3, "{:?}", faults(&lines));
    }

    #[test]
    fn a_log_made_anew_or_cut_off_shows_by_what_was_noted() {
        let noted = end(&log(5));
        assert!(judge(&log(9), Some(noted.clone())).is_ok());
        let cut = judge(&log(4), Some(noted.clone())).unwrap_err();
        assert!(
            cut.contains("line 5 was noted, but the log ends with line 4"),
            "{cut}"
        );

        let other = Noted {
            hash: START,
            ..noted
        };
        let anew = judge(&log(9), Some(other)).unwrap_err();
        assert!(
            anew.contains("line 5 has another hash than was noted"),
            "{anew}"
        );
    }

    #[test]
    fn many_faults_are_counted() {
        let mut lines = log(60);
        lines.iter_mut().for_each(|line| line.target.push('x'));
        let faults = faults(&lines);
        assert_eq!(faults.len(), FAULTS + 1);
        assert_eq!(faults[FAULTS], "and 50 more");
    }

    #[test]
    fn what_was_noted_is_a_number_and_a_hash() {
        let hash = "ab".repeat(32);
        for wrong in ["", "5", "5:", "5:ab", ":", "x:y"] {
            assert!(wrong.parse::<Noted>().is_err(), "{wrong}");
        }
        assert!(format!("0:{hash}").parse::<Noted>().is_err());
        let noted: Noted = format!("5:{hash}").parse().unwrap();
        assert_eq!((noted.number, hex(&noted.hash)), (5, hash));
    }
}
