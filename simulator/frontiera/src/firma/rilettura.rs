//! Signs a template: fills the empty `DigestValue` and `SignatureValue` of the signatures found in a text.
//!
//! The text is read back, digested by the same tools that verify, and filled in place, so what is signed is exactly
//! what a reader will see. Assertions first: the message signature may cover them. A reference that leads nowhere
//! stays empty, and so does a method we cannot compute: some templates are wrong on purpose.

use crate::albero::{Document, Node};
use aws_lc_rs::hmac;

use super::{Chiavi, ErroreFirma, firma_rsa};
use crate::security::c14n::{self, Opzioni};
use crate::security::digest::Digest;
use crate::security::in_base64;
use crate::soap::ns;

/// Most signatures of one template; more are left as they are.
const FIRME_MASSIME: usize = 8;

/// Fills every signature with the key of the Comune.
pub(super) fn firma_modello(testo: String, chiavi: &Chiavi) -> Result<String, ErroreFirma> {
    let mut testo = testo;
    for _ in 0..FIRME_MASSIME {
        let Some(con_digest) = riempi(&testo, |f| Ok(digest_mancanti(f)))? else {
            break;
        };
        let firmato = riempi(&con_digest, |f| Ok(valore(f, chiavi)?.into_iter().collect()))?;
        testo = firmato.unwrap_or(con_digest);
    }
    Ok(testo)
}

/// Where something is to be written, and what.
type Aggiunta = (usize, String);

/// Applies to the first signature still without a value what `trova` finds missing; `None` if there is no such one.
fn riempi(
    testo: &str,
    trova: impl Fn(Node<'_, '_>) -> Result<Vec<Aggiunta>, ErroreFirma>,
) -> Result<Option<String>, ErroreFirma> {
    let doc = crate::albero::leggi(testo).map_err(|e| ErroreFirma::Busta(e.to_string()))?;
    let Some(firma) = prossima(&doc) else {
        return Ok(None);
    };
    let mut aggiunte = trova(firma)?;
    aggiunte.sort_by_key(|(dove, _)| std::cmp::Reverse(*dove));
    let mut nuovo = testo.to_owned();
    for (dove, cosa) in aggiunte {
        nuovo.insert_str(dove, &cosa);
    }
    Ok(Some(nuovo))
}

/// The first signature without a value, those of assertions before those of messages.
fn prossima<'a, 'i>(doc: &'a Document<'i>) -> Option<Node<'a, 'i>> {
    let vuote = || {
        doc.descendants()
            .filter(|n| n.has_tag_name((ns::DS, "Signature")))
            .filter(|n| figlio(*n, "SignatureValue").is_some_and(vuoto))
    };
    let di_asserzione = |n: &Node<'_, '_>| {
        n.parent()
            .is_some_and(|p| p.has_tag_name((ns::SAML2, "Assertion")))
    };
    vuote().find(di_asserzione).or_else(|| vuote().next())
}

fn figlio<'a, 'i>(n: Node<'a, 'i>, nome: &'static str) -> Option<Node<'a, 'i>> {
    n.children().find(|c| c.has_tag_name((ns::DS, nome)))
}

fn vuoto(n: Node<'_, '_>) -> bool {
    n.children().next().is_none()
}

/// The place before an element's end tag; `None` for an empty tag, which has none.
fn dentro(n: Node<'_, '_>) -> Option<usize> {
    let r = n.range();
    let dove = n.document().input_text()[r.clone()].rfind("</")?;
    Some(r.start + dove)
}

fn algoritmo<'a>(padre: Node<'a, '_>, nome: &'static str) -> &'a str {
    figlio(padre, nome)
        .and_then(|n| n.attribute("Algorithm"))
        .unwrap_or("")
}

/// The digests of the references that have none, each with its place.
fn digest_mancanti(firma: Node<'_, '_>) -> Vec<Aggiunta> {
    let Some(info) = figlio(firma, "SignedInfo") else {
        return Vec::new();
    };
    let di = |r: Node<'_, '_>| {
        let posto = figlio(r, "DigestValue").filter(|n| vuoto(*n)).and_then(dentro)?;
        let parte = nominato(firma.document(), r.attribute("URI")?.strip_prefix('#')?)?;
        let trasformazioni: Vec<_> = figlio(r, "Transforms")
            .into_iter()
            .flat_map(|t| t.children())
            .filter(|t| t.has_tag_name((ns::DS, "Transform")))
            .collect();
        let fuori = trasformazioni
            .iter()
            .any(|t| t.attribute("Algorithm") == Some(ns::ENVELOPED));
        let lista = trasformazioni
            .iter()
            .find_map(|t| c14n::lista_prefissi(*t).filter(|l| !l.is_empty()));
        let opzioni = Opzioni {
            senza: fuori.then_some(firma.id()),
            ..Opzioni::con_lista(lista.unwrap_or(""))
        };
        let digest = Digest::da_uri(algoritmo(r, "DigestMethod")).unwrap_or(Digest::Sha1);
        Some((
            posto,
            in_base64(&digest.calcola(&c14n::canonica(parte, &opzioni))),
        ))
    };
    info.children()
        .filter(|n| n.has_tag_name((ns::DS, "Reference")))
        .filter_map(di)
        .collect()
}

/// The first element with this identifier, whatever the attribute is called: some defects put it in a wrong one.
fn nominato<'a, 'i>(doc: &'a Document<'i>, id: &str) -> Option<Node<'a, 'i>> {
    doc.descendants().find(|n| {
        n.attributes()
            .any(|a| ["Id", "ID"].contains(&a.name()) && a.value() == id)
    })
}

/// The signature's value with its place. Methods unknown here are signed as the usual one: they are refused by name.
fn valore(firma: Node<'_, '_>, chiavi: &Chiavi) -> Result<Option<Aggiunta>, ErroreFirma> {
    let Some(info) = figlio(firma, "SignedInfo") else {
        return Ok(None);
    };
    let Some(posto) = figlio(firma, "SignatureValue").and_then(dentro) else {
        return Ok(None);
    };
    let lista = figlio(info, "CanonicalizationMethod").and_then(c14n::lista_prefissi);
    let dati = c14n::canonica(info, &Opzioni::con_lista(lista.unwrap_or("")));
    let metodo = algoritmo(info, "SignatureMethod");
    let valore = if metodo == ns::HMAC_SHA1 {
        // The known trick: the certificate, which everybody has, taken as the shared secret.
        let segreto = hmac::Key::new(hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY, &chiavi.comune_cert_der);
        hmac::sign(&segreto, &dati).as_ref().to_vec()
    } else {
        let digest = Digest::da_firma(metodo).unwrap_or(Digest::Sha1);
        firma_rsa(&chiavi.comune_key_pkcs8, digest, &dati)?
    };
    Ok(Some((posto, in_base64(&valore))))
}
