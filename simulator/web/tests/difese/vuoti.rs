//! Empty and odd places: every page of every place, walked by a Comune that has done nothing, and by one whose name is as
//! long as names get, with apostrophes and accents.
//!
//! That no page shows a table without rows, a `None`, a «0 di 0» is asked of every page any test sees (`banco::italiano`);
//! here are the pages where it would happen.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use anagrafe::Ambiente;
use http::{Method, StatusCode};
use serde_json::{Value, json};
use web::mappa::{Condizione, indirizzi};

use super::{LUOGHI, Luogo, SUB, nome_utente};
use crate::banco::{
    self, Risposta,
    api::{metti, ordina, vedi_api},
    banco, italiano,
};

/// Pages of one shape that are looked at.
const DI_UNA_FORMA: usize = 2;
/// Eighty characters.
const LUNGO: &str = "SANT'ALÒ DELL'ABBADÌA SOTTO L'ÀRGINE D'OLTREPÒ E DELL'ISOLA DI CA' NUÒVA D'ÈRBEA";
/// GET addresses that answer something else than a page when there is nothing: what, and why.
const NULLA: [(&str, &[u16]); 9] = [
    // No certificate to download.
    ("/combas/sicurezza/postazioni/archivio", &[404]),
    ("/combas/amministrazione/logo.png", &[404]),
    // No scheda was sent.
    ("/servizidemografici/scheda/ricevuta", &[404]),
    // In the environment of subentro only, and with the card of the sindaco.
    ("/combas/contributo", &[404, 403]),
    ("/combas/contributo/documento", &[404, 403]),
    ("/combas/contributo/firma-di-prova", &[404, 403]),
    // There are no two deliveries to compare.
    ("/combas/confronto/anomalie", &[404]),
    ("/combas/confronto/anomalie.csv", &[404]),
    // Not in the environment of subentro.
    ("/combas/cancellazione", &[404]),
];

struct Visita {
    luogo: Luogo,
    biscotto: String,
}

/// A new Comune alone in its province, with users in every place.
async fn prepara(istat: &str, nome: &str, provincia: &str) -> Vec<Visita> {
    let corpo = json!({"istat": istat, "nome": nome, "provincia": provincia});
    ordina("/api/comuni", &corpo).await;
    let casa = format!("SWVUOTA{provincia}");
    let sua = json!({"ragioneSociale": "Vuota S.r.l.", "comuni": [istat]});
    metti(&format!("/api/percorso/software-house/{casa}"), &sua).await;
    let testo = |v: &Value| v.as_str().expect("a text").to_owned();
    let mut visite = Vec::new();
    for luogo in LUOGHI {
        let entrato = match luogo {
            Luogo::Wa(a) => {
                let nome = nome_utente(&format!("VUOTO{provincia}{}", a.chiave().to_uppercase()));
                let ruoli = ["OPERATORE", "ALS", "ALP", "SINDACO", "SUPERVISORE"];
                banco().con_ruoli(a, istat, &nome, &ruoli).await
            }
            Luogo::Area(area) => {
                let (chi, password) = match area {
                    "privata" => {
                        let q = vedi_api(&format!("/api/percorso/comuni/{istat}")).await;
                        (
                            testo(&q["areaPrivata"]["utente"]),
                            testo(&q["areaPrivata"]["password"]),
                        )
                    }
                    "prefettura" => {
                        let p = vedi_api(&format!("/api/percorso/prefetture/{provincia}")).await;
                        (testo(&p["utenti"][0]["nome"]), testo(&p["utenti"][0]["password"]))
                    }
                    _ => {
                        let tutte = vedi_api("/api/percorso/software-house").await;
                        let tutte = tutte.as_array().expect("a list");
                        let s = tutte.iter().find(|s| s["nome"] == casa.as_str()).expect("there");
                        (casa.clone(), testo(&s["password"]))
                    }
                };
                banco().entra_in_area(area, &chi, &password).await
            }
        };
        visite.push(Visita {
            luogo,
            biscotto: entrato.biscotto,
        });
    }
    visite
}

fn e_pagina(r: &Risposta) -> bool {
    r.testate
        .get("content-type")
        .is_some_and(|v| v.to_str().is_ok_and(|v| v.starts_with("text/html")))
}

fn legami(html: &str) -> impl Iterator<Item = String> {
    html.split(" href=\"")
        .skip(1)
        .filter_map(|p| Some(p.split_once('"')?.0))
        .map(|d| d.split('#').next().unwrap_or_default().replace("&#38;", "&"))
        .filter(|d| d.starts_with('/') && !d.starts_with("/statico/"))
}

fn forma(dove: &str) -> String {
    let percorso = dove.split('?').next().unwrap_or_default();
    percorso
        .split('/')
        .map(|s| {
            if s.contains(|c: char| c.is_ascii_digit()) {
                "#"
            } else {
                s
            }
        })
        .collect::<Vec<_>>()
        .join("/")
}

