//! The command line, exactly as the public contract names it.
//!
//! Every option of `serve` may also stand in the TOML file of `--config`, under the same name; what is typed wins.

use std::{borrow::Cow, net::IpAddr, path::PathBuf};

use anagrafe::Data;
use clap::{Args, Parser, Subcommand, ValueEnum};
use serde::Deserialize;

/// Simulatore degli ambienti di prova di ANPR – dati fittizi.
#[derive(Debug, Parser)]
#[command(name = "anpr-sim", version, max_term_width = 110)]
pub(crate) struct Riga {
    /// Lingua dei messaggi
    #[arg(long, global = true, value_enum, default_value_t = Lingua::It)]
    pub(crate) lang: Lingua,
    #[command(subcommand)]
    pub(crate) comando: Option<Comando>,
}

/// Language of the output for people.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Lingua {
    It,
    En,
}

impl Lingua {
    /// The text in this language; both stand side by side where they are written.
    pub(crate) fn scegli<T>(self, it: T, en: T) -> T {
        match self {
            Self::It => it,
            Self::En => en,
        }
    }

    /// A line written in Italian, in this language.
    pub(crate) fn riga(self, testo: &str) -> Cow<'_, str> {
        match self {
            Self::It => Cow::Borrowed(testo),
            Self::En => lingua::inglese().riga(testo),
        }
    }

    /// Why a command could not do its work: each cause in this language.
    pub(crate) fn errore(self, e: &anyhow::Error) -> String {
        let detti: Vec<String> = e.chain().map(|c| self.righe(&c.to_string())).collect();
        detti.join(": ")
    }

    /// Several lines, each in this language.
    pub(crate) fn righe(self, testo: &str) -> String {
        testo.split_inclusive('\n').map(|r| self.riga(r)).collect()
    }
}

#[derive(Debug, Subcommand)]
pub(crate) enum Comando {
    /// Avvia i tre ambienti e la console (è il comando predefinito)
    Serve(Box<Serve>),
    /// Verifica file APR/AIRE come farebbe l'elaborazione, senza server
    Check(Check),
    /// Scrive una fornitura sintetica valida, con i difetti richiesti e il loro manifesto
    Generate(Generate),
    /// Lo sportello delle postazioni: certificati di prova
    Cert(Cert),
    /// Compone, firma e invia una richiesta, e stampa la risposta
    Send(Send),
    /// Spiega un codice: gravità, quando scatta, come si rimedia
    Explain(Explain),
    /// Il percorso di un Comune dall'inizio alla fine, raccontato
    Demo(Demo),
    /// Aspetta che un simulatore in esecuzione sia pronto
    Wait(Wait),
}

