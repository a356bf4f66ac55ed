//! Reference tables of the facts folder → the compact form committed in `fixtures/tabelle/`.
//!
//! Run when the facts change, from the root of the repository; the result is read with `git diff`:
//! `cargo run -p anagrafe --example converti_tabelle -- FACTS_FOLDER fixtures/tabelle`
//!
//! Each file: a `#` line with source and licence, a line with the names of the columns, then the rows in the
//! order of the source. Columns the simulator does not use are left out; the end of validity 9999-12-31 is
//! written as nothing in `comuni.tsv`.

use std::collections::HashMap;
use std::fmt::Write as _;
use std::fs;
use std::path::Path;

const INTESTAZIONE: &str = "# Fonte: italia/anpr (https://github.com/italia/anpr), Ministero dell'Interno e \
     collaboratori, licenza CC BY 4.0; ridotta e riordinata in colonne nostre";

type Esito<T = ()> = Result<T, Box<dyn std::error::Error>>;

/// A table of the facts: header and rows.
struct Tabella {
    colonne: HashMap<String, usize>,
    righe: Vec<Vec<String>>,
}

impl Tabella {
    fn leggi(cartella: &Path, nome: &str) -> Esito<Self> {
        let testo = fs::read_to_string(cartella.join("tables").join(nome))?;
        let mut linee = testo
            .lines()
            .map(|l| l.split('\t').map(str::to_owned).collect::<Vec<_>>());
        let prima = linee.next().ok_or("empty table")?;
        let colonne = prima.into_iter().enumerate().map(|(i, c)| (c, i)).collect();
        Ok(Self {
            colonne,
            righe: linee.collect(),
        })
    }

    /// The value of a column, empty when the table has no such column.
    fn valore<'r>(&self, riga: &'r [String], colonna: &str) -> &'r str {
        self.colonne
            .get(colonna)
            .and_then(|i| riga.get(*i))
            .map_or("", String::as_str)
    }

    fn scelte(&self, colonne: &[(&str, &str)]) -> String {
        let mut testo = String::new();
        for riga in &self.righe {
            let celle: Vec<&str> = colonne
                .iter()
                .map(|(da, a)| match (*a, self.valore(riga, da)) {
                    ("al*", "9999-12-31") => "",
                    (_, valore) => valore,
                })
                .collect();
            let _ = writeln!(testo, "{}", celle.join("\t"));
        }
        testo
    }
}

/// (column of the facts, column of ours); `al*` writes 9999-12-31 as nothing.
const COMUNI: &[(&str, &str)] = &[
    ("cod_istat", "istat"),
    ("cod_catastale", "belfiore"),
    ("province", "sigla"),
    ("valid_from", "dal"),
    ("valid_to", "al*"),
    ("name", "nome"),
    ("name_translit", "traslitterato"),
    ("name_other", "altro_nome"),
    ("cod_denom", "cod_denom"),
    ("id", "id"),
    ("province_id", "id_provincia"),
    ("province_istat", "provincia"),
    ("region_istat", "regione"),
    ("source", "fonte"),
];
const STATI: &[(&str, &str)] = &[
    ("cod_istat", "istat"),
    ("label", "nome"),
    ("valid_from", "dal"),
    ("valid_to", "al"),
    ("for_citizenship", "cittadinanza"),
    ("for_birth", "nascita"),
    ("for_residence", "residenza"),
    ("cod_at", "belfiore"),
    ("iso3", "iso3"),
    ("cod_mae", "cod_mae"),
    ("cod_min", "cod_min"),
    ("id", "id"),
    ("label_istat", "nome_istat"),
    ("label_istat_en", "nome_inglese"),
    ("source", "fonte"),
    ("kind", "tipo"),
    ("iso3_sovereign", "iso3_sovrano"),
    ("last_update", "aggiornato"),
];
const CONSOLATI: &[(&str, &str)] = &[
    ("code", "codice"),
    ("seat", "sede"),
    ("rank", "rango"),
    ("state_cod_mae", "stato_mae"),
    ("state", "stato"),
];
const TERRITORI: &[(&str, &str)] = &[
    ("territory_cod_istat", "istat"),
    ("territory", "territorio"),
    ("consulate_code", "consolato"),
    ("state_cod_mae", "stato_mae"),
    ("state", "stato"),
];
const CONVERSIONE: &[(&str, &str)] = &[
    ("anpr_table", "tabella"),
    ("aire_code", "codice_aire"),
    ("aire_label", "descrizione_aire"),
    ("anpr_code", "codice_anpr"),
    ("anpr_label", "descrizione_anpr"),
    ("subentro_only", "solo_subentro"),
];
const PROSPETTI: &[(&str, &str)] = &[
    ("prospetto", "prospetto"),
    ("code", "codice"),
    ("label", "descrizione"),
    ("valid_from", "dal"),
    ("valid_to", "al"),
];
const SUBENTRATI: &[(&str, &str)] = &[("cod_istat", "istat"), ("subentro_date", "subentro")];

