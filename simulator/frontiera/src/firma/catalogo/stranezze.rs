//! What is odd but right: seen in the field, allowed by the standards, or without effect on what is signed
//! (spec security §4, §10). Each must be served.

use jiff::SignedDuration;

use super::difetti::pkcs7;
use super::ritocchi::{
    a_righe, cambia, contenuto, dopo, etichetta, in_coda, in_testa, ogni_etichetta, preso, rientra, togli,
};
use super::{Atteso, Come, Parti, Trasporto, Utente, Voce};
use crate::firma::{Algoritmo, RiferimentoChiave};
use crate::security::digest::Digest;
use crate::soap::{VersioneSoap, ns};

use Come::{Certificato, Dopo, Prima, Ricetta as R};

/// One `InclusiveNamespaces` on every canonicalization of the message signature's references.
fn con_lista(x: &str, lista: &str) -> String {
    cambia(x, &["Security", "Signature", "SignedInfo"], |s| {
        s.replace(
            &format!("<ds:Transform Algorithm=\"{}\"></ds:Transform>", ns::EXC_C14N),
            &format!(
                "<ds:Transform Algorithm=\"{0}\"><ec:InclusiveNamespaces xmlns:ec=\"{0}\" PrefixList=\"{lista}\"/></ds:Transform>",
                ns::EXC_C14N
            ),
        )
    })
}

/// Children of Security in the opposite order: the signature comes first.
fn alla_rovescia(x: &str) -> String {
    let parti = ["Timestamp", "Assertion", "BinarySecurityToken", "Signature"];
    let mut nuovo = x.to_owned();
    for parte in parti {
        let tolto = preso(&nuovo, &["Security", parte]).to_owned();
        nuovo = in_testa(
            &togli(&nuovo, &["Security", parte]),
            &["Header", "Security"],
            &tolto,
        );
    }
    nuovo
}

/// The token inside the reference that names it.
fn token_incorporato(x: &str) -> String {
    let token = preso(x, &["Security", "BinarySecurityToken"]).to_owned();
    let senza = togli(x, &["Security", "BinarySecurityToken"]);
    contenuto(
        &senza,
        &["Signature", "KeyInfo", "SecurityTokenReference"],
        |_| format!("<wsse:Embedded>{token}</wsse:Embedded>"),
    )
}

/// Token and assertion signed by the message signature as well.
fn parti_in_piu(x: &str) -> String {
    let id = |percorso: &[&str], nome: &str| {
        let attributo = format!("{nome}=\"");
        preso(x, percorso)
            .split(&attributo)
            .nth(1)
            .and_then(|t| t.split('"').next())
            .unwrap_or("")
            .to_owned()
    };
    let mut nuovo = x.to_owned();
    for id in [
        id(&["Security", "BinarySecurityToken"], "Id"),
        id(&["Security", "Assertion"], " ID"),
    ] {
        let riferimento = preso(x, &["Security", "Signature", "SignedInfo", "Reference"]);
        let da = riferimento.find("URI=\"").map_or(0, |i| i + 5);
        let a = riferimento[da..].find('"').map_or(da, |i| da + i);
        let altro = format!("{}#{id}{}", &riferimento[..da], &riferimento[a..]);
        nuovo = in_coda(&nuovo, &["Security", "Signature", "SignedInfo"], &altro);
    }
    nuovo
}

/// Certificates and the PKCS#7 in lines of 76 characters.
fn base64_a_righe(x: &str) -> String {
    let mut nuovo = pkcs7(x, |t| a_righe(t, "\n"));
    for percorso in [
        &["Security", "BinarySecurityToken"][..],
        &["Assertion", "Signature", "KeyInfo", "X509Data", "X509Certificate"],
    ] {
        nuovo = contenuto(&nuovo, percorso, |t| a_righe(t, "\n"));
    }
    nuovo
}

/// Apostrophes around attribute values, where the value has none.
fn apici(x: &str) -> String {
    ogni_etichetta(x, |e| {
        if e.contains('\'') {
            e.to_owned()
        } else {
            e.replace('"', "'")
        }
    })
}

fn utf16(x: &str) -> Vec<u8> {
    std::iter::once(0xFEFF)
        .chain(x.encode_utf16())
        .flat_map(u16::to_le_bytes)
        .collect()
}

/// ISO-8859-1, with references for what it does not have.
fn latino(x: &str) -> Vec<u8> {
    let mut uscita = b"<?xml version=\"1.0\" encoding=\"ISO-8859-1\"?>".to_vec();
    for c in x.chars() {
        match u8::try_from(u32::from(c)) {
            Ok(b) => uscita.push(b),
            Err(_) => uscita.extend(format!("&#{};", u32::from(c)).into_bytes()),
        }
    }
    uscita
}

