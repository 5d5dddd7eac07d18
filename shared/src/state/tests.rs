use super::{AccountState, ConversationState, Gap, HouseState, ReadMark};
use crate::entry::{Entry, EntryBody};
use crate::ids::{AccountId, ConversationId, DeviceId, Seq, Timestamp};
use crate::limits::ANNOUNCEMENTS;
use crate::people::{
    Access, Announcement, Contact, HouseRole, InboxAbout, InboxItem, Profile, RoomRole,
    RoomSettings, SharedGroup, StatusText,
};

const ANNA: AccountId = AccountId(1);
const BORIS: AccountId = AccountId(2);
const LUNCH: ConversationId = ConversationId(7);

/// The feed with these bodies, the first at 1, a second apart.
fn feed(bodies: impl IntoIterator<Item = EntryBody>) -> Vec<Entry> {
    let mut posts = 0;
    let entry = |(seq, body)| {
        posts += u64::from(matches!(
            body,
            EntryBody::Posted { .. } | EntryBody::Tombstone {}
        ));
        Entry {
            seq: Seq(seq),
            at: Timestamp(i64::try_from(seq).unwrap() * 1_000),
            by: Some(ANNA),
            posts,
            body,
        }
    };
    (1..).zip(bodies).map(entry).collect()
}

fn conversation(bodies: impl IntoIterator<Item = EntryBody>) -> ConversationState {
    let mut state = ConversationState::default();
    for entry in feed(bodies) {
        state.apply(&entry).unwrap();
    }
    state
}

fn account(bodies: impl IntoIterator<Item = EntryBody>) -> AccountState {
    let mut state = AccountState::default();
    for entry in feed(bodies) {
        state.apply(&entry).unwrap();
    }
    state
}

fn house(bodies: impl IntoIterator<Item = EntryBody>) -> HouseState {
    let mut state = HouseState::default();
    for entry in feed(bodies) {
        state.apply(&entry).unwrap();
    }
    state
}

fn joined(account: AccountId) -> EntryBody {
    EntryBody::Joined { account }
}

fn role(account: AccountId, role: RoomRole) -> EntryBody {
    EntryBody::RoleSet { account, role }
}

fn kicked(account: AccountId) -> EntryBody {
    EntryBody::Kicked {
        account,
        reason: String::new(),
    }
}

fn settings() -> RoomSettings {
    RoomSettings {
        access: Access::Private,
        slow_secs: 30,
        ..RoomSettings::default()
    }
}

#[test]
fn an_entry_counts_once_and_a_hole_is_told() {
    let entries = feed([joined(ANNA), joined(BORIS), kicked(ANNA)]);
    let mut state = ConversationState::default();
    state.apply(&entries[0]).unwrap();
    state.apply(&entries[0]).unwrap();
    assert_eq!(state.seq, Seq(1));
    let before = state.clone();
    assert_eq!(
        state.apply(&entries[2]),
        Err(Gap {
            have: Seq(1),
            got: Seq(3)
        })
    );
    assert_eq!(state, before);
}

#[test]
fn who_comes_is_a_member_until_a_role_is_set_and_again_after_they_came_back() {
    let state = conversation([
        joined(ANNA),
        role(ANNA, RoomRole::Owner),
        joined(BORIS),
        role(BORIS, RoomRole::Moderator),
        kicked(BORIS),
    ]);
    assert_eq!(state.members, [(ANNA, RoomRole::Owner)].into());
    let state = conversation([
        joined(BORIS),
        role(BORIS, RoomRole::Owner),
        EntryBody::Left { account: BORIS },
        role(BORIS, RoomRole::Owner),
        joined(BORIS),
    ]);
    assert_eq!(state.members, [(BORIS, RoomRole::Member)].into());
}

