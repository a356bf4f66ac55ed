//! The life of the folder: re-opening, renewal, kills in the middle, permissions, two processes.

use std::{collections::BTreeMap, fs, path::Path};

use crate::strumenti::{apri, opzioni};
use certs::{Difetto, ErrorePki, OpzioniPki, Postazione, RichiestaCarta, RichiestaEmissione};
use jiff::{SignedDuration, Timestamp};

fn file(dir: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut tutti = BTreeMap::new();
    for d in ["", "radici", "server", "postazioni", "carte"] {
        for v in fs::read_dir(dir.join(d)).expect("a folder") {
            let p = v.expect("an entry").path();
            if p.is_file() {
                let nome = p
                    .strip_prefix(dir)
                    .expect("inside")
                    .to_string_lossy()
                    .into_owned();
                tutti.insert(nome, fs::read(&p).expect("readable"));
            }
        }
    }
    tutti
}

fn richiesta(numero: Option<u16>, difetto: Option<Difetto>) -> RichiestaEmissione {
    RichiestaEmissione {
        comune: "058091".to_owned(),
        tipo: "PC".to_owned(),
        numero,
        difetto,
        ambiente: None,
    }
}

fn fra(giorni: i64) -> OpzioniPki {
    let adesso = Timestamp::now() + SignedDuration::from_hours(24 * giorni);
    OpzioniPki { adesso, ..opzioni() }
}

/// One folder through its whole life; roots are dear to make.
#[test]
fn vita_di_una_cartella() {
    let dir = tempfile::tempdir().expect("a temporary folder");
    let dir = dir.path();
    let pki = apri(dir, &opzioni());
    let prima = file(dir);
    let ids = |v: &[Postazione]| v.iter().map(|p| p.id.clone()).collect::<Vec<_>>();
    assert_eq!(ids(&pki.elenco()), ["888001-CO-0000"]);

    // Re-opening changes nothing and is quick.
    let t = std::time::Instant::now();
    let di_nuovo = apri(dir, &opzioni());
    assert!(t.elapsed().as_millis() < 20, "{:?}", t.elapsed());
    assert_eq!(file(dir), prima);

    // What one instance issues, another sees.
    let a = pki.emetti(&richiesta(None, None)).expect("issued");
    assert_eq!(a.id, "058091-PC-0001");
    assert_eq!(
        di_nuovo.postazione("058091-PC-0001").expect("readable"),
        Some(a.clone())
    );
    let b = di_nuovo
        .emetti(&richiesta(None, Some(Difetto::Revocato)))
        .expect("issued");
    assert_eq!(
        (b.id.as_str(), b.difetto),
        ("058091-PC-0002", Some(Difetto::Revocato))
    );
    let c = pki
        .emetti(&richiesta(Some(2), None))
        .expect("the sound one beside the revoked one");
    assert_eq!(pki.postazione("058091-PC-0002").expect("readable"), Some(c));
    assert_eq!(
        ids(&pki.elenco()),
        [
            "888001-CO-0000",
            "058091-PC-0001",
            "058091-PC-0002",
            "058091-PC-0002"
        ]
    );
    assert!(matches!(
        pki.emetti(&richiesta(Some(1), None)),
        Err(ErrorePki::GiaEmessa(_))
    ));
    assert_eq!(pki.postazione("058091-PC-0009").expect("readable"), None);
    let con_file = |p: &Postazione| [&p.p12, &p.pem, &p.chiave].iter().all(|f| f.is_file());
    assert!(pki.elenco().iter().all(con_file));

    // 29 days before their end server certificates are made anew, keys and all else stay.
    let prima = file(dir);
    apri(dir, &fra(730 - 31));
    assert_eq!(file(dir), prima, "31 days left: nothing to do");
    apri(dir, &fra(730 - 29));
    let dopo = file(dir);
    let cambiati: Vec<&String> = dopo
        .iter()
        .filter(|(n, b)| prima.get(*n) != Some(b))
        .map(|(n, _)| n)
        .collect();
    assert_eq!(
        cambiati,
        [
            "indice.json",
            "server/carta.pem",
            "server/pre.pem",
            "server/sub.pem",
            "server/test.pem"
        ]
    );

    // Six years on the ready certificate is made anew, with its password.
    let vecchio = pki
        .postazione("888001-CO-0000")
        .expect("readable")
        .expect("there");
    let poi = apri(dir, &fra(6 * 365 - 20));
    let nuovo = poi
        .postazione("888001-CO-0000")
        .expect("readable")
        .expect("there");
    assert_eq!(vecchio.password, nuovo.password);
    assert!(vecchio.impronta_sha256 != nuovo.impronta_sha256 && nuovo.non_dopo > vecchio.non_dopo);
    assert_eq!(poi.elenco().len(), 4);

    // A further name: roots keep their keys, so that what hangs on them goes on working.
    let ancora = OpzioniPki {
        nomi: vec!["anpr.example".to_owned()],
        ..fra(6 * 365 - 20)
    };
    let chiave = |r: &str| fs::read(dir.join(format!("radici/ca-{r}.key.pem"))).expect("key");
    let (chiavi, certificati) = (["test", "pre", "sub"].map(chiave), poi.ancore("pre"));
    let allargata = apri(dir, &ancora);
    assert_eq!(chiavi, ["test", "pre", "sub"].map(chiave));
    assert_ne!(certificati, allargata.ancore("pre"));
    assert_eq!(
        allargata.postazione("888001-CO-0000").expect("readable"),
        Some(nuovo)
    );
}

