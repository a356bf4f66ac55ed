//! The messages, read back by a reader that is not ours: Python's `email`.

use std::io::Write;
use std::process::{Command, Stdio};

use anagrafe::Ambiente;
use jiff::civil::datetime;
use proptest::prelude::*;
use registro::posta::{
    Allegato, Conclusione, Lettera, Motivo, Scritto, TipoRicevuta, allegato, componi, componi_scritto,
    indirizzo_riservato, indirizzo_valido, ricevute,
};
use registro::*;
use serde_json::{Value, json};

use crate::comune::{istat, opzioni};

const LETTORE: &str = r#"
import sys, json, email
from email import policy
m = email.message_from_bytes(sys.stdin.buffer.read(), policy=policy.default)
parts = [{"tipo": p.get_content_type(), "nome": p.get_filename(),
          "testo": p.get_content() if p.get_content_type() == "text/plain" and not p.get_filename() else p.get_payload(decode=True).decode("latin-1"),
          "difetti": [str(d) for d in p.defects]} for p in m.iter_parts()]
print(json.dumps({"nomi": [k for k in m.keys()], "da": m["from"].addresses[0].addr_spec, "nomeDa": m["from"].addresses[0].display_name,
  "a": [x.addr_spec for x in m["to"].addresses], "oggetto": m["subject"], "data": m["date"].datetime.isoformat(),
  "id": m["message-id"].strip(), "parti": parts, "difetti": [str(d) for d in m.defects], "x": m["x-anpr-sim-protocollo"]}))
"#;

fn leggi(grezzo: &str) -> Value {
    let mut figlio = Command::new("python3")
        .args(["-c", LETTORE])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("python3 is needed by this test: apt-get install python3 (or cargo xtask test --installa)");
    figlio
        .stdin
        .take()
        .expect("stdin")
        .write_all(grezzo.as_bytes())
        .expect("scrivi");
    let uscita = figlio.wait_with_output().expect("python3");
    assert!(
        uscita.status.success(),
        "python3 could not read the message:\n{grezzo}"
    );
    serde_json::from_slice(&uscita.stdout).expect("json")
}

fn comune(nome: &str, pec: &str) -> Comune {
    Comune::nuovo(istat("888001"), nome, "XX", Some(pec.to_owned()))
}

fn negativa<'a>(comune: &'a Comune, ambiente: Ambiente, protocollo: &'a str) -> Lettera<'a> {
    Lettera {
        ambiente,
        comune,
        fornitura: IdFornitura(12),
        versione: 3,
        protocollo,
        conclusione: Conclusione::Negativa {
            motivi: vec![Motivo {
                codice: "ES092".to_owned(),
                testo: "scheda priva di unità – è così".to_owned(),
                quante: 3,
            }],
        },
        aire_opaco: true,
        allegati: vec![Allegato {
            nome: "888001SchedeIndivErr20210301.csv".to_owned(),
            tipo: "text/csv; charset=windows-1252".to_owned(),
            byte: b"a;b\r\nCitt\xe0;1\r\n".to_vec(),
        }],
    }
}

const NOMI: [&str; 12] = [
    "From",
    "To",
    "Subject",
    "Date",
    "Message-ID",
    "X-Anpr-Sim-Ambiente",
    "X-Anpr-Sim-Comune",
    "X-Anpr-Sim-Fornitura",
    "X-Anpr-Sim-Protocollo",
    "X-Anpr-Sim-Avvertenza",
    "MIME-Version",
    "Content-Type",
];

