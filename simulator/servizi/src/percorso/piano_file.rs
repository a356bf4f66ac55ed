//! The plan as a file: the export of the dashboard and the import of the same columns (D03).
//!
//! All or nothing: one row that is refused leaves every plan as it was, and each refused row is named, with the column and
//! what was expected there. A row without dates, or one that says what already holds, changes nothing, so that an export
//! comes back in whatever its rows stand for; dates for a Comune that somebody planned are `EN041` unless the file is meant
//! to move them. The window a ready Comune starts with was planned by nobody. How octets become rows: [`piano_testo`].
//!
//! [`piano_testo`]: super::piano_testo

use std::collections::BTreeSet;

use anagrafe::{Ambiente, CodiceIstat, Data};
use registro::{ErroreRegistro, Lettura as _};
use serde::Serialize;

use super::{
    cruscotto::{Agenda, ChiPianifica, RigaCruscotto, applica, suo},
    date_proposte::PropostaDate,
    fascicolo::{fascicolo, salva},
    impedimento::Rifiuto,
    piano_testo::{COLONNE, Riga, leggi_righe},
    scritto::{Scritto, giorno_scritto, non_letto},
};
use crate::{ErroreServizio, Esito, Simulatore, avvio::PIANO_APERTO};

/// Errors that are told.
pub const RIFIUTI_MASSIMI: usize = 100;
/// Characters of a refused row's Comune that are told.
const COMUNE_MASSIMO: usize = 32;
/// Columns of the dates, with the field of a proposal each becomes.
const DATE: [(&str, &str); 3] = [
    (COLONNE[3], "prima"),
    (COLONNE[4], "ultima"),
    (COLONNE[5], "preferita"),
];

/// One error of a row that was refused.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct RigaRifiutata {
    /// Line of the file; the first is 1.
    pub riga: u64,
    /// What stands in the column of the ISTAT code.
    pub comune: String,
    /// The column, when it is one.
    pub colonna: Option<&'static str>,
    /// `EN033`, `EN035`, `EN041`, or ours.
    pub codice: Option<&'static str>,
    /// The sentence.
    pub testo: String,
}

/// What came of a file.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct EsitoPiano {
    /// Comuni whose dates were set or moved.
    pub pianificati: Vec<CodiceIstat>,
    /// Rows that said what already held.
    pub invariati: u64,
    /// What is wrong; then nothing was done.
    pub errori: Vec<RigaRifiutata>,
    /// There is more wrong than is told.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub troncato: bool,
}

/// Why a file was put aside.
enum Scarto {
    Righe(EsitoPiano),
    Altro(ErroreServizio),
}

impl From<ErroreServizio> for Scarto {
    fn from(e: ErroreServizio) -> Self {
        Self::Altro(e)
    }
}

impl From<ErroreRegistro> for Scarto {
    fn from(e: ErroreRegistro) -> Self {
        Self::Altro(e.into())
    }
}

/// Rows as CSV: the columns of the dashboard, comma, UTF-8, CR LF. A name that a spreadsheet would take for a formula is
/// quoted as text.
pub fn esporta_piano(righe: &[RigaCruscotto]) -> Esito<Vec<u8>> {
    let mut csv = csv::WriterBuilder::new()
        .terminator(csv::Terminator::CRLF)
        .from_writer(Vec::new());
    csv.write_record(COLONNE).map_err(ErroreServizio::guasto)?;
    for r in righe {
        // Nobody planned the window a ready Comune starts with.
        let forse = |d: Option<Data>| d.map(|d| d.to_string()).unwrap_or_default();
        let nome = if r.nome.starts_with(['=', '+', '-', '@', '\t', '\r']) {
            format!("'{}", r.nome)
        } else {
            r.nome.clone()
        };
        csv.write_record([
            r.id_comune.to_string(),
            r.comune.to_string(),
            nome,
            forse(r.prima_pianificata()),
            forse(r.ultima_pianificata()),
            forse(r.preferita),
        ])
        .map_err(ErroreServizio::guasto)?;
    }
    csv.into_inner().map_err(ErroreServizio::guasto)
}

