//! The AIRE file: text lines → records, keys and findings.
//!
//! The layout is chosen by the length most of the first lines have, the user's before our own: a first line that is wrong
//! does not make all others so. A known one is read field by field; any other
//! constant length is taken in unread (`opaco`) unless the policy refuses it.

use std::io::{self, BufRead, BufReader, Read};
use std::path::Path;

use anagrafe::tabelle::tabelle;
use schema::{NodoId, Posizione};

use super::apr::ordina;
use super::{Lavoro, RifiutoFile, conta, conta_fino_a, lettura_fallita, troppo_grande};
use crate::scheda::{
    CampoAire, Layout, LayoutAire, Luogo, Quaderno, RigaAire, TipoCampo, Trovati, layout_simaire,
};
use crate::segmento::{
    ChiaveSoggetto, Intestazione, LAYOUT_OPACO, ScrittoreSegmento, TipoRecord, impronta, serializza,
};
use crate::tipi::{AireIgnoto, MASSIMO_FORMATO, Rilievo, TipoFile, TipoScheda};

/// Longest line that is read, in bytes; a longer one is no line of this file.
const MASSIMA_RIGA: u64 = 64 * 1024;
/// Lines looked at before the layout is chosen.
const CAMPIONE_RIGHE: usize = 64;
/// Bytes read at a time.
const TAMPONE: usize = 256 * 1024;

pub(super) fn prepara(
    ingresso: impl Read,
    lavoro: &Lavoro<'_>,
    uscita: &Path,
) -> Result<Intestazione, RifiutoFile> {
    let mut lettura = Lettura {
        lavoro,
        segmento: ScrittoreSegmento::nuovo(uscita)?,
        testa: lavoro.testa(TipoFile::Aire),
        formato: Vec::new(),
        errate: 0,
        forma: None,
        quaderno: Quaderno::default(),
        testo: String::new(),
        byte: Vec::new(),
    };
    let limite = lavoro.opz.max_espansi;
    let mut da = BufReader::with_capacity(TAMPONE, ingresso);
    let mut leggi = |riga: &mut Vec<u8>| -> Result<u64, RifiutoFile> {
        riga.clear();
        let letti = (&mut da)
            .take(MASSIMA_RIGA)
            .read_until(b'\n', riga)
            .map_err(|e| lettura_fallita(e, "EN010", lavoro))?;
        Ok(letti as u64)
    };
    let mut prime = std::collections::VecDeque::with_capacity(CAMPIONE_RIGHE);
    while prime.len() < CAMPIONE_RIGHE {
        let mut riga = Vec::new();
        let letti = leggi(&mut riga)?;
        if letti > 0 {
            prime.push_back(riga);
        }
        if letti == 0 || letti == MASSIMA_RIGA {
            break;
        }
    }
    lettura.forma = scegli(&lavoro.ctx.politica.layout_aire, &prime);
    let mut riga = Vec::new();
    loop {
        let letti = match prime.pop_front() {
            Some(prima) => {
                riga = prima;
                riga.len() as u64
            }
            None => leggi(&mut riga)?,
        };
        if letti == 0 {
            break;
        }
        let inizio = lettura.testa.byte;
        lettura.testa.byte += letti;
        if lettura.testa.byte > limite {
            return Err(troppo_grande(limite));
        }
        lettura.testa.righe += 1;
        let intera = lettura.riga(&riga, inizio)?;
        if !intera && letti == MASSIMA_RIGA {
            break;
        }
    }
    lettura.chiudi()
}

/// What the first lines decided.
#[derive(Clone, Copy)]
enum Forma<'a> {
    Nota(&'a Layout),
    Opaca(usize),
}

impl<'a> Forma<'a> {
    fn di(layout: &'a LayoutAire, lunghezza: usize) -> Self {
        layout
            .per_lunghezza(lunghezza)
            .map_or(Self::Opaca(lunghezza), Self::Nota)
    }
}

/// The form of most lines; between as many a known one, then the first seen.
fn scegli<'a>(layout: &'a LayoutAire, righe: &std::collections::VecDeque<Vec<u8>>) -> Option<Forma<'a>> {
    let mut quante: Vec<(usize, usize)> = Vec::new();
    for riga in righe.iter().filter_map(|r| r.strip_suffix(b"\r\n")) {
        match quante.iter_mut().find(|(lunghezza, _)| *lunghezza == riga.len()) {
            Some((_, n)) => *n += 1,
            None => quante.push((riga.len(), 1)),
        }
    }
    quante
        .iter()
        .rev()
        .max_by_key(|(lunghezza, n)| (*n, layout.per_lunghezza(*lunghezza).is_some()))
        .map(|(lunghezza, _)| Forma::di(layout, *lunghezza))
}

