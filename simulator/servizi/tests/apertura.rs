//! A register that opens behind the ready line: whoever asks waits, and never sees it without its ready Comuni.

use std::{path::Path, sync::Arc, time::Duration};

use anagrafe::Ambiente;
use certs::{OpzioniPki, Pki};
use servizi::{Impostazioni, Indirizzi, Simulatore, comuni_pronti};

fn pki(cartella: &Path) -> Pki {
    let opzioni = OpzioniPki {
        nomi: Vec::new(),
        nomi_reali: false,
        pronti: Vec::new(),
        adesso: jiff::Timestamp::now(),
        fili: 2,
    };
    Pki::apri(&cartella.join("pki"), &opzioni).expect("keys")
}

/// A simulator that does not wait for its register at all.
fn apri_senza_attendere(cartella: &Path) -> Arc<Simulatore> {
    let mut i = Impostazioni::in_cartella(cartella.to_owned());
    i.attesa_apertura = Duration::ZERO;
    let sim = Simulatore::apri(i, pki(cartella)).expect("simulator");
    sim.ascolta_su(Indirizzi {
        console: "http://127.0.0.1:8080".to_owned(),
        ambienti: Ambiente::TUTTI.map(|a| (a, format!("https://localhost/{}", a.chiave()))),
        carta: "https://localhost:8446".to_owned(),
    });
    sim
}

#[test]
fn i_comuni_pronti_ci_sono_da_subito_anche_se_il_registro_tarda() {
    let cartella = tempfile::tempdir().expect("temporary folder");
    // Asked over and over, from before the register is there to after: always the ten.
    let sim = apri_senza_attendere(cartella.path());
    assert!(!sim.registro_aperto(), "opened in no time at all");
    loop {
        let aperto = sim.registro_aperto();
        let pronto = sim.pronto().expect("ready file");
        let codici: Vec<String> = pronto["comuni"]
            .as_array()
            .expect("comuni")
            .iter()
            .map(|c| c["istat"].as_str().expect("istat").to_owned())
            .collect();
        let attesi: Vec<String> = comuni_pronti().iter().map(ToString::to_string).collect();
        assert_eq!(codici, attesi);
        if aperto {
            break;
        }
    }
}

#[test]
fn i_comuni_pronti_si_popolano_a_qualunque_data_di_scenario() {
    let chiavi = tempfile::tempdir().expect("temporary folder");
    // The plans of the ready Comuni are open from the first of these days on.
    for oggi in [
        "2015-01-01",
        "2016-02-29",
        "2016-08-10",
        "2017-07-01",
        "2018-06-29",
        "2018-06-30",
        "2018-12-31",
        "2030-01-01",
    ] {
        let cartella = tempfile::tempdir().expect("temporary folder");
        let mut i = Impostazioni::in_cartella(cartella.path().to_owned());
        i.oggi = Some(anagrafe::leggi_data(oggi).expect("date"));
        let sim = Simulatore::apri(i, pki(chiavi.path())).expect("simulator");
        sim.popola();
        let stato = sim.stato().expect("state");
        assert_eq!(stato["comuniPronti"], true, "{oggi}: {stato}");
        // 2,000 and 500 residents, and two AIRE schede in every hundred.
        for ambiente in Ambiente::TUTTI {
            assert!(
                stato["ambienti"][ambiente.chiave()]["schede"].as_u64() >= Some(2_550),
                "{oggi}: {stato}"
            );
        }
        sim.chiudi();
    }
}
