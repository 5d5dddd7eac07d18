//! "a first run asks name and password (twice) and makes the account; later runs go straight in", and "on
//! another a link `chat://HOST:PORT/?pin=...&invite=...` to paste after `chatc`".

use super::{Parts, Person, chatc, chatc_here, on_both_screens};
use chat_tests::terminal::{SMALL, Size, keys};
use chat_tests::{PASSWORD, Terminal, TestServer};
use std::time::Duration;

on_both_screens!(
    a_first_run_asks_and_makes_the_account_and_a_later_one_goes_straight_in,
    a_link_after_chatc_joins_over_tls_and_later_runs_need_nothing,
);

const NAME: &str = "Name: ";
const ONCE: &str = "Password: ";
const TWICE: &str = "The same password again: ";

/// What the first account of a house is told, and no other.
const ADMINISTERS: &str = "you are an administrator of this house:";

/// Answers a question once it is the last thing on the screen.
async fn answer(terminal: &mut Terminal, question: &str, with: &str) {
    let asked = terminal
        .until(question, |screen| asks(screen, question))
        .await;
    terminal.press(with);
    terminal.press(keys::ENTER);
    // The same question may come again, further down.
    terminal
        .until("the answer is taken", |screen| {
            screen.cursor.map(|at| at.0) != asked.cursor.map(|at| at.0)
        })
        .await;
}

/// Whether the cursor stands behind a question and nothing else.
fn asks(screen: &chat_tests::Screen, question: &str) -> bool {
    let Some((row, column)) = screen.cursor else {
        return false;
    };
    let asked = screen.rows[usize::from(row)] == question.trim_end();
    asked && usize::from(column) == question.chars().count()
}

async fn a_first_run_asks_and_makes_the_account_and_a_later_one_goes_straight_in(size: Size) {
    let server = TestServer::start().await;
    let mut terminal = Terminal::start(&chatc_here(&server, "anna"), size);
    answer(&mut terminal, NAME, "Anna").await;
    answer(&mut terminal, ONCE, PASSWORD).await;
    answer(&mut terminal, TWICE, "another one altogether").await;
    terminal.shows("The two differ").await;
    answer(&mut terminal, ONCE, PASSWORD).await;
    answer(&mut terminal, TWICE, PASSWORD).await;
    let name = "anna".to_owned();
    let person = Person { name, terminal };
    let screen = person.is_online().await;
    assert!(screen.title().starts_with("#general"), "{screen}");
    assert!(screen.is_alternate, "what the shell showed is kept below");
    let screen = person.shows(ADMINISTERS).await;
    let row = |text: &str| screen.rows.iter().position(|row| row.contains(text));
    assert!(row("anna joined") < row(ADMINISTERS), "the last: {screen}");
    let raw = String::from_utf8_lossy(&person.raw()).into_owned();
    for secret in [PASSWORD, "another one"] {
        assert!(!raw.contains(secret), "a password was shown: {raw}");
    }
    person.quits().await;

    let person = Person::opens(&server, "anna", size).await;
    let raw = String::from_utf8_lossy(&person.raw()).into_owned();
    assert!(!raw.contains(NAME) && !raw.contains(ONCE), "{raw}");
    let screen = person.screen();
    assert!(!screen.shows(ADMINISTERS), "told once: {screen}");
}

async fn a_link_after_chatc_joins_over_tls_and_later_runs_need_nothing(size: Size) {
    let server = TestServer::builder()
        .set("house.registration", "invite")
        .start()
        .await;
    let link = server.printed("join from").await;
    let link = link
        .split_whitespace()
        .last()
        .unwrap()
        .trim_matches('\'')
        .to_owned();
    assert!(link.starts_with("chat://") && link.contains("invite="));
    let mut terminal = Terminal::start(&chatc(&server, "anna", &[&link]), size);
    answer(&mut terminal, NAME, "anna").await;
    answer(&mut terminal, ONCE, PASSWORD).await;
    answer(&mut terminal, TWICE, PASSWORD).await;
    let name = "anna".to_owned();
    let mut person = Person { name, terminal };
    person.is_online().await;
    let raw = String::from_utf8_lossy(&person.raw()).into_owned();
    for asked in ["fingerprint", "nvitation code"] {
        assert!(!raw.contains(asked), "the link tells it: {raw}");
    }
    person.shows(ADMINISTERS).await;
    person.enters("over the network").await;
    person.hears("anna", "over the network").await;
    person.quits().await;

    let terminal = Terminal::start(&chatc(&server, "anna", &[]), size);
    let name = "anna".to_owned();
    let person = Person { name, terminal };
    person.is_online().await;
    person.hears("anna", "over the network").await;
    let raw = String::from_utf8_lossy(&person.raw()).into_owned();
    assert!(!raw.contains(NAME) && !raw.contains(ONCE), "{raw}");
}

