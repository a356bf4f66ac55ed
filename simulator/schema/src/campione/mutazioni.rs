//! Mutations a person or a program makes against the grammar: the document stays well formed.

use rand::RngExt;

use super::{Campione, Elemento};

/// Values that many types refuse and some admit.
const VALORI: [&str; 34] = [
    "",
    " ",
    "  x  ",
    "x",
    "X",
    "0",
    "1",
    "00",
    "-1",
    "123456789012345678901234567890",
    "è",
    "(ROSSI)",
    "a\nb",
    "\t1",
    "1 ",
    "true",
    "TRUE",
    "2020-02-30",
    "2020-2-3",
    "20200203",
    "2020-02-29Z",
    "12020-01-01",
    "0000-01-01",
    "2020-01-01T00:00:00",
    "2020-01-01T24:00:00",
    "2147483648",
    "+5",
    "QUJ",
    "QUJDRA=",
    "=",
    "٣",
    "\u{8A}",
    "S|N",
    "a\rb",
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
            13 if !e.foglia => {
                e.testo = ["testo", " . ", "\u{A0}", " \n\t ", "\u{FEFF}"][self.meno_di(5)].into();
                Some("testo fra elementi")
            }
            12 | 14..=18 => Some(self.attributo(e, modo)),
            19 if e.foglia => {
                let figlio = Elemento {
                    nome: "figlio".to_owned(),
                    attributi: Vec::new(),
                    testo: String::new(),
                    figli: Vec::new(),
                    foglia: true,
                };
                e.figli.push(figlio);
                Some("figlio in foglia")
            }
            _ => None,
        }
    }
}

impl Campione {
    /// Adds an attribute.
    fn attributo(&mut self, e: &mut Elemento, modo: usize) -> &'static str {
        let (nome, valori): (&str, &[&str]) = match modo {
            12 => ("", &["id", "xml:lang", "xsi:altro", "ignoto:a"]),
            14 => ("xsi:nil", &["true", "false", "1", "forse"]),
            15 => ("xsi:schemaLocation", &["a b", "a", ""]),
            16 => ("xmlns", &["urn:x", ""]),
            17 => ("xmlns:q", &["urn:x", "http://sogei.it/ANPR/tipoDato"]),
            _ => ("xsi:type", &["tipoIgnoto", "xsi:string", ""]),
        };
        let valore = valori[self.meno_di(valori.len())].to_owned();
        if nome.is_empty() {
            e.attributi.push((valore, "v".to_owned()));
            return "attributo";
        }
        e.attributi.push((nome.to_owned(), valore));
        nome
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
