//! Every row of the catalogue leads to the answer it announces, whatever the client's habits.

use std::path::Path;

use frontiera::firma::{
    Algoritmo, Atteso, Come, DIFETTI, STRANEZZE, Trasporto, Voce,
    catalogo::{self, difetto, stranezza},
    componi, componi_con,
};
use frontiera::{Esame, Politica, TipoFault};

use crate::scena::*;

fn deve(v: &Voce, e: &Esame) {
    match (v.atteso, &e.esito) {
        (Atteso::Accettata, _) => {
            eprintln!("{}", v.nome);
            passa(e);
        }
        (Atteso::Fault(f), Err(avuto)) => assert_eq!(avuto.tipo, f, "{}: {}", v.nome, avuto.causa),
        (atteso, esito) => panic!("{}: {atteso:?} era atteso, ecco {esito:?}", v.nome),
    }
}

fn del_messaggio() -> impl Iterator<Item = &'static Voce> {
    DIFETTI.iter().chain(STRANEZZE).filter(|v| v.del_messaggio())
}

#[test]
fn ogni_voce_porta_alla_sua_risposta() {
    for algoritmo in [Algoritmo::RsaSha1, Algoritmo::RsaSha256] {
        // With two certificates the postazione's is nowhere else in the message.
        for v in del_messaggio().filter(|v| v.nome != "pkcs7-senza-certificato") {
            let mut m = messaggio();
            m.algoritmo = algoritmo;
            deve(v, &esamina(&componi(&m, &chiavi_solite(), Some(v)).unwrap()));
        }
    }
}

#[test]
fn ogni_voce_vale_anche_con_un_solo_certificato() {
    let co = &scena().co;
    for v in del_messaggio() {
        let mut m = messaggio();
        m.id_postazione = "888001-CO-0000".into();
        deve(v, &esamina(&componi(&m, &chiavi(co, co), Some(v)).unwrap()));
    }
}

#[test]
fn un_difetto_resta_tale_con_le_abitudini_di_altri_client() {
    // Oddities that rewrite what defects look for by prefix are left out; these change shape, order and digests.
    for s in [
        "asserzione-prima",
        "sha256",
        "lista-prefissi",
        "emittente-seriale",
        "rientri",
    ] {
        let s = stranezza(s).unwrap();
        // A token nobody refers to is not looked at; what is indented already does not change by indenting.
        for v in DIFETTI
            .iter()
            .filter(|v| v.del_messaggio() && !v.nome.starts_with("token-") && v.nome != "corpo-rientrato")
        {
            let busta = componi_con(&messaggio(), &chiavi_solite(), &[s, v]).unwrap();
            match (v.atteso, esamina(&busta).esito) {
                (Atteso::Fault(f), Err(avuto)) => {
                    assert_eq!(avuto.tipo, f, "{} con {}: {}", v.nome, s.nome, avuto.causa);
                }
                (_, esito) => panic!("{} con {}: accettato? {}", v.nome, s.nome, esito.is_ok()),
            }
        }
    }
}

#[test]
fn altri_byte_per_lo_stesso_messaggio() {
    let f = frontiera_con(Politica::default());
    let mut m = messaggio();
    // A character that the three encodings write in three ways.
    m.varianti.issuer = "Società".into();
    let busta = componi(&m, &chiavi_solite(), None).unwrap();
    let mut quanti = 0;
    for v in DIFETTI.iter().chain(STRANEZZE) {
        let Come::Trasporto(Trasporto::Byte(byte)) = v.come else {
            continue;
        };
        let e = f.esamina(
            &byte(&busta),
            Some("text/xml"),
            &TESTCONN,
            &Registro::default(),
            adesso(),
        );
        deve(v, &e);
        quanti += 1;
    }
    assert_eq!(quanti, 4);
}

#[test]
fn la_politica_permissiva_accetta_ogni_cornice_strutturalmente_corretta() {
    let f = frontiera_con(Politica::permissiva());
    for nome in [
        "corpo-modificato",
        "timestamp-scaduto",
        "ora-locale",
        "idsede-diversa",
        "asserzione-alterata",
        "asserzione-scaduta",
        "sender-vouches",
        "operatore-sconosciuto",
        "pkcs7-altrui",
        "pkcs7-staccato",
    ] {
        let busta = componi(&messaggio(), &chiavi_solite(), difetto(nome)).unwrap();
        let e = esamina_con(&busta, &f, &Registro::default());
        assert!(e.esito.is_ok(), "{nome}: {:?}", e.esito);
        assert!(
            e.passi.iter().any(|p| p.verdetto == frontiera::Verdetto::Fallito),
            "{nome}: said"
        );
    }
    for nome in [
        "senza-firma",
        "solo-corpo",
        "riferimento-inesistente",
        "doctype",
        "xsd-errato",
    ] {
        let busta = componi(&messaggio(), &chiavi_solite(), difetto(nome)).unwrap();
        assert!(
            esamina_con(&busta, &f, &Registro::default()).esito.is_err(),
            "{nome}"
        );
    }
}

/// The page follows the tables; with `ANPR_SIM_RISCRIVI=1` it is written anew.
#[test]
fn pagina_dei_difetti_aggiornata() {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/DIFETTI.md");
    let pagina = catalogo::pagina();
    if std::env::var_os("ANPR_SIM_RISCRIVI").is_some() {
        std::fs::write(&file, &pagina).unwrap();
    }
    let scritta = std::fs::read_to_string(&file).unwrap_or_default();
    assert_eq!(
        scritta, pagina,
        "docs/DIFETTI.md non segue le tabelle: ANPR_SIM_RISCRIVI=1 cargo test -p frontiera --test prove pagina"
    );
}

#[test]
fn una_risposta_si_riconosce() {
    let fault = |t: TipoFault| frontiera::Fault::nuovo(t, "").xml(frontiera::VersioneSoap::V11);
    assert!(Atteso::Fault(TipoFault::F3).e(500, &fault(TipoFault::F3)));
    // F3's string is the beginning of F2's.
    assert!(!Atteso::Fault(TipoFault::F3).e(500, &fault(TipoFault::F2)));
    assert!(Atteso::Fault(TipoFault::F7).e(500, &fault(TipoFault::F7)));
    assert!(!Atteso::Accettata.e(200, "<rispostaKO/>"));
    let ko = difetto("tipo-invio-errato").unwrap().atteso;
    let risposta =
        "<rispostaKO><codiceErroreAnomalia>EN148</codiceErroreAnomalia>Il valore di tipoInvio</rispostaKO>";
    assert!(ko.e(200, risposta) && !ko.e(500, risposta) && !ko.e(200, &risposta.replace("EN148", "XXXX")));
}
