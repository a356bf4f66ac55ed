//! The batch: takes deliveries up, elaborates them, commits their outcome with its PEC.
//!
//! One thread, one delivery at a time. Everything before the commit can be thrown away and done again, so a crash at
//! any instant costs only time: at the next start every delivery that is not concluded is taken up anew. The load
//! of an OK delivery is written as an invisible segment first; outcome, states, visible segment and PEC are one commit.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::{Path, PathBuf},
    sync::{Arc, Condvar, Mutex, PoisonError, Weak},
    thread::{self, JoinHandle},
    time::{Duration, Instant},
};

use anagrafe::Ambiente;
use elaborazione::{
    AVolte, Contesto, Fase, Gravita, Ingresso, Osserva, Segmento, StatoEsito, Tributaria,
    liste::ScrittoreLista,
};
use registro::{
    Caricato, Comune, Fornitura, IdFornitura, Lettura as _, MacroStato, Registro, Ritmo, SituazioneComune,
    StatoFile, StatoFornitura, TipoRecord, Transazione,
    posta::{Allegato, Conclusione, Lettera},
};

use crate::{
    ErroreServizio, Esito, Simulatore,
    incroci::Trovati,
    invio::{annota_famiglie_aire, nome_segmento, ripresa},
    motivi::motivi,
    percorso,
    riuso::{Cancellati, Riconosci, Ripresa, riprendi_id},
    schede::{NonValidati, compatti},
    simulatore::prendi,
};

/// Longest an upload waits for the elaboration it set off before it answers all the same.
const ATTESA_QUIETE: Duration = Duration::from_mins(10);
/// Pause before work that failed for want of space, or that is delayed, is looked at again.
const RIPROVA: Duration = Duration::from_millis(500);
/// Blocking findings kept with the delivery, beside the exact counts.
const CAMPIONI_BLOCCANTI: usize = 20;

/// Folder of the findings inside the folder of a delivery.
pub(crate) const CARTELLA_ESITO: &str = "esito";

#[derive(Debug, Default)]
struct Coda {
    /// Something may be due.
    svegliato: bool,
    /// A round is going on.
    occupato: bool,
    /// The end was asked for.
    fermo: bool,
    /// Deliveries whose sender waits: for the next round, and of those in the round that goes on.
    da_vedere: BTreeSet<IdFornitura>,
    in_giro: BTreeSet<IdFornitura>,
    /// Deliveries to take up whatever their files say: left half-way by a crash or by a full disk, or waiting for
    /// the tax register.
    riprese: BTreeSet<IdFornitura>,
    /// Deliveries that wait for the answers of the tax register, with the instant of the question.
    domandate: BTreeMap<IdFornitura, Instant>,
}

/// The batch thread's side of the facade.
#[derive(Debug, Default)]
pub(crate) struct Batch {
    coda: Mutex<Coda>,
    cambio: Condvar,
    filo: Mutex<Option<JoinHandle<()>>>,
}

impl Batch {
    fn coda(&self) -> std::sync::MutexGuard<'_, Coda> {
        self.coda.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Tells the batch to look around.
    pub(crate) fn sveglia(&self) {
        self.coda().svegliato = true;
        self.cambio.notify_all();
    }

    /// Waits until nothing that is due is left undone, or for [`ATTESA_QUIETE`].
    pub(crate) fn attendi_quiete(&self) {
        self.attendi_finche(|coda| coda.svegliato || coda.occupato);
    }

    /// Has the batch look at one delivery and waits until it has, or for [`ATTESA_QUIETE`]; what is due after it is
    /// not waited for.
    pub(crate) fn vedi(&self, id: IdFornitura) {
        {
            let mut coda = self.coda();
            coda.da_vedere.insert(id);
            coda.svegliato = true;
        }
        self.cambio.notify_all();
        self.attendi_finche(|coda| coda.da_vedere.contains(&id) || coda.in_giro.contains(&id));
    }

