//! The bytes of every message, as they are on the wire: what was released must be read forever.
//!
//! `golden/*.hex` holds a line for each message, its name and its frame. A changed line means that an older
//! peer may no longer understand; a new kind brings a new line. `UPDATE_GOLDEN=1 cargo test -p chat-shared`
//! writes them again: look at the difference before you commit it. What was written otherwise before is in
//! `golden/older.hex`, by hand.

use chat_shared::frame::{LENGTH_BYTES, decode, encode};
use chat_shared::{
    Access, AccountId, AccountInfo, AddressBan, AdminRoom, Announcement, Audience, AuditLine, Card,
    Command, Contact, ConversationId, ConversationKind, ConversationSummary, Cursor, DeviceId,
    DeviceInfo, Entry, EntryBody, Envelope, Event, Fault, FaultCode, Feed, HistoryFrom, HouseRole,
    InboxAbout, InboxItem, InviteId, InviteInfo, Limits, Member, Nonce, Person, Presence,
    PresenceState, Profile, RegistrationMode, Request, RequestId, Restriction, RoomChange,
    RoomInfo, RoomRole, RoomSetting, RoomSettings, Seen, Seq, SharedGroup, Status, StatusText,
    StreamId, Timestamp, VerifierData,
};
use data_encoding::HEXLOWER;
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use std::collections::BTreeMap;
use std::fmt::Debug;
use std::path::Path;

const AT: Timestamp = Timestamp(1_790_000_000_123);
const ROOM: ConversationId = ConversationId(300);
const ANNA: AccountId = AccountId(7);
const BORIS: AccountId = AccountId(8);

fn verifier() -> VerifierData {
    VerifierData {
        salt: vec![1; 16].into(),
        iterations: 600_000,
        stored_key: vec![2; 32].into(),
        server_key: vec![3; 32].into(),
    }
}

fn profile() -> Profile {
    Profile {
        display_name: "Anna".into(),
        full_name: "Dr. Anna Petrova".into(),
        email: "anna@example.org".into(),
        phone: "+49 30 1234".into(),
        department: "Garden".into(),
        about: "Roses.\nTulips.".into(),
        time_zone: "Europe/Berlin".into(),
    }
}

fn settings() -> RoomSettings {
    RoomSettings {
        access: Access::Hidden,
        history: HistoryFrom::Joining,
        description: "who cooks".into(),
        slow_secs: 30,
        read_only: true,
        archived: false,
        for_newcomers: false,
    }
}

fn status_text() -> StatusText {
    StatusText {
        text: "in the garden".into(),
        until: Some(AT),
    }
}

fn contact() -> Contact {
    Contact {
        account: BORIS,
        group: "friends".into(),
        favourite: true,
    }
}

fn group() -> SharedGroup {
    SharedGroup {
        name: "Garden".into(),
        members: vec![ANNA, BORIS],
    }
}

fn announcement() -> Announcement {
    Announcement {
        id: 3,
        at: AT,
        by: Some(ANNA),
        text: "the lift is out of order".into(),
    }
}

