//! Hostile input: wrapping, doubled ids, depth, size, damaged octets. Refused, never a panic.

use frontiera::firma::{cms, componi};
use frontiera::security::documento;
use frontiera::security::pkcs7::{self, ErrorePkcs7};
use frontiera::{Politica, TipoFault::*};
use proptest::prelude::*;

use crate::scena::*;

fn buona() -> String {
    componi(&messaggio(), &chiavi_solite(), None).expect("composes")
}

#[test]
fn avvolgimento_del_body_rifiutato() {
    let b = buona();
    let inizio = b.find("<s:Body").unwrap();
    let fine = b.find("</s:Envelope>").unwrap();
    let firmato = &b[inizio..fine];
    // The signed Body moves into the header, another takes its place without id.
    let finto = format!("<s:Body>{}</s:Body>", corpo().replace(">1<", ">2<"));
    let spostato =
        b.replacen(firmato, &finto, 1)
            .replacen("<s:Header>", &format!("<s:Header><x>{firmato}</x>"), 1);
    cade(&esamina(&spostato), F7, "copertura");
    // The same with a second element of that id: the double is refused before anything is computed.
    let doppio = b.replacen("<s:Header>", &format!("<s:Header><x>{firmato}</x>"), 1);
    cade(&esamina(&doppio), F2, "riferimenti");
    // Two Bodies are no envelope.
    cade(
        &esamina(&b.replacen("</s:Envelope>", &format!("{finto}</s:Envelope>"), 1)),
        F3,
        "busta",
    );
}

#[test]
fn asserzione_avvolta_rifiutata() {
    let b = buona();
    let inizio = b.find("<saml2:Assertion").unwrap();
    let fine = b.find("</saml2:Assertion>").unwrap() + "</saml2:Assertion>".len();
    let vera = &b[inizio..fine];
    // A false assertion carries the true one inside: its reference names the inner element.
    let firma = &vera[vera.find("<ds:Signature").unwrap()..vera.find("</ds:Signature>").unwrap() + 15];
    let falsa = vera
        .replace(OPERATORE, BLOCCATO)
        .replacen("ID=\"_", "ID=\"_falsa", 1)
        .replacen(
            "<saml2:Issuer>",
            &format!("<saml2:Advice>{vera}</saml2:Advice><saml2:Issuer>"),
            1,
        );
    assert!(falsa.contains(firma));
    let e = esamina(&b.replacen(vera, &falsa, 1));
    cade(&e, F1, "firma-asserzione");
    assert!(
        e.esito
            .unwrap_err()
            .causa
            .contains("deve indicare l'ID di questa asserzione")
    );
    // Two assertions side by side.
    cade(
        &esamina(&b.replacen(vera, &format!("{vera}{vera}"), 1)),
        F1,
        "intestazione",
    );
}

#[test]
fn un_commento_dentro_un_valore_e_rifiutato() {
    // Comments are outside the canonical form, so the signature still holds: another reader might cut the value there.
    for dentro in ["<!-- -->", "<!-- -->X", "<?pi?>"] {
        let b = buona().replacen(OPERATORE, &format!("{OPERATORE}{dentro}"), 1);
        cade(&esamina(&b), F1, "intestazione");
    }
}

#[test]
fn profondita_e_dimensione() {
    let profondo = format!("<s:Envelope>{}", "<a>".repeat(100_000));
    cade(&esamina(&profondo), F3, "busta");
    let piccola = frontiera_con(Politica {
        corpo_massimo: 1000,
        ..Politica::default()
    });
    cade(
        &esamina_con(&buona(), &piccola, &Registro::default()),
        F3,
        "busta",
    );
}

