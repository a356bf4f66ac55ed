//! Where a Comune stands: the states of the process and the three cases of the operating instructions, from what has
//! happened; and what to do next.
//!
//! What must stay true: what has happened never takes a Comune back; only a person does (`PUT /api/comuni/{istat}`).

use anagrafe::{
    Ambiente, CodiceIstat, Data,
    italiano::{al, dal, il, quanti},
};
use registro::{Comune, Lettura as _, MacroStato, SituazioneComune, StatoOperatore};
use serde::Serialize;

use super::{
    affidamento, credenziali,
    fascicolo::{Fascicolo, fascicolo},
    plico::{Plico, StatoLettori, StatoPlico},
    preliminare::StatoPreliminare,
    scheda::in_ritardo,
    smart_card::StatoSmartCard,
    software_house,
};
use crate::{Esito, Simulatore, avvio::PIANO_APERTO};

/// The state that what was done gives, never behind the one it had.
pub(super) fn deriva(stato: MacroStato, f: &Fascicolo) -> MacroStato {
    let fatto = if f.censito() {
        MacroStato::Censito
    } else if f.prove.is_some() {
        MacroStato::TestAbilitato
    } else {
        MacroStato::InattivoSenzaCensimento
    };
    stato.max(fatto)
}

/// The case of the operating instructions (process §1).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Caso {
    /// `P01`, `P02`, `P03`.
    pub id: &'static str,
    /// 1, 2, 3.
    pub caso: u8,
    /// `inattivo` or `attivo`.
    pub macro_stato: &'static str,
    /// What it means.
    pub testo: &'static str,
}

/// The case a state belongs to.
pub fn caso(stato: MacroStato) -> Caso {
    match stato {
        MacroStato::InattivoSenzaCensimento | MacroStato::TestAbilitato => Caso {
            id: "P01",
            caso: 1,
            macro_stato: "inattivo",
            testo: "Il censimento di operatori e postazioni non è stato inviato.",
        },
        MacroStato::Censito => Caso {
            id: "P02",
            caso: 2,
            macro_stato: "inattivo",
            testo: "Censimento inviato, pre-subentro non ancora riuscito.",
        },
        MacroStato::Presubentrato
        | MacroStato::Pianificato
        | MacroStato::Subentrato
        | MacroStato::MancatoSubentro => Caso {
            id: "P03",
            caso: 3,
            macro_stato: "attivo",
            testo: "Almeno un pre-subentro è riuscito.",
        },
    }
}

/// One step of the journey.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Passo {
    /// Row of the coverage table.
    pub id: &'static str,
    /// Name.
    pub titolo: &'static str,
    /// Done.
    pub fatto: bool,
    /// What is known of it.
    pub testo: String,
}

/// The whole of it for one Comune.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Quadro {
    /// ISTAT code.
    pub comune: CodiceIstat,
    /// Name.
    pub nome: String,
    /// Province.
    pub provincia: String,
    /// Process state.
    pub stato: MacroStato,
    /// Case of the instructions.
    pub caso: Caso,
    /// No scheda after the deadline, or a late one.
    pub in_ritardo: bool,
    /// Steps in order.
    pub passi: Vec<Passo>,
    /// First step not done.
    pub prossimo: Option<&'static str>,
}

fn passo(id: &'static str, titolo: &'static str, fatto: bool, testo: impl Into<String>) -> Passo {
    Passo {
        id,
        titolo,
        fatto,
        testo: testo.into(),
    }
}

impl Simulatore {
    /// Where a Comune stands and what comes next.
    pub fn quadro(&self, istat: CodiceIstat) -> Esito<Quadro> {
        self.comune(istat)?;
        self.al_passo()?;
        // Read after that: what was due may just have changed it.
        self.quadro_di(self.comune(istat)?)
    }

    /// The same for every Comune, by code.
    pub fn quadri(&self) -> Esito<Vec<Quadro>> {
        self.comuni()?;
        self.al_passo()?;
        self.comuni()?.into_iter().map(|c| self.quadro_di(c)).collect()
    }