#[test]
fn a_foreign_reader_finds_everything() {
    let c = comune("SAN DONÀ", "comune@pec.example");
    let quando = datetime(2021, 7, 1, 8, 0, 1, 0);
    let pec = componi(
        IdPec(4),
        quando,
        &negativa(&c, Ambiente::Pre, "SIM/PRE/2021/0000009"),
    )
    .expect("componi");
    assert!(pec.grezzo.is_ascii());
    assert!(
        pec.grezzo
            .split("\r\n")
            .all(|r| !r.contains(['\r', '\n']) && r.len() <= 998),
        "CR LF and short lines"
    );
    let m = leggi(&pec.grezzo);
    assert_eq!(m["nomi"], json!(NOMI));
    assert_eq!(m["da"], "esiti@anpr-sim.example");
    assert_eq!(m["nomeDa"], "SIMULATORE ANPR – dati fittizi");
    assert_eq!(m["a"], json!(["comune@pec.example"]));
    assert_eq!(m["data"], "2021-07-01T06:00:01+00:00", "summer in Italy");
    assert_eq!(m["id"], "<pre.P000004@anpr-sim.example>");
    assert_eq!(m["x"], "SIM/PRE/2021/0000009");
    assert_eq!(m["difetti"], json!([]));
    let oggetto = m["oggetto"].as_str().expect("oggetto");
    assert_eq!(oggetto, pec.oggetto);
    for pezzo in [
        "[SIMULATORE – dati fittizi]",
        "PROVA",
        "pre-subentro",
        "888001 SAN DONÀ",
    ] {
        assert!(oggetto.contains(pezzo), "{oggetto}");
    }
    let parti = m["parti"].as_array().expect("parti");
    assert_eq!(parti.len(), 2);
    let testo = parti[0]["testo"].as_str().expect("testo");
    assert_eq!(testo.replace("\r\n", "\n").trim_end(), pec.testo.trim_end());
    for pezzo in [
        "dati fittizi",
        "PROVA",
        "NEGATIVO",
        "3 × ES092: scheda priva di unità – è così",
        "Nota sul file AIRE",
        "F000012",
    ] {
        assert!(testo.contains(pezzo), "{pezzo}: {testo}");
    }
    assert_eq!(parti[1]["nome"], "888001SchedeIndivErr20210301.csv");
    assert_eq!(parti[1]["testo"], "a;b\r\nCitt\u{e0};1\r\n");
    assert_eq!(parti[1]["difetti"], json!([]));
}

#[test]
fn the_real_migration_does_not_speak_of_a_rehearsal() {
    let c = comune("UNO", "comune@pec.example");
    let mut l = negativa(&c, Ambiente::Sub, "SIM/SUB/2021/0000001");
    l.aire_opaco = false;
    l.conclusione = Conclusione::Positiva {
        schede: Schede {
            soggetti: 5,
            famiglie: 2,
            convivenze: 1,
            aire: 3,
            famiglie_aire: 2,
        },
        avvisi: Vec::new(),
    };
    let pec = componi(IdPec(1), datetime(2021, 3, 1, 8, 0, 0, 0), &l).expect("componi");
    for testo in [&pec.oggetto, &pec.testo] {
        assert!(!testo.to_lowercase().contains("prova"), "{testo}");
    }
    assert!(
        pec.testo.contains("POSITIVO")
            && pec.testo.contains("dati fittizi")
            && !pec.testo.contains("AIRE: il suo")
    );
}

#[test]
fn same_data_same_bytes() {
    let c = comune("UNO", "comune@pec.example");
    let uno = componi(
        IdPec(1),
        datetime(2021, 3, 1, 8, 0, 0, 0),
        &negativa(&c, Ambiente::Test, "p"),
    )
    .expect("componi");
    std::thread::sleep(std::time::Duration::from_millis(1_100));
    let due = componi(
        IdPec(1),
        datetime(2021, 3, 1, 8, 0, 0, 0),
        &negativa(&c, Ambiente::Test, "p"),
    )
    .expect("componi");
    assert_eq!(uno, due);
}

