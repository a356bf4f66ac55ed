//! The ring on disk: files in order of number, the oldest removed whole when there is no room for a new entry.

use std::collections::VecDeque;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use super::segmento::{self, Riga, Segmento};
use super::{LimitiGiornale, Ordine, Voce};
use crate::errore::ErroreRegistro;
use crate::modello::{EsitoScambio, Scambio};

/// The ring is made of so many files: one is what is given up at a time.
const PARTI: u64 = 8;
/// Says that the last run ended in good order.
const SEGNO_CHIUSO: &str = "chiuso";

pub(super) struct Disco {
    dir: PathBuf,
    limiti: LimitiGiornale,
    segmenti: VecDeque<Segmento>,
    chiuso_bene: bool,
}

impl Disco {
    pub(super) fn apri(dir: &Path, limiti: LimitiGiornale) -> io::Result<Self> {
        fs::create_dir_all(dir)?;
        let mut numeri: Vec<u64> = Vec::new();
        for voce in fs::read_dir(dir)? {
            numeri.extend(voce?.file_name().to_str().and_then(segmento::primo_del_nome));
        }
        numeri.sort_unstable();
        let ultimo = numeri.pop();
        let mut segmenti: VecDeque<Segmento> = numeri
            .into_iter()
            .map(|n| Segmento::vecchio(dir.join(segmento::nome(n)), n))
            .collect::<Result<_, _>>()?;
        if let Some(n) = ultimo {
            segmenti.push_back(Segmento::ripreso(dir.join(segmento::nome(n)), n)?);
        }
        let segno = dir.join(SEGNO_CHIUSO);
        let chiuso_bene = segno.exists();
        if chiuso_bene {
            fs::remove_file(&segno)?;
        }
        Ok(Self {
            dir: dir.to_owned(),
            limiti,
            segmenti,
            chiuso_bene,
        })
    }

    pub(super) fn chiuso_bene(&self) -> bool {
        self.chiuso_bene
    }

    pub(super) fn chiudi(&self) {
        if let Err(errore) = fs::write(self.dir.join(SEGNO_CHIUSO), b"") {
            tracing::debug!(%errore, "giornale: segno di chiusura non scritto");
        }
    }

    /// Number of the last entry; the empty file that follows a full one names it too.
    pub(super) fn ultimo(&self) -> Option<u64> {
        let s = self.segmenti.back()?;
        Some(s.indice().last().map_or(s.primo.saturating_sub(1), |r| r.n))
    }

    /// Entries and bytes.
    pub(super) fn misura(&self) -> (u64, u64) {
        let voci = self.segmenti.iter().map(|s| s.indice().len() as u64).sum();
        (voci, self.byte())
    }

    fn byte(&self) -> u64 {
        self.segmenti.iter().map(|s| s.byte).sum()
    }

    /// Entries without reading old files: numbers may have holes, so it is never too low.
    fn voci_circa(&self) -> u64 {
        let Some(ultimo) = self.segmenti.back() else {
            return 0;
        };
        let prima = self.segmenti.front().map_or(0, |s| ultimo.primo - s.primo);
        prima + ultimo.indice().len() as u64
    }

    /// Appends encoded entries; gives how many could not be written, with the reason.
    pub(super) fn scrivi(&mut self, byte: &[u8], righe: &[Riga]) -> Result<(), (u64, io::Error)> {
        let mut fatte = 0;
        let mut enormi = 0;
        while fatte < righe.len() {
            if u64::from(righe[fatte].lungo) > self.limiti.byte {
                enormi += 1;
                fatte += 1;
                continue;
            }
            match self.un_gruppo(byte, &righe[fatte..]) {
                Ok(quante) => fatte += quante,
                Err(e) => return Err((enormi + (righe.len() - fatte) as u64, e)),
            }
        }
        if enormi == 0 {
            Ok(())
        } else {
            Err((enormi, io::Error::other("scambio più lungo del giornale")))
        }
    }

