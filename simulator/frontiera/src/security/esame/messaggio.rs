//! Steps 5 and 6: the Body against its grammar, the message signature, the Timestamp.

use std::borrow::Cow;

use crate::albero::{Document, Node};
use jiff::Timestamp;

use super::Tavolo;
use super::identita::Tempestiva;
use super::verbale::Verbale;
use super::verifiche::{ammessi, confronta, fiducia, revoca, valore};
use crate::causa::{Causa, Motivo};
use crate::security::certificato::Certificato;
use crate::security::chiave::{self, ErroreChiave, NelMessaggio};
use crate::security::corpo::Letto;
use crate::security::identificatori::Identificatori;
use crate::security::tempo::{self, Finestra};
use crate::security::xmldsig::Firma;
use crate::security::{c14n, in_base64, testo_di};
use crate::soap::busta::{Busta, unico_figlio};
use crate::soap::{Fault, TipoFault, VersioneSoap, ns};

/// Step 4 done: an envelope.
pub(super) struct ConBusta<'a, 'i> {
    pub(super) doc: &'a Document<'i>,
    pub(super) busta: Busta<'a, 'i>,
}

/// Step 5 done: a body of an accepted root, valid.
pub(super) struct ConSchema<'a, 'i> {
    doc: &'a Document<'i>,
    busta: Busta<'a, 'i>,
    letto: Option<Letto>,
}

/// One Security header with a message signature.
pub(super) struct ConIntestazione<'a, 'i> {
    doc: &'a Document<'i>,
    busta: Busta<'a, 'i>,
    letto: Option<Letto>,
    security: Node<'a, 'i>,
    timestamp: Option<Node<'a, 'i>>,
    /// Something that the gateway's coverage rule, which looks at local names only, takes for a second Timestamp.
    sosia: bool,
    asserzione: Option<Node<'a, 'i>>,
    firma: Node<'a, 'i>,
}

/// Every reference leads to one element.
pub(super) struct Risolta<'a, 'i> {
    base: ConIntestazione<'a, 'i>,
    id: Identificatori<'a, 'i>,
    firma: Firma<'a, 'i>,
    riferiti: Vec<Node<'a, 'i>>,
}

/// Every digest agrees with the canonical octets, which are kept.
pub(super) struct Digerita<'a, 'i> {
    base: ConIntestazione<'a, 'i>,
    id: Identificatori<'a, 'i>,
    firma: Firma<'a, 'i>,
    digeriti: Vec<(Node<'a, 'i>, Vec<u8>)>,
}

/// The signature is that of a trusted, unrevoked certificate.
pub(super) struct Firmata<'a, 'i> {
    base: ConIntestazione<'a, 'i>,
    id: Identificatori<'a, 'i>,
    digeriti: Vec<(Node<'a, 'i>, Vec<u8>)>,
    nel_messaggio: NelMessaggio,
    certificato: Certificato,
}

/// Body and Timestamp are among the digested; from here on their octets stand for them.
pub(super) struct Coperta<'a, 'i> {
    asserzione: Option<Node<'a, 'i>>,
    id: Identificatori<'a, 'i>,
    nel_messaggio: NelMessaggio,
    certificato: Certificato,
    letto: Option<Letto>,
    corpo: Vec<u8>,
    timestamp: Vec<u8>,
}

