//! What surrounds every page: banner, place, menu, who is in, a notice.
//!
//! Pages are askama templates over `templates/base.html`; this is the part of their data they share, and the one way
//! from a template to a reply.

use anagrafe::Ambiente;
use askama::Template;
use http::{HeaderValue, StatusCode, header};
use servizi::{
    ErroreServizio,
    http::{Risposta, corpo, risposta},
    percorso::Area,
};

use crate::formati;

/// One entry of the menu.
#[derive(Debug)]
pub(crate) struct Voce {
    /// Its address.
    pub(crate) dove: &'static str,
    /// Its words.
    pub(crate) testo: &'static str,
    /// The page is this one.
    pub(crate) qui: bool,
    /// Things to read behind it.
    pub(crate) conta: usize,
}

/// Who is logged in.
#[derive(Debug)]
pub(crate) struct Utente {
    /// User name.
    pub(crate) nome: String,
    /// ISTAT code and name of the Comune.
    pub(crate) comune: String,
    /// Token of the forms.
    pub(crate) csrf: String,
    /// May see the pages of the security administrators.
    pub(crate) sicurezza: bool,
    /// Is the sindaco: asks for the contribution.
    pub(crate) sindaco: bool,
}

/// A notice above the page.
#[derive(Debug)]
pub(crate) struct Avviso {
    /// `ok`, `ko` or `corso`.
    pub(crate) classe: &'static str,
    /// The sentence.
    pub(crate) testo: String,
}

/// The shared part of a page.
#[derive(Debug)]
pub(crate) struct Cornice {
    /// Title, also the first heading.
    pub(crate) titolo: String,
    /// Where one is: an environment or the console.
    pub(crate) luogo: &'static str,
    /// Class of the body: the colour of the place.
    pub(crate) classe: &'static str,
    /// Address of the home of the place.
    pub(crate) inizio: &'static str,
    /// The menu.
    pub(crate) voci: Vec<Voce>,
    /// Who is in.
    pub(crate) utente: Option<Utente>,
    /// What to say first.
    pub(crate) avviso: Option<Avviso>,
    /// The page is waiting for the simulator and renews itself.
    pub(crate) vivo: bool,
    /// Things may arrive on the page: it renews itself where there are scripts, slowly.
    pub(crate) ascolta: bool,
    /// Where the way out is.
    pub(crate) esci: &'static str,
    /// Where one's own profile is, if the place has one.
    pub(crate) profilo: Option<&'static str>,
}

impl Cornice {
    /// A page of an environment before the login.
    pub(crate) fn ambiente(a: Ambiente, titolo: impl Into<String>) -> Self {
        Self {
            titolo: titolo.into(),
            luogo: formati::ambiente(a),
            classe: a.chiave(),
            inizio: "/combas",
            voci: Vec::new(),
            utente: None,
            avviso: None,
            vivo: false,
            ascolta: false,
            esci: "/combas/esci",
            profilo: Some("/combas/profilo"),
        }
    }

    /// A page of an environment for a logged-in operator; `qui` is the address of its menu entry.
    pub(crate) fn interna(
        a: Ambiente,
        titolo: impl Into<String>,
        utente: Utente,
        qui: &str,
        da_leggere: usize,
    ) -> Self {
        let mut voci = vec![
            ("/combas", "Stato"),
            ("/combas/invio", "Invio file"),
            ("/combas/esiti", "Esiti del subentro"),
            ("/combas/anomalie", "Monitoraggio anomalie"),
            ("/combas/subentro", "Stato subentro"),
            ("/combas/persone", "Ricerca persone"),
        ];
        if a != Ambiente::Sub {
            voci.push(("/combas/cancellazione", "Richiesta cancellazione"));
        }
        if a == Ambiente::Sub && utente.sindaco {
            voci.push(("/combas/contributo", "Contributo"));
        }
        voci.extend([
            ("/combas/download", "Download file"),
            ("/combas/posta", "Posta PEC"),
            ("/combas/amministrazione", "Amministrazione"),
        ]);
        if utente.sicurezza {
            voci.push(("/combas/sicurezza", "Sicurezza"));
        }
        voci.push(("/combas/strumenti", "Strumenti"));
        Self {
            utente: Some(utente),
            voci: menu(&voci, qui, da_leggere),
            ..Self::ambiente(a, titolo)
        }
    }

