//! The software houses: who plans the subentro of which Comuni on the dashboard.
//!
//! Two fictitious ones share the ready Comuni; a Comune chooses its own (`affidamento`), a trainer changes what each looks
//! after. What must stay true: a Comune has one software house at most; a software house sees the Comuni it looks after and
//! no other.

use std::collections::BTreeSet;

use anagrafe::CodiceIstat;
use registro::{Lettura, Transazione};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{
    credenziali::parola_derivata,
    impedimento::{ErroreCampo, Rifiuto},
    nomi,
};
use crate::{ErroreServizio, Esito, Simulatore, accesso::nuova_password, comuni_pronti, gestione::leggi};

/// Collection of the software houses that were changed or added, by user name.
pub(super) const RACCOLTA: &str = "percorso-software-house";
/// The ones of the first start: user name, name.
const PRONTE: [(&str, &str); 2] = [
    ("SWALFA", "Alfa Anagrafi S.r.l. (fittizia)"),
    ("SWBETA", "Beta Demografici S.p.A. (fittizia)"),
];
/// Software houses there may be.
const MASSIME: usize = 50;
/// Characters of a user name.
const NOME_MASSIMO: usize = 32;
/// Characters of the name of a company.
const RAGIONE_MASSIMA: usize = 120;

/// A software house.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct SoftwareHouse {
    /// User name of its login.
    pub nome: String,
    /// Name of the company.
    pub ragione_sociale: String,
    /// The Comuni it looks after.
    pub comuni: BTreeSet<CodiceIstat>,
    /// Hash of a password of its own; without one that of the seed opens.
    #[serde(default)]
    pub(super) password: Option<String>,
}

/// What `PUT` may change; what is missing stays.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
struct Modifica {
    ragione_sociale: Option<String>,
    comuni: Option<BTreeSet<CodiceIstat>>,
    /// Takes Comuni that another one looks after.
    sostituisci: bool,
    password: Option<String>,
}

/// The ready ones halve the ready Comuni.
fn pronta(posto: usize) -> SoftwareHouse {
    let (nome, ragione) = PRONTE[posto];
    let tutti = comuni_pronti();
    let meta = tutti.len().div_ceil(PRONTE.len());
    SoftwareHouse {
        nome: nome.to_owned(),
        ragione_sociale: ragione.to_owned(),
        comuni: tutti.into_iter().skip(posto * meta).take(meta).collect(),
        password: None,
    }
}

/// All of them, by user name.
pub(super) fn tutte(t: &impl Lettura) -> Esito<Vec<SoftwareHouse>> {
    let mut note: Vec<SoftwareHouse> = t
        .documenti::<SoftwareHouse>(RACCOLTA)?
        .into_iter()
        .map(|(_, s)| s)
        .collect();
    for (posto, (nome, _)) in PRONTE.iter().enumerate() {
        if !note.iter().any(|s| s.nome == *nome) {
            note.push(pronta(posto));
        }
    }
    note.sort_by(|a, b| a.nome.cmp(&b.nome));
    Ok(note)
}

/// One by its user name.
pub(super) fn cerca(t: &impl Lettura, nome: &str) -> Esito<Option<SoftwareHouse>> {
    Ok(tutte(t)?.into_iter().find(|s| s.nome == nome))
}

/// Who looks after a Comune.
pub(super) fn di(t: &impl Lettura, istat: CodiceIstat) -> Esito<Option<SoftwareHouse>> {
    Ok(tutte(t)?.into_iter().find(|s| s.comuni.contains(&istat)))
}

/// The Comune of a lesson is given to a software house that is the lesson's.
pub(crate) fn affida_alla_lezione(t: &mut Transazione, nome: &str, istat: CodiceIstat) -> Esito<()> {
    let sua = SoftwareHouse {
        nome: nome.to_owned(),
        ragione_sociale: "Software house della lezione (fittizia)".to_owned(),
        comuni: BTreeSet::from([istat]),
        password: None,
    };
    Ok(t.salva_documento(RACCOLTA, nome, &sua)?)
}

/// Nobody looks after a Comune any more, and the software house `della_lezione` is no more.
pub(crate) fn senza_software_house(
    t: &mut Transazione,
    della_lezione: &str,
    istat: CodiceIstat,
) -> Esito<()> {
    for (nome, mut s) in t.documenti::<SoftwareHouse>(RACCOLTA)? {
        if nome == della_lezione {
            t.togli_documento(RACCOLTA, &nome);
        } else if s.comuni.remove(&istat) {
            t.salva_documento(RACCOLTA, &nome, &s)?;
        }
    }
    Ok(())
}

/// The password of one that chose none. Of a kind of its own, but for the ready ones, whose passwords people know.
pub(super) fn parola(seme: u64, nome: &str) -> String {
    if PRONTE.iter().any(|(n, _)| *n == nome) {
        parola_derivata(seme, nome)
    } else {
        parola_derivata(seme, &format!("software house {nome}"))
    }
}

