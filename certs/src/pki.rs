//! Opening the folder and issuing certificates.
//!
//! [`Pki::apri`] compares the index with what the options ask for (a `Piano`); when nothing is missing it returns
//! after reading one file. Otherwise, with the folder's lock in hand, all keys are generated together, then files are
//! written, the index last.

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
    sync::{Mutex, MutexGuard, PoisonError},
    time::{Instant, SystemTime},
};

use jiff::{SignedDuration, Timestamp};
use rustls_pki_types::{CertificateDer, PrivatePkcs8KeyDer, pem::PemObject};

use crate::{
    Carta, Difetto, ErrorePki, Postazione, RichiestaCarta, carte,
    chiavi::{self, ChiavePostazione},
    deposito::Deposito,
    indice::{FILE as FILE_INDICE, Indice},
    p12::{self, FormaP12},
    piano::{CA_PEM, COMUNE_A_TUTTI, NOMI_LOCALI, Piano, RADICI, REALI},
    rilascio::{Emittente, Posto, crea_radice, leggi_certificato, leggi_chiave, pem_radice, rilascia},
};

/// Root no environment trusts.
const ALTRUI: &str = "altrui";
/// Root of the operators' cards.
const UTENTI: &str = "utenti";

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
        Ok(stato.indice.postazione(id).map(|p| p.assoluta(&self.deposito)))
    }

    /// Every certificate of postazione ever issued, in order of issue.
    pub fn elenco(&self) -> Vec<Postazione> {
        let stato = self.stato_fresco().unwrap_or_else(|_| self.stato());
        stato
            .indice
            .postazioni
            .iter()
            .map(|p| p.assoluta(&self.deposito))
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
        self.radice_pigra(&mut indice, radice, adesso)?;
        let emittente = Emittente::apri(&self.deposito, &indice, radice)?;
        let numero = r.numero.unwrap_or_else(|| numero_libero(&indice, r));
        let posto = Posto::primo(&indice, r, numero)?;
        let p = rilascia(&self.deposito, r, posto, &emittente, &chiave, adesso, None)?;
        indice.postazioni.push(p.clone());
        self.metti_in_indice(&mut stato, indice)?;
        Ok(p.assoluta(&self.deposito))
    }

    /// Issues the certificate that takes the place of another: `CO-9999` is followed by `CO-9998` and that by
    /// `CO-9999` (`spec/security.md` §5.2); any other postazione keeps its number. The old one stays as it is.
    pub fn rinnova(&self, p: &Postazione) -> Result<Postazione, ErrorePki> {
        let (_, mut una) = chiavi::genera(0, 1, 1)?;
        let chiave = ChiavePostazione::da(&una.remove(0))?;
        let vecchio: u16 =
            p.id.get(10..)
                .and_then(|n| n.parse().ok())
                .ok_or_else(|| ErrorePki::Richiesta(format!("«{}» non è una postazione", p.id)))?;
        let numero = match (p.tipo.as_str(), vecchio) {
            ("CO", 9999) => 9998,
            ("CO", 9998) => 9999,
            _ => vecchio,
        };
        let ambiente = RADICI.contains(&p.radice.as_str()).then(|| p.radice.clone());
        let r = RichiestaEmissione {
            comune: p.comune.clone(),
            tipo: p.tipo.clone(),
            numero: Some(numero),
            difetto: None,
            ambiente,
        };
        controlla(&r)?;
        let mut stato = self.stato();
        let _blocco = self.deposito.blocca()?;
        let mut indice = Indice::leggi(&self.deposito)?;
        let emittente = Emittente::apri(&self.deposito, &indice, radice_per(&r))?;
        let posto = Posto::altro(&indice, &r.comune, &r.tipo, numero);
        let adesso = self.adesso();
        let nuovo = rilascia(&self.deposito, &r, posto, &emittente, &chiave, adesso, None)?;
        indice.postazioni.push(nuovo.clone());
        self.metti_in_indice(&mut stato, indice)?;
        Ok(nuovo.assoluta(&self.deposito))
    }

    /// Issues a card: the certificate of an operator under the users' root, which the first card makes.
    pub fn emetti_carta(&self, r: &RichiestaCarta) -> Result<Carta, ErrorePki> {
        carte::controlla(r)?;
        let (_, mut una) = chiavi::genera(0, 1, 1)?;
        let chiave = ChiavePostazione::da(&una.remove(0))?;
        let mut stato = self.stato();
        let _blocco = self.deposito.blocca()?;
        let mut indice = Indice::leggi(&self.deposito)?;
        let adesso = self.adesso();
        let radice = if r.difetto == Some(Difetto::CaAltrui) {
            ALTRUI
        } else {
            UTENTI
        };
        self.radice_pigra(&mut indice, radice, adesso)?;
        let emittente = Emittente::apri(&self.deposito, &indice, radice)?;
        let carta = carte::rilascia(&self.deposito, &indice, r, &emittente, &chiave, adesso)?;
        indice.carte.push(carta.clone());
        self.metti_in_indice(&mut stato, indice)?;
        Ok(carta.assoluta(&self.deposito))
    }

    /// Makes a root that only the first certificate under it calls for.
    fn radice_pigra(&self, indice: &mut Indice, quale: &str, adesso: Timestamp) -> Result<(), ErrorePki> {
        if indice.radici.contains_key(quale) {
            return Ok(());
        }
        let nomi = NOMI_LOCALI.map(str::to_owned).to_vec();
        let (mut una, _) = chiavi::genera(1, 0, 1)?;
        crea_radice(&self.deposito, indice, quale, nomi, &una.remove(0), adesso)
    }

    /// Every card ever issued, in order of issue.
    pub fn carte(&self) -> Vec<Carta> {
        let stato = self.stato_fresco().unwrap_or_else(|_| self.stato());
        let carte = stato.indice.carte.iter();
        carte.map(|c| c.assoluta(&self.deposito)).collect()
    }

    /// DER of the users' root; none while no card was asked for.
    pub fn ancora_utenti(&self) -> Result<Option<Vec<u8>>, ErrorePki> {
        let ce = self.stato_fresco()?.indice.radici.contains_key(UTENTI);
        ce.then(|| leggi_certificato(&self.deposito, &pem_radice(UTENTI)))
            .transpose()
    }

    /// Writes the index and remembers it; the lock of the folder is in the caller's hand.
    fn metti_in_indice(&self, stato: &mut Stato, indice: Indice) -> Result<(), ErrorePki> {
        indice.scrivi(&self.deposito)?;
        *stato = Stato {
            indice,
            letto: timbro(&self.deposito),
        };
        Ok(())
    }

    /// The PKCS#12 of a postazione sealed anew in the given form, with its own password (for old Java and Windows).
    pub fn p12(&self, p: &Postazione, forma: FormaP12) -> Result<Vec<u8>, ErrorePki> {
        self.sigilla(&p.id, &p.pem, &p.chiave, &p.radice, &p.password, forma)
    }

    /// The PKCS#12 of a card, likewise.
    pub fn p12_carta(&self, c: &Carta, forma: FormaP12) -> Result<Vec<u8>, ErrorePki> {
        self.sigilla(&c.id, &c.pem, &c.chiave, &c.radice, &c.password, forma)
    }

    fn sigilla(
        &self,
        alias: &str,
        pem: &Path,
        chiave: &Path,
        radice: &str,
        password: &str,
        forma: FormaP12,
    ) -> Result<Vec<u8>, ErrorePki> {
        let leggi = |f: &Path| std::fs::read(f).map_err(ErrorePki::io(f));
        let cert = CertificateDer::from_pem_slice(&leggi(pem)?).map_err(|e| ErrorePki::guasto(pem, e))?;
        let pkcs8 =
            PrivatePkcs8KeyDer::from_pem_slice(&leggi(chiave)?).map_err(|e| ErrorePki::guasto(chiave, e))?;
        let radice = leggi_certificato(&self.deposito, &pem_radice(radice))?;
        p12::chiavi(
            alias,
            pkcs8.secret_pkcs8_der(),
            &[&cert, &radice],
            password,
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
        (Some(Difetto::AltroAmbiente), _) | (_, Some("sub")) => "sub",
        (_, Some("pre")) => "pre",
        _ => COMUNE_A_TUTTI,
    }
}

pub(crate) fn controlla(r: &RichiestaEmissione) -> Result<(), ErrorePki> {
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
