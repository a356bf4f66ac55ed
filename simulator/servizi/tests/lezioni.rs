//! The lessons that are shipped, played: each from start to end, walked and jumped; and what a lesson leaves alone.

mod banco;

use std::collections::BTreeMap;

use anagrafe::{Ambiente, CodiceIstat};
use registro::{Ritmo, StatoFornitura};
use serde_json::{Value, json};
use servizi::{
    Libreria, NuovoComune, Simulatore,
    lezioni::{LIMITI, StatoLezione, StatoPasso, VOCI_ATTESE, VOCI_AZIONI, Voce},
};

fn istat(t: &str) -> CodiceIstat {
    CodiceIstat::parse(t).expect("a code")
}

/// What a lesson has made, without ids, protocol numbers and wall time: the same however one got there.
fn impronta(sim: &Simulatore, s: &StatoLezione) -> Value {
    let comune = sim.comune(s.comune).expect("the Comune");
    let forniture: Vec<Value> = Ambiente::TUTTI
        .into_iter()
        .flat_map(|a| sim.forniture(Some(a), Some(s.comune)).expect("deliveries"))
        .map(|f| {
            let file: Vec<_> = f.file.iter().map(|x| (x.nome.clone(), x.stato)).collect();
            json!({"ambiente": f.ambiente, "versione": f.versione, "stato": f.stato, "file": file,
                "conteggi": f.conteggi, "schede": f.schede, "creata": f.creata.date()})
        })
        .collect();
    let posta: Vec<(String, String)> = sim
        .pec(Some(s.comune))
        .expect("messages")
        .into_iter()
        .map(|p| {
            let oggetto = p.oggetto.split(" – prot. ").next().unwrap_or_default().to_owned();
            (p.ambiente.chiave().to_owned(), oggetto)
        })
        .collect();
    let piani: Vec<_> = Ambiente::TUTTI
        .into_iter()
        .map(|a| sim.piano(s.comune, a).expect("plan"))
        .collect();
    let situazioni: Vec<_> = Ambiente::TUTTI
        .into_iter()
        .map(|a| comune.in_ambiente(a).situazione)
        .collect();
    let attese: Vec<_> = s.passi.iter().map(|p| (p.stato, &p.attese)).collect();
    let scambio = s.scambio.as_ref().map(|x| (x.esito, x.fault.clone()));
    json!({"oggi": s.oggi, "passo": s.passo, "eseguito": s.eseguito, "stato": comune.stato, "situazioni": situazioni,
        "forniture": forniture, "posta": posta, "piani": piani, "rifiuti": s.rifiuti, "attese": attese,
        "scambio": scambio, "calendario": s.calendario, "pec": comune.pec})
}

/// Walks a lesson: the state at the beginning of each step and at the end.
fn cammina(sim: &Simulatore, id: &str) -> Vec<Value> {
    let mut s = sim.avvia_lezione(id).expect(id);
    let mut viste = vec![impronta(sim, &s)];
    while !s.finita {
        s = sim.avanti_lezione(id).expect(id);
        viste.push(impronta(sim, &s));
    }
    viste
}

#[test]
fn every_lesson_reaches_each_expectation_by_its_step_and_by_nothing_before() {
    let b = banco::nuovo();
    assert!(Libreria::predefinita().tutte().len() >= 6);
    for l in Libreria::predefinita().tutte() {
        let difformita = b.sim.collauda_lezione(&l.id).expect(&l.id);
        assert_eq!(difformita, [], "{}", l.id);
        let attese: usize = l.passi.iter().map(|p| p.attese.len()).sum();
        assert!(
            attese >= 5,
            "{}: a lesson that expects nothing teaches nothing",
            l.id
        );
    }
}

#[test]
fn a_jump_gives_the_state_that_walking_gives() {
    let b = banco::nuovo();
    for l in Libreria::predefinita().tutte() {
        let viste = cammina(&b.sim, &l.id);
        assert_eq!(viste.len(), l.passi.len() + 1);
        // From the end to the middle, forwards again, and to the very same place.
        let meta = l.passi.len() / 2;
        for k in [meta, l.passi.len(), 1, 1, 0] {
            let s = b.sim.salta_lezione(&l.id, k).expect("a step");
            assert_eq!(impronta(&b.sim, &s), viste[k], "{} {k}", l.id);
        }
        // Walking on from where one jumped to ends where walking all along ended.
        b.sim.salta_lezione(&l.id, meta).expect("a step");
        let mut s = b.sim.stato_lezione(&l.id).expect("state");
        while !s.finita {
            s = b.sim.avanti_lezione(&l.id).expect("a step");
        }
        assert_eq!(Some(&impronta(&b.sim, &s)), viste.last(), "{}", l.id);
        b.sim.termina_lezione(&l.id).expect("ended");
    }
}

