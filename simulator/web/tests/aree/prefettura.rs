//! The Prefettura: the schede of its province, its users, the parcels, its card.

use http::{Method, StatusCode};
use serde_json::{Value, json};

use super::{SUB, cnsd, der, fatto, fino_al_censimento, invia, meta, posta, prefettura, scheda, turno, vedi};
use crate::banco::{
    self, Entrato, Risposta,
    api::{chiama, metti, ordina, rifiuto, vedi_api},
    banco,
};

/// A ticket for the Prefettura (`biglietto=…`) and the cookie it is bound to.
async fn biglietto_di_prefettura(der: Vec<u8>) -> (String, String) {
    let b = banco();
    let via = b.pagina(SUB, "/prefettura/carta", "").await;
    let tenuto = via.testate["set-cookie"].to_str().expect("ascii");
    let tenuto = tenuto.split(';').next().unwrap_or_default().to_owned();
    let dove = via.testate["location"].to_str().expect("ascii");
    let dove = dove.split_once("8446").expect("the card listener").1.to_owned();
    let vista = b.carta_con(&dove, der).await;
    let ritorno = vista.testate["location"].to_str().expect("ascii");
    (ritorno.split_once('?').expect("a ticket").1.to_owned(), tenuto)
}

/// Enters the Prefettura with a card.
async fn con_carta_in_prefettura(der: Vec<u8>) -> Entrato {
    let (biglietto, tenuto) = biglietto_di_prefettura(der).await;
    let dove = format!("/prefettura/carta/entra?{biglietto}");
    let r = banco().pagina(SUB, &dove, &tenuto).await;
    assert_eq!(r.stato, StatusCode::OK, "{}", r.testo);
    let biscotto = r.testate.get_all("set-cookie").iter();
    let biscotto = biscotto
        .filter_map(|v| v.to_str().ok()?.split(';').next())
        .find(|v| v.starts_with("__Host-anpr-prefettura="))
        .expect("a session")
        .to_owned();
    let casa = banco().pagina(SUB, "/prefettura", &biscotto).await;
    Entrato {
        testata: biscotto.clone(),
        csrf: banco::valore(&casa.testo, "csrf"),
        biscotto,
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_prefettura_sees_its_province_from_its_day_on_filters_exports_and_reminds() {
    let _turno = turno("2021-03-01").await;
    for (istat, nome) in [("888016", "ALFA"), ("888017", "BETA")] {
        ordina(
            "/api/comuni",
            &json!({"istat": istat, "nome": nome, "provincia": "QA"}),
        )
        .await;
    }
    metti("/api/percorso/comuni/888016/scheda", &scheda("2022-06-01")).await;
    let io = prefettura("QA", "OPE").await;
    metti("/api/percorso/scadenze", &json!({"prefettureDal": "2021-08-01"})).await;
    let r = vedi(&io, "/prefettura/schede").await;
    assert_eq!(r.stato, StatusCode::CONFLICT);
    assert!(r.testo.contains("01/08/2021"), "{}", r.testo);
    metti("/api/percorso/scadenze", &json!({"prefettureDal": "2021-01-01"})).await;
    let tutte = vedi(&io, "/prefettura/schede").await.testo;
    assert!(tutte.contains("ALFA") && tutte.contains("BETA"), "{tutte}");
    assert!(!tutte.contains("888001"), "another province");
    let inviate = vedi(&io, "/prefettura/schede?stato=INVIATA").await.testo;
    assert!(inviate.contains("ALFA") && !inviate.contains("BETA"), "{inviate}");
    let cercata = vedi(&io, "/prefettura/schede?testo=bet").await.testo;
    assert!(!cercata.contains("ALFA") && cercata.contains("BETA"), "{cercata}");
    let r = vedi(&io, "/prefettura/schede.csv?stato=&testo=").await;
    assert_eq!(r.testate["content-type"], "text/csv; charset=utf-8");
    assert_eq!(
        r.testo,
        "\u{feff}codice_istat;nome_comune;stato_scheda;inviata;soluzione;inizio_prove;ultimo_sollecito\r\n\
         888016;ALFA;INVIATA;2021-03-01;WS;2022-06-01;\r\n888017;BETA;DA_INVIARE;;;;\r\n"
    );
    // The deadline over, who has not sent is missing; the reminder goes once a day, to him alone.
    metti("/api/orologio", &json!({"oggi": "2022-01-01"})).await;
    let mancanti = vedi(&io, "/prefettura/schede?stato=MANCANTE").await.testo;
    assert!(
        mancanti.contains("BETA") && !mancanti.contains("ALFA"),
        "{mancanti}"
    );
    let r = invia(&io, "/prefettura/schede", "").await;
    fatto(&r);
    assert_eq!(r.testate["location"], "/prefettura/schede?sollecitati=1");
    assert_eq!(posta("888017", "Sollecito").await.len(), 1);
    assert!(posta("888016", "Sollecito").await.is_empty());
    assert_eq!(
        invia(&io, "/prefettura/schede", "").await.stato,
        StatusCode::CONFLICT
    );
    metti("/api/orologio", &json!({"oggi": "2022-01-02"})).await;
    fatto(&invia(&io, "/prefettura/schede", "comune=888017").await);
    assert_eq!(posta("888017", "Sollecito").await.len(), 2);
    // A Comune of another province cannot be reminded from here.
    let r = invia(&io, "/prefettura/schede", "comune=888012").await;
    assert_eq!(r.stato, StatusCode::CONFLICT);
}

/// The page of the users with the form as it was filled in, and an error beside a field.
fn the_form_comes_back(r: &Risposta, campo: &str, nome: &str, ruolo: &str) {
    banco::dovute(r, nome);
    assert!(r.stato.is_client_error(), "{}", r.stato);
    for pezzo in [
        format!("href=\"#{campo}\""),
        format!("id=\"e-{campo}\""),
        format!("value=\"{nome}\""),
        format!("value=\"{ruolo}\" checked"),
        "href=\"/prefettura/plichi\"".to_owned(),
    ] {
        assert!(r.testo.contains(&pezzo), "{pezzo}: {}", r.testo);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_prefettura_has_five_users_at_most_with_both_administrators() {
    let _turno = turno("2021-03-01").await;
    ordina("/api/comuni", &json!({"istat": "888018", "provincia": "QB"})).await;
    let als = prefettura("QB", "ALS").await;
    let alp = prefettura("QB", "ALP").await;
    let dove = "/prefettura/utenti";
    let nuovo = |n: u8| format!("azione=metti&nome=nuovo{n}&ruolo=OPERATORE&password=parola-sua");
    assert_eq!(invia(&alp, dove, &nuovo(1)).await.stato, StatusCode::FORBIDDEN);
    fatto(&invia(&als, dove, &nuovo(1)).await);
    fatto(&invia(&als, dove, &nuovo(2)).await);
    let r = invia(&als, dove, &nuovo(3)).await;
    assert_eq!(r.stato, StatusCode::BAD_REQUEST);
    assert!(r.testo.contains("al più 5 utenti"), "{}", r.testo);
    the_form_comes_back(&r, "nome", "nuovo3", "OPERATORE");
    let r = invia(&als, dove, "azione=togli&nome=PREFQBALP").await;
    assert_eq!(r.stato, StatusCode::BAD_REQUEST);
    assert!(
        r.testo.contains("almeno un ALP") && r.testo.contains("href=\"#utenti\""),
        "{}",
        r.testo
    );
    let mio = invia(&als, dove, "azione=togli&nome=PREFQBALS").await;
    assert_eq!(mio.stato, StatusCode::CONFLICT);
    assert!(mio.testo.contains("href=\"#utenti\""), "{}", mio.testo);
    // A password too short or none, no role, a name that will not do: each beside its field, all at once, and what was
    // written comes back, but for the password.
    let r = invia(&als, dove, "azione=metti&nome=UN+ALTRO&password=corta").await;
    assert_eq!(r.stato, StatusCode::BAD_REQUEST);
    banco::dovute(&r, "three errors");
    for campo in ["nome", "ruoli", "password"] {
        let (link, frase) = (format!("href=\"#{campo}\""), format!("id=\"e-{campo}\""));
        assert!(
            r.testo.contains(&link) && r.testo.contains(&frase),
            "{campo}: {}",
            r.testo
        );
    }
    assert!(
        r.testo.contains("value=\"UN ALTRO\"") && !r.testo.contains("corta\""),
        "{}",
        r.testo
    );
    fatto(&invia(&als, dove, "azione=togli&nome=NUOVO2").await);
    let r = invia(&als, dove, "azione=metti&nome=nuovo4&ruolo=ALP").await;
    the_form_comes_back(&r, "password", "nuovo4", "ALP");
    // A name of another kind, or of another province, even one that is not here yet.
    for nome in [
        "CNSD888001",
        "COMUNETEST888001",
        "SWALFA",
        "PREFXXALS",
        "PREFZZALS",
    ] {
        let r = invia(
            &als,
            dove,
            &format!("azione=metti&nome={nome}&ruolo=ALP&password=parola-sua"),
        )
        .await;
        assert_eq!(r.stato, StatusCode::CONFLICT, "{nome}");
        the_form_comes_back(&r, "nome", nome, "ALP");
        rifiuto(
            Method::PUT,
            "/api/percorso/prefetture/QB",
            &json!({"utenti": [{"nome": nome, "ruoli": ["ALS", "ALP"]}]}),
            (409, "SIM012"),
            "è già",
        )
        .await;
    }
    for nome in ["CNSD888001", "PREFQBALS", "COMUNETEST888002"] {
        let dove = format!("/api/percorso/software-house/{nome}");
        rifiuto(Method::PUT, &dove, &json!({}), (409, "SIM012"), "è già").await;
    }
    // A new user enters; taken off, his session is worth nothing.
    let lui = banco().entra_in_area("prefettura", "NUOVO1", "parola-sua").await;
    assert_eq!(vedi(&lui, "/prefettura/schede").await.stato, StatusCode::OK);
    fatto(&invia(&als, dove, "azione=togli&nome=NUOVO1").await);
    assert_eq!(
        vedi(&lui, "/prefettura/schede").await.stato,
        StatusCode::UNAUTHORIZED
    );
    // Postazioni: the ALP's, five at most, the first certificate by PEC to the Prefettura.
    assert_eq!(
        invia(&als, dove, "azione=postazioni&postazioni=2").await.stato,
        StatusCode::FORBIDDEN
    );
    for troppe in ["6", "-1", "molte"] {
        let r = invia(&alp, dove, &format!("azione=postazioni&postazioni={troppe}")).await;
        assert_eq!(r.stato, StatusCode::BAD_REQUEST, "{troppe}");
        banco::dovute(&r, troppe);
        let valore = format!("value=\"{troppe}\" aria-invalid=\"true\" aria-describedby=\"e-postazioni\"");
        assert!(r.testo.contains(&valore), "{}", r.testo);
    }
    let (stato, v) = chiama(
        Method::PUT,
        "/api/percorso/prefetture/QB",
        &json!({"postazioni": -1}),
    )
    .await;
    assert_eq!(
        (stato, &v["errori"][0]["campi"][0]["campo"]),
        (StatusCode::BAD_REQUEST, &json!("postazioni"))
    );
    assert!(
        v["errori"][0]["testo"]
            .as_str()
            .is_some_and(|t| t.contains("da 0 a 5")),
        "{v}"
    );
    fatto(&invia(&alp, dove, "azione=postazioni&postazioni=2").await);
    let pec = posta("888018", "Primo certificato").await;
    assert_eq!((pec.len(), &pec[0]["casella"]), (1, &json!("PREFETTURA QB")));
    let casella = vedi(&alp, "/prefettura/posta").await.testo;
    assert!(casella.contains("Primo certificato"), "{casella}");
    // It travels with the message: a certificate that opens with the password told, for nobody's Comune.
    let id = pec[0]["id"].as_str().expect("id");
    let messaggio = vedi(&alp, &format!("/prefettura/posta/{id}")).await.testo;
    assert!(
        messaggio.contains("999") && messaggio.contains(".p12</a> <small>"),
        "{messaggio}"
    );
    let dove = format!("/api/pec/{id}/allegati/0");
    let r = banco().console(Method::GET, &dove, &[], "").await;
    let nome = r.testate["content-disposition"]
        .to_str()
        .expect("ascii")
        .to_owned();
    let p = vedi_api("/api/percorso/prefetture/QB").await;
    let postazione = p["postazione"].as_str().expect("its id");
    assert_eq!(nome, format!("attachment; filename=\"{postazione}.p12\""));
    let testo = pec[0]["testo"].as_str().expect("text");
    let password = testo
        .lines()
        .find_map(|r| r.strip_prefix("Password del primo certificato: "))
        .expect("the password");
    let tutti = banco()
        .sim
        .certificati(servizi::FiltroCertificati::default())
        .expect("list");
    let suo = tutti.iter().find(|c| c["id"] == postazione).expect("issued");
    assert_eq!(
        (&suo["password"], &suo["stato"]),
        (&json!(password), &json!("attivo"))
    );
    let byte = std::fs::read(suo["p12"].as_str().expect("a file")).expect("read");
    assert_eq!(
        certs::certificati_del_p12(&byte, password).expect("opens").len(),
        2
    );
    // A second change brings no second one; another Prefettura cannot read it.
    fatto(&invia(&alp, "/prefettura/utenti", "azione=postazioni&postazioni=3").await);
    assert_eq!(posta("888018", "Primo certificato").await.len(), 1);
    let altra = prefettura("XX", "ALP").await;
    let r = vedi(&altra, &format!("/prefettura/posta/{id}/allegati/0")).await;
    assert_eq!(r.stato, StatusCode::NOT_FOUND);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_parcel_is_handed_over_in_its_turn_to_who_may_take_it() {
    let _turno = turno("2021-03-01").await;
    let k = fino_al_censimento("888020").await;
    let sindaco = k["persone"][0]["codiceFiscale"].as_str().expect("cf").to_owned();
    let plico = "/api/percorso/plichi/888020-1";
    rifiuto(
        Method::POST,
        &format!("{plico}/registrazione"),
        &Value::Null,
        (409, "SIM012"),
        "il plico parte l'08/03/2021",
    )
    .await;
    // A mailbox that was wrong is mended before the card is handed over; nothing else of a person already sent is.
    let mut mendato = k.clone();
    mendato["persone"][0]["email"] = json!("sindaco@casella-giusta.example");
    mendato["persone"][0]["nome"] = json!("ALTRO");
    let dopo = metti("/api/percorso/comuni/888020/censimento", &mendato).await;
    assert_eq!(dopo["persone"][0]["email"], "sindaco@casella-giusta.example");
    // What was changed after the receipt says that it is not covered by it.
    assert_eq!(
        (&k["daRinviare"], &dopo["daRinviare"]),
        (&json!(false), &json!(true))
    );
    let passi = vedi_api("/api/percorso/comuni/888020").await["passi"].clone();
    let censimento = passi.as_array().expect("steps").iter().find(|p| p["id"] == "C01");
    let detto = censimento.expect("its step")["testo"].as_str().expect("text");
    assert!(
        detto.ends_with("Ci sono modifiche che valgono solo quando si invia di nuovo."),
        "{detto}"
    );
    assert_eq!(dopo["persone"][0]["nome"], k["persone"][0]["nome"]);
    mendato["persone"][0]["email"] = json!("\"il sindaco\"@x.example");
    rifiuto(
        Method::PUT,
        "/api/percorso/comuni/888020/censimento",
        &mendato,
        (400, "SIM010"),
        "indirizzo personale",
    )
    .await;
    metti("/api/orologio", &json!({"oggi": "2021-03-10"})).await;
    let (als, ope) = (prefettura("XX", "ALS").await, prefettura("XX", "OPE").await);
    let dove = "/prefettura/plichi/888020-1";
    let consegna = format!("azione=consegna&identita=si&ricevente={sindaco}");
    assert!(vedi(&ope, "/prefettura/plichi").await.testo.contains("888020-1"));
    assert_eq!(
        invia(&als, dove, "azione=convoca&giorno=2021-03-12").await.stato,
        StatusCode::CONFLICT
    );
    fatto(&invia(&ope, dove, "azione=registra").await);
    assert_eq!(
        invia(&ope, dove, "azione=registra").await.stato,
        StatusCode::CONFLICT
    );
    // The hand-over asks for the card of the ALS.
    assert_eq!(invia(&als, dove, &consegna).await.stato, StatusCode::FORBIDDEN);
    let carta = ordina("/api/percorso/prefetture/XX/carte", &json!({"nome": "PREFXXALS"})).await;
    let als = con_carta_in_prefettura(der(carta["id"].as_str().expect("id")).await).await;
    let r = invia(&als, dove, &consegna).await;
    assert_eq!(r.stato, StatusCode::CONFLICT);
    assert!(r.testo.contains("convocato il sindaco"), "{}", r.testo);
    assert_eq!(
        invia(&ope, dove, "azione=convoca&giorno=2021-03-09").await.stato,
        StatusCode::CONFLICT,
        "not into the past"
    );
    // Each mistake at its field, as it was written.
    for (giorno, stato, segno) in [
        ("", 400, "id=\"e-giorno\">Giorno della convocazione: manca."),
        (
            "31%2F02%2F2021",
            400,
            "id=\"e-giorno\">Giorno della convocazione: «31/02/2021» non è una data",
        ),
        (
            "09%2F03%2F2021",
            409,
            "id=\"e-giorno\">La data della convocazione non può precedere oggi, 10/03/2021.",
        ),
    ] {
        let r = invia(&ope, dove, &format!("azione=convoca&giorno={giorno}")).await;
        assert_eq!(r.stato.as_u16(), stato, "{giorno}");
        banco::dovute(&r, dove);
        assert!(r.testo.contains(segno), "{segno}: {}", r.testo);
        let scritto = format!("value=\"{}\"", giorno.replace("%2F", "/"));
        assert!(r.testo.contains(&scritto), "{scritto}: {}", r.testo);
        assert!(r.testo.contains("href=\"#giorno\""), "{}", r.testo);
    }
    fatto(&invia(&ope, dove, "azione=convoca&giorno=12%2F03%2F2021").await);
    assert_eq!(
        posta("888020", "Convocazione del sindaco per il 12/03/2021")
            .await
            .len(),
        1
    );
    // Who hands over, and to whom.
    assert_eq!(invia(&ope, dove, &consegna).await.stato, StatusCode::FORBIDDEN);
    let senza = format!("azione=consegna&ricevente={sindaco}");
    assert_eq!(invia(&als, dove, &senza).await.stato, StatusCode::BAD_REQUEST);
    let estraneo = "azione=consegna&identita=si&ricevente=PRTCMN70A01Y001X";
    let r = invia(&als, dove, estraneo).await;
    assert_eq!(r.stato, StatusCode::CONFLICT);
    assert!(r.testo.contains("non può ritirare il plico"), "{}", r.testo);
    assert!(
        r.testo.contains("value=\"PRTCMN70A01Y001X\"") && r.testo.contains("href=\"#ricevente\""),
        "{}",
        r.testo
    );
    let r = invia(&als, dove, "azione=consegna&ricevente=").await;
    assert_eq!(r.stato, StatusCode::BAD_REQUEST);
    banco::dovute(&r, dove);
    for segno in [
        "id=\"e-ricevente\">Indicare il codice fiscale di chi ritira.",
        "id=\"e-identita\">Prima della consegna si verifica",
    ] {
        assert!(r.testo.contains(segno), "{segno}: {}", r.testo);
    }
    rifiuto(
        Method::POST,
        &format!("{plico}/consegna"),
        &json!({"ricevente": " "}),
        (400, "SIM010"),
        "Indicare il codice fiscale di chi ritira.",
    )
    .await;
    assert!(posta("888020", "Codici della smart card").await.is_empty());
    // A refusal makes no card, and of many who hand over at once one does.
    let carte = async || vedi_api("/api/carte?comune=888020").await;
    assert_eq!(carte().await, json!([]));
    let uno = || invia(&als, dove, &consegna);
    let (a, b, c, d) = tokio::join!(uno(), uno(), uno(), uno());
    let mut esiti = [a, b, c, d].map(|r| r.stato.as_u16());
    esiti.sort_unstable();
    assert_eq!(esiti, [303, 409, 409, 409]);
    assert_eq!(carte().await.as_array().map(Vec::len), Some(1));
    assert_eq!(
        invia(&als, dove, &consegna).await.stato,
        StatusCode::CONFLICT,
        "once"
    );
    // The envelope of the sindaco here, the other half in his own mailbox and nowhere else.
    let pagina = vedi(&als, dove).await.testo;
    let codici = posta("888020", "Codici della smart card").await;
    assert_eq!((codici.len(), &codici[0]["casella"]), (1, &json!(sindaco)));
    assert_eq!(codici[0]["a"], "sindaco@casella-giusta.example");
    let sue = vedi_api(&format!("/api/pec?di={sindaco}")).await;
    assert_eq!(sue, json!([codici[0]]), "his mailbox by its owner");
    let busta = vedi_api("/api/percorso/comuni/888020/smart-card/888020-SC-0001/busta").await;
    assert!(pagina.contains(busta["pin"].as_str().expect("half")));
    assert!(!pagina.contains(&meta(&codici[0], "del PIN")));
    let io = cnsd("888020").await;
    let casella = vedi(&io, "/servizidemografici/posta").await.testo;
    assert!(casella.contains("Smart card consegnate") && !casella.contains("Codici della smart card"));
    let id = codici[0]["id"].as_str().expect("id");
    assert_eq!(
        vedi(&io, &format!("/servizidemografici/posta/{id}")).await.stato,
        StatusCode::NOT_FOUND
    );
    // Every call about a parcel answers in the shape of the list.
    let righe = vedi_api("/api/percorso/prefetture/XX/plichi").await;
    let righe = righe.as_array().expect("a list").iter();
    let riga = righe.clone().find(|r| r["id"] == "888020-1").expect("its row");
    assert_eq!(
        (&riga["stato"], &riga["consegna"]["a"], &riga["consegna"]["da"]),
        (&json!("CONSEGNATO"), &json!(sindaco), &json!("PREFXXALS"))
    );
    assert!(
        riga["registrato"].is_string() && riga["consegna"]["quando"].is_string(),
        "{riga}"
    );
    // A delegate, at another Comune: any registered operator of it.
    let k = fino_al_censimento("888021").await;
    metti("/api/orologio", &json!({"oggi": "2021-03-20"})).await;
    let plico = "/api/percorso/plichi/888021-1";
    ordina(&format!("{plico}/registrazione"), &Value::Null).await;
    ordina(&format!("{plico}/convocazione"), &json!({"giorno": "2021-03-20"})).await;
    let p = ordina(
        &format!("{plico}/consegna"),
        &json!({"ricevente": k["persone"][3]["codiceFiscale"]}),
    )
    .await;
    assert_eq!(p["consegna"]["delegato"], true);
    let righe = vedi_api("/api/percorso/prefetture/XX/plichi").await;
    let righe = righe.as_array().expect("a list");
    assert_eq!(Some(&p), righe.iter().find(|r| r["id"] == "888021-1"));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_card_of_the_prefettura_opens_its_area_and_nothing_else() {
    let _turno = turno("2021-03-01").await;
    let b = banco();
    ordina("/api/comuni", &json!({"istat": "888028", "provincia": "QE"})).await;
    let carte = "/api/percorso/prefetture/QE/carte";
    rifiuto(
        Method::POST,
        carte,
        &json!({"nome": "PREFXXALS"}),
        (404, "SIM011"),
        "Nessun utente",
    )
    .await;
    let carta = ordina(carte, &json!({"nome": "PREFQEALS"})).await;
    let id = carta["id"].as_str().expect("id").to_owned();
    // It says where it was issued, and is found by that.
    assert_eq!(carta["comune"], "QE");
    assert_eq!(vedi_api("/api/carte?comune=QE").await, json!([carta]));
    assert_eq!(vedi_api("/api/carte?comune=QX").await, json!([]));
    rifiuto(
        Method::GET,
        "/api/carte?comune=Qx",
        &Value::Null,
        (400, "SIM010"),
        "comune",
    )
    .await;
    let sua = der(&id).await;
    let io = con_carta_in_prefettura(sua.clone()).await;
    let r = vedi(&io, "/prefettura/schede").await;
    assert!(
        r.testo.contains("888028") && !r.testo.contains("888001"),
        "{}",
        r.testo
    );
    // Not the web application: there he is nobody.
    let no = b.entra_con_carta(SUB, sua.clone()).await.err().expect("refused");
    assert!(no.testo.contains("Operatore non censito"), "{}", no.testo);
    // Nor does an operator's card open the Prefettura, nor no card at all.
    let operatore = vedi_api("/api/comuni/888004/operatori").await[0]["nameId"].clone();
    let altrui = ordina("/api/carte", &json!({"comune": "888004", "nameId": operatore})).await;
    let altrui = der(altrui["id"].as_str().expect("id")).await;
    let r = b.carta_con("/prefettura/com", altrui).await;
    assert_eq!(r.stato, StatusCode::FORBIDDEN);
    banco::dovute(&r, "an operator's card at the Prefettura");
    assert_eq!(b.carta("/prefettura/com").await.stato, StatusCode::UNAUTHORIZED);
    // A ticket of the Prefettura is none of the web application's, is good once, and for this browser only.
    let (biglietto, tenuto) = biglietto_di_prefettura(sua.clone()).await;
    let altro = tenuto.replace("prefettura-carta", "sub-carta");
    let r = b.pagina(SUB, &format!("/com/entra?{biglietto}"), &altro).await;
    assert_eq!(r.stato, StatusCode::FORBIDDEN);
    let dove = format!("/prefettura/carta/entra?{biglietto}");
    assert_eq!(
        b.pagina(SUB, &dove, &tenuto).await.stato,
        StatusCode::FORBIDDEN,
        "tried is used"
    );
    let (biglietto, tenuto) = biglietto_di_prefettura(sua.clone()).await;
    let dove = format!("/prefettura/carta/entra?{biglietto}");
    let straniero = format!("__Host-anpr-prefettura-carta={}", "0".repeat(64));
    assert_eq!(
        b.pagina(SUB, &dove, &straniero).await.stato,
        StatusCode::FORBIDDEN
    );
    assert_eq!(b.pagina(SUB, &dove, &tenuto).await.stato, StatusCode::FORBIDDEN);
    // Revoked, its session is over.
    let (stato, _) = chiama(Method::DELETE, &format!("/api/carte/{id}"), &Value::Null).await;
    assert_eq!(stato, StatusCode::OK);
    assert_eq!(
        vedi(&io, "/prefettura/schede").await.stato,
        StatusCode::UNAUTHORIZED
    );
    let r = b.carta_con("/prefettura/com", sua).await;
    assert!(r.testo.contains("Carta revocata"), "{}", r.testo);
}
