//! Tricks inside a signature: forms of reference, transforms, methods, doubled parts, values that two readers could
//! read in two ways. Where the trick must be signed to count, the template is signed anew.

use frontiera::TipoFault::{self, *};
use frontiera::firma::{componi, firma_modello};

use crate::scena::*;

fn buona() -> String {
    componi(&messaggio(), &chiavi_solite(), None).expect("composes")
}

/// Takes digests and values away, of the message signature (the last) or of both: a template again.
pub(crate) fn svuota(b: &str, anche_asserzione: bool) -> String {
    let da = if anche_asserzione {
        0
    } else {
        b.rfind("<ds:Signature ").expect("a signature")
    };
    let (prima, mut resto) = b.split_at(da);
    let mut x = prima.to_owned();
    while let Some((testa, coda)) = resto.split_once("Value>") {
        x.push_str(testa);
        x.push_str("Value>");
        resto = coda;
        let di_firma = ["DigestValue", "SignatureValue"]
            .iter()
            .any(|n| (testa.to_owned() + "Value").ends_with(&format!("<ds:{n}")));
        if di_firma {
            resto = &coda[coda.find("</").expect("an end tag")..];
        }
    }
    x + resto
}

/// Changes a good message before the message signature is computed.
fn firmata_con(da: &str, a: &str) -> String {
    let modello = svuota(&buona(), false);
    let (prima, firma) = modello.split_at(modello.rfind("<ds:Signature ").expect("a signature"));
    assert!(firma.contains(da), "{da}");
    firma_modello(&format!("{prima}{}", firma.replacen(da, a, 1)), &chiavi_solite()).expect("signs")
}

#[test]
fn il_modello_svuotato_e_rifirmato_passa() {
    for anche in [false, true] {
        passa(&esamina(
            &firma_modello(&svuota(&buona(), anche), &chiavi_solite()).unwrap(),
        ));
    }
    assert_eq!(
        firma_modello(&svuota(&buona(), true), &chiavi_solite()).unwrap(),
        buona()
    );
}

#[test]
fn forme_di_riferimento() {
    for uri in [
        "URI=\"\"",
        "URI=\"#\"",
        "URI=\"#xpointer(/)\"",
        "URI=\"#xpointer(id('TS-anpr-sim-1'))\"",
        "URI=\"TS-anpr-sim-1\"",
        "URI=\" #TS-anpr-sim-1\"",
        "URI=\"#TS-anpr-sim-1 \"",
        "URI=\"http://esempio.invalid/#TS-anpr-sim-1\"",
        "URI=\"file:///etc/passwd\"",
        "URI=\"cid:TS-anpr-sim-1\"",
        "URI=\"#ts-anpr-sim-1\"",
        "",
    ] {
        eprintln!("{uri}");
        cade(
            &esamina(&firmata_con("URI=\"#TS-anpr-sim-1\"", uri)),
            F2,
            "riferimenti",
        );
        let modello = svuota(&buona(), true).replacen("URI=\"#_anpr-sim-1\"", uri, 1);
        let b = firma_modello(&modello, &chiavi_solite()).unwrap();
        cade(&esamina(&b), F1, "firma-asserzione");
    }
    // The right element by a reference written in other characters is the right element.
    passa(&esamina(&firmata_con(
        "URI=\"#TS-anpr-sim-1\"",
        "URI='&#35;TS-anpr-sim-1'",
    )));
}

