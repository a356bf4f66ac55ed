//! The web-service side of an environment: path → envelope → operation → reply, each exchange in the journal.
//!
//! A caller gets exactly what ANPR would send, terse faults included; the journal keeps the verdict of every step
//! with its evidence, and `X-Anpr-Sim-Scambio` on the reply names the entry.

use std::sync::Arc;

use anagrafe::{Ambiente, CodiceIstat};
use frontiera::{
    BustaVerificata, Censimento, Esame, Fault, OperatoreVisto, TipoFault, VersioneSoap, busta_risposta,
};
use http::{HeaderName, HeaderValue, Method, StatusCode, header};
use registro::{EsitoScambio, Lettura as _, Passo, Scambio, Verdetto};
use schema::{Albero, Modello, Violazione};

use crate::{
    ErroreServizio, Esito, Simulatore,
    guasti::{Colpo, TipoGuasto},
    http::{CorpoNonLetto, Richiesta, Risposta, Taglia, raccogli, risposta},
    operazioni::{self, Mancata, Punto},
    wsdl,
};

/// Bytes up to which a request is examined on the thread that read it: a tenth of a millisecond of work is not worth a
/// hand-over to another thread and back.
pub const IN_LINEA_BYTE: usize = 64 * 1024;
/// Names the journal entry of an exchange.
pub const INTESTAZIONE_SCAMBIO: &str = "x-anpr-sim-scambio";

/// Whether a path is one of the web services' (so that the application's pages leave it alone).
pub fn e_servizio(percorso: &str) -> bool {
    percorso.starts_with("/ANPR") || percorso.starts_with("/anpr-ws") || operazioni::punto(percorso).is_some()
}

/// Whether a request is meant for the web services: by its path, or because it posts what only their callers post. A wrong
/// path then gets the fault of spec security §1.2 (F3) and not a page.
pub fn e_richiesta<B>(r: &http::Request<B>) -> bool {
    let tipo = r
        .headers()
        .get(header::CONTENT_TYPE)
        .and_then(|v| v.to_str().ok());
    let xml = tipo.is_some_and(|t| {
        let t = t.trim_start().to_ascii_lowercase();
        ["text/xml", "application/soap+xml", "application/xml"]
            .iter()
            .any(|x| t.starts_with(x))
    });
    let soap = xml || r.headers().contains_key("soapaction");
    e_servizio(r.uri().path()) || (r.method() == Method::POST && soap)
}

/// Answers one request on a web-service path. Never fails: what breaks becomes a plainly marked reply of ours.
pub async fn rispondi(sim: &Arc<Simulatore>, ambiente: Ambiente, richiesta: Richiesta) -> Risposta {
    let (parti, corpo) = richiesta.into_parts();
    let percorso = parti.uri.path().to_owned();
    if parti.method != Method::POST {
        return wsdl::rispondi(sim, ambiente, &parti);
    }
    let tipo = parti
        .headers
        .get(header::CONTENT_TYPE)
        .and_then(|v| v.to_str().ok())
        .map(str::to_owned);
    // What TLS already carried is read at most as far as the policy takes it (spec security §2.3).
    let massimo = sim.frontiera_ora(ambiente).politica().corpo_massimo;
    let corpo = match raccogli(corpo, massimo).await {
        Ok(byte) => byte,
        Err(e) => return non_letto(&e),
    };
    let operazione = operazioni::punto(&percorso).map_or("", |p| p.operazione);
    let colpo = sim.piano_guasti.alla_porta(ambiente, operazione);
    if let Some(ritardo) = colpo.map(|c| c.ritardo).filter(|r| !r.is_zero()) {
        tokio::time::sleep(ritardo).await;
    }
    // Whoever may wait (for files, for the turn of a Comune, for a register still opening) does so elsewhere.
    let breve = operazioni::punto(&percorso).is_none_or(|p| p.breve);
    if breve && corpo.len() <= IN_LINEA_BYTE && sim.registro_aperto() {
        return sim.scambio_soap(ambiente, &percorso, tipo.as_deref(), &corpo, colpo);
    }
    let sim = Arc::clone(sim);
    let lavoro = tokio::task::spawn_blocking(move || {
        sim.scambio_soap(ambiente, &percorso, tipo.as_deref(), &corpo, colpo)
    });
    lavoro.await.unwrap_or_else(|e| {
        guasto(
            &ErroreServizio::guasto(format!("servizio interrotto: {e}")),
            VersioneSoap::V11,
        )
    })
}

