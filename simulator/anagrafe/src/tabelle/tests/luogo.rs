//! `place(c)` step by step, the tolerance of EC007, and what one match costs.

use std::time::{Duration, Instant};

use super::super::*;
use jiff::civil::date;
use proptest::prelude::*;

fn inviato<'a>(nome: &'a str, istat: &'a str, sigla: &'a str) -> ComuneInviato<'a> {
    ComuneInviato {
        nome,
        istat: (!istat.is_empty()).then_some(istat),
        sigla,
    }
}

/// (name, code, sigla, date) → name of the row, EN347, name never existed.
type Caso = (
    &'static str,
    &'static str,
    &'static str,
    Option<Data>,
    Option<&'static str>,
    bool,
    bool,
);

const OGGI: Option<Data> = Some(Data::constant(2026, 1, 1));

const CASI: &[Caso] = &[
    // 1. name and sigla
    ("ROMA", "", "RM", OGGI, Some("ROMA"), false, false),
    ("roma", "", "rm", OGGI, Some("ROMA"), false, false),
    ("ROMA", "", "MI", OGGI, None, false, false),
    ("ROMA", "", "", OGGI, None, false, false),
    ("NARDO'", "", "LE", OGGI, Some("NARDÒ"), false, false),
    ("Nardò", "", "LE", OGGI, Some("NARDÒ"), false, false),
    ("NARDO", "", "LE", OGGI, None, false, true),
    ("MALE", "", "TN", OGGI, Some("MALÉ"), false, false), // the transliterated column has no apostrophe
    ("BOZEN", "", "BZ", OGGI, Some("BOLZANO"), false, false),
    (
        "Eppan an der Weinstraße",
        "",
        "BZ",
        OGGI,
        Some("APPIANO SULLA STRADA DEL VINO"),
        false,
        false,
    ),
    ("ROCCACANNUCCIA", "", "RM", OGGI, None, false, true),
    ("", "", "RM", OGGI, None, false, true),
    // 2. the code
    ("ROMA", "058091", "RM", OGGI, Some("ROMA"), false, false),
    ("ROCCACANNUCCIA", "058091", "ZZ", OGGI, Some("ROMA"), false, true), // the code wins
    ("MILANO", "058091", "MI", OGGI, Some("ROMA"), false, false),
    ("ROMA", "58091", "RM", OGGI, None, false, false), // no code at all: nothing is left
    ("ROMA", "999999", "RM", OGGI, None, false, false),
    ("ROMA", "058091", "MI", OGGI, Some("ROMA"), false, false),
    // a COD_DENOM leads to its owner
    (
        "ABANO",
        "028500",
        "PD",
        Some(Data::constant(1900, 1, 1)),
        Some("ABANO"),
        true,
        false,
    ),
    (
        "ABANO",
        "028500",
        "PD",
        Some(Data::constant(1950, 1, 1)),
        None,
        true,
        false,
    ),
    (
        "ROCCACANNUCCIA",
        "028500",
        "PD",
        Some(Data::constant(1900, 1, 1)),
        Some("ABANO"),
        true,
        true,
    ),
    // 013640 looks like one and is a real CODISTAT (#191)
    ("ROCCACANNUCCIA", "013640", "CO", None, None, false, true),
    // 3. the period, ends included
    (
        "ABANO",
        "028001",
        "PD",
        Some(Data::constant(1924, 11, 13)),
        Some("ABANO"),
        false,
        false,
    ),
    (
        "ABANO",
        "028001",
        "PD",
        Some(Data::constant(1924, 11, 14)),
        None,
        false,
        false,
    ),
    (
        "ABANO TERME",
        "028001",
        "PD",
        Some(Data::constant(1924, 11, 14)),
        Some("ABANO TERME"),
        false,
        false,
    ),
    ("ABANO", "", "PD", None, Some("ABANO"), false, false), // no date: the period does not count
    // the fictitious ones
    (
        "COMUNE FITTIZIO 001",
        "888001",
        "XX",
        OGGI,
        Some("COMUNE FITTIZIO 001"),
        false,
        false,
    ),
    (
        "comune fittizio 999",
        "",
        "XX",
        OGGI,
        Some("COMUNE FITTIZIO 999"),
        false,
        false,
    ),
    ("COMUNE FITTIZIO 000", "888000", "XX", OGGI, None, false, true),
    (
        "COMUNE FITTIZIO 001",
        "888001",
        "XX",
        Some(Data::constant(1861, 3, 16)),
        None,
        false,
        false,
    ),
];

#[test]
fn il_luogo_passo_per_passo() {
    let comuni = tabelle().comuni();
    for &(nome, istat, sigla, quando, atteso, en347, mai) in CASI {
        let luogo = comuni.luogo(&inviato(nome, istat, sigla), quando);
        let visto = (luogo.riga.map(|r| r.nome), luogo.en347, luogo.nome_mai_esistito);
        if istat == "013640" {
            // Whatever row it is, no EN347.
            assert!(!luogo.en347 && luogo.riga.is_some(), "{luogo:?}");
            continue;
        }
        assert_eq!(visto, (atteso, en347, mai), "{nome} {istat} {sigla} {quando:?}");
    }
}

