//! Keys and certificates no ordinary tool makes: RSA numbers of monstrous size or sign, weak ones, SHA-1 under a
//! certificate, octets after its end. All issued by the right root, so that only the oddity can be the reason.

use anagrafe::Ambiente;
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{RSA_PKCS1_SHA256, RsaKeyPair};
use frontiera::TipoFault::*;
use frontiera::firma::componi;
use frontiera::security::ber::{self, INTERO, OID, SEQUENZA, leggi, scrivi};
use frontiera::security::certificato::{Certificato, ProblemaCertificato};
use frontiera::security::{base64, in_base64};
use frontiera::{Esame, Frontiera, Politica};
use rsa::pkcs8::DecodePrivateKey as _;
use rsa::signature::{SignatureEncoding as _, Signer as _};

use crate::scena::*;

fn der(tag: u8, parti: &[&[u8]]) -> Vec<u8> {
    let mut x = Vec::new();
    scrivi(&mut x, tag, &parti.concat());
    x
}

const SHA256_RSA: &[u8] = &[0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 1, 1, 11];
const SHA1_RSA: &[u8] = &[0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 1, 1, 5];
const MD5_RSA: &[u8] = &[0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 1, 1, 4];
const RSA: &[u8] = &[0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 1, 1, 1];

fn algoritmo(oid: &[u8]) -> Vec<u8> {
    der(SEQUENZA, &[&der(OID, &[oid]), &[5, 0]])
}

/// The fields of a certificate's signed part.
fn campi(cert: &[u8]) -> Vec<Vec<u8>> {
    let mut resto = ber::atteso(&mut &*cert, SEQUENZA).unwrap().corpo;
    let mut dentro = ber::atteso(&mut resto, SEQUENZA).unwrap().corpo;
    let mut campi = Vec::new();
    while !dentro.is_empty() {
        campi.push(leggi(&mut dentro).unwrap().intero.to_vec());
    }
    campi
}

/// Issues the fields again, with the root's key and another algorithm.
fn emesso(mut campi: Vec<Vec<u8>>, oid: &[u8]) -> Vec<u8> {
    // [0] version, serial, algorithm, …
    campi[2] = algoritmo(oid);
    let parti: Vec<&[u8]> = campi.iter().map(Vec::as_slice).collect();
    let da_firmare = der(SEQUENZA, &parti);
    let pkcs8 = &scena().radice_chiave;
    let firma = if oid == SHA256_RSA {
        let k = RsaKeyPair::from_pkcs8(pkcs8).unwrap();
        let mut firma = vec![0; k.public_modulus_len()];
        k.sign(&RSA_PKCS1_SHA256, &SystemRandom::new(), &da_firmare, &mut firma)
            .unwrap();
        firma
    } else {
        let k = rsa::RsaPrivateKey::from_pkcs8_der(pkcs8).unwrap();
        rsa::pkcs1v15::SigningKey::<sha1::Sha1>::new(k)
            .sign(&da_firmare)
            .to_vec()
    };
    der(
        SEQUENZA,
        &[&da_firmare, &algoritmo(oid), &der(3, &[&[0], &firma])],
    )
}

/// The Comune's certificate over another key.
fn con_chiave(modulo: &[u8], esponente: &[u8]) -> Vec<u8> {
    let mut c = campi(&scena().co.cert);
    let numeri = der(SEQUENZA, &[&der(INTERO, &[modulo]), &der(INTERO, &[esponente])]);
    c[6] = der(SEQUENZA, &[&algoritmo(RSA), &der(3, &[&[0], &numeri])]);
    emesso(c, SHA256_RSA)
}

/// Modulus of the Comune's key as its certificate has it, the sign's octet included.
fn modulo_del_comune() -> Vec<u8> {
    let spki = campi(&scena().co.cert)[6].clone();
    let mut x = ber::atteso(&mut spki.as_slice(), SEQUENZA).unwrap().corpo;
    leggi(&mut x).unwrap();
    let bit = leggi(&mut x).unwrap().corpo;
    let mut numeri = ber::atteso(&mut &bit[1..], SEQUENZA).unwrap().corpo;
    leggi(&mut numeri).unwrap().corpo.to_vec()
}

/// What becomes of a good message with another certificate in the token and in the assertion.
fn con_certificato(cert: &[u8]) -> Esame {
    esamina(&con_token(cert))
}

/// Such a message.
fn con_token(cert: &[u8]) -> String {
    let b = componi(&messaggio(), &chiavi_solite(), None).unwrap();
    b.replace(&in_base64(&scena().co.cert), &in_base64(cert))
}

#[test]
fn il_certificato_rifatto_con_la_sua_chiave_e_buono() {
    // The tool itself is honest: the same key and the same fields issued again pass.
    let cert = con_chiave(&modulo_del_comune(), &[1, 0, 1]);
    passa(&con_certificato(&cert));
}

