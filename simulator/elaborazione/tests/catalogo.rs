//! The catalogue as a whole: every case is a minimal pair, every weight agrees with the facts.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use elaborazione::CATALOGO;
use elaborazione::anomalie::{Case, Check, Edit, Livello, NON_SIMULATE};
use elaborazione::banco::Banco;

/// The codes after these edits; what goes wrong with the case itself is shown as a code of its own.
fn codici(modifiche: &[&[Edit]]) -> BTreeSet<String> {
    let prova = std::panic::catch_unwind(|| {
        let mut banco = Banco::nuovo();
        for m in modifiche {
            banco.modifica(m);
        }
        banco.codici()
    });
    match prova {
        Ok(Ok(codici)) => codici,
        Ok(Err(errore)) => BTreeSet::from([format!("GUASTO {errore}")]),
        Err(_) => BTreeSet::from(["GUASTO del caso".to_owned()]),
    }
}

#[test]
fn la_scheda_pulita_non_ha_anomalie() {
    let trovati = Banco::nuovo().esito().expect("il banco elabora");
    assert!(trovati.is_empty(), "{trovati:#?}");
}

#[test]
fn every_case_is_a_minimal_pair() {
    let mut guasti = Vec::new();
    for anomalia in CATALOGO {
        let codice = anomalia.codice.0;
        if anomalia.cases.is_empty() {
            guasti.push(format!("{codice}: nessun caso"));
        }
        if anomalia.cases.iter().all(|c| c.near.is_empty()) {
            guasti.push(format!("{codice}: nessun quasi"));
        }
        let solo = BTreeSet::from([codice.to_owned()]);
        for Case {
            name,
            setup,
            breaks,
            near,
        } in anomalia.cases
        {
            let prima = codici(&[setup]);
            if !prima.is_empty() {
                guasti.push(format!("{codice}, {name}: prima non è pulita: {prima:?}"));
            }
            let dopo = codici(&[setup, breaks]);
            if dopo != solo {
                guasti.push(format!("{codice}, {name}: {dopo:?}"));
            }
            let quasi = codici(&[setup, near]);
            if !quasi.is_empty() {
                guasti.push(format!("{codice}, {name}: il quasi non è pulito: {quasi:?}"));
            }
        }
    }
    assert!(guasti.is_empty(), "{}", guasti.join("\n"));
}

/// Rows of a table of facts by their code.
fn fatti(cartella: &Path, nome: &str) -> BTreeMap<String, BTreeMap<String, String>> {
    let testo = std::fs::read_to_string(cartella.join(nome)).unwrap_or_else(|e| panic!("{nome}: {e}"));
    let mut righe = testo.lines().map(|r| r.split('\t').collect::<Vec<_>>());
    let testa = righe.next().expect("intestazione");
    righe
        .map(|celle| {
            let riga: BTreeMap<String, String> = testa
                .iter()
                .map(|c| (*c).to_owned())
                .zip(celle.iter().map(|c| (*c).to_owned()))
                .collect();
            (riga["code"].clone(), riga)
        })
        .collect()
}

#[test]
fn il_catalogo_concorda_con_i_fatti() {
    let Some(cartella) = std::env::var_os("ANPR_SIM_FATTI") else {
        eprintln!("saltata: ANPR_SIM_FATTI non indica la cartella dei fatti");
        return;
    };
    let elenco = fatti(Path::new(&cartella), "errors.tsv");
    let lavoro = fatti(Path::new(&cartella), "errors_agenzia_entrate.tsv");
    let mut guasti = Vec::new();
    for (codice, riga) in &elenco {
        if riga["subentro_severity"].is_empty() {
            continue;
        }
        let Some(a) = elaborazione::anomalia(codice) else {
            if NON_SIMULATE.iter().all(|n| n.codice != codice) {
                guasti.push(format!("{codice}: non dichiarato"));
            }
            continue;
        };
        let atteso = if riga["subentro_severity"] == "ERRORE" {
            Livello::Errore
        } else {
            Livello::Avviso
        };
        if a.gravita.subentro != atteso && a.divergenza.is_none() {
            guasti.push(format!(
                "{codice}: gravità {:?} senza divergenza",
                a.gravita.subentro
            ));
        }
        let servizi = match riga["severity"].as_str() {
            "E" => Livello::Errore,
            "W" => Livello::Avviso,
            _ => lavoro
                .get(codice)
                .map_or(Livello::NonAttivo, |l| match l["services_severity"].as_str() {
                    "E" => Livello::Errore,
                    "W" => Livello::Avviso,
                    _ => Livello::NonAttivo,
                }),
        };
        if a.gravita.servizi != servizi {
            guasti.push(format!(
                "{codice}: servizi {:?} invece di {servizi:?}",
                a.gravita.servizi
            ));
        }
        if a.da_rimuovere != (riga["remove_before_subentro"] == "y") {
            guasti.push(format!("{codice}: da rimuovere {}", a.da_rimuovere));
        }
        if a.tabella.unwrap_or_default() != riga["table_no"] {
            guasti.push(format!("{codice}: tabella {:?}", a.tabella));
        }
        if a.procedura.map_or("", |p| p.0) != riga["suggested_procedure"] {
            guasti.push(format!("{codice}: procedura {:?}", a.procedura));
        }
        let segnaposti = a.testo.tabella.matches('@').count().to_string();
        if segnaposti != riga["placeholders"] {
            guasti.push(format!(
                "{codice}: {segnaposti} segnaposti invece di {}",
                riga["placeholders"]
            ));
        }
        let di_file =
            matches!(a.check, Check::Sportello | Check::Formato | Check::Quadratura) || codice == "EN063";
        if di_file != (riga["scope"] == "file") {
            guasti.push(format!("{codice}: ambito {}", riga["scope"]));
        }
    }
    // The workbook knows codes and weights the published page lacks.
    for (codice, riga) in lavoro.iter().filter(|(_, r)| !r["subentro_severity"].is_empty()) {
        let Some(a) = elaborazione::anomalia(codice) else {
            if NON_SIMULATE.iter().all(|n| n.codice != codice) {
                guasti.push(format!("{codice}: nell'elenco di lavoro e non dichiarato"));
            }
            continue;
        };
        let atteso = if riga["subentro_severity"] == "E" {
            Livello::Errore
        } else {
            Livello::Avviso
        };
        if a.gravita.test != atteso && a.divergenza.is_none() {
            guasti.push(format!(
                "{codice}: gravità {:?} diversa dall'elenco di lavoro",
                a.gravita.test
            ));
        }
    }
    assert!(guasti.is_empty(), "{}", guasti.join("\n"));
}

