//! The window of the subentro: what a ready Comune starts with, and what takes it away.

mod banco;

use anagrafe::{Ambiente, CodiceIstat};
use registro::Ritmo;
use serde_json::json;
use servizi::{
    ErroreServizio,
    percorso::{ChiPianifica, PropostaDate, esporta_piano},
};

fn comune() -> CodiceIstat {
    CodiceIstat::parse(banco::COMUNE).expect("a code")
}

#[test]
fn back_at_the_beginning_a_ready_comune_has_no_window_in_the_subentro_until_a_reset() {
    let b = banco::nuovo();
    let finestre = || {
        Ambiente::TUTTI.map(|a| {
            let p = b.sim.piano(comune(), a).expect("plan");
            p.map(|p| format!("{} {}", p.inizio, p.fine))
        })
    };
    let esportate = || {
        let righe = b
            .sim
            .cruscotto(ChiPianifica::Ministero, None, banco::COMUNE)
            .expect("rows");
        assert_eq!(righe.len(), 1);
        let csv = String::from_utf8(esporta_piano(&righe).expect("CSV")).expect("UTF-8");
        (righe[0].sempre_aperta(), csv.trim_end().ends_with(",,,"))
    };
    let aperta = Some("2015-01-01 2099-12-31".to_owned());
    let tutte = [aperta.clone(), aperta.clone(), aperta.clone()];
    assert_eq!(finestre(), tutte);
    assert_eq!(esportate(), (true, true), "nobody planned it");
    let stato = |s: &str| b.sim.aggiorna_comune(comune(), json!({"stato": s})).expect(s);
    stato("CENSITO");
    assert_eq!(finestre(), tutte, "another state is no way back");
    stato("INATTIVO_SENZA_CENSIMENTO");
    assert_eq!(finestre(), [aperta.clone(), aperta, None]);
    assert_eq!(esportate(), (false, true));
    b.sim.reset().expect("reset");
    assert_eq!(finestre(), tutte);
}

#[test]
fn the_software_house_does_not_move_the_date_away_from_files_that_are_in() {
    let b = banco::nuovo();
    let date = |prima: &str, ultima: &str| PropostaDate {
        prima: anagrafe::leggi_data(prima).into(),
        ultima: anagrafe::leggi_data(ultima).into(),
        preferita: anagrafe::leggi_data(prima).into(),
    };
    let sposta = |prima: &str, ultima: &str| {
        b.sim
            .pianifica_per_conto(comune(), &date(prima, ultima))
            .map(|p| p.prima.to_string())
            .map_err(ErroreServizio::from)
    };
    let oggi = |giorno: &str| {
        b.sim
            .metti_orologio(anagrafe::leggi_data(giorno), Some(0))
            .expect(giorno);
    };
    b.sim
        .aggiorna_comune(comune(), json!({"stato": "PRESUBENTRATO"}))
        .expect("state");
    b.sim
        .metti_ritmo(Ritmo::Ritardata { secondi: 3600 })
        .expect("pace");
    oggi("2021-03-01");
    assert_eq!(sposta("2021-03-09", "2021-03-11").expect("planned"), "2021-03-09");
    assert_eq!(
        sposta("2021-03-10", "2021-03-12").expect("moved: nothing is in"),
        "2021-03-10"
    );
    oggi("2021-03-12");
    let (nome, byte) = banco::file();
    let mut deposito = b.sim.deposito().expect("spool");
    std::io::Write::write_all(&mut deposito, byte).expect("written");
    b.sim
        .carica(servizi::Invio {
            ambiente: Ambiente::Sub,
            comune: comune(),
            tipo: None,
            nome: nome.clone(),
            canale: servizi::Canale::Api,
            deposito,
            solo_apr: false,
        })
        .expect("taken");
    let e = sposta("2021-03-22", "2021-03-24").expect_err("files are in");
    assert_eq!((e.http, e.codice), (409, Some("SIM012")), "{}", e.testo);
    assert!(e.testo.starts_with("Un invio è in corso"), "{}", e.testo);
    let piano = b.sim.piano(comune(), Ambiente::Sub).expect("plan").expect("kept");
    assert_eq!(piano.inizio.to_string(), "2021-03-10");
    let f = b
        .sim
        .forniture(Some(Ambiente::Sub), Some(comune()))
        .expect("deliveries");
    let stati: Vec<bool> = f.iter().map(|f| f.stato.in_corso()).collect();
    assert_eq!(stati, [true]);
    // The Ministry can: otherwise a delivery whose window ended would have no way out.
    b.sim
        .pianifica(
            ChiPianifica::Ministero,
            comune(),
            &date("2021-03-22", "2021-03-24"),
        )
        .expect("the Ministry");
}
