//! File name → what it promises (subentro.md §2.1).
//!
//! Only the form is judged here; whether the promise fits the sender, the delivery and the limits
//! is the business of [`crate::sportello`]. A name is never used as a path.

use anagrafe::CodiceIstat;

use crate::tipi::TipoFile;

/// Digits a counter in a name may have.
const CIFRE_CONTATORE: usize = 3;

/// A well-formed name of a migration file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum NomeFile {
    /// `<ISTAT6>_SUBAPR_<versione>_<progressivo>_<totale>.gz`
    Apr {
        /// Sending Comune.
        istat: CodiceIstat,
        /// Versione of the delivery.
        versione: u16,
        /// Which of the files, from 1.
        progressivo: u16,
        /// How many files there are.
        totale: u16,
    },
    /// `<ISTAT6>_SUBAIRE_<versione>.gz`
    Aire {
        /// Sending Comune.
        istat: CodiceIstat,
        /// Counter of the AIRE file; need not equal the APR versione.
        versione: u16,
    },
}

impl NomeFile {
    /// Reads a name; `None` is `EN001`. Literals are upper case, the extension `.gz` or `.GZ`.
    pub fn parse(nome: &str) -> Option<Self> {
        let base = nome.strip_suffix(".gz").or_else(|| nome.strip_suffix(".GZ"))?;
        let mut campi = base.split('_');
        let istat = CodiceIstat::parse(campi.next()?).ok()?;
        let tipo = campi.next()?;
        let letto = match tipo {
            "SUBAPR" => NomeFile::Apr {
                istat,
                versione: contatore(campi.next()?)?,
                progressivo: contatore(campi.next()?)?,
                totale: contatore(campi.next()?)?,
            },
            "SUBAIRE" => NomeFile::Aire {
                istat,
                versione: contatore(campi.next()?)?,
            },
            _ => return None,
        };
        campi.next().is_none().then_some(letto)
    }

    /// The delivery a file on disk belongs to, whether still compressed or not: `.xml` and `.txt` count
    /// like the `.gz` they came from.
    pub(crate) fn su_disco(nome: &str) -> Option<Self> {
        let mut base = nome;
        for estensione in [".gz", ".xml", ".txt"] {
            let taglio = base.len().saturating_sub(estensione.len());
            if base
                .get(taglio..)
                .is_some_and(|fine| fine.eq_ignore_ascii_case(estensione))
            {
                base = base.get(..taglio).unwrap_or_default();
            }
        }
        Self::parse(&format!("{base}.gz"))
    }

    /// ISTAT in the first field of a name that may be otherwise malformed (gate 1 comes before the
    /// judgement of the form).
    pub fn istat_di(nome: &str) -> Option<CodiceIstat> {
        nome.split(['_', '-', '.'])
            .next()
            .and_then(|campo| CodiceIstat::parse(campo).ok())
    }

    /// Kind of file.
    pub fn tipo(&self) -> TipoFile {
        match self {
            NomeFile::Apr { .. } => TipoFile::Apr,
            NomeFile::Aire { .. } => TipoFile::Aire,
        }
    }

    /// Comune in the name.
    pub fn istat(&self) -> CodiceIstat {
        match *self {
            NomeFile::Apr { istat, .. } | NomeFile::Aire { istat, .. } => istat,
        }
    }

    /// Versione in the name.
    pub fn versione(&self) -> u16 {
        match *self {
            NomeFile::Apr { versione, .. } | NomeFile::Aire { versione, .. } => versione,
        }
    }

    /// The name in its usual spelling.
    pub fn componi(&self) -> String {
        match self {
            NomeFile::Apr {
                istat,
                versione,
                progressivo,
                totale,
            } => {
                format!("{istat}_SUBAPR_{versione}_{progressivo}_{totale}.gz")
            }
            NomeFile::Aire { istat, versione } => format!("{istat}_SUBAIRE_{versione}.gz"),
        }
    }
}

fn contatore(testo: &str) -> Option<u16> {
    let forma =
        !testo.is_empty() && testo.len() <= CIFRE_CONTATORE && testo.bytes().all(|b| b.is_ascii_digit());
    forma.then(|| testo.parse().ok()).flatten()
}

#[cfg(test)]
mod prove {
    use super::*;

    #[test]
    fn i_nomi_del_tracciato() {
        for (nome, atteso) in [
            ("888001_SUBAPR_1_2_12.gz", Some((TipoFile::Apr, 1))),
            ("888001_SUBAIRE_7.GZ", Some((TipoFile::Aire, 7))),
            ("888001_SUBAPR_1_0_1.gz", Some((TipoFile::Apr, 1))), // zero is EN008, not EN001
            ("888001_SUBAPR_1_1.gz", None),                       // case 7
            ("888001_SUBAPR_1_1_1.zip", None),                    // case 8
            ("888001-SUBAPR-1-1-1.gz", None),
            ("888001_SUBAPR_1_1_1_1.gz", None),
            ("888001_subapr_1_1_1.gz", None),
            ("888001_SUBAPR_1000_1_1.gz", None),
            ("../../888001_SUBAPR_1_1_1.gz", None),
            ("888001_SUBAPR_+1_1_1.gz", None),
            ("", None),
        ] {
            let letto = NomeFile::parse(nome).map(|n| (n.tipo(), n.versione()));
            assert_eq!(letto, atteso, "{nome}");
        }
    }
}
