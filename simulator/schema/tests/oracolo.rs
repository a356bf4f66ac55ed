//! The official schemas judge: our verdict on random documents is xmllint's.
//!
//! Asked of `ANPR_SIM_ORACOLO` (the folder of the official files, with `comuni/`); without it the test is skipped.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::{env, fs};

use schema::campione::{Campione, Elemento};
use schema::{Modello, Scrittore, TipoViolazione, Violazione, valida};

const VALIDI: usize = 20_000;
const MUTATI: usize = 20_000;
const DI_BYTE: usize = 5_000;
/// Documents per xmllint process.
const PER_PROCESSO: usize = 500;

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Verdetto {
    Valido,
    Invalido,
    Malformato,
}

/// Where we refuse on purpose what libxml2 may accept.
const DIFFERENZE: [(TipoViolazione, &str); 3] = [
    (
        TipoViolazione::Doctype,
        "a document type declaration is always refused: no message needs one and entities are an attack",
    ),
    (
        TipoViolazione::Codifica,
        "an encoding other than UTF-8 is refused even if libxml2 can decode it",
    ),
    (
        TipoViolazione::SpazioDeiNomi,
        "a declaration Namespaces in XML 1.0 forbids is refused; for libxml2 it is not an error of the document",
    ),
];

/// Of the documents somebody thought of, those libxml2 accepts against the recommendations; we refuse them.
const CURATI_DIVERSI: [(&str, &str); 4] = [
    (
        "null at the end",
        "libxml2 takes a null byte for the end of the document",
    ),
    (
        "prefix bound to nothing",
        "Namespaces in XML 1.0 forbids it; for libxml2 it is not an error of the document",
    ),
    ("prefix xmlns bound", "as above"),
    ("another prefix for xml", "as above"),
];

struct Documento {
    nome: String,
    genere: &'static str,
    byte: Vec<u8>,
}

/// Is it refused only for what we refuse on purpose?
fn voluta(v: &[Violazione]) -> bool {
    !v.is_empty() && v.iter().all(|v| DIFFERENZE.iter().any(|(t, _)| *t == v.tipo))
}

fn verdetto(v: &[Violazione]) -> Verdetto {
    match v {
        [] => Verdetto::Valido,
        v if v.iter().any(|v| v.fatale) => Verdetto::Malformato,
        _ => Verdetto::Invalido,
    }
}

/// Schema file of each target namespace.
fn schemi(comuni: &Path) -> BTreeMap<String, PathBuf> {
    let mut trovati = BTreeMap::new();
    for voce in fs::read_dir(comuni).expect("ANPR_SIM_ORACOLO must hold the folder comuni") {
        let file = voce.expect("readable folder").path();
        if file.extension().is_some_and(|e| e == "xsd") {
            let testo = fs::read_to_string(&file).expect("schema in UTF-8");
            let spazio = testo
                .split("targetNamespace=\"")
                .nth(1)
                .and_then(|t| t.split('"').next())
                .expect("target namespace");
            trovati.insert(spazio.to_owned(), file);
        }
    }
    trovati
}

fn xmllint(schema: &Path, cartella: &Path, nomi: &[String]) -> BTreeMap<String, Verdetto> {
    let esito = Command::new("xmllint")
        .arg("--noout")
        .arg("--schema")
        .arg(schema)
        .args(nomi)
        .current_dir(cartella)
        .output();
    let esito = esito.expect("xmllint is needed: apt-get install libxml2-utils");
    let testo = String::from_utf8_lossy(&esito.stderr);
    let mut verdetti: BTreeMap<String, Verdetto> =
        nomi.iter().map(|n| (n.clone(), Verdetto::Malformato)).collect();
    for riga in testo.lines() {
        let (nome, v) = match (
            riga.strip_suffix(" validates"),
            riga.strip_suffix(" fails to validate"),
        ) {
            (Some(n), _) => (n, Verdetto::Valido),
            (_, Some(n)) => (n, Verdetto::Invalido),
            _ => continue,
        };
        if let Some(posto) = verdetti.get_mut(nome) {
            *posto = v;
        }
    }
    verdetti
}

