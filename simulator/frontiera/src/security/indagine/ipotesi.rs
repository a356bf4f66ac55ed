//! What the sender may have hashed instead: guesses in order of likelihood, each with the sentence that explains it.
//!
//! A search ends with the first octets that give the declared digest, or when the guesses or the budget end. The
//! guesses are those of real mistakes (spec security §2.4, §4.8 and the threads behind them).

use crate::albero::{Document, Node, NodeId};

use super::copia::{self, BIANCHI, Elemento, Forma, Modo, Nodo};
use super::giudice::Giudice;
use crate::limiti::PREFISSI_MASSIMI;
use crate::security::digest::Digest;
use crate::soap::ns;

/// One reference whose digest differs.
pub(super) struct Caso<'a, 'd, 'i> {
    pub(super) doc: &'d Document<'i>,
    pub(super) nodo: Node<'d, 'i>,
    pub(super) firma: NodeId,
    pub(super) enveloped: bool,
    pub(super) prefissi: Vec<String>,
    pub(super) commenti: bool,
    pub(super) digest: Digest,
    pub(super) dichiarato: &'a [u8],
    /// Other elements with an id: their digests may have been mixed up.
    pub(super) altri: Vec<Node<'d, 'i>>,
}

/// Octets that give the declared digest.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Trovata {
    pub(super) nome: &'static str,
    pub(super) frase: String,
    pub(super) ottetti: Vec<u8>,
}

/// How a search ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Ricerca {
    pub(super) trovata: Option<Trovata>,
    pub(super) provate: usize,
}

/// An element's name with its Italian article.
pub(super) fn con_articolo(n: Node<'_, '_>) -> String {
    match n.tag_name().name() {
        "Body" => "il Body".into(),
        "Timestamp" => "il Timestamp".into(),
        "Assertion" => "l'asserzione".into(),
        altro => format!("l'elemento {altro}"),
    }
}

/// `di` before it: "del Body", "dell'asserzione".
pub(super) fn preposizione(n: Node<'_, '_>) -> String {
    let nome = con_articolo(n);
    match nome.strip_prefix("il ") {
        Some(resto) => format!("del {resto}"),
        None => format!("del{nome}"),
    }
}

struct Cerca<'c, 'a, 'd, 'i> {
    caso: &'c Caso<'a, 'd, 'i>,
    giudice: Giudice<'a>,
    base: Elemento,
}

/// Searches.
pub(super) fn cerca(caso: &Caso<'_, '_, '_>) -> Ricerca {
    let mut c = Cerca {
        caso,
        giudice: Giudice::nuovo(caso.dichiarato, caso.digest),
        base: Elemento::di(caso.nodo, Some(caso.firma)),
    };
    let trovata = c
        .altre_forme()
        .or_else(|| c.altri_elementi())
        .or_else(|| c.cambiamenti())
        .or_else(|| c.ottetti());
    Ricerca {
        trovata,
        provate: c.giudice.provate,
    }
}

impl Cerca<'_, '_, '_, '_> {
    fn dichiarata(&self) -> Forma {
        Forma {
            modo: Modo::Esclusiva(self.caso.prefissi.clone()),
            commenti: self.caso.commenti,
            con_firma: !self.caso.enveloped,
            vuoti_brevi: false,
        }
    }

    fn prova(
        &mut self,
        nome: &'static str,
        frase: impl FnOnce() -> String,
        ottetti: Vec<u8>,
    ) -> Option<Trovata> {
        let strano = self.giudice.prova(&ottetti)?;
        let frase = match (frase(), strano) {
            (f, "") => f,
            (f, s) if f.is_empty() => s.to_owned(),
            (f, s) => format!("{f}; inoltre {s}"),
        };
        Some(Trovata { nome, frase, ottetti })
    }

