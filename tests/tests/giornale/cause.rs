//! What the journal says of a message that went wrong.

use std::collections::BTreeSet;

use anpr_sim::cliente::Ricevuta;
use anpr_sim_tests::Banco;
use base64::{Engine as _, engine::general_purpose::STANDARD};
use frontiera::security::digest::Digest;
use jiff::{SignedDuration, Timestamp};
use serde_json::Value;

use super::{NS, TEST_CONN, corpo, manda, manda_con, mittente};

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
