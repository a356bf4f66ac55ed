//! The security policy of each environment: what is in force, what differs from *faithful*, and the way back.

use anagrafe::Ambiente;
use askama::Template;
use http::StatusCode;
use serde_json::json;
use servizi::{ErroreServizio, Esito, QuadroSicurezza, VoceSicurezza, http::Risposta};

use super::Chiesta;
use crate::{
    cornice::{Cornice, pagina, vai},
    formati, fuori,
    modulo::Campi,
};

struct VistaSicurezza {
    nome: &'static str,
    quadro: QuadroSicurezza,
}

impl VistaSicurezza {
    fn diversi(&self) -> impl Iterator<Item = &VoceSicurezza> {
        self.quadro.interruttori.iter().filter(|i| i.diverso)
    }

    fn quanti(&self) -> usize {
        self.diversi().count()
    }
}

#[derive(Template)]
#[template(path = "console/sicurezza.html")]
struct Sicurezza {
    c: Cornice,
    ambienti: Vec<VistaSicurezza>,
}

/// `GET /sicurezza`.
pub(super) async fn pagina_sicurezza(q: &Chiesta<'_>) -> Esito<Risposta> {
    let ambienti = Ambiente::TUTTI
        .into_iter()
        .map(|a| VistaSicurezza {
            nome: formati::ambiente(a),
            quadro: q.sim.sicurezza(a),
        })
        .collect();
    let mut c = q.cornice("Politica di sicurezza", "/sicurezza").await?;
    if q.query.valore("fatto").is_some() {
        c = c.con_avviso("ok", "Salvato: vale dalla prossima richiesta.");
    }
    Ok(pagina(StatusCode::OK, &Sicurezza { c, ambienti }))
}

/// `POST /sicurezza`: a preset, or one switch written as in the file (`true`, `5`, `F3`, `a, b`).
pub(super) async fn cambia(q: &Chiesta<'_>, campi: &Campi) -> Esito<Risposta> {
    let ambiente: Ambiente = campi
        .pieno("ambiente")
        .and_then(|a| a.parse().ok())
        .ok_or_else(|| {
            ErroreServizio::richiesta("Ambiente non riconosciuto: tornare alla pagina e ripetere.")
        })?;
    let modifica = match (campi.pieno("preset"), campi.pieno("nome")) {
        (Some(preset), _) => json!({"preset": preset}),
        (None, Some(nome)) => {
            let scritto = campi.valore("valore").unwrap_or_default().trim();
            json!({nome: come_il_vecchio(q, ambiente, nome, scritto)})
        }
        (None, None) => return Err(ErroreServizio::richiesta("Nulla da cambiare.")),
    };
    fuori(q.sim, move |s| s.metti_sicurezza(ambiente, modifica)).await?;
    Ok(vai("/sicurezza?fatto=si"))
}

/// A text of the form as a value of the kind the switch has; what does not fit is refused by the switch itself.
fn come_il_vecchio(q: &Chiesta<'_>, ambiente: Ambiente, nome: &str, scritto: &str) -> serde_json::Value {
    let quadro = q.sim.sicurezza(ambiente);
    let vecchio = quadro
        .interruttori
        .iter()
        .find(|i| i.nome == nome)
        .map(|i| json!(i.valore));
    match vecchio {
        Some(serde_json::Value::Array(_)) => {
            let parti: Vec<&str> = scritto
                .split(',')
                .map(str::trim)
                .filter(|p| !p.is_empty())
                .collect();
            json!(parti)
        }
        Some(serde_json::Value::Bool(_)) if matches!(scritto, "true" | "false") => json!(scritto == "true"),
        Some(serde_json::Value::Number(_)) => scritto.parse::<i64>().map_or(json!(scritto), |n| json!(n)),
        _ => json!(scritto),
    }
}
