//! "Nomina ALS e ALP" and "Registra smart card Comune" (process C05, C06): the sindaco, then the ALS, each entered with his
//! own card.
//!
//! What must stay true: who registers a card sees the half in its envelope, and never the other; the envelope is shown to
//! him alone.

use askama::Template;
use http::StatusCode;
use servizi::{
    ErroreServizio, Esito,
    http::Risposta,
    percorso::{Chi, Incarico, MetaCodici, Nomine, SmartCardVista, StatoSmartCard},
};

use super::{Dentro, QUI};
use crate::{
    cornice::{Cornice, pagina, vai},
    fuori,
    modulo::{Campi, codifica},
};

const PAGINA: &str = "/combas/sicurezza/smart-card";

#[derive(Template)]
#[template(path = "ambiente/smart_card.html")]
struct Elenco {
    c: Cornice,
    csrf: String,
    carte: Vec<SmartCardVista>,
    nomine: Option<Nomine>,
    sindaco: bool,
    con_carta: bool,
    io: String,
}

impl Elenco {
    /// Who may be named.
    fn candidati(&self) -> Vec<&SmartCardVista> {
        self.carte
            .iter()
            .filter(|k| k.incarico == Incarico::Operatore)
            .collect()
    }

    fn e_l_als(&self, k: &SmartCardVista) -> bool {
        self.nomine.as_ref().is_some_and(|n| n.als == k.titolare)
    }

    /// Whether this session may register the card now.
    fn registrabile(&self, k: &SmartCardVista) -> bool {
        let mio = if self.e_l_als(k) {
            self.sindaco
        } else {
            self.nomine.as_ref().is_some_and(|n| n.als == self.io)
        };
        self.con_carta && mio && k.stato == StatoSmartCard::AlComune && self.nomine.is_some()
    }

    fn consegnata_da_me(&self, k: &SmartCardVista) -> bool {
        k.registrata_da.as_deref() == Some(self.io.as_str())
    }
}

/// `GET /combas/sicurezza/smart-card`.
pub(in crate::ambiente) async fn elenco(d: &Dentro<'_>) -> Esito<Risposta> {
    let comune = d.sessione.comune;
    let (carte, nomine) = fuori(d.sim, move |s| {
        Ok((s.smart_card(comune)?, s.fascicolo(comune)?.nomine))
    })
    .await?;
    let mut c = d.cornice("Smart card: nomine e consegna", QUI).await?;
    if d.query.valore("fatto").is_some() {
        c = c.con_avviso("ok", "Nomine registrate: da ora ALS e ALP hanno i loro ruoli.");
    }
    let elenco = Elenco {
        c,
        csrf: d.sessione.csrf.clone(),
        carte,
        nomine,
        sindaco: d.sessione.ha_ruolo(&["SINDACO"]),
        con_carta: d.sessione.carta,
        io: d.sessione.name_id.clone(),
    };
    Ok(pagina(StatusCode::OK, &elenco))
}

#[derive(Template)]
#[template(path = "ambiente/busta.html")]
struct Busta {
    c: Cornice,
    k: SmartCardVista,
    b: MetaCodici,
}

/// `GET /combas/sicurezza/smart-card/{numero}`: the envelope, to who hands it over.
pub(in crate::ambiente) async fn busta(d: &Dentro<'_>) -> Esito<Risposta> {
    let (comune, numero) = (d.sessione.comune, d.segmenti.prendi("numero").to_owned());
    let io = d.sessione.name_id.clone();
    let (k, b) = fuori(d.sim, move |s| {
        let k = s
            .smart_card(comune)?
            .into_iter()
            .find(|k| k.numero == numero)
            .filter(|k| k.registrata_da.as_deref() == Some(io.as_str()))
            .ok_or_else(|| {
                ErroreServizio::assente("Nessuna busta con questo numero fra quelle consegnate da voi.")
            })?;
        let b = s.busta(comune, &k.numero)?;
        Ok((k, b))
    })
    .await?;
    let mut c = d
        .cornice(format!("Busta della smart card {}", k.numero), QUI)
        .await?;
    if d.query.valore("fatto").is_some() {
        c = c.con_avviso(
            "ok",
            "Smart card registrata. La seconda metà dei codici è partita per la casella personale del titolare.",
        );
    }
    Ok(pagina(StatusCode::OK, &Busta { c, k, b }))
}

/// `POST /combas/sicurezza/smart-card`: name, or register.
pub(in crate::ambiente) async fn agisce(d: &Dentro<'_>, campi: &Campi) -> Esito<Risposta> {
    let comune = d.sessione.comune;
    let (io, con_carta) = (d.sessione.name_id.clone(), d.sessione.carta);
    let testo = |nome: &str| campi.pieno(nome).unwrap_or_default().to_owned();
    match campi.pieno("azione").unwrap_or_default() {
        "nomina" => {
            let (als, alp) = (testo("als"), testo("alp"));
            if als.is_empty() || alp.is_empty() {
                return Err(ErroreServizio::richiesta(
                    "Scegliere un ALS e un ALP, anche la stessa persona.",
                ));
            }
            fuori(d.sim, move |s| {
                let chi = Chi::Operatore {
                    name_id: &io,
                    con_carta,
                };
                s.nomina(comune, chi, &als, &alp)
            })
            .await?;
            Ok(vai(&format!("{PAGINA}?fatto=nomina")))
        }
        "registra" => {
            let numero = testo("numero");
            let dove = format!("{PAGINA}/{}?fatto=si", codifica(&numero));
            fuori(d.sim, move |s| {
                let chi = Chi::Operatore {
                    name_id: &io,
                    con_carta,
                };
                s.registra_smart_card(comune, chi, &numero)
            })
            .await?;
            Ok(vai(&dove))
        }
        _ => Err(ErroreServizio::richiesta("Comando non riconosciuto.")),
    }
}