    /// The canonical forms of the element as it is, the declared one first: then only the writing of the digest is odd.
    fn forme(&self) -> Vec<(&'static str, String, Forma)> {
        let dichiarata = self.dichiarata();
        let dette = self.caso.prefissi.join(" ");
        let mut forme = vec![("scrittura-digest", String::new(), dichiarata.clone())];
        // Before the lists: a list of every prefix gives the same octets, and is the rarer mistake.
        forme.push((
            "c14n-inclusivo",
            "avete usato il C14N inclusivo, che si porta dietro i namespace della busta, ma il Transform dichiara \
             quello esclusivo"
                .into(),
            Forma {
                modo: Modo::Inclusiva,
                ..dichiarata.clone()
            },
        ));
        forme.push((
            "c14n-inclusivo-isolato",
            "avete usato il C14N inclusivo sull'elemento preso da solo, ma il Transform dichiara quello esclusivo"
                .into(),
            Forma {
                modo: Modo::InclusivaIsolata,
                ..dichiarata.clone()
            },
        ));
        let mut con_lista = |lista: Vec<String>| {
            if lista == self.caso.prefissi {
                return;
            }
            let leggibile = lista
                .iter()
                .map(|p| if p.is_empty() { "#default" } else { p })
                .collect::<Vec<_>>()
                .join(" ");
            let frase = if lista.is_empty() {
                format!(
                    "avete canonicalizzato senza InclusiveNamespaces, ma il Transform dichiara PrefixList «{dette}»"
                )
            } else {
                format!(
                    "avete canonicalizzato con InclusiveNamespaces PrefixList «{leggibile}», che il Transform non dichiara"
                )
            };
            let forma = Forma {
                modo: Modo::Esclusiva(lista),
                ..dichiarata.clone()
            };
            forme.push(("altra-prefixlist", frase, forma));
        };
        con_lista(Vec::new());
        let prefissi = self.base.prefissi();
        for p in prefissi.iter().take(PREFISSI_MASSIMI) {
            con_lista(vec![p.clone()]);
        }
        con_lista(vec![String::new()]);
        con_lista(prefissi.iter().take(PREFISSI_MASSIMI).cloned().collect());
        for (i, p) in prefissi.iter().take(PREFISSI_MASSIMI).enumerate() {
            for q in prefissi.iter().take(PREFISSI_MASSIMI / 2).skip(i + 1) {
                con_lista(vec![p.clone(), q.clone()]);
            }
        }
        for modo in [dichiarata.modo.clone(), Modo::Inclusiva] {
            forme.push((
                "commenti",
                if self.caso.commenti {
                    "avete canonicalizzato senza i commenti, ma il Transform dichiara #WithComments".into()
                } else {
                    "avete canonicalizzato tenendo i commenti, che il C14N dichiarato toglie".into()
                },
                Forma {
                    modo,
                    commenti: !self.caso.commenti,
                    ..dichiarata.clone()
                },
            ));
        }
        forme.push((
            "firma-inclusa",
            if self.caso.enveloped {
                "il digest comprende anche la firma, che enveloped-signature toglie: va calcolato prima di inserirla"
            } else {
                "il digest è calcolato senza la firma, ma manca la trasformazione enveloped-signature"
            }
            .into(),
            Forma {
                con_firma: self.caso.enveloped,
                ..dichiarata.clone()
            },
        ));
        forme.push((
            "elementi-vuoti",
            "il digest è calcolato su una forma con gli elementi vuoti abbreviati (<a/>), che il C14N scrive per esteso"
                .into(),
            Forma {
                vuoti_brevi: true,
                ..dichiarata
            },
        ));
        forme
    }

    fn altre_forme(&mut self) -> Option<Trovata> {
        for (nome, frase, forma) in self.forme() {
            let ottetti = copia::scrivi(&self.base, &forma);
            if let Some(t) = self.prova(nome, || frase, ottetti) {
                return Some(t);
            }
        }
        None
    }

    fn altri_elementi(&mut self) -> Option<Trovata> {
        let io = preposizione(self.caso.nodo);
        for altro in &self.caso.altri {
            let e = Elemento::di(*altro, Some(self.caso.firma));
            let lui = preposizione(*altro);
            let frase = || format!("il DigestValue {io} è quello {lui}: i riferimenti sono scambiati");
            let ottetti = copia::scrivi(&e, &self.dichiarata());
            if let Some(t) = self.prova("riferimenti-scambiati", frase, ottetti) {
                return Some(t);
            }
        }
        let busta = Elemento::di(self.caso.doc.root_element(), Some(self.caso.firma));
        for con_firma in [true, false] {
            let forma = Forma {
                con_firma,
                ..self.dichiarata()
            };
            let frase = || {
                format!(
                    "il digest è quello dell'intera busta, ma il Reference indica soltanto {}",
                    con_articolo(self.caso.nodo)
                )
            };
            let frase = frase();
            if let Some(t) = self.prova("intera-busta", || frase, copia::scrivi(&busta, &forma)) {
                return Some(t);
            }
        }
        None
    }

