//! The bench the catalogue is tried on: the clean delivery, edited, sent, elaborated.
//!
//! Starts from `fixtures/schede` (Comune 888001, pre-subentro, 2021-03-01), applies the edits of a case and
//! gives the codes that appear. What is declared follows what is there: the counters and the codici fiscali
//! are recomputed after the edits unless an edit names them.

mod albero;
mod scena;

use std::collections::BTreeSet;
use std::io::{self, Write};

use anagrafe::{Ambiente, CodiceIstat, Data, Sesso, codice_fiscale};
use flate2::Compression;
use flate2::write::GzEncoder;

pub use albero::Nodo;

use crate::anomalie::Edit;
use crate::incroci::Lato;
use crate::scheda::layout_simaire;
use crate::sportello::{FornituraAperta, Richiesta, Situazione, varchi};
use crate::tipi::{Contesto, Politica, Rilievo, TipoFile};
use crate::tributaria::{Allineata, Differenza};
use crate::{
    Ingresso, NomeFile, OpzioniPrepara, RifiutoFile, Segmento, StatoEsito, elabora, prepara, rilievi,
};

/// The clean APR delivery.
pub const PULITA: &str = include_str!("../../../../fixtures/schede/pulita.xml");
/// Its AIRE file.
pub const PULITA_AIRE: &[u8] = include_bytes!("../../../../fixtures/schede/pulita-aire.txt");

/// The day everything happens on.
pub const OGGI: Data = Data::constant(2021, 3, 1);

/// A delivery on the bench, with the world around it.
pub struct Banco {
    /// APR files.
    pub apr: Vec<Nodo>,
    /// AIRE line, as characters.
    pub aire: Vec<char>,
    /// Paths the edits named, which nothing recomputes.
    nominati: BTreeSet<String>,
    /// What the gates know.
    pub situazione: Situazione,
    /// Comune that sends.
    pub mittente: CodiceIstat,
    /// Open choices.
    pub politica: Politica,
    /// The one name that arrives at the counter, besides the delivery itself.
    arrivo: Option<String>,
    /// Compressed size told to the counter.
    pub dimensione: Option<u64>,
    /// Kind chosen on the page.
    pub tipo_scelto: Option<TipoFile>,
    /// The APR file is no gzip.
    pub corrompi: bool,
    /// AIRE lines end with LF alone.
    pub aire_solo_lf: bool,
    /// What follows the root of the APR files.
    coda: &'static str,
    differenze: Vec<Differenza>,
    /// What ANPR already holds, by the code it can be met on.
    anpr: Vec<(String, Lato)>,
    con_ae: bool,
}

impl Default for Banco {
    fn default() -> Self {
        Self::nuovo()
    }
}

impl Banco {
    /// The clean delivery.
    pub fn nuovo() -> Self {
        let politica = Politica::default();
        Self {
            apr: vec![Nodo::leggi(PULITA)],
            aire: PULITA_AIRE
                .iter()
                .filter(|b| !b.is_ascii_control())
                .map(|b| char::from(*b))
                .collect(),
            nominati: BTreeSet::new(),
            situazione: Situazione {
                ambiente: Ambiente::Pre,
                oggi: OGGI,
                pec: true,
                subentrato: false,
                piano: None,
                stato_vietato: None,
                aperta: None,
                versioni_ok: BTreeSet::new(),
                versioni_aire_ok: BTreeSet::new(),
                politica: politica.clone(),
            },
            mittente: CodiceIstat::parse("888001").expect("codice fittizio"),
            politica,
            arrivo: None,
            dimensione: None,
            tipo_scelto: None,
            corrompi: false,
            aire_solo_lf: false,
            coda: "",
            differenze: Vec::new(),
            anpr: Vec::new(),
            con_ae: true,
        }
    }

    /// Applies edits in their order.
    pub fn modifica(&mut self, modifiche: &[Edit]) {
        for modifica in modifiche {
            match modifica {
                Edit::Set(percorso, testo) => {
                    self.nominati.insert((*percorso).to_owned());
                    self.apr[0].trova(percorso).testo = Some((*testo).to_owned());
                }
                Edit::Remove(percorso) => {
                    self.nominati.insert((*percorso).to_owned());
                    self.apr[0].togli(percorso);
                }
                Edit::After(percorso, xml) => self.apr[0].dopo(percorso, xml),
                Edit::Into(percorso, xml) => self.apr[0].dentro(percorso, xml),
                Edit::Aire(campo, testo) => self.campo_aire(campo, testo),
                Edit::World(_, azione) => azione(self),
            }
        }
    }

    /// Gives a field of the AIRE line this text, blank padded.
    pub fn campo_aire(&mut self, nome: &str, testo: &str) {
        let layout = layout_simaire().expect("layout in fixtures/aire");
        let campo = &layout.campi[layout.numero(nome).expect("campo del layout")];
        let mut caratteri = testo.chars();
        for posto in &mut self.aire[campo.inizio..campo.inizio + campo.lunghezza] {
            *posto = caratteri.next().unwrap_or(' ');
        }
    }

