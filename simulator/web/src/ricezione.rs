//! A body on its way in → a spool file (`Deposito`), without ever being whole in memory.
//!
//! The network side hands pieces to a blocking writer over a short channel. Only an explicit end makes an upload
//! complete: when the stream breaks, or this future is dropped, the writer sees the channel close without it and the
//! spool file is removed.

use bytes::Bytes;
use http_body_util::BodyExt as _;
use servizi::{Deposito, ErroreServizio, Esito, Simulatore, http::Corpo};
use std::{io::Write as _, sync::Arc};
use tokio::{sync::mpsc, task::JoinHandle};

/// Pieces under way between network and disk; each is at most one read of the socket.
const PEZZI_IN_VIAGGIO: usize = 8;
/// Most bytes of one text field of an upload form.
const LIMITE_CAMPO_BYTE: usize = 4096;
/// Most fields of an upload form.
const LIMITE_CAMPI: usize = 16;

enum Pezzo {
    Dati(Bytes),
    Fine,
}

/// The writing end of an upload.
pub(crate) struct Scrivano {
    canale: mpsc::Sender<Pezzo>,
    compito: JoinHandle<Esito<Deposito>>,
}

impl Scrivano {
    /// Opens a spool file and its writer.
    pub(crate) fn apri(sim: &Arc<Simulatore>) -> Self {
        let (canale, mut arrivo) = mpsc::channel(PEZZI_IN_VIAGGIO);
        let sim = Arc::clone(sim);
        let compito = tokio::task::spawn_blocking(move || {
            let mut deposito = sim.deposito()?;
            loop {
                match arrivo.blocking_recv() {
                    Some(Pezzo::Dati(b)) => deposito.write_all(&b).map_err(errore_scrittura)?,
                    Some(Pezzo::Fine) => {
                        deposito.flush().map_err(errore_scrittura)?;
                        return Ok(deposito);
                    }
                    None => return Err(interrotto()),
                }
            }
        });
        Self { canale, compito }
    }

    /// Hands over one piece; `false` when the writer has given up and its reason is waiting in [`Scrivano::chiudi`].
    pub(crate) async fn scrivi(&self, b: Bytes) -> bool {
        self.canale.send(Pezzo::Dati(b)).await.is_ok()
    }

    /// Ends the upload: the spool file, or why there is none.
    pub(crate) async fn chiudi(self) -> Esito<Deposito> {
        let _ = self.canale.send(Pezzo::Fine).await;
        self.compito.await.map_err(ErroreServizio::guasto)?
    }
}

fn interrotto() -> ErroreServizio {
    ErroreServizio::interrotto(
        "L'invio si è interrotto a metà: nulla è stato memorizzato. Ripetere l'invio del file.",
    )
}

fn errore_scrittura(e: std::io::Error) -> ErroreServizio {
    if e.kind() == std::io::ErrorKind::FileTooLarge {
        // Not SIM001, which speaks of the expanded size; and cut too early for EN002 to name a size.
        ErroreServizio {
            codice: Some("SIM013"),
            http: 413,
            testo: e.to_string(),
        }
    } else {
        e.into()
    }
}

/// The whole body is the file (control API).
pub(crate) async fn corpo_intero(sim: &Arc<Simulatore>, mut corpo: Corpo) -> Esito<Deposito> {
    let scrivano = Scrivano::apri(sim);
    while let Some(pezzo) = corpo.frame().await {
        let pezzo = pezzo.map_err(|_| interrotto())?;
        if let Ok(dati) = pezzo.into_data()
            && !scrivano.scrivi(dati).await
        {
            break;
        }
    }
    scrivano.chiudi().await
}

/// What an upload form held.
#[derive(Default)]
pub(crate) struct Modulo {
    /// Text fields.
    pub(crate) campi: Vec<(String, String)>,
    /// The file: its name as the browser told it, its bytes.
    pub(crate) file: Option<(String, Deposito)>,
}

impl Modulo {
    /// First value of a text field, empty when absent.
    pub(crate) fn campo(&self, nome: &str) -> &str {
        self.campi.iter().find(|(n, _)| n == nome).map_or("", |(_, v)| v)
    }
}

