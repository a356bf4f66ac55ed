//! Acceptance cases of subentro.md §8 that need no network, by their number.

mod comune;

use std::collections::BTreeMap;

use anagrafe::{Ambiente, CodiceIstat};
use elaborazione::anomalie::Edit::{After, Aire, Remove, Set};
use elaborazione::banco::{Banco, gz};
use elaborazione::sportello::{Richiesta, Situazione, varchi};
use elaborazione::{
    Allineata, Gravita, Ingresso, NomeFile, OpzioniPrepara, Politica, RifiutoFile, Segmento, StatoEsito,
    elabora, prepara,
};

use comune::{Fornitura, codici, conta, ingresso};

const GENERALITA: &str = "soggetto[1]/generalitaSubIscr";

fn rifiuto(nome: &str, situazione: &Situazione, dimensione: u64) -> (String, String) {
    let richiesta = Richiesta {
        mittente: CodiceIstat::parse("888001").expect("codice"),
        nome,
        dimensione,
        tipo_scelto: None,
    };
    match varchi(&richiesta, situazione) {
        Ok(_) => (String::new(), String::new()),
        Err(r) => (r.codice, r.testo),
    }
}

fn situazione() -> Situazione {
    Banco::nuovo().situazione
}

#[test]
fn casi_7_8_10_11_13_14_16_la_ricezione() {
    let pre = situazione();
    let mut test = situazione();
    test.ambiente = Ambiente::Test;
    let mut in_corso = Banco::nuovo();
    in_corso.aperta(1, 1, &["888001_SUBAPR_1_1_1.gz"]);
    let mut dopo_ok = situazione();
    dopo_ok.subentrato = true;
    dopo_ok.versioni_ok.insert(1);
    let mut sub = dopo_ok.clone();
    sub.ambiente = Ambiente::Sub;
    let quindici = 15 * 1024 * 1024;
    for (caso, nome, s, dimensione, codice) in [
        (7, "888001_SUBAPR_1_1.gz", &pre, 1, "EN001"),
        (8, "888001_SUBAPR_1_1_1.zip", &pre, 1, "EN001"),
        (10, "888001_SUBAPR_1_3_2.gz", &pre, 1, "EN008"),
        (11, "888001_SUBAPR_1_1_2.gz", &test, 1, "EN363"),
        (13, "888001_SUBAPR_2_1_1.gz", &in_corso.situazione, 1, "EN037"),
        (14, "888001_SUBAPR_1_1_1.gz", &dopo_ok, 1, "EN040"),
        (14, "888001_SUBAPR_2_1_1.gz", &dopo_ok, 1, "EN034"),
        (65, "888001_SUBAPR_1_1_1.gz", &sub, 1, "EN034"),
        (16, "888001_SUBAPR_1_1_1.gz", &pre, quindici + 1, "EN002"),
        (16, "888001_SUBAPR_1_1_1.gz", &pre, quindici, ""),
        (4, "888001_SUBAIRE_1.gz", &in_corso.situazione, 1, ""),
    ] {
        assert_eq!(rifiuto(nome, s, dimensione).0, codice, "caso {caso}: {nome}");
    }
    let (_, testo) = rifiuto("888001_SUBAPR_1_3_2.gz", &pre, 1);
    assert!(testo.contains('3') && testo.contains('2'), "{testo}");
    let (_, testo) = rifiuto("888001_SUBAPR_1_1_1.gz", &pre, quindici + 1);
    assert!(
        testo.contains("888001_SUBAPR_1_1_1.gz") && testo.contains("15 MB"),
        "{testo}"
    );
}

