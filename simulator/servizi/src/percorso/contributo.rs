//! The request of the contribution after the subentro (process §10): data, document to sign, sending, outcome.
//!
//! What must stay true: only after a successful subentro, only by the sindaco with his own card, only until the deadline of
//! the scenario; what was sent does not change; data changed after the signature need a new signature. Of a signed
//! document ([`firma`](super::firma)) only name, size, digest and signer are kept.

use anagrafe::{CodiceIstat, italiano::giorno};
use registro::{Lettura, MacroStato, Quando};
use serde::{Deserialize, Serialize};

use super::{
    fascicolo::Fascicolo,
    firma::Firmato,
    impedimento::{ErroreCampo, Impedimento, Rifiuto},
    lettere_subentro as lettere,
    scadenze::scadenze,
    smart_card::Chi,
};
use crate::{ErroreServizio, Esito, Simulatore};

/// Characters of the note of an outcome.
const TESTO_MASSIMO: usize = 500;
/// Characters of an Italian IBAN.
const LUNGHEZZA_IBAN: usize = 27;
/// Digits of a treasury account.
const CIFRE_TESORERIA: usize = 7;
/// Residents up to which, euro. Invented: no public table was found.
const FASCE: [(u64, u32); 5] = [
    (1_000, 1_000),
    (5_000, 1_700),
    (20_000, 3_000),
    (50_000, 5_000),
    (100_000, 8_000),
];
/// Euro above the last band.
const OLTRE_LE_FASCE: u32 = 15_000;

/// Where a request stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum StatoContributo {
    /// Being filled in.
    Bozza,
    /// Sent with its signed document.
    Inviata,
    /// Being examined.
    InVerifica,
    /// Granted.
    Accolta,
    /// Refused, with a note; it may be filled in again until the deadline.
    Respinta,
}

/// What is filled in.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct PropostaContributo {
    /// IBAN of the Comune.
    pub iban: Option<String>,
    /// Treasury account, instead.
    pub tesoreria: Option<String>,
    /// The sindaco declares that the subentro is done and the data are true.
    pub dichiarazione: bool,
}

/// A request.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Contributo {
    /// Where it stands.
    pub stato: StatoContributo,
    /// IBAN of the Comune.
    pub iban: Option<String>,
    /// Treasury account, instead.
    pub tesoreria: Option<String>,
    /// Residents in the delivery of the subentro.
    pub abitanti: u64,
    /// Euro of the band.
    pub importo: u32,
    /// Who declares.
    pub dichiarante: String,
    /// When the data were last saved.
    pub salvata: Quando,
    /// The signed document.
    pub firmato: Option<Firmato>,
    /// When it was sent.
    pub inviata: Option<Quando>,
    /// Number of the receipt.
    pub protocollo: Option<String>,
    /// Note of the outcome.
    pub nota: Option<String>,
}

impl Contributo {
    fn modificabile(&self) -> bool {
        matches!(self.stato, StatoContributo::Bozza | StatoContributo::Respinta)
    }
}

/// Euro for so many residents.
fn importo(abitanti: u64) -> u32 {
    FASCE
        .iter()
        .find(|(fino, _)| abitanti <= *fino)
        .map_or(OLTRE_LE_FASCE, |(_, euro)| *euro)
}

/// Whether a text is an Italian IBAN: shape and check digits.
fn iban_valido(iban: &str) -> bool {
    let b = iban.as_bytes();
    let forma = b.len() == LUNGHEZZA_IBAN
        && iban.starts_with("IT")
        && b[2..4].iter().all(u8::is_ascii_digit)
        && b[4].is_ascii_uppercase()
        && b[5..15].iter().all(u8::is_ascii_digit)
        && b[15..]
            .iter()
            .all(|c| c.is_ascii_digit() || c.is_ascii_uppercase());
    if !forma {
        return false;
    }
    let resto = b[4..].iter().chain(&b[..4]).fold(0_u32, |r, c| {
        let valore = if c.is_ascii_digit() {
            u32::from(c - b'0')
        } else {
            u32::from(c - b'A') + 10
        };
        let peso = if valore > 9 { 100 } else { 10 };
        (r * peso + valore) % 97
    });
    resto == 1
}

