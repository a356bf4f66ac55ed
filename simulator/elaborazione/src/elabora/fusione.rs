//! The report of one file: ordered streams of findings become one.

use std::io;

use crate::elabora::Ingresso;
use crate::elabora::unione::Giunto;
use crate::incroci::Taccuino;
use crate::osserva::{AVolte, Osserva};
use crate::prepara::{ordina, peso};
use crate::scheda::{Ambito, Attivi, Luogo, Persona, RigaAire, SchedaLetta, Trovati, layout_simaire, nodi};
use crate::segmento::{Record, Schede, TipoRecord};
use crate::testi::Testi;
use crate::tipi::{Contesto, Rilievo, TipoScheda};
use crate::tributaria::{DomandaAe, Posto, codice_risposto, confronta, di_residenza};

type Flusso<'a> = Box<dyn Iterator<Item = io::Result<Rilievo>> + 'a>;

/// Everything found about one file.
pub(super) struct Esame<'a> {
    pub(super) ingresso: &'a Ingresso,
    pub(super) di_file: Vec<Rilievo>,
    pub(super) giunti: &'a [Giunto],
    pub(super) ctx: &'a Contesto,
    pub(super) ae: Option<&'a Taccuino<'a>>,
    /// Number of the file in the delivery.
    pub(super) numero: u16,
    pub(super) osserva: &'a Osserva,
}

impl Esame<'_> {
    /// Hands out the findings in (position, code) order; the flag says that it was not counted yet.
    pub(super) fn scrivi(mut self, mut out: impl FnMut(&Rilievo, bool) -> io::Result<()>) -> io::Result<()> {
        let testa = self.ingresso.segmento.testa();
        ordina(&mut self.di_file);
        let letti: Flusso<'_> = if testa.oggi == self.ctx.oggi.to_string() {
            // Format findings were written last; they stand first in the order of the file.
            let (formato, record) = separa(self.ingresso)?;
            self.di_file.extend(formato);
            ordina(&mut self.di_file);
            record
        } else {
            riesame(self.ingresso, self.ctx)?
        };
        let uniti = uniti(self.ingresso, self.giunti, self.ctx.politica.testi())?;
        let mut flussi: Vec<(std::iter::Peekable<Flusso<'_>>, bool)> = vec![
            (
                (Box::new(self.di_file.into_iter().map(Ok)) as Flusso<'_>).peekable(),
                false,
            ),
            (letti.peekable(), false),
            (uniti.peekable(), false),
        ];
        if let Some(ae) = self.ae {
            flussi.push((
                tributaria(self.ingresso, self.numero, self.ctx, ae, self.osserva)?.peekable(),
                true,
            ));
        }
        loop {
            let mut minimo: Option<(usize, (u64, String))> = None;
            for (indice, (flusso, _)) in flussi.iter_mut().enumerate() {
                let chiave = match flusso.peek() {
                    None => continue,
                    Some(Err(_)) => (0, String::new()),
                    Some(Ok(r)) => (r.posizione.map_or(0, |p| p.offset), r.codice.clone()),
                };
                if minimo.as_ref().is_none_or(|(_, m)| chiave < *m) {
                    minimo = Some((indice, chiave));
                }
            }
            let Some((indice, _)) = minimo else { return Ok(()) };
            let (flusso, nuovo) = &mut flussi[indice];
            if let Some(rilievo) = flusso.next() {
                out(&rilievo?, *nuovo)?;
            }
        }
    }
}

/// Findings of the segment: those about the file apart from the ordered stream of the records.
fn separa(ingresso: &Ingresso) -> io::Result<(Vec<Rilievo>, Flusso<'_>)> {
    let del_file = |record: u64| record == u64::MAX;
    let mut formato = Vec::new();
    if ingresso
        .segmento
        .testa()
        .rilievi
        .keys()
        .any(|c| matches!(c.as_str(), "EN009" | "EN010" | "EN031"))
    {
        for voce in ingresso.segmento.rilievi()? {
            let (record, rilievo) = voce?;
            if del_file(record) {
                formato.push(rilievo);
            }
        }
    }
    let record = ingresso.segmento.rilievi()?.filter_map(move |voce| match voce {
        Ok((record, _)) if del_file(record) => None,
        Ok((_, rilievo)) => Some(Ok(rilievo)),
        Err(e) => Some(Err(e)),
    });
    Ok((formato, Box::new(record)))
}