#[test]
fn cio_che_non_cambia_la_forma_canonica_passa() {
    let b = buona();
    for (da, a) in [
        ("<s:Body ", "<s:Body\n\t "),
        ("<testataRichiesta>", "<testataRichiesta  >"),
        ("<s:Envelope ", "<s:Envelope xmlns:inutile=\"urn:x\" "),
        ("</testataRichiesta>", "</testataRichiesta\n>"),
        ("<codMittente>zzz", "<codMittente>z&#122;z"),
        ("<codMittente>zzz", "<codMittente><![CDATA[zzz]]>"),
    ] {
        assert!(b.contains(da));
        passa(&esamina(&b.replacen(da, a, 1)));
    }
}

#[test]
fn troppi_riferimenti_prefissi_o_namespace() {
    let b = buona();
    let inizio = b.rfind("<ds:Reference URI=\"#BODY").unwrap();
    let fine = b.rfind("</ds:SignedInfo>").unwrap();
    let riferimento = &b[inizio..fine];
    // Twice the same part, then more parts than anybody signs.
    cade(
        &esamina(&b.replacen(riferimento, &riferimento.repeat(2), 1)),
        F1,
        "riferimenti",
    );
    cade(
        &esamina(&b.replacen(riferimento, &riferimento.repeat(20), 1)),
        F1,
        "riferimenti",
    );
    let lista: String = (0..100).fold(String::new(), |l, i| l + &format!("p{i} "));
    let lungo = format!(
        "<ds:Transform Algorithm=\"http://www.w3.org/2001/10/xml-exc-c14n#\"><ec:InclusiveNamespaces \
         xmlns:ec=\"http://www.w3.org/2001/10/xml-exc-c14n#\" PrefixList=\"{lista}\"/></ds:Transform>"
    );
    let corto = "<ds:Transform Algorithm=\"http://www.w3.org/2001/10/xml-exc-c14n#\"></ds:Transform>";
    assert!(b.contains(corto));
    cade(&esamina(&b.replacen(corto, &lungo, 1)), F1, "riferimenti");
    let spazi: String = (0..300).fold(String::new(), |l, i| l + &format!(" xmlns:n{i}=\"urn:{i}\""));
    cade(
        &esamina(&b.replacen("<s:Envelope", &format!("<s:Envelope{spazi}"), 1)),
        F3,
        "busta",
    );
}

#[test]
fn trasformazioni_e_algoritmi_non_ammessi() {
    const C14N: &str = "<ds:Transform Algorithm=\"http://www.w3.org/2001/10/xml-exc-c14n#\"></ds:Transform>";
    let b = buona();
    for (da, a) in [
        (C14N, ""),
        (
            C14N,
            "<ds:Transform Algorithm=\"http://www.w3.org/TR/1999/REC-xslt-19991116\"/>",
        ),
        (
            C14N,
            "<ds:Transform Algorithm=\"http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-soap-message-security-1.0\
             #STR-Transform\"/>",
        ),
        (
            "http://www.w3.org/2000/09/xmldsig#rsa-sha1\"/><ds:Reference URI=\"#TS",
            "http://www.w3.org/2000/09/xmldsig#hmac-sha1\"/><ds:Reference URI=\"#TS",
        ),
    ] {
        assert!(b.contains(da), "{da}");
        cade(&esamina(&b.replacen(da, a, 1)), F1, "riferimenti");
    }
    // Without URI the reference would mean the whole document.
    cade(
        &esamina(&b.replacen("Reference URI=\"#TS-anpr-sim-1\"", "Reference", 1)),
        F2,
        "riferimenti",
    );
    cade(
        &esamina(&b.replacen("Reference URI=\"#_anpr-sim-1\"", "Reference URI=\"\"", 1)),
        F1,
        "firma-asserzione",
    );
}

#[test]
fn altre_codifiche_e_altri_tipi() {
    let f = frontiera_con(Politica::default());
    let b = buona();
    let utf16: Vec<u8> = [0xFEFF]
        .into_iter()
        .chain(b.encode_utf16())
        .flat_map(u16::to_le_bytes)
        .collect();
    passa(&f.esamina(&utf16, None, &TESTCONN, &Registro::default(), adesso()));
    let e = f.esamina(
        b.as_bytes(),
        Some("Multipart/Related; boundary=x"),
        &TESTCONN,
        &Registro::default(),
        adesso(),
    );
    cade(&e, F3, "busta");
    let e = f.esamina(
        b"<rotto",
        Some("application/soap+xml"),
        &TESTCONN,
        &Registro::default(),
        adesso(),
    );
    assert_eq!(e.versione, frontiera::VersioneSoap::V12);
}