impl Riga {
    fn rifiutata(
        &self,
        colonna: Option<&'static str>,
        codice: Option<&'static str>,
        testo: impl Into<String>,
    ) -> RigaRifiutata {
        RigaRifiutata {
            riga: self.numero,
            comune: self.comune.chars().take(COMUNE_MASSIMO).collect(),
            colonna,
            codice,
            testo: testo.into(),
        }
    }

    /// The dates; or every one that is missing or is no date, each `EN035`.
    fn proposta(&self) -> Result<PropostaDate, Vec<RigaRifiutata>> {
        let date = self.date.each_ref().map(|t| Scritto::<Data>::da_testo(t));
        let mut errori: Vec<RigaRifiutata> = date
            .iter()
            .zip(DATE)
            .filter_map(|(d, (colonna, _))| {
                let testo = match d {
                    Scritto::Letto(_) => return None,
                    Scritto::Assente => format!("La riga del piano è incompleta: manca «{colonna}»."),
                    Scritto::Errato(t) => {
                        format!("La riga del piano è errata: {}", non_letto::<Data>(t))
                    }
                };
                Some(self.rifiutata(Some(colonna), Some("EN035"), testo))
            })
            .collect();
        if self.in_piu {
            errori.push(self.rifiutata(
                None,
                Some("EN035"),
                "La riga del piano ha più celle della prima riga del file: un separatore in più sposta le colonne.",
            ));
        }
        let [prima, ultima, preferita] = date;
        if errori.is_empty() {
            Ok(PropostaDate {
                prima,
                ultima,
                preferita,
            })
        } else {
            Err(errori)
        }
    }

    /// What the rules of the dates said no to.
    fn fuori_regola(&self, r: Rifiuto) -> Vec<RigaRifiutata> {
        match r {
            Rifiuto::Campi(campi) => campi
                .into_iter()
                .map(|e| {
                    let colonna = DATE.iter().find(|(_, campo)| *campo == e.campo).map(|(c, _)| *c);
                    let codice = e.regola.map_or(Some("EN035"), |r| r.codice);
                    self.rifiutata(colonna, codice, e.testo)
                })
                .collect(),
            Rifiuto::Altro(e) => vec![self.rifiutata(None, e.codice, e.testo)],
        }
    }
}

