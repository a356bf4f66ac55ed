//! Signed requests by the hundred, right and wrong, as bytes ready for a socket.
//!
//! Everything is signed beforehand and on every core: a load client must not spend its time on private keys. The
//! messages are all different (ids, instants, Comune), fresh for [`DURATA`], and made with the certificates and the
//! operators of the ready Comuni.

use std::{fs, path::Path, thread};

use anagrafe::IdPostazione;
use anyhow::{Context as _, Result, anyhow};
use frontiera::{
    TipoFault, VersioneSoap,
    firma::{self, Atteso, Chiavi, DIFETTI, Messaggio, Voce},
};
use jiff::{SignedDuration, Timestamp};
use rustls_pki_types::{CertificateDer, PrivatePkcs8KeyDer, pem::PemObject as _};
use serde_json::Value;

use crate::carico::{Colpo, richiesta};

/// Path of the service that proves the frame.
pub const TEST_CONN: &str = "/ANPRTestConn/TestConn";
/// Validity of every message; the policy admits ten minutes.
pub const DURATA: SignedDuration = SignedDuration::from_mins(9);
/// How far back the messages are dated: clocks of one machine agree, its threads need not.
const INDIETRO: SignedDuration = SignedDuration::from_secs(1);

/// One caller: a ready Comune with its first postazione and its first operator.
struct Mittente {
    comune: String,
    postazione: IdPostazione,
    name_id: String,
    chiavi: Chiavi,
}

fn testo<'v>(v: &'v Value, nome: &str) -> Result<&'v str> {
    v[nome]
        .as_str()
        .with_context(|| format!("{nome} nel file pronto"))
}

impl Mittente {
    fn tutti(pronto: &Value) -> Result<Vec<Self>> {
        let comuni = pronto["comuni"].as_array().context("comuni nel file pronto")?;
        comuni.iter().map(Self::di).collect()
    }

    fn di(comune: &Value) -> Result<Self> {
        let p = &comune["postazioni"][0];
        let leggi = |nome: &str| -> Result<Vec<u8>> {
            let file = Path::new(testo(p, nome)?);
            fs::read(file).with_context(|| file.display().to_string())
        };
        let cert = CertificateDer::from_pem_slice(&leggi("certificato")?).map_err(|e| anyhow!("{e}"))?;
        let chiave = PrivatePkcs8KeyDer::from_pem_slice(&leggi("chiave")?).map_err(|e| anyhow!("{e}"))?;
        let chiave = chiave.secret_pkcs8_der().to_vec();
        Ok(Self {
            comune: testo(comune, "istat")?.to_owned(),
            postazione: IdPostazione::parse(testo(p, "id")?).map_err(|e| anyhow!("{e}"))?,
            name_id: testo(&comune["operatori"][0], "nameId")?.to_owned(),
            chiavi: Chiavi {
                comune_key_pkcs8: chiave.clone(),
                comune_cert_der: cert.to_vec(),
                postazione_key_pkcs8: chiave,
                postazione_cert_der: cert.to_vec(),
            },
        })
    }

    fn firma(&self, n: usize, difetto: Option<&Voce>) -> Result<String> {
        let adesso = Timestamp::now() - INDIETRO;
        let ns = schema::radici::RICHIESTA_CONNESSIONE.0;
        let id = adesso.as_microsecond();
        let corpo = format!(
            "<a:RichiestaConnessione xmlns:a=\"{ns}\"><testataRichiesta><idOperazioneComune>{id}{n:06}\
             </idOperazioneComune><codMittente>{}</codMittente><codDestinatario>ANPR05</codDestinatario>\
             <operazioneRichiesta>TEST</operazioneRichiesta><dataOraRichiesta>{adesso:.3}</dataOraRichiesta>\
             <tipoOperazione>C</tipoOperazione><tipoInvio>TEST</tipoInvio></testataRichiesta>\
             </a:RichiestaConnessione>",
            self.comune
        );
        let mut m = Messaggio::nuovo(corpo, &self.name_id, &self.postazione, adesso);
        m.id = format!("{id}-{n}");
        m.durata = DURATA;
        Ok(firma::componi(&m, &self.chiavi, difetto)?)
    }
}

/// `quanti` different requests to TestConn, every one to be answered 200.
pub fn buoni(pronto: &Value, quanti: usize) -> Result<Vec<Colpo>> {
    let mittenti = Mittente::tutti(pronto)?;
    let fili = thread::available_parallelism().map_or(1, usize::from);
    let uno = |n: usize| -> Result<Colpo> {
        let m = &mittenti[n % mittenti.len()];
        Ok(Colpo {
            byte: richiesta(TEST_CONN, m.firma(n, None)?.as_bytes()),
            stato: 200,
            contiene: "RispostaConnessione",
        })
    };
    thread::scope(|s| {
        let parti: Vec<_> = (0..fili)
            .map(|f| s.spawn(move || (f..quanti).step_by(fili).map(uno).collect::<Result<Vec<_>>>()))
            .collect();
        let mut tutti = Vec::with_capacity(quanti);
        for parte in parti {
            tutti.extend(parte.join().map_err(|_| anyhow!("firma interrotta"))??);
        }
        Ok(tutti)
    })
}

/// One request of every kind that must be refused, each with its exact fault.
pub fn rotti(pronto: &Value) -> Result<Vec<Colpo>> {
    let mittenti = Mittente::tutti(pronto)?;
    let mut colpi = Vec::new();
    // A clock half a minute ahead is right half a minute later.
    let resta = |v: &&Voce| v.del_messaggio() && !["orologio-avanti", "asserzione-futura"].contains(&v.nome);
    for (n, v) in DIFETTI.iter().filter(resta).enumerate() {
        let Atteso::Fault(fault) = v.atteso else {
            continue;
        };
        let busta = mittenti[n % mittenti.len()].firma(n, Some(v))?;
        colpi.push(rifiutato(TEST_CONN, busta.as_bytes(), fault));
    }
    let buona = mittenti[0].firma(0, None)?;
    colpi.push(rifiutato(
        "/ANPRTestConn/testconn",
        buona.as_bytes(),
        TipoFault::F3,
    ));
    colpi.push(rifiutato(TEST_CONN, b"", TipoFault::F3));
    colpi.push(rifiutato(TEST_CONN, b"\x00\xff\xfe niente XML", TipoFault::F3));
    colpi.push(rifiutato(
        TEST_CONN,
        "<a>".repeat(5_000).as_bytes(),
        TipoFault::F3,
    ));
    Ok(colpi)
}

fn rifiutato(percorso: &str, corpo: &[u8], fault: TipoFault) -> Colpo {
    Colpo {
        byte: richiesta(percorso, corpo),
        stato: 500,
        contiene: fault_esatto(fault),
    }
}

/// The whole body of a fault in SOAP 1.1.
fn fault_esatto(tipo: TipoFault) -> &'static str {
    use std::sync::OnceLock;
    static TESTI: OnceLock<Vec<(TipoFault, String)>> = OnceLock::new();
    let testi = TESTI.get_or_init(|| {
        frontiera::soap::TUTTI_I_FAULT
            .iter()
            .map(|t| (*t, frontiera::Fault::nuovo(*t, "").xml(VersioneSoap::V11)))
            .collect()
    });
    testi.iter().find(|(t, _)| *t == tipo).map_or("", |(_, x)| x)
}
