//! The places of the `subentro` message the checks ask for, found once by their path.

use std::sync::LazyLock;

use schema::{Modello, NodoId, radici};

/// Stands for a path the grammar does not know; no element ever has it. A test keeps it unused.
pub const NODO_ASSENTE: NodoId = NodoId(u16::MAX);

/// Grammar of the APR file.
pub fn modello_apr() -> Option<&'static Modello> {
    Modello::di(radici::SUBENTRO.0, radici::SUBENTRO.1)
}

/// The three leaves that name a Comune.
#[derive(Debug, Clone, Copy)]
pub struct ComuneNodi {
    /// `nomeComune`
    pub nome: NodoId,
    /// `codiceIstat`
    pub istat: NodoId,
    /// `siglaProvinciaIstat`
    pub sigla: NodoId,
}

/// An act of civil status.
#[derive(Debug, Clone, Copy)]
pub struct AttoNodi {
    /// The act itself.
    pub atto: NodoId,
    /// `comuneRegistrazione`
    pub comune: ComuneNodi,
    /// `anno`
    pub anno: NodoId,
    /// `dataFormazioneAtto`
    pub data: NodoId,
}

/// An event: a wedding, a death.
#[derive(Debug, Clone, Copy)]
pub struct EventoNodi {
    /// The event itself.
    pub evento: NodoId,
    /// `dataEvento`
    pub data: NodoId,
    /// `luogoEvento/luogoEccezionale`
    pub eccezionale: NodoId,
    /// `luogoEvento/comune`
    pub luogo: NodoId,
    /// The same, its leaves.
    pub comune: ComuneNodi,
    /// `luogoEvento/localita`
    pub localita: NodoId,
    /// `luogoEvento/localita/codiceStato`
    pub stato: NodoId,
    /// `attoEvento`
    pub atto: AttoNodi,
}

struct Cerca {
    modello: Option<&'static Modello>,
    mancanti: Vec<String>,
}

impl Cerca {
    fn nodo(&mut self, percorso: &str) -> NodoId {
        self.modello.and_then(|m| m.nodo(percorso)).unwrap_or_else(|| {
            self.mancanti.push(percorso.to_owned());
            NODO_ASSENTE
        })
    }

    fn comune(&mut self, base: &str) -> ComuneNodi {
        ComuneNodi {
            nome: self.nodo(&format!("{base}/nomeComune")),
            istat: self.nodo(&format!("{base}/codiceIstat")),
            sigla: self.nodo(&format!("{base}/siglaProvinciaIstat")),
        }
    }

    fn atto(&mut self, base: &str) -> AttoNodi {
        AttoNodi {
            atto: self.nodo(base),
            comune: self.comune(&format!("{base}/comuneRegistrazione")),
            anno: self.nodo(&format!("{base}/anno")),
            data: self.nodo(&format!("{base}/dataFormazioneAtto")),
        }
    }

    fn evento(&mut self, base: &str) -> EventoNodi {
        EventoNodi {
            evento: self.nodo(base),
            data: self.nodo(&format!("{base}/dataEvento")),
            eccezionale: self.nodo(&format!("{base}/luogoEvento/luogoEccezionale")),
            luogo: self.nodo(&format!("{base}/luogoEvento/comune")),
            comune: self.comune(&format!("{base}/luogoEvento/comune")),
            localita: self.nodo(&format!("{base}/luogoEvento/localita")),
            stato: self.nodo(&format!("{base}/luogoEvento/localita/codiceStato")),
            atto: self.atto(&format!("{base}/attoEvento")),
        }
    }
}

