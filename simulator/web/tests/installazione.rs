//! The workstation page (C09): what is missing follows from what the simulator saw. And the term of the contribution of a
//! scenario of today.

mod banco;

use anagrafe::{Ambiente, IdPostazione};
use banco::{api::vedi_api, banco, dovute};
use frontiera::firma::{Chiavi, Messaggio, componi};
use http::{Method, StatusCode};
use rustls_pki_types::{CertificateDer, PrivatePkcs8KeyDer, pem::PemObject as _};
use serde_json::json;

const PAGINA: &str = "/combas/strumenti/postazione";
const CORPO: &str = "<a:RichiestaConnessione xmlns:a=\"http://sogei.it/ANPR/connessione\"><testataRichiesta>\
                     <idOperazioneComune>1</idOperazioneComune></testataRichiesta></a:RichiestaConnessione>";

/// A signed connection test of a ready Comune.
fn firmata(istat: &str) -> String {
    let pronto = banco().sim.pronto().expect("ready");
    let comuni = pronto["comuni"].as_array().expect("comuni");
    let c = comuni.iter().find(|c| c["istat"] == istat).expect("the Comune");
    let leggi = |nome: &str| std::fs::read(c["postazioni"][0][nome].as_str().expect(nome)).expect(nome);
    let cert = CertificateDer::from_pem_slice(&leggi("certificato"))
        .expect("certificate")
        .to_vec();
    let chiave = PrivatePkcs8KeyDer::from_pem_slice(&leggi("chiave")).expect("key");
    let chiave = chiave.secret_pkcs8_der().to_vec();
    let chiavi = Chiavi {
        comune_key_pkcs8: chiave.clone(),
        comune_cert_der: cert.clone(),
        postazione_key_pkcs8: chiave,
        postazione_cert_der: cert,
    };
    let postazione = IdPostazione::parse(&format!("{istat}-CO-0000")).expect("id");
    let operatore = c["operatori"][0]["nameId"].as_str().expect("operator");
    let m = Messaggio::nuovo(CORPO, operatore, &postazione, jiff::Timestamp::now());
    componi(&m, &chiavi, None).expect("composes")
}

/// Calls the web service; status and number of the exchange.
async fn chiama(busta: String) -> (StatusCode, String) {
    let r = http::Request::post("/ANPRTestConn/TestConn")
        .header("content-type", "text/xml; charset=utf-8")
        .body(servizi::http::corpo(busta))
        .expect("request");
    let r = servizi::soap::rispondi(&banco().sim, Ambiente::Test, r).await;
    let n = r.headers()[servizi::soap::INTESTAZIONE_SCAMBIO]
        .to_str()
        .expect("number")
        .to_owned();
    (r.status(), n)
}

#[tokio::test(flavor = "multi_thread")]
async fn the_workstation_page_says_what_is_missing_until_nothing_is() {
    let b = banco();
    let s = b.entra(Ambiente::Test, "888004").await;
    let vedi = || async {
        let r = b.pagina(Ambiente::Test, PAGINA, &s.biscotto).await;
        assert_eq!(r.stato, StatusCode::OK);
        dovute(&r, PAGINA);
        r.testo
    };
    // The certificate is there and has never called; card and clock are told, not judged.
    let testo = vedi().await;
    assert!(testo.contains("da fare: 1"), "{testo}");
    assert!(testo.contains("mai chiamato i servizi web"));
    assert!(testo.contains("Nessuna carta attiva a questo nome") && testo.contains(" UTC."));
    assert!(testo.contains("https://localhost:8443/ANPRTestConn/TestConn"));
    for guida in ["Firefox", "Windows", "macOS", "Linux", "Lettore e smart card"] {
        assert!(testo.contains(guida), "{guida}");
    }

    // A refused call of the Comune is explained, with its exchange and the remedy; the page of another Comune says nothing.
    let guasta = firmata("888004").replacen("<idOperazioneComune>1<", "<idOperazioneComune>2<", 1);
    let (stato, n) = chiama(guasta).await;
    assert_eq!(stato, StatusCode::INTERNAL_SERVER_ERROR);
    let testo = vedi().await;
    assert!(
        testo.contains("da fare: 2") && testo.contains("Rifiutata il "),
        "{testo}"
    );
    assert!(testo.contains(&format!(
        "href=\"http://127.0.0.1:8080/scambi/{n}\">scambio {n}</a>"
    )));
    assert!(
        testo.contains(&frontiera::Causa::Digest.rimedio().replace('\'', "&#39;")),
        "{testo}"
    );
    let altro = b.entra(Ambiente::Test, "888006").await;
    let suo = b.pagina(Ambiente::Test, PAGINA, &altro.biscotto).await.testo;
    assert!(!suo.contains("Rifiutata il "));

    // The good one: nothing is missing.
    assert_eq!(chiama(firmata("888004")).await.0, StatusCode::OK);
    let testo = vedi().await;
    assert!(
        testo.contains("non manca nulla") && testo.contains("Prova di connessione riuscita"),
        "{testo}"
    );
    assert!(!testo.contains("Rifiutata il "));
    // In another environment it has not called.
    let pre = b.entra(Ambiente::Pre, "888004").await;
    let testo = b.pagina(Ambiente::Pre, PAGINA, &pre.biscotto).await.testo;
    assert!(testo.contains("da fare: 1"), "{testo}");
}

