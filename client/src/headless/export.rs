//! `chatc export`: all that is one's own, as JSON lines in a new folder.

use super::card;
use super::contacts::book;
use super::context::Context;
use super::devices::{self, DeviceLine};
use super::entry_line::entry_line;
use super::exit::Stop;
use super::history::above;
use super::inbox::title;
use super::names::Names;
use super::place_in;
use super::print;
use super::sign_in::{SignedIn, connect};
use crate::net::backoff::{Backoff, jitter};
use crate::net::channel::plain;
use crate::net::session::Session;
use chat_shared::{AccountId, ConversationId, ConversationKind, ConversationSummary, Profile, Seq};
use serde::Serialize;
use std::fs::{DirBuilder, File, OpenOptions};
use std::io::{self, BufWriter, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use tokio::time::sleep;

/// Connections that are tried one after the other without an entry between them.
const TRIES: u32 = 8;

#[derive(Serialize)]
struct ProfileLine<'a> {
    name: &'a str,
    role: String,
    #[serde(flatten)]
    profile: &'a Profile,
}

#[derive(Serialize)]
struct ContactLine<'a> {
    kind: &'static str,
    name: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    group: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    favourite: Option<bool>,
}

#[derive(Serialize)]
struct ConversationLine<'a> {
    conversation: &'a str,
    kind: &'static str,
    topic: &'a str,
    entries: u64,
    messages: u64,
    read: u64,
}

/// Runs the command.
pub async fn run(context: &Context, dir: &Path) -> Result<(), Stop> {
    let mut signed_in = connect(context).await?;
    // Only once somebody is signed in: a wrong password leaves no empty folder.
    let folder = Folder::create(dir)?;
    let exported = export(context, &mut signed_in, &folder).await;
    match exported {
        Ok(entries) => print::line(&format!("{entries} entries, in {}", dir.display())),
        Err(stop) => {
            eprintln!("chatc: what is in {} is not all", dir.display());
            Err(stop)
        }
    }
}

async fn export(context: &Context, signed_in: &mut SignedIn, folder: &Folder) -> Result<u64, Stop> {
    let me = signed_in.me.account;
    let session = &mut signed_in.session;
    let card = card::of(session, me).await?;
    let mut file = folder.file("profile.jsonl")?;
    file.line(&ProfileLine {
        name: &card.name,
        role: print::word(&card.role),
        profile: &card.profile,
    })?;
    file.finish()?;
    let mut file = folder.file("devices.jsonl")?;
    for device in &devices::all(session).await? {
        file.line(&DeviceLine::new(device))?;
    }
    file.finish()?;
    let mut names = Names::default();
    contacts(session, &mut names, folder).await?;
    let summaries = place_in::own(session).await?;
    let conversations = conversations(session, &mut names, folder, &summaries, me).await?;
    messages(context, session, &mut names, folder, &conversations).await
}

async fn contacts(session: &mut Session, names: &mut Names, folder: &Folder) -> Result<(), Stop> {
    let book = book(session).await?;
    let accounts = book.contacts.iter().map(|contact| contact.account);
    names
        .learn(session, accounts.chain(book.blocked.iter().copied()))
        .await?;
    let mut file = folder.file("contacts.jsonl")?;
    for contact in &book.contacts {
        file.line(&ContactLine {
            kind: "contact",
            name: names.name(contact.account),
            group: Some(&contact.group),
            favourite: Some(contact.favourite),
        })?;
    }
    for account in &book.blocked {
        file.line(&ContactLine {
            kind: "blocked",
            name: names.name(*account),
            group: None,
            favourite: None,
        })?;
    }
    file.finish()
}

/// Writes which conversations there are; returns them with their titles.
async fn conversations(
    session: &mut Session,
    names: &mut Names,
    folder: &Folder,
    summaries: &[ConversationSummary],
    me: AccountId,
) -> Result<Vec<(ConversationId, String)>, Stop> {
    let members = summaries.iter().flat_map(|summary| match &summary.about {
        ConversationKind::Direct { members } => members.as_slice(),
        ConversationKind::Room { .. } => &[],
    });
    names.learn(session, members.copied()).await?;
    let mut file = folder.file("conversations.jsonl")?;
    let mut titles = Vec::new();
    for summary in summaries {
        let title = title(summary, me, names);
        let (kind, topic) = match &summary.about {
            ConversationKind::Room { topic, .. } => ("room", topic.as_str()),
            ConversationKind::Direct { .. } => ("direct", ""),
        };
        file.line(&ConversationLine {
            conversation: &title,
            kind,
            topic,
            entries: summary.seq.0,
            messages: summary.posts,
            read: summary.read.0,
        })?;
        titles.push((summary.conversation, title));
    }
    file.finish()?;
    Ok(titles)
}

