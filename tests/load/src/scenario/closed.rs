//! As fast as it goes: fanout, ack, direct.

use super::Extent;
use super::bench::Bench;
use super::window::{Answer, Load, Sender};
use crate::driver::Plan;
use crate::failure::{Failure, Result};
use crate::report::Report;
use crate::server::{Kind, ServerArgs};

pub(crate) fn fanout(
    args: &ServerArgs,
    extent: &Extent,
    receivers: usize,
    senders: usize,
    window: usize,
    senders_only_send: bool,
) -> Result<Report> {
    if senders_only_send && args.server != Kind::Chatd {
        return Err(Failure::Usage("only chatd lets senders not receive".into()));
    }
    let apart = if senders_only_send { senders } else { 0 };
    let people = receivers + apart;
    if senders > people || receivers == 0 || senders == 0 {
        return Err(Failure::Usage(
            "a room has at least one sender, and no more senders than people".into(),
        ));
    }
    let plan = Plan {
        people,
        rooms: vec![(0..people).collect()],
        direct: false,
        followers: receivers,
    };
    let bench = Bench::start(args, plan)?;
    let mut engine = bench.engine()?;
    let keys = engine.open_all(0..people)?;
    let posting = if senders_only_send {
        keys[receivers..].to_vec()
    } else {
        spread(&keys, senders)
    };
    let shared = if engine.driver().has_acks() {
        Answer::Acknowledged
    } else {
        Answer::CameToAll
    };
    let load = Load {
        senders: posting
            .into_iter()
            .map(|key| Sender::new(key, 0, shared))
            .collect(),
        window,
        copies: engine.driver().copies(receivers),
        sample: 64,
    };
    load.run(&bench, &mut engine, extent)
}

pub(crate) fn ack(
    args: &ServerArgs,
    extent: &Extent,
    senders: usize,
    window: usize,
) -> Result<Report> {
    // The relay has no acknowledgements: there each sender is alone, and gets its message back.
    let alone = args.server != Kind::Chatd;
    let rooms = if alone {
        (0..senders).map(|person| vec![person]).collect()
    } else {
        vec![(0..senders).collect()]
    };
    let plan = Plan {
        people: senders,
        rooms,
        direct: false,
        followers: 0,
    };
    let bench = Bench::start(args, plan)?;
    let mut engine = bench.engine()?;
    let keys = engine.open_all(0..senders)?;
    let made = keys.into_iter().enumerate().map(|(person, key)| {
        if alone {
            Sender::new(key, person, Answer::CameTo(key))
        } else {
            Sender::new(key, 0, Answer::Acknowledged)
        }
    });
    let load = Load {
        senders: made.collect(),
        window,
        copies: if alone { engine.driver().copies(1) } else { 0 },
        sample: 1,
    };
    load.run(&bench, &mut engine, extent)
}

pub(crate) fn direct(
    args: &ServerArgs,
    extent: &Extent,
    pairs: usize,
    window: usize,
) -> Result<Report> {
    let plan = Plan {
        people: pairs * 2,
        rooms: (0..pairs)
            .map(|pair| vec![pair * 2, pair * 2 + 1])
            .collect(),
        direct: true,
        followers: pairs * 2,
    };
    let bench = Bench::start(args, plan)?;
    let mut engine = bench.engine()?;
    let keys = engine.open_all(0..pairs * 2)?;
    let made = keys.chunks_exact(2).enumerate().map(|(pair, keys)| {
        let answer = if engine.driver().has_acks() {
            Answer::Acknowledged
        } else {
            Answer::CameTo(keys[1])
        };
        Sender::new(keys[0], pair, answer)
    });
    let load = Load {
        senders: made.collect(),
        window,
        copies: engine.driver().copies(2),
        sample: 8,
    };
    load.run(&bench, &mut engine, extent)
}

/// So many of them, evenly spread.
pub(crate) fn spread(keys: &[usize], count: usize) -> Vec<usize> {
    (0..count)
        .map(|nth| keys[nth * keys.len() / count])
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn senders_are_spread_over_the_room() {
        assert_eq!(spread(&[10, 11, 12, 13, 14, 15], 3), [10, 12, 14]);
        assert_eq!(spread(&[10, 11], 2), [10, 11]);
    }
}
