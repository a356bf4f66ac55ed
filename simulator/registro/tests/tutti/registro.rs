//! Transactions, counters, journal, clock, sandboxes.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use anagrafe::Ambiente;
use jiff::civil::{date, datetime};
use registro::*;

use crate::comune::{fornitura, istat, opzioni, opzioni_con, secondo};

fn nuovo() -> Registro {
    Registro::in_memoria(opzioni()).expect("registro")
}

#[test]
fn a_transaction_reads_its_own_writes_and_an_error_leaves_nothing() {
    let r = nuovo();
    let uno = istat("888001");
    r.scrivi(|t| t.salva_comune(&Comune::nuovo(uno, "UNO", "XX", None)))
        .expect("scrivi");
    let prima = r.orologio().expect("orologio");
    let esito: Result<(), ErroreRegistro> = r.scrivi(|t| {
        t.salva_comune(&Comune::nuovo(istat("888002"), "DUE", "XX", None))?;
        let mut primo = t.comune(uno)?.expect("comune");
        primo.pec = Some("a@b.example".to_owned());
        primo.in_ambiente_mut(Ambiente::Pre).situazione = SituazioneComune::Subentrato;
        t.salva_comune(&primo)?;
        t.salva_documento("guasti", "piano", &[1, 2])?;
        t.togli_documento("guasti", "altro");
        assert_eq!(t.comuni()?.len(), 2);
        assert_eq!(t.comune(uno)?.as_ref(), Some(&primo));
        assert_eq!(
            t.documenti::<Vec<u8>>("guasti")?,
            vec![("piano".to_owned(), vec![1, 2])]
        );
        t.evento()?;
        t.nuova_fornitura()?;
        Err(ErroreRegistro::Posta("apposta".to_owned()))
    });
    assert!(matches!(esito, Err(ErroreRegistro::Posta(_))));
    assert_eq!(
        r.comuni().expect("comuni"),
        vec![Comune::nuovo(uno, "UNO", "XX", None)]
    );
    assert_eq!(r.documenti::<Vec<u8>>("guasti").expect("documenti"), vec![]);
    assert_eq!(r.orologio().expect("orologio"), prima);
    assert_eq!(
        r.scrivi(Transazione::nuova_fornitura).expect("id"),
        IdFornitura(1),
        "the counter did not move"
    );
}

#[test]
fn deliveries_by_environment_and_comune() {
    let r = nuovo();
    r.scrivi(|t| {
        for (comune, ambiente) in [
            ("888001", Ambiente::Pre),
            ("888001", Ambiente::Test),
            ("888010", Ambiente::Pre),
        ] {
            let id = t.nuova_fornitura()?;
            let quando = t.evento()?;
            let mut f = fornitura(id, istat(comune), quando);
            f.ambiente = ambiente;
            t.salva_fornitura(&f)?;
        }
        Ok::<_, ErroreRegistro>(())
    })
    .expect("scrivi");
    let id = |v: Vec<Fornitura>| v.into_iter().map(|f| f.id.0).collect::<Vec<_>>();
    assert_eq!(
        id(r.forniture(Ambiente::Pre, istat("888001")).expect("forniture")),
        [1]
    );
    assert_eq!(id(r.forniture(Ambiente::Pre, None).expect("forniture")), [1, 3]);
    assert_eq!(id(r.forniture(None, istat("888001")).expect("forniture")), [1, 2]);
    assert_eq!(id(r.forniture(None, None).expect("forniture")), [1, 2, 3]);
    assert_eq!(
        id(r.forniture(Ambiente::Sub, istat("888001")).expect("forniture")),
        [0_u64; 0]
    );
    let in_corso = r
        .fornitura_in_corso(Ambiente::Test, istat("888001"))
        .expect("in corso");
    assert_eq!(in_corso.map(|f| f.id), Some(IdFornitura(2)));
}