impl Simulatore {
    /// Takes the bytes of a plan file in the name of a software house, or of the Ministry; `sostituisci` moves the dates
    /// of who has some.
    pub fn importa_piano(&self, chi: ChiPianifica<'_>, file: &[u8], sostituisci: bool) -> Esito<EsitoPiano> {
        self.pronto_lo_stato()?;
        self.al_passo()?;
        let righe = leggi_righe(file)?;
        let fatto = self.registro().scrivi(|t| -> Result<EsitoPiano, Scarto> {
            let mut agenda = Agenda::leggi(t)?;
            let mut esito = EsitoPiano::default();
            let mut visti = BTreeSet::new();
            for r in &righe {
                if esito.errori.len() > RIFIUTI_MASSIMI {
                    break;
                }
                let Some(mut comune) = CodiceIstat::parse(&r.comune)
                    .ok()
                    .map(|c| t.comune(c))
                    .transpose()?
                    .flatten()
                    .filter(|c| suo(t, chi, c.istat).is_ok())
                else {
                    esito.errori.push(r.rifiutata(
                        Some(COLONNE[1]),
                        Some("EN035"),
                        "Il codice ISTAT non è di un Comune che si possa pianificare da qui: servono le sue sei cifre.",
                    ));
                    continue;
                };
                if !visti.insert(comune.istat) {
                    esito.errori.push(r.rifiutata(
                        Some(COLONNE[1]),
                        Some("EN041"),
                        "Il Comune è già in un'altra riga del file.",
                    ));
                    continue;
                }
                let presente = t.piano(Ambiente::Sub, comune.istat)?;
                let mut f = fascicolo(t, &comune)?;
                // What the export writes of the Comune.
                let esportate = [
                    presente.map(|p| p.inizio),
                    presente.map(|p| p.fine),
                    f.pianificazione
                        .as_ref()
                        .filter(|p| presente == Some(p.finestra()))
                        .map(|p| p.preferita),
                ];
                let uguali = r.date.iter().zip(esportate).all(|(t, d)| {
                    let scritta = giorno_scritto(t);
                    scritta == d && (scritta.is_some() || t.is_empty())
                });
                if uguali || r.vuota() {
                    esito.invariati += 1;
                    continue;
                }
                let proposta = match r.proposta() {
                    Ok(p) => p,
                    Err(e) => {
                        esito.errori.extend(e);
                        continue;
                    }
                };
                if presente.is_some_and(|p| p != PIANO_APERTO) && !sostituisci {
                    esito.errori.push(r.rifiutata(
                        None,
                        Some("EN041"),
                        format!("Il piano del Comune {} è già presente.", comune.istat),
                    ));
                    continue;
                }
                match applica(t, &mut agenda, chi, &mut comune, &mut f, &proposta) {
                    Ok(_) => {
                        t.salva_comune(&comune)?;
                        salva(t, comune.istat, &f)?;
                        esito.pianificati.push(comune.istat);
                    }
                    Err(e) => esito.errori.extend(r.fuori_regola(e)),
                }
            }
            esito.troncato = esito.errori.len() > RIFIUTI_MASSIMI;
            esito.errori.truncate(RIFIUTI_MASSIMI);
            if esito.errori.is_empty() {
                Ok(esito)
            } else {
                esito.pianificati.clear();
                esito.invariati = 0;
                Err(Scarto::Righe(esito))
            }
        });
        match fatto {
            Ok(e) | Err(Scarto::Righe(e)) => Ok(e),
            Err(Scarto::Altro(e)) => Err(e),
        }
    }
}

#[cfg(test)]
mod prove {
    use super::*;

    #[test]
    fn every_wrong_date_of_a_row_is_told_with_its_column() {
        let file = format!("{}\n1;888001;X;31/02/2021;;12/03/2021;x\n", COLONNE.join(";"));
        let r = &leggi_righe(file.as_bytes()).expect("rows")[0];
        let errori: Vec<_> = r
            .proposta()
            .expect_err("no dates")
            .into_iter()
            .map(|e| (e.riga, e.colonna, e.codice, e.testo))
            .collect();
        let en035 = Some("EN035");
        assert_eq!(
            errori,
            [
                (
                    2,
                    Some("prima_data_subentro"),
                    en035,
                    "La riga del piano è errata: «31/02/2021» non è una data del calendario. Si scrive AAAA-MM-GG oppure \
                     GG/MM/AAAA."
                        .to_owned()
                ),
                (
                    2,
                    Some("ultima_data_subentro"),
                    en035,
                    "La riga del piano è incompleta: manca «ultima_data_subentro».".to_owned()
                ),
                (
                    2,
                    None,
                    en035,
                    "La riga del piano ha più celle della prima riga del file: un separatore in più sposta le colonne."
                        .to_owned()
                ),
            ]
        );
    }

    #[test]
    fn the_export_has_the_columns_and_a_name_is_never_a_formula() {
        let riga = RigaCruscotto {
            id_comune: 888_001,
            comune: CodiceIstat::parse("888001").expect("code"),
            nome: "=A,\"B\"".to_owned(),
            stato: super::super::StatoPianificazione::Pianificato,
            prima: anagrafe::leggi_data("2021-03-10"),
            ultima: anagrafe::leggi_data("2021-03-12"),
            preferita: None,
            da: None,
            rinvii: 0,
            software_house: None,
        };
        assert_eq!(
            String::from_utf8(esporta_piano(&[riga]).expect("a file")).expect("text"),
            "id_comune,codice_istat,nome_comune,prima_data_subentro,ultima_data_subentro,data_subentro_preferita\r\n\
             888001,888001,\"'=A,\"\"B\"\"\",2021-03-10,2021-03-12,\r\n"
        );
    }
}
