//! Streaming: the same events whatever the threads and the blocks; limits hold; hostile documents get a clear answer.

use std::io::{self, Read, Write};

use proptest::prelude::*;
use schema::campione::Campione;
use schema::{
    Blocco, ErroreLettura, Modello, NodoId, Opzioni, Posizione, Riassunto, Ricevitore, TipoViolazione,
    Violazione, leggi, radici, valida,
};

const RECORD: [&str; 3] = [
    "subentro/generalitaSoggetti/soggetto",
    "subentro/famiglie/famiglia",
    "subentro/convivenze/convivenza",
];

fn subentro() -> &'static Modello {
    Modello::di(radici::SUBENTRO.0, radici::SUBENTRO.1).expect("subentro")
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Evento {
    Apre(NodoId, Posizione),
    Valore(NodoId, String, Posizione),
    Chiude(NodoId, Posizione),
    Violazione(Violazione),
}

#[derive(Default)]
struct Tutto(Vec<Evento>);

impl Ricevitore for Tutto {
    fn apre(&mut self, b: &Blocco, n: NodoId, offset: usize) {
        self.0.push(Evento::Apre(n, b.posizione(offset)));
    }
    fn valore(&mut self, b: &Blocco, n: NodoId, testo: &str, offset: usize) {
        self.0
            .push(Evento::Valore(n, testo.to_owned(), b.posizione(offset)));
    }
    fn chiude(&mut self, b: &Blocco, n: NodoId, offset: usize) {
        self.0.push(Evento::Chiude(n, b.posizione(offset)));
    }
    fn violazione(&mut self, _: &Blocco, v: Violazione) {
        self.0.push(Evento::Violazione(v));
    }
}

/// Events of the document, and of each receiver whether it saw only whole records.
fn eventi(documento: &[u8], o: &Opzioni) -> (Vec<Evento>, Result<Riassunto, ErroreLettura>) {
    let record: Vec<NodoId> = RECORD
        .iter()
        .map(|r| subentro().nodo(r).expect("record"))
        .collect();
    let mut tutti = Vec::new();
    let mut ultimo = None;
    let esito = leggi(subentro(), documento, &RECORD, o, Tutto::default, |r, b| {
        assert!(ultimo < Some(b.numero()), "blocks in order");
        ultimo = Some(b.numero());
        let conta = |f: fn(&Evento) -> Option<NodoId>| {
            r.0.iter().filter_map(f).filter(|n| record.contains(n)).count()
        };
        let aperti = conta(|e| {
            if let Evento::Apre(n, _) = e {
                Some(*n)
            } else {
                None
            }
        });
        let chiusi = conta(|e| {
            if let Evento::Chiude(n, _) = e {
                Some(*n)
            } else {
                None
            }
        });
        let fatale = r.0.iter().any(|e| matches!(e, Evento::Violazione(v) if v.fatale));
        assert!(aperti == chiusi || fatale, "a receiver saw a part of a record");
        tutti.extend(r.0);
    });
    (tutti, esito)
}

fn senza_limiti() -> Opzioni {
    Opzioni {
        fili: 1,
        max_violazioni: usize::MAX,
        ..Opzioni::default()
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 250, ..ProptestConfig::default() })]

    #[test]
    fn threads_and_blocks_do_not_change_the_events(seme in any::<u64>(), genere in 0_usize..4, fili in 1_usize..=4, blocco in 1_usize..3000, generale in any::<bool>()) {
        let mut c = Campione::nuovo(seme).con_elementi(400);
        let mut d = c.documento(subentro());
        for _ in 0..genere.min(2) {
            c.muta(&mut d);
        }
        let mut byte = if seme % 3 == 0 { d.xml() } else { d.xml_vario(&mut c) };
        if genere == 3 {
            c.muta_byte(&mut byte);
        }
        let (attesi, intero) = eventi(&byte, &Opzioni { solo_generale: true, ..senza_limiti() });
        let (visti, esito) = eventi(&byte, &Opzioni { fili, blocco, solo_generale: generale, ..senza_limiti() });
        prop_assert_eq!(visti, attesi);
        let (intero, esito) = (intero.expect("read"), esito.expect("read"));
        prop_assert_eq!((esito.violazioni, esito.fatale), (intero.violazioni, intero.fatale));
        prop_assert!(esito.fatale || esito.byte == byte.len() as u64);
    }
}

