//! `kill -9` at random moments: a child of this very binary commits and loads; what it acknowledged must be there,
//! what it did not finish must not be seen, and each outcome has exactly one PEC.

use std::collections::BTreeSet;
use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use anagrafe::Ambiente;
use rand::Rng;
use registro::posta::{Conclusione, Lettera};
use registro::*;

use crate::comune::{chiavi_paese, fornitura, istat, opzioni, paese};

const DIR_FIGLIO: &str = "ANPR_SIM_PROVA_UCCISIONE";
const ROUND: usize = 10;
const ABITANTI: u64 = 2_400;
const PRE: Ambiente = Ambiente::Pre;

/// Not a test by itself: what the child does until it is killed.
#[test]
fn figlio() {
    let Some(dir) = std::env::var_os(DIR_FIGLIO) else {
        return;
    };
    let r = Registro::apri(Path::new(&dir), opzioni()).expect("apri");
    let mut uscita = std::io::stdout();
    let mut di = |riga: String| {
        writeln!(uscita, "\nFATTO {riga}").expect("stdout");
        uscita.flush().expect("stdout");
    };
    loop {
        for _ in 0..15 {
            let n = r
                .scrivi(|t| {
                    let n = t.prossimo(None, "prova")?;
                    t.evento()?;
                    t.salva_documento("a", &format!("{n:09}"), &n)?;
                    t.salva_documento("b", &format!("{n:09}"), &"x".repeat((n % 3_000) as usize))?;
                    Ok::<_, ErroreRegistro>(n)
                })
                .expect("scrivi");
            di(format!("doc {n}"));
        }
        let id = r
            .scrivi(|t| {
                let id = t.nuova_fornitura()?;
                let quando = t.evento()?;
                t.salva_fornitura(&fornitura(id, istat("888001"), quando))?;
                Ok::<_, ErroreRegistro>(id)
            })
            .expect("fornitura");
        let caricato = r.carica(PRE, id, paese(ABITANTI)).expect("carica");
        // The one commit: outcome, register, PEC.
        r.scrivi(|t| {
            let visibile = t.rendi_visibile(&caricato, istat("888001"))?;
            let mut f = t.fornitura(id)?.expect("fornitura");
            f.stato = StatoFornitura::ElaborataOk;
            f.segmento = Some(visibile.id);
            t.salva_fornitura(&f)?;
            let comune = Comune::nuovo(istat("888001"), "UNO", "XX", Some("uno@pec.example".to_owned()));
            t.spedisci(&Lettera {
                ambiente: PRE,
                comune: &comune,
                fornitura: id,
                versione: 1,
                protocollo: "p",
                conclusione: Conclusione::Positiva {
                    schede: caricato.schede,
                    avvisi: Vec::new(),
                },
                aire_opaco: false,
                allegati: Vec::new(),
            })?;
            Ok::<_, ErroreRegistro>(())
        })
        .expect("esito");
        di(format!("seg {}", id.0));
        // Now and then an old one is cancelled, so that removals are interrupted too.
        if id.0.is_multiple_of(3) {
            r.scrivi(|t| {
                let mut f = t.fornitura(id)?.expect("fornitura");
                t.rimuovi_segmento(PRE, f.segmento.take().expect("segmento"))?;
                f.stato = StatoFornitura::Cancellata;
                t.salva_fornitura(&f)
            })
            .expect("cancella");
            di(format!("via {}", id.0));
        }
    }
}

#[derive(Default)]
struct Confermati {
    documenti: BTreeSet<u64>,
    caricate: BTreeSet<u64>,
    cancellate: BTreeSet<u64>,
}

fn un_round(dir: &Path, attesa: Duration, confermati: &Arc<Mutex<Confermati>>) {
    let mut figlio = Command::new(std::env::current_exe().expect("exe"))
        .args(["--exact", "uccisione::figlio", "--nocapture", "--test-threads=1"])
        .env(DIR_FIGLIO, dir)
        .stdout(Stdio::piped())
        .stderr(Stdio::inherit())
        .spawn()
        .expect("figlio");
    let lettore = BufReader::new(figlio.stdout.take().expect("stdout"));
    let (partito, via) = std::sync::mpsc::channel();
    let raccolti = Arc::clone(confermati);
    let filo = std::thread::spawn(move || {
        for riga in lettore.lines().map_while(Result::ok) {
            let Some((tipo, n)) = riga.strip_prefix("FATTO ").and_then(|r| r.split_once(' ')) else {
                continue;
            };
            // A line cut by the kill is not an acknowledgement; all lines here end in a newline or are the last.
            let Ok(n) = n.parse() else { continue };
            let _ = partito.send(());
            let mut c = raccolti.lock().expect("lock");
            match tipo {
                "doc" => c.documenti.insert(n),
                "seg" => c.caricate.insert(n),
                _ => c.cancellate.insert(n),
            };
        }
    });
    via.recv_timeout(Duration::from_secs(30))
        .expect("the child works");
    std::thread::sleep(attesa);
    figlio.kill().expect("kill -9");
    figlio.wait().expect("wait");
    filo.join().expect("lettore");
}

