//! The cases of the test plan: one table. What a case is called, to whom it applies, and the rule that tells from what
//! happened whether it was performed.
//!
//! No public list of the official cases exists: these are ours, made of what a Comune and its gestionale must have seen
//! work, and fail, before the pre-subentro. What must stay true: a case is done only by something that happened here; a
//! service that does not answer yet is never done.

use frontiera::Causa;
use registro::{Fornitura, Scambio, Soluzione, StatoFile, TipoFile, Verdetto};

use super::riscontri::{self, Riscontro};
use crate::operazioni::TEST_CONN;

/// What a case is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Gruppo {
    /// The channel and the frame of security.
    Canale,
    /// The web service of the subentro.
    Servizio,
    /// Files and deliveries.
    Forniture,
    /// What comes back.
    Esiti,
    /// The web application.
    Applicazione,
    /// Services that do not answer yet.
    ServiziFuturi,
}

impl Gruppo {
    /// In words.
    pub const fn nome(self) -> &'static str {
        match self {
            Self::Canale => "Canale e firme",
            Self::Servizio => "Servizio S001",
            Self::Forniture => "File e forniture",
            Self::Esiti => "Esiti",
            Self::Applicazione => "Applicazione web",
            Self::ServiziFuturi => "Servizi non ancora presenti",
        }
    }
}

/// To which ways of access a case applies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Serve {
    /// To all.
    Sempre,
    /// Where a gestionale calls ANPR at all: WA integrata and WS.
    ChiChiama,
    /// Where the gestionale does everything by web service.
    SoloWs,
}

impl Serve {
    /// Why it does not apply, where it does not.
    pub(super) const fn non_applicabile(self, s: Soluzione) -> Option<&'static str> {
        match (self, s) {
            (Self::ChiChiama | Self::SoloWs, Soluzione::Wa) => {
                Some("con la sola WA il gestionale non chiama ANPR")
            }
            (Self::SoloWs, Soluzione::WaIntegrata) => {
                Some("con la WA integrata si lavora nell'applicazione web")
            }
            _ => None,
        }
    }
}

/// Something that happens outside the journal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Evento {
    /// A list of a delivery was downloaded.
    ListaScaricata,
    /// An operator came in with user and password.
    AccessoPassword,
    /// An operator came in with a card.
    AccessoCarta,
}