impl<'a, 'i> ConBusta<'a, 'i> {
    pub(super) fn schema(self, t: &Tavolo<'_>, v: &mut Verbale) -> Result<ConSchema<'a, 'i>, Fault> {
        let Self { doc, busta } = self;
        let Some(radice) = unico_figlio(busta.body) else {
            let spiega = "il Body deve contenere un solo elemento".to_owned();
            return Err(v.ferma(
                "schema",
                TipoFault::F2,
                Some("un elemento nel Body"),
                None,
                Causa::BodyNonUnico.con(spiega),
            ));
        };
        let nome = radice.tag_name();
        let coppia = (nome.namespace().unwrap_or(""), nome.name());
        v.evidenza.radice = Some((coppia.0.to_owned(), coppia.1.to_owned()));
        if t.controlla_testata {
            v.evidenza.id_operazione_comune = radice
                .children()
                .find(|n| n.tag_name().name() == "testataRichiesta")
                .and_then(|n| n.children().find(|n| n.tag_name().name() == "idOperazioneComune"))
                .and_then(testo_di)
                .map(Cow::into_owned);
        }
        if !t.radici.contains(&coppia) {
            let attese: Vec<_> = t.radici.iter().map(|(n, l)| format!("{{{n}}}{l}")).collect();
            return Err(v.ferma(
                "schema",
                TipoFault::F2,
                Some(&attese.join(", ")),
                Some(format!("{{{}}}{}", coppia.0, coppia.1)),
                Causa::RadiceAltrui.con(
                    "questo servizio non accetta questo elemento nel Body: controllate namespace e nome",
                ),
            ));
        }
        if !t.politica.valida_schema {
            v.saltato("schema", "la politica lascia la validazione ai servizi");
            return Ok(ConSchema {
                doc,
                busta,
                letto: None,
            });
        }
        let letto = Letto::nuovo(coppia.0, coppia.1, c14n::documento(radice));
        match letto.as_ref().map(Letto::errori) {
            None => v.saltato("schema", "nessuna grammatica per questo elemento"),
            Some(errori) if errori.is_empty() => v.superato("schema", Some(coppia.1.to_owned())),
            Some(errori) => {
                let quante = errori.len();
                return Err(v.ferma(
                    "schema",
                    TipoFault::F2,
                    Some("un corpo valido secondo lo schema"),
                    Some(format!("{quante} violazioni")),
                    Causa::Schema.con(errori.join("\n")),
                ));
            }
        }
        Ok(ConSchema { doc, busta, letto })
    }
}

impl<'a, 'i> ConSchema<'a, 'i> {
    pub(super) fn intestazione(
        self,
        t: &Tavolo<'_>,
        v: &mut Verbale,
    ) -> Result<ConIntestazione<'a, 'i>, Fault> {
        let Self { doc, busta, letto } = self;
        let mut intestazioni = busta.intestazioni(ns::WSSE, "Security");
        let Some(security) = intestazioni.next() else {
            let tipo = t.politica.fault_senza_intestazione;
            let spiega = "manca l'intestazione wsse:Security: il client non applica la cornice di sicurezza";
            let motivo = Causa::SenzaIntestazione.con(spiega);
            return Err(v.ferma("intestazione", tipo, Some("wsse:Security"), None, motivo));
        };
        if intestazioni.next().is_some() {
            return Err(doppio(v, "wsse:Security"));
        }
        if let Some(altri) = per_altri(security, busta.versione) {
            let spiega = format!(
                "l'intestazione wsse:Security è indirizzata ad altri (actor/role «{altri}»): non va messo"
            );
            let tipo = t.politica.fault_senza_intestazione;
            let motivo = Causa::PerAltri.con(spiega);
            return Err(v.ferma("intestazione", tipo, Some("nessun actor"), Some(altri), motivo));
        }
        if let Some(dove) = valore_spezzato(security).or_else(|| valore_spezzato(busta.body)) {
            let spiega = format!(
                "dentro il valore di {dove} c'è un commento o un'istruzione: due lettori vi leggerebbero due valori"
            );
            return Err(v.ferma(
                "intestazione",
                TipoFault::F1,
                Some("valori di solo testo"),
                Some(dove),
                Causa::ValoreSpezzato.con(spiega),
            ));
        }
        let timestamp =
            al_piu_uno(security, ns::WSU, "Timestamp").map_err(|()| doppio(v, "wsu:Timestamp"))?;
        let asserzione =
            al_piu_uno(security, ns::SAML2, "Assertion").map_err(|()| doppio(v, "saml:Assertion"))?;
        let firma = al_piu_uno(security, ns::DS, "Signature").map_err(|()| doppio(v, "ds:Signature"))?;
        let sosia = busta
            .header
            .into_iter()
            .flat_map(|h| h.children())
            .filter(|n| n.tag_name().name() == "Security")
            .flat_map(|s| s.children())
            .any(|n| n.tag_name().name() == "Timestamp" && Some(n) != timestamp);
        v.superato("intestazione", None);
        let Some(firma) = firma else {
            let spiega = "manca la firma del messaggio (ds:Signature figlia di wsse:Security): applicate la policy \
                          con firma di Timestamp e Body";
            return Err(v.ferma(
                "copertura",
                TipoFault::F7,
                Some("Timestamp e Body firmati"),
                None,
                Causa::NonCoperto.con(spiega),
            ));
        };
        Ok(ConIntestazione {
            doc,
            busta,
            letto,
            security,
            timestamp,
            sosia,
            asserzione,
            firma,
        })
    }
}