    fn attendi_finche(&self, ancora: impl Fn(&Coda) -> bool) {
        let fine = Instant::now() + ATTESA_QUIETE;
        let mut coda = self.coda();
        while ancora(&coda) && !coda.fermo {
            let resto = fine.saturating_duration_since(Instant::now());
            if resto.is_zero() {
                return;
            }
            coda = self
                .cambio
                .wait_timeout(coda, resto)
                .unwrap_or_else(PoisonError::into_inner)
                .0;
        }
    }

    /// Takes deliveries up at the next round.
    pub(crate) fn riprendi(&self, quali: impl IntoIterator<Item = IdFornitura>) {
        let mut coda = self.coda();
        coda.riprese.extend(quali);
        coda.svegliato = true;
    }

    /// Forgets what was waiting: the state begins anew.
    pub(crate) fn dimentica(&self) {
        let mut coda = self.coda();
        coda.riprese.clear();
        coda.domandate.clear();
    }

    /// Deliveries that wait for answers, with the instant of the question.
    pub(crate) fn domandate(&self) -> BTreeMap<IdFornitura, Instant> {
        self.coda().domandate.clone()
    }

    /// Starts the thread.
    pub(crate) fn avvia(&self, sim: &Arc<Simulatore>) {
        let debole = Arc::downgrade(sim);
        let filo = thread::Builder::new()
            .name("elaborazione".into())
            .spawn(move || gira(&debole));
        match filo {
            Ok(filo) => *self.filo.lock().unwrap_or_else(PoisonError::into_inner) = Some(filo),
            Err(e) => tracing::error!(%e, "il batch non parte"),
        }
    }

    /// Ends the thread after the delivery in hand.
    pub(crate) fn ferma(&self) {
        self.coda().fermo = true;
        self.cambio.notify_all();
        let filo = self.filo.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(filo) = filo
            && filo.join().is_err()
        {
            tracing::error!("il batch è finito in modo anomalo");
        }
    }
}

fn gira(debole: &Weak<Simulatore>) {
    loop {
        let Some(sim) = debole.upgrade() else { return };
        {
            let mut coda = sim.batch.coda();
            if !coda.svegliato && !coda.fermo {
                coda = sim
                    .batch
                    .cambio
                    .wait_timeout(coda, RIPROVA)
                    .unwrap_or_else(PoisonError::into_inner)
                    .0;
            }
            if coda.fermo {
                return;
            }
            coda.svegliato = false;
            coda.occupato = true;
            coda.in_giro = std::mem::take(&mut coda.da_vedere);
        }
        sim.giro();
        {
            let mut coda = sim.batch.coda();
            coda.occupato = false;
            coda.in_giro.clear();
        }
        sim.batch.cambio.notify_all();
    }
}

impl Simulatore {
    /// At the start: what a crash left half-way is taken up, files nobody names are removed.
    pub(crate) fn riprendi(&self) -> Esito<()> {
        let forniture = self.registro().forniture(None, None)?;
        let vive: BTreeSet<String> = forniture.iter().map(|f| f.id.to_string()).collect();
        for voce in fs::read_dir(self.cartella_forniture())? {
            let voce = voce?;
            if !vive.contains(&*voce.file_name().to_string_lossy()) {
                fs::remove_dir_all(voce.path())?;
            }
        }
        for f in &forniture {
            let nomi: BTreeSet<String> = f
                .file
                .iter()
                .flat_map(|x| [crate::invio::nome_originale(x.id), nome_segmento(x.id)])
                .chain([CARTELLA_ESITO.to_owned()])
                .collect();
            let Ok(voci) = fs::read_dir(self.cartella(f.id)) else {
                continue;
            };
            for voce in voci {
                let voce = voce?;
                if nomi.contains(&*voce.file_name().to_string_lossy()) {
                    continue;
                }
                if voce.file_type()?.is_dir() {
                    fs::remove_dir_all(voce.path())?;
                } else {
                    fs::remove_file(voce.path())?;
                }
            }
        }
        self.batch
            .riprendi(forniture.iter().filter(|f| f.stato.in_corso()).map(|f| f.id));
        Ok(())
    }