#[test]
fn no_text_from_outside_becomes_a_header_or_a_part() {
    let veleno = "X\r\nBcc: spia@evil.example\r\n\r\n--=_anpr-sim_test_P000001--\r\n";
    for pec in [
        "comune@pec.example",
        "a@b.example\r\nBcc: c@d.example",
        "a@b.example, c@d.example",
        "",
        "città@è.example",
        "\"x\r\ny\"@b.example",
        "a@[127.0.0.1]",
    ] {
        let c = comune(veleno, pec);
        let mut l = negativa(&c, Ambiente::Test, veleno);
        l.conclusione = Conclusione::Negativa {
            motivi: vec![Motivo {
                codice: veleno.to_owned(),
                testo: format!("{veleno}\n--=_anpr-sim_test_P000001\n"),
                quante: 1,
            }],
        };
        l.allegati[0].nome = format!("{veleno}\".csv");
        l.allegati[0].tipo = "text/csv\r\nX-Male: 1".to_owned();
        l.allegati[0].byte = b"--=_anpr-sim_test_P000001--\r\n".to_vec();
        let composta = componi(IdPec(1), datetime(2021, 3, 1, 8, 0, 0, 0), &l).expect("componi");
        let m = leggi(&composta.grezzo);
        assert_eq!(m["nomi"], json!(NOMI), "{pec:?}");
        let atteso = if pec == "comune@pec.example" {
            pec
        } else {
            "indirizzo-non-valido@anpr-sim.example"
        };
        assert_eq!(m["a"], json!([atteso]), "{pec:?}");
        assert_eq!(
            m["parti"].as_array().map(Vec::len),
            Some(2),
            "{pec:?}: {}",
            composta.grezzo
        );
        assert_eq!(m["difetti"], json!([]), "{pec:?}");
        assert!(!composta.grezzo.contains("X-Male: 1"), "{}", composta.grezzo);
    }
}

#[test]
fn addresses() {
    for (testo, buono) in [
        ("a@b.example", true),
        ("a.b+c@x.y.test", true),
        ("protocollo@888001.pec.example", true),
        ("a@b", false),
        ("a@b.", false),
        ("a@.b", false),
        ("a@b..c", false),
        ("a@-b.example", false),
        ("\"a b\"@c.example", false),
        ("\"ab\"@c.example", false),
        (&format!("a@{}.example", "b.".repeat(130)), false),
        ("", false),
        ("a", false),
        ("a@b\r\nc", false),
        ("a b@c.it", false),
        ("à@b.it", false),
        ("a@[127.0.0.1]", false),
        ("a@[::1]", false),
    ] {
        assert_eq!(indirizzo_valido(testo), buono, "{testo:?}");
    }
}

proptest! {
    /// One address that passes the rule and cannot be composed would stop everybody's mail.
    #[test]
    fn every_address_the_rule_accepts_is_one_a_message_can_carry(
        utente in "[a-zA-Z0-9.\"@+%!#$&'*/=?^_`{|}~() <>,;:\\[\\]\\\\-]{1,12}",
        dominio in "[a-zA-Z0-9.@_\\[\\]:-]{1,12}(\\.(example|test))?",
    ) {
        // The composer trims what was stored with blanks around it.
        let indirizzo = format!("{utente}@{dominio}").trim().to_owned();
        let c = comune("UNO", &indirizzo);
        let quando = datetime(2021, 3, 1, 8, 0, 0, 0);
        let pec = componi(IdPec(1), quando, &negativa(&c, Ambiente::Test, "p")).expect("any address composes");
        let atteso = if indirizzo_valido(&indirizzo) { indirizzo.as_str() } else { "indirizzo-non-valido@anpr-sim.example" };
        prop_assert_eq!(&pec.a, atteso);
        prop_assert!(pec.a.parse::<lettre::Address>().is_ok());
    }
}

#[test]
fn dates_beyond_the_header_do_not_panic() {
    let c = comune("UNO", "comune@pec.example");
    for quando in [
        datetime(1861, 3, 17, 0, 0, 0, 0),
        datetime(9999, 12, 31, 23, 59, 59, 0),
        datetime(-9999, 1, 1, 0, 0, 0, 0),
    ] {
        componi(IdPec(1), quando, &negativa(&c, Ambiente::Test, "p")).expect("componi");
    }
}

