//! A simulator in this process, and signed requests that go through `soap::rispondi` without a socket.

#![allow(dead_code, reason = "each test file uses its own part")]

use std::{
    collections::BTreeMap,
    path::Path,
    sync::{Arc, OnceLock},
};

use anagrafe::{Ambiente, CodiceIstat, IdPostazione};
use certs::{OpzioniPki, Pki};
use frontiera::{
    TipoFault,
    firma::{Chiavi, Messaggio, componi},
    politica::Preset,
};
use jiff::Timestamp;
use rustls_pki_types::{CertificateDer, PrivatePkcs8KeyDer, pem::PemObject as _};
use serde_json::Value;
use servizi::{
    CercaScambi, Impostazioni, Indirizzi, Politiche, Simulatore,
    http::{Richiesta, Taglia, corpo, raccogli},
    soap,
};

pub(crate) const COMUNE: &str = "888001";
pub(crate) const TESTCONN: &str = "/ANPRTestConn/TestConn";
pub(crate) const S001: &str = "/ANPRS001ServizioSubentro/AnprServiceS001";

pub(crate) struct Banco {
    pub(crate) sim: Arc<Simulatore>,
    pub(crate) chiavi: Chiavi,
    pub(crate) operatore: String,
    _cartella: Option<tempfile::TempDir>,
}

pub(crate) struct Risposta {
    pub(crate) stato: u16,
    pub(crate) corpo: String,
    pub(crate) tagliata: bool,
    pub(crate) testate: http::HeaderMap,
}

/// The keys of the bench, copied: to make them takes seconds, and every test opens a folder of its own.
fn pki_copiata(cartella: &Path) -> Pki {
    static MADRE: OnceLock<tempfile::TempDir> = OnceLock::new();
    let madre = MADRE.get_or_init(|| {
        let madre = tempfile::tempdir().expect("folder");
        pki(madre.path());
        madre
    });
    if !cartella.join("pki").exists() {
        copia(&madre.path().join("pki"), &cartella.join("pki"));
    }
    pki(cartella)
}

fn copia(da: &Path, a: &Path) {
    std::fs::create_dir(a).expect("folder");
    std::fs::set_permissions(a, std::fs::metadata(da).expect("mode").permissions()).expect("mode");
    for voce in std::fs::read_dir(da).expect("folder") {
        let voce = voce.expect("entry");
        let nuovo = a.join(voce.file_name());
        if voce.file_type().expect("kind").is_dir() {
            copia(&voce.path(), &nuovo);
        } else {
            std::fs::copy(voce.path(), nuovo).expect("copied");
        }
    }
}

/// Keys of an installation of its own.
pub(crate) fn pki(cartella: &Path) -> Pki {
    let opzioni = OpzioniPki {
        nomi: Vec::new(),
        nomi_reali: false,
        pronti: vec![COMUNE.to_owned()],
        adesso: Timestamp::now(),
        fili: 2,
    };
    Pki::apri(&cartella.join("pki"), &opzioni).expect("keys")
}

pub(crate) fn apri(cartella: &Path, politiche: Politiche) -> Banco {
    apri_con(cartella, politiche, |_| {})
}

/// The same with other settings.
pub(crate) fn apri_con(
    cartella: &Path,
    politiche: Politiche,
    altro: impl FnOnce(&mut Impostazioni),
) -> Banco {
    let mut i = Impostazioni::in_cartella(cartella.to_owned());
    i.oggi = anagrafe::leggi_data("2021-03-01");
    i.sicurezza = politiche;
    altro(&mut i);
    let sim = Simulatore::apri(i, pki_copiata(cartella)).expect("simulator");
    sim.ascolta_su(Indirizzi {
        console: "http://127.0.0.1:8080".to_owned(),
        ambienti: Ambiente::TUTTI.map(|a| (a, format!("https://localhost/{}", a.chiave()))),
        carta: "https://localhost:8446".to_owned(),
    });
    sim.popola();
    let pronto = sim.pronto().expect("ready");
    let comune = pronto["comuni"]
        .as_array()
        .and_then(|c| c.iter().find(|c| c["istat"] == COMUNE))
        .expect("the Comune");
    let leggi = |nome: &str| {
        let file = comune["postazioni"][0][nome].as_str().expect(nome);
        std::fs::read(file).expect(file)
    };
    let cert = CertificateDer::from_pem_slice(&leggi("certificato")).expect("certificate");
    let chiave = PrivatePkcs8KeyDer::from_pem_slice(&leggi("chiave")).expect("key");
    let chiavi = Chiavi {
        comune_key_pkcs8: chiave.secret_pkcs8_der().to_vec(),
        comune_cert_der: cert.to_vec(),
        postazione_key_pkcs8: chiave.secret_pkcs8_der().to_vec(),
        postazione_cert_der: cert.to_vec(),
    };
    let operatore = comune["operatori"][0]["nameId"]
        .as_str()
        .expect("operator")
        .to_owned();
    Banco {
        sim,
        chiavi,
        operatore,
        _cartella: None,
    }
}

