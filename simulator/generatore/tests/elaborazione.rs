//! The deliveries as the elaboration sees them: a clean one raises nothing, a planted one exactly its manifest.

mod comune;

use std::collections::BTreeSet;

use anagrafe::{Ambiente, Data};
use elaborazione::anomalie::{Check, Plantable, gravita_di};
use elaborazione::sportello::{Richiesta as Domanda, Situazione, varchi};
use elaborazione::{
    Allineata, Contesto, Differenza, Gravita, Ingresso, NomeFile, OpzioniPrepara, Politica, RifiutoFile,
    Segmento, StatoEsito, anomalia, elabora, prepara, rilievi,
};
use generatore::{ErroreGeneratore, Manifesto, Richiesta, in_memoria, pianta_disponibili};

use comune::richiesta;

/// Code, kind of scheda, scheda.
type Fatto = (String, String, String);

/// Elaborates a whole delivery in PRE; gives its state, its findings and its manifest.
fn giudica(r: &Richiesta) -> (StatoEsito, Vec<Fatto>, Manifesto) {
    let consegna = in_memoria(r).expect("a delivery");
    let ctx = Contesto {
        ambiente: Ambiente::Pre,
        comune: r.comune,
        oggi: r.oggi,
        politica: Politica::default(),
    };
    let dir = tempfile::tempdir().expect("a folder");
    let segmenti: Vec<Ingresso> = consegna
        .file
        .iter()
        .enumerate()
        .map(|(i, (nome, gz))| {
            let letto = NomeFile::parse(nome).expect("a right name");
            let uscita = dir.path().join(format!("{i}.segmento"));
            prepara(&gz[..], nome, &letto, &ctx, &uscita, &OpzioniPrepara::default())
                .unwrap_or_else(|e| panic!("{nome}: {e}: {e:?}"));
            Ingresso {
                nome: nome.clone(),
                segmento: Segmento::apri(&uscita).expect("the segment"),
            }
        })
        .collect();
    let diverse = serde_json::to_value(&consegna.manifesto.tributaria).expect("JSON");
    let diverse: Vec<Differenza> = serde_json::from_value(diverse).expect("what `check --manifesto` reads");
    let ae = Allineata::con(diverse);
    let esito = elabora(&segmenti, true, &ctx, &ae, dir.path()).expect("an outcome");
    let mut fatti: Vec<Fatto> = rilievi(dir.path())
        .expect("the findings")
        .map(|r| {
            let r = r.expect("a finding");
            (r.codice, r.tipo_scheda.etichetta().to_owned(), r.scheda)
        })
        .collect();
    fatti.sort();
    let m = &consegna.manifesto;
    let s = esito.schede;
    assert_eq!(
        (s.soggetti, s.famiglie, s.convivenze, s.aire),
        (
            m.schede.soggetti,
            m.schede.famiglie,
            m.schede.convivenze,
            m.schede.aire
        )
    );
    (esito.stato, fatti, consegna.manifesto)
}

fn attesi(m: &Manifesto) -> Vec<Fatto> {
    let mut attesi: Vec<Fatto> = m
        .piantate
        .iter()
        .filter(|p| !p.coperta)
        .map(|p| (p.codice.clone(), p.tipo_scheda.clone(), p.scheda.clone()))
        .collect();
    attesi.sort();
    attesi
}

#[test]
fn a_clean_delivery_raises_nothing() {
    for (comune, abitanti, aire, invii) in [
        ("888001", 3000, 420, 1),
        ("058091", 2500, 300, 3),
        ("888999", 1, 0, 1),
    ] {
        let mut r = richiesta(comune, abitanti, aire);
        r.invii = Some(invii);
        let (stato, fatti, _) = giudica(&r);
        assert_eq!(fatti, [], "{comune}");
        assert_eq!(stato, StatoEsito::Ok);
    }
}

#[test]
fn the_ready_comuni_are_clean_on_any_scenario_date() {
    // From the first day of the plans of the ready Comuni on, with the day they are usually extracted on and its eve.
    for oggi in [
        Data::constant(2015, 1, 1),
        Data::constant(2016, 2, 29),
        Data::constant(2016, 8, 10),
        Data::constant(2017, 7, 1),
        Data::constant(2018, 6, 29),
        Data::constant(2018, 6, 30),
        Data::constant(2024, 2, 29),
        Data::constant(2030, 1, 1),
    ] {
        for (comune, abitanti) in [("888002", 2000), ("888003", 500)] {
            let mut r = richiesta(comune, abitanti, abitanti / 50);
            r.oggi = oggi;
            r.invii = Some(1);
            r.seed = 1;
            assert_eq!(giudica(&r).1, [], "{comune} {oggi}");
        }
    }
}

