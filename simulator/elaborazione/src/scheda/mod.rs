//! One record while it is judged: every value as sent, in a buffer that the next record reuses.
//!
//! A [`Quaderno`] is filled by the reader (APR) or from a fixed-width line (AIRE), judged through
//! [`SchedaLetta`] or [`RigaAire`], written to the segment, and cleared. Nothing here allocates per
//! record once the buffers have grown; findings may, because they are rare.

mod aire;
mod giudizio;
mod layout;
mod nodi;
mod persona;

pub use aire::{RigaAire, data_aire};
pub use giudizio::{Ambito, Attivi, Luogo, Punto, Trovati};
pub use layout::{CampoAire, ErroreLayout, Layout, LayoutAire, TipoCampo, layout_simaire};
pub use nodi::{AttoNodi, ComuneNodi, EventoNodi, NODO_ASSENTE, Nodi, modello_apr, nodi};
pub use persona::{Nascita, Persona};

use anagrafe::tabelle::ComuneInviato;
use anagrafe::{Data, leggi_data};
use schema::NodoId;

/// One element of a record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Voce {
    /// Its place in the grammar (APR) or its field number (AIRE).
    pub nodo: NodoId,
    /// Has text of its own; otherwise it only opens a group.
    pub foglia: bool,
    inizio: u32,
    fine: u32,
    /// Offset of its `<` inside the block being read; 0 when read back from a segment.
    offset: u32,
}

impl Voce {
    /// Bytes of its text.
    pub(crate) fn lunghezza(&self) -> u32 {
        self.fine - self.inizio
    }
}

/// The elements of one record, in document order, with an index by node.
#[derive(Debug, Default, Clone)]
pub struct Quaderno {
    /// Texts of the leaves, end to end, in the order of `voci`.
    pub(crate) testo: String,
    voci: Vec<Voce>,
    /// Per node: index + 1 of its first element in `voci`, 0 when absent.
    indice: Vec<u32>,
}

impl Quaderno {
    /// Forgets the record, keeps the memory. Costs only what the record touched.
    pub fn svuota(&mut self) {
        for voce in &self.voci {
            self.indice[usize::from(voce.nodo.0)] = 0;
        }
        self.voci.clear();
        self.testo.clear();
    }

    /// Nothing was written.
    pub fn vuoto(&self) -> bool {
        self.voci.is_empty()
    }

    /// Notes that a group opens.
    pub fn apri(&mut self, nodo: NodoId, offset: usize) {
        let qui = self.testo.len() as u32;
        self.aggiungi(Voce {
            nodo,
            foglia: false,
            inizio: qui,
            fine: qui,
            offset: offset as u32,
        });
    }

    /// Notes a value.
    pub fn scrivi(&mut self, nodo: NodoId, testo: &str, offset: usize) {
        let inizio = self.testo.len() as u32;
        self.testo.push_str(testo);
        let fine = self.testo.len() as u32;
        self.aggiungi(Voce {
            nodo,
            foglia: true,
            inizio,
            fine,
            offset: offset as u32,
        });
    }

    /// Notes an element whose text lies in `testo` already.
    pub(crate) fn rileggi(&mut self, nodo: NodoId, foglia: bool, inizio: u32, fine: u32) {
        self.aggiungi(Voce {
            nodo,
            foglia,
            inizio,
            fine,
            offset: 0,
        });
    }

    fn aggiungi(&mut self, voce: Voce) {
        let posto = usize::from(voce.nodo.0);
        if posto >= self.indice.len() {
            self.indice.resize(posto + 1, 0);
        }
        self.voci.push(voce);
        if self.indice[posto] == 0 {
            self.indice[posto] = self.voci.len() as u32;
        }
    }

    /// First element of a node.
    pub fn voce(&self, nodo: NodoId) -> Option<&Voce> {
        let posto = *self.indice.get(usize::from(nodo.0))?;
        self.voci.get((posto as usize).checked_sub(1)?)
    }

    /// Text of the first element of a node, as sent.
    pub fn testo(&self, nodo: NodoId) -> Option<&str> {
        self.voce(nodo).map(|v| self.testo_di(v))
    }

    /// Text of an element.
    pub fn testo_di(&self, voce: &Voce) -> &str {
        self.testo
            .get(voce.inizio as usize..voce.fine as usize)
            .unwrap_or_default()
    }

    /// Every element in document order.
    pub fn voci(&self) -> &[Voce] {
        &self.voci
    }
}

/// An APR record (`soggetto`, `famiglia` or `convivenza`) as the checks see it.
#[derive(Debug, Clone, Copy)]
pub struct SchedaLetta<'a> {
    quaderno: &'a Quaderno,
    /// Offset of the record inside the block being read.
    inizio: usize,
}

impl<'a> SchedaLetta<'a> {
    /// A view of a filled buffer; `inizio` is the offset of the record's own `<`.
    pub fn nuova(quaderno: &'a Quaderno, inizio: usize) -> Self {
        Self { quaderno, inizio }
    }

    /// Offset of the record.
    pub fn inizio(&self) -> usize {
        self.inizio
    }

    /// Text of an element, as sent.
    pub fn testo(&self, nodo: NodoId) -> Option<&'a str> {
        self.quaderno.testo(nodo)
    }

    /// The element is there, with or without text.
    pub fn presente(&self, nodo: NodoId) -> bool {
        self.quaderno.voce(nodo).is_some()
    }

    /// Every occurrence of a repeated element.
    pub fn ripetuti(&self, nodo: NodoId) -> impl Iterator<Item = (&'a str, usize)> + use<'a> {
        let quaderno = self.quaderno;
        quaderno
            .voci()
            .iter()
            .filter(move |v| v.nodo == nodo)
            .map(move |v| (quaderno.testo_di(v), v.offset as usize))
    }

    /// A date, when the element is there and is one.
    pub fn data(&self, nodo: NodoId) -> Option<Data> {
        self.testo(nodo).and_then(leggi_data)
    }

    /// A year as number, when the element is there and is one.
    pub fn anno(&self, nodo: NodoId) -> Option<i16> {
        self.testo(nodo)?.parse().ok()
    }

    /// A Comune as sent, when its name is there.
    pub fn comune(&self, nodi: &ComuneNodi) -> Option<ComuneInviato<'a>> {
        Some(ComuneInviato {
            nome: self.testo(nodi.nome)?,
            istat: self.testo(nodi.istat),
            sigla: self.testo(nodi.sigla).unwrap_or_default(),
        })
    }

    /// Where an element stands, for a finding; the record itself when it is absent.
    pub fn punto(&self, nodo: NodoId) -> Punto {
        let voce = self.quaderno.voce(nodo);
        Punto::di_nodo(
            nodo,
            voce.filter(|v| v.foglia)
                .map(|v| self.quaderno.testo_di(v).to_owned()),
            voce.map_or(self.inizio, |v| v.offset as usize),
        )
    }
}

impl SchedaLetta<'_> {
    /// Offset of an element; of the record when it is absent.
    pub fn offset(&self, nodo: NodoId) -> usize {
        self.quaderno
            .voce(nodo)
            .map_or(self.inizio, |v| v.offset as usize)
    }
}
