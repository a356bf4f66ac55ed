//! Opening the folder and issuing certificates.
//!
//! [`Pki::apri`] compares the index with what the options ask for (a [`Piano`]); when nothing is missing it returns
//! after reading one file. Otherwise, with the folder's lock in hand, all keys are generated together, then files are
//! written, the index last.

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
    sync::{Mutex, MutexGuard, PoisonError},
    time::{Instant, SystemTime},
};

use jiff::{SignedDuration, Timestamp};
use rcgen::{Issuer, KeyPair};
use rustls_pki_types::{CertificateDer, PrivatePkcs8KeyDer, pem::PemObject};

use crate::{
    Difetto, ErrorePki, NOMI_REALI, Postazione,
    chiavi::{self, ChiavePostazione},
    deposito::{Accesso, Deposito},
    indice::{FILE as FILE_INDICE, Indice, VoceRadice, VoceServer},
    p12::{self, FormaP12},
    profilo::{self, Validita},
};

/// Certificates with less than this left are made anew at start.
const RINNOVO: SignedDuration = SignedDuration::from_hours(30 * 24);
/// The root that every environment trusts.
const COMUNE_A_TUTTI: &str = "test";
/// Root of the certificates for real host names.
const REALI: &str = "reali";
/// Root no environment trusts.
const ALTRUI: &str = "altrui";
/// Roots that always exist, one per environment.
const RADICI: [&str; 3] = ["test", "pre", "sub"];
/// Listeners with a certificate of their own, and the root it hangs on.
const SERVER: [(&str, &str); 4] = [
    ("test", "test"),
    ("pre", "pre"),
    ("sub", "sub"),
    ("carta", "test"),
];
/// Names every server certificate carries.
const NOMI_LOCALI: [&str; 3] = ["localhost", "127.0.0.1", "::1"];
/// Bundle of every root, PEM.
const CA_PEM: &str = "ca.pem";
/// The same as trust store for Java.
const CA_P12: &str = "ca.p12";

/// What the PKI is to contain.
#[derive(Clone, Debug)]
pub struct OpzioniPki {
    /// Further host names and addresses the simulator is reached by.
    pub nomi: Vec<String>,
    /// Whether to certify the real host names too ([`NOMI_REALI`]), under a root of their own.
    pub nomi_reali: bool,
    /// ISTAT codes of the Comuni that get their `CO-0000` certificate at once.
    pub pronti: Vec<String>,
    /// The present, by the wall clock (TLS clients check against theirs, not against the scenario's).
    pub adesso: Timestamp,
    /// Threads for key generation; 0 counts as 1.
    pub fili: usize,
}

/// A server certificate with its key, for a TLS listener.
#[derive(Clone)]
pub struct CertificatoServer {
    /// DER certificates, the server's first.
    pub catena: Vec<Vec<u8>>,
    /// The private key, PKCS#8 DER.
    pub chiave_pkcs8: Vec<u8>,
}

/// A request to the postazione desk.
#[derive(Clone, Debug)]
pub struct RichiestaEmissione {
    /// ISTAT code of the Comune, six digits.
    pub comune: String,
    /// `CO` or `PC`.
    pub tipo: String,
    /// Number 0–9999; without it the next free one from 1.
    pub numero: Option<u16>,
    /// The deliberate defect.
    pub difetto: Option<Difetto>,
    /// Environment it is for (`test`, `pre`, `sub`): its root issues it. Without it every environment trusts it.
    pub ambiente: Option<String>,
}

/// The PKI of one folder. Cheap to share behind an `Arc`; issuing blocks for the time of one key (about 0.1 s).
pub struct Pki {
    deposito: Deposito,
    ca_pem: PathBuf,
    nomi_reali: bool,
    radici: BTreeMap<&'static str, Vec<u8>>,
    apertura: (Timestamp, Instant),
    stato: Mutex<Stato>,
}

struct Stato {
    indice: Indice,
    /// Stamp of the index file as last read, to notice another process's issues.
    letto: Option<(SystemTime, u64)>,
}