/// What the joins found, with the names the keys do not keep.
fn uniti<'a>(ingresso: &'a Ingresso, giunti: &'a [Giunto], testi: Testi) -> io::Result<Flusso<'a>> {
    let mut lettore = ingresso.segmento.lettore()?;
    Ok(Box::new(giunti.iter().map(move |giunto| {
        let record = lettore.leggi(giunto.record)?;
        let (tipo, scheda) = chi(&record);
        let n = nodi();
        let (oggetto, campo, valore) = match giunto.codice() {
            "ES092" | "EN063" => {
                let (gruppo, nodo) = if record.testo(n.famiglia_id).is_some() {
                    ("famiglia", n.famiglia_id)
                } else {
                    ("convivenza", n.convivenza_id)
                };
                (gruppo, "idFamConvComune", record.testo(nodo).map(str::to_owned))
            }
            // Keys hold the progressive plus one, so that zero is "absent".
            "EF004" => (
                "legameSoggetto",
                "progressivoComponente",
                Some((giunto.progressivo - 1).to_string()),
            ),
            _ => (
                "idFamigliaConvivenzaComune",
                "idFamigliaConvivenza",
                Some(scheda.to_owned()),
            ),
        };
        Ok(Rilievo {
            codice: giunto.codice().to_owned(),
            gravita: giunto.gravita,
            tipo_scheda: tipo,
            scheda: scheda.to_owned(),
            posizione: Some(record.posizione),
            testo: testi.testo(giunto.codice(), &[]),
            oggetto: Some(oggetto.to_owned()),
            campo: Some(campo.to_owned()),
            valore,
            file: Some(ingresso.nome.clone()),
            prog_anpr: None,
            codice_ae: None,
        })
    })))
}

/// Kind of scheda and id of the Comune of a record.
pub(crate) fn chi(record: &Record) -> (TipoScheda, &str) {
    let n = nodi();
    let (tipo, testo) = match record.tipo {
        TipoRecord::Soggetto => (TipoScheda::SoggettoApr, record.testo(n.id_soggetto)),
        TipoRecord::Famiglia => (TipoScheda::Famiglia, record.testo(n.scheda_famiglia_id)),
        TipoRecord::Convivenza => (TipoScheda::Convivenza, record.testo(n.scheda_convivenza_id)),
        TipoRecord::Aire => (
            TipoScheda::SoggettoAire,
            layout_simaire()
                .map(|l| RigaAire::nuova(&record.quaderno, l))
                .and_then(|r| r.campo("codiceIscrizioneAire")),
        ),
    };
    (tipo, testo.unwrap_or_default())
}

/// The person of a record, if it is one.
pub(crate) fn persona(record: &Record) -> Option<Persona<'_>> {
    match record.tipo {
        TipoRecord::Soggetto => Some(Persona::di_scheda(&SchedaLetta::nuova(&record.quaderno, 0))),
        TipoRecord::Aire => layout_simaire().map(|l| Persona::di_riga(&RigaAire::nuova(&record.quaderno, l))),
        TipoRecord::Famiglia | TipoRecord::Convivenza => None,
    }
}

/// Streams records, turning each into any number of findings.
struct PerRecord<F> {
    schede: Schede,
    record: Record,
    pronti: std::vec::IntoIter<Rilievo>,
    esamina: F,
}

impl<F: FnMut(&Record) -> Vec<Rilievo>> Iterator for PerRecord<F> {
    type Item = io::Result<Rilievo>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            if let Some(rilievo) = self.pronti.next() {
                return Some(Ok(rilievo));
            }
            match self.schede.prossima(&mut self.record) {
                Ok(true) => self.pronti = (self.esamina)(&self.record).into_iter(),
                Ok(false) => return None,
                Err(errore) => return Some(Err(errore)),
            }
        }
    }
}

