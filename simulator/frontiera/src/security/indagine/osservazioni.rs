//! Everything else that is wrong or odd about a request, whichever step stopped it.
//!
//! Each observation stands alone: what is told here would have stopped the request sooner or later, or explains why
//! another thing did. Sentences are for the developer of the sender.

use crate::albero::{Document, Node};
use jiff::{SignedDuration, Timestamp};
use schema::Modello;

use super::vicini::piu_vicino;
use super::{Osservazione, Perito, Perizia, TempoVisto};
use crate::security::digest::Digest;
use crate::security::esame::Tavolo;
use crate::security::tempo;
use crate::security::xmldsig::{Ammessi, Firma};
use crate::security::{identificatori::Identificatori, testo_di};
use crate::soap::busta::unico_figlio;
use crate::soap::ns;

/// XML encryption.
const XENC: &str = "http://www.w3.org/2001/04/xmlenc#";
/// SAML 1.1 assertion.
const SAML1: &str = "urn:oasis:names:tc:SAML:1.0:assertion";

fn osserva_una(p: &mut Perizia, passo: &'static str, testo: impl Into<String>) {
    let testo = testo.into();
    if !p.osservazioni.iter().any(|o| o.testo == testo) {
        p.osservazioni.push(Osservazione { passo, testo });
    }
}

/// A document that is no SOAP envelope.
pub(super) fn senza_busta(doc: &Document<'_>, p: &mut Perizia) {
    let radice = doc.root_element();
    let spazio = radice.tag_name().namespace().unwrap_or("");
    if radice.tag_name().name() == "Envelope"
        && let Some(vicino) = piu_vicino(spazio, [ns::SOAP11, ns::SOAP12])
    {
        osserva_una(
            p,
            "busta",
            format!("il namespace di Envelope è «{spazio}»: intendevate «{vicino}»?"),
        );
    } else if Modello::di(spazio, radice.tag_name().name()).is_some() {
        osserva_una(
            p,
            "busta",
            "avete inviato la richiesta senza busta: va dentro soap:Envelope/soap:Body",
        );
    }
}

/// One window against the clock, in words.
pub(super) fn tempo(dove: &str, da: Option<String>, a: Option<String>, t: &Tavolo<'_>) -> TempoVisto {
    let leggi = |x: &Option<String>| x.as_deref().map(tempo::istante).transpose();
    let (frase, buono) = match (leggi(&da), leggi(&a)) {
        (Err(e), _) | (_, Err(e)) => (e.to_string(), false),
        (Ok(inizio), Ok(fine)) => {
            let f = tempo::finestra(inizio, fine, t.adesso, t.politica.tolleranza_futuro);
            match tempo::spiega(f) {
                Some(frase) => (frase, false),
                None => (scarto(inizio, t.adesso), true),
            }
        }
    };
    TempoVisto {
        dove: dove.to_owned(),
        da,
        a,
        frase,
        buono,
    }
}

/// How far an instant is from ours.
fn scarto(inizio: Option<Timestamp>, adesso: Timestamp) -> String {
    let Some(inizio) = inizio else {
        return "in corso di validità".into();
    };
    let d = inizio.duration_since(adesso);
    if d.abs() < SignedDuration::from_secs(1) {
        "in corso di validità, orologi allineati".into()
    } else if d.is_positive() {
        format!(
            "in corso di validità; il vostro orologio è avanti di {}",
            tempo::a_parole(d)
        )
    } else {
        format!(
            "in corso di validità; creato {} prima dell'arrivo",
            tempo::a_parole(d)
        )
    }
}

/// All observations on an envelope.
pub(super) fn osserva(x: &Perito<'_, '_, '_>, p: &mut Perizia) {
    radice(x, p);
    intestazione(x, p);
    let Some(security) = x.security else { return };
    if let Err(e) = Identificatori::leggi(x.doc, true) {
        osserva_una(p, "riferimenti", e.to_string());
    }
    firma_messaggio(x, security, p);
    asserzione(x, p);
    identita(x, p);
    for problema in p
        .pkcs7
        .iter()
        .filter_map(|f| f.problema.clone())
        .collect::<Vec<_>>()
    {
        osserva_una(p, "postazione-firmata", problema);
    }
    for n in security.children().filter(Node::is_element) {
        if n.has_tag_name((ns::WSSE, "UsernameToken")) {
            osserva_una(
                p,
                "intestazione",
                "wsse:UsernameToken non serve: nessuna password viaggia nei servizi web di ANPR",
            );
        }
    }
    if x.busta
        .envelope
        .descendants()
        .any(|n| n.has_tag_name((XENC, "EncryptedData")))
    {
        osserva_una(
            p,
            "schema",
            "il messaggio è cifrato con XML Encryption: ANPR vuole il Body in chiaro, dentro TLS",
        );
    }
}

