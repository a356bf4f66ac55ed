//! Random messages from the grammar: valid ones, and ones broken on purpose. Same seed, same documents.
//!
//! For tests and for planting defects. A mutated document is not always invalid (swapping two equal elements changes
//! nothing): who uses one asks a judge.

mod byte;
mod mutazioni;
mod valori;

use rand::{RngExt, SeedableRng};
use rand_pcg::Pcg64Mcg;

use crate::modello::{Modello, NodoId};

/// Elements a random document has, about.
const ELEMENTI_CAMPIONE: usize = 60;

/// A source of random documents.
#[derive(Clone, Debug)]
pub struct Campione {
    caso: Pcg64Mcg,
    elementi: usize,
    rimasti: usize,
}

/// An element of a document to be written, free to be wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Elemento {
    /// Name as written, prefix included.
    pub nome: String,
    /// Attributes as written.
    pub attributi: Vec<(String, String)>,
    /// Text before the children (the whole content of a leaf).
    pub testo: String,
    /// Children.
    pub figli: Vec<Elemento>,
    foglia: bool,
}

impl Campione {
    /// A source; the same seed gives the same documents.
    pub fn nuovo(seme: u64) -> Self {
        Self {
            caso: Pcg64Mcg::seed_from_u64(seme),
            elementi: ELEMENTI_CAMPIONE,
            rimasti: 0,
        }
    }

    /// Documents of about `n` elements.
    #[must_use]
    pub fn con_elementi(mut self, n: usize) -> Self {
        self.elementi = n;
        self
    }

    /// A random valid document of `modello`, of bounded size.
    pub fn documento(&mut self, modello: &Modello) -> Elemento {
        self.rimasti = self.elementi;
        let mut radice = self.elemento(modello, NodoId(0));
        let mut spazi: Vec<&str> = Vec::new();
        for s in modello.nodi.iter().filter_map(|n| n.spazio) {
            if !spazi.contains(&s) {
                spazi.push(s);
            }
        }
        let dichiarati = spazi
            .iter()
            .map(|s| (format!("xmlns:{}", prefisso(s)), (*s).to_owned()));
        radice.attributi.extend(dichiarati);
        radice.attributi.push((
            "xmlns:xsi".to_owned(),
            "http://www.w3.org/2001/XMLSchema-instance".to_owned(),
        ));
        radice
    }

    /// A random value that the leaf `n` admits; empty for what is not a leaf.
    pub fn valore(&mut self, modello: &Modello, n: NodoId) -> String {
        modello
            .tipo(n)
            .map_or_else(String::new, |t| valori::valore(&mut self.caso, t))
    }

    fn elemento(&mut self, m: &Modello, n: NodoId) -> Elemento {
        self.rimasti = self.rimasti.saturating_sub(1);
        let nodo = &m.nodi[usize::from(n.0)];
        let nome = nodo
            .spazio
            .map_or_else(|| nodo.nome.clone(), |s| format!("{}:{}", prefisso(s), nodo.nome));
        let mut e = Elemento {
            nome,
            attributi: Vec::new(),
            testo: String::new(),
            figli: Vec::new(),
            foglia: m.foglia(n),
        };
        let Some(automa) = m.automa(n) else {
            e.testo = self.valore(m, n);
            return e;
        };
        let mut stato = 0;
        loop {
            let qui = &automa.stati[usize::from(stato)];
            let avaro = self.rimasti == 0;
            if qui.passi.is_empty() || (qui.finale && (avaro || self.caso.random_bool(0.15))) {
                return e;
            }
            // Near the end of the allowance the shortest way out, else any way.
            let passo = match automa.verso_fine(stato) {
                Some(p) if avaro => p,
                _ => &qui.passi[self.caso.random_range(0..qui.passi.len().min(6))],
            };
            e.figli.push(self.elemento(m, NodoId(nodo.primo + passo.figlio)));
            stato = passo.poi;
        }
    }

    fn meno_di(&mut self, n: usize) -> usize {
        self.caso.random_range(0..n.max(1))
    }
}

