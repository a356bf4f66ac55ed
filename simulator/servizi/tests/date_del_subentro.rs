//! The window of the subentro: what a ready Comune starts with, and what takes it away.

mod banco;

use anagrafe::{Ambiente, CodiceIstat};
use serde_json::json;
use servizi::percorso::{ChiPianifica, esporta_piano};

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