    /// One round: everything that is due now.
    fn giro(&self) {
        self.salva_libretti(false);
        if !self.avviato_o_ritentato() {
            return;
        }
        if let Err(e) = self.al_passo_del_giorno() {
            tracing::warn!(%e, "ciò che la data porta con sé è rimandato");
        }
        match self.dovute() {
            Ok(dovute) => {
                self.batch.coda().in_giro.retain(|id| dovute.contains(id));
                self.batch.cambio.notify_all();
                for id in dovute {
                    if self.batch.coda().fermo {
                        return;
                    }
                    if let Err(e) = self.elabora_fornitura(id) {
                        tracing::warn!(%id, %e, "elaborazione rimandata");
                        self.batch.coda().riprese.insert(id);
                    }
                    self.batch.coda().in_giro.remove(&id);
                    self.batch.cambio.notify_all();
                }
            }
            Err(e) => tracing::warn!(%e, "il batch non legge lo stato"),
        }
    }

    fn dovute(&self) -> Esito<Vec<IdFornitura>> {
        if self.registro().ritmo()? == Ritmo::Sospesa {
            return Ok(Vec::new());
        }
        let adesso = self.adesso();
        let riprese = std::mem::take(&mut self.batch.coda().riprese);
        let mut dovute = Vec::new();
        for f in self
            .registro()
            .forniture(None, None)?
            .into_iter()
            .filter(|f| f.stato.in_corso())
        {
            let nuova = f.file.iter().any(|x| x.stato == StatoFile::InseritoOk);
            if !(nuova || riprese.contains(&f.id)) {
                continue;
            }
            if f.non_prima.is_some_and(|t| t > adesso) || self.senza_risposta(&f)? {
                if riprese.contains(&f.id) {
                    self.batch.coda().riprese.insert(f.id);
                }
                continue;
            }
            dovute.push(f.id);
        }
        Ok(dovute)
    }

    /// Elaborates one delivery with the files it has, and commits what came of it.
    pub(crate) fn elabora_fornitura(&self, id: IdFornitura) -> Esito<()> {
        let _lavoro = self.al_lavoro();
        let Some(f) = self.registro().fornitura(id)? else {
            return Ok(());
        };
        let turno = self.turno(f.ambiente, f.comune);
        let _turno = prendi(&turno);
        let in_corso = self.avanzamenti.apri(f.ambiente, f.comune);
        let osserva = &in_corso.osserva;
        let f = self.registro().scrivi(|t| -> Esito<_> {
            let (mut f, _) = ripresa(t, id)?;
            if f.stato.in_corso() {
                f.stato = StatoFornitura::InElaborazione;
                in_stato(&mut f, StatoFile::InElaborazione);
                t.salva_fornitura(&f)?;
            }
            Ok(f)
        })?;
        if !f.stato.in_corso() {
            return Ok(());
        }
        let contesto = self.contesto(f.ambiente, f.comune)?;
        let completa = completa(&f);
        let attende = completa && self.chiede(&f)?;
        let ae = self.anagrafe_tributaria()?;
        // Without the answers nothing can be loaded, but what blocks blocks at once.
        let (mut esito, segmenti, ingressi) =
            self.giudica(&f, completa && !attende, &contesto, ae.as_ref(), osserva)?;
        match esito.stato {
            StatoEsito::InAttesa => {
                if attende {
                    self.batch.coda().riprese.insert(id);
                }
                self.registro().scrivi(|t| -> Esito<()> {
                    let (mut f, _) = ripresa(t, id)?;
                    f.conteggi.clone_from(&esito.conteggi);
                    t.salva_fornitura(&f)?;
                    Ok(())
                })?;
            }
            StatoEsito::Ko => self.concludi_ko(id, &esito)?,
            StatoEsito::Ok => {
                osserva.fase(Fase::Caricamento, esito.schede.totale());
                let (caricato, riprese) = self.carica_fornitura(&f, &segmenti, ae.as_ref(), osserva)?;
                match self.incrocia(&f, &caricato, &contesto, &ingressi) {
                    Ok(trovati) if !trovati.bloccanti.is_empty() => {
                        self.registro().scarta(f.ambiente, caricato.segmento);
                        esito.conteggi.extend(trovati.conteggi);
                        esito.bloccanti.extend(trovati.bloccanti);
                        self.concludi_ko(id, &esito)?;
                    }
                    Ok(trovati) => {
                        for (codice, quanti) in &trovati.conteggi {
                            *esito.conteggi.entry(codice.clone()).or_insert(0) += quanti;
                        }
                        self.concludi_ok(&f, &esito, (&caricato, &riprese), &trovati)?;
                    }
                    Err(e) => {
                        self.registro().scarta(f.ambiente, caricato.segmento);
                        return Err(e);
                    }
                }
            }
        }
        if esito.stato != StatoEsito::InAttesa {
            self.batch.coda().domandate.remove(&id);
        }
        Ok(())
    }