/// How a case is recognised.
#[derive(Clone, Copy)]
pub(super) enum Regola {
    /// An exchange that passed and of which this holds.
    Passa(fn(&Scambio) -> bool),
    /// The same, asked of every active postazione.
    OgniPostazione(fn(&Scambio) -> bool),
    /// Refused for one of these; then an exchange of the same operation passed.
    Supera(&'static [Causa]),
    /// Found in the deliveries.
    Forniture(fn(&[Fornitura]) -> Vec<Riscontro>),
    /// It happened.
    Accade(Evento),
    /// A file refused at the counter, then one that was taken.
    SuperaSportello,
    /// A message with the outcome of a delivery was opened.
    PecLetta,
    /// The service on this path does not answer yet.
    NonAncora(&'static str),
}

/// One case.
pub(super) struct Caso {
    /// Its id, stable: scripts name it.
    pub(super) id: &'static str,
    pub(super) gruppo: Gruppo,
    pub(super) titolo: &'static str,
    /// How one does it here.
    pub(super) come: &'static str,
    pub(super) serve: Serve,
    pub(super) regola: Regola,
}

/// Name of the step that says that a reply was repeated from memory.
pub(crate) const PASSO_RIPETUTA: &str = "risposta-ripetuta";

fn prova_di_connessione(s: &Scambio) -> bool {
    s.operazione.as_deref() == Some(TEST_CONN)
}

fn firma_sha256(s: &Scambio) -> bool {
    s.passi
        .iter()
        .any(|p| p.nome == "valore-firma" && p.osservato.ends_with("rsa-sha256"))
}

fn s001(s: &Scambio) -> bool {
    s.operazione.as_deref() == Some("S001") && !ripetuta(s)
}

/// Whether the reply came from memory: the same idOperazioneComune again.
pub(super) fn ripetuta(s: &Scambio) -> bool {
    s.passi
        .iter()
        .any(|p| p.nome == PASSO_RIPETUTA && p.verdetto == Verdetto::Avviso)
}

fn file_apr(f: &Fornitura) -> bool {
    f.file
        .iter()
        .any(|x| x.tipo == TipoFile::Apr && x.stato != StatoFile::Scartato)
}

use Causa as C;

const fn caso(
    id: &'static str,
    gruppo: Gruppo,
    serve: Serve,
    titolo: &'static str,
    come: &'static str,
    regola: Regola,
) -> Caso {
    Caso {
        id,
        gruppo,
        titolo,
        come,
        serve,
        regola,
    }
}

const fn non_ancora(id: &'static str, serve: Serve, titolo: &'static str, percorso: &'static str) -> Caso {
    caso(
        id,
        Gruppo::ServiziFuturi,
        serve,
        titolo,
        "Il simulatore non ha ancora questo servizio.",
        Regola::NonAncora(percorso),
    )
}

/// Every case, in the order in which one meets them.
pub(super) static CASI: &[Caso] = &[
    caso(
        "PT01",
        Gruppo::Canale,
        Serve::ChiChiama,
        "Prova di connessione da ogni postazione",
        "Chiamare TestConn con il certificato di ciascuna postazione attiva.",
        Regola::OgniPostazione(prova_di_connessione),
    ),
    caso(
        "PT02",
        Gruppo::Canale,
        Serve::ChiChiama,
        "Messaggio firmato con SHA-256",
        "Firmare con rsa-sha256 e ottenere una risposta.",
        Regola::Passa(firma_sha256),
    ),
    caso(
        "PT03",
        Gruppo::Canale,
        Serve::ChiChiama,
        "Certificato sbagliato: rifiuto riconosciuto e corretto",
        "Chiamare con un certificato scaduto, revocato o di altri, poi con quello giusto.",
        Regola::Supera(&[
            C::CertificatoScaduto,
            C::CertificatoFuturo,
            C::CertificatoIgnoto,
            C::CertificatoDebole,
            C::CertificatoInadatto,
            C::CertificatoAssente,
            C::CertificatoIlleggibile,
            C::ChiaveInadatta,
            C::Revocato,
            C::ComuneDiverso,
            C::ServeCo,
            C::CertificatiDiversi,
        ]),
    ),
    caso(
        "PT04",
        Gruppo::Canale,
        Serve::ChiChiama,
        "Firma rifiutata: causa riconosciuta e corretta",
        "Inviare un messaggio cambiato dopo la firma, o firmato a metà, poi quello giusto.",
        Regola::Supera(&[
            C::Digest,
            C::ValoreFirma,
            C::FirmaMalformata,
            C::NonCoperto,
            C::Algoritmo,
            C::AlgoritmoSpento,
            C::C14n,
            C::Trasformazione,
            C::RiferimentoIrrisolto,
            C::RiferimentoDoppio,
            C::NumeroRiferimenti,
            C::IdDoppio,
            C::AsserzioneCambiata,
            C::AsserzioneNonFirmata,
            C::AsserzioneRiferimento,
        ]),
    ),
    caso(
        "PT05",
        Gruppo::Canale,
        Serve::ChiChiama,
        "Orologio sbagliato: rifiuto riconosciuto e corretto",
        "Inviare un messaggio con un Timestamp scaduto o nel futuro, poi uno fresco.",
        Regola::Supera(&[
            C::OrologioAvanti,
            C::FinestraFinita,
            C::DurataEccessiva,
            C::TimestampIncompleto,
            C::IstanteMalformato,
            C::SenzaTimestamp,
        ]),
    ),
    caso(
        "PT06",
        Gruppo::Canale,
        Serve::ChiChiama,
        "Operatore non abilitato: rifiuto riconosciuto e corretto",
        "Chiamare con un operatore sconosciuto, bloccato o senza la funzione, poi con quello giusto.",
        Regola::Supera(&[
            C::OperatoreIgnoto,
            C::OperatoreNonAttivo,
            C::FunzioneAssente,
            C::RuoloEstraneo,
            C::ComuneNonSuo,
        ]),
    ),
    caso(
        "PT07",
        Gruppo::Canale,
        Serve::ChiChiama,
        "Identità della postazione sbagliata: rifiuto riconosciuto e corretto",
        "Inviare IdSede, IdPostazione o IdPostazioneFirmato che non vanno insieme, poi quelli giusti.",
        Regola::Supera(&[
            C::SedeDiversa,
            C::IdPostazioneForma,
            C::AttributoMancante,
            C::AttributoDoppio,
            C::Pkcs7Illeggibile,
            C::Pkcs7Staccato,
            C::Pkcs7Algoritmo,
            C::Pkcs7SenzaCertificato,
            C::Pkcs7Valore,
            C::Pkcs7Altrui,
            C::PostazioneNonAttiva,
        ]),
    ),
    caso(
        "PT08",
        Gruppo::Canale,
        Serve::ChiChiama,
        "Messaggio fuori schema: rifiuto riconosciuto e corretto",
        "Inviare un corpo che viola gli XSD, o che non è una busta, poi quello giusto.",
        Regola::Supera(&[
            C::Schema,
            C::RadiceAltrui,
            C::BodyNonUnico,
            C::NonBusta,
            C::XmlMalformato,
            C::Codifica,
            C::TipoContenuto,
            C::Doctype,
            C::SenzaIntestazione,
            C::SenzaAsserzione,
        ]),
    ),
    caso(
        "PT09",
        Gruppo::Canale,
        Serve::ChiChiama,
        "Guasto di ANPR: chiamata ripetuta fino alla risposta",
        "Mettere un guasto nel piano (console, «Guasti»), chiamare, e ripetere finché il servizio risponde.",
        Regola::Supera(&[C::GuastoPianificato]),
    ),
    caso(
        "PT10",
        Gruppo::Servizio,
        Serve::SoloWs,
        "File APR preso in carico da S001",
        "Inviare un file APR con S001 nell'ambiente.",
        Regola::Passa(s001),
    ),
    caso(
        "PT11",
        Gruppo::Servizio,
        Serve::SoloWs,
        "Risposta KO di S001 letta e file corretto",
        "Inviare con S001 un file che non va, leggere la lista degli errori, inviarne uno che va.",
        Regola::Supera(&[C::DatiRifiutati]),
    ),
    caso(
        "PT12",
        Gruppo::Servizio,
        Serve::SoloWs,
        "Rinvio con lo stesso idOperazioneComune: stessa risposta",
        "Ripetere una richiesta S001 già accolta senza cambiare idOperazioneComune.",
        Regola::Passa(ripetuta),
    ),
    caso(
        "PT13",
        Gruppo::Servizio,
        Serve::SoloWs,
        "Testata di un altro ambiente: rifiuto riconosciuto e corretto",
        "Inviare con il tipoInvio, la versione o il mittente sbagliati, poi con quelli giusti.",
        Regola::Supera(&[
            C::TipoInvioAltrui,
            C::DestinatarioIgnoto,
            C::MittenteAltrui,
            C::OperazioneAltrui,
        ]),
    ),
    caso(
        "PT20",
        Gruppo::Forniture,
        Serve::Sempre,
        "File APR accettato",
        "Inviare un file APR dall'applicazione web, dall'API o con S001. Il primo nell'ambiente di test è il file preliminare.",
        Regola::Forniture(riscontri::apr_accettati),
    ),
    caso(
        "PT21",
        Gruppo::Forniture,
        Serve::Sempre,
        "File rifiutato allo sportello, corretto e accettato",
        "Inviare un file con il nome, il formato o la versione sbagliati, poi quello giusto.",
        Regola::SuperaSportello,
    ),
    caso(
        "PT22",
        Gruppo::Forniture,
        Serve::Sempre,
        "File AIRE letto",
        "Inviare il file AIRE nel tracciato pubblico, insieme a un APR che va.",
        Regola::Forniture(riscontri::aire_letti),
    ),
    caso(
        "PT23",
        Gruppo::Forniture,
        Serve::Sempre,
        "Fornitura completa con esito positivo",
        "Inviare APR e AIRE senza errori bloccanti.",
        Regola::Forniture(riscontri::positive),
    ),
    caso(
        "PT24",
        Gruppo::Forniture,
        Serve::Sempre,
        "Errori bloccanti corretti con una versione più alta",
        "Dopo un KO correggere la banca dati e inviare la versione successiva, fino all'esito positivo.",
        Regola::Forniture(riscontri::corrette),
    ),
    caso(
        "PT25",
        Gruppo::Forniture,
        Serve::Sempre,
        "Segnalazioni non bloccanti in una fornitura riuscita",
        "Inviare una fornitura con qualche segnalazione che non blocca, e leggerla.",
        Regola::Forniture(riscontri::con_segnalazioni),
    ),
    caso(
        "PT26",
        Gruppo::Forniture,
        Serve::Sempre,
        "Famiglie e convivenze nella stessa fornitura",
        "Inviare una fornitura che riesce e contiene schede di famiglia e di convivenza.",
        Regola::Forniture(riscontri::con_convivenze),
    ),
    caso(
        "PT27",
        Gruppo::Forniture,
        Serve::Sempre,
        "Cancellazione richiesta",
        "Chiedere la cancellazione di una fornitura («Richiesta cancellazione»).",
        Regola::Forniture(riscontri::cancellazioni),
    ),
    caso(
        "PT28",
        Gruppo::Forniture,
        Serve::Sempre,
        "Nuovo invio dopo la cancellazione notturna",
        "Dopo la notte inviare di nuovo.",
        Regola::Forniture(riscontri::dopo_la_cancellazione),
    ),
    caso(
        "PT30",
        Gruppo::Esiti,
        Serve::Sempre,
        "Lista scaricata",
        "Scaricare una lista della fornitura («Esiti del subentro», o l'API).",
        Regola::Accade(Evento::ListaScaricata),
    ),
    caso(
        "PT31",
        Gruppo::Esiti,
        Serve::Sempre,
        "PEC di esito letta",
        "Aprire nella posta la PEC con l'esito di una fornitura.",
        Regola::PecLetta,
    ),
    caso(
        "PT40",
        Gruppo::Applicazione,
        Serve::Sempre,
        "Accesso con utente e password",
        "Entrare in /combas.",
        Regola::Accade(Evento::AccessoPassword),
    ),
    caso(
        "PT41",
        Gruppo::Applicazione,
        Serve::Sempre,
        "Accesso con la smart card",
        "Entrare da /com con la carta.",
        Regola::Accade(Evento::AccessoCarta),
    ),
    non_ancora(
        "PT60",
        Serve::SoloWs,
        "Iscrizioni (1000)",
        "/ANPR1000ServiziIscrizione/AnprService1000",
    ),
    non_ancora(
        "PT61",
        Serve::SoloWs,
        "Cancellazioni (2000)",
        "/ANPR2000ServiziCancellazione/AnprService2000",
    ),
    non_ancora(
        "PT62",
        Serve::SoloWs,
        "Consultazioni (3000)",
        "/ANPR3000ServiziConsultazione/AnprService3000",
    ),
    non_ancora(
        "PT63",
        Serve::ChiChiama,
        "Estrazioni e notifiche (4000)",
        "/ANPR4000ServiziEstrazione/AnprService4000",
    ),
    non_ancora(
        "PT64",
        Serve::SoloWs,
        "Mutazioni (5000)",
        "/ANPR5000ServiziMutazione/AnprService5000",
    ),
    non_ancora(
        "PT65",
        Serve::SoloWs,
        "Certificazione (6001)",
        "/ANPR6001ServizioCertificazione/AnprService6001",
    ),
    non_ancora(
        "PT66",
        Serve::ChiChiama,
        "Scarico delle tabelle (7001)",
        "/ANPR7001ServizioScaricoTabelle/AnprService7001",
    ),
    non_ancora(
        "PT67",
        Serve::SoloWs,
        "AIRE (A000)",
        "/ANPRA000ServiziAire/AnprServiceA000",
    ),
];

/// The case of an event.
pub(super) fn dell_evento(e: Evento) -> Option<&'static Caso> {
    CASI.iter()
        .find(|c| matches!(c.regola, Regola::Accade(x) if x == e))
}

/// Whether a delivery holds an APR file that counts.
pub(super) fn con_apr(f: &Fornitura) -> bool {
    file_apr(f)
}

#[cfg(test)]
mod prove {
    use std::collections::BTreeSet;

