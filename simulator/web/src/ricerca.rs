//! Findings of a delivery, filtered and paged for a screen: blocking first, then warnings, by code.
//!
//! The facade gives the findings of one code from a position on; this walks the codes in the order people want and
//! stops at a screenful or after a bounded number of rows looked at, so that a filter that matches nothing in a
//! million rows costs the same as any page. The cursor is `indice.posizione`.

use elaborazione::{Gravita, Rilievo};
use registro::Fornitura;
use servizi::{Esito, Simulatore};

use crate::{modulo::codifica, viste};

/// Rows of one screen.
pub(crate) const RIGHE: usize = 100;
/// Rows looked at for one screen before asking whether to go on.
pub(crate) const LIMITE_RICERCA: u64 = 20_000;
/// Rows asked of the facade at once.
const PEZZO: usize = 500;

/// What the form of the list asks for.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Filtro {
    /// One code.
    pub(crate) codice: String,
    /// `E` or `W`.
    pub(crate) gravita: String,
    /// A group of `viste::CLASSI`.
    pub(crate) classe: String,
    /// Text in the sentence, the scheda or the value, case ignored.
    pub(crate) testo: String,
    /// A delivery other than the default one.
    pub(crate) fornitura: String,
}

impl Filtro {
    /// Out of a query.
    pub(crate) fn leggi(q: &crate::modulo::Campi) -> Self {
        let di = |n| q.pieno(n).unwrap_or_default().to_owned();
        Self {
            codice: di("codice"),
            gravita: di("gravita"),
            classe: di("classe"),
            testo: di("testo"),
            fornitura: di("fornitura"),
        }
    }

    fn indirizzo(&self, azione: &str, dopo: Option<&str>) -> String {
        let coppie = [
            ("codice", self.codice.as_str()),
            ("gravita", &self.gravita),
            ("classe", &self.classe),
            ("testo", &self.testo),
            ("fornitura", &self.fornitura),
            ("dopo", dopo.unwrap_or_default()),
        ];
        let pieni: Vec<String> = coppie
            .iter()
            .filter(|(_, v)| !v.is_empty())
            .map(|(n, v)| format!("{n}={}", codifica(v)))
            .collect();
        format!("{azione}?{}", pieni.join("&"))
    }
}

/// Whether a finding holds the text, already in lower case.
fn contiene(r: &Rilievo, testo: &str) -> bool {
    testo.is_empty()
        || [
            Some(&r.testo),
            Some(&r.scheda),
            r.valore.as_ref(),
            r.campo.as_ref(),
            r.file.as_ref(),
        ]
        .into_iter()
        .flatten()
        .any(|t| t.to_lowercase().contains(testo))
}

/// One row as the table shows it.
#[derive(Debug)]
#[expect(
    clippy::struct_field_names,
    reason = "riga and colonna are the file's, Riga is the table's"
)]
pub(crate) struct Riga {
    /// The code.
    pub(crate) codice: String,
    /// Severity E.
    pub(crate) blocca: bool,
    /// Kind of scheda.
    pub(crate) tipo: &'static str,
    /// The Comune's id of it.
    pub(crate) scheda: String,
    /// The sentence.
    pub(crate) testo: String,
    /// `campo: valore`.
    pub(crate) dettaglio: String,
    /// Line, or empty.
    pub(crate) riga: String,
    /// Column, or empty.
    pub(crate) colonna: String,
    /// File.
    pub(crate) file: String,
}

impl Riga {
    /// A finding as a row.
    pub(crate) fn di(r: Rilievo) -> Self {
        let dettaglio = match (&r.campo, &r.valore) {
            (Some(c), Some(v)) => format!("{c}: {v}"),
            (Some(t), None) | (None, Some(t)) => t.clone(),
            (None, None) => String::new(),
        };
        Self {
            blocca: r.gravita == Gravita::Errore,
            tipo: r.tipo_scheda.etichetta(),
            riga: r.posizione.map(|p| p.riga.to_string()).unwrap_or_default(),
            colonna: r.posizione.map(|p| p.colonna.to_string()).unwrap_or_default(),
            codice: r.codice,
            scheda: r.scheda,
            testo: r.testo,
            dettaglio,
            file: r.file.unwrap_or_default(),
        }
    }
}

