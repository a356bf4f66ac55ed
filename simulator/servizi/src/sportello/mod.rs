//! The postazione desk: issue, list, hand out, revoke, restore, renew; cards; and the trust list.
//!
//! Keys and certificates are files of the PKI; what the desk knows of them (`stato`) is state of the register, and
//! known only inside, as in the real one: the certificates carry no CRL or OCSP address (`spec/security.md` §5.1).
//! A certificate is named by its postazione's id, which several may share, or by its SHA-256, which is one.

mod carte;
mod importati;
mod lettura;
mod stato;

use std::collections::BTreeMap;

use anagrafe::CodiceIstat;
use certs::{Difetto, FormaP12, Postazione, RichiestaEmissione};
use jiff::{SignedDuration, Timestamp};
use serde::Deserialize;
use serde_json::Value;

pub(crate) use importati::importati;
pub use stato::StatoCertificato;
pub(crate) use stato::{Revoca, revoca_in};

use crate::{ErroreServizio, Esito, Simulatore, gestione::leggi};

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

/// What a list of certificates is to contain; empty = all.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct FiltroCertificati {
    /// Issued to this Comune.
    pub comune: Option<CodiceIstat>,
    /// In this state.
    pub stato: Option<StatoCertificato>,
    /// Ending within so many days (those already ended too).
    pub scade_entro_giorni: Option<u16>,
}

/// Digits of a SHA-256.
const CIFRE_IMPRONTA: usize = 64;

/// Whether a name is a digest rather than an id.
pub(crate) fn e_impronta(nome: &str) -> bool {
    nome.len() == CIFRE_IMPRONTA && nome.bytes().all(|b| b.is_ascii_hexdigit())
}

pub(crate) fn della_richiesta(e: certs::ErrorePki) -> ErroreServizio {
    match e {
        certs::ErrorePki::Richiesta(_) | certs::ErrorePki::GiaEmessa(_) => {
            ErroreServizio::richiesta(e.to_string())
        }
        altro => ErroreServizio::guasto(altro),
    }
}

impl Simulatore {
    /// The certificates of a filter, with their states, in order of issue.
    pub fn certificati(&self, filtro: FiltroCertificati) -> Esito<Vec<Value>> {
        let limite = filtro
            .scade_entro_giorni
            .map(|g| self.adesso() + SignedDuration::from_hours(24 * i64::from(g)));
        let mut righe = Vec::new();
        for p in self.pki().elenco() {
            let chiesta = filtro.comune.is_none_or(|c| p.comune == c.as_str())
                && limite.is_none_or(|l: Timestamp| p.non_dopo <= l);
            if chiesta && filtro.stato.is_none_or(|s| Ok(s) == self.stato_postazione(&p)) {
                righe.push(self.mostra(&p)?);
            }
        }
        Ok(righe)
    }

    /// One certificate by id (the last sound one) or by digest; one of the desk before an imported one.
    pub fn certificato(&self, nome: &str) -> Esito<Value> {
        let assente = match self.quello(nome) {
            Ok(p) => return self.mostra(&p),
            Err(e) => e,
        };
        let impronta = self.importati_di_nome(nome)?.into_keys().next();
        match impronta
            .map(|i| self.mostra_importato_ovunque(&i))
            .transpose()?
            .flatten()
        {
            Some(v) => Ok(v),
            None => Err(assente),
        }
    }

    /// Issues a certificate (`{"comune","tipo","numero","difetto","ambiente"}`).
    pub fn emetti_certificato(&self, domanda: Value) -> Esito<Value> {
        let d: Domanda = leggi(domanda)?;
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
        let p = self.pki().emetti(&richiesta).map_err(della_richiesta)?;
        self.in_lavorazione(&p)?;
        if revocato {
            self.segna_revocati(&p.id, &[&p.impronta_sha256])?;
        }
        self.mostra(&p)
    }

    /// Revokes every certificate of an id, or the one of a digest: F4 from the next request on.
    pub fn revoca_certificato(&self, nome: &str) -> Esito<Value> {
        let quali = self.revocabili(nome)?;
        let impronte: Vec<&str> = quali.keys().map(String::as_str).collect();
        let id = quali.values().next().map_or(nome, String::as_str);
        self.segna_revocati(id, &impronte)?;
        self.certificato(nome)
    }

    /// Undoes a revocation. With a delay set, calls go on failing for that long though the state says `attivo`.
    pub fn ripristina_certificato(&self, nome: &str) -> Esito<Value> {
        let quali = self.revocabili(nome)?;
        let impronte: Vec<&str> = quali.keys().map(String::as_str).collect();
        if !self.togli_revoca(&impronte)? {
            return Err(ErroreServizio::conflitto(format!("{nome} non è revocato.")));
        }
        self.certificato(nome)
    }

