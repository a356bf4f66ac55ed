//! The foreign stacks of `tests/interop`: how each client is prepared and called, and what it says in common words.
//!
//! Every client signs from scratch with the `.p12` of a postazione, opened by its own means, and trusts the simulator's
//! roots only. None shares a line with the simulator.

use std::{
    fs,
    path::{Path, PathBuf},
    process::{Command, Stdio},
    sync::Mutex,
};

use serde_json::{Value, json};

use crate::{Banco, attrezzo, pagine::radice, programma, stretto};

/// Jars of Debian the Java client stands on.
const JAR: [&str; 9] = [
    "wss4j",
    "xmlsec",
    "bcpkix",
    "bcprov",
    "bcutil",
    "commons-logging",
    "commons-codec",
    "slf4j-api",
    "slf4j-nop",
];
/// xmlseclibs as `cargo xtask test` lays it down.
const XMLSECLIBS: &str = "prove-php/usr/share/simplesamlphp/vendor/robrichards/xmlseclibs/xmlseclibs.php";

/// One compilation at a time: tests of one binary run in parallel.
static COMPILAZIONE: Mutex<()> = Mutex::new(());

/// A foreign stack.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Pila {
    /// Python, lxml and xmlsec.
    Lxml,
    /// Python, zeep.
    Zeep,
    /// Node, soap and xml-crypto.
    Node,
    /// PHP, ext-soap and xmlseclibs.
    Php,
    /// Java, WSS4J and Santuario: the official example client's shape.
    Java,
    /// gSOAP with its WSSE plugin.
    Gsoap,
    /// The command lines xmlsec1, openssl and curl.
    Xmlsec,
    /// .NET (Mono) with SignedXml, in WCF's layout.
    Wcf,
    /// Object Pascal without any library of XML, canonical strings by hand.
    Delphi,
}

/// One call.
#[derive(Debug, Clone, Copy)]
pub struct Chiamata<'c> {
    /// Environment, as in the ready file.
    pub ambiente: &'c str,
    /// Who calls.
    pub comune: &'c str,
    /// The file to deliver by S001; without it, TestConn.
    pub file: Option<&'c Path>,
    /// RSA-SHA256 instead of RSA-SHA1.
    pub sha256: bool,
    /// Body changed after signing.
    pub altera: bool,
}

impl Pila {
    /// All of them.
    pub const TUTTE: [Self; 9] = [
        Self::Lxml,
        Self::Zeep,
        Self::Node,
        Self::Php,
        Self::Java,
        Self::Gsoap,
        Self::Xmlsec,
        Self::Wcf,
        Self::Delphi,
    ];

