//! One person, one family or convivenza of the register, as pages and control API show them.

use std::collections::BTreeMap;

use anagrafe::{Ambiente, CodiceIstat, Data, Sesso, tabelle::Tabella, tabelle::tabelle};
use registro::{
    Cancellazione, Classe, IdFornitura, LetturaSchede as _, Ricerca as _, Scheda, SegmentoVisibile,
    TipoRecord,
};
use serde::Serialize;

use super::{COMPONENTI_MOSTRATI, SCHEDE_PER_PAGINA};
use crate::{
    ErroreServizio, Esito, SchedaLetta, Simulatore,
    schede::{CAMPO_FAMIGLIA_AIRE, CAMPO_ISCRIZIONE_AIRE, decodifica, nome_unita},
};

/// A person in a row of a list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct PersonaBreve {
    /// `idSchedaSoggettoANPR`.
    pub id_anpr: u64,
    /// `APR` or `AIRE`.
    pub anagrafe: &'static str,
    /// Comune of the scheda.
    pub comune: CodiceIstat,
    /// Id given by the Comune.
    pub id_comune: String,
    /// Codice fiscale that ANPR holds.
    pub codice_fiscale: Option<String>,
    /// Surname, as sent.
    pub cognome: Option<String>,
    /// Given name, as sent.
    pub nome: Option<String>,
    /// Sex.
    pub sesso: Option<Sesso>,
    /// Date of birth, when it can be read.
    pub nascita: Option<Data>,
    /// `ATTIVA` or `CANCELLATA`.
    pub stato: &'static str,
    /// When and why it was cancelled.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cancellazione: Option<Cancellazione>,
}

/// A person, whole.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct PersonaVista {
    /// What a row shows.
    #[serde(flatten)]
    pub breve: PersonaBreve,
    /// Environment.
    pub ambiente: Ambiente,
    /// Codice fiscale as sent, when ANPR replaced it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub codice_fiscale_inviato: Option<String>,
    /// 1 validated, 9 not.
    pub validita_cf: u8,
    /// Delivery it came with.
    pub fornitura: IdFornitura,
    /// Its family, its convivenza.
    pub unita: Vec<UnitaBreve>,
    /// Other schede with the same id: those of the Comuni that cancelled the person, or the one that has it now.
    pub stesso_id: Vec<Esistente>,
    /// Every value as the Comune sent it, by its path (APR) or field (AIRE); repeated ones in order.
    pub valori: BTreeMap<String, Vec<String>>,
    /// The same in the order of the document, for pages.
    #[serde(skip)]
    pub in_ordine: Vec<(String, String)>,
}

/// A scheda elsewhere.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Esistente {
    /// Comune.
    pub comune: CodiceIstat,
    /// Id given by it.
    pub id_comune: String,
    /// `ATTIVA` or `CANCELLATA`.
    pub stato: &'static str,
}

/// A family or convivenza in a row of a list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct UnitaBreve {
    /// Id assigned by ANPR.
    pub id_anpr: u64,
    /// `FAMIGLIA`, `CONVIVENZA`, `FAMIGLIA_AIRE`.
    pub tipo: &'static str,
    /// Comune of the scheda.
    pub comune: CodiceIstat,
    /// Id given by the Comune.
    pub id_comune: String,
    /// AIRE families: Comune of AIRE registration, as sent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub istat_iscrizione_aire: Option<String>,
}

/// A family or convivenza, whole.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct UnitaVista {
    /// What a row shows.
    #[serde(flatten)]
    pub breve: UnitaBreve,
    /// Environment.
    pub ambiente: Ambiente,
    /// Delivery it came with.
    pub fornitura: IdFornitura,
    /// Its members, in the order of their progressives; at most [`COMPONENTI_MOSTRATI`].
    pub componenti: Vec<Componente>,
    /// Whether there are more.
    pub altri: bool,
    /// Loaded before members were indexed: nobody is found.
    pub senza_indice: bool,
    /// Every value as the Comune sent it.
    pub valori: BTreeMap<String, Vec<String>>,
    /// The same in the order of the document, for pages.
    #[serde(skip)]
    pub in_ordine: Vec<(String, String)>,
}