fn documenti(m: &Modello, seme: u64, quanti: [usize; 3]) -> Vec<Documento> {
    let mut c = Campione::nuovo(seme);
    let mut tutti = Vec::new();
    for (genere, quanti) in ["valido", "mutato", "byte"].into_iter().zip(quanti) {
        for i in 0..quanti {
            let mut d = c.documento(m);
            if genere == "valido" && i % 5 == 0 {
                tutti.push(Documento {
                    nome: format!("scritto{i}.xml"),
                    genere,
                    byte: scritto(m, &d),
                });
                continue;
            }
            if genere == "mutato" {
                c.muta(&mut d);
            }
            let mut byte = if i % 2 == 0 { d.xml_vario(&mut c) } else { d.xml() };
            if genere == "byte" {
                c.muta_byte(&mut byte);
            }
            tutti.push(Documento {
                nome: format!("{genere}{i}.xml"),
                genere,
                byte,
            });
        }
    }
    tutti
}

/// The document as our writer writes it.
fn scritto(m: &Modello, d: &Elemento) -> Vec<u8> {
    fn dentro(m: &Modello, s: &mut Scrittore<'_, Vec<u8>>, d: &Elemento, sopra: &str) {
        let nome = d.nome.rsplit(':').next().expect("name");
        let percorso = if sopra.is_empty() {
            nome.to_owned()
        } else {
            format!("{sopra}/{nome}")
        };
        if m.foglia(m.nodo(&percorso).expect("place")) {
            return s.foglia(nome, &d.testo).expect("the writer writes what is valid");
        }
        s.apri(nome).expect("the writer opens what is valid");
        d.figli.iter().for_each(|f| dentro(m, s, f, &percorso));
        s.chiudi().expect("the writer closes what is valid");
    }
    let mut s = Scrittore::nuovo(m, Vec::new());
    dentro(m, &mut s, d, "");
    s.fine().expect("complete")
}

