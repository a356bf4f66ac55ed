//! Vectors of spec subentro.md §5.1, surprising rows, and properties.

use super::*;
use jiff::civil::date;
use proptest::prelude::*;

fn testo(cf: [u8; LUNGHEZZA]) -> String {
    String::from_utf8(cf.to_vec()).expect("ASCII")
}

fn cf(cognome: &str, nome: &str, sesso: Sesso, nascita: Data, belfiore: &str) -> String {
    let pieno = |s: &'static str| (!s.is_empty()).then_some(s);
    let (cognome, nome) = (cognome.to_owned().leak(), nome.to_owned().leak());
    testo(calcola(&Generalita {
        cognome: pieno(cognome),
        nome: pieno(nome),
        sesso,
        nascita,
        belfiore,
    }))
}

#[test]
fn i_vettori_della_specifica() {
    for (cognome, nome, sesso, nascita, luogo, atteso) in [
        (
            "PROVA",
            "UNO",
            Sesso::M,
            date(1980, 1, 1),
            "H501",
            "PRVNUO80A01H501J",
        ),
        (
            "ESEMPIO",
            "QUATTORDICI",
            Sesso::F,
            date(1975, 12, 31),
            "Z600",
            "SMPQTR75T71Z600C",
        ),
        (
            "",
            "SOLONOME",
            Sesso::M,
            date(1990, 4, 1),
            "Z330",
            "XXXSNM90D01Z330F",
        ),
        ("FO", "AI", Sesso::F, date(2001, 2, 9), "L219", "FOXAIX01B49L219D"),
        // Rows that surprise.
        (
            "D'Àvola-Ñandù",
            "Ée. ",
            Sesso::M,
            date(2000, 2, 29),
            "A001",
            "DVLEEX00B29A001",
        ),
        (
            "Øst",
            "Straßer",
            Sesso::M,
            date(1900, 1, 1),
            "A001",
            "STOSRS00A01A001",
        ),
        (
            "1234",
            ",.-",
            Sesso::N,
            date(1999, 10, 31),
            "F205",
            "XXXXXX99R31F205",
        ),
        (
            "Иванов",
            "李",
            Sesso::F,
            date(1999, 10, 31),
            "F205",
            "XXXXXX99R71F205",
        ),
    ] {
        let calcolato = cf(cognome, nome, sesso, nascita, luogo);
        assert!(
            calcolato.starts_with(atteso),
            "{cognome} {nome}: {calcolato}, atteso {atteso}"
        );
        assert!(
            decodifica(&calcolato).is_ok_and(|d| d.stessa_data(nascita)),
            "{calcolato}"
        );
    }
}

#[test]
fn i_livelli_di_omocodia() {
    let base = *b"PRVNUO80A01H501J";
    let livelli: Vec<String> = omocodie(&base).map(testo).collect();
    assert_eq!(livelli.len(), 7);
    assert_eq!(livelli[0], "PRVNUO80A01H50MB");
    assert_eq!(livelli[1], "PRVNUO80A01H5LMM");
    assert_eq!(livelli[6], "PRVNUOULALMHRLMS");
    let tutte: std::collections::BTreeSet<_> = varianti(&base).collect();
    assert_eq!(tutte.len(), 127, "distinct");
    assert!(omocodie(&base).all(|o| tutte.contains(&o)) && !tutte.contains(&base));
    // From any of them the same seven.
    for variante in tutte {
        assert_eq!(super::base(&variante), base);
        assert!(omocodie(&variante).eq(omocodie(&base)));
    }
}

#[test]
fn struttura_e_controllo_sono_difetti_diversi() {
    let controllo = |atteso, trovato| Err(Difetto::Controllo { atteso, trovato });
    for (inviato, atteso) in [
        ("PRVNUO80A01H501J", Ok(0)),
        ("prvnuo80a01h501j", Ok(0)),
        ("PRVNUO80A01H5LMM", Ok(2)),
        ("PRVNUO80A01H501A", controllo(b'J', b'A')),
        ("PRVNUO80A01H50MJ", controllo(b'B', b'J')), // the letter of the base code does not fit its omocodia
        ("PRVNUO80A01H501", Err(Difetto::Lunghezza(15))),
        ("", Err(Difetto::Lunghezza(0))),
        ("PRV1UO80A01H501J", Err(Difetto::Carattere { posizione: 4 })),
        ("PRVNUO8AA01H501J", Err(Difetto::Carattere { posizione: 8 })), // A is no omocodia letter
        ("PRVNUO80F01H501J", Err(Difetto::Carattere { posizione: 9 })), // nor F a month
        ("PRVNUO80A01H5011", Err(Difetto::Carattere { posizione: 16 })),
        ("PRVNUO80A0ÀH501", Err(Difetto::Carattere { posizione: 11 })), // 15 characters, 16 bytes
        ("PRVNUO80B30H501J", Err(Difetto::DataInesistente)),
        ("PRVNUO80A32H501J", Err(Difetto::DataInesistente)),
        ("PRVNUO80A40H501J", Err(Difetto::DataInesistente)),
        ("PRVNUO80A72H501J", Err(Difetto::DataInesistente)),
        ("PRVNUO80A00H501J", Err(Difetto::DataInesistente)),
    ] {
        assert_eq!(decodifica(inviato).map(|d| d.omocodia), atteso, "{inviato}");
    }
}