/// Their place is their id: what is new comes last.
fn requests() -> Vec<Request> {
    let (nonce, settled, conversation) = (Nonce(65), Nonce(64), ROOM);
    vec![
        Request::Hello {
            client: "chatc 0.1.0".into(),
            version: 1,
        },
        Request::Register {
            name: "Anna".into(),
            verifier: verifier(),
            invite: Some("code".into()),
        },
        Request::Register {
            name: "Zoë".into(),
            verifier: verifier(),
            invite: None,
        },
        Request::SaslStart {
            mechanism: "SCRAM-SHA-256-PLUS".into(),
            data: b"p=tls-exporter,,n=anna,r=abc".to_vec().into(),
        },
        Request::SaslRespond {
            data: b"c=x,r=abcdef,p=y".to_vec().into(),
        },
        Request::Resume {
            token: "token".into(),
        },
        Request::Ping {},
        Request::AddDevice {
            label: "anna@desk".into(),
        },
        Request::RevokeDevice {
            device: DeviceId(3),
        },
        Request::OpenStream {
            stream: StreamId(0),
        },
        Request::Sync {
            house: Some(Seq(0)),
            only: Some(vec![ROOM]),
            cursors: vec![Cursor {
                conversation: ROOM,
                seq: Seq(70_000),
            }],
            newest: 50,
        },
        Request::Sync {
            house: None,
            only: None,
            cursors: vec![],
            newest: 0,
        },
        Request::Rooms {
            after: ConversationId(0),
            text: String::new(),
        },
        Request::Members {
            conversation,
            after: AccountId(0),
        },
        Request::History {
            conversation,
            before: Some(Seq(100)),
            after: None,
            around: None,
            limit: 50,
        },
        Request::History {
            conversation,
            before: None,
            after: Some(Seq(5)),
            around: None,
            limit: 1,
        },
        Request::History {
            conversation,
            before: None,
            after: None,
            around: Some(Seq(9)),
            limit: 200,
        },
        Request::Who {
            since: None,
            after: AccountId(0),
        },
        Request::People {
            accounts: vec![ANNA],
            names: vec!["boris".into()],
        },
        Request::Devices {},
        Request::Post {
            nonce,
            settled,
            conversation,
            text: "Grüße, 世界 👋\nsecond line".into(),
        },
        Request::CreateRoom {
            nonce,
            settled,
            name: "kitchen".into(),
            topic: "tea".into(),
            access: Access::Public,
        },
        Request::Join {
            nonce,
            settled,
            conversation,
        },
        Request::Leave {
            nonce,
            settled,
            conversation,
        },
        Request::SetTopic {
            nonce,
            settled,
            conversation,
            topic: String::new(),
        },
        Request::OpenDirect {
            nonce,
            settled,
            with: vec![ANNA, BORIS],
        },
        Request::MarkRead {
            conversation,
            seq: Seq(5),
        },
        Request::SetPresence {
            state: PresenceState::Online,
        },
        Request::SetPresence {
            state: PresenceState::Away,
        },
        Request::Typing { conversation },
        Request::AdminStatus {},
        Request::AdminAccountAdd {
            name: "boris".into(),
            verifier: verifier(),
        },
        Request::AdminAccounts {
            after: AccountId(0),
        },
        Request::AdminAccountEnable {
            name: "boris".into(),
            enabled: false,
        },
        Request::AdminPasswordReset {
            name: "boris".into(),
            verifier: verifier(),
        },
        Request::AdminInviteNew {
            uses: 5,
            expires_secs: 86_400,
            rooms: vec!["kitchen".into()],
            role: HouseRole::Member,
        },
        Request::AdminInvites { after: InviteId(0) },
        Request::AdminInviteRevoke {
            invite: InviteId(2),
        },
        Request::ResetPassword {
            name: "anna".into(),
            code: "code".into(),
            verifier: verifier(),
        },
        Request::Rooms {
            after: ROOM,
            text: "tea".into(),
        },
        Request::Room { conversation },
        Request::Restrictions {
            conversation,
            after: AccountId(0),
        },
        Request::Who {
            since: Some(AT),
            after: AccountId(0),
        },
        Request::Card { account: ANNA },
        Request::SearchPeople {
            text: "anna garden".into(),
            after: AccountId(0),
        },
        Request::Contacts {
            groups_after: String::new(),
        },
        Request::Inbox { before: None },
        Request::Command {
            nonce,
            settled,
            command: Command::DeleteAccount {},
        },
        Request::InviteNew {
            uses: 1,
            expires_secs: 86_400,
            rooms: vec![ROOM],
            role: HouseRole::Guest,
        },
        Request::InviteNew {
            uses: 2,
            expires_secs: 60,
            rooms: vec![],
            role: HouseRole::Member,
        },
        Request::Invites { after: InviteId(0) },
        Request::AdminCommand {
            command: Command::Panic { on: true },
        },
        Request::AdminRooms {
            after: ConversationId(0),
        },
        Request::AdminMembers {
            conversation,
            after: AccountId(0),
        },
        Request::AdminCard {
            name: "anna".into(),
        },
        Request::AdminResetCode {
            name: "anna".into(),
            expires_secs: 3_600,
        },
        Request::AdminBans {
            after: String::new(),
        },
        Request::AdminGroups {
            after: String::new(),
        },
        Request::AdminAudit {
            after: 0,
            limit: 200,
            since: None,
            by: String::new(),
            act: String::new(),
        },
        Request::AdminAudit {
            after: 9,
            limit: 1,
            since: Some(AT),
            by: "anna".into(),
            act: "ban".into(),
        },
        Request::AdminRestrictions {
            conversation: ROOM,
            after: AccountId(0),
        },
        // Further pages.
        Request::Who {
            since: None,
            after: ANNA,
        },
        Request::Restrictions {
            conversation,
            after: ANNA,
        },
        Request::Contacts {
            groups_after: "Garden".into(),
        },
        Request::Inbox { before: Some(9) },
        Request::Invites { after: InviteId(2) },
        Request::AdminInvites { after: InviteId(2) },
        Request::AdminBans {
            after: "192.0.2.7".into(),
        },
        Request::AdminGroups {
            after: "Garden".into(),
        },
        Request::AdminRestrictions {
            conversation: ROOM,
            after: ANNA,
        },
    ]
}