fn radice(x: &Perito<'_, '_, '_>, p: &mut Perizia) {
    let Some(radice) = unico_figlio(x.busta.body) else {
        return;
    };
    let (spazio, nome) = (
        radice.tag_name().namespace().unwrap_or(""),
        radice.tag_name().name(),
    );
    if x.t.radici.contains(&(spazio, nome)) {
        return;
    }
    let attese = x.t.radici;
    if let Some((s, _)) = attese.iter().find(|(_, n)| *n == nome) {
        let testo = if spazio.is_empty() {
            format!("{nome} non ha namespace: intendevate «{s}»?")
        } else {
            format!("il namespace di {nome} è «{spazio}»: intendevate «{s}»?")
        };
        return osserva_una(p, "schema", testo);
    }
    if Modello::di(spazio, nome).is_some() {
        let qui = attese.iter().map(|(_, n)| *n).collect::<Vec<_>>().join(", ");
        return osserva_una(
            p,
            "schema",
            format!("{nome} è una richiesta di un altro servizio: questo percorso accetta {qui}"),
        );
    }
    if let Some(vicino) = piu_vicino(nome, attese.iter().map(|(_, n)| *n)) {
        osserva_una(p, "schema", format!("«{nome}»: intendevate «{vicino}»?"));
    }
}

fn intestazione(x: &Perito<'_, '_, '_>, p: &mut Perizia) {
    if x.security.is_some() {
        return;
    }
    let altra = x
        .busta
        .envelope
        .descendants()
        .find(|n| n.is_element() && n.tag_name().name() == "Security");
    match altra {
        Some(n) if n.tag_name().namespace() == Some(ns::WSSE) => osserva_una(
            p,
            "intestazione",
            "wsse:Security non è figlia di soap:Header: va messa lì",
        ),
        Some(n) => {
            let spazio = n.tag_name().namespace().unwrap_or("");
            osserva_una(
                p,
                "intestazione",
                format!("Security ha il namespace «{spazio}»: intendevate «{}»?", ns::WSSE),
            );
        }
        None => {}
    }
}

fn firma_messaggio(x: &Perito<'_, '_, '_>, security: Node<'_, '_>, p: &mut Perizia) {
    let body = x.busta.body;
    let timestamp = x.figlio(ns::WSU, "Timestamp");
    for (nodo, nome) in [(Some(body), "Body"), (timestamp, "Timestamp")] {
        let Some(n) = nodo else { continue };
        if n.attribute((ns::WSU, "Id")).is_some() {
            continue;
        }
        let altro = n
            .attributes()
            .find(|a| a.name().eq_ignore_ascii_case("id"))
            .map(|a| match a.namespace() {
                None => a.name().to_owned(),
                Some(s) => format!("{} nel namespace «{s}»", a.name()),
            });
        osserva_una(
            p,
            "riferimenti",
            match altro {
                Some(a) => format!(
                    "il {nome} ha l'attributo {a}, ma si riconosce soltanto da wsu:Id (namespace «{}»)",
                    ns::WSU
                ),
                None => format!(
                    "il {nome} non ha wsu:Id: nessun Reference può indicarlo, quindi non può essere firmato"
                ),
            },
        );
    }
    if timestamp.is_none() {
        osserva_una(p, "copertura", "manca wsu:Timestamp dentro wsse:Security");
    }
    let Some(nodo) = Perito::firma_di(security) else {
        osserva_una(
            p,
            "copertura",
            "manca la firma del messaggio: ds:Signature dentro wsse:Security, su Timestamp e Body",
        );
        return;
    };
    let firma = match Firma::leggi(nodo, super::TUTTI) {
        Ok(f) => f,
        Err(e) => return osserva_una(p, "riferimenti", e.to_string()),
    };
    let riferiti: Vec<Node<'_, '_>> = firma
        .riferimenti
        .iter()
        .filter_map(|r| r.risolvi(x.id.as_ref()?))
        .collect();
    if !riferiti.contains(&body) {
        osserva_una(
            p,
            "copertura",
            "il Body non è firmato: nessun Reference indica il suo wsu:Id",
        );
    }
    if timestamp.is_some_and(|t| !riferiti.contains(&t)) {
        osserva_una(
            p,
            "copertura",
            "il Timestamp non è firmato: nessun Reference indica il suo wsu:Id",
        );
    }
    algoritmi(&firma, "del messaggio", "riferimenti", x.t, p);
}

fn algoritmi(firma: &Firma<'_, '_>, quale: &str, passo: &'static str, t: &Tavolo<'_>, p: &mut Perizia) {
    let Ammessi { sha1, sha256 } = Ammessi {
        sha1: t.politica.accetta_sha1,
        sha256: t.politica.accetta_sha256,
    };
    let digest = firma.riferimenti.iter().map(|r| r.digest).chain([firma.digest]);
    for d in digest {
        if d == Digest::Sha1 && !sha1 {
            osserva_una(
                p,
                passo,
                format!(
                    "la firma {quale} usa SHA-1, che la politica di questo ambiente non accetta: passate a SHA-256"
                ),
            );
        } else if d != Digest::Sha1 && !sha256 {
            osserva_una(
                p,
                passo,
                format!(
                    "la firma {quale} usa SHA-256, che la politica di questo ambiente non accetta: usate SHA-1"
                ),
            );
        }
    }
}