/// Declares [`Nodi`]: single places by path, then Comuni, acts and events by theirs.
macro_rules! nodi {
    (
        nodi { $($nodo:ident = $percorso:literal,)* }
        comuni { $($comune:ident = $base_comune:literal,)* }
        atti { $($atto:ident = $base_atto:literal,)* }
        eventi { $($evento:ident = $base_evento:literal,)* }
    ) => {
        /// Every place asked for. The paths stand in the declaration.
        #[derive(Debug)]
        #[allow(missing_docs)]
        pub struct Nodi {
            $(pub $nodo: NodoId,)*
            $(pub $comune: ComuneNodi,)*
            $(pub $atto: AttoNodi,)*
            $(pub $evento: EventoNodi,)*
            /// Every `codiceIstat` of a Comune in a `soggetto`.
            pub codici_istat: Vec<ComuneNodi>,
            /// Paths the grammar does not know: none, or the grammar changed.
            pub mancanti: Vec<String>,
        }

        fn trova() -> Nodi {
            let mut c = Cerca { modello: modello_apr(), mancanti: Vec::new() };
            Nodi {
                $($nodo: c.nodo(concat!("subentro/", $percorso)),)*
                $($comune: c.comune(concat!("subentro/", $base_comune)),)*
                $($atto: c.atto(concat!("subentro/", $base_atto)),)*
                $($evento: c.evento(concat!("subentro/", $base_evento)),)*
                codici_istat: codici_istat(c.modello),
                mancanti: c.mancanti,
            }
        }
    };
}

