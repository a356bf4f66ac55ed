//! The register of Comuni, plans, clock, pace and tax register, as the control API reads and changes it.

use anagrafe::{Ambiente, CodiceIstat, Data, tabelle::tabelle};
use registro::{
    Comune, Fornitura, IdFornitura, IdPec, Lettura as _, LetturaVariazioni as _, MacroStato, Pec, Piano,
    Ritmo, Soluzione,
};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::{
    ErroreServizio, Esito, Simulatore, avvio::comune_fittizio, italiano::leggi_json, nome_comune,
    percorso::cambiato, sgombero,
};

/// A Comune to be added (`POST /api/comuni`).
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NuovoComune {
    /// Codice ISTAT, fictitious (888nnn) or of table 3.
    pub istat: CodiceIstat,
    /// Name; that of table 3 when missing.
    pub nome: Option<String>,
    /// Sigla of the province.
    pub provincia: Option<String>,
    /// Address for the outcomes; a fictitious one when missing, none when `null` is not wanted see `PUT`.
    pub pec: Option<String>,
}

/// The scenario clock as the API shows it.
#[derive(Debug, Clone, Copy, Serialize)]
pub struct OrologioMostrato {
    /// Scenario date.
    pub oggi: Data,
    /// Scenario seconds per wall second.
    pub velocita: u32,
    /// Scenario instant.
    pub adesso: registro::Quando,
}

/// What `PUT /api/comuni/{istat}` may change; what is missing stays.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct ModificaComune {
    nome: Option<String>,
    provincia: Option<String>,
    // Missing stays, `null` removes: two different wishes.
    #[serde(deserialize_with = "presente")]
    #[expect(clippy::option_option, reason = "JSON tells a missing field from null")]
    pec: Option<Option<String>>,
    stato: Option<MacroStato>,
    soluzione: Option<Soluzione>,
    configurazione: Option<registro::Configurazione>,
}

/// Tells a field that is `null` from one that is missing.
fn presente<'de, D: serde::Deserializer<'de>, T: Deserialize<'de>>(d: D) -> Result<Option<T>, D::Error> {
    T::deserialize(d).map(Some)
}

/// A JSON value as a value of ours.
pub fn leggi<T: serde::de::DeserializeOwned>(valore: Value) -> Esito<T> {
    leggi_json(valore).map_err(|che| ErroreServizio::richiesta(format!("Richiesta non valida: {che}.")))
}

/// A scenario date, if it lies in the years a scenario may have; else the sentence that says which.
pub fn data_di_scenario(oggi: Data) -> Result<Data, String> {
    let anni = registro::mondo::limiti::ANNI_SCENARIO;
    if anni.contains(&oggi.year()) {
        Ok(oggi)
    } else {
        Err(format!(
            "la data dello scenario va dal 01/01/{} al 31/12/{}.",
            anni.start(),
            anni.end()
        ))
    }
}

impl Simulatore {
    /// One Comune, 404 when unknown.
    pub fn comune(&self, istat: CodiceIstat) -> Esito<Comune> {
        self.pronto_lo_stato()?;
        self.registro().comune(istat)?.ok_or_else(|| {
            ErroreServizio::assente(format!("Il Comune {istat} non è presente nel simulatore."))
        })
    }

    /// Every Comune, by code.
    pub fn comuni(&self) -> Esito<Vec<Comune>> {
        self.pronto_lo_stato()?;
        Ok(self.registro().comuni()?)
    }

    /// Adds a Comune.
    pub fn crea_comune(&self, nuovo: NuovoComune) -> Esito<Comune> {
        self.pronto_lo_stato()?;
        let (nome, provincia) = nome_comune::in_ordine(nuovo.nome, nuovo.provincia)?;
        if !nuovo.istat.fittizio()
            && tabelle()
                .comuni()
                .per_istat(nuovo.istat.as_str())
                .next()
                .is_none()
        {
            return Err(ErroreServizio::richiesta(format!(
                "{} non è né un codice fittizio (888nnn) né un codice della tabella dei comuni.",
                nuovo.istat
            )));
        }
        self.registro().scrivi(|t| {
            if t.comune(nuovo.istat)?.is_some() {
                return Err(ErroreServizio::conflitto(format!(
                    "Il Comune {} esiste già.",
                    nuovo.istat
                )));
            }
            let mut c = comune_fittizio(nuovo.istat)?;
            c.nome = nome.unwrap_or(c.nome);
            c.provincia = provincia.unwrap_or(c.provincia);
            if let Some(pec) = nuovo.pec {
                c.pec = Some(pec_valida(&pec)?);
            }
            // A new Comune has done nothing yet (process P01).
            c.stato = MacroStato::InattivoSenzaCensimento;
            t.salva_comune(&c)?;
            t.evento()?;
            Ok(c)
        })
    }

