//! The index of the folder: what exists, so that opening needs to parse no certificate.

use std::{
    collections::BTreeMap,
    ops::Deref,
    path::{Path, PathBuf},
};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::{Difetto, ErrorePki, deposito::Accesso, deposito::Deposito};

/// Name of the index file.
pub(crate) const FILE: &str = "indice.json";
/// Layout this program writes; newer ones are refused.
pub(crate) const VERSIONE: u32 = 1;

/// What the desk hands out of a certificate: three files, and what one must know of them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Consegna {
    /// PKCS#12 file: key, certificate, root; alias = the id.
    pub p12: PathBuf,
    /// The certificate, PEM.
    pub pem: PathBuf,
    /// The private key, PKCS#8 in PEM, not encrypted.
    pub chiave: PathBuf,
    /// Password of the PKCS#12 file and of the key in it: eight upper-case hexadecimal digits.
    pub password: String,
    /// SHA-256 of the certificate's DER, lower-case hexadecimal.
    pub impronta_sha256: String,
    /// Begin of validity.
    pub non_prima: Timestamp,
    /// End of validity.
    pub non_dopo: Timestamp,
    /// The deliberate defect, if one was asked for.
    pub difetto: Option<Difetto>,
    /// The root it hangs on: `test` (good in every environment), `pre`, `sub`, `utenti` (cards), `altrui`.
    pub radice: String,
}

impl Consegna {
    /// The same with paths from the root of the file system.
    fn assoluta(&self, d: &Deposito) -> Self {
        let intero = |f: &Path| d.percorso(&f.to_string_lossy());
        Self {
            p12: intero(&self.p12),
            pem: intero(&self.pem),
            chiave: intero(&self.chiave),
            ..self.clone()
        }
    }

    /// Name of its files without the ends; ours, never a text from outside.
    pub fn nome_file(&self) -> String {
        self.p12
            .file_stem()
            .map_or_else(String::new, |n| n.to_string_lossy().into_owned())
    }
}

/// A certificate of a postazione with its files, as the desk hands it out.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Postazione {
    /// Identity the certificate states, `nnnnnn-XX-yyyy`; with [`Difetto::SenzaCn`] the one it was asked for.
    pub id: String,
    /// `CO` (server of the Comune) or `PC` (single work place).
    pub tipo: String,
    /// ISTAT code of the Comune it was issued to (differs from the one in `id` with [`Difetto::AltroComune`]).
    pub comune: String,
    /// Its files.
    #[serde(flatten)]
    pub consegna: Consegna,
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
    /// Its files.
    #[serde(flatten)]
    pub consegna: Consegna,
}

/// Both are certificates with their files: what those have, they have.
macro_rules! consegnabile {
    ($($tipo:ty),+) => { $(
        impl Deref for $tipo {
            type Target = Consegna;

            fn deref(&self) -> &Consegna {
                &self.consegna
            }
        }

        impl $tipo {
            pub(crate) fn assoluta(&self, d: &Deposito) -> Self {
                Self {
                    consegna: self.consegna.assoluta(d),
                    ..self.clone()
                }
            }
        }
    )+ };
}

consegnabile!(Postazione, Carta);

/// A root of the folder.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct VoceRadice {
    /// Names and addresses its constraints admit.
    pub(crate) nomi: Vec<String>,
    pub(crate) non_dopo: Timestamp,
}

/// A server certificate of the folder.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct VoceServer {
    pub(crate) radice: String,
    pub(crate) nomi: Vec<String>,
    pub(crate) non_prima: Timestamp,
    pub(crate) non_dopo: Timestamp,
}

/// Everything that exists.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Indice {
    pub(crate) versione: u32,
    pub(crate) radici: BTreeMap<String, VoceRadice>,
    pub(crate) server: BTreeMap<String, VoceServer>,
    /// In order of issue; paths relative to the folder.
    pub(crate) postazioni: Vec<Postazione>,
    /// Roots in `ca.pem` and `ca.p12`.
    pub(crate) ca: Vec<String>,
    /// Cards of operators, in order of issue.
    #[serde(default)]
    pub(crate) carte: Vec<Carta>,
}

impl Default for Indice {
    fn default() -> Self {
        Self {
            versione: VERSIONE,
            radici: BTreeMap::new(),
            server: BTreeMap::new(),
            postazioni: Vec::new(),
            ca: Vec::new(),
            carte: Vec::new(),
        }
    }
}

impl Indice {
    /// Reads the index; an empty one when the folder has none yet.
    pub(crate) fn leggi(d: &Deposito) -> Result<Self, ErrorePki> {
        #[derive(Deserialize)]
        struct SoloVersione {
            versione: u32,
        }
        let Some(b) = d.leggi(FILE)? else {
            return Ok(Self::default());
        };
        let guasto = |e: serde_json::Error| ErrorePki::guasto(d.percorso(FILE), e);
        let SoloVersione { versione } = serde_json::from_slice(&b).map_err(guasto)?;
        if versione > VERSIONE {
            return Err(ErrorePki::VersioneNuova {
                trovata: versione,
                nota: VERSIONE,
            });
        }
        serde_json::from_slice(&b).map_err(guasto)
    }

    /// Writes the index: from here on what it names exists.
    pub(crate) fn scrivi(&self, d: &Deposito) -> Result<(), ErrorePki> {
        let testo = serde_json::to_vec_pretty(self).map_err(|e| ErrorePki::guasto(d.percorso(FILE), e))?;
        d.scrivi(FILE, &testo, Accesso::Privato)
    }

    /// The certificate of a postazione: the last sound one (a renewed one has several), else the first of that id.
    pub(crate) fn postazione(&self, id: &str) -> Option<&Postazione> {
        let sue = || self.postazioni.iter().filter(|p| p.id == id);
        sue().rfind(|p| p.difetto.is_none()).or_else(|| sue().next())
    }
}
