//! Finding the programs under test, and running those that end by themselves.

use crate::{DEADLINE, TestServer};
use std::path::{Path, PathBuf};
use std::process::Stdio;
use tokio::process::Command;

/// What a program left behind.
#[derive(Clone, Debug)]
pub struct Output {
    /// Its exit code; -1 where a signal ended it.
    pub code: i32,
    /// Its standard output.
    pub out: String,
    /// Its standard error.
    pub err: String,
}

impl Output {
    /// The same where it ended well.
    ///
    /// # Panics
    /// Where it did not.
    #[must_use]
    pub fn ok(self) -> Self {
        assert_eq!(self.code, 0, "out: {}\nerr: {}", self.out, self.err);
        self
    }

    /// Each line of the output as JSON.
    ///
    /// # Panics
    /// Where a line is none.
    #[must_use]
    pub fn json_lines(&self) -> Vec<serde_json::Value> {
        let parse =
            |line: &str| serde_json::from_str(line).unwrap_or_else(|e| panic!("{e}: {line}"));
        self.out.lines().map(parse).collect()
    }
}

/// Where a program lies: `CHATD_BIN` (for chatd; the others beside it), else beside the tests.
///
/// # Panics
/// Where it was not built.
#[must_use]
pub fn path(name: &str) -> PathBuf {
    let folder = match std::env::var_os("CHATD_BIN") {
        Some(chatd) => Path::new(&chatd)
            .parent()
            .map(Path::to_path_buf)
            .unwrap_or_default(),
        None => {
            let test = std::env::current_exe().expect("a running test has a file");
            test.parent()
                .and_then(Path::parent)
                .expect("target/debug/deps/test")
                .to_path_buf()
        }
    };
    let path = folder.join(name);
    assert!(
        path.exists(),
        "{} is missing: cargo build -p chatd -p chatc first",
        path.display()
    );
    path
}

/// A program's command without what our own environment would tell it.
#[must_use]
pub fn command(name: &str) -> Command {
    let mut command = Command::new(path(name));
    for (key, _) in std::env::vars_os() {
        let key = key.to_string_lossy().into_owned();
        if [
            "CHATD",
            "CHATC",
            "XDG_",
            "NOTIFY_",
            "STATE_DIR",
            "RUNTIME_DIR",
        ]
        .iter()
        .any(|p| key.starts_with(p))
        {
            command.env_remove(key);
        }
    }
    command.kill_on_drop(true);
    command
}

/// Runs a command to its end.
///
/// # Panics
/// Where it does not start or end in time.
pub async fn run(mut command: Command, input: Option<&str>) -> Output {
    use tokio::io::AsyncWriteExt;
    command.stdin(if input.is_some() {
        Stdio::piped()
    } else {
        Stdio::null()
    });
    command.stdout(Stdio::piped()).stderr(Stdio::piped());
    let shown = format!("{:?}", command.as_std());
    let mut child = command.spawn().unwrap_or_else(|e| panic!("{shown}: {e}"));
    if let Some(input) = input {
        let mut stdin = child.stdin.take().expect("piped");
        stdin
            .write_all(input.as_bytes())
            .await
            .expect("it reads its input");
    }
    let ended = tokio::time::timeout(DEADLINE * 2, child.wait_with_output())
        .await
        .unwrap_or_else(|_| panic!("{shown} does not end"))
        .expect("its end is seen");
    Output {
        code: ended.status.code().unwrap_or(-1),
        out: String::from_utf8_lossy(&ended.stdout).into_owned(),
        err: String::from_utf8_lossy(&ended.stderr).into_owned(),
    }
}

/// `chatctl --socket SOCKET ARGS...`
pub async fn chatctl(server: &TestServer, args: &[&str]) -> Output {
    let mut command = command("chatctl");
    command.arg("--socket").arg(server.socket()).args(args);
    run(command, None).await
}

/// `chatc --socket SOCKET --account NAME --state DIR ARGS...`, as one person; `name` is also the folder of their state.
pub fn chatc(server: &TestServer, name: &str, args: &[&str]) -> Command {
    let mut command = command("chatc");
    let state = server.folder().join("chatc").join(name);
    std::fs::create_dir_all(&state).expect("the folder of the test can be written");
    command
        .arg("--socket")
        .arg(server.socket())
        .arg("--account")
        .arg(name)
        .arg("--state")
        .arg(&state)
        .args(args)
        .env("CHATC_PASSWORD", crate::PASSWORD)
        .env("HOME", &state);
    command
}

/// Names a test that this machine cannot run. `tests/run` counts these lines.
pub fn skip(what: &str, why: &str) {
    eprintln!("SKIPPED {what}: {why}");
    if let Some(list) = std::env::var_os("CHAT_TESTS_SKIPPED") {
        use std::io::Write;
        let file = std::fs::OpenOptions::new()
            .create(true)
            .append(true)
            .open(list);
        if let Ok(mut file) = file {
            let _ = writeln!(file, "{what}: {why}");
        }
    }
}