pub(crate) fn nuovo() -> Banco {
    let cartella = tempfile::tempdir().expect("folder");
    let b = apri(cartella.path(), Politiche::predefinite(Preset::Faithful));
    Banco {
        _cartella: Some(cartella),
        ..b
    }
}

/// A delivery of 888001, made once.
pub(crate) fn file() -> &'static (String, Vec<u8>) {
    static FILE: OnceLock<(String, Vec<u8>)> = OnceLock::new();
    FILE.get_or_init(|| {
        let richiesta = generatore::Richiesta {
            comune: CodiceIstat::parse(COMUNE).expect("code"),
            versione: 1,
            abitanti: 3,
            aire: 0,
            invii: Some(1),
            max_invii: None,
            seed: 1,
            oggi: anagrafe::leggi_data("2021-03-01").expect("date"),
            anomalie: BTreeMap::new(),
        };
        let fatti = generatore::in_memoria(&richiesta).expect("generated");
        fatti
            .file
            .into_iter()
            .find(|(n, _)| n.contains("APR"))
            .expect("an APR file")
    })
}

pub(crate) fn corpo_testconn() -> String {
    "<a:RichiestaConnessione xmlns:a=\"http://sogei.it/ANPR/connessione\"><testataRichiesta>\
     <idOperazioneComune>1</idOperazioneComune></testataRichiesta></a:RichiestaConnessione>"
        .into()
}

/// Parts of an S001 header that a case changes.
pub(crate) struct Dati<'d> {
    pub(crate) id: &'d str,
    pub(crate) destinatario: &'d str,
    pub(crate) tipo_invio: &'d str,
    pub(crate) operazione: &'d str,
    pub(crate) nome: &'d str,
    pub(crate) altro: &'d str,
}

impl Dati<'_> {
    pub(crate) fn buoni(id: &str) -> Dati<'_> {
        Dati {
            id,
            destinatario: "ANPR01",
            tipo_invio: "TEST",
            operazione: "S001",
            nome: &file().0,
            altro: "",
        }
    }

    pub(crate) fn xml(&self) -> String {
        use base64::Engine as _;
        format!(
            "<a:RichiestaS001 xmlns:a=\"http://www.sogei.it/ANPR/S001subentro\"><testataRichiesta>\
             <idOperazioneComune>{}</idOperazioneComune><codMittente>{COMUNE}</codMittente>\
             <codDestinatario>{}</codDestinatario><operazioneRichiesta>{}</operazioneRichiesta>\
             <dataOraRichiesta>2021-03-01T08:00:00Z</dataOraRichiesta><tipoOperazione>C</tipoOperazione>{}\
             <tipoInvio>{}</tipoInvio></testataRichiesta><nomeFile>{}</nomeFile><fileXml>{}</fileXml></a:RichiestaS001>",
            self.id,
            self.destinatario,
            self.operazione,
            self.altro,
            self.tipo_invio,
            self.nome,
            base64::engine::general_purpose::STANDARD.encode(&file().1)
        )
    }
}

impl Banco {
    pub(crate) fn messaggio(&self, xml: &str) -> Messaggio {
        let postazione = IdPostazione::parse(&format!("{COMUNE}-CO-0000")).expect("id");
        Messaggio::nuovo(xml, self.operatore.clone(), &postazione, Timestamp::now())
    }

    pub(crate) async fn manda(&self, ambiente: Ambiente, percorso: &str, m: &Messaggio) -> Risposta {
        let busta = componi(m, &self.chiavi, None).expect("composes");
        self.manda_byte(ambiente, percorso, busta).await
    }

