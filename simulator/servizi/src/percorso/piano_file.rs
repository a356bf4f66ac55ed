//! The plan as a file: the export of the dashboard and the import of the same columns (D03).
//!
//! All or nothing: one row that is refused leaves every plan as it was, and each refused row is named. A row that says what
//! already holds changes nothing, so that an export comes back in; one more for a Comune that has a plan is `EN041`
//! unless the file is meant to move dates.

use std::collections::BTreeSet;

use anagrafe::{Ambiente, CodiceIstat, Data};
use registro::{ErroreRegistro, Lettura as _};
use serde::Serialize;

use super::{
    cruscotto::{Agenda, ChiPianifica, PropostaDate, RigaCruscotto, applica, suo},
    fascicolo::{fascicolo, salva},
    impedimento::Rifiuto,
};
use crate::{ErroreServizio, Esito, Simulatore, avvio::PIANO_APERTO};

/// The columns, in their order.
pub const COLONNE: [&str; 6] = [
    "id_comune",
    "codice_istat",
    "nome_comune",
    "prima_data_subentro",
    "ultima_data_subentro",
    "data_subentro_preferita",
];
/// Rows of a file: more than there are Comuni.
pub const RIGHE_MASSIME: usize = 10_000;
/// Refused rows that are told.
const RIFIUTI_MASSIMI: usize = 100;

/// A row that was refused.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct RigaRifiutata {
    /// Row of the file; the header is 1.
    pub riga: u64,
    /// What stands in its second column.
    pub comune: String,
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
    /// Refused rows; then nothing was done.
    pub errori: Vec<RigaRifiutata>,
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

/// A row of a file, not yet judged.
struct Riga {
    numero: u64,
    comune: String,
    date: [String; 3],
}

impl Riga {
    fn rifiutata(&self, codice: Option<&'static str>, testo: impl Into<String>) -> RigaRifiutata {
        RigaRifiutata {
            riga: self.numero,
            comune: self.comune.chars().take(32).collect(),
            codice,
            testo: testo.into(),
        }
    }

    fn vuota(&self) -> bool {
        self.date.iter().all(String::is_empty)
    }

    /// The dates, or `EN035`: one is missing or is no date.
    fn proposta(&self) -> Result<PropostaDate, RigaRifiutata> {
        let mut lette = [None; 3];
        for (i, testo) in self.date.iter().enumerate() {
            lette[i] = anagrafe::leggi_data(testo);
            if lette[i].is_none() {
                return Err(self.rifiutata(
                    Some("EN035"),
                    format!(
                        "La riga del piano è incompleta o errata: «{}» manca o non è una data.",
                        COLONNE[i + 3]
                    ),
                ));
            }
        }
        let [prima, ultima, preferita] = lette;
        Ok(PropostaDate {
            prima,
            ultima,
            preferita,
        })
    }
}

/// The rows of a text; the separator is that of the header, `,` or `;`.
fn leggi_righe(testo: &str) -> Esito<Vec<Riga>> {
    let testo = testo.strip_prefix('\u{feff}').unwrap_or(testo);
    let prima = testo.lines().next().unwrap_or_default();
    let separatore = if prima.contains(';') { b';' } else { b',' };
    let mut lettore = csv::ReaderBuilder::new()
        .delimiter(separatore)
        .flexible(true)
        .has_headers(true)
        .trim(csv::Trim::All)
        .from_reader(testo.as_bytes());
    let intestazione = lettore
        .headers()
        .map_err(|_| ErroreServizio::richiesta("Il file non è un CSV leggibile."))?;
    if !intestazione.iter().eq(COLONNE) {
        return Err(ErroreServizio::richiesta(format!(
            "La prima riga del file porta le colonne, in quest'ordine: {}.",
            COLONNE.join(", ")
        )));
    }
    let mut righe = Vec::new();
    for r in lettore.records() {
        let r = r.map_err(|_| ErroreServizio::richiesta("Il file non è un CSV leggibile."))?;
        if righe.len() >= RIGHE_MASSIME {
            return Err(ErroreServizio::richiesta(format!(
                "Il file ha più di {RIGHE_MASSIME} righe."
            )));
        }
        let cella = |i: usize| r.get(i).unwrap_or_default().to_owned();
        righe.push(Riga {
            // Not the reader's own count, which a CR LF puts one behind.
            numero: righe.len() as u64 + 2,
            comune: cella(1),
            date: [cella(3), cella(4), cella(5)],
        });
    }
    Ok(righe)
}