fn commands() -> Vec<Command> {
    let (conversation, account, until) = (ROOM, BORIS, Some(AT));
    let reason = || "enough of it".to_owned();
    vec![
        Command::SetProfile {
            account: None,
            profile: profile(),
        },
        Command::SetProfile {
            account: Some(BORIS),
            profile: Profile::default(),
        },
        Command::SetStatus {
            text: "in the garden".into(),
            until,
        },
        Command::SetStatus {
            text: String::new(),
            until: None,
        },
        Command::ChangePassword {
            verifier: verifier(),
        },
        Command::DeleteAccount {},
        Command::RevokeOtherDevices {},
        Command::PutContact {
            account,
            group: "friends".into(),
            favourite: true,
        },
        Command::RemoveContact { account },
        Command::Block { account },
        Command::Unblock { account },
        Command::DismissInbox { item: Some(4) },
        Command::DismissInbox { item: None },
        Command::RenameRoom {
            conversation,
            name: "dinner".into(),
        },
        Command::ChangeRoom {
            conversation,
            change: RoomChange {
                access: Some(Access::Private),
                history: Some(HistoryFrom::Beginning),
                description: Some(String::new()),
                slow_secs: Some(0),
                read_only: Some(false),
                archived: Some(true),
                for_newcomers: Some(false),
            },
        },
        Command::ChangeRoom {
            conversation,
            change: RoomChange {
                slow_secs: Some(30),
                ..RoomChange::default()
            },
        },
        Command::DeleteRoom {
            conversation,
            name: "dinner".into(),
        },
        Command::RestoreRoom { conversation },
        Command::InviteToRoom {
            conversation,
            account,
        },
        Command::UninviteFromRoom {
            conversation,
            account,
        },
        Command::SetRoomRole {
            conversation,
            account,
            role: RoomRole::Owner,
        },
        Command::Kick {
            conversation,
            account,
            reason: String::new(),
        },
        Command::Ban {
            conversation,
            account,
            until,
            reason: reason(),
        },
        Command::Ban {
            conversation,
            account,
            until: None,
            reason: String::new(),
        },
        Command::Unban {
            conversation,
            account,
        },
        Command::Mute {
            conversation,
            account,
            until,
            reason: reason(),
        },
        Command::Unmute {
            conversation,
            account,
        },
        Command::DeleteMessage {
            conversation,
            seq: Seq(9),
            reason: reason(),
        },
        Command::Report {
            conversation,
            seq: Seq(9),
            reason: reason(),
        },
        Command::Announce {
            to: Audience::People {
                accounts: vec![ANNA, BORIS],
            },
            text: "tea".into(),
        },
        Command::SetHouseRole {
            account,
            role: HouseRole::Moderator,
        },
        Command::EnableAccount {
            account,
            enabled: false,
            reason: reason(),
        },
        Command::BanAddress {
            network: "2001:db8::/32".into(),
            until,
            reason: reason(),
        },
        Command::UnbanAddress {
            network: "192.0.2.7".into(),
        },
        Command::Panic { on: false },
        Command::PutSharedGroup {
            name: "Garden".into(),
            members: vec![ANNA, BORIS],
        },
        Command::RemoveSharedGroup {
            name: "Garden".into(),
        },
        Command::RevokeInvite {
            invite: InviteId(2),
        },
        Command::RevokeDeviceOf {
            account,
            device: DeviceId(3),
        },
        Command::CreateRoom {
            name: "kitchen".into(),
            topic: "tea".into(),
            change: RoomChange {
                access: Some(Access::Private),
                slow_secs: Some(30),
                ..RoomChange::default()
            },
            owner: Some(BORIS),
        },
        Command::CreateRoom {
            name: "kitchen".into(),
            topic: String::new(),
            change: RoomChange::default(),
            owner: None,
        },
        Command::SetTopic {
            conversation,
            topic: "tea".into(),
        },
        Command::DeleteAccountOf {
            account,
            name: "boris".into(),
        },
        Command::DismissAnnouncement { announcement: 3 },
    ]
}

fn mention() -> InboxAbout {
    InboxAbout::Mention {
        conversation: ROOM,
        seq: Seq(9),
    }
}

fn item(about: InboxAbout) -> InboxItem {
    InboxItem {
        id: 4,
        at: AT,
        by: Some(BORIS),
        about,
    }
}

fn entry(body: EntryBody) -> Entry {
    Entry {
        seq: Seq(70_001),
        at: AT,
        by: Some(ANNA),
        posts: 12,
        body,
    }
}

