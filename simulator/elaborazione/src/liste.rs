//! The CSV lists that come back (subentro.md §6.1): real names, columns and `Tipo scheda` values.
//!
//! `;`, Windows-1252, CRLF, one header line. A cell that a spreadsheet would run as a formula gets an
//! apostrophe in front. No severity column, no duplicate rows.

use std::io::{self, Write};

use anagrafe::{CodiceIstat, Data};

use crate::tipi::{Rilievo, TipoScheda};

/// Columns of `Subentrati_…`.
pub const COLONNE_SUBENTRATI: [&str; 3] = ["Tipo scheda", "Prog. scheda ANPR", "Prog. scheda Comune"];
/// Columns of the anomalies of individuals.
pub const COLONNE_INDIVIDUALI: [&str; 5] = [
    "Prog. ANPR soggetto",
    "Progressivo APR/AIRE soggetto",
    "Tipo Scheda",
    "Codice",
    "Descrizione",
];
/// Columns of the anomalies of families and convivenze.
pub const COLONNE_FAMIGLIE: [&str; 5] = [
    "Prog. ANPR scheda",
    "Prog. scheda Comune",
    "Tipo Scheda",
    "Codice",
    "Descrizione",
];
/// Columns of the anomalies of the codice fiscale.
pub const COLONNE_CODICE_FISCALE: [&str; 7] = [
    "Prog. ANPR soggetto",
    "Progressivo APR/AIRE soggetto",
    "Tipo Scheda",
    "Codice",
    "Descrizione",
    "CF Comune",
    "CF AE",
];

/// The three lists of anomalies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lista {
    /// Individuals with wrong or incomplete data.
    Individuali,
    /// Families and convivenze with wrong or incomplete data.
    Famiglie,
    /// What the Anagrafe Tributaria said.
    CodiceFiscale,
}

impl Lista {
    /// The list a finding belongs to; findings about files are in none.
    pub fn di(rilievo: &Rilievo) -> Option<Self> {
        match rilievo.tipo_scheda {
            TipoScheda::File | TipoScheda::Fornitura => None,
            TipoScheda::Famiglia | TipoScheda::Convivenza => Some(Lista::Famiglie),
            TipoScheda::SoggettoApr | TipoScheda::SoggettoAire => Some(if rilievo.codice.starts_with("EA") {
                Lista::CodiceFiscale
            } else {
                Lista::Individuali
            }),
        }
    }

    /// Its name for a Comune on a day.
    pub fn nome(self, comune: CodiceIstat, giorno: Data) -> String {
        let data = format!("{:04}{:02}{:02}", giorno.year(), giorno.month(), giorno.day());
        let corpo = match self {
            Lista::Individuali => "SchedeIndivErr",
            Lista::Famiglie => "SchedeFamConvErr",
            Lista::CodiceFiscale => "CFDiversoAssenteDatiDiversiCollegatiOmocodici",
        };
        format!("{comune}{corpo}{data}.csv")
    }
}

/// Name of the list of assigned ids of one file: `Subentrati_` and its base name.
pub fn nome_subentrati(file: &str) -> String {
    let base = file
        .strip_suffix(".gz")
        .or_else(|| file.strip_suffix(".GZ"))
        .unwrap_or(file);
    format!("Subentrati_{base}.csv")
}

/// Name of a list of persons that another Comune has too, with a later (`piu_recente`) or an earlier date;
/// its rows come from the register.
pub fn nome_duplicati(comune: CodiceIstat, piu_recente: bool) -> String {
    let quale = if piu_recente { "Recente" } else { "Remota" };
    format!("{comune}DuplicatiComuniDiversiDataPiu{quale}.csv")
}

/// Writes one of the lists, row by row.
pub struct ScrittoreLista<W: Write> {
    out: W,
    ultima: Vec<u8>,
}

impl<W: Write> ScrittoreLista<W> {
    /// Starts a list with its header.
    pub fn nuova(out: W, colonne: &[&str]) -> io::Result<Self> {
        let mut lista = Self {
            out,
            ultima: Vec::new(),
        };
        lista.riga(colonne)?;
        Ok(lista)
    }

    /// Starts one of the lists of anomalies.
    pub fn di_anomalie(out: W, lista: Lista) -> io::Result<Self> {
        match lista {
            Lista::Individuali => Self::nuova(out, &COLONNE_INDIVIDUALI),
            Lista::Famiglie => Self::nuova(out, &COLONNE_FAMIGLIE),
            Lista::CodiceFiscale => Self::nuova(out, &COLONNE_CODICE_FISCALE),
        }
    }

    /// A row; the same row twice in a row is written once.
    pub fn riga(&mut self, celle: &[&str]) -> io::Result<()> {
        let mut scrittore = csv::WriterBuilder::new()
            .delimiter(b';')
            .terminator(csv::Terminator::CRLF)
            .from_writer(Vec::new());
        scrittore.write_record(celle.iter().map(|c| windows_1252(&innocua(c))))?;
        let riga = scrittore
            .into_inner()
            .map_err(|e| io::Error::other(e.to_string()))?;
        if riga != self.ultima {
            self.out.write_all(&riga)?;
            self.ultima = riga;
        }
        Ok(())
    }

    /// The row of a finding.
    pub fn rilievo(&mut self, r: &Rilievo) -> io::Result<()> {
        let prog = r.prog_anpr.map(|p| p.to_string()).unwrap_or_default();
        let mut celle = vec![
            prog.as_str(),
            &r.scheda,
            r.tipo_scheda.etichetta(),
            &r.codice,
            &r.testo,
        ];
        if Lista::di(r) == Some(Lista::CodiceFiscale) {
            celle.extend([&r.valore, &r.codice_ae].map(|cf| cf.as_deref().unwrap_or_default()));
        }
        self.riga(&celle)
    }

