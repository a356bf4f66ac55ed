//! The APR file: XML → records, keys and findings, block by block.

use std::io::{self, Read};
use std::path::Path;

use schema::{Blocco, ErroreLettura, NodoId, Opzioni, Posizione, Ricevitore, Violazione};

use super::espandi::Espansore;
use super::{Lavoro, RifiutoFile, conta, conta_fino_a, lettura_fallita, peso, troppo_grande};
use crate::scheda::{Luogo, NODO_ASSENTE, Quaderno, SchedaLetta, Trovati, modello_apr, nodi};
use crate::segmento::{
    ChiaveFamiglia, ChiaveSoggetto, Dichiarati, Intestazione, Luoghi, ScrittoreSegmento, TipoRecord,
    impronta, impronta_famiglia, serializza,
};
use crate::tipi::{MASSIMO_FORMATO, Rilievo, TipoFile, TipoScheda};

/// Where the records of the message stand.
const RECORD: [&str; 3] = [
    "subentro/generalitaSoggetti/soggetto",
    "subentro/famiglie/famiglia",
    "subentro/convivenze/convivenza",
];

/// Record of a finding that speaks of the file.
const NESSUN_RECORD: u64 = u64::MAX;

pub(super) fn prepara<R: Read + Send>(
    mut ingresso: Espansore<R>,
    lavoro: &Lavoro<'_>,
    uscita: &Path,
) -> Result<Intestazione, RifiutoFile> {
    let modello = modello_apr()
        .ok_or_else(|| io::Error::new(io::ErrorKind::NotFound, "grammatica del subentro non disponibile"))?;
    let opzioni = Opzioni {
        fili: lavoro.opz.fili.max(1),
        max_espansi: lavoro.opz.max_espansi,
        max_violazioni: MASSIMO_FORMATO,
        ..Opzioni::default()
    };
    let mut raccolta = Raccolta::nuova(lavoro, uscita)?;
    let letto = schema::leggi(
        modello,
        &mut ingresso,
        &RECORD,
        &opzioni,
        || RicevitoreApr::nuovo(lavoro),
        |ricevitore, _| raccolta.accogli(ricevitore),
    );
    match letto {
        Ok(riassunto) => {
            if riassunto.fatale {
                // The reading stopped early: a bomb is told as one all the same, and never by an ANPR code.
                ingresso.esaurisci(lavoro.opz.max_espansi)?;
            }
            raccolta.testa.byte = riassunto.byte;
            raccolta.violazioni = riassunto.violazioni;
        }
        Err(ErroreLettura::TroppoGrande { limite }) => return Err(troppo_grande(limite)),
        Err(ErroreLettura::RecordTroppoGrande { limite, posizione }) => {
            ingresso.esaurisci(lavoro.opz.max_espansi)?;
            return Err(RifiutoFile::Limite {
                codice: "SIM006",
                testo: format!(
                    "Una scheda che comincia alla riga {} supera {limite} byte: limite del simulatore, non di ANPR",
                    posizione.riga
                ),
            });
        }
        Err(ErroreLettura::Io(errore)) => return Err(lettura_fallita(errore, "EN009", lavoro)),
    }
    raccolta.chiudi()
}

/// What one block gave.
struct RicevitoreApr<'a> {
    lavoro: &'a Lavoro<'a>,
    quaderno: Quaderno,
    corrente: Option<(TipoRecord, NodoId, usize)>,
    byte: Vec<u8>,
    /// Ends of the serialised records, so that a section may be dropped.
    voci: Vec<Fatto>,
    rilievi: Vec<Rilievo>,
    testa: Vec<(NodoId, String, Posizione)>,
    violazioni: Vec<Violazione>,
}

/// A finished record: its keys, and how much of the block's buffers is its own.
struct Fatto {
    chiave: Chiave,
    byte: usize,
    rilievi: usize,
}

enum Chiave {
    Soggetto(ChiaveSoggetto, Sesso),
    Famiglia(ChiaveFamiglia),
}

#[derive(Clone, Copy)]
enum Sesso {
    Femmina,
    Maschio,
    Altro,
}

impl<'a> RicevitoreApr<'a> {
    fn nuovo(lavoro: &'a Lavoro<'a>) -> Self {
        Self {
            lavoro,
            quaderno: Quaderno::default(),
            corrente: None,
            byte: Vec::new(),
            voci: Vec::new(),
            rilievi: Vec::new(),
            testa: Vec::new(),
            violazioni: Vec::new(),
        }
    }