#[test]
fn trasformazioni() {
    const C14N: &str = "<ds:Transform Algorithm=\"http://www.w3.org/2001/10/xml-exc-c14n#\"></ds:Transform>";
    let una = |a: &str| format!("<ds:Transform Algorithm=\"{a}\"></ds:Transform>");
    for altra in [
        una("http://www.w3.org/TR/1999/REC-xslt-19991116"),
        una("http://www.w3.org/TR/1999/REC-xpath-19991116"),
        una("http://www.w3.org/2002/06/xmldsig-filter2"),
        una("http://www.w3.org/2000/09/xmldsig#base64"),
        una("http://www.w3.org/TR/2001/REC-xml-c14n-20010315"),
        una("http://www.w3.org/TR/2001/REC-xml-c14n-20010315#WithComments"),
        una("http://www.w3.org/2006/12/xml-c14n11"),
        una(""),
        "<ds:Transform></ds:Transform>".to_owned(),
        String::new(),
        // A transform after canonicalization would work on octets; more than one canonicalization on a text.
        format!("{C14N}{}", una("http://www.w3.org/2000/09/xmldsig#base64")),
        format!("{C14N}{C14N}"),
        format!("{}{C14N}", una("http://www.w3.org/TR/1999/REC-xpath-19991116")),
    ] {
        eprintln!("{altra}");
        cade(&esamina(&firmata_con(C14N, &altra)), F1, "riferimenti");
    }
    // Enveloped on the Timestamp leaves out nothing: the signature is not inside.
    let enveloped = format!(
        "{}{C14N}",
        una("http://www.w3.org/2000/09/xmldsig#enveloped-signature")
    );
    passa(&esamina(&firmata_con(C14N, &enveloped)));
    // An XSLT with a body, as attackers would send it.
    let xslt = format!(
        "<ds:Transform Algorithm=\"http://www.w3.org/TR/1999/REC-xslt-19991116\"><xsl:stylesheet version=\"1.0\" \
         xmlns:xsl=\"http://www.w3.org/1999/XSL/Transform\"><xsl:template match=\"/\"><xsl:value-of \
         select=\"document('file:///etc/passwd')\"/></xsl:template></xsl:stylesheet></ds:Transform>{C14N}"
    );
    cade(&esamina(&firmata_con(C14N, &xslt)), F1, "riferimenti");
}

#[test]
fn metodi_di_firma_e_di_digest() {
    const FIRMA: &str = "SignatureMethod Algorithm=\"http://www.w3.org/2000/09/xmldsig#rsa-sha1\"";
    for altro in [
        "http://www.w3.org/2000/09/xmldsig#hmac-sha1",
        "http://www.w3.org/2001/04/xmldsig-more#hmac-sha256",
        "http://www.w3.org/2000/09/xmldsig#dsa-sha1",
        "http://www.w3.org/2001/04/xmldsig-more#rsa-md5",
        "http://www.w3.org/2001/04/xmldsig-more#rsa-ripemd160",
        "http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha256",
        "http://www.w3.org/2007/05/xmldsig-more#sha256-rsa-MGF1",
        "HTTP://WWW.W3.ORG/2000/09/XMLDSIG#RSA-SHA1",
        "",
    ] {
        eprintln!("{altro}");
        let b = firmata_con(FIRMA, &format!("SignatureMethod Algorithm=\"{altro}\""));
        cade(&esamina(&b), F1, "riferimenti");
        let modello =
            svuota(&buona(), true).replacen(FIRMA, &format!("SignatureMethod Algorithm=\"{altro}\""), 1);
        let b = firma_modello(&modello, &chiavi_solite()).unwrap();
        cade(&esamina(&b), F1, "firma-asserzione");
    }
    // HMAC of a chosen length, even of none.
    let hmac = "SignatureMethod Algorithm=\"http://www.w3.org/2000/09/xmldsig#hmac-sha1\"><ds:HMACOutputLength>0</ds:HMACOutputLength>\
                </ds:SignatureMethod>";
    cade(
        &esamina(&firmata_con(&format!("{FIRMA}/>"), hmac)),
        F1,
        "riferimenti",
    );
    const DIGEST: &str = "DigestMethod Algorithm=\"http://www.w3.org/2000/09/xmldsig#sha1\"";
    for altro in [
        "http://www.w3.org/2001/04/xmldsig-more#md5",
        "http://www.w3.org/2001/04/xmlenc#ripemd160",
        "",
    ] {
        let b = firmata_con(DIGEST, &format!("DigestMethod Algorithm=\"{altro}\""));
        cade(&esamina(&b), F1, "riferimenti");
    }
}

