//! One simulator for all tests of the crate, driven without a socket.

#![allow(dead_code, reason = "each test file uses its own part")]

pub(crate) mod api;
pub(crate) mod inglese;
pub(crate) mod italiano;

use std::{
    path::PathBuf,
    sync::{Arc, OnceLock},
};

use anagrafe::{Ambiente, CodiceIstat};
use certs::{OpzioniPki, Pki};
use http::{HeaderMap, Method, StatusCode};
use serde_json::json;
use servizi::{
    Impostazioni, Indirizzi, Simulatore,
    http::{Corpo, Pari, Richiesta, corpo, raccogli},
};

/// The simulator and its folder.
pub(crate) struct Banco {
    /// The facade.
    pub(crate) sim: Arc<Simulatore>,
    cartella: tempfile::TempDir,
}

/// A reply, collected.
#[derive(Debug)]
pub(crate) struct Risposta {
    /// Status.
    pub(crate) stato: StatusCode,
    /// Headers.
    pub(crate) testate: HeaderMap,
    /// Body as text.
    pub(crate) testo: String,
}

/// Someone who got in.
pub(crate) struct Entrato {
    /// `nome=valore`, to be sent back.
    pub(crate) biscotto: String,
    /// The header that set it.
    pub(crate) testata: String,
    /// Token of the forms.
    pub(crate) csrf: String,
}

/// The one simulator of this test binary.
pub(crate) fn banco() -> &'static Banco {
    static BANCO: OnceLock<Banco> = OnceLock::new();
    BANCO.get_or_init(|| Banco::nuovo(|_| {}))
}

fn richiesta(metodo: Method, dove: &str, da: &str, testate: &[(&str, &str)], contenuto: Corpo) -> Richiesta {
    let mut r = http::Request::builder().method(metodo).uri(dove);
    if !testate.iter().any(|(n, _)| *n == "host") {
        r = r.header("host", "localhost");
    }
    for (n, v) in testate {
        r = r.header(*n, *v);
    }
    let mut r = r.body(contenuto).expect("request");
    r.extensions_mut().insert(Pari {
        indirizzo: da.parse().expect("address"),
    });
    r
}

async fn leggi(r: servizi::http::Risposta) -> Risposta {
    let (parti, corpo) = r.into_parts();
    let byte = raccogli(corpo, 64 << 20).await.expect("body");
    let letta = Risposta {
        stato: parti.status,
        testate: parti.headers,
        testo: String::from_utf8_lossy(&byte).into_owned(),
    };
    inglese::controlla(&letta);
    italiano::controlla(&letta);
    letta
}

const QUI: &str = "127.0.0.1:50000";

impl Banco {
    /// A simulator with keys of its own; `cambia` has the last word on its settings.
    pub(crate) fn nuovo(cambia: impl FnOnce(&mut Impostazioni)) -> Self {
        let cartella = tempfile::tempdir().expect("temporary folder");
        let opzioni = OpzioniPki {
            nomi: Vec::new(),
            nomi_reali: false,
            pronti: servizi::comuni_pronti()
                .iter()
                .map(|c| c.as_str().to_owned())
                .collect(),
            adesso: jiff::Timestamp::now(),
            fili: 2,
        };
        let pki = Pki::apri(&cartella.path().join("pki"), &opzioni).expect("keys");
        let mut i = Impostazioni::in_cartella(cartella.path().to_owned());
        i.oggi = anagrafe::leggi_data("2021-03-01");
        i.token_console = Some("gettone-di-prova".to_owned());
        i.host_console = vec!["banco.example".to_owned()];
        i.host_ambienti = vec![
            "servizidemografici.interno.it".to_owned(),
            "dashboard.anpr.it".to_owned(),
        ];
        cambia(&mut i);
        let sim = Simulatore::apri(i, pki).expect("simulator");
        sim.ascolta_su(Indirizzi {
            console: "http://127.0.0.1:8080".to_owned(),
            ambienti: [
                (Ambiente::Test, "https://localhost:8443".to_owned()),
                (Ambiente::Pre, "https://localhost:8444".to_owned()),
                (Ambiente::Sub, "https://localhost:8445".to_owned()),
            ],
            carta: "https://localhost:8446".to_owned(),
        });
        sim.popola();
        Self { sim, cartella }
    }

