//! The embedded tables against the facts they come from, cell by cell.
//!
//! Runs when `ANPR_SIM_FATTI` names the folder of the facts; set but wrong fails.

use std::collections::HashMap;
use std::path::PathBuf;

use anagrafe::Data;
use anagrafe::tabelle::{Tabella, tabelle};

/// The folder of the facts, or `None` when the test has nothing to compare with.
fn fatti() -> Option<PathBuf> {
    let Some(cartella) = std::env::var_os("ANPR_SIM_FATTI") else {
        eprintln!("saltato: ANPR_SIM_FATTI non indica la cartella dei fatti");
        return None;
    };
    let cartella = PathBuf::from(cartella).join("tables");
    assert!(
        cartella.is_dir(),
        "ANPR_SIM_FATTI: {} non c'è",
        cartella.display()
    );
    Some(cartella)
}

/// The rows of a table of the facts, only the named columns, in their order.
fn righe(nome: &str, colonne: &[&str]) -> Option<Vec<Vec<String>>> {
    let percorso = fatti()?.join(nome);
    let testo = std::fs::read_to_string(&percorso).unwrap_or_else(|e| panic!("{}: {e}", percorso.display()));
    let mut linee = testo.lines();
    let posti: HashMap<&str, usize> = linee.next().expect("a header").split('\t').zip(0..).collect();
    let posti: Vec<usize> = colonne.iter().map(|c| posti[c]).collect();
    Some(
        linee
            .map(|linea| {
                let celle: Vec<&str> = linea.split('\t').collect();
                posti.iter().map(|i| celle[*i].to_owned()).collect()
            })
            .collect(),
    )
}

fn data(giorno: Option<Data>) -> String {
    giorno.map(|d| d.to_string()).unwrap_or_default()
}

fn si(vero: bool) -> String {
    if vero { "S" } else { "N" }.to_owned()
}

fn confronta(nome: &str, fatti: &[Vec<String>], nostre: &[Vec<String>]) {
    for (riga, (loro, nostra)) in fatti.iter().zip(nostre).enumerate() {
        assert_eq!(nostra, loro, "{nome}, riga {}", riga + 1);
    }
    assert_eq!(nostre.len(), fatti.len(), "{nome}: righe");
}

macro_rules! celle {
    ($($cella:expr),* $(,)?) => { vec![$($cella.to_string()),*] };
}

#[test]
fn comuni() {
    let colonne = [
        "id",
        "valid_from",
        "valid_to",
        "cod_istat",
        "cod_catastale",
        "name",
        "name_translit",
        "name_other",
        "province_id",
        "province_istat",
        "region_istat",
        "province",
        "status",
        "source",
        "cod_denom",
    ];
    let Some(attese) = righe("03_comuni.tsv", &colonne) else {
        return;
    };
    let nostre: Vec<_> = tabelle()
        .comuni()
        .righe()
        .iter()
        .filter(|r| !r.fittizio())
        .map(|r| {
            let stato = if r.attivo() { "A" } else { "C" };
            celle![
                r.id(),
                r.dal,
                r.al,
                r.istat,
                r.belfiore,
                r.nome,
                r.traslitterato,
                r.altro_nome,
                r.id_provincia(),
                r.provincia(),
                r.regione(),
                r.sigla,
                stato,
                r.fonte(),
                r.cod_denom,
            ]
        })
        .collect();
    confronta("03_comuni", &attese, &nostre);
}

#[test]
fn stati_esteri() {
    let colonne = [
        "id",
        "label",
        "label_istat",
        "label_istat_en",
        "valid_from",
        "valid_to",
        "iso3",
        "cod_mae",
        "cod_min",
        "cod_at",
        "cod_istat",
        "for_citizenship",
        "for_birth",
        "for_residence",
        "source",
        "kind",
        "iso3_sovereign",
        "last_update",
    ];
    let Some(mut attese) = righe("02_stati_esteri.tsv", &colonne) else {
        return;
    };
    // One row leaves the three uses blank: not said is no.
    for uso in attese
        .iter_mut()
        .flat_map(|riga| &mut riga[11..14])
        .filter(|uso| uso.is_empty())
    {
        "N".clone_into(uso);
    }
    let nostre: Vec<_> = tabelle()
        .stati()
        .iter()
        .map(|s| {
            celle![
                s.id(),
                s.nome,
                s.nome_istat(),
                s.nome_inglese(),
                data(s.dal),
                data(s.al),
                s.iso3,
                s.cod_mae(),
                s.cod_min(),
                s.belfiore,
                s.cod_istat,
                si(s.cittadinanza),
                si(s.nascita),
                si(s.residenza),
                s.fonte(),
                s.tipo(),
                s.iso3_sovrano(),
                s.aggiornato(),
            ]
        })
        .collect();
    confronta("02_stati_esteri", &attese, &nostre);
}