#[test]
fn clean_deliveries_stay_clean_in_every_year_and_comune() {
    // Comuni born late, renamed, moved to another province, and a fictitious one; days around the law on unions.
    for (k, comune) in ["001272", "108033", "111107", "016252", "888500"]
        .into_iter()
        .enumerate()
    {
        for oggi in [
            Data::constant(2016, 6, 5),
            Data::constant(2016, 12, 31),
            Data::constant(2026, 11, 21),
        ] {
            let mut r = richiesta(comune, 500, 60);
            r.oggi = oggi;
            r.seed = k as u64;
            match generatore::in_memoria(&r) {
                Err(ErroreGeneratore::ComuneInesistente { .. }) => {}
                _ => assert_eq!(giudica(&r).1, [], "{comune} {oggi}"),
            }
        }
    }
}

/// Codes of damaged copies: they never become part of the delivery.
const RIFIUTATI: [&str; 9] = [
    "EN001", "EN002", "EN008", "EN009", "EN010", "EN031", "EN038", "EN039", "EN363",
];

/// The codes whose plants are part of the delivery.
fn delle_schede() -> impl Iterator<Item = &'static str> {
    pianta_disponibili()
        .into_iter()
        .filter(|c| !RIFIUTATI.contains(c))
}

#[test]
fn what_the_catalogue_calls_plantable_is() {
    let piante: BTreeSet<_> = pianta_disponibili().into_iter().collect();
    for anomalia in elaborazione::CATALOGO {
        let codice = anomalia.codice.0;
        match anomalia.plantable {
            Plantable::Scheda | Plantable::File | Plantable::Fornitura => {
                assert!(piante.contains(codice), "{codice} cannot be planted");
            }
            Plantable::Mondo => {
                let tributaria = matches!(anomalia.check, Check::Tributaria);
                assert_eq!(piante.contains(codice), tributaria, "{codice}");
            }
            Plantable::No(motivo) => {
                assert!(!motivo.is_empty() && !piante.contains(codice), "{codice}");
            }
        }
    }
}

#[test]
fn a_damaged_copy_is_refused_with_its_code_and_the_delivery_is_whole() {
    for invii in [1, 3] {
        let mut r = richiesta("888001", 300, 9);
        r.invii = Some(invii);
        r.anomalie = RIFIUTATI.iter().map(|c| ((*c).to_owned(), 3)).collect();
        let (stato, fatti, m) = giudica(&r);
        assert_eq!((stato, fatti), (StatoEsito::Ok, Vec::new()));
        assert!(m.attese.is_empty() && m.piantate.is_empty());
        let consegna = in_memoria(&r).expect("a delivery");
        assert_eq!(consegna.rifiutati.len(), 27);
        let ctx = Contesto {
            ambiente: Ambiente::Pre,
            comune: r.comune,
            oggi: r.oggi,
            politica: Politica::default(),
        };
        let dir = tempfile::tempdir().expect("a folder");
        for (rifiutato, (file, byte)) in m.rifiutati.iter().zip(&consegna.rifiutati) {
            assert_eq!(&rifiutato.file, file);
            let nome = file.rsplit('/').next().expect("a name");
            let situazione = |ambiente| Situazione {
                ambiente,
                oggi: r.oggi,
                pec: true,
                subentrato: false,
                piano: None,
                stato_vietato: None,
                aperta: None,
                versioni_ok: BTreeSet::new(),
                versioni_aire_ok: BTreeSet::new(),
                politica: Politica::default(),
            };
            let allo_sportello = Domanda {
                mittente: r.comune,
                nome,
                dimensione: byte.len() as u64,
                tipo_scelto: None,
            };
            let ambiente = if rifiutato.ambiente == Some("test") {
                Ambiente::Test
            } else {
                Ambiente::Pre
            };
            if let Err(rifiuto) = varchi(&allo_sportello, &situazione(ambiente)) {
                assert_eq!(rifiuto.codice, rifiutato.codice, "{file}");
                assert_eq!(ambiente == Ambiente::Test, rifiuto.codice == "EN363");
                continue;
            }
            assert!(
                ["EN009", "EN010", "EN031"].contains(&rifiutato.codice.as_str()),
                "{file} is not refused"
            );
            assert!(consegna.file.iter().any(|(buono, _)| buono == nome), "{nome}");
            let letto = NomeFile::parse(nome).expect("a right name");
            let uscita = dir.path().join("segmento");
            match prepara(&byte[..], nome, &letto, &ctx, &uscita, &OpzioniPrepara::default()) {
                Err(RifiutoFile::Rilievi(rilievi)) => {
                    let codici: Vec<_> = rilievi.iter().map(|r| r.codice.as_str()).collect();
                    assert_eq!(codici, [rifiutato.codice.as_str()], "{file}");
                }
                altro => panic!("{file}: {altro:?}"),
            }
        }
    }
    let mut r = richiesta("888001", 30, 0);
    r.anomalie.insert("EN010".into(), 1);
    assert!(matches!(
        in_memoria(&r),
        Err(ErroreGeneratore::PochiAdatti { possibili: 0, .. })
    ));
}

