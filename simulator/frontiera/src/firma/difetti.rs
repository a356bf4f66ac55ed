//! Requests wrong on purpose: one defect each, with the fault it deserves (spec security §6.2, §10).

use jiff::{SignedDuration, Timestamp};

use super::Messaggio;
use crate::soap::{TipoFault, ns};

/// A deliberate defect of an otherwise correct request.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum DifettoMessaggio {
    /// Body changed after signing.
    CorpoModificato,
    /// No message signature.
    SenzaFirma,
    /// No Security header at all.
    SenzaIntestazione,
    /// No assertion.
    SenzaAsserzione,
    /// No Timestamp.
    SenzaTimestamp,
    /// Timestamp (and assertion) over six minutes ago.
    TimestampScaduto,
    /// Clock half a minute ahead.
    OrologioAvanti,
    /// Local summer time written as UTC.
    OraLocale,
    /// Signature on the Body only.
    SoloCorpo,
    /// Signature on the Timestamp only.
    SoloTimestamp,
    /// `IdSede` of another Comune than `IdPostazione`.
    IdSedeDiversa,
    /// An attribute of the assertion changed after its signature.
    AsserzioneAlterata,
    /// Fresh Timestamp, assertion over.
    AsserzioneScaduta,
    /// Subject confirmation other than bearer.
    SenderVouches,
    /// NameID wrong by one letter.
    OperatoreSconosciuto,
    /// PKCS#7 of another signer, or over another id.
    Pkcs7Altrui,
    /// PKCS#7 without its content.
    Pkcs7Staccato,
    /// Body against the schema.
    XsdErrato,
    /// A reference to an id that is not there.
    RiferimentoInesistente,
    /// `soap:Id` on the Body instead of `wsu:Id`.
    SoapId,
    /// An id on two elements.
    IdDuplicato,
    /// A DOCTYPE.
    Doctype,
    /// XML cut before its end.
    NonBenFormato,
}

/// All of them: name on the command line, fault, and what they are, in Italian.
pub const DIFETTI: &[(DifettoMessaggio, &str, TipoFault, &str)] = {
    use DifettoMessaggio as D;
    use TipoFault::{F1, F2, F3, F5, F6, F7};
    &[
        (
            D::CorpoModificato,
            "corpo-modificato",
            F5,
            "il Body cambia dopo la firma",
        ),
        (D::SenzaFirma, "senza-firma", F7, "manca la firma del messaggio"),
        (
            D::SenzaIntestazione,
            "senza-intestazione",
            F7,
            "manca wsse:Security",
        ),
        (
            D::SenzaAsserzione,
            "senza-asserzione",
            F1,
            "manca l'asserzione SAML",
        ),
        (D::SenzaTimestamp, "senza-timestamp", F7, "manca il Timestamp"),
        (
            D::TimestampScaduto,
            "timestamp-scaduto",
            F1,
            "Timestamp e asserzione scaduti da sei minuti",
        ),
        (
            D::OrologioAvanti,
            "orologio-avanti",
            F1,
            "orologio avanti di trenta secondi",
        ),
        (
            D::OraLocale,
            "ora-locale",
            F1,
            "ora locale estiva scritta come UTC",
        ),
        (D::SoloCorpo, "solo-corpo", F7, "firmato soltanto il Body"),
        (
            D::SoloTimestamp,
            "solo-timestamp",
            F7,
            "firmato soltanto il Timestamp",
        ),
        (
            D::IdSedeDiversa,
            "idsede-diversa",
            F6,
            "IdSede di un Comune diverso da quello di IdPostazione",
        ),
        (
            D::AsserzioneAlterata,
            "asserzione-alterata",
            F1,
            "un attributo dell'asserzione cambia dopo la firma",
        ),
        (
            D::AsserzioneScaduta,
            "asserzione-scaduta",
            F1,
            "Timestamp fresco, asserzione scaduta",
        ),
        (
            D::SenderVouches,
            "sender-vouches",
            F1,
            "conferma del soggetto diversa da bearer",
        ),
        (
            D::OperatoreSconosciuto,
            "operatore-sconosciuto",
            F1,
            "NameID sbagliato di una lettera",
        ),
        (
            D::Pkcs7Altrui,
            "pkcs7-altrui",
            F1,
            "PKCS#7 di un altro firmatario o su un altro identificativo",
        ),
        (
            D::Pkcs7Staccato,
            "pkcs7-staccato",
            F1,
            "PKCS#7 senza il contenuto",
        ),
        (
            D::XsdErrato,
            "xsd-errato",
            F2,
            "un elemento non previsto dallo schema",
        ),
        (
            D::RiferimentoInesistente,
            "riferimento-inesistente",
            F2,
            "un Reference verso un Id che non c'è",
        ),
        (D::SoapId, "soap-id", F2, "soap:Id sul Body al posto di wsu:Id"),
        (
            D::IdDuplicato,
            "id-duplicato",
            F2,
            "lo stesso identificatore su due elementi",
        ),
        (D::Doctype, "doctype", F3, "una dichiarazione DOCTYPE"),
        (D::NonBenFormato, "non-ben-formato", F3, "XML troncato"),
    ]
};

