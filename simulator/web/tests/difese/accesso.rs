//! The ways in and out of every place: fixation, guessing, cookies, logout, expiry.

use http::{Method, StatusCode};
use jiff::SignedDuration;

use super::{LUOGHI, Luogo};
use crate::banco::{Banco, api::MODULO, banco, codifica, prima_parte, valore};

/// What a place answers to who is not inside.
async fn fuori(luogo: Luogo, biscotto: &str) -> StatusCode {
    luogo.vedi(&luogo.una_pagina(), biscotto).await.stato
}

#[tokio::test(flavor = "multi_thread")]
async fn a_planted_key_is_nobody_s_and_a_login_makes_a_new_one() {
    for luogo in LUOGHI {
        let chiave = luogo.chiave();
        let piantata = format!("__Host-anpr-{chiave}={}", "0".repeat(64));
        assert_eq!(
            fuori(luogo, &piantata).await,
            StatusCode::UNAUTHORIZED,
            "{luogo:?}"
        );
        // The login is sent with the planted key and, then, with the key of a session that is open: neither is the new one,
        // and the old session is over.
        let mut prima = piantata;
        for giro in 0..2 {
            let (nome, password) = luogo.credenziali().await;
            let modulo = luogo.vedi(luogo.casa(), "").await;
            let ingresso = prima_parte(&modulo, &format!("__Host-anpr-{chiave}-ingresso="));
            let campo = if matches!(luogo, Luogo::Wa(_)) {
                "name_id"
            } else {
                "nome"
            };
            let corpo = format!(
                "csrf={}&{campo}={}&password={}",
                valore(&modulo.testo, "csrf"),
                codifica(&nome),
                codifica(&password)
            );
            let biscotti = format!("{ingresso}; {prima}");
            let r = banco()
                .ambiente(
                    luogo.porta(),
                    Method::POST,
                    &format!("{}/entra", luogo.casa()),
                    &[MODULO, ("cookie", &biscotti)],
                    &corpo,
                )
                .await;
            assert_eq!(r.stato, StatusCode::SEE_OTHER, "{luogo:?}: {}", r.testo);
            let nuova = prima_parte(&r, &format!("__Host-anpr-{chiave}="));
            assert_ne!(nuova, prima, "{luogo:?}, {giro}");
            assert_eq!(
                fuori(luogo, &prima).await,
                StatusCode::UNAUTHORIZED,
                "{luogo:?}, {giro}"
            );
            assert_eq!(fuori(luogo, &nuova).await, StatusCode::OK, "{luogo:?}, {giro}");
            // Two cookies of that name are somebody's trick.
            let due = format!("{prima}; {nuova}");
            assert_eq!(
                fuori(luogo, &due).await,
                StatusCode::UNAUTHORIZED,
                "{luogo:?}, {giro}"
            );
            prima = nuova;
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn guessing_waits_longer_and_longer_in_every_place_and_for_that_name_only() {
    for luogo in LUOGHI {
        let (nome, giusta) = luogo.credenziali_di(1).await;
        for _ in 0..4 {
            let r = luogo.prova(&nome, "sbagliata").await;
            assert_eq!(r.stato, StatusCode::UNAUTHORIZED, "{luogo:?}");
        }
        let r = luogo.prova(&nome, &giusta).await;
        assert_eq!(
            r.stato,
            StatusCode::TOO_MANY_REQUESTS,
            "{luogo:?}: the good one waits too"
        );
        assert!(r.testo.contains("riprovare fra"), "{luogo:?}: {}", r.testo);
        assert!(
            r.testate.get_all("set-cookie").iter().all(|c| !c
                .to_str()
                .is_ok_and(|c| c.starts_with(&format!("__Host-anpr-{}=", luogo.chiave())))),
            "{luogo:?}: no session"
        );
        // Another name does not wait; one that does not exist reads the same as a wrong password.
        let r = luogo.prova("NESSUNO", "sbagliata").await;
        assert_eq!(r.stato, StatusCode::UNAUTHORIZED, "{luogo:?}");
    }
}

/// Tries sent together, by a machine.
const RAFFICA: usize = 24;
/// More of them than are judged before the name must wait, with room for a slow machine that outlives a wait or two.
const GIUDICATI: usize = 8;

#[tokio::test(flavor = "multi_thread")]
async fn a_burst_of_guesses_is_judged_one_by_one_and_waits_as_well() {
    for luogo in LUOGHI {
        let tutti: Vec<_> = (0..RAFFICA)
            .map(|i| {
                tokio::spawn(async move { luogo.prova("RAFFICA000000000", &format!("prova{i}")).await.stato })
            })
            .collect();
        let mut giudicati = 0;
        for prova in tutti {
            let stato = prova.await.expect("an answer");
            assert!(
                [StatusCode::UNAUTHORIZED, StatusCode::TOO_MANY_REQUESTS].contains(&stato),
                "{luogo:?}: {stato}"
            );
            giudicati += usize::from(stato == StatusCode::UNAUTHORIZED);
        }
        assert!(giudicati <= GIUDICATI, "{luogo:?}: {giudicati} of {RAFFICA}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn cookies_are_closed_to_scripts_to_other_sites_and_to_plain_http() {
    for luogo in LUOGHI {
        let chiave = luogo.chiave();
        let (nome, password) = luogo.credenziali().await;
        let modulo = luogo.vedi(luogo.casa(), "").await;
        let dentro = luogo.prova(&nome, &password).await;
        let posati: Vec<String> = [&modulo, &dentro]
            .iter()
            .flat_map(|r| r.testate.get_all("set-cookie"))
            .map(|c| c.to_str().expect("ascii").to_owned())
            .collect();
        for inizio in [
            format!("__Host-anpr-{chiave}-ingresso="),
            format!("__Host-anpr-{chiave}="),
        ] {
            assert!(
                posati.iter().any(|c| c.starts_with(&inizio)),
                "{inizio}: {posati:?}"
            );
        }
        for c in posati {
            for marca in [
                "__Host-",
                "; Path=/",
                "; Secure",
                "; HttpOnly",
                "; SameSite=Strict",
            ] {
                assert!(c.contains(marca), "{marca}: {c}");
            }
            assert!(!c.contains("Domain"), "{c}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn who_leaves_is_out_and_the_others_stay() {
    for luogo in LUOGHI {
        let (io, altra) = (luogo.entra().await, luogo.entra().await);
        let esci = format!("{}/esci", luogo.casa());
        let r = banco().manda(luogo.porta(), &io, &esci, "").await;
        assert_eq!(r.stato, StatusCode::SEE_OTHER, "{luogo:?}");
        let tolto = prima_parte(&r, &format!("__Host-anpr-{}=", luogo.chiave()));
        assert!(tolto.ends_with('='), "{tolto}");
        assert_eq!(
            fuori(luogo, &io.biscotto).await,
            StatusCode::UNAUTHORIZED,
            "{luogo:?}"
        );
        assert_eq!(fuori(luogo, &altra.biscotto).await, StatusCode::OK, "{luogo:?}");
    }
}

/// Enters every place of a bench and says which sessions are still good after a moment.
async fn ancora_buone(b: &Banco) -> Vec<(&'static str, StatusCode)> {
    let mut esiti = Vec::new();
    let pronto = b.sim.pronto().expect("ready");
    let k = &pronto["comuni"][8];
    let testo = |v: &serde_json::Value| v.as_str().expect("a text").to_owned();
    let o = &k["operatori"][0];
    let wa = b
        .prova_password(super::SUB, &testo(&o["nameId"]), &testo(&o["password"]))
        .await;
    let a = &k["areaPrivata"];
    let privata = b
        .prova_area("privata", &testo(&a["utente"]), &testo(&a["password"]))
        .await;
    for (luogo, r) in [(Luogo::Wa(super::SUB), wa), (Luogo::Area("privata"), privata)] {
        assert_eq!(r.stato, StatusCode::SEE_OTHER, "{}", r.testo);
        let biscotto = prima_parte(&r, &format!("__Host-anpr-{}=", luogo.chiave()));
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
        let r = b.pagina(luogo.porta(), &luogo.una_pagina(), &biscotto).await;
        esiti.push((luogo.chiave(), r.stato));
    }
    esiti
}

#[tokio::test(flavor = "multi_thread")]
async fn a_session_ends_by_itself_unused_or_too_long_used() {
    let breve = SignedDuration::from_millis(1);
    let finite = [
        ("sub", StatusCode::UNAUTHORIZED),
        ("privata", StatusCode::UNAUTHORIZED),
    ];
    let inattiva = Banco::nuovo(|i| i.sessione_inattiva = breve);
    assert_eq!(ancora_buone(&inattiva).await, finite, "unused");
    let vecchia = Banco::nuovo(|i| i.sessione_massima = breve);
    assert_eq!(ancora_buone(&vecchia).await, finite, "at most so long");
    let buone = [("sub", StatusCode::OK), ("privata", StatusCode::OK)];
    assert_eq!(ancora_buone(banco()).await, buone);
}
