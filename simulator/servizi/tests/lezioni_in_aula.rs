//! Lessons where more than one hand is on them: two windows, a clock that somebody moved, a Comune in the way; and what a
//! lesson's Comune proved of the test plan.

mod banco;

use anagrafe::{Ambiente, CodiceIstat, leggi_data};
use registro::MacroStato;
use servizi::{
    Libreria, NuovoComune, Simulatore,
    lezioni::{Mossa, NonParte, StatoLezione},
};

const LEZIONE: &str = "tre-errori-bloccanti";

fn istat(t: &str) -> CodiceIstat {
    CodiceIstat::parse(t).expect("a code")
}

fn stato(sim: &Simulatore, id: &str) -> StatoLezione {
    sim.stato_lezione(id).expect(id)
}

#[test]
fn a_move_is_for_one_step_and_two_presses_never_go_two() {
    let b = banco::nuovo();
    let sim = &b.sim;
    sim.avvia_lezione(LEZIONE).expect("started");
    let no = |mossa, da| {
        let e = sim.muovi_lezione(LEZIONE, mossa, Some(da)).expect_err("too late");
        assert_eq!(e.http, 409, "{e}");
        e.testo
    };
    let s = sim.muovi_lezione(LEZIONE, Mossa::Avanti, Some(1)).expect("first");
    assert_eq!(s.passo, Some(2));
    for mossa in [Mossa::Esegui, Mossa::Avanti, Mossa::Indietro] {
        assert_eq!(
            no(mossa, 1),
            "Questa mossa era per il passo 1, e la lezione è al passo 2: un doppio clic, o un'altra finestra. Nulla è stato \
             fatto di nuovo."
        );
    }
    let s = stato(sim, LEZIONE);
    assert_eq!((s.passo, s.eseguito, s.fornitura), (Some(2), false, None));
    // All at once, from many windows: one of them goes on.
    let esiti: Vec<bool> = std::thread::scope(|t| {
        let fili: Vec<_> = (0..4)
            .map(|_| t.spawn(|| sim.muovi_lezione(LEZIONE, Mossa::Avanti, Some(2)).is_ok()))
            .collect();
        fili.into_iter().map(|f| f.join().expect("a window")).collect()
    });
    assert_eq!(esiti.iter().filter(|x| **x).count(), 1);
    assert_eq!(stato(sim, LEZIONE).passo, Some(3));
    // Who names no step means the one that is there: scripts do.
    assert_eq!(sim.avanti_lezione(LEZIONE).expect("goes on").passo, Some(4));
    let s = sim
        .muovi_lezione(LEZIONE, Mossa::Indietro, Some(4))
        .expect("back");
    assert_eq!((s.passo, s.eseguito), (Some(3), true));
}

#[test]
fn a_clock_that_somebody_moves_is_told_and_put_back() {
    let b = banco::nuovo();
    let sim = &b.sim;
    let id = "data-mancata";
    let d = |t: &str| leggi_data(t).expect("a date");
    let atteso = || {
        let o = sim.attesa_orologio().expect("state");
        o.map(|o| (o.lezione, o.giorno.to_string(), o.spostato))
    };
    assert_eq!(atteso(), None, "no lesson wants anything");
    sim.avvia_lezione(id).expect("started");
    let l = sim.lezione(id).expect("there");
    assert_eq!(atteso(), Some((id.to_owned(), l.oggi.to_string(), false)));
    assert_eq!(stato(sim, id).orologio_atteso, None);
    assert_eq!(stato(sim, LEZIONE).orologio_atteso, None, "it does not run");
    // Elsewhere, or running: said, with the day.
    for (oggi, velocita) in [(Some(d("2021-05-05")), None), (None, Some(1))] {
        sim.metti_orologio(oggi, velocita).expect("moved");
        assert_eq!(atteso(), Some((id.to_owned(), l.oggi.to_string(), true)));
        assert_eq!(stato(sim, id).orologio_atteso, Some(l.oggi));
        let s = sim.riporta_orologio(id).expect("put back");
        assert_eq!((s.orologio_atteso, s.oggi), (None, l.oggi));
        assert_eq!(sim.orologio().expect("clock").velocita, 0);
    }
    // The lesson itself moves it: nothing to tell, and it is brought back to the new day.
    let s = sim.salta_lezione(id, 2).expect("a step");
    assert_eq!(s.orologio_atteso, None);
    assert!(s.oggi > l.oggi, "{}", s.oggi);
    let li = s.oggi;
    sim.metti_orologio(Some(l.oggi), None).expect("moved");
    assert_eq!(stato(sim, id).orologio_atteso, Some(li));
    assert_eq!(sim.riporta_orologio(id).expect("put back").oggi, li);
    assert_eq!(sim.riporta_orologio(LEZIONE).expect_err("another runs").http, 409);
    sim.termina_lezione(id).expect("ended");
    assert_eq!(atteso(), None);
    assert_eq!(sim.riporta_orologio(id).expect_err("none runs").http, 409);
}

