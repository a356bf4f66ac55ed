//! Who sends: keys, postazione, operator. The ready ones of the Comune, those of the options, or those a row of the
//! catalogue asks the simulator's desk for (reused from one run to the next).

use std::{
    fs,
    path::{Path, PathBuf},
};

use anagrafe::{Ambiente, IdPostazione};
use anpr_sim::cliente::Cliente;
use anyhow::{Context as _, Result, anyhow, bail};
use frontiera::firma::{
    Chiavi, Come, Voce,
    catalogo::{Parti, Utente},
};
use rustls_pki_types::{CertificateDer, PrivatePkcs8KeyDer, pem::PemObject as _};
use serde_json::{Value, json};

use super::super::{api, testo};
use super::campo;
use crate::opzioni::Send;

/// Whoever signs and is named.
pub(super) struct Mittente {
    pub(super) chiavi: Chiavi,
    pub(super) postazione: IdPostazione,
    pub(super) operatore: String,
    pub(super) tipo_invio: String,
}

/// A certificate with its key, DER and PKCS#8.
struct Coppia {
    cert: Vec<u8>,
    chiave: Vec<u8>,
}

impl Coppia {
    fn leggi(cert: &Path, chiave: &Path) -> Result<Self> {
        let leggi = |f: &Path| fs::read(f).with_context(|| f.display().to_string());
        let guaio = |f: &Path, e: &dyn std::fmt::Display| anyhow!("{}: {e}", f.display());
        let c = CertificateDer::from_pem_slice(&leggi(cert)?).map_err(|e| guaio(cert, &e))?;
        let k = PrivatePkcs8KeyDer::from_pem_slice(&leggi(chiave)?).map_err(|e| guaio(chiave, &e))?;
        Ok(Self {
            cert: c.to_vec(),
            chiave: k.secret_pkcs8_der().to_vec(),
        })
    }
}

impl Mittente {
    /// From the ready Comune and the options.
    pub(super) fn leggi(o: &Send, c: &Cliente, p: &Value) -> Result<Self> {
        let comune = pronto_di(p, &o.comune)?;
        let postazione = match &o.postazione {
            None => comune["postazioni"][0].clone(),
            Some(id) => certificati(c, p)?
                .into_iter()
                .find(|v| v["id"] == id.as_str())
                .with_context(|| format!("--postazione {id}: lo sportello non ha questo certificato"))?,
        };
        let id = campo(&postazione, "id")?;
        // The one certificate of a ready Comune plays both parts, as is usual in test (spec security §3.1).
        let solita = (campo(&postazione, "certificato")?, campo(&postazione, "chiave")?);
        let di = |cert: &Option<PathBuf>, chiave: &Option<PathBuf>, chi: &str| match (cert, chiave) {
            (None, None) => Coppia::leggi(Path::new(solita.0), Path::new(solita.1)),
            (Some(cert), Some(chiave)) => Coppia::leggi(cert, chiave),
            _ => bail!("--cert-{chi} e --chiave-{chi} vanno insieme"),
        };
        let co = di(&o.cert_comune, &o.chiave_comune, "comune")?;
        let pc = di(&o.cert_postazione, &o.chiave_postazione, "postazione")?;
        let operatore = match &o.operatore {
            Some(nome) => nome.clone(),
            None => testo(&comune["operatori"][0], &["nameId"])?.to_owned(),
        };
        Ok(Self {
            chiavi: Chiavi {
                comune_key_pkcs8: co.chiave,
                comune_cert_der: co.cert,
                postazione_key_pkcs8: pc.chiave,
                postazione_cert_der: pc.cert,
            },
            postazione: id_postazione(id)?,
            operatore,
            tipo_invio: testo(p, &["ambienti", o.ambiente.chiave(), "tipoInvio"])?.to_owned(),
        })
    }

    /// Does what a row asks of certificates and operators.
    pub(super) fn applica(&mut self, v: &Voce, o: &Send, c: &Cliente, p: &Value) -> Result<()> {
        match v.come {
            Come::Certificato { parti, difetto } => {
                let emesso = certificato(o, c, p, parti, difetto)?;
                let Coppia { cert, chiave } = Coppia::leggi(
                    Path::new(campo(&emesso, "pem")?),
                    Path::new(campo(&emesso, "chiave")?),
                )?;
                if parti != Parti::Postazione {
                    self.chiavi.comune_cert_der.clone_from(&cert);
                    self.chiavi.comune_key_pkcs8.clone_from(&chiave);
                }
                if parti != Parti::Comune {
                    (self.chiavi.postazione_cert_der, self.chiavi.postazione_key_pkcs8) = (cert, chiave);
                    // The id of this Comune, even if the certificate is another's: that is the defect to show.
                    let numero = campo(&emesso, "id")?.rsplit('-').next().unwrap_or_default();
                    self.postazione = id_postazione(&format!("{}-PC-{numero}", o.comune))?;
                }
            }
            Come::Utente(Utente::Free) => {
                let cifre = o
                    .comune
                    .strip_prefix("888")
                    .context("utente-free vale per i Comuni 888nnn")?;
                self.operatore = format!("USERSFREETEST{cifre}");
                "FREE".clone_into(&mut self.tipo_invio);
            }
            Come::Utente(quale) => self.operatore = operatore(quale, o, c, p)?,
            Come::Ricetta(_) | Come::Prima(_) | Come::Dopo(_) | Come::Trasporto(_) | Come::Guasto(_) => {}
        }
        Ok(())
    }
}