    /// The row of an assigned id.
    pub fn subentrato(&mut self, tipo: TipoScheda, prog_anpr: u64, scheda: &str) -> io::Result<()> {
        self.riga(&[tipo.etichetta(), &prog_anpr.to_string(), scheda])
    }

    /// Gives back what it writes into.
    pub fn fine(mut self) -> io::Result<W> {
        self.out.flush()?;
        Ok(self.out)
    }
}

/// A cell no spreadsheet runs: what begins like a formula gets an apostrophe in front.
pub fn innocua(cella: &str) -> std::borrow::Cow<'_, str> {
    if cella.starts_with(['=', '+', '-', '@', '\t', '\r']) {
        format!("'{cella}").into()
    } else {
        cella.into()
    }
}

/// Characters of the bytes 0x80 to 0x9f of Windows-1252; blank where none is assigned.
const MEZZO: &str = "€ ‚ƒ„…†‡ˆ‰Š‹Œ Ž  ‘’“”•–—˜™š›œ žŸ";

/// Text of bytes in Windows-1252; an unassigned byte becomes the replacement character.
pub(crate) fn da_windows_1252(byte: &[u8]) -> String {
    byte.iter()
        .map(|b| match b {
            0x80..=0x9f => MEZZO
                .chars()
                .nth(usize::from(b - 0x80))
                .filter(|c| *c != ' ')
                .unwrap_or(char::REPLACEMENT_CHARACTER),
            b => char::from(*b),
        })
        .collect()
}

/// Windows-1252; what it does not have becomes `?`.
pub fn windows_1252(testo: &str) -> Vec<u8> {
    testo
        .chars()
        .map(|c| match u8::try_from(u32::from(c)) {
            Ok(b) if !(0x80..0xa0).contains(&b) => b,
            _ => MEZZO
                .chars()
                .position(|m| m == c && c != ' ')
                .map_or(b'?', |i| 0x80 + i as u8),
        })
        .collect()
}

#[cfg(test)]
mod prove {
    use super::*;
    use crate::tipi::Gravita;

    fn rilievo(codice: &str, tipo: TipoScheda) -> Rilievo {
        Rilievo {
            codice: codice.to_owned(),
            gravita: Gravita::Avviso,
            tipo_scheda: tipo,
            scheda: "=S1".to_owned(),
            posizione: None,
            testo: "perché; così".to_owned(),
            oggetto: None,
            campo: None,
            valore: Some("CF".to_owned()),
            file: None,
            prog_anpr: Some(7),
            codice_ae: None,
        }
    }

    #[test]
    fn una_riga_vera() {
        let mut lista = ScrittoreLista::di_anomalie(Vec::new(), Lista::Individuali).expect("memoria");
        lista
            .rilievo(&rilievo("EC075", TipoScheda::SoggettoApr))
            .expect("memoria");
        lista
            .rilievo(&rilievo("EC075", TipoScheda::SoggettoApr))
            .expect("memoria");
        let byte = lista.fine().expect("memoria");
        let atteso = b"Prog. ANPR soggetto;Progressivo APR/AIRE soggetto;Tipo Scheda;Codice;Descrizione\r\n\
            7;'=S1;Scheda Individuale APR;EC075;\"perch\xe9; cos\xec\"\r\n";
        assert_eq!(byte, atteso);
    }

    #[test]
    fn il_codice_fiscale_inviato_e_quello_dell_agenzia() {
        let mut lista = ScrittoreLista::di_anomalie(Vec::new(), Lista::CodiceFiscale).expect("memoria");
        let con = Rilievo {
            codice_ae: Some("CFAE".to_owned()),
            ..rilievo("EAA50", TipoScheda::SoggettoApr)
        };
        lista.rilievo(&con).expect("memoria");
        let byte = lista.fine().expect("memoria");
        let seconda = byte.split(|b| *b == b'\n').nth(1).expect("la riga");
        assert!(seconda.ends_with(b";CF;CFAE\r"), "{seconda:?}");
    }

    #[test]
    fn ogni_rilievo_nella_sua_lista() {
        for (codice, tipo, attesa) in [
            ("EA030", TipoScheda::SoggettoAire, Some(Lista::CodiceFiscale)),
            ("EC001", TipoScheda::SoggettoAire, Some(Lista::Individuali)),
            ("EF008", TipoScheda::Convivenza, Some(Lista::Famiglie)),
            ("EN011", TipoScheda::File, None),
        ] {
            assert_eq!(Lista::di(&rilievo(codice, tipo)), attesa, "{codice}");
        }
        let comune = CodiceIstat::parse("888001").expect("codice");
        let nome = Lista::Individuali.nome(comune, Data::constant(2021, 3, 1));
        assert_eq!(nome, "888001SchedeIndivErr20210301.csv");
        assert_eq!(
            nome_subentrati("888001_SUBAPR_1_1_1.gz"),
            "Subentrati_888001_SUBAPR_1_1_1.csv"
        );
    }

    #[test]
    fn la_codifica() {
        assert_eq!(windows_1252("è€’Ž→"), [0xe8, 0x80, 0x92, 0x8e, b'?']);
        assert_eq!(innocua("-1"), "'-1");
        assert_eq!(innocua("1-"), "1-");
    }
}