    use super::*;
    use crate::operazioni;

    #[test]
    fn ids_are_unique_and_in_order_and_every_case_says_how() {
        let id: Vec<&str> = CASI.iter().map(|c| c.id).collect();
        let mut ordinati = id.clone();
        ordinati.sort_unstable();
        ordinati.dedup();
        assert_eq!(id, ordinati);
        for c in CASI {
            assert!(!c.titolo.is_empty() && c.come.ends_with('.'), "{}", c.id);
        }
    }

    #[test]
    fn a_cause_belongs_to_one_case_and_every_event_has_one() {
        let mut viste = BTreeSet::new();
        for c in CASI {
            if let Regola::Supera(cause) = c.regola {
                for causa in cause {
                    assert!(viste.insert(*causa), "{}: {}", c.id, causa.nome());
                }
            }
        }
        for e in [
            Evento::ListaScaricata,
            Evento::AccessoPassword,
            Evento::AccessoCarta,
        ] {
            assert!(dell_evento(e).is_some(), "{e:?}");
        }
    }

    #[test]
    fn a_service_said_to_be_missing_is_missing() {
        for c in CASI {
            if let Regola::NonAncora(percorso) = c.regola {
                assert!(
                    operazioni::punto(percorso).is_none(),
                    "{} answers: give {} a rule",
                    percorso,
                    c.id
                );
                assert!(
                    operazioni::perche_non_risponde(percorso).contains("non è ancora simulato"),
                    "{percorso}"
                );
            }
        }
    }
}