    /// Files of the data folder but those of the store and of the keys, which change by themselves.
    pub(crate) fn file_dei_dati(&self) -> Vec<PathBuf> {
        fn in_fondo(cartella: &std::path::Path, tutti: &mut Vec<PathBuf>) {
            for voce in std::fs::read_dir(cartella).into_iter().flatten().flatten() {
                let p = voce.path();
                if p.is_dir() {
                    in_fondo(&p, tutti);
                } else {
                    tutti.push(p);
                }
            }
        }
        let mut tutti = Vec::new();
        in_fondo(self.cartella.path(), &mut tutti);
        tutti.retain(|p| {
            let p = p.strip_prefix(self.cartella.path()).unwrap_or(p);
            !["pki", "registro", "giornale"].iter().any(|c| p.starts_with(c))
        });
        tutti.sort();
        tutti
    }

    /// A request to the console, from this machine.
    pub(crate) async fn console(
        &self,
        metodo: Method,
        dove: &str,
        testate: &[(&str, &str)],
        dentro: &str,
    ) -> Risposta {
        inglese::annota(dove, dentro);
        self.console_corpo(metodo, dove, testate, corpo(dentro.to_owned()))
            .await
    }

    /// The same with a body that streams.
    pub(crate) async fn console_corpo(
        &self,
        metodo: Method,
        dove: &str,
        testate: &[(&str, &str)],
        c: Corpo,
    ) -> Risposta {
        inglese::annota(dove, "");
        leggi(web::console(Arc::clone(&self.sim), richiesta(metodo, dove, QUI, testate, c)).await).await
    }

    /// A request to the console from another machine.
    pub(crate) async fn da_fuori(&self, dove: &str, testate: &[(&str, &str)]) -> Risposta {
        let r = richiesta(Method::GET, dove, "192.0.2.9:50000", testate, corpo(""));
        leggi(web::console(Arc::clone(&self.sim), r).await).await
    }

    /// A request to an environment.
    pub(crate) async fn ambiente(
        &self,
        a: Ambiente,
        metodo: Method,
        dove: &str,
        testate: &[(&str, &str)],
        dentro: &str,
    ) -> Risposta {
        inglese::annota(dove, dentro);
        let r = richiesta(metodo, dove, QUI, testate, corpo(dentro.to_owned()));
        leggi(web::ambiente(Arc::clone(&self.sim), a, r).await).await
    }

    /// A page of an environment with a cookie.
    pub(crate) async fn pagina(&self, a: Ambiente, dove: &str, biscotto: &str) -> Risposta {
        let testate: &[(&str, &str)] = if biscotto.is_empty() {
            &[]
        } else {
            &[("cookie", biscotto)]
        };
        self.ambiente(a, Method::GET, dove, testate, "").await
    }

    /// A form of somebody who is in.
    pub(crate) async fn manda(&self, a: Ambiente, chi: &Entrato, dove: &str, campi: &str) -> Risposta {
        let corpo = format!("csrf={}&{campi}", chi.csrf);
        let testate = [api::MODULO, ("cookie", chi.biscotto.as_str())];
        self.ambiente(a, Method::POST, dove, &testate, &corpo).await
    }

    /// Sends the login form.
    pub(crate) async fn prova_password(&self, a: Ambiente, nome: &str, password: &str) -> Risposta {
        let modulo = self.pagina(a, "/combas", "").await;
        let posato = modulo.testate["set-cookie"].to_str().expect("ascii");
        let biscotto = posato.split(';').next().unwrap_or_default().to_owned();
        let csrf = valore(&modulo.testo, "csrf");
        let dentro = format!("csrf={csrf}&name_id={nome}&password={}", codifica(password));
        self.ambiente(
            a,
            Method::POST,
            "/combas/entra",
            &[api::MODULO, ("cookie", &biscotto)],
            &dentro,
        )
        .await
    }

    /// A page of the card listener, without a certificate.
    pub(crate) async fn carta(&self, dove: &str) -> Risposta {
        self.carta_in(dove, &[]).await
    }

