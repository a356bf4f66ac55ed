//! A tree of elements that can be edited by path and written back. For the bench only: it reads what is in
//! `fixtures` and in the cases, not what users send.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use anagrafe::tabelle::{ComuneInviato, tabelle};
use anagrafe::{Sesso, leggi_data};

use super::codice;

/// An element: children or text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Nodo {
    /// Name, as written, prefix included.
    pub nome: String,
    /// Attributes, as written.
    attributi: String,
    /// Text, of a leaf.
    pub testo: Option<String>,
    /// Children.
    pub figli: Vec<Nodo>,
}

/// Where the records stand, for paths that begin with one.
const CONTENITORI: [(&str, &str); 3] = [
    ("soggetto", "generalitaSoggetti"),
    ("famiglia", "famiglie"),
    ("convivenza", "convivenze"),
];
/// Elements of the counters, in the order of the codes.
const CONTATORI: [[&str; 2]; 5] = [
    ["numeroTotaleSchedeSoggetto", "numeroSchedeSoggettoInvio"],
    [
        "numeroTotalePersoneSessoFemminile",
        "numeroPersoneSessoFemminileInvio",
    ],
    [
        "numeroTotalePersoneSessoMaschile",
        "numeroPersoneSessoMaschileInvio",
    ],
    ["numeroTotaleSchedeFamiglia", "numeroTotaleSchedeFamigliaInvio"],
    [
        "numeroTotaleSchedeConvivenza",
        "numeroTotaleSchedeConvivenzaInvio",
    ],
];

impl Nodo {
    /// Reads a document or a fragment with one root.
    pub fn leggi(xml: &str) -> Self {
        let mut resto = xml.trim_start();
        if let Some(dopo) = resto.strip_prefix("<?xml") {
            resto = dopo.split_once("?>").map_or(resto, |(_, r)| r);
        }
        leggi_uno(&mut resto).unwrap_or_else(|| Self::foglia("vuoto", ""))
    }

    fn foglia(nome: &str, testo: &str) -> Self {
        Self {
            nome: nome.to_owned(),
            attributi: String::new(),
            testo: Some(testo.to_owned()),
            figli: Vec::new(),
        }
    }

    /// The document, one element a line.
    pub fn scrivi(&self) -> String {
        let mut out = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n".to_owned();
        self.scrivi_in(&mut out, 0);
        out
    }

    fn scrivi_in(&self, out: &mut String, livello: usize) {
        out.extend(std::iter::repeat_n(' ', livello * 2));
        let _ = write!(out, "<{}{}>", self.nome, self.attributi);
        if let Some(testo) = &self.testo {
            out.push_str(testo);
        }
        if !self.figli.is_empty() {
            out.push('\n');
            self.figli.iter().for_each(|f| f.scrivi_in(out, livello + 1));
            out.extend(std::iter::repeat_n(' ', livello * 2));
        }
        let _ = writeln!(out, "</{}>", self.nome);
    }

    /// The element at a path, if it is there.
    pub fn cerca(&self, percorso: &str) -> Option<&Nodo> {
        let mut nodo = self;
        for passo in passi(self, percorso) {
            nodo = nodo.figli.get(nodo.posto(&passo)?)?;
        }
        Some(nodo)
    }

    fn posto(&self, (nome, quale): &(String, usize)) -> Option<usize> {
        self.figli
            .iter()
            .enumerate()
            .filter(|(_, f)| f.nome == *nome)
            .map(|(i, _)| i)
            .nth(quale - 1)
    }

    /// The element at a path, which must be there: a case with a wrong path is a mistake of ours.
    pub fn trova(&mut self, percorso: &str) -> &mut Nodo {
        let passi = passi(self, percorso);
        let mut nodo = self;
        for passo in passi {
            let posto = nodo
                .posto(&passo)
                .unwrap_or_else(|| panic!("percorso assente nel banco: {percorso}"));
            nodo = &mut nodo.figli[posto];
        }
        nodo
    }

    fn padre_e_posto(&mut self, percorso: &str) -> (&mut Nodo, usize) {
        let mut passi = passi(self, percorso);
        let mut nodo = self;
        let ultimo = passi.pop().unwrap_or_else(|| panic!("percorso vuoto nel banco"));
        for passo in passi {
            let posto = nodo
                .posto(&passo)
                .unwrap_or_else(|| panic!("percorso assente nel banco: {percorso}"));
            nodo = &mut nodo.figli[posto];
        }
        let posto = nodo
            .posto(&ultimo)
            .unwrap_or_else(|| panic!("percorso assente nel banco: {percorso}"));
        (nodo, posto)
    }

    /// Removes an element.
    pub fn togli(&mut self, percorso: &str) {
        let (padre, posto) = self.padre_e_posto(percorso);
        padre.figli.remove(posto);
    }

    /// Puts a fragment after an element.
    pub fn dopo(&mut self, percorso: &str, xml: &str) {
        let (padre, posto) = self.padre_e_posto(percorso);
        padre.figli.insert(posto + 1, Self::leggi(xml));
    }

    /// Puts a fragment, or bare text, before the content of an element.
    pub fn dentro(&mut self, percorso: &str, xml: &str) {
        let nodo = self.trova(percorso);
        if xml.starts_with('<') {
            nodo.figli.insert(0, Self::leggi(xml));
        } else {
            nodo.testo = Some(xml.to_owned());
        }
    }