/// Where the money goes, or the fields that are not right.
fn controlla(p: &PropostaContributo) -> Result<(Option<String>, Option<String>), Rifiuto> {
    let pulito = |t: &Option<String>| {
        t.as_ref()
            .map(|t| t.chars().filter(|c| !c.is_whitespace()).collect::<String>())
            .map(|t| t.to_uppercase())
            .filter(|t| !t.is_empty())
    };
    let (iban, tesoreria) = (pulito(&p.iban), pulito(&p.tesoreria));
    let mut errori = Vec::new();
    match (&iban, &tesoreria) {
        (None, None) => errori.push(ErroreCampo::nuovo(
            "iban",
            "Indicare l'IBAN oppure il conto di tesoreria.",
        )),
        (Some(_), Some(_)) => errori.push(ErroreCampo::nuovo(
            "tesoreria",
            "Indicare o l'IBAN o il conto di tesoreria, non tutti e due.",
        )),
        (Some(i), None) if !iban_valido(i) => errori.push(ErroreCampo::nuovo(
            "iban",
            "L'IBAN non è valido: IT, due cifre di controllo, una lettera, altri 22 caratteri.",
        )),
        (None, Some(t)) if t.len() != CIFRE_TESORERIA || !t.bytes().all(|b| b.is_ascii_digit()) => {
            errori.push(ErroreCampo::nuovo(
                "tesoreria",
                format!("Il conto di tesoreria ha {CIFRE_TESORERIA} cifre."),
            ));
        }
        _ => {}
    }
    if !p.dichiarazione {
        errori.push(ErroreCampo::nuovo(
            "dichiarazione",
            "Manca la dichiarazione del sindaco.",
        ));
    }
    if errori.is_empty() {
        Ok((iban, tesoreria))
    } else {
        Err(Rifiuto::Campi(errori))
    }
}

/// What holds for every step of the sindaco.
fn ammesso(t: &impl Lettura, chi: Chi<'_>, stato: MacroStato, oggi: anagrafe::Data) -> Esito<()> {
    if !chi.e(t, "SINDACO")? {
        return Err(Impedimento::SoloSindaco.into());
    }
    if stato != MacroStato::Subentrato {
        return Err(Impedimento::SubentroMancante.into());
    }
    let termine = scadenze(t)?.contributo;
    if oggi > termine {
        return Err(Impedimento::ContributoScaduto(termine).into());
    }
    Ok(())
}

fn bozza(f: &mut Fascicolo) -> Esito<&mut Contributo> {
    let c = f.contributo.as_mut().ok_or(Impedimento::ContributoMancante)?;
    if c.stato == StatoContributo::Bozza {
        Ok(c)
    } else {
        Err(Impedimento::ContributoInviato.into())
    }
}

/// The text to be signed. Lines end with CR LF: signing tools rewrite them so, and the signature is over the octets.
fn documento(comune: &registro::Comune, c: &Contributo) -> String {
    let dove = match (&c.iban, &c.tesoreria) {
        (Some(i), _) => format!("IBAN {i}"),
        (None, Some(t)) => format!("conto di tesoreria {t}"),
        (None, None) => String::new(),
    };
    let testo = format!(
        "SIMULATORE – dati fittizi\nDocumento di prova, privo di ogni valore.\n\nRICHIESTA DI CONTRIBUTO DOPO IL SUBENTRO\n\n\
         Comune: {} {} ({})\nResidenti subentrati: {}\nImporto richiesto: {} euro\nDa versare su: {dove}\n\n\
         Il sindaco, codice utente {}, dichiara che il subentro del Comune è concluso e che i dati indicati sono veri.\n\n\
         Data: {}\nFirma:\n",
        comune.istat,
        comune.nome,
        comune.provincia,
        c.abitanti,
        c.importo,
        c.dichiarante,
        giorno(c.salvata.date())
    );
    testo.replace('\n', "\r\n")
}

impl Simulatore {
    /// The request of a Comune, if there is one.
    pub fn contributo(&self, istat: CodiceIstat) -> Esito<Option<Contributo>> {
        Ok(self.fascicolo(istat)?.contributo)
    }

    /// Fills the request in; a refused one begins anew.
    pub fn salva_contributo(
        &self,
        istat: CodiceIstat,
        chi: Chi<'_>,
        p: &PropostaContributo,
    ) -> Result<Contributo, Rifiuto> {
        let abitanti = self.abitanti(&self.comune(istat)?)?;
        self.nel_fascicolo(istat, |t, comune, f, quando| {
            ammesso(t, chi, comune.stato, quando.date())?;
            if f.contributo.as_ref().is_some_and(|c| !c.modificabile()) {
                return Err(Impedimento::ContributoInviato.into());
            }
            let (iban, tesoreria) = controlla(p)?;
            let nuovo = Contributo {
                stato: StatoContributo::Bozza,
                iban,
                tesoreria,
                abitanti,
                importo: importo(abitanti),
                dichiarante: chi.nome(),
                salvata: quando,
                firmato: None,
                inviata: None,
                protocollo: None,
                nota: None,
            };
            f.contributo = Some(nuovo.clone());
            Ok(nuovo)
        })
    }

    /// The document to be signed.
    pub fn documento_contributo(&self, istat: CodiceIstat) -> Esito<String> {
        let c = self.contributo(istat)?.ok_or(Impedimento::ContributoMancante)?;
        Ok(documento(&self.comune(istat)?, &c))
    }

    /// The document with the test signature, and the name of its file: for who has no qualified signature.
    pub fn firma_di_prova(&self, istat: CodiceIstat, chi: Chi<'_>) -> Esito<(String, Vec<u8>)> {
        if !chi.e(self.registro(), "SINDACO")? {
            return Err(Impedimento::SoloSindaco.into());
        }
        let mut f = self.fascicolo(istat)?;
        let testo = documento(&self.comune(istat)?, bozza(&mut f)?);
        let p7m = self.firma_del_sindaco(istat, chi, &testo)?;
        Ok((format!("contributo-{istat}.txt.p7m"), p7m))
    }

