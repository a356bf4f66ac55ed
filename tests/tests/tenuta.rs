//! Thirty seconds of the soak: every reply exact, memory and descriptors flat, nothing of ours fails. The ten minutes
//! are `cargo xtask soak`.

use std::time::Duration;

use anpr_sim_tests::{
    Banco,
    tenuta::{self, Tenuta},
};

#[test]
fn trenta_secondi_a_pieno_carico_con_un_ventesimo_di_messaggi_rotti() {
    let mut banco = Banco::nuovo();
    let r = tenuta::esegui(
        &banco,
        Tenuta {
            durata: Duration::from_secs(30),
            riscaldamento: Duration::from_secs(12),
            connessioni: 8,
        },
    )
    .expect("the load runs");
    assert_eq!(r.difetti(), Vec::<String>::new());
    assert!(
        r.carico.latenze.len() > 1_000,
        "no load at all: {} exchanges",
        r.carico.latenze.len()
    );
    assert_eq!(banco.chiudi(), Some(0), "it ends clean");
}