/// A kill leaves whole files, half-written ones under temporary names, and no index; the next start must end well.
#[test]
fn ucciso_a_meta() {
    let dir = tempfile::tempdir().expect("a temporary folder");
    let dir = dir.path();
    apri(dir, &opzioni());
    let intera = file(dir);
    let chiave = intera["radici/ca-test.key.pem"].clone();

    // As late as possible: everything but the index. The roots' keys are found and serve again.
    fs::remove_file(dir.join("indice.json")).expect("removed");
    fs::write(dir.join(".parziale-0011"), b"{").expect("written");
    fs::write(dir.join("radici/.parziale-22"), &chiave[..100]).expect("written");
    let pki = apri(dir, &opzioni());
    let dopo = file(dir);
    assert_eq!(
        dopo.keys().collect::<Vec<_>>(),
        intera.keys().collect::<Vec<_>>(),
        "left-overs are gone"
    );
    assert_eq!(dopo["radici/ca-test.key.pem"], chiave);
    assert_eq!(pki.elenco().len(), 1);

    // Early: a root without certificate, a server without key, a postazione without store, no bundle.
    for f in [
        "radici/ca-pre.pem",
        "server/sub.key.pem",
        "postazioni/888001-CO-0000.p12",
        "ca.pem",
    ] {
        fs::remove_file(dir.join(f)).expect("removed");
    }
    let pki = apri(dir, &opzioni());
    assert_eq!(
        file(dir).keys().collect::<Vec<_>>(),
        intera.keys().collect::<Vec<_>>()
    );
    assert_eq!(pki.elenco().len(), 1);
    let prima = file(dir);
    apri(dir, &opzioni());
    assert_eq!(file(dir), prima, "now it is whole");

    // A newer layout is refused, a broken index is told as such.
    let indice = fs::read_to_string(dir.join("indice.json")).expect("index");
    fs::write(
        dir.join("indice.json"),
        indice.replacen("\"versione\": 1", "\"versione\": 2", 1),
    )
    .expect("written");
    assert!(matches!(
        certs::Pki::apri(dir, &opzioni()),
        Err(ErrorePki::VersioneNuova { trovata: 2, nota: 1 })
    ));
    fs::write(dir.join("indice.json"), &indice[..indice.len() / 2]).expect("written");
    assert!(matches!(
        certs::Pki::apri(dir, &opzioni()),
        Err(ErrorePki::Guasto { .. })
    ));
}

#[test]
fn richieste_storte() {
    let dir = tempfile::tempdir().expect("a temporary folder");
    let o = OpzioniPki {
        pronti: vec!["../888001".to_owned()],
        ..opzioni()
    };
    assert!(matches!(
        certs::Pki::apri(dir.path(), &o),
        Err(ErrorePki::Richiesta(_))
    ));
    let o = OpzioniPki {
        nomi: vec!["a b".to_owned()],
        ..opzioni()
    };
    assert!(matches!(
        certs::Pki::apri(dir.path(), &o),
        Err(ErrorePki::Nome(_))
    ));
    let pki = apri(dir.path(), &opzioni());
    let buona = richiesta(None, None);
    for r in [
        RichiestaEmissione {
            comune: "58091".to_owned(),
            ..buona.clone()
        },
        RichiestaEmissione {
            comune: "../../".to_owned(),
            ..buona.clone()
        },
        RichiestaEmissione {
            tipo: "XX".to_owned(),
            ..buona.clone()
        },
        RichiestaEmissione {
            numero: Some(10_000),
            ..buona.clone()
        },
        RichiestaEmissione {
            ambiente: Some("prod".to_owned()),
            ..buona.clone()
        },
    ] {
        assert!(matches!(pki.emetti(&r), Err(ErrorePki::Richiesta(_))), "{r:?}");
    }
    assert_eq!(pki.elenco().len(), 1);
}

