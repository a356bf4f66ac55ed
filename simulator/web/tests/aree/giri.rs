//! A Comune goes through the journey again: what opened doors in the round before opens none any more.

use anagrafe::Ambiente;
use http::{Method, StatusCode};
use serde_json::{Value, json};

use super::{SUB, carte::fino_alla_consegna, cnsd, der, fatto, pin, posta, scheda, turno, vedi};
use crate::banco::{
    Entrato,
    api::{MODULO, metti, ordina, vedi_api},
    banco, prima_parte,
};

/// Whether somebody who came in before is still in; who works for several Comuni is asked for which one.
async fn dentro(a: Ambiente, chi: &Entrato) -> bool {
    let r = banco().pagina(a, "/combas/profilo", &chi.biscotto).await;
    match r.stato {
        StatusCode::OK | StatusCode::SEE_OTHER => true,
        StatusCode::UNAUTHORIZED => false,
        altro => panic!("{altro}: {}", r.testo),
    }
}

async fn con_carta(a: Ambiente, carta: &str) -> Result<Entrato, String> {
    banco()
        .entra_con_carta(a, der(carta).await)
        .await
        .map_err(|r| r.testo)
}

/// The certificate of a smart card that was registered.
async fn carta(istat: &str, posto: usize) -> String {
    let tutte = vedi_api(&format!("/api/percorso/comuni/{istat}/smart-card")).await;
    tutte[posto]["carta"].as_str().expect("registered").to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_round_that_ends_takes_cards_operators_and_sessions_along() {
    let _turno = turno("2021-03-01").await;
    let b = banco();
    let carte = fino_alla_consegna("888033").await;
    let base = "/api/percorso/comuni/888033";
    let titolare = |n: usize| carte[n]["titolare"].as_str().expect("cf").to_owned();
    let numero = |n: usize| carte[n]["numero"].as_str().expect("number").to_owned();
    let attiva = async |n: usize| {
        let codice = json!({"pin": pin("888033", &numero(n)).await});
        ordina(&format!("{base}/smart-card/{}/attivazione", numero(n)), &codice).await;
    };
    attiva(0).await;
    ordina(
        &format!("{base}/nomine"),
        &json!({"als": titolare(1), "alp": titolare(2)}),
    )
    .await;
    ordina(
        &format!("{base}/smart-card/{}/registrazione", numero(1)),
        &Value::Null,
    )
    .await;
    attiva(1).await;
    ordina(&format!("{base}/prove"), &Value::Null).await;
    let avvio = posta("888033", "Avvio delle prove").await;
    let mut righe = avvio[0]["testo"].as_str().expect("text").lines();
    let parola = righe
        .find_map(|r| r.strip_prefix("Password: "))
        .expect("password");
    let sua = format!("/api/comuni/888033/operatori/{}", titolare(2));
    metti(
        &sua,
        &json!({"ruoli": ["ALP", "RESPONSABILE_CNSD"], "password": "parola-sua"}),
    )
    .await;

    // Everybody is in: by card in three environments, by password, in the private area; and a ticket is on its way.
    let (sindaco, als) = (carta("888033", 0).await, carta("888033", 1).await);
    let mut entrati = Vec::new();
    for (a, c) in [(SUB, &sindaco), (Ambiente::Pre, &sindaco), (Ambiente::Test, &als)] {
        entrati.push((a, con_carta(a, c).await.expect("in")));
    }
    let prova = "COMUNETEST888033";
    entrati.push((Ambiente::Test, b.entra_come(Ambiente::Test, prova, parola).await));
    entrati.push((SUB, b.entra_come(SUB, &titolare(2), "parola-sua").await));
    for (a, chi) in &entrati {
        assert!(dentro(*a, chi).await, "{a:?}");
    }
    let responsabile = b.entra_in_area("privata", &titolare(2), "parola-sua").await;
    let comune = cnsd("888033").await;
    let com = b.pagina(SUB, "/com", "").await;
    let legame = prima_parte(&com, "__Host-anpr-sub-carta=");
    let porta = com.testate["location"].to_str().expect("ascii");
    let vista = b
        .carta_con(porta.split_once("8446").expect("the listener").1, der(&als).await)
        .await;
    let biglietto = vista.testate["location"].to_str().expect("ascii");
    let biglietto = &biglietto[biglietto.find("/com/entra").expect("a ticket")..];

    let indietro = b
        .console(
            Method::POST,
            "/percorso/888033",
            &[MODULO],
            "azione=inizio&conferma=si",
        )
        .await;
    assert_eq!(indietro.stato, StatusCode::SEE_OTHER);
    for (a, chi) in &entrati {
        assert!(!dentro(*a, chi).await, "{a:?}");
    }
    let scheda_di = "/servizidemografici/scheda";
    assert_eq!(
        vedi(&responsabile, scheda_di).await.stato,
        StatusCode::UNAUTHORIZED
    );
    assert_eq!(
        vedi(&comune, scheda_di).await.stato,
        StatusCode::OK,
        "the Comune's own credentials"
    );
    assert_eq!(
        b.pagina(SUB, biglietto, &legame).await.stato,
        StatusCode::FORBIDDEN
    );
    for a in Ambiente::TUTTI {
        for c in [&sindaco, &als] {
            let no = con_carta(a, c).await.err().expect("refused");
            assert!(no.contains("revocata"), "{a:?} {c}: {no}");
        }
        for (nome, parola) in [(prova, parola), (titolare(2).as_str(), "parola-sua")] {
            let r = b.prova_password(a, nome, parola).await;
            assert_eq!(r.stato, StatusCode::UNAUTHORIZED, "{a:?} {nome}");
        }
    }
    assert_eq!(vedi_api("/api/comuni/888033/operatori").await, json!([]));
    // What is a machine's stays.
    assert_eq!(
        vedi_api("/api/certificati/888033-CO-0000").await["stato"],
        "attivo"
    );

    // The next round, with the same people. A register of before knew of no revocation: the new censimento makes it.
    ordina(&format!("/api/carte/{sindaco}/ripristino"), &Value::Null).await;
    metti(&format!("{base}/scheda"), &scheda("2022-06-01")).await;
    ordina(&format!("{base}/censimento/esempio"), &Value::Null).await;
    let k = ordina(&format!("{base}/censimento/invio"), &Value::Null).await;
    assert_eq!(
        k["persone"][0]["codiceFiscale"],
        titolare(0).as_str(),
        "the same sindaco"
    );
    assert_eq!(
        vedi_api(&format!("/api/carte/{sindaco}")).await["stato"],
        "revocato"
    );
    metti("/api/orologio", &json!({"oggi": "2021-04-12"})).await;
    let plico = "/api/percorso/plichi/888033-1";
    ordina(&format!("{plico}/registrazione"), &Value::Null).await;
    ordina(&format!("{plico}/convocazione"), &json!({"giorno": "2021-04-12"})).await;
    ordina(&format!("{plico}/consegna"), &json!({"ricevente": titolare(0)})).await;
    attiva(0).await;
    let nuova = carta("888033", 0).await;
    assert_ne!(nuova, sindaco);
    let io = con_carta(SUB, &nuova).await.expect("in");
    assert!(dentro(SUB, &io).await);
    for c in [&sindaco, &als] {
        assert!(con_carta(SUB, c).await.is_err(), "{c}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_ready_comune_put_back_has_its_ready_operator_as_he_was_and_nobody_else() {
    let _turno = turno("2021-03-01").await;
    let b = banco();
    let pronto = vedi_api("/api/ready").await;
    let suo = pronto["comuni"]
        .as_array()
        .expect("list")
        .iter()
        .find(|c| c["istat"] == "888006");
    let operatore = suo.expect("there")["operatori"][0].clone();
    let testo = |n: &str| operatore[n].as_str().expect("text").to_owned();
    let (nome, parola) = (testo("nameId"), testo("password"));
    let suoi = "/api/comuni/888006/operatori";
    let prima = vedi_api(&format!("{suoi}/{nome}")).await;
    // A round of his: another password, another role, a card; a colleague; and one who works for two Comuni.
    metti(
        &format!("{suoi}/{nome}"),
        &json!({"ruoli": ["SUPERVISORE"], "password": "altra-parola"}),
    )
    .await;
    let c = ordina("/api/carte", &json!({"comune": "888006", "nameId": nome})).await;
    let c = c["id"].as_str().expect("id").to_owned();
    for istat in ["888006", "888007"] {
        let due = format!("/api/comuni/{istat}/operatori/DUEDUE80A01Y006A");
        metti(&due, &json!({"password": "parola-sua"})).await;
    }
    let collega = b
        .con_ruoli(SUB, "888006", "PRVPRV80A01Y006A", &["OPERATORE"])
        .await;
    let due = b.entra_come(SUB, "DUEDUE80A01Y006A", "parola-sua").await;
    let io = con_carta(SUB, &c).await.expect("in");
    for chi in [&collega, &due, &io] {
        assert!(dentro(SUB, chi).await);
    }
    metti(
        "/api/comuni/888006",
        &json!({"stato": "INATTIVO_SENZA_CENSIMENTO"}),
    )
    .await;
    for chi in [&collega, &due, &io] {
        assert!(!dentro(SUB, chi).await);
    }
    let no = con_carta(SUB, &c).await.err().expect("refused");
    assert!(no.contains("revocata"), "{no}");
    let tutti = vedi_api(suoi).await;
    assert_eq!(tutti, json!([prima]), "the one of the ready file, as he was");
    let r = b.prova_password(SUB, &nome, "altra-parola").await;
    assert_eq!(r.stato, StatusCode::UNAUTHORIZED);
    assert!(dentro(SUB, &b.entra_come(SUB, &nome, &parola).await).await);
    // Who works elsewhere too goes on there, and only there.
    let altrove = vedi_api("/api/comuni/888007/operatori/DUEDUE80A01Y006A").await;
    assert_eq!(altrove["comuni"], json!(["888007"]));
    fatto(&b.prova_password(SUB, "DUEDUE80A01Y006A", "parola-sua").await);
    // A new card is a card like any other.
    let nuova = ordina("/api/carte", &json!({"comune": "888006", "nameId": nome})).await;
    assert!(con_carta(SUB, nuova["id"].as_str().expect("id")).await.is_ok());
    metti("/api/comuni/888006", &json!({"stato": "CENSITO"})).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_card_of_a_lesson_ends_with_its_run() {
    let _turno = turno("2021-03-01").await;
    let lezione = async |che: &str| ordina(&format!("/api/lezioni/primo-subentro/{che}"), &Value::Null).await;
    lezione("avvio").await;
    let operatori = vedi_api("/api/comuni/888101/operatori").await;
    let domanda = json!({"comune": "888101", "nameId": operatori[0]["nameId"]});
    let c = ordina("/api/carte", &domanda).await;
    let c = c["id"].as_str().expect("id").to_owned();
    let io = con_carta(SUB, &c).await.expect("in");
    assert!(dentro(SUB, &io).await);
    // The next run has an operator of the same name.
    lezione("fine").await;
    lezione("avvio").await;
    assert_eq!(vedi_api("/api/comuni/888101/operatori").await, operatori);
    assert!(!dentro(SUB, &io).await);
    let no = con_carta(SUB, &c).await.err().expect("refused");
    assert!(no.contains("revocata"), "{no}");
    lezione("fine").await;
}
