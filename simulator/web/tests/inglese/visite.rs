//! Every page of every area, followed from link to link, in both languages.

use std::{
    collections::{BTreeMap, BTreeSet, VecDeque},
    path::Path,
};

use http::Method;
use proptest::{
    prelude::{Strategy, any},
    sample::select,
    test_runner::{Config, TestRunner},
};

use super::{
    EN,
    banco::{Risposta, banco},
    ossatura, turno,
    visitatori::{Porta, Visitatore, visitatori},
};

/// Pages of one shape a visitor looks at: the others of a list say the same.
const DI_UNA_FORMA: usize = 3;
/// GET addresses the visitors do not reach: they answer no page, or only in the middle of something, where other tests
/// of the crate look (and `banco` at what they see).
const NON_DA_QUI: [&str; 19] = [
    "/lezioni/{id}/aula",
    "/lezioni/{id}/relatore",
    "/prefettura/posta/{id}/allegati/{n}",
    "/servizidemografici/posta/{id}/allegati/{n}",
    "/combas/posta/{id}/allegati/{n}",
    "/posta/{id}/allegati/{n}",
    "/combas/sicurezza/carte/{id}/p12",
    "/prefettura/posta/{id}",
    "/prefettura/posta/{id}/messaggio.eml",
    "/com/entra",
    "/prefettura/carta",
    "/prefettura/carta/entra",
    "/combas/contributo/documento",
    "/combas/contributo/firma-di-prova",
    "/combas/amministrazione/logo.png",
    "/combas/strumenti/file-di-prova.zip",
    "/combas/sicurezza/smart-card/{numero}",
    "/certificati/archivio",
    "/combas/sicurezza/postazioni/archivio",
];

async fn vedi(v: &Visitatore, dove: &str, lingua: Option<(&str, &str)>) -> Risposta {
    let mut testate: Vec<(&str, &str)> = lingua.into_iter().collect();
    if !v.biscotto.is_empty() {
        testate.push(("cookie", &v.biscotto));
    }
    match v.porta {
        Porta::Console => banco().console(Method::GET, dove, &testate, "").await,
        Porta::Ambiente(a) => banco().ambiente(a, Method::GET, dove, &testate, "").await,
        Porta::Carta => banco().carta_in(dove, &testate).await,
    }
}

fn pagina(r: &Risposta) -> bool {
    r.testate
        .get("content-type")
        .is_some_and(|v| v.to_str().is_ok_and(|v| v.starts_with("text/html")))
}

/// Addresses a page leads to, of this door.
fn legami(html: &str) -> Vec<String> {
    html.split(" href=\"")
        .skip(1)
        .filter_map(|p| p.split('"').next())
        .filter(|d| d.starts_with('/') && !d.starts_with("//") && !d.starts_with("/statico/"))
        .map(|d| {
            d.split('#')
                .next()
                .unwrap_or_default()
                .replace("&#38;", "&")
                .replace("&amp;", "&")
        })
        .collect()
}

/// An address without what tells one thing of a list from another.
fn forma(dove: &str) -> String {
    let (percorso, domanda) = dove.split_once('?').unwrap_or((dove, ""));
    let segmenti = percorso.split('/').map(|s| {
        if s.contains(|c: char| c.is_ascii_digit()) {
            "#"
        } else {
            s
        }
    });
    let nomi = domanda
        .split('&')
        .map(|c| c.split('=').next().unwrap_or_default());
    segmenti.chain(nomi).collect::<Vec<_>>().join("/")
}

async fn visita(v: &Visitatore, viste: &mut BTreeMap<String, String>) {
    let mut fila: VecDeque<String> = v.da.iter().cloned().collect();
    let mut gia: BTreeSet<String> = fila.iter().cloned().collect();
    let mut forme: BTreeMap<String, usize> = BTreeMap::new();
    while let Some(dove) = fila.pop_front() {
        // Looking may change a page (a message becomes read): the second look is compared.
        let _ = vedi(v, &dove, None).await;
        let it = vedi(v, &dove, None).await;
        let percorso = dove.split('?').next().unwrap_or_default().to_owned();
        if !pagina(&it) {
            viste.entry(percorso).or_default();
            continue;
        }
        let en = vedi(v, &dove, Some(EN)).await;
        assert_eq!(en.stato, it.stato, "{dove}");
        for (r, lingua) in [(&it, "it"), (&en, "en")] {
            assert_eq!(r.testate["content-language"], lingua, "{dove}");
            assert_eq!(r.testate["vary"], "Accept-Language", "{dove}");
            assert!(r.testo.contains(&format!("<html lang=\"{lingua}\">")), "{dove}");
            assert!(r.testo.contains("SIMULATORE – dati fittizi"), "{dove}");
        }
        assert!(en.testo.contains("(simulator – fictitious data)"), "{dove}");
        assert_eq!(ossatura(&en.testo), ossatura(&it.testo), "{dove}");
        for d in legami(&it.testo) {
            let simili = forme.entry(forma(&d)).or_default();
            if *simili < DI_UNA_FORMA && gia.insert(d.clone()) {
                *simili += 1;
                fila.push_back(d);
            }
        }
        viste.insert(percorso, it.testo);
    }
}

