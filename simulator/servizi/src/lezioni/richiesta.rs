//! A signed request sent in process: composed and signed as `send` does, answered as on the wire, noted in the journal.

use anagrafe::{Ambiente, IdPostazione};
use base64::Engine as _;
use bytes::Bytes;
use certs::Postazione;
use frontiera::firma::{self, Chiavi, Messaggio, catalogo};
use rustls_pki_types::{CertificateDer, PrivatePkcs8KeyDer, pem::PemObject as _};

use super::{azione::Operazione, documento::Lezione, esegui::richiesta};
use crate::{ErroreServizio, Esito, Simulatore, avvio::operatore_pronto, operazioni};

impl Simulatore {
    pub(super) fn invia_richiesta(
        &self,
        l: &Lezione,
        ambiente: Ambiente,
        operazione: Operazione,
        certificato: &Postazione,
        difetto: Option<&str>,
        versione: Option<u16>,
    ) -> Esito<()> {
        let guasto = |e: &dyn std::fmt::Display| ErroreServizio::guasto(e);
        let cert =
            CertificateDer::from_pem_slice(&std::fs::read(&certificato.pem)?).map_err(|e| guasto(&e))?;
        let chiave = PrivatePkcs8KeyDer::from_pem_slice(&std::fs::read(&certificato.chiave)?)
            .map_err(|e| guasto(&e))?
            .secret_pkcs8_der()
            .to_vec();
        // One certificate plays both parts, as is usual in test (spec security §3.1).
        let chiavi = Chiavi {
            comune_key_pkcs8: chiave.clone(),
            comune_cert_der: cert.to_vec(),
            postazione_key_pkcs8: chiave,
            postazione_cert_der: cert.to_vec(),
        };
        // With a defect the certificate may name another: the request still speaks for this Comune.
        let numero = certificato.id.rsplit('-').next().unwrap_or_default();
        let postazione = format!("{}-{}-{numero}", l.comune, certificato.tipo);
        let postazione = IdPostazione::parse(&postazione).map_err(|e| guasto(&e))?;
        let adesso = self.adesso();
        let n = self
            .registro()
            .scrivi(|t| -> Esito<u64> { Ok(t.prossimo(None, "lezioni-richieste")?) })?;
        let corpo = corpo(l, ambiente, operazione, versione, n, adesso)?;
        let mut messaggio = Messaggio::nuovo(corpo, operatore_pronto(l.comune), &postazione, adesso);
        messaggio.id = format!("lezione-{n}");
        let voce = difetto.and_then(catalogo::difetto);
        let busta = firma::componi(&messaggio, &chiavi, voce).map_err(|e| guasto(&e))?;
        let nome = operazione.nome();
        let punto = operazioni::PUNTI
            .iter()
            .find(|p| p.operazione == nome)
            .ok_or_else(|| ErroreServizio::guasto(format!("{nome} non risponde")))?;
        let (parti, ()) = http::Request::post(punto.percorso)
            .header(http::header::CONTENT_TYPE, "text/xml; charset=utf-8")
            .body(())
            .map_err(|e| guasto(&e))?
            .into_parts();
        let colpo = self.piano_guasti.alla_porta(ambiente, nome);
        // The reply is in the journal, which is where expectations and pages look.
        drop(self.scambio_soap(ambiente, &parti, &Bytes::from(busta), colpo));
        Ok(())
    }
}

/// The body of a request.
fn corpo(
    l: &Lezione,
    ambiente: Ambiente,
    operazione: Operazione,
    versione: Option<u16>,
    n: u64,
    adesso: jiff::Timestamp,
) -> Esito<String> {
    let secondo = jiff::Timestamp::from_second(adesso.as_second()).unwrap_or(adesso);
    let nome = operazione.nome();
    let testata = format!(
        "<testataRichiesta><idOperazioneComune>{n}</idOperazioneComune><codMittente>{}</codMittente>\
         <codDestinatario>ANPR05</codDestinatario><operazioneRichiesta>{nome}</operazioneRichiesta>\
         <dataOraRichiesta>{secondo}</dataOraRichiesta><tipoOperazione>C</tipoOperazione>\
         <tipoInvio>{}</tipoInvio></testataRichiesta>",
        l.comune,
        ambiente.tipo_invio()
    );
    if operazione == Operazione::Test {
        let ns = schema::radici::RICHIESTA_CONNESSIONE.0;
        return Ok(format!(
            "<a:RichiestaConnessione xmlns:a=\"{ns}\">{testata}</a:RichiestaConnessione>"
        ));
    }
    let fatta = generatore::in_memoria(&richiesta(l, versione.unwrap_or(1)))
        .map_err(|e| ErroreServizio::richiesta(format!("{e}.")))?;
    let (file, byte) = fatta
        .file
        .first()
        .ok_or_else(|| ErroreServizio::guasto("nessun file APR"))?;
    let base64 = base64::engine::general_purpose::STANDARD.encode(byte);
    let ns = schema::radici::RICHIESTA_S001.0;
    Ok(format!(
        "<a:RichiestaS001 xmlns:a=\"{ns}\">{testata}<nomeFile>{file}</nomeFile><fileXml>{base64}</fileXml></a:RichiestaS001>"
    ))
}
