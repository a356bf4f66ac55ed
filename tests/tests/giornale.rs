//! The journal explains: every usual mistake gets its own sentence, on the API, on the page and on the command line;
//! no secret is kept, nothing that came in becomes markup, restarts and kills leave it whole.

#![allow(
    clippy::many_single_char_names,
    reason = "a bench, a sender, a reply: each test is short enough for them"
)]

use std::{collections::BTreeSet, fs, path::Path, process::Command};

use anagrafe::IdPostazione;
use anpr_sim::cliente::Ricevuta;
use anpr_sim_tests::{Banco, attrezzo, pile::c_e};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use frontiera::{
    firma::{self, Chiavi, Messaggio},
    security::digest::Digest,
};
use jiff::{SignedDuration, Timestamp};
use serde_json::Value;

const TEST_CONN: &str = "/ANPRTestConn/TestConn";
const NS: &str = "http://sogei.it/ANPR/connessione";

fn pem(file: &str) -> Vec<u8> {
    let testo = fs::read_to_string(file).expect("a PEM file");
    let righe: String = testo.lines().filter(|r| !r.starts_with('-')).collect();
    STANDARD.decode(righe).expect("base64")
}

/// The keys and the identities of a ready Comune.
struct Mittente {
    chiavi: Chiavi,
    messaggio: Messaggio,
}

fn mittente(b: &Banco, corpo: &str) -> Mittente {
    let p = b.postazione("888001");
    let leggi = |nome: &str| pem(p[nome].as_str().expect("a path"));
    let (cert, chiave) = (leggi("certificato"), leggi("chiave"));
    let id = IdPostazione::parse(p["id"].as_str().expect("id")).expect("a postazione");
    let operatore = b.comune("888001")["operatori"][0]["nameId"]
        .as_str()
        .expect("nameId");
    Mittente {
        chiavi: Chiavi {
            comune_key_pkcs8: chiave.clone(),
            comune_cert_der: cert.clone(),
            postazione_key_pkcs8: chiave,
            postazione_cert_der: cert,
        },
        messaggio: Messaggio::nuovo(corpo.to_owned(), operatore, &id, Timestamp::now()),
    }
}

impl Mittente {
    fn componi(&self) -> String {
        firma::componi(&self.messaggio, &self.chiavi, None).expect("signed")
    }
}

fn corpo() -> String {
    format!(
        "<a:RichiestaConnessione xmlns:a=\"{NS}\"><testataRichiesta><idOperazioneComune>1</idOperazioneComune>\
         <codMittente>888001</codMittente><codDestinatario>ANPR05</codDestinatario>\
         <operazioneRichiesta>TEST</operazioneRichiesta><dataOraRichiesta>2021-03-01T08:00:00Z</dataOraRichiesta>\
         <tipoOperazione>C</tipoOperazione><tipoInvio>TEST</tipoInvio></testataRichiesta></a:RichiestaConnessione>"
    )
}

fn manda_con(b: &Banco, metodo: &str, percorso: &str, testate: &[(&str, &str)], corpo: &[u8]) -> Ricevuta {
    b.cliente
        .chiedi(
            metodo,
            &format!("{}{percorso}", b.ws("test")),
            testate,
            corpo.to_vec(),
        )
        .expect("a reply")
}

fn manda(b: &Banco, busta: &str) -> Ricevuta {
    let testate = [
        ("content-type", "text/xml; charset=utf-8"),
        ("soapaction", "\"\""),
    ];
    manda_con(b, "POST", TEST_CONN, &testate, busta.as_bytes())
}

fn scambio_di(b: &Banco, r: &Ricevuta) -> Value {
    let n = r
        .intestazione("x-anpr-sim-scambio")
        .expect("the number of the exchange");
    b.json("GET", &format!("/api/scambi/{n}"), "")
}

fn frase(v: &Value) -> &str {
    v["diagnosi"]["frase"].as_str().expect("frase")
}

/// The same message, the digest of the Body replaced by that of other octets: what a wrong signer would have written.
fn con_digest(busta: &str, giusto: &str, valore: &str) -> String {
    assert_eq!(busta.matches(giusto).count(), 1, "the digest of the Body");
    busta.replace(giusto, valore)
}

fn sha1(ottetti: &[u8]) -> Vec<u8> {
    Digest::Sha1.calcola(ottetti)
}

