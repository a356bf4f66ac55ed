//! The stage: a root, the certificates of two Comuni, a register with a few operators, a TestConn service.

use std::collections::BTreeSet;
use std::sync::OnceLock;

use anagrafe::{Ambiente, CodiceIstat, IdPostazione};
use frontiera::firma::{Chiavi, Messaggio, catalogo, componi};
use frontiera::{
    Censimento, Esame, Frontiera, OperatoreVisto, Perizia, Politica, Servizio, TipoFault, Verdetto,
};
use jiff::Timestamp;
use rcgen::{
    BasicConstraints, CertificateParams, DnType, IsCa, Issuer, KeyPair, KeyUsagePurpose,
    PKCS_ECDSA_P256_SHA256, PKCS_RSA_SHA256, SerialNumber, date_time_ymd,
};

pub(crate) const ADESSO: &str = "2031-05-12T08:15:30.120Z";
pub(crate) const OPERATORE: &str = "VRDGNN80A01Y001K";
pub(crate) const BLOCCATO: &str = "VRDGNN80A01Y001B";

pub(crate) static TESTCONN: Servizio = Servizio {
    radici: &[("http://sogei.it/ANPR/connessione", "RichiestaConnessione")],
    controlla_testata: false,
};

pub(crate) fn adesso() -> Timestamp {
    ADESSO.parse().expect("a constant")
}

/// One certificate with its key.
#[derive(Clone)]
pub(crate) struct Coppia {
    pub(crate) cert: Vec<u8>,
    pub(crate) chiave: Vec<u8>,
}

pub(crate) struct Scena {
    pub(crate) radice: Vec<u8>,
    /// The root's key, PKCS#8: for certificates no ordinary tool would issue.
    pub(crate) radice_chiave: Vec<u8>,
    pub(crate) co: Coppia,
    pub(crate) pc: Coppia,
    pub(crate) pc2: Coppia,
    pub(crate) altro_comune: Coppia,
    pub(crate) scaduto: Coppia,
    pub(crate) altra_ca: Coppia,
    /// From a root that has the right name and another key.
    pub(crate) ca_omonima: Coppia,
    /// Issued by the right root over an elliptic key.
    pub(crate) ellittico: Vec<u8>,
}

fn chiave() -> KeyPair {
    KeyPair::generate_for(&PKCS_RSA_SHA256).expect("aws-lc makes RSA keys")
}

fn radice(nome: &str) -> (Vec<u8>, Vec<u8>, Issuer<'static, KeyPair>) {
    let mut p = CertificateParams::default();
    p.distinguished_name.push(DnType::CommonName, nome);
    p.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    p.key_usages = vec![KeyUsagePurpose::KeyCertSign];
    (p.not_before, p.not_after) = (date_time_ymd(2020, 1, 1), date_time_ymd(2045, 1, 1));
    let k = chiave();
    let der = p.self_signed(&k).expect("a root").der().to_vec();
    (der, k.serialize_der(), Issuer::new(p, k))
}

fn emetti(ca: &Issuer<'_, KeyPair>, cn: &str, seriale: u64, fine: i32) -> Coppia {
    let mut p = CertificateParams::default();
    p.distinguished_name.push(DnType::CommonName, cn);
    p.is_ca = IsCa::ExplicitNoCa;
    p.key_usages = vec![KeyUsagePurpose::DigitalSignature];
    p.serial_number = Some(SerialNumber::from(seriale));
    (p.not_before, p.not_after) = (date_time_ymd(2028, 1, 1), date_time_ymd(fine, 1, 1));
    let k = chiave();
    let cert = p.signed_by(&k, ca).expect("a leaf").der().to_vec();
    Coppia {
        cert,
        chiave: k.serialize_der(),
    }
}

fn ellittico(ca: &Issuer<'_, KeyPair>) -> Vec<u8> {
    let mut p = CertificateParams::default();
    p.distinguished_name.push(DnType::CommonName, "888001-CO-0000");
    p.key_usages = vec![KeyUsagePurpose::DigitalSignature];
    (p.not_before, p.not_after) = (date_time_ymd(2028, 1, 1), date_time_ymd(2034, 1, 1));
    let k = KeyPair::generate_for(&PKCS_ECDSA_P256_SHA256).expect("aws-lc makes EC keys");
    p.signed_by(&k, ca).expect("a leaf").der().to_vec()
}