#[test]
fn a_room_is_as_it_was_set_last_and_what_ends_by_the_clock_is_not_in_it() {
    let created = EntryBody::Created {
        name: Some("lunch".to_owned()),
    };
    let known = conversation([
        created.clone(),
        joined(ANNA),
        EntryBody::Renamed {
            name: "dinner".to_owned(),
            from: "lunch".to_owned(),
        },
        EntryBody::SettingsSet {
            settings: settings(),
            changed: Vec::new(),
        },
        EntryBody::Deleted {},
    ]);
    assert_eq!(known.name.as_deref(), Some("dinner"));
    assert_eq!(known.settings, settings());
    assert!(known.deleted);
    assert_eq!(known.members.len(), 1);

    let (until, reason) = (Some(Timestamp(9)), String::new());
    let muted = EntryBody::Muted {
        account: BORIS,
        until,
        reason: reason.clone(),
    };
    let banned = EntryBody::Banned {
        account: BORIS,
        until,
        reason,
    };
    let restricted = conversation([
        created,
        EntryBody::Deleted {},
        EntryBody::Restored {},
        muted,
        EntryBody::Unmuted { account: BORIS },
        banned,
        EntryBody::Unbanned { account: BORIS },
        EntryBody::Invited { account: BORIS },
    ]);
    let expected = ConversationState {
        seq: Seq(8),
        name: Some("lunch".to_owned()),
        ..ConversationState::default()
    };
    assert_eq!(restricted, expected);
}

#[test]
fn a_message_that_was_taken_away_still_counts() {
    let state = conversation([
        EntryBody::Posted {
            text: "hello".to_owned(),
        },
        EntryBody::Tombstone {},
        EntryBody::MessageDeleted {
            seq: Seq(2),
            reason: String::new(),
        },
    ]);
    assert_eq!((state.seq, state.posts), (Seq(3), 2));
}

#[test]
fn conversations_come_and_go_with_their_read_marks() {
    let added = EntryBody::ConversationAdded {
        conversation: LUNCH,
    };
    let read = EntryBody::Read {
        conversation: LUNCH,
        seq: Seq(4),
        posts: 2,
    };
    let removed = EntryBody::ConversationRemoved {
        conversation: LUNCH,
        reason: String::new(),
        banned: false,
        until: None,
    };
    let mark = ReadMark {
        seq: Seq(4),
        posts: 2,
    };
    let state = account([added.clone(), read.clone()]);
    assert_eq!(state.conversations, [(LUNCH, mark)].into());
    let state = account([added.clone(), read.clone(), removed.clone(), read.clone()]);
    assert_eq!(state.conversations, [].into());
    let state = account([added.clone(), read, removed, added]);
    assert_eq!(state.conversations, [(LUNCH, ReadMark::default())].into());
}

#[test]
fn an_account_knows_its_contacts_blocks_devices_and_status() {
    let contact = |favourite| Contact {
        account: BORIS,
        group: "friends".to_owned(),
        favourite,
    };
    let put = |favourite| EntryBody::ContactPut {
        contact: contact(favourite),
    };
    let status = StatusText {
        text: "in the garden".to_owned(),
        until: Some(Timestamp(5)),
    };
    let device = DeviceId(3);
    let all = [
        put(false),
        put(true),
        EntryBody::Blocked { account: BORIS },
        EntryBody::StatusSet {
            status: status.clone(),
        },
        EntryBody::DeviceAdded {
            device,
            label: "desk".to_owned(),
        },
    ];
    let state = account(all.clone());
    assert_eq!(state.contacts, [(BORIS, contact(true))].into());
    assert_eq!(state.blocked, [BORIS].into());
    assert_eq!(state.status, status);
    assert_eq!(state.devices, [(device, "desk".to_owned())].into());

    let ends = [
        EntryBody::ContactRemoved { account: BORIS },
        EntryBody::Unblocked { account: BORIS },
        EntryBody::StatusSet {
            status: StatusText::default(),
        },
        EntryBody::DeviceRevoked { device },
        EntryBody::PasswordChanged {},
    ];
    let state = account(all.into_iter().chain(ends));
    let expected = AccountState {
        seq: Seq(10),
        ..AccountState::default()
    };
    assert_eq!(state, expected);
}