#[test]
fn ogni_modo_sbagliato_di_calcolare_il_digest_e_riconosciuto() {
    let b = Banco::nuovo();
    let m = mittente(&b, &corpo());
    let buona = m.componi();
    let s = scambio_di(&b, &manda(&b, &buona));
    assert_eq!(s["esito"], "OK", "{s}");
    assert_eq!(frase(&s), "La richiesta è stata accolta.");
    let body = s["perizia"]["riferimenti"]
        .as_array()
        .and_then(|r| r.iter().find(|r| r["elemento"] == "Envelope/Body"))
        .expect("the Body's reference")
        .clone();
    assert_eq!(body["uguali"], true);
    assert_eq!(body["dichiarato"], body["calcolato"]);
    let canonica = body["canonica"].as_str().expect("canonical octets").to_owned();
    let giusto = body["dichiarato"].as_str().expect("digest").to_owned();
    assert_eq!(giusto, STANDARD.encode(sha1(canonica.as_bytes())));

    let dal_digest = |ottetti: &[u8]| STANDARD.encode(sha1(ottetti));
    let wsu =
        "xmlns:wsu=\"http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-utility-1.0.xsd\"";
    let da = canonica.find(" wsu:Id=\"").expect("wsu:Id");
    let a = da + canonica[da + 9..].find('"').expect("its end") + 10;
    let senza_id = format!("{}{}", &canonica[..da], &canonica[a..]).replacen(&format!(" {wsu}"), "", 1);
    let esadecimali: String = sha1(canonica.as_bytes())
        .iter()
        .map(|x| format!("{x:02x}"))
        .collect();
    let contenuto = &canonica[canonica.find('>').expect("start tag") + 1..canonica.len() - "</s:Body>".len()];
    for (ipotesi, valore, attesa) in [
        (
            "senza-id",
            dal_digest(senza_id.as_bytes()),
            "Avete firmato il Body prima di aggiungere wsu:Id: prima l'identificatore, poi la firma",
        ),
        (
            "solo-contenuto",
            dal_digest(contenuto.as_bytes()),
            "Il digest è quello del solo contenuto del Body: va calcolato sull'elemento intero, etichetta compresa",
        ),
        (
            "bom",
            dal_digest(&[b"\xEF\xBB\xBF", canonica.as_bytes()].concat()),
            "Avete calcolato il digest con il BOM UTF-8 davanti: la forma canonica non lo ha",
        ),
        (
            "dichiarazione-xml",
            dal_digest(format!("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n{canonica}").as_bytes()),
            "Avete calcolato il digest con la dichiarazione <?xml …?> davanti: la forma canonica non la ha",
        ),
        (
            "scrittura-digest",
            esadecimali.clone(),
            "DigestValue contiene il digest in cifre esadecimali: va scritto in base64",
        ),
        (
            "scrittura-digest",
            STANDARD.encode(&esadecimali),
            "DigestValue è il base64 delle cifre esadecimali del digest: va codificato il digest binario",
        ),
        (
            "scrittura-digest",
            STANDARD.encode(&giusto),
            "DigestValue è in base64 due volte",
        ),
        (
            "scrittura-digest",
            STANDARD.encode(Digest::Sha256.calcola(canonica.as_bytes())),
            "DigestMethod dichiara un altro algoritmo, ma DigestValue è uno SHA-256",
        ),
    ] {
        let r = manda(&b, &con_digest(&buona, &giusto, &valore));
        assert!(
            r.testo().contains("Incorrect reference digest value"),
            "{}",
            r.testo()
        );
        let s = scambio_di(&b, &r);
        assert_eq!(s["fault"], "F5");
        assert_eq!(frase(&s), attesa, "{ipotesi}");
        let indagato = s["perizia"]["riferimenti"]
            .as_array()
            .and_then(|r| r.iter().find_map(|r| r.get("indagine")))
            .expect("an investigation");
        assert_eq!(indagato["ipotesi"], ipotesi, "{indagato}");
    }

    // Further declarations around the Body, which exclusive C14N does not see: the message stays good.
    let larga = buona.replacen(
        "<s:Envelope ",
        "<s:Envelope xmlns:b=\"urn:b\" xmlns:c=\"urn:c\" ",
        1,
    );
    let s = scambio_di(&b, &manda(&b, &larga));
    assert_eq!(s["esito"], "OK", "{s}");
    let spazi = |etichetta: &str| -> BTreeSet<String> {
        let righe = etichetta.split([' ', '>']).filter(|p| p.starts_with("xmlns:"));
        righe.map(str::to_owned).collect()
    };
    let etichetta = |testo: &str, inizio: &str| -> String {
        let da = testo.find(inizio).expect("a start tag");
        testo[da..=da + testo[da..].find('>').expect("its end")].to_owned()
    };
    let propri = spazi(&etichetta(&canonica, "<s:Body"));
    let con_spazi = |quali: &BTreeSet<String>| {
        let prima: Vec<&str> = propri.iter().map(String::as_str).collect();
        let dopo: Vec<&str> = quali.iter().map(String::as_str).collect();
        canonica.replacen(&prima.join(" "), &dopo.join(" "), 1)
    };
    // Inclusive: the envelope's come along, in the order of their prefixes. One prefix of a list: only that one.
    let tutti: BTreeSet<String> = propri
        .union(&spazi(&etichetta(&larga, "<s:Envelope")))
        .cloned()
        .collect();
    let uno: BTreeSet<String> = propri
        .iter()
        .cloned()
        .chain(["xmlns:c=\"urn:c\"".to_owned()])
        .collect();
    for (ottetti, ipotesi, attesa) in [
        (
            con_spazi(&tutti),
            "c14n-inclusivo",
            "Avete usato il C14N inclusivo, che si porta dietro i namespace della busta",
        ),
        (
            con_spazi(&uno),
            "altra-prefixlist",
            "Avete canonicalizzato con InclusiveNamespaces PrefixList «c», che il Transform non dichiara",
        ),
    ] {
        let s = scambio_di(
            &b,
            &manda(&b, &con_digest(&larga, &giusto, &dal_digest(ottetti.as_bytes()))),
        );
        assert!(frase(&s).starts_with(attesa), "{ipotesi}: {}", frase(&s));
        assert!(s["perizia"].to_string().contains(ipotesi));
    }

    let nessuna = con_digest(&buona, &giusto, &dal_digest(b"tutt'altro"));
    let s = scambio_di(&b, &manda(&b, &nessuna));
    assert!(frase(&s).starts_with("Nessuna delle "), "{}", frase(&s));
    let indagato = s["perizia"]["riferimenti"]
        .as_array()
        .and_then(|r| r.iter().find_map(|r| r.get("indagine")))
        .expect("an investigation");
    assert_eq!(
        indagato["blocchi"][0]["digest"],
        STANDARD.encode(sha1(&canonica.as_bytes()[..64])),
        "{indagato}"
    );
}

