//! `serve --politica` and `--testi`: severities and words chosen at the start hold for every door.

use anpr_sim_tests::{Banco, genera};

#[test]
fn gravita_e_testi_scelti_all_avvio() {
    let cartella = tempfile::tempdir().expect("a folder");
    let politica = cartella.path().join("politica.toml");
    std::fs::write(&politica, "[gravita]\nEC001 = \"E\"\nEF004 = \"off\"\n").expect("written");
    let testi = cartella.path().join("testi.csv");
    std::fs::write(&testi, "Codice;Descrizione\nEC001;PAROLE SCELTE DA CHI PROVA @\n").expect("written");
    let banco = Banco::con(&[
        "--politica",
        politica.to_str().expect("UTF-8"),
        "--testi",
        testi.to_str().expect("UTF-8"),
    ]);
    let fornitura = genera(&[
        "--comune",
        "888001",
        "--abitanti",
        "300",
        "--anomalie",
        "EC001=1,EF004=1",
    ]);
    let id = banco.carica_tutti("pre", "888001", fornitura.path());
    let f = banco.attendi(&id, &["KO", "ELABORATA_OK"]);
    assert_eq!(f["stato"], "KO", "a warning made to block blocks");
    assert_eq!(
        f["conteggi"],
        serde_json::json!({"EC001": 1}),
        "a code switched off is silent"
    );
    let anomalie = banco.json("GET", &format!("/api/forniture/{id}/anomalie"), "");
    assert_eq!(anomalie[0]["gravita"], "E");
    assert!(
        anomalie[0]["testo"]
            .as_str()
            .is_some_and(|t| t.starts_with("PAROLE SCELTE DA CHI PROVA")),
        "{anomalie}"
    );
    let catalogo = banco
        .cliente
        .prendi(&format!("{}/catalogo", banco.console()))
        .expect("a page")
        .testo();
    let riga = catalogo
        .lines()
        .find(|r| r.contains("/catalogo/EC001\""))
        .expect("its row");
    assert!(
        riga.contains("bloccante") && riga.contains("--politica"),
        "{riga}"
    );
}
