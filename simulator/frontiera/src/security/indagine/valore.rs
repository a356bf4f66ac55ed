//! A signature value that does not verify: what was signed instead, or by whom.

use super::copia::{self, Elemento, Forma, Modo};
use crate::limiti::PREFISSI_MASSIMI;
use crate::security::certificato::Certificato;
use crate::security::digest::Digest;
use crate::security::xmldsig::Firma;

/// RSA verifications of one search at most: each takes some tens of microseconds.
const VERIFICHE_MASSIME: usize = 300;

/// Why a value does not verify: the guess that does, or what is left to look at.
pub(super) fn spiega(firma: &Firma<'_, '_>, firmatario: &Certificato, altri: &[Certificato]) -> String {
    cerca(firma, firmatario, altri).unwrap_or_else(|| {
        format!(
            "SignatureValue non è la firma di questo SignedInfo con la chiave di {}: la chiave usata non è quella del \
             certificato, oppure SignedInfo è cambiato dopo la firma",
            firmatario.nome()
        )
    })
}

/// The sentence that explains the value, if a guess verifies.
fn cerca(firma: &Firma<'_, '_>, firmatario: &Certificato, altri: &[Certificato]) -> Option<String> {
    let valore = firma.valore();
    let nostro = firma.signed_info_canonico();
    let mut fatte = 0;
    let mut prova = |c: &Certificato, digest: Digest, dati: &[u8], valore: &[u8]| {
        fatte += 1;
        fatte <= VERIFICHE_MASSIME && c.verifica(digest, dati, valore).unwrap_or(false)
    };
    for altro in altri.iter().filter(|c| *c != firmatario) {
        if prova(altro, firma.digest, &nostro, valore) {
            return Some(format!(
                "la firma è della chiave di {}, ma KeyInfo indica il certificato {}",
                altro.nome(),
                firmatario.nome()
            ));
        }
    }
    for (digest, nome) in [
        (Digest::Sha1, "SHA-1"),
        (Digest::Sha256, "SHA-256"),
        (Digest::Sha512, "SHA-512"),
    ] {
        if digest != firma.digest && prova(firmatario, digest, &nostro, valore) {
            return Some(format!(
                "la firma è RSA con {nome}, ma SignatureMethod dichiara un altro algoritmo"
            ));
        }
    }
    let rovescio: Vec<u8> = valore.iter().rev().copied().collect();
    if prova(firmatario, firma.digest, &nostro, &rovescio) {
        return Some(
            "i byte della firma sono in ordine inverso (CryptoAPI di Windows): vanno rovesciati prima del base64"
                .into(),
        );
    }
    if prova(firmatario, firma.digest, &firma.digest.calcola(&nostro), valore) {
        return Some(
            "avete firmato il digest di SignedInfo come se fosse il dato: il digest viene calcolato due volte".into(),
        );
    }
    let base = Elemento::di(firma.signed_info(), None);
    let mut stretto = base.clone();
    stretto.senza_bianchi(true);
    let mut modi = vec![
        Modo::Esclusiva(Vec::new()),
        Modo::Inclusiva,
        Modo::InclusivaIsolata,
    ];
    let prefissi: Vec<String> = base.prefissi().into_iter().take(PREFISSI_MASSIMI).collect();
    modi.extend(prefissi.iter().map(|p| Modo::Esclusiva(vec![p.clone()])));
    modi.push(Modo::Esclusiva(prefissi));
    for (e, reindentato) in [(&base, false), (&stretto, true)] {
        for modo in &modi {
            let forma = Forma {
                modo: modo.clone(),
                ..Forma::default()
            };
            let ottetti = copia::scrivi(e, &forma);
            if ottetti != nostro && prova(firmatario, firma.digest, &ottetti, valore) {
                return Some(match (reindentato, modo) {
                    (true, _) => "SignedInfo è stato reindentato dopo la firma".into(),
                    (false, Modo::Esclusiva(_)) => {
                        "SignedInfo è stato canonicalizzato con una PrefixList diversa da quella dichiarata".into()
                    }
                    (false, _) => {
                        "SignedInfo è stato canonicalizzato con il C14N inclusivo, ma CanonicalizationMethod dichiara \
                         quello esclusivo"
                            .into()
                    }
                });
            }
        }
    }
    let sorgente = firma.signed_info().document().input_text();
    let inviato = sorgente[firma.signed_info().range()].as_bytes();
    prova(firmatario, firma.digest, inviato, valore)
        .then(|| "avete firmato il testo di SignedInfo così come inviato, senza canonicalizzarlo".into())
}
