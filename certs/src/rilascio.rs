//! From a key to a certificate in the folder: roots and postazioni.

use std::path::Path;

use jiff::Timestamp;
use rcgen::{CertificateParams, Issuer, KeyPair};
use rustls_pki_types::{CertificateDer, PrivatePkcs8KeyDer, pem::PemObject};

use crate::{
    Consegna, Difetto, ErrorePki, Postazione, RichiestaEmissione,
    chiavi::{self, ChiavePostazione},
    deposito::{Accesso, Deposito},
    indice::{FILE as FILE_INDICE, Indice, VoceRadice},
    p12::{self, FormaP12},
    profilo::{self, Validita},
};

pub(crate) fn pem_radice(quale: &str) -> String {
    format!("radici/ca-{quale}.pem")
}

pub(crate) fn chiave_radice(quale: &str) -> String {
    format!("radici/ca-{quale}.key.pem")
}

pub(crate) fn leggi_certificato(d: &Deposito, relativo: &str) -> Result<Vec<u8>, ErrorePki> {
    let b = d
        .leggi(relativo)?
        .ok_or_else(|| ErrorePki::guasto(d.percorso(relativo), "il file manca"))?;
    let der = CertificateDer::from_pem_slice(&b).map_err(|e| ErrorePki::guasto(d.percorso(relativo), e))?;
    Ok(der.to_vec())
}

pub(crate) fn leggi_chiave(d: &Deposito, relativo: &str) -> Result<Vec<u8>, ErrorePki> {
    let b = d
        .leggi(relativo)?
        .ok_or_else(|| ErrorePki::guasto(d.percorso(relativo), "il file manca"))?;
    let der =
        PrivatePkcs8KeyDer::from_pem_slice(&b).map_err(|e| ErrorePki::guasto(d.percorso(relativo), e))?;
    Ok(der.secret_pkcs8_der().to_vec())
}

/// A root ready to sign.
pub(crate) struct Emittente {
    pub(crate) nome: String,
    pub(crate) der: Vec<u8>,
    pub(crate) fine: Timestamp,
    pub(crate) issuer: Issuer<'static, KeyPair>,
}

impl Emittente {
    pub(crate) fn apri(d: &Deposito, indice: &Indice, quale: &str) -> Result<Self, ErrorePki> {
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
pub(crate) fn crea_radice(
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

/// Where a certificate goes: its number, and the name of its files without the ends.
pub(crate) struct Posto {
    pub(crate) numero: u16,
    pub(crate) file: String,
}

impl Posto {
    /// The place for a request; a second certificate of the same postazione is refused.
    pub(crate) fn primo(indice: &Indice, r: &RichiestaEmissione, numero: u16) -> Result<Self, ErrorePki> {
        let id = format!("{}-{}-{numero:04}", r.comune, r.tipo);
        let file = r.difetto.map_or_else(|| id.clone(), |x| format!("{id}.{x}"));
        if occupato(indice, &file) {
            return Err(ErrorePki::GiaEmessa(file));
        }
        Ok(Self { numero, file })
    }

    /// The place for one more certificate of a postazione that has some: `888001-PC-0001_2`.
    pub(crate) fn altro(indice: &Indice, comune: &str, tipo: &str, numero: u16) -> Self {
        let id = format!("{comune}-{tipo}-{numero:04}");
        let nomi = std::iter::once(id.clone()).chain((2_u32..).map(|n| format!("{id}_{n}")));
        let file = nomi
            .into_iter()
            .find(|f| !occupato(indice, f))
            .expect("an endless list has a free name");
        Self { numero, file }
    }
}

fn occupato(indice: &Indice, file: &str) -> bool {
    let pem = format!("postazioni/{file}.pem");
    indice.postazioni.iter().any(|p| p.pem == Path::new(&pem))
}

/// Eight upper-case hexadecimal digits, as the real desk gives them.
fn password_nuova() -> String {
    format!("{:08X}", rand::random::<u32>())
}

/// What is certified, and where its files go.
pub(crate) struct Opera<'a> {
    /// Alias in the PKCS#12 file.
    pub(crate) id: &'a str,
    /// Folder and name of the files, without the ends.
    pub(crate) file: &'a str,
    pub(crate) profilo: CertificateParams,
    pub(crate) validita: Validita,
    pub(crate) difetto: Option<Difetto>,
    /// A new one when none is given.
    pub(crate) password: Option<String>,
}

/// How long a certificate of this defect (or none) is valid.
pub(crate) fn validita(
    difetto: Option<Difetto>,
    adesso: Timestamp,
    emittente: &Emittente,
) -> Result<Validita, ErrorePki> {
    match difetto {
        Some(Difetto::Scaduto) => Validita::scaduta(adesso),
        Some(Difetto::Futuro) => Validita::futura(adesso, emittente.fine),
        _ => Validita::postazione(adesso, emittente.fine),
    }
}

/// Certifies a key and writes the three files; the caller puts the result into the index.
pub(crate) fn consegna(
    d: &Deposito,
    o: Opera<'_>,
    emittente: &Emittente,
    chiave: &ChiavePostazione,
) -> Result<Consegna, ErrorePki> {
    let cert = o
        .profilo
        .signed_by(&chiave.pubblica, &emittente.issuer)
        .map_err(ErrorePki::cripto)?;
    let password = o.password.unwrap_or_else(password_nuova);
    let catena = [cert.der().as_ref(), emittente.der.as_slice()];
    let deposito_chiavi = p12::chiavi(o.id, &chiave.pkcs8, &catena, &password, FormaP12::default())?;
    let file = |fine: &str| format!("{}.{fine}", o.file);
    d.scrivi(
        &file("key.pem"),
        pem_chiave(&chiave.pkcs8).as_bytes(),
        Accesso::Privato,
    )?;
    d.scrivi(&file("pem"), cert.pem().as_bytes(), Accesso::Pubblico)?;
    d.scrivi(&file("p12"), &deposito_chiavi, Accesso::Privato)?;
    Ok(Consegna {
        p12: file("p12").into(),
        pem: file("pem").into(),
        chiave: file("key.pem").into(),
        password,
        impronta_sha256: impronta(cert.der()),
        non_prima: o.validita.da,
        non_dopo: o.validita.a,
        difetto: o.difetto,
        radice: emittente.nome.clone(),
    })
}

/// Certifies a key for a postazione; the caller puts the result into the index.
pub(crate) fn rilascia(
    d: &Deposito,
    r: &RichiestaEmissione,
    Posto { numero, file }: Posto,
    emittente: &Emittente,
    chiave: &ChiavePostazione,
    adesso: Timestamp,
    password: Option<String>,
) -> Result<Postazione, ErrorePki> {
    let comune = match r.difetto {
        Some(Difetto::AltroComune) => altro_comune(&r.comune),
        _ => &r.comune,
    };
    let id = format!("{comune}-{}-{numero:04}", r.tipo);
    let validita = validita(r.difetto, adesso, emittente)?;
    let cn = (r.difetto != Some(Difetto::SenzaCn)).then_some(id.as_str());
    let opera = Opera {
        id: &id,
        file: &format!("postazioni/{file}"),
        profilo: profilo::postazione(cn, validita),
        validita,
        difetto: r.difetto,
        password,
    };
    Ok(Postazione {
        consegna: consegna(d, opera, emittente, chiave)?,
        tipo: r.tipo.clone(),
        comune: r.comune.clone(),
        id,
    })
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
