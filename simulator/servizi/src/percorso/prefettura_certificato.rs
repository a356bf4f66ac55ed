//! The first certificate of a Prefettura (process B03): issued when it declares its first postazione, sent by PEC.

use anagrafe::Ambiente;
use certs::RichiestaEmissione;
use registro::posta::Allegato;

use super::credenziali::in_allegato;
use crate::{ErroreServizio, Esito, Simulatore};

/// Ready to be sent.
pub(super) struct PrimoCertificato {
    pub(super) id: String,
    pub(super) password: String,
    pub(super) p12: Allegato,
}

/// The six digits that stand for a Prefettura in the id of its postazione: no public source shows the real ones. No Comune
/// has a code of the province 999. Two sigle of two letters never have the same.
fn codice_postazione(provincia: &str) -> String {
    let n = provincia
        .bytes()
        .filter(u8::is_ascii_alphanumeric)
        .fold(0_u32, |n, b| {
            (n * 26 + u32::from(b.to_ascii_uppercase()) % 26) % 1_000
        });
    format!("999{n:03}")
}

impl Simulatore {
    /// The certificate of its first postazione; one made before a reset serves again.
    pub(super) fn primo_certificato(&self, provincia: &str) -> Esito<PrimoCertificato> {
        let comune = codice_postazione(provincia);
        let gia = self
            .pki()
            .postazione(&format!("{comune}-PC-0001"))
            .map_err(ErroreServizio::guasto)?;
        let p = match gia {
            Some(p) => p,
            None => self
                .pki()
                .emetti(&RichiestaEmissione {
                    comune,
                    tipo: "PC".to_owned(),
                    numero: Some(1),
                    difetto: None,
                    ambiente: Some(Ambiente::Sub.chiave().to_owned()),
                })
                .map_err(ErroreServizio::guasto)?,
        };
        let p12 =
            in_allegato(&p).ok_or_else(|| ErroreServizio::guasto(format!("{}: file illeggibile", p.id)))?;
        Ok(PrimoCertificato {
            id: p.id.clone(),
            password: p.password.clone(),
            p12,
        })
    }
}

#[cfg(test)]
mod prove {
    use super::*;

    #[test]
    fn the_code_of_a_prefettura_is_no_comunes_and_not_that_of_another() {
        let mut visti = std::collections::BTreeSet::new();
        for (a, b) in (b'A'..=b'Z').flat_map(|a| (b'A'..=b'Z').map(move |b| (a, b))) {
            let codice = codice_postazione(&format!("{}{}", char::from(a), char::from(b)));
            assert!(codice.len() == 6 && codice.starts_with("999"), "{codice}");
            assert!(visti.insert(codice));
        }
        assert_eq!(codice_postazione("rm"), codice_postazione("RM"));
    }
}
