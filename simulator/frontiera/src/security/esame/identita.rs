//! Steps 7 to 10: the assertion, the seat, the postazione, the operator.

use crate::albero::Node;
use anagrafe::IdPostazione;

use super::verbale::Verbale;
use super::verifiche::{ammessi, confronta, fiducia, revoca, valore};
use super::{BustaVerificata, Chiamante, Tavolo};
use crate::causa::{Causa, Motivo};
use crate::censimento::OperatoreVisto;
use crate::security::asserzione::Asserzione;
use crate::security::c14n;
use crate::security::certificato::Certificato;
use crate::security::chiave::{self, NelMessaggio};
use crate::security::corpo::Letto;
use crate::security::digest::sha256;
use crate::security::identificatori::Identificatori;
use crate::security::pkcs7::ErrorePkcs7;
use crate::security::tempo;
use crate::security::xmldsig::Firma;
use crate::soap::busta::unico_figlio;
use crate::soap::{Fault, TipoFault, ns};

/// Step 6 done: signed, covered, on time. `corpo` is the Body as it was digested.
pub(super) struct Tempestiva<'a, 'i> {
    pub(super) asserzione: Option<Node<'a, 'i>>,
    pub(super) id: Identificatori<'a, 'i>,
    pub(super) nel_messaggio: NelMessaggio,
    pub(super) certificato: Certificato,
    pub(super) letto: Option<Letto>,
    pub(super) corpo: Vec<u8>,
}

/// Step 7 done: an assertion one may believe.
pub(super) struct Asserita {
    asserzione: Asserzione,
    attributi: Attributi,
    firmatario: Certificato,
    certificato: Certificato,
    nel_messaggio: NelMessaggio,
    letto: Option<Letto>,
    corpo: Vec<u8>,
}

/// The three attributes that must be there.
struct Attributi {
    id_sede: String,
    postazione: IdPostazione,
    firmato: String,
}

/// Step 8 done: seat and postazione agree.
pub(super) struct SedeCoerente(Asserita);

/// Step 9 done: the postazione proved itself.
pub(super) struct Provata(Asserita);

impl Tempestiva<'_, '_> {
    /// Presence, own signature, window, confirmation, attributes: all F1.
    pub(super) fn asserzione(self, t: &Tavolo<'_>, v: &mut Verbale) -> Result<Asserita, Fault> {
        let Some(nodo) = self.asserzione else {
            let tipo = t.politica.fault_senza_asserzione;
            let spiega = "wsse:Security non contiene l'asserzione SAML 2.0";
            let motivo = Causa::SenzaAsserzione.con(spiega);
            return Err(v.ferma("asserzione", tipo, Some("saml:Assertion"), None, motivo));
        };
        let (canonica, firmatario) = self.firma_asserzione(nodo, t, v)?;
        let asserzione =
            Asserzione::leggi(&canonica).map_err(|e| v.ferma("asserzione", TipoFault::F1, None, None, e))?;
        v.superato("asserzione", Some(asserzione.id.clone()));
        v.evidenza.name_id = Some(asserzione.name_id.clone());
        finestra(&asserzione, t, v)?;
        soggetto(&asserzione, t, v)?;
        let attributi = attributi(&asserzione, v)?;
        Ok(Asserita {
            asserzione,
            attributi,
            firmatario,
            certificato: self.certificato,
            nel_messaggio: self.nel_messaggio,
            letto: self.letto,
            corpo: self.corpo,
        })
    }

