//! What the date brings about happens on its own day, however the date gets there.

mod banco;

use std::time::Duration;

use anagrafe::{CodiceIstat, Data};
use frontiera::politica::Preset;
use registro::Pec;
use serde_json::{Value, json};
use servizi::{
    NuovoComune, Politiche, Simulatore,
    percorso::{PropostaScheda, Scritto},
};

const COMUNI: [&str; 4] = ["888021", "888022", "888023", "888024"];

fn d(t: &str) -> Data {
    anagrafe::leggi_data(t).expect("date")
}

fn codice(istat: &str) -> CodiceIstat {
    CodiceIstat::parse(istat).expect("code")
}

fn nuovo(sim: &Simulatore, istat: &str, prove: &str) {
    sim.crea_comune(NuovoComune {
        istat: codice(istat),
        nome: None,
        provincia: None,
        pec: None,
    })
    .expect("made");
    let p = PropostaScheda {
        soluzione: Scritto::Letto(registro::Soluzione::Wa),
        fine_adeguamento: Scritto::Assente,
        postazioni: Scritto::Letto(2),
        inizio_prove: Scritto::Letto(d(prove)),
    };
    sim.manda_scheda(codice(istat), "CNSD", &p).expect("sent");
}

/// Four Comuni on the first of March, each with something on its way; and then the days, one after the other. Gives the
/// messages, the files and the states that came of it.
fn corsa(sim: &Simulatore, velocita: u32, giorni: &[&str]) -> (Vec<Pec>, Value) {
    sim.reset().expect("reset");
    sim.metti_orologio(Some(d("2021-03-01")), Some(velocita))
        .expect("clock");
    // Without months of notice the start of tests goes out fifteen days before them.
    let termini = json!({"anticipoProveMesi": 0, "produzioneMinima": 3, "produzioneMassima": 8});
    sim.metti_scadenze(termini).expect("terms");
    for (istat, prove) in COMUNI
        .iter()
        .zip(["2021-03-20", "2021-03-22", "2021-03-21", "2021-03-22"])
    {
        nuovo(sim, istat, prove);
        sim.censimento_di_esempio(codice(istat)).expect("filled in");
        sim.invia_censimento(codice(istat)).expect("sent");
    }
    for giorno in giorni {
        sim.metti_orologio(Some(d(giorno)), None).expect("moved");
    }
    // Before anybody looks.
    let pec = sim.pec(None).expect("mailboxes");
    let stato: Vec<Value> = COMUNI
        .iter()
        .map(|c| {
            json!({
                "comune": sim.comune(codice(c)).expect("there"), "fascicolo": sim.fascicolo(codice(c)).expect("file"),
                "carte": sim.smart_card(codice(c)).expect("cards"), "quadro": sim.quadro(codice(c)).expect("steps"),
            })
        })
        .collect();
    (pec, json!(stato))
}