/// A simulator that begins today: who begins the journey is in time, whoever migrates can ask for the contribution, and who
/// comes too late is told what to do.
#[test]
fn a_scenario_of_today_has_a_term_that_can_be_kept() {
    let cartella = tempfile::tempdir().expect("folder");
    let opzioni = certs::OpzioniPki {
        nomi: Vec::new(),
        nomi_reali: false,
        pronti: Vec::new(),
        adesso: jiff::Timestamp::now(),
        fili: 2,
    };
    let pki = certs::Pki::apri(&cartella.path().join("pki"), &opzioni).expect("keys");
    let mut i = servizi::Impostazioni::in_cartella(cartella.path().to_owned());
    i.oggi = anagrafe::leggi_data("2026-11-27");
    let sim = servizi::Simulatore::apri(i, pki).expect("simulator");
    sim.popola();
    let termine = || sim.scadenze().expect("terms").contributo.to_string();
    assert_eq!(termine(), "2027-12-31");
    let istat = anagrafe::CodiceIstat::parse("888001").expect("code");
    sim.aggiorna_comune(istat, json!({"stato": "INATTIVO_SENZA_CENSIMENTO"}))
        .expect("put back");
    let scheda = || sim.scadenze().expect("terms").scheda.to_string();
    let in_ritardo = |oggi: &str| {
        sim.metti_orologio(anagrafe::leggi_data(oggi), None)
            .expect("moved");
        sim.quadro(istat).expect("steps").in_ritardo
    };
    assert_eq!(scheda(), "2027-02-25");
    assert_eq!(
        ["2026-11-27", "2027-02-25", "2027-02-26"].map(in_ritardo),
        [false, false, true]
    );
    sim.metti_orologio(anagrafe::leggi_data("2026-11-27"), None)
        .expect("back");
    sim.aggiorna_comune(istat, json!({"stato": "SUBENTRATO"}))
        .expect("put there");
    let p = servizi::percorso::PropostaContributo {
        iban: Some("IT60X0542811101000000123456".to_owned()),
        tesoreria: None,
        dichiarazione: true,
    };
    let chi = servizi::percorso::Chi::Formatore;
    assert!(sim.salva_contributo(istat, chi, &p).is_ok());
    sim.metti_scadenze(json!({"contributo": "2026-11-26"}))
        .expect("moved");
    match sim.salva_contributo(istat, chi, &p) {
        Err(servizi::percorso::Rifiuto::Altro(e)) => {
            assert_eq!(e.http, 409);
            assert!(
                e.testo.contains("PUT /api/percorso/scadenze {\"contributo\":"),
                "{}",
                e.testo
            );
        }
        altro => panic!("{altro:?}"),
    }
    sim.metti_scadenze(json!({"scheda": "2016-09-16"}))
        .expect("moved");
    sim.reset().expect("reset");
    assert_eq!(
        (termine(), scheda()),
        ("2027-12-31".to_owned(), "2027-02-25".to_owned())
    );
    sim.chiudi();
}

/// The dates of a certificate are true ones, in a scenario of another year too: each page says which clock decides on them.
#[tokio::test(flavor = "multi_thread")]
async fn pages_of_certificates_say_which_clock_decides() {
    let b = banco();
    let tutti = ["OPERATORE", "ALS", "ALP", "SINDACO"];
    let io = b
        .con_ruoli(Ambiente::Pre, "888006", "OROLOGIOCERT0000", &tutti)
        .await;
    b.console(Method::GET, "/certificati", &[], "").await;
    let tutte = vedi_api("/api/certificati?comune=888006").await;
    let uno = tutte[0]["improntaSha256"].as_str().expect("a digest").to_owned();
    assert_eq!(tutte[0]["stato"], "attivo", "in force on the clock that decides");
    let suo = format!("/certificati/{uno}");
    let sua = format!("/combas/sicurezza/postazioni/{uno}");
    let mut pagine = Vec::new();
    for dove in ["/certificati?comune=888006", suo.as_str()] {
        pagine.push((dove, b.console(Method::GET, dove, &[], "").await));
    }
    for dove in [
        "/combas/sicurezza/postazioni",
        sua.as_str(),
        "/combas/sicurezza/carte",
    ] {
        pagine.push((dove, b.pagina(Ambiente::Pre, dove, &io.biscotto).await));
    }
    let oggi = registro::ora_italiana(b.sim.adesso()).date();
    let frase = format!(
        "Validità e stato seguono l&#39;orologio di questo computer ({:02}/{:02}/{}), come il TLS di chi chiama; la data dello \
         scenario (01/03/2021) qui non conta.",
        oggi.day(),
        oggi.month(),
        oggi.year()
    );
    for (dove, r) in pagine {
        assert_eq!(r.stato, StatusCode::OK, "{dove}");
        assert!(r.testo.contains(&frase), "{dove}: {}", r.testo);
    }
}
