//! Tricks with namespaces, comments, keys and left-over octets: each refused by how the perimeter is made.

use frontiera::TipoFault::{F1, F2, F3, F7};
use frontiera::firma::componi;
use frontiera::security::certificato::{Certificato, ProblemaCertificato};
use frontiera::security::pkcs7::{self, ErrorePkcs7};
use frontiera::security::xmldsig::{Ammessi, Firma};
use frontiera::security::{base64, ber, in_base64};
use rsa::pkcs8::DecodePrivateKey as _;
use rsa::signature::{SignatureEncoding as _, Signer as _};
use sha1::Digest as _;

use crate::scena::*;

fn buona() -> String {
    componi(&messaggio(), &chiavi_solite(), None).expect("composes")
}

/// Signs the message anew, after its SignedInfo was changed by hand.
fn rifirma(busta: &str) -> String {
    let doc = frontiera::albero::leggi(busta).expect("XML");
    let firma = doc
        .descendants()
        .find(|n| {
            n.tag_name().name() == "Signature"
                && n.parent_element()
                    .is_some_and(|p| p.tag_name().name() == "Security")
        })
        .expect("the message signature");
    let ammessi = Ammessi {
        sha1: true,
        sha256: true,
    };
    let letta = Firma::leggi(firma, ammessi).expect("reads");
    let chiave = rsa::RsaPrivateKey::from_pkcs8_der(&scena().co.chiave).expect("key");
    let valore = rsa::pkcs1v15::SigningKey::<sha1::Sha1>::new(chiave)
        .sign(&letta.signed_info_canonico())
        .to_vec();
    let vecchio = firma
        .children()
        .find(|n| n.tag_name().name() == "SignatureValue")
        .and_then(|n| n.children().next()?.text())
        .expect("a value");
    busta.replacen(vecchio, &in_base64(&valore), 1)
}

/// Text between two marks, the first time.
fn fra<'t>(testo: &'t str, da: &str, a: &str) -> &'t str {
    let dopo = &testo[testo.find(da).expect(da) + da.len()..];
    &dopo[..dopo.find(a).expect(a)]
}

/// A message whose signature covers its token through the STR-Transform, with the digest of these octets.
fn con_str_transform(digerito: &str) -> String {
    const STR: &str =
        "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-soap-message-security-1.0#STR-Transform";
    const C14N: &str = "http://www.w3.org/2001/10/xml-exc-c14n#";
    let digest = in_base64(&sha1::Sha1::digest(digerito.as_bytes()));
    let riferimento = format!(
        "<ds:Reference URI=\"#STR-1\"><ds:Transforms><ds:Transform Algorithm=\"{STR}\"><wsse:TransformationParameters>\
         <ds:CanonicalizationMethod Algorithm=\"{C14N}\"/></wsse:TransformationParameters></ds:Transform></ds:Transforms>\
         <ds:DigestMethod Algorithm=\"http://www.w3.org/2000/09/xmldsig#sha1\"/><ds:DigestValue>{digest}</ds:DigestValue></ds:Reference>"
    );
    let b = buona();
    // The message signature is the last one.
    let fine = b.rfind("</ds:SignedInfo>").expect("SignedInfo");
    let b = format!("{}{riferimento}{}", &b[..fine], &b[fine..]);
    rifirma(&b.replacen(
        "<wsse:SecurityTokenReference>",
        "<wsse:SecurityTokenReference wsu:Id=\"STR-1\">",
        1,
    ))
}

/// The canonical token as the STR-Transform wants it, written by hand.
fn token_canonico(spazio_vuoto: &str) -> String {
    let b = buona();
    let token = fra(&b, "<wsse:BinarySecurityToken ", "</wsse:BinarySecurityToken>");
    let (wsse, wsu) = (fra(&b, "xmlns:wsse=\"", "\""), fra(&b, "xmlns:wsu=\"", "\""));
    format!(
        "<wsse:BinarySecurityToken{spazio_vuoto} xmlns:wsse=\"{wsse}\" xmlns:wsu=\"{wsu}\" EncodingType=\"{}\" ValueType=\"{}\" \
         wsu:Id=\"{}\">{}</wsse:BinarySecurityToken>",
        fra(token, "EncodingType=\"", "\""),
        fra(token, "ValueType=\"", "\""),
        fra(token, "wsu:Id=\"", "\""),
        token.split_once('>').expect("content").1
    )
}