#[test]
fn who_moves_the_date_by_hand_as_the_step_says_is_not_warned() {
    let cartella = tempfile::tempdir().expect("a folder");
    let testo = "titolo = \"A mano\"\nscopo = \"-\"\ncomune = \"888160\"\noggi = \"2021-03-01\"\nabitanti = 20\naire = 2\n\
        [[passi]]\ntitolo = \"Il giorno\"\nminuti = 1\nnote = \"-\"\ntesto = \"-\"\n\
        azioni = [{ fai = \"data\", giorno = \"2021-03-11\" }]\nattese = [{ che = \"data\", giorno = \"2021-03-11\" }]\n\
        [passi.a_mano]\ntesto = \"Spostare la data all'11.\"\nluogo = \"console\"\npagina = \"/\"\n";
    std::fs::write(cartella.path().join("a-mano.toml"), testo).expect("written");
    let b = con_lezioni(cartella.path());
    b.sim.avvia_lezione("a-mano").expect("started");
    b.sim
        .metti_orologio(leggi_data("2021-03-11"), None)
        .expect("by hand");
    let s = stato(&b.sim, "a-mano");
    assert_eq!((s.orologio_atteso, s.attese()[0].raggiunta), (None, true));
    b.sim
        .metti_orologio(leggi_data("2021-03-12"), None)
        .expect("too far");
    assert_eq!(stato(&b.sim, "a-mano").orologio_atteso, leggi_data("2021-03-01"));
}

fn con_lezioni(cartella: &std::path::Path) -> banco::Banco {
    let lezioni = std::sync::Arc::new(Libreria::con_cartella(cartella).expect("read"));
    let politiche = servizi::Politiche::predefinite(frontiera::politica::Preset::Faithful);
    let dati = cartella.join("dati");
    std::fs::create_dir(&dati).expect("a folder");
    banco::apri_con(&dati, politiche, |i| i.lezioni = Some(lezioni))
}