/// Options of `serve`; all optional, so that the file of `--config` can fill what is not typed.
#[derive(Clone, Debug, Default, Args, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub(crate) struct Serve {
    /// Cartella dei dati [predefinita: ./anpr-data]
    #[arg(long, value_name = "DIR")]
    pub(crate) data: Option<PathBuf>,
    /// Nulla resta su disco all'uscita: una cartella temporanea privata
    #[arg(long)]
    pub(crate) ephemeral: bool,
    /// Cartella delle chiavi, fatte una volta e riusate [predefinita: DIR/pki]
    #[arg(long, value_name = "DIR")]
    pub(crate) pki: Option<PathBuf>,
    /// Indirizzi su cui ascoltare [predefiniti: 127.0.0.1 e ::1]
    #[arg(long, value_name = "ADDR")]
    pub(crate) listen: Vec<IpAddr>,
    /// Porta dell'ambiente di test (0 = una libera) [predefinita: 8443]
    #[arg(long, value_name = "PORTA")]
    pub(crate) test_port: Option<u16>,
    /// Porta del pre-subentro [predefinita: 8444]
    #[arg(long, value_name = "PORTA")]
    pub(crate) pre_port: Option<u16>,
    /// Porta del subentro [predefinita: 8445]
    #[arg(long, value_name = "PORTA")]
    pub(crate) sub_port: Option<u16>,
    /// Porta dell'accesso con carta [predefinita: 8446]
    #[arg(long, value_name = "PORTA")]
    pub(crate) carta_port: Option<u16>,
    /// Porta della console e dell'API di controllo [predefinita: 8080]
    #[arg(long, value_name = "PORTA")]
    pub(crate) console_port: Option<u16>,
    /// Risponde anche ai nomi reali degli host (da risolvere qui con il file hosts)
    #[arg(long)]
    pub(crate) nomi_reali: bool,
    /// Altri nomi con cui la console può essere chiamata
    #[arg(long, value_name = "NOME")]
    pub(crate) console_host: Vec<String>,
    /// Altri nomi con cui gli ambienti possono essere chiamati: entrano nei certificati del server
    #[arg(long, value_name = "NOME")]
    pub(crate) nome_host: Vec<String>,
    /// Gettone richiesto dalla console fuori dal loopback
    #[arg(
        long,
        value_name = "GETTONE",
        env = "ANPR_SIM_CONSOLE_TOKEN",
        hide_env_values = true
    )]
    pub(crate) console_token: Option<String>,
    /// Che fare di un file AIRE di tracciato ignoto [predefinito: opaco]
    #[arg(long, value_enum, value_name = "MODO")]
    pub(crate) aire_ignoto: Option<AireIgnoto>,
    /// Altro tracciato del file AIRE, ripetibile: vale per le righe della sua lunghezza
    #[arg(long, value_name = "FILE")]
    pub(crate) aire_layout: Vec<PathBuf>,
    /// Politica delle verifiche (TOML o JSON): gravità per codice e scelte aperte
    #[arg(long, value_name = "FILE")]
    pub(crate) politica: Option<PathBuf>,
    /// Politica di sicurezza: faithful, permissive, o una cartella con test.toml, pre.toml, sub.toml
    /// [predefinita: faithful]
    #[arg(long, value_name = "faithful|permissive|DIR")]
    pub(crate) sicurezza: Option<String>,
    /// Cartella di lezioni per il formatore (.toml), oltre a quelle incluse
    #[arg(long, value_name = "DIR")]
    pub(crate) lezioni: Option<PathBuf>,
    /// Catalogo dei testi: osservato (predefinito) o tabella
    #[arg(long, value_name = "CATALOGO")]
    pub(crate) testi_catalogo: Option<elaborazione::testi::CatalogoTesti>,
    /// Elenco ufficiale dei testi (xlsx o csv): le sue parole al posto delle nostre
    #[arg(long, value_name = "FILE")]
    pub(crate) testi: Option<PathBuf>,
    /// Seme di tutto ciò che è casuale [predefinito: 1]
    #[arg(long, value_name = "N")]
    pub(crate) seed: Option<u64>,
    /// Data dello scenario [predefinita: quella di oggi]
    #[arg(long, value_name = "AAAA-MM-GG")]
    pub(crate) oggi: Option<Data>,
    /// Velocità dell'orologio dello scenario: 1 come il vero, 0 fermo (ogni evento lo sposta di un secondo) [predefinita: 1]
    #[arg(long, value_name = "N")]
    pub(crate) velocita: Option<u32>,
    /// Dove sta lo stato: `sled` è incluso
    #[arg(long, value_name = "sled|postgres://…")]
    pub(crate) store: Option<String>,
    /// Dimensione del giornale degli scambi su disco, in MiB [predefinita: 64]
    #[arg(long, value_name = "MIB", value_parser = clap::value_parser!(u64).range(1..=65_536))]
    pub(crate) giornale_mib: Option<u64>,
    /// Scambi che il giornale conserva [predefiniti: 100000]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(8..=10_000_000))]
    pub(crate) giornale_voci: Option<u64>,
    /// Toglie l'intestazione X-Anpr-Sim-Scambio dalle risposte
    #[arg(long)]
    pub(crate) senza_diagnostica: bool,
    /// Secondi senza uso dopo i quali una sessione dell'applicazione web finisce [predefiniti: 1800]
    #[arg(long, value_name = "SECONDI")]
    pub(crate) sessione_inattiva: Option<u32>,
    /// Secondi dopo i quali una sessione finisce comunque [predefiniti: 28800]
    #[arg(long, value_name = "SECONDI")]
    pub(crate) sessione_massima: Option<u32>,
    /// Secondi in cui una richiesta di certificato resta in lavorazione [predefiniti: 0]
    #[arg(long, value_name = "SECONDI")]
    pub(crate) attesa_rilascio: Option<u32>,
    /// Secondi in cui un certificato ripristinato è ancora rifiutato [predefiniti: 0]
    #[arg(long, value_name = "SECONDI")]
    pub(crate) attesa_ripristino: Option<u32>,
    /// Inoltra anche a un server SMTP di questo computer i messaggi per indirizzi .test e .example
    #[arg(long, value_name = "HOST:PORTA")]
    pub(crate) smtp_relay: Option<String>,
    /// Finisce quando chi lo ha avviato chiude il suo standard input (lo usa `demo`)
    #[arg(long, hide = true)]
    #[serde(skip)]
    pub(crate) fino_a_stdin: bool,
    /// File TOML con le stesse opzioni
    #[arg(long, value_name = "FILE")]
    #[serde(skip)]
    pub(crate) config: Option<PathBuf>,
}