    /// A page of the console.
    pub(crate) fn console(titolo: impl Into<String>, qui: &str, da_leggere: usize) -> Self {
        let voci = [
            ("/", "Quadro"),
            ("/forniture", "Forniture"),
            ("/registro", "Registro"),
            ("/certificati", "Sportello"),
            ("/scambi", "Giornale"),
            ("/posta", "Posta PEC"),
            ("/percorso", "Percorso"),
            ("/lezioni", "Lezioni"),
            ("/catalogo", "Catalogo anomalie"),
            ("/sicurezza", "Sicurezza"),
            ("/guasti", "Guasti"),
        ];
        Self {
            voci: menu(&voci, qui, da_leggere),
            ..Self::console_chiusa(titolo)
        }
    }

    /// A page of the console for who is not in: no menu.
    pub(crate) fn console_chiusa(titolo: impl Into<String>) -> Self {
        Self {
            titolo: titolo.into(),
            luogo: "Console",
            classe: "console",
            inizio: "/",
            voci: Vec::new(),
            utente: None,
            avviso: None,
            vivo: false,
            ascolta: false,
            esci: "/combas/esci",
            profilo: Some("/combas/profilo"),
        }
    }

    /// A page of the private area, of the Prefettura or of the dashboard before the login.
    pub(crate) fn area(area: Area, titolo: impl Into<String>) -> Self {
        let (luogo, classe, inizio, esci) = match area {
            Area::Privata => (
                "Area privata",
                "privata",
                "/servizidemografici",
                "/servizidemografici/esci",
            ),
            Area::Prefettura => ("Prefettura", "prefettura", "/prefettura", "/prefettura/esci"),
            Area::Dashboard => (
                "Dashboard subentro",
                "dashboard",
                "/dashboard",
                "/dashboard/subentro/esci",
            ),
        };
        Self {
            luogo,
            classe,
            inizio,
            esci,
            profilo: None,
            ..Self::console_chiusa(titolo)
        }
    }

    /// The same for who is in; `qui` is the address of its menu entry.
    pub(crate) fn area_interna(
        area: Area,
        titolo: impl Into<String>,
        utente: Utente,
        qui: &str,
        da_leggere: usize,
    ) -> Self {
        Self {
            utente: Some(utente),
            voci: menu(voci_di(area), qui, da_leggere),
            ..Self::area(area, titolo)
        }
    }

    /// Adds what went wrong, if anything did.
    #[must_use]
    pub(crate) fn con_errore(self, testo: Option<String>) -> Self {
        match testo {
            Some(t) => self.con_avviso("ko", t),
            None => self,
        }
    }

    /// Adds a notice.
    #[must_use]
    pub(crate) fn con_avviso(mut self, classe: &'static str, testo: impl Into<String>) -> Self {
        self.avviso = Some(Avviso {
            classe,
            testo: testo.into(),
        });
        self
    }
}

/// The menu of an area: addresses and words.
pub(crate) const fn voci_di(area: Area) -> &'static [(&'static str, &'static str)] {
    match area {
        Area::Privata => &[
            ("/servizidemografici", "Il percorso"),
            ("/servizidemografici/software-house", "Software house"),
            ("/servizidemografici/scheda", "Scheda di monitoraggio"),
            ("/servizidemografici/censimento", "Censimento"),
            ("/servizidemografici/carte", "Smart card e lettori"),
            ("/servizidemografici/piano-di-test", "Piano di test"),
            ("/servizidemografici/posta", "Posta PEC"),
        ],
        Area::Prefettura => &[
            ("/prefettura", "Quadro"),
            ("/prefettura/schede", "Schede dei Comuni"),
            ("/prefettura/plichi", "Smart card"),
            ("/prefettura/utenti", "Utenti e postazioni"),
            ("/prefettura/posta", "Posta PEC"),
        ],
        Area::Dashboard => &[
            ("/dashboard/subentro", "Comuni"),
            ("/dashboard/subentro/calendario", "Calendario"),
            ("/dashboard/subentro/piano", "Importa ed esporta"),
            ("/dashboard", "Vista pubblica"),
        ],
    }
}

fn menu(voci: &[(&'static str, &'static str)], qui: &str, da_leggere: usize) -> Vec<Voce> {
    let conta = |dove: &str| if dove.ends_with("/posta") { da_leggere } else { 0 };
    voci.iter()
        .map(|&(dove, testo)| Voce {
            dove,
            testo,
            qui: dove == qui,
            conta: conta(dove),
        })
        .collect()
}

/// A template as a reply.
pub(crate) fn pagina(stato: StatusCode, t: &impl Template) -> Risposta {
    match t.render() {
        Ok(testo) => risposta(stato, "text/html; charset=utf-8", testo),
        Err(e) => {
            tracing::error!(errore = %e, "pagina non composta");
            risposta(
                StatusCode::INTERNAL_SERVER_ERROR,
                "text/plain; charset=utf-8",
                "SIM005: guasto interno del simulatore nella composizione della pagina",
            )
        }
    }
}