pub(crate) fn scena() -> &'static Scena {
    static SCENA: OnceLock<Scena> = OnceLock::new();
    SCENA.get_or_init(|| {
        let (der, radice_chiave, ca) = radice("CA di prova");
        let (_, _, altra) = radice("CA di un altro ambiente");
        let (_, _, omonima) = radice("CA di prova");
        Scena {
            radice: der,
            radice_chiave,
            // The first serial has its top bit set and the second is small: both ends of the decimal form.
            co: emetti(&ca, "888001-CO-0000", 0xF123_4567_89AB_CDEF, 2034),
            pc: emetti(&ca, "888001-PC-0001", 7, 2034),
            pc2: emetti(&ca, "888001-PC-0002", 8, 2034),
            altro_comune: emetti(&ca, "888002-CO-0000", 9, 2034),
            scaduto: emetti(&ca, "888001-CO-0001", 10, 2030),
            altra_ca: emetti(&altra, "888001-CO-0000", 11, 2034),
            ca_omonima: emetti(&omonima, "888001-CO-0000", 12, 2034),
            ellittico: ellittico(&ca),
        }
    })
}

pub(crate) fn chiavi(comune: &Coppia, postazione: &Coppia) -> Chiavi {
    Chiavi {
        comune_key_pkcs8: comune.chiave.clone(),
        comune_cert_der: comune.cert.clone(),
        postazione_key_pkcs8: postazione.chiave.clone(),
        postazione_cert_der: postazione.cert.clone(),
    }
}

/// CO for message and assertion, PC for the postazione.
pub(crate) fn chiavi_solite() -> Chiavi {
    chiavi(&scena().co, &scena().pc)
}

/// The register of the stage.
#[derive(Default)]
pub(crate) struct Registro {
    pub(crate) revocati: BTreeSet<String>,
}

impl Censimento for Registro {
    fn revocato(&self, _impronta: &[u8; 32], cn: &str) -> bool {
        self.revocati.contains(cn)
    }

    fn operatore(&self, name_id: &str) -> Option<OperatoreVisto> {
        [OPERATORE, BLOCCATO].contains(&name_id).then(|| OperatoreVisto {
            attivo: name_id == OPERATORE,
            comuni: vec![CodiceIstat::parse("888001").expect("a constant")],
            funzioni: vec!["*".into()],
        })
    }
}

pub(crate) fn corpo() -> String {
    "<a:RichiestaConnessione xmlns:a=\"http://sogei.it/ANPR/connessione\"><testataRichiesta>\
     <idOperazioneComune>1</idOperazioneComune><codMittente>zzz</codMittente><codDestinatario>boh</codDestinatario>\
     <operazioneRichiesta>nessuna</operazioneRichiesta></testataRichiesta></a:RichiestaConnessione>"
        .into()
}

pub(crate) fn messaggio() -> Messaggio {
    let postazione = IdPostazione::parse("888001-PC-0001").expect("a constant");
    Messaggio::nuovo(corpo(), OPERATORE, &postazione, adesso())
}

pub(crate) fn frontiera_con(politica: Politica) -> Frontiera {
    Frontiera::nuova(Ambiente::Test, vec![scena().radice.clone()], politica)
        .expect("the stage's root is good")
}

pub(crate) fn esamina(busta: &str) -> Esame {
    esamina_con(busta, &frontiera_con(Politica::default()), &Registro::default())
}

pub(crate) fn esamina_con(busta: &str, f: &Frontiera, r: &Registro) -> Esame {
    f.esamina(
        busta.as_bytes(),
        Some("text/xml; charset=utf-8"),
        &TESTCONN,
        r,
        adesso(),
    )
}

/// What the journal would find in it.
pub(crate) fn perizia(busta: &str) -> Perizia {
    let (f, r) = (frontiera_con(Politica::default()), Registro::default());
    f.perizia(
        busta.as_bytes(),
        Some("text/xml; charset=utf-8"),
        &TESTCONN,
        &r,
        adesso(),
    )
}

/// Composes with the usual keys, perhaps with a defect of the catalogue, and examines.
#[track_caller]
pub(crate) fn prova(m: &Messaggio, difetto: Option<&str>) -> Esame {
    let voce = difetto.map(|d| catalogo::difetto(d).unwrap_or_else(|| panic!("{d}: not in the catalogue")));
    esamina(&componi(m, &chiavi_solite(), voce).expect("composes"))
}

/// Demands a request that passes, with every step done.
#[track_caller]
pub(crate) fn passa(e: &Esame) {
    if let Err(f) = &e.esito {
        panic!("refused with {:?} at {}: {}", f.tipo, f.passo, f.causa);
    }
    for p in &e.passi {
        assert_eq!(p.verdetto, Verdetto::Superato, "{}: {:?}", p.nome, p.spiegazione);
    }
}

/// Demands this fault, at this step.
#[track_caller]
pub(crate) fn cade(e: &Esame, tipo: TipoFault, passo: &str) {
    match &e.esito {
        Ok(_) => panic!("accepted, {tipo:?} at {passo} was due"),
        Err(f) => assert_eq!((f.tipo, f.passo), (tipo, passo), "{}", f.causa),
    }
    let falliti: Vec<_> = e
        .passi
        .iter()
        .filter(|p| p.verdetto == Verdetto::Fallito)
        .map(|p| p.nome)
        .collect();
    assert_eq!(falliti, [passo], "exactly one line of the report fails");
}
