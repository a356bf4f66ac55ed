//! What the tests of the deliveries share.
#![allow(dead_code, reason = "each test binary uses a part of it")]

use std::collections::BTreeMap;
use std::io::Read;

use anagrafe::{CodiceIstat, Data};
use generatore::Richiesta;

/// The day every test lives on.
pub(crate) const OGGI: Data = Data::constant(2021, 3, 1);

/// A request for a Comune of that size.
pub(crate) fn richiesta(comune: &str, abitanti: u64, aire: u64) -> Richiesta {
    Richiesta {
        comune: CodiceIstat::parse(comune).expect("six digits"),
        versione: 1,
        abitanti,
        aire,
        invii: None,
        max_invii: None,
        seed: 20_210_301,
        oggi: OGGI,
        anomalie: BTreeMap::new(),
    }
}

/// The content of a gzip file of one member.
pub(crate) fn espandi(gz: &[u8]) -> Vec<u8> {
    let mut letto = Vec::new();
    let mut d = flate2::bufread::GzDecoder::new(gz);
    d.read_to_end(&mut letto).expect("a valid member");
    assert!(d.into_inner().is_empty(), "one member only");
    letto
}