#[test]
fn a_lesson_says_why_it_cannot_start_and_what_helps() {
    let b = banco::nuovo();
    let sim = &b.sim;
    let id = "primo-subentro";
    let l = sim.lezione(id).expect("there");
    assert_eq!(sim.non_parte(l).expect("state"), None);
    sim.avvia_lezione(LEZIONE).expect("started");
    let altra = sim.lezione(LEZIONE).expect("there");
    assert_eq!(
        stato(sim, id).non_parte,
        Some(NonParte::AltraInCorso {
            lezione: LEZIONE.to_owned(),
            titolo: altra.titolo.clone()
        })
    );
    assert_eq!(stato(sim, LEZIONE).non_parte, None, "it runs already");
    assert_eq!(sim.sgombera_per_lezione(id).expect_err("a lesson runs").http, 409);
    sim.termina_lezione(LEZIONE).expect("ended");
    assert_eq!(stato(sim, id).non_parte, None);
    // Somebody's Comune, migrated even: in the way until it is asked away by name.
    sim.crea_comune(NuovoComune {
        istat: istat("888101"),
        nome: Some("MIO".to_owned()),
        provincia: None,
        pec: None,
    })
    .expect("mine");
    let subentrato = serde_json::json!({"stato": "SUBENTRATO"});
    sim.aggiorna_comune(istat("888101"), subentrato).expect("changed");
    assert_eq!(
        stato(sim, id).non_parte,
        Some(NonParte::ComuneAltrui {
            comune: istat("888101"),
            nome: "MIO".to_owned(),
            stato: MacroStato::Subentrato
        })
    );
    assert_eq!(sim.avvia_lezione(id).expect_err("in the way").http, 409);
    assert_eq!(sim.comune(istat("888101")).expect("still there").nome, "MIO");
    sim.sgombera_per_lezione(id).expect("asked away");
    assert!(sim.comune(istat("888101")).is_err());
    assert_eq!(stato(sim, id).non_parte, None);
    assert_eq!(sim.sgombera_per_lezione(id).expect_err("nothing there").http, 404);
    assert!(sim.avvia_lezione(id).expect("starts").in_corso);
    sim.termina_lezione(id).expect("ended");
}

/// What a Comune's exchanges prove is kept apart from the journal: it goes with the lesson all the same.
#[test]
fn the_test_plan_of_a_lesson_goes_with_it() {
    let cartella = tempfile::tempdir().expect("a folder");
    let testo = "titolo = \"Prova\"\nscopo = \"-\"\ncomune = \"888161\"\nstato = \"CENSITO\"\noggi = \"2021-03-01\"\n\
        abitanti = 20\naire = 2\n[[passi]]\ntitolo = \"Connessione\"\nminuti = 1\nnote = \"-\"\ntesto = \"-\"\n\
        azioni = [{ fai = \"certificato\", nome = \"suo\" },\n\
        { fai = \"richiesta\", ambiente = \"test\", operazione = \"TEST\", certificato = \"suo\" }]\n\
        attese = [{ che = \"scambio\", ambiente = \"test\", operazione = \"TEST\", esito = \"OK\" }]\n";
    std::fs::write(cartella.path().join("prova.toml"), testo).expect("written");
    let b = con_lezioni(cartella.path());
    let sim = &b.sim;
    let comune = istat("888161");
    let fatti = || {
        let p = sim.piano_di_test(comune, Ambiente::Test, &[]).expect("plan");
        p.casi
            .iter()
            .filter(|c| c.volte > 0)
            .map(|c| c.id)
            .collect::<Vec<_>>()
    };
    sim.avvia_lezione("prova").expect("started");
    assert_eq!(fatti(), Vec::<&str>::new());
    let s = sim.esegui_passo("prova").expect("carried out");
    assert!(s.attese()[0].raggiunta, "{:?}", s.attese());
    assert_eq!(fatti(), ["PT01"]);
    sim.termina_lezione("prova").expect("ended");
    // The same code again, whoever makes it: a Comune that has proven nothing.
    sim.avvia_lezione("prova").expect("again");
    assert_eq!(fatti(), Vec::<&str>::new());
    sim.termina_lezione("prova").expect("ended");
    sim.crea_comune(NuovoComune {
        istat: comune,
        nome: None,
        provincia: None,
        pec: None,
    })
    .expect("mine");
    assert_eq!(fatti(), Vec::<&str>::new());
    // And after a restart, when the libretto is read from the store.
    let dati = cartella.path().join("dati");
    b.sim.chiudi();
    drop(b);
    let politiche = servizi::Politiche::predefinite(frontiera::politica::Preset::Faithful);
    let b = banco::apri(&dati, politiche);
    let p = b.sim.piano_di_test(comune, Ambiente::Test, &[]).expect("plan");
    assert!(p.casi.iter().all(|c| c.volte == 0), "{:?}", p.casi);
}
