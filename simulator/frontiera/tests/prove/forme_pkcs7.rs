//! The PKCS#7 over the postazione id in forms it may not have: two signers, content twice or of another type, detached,
//! with octets after its end, nested without end.

use frontiera::TipoFault::*;
use frontiera::firma::{catalogo::difetto, cms, componi};
use frontiera::security::ber::{self, INSIEME, INTERO, OCTET, OID, SEQUENZA, atteso, leggi, scrivi};
use frontiera::security::documento;
use frontiera::security::in_base64;
use frontiera::security::pkcs7::{self, ErrorePkcs7};

use crate::scena::*;

const ID: &[u8] = b"888001-PC-0001";

fn der(tag: u8, parti: &[&[u8]]) -> Vec<u8> {
    let mut x = Vec::new();
    scrivi(&mut x, tag, &parti.concat());
    x
}

fn fatto(forma: cms::Forma) -> Vec<u8> {
    let pc = &scena().pc;
    cms::componi(ID, &pc.cert, &pc.chiave, forma).unwrap()
}

/// Content type and parts of the `SignedData` of a DER message.
fn parti(p7: &[u8]) -> Vec<Vec<u8>> {
    let mut resto = atteso(&mut &*p7, SEQUENZA).unwrap().corpo;
    leggi(&mut resto).unwrap();
    let mut dentro = atteso(&mut atteso(&mut resto, 0xA0).unwrap().corpo, SEQUENZA)
        .unwrap()
        .corpo;
    let mut parti = Vec::new();
    while !dentro.is_empty() {
        parti.push(leggi(&mut dentro).unwrap().intero.to_vec());
    }
    parti
}

const FIRMATO: &[u8] = &[0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 1, 7, 2];
const DATI: &[u8] = &[0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 1, 7, 1];

fn ricomposto(parti: &[Vec<u8>]) -> Vec<u8> {
    let parti: Vec<&[u8]> = parti.iter().map(Vec::as_slice).collect();
    let dati = der(SEQUENZA, &parti);
    der(SEQUENZA, &[&der(OID, &[FIRMATO]), &der(0xA0, &[&dati])])
}

/// `encapContentInfo` with these parts after the type.
fn capsula(tipo: &[u8], dopo: &[&[u8]]) -> Vec<u8> {
    let oid = der(OID, &[tipo]);
    let tutte: Vec<&[u8]> = std::iter::once(oid.as_slice())
        .chain(dopo.iter().copied())
        .collect();
    der(SEQUENZA, &tutte)
}

/// The same frame around another blob: F1 at the postazione.
#[track_caller]
fn rifiutato(p7: &[u8]) {
    assert!(pkcs7::verifica(p7, &[]).is_err());
    let solito = in_base64(&fatto(cms::Forma::default()));
    let b = componi(&messaggio(), &chiavi_solite(), None).unwrap();
    assert!(b.contains(&solito), "the composer makes the same blob");
    // Signed along: only the blob is wrong.
    let modello = b.replacen(&solito, &in_base64(p7), 1);
    let modello = crate::trucchi::svuota(&modello, true);
    let b = frontiera::firma::firma_modello(&modello, &chiavi_solite()).unwrap();
    cade(&esamina(&b), F1, "postazione-firmata");
}

#[test]
fn un_documento_firmato_si_legge_in_ogni_forma_dei_file() {
    let solito = fatto(cms::Forma::default());
    let base64 = in_base64(&solito);
    let righe: Vec<&str> = base64
        .as_bytes()
        .chunks(64)
        .map(|r| std::str::from_utf8(r).unwrap())
        .collect();
    let in_pezzi = fatto(cms::Forma {
        ber: true,
        ..cms::Forma::default()
    });
    for (come, file) in [
        ("DER", solito.clone()),
        ("BER", in_pezzi),
        ("base64", base64.clone().into_bytes()),
        (
            "PEM",
            format!(
                "-----BEGIN CMS-----\r\n{}\r\n-----END CMS-----\r\n",
                righe.join("\r\n")
            )
            .into_bytes(),
        ),
    ] {
        let d = documento::leggi(&file).unwrap_or_else(|e| panic!("{come}: {e}"));
        assert_eq!(
            (d.contenuto.as_slice(), &d.certificato),
            (ID, &scena().pc.cert),
            "{come}"
        );
        assert!(d.soggetto.contains("CN=888001-PC-0001"), "{}", d.soggetto);
    }
    for (file, errore) in [
        (
            fatto(cms::Forma {
                staccato: true,
                ..cms::Forma::default()
            }),
            ErrorePkcs7::Staccato,
        ),
        (
            fatto(cms::Forma {
                senza_certificato: true,
                ..cms::Forma::default()
            }),
            ErrorePkcs7::SenzaCertificato,
        ),
        (
            fatto(cms::Forma {
                due_firmatari: true,
                ..cms::Forma::default()
            }),
            ErrorePkcs7::Struttura,
        ),
        (b"hello".to_vec(), ErrorePkcs7::Base64),
        (Vec::new(), ErrorePkcs7::Base64),
    ] {
        assert_eq!(documento::leggi(&file), Err(errore));
    }
}

#[test]
fn scomposto_e_ricomposto_resta_buono() {
    let p7 = fatto(cms::Forma::default());
    assert_eq!(ricomposto(&parti(&p7)), p7);
    assert_eq!(pkcs7::verifica(&p7, &[]).unwrap().contenuto, ID);
    let p = parti(&p7);
    let ottetti = der(0xA0, &[&der(OCTET, &[ID])]);
    assert_eq!(p[2], capsula(DATI, &[&ottetti]));
}

