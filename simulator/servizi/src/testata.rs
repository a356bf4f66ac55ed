//! The header of requests and replies, shared by every operation (spec registrations §1.2, §1.3).
//!
//! Read from a body that passed the schema; written back as an echo. What the echo leaves out the real service
//! leaves out too.

use schema::Albero;

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
        let campo = |nome: &str| {
            albero
                .testo(&format!("{radice}/testataRichiesta/{nome}"))
                .map(str::to_owned)
        };
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

    /// The reply's header as (element, text) in schema order; `id_anpr` is 0 when nothing was booked.
    pub(crate) fn risposta(&self, id_anpr: u64, esito: &str) -> Vec<(&'static str, String)> {
        let mut campi = vec![
            ("idOperazioneComune", self.id_operazione_comune.clone()),
            ("codMittente", self.cod_mittente.clone()),
            ("codDestinatario", self.cod_destinatario.clone()),
            ("operazioneRichiesta", self.operazione_richiesta.clone()),
            ("dataOraRichiesta", self.data_ora_richiesta.clone()),
        ];
        for (nome, valore) in [
            ("protocolloComune", &self.protocollo_comune),
            ("dataProtocolloComune", &self.data_protocollo_comune),
            ("dataDecorrenza", &self.data_decorrenza),
        ] {
            campi.extend(valore.clone().map(|v| (nome, v)));
        }
        campi.push(("idOperazioneANPR", id_anpr.to_string()));
        campi.push(("esitoOperazione", esito.to_owned()));
        campi
    }
}

/// One `errore` of a KO reply.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ErroreKo {
    pub(crate) codice: String,
    pub(crate) testo: String,
    pub(crate) campo: Option<String>,
    pub(crate) valore: Option<String>,
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
        }
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
