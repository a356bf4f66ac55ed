//! The bench a record is judged at: what checks may know, and where their findings go.

use anagrafe::tabelle::{Tabelle, tabelle};
use anagrafe::{Ambiente, CodiceIstat, Data};
use schema::{Blocco, NodoId, Posizione};

use super::nodi::modello_apr;
use super::{Persona, RigaAire, SchedaLetta};
use crate::anomalie::{
    Anomalia, CATALOGO, Check, VerificaAire, VerificaPersona, VerificaSoggetto, gravita_di,
};
use crate::testi::Testi;
use crate::tipi::{Contesto, Gravita, Politica, Rilievo, TipoScheda};

/// What a check may know besides the record. A check has no state and no I/O.
#[derive(Clone, Copy)]
pub struct Ambito<'a> {
    /// Today, in the scenario.
    pub oggi: Data,
    /// Comune that sends.
    pub comune: CodiceIstat,
    /// Environment.
    pub ambiente: Ambiente,
    /// Reference tables.
    pub tabelle: &'static Tabelle,
    /// Open choices.
    pub politica: &'a Politica,
}

impl<'a> Ambito<'a> {
    /// The scope of an elaboration.
    pub fn di(ctx: &'a Contesto) -> Self {
        Self {
            oggi: ctx.oggi,
            comune: ctx.comune,
            ambiente: ctx.ambiente,
            tabelle: tabelle(),
            politica: &ctx.politica,
        }
    }
}

/// Where in the file a finding points, and what stands there.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Punto {
    /// Group of data.
    pub oggetto: Option<String>,
    /// Element or field.
    pub campo: Option<String>,
    /// As sent.
    pub valore: Option<String>,
    /// Offset inside the block being read.
    pub offset: usize,
}

impl Punto {
    /// An element of the APR grammar; the group is what stands right below the record.
    pub(super) fn di_nodo(nodo: NodoId, valore: Option<String>, offset: usize) -> Self {
        let modello = modello_apr();
        let percorso = modello.map(|m| m.percorso(nodo)).unwrap_or_default();
        let mut passi = percorso.split('/').filter(|p| !p.is_empty()).skip(3);
        let oggetto = passi.next().map(str::to_owned);
        let campo = percorso.rsplit('/').next().map(str::to_owned);
        Self {
            oggetto,
            campo,
            valore,
            offset,
        }
    }

    /// The same element at another of its occurrences.
    #[must_use]
    pub fn in_posizione(mut self, offset: usize, valore: &str) -> Self {
        self.offset = offset;
        self.valore = Some(valore.to_owned());
        self
    }

    /// A named field.
    pub fn campo(oggetto: &str, campo: &str, valore: Option<&str>, offset: usize) -> Self {
        Self {
            oggetto: Some(oggetto.to_owned()),
            campo: Some(campo.to_owned()),
            valore: valore.map(str::to_owned),
            offset,
        }
    }
}

/// How offsets become positions.
#[derive(Clone, Copy)]
pub enum Luogo<'a> {
    /// While the file is read: the block, the offset of the record in it and its position, from which
    /// the fields are counted so that a question costs no more than a record.
    Blocco {
        /// The block.
        blocco: &'a Blocco,
        /// Offset of the record.
        inizio: usize,
        /// Its position.
        posizione: Posizione,
    },
    /// When only the position of the record is known: a line of the AIRE, a record read back.
    Fisso(Posizione),
}

impl Luogo<'_> {
    fn posizione(&self, offset: usize) -> Posizione {
        match self {
            Luogo::Blocco {
                blocco,
                inizio,
                posizione,
            } => blocco
                .byte()
                .get(*inizio..offset)
                .map_or(*posizione, |prima| posizione.dopo(prima)),
            Luogo::Fisso(posizione) => *posizione,
        }
    }
}

/// Takes what the checks find in one record.
pub struct Trovati<'a> {
    voci: &'a mut Vec<Rilievo>,
    luogo: Luogo<'a>,
    tipo: TipoScheda,
    scheda: &'a str,
    codice: &'static Anomalia,
    gravita: Gravita,
    testi: Testi,
}

