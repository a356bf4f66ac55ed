//! Signature wrapping: what was signed stays in the message, what would be processed is something else. Each way is
//! refused, with the fault of the step that sees it.

use frontiera::firma::{catalogo, componi};
use frontiera::{Politica, TipoFault::*};

use crate::scena::*;

/// What is put around a part that moves.
type Involucro = fn(&str) -> String;

fn buona() -> String {
    componi(&messaggio(), &chiavi_solite(), None).expect("composes")
}

/// From one text to another, both included.
fn tra<'b>(b: &'b str, inizio: &str, fine: &str) -> &'b str {
    let da = b.find(inizio).expect("the beginning is there");
    let a = da + b[da..].find(fine).expect("the end is there") + fine.len();
    &b[da..a]
}

fn body(b: &str) -> &str {
    tra(b, "<s:Body ", "</s:Body>")
}

/// A body that asks for something else, with the attributes given.
fn altro_body(attributi: &str) -> String {
    format!("<s:Body{attributi}>{}</s:Body>", corpo().replace(">1<", ">2<"))
}

fn asserzione(b: &str) -> &str {
    tra(b, "<saml2:Assertion", "</saml2:Assertion>")
}

/// The message with the signed part put `dentro` something, and another in its place.
fn spostato(
    b: &str,
    firmato: &str,
    al_suo_posto: &str,
    prima_di: &str,
    dentro: impl Fn(&str) -> String,
) -> String {
    let senza = b.replacen(firmato, al_suo_posto, 1);
    assert!(senza.contains(prima_di), "{prima_di}");
    senza.replacen(prima_di, &format!("{}{prima_di}", dentro(firmato)), 1)
}

#[test]
fn il_body_firmato_altrove_e_un_altro_al_suo_posto() {
    let b = buona();
    let wsu =
        "xmlns:wsu=\"http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-utility-1.0.xsd\"";
    let altrove: [(&str, &str, Involucro); 4] = [
        ("nell'intestazione", "</s:Header>", ToOwned::to_owned),
        ("in un involucro dell'intestazione", "</s:Header>", |f| {
            format!("<x:w xmlns:x=\"urn:x\">{f}</x:w>")
        }),
        ("in Security", "</wsse:Security>", ToOwned::to_owned),
        (
            "in un ds:Object della firma",
            "</ds:Signature></wsse:Security>",
            |f| format!("<ds:Object>{f}</ds:Object>"),
        ),
    ];
    for (dove, prima_di, dentro) in altrove {
        for (finto, fault, passo) in [
            (altro_body(""), F7, "copertura"),
            (altro_body(&format!(" wsu:Id=\"altro\" {wsu}")), F7, "copertura"),
            (
                altro_body(&format!(" wsu:Id=\"BODY-anpr-sim-1\" {wsu}")),
                F2,
                "riferimenti",
            ),
        ] {
            eprintln!("{dove}: {finto}");
            cade(
                &esamina(&spostato(&b, body(&b), &finto, prima_di, dentro)),
                fault,
                passo,
            );
        }
    }
    // The signed one inside the false one: the schema sees two things in the Body.
    let dentro = altro_body("").replace("</s:Body>", &format!("{}</s:Body>", body(&b)));
    cade(&esamina(&b.replacen(body(&b), &dentro, 1)), F2, "schema");
    // The signed Body after the Envelope's end, or before the Header.
    cade(
        &esamina(&b.replacen("<s:Header>", &format!("{}<s:Header>", body(&b)), 1)),
        F3,
        "busta",
    );
}