#[test]
fn a_lesson_takes_away_what_it_made_and_nothing_else() {
    let b = banco::nuovo();
    let sim = &b.sim;
    // What the user has: a Comune, a delivery of a ready one, a date, a pace, messages.
    let mio = istat("888050");
    sim.crea_comune(NuovoComune {
        istat: mio,
        nome: None,
        provincia: None,
        pec: None,
    })
    .expect("mine");
    let (nome, byte) = banco::file();
    let mut deposito = sim.deposito().expect("spool");
    std::io::Write::write_all(&mut deposito, byte).expect("written");
    sim.carica(servizi::Invio {
        ambiente: Ambiente::Pre,
        comune: istat(banco::COMUNE),
        tipo: None,
        nome: nome.clone(),
        canale: servizi::Canale::Api,
        deposito,
        solo_apr: false,
    })
    .expect("taken");
    sim.metti_ritmo(Ritmo::Ritardata { secondi: 1 }).expect("pace");
    sim.metti_orologio(anagrafe::leggi_data("2020-05-05"), Some(3))
        .expect("clock");
    let mondo = || {
        let o = sim.orologio().expect("clock");
        let comuni: BTreeMap<String, Value> = sim
            .comuni()
            .expect("comuni")
            .into_iter()
            .map(|c| (c.istat.to_string(), serde_json::to_value(&c).expect("JSON")))
            .collect();
        let forniture = sim.forniture(None, None).expect("deliveries").len();
        let pec = sim.pec(None).expect("messages").len();
        let case = serde_json::to_value(sim.software_house().expect("houses")).expect("JSON");
        (
            o.oggi,
            o.velocita,
            sim.ritmo().expect("pace"),
            comuni,
            forniture,
            pec,
            case,
        )
    };
    let prima = mondo();
    sim.avvia_lezione("primo-subentro").expect("started");
    let o = sim.orologio().expect("clock");
    assert_eq!((o.oggi.to_string().as_str(), o.velocita), ("2021-03-01", 0));
    assert_eq!(sim.ritmo().expect("pace"), Ritmo::Istantanea);
    let s = sim.salta_lezione("primo-subentro", 7).expect("to the end");
    assert!(s.finita);
    // The subentro was told to the others: each got one notice, however often the lesson was played.
    let avvisati = || {
        sim.pec(Some(mio))
            .expect("messages")
            .iter()
            .filter(|p| p.oggetto.contains("N031 – subentro del Comune 888101"))
            .count()
    };
    assert_eq!(avvisati(), 1);
    sim.salta_lezione("primo-subentro", 7).expect("again");
    assert_eq!(avvisati(), 1);
    assert_eq!(sim.operatori(istat("888101")).expect("operators").len(), 1);
    sim.termina_lezione("primo-subentro").expect("ended");
    assert_eq!(mondo(), prima);
    assert!(sim.comune(istat("888101")).is_err());
    let chi = sim.operatore_lezione("primo-subentro").expect("the operator").0;
    assert!(sim.operatore(istat("888101"), &chi).is_err());
    assert!(sim.termina_lezione("primo-subentro").is_err(), "it is over");
}

#[test]
fn one_lesson_at_a_time_and_never_over_somebodys_comune() {
    let b = banco::nuovo();
    let sim = &b.sim;
    sim.avvia_lezione("data-mancata").expect("started");
    let no = sim.avvia_lezione("primo-subentro").expect_err("another runs");
    assert_eq!(no.http, 409);
    assert!(no.testo.contains("data-mancata"), "{no}");
    assert!(
        sim.collauda_lezione("data-mancata").is_err(),
        "it would undo the one that runs"
    );
    assert_eq!(
        sim.avanti_lezione("primo-subentro")
            .expect_err("not this one")
            .http,
        409
    );
    assert_eq!(
        sim.stato_lezione("primo-subentro")
            .expect("state")
            .altra
            .as_deref(),
        Some("data-mancata")
    );
    assert_eq!(
        sim.salta_lezione("data-mancata", 99)
            .expect_err("no such step")
            .http,
        400
    );
    sim.termina_lezione("data-mancata").expect("ended");
    let comune = NuovoComune {
        istat: istat("888101"),
        nome: Some("MIO".to_owned()),
        provincia: None,
        pec: None,
    };
    sim.crea_comune(comune).expect("mine");
    let no = sim
        .avvia_lezione("primo-subentro")
        .expect_err("mine is not the lesson's");
    assert_eq!(no.http, 409);
    assert_eq!(sim.comune(istat("888101")).expect("still there").nome, "MIO");
    assert!(sim.stato_lezione("nessuna").is_err());
}

