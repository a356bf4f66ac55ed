//! The journal's expert: looks at a stored request once more and tells all it can find.
//!
//! The perimeter stops at the first broken rule and says it in a word; the developer who was refused wants everything
//! at once: the octets that were hashed, what he hashed instead, the certificates, the clock, the place of every
//! schema violation, every other thing that will fail next. Pure and bounded: the same octets, policy and instant give
//! the same report. It decides nothing: no request passes or fails by what is said here.

mod copia;
mod differenza;
mod giudice;
mod ipotesi;
mod osservazioni;
mod posizioni;
mod valore;
mod vicini;

use std::borrow::Cow;

use jiff::Timestamp;
use serde::Serialize;

use super::certificato::Certificato;
use super::esame::{self, Tavolo};
use super::identificatori::Identificatori;
use super::xmldsig::{Ammessi, Firma, Riferimento};
use super::{base64, chiave, esadecimale, in_base64, pkcs7, testo_di};
use crate::albero::{Document, Node};
use crate::limiti::CANONICA_IN_EVIDENZA;
use crate::passo::Confronto;
use crate::soap::busta::Busta;
use crate::soap::mime::TipoMime;
use crate::soap::ns;
pub use differenza::{Differenza, differenza, visibile};
pub use posizioni::ViolazioneVista;
pub use vicini::piu_vicino;

/// Lengths of prefixes whose digest is told when no guess explains a difference, so that the sender can bisect.
const BLOCCHI_BYTE: [usize; 5] = [64, 256, 1024, 4096, 16384];

/// Everything found.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Perizia {
    /// One entry per reference of each signature.
    pub riferimenti: Vec<Riferito>,
    /// Message signature and assertion signature.
    pub firme: Vec<FirmaVista>,
    /// Certificates of the signers, and those that only lie in the message.
    pub certificati: Vec<CertificatoVisto>,
    /// Every window against the clock.
    pub tempi: Vec<TempoVisto>,
    /// The PKCS#7 over the postazione id.
    pub pkcs7: Option<Pkcs7Visto>,
    /// The operator that the assertion names, as he stands now.
    pub operatore: Option<OperatoreOra>,
    /// Schema violations with their place in the message as it was sent.
    pub violazioni: Vec<ViolazioneVista>,
    /// Whatever else is wrong or odd, independent of the step that stopped the request.
    pub osservazioni: Vec<Osservazione>,
}

/// One reference: what was hashed, and what may have been hashed instead.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Riferito {
    /// Both digests; `elemento` is empty when nothing has that id.
    #[serde(flatten)]
    pub confronto: Confronto,
    /// Whether both are the same.
    pub uguali: bool,
    /// The canonical octets, at most [`CANONICA_IN_EVIDENZA`] of them.
    pub canonica: String,
    /// Only of a digest that differs.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub indagine: Option<Indagine>,
}

/// What the search for the sender's octets found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Indagine {
    /// In words: what happened, or that nothing was found and what to look at.
    pub frase: String,
    /// Stable name of the guess that fits.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ipotesi: Option<&'static str>,
    /// Digests compared.
    pub provate: usize,
    /// The octets that give the declared digest, at most [`CANONICA_IN_EVIDENZA`] of them.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub firmata: Option<String>,
    /// Their length.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub byte_firmati: Option<usize>,
    /// Where they part from the canonical octets of what was received.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub differenza: Option<Differenza>,
    /// When nothing was found: digests of prefixes of our canonical octets.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub blocchi: Vec<Blocco>,
}

/// The digest of the first octets.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Blocco {
    /// How many.
    pub byte: usize,
    /// Base64.
    pub digest: String,
}

/// A signature as a whole.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct FirmaVista {
    /// `messaggio` or `asserzione`.
    pub firma: &'static str,
    /// URI of the signature method.
    pub algoritmo: String,
    /// CN of the certificate that KeyInfo leads to.
    pub firmatario: Option<String>,
    /// Whether the value verifies; nothing when there is no certificate to ask.
    pub valida: Option<bool>,
    /// Canonical octets of SignedInfo.
    pub signed_info: String,
    /// Why it does not verify, as far as can be told.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub frase: Option<String>,
}

/// A certificate.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct CertificatoVisto {
    /// `messaggio`, `asserzione`, `postazione`; several joined by a comma; empty when it only lies in the message.
    pub ruolo: String,
    /// Subject.
    pub soggetto: String,
    /// Issuer.
    pub emittente: String,
    /// Hexadecimal.
    pub seriale: String,
    /// Valid from.
    pub dal: String,
    /// Valid to.
    pub al: String,
    /// Hexadecimal.
    pub sha256: String,
    /// Hexadecimal; of thumbprint references.
    pub sha1: String,
    /// Name of the anchor of this environment on which it hangs, when it is believed.
    pub ancora: Option<String>,
    /// Why it is not.
    pub problema: Option<String>,
}