    /// The context everything is judged in.
    pub fn contesto(&self) -> Contesto {
        Contesto {
            ambiente: self.situazione.ambiente,
            comune: self.mittente,
            oggi: self.situazione.oggi,
            politica: self.politica.clone(),
        }
    }

    /// The files as they are sent: name and compressed bytes.
    pub fn file(&mut self) -> Vec<(String, Vec<u8>)> {
        self.allinea();
        let totale = self.apr.len();
        let mut file = Vec::new();
        for (indice, radice) in self.apr.iter().enumerate() {
            let contenuto = radice.scrivi() + self.coda;
            let byte = if self.corrompi {
                contenuto.into_bytes()
            } else {
                gz(contenuto.as_bytes())
            };
            file.push((format!("888001_SUBAPR_1_{}_{totale}.gz", indice + 1), byte));
        }
        let mut righe: Vec<u8> = self
            .aire
            .iter()
            .map(|c| u8::try_from(*c as u32).unwrap_or(b'?'))
            .collect();
        righe.extend_from_slice(if self.aire_solo_lf { b"\n" } else { b"\r\n" });
        file.push(("888001_SUBAIRE_1.gz".to_owned(), gz(&righe)));
        file
    }

    /// Counters and codici fiscali follow what is there.
    fn allinea(&mut self) {
        let mut totali = [0u64; 5];
        let mut per_file = Vec::new();
        for (indice, radice) in self.apr.iter_mut().enumerate() {
            if indice == 0 {
                radice.codici_fiscali(&self.nominati);
            }
            let conteggi = radice.conteggi();
            totali.iter_mut().zip(conteggi).for_each(|(t, c)| *t += c);
            per_file.push(conteggi);
        }
        let file = self.apr.len();
        for (indice, radice) in self.apr.iter_mut().enumerate() {
            radice.dichiara("datiFornitura", totali, &self.nominati);
            radice.dichiara("datiInvio", per_file[indice], &self.nominati);
            if file > 1 {
                radice.trova("datiFornitura/totaleInvii").testo = Some(file.to_string());
                radice.trova("datiInvio/progressivoInvio").testo = Some((indice + 1).to_string());
            }
        }
    }

    /// Sends everything through gates, reading and elaboration; gives what was found.
    pub fn esito(&mut self) -> io::Result<Vec<Rilievo>> {
        let mut file = self.file();
        if let Err(rifiuto) = self.sportello(&file) {
            return Ok(vec![rifiuto]);
        }
        let cartella = tempfile::tempdir()?;
        let ctx = self.contesto();
        let opzioni = OpzioniPrepara {
            fili: 1,
            ..OpzioniPrepara::default()
        };
        let mut ingressi = Vec::new();
        for (nome, byte) in file.drain(..) {
            let letto = NomeFile::parse(&nome).ok_or_else(|| io::Error::other("nome del banco"))?;
            let uscita = cartella.path().join(&nome);
            match prepara(byte.as_slice(), &nome, &letto, &ctx, &uscita, &opzioni) {
                Ok(_) => ingressi.push(Ingresso {
                    nome,
                    segmento: Segmento::apri(&uscita)?,
                }),
                Err(RifiutoFile::Rilievi(rilievi)) => return Ok(rilievi),
                Err(altro) => return Err(io::Error::other(altro.to_string())),
            }
        }
        let ae = Allineata::con(self.differenze.clone());
        let esito = elabora(&ingressi, self.con_ae, &ctx, &ae, cartella.path())?;
        if esito.stato == StatoEsito::Ok && !self.anpr.is_empty() {
            self.con_anpr(&ingressi, &ae, cartella.path())?;
        }
        rilievi(cartella.path())?.collect()
    }

    /// The codes of [`Banco::esito`].
    pub fn codici(&mut self) -> io::Result<BTreeSet<String>> {
        Ok(self.esito()?.into_iter().map(|r| r.codice).collect())
    }

    #[allow(clippy::result_large_err, reason = "as in `varchi`")]
    fn sportello(&mut self, file: &[(String, Vec<u8>)]) -> Result<NomeFile, Rilievo> {
        self.situazione.politica = self.politica.clone();
        let nome = self.arrivo.clone().unwrap_or_else(|| file[0].0.clone());
        let richiesta = Richiesta {
            mittente: self.mittente,
            nome: &nome,
            dimensione: self.dimensione.unwrap_or(file[0].1.len() as u64),
            tipo_scelto: self.tipo_scelto,
        };
        varchi(&richiesta, &self.situazione)
    }
}

/// Compresses.
pub fn gz(contenuto: &[u8]) -> Vec<u8> {
    let mut gz = GzEncoder::new(Vec::new(), Compression::fast());
    gz.write_all(contenuto)
        .and_then(|()| gz.finish())
        .unwrap_or_default()
}

/// The codice fiscale of these data, omocodia level 0.
pub(crate) fn codice(
    cognome: Option<&str>,
    nome: Option<&str>,
    sesso: Sesso,
    nascita: Data,
    belfiore: &str,
) -> String {
    let codice = codice_fiscale::calcola(&codice_fiscale::Generalita {
        cognome,
        nome,
        sesso,
        nascita,
        belfiore,
    });
    codice.iter().map(|b| char::from(*b)).collect()
}