fn non_letto(e: &CorpoNonLetto) -> Risposta {
    let stato = match e {
        CorpoNonLetto::TroppoGrande { .. } => StatusCode::PAYLOAD_TOO_LARGE,
        CorpoNonLetto::Interrotto(_) => StatusCode::BAD_REQUEST,
    };
    let mut r = risposta(stato, "text/plain; charset=utf-8", format!("{e}\n"));
    r.headers_mut()
        .insert(header::CONNECTION, HeaderValue::from_static("close"));
    r
}

/// A failure of ours on the wire: the platform's 500 with a fault string that says whose it is.
fn guasto(e: &ErroreServizio, v: VersioneSoap) -> Risposta {
    let testo = format!("SIMULATORE {}: {}", e.codice.unwrap_or("SIM005"), e.testo);
    let testo = testo.replace('&', "&amp;").replace('<', "&lt;");
    let xml = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<env:Envelope xmlns:env=\"{}\"><env:Body><env:Fault>\
         <faultcode>env:Server</faultcode><faultstring>{testo}</faultstring></env:Fault></env:Body></env:Envelope>",
        v.ns()
    );
    risposta(
        StatusCode::from_u16(e.http).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR),
        v.content_type(),
        xml,
    )
}

/// Who exists and what is revoked, read from the register for one request.
struct Anagrafica<'s> {
    sim: &'s Simulatore,
    ambiente: Ambiente,
}

impl Censimento for Anagrafica<'_> {
    fn revocato(&self, impronta_sha256: &[u8; 32], _cn: &str) -> bool {
        // An unreadable register must not let a revoked certificate pass.
        self.sim.certificato_revocato(impronta_sha256).unwrap_or(true)
    }

    fn operatore(&self, name_id: &str) -> Option<OperatoreVisto> {
        if self.ambiente == Ambiente::Test
            && let Some(comune) = utente_free(name_id)
        {
            return Some(OperatoreVisto {
                attivo: true,
                comuni: vec![comune],
                funzioni: vec!["*".into()],
            });
        }
        let o = self.sim.registro().operatore(name_id).ok().flatten()?;
        // Not created in this environment is as unknown (#2603).
        if !o.ambienti.contains(&self.ambiente) {
            return None;
        }
        Some(OperatoreVisto {
            attivo: o.stato.lavora(),
            comuni: o.comuni.into_iter().collect(),
            funzioni: o.funzioni.into_iter().collect(),
        })
    }
}

/// The generic user of the FREE environment, part of our test environment: `USERSFREETESTnnn` acts for 888nnn.
fn utente_free(name_id: &str) -> Option<CodiceIstat> {
    let cifre = name_id.strip_prefix("USERSFREETEST")?;
    if cifre.len() != 3 {
        return None;
    }
    CodiceIstat::parse(&format!("888{cifre}")).ok()
}

impl Simulatore {
    /// One exchange from its bytes to its reply, journal included.
    pub(crate) fn scambio_soap(
        &self,
        ambiente: Ambiente,
        percorso: &str,
        content_type: Option<&str>,
        corpo: &[u8],
        colpo: Option<Colpo>,
    ) -> Risposta {
        let inizio = std::time::Instant::now();
        let mut scambio = self.scambio_nuovo(ambiente.chiave(), "POST", percorso);
        if let Some(c) = colpo {
            scambio.passi.push(passo_guasto(c));
        }
        let mut reply = if let Some(c) = colpo.filter(|c| c.tipo != TipoGuasto::Ritardo) {
            self.colpita(c, versione_di(content_type), &mut scambio)
        } else if let Some(punto) = operazioni::punto(percorso) {
            self.esamina_ed_esegui(ambiente, punto, content_type, corpo, &mut scambio)
        } else {
            let fault = Fault::nuovo(TipoFault::F3, format!("Percorso sconosciuto: {percorso}"));
            scambio.passi.push(Passo {
                nome: "percorso".into(),
                verdetto: Verdetto::Fermato,
                regola: "spec security §1.2".into(),
                atteso: operazioni::PUNTI
                    .iter()
                    .map(|p| p.percorso)
                    .collect::<Vec<_>>()
                    .join(" | "),
                osservato: percorso.into(),
                spiegazione: "I percorsi distinguono maiuscole e minuscole.".into(),
            });
            self.con_fault(&fault, VersioneSoap::V11, &mut scambio)
        };
        scambio.http = reply.status().as_u16();
        // Where the scenario clock stands still, replies and journals are the same from run to run.
        let fermo = self.registro().orologio().is_ok_and(|o| o.velocita == 0);
        if !fermo {
            scambio.durata_us = u64::try_from(inizio.elapsed().as_micros()).unwrap_or(u64::MAX);
        }
        self.firma_giornale(&mut reply, scambio);
        reply
    }

