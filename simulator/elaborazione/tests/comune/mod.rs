//! What the tests share: deliveries through reading and elaboration.
#![allow(dead_code, reason = "each test file uses its part")]

use std::collections::BTreeMap;
use std::path::Path;

use elaborazione::banco::Banco;
use elaborazione::{
    Allineata, Contesto, Esito, Ingresso, NomeFile, OpzioniPrepara, RifiutoFile, Rilievo, Segmento, elabora,
    prepara, rilievi,
};

/// Codes in the order found.
pub(crate) fn codici(rilievi: &[Rilievo]) -> Vec<String> {
    let mut codici: Vec<String> = rilievi.iter().map(|r| r.codice.clone()).collect();
    codici.sort();
    codici.dedup();
    codici
}

/// Findings per code.
pub(crate) fn conta(rilievi: &[Rilievo]) -> BTreeMap<String, usize> {
    let mut conti = BTreeMap::new();
    for r in rilievi {
        *conti.entry(r.codice.clone()).or_default() += 1;
    }
    conti
}

/// Reads one file into a segment.
pub(crate) fn ingresso(cartella: &Path, nome: &str, byte: &[u8], ctx: &Contesto) -> Ingresso {
    con_fili(cartella, nome, byte, ctx, 1)
}

/// The same on some threads.
pub(crate) fn con_fili(cartella: &Path, nome: &str, byte: &[u8], ctx: &Contesto, fili: usize) -> Ingresso {
    let letto = NomeFile::parse(nome).expect("nome");
    let uscita = cartella.join(format!("{nome}.{fili}.seg"));
    let opzioni = OpzioniPrepara {
        fili,
        ..OpzioniPrepara::default()
    };
    prepara(byte, nome, &letto, ctx, &uscita, &opzioni).unwrap_or_else(|e| panic!("{nome}: {e}"));
    Ingresso {
        nome: nome.to_owned(),
        segmento: Segmento::apri(&uscita).expect("segmento"),
    }
}

/// The codes a file is refused with.
pub(crate) fn rifiuto_formato(nome: &str, byte: &[u8]) -> Vec<String> {
    let cartella = tempfile::tempdir().expect("cartella");
    let uscita = cartella.path().join("s");
    let letto = NomeFile::parse(nome).expect("nome");
    let ctx = Banco::nuovo().contesto();
    match prepara(byte, nome, &letto, &ctx, &uscita, &OpzioniPrepara::default()) {
        Ok(_) => vec![],
        Err(RifiutoFile::Rilievi(r)) => {
            assert_eq!(
                std::fs::read_dir(cartella.path()).expect("cartella").count(),
                0,
                "resta qualcosa"
            );
            codici(&r)
        }
        Err(altro) => vec![altro.to_string()],
    }
}

/// A delivery ready to be elaborated.
#[derive(Clone)]
pub(crate) struct Fornitura {
    pub(crate) file: Vec<(String, Vec<u8>)>,
    pub(crate) completa: bool,
    pub(crate) ctx: Contesto,
}

impl Fornitura {
    pub(crate) fn di(banco: &mut Banco) -> Self {
        Self {
            file: banco.file(),
            completa: true,
            ctx: banco.contesto(),
        }
    }

    pub(crate) fn elabora(&self) -> (Esito, Vec<Rilievo>) {
        let cartella = tempfile::tempdir().expect("cartella");
        let ingressi: Vec<Ingresso> = self
            .file
            .iter()
            .map(|(n, b)| ingresso(cartella.path(), n, b, &self.ctx))
            .collect();
        let esito = elabora(
            &ingressi,
            self.completa,
            &self.ctx,
            &Allineata::default(),
            cartella.path(),
        );
        let trovati = rilievi(cartella.path())
            .expect("rilievi")
            .collect::<Result<_, _>>()
            .expect("rilievi");
        (esito.expect("elabora"), trovati)
    }
}