#[test]
fn a_realistic_town_raises_exactly_its_manifest_at_the_published_rates() {
    for (abitanti, aire, seed) in [(20_000, 2800, 1), (1500, 90, 5), (40, 3, 2)] {
        let mut r = richiesta("888004", abitanti, aire);
        r.seed = seed;
        let realistica = generatore::realistica(&r).expect("a profile");
        let (_, fatti, m) = giudica(&realistica);
        assert_eq!(fatti, attesi(&m), "{abitanti}");
        assert_eq!(realistica, generatore::realistica(&r).expect("the same"));
        if abitanti == 20_000 {
            let parti = m.piantate.len() as u64 * 1000 / (abitanti + aire);
            assert!((103..=109).contains(&parti), "10.6% published: {parti} per mille");
            assert!(m.piantate.iter().any(|p| p.codice == "ES092"), "{:?}", m.attese);
        }
    }
}

#[test]
fn each_plant_raises_exactly_its_manifest() {
    let mut sbagliate = Vec::new();
    for codice in delle_schede() {
        let mut r = richiesta("888001", 1400, 40);
        r.invii = Some(3);
        r.anomalie.insert(codice.to_owned(), 3);
        let (stato, fatti, m) = giudica(&r);
        assert_eq!(m.attese.get(codice), Some(&rilievi_di_tre(codice)));
        if fatti != attesi(&m) {
            sbagliate.push(format!("{codice}: attesi {:?}, trovati {fatti:?}", attesi(&m)));
        }
        // The generator's own idea of what blocks is the catalogue's.
        let blocca = anomalia(codice).and_then(|a| gravita_di(a, Ambiente::Pre, &Politica::default()))
            == Some(Gravita::Errore);
        assert_eq!(stato == StatoEsito::Ko, blocca, "{codice}");
    }
    assert!(sbagliate.is_empty(), "{}", sbagliate.join("\n"));
}

/// Findings of three plants: who is in both registers is told of on both sheets.
fn rilievi_di_tre(codice: &str) -> u64 {
    if codice == "EA031" { 6 } else { 3 }
}

/// As many of each code as asked, in one delivery of three files.
fn insieme(codici: impl Iterator<Item = &'static str>) -> Richiesta {
    let mut r = richiesta("888001", 9000, 100);
    r.invii = Some(3);
    r.anomalie = codici.map(|c| (c.to_owned(), 3)).collect();
    r
}

#[test]
fn all_the_plants_live_together() {
    let mut r = insieme(delle_schede());
    let (stato, fatti, m) = giudica(&r);
    assert_eq!(fatti, attesi(&m));
    assert_eq!(stato, StatoEsito::Ko);
    assert!(
        !m.attese.contains_key("EA002"),
        "nobody asks the tax register about a delivery that fails"
    );
    let di_schede = || m.piantate.iter().filter(|p| !p.scheda.is_empty());
    let schede: BTreeSet<_> = di_schede().map(|p| (&p.tipo_scheda, &p.scheda)).collect();
    assert_eq!(schede.len(), di_schede().count(), "one plant for each scheda");
    // The next version of the same seed, without plants, is the corrected delivery.
    r.anomalie.clear();
    r.versione = 2;
    assert_eq!(giudica(&r).1, []);
}

#[test]
fn all_the_warnings_live_together_and_block_nothing() {
    let blocca = |c: &str| {
        anomalia(c).and_then(|a| gravita_di(a, Ambiente::Pre, &Politica::default())) == Some(Gravita::Errore)
    };
    let (stato, fatti, m) = giudica(&insieme(delle_schede().filter(|c| !blocca(c))));
    assert_eq!(fatti, attesi(&m));
    assert_eq!(stato, StatoEsito::Ok);
    assert!(m.attese.contains_key("EA002") && m.attese.iter().all(|(c, &n)| n == rilievi_di_tre(c)));
}
