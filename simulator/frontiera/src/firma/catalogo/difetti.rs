//! What is wrong, and how it is refused (spec security §6.2, §8, §10).

use jiff::SignedDuration;

use super::ritocchi::{
    a_righe, cambia, cambia_primo, cambia_ultimo, contenuto, dopo, etichetta, in_coda, in_testa, preso,
    raddoppia, rientra, togli,
};
use super::{Atteso, Come, Parti, Trasporto, Utente, Voce};
use crate::soap::{TipoFault, ns};

use Atteso::Fault;
use Come::{Certificato, Dopo, Prima, Ricetta as R};
use TipoFault::{F1, F2, F3, F4, F5, F6, F7, F8, F9, F10};

const SEI_MINUTI: SignedDuration = SignedDuration::from_mins(6);
const C14N_INCLUSIVO: &str = "http://www.w3.org/TR/2001/REC-xml-c14n-20010315";
const FIRMA: &[&str] = &["Security", "Signature"];
const FIRMA_ASSERZIONE: &[&str] = &["Assertion", "Signature"];
const RIFERIMENTO: &[&str] = &["Security", "Signature", "SignedInfo", "Reference"];

/// A certificate of the desk with this defect.
const fn cert(parti: Parti, difetto: &'static str) -> Come {
    Certificato {
        parti,
        difetto: Some(difetto),
    }
}

const fn ko(riga: &'static str, codice: &'static str, testo: &'static str) -> Atteso {
    Atteso::Ko { riga, codice, testo }
}

/// A value with a comment: the canonical form, and so the signature, do not change.
fn commentato(valore: &str) -> String {
    format!("<!-- -->{valore}")
}

/// The attribute of the assertion with this name, taken away.
fn senza_attributo(x: &str, nome: &str) -> String {
    contenuto(x, &["AttributeStatement"], |tutti| {
        let da = tutti
            .find(&format!("Name=\"{nome}\""))
            .and_then(|i| tutti[..i].rfind('<'))
            .unwrap_or(0);
        let fine = "</saml2:Attribute>";
        let a = tutti[da..].find(fine).map_or(da, |i| da + i + fine.len());
        format!("{}{}", &tutti[..da], &tutti[a..])
    })
}

/// One of the algorithms of the message signature, by the element that names it.
fn algoritmo(x: &str, elemento: &str, uri: &str) -> String {
    etichetta(x, &["Security", "Signature", "SignedInfo", elemento], |e| {
        con_algoritmo(e, uri)
    })
}

fn con_algoritmo(e: &str, uri: &str) -> String {
    let da = e.find("Algorithm=\"").map_or(0, |i| i + 11);
    let a = e[da..].find('"').map_or(e.len(), |i| da + i);
    format!("{}{uri}{}", &e[..da], &e[a..])
}

/// The transform of the first reference, with another algorithm.
fn trasformazione(x: &str, uri: &str) -> String {
    let percorso: Vec<_> = RIFERIMENTO
        .iter()
        .copied()
        .chain(["Transforms", "Transform"])
        .collect();
    etichetta(x, &percorso, |e| con_algoritmo(e, uri))
}

/// The URI of the first reference of the message signature.
fn uri(x: &str, nuovo: &str) -> String {
    etichetta(x, RIFERIMENTO, |e| {
        let da = e.find(" URI=\"").unwrap_or(0);
        let a = e[da + 6..].find('"').map_or(e.len(), |i| da + 7 + i);
        format!("{}{nuovo}{}", &e[..da], &e[a..])
    })
}

/// Removes the reference to Timestamp (0) or Body (1) from the message signature.
fn senza_riferimento(x: &str, quale: usize) -> String {
    contenuto(x, &["Security", "Signature", "SignedInfo"], |dentro| {
        let fine = "</ds:Reference>";
        let da = dentro
            .match_indices("<ds:Reference")
            .nth(quale)
            .map_or(0, |(i, _)| i);
        let a = dentro[da..].find(fine).map_or(da, |i| da + i + fine.len());
        format!("{}{}", &dentro[..da], &dentro[a..])
    })
}

