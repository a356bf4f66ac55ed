//! A signed document: what its name may be, what makes it a signature, who signed; and the test signature of who has none.
//!
//! What must stay true: a `.p7m` holds the document to be signed octet by octet and verifies with the certificate inside;
//! of a `.pdf` the outer shape alone is looked at, and whoever shows it says so. Any signer will do, and is shown. A
//! refusal names the step that failed. A name is one component, and says nothing of any folder.

use frontiera::{
    firma::cms,
    security::{
        certificato::{Certificato, ProblemaCertificato},
        documento,
        pkcs7::ErrorePkcs7,
    },
};
use registro::{Quando, StatoOperatore};
use rustls_pki_types::{CertificateDer, PrivatePkcs8KeyDer, pem::PemObject as _};
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use super::{impedimento::Impedimento, smart_card::Chi};
use crate::{ErroreServizio, Esito, Simulatore, sportello::StatoCertificato};

/// Bytes of a signed document.
pub const LIMITE_FIRMATO_BYTE: usize = 2 * 1024 * 1024;
/// Characters of the name of a file.
const NOME_MASSIMO: usize = 200;
/// Characters that are shown of the names in a certificate.
const SOGGETTO_MASSIMO: usize = 200;
/// How a PDF begins.
const INIZIO_PDF: &[u8] = b"%PDF-";
/// What a PDF with a signature has somewhere.
const FIRMA_PDF: [&[u8]; 2] = [b"/ByteRange", b"/Contents"];

/// How a document is signed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum FormatoFirma {
    /// CMS with the document inside: verified.
    P7m,
    /// A PDF with a signature in it: its shape alone is looked at.
    Pdf,
}

/// Who signed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Firmatario {
    /// Subject of the certificate.
    pub soggetto: String,
    /// Its issuer.
    pub emittente: String,
    /// One of the simulator's roots issued it.
    pub del_simulatore: bool,
}

/// A signed document, as far as it is kept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Firmato {
    /// File name, without folders.
    pub nome: String,
    /// Size.
    pub byte: usize,
    /// SHA-256, hex.
    pub sha256: String,
    /// When.
    pub quando: Quando,
    /// How it is signed; unknown of what was kept before signatures were looked at.
    #[serde(default)]
    pub formato: Option<FormatoFirma>,
    /// Who signed, of a `.p7m`.
    #[serde(default)]
    pub firmatario: Option<Firmatario>,
}

/// What an uploaded file turned out to be, before it is compared with the document.
pub(super) struct Letto {
    nome: String,
    byte: usize,
    sha256: String,
    formato: FormatoFirma,
    firmatario: Option<Firmatario>,
    /// What a `.p7m` holds.
    contenuto: Option<Vec<u8>>,
}

impl Letto {
    /// The signature, when it is that of this document.
    pub(super) fn di(self, da_firmare: &str, quando: Quando) -> Esito<Firmato> {
        if let Some(contenuto) = &self.contenuto
            && contenuto != da_firmare.as_bytes()
        {
            return Err(rifiutata(
                "contenuto",
                &format!(
                    "il documento dentro il .p7m non è, byte per byte, quello da firmare ora ({} byte invece di {}): \
                     scaricarlo di nuovo e firmarlo senza cambiarlo",
                    contenuto.len(),
                    da_firmare.len()
                ),
            ));
        }
        Ok(Firmato {
            nome: self.nome,
            byte: self.byte,
            sha256: self.sha256,
            quando,
            formato: Some(self.formato),
            firmatario: self.firmatario,
        })
    }
}

/// A refusal that names its step.
fn rifiutata(passo: &str, perche: &str) -> ErroreServizio {
    ErroreServizio::richiesta(format!("Firma non accettata, passo «{passo}»: {perche}."))
}

/// The last component of a file's name, whichever way the slashes lean; nothing that is not seen.
fn nome_semplice(nome: &str) -> Esito<String> {
    let ultimo = nome.rsplit(['/', '\\']).next().unwrap_or_default().trim();
    // Marks of direction would show another name than the one that is kept.
    let invisibile = |c: char| {
        c.is_control()
            || matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
    };
    if ultimo.chars().any(invisibile) {
        return Err(rifiutata("nome", "il nome del file ha caratteri di controllo"));
    }
    if ultimo.is_empty() || ultimo.chars().count() > NOME_MASSIMO {
        return Err(rifiutata(
            "nome",
            &format!("serve il nome del file, al più {NOME_MASSIMO} caratteri"),
        ));
    }
    Ok(ultimo.to_owned())
}

