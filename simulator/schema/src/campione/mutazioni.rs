//! Mutations a person or a program makes against the grammar: the document stays well formed.

use rand::RngExt;

use super::{Campione, Elemento};

/// Values that many types refuse and some admit.
const VALORI: [&str; 34] = [
    "", " ", "  x  ", "x", "X", "0", "1", "00", "-1", "123456789012345678901234567890", "è", "(ROSSI)", "a\nb", "\t1", "1 ", "true", "TRUE",
    "2020-02-30", "2020-2-3", "20200203", "2020-02-29Z", "12020-01-01", "0000-01-01", "2020-01-01T00:00:00", "2020-01-01T24:00:00", "2147483648",
    "+5", "QUJ", "QUJDRA=", "=", "٣", "\u{8A}", "S|N", "a\rb",
];

impl Campione {
    /// Breaks (most likely) a document in one way; says which.
    pub fn muta(&mut self, radice: &mut Elemento) -> &'static str {
        loop {
            let quanti = radice.quanti();
            let quale = self.meno_di(quanti);
            let modo = self.meno_di(20);
            if let Some(nome) = self.prova(radice, quale, modo) {
                return nome;
            }
        }
    }

    fn prova(&mut self, radice: &mut Elemento, quale: usize, modo: usize) -> Option<&'static str> {
        let e = radice.nesimo(quale)?;
        let quanti_figli = e.figli.len();
        let figlio = self.meno_di(quanti_figli);
        let attributo = |e: &mut Elemento, n: &str, v: &str| e.attributi.push((n.to_owned(), v.to_owned()));
        match modo {
            0 if quanti_figli > 0 => {
                e.figli.remove(figlio);
                Some("tolto")
            }
            1 if quanti_figli > 0 => {
                let copia = e.figli[figlio].clone();
                e.figli.insert(figlio, copia);
                Some("doppio")
            }
            2 if quanti_figli > 1 => {
                let altro = self.meno_di(quanti_figli);
                e.figli.swap(figlio, altro);
                Some("scambiati")
            }
            3 => {
                e.nome.push('x');
                Some("rinominato")
            }
            4 if quanti_figli > 0 => {
                let preso = e.figli.remove(figlio);
                let quanti = radice.quanti();
                let dove = radice.nesimo(self.meno_di(quanti))?;
                let posto = self.meno_di(dove.figli.len() + 1);
                dove.figli.insert(posto, preso);
                Some("spostato")
            }
            5..=9 if e.foglia => {
                e.testo = match self.meno_di(4) {
                    0 => "9".repeat(self.meno_di(400)),
                    1 => format!("{}{}", e.testo, VALORI[self.meno_di(VALORI.len())]),
                    _ => VALORI[self.meno_di(VALORI.len())].to_owned(),
                };
                Some("valore")
            }
            10 => {
                let radice = &mut *radice;
                if let Some(a) = radice.attributi.iter_mut().find(|a| a.0.starts_with("xmlns:n")) {
                    a.1.push_str(["x", "/", ""][self.meno_di(3)]);
                }
                Some("spazio dei nomi")
            }
            11 if !e.nome.contains(':') => {
                let prefisso = radice.nome.split(':').next().unwrap_or_default().to_owned();
                let e = radice.nesimo(quale)?;
                e.nome = format!("{prefisso}:{}", e.nome);
                Some("locale qualificato")
            }
            12 => {
                attributo(e, ["id", "xml:lang", "xsi:altro", "ignoto:a"][self.meno_di(4)], "v");
                Some("attributo")
            }
            13 if !e.foglia => {
                e.testo = ["testo", " . ", "\u{A0}", " \n\t ", "\u{FEFF}"][self.meno_di(5)].to_owned();
                Some("testo fra elementi")
            }
            14 => {
                attributo(e, "xsi:nil", ["true", "false", "1", "forse"][self.meno_di(4)]);
                Some("xsi:nil")
            }
            15 => {
                attributo(e, "xsi:schemaLocation", ["a b", "a", ""][self.meno_di(3)]);
                Some("schemaLocation")
            }
            16 => {
                attributo(e, "xmlns", ["urn:x", ""][self.meno_di(2)]);
                Some("xmlns predefinito")
            }
            17 => {
                attributo(e, "xmlns:q", ["urn:x", "http://sogei.it/ANPR/tipoDato"][self.meno_di(2)]);
                Some("xmlns in mezzo")
            }
            18 => {
                attributo(e, "xsi:type", ["tipoIgnoto", "xsi:string", ""][self.meno_di(3)]);
                Some("xsi:type")
            }
            19 if e.foglia => {
                let figlio = Elemento { nome: "figlio".to_owned(), attributi: Vec::new(), testo: String::new(), figli: Vec::new(), foglia: true };
                e.figli.push(figlio);
                Some("figlio in foglia")
            }
            _ => None,
        }
    }
}

impl Elemento {
    fn quanti(&self) -> usize {
        1 + self.figli.iter().map(Elemento::quanti).sum::<usize>()
    }

    /// The element with this number in document order.
    fn nesimo(&mut self, n: usize) -> Option<&mut Elemento> {
        if n == 0 {
            return Some(self);
        }
        let mut n = n - 1;
        for f in &mut self.figli {
            let quanti = f.quanti();
            if n < quanti {
                return f.nesimo(n);
            }
            n -= quanti;
        }
        None
    }
}

impl Campione {
    pub(super) fn lancio(&mut self) -> bool {
        self.caso.random_bool(0.5)
    }
}