/// A false assertion around the true one, whose signature it borrows.
fn asserzione_avvolta(x: &str) -> String {
    cambia(x, &["Security", "Assertion"], |vera| {
        let falsa = vera.replacen("ID=\"_", "ID=\"_falsa-", 1);
        let avvolta = format!("<saml2:Advice>{vera}</saml2:Advice>");
        falsa.replacen("<saml2:Issuer>", &format!("{avvolta}<saml2:Issuer>"), 1)
    })
}

/// The signed Body hides in the header; another stands in its place.
fn body_avvolto(x: &str) -> String {
    let firmato = preso(x, &["Envelope", "Body"]).to_owned();
    let finto = contenuto(x, &["Envelope", "Body"], ToOwned::to_owned);
    let finto = etichetta(&finto, &["Envelope", "Body"], |_| "<s:Body>".to_owned());
    in_coda(
        &finto,
        &["Envelope", "Header"],
        &format!("<x:nascosto xmlns:x=\"urn:x\">{firmato}</x:nascosto>"),
    )
}

/// Where somebody could look the bytes of a message up: an octet that is not UTF-8 inside the Body.
fn non_utf8(x: &str) -> Vec<u8> {
    let dove = x.rfind("</").unwrap_or(x.len());
    [&x.as_bytes()[..dove], b"\xE0", &x.as_bytes()[dove..]].concat()
}