fn entries() -> Vec<Entry> {
    let (conversation, account, device) = (ROOM, ANNA, DeviceId(3));
    let reason = || "enough of it".to_owned();
    vec![
        entry(EntryBody::Posted {
            text: "Grüße, 世界 👋\nsecond line".into(),
        }),
        Entry {
            by: None,
            ..entry(EntryBody::Created {
                name: Some("general".into()),
            })
        },
        entry(EntryBody::Created { name: None }),
        entry(EntryBody::Joined { account }),
        entry(EntryBody::Left { account }),
        entry(EntryBody::TopicSet {
            topic: "tea".into(),
        }),
        entry(EntryBody::ConversationAdded { conversation }),
        entry(EntryBody::ConversationRemoved {
            conversation,
            reason: String::new(),
            banned: false,
            until: None,
        }),
        entry(EntryBody::Read {
            conversation,
            seq: Seq(9),
            posts: 4,
        }),
        entry(EntryBody::DeviceAdded {
            device,
            label: "anna@desk".into(),
        }),
        entry(EntryBody::DeviceRevoked { device }),
        Entry {
            by: None,
            ..entry(EntryBody::PasswordChanged {})
        },
        entry(EntryBody::AccountAdded {
            account,
            name: "anna".into(),
        }),
        entry(EntryBody::AccountEnabled {
            account,
            enabled: false,
        }),
        entry(EntryBody::RoomAdded {
            conversation,
            name: "kitchen".into(),
        }),
        entry(EntryBody::RoomTopicSet {
            conversation,
            topic: "tea".into(),
        }),
        entry(EntryBody::Kicked {
            account,
            reason: reason(),
        }),
        entry(EntryBody::Banned {
            account,
            until: Some(AT),
            reason: reason(),
        }),
        entry(EntryBody::Banned {
            account,
            until: None,
            reason: String::new(),
        }),
        entry(EntryBody::Unbanned { account }),
        entry(EntryBody::Muted {
            account,
            until: Some(AT),
            reason: reason(),
        }),
        entry(EntryBody::Unmuted { account }),
        entry(EntryBody::RoleSet {
            account,
            role: RoomRole::Owner,
        }),
        entry(EntryBody::Invited { account }),
        entry(EntryBody::Renamed {
            name: "dinner".into(),
            from: String::new(),
        }),
        entry(EntryBody::SettingsSet {
            settings: settings(),
            changed: vec![],
        }),
        entry(EntryBody::MessageDeleted {
            seq: Seq(9),
            reason: reason(),
        }),
        entry(EntryBody::Tombstone {}),
        entry(EntryBody::Deleted {}),
        entry(EntryBody::Restored {}),
        entry(EntryBody::ContactPut { contact: contact() }),
        entry(EntryBody::ContactRemoved { account }),
        entry(EntryBody::Blocked { account }),
        entry(EntryBody::Unblocked { account }),
        entry(EntryBody::InboxAdded {
            item: item(mention()),
        }),
        entry(EntryBody::InboxDismissed {
            item: Some(4),
            announcements: None,
        }),
        entry(EntryBody::InboxDismissed {
            item: None,
            announcements: None,
        }),
        entry(EntryBody::StatusSet {
            status: status_text(),
        }),
        entry(EntryBody::ProfileSet {
            account,
            profile: Box::new(profile()),
        }),
        entry(EntryBody::HouseRoleSet {
            account,
            role: HouseRole::Administrator,
        }),
        entry(EntryBody::AccountDeleted { account }),
        entry(EntryBody::RoomRemoved { conversation }),
        entry(EntryBody::RoomRenamed {
            conversation,
            name: "dinner".into(),
        }),
        entry(EntryBody::RoomSettingsSet {
            conversation,
            settings: settings(),
        }),
        entry(EntryBody::Announced {
            announcement: announcement(),
        }),
        entry(EntryBody::GroupPut { group: group() }),
        entry(EntryBody::GroupRemoved {
            name: "Garden".into(),
        }),
        entry(EntryBody::ConversationRemoved {
            conversation,
            reason: reason(),
            banned: false,
            until: None,
        }),
    ]
}

/// What came since: a page of history stays the bytes that it was.
fn later_entries() -> Vec<Entry> {
    vec![
        entry(EntryBody::Renamed {
            name: "dinner".into(),
            from: "lunch".into(),
        }),
        entry(EntryBody::SettingsSet {
            settings: settings(),
            changed: settings().changed_since(&RoomSettings::default()),
        }),
        entry(EntryBody::InboxDismissed {
            item: None,
            announcements: Some(3),
        }),
        entry(EntryBody::AnnouncementDismissed { announcement: 3 }),
        entry(EntryBody::ConversationRemoved {
            conversation: ROOM,
            reason: "enough of it".into(),
            banned: true,
            until: Some(AT),
        }),
    ]
}

fn status() -> Status {
    Status {
        version: "0.1.0".into(),
        uptime_secs: 1,
        accounts: 2,
        online: 3,
        sessions: 4,
        connections: 5,
        conversations: 6,
        rooms_in_use: 7,
        entries: 8,
        commits: 9,
        commands: 10,
        journal_waiting: 11,
        commit_micros: 12,
        journal_lag_micros: 13,
        read_only: Some("the disk is full".into()),
        store_bytes: 14,
        registration: None,
        panic: false,
    }
}

