//! S001: a migration file by web service (spec subentro §2.6).
//!
//! The file passes through the very intake of the page and of the control API; an OK reply says only that it was
//! taken in charge. In production the service was switched off in 2019: there it answers EN379, whatever the rest.
//! The order of the rules is that of spec security §6.3 step 11 and of spec registrations §1.6.

use std::borrow::Cow;
use std::io::Write as _;

use anagrafe::{Ambiente, CodiceIstat};
use base64::Engine as _;
use frontiera::{BustaVerificata, Causa, Servizio};
use registro::{Canale, EsitoScambio, Lettura as _, RispostaRicordata};
use schema::{ErroreScrittura, Scrittore, radici};

use super::{Mancata, Punto, RispostaOperazione, componi, scrivi_campi};
use crate::{
    Esito, Invio, RifiutoInvio, Simulatore,
    soap::albero_del_corpo,
    testata::{self, ErroreKo, Testata},
};

pub(crate) static PUNTO: Punto = Punto {
    percorso: "/ANPRS001ServizioSubentro/AnprServiceS001",
    servizio: Servizio {
        radici: &[radici::RICHIESTA_S001],
        controlla_testata: true,
    },
    operazione: OPERAZIONE,
    breve: false,
    esegui,
    nega: Some(nega),
};

const OPERAZIONE: &str = "S001";
/// What the rules decided before the reply is written.
enum Decisione {
    /// The same id again: the stored reply, verbatim.
    Ripetuta(String),
    /// Refused. `prenotata`: the call got an idOperazioneANPR. `ricorda`: the id is consumed.
    Ko {
        errori: Vec<ErroreKo>,
        prenotata: bool,
        ricorda: bool,
    },
    /// Taken in charge.
    Ok { nome_file: String, descrizione: String },
}

fn esegui(
    sim: &Simulatore,
    ambiente: Ambiente,
    busta: &BustaVerificata,
) -> Result<RispostaOperazione, Mancata> {
    let (albero, violazioni) = albero_del_corpo(busta)?;
    let mut testata = Testata::leggi(&albero, radici::RICHIESTA_S001.1);
    // Phase 1 of spec registrations §1.6: here only with validation switched off at the perimeter.
    if !violazioni.is_empty() && ambiente != Ambiente::Sub {
        testata.senza_campi_errati(&violazioni);
        return rispondi_ko(
            sim,
            ambiente,
            &testata,
            &testata::errori_di_schema(&violazioni),
            false,
        )
        .map_err(|e| match e {
            // The header itself is wrong: nothing can be echoed.
            Mancata::Schema(_) => {
                Mancata::Corpo(violazioni.first().map(ToString::to_string).unwrap_or_default())
            }
            altro => altro,
        });
    }
    let nome_file = albero.testo("RichiestaS001/nomeFile");
    let file_xml = albero.testo("RichiestaS001/fileXml");
    let decisione = decidi(sim, ambiente, busta, &testata, nome_file, file_xml)?;
    let (risposta, ricorda) = match decisione {
        Decisione::Ripetuta(xml) => {
            return Ok(RispostaOperazione {
                xml,
                esito: EsitoScambio::Ok,
                causa: None,
                motivo: None,
                ripetuta: true,
            });
        }
        Decisione::Ok {
            nome_file,
            descrizione,
        } => {
            let id = sim.id_operazione_anpr(ambiente)?;
            let fatta = RispostaOperazione {
                xml: componi_ok(&testata, id, &nome_file, &descrizione)?,
                esito: EsitoScambio::Ok,
                causa: None,
                motivo: None,
                ripetuta: false,
            };
            (fatta, true)
        }
        Decisione::Ko {
            errori,
            prenotata,
            ricorda,
        } => (rispondi_ko(sim, ambiente, &testata, &errori, prenotata)?, ricorda),
    };
    if ricorda {
        sim.ricorda_risposta(
            ambiente,
            &testata.cod_mittente,
            &testata.id_operazione_comune,
            OPERAZIONE,
            &risposta.xml,
        )?;
    }
    Ok(risposta)
}

/// `999` with a booked id (A5); the id of the Comune is not consumed, so that the same request may be tried again.
fn nega(
    sim: &Simulatore,
    ambiente: Ambiente,
    busta: &BustaVerificata,
) -> Result<RispostaOperazione, Mancata> {
    let (albero, _) = albero_del_corpo(busta)?;
    let testata = Testata::leggi(&albero, radici::RICHIESTA_S001.1);
    let errore = ErroreKo::nuovo("999", "Operazione non eseguibile");
    rispondi_ko(sim, ambiente, &testata, &[errore], true)
}

