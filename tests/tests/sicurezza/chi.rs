//! Who sends: operators, functions, Comuni, certificates.

use anpr_sim::cliente::Ricevuta;
use anpr_sim_tests::Banco;
use frontiera::{TipoFault, VersioneSoap, firma::componi};
use serde_json::{Value, json};

use super::{COMUNE, S001, TESTCONN, accettata, chiavi, corpo, e_fault, firmato, ko, manda, messaggio};

/// Registers an operator and gives the answer S001 gives him.
fn come_operatore(banco: &Banco, nome: &str, comune: &str, com_e: &Value, mittente: &str) -> Ricevuta {
    banco.json(
        "PUT",
        &format!("/api/comuni/{comune}/operatori/{nome}"),
        &com_e.to_string(),
    );
    let mut m = messaggio(banco, corpo("S001", "TEST", mittente));
    nome.clone_into(&mut m.name_id);
    manda(banco, "test", S001, &firmato(banco, &m, None))
}

#[test]
fn casi_22_24_operatori_che_non_entrano() {
    let banco = Banco::nuovo();
    let buono = json!({"stato": "attivo", "funzioni": ["*"]});
    let nome = "SIMOPERATORE0022";
    assert_eq!(come_operatore(&banco, nome, COMUNE, &buono, COMUNE).stato, 200);
    for stato in ["bloccato", "cancellato"] {
        let r = come_operatore(&banco, nome, COMUNE, &json!({"stato": stato}), COMUNE);
        e_fault(&banco, &r, TipoFault::F1, VersioneSoap::V11);
    }
    // Back to work; then one letter off, another case, a blank inside.
    assert_eq!(come_operatore(&banco, nome, COMUNE, &buono, COMUNE).stato, 200);
    for quasi in [
        "SIMOPERATORE0023",
        "simoperatore0022",
        "SIMOPERATORE 0022",
        "SIMOPERATORE002",
    ] {
        let mut m = messaggio(&banco, corpo("TEST", "TEST", COMUNE));
        quasi.clone_into(&mut m.name_id);
        let r = manda(&banco, "test", TESTCONN, &firmato(&banco, &m, None));
        e_fault(&banco, &r, TipoFault::F1, VersioneSoap::V11);
    }
}

#[test]
fn casi_25_26_27_e_30_funzione_e_comune_dell_operatore() {
    let banco = Banco::nuovo();
    // 25: no smart card anywhere, the function is enough; what follows is the file's own fault.
    let r = come_operatore(
        &banco,
        "SIMSENZACARTA001",
        COMUNE,
        &json!({"funzioni": ["S001"]}),
        COMUNE,
    );
    let (codice, ..) = ko(&r);
    assert!(
        codice.starts_with("EN"),
        "refused for its file, not for its operator: {}",
        r.testo()
    );
    // 26: without the function.
    let r = come_operatore(
        &banco,
        "SIMSENZAFUNZ0001",
        COMUNE,
        &json!({"funzioni": ["3002", "1001"]}),
        COMUNE,
    );
    assert_eq!(
        ko(&r),
        ("XXXX".into(), "Utente non abilitato 5".into(), "0".into())
    );
    // 27: registered elsewhere only.
    let r = come_operatore(
        &banco,
        "SIMALTROCOMUNE01",
        "888004",
        &json!({"funzioni": ["*"]}),
        COMUNE,
    );
    let (codice, testo, id) = ko(&r);
    assert_eq!((codice.as_str(), id.as_str()), ("XXXX", "0"));
    assert!(testo.contains("888001") && testo.contains("888004"), "{testo}");
    // The function comes before the Comune.
    let r = come_operatore(
        &banco,
        "SIMALTROCOMUNE02",
        "888004",
        &json!({"funzioni": []}),
        COMUNE,
    );
    assert_eq!(ko(&r).1, "Utente non abilitato 5");
    // 30: the header names another Comune.
    let r = come_operatore(
        &banco,
        "SIMMITTENTE00001",
        COMUNE,
        &json!({"funzioni": ["*"]}),
        "888002",
    );
    let (codice, testo, id) = ko(&r);
    assert_eq!((codice.as_str(), id.as_str()), ("XXXX", "0"));
    assert!(
        testo.contains("codMittente") && testo.contains("888002"),
        "{testo}"
    );
    // On TestConn none of this is looked at.
    for nome in ["SIMSENZAFUNZ0001", "SIMALTROCOMUNE01"] {
        let mut m = messaggio(&banco, corpo("TEST", "TEST", "888002"));
        nome.clone_into(&mut m.name_id);
        accettata(&manda(&banco, "test", TESTCONN, &firmato(&banco, &m, None)));
    }
}

#[test]
fn casi_34_35_e_36_certificati_cancellati_ripristinati_e_di_altri_ambienti() {
    let banco = Banco::nuovo();
    let emetti = |domanda: &str| banco.json("POST", "/api/certificati", domanda);
    let con = |p: &Value, ambiente: &str| {
        let mut m = messaggio(&banco, corpo("TEST", "TEST", COMUNE));
        m.id_postazione = p["id"].as_str().expect("id").to_owned();
        let busta = componi(&m, &chiavi(p), None).expect("composes");
        manda(&banco, ambiente, TESTCONN, &busta)
    };
    let pc = emetti(r#"{"comune":"888001","tipo":"PC"}"#);
    for ambiente in ["test", "pre", "sub"] {
        accettata(&con(&pc, ambiente));
    }
    let id = pc["id"].as_str().expect("id").to_owned();
    banco.json("DELETE", &format!("/api/certificati/{id}"), "");
    for ambiente in ["test", "pre", "sub"] {
        e_fault(&banco, &con(&pc, ambiente), TipoFault::F4, VersioneSoap::V11);
    }
    banco.json("POST", &format!("/api/certificati/{id}/ripristino"), "");
    for ambiente in ["test", "pre", "sub"] {
        accettata(&con(&pc, ambiente));
    }
    // A root that only one environment trusts.
    let di_pre = emetti(r#"{"comune":"888001","tipo":"PC","ambiente":"pre"}"#);
    accettata(&con(&di_pre, "pre"));
    for ambiente in ["test", "sub"] {
        e_fault(&banco, &con(&di_pre, ambiente), TipoFault::F1, VersioneSoap::V11);
    }
}
