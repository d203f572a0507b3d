//! From where somebody asks: a network address, shortened, so that it tells a network and not a person.

use std::net::IpAddr;

/// The network of an address: of IPv4 the first 24 bits, of IPv6 the first 48. None where it is no address.
pub(crate) fn of(address: &str) -> Option<String> {
    match address.trim().parse::<IpAddr>().ok()?.to_canonical() {
        IpAddr::V4(address) => {
            let [a, b, c, _] = address.octets();
            Some(format!("{a}.{b}.{c}.0/24"))
        }
        IpAddr::V6(address) => {
            let [a, b, c, ..] = address.segments();
            Some(format!("{}/48", std::net::Ipv6Addr::new(a, b, c, 0, 0, 0, 0, 0)))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_shortened() {
        for (address, network) in [
            ("203.0.113.77", Some("203.0.113.0/24")),
            ("::ffff:203.0.113.77", Some("203.0.113.0/24")),
            ("2001:db8:1234:5678::9", Some("2001:db8:1234::/48")),
            ("", None),
            ("nonsense", None),
        ] {
            assert_eq!(of(address).as_deref(), network, "{address}");
        }
    }
}