impl<'a, 'i> ConIntestazione<'a, 'i> {
    pub(super) fn riferimenti(self, t: &Tavolo<'_>, v: &mut Verbale) -> Result<Risolta<'a, 'i>, Fault> {
        let id = Identificatori::leggi(self.doc, t.politica.id_wsu_stretto).map_err(|e| {
            v.ferma(
                "riferimenti",
                TipoFault::F2,
                Some("identificatori unici"),
                Some(e.0.clone()),
                e,
            )
        })?;
        let firma = Firma::leggi(self.firma, ammessi(t))
            .map_err(|e| v.ferma("riferimenti", TipoFault::F1, None, None, e))?;
        let mut riferiti = Vec::with_capacity(firma.riferimenti.len());
        for r in &firma.riferimenti {
            let Some(nodo) = r.risolvi(&id) else {
                let uri = r.uri.unwrap_or("(senza URI)").to_owned();
                let spiega = format!(
                    "il riferimento «{uri}» non corrisponde ad alcun elemento: Body e Timestamp si identificano con \
                     wsu:Id, non con Id o soap:Id"
                );
                return Err(v.ferma(
                    "riferimenti",
                    TipoFault::F2,
                    Some("un wsu:Id presente"),
                    Some(uri),
                    Causa::RiferimentoIrrisolto.con(spiega),
                ));
            };
            if riferiti.contains(&nodo) {
                let spiega = format!("l'elemento «{}» è firmato due volte", nodo.tag_name().name());
                return Err(v.ferma(
                    "riferimenti",
                    TipoFault::F1,
                    Some("un Reference per elemento"),
                    None,
                    Causa::RiferimentoDoppio.con(spiega),
                ));
            }
            riferiti.push(nodo);
        }
        let uri: Vec<_> = firma.riferimenti.iter().filter_map(|r| r.uri).collect();
        v.superato("riferimenti", Some(uri.join(" ")));
        Ok(Risolta {
            base: self,
            id,
            firma,
            riferiti,
        })
    }
}

impl<'a, 'i> Risolta<'a, 'i> {
    pub(super) fn digest(self, t: &Tavolo<'_>, v: &mut Verbale) -> Result<Digerita<'a, 'i>, Fault> {
        let Self {
            base,
            id,
            firma,
            riferiti,
        } = self;
        let mut digeriti = Vec::with_capacity(riferiti.len());
        for (r, nodo) in firma.riferimenti.iter().zip(riferiti) {
            let Some(canonica) = r.canonica(nodo, firma.nodo.id(), &id) else {
                let spiega = "la STR-Transform deve indicare una SecurityTokenReference che rinvii a un \
                              BinarySecurityToken del messaggio";
                return Err(v.ferma(
                    "digest",
                    TipoFault::F1,
                    None,
                    r.uri.map(str::to_owned),
                    Causa::Trasformazione.con(spiega),
                ));
            };
            if !confronta(t, v, "messaggio", r, nodo, &canonica) {
                let nome = nodo.tag_name().name();
                v.ferma_se(
                    t.politica.controlla_firme,
                    "digest",
                    TipoFault::F5,
                    Some(&in_base64(&r.dichiarato)),
                    Some(in_base64(&r.digest.calcola(&canonica))),
                    Causa::Digest.con(format!(
                        "{nome} è cambiato dopo la firma, oppure il C14N del client è diverso: confrontate i byte \
                         canonici qui sotto con i vostri"
                    )),
                )?;
            }
            // The octets of further parts were compared and serve no more: many large ones would fill the memory.
            if nodo == base.busta.body || Some(nodo) == base.timestamp {
                digeriti.push((nodo, canonica));
            }
        }
        v.superato("digest", Some(format!("{} riferimenti", firma.riferimenti.len())));
        Ok(Digerita {
            base,
            id,
            firma,
            digeriti,
        })
    }
}