#[test]
fn cio_che_cambia_dopo_la_firma_e_mostrato_con_il_primo_byte_diverso() {
    let b = Banco::nuovo();
    let m = mittente(&b, &corpo());
    let reindentata = {
        let busta = m.componi();
        let da = busta.find("<a:RichiestaConnessione").expect("the body");
        let (testa, coda) = busta.split_at(da);
        format!("{testa}\n  {}", coda.replace("><", ">\n    <"))
    };
    let s = scambio_di(&b, &manda(&b, &reindentata));
    assert_eq!(
        frase(&s),
        "Il messaggio è stato reindentato dopo la firma: senza gli spazi fra gli elementi il digest torna. Firmate per \
         ultimo, e inviate i byte che avete firmato"
    );
    let riferito = s["perizia"]["riferimenti"]
        .as_array()
        .and_then(|r| r.iter().find(|r| r.get("indagine").is_some()))
        .expect("an investigation");
    let d = &riferito["indagine"]["differenza"];
    // Counted by hand: ours goes on with the line break put after the Body's start tag, theirs with its element.
    let canonica = riferito["canonica"].as_str().expect("canonica");
    let offset = canonica.find('>').expect("start tag") + 1;
    assert_eq!((&d["offset"], &d["riga"]), (&offset.into(), &1.into()), "{d}");
    assert!(
        d["nostro"].as_str().is_some_and(|t| t.starts_with("↵··<a:Rich")),
        "{d}"
    );
    assert!(
        d["altro"].as_str().is_some_and(|t| t.starts_with("<a:Rich")),
        "{d}"
    );
    let n = s["n"].as_u64().expect("n");
    let pagina = b.api("GET", &format!("/scambi/{n}"), Vec::new()).testo();
    assert!(
        pagina.contains("<mark>↵</mark>") && pagina.contains("<mark>&#60;</mark>"),
        "{pagina}"
    );
}

