//! Cards: the certificate with which an operator enters the web application, and its files.
//!
//! A card belongs to a person, a postazione to a Comune: they hang on different roots and neither passes for the
//! other. File names come from the operator's name, which is letters and digits only.

use jiff::Timestamp;

use crate::{
    Carta, Difetto, ErrorePki,
    chiavi::ChiavePostazione,
    deposito::Deposito,
    indice::Indice,
    profilo,
    rilascio::{self, Emittente, Opera},
};

/// Longest name of an operator, in characters.
const NOME_MASSIMO: usize = 64;
/// Defects a card can have: the others speak of Comuni and environments, which a card does not know.
const DIFETTI: [Difetto; 4] = [
    Difetto::Scaduto,
    Difetto::Futuro,
    Difetto::Revocato,
    Difetto::CaAltrui,
];

/// A request for a card.
#[derive(Clone, Debug)]
pub struct RichiestaCarta {
    /// ISTAT code of the Comune that asks for it.
    pub comune: String,
    /// The operator, as in the assertion's NameID.
    pub name_id: String,
    /// The deliberate defect.
    pub difetto: Option<Difetto>,
    /// What opens the PKCS#12 file (the PIN of a card that has one); made up when missing.
    pub password: Option<String>,
}

pub(crate) fn controlla(r: &RichiestaCarta) -> Result<(), ErrorePki> {
    let no = |m: String| Err(ErrorePki::Richiesta(m));
    let buono =
        (1..=NOME_MASSIMO).contains(&r.name_id.len()) && r.name_id.bytes().all(|b| b.is_ascii_alphanumeric());
    if !buono {
        return no(format!(
            "nome dell'operatore «{}» (da 1 a 64 lettere o cifre)",
            r.name_id
        ));
    }
    match r.difetto {
        Some(d) if !DIFETTI.contains(&d) => no(format!(
            "una carta non può avere il difetto {d} (ammessi: scaduto, futuro, revocato, ca-altrui)"
        )),
        _ => Ok(()),
    }
}

/// Certifies a key for an operator; the caller puts the result into the index.
pub(crate) fn rilascia(
    d: &Deposito,
    indice: &Indice,
    r: &RichiestaCarta,
    emittente: &Emittente,
    chiave: &ChiavePostazione,
    adesso: Timestamp,
) -> Result<Carta, ErrorePki> {
    // Case does not tell files apart everywhere.
    let sue = indice
        .carte
        .iter()
        .filter(|c| c.name_id.eq_ignore_ascii_case(&r.name_id))
        .count();
    let id = format!("{}-{:04}", r.name_id, sue + 1);
    let validita = rilascio::validita(r.difetto, adesso, emittente)?;
    let opera = Opera {
        id: &id,
        file: &format!("carte/{id}"),
        profilo: profilo::carta(&r.name_id, validita),
        validita,
        difetto: r.difetto,
        password: r.password.clone(),
    };
    Ok(Carta {
        consegna: rilascio::consegna(d, opera, emittente, chiave)?,
        name_id: r.name_id.clone(),
        comune: r.comune.clone(),
        id,
    })
}