/// One instant or window against the clock.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct TempoVisto {
    /// Where it stands.
    pub dove: String,
    /// As sent.
    pub da: Option<String>,
    /// As sent.
    pub a: Option<String>,
    /// In words.
    pub frase: String,
    /// Inside its window.
    pub buono: bool,
}

/// The postazione's proof.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Pkcs7Visto {
    /// The text inside.
    pub contenuto: Option<String>,
    /// Its signer.
    pub firmatario: Option<String>,
    /// Why it proves nothing.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub problema: Option<String>,
}

/// An operator looked up when the report is made: he may have been changed since the exchange.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct OperatoreOra {
    /// `NameID` as sent.
    pub name_id: String,
    /// Known in this environment.
    pub censito: bool,
    /// Neither blocked nor cancelled.
    pub attivo: bool,
    /// Comuni for which he is enabled.
    pub comuni: Vec<String>,
    /// Operations he may use; `*` stands for all.
    pub funzioni: Vec<String>,
}

/// Something noticed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Osservazione {
    /// The step it belongs to, one of [`crate::PASSI`].
    pub passo: &'static str,
    /// In words.
    pub testo: String,
}

/// Looks at a request again. What cannot be read at all gives an empty report: the step says why.
pub(crate) fn perizia(corpo: &[u8], content_type: Option<&str>, t: &Tavolo<'_>) -> Perizia {
    let mut p = Perizia::default();
    let tipo = TipoMime::leggi(content_type.unwrap_or(""));
    let Ok((testo, _)) = esame::in_chiaro(corpo, &tipo, t.politica.corpo_massimo) else {
        return p;
    };
    let Ok(doc) = crate::albero::leggi(&testo) else {
        return p;
    };
    let Ok(busta) = Busta::leggi(&doc) else {
        osservazioni::senza_busta(&doc, &mut p);
        return p;
    };
    let perito = Perito {
        doc: &doc,
        busta,
        security: busta.intestazioni(ns::WSSE, "Security").next(),
        id: Identificatori::leggi(&doc, t.politica.id_wsu_stretto).ok(),
        t,
    };
    p.violazioni = posizioni::violazioni(busta.body, t.radici);
    perito.firme(&mut p);
    perito.tempi(&mut p);
    p.operatore = perito.operatore();
    osservazioni::osserva(&perito, &mut p);
    p
}

/// What is looked at, found once.
struct Perito<'d, 'i, 't> {
    doc: &'d Document<'i>,
    busta: Busta<'d, 'i>,
    security: Option<Node<'d, 'i>>,
    id: Option<Identificatori<'d, 'i>>,
    t: &'t Tavolo<'t>,
}

/// Everything is read, whatever the policy admits: what it does not is an observation.
const TUTTI: Ammessi = Ammessi {
    sha1: true,
    sha256: true,
};