fn per_record<'a>(
    ingresso: &Ingresso,
    esamina: impl FnMut(&Record) -> Vec<Rilievo> + 'a,
) -> io::Result<Flusso<'a>> {
    Ok(Box::new(PerRecord {
        schede: ingresso.segmento.schede()?,
        record: Record::vuoto(),
        pronti: Vec::new().into_iter(),
        esamina,
    }))
}

/// The answers of the Anagrafe Tributaria, in the order of the records.
fn tributaria<'a>(
    ingresso: &'a Ingresso,
    file: u16,
    ctx: &'a Contesto,
    ae: &'a Taccuino<'a>,
    osserva: &Osserva,
) -> io::Result<Flusso<'a>> {
    let testi = ctx.politica.testi();
    let mut contate = AVolte::nuovo(osserva.clone());
    per_record(ingresso, move |record| {
        contate.una();
        let Some(persona) = persona(record) else {
            return Vec::new();
        };
        let (tipo, scheda) = chi(record);
        let domanda = DomandaAe {
            persona: &persona,
            tipo,
            scheda,
            posto: Posto {
                file,
                record: record.indirizzo,
            },
        };
        let confronto = confronta(&domanda, ae, ctx.comune, &ctx.politica);
        let mut rilievi = Vec::new();
        for (codice, valore) in confronto.codici {
            let Some(gravita) = peso(codice, ctx) else {
                continue;
            };
            let (punto, luogo) = if di_residenza(valore) {
                (persona.punto_residenza(), record.luoghi.residenza)
            } else {
                (persona.punto_cf(), record.luoghi.codice_fiscale)
            };
            rilievi.push(Rilievo {
                codice: codice.to_owned(),
                gravita,
                tipo_scheda: tipo,
                scheda: scheda.to_owned(),
                posizione: Some(luogo.unwrap_or(record.posizione)),
                testo: testi.testo(codice, &[valore]),
                oggetto: punto.oggetto,
                campo: punto.campo,
                valore: punto.valore,
                file: Some(ingresso.nome.clone()),
                prog_anpr: None,
                codice_ae: codice_risposto(codice, &domanda, ae),
            });
        }
        ordina(&mut rilievi);
        rilievi
    })
}

/// Judges the records of a segment again, because the scenario date moved since they were read. A finding
/// that was there before keeps its place; a new one stands at its record, the only place still known.
pub(super) fn riesame<'a>(ingresso: &'a Ingresso, ctx: &'a Contesto) -> io::Result<Flusso<'a>> {
    let attivi = Attivi::di(ctx);
    let mut prima = ingresso
        .segmento
        .rilievi()?
        .filter_map(Result::ok)
        .filter(|(record, _)| *record != u64::MAX)
        .peekable();
    per_record(ingresso, move |record| {
        let mut suoi = Vec::new();
        while let Some((_, rilievo)) = prima.next_if(|(quale, _)| *quale <= record.indirizzo) {
            suoi.push(rilievo);
        }
        let (tipo, scheda) = chi(record);
        let ambito = Ambito::di(ctx);
        let mut rilievi = Vec::new();
        let luogo = Luogo::Fisso(record.posizione);
        if let Some(mut trovati) = Trovati::nuovi(&mut rilievi, luogo, tipo, scheda) {
            let letta = SchedaLetta::nuova(&record.quaderno, 0);
            match record.tipo {
                TipoRecord::Soggetto => attivi.soggetto(&letta, &ambito, &mut trovati),
                TipoRecord::Famiglia | TipoRecord::Convivenza => {
                    attivi.famiglia(&letta, &ambito, &mut trovati);
                }
                TipoRecord::Aire => {
                    if let Some(layout) = layout_simaire() {
                        attivi.aire(&RigaAire::nuova(&record.quaderno, layout), &ambito, &mut trovati);
                    }
                }
            }
        }
        for rilievo in &mut rilievi {
            rilievo.file = Some(ingresso.nome.clone());
            let uguale = |p: &&Rilievo| {
                (&p.codice, &p.campo, &p.valore) == (&rilievo.codice, &rilievo.campo, &rilievo.valore)
            };
            if let Some(noto) = suoi.iter().find(uguale) {
                rilievo.posizione = noto.posizione;
            }
        }
        ordina(&mut rilievi);
        rilievi
    })
}
