//! Search and view of people and families of the register: by an operator for his Comune, by the trainer for all.

mod banco;

use std::io::Write as _;

use anagrafe::Ambiente;
use banco::{Entrato, Risposta, api::vedi_api, banco, dovute};
use flate2::{Compression, write::GzEncoder};
use http::{Method, StatusCode};
use serde_json::{Value, json};

const PRE: Ambiente = Ambiente::Pre;
const PULITA: &str = include_str!("../../../fixtures/schede/pulita.xml");
const PULITA_AIRE: &str = include_str!("../../../fixtures/schede/pulita-aire.txt");

/// A page that must be good in every way a page owes.
async fn vedi(a: Ambiente, chi: &Entrato, dove: &str) -> String {
    let r = banco().pagina(a, dove, &chi.biscotto).await;
    assert_eq!(r.stato, StatusCode::OK, "{dove}: {}", r.testo);
    dovute(&r, dove);
    r.testo
}

/// The rows of the first table of a page: where each leads.
fn righe(testo: &str) -> Vec<String> {
    let tabella = testo.split("<tbody>").nth(1).unwrap_or_default();
    let tabella = tabella.split("</tbody>").next().unwrap_or_default();
    tabella
        .split("<tr>")
        .skip(1)
        .filter_map(|r| Some(r.split("href=\"").nth(1)?.split('"').next()?.to_owned()))
        .collect()
}

fn persona(v: &Value) -> (String, String, String, String) {
    let t = |c: &str| v[c].as_str().expect("a text").to_owned();
    (
        format!("/combas/persone/{}", v["idAnpr"]),
        t("cognome"),
        t("nome"),
        t("codiceFiscale"),
    )
}