#[test]
fn i_varchi_stanno_nel_loro_ordine() {
    // Everything is wrong at once; each gate, cured, uncovers the next.
    let mut s = situazione();
    s.ambiente = Ambiente::Sub;
    s.pec = false;
    s.subentrato = true;
    s.stato_vietato = Some("MANCATO".to_owned());
    let mut b = Banco::nuovo();
    b.aperta(1, 1, &["888001_SUBAPR_1_1_1.gz"]);
    s.aperta = b.situazione.aperta;
    s.versioni_ok.insert(2);
    let nome = "888001_SUBAPR_2_9_1.gz";
    let grande = u64::MAX;
    assert_eq!(rifiuto("888002_SUBAPR_2_9_1.gz", &s, grande).0, "EN039");
    assert_eq!(rifiuto(nome, &s, grande).0, "EN362");
    s.pec = true;
    assert_eq!(rifiuto(nome, &s, grande).0, "EN034");
    s.subentrato = false;
    let (codice, testo) = rifiuto(nome, &s, grande);
    assert!(codice.is_empty() && testo.contains("piano"), "{testo}");
    let mut pianificato = Banco::nuovo();
    pianificato.piano_fino_a_ieri();
    s.piano = pianificato.situazione.piano;
    assert_eq!(rifiuto(nome, &s, grande).0, "EN032");
    pianificato.piano_fino_a_oggi();
    s.piano = pianificato.situazione.piano;
    assert_eq!(rifiuto(nome, &s, grande).0, "EN003");
    s.stato_vietato = None;
    assert_eq!(rifiuto(nome, &s, grande).0, "EN037");
    s.aperta = None;
    assert_eq!(rifiuto(nome, &s, grande).0, "EN040");
    s.versioni_ok.clear();
    assert_eq!(rifiuto(nome, &s, grande).0, "EN008");
    assert_eq!(rifiuto("888001_SUBAPR_2_1_1.gz", &s, grande).0, "EN002");
}

fn esito(modifiche: &[elaborazione::anomalie::Edit]) -> BTreeMap<String, usize> {
    let mut banco = Banco::nuovo();
    banco.modifica(modifiche);
    conta(&banco.esito().expect("il banco elabora"))
}

fn solo(codice: &str, quanti: usize) -> BTreeMap<String, usize> {
    BTreeMap::from([(codice.to_owned(), quanti)])
}

#[test]
fn caso_17_un_file_che_si_espande_molto() {
    let mut banco = Banco::nuovo();
    banco.apr[0].trova("soggetto[1]").testo = Some(" ".repeat(30 << 20));
    let fornitura = Fornitura::di(&mut banco);
    assert!(fornitura.file[0].1.len() < 1 << 20);
    assert_eq!(fornitura.elabora().0.stato, StatoEsito::Ok);
}

#[test]
fn caso_19_testo_dentro_famiglie() {
    let mut banco = Banco::nuovo();
    banco.apr[0].dentro("famiglie", "x");
    let trovati = banco.esito().expect("il banco elabora");
    assert_eq!(codici(&trovati), ["EN009"]);
    assert!(
        trovati[0]
            .posizione
            .is_some_and(|p| p.riga > 100 && p.colonna > 1)
    );
}

#[test]
fn caso_20_apr_in_iso_8859_1() {
    let banco = Banco::nuovo();
    let xml = banco.apr[0].scrivi().replace("PROVA", "PROVÉ");
    let byte: Vec<u8> = xml
        .chars()
        .map(|c| u8::try_from(u32::from(c)).unwrap_or(b'?'))
        .collect();
    assert_eq!(
        comune::rifiuto_formato("888001_SUBAPR_1_1_1.gz", &gz(&byte)),
        ["EN009"]
    );
}

#[test]
fn casi_22_e_23_aire() {
    assert!(
        esito(&[
            Aire("cognome", "ÉSTERO"),
            Aire("codiceFiscale", "STRNUO70A01Y001")
        ])
        .contains_key("EA001")
    );
    assert_eq!(
        esito(&[Aire("indirizzo", "RUE DE L'ÉCOLE Ñ Ò Ö")]),
        BTreeMap::new()
    );
    assert_eq!(esito(&[Aire("codiceConsolato", "9999999")]), solo("EN010", 1));
    let mut banco = Banco::nuovo();
    banco.politica.consolato_al_caricamento = false;
    banco.campo_aire("codiceConsolato", "9999999");
    let fornitura = Fornitura::di(&mut banco);
    let (esito, trovati) = fornitura.elabora();
    assert_eq!(
        (esito.stato, codici(&trovati)),
        (StatoEsito::Ko, vec!["EC032".to_owned()])
    );
}