#[test]
fn la_str_transform_firma_il_token_e_niente_altro() {
    passa(&esamina(&rifirma(&buona())));
    passa(&esamina(&con_str_transform(&token_canonico(" xmlns=\"\""))));
    // Without the empty default namespace the digest is another one.
    cade(
        &esamina(&con_str_transform(&token_canonico(""))),
        frontiera::TipoFault::F5,
        "digest",
    );
    // It leads to a token or nowhere: not to the Body, not to a reference of another kind.
    let b = con_str_transform(&token_canonico(" xmlns=\"\""));
    let al_corpo = rifirma(
        &b.replacen("URI=\"#STR-1\"", "URI=\"#BODY-anpr-sim-1\"", 1)
            .replacen(
                // The plain reference to the Body goes, or it would be signed twice.
                &format!(
                    "<ds:Reference URI=\"#BODY-anpr-sim-1\">{}</ds:Reference>",
                    fra(&b, "<ds:Reference URI=\"#BODY-anpr-sim-1\">", "</ds:Reference>")
                ),
                "",
                1,
            ),
    );
    cade(&esamina(&al_corpo), F1, "digest");
    // It does not stand for the signature of Timestamp and Body.
    let senza_corpo = rifirma(&b.replacen(
        &format!(
            "<ds:Reference URI=\"#BODY-anpr-sim-1\">{}</ds:Reference>",
            fra(&b, "<ds:Reference URI=\"#BODY-anpr-sim-1\">", "</ds:Reference>")
        ),
        "",
        1,
    ));
    cade(&esamina(&senza_corpo), F7, "copertura");
}

#[test]
fn intestazioni_di_altri_e_sosia() {
    let b = buona();
    let soap = "http://schemas.xmlsoap.org/soap/envelope/";
    for (actor, nostro) in [
        ("", true),
        ("http://schemas.xmlsoap.org/soap/actor/next", true),
        ("urn:qualcun-altro", false),
    ] {
        let e = esamina(&b.replacen(
            "<wsse:Security ",
            &format!("<wsse:Security s:actor=\"{actor}\" "),
            1,
        ));
        if nostro {
            passa(&e);
        } else {
            cade(&e, F7, "intestazione");
        }
    }
    // An attribute without namespace is no actor.
    passa(&esamina(&b.replacen(
        "<wsse:Security ",
        "<wsse:Security actor=\"x\" ",
        1,
    )));
    // A second Security, for somebody else, is still a second one.
    let altra = format!(
        "<s:Header><wsse:Security s:actor=\"urn:x\" xmlns:wsse=\"{}\"/>",
        fra(&b, "xmlns:wsse=\"", "\"")
    );
    cade(&esamina(&b.replacen("<s:Header>", &altra, 1)), F1, "intestazione");
    // What the gateway's rule, by local names, takes for a Timestamp must be signed too.
    let sosia = "<s:Header><x:Security xmlns:x=\"urn:x\"><x:Timestamp/></x:Security>";
    cade(&esamina(&b.replacen("<s:Header>", sosia, 1)), F7, "copertura");
    let dentro = b.replacen(
        "<wsu:Timestamp ",
        "<y:Timestamp xmlns:y=\"urn:y\"/><wsu:Timestamp ",
        1,
    );
    cade(&esamina(&dentro), F7, "copertura");
    // Other headers are other people's business.
    passa(&esamina(&b.replacen(
        "<s:Header>",
        "<s:Header><x:Altro xmlns:x=\"urn:x\"/>",
        1,
    )));
    // A Body or a Header of another namespace, or twice, is no envelope.
    for (da, a) in [
        (
            "<s:Body ".to_owned(),
            "<z:Body xmlns:z=\"urn:z\"/><s:Body ".to_owned(),
        ),
        ("<s:Header>".to_owned(), "<s:Header/><s:Header>".to_owned()),
        (
            "</s:Header>".to_owned(),
            format!("</s:Header><h:Header xmlns:h=\"{soap}\"/>"),
        ),
        ("</s:Envelope>".to_owned(), "<extra/></s:Envelope>".to_owned()),
    ] {
        cade(&esamina(&b.replacen(&da, &a, 1)), F3, "busta");
    }
}

