//! The same person in two Comuni of an environment (spec subentro §5.3, §6.1, §7).
//!
//! ```text
//! loaded segment × visible segments → pairs → incroci-<other>.jsonl in the newcomer's folder, findings in its report
//! incroci-<own>.jsonl of the newcomers → what the other Comune sees in its monitoring, the duplicate lists of both
//! ```
//! A pair is written once, with the delivery that brought it, and goes with it, in one file per other delivery: who is
//! asked reads its own pairs and nobody else's, and the newcomer waits for no report but its own. The other delivery
//! only keeps the numbers of those who named it, in the commit that makes them visible; what they brought upon it is
//! counted when it is first asked and remembered. What must stay true: a pair is seen by both or, after the cancellation of one of the two (the delivery or the single person),
//! by nobody; only the findings of a newcomer's own report stay, being what was found that day.

mod quaderno;
mod schedario;

use std::{
    collections::{BTreeMap, BTreeSet},
    fs, io,
    sync::{Mutex, MutexGuard, PoisonError},
};

use anagrafe::CodiceIstat;
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

use self::quaderno::{Coppia, INIZIO_INCROCI, NOME_UNICO, Parte, Quaderno, coppie, nome_incroci};
use self::schedario::Schedario;
use crate::{Esito, Simulatore, batch::CARTELLA_ESITO, schede::decodifica};

/// Deliveries whose counts are remembered.
const CONTEGGI_RICORDATI: usize = 1_000;

/// What later deliveries brought upon one, as long as they are the same ones.
type Subiti = (Vec<IdFornitura>, BTreeMap<String, u64>);

/// Counts that stand until somebody comes or goes.
#[derive(Debug, Default)]
pub(crate) struct ConteggiSubiti(Mutex<BTreeMap<IdFornitura, Subiti>>);

impl ConteggiSubiti {
    fn dentro(&self) -> MutexGuard<'_, BTreeMap<IdFornitura, Subiti>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The state begins anew, and its numbers with it.
    pub(crate) fn dimentica(&self) {
        self.dentro().clear();
    }
}

/// Documents of the register: delivery → the later ones that share somebody with it.
const DOCUMENTO: &str = "incroci";

