//! The censimento on a page: the general part, the people one by one, the sending.

use askama::Template;
use servizi::{
    ErroreServizio, Esito,
    http::Risposta,
    indirizzi_scritti,
    percorso::{Censimento, DatiGenerali, ErroreCampo, Incarico, Persona, Responsabile, Rifiuto},
};

use super::Dentro;
use crate::{
    cornice::{Cornice, pagina, vai},
    errori::Errori,
    fuori,
    modulo::Campi,
};

const PAGINA: &str = "/servizidemografici/censimento";

/// What a person is for, as the form offers it.
pub(crate) const INCARICHI: [(&str, Incarico, &str); 3] = [
    ("SINDACO", Incarico::Sindaco, "Sindaco"),
    ("OPERATORE", Incarico::Operatore, "Operatore con smart card"),
    (
        "SOLO_SERVIZI",
        Incarico::SoloServizi,
        "Operatore dei soli servizi web: niente smart card",
    ),
];

/// Name of what a person is for.
pub(crate) fn incarico(i: impl std::borrow::Borrow<Incarico>) -> &'static str {
    INCARICHI
        .iter()
        .find(|(_, x, _)| x == i.borrow())
        .map_or("", |(_, _, testo)| testo)
}

/// The forms as they were filled in.
#[derive(Default)]
struct Riempita {
    responsabile: String,
    email_responsabile: String,
    pec: String,
    postazioni: String,
    indirizzi: String,
    persona: Option<Persona>,
}

impl Riempita {
    fn del(c: &Censimento) -> Self {
        Self {
            responsabile: c.responsabile.nominativo.clone(),
            email_responsabile: c.responsabile.email.clone(),
            pec: c.pec.clone(),
            postazioni: if c.postazioni == 0 {
                String::new()
            } else {
                c.postazioni.to_string()
            },
            indirizzi: c.indirizzi.join("\n"),
            persona: None,
        }
    }

    fn persona(&self) -> Persona {
        self.persona.clone().unwrap_or(Persona {
            codice_fiscale: String::new(),
            cognome: String::new(),
            nome: String::new(),
            email: String::new(),
            incarico: Incarico::Operatore,
            inviata: false,
        })
    }
}

#[derive(Template)]
#[template(path = "aree/censimento.html")]
struct Pagina {
    c: Cornice,
    csrf: String,
    errori: Errori,
    k: Censimento,
    r: Riempita,
    persona: Persona,
    incarichi: [(&'static str, Incarico, &'static str); 3],
    nuove: usize,
    con_scheda: bool,
}

async fn mostra(d: &Dentro<'_>, errori: Errori, r: Option<Riempita>) -> Esito<Risposta> {
    let istat = d.comune()?;
    let f = fuori(d.sim, move |s| s.fascicolo(istat)).await?;
    let mut c = d.cornice("Censimento", PAGINA).await?;
    c = match d.query.valore("fatto") {
        Some("inviato") => c.con_avviso(
            "ok",
            "Censimento inviato. La ricevuta è nella posta; le smart card sono in produzione.",
        ),
        Some(_) => c.con_avviso("ok", "Salvato. Il censimento vale quando viene inviato."),
        None => c,
    };
    let k = f.censimento.unwrap_or_default();
    let r = r.unwrap_or_else(|| Riempita::del(&k));
    let stato = errori.stato();
    let pagina_sua = Pagina {
        c,
        csrf: d.sessione.csrf.clone(),
        errori,
        nuove: k.persone.iter().filter(|p| !p.inviata).count(),
        persona: r.persona(),
        k,
        r,
        incarichi: INCARICHI,
        con_scheda: f.scheda.is_some(),
    };
    Ok(pagina(stato, &pagina_sua))
}

/// `GET /servizidemografici/censimento`.
pub(super) async fn pagina_censimento(d: &Dentro<'_>) -> Esito<Risposta> {
    mostra(d, Errori::default(), None).await
}

/// `POST /servizidemografici/censimento`: one of the commands of the page.
pub(super) async fn agisce(d: &Dentro<'_>, campi: &Campi) -> Esito<Risposta> {
    let istat = d.comune()?;
    let testo = |nome: &str| campi.pieno(nome).unwrap_or_default().to_owned();
    let mut riempita = None;
    let esito = match campi.pieno("azione").unwrap_or_default() {
        "dati" => {
            let r = Riempita {
                responsabile: testo("responsabile"),
                email_responsabile: testo("emailResponsabile"),
                pec: testo("pec"),
                postazioni: testo("postazioni"),
                indirizzi: testo("indirizzi"),
                persona: None,
            };
            let dati = DatiGenerali {
                responsabile: Responsabile {
                    nominativo: r.responsabile.clone(),
                    email: r.email_responsabile.clone(),
                },
                pec: r.pec.clone(),
                postazioni: r.postazioni.parse().unwrap_or(0),
                indirizzi: indirizzi_scritti(&r.indirizzi),
            };
            riempita = Some(r);
            fuori(d.sim, move |s| Ok(s.metti_dati_censimento(istat, &dati))).await?
        }
        "aggiungi" => {
            let p = Persona {
                codice_fiscale: testo("codiceFiscale"),
                cognome: testo("cognome"),
                nome: testo("nome"),
                email: testo("email"),
                incarico: INCARICHI
                    .iter()
                    .find(|(parola, _, _)| *parola == testo("incarico"))
                    .map_or(Incarico::Operatore, |(_, i, _)| *i),
                inviata: false,
            };
            let k = fuori(d.sim, move |s| s.censimento(istat)).await?;
            riempita = Some(Riempita {
                persona: Some(p.clone()),
                ..Riempita::del(&k)
            });
            fuori(d.sim, move |s| Ok(s.aggiungi_persona(istat, p))).await?
        }
        "togli" => {
            let chi = testo("persona");
            fuori(d.sim, move |s| Ok(s.togli_persona(istat, &chi))).await?
        }
        "esempio" => fuori(d.sim, move |s| Ok(s.censimento_di_esempio(istat))).await?,
        "invia" => {
            if campi.valore("conferma") == Some("si") {
                match fuori(d.sim, move |s| Ok(s.invia_censimento(istat))).await? {
                    Ok(_) => return Ok(vai(&format!("{PAGINA}?fatto=inviato"))),
                    Err(e) => Err(e),
                }
            } else {
                Err(Rifiuto::Campi(vec![ErroreCampo::nuovo(
                    "conferma",
                    "Confermare che i dati sono completi: le smart card vanno subito in produzione.",
                )]))
            }
        }
        _ => return Err(ErroreServizio::richiesta("Comando non riconosciuto.")),
    };
    match esito {
        Ok(_) => Ok(vai(&format!("{PAGINA}?fatto=si"))),
        Err(Rifiuto::Altro(e)) => Err(e),
        Err(Rifiuto::Campi(errori)) => mostra(d, errori.into(), riempita).await,
    }
}
