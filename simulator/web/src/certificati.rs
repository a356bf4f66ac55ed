//! What console and environment pages share about certificates: rows, forms of the key store, the archive.

use anagrafe::CodiceIstat;
use http::StatusCode;
use serde_json::Value;
use servizi::{
    ErroreServizio, Esito, FormaP12, Simulatore,
    http::{Risposta, risposta},
};

use crate::{
    cornice::da_scaricare,
    formati::{self, Etichetta},
};

/// Media type of a key store.
pub(crate) const TIPO_P12: &str = "application/x-pkcs12";

/// The form a name asks for.
pub(crate) fn forma(nome: Option<&str>) -> Esito<Option<FormaP12>> {
    nome.map(|n| n.parse().map_err(|e| ErroreServizio::richiesta(format!("{e}"))))
        .transpose()
}

/// The archive of a Comune as a download.
pub(crate) fn zip(comune: CodiceIstat, byte: Vec<u8>) -> Risposta {
    da_scaricare(
        risposta(StatusCode::OK, "application/zip", byte),
        &format!("{comune}-certificati.zip"),
    )
}

/// Which clock decides on the certificates of a page: dates and states are of this computer's, whatever day the scenario is at.
pub(crate) fn orologi(s: &Simulatore) -> Esito<String> {
    Ok(format!(
        "Validità e stato seguono l'orologio di questo computer ({}), come il TLS di chi chiama; la data dello scenario ({}) qui non \
         conta.",
        formati::giorno(s.adesso()),
        formati::data(s.orologio()?.oggi)
    ))
}

/// A certificate or a card as a row of a table, and as a page.
#[derive(Debug)]
pub(crate) struct Riga {
    pub(crate) id: String,
    pub(crate) impronta: String,
    pub(crate) comune: String,
    pub(crate) stato: Etichetta,
    pub(crate) dal: String,
    pub(crate) al: String,
    /// `dal … al …`.
    pub(crate) periodo: String,
    pub(crate) difetto: String,
    /// Environments that trust the root it hangs on, or that imported it.
    pub(crate) vale: String,
    pub(crate) password: String,
    /// Until when calls fail though it was restored.
    pub(crate) effetto: Option<String>,
    pub(crate) ambiente: String,
    pub(crate) emittente: String,
    /// Not of the desk: neither key nor password, nothing to renew.
    pub(crate) importato: bool,
}

/// First and last day of a certificate, in words.
fn periodo(da: &str, a: &str) -> Option<String> {
    let giorno = |t: &str| Some(formati::giorno_italiano(t.parse().ok()?));
    Some(format!(
        "{} {}",
        formati::dal(giorno(da)?),
        formati::al(giorno(a)?)
    ))
}

impl Riga {
    pub(crate) fn di(v: &Value) -> Self {
        let t = |nome: &str| v.get(nome).and_then(Value::as_str).unwrap_or_default().to_owned();
        Self {
            id: t("id"),
            impronta: t("improntaSha256"),
            comune: t("comune"),
            stato: formati::stato_certificato(&t("stato")),
            dal: formati::giorno_di(&t("nonPrima")),
            al: formati::giorno_di(&t("nonDopo")),
            periodo: periodo(&t("nonPrima"), &t("nonDopo")).unwrap_or_default(),
            difetto: t("difetto"),
            vale: match (v.get("ambienti").and_then(Value::as_array), t("radice").as_str()) {
                (Some(ambienti), _) => {
                    let nomi: Vec<_> = ambienti.iter().filter_map(Value::as_str).collect();
                    format!("{} (importato)", nomi.join(", "))
                }
                (None, "test") => "tutti gli ambienti".to_owned(),
                (None, "pre") => "pre-subentro".to_owned(),
                (None, "sub") => "subentro".to_owned(),
                (None, _) => "nessun ambiente".to_owned(),
            },
            importato: v.get("ambienti").is_some(),
            password: t("password"),
            effetto: v.get("effettoDal").and_then(Value::as_str).map(str::to_owned),
            ambiente: t("ambiente"),
            emittente: t("emittente"),
        }
    }

    pub(crate) fn tutte(valori: &[Value]) -> Vec<Self> {
        valori.iter().map(Self::di).collect()
    }

    /// Whether it can be downloaded: there is something to hand out.
    pub(crate) fn consegnata(&self) -> bool {
        !self.password.is_empty()
    }

    pub(crate) fn revocata(&self) -> bool {
        self.stato.testo == "revocato"
    }
}