#[test]
fn ten_steps_of_a_day_and_one_of_ten_days_are_the_same() {
    let dir = tempfile::tempdir().expect("folder");
    let b = banco::apri(dir.path(), Politiche::predefinite(Preset::Faithful));
    let tutti: Vec<String> = (2..=11).map(|g| format!("2021-03-{g:02}")).collect();
    let tutti: Vec<&str> = tutti.iter().map(String::as_str).collect();
    // Keys are made by the first run and stay: what travels in the messages is the same from then on.
    corsa(&b.sim, 0, &["2021-03-11"]);
    let (passi, stato_dei_passi) = corsa(&b.sim, 0, &tutti);
    let (salto, stato_del_salto) = corsa(&b.sim, 0, &["2021-03-11"]);
    let fatti = |pec: &[Pec]| -> Vec<(String, String, String)> {
        pec.iter()
            .filter(|p| p.quando.date() > d("2021-03-01"))
            .map(|p| {
                let che = p.oggetto.trim_start_matches("[SIMULATORE – dati fittizi] ");
                let che: String = che.chars().take(10).collect();
                (p.quando.to_string(), p.comune.to_string(), che)
            })
            .collect()
    };
    assert_eq!(fatti(&salto), fatti(&passi));
    assert_eq!(salto, passi, "whole, byte by byte");
    assert_eq!(stato_del_salto, stato_dei_passi);
    // It is about something: each thing on its day, in the order of the days across the Comuni.
    let visti: Vec<(String, &str, &str)> = fatti(&salto)
        .iter()
        .filter(|(_, _, che)| !che.starts_with("Smart card"))
        .map(|(q, c, che)| {
            let posto = COMUNI.iter().position(|x| x == c).expect("one of them");
            let che = if che.starts_with("Avvio") {
                "prove"
            } else {
                "sollecito"
            };
            (q[..10].to_owned(), COMUNI[posto], che)
        })
        .collect();
    let attesi = [
        ("2021-03-05", "888021", "prove"),
        ("2021-03-06", "888021", "sollecito"),
        ("2021-03-06", "888023", "prove"),
        ("2021-03-07", "888022", "prove"),
        ("2021-03-07", "888023", "sollecito"),
        ("2021-03-07", "888024", "prove"),
        ("2021-03-08", "888022", "sollecito"),
        ("2021-03-08", "888024", "sollecito"),
    ];
    assert_eq!(visti, attesi.map(|(g, c, che)| (g.to_owned(), c, che)));
    let plichi: Vec<String> = salto
        .iter()
        .filter(|p| p.oggetto.contains("Smart card spedite"))
        .map(|p| p.quando.date().to_string())
        .collect();
    let pronti = |istat: &str| {
        b.sim.fascicolo(codice(istat)).expect("file").plichi[0]
            .pronto
            .to_string()
    };
    let mut dovuti = COMUNI.map(pronti);
    dovuti.sort();
    assert_eq!(plichi, dovuti, "each on the day its cards were made");
    assert!(dovuti[0] != dovuti[3], "on different days: {dovuti:?}");
    let istanti: Vec<_> = salto.iter().map(|p| p.quando).collect();
    assert!(istanti.is_sorted(), "{istanti:?}");
    for f in COMUNI.map(|c| b.sim.fascicolo(codice(c)).expect("file")) {
        let p = &f.plichi[0];
        assert_eq!(p.spedito.map(registro::Quando::date), Some(p.pronto));
    }

    // With a clock that runs the days come out the same.
    let (passi, _) = corsa(&b.sim, 1, &tutti);
    let (salto, _) = corsa(&b.sim, 1, &["2021-03-11"]);
    assert_eq!(fatti(&salto), fatti(&passi));
    assert_eq!(fatti(&salto).len(), attesi.len() + COMUNI.len());
}

#[test]
fn what_a_change_makes_due_happens_when_it_changes() {
    let dir = tempfile::tempdir().expect("folder");
    let b = banco::apri(dir.path(), Politiche::predefinite(Preset::Faithful));
    let sim = &b.sim;
    let avvii = |istat: &str| -> Vec<String> {
        let pec = sim.pec(Some(codice(istat))).expect("mailbox");
        pec.iter()
            .filter(|p| p.oggetto.contains("Avvio delle prove"))
            .map(|p| p.quando.date().to_string())
            .collect()
    };
    sim.metti_orologio(Some(d("2021-03-01")), Some(0)).expect("clock");
    nuovo(sim, "888021", "2021-12-01");
    sim.metti_orologio(Some(d("2021-03-11")), None).expect("moved");
    assert_eq!(avvii("888021"), [""; 0]);
    // Ten months of notice: its day was in January, and nobody was told then.
    sim.metti_scadenze(json!({"anticipoProveMesi": 10}))
        .expect("terms");
    assert_eq!(avvii("888021"), ["2021-03-11"]);
    // A scheda of today, for tests that should have been announced long ago.
    nuovo(sim, "888022", "2021-12-01");
    assert_eq!(avvii("888022"), ["2021-03-11"]);
    // Back in time and forth again: nothing is told twice, and what is new has its day.
    sim.metti_scadenze(json!({"anticipoProveMesi": 2}))
        .expect("terms");
    sim.metti_orologio(Some(d("2021-03-02")), None).expect("back");
    nuovo(sim, "888023", "2021-06-01");
    sim.metti_orologio(Some(d("2021-04-01")), None).expect("forth");
    assert_eq!(avvii("888023"), ["2021-03-17"]);
    assert_eq!((avvii("888021").len(), avvii("888022").len()), (1, 1));
}

#[test]
fn a_running_clock_brings_the_day_about_without_anybody_looking() {
    let dir = tempfile::tempdir().expect("folder");
    let b = banco::apri(dir.path(), Politiche::predefinite(Preset::Faithful));
    b.sim
        .metti_orologio(Some(d("2021-03-01")), Some(0))
        .expect("clock");
    nuovo(&b.sim, "888021", "2021-05-20");
    // A day in two seconds.
    b.sim.metti_orologio(None, Some(43_200)).expect("faster");
    for _ in 0..600 {
        // The mailbox brings nothing about by itself.
        let pec = b.sim.pec(Some(codice("888021"))).expect("mailbox");
        if let Some(p) = pec.iter().find(|p| p.oggetto.contains("Avvio delle prove")) {
            assert_eq!(p.quando.date(), d("2021-03-05"));
            return;
        }
        std::thread::sleep(Duration::from_millis(50));
    }
    panic!("the message does not come");
}