#[test]
fn parti_della_firma_doppie_o_mancanti() {
    let b = buona();
    let da = b.rfind("<ds:Signature ").unwrap();
    let (prima, firma) = b.split_at(da);
    let pezzo = |nome: &str| {
        let inizio = firma.find(&format!("<ds:{nome}")).unwrap();
        let etichetta = inizio + firma[inizio..].find('>').unwrap() + 1;
        if firma[..etichetta].ends_with("/>") {
            return &firma[inizio..etichetta];
        }
        let fine = firma.find(&format!("</ds:{nome}>")).unwrap() + nome.len() + 6;
        &firma[inizio..fine]
    };
    for (nome, passo) in [
        ("SignedInfo", "riferimenti"),
        ("SignatureValue", "riferimenti"),
        ("CanonicalizationMethod", "riferimenti"),
        ("SignatureMethod", "riferimenti"),
        ("DigestMethod", "riferimenti"),
        ("DigestValue", "riferimenti"),
        ("Transforms", "riferimenti"),
        ("KeyInfo", "valore-firma"),
    ] {
        let p = pezzo(nome);
        eprintln!("{nome}");
        cade(
            &esamina(&format!("{prima}{}", firma.replacen(p, &p.repeat(2), 1))),
            F1,
            passo,
        );
        cade(
            &esamina(&format!("{prima}{}", firma.replacen(p, "", 1))),
            F1,
            passo,
        );
    }
    // No reference at all.
    let info = pezzo("SignedInfo");
    let inizio = info.find("<ds:Reference").unwrap();
    let senza = format!("{}</ds:SignedInfo>", &info[..inizio]);
    cade(&esamina(&b.replacen(info, &senza, 1)), F1, "riferimenti");
    // A second SignedInfo hidden in an Object is nobody's.
    let nascosto = firma.replacen(
        "</ds:Signature>",
        &format!("<ds:Object>{info}</ds:Object></ds:Signature>"),
        1,
    );
    passa(&esamina(&format!("{prima}{nascosto}")));
}

#[test]
fn un_manifest_non_copre_nulla() {
    // The signature covers a Manifest, the Manifest names the Body: a reader who follows it would call it signed.
    let b = svuota(&buona(), false);
    let da = b.find("<ds:Reference URI=\"#BODY").unwrap();
    let a = da + b[da..].find("</ds:Reference>").unwrap() + 15;
    let riferimento = &b[da..a];
    let al_manifest = riferimento.replace("#BODY-anpr-sim-1", "#elenco");
    let manifest = format!(
        "<ds:Object><ds:Manifest Id=\"elenco\">{riferimento}</ds:Manifest></ds:Object></ds:Signature>"
    );
    let x = b.replacen(riferimento, &al_manifest, 1);
    let fine = x.rfind("</ds:Signature>").unwrap();
    let x = format!("{}{manifest}{}", &x[..fine], &x[fine + 15..]);
    let firmata = firma_modello(&x, &chiavi_solite()).unwrap();
    cade(&esamina(&firmata), F7, "copertura");
}

