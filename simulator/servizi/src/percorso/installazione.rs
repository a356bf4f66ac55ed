//! The workstation (process C09): what it takes to work from it, and what is still missing, as far as the simulator can see.
//!
//! Reads only. What only the workstation itself can show (its clock, its trust store) is said, not judged.

use anagrafe::{Ambiente, CodiceIstat, italiano};
use registro::{EsitoScambio, Quando};
use serde::Serialize;
use serde_json::Value;

use super::plico::StatoLettori;
use crate::{CercaScambi, Esito, Simulatore};

/// What was found of one thing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Trovato {
    /// It is there.
    Presente,
    /// It is missing, and work needs it.
    Manca,
    /// It is missing, or cannot be seen from here, and not everybody needs it.
    DaVedere,
}

/// One thing a workstation needs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Occorrente {
    /// What.
    pub cosa: String,
    /// Whether it is there.
    pub esito: Trovato,
    /// What was seen.
    pub testo: String,
    /// What to do; empty when there is nothing to do.
    pub rimedio: String,
    /// The exchange it speaks of.
    pub scambio: Option<u64>,
}

fn voce(
    cosa: impl Into<String>,
    esito: Trovato,
    testo: impl Into<String>,
    rimedio: impl Into<String>,
) -> Occorrente {
    Occorrente {
        cosa: cosa.into(),
        esito,
        testo: testo.into(),
        rimedio: rimedio.into(),
        scambio: None,
    }
}

/// `l'11/03/2021 alle 08:05`.
fn il(q: Quando) -> String {
    format!(
        "{} alle {:02}:{:02}",
        italiano::il(q.date()),
        q.hour(),
        q.minute()
    )
}

impl Simulatore {
    /// What an operator of a Comune has and lacks to work in an environment; `con_carta`: he came in with his card.
    pub fn prova_postazione(
        &self,
        ambiente: Ambiente,
        comune: CodiceIstat,
        name_id: &str,
        con_carta: bool,
    ) -> Esito<Vec<Occorrente>> {
        let mut voci = vec![voce(
            "Radice del simulatore",
            Trovato::Presente,
            "Questa pagina è arrivata con HTTPS: il browser raggiunge l'ambiente.",
            "Se il browser ha avvertito di una connessione non sicura, importare ca.pem come autorità di certificazione.",
        )];
        voci.extend(self.voci_postazioni(ambiente, comune)?);
        voci.extend(self.ultimo_rifiuto(ambiente, comune)?);
        voci.push(self.voce_carta(comune, name_id, con_carta)?);
        voci.push(self.voce_lettori(comune)?);
        voci.push(self.voce_indirizzi(ambiente, comune)?);
        let adesso = self.adesso();
        voci.push(voce(
            "Orologio",
            Trovato::DaVedere,
            format!("Per il simulatore sono le {} UTC.", adesso.strftime("%H:%M:%S del %d/%m/%Y")),
            "Se la postazione segna un'ora diversa di qualche minuto, sincronizzarla (NTP): i messaggi firmati sarebbero rifiutati.",
        ));
        Ok(voci)
    }

    fn voci_postazioni(&self, ambiente: Ambiente, comune: CodiceIstat) -> Esito<Vec<Occorrente>> {
        let connessioni = self.connessioni(ambiente, comune)?;
        if connessioni.is_empty() {
            return Ok(vec![voce(
                "Certificati di postazione",
                Trovato::Manca,
                "Il Comune non ha nessun certificato attivo.",
                "L'ALP li trova in Sicurezza, Gestione postazioni, con la loro password.",
            )]);
        }
        Ok(connessioni
            .into_iter()
            .map(|(id, vista)| match vista {
                Some((n, quando)) => Occorrente {
                    scambio: n,
                    ..voce(
                        format!("Certificato {id}"),
                        Trovato::Presente,
                        format!("Prova di connessione riuscita, l'ultima volta {}.", il(quando)),
                        "",
                    )
                },
                None => voce(
                    format!("Certificato {id}"),
                    Trovato::Manca,
                    "Attivo, ma da qui non ha mai chiamato i servizi web.",
                    "Installarlo dove lavora il gestionale e chiamare TestConn. Chi usa solo l'applicazione web può farne a meno.",
                ),
            })
            .collect())
    }

