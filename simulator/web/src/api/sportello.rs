//! The postazione desk, the trust list and the cards over the API.

use http::StatusCode;
use serde_json::json;
use servizi::{
    ErroreServizio, Esito, FiltroCertificati, FormaP12, StatoCertificato,
    http::{Risposta, risposta},
};

use super::{Chiamata, risposte::json as come_json, rotte::Azione};
use crate::{certificati::TIPO_P12, cornice::da_scaricare, fuori};

const OK: StatusCode = StatusCode::OK;

impl Chiamata<'_> {
    fn forma(&self) -> Esito<Option<FormaP12>> {
        crate::certificati::forma(self.query.pieno("compat"))
    }
}

/// Calls of the desk without a body.
pub(super) async fn leggi(azione: Azione, c: &Chiamata<'_>) -> Esito<Risposta> {
    let sim = c.sim;
    let id = c.segmenti.prendi("id").to_owned();
    Ok(match azione {
        Azione::Certificati => {
            let stato = c.query.pieno("stato").map(|s| {
                StatoCertificato::parse(s).ok_or_else(|| {
                    ErroreServizio::richiesta(
                        "«stato» è uno di in lavorazione, futuro, attivo, revocato, scaduto.",
                    )
                })
            });
            let filtro = FiltroCertificati {
                comune: c.comune()?,
                stato: stato.transpose()?,
                scade_entro_giorni: c.numero("scadeEntro")?,
            };
            come_json(OK, &fuori(sim, move |s| s.certificati(filtro)).await?)
        }
        Azione::Certificato => come_json(OK, &fuori(sim, move |s| s.certificato(&id)).await?),
        Azione::CertificatoRevoca => come_json(OK, &fuori(sim, move |s| s.revoca_certificato(&id)).await?),
        Azione::CertificatoRipristina => {
            come_json(OK, &fuori(sim, move |s| s.ripristina_certificato(&id)).await?)
        }
        Azione::CertificatoRinnova => come_json(
            StatusCode::CREATED,
            &fuori(sim, move |s| s.rinnova_certificato(&id)).await?,
        ),
        Azione::CertificatoP12 => {
            let forma = c.forma()?;
            let (nome, byte) = fuori(sim, move |s| s.p12_certificato(&id, forma)).await?;
            da_scaricare(risposta(OK, TIPO_P12, byte), &nome)
        }
        Azione::CertificatiArchivio => {
            let comune = c.comune()?.ok_or_else(|| {
                ErroreServizio::richiesta("Il parametro «comune» manca: serve un codice ISTAT di sei cifre.")
            })?;
            let forma = c.forma()?.unwrap_or_default();
            let byte = fuori(sim, move |s| s.archivio_certificati(comune, forma)).await?;
            crate::certificati::zip(comune, byte)
        }
        Azione::ImportatiElenco => {
            let ambiente = c.ambiente()?;
            come_json(OK, &fuori(sim, move |s| s.certificati_importati(ambiente)).await?)
        }
        Azione::ImportatoTogli => {
            let (ambiente, impronta) = (c.ambiente()?, c.segmenti.prendi("impronta").to_owned());
            let tolta = impronta.clone();
            fuori(sim, move |s| s.togli_importato(&impronta, ambiente)).await?;
            come_json(OK, &json!({"improntaSha256": tolta, "tolto": true}))
        }
        Azione::Carte => {
            // A card of a Prefettura says its province where the others say their Comune.
            let presso = c.query.pieno("comune").map(ToOwned::to_owned);
            let sigla = presso.filter(|t| t.len() == 2 && t.bytes().all(|b| b.is_ascii_uppercase()));
            let carte = if let Some(sigla) = sigla {
                fuori(sim, move |s| s.carte_prefettura(&sigla)).await?
            } else {
                let comune = c.comune()?;
                fuori(sim, move |s| s.carte(comune)).await?
            };
            come_json(OK, &carte)
        }
        Azione::Carta => come_json(OK, &fuori(sim, move |s| s.carta(&id)).await?),
        Azione::CartaRevoca => come_json(OK, &fuori(sim, move |s| s.revoca_carta(&id)).await?),
        Azione::CartaRipristina => come_json(OK, &fuori(sim, move |s| s.ripristina_carta(&id)).await?),
        Azione::CartaP12 => {
            let forma = c.forma()?;
            let (nome, byte) = fuori(sim, move |s| s.p12_carta(&id, forma)).await?;
            da_scaricare(risposta(OK, TIPO_P12, byte), &nome)
        }
        _ => return Err(ErroreServizio::guasto("chiamata senza risposta")),
    })
}