#[test]
fn standing_still_the_same_commands_give_the_same_state() {
    let storia = |muro: i64| {
        let orologio = Arc::new(AtomicI64::new(muro));
        let r = Registro::in_memoria(opzioni_con(&orologio)).expect("registro");
        let mut visto = Vec::new();
        for _ in 0..3 {
            orologio.fetch_add(1_000, Ordering::SeqCst);
            let passo = r.scrivi(|t| {
                Ok::<_, ErroreRegistro>((
                    t.evento()?,
                    t.nuovo_protocollo(Ambiente::Pre)?,
                    t.id_operazione_anpr(Ambiente::Sub)?,
                ))
            });
            visto.push(passo.expect("passo"));
        }
        (visto, r.seme().expect("seme"))
    };
    assert_eq!(storia(0), storia(77_777));
    let (visto, seme) = storia(0);
    assert_eq!(
        visto[0],
        (
            datetime(2021, 3, 1, 8, 0, 1, 0),
            "SIM/PRE/2021/0000001".to_owned(),
            1_000_001
        )
    );
    assert_eq!(visto[2].0, datetime(2021, 3, 1, 8, 0, 3, 0));
    assert_eq!(seme, 7);
}

#[test]
fn the_clock_is_remembered_and_can_be_moved() {
    let muro = Arc::new(AtomicI64::new(0));
    let r = Registro::in_memoria(opzioni_con(&muro)).expect("registro");
    r.scrivi(|t| t.imposta_orologio(Some(date(2019, 5, 6)), Some(10)))
        .expect("orologio");
    muro.store(6, Ordering::SeqCst);
    assert_eq!(r.ora().expect("ora"), datetime(2019, 5, 6, 8, 1, 0, 0));
    assert_eq!(r.oggi().expect("oggi"), date(2019, 5, 6));
    let sommato = r.scrivi(Transazione::evento).expect("evento");
    assert_eq!(
        sommato,
        datetime(2019, 5, 6, 8, 1, 0, 0),
        "running, an event takes no time"
    );
}

#[test]
fn sessions_end_with_wall_time() {
    let muro = Arc::new(AtomicI64::new(0));
    let r = Registro::in_memoria(opzioni_con(&muro)).expect("registro");
    let sessione = Sessione {
        ambiente: Ambiente::Pre,
        name_id: "mario".to_owned(),
        comune: istat("888001"),
        csrf: "x".to_owned(),
        creata: secondo(0),
        scade: secondo(60),
        ultima: secondo(0),
        carta: false,
        dati: std::collections::BTreeMap::new(),
    };
    r.scrivi(|t| t.salva_sessione("gettone", &sessione))
        .expect("salva");
    muro.store(59, Ordering::SeqCst);
    assert_eq!(r.sessione("gettone").expect("sessione"), Some(sessione.clone()));
    muro.store(60, Ordering::SeqCst);
    assert_eq!(r.sessione("gettone").expect("sessione"), None);
    assert_eq!(r.scrivi(Transazione::togli_sessioni_scadute).expect("scadute"), 1);
    muro.store(0, Ordering::SeqCst);
    let luisa = Sessione {
        name_id: "luisa".to_owned(),
        ..sessione.clone()
    };
    r.scrivi(|t| {
        t.salva_sessione("uno", &sessione)?;
        t.salva_sessione("due", &sessione)?;
        t.salva_sessione("tre", &luisa)
    })
    .expect("salva");
    assert_eq!(r.scrivi(|t| t.togli_sessioni_di("mario")).expect("tolte"), 2);
    assert_eq!(r.sessione("uno").expect("sessione"), None);
    assert_eq!(r.sessione("tre").expect("sessione"), Some(luisa));
}