struct Lettura<'a> {
    lavoro: &'a Lavoro<'a>,
    segmento: ScrittoreSegmento,
    testa: Intestazione,
    formato: Vec<Rilievo>,
    errate: u64,
    forma: Option<Forma<'a>>,
    quaderno: Quaderno,
    testo: String,
    byte: Vec<u8>,
}

impl Lettura<'_> {
    /// One line; `false` when its format is wrong.
    fn riga(&mut self, riga: &[u8], offset: u64) -> io::Result<bool> {
        let numero = u32::try_from(self.testa.righe).unwrap_or(u32::MAX);
        let posizione = Posizione {
            offset,
            riga: numero,
            colonna: 1,
        };
        let Some(contenuto) = riga.strip_suffix(b"\r\n") else {
            self.errata(posizione, "fine riga errata, attesi CR e LF");
            return Ok(false);
        };
        let layout = &self.lavoro.ctx.politica.layout_aire;
        let forma = *self
            .forma
            .get_or_insert_with(|| Forma::di(layout, contenuto.len()));
        let attesa = match forma {
            Forma::Nota(layout) => layout.lunghezza,
            Forma::Opaca(lunghezza) => lunghezza,
        };
        if contenuto.len() != attesa {
            self.errata(
                posizione,
                &format!("lunghezza {} invece di {attesa}", contenuto.len()),
            );
            return Ok(false);
        }
        if let Some(colonna) = contenuto
            .iter()
            .position(|b| b.is_ascii_control() || (0x80..0xa0).contains(b))
        {
            self.errata(in_colonna(posizione, colonna), "carattere di controllo");
            return Ok(false);
        }
        let Forma::Nota(layout) = forma else {
            return Ok(true);
        };
        self.quaderno.svuota();
        if let Err((colonna, perche)) = self.campi(layout, contenuto) {
            self.errata(in_colonna(posizione, colonna), &perche);
            return Ok(false);
        }
        self.giudica(posizione)?;
        Ok(true)
    }

    fn errata(&mut self, posizione: Posizione, perche: &str) {
        self.errate += 1;
        if self.formato.len() < MASSIMO_FORMATO && self.lavoro.peso_formato("EN010").is_some() {
            let testo = format!("riga {}, colonna {}: {perche}", posizione.riga, posizione.colonna);
            self.formato
                .push(self.lavoro.formato("EN010", Some(posizione), &testo));
        }
    }

    /// Splits and judges the fields, filling the buffer.
    fn campi(&mut self, layout: &Layout, contenuto: &[u8]) -> Result<(), (usize, String)> {
        for campo in &layout.campi {
            let byte = &contenuto[campo.inizio..campo.inizio + campo.lunghezza];
            if let Some(i) = byte.iter().position(|b| !ammesso(campo, *b)) {
                let carattere = char::from(byte[i]);
                return Err((
                    campo.inizio + i,
                    format!("carattere «{carattere}» non ammesso in {}", campo.nome),
                ));
            }
            self.testo.clear();
            self.testo.extend(byte.iter().map(|b| char::from(*b)));
            let testo = self.testo.trim_end_matches(' ');
            self.forma_campo(campo, testo)
                .map_err(|perche| (campo.inizio, perche))?;
            if !testo.is_empty() {
                self.quaderno.scrivi(NodoId(campo.numero), testo, campo.inizio);
            }
        }
        Ok(())
    }

    /// What a field must be besides its characters (conditions e to h of subentro.md §2.5).
    fn forma_campo(&self, campo: &CampoAire, testo: &str) -> Result<(), String> {
        let nome = campo.nome;
        if campo.obbligatorio && testo.bytes().all(|b| b == b'0') {
            return Err(format!("{nome} manca ed è obbligatorio"));
        }
        match campo.tipo {
            TipoCampo::Data => {
                let zeri = testo.len() == campo.lunghezza && testo.bytes().all(|b| b == b'0');
                if !zeri && crate::scheda::data_aire(testo).is_none() {
                    return Err(format!("{nome} non è una data"));
                }
            }
            TipoCampo::Numerico if testo.contains(' ') => return Err(format!("spazio dentro {nome}")),
            _ => {}
        }
        match nome {
            "codiceFiscale" | "codiceIscrizioneAire" if testo.contains(' ') => {
                Err(format!("spazio dentro {nome}"))
            }
            "codiceConsolato"
                if self.lavoro.ctx.politica.consolato_al_caricamento
                    && tabelle().consolato(testo).is_none() =>
            {
                Err(format!("consolato {testo} sconosciuto"))
            }
            _ => Ok(()),
        }
    }

    fn giudica(&mut self, posizione: Posizione) -> io::Result<()> {
        let Some(layout) = layout_simaire() else {
            return Err(io::Error::other("tracciato incluso non valido"));
        };
        let riga = RigaAire::nuova(&self.quaderno, layout);
        let id = riga.campo("codiceIscrizioneAire").unwrap_or_default();
        let mut rilievi = Vec::new();
        if let Some(mut trovati) = Trovati::nuovi(
            &mut rilievi,
            Luogo::Fisso(posizione),
            TipoScheda::SoggettoAire,
            id,
        ) {
            self.lavoro.attivi.aire(&riga, &self.lavoro.ambito, &mut trovati);
        }
        ordina(&mut rilievi);
        let record = self.segmento.prossimo();
        self.segmento.soggetto(ChiaveSoggetto {
            id: impronta(id),
            codice_fiscale: riga
                .campo("codiceFiscale")
                .map_or(0, |cf| impronta(&cf.to_ascii_uppercase())),
            record,
            aire: 1,
            ..ChiaveSoggetto::default()
        });
        self.byte.clear();
        serializza(&mut self.byte, TipoRecord::Aire, &posizione, None, &self.quaderno);
        self.segmento.record(&self.byte, 1)?;
        for mut rilievo in rilievi {
            rilievo.file = Some(self.lavoro.nome.to_owned());
            conta(&mut self.testa, &rilievo);
            self.segmento.rilievo(record, &rilievo)?;
        }
        Ok(())
    }

    fn chiudi(mut self) -> Result<Intestazione, RifiutoFile> {
        match self.forma {
            Some(Forma::Nota(layout)) => self.testa.layout = Some(layout.nome.clone()),
            Some(Forma::Opaca(lunghezza)) => {
                self.testa.layout = Some(LAYOUT_OPACO.to_owned());
                if self.lavoro.ctx.politica.aire_ignoto == AireIgnoto::Rifiuta && self.formato.is_empty() {
                    let posizione = Posizione {
                        offset: 0,
                        riga: 1,
                        colonna: 1,
                    };
                    self.errata(
                        posizione,
                        &format!("righe di {lunghezza} caratteri: tracciato non riconosciuto"),
                    );
                }
            }
            None => {}
        }
        if !self.formato.is_empty() && !self.lavoro.opz.prosegui {
            return Err(RifiutoFile::Rilievi(self.formato));
        }
        for rilievo in &self.formato {
            conta(&mut self.testa, rilievo);
            self.segmento.rilievo(u64::MAX, rilievo)?;
        }
        conta_fino_a(&mut self.testa, "EN010", self.errate);
        Ok(self.segmento.chiudi(self.testa, self.lavoro.opz.durevole)?)
    }
}

fn in_colonna(posizione: Posizione, indice: usize) -> Posizione {
    Posizione {
        offset: posizione.offset + indice as u64,
        colonna: u32::try_from(indice + 1).unwrap_or(u32::MAX),
        ..posizione
    }
}

/// Characters a field admits: the ANPR01 classes of the elements it stands for (condition d).
fn ammesso(campo: &CampoAire, b: u8) -> bool {
    let lettera = b.is_ascii_alphabetic() || b >= 0xc0;
    match campo.tipo {
        TipoCampo::Numerico => b.is_ascii_digit() || b == b' ',
        TipoCampo::Data => true,
        TipoCampo::Alfanumerico => b.is_ascii_alphanumeric() || b" -/".contains(&b),
        TipoCampo::Alfabetico => {
            lettera
                || b" -'.,".contains(&b)
                || (!campo.nome.starts_with("cognome")
                    && campo.nome != "nome"
                    && (b.is_ascii_digit() || b"/():".contains(&b)))
        }
    }
}