#[test]
fn ogni_difetto_di_send_ha_la_sua_frase_anche_sulla_riga_di_comando() {
    let b = Banco::nuovo();
    let dati = b.dati.to_str().expect("UTF-8");
    let attese = [
        (
            "corpo-modificato",
            "Dopo la firma sono stati aggiunti spazi o a capo dentro il Body, attorno al suo contenuto",
        ),
        ("senza-firma", "Manca la firma del messaggio"),
        ("senza-intestazione", "Manca l'intestazione wsse:Security"),
        (
            "senza-asserzione",
            "Manca l'asserzione SAML 2.0 con l'operatore e la postazione",
        ),
        ("senza-timestamp", "Manca wsu:Timestamp dentro wsse:Security"),
        (
            "timestamp-scaduto",
            "messaggio inviato tardi, riusato, o orologio indietro (Timestamp)",
        ),
        ("orologio-avanti", "Il vostro orologio è avanti di "),
        ("ora-locale", "sembra ora locale scritta come se fosse UTC (Z)"),
        ("solo-corpo", "Il Timestamp non è firmato"),
        ("solo-timestamp", "Il Body non è firmato"),
        (
            "idsede-diversa",
            "IdSede e le prime sei cifre di IdPostazione sono di due Comuni diversi",
        ),
        (
            "asserzione-alterata",
            "il contenuto dell'asserzione è cambiato davvero dopo la firma",
        ),
        ("asserzione-scaduta", "La validità è finita da 6 min "),
        ("sender-vouches", "La conferma del soggetto deve essere bearer"),
        (
            "operatore-sconosciuto",
            "L'operatore (NameID) non è censito in questo ambiente: controllate il codice fiscale",
        ),
        (
            "pkcs7-staccato",
            "Il PKCS#7 non contiene il testo firmato (firma «detached»): serve il contenuto incluso",
        ),
        ("xsd-errato", "Il corpo non rispetta lo schema: riga 1, colonna "),
        ("soap-id", "Il Body ha l'attributo Id nel namespace"),
        ("id-duplicato", "compare su due elementi"),
        (
            "doctype",
            "Il messaggio contiene una dichiarazione DOCTYPE, che non è ammessa",
        ),
        ("non-ben-formato", "XML non ben formato"),
    ];
    for (difetto, attesa) in attese {
        let argomenti = ["send", "--data", dati, "--difetto", difetto, "--ambiente", "test"];
        let r = anpr_sim_tests::esegui(&argomenti);
        assert_eq!(r.status.code(), Some(1), "{difetto}");
        let errori = String::from_utf8(r.stderr).expect("UTF-8");
        let causa = errori
            .lines()
            .find_map(|r| r.strip_prefix("causa: "))
            .unwrap_or_else(|| panic!("{difetto}: {errori}"));
        let ultimo = &b.json("GET", "/api/scambi?ordine=decrescente&limite=1", "")[0];
        let intero = b.json("GET", &format!("/api/scambi/{}", ultimo["n"]), "");
        assert_eq!(intero["esito"], "FAULT", "{difetto}");
        assert_eq!(frase(&intero).replace('\n', " "), causa, "{difetto}");
        assert!(
            intero["diagnosi"]["rimedio"]
                .as_str()
                .is_some_and(|r| r.len() > 20),
            "{difetto}: {intero}"
        );
        assert!(
            causa.to_lowercase().contains(&attesa.to_lowercase()),
            "{difetto}: «{causa}» invece di «{attesa}»"
        );
    }
}

