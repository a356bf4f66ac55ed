//! The same person in two Comuni of an environment (spec subentro §5.3, §6.1, §7).
//!
//! ```text
//! loaded segment × visible segments → pairs → incroci.jsonl in the newcomer's folder, findings in its report
//! incroci.jsonl of the newcomers    → what the other Comune sees in its monitoring, the duplicate lists of both
//! ```
//! A pair is written once, with the delivery that brought it, and goes with it; the other delivery only keeps the
//! numbers of those who named it, in the commit that makes them visible. What must stay true: a pair is seen by
//! both or, after the cancellation of one of the two, by nobody who came first.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs::{self, File},
    io::{self, BufRead as _, BufReader, BufWriter, Write as _},
    path::{Path, PathBuf},
};

use anagrafe::{CodiceIstat, Data};
use elaborazione::{
    Contesto, Gravita, Ingresso, MASSIMO_CAMPIONI, Rilievo, TipoScheda,
    anomalie::{gravita_di, riempi},
    incroci::{Lato, Via, aggiungi_rilievi, incrocia, rilievi_di},
    liste::{ScrittoreLista, nome_duplicati},
    tributaria::{Legame, si_chiede},
};
use registro::{
    Caricato, Fornitura, IdFornitura, Incontro, Lettura as _, LetturaSchede as _, RecordCompatto, TipoLegame,
    TipoRecord, Transazione,
};
use serde::{Deserialize, Serialize};

use crate::{Esito, Simulatore, batch::CARTELLA_ESITO, schede::decodifica};

/// Pairs of a delivery, beside its findings.
const NOME_INCROCI: &str = "incroci.jsonl";
/// Documents of the register: delivery → the later ones that share somebody with it.
const DOCUMENTO: &str = "incroci";

/// Columns of the duplicate lists; the published example has the ids, the other ISTAT and the kind.
const COLONNE: [&str; 10] = [
    "Prog. ANPR soggetto",
    "Progressivo APR/AIRE soggetto",
    "Tipo Scheda",
    "Data",
    "Codice Istat altro Comune",
    "Prog. ANPR altro soggetto",
    "Progressivo APR/AIRE altro soggetto",
    "Tipo Scheda altro soggetto",
    "Data altro soggetto",
    "Codice",
];

/// One side of a pair.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Parte {
    fornitura: IdFornitura,
    comune: CodiceIstat,
    tipo: TipoScheda,
    /// Id of the Comune.
    scheda: String,
    /// Position in the segment of the delivery.
    posizione: u64,
    /// From when: residence, or registration in the AIRE.
    dal: Option<Data>,
    cf: Option<String>,
}

/// A pair, as the newcomer's folder keeps it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Coppia {
    codice: String,
    nuova: Parte,
    altra: Parte,
}

/// What a load found in the register.
#[derive(Debug, Default)]
pub(crate) struct Trovati {
    /// Findings added to the report, per code.
    pub(crate) conteggi: BTreeMap<String, u64>,
    /// Samples of those that block, by configuration.
    pub(crate) bloccanti: Vec<Rilievo>,
    altre: BTreeSet<IdFornitura>,
}