fn summaries() -> Vec<ConversationSummary> {
    let summary = |about| ConversationSummary {
        conversation: ROOM,
        about,
        members: 2,
        seq: Seq(70_001),
        posts: 12,
        read: Seq(5),
        read_posts: 2,
        after: Seq(69_951),
    };
    vec![
        summary(ConversationKind::Room {
            name: "general".into(),
            topic: String::new(),
        }),
        summary(ConversationKind::Direct {
            members: vec![ANNA, BORIS],
        }),
    ]
}

fn room() -> RoomInfo {
    RoomInfo {
        conversation: ROOM,
        name: "general".into(),
        topic: String::new(),
        members: 2,
        joined: true,
        settings: settings(),
        invited: false,
    }
}

fn restriction() -> Restriction {
    Restriction {
        account: BORIS,
        by: Some(ANNA),
        at: AT,
        until: Some(AT),
        reason: "enough of it".into(),
    }
}

fn card() -> Card {
    Card {
        account: ANNA,
        name: "anna".into(),
        profile: profile(),
        role: HouseRole::Member,
        enabled: true,
        deleted: false,
        presence: Presence {
            account: ANNA,
            state: PresenceState::Offline,
            status: None,
        },
        last_seen: Some(AT),
        last_address: Some("192.0.2.7".into()),
    }
}

fn device() -> DeviceInfo {
    DeviceInfo {
        device: DeviceId(3),
        label: "anna@desk".into(),
        added_at: AT,
        current: true,
        last_used: Some(AT),
        last_address: Some("192.0.2.7".into()),
        sessions: 1,
    }
}

