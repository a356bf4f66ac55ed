//! The web-service side of an environment: path → envelope → operation → reply, each exchange in the journal.
//!
//! A caller gets exactly what ANPR would send, terse faults included; the journal keeps the verdict of every step
//! with its evidence, and `X-Anpr-Sim-Scambio` on the reply names the entry.

use std::borrow::Cow;
use std::sync::Arc;

use anagrafe::{Ambiente, CodiceIstat};
use bytes::Bytes;
use frontiera::{
    BustaVerificata, Causa, Censimento, Esame, Fault, OperatoreVisto, TipoFault, VersioneSoap, busta_risposta,
};
use http::{HeaderValue, Method, StatusCode, header, request::Parts};
use jiff::Timestamp;
use registro::{EsitoScambio, Lettura as _, Operatore, Passo, Scambio, Verdetto, Voce};
use schema::{Albero, Modello, Violazione};

use crate::{
    ErroreServizio, Esito, Simulatore,
    giornale::grezzo::{grezzo, percorso},
    guasti::{Colpo, TipoGuasto},
    http::{CodificaIgnota, CorpoNonLetto, GuastoCorpo, Richiesta, Risposta, Taglia, raccogli, risposta},
    operazioni::{self, Mancata, Punto},
    piano_di_test::PASSO_RIPETUTA,
    wsdl,
};

/// Bytes up to which a request is examined on the thread that read it: a tenth of a millisecond of work is not worth a
/// hand-over to another thread and back.
pub const IN_LINEA_BYTE: usize = 64 * 1024;
/// Names the journal entry of an exchange.
pub const INTESTAZIONE_SCAMBIO: &str = "x-anpr-sim-scambio";

/// Whether a path is one of the web services' (so that the application's pages leave it alone).
pub fn e_servizio(percorso: &str) -> bool {
    // Whatever the case: a path that is only nearly right deserves the services' answer, not a page's.
    let ws = percorso
        .get(..5)
        .is_some_and(|inizio| inizio.eq_ignore_ascii_case("/anpr"));
    ws || operazioni::punto(percorso).is_some()
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
    if parti.method != Method::POST {
        let mut r = wsdl::rispondi(sim, ambiente, &parti);
        if r.status().is_client_error() || r.status().is_server_error() {
            let causa = format!(
                "{} {} non è una richiesta di servizio: i servizi web rispondono a POST, e a GET …?wsdl con il contratto",
                parti.method,
                parti.uri.path()
            );
            sim.annota_rifiuto(ambiente, &parti, &mut r, &causa);
        }
        return r;
    }
    // What TLS already carried is read at most as far as the policy takes it (spec security §2.3).
    let massimo = sim.frontiera_ora(ambiente).politica().corpo_massimo;
    let corpo = if parti.extensions.get::<CodificaIgnota>().is_some() {
        Err(CorpoNonLetto::Interrotto(GuastoCorpo::CodificaIgnota.into()))
    } else {
        raccogli(corpo, massimo).await
    };
    let corpo = match corpo {
        Ok(byte) => byte,
        Err(e) => {
            let mut r = non_letto(&e);
            sim.annota_rifiuto(ambiente, &parti, &mut r, &e.to_string());
            return r;
        }
    };
    let operazione = operazioni::punto(parti.uri.path()).map_or("", |p| p.operazione);
    let colpo = sim.piano_guasti.alla_porta(ambiente, operazione);
    if let Some(ritardo) = colpo.map(|c| c.ritardo).filter(|r| !r.is_zero()) {
        tokio::time::sleep(ritardo).await;
    }
    // Whoever may wait (for files, for the turn of a Comune, for a register still opening) does so elsewhere.
    let breve = operazioni::punto(parti.uri.path()).is_none_or(|p| p.breve);
    if breve && corpo.len() <= IN_LINEA_BYTE && sim.registro_aperto() {
        return sim.scambio_soap(ambiente, &parti, &corpo, colpo);
    }
    let sim = Arc::clone(sim);
    let lavoro = tokio::task::spawn_blocking(move || sim.scambio_soap(ambiente, &parti, &corpo, colpo));
    lavoro.await.unwrap_or_else(|e| {
        guasto(
            &ErroreServizio::guasto(format!("servizio interrotto: {e}")),
            VersioneSoap::V11,
        )
        .0
    })
}

