//! Where things happen: the Comune of the delivery through time, and the rest of Italy, from table 3.

use anagrafe::CodiceIstat;
use anagrafe::tabelle::{Riga, tabelle};

use crate::dado::Dado;
use crate::giorno::Giorno;

/// One row of table 3, in the generator's own terms.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Comune {
    pub(crate) nome: &'static str,
    pub(crate) istat: CodiceIstat,
    pub(crate) sigla: &'static str,
    pub(crate) belfiore: &'static str,
    /// `COD_DENOM` of the row, empty when it has none.
    pub(crate) denom: &'static str,
    dal: Giorno,
    al: Giorno,
}

impl Comune {
    fn da(r: &Riga) -> Self {
        Self {
            nome: r.nome,
            istat: r.istat,
            sigla: r.sigla,
            belfiore: r.belfiore,
            denom: r.cod_denom,
            dal: r.dal.into(),
            al: r.al.into(),
        }
    }

    /// Did the Comune exist, with this name and these codes, on that day?
    pub(crate) fn vale_il(&self, g: Giorno) -> bool {
        self.dal <= g && g <= self.al
    }
}

/// The places a population can use.
pub(crate) struct Paese {
    proprio: Vec<Comune>,
    attuale: Comune,
    grandi: Vec<Comune>,
    tutti: Vec<Comune>,
}

/// Share of births elsewhere that fall in a large town, out of a thousand.
const GRANDI_PERMILLE: u64 = 550;
/// Large towns, by Belfiore code; all exist since before the oldest birth.
const GRANDI: [&str; 20] = [
    "H501", "F205", "F839", "L219", "G273", "D969", "A944", "D612", "A662", "C351", "L736", "L781", "F158",
    "G224", "L424", "B157", "L049", "G337", "H199", "B354",
];
/// Days at which the list of Comuni is read, so that suppressed ones are there too.
const FOTOGRAFIE: [(i32, i32, i32); 7] = [
    (1921, 1, 1),
    (1935, 1, 1),
    (1950, 1, 1),
    (1965, 1, 1),
    (1980, 1, 1),
    (1995, 1, 1),
    (2010, 1, 1),
];

impl Paese {
    /// The country seen from a Comune; `None` when the Comune does not exist on `oggi`.
    pub(crate) fn di(istat: CodiceIstat, oggi: Giorno) -> Option<Self> {
        let comuni = tabelle().comuni();
        let proprio: Vec<Comune> = comuni.per_istat(istat.as_str()).map(Comune::da).collect();
        let attuale = proprio.iter().find(|c| c.vale_il(oggi))?.clone();
        let mut tutti: Vec<Comune> = FOTOGRAFIE
            .iter()
            .map(|&(a, m, g)| Giorno::di(a, m, g))
            .chain([oggi])
            .flat_map(|g| comuni.attivi(g.data()))
            .map(Comune::da)
            // A fictitious Comune is nobody's birthplace but its own; an incomplete row helps nobody.
            .filter(|c| !c.istat.fittizio() && c.sigla.len() == 2 && c.belfiore.len() == 4)
            .collect();
        tutti.sort_by(|a, b| (a.belfiore, a.dal, a.nome, a.istat).cmp(&(b.belfiore, b.dal, b.nome, b.istat)));
        tutti.dedup();
        let grandi = tutti
            .iter()
            .filter(|c| GRANDI.contains(&c.belfiore))
            .cloned()
            .collect();
        Some(Self {
            proprio,
            attuale,
            grandi,
            tutti,
        })
    }

    /// The Comune of the delivery today.
    pub(crate) fn attuale(&self) -> &Comune {
        &self.attuale
    }

    /// The Comune of the delivery as it was on a day, if it was there.
    pub(crate) fn proprio(&self, g: Giorno) -> Option<&Comune> {
        if self.attuale.vale_il(g) {
            Some(&self.attuale)
        } else {
            self.proprio.iter().find(|c| c.vale_il(g))
        }
    }

    /// Some other Comune of Italy, as it was on a day.
    pub(crate) fn altrove(&self, g: Giorno, dado: &mut Dado) -> &Comune {
        if !dado.permille(GRANDI_PERMILLE) {
            for _ in 0..12 {
                let c = dado.uno(&self.tutti);
                if c.vale_il(g) {
                    return c;
                }
            }
        }
        let inizio = dado.sotto(self.grandi.len() as u64) as usize;
        let giro = self.grandi[inizio..].iter().chain(&self.grandi[..inizio]);
        giro.into_iter().find(|c| c.vale_il(g)).unwrap_or(&self.attuale)
    }

    /// The own Comune if it existed that day, another one otherwise.
    pub(crate) fn qui(&self, g: Giorno, dado: &mut Dado) -> &Comune {
        match self.proprio(g) {
            Some(c) => c,
            None => self.altrove(g, dado),
        }
    }
}
