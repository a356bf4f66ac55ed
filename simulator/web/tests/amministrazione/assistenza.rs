//! The support, and what is said before a subentro.

use anagrafe::Ambiente;
use http::{Method, StatusCode};
use serde_json::Value;

use super::consegna;
use crate::banco::{
    api::{MODULO, vedi_api},
    banco, dovute,
};

#[tokio::test(flavor = "multi_thread")]
async fn the_support_unlocks_and_restores_in_test_environments_only() {
    let b = banco();
    let k = "888006";
    let dove = "/combas/assistenza";
    for a in Ambiente::TUTTI {
        let s = b.entra(a, k).await;
        dovute(&b.pagina(a, dove, &s.biscotto).await, dove);
    }
    // Half a delivery waits for ever; support ends it.
    let a = Ambiente::Pre;
    let s = b.entra(a, k).await;
    let (nome, byte) = consegna(k, 1, "").remove(0);
    let r = b.invia(a, &s.biscotto, Some(&s.csrf), &nome, &byte).await;
    assert_eq!(r.stato, StatusCode::SEE_OTHER, "{}", r.testo);
    let ferma = b.pagina(a, dove, &s.biscotto).await.testo;
    assert!(
        ferma.contains("Fai come l&#39;assistenza") || ferma.contains("Fai come l'assistenza"),
        "{ferma}"
    );
    let operatore = b.con_ruoli(a, k, "OPERDIPROVA00003", &["OPERATORE"]).await;
    assert_eq!(
        b.manda(a, &operatore, dove, "azione=sblocca").await.stato,
        StatusCode::FORBIDDEN
    );
    assert_eq!(
        b.manda(a, &s, dove, "azione=sblocca").await.stato,
        StatusCode::SEE_OTHER
    );
    let id = b.fornitura_di(a, k);
    assert_eq!(
        vedi_api(&format!("/api/forniture/{id}")).await["stato"],
        "CANCELLATA"
    );
    assert_eq!(
        b.manda(a, &s, dove, "azione=sblocca").await.stato,
        StatusCode::CONFLICT
    );
    let r = b.invia(a, &s.biscotto, Some(&s.csrf), &nome, &byte).await;
    assert_eq!(
        r.stato,
        StatusCode::SEE_OTHER,
        "the same file may be sent again: {}",
        r.testo
    );

    // A certificate deleted by mistake.
    let certificato = vedi_api(&format!("/api/certificati?comune={k}")).await[0]["improntaSha256"]
        .as_str()
        .expect("digest")
        .to_owned();
    let r = b
        .console(
            Method::DELETE,
            &format!("/api/certificati/{certificato}"),
            &[],
            "",
        )
        .await;
    assert_eq!(r.stato, StatusCode::OK, "{}", r.testo);
    assert!(b.pagina(a, dove, &s.biscotto).await.testo.contains("Ripristina"));
    let corpo = format!("azione=ripristina&certificato={certificato}");
    let altro = b.entra(a, "888007").await;
    assert_eq!(
        b.manda(a, &altro, dove, &corpo).await.stato,
        StatusCode::NOT_FOUND,
        "another Comune's"
    );
    assert_eq!(
        b.manda(a, &operatore, dove, &corpo).await.stato,
        StatusCode::FORBIDDEN
    );
    let sub = b.entra(Ambiente::Sub, k).await;
    for corpo in ["azione=sblocca", corpo.as_str()] {
        assert_eq!(
            b.manda(Ambiente::Sub, &sub, dove, corpo).await.stato,
            StatusCode::FORBIDDEN,
            "{corpo}"
        );
    }
    assert_eq!(b.manda(a, &s, dove, &corpo).await.stato, StatusCode::SEE_OTHER);
    assert_eq!(
        vedi_api(&format!("/api/certificati/{certificato}")).await["stato"],
        "attivo"
    );

    // The console may, everywhere.
    assert_eq!(
        vedi_api(&format!("/api/comuni/{k}/blocco?ambiente=pre")).await["blocco"],
        "FORNITURA_APERTA"
    );
    let r = b
        .console(
            Method::POST,
            &format!("/comuni/{k}/sblocco"),
            &[MODULO],
            "ambiente=pre",
        )
        .await;
    assert_eq!(r.stato, StatusCode::SEE_OTHER, "{}", r.testo);
    assert_eq!(
        vedi_api(&format!("/api/comuni/{k}/blocco?ambiente=pre")).await["blocco"],
        Value::Null
    );

    // A question, from the page.
    let r = b
        .manda(
            a,
            &s,
            dove,
            "azione=domanda&oggetto=%3Cb%3EAiuto&testo=Che%20fare%3F",
        )
        .await;
    assert_eq!(r.stato, StatusCode::SEE_OTHER);
    let html = b.pagina(a, dove, &s.biscotto).await.testo;
    assert!(
        html.contains("&#60;b&#62;Aiuto") && !html.contains("<b>Aiuto"),
        "{html}"
    );
    assert_eq!(
        b.manda(a, &s, dove, "azione=domanda&oggetto=&testo=x")
            .await
            .stato,
        StatusCode::BAD_REQUEST
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_subentro_wants_two_confirmations_and_says_what_is_known_before() {
    let b = banco();
    let (a, k) = (Ambiente::Sub, "888010");
    let s = b.entra(a, k).await;
    let pagina = b.pagina(a, "/combas/invio", &s.biscotto).await.testo;
    for detto in [
        "Nessuna prova di pre-subentro",
        "EN003",
        "dentro la finestra del piano",
        "Logo",
        "name=\"definitivo\"",
    ] {
        assert!(pagina.contains(detto), "{detto}: {pagina}");
    }
    assert!(
        !b.pagina(
            Ambiente::Pre,
            "/combas/invio",
            &b.entra(Ambiente::Pre, k).await.biscotto
        )
        .await
        .testo
        .contains("name=\"definitivo\"")
    );
    let (nome, byte) = consegna(k, 1, "").remove(0);
    let una = [("csrf", s.csrf.as_str()), ("tipo", "APR"), ("conferma", "si")];
    let r = b.invia_campi(a, &s.biscotto, &una, &nome, &byte).await;
    assert_eq!(r.stato, StatusCode::BAD_REQUEST);
    assert!(r.testo.contains("Manca la seconda conferma"), "{}", r.testo);
    let due = [una[0], una[1], una[2], ("definitivo", "si")];
    let r = b.invia_campi(a, &s.biscotto, &due, &nome, &byte).await;
    assert!(r.testo.contains("EN003"), "the gates decide: {}", r.testo);
}