nodi! {
    nodi {
        dati_fornitura = "datiFornitura",
        versione_fornitura = "datiFornitura/versioneFornitura",
        totale_invii = "datiFornitura/totaleInvii",
        df_soggetti = "datiFornitura/numeroTotaleSchedeSoggetto",
        df_femmine = "datiFornitura/numeroTotalePersoneSessoFemminile",
        df_maschi = "datiFornitura/numeroTotalePersoneSessoMaschile",
        df_famiglie = "datiFornitura/numeroTotaleSchedeFamiglia",
        df_convivenze = "datiFornitura/numeroTotaleSchedeConvivenza",
        dati_invio = "datiInvio",
        progressivo_invio = "datiInvio/progressivoInvio",
        di_soggetti = "datiInvio/numeroSchedeSoggettoInvio",
        di_femmine = "datiInvio/numeroPersoneSessoFemminileInvio",
        di_maschi = "datiInvio/numeroPersoneSessoMaschileInvio",
        di_famiglie = "datiInvio/numeroTotaleSchedeFamigliaInvio",
        di_convivenze = "datiInvio/numeroTotaleSchedeConvivenzaInvio",
        soggetto = "generalitaSoggetti/soggetto",
        codice_fiscale = "generalitaSoggetti/soggetto/generalitaSubIscr/codiceFiscale/codFiscale",
        cognome = "generalitaSoggetti/soggetto/generalitaSubIscr/cognome",
        senza_cognome = "generalitaSoggetti/soggetto/generalitaSubIscr/senzaCognome",
        nome = "generalitaSoggetti/soggetto/generalitaSubIscr/nome",
        senza_nome = "generalitaSoggetti/soggetto/generalitaSubIscr/senzaNome",
        sesso = "generalitaSoggetti/soggetto/generalitaSubIscr/sesso",
        nascita = "generalitaSoggetti/soggetto/generalitaSubIscr/dataNascita",
        senza_giorno = "generalitaSoggetti/soggetto/generalitaSubIscr/senzaGiorno",
        senza_giorno_mese = "generalitaSoggetti/soggetto/generalitaSubIscr/senzaGiornoMese",
        luogo_nascita = "generalitaSoggetti/soggetto/generalitaSubIscr/luogoNascita",
        nascita_eccezionale = "generalitaSoggetti/soggetto/generalitaSubIscr/luogoNascita/luogoEccezionale",
        nascita_in_comune = "generalitaSoggetti/soggetto/generalitaSubIscr/luogoNascita/comune",
        nascita_in_localita = "generalitaSoggetti/soggetto/generalitaSubIscr/luogoNascita/localita",
        nascita_stato = "generalitaSoggetti/soggetto/generalitaSubIscr/luogoNascita/localita/codiceStato",
        id_soggetto = "generalitaSoggetti/soggetto/generalitaSubIscr/idSchedaSoggettoComune/idSchedaSoggetto",
        prima_iscrizione = "generalitaSoggetti/soggetto/generalitaSubIscr/dataPrimaIscrizioneComune",
        stato_civile = "generalitaSoggetti/soggetto/statoCivile/statoCivile",
        ultimo_aggiornamento = "generalitaSoggetti/soggetto/dataUltimoAggiornamento",
        motivo_iscrizione = "generalitaSoggetti/soggetto/motivoIscrizioneAPR",
        cittadinanza = "generalitaSoggetti/soggetto/cittadinanza/codiceStato",
        cittadinanza_dal = "generalitaSoggetti/soggetto/cittadinanza/dataValidita",
        altra_cittadinanza = "generalitaSoggetti/soggetto/altraCittadinanza/codiceStato",
        altra_cittadinanza_dal = "generalitaSoggetti/soggetto/altraCittadinanza/dataValidita",
        residenza = "generalitaSoggetti/soggetto/residenza",
        residenza_dal = "generalitaSoggetti/soggetto/residenza/dataDecorrenzaResidenza",
        indirizzo = "generalitaSoggetti/soggetto/residenza/indirizzo",
        cod_specie = "generalitaSoggetti/soggetto/residenza/indirizzo/toponimo/codSpecie",
        specie = "generalitaSoggetti/soggetto/residenza/indirizzo/toponimo/specie",
        localita_estera = "generalitaSoggetti/soggetto/residenza/localitaEstera",
        estero_cap = "generalitaSoggetti/soggetto/residenza/localitaEstera/indirizzoEstero/cap",
        estero_localita = "generalitaSoggetti/soggetto/residenza/localitaEstera/indirizzoEstero/localita/descrizioneLocalita",
        estero_stato = "generalitaSoggetti/soggetto/residenza/localitaEstera/indirizzoEstero/localita/codiceStato",
        estero_contea = "generalitaSoggetti/soggetto/residenza/localitaEstera/indirizzoEstero/localita/provinciaContea",
        estero_toponimo = "generalitaSoggetti/soggetto/residenza/localitaEstera/indirizzoEstero/toponimo",
        estero_consolato = "generalitaSoggetti/soggetto/residenza/localitaEstera/consolato/codiceConsolato",
        presso = "generalitaSoggetti/soggetto/residenza/presso",
        famiglia = "generalitaSoggetti/soggetto/famiglia",
        famiglia_id = "generalitaSoggetti/soggetto/famiglia/idFamConvComune",
        famiglia_dal = "generalitaSoggetti/soggetto/famiglia/legameSoggetto/dataDecorrenza",
        famiglia_legame = "generalitaSoggetti/soggetto/famiglia/legameSoggetto/codiceLegame",
        famiglia_progressivo = "generalitaSoggetti/soggetto/famiglia/legameSoggetto/progressivoComponente",
        convivenza = "generalitaSoggetti/soggetto/convivenza",
        convivenza_id = "generalitaSoggetti/soggetto/convivenza/idFamConvComune",
        convivenza_dal = "generalitaSoggetti/soggetto/convivenza/legameSoggetto/dataDecorrenza",
        convivenza_legame = "generalitaSoggetti/soggetto/convivenza/legameSoggetto/codiceLegame",
        convivenza_progressivo = "generalitaSoggetti/soggetto/convivenza/legameSoggetto/progressivoComponente",
        coniuge = "generalitaSoggetti/soggetto/matrimonio/coniuge",
        cessazione_tipo = "generalitaSoggetti/soggetto/separazioneAnnullamentoCessazioneMatrimonio/tipoCessazione",
        cessazione_tribunale = "generalitaSoggetti/soggetto/separazioneAnnullamentoCessazioneMatrimonio/sentenza/tipoTribunale",
        cessazione_validita = "generalitaSoggetti/soggetto/separazioneAnnullamentoCessazioneMatrimonio/sentenza/dataValidita",
        cessazione_sentenza = "generalitaSoggetti/soggetto/separazioneAnnullamentoCessazioneMatrimonio/sentenza/data",
        carta_rilascio = "generalitaSoggetti/soggetto/cartaIdentita/dataRilascio",
        permesso_tipo = "generalitaSoggetti/soggetto/permessoSoggiorno/tipoSoggiorno",
        permesso_rilascio = "generalitaSoggetti/soggetto/permessoSoggiorno/dataRilascio",
        posizione = "generalitaSoggetti/soggetto/altriDati/posizioneProfessionale",
        condizione = "generalitaSoggetti/soggetto/altriDati/condizioneNonProfessionale",
        titolo_studio = "generalitaSoggetti/soggetto/altriDati/titoloStudio",
        unito = "generalitaSoggetti/soggetto/unioneCivile/unitoCivilmente",
        atto_unione = "generalitaSoggetti/soggetto/unioneCivile/attoUnione",
        unione_motivo = "generalitaSoggetti/soggetto/unioneCivile/scioglimentoUnione/motivoScioglimento",
        unione_tribunale = "generalitaSoggetti/soggetto/unioneCivile/scioglimentoUnione/sentenza/tipoTribunale",
        convivente = "generalitaSoggetti/soggetto/convivenzaDiFatto/convivente",
        contratto_stipula = "generalitaSoggetti/soggetto/convivenzaDiFatto/contrattoStipula",
        contratto_risoluzione = "generalitaSoggetti/soggetto/convivenzaDiFatto/contrattoRisoluzione",
        risoluzione_motivo = "generalitaSoggetti/soggetto/convivenzaDiFatto/contrattoRisoluzione/motivoRisoluzione",
        scheda_famiglia = "famiglie/famiglia",
        scheda_famiglia_istat = "famiglie/famiglia/idFamigliaConvivenzaComune/idFamigliaConvivenzaComuneIstat",
        scheda_famiglia_id = "famiglie/famiglia/idFamigliaConvivenzaComune/idFamigliaConvivenza",
        motivo_costituzione = "famiglie/famiglia/motivoCostituzione",
        scheda_famiglia_tutore = "famiglie/famiglia/tipoTutoreIntestatario",
        scheda_convivenza = "convivenze/convivenza",
        scheda_convivenza_istat = "convivenze/convivenza/idFamigliaConvivenzaComune/idFamigliaConvivenzaComuneIstat",
        scheda_convivenza_id = "convivenze/convivenza/idFamigliaConvivenzaComune/idFamigliaConvivenza",
        specie_convivenza = "convivenze/convivenza/specieConvivenza",
        scheda_convivenza_tutore = "convivenze/convivenza/tipoTutoreIntestatario",
    }
    comuni {
        comune_nascita = "generalitaSoggetti/soggetto/generalitaSubIscr/luogoNascita/comune",
        comune_residenza = "generalitaSoggetti/soggetto/residenza/indirizzo/comune",
        comune_carta = "generalitaSoggetti/soggetto/cartaIdentita/comuneRilascio",
        comune_permesso = "generalitaSoggetti/soggetto/permessoSoggiorno/comune",
    }
    atti {
        atto_nascita = "generalitaSoggetti/soggetto/attoNascita",
        atto_annullamento = "generalitaSoggetti/soggetto/separazioneAnnullamentoCessazioneMatrimonio/attoAnnullamentoMatrimonio",
    }
    eventi {
        matrimonio = "generalitaSoggetti/soggetto/matrimonio/datiMatrimonio",
        morte_coniuge = "generalitaSoggetti/soggetto/vedovanza/datiMorteconiuge",
    }
}