    /// Its name in tables.
    pub fn nome(self) -> &'static str {
        match self {
            Self::Lxml => "Python lxml + xmlsec",
            Self::Zeep => "Python zeep",
            Self::Node => "Node soap + xml-crypto",
            Self::Php => "PHP ext-soap + xmlseclibs",
            Self::Java => "Java WSS4J + Santuario",
            Self::Gsoap => "gSOAP + WSSE",
            Self::Xmlsec => "xmlsec1 + curl",
            Self::Wcf => ".NET SignedXml (WCF)",
            Self::Delphi => "Pascal a mano (Delphi)",
        }
    }

    /// Whether what it needs is here; running strictly, it must be.
    pub fn presente(self) -> bool {
        match self {
            Self::Lxml | Self::Zeep => attrezzo("python3") && python(),
            Self::Node => {
                attrezzo("node")
                    && c_e(
                        &interop().join("node/node_modules/soap"),
                        "i pacchetti npm di Node",
                    )
            }
            Self::Php => {
                attrezzo("php")
                    && c_e(&bersaglio().join(XMLSECLIBS), "xmlseclibs")
                    && riesce_a(
                        Command::new("php").args([
                            "-r",
                            "exit(extension_loaded('soap') && extension_loaded('dom') ? 0 : 1);",
                        ]),
                        "php-soap o php-xml",
                    )
            }
            Self::Java => attrezzo("javac") && c_e(Path::new(&jar("wss4j")), "libwss4j-java"),
            Self::Gsoap => {
                ["wsdl2h", "soapcpp2", "cc", "curl"].into_iter().all(attrezzo)
                    && c_e(Path::new("/usr/include/openssl/cms.h"), "libssl-dev")
            }
            Self::Xmlsec => ["bash", "xmlsec1", "xmllint", "openssl", "curl"]
                .into_iter()
                .all(attrezzo),
            Self::Wcf => {
                ["mono", "mcs"].into_iter().all(attrezzo)
                    && c_e(
                        Path::new("/usr/lib/mono/4.5/System.Security.dll"),
                        "libmono-system-security4.0-cil",
                    )
            }
            Self::Delphi => ["fpc", "openssl", "curl"].into_iter().all(attrezzo),
        }
    }

    /// Calls, and gives `{"risposta":…,"esito":…}` or `{"fault":{"codice":…,"testo":…}}`; anything else panics.
    pub fn chiama(self, banco: &Banco, c: Chiamata<'_>) -> Value {
        let mut comando = self.comando(banco, c);
        if c.sha256 {
            comando.arg("--sha256");
        }
        if c.altera {
            comando.arg("--altera");
        }
        let uscita = comando
            .stdin(Stdio::null())
            .output()
            .unwrap_or_else(|e| panic!("{}: {e}", self.nome()));
        let detto = String::from_utf8_lossy(&uscita.stdout);
        let errori = String::from_utf8_lossy(&uscita.stderr);
        assert!(
            uscita.status.success(),
            "{}: {}\n{detto}\n{errori}",
            self.nome(),
            uscita.status
        );
        let v: Value = serde_json::from_str(&detto)
            .unwrap_or_else(|e| panic!("{}: {e}\n{detto}\n{errori}", self.nome()));
        self.in_comune(&v, c)
    }

    /// The command of a call, before its options.
    pub fn comando(self, banco: &Banco, c: Chiamata<'_>) -> Command {
        let qui = interop();
        let pronto = banco.dati.join("ready.json");
        let mut comando = match self {
            Self::Lxml => {
                let mut k = Command::new("python3");
                k.arg(qui.join("client_lxml.py"))
                    .arg(pronto)
                    .args([c.ambiente, c.comune, operazione(c)]);
                if let Some(f) = c.file {
                    k.arg("--file").arg(f);
                }
                return k;
            }
            Self::Zeep => {
                let mut k = Command::new("python3");
                k.arg(qui.join("client_zeep.py"))
                    .arg(pronto)
                    .args([c.ambiente, c.comune]);
                if let Some(f) = c.file {
                    k.arg("--file").arg(f);
                }
                return k;
            }
            Self::Node => con("node", &qui.join("node/client.mjs")),
            Self::Php => {
                let mut k = con("php", &qui.join("php/client.php"));
                k.env("XMLSECLIBS", bersaglio().join(XMLSECLIBS));
                k
            }
            Self::Java => java("Client"),
            Self::Gsoap => Command::new(gsoap(banco)),
            Self::Xmlsec => con("bash", &qui.join("xmlsec/client.sh")),
            Self::Wcf => con("mono", &mono()),
            Self::Delphi => Command::new(pascal()),
        };
        comando
            .arg(operazione(c))
            .envs(variabili(banco, c.ambiente, c.comune));
        if let Some(f) = c.file {
            comando.arg(f);
        }
        comando
    }

    /// The older Python clients print what they got: here it takes the words of the others.
    fn in_comune(self, v: &Value, c: Chiamata<'_>) -> Value {
        match self {
            Self::Lxml => {
                let corpo = v["corpo"].as_str().unwrap_or_default();
                let fra = |nome: &str| {
                    corpo
                        .split_once(&format!("<{nome}>"))
                        .and_then(|(_, t)| t.split_once('<'))
                        .map(|(t, _)| t)
                };
                if v["http"] == 500 {
                    return json!({"fault": {"codice": fra("faultcode"), "testo": fra("faultstring")}});
                }
                let risposta = ["rispostaOK", "rispostaKO", "RispostaConnessione"]
                    .into_iter()
                    .find(|r| corpo.contains(r));
                json!({"risposta": risposta, "esito": fra("esitoOperazione")})
            }
            Self::Zeep if v["fault"].is_object() => v.clone(),
            Self::Zeep if c.file.is_some() => {
                let r = &v["subentroS001"]["risposta"];
                let nome = if r["rispostaKO"].is_null() {
                    "rispostaOK"
                } else {
                    "rispostaKO"
                };
                json!({"risposta": nome, "esito": r[nome]["testataRisposta"]["esitoOperazione"]})
            }
            Self::Zeep => {
                json!({"risposta": "RispostaConnessione", "esito": v["testConn"]["risposta"]["esitoOperazione"]})
            }
            _ => v.clone(),
        }
    }
}