impl Pki {
    /// Opens the folder, making what is missing of it.
    pub fn apri(dir: &Path, o: &OpzioniPki) -> Result<Self, ErrorePki> {
        let deposito = Deposito::apri(dir)?;
        let mut indice = Indice::leggi(&deposito)?;
        if !Piano::di(&indice, o, &deposito).vuoto() {
            let _blocco = deposito.blocca()?;
            indice = Indice::leggi(&deposito)?;
            deposito.ripulisci();
            let piano = Piano::di(&indice, o, &deposito);
            if !piano.vuoto() {
                piano.esegui(&mut indice, o, &deposito)?;
                indice.scrivi(&deposito)?;
            }
        }
        let letto = timbro(&deposito);
        let mut radici = BTreeMap::new();
        for r in RADICI {
            radici.insert(r, leggi_certificato(&deposito, &pem_radice(r))?);
        }
        Ok(Self {
            ca_pem: deposito.percorso(CA_PEM),
            deposito,
            nomi_reali: o.nomi_reali,
            radici,
            apertura: (o.adesso, Instant::now()),
            stato: Mutex::new(Stato { indice, letto }),
        })
    }

    /// DER of the roots an environment (`test`, `pre`, `sub`) trusts for postazioni; none for an unknown one.
    pub fn ancore(&self, ambiente: &str) -> Vec<Vec<u8>> {
        fidate(ambiente)
            .iter()
            .filter_map(|r| self.radici.get(r).cloned())
            .collect()
    }

    /// The certificate of a listener: `test`, `pre`, `sub` or `carta`.
    pub fn server(&self, chi: &str) -> Result<CertificatoServer, ErrorePki> {
        Ok(CertificatoServer {
            catena: vec![leggi_certificato(&self.deposito, &format!("server/{chi}.pem"))?],
            chiave_pkcs8: leggi_chiave(&self.deposito, &format!("server/{chi}.key.pem"))?,
        })
    }

    /// The certificate for the real host names, when it was asked for.
    pub fn server_reali(&self) -> Result<Option<CertificatoServer>, ErrorePki> {
        if self.nomi_reali {
            self.server(REALI).map(Some)
        } else {
            Ok(None)
        }
    }

    /// The bundle with every root of the simulator (`ca` of ready.json).
    pub fn ca_pem(&self) -> &Path {
        &self.ca_pem
    }

    /// A postazione by its id.
    pub fn postazione(&self, id: &str) -> Result<Option<Postazione>, ErrorePki> {
        let stato = self.stato_fresco()?;
        Ok(stato.indice.postazione(id).map(|p| assoluta(&self.deposito, p)))
    }

    /// Every certificate of postazione ever issued, in order of issue.
    pub fn elenco(&self) -> Vec<Postazione> {
        let stato = self.stato_fresco().unwrap_or_else(|_| self.stato());
        stato
            .indice
            .postazioni
            .iter()
            .map(|p| assoluta(&self.deposito, p))
            .collect()
    }

    /// Issues a certificate. Takes the time of generating an RSA key: not to be called on an async worker.
    pub fn emetti(&self, r: &RichiestaEmissione) -> Result<Postazione, ErrorePki> {
        controlla(r)?;
        let chiave = if r.difetto == Some(Difetto::ChiaveDebole) {
            ChiavePostazione::debole()?
        } else {
            let (_, mut una) = chiavi::genera(0, 1, 1)?;
            ChiavePostazione::da(&una.remove(0))?
        };
        let radice = radice_per(r);
        let mut stato = self.stato();
        let _blocco = self.deposito.blocca()?;
        let mut indice = Indice::leggi(&self.deposito)?;
        let adesso = self.adesso();
        if radice == ALTRUI && !indice.radici.contains_key(ALTRUI) {
            let nomi = NOMI_LOCALI.map(str::to_owned).to_vec();
            let (mut una, _) = chiavi::genera(1, 0, 1)?;
            crea_radice(&self.deposito, &mut indice, ALTRUI, nomi, &una.remove(0), adesso)?;
        }
        let emittente = Emittente::apri(&self.deposito, &indice, radice)?;
        let numero = r.numero.unwrap_or_else(|| numero_libero(&indice, r));
        let p = rilascia(
            &self.deposito,
            &indice,
            r,
            numero,
            &emittente,
            &chiave,
            adesso,
            None,
        )?;
        indice.postazioni.push(p.clone());
        indice.scrivi(&self.deposito)?;
        *stato = Stato {
            indice,
            letto: timbro(&self.deposito),
        };
        Ok(assoluta(&self.deposito, &p))
    }