#[test]
fn orologio_percorso_e_namespace_si_dicono_a_parole() {
    let b = Banco::nuovo();
    let mut m = mittente(&b, &corpo());
    m.messaggio.adesso = Timestamp::now()
        .checked_add(SignedDuration::from_millis(41_400))
        .expect("an instant");
    let s = scambio_di(&b, &manda(&b, &m.componi()));
    assert_eq!(frase(&s), "Il vostro orologio è avanti di 41 s (Timestamp)");

    let m = mittente(&b, &corpo());
    let testate = [("content-type", "text/xml")];
    let r = manda_con(
        &b,
        "POST",
        "/anprtestconn/testconn",
        &testate,
        m.componi().as_bytes(),
    );
    assert_eq!(r.stato, 500);
    assert_eq!(
        frase(&scambio_di(&b, &r)),
        "F3: percorso sconosciuto «/anprtestconn/testconn»: intendevate «/ANPRTestConn/TestConn»?"
    );

    let m = mittente(&b, &corpo().replace(NS, "http://sogei.it/ANPR/conessione"));
    assert_eq!(
        frase(&scambio_di(&b, &manda(&b, &m.componi()))),
        format!(
            "Il namespace di RichiestaConnessione è «http://sogei.it/ANPR/conessione»: intendevate «{NS}»?"
        )
    );

    let m = mittente(&b, &corpo().replace("tipoInvio>", "tipoInvo>"));
    let s = scambio_di(&b, &manda(&b, &m.componi()));
    let v = &s["perizia"]["violazioni"][0];
    assert!(
        v["testo"].as_str().is_some_and(|t| t.contains("tipoInvio")),
        "the name that was meant: {v}"
    );
    let inviata = s["richiesta"]["corpo"].as_str().expect("the request");
    let riga = inviata
        .lines()
        .nth(v["riga"].as_u64().expect("line") as usize - 1)
        .expect("such a line");
    let da = v["colonna"].as_u64().expect("column") as usize - 1;
    let qui: String = riga.chars().skip(da).take(10).collect();
    assert_eq!(qui, "<tipoInvo>", "line and column are the sender's");
}

#[test]
fn anche_i_rifiuti_http_hanno_un_numero() {
    let b = Banco::nuovo();
    for (metodo, testate, stato, attesa) in [
        (
            "GET",
            &[][..],
            405,
            "HTTP 405: GET /ANPRTestConn/TestConn non è una richiesta di servizio",
        ),
        ("PUT", &[], 405, "HTTP 405: PUT"),
        (
            "POST",
            &[("content-encoding", "br")],
            415,
            "Content-Encoding ammessi",
        ),
        ("POST", &[("content-encoding", "gzip")], 400, "gzip"),
    ] {
        let r = manda_con(&b, metodo, TEST_CONN, testate, b"non gzip");
        assert_eq!(r.stato, stato, "{metodo} {testate:?}");
        let s = scambio_di(&b, &r);
        assert_eq!(
            (&s["esito"], &s["http"], &s["metodo"]),
            (&"RIFIUTATO".into(), &stato.into(), &metodo.into())
        );
        assert!(frase(&s).contains(attesa), "{}", frase(&s));
    }
    // A SOAP request on a path that is nobody's is answered as the gateway would, not by a page.
    let r = manda_con(&b, "POST", "/altro", &[("content-type", "text/xml")], b"<a/>");
    assert!(
        r.testo().contains("<faultstring>Internal Error</faultstring>"),
        "{}",
        r.testo()
    );
    assert_eq!(scambio_di(&b, &r)["fault"], "F3");
}

/// Every file of the journal's folder.
fn su_disco(dati: &Path) -> Vec<u8> {
    fs::read_dir(dati.join("giornale"))
        .expect("the journal's folder")
        .flat_map(|v| fs::read(v.expect("an entry").path()).expect("a file"))
        .collect()
}