    /// Whether a delivery waits for the tax register, as things stand now.
    fn senza_risposta(&self, f: &Fornitura) -> Esito<bool> {
        let Some(da) = self.batch.coda().domandate.get(&f.id).copied() else {
            return Ok(false);
        };
        Ok(self
            .durata_tributaria(f)?
            .is_none_or(|durata| da.elapsed() < durata))
    }

    /// Puts the questions about a complete delivery, once; says whether their answers are still to come.
    fn chiede(&self, f: &Fornitura) -> Esito<bool> {
        self.batch
            .coda()
            .domandate
            .entry(f.id)
            .or_insert_with(Instant::now);
        self.senza_risposta(f)
    }

    /// The verdict over the files that are in, its findings in the delivery's folder.
    fn giudica(
        &self,
        f: &Fornitura,
        completa: bool,
        contesto: &Contesto,
        ae: &dyn Tributaria,
        osserva: &Osserva,
    ) -> Esito<(elaborazione::Esito, Vec<PathBuf>, Vec<Ingresso>)> {
        let cartella = self.cartella(f.id);
        let nuovo = cartella.join(format!("{CARTELLA_ESITO}.nuovo"));
        if nuovo.exists() {
            fs::remove_dir_all(&nuovo)?;
        }
        fs::create_dir_all(&nuovo)?;
        let vivi = in_ordine(f);
        let percorsi: Vec<PathBuf> = vivi.iter().map(|x| cartella.join(nome_segmento(x.id))).collect();
        let mut segmenti = Vec::with_capacity(percorsi.len());
        for (file, percorso) in vivi.iter().zip(&percorsi) {
            segmenti.push(Ingresso {
                nome: file.nome.clone(),
                segmento: Segmento::apri(percorso)?,
            });
        }
        let esito = elaborazione::elabora_osservata(&segmenti, completa, contesto, ae, &nuovo, osserva)?;
        let definitivo = cartella.join(CARTELLA_ESITO);
        if definitivo.exists() {
            fs::remove_dir_all(&definitivo)?;
        }
        fs::rename(&nuovo, &definitivo)?;
        Ok((esito, percorsi, segmenti))
    }

    fn concludi_ko(&self, id: IdFornitura, esito: &elaborazione::Esito) -> Esito<()> {
        self.registro().scrivi(|t| {
            let (mut f, mut comune) = ripresa(t, id)?;
            f.stato = StatoFornitura::Ko;
            in_stato(&mut f, StatoFile::Ko);
            esito_nella(&mut f, esito);
            let quando = t.evento()?;
            f.conclusa = Some(quando);
            let stato = comune.in_ambiente_mut(f.ambiente);
            // The monitor shows the last *completely* elaborated delivery: one that failed before all its files were in
            // leaves the older one there (spec subentro §1.5, case 67).
            if completa(&f) {
                stato.ultima_elaborata = Some(id);
            }
            if f.ambiente == Ambiente::Sub {
                stato.situazione = SituazioneComune::MancatoSubentro;
                stato.dal = Some(quando);
                comune.stato = MacroStato::MancatoSubentro;
            }
            t.salva_comune(&comune)?;
            t.salva_fornitura(&f)?;
            if f.ambiente == Ambiente::Sub {
                percorso::dopo_il_mancato_subentro(t, &comune)?;
            }
            let motivi = motivi(esito, Gravita::Errore);
            let riepilogo = riepilogo(&f, esito, quando)?;
            spedisci(t, &f, &comune, Conclusione::Negativa { motivi }, riepilogo)
        })
    }

