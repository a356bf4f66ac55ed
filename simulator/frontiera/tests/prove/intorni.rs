//! Cases near those of spec security §10: the list leaves numbers out, and what they ask may be of this kind.

use frontiera::TipoFault::*;
use frontiera::firma::{catalogo, cms, componi};
use jiff::SignedDuration;

use crate::scena::*;

/// A message changed before it is signed: the template of a good one, edited and signed again.
fn rifirmata(m: &frontiera::firma::Messaggio, cambia: impl Fn(&str) -> String) -> frontiera::Esame {
    let busta = componi(m, &chiavi_solite(), None).unwrap();
    let modello = cambia(&crate::trucchi::svuota(&busta, true));
    esamina(&frontiera::firma::firma_modello(&modello, &chiavi_solite()).unwrap())
}

#[test]
fn intorno_al_caso_05_ogni_ordine_delle_quattro_parti() {
    let busta = componi(&messaggio(), &chiavi_solite(), None).unwrap();
    let pezzo = |inizio: &str, fine: &str| {
        let da = busta.find(inizio).unwrap();
        busta[da..da + busta[da..].find(fine).unwrap() + fine.len()].to_owned()
    };
    let firma =
        busta[busta.rfind("<ds:Signature ").unwrap()..busta.find("</wsse:Security>").unwrap()].to_owned();
    let parti = [
        pezzo("<wsu:Timestamp", "</wsu:Timestamp>"),
        pezzo("<saml2:Assertion", "</saml2:Assertion>"),
        pezzo("<wsse:BinarySecurityToken", "</wsse:BinarySecurityToken>"),
        firma,
    ];
    let insieme = parti.concat();
    assert!(busta.contains(&insieme));
    for a in 0..4 {
        for b in (0..4).filter(|b| *b != a) {
            for c in (0..4).filter(|c| ![a, b].contains(c)) {
                let d = 6 - a - b - c;
                let altro = [a, b, c, d].map(|i| parti[i].as_str()).concat();
                passa(&esamina(&busta.replacen(&insieme, &altro, 1)));
            }
        }
    }
}

#[test]
fn intorno_al_caso_07_forme_degli_istanti() {
    for (decimali_ts, decimali_asserzione) in [(0, 0), (1, 1), (3, 7), (6, 6), (9, 9)] {
        let mut m = messaggio();
        (m.varianti.decimali_timestamp, m.varianti.decimali_asserzione) = (decimali_ts, decimali_asserzione);
        passa(&prova(&m, None));
    }
    for (da, a) in [
        ("Z<", "+00:00<"),
        ("Z<", "<"),
        ("Z<", "z<"),
        ("T08", " 08"),
        ("2031-", "31-"),
    ] {
        let e = rifirmata(&messaggio(), |x| {
            let dove = x.find("<wsu:Created>").unwrap();
            format!("{}{}", &x[..dove], x[dove..].replacen(da, a, 1))
        });
        cade(&e, F1, "timestamp");
    }
    for (attributo, passo) in [("IssueInstant", "asserzione"), ("AuthnInstant", "asserzione")] {
        let e = rifirmata(&messaggio(), |x| {
            let dove = x.find(attributo).unwrap();
            format!("{}{}", &x[..dove], x[dove..].replacen("Z\"", "+02:00\"", 1))
        });
        cade(&e, F1, passo);
    }
}

#[test]
fn intorno_al_caso_12_base64_del_pkcs7_su_piu_righe() {
    for nome in [
        "pkcs7-a-capo",
        "base64-a-righe",
        "pkcs7-ber",
        "pkcs7-sha1",
        "pkcs7-senza-attributi",
        "pkcs7-spazio",
    ] {
        let busta = componi(&messaggio(), &chiavi_solite(), catalogo::stranezza(nome)).unwrap();
        passa(&esamina(&busta));
    }
    // White space around every value of the assertion.
    let e = rifirmata(&messaggio(), |x| {
        x.replace("\"xs:string\">", "\"xs:string\">\n  ")
            .replace("</saml2:AttributeValue>", "\n</saml2:AttributeValue>")
    });
    passa(&e);
}

#[test]
fn intorno_al_caso_18_confini_della_tolleranza_e_della_durata() {
    let con = |avanti_ms: i64, durata: SignedDuration| {
        let mut m = messaggio();
        m.adesso = adesso() + SignedDuration::from_millis(avanti_ms);
        m.durata = durata;
        prova(&m, None)
    };
    let cinque = SignedDuration::from_mins(5);
    passa(&con(5000, cinque));
    cade(&con(5001, cinque), F1, "timestamp");
    // Behind: good as long as the window lasts, its end excluded.
    passa(&con(-30_000, cinque));
    passa(&con(-299_999, cinque));
    cade(&con(-300_000, cinque), F1, "timestamp");
    passa(&con(0, SignedDuration::from_mins(10)));
    cade(
        &con(0, SignedDuration::from_mins(10) + SignedDuration::from_millis(1)),
        F1,
        "timestamp",
    );
    // Ends before it begins, and a window of no length.
    cade(&con(0, SignedDuration::from_mins(-1)), F1, "timestamp");
    cade(&con(0, SignedDuration::ZERO), F1, "timestamp");
}

