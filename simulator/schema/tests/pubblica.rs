//! The published schemas are judged by xmllint: their verdict is the grammar's, and that of the official schemas.
//!
//! The official schemas are those of `ANPR_SIM_ORACOLO`; without it only our own two verdicts are compared. Without
//! xmllint the test is skipped, unless `ANPR_SIM_STRETTO` is set.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::{env, fs};

use schema::campione::Campione;
use schema::pubblica::schemi;
use schema::{Modello, valida};

const VALIDI: usize = 5_000;
const MUTATI: usize = 5_000;
/// Documents per xmllint process.
const PER_PROCESSO: usize = 500;

fn manca_xmllint() -> bool {
    let ce = env::var_os("PATH").is_some_and(|p| env::split_paths(&p).any(|d| d.join("xmllint").is_file()));
    assert!(
        ce || env::var_os("ANPR_SIM_STRETTO").is_none(),
        "manca xmllint: lo installa `cargo xtask test`"
    );
    if !ce {
        eprintln!("saltato: manca xmllint (lo installa `cargo xtask test`)");
    }
    !ce
}

/// Official schema file of each namespace; empty when there is no oracle.
fn ufficiali() -> BTreeMap<String, PathBuf> {
    let Some(cartella) = env::var_os("ANPR_SIM_ORACOLO") else {
        eprintln!("senza ANPR_SIM_ORACOLO il confronto con gli schemi ufficiali non si fa");
        return BTreeMap::new();
    };
    let mut trovati = BTreeMap::new();
    let comuni = Path::new(&cartella).join("comuni");
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

/// The files `nomi` of `cartella` the schema accepts. Every file must get a verdict: all are well formed.
fn accettati(schema: &Path, cartella: &Path, nomi: &[String]) -> BTreeSet<String> {
    let esito = Command::new("xmllint")
        .args(["--noout", "--schema"])
        .arg(schema)
        .args(nomi)
        .current_dir(cartella)
        .output()
        .expect("xmllint starts");
    let testo = String::from_utf8_lossy(&esito.stderr);
    let (mut buoni, mut giudicati) = (BTreeSet::new(), 0);
    for riga in testo.lines() {
        if let Some(nome) = riga.strip_suffix(" validates") {
            buoni.insert(nome.to_owned());
            giudicati += 1;
        } else if riga.ends_with(" fails to validate") {
            giudicati += 1;
        }
    }
    assert_eq!(
        giudicati,
        nomi.len(),
        "{}: {}",
        schema.display(),
        &testo[..testo.len().min(2_000)]
    );
    buoni
}

struct Documento {
    nome: String,
    valido: bool,
    radice: &'static str,
    mutazione: Option<&'static str>,
}

/// Random documents of the roots of one namespace, written into `cartella`, with the grammar's verdict.
fn documenti(
    ns: &'static str,
    radici: &[&'static str],
    da: usize,
    parte: [usize; 2],
    cartella: &Path,
) -> Vec<Documento> {
    let mut tutti = Vec::new();
    for (i, radice) in radici.iter().enumerate() {
        let m = Modello::di(ns, radice).expect("root");
        let mut c = Campione::nuovo((da + i) as u64);
        for n in 0..parte[0] + parte[1] {
            let mut d = c.documento(m);
            let mutazione = (n >= parte[0]).then(|| c.muta(&mut d));
            let byte = d.xml();
            let nome = format!("{i}-{n}.xml");
            fs::write(cartella.join(&nome), &byte).expect("written");
            tutti.push(Documento {
                nome,
                valido: valida(m, &byte).is_empty(),
                radice,
                mutazione,
            });
        }
    }
    tutti
}

#[test]
fn published_schemas_judge_as_the_grammar_and_as_the_official_ones() {
    if manca_xmllint() {
        return;
    }
    let ufficiali = ufficiali();
    let mut per_spazio: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for (ns, nome) in Modello::radici() {
        per_spazio.entry(ns).or_default().push(nome);
    }
    let radici: usize = per_spazio.values().map(Vec::len).sum();
    let parte = [VALIDI.div_ceil(radici), MUTATI.div_ceil(radici)];
    let (mut validi, mut mutati_invalidi, mut confrontati, mut da) = (0, 0, 0, 0);
    let mut diversi = Vec::new();
    for (ns, nomi) in &per_spazio {
        let cartella = tempfile::tempdir().expect("folder");
        let nostri = schemi(&[ns], |i| format!("{i}.xsd")).expect("a namespace of the grammar");
        for (i, s) in nostri.iter().enumerate() {
            fs::write(cartella.path().join(format!("{i}.xsd")), &s.testo).expect("written");
        }
        let ufficiale = ufficiali.get(*ns);
        assert!(
            ufficiale.is_some() || ufficiali.is_empty() || ns.ends_with("/connessione"),
            "no official schema for {ns}"
        );
        let tutti = documenti(ns, nomi, da, parte, cartella.path());
        da += nomi.len();
        for gruppo in tutti.chunks(PER_PROCESSO) {
            let nomi: Vec<String> = gruppo.iter().map(|d| d.nome.clone()).collect();
            let pubblicato = accettati(Path::new("0.xsd"), cartella.path(), &nomi);
            let loro = ufficiale.map(|u| accettati(u, cartella.path(), &nomi));
            for d in gruppo {
                let nostro = pubblicato.contains(&d.nome);
                let ufficiale = loro.as_ref().map(|l| l.contains(&d.nome));
                confrontati += usize::from(ufficiale.is_some());
                match d.mutazione {
                    None => validi += usize::from(nostro),
                    Some(_) => mutati_invalidi += usize::from(!nostro),
                }
                if nostro != d.valido || ufficiale.is_some_and(|u| u != nostro) {
                    diversi.push(format!(
                        "{} {} ({:?}): pubblicato {nostro}, grammatica {}, ufficiale {ufficiale:?}",
                        d.radice, d.nome, d.mutazione, d.valido
                    ));
                }
            }
        }
    }
    eprintln!(
        "{radici} radici: {validi} documenti validi, {mutati_invalidi} mutati rifiutati, {confrontati} confrontati con gli schemi ufficiali"
    );
    assert_eq!(diversi, Vec::<String>::new(), "verdicts differ");
    assert_eq!(
        validi,
        parte[0] * radici,
        "every random valid document is accepted"
    );
    assert!(validi >= VALIDI && parte[1] * radici >= MUTATI);
    assert!(
        mutati_invalidi > parte[1] * radici / 2,
        "mutations hardly break anything: {mutati_invalidi}"
    );
}