fn nome_buono(nome: &str) -> bool {
    (1..=NOME_MASSIMO).contains(&nome.len())
        && nome.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit())
}

impl Simulatore {
    /// Every software house.
    pub fn software_house(&self) -> Esito<Vec<SoftwareHouse>> {
        self.pronto_lo_stato()?;
        tutte(self.registro())
    }

    /// The password of one that has none of its own: for whoever governs the simulator.
    pub fn password_software_house(&self, s: &SoftwareHouse) -> Esito<Option<String>> {
        Ok(match s.password {
            Some(_) => None,
            None => Some(parola(self.registro().seme()?, &s.nome)),
        })
    }

    /// Adds a software house or changes one (`{"ragioneSociale","comuni","password"}`). A Comune of another one is taken from
    /// it only with `"sostituisci": true`.
    pub fn metti_software_house(&self, nome: &str, modifica: Value) -> Result<SoftwareHouse, Rifiuto> {
        self.pronto_lo_stato()?;
        let m: Modifica = leggi(modifica)?;
        let mut errori = Vec::new();
        if !nome_buono(nome) {
            errori.push(ErroreCampo::nuovo(
                "nome",
                format!(
                    "Il nome utente di una software house ha da 1 a {NOME_MASSIMO} lettere maiuscole o cifre."
                ),
            ));
        }
        let ragione = m.ragione_sociale.map(|r| r.trim().to_owned());
        if ragione
            .as_ref()
            .is_some_and(|r| r.is_empty() || r.chars().count() > RAGIONE_MASSIMA)
        {
            errori.push(ErroreCampo::nuovo(
                "ragioneSociale",
                format!("La ragione sociale ha da 1 a {RAGIONE_MASSIMA} caratteri."),
            ));
        }
        let password = match m.password.as_deref().map(nuova_password).transpose() {
            Ok(p) => p,
            Err(e) if e.http == 400 => {
                errori.push(ErroreCampo::nuovo("password", e.testo));
                None
            }
            Err(e) => return Err(e.into()),
        };
        if !errori.is_empty() {
            return Err(Rifiuto::Campi(errori));
        }
        let fatto: Esito<SoftwareHouse> = self.registro().scrivi(|t| {
            let mut note = tutte(t)?;
            let posto = if let Some(i) = note.iter().position(|s| s.nome == nome) {
                i
            } else {
                nomi::libero(t, nome, nomi::Per::SoftwareHouse)?;
                if note.len() >= MASSIME {
                    return Err(ErroreServizio::conflitto(format!(
                        "Le software house sono al più {MASSIME}."
                    )));
                }
                note.push(SoftwareHouse {
                    nome: nome.to_owned(),
                    ragione_sociale: nome.to_owned(),
                    comuni: BTreeSet::new(),
                    password: None,
                });
                note.len() - 1
            };
            if let Some(comuni) = m.comuni {
                for istat in &comuni {
                    if t.comune(*istat)?.is_none() {
                        return Err(ErroreServizio::assente(format!(
                            "Il Comune {istat} non è presente nel simulatore."
                        )));
                    }
                }
                let altrui = note
                    .iter()
                    .enumerate()
                    .filter(|(i, _)| *i != posto && !m.sostituisci)
                    .find_map(|(_, s)| Some((s.comuni.intersection(&comuni).next()?, &s.nome)));
                if let Some((istat, altra)) = altrui {
                    return Err(ErroreServizio::conflitto(format!(
                        "Il Comune {istat} è già seguito da {altra}: per toglierlo a {altra} aggiungere «sostituisci»: true, \
                         oppure affidarlo da solo con PUT /api/percorso/comuni/{istat}/software-house."
                    )));
                }
                for (i, s) in note.iter_mut().enumerate() {
                    let prima = s.comuni.len();
                    s.comuni.retain(|c| !comuni.contains(c));
                    if i != posto && s.comuni.len() != prima {
                        t.salva_documento(RACCOLTA, &s.nome, s)?;
                    }
                }
                note[posto].comuni = comuni;
            }
            let sua = &mut note[posto];
            sua.ragione_sociale = ragione.unwrap_or_else(|| sua.ragione_sociale.clone());
            sua.password = password.or(sua.password.take());
            t.salva_documento(RACCOLTA, nome, sua)?;
            t.evento()?;
            Ok(sua.clone())
        });
        Ok(fatto?)
    }
}

#[cfg(test)]
mod prove {
    use super::*;

    #[test]
    fn the_ready_ones_share_the_ready_comuni_without_overlap() {
        let (a, b) = (pronta(0), pronta(1));
        assert!(a.comuni.is_disjoint(&b.comuni));
        let insieme: BTreeSet<CodiceIstat> = a.comuni.union(&b.comuni).copied().collect();
        assert_eq!(insieme, comuni_pronti().into_iter().collect());
        assert!(nome_buono("SWALFA") && !nome_buono("sw") && !nome_buono("") && !nome_buono("A B"));
    }
}
