//! The idANPR of who was cancelled elsewhere and arrives with a delivery (spec subentro §7).
//!
//! The person keeps the id when the old scheda is of the APR, is cancelled, has the same state of validation, and is the
//! same person: the codici fiscali coincide, or, where one of the two has none, the five data do (surname, name, sex,
//! date and place of birth). Two codes that differ are two persons, whatever the data: so omocodi stay two. In every
//! other case the newcomer gets a new id. Only the cancelled are held in memory; nobody is, while there are none.

use std::collections::{BTreeMap, BTreeSet};

use anagrafe::{Ambiente, codice_fiscale::normalizza};
use registro::{
    Classe, IdSegmento, LetturaSchede as _, LetturaVariazioni as _, Quando, RecordCompatto, TipoRecord,
    Transazione,
};

use crate::{
    Esito, SchedaLetta, Simulatore,
    schede::{DIVISORE, decodifica},
};

/// Somebody of a delivery whose id is to be an older one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Ripresa {
    /// Position in the segment.
    pub(crate) posizione: u64,
    /// The id.
    pub(crate) id_anpr: u64,
}

/// A cancelled scheda whose id nobody active has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Vecchia {
    /// When it was cancelled: the last one wins.
    registrata: Quando,
    id_anpr: u64,
    validita: u8,
    con_codice: bool,
}

/// The cancelled of an environment, by what they are known by.
#[derive(Debug, Default)]
pub(crate) struct Cancellati {
    per_codice: BTreeMap<String, Vec<Vecchia>>,
    per_dati: BTreeMap<String, Vec<Vecchia>>,
    /// Whether somebody of them has no code, so that the data of everybody count.
    senza_codice: bool,
}

impl Simulatore {
    /// Who could come back; nobody when the policy gives everybody a new id.
    pub(crate) fn cancellati(&self, ambiente: Ambiente) -> Esito<Cancellati> {
        let mut cancellati = Cancellati::default();
        if !self.impostazioni().politica.riuso_id_anpr {
            return Ok(cancellati);
        }
        let registro = self.registro();
        for segmento in registro.segmenti(ambiente, None)? {
            for (posizione, variazione) in registro.variazioni(ambiente, segmento.id, Classe::Soggetti)? {
                if variazione.cancellata.is_none() {
                    continue;
                }
                let id = variazione.id_anpr.unwrap_or(segmento.basi.soggetti + posizione);
                // Whoever came after it with the same id speaks for it.
                let presente = registro
                    .scheda(ambiente, Classe::Soggetti, id)?
                    .filter(|s| (s.segmento, s.posizione) == (segmento.id, posizione));
                if let Some(scheda) = presente
                    && let Some(cancellazione) = scheda.cancellata
                    && scheda.record.tipo == TipoRecord::Soggetto
                {
                    cancellati.aggiungi(&scheda.record, id, cancellazione.registrata)?;
                }
            }
        }
        for vecchie in cancellati
            .per_codice
            .values_mut()
            .chain(cancellati.per_dati.values_mut())
        {
            vecchie.sort_unstable();
        }
        Ok(cancellati)
    }
}

impl Cancellati {
    fn aggiungi(&mut self, record: &RecordCompatto, id_anpr: u64, registrata: Quando) -> Esito<()> {
        let letta = decodifica(record.tipo, &record.dati)?;
        let codice = record.cf_registrato();
        let vecchia = Vecchia {
            registrata,
            id_anpr,
            validita: letta.validita_cf,
            con_codice: codice.is_some(),
        };
        match codice {
            Some(codice) => self
                .per_codice
                .entry(codice.to_owned())
                .or_default()
                .push(vecchia),
            None => self.senza_codice = true,
        }
        if let Some(dati) = cinque_dati(record.tipo, &letta) {
            self.per_dati.entry(dati).or_default().push(vecchia);
        }
        Ok(())
    }

    /// The id a newcomer takes over.
    fn cerca(&self, record: &RecordCompatto, presi: &BTreeSet<u64>) -> Esito<Option<u64>> {
        let persona = matches!(record.tipo, TipoRecord::Soggetto | TipoRecord::Aire);
        if !persona || (self.per_codice.is_empty() && self.per_dati.is_empty()) {
            return Ok(None);
        }
        let codice = record.cf_registrato();
        let per_codice = codice.and_then(|c| self.per_codice.get(c));
        // A code decides by itself; the data are read only where somebody has none.
        if per_codice.is_none() && codice.is_some() && !self.senza_codice {
            return Ok(None);
        }
        let letta = decodifica(record.tipo, &record.dati)?;
        let dati = cinque_dati(record.tipo, &letta);
        let per_dati = dati
            .and_then(|d| self.per_dati.get(&d))
            .into_iter()
            .flatten()
            .filter(|v| codice.is_none() || !v.con_codice);
        Ok(per_codice
            .into_iter()
            .flatten()
            .chain(per_dati)
            .filter(|v| v.validita == letta.validita_cf && !presi.contains(&v.id_anpr))
            .max()
            .map(|v| v.id_anpr))
    }
}

