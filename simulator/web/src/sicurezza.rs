//! Who may talk to a page, and what every reply carries.
//!
//! Three questions before anything is looked up: is the `Host` one of ours (a name that was rebound to 127.0.0.1 is
//! not), does the request come from one of our own pages (`Origin`, `Sec-Fetch-Site`), and, for the console reached
//! from elsewhere, does it carry the token. A tool that is no browser sends neither `Origin` nor `Sec-Fetch-*` and
//! passes: it cannot be driven by a foreign page.

use http::{HeaderMap, HeaderValue, Method, Uri, header, request::Parts};
use servizi::http::{Pari, Risposta};

/// Why a request is turned away at the door.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Negato {
    /// The `Host` is none of ours, or missing.
    Host(String),
    /// The request was made by a page of another site.
    AltroSito,
    /// Not from this machine and no (good) token.
    Gettone,
}

impl Negato {
    /// What happened and what to do, for a person.
    pub(crate) fn testo(&self) -> String {
        match self {
            Self::Host(h) => format!(
                "Il nome «{h}» non è tra quelli a cui il simulatore risponde. Usare localhost, oppure aggiungere il nome alla configurazione (--console-host)."
            ),
            Self::AltroSito => "La richiesta arriva da una pagina di un altro sito e non è stata eseguita. Aprire la pagina del simulatore e ripetere l'operazione da lì.".to_owned(),
            Self::Gettone => "Da un altro computer la console chiede il gettone scelto all'avvio (--console-token o ANPR_SIM_CONSOLE_TOKEN).".to_owned(),
        }
    }
}

/// The host the request names: the HTTP/2 authority, or the `Host` header.
pub(crate) fn host(parti: &Parts) -> Option<&str> {
    if let Some(a) = parti.uri.authority() {
        return Some(a.as_str());
    }
    let mut tutti = parti.headers.get_all(header::HOST).iter();
    let primo = tutti.next()?.to_str().ok()?;
    if tutti.next().is_some() { None } else { Some(primo) }
}

/// The base address of another door of ours, under the name this request came by: a browser that used a real host
/// name (`--nomi-reali`) stays on it. `base` gives the port.
pub(crate) fn altra_porta(parti: &Parts, base: &str) -> String {
    let numero = base.rsplit(':').next().unwrap_or_default();
    match host(parti).and_then(nome_host) {
        Some(nome) if !numero.is_empty() => format!("https://{nome}:{numero}"),
        _ => base.to_owned(),
    }
}

/// Name of a host without its port, lower case; `None` when it is not a host.
fn nome_host(host: &str) -> Option<String> {
    let u: Uri = format!("http://{host}/").parse().ok()?;
    let a = u.authority()?;
    if a.as_str() != host || host.contains('@') {
        return None;
    }
    Some(a.host().trim_end_matches('.').to_ascii_lowercase())
}

/// Checks `Host`. The port is not compared: a container may publish another one, and a rebound name fails by name.
pub(crate) fn verifica_host(parti: &Parts, ammessi: &[String]) -> Result<(), Negato> {
    let dato = host(parti).unwrap_or("");
    let nome = nome_host(dato).ok_or_else(|| Negato::Host(dato.to_owned()))?;
    let nostro = ["localhost", "127.0.0.1", "[::1]"].contains(&nome.as_str())
        || ammessi.iter().any(|a| a.eq_ignore_ascii_case(&nome));
    if nostro {
        Ok(())
    } else {
        Err(Negato::Host(dato.to_owned()))
    }
}

/// Checks where the request was made. `GET` by following a link from elsewhere is fine for pages (`pagina`), as
/// `SameSite=Strict` keeps the session out of it; everything else must come from our own origin.
pub(crate) fn verifica_origine(parti: &Parts, pagina: bool) -> Result<(), Negato> {
    let testate = &parti.headers;
    let lettura = parti.method == Method::GET || parti.method == Method::HEAD;
    if let Some(origine) = testate.get(header::ORIGIN) {
        let stessa = origine.to_str().ok().zip(host(parti)).is_some_and(|(o, h)| {
            o.split_once("://").is_some_and(|(schema, dove)| {
                (schema == "http" || schema == "https") && dove.eq_ignore_ascii_case(h)
            })
        });
        if !stessa {
            return Err(Negato::AltroSito);
        }
    }
    match testo(testate, "sec-fetch-site") {
        None | Some("same-origin" | "none") => Ok(()),
        Some(_)
            if pagina
                && lettura
                && testo(testate, "sec-fetch-mode") == Some("navigate")
                && testo(testate, "sec-fetch-dest") == Some("document") =>
        {
            Ok(())
        }
        Some(_) => Err(Negato::AltroSito),
    }
}