    pub(crate) async fn manda_byte(
        &self,
        ambiente: Ambiente,
        percorso: &str,
        busta: impl Into<bytes::Bytes>,
    ) -> Risposta {
        self.manda_come(ambiente, percorso, "text/xml; charset=utf-8", busta)
            .await
    }

    /// The same under another media type.
    pub(crate) async fn manda_come(
        &self,
        ambiente: Ambiente,
        percorso: &str,
        tipo: &str,
        busta: impl Into<bytes::Bytes>,
    ) -> Risposta {
        let r: Richiesta = http::Request::post(percorso)
            .header("content-type", tipo)
            .header("soapaction", "\"http://tempuri.org/qualunque\"")
            .body(corpo(busta.into()))
            .expect("request");
        let r = soap::rispondi(&self.sim, ambiente, r).await;
        let tagliata = r.extensions().get::<Taglia>().is_some();
        let (parti, dentro) = r.into_parts();
        let byte = raccogli(dentro, 1 << 20).await.expect("body");
        Risposta {
            stato: parti.status.as_u16(),
            corpo: String::from_utf8(byte.to_vec()).expect("UTF-8"),
            tagliata,
            testate: parti.headers,
        }
    }

    pub(crate) async fn testconn(&self) -> Risposta {
        self.manda(Ambiente::Test, TESTCONN, &self.messaggio(&corpo_testconn()))
            .await
    }

    pub(crate) async fn s001(&self, d: &Dati<'_>) -> Risposta {
        self.manda(Ambiente::Test, S001, &self.messaggio(&d.xml())).await
    }

    pub(crate) fn politica(&self, modifica: Value) {
        self.sim
            .metti_sicurezza(Ambiente::Test, modifica)
            .expect("policy");
    }

    pub(crate) fn guasti(&self, piano: Value) {
        self.sim.metti_guasti(piano).expect("plan");
    }

    /// The last journal entry as JSON.
    pub(crate) fn ultimo_scambio(&self) -> Value {
        serde_json::to_value(ultimo(&self.sim).expect("an entry")).expect("JSON")
    }
}

/// The last entry of the journal.
pub(crate) fn ultimo(sim: &Simulatore) -> Option<registro::Scambio> {
    let cerca = CercaScambi {
        decrescente: true,
        limite: 1,
        ..CercaScambi::default()
    };
    sim.scambi(&cerca).expect("journal").pop()
}

impl Risposta {
    #[track_caller]
    pub(crate) fn fault(&self, tipo: TipoFault) {
        assert_eq!(self.stato, 500, "{}", self.corpo);
        assert!(
            self.corpo
                .contains(&format!("<faultstring>{}</faultstring>", tipo.testo())),
            "{tipo:?} was due: {}",
            self.corpo
        );
        assert_eq!(self.testate["x-backside-transport"], "FAIL FAIL");
        assert_eq!(self.testate["connection"], "close");
        assert_eq!(self.testate["content-type"], "text/xml");
    }

    #[track_caller]
    pub(crate) fn ok(&self) {
        assert_eq!(self.stato, 200, "{}", self.corpo);
        assert!(!self.corpo.contains("rispostaKO"), "{}", self.corpo);
        assert_eq!(self.testate["x-backside-transport"], "OK OK");
        assert!(!self.testate.contains_key("connection"));
    }

    /// Codes of a KO, and its idOperazioneANPR.
    #[track_caller]
    pub(crate) fn ko(&self) -> (Vec<&str>, u64) {
        assert_eq!(self.stato, 200, "{}", self.corpo);
        assert!(
            self.corpo.contains("<esitoOperazione>XXXX</esitoOperazione>"),
            "{}",
            self.corpo
        );
        let codici = self.tutti("codiceErroreAnomalia");
        let id = self.tutti("idOperazioneANPR")[0].parse().expect("a number");
        (codici, id)
    }

    pub(crate) fn tutti(&self, nome: &str) -> Vec<&str> {
        let (da, a) = (format!("<{nome}>"), format!("</{nome}>"));
        self.corpo
            .split(&da)
            .skip(1)
            .map(|p| p.split(&a).next().expect("closed"))
            .collect()
    }
}