#[test]
fn due_firmatari_o_nessuno() {
    rifiutato(&fatto(cms::Forma {
        due_firmatari: true,
        ..cms::Forma::default()
    }));
    cade(
        &prova(&messaggio(), Some("pkcs7-due-firmatari")),
        F1,
        "postazione-firmata",
    );
    let mut p = parti(&fatto(cms::Forma::default()));
    *p.last_mut().unwrap() = der(INSIEME, &[]);
    rifiutato(&ricomposto(&p));
    assert!(difetto("pkcs7-staccato").is_some());
}

#[test]
fn contenuto_doppio_assente_o_di_altro_tipo() {
    let p = parti(&fatto(cms::Forma::default()));
    let con = |capsula: Vec<u8>| {
        let mut p = p.clone();
        p[2] = capsula;
        ricomposto(&p)
    };
    let ottetti = der(OCTET, &[ID]);
    let dentro = der(0xA0, &[&ottetti]);
    for (nome, p7) in [
        (
            "due volte nello stesso posto",
            con(capsula(DATI, &[&der(0xA0, &[&ottetti, &ottetti])])),
        ),
        (
            "con un altro dopo",
            con(capsula(
                DATI,
                &[&der(0xA0, &[&ottetti, &der(OCTET, &[b"888001-PC-0002"])])],
            )),
        ),
        ("due capsule", con(capsula(DATI, &[&dentro, &dentro]))),
        ("assente", con(capsula(DATI, &[]))),
        (
            "non un OCTET STRING",
            con(capsula(DATI, &[&der(0xA0, &[&der(SEQUENZA, &[&ottetti])])])),
        ),
        ("tipo signedData", con(capsula(FIRMATO, &[&dentro]))),
        ("tipo ignoto", con(capsula(&[0x2A, 3, 4], &[&dentro]))),
        (
            "altro contenuto",
            con(capsula(DATI, &[&der(0xA0, &[&der(OCTET, &[b"888001-PC-0002"])])])),
        ),
    ] {
        eprintln!("{nome}");
        rifiutato(&p7);
    }
}

#[test]
fn ottetti_in_piu_in_ogni_posto() {
    let buono = fatto(cms::Forma::default());
    let p = parti(&buono);
    let coda = der(OCTET, &[b"coda"]);
    let dati = der(SEQUENZA, &p.iter().map(Vec::as_slice).collect::<Vec<_>>());
    for (nome, p7) in [
        ("dopo la fine", [buono.as_slice(), &coda].concat()),
        ("un byte dopo la fine", [buono.as_slice(), &[0]].concat()),
        ("due messaggi", buono.repeat(2)),
        (
            "dopo il contenuto",
            der(SEQUENZA, &[&der(OID, &[FIRMATO]), &der(0xA0, &[&dati]), &coda]),
        ),
        (
            "dopo SignedData",
            der(SEQUENZA, &[&der(OID, &[FIRMATO]), &der(0xA0, &[&dati, &coda])]),
        ),
        (
            "dentro SignedData",
            ricomposto(&[p.clone(), vec![coda.clone()]].concat()),
        ),
        ("troncato", buono[..buono.len() - 1].to_vec()),
    ] {
        eprintln!("{nome}");
        rifiutato(&p7);
    }
}

#[test]
fn bombe_di_annidamento_e_di_lunghezza() {
    let apre = [0x30, 0x80];
    let pezzi = [0x24, 0x80];
    for (nome, p7) in [
        ("indefinite senza fine", apre.repeat(20_000)),
        (
            "indefinite chiuse",
            [apre.repeat(10_000), vec![0; 20_000]].concat(),
        ),
        ("pezzi di pezzi", [pezzi.repeat(10_000), vec![0; 20_000]].concat()),
        (
            "lunghezza enorme",
            vec![0x30, 0x88, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF],
        ),
        ("lunghezza di 127 cifre", [&[0x30, 0xFF][..], &[1; 127]].concat()),
        ("tag a più ottetti", vec![0x3F, 0x81, 1, 0]),
    ] {
        eprintln!("{nome}");
        assert_eq!(pkcs7::verifica(&p7, &[]), Err(ErrorePkcs7::Struttura));
    }
    // Depth that definite lengths build as well.
    let mut fondo = der(OCTET, &[ID]);
    for _ in 0..200 {
        fondo = der(SEQUENZA, &[&fondo]);
    }
    assert_eq!(ber::in_der(&fondo), Err(ber::NonBer));
    rifiutato(&fondo);
}

#[test]
fn versioni_e_identita_del_firmatario() {
    let p = parti(&fatto(cms::Forma::default()));
    // The signer named is nobody's: another serial.
    let firmatari = p.last().unwrap().clone();
    let dove = firmatari.windows(3).position(|w| w == [INTERO, 1, 7]).unwrap();
    let mut altro = firmatari.clone();
    altro[dove + 2] = 8;
    let mut con_altro = p.clone();
    *con_altro.last_mut().unwrap() = altro;
    assert_eq!(
        pkcs7::verifica(&ricomposto(&con_altro), &[]),
        Err(ErrorePkcs7::SenzaCertificato)
    );
    rifiutato(&ricomposto(&con_altro));
}