/// GET rows of the tables of routes.
fn rotte() -> BTreeSet<String> {
    let src = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut rotte = BTreeSet::new();
    for file in [
        "console/rotte.rs",
        "ambiente/rotte.rs",
        "aree/rotte.rs",
        "carta.rs",
    ] {
        let testo = std::fs::read_to_string(src.join(file)).expect("a table");
        for pezzo in testo.split(" get(").skip(1) {
            let pezzo = pezzo.trim_start();
            if let Some(percorso) = pezzo.strip_prefix('"').and_then(|p| p.split('"').next()) {
                rotte.insert(percorso.to_owned());
            }
        }
    }
    rotte
}

fn e_di(percorso: &str, rotta: &str) -> bool {
    let (p, r): (Vec<&str>, Vec<&str>) = (percorso.split('/').collect(), rotta.split('/').collect());
    p.len() == r.len() && p.iter().zip(&r).all(|(p, r)| r.starts_with('{') || p == r)
}

/// Makes of some texts between tags something else, escaped as templates escape.
fn con_dati(html: &str, dati: &[(usize, String)]) -> String {
    let mut pezzi: Vec<String> = html.split_inclusive(['<', '>']).map(str::to_owned).collect();
    for (dove, dato) in dati {
        let dove = dove % pezzi.len();
        // A text ends where a tag begins; what is inside of script and style stays.
        if pezzi[dove].ends_with('<') && !pezzi[dove].contains('{') {
            let protetto: String = dato
                .chars()
                .map(|c| match c {
                    '<' => "&#60;".to_owned(),
                    '>' => "&#62;".to_owned(),
                    '&' => "&#38;".to_owned(),
                    '"' => "&#34;".to_owned(),
                    '\'' => "&#39;".to_owned(),
                    c => c.to_string(),
                })
                .collect();
            pezzi[dove] = protetto + "<";
        }
    }
    pezzi.concat()
}

#[tokio::test(flavor = "multi_thread")]
async fn every_page_of_every_area_has_its_english_in_the_same_markup() {
    let _turno = turno().await;
    let mut viste = BTreeMap::new();
    for v in visitatori().await {
        visita(&v, &mut viste).await;
    }
    let rotte = rotte();
    let mai: Vec<&String> = rotte
        .iter()
        .filter(|r| !r.starts_with("/statico") && !NON_DA_QUI.contains(&r.as_str()))
        .filter(|r| !viste.keys().any(|v| e_di(v, r)))
        .collect();
    assert!(mai.is_empty(), "never visited: {mai:#?}");

    // The same pages with anything in their texts: phrases with anything in their holes, and anything.
    let pagine: Vec<String> = viste.into_values().filter(|t| !t.is_empty()).collect();
    let frasi: Vec<&str> = lingua::inglese().voci().iter().map(|v| v.italiano).collect();
    let cattivi = select(vec![
        "<script>alert(1)</script>",
        "\"><img src=x>",
        "&lt;b&gt;",
        "{}",
        "' onclick='",
        "]]>",
        "1.234",
    ]);
    let dato =
        (select(frasi), cattivi, any::<String>(), any::<u8>()).prop_map(|(frase, cattivo, altro, come)| {
            let dentro = if come & 1 == 0 { cattivo.to_owned() } else { altro };
            if come & 2 == 0 {
                ["{}", "{#}", "{@}", "{_}"]
                    .iter()
                    .fold(frase.to_owned(), |f, b| f.replace(b, &dentro))
            } else {
                dentro
            }
        });
    let caso = (
        select(pagine),
        proptest::collection::vec((any::<usize>(), dato), 1..40),
    );
    TestRunner::new(Config::with_cases(300))
        .run(&caso, |(pagina, dati)| {
            let it = con_dati(&pagina, &dati);
            let en = lingua::inglese().pagina(&it);
            proptest::prop_assert_eq!(ossatura(&en), ossatura(&it));
            Ok(())
        })
        .expect("the same markup");
}