    /// Takes the signed document.
    pub fn firma_contributo(
        &self,
        istat: CodiceIstat,
        chi: Chi<'_>,
        nome: &str,
        byte: &[u8],
    ) -> Esito<Contributo> {
        // Read before the register is locked, told after what comes first.
        let letto = self.leggi_firmato(nome, byte);
        self.nel_fascicolo(istat, |t, comune, f, quando| {
            ammesso(t, chi, comune.stato, quando.date())?;
            let c = bozza(f)?;
            c.firmato = Some(letto?.di(&documento(comune, c), quando)?);
            Ok(c.clone())
        })
    }

    /// Sends the request.
    pub fn invia_contributo(&self, istat: CodiceIstat, chi: Chi<'_>) -> Esito<Contributo> {
        self.nel_fascicolo(istat, |t, comune, f, quando| {
            ammesso(t, chi, comune.stato, quando.date())?;
            let c = bozza(f)?;
            if c.firmato.is_none() {
                return Err(Impedimento::FirmatoMancante.into());
            }
            c.stato = StatoContributo::Inviata;
            c.inviata = Some(quando);
            c.protocollo = Some(t.nuovo_protocollo(anagrafe::Ambiente::Sub)?);
            lettere::contributo_inviato(t, comune, c)?;
            Ok(c.clone())
        })
    }

    /// The Ministry examines, grants or refuses; a refusal says why.
    pub fn esita_contributo(
        &self,
        istat: CodiceIstat,
        stato: StatoContributo,
        nota: Option<&str>,
    ) -> Esito<Contributo> {
        let nota = nota.map(str::trim).filter(|n| !n.is_empty());
        if nota.is_some_and(|n| n.chars().count() > TESTO_MASSIMO) {
            return Err(ErroreServizio::richiesta(format!(
                "La nota ha al più {TESTO_MASSIMO} caratteri."
            )));
        }
        if stato == StatoContributo::Respinta && nota.is_none() {
            return Err(ErroreServizio::richiesta(
                "Chi respinge scrive perché nella nota.",
            ));
        }
        self.nel_fascicolo(istat, |t, comune, f, _| {
            let c = f.contributo.as_mut().ok_or(Impedimento::ContributoMancante)?;
            let puo = match stato {
                StatoContributo::InVerifica => c.stato == StatoContributo::Inviata,
                StatoContributo::Accolta | StatoContributo::Respinta => {
                    matches!(c.stato, StatoContributo::Inviata | StatoContributo::InVerifica)
                }
                StatoContributo::Bozza | StatoContributo::Inviata => false,
            };
            if !puo {
                return Err(Impedimento::ContributoFuoriTurno.into());
            }
            c.stato = stato;
            c.nota = nota.map(ToOwned::to_owned);
            lettere::contributo_esito(t, comune, c)?;
            Ok(c.clone())
        })
    }
}

#[cfg(test)]
mod prove {
    use super::*;

    #[test]
    fn an_iban_has_shape_and_check_digits() {
        // The sample of the standard's Italian chapter, one digit off, one letter off, another country, too short.
        for (iban, buono) in [
            ("IT60X0542811101000000123456", true),
            ("IT61X0542811101000000123456", false),
            ("IT60X054281110100000012345A", false),
            ("DE89370400440532013000", false),
            ("IT60X05428111010000001234", false),
            ("IT60x0542811101000000123456", false),
            ("", false),
            ("ITÈ0X054281110100000012345", false),
        ] {
            assert_eq!(iban_valido(iban), buono, "{iban}");
        }
    }

    #[test]
    fn either_account_and_the_declaration() {
        let campi = |iban: &str, tesoreria: &str, dichiarazione| -> Vec<&'static str> {
            let p = PropostaContributo {
                iban: Some(iban.to_owned()),
                tesoreria: Some(tesoreria.to_owned()),
                dichiarazione,
            };
            match controlla(&p) {
                Err(Rifiuto::Campi(e)) => e.iter().map(|e| e.campo).collect(),
                _ => Vec::new(),
            }
        };
        assert!(campi("IT60 X054 2811 1010 0000 0123 456", "", true).is_empty());
        assert!(campi("", "0123456", true).is_empty());
        assert_eq!(campi("", " ", true), ["iban"]);
        assert_eq!(
            campi("IT60X0542811101000000123456", "0123456", true),
            ["tesoreria"]
        );
        assert_eq!(campi("", "123", false), ["tesoreria", "dichiarazione"]);
    }

    #[test]
    fn bands_are_closed_above() {
        for (abitanti, euro) in [
            (0, 1_000),
            (1_000, 1_000),
            (1_001, 1_700),
            (100_000, 8_000),
            (100_001, 15_000),
        ] {
            assert_eq!(importo(abitanti), euro, "{abitanti}");
        }
    }
}