fn piccolo(soggetti: &str) -> String {
    let mut c = Campione::nuovo(1);
    let documento = String::from_utf8(c.documento(subentro()).xml()).expect("UTF-8");
    let inizio = documento.find("<generalitaSoggetti>").expect("section") + "<generalitaSoggetti>".len();
    format!(
        "{}{soggetti}</generalitaSoggetti></nsubentro:subentro>",
        &documento[..inizio]
    )
}

#[test]
fn end_tags_in_comments_and_cdata_cut_nothing() {
    let s = |cognome: &str| {
        format!(
            "<soggetto><generalitaSubIscr><cognome>{cognome}</cognome><nome>A</nome><sesso>M</sesso><dataNascita>2000-01-01</dataNascita>\
             <luogoNascita/></generalitaSubIscr></soggetto>"
        )
    };
    let documento = piccolo(
        &[
            s("A"),
            s("<!-- </soggetto> -->B"),
            s("<![CDATA[C]]><?p </soggetto>?>"),
            "<!-- </soggetto> --> ".to_owned(),
            s("D"),
        ]
        .concat(),
    );
    assert_eq!(valida(subentro(), documento.as_bytes()), []);
    let (attesi, _) = eventi(documento.as_bytes(), &senza_limiti());
    let cognome = subentro()
        .nodo("subentro/generalitaSoggetti/soggetto/generalitaSubIscr/cognome")
        .expect("nodo");
    let cognomi: Vec<&str> = attesi
        .iter()
        .filter_map(|e| {
            if let Evento::Valore(n, t, _) = e {
                (*n == cognome).then_some(t.as_str())
            } else {
                None
            }
        })
        .collect();
    assert_eq!(cognomi, ["A", "B", "C", "D"]);
    for fili in 1..=4 {
        for blocco in [1, 7, 50, 100, 333, 1000] {
            assert_eq!(
                eventi(
                    documento.as_bytes(),
                    &Opzioni {
                        fili,
                        blocco,
                        ..senza_limiti()
                    }
                )
                .0,
                attesi,
                "{fili} {blocco}"
            );
        }
    }
}

fn sola(documento: &[u8]) -> Violazione {
    let v = valida(subentro(), documento);
    assert!(v.len() == 1 && v[0].fatale, "{v:?}");
    v.into_iter().next().expect("one")
}

#[test]
fn hostile_documents_get_a_clear_answer() {
    let profondo = format!("{}{}", "<a>".repeat(10_000), "</a>".repeat(10_000));
    let v = valida(subentro(), profondo.as_bytes());
    assert_eq!(
        v.last().map(|v| (v.tipo, v.fatale)),
        Some((TipoViolazione::Profondita, true))
    );

    let bomba = b"<?xml version=\"1.0\"?><!DOCTYPE s [<!ENTITY a \"aaaa\"><!ENTITY b \"&a;&a;\">]><s>&b;</s>";
    assert_eq!(sola(bomba).tipo, TipoViolazione::Doctype);
    let mut utf16 = vec![0xFF, 0xFE];
    utf16.extend(
        "<?xml version=\"1.0\"?><s/>"
            .encode_utf16()
            .flat_map(u16::to_le_bytes),
    );
    assert_eq!(sola(&utf16).tipo, TipoViolazione::Codifica);
    let latin1 = piccolo("")
        .replace("</generalitaSoggetti>", "<x>\u{1}</x></generalitaSoggetti>")
        .into_bytes();
    let latin1: Vec<u8> = latin1
        .into_iter()
        .map(|b| if b == 1 { 0xE8 } else { b })
        .collect();
    let v = valida(subentro(), &latin1);
    let ultima = v.last().expect("a violation");
    assert_eq!((ultima.tipo, ultima.fatale), (TipoViolazione::Codifica, true));
    assert_eq!(
        latin1.get(usize::try_from(ultima.posizione.offset).expect("small")),
        Some(&0xE8)
    );
    assert_eq!(
        sola(b"<?xml version=\"1.0\" encoding=\"ISO-8859-1\"?><s/>").tipo,
        TipoViolazione::Codifica
    );
    assert_eq!(sola(b"").tipo, TipoViolazione::Malformato);
}

