//! A page of ours → the same page with its texts in English.
//!
//! One pass over the markup: between tags and in the attributes people read (or hear) a text is looked up; everything
//! else is copied as it stands. Not a reader for any HTML: the pages are ours, well formed, their values escaped. A text is
//! unescaped to be looked up and escaped again when it is written, whatever the phrase said: so neither a hole nor
//! a row of the fixture can open a tag or end an attribute.

use std::borrow::Cow;

use memchr::{memchr, memmem};

use crate::dizionario::{Dizionario, Manca};

/// Attributes whose value is a text for people (`data-nome` is the column a cell shows on a narrow page).
pub const ATTRIBUTI: [&str; 7] = [
    "title",
    "aria-label",
    "placeholder",
    "alt",
    "label",
    "data-nome",
    "aria-description",
];

/// Elements whose content is no text of ours to translate: programs, what a person typed, what was sent or received.
const INTOCCATI: [&str; 7] = ["script", "style", "textarea", "pre", "code", "kbd", "samp"];

impl Dizionario {
    /// The page in English.
    pub fn pagina(&self, html: &str) -> String {
        self.traduci(html, &mut |_| {})
    }

    /// Texts of a page that have no phrase, in the order of the page: data of people too.
    pub fn mancanti(&self, html: &str) -> Vec<String> {
        let mut mancanti = Vec::new();
        let _ = self.traduci(html, &mut |m| mancanti.push(m.to_owned()));
        mancanti
    }

    fn traduci(&self, html: &str, manca: Manca<'_>) -> String {
        let mut fuori = String::with_capacity(html.len() + html.len() / 8);
        let mut resto = html;
        while let Some(apre) = memchr(b'<', resto.as_bytes()) {
            self.testo(&resto[..apre], &mut fuori, manca);
            resto = &resto[apre..];
            let lungo = fine_del_tag(resto);
            let tag = &resto[..lungo];
            resto = &resto[lungo..];
            let nome = nome(tag);
            if nome.is_empty() {
                fuori.push_str(tag);
                continue;
            }
            self.tag(nome, tag, &mut fuori, manca);
            if e_dato(nome, tag) {
                let fine = memchr(b'<', resto.as_bytes()).unwrap_or(resto.len());
                fuori.push_str(&resto[..fine]);
                resto = &resto[fine..];
            } else if INTOCCATI.contains(&nome) || in_italiano(nome, tag) {
                let chiude = memmem::find(resto.as_bytes(), format!("</{nome}").as_bytes());
                let dentro = chiude.unwrap_or(resto.len());
                fuori.push_str(&resto[..dentro]);
                resto = &resto[dentro..];
            }
        }
        self.testo(resto, &mut fuori, manca);
        fuori
    }

    /// What stands between two tags.
    fn testo(&self, grezzo: &str, fuori: &mut String, manca: Manca<'_>) {
        let dentro = grezzo.trim_matches(spazio);
        if dentro.is_empty() {
            fuori.push_str(grezzo);
            return;
        }
        let inizio = grezzo.len() - grezzo.trim_start_matches(spazio).len();
        match self.valore(dentro, manca) {
            Some(t) => {
                fuori.push_str(&grezzo[..inizio]);
                proteggi(&t, fuori);
                fuori.push_str(&grezzo[inizio + dentro.len()..]);
            }
            None => fuori.push_str(grezzo),
        }
    }

    /// An escaped text, looked up; the answer is not escaped.
    fn valore(&self, grezzo: &str, manca: Manca<'_>) -> Option<String> {
        let testo = in_chiaro(grezzo)?;
        self.cerca(&a_spazi_semplici(&testo), 0, manca)
    }

    /// A tag, with the attributes people read.
    fn tag(&self, nome: &str, tag: &str, fuori: &mut String, manca: Manca<'_>) {
        if nome == "html" {
            fuori.push_str(&tag.replacen(" lang=\"it\"", " lang=\"en\"", 1));
            return;
        }
        let bottone = nome == "input"
            && ["submit", "button", "reset"]
                .iter()
                .any(|t| tag.contains(&format!(" type=\"{t}\"")));
        let mut copiato = 0;
        let mut qui = 0;
        // Every attribute of our pages is `name`, or `name="value"` with the value escaped.
        while let Some(uguale) = memmem::find(&tag.as_bytes()[qui..], b"=\"") {
            let nome = tag[qui..qui + uguale].rsplit(spazio).next().unwrap_or_default();
            let inizio = qui + uguale + 2;
            let Some(lungo) = memchr(b'"', &tag.as_bytes()[inizio..]) else {
                break;
            };
            qui = inizio + lungo + 1;
            if !(ATTRIBUTI.contains(&nome) || bottone && nome == "value") {
                continue;
            }
            let valore = tag[inizio..inizio + lungo].trim_matches(spazio);
            if let Some(t) = self.valore(valore, manca) {
                fuori.push_str(&tag[copiato..inizio]);
                proteggi(&t, fuori);
                copiato = inizio + lungo;
            }
        }
        fuori.push_str(&tag[copiato..]);
    }
}

/// Bytes of the tag, comment or declaration a text begins with; `>` inside a quoted value does not end it.
fn fine_del_tag(testo: &str) -> usize {
    if testo.starts_with("<!--") {
        return memmem::find(testo.as_bytes(), b"-->").map_or(testo.len(), |i| i + 3);
    }
    let mut virgolette = false;
    for (i, b) in testo.bytes().enumerate() {
        match b {
            b'"' => virgolette = !virgolette,
            b'>' if !virgolette => return i + 1,
            _ => {}
        }
    }
    testo.len()
}

/// Name of the element a tag opens; empty when it opens none.
fn nome(tag: &str) -> &str {
    let dentro = &tag[1..];
    let fine = dentro
        .find(|c: char| !c.is_ascii_alphanumeric())
        .unwrap_or(dentro.len());
    &dentro[..fine]
}