    /// Changes a Comune; unknown fields are refused.
    pub fn aggiorna_comune(&self, istat: CodiceIstat, modifica: Value) -> Esito<Comune> {
        self.pronto_lo_stato()?;
        let m: ModificaComune = leggi(modifica)?;
        let (nome, provincia) = nome_comune::in_ordine(m.nome, m.provincia)?;
        if m.stato.is_some() {
            // By the state of before: what is due by it is not of the change.
            self.al_passo()?;
        }
        let da_capo = m.stato == Some(MacroStato::InattivoSenzaCensimento);
        let _lavoro = da_capo.then(|| self.al_lavoro());
        let turni = self.turni(istat);
        let _presi = da_capo.then(|| sgombero::liberi(&turni)).transpose()?;
        let (comune, tolte) = self.registro().scrivi(|t| -> Esito<_> {
            let mut c = t
                .comune(istat)?
                .ok_or_else(|| ErroreServizio::assente(format!("Comune {istat} assente.")))?;
            c.nome = nome.unwrap_or(c.nome);
            c.provincia = provincia.unwrap_or(c.provincia);
            if let Some(pec) = m.pec {
                c.pec = pec.as_deref().map(pec_valida).transpose()?;
            }
            c.stato = m.stato.unwrap_or(c.stato);
            let tolte = da_capo.then(|| self.ricomincia(t, &mut c)).transpose()?;
            c.soluzione = m.soluzione.unwrap_or(c.soluzione);
            if let Some(nuova) = m.configurazione {
                c.configurazione = crate::amministrazione::in_ordine(nuova, &c.configurazione, t.oggi()?)?;
            }
            t.salva_comune(&c)?;
            t.evento()?;
            if m.stato.is_some() {
                cambiato(t)?;
            }
            Ok((c, tolte))
        })?;
        if let Some(tolte) = tolte {
            self.sgombera(istat, &tolte)?;
        }
        Ok(comune)
    }

    /// The plan of a Comune in an environment.
    pub fn piano(&self, istat: CodiceIstat, ambiente: Ambiente) -> Esito<Option<Piano>> {
        self.comune(istat)?;
        Ok(self.registro().piano(ambiente, istat)?)
    }

    /// Sets or removes the plan. A window that ends before it begins is `EN033`.
    pub fn metti_piano(&self, istat: CodiceIstat, ambiente: Ambiente, piano: Option<Piano>) -> Esito<()> {
        self.comune(istat)?;
        if let Some(p) = piano
            && p.inizio > p.fine
        {
            return Err(ErroreServizio {
                codice: Some("EN033"),
                http: 422,
                testo: format!(
                    "La data di inizio ({}) è successiva alla data di fine ({}).",
                    p.inizio, p.fine
                ),
            });
        }
        self.registro().scrivi(|t| {
            t.salva_piano(ambiente, istat, piano)?;
            t.evento()?;
            Ok(())
        })
    }

