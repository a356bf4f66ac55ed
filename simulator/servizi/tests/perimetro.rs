//! The perimeter as a running simulator has it: policy changed under way, fault plan, application errors of S001.
//!
//! Signed requests go through `soap::rispondi`, without a socket.

use std::{
    collections::BTreeMap,
    path::Path,
    sync::{Arc, OnceLock},
    time::Instant,
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
use serde_json::{Value, json};
use servizi::{
    Ammissione, CercaScambi, Impostazioni, Indirizzi, Politiche, Simulatore,
    http::{Richiesta, Taglia, corpo, raccogli},
    soap,
};

const COMUNE: &str = "888001";
const TESTCONN: &str = "/ANPRTestConn/TestConn";
const S001: &str = "/ANPRS001ServizioSubentro/AnprServiceS001";

struct Banco {
    sim: Arc<Simulatore>,
    chiavi: Chiavi,
    operatore: String,
    _cartella: Option<tempfile::TempDir>,
}

struct Risposta {
    stato: u16,
    corpo: String,
    tagliata: bool,
    testate: http::HeaderMap,
}

fn pki(cartella: &Path) -> Pki {
    let opzioni = OpzioniPki {
        nomi: Vec::new(),
        nomi_reali: false,
        pronti: vec![COMUNE.to_owned()],
        adesso: Timestamp::now(),
        fili: 2,
    };
    Pki::apri(&cartella.join("pki"), &opzioni).expect("keys")
}

fn apri(cartella: &Path, politiche: Politiche) -> Banco {
    let mut i = Impostazioni::in_cartella(cartella.to_owned());
    i.oggi = anagrafe::leggi_data("2021-03-01");
    i.sicurezza = politiche;
    let sim = Simulatore::apri(i, pki(cartella)).expect("simulator");
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

fn nuovo() -> Banco {
    let cartella = tempfile::tempdir().expect("folder");
    let b = apri(cartella.path(), Politiche::predefinite(Preset::Faithful));
    Banco {
        _cartella: Some(cartella),
        ..b
    }
}

/// A delivery of 888001, made once.
fn file() -> &'static (String, Vec<u8>) {
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

fn corpo_testconn() -> String {
    "<a:RichiestaConnessione xmlns:a=\"http://sogei.it/ANPR/connessione\"><testataRichiesta>\
     <idOperazioneComune>1</idOperazioneComune></testataRichiesta></a:RichiestaConnessione>"
        .into()
}

/// Parts of an S001 header that a case changes.
struct Dati<'d> {
    id: &'d str,
    destinatario: &'d str,
    tipo_invio: &'d str,
    operazione: &'d str,
    nome: &'d str,
    altro: &'d str,
}

impl Dati<'_> {
    fn buoni(id: &str) -> Dati<'_> {
        Dati {
            id,
            destinatario: "ANPR01",
            tipo_invio: "TEST",
            operazione: "S001",
            nome: &file().0,
            altro: "",
        }
    }

    fn xml(&self) -> String {
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
    fn messaggio(&self, xml: &str) -> Messaggio {
        let postazione = IdPostazione::parse(&format!("{COMUNE}-CO-0000")).expect("id");
        Messaggio::nuovo(xml, self.operatore.clone(), &postazione, Timestamp::now())
    }

    async fn manda(&self, ambiente: Ambiente, percorso: &str, m: &Messaggio) -> Risposta {
        let busta = componi(m, &self.chiavi, None).expect("composes");
        self.manda_byte(ambiente, percorso, busta).await
    }

    async fn manda_byte(&self, ambiente: Ambiente, percorso: &str, busta: String) -> Risposta {
        let r: Richiesta = http::Request::post(percorso)
            .header("content-type", "text/xml; charset=utf-8")
            .header("soapaction", "\"http://tempuri.org/qualunque\"")
            .body(corpo(busta))
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

    async fn testconn(&self) -> Risposta {
        self.manda(Ambiente::Test, TESTCONN, &self.messaggio(&corpo_testconn()))
            .await
    }

    async fn s001(&self, d: &Dati<'_>) -> Risposta {
        self.manda(Ambiente::Test, S001, &self.messaggio(&d.xml())).await
    }

    fn politica(&self, modifica: Value) {
        self.sim
            .metti_sicurezza(Ambiente::Test, modifica)
            .expect("policy");
    }

    fn guasti(&self, piano: Value) {
        self.sim.metti_guasti(piano).expect("plan");
    }

    /// The last journal entry as JSON.
    fn ultimo_scambio(&self) -> Value {
        serde_json::to_value(ultimo(&self.sim).expect("an entry")).expect("JSON")
    }
}

/// The last entry of the journal.
fn ultimo(sim: &Simulatore) -> Option<registro::Scambio> {
    let cerca = CercaScambi {
        decrescente: true,
        limite: 1,
        ..CercaScambi::default()
    };
    sim.scambi(&cerca).expect("journal").pop()
}

impl Risposta {
    #[track_caller]
    fn fault(&self, tipo: TipoFault) {
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
    fn ok(&self) {
        assert_eq!(self.stato, 200, "{}", self.corpo);
        assert!(!self.corpo.contains("rispostaKO"), "{}", self.corpo);
        assert_eq!(self.testate["x-backside-transport"], "OK OK");
        assert!(!self.testate.contains_key("connection"));
    }

    /// Codes of a KO, and its idOperazioneANPR.
    #[track_caller]
    fn ko(&self) -> (Vec<&str>, u64) {
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

    fn tutti(&self, nome: &str) -> Vec<&str> {
        let (da, a) = (format!("<{nome}>"), format!("</{nome}>"));
        self.corpo
            .split(&da)
            .skip(1)
            .map(|p| p.split(&a).next().expect("closed"))
            .collect()
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_change_of_policy_takes_effect_at_once_and_survives_a_restart_and_a_reset_undoes_it() {
    let cartella = tempfile::tempdir().expect("folder");
    let vecchio = {
        let b = apri(cartella.path(), Politiche::predefinite(Preset::Faithful));
        let mut m = b.messaggio(&corpo_testconn());
        m.adesso = Timestamp::now() - jiff::SignedDuration::from_hours(1);
        let vecchio = componi(&m, &b.chiavi, None).expect("composes");
        b.manda_byte(Ambiente::Test, TESTCONN, vecchio.clone())
            .await
            .fault(TipoFault::F1);
        b.politica(json!({"controlla_tempi": false}));
        b.manda_byte(Ambiente::Test, TESTCONN, vecchio.clone()).await.ok();
        // The other environments stay as they were.
        b.manda_byte(Ambiente::Pre, TESTCONN, vecchio.clone())
            .await
            .fault(TipoFault::F1);
        assert_eq!(b.sim.sicurezza(Ambiente::Test).preset, "modificata");
        let diversi: Vec<_> = b
            .sim
            .sicurezza(Ambiente::Test)
            .interruttori
            .into_iter()
            .filter(|i| i.diverso)
            .map(|i| i.nome)
            .collect();
        assert_eq!(diversi, ["controlla_tempi"]);
        // What is refused changes nothing.
        for (no, perche) in [
            (
                json!({"controlla_tempi": "sì"}),
                "controlla_tempi: \"sì\" non va bene",
            ),
            (json!({"preset": "boh"}), "preset: \"boh\" non va bene"),
            (json!({"accetta_sha1": false, "x": 1}), "chiave sconosciuta «x»"),
            (json!([]), "Atteso un oggetto"),
        ] {
            let e = b.sim.metti_sicurezza(Ambiente::Test, no).expect_err(perche);
            assert_eq!(e.http, 400);
            assert!(e.testo.starts_with(perche), "{}", e.testo);
        }
        b.testconn().await.ok();
        b.sim.chiudi();
        vecchio
    };
    {
        let b = apri(cartella.path(), Politiche::predefinite(Preset::Faithful));
        b.manda_byte(Ambiente::Test, TESTCONN, vecchio.clone()).await.ok();
        b.sim.reset().expect("reset");
        assert_eq!(b.sim.sicurezza(Ambiente::Test).preset, "faithful");
        b.manda_byte(Ambiente::Test, TESTCONN, vecchio.clone())
            .await
            .fault(TipoFault::F1);
        b.politica(json!({"controlla_tempi": false}));
        b.sim.chiudi();
    }
    // Started with other policies, it begins from those.
    let b = apri(cartella.path(), Politiche::predefinite(Preset::Permissive));
    assert_eq!(b.sim.sicurezza(Ambiente::Test).preset, "permissive");
    b.manda_byte(Ambiente::Pre, TESTCONN, vecchio).await.ok();
}

#[tokio::test(flavor = "multi_thread")]
async fn clock_offset_replay_and_size_follow_their_switches() {
    let b = nuovo();
    b.politica(json!({"scarto_orologio": 3600}));
    b.testconn().await.fault(TipoFault::F1);
    let mut m = b.messaggio(&corpo_testconn());
    m.adesso = Timestamp::now() + jiff::SignedDuration::from_hours(1);
    b.manda(Ambiente::Test, TESTCONN, &m).await.ok();

    b.politica(json!({"preset": "faithful", "antireplica": true}));
    let mut m = b.messaggio(&corpo_testconn());
    m.id = "replica-1".into();
    b.manda(Ambiente::Test, TESTCONN, &m).await.ok();
    b.manda(Ambiente::Test, TESTCONN, &m).await.fault(TipoFault::F1);
    let scambio = b.ultimo_scambio();
    assert!(
        scambio["causa"]
            .as_str()
            .expect("cause")
            .contains("già stata usata"),
        "{scambio}"
    );
    m.id = "replica-2".into();
    b.manda(Ambiente::Test, TESTCONN, &m).await.ok();
    b.politica(json!({"antireplica": false}));
    b.manda(Ambiente::Test, TESTCONN, &m).await.ok();

    b.politica(json!({"corpo_massimo": 1024}));
    let r = b.testconn().await;
    assert_eq!(r.stato, 413);
    assert_eq!(r.testate["connection"], "close");
    b.politica(json!({"preset": "faithful"}));
    b.testconn().await.ok();
}

#[tokio::test(flavor = "multi_thread")]
async fn the_allow_list_answers_for_each_environment_and_the_journal_says_who_was_refused() {
    let b = nuovo();
    let [vicino, lontano] = ["127.0.0.1", "203.0.113.9"].map(|i| i.parse().expect("address"));
    assert_eq!(b.sim.ammissione(Ambiente::Test, lontano), Ammissione::Entra);
    assert_eq!(b.sim.ammissione(Ambiente::Sub, vicino), Ammissione::Entra);
    assert_eq!(b.sim.ammissione(Ambiente::Sub, lontano), Ammissione::Ignora);
    b.politica(json!({"rete_filtrata": true, "rete_rifiuto": "close", "rete_indirizzi": ["203.0.113.0/24"]}));
    assert_eq!(b.sim.ammissione(Ambiente::Test, lontano), Ammissione::Entra);
    assert_eq!(b.sim.ammissione(Ambiente::Test, vicino), Ammissione::Chiudi);
    let prima = ultimo(&b.sim).map_or(0, |s| s.n);
    for _ in 0..3 {
        b.sim.annota_rifiuto_di_rete(Ambiente::Test, vicino);
    }
    let scambio = b.ultimo_scambio();
    assert_eq!(scambio["n"], prima + 1, "one entry a minute for an address");
    assert_eq!(scambio["esito"], "RIFIUTATO");
    assert_eq!(scambio["passi"][0]["osservato"], "127.0.0.1");
}

#[tokio::test(flavor = "multi_thread")]
async fn faults_strike_in_the_planned_order_and_say_so() {
    let b = nuovo();
    b.guasti(json!([
        {"ambiente": "test", "tipo": "F3", "volte": 1},
        {"ambiente": "test", "tipo": "F8", "volte": 1},
        {"ambiente": "test", "tipo": "F10", "volte": 1},
        {"ambiente": "test", "tipo": "http502", "volte": 1},
        {"ambiente": "test", "tipo": "taglio", "volte": 1},
        {"ambiente": "test", "tipo": "ritardo", "volte": 1, "ms": 300},
    ]));
    b.testconn().await.fault(TipoFault::F3);
    let scambio = b.ultimo_scambio();
    assert_eq!(scambio["causa"], "F3: guasto pianificato: F3");
    assert_eq!(scambio["passi"][0]["nome"], "guasto-pianificato");
    // A bad request gets its own fault and uses nothing up.
    let mut m = b.messaggio(&corpo_testconn());
    m.name_id = "NESSUNO".into();
    b.manda(Ambiente::Test, TESTCONN, &m).await.fault(TipoFault::F1);
    b.testconn().await.fault(TipoFault::F8);
    b.testconn().await.fault(TipoFault::F10);
    let r = b.testconn().await;
    assert_eq!((r.stato, r.tagliata), (502, false));
    assert!(b.testconn().await.tagliata);
    assert_eq!(b.ultimo_scambio()["causa"], "guasto pianificato: taglio");
    let inizio = Instant::now();
    b.testconn().await.ok();
    assert!(inizio.elapsed().as_millis() >= 300, "it waited");
    assert_eq!(b.ultimo_scambio()["passi"][0]["verdetto"], "AVVISO");
    let serviti: Vec<u64> = b.sim.guasti().iter().map(|g| g.serviti).collect();
    assert_eq!(serviti, [1; 6]);
    b.testconn().await.ok();
    b.guasti(json!([{"ambiente": "test", "tipo": "F8"}]));
    b.testconn().await.fault(TipoFault::F8);
    b.testconn().await.fault(TipoFault::F8);
    b.manda(Ambiente::Pre, TESTCONN, &b.messaggio(&corpo_testconn()))
        .await
        .ok();
    b.sim.reset().expect("reset");
    assert_eq!(b.sim.guasti(), []);
    b.testconn().await.ok();
}

#[tokio::test(flavor = "multi_thread")]
async fn f9_leaves_the_delivery_recorded_and_the_reply_recoverable_and_999_does_not() {
    let b = nuovo();
    let comune = CodiceIstat::parse(COMUNE).expect("code");
    let consegnati = || {
        b.sim
            .forniture(Some(Ambiente::Test), Some(comune))
            .expect("list")
            .len()
    };
    b.guasti(json!([
        {"ambiente": "test", "tipo": "999", "volte": 1},
        {"ambiente": "test", "tipo": "F9", "volte": 1, "operazione": "S001"},
    ]));
    // TestConn has no KO reply: 999 waits for somebody else, and F9 behind it is of S001 only.
    b.testconn().await.ok();
    let r = b.s001(&Dati::buoni("1")).await;
    let (codici, id) = r.ko();
    assert_eq!(codici, ["999"]);
    assert_ne!(id, 0, "a booked one (A5)");
    assert_eq!(consegnati(), 0);
    b.s001(&Dati::buoni("1")).await.fault(TipoFault::F9);
    assert_eq!(consegnati(), 1, "done, though the reply was refused");
    let r = b.s001(&Dati::buoni("1")).await;
    r.ok();
    assert!(
        r.corpo.contains("preso in carico"),
        "the first answer, by its id: {}",
        r.corpo
    );
    assert_eq!(consegnati(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn application_errors_of_s001_in_their_order() {
    let b = nuovo();
    let operatore = |m: Value| {
        let istat = CodiceIstat::parse(COMUNE).expect("code");
        b.sim
            .metti_operatore(istat, "VRDGNN80A01Y001K", m)
            .expect("operator");
    };
    let come_lui = async |d: Dati<'_>| {
        let mut m = b.messaggio(&d.xml());
        m.name_id = "VRDGNN80A01Y001K".into();
        b.manda(Ambiente::Test, S001, &m).await
    };
    // A1: without the function. It comes before everything that is wrong with the header, but for operation and version.
    operatore(json!({"funzioni": ["3002"], "ruoli": ["OPERATORE"]}));
    let r = come_lui(Dati {
        tipo_invio: "PROD",
        ..Dati::buoni("a1")
    })
    .await;
    assert_eq!(r.ko(), (vec!["XXXX"], 0));
    assert_eq!(r.tutti("testoErroreAnomalia"), ["Utente non abilitato 5"]);
    // A2: in the register, but not to work in it.
    operatore(json!({"funzioni": ["*"], "ruoli": ["ALS"]}));
    let r = come_lui(Dati::buoni("a2")).await;
    assert_eq!(r.ko(), (vec!["XXXX"], 0));
    assert_eq!(r.tutti("testoErroreAnomalia"), ["Utente non abilitato 7"]);
    // A7, with the set of the policy.
    let r = b
        .s001(&Dati {
            destinatario: "ANPR09",
            ..Dati::buoni("a7")
        })
        .await;
    assert_eq!(r.ko(), (vec!["XXXX"], 0));
    assert!(r.tutti("testoErroreAnomalia")[0].contains("ANPR09"));
    b.politica(json!({"destinatari_s001": ["ANPR05"]}));
    assert_eq!(b.s001(&Dati::buoni("a7")).await.ko().0, ["XXXX"]);
    b.politica(json!({"preset": "faithful"}));
    // Another operation.
    let r = b
        .s001(&Dati {
            operazione: "S002",
            ..Dati::buoni("op")
        })
        .await;
    assert_eq!(r.ko(), (vec!["XXXX"], 0));
    // A8: booked, the value named.
    let r = b
        .s001(&Dati {
            tipo_invio: "PROD",
            ..Dati::buoni("a8")
        })
        .await;
    let (codici, id) = r.ko();
    assert_eq!(codici, ["EN148"]);
    assert_ne!(id, 0);
    assert!(r.tutti("testoErroreAnomalia")[0].contains("PROD"));
    // None of them closes with EN527, and a good one passes after all.
    b.s001(&Dati::buoni("buona")).await.ok();
}

#[tokio::test(flavor = "multi_thread")]
async fn without_validation_at_the_perimeter_the_schema_speaks_in_band() {
    let b = nuovo();
    let sbagliati = Dati {
        altro: "<protocolloComune></protocolloComune><sconosciuto/>",
        ..Dati::buoni("489")
    };
    b.s001(&sbagliati).await.fault(TipoFault::F2);
    b.politica(json!({"valida_schema": false}));
    let r = b.s001(&sbagliati).await;
    let (codici, id) = r.ko();
    assert!(
        codici.len() >= 2 && codici.iter().all(|c| *c == "EN489"),
        "{codici:?}"
    );
    assert_eq!(id, 0);
    let testi = r.tutti("testoErroreAnomalia");
    let quanti = codici.len() - 1;
    assert_eq!(
        testi.last(),
        Some(&format!("Errori di schema nella richiesta: {quanti}").as_str())
    );
    // Signatures are looked at first.
    let busta = componi(&b.messaggio(&sbagliati.xml()), &b.chiavi, None)
        .expect("composes")
        .replacen(">489<", ">490<", 1);
    b.manda_byte(Ambiente::Test, S001, busta)
        .await
        .fault(TipoFault::F5);
    // What cannot be echoed, and a service without KO reply: the fault of the perimeter.
    let senza_eco = Dati::buoni("id-con-i-trattini");
    b.s001(&senza_eco).await.fault(TipoFault::F2);
    let m = b.messaggio(
        "<a:RichiestaConnessione xmlns:a=\"http://sogei.it/ANPR/connessione\"><x/></a:RichiestaConnessione>",
    );
    b.manda(Ambiente::Test, TESTCONN, &m).await.fault(TipoFault::F2);
    // A good body passes as ever.
    b.s001(&Dati::buoni("buona")).await.ok();
}
