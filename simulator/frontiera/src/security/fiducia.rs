//! The anchors of an environment, and what is known of the certificates that hang on them.
//!
//! A chain is one RSA verification and a certificate's parsing: both are constant, so both are remembered, by the digest
//! of the certificate and by the text it is sent as. What depends on time (validity) or on the console (revocation) is asked at every request.

use jiff::Timestamp;

use super::base64;
use super::certificato::{Catena, Certificato, ProblemaCertificato};
use super::digest::sha256;
use super::pkcs7::{self, ErrorePkcs7, Firmato};
use crate::limiti::{CATENE_IN_MEMORIA, CERTIFICATO_MASSIMO, PKCS7_IN_MEMORIA, PKCS7_MASSIMO};
use crate::memoria::{Chiave, DiTesto, Memoria};

/// Anchors and memory. A change of anchors makes a new one.
#[derive(Debug)]
pub(crate) struct Fiducia {
    ancore: Vec<Certificato>,
    catene: Memoria<Chiave, (Certificato, Catena)>,
    /// Certificates of those chains by the text they were sent as.
    scritti: DiTesto<Certificato>,
    postazioni: DiTesto<Firmato>,
}

impl Fiducia {
    pub(crate) fn nuova(ancore: Vec<Certificato>) -> Self {
        Self {
            ancore,
            catene: Memoria::nuova(CATENE_IN_MEMORIA),
            scritti: DiTesto::nuova(CATENE_IN_MEMORIA),
            postazioni: DiTesto::nuova(PKCS7_IN_MEMORIA),
        }
    }

    /// A certificate in base64, from memory if its chain was once found good.
    pub(crate) fn leggi(&self, testo: &str) -> Result<Certificato, ProblemaCertificato> {
        if let Some(noto) = self.scritti.cerca(testo) {
            return Ok(noto);
        }
        let der = base64(testo).filter(|d| d.len() <= CERTIFICATO_MASSIMO);
        let der = der.ok_or(ProblemaCertificato::Illeggibile)?;
        match self.catene.cerca(&sha256(&der)) {
            Some((noto, _)) => {
                self.scritti.metti(testo, noto.clone());
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
        if let Some(noto) = self.postazioni.cerca(testo) {
            return Ok(noto);
        }
        let ottetti = base64(testo).ok_or(ErrorePkcs7::Base64)?;
        if ottetti.len() > PKCS7_MASSIMO {
            return Err(ErrorePkcs7::Struttura);
        }
        let firmato = pkcs7::verifica(&ottetti, &altri.iter().collect::<Vec<_>>())?;
        if firmato.incluso && firmato.firmatario.catena(&self.ancore).is_ok() {
            self.postazioni.metti(testo, firmato.clone());
        }
        Ok(firmato)
    }
}