/// Lets in whoever sits at this machine, and elsewhere who has the token. A request without a peer address is
/// treated as foreign.
pub(crate) fn verifica_gettone(parti: &Parts, gettone: Option<&str>) -> Result<(), Negato> {
    if parti
        .extensions
        .get::<Pari>()
        .is_some_and(|p| p.indirizzo.ip().to_canonical().is_loopback())
    {
        return Ok(());
    }
    let Some(atteso) = gettone else {
        return Err(Negato::Gettone);
    };
    let portato = testo(&parti.headers, "authorization").and_then(|v| v.strip_prefix("Bearer "));
    let biscotto = crate::cookie::leggi(&parti.headers, crate::cookie::CONSOLE);
    if portato.is_some_and(|p| uguali(p.trim(), atteso))
        || biscotto.is_some_and(|b| uguali(b, &impronta(atteso)))
    {
        Ok(())
    } else {
        Err(Negato::Gettone)
    }
}

/// What the console cookie holds: the token in hexadecimal, so that any character of it survives the cookie syntax.
pub(crate) fn impronta(gettone: &str) -> String {
    use std::fmt::Write as _;
    gettone
        .bytes()
        .fold(String::with_capacity(gettone.len() * 2), |mut s, b| {
            let _ = write!(s, "{b:02x}");
            s
        })
}

/// Equality of secrets in a time that depends on the lengths only.
pub(crate) fn uguali(a: &str, b: &str) -> bool {
    a.len() == b.len() && a.bytes().zip(b.bytes()).fold(0, |d, (x, y)| d | (x ^ y)) == 0
}

fn testo<'h>(testate: &'h HeaderMap, nome: &str) -> Option<&'h str> {
    testate.get(nome).and_then(|v| v.to_str().ok())
}

const CSP: &str = "default-src 'none'; style-src 'self'; img-src 'self'; script-src 'self'; connect-src 'self'; \
                   form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

/// Puts on every reply what keeps a browser careful with it.
pub(crate) fn vesti(risposta: &mut Risposta) {
    let h = risposta.headers_mut();
    for (nome, valore) in [
        ("content-security-policy", CSP),
        ("x-content-type-options", "nosniff"),
        ("x-frame-options", "DENY"),
        ("referrer-policy", "same-origin"),
        ("cross-origin-opener-policy", "same-origin"),
        ("cross-origin-resource-policy", "same-origin"),
    ] {
        h.insert(nome, HeaderValue::from_static(valore));
    }
    h.entry(header::CACHE_CONTROL)
        .or_insert(HeaderValue::from_static("no-store"));
}

#[cfg(test)]
mod prove {
    use super::*;

    fn parti(metodo: Method, testate: &[(&str, &str)]) -> Parts {
        let mut r = http::Request::builder().method(metodo).uri("/x");
        for (n, v) in testate {
            r = r.header(*n, *v);
        }
        r.body(()).expect("request").into_parts().0
    }

    #[test]
    fn only_our_own_host_names_pass() {
        let ammessi = ["banco.example".to_owned()];
        for (host, passa) in [
            ("localhost:8080", true),
            ("LOCALHOST", true),
            ("localhost.:1", true),
            ("127.0.0.1", true),
            ("[::1]:8443", true),
            ("banco.example:9", true),
            ("malvagio.example", false),
            ("127.0.0.1.malvagio.example", false),
            ("localhost.malvagio.example", false),
            ("localhost@malvagio.example", false),
            ("malvagio.example/localhost", false),
            ("127.0.0.2", false),
            ("", false),
        ] {
            let esito = verifica_host(&parti(Method::GET, &[("host", host)]), &ammessi);
            assert_eq!(esito.is_ok(), passa, "{host:?}");
        }
        assert!(verifica_host(&parti(Method::GET, &[]), &[]).is_err());
        let due = parti(
            Method::GET,
            &[("host", "localhost"), ("host", "malvagio.example")],
        );
        assert!(verifica_host(&due, &[]).is_err());
    }