    fn esamina_ed_esegui(
        &self,
        ambiente: Ambiente,
        punto: &Punto,
        content_type: Option<&str>,
        corpo: &[u8],
        scambio: &mut Scambio,
    ) -> Risposta {
        scambio.operazione = Some(punto.operazione.to_owned());
        let censimento = Anagrafica { sim: self, ambiente };
        let adesso = self.adesso();
        let Esame {
            passi,
            versione,
            esito,
            evidenza,
        } = self
            .frontiera(ambiente)
            .esamina(corpo, content_type, &punto.servizio, &censimento, adesso);
        scambio.passi.extend(passi.into_iter().map(passo));
        scambio.comune = evidenza
            .id_sede
            .as_deref()
            .and_then(|s| CodiceIstat::parse(s).ok());
        scambio
            .id_operazione_comune
            .clone_from(&evidenza.id_operazione_comune);
        scambio.evidenza = serde_json::to_value(&evidenza).unwrap_or_default();
        let busta = match esito {
            Ok(busta) => busta,
            Err(fault) => return self.con_fault(&fault, versione, scambio),
        };
        let colpo = self.piano_guasti.al_servizio(ambiente, punto.operazione);
        if let Some(c) = colpo {
            scambio.passi.push(passo_guasto(c));
        }
        let fatta = match (colpo.map(|c| c.tipo), punto.nega) {
            (Some(TipoGuasto::Generico), Some(nega)) => nega(self, ambiente, &busta),
            // What has its reply refused is done first: it can be asked for again by its id.
            (None | Some(TipoGuasto::F9), _) => (punto.esegui)(self, ambiente, &busta),
            _ => Err(Mancata::Corpo(String::new())),
        };
        if let Some(c) = colpo.filter(|c| c.tipo != TipoGuasto::Generico) {
            return self.colpita(c, versione, scambio);
        }
        match fatta {
            Ok(fatta) => {
                scambio.esito = fatta.esito;
                scambio.causa = fatta.causa;
                let mut r = risposta(
                    StatusCode::OK,
                    versione.content_type(),
                    busta_risposta(versione, &fatta.xml),
                );
                r.headers_mut()
                    .insert("x-backside-transport", HeaderValue::from_static("OK OK"));
                r
            }
            Err(Mancata::Corpo(perche)) => {
                let causa = format!("corpo non valido per il servizio: {perche}");
                self.con_fault(&Fault::nuovo(TipoFault::F2, causa), versione, scambio)
            }
            Err(Mancata::Schema(perche)) => {
                tracing::error!(%perche, "risposta che viola lo schema");
                let causa = format!("SIM005: la nostra risposta viola lo schema: {perche}");
                self.con_fault(&Fault::nuovo(TipoFault::F9, causa), versione, scambio)
            }
            Err(Mancata::Guasto(e)) => {
                scambio.esito = EsitoScambio::Guasto;
                scambio.causa = Some(e.testo.clone());
                guasto(&e, versione)
            }
        }
    }