fn non_letto(e: &CorpoNonLetto) -> Risposta {
    let stato = match e {
        CorpoNonLetto::TroppoGrande { .. } => StatusCode::PAYLOAD_TOO_LARGE,
        CorpoNonLetto::Interrotto(perche) => perche
            .downcast_ref::<GuastoCorpo>()
            .map_or(StatusCode::BAD_REQUEST, |g| g.stato()),
    };
    let mut r = risposta(stato, "text/plain; charset=utf-8", format!("{e}\n"));
    r.headers_mut()
        .insert(header::CONNECTION, HeaderValue::from_static("close"));
    if stato == StatusCode::UNSUPPORTED_MEDIA_TYPE {
        r.headers_mut().insert(
            header::ACCEPT_ENCODING,
            HeaderValue::from_static("gzip, identity"),
        );
    }
    r
}

/// A reply and its body once more, for the journal.
type Uscita = (Risposta, Bytes);

fn uscita(stato: StatusCode, tipo: &'static str, contenuto: impl Into<Bytes>) -> Uscita {
    let byte = contenuto.into();
    (risposta(stato, tipo, byte.clone()), byte)
}

/// A failure of ours on the wire: the platform's 500 with a fault string that says whose it is.
fn guasto(e: &ErroreServizio, v: VersioneSoap) -> Uscita {
    let testo = format!("SIMULATORE {}: {}", e.codice.unwrap_or("SIM005"), e.testo);
    let testo = testo.replace('&', "&amp;").replace('<', "&lt;");
    let xml = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<env:Envelope xmlns:env=\"{}\"><env:Body><env:Fault>\
         <faultcode>env:Server</faultcode><faultstring>{testo}</faultstring></env:Fault></env:Body></env:Envelope>",
        v.ns()
    );
    uscita(
        StatusCode::from_u16(e.http).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR),
        v.content_type(),
        xml,
    )
}

/// Who exists and what is revoked, read from the register for one request.
pub(crate) struct Anagrafica<'s> {
    pub(crate) sim: &'s Simulatore,
    pub(crate) ambiente: Ambiente,
}