#[test]
fn intorno_al_caso_21_ogni_finestra_dell_asserzione_conta() {
    cade(
        &prova(&messaggio(), Some("asserzione-futura")),
        F1,
        "finestra-asserzione",
    );
    cade(
        &prova(&messaggio(), Some("asserzione-senza-scadenza")),
        F1,
        "finestra-asserzione",
    );
    // Each window alone, over or not yet begun, inside an assertion that is fresh otherwise.
    let passato = "2031-05-12T08:10:30.120Z";
    let futuro = "2031-05-12T08:16:30.120Z";
    for (elemento, attributo, quando) in [
        ("<saml2:SubjectConfirmationData", "NotOnOrAfter=", passato),
        ("<saml2:SubjectConfirmationData", "NotBefore=", futuro),
        ("<saml2:Conditions", "NotOnOrAfter=", passato),
        ("<saml2:Conditions", "NotBefore=", futuro),
        ("<saml2:AuthnStatement", "SessionNotOnOrAfter=", passato),
        ("<saml2:AuthnStatement", "AuthnInstant=", futuro),
        ("<saml2:Assertion", "IssueInstant=", futuro),
    ] {
        let e = rifirmata(&messaggio(), |x| {
            let da = x.find(elemento).unwrap();
            let da = da + x[da..].find(attributo).unwrap() + attributo.len() + 1;
            let a = da + x[da..].find('"').unwrap();
            format!("{}{quando}{}", &x[..da], &x[a..])
        });
        cade(&e, F1, "finestra-asserzione");
    }
}

#[test]
fn intorno_al_caso_24_nomi_dell_operatore() {
    let con = |nome: &str| {
        let mut m = messaggio();
        m.name_id = nome.into();
        prova(&m, None)
    };
    cade(&con(&OPERATORE.to_lowercase()), F1, "operatore");
    cade(&con(&format!("{OPERATORE}X")), F1, "operatore");
    cade(&con(&format!("IT\\{OPERATORE}")), F1, "operatore");
    // Blanks around it are the writer's, not the name's.
    passa(&con(&format!("  {OPERATORE}\n")));
    cade(&con("   "), F1, "asserzione");
    cade(&con(""), F1, "asserzione");
    // Any Format, or none.
    for formato in ["urn:oasis:names:tc:SAML:2.0:nameid-format:persistent", ""] {
        passa(&rifirmata(&messaggio(), |x| {
            x.replacen(
                "urn:oasis:names:tc:SAML:1.1:nameid-format:unspecified",
                formato,
                1,
            )
        }));
    }
}

#[test]
fn intorno_al_caso_30_attributi_dell_asserzione() {
    for nome in [
        "senza-idsede",
        "senza-idpostazione",
        "senza-idpostazionefirmato",
        "idpostazione-malformata",
    ] {
        cade(&prova(&messaggio(), Some(nome)), F1, "attributi");
    }
    cade(&prova(&messaggio(), Some("attributo-doppio")), F1, "asserzione");
    // Names are case-sensitive; values are not empty; IdApplicazione is nobody's business.
    for (da, a, passo) in [
        ("Name=\"IdSede\"", "Name=\"idSede\"", "attributi"),
        ("Name=\"IdPostazione\"", "Name=\"IDPostazione\"", "attributi"),
        (
            ">888001</saml2:AttributeValue>",
            "></saml2:AttributeValue>",
            "attributi",
        ),
        (
            ">888001-PC-0001</saml2:AttributeValue>",
            ">888001-XX-0001</saml2:AttributeValue>",
            "attributi",
        ),
        (
            ">888001-PC-0001</saml2:AttributeValue>",
            ">888001-pc-0001</saml2:AttributeValue>",
            "attributi",
        ),
        (
            ">888001</saml2:AttributeValue>",
            ">888001</saml2:AttributeValue><saml2:AttributeValue>888002</saml2:AttributeValue>",
            "asserzione",
        ),
        (
            ">888001</saml2:AttributeValue>",
            "><x>888001</x></saml2:AttributeValue>",
            "asserzione",
        ),
    ] {
        cade(&rifirmata(&messaggio(), |x| x.replacen(da, a, 1)), F1, passo);
    }
    for valore in ["", "qualunque cosa è", "12345"] {
        let mut m = messaggio();
        m.id_applicazione = valore.into();
        passa(&prova(&m, None));
    }
}