#[test]
fn il_provvisorio_numerico() {
    for (inviato, atteso) in [
        ("12345678903", Ok(())),
        ("00000000000", Ok(())),
        (
            "12345678901",
            Err(Difetto::Controllo {
                atteso: b'3',
                trovato: b'1',
            }),
        ),
        ("1234567890A", Err(Difetto::NonNumerico)),
        ("A2345678903", Err(Difetto::NonNumerico)),
        ("123456789012", Err(Difetto::Lunghezza(12))),
    ] {
        assert_eq!(CodiceFiscale::parse(inviato).map(drop), atteso, "{inviato}");
        assert_eq!(numerico_valido(inviato), atteso.is_ok(), "{inviato}");
    }
    assert_eq!(
        CodiceFiscale::parse("prvnuo80a01h501j").map(|c| c.to_string()),
        Ok("PRVNUO80A01H501J".into())
    );
}

#[test]
fn la_forma_normale() {
    for (testo, atteso) in [
        ("D'Angelo", "DANGELO"),
        ("De  Santis-Rossi Jr.", "DESANTISROSSIJR"),
        ("Cantù", "CANTU"),
        ("CANTU'", "CANTU"),
        ("Groß", "GROSS"),
        ("Ɖurić", "DURIC"),
        ("O’Neil", "ONEIL"),
        ("", ""),
        ("ИВАН", "ИВАН"),
    ] {
        assert_eq!(normalizza(testo), atteso, "{testo}");
        assert!(stessi(testo, atteso), "{testo}");
    }
    assert!(!stessi("ROSSI", "ROSSO") && !stessi("ROSSI", "ROSS"));
}

/// Every letter of the class À–ž plus Ɖ has a base letter: no name of the schemas loses one.
#[test]
fn nessun_diacritico_senza_lettera() {
    for c in ('À'..='ž').chain(['Ɖ']).filter(|c| c.is_alphabetic()) {
        let normale = normalizza(&c.to_string());
        assert!(
            !normale.is_empty() && normale.bytes().all(|b| b.is_ascii_uppercase()),
            "{c}: {normale}"
        );
    }
}

prop_compose! {
    fn persona()(
        cognome in proptest::option::of("[A-Za-zÀ-ž' .-]{0,20}"),
        nome in proptest::option::of("[A-Za-zÀ-ž' .-]{0,20}"),
        femmina: bool,
        anno in 1850i16..2030, mese in 1i8..=12, giorno in 1i8..=31,
        belfiore in "[A-Z][0-9]{3}",
    ) -> (Option<String>, Option<String>, Sesso, Data, String) {
        let nascita = Data::constant(anno, mese, 1).last_of_month();
        let nascita = if giorno < nascita.day() { Data::constant(anno, mese, giorno) } else { nascita };
        (cognome, nome, if femmina { Sesso::F } else { Sesso::M }, nascita, belfiore)
    }
}

proptest! {
    #[test]
    fn mai_un_panico(inviato in "\\PC{0,20}", ordine in proptest::collection::vec(any::<u8>(), 0..20)) {
        let _ = (decodifica(&inviato), CodiceFiscale::parse(&inviato), numerico_valido(&inviato));
        let _ = (controllo(&ordine), controllo_numerico(&ordine), normalizza(&inviato));
        let g = Generalita {
            cognome: Some(&inviato), nome: Some(&inviato), sesso: Sesso::N, nascita: Data::ZERO, belfiore: &inviato,
        };
        let _ = calcola(&g);
        if let Ok(sedici) = <[u8; LUNGHEZZA]>::try_from(ordine.as_slice()) {
            let _ = (omocodie(&sedici).count(), varianti(&sedici).count());
        }
    }

    #[test]
    fn quasi_codici_mai_un_panico(inviato in "[A-Z]{6}[0-9L-V]{2}[A-Z][0-9L-V]{2}[A-Z][0-9L-V]{3}[A-Z]") {
        if let Ok(d) = decodifica(&inviato) {
            prop_assert!(d.giorno <= 31 && (1..=12).contains(&d.mese) && d.omocodia <= 7);
        }
    }

    /// Computed, decoded: the same person, and so for each of the 127 omocodie.
    #[test]
    fn andata_e_ritorno((cognome, nome, sesso, nascita, belfiore) in persona()) {
        let g = Generalita { cognome: cognome.as_deref(), nome: nome.as_deref(), sesso, nascita, belfiore: &belfiore };
        let cf = calcola(&g);
        let d = decodifica(&testo(cf)).unwrap();
        prop_assert!(d.stessa_data(nascita));
        prop_assert_eq!((d.sesso, d.belfiore(), d.omocodia), (sesso, belfiore.as_str(), 0));
        for (maschera, variante) in (1_u32..).zip(varianti(&cf)) {
            let omocodia = maschera.count_ones() as u8;
            prop_assert_eq!(decodifica(&testo(variante)), Ok(Decodificato { omocodia, ..d }));
        }
    }

    /// One wrong character among the first fifteen never gives back the same code as right... unless it is
    /// a change the control letter cannot see; a wrong control letter is always seen.
    #[test]
    fn la_lettera_sbagliata_si_vede((cognome, nome, sesso, nascita, belfiore) in persona(), altra in 1u8..26) {
        let g = Generalita { cognome: cognome.as_deref(), nome: nome.as_deref(), sesso, nascita, belfiore: &belfiore };
        let mut cf = calcola(&g);
        let atteso = cf[15];
        cf[15] = b'A' + (atteso - b'A' + altra) % 26;
        prop_assert_eq!(decodifica(&testo(cf)).map(drop), Err(Difetto::Controllo { atteso, trovato: cf[15] }));
    }

    #[test]
    fn il_confronto_e_quello_delle_forme_normali(uno in "[a-zà-ü' .-]{0,6}", altro in "[A-Za-zÀ-Ü' .-]{0,6}") {
        prop_assert_eq!(stessi(&uno, &altro), normalizza(&uno) == normalizza(&altro));
    }
}