    /// Appends as many entries as the last file takes, at least one.
    fn un_gruppo(&mut self, byte: &[u8], righe: &[Riga]) -> io::Result<usize> {
        let primo = righe[0];
        let (byte_parte, voci_parte) = (
            (self.limiti.byte / PARTI).max(1),
            (self.limiti.voci / PARTI).max(1),
        );
        let mut coperte = self
            .segmenti
            .back()
            .map_or((u64::MAX, u64::MAX), |s| (s.byte, s.indice().len() as u64));
        let entra = |(b, v): (u64, u64), r: &Riga| {
            (v == 0 || b.saturating_add(u64::from(r.lungo)) <= byte_parte) && v < voci_parte
        };
        if !entra(coperte, &primo) {
            self.fai_posto_sul_disco(u64::from(primo.lungo))?;
            let nuovo = Segmento::nuovo(&self.dir, primo.n)?;
            if let Some(pieno) = self.segmenti.back_mut() {
                pieno.chiudi();
            }
            self.segmenti.push_back(nuovo);
            coperte = (0, 0);
        }
        let mut quante = 0;
        let mut lungo = 0;
        for r in righe {
            if !entra(coperte, r) {
                break;
            }
            coperte = (coperte.0 + u64::from(r.lungo), coperte.1 + 1);
            lungo += u64::from(r.lungo);
            quante += 1;
        }
        while self.segmenti.len() > 1
            && (self.byte() + lungo > self.limiti.byte
                || self.voci_circa() + quante as u64 > self.limiti.voci)
        {
            self.togli_il_primo();
        }
        let da = usize::try_from(primo.offset).map_err(io::Error::other)?;
        let a = da + usize::try_from(lungo).map_err(io::Error::other)?;
        let inizio = primo.offset;
        let spostate = righe[..quante].iter().map(|r| r.contata_da(inizio));
        let ultimo = self
            .segmenti
            .back_mut()
            .ok_or_else(|| io::Error::other("nessun file"))?;
        ultimo.accoda(&byte[da..a], spostate)?;
        Ok(quante)
    }

    /// A disk that is nearly full gets back the oldest files before a new one is begun.
    fn fai_posto_sul_disco(&mut self, byte: u64) -> io::Result<()> {
        let stretto = |d: &Self| {
            fs4::available_space(&d.dir)
                .is_ok_and(|liberi| liberi < d.limiti.riserva_byte.saturating_add(byte))
        };
        while !self.segmenti.is_empty() && stretto(self) {
            self.togli_il_primo();
        }
        if stretto(self) {
            return Err(io::Error::new(
                io::ErrorKind::StorageFull,
                "spazio su disco insufficiente",
            ));
        }
        Ok(())
    }

    fn togli_il_primo(&mut self) {
        if let Some(s) = self.segmenti.pop_front()
            && let Err(errore) = fs::remove_file(&s.percorso)
        {
            tracing::debug!(%errore, file = %s.percorso.display(), "giornale: file non tolto");
        }
    }

    pub(super) fn azzera(&mut self) -> io::Result<()> {
        let mut esito = Ok(());
        for s in self.segmenti.drain(..) {
            esito = esito.and(fs::remove_file(&s.percorso));
        }
        esito
    }

    pub(super) fn leggi(&self, n: u64) -> Result<Option<Voce>, ErroreRegistro> {
        let dove = self.segmenti.partition_point(|s| s.primo <= n);
        let Some(s) = dove.checked_sub(1).and_then(|i| self.segmenti.get(i)) else {
            return Ok(None);
        };
        let indice = s.indice();
        let Ok(i) = indice.binary_search_by_key(&n, |r| r.n) else {
            return Ok(None);
        };
        s.voce(&indice[i])
            .map(Some)
            .ok_or_else(|| ErroreRegistro::Corrotto {
                cosa: "scambio",
                dettaglio: format!("numero {n}"),
            })
    }

    pub(super) fn scorri(
        &self,
        da: Option<u64>,
        ordine: Ordine,
        limite: usize,
        esito: Option<EsitoScambio>,
        tieni: &dyn Fn(&Scambio) -> bool,
    ) -> Vec<Scambio> {
        let mut uscita = Vec::new();
        // False ends the walk.
        let mut vedi = |s: &Segmento, r: &Riga| {
            if uscita.len() >= limite {
                return false;
            }
            let voluto = esito.is_none_or(|e| r.esito == Some(e));
            let fuori = match (da, ordine) {
                (None, _) => false,
                (Some(da), Ordine::Crescente) => r.n <= da,
                (Some(da), Ordine::Decrescente) => r.n >= da,
            };
            if voluto && !fuori {
                uscita.extend(s.sunto(r).filter(tieni));
            }
            true
        };
        match ordine {
            Ordine::Crescente => {
                // A file all of whose numbers lie before is not even read.
                let dopo = da.map_or(0, |da| {
                    self.segmenti.partition_point(|s| s.primo <= da).saturating_sub(1)
                });
                'giro: for s in self.segmenti.iter().skip(dopo) {
                    for r in s.indice() {
                        if !vedi(s, r) {
                            break 'giro;
                        }
                    }
                }
            }
            Ordine::Decrescente => {
                'indietro: for s in self.segmenti.iter().rev() {
                    if da.is_some_and(|da| s.primo >= da) {
                        continue;
                    }
                    for r in s.indice().iter().rev() {
                        if !vedi(s, r) {
                            break 'indietro;
                        }
                    }
                }
            }
        }
        uscita
    }
}