fn events() -> Vec<Event> {
    let people = vec![
        Presence {
            account: ANNA,
            state: PresenceState::DoNotDisturb,
            status: Some(status_text()),
        },
        Presence {
            account: BORIS,
            state: PresenceState::Offline,
            status: None,
        },
    ];
    let mut all = vec![
        Event::Welcome {
            server: "chatd 0.1.0".into(),
            version: 1,
            registration: RegistrationMode::Invite,
            may_register: false,
            mechanisms: vec!["SCRAM-SHA-256-PLUS".into()],
            iterations: 600_000,
            limits: Limits {
                frame: 262_144,
                message: 16_384,
                topic: 512,
                window: 64,
            },
        },
        Event::Registered {
            account: ANNA,
            name: "anna".into(),
            administrator: true,
        },
        Event::Challenge {
            data: b"r=abcdef,s=AQEB,i=600000".to_vec().into(),
        },
        Event::SignedIn {
            account: ANNA,
            name: "anna".into(),
            administrator: true,
            role: HouseRole::Administrator,
            device: None,
            data: Some(b"v=abc".to_vec().into()),
        },
        Event::SignedIn {
            account: ANNA,
            name: "anna".into(),
            administrator: false,
            role: HouseRole::Member,
            device: Some(DeviceId(3)),
            data: None,
        },
        Event::Pong {},
        Event::DeviceAdded {
            device: DeviceId(3),
            token: "token".into(),
        },
        Event::StreamOpened {
            stream: StreamId(0),
            last: Nonce(64),
        },
        Event::Done {
            conversation: Some(ROOM),
            seq: Some(Seq(70_001)),
        },
        Event::Done {
            conversation: None,
            seq: None,
        },
        Event::Noted {},
        Event::Synced {
            account_seq: Seq(4),
            house_seq: Seq(9),
            conversations: summaries(),
        },
        Event::Rooms {
            rooms: vec![room()],
            more: false,
        },
        Event::Members {
            conversation: ROOM,
            seq: Seq(70_001),
            members: vec![Member {
                account: ANNA,
                role: RoomRole::Moderator,
            }],
            more: true,
        },
        Event::Room {
            room: room(),
            role: Some(RoomRole::Guest),
        },
        Event::Room {
            room: RoomInfo {
                joined: false,
                invited: true,
                settings: RoomSettings::default(),
                ..room()
            },
            role: None,
        },
        Event::Restrictions {
            conversation: ROOM,
            banned: vec![restriction()],
            muted: vec![Restriction {
                by: None,
                until: None,
                reason: String::new(),
                ..restriction()
            }],
            invited: vec![],
            more: false,
        },
        Event::Card { card: card() },
        Event::Contacts {
            account_seq: Seq(4),
            contacts: vec![
                contact(),
                Contact {
                    group: String::new(),
                    favourite: false,
                    ..contact()
                },
            ],
            blocked: vec![BORIS],
            groups: vec![group()],
            more: false,
        },
        Event::Inbox {
            account_seq: Seq(4),
            items: vec![item(mention())],
            announcements: vec![
                announcement(),
                Announcement {
                    by: None,
                    ..announcement()
                },
            ],
            more: false,
        },
        Event::History {
            conversation: ROOM,
            entries: entries(),
            newest: Seq(70_001),
        },
        Event::Who {
            people: people.clone(),
            seen: vec![Seen {
                account: BORIS,
                at: AT,
            }],
            more: false,
        },
        Event::Who {
            people: vec![],
            seen: vec![],
            more: false,
        },
        Event::People {
            people: vec![Person {
                account: ANNA,
                name: "anna".into(),
                profile: profile(),
                deleted: false,
            }],
            more: false,
        },
        Event::Devices {
            devices: vec![device()],
        },
        Event::Status { status: status() },
        Event::Status {
            status: Status {
                read_only: None,
                ..status()
            },
        },
        Event::Status {
            status: Status {
                registration: Some(RegistrationMode::Invite),
                panic: true,
                ..status()
            },
        },
        Event::Accounts {
            accounts: vec![AccountInfo {
                account: ANNA,
                name: "anna".into(),
                administrator: true,
                enabled: true,
                created_at: AT,
                sessions: 1,
                role: HouseRole::Administrator,
                display_name: "Anna".into(),
                deleted: false,
                last_seen: Some(AT),
                last_address: Some("192.0.2.7".into()),
            }],
            more: false,
        },
        Event::InviteMade {
            invite: InviteId(2),
            code: "code".into(),
            links: vec!["chat://host/?pin=p&invite=code".into()],
            expires_at: AT,
        },
        Event::Invites {
            invites: vec![InviteInfo {
                invite: InviteId(2),
                uses_left: 4,
                expires_at: AT,
                created_at: AT,
                by: Some(ANNA),
                rooms: vec![ROOM],
                role: HouseRole::Guest,
            }],
            more: false,
        },
        Event::AdminRooms {
            rooms: vec![AdminRoom {
                room: room(),
                posts: 12,
                created_at: AT,
                deleted_at: Some(AT),
            }],
            more: true,
        },
        Event::AdminCard {
            card: card(),
            devices: vec![device()],
            created_at: AT,
        },
        Event::ResetCode {
            code: "code".into(),
            expires_at: AT,
        },
        Event::AdminBans {
            addresses: vec![AddressBan {
                network: "192.0.2.0/24".into(),
                by: Some(ANNA),
                at: AT,
                until: None,
                reason: "enough of it".into(),
            }],
            panic: true,
            more: false,
        },
        Event::AdminGroups {
            groups: vec![group()],
            more: false,
        },
        Event::Audit {
            lines: vec![AuditLine {
                number: 1,
                at: AT,
                by: Some(ANNA),
                by_name: "anna".into(),
                act: "ban".into(),
                target: "#lunch boris".into(),
                detail: "enough of it".into(),
                hash: "ab".repeat(32),
            }],
            more: false,
        },
        Event::PresenceChanged { people },
        Event::Announced {
            announcement: Announcement {
                id: 0,
                ..announcement()
            },
        },
        Event::TypingIn {
            conversation: ROOM,
            account: ANNA,
        },
        Event::AreYouThere {},
    ];
    all.extend(
        summaries()
            .into_iter()
            .map(|conversation| Event::Opened { conversation }),
    );
    for feed in [
        Feed::House,
        Feed::Account,
        Feed::Conversation { conversation: ROOM },
    ] {
        all.push(Event::Entries {
            feed,
            entries: vec![entry(EntryBody::Joined { account: ANNA })],
        });
    }
    for code in FaultCode::ALL {
        let fault = Fault::new(*code, "could not do it");
        all.push(Event::Fault { fault });
    }
    let fault = Fault::new(FaultCode::Throttled, "too many tries").retry_after_ms(2_000);
    all.push(Event::Fault { fault });
    let fault = Fault::new(FaultCode::Muted, "you may only read").until(Some(AT));
    all.push(Event::Fault { fault });
    all.extend(first_pages());
    all
}

/// Answers that did not fit into one.
fn first_pages() -> Vec<Event> {
    let more = true;
    vec![
        Event::Restrictions {
            conversation: ROOM,
            banned: vec![],
            muted: vec![],
            invited: vec![restriction()],
            more,
        },
        Event::Contacts {
            account_seq: Seq(4),
            contacts: vec![],
            blocked: vec![],
            groups: vec![group()],
            more,
        },
        Event::Inbox {
            account_seq: Seq(4),
            items: vec![item(mention())],
            announcements: vec![],
            more,
        },
        Event::Who {
            people: vec![],
            seen: vec![Seen {
                account: BORIS,
                at: AT,
            }],
            more,
        },
        Event::Invites {
            invites: vec![],
            more,
        },
        Event::AdminBans {
            addresses: vec![],
            panic: false,
            more,
        },
        Event::AdminGroups {
            groups: vec![group()],
            more,
        },
    ]
}

/// Words that stand inside of messages.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Value {
    PresenceState(PresenceState),
    HouseRole(HouseRole),
    RoomRole(RoomRole),
    Access(Access),
    HistoryFrom(HistoryFrom),
    Audience(Audience),
    InboxAbout(InboxAbout),
    RoomSetting(RoomSetting),
}

