//! Who is not inside, or has not the role, or comes with the key of another place: every page, walked.

use anagrafe::Ambiente;
use http::{Method, StatusCode};
use web::mappa::{Condizione, indirizzi};

use super::{COMUNE, LUOGHI, nome_utente, riempito};
use crate::banco::{api::MODULO, banco};

#[tokio::test(flavor = "multi_thread")]
async fn nothing_behind_a_login_answers_to_who_is_not_inside() {
    for luogo in LUOGHI {
        for condizione in [Condizione::Dentro, Condizione::Modulo, Condizione::Caricamento] {
            for i in luogo.indirizzi(condizione) {
                let dove = riempito(i.percorso, "x");
                let r = banco()
                    .ambiente(luogo.porta(), i.metodo.clone(), &dove, &[MODULO], "csrf=x")
                    .await;
                let atteso = if i.percorso == luogo.casa() {
                    StatusCode::OK
                } else {
                    StatusCode::UNAUTHORIZED
                };
                assert_eq!(r.stato, atteso, "{luogo:?} {dove}");
                assert!(
                    r.testo.contains("name=\"password\""),
                    "{luogo:?} {dove}: the login form"
                );
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_key_of_a_place_opens_no_other() {
    let mut chiavi = Vec::new();
    for luogo in LUOGHI {
        let e = luogo.entra().await;
        chiavi.push((luogo, e.biscotto.split_once('=').expect("a pair").1.to_owned()));
    }
    for (luogo, chiave) in &chiavi {
        for altro in LUOGHI {
            let biscotto = format!("__Host-anpr-{}={chiave}", altro.chiave());
            let r = altro.vedi(&altro.una_pagina(), &biscotto).await;
            let atteso = if *luogo == altro {
                StatusCode::OK
            } else {
                StatusCode::UNAUTHORIZED
            };
            assert_eq!(r.stato, atteso, "{luogo:?} at {altro:?}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_page_of_a_role_is_closed_to_the_other_roles() {
    let b = banco();
    let ruoli = [
        "OPERATORE",
        "ALS",
        "ALP",
        "SINDACO",
        "SUPERVISORE",
        "RESPONSABILE_CNSD",
    ];
    let riservati: Vec<_> = indirizzi().into_iter().filter(|i| !i.ruoli.is_empty()).collect();
    assert!(riservati.len() > 10, "{}", riservati.len());
    for a in Ambiente::TUTTI {
        for ruolo in ruoli {
            let nome = nome_utente(&format!("SOLO{}", ruolo.replace('_', "")));
            let io = b.con_ruoli(a, COMUNE, &nome, &[ruolo]).await;
            for i in &riservati {
                let dove = riempito(i.percorso, "x");
                let r = if *i.metodo == Method::GET {
                    b.pagina(a, &dove, &io.biscotto).await
                } else {
                    b.manda(a, &io, &dove, "").await
                };
                let suo = i.ruoli.contains(&ruolo);
                assert_eq!(
                    r.stato != StatusCode::FORBIDDEN,
                    suo,
                    "{ruolo} {} {dove}: {}",
                    i.metodo,
                    r.stato
                );
                assert!(
                    suo || r.testo.contains("riservata"),
                    "{ruolo} {dove}: {}",
                    r.testo
                );
            }
        }
    }
}
