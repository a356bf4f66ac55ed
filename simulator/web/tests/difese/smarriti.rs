//! A page that is not there: each place speaks of itself, with its own links and no other's.

use anagrafe::Ambiente;
use http::{Method, StatusCode};

use super::{LUOGHI, Luogo};
use crate::banco::{self, Risposta, banco};

/// Where the pages of all places begin.
const RADICI: [&str; 4] = ["/combas", "/servizidemografici", "/prefettura", "/dashboard"];

fn radice(luogo: Luogo) -> &'static str {
    match luogo {
        Luogo::Wa(_) => "/combas",
        Luogo::Area("privata") => "/servizidemografici",
        Luogo::Area("prefettura") => "/prefettura",
        Luogo::Area(_) => "/dashboard",
    }
}

/// Addresses a page leads to.
fn collegati(r: &Risposta) -> Vec<String> {
    r.testo
        .split(" href=\"")
        .skip(1)
        .filter_map(|p| Some(p.split_once('"')?.0.to_owned()))
        .collect()
}

fn di(indirizzo: &str, radice: &str) -> bool {
    indirizzo
        .strip_prefix(radice)
        .is_some_and(|r| r.is_empty() || r.starts_with('/'))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_that_is_not_there_speaks_of_the_place_it_is_not_in() {
    for luogo in LUOGHI {
        let sua = radice(luogo);
        let io = luogo.entra().await;
        for dove in [
            format!("{sua}/questa-pagina-non-esiste"),
            format!("{sua}/posta/999999"),
            format!("{sua}/posta/999999/allegati/0"),
        ] {
            for biscotto in ["", io.biscotto.as_str()] {
                let r = luogo.vedi(&dove, biscotto).await;
                // Of a page that exists who is not in sees the login only.
                if biscotto.is_empty() && dove.contains("/posta/") && r.stato == StatusCode::UNAUTHORIZED {
                    continue;
                }
                assert_eq!(r.stato, StatusCode::NOT_FOUND, "{luogo:?} {dove}");
                banco::dovute(&r, &dove);
                let vie = collegati(&r);
                assert!(
                    vie.iter().any(|v| di(v, sua)),
                    "{luogo:?} {dove}: leads nowhere of its own: {vie:?}"
                );
                let altre = RADICI.iter().filter(|x| **x != sua);
                // Beside the application of the subentro the areas answer on its port: it names them.
                if luogo == Luogo::Wa(Ambiente::Sub) {
                    continue;
                }
                for altra in altre {
                    assert!(
                        !vie.iter().any(|v| di(v, altra)),
                        "{luogo:?} {dove}: leads to {altra}: {vie:?}"
                    );
                    assert!(
                        !r.testo.contains(&format!(" {altra}.")) && !r.testo.contains(&format!(" {altra},")),
                        "{luogo:?} {dove}: speaks of {altra}: {}",
                        r.testo
                    );
                }
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn console_and_card_listener_speak_of_themselves() {
    let r = banco()
        .console(Method::GET, "/questa-pagina-non-esiste", &[], "")
        .await;
    assert_eq!(r.stato, StatusCode::NOT_FOUND);
    banco::dovute(&r, "console");
    assert!(r.testo.contains("La console comincia da /"), "{}", r.testo);
    let r = banco().carta("/questa-pagina-non-esiste").await;
    assert_eq!(r.stato, StatusCode::NOT_FOUND);
    banco::dovute(&r, "carta");
    assert!(r.testo.contains("/prefettura/com"), "{}", r.testo);
    for r in [
        banco().console(Method::GET, "/statico/nulla.css", &[], "").await,
        banco().carta("/statico/nulla.css").await,
        banco().pagina(Ambiente::Pre, "/statico/nulla.css", "").await,
    ] {
        assert_eq!(r.stato, StatusCode::NOT_FOUND);
        assert!(!r.testo.contains("di un altro luogo"), "{}", r.testo);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_address_of_another_place_is_said_to_be_so() {
    let b = banco();
    for (r, atteso) in [
        // The areas are on the port of the subentro only.
        (
            b.pagina(Ambiente::Test, "/prefettura/plichi", "").await,
            "href=\"https://localhost:8445/prefettura\">Prefettura</a>",
        ),
        (
            b.console(Method::GET, "/servizidemografici/scheda", &[], "")
                .await,
            "href=\"https://localhost:8445/servizidemografici\">Area privata</a>",
        ),
        (
            b.console(Method::GET, "/combas/esiti", &[], "").await,
            "href=\"https://localhost:8444/combas\">Pre-subentro</a>",
        ),
        (
            b.pagina(Ambiente::Sub, "/lezioni/primo-subentro/aula", "").await,
            "href=\"http://127.0.0.1:8080/\">Console</a>",
        ),
    ] {
        assert_eq!(r.stato, StatusCode::NOT_FOUND);
        banco::dovute(&r, atteso);
        assert!(
            r.testo.contains("di un altro luogo del simulatore"),
            "{}",
            r.testo
        );
        assert!(r.testo.contains(atteso), "{atteso}: {}", r.testo);
    }
}
