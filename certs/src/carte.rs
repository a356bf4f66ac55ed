//! Cards: the certificate with which an operator enters the web application, and its files.
//!
//! A card belongs to a person, a postazione to a Comune: they hang on different roots and neither passes for the
//! other. File names come from the operator's name, which is letters and digits only.

use std::path::{Path, PathBuf};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::{
    Difetto, ErrorePki, FormaP12,
    chiavi::ChiavePostazione,
    deposito::{Accesso, Deposito},
    indice::Indice,
    p12,
    profilo::{self, Validita},
    rilascio::{Emittente, impronta, password_nuova, pem_chiave},
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

/// A card with its files.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Carta {
    /// Name of the operator and a number: `PRTCMN70A01Y001X-0001`.
    pub id: String,
    /// The operator, the CN of the certificate.
    pub name_id: String,
    /// ISTAT code of the Comune that asked for it.
    pub comune: String,
    /// PKCS#12 file: key, certificate, root; alias = `id`.
    pub p12: PathBuf,
    /// The certificate, PEM.
    pub pem: PathBuf,
    /// The private key, PKCS#8 in PEM, not encrypted.
    pub chiave: PathBuf,
    /// Password of the PKCS#12 file.
    pub password: String,
    /// SHA-256 of the certificate's DER, lower-case hexadecimal.
    pub impronta_sha256: String,
    /// Begin of validity.
    pub non_prima: Timestamp,
    /// End of validity.
    pub non_dopo: Timestamp,
    /// The deliberate defect, if one was asked for.
    pub difetto: Option<Difetto>,
    /// The root it hangs on: `utenti`, or `altrui`.
    pub radice: String,
}

impl Carta {
    pub(crate) fn assoluta(&self, intero: impl Fn(&Path) -> PathBuf) -> Self {
        Self {
            p12: intero(&self.p12),
            pem: intero(&self.pem),
            chiave: intero(&self.chiave),
            ..self.clone()
        }
    }
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

/// Certifies a key for an operator and writes the three files; the caller puts the result into the index.
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
    let v = match r.difetto {
        Some(Difetto::Scaduto) => Validita::scaduta(adesso)?,
        Some(Difetto::Futuro) => Validita::futura(adesso, emittente.fine)?,
        _ => Validita::postazione(adesso, emittente.fine)?,
    };
    let cert = profilo::carta(&r.name_id, v)
        .signed_by(&chiave.pubblica, &emittente.issuer)
        .map_err(ErrorePki::cripto)?;
    let password = r.password.clone().unwrap_or_else(password_nuova);
    let catena = [cert.der().as_ref(), emittente.der.as_slice()];
    let deposito_chiavi = p12::chiavi(&id, &chiave.pkcs8, &catena, &password, FormaP12::default())?;
    let file = |fine: &str| format!("carte/{id}.{fine}");
    d.scrivi(
        &file("key.pem"),
        pem_chiave(&chiave.pkcs8).as_bytes(),
        Accesso::Privato,
    )?;
    d.scrivi(&file("pem"), cert.pem().as_bytes(), Accesso::Pubblico)?;
    d.scrivi(&file("p12"), &deposito_chiavi, Accesso::Privato)?;
    Ok(Carta {
        name_id: r.name_id.clone(),
        comune: r.comune.clone(),
        p12: file("p12").into(),
        pem: file("pem").into(),
        chiave: file("key.pem").into(),
        password,
        impronta_sha256: impronta(cert.der()),
        non_prima: v.da,
        non_dopo: v.a,
        difetto: r.difetto,
        radice: emittente.nome.clone(),
        id,
    })
}
