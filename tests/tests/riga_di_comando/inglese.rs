//! `--lang en`: what people read is English, what programs read is what it was.

use anpr_sim_tests::{Banco, OGGI, genera};

use super::{giro, percorsi, strada};

/// A size is a matter of compression, and nothing to fix here.
fn senza_dimensione(riga: &str) -> String {
    match riga
        .split_once(" bytes)")
        .and_then(|(p, dopo)| Some((p.rsplit_once(' ')?.0, dopo)))
    {
        Some((prima, dopo)) => format!("{prima} N bytes){dopo}"),
        None => riga.to_owned(),
    }
}

#[test]
fn check_reports_in_english_to_people_only() {
    let fornitura = genera(&["--abitanti", "60", "--aire", "0", "--anomalie", "ES092=1,EC001=1"]);
    let file = &percorsi(fornitura.path())[0];
    let con = |opzioni: &[&str]| giro(&[&["check", "--oggi", OGGI, file][..], opzioni].concat());
    let (codice, uscita, errore) = con(&["--lang", "en"]);
    assert_eq!((codice, errore.as_str()), (Some(1), ""), "{uscita}");
    let righe: Vec<String> = uscita.lines().map(senza_dimensione).collect();
    let (_, italiano, _) = con(&[]);
    let sue: Vec<&str> = italiano.lines().collect();
    assert_eq!(righe.len(), sue.len());
    assert_eq!(righe[0], "888001_SUBAPR_1_1_1.gz (APR, N bytes)");
    assert_eq!(
        righe[1],
        "  note: incomplete delivery, missing: the AIRE file; sent like this it would stay under elaboration without an outcome"
    );
    let [.., da_correggere, esito] = righe.as_slice() else {
        panic!("{uscita}")
    };
    assert_eq!(
        da_correggere,
        "To be corrected before the subentro: 2, about 1 person-day"
    );
    assert_eq!(esito, "Outcome KO, errors 1");
    assert!(righe.contains(&"ES092: 1".to_owned()), "{uscita}");
    // A finding keeps ANPR's sentence; its place is told in English.
    let suo = sue.iter().find(|r| r.starts_with("ES092 E")).expect("a finding");
    let (testa, frase) = suo.split_once(": ").expect("a sentence");
    let attesa = format!(
        "{}: {frase}",
        testa.replace(" riga ", " line ").replace(" colonna ", " column ")
    );
    assert!(righe.contains(&attesa), "{attesa} in {uscita}");
    assert!(testa.contains(" riga "), "{testa}");

    for formato in ["json", "csv", "sarif", "junit"] {
        assert_eq!(
            con(&["--format", formato, "--lang", "en"]),
            con(&["--format", formato]),
            "{formato}"
        );
    }
    let (_, pagina, _) = con(&["--format", "html", "--lang", "en"]);
    for frase in [
        "<html lang=\"en\">",
        "<h1>Check of the delivery: KO</h1>",
        "There are blocking errors: the whole delivery would be discarded.",
        "SIMULATORE – dati fittizi (simulator – fictitious data)",
        "Each person must be in a family or cohabitation present in the delivery.",
    ] {
        assert!(pagina.contains(frase), "{frase}");
    }
    assert_eq!(con(&["--lang", "it"]), con(&[]));

    let (codice, uscita, errore) = giro(&["--lang", "en", "check", "--nome", "x.gz", file]);
    assert_eq!((codice, uscita.as_str()), (Some(2), ""));
    assert_eq!(
        errore,
        "anpr-sim: --nome is for the file read from standard input (-)\n"
    );
    let (_, _, errore) = giro(&["--lang", "en", "check", "--comune", "12", file]);
    assert_eq!(
        errore,
        "anpr-sim: «12» is not an ISTAT code of six digits (length 2 not allowed)\n"
    );
}

#[test]
fn explain_is_in_english_but_for_the_sentence() {
    let (codice, uscita, _) = giro(&["--lang", "en", "explain", "ES092"]);
    assert_eq!(codice, Some(0));
    let inizio = "ES092: Person without a family or a cohabitation\n\nEach person must be in a family or cohabitation present in \
                  the delivery. It is the only error on data that blocks the subentro.\n\n\
                  Text: Il soggetto non è associato ad alcuna scheda di famiglia o di convivenza\n\
                  Pre-subentro and subentro: error (E), blocks\nTest: error (E), blocks\nServices: not active\n\
                  To be removed before the subentro: yes\n";
    assert!(uscita.starts_with(inizio), "{uscita}");
    let (codice, _, errore) = giro(&["--lang", "en", "explain", "XX000"]);
    assert_eq!(codice, Some(2));
    assert_eq!(
        errore,
        "anpr-sim: XX000: unknown code (for example ES092, EN009, SIM001)\n"
    );
}