/// The tables of code, label and validity; the extra column of three of them goes last.
const SEMPLICI: &[(&str, &str)] = &[
    ("01_stato_civile", ""),
    ("04_specie_toponimo", "label_translit"),
    ("05_relazione_di_parentela", ""),
    ("06_legame_convivenza", ""),
    ("07_motivi_iscrizione", ""),
    ("08_tipo_soggiorno", ""),
    ("09_posizione_nella_professione", ""),
    ("10_condizione_non_professionale", ""),
    ("11_titolo_di_studio", ""),
    ("13_tipo_di_certificato", ""),
    ("14_lingue", ""),
    ("15_motivi_cancellazione", ""),
    ("16_dati_richiesti", ""),
    ("17_prospetti_statistici", ""),
    ("19_motivi_iscrizione_aire", ""),
    ("20_iniziativa_iscrizione_aire", ""),
    ("21_individuazione_comune_aire", ""),
    ("22_stato_validazione_codice_fiscale", ""),
    ("23_tipo_movimentazione", ""),
    ("25_tipo_indirizzo", ""),
    ("26_motivo_costituzione_famiglia", ""),
    ("27_specie_convivenza", ""),
    ("28_motivi_cancellazione_aire", ""),
    ("29_innesco_procedimento", ""),
    ("30_stato_procedimento", ""),
    ("31_tipo_cessazione_matrimonio", ""),
    ("32_tipo_tribunale", ""),
    ("36_tipi_di_mutazione", ""),
    ("38_tipi_cittadinanza", ""),
    ("39_esenzione_bollo", "secretariat_fee_exempt"),
    ("42_motivi_non_certificabilita", ""),
    ("43_cessazione_unione_civile_convivenza", "applies_to"),
    ("44_stati_di_lavorazione", ""),
    ("46_tipo_mutazione_famiglia_convivenza", ""),
    ("47_tipo_mutazione_residenza", ""),
    ("48_tipo_revoca", ""),
    ("49_motivo_revoca", ""),
];

fn scrivi(cartella: &Path, nome: &str, colonne: &str, righe: &str) -> Esito {
    fs::write(cartella.join(nome), format!("{INTESTAZIONE}\n{colonne}\n{righe}"))?;
    println!("{nome}: {} righe, {} byte", righe.lines().count(), righe.len());
    Ok(())
}

fn main() -> Esito {
    let argomenti: Vec<String> = std::env::args().skip(1).collect();
    let [fatti, uscita] = argomenti.as_slice() else {
        return Err("usage: converti_tabelle FACTS_FOLDER OUTPUT_FOLDER".into());
    };
    let (fatti, uscita) = (Path::new(fatti), Path::new(uscita));
    fs::create_dir_all(uscita)?;
    for (da, a, colonne) in [
        ("03_comuni.tsv", "comuni.tsv", COMUNI),
        ("02_stati_esteri.tsv", "stati_esteri.tsv", STATI),
        ("40_consolati.tsv", "consolati.tsv", CONSOLATI),
        (
            "41_stati_territori_consolati.tsv",
            "territori_consolati.tsv",
            TERRITORI,
        ),
        (
            "33_conversione_codici_aire.tsv",
            "conversione_aire.tsv",
            CONVERSIONE,
        ),
        (
            "18_righe_prospetti_statistici.tsv",
            "righe_prospetti.tsv",
            PROSPETTI,
        ),
        ("45_comuni_subentrati.tsv", "comuni_subentrati.tsv", SUBENTRATI),
    ] {
        let nomi: Vec<&str> = colonne
            .iter()
            .map(|(_, nostro)| nostro.trim_end_matches('*'))
            .collect();
        scrivi(
            uscita,
            a,
            &nomi.join("\t"),
            &Tabella::leggi(fatti, da)?.scelte(colonne),
        )?;
    }
    let mut semplici = String::new();
    for (nome, extra) in SEMPLICI {
        let tabella = Tabella::leggi(fatti, &format!("{nome}.tsv"))?;
        for riga in &tabella.righe {
            let celle: Vec<&str> = ["code", "label", "valid_from", "valid_to", "note", extra]
                .into_iter()
                .map(|c| tabella.valore(riga, c))
                .collect();
            let _ = writeln!(semplici, "{}\t{}", &nome[..2], celle.join("\t"));
        }
    }
    scrivi(
        uscita,
        "semplici.tsv",
        "tabella\tcodice\tdescrizione\tdal\tal\tnota\taltro",
        &semplici,
    )
}
