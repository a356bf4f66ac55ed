//! `serve`: configuration → data folder and keys → sockets → ready line → until asked to end.
//!
//! Order matters for the first minute: the ports are bound before anything slow, so that a port taken is said at once;
//! the ready line is printed when every listener answers, while the inhabitants of the ready Comuni may still be
//! loading behind it (whoever asks for them waits).

use std::{
    fs,
    io::{IsTerminal as _, Write as _},
    net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr},
    path::{Path, PathBuf},
    sync::Arc,
};

use anagrafe::Ambiente;
use anpr_sim::trasporto::{
    Ascolto, BoxFuture, CertificatiPari, Filtro, Gestore, Limiti, Presa, Segnali, Trasporto, descrittori, tls,
};
use anyhow::{Context as _, Result, anyhow, bail};
use certs::{OpzioniPki, Pki};
use elaborazione::Politica;
use frontiera::politica::Preset;
use jiff::SignedDuration;
use servizi::{
    Ammissione, CartellaPresa, Destinazione, Impostazioni, Indirizzi, Libreria, LimitiGiornale, Politiche,
    Simulatore, comuni_pronti,
    http::{Porta, Richiesta, Risposta},
};

use super::{
    FILE_PRONTO, Fine,
    check::{elenco_testi, leggi_politica},
    da_toml, data_ammessa, solo_mio, tracciato,
};
use crate::opzioni::{AireIgnoto, Lingua, Serve};

/// Most threads that serve sockets: whatever is long runs on threads of its own. On one core a second one would only
/// take turns with the first.
const FILI_CONNESSIONI: usize = 2;
/// Allocations of so many bytes and more go back to the system when they are freed.
#[cfg(all(target_os = "linux", target_env = "gnu"))]
const SOGLIA_RESTITUZIONE_BYTE: u32 = 128 << 10;

/// Default folder of the data.
const DATI: &str = "./anpr-data";

pub(crate) fn esegui(o: Serve, l: Lingua) -> Result<Fine> {
    restituisci_la_memoria();
    tracing_subscriber::fmt()
        .with_env_filter(
            tracing_subscriber::EnvFilter::try_from_env("ANPR_SIM_LOG").unwrap_or_else(|_| "warn".into()),
        )
        .with_writer(std::io::stderr)
        // Colours are for eyes: a file or a pipe gets the words alone.
        .with_ansi(std::io::stderr().is_terminal())
        .init();
    let o = con_file(o)?;
    if let Some(store) = o.store.as_deref().filter(|s| *s != "sled") {
        bail!("--store {store}: in questa versione lo stato sta solo in sled, compreso nel programma");
    }
    // Typed or from the file: it is judged where both meet.
    o.oggi.map(data_ammessa).transpose()?;
    let indirizzi = if o.listen.is_empty() {
        vec![IpAddr::V4(Ipv4Addr::LOCALHOST), IpAddr::V6(Ipv6Addr::LOCALHOST)]
    } else {
        o.listen.clone()
    };
    if o.console_token.is_none() && indirizzi.iter().any(|i| !i.is_loopback()) {
        bail!(
            "--listen fuori dal loopback apre la console a chiunque: dare anche --console-token (o ANPR_SIM_CONSOLE_TOKEN)"
        );
    }
    // Before anything is made: a relay to elsewhere must not even begin, nor a room with half its lessons.
    let inoltro = o.smtp_relay.as_deref().map(Destinazione::parse).transpose();
    let inoltro = inoltro.map_err(|e| anyhow!(e))?;
    let lezioni = o.lezioni.as_deref().map(lezioni).transpose()?;
    // Kept until the end: dropping it removes an ephemeral folder.
    let (dati, _temporanea) = cartella_dei_dati(&o)?;
    // Before the keys: in a folder that another instance holds nothing may be made.
    let presa = CartellaPresa::prendi(&dati).map_err(|e| anyhow!("{e}"))?;
    let pki = apri_pki(&o, &dati, l)?;

    let prese = prese(&o, &indirizzi, &pki)?;
    let mut ascolti = Vec::with_capacity(prese.len());
    for presa in &prese {
        ascolti.push(Ascolto::lega(presa)?);
    }
    for avviso in ascolti.iter().flat_map(Ascolto::avvisi) {
        eprintln!("anpr-sim: {}", l.riga(avviso));
    }

    let impostazioni = Impostazioni {
        politica: politica(&o)?,
        sicurezza: sicurezza(o.sicurezza.as_deref())?,
        lezioni,
        inoltro,
        ..impostazioni(&o, dati.clone())
    };
    let sim = Simulatore::apri_presa(impostazioni, presa, pki).map_err(|e| anyhow!("{e}"))?;
    sim.ascolta_su(dove(&ascolti));
    tokio::runtime::Builder::new_multi_thread()
        .worker_threads(std::thread::available_parallelism().map_or(1, |n| n.get().min(FILI_CONNESSIONI)))
        .enable_all()
        .build()
        .context("il motore delle connessioni non parte")?
        .block_on(servi(&sim, ascolti, &dati, o.fino_a_stdin, l))?;
    sim.chiudi();
    let _ = fs::remove_file(dati.join(FILE_PRONTO));
    Ok(Fine::Bene)
}

