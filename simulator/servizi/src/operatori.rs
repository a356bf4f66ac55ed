//! The censimento of the operators (`spec/security.md` §5.7): who exists, where, with which roles and functions, in
//! which state. Changes reach the perimeter with the next request, and end the operator's sessions.

use std::{collections::BTreeSet, sync::LazyLock};

use anagrafe::{Ambiente, CodiceIstat};
use registro::{Lettura as _, Operatore, StatoOperatore};
use serde::Deserialize;
use serde_json::Value;

use crate::{ErroreServizio, Esito, Simulatore, accesso::sigilla_password, gestione::leggi};

/// The roles there are (process B03–B08; the supervisor: spec security §5.7).
pub const RUOLI: [&str; 6] = [
    "SINDACO",
    "ALS",
    "ALP",
    "OPERATORE",
    "SUPERVISORE",
    "RESPONSABILE_CNSD",
];
/// Characters of a user name: a codice fiscale, `COMUNETESTnnnnnn`, `USERSFREETESTnnn` all have as many (spec security
/// §5.7).
const NOME_UTENTE_CARATTERI: usize = 16;
/// Shortest password an operator may have.
const PASSWORD_MINIMA_CARATTERI: usize = 8;
/// Most functions of one operator: more than there are operations.
const FUNZIONI_MASSIME: usize = 200;
/// Characters of a wrong code that a refusal repeats.
const FUNZIONE_MOSTRATA: usize = 40;
/// What the name of the message of an operation begins with; its code follows.
const RICHIESTA: &str = "Richiesta";

/// The codes of the operations there are, out of the grammar of their messages; and the test of the connection.
static OPERAZIONI: LazyLock<BTreeSet<&'static str>> = LazyLock::new(|| {
    let con_cifra = |c: &&str| c.bytes().any(|b| b.is_ascii_digit());
    schema::Modello::radici()
        .filter_map(|(_, nome)| nome.strip_prefix(RICHIESTA).filter(con_cifra))
        .chain(["TEST"])
        .collect()
});

/// What `PUT …/operatori/{nameId}` may change; what is missing stays.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct ModificaOperatore {
    stato: Option<StatoOperatore>,
    ruoli: Option<BTreeSet<String>>,
    funzioni: Option<BTreeSet<String>>,
    ambienti: Option<BTreeSet<Ambiente>>,
    password: Option<String>,
}

impl ModificaOperatore {
    fn controlla(&self) -> Esito<()> {
        let no = |t: String| Err(ErroreServizio::richiesta(t));
        if let Some(r) = self.ruoli.iter().flatten().find(|r| !RUOLI.contains(&r.as_str())) {
            return no(format!(
                "Ruolo sconosciuto «{r}»: i ruoli sono {}.",
                RUOLI.join(", ")
            ));
        }
        let ignota = |f: &&String| *f != "*" && !OPERAZIONI.contains(f.as_str());
        if let Some(f) = self.funzioni.iter().flatten().find(ignota) {
            let breve: String = f.chars().take(FUNZIONE_MOSTRATA).collect();
            return no(format!(
                "Funzione «{breve}» non valida: serve il codice di un'operazione (per esempio 3002), oppure * per tutte."
            ));
        }
        if self.funzioni.as_ref().is_some_and(|f| f.len() > FUNZIONI_MASSIME) {
            return no(format!("Più di {FUNZIONI_MASSIME} funzioni: usare *."));
        }
        if self.ambienti.as_ref().is_some_and(BTreeSet::is_empty) {
            return no("Un operatore è censito in almeno un ambiente.".to_owned());
        }
        if self
            .password
            .as_ref()
            .is_some_and(|p| p.len() > registro::LIMITE_PASSWORD_BYTE)
        {
            return no(format!(
                "La password supera {} byte.",
                registro::LIMITE_PASSWORD_BYTE
            ));
        }
        if self
            .password
            .as_ref()
            .is_some_and(|p| p.chars().count() < PASSWORD_MINIMA_CARATTERI)
        {
            return no(format!(
                "La password ha meno di {PASSWORD_MINIMA_CARATTERI} caratteri."
            ));
        }
        Ok(())
    }
}

/// Whether a name has the form of a NameID.
fn nome_utente(nome: &str) -> bool {
    nome.len() == NOME_UTENTE_CARATTERI && nome.bytes().all(|c| c.is_ascii_uppercase() || c.is_ascii_digit())
}

fn nome_sbagliato() -> ErroreServizio {
    ErroreServizio::richiesta(format!(
        "Il nome utente (NameID) ha {NOME_UTENTE_CARATTERI} lettere maiuscole e cifre: un codice fiscale inventato, o \
         COMUNETESTnnnnnn."
    ))
}