    /// The newest refused call that names the Comune, unless one that passed came after it.
    fn ultimo_rifiuto(&self, ambiente: Ambiente, comune: CodiceIstat) -> Esito<Option<Occorrente>> {
        let ultimi = self.scambi(&CercaScambi {
            decrescente: true,
            limite: 20,
            comune: Some(comune),
            ..CercaScambi::default()
        })?;
        let ultimo = ultimi.into_iter().find(|s| s.porta == ambiente.chiave());
        let Some(s) = ultimo.filter(|s| s.esito != EsitoScambio::Ok) else {
            return Ok(None);
        };
        let diagnosi = self.scambio(s.n)?.diagnosi;
        Ok(Some(Occorrente {
            scambio: Some(s.n),
            ..voce(
                "Ultima chiamata",
                Trovato::Manca,
                format!("Rifiutata {}: {}", il(s.quando), diagnosi.frase),
                diagnosi.rimedio,
            )
        }))
    }

    fn voce_carta(&self, comune: CodiceIstat, name_id: &str, con_carta: bool) -> Esito<Occorrente> {
        const COSA: &str = "Smart card";
        if con_carta {
            return Ok(voce(
                COSA,
                Trovato::Presente,
                "Questa sessione è aperta con la carta.",
                "",
            ));
        }
        let carte = self.carte(Some(comune))?;
        let testo = |c: &Value, n: &str| c[n].as_str().unwrap_or_default().to_owned();
        let mia = carte
            .iter()
            .find(|c| testo(c, "nameId") == name_id && testo(c, "stato") == "attivo");
        Ok(match mia {
            Some(c) => voce(
                COSA,
                Trovato::DaVedere,
                format!(
                    "La carta {} è attiva; questa sessione è aperta con la password.",
                    testo(c, "id")
                ),
                "Provarla da /com: se qualcosa manca, quella pagina dice che cosa.",
            ),
            None => voce(
                COSA,
                Trovato::DaVedere,
                "Nessuna carta attiva a questo nome.",
                "La consegna l'ALS. Chi usa solo i servizi web non ne ha bisogno.",
            ),
        })
    }

    fn voce_lettori(&self, comune: CodiceIstat) -> Esito<Occorrente> {
        const COSA: &str = "Lettore di smart card";
        let (f, oggi) = (self.fascicolo(comune)?, self.orologio()?.oggi);
        let stati: Vec<StatoLettori> = f.plichi.iter().map(|p| p.lettori(oggi)).collect();
        Ok(if stati.is_empty() {
            voce(
                COSA,
                Trovato::DaVedere,
                "Nessun plico ordinato: qui la carta è un file, e il lettore non serve.",
                "",
            )
        } else if stati.iter().all(|s| *s == StatoLettori::Consegnati) {
            voce(COSA, Trovato::Presente, "Consegnati al Comune.", "")
        } else {
            voce(
                COSA,
                Trovato::DaVedere,
                "Non ancora arrivati al Comune.",
                "Arrivano pochi giorni dopo la spedizione delle carte: area privata, «Smart card e lettori».",
            )
        })
    }

    fn voce_indirizzi(&self, ambiente: Ambiente, comune: CodiceIstat) -> Esito<Occorrente> {
        const COSA: &str = "Indirizzo di provenienza";
        let abilitati = self.indirizzi_abilitati(comune)?;
        let attivi = abilitati.iter().filter(|i| i.attivo).count();
        Ok(if !self.frontiera_ora(ambiente).politica().rete_filtrata {
            voce(
                COSA,
                Trovato::Presente,
                "In questo ambiente si entra da ogni indirizzo.",
                "",
            )
        } else if attivi > 0 {
            voce(
                COSA,
                Trovato::Presente,
                format!("L'ambiente filtra; indirizzi del Comune in vigore: {attivi}."),
                "",
            )
        } else {
            voce(
                COSA,
                Trovato::DaVedere,
                "L'ambiente filtra e il Comune non ha indirizzi in vigore: da qui si passa perché l'indirizzo è locale.",
                "L'ALP li aggiunge in Amministrazione; valgono dal giorno dopo.",
            )
        })
    }
}