/// All of them.
pub static DIFETTI: &[Voce] = voci! {
    // Times (§4.2, §4.3).
    "timestamp-scaduto": Fault(F1), "Timestamp e asserzione scaduti da sei minuti",
        R(|r| {
            r.sposta(-(r.messaggio.durata + SEI_MINUTI));
        });
    "orologio-avanti": Fault(F1), "orologio avanti di trenta secondi",
        R(|r| r.sposta(SignedDuration::from_secs(30)));
    "ora-locale": Fault(F1), "ora locale estiva scritta come UTC",
        R(|r| r.sposta(SignedDuration::from_hours(2)));
    "ora-con-fuso": Fault(F1), "istante con lo scarto dal fuso invece della Z",
        Prima(|x| {
            contenuto(x, &["Timestamp", "Created"], |t| t.replace('Z', "+00:00"))
        });
    "durata-eccessiva": Fault(F1), "Timestamp valido per undici minuti",
        R(|r| {
            r.messaggio.durata = SignedDuration::from_mins(11);
        });
    "timestamp-senza-inizio": Fault(F1), "Timestamp senza Created",
        Prima(|x| togli(x, &["Timestamp", "Created"]));
    "timestamp-senza-scadenza": Fault(F1), "Timestamp senza Expires",
        Prima(|x| togli(x, &["Timestamp", "Expires"]));
    "asserzione-scaduta": Fault(F1), "Timestamp fresco, asserzione scaduta",
        R(|r| {
            r.scarto_asserzione = -(r.messaggio.durata + SEI_MINUTI);
        });
    "asserzione-futura": Fault(F1), "Timestamp fresco, asserzione valida solo fra un minuto",
        R(|r| {
            r.scarto_asserzione = SignedDuration::from_mins(1);
        });
    "asserzione-senza-scadenza": Fault(F1), "asserzione che non dice quando scade",
        Prima(|x| {
            cambia(x, &["Assertion"], |a| {
                a.replace(" SessionNotOnOrAfter=", " senzaValore1=").replace(" NotOnOrAfter=", " senzaValore2=")
            })
        });
    // The header's structure (§4.1).
    "intestazione-doppia": Fault(F1), "due wsse:Security", Dopo(|x| raddoppia(x, &["Header", "Security"]));
    "timestamp-doppio": Fault(F1), "due Timestamp", Dopo(|x| raddoppia(x, &["Security", "Timestamp"]));
    "asserzione-doppia": Fault(F1), "due asserzioni", Dopo(|x| raddoppia(x, &["Security", "Assertion"]));
    "firma-doppia": Fault(F1), "due firme del messaggio", Dopo(|x| raddoppia(x, FIRMA));
    "commento-nel-valore": Fault(F1), "un commento dentro il valore di NameID",
        Dopo(|x| contenuto(x, &["Subject", "NameID"], commentato));
    "commento-nel-corpo": Fault(F1), "un commento dentro un valore del Body firmato",
        Dopo(|x| contenuto(x, &["testataRichiesta", "idOperazioneComune"], commentato));
    "senza-intestazione": Fault(F7), "manca wsse:Security", Dopo(|x| togli(x, &["Header", "Security"]));
    "senza-timestamp": Fault(F7), "manca il Timestamp",
        Prima(|x| {
            senza_riferimento(&togli(x, &["Security", "Timestamp"]), 0)
        });
    "senza-asserzione": Fault(F1), "manca l'asserzione SAML", Prima(|x| togli(x, &["Security", "Assertion"]));
    "senza-firma": Fault(F7), "manca la firma del messaggio", Dopo(|x| togli(x, FIRMA));
    // What the message signature covers (§4.8).
    "solo-corpo": Fault(F7), "firmato soltanto il Body", Prima(|x| senza_riferimento(x, 0));
    "solo-timestamp": Fault(F7), "firmato soltanto il Timestamp", Prima(|x| senza_riferimento(x, 1));
    "body-avvolto": Fault(F7), "il Body firmato è nascosto nell'intestazione, al suo posto ce n'è un altro",
        Dopo(body_avvolto);
    "corpo-modificato": Fault(F5), "il Body cambia dopo la firma",
        Dopo(|x| in_coda(x, &["Envelope", "Body"], "\n"));
    "corpo-rientrato": Fault(F5), "il Body viene reindentato dopo la firma",
        Dopo(|x| {
            contenuto(x, &["Envelope", "Body"], rientra)
        });
    "timestamp-modificato": Fault(F5), "il Timestamp cambia dopo la firma",
        Dopo(|x| {
            in_coda(x, &["Timestamp", "Expires"], " ")
        });
    "digest-errato": Fault(F5), "un DigestValue sbagliato",
        Dopo(|x| {
            contenuto(x, &["Security", "Signature", "SignedInfo", "Reference", "DigestValue"], cambia_primo)
        });
    // Identifiers and references (§4.9).
    "riferimento-inesistente": Fault(F2), "un Reference verso un Id che non c'è",
        Prima(|x| {
            uri(x, " URI=\"#non-esiste\"")
        });
    "riferimento-senza-uri": Fault(F2), "un Reference senza URI", Prima(|x| uri(x, ""));
    "riferimento-intero": Fault(F2), "un Reference all'intero documento (URI vuoto)",
        Prima(|x| uri(x, " URI=\"\""));
    "riferimento-xpointer": Fault(F2), "un Reference con xpointer",
        Prima(|x| {
            let id = preso(x, &["Security", "Timestamp"]).split("Id=\"").nth(1).and_then(|t| t.split('"').next());
            uri(x, &format!(" URI=\"#xpointer(id('{}'))\"", id.unwrap_or("")))
        });
    "riferimento-esterno": Fault(F2), "un Reference a un indirizzo fuori del messaggio",
        Prima(|x| {
            uri(x, " URI=\"http://esempio.invalid/documento.xml\"")
        });
    "riferimento-doppio": Fault(F1), "la stessa parte firmata due volte", Prima(|x| raddoppia(x, RIFERIMENTO));
    "soap-id": Fault(F2), "soap:Id sul Body al posto di wsu:Id",
        Prima(|x| {
            etichetta(x, &["Envelope", "Body"], |e| e.replace("wsu:Id=", "s:Id=").replace("u:Id=", "s:Id="))
        });
    "timestamp-id-nudo": Fault(F2), "Id senza prefisso sul Timestamp al posto di wsu:Id",
        Prima(|x| {
            etichetta(x, &["Security", "Timestamp"], |e| e.replace(" wsu:Id=", " Id=").replace(" u:Id=", " Id="))
        });
    "id-duplicato": Fault(F2), "lo stesso identificatore su due elementi",
        Dopo(|x| {
            let id = preso(x, &["Envelope", "Body"]).split("Id=\"").nth(1).and_then(|t| t.split('"').next());
            let gemello = format!("<w:gemello xmlns:w=\"{}\" w:Id=\"{}\"/>", ns::WSU, id.unwrap_or(""));
            in_testa(x, &["Envelope", "Header"], &gemello)
        });
    "id-nudo-duplicato": Fault(F2), "l'identificatore del Body anche su un'intestazione non firmata, come Id nudo",
        Dopo(|x| {
            let id = preso(x, &["Envelope", "Body"]).split("Id=\"").nth(1).and_then(|t| t.split('"').next());
            let altra = format!("<x:altra xmlns:x=\"urn:x\" Id=\"{}\"/>", id.unwrap_or(""));
            in_coda(x, &["Envelope", "Header"], &altra)
        });
    "token-inesistente": Fault(F2), "KeyInfo rinvia a un token che non c'è",
        Prima(|x| {
            etichetta(x, &["SecurityTokenReference", "Reference"], |e| e.replace("#X509-", "#assente-"))
        });
    // Algorithms (§4.8).
    "firma-hmac": Fault(F1), "HMAC-SHA1 con il certificato come segreto",
        Prima(|x| {
            algoritmo(x, "SignatureMethod", ns::HMAC_SHA1)
        });
    "riferimenti-troppi": Fault(F1), "un Reference ripetuto venti volte",
        Prima(|x| cambia(x, RIFERIMENTO, |r| r.repeat(20)));
    "firma-sha512": Fault(F1), "firma RSA con SHA-512",
        Prima(|x| algoritmo(x, "SignatureMethod", "http://www.w3.org/2001/04/xmldsig-more#rsa-sha512"));
    "firma-md5": Fault(F1), "firma RSA con MD5",
        Prima(|x| {
            algoritmo(x, "SignatureMethod", "http://www.w3.org/2001/04/xmldsig-more#rsa-md5")
        });
    "digest-md5": Fault(F1), "digest MD5",
        Prima(|x| {
            let percorso: Vec<_> = RIFERIMENTO.iter().copied().chain(["DigestMethod"]).collect();
            etichetta(x, &percorso, |e| con_algoritmo(e, "http://www.w3.org/2001/04/xmldsig-more#md5"))
        });
    "c14n-inclusivo": Fault(F1), "C14N inclusivo al posto dell'esclusivo",
        Prima(|x| {
            algoritmo(x, "CanonicalizationMethod", C14N_INCLUSIVO)
        });
    "trasformazione-inclusiva": Fault(F1), "un Reference con il C14N inclusivo",
        Prima(|x| trasformazione(x, C14N_INCLUSIVO));
    "trasformazione-xslt": Fault(F1), "un Reference con una trasformazione XSLT",
        Prima(|x| {
            trasformazione(x, "http://www.w3.org/TR/1999/REC-xslt-19991116")
        });
    "trasformazione-xpath": Fault(F1), "un Reference con una trasformazione XPath",
        Prima(|x| {
            trasformazione(x, "http://www.w3.org/TR/1999/REC-xpath-19991116")
        });
    "str-transform": Fault(F1), "un Reference con la STR-Transform",
        Prima(|x| trasformazione(x, ns::STR_TRANSFORM));
    "senza-c14n": Fault(F1), "un Reference senza trasformazioni",
        Prima(|x| {
            let percorso: Vec<_> = RIFERIMENTO.iter().copied().chain(["Transforms"]).collect();
            togli(x, &percorso)
        });
    // Value and key of the message signature.
    "firma-alterata": Fault(F1), "un SignatureValue sbagliato",
        Dopo(|x| {
            contenuto(x, &["Security", "Signature", "SignatureValue"], cambia_primo)
        });
    "firma-non-base64": Fault(F1), "un SignatureValue che non è base64",
        Dopo(|x| {
            contenuto(x, &["Security", "Signature", "SignatureValue"], |t| format!("*{t}"))
        });
    "senza-keyinfo": Fault(F1), "la firma del messaggio non dice con quale chiave",
        Prima(|x| {
            togli(x, &["Security", "Signature", "KeyInfo"])
        });
    "token-altro-tipo": Fault(F1), "token di tipo PKIPath",
        Prima(|x| {
            etichetta(x, &["Security", "BinarySecurityToken"], |e| e.replace("#X509v3", "#X509PKIPathv1"))
        });
    "token-illeggibile": Fault(F1), "BinarySecurityToken che non è un certificato",
        Prima(|x| {
            contenuto(x, &["Security", "BinarySecurityToken"], |t| a_righe(&t.chars().rev().collect::<String>(), "\n"))
        });
    // Certificates (§4.4, §5): the desk issues them.
    "certificato-scaduto": Fault(F1), "certificato del Comune scaduto", cert(Parti::Comune, "scaduto");
    "certificato-futuro": Fault(F1), "certificato del Comune non ancora valido", cert(Parti::Comune, "futuro");
    "certificato-ca-altrui": Fault(F1), "certificato del Comune di una CA sconosciuta",
        cert(Parti::Comune, "ca-altrui");
    "certificato-altro-ambiente": Fault(F1), "certificato del Comune di un altro ambiente",
        cert(Parti::Comune, "altro-ambiente");
    "certificato-altro-comune": Fault(F1), "messaggio e asserzione firmati da un altro Comune",
        cert(Parti::Comune, "altro-comune");
    "certificato-senza-cn": Fault(F1), "certificato del Comune senza CN", cert(Parti::Comune, "senza-cn");
    "certificato-debole": Fault(F1), "certificato del Comune con chiave di 1024 bit",
        cert(Parti::Comune, "chiave-debole");
    "certificato-revocato": Fault(F4), "certificato del Comune cancellato nella console",
        cert(Parti::Comune, "revocato");
    "postazione-scaduta": Fault(F1), "certificato di postazione scaduto", cert(Parti::Postazione, "scaduto");
    "postazione-ca-altrui": Fault(F1), "certificato di postazione di una CA sconosciuta",
        cert(Parti::Postazione, "ca-altrui");
    "postazione-altro-comune": Fault(F1), "certificato di postazione di un altro Comune",
        cert(Parti::Postazione, "altro-comune");
    "postazione-debole": Fault(F1), "certificato di postazione con chiave di 1024 bit",
        cert(Parti::Postazione, "chiave-debole");
    "postazione-revocata": Fault(F4), "certificato di postazione cancellato nella console",
        cert(Parti::Postazione, "revocato");
    // The assertion (§4.3, §4.5).
    "asserzione-alterata": Fault(F1), "un attributo dell'asserzione cambia dopo la firma",
        Dopo(|x| {
            contenuto(x, &["Assertion", "Issuer"], |t| format!("{t}-altro"))
        });
    "asserzione-senza-firma": Fault(F1), "asserzione senza la sua firma", Prima(|x| togli(x, FIRMA_ASSERZIONE));
    "asserzione-altro-riferimento": Fault(F1), "la firma dell'asserzione riguarda un altro elemento",
        Prima(|x| {
            let id = preso(x, &["Security", "Timestamp"]).split("Id=\"").nth(1).and_then(|t| t.split('"').next());
            etichetta(x, &["Assertion", "Signature", "SignedInfo", "Reference"], |_| {
                format!("<ds:Reference URI=\"#{}\">", id.unwrap_or(""))
            })
        });
    "asserzione-senza-uri": Fault(F1), "la firma dell'asserzione ha un Reference senza URI",
        Prima(|x| {
            etichetta(x, &["Assertion", "Signature", "SignedInfo", "Reference"], |_| "<ds:Reference>".to_owned())
        });
    "asserzione-avvolta": Fault(F1), "un'asserzione falsa avvolge quella firmata", Dopo(asserzione_avvolta);
    "asserzione-saml1": Fault(F1), "asserzione che si dice di versione 1.1",
        Prima(|x| {
            etichetta(x, &["Security", "Assertion"], |e| e.replace("Version=\"2.0\"", "Version=\"1.1\""))
        });
    "sender-vouches": Fault(F1), "conferma del soggetto diversa da bearer",
        Prima(|x| {
            etichetta(x, &["Subject", "SubjectConfirmation"], |e| e.replace(":bearer", ":sender-vouches"))
        });
    "holder-of-key": Fault(F1), "conferma del soggetto con chiave",
        Prima(|x| {
            etichetta(x, &["Subject", "SubjectConfirmation"], |e| e.replace(":bearer", ":holder-of-key"))
        });
    "senza-conferma": Fault(F1), "soggetto senza SubjectConfirmation",
        Prima(|x| togli(x, &["Subject", "SubjectConfirmation"]));
    "senza-issuer": Fault(F1), "asserzione senza Issuer", Prima(|x| togli(x, &["Assertion", "Issuer"]));
    "senza-nameid": Fault(F1), "asserzione senza NameID", Prima(|x| togli(x, &["Subject", "NameID"]));
    "senza-idsede": Fault(F1), "manca l'attributo IdSede", Prima(|x| senza_attributo(x, "IdSede"));
    "senza-idpostazione": Fault(F1), "manca l'attributo IdPostazione",
        Prima(|x| senza_attributo(x, "IdPostazione"));
    "senza-idpostazionefirmato": Fault(F1), "manca l'attributo IdPostazioneFirmato",
        Prima(|x| {
            senza_attributo(x, "IdPostazioneFirmato")
        });
    "attributo-doppio": Fault(F1), "un attributo dell'asserzione ripetuto",
        Prima(|x| {
            raddoppia(x, &["AttributeStatement", "Attribute"])
        });
    "idpostazione-malformata": Fault(F1), "IdPostazione che non ha la forma nnnnnn-PC-nnnn",
        R(|r| {
            r.messaggio.id_postazione.push('0');
        });
    // Identities (§4.4, §4.6, §5.7).
    "idsede-diversa": Fault(F6), "IdSede di un Comune diverso da quello di IdPostazione",
        R(|r| {
            r.messaggio.id_sede = cambia_ultimo(&r.messaggio.id_sede);
        });
    "idsede-incompleta": Fault(F6), "IdSede senza la prima cifra",
        R(|r| {
            r.messaggio.id_sede = r.messaggio.id_sede.chars().skip(1).collect();
        });
    "pkcs7-altrui": Fault(F1), "PKCS#7 di un altro firmatario o su un altro identificativo",
        R(|r| r.pkcs7_altrui = true);
    "pkcs7-altro-id": Fault(F1), "PKCS#7 su un identificativo diverso da IdPostazione",
        R(|r| r.pkcs7_altro_id = true);
    "pkcs7-staccato": Fault(F1), "PKCS#7 senza il contenuto", R(|r| r.messaggio.varianti.pkcs7.staccato = true);
    "pkcs7-due-firmatari": Fault(F1), "PKCS#7 con due firmatari",
        R(|r| r.messaggio.varianti.pkcs7.due_firmatari = true);
    "pkcs7-non-base64": Fault(F1), "IdPostazioneFirmato che non è base64",
        Prima(|x| pkcs7(x, |t| format!("*{t}")));
    "pkcs7-illeggibile": Fault(F1), "IdPostazioneFirmato che non è un PKCS#7",
        Prima(|x| pkcs7(x, |_| "QUJD".to_owned()));
    "operatore-sconosciuto": Fault(F1), "NameID sbagliato di una lettera",
        R(|r| {
            r.messaggio.name_id = cambia_ultimo(&r.messaggio.name_id);
        });
    "operatore-bloccato": Fault(F1), "operatore bloccato", Come::Utente(Utente::Bloccato);
    "operatore-cancellato": Fault(F1), "operatore cancellato", Come::Utente(Utente::Cancellato);
    "operatore-altro-ambiente": Fault(F1), "operatore censito soltanto negli altri ambienti",
        Come::Utente(Utente::AltroAmbiente);
    // The body (§6.3 step 5).
    "xsd-errato": Fault(F2), "un elemento non previsto dallo schema",
        R(|r| {
            if let Some(fine) = r.messaggio.corpo_xml.rfind("</") {
                r.messaggio.corpo_xml.insert_str(fine, "<elementoNonPrevisto/>");
            }
        });
    "radice-altrui": Fault(F2), "nel Body la richiesta di un altro servizio",
        R(|r| {
            "<x:RichiestaAltra xmlns:x=\"http://sogei.it/ANPR/altro\"/>".clone_into(&mut r.messaggio.corpo_xml);
        });
    "body-vuoto": Fault(F2), "Body senza elementi", R(|r| r.messaggio.corpo_xml.clear());
    "due-elementi": Fault(F2), "due elementi nel Body",
        R(|r| {
            r.messaggio.corpo_xml = r.messaggio.corpo_xml.repeat(2);
        });
    // The envelope (§2.4).
    "doctype": Fault(F3), "una dichiarazione DOCTYPE", Dopo(|x| format!("<!DOCTYPE Envelope>{x}"));
    "non-ben-formato": Fault(F3), "XML troncato", Dopo(|x| x[..x.rfind("</").unwrap_or(0)].to_owned());
    "entita": Fault(F3), "un'entità non dichiarata",
        Dopo(|x| in_coda(x, &["Assertion", "Issuer"], "&simulatore;"));
    "senza-busta": Fault(F3), "il corpo senza Envelope",
        Dopo(|x| {
            let dentro = preso(x, &["Envelope", "Body"]);
            let da = dentro.find('>').map_or(0, |i| i + 1);
            dentro[da..dentro.rfind("</").unwrap_or(da)].to_owned()
        });
    "due-body": Fault(F3), "due Body", Dopo(|x| dopo(x, &["Envelope", "Body"], "<s:Body/>"));
    "altro-soap": Fault(F3), "Envelope in un namespace che non è SOAP 1.1 né 1.2",
        Dopo(|x| {
            x.replace(ns::SOAP11, "http://www.w3.org/2001/12/soap-envelope")
        });
    "non-utf8": Fault(F3), "ottetti che non sono UTF-8", Come::Trasporto(Trasporto::Byte(non_utf8));
    "percorso-ignoto": Fault(F3), "percorso con maiuscole e minuscole sbagliate",
        Come::Trasporto(Trasporto::Percorso("/ANPRTestConn/testconn"));
    // The platform behind the gateway (§6.2): the fault plan.
    "errore-nl": Fault(F8), "il sistema risponde ErrorNL (piano dei guasti)", Come::Guasto("F8");
    "risposta-invalida": Fault(F9), "l'operazione si fa, la sua risposta è contro lo schema (piano dei guasti)",
        Come::Guasto("F9");
    "risposta-illeggibile": Fault(F10), "il servizio non risponde in XML (piano dei guasti)", Come::Guasto("F10");
    // In band (§8).
    "funzione-assente": ko("A1", "XXXX", "Utente non abilitato 5"), "operatore senza la funzione dell'operazione",
        Come::Utente(Utente::SenzaFunzione);
    "operatore-altro-comune": ko("A3", "XXXX", "codice ISTAT"), "operatore di un altro Comune",
        Come::Utente(Utente::AltroComune);
    "mittente-altrui": ko("A3", "XXXX", "codMittente"), "codMittente di un altro Comune",
        R(|r| {
            let altro = cambia_ultimo(&r.messaggio.id_sede);
            r.testata("codMittente", &altro);
        });
    "destinatario-ignoto": ko("A7", "XXXX", "codDestinatario"), "codDestinatario non ammesso",
        R(|r| {
            r.testata("codDestinatario", "ANPR99");
        });
    "operazione-errata": ko("", "XXXX", "Operazione richiesta"), "operazioneRichiesta di un altro servizio",
        R(|r| {
            r.testata("operazioneRichiesta", "9999");
        });
    "errore-generico": ko("A5", "999", "Operazione"), "errore generico (piano dei guasti)", Come::Guasto("999");
    "tipo-invio-errato": ko("A8", "EN148", "tipoInvio"), "tipoInvio di un altro ambiente",
        R(|r| {
            r.testata("tipoInvio", "ALTRO");
        });
};

/// Changes the value of `IdPostazioneFirmato`.
pub(super) fn pkcs7(x: &str, con: impl Fn(&str) -> String) -> String {
    contenuto(x, &["AttributeStatement"], |tutti| {
        let da = tutti.find("IdPostazioneFirmato").unwrap_or(0);
        let inizio = tutti[da..].find("AttributeValue").map_or(da, |i| da + i);
        let inizio = tutti[inizio..].find('>').map_or(inizio, |i| inizio + i + 1);
        let fine = tutti[inizio..].find('<').map_or(inizio, |i| inizio + i);
        format!(
            "{}{}{}",
            &tutti[..inizio],
            con(&tutti[inizio..fine]),
            &tutti[fine..]
        )
    })
}