    /// Loads a row of the plan as it is written: one that lacks a day, or has one that is no day, is `EN035`; with
    /// `solo_nuovo`, one more where there is one already is `EN041`.
    pub fn carica_piano(
        &self,
        istat: CodiceIstat,
        ambiente: Ambiente,
        riga: &Value,
        solo_nuovo: bool,
    ) -> Esito<Option<Piano>> {
        let presente = self.piano(istat, ambiente)?;
        let rifiuto = |codice, testo: String| {
            Err(ErroreServizio {
                codice: Some(codice),
                http: 422,
                testo,
            })
        };
        let piano = match riga {
            Value::Null => None,
            Value::Object(voci) => {
                let giorno = |nome: &str| voci.get(nome)?.as_str().and_then(anagrafe::leggi_data);
                match (giorno("inizio"), giorno("fine")) {
                    (Some(inizio), Some(fine)) => Some(Piano { inizio, fine }),
                    (inizio, _) => {
                        let quale = if inizio.is_none() { "inizio" } else { "fine" };
                        return rifiuto(
                            "EN035",
                            format!(
                                "La riga del piano è incompleta o errata: «{quale}» manca o non è una data."
                            ),
                        );
                    }
                }
            }
            _ => {
                return rifiuto(
                    "EN035",
                    "La riga del piano è errata: servono le date di inizio e di fine, oppure null."
                        .to_owned(),
                );
            }
        };
        if solo_nuovo && presente.is_some() {
            return rifiuto("EN041", format!("Il piano del Comune {istat} è già presente."));
        }
        self.metti_piano(istat, ambiente, piano)?;
        Ok(piano)
    }

    /// Deliveries, oldest first.
    pub fn forniture(
        &self,
        ambiente: Option<Ambiente>,
        comune: Option<CodiceIstat>,
    ) -> Esito<Vec<Fornitura>> {
        self.pronto_lo_stato()?;
        self.registro()
            .forniture(ambiente, comune)?
            .into_iter()
            .map(|f| self.con_incroci(f))
            .collect()
    }

    /// One delivery by its public id.
    pub fn fornitura(&self, id: &str) -> Esito<Fornitura> {
        self.pronto_lo_stato()?;
        let assente = || ErroreServizio::assente(format!("Nessuna fornitura {id}."));
        let id = IdFornitura::parse(id).ok_or_else(assente)?;
        self.con_incroci(self.registro().fornitura(id)?.ok_or_else(assente)?)
    }

    /// The scenario clock.
    pub fn orologio(&self) -> Esito<OrologioMostrato> {
        let o = self.registro().orologio()?;
        let adesso = self.registro().ora()?;
        Ok(OrologioMostrato {
            oggi: adesso.date(),
            velocita: o.velocita,
            adesso,
        })
    }

    /// Moves the clock, changes its speed, or both.
    pub fn metti_orologio(&self, oggi: Option<Data>, velocita: Option<u32>) -> Esito<OrologioMostrato> {
        let oggi = oggi
            .map(|d| data_di_scenario(d).map_err(|t| ErroreServizio::richiesta(format!("oggi: {t}"))))
            .transpose()?;
        let cammina = oggi.is_some() && self.stato_pronto();
        if cammina {
            self.al_passo()?;
        }
        self.registro().scrivi(|t| -> Esito<()> {
            // Up to here everything has happened; the days that lie between are of the move. Back again, none does.
            let avanti = oggi.map_or(Ok(false), |o| t.oggi().map(|prima| o > prima))?;
            if avanti {
                cambiato(t)?;
            }
            t.imposta_orologio(oggi, velocita)?;
            if oggi.is_some() && !avanti {
                cambiato(t)?;
            }
            Ok(())
        })?;
        if cammina {
            self.al_passo()?;
        }
        self.orologio()
    }

    /// Pace of the batch.
    pub fn ritmo(&self) -> Esito<Ritmo> {
        Ok(self.registro().ritmo()?)
    }

    /// Changes the pace; going back to `istantanea` waits for what was held up.
    pub fn metti_ritmo(&self, ritmo: Ritmo) -> Esito<()> {
        self.pronto_lo_stato()?;
        self.registro()
            .scrivi(|t| -> Esito<()> { Ok(t.salva_ritmo(ritmo)?) })?;
        self.batch.sveglia();
        if ritmo == Ritmo::Istantanea {
            self.batch.attendi_quiete();
        }
        Ok(())
    }

    /// Messages, oldest first.
    pub fn pec(&self, comune: Option<CodiceIstat>) -> Esito<Vec<Pec>> {
        self.pronto_lo_stato()?;
        Ok(self.registro().pec(None, comune)?)
    }

