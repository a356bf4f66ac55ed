//! Cookies of the environment pages.
//!
//! Names carry the environment, because a browser keeps one jar for all ports of a host; the `__Host-` prefix makes
//! the browser itself refuse a cookie set by another host or without `Secure`.

use anagrafe::Ambiente;
use http::{HeaderMap, HeaderValue, header};
use servizi::percorso::Area;

/// Name of the session cookie of an environment.
pub(crate) fn nome_sessione(a: Ambiente) -> String {
    format!("__Host-anpr-{}", a.chiave())
}

/// Name of the short-lived cookie that pairs with the hidden field of the login form.
pub(crate) fn nome_ingresso(a: Ambiente) -> String {
    format!("__Host-anpr-{}-ingresso", a.chiave())
}

/// Name of the short-lived cookie that binds a login by card to this browser.
pub(crate) fn nome_carta(a: Ambiente) -> String {
    format!("__Host-anpr-{}-carta", a.chiave())
}

/// Name of the session cookie of the private area or of the Prefettura.
pub(crate) fn nome_area(a: Area) -> String {
    format!("__Host-anpr-{}", a.chiave())
}

/// Name of the short-lived cookie that pairs with the hidden field of their forms before the login.
pub(crate) fn nome_area_ingresso(a: Area) -> String {
    format!("__Host-anpr-{}-ingresso", a.chiave())
}

/// Name of the short-lived cookie that binds a login by card at the Prefettura to this browser.
pub(crate) fn nome_carta_prefettura() -> String {
    format!("{}-carta", nome_area(Area::Prefettura))
}

/// Name of the cookie that carries the console token after the token form. The console speaks plain HTTP on
/// loopback and TLS elsewhere, so it cannot always be `Secure`.
pub(crate) const CONSOLE: &str = "anpr-console";

/// The value of a cookie, when it was sent exactly once: a second one of the same name is somebody's trick.
pub(crate) fn leggi<'h>(testate: &'h HeaderMap, nome: &str) -> Option<&'h str> {
    let mut trovati = testate
        .get_all(header::COOKIE)
        .iter()
        .filter_map(|v| v.to_str().ok())
        .flat_map(|v| v.split(';'))
        .filter_map(|c| c.trim().split_once('='))
        .filter(|(n, _)| *n == nome)
        .map(|(_, v)| v);
    let primo = trovati.next()?;
    if trovati.next().is_some() {
        None
    } else {
        Some(primo)
    }
}

/// A cookie of a page: session, not persistent; never to scripts, never cross-site, never in clear.
pub(crate) fn posa(nome: &str, valore: &str) -> HeaderValue {
    testata(&format!(
        "{nome}={valore}; Path=/; Secure; HttpOnly; SameSite=Strict"
    ))
}

/// The cookie of a login by card, good for `secondi`. `Lax`: it must come back with the redirect from the card
/// listener even when the login began with a link on another site; it opens nothing by itself.
pub(crate) fn posa_carta(nome: &str, valore: &str, secondi: u32) -> HeaderValue {
    testata(&format!(
        "{nome}={valore}; Path=/; Secure; HttpOnly; SameSite=Lax; Max-Age={secondi}"
    ))
}

/// The console's cookie; `tls` tells whether it can be `Secure`.
pub(crate) fn posa_console(valore: &str, tls: bool) -> HeaderValue {
    let sicuro = if tls { "; Secure" } else { "" };
    testata(&format!(
        "{CONSOLE}={valore}; Path=/{sicuro}; HttpOnly; SameSite=Strict"
    ))
}

/// Takes a cookie away.
pub(crate) fn togli(nome: &str) -> HeaderValue {
    testata(&format!(
        "{nome}=; Path=/; Secure; HttpOnly; SameSite=Strict; Max-Age=0"
    ))
}

fn testata(testo: &str) -> HeaderValue {
    // Names and values are ours: hexadecimal keys and constant texts. A foreign byte empties the cookie.
    HeaderValue::from_str(testo).unwrap_or_else(|_| HeaderValue::from_static(""))
}

#[cfg(test)]
mod prove {
    use super::*;

    #[test]
    fn flags_are_all_there_and_names_tell_the_environment() {
        let c = posa(&nome_sessione(Ambiente::Pre), "ab");
        assert_eq!(c, "__Host-anpr-pre=ab; Path=/; Secure; HttpOnly; SameSite=Strict");
    }

    #[test]
    fn a_doubled_cookie_is_no_cookie() {
        let mut h = HeaderMap::new();
        h.insert(
            header::COOKIE,
            HeaderValue::from_static("x=1; __Host-anpr-pre=a; y=2"),
        );
        assert_eq!(leggi(&h, "__Host-anpr-pre"), Some("a"));
        assert_eq!(leggi(&h, "__Host-anpr"), None);
        h.append(header::COOKIE, HeaderValue::from_static("__Host-anpr-pre=b"));
        assert_eq!(leggi(&h, "__Host-anpr-pre"), None);
    }
}