/// What to do with an AIRE file whose layout is not known.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum AireIgnoto {
    /// Taken without reading inside.
    Opaco,
    /// Refused with EN010.
    Rifiuta,
}

#[derive(Debug, Args)]
pub(crate) struct Check {
    /// File APR o AIRE: .gz, oppure già espansi (.xml, .txt); - è l'ingresso standard
    #[arg(required_unless_present = "aire_layout", value_name = "FILE")]
    pub(crate) file: Vec<PathBuf>,
    /// Nome del file letto dall'ingresso standard, come lo si invierebbe
    #[arg(long, value_name = "NOME")]
    pub(crate) nome: Option<String>,
    /// Forma del rapporto
    #[arg(long, value_enum, default_value_t = Formato::Testo)]
    pub(crate) format: Formato,
    /// Come --format json
    #[arg(long)]
    pub(crate) json: bool,
    /// Comune che invia [predefinito: dal nome del file]
    #[arg(long, value_name = "ISTAT")]
    pub(crate) comune: Option<String>,
    /// Ambiente di cui applicare le regole: test, pre, sub
    #[arg(long, default_value = "pre")]
    pub(crate) ambiente: anagrafe::Ambiente,
    /// Altro tracciato del file AIRE, ripetibile; senza altri FILE lo verifica e lo mostra
    #[arg(long, value_name = "FILE")]
    pub(crate) aire_layout: Vec<PathBuf>,
    /// Data a cui verificare [predefinita: oggi]
    #[arg(long, value_name = "AAAA-MM-GG")]
    pub(crate) oggi: Option<Data>,
    /// Salta il confronto con l'Anagrafe Tributaria
    #[arg(long)]
    pub(crate) senza_ae: bool,
    /// Manifesto con le differenze dell'Anagrafe Tributaria
    #[arg(long, value_name = "FILE")]
    pub(crate) manifesto: Option<PathBuf>,
    /// Fornitura precedente: dice quali anomalie sono scomparse, nuove, rimaste
    #[arg(long, value_name = "FILE", num_args = 1..)]
    pub(crate) confronta: Vec<PathBuf>,
    /// Oscura nomi e codici fiscali (già così in sarif e junit, che viaggiano)
    #[arg(long, conflicts_with = "in_chiaro")]
    pub(crate) oscura: bool,
    /// Lascia in chiaro nomi e codici fiscali anche in sarif e junit
    #[arg(long)]
    pub(crate) in_chiaro: bool,
    /// File TOML o JSON delle scelte: gravità dei codici (E, W, off) e interruttori
    #[arg(long, value_name = "FILE")]
    pub(crate) politica: Option<PathBuf>,
    /// Catalogo dei testi: osservato (predefinito) o tabella
    #[arg(long, value_name = "CATALOGO")]
    pub(crate) testi_catalogo: Option<elaborazione::testi::CatalogoTesti>,
    /// Elenco ufficiale dei testi (xlsx o csv): le sue parole al posto delle nostre
    #[arg(long, value_name = "FILE")]
    pub(crate) testi: Option<PathBuf>,
    /// Come junit mostra gli avvisi
    #[arg(long, value_enum, default_value_t = AvvisiJunit::Saltati, value_name = "MODO")]
    pub(crate) junit_avvisi: AvvisiJunit,
    /// Anomalie riportate per codice (0 = tutte; html e junit al più 1000); i conteggi sono sempre esatti
    #[arg(long, value_name = "N", default_value_t = 20)]
    pub(crate) max_campioni: usize,
    /// Thread da usare [predefinito: i core della macchina]
    #[arg(long, value_name = "N")]
    pub(crate) fili: Option<usize>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Formato {
    /// Per le persone, nel terminale
    Testo,
    /// L'oggetto dell'API: esito, file, conteggi, anomalie
    Json,
    /// Una riga per anomalia, con le colonne dell'API
    Csv,
    /// SARIF 2.1.0, alla riga e colonna del contenuto espanso
    Sarif,
    /// Un caso di prova per ogni codice del catalogo
    Junit,
    /// Una sola pagina, senza richieste esterne
    Html,
}

/// How a CI sees warnings.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum AvvisiJunit {
    /// Casi saltati, con il loro numero
    Saltati,
    /// Casi passati che stampano
    Testo,
    /// Casi falliti
    Falliti,
}