#[test]
fn caso_25_il_contatore_del_file_basta_senza_aire() {
    let mut banco = Banco::nuovo();
    banco.modifica(&[Set("datiInvio/numeroSchedeSoggettoInvio", "10")]);
    let mut fornitura = Fornitura::di(&mut banco);
    fornitura.file.truncate(1);
    fornitura.completa = false;
    let (esito, trovati) = fornitura.elabora();
    assert_eq!(esito.stato, StatoEsito::Ko);
    assert_eq!(codici(&trovati), ["EN011"]);
    let testo = &trovati[0].testo;
    let pezzi = ["10", "888001_SUBAPR_1_1_1.gz", "6"];
    let posti: Vec<_> = pezzi.iter().map(|p| testo.find(p)).collect();
    assert!(posti.iter().all(Option::is_some) && posti.is_sorted(), "{testo}");
    assert!(trovati[0].posizione.is_some());
    assert_eq!(trovati[0].gravita, Gravita::Errore);
}

#[test]
fn caso_2_e_5_in_attesa() {
    let mut fornitura = Fornitura::di(&mut Banco::nuovo());
    fornitura.file.truncate(1);
    fornitura.completa = false;
    let (esito, trovati) = fornitura.elabora();
    assert_eq!((esito.stato, trovati), (StatoEsito::InAttesa, vec![]));
}

#[test]
fn caso_26_il_totale_della_fornitura_si_giudica_alla_fine() {
    let mut banco = Banco::nuovo();
    banco.in_due_file();
    banco.modifica(&[Set("datiFornitura/numeroTotaleSchedeSoggetto", "8")]);
    let intera = Fornitura::di(&mut banco);
    let mut prima = intera.clone();
    prima.file.remove(1);
    prima.completa = false;
    assert_eq!(prima.elabora().0.stato, StatoEsito::InAttesa);
    let (esito, trovati) = intera.elabora();
    assert_eq!(
        (esito.stato, codici(&trovati)),
        (StatoEsito::Ko, vec!["EN012".to_owned()])
    );
}

#[test]
fn caso_28_gli_italiani_non_si_contano() {
    assert_eq!(
        esito(&[Set("datiFornitura/numeroTotaleCittadiniItaliani", "77")]),
        BTreeMap::new()
    );
}

#[test]
fn caso_29_uno_solo_senza_famiglia_ferma_tutto() {
    let mut banco = Banco::nuovo();
    banco.modifica(&[Remove("soggetto[3]/famiglia")]);
    let mut fornitura = Fornitura::di(&mut banco);
    // Known at the end of its file, whatever is missing.
    fornitura.file.truncate(1);
    fornitura.completa = false;
    let (esito, trovati) = fornitura.elabora();
    assert_eq!(esito.stato, StatoEsito::Ko);
    assert_eq!(codici(&trovati), ["ES092"]);
    assert_eq!((trovati[0].scheda.as_str(), esito.bloccanti.len()), ("S3", 1));
    assert_eq!(esito.conteggi["ES092"], 1);
}

#[test]
fn es092_di_un_riferimento_attende_l_ultimo_file() {
    let mut banco = Banco::nuovo();
    banco.in_due_file();
    banco.modifica(&[Set("soggetto[3]/famiglia/idFamConvComune", "77")]);
    let intera = Fornitura::di(&mut banco);
    let mut prima = intera.clone();
    prima.file.remove(1);
    prima.completa = false;
    assert_eq!(prima.elabora().0.stato, StatoEsito::InAttesa);
    assert_eq!(codici(&intera.elabora().1), ["ES092"]);
}

#[test]
fn caso_31_due_famiglie_venti() {
    let doppia = "<famiglia><idFamigliaConvivenzaComune><idFamigliaConvivenzaComuneIstat>888001\
        </idFamigliaConvivenzaComuneIstat><idFamigliaConvivenza>1</idFamigliaConvivenza></idFamigliaConvivenzaComune>\
        <tipoScheda>3</tipoScheda></famiglia>";
    let mut banco = Banco::nuovo();
    banco.modifica(&[After("famiglia[1]", doppia)]);
    let (esito, trovati) = Fornitura::di(&mut banco).elabora();
    assert_eq!((esito.stato, esito.schede.famiglie), (StatoEsito::Ok, 3));
    assert_eq!(codici(&trovati), ["EF003"]);
    assert_eq!(trovati[0].tipo_scheda, elaborazione::TipoScheda::Famiglia);
}