    /// The records into a segment nobody sees yet.
    fn carica_fornitura(
        &self,
        f: &Fornitura,
        segmenti: &[PathBuf],
        ae: &dyn Tributaria,
        osserva: &Osserva,
    ) -> Esito<(Caricato, Vec<Ripresa>)> {
        let byte: u64 = segmenti
            .iter()
            .filter_map(|p| fs::metadata(p).ok())
            .map(|m| m.len())
            .sum();
        // The register keeps the records compressed, about four to one, and the store grows to about twice its data.
        self.registro().verifica_spazio(byte / 2)?;
        carica_segmenti(
            self.registro(),
            f,
            segmenti,
            &self.cartella(f.id).join(CARTELLA_ESITO),
            &self.cancellati(f.ambiente)?,
            ae,
            osserva,
        )
    }

    fn concludi_ok(
        &self,
        f: &Fornitura,
        esito: &elaborazione::Esito,
        (caricato, riprese): (&Caricato, &[Ripresa]),
        trovati: &Trovati,
    ) -> Esito<()> {
        let commit = self.registro().scrivi(|t| {
            let (mut f, mut comune) = ripresa(t, f.id)?;
            let visibile = t.rendi_visibile(caricato, f.comune)?;
            f.stato = StatoFornitura::ElaborataOk;
            in_stato(&mut f, StatoFile::Elaborato);
            esito_nella(&mut f, esito);
            annota_famiglie_aire(&mut f, caricato.schede);
            riprendi_id(t, f.ambiente, visibile.id, riprese)?;
            f.segmento = Some(visibile.id);
            let quando = t.evento()?;
            f.conclusa = Some(quando);
            subentra(&mut comune, &f, visibile.id, quando);
            t.salva_comune(&comune)?;
            t.salva_fornitura(&f)?;
            Self::annota_incroci(t, f.id, trovati)?;
            let avvisi = motivi(esito, Gravita::Avviso);
            spedisci(
                t,
                &f,
                &comune,
                Conclusione::Positiva {
                    schede: f.schede,
                    avvisi,
                },
                riepilogo(&f, esito, quando)?,
            )?;
            if f.ambiente == Ambiente::Sub {
                percorso::dopo_il_subentro(t, &comune)?;
            }
            Ok(())
        });
        if commit.is_err() {
            self.registro().scarta(f.ambiente, caricato.segmento);
        }
        commit
    }
}

/// Records of the segments, in file order, into an invisible segment of the register; with who of them is to have the
/// id of a cancelled scheda.
pub(crate) fn carica_segmenti(
    registro: &Registro,
    f: &Fornitura,
    segmenti: &[PathBuf],
    esito: &Path,
    cancellati: &Cancellati,
    ae: &dyn Tributaria,
    osserva: &Osserva,
) -> Esito<(Caricato, Vec<Ripresa>)> {
    let non_validati = NonValidati::di(elaborazione::rilievi(esito)?)?;
    let mut contate = AVolte::nuovo(osserva.clone());
    let mut riconosci = Riconosci::fra(cancellati);
    let schede = compatti(segmenti, &non_validati, ae).map(|scheda| {
        let scheda = scheda?;
        // What is made here was not counted among what is to be done.
        if scheda.record.tipo != TipoRecord::FamigliaAire {
            contate.una();
        }
        riconosci.vede(&scheda.record)?;
        Ok::<_, ErroreServizio>(scheda)
    });
    let caricato = registro.carica_da(f.ambiente, f.id, schede)?;
    Ok((caricato, riconosci.fine()))
}