#[test]
fn pkcs7_con_il_contenuto_cambiato() {
    let pc = &scena().pc;
    for (attributi, atteso) in [(true, ErrorePkcs7::Digest), (false, ErrorePkcs7::Firma)] {
        let forma = cms::Forma {
            attributi,
            ..cms::Forma::default()
        };
        let mut p7 = cms::componi(b"888001-PC-0001", &pc.cert, &pc.chiave, forma).unwrap();
        let dove = p7.windows(14).position(|w| w == b"888001-PC-0001").unwrap();
        p7[dove + 13] = b'2';
        assert_eq!(pkcs7::verifica(&p7, &[]).unwrap_err(), atteso);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    /// One octet changed anywhere: refused, or accepted with the very same body and caller.
    #[test]
    fn un_byte_cambiato_non_cambia_cio_che_si_crede(dove in any::<proptest::sample::Index>(), con in any::<u8>()) {
        static BUONA: std::sync::OnceLock<String> = std::sync::OnceLock::new();
        let mut b = BUONA.get_or_init(buona).clone().into_bytes();
        let i = dove.index(b.len());
        b[i] = con;
        let f = frontiera_con(Politica::default());
        let e = f.esamina(&b, None, &TESTCONN, &Registro::default(), adesso());
        if let Ok(busta) = e.esito {
            let atteso = corpo();
            prop_assert_eq!(busta.corpo(), atteso.as_bytes());
            prop_assert_eq!(busta.chiamante().name_id.as_str(), OPERATORE);
        }
    }

    /// Whatever the octets, an answer comes.
    #[test]
    fn byte_a_caso(b in proptest::collection::vec(any::<u8>(), 0..400)) {
        let f = frontiera_con(Politica::default());
        prop_assert!(f.esamina(&b, None, &TESTCONN, &Registro::default(), adesso()).esito.is_err());
    }

    /// One octet of a PKCS#7 changed: refused, or the same content by the same signer.
    #[test]
    fn pkcs7_con_un_byte_cambiato(dove in any::<proptest::sample::Index>(), con in any::<u8>(), ber in any::<bool>()) {
        static DUE: std::sync::OnceLock<[Vec<u8>; 2]> = std::sync::OnceLock::new();
        let due = DUE.get_or_init(|| {
            let pc = &scena().pc;
            [false, true].map(|ber| {
                let forma = cms::Forma { ber, ..cms::Forma::default() };
                cms::componi(b"888001-PC-0001", &pc.cert, &pc.chiave, forma).expect("composes")
            })
        });
        let mut p7 = due[usize::from(ber)].clone();
        let i = dove.index(p7.len());
        p7[i] = con;
        if let Ok(f) = pkcs7::verifica(&p7, &[]) {
            prop_assert_eq!(f.contenuto.as_slice(), b"888001-PC-0001");
            // The certificate's own signature is another check's part: the key is what counts here.
            prop_assert_eq!(f.firmatario.seriale(), &[7]);
        }
        // The reader of documents is no laxer about what was signed.
        if let Ok(d) = documento::leggi(&p7) {
            prop_assert_eq!(d.contenuto.as_slice(), b"888001-PC-0001");
        }
    }

    /// Whatever is uploaded as a signature is read or refused.
    #[test]
    fn un_documento_qualunque_non_fa_cadere_niente(byte in prop::collection::vec(any::<u8>(), 0..300), testo in "[A-Za-z0-9+/=\\-\n]{0,200}") {
        prop_assert!(documento::leggi(&byte).is_err());
        prop_assert!(documento::leggi(testo.as_bytes()).is_err());
    }
}