    fn finisci(&mut self, b: &Blocco, tipo: TipoRecord, inizio: usize) {
        let posizione = b.posizione(inizio);
        let scheda = SchedaLetta::nuova(&self.quaderno, inizio);
        let n = nodi();
        let (genere, id) = match tipo {
            TipoRecord::Famiglia => (TipoScheda::Famiglia, scheda.testo(n.scheda_famiglia_id)),
            TipoRecord::Convivenza => (TipoScheda::Convivenza, scheda.testo(n.scheda_convivenza_id)),
            TipoRecord::Soggetto | TipoRecord::Aire => (TipoScheda::SoggettoApr, scheda.testo(n.id_soggetto)),
        };
        let luogo = Luogo::Blocco {
            blocco: b,
            inizio,
            posizione,
        };
        // Counted from the record: asking the block for places out of order would count it all again.
        let luoghi = (genere == TipoScheda::SoggettoApr).then(|| {
            let dove = |nodo| {
                let prima = b.byte().get(inizio..scheda.offset(nodo))?;
                scheda.presente(nodo).then(|| posizione.dopo(prima))
            };
            Luoghi {
                codice_fiscale: dove(n.codice_fiscale),
                residenza: dove(n.comune_residenza.istat),
            }
        });
        let prima = self.rilievi.len();
        if let Some(mut trovati) = Trovati::nuovi(&mut self.rilievi, luogo, genere, id.unwrap_or_default()) {
            if genere == TipoScheda::SoggettoApr {
                self.lavoro
                    .attivi
                    .soggetto(&scheda, &self.lavoro.ambito, &mut trovati);
            } else {
                self.lavoro
                    .attivi
                    .famiglia(&scheda, &self.lavoro.ambito, &mut trovati);
            }
        }
        ordina(&mut self.rilievi[prima..]);
        let chiave = if genere == TipoScheda::SoggettoApr {
            let sesso = match scheda.testo(n.sesso) {
                Some("F" | "f") => Sesso::Femmina,
                Some("M" | "m") => Sesso::Maschio,
                _ => Sesso::Altro,
            };
            Chiave::Soggetto(chiave_soggetto(&scheda), sesso)
        } else {
            Chiave::Famiglia(chiave_famiglia(&scheda, tipo == TipoRecord::Convivenza))
        };
        serializza(&mut self.byte, tipo, &posizione, luoghi, &self.quaderno);
        self.voci.push(Fatto {
            chiave,
            byte: self.byte.len(),
            rilievi: self.rilievi.len(),
        });
    }
}

/// Findings of one record in the order of the report: position, then code, then the sentence.
pub(crate) fn ordina(rilievi: &mut [Rilievo]) {
    if rilievi.len() > 1 {
        rilievi.sort_by(|a, b| {
            let posto = |r: &Rilievo| r.posizione.map_or(0, |p| p.offset);
            (posto(a), &a.codice, &a.testo).cmp(&(posto(b), &b.codice, &b.testo))
        });
    }
}

impl Ricevitore for RicevitoreApr<'_> {
    fn apre(&mut self, _: &Blocco, n: NodoId, offset: usize) {
        if self.corrente.is_some() {
            self.quaderno.apri(n, offset);
            return;
        }
        let nodi = nodi();
        let tipo = if n == nodi.soggetto {
            TipoRecord::Soggetto
        } else if n == nodi.scheda_famiglia {
            TipoRecord::Famiglia
        } else if n == nodi.scheda_convivenza {
            TipoRecord::Convivenza
        } else {
            return;
        };
        self.quaderno.svuota();
        self.corrente = Some((tipo, n, offset));
    }

    fn valore(&mut self, b: &Blocco, n: NodoId, testo: &str, offset: usize) {
        if self.corrente.is_some() {
            self.quaderno.scrivi(n, testo, offset);
        } else {
            self.testa.push((n, testo.to_owned(), b.posizione(offset)));
        }
    }

    fn chiude(&mut self, b: &Blocco, n: NodoId, offset: usize) {
        if let Some((tipo, nodo, inizio)) = self.corrente
            && nodo == n
        {
            self.corrente = None;
            self.finisci(b, tipo, inizio);
        } else if n == nodi().dati_fornitura || n == nodi().dati_invio {
            self.testa.push((n, String::new(), b.posizione(offset)));
        }
    }

    fn violazione(&mut self, _: &Blocco, v: Violazione) {
        self.violazioni.push(v);
    }
}

