//! XOP requests: files put back in their place before digests, everything else refused.

use frontiera::TipoFault::F3;
use frontiera::firma::componi;
use frontiera::soap::VersioneSoap;
use frontiera::{Esame, Frontiera, Politica, TipoFault};

use crate::scena::*;

const BUSTA: &str = "<busta@prova>";

/// A multipart body under construction.
struct Multipart {
    tipo: String,
    parti: Vec<(String, Vec<u8>)>,
    fine: &'static str,
}

impl Multipart {
    fn nuovo(tipo: impl Into<String>) -> Self {
        Self {
            tipo: tipo.into(),
            parti: Vec::new(),
            fine: "--",
        }
    }

    fn xop(busta: &str) -> Self {
        let tipo = format!(
            "Multipart/Related; type=\"application/xop+xml\"; start=\"{BUSTA}\"; start-info=\"text/xml\"; boundary=\"il confine\""
        );
        Self::nuovo(tipo).con(
            &format!(
                "Content-Type: application/xop+xml; charset=UTF-8; type=\"text/xml\"\r\nContent-ID: {BUSTA}"
            ),
            busta,
        )
    }

    fn con(mut self, testata: &str, contenuto: impl AsRef<[u8]>) -> Self {
        self.parti.push((testata.to_owned(), contenuto.as_ref().to_vec()));
        self
    }

    fn byte(&self) -> Vec<u8> {
        let mut b = b"preambolo da ignorare\r\n".to_vec();
        for (testata, contenuto) in &self.parti {
            b.extend_from_slice(format!("--il confine\r\n{testata}\r\n\r\n").as_bytes());
            b.extend_from_slice(contenuto);
            b.extend_from_slice(b"\r\n");
        }
        b.extend_from_slice(format!("--il confine{}\r\nepilogo", self.fine).as_bytes());
        b
    }

    fn esamina(&self) -> Esame {
        self.esamina_con(&frontiera_con(Politica::default()))
    }

    fn esamina_con(&self, f: &Frontiera) -> Esame {
        f.esamina(
            &self.byte(),
            Some(&self.tipo),
            &TESTCONN,
            &Registro::default(),
            adesso(),
        )
    }
}

/// A signed envelope whose PKCS#7 was taken out (as WSS4J and .NET do with base64 they can optimize), and the octets.
fn smontata(versione: VersioneSoap, href: &str) -> (String, Vec<u8>) {
    let mut m = messaggio();
    m.varianti.versione = versione;
    let busta = componi(&m, &chiavi_solite(), None).expect("composes");
    let inizio = "Name=\"IdPostazioneFirmato\"";
    let da = busta.find(inizio).expect("the attribute");
    let da = da + busta[da..].find("xs:string\">").expect("the value") + "xs:string\">".len();
    let a = da + busta[da..].find('<').expect("its end");
    let ottetti = frontiera::security::base64(&busta[da..a]).expect("base64");
    let include =
        format!("<xop:Include xmlns:xop=\"http://www.w3.org/2004/08/xop/include\" href=\"{href}\"/>");
    (format!("{}{include}{}", &busta[..da], &busta[a..]), ottetti)
}

fn testata(id: &str) -> String {
    format!("Content-Type: application/octet-stream\r\nContent-Transfer-Encoding: binary\r\nContent-ID: {id}")
}

#[track_caller]
fn rifiutata(m: &Multipart, perche: &str) {
    let e = m.esamina();
    cade(&e, F3, "busta");
    let causa = e.esito.expect_err("refused").causa;
    assert!(causa.contains(perche), "{causa}");
}

#[test]
fn i_file_tornano_al_loro_posto_prima_dei_digest() {
    for (href, id) in [
        ("cid:p7@prova", "<p7@prova>"),
        ("cid:p7%40prova%2B1", "<p7@prova+1>"),
        ("CID:p7@prova", "p7@prova"),
    ] {
        let (busta, ottetti) = smontata(VersioneSoap::V11, href);
        let m = Multipart::xop(&busta).con(&testata(id), &ottetti);
        let e = m.esamina();
        passa(&e);
        assert_eq!(
            e.passi[0].osservato.as_deref(),
            Some("SOAP V11, 1 allegati XOP messi al loro posto")
        );
        // One octet of the file changed: the digest sees it.
        let mut altri = ottetti.clone();
        altri[0] ^= 1;
        let e = Multipart::xop(&busta).con(&testata(id), &altri).esamina();
        cade(&e, TipoFault::F1, "firma-asserzione");
    }
}