    fn quadro_di(&self, comune: Comune) -> Esito<Quadro> {
        let istat = comune.istat;
        let f = fascicolo(self.registro(), &comune)?;
        let oggi = self.registro().oggi()?;
        let s = self.scadenze()?;
        let sua = software_house::di(self.registro(), istat)?;
        let mut passi = vec![
            affidamento::passo(sua.as_ref()),
            self.passo_scheda(&f, oggi)?,
            passo_censimento(&f),
        ];
        passi.extend(passi_carte(&f, oggi));
        let smart_card = self.viste(&f)?;
        let attive = smart_card
            .iter()
            .filter(|c| c.stato == StatoSmartCard::Attiva)
            .count();
        passi.push(passo(
            "C05",
            "Nomina di ALS e ALP",
            f.nomine.is_some(),
            f.nomine.as_ref().map_or_else(
                || "Il sindaco entra con la sua smart card e li nomina.".to_owned(),
                |n| format!("ALS {}, ALP {}, nominati {}.", n.als, n.alp, il(n.quando.date())),
            ),
        ));
        passi.push(passo(
            "C06",
            "Smart card registrate e attivate",
            f.censito() && attive == smart_card.len(),
            if smart_card.is_empty() {
                "Il sindaco e l'ALS le registrano, i titolari le attivano.".to_owned()
            } else {
                format!("Attive: {attive} su {}.", smart_card.len())
            },
        ));
        let profilati = self
            .registro()
            .operatori(istat)?
            .iter()
            .filter(|o| {
                o.stato != StatoOperatore::Cancellato && o.ha_ruolo("OPERATORE") && !o.funzioni.is_empty()
            })
            .filter(|o| o.name_id != credenziali::utente_di_prova(istat))
            .count();
        passi.push(passo(
            "C07",
            "Profili degli operatori",
            f.censito() && profilati > 0,
            format!("{} con funzioni.", quanti(profilati, "operatore", "operatori")),
        ));
        passi.push(passo(
            "M06",
            "Avvio delle prove",
            f.prove.is_some(),
            match (&f.prove, &f.scheda) {
                (Some(p), _) => format!(
                    "Comunicato {}: da quel giorno si entra nell'ambiente di test, per inviare il file preliminare. Le prove \
                     cominciano {}.",
                    il(p.comunicato.date()),
                    il(p.dal)
                ),
                (None, Some(x)) => format!(
                    "La PEC con credenziali e indirizzi parte {}: prima l'utente delle prove non esiste.",
                    il(credenziali::giorno_del_preavviso(x.inizio_prove, &s).max(oggi))
                ),
                (None, None) => "Parte dopo la scheda, almeno due mesi prima delle prove.".to_owned(),
            },
        ));
        passi.push(self.passo_preliminare(&comune, &f)?);
        let pre = comune.in_ambiente(Ambiente::Pre).situazione == SituazioneComune::Subentrato;
        passi.push(passo(
            "P02",
            "Pre-subentro",
            comune.stato.presubentrato() || pre,
            "File APR e AIRE inviati nell'ambiente di pre-subentro, senza errori bloccanti.",
        ));
        let finestra = self.registro().piano(Ambiente::Sub, istat)?;
        passi.push(passo(
            "D01",
            "Data del subentro",
            finestra.is_some_and(|p| p.fine >= oggi) || comune.stato == MacroStato::Subentrato,
            finestra.map_or_else(
                || "La software house propone le date sulla dashboard, dopo il pre-subentro.".to_owned(),
                |p| {
                    if p == PIANO_APERTO {
                        "Finestra sempre aperta: è un Comune pronto.".to_owned()
                    } else if p.fine < oggi && comune.stato != MacroStato::Subentrato {
                        format!(
                            "La finestra {} {} è passata: servono altre date, della software house o del Ministero.",
                            dal(p.inizio),
                            al(p.fine)
                        )
                    } else {
                        format!("Finestra {} {}.", dal(p.inizio), al(p.fine))
                    }
                },
            ),
        ));
        passi.push(passo(
            "P03",
            "Subentro",
            comune.stato == MacroStato::Subentrato,
            "File inviati nell'ambiente di subentro, nel giorno pianificato.",
        ));
        let prossimo = passi.iter().find(|p| !p.fatto).map(|p| p.id);
        Ok(Quadro {
            comune: istat,
            stato: comune.stato,
            caso: caso(comune.stato),
            in_ritardo: in_ritardo(f.scheda.as_ref(), &s, oggi),
            nome: comune.nome,
            provincia: comune.provincia,
            passi,
            prossimo,
        })
    }

