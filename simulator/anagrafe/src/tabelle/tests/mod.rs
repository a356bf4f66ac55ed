//! Every row is found again by every index, and the loading keeps its budget.

mod luogo;

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use super::*;
use jiff::civil::date;

/// What the loading may take, in the development profile. The usual figure is far below.
const CARICAMENTO_MASSIMO: Duration = Duration::from_millis(20);

#[test]
fn nessuna_riga_persa_e_ogni_indice_la_ritrova() {
    let comuni = tabelle().comuni();
    assert_eq!(comuni.righe().len(), 19_352 + 999);
    assert_eq!(comuni.righe().iter().filter(|r| r.attivo()).count(), 7_901 + 999);
    assert_eq!(comuni.righe().iter().filter(|r| r.belfiore == "ND").count(), 28);
    assert_eq!(
        comuni.righe().iter().filter(|r| !r.cod_denom.is_empty()).count(),
        1_058
    );
    let ids: BTreeSet<_> = comuni.righe().iter().map(Riga::id).collect();
    assert_eq!(
        ids.len(),
        comuni.righe().len(),
        "ids are unique, also those of the fictitious Comuni"
    );
    for riga in comuni.righe() {
        let questa = |r: &Riga| std::ptr::eq(r, riga);
        assert!(comuni.per_istat(riga.istat.as_str()).any(questa), "{riga:?}");
        assert!(
            riga.belfiore == "ND" || comuni.per_belfiore(riga.belfiore).any(questa),
            "{riga:?}"
        );
        assert!(
            riga.cod_denom.is_empty() || comuni.per_denominazione(riga.cod_denom).any(questa),
            "{riga:?}"
        );
        for nome in [riga.nome, riga.traslitterato, riga.altro_nome] {
            assert!(
                nome.is_empty() || comuni.per_nome(nome).any(questa),
                "{nome}: {riga:?}"
            );
        }
        // The row is its own place on its first and last day, unless an homonym of the province overlaps.
        let inviato = ComuneInviato {
            nome: riga.nome,
            istat: Some(riga.istat.as_str()),
            sigla: riga.sigla,
        };
        for giorno in [riga.dal, riga.al] {
            let luogo = comuni.luogo(&inviato, Some(giorno));
            assert!(
                luogo
                    .riga
                    .is_some_and(|r| r.istat == riga.istat && r.vale_il(giorno)),
                "{riga:?}"
            );
            assert!(!luogo.en347 && !luogo.nome_mai_esistito);
        }
    }
    assert_eq!(comuni.per_belfiore("ND").count(), 0);
    assert_eq!(comuni.per_istat("Roma").count(), 0);
    // In table order.
    let dal: Vec<_> = comuni.per_istat("028001").map(|r| r.nome).collect();
    assert_eq!(dal, ["ABANO", "ABANO TERME"]);
    assert_eq!(comuni.attivi(date(2026, 1, 1)).count(), 7_901 + 999);
    assert_eq!(comuni.attivi(date(1850, 1, 1)).count(), 0);
}

#[test]
fn i_fittizi_sono_come_la_specifica_li_vuole() {
    let comuni = tabelle().comuni();
    let riga = comuni
        .al_giorno(CodiceIstat::parse("888042").expect("digits"), date(2026, 1, 1))
        .expect("a row");
    let visto = (
        riga.nome,
        riga.sigla,
        riga.belfiore,
        riga.provincia(),
        riga.regione(),
        riga.fonte(),
    );
    assert_eq!(visto, ("COMUNE FITTIZIO 042", "XX", "Y042", "888", "00", "SIM"));
    assert_eq!(
        (riga.dal, riga.attivo(), riga.fittizio()),
        (date(1861, 3, 17), true, true)
    );
    // They take nothing that is real.
    for r in comuni.righe().iter().filter(|r| !r.fittizio()) {
        assert!(
            !r.belfiore.starts_with('Y') && r.sigla != "XX" && !r.istat.as_str().starts_with("888"),
            "{r:?}"
        );
    }
}

#[test]
fn le_tabelle_semplici() {
    let t = tabelle();
    let quante: Vec<(u8, usize)> = Tabella::TUTTE
        .iter()
        .map(|t| (t.numero(), tabelle().voci(*t).count()))
        .collect();
    assert_eq!(
        quante,
        [
            (1, 8),
            (4, 259),
            (5, 30),
            (6, 4),
            (7, 10),
            (8, 9),
            (9, 11),
            (10, 7),
            (11, 19),
            (13, 20),
            (14, 4),
            (15, 13),
            (16, 30),
            (17, 5),
            (19, 8),
            (20, 6),
            (21, 7),
            (22, 2),
            (23, 8),
            (25, 11),
            (26, 7),
            (27, 6),
            (28, 9),
            (29, 12),
            (30, 7),
            (31, 11),
            (32, 5),
            (36, 22),
            (38, 6),
            (39, 11),
            (42, 5),
            (43, 7),
            (44, 9),
            (46, 8),
            (47, 5),
            (48, 9),
            (49, 3),
        ]
    );
    for tabella in Tabella::TUTTE {
        for voce in t.voci(*tabella) {
            assert_eq!(t.voce(*tabella, voce.codice), Some(voce), "{tabella:?}");
        }
    }
    for (tabella, codice, attesa) in [
        (Tabella::StatoCivile, "2", Some("Coniugato/a")),
        (Tabella::StatoCivile, "5", None),
        (Tabella::StatoCivile, "02", None), // codes are compared as sent
        (Tabella::StatoCivile, " 2", None),
        (Tabella::StatoCivile, "", None),
        (
            Tabella::CessazioneMatrimonio,
            "22",
            Some("Altro tipo di cessazione / scioglimento"),
        ),
        (
            Tabella::MotivoIscrizioneAire,
            "C01",
            Some("Espatrio e/o residenza all' estero"),
        ),
        (Tabella::MotivoIscrizioneAire, "c01", None),
    ] {
        assert_eq!(
            t.voce(tabella, codice).map(|v| v.descrizione),
            attesa,
            "{tabella:?} {codice:?}"
        );
    }
    // Ended in 2015, "only at the subentro": still a row, no longer valid.
    let figliastro = t.voce(Tabella::Parentela, "14").expect("ended rows stay");
    assert!(figliastro.vale_il(date(2015, 9, 15)) && !figliastro.vale_il(date(2015, 9, 16)));
    assert_eq!(
        t.voce(Tabella::CessazioneUnione, "31").map(|v| v.altro),
        Some("convivenza_di_fatto")
    );
    assert_eq!(t.voce(Tabella::EsenzioneBollo, "1").map(|v| v.altro), Some("n"));
}