/// Starts the program over again in this same process with the allocator's threshold fixed.
///
/// glibc raises that threshold by itself to the largest block freed so far, and from then on keeps what the reading of
/// a large file gave back: 70 MiB instead of 28 after the first start (docs/PRESTAZIONI.md has the other ways that were
/// tried). It is set by environment only, before the program begins. Whoever set it already keeps his own; if starting
/// over is not possible, nothing is lost but that memory.
#[cfg(all(target_os = "linux", target_env = "gnu"))]
fn restituisci_la_memoria() {
    use std::os::unix::process::CommandExt as _;
    const SOGLIA: &str = "MALLOC_MMAP_THRESHOLD_";
    if std::env::var_os(SOGLIA).is_some() {
        return;
    }
    let Ok(io) = std::env::current_exe() else { return };
    let mut argomenti = std::env::args_os();
    let mut comando = std::process::Command::new(io);
    if let Some(nome) = argomenti.next() {
        comando.arg0(nome);
    }
    let errore = comando
        .args(argomenti)
        .env(SOGLIA, SOGLIA_RESTITUZIONE_BYTE.to_string())
        .exec();
    tracing::debug!(%errore, "la memoria liberata resterà al processo");
}

/// Other allocators are left as they are.
#[cfg(not(all(target_os = "linux", target_env = "gnu")))]
fn restituisci_la_memoria() {}

async fn servi(
    sim: &Arc<Simulatore>,
    ascolti: Vec<Ascolto>,
    dati: &Path,
    fino_a_stdin: bool,
    l: Lingua,
) -> Result<()> {
    let limiti = Limiti {
        connessioni: descrittori::posti(ascolti.len()),
        ..Limiti::default()
    };
    let trasporto = Trasporto::nuovo(limiti, gestore(Arc::clone(sim))).con_filtro(filtro(Arc::clone(sim)));
    for ascolto in ascolti {
        trasporto.avvia(ascolto)?;
    }
    // Before the ready line: whoever reads it may ask us to end at once.
    let mut segnali = Segnali::ascolta()?;
    if fino_a_stdin {
        segnali.anche(fine_di_stdin()?);
    }
    let file = scrivi_pronto(sim, dati)?;
    let console = sim.indirizzi().map_or("", |i| i.console.as_str());
    println!(
        "pronto: console {console} – {} {}",
        l.scegli("dettagli in", "details in"),
        file.display()
    );
    std::io::stdout().flush()?;
    // Not before: on few cores it would slow the line down that everybody waits for.
    let popola = Arc::clone(sim);
    let cartella = dati.to_path_buf();
    let tardi = !sim.registro_aperto();
    let popolamento = tokio::task::spawn_blocking(move || {
        popola.popola();
        // What was said from memory is said again from the register.
        if tardi && let Err(errore) = scrivi_pronto(&popola, &cartella) {
            tracing::warn!(%errore, "file pronto non aggiornato");
        }
    });
    let chiusura = trasporto.fino_al_segnale(&mut segnali).await;
    if chiusura.tagliate > 0 {
        eprintln!(
            "anpr-sim: {} {}",
            chiusura.tagliate,
            l.scegli("connessioni chiuse a metà", "connections cut half-way")
        );
    }
    popolamento.await.context("avvio dello stato interrotto")
}

