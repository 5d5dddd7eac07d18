//! What lines do about the house: accounts, addresses, the panic switch, shared groups.

use super::app::App;
use crate::input::HouseAct;
use chat_shared::Command as Act;

impl App {
    pub(super) fn keep_house(&mut self, act: HouseAct) {
        if let Some(act) = self.house_act(act) {
            self.act_on(act);
        }
    }

    /// What to ask for; nothing where somebody is named who is not there, which is told.
    fn house_act(&mut self, act: HouseAct) -> Option<Act> {
        Some(match act {
            HouseAct::Enable {
                who,
                enabled,
                reason,
            } => Act::EnableAccount {
                account: self.person(&who)?,
                enabled,
                reason,
            },
            HouseAct::Role { who, role } => Act::SetHouseRole {
                account: self.person(&who)?,
                role,
            },
            HouseAct::EndDevice { who, device } => Act::RevokeDeviceOf {
                account: self.person(&who)?,
                device,
            },
            HouseAct::BanAddress {
                network,
                for_ms,
                reason,
            } => Act::BanAddress {
                network,
                until: self.ends(for_ms),
                reason,
            },
            HouseAct::UnbanAddress(network) => Act::UnbanAddress { network },
            HouseAct::Panic(on) => Act::Panic { on },
            HouseAct::PutGroup { name, members } => Act::PutSharedGroup {
                name,
                members: self.persons(&members)?,
            },
            HouseAct::RemoveGroup(name) => Act::RemoveSharedGroup { name },
        })
    }
}