#[test]
fn l_elenco_dei_codici_e_quello_dei_fatti() {
    use elaborazione::anomalie::codici_noti;
    let noti: Vec<&str> = codici_noti().iter().map(|n| n.codice).collect();
    assert!(noti.windows(2).all(|w| w[0] < w[1]), "in order, each once");
    let altrove: Vec<&str> = CATALOGO
        .iter()
        .map(|a| a.codice.0)
        .filter(|c| !noti.contains(c))
        .collect();
    assert_eq!(altrove, ["EN524"], "known from the changelog alone");
    let Some(cartella) = std::env::var_os("ANPR_SIM_FATTI") else {
        eprintln!("saltata: ANPR_SIM_FATTI non indica la cartella dei fatti");
        return;
    };
    let elenco = fatti(Path::new(&cartella), "errors.tsv");
    assert_eq!(noti, elenco.keys().map(String::as_str).collect::<Vec<_>>());
    for n in codici_noti() {
        let riga = &elenco[n.codice];
        assert_eq!(n.argomenti, riga["keywords_it"], "{}", n.codice);
        assert_eq!(n.tabella.unwrap_or_default(), riga["table_no"], "{}", n.codice);
        assert_eq!(
            n.subentro == Livello::NonAttivo,
            riga["subentro_severity"].is_empty(),
            "{}",
            n.codice
        );
        if !riga["severity"].is_empty() {
            assert_eq!(
                n.servizi == Livello::Errore,
                riga["severity"] == "E",
                "{}",
                n.codice
            );
        }
    }
}

#[test]
fn ogni_codice_si_spiega() {
    for anomalia in CATALOGO {
        let testo = elaborazione::rapporto::spiega(anomalia.codice.0).expect("spiegazione");
        assert!(testo.contains(anomalia.codice.0) && testo.contains(anomalia.spiegazione));
    }
    for codice in ["SIM001", "SIM005", "EHR41", "ef008", "EC009", "SP000"] {
        assert!(elaborazione::rapporto::spiega(codice).is_some(), "{codice}");
    }
    assert!(elaborazione::rapporto::spiega("EN999").is_none());
    let servizi = elaborazione::rapporto::spiega("EC009").expect("noto");
    assert!(
        servizi.contains("mai rilevato all'elaborazione") && servizi.contains("dopo il subentro: errore (E)"),
        "{servizi}"
    );
    let nascita = elaborazione::rapporto::spiega("EC007").expect("noto");
    assert!(
        nascita.contains("la terza scheda non ha il codice fiscale")
            && !nascita.contains("condizione del mondo"),
        "{nascita}"
    );
}

#[test]
fn ogni_titolo_si_legge_da_solo() {
    let mut titoli = BTreeSet::new();
    for a in CATALOGO {
        assert!(
            a.titolo.len() > 9 && !a.titolo.contains('@') && a.titolo.starts_with(char::is_uppercase),
            "{}: {}",
            a.codice,
            a.titolo
        );
        titoli.insert(a.titolo);
    }
    assert!(titoli.len() > CATALOGO.len() - 3, "titles tell codes apart");
}