/// Whether a file is a PDF that carries a signature, by its shape.
fn controlla_pdf(byte: &[u8]) -> Esito<()> {
    if !byte.starts_with(INIZIO_PDF) {
        return Err(rifiutata("formato", "un file .pdf comincia con %PDF-, questo no"));
    }
    if FIRMA_PDF
        .iter()
        .any(|segno| memchr::memmem::find(byte, segno).is_none())
    {
        return Err(rifiutata(
            "firma",
            "nel PDF non c'è una firma (mancano /ByteRange e /Contents): firmarlo, o usare un .p7m",
        ));
    }
    Ok(())
}

/// Why a CMS was not taken.
fn del_cms(e: &ErrorePkcs7) -> ErroreServizio {
    let (passo, perche) = match e {
        ErrorePkcs7::Base64 | ErrorePkcs7::Struttura => (
            "formato",
            "il file .p7m non è una firma CMS (SignedData) leggibile, in DER, PEM o Base64, con un solo firmatario".to_owned(),
        ),
        ErrorePkcs7::Staccato => (
            "contenuto",
            "la firma non contiene il documento (firma «detached»): firmare includendolo".to_owned(),
        ),
        ErrorePkcs7::Tipo => ("contenuto", "il contenuto della firma non è di tipo data".to_owned()),
        ErrorePkcs7::Algoritmo => (
            "algoritmo",
            "servono RSA (PKCS#1 v1.5) o ECDSA, con SHA-256, SHA-384 o SHA-512".to_owned(),
        ),
        ErrorePkcs7::SenzaCertificato => (
            "certificato",
            "il certificato di chi ha firmato non è nel file".to_owned(),
        ),
        ErrorePkcs7::Certificato(p) => ("certificato", p.to_string()),
        ErrorePkcs7::Digest => (
            "digest",
            "il digest firmato non è quello del contenuto: il documento è cambiato dopo la firma".to_owned(),
        ),
        ErrorePkcs7::Firma => (
            "firma",
            "il valore della firma non corrisponde al certificato di chi ha firmato".to_owned(),
        ),
    };
    rifiutata(passo, &perche)
}

/// A name of a certificate, on one line of bounded length.
fn in_riga(nome: &str) -> String {
    let riga = nome.chars().map(|c| if c.is_control() { ' ' } else { c });
    riga.take(SOGGETTO_MASSIMO).collect()
}

impl Simulatore {
    /// Reads an uploaded signature.
    pub(super) fn leggi_firmato(&self, nome: &str, byte: &[u8]) -> Esito<Letto> {
        if byte.len() > LIMITE_FIRMATO_BYTE {
            return Err(ErroreServizio {
                codice: Some("SIM013"),
                http: 413,
                testo: format!(
                    "Il documento firmato ha {} byte: al più {LIMITE_FIRMATO_BYTE}.",
                    byte.len()
                ),
            });
        }
        let nome = nome_semplice(nome)?;
        let minuscolo = nome.to_lowercase();
        let (formato, firmatario, contenuto) = if minuscolo.ends_with(".p7m") {
            let d = documento::leggi(byte).map_err(|e| del_cms(&e))?;
            let firmatario = Firmatario {
                soggetto: in_riga(&d.soggetto),
                emittente: in_riga(&d.emittente),
                del_simulatore: self.certificato_nostro(&d.certificato)?,
            };
            (FormatoFirma::P7m, Some(firmatario), Some(d.contenuto))
        } else if minuscolo.ends_with(".pdf") {
            controlla_pdf(byte)?;
            (FormatoFirma::Pdf, None, None)
        } else {
            return Err(rifiutata(
                "nome",
                "serve il documento firmato, un file .p7m o .pdf",
            ));
        };
        Ok(Letto {
            nome,
            byte: byte.len(),
            sha256: crate::esadecimale(&Sha256::digest(byte)),
            formato,
            firmatario,
            contenuto,
        })
    }