    #[test]
    fn the_other_door_keeps_the_name() {
        let base = "https://localhost:8446";
        for (host, attesa) in [
            ("localhost:8443", "https://localhost:8446"),
            ("dptest.anpr.interno.it", "https://dptest.anpr.interno.it:8446"),
            ("[::1]:8443", "https://[::1]:8446"),
            ("a b", base),
        ] {
            assert_eq!(altra_porta(&parti(Method::GET, &[("host", host)]), base), attesa);
        }
    }

    #[test]
    fn a_foreign_page_cannot_write_and_can_only_link() {
        const QUI: (&str, &str) = ("host", "localhost:8080");
        let naviga = [("sec-fetch-mode", "navigate"), ("sec-fetch-dest", "document")];
        let incornicia = [("sec-fetch-mode", "navigate"), ("sec-fetch-dest", "iframe")];
        let prova = |metodo: Method, altre: &[(&str, &str)], pagina: bool| {
            let testate: Vec<_> = std::iter::once(QUI).chain(altre.iter().copied()).collect();
            verifica_origine(&parti(metodo, &testate), pagina).is_ok()
        };
        assert!(prova(Method::POST, &[], true), "a tool sends neither");
        assert!(prova(Method::POST, &[("origin", "http://localhost:8080")], true));
        for origine in [
            "null",
            "http://malvagio.example",
            "http://localhost:8081",
            "https://localhost",
            "localhost:8080",
        ] {
            assert!(!prova(Method::POST, &[("origin", origine)], true), "{origine}");
            assert!(!prova(Method::GET, &[("origin", origine)], true), "{origine}");
        }
        for sito in ["cross-site", "same-site", "altro"] {
            let s = ("sec-fetch-site", sito);
            assert!(!prova(Method::POST, &[s], true), "{sito}");
            assert!(!prova(Method::GET, &[s], true), "{sito}");
            assert!(
                prova(Method::GET, &[s, naviga[0], naviga[1]], true),
                "a link may lead to a page"
            );
            assert!(
                !prova(Method::GET, &[s, naviga[0], naviga[1]], false),
                "but not to the API"
            );
            assert!(
                !prova(Method::POST, &[s, naviga[0], naviga[1]], true),
                "nor send a form"
            );
            assert!(
                !prova(Method::GET, &[s, incornicia[0], incornicia[1]], true),
                "nor frame it"
            );
        }
        assert!(prova(Method::POST, &[("sec-fetch-site", "same-origin")], false));
        assert!(prova(Method::GET, &[("sec-fetch-site", "none")], false));
    }

    #[test]
    fn beyond_loopback_the_token_decides() {
        let con = |ip: Option<&str>, testata: Option<(&str, &str)>| {
            let mut p = parti(Method::GET, testata.as_slice());
            if let Some(ip) = ip {
                p.extensions.insert(Pari {
                    indirizzo: ip.parse().expect("address"),
                });
            }
            p
        };
        let vero = Some("segreto è");
        for vicino in ["127.0.0.1:5", "[::1]:5", "[::ffff:127.0.0.1]:5"] {
            assert_eq!(
                verifica_gettone(&con(Some(vicino), None), vero),
                Ok(()),
                "{vicino}"
            );
        }
        let lontano = Some("192.0.2.7:5");
        assert_eq!(verifica_gettone(&con(None, None), vero), Err(Negato::Gettone));
        assert_eq!(verifica_gettone(&con(lontano, None), vero), Err(Negato::Gettone));
        assert_eq!(verifica_gettone(&con(lontano, None), None), Err(Negato::Gettone));
        assert_eq!(
            verifica_gettone(&con(lontano, Some(("authorization", "Bearer abc"))), Some("abc")),
            Ok(())
        );
        assert_eq!(
            verifica_gettone(&con(lontano, Some(("authorization", "Bearer abd"))), Some("abc")),
            Err(Negato::Gettone)
        );
        let biscotto = format!("anpr-console={}", impronta("segreto è"));
        assert_eq!(
            verifica_gettone(&con(lontano, Some(("cookie", &biscotto))), vero),
            Ok(())
        );
        assert_eq!(
            verifica_gettone(&con(lontano, Some(("cookie", "anpr-console="))), Some("x")),
            Err(Negato::Gettone)
        );
    }
}