fn verifica(dir: &Path, c: &Confermati, round: usize) {
    let r = Registro::apri(dir, opzioni()).expect("apri dopo l'uccisione");
    let a: Vec<(String, u64)> = r.documenti("a").expect("a");
    let b: Vec<(String, String)> = r.documenti("b").expect("b");
    let ultimo = r.contatore(None, "prova").expect("contatore");
    // Whole transactions only: both documents and the counter, for every number up to the last.
    assert_eq!(
        a.iter().map(|(_, n)| *n).collect::<Vec<_>>(),
        (1..=ultimo).collect::<Vec<_>>(),
        "round {round}"
    );
    assert_eq!(b.len(), a.len());
    assert!(
        b.iter()
            .zip(1_u64..)
            .all(|((_, x), n)| x.len() as u64 == n % 3_000)
    );
    let perso = c.documenti.iter().find(|n| **n > ultimo);
    assert_eq!(perso, None, "round {round}: acknowledged and lost");

    let forniture = r.forniture(PRE, istat("888001")).expect("forniture");
    let pec = r.pec(PRE, istat("888001")).expect("pec");
    let segmenti = r.segmenti(PRE, None).expect("segmenti");
    let mut visibili = 0;
    for f in &forniture {
        let quante_pec = pec.iter().filter(|p| p.fornitura == Some(f.id)).count();
        let quanti_segmenti = segmenti.iter().filter(|s| s.fornitura == f.id).count();
        let atteso = match f.stato {
            StatoFornitura::ElaborataOk => (1, 1),
            StatoFornitura::Cancellata => (1, 0),
            _ => (0, 0),
        };
        assert_eq!(
            (quante_pec, quanti_segmenti),
            atteso,
            "round {round}: {} {:?}",
            f.id,
            f.stato
        );
        assert!(
            !c.caricate.contains(&f.id.0) || f.stato != StatoFornitura::Aperta,
            "{} acknowledged and lost",
            f.id
        );
        assert!(
            !c.cancellate.contains(&f.id.0) || f.stato == StatoFornitura::Cancellata,
            "{} came back",
            f.id
        );
        visibili += quanti_segmenti as u64;
    }
    assert_eq!(segmenti.len() as u64, visibili, "no segment without its delivery");
    assert_eq!(
        r.chiavi_schede(PRE).expect("chiavi"),
        visibili * chiavi_paese(ABITANTI),
        "round {round}: leftovers"
    );
    if let Some(s) = segmenti.last() {
        let lette: Vec<Scheda> = r
            .schede_di(PRE, s, Classe::Soggetti)
            .expect("schede")
            .collect::<Result<_, _>>()
            .expect("schede");
        let lette = lette.len() as u64;
        assert_eq!(lette, ABITANTI + 2);
    }
}

#[test]
fn killed_at_any_moment_nothing_is_lost_or_half_done() {
    let dir = tempfile::tempdir().expect("tempdir");
    let confermati = Arc::new(Mutex::new(Confermati::default()));
    let mut caso = mondo::flusso(20_210_301, "uccisioni");
    for round in 0..ROUND {
        let attesa = Duration::from_millis(caso.next_u64() % 600);
        un_round(dir.path(), attesa, &confermati);
        verifica(dir.path(), &confermati.lock().expect("lock"), round);
    }
    let c = confermati.lock().expect("lock");
    eprintln!(
        "{ROUND} uccisioni: {} commit, {} carichi, {} cancellazioni confermati",
        c.documenti.len(),
        c.caricate.len(),
        c.cancellate.len()
    );
    assert!(
        c.documenti.len() > 20 && !c.caricate.is_empty(),
        "the test killed before anything happened"
    );
}
