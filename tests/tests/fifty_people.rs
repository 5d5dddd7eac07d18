//! "The entries of a feed are numbered 1, 2, 3... without holes, in one order for everybody."

use chat_shared::{Entry, EntryBody, Seq};
use chat_tests::{Acknowledged, TestClient, TestServer, check_history};

const PEOPLE: usize = 50;
const EACH: usize = 20;

#[tokio::test]
async fn fifty_people_talk_at_once_and_hear_the_same() {
    let server = TestServer::start().await;
    let mut people = Vec::new();
    for number in 0..PEOPLE {
        people.push(TestClient::join(&server, &format!("person{number}")).await);
    }
    let general = people[0].general().await;
    let tasks: Vec<_> = people
        .into_iter()
        .map(|mut person| {
            tokio::spawn(async move {
                let mut acknowledged = Vec::new();
                for number in 0..EACH {
                    let text = format!("{} says {number}", person.name);
                    let seq = person.post(general, &text).await.unwrap();
                    acknowledged.push(Acknowledged { text, seq });
                }
                (person, acknowledged)
            })
        })
        .collect();
    let (mut people, mut acknowledged) = (Vec::new(), Vec::new());
    for task in tasks {
        let (person, theirs) = task.await.unwrap();
        assert!(
            theirs.is_sorted_by_key(|message| message.seq),
            "in the order of {}",
            person.name
        );
        people.push(person);
        acknowledged.extend(theirs);
    }
    let total = (PEOPLE * EACH) as u64;
    let history = people[0].whole_history(general).await;
    check_history(&history, &acknowledged);
    assert_eq!(history.last().unwrap().posts, total);
    assert_eq!(acknowledged.len() as u64, total);

    // What was pushed to each is what is stored, from where they came in.
    let newest = history.last().unwrap().seq;
    for person in &mut people {
        let feed = chat_shared::Feed::Conversation {
            conversation: general,
        };
        person
            .entry(feed, "the newest entry", |entry| entry.seq == newest)
            .await;
        let heard = person.entries_of(general);
        let from = heard[0].seq;
        assert_eq!(
            heard,
            &history[(from.0 - 1) as usize..],
            "what {} heard",
            person.name
        );
    }
    for person in &people {
        let mine = |entry: &&Entry| {
            entry.by == Some(person.account) && matches!(entry.body, EntryBody::Posted { .. })
        };
        assert_eq!(history.iter().filter(mine).count(), EACH);
    }
    assert_ne!(newest, Seq(0));
}
