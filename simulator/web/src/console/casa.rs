//! The home of the console: environments, Comuni with their keys, last deliveries, clock and pace.

use anagrafe::{Ambiente, Data};
use askama::Template;
use registro::{Fornitura, Ritmo};
use serde_json::Value;
use servizi::{
    ErroreServizio, Esito,
    http::Risposta,
    lezioni::AttesaOrologio,
    percorso::{ErroreCampo, Scritto},
};

use super::Chiesta;
use crate::{
    cornice::{Cornice, pagina, vai},
    errori::Errori,
    formati::{self, Etichetta},
    fuori,
    modulo::Campi,
    viste,
};

/// Deliveries shown on the home.
const ULTIME: usize = 8;

pub(super) struct VistaAmbiente {
    chiave: &'static str,
    nome: &'static str,
    tipo_invio: &'static str,
    ws: String,
    web: String,
    forniture: usize,
}

pub(super) struct VistaComune {
    istat: String,
    nome: String,
    operatori: Vec<VistaOperatore>,
    postazioni: Vec<VistaPostazione>,
    situazioni: Vec<Etichetta>,
}

pub(super) struct VistaOperatore {
    pub(super) name_id: String,
    pub(super) password: String,
}

pub(super) struct VistaPostazione {
    pub(super) id: String,
    pub(super) password: String,
}

/// One row of a table of deliveries.
pub(super) struct RigaFornitura {
    pub(super) id: String,
    pub(super) comune: String,
    pub(super) ambiente: &'static str,
    pub(super) versione: u32,
    pub(super) stato: Etichetta,
    pub(super) file: usize,
    pub(super) bloccanti: u64,
    pub(super) segnalazioni: u64,
    pub(super) quando: String,
}

impl RigaFornitura {
    pub(super) fn di(f: &Fornitura) -> Self {
        let (bloccanti, altri): (Vec<_>, Vec<_>) = viste::codici(f).into_iter().partition(|r| r.blocca);
        Self {
            id: f.id.to_string(),
            comune: f.comune.as_str().to_owned(),
            ambiente: formati::ambiente(f.ambiente),
            versione: f.versione,
            stato: formati::stato_fornitura(f.stato),
            file: f.file.len(),
            bloccanti: bloccanti.iter().map(|r| r.quanti).sum(),
            segnalazioni: altri.iter().map(|r| r.quanti).sum(),
            quando: formati::quando(f.creata),
        }
    }
}

#[derive(Template)]
#[template(path = "console/casa.html")]
struct Casa {
    c: Cornice,
    oggi: String,
    oggi_scritto: String,
    velocita: String,
    passo: String,
    modo: &'static str,
    secondi: u32,
    ambienti: Vec<VistaAmbiente>,
    comuni: Vec<VistaComune>,
    forniture: Vec<RigaFornitura>,
    /// The lesson that runs, and where it wants the clock.
    lezione: Option<AttesaOrologio>,
    errori: Errori,
}

/// A text inside the ready object.
pub(super) fn testo(v: &Value, nome: &str) -> String {
    v.get(nome).and_then(Value::as_str).unwrap_or_default().to_owned()
}

/// Entries of a list inside the ready object.
pub(super) fn voci<'v>(v: &'v Value, nome: &str) -> &'v [Value] {
    v.get(nome).and_then(Value::as_array).map_or(&[], Vec::as_slice)
}

/// The operators the ready object shows with their passwords.
pub(super) fn operatori(comune: &Value) -> Vec<VistaOperatore> {
    voci(comune, "operatori")
        .iter()
        .map(|o| VistaOperatore {
            name_id: testo(o, "nameId"),
            password: testo(o, "password"),
        })
        .collect()
}

/// The postazioni the ready object shows.
pub(super) fn postazioni(comune: &Value) -> Vec<VistaPostazione> {
    voci(comune, "postazioni")
        .iter()
        .map(|p| VistaPostazione {
            id: testo(p, "id"),
            password: testo(p, "password"),
        })
        .collect()
}

/// `GET /`.
pub(super) async fn quadro(q: &Chiesta<'_>) -> Esito<Risposta> {
    mostra(q, Errori::default(), &Campi::default()).await
}