#[test]
fn a_step_by_hand_is_not_done_twice_and_is_done_for_who_does_not() {
    let b = banco::nuovo();
    let sim = &b.sim;
    let id = "cancellazione-di-notte";
    sim.avvia_lezione(id).expect("started");
    let s = sim.salta_lezione(id, 2).expect("to the step by hand");
    assert!(!s.eseguito && !s.attese()[0].raggiunta);
    let f = s.fornitura.expect("a delivery");
    sim.chiedi_cancellazione(&f.id.to_string()).expect("by hand");
    let s = sim.stato_lezione(id).expect("state");
    assert!(
        s.attese()[0].raggiunta && !s.eseguito,
        "seen at once, before anybody says so"
    );
    let chiesta = sim.fornitura(&f.id.to_string()).expect("there").cancellazione;
    let s = sim.esegui_passo(id).expect("nothing left to do");
    assert!(s.eseguito);
    let dopo = sim.fornitura(&f.id.to_string()).expect("there");
    assert_eq!(
        (dopo.cancellazione, dopo.stato),
        (chiesta, StatoFornitura::CancellazioneRichiesta)
    );
    let s = sim.salta_lezione(id, 3).expect("past it");
    assert_eq!(s.passi[2].stato, StatoPasso::Fatto);
    assert!(s.passi[2].attese[0].raggiunta, "the simulator stood in");
}

#[test]
fn a_running_lesson_survives_a_restart_and_a_reset_of_everything_ends_it() {
    let cartella = tempfile::tempdir().expect("a folder");
    let politiche = || servizi::Politiche::predefinite(frontiera::politica::Preset::Faithful);
    let id = "tre-errori-bloccanti";
    let prima = {
        let b = banco::apri(cartella.path(), politiche());
        b.sim.avvia_lezione(id).expect("started");
        let s = b.sim.salta_lezione(id, 2).expect("a step");
        let vista = impronta(&b.sim, &s);
        b.sim.chiudi();
        vista
    };
    let b = banco::apri(cartella.path(), politiche());
    let s = b.sim.stato_lezione(id).expect("state");
    assert_eq!(impronta(&b.sim, &s), prima);
    let s = b.sim.avanti_lezione(id).expect("goes on");
    assert_eq!(s.passo, Some(4));
    b.sim.reset().expect("reset");
    let s = b.sim.stato_lezione(id).expect("state");
    assert!(!s.in_corso);
    assert_eq!(b.sim.orologio().expect("clock").oggi.to_string(), "2021-03-01");
    assert_eq!(b.sim.avanti_lezione(id).expect_err("over").http, 409);
    b.sim.avvia_lezione(id).expect("starts anew");
}

/// A table between two marks of the page follows the code; with `ANPR_SIM_RISCRIVI=1` it is written anew.
#[test]
fn a_lesson_keeps_its_day_when_the_program_starts_again_with_another() {
    let cartella = tempfile::tempdir().expect("a folder");
    let politiche = || servizi::Politiche::predefinite(frontiera::politica::Preset::Faithful);
    let id = "tre-errori-bloccanti";
    let prima = {
        let b = banco::apri(cartella.path(), politiche());
        b.sim.avvia_lezione(id).expect("started");
        let s = b.sim.salta_lezione(id, 2).expect("a step");
        let vista = (impronta(&b.sim, &s), b.sim.orologio().expect("clock").oggi);
        b.sim.chiudi();
        vista
    };
    // Another date, another speed, and in the end neither: the lesson does not notice.
    for (oggi, velocita) in [
        (Some("2024-06-05"), None),
        (Some("2024-06-05"), Some(0)),
        (None, None),
    ] {
        let b = banco::apri_con(cartella.path(), politiche(), |i| {
            i.oggi = oggi.and_then(anagrafe::leggi_data);
            i.velocita = velocita;
        });
        let s = b.sim.stato_lezione(id).expect("state");
        let o = b.sim.orologio().expect("clock");
        assert_eq!((impronta(&b.sim, &s), o.oggi), prima, "{oggi:?}");
        assert_eq!(o.velocita, 0, "the day of a lesson stands still");
        b.sim.chiudi();
    }
    // What was asked for at the last start holds when the lesson ends.
    let b = banco::apri_con(cartella.path(), politiche(), |i| {
        i.oggi = anagrafe::leggi_data("2022-02-03");
        i.velocita = Some(0);
    });
    let s = b.sim.avanti_lezione(id).expect("goes on");
    assert_eq!(s.passo, Some(4));
    b.sim.termina_lezione(id).expect("ended");
    let o = b.sim.orologio().expect("clock");
    assert_eq!((o.oggi.to_string().as_str(), o.velocita), ("2022-02-03", 0));
}