#[test]
fn id_doppi_anche_fra_attributi_di_specie_diversa() {
    let b = buona();
    for altro in [
        "<x wsu:Id=\"BODY-anpr-sim-1\" xmlns:wsu=\"http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-utility-1.0.xsd\"/>",
        "<ds:Object xmlns:ds=\"http://www.w3.org/2000/09/xmldsig#\" Id=\"TS-anpr-sim-1\"/>",
        "<a:Evidence xmlns:a=\"urn:oasis:names:tc:SAML:2.0:assertion\" ID=\"BODY-anpr-sim-1\"/>",
    ] {
        let e = esamina(&b.replacen("<s:Header>", &format!("<s:Header>{altro}"), 1));
        cade(&e, F2, "riferimenti");
    }
}

#[test]
fn commenti_e_istruzioni_dentro_i_valori() {
    let b = buona();
    for valore in [
        OPERATORE,
        "888001</saml2:AttributeValue>",
        "2031-05-12T08:15:30.120Z</wsu:Created>",
        fra(&b, "<ds:DigestValue>", "<"),
        fra(&b, "<ds:SignatureValue>", "<"),
        fra(&b, "<ds:X509Certificate>", "<"),
    ] {
        for taglio in ["<!---->", "<?x y?>"] {
            let punto = valore.find('<').unwrap_or(valore.len()) / 2;
            let spezzato = format!("{}{taglio}{}", &valore[..punto], &valore[punto..]);
            let e = esamina(&b.replacen(valore, &spezzato, 1));
            cade(&e, F1, "intestazione");
        }
    }
    // Between elements they are in nobody's value.
    passa(&esamina(&b.replacen(
        "<wsu:Timestamp ",
        "<!-- ora --><wsu:Timestamp ",
        1,
    )));
    // In the Body too, though the canonical form, and so the signature, would not see them.
    for taglio in ["b<!-- -->oh", "boh<!-- -->", "<?x y?>boh"] {
        let e = esamina(&b.replacen(">boh<", &format!(">{taglio}<"), 1));
        cade(&e, F1, "intestazione");
    }
    let fra_elementi = b.replacen("</codMittente>", "</codMittente><!-- -->", 1);
    passa(&esamina(&fra_elementi));
}

/// A certificate with its public key replaced (its signature no longer matters: it is never asked).
fn con_chiave(modulo: &[u8], esponente: &[u8], dopo: &[u8]) -> Vec<u8> {
    let mut numeri = Vec::new();
    ber::scrivi(&mut numeri, ber::INTERO, modulo);
    ber::scrivi(&mut numeri, ber::INTERO, esponente);
    let mut chiave = Vec::new();
    ber::scrivi(&mut chiave, ber::SEQUENZA, &numeri);
    chiave.extend_from_slice(dopo);
    let mut certificato = scena().co.cert.as_slice();
    let mut fuori = ber::atteso(&mut certificato, ber::SEQUENZA)
        .expect("certificate")
        .corpo;
    let mut tbs = ber::atteso(&mut fuori, ber::SEQUENZA).expect("tbs").corpo;
    let mut nuovo = Vec::new();
    // version, serial, algorithm, issuer, validity, subject, then the key
    for _ in 0..6 {
        nuovo.extend_from_slice(ber::leggi(&mut tbs).expect("a field").intero);
    }
    let mut spki = ber::atteso(&mut tbs, ber::SEQUENZA).expect("key").corpo;
    let mut dentro = ber::leggi(&mut spki).expect("algorithm").intero.to_vec();
    ber::scrivi(&mut dentro, 0x03, &[&[0], chiave.as_slice()].concat());
    ber::scrivi(&mut nuovo, ber::SEQUENZA, &dentro);
    nuovo.extend_from_slice(tbs);
    let mut intero = Vec::new();
    ber::scrivi(&mut intero, ber::SEQUENZA, &nuovo);
    intero.extend_from_slice(fuori);
    let mut certificato = Vec::new();
    ber::scrivi(&mut certificato, ber::SEQUENZA, &intero);
    certificato
}