impl Simulatore {
    /// Compares a loaded segment with everything the environment shows; findings go into the report of the delivery.
    pub(crate) fn incrocia(
        &self,
        f: &Fornitura,
        caricato: &Caricato,
        contesto: &Contesto,
        ingressi: &[Ingresso],
    ) -> Esito<Trovati> {
        let cartella = self.cartella(f.id).join(CARTELLA_ESITO);
        let forniture: BTreeMap<_, _> = self
            .registro()
            .segmenti(f.ambiente, None)?
            .into_iter()
            .map(|s| (s.id, s))
            .collect();
        let mut trovati = Trovati::default();
        let mut righe: Vec<(u64, &'static str)> = Vec::new();
        let mut scritto: Option<BufWriter<File>> = None;
        let percorso = cartella.join(NOME_INCROCI);
        self.registro()
            .incroci(caricato, f.comune, |incontro| -> Esito<()> {
                let Some(codice) = giudica(f.comune, &incontro, contesto) else {
                    return Ok(());
                };
                let Some(segmento) = forniture.get(&incontro.altra.segmento) else {
                    return Ok(());
                };
                let prima = segmento.basi.soggetti;
                let coppia = Coppia {
                    codice: codice.to_owned(),
                    nuova: parte(&incontro.nuova, f.id, f.comune, incontro.posizione)?,
                    altra: parte(
                        &incontro.altra.record,
                        segmento.fornitura,
                        segmento.comune,
                        incontro.altra.id_anpr.saturating_sub(prima),
                    )?,
                };
                trovati.altre.insert(segmento.fornitura);
                righe.push((incontro.posizione, codice));
                let out = match &mut scritto {
                    Some(out) => out,
                    None => scritto.insert(BufWriter::new(File::create(&percorso)?)),
                };
                serde_json::to_writer(&mut *out, &coppia).map_err(io::Error::from)?;
                Ok(out.write_all(b"\n")?)
            })?;
        let Some(scritto) = scritto else {
            return Ok(trovati);
        };
        scritto
            .into_inner()
            .map_err(io::IntoInnerError::into_error)?
            .sync_all()?;
        righe.sort_unstable();
        righe.dedup();
        let ordine: Vec<String> = ingressi.iter().map(|i| i.nome.clone()).collect();
        if righe
            .iter()
            .any(|(_, c)| peso(c, contesto) == Some(Gravita::Errore))
        {
            let mut blocca = rilievi_di(ingressi, &righe, contesto);
            while trovati.bloccanti.len() < MASSIMO_CAMPIONI
                && let Some(rilievo) = blocca.next()
            {
                let rilievo = rilievo?;
                if rilievo.gravita == Gravita::Errore {
                    trovati.bloccanti.push(rilievo);
                }
            }
        }
        trovati.conteggi = aggiungi_rilievi(&cartella, &ordine, rilievi_di(ingressi, &righe, contesto))?;
        Ok(trovati)
    }

    /// In the commit of the newcomer: those it shares somebody with learn of it.
    pub(crate) fn annota_incroci(t: &mut Transazione, f: IdFornitura, trovati: &Trovati) -> Esito<()> {
        for altra in &trovati.altre {
            let nome = altra.to_string();
            let mut nuove: BTreeSet<IdFornitura> = t.documento(DOCUMENTO, &nome)?.unwrap_or_default();
            nuove.insert(f);
            t.salva_documento(DOCUMENTO, &nome, &nuove)?;
        }
        Ok(())
    }

    /// A delivery as its Comune sees it: what later ones of other Comuni share with it is counted too.
    pub(crate) fn con_incroci(&self, mut f: Fornitura) -> Esito<Fornitura> {
        for rilievo in self.incroci_subiti(&f)? {
            *f.conteggi.entry(rilievo.codice).or_insert(0) += 1;
        }
        Ok(f)
    }

    /// Findings that later deliveries of other Comuni brought upon this one; each code once on a scheda.
    pub(crate) fn incroci_subiti(&self, f: &Fornitura) -> Esito<Vec<Rilievo>> {
        let subiti = self.coppie_subite(f)?;
        if subiti.is_empty() {
            return Ok(Vec::new());
        }
        let contesto = self.contesto(f.ambiente, f.comune)?;
        let codici: BTreeSet<&str> = subiti.iter().map(|c| c.codice.as_str()).collect();
        let mut detti: BTreeSet<(TipoScheda, String, String)> = BTreeSet::new();
        if codici.iter().any(|c| f.conteggi.contains_key(*c)) {
            for mio in elaborazione::rilievi(&self.cartella(f.id).join(CARTELLA_ESITO))? {
                let mio = mio?;
                if codici.contains(mio.codice.as_str()) {
                    detti.insert((mio.tipo_scheda, mio.scheda, mio.codice));
                }
            }
        }
        let mut rilievi = Vec::new();
        for Coppia {
            codice, altra: mia, ..
        } in subiti
        {
            let Some(nota) = elaborazione::anomalia(&codice) else {
                continue;
            };
            let Some(gravita) = gravita_di(nota, contesto.ambiente, &contesto.politica) else {
                continue;
            };
            if detti.insert((mia.tipo, mia.scheda.clone(), codice.clone())) {
                rilievi.push(Rilievo {
                    codice,
                    gravita,
                    tipo_scheda: mia.tipo,
                    scheda: mia.scheda,
                    posizione: None,
                    testo: riempi(nota.testo.osservato, &[]),
                    oggetto: Some("codiceFiscale".to_owned()),
                    campo: Some("codFiscale".to_owned()),
                    valore: mia.cf,
                    file: None,
                    prog_anpr: None,
                    codice_ae: None,
                });
            }
        }
        Ok(rilievi)
    }

    /// Pairs of which this delivery is the one that was there.
    fn coppie_subite(&self, f: &Fornitura) -> Esito<Vec<Coppia>> {
        let mut subite = Vec::new();
        if f.segmento.is_none() {
            return Ok(subite);
        }
        let nuove: Option<BTreeSet<IdFornitura>> = self.registro().documento(DOCUMENTO, &f.id.to_string())?;
        for nuova in nuove.into_iter().flatten() {
            // Cancelled meanwhile: nobody has that person twice any more.
            if self
                .registro()
                .fornitura(nuova)?
                .is_some_and(|n| n.segmento.is_some())
            {
                let sue = coppie(&self.cartella(nuova))?;
                for coppia in sue {
                    let coppia = coppia?;
                    if coppia.altra.fornitura == f.id {
                        subite.push(coppia);
                    }
                }
            }
        }
        Ok(subite)
    }

    /// The two duplicate lists of a delivery that have rows, with how many.
    pub(crate) fn liste_duplicati(&self, f: &Fornitura) -> Esito<Vec<(String, u64)>> {
        let mut liste = Vec::new();
        for recente in [true, false] {
            let righe = self.righe_duplicati(f, recente)?.len();
            if righe > 0 {
                liste.push((nome_duplicati(f.comune, recente), righe as u64));
            }
        }
        Ok(liste)
    }

    /// One of them, by its name; `None` if it is not a name of these or the list is empty.
    pub(crate) fn lista_duplicati(&self, f: &Fornitura, nome: &str) -> Esito<Option<Vec<u8>>> {
        let Some(recente) = [true, false]
            .into_iter()
            .find(|r| nome_duplicati(f.comune, *r) == nome)
        else {
            return Ok(None);
        };
        let righe = self.righe_duplicati(f, recente)?;
        if righe.is_empty() {
            return Ok(None);
        }
        let mut scrittore = ScrittoreLista::nuova(Vec::new(), &COLONNE)?;
        for (codice, mia, sua) in righe {
            let (mio_id, suo_id) = (self.id_anpr(f, &mia)?, self.id_anpr(f, &sua)?);
            let data = |p: &Parte| p.dal.map(|d| d.to_string()).unwrap_or_default();
            scrittore.riga(&[
                &mio_id,
                &mia.scheda,
                mia.tipo.etichetta(),
                &data(&mia),
                sua.comune.as_str(),
                &suo_id,
                &sua.scheda,
                sua.tipo.etichetta(),
                &data(&sua),
                &codice,
            ])?;
        }
        Ok(Some(scrittore.fine()?))
    }

    /// Code, own side, other side; by own scheda. The other Comune has the later date, or not.
    fn righe_duplicati(&self, f: &Fornitura, recente: bool) -> Esito<Vec<(String, Parte, Parte)>> {
        let mut righe = Vec::new();
        if f.segmento.is_none() {
            return Ok(righe);
        }
        for coppia in coppie(&self.cartella(f.id))? {
            let Coppia { codice, nuova, altra } = coppia?;
            righe.push((codice, nuova, altra));
        }
        righe.extend(
            self.coppie_subite(f)?
                .into_iter()
                .map(|c| (c.codice, c.altra, c.nuova)),
        );
        // The other's own delivery may be gone: its side stands no more.
        let mut viva: BTreeMap<IdFornitura, bool> = BTreeMap::new();
        let mut tenute = Vec::with_capacity(righe.len());
        for riga in righe {
            let id = riga.2.fornitura;
            let viva = match viva.get(&id) {
                Some(viva) => *viva,
                None => {
                    let ora = self
                        .registro()
                        .fornitura(id)?
                        .is_some_and(|f| f.segmento.is_some());
                    *viva.entry(id).or_insert(ora)
                }
            };
            if viva && piu_recente(&riga.1, &riga.2) == recente {
                tenute.push(riga);
            }
        }
        tenute.sort_by_key(|(codice, mia, sua)| (mia.posizione, codice.clone(), sua.comune, sua.posizione));
        Ok(tenute)
    }

    fn id_anpr(&self, f: &Fornitura, parte: &Parte) -> Esito<String> {
        let Some(fornitura) = self.registro().fornitura(parte.fornitura)? else {
            return Ok(String::new());
        };
        let Some(segmento) = fornitura.segmento else {
            return Ok(String::new());
        };
        let visibile = self.registro().segmento(f.ambiente, segmento)?;
        Ok(visibile.map_or_else(String::new, |s| (s.basi.soggetti + parte.posizione).to_string()))
    }
}

/// Whether the other Comune's date is the later one; without both dates, it is not.
fn piu_recente(mia: &Parte, sua: &Parte) -> bool {
    sua.dal.zip(mia.dal).is_some_and(|(sua, mia)| sua > mia)
}

fn peso(codice: &str, contesto: &Contesto) -> Option<Gravita> {
    gravita_di(
        elaborazione::anomalia(codice)?,
        contesto.ambiente,
        &contesto.politica,
    )
}

/// The code of a pair, unless it is switched off or nobody would ask about the code they meet on.
fn giudica(comune: CodiceIstat, incontro: &Incontro, contesto: &Contesto) -> Option<&'static str> {
    let (nuova, altra) = incontro.legati();
    let lato = |comune, r: &RecordCompatto, legato| Lato {
        comune,
        tipo: tipo(r.tipo),
        via: match (&r.legame, legato) {
            (Some(l), true) if l.tipo == TipoLegame::Omocodia => Via::Ae(Legame::Omocodia),
            (Some(_), true) => Via::Ae(Legame::Collegato),
            _ => Via::Inviato,
        },
        attiva: true,
    };
    if !si_chiede(&incontro.codice) {
        return None;
    }
    let codice = incrocia(
        lato(comune, &incontro.nuova, nuova),
        lato(incontro.altra.comune, &incontro.altra.record, altra),
        false,
    )?;
    peso(codice, contesto).map(|_| codice)
}

