//! What the deliveries of a Comune in one environment prove, oldest first. They stay readable after their cancellation,
//! so nothing of this needs to be remembered.

use anagrafe::italiano::quanti;
use elaborazione::anomalie::Livello;
use registro::{Canale, Fornitura, IdFornitura, Quando, StatoFile, StatoFornitura, TipoFile};

use super::casi::con_apr;

/// One time a case was performed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Riscontro {
    pub(super) quando: Quando,
    pub(super) fornitura: IdFornitura,
    pub(super) testo: String,
}

fn uno(f: &Fornitura, quando: Quando, testo: impl Into<String>) -> Riscontro {
    Riscontro {
        quando,
        fornitura: f.id,
        testo: testo.into(),
    }
}

/// Whether the Comune sent it, and not the simulator itself.
pub(super) fn inviata(f: &Fornitura) -> bool {
    f.file.iter().any(|x| x.canale != Canale::Simulatore)
}

/// When it ended well: the cancellation that came later does not undo that.
fn riuscita(f: &Fornitura) -> Option<Quando> {
    f.conclusa.filter(|_| f.stato != StatoFornitura::Ko)
}

fn riuscite(tutte: &[Fornitura], quale: impl Fn(&Fornitura) -> Option<String>) -> Vec<Riscontro> {
    tutte
        .iter()
        .filter_map(|f| Some(uno(f, riuscita(f)?, quale(f)?)))
        .collect()
}

pub(super) fn apr_accettati(tutte: &[Fornitura]) -> Vec<Riscontro> {
    tutte
        .iter()
        .flat_map(|f| {
            f.file
                .iter()
                .filter(|x| x.tipo == TipoFile::Apr && x.stato != StatoFile::Scartato)
                .map(|x| uno(f, x.ricevuto, x.nome.clone()))
        })
        .collect()
}

pub(super) fn aire_letti(tutte: &[Fornitura]) -> Vec<Riscontro> {
    riuscite(tutte, |f| {
        let letto = |x: &&registro::FileFornitura| {
            x.tipo == TipoFile::Aire
                && x.stato != StatoFile::Scartato
                && x.formato_aire.as_deref().is_some_and(|t| t != "opaco")
        };
        f.file
            .iter()
            .find(letto)
            .map(|x| format!("{}: {}", x.nome, quanti(x.schede.aire, "scheda", "schede")))
    })
}

pub(super) fn positive(tutte: &[Fornitura]) -> Vec<Riscontro> {
    riuscite(tutte, |f| Some(format!("versione {}", f.versione)))
}

pub(super) fn corrette(tutte: &[Fornitura]) -> Vec<Riscontro> {
    let mut trovate = Vec::new();
    for (i, ko) in tutte.iter().enumerate() {
        let codici: Vec<&str> = ko
            .conteggi
            .keys()
            .map(String::as_str)
            .filter(|c| blocca(ko, c))
            .collect();
        if ko.stato != StatoFornitura::Ko || codici.is_empty() {
            continue;
        }
        let dopo = tutte[i + 1..]
            .iter()
            .filter(|f| f.versione > ko.versione)
            .find_map(|f| Some((f, riuscita(f)?)));
        if let Some((f, quando)) = dopo {
            let testo = format!(
                "{} versione {} KO ({}), versione {} riuscita",
                ko.id,
                ko.versione,
                codici.join(", "),
                f.versione
            );
            trovate.push(uno(f, quando, testo));
        }
    }
    trovate
}

fn blocca(f: &Fornitura, codice: &str) -> bool {
    elaborazione::anomalia(codice).is_some_and(|a| {
        let livello = if f.ambiente == anagrafe::Ambiente::Test {
            a.gravita.test
        } else {
            a.gravita.subentro
        };
        livello == Livello::Errore
    })
}

pub(super) fn con_segnalazioni(tutte: &[Fornitura]) -> Vec<Riscontro> {
    riuscite(tutte, |f| {
        let codici: Vec<&str> = f
            .conteggi
            .iter()
            .filter(|(_, n)| **n > 0)
            .map(|(c, _)| c.as_str())
            .collect();
        (!codici.is_empty()).then(|| codici.join(", "))
    })
}

pub(super) fn con_convivenze(tutte: &[Fornitura]) -> Vec<Riscontro> {
    riuscite(tutte, |f| {
        let s = f.schede;
        (s.famiglie > 0 && s.convivenze > 0).then(|| {
            format!(
                "{}, {}",
                quanti(s.famiglie, "famiglia", "famiglie"),
                quanti(s.convivenze, "convivenza", "convivenze")
            )
        })
    })
}

pub(super) fn cancellazioni(tutte: &[Fornitura]) -> Vec<Riscontro> {
    tutte
        .iter()
        .filter_map(|f| Some(uno(f, f.cancellazione?, format!("versione {}", f.versione))))
        .collect()
}

pub(super) fn dopo_la_cancellazione(tutte: &[Fornitura]) -> Vec<Riscontro> {
    let mut trovate = Vec::new();
    for (i, prima) in tutte.iter().enumerate() {
        if prima.stato != StatoFornitura::Cancellata {
            continue;
        }
        if let Some(f) = tutte.get(i + 1).filter(|f| con_apr(f)) {
            trovate.push(uno(f, f.creata, format!("dopo la cancellazione di {}", prima.id)));
        }
    }
    trovate
}