fn codice(r: Rifiuto) -> (Option<&'static str>, String) {
    match r {
        Rifiuto::Campi(c) => {
            let frasi: Vec<String> = c.into_iter().map(|e| e.testo).collect();
            (Some("EN035"), frasi.join(" "))
        }
        Rifiuto::Altro(e) => (e.codice, e.testo),
    }
}

impl Simulatore {
    /// Takes a plan file in the name of a software house, or of the Ministry; `sostituisci` moves the dates of who has some.
    pub fn importa_piano(&self, chi: ChiPianifica<'_>, testo: &str, sostituisci: bool) -> Esito<EsitoPiano> {
        self.pronto_lo_stato()?;
        self.al_passo()?;
        let righe = leggi_righe(testo)?;
        let fatto = self.registro().scrivi(|t| -> Result<EsitoPiano, Scarto> {
            let mut agenda = Agenda::leggi(t)?;
            let mut esito = EsitoPiano::default();
            let mut visti = BTreeSet::new();
            for r in &righe {
                if esito.errori.len() >= RIFIUTI_MASSIMI {
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
                        Some("EN035"),
                        "Il codice ISTAT non è di un Comune che si possa pianificare da qui.",
                    ));
                    continue;
                };
                if !visti.insert(comune.istat) {
                    esito
                        .errori
                        .push(r.rifiutata(Some("EN041"), "Il Comune è già in un'altra riga del file."));
                    continue;
                }
                let presente = t.piano(Ambiente::Sub, comune.istat)?;
                let mut f = fascicolo(t, &comune)?;
                // What the export writes of a Comune without dates of the dashboard: nothing to do.
                let come_prima = [
                    presente.map(|p| p.inizio),
                    presente.map(|p| p.fine),
                    f.pianificazione
                        .as_ref()
                        .filter(|p| presente == Some(p.finestra()))
                        .map(|p| p.preferita),
                ];
                let scritte = [0, 1, 2].map(|i| anagrafe::leggi_data(&r.date[i]));
                let leggibili = r
                    .date
                    .iter()
                    .zip(&scritte)
                    .all(|(t, d)| t.is_empty() || d.is_some());
                if (leggibili && scritte == come_prima)
                    || (r.vuota() && presente.is_none_or(|p| p == PIANO_APERTO))
                {
                    esito.invariati += 1;
                    continue;
                }
                let proposta = match r.proposta() {
                    Ok(p) => p,
                    Err(e) => {
                        esito.errori.push(e);
                        continue;
                    }
                };
                if presente.is_some() && !sostituisci {
                    esito.errori.push(r.rifiutata(
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
                    Err(e) => {
                        let (codice, testo) = codice(e);
                        esito.errori.push(r.rifiutata(codice, testo));
                    }
                }
            }
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
    fn columns_are_demanded_and_both_separators_are_read() {
        let testa = COLONNE.join(",");
        for (testo, righe) in [
            (
                format!("{testa}\r\n1,888001,X,2021-01-01,2021-01-02,2021-01-01\r\n"),
                Some(1),
            ),
            (
                format!("\u{feff}{}\n1;888001;\"A;B\";;;\n", COLONNE.join(";")),
                Some(1),
            ),
            (format!("{testa}\n"), Some(0)),
            ("codice_istat,nome_comune\n888001,X\n".to_owned(), None),
            (String::new(), None),
        ] {
            assert_eq!(leggi_righe(&testo).ok().map(|r| r.len()), righe, "{testo}");
        }
        let r = &leggi_righe(&format!("{testa}\n1,888001,X,2021-02-30,2021-03-01,\n")).expect("rows")[0];
        let e = r.proposta().expect_err("no date");
        assert_eq!((e.riga, e.codice), (2, Some("EN035")));
        assert!(e.testo.contains("prima_data_subentro"), "{}", e.testo);
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
