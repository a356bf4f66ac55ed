//! The checks that more than one step makes: a digest, a signature's value, a signer's trust and revocation.

use crate::albero::Node;

use super::Tavolo;
use super::verbale::Verbale;
use crate::causa::Causa;
use crate::passo::Confronto;
use crate::security::certificato::{Certificato, ProblemaCertificato};
use crate::security::xmldsig::{Ammessi, Firma, Riferimento};
use crate::soap::{Fault, TipoFault};

/// The algorithms the policy admits.
pub(super) fn ammessi(t: &Tavolo<'_>) -> Ammessi {
    Ammessi {
        sha1: t.politica.accetta_sha1,
        sha256: t.politica.accetta_sha256,
    }
}

/// Compares one digest and leaves the evidence, if any is wanted.
pub(super) fn confronta(
    t: &Tavolo<'_>,
    v: &mut Verbale,
    firma: &'static str,
    r: &Riferimento<'_>,
    nodo: Node<'_, '_>,
    canonica: &[u8],
) -> bool {
    if !t.prove {
        return r.digest.calcola(canonica) == r.dichiarato;
    }
    let mut c = Confronto::di(firma, r);
    let uguale = c.completa(r, nodo, canonica);
    v.evidenza.confronti.push(c);
    uguale
}

/// Checks a signature's value; F1 if wrong.
pub(super) fn valore(
    t: &Tavolo<'_>,
    v: &mut Verbale,
    passo: &'static str,
    firma: &Firma<'_, '_>,
    c: &Certificato,
) -> Result<(), Fault> {
    let motivo = match firma.verifica(c) {
        Ok(true) => {
            v.superato(passo, Some(firma.algoritmo.to_owned()));
            return Ok(());
        }
        Ok(false) => Causa::ValoreFirma.con(format!(
            "SignatureValue non è la firma di SignedInfo con la chiave di {}: chiave e certificato non \
             corrispondono, o SignedInfo è cambiato dopo la firma",
            c.nome()
        )),
        Err(e) => e.into(),
    };
    v.ferma_se(
        t.politica.controlla_firme,
        passo,
        TipoFault::F1,
        None,
        Some(c.nome().to_owned()),
        motivo,
    )
}

/// Checks that a signer hangs on this environment's anchors and is within validity.
pub(super) fn fiducia(
    t: &Tavolo<'_>,
    v: &mut Verbale,
    passo: &'static str,
    c: &Certificato,
) -> Result<(), Fault> {
    let Err(e) = t.fiducia.fidato(c, t.adesso) else {
        v.superato(passo, Some(c.nome().to_owned()));
        return Ok(());
    };
    let tipo = match e {
        ProblemaCertificato::Scaduto(_) | ProblemaCertificato::Futuro(_) => {
            t.politica.fault_certificato_scaduto
        }
        ProblemaCertificato::Ignoto { .. }
        | ProblemaCertificato::FirmaCa { .. }
        | ProblemaCertificato::FirmaDebole => t.politica.fault_certificato_ignoto,
        _ => TipoFault::F1,
    };
    let osservato = Some(c.nome().to_owned());
    let atteso = Some("un certificato valido, emesso da una CA di questo ambiente");
    v.ferma_se(t.politica.controlla_fiducia, passo, tipo, atteso, osservato, e)
}

/// Asks whether a signer was deleted in the console; F4 if so.
pub(super) fn revoca(t: &Tavolo<'_>, v: &mut Verbale, c: &Certificato) -> Result<(), Fault> {
    if t.censimento.revocato(c.impronta(), c.nome()) {
        let spiega = format!("il certificato {} è stato cancellato nella console", c.nome());
        let osservato = Some(c.nome().to_owned());
        return v.ferma_se(
            t.politica.controlla_revoca,
            "revoca",
            TipoFault::F4,
            Some("attivo"),
            osservato,
            Causa::Revocato.con(spiega),
        );
    }
    v.superato("revoca", Some(c.nome().to_owned()));
    Ok(())
}