/// A member.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Componente {
    /// Who.
    #[serde(flatten)]
    pub persona: PersonaBreve,
    /// Relation to the head, as sent.
    pub legame: Option<String>,
    /// What the tables say of it.
    pub descrizione_legame: Option<&'static str>,
    /// Place in the family.
    pub progressivo: Option<u32>,
}

/// The word of a kind of unit.
fn tipo_unita(tipo: TipoRecord) -> &'static str {
    match tipo {
        TipoRecord::Convivenza => "CONVIVENZA",
        TipoRecord::FamigliaAire => "FAMIGLIA_AIRE",
        _ => "FAMIGLIA",
    }
}

fn stato(cancellata: bool) -> &'static str {
    if cancellata { "CANCELLATA" } else { "ATTIVA" }
}

/// What a row of a person shows.
pub(super) fn persona_breve(scheda: &Scheda, letta: &SchedaLetta) -> PersonaBreve {
    let (anagrafe, cognome, nome) = match scheda.record.tipo {
        TipoRecord::Aire => ("AIRE", letta.valore("cognome"), letta.valore("nome")),
        _ => (
            "APR",
            letta.valore("/generalitaSubIscr/cognome"),
            letta.valore("/generalitaSubIscr/nome"),
        ),
    };
    PersonaBreve {
        id_anpr: scheda.id_anpr,
        anagrafe,
        comune: scheda.comune,
        id_comune: scheda.record.id_comune.clone(),
        codice_fiscale: scheda.record.cf_registrato().map(ToOwned::to_owned),
        cognome: cognome.map(ToOwned::to_owned),
        nome: nome.map(ToOwned::to_owned),
        sesso: letta.sesso,
        nascita: letta.nascita,
        stato: stato(scheda.cancellata.is_some()),
        cancellazione: scheda.cancellata.clone(),
    }
}

pub(super) fn letta(scheda: &Scheda) -> Esito<SchedaLetta> {
    decodifica(scheda.record.tipo, &scheda.record.dati)
}

fn per_nome(valori: &[(String, String)]) -> BTreeMap<String, Vec<String>> {
    let mut nomi: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for (nome, valore) in valori {
        nomi.entry(nome.clone()).or_default().push(valore.clone());
    }
    nomi
}

/// The units a person points to: kind and id, and the Comune of registration for the AIRE.
fn chiavi_unita(tipo: TipoRecord, letta: &SchedaLetta) -> Vec<(TipoRecord, String, String)> {
    let mut chiavi = Vec::new();
    let mut aggiungi = |tipo, id: Option<&str>, iscrizione: &str| {
        chiavi.extend(id.map(|id| (tipo, id.to_owned(), iscrizione.to_owned())));
    };
    if tipo == TipoRecord::Aire {
        let iscrizione = letta.valore(CAMPO_ISCRIZIONE_AIRE).unwrap_or_default();
        aggiungi(
            TipoRecord::FamigliaAire,
            letta.valore(CAMPO_FAMIGLIA_AIRE),
            iscrizione,
        );
    } else {
        aggiungi(
            TipoRecord::Famiglia,
            letta.valore("/soggetto/famiglia/idFamConvComune"),
            "",
        );
        aggiungi(
            TipoRecord::Convivenza,
            letta.valore("/soggetto/convivenza/idFamConvComune"),
            "",
        );
    }
    chiavi
}

fn unita_breve(scheda: &Scheda, letta: &SchedaLetta) -> UnitaBreve {
    let aire = scheda.record.tipo == TipoRecord::FamigliaAire;
    let iscrizione = letta.valore(CAMPO_ISCRIZIONE_AIRE).unwrap_or_default();
    UnitaBreve {
        id_anpr: scheda.id_anpr,
        tipo: tipo_unita(scheda.record.tipo),
        comune: scheda.comune,
        id_comune: scheda.record.id_comune.clone(),
        istat_iscrizione_aire: aire.then(|| iscrizione.to_owned()),
    }
}