fn scheda_in_corso() -> ErroreServizio {
    ErroreServizio::conflitto(
        "C'è una scheda da attivare per questo operatore: finché il suo iter è aperto non si può cancellare. \
         Attivarla (stato attivo) o bloccare l'operatore.",
    )
}

fn assente(istat: CodiceIstat, name_id: &str) -> ErroreServizio {
    ErroreServizio::assente(format!("L'operatore {name_id} non è registrato per {istat}."))
}

impl Simulatore {
    /// An operator of a Comune, without the hash of the password.
    pub fn operatore(&self, istat: CodiceIstat, name_id: &str) -> Esito<Operatore> {
        self.registro()
            .operatore(name_id)?
            .filter(|o| o.comuni.contains(&istat))
            .map(Operatore::senza_segreti)
            .ok_or_else(|| assente(istat, name_id))
    }

    /// The operators of a Comune.
    pub fn operatori(&self, istat: CodiceIstat) -> Esito<Vec<Operatore>> {
        self.comune(istat)?;
        Ok(self
            .registro()
            .operatori(istat)?
            .into_iter()
            .map(Operatore::senza_segreti)
            .collect())
    }

    /// Whether a user name is taken by an operator of other Comuni only.
    pub fn operatore_di_altri(&self, istat: CodiceIstat, name_id: &str) -> Esito<bool> {
        let o = self.registro().operatore(name_id)?;
        Ok(o.is_some_and(|o| !o.comuni.is_empty() && !o.comuni.contains(&istat)))
    }

    /// Registers or changes an operator of a Comune. His sessions end if anything of him changed.
    pub fn metti_operatore(&self, istat: CodiceIstat, name_id: &str, modifica: Value) -> Esito<Operatore> {
        self.comune(istat)?;
        let m: ModificaOperatore = leggi(modifica)?;
        m.controlla()?;
        let password = m.password.as_deref().map(sigilla_password).transpose()?;
        self.registro().scrivi(|t| {
            let prima = t.operatore(name_id)?;
            // Whoever is registered already, under a name of an older version, can still be changed.
            if prima.is_none() && !nome_utente(name_id) {
                return Err(nome_sbagliato());
            }
            let mut o = prima.clone().unwrap_or_else(|| Operatore::nuovo(name_id, istat));
            if m.stato == Some(StatoOperatore::Cancellato) && o.stato == StatoOperatore::SchedaDaAttivare {
                return Err(scheda_in_corso());
            }
            o.comuni.insert(istat);
            o.stato = m.stato.unwrap_or(o.stato);
            o.ruoli = m.ruoli.unwrap_or(o.ruoli);
            o.funzioni = m.funzioni.unwrap_or(o.funzioni);
            o.ambienti = m.ambienti.unwrap_or(o.ambienti);
            o.password = password.unwrap_or(o.password);
            if prima.as_ref() != Some(&o) {
                t.salva_operatore(&o)?;
                t.togli_sessioni_di(name_id)?;
            }
            t.evento()?;
            Ok(o.senza_segreti())
        })
    }

    /// Takes an operator off a Comune; off the last one he becomes `cancellato`, and his name stays taken. Refused
    /// while a card workflow is open (#3217).
    pub fn cancella_operatore(&self, istat: CodiceIstat, name_id: &str) -> Esito<Operatore> {
        self.registro().scrivi(|t| {
            let mut o = t
                .operatore(name_id)?
                .filter(|o| o.comuni.contains(&istat))
                .ok_or_else(|| assente(istat, name_id))?;
            if o.stato == StatoOperatore::SchedaDaAttivare {
                return Err(scheda_in_corso());
            }
            if o.comuni.len() > 1 {
                o.comuni.remove(&istat);
            } else {
                o.stato = StatoOperatore::Cancellato;
            }
            t.salva_operatore(&o)?;
            t.togli_sessioni_di(name_id)?;
            t.evento()?;
            Ok(o.senza_segreti())
        })
    }
}

#[cfg(test)]
mod prove {
    use super::*;

    #[test]
    fn the_functions_are_the_operations_there_are() {
        for codice in ["3002", "S001", "A006", "CIE2", "TEST", "1001"] {
            assert!(OPERAZIONI.contains(codice), "{codice}");
        }
        for codice in ["9999", "ANPR", "3002 ", "", "*"] {
            assert!(!OPERAZIONI.contains(codice), "{codice}");
        }
        assert!(OPERAZIONI.len() < FUNZIONI_MASSIME);
    }
}