impl Censimento for Anagrafica<'_> {
    fn revocato(&self, impronta_sha256: &[u8; 32], _cn: &str) -> bool {
        // An unreadable register must not let a revoked certificate pass.
        self.sim.certificato_revocato(impronta_sha256).unwrap_or(true)
    }

    fn noto_al_comune(&self, name_id: &str, comune: CodiceIstat) -> bool {
        utente_free(name_id).is_none_or(|suo| suo == comune)
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
        let o = self.sim.operatore_visto(name_id).ok().flatten()?;
        // Not created in this environment is as unknown (#2603).
        if !o.ambienti.contains(&self.ambiente) {
            return None;
        }
        Some(OperatoreVisto {
            attivo: o.stato.lavora(),
            comuni: o.comuni.iter().copied().collect(),
            funzioni: o.funzioni.iter().cloned().collect(),
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
    fn operatore_visto(&self, name_id: &str) -> Esito<Option<Arc<Operatore>>> {
        let registro = self.registro();
        self.operatori_visti.chiedi(registro.versione(), name_id, || {
            Ok(registro.operatore(name_id)?.map(Arc::new))
        })
    }

    /// One exchange from its bytes to its reply, journal included.
    pub(crate) fn scambio_soap(
        &self,
        ambiente: Ambiente,
        parti: &Parts,
        corpo: &Bytes,
        colpo: Option<Colpo>,
    ) -> Risposta {
        let inizio = std::time::Instant::now();
        let adesso = self.adesso();
        let percorso = parti.uri.path();
        let content_type = parti
            .headers
            .get(header::CONTENT_TYPE)
            .and_then(|v| v.to_str().ok());
        let mut scambio = self.scambio_nuovo(ambiente.chiave(), "POST", &con_query(parti));
        if let Some(c) = colpo {
            scambio.passi.push(passo_guasto(c));
        }
        let (mut reply, byte) = if let Some(c) = colpo.filter(|c| c.tipo != TipoGuasto::Ritardo) {
            Self::colpita(c, versione_di(content_type), &mut scambio)
        } else if let Some(punto) = operazioni::punto(percorso) {
            self.esamina_ed_esegui(ambiente, punto, content_type, corpo, adesso, &mut scambio)
        } else {
            let fault = Fault::nuovo(TipoFault::F3, operazioni::perche_non_risponde(percorso));
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
                causa: Causa::Percorso.nome().into(),
            });
            Self::con_fault(&fault, VersioneSoap::V11, &mut scambio)
        };
        scambio.http = reply.status().as_u16();
        // Where the scenario clock stands still, replies and journals are the same from run to run.
        let fermo = self.orologio_visto().is_ok_and(|o| o.velocita == 0);
        if !fermo {
            scambio.durata_us = u64::try_from(inizio.elapsed().as_micros()).unwrap_or(u64::MAX);
        }
        let voce = Voce {
            scambio,
            istante: adesso,
            richiesta: grezzo(parti.version, &parti.headers, corpo),
            risposta: grezzo(parti.version, reply.headers(), &byte),
        };
        self.annota(&mut reply, voce);
        reply
    }

    /// A request that ended before it could be examined, or that is none of a service.
    pub(crate) fn annota_rifiuto(
        &self,
        ambiente: Ambiente,
        parti: &Parts,
        reply: &mut Risposta,
        causa: &str,
    ) {
        let mut scambio = self.scambio_nuovo(ambiente.chiave(), parti.method.as_str(), &con_query(parti));
        scambio.http = reply.status().as_u16();
        scambio.operazione = operazioni::punto(parti.uri.path()).map(|p| p.operazione.to_owned());
        scambio.causa = Some(format!("HTTP {}: {causa}", scambio.http));
        let voce = Voce {
            scambio,
            istante: self.adesso(),
            richiesta: grezzo(parti.version, &parti.headers, &Bytes::new()),
            risposta: grezzo(parti.version, reply.headers(), &Bytes::new()),
        };
        self.annota(reply, voce);
    }

    fn esamina_ed_esegui(
        &self,
        ambiente: Ambiente,
        punto: &Punto,
        content_type: Option<&str>,
        corpo: &[u8],
        adesso: Timestamp,
        scambio: &mut Scambio,
    ) -> Uscita {
        scambio.operazione = Some(punto.operazione.to_owned());
        let censimento = Anagrafica { sim: self, ambiente };
        let Esame {
            passi,
            versione,
            esito,
            evidenza,
        } = {
            let frontiera = self.frontiera(ambiente);
            // What the journal keeps whole can be looked at again; of a longer one it keeps the evidence.
            if corpo.len() > registro::giornale::CORPO_INTERO_BYTE {
                frontiera.esamina(corpo, content_type, &punto.servizio, &censimento, adesso)
            } else {
                frontiera.esamina_senza_prove(corpo, content_type, &punto.servizio, &censimento, adesso)
            }
        };
        scambio.passi.extend(passi.into_iter().map(passo));
        scambio.comune = evidenza
            .id_sede
            .as_deref()
            .and_then(|s| CodiceIstat::parse(s).ok())
            .or_else(|| esito.is_err().then(|| comune_dichiarato(corpo)).flatten());
        if !evidenza.confronti.is_empty() {
            scambio.evidenza = serde_json::to_value(&evidenza.confronti).unwrap_or_default();
        }
        scambio.id_operazione_comune = evidenza.id_operazione_comune;
        scambio.operatore = evidenza.name_id;
        scambio.postazione = evidenza.id_postazione;
        let busta = match esito {
            Ok(busta) => busta,
            Err(fault) => return Self::con_fault(&fault, versione, scambio),
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
            return Self::colpita(c, versione, scambio);
        }
        match fatta {
            Ok(fatta) => {
                if let Some(motivo) = fatta.motivo {
                    scambio
                        .passi
                        .push(passo_servizio(motivo, fatta.causa.as_deref().unwrap_or("")));
                }
                if fatta.ripetuta {
                    scambio
                        .passi
                        .push(passo_ripetuta(scambio.id_operazione_comune.as_deref()));
                }
                scambio.esito = fatta.esito;
                scambio.causa = fatta.causa;
                let mut u = uscita(
                    StatusCode::OK,
                    versione.content_type(),
                    busta_risposta(versione, &fatta.xml),
                );
                u.0.headers_mut()
                    .insert("x-backside-transport", HeaderValue::from_static("OK OK"));
                u
            }
            Err(Mancata::Corpo(perche)) => {
                let causa = format!("corpo non valido per il servizio: {perche}");
                Self::con_fault(&Fault::nuovo(TipoFault::F2, causa), versione, scambio)
            }
            Err(Mancata::Schema(perche)) => {
                tracing::error!(%perche, "risposta che viola lo schema");
                let causa = format!("SIM005: la nostra risposta viola lo schema: {perche}");
                Self::con_fault(&Fault::nuovo(TipoFault::F9, causa), versione, scambio)
            }
            Err(Mancata::Guasto(e)) => {
                scambio.esito = EsitoScambio::Guasto;
                scambio.causa = Some(e.testo.clone());
                guasto(&e, versione)
            }
        }
    }

    /// The answer, or the lack of one, that a planned fault wants.
    fn colpita(c: Colpo, versione: VersioneSoap, scambio: &mut Scambio) -> Uscita {
        let causa = format!("guasto pianificato: {}", c.tipo.parola());
        if let Some(tipo) = c.tipo.fault() {
            return Self::con_fault(&Fault::nuovo(tipo, causa), versione, scambio);
        }
        scambio.esito = EsitoScambio::Fault;
        scambio.causa = Some(causa);
        let mut u = uscita(
            StatusCode::BAD_GATEWAY,
            "text/html",
            "<html><body>502 Bad Gateway</body></html>\n",
        );
        u.0.headers_mut()
            .insert(header::CONNECTION, HeaderValue::from_static("close"));
        if c.tipo == TipoGuasto::Taglio {
            u.0.extensions_mut().insert(Taglia);
        }
        u
    }

    fn con_fault(fault: &Fault, versione: VersioneSoap, scambio: &mut Scambio) -> Uscita {
        scambio.esito = EsitoScambio::Fault;
        scambio.fault = Some(fault.tipo.sigla().into());
        scambio.causa = Some(format!("{}: {}", fault.tipo.sigla(), fault.causa));
        let stato = StatusCode::from_u16(fault.http()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let mut u = uscita(stato, versione.content_type(), fault.xml(versione));
        u.0.headers_mut()
            .insert("x-backside-transport", HeaderValue::from_static("FAIL FAIL"));
        u.0.headers_mut()
            .insert(header::CONNECTION, HeaderValue::from_static("close"));
        u
    }
}

/// The Comune a refused request says it is of, believed by nobody: so that its developer finds it in the journal.
fn comune_dichiarato(corpo: &[u8]) -> Option<CodiceIstat> {
    /// Bytes between the attribute's name and its value at most.
    const DISTANZA_BYTE: usize = 400;
    let da = memchr::memmem::find(corpo, b"\"IdSede\"")?;
    let qui = &corpo[da..corpo.len().min(da + DISTANZA_BYTE)];
    qui.split(|b| *b == b'>')
        .skip(1)
        .filter_map(|t| std::str::from_utf8(t.split(|b| *b == b'<').next()?).ok())
        .find_map(|t| CodiceIstat::parse(t.trim()).ok())
}

/// Path and query as sent, secrets masked.
fn con_query(parti: &Parts) -> String {
    parti
        .uri
        .path_and_query()
        .map_or_else(|| parti.uri.path().to_owned(), |p| percorso(p.as_str()))
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
        causa: Causa::GuastoPianificato.nome().into(),
    }
}