/// A positive odd number of so many bits, as DER writes it.
fn modulo(bit: usize) -> Vec<u8> {
    let mut n = vec![0xA5; bit / 8];
    n[0] = 0x80;
    [&[0], n.as_slice()].concat()
}

#[test]
fn numeri_rsa_che_nessuno_fa() {
    const E: &[u8] = &[1, 0, 1];
    let letto = |m: &[u8], e: &[u8], dopo: &[u8]| {
        Certificato::leggi(&con_chiave(m, e, dopo)).map(|c| c.nome().to_owned())
    };
    assert_eq!(letto(&modulo(2048), E, &[]), Ok("888001-CO-0000".into()));
    let malformata = |e| Err(ProblemaCertificato::ChiaveMalformata(e));
    assert_eq!(
        letto(&modulo(2048)[1..], E, &[]),
        malformata("un numero è negativo")
    );
    assert_eq!(
        letto(&[&[0], modulo(2048).as_slice()].concat(), E, &[]),
        malformata("un numero ha zeri superflui")
    );
    let mut pari = modulo(2048);
    *pari.last_mut().expect("octets") = 0xA4;
    assert_eq!(letto(&pari, E, &[]), malformata("un numero è pari"));
    assert_eq!(letto(&modulo(2048), &[2], &[]), malformata("un numero è pari"));
    assert_eq!(
        letto(&modulo(2048), &[0xFF], &[]),
        malformata("un numero è negativo")
    );
    assert_eq!(letto(&modulo(2048), &[0], &[]), malformata("un numero è zero"));
    assert_eq!(letto(&[0], E, &[]), malformata("un numero è zero"));
    assert_eq!(letto(&modulo(2048), E, &[5, 0]), malformata("ottetti in eccesso"));
    // Sizes and exponents are judged when the key is to be believed.
    for (m, e) in [
        (modulo(1024), E.to_vec()),
        (modulo(16_384), E.to_vec()),
        (modulo(2048), vec![1]),
        (modulo(2048), vec![1, 0, 0, 0, 1]),
    ] {
        let c = Certificato::leggi(&con_chiave(&m, &e, &[])).expect("reads");
        let radice = Certificato::leggi(&scena().radice).expect("root");
        assert!(
            matches!(
                c.fidato(&[radice], adesso()),
                Err(ProblemaCertificato::Chiave { .. })
            ),
            "{e:?}"
        );
        assert!(matches!(
            c.verifica(frontiera::security::digest::Digest::Sha256, b"x", &[0; 256]),
            Err(ProblemaCertificato::Chiave { .. })
        ));
    }
}

#[test]
fn ottetti_in_eccesso_ed_estensioni_ripetute() {
    let c = &scena().co.cert;
    assert_eq!(
        Certificato::leggi(&[c.as_slice(), &[0]].concat()),
        Err(ProblemaCertificato::Illeggibile)
    );
    // keyUsage twice: the second without digital signature, the first as it was.
    let ku = [
        0x30, 0x0E, 0x06, 0x03, 0x55, 0x1D, 0x0F, 0x01, 0x01, 0xFF, 0x04, 0x04, 0x03, 0x02,
    ];
    let dove = c
        .windows(ku.len())
        .position(|w| w == ku)
        .expect("a critical keyUsage");
    let estensione = &c[dove..dove + 16];
    let doppio = con_estensioni(c, |e| [e, estensione].concat());
    assert_eq!(Certificato::leggi(&doppio), Err(ProblemaCertificato::Estensione));
    // Critical and unknown; the same, not critical, is nobody's concern.
    let ignota = |critica: &[u8]| {
        let dentro = [
            &[0x06, 0x03, 0x2A, 0x03, 0x04],
            critica,
            &[0x04, 0x02, 0x05, 0x00],
        ]
        .concat();
        let mut e = Vec::new();
        ber::scrivi(&mut e, ber::SEQUENZA, &dentro);
        con_estensioni(c, |tutte| [tutte, e.as_slice()].concat())
    };
    assert_eq!(
        Certificato::leggi(&ignota(&[0x01, 0x01, 0xFF])),
        Err(ProblemaCertificato::Estensione)
    );
    assert!(Certificato::leggi(&ignota(&[])).is_ok());
}

