//! The request of the contribution (process §10): at the subentro only, for the sindaco who entered with his card only.

use anagrafe::Ambiente;
use askama::Template;
use http::{StatusCode, header, request::Parts};
use registro::MacroStato;
use servizi::{
    ErroreServizio, Esito,
    http::{Corpo, Risposta, risposta},
    percorso::{
        Chi, Contributo, FormatoFirma, Impedimento, LIMITE_FIRMATO_BYTE, Passo, PropostaContributo, Rifiuto,
        StatoContributo,
    },
};

use super::{Dentro, csrf_mancante};
use crate::{
    cornice::{Cornice, da_scaricare, pagina, vai},
    errori::Errori,
    formati::{self, Etichetta},
    fuori,
    modulo::Campi,
    ricezione, sicurezza,
};

const PAGINA: &str = "/combas/contributo";
/// Media type of a CMS.
pub(crate) const TIPO_P7M: &str = "application/pkcs7-mime";

#[derive(Template)]
#[template(path = "ambiente/contributo.html")]
struct Pagina {
    c: Cornice,
    csrf: String,
    termine: String,
    /// The term is over.
    scaduto: bool,
    /// Address of the console.
    console: String,
    k: Option<Contributo>,
    stato: Option<Etichetta>,
    iban: String,
    tesoreria: String,
    errori: Errori,
    guasto: Option<String>,
}

/// Too early: why, what comes first, until when there is time.
#[derive(Template)]
#[template(path = "ambiente/contributo_non_ancora.html")]
struct NonAncora {
    c: Cornice,
    stato: &'static str,
    prossimo: Option<Passo>,
    termine: String,
    oggi: String,
    guasto: Option<String>,
}

/// What was filled in and what is wrong with it.
#[derive(Default)]
struct Compilato {
    scritti: Option<(String, String)>,
    errori: Errori,
    guasto: Option<String>,
}

impl Compilato {
    /// Something is wrong with what cannot be corrected in a field.
    fn guasto(testo: String) -> Self {
        Self {
            guasto: Some(testo),
            ..Self::default()
        }
    }
}

impl Pagina {
    fn compilabile(&self) -> bool {
        self.k
            .as_ref()
            .is_none_or(|k| matches!(k.stato, StatoContributo::Bozza | StatoContributo::Respinta))
    }

    fn bozza(&self) -> bool {
        self.k.as_ref().is_some_and(|k| k.stato == StatoContributo::Bozza)
    }

    /// The document is a PDF: nobody has judged what is in it.
    fn pdf(&self) -> bool {
        self.k
            .as_ref()
            .and_then(|k| k.firmato.as_ref())
            .is_some_and(|f| f.formato == Some(FormatoFirma::Pdf))
    }
}

/// These pages are of the sindaco, with his card, at the subentro.
fn solo_sindaco(d: &Dentro<'_>) -> Esito<()> {
    if d.ambiente != Ambiente::Sub {
        return Err(ErroreServizio::assente(
            "La richiesta di contributo si fa nell'ambiente di subentro.",
        ));
    }
    if d.sessione.carta && d.sessione.ha_ruolo(&["SINDACO"]) {
        Ok(())
    } else {
        Err(Impedimento::SoloSindaco.into())
    }
}

async fn mostra(d: &Dentro<'_>, stato: StatusCode, compilato: Compilato) -> Esito<Risposta> {
    let comune = d.sessione.comune;
    let (k, scadenze, oggi, quadro) = fuori(d.sim, move |s| {
        Ok((
            s.contributo(comune)?,
            s.scadenze()?,
            s.orologio()?.oggi,
            s.quadro(comune)?,
        ))
    })
    .await?;
    if quadro.stato != MacroStato::Subentrato {
        let non_ancora = NonAncora {
            c: d.cornice("Richiesta di contributo", PAGINA).await?,
            stato: formati::macro_stato(quadro.stato),
            prossimo: quadro.passi.into_iter().find(|p| Some(p.id) == quadro.prossimo),
            termine: formati::data(scadenze.contributo),
            oggi: formati::data(oggi),
            guasto: compilato.guasto,
        };
        return Ok(pagina(stato, &non_ancora));
    }
    let mut c = d.cornice("Richiesta di contributo", PAGINA).await?;
    c = match d.query.valore("fatto") {
        Some("salvata") => c.con_avviso("ok", "Bozza salvata: ora si scarica il documento e si firma."),
        Some("firmata") => c.con_avviso(
            "ok",
            "Documento firmato ricevuto: ora si può inviare la richiesta.",
        ),
        Some("inviata") => c.con_avviso("ok", "Richiesta inviata: la ricevuta è nella posta del Comune."),
        _ => c,
    };
    let (iban, tesoreria) = compilato.scritti.unwrap_or_else(|| {
        let testo = |t: Option<&String>| t.cloned().unwrap_or_default();
        (
            testo(k.as_ref().and_then(|k| k.iban.as_ref())),
            testo(k.as_ref().and_then(|k| k.tesoreria.as_ref())),
        )
    });
    let p = Pagina {
        c,
        csrf: d.sessione.csrf.clone(),
        termine: formati::il(scadenze.contributo),
        scaduto: oggi > scadenze.contributo,
        console: d.sim.indirizzi().map(|i| i.console.clone()).unwrap_or_default(),
        stato: k.as_ref().map(|k| formati::stato_contributo(k.stato)),
        k,
        iban,
        tesoreria,
        errori: compilato.errori,
        guasto: compilato.guasto,
    };
    Ok(pagina(stato, &p))
}

/// `GET /combas/contributo`.
pub(super) async fn una(d: &Dentro<'_>) -> Esito<Risposta> {
    solo_sindaco(d)?;
    mostra(d, StatusCode::OK, Compilato::default()).await
}

