//! Start tags taken apart and put together: what the mutations of a message work on.

use std::fmt::Write as _;

/// One attribute or declaration as written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Attributo {
    pub(crate) nome: String,
    /// With its references, without its quotes.
    pub(crate) valore: String,
    pub(crate) virgoletta: char,
}

/// A start tag.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Etichetta {
    pub(crate) nome: String,
    pub(crate) attributi: Vec<Attributo>,
    pub(crate) vuota: bool,
}

impl Etichetta {
    /// Reads the tag a text begins with; also its length.
    pub(crate) fn leggi(testo: &str) -> (Self, usize) {
        let bianco = |c: char| c.is_ascii_whitespace();
        let dopo = testo.strip_prefix('<').expect("a start tag");
        let fine_nome = dopo
            .find(|c: char| bianco(c) || c == '/' || c == '>')
            .expect("a name");
        let mut e = Self {
            nome: dopo[..fine_nome].to_owned(),
            attributi: Vec::new(),
            vuota: false,
        };
        let mut resto = dopo[fine_nome..].trim_start();
        loop {
            if let Some(r) = resto.strip_prefix("/>") {
                e.vuota = true;
                return (e, testo.len() - r.len());
            }
            if let Some(r) = resto.strip_prefix('>') {
                return (e, testo.len() - r.len());
            }
            let (nome, r) = resto.split_once('=').expect("an attribute");
            let r = r.trim_start();
            let virgoletta = r.chars().next().expect("a quote");
            let (valore, r) = r[1..].split_once(virgoletta).expect("the other quote");
            e.attributi.push(Attributo {
                nome: nome.trim().to_owned(),
                valore: valore.to_owned(),
                virgoletta,
            });
            resto = r.trim_start();
        }
    }

    /// The tag again, with `spazio` between its parts.
    pub(crate) fn scrivi(&self, spazio: &str) -> String {
        let mut x = format!("<{}", self.nome);
        for a in &self.attributi {
            let q = a.virgoletta;
            let _ = write!(x, "{spazio}{}={q}{}{q}", a.nome, a.valore);
        }
        if spazio != " " {
            x.push_str(spazio);
        }
        x.push_str(if self.vuota { "/>" } else { ">" });
        x
    }
}

#[test]
fn le_etichette_si_rileggono() {
    let x = "<a:b x=\"1\" y='\"&gt;'/>resto";
    let (e, n) = Etichetta::leggi(x);
    assert_eq!((n, e.vuota, e.attributi.len()), (x.len() - 5, true, 2));
    assert_eq!(e.scrivi(" "), x[..n]);
    assert_eq!(Etichetta::leggi(&e.scrivi("\n\t")).0, e);
}