fn componente(unita: TipoRecord, scheda: &Scheda) -> Esito<Componente> {
    let letta = letta(scheda)?;
    let (legame, progressivo, tabella) = match unita {
        TipoRecord::FamigliaAire => (
            letta.valore("relazioneParentela"),
            letta.valore("progressivoComponente"),
            Tabella::Parentela,
        ),
        TipoRecord::Convivenza => (
            letta.valore("/convivenza/legameSoggetto/codiceLegame"),
            letta.valore("/convivenza/legameSoggetto/progressivoComponente"),
            Tabella::LegameConvivenza,
        ),
        _ => (
            letta.valore("/famiglia/legameSoggetto/codiceLegame"),
            letta.valore("/famiglia/legameSoggetto/progressivoComponente"),
            Tabella::Parentela,
        ),
    };
    // The AIRE fills its codes up with zeros.
    let codice = legame.map(|l| l.trim_start_matches('0'));
    Ok(Componente {
        persona: persona_breve(scheda, &letta),
        descrizione_legame: codice
            .and_then(|c| tabelle().voce(tabella, c))
            .map(|v| v.descrizione),
        legame: legame.map(ToOwned::to_owned),
        progressivo: progressivo.and_then(|p| p.parse().ok()),
    })
}

impl Simulatore {
    fn segmento_di(&self, ambiente: Ambiente, scheda: &Scheda) -> Esito<SegmentoVisibile> {
        self.registro()
            .segmento(ambiente, scheda.segmento)?
            .ok_or_else(|| ErroreServizio::assente("La scheda è stata appena rimossa con la sua fornitura."))
    }

    /// One person by the id ANPR gave. Of one Comune when given: its own scheda, even if the person went elsewhere since.
    pub fn persona(
        &self,
        ambiente: Ambiente,
        comune: Option<CodiceIstat>,
        id_anpr: u64,
    ) -> Esito<PersonaVista> {
        self.pronto_lo_stato()?;
        let mut schede = self
            .registro()
            .schede_con_id(ambiente, Classe::Soggetti, id_anpr)?;
        let quale = schede
            .iter()
            .rposition(|s| comune.is_none_or(|c| c == s.comune))
            .ok_or_else(|| {
                ErroreServizio::assente(format!("Nessuna scheda individuale con idANPR {id_anpr}."))
            })?;
        let scheda = schede.remove(quale);
        let letta = letta(&scheda)?;
        let segmento = self.segmento_di(ambiente, &scheda)?;
        let mut unita = Vec::new();
        for (tipo, id, iscrizione) in chiavi_unita(scheda.record.tipo, &letta) {
            for sua in self.unita_con_id(ambiente, &segmento, tipo, &id)? {
                if tipo != TipoRecord::FamigliaAire || sua.istat_iscrizione_aire.as_ref() == Some(&iscrizione)
                {
                    unita.push(sua);
                }
            }
        }
        let stesso_id = schede
            .into_iter()
            // An operator does not see where else a person is.
            .filter(|_| comune.is_none())
            .map(|s| Esistente {
                comune: s.comune,
                stato: stato(s.cancellata.is_some()),
                id_comune: s.record.id_comune,
            })
            .collect();
        let inviato = scheda.record.cf.clone();
        Ok(PersonaVista {
            codice_fiscale_inviato: inviato.filter(|cf| scheda.record.cf_registrato() != Some(cf)),
            breve: persona_breve(&scheda, &letta),
            ambiente,
            validita_cf: letta.validita_cf,
            fornitura: segmento.fornitura,
            unita,
            stesso_id,
            valori: per_nome(&letta.valori),
            in_ordine: letta.valori,
        })
    }

    fn unita_con_id(
        &self,
        ambiente: Ambiente,
        segmento: &SegmentoVisibile,
        tipo: TipoRecord,
        id: &str,
    ) -> Esito<Vec<UnitaBreve>> {
        self.registro()
            .schede_del_segmento(ambiente, segmento, Classe::Unita, id, COMPONENTI_MOSTRATI)?
            .into_iter()
            .filter(|s| s.record.tipo == tipo)
            .map(|s| Ok(unita_breve(&s, &letta(&s)?)))
            .collect()
    }