    /// Issues the certificate that follows another (§5.4, 3): `CO-9999` and `CO-9998` alternate, any other postazione
    /// keeps its number. The old one stays valid until somebody revokes it.
    pub fn rinnova_certificato(&self, nome: &str) -> Esito<Value> {
        let vecchio = self.quello(nome)?;
        if let Some(d) = vecchio.difetto {
            return Err(ErroreServizio::conflitto(format!(
                "{nome} ha il difetto «{d}»: i certificati difettosi non si rinnovano, si emettono."
            )));
        }
        let nuovo = self.pki().rinnova(&vecchio).map_err(della_richiesta)?;
        self.in_lavorazione(&nuovo)?;
        self.mostra(&nuovo)
    }

    /// The key store of a certificate: sealed anew in a form, or the file as it was issued.
    pub fn p12_certificato(&self, nome: &str, forma: Option<FormaP12>) -> Esito<(String, Vec<u8>)> {
        let p = self.quello(nome)?;
        self.consegnabile(&p)?;
        let byte = match forma {
            Some(forma) => self.pki().p12(&p, forma).map_err(ErroreServizio::guasto)?,
            None => std::fs::read(&p.p12)?,
        };
        Ok((format!("{}.p12", p.nome_file()), byte))
    }

    /// The certificate (`pem`) or the open key (`chiave`) of a postazione, PEM.
    pub fn pem_certificato(&self, nome: &str, chiave: bool) -> Esito<(String, Vec<u8>)> {
        let p = self.quello(nome)?;
        self.consegnabile(&p)?;
        let (file, fine) = if chiave {
            (&p.chiave, "key.pem")
        } else {
            (&p.pem, "pem")
        };
        Ok((format!("{}.{fine}", p.nome_file()), std::fs::read(file)?))
    }

    /// "Scarica tutti": the active certificates of a Comune, none of the deliberately defective ones, and the text of
    /// their passwords, as a zip.
    pub fn archivio_certificati(&self, comune: CodiceIstat, forma: FormaP12) -> Esito<Vec<u8>> {
        self.comune(comune)?;
        let mut quali = self.pki().elenco();
        quali.retain(|p| {
            p.comune == comune.as_str()
                && p.difetto.is_none()
                && self.stato_postazione(p) == Ok(StatoCertificato::Attivo)
        });
        if quali.is_empty() {
            return Err(ErroreServizio::assente(format!(
                "Il Comune {comune} non ha certificati attivi da scaricare."
            )));
        }
        certs::archivio(self.pki(), &quali, forma).map_err(ErroreServizio::guasto)
    }

    fn consegnabile(&self, p: &Postazione) -> Esito<()> {
        if self.stato_postazione(p)? == StatoCertificato::InLavorazione {
            return Err(ErroreServizio::conflitto(format!(
                "La richiesta per {} è ancora in lavorazione: riprovare più tardi.",
                p.id
            )));
        }
        Ok(())
    }

    /// Every certificate a name stands for, of the desk or imported: digests and ids; at least one.
    fn revocabili(&self, nome: &str) -> Esito<BTreeMap<String, String>> {
        let mut quali = self.importati_di_nome(nome)?;
        match self.quelli(nome) {
            Ok(nostri) => quali.extend(nostri.into_iter().map(|p| (p.consegna.impronta_sha256, p.id))),
            Err(e) if quali.is_empty() => return Err(e),
            Err(_) => {}
        }
        Ok(quali)
    }

    /// Every certificate of the desk that a name stands for; at least one.
    fn quelli(&self, nome: &str) -> Esito<Vec<Postazione>> {
        let mut tutti = self.pki().elenco();
        if e_impronta(nome) {
            tutti.retain(|p| p.impronta_sha256.eq_ignore_ascii_case(nome));
        } else {
            tutti.retain(|p| p.id == nome);
        }
        if tutti.is_empty() {
            return Err(ErroreServizio::assente(format!("Nessun certificato {nome}.")));
        }
        Ok(tutti)
    }

    /// The one certificate a name stands for: of several of an id the last sound one.
    pub(crate) fn quello(&self, nome: &str) -> Esito<Postazione> {
        let mut tutti = self.quelli(nome)?;
        let posto = tutti.iter().rposition(|p| p.difetto.is_none()).unwrap_or(0);
        Ok(tutti.swap_remove(posto))
    }
}