/// Who may connect: the environments ask their policy, the other doors take everybody.
fn filtro(sim: Arc<Simulatore>) -> Filtro {
    Arc::new(move |porta, ip| {
        let Porta::Ambiente(ambiente) = porta else {
            return Ammissione::Entra;
        };
        let esito = sim.ammissione(ambiente, ip);
        if esito != Ammissione::Entra {
            let sim = Arc::clone(&sim);
            tokio::task::spawn_blocking(move || sim.annota_rifiuto_di_rete(ambiente, ip));
        }
        esito
    })
}

/// Tells when standard input ends: whoever started us is gone, however it went.
fn fine_di_stdin() -> std::io::Result<tokio::sync::oneshot::Receiver<()>> {
    let (finita, avviso) = tokio::sync::oneshot::channel();
    // A thread of its own: a read that never ends would hold up the end of the runtime.
    std::thread::Builder::new().name("stdin".into()).spawn(move || {
        let _ = std::io::copy(&mut std::io::stdin().lock(), &mut std::io::sink());
        // Nobody listens any more when the end came by another way.
        let _ = finita.send(());
    })?;
    Ok(avviso)
}

/// The one place where a request finds its room.
fn gestore(sim: Arc<Simulatore>) -> Gestore {
    Arc::new(move |porta: Porta, richiesta: Richiesta| -> BoxFuture<Risposta> {
        let sim = Arc::clone(&sim);
        Box::pin(async move {
            match porta {
                Porta::Ambiente(a) => {
                    let a = ambiente_del_nome(&sim, &richiesta).unwrap_or(a);
                    if servizi::soap::e_richiesta(&richiesta) {
                        servizi::soap::rispondi(&sim, a, richiesta).await
                    } else {
                        web::ambiente(sim, a, richiesta).await
                    }
                }
                Porta::Carta => {
                    let mostrati = richiesta.extensions().get::<CertificatiPari>();
                    let certificato = mostrati.and_then(|c| c.0.first()).map(|c| c.to_vec());
                    web::carta(sim, richiesta, certificato).await
                }
                Porta::Console => web::console(sim, richiesta).await,
            }
        })
    })
}

/// The environment of the real host name a request was sent to, when the simulator answers to those names: then the
/// name decides and not the port, so that one port (443) serves them all.
fn ambiente_del_nome(sim: &Simulatore, richiesta: &Richiesta) -> Option<Ambiente> {
    let detto = richiesta.headers().get(http::header::HOST);
    let detto = detto
        .and_then(|v| v.to_str().ok())
        .or_else(|| richiesta.uri().host())?;
    let nome = detto.parse::<http::uri::Authority>().ok()?;
    let nome = nome.host();
    let nostro = sim
        .impostazioni()
        .host_ambienti
        .iter()
        .any(|n| n.eq_ignore_ascii_case(nome));
    certs::ambiente_reale(nome).filter(|_| nostro)?.parse().ok()
}

/// The ready file, written whole or not at all, readable by the owner alone: it holds passwords.
fn scrivi_pronto(sim: &Simulatore, dati: &Path) -> Result<PathBuf> {
    let file = dati.join(FILE_PRONTO);
    let testo = serde_json::to_string_pretty(&sim.pronto().map_err(|e| anyhow!("{e}"))?)?;
    let mut parte = tempfile::Builder::new().prefix("ready-").tempfile_in(dati)?;
    parte.write_all(testo.as_bytes())?;
    parte.write_all(b"\n")?;
    parte.persist(&file).with_context(|| file.display().to_string())?;
    Ok(fs::canonicalize(&file).unwrap_or(file))
}