fn legame(testo: Option<&str>) -> u8 {
    const NESSUNO: u8 = u8::MAX;
    testo
        .and_then(|t| t.parse().ok())
        .filter(|l| *l < 100)
        .unwrap_or(NESSUNO)
}

fn progressivo(testo: Option<&str>) -> u16 {
    testo
        .and_then(|t| t.parse::<u16>().ok())
        .map_or(0, |p| p.saturating_add(1))
}

fn chiave_soggetto(s: &SchedaLetta<'_>) -> ChiaveSoggetto {
    let n = nodi();
    ChiaveSoggetto {
        id: s.testo(n.id_soggetto).map_or(0, impronta),
        codice_fiscale: s.testo(n.codice_fiscale).map_or(0, |cf| {
            if cf.bytes().any(|b| b.is_ascii_lowercase()) {
                impronta(&cf.to_ascii_uppercase())
            } else {
                impronta(cf)
            }
        }),
        famiglia: s
            .testo(n.famiglia_id)
            .map_or(0, |id| impronta_famiglia(id, false)),
        convivenza: s
            .testo(n.convivenza_id)
            .map_or(0, |id| impronta_famiglia(id, true)),
        record: 0,
        progressivo_famiglia: progressivo(s.testo(n.famiglia_progressivo)),
        progressivo_convivenza: progressivo(s.testo(n.convivenza_progressivo)),
        legame_famiglia: legame(s.testo(n.famiglia_legame)),
        legame_convivenza: legame(s.testo(n.convivenza_legame)),
        aire: 0,
    }
}

fn chiave_famiglia(s: &SchedaLetta<'_>, convivenza: bool) -> ChiaveFamiglia {
    let n = nodi();
    let (id, istat, tutore) = if convivenza {
        (
            n.scheda_convivenza_id,
            n.scheda_convivenza_istat,
            n.scheda_convivenza_tutore,
        )
    } else {
        (
            n.scheda_famiglia_id,
            n.scheda_famiglia_istat,
            n.scheda_famiglia_tutore,
        )
    };
    let testo = s.testo(id);
    ChiaveFamiglia {
        scheda: testo.map_or(0, |t| impronta_famiglia(t, convivenza)),
        id: testo.map_or(0, impronta),
        istat: s.testo(istat).and_then(|t| t.parse().ok()).unwrap_or_default(),
        convivenza,
        tutore: s.presente(tutore),
        record: 0,
    }
}

/// Sections in the order of the message; a wrong container ends the counting of those after it.
fn sezione(percorso: &str) -> Option<usize> {
    let mut passi = percorso.trim_start_matches('/').split('/').skip(1);
    let sezione = ["generalitaSoggetti", "famiglie", "convivenze"];
    let dove = passi.next().and_then(|p| sezione.iter().position(|s| *s == p))?;
    // Inside a record the damage stays there.
    let nel_record = passi
        .next()
        .is_some_and(|p| ["soggetto", "famiglia", "convivenza"].contains(&p));
    (!nel_record).then_some(dove)
}

/// Puts together what the blocks gave, in document order.
struct Raccolta<'a> {
    lavoro: &'a Lavoro<'a>,
    segmento: ScrittoreSegmento,
    testa: Intestazione,
    formato: Vec<Rilievo>,
    /// What is wrong with the grammar, counted past what is listed.
    violazioni: u64,
    ultima_sezione: usize,
    guasto: Option<io::Error>,
    fine_fornitura: Option<Posizione>,
}

impl<'a> Raccolta<'a> {
    fn nuova(lavoro: &'a Lavoro<'a>, uscita: &Path) -> io::Result<Self> {
        Ok(Self {
            lavoro,
            segmento: ScrittoreSegmento::nuovo(uscita)?,
            testa: lavoro.testa(TipoFile::Apr),
            formato: Vec::new(),
            violazioni: 0,
            ultima_sezione: usize::MAX,
            guasto: None,
            fine_fornitura: None,
        })
    }

    fn accogli(&mut self, r: RicevitoreApr<'_>) {
        if self.guasto.is_some() {
            return;
        }
        if let Err(errore) = self.prova(r) {
            self.guasto = Some(errore);
        }
    }