#[test]
fn soap_12_parti_in_disordine_base64_e_righe_piegate() {
    let (busta, ottetti) = smontata(VersioneSoap::V12, "cid:a@b");
    let tipo = format!(
        "multipart/related;boundary=\"il confine\";type=\"application/xop+xml\";start-info=\"application/soap+xml\";start={BUSTA}"
    );
    let in_base64 = frontiera::security::in_base64(&ottetti);
    let m = Multipart::nuovo(tipo)
        .con(
            "content-id:\r\n <a@b>\r\nCONTENT-TRANSFER-ENCODING: Base64",
            in_base64
                .as_bytes()
                .chunks(76)
                .collect::<Vec<_>>()
                .join(&b"\r\n"[..]),
        )
        .con(
            &format!(
                "Content-ID: {BUSTA}\r\nContent-Type: application/xop+xml; type=\"application/soap+xml\""
            ),
            &busta,
        );
    let e = m.esamina();
    passa(&e);
    assert_eq!(e.versione, VersioneSoap::V12);
    // A fault too comes back in 1.2, also when there is no envelope to look at.
    let vuota = Multipart {
        parti: Vec::new(),
        ..m
    };
    assert_eq!(vuota.esamina().versione, VersioneSoap::V12);
}

#[test]
fn senza_allegati_passa_comunque() {
    let busta = componi(&messaggio(), &chiavi_solite(), None).expect("composes");
    passa(&Multipart::xop(&busta).esamina());
    // Bare line feeds, as tools by hand write them.
    let byte = String::from_utf8(Multipart::xop(&busta).byte())
        .expect("text")
        .replace("\r\n", "\n");
    let f = frontiera_con(Politica::default());
    let tipo = Multipart::xop("").tipo;
    passa(&f.esamina(
        byte.as_bytes(),
        Some(&tipo),
        &TESTCONN,
        &Registro::default(),
        adesso(),
    ));
}

#[test]
fn parti_mancanti_doppie_o_di_nessuno() {
    let (busta, ottetti) = smontata(VersioneSoap::V11, "cid:a");
    let buona = || Multipart::xop(&busta).con(&testata("<a>"), &ottetti);
    passa(&buona().esamina());
    rifiutata(&Multipart::xop(&busta), "nomina «a», che non è fra le parti");
    rifiutata(&buona().con(&testata("<b>"), "x"), "la parte «b» non è nominata");
    rifiutata(
        &buona().con(&testata("<a>"), &ottetti),
        "due parti hanno lo stesso Content-ID",
    );
    rifiutata(
        &buona().con("Content-Type: text/plain", "x"),
        "una parte non ha Content-ID",
    );
    // Named twice: the second include stands where nothing of worth was.
    let include = "<xop:Include xmlns:xop=\"http://www.w3.org/2004/08/xop/include\" href=\"cid:a\"/>";
    let doppia = busta.replacen("<s:Header>", &format!("<s:Header><x>{include}</x>"), 1);
    rifiutata(
        &Multipart::xop(&doppia).con(&testata("<a>"), &ottetti),
        "nominata da due",
    );
}

#[test]
fn inclusioni_malformate() {
    for (href, perche) in [
        ("http://altrove/a", "serve cid:"),
        ("cid:", "serve cid:"),
        ("cid:%zz", "serve cid:"),
        ("à", "serve cid:"),
    ] {
        let (busta, ottetti) = smontata(VersioneSoap::V11, href);
        rifiutata(&Multipart::xop(&busta).con(&testata("<a>"), &ottetti), perche);
    }
    let (busta, ottetti) = smontata(VersioneSoap::V11, "cid:a");
    for (altra, perche) in [
        (
            busta.replacen("<xop:Include", "x<xop:Include", 1),
            "solo contenuto",
        ),
        (
            busta.replacen("href=\"cid:a\"/>", "href=\"cid:a\"> </xop:Include>", 1),
            "deve essere vuoto",
        ),
    ] {
        rifiutata(&Multipart::xop(&altra).con(&testata("<a>"), &ottetti), perche);
    }
}