/// All of them.
pub static STRANEZZE: &[Voce] = voci! {
    // Habits of stacks (§4.1 – §4.3).
    "prefissi-wcf": "prefissi o e u, come WCF", R(|r| r.messaggio.varianti.prefissi_wcf = true);
    "prefissi-predefiniti": "Security nel namespace predefinito",
        Prima(|x| {
            x.replace("<wsse:", "<").replace("</wsse:", "</").replace("xmlns:wsse=", "xmlns=")
        });
    "asserzione-prima": "asserzione prima del Timestamp", R(|r| r.messaggio.varianti.asserzione_prima = true);
    "ordine-rovescio": "firma, token, asserzione, Timestamp", Prima(alla_rovescia);
    "issuer-altro": "Issuer con il nome della software house",
        R(|r| {
            "Software House & C.".clone_into(&mut r.messaggio.varianti.issuer);
        });
    "id-cifra": "ID dell'asserzione che comincia con una cifra",
        Prima(|x| {
            x.replace(" ID=\"_", " ID=\"1-").replace("URI=\"#_", "URI=\"#1-")
        });
    "tipo-asserzione": "asserzione con xsi:type",
        Prima(|x| {
            etichetta(x, &["Security", "Assertion"], |e| e.replacen(" ID=", " xsi:type=\"saml2:AssertionType\" ID=", 1))
        });
    "sette-decimali": "istanti dell'asserzione con sette decimali",
        R(|r| r.messaggio.varianti.decimali_asserzione = 7);
    "secondi-interi": "Timestamp senza decimali", R(|r| r.messaggio.varianti.decimali_timestamp = 0);
    "indirizzo-privato": "SubjectLocality con un indirizzo privato",
        Prima(|x| x.replace("\"192.0.2.10\"", "\"10.1.2.3\""));
    "classe-piena": "AuthnContextClassRef con un valore",
        Prima(|x| {
            cambia(x, &["AuthnContext", "AuthnContextClassRef"], |_| {
                "<saml2:AuthnContextClassRef>urn:oasis:names:tc:SAML:2.0:ac:classes:Password</saml2:AuthnContextClassRef>".to_owned()
            })
        });
    "senza-autenticazione": "asserzione senza AuthnStatement",
        Prima(|x| togli(x, &["Assertion", "AuthnStatement"]));
    "attributi-in-piu": "altri attributi nell'asserzione",
        Prima(|x| {
            in_coda(
                x,
                &["Assertion", "AttributeStatement"],
                "<saml2:Attribute Name=\"IdTransazione\"><saml2:AttributeValue>99999</saml2:AttributeValue></saml2:Attribute>",
            )
        });
    "must-understand-nudo": "mustUnderstand senza prefisso",
        Dopo(|x| {
            etichetta(x, &["Header", "Security"], |e| e.replace(" s:mustUnderstand=", " mustUnderstand="))
        });
    "altre-intestazioni": "altre intestazioni SOAP (WS-Addressing)",
        Dopo(|x| {
            in_testa(
                x,
                &["Envelope", "Header"],
                "<wsa:Action xmlns:wsa=\"http://www.w3.org/2005/08/addressing\">urn:prova</wsa:Action>",
            )
        });
    "soap12": "busta SOAP 1.2", R(|r| r.messaggio.varianti.versione = VersioneSoap::V12);
    // Clocks within the tolerance (§4.2).
    "orologio-avanti-poco": "orologio avanti di due secondi", R(|r| r.sposta(SignedDuration::from_secs(2)));
    "orologio-indietro": "orologio indietro di quattro minuti", R(|r| r.sposta(SignedDuration::from_mins(-4)));
    // Signatures (§4.5, §4.8).
    "sha256": "firme e digest con SHA-256", R(|r| r.messaggio.algoritmo = Algoritmo::RsaSha256);
    "asserzione-sha1": "digest dell'asserzione con SHA-1",
        R(|r| r.messaggio.varianti.digest_asserzione = Digest::Sha1);
    "lista-prefissi": "InclusiveNamespaces sui Reference, come CXF",
        R(|r| r.messaggio.varianti.lista_prefissi = true);
    "lista-vuota": "InclusiveNamespaces con l'elenco vuoto", Prima(|x| con_lista(x, ""));
    "lista-predefinito": "InclusiveNamespaces con #default e prefissi ignoti",
        Prima(|x| con_lista(x, "#default ignoto s"));
    "parti-in-piu": "firmati anche token e asserzione", Prima(parti_in_piu);
    "chiave-inclusa": "certificato dentro KeyInfo",
        R(|r| r.messaggio.varianti.chiave = RiferimentoChiave::Incluso);
    "emittente-seriale": "certificato indicato con emittente e numero di serie",
        R(|r| {
            r.messaggio.varianti.chiave = RiferimentoChiave::EmittenteSeriale;
        });
    "ski": "certificato indicato con l'identificatore della chiave",
        R(|r| r.messaggio.varianti.chiave = RiferimentoChiave::Ski);
    "impronta": "certificato indicato con l'impronta SHA-1",
        R(|r| r.messaggio.varianti.chiave = RiferimentoChiave::Impronta);
    "token-incorporato": "token dentro il riferimento che lo nomina", Prima(token_incorporato);
    "base64-a-righe": "certificati e PKCS#7 su più righe", Prima(base64_a_righe);
    // PKCS#7 (§4.6).
    "pkcs7-ber": "PKCS#7 in BER con lunghezze indefinite", R(|r| r.messaggio.varianti.pkcs7.ber = true);
    "pkcs7-sha1": "PKCS#7 con SHA-1", R(|r| r.messaggio.varianti.pkcs7.digest = Digest::Sha1);
    "pkcs7-senza-attributi": "PKCS#7 senza attributi firmati",
        R(|r| r.messaggio.varianti.pkcs7.attributi = false);
    "pkcs7-spazio": "uno spazio dopo l'identificativo nel PKCS#7",
        R(|r| r.messaggio.varianti.pkcs7.coda_bianca = true);
    "pkcs7-senza-certificato": "PKCS#7 senza certificato, che è altrove nel messaggio",
        R(|r| {
            r.messaggio.varianti.pkcs7.senza_certificato = true;
        });
    "pkcs7-a-capo": "PKCS#7 su righe separate da &#13;", Prima(|x| pkcs7(x, |t| a_righe(t, "&#13;\n")));
    // Other writings of the same infoset (§2.4).
    "rientri": "messaggio indentato prima della firma", Prima(rientra);
    "apici": "apostrofi intorno agli attributi", Dopo(apici);
    "spazi-nelle-etichette": "spazi e righe dentro le etichette",
        Dopo(|x| {
            ogni_etichetta(x, |e| {
                let fine = if e.ends_with("/>") { "/>" } else { ">" };
                format!("{}\n {fine}", &e[..e.len() - fine.len()])
            })
        });
    "commenti": "commenti fra gli elementi",
        Dopo(|x| {
            dopo(&in_testa(x, &["Envelope", "Body"], "<!-- prova -->"), &["Timestamp", "Created"], "<!-- prova -->")
        });
    "cdata": "NameID in una sezione CDATA",
        Dopo(|x| contenuto(x, &["Subject", "NameID"], |t| format!("<![CDATA[{t}]]>")));
    "riferimenti-carattere": "lettere del NameID come riferimenti",
        Dopo(|x| {
            contenuto(x, &["Subject", "NameID"], |t| t.chars().map(|c| format!("&#x{:X};", u32::from(c))).collect())
        });
    "namespace-inutili": "dichiarazioni di namespace che nessuno usa",
        Dopo(|x| {
            x.replacen("<s:Envelope ", "<s:Envelope xmlns:inutile=\"urn:inutile\" xmlns:inutile2=\"urn:inutile\" ", 1)
        });
    "dichiarazione": "dichiarazione XML con standalone",
        Dopo(|x| {
            format!("<?xml version=\"1.0\" encoding=\"utf-8\" standalone=\"yes\"?>\r\n{x}")
        });
    "bom": "segno d'ordine dei byte all'inizio",
        Come::Trasporto(Trasporto::Byte(|x| format!("\u{FEFF}{x}").into_bytes()));
    "utf16": "messaggio in UTF-16", Come::Trasporto(Trasporto::Byte(utf16));
    "iso-8859-1": "messaggio in ISO-8859-1", Come::Trasporto(Trasporto::Byte(latino));
    // Callers.
    "postazione-pc": "Comune e postazione con due certificati",
        Certificato { parti: Parti::Postazione, difetto: None };
    "tutto-pc": "un certificato PC per tutto", Certificato { parti: Parti::Tutte, difetto: None };
    "utente-free": "utente generico dell'ambiente FREE (solo in test, Comuni 888nnn)",
        Come::Utente(Utente::Free);
    // HTTP (§2.1).
    "a-pezzi": "corpo a pezzi (chunked) con Expect: 100-continue", Come::Trasporto(Trasporto::APezzi);
    "gzip": "corpo compresso (Content-Encoding: gzip)", Come::Trasporto(Trasporto::Gzip);
    "soapaction-piena": "SOAPAction non vuota",
        Come::Trasporto(Trasporto::Intestazioni(&[("soapaction", "\"urn:prova\"")]));
    "tipo-maiuscolo": "Content-Type in maiuscolo, charset fra virgolette",
        Come::Trasporto(Trasporto::Intestazioni(&[("content-type", "TEXT/XML; Charset=\"UTF-8\"")]));
    "replica": "lo stesso messaggio due volte", Come::Trasporto(Trasporto::DueVolte);
};