#[test]
fn cert_and_send_speak_english() {
    let banco = Banco::nuovo();
    let dati = strada(&banco.dati);
    let en = |argomenti: &[&str]| giro(&[&["--lang", "en"], argomenti, &["--data", dati][..]].concat());
    let (codice, uscita, errore) = en(&["cert", "list", "--comune", "888001"]);
    assert_eq!(
        errore,
        "states and ends follow the clock of this computer, not the scenario date\n"
    );
    assert_eq!(codice, Some(0));
    let (_, italiano, _) = giro(&["cert", "list", "--comune", "888001", "--data", dati]);
    assert_eq!(uscita.lines().count(), italiano.lines().count());
    let mut buoni = 0;
    for (en, it) in uscita.lines().zip(italiano.lines()) {
        // What has no defect ends with none.
        if it.contains("  attivo  ") && it.ends_with("  ") {
            buoni += 1;
            assert_eq!(
                en,
                it.replace("  attivo  ", "  active  ")
                    .replace("  scade ", "  expires ")
            );
        }
    }
    assert!(buoni > 0, "{italiano}");
    assert!(uscita.starts_with("888001-CO-0000  active  expires "), "{uscita}");
    for (azione, fatto) in [("revoke", "revoked"), ("restore", "restored")] {
        let (_, uscita, _) = en(&["cert", azione, "888001-CO-0000"]);
        assert_eq!(uscita, format!("888001-CO-0000: {fatto}\n"));
    }
    let (codice, _, errore) = en(&["cert", "export", "888001-PC-7777"]);
    assert_eq!(
        (codice, errore.as_str()),
        (Some(2), "anpr-sim: no certificate 888001-PC-7777\n")
    );
    let (codice, _, errore) = en(&["cert", "revoke", "888001-PC-7777"]);
    assert_eq!(codice, Some(2));
    assert_eq!(
        errore,
        "anpr-sim: DELETE /api/certificati/888001-PC-7777: 404 SIM011 No certificate 888001-PC-7777.\n"
    );

    let (codice, _, errore) = en(&["send", "--ambiente", "test", "--difetto", "corpo-modificato"]);
    assert_eq!(codice, Some(1));
    let righe: Vec<&str> = errore.lines().collect();
    assert_eq!(righe[0], "HTTP 500");
    assert!(righe[1].starts_with("cause: "), "{errore}");
    assert!(righe[2].starts_with("the reason: http"), "{errore}");
    assert_eq!(righe[3], "expected: F5, it came");
    let (codice, _, errore) = en(&["send", "--operazione", "3002"]);
    assert_eq!(codice, Some(2));
    assert_eq!(
        errore,
        "anpr-sim: --operazione 3002: the simulator answers TEST and S001\n"
    );
    let altrove = tempfile::tempdir().expect("a folder");
    let dove = strada(altrove.path());
    let (_, _, errore) = giro(&["--lang", "en", "send", "--data", dove]);
    assert_eq!(
        errore,
        format!(
            "anpr-sim: {dove}/ready.json: no simulator ready here (start it with `anpr-sim serve --data {dove}`): No such file or directory (os error 2)\n"
        )
    );

    // A second instance on the same folder.
    let (codice, _, errore) = en(&["serve"]);
    assert_eq!(codice, Some(2));
    assert!(
        errore.contains("is already used by another instance of anpr-sim"),
        "{errore}"
    );
}

/// The file of a lesson that is none: its name, its line and the reason, in the language asked for and in no other.
#[test]
fn a_bad_lesson_is_told_in_one_language_with_file_and_line() {
    let cartella = tempfile::tempdir().expect("a folder");
    let file = cartella.path().join("mia.toml");
    let buona = "titolo = \"Mia\"\nscopo = \"-\"\ncomune = \"888200\"\noggi = \"2021-03-01\"\nabitanti = 20\naire = 2\n\
                 [[passi]]\ntitolo = \"Uno\"\nminuti = 5\nnote = \"-\"\ntesto = \"-\"\n";
    for (da, a, inglese, italiano) in [
        (
            "minuti = 5",
            "minuti = 500",
            ", line 7: step 1: minuti: from 1 to 120",
            ", riga 7: passo 1: minuti: da 1 a 120",
        ),
        (
            "comune = \"888200\"",
            "comune = \"888001\"",
            ", line 3: 888001: a lesson has a Comune of its own, fictitious and none of the ready ones: from 888011 to 888999",
            ", riga 3: 888001: una lezione ha un Comune suo, fittizio e non fra i pronti: da 888011 a 888999",
        ),
        (
            "scopo = ",
            "scoppo = ",
            ", line 2: unknown field «scoppo»: allowed are titolo, ",
            ", riga 2: campo sconosciuto «scoppo»: sono ammessi titolo, ",
        ),
        (
            "testo = \"-\"\n",
            "testo = \"-\"\nmostra = \"mare\"\n",
            ": unknown value «mare»: allowed are nulla, ",
            ": valore sconosciuto «mare»: sono ammessi nulla, ",
        ),
        (
            "titolo = \"Mia\"",
            "titolo = \"\"",
            ", line 1: the text is missing",
            ", riga 1: manca il testo",
        ),
    ] {
        std::fs::write(&file, buona.replacen(da, a, 1)).expect("written");
        for (lingua, atteso, altrui) in [("en", inglese, italiano), ("it", italiano, inglese)] {
            let (codice, uscita, errore) =
                giro(&["--lang", lingua, "serve", "--lezioni", strada(cartella.path())]);
            assert_eq!((codice, uscita.as_str()), (Some(2), ""), "{errore}");
            assert_eq!(errore.lines().count(), 1, "{errore}");
            let inizio = format!("anpr-sim: --lezioni: {}", strada(&file));
            assert!(
                errore.starts_with(&inizio) && errore.contains(atteso),
                "{atteso}: {errore}"
            );
            assert!(!errore.contains(altrui), "{errore}");
        }
    }
    std::fs::remove_file(&file).expect("removed");
    let (_, _, errore) = giro(&["--lang", "en", "serve", "--lezioni", strada(cartella.path())]);
    assert!(
        errore.contains("there is no .toml file in the folder"),
        "{errore}"
    );
}