    /// The enveloped signature; returns the octets it digested and who signed.
    fn firma_asserzione(
        &self,
        nodo: Node<'_, '_>,
        t: &Tavolo<'_>,
        v: &mut Verbale,
    ) -> Result<(Vec<u8>, Certificato), Fault> {
        const PASSO: &str = "firma-asserzione";
        let mut no =
            |atteso: Option<&str>, motivo: Motivo| v.ferma(PASSO, TipoFault::F1, atteso, None, motivo);
        let mut firme = nodo.children().filter(|n| n.has_tag_name((ns::DS, "Signature")));
        let (Some(firma), None) = (firme.next(), firme.next()) else {
            return Err(no(
                Some("una ds:Signature nell'asserzione"),
                Causa::AsserzioneNonFirmata.con("l'asserzione non ha una sua firma (una sola)"),
            ));
        };
        let firma = Firma::leggi(firma, ammessi(t)).map_err(|e| no(None, e.into()))?;
        let [riferimento] = firma.riferimenti.as_slice() else {
            return Err(no(
                Some("un solo Reference"),
                Causa::AsserzioneRiferimento.con("la firma dell'asserzione ha più di un Reference"),
            ));
        };
        // Exactly this assertion, enveloped: a signature borrowed from another element proves nothing.
        if riferimento.risolvi(&self.id) != Some(nodo) || !riferimento.enveloped {
            let spiega = "il Reference della firma deve indicare l'ID di questa asserzione, con la trasformazione \
                          enveloped-signature";
            let motivo = Causa::AsserzioneRiferimento.con(spiega);
            return Err(no(Some("URI=\"#<ID dell'asserzione>\""), motivo));
        }
        let firmatario = chiave::certificato(firma.key_info, &self.id, &self.nel_messaggio)
            .map_err(|e| no(Some("il certificato in KeyInfo/X509Data"), e.into()))?;
        v.evidenza.cn_asserzione = Some(firmatario.nome().to_owned());
        // Through the STR-Transform another element would be digested: it has no place here.
        let Some(canonica) = riferimento
            .canonica(nodo, firma.nodo.id(), &self.id)
            .filter(|_| !riferimento.tramite_str)
        else {
            return Err(v.ferma(
                PASSO,
                TipoFault::F1,
                None,
                None,
                Causa::Trasformazione.con("la firma dell'asserzione non usa la STR-Transform"),
            ));
        };
        if !confronta(t, v, "asserzione", riferimento, nodo, &canonica) {
            v.ferma_se(
                t.politica.controlla_firme,
                PASSO,
                TipoFault::F1,
                None,
                None,
                Causa::AsserzioneCambiata.con("l'asserzione è cambiata dopo la sua firma"),
            )?;
        }
        fiducia(t, v, PASSO, &firmatario)?;
        valore(t, v, PASSO, &firma, &firmatario)?;
        revoca(t, v, &firmatario)?;
        Ok((canonica, firmatario))
    }
}

fn finestra(a: &Asserzione, t: &Tavolo<'_>, v: &mut Verbale) -> Result<(), Fault> {
    const PASSO: &str = "finestra-asserzione";
    let problema = match a.fuori(t.adesso, t.politica.tolleranza_futuro) {
        Some((dove, f)) => tempo::spiega(f).map(|s| Causa::di_finestra(f).con(format!("{dove}: {s}"))),
        None if !a.finisce() => {
            Some(Causa::SenzaScadenza.con("l'asserzione non dice quando scade (NotOnOrAfter)"))
        }
        None => None,
    };
    if let Some(motivo) = problema {
        let atteso = format!("una finestra che comprenda {}", t.adesso);
        return v.ferma_se(
            t.politica.controlla_tempi,
            PASSO,
            TipoFault::F1,
            Some(&atteso),
            None,
            motivo,
        );
    }
    v.superato(PASSO, None);
    Ok(())
}

fn soggetto(a: &Asserzione, t: &Tavolo<'_>, v: &mut Verbale) -> Result<(), Fault> {
    if !a.conferme.is_empty() && a.conferme.iter().all(|c| c == ns::BEARER) {
        v.superato("soggetto", Some(a.name_id.clone()));
        return Ok(());
    }
    let motivo = Causa::NonBearer.con("la conferma del soggetto deve essere bearer");
    let osservato = Some(a.conferme.join(" "));
    v.ferma_se(
        t.politica.controlla_identita,
        "soggetto",
        TipoFault::F1,
        Some(ns::BEARER),
        osservato,
        motivo,
    )
}

fn attributi(a: &Asserzione, v: &mut Verbale) -> Result<Attributi, Fault> {
    let mut prendi = |nome: &'static str| {
        a.attributo_di(nome).map(str::to_owned).ok_or_else(|| {
            let motivo = Causa::AttributoMancante.con(format!("nell'asserzione manca l'attributo {nome}"));
            v.ferma("attributi", TipoFault::F1, Some(nome), None, motivo)
        })
    };
    let id_sede = prendi("IdSede")?;
    let postazione = prendi("IdPostazione")?;
    let firmato = prendi("IdPostazioneFirmato")?;
    v.evidenza.id_sede = Some(id_sede.clone());
    v.evidenza.id_postazione = Some(postazione.clone());
    let postazione = IdPostazione::parse(&postazione).map_err(|_| {
        let spiega = "IdPostazione deve avere la forma 888001-PC-0001 (il CN del certificato di postazione)";
        v.ferma(
            "attributi",
            TipoFault::F1,
            Some("nnnnnn-PC|CO-nnnn"),
            Some(postazione),
            Causa::IdPostazioneForma.con(spiega),
        )
    })?;
    v.superato(
        "attributi",
        Some(format!("IdSede {id_sede}, IdPostazione {postazione}")),
    );
    Ok(Attributi {
        id_sede,
        postazione,
        firmato,
    })
}