fn cartella_dei_dati(o: &Serve) -> Result<(PathBuf, Option<tempfile::TempDir>)> {
    if o.ephemeral {
        if let Some(dati) = &o.data {
            bail!(
                "--ephemeral e --data {} si escludono: i dati di una prova effimera stanno in una cartella sua",
                dati.display()
            );
        }
        let t = tempfile::Builder::new()
            .prefix("anpr-sim-")
            .tempdir()
            .context("cartella temporanea")?;
        solo_mio(t.path())?;
        return Ok((t.path().to_path_buf(), Some(t)));
    }
    // Absolute: what the ready file says of keys is read from other folders.
    let dati = std::path::absolute(o.data.as_deref().unwrap_or_else(|| Path::new(DATI)))?;
    fs::create_dir_all(&dati).with_context(|| format!("cartella dei dati {}", dati.display()))?;
    solo_mio(&dati)?;
    Ok((dati, None))
}

fn apri_pki(o: &Serve, dati: &Path, l: Lingua) -> Result<Pki> {
    let dir = match &o.pki {
        Some(dir) => std::path::absolute(dir)?,
        None => dati.join("pki"),
    };
    if !dir.join("ca.pem").exists() {
        eprintln!(
            "anpr-sim: {} {} …",
            l.scegli(
                "primo avvio, preparo le chiavi di prova in",
                "first start, making the test keys in"
            ),
            dir.display()
        );
    }
    let opzioni = OpzioniPki {
        nomi: o.nome_host.clone(),
        nomi_reali: o.nomi_reali,
        pronti: comuni_pronti().iter().map(ToString::to_string).collect(),
        adesso: jiff::Timestamp::now(),
        fili: std::thread::available_parallelism().map_or(1, usize::from),
    };
    Pki::apri(&dir, &opzioni).with_context(|| format!("chiavi di prova in {}", dir.display()))
}

/// The five doors, in the order in which a taken port is reported.
fn prese(o: &Serve, indirizzi: &[IpAddr], pki: &Pki) -> Result<Vec<Presa>> {
    let reali = pki.server_reali()?;
    let con_tls = |chi: &str| -> Result<Arc<rustls::ServerConfig>> {
        let simulatore = pki.server(chi)?;
        let certificati = tls::CertificatiTls {
            simulatore: &simulatore,
            reali: reali.as_ref(),
        };
        // The card listener alone asks for a certificate.
        let chiede = (chi == "carta").then(tls::chiedi_la_carta);
        Ok(tls::configura(&certificati, chiede)?)
    };
    let presa = |porta, opzione, numero, tls| Presa {
        porta,
        opzione,
        numero,
        indirizzi: indirizzi.to_vec(),
        tls,
    };
    Ok(vec![
        presa(
            Porta::Ambiente(Ambiente::Test),
            "--test-port",
            o.test_port.unwrap_or(8443),
            Some(con_tls("test")?),
        ),
        presa(
            Porta::Ambiente(Ambiente::Pre),
            "--pre-port",
            o.pre_port.unwrap_or(8444),
            Some(con_tls("pre")?),
        ),
        presa(
            Porta::Ambiente(Ambiente::Sub),
            "--sub-port",
            o.sub_port.unwrap_or(8445),
            Some(con_tls("sub")?),
        ),
        presa(
            Porta::Carta,
            "--carta-port",
            o.carta_port.unwrap_or(8446),
            Some(con_tls("carta")?),
        ),
        presa(
            Porta::Console,
            "--console-port",
            o.console_port.unwrap_or(8080),
            console_tls(o, indirizzi, &con_tls)?,
        ),
    ])
}

