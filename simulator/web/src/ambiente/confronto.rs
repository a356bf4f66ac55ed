//! Two deliveries compared: how many anomalies of each code are gone, stay, are new; and which, page by page or as a file.

use askama::Template;
use elaborazione::rapporto::Novita;
use http::StatusCode;
use servizi::{
    CodiceConfrontato, ConfrontoForniture, ErroreServizio, Esito, FiltroConfronto,
    http::{Risposta, risposta},
};

use super::Dentro;
use crate::{
    anomalie_csv,
    cornice::{Cornice, da_scaricare, pagina},
    formati::{self, Etichetta},
    fuori,
    modulo::{Campi, codifica},
    ricerca::{RIGHE, Riga},
};

const ELENCO: &str = "/combas/confronto/anomalie";
/// Rows of the file.
const RIGHE_FILE: u32 = 100_000;

/// What became of an anomaly, as addresses and the API name it, and its words.
pub(crate) const QUALI: [(&str, Novita, &str); 3] = [
    ("scomparse", Novita::Scomparsa, "Scomparse"),
    ("rimaste", Novita::Rimasta, "Rimaste"),
    ("nuove", Novita::Nuova, "Nuove"),
];

/// What a query asks for: `quali`, `codice`.
pub(crate) fn filtro(query: &Campi) -> Esito<FiltroConfronto> {
    let novita = query
        .pieno("quali")
        .map(|q| {
            QUALI
                .iter()
                .find(|(parola, _, _)| *parola == q)
                .map(|(_, n, _)| *n)
                .ok_or_else(|| ErroreServizio::richiesta("«quali» è uno di scomparse, rimaste, nuove."))
        })
        .transpose()?;
    Ok(FiltroConfronto {
        novita,
        codice: query.pieno("codice").map(ToOwned::to_owned),
    })
}

/// A code in both deliveries, with the bars of its row: where each begins and how long it is, of 100.
struct RigaConfronto {
    k: CodiceConfrontato,
    blocca: bool,
    barre: [(u64, u64); 3],
}

#[derive(Template)]
#[template(path = "ambiente/confronto.html")]
struct Confronto {
    c: Cornice,
    forniture: Vec<(String, String)>,
    prima: String,
    dopo: String,
    esito: Option<ConfrontoForniture>,
    righe: Vec<RigaConfronto>,
    scomparse: u64,
    rimaste: u64,
    nuove: u64,
}

/// `GET /combas/confronto`: two deliveries side by side; by default the last two that were concluded.
pub(super) async fn confronto(d: &Dentro<'_>) -> Esito<Risposta> {
    let mut concluse = d.forniture().await?;
    concluse.retain(|f| f.conclusa.is_some());
    let id = |i: usize| {
        concluse
            .len()
            .checked_sub(i)
            .map(|i| concluse[i].id.to_string())
            .unwrap_or_default()
    };
    let chiesta = |nome: &str, altrimenti: String| d.query.pieno(nome).map_or(altrimenti, ToOwned::to_owned);
    let (prima, dopo) = (chiesta("prima", id(2)), chiesta("dopo", id(1)));
    let esito = if concluse.len() < 2 {
        None
    } else {
        // Both must be this Comune's: any other does not exist.
        let (p, o) = (d.fornitura(&prima).await?, d.fornitura(&dopo).await?);
        let (p, o) = (p.id.to_string(), o.id.to_string());
        Some(fuori(d.sim, move |s| s.confronta(&p, &o)).await?)
    };
    let forniture = concluse
        .iter()
        .rev()
        .map(|f| {
            let s = formati::stato_fornitura(f.stato);
            (
                f.id.to_string(),
                format!("{}, versione {}: {}", f.id, f.versione, s.testo),
            )
        })
        .collect();
    let codici = esito.as_ref().map(|e| e.codici.clone()).unwrap_or_default();
    let [scomparse, rimaste, nuove] = codici.iter().fold([0; 3], |s, k| {
        [s[0] + k.scomparse, s[1] + k.rimaste, s[2] + k.nuove]
    });
    let massimo = codici
        .iter()
        .map(|k| k.scomparse + k.rimaste + k.nuove)
        .max()
        .unwrap_or(0);
    let p = Confronto {
        c: d.cornice("Confronto di due invii", "/combas/anomalie").await?,
        righe: codici.into_iter().map(|k| riga(k, massimo, d.ambiente)).collect(),
        forniture,
        prima,
        dopo,
        esito,
        scomparse,
        rimaste,
        nuove,
    };
    Ok(pagina(StatusCode::OK, &p))
}

fn riga(k: CodiceConfrontato, massimo: u64, ambiente: anagrafe::Ambiente) -> RigaConfronto {
    let mut da = 0;
    let barre = [k.scomparse, k.rimaste, k.nuove].map(|n| {
        let lunga = formati::parte(n, massimo);
        let barra = (da, lunga);
        da += lunga;
        barra
    });
    let blocca = elaborazione::anomalia(&k.codice)
        .is_some_and(|a| crate::viste::livello(a, ambiente) == elaborazione::anomalie::Livello::Errore);
    RigaConfronto { k, blocca, barre }
}

