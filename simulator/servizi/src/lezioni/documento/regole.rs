//! What a lesson must be beyond its types: limits, dates in order, certificates issued before they are used.

use std::collections::BTreeSet;

use super::{
    ATTESE, AZIONI, DOMANDE, FRASE_CARATTERI, GIORNI, Lezione, MINUTI, NOTE_CARATTERI, PASSI, Passo,
    TESTO_CARATTERI, TITOLO_CARATTERI, VOCI,
};
use crate::{
    COMUNI_PRONTI,
    strumenti::{ABITANTI_DI_PROVA, AIRE_DI_PROVA},
};

impl Lezione {
    /// Checks what the types cannot say.
    pub(super) fn verifica(&self) -> Result<(), (Dove, String)> {
        let in_testa = |chiave: &'static str, perche: String| Err((Dove::Chiave(chiave), perche));
        lungo(&self.titolo, TITOLO_CARATTERI).or_else(|e| in_testa("titolo", e))?;
        lungo(&self.scopo, FRASE_CARATTERI).or_else(|e| in_testa("scopo", e))?;
        let numero: Option<u32> = self.comune.as_str().parse().ok();
        if !self.comune.fittizio() || numero.is_none_or(|n| COMUNI_PRONTI.contains(&n)) {
            return in_testa(
                "comune",
                format!(
                    "{}: una lezione ha un Comune suo, fittizio e non fra i pronti: da 888{:03} a 888999",
                    self.comune,
                    COMUNI_PRONTI.end() % 1000 + 1
                ),
            );
        }
        if !(1..=ABITANTI_DI_PROVA).contains(&self.abitanti) {
            return in_testa("abitanti", format!("da 1 a {ABITANTI_DI_PROVA}"));
        }
        if self.aire > AIRE_DI_PROVA {
            return in_testa("aire", format!("al massimo {AIRE_DI_PROVA}"));
        }
        if !(2000..=2100).contains(&self.oggi.year()) {
            return in_testa("oggi", "una data fra il 2000 e il 2100".to_owned());
        }
        quanti(self.prerequisiti.len(), VOCI).or_else(|e| in_testa("prerequisiti", e))?;
        for p in &self.prerequisiti {
            lungo(p, FRASE_CARATTERI).or_else(|e| in_testa("prerequisiti", e))?;
        }
        quanti(self.date.len(), VOCI).or_else(|e| in_testa("[[date]]", e))?;
        for d in &self.date {
            lungo(&d.testo, FRASE_CARATTERI).or_else(|e| in_testa("[[date]]", e))?;
        }
        quanti(self.domande.len(), DOMANDE).or_else(|e| in_testa("[[domande]]", e))?;
        for d in &self.domande {
            lungo(&d.domanda, FRASE_CARATTERI)
                .and_then(|()| lungo(&d.risposta, NOTE_CARATTERI))
                .or_else(|e| in_testa("[[domande]]", e))?;
        }
        if !(1..=PASSI).contains(&self.passi.len()) {
            return in_testa(
                "[[passi]]",
                format!("da 1 a {PASSI} passi, qui {}", self.passi.len()),
            );
        }
        let (prima, ultima) = self.periodo();
        if ultima.since(prima).map_or(i32::MAX, |s| s.get_days()) > GIORNI {
            return in_testa(
                "oggi",
                format!("fra la prima e l'ultima data passano più di {GIORNI} giorni"),
            );
        }
        let mut oggi = self.oggi;
        let mut certificati = BTreeSet::new();
        for (i, p) in self.passi.iter().enumerate() {
            let no = |perche| (Dove::Passo(i), format!("passo {}: {perche}", i + 1));
            p.verifica().map_err(no)?;
            for a in &p.azioni {
                a.verifica(&mut oggi, &mut certificati).map_err(no)?;
            }
            for a in &p.attese {
                a.verifica(&certificati).map_err(no)?;
            }
        }
        Ok(())
    }
}

impl Passo {
    fn verifica(&self) -> Result<(), String> {
        lungo(&self.titolo, TITOLO_CARATTERI).map_err(|e| format!("titolo: {e}"))?;
        lungo(&self.testo, TESTO_CARATTERI).map_err(|e| format!("testo: {e}"))?;
        lungo(&self.note, NOTE_CARATTERI).map_err(|e| format!("note: {e}"))?;
        if let Some(t) = &self.prima {
            lungo(t, TESTO_CARATTERI).map_err(|e| format!("prima: {e}"))?;
            if self.azioni.is_empty() {
                return Err("prima: senza azioni non c'è un prima e un dopo".to_owned());
            }
        }
        if let Some(t) = &self.approfondimento {
            lungo(t, NOTE_CARATTERI).map_err(|e| format!("approfondimento: {e}"))?;
        }
        if !(1..=MINUTI).contains(&self.minuti) {
            return Err(format!("minuti: da 1 a {MINUTI}"));
        }
        quanti(self.azioni.len(), AZIONI).map_err(|e| format!("azioni: {e}"))?;
        quanti(self.attese.len(), ATTESE).map_err(|e| format!("attese: {e}"))?;
        quanti(self.codici.len(), VOCI).map_err(|e| format!("codici: {e}"))?;
        if !self.attese.is_empty() && self.azioni.is_empty() {
            return Err(
                "ci sono attese ma nessuna azione: anche un passo a mano ha le azioni che il simulatore compie al posto del formatore"
                    .to_owned(),
            );
        }
        for c in &self.codici {
            if elaborazione::anomalia(c).is_none() {
                return Err(format!("codici: «{c}» non è nel catalogo delle anomalie"));
            }
        }
        if let Some(m) = &self.a_mano {
            lungo(&m.testo, FRASE_CARATTERI).map_err(|e| format!("a_mano: {e}"))?;
            let buona = m.pagina.starts_with('/')
                && !m.pagina.starts_with("//")
                && m.pagina.len() <= FRASE_CARATTERI
                && m.pagina
                    .bytes()
                    .all(|b| b.is_ascii_alphanumeric() || b"/-_?=&{}.".contains(&b));
            if !buona {
                return Err("a_mano: «pagina» comincia con / e ha lettere, cifre e / - _ ? = & .".to_owned());
            }
            if self.attese.is_empty() {
                return Err("a_mano: senza attese nessuno vede se è stato fatto".to_owned());
            }
        }
        Ok(())
    }
}

/// Where in a file something is wrong.
pub(super) enum Dove {
    Chiave(&'static str),
    Passo(usize),
}

impl Dove {
    /// The line of it in a file.
    pub(super) fn riga(&self, testo: &str) -> Option<usize> {
        let inizia = |riga: &str, parola: &str| {
            riga.trim_start()
                .strip_prefix(parola)
                .is_some_and(|r| r.is_empty() || r.starts_with([' ', '=', '\t', '#']))
        };
        let mut righe = testo.lines().enumerate();
        let trovata = match self {
            Self::Chiave(k) => righe.find(|(_, r)| inizia(r, k)),
            Self::Passo(n) => righe.filter(|(_, r)| inizia(r, "[[passi]]")).nth(*n),
        };
        trovata.map(|(i, _)| i + 1)
    }
}

fn lungo(testo: &str, massimo: usize) -> Result<(), String> {
    let n = testo.trim().chars().count();
    if n == 0 {
        return Err("manca il testo".to_owned());
    }
    if n > massimo {
        return Err(format!("{n} caratteri, al massimo {massimo}"));
    }
    Ok(())
}

fn quanti(n: usize, massimo: usize) -> Result<(), String> {
    if n > massimo {
        return Err(format!("{n} voci, al massimo {massimo}"));
    }
    Ok(())
}
