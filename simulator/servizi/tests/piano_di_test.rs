//! The test plan fills itself from signed requests, deliveries and events, and keeps what was proven.

mod banco;

use anagrafe::{Ambiente, CodiceIstat};
use banco::{Banco, COMUNE, Dati, S001, TESTCONN, apri, corpo_testconn, nuovo, ultimo};
use frontiera::{firma::Algoritmo, politica::Preset};
use jiff::{SignedDuration, Timestamp};
use registro::Canale;
use serde_json::json;
use servizi::{
    Impostazioni, Invio, Politiche, RifiutoInvio, Simulatore,
    piano_di_test::{CasoVisto, EsitoPianoDiTest, PianoDiTest, StatoCaso},
};
use std::{collections::BTreeMap, io::Write as _, path::Path, sync::Arc};

fn istat(t: &str) -> CodiceIstat {
    CodiceIstat::parse(t).expect("code")
}

fn piano(sim: &Simulatore, a: Ambiente) -> PianoDiTest {
    sim.piano_di_test(istat(COMUNE), a, &[]).expect("plan")
}

fn caso(sim: &Simulatore, id: &str) -> CasoVisto {
    let p = piano(sim, Ambiente::Test);
    p.casi.into_iter().find(|c| c.id == id).expect(id)
}

/// The cases done, in order.
fn fatti(sim: &Simulatore) -> Vec<&'static str> {
    let p = piano(sim, Ambiente::Test);
    let fatti: Vec<&str> = p
        .casi
        .iter()
        .filter(|c| c.stato == StatoCaso::Fatto)
        .map(|c| c.id)
        .collect();
    assert_eq!(fatti.len(), p.fatti);
    fatti
}