#[test]
fn due_body_in_ogni_ordine_e_namespace() {
    let b = buona();
    let in_12 = "<v:Body xmlns:v=\"http://www.w3.org/2003/05/soap-envelope\"/>";
    for altro in [
        altro_body("").as_str(),
        in_12,
        "<Body/>",
        "<x:Body xmlns:x=\"urn:x\"/>",
    ] {
        cade(
            &esamina(&b.replacen("</s:Envelope>", &format!("{altro}</s:Envelope>"), 1)),
            F3,
            "busta",
        );
        cade(
            &esamina(&b.replacen("<s:Body ", &format!("{altro}<s:Body "), 1)),
            F3,
            "busta",
        );
    }
    // The only Body in the other version's namespace.
    let firmato = body(&b);
    let altra = firmato
        .replace("s:Body", "v:Body")
        .replacen("<v:Body", &in_12[..in_12.len() - 2], 1);
    cade(&esamina(&b.replacen(firmato, &altra, 1)), F3, "busta");
    // Two headers; the security one inside the Body.
    cade(
        &esamina(&b.replacen("<s:Header>", "<s:Header/><s:Header>", 1)),
        F3,
        "busta",
    );
    let security = tra(&b, "<wsse:Security", "</wsse:Security>");
    let dentro = b
        .replacen(security, "", 1)
        .replacen("</s:Body>", &format!("{security}</s:Body>"), 1);
    cade(&esamina(&dentro), F2, "schema");
}

#[test]
fn due_di_ogni_parte_della_cornice() {
    for nome in [
        "intestazione-doppia",
        "timestamp-doppio",
        "asserzione-doppia",
        "firma-doppia",
    ] {
        eprintln!("{nome}");
        cade(&prova(&messaggio(), Some(nome)), F1, "intestazione");
    }
    // The second of them empty, or before the true one.
    let b = buona();
    for (prima_di, altro) in [
        ("<wsu:Timestamp", "<wsu:Timestamp/>"),
        ("</wsse:Security>", "<wsu:Timestamp/>"),
        (
            "<saml2:Assertion",
            "<x:Assertion xmlns:x=\"urn:oasis:names:tc:SAML:2.0:assertion\"/>",
        ),
        (
            "</wsse:Security>",
            "<ds:Signature xmlns:ds=\"http://www.w3.org/2000/09/xmldsig#\"/>",
        ),
    ] {
        cade(
            &esamina(&b.replacen(prima_di, &format!("{altro}{prima_di}"), 1)),
            F1,
            "intestazione",
        );
    }
}

/// The Timestamp as it must be written where Security's prefixes do not reach.
fn fuori_di_security(timestamp: &str) -> String {
    let con = "<wsu:Timestamp xmlns:wsu=\"http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-utility-1.0.xsd\" ";
    timestamp.replacen("<wsu:Timestamp ", con, 1)
}

#[test]
fn il_timestamp_firmato_avvolto_e_uno_fresco_al_suo_posto() {
    // Signed long ago; the caller would like to use it again.
    let vecchio = componi(
        &messaggio(),
        &chiavi_solite(),
        catalogo::difetto("timestamp-scaduto"),
    )
    .unwrap();
    let firmato = tra(&vecchio, "<wsu:Timestamp", "</wsu:Timestamp>").to_owned();
    let fresco = tra(&buona(), "<wsu:Timestamp", "</wsu:Timestamp>").to_owned();
    let altrove: [(&str, Involucro); 3] = [
        ("</wsse:Security>", |f| {
            format!("<x:w xmlns:x=\"urn:x\">{f}</x:w>")
        }),
        ("</s:Header>", fuori_di_security),
        ("</ds:Signature></wsse:Security>", |f| {
            format!("<ds:Object>{f}</ds:Object>")
        }),
    ];
    for (prima_di, dentro) in altrove {
        let senza_id = fresco.replace(" wsu:Id=\"TS-anpr-sim-1\"", "");
        cade(
            &esamina(&spostato(&vecchio, &firmato, &senza_id, prima_di, dentro)),
            F7,
            "copertura",
        );
        cade(
            &esamina(&spostato(&vecchio, &firmato, &fresco, prima_di, dentro)),
            F2,
            "riferimenti",
        );
    }
    // Without any in its place there is none.
    let spostato = spostato(&vecchio, &firmato, "", "</s:Header>", fuori_di_security);
    cade(&esamina(&spostato), F7, "copertura");
}