    /// The element before something happened to it after signing.
    fn cambiati(&self) -> Vec<(&'static str, String, Elemento)> {
        let io = con_articolo(self.caso.nodo);
        let mut tutti: Vec<(&'static str, String, Elemento)> = Vec::new();
        let base = &self.base;
        let mut aggiungi = |nome, frase: String, f: &dyn Fn(&mut Elemento)| {
            let mut e = base.clone();
            f(&mut e);
            if e != *base && !tutti.iter().any(|(_, _, altro)| *altro == e) {
                tutti.push((nome, frase, e));
            }
        };
        let senza_id = |e: &mut Elemento| {
            e.attributi
                .retain(|a| !matches!(a.nome.as_str(), "Id" | "ID" | "id"));
        };
        let senza_wsu = |e: &mut Elemento| {
            senza_id(e);
            let wsu = |(_, u): &(String, String)| u == ns::WSU;
            e.dichiarati.retain(|d| !wsu(d));
            e.in_vigore.retain(|d| !wsu(d));
        };
        let firmato_prima =
            format!("avete firmato {io} prima di aggiungere wsu:Id: prima l'identificatore, poi la firma");
        aggiungi("senza-id", firmato_prima.clone(), &senza_id);
        aggiungi("senza-id", firmato_prima.clone(), &senza_wsu);
        aggiungi(
            "bianchi-attorno",
            format!("dopo la firma sono stati aggiunti spazi o a capo dentro {io}, attorno al suo contenuto"),
            &|e| e.senza_bianchi(false),
        );
        let reindentato = "il messaggio è stato reindentato dopo la firma: senza gli spazi fra gli elementi il digest \
                           torna. Firmate per ultimo, e inviate i byte che avete firmato";
        aggiungi("reindentato", reindentato.into(), &|e| e.senza_bianchi(true));
        aggiungi(
            "reindentato-senza-id",
            format!("{reindentato}; inoltre {firmato_prima}"),
            &|e| {
                senza_id(e);
                e.senza_bianchi(true);
            },
        );
        aggiungi(
            "fine-riga-windows",
            "avete firmato con i fine riga di Windows (CR LF), che in XML arrivano come LF: usate LF prima di firmare"
                .into(),
            &|e| e.testi(&|t| t.replace("\r\n", "\n").replace('\n', "\r\n")),
        );
        aggiungi(
            "fine-riga-aggiunti",
            "dopo la firma i fine riga sono diventati CR LF (&#xD;): il messaggio è passato da una conversione".into(),
            &|e| e.testi(&|t| t.replace('\r', "")),
        );
        aggiungi(
            "valori-con-spazi",
            "dopo la firma ai valori sono stati aggiunti spazi o a capo in testa o in coda".into(),
            &|e| {
                e.senza_bianchi(true);
                e.testi(&|t| t.trim_matches(BIANCHI).to_owned());
            },
        );
        aggiungi(
            "valori-con-spazi",
            "dopo la firma gli a capo dentro i valori sono cambiati (per esempio un base64 spezzato in righe)".into(),
            &|e| e.testi(&|t| t.replace(['\r', '\n'], "")),
        );
        for (passo, detto) in [
            ("  ", "due spazi"),
            ("    ", "quattro spazi"),
            ("\t", "una tabulazione"),
        ] {
            for livello in [0, 1, 2] {
                aggiungi(
                    "compattato",
                    format!(
                        "avete firmato il messaggio rientrato ({detto} per livello) e poi lo avete inviato compattato"
                    ),
                    &|e| {
                        e.senza_bianchi(true);
                        e.rientra(passo, livello);
                    },
                );
            }
        }
        aggiungi(
            "senza-xsi-type",
            "gli attributi xsi:type sono stati aggiunti dopo la firma".into(),
            &|e| togli_xsi(e),
        );
        tutti
    }

    fn cambiamenti(&mut self) -> Option<Trovata> {
        let dichiarata = self.dichiarata();
        let mut modi = vec![dichiarata.modo.clone()];
        for m in [
            Modo::Esclusiva(Vec::new()),
            Modo::Inclusiva,
            Modo::InclusivaIsolata,
        ] {
            if !modi.contains(&m) {
                modi.push(m);
            }
        }
        let cambiati = self.cambiati();
        for (i, modo) in modi.into_iter().enumerate() {
            for (nome, frase, e) in &cambiati {
                let forma = Forma {
                    modo: modo.clone(),
                    ..dichiarata.clone()
                };
                let frase = || {
                    if i == 0 {
                        frase.clone()
                    } else {
                        format!("{frase}; inoltre il C14N usato non è quello dichiarato nel Transform")
                    }
                };
                let ottetti = copia::scrivi(e, &forma);
                if let Some(t) = self.prova(nome, frase, ottetti) {
                    return Some(t);
                }
            }
        }
        let dentro = format!(
            "il digest è quello del solo contenuto {}: va calcolato sull'elemento intero, etichetta compresa",
            preposizione(self.caso.nodo)
        );
        let mut stretto = self.base.clone();
        stretto.senza_bianchi(false);
        for modo in [dichiarata.modo.clone(), Modo::Inclusiva, Modo::InclusivaIsolata] {
            for e in [&self.base.clone(), &stretto] {
                let forma = Forma {
                    modo: modo.clone(),
                    ..dichiarata.clone()
                };
                let frase = dentro.clone();
                if let Some(t) = self.prova("solo-contenuto", || frase, copia::scrivi_dentro(e, &forma)) {
                    return Some(t);
                }
            }
        }
        None
    }

    /// Not canonical at all, or canonical and then encoded in another way.
    fn ottetti(&mut self) -> Option<Trovata> {
        let sorgente = self.caso.doc.input_text();
        let inviato = &sorgente[self.caso.nodo.range()];
        let io = preposizione(self.caso.nodo);
        let grezzi = [
            (
                "senza-c14n",
                format!("avete calcolato il digest sul testo {io} così come inviato, senza canonicalizzarlo"),
                inviato.as_bytes().to_vec(),
            ),
            (
                "senza-c14n",
                format!(
                    "avete calcolato il digest sul testo {io} con i fine riga di Windows, senza canonicalizzarlo"
                ),
                inviato.replace("\r\n", "\n").replace('\n', "\r\n").into_bytes(),
            ),
            (
                "messaggio-intero",
                "il digest è quello di tutto il messaggio inviato, non dell'elemento".into(),
                sorgente.as_bytes().to_vec(),
            ),
        ];
        for (nome, frase, ottetti) in grezzi {
            if let Some(t) = self.prova(nome, || frase, ottetti) {
                return Some(t);
            }
        }
        for (nome, frase, forma) in self.forme() {
            if !matches!(
                nome,
                "scrittura-digest" | "c14n-inclusivo" | "c14n-inclusivo-isolato"
            ) {
                continue;
            }
            let canonica = copia::scrivi(&self.base, &forma);
            let coda = if frase.is_empty() {
                String::new()
            } else {
                format!("; inoltre {frase}")
            };
            for (nome, frase, ottetti) in ricodificati(&canonica) {
                if let Some(t) = self.prova(nome, || format!("{frase}{coda}"), ottetti) {
                    return Some(t);
                }
            }
        }
        None
    }
}

fn ricodificati(canonica: &[u8]) -> Vec<(&'static str, &'static str, Vec<u8>)> {
    let mut tutti = Vec::new();
    let testo = String::from_utf8_lossy(canonica);
    if !testo.is_ascii() && testo.chars().all(|c| u32::from(c) < 256) {
        tutti.push((
            "latin-1",
            "avete calcolato il digest sul testo in ISO-8859-1 (o Windows-1252): il C14N è sempre in UTF-8",
            testo.chars().map(|c| c as u32 as u8).collect(),
        ));
    }
    let davanti = |prima: &[u8]| [prima, canonica].concat();
    tutti.push((
        "bom",
        "avete calcolato il digest con il BOM UTF-8 davanti: la forma canonica non lo ha",
        davanti(b"\xEF\xBB\xBF"),
    ));
    for dichiarazione in [
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>",
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n",
        "<?xml version=\"1.0\" encoding=\"utf-8\"?>",
        "<?xml version=\"1.0\"?>",
        "<?xml version=\"1.0\"?>\n",
    ] {
        tutti.push((
            "dichiarazione-xml",
            "avete calcolato il digest con la dichiarazione <?xml …?> davanti: la forma canonica non la ha",
            davanti(dichiarazione.as_bytes()),
        ));
    }
    tutti.push((
        "fine-riga-windows",
        "avete calcolato il digest con i fine riga di Windows (CR LF): la forma canonica usa LF",
        testo.replace('\n', "\r\n").into_bytes(),
    ));
    tutti.push((
        "a-capo-in-coda",
        "avete calcolato il digest con un a capo in coda",
        [canonica, b"\n"].concat(),
    ));
    tutti.push((
        "utf-16",
        "avete calcolato il digest sul testo in UTF-16: il C14N è sempre in UTF-8",
        testo.encode_utf16().flat_map(u16::to_le_bytes).collect(),
    ));
    tutti
}

fn togli_xsi(e: &mut Elemento) {
    e.attributi.retain(|a| a.spazio != ns::XSI);
    for c in &mut e.figli {
        if let Nodo::Elemento(figlio) = c {
            togli_xsi(figlio);
        }
    }
}
