//! Forms that clients use and the perimeter takes: media types, charsets, certificates sent in several ways.

use frontiera::TipoFault::{F1, F3};
use frontiera::firma::{RiferimentoChiave, componi};
use frontiera::security::in_base64;
use frontiera::{Esame, Politica};

use crate::scena::*;

fn con_tipo(tipo: Option<&str>, corpo: &[u8]) -> Esame {
    frontiera_con(Politica::default()).esamina(corpo, tipo, &TESTCONN, &Registro::default(), adesso())
}

fn buona() -> String {
    componi(&messaggio(), &chiavi_solite(), None).expect("composes")
}

#[test]
fn il_tipo_della_richiesta() {
    let b = buona();
    for tipo in [
        None,
        Some("text/xml"),
        Some("TEXT/XML; Charset=\"UTF-8\""),
        Some("text/xml;charset=utf-8; action=\"\""),
        Some("application/xml"),
        Some("application/soap+xml; charset=utf-8; action=\"urn:x\""),
    ] {
        passa(&con_tipo(tipo, b.as_bytes()));
    }
    for tipo in [
        "application/json",
        "text/plain",
        "application/x-www-form-urlencoded",
        "application/xop+xml",
    ] {
        let e = con_tipo(Some(tipo), b.as_bytes());
        cade(&e, F3, "busta");
        let causa = e.esito.expect_err("refused").causa;
        assert!(causa.contains(tipo) && causa.contains("text/xml"), "{causa}");
    }
}

#[test]
fn il_charset_vale_dove_il_documento_tace() {
    let mut m = messaggio();
    m.id_applicazione = "Città".into();
    let b = componi(&m, &chiavi_solite(), None).expect("composes");
    let latino: Vec<u8> = b.chars().map(|c| u8::try_from(c).expect("Latin-1")).collect();
    passa(&con_tipo(Some("text/xml; charset=ISO-8859-1"), &latino));
    cade(&con_tipo(Some("text/xml; charset=utf-8"), &latino), F3, "busta");
    let dichiarato = [b"<?xml version='1.0' encoding='ISO-8859-1'?>", latino.as_slice()].concat();
    passa(&con_tipo(Some("text/xml; charset=utf-8"), &dichiarato));
}

#[test]
fn in_key_info_una_ca_in_piu_non_disturba_e_due_foglie_si() {
    let mut m = messaggio();
    m.varianti.chiave = RiferimentoChiave::Incluso;
    let b = componi(&m, &chiavi_solite(), None).expect("composes");
    let inizio = "<wsse:SecurityTokenReference><ds:X509Data>";
    let con = |der: &[u8]| {
        let altro = format!(
            "{inizio}<ds:X509Certificate>{}</ds:X509Certificate>",
            in_base64(der)
        );
        b.replacen(inizio, &altro, 1)
    };
    assert!(b.contains(inizio));
    passa(&esamina(&con(&scena().radice)));
    cade(&esamina(&con(&scena().pc2.cert)), F1, "valore-firma");
}

#[test]
fn un_asserzione_rivista_si_accetta_una_volta_sola_se_la_politica_lo_vuole() {
    let f = frontiera_con(Politica {
        antireplica: true,
        ..Politica::default()
    });
    let b = buona();
    passa(&esamina_con(&b, &f, &Registro::default()));
    cade(
        &esamina_con(&b, &f, &Registro::default()),
        F1,
        "finestra-asserzione",
    );
    // A refused request leaves no trace: its assertion may come again.
    let mut m = messaggio();
    m.id = "altra".into();
    let altra = componi(&m, &chiavi_solite(), None).expect("composes");
    let mut bloccato = Registro::default();
    bloccato.revocati.insert("888001-CO-0000".into());
    assert!(esamina_con(&altra, &f, &bloccato).esito.is_err());
    passa(&esamina_con(&altra, &f, &Registro::default()));
    // The memory outlives a change of policy.
    let f = f.con_politica(Politica {
        antireplica: true,
        durata_massima: jiff::SignedDuration::from_mins(20),
        ..Politica::default()
    });
    cade(
        &esamina_con(&altra, &f, &Registro::default()),
        F1,
        "finestra-asserzione",
    );
}

#[test]
fn cio_che_si_ricorda_di_un_certificato_non_scavalca_scadenza_revoca_e_ancore() {
    let f = frontiera_con(Politica::default());
    let b = buona();
    for _ in 0..2 {
        passa(&esamina_con(&b, &f, &Registro::default()));
    }
    let mut r = Registro::default();
    r.revocati.insert("888001-PC-0001".into());
    cade(&esamina_con(&b, &f, &r), frontiera::TipoFault::F4, "revoca");
    // The same perimeter, years later.
    let tardi = f.con_politica(Politica {
        controlla_tempi: false,
        ..Politica::default()
    });
    let e = tardi.esamina(
        b.as_bytes(),
        Some("text/xml"),
        &TESTCONN,
        &Registro::default(),
        "2035-01-02T00:00:00Z".parse().expect("instant"),
    );
    let falliti: Vec<_> = e
        .esito
        .as_ref()
        .map_err(|f| (f.tipo, f.passo))
        .err()
        .into_iter()
        .collect();
    assert_eq!(falliti, [(F1, "certificato")]);
    // Without its root it is a stranger, remembered or not; with it again, it is known.
    let senza = f.con_ancore(&[scena().altra_ca.cert.clone()]).expect("anchors");
    cade(&esamina_con(&b, &senza, &Registro::default()), F1, "certificato");
    let di_nuovo = senza.con_ancore(&[scena().radice.clone()]).expect("anchors");
    passa(&esamina_con(&b, &di_nuovo, &Registro::default()));
}

#[test]
fn sha1_e_sha256_valgono_anche_per_il_pkcs7() {
    use frontiera::firma::Algoritmo;
    // Everything SHA-256 but the postazione's signature.
    let mut m = messaggio();
    m.algoritmo = Algoritmo::RsaSha256;
    m.varianti.pkcs7.digest = frontiera::security::digest::Digest::Sha1;
    let b = componi(&m, &chiavi_solite(), None).expect("composes");
    passa(&esamina(&b));
    let senza_sha1 = frontiera_con(Politica {
        accetta_sha1: false,
        ..Politica::default()
    });
    cade(
        &esamina_con(&b, &senza_sha1, &Registro::default()),
        F1,
        "postazione-firmata",
    );
    m.varianti.pkcs7.digest = frontiera::security::digest::Digest::Sha256;
    let b = componi(&m, &chiavi_solite(), None).expect("composes");
    passa(&esamina_con(&b, &senza_sha1, &Registro::default()));
}
