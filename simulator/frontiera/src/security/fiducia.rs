//! The anchors of an environment, and what is known of the certificates that hang on them.
//!
//! A chain is one RSA verification and a certificate's parsing: both are constant, so both are remembered by the digest
//! of the certificate. What depends on time (validity) or on the console (revocation) is asked at every request.

use jiff::Timestamp;

use super::base64;
use super::certificato::{Catena, Certificato, ProblemaCertificato};
use super::digest::sha256;
use super::pkcs7::{self, ErrorePkcs7, Firmato};
use crate::limiti::{CATENE_IN_MEMORIA, CERTIFICATO_MASSIMO, PKCS7_IN_MEMORIA, PKCS7_MASSIMO};
use crate::memoria::Memoria;

/// Anchors and memory. A change of anchors makes a new one.
#[derive(Debug)]
pub(crate) struct Fiducia {
    ancore: Vec<Certificato>,
    catene: Memoria<(Certificato, Catena)>,
    /// Certificates of those chains by the digest of the text they were sent as.
    scritti: Memoria<Certificato>,
    postazioni: Memoria<Firmato>,
}

impl Fiducia {
    pub(crate) fn nuova(ancore: Vec<Certificato>) -> Self {
        Self {
            ancore,
            catene: Memoria::nuova(CATENE_IN_MEMORIA),
            scritti: Memoria::nuova(CATENE_IN_MEMORIA),
            postazioni: Memoria::nuova(PKCS7_IN_MEMORIA),
        }
    }

    /// A certificate in base64, from memory if its chain was once found good.
    pub(crate) fn leggi(&self, testo: &str) -> Result<Certificato, ProblemaCertificato> {
        let scritto = sha256(testo.as_bytes());
        if let Some(noto) = self.scritti.cerca(&scritto) {
            return Ok(noto);
        }
        let der = base64(testo).filter(|d| d.len() <= CERTIFICATO_MASSIMO);
        let der = der.ok_or(ProblemaCertificato::Illeggibile)?;
        match self.catene.cerca(&sha256(&der)) {
            Some((noto, _)) => {
                self.scritti.metti(scritto, noto.clone());
                Ok(noto)
            }
            None => Certificato::leggi(&der),
        }
    }

    /// Whether a signer may be believed at an instant.
    pub(crate) fn fidato(&self, c: &Certificato, adesso: Timestamp) -> Result<(), ProblemaCertificato> {
        if let Some((_, catena)) = self.catene.cerca(c.impronta()) {
            return catena.vale(c, adesso);
        }
        let catena = c.catena(&self.ancore)?;
        self.catene.metti(*c.impronta(), (c.clone(), catena.clone()));
        catena.vale(c, adesso)
    }

    /// The verified PKCS#7 of a postazione, sent in base64. Remembered if it carries its own signer, who hangs on an
    /// anchor: then the text alone decides.
    pub(crate) fn pkcs7(&self, testo: &str, altri: &[Certificato]) -> Result<Firmato, ErrorePkcs7> {
        let impronta = sha256(testo.as_bytes());
        if let Some(noto) = self.postazioni.cerca(&impronta) {
            return Ok(noto);
        }
        let ottetti = base64(testo).ok_or(ErrorePkcs7::Base64)?;
        if ottetti.len() > PKCS7_MASSIMO {
            return Err(ErrorePkcs7::Struttura);
        }
        let firmato = pkcs7::verifica(&ottetti, &altri.iter().collect::<Vec<_>>())?;
        if firmato.incluso && firmato.firmatario.catena(&self.ancore).is_ok() {
            self.postazioni.metti(impronta, firmato.clone());
        }
        Ok(firmato)
    }
}
