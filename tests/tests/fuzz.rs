//! Random and damaged input for every reader: never a panic, never a hang, memory bounded, one verdict.
//!
//! Driven by proptest round by round until the time is over, so that the first rounds are the same everywhere and
//! `cargo xtask fuzz --minuti N` only goes on. A case that fails is printed shrunk, with its round; it becomes a test
//! beside the code that failed. A case that does not come back ends the process, saying which it was.

use std::{
    collections::hash_map::DefaultHasher,
    env,
    fmt::Debug,
    fs,
    hash::{Hash as _, Hasher as _},
    io::Write as _,
    process,
    sync::{
        Arc, LazyLock, Mutex, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    thread,
    time::{Duration, Instant},
};

use anagrafe::{
    CodiceIstat, IdPostazione, Sesso,
    codice_fiscale::{self, Generalita},
    leggi_data,
};
use anpr_sim_tests::gz;
use elaborazione::{
    Allineata, Ingresso, NomeFile, OpzioniPrepara, RifiutoFile, Segmento, banco::Banco, elabora, prepara,
};
use proptest::{
    collection::vec,
    prelude::*,
    test_runner::{Config, RngSeed, TestRunner},
};
use schema::{Blocco, Modello, NodoId, Opzioni, Ricevitore, Violazione, campione::Campione, radici};

/// Seconds given to one reader when nobody asks for more.
const SECONDI: u64 = 5;
/// Cases of a round.
const CASI: u32 = 16;
/// A case that takes longer hangs, even on a loaded machine.
const BLOCCATO: Duration = Duration::from_mins(1);
/// Most resident memory of the whole test process, all readers at once: inputs are well under a megabyte.
const MEMORIA_BYTE: u64 = 768 << 20;

fn numero(nome: &str, predefinito: u64) -> u64 {
    env::var(nome).map_or(predefinito, |t| {
        t.parse()
            .unwrap_or_else(|_| panic!("{nome}={t}: a number is needed"))
    })
}

/// Runs rounds of cases until the time is over.
fn gira<S: Strategy>(nome: &'static str, strategia: S, prova: impl Fn(&S::Value))
where
    S::Value: Debug + Clone,
{
    let secondi = numero("ANPR_SIM_FUZZ_SECONDI", SECONDI);
    let seme = numero("ANPR_SIM_FUZZ_SEME", 0);
    let fine = Instant::now() + Duration::from_secs(secondi);
    let in_mano: Arc<Mutex<Option<(Instant, String)>>> = Arc::default();
    let finito = Arc::new(AtomicBool::new(false));
    let guardia = {
        let (in_mano, finito) = (Arc::clone(&in_mano), Arc::clone(&finito));
        thread::spawn(move || {
            while !finito.load(Ordering::Relaxed) {
                thread::sleep(Duration::from_millis(100));
                let caso = in_mano.lock().unwrap_or_else(PoisonError::into_inner);
                if let Some((da, caso)) = &*caso
                    && da.elapsed() > BLOCCATO
                {
                    eprintln!("{nome}: bloccato su {caso}");
                    process::abort();
                }
            }
        })
    };
    let mut giro = 0;
    while Instant::now() < fine {
        let config = Config {
            cases: CASI,
            rng_seed: RngSeed::Fixed(seme.wrapping_add(giro)),
            failure_persistence: None,
            ..Config::default()
        };
        let esito = TestRunner::new(config).run(&strategia, |caso| {
            *in_mano.lock().unwrap_or_else(PoisonError::into_inner) =
                Some((Instant::now(), format!("{caso:?}")));
            prova(&caso);
            *in_mano.lock().unwrap_or_else(PoisonError::into_inner) = None;
            Ok(())
        });
        if let Err(e) = esito {
            panic!("{nome}, ANPR_SIM_FUZZ_SEME={}: {e}", seme.wrapping_add(giro));
        }
        giro += 1;
    }
    finito.store(true, Ordering::Relaxed);
    guardia.join().expect("the guard ends");
    let memoria = fs::read_to_string("/proc/self/status").ok().and_then(|s| {
        let riga = s.lines().find(|r| r.starts_with("VmHWM:"))?.to_owned();
        riga.split_whitespace().nth(1)?.parse::<u64>().ok()
    });
    if let Some(kib) = memoria {
        assert!(kib * 1024 <= MEMORIA_BYTE, "{nome}: {kib} KiB of memory");
    }
    eprintln!("{nome}: {} casi", giro * u64::from(CASI));
}

const PULITA: &str = include_str!("../../fixtures/schede/pulita.xml");
const PULITA_AIRE: &[u8] = include_bytes!("../../fixtures/schede/pulita-aire.txt");

/// What a reading saw, in a number.
struct Impronta(DefaultHasher);

impl Ricevitore for Impronta {
    fn apre(&mut self, b: &Blocco, n: NodoId, offset: usize) {
        (0, n.0, b.posizione(offset).offset).hash(&mut self.0);
    }

    fn valore(&mut self, b: &Blocco, n: NodoId, testo: &str, offset: usize) {
        (1, n.0, testo, b.posizione(offset).offset).hash(&mut self.0);
    }

    fn chiude(&mut self, b: &Blocco, n: NodoId, offset: usize) {
        (2, n.0, b.posizione(offset).offset).hash(&mut self.0);
    }

    fn violazione(&mut self, _: &Blocco, v: Violazione) {
        (3, &v.percorso, v.posizione.offset, v.fatale).hash(&mut self.0);
    }
}

/// An XML document that may be anything: valid, broken by the grammar, by the byte, or noise.
fn documento(radice: (&str, &str), seme: u64, ferite: usize, rumore: &[u8]) -> Vec<u8> {
    let modello = Modello::di(radice.0, radice.1).expect("a published root");
    let mut c = Campione::nuovo(seme).con_elementi(120);
    let mut elemento = c.documento(modello);
    if seme.is_multiple_of(3) {
        c.muta(&mut elemento);
    }
    let mut byte = elemento.xml_vario(&mut c);
    for _ in 0..ferite {
        c.muta_byte(&mut byte);
    }
    if !rumore.is_empty() {
        let posto = usize::try_from(seme).unwrap_or(usize::MAX) % (byte.len() + 1);
        byte.splice(posto..posto, rumore.iter().copied());
    }
    byte
}

#[test]
fn xml_in_pezzi_di_ogni_misura_e_su_ogni_filo() {
    const RECORD: [&str; 3] = [
        "subentro/generalitaSoggetti/soggetto",
        "subentro/famiglie/famiglia",
        "subentro/convivenze/convivenza",
    ];
    let modello = Modello::di(radici::SUBENTRO.0, radici::SUBENTRO.1).expect("the delivery");
    let strategia = (
        any::<u64>(),
        0_usize..4,
        vec(any::<u8>(), 0..12),
        1_usize..700,
        1_usize..4,
    );
    gira("xml", strategia, |(seme, ferite, rumore, blocco, fili)| {
        let byte = documento(radici::SUBENTRO, *seme, *ferite, rumore);
        let leggi = |blocco: usize, fili: usize| {
            let o = Opzioni {
                blocco,
                fili,
                max_record: 1 << 20,
                ..Opzioni::default()
            };
            let mut somma = Vec::new();
            let letto = schema::leggi(
                modello,
                &byte[..],
                &RECORD,
                &o,
                || Impronta(DefaultHasher::new()),
                |r, _| {
                    somma.push(r.0.finish());
                },
            );
            letto.map(|r| (r.fatale, r.violazioni, r.byte, somma))
        };
        let intero = leggi(1 << 20, 1).expect("within the limits");
        let a_pezzi = leggi(*blocco, *fili).expect("within the limits");
        assert_eq!((intero.0, intero.1), (a_pezzi.0, a_pezzi.1), "fatal, violations");
        if !intero.0 {
            assert_eq!(
                (intero.2, a_pezzi.2),
                (byte.len() as u64, byte.len() as u64),
                "every byte was read"
            );
        }
        assert_eq!(
            schema::valida(modello, &byte).is_empty(),
            intero.1 == 0,
            "one verdict"
        );
    });
}

#[test]
fn messaggi_piccoli() {
    let radici = [
        radici::RICHIESTA_S001,
        radici::RISPOSTA_S001,
        radici::RICHIESTA_CONNESSIONE,
        radici::RISPOSTA_CONNESSIONE,
    ];
    gira(
        "messaggi",
        (any::<u64>(), 0_usize..4, vec(any::<u8>(), 0..12), 0_usize..4),
        |(seme, ferite, rumore, quale)| {
            let byte = documento(radici[*quale], *seme, *ferite, rumore);
            let modello = Modello::di(radici[*quale].0, radici[*quale].1).expect("a published root");
            let violazioni = schema::valida(modello, &byte);
            assert_eq!(schema::albero(modello, &byte).is_ok(), violazioni.is_empty());
            for v in violazioni {
                assert!(
                    v.posizione.offset <= byte.len() as u64 && v.posizione.riga >= 1 && !v.testo.is_empty()
                );
            }
        },
    );
}

/// Takes a file in and, if it was taken, elaborates it and reads everything back.
fn accogli(nome: &str, byte: &[u8], opz: &OpzioniPrepara) {
    let cartella = tempfile::tempdir().expect("a folder");
    let ctx = Banco::nuovo().contesto();
    let uscita = cartella.path().join("prova.seg");
    let letto = NomeFile::parse(nome).expect("a name of ours");
    match prepara(byte, nome, &letto, &ctx, &uscita, opz) {
        Ok(_) => {
            let segmento = Segmento::apri(&uscita).expect("what was just written");
            let schede = segmento
                .schede()
                .expect("its records")
                .inspect(|r| assert!(r.is_ok(), "{r:?}"))
                .count();
            let ingressi = [Ingresso {
                nome: nome.to_owned(),
                segmento,
            }];
            let esito =
                elabora(&ingressi, true, &ctx, &Allineata::default(), cartella.path()).expect("an outcome");
            let contate = esito.schede.totale();
            assert!(
                schede as u64 <= contate || contate == 0,
                "{schede} records, {contate} counted"
            );
            let scritti = elaborazione::rilievi(cartella.path())
                .expect("a report")
                .inspect(|r| assert!(r.is_ok(), "{r:?}"))
                .count();
            assert_eq!(
                scritti as u64,
                esito.conteggi.values().sum::<u64>(),
                "counts are exact"
            );
        }
        Err(RifiutoFile::Rilievi(rilievi)) => {
            assert!(!rilievi.is_empty(), "a refusal says why");
            assert_eq!(
                fs::read_dir(cartella.path()).expect("the folder").count(),
                0,
                "nothing is left behind"
            );
        }
        Err(RifiutoFile::Limite { .. }) => {}
        Err(RifiutoFile::Io(e)) => panic!("a failure of ours: {e}"),
    }
}

/// Overwrites, removes and doubles stretches of some bytes.
fn ferisci(byte: &mut Vec<u8>, ferite: &[(usize, u8, Vec<u8>)]) {
    for (dove, come, con) in ferite {
        let posto = dove % (byte.len() + 1);
        let fine = (posto + con.len()).min(byte.len());
        match come % 4 {
            0 => drop(byte.splice(posto..fine, con.iter().copied())),
            1 => drop(byte.drain(posto..fine)),
            2 => {
                let copia = byte[posto..fine].to_vec();
                byte.splice(posto..posto, copia);
            }
            _ => drop(byte.splice(posto..posto, con.iter().copied())),
        }
    }
}

fn ferite(quante: usize) -> impl Strategy<Value = Vec<(usize, u8, Vec<u8>)>> {
    let byte = prop_oneof![3 => 0x20_u8..0x7f, 1 => any::<u8>(), 1 => proptest::sample::select(b"\r\n0 <>&'\"\xc9".to_vec())];
    vec((any::<usize>(), any::<u8>(), vec(byte, 0..9)), 0..quante)
}

#[test]
fn righe_aire() {
    let strategia = (1_usize..6, ferite(12), any::<bool>(), any::<bool>());
    gira("aire", strategia, |(righe, ferite, compresso, prosegui)| {
        let mut byte = PULITA_AIRE.repeat(*righe);
        ferisci(&mut byte, ferite);
        let opz = OpzioniPrepara {
            fili: 1,
            compresso: *compresso,
            prosegui: *prosegui,
            durevole: false,
            ..OpzioniPrepara::default()
        };
        let byte = if *compresso { gz(&byte) } else { byte };
        accogli("888001_SUBAIRE_1.gz", &byte, &opz);
    });
}

#[test]
fn file_apr() {
    let strategia = (ferite(4), ferite(3), any::<bool>(), 1_usize..3);
    gira("apr", strategia, |(dentro, fuori, prosegui, fili)| {
        let mut byte = PULITA.as_bytes().to_vec();
        ferisci(&mut byte, dentro);
        let mut byte = gz(&byte);
        // Two in three keep their gzip whole, else nothing inside is ever reached.
        if fuori.len() > 1 {
            ferisci(&mut byte, fuori);
        }
        let opz = OpzioniPrepara {
            fili: *fili,
            prosegui: *prosegui,
            durevole: false,
            ..OpzioniPrepara::default()
        };
        accogli("888001_SUBAPR_1_1_1.gz", &byte, &opz);
    });
}

#[test]
fn nomi_e_codici() {
    let testo = prop_oneof![
        "[0-9]{4,7}[_-](SUBAPR|SUBAIRE|subapr|SUB)[_-][0-9]{0,4}(_[0-9]{0,4}){0,3}\\.(gz|GZ|zip|gz\\.gz)?",
        "[0-9A-Z]{0,18}",
        "[A-Z]{6}[0-9LMNP-V]{2}[A-EHLMPRST][0-9LMNP-V]{2}[A-Z][0-9LMNP-V]{3}[A-Z]",
        "[0-9]{5,7}-(CO|PC|XX)-[0-9]{0,6}",
        "-?[0-9]{0,5}-[0-9]{0,3}-[0-9]{0,3}(Z|[+-][0-9]{2}:[0-9]{2})?",
        "\\PC{0,40}",
        any::<String>(),
    ];
    gira("nomi", testo, |testo| {
        if let Some(nome) = NomeFile::parse(testo) {
            assert_eq!(NomeFile::parse(&nome.componi()), Some(nome), "{testo}");
            assert_eq!(NomeFile::istat_di(testo), Some(nome.istat()));
        }
        let _ = (
            NomeFile::istat_di(testo),
            IdPostazione::parse(testo),
            codice_fiscale::CodiceFiscale::parse(testo),
        );
        if let Ok(istat) = CodiceIstat::parse(testo) {
            assert_eq!(istat.as_str(), testo);
        }
        if let Ok(id) = IdPostazione::parse(testo) {
            assert_eq!(id.to_string(), *testo);
        }
        if let Some(data) = leggi_data(testo) {
            assert!(testo.contains(&data.to_string()), "{testo}");
        }
        if codice_fiscale::numerico_valido(testo) {
            assert_eq!(testo.len(), 11);
        }
        if let Ok(letto) = codice_fiscale::decodifica(testo) {
            assert!(letto.giorno <= 31 && (1..=12).contains(&letto.mese), "{testo}");
        }
        codice_fiscale::normalizza(testo);
    });
}

#[test]
fn codici_fiscali_di_chiunque() {
    let strategia = (
        proptest::option::of("\\PC{0,30}"),
        proptest::option::of("[A-ZÀÈÉÌÒÙ' -]{0,30}"),
        any::<bool>(),
        (1_i16..=9999, 1_i8..=12, 1_i8..=28),
        "[A-Z][0-9]{3}",
    );
    gira(
        "codici fiscali",
        strategia,
        |(cognome, nome, maschio, (anno, mese, giorno), belfiore)| {
            let g = Generalita {
                cognome: cognome.as_deref(),
                nome: nome.as_deref(),
                sesso: if *maschio { Sesso::M } else { Sesso::F },
                nascita: leggi_data(&format!("{anno:04}-{mese:02}-{giorno:02}")).expect("a date"),
                belfiore,
            };
            let codice = codice_fiscale::calcola(&g);
            let testo = std::str::from_utf8(&codice).expect("ASCII");
            let letto = codice_fiscale::decodifica(testo).expect("a code of ours is a code");
            assert!(letto.stessa_data(g.nascita) && letto.belfiore() == belfiore && letto.omocodia == 0);
            for omocodo in codice_fiscale::omocodie(&codice) {
                let testo = std::str::from_utf8(&omocodo).expect("ASCII");
                let altro = codice_fiscale::decodifica(testo).expect("an omocodia is a code");
                assert!(
                    altro.stessa_data(g.nascita) && altro.belfiore() == belfiore && altro.omocodia > 0,
                    "{testo}"
                );
                assert_eq!(codice_fiscale::calcola(&g), codice);
            }
        },
    );
}

mod soap {
    use anagrafe::Ambiente;
    use frontiera::{
        Censimento, Frontiera, OperatoreVisto, Politica, Servizio,
        firma::{Chiavi, Messaggio, componi},
    };
    use rcgen::{
        BasicConstraints, CertificateParams, DnType, IsCa, Issuer, KeyPair, PKCS_RSA_SHA256, date_time_ymd,
    };

    use super::*;

    const OPERATORE: &str = "VRDGNN80A01Y001K";
    static TESTCONN: Servizio = Servizio {
        radici: &[("http://sogei.it/ANPR/connessione", "RichiestaConnessione")],
        controlla_testata: false,
    };

    struct Uno;

    impl Censimento for Uno {
        fn revocato(&self, _: &[u8; 32], _: &str) -> bool {
            false
        }

        fn operatore(&self, name_id: &str) -> Option<OperatoreVisto> {
            (name_id == OPERATORE).then(|| OperatoreVisto {
                attivo: true,
                comuni: vec![CodiceIstat::parse("888001").expect("a code")],
                funzioni: vec!["*".into()],
            })
        }
    }

    fn chiave() -> KeyPair {
        KeyPair::generate_for(&PKCS_RSA_SHA256).expect("a key")
    }

    fn parametri(cn: &str) -> CertificateParams {
        let mut p = CertificateParams::default();
        p.distinguished_name.push(DnType::CommonName, cn);
        (p.not_before, p.not_after) = (date_time_ymd(2028, 1, 1), date_time_ymd(2034, 1, 1));
        p
    }

    /// A perimeter and an envelope it accepts.
    static SCENA: LazyLock<(Frontiera, String)> = LazyLock::new(|| {
        let mut p = parametri("CA di prova");
        p.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let k = chiave();
        let radice = p.self_signed(&k).expect("a root").der().to_vec();
        let ca = Issuer::new(p, k);
        let emetti = |cn: &str| {
            let k = chiave();
            let cert = parametri(cn).signed_by(&k, &ca).expect("a leaf").der().to_vec();
            (cert, k.serialize_der())
        };
        let (co, pc) = (emetti("888001-CO-0000"), emetti("888001-PC-0001"));
        let chiavi = Chiavi {
            comune_key_pkcs8: co.1,
            comune_cert_der: co.0,
            postazione_key_pkcs8: pc.1,
            postazione_cert_der: pc.0,
        };
        let corpo = "<a:RichiestaConnessione xmlns:a=\"http://sogei.it/ANPR/connessione\"><testataRichiesta>\
            <idOperazioneComune>1</idOperazioneComune><codMittente>x</codMittente><codDestinatario>x</codDestinatario>\
            <operazioneRichiesta>x</operazioneRichiesta></testataRichiesta></a:RichiestaConnessione>";
        let postazione = IdPostazione::parse("888001-PC-0001").expect("a postazione");
        let messaggio = Messaggio::nuovo(corpo, OPERATORE, &postazione, adesso());
        let busta = componi(&messaggio, &chiavi, None).expect("an envelope");
        let frontiera =
            Frontiera::nuova(Ambiente::Test, vec![radice], Politica::default()).expect("a perimeter");
        (frontiera, busta)
    });

    fn adesso() -> jiff::Timestamp {
        "2031-05-12T08:15:30.120Z".parse().expect("an instant")
    }

    #[test]
    fn buste() {
        let (frontiera, busta) = &*SCENA;
        let tipi = [
            Some("text/xml; charset=UTF-8"),
            None,
            Some("application/soap+xml"),
            Some("text/xml; charset=\"\u{e9}"),
            Some(";;="),
        ];
        let esamina = |byte: &[u8], tipo: Option<&str>| {
            let e = frontiera.esamina(byte, tipo, &TESTCONN, &Uno, adesso());
            assert!(!e.passi.is_empty(), "the steps tell what was looked at");
            e.esito.is_ok()
        };
        assert!(
            esamina(busta.as_bytes(), tipi[0]),
            "the envelope the cases start from"
        );
        // Letters of the signed values: whoever changes one of them must be found out.
        let firmati: Vec<usize> = busta.match_indices("Value>").map(|(i, _)| i + 10).collect();
        let strategia = (
            any::<u64>(),
            0_usize..4,
            super::ferite(4),
            0_usize..5,
            any::<prop::sample::Index>(),
        );
        gira("soap", strategia, |(seme, ferite, altre, tipo, firmato)| {
            let mut c = Campione::nuovo(*seme);
            let mut byte = busta.as_bytes().to_vec();
            for _ in 0..*ferite {
                c.muta_byte(&mut byte);
            }
            super::ferisci(&mut byte, altre);
            esamina(&byte, tipi[*tipo]);
            let mut falso = busta.as_bytes().to_vec();
            let posto = firmati[firmato.index(firmati.len())];
            if falso[posto].is_ascii_alphanumeric() {
                falso[posto] = if falso[posto] == b'A' { b'B' } else { b'A' };
                assert!(
                    !esamina(&falso, tipi[0]),
                    "a changed value at {posto} was accepted"
                );
            }
        });
    }
}

/// The long way through a file that is nearly a bomb, by hand: many small gzip members and a truncated one.
#[test]
fn gzip_a_pezzi() {
    let intero = gz(PULITA.as_bytes());
    let opz = OpzioniPrepara {
        durevole: false,
        ..OpzioniPrepara::default()
    };
    for byte in [
        intero.repeat(3),
        intero[..intero.len() / 2].to_vec(),
        intero[..10].to_vec(),
        [&intero[..], b"coda"].concat(),
        Vec::new(),
    ] {
        accogli("888001_SUBAPR_1_1_1.gz", &byte, &opz);
    }
    let mut esterno = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    esterno.write_all(&intero).expect("in memory");
    accogli(
        "888001_SUBAPR_1_1_1.gz",
        &esterno.finish().expect("in memory"),
        &opz,
    );
}