/// A certificate with other extensions.
fn con_estensioni(certificato: &[u8], cambia: impl Fn(&[u8]) -> Vec<u8>) -> Vec<u8> {
    let mut resto = certificato;
    let mut fuori = ber::atteso(&mut resto, ber::SEQUENZA).expect("certificate").corpo;
    let mut tbs = ber::atteso(&mut fuori, ber::SEQUENZA).expect("tbs").corpo;
    let mut nuovo = Vec::new();
    for _ in 0..7 {
        nuovo.extend_from_slice(ber::leggi(&mut tbs).expect("a field").intero);
    }
    let mut terzo = ber::atteso(&mut tbs, 0xA3).expect("extensions").corpo;
    let dentro = ber::atteso(&mut terzo, ber::SEQUENZA).expect("the list").corpo;
    let (mut lista, mut tre, mut intero, mut c) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    ber::scrivi(&mut lista, ber::SEQUENZA, &cambia(dentro));
    ber::scrivi(&mut tre, 0xA3, &lista);
    nuovo.extend_from_slice(&tre);
    ber::scrivi(&mut intero, ber::SEQUENZA, &nuovo);
    intero.extend_from_slice(fuori);
    ber::scrivi(&mut c, ber::SEQUENZA, &intero);
    c
}

#[test]
fn niente_avanza_dentro_un_pkcs7() {
    let b = buona();
    let dopo = &b[b.find("Name=\"IdPostazioneFirmato\"").expect("the attribute")..];
    let ottetti = base64(fra(dopo, "xs:string\">", "<")).expect("base64");
    assert!(pkcs7::verifica(&ottetti, &[]).is_ok());
    // A NULL after the last field of each structure on the way in: lengths follow, the signature does not see it.
    for strada in [
        &[][..],
        &[1],
        &[1, 0],
        &[1, 0, 2],
        &[1, 0, 2, 1],
        &[1, 0, 4],
        &[1, 0, 4, 0],
    ] {
        let gonfio = gonfia(&ottetti, strada);
        assert_eq!(
            pkcs7::verifica(&gonfio, &[]),
            Err(ErrorePkcs7::Struttura),
            "{strada:?}"
        );
    }
    assert_eq!(
        pkcs7::verifica(&[ottetti.as_slice(), &[5, 0]].concat(), &[]),
        Err(ErrorePkcs7::Struttura)
    );
}

/// Appends a NULL inside the value found by following child positions.
fn gonfia(valore: &[u8], strada: &[usize]) -> Vec<u8> {
    let mut resto = valore;
    let v = ber::leggi(&mut resto).expect("a value");
    let mut corpo = Vec::new();
    match strada.split_first() {
        None => {
            corpo.extend_from_slice(v.corpo);
            corpo.extend_from_slice(&[5, 0]);
        }
        Some((quale, dopo)) => {
            let mut dentro = v.corpo;
            let mut i = 0;
            while !dentro.is_empty() {
                let figlio = ber::leggi(&mut dentro).expect("a child").intero;
                if i == *quale {
                    corpo.extend_from_slice(&gonfia(figlio, dopo));
                } else {
                    corpo.extend_from_slice(figlio);
                }
                i += 1;
            }
        }
    }
    let mut uscita = Vec::new();
    ber::scrivi(&mut uscita, v.tag, &corpo);
    uscita
}