/// Watches the persons of a delivery go by, in the order of their positions.
#[derive(Debug)]
pub(crate) struct Riconosci<'c> {
    cancellati: &'c Cancellati,
    prossima: u64,
    presi: BTreeSet<u64>,
    riprese: Vec<Ripresa>,
}

impl<'c> Riconosci<'c> {
    pub(crate) fn fra(cancellati: &'c Cancellati) -> Self {
        Self {
            cancellati,
            prossima: 0,
            presi: BTreeSet::new(),
            riprese: Vec::new(),
        }
    }

    /// Takes note of the next scheda.
    pub(crate) fn vede(&mut self, record: &RecordCompatto) -> Esito<()> {
        if record.tipo.classe() != Classe::Soggetti {
            return Ok(());
        }
        let posizione = self.prossima;
        self.prossima += 1;
        if let Some(id_anpr) = self.cancellati.cerca(record, &self.presi)? {
            self.presi.insert(id_anpr);
            self.riprese.push(Ripresa { posizione, id_anpr });
        }
        Ok(())
    }

    /// Who takes what over.
    pub(crate) fn fine(self) -> Vec<Ripresa> {
        self.riprese
    }
}

/// In the commit of the newcomers: each gets the id that is still nobody's.
pub(crate) fn riprendi_id(
    t: &mut Transazione,
    ambiente: Ambiente,
    segmento: IdSegmento,
    riprese: &[Ripresa],
) -> Esito<()> {
    for r in riprese {
        if !t.riprendi_id(ambiente, segmento, r.posizione, r.id_anpr)? {
            tracing::info!(
                id = r.id_anpr,
                "idANPR non più libero: la scheda ne riceve uno nuovo"
            );
        }
    }
    Ok(())
}

/// Surname, name, sex, date and place of birth as one text; `None` when one that matters is missing.
fn cinque_dati(tipo: TipoRecord, letta: &SchedaLetta) -> Option<String> {
    let significativo = |coda: &str| letta.valore(coda).filter(|t| t.bytes().any(|b| b != b'0'));
    let (cognome, nome, luogo) = match tipo {
        TipoRecord::Soggetto => (
            letta.valore("/generalitaSubIscr/cognome"),
            letta.valore("/generalitaSubIscr/nome"),
            [
                "/generalitaSubIscr/luogoNascita/comune/codiceIstat",
                "/generalitaSubIscr/luogoNascita/localita/codiceStato",
                "/generalitaSubIscr/luogoNascita/comune/nomeComune",
                "/generalitaSubIscr/luogoNascita/luogoEccezionale",
            ],
        ),
        TipoRecord::Aire => (
            letta.valore("cognome"),
            letta.valore("nome"),
            ["istatNascita", "statoNascita", "comuneNascita", "localitaNascita"],
        ),
        TipoRecord::Famiglia | TipoRecord::Convivenza | TipoRecord::FamigliaAire => return None,
    };
    let normale = |t: Option<&str>| normalizza(t.unwrap_or_default());
    let (cognome, nome) = (normale(cognome), normale(nome));
    let luogo = normalizza(luogo.into_iter().find_map(significativo)?);
    if cognome.is_empty() && nome.is_empty() {
        return None;
    }
    let (sesso, nascita) = (letta.sesso?.lettera(), letta.nascita?);
    Some([&cognome, &nome, sesso, &nascita.to_string(), &luogo].join(&DIVISORE.to_string()))
}

#[cfg(test)]
mod prove {
    use anagrafe::{Sesso, leggi_data};
    use registro::TipoLegame;

    use super::*;

    fn letta(valori: &[(&str, &str)], nascita: &str) -> SchedaLetta {
        SchedaLetta {
            nascita: leggi_data(nascita),
            sesso: Some(Sesso::F),
            validita_cf: 1,
            valori: valori
                .iter()
                .map(|(n, v)| ((*n).to_owned(), (*v).to_owned()))
                .collect(),
        }
    }