    fn prova(&mut self, r: RicevitoreApr<'_>) -> io::Result<()> {
        for (nodo, testo, posizione) in r.testa {
            self.dichiarato(nodo, testo, posizione);
        }
        for violazione in r.violazioni {
            if let Some(dove) = sezione(&violazione.percorso) {
                self.ultima_sezione = self.ultima_sezione.min(dove);
            }
            if self.formato.len() < MASSIMO_FORMATO && self.lavoro.peso_formato("EN009").is_some() {
                self.formato.push(self.lavoro.formato(
                    "EN009",
                    Some(violazione.posizione),
                    &violazione.testo,
                ));
            }
        }
        self.lavoro.opz.osserva.schede(r.voci.len() as u64);
        let (mut byte_da, mut rilievi_da) = (0, 0);
        let mut rilievi = r.rilievi.into_iter();
        for fatto in r.voci {
            let record = self.segmento.prossimo();
            let suoi = fatto.rilievi - rilievi_da;
            rilievi_da = fatto.rilievi;
            let byte = &r.byte[byte_da..fatto.byte];
            byte_da = fatto.byte;
            let tenuto = match fatto.chiave {
                Chiave::Soggetto(chiave, sesso) => {
                    self.segmento.soggetto(ChiaveSoggetto { record, ..chiave });
                    let c = &mut self.testa.calcolati;
                    c.soggetti += 1;
                    match sesso {
                        Sesso::Femmina => c.femmine += 1,
                        Sesso::Maschio => c.maschi += 1,
                        Sesso::Altro => {}
                    }
                    true
                }
                Chiave::Famiglia(chiave) => {
                    let tenuta = usize::from(chiave.convivenza) < self.ultima_sezione;
                    if tenuta {
                        self.segmento.famiglia(ChiaveFamiglia { record, ..chiave });
                        let c = &mut self.testa.calcolati;
                        *(if chiave.convivenza {
                            &mut c.convivenze
                        } else {
                            &mut c.famiglie
                        }) += 1;
                    }
                    tenuta
                }
            };
            if tenuto {
                self.segmento.record(byte, 1)?;
            }
            for mut rilievo in rilievi.by_ref().take(suoi).filter(|_| tenuto) {
                rilievo.file = Some(self.lavoro.nome.to_owned());
                conta(&mut self.testa, &rilievo);
                self.segmento.rilievo(record, &rilievo)?;
            }
        }
        Ok(())
    }

    fn dichiarato(&mut self, nodo: NodoId, testo: String, posizione: Posizione) {
        let n = nodi();
        if nodo == NODO_ASSENTE {
            return;
        }
        let fornitura = [
            n.df_soggetti,
            n.df_femmine,
            n.df_maschi,
            n.df_famiglie,
            n.df_convivenze,
        ];
        let invio = [
            n.di_soggetti,
            n.di_femmine,
            n.di_maschi,
            n.di_famiglie,
            n.di_convivenze,
        ];
        let segna = |d: &mut Dichiarati, quale: usize| {
            d.valori[quale] = testo.parse().ok();
            d.posizioni[quale] = Some(posizione);
        };
        if let Some(quale) = fornitura.iter().position(|f| *f == nodo) {
            segna(&mut self.testa.fornitura, quale);
        } else if let Some(quale) = invio.iter().position(|i| *i == nodo) {
            segna(self.testa.invio.get_or_insert_default(), quale);
        } else if nodo == n.dati_invio {
            self.testa.invio.get_or_insert_default();
        } else if nodo == n.dati_fornitura {
            self.fine_fornitura = Some(posizione);
        } else if nodo == n.versione_fornitura {
            self.testa.versione = Some(testo);
        } else if nodo == n.totale_invii {
            self.testa.totale_invii = Some(testo);
        } else if nodo == n.progressivo_invio {
            self.testa.progressivo = Some(testo);
        }
    }

    fn chiudi(mut self) -> Result<Intestazione, RifiutoFile> {
        if let Some(errore) = self.guasto {
            return Err(errore.into());
        }
        let totale = self
            .testa
            .totale_invii
            .as_deref()
            .and_then(|t| t.trim().parse::<u32>().ok());
        if totale.is_some_and(|t| t > 1)
            && self.testa.invio.is_none()
            && peso("EN031", self.lavoro.ctx).is_some()
        {
            self.formato
                .push(self.lavoro.formato("EN031", self.fine_fornitura, ""));
        }
        if !self.formato.is_empty() && !self.lavoro.opz.prosegui {
            return Err(RifiutoFile::Rilievi(self.formato));
        }
        for rilievo in &self.formato {
            conta(&mut self.testa, rilievo);
            self.segmento.rilievo(NESSUN_RECORD, rilievo)?;
        }
        conta_fino_a(&mut self.testa, "EN009", self.violazioni);
        Ok(self.segmento.chiudi(self.testa, self.lavoro.opz.durevole)?)
    }
}
