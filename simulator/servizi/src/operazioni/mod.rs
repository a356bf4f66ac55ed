//! The operations of the web services: one file each, all of one shape.
//!
//! An operation takes a verified envelope whose body passed the schema and gives a reply: decode, rules in the
//! order of spec security §6.3 step 11, command, encode. What it cannot do it says in band; a failure of ours is
//! an [`ErroreServizio`](crate::ErroreServizio) and never dressed as an ANPR code.

pub(crate) mod s001;
pub(crate) mod test_conn;

use anagrafe::Ambiente;
use frontiera::{BustaVerificata, Causa, Servizio};
use registro::EsitoScambio;

use schema::{ErroreScrittura, Modello, Scrittore};

use crate::{ErroreServizio, Simulatore};

/// What an operation answers: the body's payload and how the journal calls it.
pub(crate) struct RispostaOperazione {
    /// The payload, without XML declaration.
    pub(crate) xml: String,
    /// `Ok` or `Ko`.
    pub(crate) esito: EsitoScambio,
    /// One line for the journal when it is a KO.
    pub(crate) causa: Option<String>,
    /// Why it is a KO; the remedy follows from it.
    pub(crate) motivo: Option<Causa>,
    /// The reply is that of an earlier request with the same id, from memory.
    pub(crate) ripetuta: bool,
}

/// Why an operation has no reply to give.
pub(crate) enum Mancata {
    /// The body breaks the schema and the service has no way to say so in band: the fault of the perimeter (F2).
    Corpo(String),
    /// What it wrote breaks the schema of the reply: the gateway would refuse it (F9).
    Schema(String),
    /// A failure of ours.
    Guasto(ErroreServizio),
}

impl From<ErroreServizio> for Mancata {
    fn from(e: ErroreServizio) -> Self {
        Self::Guasto(e)
    }
}

/// What stands behind an endpoint.
type Operazione = fn(&Simulatore, Ambiente, &BustaVerificata) -> Result<RispostaOperazione, Mancata>;

/// One endpoint: its path, the roots it takes, the operation behind it.
pub(crate) struct Punto {
    /// Path on every environment, case-sensitive (spec security §1.2).
    pub(crate) percorso: &'static str,
    /// What the perimeter must know.
    pub(crate) servizio: Servizio,
    /// Name in the journal.
    pub(crate) operazione: &'static str,
    /// It never waits for anything: no file, no turn, no write.
    pub(crate) breve: bool,
    /// The operation.
    pub(crate) esegui: Operazione,
    /// What answers `999` in its place (A5, fault plan); `None` where the service has no KO reply.
    pub(crate) nega: Option<Operazione>,
}

/// Name of TestConn in journal and fault plan.
pub(crate) const TEST_CONN: &str = "TEST";

/// Every endpoint that answers.
pub(crate) static PUNTI: &[&Punto] = &[&test_conn::PUNTO, &s001::PUNTO];

/// Paths of services that ANPR has and that do not answer here yet (spec security §1.2).
static ANCORA_MUTI: &[&str] = &[
    "/ANPR1000ServiziIscrizione/AnprService1000",
    "/ANPR2000ServiziCancellazione/AnprService2000",
    "/ANPR3000ServiziConsultazione/AnprService3000",
    "/ANPR4000ServiziEstrazione/AnprService4000",
    "/ANPR5000ServiziMutazione/AnprService5000",
    "/ANPR6001ServizioCertificazione/AnprService6001",
    "/ANPR7001ServizioScaricoTabelle/AnprService7001",
    "/ANPRA000ServiziAire/AnprServiceA000",
    "/anpr-wsP000/AnprServiceP000",
    "/anpr-ws-cie-webapp/AnprServiceCIE",
    "/ANPRCIE/AnprServiziCIE",
    "/anpr-ws-CONSOLATI-webapp/AnprServiceCONSOLATI",
    "/anpr-wsE000/AnprServiceE001",
    "/anpr-wsE000/AnprServiceE002",
    "/anpr-wsE000/AnprServiceE003",
    "/anpr-wsE000/AnprServiceE004",
];

/// Why nothing answers on a path, for the journal.
pub(crate) fn perche_non_risponde(percorso: &str) -> String {
    if ANCORA_MUTI.contains(&percorso) {
        return format!("il servizio «{percorso}» esiste in ANPR ma non è ancora simulato");
    }
    let noti = PUNTI
        .iter()
        .map(|p| p.percorso)
        .chain(ANCORA_MUTI.iter().copied());
    let intendevate = frontiera::indagine::piu_vicino(percorso, noti)
        .map_or_else(String::new, |v| format!(": intendevate «{v}»?"));
    format!("percorso sconosciuto «{percorso}»{intendevate}")
}

/// The endpoint of a path.
pub(crate) fn punto(percorso: &str) -> Option<&'static Punto> {
    PUNTI.iter().copied().find(|p| p.percorso == percorso)
}

/// Writes a reply's payload through the grammar, always: what would break the schema never leaves.
pub(crate) fn componi(
    (ns, nome): (&str, &str),
    contenuto: impl FnOnce(&mut Scrittore<'_, Vec<u8>>) -> Result<(), ErroreScrittura>,
) -> Result<String, Mancata> {
    let modello = Modello::di(ns, nome)
        .ok_or_else(|| ErroreServizio::guasto(format!("nessuna grammatica per {nome}")))?;
    let scrivi = || -> Result<Vec<u8>, ErroreScrittura> {
        let mut s = Scrittore::nuovo(modello, Vec::new()).senza_dichiarazione();
        s.apri(nome)?;
        contenuto(&mut s)?;
        s.chiudi()?;
        s.fine()
    };
    let byte = scrivi().map_err(|e| Mancata::Schema(format!("{nome}: {e}")))?;
    Ok(String::from_utf8(byte).map_err(ErroreServizio::guasto)?)
}

/// A run of leaves.
pub(crate) fn scrivi_campi(
    s: &mut Scrittore<'_, Vec<u8>>,
    campi: &[(&'static str, impl AsRef<str>)],
) -> Result<(), ErroreScrittura> {
    campi
        .iter()
        .try_for_each(|(nome, valore)| s.foglia(nome, valore.as_ref()))
}