fn rispondi_ko(
    sim: &Simulatore,
    ambiente: Ambiente,
    testata: &Testata,
    errori: &[ErroreKo],
    prenotata: bool,
) -> Result<RispostaOperazione, Mancata> {
    let id = if prenotata {
        sim.id_operazione_anpr(ambiente)?
    } else {
        0
    };
    let causa = errori
        .iter()
        .map(|e| format!("{}: {}", e.codice, e.testo))
        .collect::<Vec<_>>()
        .join("; ");
    Ok(RispostaOperazione {
        xml: componi_ko(testata, id, errori)?,
        esito: EsitoScambio::Ko,
        causa: Some(causa),
        motivo: errori.first().map(|e| e.causa),
        ripetuta: false,
    })
}

fn decidi(
    sim: &Simulatore,
    ambiente: Ambiente,
    busta: &BustaVerificata,
    testata: &Testata,
    nome_file: Option<&str>,
    file_xml: Option<&str>,
) -> Esito<Decisione> {
    let chiamante = busta.chiamante();
    let ko = |errore: ErroreKo, ricorda| {
        Ok(Decisione::Ko {
            errori: vec![errore],
            prenotata: false,
            ricorda,
        })
    };
    // Dispatcher: operation and version; these answers do not consume the id.
    if ambiente == Ambiente::Sub {
        return ko(
            ErroreKo::nuovo("EN379", "Operazione non disponibile in questo ambiente")
                .per(Causa::NonDisponibile),
            false,
        );
    }
    if testata.operazione_richiesta != OPERAZIONE {
        let testo = format!(
            "Operazione richiesta non gestita da questo servizio: {}",
            testata.operazione_richiesta
        );
        return ko(ErroreKo::nuovo("XXXX", testo).per(Causa::OperazioneAltrui), false);
    }
    // Its schema was not touched again after 2019 (spec subentro §2.6): a set of its own, in the policy.
    if !sim
        .frontiera(ambiente)
        .politica()
        .destinatari_s001
        .contains(&testata.cod_destinatario)
    {
        let testo = format!(
            "codDestinatario diverso dai valori ammessi: {}",
            testata.cod_destinatario
        );
        return ko(
            ErroreKo::nuovo("XXXX", testo).per(Causa::DestinatarioIgnoto),
            false,
        );
    }
    // Function profile (A1), then the Comune of the user and of the header (A3).
    if !chiamante.operatore.ha_funzione(OPERAZIONE) {
        let errore = ErroreKo::nuovo("XXXX", "Utente non abilitato 5");
        return ko(errore.per(Causa::FunzioneAssente), false);
    }
    // A2: somebody who is in the register for other things than working in it.
    if ruolo_estraneo(sim, &chiamante.name_id)? {
        let errore = ErroreKo::nuovo("XXXX", "Utente non abilitato 7");
        return ko(errore.per(Causa::RuoloEstraneo), false);
    }
    if !chiamante.operatore.comuni.contains(&chiamante.id_sede) {
        let testo = format!(
            "Utente non abilitato: il codice ISTAT della postazione ({}) non coincide con quello per cui l'utente ha \
             funzioni ({})",
            chiamante.id_sede,
            chiamante
                .operatore
                .comuni
                .first()
                .map_or_else(|| "N/A".to_owned(), CodiceIstat::to_string)
        );
        return ko(ErroreKo::nuovo("XXXX", testo).per(Causa::ComuneNonSuo), false);
    }
    if testata.cod_mittente != chiamante.id_sede.as_str() {
        let testo = format!(
            "Utente non abilitato: codMittente ({}) diverso dal codice ISTAT della postazione ({})",
            testata.cod_mittente, chiamante.id_sede
        );
        return ko(ErroreKo::nuovo("XXXX", testo).per(Causa::MittenteAltrui), false);
    }
    // Idempotency.
    match sim.risposta_ricordata(ambiente, &testata.cod_mittente, &testata.id_operazione_comune)? {
        Some(RispostaRicordata {
            operazione, corpo, ..
        }) if operazione == OPERAZIONE => {
            return Ok(Decisione::Ripetuta(corpo));
        }
        Some(_) => {
            let testo = format!(
                "idOperazioneComune già usato per un'altra operazione: {}",
                testata.id_operazione_comune
            );
            return ko(ErroreKo::nuovo("EN079", testo).per(Causa::IdRiusato), false);
        }
        None => {}
    }
    // Header.
    let libero = ambiente == Ambiente::Test && chiamante.id_sede.fittizio() && testata.tipo_invio == "FREE";
    if testata.tipo_invio != ambiente.tipo_invio() && !libero {
        let mut errore = ErroreKo::nuovo(
            "EN148",
            format!(
                "Il valore {} di tipoInvio non è compatibile con l'ambiente",
                testata.tipo_invio
            ),
        )
        .per(Causa::TipoInvioAltrui);
        errore.campo = Some("tipoInvio".into());
        errore.valore = Some(testata.tipo_invio.clone());
        return Ok(Decisione::Ko {
            errori: vec![errore],
            prenotata: true,
            ricorda: true,
        });
    }
    consegna(sim, ambiente, chiamante.id_sede, nome_file, file_xml)
}

