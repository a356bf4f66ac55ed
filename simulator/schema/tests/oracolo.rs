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
const DIFFERENZE: [(TipoViolazione, &str); 2] = [
    (
        TipoViolazione::Doctype,
        "a document type declaration is always refused: no message needs one and entities are an attack",
    ),
    (
        TipoViolazione::Codifica,
        "an encoding other than UTF-8 is refused even if libxml2 can decode it",
    ),
];

struct Documento {
    nome: String,
    genere: &'static str,
    byte: Vec<u8>,
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
            if nostro == Verdetto::Malformato
                && DIFFERENZE
                    .iter()
                    .any(|(t, _)| violazioni.iter().any(|v| v.fatale && v.tipo == *t))
            {
                per_regola += 1;
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