impl<'d, 'i> Perito<'d, 'i, '_> {
    fn figlio(&self, spazio: &'static str, nome: &'static str) -> Option<Node<'d, 'i>> {
        self.security?.children().find(|n| n.has_tag_name((spazio, nome)))
    }

    fn asserzione(&self) -> Option<Node<'d, 'i>> {
        self.figlio(ns::SAML2, "Assertion")
    }

    fn firma_di(n: Node<'d, 'i>) -> Option<Node<'d, 'i>> {
        n.children().find(|c| c.has_tag_name((ns::DS, "Signature")))
    }

    fn firme(&self, p: &mut Perizia) {
        let Some(security) = self.security else { return };
        let nel_messaggio = chiave::NelMessaggio::raccogli(security, self.t.fiducia);
        let mut ruoli: Vec<(Certificato, &'static str)> = Vec::new();
        let firme = [
            ("messaggio", Self::firma_di(security)),
            ("asserzione", self.asserzione().and_then(Self::firma_di)),
        ];
        for (quale, nodo) in firme {
            let Some(Ok(firma)) = nodo.map(|n| Firma::leggi(n, TUTTI)) else {
                continue;
            };
            for r in &firma.riferimenti {
                p.riferimenti.push(self.riferito(quale, r, &firma));
            }
            // Without ids nothing can be followed; the step that stopped the request says which id is doubled.
            let chi = self
                .id
                .as_ref()
                .map(|id| chiave::certificato(firma.key_info, id, &nel_messaggio));
            let (firmatario, valida, frase) = match chi {
                None => (None, None, None),
                Some(Err(e)) => (None, None, Some(e.to_string())),
                Some(Ok(c)) => {
                    let (valida, frase) = match firma.verifica(&c) {
                        Ok(true) => (true, None),
                        Ok(false) => (
                            false,
                            Some(valore::spiega(&firma, &c, nel_messaggio.certificati())),
                        ),
                        Err(e) => (false, Some(e.to_string())),
                    };
                    (Some(c), Some(valida), frase)
                }
            };
            p.firme.push(FirmaVista {
                firma: quale,
                algoritmo: firma.algoritmo.to_owned(),
                firmatario: firmatario.as_ref().map(|c| c.nome().to_owned()),
                valida,
                signed_info: String::from_utf8_lossy(&firma.signed_info_canonico()).into_owned(),
                frase,
            });
            ruoli.extend(firmatario.map(|c| (c, quale)));
        }
        p.pkcs7 = self.pkcs7(nel_messaggio.certificati(), &mut ruoli);
        for c in nel_messaggio.certificati() {
            if !ruoli.iter().any(|(altro, _)| *altro == *c) {
                ruoli.push((c.clone(), ""));
            }
        }
        for (c, ruolo) in ruoli {
            let impronta = esadecimale(c.impronta());
            match p.certificati.iter_mut().find(|v| v.sha256 == impronta) {
                Some(gia) if !ruolo.is_empty() => gia.ruolo = format!("{}, {ruolo}", gia.ruolo),
                Some(_) => {}
                None => p.certificati.push(self.certificato(&c, ruolo)),
            }
        }
    }

    fn certificato(&self, c: &Certificato, ruolo: &'static str) -> CertificatoVisto {
        use x509_parser::prelude::{FromDer as _, X509Certificate};
        let letto = X509Certificate::from_der(c.der()).ok().map(|(_, x)| x);
        let soggetto = letto
            .as_ref()
            .map_or_else(String::new, |x| x.subject().to_string());
        let istante = |t: Option<x509_parser::time::ASN1Time>| {
            t.and_then(|t| Timestamp::from_second(t.timestamp()).ok())
                .map_or_else(String::new, |t| t.to_string())
        };
        let fiducia = self.t.fiducia.fidato(c, self.t.adesso);
        CertificatoVisto {
            ruolo: ruolo.to_owned(),
            soggetto,
            emittente: c.emittente().to_owned(),
            seriale: esadecimale(c.seriale()),
            dal: istante(letto.as_ref().map(|x| x.validity().not_before)),
            al: istante(letto.as_ref().map(|x| x.validity().not_after)),
            sha256: esadecimale(c.impronta()),
            sha1: esadecimale(&c.impronta_sha1()),
            ancora: fiducia.is_ok().then(|| c.emittente().to_owned()),
            problema: fiducia.err().map(|e| e.to_string()),
        }
    }

    fn riferito(&self, quale: &'static str, r: &Riferimento<'d>, firma: &Firma<'d, 'i>) -> Riferito {
        let mut visto = Riferito {
            confronto: Confronto::di(quale, r),
            uguali: false,
            canonica: String::new(),
            indagine: None,
        };
        let Some((nodo, canonica)) = self.id.as_ref().and_then(|id| {
            let nodo = r.risolvi(id)?;
            Some((nodo, r.canonica(nodo, firma.nodo.id(), id)?))
        }) else {
            return visto;
        };
        visto.uguali = visto.confronto.completa(r, nodo, &canonica);
        visto.canonica = mostrata(&canonica);
        if !visto.uguali {
            visto.indagine = Some(self.indaga(r, nodo, firma, &canonica));
        }
        visto
    }

    fn indaga(
        &self,
        r: &Riferimento<'d>,
        nodo: Node<'d, 'i>,
        firma: &Firma<'d, 'i>,
        nostra: &[u8],
    ) -> Indagine {
        let (lista, commenti) = r.forma();
        let altri = firma
            .riferimenti
            .iter()
            .filter_map(|r| r.risolvi(self.id.as_ref()?))
            .chain(self.asserzione())
            .filter(|n| *n != nodo)
            .collect();
        let caso = ipotesi::Caso {
            doc: self.doc,
            nodo,
            firma: firma.nodo.id(),
            enveloped: r.enveloped,
            prefissi: lista
                .split_ascii_whitespace()
                .map(|p| if p == "#default" { "" } else { p }.to_owned())
                .collect(),
            commenti,
            digest: r.digest,
            dichiarato: &r.dichiarato,
            altri,
        };
        let ricerca = ipotesi::cerca(&caso);
        match ricerca.trovata {
            Some(t) => Indagine {
                frase: t.frase,
                ipotesi: Some(t.nome),
                provate: ricerca.provate,
                differenza: differenza(nostra, &t.ottetti),
                byte_firmati: Some(t.ottetti.len()),
                firmata: Some(mostrata(&t.ottetti)),
                blocchi: Vec::new(),
            },
            None => Indagine {
                frase: format!(
                    "nessuna delle {} forme provate dà il digest dichiarato: il contenuto {} è cambiato davvero dopo \
                     la firma, o è stato firmato un altro messaggio. Confrontate i byte canonici qui sotto con quelli \
                     che avete firmato; di solito è un valore scritto dopo la firma, un componente che riscrive l'XML \
                     prima dell'invio, o un DigestValue di una richiesta precedente",
                    ricerca.provate,
                    ipotesi::preposizione(nodo),
                ),
                ipotesi: None,
                provate: ricerca.provate,
                firmata: None,
                byte_firmati: None,
                differenza: None,
                blocchi: BLOCCHI_BYTE
                    .iter()
                    .take_while(|n| **n < nostra.len())
                    .map(|n| Blocco {
                        byte: *n,
                        digest: in_base64(&r.digest.calcola(&nostra[..*n])),
                    })
                    .collect(),
            },
        }
    }

    fn operatore(&self) -> Option<OperatoreOra> {
        let nodo = self
            .asserzione()?
            .descendants()
            .find(|n| n.has_tag_name((ns::SAML2, "NameID")))?;
        let name_id = testo_di(nodo)?.trim().to_owned();
        let visto = self.t.censimento.operatore(&name_id);
        let o = visto.as_ref();
        Some(OperatoreOra {
            censito: o.is_some(),
            attivo: o.is_some_and(|o| o.attivo),
            comuni: o.map_or_else(Vec::new, |o| o.comuni.iter().map(ToString::to_string).collect()),
            funzioni: o.map_or_else(Vec::new, |o| o.funzioni.clone()),
            name_id,
        })
    }

    fn attributo(&self, nome: &str) -> Option<String> {
        let asserzione = self.asserzione()?;
        let attributo = asserzione
            .descendants()
            .find(|n| n.has_tag_name((ns::SAML2, "Attribute")) && n.attribute("Name") == Some(nome))?;
        let valore = attributo
            .children()
            .find(|n| n.has_tag_name((ns::SAML2, "AttributeValue")))?;
        testo_di(valore).map(|t| t.trim().to_owned())
    }

    fn pkcs7(
        &self,
        nel_messaggio: &[Certificato],
        ruoli: &mut Vec<(Certificato, &'static str)>,
    ) -> Option<Pkcs7Visto> {
        let firmato = self.attributo("IdPostazioneFirmato")?;
        let altri: Vec<&Certificato> = nel_messaggio.iter().collect();
        let esito = base64(&firmato)
            .ok_or_else(|| "IdPostazioneFirmato non è base64".to_owned())
            .and_then(|b| pkcs7::verifica(&b, &altri).map_err(|e| e.to_string()));
        Some(match esito {
            Ok(f) => {
                let visto = Pkcs7Visto {
                    contenuto: Some(String::from_utf8_lossy(&f.contenuto).into_owned()),
                    firmatario: Some(f.firmatario.nome().to_owned()),
                    problema: None,
                };
                ruoli.push((f.firmatario, "postazione"));
                visto
            }
            Err(problema) => Pkcs7Visto {
                contenuto: None,
                firmatario: None,
                problema: Some(problema),
            },
        })
    }

    fn tempi(&self, p: &mut Perizia) {
        if let Some(ts) = self.figlio(ns::WSU, "Timestamp") {
            let leggi = |nome| {
                ts.children()
                    .find(|n| n.has_tag_name((ns::WSU, nome)))
                    .and_then(testo_di)
                    .map(Cow::into_owned)
            };
            p.tempi.push(osservazioni::tempo(
                "Timestamp",
                leggi("Created"),
                leggi("Expires"),
                self.t,
            ));
        }
        let Some(asserzione) = self.asserzione() else {
            return;
        };
        for n in asserzione.descendants().filter(Node::is_element) {
            let nomi = match n.tag_name().name() {
                "SubjectConfirmationData" | "Conditions" => ("NotBefore", "NotOnOrAfter"),
                "AuthnStatement" => ("AuthnInstant", "SessionNotOnOrAfter"),
                _ => continue,
            };
            let (da, a) = (n.attribute(nomi.0), n.attribute(nomi.1));
            if da.is_some() || a.is_some() {
                let dove = format!("asserzione, {}", n.tag_name().name());
                p.tempi.push(osservazioni::tempo(
                    &dove,
                    da.map(str::to_owned),
                    a.map(str::to_owned),
                    self.t,
                ));
            }
        }
    }
}

/// Octets as text for the page, cut at a character.
fn mostrata(ottetti: &[u8]) -> String {
    let mut fine = ottetti.len().min(CANONICA_IN_EVIDENZA);
    while fine > 0 && fine < ottetti.len() && ottetti[fine] & 0xC0 == 0x80 {
        fine -= 1;
    }
    String::from_utf8_lossy(&ottetti[..fine]).into_owned()
}