#[derive(Debug, Args)]
pub(crate) struct Generate {
    /// Codice ISTAT del Comune
    #[arg(long, value_name = "ISTAT", default_value = "888001")]
    pub(crate) comune: String,
    /// Versione della fornitura
    #[arg(long, value_name = "N", default_value_t = 1)]
    pub(crate) versione: u16,
    /// Schede APR
    #[arg(long, value_name = "N", default_value_t = 1000)]
    pub(crate) abitanti: u64,
    /// Schede AIRE
    #[arg(long, value_name = "N", default_value_t = 0)]
    pub(crate) aire: u64,
    /// File APR in cui dividere la fornitura [predefinito: quanti ne servono per stare sotto 14 MiB]
    #[arg(long, value_name = "K")]
    pub(crate) invii: Option<u16>,
    /// Seme di ciò che è casuale: lo stesso seme dà gli stessi file
    #[arg(long, value_name = "N", default_value_t = 1)]
    pub(crate) seed: u64,
    /// Data di estrazione [predefinita: oggi]
    #[arg(long, value_name = "AAAA-MM-GG")]
    pub(crate) oggi: Option<Data>,
    /// Quanti difetti: nessuno, o quelli di un archivio vero, secondo i tassi pubblicati
    #[arg(long, value_enum, default_value_t = Profilo::Pulito)]
    pub(crate) profilo: Profilo,
    /// Difetti da piantare, per esempio ES092=3,EC001=1 (si aggiungono a quelli del profilo; `elenco` stampa i codici)
    #[arg(long, value_name = "CODICE=N,…")]
    pub(crate) anomalie: Option<String>,
    /// Cartella in cui scrivere
    #[arg(long, value_name = "DIR", default_value = ".")]
    pub(crate) out: PathBuf,
    /// Stampa il risultato in JSON
    #[arg(long)]
    pub(crate) json: bool,
}

/// How many defects a synthetic delivery has.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Profilo {
    /// Nessuno
    Pulito,
    /// Ai tassi pubblicati: una scheda su dieci
    Realistico,
}

#[derive(Debug, Args)]
pub(crate) struct Cert {
    #[command(subcommand)]
    pub(crate) azione: AzioneCert,
}

#[derive(Debug, Subcommand)]
pub(crate) enum AzioneCert {
    /// Emette un certificato di postazione
    Issue(CertIssue),
    /// Elenca i certificati emessi
    List(CertList),
    /// Revoca un certificato (serve un simulatore in esecuzione)
    Revoke(CertId),
    /// Annulla una revoca (serve un simulatore in esecuzione)
    Restore(CertId),
    /// Emette il certificato che segue: CO-9999 e CO-9998 si alternano, gli altri conservano il numero
    Renew(CertRenew),
    /// Copia .p12, .pem e chiave in una cartella, o scarica in un archivio tutti i .p12 di un Comune
    Export(CertExport),
    /// Importa certificati pubblici altrui nella lista di fiducia (serve un simulatore in esecuzione)
    Import(CertImport),
    /// Emette la carta di un operatore, un certificato per il browser (serve un simulatore in esecuzione)
    Card(CertCard),
}

#[derive(Debug, Args)]
pub(crate) struct CertList {
    /// Solo quelli di questo Comune
    #[arg(long, value_name = "ISTAT")]
    pub(crate) comune: Option<String>,
    /// Solo quelli in questo stato: "in lavorazione", attivo, revocato, scaduto
    #[arg(long, value_name = "STATO", value_parser = stato_certificato)]
    pub(crate) stato: Option<servizi::StatoCertificato>,
    /// Solo quelli che finiscono entro tanti giorni
    #[arg(long, value_name = "GIORNI")]
    pub(crate) scade_entro: Option<u16>,
    #[command(flatten)]
    pub(crate) dove: CertDove,
}

fn stato_certificato(testo: &str) -> Result<servizi::StatoCertificato, String> {
    servizi::StatoCertificato::parse(testo)
        .ok_or_else(|| "in lavorazione, attivo, revocato, scaduto".to_owned())
}

#[derive(Debug, Args)]
pub(crate) struct CertRenew {
    /// Id della postazione, o impronta SHA-256 del certificato
    pub(crate) id: String,
    /// Copia i file del nuovo in questa cartella
    #[arg(long, value_name = "DIR")]
    pub(crate) out: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) dove: CertDove,
}

