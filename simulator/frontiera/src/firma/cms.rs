//! Composes the PKCS#7 over a postazione id, in the forms clients send (spec security §4.6).

use super::{ErroreFirma, firma_rsa};
use crate::security::ber::{INSIEME, INTERO, OCTET, OID, SEQUENZA, scrivi};
use crate::security::certificato::Certificato;
use crate::security::digest::Digest;

/// The form of the message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
// Independent habits of real clients: an enum would only hide them.
#[allow(clippy::struct_excessive_bools)]
pub struct Forma {
    /// SHA-1 or SHA-256.
    pub digest: Digest,
    /// With signed attributes (contentType, messageDigest).
    pub attributi: bool,
    /// BER with indefinite lengths and the content in pieces, as BouncyCastle streams it.
    pub ber: bool,
    /// Without the content: refused by the gateway.
    pub staccato: bool,
    /// A blank after the id: accepted by the gateway.
    pub coda_bianca: bool,
    /// The same signer twice: refused, one is demanded.
    pub due_firmatari: bool,
    /// Without the signer's certificate: it must then be elsewhere in the message.
    pub senza_certificato: bool,
}

impl Default for Forma {
    fn default() -> Self {
        Self {
            digest: Digest::Sha256,
            attributi: true,
            ber: false,
            staccato: false,
            coda_bianca: false,
            due_firmatari: false,
            senza_certificato: false,
        }
    }
}

const DATI: &[u8] = &[0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 1, 7, 1];
const DATI_FIRMATI: &[u8] = &[0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 1, 7, 2];
const TIPO_CONTENUTO: &[u8] = &[0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 1, 9, 3];
const DIGEST_MESSAGGIO: &[u8] = &[0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 1, 9, 4];
const RSA: &[u8] = &[0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 1, 1, 1];
const NULLO: &[u8] = &[5, 0];

fn der(tag: u8, parti: &[&[u8]]) -> Vec<u8> {
    let mut uscita = Vec::new();
    scrivi(&mut uscita, tag, &parti.concat());
    uscita
}

/// A constructed value: definite, or open-ended if asked.
fn busta(tag: u8, ber: bool, parti: &[&[u8]]) -> Vec<u8> {
    if !ber {
        return der(tag, parti);
    }
    let mut uscita = vec![tag, 0x80];
    uscita.extend_from_slice(&parti.concat());
    uscita.extend_from_slice(&[0, 0]);
    uscita
}

/// Signs `contenuto` with one key; `cert` goes along.
pub fn componi(contenuto: &[u8], cert: &[u8], pkcs8: &[u8], forma: Forma) -> Result<Vec<u8>, ErroreFirma> {
    let certificato = Certificato::leggi(cert)?;
    let oid_digest: &[u8] = match forma.digest {
        Digest::Sha1 => &[0x2B, 14, 3, 2, 26],
        Digest::Sha256 => &[0x60, 0x86, 0x48, 1, 0x65, 3, 4, 2, 1],
        Digest::Sha384 => &[0x60, 0x86, 0x48, 1, 0x65, 3, 4, 2, 2],
        Digest::Sha512 => &[0x60, 0x86, 0x48, 1, 0x65, 3, 4, 2, 3],
    };
    let algoritmo_digest = der(SEQUENZA, &[&der(OID, &[oid_digest]), NULLO]);
    let attributi = forma.attributi.then(|| {
        let tipo = der(
            SEQUENZA,
            &[&der(OID, &[TIPO_CONTENUTO]), &der(INSIEME, &[&der(OID, &[DATI])])],
        );
        let digest = der(OCTET, &[&forma.digest.calcola(contenuto)]);
        let digest = der(
            SEQUENZA,
            &[&der(OID, &[DIGEST_MESSAGGIO]), &der(INSIEME, &[&digest])],
        );
        let mut voci = [tipo, digest];
        voci.sort();
        voci.concat()
    });
    let da_firmare = attributi
        .as_ref()
        .map_or_else(|| contenuto.to_vec(), |a| der(INSIEME, &[a]));
    let valore = firma_rsa(pkcs8, forma.digest, &da_firmare)?;
    // A serial with its top bit set needs a zero octet in front to stay positive.
    let zero: &[u8] = if certificato.seriale().first().is_none_or(|b| b & 0x80 != 0) {
        &[0]
    } else {
        &[]
    };
    let chi = der(
        SEQUENZA,
        &[
            certificato.emittente_der(),
            &der(INTERO, &[zero, certificato.seriale()]),
        ],
    );
    let firmatario = der(
        SEQUENZA,
        &[
            &[2, 1, 1],
            &chi,
            &algoritmo_digest,
            &attributi.map(|a| der(0xA0, &[&a])).unwrap_or_default(),
            &der(SEQUENZA, &[&der(OID, &[RSA]), NULLO]),
            &der(OCTET, &[&valore]),
        ],
    );
    let ottetti = if forma.ber {
        let (prima, dopo) = contenuto.split_at(contenuto.len() / 2);
        busta(0x24, true, &[&der(OCTET, &[prima]), &der(OCTET, &[dopo])])
    } else {
        der(OCTET, &[contenuto])
    };
    let incluso = if forma.staccato {
        Vec::new()
    } else {
        busta(0xA0, forma.ber, &[&ottetti])
    };
    let dati = busta(
        SEQUENZA,
        forma.ber,
        &[
            &[2, 1, 1],
            &der(INSIEME, &[&algoritmo_digest]),
            &busta(SEQUENZA, forma.ber, &[&der(OID, &[DATI]), &incluso]),
            &if forma.senza_certificato {
                Vec::new()
            } else {
                der(0xA0, &[cert])
            },
            &der(
                INSIEME,
                &[&firmatario.repeat(1 + usize::from(forma.due_firmatari))],
            ),
        ],
    );
    Ok(busta(
        SEQUENZA,
        forma.ber,
        &[&der(OID, &[DATI_FIRMATI]), &busta(0xA0, forma.ber, &[&dati])],
    ))
}