#[test]
fn base64_sporco() {
    let b = buona();
    let da = b.rfind("<ds:Signature ").unwrap();
    for nome in ["DigestValue", "SignatureValue"] {
        let inizio = b[da..].find(&format!("<ds:{nome}>")).unwrap() + da + nome.len() + 5;
        let fine = inizio + b[inizio..].find('<').unwrap();
        let valore = &b[inizio..fine];
        for con in [
            format!("*{valore}"),
            valore.replace('=', ""),
            format!("{valore}="),
            format!("{valore}AAAA*"),
            format!("<x/>{valore}"),
            String::new(),
        ] {
            if con == valore {
                continue;
            }
            eprintln!("{nome}: {con}");
            let e = esamina(&format!("{}{con}{}", &b[..inizio], &b[fine..]));
            let f = e.esito.expect_err("garbage");
            // Nothing at all is valid base64 of nothing: the digest differs, or the signature does.
            let atteso = match (nome, con.is_empty()) {
                ("DigestValue", true) => (F5, "digest"),
                (_, true) => (F1, "valore-firma"),
                _ => (F1, "riferimenti"),
            };
            assert_eq!((f.tipo, f.passo), atteso, "{}", f.causa);
        }
    }
}

#[test]
fn namespace_ingannevoli() {
    let b = buona();
    let wsse = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd";
    for (nome, da, a, fault, passo) in [
        // The header in a namespace that only looks right.
        (
            "Security WSS 1.1",
            wsse,
            "http://docs.oasis-open.org/wss/oasis-wss-wssecurity-secext-1.1.xsd",
            F7,
            "intestazione",
        ),
        (
            "Security con uno spazio",
            wsse,
            &format!("{wsse} ") as &str,
            F7,
            "intestazione",
        ),
        // The signature, the assertion, the Timestamp: missing, if their namespace is another.
        (
            "asserzione SAML 1.1",
            "urn:oasis:names:tc:SAML:2.0:assertion",
            "urn:oasis:names:tc:SAML:1.0:assertion",
            F1,
            "asserzione",
        ),
        // A prefix of a signed part bound to something else.
        (
            "prefisso del Body",
            "http://sogei.it/ANPR/connessione",
            "http://sogei.it/ANPR/altro",
            F2,
            "schema",
        ),
    ] {
        eprintln!("{nome}");
        cade(&esamina(&b.replacen(da, a, 1)), fault, passo);
    }
    let ds = "http://www.w3.org/2000/09/xmldsig#";
    let da = b.rfind("<ds:Signature ").unwrap();
    let senza = format!(
        "{}{}",
        &b[..da],
        b[da..].replacen(ds, "http://www.w3.org/2000/09/xmldsig", 1)
    );
    cade(&esamina(&senza), F7, "copertura");
    // Prefixes redeclared below, unused: nothing that is signed changes.
    for dove in ["<testataRichiesta>", "<codMittente>"] {
        let con = format!(
            "{} xmlns:s=\"urn:x\" xmlns:wsu=\"urn:y\" xmlns:a=\"urn:z\">",
            &dove[..dove.len() - 1]
        );
        passa(&esamina(&b.replacen(dove, &con, 1)));
    }
}

#[test]
fn entita_e_riferimenti() {
    let b = buona();
    let prove: [(&str, &str, TipoFault); 4] = [
        ("<codMittente>zzz", "<codMittente>&nome;", F3),
        ("<codMittente>zzz", "<codMittente>&#0;", F3),
        ("<codMittente>zzz", "<codMittente>&#xFFFF;", F3),
        ("<codMittente>zzz", "<codMittente>z&amp;z", F5),
    ];
    for (da, a, fault) in prove {
        assert!(b.contains(da));
        let e = esamina(&b.replacen(da, a, 1));
        assert_eq!(e.esito.expect_err(a).tipo, fault, "{a}");
    }
    let dtd = format!(
        "<!DOCTYPE x [<!ENTITY nome SYSTEM \"file:///etc/passwd\">]>{}",
        b.replacen(">zzz", ">&nome;", 1)
    );
    cade(&esamina(&dtd), F3, "busta");
    let bomba = "<!DOCTYPE x [<!ENTITY a \"aaaa\"><!ENTITY b \"&a;&a;&a;\">]>";
    cade(
        &esamina(&format!("<?xml version=\"1.0\"?>{bomba}{b}")),
        F3,
        "busta",
    );
}
