//! What the desk knows of a certificate beyond what stands in it: revoked, restored, still being made.
//!
//! One document a digest. Over a reset they stay, for they speak of keys, and keys stay; but what was revoked since the
//! start lives again.

use std::collections::BTreeSet;

use certs::{Difetto, Postazione};
use jiff::Timestamp;
use registro::{Lettura as _, Quando, Transazione};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::importati::IMPORTATI;
use crate::{ErroreServizio, Esito, Simulatore};

/// Collection of revoked certificates, keyed by SHA-256 of the DER.
const REVOCATI: &str = "certificati-revocati";
/// Collection of requests in hand, likewise.
const LAVORAZIONE: &str = "certificati-in-lavorazione";

/// The state of a certificate, as the desk shows it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum StatoCertificato {
    /// Asked for, not yet handed out.
    #[serde(rename = "in lavorazione")]
    InLavorazione,
    /// Its validity has not begun.
    Futuro,
    /// Good.
    Attivo,
    /// Deleted at the desk.
    Revocato,
    /// Past its end.
    Scaduto,
}

impl StatoCertificato {
    /// All of them, in the order of a life.
    pub const TUTTI: [Self; 5] = [
        Self::InLavorazione,
        Self::Futuro,
        Self::Attivo,
        Self::Revocato,
        Self::Scaduto,
    ];

    /// The words for it, as the API writes them.
    pub const fn nome(self) -> &'static str {
        match self {
            Self::InLavorazione => "in lavorazione",
            Self::Futuro => "futuro",
            Self::Attivo => "attivo",
            Self::Revocato => "revocato",
            Self::Scaduto => "scaduto",
        }
    }

    /// Reads the words.
    pub fn parse(testo: &str) -> Option<Self> {
        Self::TUTTI.into_iter().find(|s| s.nome() == testo)
    }
}

/// A revocation.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Revoca {
    id: String,
    /// Scenario instant of the revocation.
    quando: Quando,
    /// Wall time from which a restoration counts; until then calls fail.
    #[serde(default)]
    ripristino: Option<Timestamp>,
}

impl Revoca {
    fn vale(&self, adesso: Timestamp) -> bool {
        self.ripristino.is_none_or(|r| adesso < r)
    }
}

#[derive(Debug, Serialize, Deserialize)]
struct Lavorazione {
    /// Wall time of the handing out.
    pronto: Timestamp,
}

/// Revokes certificates, by digest, in a commit that does more.
pub(crate) fn revoca_in(t: &mut Transazione, id: &str, impronte: &[&str]) -> Esito<()> {
    let quando = t.ora()?;
    for impronta in impronte {
        let revoca = Revoca {
            id: id.to_owned(),
            quando,
            ripristino: None,
        };
        t.salva_documento(REVOCATI, impronta, &revoca)?;
    }
    Ok(())
}

impl Simulatore {
    fn revoca_di(&self, impronta: &str) -> Esito<Option<Revoca>> {
        Ok(self.registro().documento(REVOCATI, impronta)?)
    }

    /// Whether calls with a certificate (by hexadecimal digest) are refused as revoked, now.
    pub(crate) fn revocato(&self, impronta: &str) -> Esito<bool> {
        let revoca = self.revoca_di(impronta)?;
        Ok(revoca.is_some_and(|r| r.vale(self.adesso())))
    }

    /// The same by the digest itself, for who asks at every request.
    pub(crate) fn certificato_revocato(&self, impronta: &[u8; 32]) -> Esito<bool> {
        let revoca = self
            .revoche_viste
            .chiedi(self.registro().versione(), impronta, || {
                self.revoca_di(&crate::esadecimale(impronta))
            })?;
        Ok(revoca.is_some_and(|r| r.vale(self.adesso())))
    }

    pub(crate) fn segna_revocati(&self, id: &str, impronte: &[&str]) -> Esito<()> {
        self.registro().scrivi(|t| {
            t.evento()?;
            revoca_in(t, id, impronte)
        })
    }

    /// Takes revocations back; `false` when none of these certificates was revoked.
    pub(crate) fn togli_revoca(&self, impronte: &[&str]) -> Esito<bool> {
        let attesa = self.impostazioni().attesa_ripristino;
        let da = (!attesa.is_zero()).then(|| self.adesso() + attesa);
        self.registro().scrivi(|t| {
            let mut tolte = false;
            for impronta in impronte {
                let Some(revoca) = t.documento::<Revoca>(REVOCATI, impronta)? else {
                    continue;
                };
                if revoca.ripristino.is_some() {
                    continue;
                }
                tolte = true;
                match da {
                    Some(_) => t.salva_documento(
                        REVOCATI,
                        impronta,
                        &Revoca {
                            ripristino: da,
                            ..revoca
                        },
                    )?,
                    None => t.togli_documento(REVOCATI, impronta),
                }
            }
            if tolte {
                t.evento()?;
            }
            Ok(tolte)
        })
    }

