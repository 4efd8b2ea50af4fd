//! Ranges of addresses that are treated apart: metadata services, loopback and private networks.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// Names under which metadata services answer (Amazon, Google and Azure, and the common short forms).
pub(super) const METADATA_NAMES: &[&str] = &[
    "metadata.google.internal",
    "metadata.goog",
    "metadata.azure.internal",
    "metadata",
    "instance-data.ec2.internal",
    "instance-data",
];

/// The IPv4 addresses besides the link-local ones: Alibaba, Azure's host, Oracle.
const METADATA_V4: &[Ipv4Addr] = &[
    Ipv4Addr::new(100, 100, 100, 200),
    Ipv4Addr::new(168, 63, 129, 16),
    Ipv4Addr::new(192, 0, 0, 192),
];

/// Where cloud machines hand out their own secrets: the link-local ranges (Amazon, Google, Azure,
/// Oracle, Tencent and others answer at 169.254.169.254, 169.254.170.2 or 169.254.0.23), the single
/// addresses of [`METADATA_V4`], and over IPv6 Amazon (`fd00:ec2::/32`), Google (`fd20:ce::254`) and
/// Scaleway (`fd00:42::42`).
pub fn is_metadata_address(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(v4) => v4.is_link_local() || METADATA_V4.contains(&v4),
        IpAddr::V6(v6) => match embedded_v4(v6) {
            Some(v4) => is_metadata_address(IpAddr::V4(v4)),
            None => {
                v6.is_unicast_link_local()
                    || matches!(
                        v6.segments(),
                        [0xfd00, 0x0ec2, ..]
                            | [0xfd20, 0x00ce, 0, 0, 0, 0, 0, 0x254]
                            | [0xfd00, 0x42, 0, 0, 0, 0, 0, 0x42]
                    )
            }
        },
    }
}

/// The IPv4 address that an IPv6 one stands for: mapped (`::ffff:`), translated (`::ffff:0:`), compatible (`::`), NAT64
/// (`64:ff9b::`, and `64:ff9b:1::` within a network), or 6to4 (`2002:`).
pub fn embedded_v4(v6: Ipv6Addr) -> Option<Ipv4Addr> {
    let join = |high: u16, low: u16| Some(Ipv4Addr::from((u32::from(high) << 16) | u32::from(low)));
    match v6.segments() {
        [0, 0, 0, 0, 0, 0xffff, high, low]
        | [0, 0, 0, 0, 0xffff, 0, high, low]
        | [0x64, 0xff9b, 0, 0, 0, 0, high, low]
        | [0x64, 0xff9b, 1, .., high, low]
        | [0x2002, high, low, ..] => join(high, low),
        [0, 0, 0, 0, 0, 0, high, low] if high != 0 => join(high, low),
        _ => None,
    }
}

/// `true` if an address is not one of the public internet: loopback, private, shared (RFC 6598),
/// unspecified, multicast, documentation, benchmarking or reserved.
pub fn is_private_address(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(v4) => {
            let [a, b, c, _] = v4.octets();
            v4.is_loopback()
                || v4.is_private()
                || v4.is_link_local()
                || v4.is_multicast()
                || v4.is_documentation()
                || a == 0
                || a >= 240
                || (a == 100 && b & 0xc0 == 64)
                || (a == 192 && b == 0 && c == 0)
                || (a == 198 && b & 0xfe == 18)
        }
        IpAddr::V6(v6) => match embedded_v4(v6) {
            Some(v4) => is_private_address(IpAddr::V4(v4)),
            None => {
                v6.is_loopback()
                    || v6.is_unspecified()
                    || v6.is_multicast()
                    || v6.is_unique_local()
                    || v6.is_unicast_link_local()
            }
        },
    }
}

/// Names that are only resolved inside a machine or a network (RFC 6761, 6762, 8375, and common habit).
const PRIVATE_SUFFIXES: &[&str] = &[".localhost", ".local", ".internal", ".lan", ".home.arpa"];

/// `true` if a host, as a destination writes it, is loopback or private by its address or by its name.
pub fn is_private_host(host: &str) -> bool {
    match host.trim_matches(['[', ']']).parse() {
        Ok(address) => is_private_address(address),
        Err(_) => host == "localhost" || PRIVATE_SUFFIXES.iter().any(|suffix| host.ends_with(suffix)),
    }
}