impl<'a, 'i> Digerita<'a, 'i> {
    /// Signature value, trust, revocation.
    pub(super) fn valore(self, t: &Tavolo<'_>, v: &mut Verbale) -> Result<Firmata<'a, 'i>, Fault> {
        let Self {
            base,
            id,
            firma,
            digeriti,
        } = self;
        let nel_messaggio = NelMessaggio::raccogli(base.security, t.fiducia);
        let certificato = chiave::certificato(firma.key_info, &id, &nel_messaggio).map_err(|e| {
            let tipo = if matches!(e, ErroreChiave::Irrisolto(_)) {
                TipoFault::F2
            } else {
                TipoFault::F1
            };
            v.ferma(
                "valore-firma",
                tipo,
                Some("il certificato del firmatario nel messaggio"),
                None,
                e,
            )
        })?;
        v.evidenza.cn_messaggio = Some(certificato.nome().to_owned());
        valore(t, v, "valore-firma", &firma, &certificato)?;
        fiducia(t, v, "certificato", &certificato)?;
        revoca(t, v, &certificato)?;
        Ok(Firmata {
            base,
            id,
            digeriti,
            nel_messaggio,
            certificato,
        })
    }
}

impl<'a, 'i> Firmata<'a, 'i> {
    pub(super) fn copertura(self, v: &mut Verbale) -> Result<Coperta<'a, 'i>, Fault> {
        let Self {
            base,
            id,
            mut digeriti,
            nel_messaggio,
            certificato,
        } = self;
        let mut prendi = |nodo: Node<'_, '_>| {
            let dove = digeriti.iter().position(|(n, _)| n.id() == nodo.id())?;
            Some(digeriti.swap_remove(dove).1)
        };
        let corpo = prendi(base.busta.body);
        let timestamp = base.timestamp.and_then(&mut prendi);
        let (corpo, timestamp) = match (corpo, timestamp) {
            (Some(corpo), Some(timestamp)) if !base.sosia => (corpo, timestamp),
            (corpo, timestamp) => {
                let mancano: Vec<_> = [
                    base.timestamp.is_none().then_some("manca il Timestamp"),
                    (base.timestamp.is_some() && timestamp.is_none()).then_some("il Timestamp non è firmato"),
                    base.sosia.then_some(
                        "nell'intestazione c'è un secondo Timestamp, di altro namespace, non firmato",
                    ),
                    corpo.is_none().then_some("il Body non è firmato"),
                ]
                .into_iter()
                .flatten()
                .collect();
                let atteso = Some("Timestamp e Body firmati");
                let causa = match (base.timestamp, base.sosia) {
                    (None, _) => Causa::SenzaTimestamp,
                    (_, true) => Causa::TimestampSosia,
                    _ => Causa::NonCoperto,
                };
                let motivo = causa.con(mancano.join("; "));
                return Err(v.ferma("copertura", TipoFault::F7, atteso, None, motivo));
            }
        };
        v.superato("copertura", Some("Timestamp e Body".into()));
        Ok(Coperta {
            asserzione: base.asserzione,
            id,
            nel_messaggio,
            certificato,
            letto: base.letto,
            corpo,
            timestamp,
        })
    }
}

