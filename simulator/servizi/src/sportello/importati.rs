//! The trust list of an environment: single public certificates a software house already owns (`spec/security.md`
//! §5.5, "Simulator PKI"), believed though no root of the simulator issued them.
//!
//! Only the public half is kept. A certificate authority is never taken in: it would make the simulator believe
//! whatever it issues. Nor is a key or a signature that the perimeter would refuse in any other certificate. A change
//! makes the perimeters anew, so that it holds from the next request on. An imported one is revoked and restored at
//! the desk like those of the desk.

use std::collections::BTreeMap;

use anagrafe::{Ambiente, IdPostazione};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use frontiera::{Frontiera, security::certificato::Certificato};
use jiff::Timestamp;
use registro::{Lettura as _, Registro};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::lettura;
use crate::{ErroreServizio, Esito, Simulatore, gestione::leggi};

/// Collection of imported certificates, keyed by `ambiente/impronta`.
pub(super) const IMPORTATI: &str = "certificati-importati";
/// Most imported certificates of one environment: each is compared with every signer.
const IMPORTATI_MASSIMI: usize = 1_000;

#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Importato {
    ambiente: Ambiente,
    impronta_sha256: String,
    /// The postazione it names.
    id: String,
    comune: String,
    emittente: String,
    non_prima: Timestamp,
    non_dopo: Timestamp,
    /// DER in base64.
    der: String,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Domanda {
    /// Environments that are to believe it; all when missing.
    ambiente: Option<Ambiente>,
    /// The file: PEM as it stands, anything else in base64.
    contenuto: String,
    password: Option<String>,
}

/// DER of the imported certificates of an environment.
pub(crate) fn importati(registro: &Registro, ambiente: Ambiente) -> Esito<Vec<Vec<u8>>> {
    tutti(registro, Some(ambiente))?
        .iter()
        .map(|i| STANDARD.decode(&i.der).map_err(ErroreServizio::guasto))
        .collect()
}

fn tutti(registro: &Registro, ambiente: Option<Ambiente>) -> Esito<Vec<Importato>> {
    let documenti = registro.documenti::<Importato>(IMPORTATI)?;
    Ok(documenti
        .into_iter()
        .map(|(_, i)| i)
        .filter(|i| ambiente.is_none_or(|a| i.ambiente == a))
        .collect())
}

fn chiave(ambiente: Ambiente, impronta: &str) -> String {
    format!("{}/{impronta}", ambiente.chiave())
}

/// What makes a certificate worth believing: it names a postazione, is no authority, and the perimeter can use it.
fn accettabile(c: &Certificato) -> Esito<IdPostazione> {
    let no = |perche: String| {
        Err(ErroreServizio::richiesta(format!(
            "Il certificato «{}» non si può importare: {perche}.",
            c.nome()
        )))
    };
    let Some(id) = c.cn().and_then(|cn| IdPostazione::parse(cn).ok()) else {
        return no("il suo CN non è quello di una postazione (nnnnnn-CO-nnnn o nnnnnn-PC-nnnn)".into());
    };
    if let Err(problema) = c.idoneo() {
        return no(problema.to_string());
    }
    let prova = Frontiera::nuova(
        Ambiente::Test,
        vec![c.der().to_vec()],
        frontiera::Politica::default(),
    );
    match prova {
        Ok(_) => Ok(id),
        Err(e) => no(e.to_string()),
    }
}

impl Simulatore {
    /// The trust list, of one environment or of all.
    pub fn certificati_importati(&self, ambiente: Option<Ambiente>) -> Esito<Vec<Value>> {
        tutti(self.registro(), ambiente)?
            .iter()
            .map(|i| self.mostra_importato(i))
            .collect()
    }