impl Value {
    /// Its type and kind, such as `house_role guest`.
    fn name(&self) -> String {
        let kind = match self {
            Value::PresenceState(value) => kind_of(value),
            Value::HouseRole(value) => kind_of(value),
            Value::RoomRole(value) => kind_of(value),
            Value::Access(value) => kind_of(value),
            Value::HistoryFrom(value) => kind_of(value),
            Value::Audience(value) => kind_of(value),
            Value::InboxAbout(value) => kind_of(value),
            Value::RoomSetting(value) => kind_of(value),
        };
        format!("{} {kind}", kind_of(self))
    }
}

fn values() -> Vec<Value> {
    let (conversation, seq) = (ROOM, Seq(9));
    let mut all = Vec::new();
    all.extend(
        [
            PresenceState::Offline,
            PresenceState::Away,
            PresenceState::Online,
            PresenceState::DoNotDisturb,
            PresenceState::Invisible,
        ]
        .map(Value::PresenceState),
    );
    all.extend(
        [
            HouseRole::Guest,
            HouseRole::Member,
            HouseRole::Moderator,
            HouseRole::Administrator,
        ]
        .map(Value::HouseRole),
    );
    all.extend(
        [
            RoomRole::Guest,
            RoomRole::Member,
            RoomRole::Moderator,
            RoomRole::Owner,
        ]
        .map(Value::RoomRole),
    );
    all.extend([Access::Public, Access::Private, Access::Hidden].map(Value::Access));
    all.extend([HistoryFrom::Beginning, HistoryFrom::Joining].map(Value::HistoryFrom));
    all.extend(
        [
            Audience::Online,
            Audience::Everybody,
            Audience::People {
                accounts: vec![ANNA],
            },
        ]
        .map(Value::Audience),
    );
    all.extend(
        [
            mention(),
            InboxAbout::AddedAsContact {},
            InboxAbout::RoomInvitation {
                conversation,
                name: "den".into(),
            },
            InboxAbout::Announcement { text: "tea".into() },
            InboxAbout::Report {
                conversation,
                seq,
                reason: "enough of it".into(),
            },
        ]
        .map(Value::InboxAbout),
    );
    all.extend(
        [
            RoomSetting::Access,
            RoomSetting::History,
            RoomSetting::Description,
            RoomSetting::SlowSecs,
            RoomSetting::ReadOnly,
            RoomSetting::Archived,
            RoomSetting::ForNewcomers,
        ]
        .map(Value::RoomSetting),
    );
    all
}

/// Names for lines: the kind, numbered where there are several.
fn named<T: Serialize>(
    values: impl IntoIterator<Item = T>,
    kind: fn(&T) -> String,
) -> Vec<(String, T)> {
    let mut count: BTreeMap<String, usize> = BTreeMap::new();
    let name = |value: T| {
        let kind = kind(&value);
        let number = count.entry(kind.clone()).or_default();
        *number += 1;
        let name = if *number == 1 {
            kind
        } else {
            format!("{kind} {number}")
        };
        (name, value)
    };
    values.into_iter().map(name).collect()
}

/// The variant of a value in snake_case.
fn kind_of(value: &impl Debug) -> String {
    let shown = format!("{value:?}");
    let word: String = shown
        .chars()
        .take_while(char::is_ascii_alphanumeric)
        .collect();
    snake(&word)
}

fn snake(word: &str) -> String {
    let mut snake = String::new();
    for (index, c) in word.char_indices() {
        if c.is_ascii_uppercase() && index > 0 {
            snake.push('_');
        }
        snake.push(c.to_ascii_lowercase());
    }
    snake
}

/// The kinds that a source file declares for an enum.
fn declared(source: &str, name: &str) -> Vec<String> {
    let body = source
        .split_once(&format!("pub enum {name} {{"))
        .expect("the enum")
        .1;
    let body = body.split_once("\n}").expect("its end").0;
    let variant = |line: &str| {
        let head = line.strip_prefix("    ")?;
        let word: String = head
            .chars()
            .take_while(char::is_ascii_alphanumeric)
            .collect();
        (word.starts_with(|c: char| c.is_ascii_uppercase()) && word != "Unknown")
            .then(|| snake(&word))
    };
    body.lines().filter_map(variant).collect()
}