impl Asserita {
    /// `IdSede` = first six characters of `IdPostazione`, as texts: a lost leading zero must show (F6).
    pub(super) fn sede(self, t: &Tavolo<'_>, v: &mut Verbale) -> Result<SedeCoerente, Fault> {
        const PASSO: &str = "sede-postazione";
        let attesa = self.attributi.postazione.comune.as_str();
        let sede = &self.attributi.id_sede;
        if sede == attesa {
            v.superato(PASSO, Some(sede.clone()));
        } else {
            let spiega = if attesa.trim_start_matches('0') == sede.trim_start_matches('0') {
                "IdSede ha perso gli zeri iniziali: sono sempre sei cifre"
            } else {
                "IdSede e le prime sei cifre di IdPostazione sono di due Comuni diversi"
            };
            let osservato = Some(sede.clone());
            let in_vigore = t.politica.controlla_identita;
            v.ferma_se(
                in_vigore,
                PASSO,
                TipoFault::F6,
                Some(attesa),
                osservato,
                Causa::SedeDiversa.con(spiega),
            )?;
        }
        Ok(SedeCoerente(self))
    }
}

impl SedeCoerente {
    /// The PKCS#7, then the identities of all signers.
    pub(super) fn postazione(self, t: &Tavolo<'_>, v: &mut Verbale) -> Result<Provata, Fault> {
        let a = self.0;
        pkcs7_postazione(&a, t, v)?;
        identita(&a, t, v)?;
        Ok(Provata(a))
    }
}

fn pkcs7_postazione(a: &Asserita, t: &Tavolo<'_>, v: &mut Verbale) -> Result<(), Fault> {
    const PASSO: &str = "postazione-firmata";
    let id = a.attributi.postazione.to_string();
    let firmato = t
        .fiducia
        .pkcs7(&a.attributi.firmato, a.nel_messaggio.certificati())
        .map_err(Motivo::from)
        .and_then(|f| {
            if ammessi(t).vede(f.digest) {
                Ok(f)
            } else {
                Err(ErrorePkcs7::Algoritmo.into())
            }
        });
    let firmato = match firmato {
        Ok(f) => f,
        Err(motivo) => {
            return v.ferma_se(
                t.politica.controlla_firme,
                PASSO,
                t.politica.fault_pkcs7,
                Some(&id),
                None,
                motivo,
            );
        }
    };
    v.evidenza.cn_postazione = Some(firmato.firmatario.nome().to_owned());
    let contenuto = String::from_utf8_lossy(&firmato.contenuto).trim().to_owned();
    if contenuto != id {
        let motivo = Causa::Pkcs7Altrui.con("il PKCS#7 firma un testo diverso da IdPostazione");
        v.ferma_se(
            t.politica.controlla_identita,
            PASSO,
            TipoFault::F1,
            Some(&id),
            Some(contenuto),
            motivo,
        )?;
    }
    if firmato.firmatario.cn() != Some(id.as_str()) {
        let motivo = Causa::Pkcs7Altrui.con("il PKCS#7 è firmato con il certificato di un'altra postazione");
        let osservato = Some(firmato.firmatario.nome().to_owned());
        v.ferma_se(
            t.politica.controlla_identita,
            PASSO,
            TipoFault::F1,
            Some(&id),
            osservato,
            motivo,
        )?;
    }
    fiducia(t, v, PASSO, &firmato.firmatario)?;
    revoca(t, v, &firmato.firmatario)?;
    if !t.censimento.postazione_attiva(&a.attributi.postazione) {
        let motivo = Causa::PostazioneNonAttiva.con("la postazione non è attiva in questo ambiente");
        v.ferma_se(
            t.politica.controlla_identita,
            PASSO,
            TipoFault::F1,
            Some("attiva"),
            Some(id.clone()),
            motivo,
        )?;
    }
    v.superato(PASSO, Some(id));
    Ok(())
}

fn identita(a: &Asserita, t: &Tavolo<'_>, v: &mut Verbale) -> Result<(), Fault> {
    const PASSO: &str = "identita";
    let comune = a.attributi.postazione.comune;
    let vigore = t.politica.controlla_identita;
    for (chi, c) in [("messaggio", &a.certificato), ("asserzione", &a.firmatario)] {
        let letto = c.cn().and_then(|cn| IdPostazione::parse(cn).ok());
        let osservato = Some(c.nome().to_owned());
        if letto.as_ref().map(|p| p.comune) != Some(comune) {
            let spiega = format!("il firmatario di {chi} non è un certificato del Comune {comune}");
            v.ferma_se(
                vigore,
                PASSO,
                TipoFault::F1,
                Some(comune.as_str()),
                osservato.clone(),
                Causa::ComuneDiverso.con(spiega),
            )?;
        }
        let e_co = letto.is_some_and(|p| p.tipo == anagrafe::TipoPostazione::Co);
        if chi == "messaggio" && t.politica.richiedi_co_messaggio && !e_co {
            let motivo = Causa::ServeCo.con("il messaggio va firmato con il certificato CO del Comune");
            v.ferma_se(
                vigore,
                PASSO,
                TipoFault::F1,
                Some("un certificato CO"),
                osservato,
                motivo,
            )?;
        }
    }
    if t.politica.stesso_certificato && a.certificato != a.firmatario {
        let motivo =
            Causa::CertificatiDiversi.con("asserzione e messaggio sono firmati con certificati diversi");
        let osservato = Some(a.firmatario.nome().to_owned());
        v.ferma_se(
            vigore,
            PASSO,
            TipoFault::F1,
            Some(a.certificato.nome()),
            osservato,
            motivo,
        )?;
    }
    v.superato(PASSO, Some(a.certificato.nome().to_owned()));
    Ok(())
}