/// Judges all documents of one root; gives the counts (kind, verdict) and the differences.
fn giudica(
    ns: &str,
    nome: &str,
    schema: &Path,
    seme: u64,
    quanti: [usize; 3],
) -> (BTreeMap<(&'static str, Verdetto), usize>, Vec<String>, usize) {
    let m = Modello::di(ns, nome).expect("root");
    let cartella = tempfile::Builder::new()
        .prefix("oracolo")
        .tempdir_in(memoria())
        .expect("folder");
    let tutti = documenti(m, seme, quanti);
    let (mut conti, mut diversi, mut per_regola) = (BTreeMap::new(), Vec::new(), 0);
    for gruppo in tutti.chunks(PER_PROCESSO) {
        for d in gruppo {
            fs::write(cartella.path().join(&d.nome), &d.byte).expect("written");
        }
        let nomi: Vec<String> = gruppo.iter().map(|d| d.nome.clone()).collect();
        let loro = xmllint(schema, cartella.path(), &nomi);
        for d in gruppo {
            let violazioni = valida(m, &d.byte);
            let (nostro, loro) = (verdetto(&violazioni), loro[&d.nome]);
            *conti.entry((d.genere, loro)).or_insert(0) += 1;
            if nostro == loro {
                continue;
            }
            if voluta(&violazioni) {
                per_regola += 1;
                continue;
            }
            if nostro == Verdetto::Malformato && d.byte.contains(&0) {
                per_regola += 1; // "null at the end"
                continue;
            }
            let copia = env::temp_dir().join(format!("oracolo-{nome}-{}", d.nome));
            fs::write(&copia, &d.byte).expect("written");
            diversi.push(format!(
                "{nome} {}: nostro {nostro:?}, xmllint {loro:?}; {:?}; in {}",
                d.genere,
                violazioni.first(),
                copia.display()
            ));
        }
    }
    (conti, diversi, per_regola)
}

fn memoria() -> PathBuf {
    let veloce = PathBuf::from("/dev/shm");
    if veloce.is_dir() { veloce } else { env::temp_dir() }
}

#[test]
fn our_verdict_is_that_of_xmllint() {
    let Some(cartella) = env::var_os("ANPR_SIM_ORACOLO") else {
        eprintln!("saltato: ANPR_SIM_ORACOLO non indica la cartella degli schemi ufficiali");
        return;
    };
    let schemi = schemi(&Path::new(&cartella).join("comuni"));
    let radici: Vec<_> = Modello::radici()
        .filter(|(ns, _)| !ns.ends_with("/connessione"))
        .collect();
    let parte = |tutti: usize| tutti.div_ceil(radici.len());
    let quanti = [parte(VALIDI), parte(MUTATI), parte(DI_BYTE)];
    let prossima = std::sync::atomic::AtomicUsize::new(0);
    let esiti = std::sync::Mutex::new(Vec::new());
    std::thread::scope(|s| {
        for _ in 0..2 {
            s.spawn(|| {
                loop {
                    let i = prossima.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
                    let Some((ns, nome)) = radici.get(i) else { break };
                    let schema = schemi.get(*ns).unwrap_or_else(|| panic!("no schema for {ns}"));
                    let esito = giudica(ns, nome, schema, i as u64, quanti);
                    esiti.lock().expect("no panic").push(esito);
                }
            });
        }
    });
    let (mut conti, mut diversi, mut per_regola) = (BTreeMap::new(), Vec::new(), 0);
    for (c, d, r) in esiti.into_inner().expect("no panic") {
        for (chiave, n) in c {
            *conti.entry(chiave).or_insert(0) += n;
        }
        diversi.extend(d);
        per_regola += r;
    }
    eprintln!("verdetti di xmllint: {conti:?}; differenze volute: {per_regola}");
    let di = |genere| {
        conti
            .iter()
            .filter(|((g, _), _)| *g == genere)
            .map(|(_, n)| n)
            .sum::<usize>()
    };
    assert!(
        di("valido") >= VALIDI && di("mutato") >= MUTATI && di("byte") >= DI_BYTE,
        "too few documents"
    );
    assert!(
        diversi.is_empty(),
        "{} differenze:\n{}",
        diversi.len(),
        diversi[..diversi.len().min(25)].join("\n")
    );
    assert_eq!(
        conti.get(&("valido", Verdetto::Valido)),
        Some(&di("valido")),
        "a random valid document is not"
    );
}

/// Documents somebody thought of, around `S`, a valid S001 reply without declaration and with room for attributes.
const CURATI: [(&str, &str); 67] = [
    ("plain", "S"),
    ("declaration", "<?xml version='1.0'?>S"),
    (
        "byte order mark",
        "\u{FEFF}<?xml version='1.0' encoding='UTF-8'?>S",
    ),
    ("two byte order marks", "\u{FEFF}\u{FEFF}S"),
    ("byte order mark after the root", "S\u{FEFF}"),
    ("blank before the declaration", " <?xml version='1.0'?>S"),
    ("comment before the declaration", "<!----><?xml version='1.0'?>S"),
    ("two declarations", "<?xml version='1.0'?><?xml version='1.0'?>S"),
    ("version 1.1", "<?xml version='1.1'?>S"),
    ("version 1.10", "<?xml version='1.10'?>S"),
    ("version 2.0", "<?xml version='2.0'?>S"),
    ("version 1.", "<?xml version='1.'?>S"),
    ("version 1.0x", "<?xml version='1.0x'?>S"),
    ("empty version", "<?xml version=''?>S"),
    ("encoding UTF8", "<?xml version='1.0' encoding='UTF8'?>S"),
    ("encoding utf-8", "<?xml version='1.0' encoding='utf-8'?>S"),
    ("encoding empty", "<?xml version='1.0' encoding=''?>S"),
    ("encoding unknown", "<?xml version='1.0' encoding='x-boh'?>S"),
    ("encoding latin", "<?xml version='1.0' encoding='ISO-8859-1'?>S"),
    ("encoding utf-16", "<?xml version='1.0' encoding='UTF-16'?>S"),
    ("standalone", "<?xml version='1.0' standalone='yes'?>S"),
    ("standalone wrong", "<?xml version='1.0' standalone='si'?>S"),
    (
        "standalone, then encoding",
        "<?xml version='1.0' standalone='yes' encoding='UTF-8'?>S",
    ),
    (
        "declaration with something more",
        "<?xml version='1.0' altro='1'?>S",
    ),
    ("declaration in capitals", "<?XML version='1.0'?>S"),
    ("declaration with line feeds", "<?xml\n\tversion = '1.0'\r\n?>S"),
    ("stylesheet", "<?xml-stylesheet href='a'?>S"),
    ("xmlfoo instruction", "<?xmlfoo?>S"),
    ("instruction with colon", "<?a:b c?>S"),
    ("nothing", ""),
    ("blanks", " \n"),
    ("text before", "x S"),
    ("text after", "S x"),
    ("reference after", "S&#32;"),
    ("section after", "S<![CDATA[ ]]>"),
    ("two roots", "SS"),
    ("two empty roots", "S<x/>"),
    ("doctype", "<!DOCTYPE rispostaOK>S"),
    ("doctype after", "S<!DOCTYPE x>"),
    ("null at the end", "S\0"),
    ("open comment after", "S<!-- "),
    ("comment after", "S<!-- -- -->"),
    ("trailing less-than", "S<"),
    ("xml:lang", "S xml:lang='it'"),
    ("xml:space", "S xml:space='preserve'"),
    ("prefix bound to nothing", "S xmlns:z=''"),
    ("prefix xmlns bound", "S xmlns:xmlns='urn:x'"),
    (
        "prefix xml bound right",
        "S xmlns:xml='http://www.w3.org/XML/1998/namespace'",
    ),
    (
        "another prefix for xml",
        "S xmlns:z='http://www.w3.org/XML/1998/namespace'",
    ),
    ("same prefix twice", "S xmlns:z='a' xmlns:z='b'"),
    ("relative namespace", "S xmlns:z='a'"),
    ("namespace with blanks", "S xmlns:z=' http://x y '"),
    (
        "default namespace of the root",
        "S xmlns='http://www.sogei.it/ANPR/S001subentro'",
    ),
    ("no default namespace", "S xmlns=''"),
    (
        "one name in one namespace twice",
        "S xmlns:z='http://www.w3.org/2001/XMLSchema-instance' xmlns:y='http://www.w3.org/2001/XMLSchema-instance' z:schemaLocation='a b' y:schemaLocation='a b'",
    ),
    (
        "schemaLocation",
        "S xmlns:z='http://www.w3.org/2001/XMLSchema-instance' z:schemaLocation='urn:a a.xsd'",
    ),
    (
        "noNamespaceSchemaLocation",
        "S xmlns:z='http://www.w3.org/2001/XMLSchema-instance' z:noNamespaceSchemaLocation='a.xsd'",
    ),
    (
        "type of the root",
        "S xmlns:z='http://www.w3.org/2001/XMLSchema-instance' z:type='z:x'",
    ),
    ("attribute with reference", "S xmlns:z='a&#x20;b'"),
    ("attribute with less-than reference", "S xmlns:z='a&lt;b'"),
    ("attribute with unknown entity", "S xmlns:z='&boh;'"),
    ("attribute with line feed", "S xmlns:z='a\nb'"),
    ("unknown prefix", "S z:a='1'"),
    ("attribute twice", "S a='1' a='2'"),
    ("attribute with colon first", "S :a='1'"),
    ("attribute with two colons", "S a:b:c='1'"),
    ("attribute that is a colon", "S :='1'"),
];

#[test]
fn documents_somebody_thought_of_are_judged_alike() {
    let Some(cartella) = env::var_os("ANPR_SIM_ORACOLO") else {
        eprintln!("saltato: ANPR_SIM_ORACOLO non indica la cartella degli schemi ufficiali");
        return;
    };
    let (ns, nome) = schema::radici::RISPOSTA_S001;
    let schema = schemi(&Path::new(&cartella).join("comuni"))
        .remove(ns)
        .expect("schema of S001");
    let m = Modello::di(ns, nome).expect("root");
    let intero = |attributi: &str| format!("<q:RispostaS001 xmlns:q='{ns}'{attributi}></q:RispostaS001>");
    let documenti: Vec<(&str, Vec<u8>)> = CURATI
        .iter()
        .map(
            |(titolo, forma)| match forma.strip_prefix("S ").filter(|a| a.contains('=')) {
                Some(attributi) => (*titolo, intero(&format!(" {attributi}")).into_bytes()),
                None => (*titolo, forma.replace('S', &intero("")).into_bytes()),
            },
        )
        .collect();
    let memoria = tempfile::tempdir_in(memoria()).expect("folder");
    let nomi: Vec<String> = (0..documenti.len()).map(|i| format!("{i}.xml")).collect();
    for ((_, byte), nome) in documenti.iter().zip(&nomi) {
        fs::write(memoria.path().join(nome), byte).expect("written");
    }
    let loro = xmllint(&schema, memoria.path(), &nomi);
    let mut diversi = Vec::new();
    for ((titolo, byte), nome) in documenti.iter().zip(&nomi) {
        let violazioni = valida(m, byte);
        let nostro = verdetto(&violazioni);
        let di_proposito = voluta(&violazioni) || CURATI_DIVERSI.iter().any(|(t, _)| t == titolo);
        if di_proposito {
            assert_ne!(
                nostro,
                Verdetto::Valido,
                "{titolo}: a difference is always on the strict side"
            );
        } else if nostro != loro[nome] {
            diversi.push(format!(
                "{titolo}: nostro {nostro:?}, xmllint {:?}; {:?}",
                loro[nome],
                violazioni.first().map(|v| &v.testo)
            ));
        }
    }
    assert_eq!(diversi, Vec::<String>::new());
}

#[test]
fn xsi_type_may_name_the_declared_type_and_no_other() {
    let Some(cartella) = env::var_os("ANPR_SIM_ORACOLO") else {
        eprintln!("saltato: ANPR_SIM_ORACOLO non indica la cartella degli schemi ufficiali");
        return;
    };
    let (ns, nome) = schema::radici::RICHIESTA_S001;
    let schema = schemi(&Path::new(&cartella).join("comuni"))
        .remove(ns)
        .expect("schema of S001");
    let m = Modello::di(ns, nome).expect("root");
    let documento = String::from_utf8(Campione::nuovo(5).documento(m).xml()).expect("UTF-8");
    let vocabolario = "xmlns:v='http://sogei.it/ANPR/vocabolarioSubentro'";
    let dato = "xmlns:v='http://sogei.it/ANPR/tipoDato'";
    let casi = [
        (
            format!("{vocabolario} xsi:type='v:tipoTestataRichiesta'"),
            Verdetto::Valido,
        ),
        (
            format!("{vocabolario} xsi:type=' v:tipoTestataRichiesta\n'"),
            Verdetto::Invalido,
        ),
        (
            format!("{dato} xsi:type='v:tipoTestataRichiesta'"),
            Verdetto::Invalido,
        ),
        (
            format!("{dato} xsi:type='v:tipoDatoTestataRichiesta'"),
            Verdetto::Invalido,
        ),
        (
            format!("{vocabolario} xsi:type='tipoTestataRichiesta'"),
            Verdetto::Invalido,
        ),
        (
            format!("{vocabolario} xsi:type='v:tipoTestataRisposta'"),
            Verdetto::Invalido,
        ),
    ];
    let memoria = tempfile::tempdir_in(memoria()).expect("folder");
    for (attributi, atteso) in casi {
        let byte = documento.replace("<testataRichiesta>", &format!("<testataRichiesta {attributi}>"));
        assert_ne!(byte, documento);
        fs::write(memoria.path().join("a.xml"), &byte).expect("written");
        let loro = xmllint(&schema, memoria.path(), &["a.xml".to_owned()])["a.xml"];
        assert_eq!(
            (verdetto(&valida(m, byte.as_bytes())), loro),
            (atteso, atteso),
            "{attributi}"
        );
    }
}