#[test]
fn casi_32_34_35_le_schede() {
    let tutore = "<tipoTutoreIntestatario><generalita><cognome>PROVA</cognome><nome>CUSTODE</nome></generalita>\
        <dataIntestarioConvivenza>2001-01-01</dataIntestarioConvivenza></tipoTutoreIntestatario>";
    let membri = [
        Set("soggetto[5]/convivenza/legameSoggetto/codiceLegame", "2"),
        After("convivenza[1]/tipoScheda", tutore),
    ];
    assert_eq!(esito(&membri), BTreeMap::new());
    let mut banco = Banco::nuovo();
    banco.modifica(&[Set("soggetto[3]/famiglia/legameSoggetto/codiceLegame", "14")]);
    let trovati = banco.esito().expect("il banco elabora");
    assert_eq!(codici(&trovati), ["EN064"]);
    assert!(trovati[0].testo.contains("14 - "), "{}", trovati[0].testo);
    let parziale = [
        Set("soggetto[1]/generalitaSubIscr/dataNascita", "1970-03-15"),
        Remove("soggetto[1]/attoNascita"),
        Remove("soggetto[1]/cittadinanza"),
        After(
            "soggetto[1]/generalitaSubIscr/dataNascita",
            "<senzaGiornoMese>1</senzaGiornoMese>",
        ),
    ];
    assert_eq!(esito(&parziale), solo("ES063", 1));
}

#[test]
fn casi_37_e_38_il_comune_nato_dopo() {
    let mut banco = Banco::nuovo();
    banco.nato_prima_del_comune();
    banco.nato_altrove();
    banco.apr[0].togli("soggetto[3]/attoNascita/dataFormazioneAtto");
    let trovati = banco.esito().expect("il banco elabora");
    assert_eq!(codici(&trovati), ["EC075"]);
    assert!(trovati[0].testo.contains("BOTRUGNO(LE)") && trovati[0].testo.contains("03/02/1956"));
    banco.senza_codice_fiscale();
    banco.senza_ae();
    assert_eq!(
        codici(&banco.esito().expect("il banco elabora")),
        ["EC007", "EC075"]
    );
}

#[test]
fn caso_41_le_date_di_iscrizione() {
    let mut banco = Banco::nuovo();
    banco.modifica(&[
        Set(
            "soggetto[3]/generalitaSubIscr/dataPrimaIscrizioneComune",
            "2007-03-07",
        ),
        Set("soggetto[3]/residenza/dataDecorrenzaResidenza", "2003-06-30"),
        Set("soggetto[3]/famiglia/legameSoggetto/dataDecorrenza", "2007-03-07"),
    ]);
    let trovati = banco.esito().expect("il banco elabora");
    assert_eq!(codici(&trovati), ["ES127"]);
    assert!(trovati[0].testo.contains("residenza") && trovati[0].testo.contains("30/06/2003"));
}

#[test]
fn casi_50_52_53_il_codice_fiscale() {
    let percorso = "soggetto[1]/generalitaSubIscr/codiceFiscale/codFiscale";
    assert_eq!(esito(&[Set(percorso, "PRVNUO70A01Y001")]), solo("EA001", 1));
    let mut banco = Banco::nuovo();
    banco.codice_di("1970-01-01", anagrafe::Sesso::F);
    assert_eq!(codici(&banco.esito().expect("il banco elabora")), ["EA042"]);
    assert!(GENERALITA.starts_with("soggetto"));
    assert_eq!(
        esito(&[Remove("soggetto[1]/generalitaSubIscr/codiceFiscale")]),
        solo("EA002", 1)
    );
}

#[test]
fn caso_73_aire_vuoto() {
    let mut fornitura = Fornitura::di(&mut Banco::nuovo());
    fornitura.file[1].1 = gz(b"");
    let (esito, trovati) = fornitura.elabora();
    assert_eq!(
        (esito.stato, trovati, esito.schede.aire),
        (StatoEsito::Ok, vec![], 0)
    );
}

