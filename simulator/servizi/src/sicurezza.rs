//! The security policy of each environment at run time: what is in force, what differs from *faithful*, changes.
//!
//! A change takes effect at the next request and is kept over a restart, as long as the simulator is started with the
//! same policies; started with others it begins from those. What was asked for at the start and what was changed since
//! are told apart, so that a file that was edited is never silently overruled.

use std::{net::IpAddr, sync::Arc};

use anagrafe::Ambiente;
use frontiera::{
    Frontiera, Politica,
    politica::{INTERRUTTORI, ModoRifiuto, Preset, Valore},
};
use jiff::SignedDuration;
use registro::{EsitoScambio, Grezzo, Lettura as _, Passo, Registro, Verdetto, Voce};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use crate::{ErroreServizio, Esito, Simulatore};

/// One journal entry for an address refused, in so long.
const UN_RIFIUTO_OGNI: SignedDuration = SignedDuration::from_secs(60);
/// Refused addresses remembered at once; beyond, none is written into the journal.
const RIFIUTI_RICORDATI: usize = 256;

/// Collection of the changed policies, keyed by environment.
const DOCUMENTO: &str = "sicurezza";

/// The policies the simulator starts with, in the order of [`Ambiente::TUTTI`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Politiche(pub [Politica; 3]);

impl Politiche {
    /// A preset everywhere.
    pub fn predefinite(preset: Preset) -> Self {
        Self(Ambiente::TUTTI.map(|a| Politica::predefinita(a, preset)))
    }

    /// That of one environment.
    pub fn di(&self, ambiente: Ambiente) -> &Politica {
        let [test, pre, sub] = &self.0;
        match ambiente {
            Ambiente::Test => test,
            Ambiente::Pre => pre,
            Ambiente::Sub => sub,
        }
    }
}

/// What was in force at the last change: kept, and compared at the next start.
#[derive(Debug, Serialize, Deserialize)]
struct Memoria {
    /// Values the simulator had been started with.
    partenza: Map<String, Value>,
    /// Values as changed.
    valori: Map<String, Value>,
}

/// One switch, as pages and API show it.
#[derive(Debug, Clone, Serialize)]
pub struct VoceSicurezza {
    /// Name.
    pub nome: &'static str,
    /// Heading.
    pub gruppo: &'static str,
    /// What it does.
    pub testo: &'static str,
    /// What it takes.
    pub ammessi: String,
    /// Place of its rule.
    pub regola: String,
    /// In force.
    pub valore: Valore,
    /// In the faithful preset of this environment.
    pub faithful: Valore,
    /// The two differ.
    pub diverso: bool,
}

/// A policy explained.
#[derive(Debug, Clone, Serialize)]
pub struct QuadroSicurezza {
    /// `test`, `pre`, `sub`.
    pub ambiente: &'static str,
    /// The preset it is equal to, or `modificata`.
    pub preset: &'static str,
    /// Every switch.
    pub interruttori: Vec<VoceSicurezza>,
    /// Cipher suites of the listeners, by protocol version.
    pub tls: Vec<SuiteMostrata>,
}

/// One cipher suite.
#[derive(Debug, Clone, Copy, Serialize)]
pub struct SuiteMostrata {
    /// `TLS 1.2`, `TLS 1.3`.
    pub versione: &'static str,
    /// Name of the standard.
    pub suite: &'static str,
}

/// What a listener does with a new connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ammissione {
    /// It is served.
    Entra,
    /// Nothing is ever answered.
    Ignora,
    /// It is closed.
    Chiudi,
}

fn valori(p: &Politica) -> Map<String, Value> {
    p.valori().map(|(i, v)| (i.nome.to_owned(), json!(v))).collect()
}

fn con_valori(mut p: Politica, valori: &Map<String, Value>) -> Result<Politica, String> {
    for (nome, v) in valori {
        let valore =
            serde_json::from_value::<Valore>(v.clone()).map_err(|_| format!("{nome}: {v} non va bene"))?;
        p.metti(nome, valore)?;
    }
    Ok(p)
}

impl Simulatore {
    /// The policy of an environment, explained.
    pub fn sicurezza(&self, ambiente: Ambiente) -> QuadroSicurezza {
        let frontiera = self.frontiera_ora(ambiente);
        let in_vigore = frontiera.politica();
        let faithful = Politica::predefinita(ambiente, Preset::Faithful);
        let preset = Preset::TUTTI
            .into_iter()
            .find(|p| Politica::predefinita(ambiente, *p) == *in_vigore);
        let interruttori = in_vigore
            .valori()
            .zip(faithful.valori())
            .map(|((i, valore), (_, faithful))| VoceSicurezza {
                nome: i.nome,
                gruppo: i.gruppo,
                testo: i.testo,
                ammessi: i.ammette.descrizione(),
                regola: format!("spec security {}", i.regola),
                diverso: valore != faithful,
                valore,
                faithful,
            })
            .collect();
        QuadroSicurezza {
            ambiente: ambiente.chiave(),
            preset: preset.map_or("modificata", Preset::parola),
            interruttori,
            tls: frontiera::SUITE_TLS
                .iter()
                .map(|&(versione, suite)| SuiteMostrata { versione, suite })
                .collect(),
        }
    }