/// Writes every entry of every conversation that one can read, over reconnects; returns how many.
async fn messages(
    context: &Context,
    session: &mut Session,
    names: &mut Names,
    folder: &Folder,
    conversations: &[(ConversationId, String)],
) -> Result<u64, Stop> {
    let mut file = folder.file("messages.jsonl")?;
    let mut backoff = Backoff::default();
    let (mut entries, mut failures) = (0, 0);
    for (conversation, title) in conversations {
        let mut after = Seq(0);
        loop {
            let page = async {
                let items = above(session, *conversation, after).await?;
                names.learn_from(session, &items).await?;
                Ok::<_, Stop>(items)
            };
            let items = match page.await {
                Ok(items) => items,
                Err(stop) if stop.is_passing() && failures < TRIES => {
                    failures += 1;
                    sleep(backoff.pause(jitter())).await;
                    if let Ok(again) = connect(context).await {
                        *session = again.session;
                    }
                    continue;
                }
                Err(stop) => return Err(stop),
            };
            failures = 0;
            backoff.reset();
            let Some(last) = items.last() else { break };
            after = last.seq();
            for item in &items {
                file.line(&entry_line(title, item, |account| names.name(account)))?;
                entries += 1;
            }
        }
    }
    file.finish()?;
    Ok(entries)
}

/// A new folder for its owner alone.
struct Folder(PathBuf);

/// A new file in it.
struct Lines {
    path: PathBuf,
    file: BufWriter<File>,
}

impl Folder {
    fn create(path: &Path) -> Result<Self, Stop> {
        let created = DirBuilder::new().mode(0o700).create(path);
        created.map_err(|error| match error.kind() {
            io::ErrorKind::AlreadyExists => Stop::usage(format!(
                "{} exists already, and nothing is overwritten: name a new folder",
                path.display()
            )),
            _ => unwritable(path, &error),
        })?;
        Ok(Self(path.to_owned()))
    }

    fn file(&self, name: &str) -> Result<Lines, Stop> {
        let path = self.0.join(name);
        let mut options = OpenOptions::new();
        let opened = options.write(true).create_new(true).mode(0o600).open(&path);
        match opened {
            Ok(file) => Ok(Lines {
                path,
                file: BufWriter::new(file),
            }),
            Err(error) => Err(unwritable(&path, &error)),
        }
    }
}

impl Lines {
    fn line(&mut self, value: &impl Serialize) -> Result<(), Stop> {
        let written = serde_json::to_writer(&mut self.file, value)
            .map_err(io::Error::from)
            .and_then(|()| self.file.write_all(b"\n"));
        written.map_err(|error| unwritable(&self.path, &error))
    }

    /// On disk when it returns.
    fn finish(mut self) -> Result<(), Stop> {
        let flushed = self.file.flush();
        let synced = flushed.and_then(|()| self.file.get_ref().sync_all());
        synced.map_err(|error| unwritable(&self.path, &error))
    }
}

fn unwritable(path: &Path, error: &io::Error) -> Stop {
    Stop::usage(format!(
        "could not write {}: {}",
        path.display(),
        plain(error)
    ))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::PermissionsExt;

    #[test]
    fn an_export_is_for_its_owner_alone_and_overwrites_nothing() {
        let parent = tempfile::tempdir().unwrap();
        let path = parent.path().join("mine");
        let folder = Folder::create(&path).unwrap();
        let mut file = folder.file("a.jsonl").unwrap();
        file.line(&["one"]).unwrap();
        file.line(&["two"]).unwrap();
        file.finish().unwrap();
        let written = std::fs::read_to_string(path.join("a.jsonl")).unwrap();
        assert_eq!(written, "[\"one\"]\n[\"two\"]\n");
        let mode = |path: &Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
        assert_eq!((mode(&path), mode(&path.join("a.jsonl"))), (0o700, 0o600));
        assert!(matches!(Folder::create(&path), Err(Stop::Usage(_))));
        assert!(folder.file("a.jsonl").is_err());
        let again = std::fs::read_to_string(path.join("a.jsonl")).unwrap();
        assert_eq!(again, written);
    }
}