#[test]
fn consolati_e_territori() {
    let Some(attese) = righe(
        "40_consolati.tsv",
        &["code", "seat", "rank", "state_cod_mae", "state"],
    ) else {
        return;
    };
    let t = tabelle();
    let nostre: Vec<_> = t
        .consolati()
        .iter()
        .map(|c| celle![c.codice, c.sede, c.rango, c.stato_mae, c.stato])
        .collect();
    confronta("40_consolati", &attese, &nostre);
    let colonne = [
        "territory_cod_istat",
        "territory",
        "consulate_code",
        "state_cod_mae",
        "state",
    ];
    let Some(attese) = righe("41_stati_territori_consolati.tsv", &colonne) else {
        return;
    };
    let nostre: Vec<_> = t
        .territori()
        .iter()
        .map(|r| celle![r.cod_istat, r.nome, r.consolato, r.stato_mae, r.stato])
        .collect();
    confronta("41_stati_territori_consolati", &attese, &nostre);
}

/// Every file of the facts with code, label and validity is a [`Tabella`], and the other way round.
#[test]
fn tabelle_semplici() {
    let Some(cartella) = fatti() else { return };
    let mut viste = Vec::new();
    let mut nomi: Vec<String> = std::fs::read_dir(cartella)
        .expect("the folder was there")
        .map(|voce| {
            voce.expect("an entry")
                .file_name()
                .into_string()
                .expect("an ASCII name")
        })
        .filter(|nome| {
            // Keyed by a pair or by an id, or not code and label: compared by the other tests.
            let altre = ["02", "03", "18", "33", "40", "41", "45", "_s"];
            !altre.iter().any(|a| nome.starts_with(a))
        })
        .collect();
    nomi.sort();
    for nome in &nomi {
        let numero: u8 = nome[..2].parse().expect("a number");
        let tabella = Tabella::di_numero(numero).unwrap_or_else(|| panic!("{nome}: no Tabella"));
        viste.push(tabella);
        let (quinta, altro) = match numero {
            4 => ("label_translit", ""),
            39 => ("note", "secretariat_fee_exempt"),
            43 => ("note", "applies_to"),
            _ => ("note", ""),
        };
        let mut colonne = vec!["code", "label", "valid_from", "valid_to", quinta];
        if !altro.is_empty() {
            colonne.push(altro);
        }
        let Some(attese) = righe(nome, &colonne) else {
            return;
        };
        let nostre: Vec<_> = tabelle()
            .voci(tabella)
            .map(|v| {
                let quinta = if numero == 4 { v.altro } else { v.nota };
                let mut celle = celle![v.codice, v.descrizione, data(v.dal), data(v.al), quinta];
                if !altro.is_empty() {
                    celle.push(v.altro.to_owned());
                }
                celle
            })
            .collect();
        confronta(nome, &attese, &nostre);
    }
    assert_eq!(viste, Tabella::TUTTE);
}

#[test]
fn conversione_prospetti_subentrati() {
    let t = tabelle();
    let colonne = [
        "anpr_table",
        "aire_code",
        "aire_label",
        "anpr_code",
        "anpr_label",
        "subentro_only",
    ];
    let Some(attese) = righe("33_conversione_codici_aire.tsv", &colonne) else {
        return;
    };
    let nostre: Vec<_> = t
        .conversioni_aire()
        .iter()
        .map(|c| {
            let solo = if c.solo_subentro { "y" } else { "n" };
            let tabella = format!("{:02}", c.tabella.numero());
            celle![
                tabella,
                c.codice_aire,
                c.descrizione_aire,
                c.codice_anpr,
                c.descrizione_anpr,
                solo
            ]
        })
        .collect();
    confronta("33_conversione_codici_aire", &attese, &nostre);

    let colonne = ["prospetto", "code", "label", "valid_from", "valid_to"];
    let Some(attese) = righe("18_righe_prospetti_statistici.tsv", &colonne) else {
        return;
    };
    let nostre: Vec<_> = t
        .righe_prospetti()
        .iter()
        .map(|r| celle![r.prospetto, r.codice, r.descrizione, data(r.dal), data(r.al)])
        .collect();
    confronta("18_righe_prospetti_statistici", &attese, &nostre);

    let Some(mut attese) = righe("45_comuni_subentrati.tsv", &["cod_istat", "subentro_date"]) else {
        return;
    };
    attese.sort();
    let nostre: Vec<_> = t
        .subentrati()
        .iter()
        .map(|(istat, giorno)| celle![istat, giorno])
        .collect();
    confronta("45_comuni_subentrati", &attese, &nostre);
}