    /// The PKCS#12 of a postazione sealed anew in the given form, with its own password (for old Java and Windows).
    pub fn p12(&self, p: &Postazione, forma: FormaP12) -> Result<Vec<u8>, ErrorePki> {
        let leggi = |f: &Path| std::fs::read(f).map_err(ErrorePki::io(f));
        let cert =
            CertificateDer::from_pem_slice(&leggi(&p.pem)?).map_err(|e| ErrorePki::guasto(&p.pem, e))?;
        let chiave = PrivatePkcs8KeyDer::from_pem_slice(&leggi(&p.chiave)?)
            .map_err(|e| ErrorePki::guasto(&p.chiave, e))?;
        let radice = leggi_certificato(&self.deposito, &pem_radice(&p.radice))?;
        p12::chiavi(
            &p.id,
            chiave.secret_pkcs8_der(),
            &[&cert, &radice],
            &p.password,
            forma,
        )
    }

    fn adesso(&self) -> Timestamp {
        let (inizio, da) = self.apertura;
        let passati = SignedDuration::try_from(da.elapsed()).unwrap_or(SignedDuration::ZERO);
        inizio.checked_add(passati).unwrap_or(inizio)
    }

    fn stato(&self) -> MutexGuard<'_, Stato> {
        // The state is replaced as a whole, so a panic elsewhere leaves it sound.
        self.stato.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The state, read again when another process (`cert issue`) has written the index meanwhile.
    fn stato_fresco(&self) -> Result<MutexGuard<'_, Stato>, ErrorePki> {
        let mut stato = self.stato();
        let ora = timbro(&self.deposito);
        if ora != stato.letto {
            *stato = Stato {
                indice: Indice::leggi(&self.deposito)?,
                letto: ora,
            };
        }
        Ok(stato)
    }
}

/// The roots an environment trusts: the common one and its own.
fn fidate(ambiente: &str) -> &'static [&'static str] {
    match ambiente {
        "test" => &["test"],
        "pre" => &["test", "pre"],
        "sub" => &["test", "sub"],
        _ => &[],
    }
}

fn radice_per(r: &RichiestaEmissione) -> &'static str {
    let chiesto = r.ambiente.as_deref();
    match (r.difetto, chiesto) {
        (Some(Difetto::CaAltrui), _) => ALTRUI,
        (Some(Difetto::AltroAmbiente), Some("sub")) => "pre",
        (Some(Difetto::AltroAmbiente), _) => "sub",
        (_, Some("pre")) => "pre",
        (_, Some("sub")) => "sub",
        _ => COMUNE_A_TUTTI,
    }
}

fn controlla(r: &RichiestaEmissione) -> Result<(), ErrorePki> {
    let no = |m: String| Err(ErrorePki::Richiesta(m));
    if r.comune.len() != 6 || !r.comune.bytes().all(|b| b.is_ascii_digit()) {
        return no(format!("codice ISTAT «{}» (servono sei cifre)", r.comune));
    }
    if !matches!(r.tipo.as_str(), "CO" | "PC") {
        return no(format!("tipo «{}» (CO oppure PC)", r.tipo));
    }
    if r.numero.is_some_and(|n| n > 9999) {
        return no("numero oltre 9999".to_owned());
    }
    if let Some(a) = &r.ambiente
        && !RADICI.contains(&a.as_str())
    {
        return no(format!("ambiente «{a}» (test, pre oppure sub)"));
    }
    Ok(())
}