fn id_postazione(id: &str) -> Result<IdPostazione> {
    IdPostazione::parse(id).map_err(|e| anyhow!("postazione {id}: {e}"))
}

fn pronto_di<'p>(p: &'p Value, istat: &str) -> Result<&'p Value> {
    p["comuni"]
        .as_array()
        .and_then(|c| c.iter().find(|c| c["istat"] == istat))
        .with_context(|| format!("il Comune {istat} non è tra quelli pronti di questo simulatore"))
}

fn certificati(c: &Cliente, p: &Value) -> Result<Vec<Value>> {
    let v = api(c, p, "GET", "/api/certificati", &Value::Null)?;
    v.as_array().cloned().context("elenco dei certificati")
}

/// A certificate of the desk with a defect (or none): one issued before if it still serves, else a new one.
fn certificato(o: &Send, c: &Cliente, p: &Value, parti: Parti, difetto: Option<&str>) -> Result<Value> {
    let tipo = if parti == Parti::Comune { "CO" } else { "PC" };
    let sub = o.ambiente == Ambiente::Sub;
    // A root that another environment trusts and this one does not.
    let altrui = if sub { "pre" } else { "sub" };
    let serve = |v: &&Value| {
        v["comune"] == o.comune.as_str()
            && v["tipo"] == tipo
            && v["difetto"].as_str() == difetto
            && match difetto {
                None => v["stato"] == "attivo" && v["radice"] == "test",
                Some("revocato") => v["stato"] == "revocato",
                Some("altro-ambiente") => v["radice"] == altrui,
                Some(_) => true,
            }
    };
    if let Some(v) = certificati(c, p)?.iter().find(serve) {
        return Ok(v.clone());
    }
    let ambiente = (difetto == Some("altro-ambiente")).then(|| o.ambiente.chiave());
    let domanda = json!({"comune": o.comune, "tipo": tipo, "difetto": difetto, "ambiente": ambiente});
    api(c, p, "POST", "/api/certificati", &domanda)
}

fn altri_ambienti(questo: Ambiente) -> Vec<&'static str> {
    let altri = Ambiente::TUTTI.into_iter().filter(|a| *a != questo);
    altri.map(Ambiente::chiave).collect()
}

/// An operator as the row wants him, registered under a name that says what he is for.
fn operatore(u: Utente, o: &Send, c: &Cliente, p: &Value) -> Result<String> {
    let altro = || {
        let altri = p["comuni"].as_array().into_iter().flatten();
        altri
            .filter_map(|c| c["istat"].as_str())
            .find(|i| *i != o.comune)
            .context("serve un altro Comune pronto")
    };
    let (inizio, comune, com_e) = match u {
        Utente::Bloccato => ("SIMBLOCCAT", o.comune.as_str(), json!({"stato": "bloccato"})),
        Utente::Cancellato => ("SIMCANCELL", o.comune.as_str(), json!({"stato": "cancellato"})),
        Utente::SenzaFunzione => (
            "SIMSENZAFU",
            o.comune.as_str(),
            json!({"stato": "attivo", "funzioni": ["3002"]}),
        ),
        Utente::AltroComune => (
            "SIMALTROCO",
            altro()?,
            json!({"stato": "attivo", "funzioni": ["*"]}),
        ),
        Utente::AltroAmbiente => (
            "SIMALTROAM",
            o.comune.as_str(),
            json!({"stato": "attivo", "ambienti": altri_ambienti(o.ambiente)}),
        ),
        Utente::Free => bail!("l'utente FREE non si registra"),
    };
    // Of the Comune that uses him: the same name elsewhere would make him everybody's. Sixteen characters, as any NameID.
    let nome = format!("{inizio}{}", &o.comune);
    let percorso = format!("/api/comuni/{comune}/operatori/{nome}");
    api(c, p, "PUT", &percorso, &com_e)?;
    Ok(nome)
}