#[test]
fn the_mailbox() {
    let r = Registro::in_memoria(opzioni()).expect("registro");
    let c = comune("UNO", "comune@pec.example");
    let id = r
        .scrivi(|t| t.spedisci(&negativa(&c, Ambiente::Pre, "p")))
        .expect("spedisci");
    assert_eq!(id, IdPec(1));
    let trovate = r.pec(Ambiente::Pre, istat("888001")).expect("pec");
    assert_eq!(trovate.len(), 1);
    assert!(!trovate[0].letta);
    assert_eq!(trovate[0].quando, datetime(2021, 3, 1, 8, 0, 1, 0));
    assert_eq!(r.pec(Ambiente::Sub, None).expect("pec").len(), 0);
    assert_eq!(r.pec(None, istat("888002")).expect("pec").len(), 0);
    assert!(r.scrivi(|t| t.segna_pec(id, true)).expect("letta"));
    assert!(!r.scrivi(|t| t.segna_pec(IdPec(9), true)).expect("letta"));
    assert!(r.messaggio(id).expect("pec").expect("c'è").letta);
}

#[test]
fn an_attachment_comes_back_as_it_went_in() {
    let c = comune("CITTÀ \"UNO\"", "comune@pec.example");
    let mut l = negativa(&c, Ambiente::Test, "p");
    let grande: Vec<u8> = (0..100_000_u32).map(|n| (n % 251) as u8).collect();
    l.allegati.push(Allegato {
        nome: "strano \"nome\"; filename=altro.exe".to_owned(),
        tipo: "text/html".to_owned(),
        byte: grande.clone(),
    });
    l.allegati.push(Allegato {
        nome: "vuoto".to_owned(),
        tipo: "nessun tipo".to_owned(),
        byte: Vec::new(),
    });
    let pec = componi(IdPec(1), datetime(2021, 3, 1, 8, 0, 0, 0), &l).expect("componi");
    for (n, atteso) in l.allegati.iter().enumerate() {
        let letto = allegato(&pec, n).expect("an attachment");
        assert_eq!((&letto.nome, &letto.byte), (&atteso.nome, &atteso.byte));
    }
    assert_eq!(allegato(&pec, 1).expect("the second").tipo, "text/html");
    assert_eq!(
        allegato(&pec, 2).expect("the third").tipo,
        "application/octet-stream"
    );
    assert_eq!(allegato(&pec, 3), None);
    let mut rovinata = pec.clone();
    rovinata.grezzo.truncate(400);
    assert_eq!(allegato(&rovinata, 0), None);
    rovinata.grezzo = "x".to_owned();
    assert_eq!(allegato(&rovinata, 0), None);
}

#[test]
fn receipts_are_messages_of_a_provider_that_does_not_exist() {
    let c = comune("UNO & <DUE>", "comune@pec.example");
    let quando = datetime(2021, 7, 1, 23, 59, 59, 0);
    let pec = componi(IdPec(1), quando, &negativa(&c, Ambiente::Pre, "p")).expect("componi");
    let [accettata, consegnata] = ricevute(&pec).expect("receipts");
    assert_eq!(
        ricevute(&pec).expect("again"),
        [accettata.clone(), consegnata.clone()]
    );
    assert_eq!(
        (accettata.tipo, consegnata.tipo),
        (TipoRicevuta::Accettazione, TipoRicevuta::Consegna)
    );
    assert_eq!(
        (accettata.quando, consegnata.quando),
        (quando, datetime(2021, 7, 2, 0, 0, 1, 0))
    );
    for (r, inizio) in [
        (&accettata, "ACCETTAZIONE: [SIMULATORE"),
        (&consegnata, "CONSEGNA: [SIMULATORE"),
    ] {
        let m = leggi(&r.grezzo);
        assert_eq!(m["difetti"], json!([]));
        assert_eq!(m["da"], "posta-certificata@pec.anpr-sim.example");
        assert_eq!(m["a"], json!(["esiti@anpr-sim.example"]));
        assert!(
            m["nomeDa"].as_str().is_some_and(|n| n.contains("SIMULATORE")),
            "{m}"
        );
        assert!(
            m["oggetto"].as_str().is_some_and(|o| o.starts_with(inizio)),
            "{m}"
        );
        let dati = &m["parti"][1];
        assert_eq!(dati["nome"], "daticert.xml");
        let xml = dati["testo"].as_str().expect("xml");
        let d = roxmltree::Document::parse(xml).expect("well-formed");
        let testo = |nome: &str| {
            d.descendants()
                .find(|n| n.has_tag_name(nome))
                .and_then(|n| n.text())
        };
        assert_eq!(d.root_element().attribute("tipo"), Some(r.tipo.parola()));
        assert_eq!(testo("msgid"), Some("<pre.P000001@anpr-sim.example>"));
        assert_eq!(testo("oggetto"), Some(latin1(&pec.oggetto).as_str()));
        let data = d.descendants().find(|n| n.has_tag_name("data")).expect("date");
        assert_eq!(data.attribute("zona"), Some("+0200"));
    }
    let senza = comune("UNO", "non un indirizzo");
    let pec = componi(IdPec(2), quando, &negativa(&senza, Ambiente::Pre, "p")).expect("componi");
    assert_eq!(
        ricevute(&pec).expect("receipts")[1].tipo,
        TipoRicevuta::MancataConsegna
    );
}