    /// Takes the certificates of a file (`{"ambiente","contenuto","password"}`) into the trust list.
    pub fn importa_certificati(&self, domanda: Value) -> Esito<Vec<Value>> {
        let d: Domanda = leggi(domanda)?;
        let tutti_quanti = lettura::leggi(d.contenuto.as_bytes(), d.password.as_deref())?;
        // A .p7b or .p12 carries its authority along; it stays outside.
        let mut foglie = tutti_quanti;
        foglie.retain(|c| !c.ca());
        if foglie.is_empty() {
            return Err(ErroreServizio::richiesta(
                "Nel file c'è solo un'autorità (CA): si importano i certificati delle postazioni, uno per uno.",
            ));
        }
        let mut nuovi = Vec::new();
        for c in &foglie {
            let id = accettabile(c)?;
            for ambiente in Ambiente::TUTTI {
                if d.ambiente.is_none_or(|a| a == ambiente) {
                    nuovi.push(Importato {
                        ambiente,
                        impronta_sha256: crate::esadecimale(c.impronta()),
                        id: id.to_string(),
                        comune: id.comune.to_string(),
                        emittente: c.emittente().to_owned(),
                        non_prima: c.dal(),
                        non_dopo: c.al(),
                        der: STANDARD.encode(c.der()),
                    });
                }
            }
        }
        self.registro().scrivi(|t| -> Esito<()> {
            for i in &nuovi {
                t.salva_documento(IMPORTATI, &chiave(i.ambiente, &i.impronta_sha256), i)?;
                let prefisso = format!("{}/", i.ambiente.chiave());
                let quanti = t.documenti::<Value>(IMPORTATI)?;
                if quanti.iter().filter(|(k, _)| k.starts_with(&prefisso)).count() > IMPORTATI_MASSIMI {
                    return Err(ErroreServizio::conflitto(format!(
                        "La lista di fiducia ha già {IMPORTATI_MASSIMI} certificati: toglierne qualcuno."
                    )));
                }
            }
            t.evento()?;
            Ok(())
        })?;
        self.rifai_frontiere(self.registro())?;
        nuovi.iter().map(|i| self.mostra_importato(i)).collect()
    }

    /// Takes a certificate off the trust list of one environment, or of all.
    pub fn togli_importato(&self, impronta: &str, ambiente: Option<Ambiente>) -> Esito<()> {
        let impronta = impronta.to_ascii_lowercase();
        self.registro().scrivi(|t| {
            let mut tolti = 0;
            for a in Ambiente::TUTTI {
                if ambiente.is_none_or(|x| x == a) {
                    let k = chiave(a, &impronta);
                    if t.documento::<Value>(IMPORTATI, &k)?.is_some() {
                        t.togli_documento(IMPORTATI, &k);
                        tolti += 1;
                    }
                }
            }
            if tolti == 0 {
                return Err(ErroreServizio::assente(
                    "Nessun certificato importato con questa impronta.",
                ));
            }
            t.evento()?;
            Ok(())
        })?;
        self.rifai_frontiere(self.registro())
    }

    fn mostra_importato(&self, i: &Importato) -> Esito<Value> {
        let mut v = serde_json::to_value(i).map_err(ErroreServizio::guasto)?;
        v["stato"] = json!(self.stato_di(&i.impronta_sha256, i.non_prima, i.non_dopo)?);
        self.mostra_effetto(&i.impronta_sha256, &mut v)?;
        Ok(v)
    }

    /// The imported certificates that a name stands for (id of a postazione, or digest): digests and ids, each once.
    pub(super) fn importati_di_nome(&self, nome: &str) -> Esito<BTreeMap<String, String>> {
        let suo = |i: &Importato| i.id == nome || i.impronta_sha256.eq_ignore_ascii_case(nome);
        let trovati = tutti(self.registro(), None)?.into_iter().filter(suo);
        Ok(trovati.map(|i| (i.impronta_sha256, i.id)).collect())
    }

    /// One imported certificate, with every environment that believes it.
    pub(super) fn mostra_importato_ovunque(&self, impronta: &str) -> Esito<Option<Value>> {
        let mut suoi = tutti(self.registro(), None)?;
        suoi.retain(|i| i.impronta_sha256 == impronta);
        let Some(primo) = suoi.first() else {
            return Ok(None);
        };
        let mut v = self.mostra_importato(primo)?;
        if let Some(o) = v.as_object_mut() {
            o.remove("ambiente");
        }
        let ambienti = Ambiente::TUTTI
            .into_iter()
            .filter(|a| suoi.iter().any(|i| i.ambiente == *a));
        v["ambienti"] = json!(ambienti.collect::<Vec<_>>());
        Ok(Some(v))
    }
}