fn asserzione(x: &Perito<'_, '_, '_>, p: &mut Perizia) {
    let Some(a) = x.asserzione() else {
        let vecchia = x
            .busta
            .envelope
            .descendants()
            .any(|n| n.has_tag_name((SAML1, "Assertion")));
        let fuori = x
            .busta
            .envelope
            .descendants()
            .any(|n| n.has_tag_name((ns::SAML2, "Assertion")));
        osserva_una(
            p,
            "asserzione",
            if vecchia {
                "l'asserzione è SAML 1.1: serve SAML 2.0"
            } else if fuori {
                "l'asserzione SAML non è figlia di wsse:Security: va messa lì"
            } else {
                "manca l'asserzione SAML 2.0 con l'operatore e la postazione"
            },
        );
        return;
    };
    match Perito::firma_di(a).map(|n| Firma::leggi(n, super::TUTTI)) {
        None => osserva_una(
            p,
            "firma-asserzione",
            "l'asserzione non è firmata: va firmata per prima, con la chiave del Comune e enveloped-signature",
        ),
        Some(Err(e)) => osserva_una(p, "firma-asserzione", e.to_string()),
        Some(Ok(firma)) => algoritmi(&firma, "dell'asserzione", "firma-asserzione", x.t, p),
    }
    for nome in ["IdSede", "IdPostazione", "IdPostazioneFirmato"] {
        if x.attributo(nome).is_none_or(|v| v.is_empty()) {
            let scritto = a
                .descendants()
                .filter_map(|n| n.attribute("Name"))
                .find(|n| n.eq_ignore_ascii_case(nome) && *n != nome);
            osserva_una(
                p,
                "attributi",
                match scritto {
                    Some(altro) => format!("l'attributo «{altro}» dell'asserzione si scrive «{nome}»"),
                    None => format!("nell'asserzione manca l'attributo {nome}"),
                },
            );
        }
    }
    let name_id = a
        .descendants()
        .find(|n| n.has_tag_name((ns::SAML2, "NameID")))
        .and_then(testo_di);
    match name_id.as_deref().map(str::trim) {
        None | Some("") => osserva_una(
            p,
            "soggetto",
            "nell'asserzione manca NameID, il codice fiscale dell'operatore",
        ),
        Some(nome) if x.t.politica.controlla_operatore => match x.t.censimento.operatore(nome) {
            None => osserva_una(
                p,
                "operatore",
                format!(
                    "l'operatore «{nome}» non è censito: si aggiunge con PUT /api/comuni/{{istat}}/operatori/{nome}"
                ),
            ),
            Some(visto) if !visto.attivo => {
                osserva_una(p, "operatore", format!("l'operatore «{nome}» non è attivo"));
            }
            Some(_) => {}
        },
        Some(_) => {}
    }
}

fn identita(x: &Perito<'_, '_, '_>, p: &mut Perizia) {
    let (Some(sede), Some(postazione)) = (x.attributo("IdSede"), x.attributo("IdPostazione")) else {
        return;
    };
    let comune: String = postazione.chars().take(6).collect();
    if sede != comune {
        osserva_una(
            p,
            "sede-postazione",
            if sede.trim_start_matches('0') == comune.trim_start_matches('0') {
                format!("IdSede «{sede}» ha perso gli zeri iniziali: è «{comune}»")
            } else {
                format!("IdSede è {sede}, ma IdPostazione «{postazione}» è del Comune {comune}")
            },
        );
    }
    for c in p.certificati.clone() {
        if c.ruolo.is_empty() {
            continue;
        }
        if let Some(perche) = &c.problema {
            osserva_una(p, "certificato", format!("firmatario di {}: {perche}", c.ruolo));
        }
        let cn = c
            .soggetto
            .split(',')
            .find_map(|x| x.trim().strip_prefix("CN="))
            .unwrap_or("")
            .to_owned();
        if !cn.is_empty() && !cn.starts_with(&comune) {
            osserva_una(
                p,
                "identita",
                format!(
                    "il certificato {cn} ({}) è di un altro Comune: l'asserzione dice {comune}",
                    c.ruolo
                ),
            );
        }
    }
    if let Some(contenuto) = p.pkcs7.as_ref().and_then(|f| f.contenuto.clone())
        && contenuto.trim() != postazione
    {
        osserva_una(
            p,
            "postazione-firmata",
            format!("il PKCS#7 firma «{contenuto}», ma IdPostazione è «{postazione}»"),
        );
    }
}