/// Deliveries that are no more: neither theirs is kept, nor their names with the others.
pub(crate) fn dimentica_forniture(t: &mut Transazione, quali: &BTreeSet<IdFornitura>) -> Esito<()> {
    for id in quali {
        t.togli_documento(DOCUMENTO, &id.to_string());
    }
    for (nome, mut nuove) in t.documenti::<BTreeSet<IdFornitura>>(DOCUMENTO)? {
        let prima = nuove.len();
        nuove.retain(|f| !quali.contains(f));
        if nuove.len() != prima {
            t.salva_documento(DOCUMENTO, &nome, &nuove)?;
        }
    }
    Ok(())
}

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
        let mut quaderno = Quaderno::in_cartella(&cartella);
        let mut ultima: Option<Parte> = None;
        self.registro()
            .incroci(caricato, f.comune, |incontro| -> Esito<()> {
                let Some(codice) = giudica(f.comune, &incontro, contesto) else {
                    return Ok(());
                };
                let Some(segmento) = forniture.get(&incontro.altra.segmento) else {
                    return Ok(());
                };
                // In order of position: who meets several is read once.
                let nuova = match ultima.take().filter(|p| p.posizione == incontro.posizione) {
                    Some(nuova) => nuova,
                    None => parte(&incontro.nuova, f.id, f.comune, incontro.posizione)?,
                };
                let coppia = Coppia {
                    codice: codice.to_owned(),
                    nuova: ultima.insert(nuova).clone(),
                    altra: parte(
                        &incontro.altra.record,
                        segmento.fornitura,
                        segmento.comune,
                        incontro.altra.posizione,
                    )?,
                };
                if trovati.altre.insert(segmento.fornitura) {
                    // Each person once a code, however many Comuni it is met in: the list does not grow with them.
                    righe.sort_unstable();
                    righe.dedup();
                }
                righe.push((incontro.posizione, codice));
                Ok(quaderno.scrivi(segmento.fornitura, &coppia)?)
            })?;
        quaderno.chiudi()?;
        if trovati.altre.is_empty() {
            return Ok(trovati);
        }
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
        let nuove = self.chi_condivide(&f)?;
        if nuove.is_empty() {
            return Ok(f);
        }
        let ricordati = self.subiti.dentro().get(&f.id).cloned();
        let conteggi = match ricordati.filter(|(di, _)| *di == nuove) {
            Some((_, conteggi)) => conteggi,
            None => {
                let mut conteggi = BTreeMap::new();
                for rilievo in self.incroci_subiti(&f)? {
                    *conteggi.entry(rilievo.codice).or_insert(0) += 1;
                }
                let mut tutti = self.subiti.dentro();
                if tutti.len() >= CONTEGGI_RICORDATI {
                    tutti.clear();
                }
                tutti.insert(f.id, (nuove, conteggi.clone()));
                conteggi
            }
        };
        for (codice, quanti) in conteggi {
            *f.conteggi.entry(codice).or_insert(0) += quanti;
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

    /// The later deliveries that share somebody with this one and stand.
    fn chi_condivide(&self, f: &Fornitura) -> Esito<Vec<IdFornitura>> {
        let mut vive = Vec::new();
        if f.segmento.is_none() {
            return Ok(vive);
        }
        let nuove: Option<BTreeSet<IdFornitura>> = self.registro().documento(DOCUMENTO, &f.id.to_string())?;
        for nuova in nuove.into_iter().flatten() {
            // Cancelled meanwhile: nobody has that person twice any more.
            if self
                .registro()
                .fornitura(nuova)?
                .is_some_and(|n| n.segmento.is_some())
            {
                vive.push(nuova);
            }
        }
        Ok(vive)
    }

    /// Pairs of which this delivery is the one that was there, both persons active.
    fn coppie_subite(&self, f: &Fornitura) -> Esito<Vec<Coppia>> {
        let mut subite = Vec::new();
        let mut schedario = Schedario::nuovo(self, f.ambiente);
        for nuova in self.chi_condivide(f)? {
            let esito = self.cartella(nuova).join(CARTELLA_ESITO);
            for nome in [nome_incroci(f.id).as_str(), NOME_UNICO] {
                for coppia in coppie(&esito.join(nome))? {
                    let coppia = coppia?;
                    if coppia.altra.fornitura == f.id
                        && schedario.attiva(&coppia.altra)?
                        && schedario.attiva(&coppia.nuova)?
                    {
                        subite.push(coppia);
                    }
                }
            }
        }
        Ok(subite)
    }

    /// Pairs that this delivery brought.
    fn coppie_portate(&self, f: &Fornitura) -> Esito<Vec<Coppia>> {
        let mut portate = Vec::new();
        let cartella = self.cartella(f.id).join(CARTELLA_ESITO);
        let voci = match fs::read_dir(&cartella) {
            Ok(voci) => voci,
            Err(e) if e.kind() == io::ErrorKind::NotFound => return Ok(portate),
            Err(e) => return Err(e.into()),
        };
        for voce in voci {
            let voce = voce?;
            let nome = voce.file_name();
            if nome == NOME_UNICO || nome.to_string_lossy().starts_with(INIZIO_INCROCI) {
                for coppia in coppie(&voce.path())? {
                    portate.push(coppia?);
                }
            }
        }
        Ok(portate)
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
        let mut schedario = Schedario::nuovo(self, f.ambiente);
        for (codice, mia, sua) in righe {
            let (mio_id, suo_id) = (schedario.id_anpr(&mia)?, schedario.id_anpr(&sua)?);
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
        for Coppia { codice, nuova, altra } in self.coppie_portate(f)? {
            righe.push((codice, nuova, altra));
        }
        righe.extend(
            self.coppie_subite(f)?
                .into_iter()
                .map(|c| (c.codice, c.altra, c.nuova)),
        );
        // The other's own delivery may be gone, or one of the two persons cancelled: the pair stands no more.
        let mut schedario = Schedario::nuovo(self, f.ambiente);
        let mut tenute = Vec::with_capacity(righe.len());
        for riga in righe {
            if piu_recente(&riga.1, &riga.2) == recente
                && schedario.attiva(&riga.1)?
                && schedario.attiva(&riga.2)?
            {
                tenute.push(riga);
            }
        }
        tenute.sort_by_key(|(codice, mia, sua)| (mia.posizione, codice.clone(), sua.comune, sua.posizione));
        Ok(tenute)
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
    let lato = |comune, r: &RecordCompatto, legato, attiva| Lato {
        comune,
        tipo: tipo(r.tipo),
        via: match (&r.legame, legato) {
            (Some(l), true) if l.tipo == TipoLegame::Omocodia => Via::Ae(Legame::Omocodia),
            (Some(_), true) => Via::Ae(Legame::Collegato),
            _ => Via::Inviato,
        },
        attiva,
    };
    if !si_chiede(&incontro.codice) {
        return None;
    }
    let codice = incrocia(
        lato(comune, &incontro.nuova, nuova, true),
        lato(
            incontro.altra.comune,
            &incontro.altra.record,
            altra,
            incontro.altra.cancellata.is_none(),
        ),
        false,
    )?;
    peso(codice, contesto).map(|_| codice)
}

/// What the lists call a record; the constants importers depend on have one word for families of both registers.
pub(crate) fn tipo(tipo: TipoRecord) -> TipoScheda {
    match tipo {
        TipoRecord::Soggetto => TipoScheda::SoggettoApr,
        TipoRecord::Aire => TipoScheda::SoggettoAire,
        TipoRecord::Famiglia | TipoRecord::FamigliaAire => TipoScheda::Famiglia,
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