/// Every Comune named inside a `soggetto`, wherever it stands.
fn codici_istat(modello: Option<&'static Modello>) -> Vec<ComuneNodi> {
    let Some(m) = modello else { return Vec::new() };
    let Some(soggetto) = m.nodo("subentro/generalitaSoggetti/soggetto") else {
        return Vec::new();
    };
    (0..m.quanti() as u16)
        .map(NodoId)
        .filter(|n| m.nome(*n) == "codiceIstat" && sotto(m, *n, soggetto))
        .filter_map(|istat| {
            let base = m.percorso(m.padre(istat)?);
            Some(ComuneNodi {
                nome: m.nodo(&format!("{base}/nomeComune"))?,
                istat,
                sigla: m.nodo(&format!("{base}/siglaProvinciaIstat"))?,
            })
        })
        .collect()
}

fn sotto(m: &Modello, nodo: NodoId, radice: NodoId) -> bool {
    std::iter::successors(Some(nodo), |n| m.padre(*n)).any(|n| n == radice)
}

static NODI: LazyLock<Nodi> = LazyLock::new(trova);

/// The places, found on first use.
pub fn nodi() -> &'static Nodi {
    &NODI
}

#[cfg(test)]
mod prove {
    use super::*;

    #[test]
    fn ogni_percorso_esiste_nella_grammatica() {
        assert_eq!(nodi().mancanti, Vec::<String>::new());
        assert!(nodi().codici_istat.len() > 20);
    }
}
