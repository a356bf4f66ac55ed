//! Forms of other sites and of other sessions: every form of every place, walked.

use http::StatusCode;
use web::mappa::Condizione;

use super::{LUOGHI, Luogo, SUB, riempito};
use crate::banco::{Risposta, api::MODULO, banco};

/// Sends a form as this browser would, with this token and these headers.
async fn manda(luogo: Luogo, dove: &str, biscotto: &str, csrf: &str, altre: &[(&str, &str)]) -> Risposta {
    let mut testate = vec![MODULO, ("cookie", biscotto)];
    testate.extend_from_slice(altre);
    banco()
        .ambiente(
            luogo.porta(),
            http::Method::POST,
            dove,
            &testate,
            &format!("csrf={csrf}"),
        )
        .await
}

#[tokio::test(flavor = "multi_thread")]
async fn no_form_of_any_place_does_anything_without_the_token_of_its_session() {
    for luogo in LUOGHI {
        let (io, altra) = (luogo.entra().await, luogo.entra().await);
        for i in luogo.indirizzi(Condizione::Modulo) {
            let dove = riempito(i.percorso, "x");
            for csrf in ["", &"0".repeat(io.csrf.len()), altra.csrf.as_str()] {
                let r = manda(luogo, &dove, &io.biscotto, csrf, &[]).await;
                assert_eq!(r.stato, StatusCode::FORBIDDEN, "{luogo:?} {dove} {csrf}");
                assert!(
                    r.testo.contains("Il modulo non è di questa sessione"),
                    "{luogo:?} {dove}: {}",
                    r.testo
                );
            }
        }
        // Forms with a file. The token of the sindaco's is looked at after his card, which this session has not.
        for i in luogo.indirizzi(Condizione::Caricamento) {
            let senza_carta = i.percorso == "/combas/contributo/firmato";
            if senza_carta && luogo != Luogo::Wa(SUB) {
                // The contribution is asked for at the subentro only.
                let r = banco()
                    .carica(
                        luogo.porta(),
                        i.percorso,
                        &io.biscotto,
                        &[("csrf", &io.csrf)],
                        "x.p7m",
                        b"x",
                    )
                    .await;
                assert_eq!(r.stato, StatusCode::NOT_FOUND, "{luogo:?}");
                continue;
            }
            for csrf in ["", altra.csrf.as_str()] {
                let r = banco()
                    .carica(
                        luogo.porta(),
                        i.percorso,
                        &io.biscotto,
                        &[("csrf", csrf)],
                        "x.gz",
                        b"x",
                    )
                    .await;
                assert_eq!(r.stato, StatusCode::FORBIDDEN, "{luogo:?} {}", i.percorso);
                assert!(
                    senza_carta || r.testo.contains("Il modulo non è di questa sessione"),
                    "{luogo:?} {}: {}",
                    i.percorso,
                    r.testo
                );
            }
        }
        // All that was refused: the session is there, and its token works.
        assert_eq!(
            luogo.vedi(&luogo.una_pagina(), &io.biscotto).await.stato,
            StatusCode::OK
        );
        for i in luogo.indirizzi(Condizione::Modulo) {
            if i.percorso.ends_with("/esci") || i.percorso.ends_with("/uscita") {
                continue;
            }
            let r = manda(luogo, &riempito(i.percorso, "x"), &io.biscotto, &io.csrf, &[]).await;
            assert!(
                !r.testo.contains("Il modulo non è di questa sessione"),
                "{luogo:?} {}",
                i.percorso
            );
            assert!(r.stato.as_u16() < 500, "{luogo:?} {}: {}", i.percorso, r.testo);
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_good_token_from_a_page_of_elsewhere_is_refused_at_the_door() {
    for luogo in LUOGHI {
        let io = luogo.entra().await;
        let mut moduli = luogo.indirizzi(Condizione::Modulo);
        moduli.extend(luogo.indirizzi(Condizione::Caricamento));
        let aperte = luogo.indirizzi(Condizione::Nessuna);
        moduli.extend(aperte.into_iter().filter(|i| *i.metodo == http::Method::POST));
        for i in moduli {
            let dove = riempito(i.percorso, "x");
            for testata in [
                ("origin", "https://malvagio.example"),
                ("origin", "null"),
                ("origin", "https://localhost:1"),
                ("sec-fetch-site", "cross-site"),
                ("sec-fetch-site", "same-site"),
                ("host", "malvagio.example"),
            ] {
                let r = manda(luogo, &dove, &io.biscotto, &io.csrf, &[testata]).await;
                assert_eq!(r.stato, StatusCode::FORBIDDEN, "{luogo:?} {dove} {testata:?}");
            }
        }
        assert_eq!(
            luogo.vedi(&luogo.una_pagina(), &io.biscotto).await.stato,
            StatusCode::OK
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_form_before_a_login_belongs_to_the_browser_that_asked_for_it() {
    for luogo in LUOGHI {
        let (nome, password) = luogo.credenziali().await;
        let campo = if matches!(luogo, Luogo::Wa(_)) {
            "name_id"
        } else {
            "nome"
        };
        let dove = format!("{}/entra", luogo.casa());
        let modulo = luogo.vedi(luogo.casa(), "").await;
        let csrf = crate::banco::valore(&modulo.testo, "csrf");
        let ingresso = format!("__Host-anpr-{}-ingresso", luogo.chiave());
        for biscotto in [
            String::new(),
            format!("{ingresso}="),
            format!("{ingresso}={}", "0".repeat(32)),
        ] {
            let corpo = format!("csrf={csrf}&{campo}={nome}&password={password}");
            let r = banco()
                .ambiente(
                    luogo.porta(),
                    http::Method::POST,
                    &dove,
                    &[MODULO, ("cookie", &biscotto)],
                    &corpo,
                )
                .await;
            assert_eq!(r.stato, StatusCode::FORBIDDEN, "{luogo:?} {biscotto}");
        }
    }
}