/// What follows the tag is data: pages write codes, paths and names in the class `mono`; an option without a value of its
/// own sends its text.
fn e_dato(nome: &str, tag: &str) -> bool {
    let mono = || {
        tag.split_once(" class=\"")
            .and_then(|(_, v)| v.split('"').next())
            .is_some_and(|v| v.split(' ').any(|c| c == "mono"))
    };
    nome == "option" && !tag.contains(" value=\"") || !INTOCCATI.contains(&nome) && mono()
}

/// The page itself says that an element is Italian, or not to be translated.
fn in_italiano(nome: &str, tag: &str) -> bool {
    nome != "html" && (tag.contains(" lang=\"it\"") || tag.contains(" translate=\"no\""))
}

const fn spazio(c: char) -> bool {
    c.is_ascii_whitespace()
}

/// Runs of space as one, as a browser shows them.
fn a_spazi_semplici(testo: &str) -> Cow<'_, str> {
    if !testo.contains(['\n', '\t', '\r']) && !testo.contains("  ") {
        return Cow::Borrowed(testo);
    }
    let parole: Vec<&str> = testo.split(spazio).filter(|p| !p.is_empty()).collect();
    Cow::Owned(parole.join(" "))
}

/// References → characters; `None` when there is one that our pages do not write.
fn in_chiaro(grezzo: &str) -> Option<Cow<'_, str>> {
    let Some(prima) = memchr(b'&', grezzo.as_bytes()) else {
        return Some(Cow::Borrowed(grezzo));
    };
    let mut fuori = String::with_capacity(grezzo.len());
    fuori.push_str(&grezzo[..prima]);
    let mut resto = &grezzo[prima..];
    while let Some(dopo) = resto.strip_prefix('&') {
        let (nome, coda) = dopo.split_once(';')?;
        fuori.push(match nome {
            "amp" | "#38" => '&',
            "lt" | "#60" => '<',
            "gt" | "#62" => '>',
            "quot" | "#34" => '"',
            "#39" | "#x27" => '\'',
            "nbsp" => '\u{a0}',
            _ => return None,
        });
        let prossima = coda.find('&').unwrap_or(coda.len());
        fuori.push_str(&coda[..prossima]);
        resto = &coda[prossima..];
    }
    Some(Cow::Owned(fuori))
}

/// Writes a text so that it is a text, between tags and in quotes.
fn proteggi(testo: &str, fuori: &mut String) {
    for c in testo.chars() {
        match c {
            '&' => fuori.push_str("&#38;"),
            '<' => fuori.push_str("&#60;"),
            '>' => fuori.push_str("&#62;"),
            '"' => fuori.push_str("&#34;"),
            '\'' => fuori.push_str("&#39;"),
            c => fuori.push(c),
        }
    }
}

#[cfg(test)]
mod prove {
    use super::*;

    const PROVA: &str = "Comune di {}\tComune of {}\naperta\topen\nCerca\tSearch\nVai al contenuto\tSkip to content\n\
        tutti & nessuno\tall <b>\"&\"</b> none\n";

    #[test]
    fn texts_change_and_markup_stays() {
        let d = Dizionario::leggi(PROVA).expect("rows");
        for (qui, la) in [
            ("<html lang=\"it\"><body>", "<html lang=\"en\"><body>"),
            ("<p> Comune di Roma\n</p>", "<p> Comune of Roma\n</p>"),
            ("<p>Comune\n  di &#60;b&#62;</p>", "<p>Comune of &#60;b&#62;</p>"),
            (
                "<p>tutti &amp; nessuno</p>",
                "<p>all &#60;b&#62;&#34;&#38;&#34;&#60;/b&#62; none</p>",
            ),
            ("<p>tutti &hellip; aperta</p>", "<p>tutti &hellip; aperta</p>"),
            ("<pre>aperta</pre><p>aperta</p>", "<pre>aperta</pre><p>open</p>"),
            ("<p lang=\"it\">aperta</p>aperta", "<p lang=\"it\">aperta</p>open"),
            (
                "<td class=\"a mono\">aperta</td>aperta",
                "<td class=\"a mono\">aperta</td>open",
            ),
            ("<option>aperta</option>", "<option>aperta</option>"),
            (
                "<option value=\"aperta\">aperta</option>",
                "<option value=\"aperta\">open</option>",
            ),
            ("<p translate=\"no\">aperta</p>", "<p translate=\"no\">aperta</p>"),
            (
                "<textarea title=\"Cerca\">aperta",
                "<textarea title=\"Search\">aperta",
            ),
            (
                "<input name=\"aperta\" type=\"text\" value=\"aperta\" placeholder=\"aperta\">",
                "<input name=\"aperta\" type=\"text\" value=\"aperta\" placeholder=\"open\">",
            ),
            (
                "<input type=\"submit\" value=\"Cerca\"><input type=\"hidden\" value=\"Cerca\">",
                "<input type=\"submit\" value=\"Search\"><input type=\"hidden\" value=\"Cerca\">",
            ),
            (
                "<a title=\"Comune di &#34;&#62;\" href=\"aperta\">aperta</a>",
                "<a title=\"Comune of &#34;&#62;\" href=\"aperta\">open</a>",
            ),
            ("<!-- aperta --><!doctype html>", "<!-- aperta --><!doctype html>"),
            ("<a title=\"x > y\">aperta", "<a title=\"x > y\">open"),
            (
                "<script>if (a<b) aperta()</script>",
                "<script>if (a<b) aperta()</script>",
            ),
            ("a < b <", "a < b <"),
        ] {
            assert_eq!(d.pagina(qui), la, "{qui}");
        }
    }
}