/// The step that says that the reply comes from memory.
fn passo_ripetuta(id: Option<&str>) -> Passo {
    Passo {
        nome: PASSO_RIPETUTA.into(),
        verdetto: Verdetto::Avviso,
        regola: "spec registrations §1.5".into(),
        atteso: String::new(),
        osservato: id.unwrap_or_default().to_owned(),
        spiegazione: "idOperazioneComune già visto: la risposta è quella di allora, e nulla è stato rifatto."
            .to_owned(),
        causa: "".into(),
    }
}

/// The service's own step, when it says no: its cause gives the remedy.
fn passo_servizio(motivo: Causa, detto: &str) -> Passo {
    Passo {
        nome: "servizio".into(),
        verdetto: Verdetto::Fermato,
        regola: "spec security §8".into(),
        atteso: String::new(),
        osservato: String::new(),
        spiegazione: detto.to_owned(),
        causa: motivo.nome().into(),
    }
}

fn passo(p: frontiera::Passo) -> Passo {
    Passo {
        nome: p.nome.into(),
        verdetto: match p.verdetto {
            frontiera::Verdetto::Superato => Verdetto::Passato,
            frontiera::Verdetto::Fallito => Verdetto::Fermato,
            frontiera::Verdetto::NonEseguito => Verdetto::Saltato,
        },
        regola: p.regola.into(),
        atteso: p.atteso.unwrap_or_default(),
        osservato: p.osservato.unwrap_or_default(),
        spiegazione: p.spiegazione.unwrap_or_default(),
        causa: p.causa.map_or("", Causa::nome).into(),
    }
}

/// The body of a verified envelope as a tree, and what breaks its schema: nothing, where the perimeter validates.
pub(crate) fn albero_del_corpo(
    busta: &BustaVerificata,
) -> Esito<(Cow<'_, Albero<'static>>, Vec<Violazione>)> {
    if let Some(letto) = busta.albero() {
        return Ok((Cow::Borrowed(letto), Vec::new()));
    }
    let (ns, nome) = busta.radice();
    let modello = Modello::di(ns, nome)
        .ok_or_else(|| ErroreServizio::guasto(format!("nessuna grammatica per {nome} ({ns})")))?;
    let (albero, violazioni) = schema::albero_qualunque(modello, busta.corpo());
    Ok((Cow::Owned(albero), violazioni))
}
