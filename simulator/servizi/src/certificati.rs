//! The postazione desk: issue, list, revoke. Revocation is known only inside, as in the real register: the
//! certificates carry no CRL or OCSP address (spec security §5.1).

use anagrafe::CodiceIstat;
use certs::{Difetto, Postazione, RichiestaEmissione};
use registro::Lettura as _;
use serde::Deserialize;
use serde_json::{Value, json};

use crate::{ErroreServizio, Esito, Simulatore};

/// Collection of revoked certificates, keyed by SHA-256 of the DER.
const REVOCATI: &str = "certificati-revocati";

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Domanda {
    comune: String,
    #[serde(default = "tipo_co")]
    tipo: String,
    numero: Option<u16>,
    difetto: Option<Difetto>,
    ambiente: Option<String>,
}

fn tipo_co() -> String {
    "CO".to_owned()
}

impl Simulatore {
    /// Every certificate issued, with its state.
    pub fn certificati(&self) -> Esito<Vec<Value>> {
        self.pki().elenco().into_iter().map(|p| self.mostra(&p)).collect()
    }

    /// Issues a certificate (`{"comune","tipo","numero","difetto","ambiente"}`).
    pub fn emetti_certificato(&self, domanda: Value) -> Esito<Value> {
        let d: Domanda = serde_json::from_value(domanda)
            .map_err(|e| ErroreServizio::richiesta(format!("Richiesta di certificato non valida: {e}")))?;
        let comune = CodiceIstat::parse(&d.comune)
            .map_err(|e| ErroreServizio::richiesta(format!("«{}» non è un codice ISTAT ({e}).", d.comune)))?;
        self.comune(comune)?;
        let revocato = d.difetto == Some(Difetto::Revocato);
        let richiesta = RichiestaEmissione {
            comune: d.comune,
            tipo: d.tipo,
            numero: d.numero,
            difetto: d.difetto,
            ambiente: d.ambiente,
        };
        let p = self
            .pki()
            .emetti(&richiesta)
            .map_err(|e| ErroreServizio::richiesta(e.to_string()))?;
        if revocato {
            self.segna_revocato(&p)?;
        }
        self.mostra(&p)
    }

    /// Revokes every certificate of that id.
    pub fn revoca_certificato(&self, id: &str) -> Esito<Value> {
        let quali: Vec<Postazione> = self.pki().elenco().into_iter().filter(|p| p.id == id).collect();
        if quali.is_empty() {
            return Err(ErroreServizio::assente(format!("Nessun certificato {id}.")));
        }
        for p in &quali {
            self.segna_revocato(p)?;
        }
        Ok(json!({"id": id, "stato": "revocato"}))
    }

    fn segna_revocato(&self, p: &Postazione) -> Esito<()> {
        self.registro().scrivi(|t| {
            let quando = t.evento()?;
            t.salva_documento(
                REVOCATI,
                &p.impronta_sha256,
                &json!({"id": p.id, "quando": quando}),
            )?;
            Ok(())
        })
    }

    /// Every revocation, to be kept over a reset.
    pub(crate) fn revocati(&self) -> Esito<Vec<(String, Value)>> {
        Ok(self.registro().documenti(REVOCATI)?)
    }

    /// Writes revocations back.
    pub(crate) fn rimetti_revocati(&self, revocati: &[(String, Value)]) -> Esito<()> {
        self.registro().scrivi(|t| {
            for (impronta, quando) in revocati {
                t.salva_documento(REVOCATI, impronta, quando)?;
            }
            Ok(())
        })
    }

    /// Whether a certificate was revoked in the console.
    pub(crate) fn certificato_revocato(&self, impronta: &[u8; 32]) -> Esito<bool> {
        let esadecimale = crate::esadecimale(impronta);
        Ok(self
            .registro()
            .documento::<Value>(REVOCATI, &esadecimale)?
            .is_some())
    }

    fn mostra(&self, p: &Postazione) -> Esito<Value> {
        let revocato = self
            .registro()
            .documento::<Value>(REVOCATI, &p.impronta_sha256)?
            .is_some();
        let mut v = serde_json::to_value(p).map_err(ErroreServizio::guasto)?;
        if let Some(o) = v.as_object_mut() {
            o.insert(
                "stato".into(),
                json!(if revocato { "revocato" } else { "attivo" }),
            );
            // The names of the ready file.
            o.insert("certificato".into(), json!(p.pem));
        }
        Ok(v)
    }
}