/// What the reader of these tests makes of UTF-8 it was told nothing about.
fn latin1(testo: &str) -> String {
    testo.bytes().map(char::from).collect()
}

#[test]
fn what_is_written_by_hand_says_what_it_is_and_adds_no_header() {
    let veleno = "Uno\r\nBcc: spia@evil.example\r\n\r\n--=_anpr-sim_test_P000001--";
    for (natura, pec, da, a) in [
        (
            NaturaPec::Domanda,
            "c@pec.example",
            "c@pec.example",
            "assistenza@anpr-sim.example",
        ),
        (
            NaturaPec::Domanda,
            "vero@pec.it",
            "comune-888001@pec.anpr-sim.example",
            "assistenza@anpr-sim.example",
        ),
        (
            NaturaPec::Risposta,
            "vero@pec.it",
            "assistenza@anpr-sim.example",
            "vero@pec.it",
        ),
        (
            NaturaPec::Avviso,
            "",
            "esiti@anpr-sim.example",
            "indirizzo-non-valido@anpr-sim.example",
        ),
    ] {
        let c = comune(veleno, pec);
        let scritto = Scritto {
            ambiente: Ambiente::Test,
            comune: &c,
            natura,
            oggetto: veleno,
            testo: veleno,
            risponde: None,
            fornitura: None,
        };
        let pec = componi_scritto(IdPec(1), datetime(2021, 3, 1, 8, 0, 0, 0), &scritto).expect("componi");
        let m = leggi(&pec.grezzo);
        assert_eq!(m["nomi"].as_array().map(Vec::len), Some(10), "{m}");
        assert_eq!(
            (m["da"].as_str(), m["a"][0].as_str()),
            (Some(da), Some(a)),
            "{natura:?}"
        );
        assert_eq!((pec.da.as_str(), pec.a.as_str()), (da, a));
        assert!(
            m["nomeDa"].as_str().is_some_and(|n| n.contains("SIMULATORE")),
            "{m}"
        );
        assert!(
            m["oggetto"]
                .as_str()
                .is_some_and(|o| o.starts_with("[SIMULATORE – dati fittizi] Uno")),
            "{m}"
        );
        assert_eq!(m["parti"].as_array().map(Vec::len), Some(1));
        assert_eq!(m["difetti"], json!([]));
    }
}

#[test]
fn reserved_addresses() {
    for (testo, riservato) in [
        ("a@b.example", true),
        ("a@B.TEST", true),
        ("a@b.c.example", true),
        ("a@example.com", false),
        ("a@example", false),
        ("a@b.it", false),
        ("a@b.example.", false),
        ("a@b.example\r\n", false),
        ("a@b.example, c@d.it", false),
        ("", false),
    ] {
        assert_eq!(indirizzo_riservato(testo), riservato, "{testo:?}");
    }
}