/// After a form: go and look there (303, so that a reload does not send the form again).
pub(crate) fn vai(dove: &str) -> Risposta {
    let mut r = Risposta::new(corpo(""));
    *r.status_mut() = StatusCode::SEE_OTHER;
    // Addresses are ours; ids inside them are percent-encoded.
    r.headers_mut().insert(
        header::LOCATION,
        HeaderValue::from_str(dove).unwrap_or_else(|_| HeaderValue::from_static("/")),
    );
    r
}

/// The page of what went wrong.
#[derive(Template)]
#[template(path = "errore.html")]
struct Errore {
    c: Cornice,
    testo: String,
    codice: Option<String>,
    /// Where one may want to go.
    vie: Vec<Via>,
    /// Other places that have this address.
    altrove: Vec<Via>,
}

/// A link.
#[derive(Debug)]
pub(crate) struct Via {
    dove: String,
    nome: String,
}

impl Via {
    pub(crate) fn nuova(dove: impl Into<String>, nome: impl Into<String>) -> Self {
        Self {
            dove: dove.into(),
            nome: nome.into(),
        }
    }
}

/// A page that says what happened and what to do.
pub(crate) fn errore(
    stato: StatusCode,
    c: Cornice,
    testo: impl Into<String>,
    codice: Option<&str>,
) -> Risposta {
    pagina(
        stato,
        &Errore {
            c,
            testo: testo.into(),
            codice: codice.map(ToOwned::to_owned),
            vie: Vec::new(),
            altrove: Vec::new(),
        },
    )
}

/// The same, with links of this place and of others.
pub(crate) fn errore_con_vie(
    stato: StatusCode,
    c: Cornice,
    testo: impl Into<String>,
    vie: Vec<Via>,
    altrove: Vec<Via>,
) -> Risposta {
    let testo = testo.into();
    pagina(
        stato,
        &Errore {
            c,
            testo,
            codice: None,
            vie,
            altrove,
        },
    )
}

/// Title of the page about a wrong method.
pub(crate) const METODO_NON_AMMESSO: &str = "Metodo non ammesso";

/// The address exists, the method does not.
pub(crate) fn metodo_non_ammesso(c: Cornice) -> Risposta {
    errore(
        StatusCode::METHOD_NOT_ALLOWED,
        c,
        "Questa pagina non accetta il metodo usato: tornare indietro e usare i comandi della pagina.",
        None,
    )
}

/// A refusal for want of a role.
pub(crate) fn vietato(testo: impl Into<String>) -> ErroreServizio {
    ErroreServizio {
        codice: None,
        http: 403,
        testo: testo.into(),
    }
}

/// What an error of the facade is called on its page.
pub(crate) const fn titolo_errore(e: &ErroreServizio) -> &'static str {
    match e.http {
        403 => "Non consentito",
        404 => "Non trovato",
        409 => "Non possibile ora",
        500.. => "Guasto del simulatore",
        _ => "Richiesta non valida",
    }
}

/// An error of the facade as a page.
pub(crate) fn pagina_errore(c: Cornice, e: ErroreServizio) -> Risposta {
    let stato = StatusCode::from_u16(e.http).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    errore(stato, c, e.testo, e.codice)
}

/// The same after a form, with the way back to the page it is on.
pub(crate) fn pagina_errore_di_modulo(c: Cornice, e: ErroreServizio, modulo: Option<String>) -> Risposta {
    let stato = StatusCode::from_u16(e.http).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let vie = modulo.map(|dove| Via::nuova(dove, "Torna al modulo"));
    pagina(
        stato,
        &Errore {
            c,
            testo: e.testo,
            codice: e.codice.map(ToOwned::to_owned),
            vie: vie.into_iter().collect(),
            altrove: Vec::new(),
        },
    )
}

/// Turns a reply into a download with that file name; characters outside a file name become `_`, and no name begins
/// with a dot: neither a way up nor a hidden file.
#[must_use]
pub(crate) fn da_scaricare(mut r: Risposta, nome: &str) -> Risposta {
    let pulito: String = nome
        .chars()
        .map(|c| {
            if c.is_ascii_alphanumeric() || "._-".contains(c) {
                c
            } else {
                '_'
            }
        })
        .collect();
    let pulito = match pulito.trim_start_matches('.') {
        "" => "file",
        nome => nome,
    };
    if let Ok(v) = HeaderValue::from_str(&format!("attachment; filename=\"{pulito}\"")) {
        r.headers_mut().insert(header::CONTENT_DISPOSITION, v);
    }
    r
}
