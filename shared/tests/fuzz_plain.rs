//! The checks of the fuzz targets for a few seconds, on bytes near those of real messages.
//!
//! `FUZZ_SECS` runs it for longer, `FUZZ_SEED` repeats a run. One test in this file: it counts what all
//! threads of its process allocate.

#![allow(
    clippy::unwrap_used,
    reason = "a test ends where something is not as it should be"
)]

use chat_shared::limits::{DEPTH, FRAME};
use data_encoding::HEXLOWER;
use peak_alloc::PeakAlloc;
use std::path::Path;
use std::time::{Duration, Instant};

#[path = "../fuzz/checks.rs"]
mod checks;

#[global_allocator]
static MEMORY: PeakAlloc = PeakAlloc;

/// What a decoder may take at once. serde reserves at most 1 MiB for a list before its first element came,
/// whatever length is announced, and lists lie in each other at most [`DEPTH`] deep; an element of one byte
/// becomes 32 in memory, and while a list grows there are the old one and one of twice its size.
fn most(length: usize) -> usize {
    const RESERVED: usize = 1024 * 1024;
    const OF_A_BYTE: usize = 96;
    DEPTH * RESERVED + length * OF_A_BYTE
}

#[test]
fn no_bytes_panic_or_take_more_memory_than_they_may() {
    let seed = std::env::var("FUZZ_SEED").ok().and_then(|s| s.parse().ok());
    let seed = seed.unwrap_or_else(|| {
        let now = std::time::SystemTime::now();
        let since = now.duration_since(std::time::UNIX_EPOCH);
        since.map_or(1, |since| since.as_nanos() as u64) | 1
    });
    let secs = std::env::var("FUZZ_SECS").ok().and_then(|s| s.parse().ok());
    let end = Instant::now() + Duration::from_secs(secs.unwrap_or(4));
    let mut random = Random(seed);
    let (frames, texts, logins) = (frames(), texts(), logins());
    let mut runs = 0;
    let (mut worst_of_short, mut worst) = ((0, 0), (0, 0));
    while Instant::now() < end {
        for (seeds, check) in [
            (&frames, checks::wire as fn(&[u8])),
            (&frames, |bytes| checks::wire(&with_length(bytes))),
            (&frames, |bytes| {
                checks::value(bytes.get(4..).unwrap_or(bytes))
            }),
            (&texts, checks::text),
            (&logins, checks::login),
        ] {
            let bytes = random.mutate(seeds);
            let shown = OnPanic {
                seed,
                bytes: &bytes,
            };
            let before = MEMORY.current_usage();
            MEMORY.reset_peak_usage();
            check(&bytes);
            let taken = MEMORY.peak_usage().saturating_sub(before);
            let allowed = most(bytes.len());
            assert!(taken <= allowed, "{taken} bytes taken of {allowed}");
            drop(shown);
            let length = bytes.len();
            let worst = if length < 4096 {
                &mut worst_of_short
            } else {
                &mut worst
            };
            *worst = (*worst).max((taken, length));
            runs += 1;
        }
    }
    assert!(runs > 500, "only {runs} in {secs:?} s");
    println!("{runs} inputs from seed {seed}");
    println!("most memory (taken, of input): {worst_of_short:?} before login, {worst:?} after");
}

/// The same with a length that is right, so that not all is thrown away for it.
fn with_length(bytes: &[u8]) -> Vec<u8> {
    let value = bytes.get(4..).unwrap_or_default();
    let length = u32::try_from(value.len()).unwrap();
    [&length.to_be_bytes(), value].concat()
}

/// Shows what led to a panic.
struct OnPanic<'a> {
    seed: u64,
    bytes: &'a [u8],
}

impl Drop for OnPanic<'_> {
    fn drop(&mut self) {
        if std::thread::panicking() {
            let hex = HEXLOWER.encode(self.bytes);
            eprintln!("seed {}, input: {hex}", self.seed);
            eprintln!("as text: {:?}", String::from_utf8_lossy(self.bytes));
        }
    }
}

/// Every message that there is.
fn frames() -> Vec<Vec<u8>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("golden");
    let mut frames = Vec::new();
    for file in [
        "requests", "commands", "events", "entries", "values", "older",
    ] {
        let text = std::fs::read_to_string(folder.join(format!("{file}.hex"))).unwrap();
        let lines = text.lines().filter_map(|line| line.split_once(": "));
        frames.extend(lines.map(|(_, hex)| HEXLOWER.decode(hex.trim().as_bytes()).unwrap()));
    }
    assert!(frames.len() > 250);
    // Lists in lists that announce more than comes, and as many elements as a frame holds.
    let mut bomb = b"\x82\xa2id\x01\xa4body\x82\xa4kind\xa4sync\xa1x".to_vec();
    bomb.extend([0xdd, 0xff, 0xff, 0xff, 0xff].repeat(DEPTH + 2));
    let mut full = b"\x82\xa2id\x01\xa4body\x82\xa4kind\xa4sync\xa4only\xdd".to_vec();
    full.extend((u32::try_from(FRAME).unwrap() - 200).to_be_bytes());
    full.extend(vec![0xc0; FRAME - 200]);
    for value in [bomb, full] {
        let length = u32::try_from(value.len()).unwrap().to_be_bytes();
        frames.push([&length[..], &value].concat());
    }
    frames
}

