//! A town of five thousand has every kind of person and household the checks know something about.

mod comune;

use std::collections::{BTreeMap, BTreeSet};

use anagrafe::codice_fiscale::decodifica;
use anagrafe::tabelle::tabelle;
use generatore::in_memoria;
use roxmltree::{Document, Node};

use comune::{OGGI, espandi, richiesta};

/// Follows children by name.
fn sotto<'a, 'i>(nodo: Node<'a, 'i>, percorso: &str) -> Option<Node<'a, 'i>> {
    percorso
        .split('/')
        .try_fold(nodo, |n, nome| n.children().find(|c| c.has_tag_name(nome)))
}

fn testo<'a>(nodo: Node<'a, '_>, percorso: &str) -> Option<&'a str> {
    sotto(nodo, percorso).and_then(|n| n.text())
}

/// What a town has, and how many of each.
fn inventario(xml: &str) -> BTreeMap<&'static str, usize> {
    let d = Document::parse(xml).expect("well formed");
    let mut conti: BTreeMap<&'static str, usize> = BTreeMap::new();
    let mut c = |cosa: &'static str, vero: bool| *conti.entry(cosa).or_insert(0) += usize::from(vero);
    let mut nascite: BTreeMap<(&str, &str), usize> = BTreeMap::new();
    let mut in_famiglia = BTreeSet::new();
    let mut in_convivenza = BTreeSet::new();
    for s in d.descendants().filter(|n| n.has_tag_name("soggetto")) {
        let cf = testo(s, "generalitaSubIscr/codiceFiscale/codFiscale").expect("a code");
        let letto = decodifica(cf).expect("a right code");
        c("omocodo", letto.omocodia > 0);
        c("senza nome", sotto(s, "generalitaSubIscr/senzaNome").is_some());
        c(
            "senza giorno e mese",
            sotto(s, "generalitaSubIscr/senzaGiornoMese").is_some(),
        );
        c(
            "nato all'estero",
            sotto(s, "generalitaSubIscr/luogoNascita/localita").is_some(),
        );
        let soppresso = testo(s, "generalitaSubIscr/luogoNascita/comune/codiceIstat")
            .is_some_and(|istat| tabelle().comuni().per_istat(istat).all(|r| r.al < OGGI));
        c("nato in un Comune soppresso", soppresso);
        c("straniero", testo(s, "cittadinanza/codiceStato") != Some("100"));
        c("permesso di soggiorno", sotto(s, "permessoSoggiorno").is_some());
        for (cosa, dove) in [
            ("coniugato", "matrimonio"),
            ("vedovo", "vedovanza"),
            ("divorziato", "separazioneAnnullamentoCessazioneMatrimonio"),
            ("unito civilmente", "unioneCivile"),
            ("convivente di fatto", "convivenzaDiFatto"),
            ("carta d'identità", "cartaIdentita"),
        ] {
            c(cosa, sotto(s, dove).is_some());
        }
        if let Some(famiglia) = testo(s, "famiglia/idFamConvComune") {
            in_famiglia.insert(cf);
            let legame = testo(s, "famiglia/legameSoggetto/codiceLegame");
            c("ascendente", legame == Some("6"));
            c("fratello", legame == Some("9"));
            let nascita = testo(s, "generalitaSubIscr/dataNascita").expect("a birth");
            if legame == Some("3") {
                *nascite.entry((famiglia, nascita)).or_insert(0) += 1;
            }
        } else {
            in_convivenza.insert(cf);
            c(
                "responsabile con legame 1",
                testo(s, "convivenza/legameSoggetto/codiceLegame") == Some("1"),
            );
        }
    }
    for &n in nascite.values() {
        c("gemelli", n > 1);
    }
    for s in d.descendants().filter(|n| n.has_tag_name("convivenza")) {
        let Some(tutore) = sotto(s, "tipoTutoreIntestatario") else {
            continue;
        };
        let cf = testo(tutore, "generalita/codiceFiscale/codFiscale");
        let in_uno = |gente: &BTreeSet<&str>| cf.is_some_and(|cf| gente.contains(cf));
        c("responsabile che vi risiede", in_uno(&in_convivenza));
        c(
            "responsabile di un'altra famiglia del Comune",
            in_uno(&in_famiglia),
        );
        c(
            "responsabile residente altrove",
            !in_uno(&in_famiglia) && !in_uno(&in_convivenza),
        );
    }
    conti
}

#[test]
fn a_town_of_five_thousand_has_every_kind() {
    for (comune, seed) in [
        ("888001", 1),
        ("888002", 20_210_301),
        ("058091", 7),
        ("015146", 3),
    ] {
        let mut r = richiesta(comune, 5000, 700);
        r.seed = seed;
        let consegna = in_memoria(&r).expect("a delivery");
        let xml = String::from_utf8(espandi(&consegna.file[0].1)).expect("UTF-8");
        let conti = inventario(&xml);
        let mancano: Vec<_> = conti
            .iter()
            .filter(|(_, n)| **n == 0)
            .map(|(cosa, _)| *cosa)
            .collect();
        assert!(
            mancano.is_empty(),
            "{comune} seed {seed}: {mancano:?} in {conti:?}"
        );
        assert_eq!(conti.len(), 20, "{conti:?}");
    }
}