impl Provata {
    /// Known and active; then the body is read again from its octets and the request stands.
    pub(super) fn operatore(self, t: &Tavolo<'_>, v: &mut Verbale) -> Result<BustaVerificata, Fault> {
        const PASSO: &str = "operatore";
        let a = self.0;
        let name_id = a.asserzione.name_id.clone();
        let comune = a.attributi.postazione.comune;
        let visto = t
            .censimento
            .operatore(&name_id)
            .filter(|_| t.censimento.noto_al_comune(&name_id, comune));
        let problema =
            match &visto {
                None => Some(Causa::OperatoreIgnoto.con(
                    "l'operatore (NameID) non è censito in questo ambiente: controllate il codice fiscale",
                )),
                Some(o) if !o.attivo => {
                    Some(Causa::OperatoreNonAttivo.con("l'operatore non è attivo (bloccato o cancellato)"))
                }
                Some(_) => None,
            };
        if let Some(motivo) = problema {
            let osservato = Some(name_id.clone());
            let vigore = t.politica.controlla_operatore;
            v.ferma_se(
                vigore,
                PASSO,
                TipoFault::F1,
                Some("un operatore attivo"),
                osservato,
                motivo,
            )?;
        } else {
            v.superato(PASSO, Some(name_id.clone()));
        }
        if t.politica.antireplica {
            non_replicata(&a.asserzione, &a.firmatario, t, v)?;
        }
        let operatore = visto.unwrap_or_else(|| OperatoreVisto {
            attivo: true,
            comuni: vec![comune],
            funzioni: vec!["*".into()],
        });
        let (radice, corpo) = rileggi(&a.corpo).ok_or_else(|| {
            // The same octets were a Body with one element a moment ago.
            v.ferma(
                "busta",
                TipoFault::F3,
                None,
                None,
                Causa::XmlMalformato.con("il Body firmato non si rilegge"),
            )
        })?;
        // What was validated is believed only if it is, octet for octet, what was digested.
        let albero = a.letto.filter(|l| l.documento == corpo).and_then(|l| l.albero);
        Ok(BustaVerificata {
            radice,
            corpo,
            albero,
            chiamante: Chiamante {
                id_sede: comune,
                postazione: a.attributi.postazione,
                name_id,
                operatore,
                comune_cert: a.certificato.nome().to_owned(),
            },
        })
    }
}

/// Notes an accepted assertion, each signer's ids apart; F1 the second time.
fn non_replicata(
    a: &Asserzione,
    firmatario: &Certificato,
    t: &Tavolo<'_>,
    v: &mut Verbale,
) -> Result<(), Fault> {
    let quale = sha256(&[firmatario.impronta(), a.id.as_bytes()].concat());
    let fine = a.validita.iter().filter_map(|v| v.a).min();
    let fine = fine.or_else(|| t.adesso.checked_add(t.politica.durata_massima).ok());
    if t.repliche.prima_volta(quale, fine.unwrap_or(t.adesso), t.adesso) {
        return Ok(());
    }
    let spiega =
        "l'asserzione è già stata usata: ogni richiesta ne vuole una nuova (interruttore antireplica)";
    Err(v.ferma(
        "finestra-asserzione",
        TipoFault::F1,
        Some("un'asserzione mai accettata"),
        Some(a.id.clone()),
        Causa::Replica.con(spiega),
    ))
}

/// From the digested Body to its element as a standalone document.
fn rileggi(body: &[u8]) -> Option<((String, String), Vec<u8>)> {
    let doc = crate::albero::leggi(std::str::from_utf8(body).ok()?).ok()?;
    let figlio = unico_figlio(doc.root_element())?;
    let nome = figlio.tag_name();
    let radice = (nome.namespace().unwrap_or("").to_owned(), nome.name().to_owned());
    Some((radice, c14n::documento(figlio)))
}
