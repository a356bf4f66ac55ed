//! Tags and attributes become indented text; what opens also closes.

use std::fmt::Write as _;

/// Stands at the head of every published document.
const AVVISO: &str = "SIMULATORE – dati fittizi; schema generato dalla grammatica del simulatore";

/// Namespace of XML Schema.
pub(super) const XS_URI: &str = "http://www.w3.org/2001/XMLSchema";

/// An attribute.
pub(super) type Attributo<'a> = (&'a str, &'a str);

/// A document being written.
pub(super) struct Scrittura {
    testo: String,
    aperti: Vec<&'static str>,
}

impl Scrittura {
    /// Declaration and notice; `fonte` says where the content comes from.
    pub(super) fn nuova(fonte: &str) -> Self {
        let testo = format!("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<!-- {AVVISO}{fonte} -->\n");
        Self {
            testo,
            aperti: Vec::new(),
        }
    }

    /// Opens an element; `dentro` writes what it holds.
    pub(super) fn con(
        &mut self,
        nome: &'static str,
        attributi: &[Attributo<'_>],
        dentro: impl FnOnce(&mut Self),
    ) {
        self.marca(nome, attributi, ">\n");
        self.aperti.push(nome);
        dentro(self);
        self.aperti.pop();
        self.rientro();
        self.testo.push_str("</");
        self.testo.push_str(nome);
        self.testo.push_str(">\n");
    }

    /// An element without content.
    pub(super) fn vuoto(&mut self, nome: &'static str, attributi: &[Attributo<'_>]) {
        self.marca(nome, attributi, "/>\n");
    }

    pub(super) fn fine(self) -> String {
        self.testo
    }

    fn rientro(&mut self) {
        for _ in &self.aperti {
            self.testo.push_str("  ");
        }
    }

    fn marca(&mut self, nome: &str, attributi: &[Attributo<'_>], fine: &str) {
        self.rientro();
        self.testo.push('<');
        self.testo.push_str(nome);
        for (nome, valore) in attributi {
            self.testo.push(' ');
            self.testo.push_str(nome);
            self.testo.push_str("=\"");
            self.valore(valore);
            self.testo.push('"');
        }
        self.testo.push_str(fine);
    }

    /// What a reader would not see or would turn into a blank is written as a reference.
    fn valore(&mut self, valore: &str) {
        for c in valore.chars() {
            match c {
                '&' => self.testo.push_str("&amp;"),
                '<' => self.testo.push_str("&lt;"),
                '>' => self.testo.push_str("&gt;"),
                '"' => self.testo.push_str("&quot;"),
                c if c.is_control() => {
                    let _ = write!(self.testo, "&#x{:X};", u32::from(c));
                }
                c => self.testo.push(c),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_reader_would_lose_is_a_reference() {
        let mut s = Scrittura::nuova("");
        s.con("a", &[("b", "x\r\n\t\u{8A}<&>\"è")], |s| s.vuoto("c", &[]));
        let testo = s.fine();
        let (_, corpo) = testo.split_once("-->\n").expect("the notice first");
        assert_eq!(
            corpo,
            "<a b=\"x&#xD;&#xA;&#x9;&#x8A;&lt;&amp;&gt;&quot;è\">\n  <c/>\n</a>\n"
        );
    }
}