/// Last segment of the namespace, made a prefix.
fn prefisso(spazio: &str) -> String {
    format!("n{}", spazio.rsplit('/').next().unwrap_or_default())
}

impl Elemento {
    /// The document, plainly written.
    pub fn xml(&self) -> Vec<u8> {
        let mut fuori = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
        self.scrivi(&mut fuori, &mut |_, _| false);
        fuori.into_bytes()
    }

    /// The same document written in the other ways XML has: blanks, comments, CDATA, references, empty-element tags.
    pub fn xml_vario(&self, c: &mut Campione) -> Vec<u8> {
        let mut fuori = String::new();
        if c.caso.random_bool(0.5) {
            fuori.push_str(
                "<?xml version='1.0' encoding=\"utf-8\" standalone=\"yes\" ?>\r\n<!-- prima --><?pi x?>",
            );
        }
        self.scrivi(&mut fuori, &mut |fuori, dove| c.varia(fuori, dove));
        if c.caso.random_bool(0.3) {
            fuori.push_str("\n<!--dopo-->\n");
        }
        fuori.into_bytes()
    }

    fn scrivi(&self, fuori: &mut String, varia: &mut dyn FnMut(&mut String, Dove<'_>) -> bool) {
        fuori.push('<');
        fuori.push_str(&self.nome);
        for (n, v) in &self.attributi {
            varia(fuori, Dove::Attributo);
            fuori.extend([" ", n, "=\""]);
            fuggi(fuori, v);
            fuori.push('"');
        }
        if self.testo.is_empty() && self.figli.is_empty() && varia(fuori, Dove::Vuoto) {
            return;
        }
        fuori.push('>');
        if !self.testo.is_empty() && !varia(fuori, Dove::Testo(&self.testo)) {
            fuggi(fuori, &self.testo);
        }
        for f in &self.figli {
            varia(fuori, Dove::Fra);
            f.scrivi(fuori, varia);
        }
        if !self.foglia {
            varia(fuori, Dove::Fra);
        }
        fuori.extend(["</", &self.nome]);
        varia(fuori, Dove::Attributo);
        fuori.push('>');
    }
}

/// Where a document may be written otherwise.
enum Dove<'a> {
    Attributo,
    Vuoto,
    Testo(&'a str),
    Fra,
}

impl Campione {
    fn varia(&mut self, fuori: &mut String, dove: Dove<'_>) -> bool {
        let sorte = self.caso.random_range(0..24);
        match (dove, sorte) {
            (Dove::Attributo, 0) => fuori.push_str("\n  "),
            (Dove::Vuoto, 0..12) => fuori.push_str("/>"),
            (Dove::Vuoto, 12) => fuori.push_str(" />"),
            (Dove::Testo(t), 0) if !t.contains("]]>") && !t.contains('\r') => {
                fuori.extend(["<![CDATA[", t, "]]>"]);
            }
            (Dove::Testo(t), 1) => fuori.extend(t.chars().map(|c| format!("&#x{:X};", u32::from(c)))),
            (Dove::Testo(t), 2) => {
                let meta = t.char_indices().nth(t.chars().count() / 2).map_or(0, |(i, _)| i);
                fuggi(fuori, &t[..meta]);
                fuori.push_str("<!-- in mezzo --><?a b?>");
                fuggi(fuori, &t[meta..]);
            }
            (Dove::Fra, 0..6) => fuori.push('\n'),
            (Dove::Fra, 6) => fuori.push_str("\r\n\t  "),
            (Dove::Fra, 7) => fuori.push_str("<!-- </soggetto> -->"),
            (Dove::Fra, 8) => fuori.push_str("&#32;<?x </famiglia>?>"),
            _ => return false,
        }
        true
    }
}

fn fuggi(fuori: &mut String, testo: &str) {
    for c in testo.chars() {
        match c {
            '&' => fuori.push_str("&amp;"),
            '<' => fuori.push_str("&lt;"),
            '>' => fuori.push_str("&gt;"),
            '"' => fuori.push_str("&quot;"),
            '\r' => fuori.push_str("&#13;"),
            c => fuori.push(c),
        }
    }
}