    fn passo_preliminare(&self, comune: &Comune, f: &Fascicolo) -> Esito<Passo> {
        let p = self.preliminare_di(comune, f)?;
        let termine = p
            .termine
            .map_or_else(String::new, |d| format!(" Entro {}.", il(d)));
        let (fatto, testo) = match p.stato {
            StatoPreliminare::Caricato => (true, "L'ambiente di test contiene i dati.".to_owned()),
            StatoPreliminare::Inviato => match p.manca {
                Some(tipo) => (
                    false,
                    format!(
                        "Inviato nell'ambiente di test, manca il file {}: finché non arriva la fornitura resta in elaborazione.",
                        tipo.nome()
                    ),
                ),
                None => (
                    true,
                    "Inviato nell'ambiente di test, non ancora caricato.".to_owned(),
                ),
            },
            StatoPreliminare::NonServe => (true, "Le prove del Comune sono già passate.".to_owned()),
            StatoPreliminare::Respinto => (
                false,
                format!("Inviato e respinto: correggere e inviare una versione più alta.{termine}"),
            ),
            StatoPreliminare::DaInviare => (
                false,
                format!(
                    "Una parte dei dati, in un solo file APR con il suo file AIRE, nell'ambiente di test.{termine}{}",
                    match (p.in_ritardo, p.sollecito) {
                        (true, Some(d)) => format!(" In ritardo, sollecitato {}.", il(d)),
                        (true, None) => " In ritardo.".to_owned(),
                        (false, _) => String::new(),
                    }
                ),
            ),
        };
        Ok(passo("F02", "File preliminare per le prove", fatto, testo))
    }

    fn passo_scheda(&self, f: &Fascicolo, oggi: Data) -> Esito<Passo> {
        let s = self.scadenze()?;
        let testo = match &f.scheda {
            Some(x) => format!(
                "Inviata {}, ricevuta {}.{}",
                il(x.inviata.date()),
                x.protocollo,
                if x.in_ritardo { " In ritardo." } else { "" }
            ),
            None if oggi > s.scheda => format!("Il termine era {}: inviarla subito.", il(s.scheda)),
            None => format!("Da inviare entro {}.", il(s.scheda)),
        };
        Ok(passo("M01", "Scheda di monitoraggio", f.scheda.is_some(), testo))
    }
}

fn passo_censimento(f: &Fascicolo) -> Passo {
    let testo = match &f.censimento {
        Some(c) if c.inviato.is_some() => format!(
            "{}, {}, ricevuta {}.{}",
            quanti(
                c.persone.iter().filter(|p| p.inviata).count(),
                "persona",
                "persone"
            ),
            quanti(c.postazioni, "postazione", "postazioni"),
            c.protocollo.as_deref().unwrap_or_default(),
            if c.da_rinviare {
                " Ci sono modifiche che valgono solo quando si invia di nuovo."
            } else {
                ""
            }
        ),
        Some(c) => format!(
            "In preparazione: {} nell'elenco.",
            quanti(c.persone.len(), "persona", "persone")
        ),
        None => "Operatori, postazioni, PEC, responsabile, indirizzi di provenienza.".to_owned(),
    };
    passo("C01", "Censimento", f.censito(), testo)
}

