//! A report that is already written takes further findings in their place.

use std::collections::BTreeMap;
use std::io::{self, BufWriter, Write};
use std::path::Path;

use crate::elabora::{NOME_RILIEVI, rilievi};
use crate::tipi::Rilievo;

/// Place of a finding: file, offset, code.
type Chiave = (usize, u64, String);

/// Puts findings, which come in (file, position, code) order, into the report of `uscita` where they belong; `ordine` names the files as the
/// report has them. What already stands there about the same scheda is not said twice. Gives what was added, per
/// code. The report is whole at every instant: a new file takes the place of the old one.
pub fn aggiungi_rilievi(
    uscita: &Path,
    ordine: &[String],
    nuovi: impl Iterator<Item = io::Result<Rilievo>>,
) -> io::Result<BTreeMap<String, u64>> {
    let mut aggiunti = BTreeMap::new();
    let mut guasto = None;
    let mut nuovi = nuovi
        .map_while(|r| r.map_err(|e| guasto = Some(e)).ok())
        .peekable();
    if nuovi.peek().is_none() {
        drop(nuovi);
        return guasto.map_or(Ok(aggiunti), Err);
    }
    let chiave = |r: &Rilievo| -> Chiave {
        let file = r.file.as_ref().and_then(|f| ordine.iter().position(|o| o == f));
        (
            file.unwrap_or(0),
            r.posizione.map_or(0, |p| p.offset),
            r.codice.clone(),
        )
    };
    let mut out = BufWriter::with_capacity(1 << 20, tempfile::NamedTempFile::new_in(uscita)?);
    let mut scrivi = |r: &Rilievo| -> io::Result<()> {
        serde_json::to_writer(&mut out, r)?;
        out.write_all(b"\n")
    };
    let mut aggiungi = |r: Rilievo, scrivi: &mut dyn FnMut(&Rilievo) -> io::Result<()>| -> io::Result<()> {
        scrivi(&r)?;
        *aggiunti.entry(r.codice).or_insert(0) += 1;
        Ok(())
    };
    for vecchio in rilievi(uscita)? {
        let vecchio = vecchio?;
        let qui = chiave(&vecchio);
        while let Some(nuovo) = nuovi.next_if(|n| chiave(n) < qui) {
            aggiungi(nuovo, &mut scrivi)?;
        }
        let _gia_detto = nuovi.next_if(|n| chiave(n) == qui && n.scheda == vecchio.scheda);
        scrivi(&vecchio)?;
    }
    for nuovo in nuovi {
        aggiungi(nuovo, &mut scrivi)?;
    }
    if let Some(guasto) = guasto {
        return Err(guasto);
    }
    let file = out.into_inner().map_err(io::IntoInnerError::into_error)?;
    file.as_file().sync_all()?;
    file.persist(uscita.join(NOME_RILIEVI)).map_err(|e| e.error)?;
    Ok(aggiunti)
}

#[cfg(test)]
mod prove {
    use super::*;
    use crate::tipi::{Gravita, TipoScheda};

    fn rilievo(file: &str, offset: u64, codice: &str) -> Rilievo {
        Rilievo {
            codice: codice.to_owned(),
            gravita: Gravita::Avviso,
            tipo_scheda: TipoScheda::SoggettoApr,
            scheda: format!("{file}{offset}"),
            posizione: Some(schema::Posizione {
                offset,
                riga: 1,
                colonna: 1,
            }),
            testo: String::new(),
            oggetto: None,
            campo: None,
            valore: None,
            file: Some(file.to_owned()),
            prog_anpr: None,
            codice_ae: None,
        }
    }

    #[test]
    fn ciascuno_al_suo_posto_e_una_volta_sola() {
        let cartella = tempfile::tempdir().expect("cartella");
        let ordine = ["b".to_owned(), "a".to_owned()];
        let vecchi = [
            rilievo("b", 5, "EC001"),
            rilievo("b", 9, "EA031"),
            rilievo("a", 1, "EC001"),
        ];
        let mut testo = Vec::new();
        for r in &vecchi {
            serde_json::to_writer(&mut testo, r).expect("JSON");
            testo.push(b'\n');
        }
        std::fs::write(cartella.path().join(NOME_RILIEVI), testo).expect("file");
        let nuovi = [
            rilievo("b", 5, "EA030"),
            rilievo("b", 9, "EA031"),
            rilievo("a", 1, "EA030"),
            rilievo("a", 7, "EA030"),
        ];
        let aggiunti =
            aggiungi_rilievi(cartella.path(), &ordine, nuovi.into_iter().map(Ok)).expect("scritto");
        assert_eq!(aggiunti, BTreeMap::from([("EA030".to_owned(), 3)]));
        let dopo: Vec<(String, String)> = rilievi(cartella.path())
            .expect("report")
            .map(|r| r.map(|r| (r.scheda, r.codice)))
            .collect::<io::Result<_>>()
            .expect("report");
        let atteso = [
            ("b5", "EA030"),
            ("b5", "EC001"),
            ("b9", "EA031"),
            ("a1", "EA030"),
            ("a1", "EC001"),
            ("a7", "EA030"),
        ];
        assert_eq!(dopo, atteso.map(|(s, c)| (s.to_owned(), c.to_owned())));
    }
}
