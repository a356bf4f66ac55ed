//! Table 3: every Comune that ever was, one row for each period, and the fictitious ones of the simulator.

use std::fmt::Write as _;
use std::sync::OnceLock;

use super::indice::{Indice, impronta};
use super::nome::Piegato;
use super::testo::{Celle, cella, righe, vale};
use crate::{CodiceIstat, Data, leggi_data};

/// End of a validity that has no end.
const SENZA_FINE: Data = Data::constant(9999, 12, 31);
/// About how many rows there are, fictitious ones included; only saves growing.
const RIGHE_STIMATE: usize = 20_480;

/// A Comune during one period.
#[derive(Clone, Copy, Debug)]
pub struct Riga {
    /// ISTAT code in that period.
    pub istat: CodiceIstat,
    /// Belfiore code, `ND` when it is not available.
    pub belfiore: &'static str,
    /// Letters of the province.
    pub sigla: &'static str,
    /// First day (`ISTITUZIONE`).
    pub dal: Data,
    /// Last day (`CESSAZIONE`), 9999-12-31 when in force.
    pub al: Data,
    /// Name.
    pub nome: &'static str,
    /// Name without accents, only where it differs; else empty.
    pub traslitterato: &'static str,
    /// Name in the second official language; else empty.
    pub altro_nome: &'static str,
    /// ISTAT code of a name no longer used; else empty.
    pub cod_denom: &'static str,
    resto: &'static str,
}

impl Riga {
    /// Existed on that day, ends included.
    pub fn vale_il(&self, giorno: Data) -> bool {
        vale(Some(self.dal), Some(self.al), giorno)
    }

    /// In force without an end: state `A`; the others are `C`.
    pub fn attivo(&self) -> bool {
        self.al == SENZA_FINE
    }

    /// One of the fictitious Comuni.
    pub fn fittizio(&self) -> bool {
        self.istat.fittizio()
    }

    /// ANPR id of the row.
    pub fn id(&self) -> &'static str {
        cella(self.resto, 0)
    }

    /// ANPR id of the province.
    pub fn id_provincia(&self) -> &'static str {
        cella(self.resto, 1)
    }

    /// ISTAT code of the province, three digits.
    pub fn provincia(&self) -> &'static str {
        cella(self.resto, 2)
    }

    /// ISTAT code of the region, `EX` suppressed, `00` not available.
    pub fn regione(&self) -> &'static str {
        cella(self.resto, 3)
    }

    /// `I` Istat, `AE` Agenzia delle Entrate, `SIM` the simulator, empty when not stated.
    pub fn fonte(&self) -> &'static str {
        cella(self.resto, 4)
    }

    fn leggi(riga: &'static str) -> Option<Self> {
        let mut c = Celle::di(riga);
        Some(Self {
            istat: CodiceIstat::parse(c.cella()).ok()?,
            belfiore: c.cella(),
            sigla: c.cella(),
            dal: leggi_data(c.cella())?,
            al: c.data().unwrap_or(SENZA_FINE),
            nome: c.cella(),
            traslitterato: c.cella(),
            altro_nome: c.cella(),
            cod_denom: c.cella(),
            resto: c.resto(),
        })
    }

    fn nomi(&self) -> impl Iterator<Item = &'static str> + use<> {
        [self.nome, self.traslitterato, self.altro_nome]
            .into_iter()
            .filter(|n| !n.is_empty())
    }
}

/// Table 3, with its indexes.
pub struct Comuni {
    righe: Vec<Riga>,
    nomi: Indice,
    istat: Indice,
    belfiore: Indice,
    denom: Indice,
}

/// The fictitious Comuni 888001 … 888999 as lines of the compact form (spec subentro.md §4.8). Their ids
/// repeat the ISTAT code: the official ones stop at five digits.
fn fittizi() -> &'static str {
    static FITTIZI: OnceLock<String> = OnceLock::new();
    FITTIZI.get_or_init(|| {
        let mut testo = String::from("#\n#\n");
        for n in 1..=999 {
            let _ = writeln!(
                testo,
                "888{n:03}\tY{n:03}\tXX\t1861-03-17\t\tCOMUNE FITTIZIO {n:03}\t\t\t\t888{n:03}\t888\t888\t00\tSIM"
            );
        }
        testo
    })
}