fn texts() -> Vec<Vec<u8>> {
    let pin = "A".repeat(43);
    let texts = [
        "anna".to_owned(),
        "Zoë-9_x.y".to_owned(),
        "#lunch".to_owned(),
        "阿明".to_owned(),
        "феликс".to_owned(),
        "ﬁ ß İ ı \u{307}ǰ ﷺ".to_owned(),
        format!("chat://example.org:7420/?pin={pin}&invite=k7wq-abcd"),
        format!("chat://[2001:db8::1]/?invite=k7wq#x&pin={pin}"),
        pin,
        "../../etc/passwd\0.tar.gz".to_owned(),
        "con.txt  . ".to_owned(),
        "\u{1b}]0;owned\u{7}\u{9b}2J\u{202e}evil\u{2069}\r\n\t\u{8}".to_owned(),
        "e\u{301}\u{302}\u{303}\u{304}\u{305}\u{306} 👩\u{200d}💻👍🏽🇻🇳❤\u{fe0f}".to_owned(),
        "क्षि\u{200c}\u{200d} نامه\u{200c}ای \u{e0041}\u{115f}\u{ad}".to_owned(),
        "a correct horse\u{a0}battery".to_owned(),
    ];
    texts.map(String::into_bytes).to_vec()
}

fn logins() -> Vec<Vec<u8>> {
    // The nonce of the checks: what is near an exchange that goes well.
    let nonce = "BQUF".repeat(8);
    let both = nonce.clone() + &"BAQE".repeat(8);
    let proof = "A".repeat(43) + "=";
    let logins = [
        format!("n,,n=anna,r={nonce}"),
        format!("p=tls-exporter,,n=an=2Cn=3Da,r={nonce}"),
        format!("y,a=admin,n=anna,r={nonce},m=x"),
        format!("r={both},s=BwcHBwcHBwcHBwcHBwcHBw==,i=4096"),
        format!("r={both},s=BwcHBwcHBwcHBwcHBwcHBw==,i=4294967296,x=y"),
        format!("c=biws,r={both},p={proof}"),
        format!("c=cD10bHMtZXhwb3J0ZXIsLAMDAw==,r={both},p={proof}"),
        format!("v={proof}"),
        "e=invalid-proof".to_owned(),
    ];
    logins.map(String::into_bytes).to_vec()
}

/// xorshift64*: a run is repeated from its seed.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        self.0.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 16
    }

    /// Below `end`; 0 where there is nothing below it.
    fn below(&mut self, end: usize) -> usize {
        usize::try_from(self.next()).unwrap_or(0) % end.max(1)
    }

    fn pick<'a, T>(&mut self, from: &'a [T]) -> &'a T {
        &from[self.below(from.len())]
    }

    /// One of the seeds, changed in some places.
    fn mutate(&mut self, seeds: &[Vec<u8>]) -> Vec<u8> {
        // What heads of MessagePack, separators of the texts and edges of numbers are.
        const TELLING: &[u8] = &[
            0x00, 0x01, 0x0f, 0x7f, 0x80, 0x8f, 0x90, 0x9f, 0xa0, 0xbf, 0xc0, 0xc1, 0xc4, 0xc6,
            0xc7, 0xc9, 0xca, 0xcc, 0xcf, 0xd3, 0xd4, 0xd9, 0xdb, 0xdc, 0xdd, 0xde, 0xdf, 0xe0,
            0xff, b',', b'=', b'%', b':', b'/', b'[', b']', b'#', b'.', b' ', 0x1b,
        ];
        let mut bytes = self.pick(seeds).clone();
        for _ in 0..self.below(6) {
            let at = self.below(bytes.len());
            match self.below(8) {
                _ if bytes.is_empty() => bytes.push(*self.pick(TELLING)),
                0 => bytes[at] ^= 1 << self.below(8),
                1 => bytes[at] = *self.pick(TELLING),
                2 => bytes.truncate(at),
                3 => bytes.insert(at, *self.pick(TELLING)),
                4 => {
                    bytes.remove(at);
                }
                5 => {
                    // A stretch of it twice.
                    let end = at + self.below((bytes.len() - at).min(64));
                    let stretch = bytes[at..end].to_vec();
                    bytes.splice(at..at, stretch);
                }
                6 => {
                    // The end of another one.
                    let other = self.pick(seeds);
                    let from = self.below(other.len());
                    bytes.truncate(at);
                    bytes.extend_from_slice(&other[from..]);
                }
                _ => {
                    // A length of 32 bits, where it may be one.
                    let length = [0, 1, 0xffff, 0x3_ffff, 0x4_0001, u32::MAX];
                    let length = self.pick(&length).to_be_bytes();
                    let end = bytes.len().min(at + 4);
                    bytes[at..end].copy_from_slice(&length[..end - at]);
                }
            }
        }
        bytes
    }
}
