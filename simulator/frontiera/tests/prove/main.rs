//! Proofs of the perimeter: the acceptance cases of spec security §10 that need no transport, foreign judges
//! in both directions, and hostile input. One binary, so that keys are made once.

mod accettazione;
mod alteranti;
mod canonicalizza;
mod chiavi;
mod cxf;
mod difetti;
mod documenti;
mod etichette;
mod forme_pkcs7;
mod giudici;
mod intorni;
mod involucri;
mod mutazioni;
mod neutre;
mod robustezza;
mod scena;
mod trucchi;
