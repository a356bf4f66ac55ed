//! Search of a person: by idANPR, by codice fiscale, by name and birth.
//!
//! A text that ends with `*` stands for everything that begins so. Names are compared in their normal form: case,
//! diacritics, blanks and apostrophes do not count.

use anagrafe::{Ambiente, CodiceIstat, Data, codice_fiscale::normalizza};
use registro::{Classe, LetturaSchede as _, Limiti, Ricerca as _, Trovate};
use serde::Serialize;

use super::{
    ESAMI_PER_RICERCA, SCHEDE_PER_RICERCA,
    vista::{PersonaBreve, letta, persona_breve},
};
use crate::{ErroreServizio, Esito, Simulatore, schede::DIVISORE};

/// Fewest characters before a `*`: fewer would walk half of the register.
pub const LUNGHEZZA_MINIMA_INIZIO: usize = 2;
/// Characters of a text that is looked for.
const LUNGHEZZA_MASSIMA: usize = 100;
/// Closes a search by prefix.
const JOLLY: char = '*';

/// What is looked for: the first of id, code and surname that is given decides.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct CercaPersone {
    /// `idSchedaSoggettoANPR`.
    pub id_anpr: Option<u64>,
    /// Codice fiscale, whole or `ABC*`.
    pub codice_fiscale: Option<String>,
    /// Surname, whole or `ROS*`.
    pub cognome: Option<String>,
    /// Given name, whole or `MAR*`; only beside a surname.
    pub nome: Option<String>,
    /// Date of birth; only beside a surname.
    pub nascita: Option<Data>,
}

/// What a search gave.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct EsitoRicerca {
    /// At most [`SCHEDE_PER_RICERCA`].
    pub persone: Vec<PersonaBreve>,
    /// There are, or may be, others: the question is too wide.
    pub altre: bool,
    /// A delivery loaded by an older version has no index of names: nobody of it is found by name.
    pub senza_indice: bool,
}

/// A text and whether it is only the beginning.
fn inizio(testo: &str) -> Esito<(String, bool)> {
    let testo = testo.trim();
    let (testo, aperto) = match testo.strip_suffix(JOLLY) {
        Some(testo) => (testo, true),
        None => (testo, false),
    };
    if testo.chars().count() > LUNGHEZZA_MASSIMA {
        return Err(ErroreServizio::richiesta(format!(
            "Il testo cercato è troppo lungo: al più {LUNGHEZZA_MASSIMA} caratteri."
        )));
    }
    let normale = normalizza(testo);
    if aperto && normale.chars().count() < LUNGHEZZA_MINIMA_INIZIO {
        return Err(ErroreServizio::richiesta(format!(
            "Prima dell'asterisco servono almeno {LUNGHEZZA_MINIMA_INIZIO} lettere."
        )));
    }
    Ok((normale, aperto))
}

impl Simulatore {
    /// Looks for persons, in one Comune when given.
    pub fn cerca_persone(
        &self,
        ambiente: Ambiente,
        comune: Option<CodiceIstat>,
        cerca: &CercaPersone,
    ) -> Esito<EsitoRicerca> {
        self.pronto_lo_stato()?;
        let trovate = if let Some(id) = cerca.id_anpr {
            let schede = self.registro().schede_con_id(ambiente, Classe::Soggetti, id)?;
            Trovate {
                schede: schede
                    .into_iter()
                    .filter(|s| comune.is_none_or(|c| c == s.comune))
                    .collect(),
                ..Trovate::default()
            }
        } else if let Some(cf) = &cerca.codice_fiscale {
            let (cf, aperto) = inizio(cf)?;
            self.registro().schede_per_codice(
                ambiente,
                comune,
                (&cf, aperto),
                Limiti {
                    schede: SCHEDE_PER_RICERCA,
                    esami: ESAMI_PER_RICERCA,
                },
            )?
        } else if let Some(cognome) = &cerca.cognome {
            self.per_nome(ambiente, comune, cognome, cerca)?
        } else {
            return Err(ErroreServizio::richiesta(
                "Indicare che cosa cercare: idANPR, codice fiscale oppure cognome.",
            ));
        };
        let persone = trovate
            .schede
            .iter()
            .map(|s| Ok(persona_breve(s, &letta(s)?)))
            .collect::<Esito<_>>()?;
        Ok(EsitoRicerca {
            persone,
            altre: trovate.altre,
            senza_indice: trovate.senza_indice,
        })
    }

    fn per_nome(
        &self,
        ambiente: Ambiente,
        comune: Option<CodiceIstat>,
        cognome: &str,
        cerca: &CercaPersone,
    ) -> Esito<Trovate> {
        let (cognome, aperto) = inizio(cognome)?;
        let nome = cerca.nome.as_deref().map(inizio).transpose()?;
        let nascita = cerca.nascita.map(|d| d.strftime("%Y%m%d").to_string());
        // As far as the parts are whole they narrow the walk; the others are compared on the way.
        let mut inizio_nome = cognome;
        if !aperto {
            inizio_nome.push(DIVISORE);
            if let Some((nome, aperto)) = &nome {
                inizio_nome.push_str(nome);
                if !aperto {
                    inizio_nome.push(DIVISORE);
                }
            }
        }
        let buono = |voce: &str| {
            let mut parti = voce.split(DIVISORE).skip(1);
            let suo = parti.next().unwrap_or_default();
            let nata = parti.next().unwrap_or_default();
            nome.as_ref().is_none_or(|(nome, aperto)| {
                if *aperto {
                    suo.starts_with(nome.as_str())
                } else {
                    suo == nome
                }
            }) && nascita.as_ref().is_none_or(|n| n == nata)
        };
        Ok(self.registro().schede_per_nome(
            ambiente,
            comune,
            &inizio_nome,
            &buono,
            Limiti {
                schede: SCHEDE_PER_RICERCA,
                esami: ESAMI_PER_RICERCA,
            },
        )?)
    }
}