#[cfg(unix)]
#[test]
fn nessun_altro_legge() {
    use std::os::unix::fs::PermissionsExt;
    let dir = tempfile::tempdir().expect("a temporary folder");
    let pki_dir = dir.path().join("dati/pki");
    fs::create_dir_all(&pki_dir).expect("made by somebody else");
    fs::set_permissions(&pki_dir, fs::Permissions::from_mode(0o755)).expect("open to all");
    apri(&pki_dir, &opzioni());
    let modo = |p: &Path| fs::metadata(p).expect("there").permissions().mode() & 0o777;
    for d in ["", "radici", "server", "postazioni", "carte"] {
        assert_eq!(modo(&pki_dir.join(d)), 0o700, "{d}");
    }
    for nome in file(&pki_dir).keys() {
        let segreto = nome.contains(".key") || !nome.contains(".pem");
        assert_eq!(
            modo(&pki_dir.join(nome)),
            if segreto { 0o600 } else { 0o644 },
            "{nome}"
        );
    }
}

/// Renewals and cards: numbers, files, and a root that does not exist before it is needed.
#[test]
fn rinnovi_e_carte() {
    let dir = tempfile::tempdir().expect("a temporary folder");
    let dir = dir.path();
    let pki = apri(dir, &opzioni());
    assert_eq!(pki.ancora_utenti().expect("readable"), None);
    let prima = file(dir);
    assert!(
        !prima
            .keys()
            .any(|f| f.contains("utenti") || f.starts_with("carte/"))
    );

    let emetti = |tipo: &str, numero| {
        let r = RichiestaEmissione {
            comune: "058091".to_owned(),
            tipo: tipo.to_owned(),
            numero,
            difetto: None,
            ambiente: Some("sub".to_owned()),
        };
        pki.emetti(&r).expect("issued")
    };
    let rinnova = |p: &Postazione| pki.rinnova(p).expect("renewed");
    let pc = emetti("PC", None);
    let (secondo, terzo) = (rinnova(&pc), rinnova(&pc));
    for (p, nome) in [
        (&pc, "058091-PC-0001"),
        (&secondo, "058091-PC-0001_2"),
        (&terzo, "058091-PC-0001_3"),
    ] {
        assert_eq!(
            (p.id.as_str(), p.nome_file().as_str(), p.radice.as_str()),
            ("058091-PC-0001", nome, "sub")
        );
    }
    assert_eq!(pki.postazione("058091-PC-0001").expect("readable"), Some(terzo));
    let co = emetti("CO", Some(9999));
    let dopo = rinnova(&co);
    let ancora = rinnova(&dopo);
    assert_eq!(
        [&dopo, &ancora, &rinnova(&ancora)].map(|p| p.nome_file()),
        ["058091-CO-9998", "058091-CO-9999_2", "058091-CO-9998_2"]
    );
    // The next free number is not disturbed by them.
    assert_eq!(emetti("PC", None).id, "058091-PC-0002");

    let carta = |nome: &str, difetto| {
        pki.emetti_carta(&RichiestaCarta {
            comune: "058091".to_owned(),
            name_id: nome.to_owned(),
            difetto,
            password: None,
        })
    };
    let a = carta("RSSMRA80A01H501U", None).expect("issued");
    let b = carta("rssmra80a01h501u", None).expect("issued");
    assert_eq!(
        (a.id.as_str(), b.id.as_str()),
        ("RSSMRA80A01H501U-0001", "rssmra80a01h501u-0002")
    );
    assert_eq!(a.radice, "utenti");
    assert!([&a.p12, &a.pem, &a.chiave].iter().all(|f| f.is_file()));
    assert!(pki.ancora_utenti().expect("readable").is_some());
    assert_eq!(
        carta("X1", Some(Difetto::CaAltrui)).expect("issued").radice,
        "altrui"
    );
    for (nome, difetto) in [
        ("", None),
        ("../x", None),
        ("a b", None),
        ("X1", Some(Difetto::SenzaCn)),
        ("X1", Some(Difetto::ChiaveDebole)),
    ] {
        assert!(
            matches!(carta(nome, difetto), Err(ErrorePki::Richiesta(_))),
            "{nome:?}"
        );
    }
    // What a browser trusts for servers has not changed, and everything is there after a restart.
    assert_eq!(file(dir)["ca.pem"], prima["ca.pem"]);
    let poi = apri(dir, &opzioni());
    assert_eq!(poi.carte(), pki.carte());
    assert_eq!(poi.elenco(), pki.elenco());
    assert_eq!(poi.carte().len(), 3);
}