/// The console is plain HTTP on loopback and TLS elsewhere (contract.md).
fn console_tls(
    _: &Serve,
    indirizzi: &[IpAddr],
    con_tls: &dyn Fn(&str) -> Result<Arc<rustls::ServerConfig>>,
) -> Result<Option<Arc<rustls::ServerConfig>>> {
    if indirizzi.iter().all(IpAddr::is_loopback) {
        Ok(None)
    } else {
        con_tls("test").map(Some)
    }
}

fn dove(ascolti: &[Ascolto]) -> Indirizzi {
    let numero = |i: usize| ascolti.get(i).map_or(0, Ascolto::numero);
    let console = ascolti.get(4);
    let host = console
        .and_then(|a| a.indirizzi().first())
        .map_or(IpAddr::V4(Ipv4Addr::LOCALHOST), SocketAddr::ip);
    let (schema, host) = if host.is_loopback() {
        ("http", host)
    } else {
        ("https", IpAddr::V4(Ipv4Addr::LOCALHOST))
    };
    Indirizzi {
        console: format!("{schema}://{}", SocketAddr::new(host, numero(4))),
        ambienti: [
            (Ambiente::Test, format!("https://localhost:{}", numero(0))),
            (Ambiente::Pre, format!("https://localhost:{}", numero(1))),
            (Ambiente::Sub, format!("https://localhost:{}", numero(2))),
        ],
        carta: format!("https://localhost:{}", numero(3)),
    }
}

fn impostazioni(o: &Serve, dati: PathBuf) -> Impostazioni {
    let base = Impostazioni::in_cartella(dati);
    let secondi =
        |dati: Option<u32>, altrimenti| dati.map_or(altrimenti, |s| SignedDuration::from_secs(i64::from(s)));
    Impostazioni {
        seme: o.seed.unwrap_or(1),
        oggi: o.oggi,
        velocita: o.velocita,
        giornale: giornale(o),
        senza_diagnostica: o.senza_diagnostica,
        token_console: o.console_token.clone(),
        host_console: o.console_host.clone(),
        host_ambienti: o
            .nome_host
            .iter()
            .cloned()
            .chain(nomi_reali(o.nomi_reali))
            .collect(),
        sessione_inattiva: secondi(o.sessione_inattiva, base.sessione_inattiva),
        sessione_massima: secondi(o.sessione_massima, base.sessione_massima),
        attesa_rilascio: secondi(o.attesa_rilascio, base.attesa_rilascio),
        attesa_ripristino: secondi(o.attesa_ripristino, base.attesa_ripristino),
        ..base
    }
}

/// How large the exchange journal may become.
fn giornale(o: &Serve) -> LimitiGiornale {
    let base = LimitiGiornale::default();
    LimitiGiornale {
        byte: o.giornale_mib.map_or(base.byte, |m| m.saturating_mul(1 << 20)),
        voci: o.giornale_voci.unwrap_or(base.voci),
        ..base
    }
}

/// The open choices of the elaboration: the file of `--politica`, and what has an option of its own.
fn politica(o: &Serve) -> Result<Politica> {
    let mut p = o
        .politica
        .as_deref()
        .map_or_else(|| Ok(Politica::default()), leggi_politica)?;
    match o.aire_ignoto {
        Some(AireIgnoto::Opaco) => p.aire_ignoto = elaborazione::AireIgnoto::Opaco,
        Some(AireIgnoto::Rifiuta) => p.aire_ignoto = elaborazione::AireIgnoto::Rifiuta,
        None => {}
    }
    p.layout_aire = tracciato::leggi(&o.aire_layout)?;
    if let Some(catalogo) = o.testi_catalogo {
        p.testi = catalogo;
    }
    if let Some(file) = &o.testi {
        p.elenco_testi = Some(Arc::new(elenco_testi(file)?));
    }
    Ok(p)
}