#[test]
fn nessun_segreto_resta_e_nulla_di_ricevuto_diventa_markup() {
    let b = Banco::nuovo();
    let mut m = mittente(&b, &corpo());
    let assalto = "<script>alert('x')</script>";
    m.messaggio.name_id = assalto.to_owned();
    let busta = m.componi().replacen(
        "<s:Header>",
        "<s:Header><w:UsernameToken xmlns:w=\"urn:x\"><w:Password>SegretaUno</w:Password></w:UsernameToken>\
         <k>-----BEGIN PRIVATE KEY-----SegretaDue-----END PRIVATE KEY-----</k>",
        1,
    );
    let testate = [
        ("content-type", "text/xml"),
        ("authorization", "Basic SegretaTre"),
        ("cookie", "sessione=SegretaQuattro"),
        ("user-agent", assalto),
    ];
    let percorso = format!("{TEST_CONN}?x=%3Cscript%3Ealert('x')%3C/script%3E");
    let r = manda_con(&b, "POST", &percorso, &testate, busta.as_bytes());
    let n = r.intestazione("x-anpr-sim-scambio").expect("n").to_owned();
    let api = b.api("GET", &format!("/api/scambi/{n}"), Vec::new()).testo();
    assert!(api.contains("alert('x')"), "the request is there: {api}");
    let mut visti = vec![api];
    for p in [
        format!("/scambi/{n}"),
        "/scambi".to_owned(),
        format!("/api/scambi/{n}/har"),
        "/api/scambi.har".to_owned(),
        "/api/scambi".to_owned(),
        format!("/scambi/{n}/richiesta"),
    ] {
        let r = b.api("GET", &p, Vec::new());
        assert_eq!(r.stato, 200, "{p}");
        let testo = r.testo();
        if p.starts_with("/scambi") && !p.ends_with("richiesta") {
            assert!(!testo.contains("<script>alert"), "{p}: {testo}");
            assert!(testo.contains("alert(&#39;x&#39;)"), "{p}: escaped, not left out");
        }
        visti.push(testo);
    }
    visti.push(String::from_utf8_lossy(&su_disco(&b.dati)).into_owned());
    for segreto in ["SegretaUno", "SegretaDue", "SegretaTre", "SegretaQuattro"] {
        for v in &visti {
            assert!(!v.contains(segreto), "{segreto}: {v}");
        }
    }
    // Nor the keys and passwords of the simulator's own.
    let chiave = fs::read_to_string(b.postazione("888001")["chiave"].as_str().expect("key")).expect("PEM");
    let parola = b.comune("888001")["operatori"][0]["password"]
        .as_str()
        .expect("password");
    for v in &visti {
        assert!(!v.contains(parola) && !v.contains(chiave.lines().nth(1).expect("a line")));
    }
}

#[test]
fn l_anello_gira_e_il_riavvio_conserva() {
    let cartella = tempfile::tempdir().expect("a folder");
    let dati = cartella.path().join("dati");
    let opzioni = ["--giornale-voci", "16"];
    let mut b = Banco::in_cartella(&dati, &opzioni).expect("it starts");
    let n_di = |r: &Ricevuta| -> u64 {
        r.intestazione("x-anpr-sim-scambio")
            .and_then(|n| n.parse().ok())
            .expect("n")
    };
    for n in 1..=40_u64 {
        assert_eq!(n_di(&manda(&b, "<a/>")), n);
        assert_eq!(b.json("GET", &format!("/api/scambi/{n}"), "")["n"], n, "at once");
    }
    let elenco = |b: &Banco| -> Vec<u64> {
        let tutti = b.json("GET", "/api/scambi", "");
        let tutti = tutti.as_array().expect("a list");
        tutti.iter().map(|s| s["n"].as_u64().expect("n")).collect()
    };
    let restano = elenco(&b);
    assert_eq!(restano.last(), Some(&40));
    assert!((14..=16).contains(&restano.len()), "{restano:?}");
    assert_eq!(b.api("GET", "/api/scambi/1", Vec::new()).stato, 404);
    assert_eq!(b.chiudi(), Some(0));

    let mut b = Banco::in_cartella(&dati, &opzioni).expect("it starts again");
    assert_eq!(elenco(&b), restano);
    assert_eq!(n_di(&manda(&b, "<a/>")), 41);
    assert_eq!(b.json("GET", "/api/scambi/41", "")["fault"], "F3");
    b.uccidi();

    let b = Banco::in_cartella(&dati, &opzioni).expect("it starts after a kill");
    assert_eq!(elenco(&b).last(), Some(&41), "what was read was on disk");
    assert!(n_di(&manda(&b, "<a/>")) > 41, "no number is given twice");
    b.json("POST", "/api/reset", "{}");
    assert_eq!(elenco(&b), Vec::<u64>::new());
    assert_eq!(n_di(&manda(&b, "<a/>")), 1);
}

