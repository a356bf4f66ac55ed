//! What every Italian page owes whoever reads it, whichever test looks at it: numbers agree with their nouns, articles with
//! their dates, and nothing of the program shows through.

use super::Risposta;

/// Nouns and participles that a page counts, as they stand for many.
const MOLTI: [&str; 37] = [
    "abilitati",
    "abitanti",
    "anni",
    "anomalie",
    "attivi",
    "bloccanti",
    "caratteri",
    "carte",
    "casi",
    "certificati",
    "codici",
    "Comuni",
    "convivenze",
    "errori",
    "famiglie",
    "forniture",
    "giorni",
    "inoltrati",
    "iscritti",
    "messaggi",
    "mesi",
    "minuti",
    "operatori",
    "ore",
    "passi",
    "persone",
    "plichi",
    "postazioni",
    "richieste",
    "righe",
    "schede",
    "secondi",
    "segnalazioni",
    "soggetti",
    "tentativi",
    "utenti",
    "volte",
];
/// The same of English pages.
const MANY: [&str; 25] = [
    "anomalies",
    "attempts",
    "cards",
    "cases",
    "certificates",
    "codes",
    "cohabitations",
    "days",
    "deliveries",
    "errors",
    "families",
    "hours",
    "lines",
    "messages",
    "minutes",
    "months",
    "operators",
    "parcels",
    "people",
    "rows",
    "seconds",
    "sheets",
    "steps",
    "times",
    "users",
];
/// Articles that elide before the eighth and the eleventh.
const ARTICOLI: [&str; 5] = ["il", "dal", "al", "del", "nel"];
/// What a template or a debug print leaves behind.
const SCARTI: [&str; 8] = ["None", "Some(", "{{", "}}", "{%", "0 di 0", "0 su 0", "NaN"];

/// The texts between the tags, without those of scripts, styles and quoted code.
fn testi(html: &str) -> Vec<String> {
    let mut fuori = Vec::new();
    let mut muto: Option<String> = None;
    for pezzo in html.split('<') {
        let (tag, testo) = pezzo.split_once('>').unwrap_or(("", pezzo));
        let nome: String = tag
            .trim_start_matches('/')
            .chars()
            .take_while(char::is_ascii_alphanumeric)
            .collect();
        match &muto {
            Some(m) if tag.starts_with('/') && *m == nome => muto = None,
            None if ["script", "style", "pre", "code", "textarea"].contains(&nome.as_str()) => {
                muto = Some(nome);
            }
            _ => {}
        }
        if muto.is_none() && !testo.trim().is_empty() {
            fuori.push(testo.replace("&#39;", "'").replace("&#123;", "{"));
        }
    }
    fuori
}

/// What is wrong with a page; nothing when it is right.
pub(crate) fn difetti(html: &str) -> Vec<String> {
    let mut trovati = Vec::new();
    for testo in testi(html) {
        let parole: Vec<&str> = testo.split_whitespace().collect();
        for c in parole.windows(2) {
            let dopo = c[1].trim_end_matches(|x: char| x.is_ascii_punctuation() || x == '…');
            let uno = c[0].trim_start_matches(['(', '«']) == "1";
            if uno && (MOLTI.contains(&dopo) || MANY.contains(&dopo)) {
                trovati.push(format!("{} {}: {testo}", c[0], c[1]));
            }
            let giorno = c[1].get(..3).is_some_and(|g| ["08/", "11/"].contains(&g));
            let articolo = c[0].trim_start_matches(['(', '«']).to_lowercase();
            if giorno && ARTICOLI.contains(&articolo.as_str()) {
                trovati.push(format!("{} {}: {testo}", c[0], c[1]));
            }
        }
        for s in SCARTI {
            // In English it is a word.
            let parola = s == "None" && !html.contains("<html lang=\"it\">");
            if testo.contains(s) && !parola {
                trovati.push(format!("{s}: {testo}"));
            }
        }
    }
    for vuoto in [
        "<tbody></tbody>",
        "<tbody>\n</tbody>",
        "<ul></ul>",
        "<ol></ol>",
        "<ul>\n</ul>",
        "<ol>\n</ol>",
    ] {
        if html.contains(vuoto) {
            trovati.push(vuoto.to_owned());
        }
    }
    trovati
}

/// Fails for a page that is not right.
pub(crate) fn controlla(r: &Risposta) {
    let pagina = r
        .testate
        .get("content-type")
        .is_some_and(|v| v.to_str().is_ok_and(|v| v.starts_with("text/html")));
    if pagina {
        let trovati = difetti(&r.testo);
        assert!(trovati.is_empty(), "{trovati:#?}");
    }
}
