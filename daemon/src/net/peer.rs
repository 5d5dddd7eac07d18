//! Who may administer: decided by the kernel's word about the other end of the Unix socket.

use nix::unistd::{Gid, Group, Uid, User, geteuid, getgrouplist};
use std::ffi::CString;

/// The rule for one daemon.
#[derive(Clone, Debug)]
pub(crate) struct PeerRights {
    own_uid: u32,
    group: Option<String>,
}

impl PeerRights {
    /// For a daemon that runs as this process's user; `group` as configured, empty for none.
    pub(crate) fn new(group: &str) -> Self {
        Self {
            own_uid: geteuid().as_raw(),
            group: Some(group.to_owned()).filter(|group| !group.is_empty()),
        }
    }

    /// Whether whoever connected with this user and group may administer: root, the daemon's own user,
    /// or a member of the group.
    ///
    /// Membership is looked up each time, so that it needs no restart; for others than root and the own
    /// user that may read files or ask a directory server. Call it on a thread that may block.
    pub(crate) fn may_administer(&self, uid: u32, gid: u32) -> bool {
        may_administer(uid, gid, self.own_uid, self.group.as_deref())
    }

    /// Whether [`may_administer`](Self::may_administer) answers at once for this user: without a look
    /// into the group database.
    pub(crate) fn is_clear(&self, uid: u32) -> bool {
        self.group.is_none() || uid == 0 || uid == self.own_uid
    }

    /// What others are told.
    pub(crate) fn refusal(&self) -> String {
        match &self.group {
            Some(group) => format!(
                "only root, the user that runs chatd and members of the group `{group}` may administer"
            ),
            None => {
                "only root and the user that runs chatd may administer (listen.socket_group in \
                     the configuration can name a group)"
                    .to_owned()
            }
        }
    }
}

fn may_administer(uid: u32, gid: u32, own_uid: u32, group: Option<&str>) -> bool {
    uid == 0 || uid == own_uid || group.is_some_and(|group| is_member(uid, gid, group))
}

/// A database that cannot be read, or a group that is not in it, gives nobody a right.
fn is_member(uid: u32, gid: u32, group: &str) -> bool {
    let Ok(Some(group)) = Group::from_name(group) else {
        return false;
    };
    if group.gid == Gid::from_raw(gid) {
        return true;
    }
    let Ok(Some(user)) = User::from_uid(Uid::from_raw(uid)) else {
        return false;
    };
    let Ok(name) = CString::new(user.name) else {
        return false;
    };
    getgrouplist(&name, user.gid).is_ok_and(|groups| groups.contains(&group.gid))
}

#[cfg(test)]
mod tests {
    use super::*;

    const OWN: u32 = 4_000_000_001;
    const STRANGER: u32 = 4_000_000_002;

    #[test]
    fn root_and_the_own_user_may_administer() {
        assert!(may_administer(0, 0, OWN, None));
        assert!(may_administer(OWN, 77, OWN, None));
        let rights = PeerRights::new("");
        assert!(rights.may_administer(geteuid().as_raw(), 77));
        assert!(rights.is_clear(STRANGER));
    }

    #[test]
    fn others_may_not() {
        assert!(!may_administer(STRANGER, 0, OWN, None));
        assert!(!may_administer(STRANGER, 77, OWN, Some("no-such-group")));
        assert!(!PeerRights::new("no-such-group").is_clear(STRANGER));
    }

    #[test]
    fn a_group_counts_as_primary_and_as_listed() {
        let Some(group) = Group::from_gid(Gid::from_raw(0)).unwrap() else {
            return;
        };
        assert!(may_administer(STRANGER, 0, OWN, Some(&group.name)));
        assert!(!may_administer(STRANGER, 77, OWN, Some(&group.name)));
        // Any user whose group has a name will do to see that the database is asked.
        let listed = User::from_name("nobody").unwrap();
        let Some(user) = listed.filter(|user| user.uid.as_raw() != 0) else {
            return;
        };
        if let Some(group) = Group::from_gid(user.gid).unwrap() {
            assert!(may_administer(
                user.uid.as_raw(),
                77,
                OWN,
                Some(&group.name)
            ));
        }
    }

    #[test]
    fn the_refusal_names_who_may() {
        assert!(PeerRights::new("chatters").refusal().contains("`chatters`"));
        assert!(PeerRights::new("").refusal().contains("root"));
    }
}