#[test]
fn a_broken_record_does_not_hide_the_next() {
    let s = "<soggetto><generalitaSubIscr><cognome>A</cognome><nome>A(</nome><dataNascita>2000-01-01</dataNascita><ignoto><x/></ignoto>\
             <luogoNascita/></generalitaSubIscr></soggetto>";
    let documento = piccolo(&s.repeat(2));
    let visti: Vec<(TipoViolazione, String)> = valida(subentro(), documento.as_bytes())
        .into_iter()
        .map(|v| (v.tipo, v.percorso))
        .collect();
    let base = "subentro/generalitaSoggetti/soggetto/generalitaSubIscr";
    let uno = [
        (TipoViolazione::Valore, format!("{base}/nome")),
        (TipoViolazione::ElementoMancante, format!("{base}/sesso")),
        (TipoViolazione::ElementoInatteso, format!("{base}/ignoto")),
    ];
    assert_eq!(visti, [uno.clone(), uno].concat());
}

/// Gives `testa`, then `n` times `riempie`, without holding it.
struct Lungo {
    testa: io::Cursor<Vec<u8>>,
    riempie: io::Take<io::Repeat>,
}

impl Read for Lungo {
    fn read(&mut self, b: &mut [u8]) -> io::Result<usize> {
        match self.testa.read(b)? {
            0 => self.riempie.read(b),
            n => Ok(n),
        }
    }
}

/// Blanks are nobody's record: a file padded with them to any size is read, wherever they stand between tags.
#[test]
fn padding_of_any_size_is_read() {
    let bianchi = " \r\n\t".repeat(60_000);
    let soggetto = |cognome: &str| {
        format!(
            "<soggetto><generalitaSubIscr>{bianchi}<cognome>{cognome}</cognome><nome>A</nome><sesso>M</sesso>\
             <dataNascita>2000-01-01</dataNascita><luogoNascita/></generalitaSubIscr></soggetto>"
        )
    };
    let buono = piccolo(
        &[
            &soggetto("A"),
            bianchi.as_str(),
            "<!-- > ",
            &bianchi,
            "-->",
            &soggetto("B"),
            &bianchi,
        ]
        .concat(),
    );
    let buono = buono.replacen("<datiInvio>", &format!("{bianchi}<datiInvio>"), 1) + &bianchi;
    assert_eq!(valida(subentro(), buono.as_bytes()), []);
    let foglia = buono.replacen("<nome>A<", &format!("<nome>A{bianchi}B<"), 1);
    let testo = buono.replacen("<soggetto>", &format!("<soggetto>{bianchi}x{bianchi}"), 1);
    for documento in [buono, foglia, testo] {
        let (attesi, _) = eventi(documento.as_bytes(), &senza_limiti());
        for fili in 1..=3 {
            for blocco in [1, 1000, 70_000, 150_000, 300_000] {
                let o = Opzioni {
                    fili,
                    blocco,
                    ..senza_limiti()
                };
                assert_eq!(eventi(documento.as_bytes(), &o).0, attesi, "{fili} {blocco}");
            }
        }
    }
    // Far more than a record may have.
    let vuoto = |prima: &str, dopo: &str| {
        let o = Opzioni {
            max_record: 1 << 20,
            ..senza_limiti()
        };
        let documento = format!("{prima}{}{dopo}", bianchi.repeat(50));
        eventi(documento.as_bytes(), &o).1
    };
    let uno = piccolo("");
    let (prima, dopo) = uno.split_at(uno.find("</generalitaSoggetti>").expect("the section"));
    assert_eq!(
        vuoto(prima, dopo).expect("read").violazioni,
        vuoto(&uno, "").expect("read").violazioni
    );
    assert!(matches!(
        vuoto(&format!("{prima}<soggetto>"), dopo),
        Err(ErroreLettura::RecordTroppoGrande { .. })
    ));
}