impl<'a> Trovati<'a> {
    /// A collector for the record `scheda`.
    pub(crate) fn nuovi(
        voci: &'a mut Vec<Rilievo>,
        luogo: Luogo<'a>,
        tipo: TipoScheda,
        scheda: &'a str,
    ) -> Option<Self> {
        let codice = *CATALOGO.first()?;
        Some(Self {
            voci,
            luogo,
            tipo,
            scheda,
            codice,
            gravita: Gravita::Avviso,
            testi: Testi::default(),
        })
    }

    /// Reports the code whose check is running, its slots filled left to right.
    pub fn segnala(&mut self, punto: Punto, valori: &[&str]) {
        let rilievo = Rilievo {
            codice: self.codice.codice.0.to_owned(),
            gravita: self.gravita,
            tipo_scheda: self.tipo,
            scheda: self.scheda.to_owned(),
            posizione: Some(self.luogo.posizione(punto.offset)),
            testo: self.testi.testo(self.codice.codice.0, valori),
            oggetto: punto.oggetto,
            campo: punto.campo,
            valore: punto.valore,
            file: None,
            prog_anpr: None,
            codice_ae: None,
        };
        self.voci.push(rilievo);
    }
}

/// A code with the check that finds it and its weight here.
pub(crate) type Attivo<F> = (&'static Anomalia, F, Gravita);

/// The checks of single records that are on in one environment under one policy.
#[derive(Default, Clone)]
pub struct Attivi {
    soggetto: Vec<Attivo<VerificaSoggetto>>,
    famiglia: Vec<Attivo<VerificaSoggetto>>,
    persona: Vec<Attivo<VerificaPersona>>,
    aire: Vec<Attivo<VerificaAire>>,
    testi: Testi,
}

impl Attivi {
    /// The checks that are on.
    pub fn di(ctx: &Contesto) -> Self {
        let mut attivi = Self {
            testi: ctx.politica.testi(),
            ..Self::default()
        };
        for anomalia in CATALOGO.iter().copied() {
            let Some(gravita) = gravita_di(anomalia, ctx.ambiente, &ctx.politica) else {
                continue;
            };
            match anomalia.check {
                Check::Soggetto(f) => attivi.soggetto.push((anomalia, f, gravita)),
                Check::Famiglia(f) => attivi.famiglia.push((anomalia, f, gravita)),
                Check::Persona(f) => attivi.persona.push((anomalia, f, gravita)),
                Check::Aire(f) => attivi.aire.push((anomalia, f, gravita)),
                Check::Entrambi(apr, aire) => {
                    attivi.soggetto.push((anomalia, apr, gravita));
                    attivi.aire.push((anomalia, aire, gravita));
                }
                _ => {}
            }
        }
        attivi
    }

    /// Judges a `soggetto`.
    pub fn soggetto(&self, s: &SchedaLetta<'_>, ambito: &Ambito<'_>, out: &mut Trovati<'_>) {
        out.testi.clone_from(&self.testi);
        for (anomalia, verifica, gravita) in &self.soggetto {
            (out.codice, out.gravita) = (anomalia, *gravita);
            verifica(s, ambito, out);
        }
        self.persona(&Persona::di_scheda(s), ambito, out);
    }

    /// Judges a `famiglia` or a `convivenza`.
    pub fn famiglia(&self, s: &SchedaLetta<'_>, ambito: &Ambito<'_>, out: &mut Trovati<'_>) {
        out.testi.clone_from(&self.testi);
        for (anomalia, verifica, gravita) in &self.famiglia {
            (out.codice, out.gravita) = (anomalia, *gravita);
            verifica(s, ambito, out);
        }
    }

    /// Judges a line of the AIRE.
    pub fn aire(&self, riga: &RigaAire<'_>, ambito: &Ambito<'_>, out: &mut Trovati<'_>) {
        out.testi.clone_from(&self.testi);
        for (anomalia, verifica, gravita) in &self.aire {
            (out.codice, out.gravita) = (anomalia, *gravita);
            verifica(riga, ambito, out);
        }
        self.persona(&Persona::di_riga(riga), ambito, out);
    }

    fn persona(&self, p: &Persona<'_>, ambito: &Ambito<'_>, out: &mut Trovati<'_>) {
        for (anomalia, verifica, gravita) in &self.persona {
            (out.codice, out.gravita) = (anomalia, *gravita);
            verifica(p, ambito, out);
        }
    }
}
