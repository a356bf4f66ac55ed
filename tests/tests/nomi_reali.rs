//! With `--nomi-reali` the host name chooses the environment, whatever the port: a hosts file is all it takes.

use std::process::Command;

use anpr_sim_tests::{Banco, attrezzo};

/// What curl gets from a real name that a hosts file would send here.
fn chiedi(banco: &Banco, porta: &str, nome: &str, percorso: &str) -> String {
    let uscita = Command::new("curl")
        .args(["-sS", "--noproxy", "*", "--cacert"])
        .arg(banco.pronto["ca"].as_str().expect("ca"))
        .args(["--resolve", &format!("{nome}:{porta}:127.0.0.1")])
        .arg(format!("https://{nome}:{porta}{percorso}"))
        .output()
        .expect("curl starts");
    assert!(
        uscita.status.success(),
        "{nome}: {}",
        String::from_utf8_lossy(&uscita.stderr)
    );
    String::from_utf8(uscita.stdout).expect("UTF-8")
}

#[test]
fn il_nome_sceglie_l_ambiente_su_qualunque_porta() {
    if !attrezzo("curl") {
        return;
    }
    let banco = Banco::isolato(&["--nomi-reali"]);
    for porta in ["test", "sub"].map(|a| banco.ws(a).rsplit(':').next().expect("a port").to_owned()) {
        for (nome, titolo) in [
            ("dptest.anpr.interno.it", "Test"),
            ("dppre.anpr.interno.it", "Pre-subentro"),
            ("dp.anpr.interno.it", "Subentro"),
        ] {
            let pagina = chiedi(&banco, &porta, nome, "/combas");
            let atteso = format!(" – {titolo} – Simulatore</title>");
            assert!(pagina.contains(&atteso), "{nome}: {pagina}");
        }
    }
}