fn tipo(tipo: TipoRecord) -> TipoScheda {
    match tipo {
        TipoRecord::Soggetto => TipoScheda::SoggettoApr,
        TipoRecord::Aire => TipoScheda::SoggettoAire,
        TipoRecord::Famiglia => TipoScheda::Famiglia,
        TipoRecord::Convivenza => TipoScheda::Convivenza,
    }
}

fn parte(r: &RecordCompatto, fornitura: IdFornitura, comune: CodiceIstat, posizione: u64) -> Esito<Parte> {
    let valori = decodifica(r.tipo, &r.dati)?.valori;
    let valore = |coda: &str| {
        valori
            .iter()
            .find(|(nome, _)| nome.ends_with(coda))
            .map(|(_, v)| v.as_str())
    };
    let dal = match r.tipo {
        TipoRecord::Aire => valore("dataIscrizioneAire").and_then(elaborazione::scheda::data_aire),
        _ => valore("/residenza/dataDecorrenzaResidenza").and_then(anagrafe::leggi_data),
    };
    Ok(Parte {
        fornitura,
        comune,
        tipo: tipo(r.tipo),
        scheda: r.id_comune.clone(),
        posizione,
        dal,
        cf: r.cf.clone(),
    })
}

/// The pairs a delivery brought.
fn coppie(cartella: &Path) -> Esito<impl Iterator<Item = Esito<Coppia>> + use<>> {
    let percorso: PathBuf = cartella.join(CARTELLA_ESITO).join(NOME_INCROCI);
    let file = match fs::File::open(percorso) {
        Ok(file) => Some(file),
        Err(e) if e.kind() == io::ErrorKind::NotFound => None,
        Err(e) => return Err(e.into()),
    };
    let righe = file.into_iter().flat_map(|f| BufReader::new(f).lines());
    Ok(righe.map(|riga| Ok(serde_json::from_str(&riga?).map_err(io::Error::from)?)))
}