#[test]
fn filtri_e_pagine_dell_api() {
    let b = Banco::nuovo();
    let m = mittente(&b, &corpo());
    manda(&b, &m.componi());
    manda(&b, "<a/>");
    manda_con(&b, "GET", TEST_CONN, &[], b"");
    let numeri = |q: &str| -> Vec<u64> {
        let v = b.json("GET", &format!("/api/scambi?{q}"), "");
        let v = v.as_array().expect("a list");
        v.iter().map(|s| s["n"].as_u64().expect("n")).collect()
    };
    for (q, attesi) in [
        ("", &[1, 2, 3][..]),
        ("esito=OK", &[1]),
        ("esito=RIFIUTATO", &[3]),
        ("fault=f3", &[2]),
        ("comune=888001", &[1]),
        ("comune=888002", &[]),
        ("operazione=TEST&ordine=decrescente", &[3, 2, 1]),
        ("dopo=1", &[2, 3]),
        ("dopo=3&ordine=decrescente&limite=1", &[2]),
        ("testo=888001-co-0000", &[1]),
        ("percorso=/ANPRS001", &[]),
    ] {
        assert_eq!(numeri(q), attesi, "{q}");
    }
    for q in ["esito=NO", "ordine=caso", "comune=1", "dopo=x"] {
        assert_eq!(
            b.api("GET", &format!("/api/scambi?{q}"), Vec::new()).stato,
            400,
            "{q}"
        );
    }
    let pagina = b
        .api("GET", "/scambi?testo=888001-CO-0000&esito=OK&segui=1", Vec::new())
        .testo();
    assert!(pagina.contains("href=\"/scambi/1\"") && !pagina.contains("href=\"/scambi/2\""));
    assert!(pagina.contains("data-attesa"), "it says that it renews itself");
}

/// HAR 1.2: what the format demands of every entry, names and types, nothing more and nothing less.
fn e_har(har: &Value) -> usize {
    let oggetto = |v: &Value, obbligati: &[&str], liberi: &[&str]| {
        let o = v.as_object().unwrap_or_else(|| panic!("an object: {v}"));
        for c in obbligati {
            assert!(o.contains_key(*c), "{c} missing in {v}");
        }
        for c in o.keys() {
            assert!(
                obbligati.contains(&c.as_str()) || liberi.contains(&c.as_str()),
                "{c} is no field of HAR: {v}"
            );
        }
    };
    let testi = |v: &Value, campi: &[&str]| campi.iter().for_each(|c| assert!(v[c].is_string(), "{c}: {v}"));
    let numeri = |v: &Value, campi: &[&str]| campi.iter().for_each(|c| assert!(v[c].is_number(), "{c}: {v}"));
    let coppie = |v: &Value| {
        for x in v.as_array().expect("a list") {
            oggetto(x, &["name", "value"], &["comment"]);
            testi(x, &["name", "value"]);
        }
    };
    oggetto(har, &["log"], &[]);
    let log = &har["log"];
    oggetto(
        log,
        &["version", "creator", "entries"],
        &["comment", "browser", "pages"],
    );
    assert_eq!(log["version"], "1.2");
    oggetto(&log["creator"], &["name", "version"], &["comment"]);
    let voci = log["entries"].as_array().expect("entries");
    for v in voci {
        oggetto(
            v,
            &[
                "startedDateTime",
                "time",
                "request",
                "response",
                "cache",
                "timings",
            ],
            &["comment", "pageref", "serverIPAddress", "connection"],
        );
        v["startedDateTime"]
            .as_str()
            .expect("a text")
            .parse::<Timestamp>()
            .expect("an instant of ISO 8601");
        numeri(v, &["time"]);
        let comuni = ["httpVersion", "cookies", "headers", "headersSize", "bodySize"];
        let (r, s) = (&v["request"], &v["response"]);
        oggetto(
            r,
            &[&["method", "url", "queryString"][..], &comuni].concat(),
            &["postData", "comment"],
        );
        oggetto(
            s,
            &[&["status", "statusText", "content", "redirectURL"][..], &comuni].concat(),
            &["comment"],
        );
        testi(r, &["method", "url", "httpVersion"]);
        assert!(
            r["url"]
                .as_str()
                .is_some_and(|u| u.starts_with("https://localhost:")),
            "{r}"
        );
        testi(s, &["statusText", "httpVersion", "redirectURL"]);
        numeri(s, &["status", "headersSize", "bodySize"]);
        for x in [r, s] {
            coppie(&x["headers"]);
            assert_eq!(x["cookies"], Value::Array(Vec::new()));
        }
        coppie(&r["queryString"]);
        if let Some(p) = r.get("postData") {
            oggetto(p, &["mimeType"], &["params", "text", "comment"]);
            testi(p, &["mimeType", "text"]);
        }
        oggetto(
            &s["content"],
            &["size", "mimeType"],
            &["text", "encoding", "compression", "comment"],
        );
        numeri(&s["content"], &["size"]);
        oggetto(
            &v["timings"],
            &["send", "wait", "receive"],
            &["blocked", "dns", "connect", "ssl", "comment"],
        );
        numeri(&v["timings"], &["send", "wait", "receive"]);
    }
    voci.len()
}

