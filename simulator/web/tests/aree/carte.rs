//! The smart cards, from the sindaco to the operators.

use http::{Method, StatusCode};
use serde_json::{Value, json};

use super::{SUB, der, fatto, fino_al_censimento, invia, meta, pin, posta, turno, vedi};
use crate::banco::{
    self,
    api::{MODULO, metti, ordina, rifiuto, vedi_api},
    banco, codifica,
};

/// Up to the parcel in the hands of the sindaco, by the API.
pub(super) async fn fino_alla_consegna(istat: &str) -> Vec<Value> {
    let censimento = fino_al_censimento(istat).await;
    metti("/api/orologio", &json!({"oggi": "2021-03-20"})).await;
    let plico = format!("/api/percorso/plichi/{istat}-1");
    ordina(&format!("{plico}/registrazione"), &Value::Null).await;
    ordina(&format!("{plico}/convocazione"), &json!({"giorno": "2021-03-22"})).await;
    let sindaco = &censimento["persone"][0]["codiceFiscale"];
    ordina(&format!("{plico}/consegna"), &json!({"ricevente": sindaco})).await;
    let carte = vedi_api(&format!("/api/percorso/comuni/{istat}/smart-card")).await;
    carte.as_array().expect("cards").clone()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_sindaco_names_and_cards_reach_their_holders_in_two_halves() {
    let _turno = turno("2021-03-01").await;
    let b = banco();
    let carte = fino_alla_consegna("888022").await;
    let titolare = |n: usize| carte[n]["titolare"].as_str().expect("cf").to_owned();
    let numero = |n: usize| carte[n]["numero"].as_str().expect("number").to_owned();
    let (sindaco, als) = (numero(0), numero(1));
    let base = "/api/percorso/comuni/888022";
    let stato = async |n: usize| {
        let tutte = vedi_api(&format!("{base}/smart-card")).await;
        tutte[n]["stato"].as_str().expect("state").to_owned()
    };
    assert_eq!(
        (stato(0).await.as_str(), stato(1).await.as_str()),
        ("DA_ATTIVARE", "AL_COMUNE")
    );
    // A step that is done says when and to whom.
    let passi = vedi_api(base).await["passi"].clone();
    let detto = |id: &str| {
        let suo = passi.as_array().and_then(|p| p.iter().find(|p| p["id"] == id));
        suo.expect("a step")["testo"].as_str().expect("text").to_owned()
    };
    assert_eq!(
        [detto("C03"), detto("C04"), detto("C10")],
        [
            "Arrivato il 20/03/2021. Sindaco convocato per il 22/03/2021.".to_owned(),
            format!(
                "Consegnato il 20/03/2021 al sindaco {}, da FORMATORE.",
                titolare(0)
            ),
            "Arrivati al Comune.".to_owned(),
        ]
    );
    let plichi = vedi_api("/api/percorso/prefetture/XX/plichi").await;
    let mut plichi = plichi.as_array().expect("parcels").iter();
    let pronte = &plichi.find(|p| p["id"] == "888022-1").expect("its parcel")["pronto"];
    let pronte = anagrafe::leggi_data(pronte.as_str().expect("a day")).expect("a date");
    assert_eq!(
        detto("C02"),
        format!("Carte pronte {}.", anagrafe::italiano::il(pronte))
    );
    // Before he activates it his card opens nothing, and nobody is named.
    let sua = der(vedi_api(&format!("{base}/smart-card")).await[0]["carta"]
        .as_str()
        .expect("card"))
    .await;
    let no = b.entra_con_carta(SUB, sua.clone()).await.err().expect("refused");
    assert!(no.testo.contains("Carta da attivare"), "{}", no.testo);
    let nomine = json!({"als": titolare(1), "alp": titolare(2)});
    rifiuto(
        Method::POST,
        &format!("{base}/nomine"),
        &nomine,
        (409, "SIM012"),
        "attiva la sua smart card",
    )
    .await;
    // He does it himself, on the public page, with both halves.
    let intero = pin("888022", &sindaco).await;
    let attiva = async |numero: &str, codice: &str, azione: &str| {
        let modulo = b.pagina(SUB, "/servizidemografici/attivazione", "").await;
        let biscotto = modulo.testate["set-cookie"].to_str().expect("ascii");
        let biscotto = biscotto.split(';').next().unwrap_or_default().to_owned();
        let csrf = banco::valore(&modulo.testo, "csrf");
        let corpo = format!(
            "csrf={csrf}&azione={azione}&numero={numero}&codice={}",
            codifica(codice)
        );
        let testate = [MODULO, ("cookie", biscotto.as_str())];
        b.ambiente(
            SUB,
            Method::POST,
            "/servizidemografici/attivazione",
            &testate,
            &corpo,
        )
        .await
    };
    let r = attiva(&sindaco, &intero[..4], "attiva").await;
    assert_eq!(r.stato, StatusCode::CONFLICT);
    assert!(
        r.testo.contains("restano 2 tentativi"),
        "half a PIN is none: {}",
        r.testo
    );
    let r = attiva(&sindaco, &intero, "attiva").await;
    assert_eq!(r.stato, StatusCode::OK, "{}", r.testo);
    let r = attiva(&sindaco, &intero, "scarica").await;
    assert_eq!(r.testate["content-type"], "application/x-pkcs12");
    let io = b.entra_con_carta(SUB, sua).await.expect("in");

    // C05: he names, with the card. The first mistakes.
    let pagina = "/combas/sicurezza/smart-card";
    let nomina = format!("azione=nomina&als={}&alp={}", titolare(1), titolare(2));
    rifiuto(
        Method::POST,
        &format!("{base}/nomine"),
        &json!({"als": titolare(0), "alp": titolare(2)}),
        (409, "SIM012"),
        "nomina e non è nominato",
    )
    .await;
    let registra = |n: &str| format!("azione=registra&numero={n}");
    let r = invia(&io, pagina, &registra(&als)).await;
    assert!(r.testo.contains("nomina ALS e ALP"), "{}", r.testo);
    // With the password alone (it is the card's, both halves) he may look and not act.
    let busta = vedi_api(&format!("{base}/smart-card/{sindaco}/busta")).await;
    let messaggio = &posta("888022", &sindaco).await[0];
    let password = format!(
        "{}{}",
        busta["password"].as_str().expect("half"),
        meta(messaggio, "della password")
    );
    let senza = b.entra_come(SUB, &titolare(0), &password).await;
    assert_eq!(invia(&senza, pagina, &nomina).await.stato, StatusCode::FORBIDDEN);
    let io = {
        fatto(&invia(&io, pagina, &nomina).await);
        io
    };
    for (n, ruolo) in [(1, "ALS"), (2, "ALP")] {
        let o = vedi_api(&format!("/api/comuni/888022/operatori/{}", titolare(n))).await;
        assert!(
            o["ruoli"].as_array().expect("roles").contains(&json!(ruolo)),
            "{o}"
        );
        assert!(
            o["ambienti"].as_array().expect("places").contains(&json!("test")),
            "C11: {o}"
        );
    }
    // C08: as many certificates of postazioni as were declared.
    let certificati = vedi_api("/api/certificati?comune=888022").await;
    let tipi = |t: &str| {
        let tutti = certificati.as_array().expect("certificates");
        tutti.iter().filter(|c| c["tipo"] == t).count()
    };
    assert_eq!((tipi("PC"), tipi("CO")), (2, 1));

    // The ALS's card by the sindaco, and by nobody else; the others by the ALS.
    let r = invia(&io, pagina, &registra(&numero(2))).await;
    assert_eq!(r.stato, StatusCode::FORBIDDEN);
    fatto(&invia(&io, pagina, &registra(&als)).await);
    assert_eq!(
        invia(&io, pagina, &registra(&als)).await.stato,
        StatusCode::CONFLICT
    );
    let busta = vedi(&io, &format!("{pagina}/{als}")).await.testo;
    let seconda = meta(&posta("888022", &als).await[0], "del PIN");
    let intero = pin("888022", &als).await;
    assert!(
        busta.contains(&intero[..4]) && !busta.contains(&seconda),
        "{busta}"
    );
    let operatore = vedi(&io, &format!("/combas/sicurezza/operatori/{}", titolare(1)))
        .await
        .testo;
    assert!(
        operatore.contains("il PIN della smart card") && !operatore.contains(&intero),
        "{operatore}"
    );
    assert_eq!(attiva(&als, &intero, "attiva").await.stato, StatusCode::OK);
    let sua = vedi_api(&format!("{base}/smart-card")).await[1]["carta"].clone();
    let lui = b
        .entra_con_carta(SUB, der(sua.as_str().expect("card")).await)
        .await
        .expect("in");
    assert_eq!(
        invia(&lui, pagina, &nomina).await.stato,
        StatusCode::FORBIDDEN,
        "the ALS names nobody"
    );
    // The same two named again: nobody is written to, no session ends, who named them stays.
    let prima = (posta("888022", "").await.len(), vedi_api(base).await);
    let n = ordina(
        &format!("{base}/nomine"),
        &json!({"als": titolare(1), "alp": titolare(2)}),
    )
    .await;
    assert_eq!(n["da"], json!(titolare(0)), "{n}");
    assert_eq!((posta("888022", "").await.len(), vedi_api(base).await), prima);
    assert_eq!(vedi(&lui, pagina).await.stato, StatusCode::OK);
    assert_eq!(
        vedi(&lui, &format!("{pagina}/{als}")).await.stato,
        StatusCode::NOT_FOUND,
        "the envelope is of who handed it over"
    );
    fatto(&invia(&lui, pagina, &registra(&numero(2))).await);
    // Three wrong PINs block, the PUK opens.
    let terza = numero(2);
    for (atteso, frase) in [(409, "restano 2"), (409, "resta 1 tentativo"), (409, "bloccata")] {
        let r = attiva(&terza, "00000000", "attiva").await;
        assert_eq!(r.stato.as_u16(), atteso, "{}", r.testo);
        assert!(r.testo.contains(frase), "{frase}: {}", r.testo);
    }
    assert_eq!(stato(2).await, "BLOCCATA");
    let intero = pin("888022", &terza).await;
    assert_eq!(
        attiva(&terza, &intero, "attiva").await.stato,
        StatusCode::CONFLICT
    );
    let busta = vedi_api(&format!("{base}/smart-card/{terza}/busta")).await;
    let puk = format!(
        "{}{}",
        busta["puk"].as_str().expect("half"),
        meta(&posta("888022", &terza).await[0], "del PUK")
    );
    let r = attiva(&terza, "11111111", "sblocca").await;
    assert_eq!(r.stato, StatusCode::CONFLICT);
    assert!(r.testo.contains("restano 4 tentativi"), "{}", r.testo);
    // Five wrong PUKs are too many even for the right one: the support's turn.
    for _ in 0..4 {
        attiva(&terza, "11111111", "sblocca").await;
    }
    let r = attiva(&terza, &puk, "sblocca").await;
    assert!(r.testo.contains("La sblocca l&#39;assistenza"), "{}", r.testo);
    let sblocca = format!("azione=sblocca&numero={terza}");
    let r = b
        .console(Method::POST, "/percorso/888022", &[MODULO], &sblocca)
        .await;
    assert_eq!(r.stato, StatusCode::SEE_OTHER);
    // The API does the same, and has nothing to do where nothing is blocked.
    let assistenza = format!("{base}/smart-card/{terza}/sblocco-assistenza");
    rifiuto(
        Method::POST,
        &assistenza,
        &Value::Null,
        (409, "SIM012"),
        "non è bloccata",
    )
    .await;
    for _ in 0..3 {
        attiva(&terza, "00000000", "attiva").await;
    }
    for _ in 0..5 {
        attiva(&terza, "11111111", "sblocca").await;
    }
    let r = attiva(&terza, &puk, "sblocca").await;
    assert_eq!(r.stato, StatusCode::CONFLICT, "the PUK is of no use any more");
    let carte = ordina(&assistenza, &Value::Null).await;
    assert_eq!(carte[2]["stato"], "DA_ATTIVARE", "{carte}");
    // And blocked anew, the PUK is enough.
    for _ in 0..3 {
        attiva(&terza, "00000000", "attiva").await;
    }
    assert_eq!(attiva(&terza, &puk, "sblocca").await.stato, StatusCode::OK);
    assert_eq!(attiva(&terza, &intero, "attiva").await.stato, StatusCode::OK);
    assert_eq!(stato(2).await, "ATTIVA");
    // A card that works and is blocked by wrong PINs opens no session until the PUK.
    let sua = vedi_api(&format!("{base}/smart-card")).await[2]["carta"].clone();
    let sua = der(sua.as_str().expect("card")).await;
    b.entra_con_carta(SUB, sua.clone()).await.expect("in");
    for _ in 0..3 {
        attiva(&terza, "00000000", "scarica").await;
    }
    assert_eq!(stato(2).await, "BLOCCATA");
    let no = b.entra_con_carta(SUB, sua.clone()).await.err().expect("refused");
    assert_eq!(no.stato, StatusCode::FORBIDDEN);
    assert!(
        no.testo.contains("Smart card bloccata") && no.testo.contains(&terza),
        "{}",
        no.testo
    );
    assert_eq!(attiva(&terza, &puk, "sblocca").await.stato, StatusCode::OK);
    b.entra_con_carta(SUB, sua).await.expect("in again");
    // C07: the ALS gives the profile, on the page that was there.
    let q = vedi_api(base).await;
    assert_eq!(q["prossimo"], "C07", "{q}");
    let profilo = "azione=profilo&ruolo=OPERATORE&funzioni=3002+5001&ambiente=pre&ambiente=sub";
    let solo_servizi = vedi_api(&format!("{base}/censimento")).await["persone"][3]["codiceFiscale"].clone();
    let suo = format!(
        "/combas/sicurezza/operatori/{}",
        solo_servizi.as_str().expect("cf")
    );
    fatto(&invia(&lui, &suo, profilo).await);
    let q = vedi_api(base).await;
    assert_eq!(q["prossimo"], "M06", "{q}");
}