/// The first number from 1 that no certificate of the Comune and type uses, defective ones included.
fn numero_libero(indice: &Indice, r: &RichiestaEmissione) -> u16 {
    let usato = |n: u16| {
        let file = format!("postazioni/{}-{}-{n:04}.", r.comune, r.tipo);
        indice
            .postazioni
            .iter()
            .any(|p| p.pem.to_string_lossy().starts_with(&file))
    };
    (1..=9999).find(|n| !usato(*n)).unwrap_or(9999)
}

fn timbro(d: &Deposito) -> Option<(SystemTime, u64)> {
    let m = std::fs::metadata(d.percorso(FILE_INDICE)).ok()?;
    Some((m.modified().ok()?, m.len()))
}

fn assoluta(d: &Deposito, p: &Postazione) -> Postazione {
    let intero = |r: &Path| d.percorso(&r.to_string_lossy());
    Postazione {
        p12: intero(&p.p12),
        pem: intero(&p.pem),
        chiave: intero(&p.chiave),
        ..p.clone()
    }
}

fn pem_radice(quale: &str) -> String {
    format!("radici/ca-{quale}.pem")
}

fn chiave_radice(quale: &str) -> String {
    format!("radici/ca-{quale}.key.pem")
}

fn leggi_certificato(d: &Deposito, relativo: &str) -> Result<Vec<u8>, ErrorePki> {
    let b = d
        .leggi(relativo)?
        .ok_or_else(|| ErrorePki::guasto(d.percorso(relativo), "il file manca"))?;
    let der = CertificateDer::from_pem_slice(&b).map_err(|e| ErrorePki::guasto(d.percorso(relativo), e))?;
    Ok(der.to_vec())
}

fn leggi_chiave(d: &Deposito, relativo: &str) -> Result<Vec<u8>, ErrorePki> {
    let b = d
        .leggi(relativo)?
        .ok_or_else(|| ErrorePki::guasto(d.percorso(relativo), "il file manca"))?;
    let der =
        PrivatePkcs8KeyDer::from_pem_slice(&b).map_err(|e| ErrorePki::guasto(d.percorso(relativo), e))?;
    Ok(der.secret_pkcs8_der().to_vec())
}

/// A root ready to sign.
struct Emittente {
    nome: String,
    der: Vec<u8>,
    fine: Timestamp,
    issuer: Issuer<'static, KeyPair>,
}

impl Emittente {
    fn apri(d: &Deposito, indice: &Indice, quale: &str) -> Result<Self, ErrorePki> {
        let Some(voce) = indice.radici.get(quale) else {
            return Err(ErrorePki::guasto(
                d.percorso(FILE_INDICE),
                format!("manca la radice {quale}"),
            ));
        };
        let der = leggi_certificato(d, &pem_radice(quale))?;
        let relativo = chiave_radice(quale);
        let chiave = chiavi::rileggi(&leggi_chiave(d, &relativo)?)
            .map_err(|e| ErrorePki::guasto(d.percorso(&relativo), e))?;
        let issuer = Issuer::from_ca_cert_der(&CertificateDer::from(der.as_slice()), chiave)
            .map_err(|e| ErrorePki::guasto(d.percorso(&pem_radice(quale)), e))?;
        Ok(Self {
            nome: quale.to_owned(),
            der,
            fine: voce.non_dopo,
            issuer,
        })
    }
}

/// Makes (or makes anew, with the same key) a root and notes it in the index.
fn crea_radice(
    d: &Deposito,
    indice: &mut Indice,
    quale: &str,
    nomi: Vec<String>,
    chiave: &KeyPair,
    adesso: Timestamp,
) -> Result<(), ErrorePki> {
    let v = Validita::radice(adesso)?;
    let cert = profilo::radice(quale, &nomi, v)?
        .self_signed(chiave)
        .map_err(ErrorePki::cripto)?;
    d.scrivi(
        &chiave_radice(quale),
        chiave.serialize_pem().as_bytes(),
        Accesso::Privato,
    )?;
    d.scrivi(&pem_radice(quale), cert.pem().as_bytes(), Accesso::Pubblico)?;
    indice
        .radici
        .insert(quale.to_owned(), VoceRadice { nomi, non_dopo: v.a });
    Ok(())
}