/// A group with its count.
#[derive(Debug)]
pub(crate) struct Classe {
    /// Key in addresses.
    pub(crate) chiave: &'static str,
    /// Words.
    pub(crate) nome: &'static str,
    /// Exact count.
    pub(crate) quanti: u64,
}

/// One screen of the list.
#[derive(Debug, Default)]
pub(crate) struct Elenco {
    /// Address the form sends to.
    pub(crate) azione: String,
    /// The filter, field by field.
    pub(crate) codice: String,
    /// See [`Filtro`].
    pub(crate) gravita: String,
    /// See [`Filtro`].
    pub(crate) classe: String,
    /// See [`Filtro`].
    pub(crate) testo: String,
    /// See [`Filtro`].
    pub(crate) fornitura: String,
    /// Groups with counts.
    pub(crate) classi: Vec<Classe>,
    /// The rows.
    pub(crate) righe: Vec<Riga>,
    /// Address of what follows, if anything may.
    pub(crate) dopo: Option<String>,
    /// Address of the first screen.
    pub(crate) da_capo: String,
    /// This is the first screen.
    pub(crate) prima: bool,
    /// Stopped by [`LIMITE_RICERCA`], not by the end.
    pub(crate) interrotto: bool,
    /// The limit, to be shown.
    pub(crate) limite_ricerca: u64,
}

impl Elenco {
    /// Length of a group's bar, of 100.
    pub(crate) fn parte(&self, n: impl std::borrow::Borrow<u64>) -> u64 {
        let massimo = self.classi.iter().map(|c| c.quanti).max().unwrap_or(0);
        crate::formati::parte(n, massimo)
    }
}

/// Runs the filter over a delivery. Reads the disk: call it off the async threads.
pub(crate) fn cerca(
    sim: &Simulatore,
    f: &Fornitura,
    filtro: &Filtro,
    azione: &str,
    cursore: Option<&str>,
) -> Esito<Elenco> {
    let codici = viste::codici(f);
    let segnalati = sim.segnalati_per_gruppo(&f.id.to_string(), viste::classe)?;
    let classi = viste::CLASSI
        .iter()
        .map(|&(chiave, nome)| Classe {
            chiave,
            nome,
            quanti: segnalati.get(chiave).copied().unwrap_or(0),
        })
        .collect();
    let (da_codice, da_posizione) = cursore
        .and_then(|c| c.split_once('.'))
        .and_then(|(i, p)| Some((i.parse::<usize>().ok()?, p.parse::<u64>().ok()?)))
        .unwrap_or_default();
    let testo = filtro.testo.to_lowercase();
    let id = f.id.to_string();
    let mut elenco = Elenco {
        azione: azione.to_owned(),
        codice: filtro.codice.clone(),
        gravita: filtro.gravita.clone(),
        classe: filtro.classe.clone(),
        testo: filtro.testo.clone(),
        fornitura: filtro.fornitura.clone(),
        classi,
        da_capo: filtro.indirizzo(azione, None),
        prima: cursore.is_none(),
        limite_ricerca: LIMITE_RICERCA,
        ..Elenco::default()
    };
    let mut guardate = 0;
    'codici: for (i, voce) in codici.iter().enumerate().skip(da_codice) {
        let fuori = (!filtro.codice.is_empty() && filtro.codice != voce.codice)
            || (filtro.gravita == "E" && !voce.blocca)
            || (filtro.gravita == "W" && voce.blocca)
            || (!filtro.classe.is_empty() && viste::classe(&voce.codice) != filtro.classe);
        if fuori {
            continue;
        }
        let mut posizione = if i == da_codice { da_posizione } else { 0 };
        loop {
            let pezzo = sim.anomalie(&id, Some(&voce.codice), posizione, PEZZO)?;
            let ultimo = pezzo.len() < PEZZO;
            for r in pezzo {
                if elenco.righe.len() == RIGHE || guardate == LIMITE_RICERCA {
                    elenco.interrotto = guardate == LIMITE_RICERCA;
                    elenco.dopo = Some(filtro.indirizzo(azione, Some(&format!("{i}.{posizione}"))));
                    break 'codici;
                }
                posizione += 1;
                guardate += 1;
                if contiene(&r, &testo) {
                    elenco.righe.push(Riga::di(r));
                }
            }
            if ultimo {
                break;
            }
        }
    }
    Ok(elenco)
}
