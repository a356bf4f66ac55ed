//! What a reset and a restart keep: revocations, the scenario clock, the ready Comuni.

use anpr_sim_tests::Banco;

#[test]
fn un_reset_non_restituisce_vita_a_un_certificato_revocato() {
    let banco = Banco::nuovo();
    let emesso = banco.json(
        "POST",
        "/api/certificati",
        r#"{"comune":"888009","tipo":"PC","difetto":"revocato"}"#,
    );
    assert_eq!(emesso["stato"], "revocato");
    banco.json("POST", "/api/reset", "{}");
    let tutti = banco.json("GET", "/api/certificati", "");
    let lui = tutti
        .as_array()
        .and_then(|c| c.iter().find(|c| c["improntaSha256"] == emesso["improntaSha256"]))
        .expect("the certificate is still listed");
    assert_eq!(lui["stato"], "revocato");
}

#[test]
fn un_certificato_per_un_comune_che_non_c_e_e_rifiutato() {
    let banco = Banco::nuovo();
    let r = banco.api(
        "POST",
        "/api/certificati",
        br#"{"comune":"777777","tipo":"CO"}"#.to_vec(),
    );
    assert_eq!(r.stato, 404, "{}", r.testo());
}

#[test]
fn la_prima_domanda_su_un_comune_pronto_riceve_la_risposta_giusta() {
    let banco = Banco::nuovo();
    assert_eq!(banco.json("GET", "/api/comuni/888002", "")["stato"], "SUBENTRATO");
}

#[test]
fn l_orologio_continua_da_dove_era_con_la_stessa_data() {
    let cartella = tempfile::tempdir().expect("a folder");
    let dati = cartella.path().join("dati");
    let mut banco = Banco::in_cartella(&dati, &[]).expect("it starts");
    // Far ahead of what two starts can take.
    banco.json("PUT", "/api/orologio", r#"{"oggi":"2021-05-20"}"#);
    banco.uccidi();
    let mut banco = Banco::in_cartella(&dati, &[]).expect("it starts again");
    assert_eq!(banco.json("GET", "/api/orologio", "")["oggi"], "2021-05-20");
    banco.uccidi();
    let banco = Banco::in_cartella(&dati, &["--oggi", "2022-02-02"]).expect("it starts with another date");
    assert_eq!(banco.json("GET", "/api/orologio", "")["oggi"], "2022-02-02");
    // A reset goes back to the date asked for.
    banco.json("PUT", "/api/orologio", r#"{"oggi":"2023-03-03"}"#);
    banco.json("POST", "/api/reset", "{}");
    assert_eq!(banco.json("GET", "/api/orologio", "")["oggi"], "2022-02-02");
}