#[tokio::test]
async fn what_will_not_do_is_told_and_asked_again() {
    let server = TestServer::start().await;
    let _boris = Person::comes(&server, "boris", SMALL).await;
    let mut terminal = Terminal::start(&chatc_here(&server, "anna"), SMALL);
    answer(&mut terminal, NAME, "a name with blanks").await;
    terminal.shows("This will not do").await;
    answer(&mut terminal, NAME, "admin").await;
    terminal
        .until("a reserved name is refused", |screen| {
            screen.count("This will not do") == 2
        })
        .await;
    // One that was not always reserved may be somebody's.
    answer(&mut terminal, NAME, "house").await;
    terminal.shows("No new account can be called house").await;
    terminal.press("n");
    terminal.press(keys::ENTER);
    terminal.shows("Then choose another.").await;
    answer(&mut terminal, NAME, "boris").await;
    // Refused before it is typed twice.
    answer(&mut terminal, ONCE, "short").await;
    terminal.shows("the password is too short").await;
    let another = "the password of somebody else";
    answer(&mut terminal, ONCE, another).await;
    answer(&mut terminal, TWICE, another).await;
    terminal.shows("That did not work").await;
    // The name was wrong, and only that is asked again.
    answer(&mut terminal, NAME, "anna").await;
    let name = "anna".to_owned();
    let screen = Person { name, terminal }.is_online().await;
    assert!(!screen.shows(ADMINISTERS), "boris was first: {screen}");
}

#[tokio::test]
async fn without_a_link_the_fingerprint_is_shown_and_has_to_be_confirmed() {
    const RIGHT: &str = "Is it the right one? [y/n] ";
    let server = TestServer::start().await;
    let address = server.address().to_string();
    let command = chatc(&server, "anna", &["--server", &address]);
    let mut terminal = Terminal::start(&command, SMALL);
    terminal.shows(server.pin()).await;
    answer(&mut terminal, RIGHT, "n").await;
    assert_eq!(terminal.ended().await, 3, "{}", terminal.screen());

    let command = chatc(&server, "anna", &["--server", &address]);
    let mut terminal = Terminal::start(&command, SMALL);
    answer(&mut terminal, RIGHT, "y").await;
    answer(&mut terminal, NAME, "anna").await;
    answer(&mut terminal, ONCE, PASSWORD).await;
    answer(&mut terminal, TWICE, PASSWORD).await;
    let name = "anna".to_owned();
    Person { name, terminal }.is_online().await;
}

/// People look it up for longer than a daemon waits.
#[tokio::test]
async fn a_fingerprint_that_is_looked_up_for_long_is_asked_for_once() {
    const RIGHT: &str = "Is it the right one? [y/n] ";
    let server = TestServer::builder()
        .set("limits.login_secs", 1)
        .start()
        .await;
    let address = server.address().to_string();
    let command = chatc(&server, "anna", &["--server", &address]);
    let mut terminal = Terminal::start(&command, SMALL);
    terminal
        .until("the question", |screen| asks(screen, RIGHT))
        .await;
    tokio::time::sleep(Duration::from_secs(3)).await;
    terminal.press("y");
    terminal.press(keys::ENTER);
    let screen = terminal.until(NAME, |screen| asks(screen, NAME)).await;
    assert_eq!(screen.count("Is it the right one?"), 1, "{screen}");
}

#[tokio::test]
async fn control_c_while_a_password_is_asked_gives_the_terminal_back() {
    let server = TestServer::start().await;
    let mut terminal = Terminal::start(&chatc_here(&server, "anna"), SMALL);
    answer(&mut terminal, NAME, "anna").await;
    terminal.until(ONCE, |screen| asks(screen, ONCE)).await;
    terminal.press("half a pass");
    terminal.press(&keys::control('c'));
    assert_eq!(terminal.ended().await, 2, "{}", terminal.screen());
    assert!(terminal.echoes(), "what one types is seen again");
    assert!(!terminal.screen().shows("half"), "{}", terminal.screen());
}