#[test]
fn replies_are_told_apart_by_sender_and_id() {
    let r = nuovo();
    let risposta = |corpo: &str| RispostaRicordata {
        operazione: "S001".to_owned(),
        impronta: String::new(),
        http: 200,
        corpo: corpo.to_owned(),
        quando: datetime(2021, 3, 1, 8, 0, 0, 0),
    };
    r.scrivi(|t| {
        t.ricorda(Ambiente::Pre, "888001", "12", &risposta("a"))?;
        // Without lengths in the key these two would be one.
        t.ricorda(Ambiente::Pre, "8880011", "2", &risposta("b"))?;
        t.ricorda(Ambiente::Pre, "888001\0", "12\u{e0}", &risposta("c"))
    })
    .expect("ricorda");
    let corpo = |m: &str, id: &str| {
        r.risposta(Ambiente::Pre, m, id)
            .expect("risposta")
            .map(|r| r.corpo)
    };
    assert_eq!(corpo("888001", "12"), Some("a".to_owned()));
    assert_eq!(corpo("8880011", "2"), Some("b".to_owned()));
    assert_eq!(corpo("888001\0", "12\u{e0}"), Some("c".to_owned()));
    assert_eq!(corpo("888001", "1"), None);
    assert_eq!(
        r.risposta(Ambiente::Test, "888001", "12").expect("risposta"),
        None
    );
}

#[test]
fn sandboxes_do_not_meet_and_reset_alone() {
    let r = nuovo();
    let altra = r.sandbox("ci-1").expect("sandbox");
    let comune = |nome: &str| Comune::nuovo(istat("888001"), nome, "XX", None);
    r.scrivi(|t| t.salva_comune(&comune("A"))).expect("scrivi");
    altra.scrivi(|t| t.salva_comune(&comune("B"))).expect("scrivi");
    assert_eq!(
        altra.scrivi(Transazione::nuova_fornitura).expect("id"),
        IdFornitura(1)
    );
    r.azzera().expect("azzera");
    assert_eq!(r.comuni().expect("comuni"), vec![]);
    assert_eq!(altra.comuni().expect("comuni"), vec![comune("B")]);
    assert_eq!(altra.contatore(None, "forniture").expect("contatore"), 1);
    for nome in ["", "A", "a/b", "a\0", "così", &"a".repeat(33)] {
        assert!(
            matches!(r.sandbox(nome), Err(ErroreRegistro::NomeSandbox(_))),
            "{nome:?}"
        );
    }
}

#[test]
fn passwords() {
    let hash = impronta_password("segreta", b"sale di prova").expect("hash");
    assert!(hash.starts_with("$argon2id$"), "{hash}");
    let inizio = std::time::Instant::now();
    assert!(verifica_password("segreta", &hash));
    let durata = inizio.elapsed();
    assert!(
        durata.as_millis() < 500,
        "{durata:?}: meant to be under 50 ms on an idle machine"
    );
    eprintln!("verifica della password: {durata:?}");
    assert!(!verifica_password("Segreta", &hash));
    assert!(!verifica_password("segreta", "non un hash"));
    assert!(!verifica_password(&"x".repeat(10_000), &hash));
    let operatore = Operatore {
        name_id: "mario".to_owned(),
        password: hash,
        stato: StatoOperatore::Attivo,
        ruoli: std::collections::BTreeSet::new(),
        funzioni: ["*".to_owned()].into(),
        comuni: [istat("888001")].into(),
        ambienti: Ambiente::TUTTI.into(),
    };
    // What was stored before environments were asked for is valid in all of them.
    let vecchio = serde_json::json!({"nameId": "x", "password": "", "stato": "scheda da attivare"});
    let vecchio: Operatore = serde_json::from_value(vecchio).expect("an operator");
    assert_eq!((vecchio.ambienti.len(), vecchio.stato.lavora()), (3, true));
    assert!(operatore.ha_funzione("3002"));
    let r = nuovo();
    r.scrivi(|t| t.salva_operatore(&operatore)).expect("scrivi");
    assert_eq!(r.operatore("mario").expect("operatore"), Some(operatore.clone()));
    assert_eq!(r.operatori(istat("888001")).expect("operatori").len(), 1);
    assert_eq!(r.operatori(istat("888002")).expect("operatori").len(), 0);
    assert_eq!(operatore.senza_segreti().password, "");
}