fn passi_carte(f: &Fascicolo, oggi: Data) -> Vec<Passo> {
    // Who has no parcel and is censito got cards at the desk: the ready Comuni.
    let allo_sportello = f.plichi.is_empty() && f.censito();
    let tutti = |fatto: &dyn Fn(StatoPlico) -> bool| {
        allo_sportello || (!f.plichi.is_empty() && f.plichi.iter().all(|p| fatto(p.stato(oggi))))
    };
    // What is known of a step that is done, or is under way; before that, what is to do.
    let testo = |fatti: Vec<String>, da_fare: &str| {
        if allo_sportello {
            "Carte emesse allo sportello.".to_owned()
        } else if fatti.is_empty() {
            da_fare.to_owned()
        } else {
            fatti.join(" ")
        }
    };
    let di_ogni = |dice: &dyn Fn(&Plico) -> Option<String>| -> Vec<String> {
        // With one parcel its number says nothing.
        let nome = |p: &Plico| {
            if f.plichi.len() > 1 {
                format!("Plico {}. ", p.numero)
            } else {
                String::new()
            }
        };
        let detto = |p: &Plico| dice(p).map(|t| format!("{}{t}", nome(p)));
        f.plichi.iter().filter_map(detto).collect()
    };
    let produzione = di_ogni(&|p| {
        Some(match p.stato(oggi) {
            StatoPlico::InProduzione => format!("In produzione fino {}.", al(p.pronto)),
            _ => format!("Carte pronte {}.", il(p.pronto)),
        })
    });
    let plico = di_ogni(&|p| {
        let arrivo = il(p.registrato?.date());
        Some(match p.convocato {
            Some(d) => format!("Arrivato {arrivo}. Sindaco convocato per {}.", il(d)),
            None => format!("Arrivato {arrivo}. Il sindaco è da convocare."),
        })
    });
    let consegna = di_ogni(&|p| {
        let c = p.consegna.as_ref()?;
        let a = if c.delegato { "al delegato" } else { "al sindaco" };
        Some(format!(
            "Consegnato {} {a} {}, da {}.",
            il(c.quando.date()),
            c.a,
            c.da
        ))
    });
    let viaggio = di_ogni(&|p| match p.lettori(oggi) {
        StatoLettori::InPreparazione => None,
        StatoLettori::InViaggio => Some("Spediti.".to_owned()),
        StatoLettori::Consegnati => Some("Arrivati al Comune.".to_owned()),
    });
    let lettori = allo_sportello
        || (!f.plichi.is_empty()
            && f.plichi
                .iter()
                .all(|p| p.lettori(oggi) == StatoLettori::Consegnati));
    vec![
        passo(
            "C02",
            "Produzione delle smart card",
            tutti(&|s| s != StatoPlico::InProduzione),
            testo(produzione, "Comincia con il censimento."),
        ),
        passo(
            "C03",
            "Plico alla Prefettura e convocazione",
            tutti(&|s| matches!(s, StatoPlico::SindacoConvocato | StatoPlico::Consegnato)),
            testo(
                plico,
                "La Prefettura registra il plico e convoca il sindaco con una PEC.",
            ),
        ),
        passo(
            "C04",
            "Consegna al sindaco",
            tutti(&|s| s == StatoPlico::Consegnato),
            testo(
                consegna,
                "In Prefettura il sindaco, o un suo delegato, ritira carte e buste.",
            ),
        ),
        passo(
            "C10",
            "Lettori di smart card",
            lettori,
            testo(
                viaggio,
                "Arrivano direttamente al Comune pochi giorni dopo la spedizione delle carte.",
            ),
        ),
    ]
}

#[cfg(test)]
mod prove {
    use super::*;

    #[test]
    fn what_was_done_never_takes_a_comune_back() {
        let vuoto = Fascicolo::default();
        for stato in [
            MacroStato::InattivoSenzaCensimento,
            MacroStato::TestAbilitato,
            MacroStato::Censito,
            MacroStato::Presubentrato,
            MacroStato::Pianificato,
            MacroStato::Subentrato,
            MacroStato::MancatoSubentro,
        ] {
            assert_eq!(deriva(stato, &vuoto), stato);
        }
        let con_prove = Fascicolo {
            prove: Some(super::super::AvvioProve {
                comunicato: jiff::civil::datetime(2021, 3, 1, 8, 0, 0, 0),
                dal: jiff::civil::date(2021, 6, 1),
                utente: String::new(),
            }),
            ..Fascicolo::default()
        };
        assert_eq!(
            deriva(MacroStato::InattivoSenzaCensimento, &con_prove),
            MacroStato::TestAbilitato
        );
        assert_eq!(deriva(MacroStato::Subentrato, &con_prove), MacroStato::Subentrato);
        assert_eq!(caso(MacroStato::TestAbilitato).id, "P01");
        assert_eq!(caso(MacroStato::Censito).id, "P02");
        assert_eq!(caso(MacroStato::MancatoSubentro).id, "P03");
    }
}
