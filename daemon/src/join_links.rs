//! Which links to print, so that somebody on another machine can join: one for each address at which the
//! daemon can be reached, the likeliest first.

use chat_shared::link::{JoinLink, Pin};
use std::net::{IpAddr, SocketAddr};

/// Links at the most: a machine with many networks would bury the one that is wanted.
const MOST: usize = 4;

/// Interfaces of virtual machines and containers: nobody else on the network reaches those addresses.
const VIRTUAL: &[&str] = &[
    "docker", "br-", "veth", "virbr", "vmnet", "vboxnet", "cni", "podman", "lxc", "lxd", "flannel",
    "cali",
];

/// The links for a daemon that listens at these addresses, as bound.
pub(crate) fn join_links(
    listening: &[SocketAddr],
    pin: Pin,
    invite: Option<&str>,
) -> Vec<JoinLink> {
    let host_name = nix::unistd::gethostname()
        .ok()
        .and_then(|name| name.into_string().ok());
    links(listening, &interfaces(), host_name.as_deref())
        .into_iter()
        .map(|(host, port)| JoinLink {
            host,
            port,
            pin: Some(pin),
            invite: invite.map(str::to_owned),
        })
        .collect()
}

/// An address of this machine.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct OwnAddress {
    address: IpAddr,
    is_virtual: bool,
}

/// The addresses of the interfaces that are up and connected to something.
fn interfaces() -> Vec<OwnAddress> {
    use nix::net::if_::InterfaceFlags;
    let Ok(all) = nix::ifaddrs::getifaddrs() else {
        return Vec::new();
    };
    let wanted = InterfaceFlags::IFF_UP | InterfaceFlags::IFF_RUNNING;
    all.filter(|one| one.flags.contains(wanted))
        .filter_map(|one| {
            let address = one.address?;
            let v4 = address.as_sockaddr_in().map(|v4| IpAddr::from(v4.ip()));
            let v6 = address.as_sockaddr_in6().map(|v6| IpAddr::from(v6.ip()));
            let name = one.interface_name.as_str();
            Some(OwnAddress {
                address: v4.or(v6)?,
                is_virtual: VIRTUAL.iter().any(|prefix| name.starts_with(prefix)),
            })
        })
        .collect()
}

/// Hosts and ports to name, given what this machine has.
fn links(
    listening: &[SocketAddr],
    own: &[OwnAddress],
    host_name: Option<&str>,
) -> Vec<(String, u16)> {
    let mut far: Vec<(bool, bool, IpAddr, u16)> = Vec::new();
    for bound in listening.iter().filter(|bound| bound.port() != 0) {
        if bound.ip().is_unspecified() {
            // The IPv6 wildcard takes IPv4 too, the IPv4 one only its own kind.
            let fits = |own: &&OwnAddress| bound.is_ipv6() || own.address.is_ipv4();
            for own in own.iter().filter(fits).filter(|own| is_far(own.address)) {
                far.push((
                    own.is_virtual,
                    own.address.is_ipv6(),
                    own.address,
                    bound.port(),
                ));
            }
        } else if is_far(bound.ip()) {
            far.push((false, bound.is_ipv6(), bound.ip(), bound.port()));
        }
    }
    // Stable: within a kind the order is the system's.
    far.sort_by_key(|(is_virtual, is_v6, ..)| (*is_virtual, *is_v6));
    let mut links: Vec<(String, u16)> = Vec::new();
    for (_, _, address, port) in far {
        let link = (address.to_string(), port);
        if !links.contains(&link) {
            links.push(link);
        }
    }
    links.truncate(MOST);
    if links.is_empty() {
        links.extend(last_resort(listening, host_name));
    }
    links
}

/// Where no network was found: the name of this machine, which others may know, else loopback.
fn last_resort(listening: &[SocketAddr], host_name: Option<&str>) -> Option<(String, u16)> {
    let wildcard = listening
        .iter()
        .find(|bound| bound.ip().is_unspecified() && bound.port() != 0);
    if let Some(wildcard) = wildcard {
        let host = host_name.filter(|name| is_linkable(name));
        let loopback = if wildcard.is_ipv4() {
            "127.0.0.1"
        } else {
            "::1"
        };
        return Some((host.unwrap_or(loopback).to_owned(), wildcard.port()));
    }
    let bound = listening.iter().find(|bound| bound.port() != 0)?;
    Some((bound.ip().to_string(), bound.port()))
}