/// Certifies a key for a postazione and writes its three files; the caller puts the result into the index.
#[expect(
    clippy::too_many_arguments,
    reason = "one place that joins them; a struct would be used once"
)]
fn rilascia(
    d: &Deposito,
    indice: &Indice,
    r: &RichiestaEmissione,
    numero: u16,
    emittente: &Emittente,
    chiave: &ChiavePostazione,
    adesso: Timestamp,
    password: Option<String>,
) -> Result<Postazione, ErrorePki> {
    let chiesto = format!("{}-{}-{numero:04}", r.comune, r.tipo);
    let file = r
        .difetto
        .map_or_else(|| chiesto.clone(), |x| format!("{chiesto}.{x}"));
    let pem = format!("postazioni/{file}.pem");
    let rinnovo = password.is_some();
    if !rinnovo && indice.postazioni.iter().any(|p| p.pem == Path::new(&pem)) {
        return Err(ErrorePki::GiaEmessa(file));
    }
    let id = match r.difetto {
        Some(Difetto::AltroComune) => format!("{}-{}-{numero:04}", altro_comune(&r.comune), r.tipo),
        _ => chiesto,
    };
    let v = match r.difetto {
        Some(Difetto::Scaduto) => Validita::scaduta(adesso)?,
        Some(Difetto::Futuro) => Validita::futura(adesso, emittente.fine)?,
        _ => Validita::postazione(adesso, emittente.fine)?,
    };
    let cn = (r.difetto != Some(Difetto::SenzaCn)).then_some(id.as_str());
    let cert = profilo::postazione(cn, v)
        .signed_by(&chiave.pubblica, &emittente.issuer)
        .map_err(ErrorePki::cripto)?;
    let password = password.unwrap_or_else(|| format!("{:08X}", rand::random::<u32>()));
    let deposito_chiavi = p12::chiavi(
        &id,
        &chiave.pkcs8,
        &[cert.der(), &emittente.der],
        &password,
        FormaP12::Moderna,
    )?;
    let p = Postazione {
        tipo: r.tipo.clone(),
        comune: r.comune.clone(),
        p12: format!("postazioni/{file}.p12").into(),
        pem: pem.into(),
        chiave: format!("postazioni/{file}.key.pem").into(),
        password,
        impronta_sha256: impronta(cert.der()),
        non_prima: v.da,
        non_dopo: v.a,
        difetto: r.difetto,
        radice: emittente.nome.clone(),
        id,
    };
    d.scrivi(
        &p.chiave.to_string_lossy(),
        pem_chiave(&chiave.pkcs8).as_bytes(),
        Accesso::Privato,
    )?;
    d.scrivi(&p.pem.to_string_lossy(), cert.pem().as_bytes(), Accesso::Pubblico)?;
    d.scrivi(&p.p12.to_string_lossy(), &deposito_chiavi, Accesso::Privato)?;
    Ok(p)
}

/// A fictitious Comune that is not this one.
fn altro_comune(comune: &str) -> &'static str {
    if comune == "888999" { "888998" } else { "888999" }
}

fn impronta(der: &[u8]) -> String {
    use std::fmt::Write;
    let mut s = String::with_capacity(64);
    for b in aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, der).as_ref() {
        let _ = write!(s, "{b:02x}");
    }
    s
}

fn pem_chiave(pkcs8: &[u8]) -> String {
    use base64::Engine;
    let b64 = base64::engine::general_purpose::STANDARD.encode(pkcs8);
    let mut s = String::from("-----BEGIN PRIVATE KEY-----\n");
    for riga in b64.as_bytes().chunks(64) {
        s.extend(riga.iter().map(|b| char::from(*b)));
        s.push('\n');
    }
    s.push_str("-----END PRIVATE KEY-----\n");
    s
}

