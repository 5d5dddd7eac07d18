//! The administrator at the machine, on the Unix socket.

use crate::people::{answer, listed, made};
use crate::{Connection, Failure, Invitation, TestServer};
use chat_shared::{
    AccountId, AccountInfo, AddressBan, AdminRoom, AuditLine, Card, Command, ConversationId,
    DeviceInfo, Event, HouseRole, InviteId, InviteInfo, Member, Request, Seq, SharedGroup,
    Timestamp,
};
use std::ops::{Deref, DerefMut};

/// The administrator at the machine: a connection on the Unix socket that was welcomed and is not signed in.
pub struct Admin(Connection);

impl Deref for Admin {
    type Target = Connection;

    fn deref(&self) -> &Connection {
        &self.0
    }
}

impl DerefMut for Admin {
    fn deref_mut(&mut self) -> &mut Connection {
        &mut self.0
    }
}

/// Which lines of the audit log.
#[derive(Clone, Debug, Default)]
pub struct AuditFilter {
    /// Only from this time on.
    pub since: Option<Timestamp>,
    /// Only of this person.
    pub by: String,
    /// Only of this kind.
    pub act: String,
}

/// The answer to `admin_card`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AdminCard {
    /// All about them.
    pub card: Card,
    /// Their devices.
    pub devices: Vec<DeviceInfo>,
    /// Since when the account is there.
    pub created_at: Timestamp,
}

/// The answer to `admin_bans`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Bans {
    /// The networks.
    pub addresses: Vec<AddressBan>,
    /// Whether the panic switch is on.
    pub panic: bool,
}

impl Admin {
    /// At the machine of this daemon.
    ///
    /// # Panics
    /// Where it does not welcome us.
    pub async fn at(server: &TestServer) -> Self {
        let mut connection = Connection::unix(server).await;
        connection.hello().await.expect("welcome");
        Self(connection)
    }

    /// `admin_command`; gives the entry that it became, where it became one in a conversation.
    ///
    /// # Errors
    /// Where the daemon refuses.
    pub async fn commands(&mut self, command: Command) -> Result<Option<Seq>, Failure> {
        let request = Request::AdminCommand { command };
        answer!(self, request, Event::Done { seq, .. } => seq)
    }

    /// Gives somebody a role in the house.
    ///
    /// # Panics
    /// Where the daemon refuses.
    pub async fn appoints(&mut self, account: AccountId, role: HouseRole) {
        let command = Command::SetHouseRole { account, role };
        self.commands(command).await.expect("appointed");
    }

    /// `admin_accounts` of all pages.
    ///
    /// # Errors
    /// Where the daemon refuses.
    pub async fn accounts(&mut self) -> Result<Vec<AccountInfo>, Failure> {
        let mut all: Vec<AccountInfo> = Vec::new();
        loop {
            let after = all.last().map_or(AccountId(0), |account| account.account);
            match self.ask(Request::AdminAccounts { after }).await? {
                Event::Accounts { accounts, more } => {
                    assert!(!more || !accounts.is_empty(), "a page on the way");
                    all.extend(accounts);
                    if !more {
                        return Ok(all);
                    }
                }
                other => panic!("accounts, not {other:?}"),
            }
        }
    }

    /// `admin_rooms` of all pages.
    ///
    /// # Errors
    /// Where the daemon refuses.
    pub async fn rooms(&mut self) -> Result<Vec<AdminRoom>, Failure> {
        let mut all: Vec<AdminRoom> = Vec::new();
        loop {
            let after = all
                .last()
                .map_or(ConversationId(0), |room| room.room.conversation);
            match self.ask(Request::AdminRooms { after }).await? {
                Event::AdminRooms { rooms, more } => {
                    assert!(!more || !rooms.is_empty(), "a page on the way");
                    all.extend(rooms);
                    if !more {
                        return Ok(all);
                    }
                }
                other => panic!("rooms, not {other:?}"),
            }
        }
    }