impl<'a, 'i> Coperta<'a, 'i> {
    pub(super) fn tempo(self, t: &Tavolo<'_>, v: &mut Verbale) -> Result<Tempestiva<'a, 'i>, Fault> {
        match leggi_timestamp(&self.timestamp) {
            Err(e) => v.ferma_se(
                t.politica.controlla_tempi,
                "timestamp",
                TipoFault::F1,
                None,
                None,
                e,
            )?,
            Ok((creato, scade)) => {
                v.evidenza.scarto_orologio_ms =
                    i64::try_from(creato.duration_since(t.adesso).as_millis()).ok();
                let osservato = Some(format!("{creato} – {scade}"));
                let f = tempo::finestra(Some(creato), Some(scade), t.adesso, t.politica.tolleranza_futuro);
                if f == Finestra::Dentro && scade.duration_since(creato) <= t.politica.durata_massima {
                    v.superato("timestamp", osservato);
                } else {
                    let spiega = tempo::spiega(f).unwrap_or_else(|| {
                        format!(
                            "il Timestamp dura più di {}",
                            tempo::a_parole(t.politica.durata_massima)
                        )
                    });
                    let atteso = format!("una finestra che comprenda {}", t.adesso);
                    v.ferma_se(
                        t.politica.controlla_tempi,
                        "timestamp",
                        TipoFault::F1,
                        Some(&atteso),
                        osservato,
                        Causa::di_finestra(f).con(spiega),
                    )?;
                }
            }
        }
        Ok(Tempestiva {
            asserzione: self.asserzione,
            id: self.id,
            nel_messaggio: self.nel_messaggio,
            certificato: self.certificato,
            letto: self.letto,
            corpo: self.corpo,
        })
    }
}

/// `Created` and `Expires` from the digested octets.
fn leggi_timestamp(canonica: &[u8]) -> Result<(Timestamp, Timestamp), Motivo> {
    let testo = std::str::from_utf8(canonica).map_err(|e| Causa::Codifica.con(e.to_string()))?;
    let doc = crate::albero::leggi(testo)?;
    let uno = |nome: &'static str| {
        let nodo = al_piu_uno(doc.root_element(), ns::WSU, nome).ok().flatten();
        let testo = nodo.and_then(testo_di).ok_or_else(|| {
            Causa::TimestampIncompleto.con(format!("nel Timestamp manca o è ripetuto {nome}"))
        })?;
        tempo::istante(&testo).map_err(|e| Causa::IstanteMalformato.con(format!("{nome} «{testo}»: {e}")))
    };
    Ok((uno("Created")?, uno("Expires")?))
}

/// The actor or role of a header that is not addressed to us.
fn per_altri(security: Node<'_, '_>, versione: VersioneSoap) -> Option<String> {
    let attributo = match versione {
        VersioneSoap::V11 => "actor",
        VersioneSoap::V12 => "role",
    };
    security
        .attribute((versione.ns(), attributo))
        .filter(|a| !ns::NOSTRI_RUOLI.contains(a))
        .map(str::to_owned)
}

/// The first element whose text a comment or an instruction cuts in two, unless it stands alone between elements.
fn valore_spezzato(sotto: Node<'_, '_>) -> Option<String> {
    sotto
        .descendants()
        .filter(|n| n.is_comment() || n.is_pi())
        .filter_map(|n| n.parent())
        .find(|p| !p.children().any(|c| c.is_element()))
        .map(|p| p.tag_name().name().to_owned())
}

/// The child of this name, if there is at most one.
fn al_piu_uno<'a, 'i>(
    n: Node<'a, 'i>,
    ns: &'static str,
    nome: &'static str,
) -> Result<Option<Node<'a, 'i>>, ()> {
    let mut trovati = n.children().filter(|c| c.has_tag_name((ns, nome)));
    let primo = trovati.next();
    if trovati.next().is_some() {
        Err(())
    } else {
        Ok(primo)
    }
}

fn doppio(v: &mut Verbale, cosa: &str) -> Fault {
    let spiega = format!("{cosa} compare più di una volta");
    v.ferma(
        "intestazione",
        TipoFault::F1,
        Some("una sola volta"),
        Some(cosa.to_owned()),
        Causa::ParteDoppia.con(spiega),
    )
}