/// APR files 1..total are all in, and the AIRE file too.
pub(crate) fn completa(f: &Fornitura) -> bool {
    let vivi = || f.file.iter().filter(|x| x.stato != StatoFile::Scartato);
    let aire = vivi().any(|x| x.tipo == registro::TipoFile::Aire);
    let mut apr: Vec<_> = vivi().filter(|x| x.tipo == registro::TipoFile::Apr).collect();
    apr.sort_by_key(|x| x.progressivo);
    let Some(totale) = apr.first().map(|x| x.totale) else {
        return false;
    };
    aire && (1..=totale).eq(apr.iter().map(|x| x.progressivo))
}

/// The files that count, in the order of their schede in the register: APR by progressivo, then AIRE.
pub(crate) fn in_ordine(f: &Fornitura) -> Vec<&registro::FileFornitura> {
    let mut vivi: Vec<_> = f.file.iter().filter(|x| x.stato != StatoFile::Scartato).collect();
    vivi.sort_by_key(|x| (x.tipo, x.progressivo));
    vivi
}

fn in_stato(f: &mut Fornitura, stato: StatoFile) {
    for file in f.file.iter_mut().filter(|x| x.stato != StatoFile::Scartato) {
        file.stato = stato;
    }
}

fn esito_nella(f: &mut Fornitura, esito: &elaborazione::Esito) {
    f.conteggi.clone_from(&esito.conteggi);
    f.bloccanti = esito
        .bloccanti
        .iter()
        .take(CAMPIONI_BLOCCANTI)
        .filter_map(|r| serde_json::to_value(r).ok())
        .collect();
}

/// The Comune after an OK delivery.
pub(crate) fn subentra(
    comune: &mut Comune,
    f: &Fornitura,
    segmento: registro::IdSegmento,
    quando: registro::Quando,
) {
    let stato = comune.in_ambiente_mut(f.ambiente);
    stato.situazione = SituazioneComune::Subentrato;
    stato.dal = Some(quando);
    stato.fornitura = Some(f.id);
    stato.segmento = Some(segmento);
    stato.ultima_elaborata = Some(f.id);
    stato.versioni_ok.insert(f.versione);
    match (f.ambiente, comune.stato) {
        (Ambiente::Sub, _) => comune.stato = MacroStato::Subentrato,
        (
            Ambiente::Pre,
            MacroStato::InattivoSenzaCensimento | MacroStato::TestAbilitato | MacroStato::Censito,
        ) => {
            comune.stato = MacroStato::Presubentrato;
        }
        _ => {}
    }
}

/// Columns of the summary of an outcome.
const COLONNE_RIEPILOGO: [&str; 4] = ["Codice", "Gravità", "Occorrenze", "Descrizione"];

/// Every code of an outcome with its count, as the lists are written; none when nothing was found.
fn riepilogo(f: &Fornitura, esito: &elaborazione::Esito, quando: registro::Quando) -> Esito<Vec<Allegato>> {
    if esito.conteggi.values().all(|n| *n == 0) {
        return Ok(Vec::new());
    }
    let mut lista = ScrittoreLista::nuova(Vec::new(), &COLONNE_RIEPILOGO)?;
    for (gravita, parola) in [(Gravita::Errore, "bloccante"), (Gravita::Avviso, "non bloccante")] {
        for m in motivi(esito, gravita).iter().filter(|m| m.quante > 0) {
            lista.riga(&[&m.codice, parola, &m.quante.to_string(), &m.testo])?;
        }
    }
    let giorno = quando.date().strftime("%Y%m%d");
    Ok(vec![Allegato {
        nome: format!("{}RiepilogoAnomalie{giorno}.csv", f.comune),
        tipo: "text/csv".to_owned(),
        byte: lista.fine()?,
    }])
}

fn spedisci(
    t: &mut Transazione,
    f: &Fornitura,
    comune: &Comune,
    conclusione: Conclusione,
    allegati: Vec<Allegato>,
) -> Esito<()> {
    t.spedisci(&Lettera {
        ambiente: f.ambiente,
        comune,
        fornitura: f.id,
        versione: f.versione,
        protocollo: &f.protocollo,
        conclusione,
        aire_opaco: f.aire_opaco(),
        allegati,
    })?;
    Ok(())
}