#[test]
fn un_timestamp_che_solo_una_regola_per_nomi_locali_vedrebbe() {
    // The gateway's coverage rule goes by local names (spec security §4.8): what it would find must be signed too.
    let b = buona();
    for altra in [
        "<x:Security xmlns:x=\"urn:x\"><x:Timestamp/></x:Security>",
        "<x:Security xmlns:x=\"urn:x\"><wsu:Timestamp \
         xmlns:wsu=\"http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-utility-1.0.xsd\"/></x:Security>",
    ] {
        cade(
            &esamina(&b.replacen("</s:Header>", &format!("{altra}</s:Header>"), 1)),
            F7,
            "copertura",
        );
        cade(
            &esamina(&b.replacen("<s:Header>", &format!("<s:Header>{altra}"), 1)),
            F7,
            "copertura",
        );
    }
    let nella_stessa = b.replacen(
        "</wsse:Security>",
        "<x:Timestamp xmlns:x=\"urn:x\"/></wsse:Security>",
        1,
    );
    cade(&esamina(&nella_stessa), F7, "copertura");
    // A header of that name without a Timestamp is nobody's business.
    passa(&esamina(&b.replacen(
        "</s:Header>",
        "<x:Security xmlns:x=\"urn:x\"/></s:Header>",
        1,
    )));
}

#[test]
fn l_asserzione_firmata_avvolta_e_una_falsa_al_suo_posto() {
    let b = buona();
    let vera = asserzione(&b);
    let firma = tra(vera, "<ds:Signature", "</ds:Signature>");
    let falsa = |id: &str, firma: &str, prima_di: &str, cosa: &str| {
        let senza = vera.replacen(tra(vera, "<ds:Signature", "</ds:Signature>"), firma, 1);
        let x = senza
            .replace(OPERATORE, BLOCCATO)
            .replacen("ID=\"_anpr-sim-1\"", &format!("ID=\"{id}\""), 1);
        assert!(x.contains(prima_di), "{prima_di}");
        x.replacen(prima_di, &format!("{cosa}{prima_di}"), 1)
    };
    let avvolta = |dove: &str| format!("<saml2:{dove}>{vera}</saml2:{dove}>");
    let con_oggetto = firma.replace(
        "</ds:Signature>",
        &format!("<ds:Object>{vera}</ds:Object></ds:Signature>"),
    );
    let estensione = format!("<x:Extensions xmlns:x=\"urn:x\">{vera}</x:Extensions>");
    for (nome, busta, fault, passo) in [
        // The false one carries the true one and its signature.
        (
            "Advice",
            falsa("_falsa", firma, "<saml2:Issuer>", &avvolta("Advice")),
            F1,
            "firma-asserzione",
        ),
        (
            "Extensions",
            falsa("_falsa", firma, "<saml2:Issuer>", &estensione),
            F1,
            "firma-asserzione",
        ),
        (
            "ds:Object",
            falsa("_falsa", &con_oggetto, "<saml2:Issuer>", ""),
            F1,
            "firma-asserzione",
        ),
        // The same id on both.
        (
            "stesso ID",
            falsa("_anpr-sim-1", firma, "<saml2:Issuer>", &avvolta("Advice")),
            F2,
            "riferimenti",
        ),
        // The false one unsigned, the true one inside.
        (
            "senza firma",
            falsa("_falsa", "", "<saml2:Issuer>", &avvolta("Advice")),
            F1,
            "firma-asserzione",
        ),
        // Side by side: the true one moved out of Security.
        (
            "accanto",
            falsa("_falsa", firma, "<saml2:Issuer>", ""),
            F1,
            "firma-asserzione",
        ),
    ] {
        eprintln!("{nome}");
        let mut x = b.replacen(vera, &busta, 1);
        if nome == "accanto" {
            x = x.replacen(
                "</s:Header>",
                &format!("<x:w xmlns:x=\"urn:x\">{vera}</x:w></s:Header>"),
                1,
            );
        }
        cade(&esamina(&x), fault, passo);
    }
    // The true one inside an element of Security, none beside it.
    let nascosta = b.replacen(vera, &format!("<x:w xmlns:x=\"urn:x\">{vera}</x:w>"), 1);
    cade(&esamina(&nascosta), F1, "asserzione");
    // The enveloped signature a level too deep, or a second one inside.
    let in_fondo =
        vera.replacen(firma, "", 1)
            .replacen("</saml2:Subject>", &format!("{firma}</saml2:Subject>"), 1);
    cade(&esamina(&b.replacen(vera, &in_fondo, 1)), F1, "firma-asserzione");
    let due = vera.replacen(firma, &firma.repeat(2), 1);
    cade(&esamina(&b.replacen(vera, &due, 1)), F1, "firma-asserzione");
}