    /// One family or convivenza by the id ANPR gave, of one Comune when given.
    pub fn unita(&self, ambiente: Ambiente, comune: Option<CodiceIstat>, id_anpr: u64) -> Esito<UnitaVista> {
        self.pronto_lo_stato()?;
        let scheda = self
            .registro()
            .scheda(ambiente, Classe::Unita, id_anpr)?
            .filter(|s| comune.is_none_or(|c| c == s.comune))
            .ok_or_else(|| {
                ErroreServizio::assente(format!("Nessuna famiglia o convivenza con idANPR {id_anpr}."))
            })?;
        let letta = letta(&scheda)?;
        let breve = unita_breve(&scheda, &letta);
        let segmento = self.segmento_di(ambiente, &scheda)?;
        let iscrizione = breve.istat_iscrizione_aire.as_deref().unwrap_or_default();
        let trovate = match nome_unita(scheda.record.tipo, &scheda.record.id_comune, iscrizione) {
            Some(nome) => {
                self.registro()
                    .schede_per_unita(ambiente, &segmento, &nome, COMPONENTI_MOSTRATI)?
            }
            None => registro::Trovate::default(),
        };
        let mut componenti: Vec<Componente> = trovate
            .schede
            .iter()
            .map(|s| componente(scheda.record.tipo, s))
            .collect::<Esito<_>>()?;
        // Those without a progressive come last, in file order.
        componenti.sort_by_key(|c| c.progressivo.filter(|p| *p > 0).unwrap_or(u32::MAX));
        Ok(UnitaVista {
            breve,
            ambiente,
            fornitura: segmento.fornitura,
            componenti,
            altri: trovate.altre,
            senza_indice: trovate.senza_indice,
            valori: per_nome(&letta.valori),
            in_ordine: letta.valori,
        })
    }

    /// Persons of a Comune in the order of their files, past the first `dopo`.
    pub fn persone(
        &self,
        ambiente: Ambiente,
        comune: CodiceIstat,
        dopo: u64,
        limite: usize,
    ) -> Esito<Vec<PersonaBreve>> {
        self.pagina(ambiente, comune, Classe::Soggetti, dopo, limite, persona_breve)
    }

    /// Families and convivenze of a Comune in the order of their files, AIRE families last, past the first `dopo`.
    pub fn elenco_unita(
        &self,
        ambiente: Ambiente,
        comune: CodiceIstat,
        dopo: u64,
        limite: usize,
    ) -> Esito<Vec<UnitaBreve>> {
        self.pagina(ambiente, comune, Classe::Unita, dopo, limite, unita_breve)
    }

    fn pagina<T>(
        &self,
        ambiente: Ambiente,
        comune: CodiceIstat,
        classe: Classe,
        dopo: u64,
        limite: usize,
        riga: fn(&Scheda, &SchedaLetta) -> T,
    ) -> Esito<Vec<T>> {
        self.pronto_lo_stato()?;
        let mut righe = Vec::new();
        let mut salta = dopo;
        let limite = limite.min(SCHEDE_PER_PAGINA);
        for segmento in self.registro().segmenti(ambiente, comune)? {
            let quante = match classe {
                Classe::Soggetti => segmento.schede.individuali(),
                Classe::Unita => segmento.schede.unita(),
            };
            if salta >= quante {
                salta -= quante;
                continue;
            }
            let schede = self.registro().schede_di(ambiente, &segmento, classe)?;
            let da = usize::try_from(std::mem::take(&mut salta)).unwrap_or(usize::MAX);
            for scheda in schede.skip(da).take(limite - righe.len()) {
                let scheda = scheda?;
                righe.push(riga(&scheda, &letta(&scheda)?));
            }
            if righe.len() == limite {
                break;
            }
        }
        Ok(righe)
    }
}