    /// The answer, or the lack of one, that a planned fault wants.
    fn colpita(&self, c: Colpo, versione: VersioneSoap, scambio: &mut Scambio) -> Risposta {
        let causa = format!("guasto pianificato: {}", c.tipo.parola());
        if let Some(tipo) = c.tipo.fault() {
            return self.con_fault(&Fault::nuovo(tipo, causa), versione, scambio);
        }
        scambio.esito = EsitoScambio::Fault;
        scambio.causa = Some(causa);
        let mut r = risposta(
            StatusCode::BAD_GATEWAY,
            "text/html",
            "<html><body>502 Bad Gateway</body></html>\n",
        );
        r.headers_mut()
            .insert(header::CONNECTION, HeaderValue::from_static("close"));
        if c.tipo == TipoGuasto::Taglio {
            r.extensions_mut().insert(Taglia);
        }
        r
    }

    #[expect(
        clippy::unused_self,
        reason = "the shape of a reply will depend on the environment's policy"
    )]
    fn con_fault(&self, fault: &Fault, versione: VersioneSoap, scambio: &mut Scambio) -> Risposta {
        scambio.esito = EsitoScambio::Fault;
        scambio.causa = Some(format!("{}: {}", fault.tipo.sigla(), fault.causa));
        let stato = StatusCode::from_u16(fault.http()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let mut r = risposta(stato, versione.content_type(), fault.xml(versione));
        r.headers_mut()
            .insert("x-backside-transport", HeaderValue::from_static("FAIL FAIL"));
        r.headers_mut()
            .insert(header::CONNECTION, HeaderValue::from_static("close"));
        r
    }

    /// Stores the exchange and names it on the reply. A journal that cannot be written never stops an answer.
    pub(crate) fn firma_giornale(&self, reply: &mut Risposta, scambio: Scambio) {
        match self.annota(scambio) {
            Ok(n) if !self.impostazioni().senza_diagnostica => {
                if let Ok(valore) = HeaderValue::from_str(&n.to_string()) {
                    reply
                        .headers_mut()
                        .insert(HeaderName::from_static(INTESTAZIONE_SCAMBIO), valore);
                }
            }
            Ok(_) => {}
            Err(e) => tracing::warn!(%e, "scambio non annotato nel giornale"),
        }
    }
}

/// The version to answer in when the envelope is not looked at.
fn versione_di(content_type: Option<&str>) -> VersioneSoap {
    let tipo = content_type.unwrap_or("").trim_start();
    let inizio = "application/soap+xml";
    if tipo
        .get(..inizio.len())
        .is_some_and(|t| t.eq_ignore_ascii_case(inizio))
    {
        VersioneSoap::V12
    } else {
        VersioneSoap::V11
    }
}

fn passo_guasto(c: Colpo) -> Passo {
    let attesa = match c.ritardo.as_millis() {
        0 => String::new(),
        ms => format!(" di {ms} ms"),
    };
    Passo {
        nome: "guasto-pianificato".into(),
        verdetto: if c.tipo == TipoGuasto::Ritardo {
            Verdetto::Avviso
        } else {
            Verdetto::Fermato
        },
        regola: "piano dei guasti".into(),
        atteso: String::new(),
        osservato: format!("{}{attesa}", c.tipo.parola()),
        spiegazione: format!(
            "Guasto pianificato: lo ha voluto la voce {} del piano (/api/guasti), non la richiesta.",
            c.voce
        ),
    }
}

fn passo(p: frontiera::Passo) -> Passo {
    Passo {
        nome: p.nome.to_owned(),
        verdetto: match p.verdetto {
            frontiera::Verdetto::Superato => Verdetto::Passato,
            frontiera::Verdetto::Fallito => Verdetto::Fermato,
            frontiera::Verdetto::NonEseguito => Verdetto::Saltato,
        },
        regola: p.regola.to_owned(),
        atteso: p.atteso.unwrap_or_default(),
        osservato: p.osservato.unwrap_or_default(),
        spiegazione: p.spiegazione.unwrap_or_default(),
    }
}

/// The body of a verified envelope as a tree, and what breaks its schema: nothing, where the perimeter validates.
pub(crate) fn albero_del_corpo(busta: &BustaVerificata) -> Esito<(Albero<'static>, Vec<Violazione>)> {
    let (ns, nome) = busta.radice();
    let modello = Modello::di(ns, nome)
        .ok_or_else(|| ErroreServizio::guasto(format!("nessuna grammatica per {nome} ({ns})")))?;
    Ok(schema::albero_qualunque(modello, busta.corpo()))
}