/// `GET /combas/contributo/documento`: what is to be signed.
pub(super) async fn documento(d: &Dentro<'_>) -> Esito<Risposta> {
    solo_sindaco(d)?;
    let comune = d.sessione.comune;
    let testo = fuori(d.sim, move |s| s.documento_contributo(comune)).await?;
    let r = risposta(StatusCode::OK, "text/plain; charset=utf-8", testo);
    Ok(da_scaricare(r, &format!("contributo-{comune}.txt")))
}

/// `GET /combas/contributo/firma-di-prova`: the same with the test signature, made with the key of the sindaco's card.
pub(super) async fn firma_di_prova(d: &Dentro<'_>) -> Esito<Risposta> {
    solo_sindaco(d)?;
    let (comune, io, con_carta) = (d.sessione.comune, d.sessione.name_id.clone(), d.sessione.carta);
    let (nome, p7m) = fuori(d.sim, move |s| {
        let chi = Chi::Operatore {
            name_id: &io,
            con_carta,
        };
        s.firma_di_prova(comune, chi)
    })
    .await?;
    Ok(da_scaricare(risposta(StatusCode::OK, TIPO_P7M, p7m), &nome))
}

/// `POST /combas/contributo`: save, or send.
pub(super) async fn agisce(d: &Dentro<'_>, campi: &Campi) -> Esito<Risposta> {
    solo_sindaco(d)?;
    let (comune, io, con_carta) = (d.sessione.comune, d.sessione.name_id.clone(), d.sessione.carta);
    let testo = |nome: &str| campi.pieno(nome).unwrap_or_default().to_owned();
    match campi.pieno("azione").unwrap_or_default() {
        "salva" => {
            let (iban, tesoreria) = (testo("iban"), testo("tesoreria"));
            let p = PropostaContributo {
                iban: Some(iban.clone()),
                tesoreria: Some(tesoreria.clone()),
                dichiarazione: campi.valore("dichiarazione") == Some("si"),
            };
            let fatto = fuori(d.sim, move |s| {
                let chi = Chi::Operatore {
                    name_id: &io,
                    con_carta,
                };
                Ok(s.salva_contributo(comune, chi, &p))
            })
            .await?;
            match fatto {
                Ok(_) => Ok(vai(&format!("{PAGINA}?fatto=salvata"))),
                Err(Rifiuto::Altro(e)) => rifiuta(d, e).await,
                Err(Rifiuto::Campi(errori)) => {
                    let compilato = Compilato {
                        scritti: Some((iban, tesoreria)),
                        errori: errori.into(),
                        guasto: None,
                    };
                    mostra(d, StatusCode::BAD_REQUEST, compilato).await
                }
            }
        }
        "invia" => {
            let fatto = fuori(d.sim, move |s| {
                let chi = Chi::Operatore {
                    name_id: &io,
                    con_carta,
                };
                s.invia_contributo(comune, chi)
            })
            .await;
            match fatto {
                Ok(_) => Ok(vai(&format!("{PAGINA}?fatto=inviata"))),
                Err(e) => rifiuta(d, e).await,
            }
        }
        _ => Err(ErroreServizio::richiesta("Comando non riconosciuto.")),
    }
}

/// `POST /combas/contributo/firmato`: the signed document.
pub(super) async fn firmato(d: &Dentro<'_>, parti: &Parts, corpo: Corpo) -> Esito<Risposta> {
    solo_sindaco(d)?;
    let tipo = parti
        .headers
        .get(header::CONTENT_TYPE)
        .and_then(|v| v.to_str().ok())
        .unwrap_or_default();
    let m = match ricezione::piccolo(tipo, corpo, LIMITE_FIRMATO_BYTE).await {
        Ok(m) => m,
        Err(e) => return rifiuta_il_file(d, e).await,
    };
    if !sicurezza::uguali(m.campo("csrf"), &d.sessione.csrf) {
        return Err(csrf_mancante());
    }
    let Some((nome, byte)) = m.file.filter(|(nome, _)| !nome.is_empty()) else {
        let manca = ErroreServizio::richiesta("Manca il file: sceglierlo e ripetere.");
        return rifiuta_il_file(d, manca).await;
    };
    let (comune, io, con_carta) = (d.sessione.comune, d.sessione.name_id.clone(), d.sessione.carta);
    let fatto = fuori(d.sim, move |s| {
        let chi = Chi::Operatore {
            name_id: &io,
            con_carta,
        };
        s.firma_contributo(comune, chi, &nome, &byte)
    })
    .await;
    match fatto {
        Ok(_) => Ok(vai(&format!("{PAGINA}?fatto=firmata"))),
        Err(e) => rifiuta_il_file(d, e).await,
    }
}

/// The page again, with what went wrong; our own failures stay failures.
async fn rifiuta(d: &Dentro<'_>, e: ErroreServizio) -> Esito<Risposta> {
    match e.http {
        400 | 409 | 413 => {
            let stato = StatusCode::from_u16(e.http).unwrap_or(StatusCode::BAD_REQUEST);
            mostra(d, stato, Compilato::guasto(e.testo)).await
        }
        _ => Err(e),
    }
}

/// The same for what is wrong with the signed document: at its field.
async fn rifiuta_il_file(d: &Dentro<'_>, e: ErroreServizio) -> Esito<Risposta> {
    match e.http {
        400 | 413 => {
            let stato = StatusCode::from_u16(e.http).unwrap_or(StatusCode::BAD_REQUEST);
            let compilato = Compilato {
                errori: Errori::uno("file", e.testo),
                ..Compilato::default()
            };
            mostra(d, stato, compilato).await
        }
        _ => rifiuta(d, e).await,
    }
}