#[test]
fn limits_hold() {
    let testa = piccolo("<soggetto><generalitaSubIscr><cognome>");
    let testa = testa[..testa.find("<cognome>").expect("leaf") + 9].to_owned();
    for fili in 1..=2 {
        let lungo = Lungo {
            testa: io::Cursor::new(testa.clone().into_bytes()),
            riempie: io::repeat(b'A').take(100_000_000),
        };
        let o = Opzioni {
            fili,
            ..Opzioni::default()
        };
        let esito = leggi(subentro(), lungo, &RECORD, &o, Tutto::default, |_, _| {});
        let inizio = testa.find("<soggetto>").expect("the record") as u64;
        assert!(
            matches!(esito, Err(ErroreLettura::RecordTroppoGrande { posizione, .. }) if posizione.offset == inizio),
            "{esito:?}"
        );
        let molto = Lungo {
            testa: io::Cursor::new(testa.clone().into_bytes()),
            riempie: io::repeat(b' ').take(3_000_000),
        };
        let esito = leggi(
            subentro(),
            molto,
            &RECORD,
            &Opzioni {
                max_espansi: 1_000_000,
                ..o
            },
            Tutto::default,
            |_, _| {},
        );
        assert!(
            matches!(esito, Err(ErroreLettura::TroppoGrande { limite: 1_000_000 })),
            "{esito:?}"
        );
    }
}

#[test]
fn a_truncated_gzip_is_an_error_of_the_input() {
    let mut gz = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    gz.write_all(
        Campione::nuovo(3)
            .con_elementi(5000)
            .documento(subentro())
            .xml()
            .as_slice(),
    )
    .expect("written");
    let intero = gz.finish().expect("written");
    for fili in 1..=2 {
        let o = Opzioni {
            fili,
            blocco: 500,
            ..Opzioni::default()
        };
        let letto = |b: &[u8]| {
            leggi(
                subentro(),
                flate2::read::GzDecoder::new(io::Cursor::new(b.to_vec())),
                &RECORD,
                &o,
                Tutto::default,
                |_, _| {},
            )
        };
        assert_eq!(letto(&intero).expect("whole").violazioni, 0);
        assert!(matches!(
            letto(&intero[..intero.len() / 2]),
            Err(ErroreLettura::Io(_))
        ));
    }
}

struct Fragile;

impl Ricevitore for Fragile {
    fn valore(&mut self, b: &Blocco, _: NodoId, _: &str, _: usize) {
        assert!(b.numero() < 3, "a receiver that panics");
    }
    fn violazione(&mut self, _: &Blocco, _: Violazione) {}
}

#[test]
fn a_panic_of_a_receiver_reaches_the_caller() {
    let documento = Campione::nuovo(3).con_elementi(5000).documento(subentro()).xml();
    let o = Opzioni {
        fili: 3,
        blocco: 500,
        ..Opzioni::default()
    };
    let esito = std::panic::catch_unwind(|| {
        leggi(
            subentro(),
            documento.as_slice(),
            &RECORD,
            &o,
            || Fragile,
            |_, _| {},
        )
        .map(drop)
    });
    assert!(esito.is_err());
}