impl DifettoMessaggio {
    fn riga(self) -> &'static (Self, &'static str, TipoFault, &'static str) {
        DIFETTI
            .iter()
            .find(|(d, ..)| *d == self)
            .expect("every defect has its row: a test walks them")
    }

    /// Name on the command line.
    pub fn nome(self) -> &'static str {
        self.riga().1
    }

    /// By its name.
    pub fn da_nome(nome: &str) -> Option<Self> {
        DIFETTI.iter().find(|(_, n, ..)| *n == nome).map(|(d, ..)| *d)
    }

    /// The fault it leads to under the faithful policy.
    pub fn fault(self) -> TipoFault {
        self.riga().2
    }

    /// What is wrong, in Italian.
    pub fn descrizione(self) -> &'static str {
        self.riga().3
    }
}

/// Windows of Timestamp and assertion.
pub(super) struct Tempi {
    pub(super) timestamp: (Timestamp, Timestamp),
    pub(super) asserzione: (Timestamp, Timestamp),
}

/// Defects that are signed along.
pub(super) fn prepara(m: &mut Messaggio, difetto: Option<DifettoMessaggio>) -> Tempi {
    use DifettoMessaggio as D;
    let sei_minuti_fa = -(m.durata + SignedDuration::from_mins(6));
    let (scarto, scarto_asserzione) = match difetto {
        Some(D::TimestampScaduto) => (sei_minuti_fa, sei_minuti_fa),
        Some(D::AsserzioneScaduta) => (SignedDuration::ZERO, sei_minuti_fa),
        Some(D::OrologioAvanti) => (SignedDuration::from_secs(30), SignedDuration::from_secs(30)),
        Some(D::OraLocale) => (SignedDuration::from_hours(2), SignedDuration::from_hours(2)),
        _ => (SignedDuration::ZERO, SignedDuration::ZERO),
    };
    match difetto {
        Some(D::IdSedeDiversa) => m.id_sede = cambia_ultimo(&m.id_sede),
        Some(D::OperatoreSconosciuto) => m.name_id = cambia_ultimo(&m.name_id),
        Some(D::XsdErrato) => {
            if let Some(fine) = m.corpo_xml.rfind("</") {
                m.corpo_xml.insert_str(fine, "<elementoNonPrevisto/>");
            }
        }
        _ => {}
    }
    let finestra = |scarto| {
        let da = m.adesso.saturating_add(scarto).unwrap_or(m.adesso);
        (da, da.saturating_add(m.durata).unwrap_or(da))
    };
    Tempi {
        timestamp: finestra(scarto),
        asserzione: finestra(scarto_asserzione),
    }
}

/// Defects that come after signing.
pub(super) fn guasta(busta: String, m: &Messaggio, difetto: Option<DifettoMessaggio>) -> String {
    use DifettoMessaggio as D;
    match difetto {
        // A line break between Body and its element: the schema does not see it, the digest does.
        Some(D::CorpoModificato) => busta.replacen("</s:Body>", "\n</s:Body>", 1),
        Some(D::AsserzioneAlterata) => {
            let valore = super::assembla::protetto(&m.id_applicazione);
            busta.replacen(
                &format!(">{valore}</saml2:AttributeValue>"),
                ">altra</saml2:AttributeValue>",
                1,
            )
        }
        Some(D::IdDuplicato) => {
            let gemello = format!(
                "<s:Header><w:gemello xmlns:w=\"{}\" w:Id=\"BODY-{}\"/>",
                ns::WSU,
                super::assembla::protetto(&m.id)
            );
            busta.replacen("<s:Header>", &gemello, 1)
        }
        Some(D::Doctype) => format!("<!DOCTYPE Envelope>{busta}"),
        Some(D::NonBenFormato) => {
            let fine = busta.rfind("</s:Envelope>").unwrap_or(busta.len());
            busta[..fine].to_owned()
        }
        _ => busta,
    }
}

/// The same text, wrong in its last character.
pub(super) fn cambia_ultimo(testo: &str) -> String {
    let mut t = testo.to_owned();
    let ultimo = t.pop();
    t.push(match ultimo {
        Some('X') => 'Y',
        Some('1') => '2',
        Some(c) if c.is_ascii_digit() => '1',
        _ => 'X',
    });
    t
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_name_leads_back() {
        for (d, nome, fault, _) in DIFETTI {
            assert_eq!(DifettoMessaggio::da_nome(nome), Some(*d));
            assert_eq!((d.nome(), d.fault()), (*nome, *fault));
        }
    }
}