/// A finding, and what became of it.
struct RigaAnomalia {
    esito: Etichetta,
    riga: Riga,
}

/// One of the three kinds, to be chosen.
struct Scheda {
    testo: &'static str,
    dove: String,
    qui: bool,
}

#[derive(Template)]
#[template(path = "ambiente/confronto_anomalie.html")]
struct Anomalie {
    c: Cornice,
    prima: String,
    dopo: String,
    codice: String,
    quali: Vec<Scheda>,
    tutti_i_codici: String,
    righe: Vec<RigaAnomalia>,
    inizio: Option<String>,
    seguito: Option<String>,
    file: String,
    righe_file: u64,
}

/// The two deliveries asked for, each of this Comune, and what is asked of them.
struct Chiesto {
    prima: String,
    dopo: String,
    quali: String,
    filtro: FiltroConfronto,
}

impl Chiesto {
    async fn leggi(d: &Dentro<'_>) -> Esito<Self> {
        let id = |nome: &str| d.query.pieno(nome).unwrap_or_default().to_owned();
        // Both must be this Comune's: any other does not exist.
        let (p, o) = (d.fornitura(&id("prima")).await?, d.fornitura(&id("dopo")).await?);
        Ok(Self {
            prima: p.id.to_string(),
            dopo: o.id.to_string(),
            quali: id("quali"),
            filtro: filtro(&d.query)?,
        })
    }

    /// The address of the list, or of the file, with other filters.
    fn indirizzo(&self, dove: &str, quali: &str, codice: &str, da: u64) -> String {
        let da = if da > 0 { da.to_string() } else { String::new() };
        let coppie: Vec<String> = [
            ("prima", self.prima.as_str()),
            ("dopo", &self.dopo),
            ("quali", quali),
            ("codice", codice),
            ("da", &da),
        ]
        .iter()
        .filter(|(_, valore)| !valore.is_empty())
        .map(|(nome, valore)| format!("{nome}={}", codifica(valore)))
        .collect();
        format!("{dove}?{}", coppie.join("&"))
    }
}

/// `GET /combas/confronto/anomalie`.
pub(super) async fn anomalie(d: &Dentro<'_>) -> Esito<Risposta> {
    let chiesto = Chiesto::leggi(d).await?;
    let da: u64 = d.query.pieno("da").and_then(|n| n.parse().ok()).unwrap_or(0);
    let (p, o, f) = (
        chiesto.prima.clone(),
        chiesto.dopo.clone(),
        chiesto.filtro.clone(),
    );
    // One more than shown tells whether there is a next page.
    let mut trovate = fuori(d.sim, move |s| s.anomalie_confrontate(&p, &o, &f, da, RIGHE + 1)).await?;
    let prosegue = trovate.len() > RIGHE;
    trovate.truncate(RIGHE);
    let codice = chiesto.filtro.codice.clone().unwrap_or_default();
    let dove = |quali: &str, codice: &str, da: u64| chiesto.indirizzo(ELENCO, quali, codice, da);
    let quali = [("", "Tutte")]
        .into_iter()
        .chain(QUALI.map(|(parola, _, testo)| (parola, testo)))
        .map(|(parola, testo)| Scheda {
            testo,
            dove: dove(parola, &codice, 0),
            qui: parola == chiesto.quali,
        })
        .collect();
    let p = Anomalie {
        c: d.cornice("Anomalie di due invii", "/combas/anomalie").await?,
        quali,
        tutti_i_codici: dove(&chiesto.quali, "", 0),
        righe: trovate
            .into_iter()
            .map(|a| RigaAnomalia {
                esito: formati::novita(a.novita),
                riga: Riga::di(a.rilievo),
            })
            .collect(),
        inizio: (da > 0).then(|| dove(&chiesto.quali, &codice, 0)),
        seguito: prosegue.then(|| dove(&chiesto.quali, &codice, da.saturating_add(RIGHE as u64))),
        file: chiesto.indirizzo("/combas/confronto/anomalie.csv", &chiesto.quali, &codice, 0),
        righe_file: RIGHE_FILE.into(),
        codice,
        prima: chiesto.prima,
        dopo: chiesto.dopo,
    };
    Ok(pagina(StatusCode::OK, &p))
}

/// `GET /combas/confronto/anomalie.csv`.
pub(super) async fn csv(d: &Dentro<'_>) -> Esito<Risposta> {
    let Chiesto {
        prima, dopo, filtro, ..
    } = Chiesto::leggi(d).await?;
    let nome = format!("confronto-{prima}-{dopo}.csv");
    let byte = fuori(d.sim, move |s| {
        anomalie_csv::confrontate(&s.anomalie_confrontate(&prima, &dopo, &filtro, 0, RIGHE_FILE as usize)?)
    })
    .await?;
    let r = risposta(StatusCode::OK, "text/csv; charset=utf-8", byte);
    Ok(da_scaricare(r, &nome))
}