    #[test]
    fn i_cinque_dati_sono_gli_stessi_nei_due_tracciati() {
        const G: &str = "subentro/generalitaSoggetti/soggetto/generalitaSubIscr";
        let (cognome, nome) = (format!("{G}/cognome"), format!("{G}/nome"));
        let istat = format!("{G}/luogoNascita/comune/codiceIstat");
        let apr = letta(
            &[(&cognome, "D'ANGELÒ"), (&nome, "ANNA MARIA"), (&istat, "888001")],
            "1970-01-01",
        );
        let aire = letta(
            &[
                ("cognome", "D ANGELO'"),
                ("cognomeConiuge", "ALTRO"),
                ("nome", "ANNA-MARIA"),
                ("istatNascita", "888001"),
                ("statoNascita", "000"),
            ],
            "1970-01-01",
        );
        let uno = cinque_dati(TipoRecord::Soggetto, &apr);
        assert!(uno.is_some());
        assert_eq!(uno, cinque_dati(TipoRecord::Aire, &aire));
        let altrove = letta(
            &[
                ("cognome", "DANGELO"),
                ("nome", "ANNAMARIA"),
                ("istatNascita", "000000"),
                ("statoNascita", "201"),
            ],
            "1970-01-01",
        );
        assert_ne!(uno, cinque_dati(TipoRecord::Aire, &altrove));
        let senza = letta(&[(&cognome, "D'ANGELÒ"), (&nome, "ANNA MARIA")], "1970-01-01");
        assert_eq!(
            cinque_dati(TipoRecord::Soggetto, &senza),
            None,
            "no place, no certainty"
        );
    }

    fn vecchia(id_anpr: u64, validita: u8, con_codice: bool) -> Vecchia {
        Vecchia {
            registrata: jiff::civil::date(2021, 3, 1).at(8, 0, 0, 0),
            id_anpr,
            validita,
            con_codice,
        }
    }

    fn record(cf: Option<&str>) -> RecordCompatto {
        RecordCompatto {
            tipo: TipoRecord::Soggetto,
            id_comune: "S1".to_owned(),
            cf: cf.map(str::to_owned),
            legame: None,
            dati: crate::schede::dati_di_prova(),
        }
    }

    /// What is not the code or the data of the cancelled one, or has another validation, gets a new id; and one id
    /// goes to one person.
    #[test]
    fn a_chi_va_l_id() {
        let chi = |per_codice: Option<(&str, Vecchia)>| {
            let mut c = Cancellati::default();
            if let Some((codice, v)) = per_codice {
                c.per_codice.insert(codice.to_owned(), vec![v]);
            }
            c
        };
        let nessuno = BTreeSet::new();
        let cerca = |c: &Cancellati, r: &RecordCompatto| c.cerca(r, &nessuno).expect("letta");
        let uno = chi(Some(("AAA", vecchia(7, 1, true))));
        assert_eq!(cerca(&uno, &record(Some("AAA"))), Some(7));
        assert_eq!(cerca(&uno, &record(Some("BBB"))), None);
        assert_eq!(cerca(&uno, &record(None)), None);
        let non_validato = chi(Some(("AAA", vecchia(7, 9, true))));
        assert_eq!(cerca(&non_validato, &record(Some("AAA"))), None);
        assert_eq!(cerca(&Cancellati::default(), &record(Some("AAA"))), None);
        let mut legata = record(Some("BBB"));
        legata.legame = Some(registro::LegameCf {
            tipo: TipoLegame::Collegato,
            codice: "AAA".to_owned(),
            sostituisce: true,
        });
        assert_eq!(cerca(&uno, &legata), Some(7), "the code that ANPR stores counts");
        let mut famiglia = record(Some("AAA"));
        famiglia.tipo = TipoRecord::Famiglia;
        assert_eq!(cerca(&uno, &famiglia), None);

        let mut due = chi(Some(("AAA", vecchia(7, 1, true))));
        due.per_codice
            .entry("AAA".to_owned())
            .or_default()
            .push(vecchia(9, 1, true));
        let mut riconosci = Riconosci::fra(&due);
        for _ in 0..3 {
            riconosci.vede(&record(Some("AAA"))).expect("letta");
        }
        assert_eq!(
            riconosci.fine(),
            [
                Ripresa {
                    posizione: 0,
                    id_anpr: 9
                },
                Ripresa {
                    posizione: 1,
                    id_anpr: 7
                }
            ]
        );
    }
}