    /// Notes a new request, when requests take time here.
    pub(crate) fn in_lavorazione(&self, p: &Postazione) -> Esito<()> {
        let attesa = self.impostazioni().attesa_rilascio;
        if attesa.is_zero() {
            return Ok(());
        }
        let pronto = self.adesso() + attesa;
        self.registro()
            .scrivi(|t| Ok(t.salva_documento(LAVORAZIONE, &p.impronta_sha256, &Lavorazione { pronto })?))
    }

    /// The state of a certificate by digest and validity.
    pub(crate) fn stato_di(
        &self,
        impronta: &str,
        non_prima: Timestamp,
        non_dopo: Timestamp,
    ) -> Esito<StatoCertificato> {
        let adesso = self.adesso();
        if self.revoca_di(impronta)?.is_some_and(|r| r.ripristino.is_none()) {
            return Ok(StatoCertificato::Revocato);
        }
        if non_dopo < adesso {
            return Ok(StatoCertificato::Scaduto);
        }
        let lavorazione: Option<Lavorazione> = self.registro().documento(LAVORAZIONE, impronta)?;
        Ok(match lavorazione {
            Some(l) if adesso < l.pronto => StatoCertificato::InLavorazione,
            _ if adesso < non_prima => StatoCertificato::Futuro,
            _ => StatoCertificato::Attivo,
        })
    }

    pub(crate) fn stato_postazione(&self, p: &Postazione) -> Esito<StatoCertificato> {
        self.stato_di(&p.impronta_sha256, p.non_prima, p.non_dopo)
    }

    /// A certificate as the API shows it. One still being made shows neither files nor password.
    pub(crate) fn mostra(&self, p: &Postazione) -> Esito<Value> {
        let mut v = serde_json::to_value(p).map_err(ErroreServizio::guasto)?;
        let stato = self.stato_postazione(p)?;
        // The name of the ready file.
        v["certificato"] = json!(p.pem);
        v["stato"] = json!(stato);
        if stato == StatoCertificato::InLavorazione
            && let Some(o) = v.as_object_mut()
        {
            for segreto in ["p12", "pem", "certificato", "chiave", "password"] {
                o.remove(segreto);
            }
        }
        self.mostra_effetto(&p.impronta_sha256, &mut v)?;
        Ok(v)
    }

    /// Adds from when a restoration counts, while calls still fail.
    pub(super) fn mostra_effetto(&self, impronta: &str, v: &mut Value) -> Esito<()> {
        let ripristino = self.revoca_di(impronta)?.and_then(|r| r.ripristino);
        if let Some(r) = ripristino.filter(|r| self.adesso() < *r) {
            v["effettoDal"] = json!(r);
        }
        Ok(())
    }

    /// What the desk knows of keys and keeps over a reset: collection, key, document. A revocation goes, as after the
    /// first start nothing is revoked, but of a certificate that was asked for as a revoked one.
    pub(crate) fn stato_delle_chiavi(&self) -> Esito<Vec<(&'static str, String, Value)>> {
        let nati_revocati: BTreeSet<String> = self
            .pki()
            .elenco()
            .into_iter()
            .filter(|p| p.difetto == Some(Difetto::Revocato))
            .map(|p| p.consegna.impronta_sha256)
            .collect();
        let mut tutto = Vec::new();
        for raccolta in [REVOCATI, LAVORAZIONE, IMPORTATI] {
            let documenti = self.registro().documenti::<Value>(raccolta)?;
            let tenuti = documenti
                .into_iter()
                .filter(|(k, _)| raccolta != REVOCATI || nati_revocati.contains(k));
            tutto.extend(tenuti.map(|(k, v)| (raccolta, k, v)));
        }
        Ok(tutto)
    }

    /// Writes it back.
    pub(crate) fn rimetti_lo_stato_delle_chiavi(&self, tutto: &[(&'static str, String, Value)]) -> Esito<()> {
        self.registro().scrivi(|t| {
            for (raccolta, chiave, valore) in tutto {
                t.salva_documento(raccolta, chiave, valore)?;
            }
            Ok(())
        })
    }
}