    /// Changes a policy: `preset` first, then the switches named; what is not named stays.
    pub fn metti_sicurezza(&self, ambiente: Ambiente, modifica: Value) -> Esito<QuadroSicurezza> {
        let Value::Object(mut voci) = modifica else {
            let testo = "Atteso un oggetto con «preset» e i nomi degli interruttori.";
            return Err(ErroreServizio::richiesta(testo));
        };
        // One change at a time: two at once must not lose a switch between reading and writing.
        let _turno = crate::simulatore::prendi(&self.cambio_sicurezza);
        let base = match voci.remove("preset") {
            None => self.frontiera_ora(ambiente).politica().clone(),
            Some(p) => {
                let preset = p.as_str().and_then(Preset::parse).ok_or_else(|| {
                    ErroreServizio::richiesta(format!("preset: {p} non va bene (faithful, permissive)."))
                })?;
                Politica::predefinita(ambiente, preset)
            }
        };
        let nuova = con_valori(base, &voci).map_err(ErroreServizio::richiesta)?;
        let memoria = Memoria {
            partenza: valori(self.impostazioni().sicurezza.di(ambiente)),
            valori: valori(&nuova),
        };
        self.registro().scrivi(|t| {
            Ok::<_, ErroreServizio>(t.salva_documento(DOCUMENTO, ambiente.chiave(), &memoria)?)
        })?;
        self.in_vigore(ambiente, &nuova);
        Ok(self.sicurezza(ambiente))
    }

    /// Puts kept changes in force after a start, and those of the start after a reset.
    pub(crate) fn riprendi_sicurezza(&self, registro: &Registro) -> Esito<()> {
        let _turno = crate::simulatore::prendi(&self.cambio_sicurezza);
        for ambiente in Ambiente::TUTTI {
            let partenza = self.impostazioni().sicurezza.di(ambiente);
            let tenuta: Option<Memoria> = registro.documento(DOCUMENTO, ambiente.chiave())?;
            let tenuta = tenuta.filter(|m| m.partenza == valori(partenza));
            // A switch that a newer version no longer has must not keep the simulator from starting.
            let politica = tenuta.and_then(|m| con_valori(partenza.clone(), &m.valori).ok());
            self.in_vigore(ambiente, politica.as_ref().unwrap_or(partenza));
        }
        Ok(())
    }

    fn in_vigore(&self, ambiente: Ambiente, politica: &Politica) {
        self.posto_frontiera(ambiente)
            .rcu(|f: &Arc<Frontiera>| f.con_politica(politica.clone()));
    }

    /// Whether a peer may connect to an environment's port (spec security §2, "IP filter").
    pub fn ammissione(&self, ambiente: Ambiente, ip: IpAddr) -> Ammissione {
        let frontiera = self.frontiera_ora(ambiente);
        let politica = frontiera.politica();
        match (politica.ammette_indirizzo(ip), politica.rete_rifiuto) {
            (true, _) => Ammissione::Entra,
            // Besides those of the policy, what the Comuni enabled in *Amministrazione*.
            (false, _) if self.abilitato_da_un_comune(ip) => Ammissione::Entra,
            (false, ModoRifiuto::Drop) => Ammissione::Ignora,
            (false, ModoRifiuto::Close) => Ammissione::Chiudi,
        }
    }

    /// Writes a refused connection into the journal: its caller sees nothing, its developer should.
    pub fn annota_rifiuto_di_rete(&self, ambiente: Ambiente, ip: IpAddr) {
        if !self.registro_aperto() || !self.primo_rifiuto_recente(ambiente, ip) {
            return;
        }
        let mut scambio = self.scambio_nuovo(ambiente.chiave(), "TCP", "(connessione)");
        scambio.esito = EsitoScambio::Rifiutato;
        scambio.causa = Some(format!("indirizzo {ip} non ammesso nell'ambiente"));
        scambio.passi.push(Passo {
            nome: "rete".into(),
            verdetto: Verdetto::Fermato,
            regola: "spec security §2".into(),
            atteso: "un indirizzo di rete_indirizzi".into(),
            osservato: ip.to_string(),
            spiegazione:
                "Chi chiama non riceve risposta, come davanti al filtro di ANPR: aggiungete l'indirizzo a \
                          rete_indirizzi, o spegnete rete_filtrata."
                    .into(),
            causa: "".into(),
        });
        self.giornale().annota(Voce {
            scambio,
            istante: self.adesso(),
            richiesta: Grezzo::default(),
            risposta: Grezzo::default(),
        });
    }
}

impl Simulatore {
    /// Whether this address was not refused in the last minute: a client that insists must not fill the journal.
    fn primo_rifiuto_recente(&self, ambiente: Ambiente, ip: IpAddr) -> bool {
        let adesso = self.adesso();
        let mut visti = crate::simulatore::prendi(&self.rifiuti_di_rete);
        visti.retain(|_, quando| adesso.duration_since(*quando) < UN_RIFIUTO_OGNI);
        if visti.len() >= RIFIUTI_RICORDATI || visti.contains_key(&(ambiente, ip)) {
            return false;
        }
        visti.insert((ambiente, ip), adesso);
        true
    }
}

/// The names of all switches, for whoever describes the API.
pub fn nomi_interruttori() -> impl Iterator<Item = &'static str> {
    INTERRUTTORI.iter().map(|i| i.nome)
}