/// Whether somebody of the register has roles, and none of them is to work in it (a mayor, an ALS, an ALP).
fn ruolo_estraneo(sim: &Simulatore, name_id: &str) -> Esito<bool> {
    let ruoli = sim
        .registro()
        .operatore(name_id)?
        .map(|o| o.ruoli)
        .unwrap_or_default();
    Ok(!ruoli.is_empty() && !["OPERATORE", "SUPERVISORE"].iter().any(|r| ruoli.contains(*r)))
}

/// The intake, and its answer in the words of the service.
fn consegna(
    sim: &Simulatore,
    ambiente: Ambiente,
    comune: CodiceIstat,
    nome_file: Option<&str>,
    file_xml: Option<&str>,
) -> Esito<Decisione> {
    let ko = |errori| {
        Ok(Decisione::Ko {
            errori,
            prenotata: false,
            ricorda: true,
        })
    };
    let Some(nome) = nome_file else {
        return ko(vec![ErroreKo::nuovo("EN001", "Nome del file non indicato")]);
    };
    let Some(base64) = file_xml else {
        return ko(vec![ErroreKo::nuovo("EN009", "Contenuto del file non indicato")]);
    };
    let Some(byte) = da_base64(base64) else {
        return ko(vec![ErroreKo::nuovo(
            "EN009",
            "Il contenuto del file non è base64 leggibile",
        )]);
    };
    let mut deposito = sim.deposito()?;
    deposito.write_all(&byte)?;
    drop(byte);
    let invio = Invio {
        ambiente,
        comune,
        tipo: None,
        nome: nome.to_owned(),
        canale: Canale::S001,
        deposito,
        solo_apr: true,
    };
    match sim.carica(invio) {
        Ok(ricevuta) => {
            let descrizione = if ricevuta.scartato {
                "File ricevuto ma scartato: appartiene a una fornitura già conclusa con esito negativo"
                    .to_owned()
            } else {
                format!("File preso in carico, protocollo {}", ricevuta.protocollo)
            };
            Ok(Decisione::Ok {
                nome_file: nome.to_owned(),
                descrizione,
            })
        }
        Err(RifiutoInvio::Rilievi(rilievi)) => ko(rilievi
            .into_iter()
            .map(|r| {
                // The block of a Comune outside the plan has no code; it cannot happen where S001 answers.
                let codice = if r.codice.is_empty() {
                    "XXXX".to_owned()
                } else {
                    r.codice
                };
                ErroreKo {
                    codice,
                    testo: r.testo,
                    campo: r.campo,
                    valore: r.valore,
                    causa: Causa::DatiRifiutati,
                }
            })
            .collect()),
        Err(RifiutoInvio::Nostro(e)) => Err(e),
    }
}

/// Decodes what an `xs:base64Binary` may look like: white space anywhere.
fn da_base64(testo: &str) -> Option<Vec<u8>> {
    let fitto: Vec<u8> = testo.bytes().filter(|b| !b.is_ascii_whitespace()).collect();
    base64::engine::general_purpose::STANDARD.decode(fitto).ok()
}

fn scrivi_testata(
    s: &mut Scrittore<'_, Vec<u8>>,
    campi: &[(&'static str, Cow<'_, str>)],
) -> Result<(), ErroreScrittura> {
    s.apri("testataRisposta")?;
    scrivi_campi(s, campi)?;
    s.chiudi()
}

fn componi_ok(t: &Testata, id: u64, nome: &str, descrizione: &str) -> Result<String, Mancata> {
    componi(radici::RISPOSTA_S001, |s| {
        s.apri("rispostaOK")?;
        scrivi_testata(s, &t.risposta(id, "0000"))?;
        s.apri("datiDettaglioRisposta")?;
        s.foglia("nomeFile", nome)?;
        s.foglia("descrizioneEsito", descrizione)?;
        s.chiudi()?;
        s.chiudi()
    })
}

fn componi_ko(t: &Testata, id: u64, errori: &[ErroreKo]) -> Result<String, Mancata> {
    componi(radici::RISPOSTA_S001, |s| {
        s.apri("rispostaKO")?;
        scrivi_testata(s, &t.risposta(id, "XXXX"))?;
        s.apri("listaErrori")?;
        for errore in errori {
            s.apri("errore")?;
            scrivi_campi(s, &errore.campi())?;
            s.chiudi()?;
        }
        s.chiudi()?;
        s.chiudi()
    })
}