/// Whether another machine can connect to it: link-local IPv6 would need the name of the *other*
/// machine's interface.
fn is_far(address: IpAddr) -> bool {
    let is_link_local = match address {
        IpAddr::V4(v4) => v4.is_link_local(),
        IpAddr::V6(v6) => v6.is_unicast_link_local(),
    };
    !address.is_loopback() && !address.is_unspecified() && !is_link_local
}

/// A host name that a link can hold and that is not every machine's.
fn is_linkable(name: &str) -> bool {
    name != "localhost" && format!("chat://{name}/").parse::<JoinLink>().is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn own(addresses: &[&str]) -> Vec<OwnAddress> {
        let own = |text: &&str| {
            let (is_virtual, text) = match text.strip_prefix("virtual ") {
                Some(text) => (true, text),
                None => (false, *text),
            };
            let address = text.parse().unwrap();
            OwnAddress {
                address,
                is_virtual,
            }
        };
        addresses.iter().map(own).collect()
    }

    fn hosts(listening: &[&str], addresses: &[&str], name: Option<&str>) -> Vec<String> {
        let listening: Vec<SocketAddr> = listening.iter().map(|a| a.parse().unwrap()).collect();
        links(&listening, &own(addresses), name)
            .into_iter()
            .map(|(host, port)| {
                JoinLink {
                    host,
                    port,
                    pin: None,
                    invite: None,
                }
                .to_string()
            })
            .collect()
    }

    #[test]
    fn a_wildcard_stands_for_the_machines_addresses_ipv4_first() {
        let own = [
            "127.0.0.1",
            "::1",
            "fe80::1",
            "2001:db8::7",
            "virtual 172.17.0.1",
            "192.0.2.7",
        ];
        assert_eq!(
            hosts(&["[::]:7420"], &own, Some("lab")),
            [
                "chat://192.0.2.7:7420/",
                "chat://[2001:db8::7]:7420/",
                "chat://172.17.0.1:7420/",
            ]
        );
        assert_eq!(
            hosts(&["0.0.0.0:1"], &own, None),
            ["chat://192.0.2.7:1/", "chat://172.17.0.1:1/"]
        );
    }

    #[test]
    fn an_address_that_was_named_is_linked_as_it_is() {
        let listening = ["192.0.2.9:7420", "127.0.0.1:7420", "[2001:db8::9]:9"];
        assert_eq!(
            hosts(&listening, &["198.51.100.1"], Some("lab")),
            ["chat://192.0.2.9:7420/", "chat://[2001:db8::9]:9/"]
        );
    }

    #[test]
    fn there_are_at_most_four_and_each_once() {
        let own = [
            "192.0.2.1",
            "192.0.2.2",
            "192.0.2.3",
            "192.0.2.4",
            "192.0.2.5",
        ];
        let found = hosts(&["[::]:7420", "0.0.0.0:7420"], &own, None);
        assert_eq!(found.len(), MOST);
        assert_eq!(found[1], "chat://192.0.2.2:7420/");
    }

    #[test]
    fn a_machine_without_a_network_is_linked_by_its_name_or_loopback() {
        let own = ["127.0.0.1", "::1"];
        assert_eq!(
            hosts(&["[::]:7420"], &own, Some("lab")),
            ["chat://lab:7420/"]
        );
        for useless in [None, Some("localhost"), Some("two words"), Some("")] {
            assert_eq!(
                hosts(&["0.0.0.0:7420"], &own, useless),
                ["chat://127.0.0.1:7420/"]
            );
        }
        assert_eq!(
            hosts(&["127.0.0.1:7420"], &own, Some("lab")),
            ["chat://127.0.0.1:7420/"]
        );
        assert_eq!(hosts(&[], &own, Some("lab")), Vec::<String>::new());
    }

    #[test]
    fn links_carry_pin_and_invitation() {
        let listening = ["192.0.2.9:7420".parse().unwrap()];
        let links = join_links(&listening, Pin([7; 32]), Some("AB-CD"));
        let pin = Pin([7; 32]);
        assert_eq!(links.len(), 1);
        assert_eq!(
            links[0].to_string(),
            format!("chat://192.0.2.9:7420/?pin={pin}&invite=AB-CD")
        );
    }

    #[test]
    fn this_machine_can_be_asked_for_its_addresses() {
        assert!(interfaces().iter().any(|own| own.address.is_loopback()));
    }
}
