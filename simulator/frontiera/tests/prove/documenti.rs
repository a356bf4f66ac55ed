//! Random documents for the canonicalization oracle: namespaces declared, redeclared and undone, attributes in many of
//! them, every escape, CDATA, instructions, comments, line ends, characters beyond the basic plane.
//!
//! One element of each is named `Scelto` (what is canonicalized), at most one below it `Fuori` (what is left out, as an
//! enveloped signature is). Same seed, same documents.

/// Namespace names. None holds an ampersand: libxml2 writes it unescaped, against the recommendation.
const URI: [&str; 6] = [
    "urn:a",
    "urn:b",
    "http://c.example/?x=1",
    "urn:citt%C3%A0",
    "http://www.w3.org/2000/09/xmldsig#",
    "URN:A",
];
const PREFISSI: [&str; 9] = ["", "p", "q", "r", "wsse", "a-b.c", "è", "xm", "_"];
/// What a `PrefixList` may name: some are declared, some never.
const ELENCABILI: [&str; 10] = [
    "#default", "p", "q", "r", "wsse", "a-b.c", "è", "ignoto", "xml", "xm",
];
const NOMI: [&str; 7] = ["e", "f", "Body", "x1", "名", "𐐀", "a.b-c_d"];
const ATTRIBUTI: [&str; 7] = ["z", "y", "Id", "a", "A", "ñ", "xmlnsa"];
const TESTI: [&str; 22] = [
    "ciao",
    " \n\t",
    "&amp;",
    "&lt;&gt;",
    "&#13;&#10;",
    "&#xD;",
    "&#9;",
    "\"'",
    "&quot;&apos;",
    "à€𝄞😀",
    "<![CDATA[<x>&]]>",
    "<![CDATA[]]>",
    "<![CDATA[a\r\nb]]]]><![CDATA[>]]>",
    "]]&gt;",
    "a\r\nb",
    "a\rb",
    "&#xA0;&#x1D11E;",
    ">",
    "\u{2028}\u{85}",
    "  ",
    "&#38;amp;",
    "] ",
];
const VALORI: [&str; 15] = [
    "",
    "v",
    "&quot;&apos;",
    "&#9;&#10;&#13;",
    "a\n\tb",
    "a\r\nb",
    "&lt;&amp;",
    ">",
    "è𝄞",
    "  x  ",
    "&#x20;&#x20;",
    "p:q",
    "&#38;#38;",
    "]]>",
    "&gt;",
];
const COMMENTI: [&str; 5] = ["c", " - x", "a&b<c>", "riga\r\naltra", ""];
const ISTRUZIONI: [&str; 6] = [
    "pi",
    "p2 d=1",
    "pi    x ",
    "xml-stylesheet a\r\nb",
    "q ?x",
    "è &amp;<",
];
const PROFONDITA: u32 = 6;

/// One document and how to look at it.
pub(crate) struct Documento {
    pub(crate) testo: String,
    pub(crate) lista: String,
    pub(crate) commenti: bool,
}

/// A generator of documents, and of chance (SplitMix64).
pub(crate) struct Generatore(u64);

impl Generatore {
    pub(crate) const fn nuovo(seme: u64) -> Self {
        Self(seme)
    }