#[test]
fn what_was_dismissed_waits_no_longer_and_what_comes_later_does() {
    let item = |id| InboxItem {
        id,
        at: Timestamp(0),
        by: Some(BORIS),
        about: InboxAbout::AddedAsContact {},
    };
    let added = |id| EntryBody::InboxAdded { item: item(id) };
    let dismissed = |item, announcements| EntryBody::InboxDismissed {
        item,
        announcements,
    };
    // All within a moment: the numbers count.
    let told = |id| Announcement {
        id,
        at: Timestamp(0),
        by: None,
        text: "tea".to_owned(),
    };

    let state = account([added(1), added(2), dismissed(Some(1), None)]);
    assert_eq!(state.inbox, [(2, item(2))].into());
    assert!(state.is_waiting(&told(1)), "only an item was dismissed");

    let state = account([added(1), added(2), dismissed(None, Some(4)), added(3)]);
    assert_eq!(state.inbox, [(3, item(3))].into());
    assert!(!state.is_waiting(&told(4)), "said before");
    assert!(state.is_waiting(&told(5)), "said after");

    let one = EntryBody::AnnouncementDismissed { announcement: 2 };
    let state = account([added(1), one]);
    assert_eq!(state.inbox.len(), 1);
    let waiting: Vec<u64> = (1..4).filter(|id| state.is_waiting(&told(*id))).collect();
    assert_eq!(waiting, [1, 3]);
}

#[test]
fn the_house_knows_its_people_as_they_are_now() {
    let profile = Profile {
        full_name: "Anna Petrova".to_owned(),
        ..Profile::default()
    };
    let added = EntryBody::AccountAdded {
        account: ANNA,
        name: "anna".to_owned(),
    };
    let state = house([
        added.clone(),
        EntryBody::ProfileSet {
            account: ANNA,
            profile: Box::new(profile.clone()),
        },
        EntryBody::HouseRoleSet {
            account: ANNA,
            role: HouseRole::Moderator,
        },
    ]);
    let anna = &state.people[&ANNA];
    assert_eq!((&*anna.name, &anna.profile), ("anna", &profile));
    assert_eq!(anna.role, HouseRole::Moderator);
    assert!(anna.enabled && !anna.deleted);

    let state = house([added.clone(), EntryBody::AccountDeleted { account: ANNA }]);
    let anna = &state.people[&ANNA];
    assert_eq!(anna.name, "anna", "the name stays theirs");
    assert!(anna.deleted && !anna.enabled);

    let enabled = |enabled| EntryBody::AccountEnabled {
        account: ANNA,
        enabled,
    };
    assert!(!house([added.clone(), enabled(false)]).people[&ANNA].enabled);
    assert!(house([added, enabled(false), enabled(true)]).people[&ANNA].enabled);
}

#[test]
fn the_directory_holds_each_room_as_it_is_now() {
    let added = EntryBody::RoomAdded {
        conversation: LUNCH,
        name: "lunch".to_owned(),
    };
    let settings_set = EntryBody::RoomSettingsSet {
        conversation: LUNCH,
        settings: settings(),
    };
    let removed = EntryBody::RoomRemoved {
        conversation: LUNCH,
    };
    let state = house([
        added.clone(),
        EntryBody::RoomTopicSet {
            conversation: LUNCH,
            topic: "soup".to_owned(),
        },
        settings_set.clone(),
        EntryBody::RoomRenamed {
            conversation: LUNCH,
            name: "dinner".to_owned(),
        },
    ]);
    let room = &state.rooms[&LUNCH];
    assert_eq!((&*room.name, &*room.topic), ("dinner", "soup"));
    assert_eq!(room.settings, settings());

    assert!(house([added.clone(), removed.clone()]).rooms.is_empty());
    let state = house([added.clone(), settings_set, removed, added]);
    assert_eq!(state.rooms[&LUNCH].settings, RoomSettings::default());
}

#[test]
fn groups_and_the_newest_announcements_are_kept() {
    let group = |members: &[AccountId]| EntryBody::GroupPut {
        group: SharedGroup {
            name: "office".to_owned(),
            members: members.to_vec(),
        },
    };
    let state = house([group(&[ANNA]), group(&[ANNA, BORIS])]);
    assert_eq!(
        state.groups,
        [("office".to_owned(), vec![ANNA, BORIS])].into()
    );
    let removed = EntryBody::GroupRemoved {
        name: "office".to_owned(),
    };
    assert!(house([group(&[ANNA]), removed]).groups.is_empty());

    let told = |id| EntryBody::Announced {
        announcement: Announcement {
            id,
            at: Timestamp(0),
            by: None,
            text: format!("the {id}th"),
        },
    };
    let newest = ANNOUNCEMENTS as u64 + 3;
    let state = house((1..=newest).map(told));
    assert_eq!(state.announcements.len(), ANNOUNCEMENTS);
    assert_eq!(state.announcements.first_key_value().unwrap().0, &4);
    assert_eq!(state.announcements.last_key_value().unwrap().0, &newest);
}