    /// The same with headers.
    pub(crate) async fn carta_in(&self, dove: &str, testate: &[(&str, &str)]) -> Risposta {
        let r = richiesta(Method::GET, dove, QUI, testate, corpo(""));
        leggi(web::carta(Arc::clone(&self.sim), r, None).await).await
    }

    /// A page of the card listener, with a certificate.
    pub(crate) async fn carta_con(&self, dove: &str, der: Vec<u8>) -> Risposta {
        let r = richiesta(Method::GET, dove, QUI, &[], corpo(""));
        leggi(web::carta(Arc::clone(&self.sim), r, Some(der)).await).await
    }

    /// Logs in by card: `/com`, the card listener, the ticket.
    pub(crate) async fn entra_con_carta(&self, a: Ambiente, der: Vec<u8>) -> Result<Entrato, Risposta> {
        let com = self.pagina(a, "/com", "").await;
        let legame = prima_parte(&com, &format!("__Host-anpr-{}-carta=", a.chiave()));
        let dove = com.testate["location"].to_str().expect("ascii");
        let dove = dove.split_once("8446").expect("the card listener").1.to_owned();
        let vista = self.carta_con(&dove, der).await;
        if vista.stato != StatusCode::SEE_OTHER {
            return Err(vista);
        }
        let ritorno = vista.testate["location"].to_str().expect("ascii");
        let ritorno = ritorno[ritorno.find("/com/entra").expect("a ticket")..].to_owned();
        let r = self.pagina(a, &ritorno, &legame).await;
        assert_eq!(r.stato, StatusCode::OK, "{}", r.testo);
        let biscotto = prima_parte(&r, &format!("__Host-anpr-{}=", a.chiave()));
        let csrf = valore(&self.pagina(a, "/combas", &biscotto).await.testo, "csrf");
        Ok(Entrato {
            testata: biscotto.clone(),
            biscotto,
            csrf,
        })
    }

    /// Sends the login form of an area (`privata`, `prefettura` or `dashboard`).
    pub(crate) async fn prova_area(&self, area: &str, nome: &str, password: &str) -> Risposta {
        let casa = casa_di(area);
        let modulo = self.pagina(Ambiente::Sub, casa, "").await;
        let biscotto = prima_parte(&modulo, &format!("__Host-anpr-{area}-ingresso="));
        let csrf = valore(&modulo.testo, "csrf");
        let dentro = format!(
            "csrf={csrf}&nome={}&password={}",
            codifica(nome),
            codifica(password)
        );
        self.ambiente(
            Ambiente::Sub,
            Method::POST,
            &format!("{casa}/entra"),
            &[api::MODULO, ("cookie", &biscotto)],
            &dentro,
        )
        .await
    }

    /// Logs into an area.
    pub(crate) async fn entra_in_area(&self, area: &str, nome: &str, password: &str) -> Entrato {
        let r = self.prova_area(area, nome, password).await;
        assert_eq!(r.stato, StatusCode::SEE_OTHER, "{}", r.testo);
        let biscotto = prima_parte(&r, &format!("__Host-anpr-{area}="));
        let casa = self.pagina(Ambiente::Sub, casa_di(area), &biscotto).await;
        Entrato {
            testata: biscotto.clone(),
            biscotto,
            csrf: valore(&casa.testo, "csrf"),
        }
    }

    /// Logs in the ready operator of a Comune.
    pub(crate) async fn entra(&self, a: Ambiente, istat: &str) -> Entrato {
        let pronto = self.sim.pronto().expect("ready");
        let comune = pronto["comuni"]
            .as_array()
            .expect("comuni")
            .iter()
            .find(|k| k["istat"] == istat)
            .expect("comune");
        let o = &comune["operatori"][0];
        let (nome, password) = (
            o["nameId"].as_str().expect("name"),
            o["password"].as_str().expect("password"),
        );
        self.entra_come(a, nome, password).await
    }

    /// Registers an operator with these roles and logs him in.
    pub(crate) async fn con_ruoli(&self, a: Ambiente, istat: &str, nome: &str, ruoli: &[&str]) -> Entrato {
        let profilo = json!({"ruoli": ruoli, "funzioni": ["*"], "password": "parola-sua"});
        api::metti(&format!("/api/comuni/{istat}/operatori/{nome}"), &profilo).await;
        self.entra_come(a, nome, "parola-sua").await
    }