    fn numero(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    fn sotto(&mut self, n: usize) -> usize {
        (self.numero() % n as u64) as usize
    }

    fn uno_su(&mut self, n: usize) -> bool {
        self.sotto(n) == 0
    }

    fn tra<'t>(&mut self, scelte: &[&'t str]) -> &'t str {
        scelte[self.sotto(scelte.len())]
    }

    pub(crate) fn documento(&mut self) -> Documento {
        let mut testo = String::new();
        if self.uno_su(3) {
            testo.push_str("<?xml version=\"1.0\" encoding='UTF-8'?>\r\n");
        }
        if self.uno_su(5) {
            testo.push_str("<!-- prima --><?prima x?>\n");
        }
        let mut stato = Stato {
            scelto: self.sotto(4) as u32,
            fatto: false,
            fuori: false,
        };
        self.elemento(&mut testo, 0, &[], &mut stato, false);
        if self.uno_su(5) {
            testo.push_str("\n<?dopo?><!-- dopo -->");
        }
        let lista: Vec<_> = (0..self.sotto(4)).map(|_| self.tra(&ELENCABILI)).collect();
        Documento {
            testo,
            lista: lista.join(if self.uno_su(4) { " \n" } else { " " }),
            commenti: self.uno_su(4),
        }
    }

    /// One element; `ambito` are the declarations in scope, innermost last.
    fn elemento(
        &mut self,
        x: &mut String,
        livello: u32,
        ambito: &[(&'static str, &'static str)],
        stato: &mut Stato,
        dentro: bool,
    ) {
        let mut ambito = ambito.to_vec();
        let mut dichiarate: Vec<(&'static str, &'static str)> = Vec::new();
        for _ in 0..[0, 0, 0, 1, 1, 2, 3, 5][self.sotto(8)] {
            let p = self.tra(&PREFISSI);
            // Only the default namespace can be undone.
            let u = if p.is_empty() && self.uno_su(3) {
                ""
            } else {
                self.tra(&URI)
            };
            if dichiarate.iter().all(|(altro, _)| *altro != p) {
                dichiarate.push((p, u));
            }
        }
        ambito.extend(&dichiarate);
        let in_vigore = |p: &str| ambito.iter().rev().find(|(q, _)| *q == p).map_or("", |(_, u)| u);
        let noti: Vec<&'static str> = ambito.iter().map(|(p, _)| *p).chain([""]).collect();
        let prefisso = self.tra(&noti);
        let e_scelto = !stato.fatto && livello >= stato.scelto;
        let e_fuori = !e_scelto && dentro && !stato.fuori && self.uno_su(6);
        let nome = match (e_scelto, e_fuori) {
            (true, _) => {
                stato.fatto = true;
                "Scelto"
            }
            (_, true) => {
                stato.fuori = true;
                "Fuori"
            }
            _ => self.tra(&NOMI),
        };
        let qname = con_prefisso(prefisso, nome);
        let mut attributi: Vec<String> = Vec::new();
        let mut visti: Vec<(&str, &str)> = Vec::new();
        for _ in 0..[0, 0, 1, 2, 4, 7][self.sotto(6)] {
            let p = if self.uno_su(6) { "xml" } else { self.tra(&noti) };
            let (nome, spazio) = if p == "xml" {
                (self.tra(&["lang", "space", "base", "id"]), "xml")
            } else {
                (self.tra(&ATTRIBUTI), if p.is_empty() { "" } else { in_vigore(p) })
            };
            if visti.contains(&(spazio, nome)) {
                continue;
            }
            visti.push((spazio, nome));
            let v = if (p, nome) == ("xml", "space") {
                "preserve"
            } else if (p, nome) == ("xml", "id") {
                continue;
            } else {
                self.tra(&VALORI)
            };
            let q = if self.uno_su(4) { '\'' } else { '"' };
            attributi.push(format!("{}={q}{v}{q}", con_prefisso(p, nome)));
        }
        for (p, u) in &dichiarate {
            let nome = if p.is_empty() {
                "xmlns".into()
            } else {
                con_prefisso("xmlns", p)
            };
            let dove = self.sotto(attributi.len() + 1);
            attributi.insert(dove, format!("{nome}=\"{u}\""));
        }
        x.push('<');
        x.push_str(&qname);
        for a in &attributi {
            x.push_str(self.tra(&[" ", "\n", "\t ", "  "]));
            x.push_str(a);
        }
        let figli = self.sotto(6);
        // The chosen element must exist even where chance would end the branch.
        let deve = !stato.fatto && livello < PROFONDITA;
        if figli == 0 && !deve && self.uno_su(2) {
            x.push_str(if self.uno_su(2) { "/>" } else { " />" });
            return;
        }
        x.push('>');
        for i in 0..figli.max(usize::from(deve)) {
            let scelta = if deve && i == 0 { 0 } else { self.sotto(20) };
            match scelta {
                0..9 if livello < PROFONDITA => {
                    self.elemento(x, livello + 1, &ambito, stato, dentro || e_scelto);
                }
                9..16 => x.push_str(self.tra(&TESTI)),
                16..18 => x.extend(["<!--", self.tra(&COMMENTI), "-->"]),
                _ => x.extend(["<?", self.tra(&ISTRUZIONI), "?>"]),
            }
        }
        x.push_str("</");
        x.push_str(&qname);
        x.push_str(if self.uno_su(5) { "\n>" } else { ">" });
    }
}

struct Stato {
    /// Depth from which an element may be the chosen one.
    scelto: u32,
    fatto: bool,
    fuori: bool,
}

fn con_prefisso(p: &str, nome: &str) -> String {
    if p.is_empty() {
        nome.to_owned()
    } else {
        format!("{p}:{nome}")
    }
}