    /// `admin_members`, the first page.
    ///
    /// # Errors
    /// Where the daemon refuses.
    pub async fn members(&mut self, conversation: ConversationId) -> Result<Vec<Member>, Failure> {
        let request = Request::AdminMembers {
            conversation,
            after: AccountId(0),
        };
        answer!(self, request, Event::Members { members, .. } => members)
    }

    /// `admin_card`.
    ///
    /// # Errors
    /// Where the daemon refuses.
    pub async fn card(&mut self, name: &str) -> Result<AdminCard, Failure> {
        let request = Request::AdminCard { name: name.into() };
        answer!(self, request, Event::AdminCard { card, devices, created_at } => AdminCard { card, devices, created_at })
    }

    /// `admin_reset_code`; gives the code.
    ///
    /// # Errors
    /// Where the daemon refuses.
    pub async fn reset_code(&mut self, name: &str, expires_secs: u64) -> Result<String, Failure> {
        let request = Request::AdminResetCode {
            name: name.into(),
            expires_secs,
        };
        answer!(self, request, Event::ResetCode { code, .. } => code)
    }

    /// `admin_bans`: the addresses, and whether the panic switch is on.
    ///
    /// # Errors
    /// Where the daemon refuses.
    pub async fn bans(&mut self) -> Result<Bans, Failure> {
        let after = String::new();
        let mut all = Bans::default();
        for page in self.ask_all(Request::AdminBans { after }).await? {
            match page {
                Event::AdminBans {
                    addresses, panic, ..
                } => {
                    all.addresses.extend(addresses);
                    all.panic = panic;
                }
                other => panic!("bans, not {other:?}"),
            }
        }
        Ok(all)
    }

    /// `admin_groups`.
    ///
    /// # Errors
    /// Where the daemon refuses.
    pub async fn groups(&mut self) -> Result<Vec<SharedGroup>, Failure> {
        let after = String::new();
        let mut all = Vec::new();
        for page in self.ask_all(Request::AdminGroups { after }).await? {
            match page {
                Event::AdminGroups { groups, .. } => all.extend(groups),
                other => panic!("groups, not {other:?}"),
            }
        }
        Ok(all)
    }

    /// `admin_invite_new`, for a day, into rooms by name.
    ///
    /// # Errors
    /// Where the daemon refuses.
    pub async fn invite_new(
        &mut self,
        uses: u32,
        rooms: &[&str],
        role: HouseRole,
    ) -> Result<Invitation, Failure> {
        let request = Request::AdminInviteNew {
            uses,
            expires_secs: 24 * 3600,
            rooms: rooms.iter().map(|&room| room.to_owned()).collect(),
            role,
        };
        made(self, request).await
    }

    /// `admin_invites`.
    ///
    /// # Errors
    /// Where the daemon refuses.
    pub async fn invites(&mut self) -> Result<Vec<InviteInfo>, Failure> {
        listed(self, Request::AdminInvites { after: InviteId(0) }).await
    }

    /// `admin_audit` of all pages.
    ///
    /// # Errors
    /// Where the daemon refuses.
    pub async fn audit(&mut self, filter: AuditFilter) -> Result<Vec<AuditLine>, Failure> {
        let AuditFilter { since, by, act } = filter;
        let mut all: Vec<AuditLine> = Vec::new();
        loop {
            let request = Request::AdminAudit {
                after: all.last().map_or(0, |line| line.number),
                limit: chat_shared::limits::AUDIT_PAGE,
                since,
                by: by.clone(),
                act: act.clone(),
            };
            match self.ask(request).await? {
                Event::Audit { lines, more } => {
                    assert!(!more || !lines.is_empty(), "a page on the way");
                    all.extend(lines);
                    if !more {
                        return Ok(all);
                    }
                }
                other => panic!("audit, not {other:?}"),
            }
        }
    }
}