#[test]
fn forme_di_multipart_non_ammesse() {
    let busta = componi(&messaggio(), &chiavi_solite(), None).expect("composes");
    let con_tipo = |tipo: &str| Multipart {
        tipo: tipo.to_owned(),
        ..Multipart::xop(&busta)
    };
    rifiutata(
        &con_tipo("multipart/form-data; boundary=\"il confine\""),
        "serve multipart/related",
    );
    rifiutata(&con_tipo("multipart/related"), "manca boundary");
    rifiutata(
        &con_tipo(&format!("multipart/related; boundary={}", "x".repeat(71))),
        "troppo lungo",
    );
    rifiutata(
        &con_tipo("multipart/related; boundary=\"il confine\"; start=\"<nessuna>\""),
        "Content-ID di start",
    );
    rifiutata(&con_tipo("multipart/related; boundary=altro"), "non è chiuso");
    let aperta = Multipart {
        fine: "",
        ..Multipart::xop(&busta)
    };
    rifiutata(&aperta, "non è chiuso");
    let swa = Multipart::nuovo("multipart/related; type=\"text/xml\"; boundary=\"il confine\"");
    rifiutata(&swa.con("Content-Type: text/xml", &busta), "non allegati SwA");
    let senza = Multipart {
        parti: Vec::new(),
        ..con_tipo("multipart/related; boundary=\"il confine\"")
    };
    rifiutata(&senza, "non contiene parti");
    rifiutata(
        &Multipart::xop(&busta).con(
            "Content-ID: <a>\r\nContent-Transfer-Encoding: quoted-printable",
            "x",
        ),
        "quoted-printable non ammesso",
    );
    rifiutata(
        &Multipart::xop(&busta).con("Content-ID: <a>\r\ncontent-id: <b>", "x"),
        "due Content-ID",
    );
}

#[test]
fn limiti_con_un_nome() {
    let (busta, ottetti) = smontata(VersioneSoap::V11, "cid:a");
    let mut molte = Multipart::xop(&busta).con(&testata("<a>"), &ottetti);
    for i in 0..63 {
        molte = molte.con(&testata(&format!("<b{i}>")), "x");
    }
    rifiutata(&molte, "più di 64 parti");
    let lunga = format!("{}\r\nX-Lunga: {}", testata("<a>"), "x".repeat(8 * 1024));
    rifiutata(&Multipart::xop(&busta).con(&lunga, &ottetti), "supera 8192 byte");
    // The envelope put together is measured, not only what came.
    let m = Multipart::xop(&busta).con(&testata("<a>"), &ottetti);
    let corpo_massimo = m.byte().len();
    let piccola = frontiera_con(Politica {
        corpo_massimo,
        ..Politica::default()
    });
    let grande = Multipart::xop(&busta).con(&testata("<a>"), vec![0; 9000]);
    let f = frontiera_con(Politica {
        corpo_massimo: grande.byte().len(),
        ..Politica::default()
    });
    cade(&grande.esamina_con(&f), F3, "busta");
    let causa = grande.esamina_con(&f).esito.expect_err("refused").causa;
    assert!(causa.contains("supera il limite"), "{causa}");
    cade(&grande.esamina_con(&piccola), F3, "busta");
}

#[test]
fn un_confine_piu_lungo_e_testo() {
    let (busta, mut ottetti) = smontata(VersioneSoap::V11, "cid:a");
    passa(&Multipart::xop(&busta).con(&testata("<a>"), &ottetti).esamina());
    // A line of the part that only begins like the boundary does not cut it: the file is whole, and no longer the one signed.
    ottetti.extend_from_slice(b"\r\n--il confine lungo\r\n");
    let e = Multipart::xop(&busta).con(&testata("<a>"), &ottetti).esamina();
    cade(&e, TipoFault::F1, "firma-asserzione");
}