/// What the schema of the format, as others publish it, has against a HAR; none when it is not at hand.
fn giudice_har(har: &Value) -> Option<String> {
    let cartella = Path::new(env!("CARGO_MANIFEST_DIR")).join("interop/node");
    let presente = attrezzo("node") && c_e(&cartella.join("node_modules/har-validator"), "har-validator");
    let file = tempfile::NamedTempFile::new().expect("a file");
    fs::write(file.path(), har.to_string()).expect("written");
    presente.then(|| {
        let o = Command::new("node")
            .arg(cartella.join("har.mjs"))
            .arg(file.path())
            .output()
            .expect("node starts");
        let detto = String::from_utf8_lossy(&o.stderr).into_owned();
        assert_eq!(o.status.success(), detto.is_empty(), "{detto}");
        detto
    })
}

#[test]
fn gli_scambi_si_scaricano_in_har() {
    let b = Banco::nuovo();
    let m = mittente(&b, &corpo());
    let busta = m.componi();
    manda(&b, &busta);
    manda_con(&b, "POST", &format!("{TEST_CONN}?a=1&b"), &[], b"\xff\xfe\xfd");
    manda_con(&b, "DELETE", TEST_CONN, &[], b"");
    let r = b.api("GET", "/api/scambi/1/har", Vec::new());
    assert!(
        r.intestazione("content-disposition")
            .is_some_and(|d| d.contains("scambio-1.har"))
    );
    let har = r.json().expect("JSON");
    assert_eq!(e_har(&har), 1);
    let voce = &har["log"]["entries"][0];
    assert_eq!(
        voce["request"]["postData"]["text"],
        busta.as_str(),
        "the bytes as sent"
    );
    assert_eq!(voce["response"]["status"], 200);
    assert!(
        voce["response"]["content"]["text"]
            .as_str()
            .is_some_and(|t| t.contains("RispostaConnessione"))
    );
    let tutti = b.json("GET", "/api/scambi.har?dopo=1", "");
    assert_eq!(e_har(&tutti), 2);
    assert_eq!(
        tutti["log"]["entries"][0]["request"]["queryString"],
        serde_json::json!([{"name": "a", "value": "1"}, {"name": "b", "value": ""}])
    );
    for buono in [&har, &tutti] {
        assert!(giudice_har(buono).is_none_or(|d| d.is_empty()));
    }
    // The judge does judge.
    let mut cattivo = tutti;
    cattivo["log"]["entries"][0]["request"]["headersSize"] = "-1".into();
    assert!(
        giudice_har(&cattivo).is_none_or(|d| d.contains("headersSize") && d.contains("should be integer"))
    );
}

#[test]
fn lo_stack_del_mittente_riceve_il_suo_consiglio() {
    let b = Banco::nuovo();
    let m = mittente(&b, &corpo());
    let reindentata = m.componi().replace("<testataRichiesta>", "\n<testataRichiesta>");
    for (agente, stack, inizio) in [
        ("Apache-CXF/4.0.2", "Java, Apache CXF o WSS4J", "In CXF"),
        ("PHP-SOAP/8.2", "PHP, ext-soap", "In PHP"),
        (
            "Zeep/4.2.1 (www.python-zeep.org)",
            "Python, zeep o requests",
            "Con lxml",
        ),
        ("node-soap/1.0.0", "Node, soap", "In node-soap"),
        ("gSOAP/2.8", "gSOAP", "In gSOAP"),
        ("Embarcadero URI Client/1.0", "Delphi", "In Delphi"),
        ("MS Web Services Client Protocol 4.0", ".NET, WCF", "In WCF"),
    ] {
        let testate = [("content-type", "text/xml"), ("user-agent", agente)];
        let r = manda_con(&b, "POST", TEST_CONN, &testate, reindentata.as_bytes());
        let s = scambio_di(&b, &r);
        assert_eq!(s["diagnosi"]["stack"], stack, "{agente}");
        assert!(
            s["diagnosi"]["consiglio"]
                .as_str()
                .is_some_and(|c| c.starts_with(inizio)),
            "{agente}: {}",
            s["diagnosi"]
        );
    }
}