/// A Comune suppressed and set up again fails in the gap (#2547, #507), by name and by code.
#[test]
fn nel_vuoto_il_luogo_non_esiste() {
    let comuni = tabelle().comuni();
    let mut vuoti = 0;
    for uno in comuni
        .righe()
        .iter()
        .filter(|r| !r.attivo() && r.al.year() == 1928)
    {
        let Some(poi) = comuni
            .per_nome(uno.nome)
            .find(|r| r.sigla == uno.sigla && r.dal.year() == 1946)
        else {
            continue;
        };
        let nel_mezzo = date(1935, 1, 1);
        let inviato = ComuneInviato {
            nome: uno.nome,
            istat: None,
            sigla: uno.sigla,
        };
        if comuni
            .per_nome(uno.nome)
            .any(|r| r.sigla == uno.sigla && r.vale_il(nel_mezzo))
        {
            continue; // an homonym was there
        }
        vuoti += 1;
        assert!(
            comuni.luogo(&inviato, Some(nel_mezzo)).riga.is_none(),
            "{}",
            uno.nome
        );
        assert_eq!(
            comuni.luogo(&inviato, Some(poi.dal)).riga.map(|r| r.dal),
            Some(poi.dal),
            "{}",
            uno.nome
        );
    }
    assert!(vuoti > 10, "only {vuoti} gaps found: the test does not test");
}

#[test]
fn tolleranza_di_ec007() {
    let comuni = tabelle().comuni();
    for (nome, istat, sigla, belfiore, atteso) in [
        ("ABANO", "028001", "PD", "A001", true),
        ("ABANO", "", "PD", "a001", true),
        ("ABANO", "", "PD", "H501", false),
        ("ROCCACANNUCCIA", "028001", "PD", "A001", true),
        ("ABANO", "028500", "PD", "A001", true),
        ("ABANO", "058091", "PD", "A001", false), // the code wins
        ("ABANO", "", "RM", "A001", false),
        ("COMUNE FITTIZIO 007", "", "XX", "Y007", true),
    ] {
        assert_eq!(
            comuni.ha_belfiore(&inviato(nome, istat, sigla), belfiore),
            atteso,
            "{nome} {istat} {sigla}"
        );
    }
}

/// An upper bound that only a change of nature (an allocation, a scan) would break, and the figure on stderr.
#[test]
fn quanto_costa_un_luogo() {
    let comuni = tabelle().comuni();
    let righe = comuni.righe();
    let inizio = Instant::now();
    let (mut quanti, mut trovati) = (0_u32, 0_u32);
    for riga in righe.iter().cycle().step_by(7).take(100_000) {
        let inviato = ComuneInviato {
            nome: riga.nome,
            istat: Some(riga.istat.as_str()),
            sigla: riga.sigla,
        };
        quanti += 1;
        trovati += u32::from(comuni.luogo(&inviato, Some(riga.dal)).riga.is_some());
    }
    let uno = inizio.elapsed() / quanti;
    eprintln!("luogo(): {uno:?} ciascuno");
    assert_eq!(quanti, trovati);
    assert!(uno < Duration::from_micros(20), "{uno:?}");
}

proptest! {
    #[test]
    fn mai_un_panico(nome in "\\PC{0,40}", istat in proptest::option::of("\\PC{0,7}"), sigla in "\\PC{0,3}") {
        let c = ComuneInviato { nome: &nome, istat: istat.as_deref(), sigla: &sigla };
        let comuni = tabelle().comuni();
        let luogo = comuni.luogo(&c, None);
        prop_assert!(luogo.riga.is_none() || istat.is_some() || !luogo.nome_mai_esistito);
        let _ = comuni.ha_belfiore(&c, &sigla);
        let t = tabelle();
        let _ = (t.stato(&nome), t.consolato(&nome), t.consolati_del_territorio(&nome).count());
        for tabella in Tabella::TUTTE {
            let _ = (t.voce(*tabella, &nome), t.conversione_aire(*tabella, &nome));
        }
    }

    /// Accents, case and apostrophes of a name make no difference; with a date, the row exists that day.
    #[test]
    fn la_scrittura_del_nome_non_conta(i in 0usize..20_351, minuscole: bool, giorno in 0i32..60_000) {
        let comuni = tabelle().comuni();
        let riga = &comuni.righe()[i];
        let mut nome: String = riga.nome.chars().map(|c| match c {
            'À' => "A'".to_owned(), 'È' | 'É' => "E'".to_owned(), 'Ì' => "I'".to_owned(),
            'Ò' => "O'".to_owned(), 'Ù' => "U'".to_owned(), c => c.to_string(),
        }).collect();
        if minuscole {
            nome = nome.to_lowercase();
        }
        let quando = date(1861, 3, 17).checked_add(jiff::Span::new().days(giorno)).unwrap();
        let come_inviato = ComuneInviato { nome: &nome, istat: None, sigla: riga.sigla };
        let come_in_tabella = ComuneInviato { nome: riga.nome, istat: None, sigla: riga.sigla };
        let (uno, altro) = (comuni.luogo(&come_inviato, Some(quando)), comuni.luogo(&come_in_tabella, Some(quando)));
        prop_assert_eq!(uno.riga.map(Riga::id), altro.riga.map(Riga::id));
        prop_assert!(uno.riga.is_none_or(|r| r.vale_il(quando)));
        prop_assert!(!uno.nome_mai_esistito);
    }
}