/// The policies of the perimeters: a preset, or the files of a folder; a file that is not there is as embedded.
fn sicurezza(scelta: Option<&str>) -> Result<Politiche> {
    let scelta = scelta.unwrap_or(Preset::Faithful.parola());
    if let Some(preset) = Preset::parse(scelta) {
        return Ok(Politiche::predefinite(preset));
    }
    let cartella = Path::new(scelta);
    if !cartella.is_dir() {
        bail!("--sicurezza {scelta}: non è faithful, non è permissive e non è una cartella");
    }
    let mut politiche = Politiche::predefinite(Preset::Faithful);
    let mut letti = 0;
    for (ambiente, politica) in Ambiente::TUTTI.into_iter().zip(&mut politiche.0) {
        let file = cartella.join(format!("{}.toml", ambiente.chiave()));
        if file.exists() {
            let testo = fs::read_to_string(&file).with_context(|| file.display().to_string())?;
            *politica = frontiera::Politica::leggi(ambiente, &file.display().to_string(), &testo)?;
            letti += 1;
        }
    }
    if letti == 0 {
        bail!("--sicurezza {scelta}: nella cartella non c'è test.toml, né pre.toml, né sub.toml");
    }
    Ok(politiche)
}

/// The lessons of a folder, besides those that are built in.
fn lezioni(cartella: &Path) -> Result<Arc<Libreria>> {
    Libreria::con_cartella(cartella)
        .map(Arc::new)
        .map_err(|e| anyhow!("--lezioni: {e}"))
}

/// The real host names, when the simulator answers to them.
fn nomi_reali(si: bool) -> impl Iterator<Item = String> {
    certs::NOMI_REALI
        .iter()
        .filter(move |_| si)
        .map(|n| (*n).to_owned())
}

/// What is typed wins over the file of `--config`.
fn con_file(o: Serve) -> Result<Serve> {
    let Some(file) = o.config.clone() else {
        return Ok(o);
    };
    let testo = fs::read_to_string(&file).with_context(|| file.display().to_string())?;
    let f: Serve = da_toml(&file, &testo)?;
    let elenco = |mie: Vec<_>, sue| if mie.is_empty() { sue } else { mie };
    Ok(Serve {
        data: o.data.or(f.data),
        ephemeral: o.ephemeral || f.ephemeral,
        pki: o.pki.or(f.pki),
        listen: if o.listen.is_empty() { f.listen } else { o.listen },
        test_port: o.test_port.or(f.test_port),
        pre_port: o.pre_port.or(f.pre_port),
        sub_port: o.sub_port.or(f.sub_port),
        carta_port: o.carta_port.or(f.carta_port),
        console_port: o.console_port.or(f.console_port),
        nomi_reali: o.nomi_reali || f.nomi_reali,
        console_host: elenco(o.console_host, f.console_host),
        nome_host: elenco(o.nome_host, f.nome_host),
        console_token: o.console_token.or(f.console_token),
        aire_ignoto: o.aire_ignoto.or(f.aire_ignoto),
        politica: o.politica.or(f.politica),
        sicurezza: o.sicurezza.or(f.sicurezza),
        lezioni: o.lezioni.or(f.lezioni),
        testi_catalogo: o.testi_catalogo.or(f.testi_catalogo),
        testi: o.testi.or(f.testi),
        aire_layout: if o.aire_layout.is_empty() {
            f.aire_layout
        } else {
            o.aire_layout
        },
        seed: o.seed.or(f.seed),
        oggi: o.oggi.or(f.oggi),
        velocita: o.velocita.or(f.velocita),
        store: o.store.or(f.store),
        smtp_relay: o.smtp_relay.or(f.smtp_relay),
        giornale_mib: o.giornale_mib.or(f.giornale_mib),
        giornale_voci: o.giornale_voci.or(f.giornale_voci),
        senza_diagnostica: o.senza_diagnostica || f.senza_diagnostica,
        sessione_inattiva: o.sessione_inattiva.or(f.sessione_inattiva),
        sessione_massima: o.sessione_massima.or(f.sessione_massima),
        attesa_rilascio: o.attesa_rilascio.or(f.attesa_rilascio),
        attesa_ripristino: o.attesa_ripristino.or(f.attesa_ripristino),
        fino_a_stdin: o.fino_a_stdin,
        config: None,
    })
}