fn operazione(c: Chiamata<'_>) -> &'static str {
    if c.file.is_some() { "S001" } else { "TEST" }
}

/// The folder of the clients.
pub fn interop() -> PathBuf {
    radice().join("tests/interop")
}

/// The build folder of this run.
fn bersaglio() -> PathBuf {
    programma()
        .ancestors()
        .nth(2)
        .expect("a program lies two below the build folder")
        .to_path_buf()
}

/// The file that loads xmlseclibs.
pub fn xmlseclibs() -> PathBuf {
    bersaglio().join(XMLSECLIBS)
}

/// What a client knows of the world (see `tests/interop/prepara.sh`).
pub fn variabili(banco: &Banco, ambiente: &str, comune: &str) -> Vec<(&'static str, String)> {
    let testo = |v: &Value| v.as_str().expect("a text in ready.json").to_owned();
    let (a, p) = (&banco.pronto["ambienti"][ambiente], banco.postazione(comune));
    vec![
        ("ANPR_URL", testo(&a["ws"])),
        ("ANPR_TIPO_INVIO", testo(&a["tipoInvio"])),
        ("ANPR_CA", testo(&banco.pronto["ca"])),
        ("ANPR_P12", testo(&p["p12"])),
        ("ANPR_PASSWORD", testo(&p["password"])),
        (
            "ANPR_OPERATORE",
            testo(&banco.comune(comune)["operatori"][0]["nameId"]),
        ),
    ]
}

fn con(interprete: &str, script: &Path) -> Command {
    let mut k = Command::new(interprete);
    k.arg(script);
    k
}

fn jar(nome: &str) -> String {
    format!("/usr/share/java/{nome}.jar")
}

/// A program made of one source, compiled anew when the source has changed.
fn compilato(sorgente: &Path, cartella: &str, compila: impl FnOnce(&Path) -> Command) -> PathBuf {
    let fuori = bersaglio().join("prove-interop").join(cartella);
    let segno = fuori.join(sorgente.file_name().expect("a source has a name"));
    let testo = fs::read(sorgente).unwrap_or_else(|e| panic!("{}: {e}", sorgente.display()));
    let turno = COMPILAZIONE
        .lock()
        .unwrap_or_else(std::sync::PoisonError::into_inner);
    if fs::read(&segno).ok().as_ref() != Some(&testo) {
        fs::create_dir_all(&fuori).expect("a folder");
        riesce(&mut compila(&fuori));
        fs::write(&segno, testo).expect("a mark");
    }
    drop(turno);
    fuori
}

/// A class of `tests/interop/java`.
pub fn java(classe: &str) -> Command {
    let jar = JAR.map(jar).join(":");
    let sorgente = interop().join("java").join(format!("{classe}.java"));
    let classi = compilato(&sorgente, "java", |fuori| {
        let mut k = Command::new("javac");
        k.args(["-proc:none", "-cp", &jar, "-d"])
            .arg(fuori)
            .arg(&sorgente);
        k
    });
    let mut k = Command::new("java");
    k.args(["-XX:TieredStopAtLevel=1", "-cp"])
        .arg(format!("{}:{jar}", classi.display()))
        .arg(classe);
    k
}

fn mono() -> PathBuf {
    let sorgente = interop().join("wcf/Client.cs");
    let fuori = compilato(&sorgente, "wcf", |fuori| {
        let mut k = Command::new("mcs");
        k.args(["-nologo", "-r:System.Security.dll"])
            .arg(format!("-out:{}", fuori.join("Client.exe").display()))
            .arg(&sorgente);
        k
    });
    fuori.join("Client.exe")
}

fn pascal() -> PathBuf {
    let sorgente = interop().join("delphi/client.pas");
    let fuori = compilato(&sorgente, "delphi", |fuori| {
        let mut k = Command::new("fpc");
        k.arg("-v0").arg(format!("-FE{}", fuori.display())).arg(&sorgente);
        k
    });
    fuori.join("client")
}

/// The gSOAP client, generated out of the contracts this bench publishes.
fn gsoap(banco: &Banco) -> PathBuf {
    let cartella = bersaglio().join("prove-interop/gsoap");
    let turno = COMPILAZIONE
        .lock()
        .unwrap_or_else(std::sync::PoisonError::into_inner);
    riesce(
        Command::new("bash")
            .arg(interop().join("gsoap/costruisci.sh"))
            .arg(&cartella)
            .envs(variabili(banco, "test", "888001")),
    );
    drop(turno);
    cartella.join("client")
}

fn riesce(comando: &mut Command) {
    let uscita = comando
        .stdin(Stdio::null())
        .output()
        .unwrap_or_else(|e| panic!("{comando:?}: {e}"));
    assert!(
        uscita.status.success(),
        "{comando:?}:\n{}{}",
        String::from_utf8_lossy(&uscita.stdout),
        String::from_utf8_lossy(&uscita.stderr)
    );
}

/// Whether a file a stack needs is here; running strictly, it must be.
pub fn c_e(file: &Path, che_cosa: &str) -> bool {
    let si = file.exists();
    assert!(
        si || !stretto(),
        "manca {che_cosa}: lo installa `cargo xtask test`"
    );
    if !si {
        eprintln!("saltato: manca {che_cosa} (lo installa `cargo xtask test`)");
    }
    si
}

/// Whether a command that tries something succeeds; running strictly, it must.
fn riesce_a(comando: &mut Command, che_cosa: &str) -> bool {
    let si = comando
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .is_ok_and(|s| s.success());
    assert!(
        si || !stretto(),
        "manca {che_cosa}: lo installa `cargo xtask test`"
    );
    if !si {
        eprintln!("saltato: manca {che_cosa} (lo installa `cargo xtask test`)");
    }
    si
}

fn python() -> bool {
    riesce_a(
        Command::new("python3").args(["-c", "import lxml, xmlsec, zeep, cryptography"]),
        "lxml, xmlsec, zeep o cryptography",
    )
}