    /// Logs in an operator with a password.
    pub(crate) async fn entra_come(&self, a: Ambiente, nome: &str, password: &str) -> Entrato {
        let r = self.prova_password(a, nome, password).await;
        assert_eq!(r.stato, StatusCode::SEE_OTHER, "{}", r.testo);
        let inizio = format!("__Host-anpr-{}=", a.chiave());
        let testata = r
            .testate
            .get_all("set-cookie")
            .iter()
            .filter_map(|v| v.to_str().ok())
            .find(|v| v.starts_with(&inizio))
            .expect("session cookie")
            .to_owned();
        let biscotto = testata.split(';').next().unwrap_or_default().to_owned();
        let csrf = valore(&self.pagina(a, "/combas", &biscotto).await.testo, "csrf");
        Entrato {
            biscotto,
            testata,
            csrf,
        }
    }

    /// Sends the upload form for an APR file, confirmed.
    pub(crate) async fn invia(
        &self,
        a: Ambiente,
        biscotto: &str,
        csrf: Option<&str>,
        nome: &str,
        file: &[u8],
    ) -> Risposta {
        let mut campi = vec![("tipo", "APR"), ("conferma", "si")];
        campi.extend(csrf.map(|c| ("csrf", c)));
        campi.reverse();
        self.invia_campi(a, biscotto, &campi, nome, file).await
    }

    /// Sends the upload form with these fields before the file.
    pub(crate) async fn invia_campi(
        &self,
        a: Ambiente,
        biscotto: &str,
        campi: &[(&str, &str)],
        nome: &str,
        file: &[u8],
    ) -> Risposta {
        self.carica(a, "/combas/invio", biscotto, campi, nome, file).await
    }

    /// Sends a form with a file.
    pub(crate) async fn carica(
        &self,
        a: Ambiente,
        dove: &str,
        biscotto: &str,
        campi: &[(&str, &str)],
        nome: &str,
        file: &[u8],
    ) -> Risposta {
        let mut dentro = Vec::new();
        inglese::annota(dove, nome);
        for (n, v) in campi {
            inglese::annota("", v);
            let parte = format!("--BORDO\r\nContent-Disposition: form-data; name=\"{n}\"\r\n\r\n{v}\r\n");
            dentro.extend_from_slice(parte.as_bytes());
        }
        let testa =
            format!("--BORDO\r\nContent-Disposition: form-data; name=\"file\"; filename=\"{nome}\"\r\n\r\n");
        dentro.extend_from_slice(testa.as_bytes());
        dentro.extend_from_slice(file);
        dentro.extend_from_slice(b"\r\n--BORDO--\r\n");
        let testate = [
            ("content-type", "multipart/form-data; boundary=BORDO"),
            ("cookie", biscotto),
        ];
        let r = richiesta(Method::POST, dove, QUI, &testate, corpo(dentro));
        leggi(web::ambiente(Arc::clone(&self.sim), a, r).await).await
    }

    /// The page of the state, once the simulator has nothing more to do there.
    pub(crate) async fn stato_finale(&self, a: Ambiente, biscotto: &str) -> String {
        for _ in 0..200 {
            let testo = self.pagina(a, "/combas", biscotto).await.testo;
            if !testo.contains("data-attesa") {
                return testo;
            }
            tokio::time::sleep(std::time::Duration::from_millis(50)).await;
        }
        panic!("l'elaborazione non finisce");
    }

    /// No spool file is left: the writer notices on its own thread, and other tests of this bench upload meanwhile.
    #[allow(dead_code, reason = "not every test file of the crate uploads")]
    pub(crate) async fn nessun_arrivo(&self) {
        for _ in 0..250 {
            if self.arrivi().is_empty() {
                return;
            }
            tokio::time::sleep(std::time::Duration::from_millis(20)).await;
        }
        panic!("restano {:?}", self.arrivi());
    }

    /// Spool files lying around.
    pub(crate) fn arrivi(&self) -> Vec<PathBuf> {
        let cartella = self.cartella.path().join("arrivi");
        let mut tutti: Vec<PathBuf> = std::fs::read_dir(cartella)
            .into_iter()
            .flatten()
            .filter_map(|e| Some(e.ok()?.path()))
            .collect();
        tutti.sort();
        tutti
    }