#[tokio::test(flavor = "multi_thread")]
async fn a_person_is_found_by_id_by_code_and_by_name() {
    let chi = banco().entra(PRE, "888002").await;
    let vuota = vedi(PRE, &chi, "/combas/persone").await;
    assert!(!vuota.contains("<h2>Trovate</h2>"), "nothing was asked");
    assert!(vuota.contains("href=\"/combas/persone\" aria-current=\"page\""));

    let primi = vedi_api("/api/schede?ambiente=pre&comune=888002&limite=2000").await;
    let tutti = primi.as_array().expect("a list");
    assert_eq!(tutti.len(), 1000, "a page has a limit");
    let uno = &tutti[7];
    let (dove, cognome, nome, cf) = persona(uno);
    let nascita = uno["nascita"].as_str().expect("a date");
    let (inizio_nome, inizio_cf) = (&nome[..2], cf[..8].to_lowercase());
    let minuscolo = cognome.to_lowercase().replace(' ', "+");
    for query in [
        format!("idAnpr={}", uno["idAnpr"]),
        format!("cf={cf}"),
        format!("cf={inizio_cf}*"),
        format!("cognome={minuscolo}&nascita={nascita}"),
        format!("cognome={minuscolo}&nome={inizio_nome}*&nascita={nascita}"),
        format!("cognome={}*&nome={nome}&nascita={nascita}", &cognome[..3]),
    ] {
        let query = query.replace(' ', "+").replace('\'', "%27");
        let testo = vedi(PRE, &chi, &format!("/combas/persone?{query}")).await;
        let trovate = righe(&testo);
        assert!(trovate.contains(&dove), "{query}: {trovate:?}");
        assert!(trovate.len() <= 50);
    }
    // Exactly those of that name, as the list of all has them.
    let testo = vedi(PRE, &chi, &format!("/combas/persone?cognome={minuscolo}")).await;
    let mut attese = Vec::new();
    for dopo in [0, 1000, 2000] {
        let pagina = vedi_api(&format!(
            "/api/schede?ambiente=pre&comune=888002&limite=1000&dopo={dopo}"
        ))
        .await;
        for p in pagina.as_array().expect("a list") {
            if p["cognome"] == cognome.as_str() {
                attese.push(format!("/combas/persone/{}", p["idAnpr"]));
            }
        }
    }
    let mut trovate = righe(&testo);
    if attese.len() > 50 {
        assert_eq!(trovate.len(), 50);
        assert!(testo.contains("Restringere la ricerca"));
    } else {
        trovate.sort();
        attese.sort();
        assert_eq!(trovate, attese);
    }
    // Nobody, and questions that are none.
    for query in ["cf=AAAAAA00A00A000A", "idAnpr=1", "cognome=ZZZZZZ", "cognome=ZZ*"] {
        let testo = vedi(PRE, &chi, &format!("/combas/persone?{query}")).await;
        assert!(testo.contains("Nessuna persona del Comune"), "{query}");
    }
    for (query, parte) in [
        ("idAnpr=abc", "è un numero"),
        ("cognome=A*", "almeno 2 lettere"),
        ("nome=ANNA", "Indicare che cosa cercare"),
        ("cognome=A&nascita=ieri", "data di nascita non è valida"),
    ] {
        let dove = format!("/combas/persone?{query}");
        let r = banco().pagina(PRE, &dove, &chi.biscotto).await;
        dovute(&r, &dove);
        assert_eq!(r.stato, StatusCode::BAD_REQUEST, "{query}");
        assert!(r.testo.contains(parte), "{query}: {}", r.testo);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn families_of_both_registers_and_convivenze_name_their_members() {
    let chi = banco().entra(PRE, "888002").await;
    let tutte = {
        let mut tutte = Vec::new();
        for dopo in [0, 1000] {
            let v = vedi_api(&format!(
                "/api/famiglie?ambiente=pre&comune=888002&limite=1000&dopo={dopo}"
            ))
            .await;
            tutte.extend(v.as_array().expect("a list").clone());
        }
        tutte
    };
    for tipo in ["FAMIGLIA", "CONVIVENZA", "FAMIGLIA_AIRE"] {
        let id = &tutte.iter().find(|u| u["tipo"] == tipo).expect("one of the kind")["idAnpr"];
        let intera = vedi_api(&format!("/api/famiglie/{id}?ambiente=pre")).await;
        let componenti = intera["componenti"].as_array().expect("a list");
        assert!(!componenti.is_empty(), "{intera}");
        let dove = format!("/combas/famiglie/{id}");
        let testo = vedi(PRE, &chi, &dove).await;
        let attese: Vec<String> = componenti
            .iter()
            .map(|c| format!("/combas/persone/{}", c["idAnpr"]))
            .collect();
        assert_eq!(righe(&testo), attese, "{tipo}");
        // And every member leads back.
        for persona in attese {
            let testo = vedi(PRE, &chi, &persona).await;
            assert!(testo.contains(&format!("href=\"{dove}\"")), "{persona} {tipo}");
        }
        let progressivi: Vec<u64> = componenti
            .iter()
            .map(|c| c["progressivo"].as_u64().expect("a number"))
            .collect();
        assert!(progressivi.is_sorted(), "{progressivi:?}");
        if tipo == "FAMIGLIA_AIRE" {
            assert!(
                testo.contains("Comune d'iscrizione AIRE</dt><dd class=\"mono\">888002<"),
                "{testo}"
            );
            assert!(componenti.iter().all(|c| c["nome"] != c["cognome"]), "{intera}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_people_of_another_comune_do_not_exist() {
    let chi = banco().entra(PRE, "888003").await;
    let altro = vedi_api("/api/schede?ambiente=pre&comune=888002&limite=1").await;
    let (persona, cognome, nome, cf) = persona(&altro[0]);
    let famiglia = vedi_api("/api/famiglie?ambiente=pre&comune=888002&limite=1").await;
    for dove in [
        persona.clone(),
        format!("/combas/famiglie/{}", famiglia[0]["idAnpr"]),
        "/combas/persone/0".to_owned(),
        "/combas/persone/x".to_owned(),
        "/combas/persone/99999999999999999999".to_owned(),
        "/combas/famiglie/18446744073709551615".to_owned(),
    ] {
        let r = banco().pagina(PRE, &dove, &chi.biscotto).await;
        assert_eq!(r.stato, StatusCode::NOT_FOUND, "{dove}");
        assert!(!r.testo.contains(&cf), "{dove}");
    }
    for query in [
        format!("idAnpr={}", altro[0]["idAnpr"]),
        format!("cf={cf}"),
        format!("cf={}*", &cf[..10]),
    ] {
        let testo = vedi(PRE, &chi, &format!("/combas/persone?{query}")).await;
        assert!(!righe(&testo).contains(&persona), "{query}");
    }
    let query = format!("cognome={cognome}&nome={nome}")
        .replace(' ', "+")
        .replace('\'', "%27");
    assert!(!righe(&vedi(PRE, &chi, &format!("/combas/persone?{query}")).await).contains(&persona));
    // The same person in another environment of his own Comune: another register.
    let sua = banco().entra(PRE, "888002").await;
    assert_eq!(
        banco().pagina(PRE, &persona, &sua.biscotto).await.stato,
        StatusCode::OK
    );
    let senza = banco().pagina(PRE, &persona, "").await;
    assert_eq!(senza.stato, StatusCode::UNAUTHORIZED);
}

fn gz(testo: &str, comune: &str) -> Vec<u8> {
    let testo = testo.replace("888001", comune).replace(
        "COMUNE FITTIZIO 001",
        &format!("COMUNE FITTIZIO {}", &comune[3..]),
    );
    let mut w = GzEncoder::new(Vec::new(), Compression::fast());
    w.write_all(testo.as_bytes()).expect("in memory");
    w.finish().expect("in memory")
}

/// The clean delivery of a Comune, loaded.
async fn consegna(a: Ambiente, comune: &str) -> Entrato {
    let b = banco();
    let chi = b.entra(a, comune).await;
    for (tipo, nome, byte) in [
        ("APR", format!("{comune}_SUBAPR_1_1_1.gz"), gz(PULITA, comune)),
        ("AIRE", format!("{comune}_SUBAIRE_1.gz"), gz(PULITA_AIRE, comune)),
    ] {
        let campi = [("csrf", chi.csrf.as_str()), ("tipo", tipo), ("conferma", "si")];
        let r: Risposta = b.invia_campi(a, &chi.biscotto, &campi, &nome, &byte).await;
        assert_eq!(r.stato, StatusCode::SEE_OTHER, "{}", r.testo);
    }
    let fine = b.stato_finale(a, &chi.biscotto).await;
    assert!(
        fine.contains("esito positivo") || fine.contains("positivo"),
        "{fine}"
    );
    chi
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cancelled_person_says_so_and_the_new_comune_sees_its_own() {
    let a = Ambiente::Test;
    let prima = consegna(a, "888007").await;
    let testo = vedi(a, &prima, "/combas/persone?cf=PRVNUO70A01Y001M").await;
    let dove = righe(&testo).pop().expect("found");
    assert!(testo.contains("<span class=\"stato ok\">attiva</span>"));
    let id = dove.rsplit('/').next().expect("an id").to_owned();

    // The trainer cancels, by the page of the console.
    let console = format!("/registro/test/persone/{id}");
    let modulo = banco().console(Method::GET, &console, &[], "").await;
    dovute(&modulo, &console);
    assert!(
        modulo
            .testo
            .contains("Trasferimento di residenza in comune non subentrato")
    );
    let tipo = ("content-type", "application/x-www-form-urlencoded");
    let r = banco()
        .console(
            Method::POST,
            &console,
            &[tipo],
            "azione=cancella&motivo=3&dal=2021-02-01",
        )
        .await;
    assert_eq!(r.stato, StatusCode::SEE_OTHER, "{}", r.testo);
    let testo = vedi(a, &prima, &dove).await;
    assert!(
        testo.contains("<span class=\"stato ko\">cancellata</span> dal 01/02/2021, motivo 3"),
        "{testo}"
    );
    let famiglia = testo
        .split("/combas/famiglie/")
        .nth(1)
        .and_then(|t| t.split('"').next());
    let famiglia = vedi(
        a,
        &prima,
        &format!("/combas/famiglie/{}", famiglia.expect("a family")),
    )
    .await;
    assert_eq!(famiglia.matches("stato ko\">cancellata").count(), 1, "{famiglia}");
    assert!(famiglia.contains("stato ok\">attiva"), "{famiglia}");

    // He arrives in another Comune: one id, two schede, each operator sees his own.
    let poi = consegna(a, "888008").await;
    let nuova = vedi(a, &poi, &format!("/combas/persone?idAnpr={id}")).await;
    assert_eq!(righe(&nuova), [dove.as_str()]);
    assert!(nuova.contains("stato ok\">attiva"), "{nuova}");
    let sua = vedi(a, &poi, &dove).await;
    assert!(
        sua.contains("per il Comune 888008") && !sua.contains("888007"),
        "{sua}"
    );
    let vecchia = vedi(a, &prima, &dove).await;
    assert!(
        vecchia.contains("per il Comune 888007") && vecchia.contains("cancellata"),
        "{vecchia}"
    );
    assert!(!vecchia.contains("888008"), "{vecchia}");
    // The trainer sees both.
    let r = banco().console(Method::GET, &console, &[], "").await;
    assert!(
        r.testo
            .contains("Stesso idANPR</dt><dd>888007, scheda S1, cancellata"),
        "{}",
        r.testo
    );
    let cerca = format!("/registro?ambiente=test&idAnpr={id}");
    let r = banco().console(Method::GET, &cerca, &[], "").await;
    dovute(&r, &cerca);
    assert_eq!(righe(&r.testo).len(), 2, "{}", r.testo);
    let r = banco()
        .console(Method::GET, &format!("{cerca}&comune=888007"), &[], "")
        .await;
    assert_eq!(righe(&r.testo).len(), 1);
    assert_eq!(
        vedi_api(&format!("/api/schede/{id}?ambiente=test")).await["stessoId"],
        json!([{"comune": "888007", "idComune": "S1", "stato": "CANCELLATA"}])
    );
}

/// Markup in what is looked for stays text; that in the schede themselves is tried where the page is made.
#[tokio::test(flavor = "multi_thread")]
async fn markup_stays_text() {
    let chi = banco().entra(PRE, "888009").await;
    let query = "cognome=%22%3E%3Cscript%3Ealert(1)&nome=%3Cb%3E&cf=&nascita=";
    let testo = vedi(PRE, &chi, &format!("/combas/persone?{query}")).await;
    let dove = format!("/registro?ambiente=pre&comune=888009&{query}");
    let console = banco().console(Method::GET, &dove, &[], "").await;
    dovute(&console, &dove);
    for testo in [testo, console.testo] {
        assert!(
            testo.contains("value=\"&#34;&#62;&#60;script&#62;alert(1)\"")
                && testo.contains("value=\"&#60;b&#62;\""),
            "{testo}"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_console_refuses_what_is_wrong() {
    let b = banco();
    for (dove, atteso) in [
        ("/registro", 200),
        ("/registro?comune=12", 400),
        ("/registro?ambiente=pre&cognome=A*", 400),
        ("/registro/altro/persone/1", 404),
        ("/registro/pre/persone/x", 404),
        ("/registro/pre/persone/1", 404),
        ("/registro/pre/famiglie/1", 404),
    ] {
        let r = b.console(Method::GET, dove, &[], "").await;
        dovute(&r, dove);
        assert_eq!(r.stato.as_u16(), atteso, "{dove}");
    }
    let famiglia = vedi_api("/api/famiglie?ambiente=sub&comune=888003&limite=1").await;
    let dove = format!("/registro/sub/famiglie/{}", famiglia[0]["idAnpr"]);
    let r = b.console(Method::GET, &dove, &[], "").await;
    dovute(&r, &dove);
    assert!(r.testo.contains("/registro/sub/persone/"), "{}", r.testo);
}