impl Comuni {
    pub(super) fn carica() -> Self {
        let mut tutte = Vec::with_capacity(RIGHE_STIMATE);
        tutte.extend(
            righe(include_str!("../../../../fixtures/tabelle/comuni.tsv"))
                .chain(righe(fittizi()))
                .filter_map(Riga::leggi),
        );
        let numerate = || tutte.iter().zip(0_u32..);
        let nomi = numerate().flat_map(|(riga, i)| {
            // The transliterated form often folds like the name: one entry is enough.
            let mut gia = None;
            riga.nomi().filter_map(move |nome| {
                let chiave = impronta(Piegato::di(nome)?.byte());
                (gia.replace(chiave) != Some(chiave)).then_some((chiave, i))
            })
        });
        let nomi = Indice::nuovo(tutte.len(), nomi);
        let istat = Indice::nuovo(tutte.len(), numerate().map(|(r, i)| (r.istat.numero(), i)));
        let belfiore = numerate().filter_map(|(r, i)| Some((chiave_belfiore(r.belfiore)?, i)));
        let belfiore = Indice::nuovo(tutte.len(), belfiore);
        let denom = numerate().filter_map(|(r, i)| Some((CodiceIstat::parse(r.cod_denom).ok()?.numero(), i)));
        let denom = Indice::nuovo(tutte.len() / 16, denom);
        Self {
            righe: tutte,
            nomi,
            istat,
            belfiore,
            denom,
        }
    }

    /// Every row: the official ones in the order of the source, then the fictitious ones.
    pub fn righe(&self) -> &[Riga] {
        &self.righe
    }

    /// The rows that bear this ISTAT code, in table order; none when it is not one.
    pub fn per_istat(&self, istat: &str) -> impl Iterator<Item = &Riga> + use<'_> {
        let codice = CodiceIstat::parse(istat).ok();
        codice.into_iter().flat_map(|c| self.con_istat(c))
    }

    pub(super) fn con_istat(&self, istat: CodiceIstat) -> impl Iterator<Item = &Riga> + use<'_> {
        self.istat.righe(istat.numero()).map(|i| &self.righe[i])
    }

    /// The rows that bear this Belfiore code, in table order. `ND` is no code.
    pub fn per_belfiore(&self, belfiore: &str) -> impl Iterator<Item = &Riga> + use<'_> {
        let chiave = chiave_belfiore(belfiore);
        chiave
            .into_iter()
            .flat_map(|c| self.belfiore.righe(c))
            .map(|i| &self.righe[i])
    }

    /// The rows that own this COD_DENOM, the ISTAT code of a name no longer used.
    pub fn per_denominazione(&self, cod_denom: &str) -> impl Iterator<Item = &Riga> + use<'_> {
        let codice = CodiceIstat::parse(cod_denom).ok();
        codice.into_iter().flat_map(|c| self.con_denominazione(c))
    }

    pub(super) fn con_denominazione(&self, codice: CodiceIstat) -> impl Iterator<Item = &Riga> + use<'_> {
        self.denom.righe(codice.numero()).map(|i| &self.righe[i])
    }

    /// The rows whose name, transliterated name or other name is this one, accents and case aside, whatever
    /// the province and the period.
    pub fn per_nome<'a>(&'a self, nome: &str) -> impl Iterator<Item = &'a Riga> + use<'a> {
        let piegato = Piegato::di(nome);
        let chiave = piegato.as_ref().map(|p| impronta(p.byte()));
        chiave
            .into_iter()
            .flat_map(|c| self.nomi.righe(c))
            .map(|i| &self.righe[i])
            // The key is a hash: the names decide.
            .filter(move |riga| piegato.as_ref().is_some_and(|p| riga.nomi().any(|n| p.uguale(n))))
    }

    /// The name was that of some Comune, at some time (what EC166 asks).
    pub fn nome_esistito(&self, nome: &str) -> bool {
        self.per_nome(nome).next().is_some()
    }

    /// The Comuni that exist on a day, in table order; fictitious ones included.
    pub fn attivi(&self, giorno: Data) -> impl Iterator<Item = &Riga> + use<'_> {
        self.righe.iter().filter(move |riga| riga.vale_il(giorno))
    }

    /// The row of an ISTAT code on a day.
    pub fn al_giorno(&self, istat: CodiceIstat, giorno: Data) -> Option<&Riga> {
        self.con_istat(istat).find(|riga| riga.vale_il(giorno))
    }
}

/// A Belfiore code, a letter and three digits in either case, as a key.
fn chiave_belfiore(codice: &str) -> Option<u32> {
    let mut byte: [u8; 4] = codice.as_bytes().try_into().ok()?;
    byte.make_ascii_uppercase();
    Some(u32::from_be_bytes(byte))
}