    /// Id of the last delivery of a Comune.
    pub(crate) fn fornitura_di(&self, a: Ambiente, istat: &str) -> String {
        let istat = CodiceIstat::parse(istat).expect("code");
        let tutte = self.sim.forniture(Some(a), Some(istat)).expect("forniture");
        tutte.last().expect("a delivery").id.to_string()
    }

    /// Ids of the messages of a Comune.
    pub(crate) fn pec_di(&self, istat: &str) -> Vec<String> {
        let istat = CodiceIstat::parse(istat).expect("code");
        self.sim
            .pec(Some(istat))
            .expect("pec")
            .iter()
            .map(|p| p.id.to_string())
            .collect()
    }
}

/// Home of an area.
pub(crate) fn casa_di(area: &str) -> &'static str {
    match area {
        "privata" => "/servizidemografici",
        "dashboard" => "/dashboard/subentro",
        _ => "/prefettura",
    }
}

/// `nome=valore` of the cookie whose header begins so.
pub(crate) fn prima_parte(r: &Risposta, inizio: &str) -> String {
    r.testate
        .get_all("set-cookie")
        .iter()
        .filter_map(|v| v.to_str().ok()?.split(';').next())
        .find(|v| v.starts_with(inizio))
        .unwrap_or_else(|| panic!("no cookie {inizio}: {} {}", r.stato, r.testo))
        .to_owned()
}

/// Value of a hidden field.
pub(crate) fn valore(html: &str, nome: &str) -> String {
    let segno = format!("name=\"{nome}\" value=\"");
    html.split(&segno)
        .nth(1)
        .and_then(|p| p.split('"').next())
        .unwrap_or_default()
        .to_owned()
}

pub(crate) fn codifica(testo: &str) -> String {
    testo.bytes().fold(String::new(), |s, b| format!("{s}%{b:02X}"))
}

/// What every page owes its reader.
pub(crate) fn dovute(r: &Risposta, dove: &str) {
    let h = |n: &str| {
        r.testate
            .get(n)
            .and_then(|v| v.to_str().ok())
            .unwrap_or_default()
            .to_owned()
    };
    assert!(
        h("content-security-policy").contains("default-src 'none'"),
        "{dove}"
    );
    assert!(!h("content-security-policy").contains("unsafe"), "{dove}");
    assert_eq!(h("x-content-type-options"), "nosniff", "{dove}");
    assert_eq!(h("x-frame-options"), "DENY", "{dove}");
    assert_eq!(h("cache-control"), "no-store", "{dove}");
    assert_eq!(h("referrer-policy"), "same-origin", "{dove}");
    let t = &r.testo;
    assert!(t.contains("<html lang=\"it\">"), "{dove}");
    assert!(t.contains("SIMULATORE – dati fittizi"), "{dove}");
    assert_eq!(t.matches("<h1").count(), 1, "{dove}");
    assert!(
        t.contains("href=\"#contenuto\"") && t.contains("<main id=\"contenuto\">"),
        "{dove}"
    );
    for vietato in [
        " style=\"",
        " onclick=",
        "javascript:",
        "<script>",
        "src=\"http",
        "href=\"//",
    ] {
        assert!(!t.contains(vietato), "{dove}: {vietato}");
    }
    // Every visible control has a label: its id is in a `for`, or it stands inside one.
    for pezzo in t
        .split("<input ")
        .skip(1)
        .chain(t.split("<select ").skip(1))
        .chain(t.split("<textarea ").skip(1))
    {
        let Some(fine) = pezzo.find('>') else { continue };
        let attributi = &pezzo[..fine];
        if attributi.contains("type=\"hidden\"")
            || attributi.contains("\"radio\"")
            || attributi.contains("\"checkbox\"")
        {
            continue;
        }
        let id = attributi
            .split("id=\"")
            .nth(1)
            .and_then(|p| p.split('"').next())
            .unwrap_or_default();
        assert!(
            !id.is_empty() && t.contains(&format!("for=\"{id}\"")),
            "{dove}: {attributi}"
        );
    }
    assert!(t.len() < 100_000, "{dove}: {} byte", t.len());
}