#[derive(Debug, Args)]
pub(crate) struct CertImport {
    /// File PEM, DER, .p7b o .p12
    #[arg(required_unless_present_any = ["elenco", "togli"], value_name = "FILE")]
    pub(crate) file: Option<PathBuf>,
    /// Solo per questo ambiente: test, pre, sub [predefinito: tutti]
    #[arg(long)]
    pub(crate) ambiente: Option<anagrafe::Ambiente>,
    /// Password del .p12; la sua chiave non è conservata
    #[arg(
        long,
        value_name = "PASSWORD",
        env = "ANPR_SIM_P12_PASSWORD",
        hide_env_values = true
    )]
    pub(crate) password: Option<String>,
    /// Elenca gli importati
    #[arg(long, conflicts_with_all = ["file", "togli"])]
    pub(crate) elenco: bool,
    /// Toglie quello con questa impronta SHA-256
    #[arg(long, value_name = "IMPRONTA", conflicts_with = "file")]
    pub(crate) togli: Option<String>,
    #[command(flatten)]
    pub(crate) dove: CertDove,
}

#[derive(Debug, Args)]
pub(crate) struct CertCard {
    /// Codice ISTAT del Comune
    #[arg(long, value_name = "ISTAT")]
    pub(crate) comune: String,
    /// Nome utente dell'operatore (NameID) [predefinito: il primo del Comune pronto]
    #[arg(long, value_name = "NAMEID")]
    pub(crate) operatore: Option<String>,
    /// Difetto voluto: scaduto, futuro, revocato, ca-altrui
    #[arg(long, value_name = "DIFETTO")]
    pub(crate) difetto: Option<certs::Difetto>,
    /// La scheda resta da attivare: l'accesso con carta è rifiutato finché l'ALS non la attiva
    #[arg(long)]
    pub(crate) da_attivare: bool,
    /// Copia .p12, .pem e chiave in questa cartella
    #[arg(long, value_name = "DIR")]
    pub(crate) out: Option<PathBuf>,
    /// Forma del .p12 copiato: universale, moderno, antico
    #[arg(long, value_name = "FORMA")]
    pub(crate) compat: Option<certs::FormaP12>,
    #[command(flatten)]
    pub(crate) dove: CertDove,
}

#[derive(Debug, Args)]
pub(crate) struct CertDove {
    /// Cartella dei dati del simulatore
    #[arg(long, value_name = "DIR", default_value = "./anpr-data")]
    pub(crate) data: PathBuf,
    /// Stampa il risultato in JSON
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Args)]
pub(crate) struct CertIssue {
    /// Codice ISTAT del Comune
    #[arg(long, value_name = "ISTAT")]
    pub(crate) comune: String,
    /// CO (Comune) o PC (postazione)
    #[arg(long, value_name = "CO|PC", default_value = "CO")]
    pub(crate) tipo: String,
    /// Numero della postazione [predefinito: il primo libero]
    #[arg(long, value_name = "N")]
    pub(crate) numero: Option<u16>,
    /// Difetto voluto: scaduto, futuro, revocato, ca-altrui, altro-ambiente, altro-comune, senza-cn, chiave-debole
    #[arg(long, value_name = "DIFETTO")]
    pub(crate) difetto: Option<String>,
    /// Ambiente che solo si fiderà del certificato: test, pre, sub [predefinito: tutti]
    #[arg(long)]
    pub(crate) ambiente: Option<anagrafe::Ambiente>,
    /// Copia anche i file in questa cartella
    #[arg(long, value_name = "DIR")]
    pub(crate) out: Option<PathBuf>,
    /// Forma del .p12 copiato: universale, moderno, antico
    #[arg(long, value_name = "FORMA")]
    pub(crate) compat: Option<certs::FormaP12>,
    #[command(flatten)]
    pub(crate) dove: CertDove,
}

#[derive(Debug, Args)]
pub(crate) struct CertId {
    /// Id della postazione, per esempio 888001-CO-0001, o impronta SHA-256 di un certificato
    pub(crate) id: String,
    #[command(flatten)]
    pub(crate) dove: CertDove,
}