/// Reads a `multipart/form-data` upload. `csrf` must come before the file, so that a request without it never
/// reaches the disk; `permesso` judges it.
pub(crate) async fn modulo(
    sim: &Arc<Simulatore>,
    tipo: &str,
    corpo: Corpo,
    permesso: impl Fn(&str) -> bool,
) -> Result<Modulo, ErroreModulo> {
    let confine = multer::parse_boundary(tipo).map_err(|_| {
        ErroreServizio::richiesta("La pagina di invio manda un modulo con file: usare quella.")
    })?;
    let mut parti = multer::Multipart::new(corpo.into_data_stream(), confine);
    let mut fatto = Modulo::default();
    let mut consentito = false;
    let rotto = |_| ErroreModulo::from(interrotto());
    let mut quanti = 0;
    while let Some(mut parte) = parti.next_field().await.map_err(rotto)? {
        quanti += 1;
        if quanti > LIMITE_CAMPI {
            return Err(ErroreServizio::richiesta("Troppi campi nel modulo.").into());
        }
        let nome = parte.name().unwrap_or_default().to_owned();
        if nome == "file" {
            if !consentito {
                return Err(ErroreModulo::Csrf);
            }
            if fatto.file.is_some() {
                return Err(ErroreServizio::richiesta("Un file per volta.").into());
            }
            let nome_file = parte.file_name().unwrap_or_default().to_owned();
            let scrivano = Scrivano::apri(sim);
            while let Some(b) = parte.chunk().await.map_err(rotto)? {
                if !scrivano.scrivi(b).await {
                    break;
                }
            }
            fatto.file = Some((nome_file, scrivano.chiudi().await?));
        } else {
            let mut valore = Vec::new();
            while let Some(b) = parte.chunk().await.map_err(rotto)? {
                if valore.len() + b.len() > LIMITE_CAMPO_BYTE {
                    return Err(ErroreServizio::richiesta("Un campo del modulo è troppo lungo.").into());
                }
                valore.extend_from_slice(&b);
            }
            let valore = String::from_utf8(valore)
                .map_err(|_| ErroreServizio::richiesta("Un campo del modulo non è UTF-8."))?;
            if nome == "csrf" {
                consentito = permesso(&valore);
            }
            fatto.campi.push((nome, valore));
        }
    }
    if consentito {
        Ok(fatto)
    } else {
        Err(ErroreModulo::Csrf)
    }
}

/// What a form with a small file held.
#[derive(Default)]
pub(crate) struct Piccolo {
    campi: Vec<(String, String)>,
    /// The file: its name as the browser told it, its bytes.
    pub(crate) file: Option<(String, Vec<u8>)>,
}

impl Piccolo {
    /// First value of a text field, empty when absent.
    pub(crate) fn campo(&self, nome: &str) -> &str {
        self.campi.iter().find(|(n, _)| n == nome).map_or("", |(_, v)| v)
    }
}

/// Reads a `multipart/form-data` form with one file of at most `limite` bytes, kept in memory. Nothing of it may be used
/// before the caller has compared its token.
pub(crate) async fn piccolo(tipo: &str, corpo: Corpo, limite: usize) -> Esito<Piccolo> {
    let confine = multer::parse_boundary(tipo)
        .map_err(|_| ErroreServizio::richiesta("Questa pagina manda un modulo con file: usare quella."))?;
    let mut parti = multer::Multipart::new(corpo.into_data_stream(), confine);
    let mut fatto = Piccolo::default();
    let rotto = |_| interrotto();
    let mut quanti = 0;
    while let Some(mut parte) = parti.next_field().await.map_err(rotto)? {
        quanti += 1;
        if quanti > LIMITE_CAMPI {
            return Err(ErroreServizio::richiesta("Troppi campi nel modulo."));
        }
        let nome = parte.name().unwrap_or_default().to_owned();
        let e_file = nome == "file";
        let ammessi = if e_file { limite } else { LIMITE_CAMPO_BYTE };
        let nome_file = parte.file_name().unwrap_or_default().to_owned();
        let mut valore = Vec::new();
        while let Some(b) = parte.chunk().await.map_err(rotto)? {
            if valore.len() + b.len() > ammessi {
                return Err(ErroreServizio {
                    codice: Some("SIM013"),
                    http: 413,
                    testo: format!(
                        "Il file o un campo del modulo supera {ammessi} byte: nulla è stato preso."
                    ),
                });
            }
            valore.extend_from_slice(&b);
        }
        if e_file {
            fatto.file = Some((nome_file, valore));
        } else {
            let valore = String::from_utf8(valore)
                .map_err(|_| ErroreServizio::richiesta("Un campo del modulo non è UTF-8."))?;
            fatto.campi.push((nome, valore));
        }
    }
    Ok(fatto)
}

/// Why an upload form was not taken.
#[derive(Debug)]
pub(crate) enum ErroreModulo {
    /// The form's token is missing or not the session's.
    Csrf,
    /// Anything else.
    Servizio(ErroreServizio),
}

impl From<ErroreServizio> for ErroreModulo {
    fn from(e: ErroreServizio) -> Self {
        Self::Servizio(e)
    }
}
