//! The header of requests and replies, shared by every operation (spec registrations §1.2, §1.3).
//!
//! Read from a body that passed the schema; written back as an echo. What the echo leaves out the real service
//! leaves out too.

use std::borrow::Cow;

use frontiera::Causa;
use schema::{Albero, Violazione};

/// `testataRichiesta`, as sent.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Testata {
    pub(crate) id_operazione_comune: String,
    pub(crate) cod_mittente: String,
    pub(crate) cod_destinatario: String,
    pub(crate) operazione_richiesta: String,
    pub(crate) data_ora_richiesta: String,
    pub(crate) protocollo_comune: Option<String>,
    pub(crate) data_protocollo_comune: Option<String>,
    pub(crate) tipo_invio: String,
    pub(crate) data_decorrenza: Option<String>,
}

impl Testata {
    /// Reads the header below `radice/testataRichiesta`.
    pub(crate) fn leggi(albero: &Albero<'_>, radice: &str) -> Self {
        let testata = albero.elementi(&format!("{radice}/testataRichiesta")).next();
        let campo = |nome: &str| Some(testata?.figlio(nome)?.testo()?.to_owned());
        let pieno = |nome: &str| campo(nome).unwrap_or_default();
        Self {
            id_operazione_comune: pieno("idOperazioneComune"),
            cod_mittente: pieno("codMittente"),
            cod_destinatario: pieno("codDestinatario"),
            operazione_richiesta: pieno("operazioneRichiesta"),
            data_ora_richiesta: pieno("dataOraRichiesta"),
            protocollo_comune: campo("protocolloComune"),
            data_protocollo_comune: campo("dataProtocolloComune"),
            tipo_invio: pieno("tipoInvio"),
            data_decorrenza: campo("dataDecorrenza"),
        }
    }

    /// Forgets the optional fields that broke the schema, so that the echo does not.
    pub(crate) fn senza_campi_errati(&mut self, violazioni: &[Violazione]) {
        let errato = |nome: &str| violazioni.iter().any(|v| ultimo(&v.percorso) == nome);
        for (nome, campo) in [
            ("protocolloComune", &mut self.protocollo_comune),
            ("dataProtocolloComune", &mut self.data_protocollo_comune),
            ("dataDecorrenza", &mut self.data_decorrenza),
        ] {
            if errato(nome) {
                *campo = None;
            }
        }
    }

    /// The reply's header as (element, text) in schema order; `id_anpr` is 0 when nothing was booked.
    pub(crate) fn risposta(&self, id_anpr: u64, esito: &'static str) -> Vec<(&'static str, Cow<'_, str>)> {
        let mut campi = vec![
            ("idOperazioneComune", self.id_operazione_comune.as_str()),
            ("codMittente", &self.cod_mittente),
            ("codDestinatario", &self.cod_destinatario),
            ("operazioneRichiesta", &self.operazione_richiesta),
            ("dataOraRichiesta", &self.data_ora_richiesta),
        ];
        for (nome, valore) in [
            ("protocolloComune", &self.protocollo_comune),
            ("dataProtocolloComune", &self.data_protocollo_comune),
            ("dataDecorrenza", &self.data_decorrenza),
        ] {
            campi.extend(valore.as_deref().map(|v| (nome, v)));
        }
        campi
            .into_iter()
            .map(|(nome, valore)| (nome, Cow::Borrowed(valore)))
            .chain([
                ("idOperazioneANPR", Cow::Owned(id_anpr.to_string())),
                ("esitoOperazione", Cow::Borrowed(esito)),
            ])
            .collect()
    }
}

/// The last name of a path.
fn ultimo(percorso: &str) -> &str {
    percorso.rsplit('/').next().unwrap_or(percorso)
}

/// Violations a KO reply tells one by one; all are counted.
const VIOLAZIONI_DETTE: usize = 50;

/// `EN489`, in band: one for each wrong field, then one with their number (spec registrations §1.6 phase 1).
pub(crate) fn errori_di_schema(violazioni: &[Violazione]) -> Vec<ErroreKo> {
    let mut errori: Vec<ErroreKo> = violazioni
        .iter()
        .take(VIOLAZIONI_DETTE)
        .map(|v| ErroreKo {
            codice: "EN489".to_owned(),
            testo: v.testo.clone(),
            campo: Some(ultimo(&v.percorso).to_owned()).filter(|c| !c.is_empty()),
            valore: None,
            causa: Causa::DatiRifiutati,
        })
        .collect();
    let quanti = format!("Errori di schema nella richiesta: {}", violazioni.len());
    errori.push(ErroreKo::nuovo("EN489", quanti));
    errori
}

/// One `errore` of a KO reply.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ErroreKo {
    pub(crate) codice: String,
    pub(crate) testo: String,
    pub(crate) campo: Option<String>,
    pub(crate) valore: Option<String>,
    /// For the journal only.
    pub(crate) causa: Causa,
}

/// Characters a text of a reply may have (`charMax240`).
const TESTO_MASSIMO: usize = 240;

impl ErroreKo {
    pub(crate) fn nuovo(codice: &str, testo: impl Into<String>) -> Self {
        Self {
            codice: codice.to_owned(),
            testo: testo.into(),
            campo: None,
            valore: None,
            causa: Causa::DatiRifiutati,
        }
    }

    /// The same for a cause that has a remedy of its own.
    pub(crate) fn per(self, causa: Causa) -> Self {
        Self { causa, ..self }
    }

    /// The elements of `errore`, texts cut to what the schema takes.
    pub(crate) fn campi(&self) -> Vec<(&'static str, String)> {
        let taglia = |t: &str| t.chars().take(TESTO_MASSIMO).collect::<String>();
        let mut campi = vec![
            ("codiceErroreAnomalia", self.codice.clone()),
            ("tipoErroreAnomalia", "E".to_owned()),
            ("testoErroreAnomalia", taglia(&self.testo)),
        ];
        campi.extend(self.campo.as_deref().map(|c| ("campoErroreAnomalia", taglia(c))));
        campi.extend(
            self.valore
                .as_deref()
                .map(|v| ("valoreErroreAnomalia", taglia(v))),
        );
        campi
    }
}