#[test]
fn un_aire_di_tracciato_ignoto_e_opaco_o_rifiutato() {
    let righe = b"RIGA UNO  \r\nRIGA DUE  \r\nRIGA TRE  \r\n";
    let mut fornitura = Fornitura::di(&mut Banco::nuovo());
    fornitura.file[1].1 = gz(righe);
    let (esito, _) = fornitura.elabora();
    assert!(esito.aire_opaco);
    assert_eq!((esito.stato, esito.schede.aire), (StatoEsito::Ok, 3));
    assert_eq!(
        comune::rifiuto_formato("888001_SUBAIRE_1.gz", &gz(b"RIGA UNO\r\nRIGA\r\n")),
        ["EN010"]
    );
    let politica = Politica {
        aire_ignoto: elaborazione::AireIgnoto::Rifiuta,
        ..Politica::default()
    };
    let ctx = elaborazione::Contesto {
        politica,
        ..Banco::nuovo().contesto()
    };
    let cartella = tempfile::tempdir().expect("cartella");
    let nome = "888001_SUBAIRE_1.gz";
    let letto = NomeFile::parse(nome).expect("nome");
    let uscita = cartella.path().join("s");
    let opzioni = OpzioniPrepara::default();
    match prepara(gz(righe).as_slice(), nome, &letto, &ctx, &uscita, &opzioni) {
        Err(RifiutoFile::Rilievi(r)) => assert_eq!(codici(&r), ["EN010"]),
        altro => panic!("{altro:?}"),
    }
    assert!(!uscita.exists());
}

#[test]
fn la_data_dello_scenario_si_sposta_dopo_il_caricamento() {
    let mut banco = Banco::nuovo();
    let fornitura = Fornitura::di(&mut banco);
    let cartella = tempfile::tempdir().expect("cartella");
    let ingressi: Vec<Ingresso> = fornitura
        .file
        .iter()
        .map(|(n, b)| ingresso(cartella.path(), n, b, &fornitura.ctx))
        .collect();
    // Twenty years before, most dates of the clean delivery are in the future.
    let ctx = elaborazione::Contesto {
        oggi: anagrafe::Data::constant(1994, 1, 1),
        ..fornitura.ctx
    };
    let esito = elabora(&ingressi, true, &ctx, &Allineata::default(), cartella.path()).expect("elabora");
    let codici: Vec<_> = esito.conteggi.keys().map(String::as_str).collect();
    let attesi = [
        "EHR70", "EHR71", "EHR73", "ES007", "ES008", "ES009", "ES010", "ES012", "ES013", "ES078", "ES079",
    ];
    for atteso in attesi {
        assert!(codici.contains(&atteso), "{atteso} fra {codici:?}");
    }
    let segmento: &Segmento = &ingressi[0].segmento;
    assert_eq!(segmento.schede().expect("segmento").count(), 9);
}

#[test]
fn la_politica_sposta_o_spegne_un_codice() {
    for (scelta, stato, attesi) in [
        (Some(Gravita::Avviso), StatoEsito::Ok, vec!["ES092".to_owned()]),
        (None, StatoEsito::Ok, vec![]),
    ] {
        let mut banco = Banco::nuovo();
        banco.modifica(&[Remove("soggetto[3]/famiglia")]);
        banco.politica.gravita.insert("ES092".to_owned(), scelta);
        let (esito, trovati) = Fornitura::di(&mut banco).elabora();
        assert_eq!((esito.stato, codici(&trovati)), (stato, attesi));
    }
}

#[test]
fn il_validatore_lascia_nudo_il_terzo_segnaposto() {
    let mut banco = Banco::nuovo();
    banco.politica.segnaposti_validatore = true;
    banco.modifica(&[Set("datiFornitura/numeroTotaleSchedeConvivenza", "2")]);
    let trovati = banco.esito().expect("il banco elabora");
    assert_eq!(codici(&trovati), ["EN024"]);
    assert!(trovati[0].testo.ends_with('@'), "{}", trovati[0].testo);
}