#[test]
fn identificatori_contesi() {
    let b = buona();
    let wsu =
        "xmlns:w=\"http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-utility-1.0.xsd\"";
    for id in [
        "BODY-anpr-sim-1",
        "TS-anpr-sim-1",
        "_anpr-sim-1",
        "X509-anpr-sim-1",
    ] {
        let gemello = format!("<x:w xmlns:x=\"urn:x\" {wsu} w:Id=\"{id}\"/>");
        for prima_di in ["<wsse:Security", "</s:Header>", "</wsse:Security>"] {
            let x = b.replacen(prima_di, &format!("{gemello}{prima_di}"), 1);
            cade(&esamina(&x), F2, "riferimenti");
        }
        // In any attribute that some reader might take for an identifier, signed or not.
        for attributo in ["id", "Id", "ID", "xml:id", "x:Id"] {
            let altrove = format!("<x:w xmlns:x=\"urn:x\" {attributo}=\"{id}\"/></s:Header>");
            let e = esamina(&b.replacen("</s:Header>", &altrove, 1));
            cade(&e, F2, "riferimenti");
        }
        // Attributes of other names hold what they like.
        let altrove = format!("<x:w xmlns:x=\"urn:x\" idRef=\"{id}\" x:nome=\"{id}\"/></s:Header>");
        passa(&esamina(&b.replacen("</s:Header>", &altrove, 1)));
    }
    // Two identifiers on unsigned headers clash too; one element may say its own twice.
    let due = "<x:a xmlns:x=\"urn:x\" id=\"1\"/><x:b xmlns:x=\"urn:x\" id=\"1\"/></s:Header>";
    cade(&esamina(&b.replacen("</s:Header>", due, 1)), F2, "riferimenti");
    let uno = "<x:a xmlns:x=\"urn:x\" id=\"1\" Id=\"1\" xml:id=\"1\"/></s:Header>";
    passa(&esamina(&b.replacen("</s:Header>", uno, 1)));
    // A signature's own parts may carry an Id: a reference of another message cannot be satisfied by it.
    let x = b.replacen("<ds:KeyInfo>", "<ds:KeyInfo Id=\"TS-anpr-sim-1\">", 1);
    cade(&esamina(&x), F2, "riferimenti");
}

#[test]
fn la_busta_lasca_non_apre_agli_involucri() {
    // With lax identifiers more attributes count: more clashes, never fewer checks.
    let lasca = frontiera_con(Politica {
        id_wsu_stretto: false,
        ..Politica::default()
    });
    let b = buona();
    let x = spostato(&b, body(&b), &altro_body(""), "</s:Header>", ToOwned::to_owned);
    cade(&esamina_con(&x, &lasca, &Registro::default()), F7, "copertura");
    let x = spostato(
        &b,
        body(&b),
        &altro_body(" Id=\"BODY-anpr-sim-1\""),
        "</s:Header>",
        ToOwned::to_owned,
    );
    cade(&esamina_con(&x, &lasca, &Registro::default()), F2, "riferimenti");
    passa(&esamina_con(&b, &lasca, &Registro::default()));
}