#[test]
fn conversione_prospetti_subentrati() {
    let t = tabelle();
    for (tabella, codice, atteso) in [
        (Tabella::TitoloStudio, "0", Some("7")),
        (Tabella::Condizione, "1", Some("3")),
        (Tabella::Posizione, "2", Some("A")),
        (Tabella::Posizione, "6", None),
        (Tabella::StatoCivile, "1", None),
    ] {
        assert_eq!(
            t.conversione_aire(tabella, codice),
            atteso,
            "{tabella:?} {codice}"
        );
    }
    assert_eq!(t.conversioni_aire().len(), 13);
    assert_eq!(t.righe_prospetti().len(), 76);
    assert!(t.riga_prospetto("1", "1").is_some() && t.riga_prospetto("1", "999").is_none());
    assert_eq!(t.subentrati().len(), 1_776);
    let bagnacavallo = CodiceIstat::parse("039002").expect("digits");
    assert_eq!(t.subentrato_il(bagnacavallo), Some(date(2016, 10, 21)));
    assert_eq!(
        t.subentrato_il(CodiceIstat::parse("888001").expect("digits")),
        None
    );
}

#[test]
fn gli_stati_e_i_tre_usi() {
    let t = tabelle();
    assert_eq!(t.stati().len(), 238);
    let usi = |codice: &str| t.stato(codice).map(|s| (s.cittadinanza, s.nascita, s.residenza));
    // Italia is no place of birth abroad (spec subentro.md, EC030); 000 is nothing.
    assert_eq!(usi("100").map(|(_, nascita, _)| nascita), Some(false));
    for (codice, nascita) in [
        ("998", Some(true)),
        ("436", Some(true)),
        ("000", None),
        ("", None),
        ("0436", None),
    ] {
        assert_eq!(usi(codice).map(|(_, n, _)| n), nascita, "{codice}");
    }
    assert_eq!(
        t.stato("201").map(|s| (s.nome, s.belfiore)),
        Some(("ALBANIA", "Z100"))
    );
    assert_eq!(t.stato_per_belfiore("Z100").map(|s| s.cod_istat), Some("201"));
    assert_eq!(t.stato_per_belfiore("").map(|s| s.nome), None);
    assert_eq!(t.stati().iter().filter(|s| s.belfiore.is_empty()).count(), 30);
    for stato in t.stati() {
        assert_eq!(t.stato(stato.cod_istat), Some(*stato));
        assert!(stato.vale_il(date(2026, 1, 1)), "none has ended: {stato:?}");
    }
    let albania = t.stato("201").expect("a row");
    let resto = (
        albania.cod_mae(),
        albania.cod_min(),
        albania.id(),
        albania.nome_istat(),
        albania.nome_inglese(),
    );
    assert_eq!(resto, ("220", "201", "2", "Albania", "Albania"));
    assert_eq!(
        (
            albania.fonte(),
            albania.tipo(),
            albania.iso3_sovrano(),
            albania.aggiornato()
        ),
        ("MAECI", "STATO", "", "")
    );
}

#[test]
fn i_consolati() {
    let t = tabelle();
    assert_eq!((t.consolati().len(), t.territori().len()), (197, 308));
    assert_eq!(t.consolato("2200100").map(|c| c.sede), Some("TIRANA"));
    for codice in ["9999999", "", "220010"] {
        assert_eq!(t.consolato(codice), None, "{codice}");
    }
    let albania: Vec<_> = t.consolati_del_territorio("201").map(|r| r.consolato).collect();
    assert_eq!(albania, ["2200100", "2200303"]);
    assert_eq!(t.consolati_del_territorio("20").count(), 0);
    for territorio in t.territori() {
        assert!(t.consolato(territorio.consolato).is_some(), "{territorio:?}");
    }
}

#[test]
fn il_caricamento_sta_nel_suo_tempo() {
    let _ = tabelle(); // the text is in memory, as it is after the first page faults
    let migliore = (0..5)
        .map(|_| {
            let inizio = Instant::now();
            let caricate = Tabelle::carica();
            let durata = inizio.elapsed();
            assert_eq!(caricate.comuni().righe().len(), 20_351);
            durata
        })
        .min()
        .expect("five runs");
    eprintln!("caricamento delle tabelle: {migliore:?}");
    assert!(migliore < CARICAMENTO_MASSIMO, "{migliore:?}");
}