/// Compares with the file (or writes it), then reads each line back.
fn holds<T>(file: &str, values: Vec<(String, T)>, declared: &[String])
where
    T: Serialize + DeserializeOwned + PartialEq + Debug + Clone,
{
    let has = |kind: &String| {
        values
            .iter()
            .any(|(name, _)| name == kind || name.split(' ').next() == Some(kind))
    };
    let missing: Vec<_> = declared.iter().filter(|kind| !has(kind)).collect();
    assert!(
        missing.is_empty(),
        "add an example of {missing:?} to this test"
    );

    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("golden")
        .join(file);
    let lines: String = values
        .iter()
        .map(|(name, value)| format!("{name}: {}\n", HEXLOWER.encode(&encode(value))))
        .collect();
    if std::env::var_os("UPDATE_GOLDEN").is_some() {
        std::fs::write(&path, &lines).expect("golden/ can be written");
    }
    let kept = std::fs::read_to_string(&path).unwrap_or_default();
    for (name, value) in &values {
        let line = kept
            .lines()
            .find_map(|line| line.strip_prefix(&format!("{name}: ")));
        let line = line.unwrap_or_else(|| panic!("golden/{file} lacks `{name}`: UPDATE_GOLDEN=1"));
        let bytes = HEXLOWER.decode(line.as_bytes()).expect("hex");
        let read: T = decode(&bytes[LENGTH_BYTES..]).unwrap_or_else(|e| panic!("{name}: {e}"));
        assert_eq!(read, *value, "{name} is read as before");
        assert_eq!(
            HEXLOWER.encode(&encode(value)),
            line,
            "{name} is written as before"
        );
    }
    assert_eq!(
        kept.lines().count(),
        values.len(),
        "golden/{file} holds nothing else"
    );
}

#[test]
fn requests_are_the_same_bytes_as_ever() {
    let values = named(requests(), kind_of);
    let envelope = |(id, (name, body))| {
        (
            name,
            Envelope {
                id: RequestId(id as u64 + 1),
                body,
            },
        )
    };
    let values = values.into_iter().enumerate().map(envelope).collect();
    holds::<Envelope<Request>>(
        "requests.hex",
        values,
        &declared(include_str!("../src/request.rs"), "Request"),
    );
}

#[test]
fn commands_are_the_same_bytes_as_ever() {
    let envelope = |(name, command)| {
        let body = Request::Command {
            nonce: Nonce(65),
            settled: Nonce(64),
            command,
        };
        let id = RequestId(1);
        (name, Envelope { id, body })
    };
    let values = named(commands(), kind_of);
    holds::<Envelope<Request>>(
        "commands.hex",
        values.into_iter().map(envelope).collect(),
        &declared(include_str!("../src/command.rs"), "Command"),
    );
}

#[test]
fn words_inside_of_messages_are_the_same_bytes_as_ever() {
    let source = include_str!("../src/people.rs");
    let enums = source.matches("pub enum ").count();
    let names: Vec<&str> = source
        .split("pub enum ")
        .skip(1)
        .filter_map(|rest| rest.split_once(" {"))
        .map(|(name, _)| name)
        .collect();
    assert_eq!(names.len(), enums);
    let kinds = names.iter().flat_map(|name| {
        let kinds = declared(source, name).into_iter();
        kinds.map(move |kind| format!("{} {kind}", snake(name)))
    });
    let values = values().into_iter().map(|value| (value.name(), value));
    holds("values.hex", values.collect(), &kinds.collect::<Vec<_>>());
}

#[test]
fn events_are_the_same_bytes_as_ever() {
    let name = |event: &Event| match event {
        Event::Fault { fault } => format!("fault {}", fault.code),
        event => kind_of(event),
    };
    let envelope = |(name, body)| {
        (
            name,
            Envelope {
                id: RequestId(0),
                body,
            },
        )
    };
    let values = named(events(), name).into_iter().map(envelope).collect();
    holds::<Envelope<Event>>(
        "events.hex",
        values,
        &declared(include_str!("../src/event.rs"), "Event"),
    );
}

#[test]
fn entries_are_the_same_bytes_as_ever() {
    let entries = entries().into_iter().chain(later_entries());
    let values = named(entries, |entry| kind_of(&entry.body));
    holds(
        "entries.hex",
        values,
        &declared(include_str!("../src/entry.rs"), "EntryBody"),
    );
}

/// Fields were added since: a peer that does not send them is understood.
#[test]
fn what_an_older_peer_writes_is_read() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("golden/older.hex");
    let text = std::fs::read_to_string(path).expect("golden/older.hex");
    let mut read = 0;
    for line in text.lines() {
        let (name, hex) = line.split_once(": ").expect("a name and bytes");
        let (side, name) = name.split_once(' ').expect("who says it");
        let bytes = HEXLOWER.decode(hex.as_bytes()).expect("hex");
        let bytes = &bytes[LENGTH_BYTES..];
        let kind = match side {
            "request" => kind_of(&decode::<Envelope<Request>>(bytes).expect(name).body),
            "event" => kind_of(&decode::<Envelope<Event>>(bytes).expect(name).body),
            other => panic!("nobody is called {other}"),
        };
        assert_eq!(Some(&*kind), name.split(' ').next(), "{line}");
        read += 1;
    }
    assert!(read > 10, "only {read} lines");
}