/// The home; after a form that was refused, as it was written and with what is wrong.
async fn mostra(q: &Chiesta<'_>, errori: Errori, scritti: &Campi) -> Esito<Risposta> {
    let (pronto, orologio, ritmo, comuni, forniture, lezione) = fuori(q.sim, |s| {
        Ok((
            s.pronto()?,
            s.orologio()?,
            s.ritmo()?,
            s.comuni()?,
            s.forniture(None, None)?,
            s.attesa_orologio()?,
        ))
    })
    .await?;
    let ambienti = Ambiente::TUTTI
        .into_iter()
        .map(|a| {
            let dove = pronto
                .pointer(&format!("/ambienti/{}", a.chiave()))
                .cloned()
                .unwrap_or_default();
            VistaAmbiente {
                chiave: a.chiave(),
                nome: formati::ambiente(a),
                tipo_invio: a.tipo_invio(),
                ws: testo(&dove, "ws"),
                web: testo(&dove, "web"),
                forniture: forniture.iter().filter(|f| f.ambiente == a).count(),
            }
        })
        .collect();
    let comuni = comuni
        .iter()
        .map(|k| {
            let chiavi = voci(&pronto, "comuni")
                .iter()
                .find(|p| testo(p, "istat") == k.istat.as_str())
                .unwrap_or(&Value::Null);
            VistaComune {
                istat: k.istat.as_str().to_owned(),
                nome: k.nome.clone(),
                operatori: operatori(chiavi),
                postazioni: postazioni(chiavi),
                situazioni: Ambiente::TUTTI
                    .into_iter()
                    .map(|a| formati::situazione(k, a))
                    .collect(),
            }
        })
        .collect();
    let (modo, secondi) = match ritmo {
        Ritmo::Istantanea => ("istantanea", 0),
        Ritmo::Ritardata { secondi } => ("ritardata", secondi),
        Ritmo::Sospesa => ("sospesa", 0),
    };
    let passo = match orologio.velocita {
        0 => "ferma: la muovono solo gli eventi".to_owned(),
        1 => "scorre come il tempo reale".to_owned(),
        n => format!(
            "scorre {} volte più in fretta del tempo reale",
            formati::migliaia(u64::from(n))
        ),
    };
    let mut c = q.cornice("Quadro del simulatore", "/").await?;
    match q.query.valore("fatto") {
        Some("orologio") => c = c.con_avviso("ok", "Orologio impostato."),
        Some("elaborazione") => c = c.con_avviso("ok", "Ritmo dell'elaborazione impostato."),
        Some("notte") => c = c.con_avviso("ok", "Lavori notturni eseguiti."),
        Some("reset") => c = c.con_avviso("ok", "Tutto è tornato allo stato del primo avvio."),
        _ => {}
    }
    let casa = Casa {
        c,
        oggi: formati::data(orologio.oggi),
        oggi_scritto: scritti.scritto("oggi", orologio.oggi),
        velocita: scritti.scritto("velocita", orologio.velocita),
        passo,
        modo,
        secondi,
        ambienti,
        comuni,
        lezione,
        forniture: forniture
            .iter()
            .rev()
            .take(ULTIME)
            .map(RigaFornitura::di)
            .collect(),
        errori,
    };
    Ok(pagina(casa.errori.stato(), &casa))
}

fn errato(che: &str) -> ErroreServizio {
    ErroreServizio::richiesta(format!("{che}: tornare alla pagina, correggere e ripetere."))
}

/// `POST /orologio`.
pub(super) async fn orologio(q: &Chiesta<'_>, campi: &Campi) -> Esito<Risposta> {
    let testo = |campo| campi.pieno(campo).unwrap_or_default();
    let (oggi, velocita) = (
        Scritto::<Data>::da_testo(testo("oggi")),
        Scritto::<u32>::da_testo(testo("velocita")),
    );
    let (oggi, velocita) = match (
        oggi.necessario("oggi", "Data di oggi"),
        velocita.necessario("velocita", "Velocità"),
    ) {
        (Ok(oggi), Ok(velocita)) => (*oggi, *velocita),
        (oggi, velocita) => {
            let errori: Vec<ErroreCampo> = oggi.err().into_iter().chain(velocita.err()).collect();
            return mostra(q, errori.into(), campi).await;
        }
    };
    fuori(q.sim, move |s| s.metti_orologio(Some(oggi), Some(velocita))).await?;
    Ok(vai("/?fatto=orologio"))
}

/// `POST /elaborazione`.
pub(super) async fn elaborazione(q: &Chiesta<'_>, campi: &Campi) -> Esito<Risposta> {
    let secondi = campi.pieno("secondi").and_then(|v| v.parse().ok()).unwrap_or(0);
    let ritmo = match campi.pieno("modo") {
        Some("istantanea") => Ritmo::Istantanea,
        Some("ritardata") => Ritmo::Ritardata { secondi },
        Some("sospesa") => Ritmo::Sospesa,
        _ => return Err(errato("Il ritmo è istantanea, ritardata o sospesa")),
    };
    fuori(q.sim, move |s| s.metti_ritmo(ritmo)).await?;
    Ok(vai("/?fatto=elaborazione"))
}

/// `POST /notte`.
pub(super) async fn notte(q: &Chiesta<'_>, _: &Campi) -> Esito<Risposta> {
    fuori(q.sim, servizi::Simulatore::notte).await?;
    Ok(vai("/?fatto=notte"))
}

/// `POST /reset`.
pub(super) async fn azzera(q: &Chiesta<'_>, campi: &Campi) -> Esito<Risposta> {
    if campi.valore("conferma") != Some("si") {
        return Err(errato("Manca la conferma dell'azzeramento"));
    }
    fuori(q.sim, servizi::Simulatore::reset).await?;
    Ok(vai("/?fatto=reset"))
}