    /// Whether one of our roots issued a certificate, in force or not.
    fn certificato_nostro(&self, der: &[u8]) -> Esito<bool> {
        let Ok(c) = Certificato::leggi(der) else {
            return Ok(false);
        };
        let mut radici = self
            .pki()
            .ancora_utenti()
            .map_err(ErroreServizio::guasto)?
            .into_iter()
            .collect::<Vec<_>>();
        for a in anagrafe::Ambiente::TUTTI {
            radici.extend(self.pki().ancore(a.chiave()));
        }
        let radici: Vec<Certificato> = radici.iter().filter_map(|r| Certificato::leggi(r).ok()).collect();
        // Validity is looked at when the chain is good: who issued it is asked, not whether it still holds.
        Ok(matches!(
            c.fidato(&radici, self.adesso()),
            Ok(()) | Err(ProblemaCertificato::Scaduto(_) | ProblemaCertificato::Futuro(_))
        ))
    }

    /// Signs a text with the key of an active card of a sindaco of the Comune; who acts for himself signs with his own.
    pub(super) fn firma_del_sindaco(
        &self,
        istat: anagrafe::CodiceIstat,
        chi: Chi<'_>,
        testo: &str,
    ) -> Esito<Vec<u8>> {
        let operatori = self.operatori(istat)?;
        let sindaco = |nome: &str| {
            operatori
                .iter()
                .any(|o| o.name_id == nome && o.ha_ruolo("SINDACO") && o.stato == StatoOperatore::Attivo)
        };
        for carta in self.pki().carte().iter().rev() {
            let sua = match chi {
                Chi::Formatore => true,
                Chi::Operatore { name_id, .. } => carta.name_id == name_id,
            };
            if !(sua && carta.difetto.is_none() && sindaco(&carta.name_id)) {
                continue;
            }
            let stato = self.stato_di(&carta.impronta_sha256, carta.non_prima, carta.non_dopo)?;
            if stato != StatoCertificato::Attivo {
                continue;
            }
            let (cert, chiave) = (std::fs::read(&carta.pem)?, std::fs::read(&carta.chiave)?);
            let cert = CertificateDer::from_pem_slice(&cert).map_err(ErroreServizio::guasto)?;
            let chiave = PrivatePkcs8KeyDer::from_pem_slice(&chiave).map_err(ErroreServizio::guasto)?;
            return cms::componi(
                testo.as_bytes(),
                &cert,
                chiave.secret_pkcs8_der(),
                cms::Forma::default(),
            )
            .map_err(ErroreServizio::guasto);
        }
        Err(Impedimento::SindacoSenzaFirma.into())
    }
}

#[cfg(test)]
mod prove {
    use super::*;

    #[test]
    fn a_name_loses_its_folders_and_hides_nothing() {
        for (nome, tenuto) in [
            ("richiesta.p7m", Some("richiesta.p7m")),
            ("../../x.p7m", Some("x.p7m")),
            ("C:\\Documenti\\a b.pdf", Some("a b.pdf")),
            ("a/b\\c.p7m", Some("c.p7m")),
            ("a\u{0}.p7m", None),
            ("a\r\nb.p7m", None),
            ("fdp.\u{202e}m7p", None),
            ("cartella/", None),
            ("", None),
        ] {
            assert_eq!(nome_semplice(nome).ok().as_deref(), tenuto, "{nome:?}");
        }
        assert!(nome_semplice(&"à".repeat(NOME_MASSIMO)).is_ok());
        assert!(nome_semplice(&"à".repeat(NOME_MASSIMO + 1)).is_err());
    }

    #[test]
    fn a_pdf_is_asked_for_its_shape_only() {
        let passo = |byte: &[u8]| controlla_pdf(byte).map_err(|e| e.testo);
        assert_eq!(
            passo(b"%PDF-1.7\n<< /Type /Sig /ByteRange [0 1 2 3] /Contents <00> >>"),
            Ok(())
        );
        for (byte, segno) in [
            (b"hello".as_slice(), "passo «formato»"),
            (b" %PDF-1.7 /ByteRange /Contents", "passo «formato»"),
            (b"%PDF-1.7 /Contents <00>", "passo «firma»"),
            (b"%PDF-1.7 /ByteRange [0 1 2 3]", "passo «firma»"),
        ] {
            let e = passo(byte).expect_err(segno);
            assert!(e.contains(segno), "{e}");
        }
    }
}
