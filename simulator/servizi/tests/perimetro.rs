//! The perimeter as a running simulator has it: policy changed under way, fault plan, application errors of S001.

mod banco;

use std::time::Instant;

use anagrafe::{Ambiente, CodiceIstat};
use banco::{COMUNE, Dati, S001, TESTCONN, apri, corpo_testconn, nuovo, ultimo};
use frontiera::{TipoFault, firma::componi, politica::Preset};
use jiff::Timestamp;
use serde_json::{Value, json};
use servizi::{Ammissione, Politiche};

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