#[tokio::test(flavor = "multi_thread")]
async fn each_case_of_the_channel_is_done_by_the_exchange_that_shows_it() {
    let b = nuovo();
    assert_eq!(fatti(&b.sim), Vec::<&str>::new());
    // A refusal proves nothing until something passes.
    let cattiva = |m: &frontiera::firma::Messaggio| {
        let buona = frontiera::firma::componi(m, &b.chiavi, None).expect("composes");
        buona.replacen("<idOperazioneComune>1<", "<idOperazioneComune>2<", 1)
    };
    let m = b.messaggio(&corpo_testconn());
    b.manda_byte(Ambiente::Test, TESTCONN, cattiva(&m)).await;
    let rifiuto = ultimo(&b.sim).expect("an entry").n;
    assert_eq!(fatti(&b.sim), Vec::<&str>::new());
    // The same Comune in another environment does not overcome it.
    b.manda(Ambiente::Pre, TESTCONN, &m).await.ok();
    assert_eq!(fatti(&b.sim), Vec::<&str>::new());
    b.testconn().await.ok();
    assert_eq!(fatti(&b.sim), ["PT01", "PT04"]);
    let firma = caso(&b.sim, "PT04");
    let prova = firma.prova.expect("a proof");
    let buono = ultimo(&b.sim).expect("an entry").n;
    assert_eq!((prova.dopo, prova.scambio), (Some(rifiuto), Some(buono)));
    assert_eq!((firma.volte, firma.nel_giornale), (1, true));
    assert_eq!(prova.testo, "TEST: rifiuto «digest», poi accolta");

    // SHA-256.
    let mut m = b.messaggio(&corpo_testconn());
    m.algoritmo = Algoritmo::RsaSha256;
    b.manda(Ambiente::Test, TESTCONN, &m).await.ok();
    assert_eq!(fatti(&b.sim), ["PT01", "PT02", "PT04"]);

    // A revoked certificate, the wrong time, nobody, another seat, a body against the schema, a planned fault.
    b.sim.revoca_certificato("888001-CO-0000").expect("revoked");
    b.testconn().await;
    b.sim.ripristina_certificato("888001-CO-0000").expect("restored");
    b.testconn().await.ok();
    assert_eq!(fatti(&b.sim), ["PT01", "PT02", "PT03", "PT04"]);
    let mut m = b.messaggio(&corpo_testconn());
    m.adesso = Timestamp::now() - SignedDuration::from_hours(2);
    b.manda(Ambiente::Test, TESTCONN, &m).await;
    b.testconn().await.ok();
    assert_eq!(fatti(&b.sim), ["PT01", "PT02", "PT03", "PT04", "PT05"]);
    let mut m = b.messaggio(&corpo_testconn());
    m.name_id = "NESSUNO000000000".to_owned();
    b.manda(Ambiente::Test, TESTCONN, &m).await;
    let mut m = b.messaggio(&corpo_testconn());
    m.id_sede = "888002".to_owned();
    b.manda(Ambiente::Test, TESTCONN, &m).await;
    b.manda(Ambiente::Test, TESTCONN, &b.messaggio("<a/>")).await;
    b.guasti(json!([{"ambiente": "test", "tipo": "F9", "volte": 1}]));
    b.testconn().await;
    b.testconn().await.ok();
    // Another seat is another Comune's refusal, for what the request says of itself.
    assert_eq!(
        fatti(&b.sim),
        ["PT01", "PT02", "PT03", "PT04", "PT05", "PT06", "PT08", "PT09"]
    );
    let mut m = b.messaggio(&corpo_testconn());
    m.id_postazione = "888001-PC-0001".to_owned();
    b.manda(Ambiente::Test, TESTCONN, &m).await;
    b.testconn().await.ok();
    assert!(fatti(&b.sim).contains(&"PT07"));

    // A second postazione in force: the connection is proven in part, until it has called too.
    let nuova = b
        .sim
        .emetti_certificato(json!({"comune": COMUNE, "tipo": "PC", "numero": 1}))
        .expect("issued");
    let c = caso(&b.sim, "PT01");
    assert_eq!(c.stato, StatoCaso::InParte);
    assert_eq!(c.nota, "postazioni attive 1 di 2; manca 888001-PC-0001");
    let p = piano(&b.sim, Ambiente::Test);
    assert!(p.mancanti.contains(&"PT01") && p.esito == EsitoPianoDiTest::Incompleto);
    b.sim
        .revoca_certificato(nuova["id"].as_str().expect("id"))
        .expect("revoked");
    assert_eq!(caso(&b.sim, "PT01").stato, StatoCaso::Fatto);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_service_s001_proves_what_it_was_asked() {
    let b = nuovo();
    let mut errata = Dati::buoni("1");
    errata.tipo_invio = "PROD";
    b.s001(&errata).await.ko();
    let mut errata = Dati::buoni("2");
    errata.nome = "888001_SUBAPR_1_1.gz";
    assert_eq!(b.s001(&errata).await.ko().0, ["EN001"]);
    assert_eq!(fatti(&b.sim), Vec::<&str>::new());
    let prima = b.s001(&Dati::buoni("3")).await;
    prima.ok();
    let n = ultimo(&b.sim).expect("an entry").n;
    assert_eq!(fatti(&b.sim), ["PT10", "PT11", "PT13", "PT20", "PT21"]);
    assert_eq!(
        caso(&b.sim, "PT10").prova.expect("a proof").scambio,
        Some(n),
        "the exchange that proves it"
    );
    assert_eq!(
        caso(&b.sim, "PT21").prova.expect("a proof").testo,
        "888001_SUBAPR_1_1.gz rifiutato (EN001), poi 888001_SUBAPR_1_1_1.gz accettato"
    );
    // The same id again: the reply of then, and only the case of repetitions moves on.
    let ancora = b.s001(&Dati::buoni("3")).await;
    assert_eq!(ancora.corpo, prima.corpo);
    assert_eq!(fatti(&b.sim), ["PT10", "PT11", "PT12", "PT13", "PT20", "PT21"]);
    assert_eq!(caso(&b.sim, "PT10").volte, 1);
    let s = b.ultimo_scambio();
    let passo = s["passi"]
        .as_array()
        .and_then(|p| p.last())
        .expect("a step")
        .clone();
    assert_eq!(
        (
            passo["nome"].as_str(),
            passo["verdetto"].as_str(),
            passo["osservato"].as_str()
        ),
        (Some("risposta-ripetuta"), Some("AVVISO"), Some("3"))
    );
}

/// Sends a whole delivery by the control API's door.
fn invia(sim: &Arc<Simulatore>, a: Ambiente, versione: u16, anomalie: &[(&str, u64)]) {
    let richiesta = generatore::Richiesta {
        comune: istat(COMUNE),
        versione,
        abitanti: 200,
        aire: 4,
        invii: Some(1),
        max_invii: None,
        seed: 1,
        oggi: anagrafe::leggi_data("2021-03-01").expect("date"),
        anomalie: anomalie
            .iter()
            .map(|(c, n)| ((*c).to_owned(), *n))
            .collect::<BTreeMap<_, _>>(),
    };
    for (nome, byte) in generatore::in_memoria(&richiesta).expect("generated").file {
        carica(sim, a, &nome, &byte).expect("taken");
    }
}

fn carica(sim: &Arc<Simulatore>, a: Ambiente, nome: &str, byte: &[u8]) -> Result<(), RifiutoInvio> {
    let mut deposito = sim.deposito()?;
    deposito.write_all(byte).expect("written");
    sim.carica(Invio {
        ambiente: a,
        comune: istat(COMUNE),
        tipo: None,
        nome: nome.to_owned(),
        canale: Canale::Api,
        deposito,
        solo_apr: false,
    })
    .map(drop)
}

#[tokio::test(flavor = "multi_thread")]
async fn deliveries_lists_and_messages_prove_the_rest() {
    let b = nuovo();
    let sim = Arc::clone(&b.sim);
    tokio::task::spawn_blocking(move || {
        // A populated ready Comune was sent by nobody.
        let di_altri = sim
            .piano_di_test(istat("888002"), Ambiente::Test, &[])
            .expect("plan");
        assert_eq!(di_altri.fatti, 0);
        invia(&sim, Ambiente::Test, 1, &[("ES092", 1)]);
        assert_eq!(fatti(&sim), ["PT20"], "a KO loads nothing");
        invia(&sim, Ambiente::Test, 2, &[("EC007", 2)]);
        let ora = fatti(&sim);
        assert_eq!(ora, ["PT20", "PT22", "PT23", "PT24", "PT25", "PT26"]);
        let corretta = caso(&sim, "PT24");
        let prova = corretta.prova.expect("a proof");
        assert!(
            prova
                .testo
                .ends_with("versione 1 KO (ES092), versione 2 riuscita"),
            "{}",
            prova.testo
        );
        let f = sim
            .fornitura(&prova.fornitura.expect("a delivery").to_string())
            .expect("there");
        assert_eq!(f.versione, 2);

        // To look at a list is not to download it; whoever governs the console is not the Comune.
        let id = f.id.to_string();
        let nome = sim.liste(&id).expect("lists")[0].0.clone();
        sim.lista(&id, &nome).expect("a list");
        assert_eq!(caso(&sim, "PT30").stato, StatoCaso::DaFare);
        sim.scarica_lista(&id, &nome).expect("a list");
        assert_eq!(caso(&sim, "PT30").stato, StatoCaso::Fatto);
        let pec = sim.pec(Some(istat(COMUNE))).expect("messages");
        let esito = pec
            .iter()
            .rfind(|p| p.fornitura == Some(f.id))
            .expect("an outcome");
        assert_eq!(caso(&sim, "PT31").stato, StatoCaso::DaFare);
        sim.segna_pec(&esito.id.to_string(), true).expect("read");
        assert_eq!(caso(&sim, "PT31").stato, StatoCaso::Fatto);

        sim.chiedi_cancellazione(&id).expect("asked");
        assert_eq!(caso(&sim, "PT27").stato, StatoCaso::Fatto);
        sim.notte().expect("night");
        assert_eq!(caso(&sim, "PT28").stato, StatoCaso::DaFare);
        // What was loaded once stays proven.
        assert_eq!(caso(&sim, "PT23").stato, StatoCaso::Fatto);
        invia(&sim, Ambiente::Test, 3, &[]);
        assert_eq!(caso(&sim, "PT28").stato, StatoCaso::Fatto);
        assert_eq!(caso(&sim, "PT23").volte, 2);
        // Nothing of it happened in the pre-subentro.
        assert_eq!(piano(&sim, Ambiente::Pre).fatti, 0);
        assert_eq!(
            sim.piano_di_test(istat(COMUNE), Ambiente::Sub, &[])
                .expect_err("no plan")
                .http,
            400
        );
    })
    .await
    .expect("no panic");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_applies_follows_the_way_of_access() {
    let b = nuovo();
    let stati = |p: &PianoDiTest, s: StatoCaso| -> Vec<&'static str> {
        p.casi.iter().filter(|c| c.stato == s).map(|c| c.id).collect()
    };
    let tutto = piano(&b.sim, Ambiente::Test);
    assert_eq!(stati(&tutto, StatoCaso::NonApplicabile), Vec::<&str>::new());
    assert_eq!(stati(&tutto, StatoCaso::ServizioAssente).len(), 8);
    b.sim
        .aggiorna_comune(istat(COMUNE), json!({"soluzione": "WA_INTEGRATA"}))
        .expect("changed");
    let p = piano(&b.sim, Ambiente::Test);
    assert_eq!(
        stati(&p, StatoCaso::NonApplicabile),
        ["PT10", "PT11", "PT12", "PT13"]
    );
    b.sim
        .aggiorna_comune(istat(COMUNE), json!({"soluzione": "WA"}))
        .expect("changed");
    let p = piano(&b.sim, Ambiente::Test);
    assert_eq!(stati(&p, StatoCaso::NonApplicabile).len(), 13);
    assert_eq!(p.applicabili, p.mancanti.len());
    // What was done all the same is done.
    b.testconn().await.ok();
    assert_eq!(fatti(&b.sim), ["PT01"]);
    // A service that is not there is never done, whatever is asked of it.
    let r = b
        .manda_byte(
            Ambiente::Test,
            "/ANPR3000ServiziConsultazione/AnprService3000",
            "<a/>",
        )
        .await;
    assert_eq!(r.stato, 500);
    let p = b
        .sim
        .piano_di_test(istat(COMUNE), Ambiente::Test, &["PT01", "PT62"])
        .expect("plan");
    assert_eq!(
        (p.esito, p.fatti, p.applicabili),
        (EsitoPianoDiTest::Completo, 1, 1)
    );
    assert_eq!(p.casi[1].stato, StatoCaso::ServizioAssente);
    let e = b
        .sim
        .piano_di_test(istat(COMUNE), Ambiente::Test, &["PT99"])
        .expect_err("no such case");
    assert_eq!(e.http, 400);
}

fn con_anello(cartella: &Path) -> Banco {
    banco::apri_con(
        cartella,
        Politiche::predefinite(Preset::Faithful),
        |i: &mut Impostazioni| {
            i.giornale.voci = 40;
            i.giornale.byte = 1 << 20;
        },
    )
}

/// Waits until nobody holds the folder: the batch notices at its next round that it is alone.
fn libera(cartella: &Path) {
    for _ in 0..200 {
        if registro::Cartella::prendi(cartella).is_ok() {
            return;
        }
        std::thread::sleep(std::time::Duration::from_millis(20));
    }
    panic!("the folder is still held");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_proven_outlives_the_ring_a_restart_and_a_kill_but_not_a_reset() {
    let cartella = tempfile::tempdir().expect("folder");
    let b = con_anello(cartella.path());
    b.testconn().await.ok();
    let primo = caso(&b.sim, "PT01");
    assert!(primo.nel_giornale);
    // The ring turns over several times.
    for _ in 0..200 {
        b.manda_byte(Ambiente::Test, TESTCONN, "<a/>").await;
    }
    let dopo = caso(&b.sim, "PT01");
    assert_eq!(
        (dopo.stato, dopo.volte, dopo.nel_giornale),
        (StatoCaso::Fatto, 1, false)
    );
    assert_eq!((&dopo.primo, &dopo.prova), (&primo.primo, &primo.prova));
    b.sim.chiudi();
    drop(b);
    let b = con_anello(cartella.path());
    assert_eq!(caso(&b.sim, "PT01").prova, primo.prova);
    b.testconn().await.ok();
    b.testconn().await.ok();
    assert_eq!(caso(&b.sim, "PT01").volte, 3);
    // As after a kill: the journal has what the register does not, and it counts once.
    drop(b);
    libera(cartella.path());
    let b = con_anello(cartella.path());
    assert_eq!(caso(&b.sim, "PT01").volte, 3);
    b.sim.chiudi();
    drop(b);
    let b = con_anello(cartella.path());
    assert_eq!(caso(&b.sim, "PT01").volte, 3);
    b.sim.reset().expect("reset");
    assert_eq!(fatti(&b.sim), Vec::<&str>::new());
    b.testconn().await.ok();
    assert_eq!(caso(&b.sim, "PT01").prova.expect("a proof").scambio, Some(1));
    b.sim.chiudi();
    drop(b);
    let b = con_anello(cartella.path());
    assert_eq!(caso(&b.sim, "PT01").volte, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn two_runs_of_the_same_requests_give_the_same_plan() {
    let giro = || async {
        let cartella = tempfile::tempdir().expect("folder");
        let b = banco::apri_con(
            cartella.path(),
            Politiche::predefinite(Preset::Faithful),
            |i: &mut Impostazioni| i.velocita = Some(0),
        );
        b.testconn().await.ok();
        b.manda_byte(Ambiente::Test, S001, "<a/>").await;
        b.s001(&Dati::buoni("1")).await.ok();
        let a = piano(&b.sim, Ambiente::Test);
        // To look changes nothing.
        assert_eq!(piano(&b.sim, Ambiente::Test), a);
        let orologio = serde_json::to_value(b.sim.orologio().expect("clock")).expect("JSON");
        (serde_json::to_string(&a).expect("JSON"), orologio)
    };
    assert_eq!(giro().await, giro().await);
}

/// A claim nobody believes: a refused request says of which Comune it is, and a Comune that is not here gets no book.
#[tokio::test(flavor = "multi_thread")]
async fn a_stranger_fills_nobodys_book() {
    let cartella = tempfile::tempdir().expect("folder");
    let b = apri(cartella.path(), Politiche::predefinite(Preset::Faithful));
    for n in 0..50 {
        let mut m = b.messaggio(&corpo_testconn());
        m.id_sede = format!("{:06}", 100_000 + n);
        b.manda(Ambiente::Test, TESTCONN, &m).await;
    }
    b.sim.chiudi();
    drop(b);
    let b = apri(cartella.path(), Politiche::predefinite(Preset::Faithful));
    assert_eq!(
        b.sim
            .piano_di_test(istat("100001"), Ambiente::Test, &[])
            .expect_err("unknown")
            .http,
        404
    );
    assert_eq!(fatti(&b.sim), Vec::<&str>::new());
}