    fn testo_in(&self, percorso: &str) -> Option<&str> {
        self.cerca(percorso)?.testo.as_deref()
    }

    /// What is there, in the order of the codes of the counters.
    pub(super) fn conteggi(&self) -> [u64; 5] {
        let quanti = |contenitore: &str, nome: &str| {
            self.cerca(contenitore)
                .map_or(0, |c| c.figli.iter().filter(|f| f.nome == nome).count() as u64)
        };
        let di_sesso = |sesso: &str| {
            self.cerca("generalitaSoggetti").map_or(0, |c| {
                c.figli
                    .iter()
                    .filter(|s| s.testo_in("generalitaSubIscr/sesso") == Some(sesso))
                    .count() as u64
            })
        };
        [
            quanti("generalitaSoggetti", "soggetto"),
            di_sesso("F"),
            di_sesso("M"),
            quanti("famiglie", "famiglia"),
            quanti("convivenze", "convivenza"),
        ]
    }

    /// Writes the counters of `datiFornitura` or `datiInvio`, but those that were named.
    pub(super) fn dichiara(&mut self, gruppo: &str, valori: [u64; 5], nominati: &BTreeSet<String>) {
        for (nomi, valore) in CONTATORI.iter().zip(valori) {
            let percorso = format!("{gruppo}/{}", nomi[usize::from(gruppo == "datiInvio")]);
            if self.cerca(&percorso).is_some() && !nominati.contains(&percorso) {
                self.trova(&percorso).testo = Some(valore.to_string());
            }
        }
    }

    /// Recomputes the codici fiscali that are there, but those that were named.
    pub(super) fn codici_fiscali(&mut self, nominati: &BTreeSet<String>) {
        let quanti = self.conteggi()[0];
        for quale in 1..=quanti {
            let base = format!("soggetto[{quale}]/generalitaSubIscr");
            let percorso = format!("{base}/codiceFiscale/codFiscale");
            if nominati.contains(&percorso) || self.cerca(&percorso).is_none() {
                continue;
            }
            let leggi = |campo: &str| self.testo_in(&format!("{base}/{campo}"));
            let nascita = leggi("dataNascita").and_then(leggi_data);
            let belfiore = match leggi("luogoNascita/localita/codiceStato") {
                Some(stato) => tabelle().stato(stato).map(|s| s.belfiore),
                None => leggi("luogoNascita/comune/nomeComune").and_then(|nome| {
                    let comune = ComuneInviato {
                        nome,
                        istat: leggi("luogoNascita/comune/codiceIstat"),
                        sigla: leggi("luogoNascita/comune/siglaProvinciaIstat").unwrap_or_default(),
                    };
                    tabelle()
                        .comuni()
                        .luogo(&comune, nascita)
                        .riga
                        .map(|r| r.belfiore)
                }),
            };
            let (Some(nascita), Some(belfiore), Some(sesso)) =
                (nascita, belfiore, leggi("sesso").and_then(Sesso::leggi))
            else {
                continue;
            };
            let codice = codice(leggi("cognome"), leggi("nome"), sesso, nascita, belfiore);
            self.trova(&percorso).testo = Some(codice);
        }
    }
}

/// A path as names and ordinals, records completed with their container.
fn passi(da: &Nodo, percorso: &str) -> Vec<(String, usize)> {
    let mut passi: Vec<(String, usize)> = percorso
        .split('/')
        .map(
            |passo| match passo.strip_suffix(']').and_then(|p| p.split_once('[')) {
                Some((nome, quale)) => (nome.to_owned(), quale.parse().unwrap_or(1)),
                None => (passo.to_owned(), 1),
            },
        )
        .collect();
    if let Some((_, contenitore)) = CONTENITORI.iter().find(|(nome, _)| *nome == passi[0].0)
        && da.figli.iter().any(|f| f.nome == *contenitore)
    {
        passi.insert(0, ((*contenitore).to_owned(), 1));
    }
    passi
}

fn leggi_uno(resto: &mut &str) -> Option<Nodo> {
    *resto = resto.trim_start();
    let corpo = resto.strip_prefix('<')?;
    let (testa, dopo) = corpo.split_once('>')?;
    let (nome, attributi) = testa.find(' ').map_or((testa, ""), |i| testa.split_at(i));
    let mut nodo = Nodo {
        nome: nome.to_owned(),
        attributi: attributi.to_owned(),
        testo: None,
        figli: Vec::new(),
    };
    *resto = dopo;
    loop {
        let prima = *resto;
        let spazi = resto.trim_start();
        if let Some(fine) = spazi.strip_prefix("</") {
            if nodo.figli.is_empty() {
                let lungo = prima.len() - spazi.len();
                nodo.testo = Some(prima[..lungo].to_owned()).filter(|t| !t.is_empty());
            }
            *resto = fine.split_once('>')?.1;
            return Some(nodo);
        }
        if spazi.starts_with('<') {
            nodo.figli.push(leggi_uno(resto)?);
        } else {
            let (testo, dopo) = prima.split_once("</")?;
            nodo.testo = Some(testo.to_owned());
            *resto = dopo.split_once('>')?.1;
            return Some(nodo);
        }
    }
}