/// What is wrong with a page, or with what stands in its place.
fn giudica(r: &Risposta, dove: &str, guai: &mut Vec<String>) {
    let percorso = dove.split('?').next().unwrap_or_default();
    let atteso = NULLA.iter().find(|(p, _)| *p == percorso).map(|(_, s)| *s);
    let buono = r.stato == StatusCode::OK
        || r.stato.is_redirection()
        || atteso.is_some_and(|a| a.contains(&r.stato.as_u16()));
    if !buono {
        guai.push(format!("{dove}: {}", r.stato));
    }
    if e_pagina(r) {
        banco::dovute(r, dove);
        // A table stands with its rows, or a sentence stands in its place.
        let corpi = r.testo.split("<tbody>").skip(1);
        for corpo in corpi {
            if !corpo.split("</tbody>").next().is_some_and(|c| c.contains("<tr")) {
                guai.push(format!("{dove}: a table without rows"));
            }
        }
    }
}

async fn cammina(v: &Visita, nome: &str, guai: &mut Vec<String>) -> usize {
    let tabella = v.luogo.tabella();
    let mut fila: VecDeque<String> = indirizzi()
        .into_iter()
        .filter(|i| i.luogo == tabella && *i.metodo == Method::GET && !i.percorso.contains('{'))
        .filter(|i| i.condizione == Condizione::Dentro)
        .map(|i| i.percorso.to_owned())
        .collect();
    let mut gia: BTreeSet<String> = fila.iter().cloned().collect();
    let mut forme: BTreeMap<String, usize> = BTreeMap::new();
    let (mut viste, mut con_nome) = (0, 0);
    while let Some(dove) = fila.pop_front() {
        let r = v.luogo.vedi(&dove, &v.biscotto).await;
        giudica(&r, &dove, guai);
        viste += 1;
        if !e_pagina(&r) {
            continue;
        }
        con_nome += usize::from(r.testo.contains(&nome.replace('\'', "&#39;")));
        assert!(
            !r.testo.contains(nome) || !nome.contains('\''),
            "{dove}: unescaped"
        );
        for d in legami(&r.testo) {
            let n = forme.entry(forma(&d)).or_default();
            if *n < DI_UNA_FORMA && gia.insert(d.clone()) {
                *n += 1;
                fila.push_back(d);
            }
        }
    }
    // A software house and a Prefettura have no name of a Comune at the top of every page.
    assert!(con_nome > 0, "{:?}: nowhere {nome}", v.luogo);
    viste
}

/// Pages of the console about one Comune.
async fn console(istat: &str, guai: &mut Vec<String>) {
    for dove in [
        format!("/comuni/{istat}"),
        format!("/comuni/{istat}/operatori"),
        format!("/percorso/{istat}"),
        format!("/percorso/{istat}/piano-di-test"),
        format!("/percorso/{istat}/piano-di-test?ambiente=pre"),
        format!("/forniture?comune={istat}"),
        format!("/certificati?comune={istat}"),
        format!("/posta?comune={istat}"),
        format!("/posta?comune={istat}&cartella=inviati"),
        format!("/scambi?comune={istat}"),
        format!("/registro?ambiente=pre&comune={istat}&cognome=NESSUNO"),
        "/catalogo?testo=nessunonessuno".to_owned(),
    ] {
        let r = banco().console(Method::GET, &dove, &[], "").await;
        giudica(&r, &dove, guai);
        assert_eq!(r.stato, StatusCode::OK, "{dove}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_page_stands_where_there_is_nothing_and_where_a_name_is_long() {
    assert_eq!(LUNGO.chars().count(), 80);
    let mut guai = Vec::new();
    for (istat, nome, provincia) in [("888071", "COMUNE VUOTO", "QZ"), ("888072", LUNGO, "QY")] {
        for v in prepara(istat, nome, provincia).await {
            let viste = cammina(&v, nome, &mut guai).await;
            assert!(viste >= 5, "{:?}: {viste} pages only", v.luogo);
        }
        console(istat, &mut guai).await;
    }
    // Nobody is in: the doors.
    for a in Ambiente::TUTTI {
        giudica(&banco().pagina(a, "/", "").await, "/", &mut guai);
    }
    giudica(
        &banco().pagina(SUB, "/dashboard", "").await,
        "/dashboard",
        &mut guai,
    );
    assert!(guai.is_empty(), "{guai:#?}");
}

#[test]
fn the_checks_of_a_page_see_what_they_look_for() {
    for (html, quanti) in [
        ("<p>1 operatori</p>", 1),
        ("<p>Sono 1 operatori e 1 volte.</p>", 2),
        ("<p>(1 righe)</p>", 1),
        ("<p>1 operatore, 21 operatori, 0 righe</p>", 0),
        ("<td>1</td><td>righe</td>", 0),
        ("<p>1 operators</p>", 1),
        ("<p>il 11/03/2021, dal 08/03/2021</p>", 2),
        ("<p>l&#39;11/03/2021, il 12/03/2021, dal 18/11/2021</p>", 0),
        ("<html lang=\"it\"><p>None</p><code>None</code>", 1),
        ("<html lang=\"en\"><p>None of them</p>", 0),
        ("<dd>0 di 0</dd>", 1),
        ("<tbody></tbody>", 1),
        ("<p>{{ x }}</p>", 2),
    ] {
        assert_eq!(
            italiano::difetti(html).len(),
            quanti,
            "{html}: {:?}",
            italiano::difetti(html)
        );
    }
}