#[test]
fn numeri_rsa_mostruosi() {
    let solito = modulo_del_comune();
    let lungo = |bit: usize| [&[0][..], &vec![0xFF; bit / 8]].concat();
    let negativo = solito[1..].to_vec();
    let pari = [&solito[..solito.len() - 1], &[solito[solito.len() - 1] & 0xFE]].concat();
    for (nome, modulo, esponente) in [
        ("modulo di 16384 bit", lungo(16_384), vec![1, 0, 1]),
        ("modulo di 8200 bit", lungo(8200), vec![1, 0, 1]),
        ("modulo di 1024 bit", lungo(1024), vec![1, 0, 1]),
        ("modulo di 2040 bit", lungo(2040), vec![1, 0, 1]),
        ("modulo zero", vec![0], vec![1, 0, 1]),
        ("modulo uno", vec![1], vec![1, 0, 1]),
        ("modulo vuoto", vec![], vec![1, 0, 1]),
        ("modulo negativo", negativo, vec![1, 0, 1]),
        ("modulo pari", pari, vec![1, 0, 1]),
        ("esponente 1", solito.clone(), vec![1]),
        ("esponente 2", solito.clone(), vec![2]),
        ("esponente zero", solito.clone(), vec![0]),
        ("esponente pari", solito.clone(), vec![1, 0, 0]),
        ("esponente negativo", solito.clone(), vec![0xFF]),
        ("esponente di 40 bit", solito.clone(), vec![1, 0, 0, 0, 1]),
        ("esponente lungo come il modulo", solito.clone(), solito.clone()),
        ("esponente vuoto", solito.clone(), vec![]),
    ] {
        let e = con_certificato(&con_chiave(&modulo, &esponente));
        cade(&e, F1, "valore-firma");
        // Refused for what it is, not because some arithmetic on it came out wrong.
        let causa = e.esito.unwrap_err().causa;
        assert!(
            causa.contains("chiave") && !causa.contains("SignatureValue"),
            "{nome}: {causa}"
        );
    }
}

#[test]
fn chiavi_che_non_sono_rsa_o_hanno_di_troppo() {
    cade(&con_certificato(&scena().ellittico), F1, "valore-firma");
    let mut c = campi(&scena().co.cert);
    // A key that is no key; one with octets after its numbers.
    for chiave in [
        der(3, &[&[0], b"niente"]),
        der(3, &[&[0], &der(SEQUENZA, &[])]),
        der(
            3,
            &[
                &[0],
                &der(
                    SEQUENZA,
                    &[&der(INTERO, &[&modulo_del_comune()]), &der(INTERO, &[&[1, 0, 1]])],
                ),
                b"coda",
            ],
        ),
    ] {
        c[6] = der(SEQUENZA, &[&algoritmo(RSA), &chiave]);
        cade(
            &con_certificato(&emesso(c.clone(), SHA256_RSA)),
            F1,
            "valore-firma",
        );
    }
}

#[test]
fn certificati_firmati_con_sha1_o_md5() {
    for oid in [SHA1_RSA, MD5_RSA] {
        let cert = emesso(campi(&scena().co.cert), oid);
        let e = con_certificato(&cert);
        cade(&e, F1, "certificato");
        // Nor if somebody imports it: a signer is believed for its issuer's signature, or not at all.
        assert_eq!(
            Certificato::leggi(&cert).unwrap().idoneo(),
            Err(ProblemaCertificato::FirmaDebole)
        );
        let importato = Frontiera::nuova(Ambiente::Test, vec![cert.clone()], Politica::default()).unwrap();
        cade(
            &esamina_con(&con_token(&cert), &importato, &Registro::default()),
            F1,
            "certificato",
        );
    }
    // The two algorithm fields must agree: one says SHA-256, the other SHA-1.
    let buono = emesso(campi(&scena().co.cert), SHA256_RSA);
    let mut dentro = ber::atteso(&mut buono.as_slice(), SEQUENZA).unwrap().corpo;
    let da_firmare = leggi(&mut dentro).unwrap().intero;
    leggi(&mut dentro).unwrap();
    let firma = leggi(&mut dentro).unwrap().intero;
    let misto = der(SEQUENZA, &[da_firmare, &algoritmo(SHA1_RSA), firma]);
    let e = con_certificato(&misto);
    assert_eq!(e.esito.unwrap_err().tipo, F1);
}

#[test]
fn ottetti_dopo_o_dentro_il_certificato() {
    let co = &scena().co.cert;
    for (nome, cert) in [
        ("coda", [co.as_slice(), &[0]].concat()),
        ("due certificati", co.repeat(2)),
        (
            "un PEM",
            format!(
                "-----BEGIN CERTIFICATE-----\n{}\n-----END CERTIFICATE-----\n",
                in_base64(co)
            )
            .into_bytes(),
        ),
        ("troncato", co[..co.len() - 1].to_vec()),
        ("vuoto", Vec::new()),
        ("troppo lungo", [co.as_slice(), &vec![0; 20_000]].concat()),
    ] {
        eprintln!("{nome}");
        assert!(
            matches!(Certificato::leggi(&cert), Err(ProblemaCertificato::Illeggibile)),
            "{nome}"
        );
        cade(&con_certificato(&cert), F1, "valore-firma");
    }
    // Indefinite lengths are no DER: the certificate's digest would not be one thing.
    let corpo = ber::atteso(&mut co.as_slice(), SEQUENZA).unwrap().corpo;
    let ber = [&[0x30, 0x80], corpo, &[0, 0]].concat();
    cade(&con_certificato(&ber), F1, "valore-firma");
}

#[test]
fn altro_base64_nel_token() {
    let b = componi(&messaggio(), &chiavi_solite(), None).unwrap();
    let token = in_base64(&scena().co.cert);
    assert_eq!(base64(&token).as_deref(), Some(scena().co.cert.as_slice()));
    // In the token only: its first occurrence is the assertion's.
    let nel_token = |con: &str| {
        let dove = b.rfind(&token).unwrap();
        format!("{}{con}{}", &b[..dove], &b[dove + token.len()..])
    };
    for con in [
        format!("*{token}"),
        format!("{token}*"),
        format!("{token}===="),
        token.replace('+', "-").replace('/', "_"),
        token.trim_end_matches('=').to_owned() + "A",
        token.replacen('A', "\u{FF21}", 1),
    ] {
        if con != token {
            cade(&esamina(&nel_token(&con)), F1, "valore-firma");
        }
    }
    // White space of any kind is no garbage.
    let spaziato: String = token.chars().map(|c| format!("{c} \t\n&#13;")).collect();
    passa(&esamina(&nel_token(&spaziato)));
}