#[test]
fn intorno_al_caso_33_pkcs7_su_un_altro_testo() {
    for nome in [
        "pkcs7-altro-id",
        "pkcs7-due-firmatari",
        "pkcs7-non-base64",
        "pkcs7-illeggibile",
    ] {
        cade(&prova(&messaggio(), Some(nome)), F1, "postazione-firmata");
    }
    let pc = &scena().pc;
    for (contenuto, buono) in [
        ("888001-PC-0001", true),
        (" 888001-PC-0001 ", true),
        ("888001-PC-0001\r\n", true),
        ("888001-PC-00012", false),
        ("888001-PC-001", false),
        ("888001-PC-0001 888001-PC-0002", false),
        ("", false),
    ] {
        let p7 = cms::componi(contenuto.as_bytes(), &pc.cert, &pc.chiave, cms::Forma::default()).unwrap();
        let e = rifirmata(&messaggio(), |x| {
            let da = x.find("IdPostazioneFirmato").unwrap();
            let da = da + x[da..].find("string\">").unwrap() + 8;
            let a = da + x[da..].find('<').unwrap();
            format!("{}{}{}", &x[..da], frontiera::security::in_base64(&p7), &x[a..])
        });
        if buono {
            passa(&e);
        } else {
            cade(&e, F1, "postazione-firmata");
        }
    }
}

#[test]
fn intorno_al_caso_39_ogni_ritocco_dopo_la_firma() {
    for nome in [
        "corpo-modificato",
        "corpo-rientrato",
        "timestamp-modificato",
        "digest-errato",
    ] {
        cade(&prova(&messaggio(), Some(nome)), F5, "digest");
    }
    cade(&prova(&messaggio(), Some("firma-alterata")), F1, "valore-firma");
    // A line end changed inside a signed part; outside of them nobody minds.
    let mut m = messaggio();
    m.corpo_xml = corpo().replace("><", ">\n<");
    let busta = componi(&m, &chiavi_solite(), None).unwrap();
    passa(&esamina(&busta));
    // A bare CR LF is a line end like any other to XML; written as a reference it is a character more.
    passa(&esamina(&busta.replace('\n', "\r\n")));
    cade(&esamina(&busta.replacen('\n', "&#13;\n", 1)), F5, "digest");
    cade(&esamina(&busta.replacen(">\n<", "><", 1)), F5, "digest");
}

#[test]
fn intorno_al_caso_45_identificatori_di_altre_forme() {
    cade(&prova(&messaggio(), Some("timestamp-id-nudo")), F2, "riferimenti");
    for (da, a) in [
        ("<s:Body wsu:Id=", "<s:Body Id="),
        ("<s:Body wsu:Id=", "<s:Body ID="),
        ("<s:Body wsu:Id=", "<s:Body id="),
        ("<s:Body wsu:Id=", "<s:Body xml:id="),
        ("<s:Body wsu:Id=", "<s:Body wsu:ID="),
        ("<wsu:Timestamp wsu:Id=", "<wsu:Timestamp xml:id="),
    ] {
        cade(
            &rifirmata(&messaggio(), |x| x.replacen(da, a, 1)),
            F2,
            "riferimenti",
        );
    }
    // Strange values are values: a digit first, a colon, accents, a blank inside.
    for id in ["1", "a:b", "è", "x y"] {
        let e = rifirmata(&messaggio(), |x| {
            x.replace("\"BODY-anpr-sim-1\"", &format!("\"{id}\""))
                .replace("#BODY-anpr-sim-1", &format!("#{id}"))
        });
        passa(&e);
    }
}

#[test]
fn intorno_al_caso_48_la_firma_dell_asserzione() {
    for (nome, passo) in [
        ("asserzione-senza-firma", "firma-asserzione"),
        ("asserzione-altro-riferimento", "firma-asserzione"),
        ("asserzione-senza-uri", "firma-asserzione"),
        ("asserzione-avvolta", "firma-asserzione"),
        ("holder-of-key", "soggetto"),
        ("senza-conferma", "soggetto"),
        ("senza-issuer", "asserzione"),
        ("senza-nameid", "asserzione"),
        ("asserzione-saml1", "asserzione"),
        ("senza-asserzione", "asserzione"),
    ] {
        eprintln!("{nome}");
        cade(&prova(&messaggio(), Some(nome)), F1, passo);
    }
    // Two confirmations, one of them bearer: all must be.
    let due = |x: &str| {
        let altra = "<saml2:SubjectConfirmation Method=\"urn:oasis:names:tc:SAML:2.0:cm:sender-vouches\"/></saml2:Subject>";
        x.replacen("</saml2:Subject>", altra, 1)
    };
    cade(&rifirmata(&messaggio(), due), F1, "soggetto");
    // Without the enveloped transform the signature would cover itself.
    let senza = |x: &str| {
        x.replacen(
            "<ds:Transform Algorithm=\"http://www.w3.org/2000/09/xmldsig#enveloped-signature\"/>",
            "",
            1,
        )
    };
    cade(&rifirmata(&messaggio(), senza), F1, "firma-asserzione");
}
