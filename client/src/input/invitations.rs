//! The commands about invitations into the house.

use super::action::Action;
use super::commands::{Command, Takes};
use super::words::{alone, first_word, lasting_first, only_word, room};
use chat_shared::InviteId;

/// For how long an invitation holds where nothing is said.
const WEEK_MS: i64 = 7 * 86_400_000;

pub(super) const COMMANDS: &[Command] = &[
    Command {
        name: "invitation",
        arguments: "[uses N] [for 7d] [#ROOM ...]",
        help: "into the house",
        takes: &[Takes::Word(&["uses", "for"])],
        read: read_invitation,
    },
    Command {
        name: "invitations",
        arguments: "",
        help: "those that hold",
        takes: &[],
        read: |rest| alone(rest, Action::Invitations),
    },
    Command {
        name: "end-invitation",
        arguments: "ID",
        help: "nobody comes by it any more",
        takes: &[],
        read: |rest| match only_word(rest)?.parse() {
            Ok(id) => Ok(Action::EndInvitation(InviteId(id))),
            Err(_) => Err("/invitations tells the numbers".to_owned()),
        },
    },
];

fn read_invitation(rest: &str) -> Result<Action, String> {
    let (mut uses, mut for_ms, mut rooms) = (1, WEEK_MS, Vec::new());
    let mut rest = rest;
    loop {
        let (word, behind) = first_word(rest);
        rest = match word {
            "" => break,
            "uses" => {
                let (count, behind) = first_word(behind);
                let count = count.parse().ok().filter(|count| *count > 0);
                uses = count.ok_or("say for how many people, such as uses 3")?;
                behind
            }
            "for" => {
                let (lasting, behind) = lasting_first(rest)?;
                for_ms = lasting.unwrap_or(for_ms);
                behind
            }
            name if name.starts_with('#') => {
                rooms.push(room(name)?);
                behind
            }
            _ => return Err("an invitation has uses, a time and rooms with a #".to_owned()),
        };
    }
    Ok(Action::Invitation {
        uses,
        for_ms,
        rooms,
    })
}