#[derive(Debug, Args)]
pub(crate) struct CertExport {
    /// Id della postazione, per esempio 888001-CO-0000, o impronta SHA-256 di un certificato
    #[arg(required_unless_present = "comune")]
    pub(crate) id: Option<String>,
    /// Tutti i .p12 di questo Comune e le password, in un archivio zip
    #[arg(long, value_name = "ISTAT", conflicts_with = "id")]
    pub(crate) comune: Option<String>,
    /// Cartella in cui copiare
    #[arg(long, value_name = "DIR", default_value = ".")]
    pub(crate) out: PathBuf,
    /// Forma del .p12: universale (predefinita: Windows, Java, OpenSSL 3), moderno (AES-256), antico (RC2, come i veri)
    #[arg(long, value_name = "FORMA")]
    pub(crate) compat: Option<certs::FormaP12>,
    #[command(flatten)]
    pub(crate) dove: CertDove,
}

#[derive(Debug, Args)]
pub(crate) struct Send {
    /// Ambiente a cui inviare: test, pre, sub
    #[arg(long, default_value = "test")]
    pub(crate) ambiente: anagrafe::Ambiente,
    /// Operazione: TEST (connessione) o S001 [predefinita: TEST, o S001 se il difetto dà un rispostaKO]
    #[arg(long, value_name = "CODICE")]
    pub(crate) operazione: Option<String>,
    /// Comune che invia
    #[arg(long, value_name = "ISTAT", default_value = "888001")]
    pub(crate) comune: String,
    /// Corpo della richiesta (- = standard input)
    #[arg(long, value_name = "FILE|-")]
    pub(crate) body: Option<PathBuf>,
    /// File da inviare con S001, al posto di --body
    #[arg(long, value_name = "FILE")]
    pub(crate) file: Option<PathBuf>,
    /// Algoritmo di firma: sha1 o sha256
    #[arg(long, default_value = "sha1")]
    pub(crate) firma: String,
    /// Messaggio volutamente sbagliato (`elenco` stampa i nomi; docs/DIFETTI.md li spiega)
    #[arg(long, value_name = "DIFETTO")]
    pub(crate) difetto: Option<String>,
    /// Messaggio insolito ma giusto, ripetibile (`elenco` stampa i nomi)
    #[arg(long, value_name = "STRANEZZA")]
    pub(crate) stranezza: Vec<String>,
    /// Esce con 0 se arriva la risposta che difetto o stranezza meritano, con 1 altrimenti
    #[arg(long)]
    pub(crate) atteso: bool,
    /// Stampa il messaggio composto senza inviarlo
    #[arg(long)]
    pub(crate) stampa: bool,
    /// Certificato dello sportello con cui firmare [predefinito: il primo del Comune]
    #[arg(long, value_name = "ID")]
    pub(crate) postazione: Option<String>,
    /// Operatore da nominare [predefinito: il primo del Comune]
    #[arg(long, value_name = "NAMEID")]
    pub(crate) operatore: Option<String>,
    /// Certificato (PEM) con cui firmare messaggio e asserzione
    #[arg(long, value_name = "FILE")]
    pub(crate) cert_comune: Option<PathBuf>,
    /// La sua chiave (PKCS#8 in PEM)
    #[arg(long, value_name = "FILE")]
    pub(crate) chiave_comune: Option<PathBuf>,
    /// Certificato (PEM) con cui firmare l'identificativo di postazione
    #[arg(long, value_name = "FILE")]
    pub(crate) cert_postazione: Option<PathBuf>,
    /// La sua chiave (PKCS#8 in PEM)
    #[arg(long, value_name = "FILE")]
    pub(crate) chiave_postazione: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) dove: CertDove,
}

#[derive(Debug, Args)]
pub(crate) struct Explain {
    /// Codice, per esempio EF008 o SIM001
    pub(crate) codice: String,
    /// Elenco ufficiale dei testi (xlsx o csv), da mostrare accanto alle nostre parole
    #[arg(long, value_name = "FILE")]
    pub(crate) testi: Option<PathBuf>,
    /// Stampa la scheda in JSON
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Args)]
pub(crate) struct Demo {
    /// Aspetta INVIO dopo ogni passo
    #[arg(long)]
    pub(crate) passo_passo: bool,
    /// Stampa i passi in JSON, uno per riga
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Args)]
pub(crate) struct Wait {
    /// Cartella dei dati del simulatore atteso
    #[arg(long, value_name = "DIR", default_value = "./anpr-data")]
    pub(crate) data: PathBuf,
    /// Secondi dopo i quali rinunciare
    #[arg(long, value_name = "SECONDI", default_value_t = 30.0)]
    pub(crate) timeout: f64,
    /// Stampa il file pronto
    #[arg(long)]
    pub(crate) json: bool,
}