/// What is missing of the folder.
struct Piano {
    /// Roots to make or make anew, with the names they are to admit.
    radici: Vec<(&'static str, Vec<String>)>,
    /// Server certificates to make or make anew: who, root, names.
    server: Vec<(&'static str, &'static str, Vec<String>)>,
    /// Comuni whose ready certificate is to be made or made anew.
    pronti: Vec<String>,
    /// Roots to put into the bundle, when it has not exactly these.
    ca: Option<Vec<String>>,
}

impl Piano {
    fn di(indice: &Indice, o: &OpzioniPki, d: &Deposito) -> Self {
        let ce = |r: &str| d.percorso(r).is_file();
        let breve = |fine: Timestamp| fine.duration_since(o.adesso) < RINNOVO;
        let mut nomi: Vec<String> = NOMI_LOCALI.map(str::to_owned).to_vec();
        for n in &o.nomi {
            if !nomi.contains(n) {
                nomi.push(n.clone());
            }
        }
        let reali: Vec<String> = NOMI_REALI.iter().map(|n| (*n).to_owned()).collect();
        let mut radici = Vec::new();
        let mut volute: Vec<(&'static str, &Vec<String>)> = RADICI.iter().map(|r| (*r, &nomi)).collect();
        let mut server_voluti: Vec<(&'static str, &'static str, &Vec<String>)> =
            SERVER.iter().map(|(s, r)| (*s, *r, &nomi)).collect();
        if o.nomi_reali {
            volute.push((REALI, &reali));
            server_voluti.push((REALI, REALI, &reali));
        }
        for (r, nomi) in &volute {
            let voce = indice.radici.get(*r);
            let buona = voce.is_some_and(|v| nomi.iter().all(|n| v.nomi.contains(n)) && !breve(v.non_dopo));
            if !(buona && ce(&pem_radice(r)) && ce(&chiave_radice(r))) {
                // Names once admitted stay so: certificates made for them go on working.
                let mut tutti = voce.map_or_else(Vec::new, |v| v.nomi.clone());
                tutti.extend(
                    nomi.iter()
                        .filter(|n| !tutti.contains(n))
                        .cloned()
                        .collect::<Vec<_>>(),
                );
                radici.push((*r, tutti));
            }
        }
        let server = server_voluti
            .into_iter()
            .filter(|(s, r, nomi)| {
                let buono = indice.server.get(*s).is_some_and(|v| {
                    v.nomi == **nomi && v.radice == *r && !breve(v.non_dopo) && v.non_prima <= o.adesso
                });
                !(buono && ce(&format!("server/{s}.pem")) && ce(&format!("server/{s}.key.pem")))
            })
            .map(|(s, r, nomi)| (s, r, nomi.clone()))
            .collect();
        let pronti = o
            .pronti
            .iter()
            .filter(|c| {
                let buona = indice.postazione(&id_pronto(c)).is_some_and(|p| {
                    p.difetto.is_none()
                        && !breve(p.non_dopo)
                        && [&p.p12, &p.pem, &p.chiave]
                            .iter()
                            .all(|f| ce(&f.to_string_lossy()))
                });
                !buona
            })
            .cloned()
            .collect();
        let ca: Vec<String> = volute.iter().map(|(r, _)| (*r).to_owned()).collect();
        let ca_buono = radici.is_empty() && indice.ca == ca && ce(CA_PEM) && ce(CA_P12);
        Self {
            radici,
            server,
            pronti,
            ca: (!ca_buono).then_some(ca),
        }
    }

    fn vuoto(&self) -> bool {
        self.radici.is_empty() && self.server.is_empty() && self.pronti.is_empty() && self.ca.is_none()
    }

    fn esegui(self, indice: &mut Indice, o: &OpzioniPki, d: &Deposito) -> Result<(), ErrorePki> {
        for c in &self.pronti {
            controlla(&richiesta_pronto(c))?;
        }
        // A key already in the folder serves again (a root made anew must keep it, or everything under it falls).
        let in_mano = |relativo: String| {
            leggi_chiave(d, &relativo)
                .ok()
                .and_then(|k| chiavi::rileggi(&k).ok())
        };
        let radici: Vec<_> = self
            .radici
            .into_iter()
            .map(|(r, n)| (r, n, in_mano(chiave_radice(r))))
            .collect();
        let server: Vec<_> = self
            .server
            .into_iter()
            .map(|(s, r, n)| (s, r, n, in_mano(format!("server/{s}.key.pem"))))
            .collect();
        let grandi = radici.iter().filter(|r| r.2.is_none()).count();
        let piccole = server.iter().filter(|s| s.3.is_none()).count() + self.pronti.len();
        let (grandi, piccole) = chiavi::genera(grandi, piccole, o.fili)?;
        let (mut grandi, mut piccole) = (grandi.into_iter(), piccole.into_iter());
        let mut nuova = |altra: Option<KeyPair>, grande: bool| {
            altra
                .or_else(|| if grande { grandi.next() } else { piccole.next() })
                .ok_or_else(|| ErrorePki::Cripto("manca una chiave".to_owned()))
        };
        for (r, nomi, chiave) in radici {
            crea_radice(d, indice, r, nomi, &nuova(chiave, true)?, o.adesso)?;
        }
        let mut emittenti: BTreeMap<&str, Emittente> = BTreeMap::new();
        for (s, r, nomi, chiave) in server {
            if !emittenti.contains_key(r) {
                emittenti.insert(r, Emittente::apri(d, indice, r)?);
            }
            let emittente = &emittenti[r];
            let chiave = nuova(chiave, false)?;
            let v = Validita::server(o.adesso, emittente.fine)?;
            let cert = profilo::server(&nomi, v)?
                .signed_by(&chiave, &emittente.issuer)
                .map_err(ErrorePki::cripto)?;
            d.scrivi(
                &format!("server/{s}.key.pem"),
                chiave.serialize_pem().as_bytes(),
                Accesso::Privato,
            )?;
            d.scrivi(
                &format!("server/{s}.pem"),
                cert.pem().as_bytes(),
                Accesso::Pubblico,
            )?;
            let voce = VoceServer {
                radice: r.to_owned(),
                nomi,
                non_prima: v.da,
                non_dopo: v.a,
            };
            indice.server.insert(s.to_owned(), voce);
        }
        if !self.pronti.is_empty() {
            let emittente = match emittenti.remove(COMUNE_A_TUTTI) {
                Some(e) => e,
                None => Emittente::apri(d, indice, COMUNE_A_TUTTI)?,
            };
            for c in &self.pronti {
                let chiave = ChiavePostazione::da(&nuova(None, false)?)?;
                let posto = indice
                    .postazioni
                    .iter()
                    .position(|p| p.id == id_pronto(c) && p.difetto.is_none());
                // A certificate made anew keeps its password, which stands in people's configurations.
                let password = posto.map(|i| indice.postazioni[i].password.clone());
                let p = rilascia(
                    d,
                    indice,
                    &richiesta_pronto(c),
                    0,
                    &emittente,
                    &chiave,
                    o.adesso,
                    password,
                )?;
                match posto {
                    Some(i) => indice.postazioni[i] = p,
                    None => indice.postazioni.push(p),
                }
            }
        }
        if let Some(ca) = self.ca {
            let mut fascio = Vec::new();
            let mut voci = Vec::new();
            for r in &ca {
                fascio.extend(d.leggi(&pem_radice(r))?.unwrap_or_default());
                voci.push((format!("anpr-sim-{r}"), leggi_certificato(d, &pem_radice(r))?));
            }
            d.scrivi(CA_PEM, &fascio, Accesso::Pubblico)?;
            d.scrivi(CA_P12, &p12::fiducia(&voci)?, Accesso::Privato)?;
            indice.ca = ca;
        }
        Ok(())
    }
}

fn id_pronto(comune: &str) -> String {
    format!("{comune}-CO-0000")
}

fn richiesta_pronto(comune: &str) -> RichiestaEmissione {
    RichiestaEmissione {
        comune: comune.to_owned(),
        tipo: "CO".to_owned(),
        numero: Some(0),
        difetto: None,
        ambiente: None,
    }
}