fn tabella(pagina: &mut String, nome: &str, righe: &str) {
    let (inizio, fine) = (format!("<!-- {nome} -->\n"), format!("<!-- fine {nome} -->"));
    let a = pagina.find(&inizio).expect(nome) + inizio.len();
    let b = pagina.find(&fine).expect(nome);
    if std::env::var_os("ANPR_SIM_RISCRIVI").is_some() {
        pagina.replace_range(a..b, righe);
    }
    let b = pagina.find(&fine).expect(nome);
    assert_eq!(
        &pagina[a..b],
        righe,
        "{nome}: ANPR_SIM_RISCRIVI=1 cargo test -p servizi --test lezioni"
    );
}

#[test]
fn the_page_of_the_lessons_follows_the_code() {
    let file = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/LEZIONI.md");
    let mut pagina = std::fs::read_to_string(file).expect("the page");
    let voci = |voci: &[Voce]| {
        let righe: String = voci
            .iter()
            .map(|v| format!("| `{}` | {} | `{}` |\n", v.nome, v.che, v.esempio))
            .collect();
        format!("| parola | che cosa | esempio |\n| --- | --- | --- |\n{righe}")
    };
    tabella(&mut pagina, "azioni", &voci(VOCI_AZIONI));
    tabella(&mut pagina, "attese", &voci(VOCI_ATTESE));
    let limiti: String = LIMITI
        .iter()
        .map(|(che, n)| format!("| {che} | {n} |\n"))
        .collect();
    tabella(
        &mut pagina,
        "limiti",
        &format!("| che cosa | al massimo |\n| --- | --- |\n{limiti}"),
    );
    if std::env::var_os("ANPR_SIM_RISCRIVI").is_some() {
        std::fs::write(file, &pagina).expect("written");
    }
}

/// The actions no shipped lesson uses, in one of our own; and what they touched, put back.
#[test]
fn every_action_works_and_what_is_everybodys_comes_back() {
    let cartella = tempfile::tempdir().expect("a folder");
    std::fs::write(
        cartella.path().join("tutte.toml"),
        include_str!("tutte_le_azioni.toml"),
    )
    .expect("written");
    let dati = tempfile::tempdir().expect("a folder");
    let mut i = servizi::Impostazioni::in_cartella(dati.path().to_owned());
    i.oggi = anagrafe::leggi_data("2020-05-05");
    i.lezioni = Some(std::sync::Arc::new(
        Libreria::con_cartella(cartella.path()).expect("read"),
    ));
    let sim = Simulatore::apri(i, banco::pki(dati.path())).expect("simulator");
    sim.popola();
    sim.metti_guasti(json!([{"ambiente": "sub", "tipo": "F9", "volte": 2}]))
        .expect("a plan");
    let (guasti, tributaria) = (sim.guasti(), sim.tributaria().expect("register"));
    assert_eq!(sim.collauda_lezione("tutte").expect("played"), []);
    assert_eq!(sim.guasti(), guasti);
    assert_eq!(sim.tributaria().expect("register"), tributaria);
    // The keys of a run that is over do not work, and serve the next run again.
    let certificati = || {
        sim.certificati(servizi::FiltroCertificati {
            comune: Some(istat("888150")),
            ..Default::default()
        })
    };
    let primi = certificati().expect("certificates");
    assert!(primi.iter().all(|c| c["stato"] == "revocato"), "{primi:?}");
    assert_eq!(sim.collauda_lezione("tutte").expect("played again"), []);
    assert_eq!(
        certificati().expect("certificates").len(),
        primi.len(),
        "none was issued anew"
    );
    // In the middle of it a jump to the start mends what was broken.
    sim.avvia_lezione("tutte").expect("started");
    let s = sim
        .salta_lezione("tutte", 3)
        .expect("while the tax register is out");
    assert_eq!(sim.tributaria().expect("register")["guasto"], true);
    assert_eq!(s.fornitura.expect("waits").stato, StatoFornitura::InElaborazione);
    sim.salta_lezione("tutte", 0).expect("back");
    assert_eq!(sim.tributaria().expect("register"), tributaria);
    sim.termina_lezione("tutte").expect("ended");
    let usate: std::collections::BTreeSet<&str> = sim
        .lezioni()
        .tutte()
        .iter()
        .flat_map(|l| &l.passi)
        .flat_map(|p| &p.azioni)
        .map(servizi::lezioni::Azione::nome)
        .collect();
    let tutte: std::collections::BTreeSet<&str> = VOCI_AZIONI.iter().map(|v| v.nome).collect();
    assert_eq!(usate, tutte, "an action nobody tries");
}
