//! Who looks after a Comune: chosen by the Comune, given in the console and by the API, never taken by accident.

use http::{Method, StatusCode};
use serde_json::{Value, json};

use super::{SUB, date, entra, invia, pianificazione, turno, vedi};
use crate::banco::{
    self, Entrato,
    api::{MODULO, chiama, metti, ordina, rifiuto, vedi_api},
    banco,
};

const COMUNE: &str = "888042";
const SUA: &str = "/api/percorso/comuni/888042/software-house";
const PAGINA: &str = "/servizidemografici/software-house";

async fn cnsd() -> Entrato {
    let q = vedi_api(&format!("/api/percorso/comuni/{COMUNE}")).await;
    let testo = |n: &str| q["areaPrivata"][n].as_str().expect("text").to_owned();
    banco()
        .entra_in_area("privata", &testo("utente"), &testo("password"))
        .await
}

async fn primo_passo() -> Value {
    vedi_api(&format!("/api/percorso/comuni/{COMUNE}")).await["passi"][0].clone()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_new_comune_chooses_its_software_house_and_can_be_planned() {
    let _turno = turno().await;
    let b = banco();
    ordina("/api/comuni", &json!({"istat": COMUNE})).await;
    // The first step of all; without it nobody plans, and the refusal says who does what.
    let q = vedi_api(&format!("/api/percorso/comuni/{COMUNE}")).await;
    assert_eq!(q["prossimo"], "B09", "{q}");
    metti(
        &format!("/api/comuni/{COMUNE}"),
        &json!({"stato": "PRESUBENTRATO"}),
    )
    .await;
    let libere = date("2021-05-10", "2021-05-12", "2021-05-11");
    rifiuto(
        Method::PUT,
        &pianificazione(COMUNE),
        &libere,
        (409, "SIM012"),
        SUA,
    )
    .await;
    let io = cnsd().await;
    let casa = vedi(&io, "/servizidemografici").await;
    assert!(
        casa.testo.contains(&format!("href=\"{PAGINA}\"")),
        "{}",
        casa.testo
    );
    let r = vedi(&io, PAGINA).await;
    banco::dovute(&r, PAGINA);
    for parola in ["Alfa Anagrafi", "SWBETA", "non l'ha ancora scelta"] {
        assert!(r.testo.contains(parola), "{parola}: {}", r.testo);
    }
    // Nothing ticked, or what is not there.
    for campi in ["", "softwareHouse=SWNIENTE", "softwareHouse=SWLEZIONE"] {
        let r = invia(&io, PAGINA, campi).await;
        assert_eq!(r.stato, StatusCode::BAD_REQUEST, "{campi}");
        banco::dovute(&r, campi);
        assert!(
            r.testo.contains("href=\"#softwareHouse\"") && r.testo.contains("id=\"e-softwareHouse\""),
            "{}",
            r.testo
        );
    }
    let r = invia(&io, PAGINA, "softwareHouse=SWALFA").await;
    assert_eq!(r.stato, StatusCode::SEE_OTHER, "{}", r.testo);
    let passo = primo_passo().await;
    assert_eq!((&passo["id"], &passo["fatto"]), (&json!("B09"), &json!(true)));
    assert!(
        passo["testo"].as_str().is_some_and(|t| t.contains("SWALFA")),
        "{passo}"
    );
    let (alfa, beta) = (entra("SWALFA").await, entra("SWBETA").await);
    let dove = format!("/dashboard/subentro/{COMUNE}");
    assert_eq!(vedi(&alfa, &dove).await.stato, StatusCode::OK);
    assert_eq!(metti(&pianificazione(COMUNE), &libere).await["da"], "SWALFA");
    // With dates planned a change is confirmed, on the page and by the API; the dates stay.
    let r = vedi(&io, PAGINA).await;
    assert!(r.testo.contains("11/05/2021"), "{}", r.testo);
    let r = invia(&io, PAGINA, "softwareHouse=SWBETA").await;
    assert_eq!(r.stato, StatusCode::BAD_REQUEST);
    banco::dovute(&r, "without the confirmation");
    let scelta = r.testo.split("value=\"SWBETA\"").nth(1).expect("the choice");
    assert!(
        r.testo.contains("href=\"#conferma\"") && scelta.trim_start().starts_with("checked"),
        "{}",
        r.testo
    );
    rifiuto(
        Method::PUT,
        SUA,
        &json!({"nome": "SWBETA"}),
        (409, "SIM012"),
        "11/05/2021",
    )
    .await;
    let (stato, _) = chiama(Method::DELETE, SUA, &Value::Null).await;
    assert_eq!(stato, StatusCode::CONFLICT);
    assert_eq!(vedi_api(SUA).await["softwareHouse"], "SWALFA");
    let r = invia(&io, PAGINA, "softwareHouse=SWBETA&conferma=si").await;
    assert_eq!(r.stato, StatusCode::SEE_OTHER, "{}", r.testo);
    assert_eq!(vedi(&alfa, &dove).await.stato, StatusCode::NOT_FOUND);
    assert_eq!(vedi(&beta, &dove).await.stato, StatusCode::OK);
    let riga = vedi_api(&pianificazione(COMUNE)).await;
    assert_eq!(
        (&riga["preferita"], &riga["softwareHouse"]),
        (&json!("2021-05-11"), &json!("SWBETA"))
    );
    // A list does not take it by accident.
    let lista = vedi_api("/api/percorso/software-house").await;
    let di = |nome: &str| {
        let sua = lista
            .as_array()
            .expect("a list")
            .iter()
            .find(|s| s["nome"] == nome);
        sua.expect("the house")["comuni"]
            .as_array()
            .expect("Comuni")
            .clone()
    };
    let mut presi = di("SWALFA");
    presi.push(json!(COMUNE));
    let corpo = json!({"comuni": presi});
    rifiuto(
        Method::PUT,
        "/api/percorso/software-house/SWALFA",
        &corpo,
        (409, "SIM012"),
        "già seguito da SWBETA",
    )
    .await;
    assert_eq!(vedi_api("/api/percorso/software-house").await, lista);
    metti(
        "/api/percorso/software-house/SWALFA",
        &json!({"comuni": presi, "sostituisci": true}),
    )
    .await;
    assert_eq!(vedi_api(SUA).await["softwareHouse"], "SWALFA");
    // One Comune by the API: to whom exists, for who exists; again changes nothing.
    let si = json!({"nome": "SWBETA", "sostituisci": true});
    for _ in 0..2 {
        let v = metti(SUA, &si).await;
        assert_eq!(
            v,
            json!({"comune": COMUNE, "softwareHouse": "SWBETA", "ragioneSociale": "Beta Demografici S.p.A. (fittizia)"})
        );
    }
    for (dove, nome, atteso) in [
        (SUA, "SWNIENTE", (404, "SIM011")),
        (SUA, "SWLEZIONE", (409, "SIM012")),
        (
            "/api/percorso/comuni/888999/software-house",
            "SWALFA",
            (404, "SIM011"),
        ),
    ] {
        rifiuto(
            Method::PUT,
            dove,
            &json!({"nome": nome, "sostituisci": true}),
            atteso,
            "",
        )
        .await;
    }
    // The console: a new one, and a Comune given to it.
    let console = async |dove: &str, campi: &str| b.console(Method::POST, dove, &[MODULO], campi).await;
    let nuova = "azione=software-house&nome=swdelta&ragioneSociale=DeltaServizi";
    assert_eq!(console("/percorso", nuova).await.stato, StatusCode::SEE_OTHER);
    assert_eq!(console("/percorso", nuova).await.stato, StatusCode::CONFLICT);
    let elenco = b.console(Method::GET, "/percorso", &[], "").await;
    assert!(elenco.testo.contains("SWDELTA"), "{}", elenco.testo);
    let dove = format!("/percorso/{COMUNE}");
    let campi = "azione=software-house&softwareHouse=SWDELTA";
    assert_eq!(console(&dove, campi).await.stato, StatusCode::CONFLICT);
    let campi = format!("{campi}&conferma=si");
    assert_eq!(console(&dove, &campi).await.stato, StatusCode::SEE_OTHER);
    for dove in [dove.as_str(), "/comuni/888042"] {
        let r = b.console(Method::GET, dove, &[], "").await;
        banco::dovute(&r, dove);
        assert!(
            r.testo.contains("value=\"SWDELTA\" selected") && r.testo.contains("action=\"/percorso/888042\""),
            "{dove}: {}",
            r.testo
        );
    }
    // Its password is its own: not what a Prefettura's user of that name would get.
    entra("SWDELTA").await;
    let tolta = format!("{SUA}?sostituisci=si");
    let (stato, v) = chiama(Method::DELETE, &tolta, &Value::Null).await;
    assert_eq!(
        (stato, &v["softwareHouse"]),
        (StatusCode::OK, &Value::Null),
        "{v}"
    );
    assert_eq!(primo_passo().await["fatto"], false);
    assert_eq!(
        b.pagina(SUB, PAGINA, "").await.stato,
        StatusCode::UNAUTHORIZED,
        "only for who is in"
    );
}
