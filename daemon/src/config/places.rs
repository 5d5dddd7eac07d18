//! Where things lie when nobody says, found out from what systemd and the desktop set.

use std::env;
use std::ffi::OsString;
use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

/// The socket's name in any of its directories.
const SOCKET: &str = "chatd.sock";

/// The directories that the process was given.
#[derive(Clone, Debug, Default)]
pub(super) struct Places {
    state: Option<PathBuf>,
    user_state: Option<PathBuf>,
    home: Option<PathBuf>,
    runtime: Option<PathBuf>,
    user_runtime: Option<PathBuf>,
}

impl Places {
    /// Those of this process.
    pub(super) fn of_process() -> Self {
        let mut places = Self::of_variables(|name| env::var_os(name));
        if places.home.is_none() {
            let user = nix::unistd::User::from_uid(nix::unistd::geteuid());
            places.home = user.ok().flatten().map(|user| user.dir);
        }
        places
    }

    /// Those that these variables name. A relative path in one is void, as the XDG specification says.
    pub(super) fn of_variables(variable: impl Fn(&str) -> Option<OsString>) -> Self {
        let path = |name: &str| {
            // systemd puts several directories into one variable where a unit has several.
            let first = variable(name).and_then(|value| env::split_paths(&value).next());
            first.filter(|path| path.is_absolute())
        };
        Self {
            state: path("STATE_DIRECTORY"),
            user_state: path("XDG_STATE_HOME"),
            home: path("HOME"),
            runtime: path("RUNTIME_DIRECTORY"),
            user_runtime: path("XDG_RUNTIME_DIR"),
        }
    }

    /// Where everything is kept.
    pub(super) fn data_directory(&self) -> PathBuf {
        if let Some(state) = &self.state {
            return state.clone();
        }
        let user_state = self
            .user_state
            .clone()
            .or_else(|| self.home.as_ref().map(|home| home.join(".local/state")));
        user_state.map_or_else(
            || PathBuf::from("/var/lib/chatd"),
            |state| state.join("chatd"),
        )
    }

    /// Where the socket may be, the place that a daemon takes first.
    pub(super) fn sockets(&self, data_directory: &Path) -> Vec<PathBuf> {
        let user_runtime = self.user_runtime.as_deref().filter(|path| is_own(path));
        let mut sockets: Vec<_> = self
            .runtime
            .iter()
            .map(|directory| directory.join(SOCKET))
            .chain(user_runtime.map(|directory| directory.join("chatd").join(SOCKET)))
            .collect();
        sockets.push(data_directory.join(SOCKET));
        sockets
    }
}

/// After `su` the variable still names the other user's directory.
fn is_own(directory: &Path) -> bool {
    fs::metadata(directory)
        .is_ok_and(|about| about.is_dir() && about.uid() == nix::unistd::geteuid().as_raw())
}

/// Where the packaged unit has its socket.
pub(super) fn system_sockets() -> [PathBuf; 2] {
    ["/run/chatd", "/var/lib/chatd"].map(|directory| Path::new(directory).join(SOCKET))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn places(variables: &[(&str, &str)]) -> Places {
        Places::of_variables(|name| {
            let found = variables.iter().find(|(variable, _)| *variable == name);
            found.map(|(_, value)| OsString::from(value))
        })
    }

    #[test]
    fn the_data_directory_is_the_one_of_systemd_then_of_the_user() {
        let all = [
            ("STATE_DIRECTORY", "/var/lib/chatd:/var/lib/other"),
            ("XDG_STATE_HOME", "/x"),
            ("HOME", "/home/anna"),
        ];
        let found = |from: usize| places(&all[from..]).data_directory();
        assert_eq!(found(0), Path::new("/var/lib/chatd"));
        assert_eq!(found(1), Path::new("/x/chatd"));
        assert_eq!(found(2), Path::new("/home/anna/.local/state/chatd"));
        assert_eq!(found(3), Path::new("/var/lib/chatd"));
    }

    #[test]
    fn relative_directories_are_void() {
        let places = places(&[("XDG_STATE_HOME", "state"), ("HOME", "/home/anna")]);
        assert_eq!(
            places.data_directory(),
            Path::new("/home/anna/.local/state/chatd")
        );
    }

    #[test]
    fn the_socket_is_in_the_first_runtime_directory_that_is_usable() {
        let own = tempfile::tempdir().unwrap();
        let own_path = own.path().to_str().unwrap();
        let data = Path::new("/d");
        let found = places(&[
            ("RUNTIME_DIRECTORY", "/run/chatd"),
            ("XDG_RUNTIME_DIR", own_path),
        ]);
        assert_eq!(
            found.sockets(data),
            [
                PathBuf::from("/run/chatd/chatd.sock"),
                own.path().join("chatd/chatd.sock"),
                PathBuf::from("/d/chatd.sock"),
            ]
        );
        let gone = places(&[("XDG_RUNTIME_DIR", "/nonexistent/run")]);
        assert_eq!(gone.sockets(data), [PathBuf::from("/d/chatd.sock")]);
    }
}