    /// One message.
    pub fn pec_una(&self, id: &str) -> Esito<Pec> {
        let assente = || ErroreServizio::assente(format!("Nessun messaggio {id}."));
        self.registro()
            .messaggio(IdPec::parse(id).ok_or_else(assente)?)?
            .ok_or_else(assente)
    }

    /// The catalogue of anomalies.
    pub fn catalogo(&self) -> &'static [&'static elaborazione::Anomalia] {
        elaborazione::CATALOGO
    }

    /// `GET /api/stato`.
    pub fn stato(&self) -> Esito<Value> {
        let orologio = self.orologio()?;
        let mut per_ambiente = serde_json::Map::new();
        let forniture = self.registro().forniture(None, None)?;
        for a in Ambiente::TUTTI {
            let mie = || forniture.iter().filter(|f| f.ambiente == a);
            let schede: u64 = mie()
                .filter(|f| f.segmento.is_some())
                .map(|f| f.schede.totale())
                .sum();
            per_ambiente.insert(
                a.chiave().to_owned(),
                json!({"forniture": mie().count(), "inCorso": mie().filter(|f| f.stato.in_corso()).count(), "schede": schede,
                    "cancellate": self.registro().conta_cancellate(a)?}),
            );
        }
        Ok(json!({
            "versione": env!("CARGO_PKG_VERSION"),
            "simulatore": "SIMULATORE – dati fittizi",
            "pid": std::process::id(),
            "avviato": self.partito(),
            "comuniPronti": self.stato_pronto(),
            "orologio": orologio,
            "elaborazione": self.ritmo()?,
            "ambienti": per_ambiente,
        }))
    }

    /// Counters as Prometheus text.
    pub fn metriche(&self) -> Esito<String> {
        use std::fmt::Write as _;
        let mut testo = String::new();
        let forniture = self.registro().forniture(None, None)?;
        testo.push_str(
            "# HELP anpr_sim_forniture Forniture per ambiente e stato\n# TYPE anpr_sim_forniture gauge\n",
        );
        let mut conti = std::collections::BTreeMap::new();
        for f in &forniture {
            *conti
                .entry((f.ambiente.chiave(), f.stato.nome()))
                .or_insert(0_u64) += 1;
        }
        for ((ambiente, stato), n) in conti {
            let _ = writeln!(
                testo,
                "anpr_sim_forniture{{ambiente=\"{ambiente}\",stato=\"{stato}\"}} {n}"
            );
        }
        let pec = self.registro().pec(None, None)?.len();
        let _ = writeln!(
            testo,
            "# HELP anpr_sim_pec Messaggi PEC\n# TYPE anpr_sim_pec counter\nanpr_sim_pec {pec}"
        );
        let giornale = self.giornale();
        let (voci, byte) = giornale.misura();
        let _ = writeln!(
            testo,
            "# HELP anpr_sim_scambi Scambi di servizi web\n# TYPE anpr_sim_scambi counter\nanpr_sim_scambi {}\n\
             # HELP anpr_sim_giornale_voci Scambi nel giornale\n# TYPE anpr_sim_giornale_voci gauge\n\
             anpr_sim_giornale_voci {voci}\n\
             # HELP anpr_sim_giornale_byte Byte del giornale su disco\n# TYPE anpr_sim_giornale_byte gauge\n\
             anpr_sim_giornale_byte {byte}\n\
             # HELP anpr_sim_giornale_persi Scambi non annotati\n# TYPE anpr_sim_giornale_persi counter\n\
             anpr_sim_giornale_persi {}",
            giornale.ultimo(),
            giornale.persi(),
        );
        Ok(testo)
    }
}

/// What an address of mail must be, as pages and refusals say it.
pub(crate) const INDIRIZZO_ATTESO: &str =
    "non è un indirizzo di posta valido: serve nome@dominio, con almeno un punto nel dominio e senza spazi.";

/// An address that a message can carry.
fn pec_valida(pec: &str) -> Esito<String> {
    let pec = pec.trim();
    if registro::posta::indirizzo_valido(pec) {
        Ok(pec.to_owned())
    } else {
        let breve: String = pec.chars().take(80).collect();
        Err(ErroreServizio::richiesta(format!("«{breve}» {INDIRIZZO_ATTESO}")))
    }
}
