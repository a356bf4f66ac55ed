//! Addresses of the network allow-list: single ones or networks, as the console of the real service takes them.

use std::{fmt, net::IpAddr, str::FromStr};

/// An address (`192.0.2.7`) or a network (`192.0.2.0/24`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rete {
    indirizzo: IpAddr,
    bit: u8,
}

impl Rete {
    /// Its address, as written.
    pub fn indirizzo(&self) -> IpAddr {
        self.indirizzo
    }

    /// Bits of its prefix.
    pub fn bit(&self) -> u8 {
        self.bit
    }

    /// Whether an address is in it. An IPv4 address seen through an IPv6 socket is its IPv4 self.
    pub fn contiene(&self, ip: IpAddr) -> bool {
        match (self.indirizzo, ip.to_canonical()) {
            (IpAddr::V4(rete), IpAddr::V4(ip)) => {
                let maschera = u32::MAX.checked_shl(32 - u32::from(self.bit)).unwrap_or(0);
                rete.to_bits() & maschera == ip.to_bits() & maschera
            }
            (IpAddr::V6(rete), IpAddr::V6(ip)) => {
                let maschera = u128::MAX.checked_shl(128 - u32::from(self.bit)).unwrap_or(0);
                rete.to_bits() & maschera == ip.to_bits() & maschera
            }
            _ => false,
        }
    }
}

impl FromStr for Rete {
    type Err = ();

    fn from_str(testo: &str) -> Result<Self, ()> {
        let (indirizzo, bit) = testo.split_once('/').map_or((testo, None), |(i, b)| (i, Some(b)));
        let indirizzo: IpAddr = indirizzo.trim().parse().map_err(|_| ())?;
        let massimo = if indirizzo.is_ipv4() { 32 } else { 128 };
        let bit = bit.map_or(Ok(massimo), |b| b.trim().parse().map_err(|_| ()))?;
        if bit > massimo {
            return Err(());
        }
        Ok(Self { indirizzo, bit })
    }
}

impl fmt::Display for Rete {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let intero = if self.indirizzo.is_ipv4() { 32 } else { 128 };
        if self.bit == intero {
            write!(f, "{}", self.indirizzo)
        } else {
            write!(f, "{}/{}", self.indirizzo, self.bit)
        }
    }
}

/// What happens to a peer that is not in the list; either way it gets no byte.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ModoRifiuto {
    /// Nothing is ever answered: the caller waits until he gives up, as before a firewall.
    Drop,
    /// The connection is closed at once.
    Close,
}

impl ModoRifiuto {
    /// The words of the policy file.
    pub const PAROLE: &[&str] = &["drop", "close"];

    /// The word of the policy file.
    pub const fn parola(self) -> &'static str {
        match self {
            Self::Drop => "drop",
            Self::Close => "close",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn networks_hold_their_addresses() {
        for (rete, ip, dentro) in [
            ("192.0.2.7", "192.0.2.7", true),
            ("192.0.2.7", "192.0.2.8", false),
            ("192.0.2.0/24", "192.0.2.255", true),
            ("192.0.2.0/24", "192.0.3.0", false),
            ("192.0.2.99/24", "192.0.2.1", true),
            ("0.0.0.0/0", "203.0.113.1", true),
            ("0.0.0.0/0", "2001:db8::1", false),
            ("127.0.0.0/8", "::ffff:127.0.0.1", true),
            ("2001:db8::/32", "2001:db8:1::1", true),
            ("2001:db8::/32", "2001:db9::1", false),
            ("::/0", "2001:db8::1", true),
        ] {
            let r: Rete = rete.parse().expect(rete);
            assert_eq!(r.contiene(ip.parse().expect(ip)), dentro, "{rete} {ip}");
        }
    }

    #[test]
    fn what_is_no_network_is_refused_and_what_is_reads_back() {
        for no in [
            "",
            "192.0.2",
            "192.0.2.0/33",
            "::/129",
            "192.0.2.0/",
            "a/8",
            "192.0.2.0/-1",
        ] {
            assert_eq!(no.parse::<Rete>(), Err(()), "{no}");
        }
        for si in ["192.0.2.7", "192.0.2.0/24", "::1", "fc00::/7"] {
            assert_eq!(si.parse::<Rete>().map(|r| r.to_string()), Ok(si.to_owned()));
        }
    }
}
