//! Administration, support tools and support of an environment: the main path of each, its worst mistake, whose hands
//! may touch it.

#[path = "../banco/mod.rs"]
mod banco;

mod assistenza;
mod strumenti;
mod voci;

use anagrafe::CodiceIstat;

fn consegna(k: &str, versione: u16, anomalie: &str) -> Vec<(String, Vec<u8>)> {
    let richiesta = generatore::Richiesta {
        comune: CodiceIstat::parse(k).expect("code"),
        versione,
        abitanti: 80,
        aire: 0,
        invii: None,
        max_invii: Some(1),
        seed: 9,
        oggi: anagrafe::leggi_data("2021-03-01").expect("date"),
        anomalie: generatore::leggi_anomalie(anomalie).expect("plan"),
    };
    generatore::in_memoria(&richiesta).expect("delivery").file
}
