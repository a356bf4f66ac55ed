//! Why a step of the journey is not possible: a typed refusal with the sentence a person reads, which says what comes
//! first; and the fields of a form that are not right.

use anagrafe::{
    Ambiente, CodiceIstat, Data,
    italiano::{accordo, dal, del, giorno, il, quanti},
};
use registro::ErroreRegistro;

use crate::ErroreServizio;

/// A step taken out of turn, or by who may not take it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Impedimento {
    /// The scheda comes first.
    #[error("Prima va inviata la scheda di monitoraggio.")]
    SchedaMancante,
    /// Sent, and the deadline is over.
    #[error(
        "La scheda è già stata inviata e il termine {} è passato: non si può più correggere. Le variazioni si \
         chiedono al Ministero (la console del simulatore).",
        del(*.0)
    )]
    SchedaChiusa(Data),
    /// The message of the start of tests is out already.
    #[error("L'avvio delle prove è già stato comunicato.")]
    ProveGiaAvviate,
    /// The censimento comes first.
    #[error("Prima va inviato il censimento.")]
    CensimentoMancante,
    /// Nothing in the censimento waits for being sent.
    #[error("Il censimento è già stato inviato e non contiene persone nuove.")]
    NullaDaInviare,
    /// He is in what was sent.
    #[error(
        "{0} è in un censimento già inviato: non si toglie da qui, lo cancella l'ALS (Gestione operatori)."
    )]
    PersonaInviata(String),
    /// Cards are still being made.
    #[error("Le smart card sono in produzione: il plico parte {}.", il(*.0))]
    PlicoInProduzione(Data),
    /// The parcel was not registered at the Prefettura.
    #[error("Prima la Prefettura registra l'arrivo del plico.")]
    PlicoNonRegistrato,
    /// It was.
    #[error("L'arrivo del plico è già stato registrato.")]
    PlicoGiaRegistrato,
    /// The sindaco was not summoned.
    #[error("Prima va convocato il sindaco.")]
    SindacoNonConvocato,
    /// The day of the summons lies ahead or behind.
    #[error("La data della convocazione non può precedere oggi, {}.", giorno(*.0))]
    ConvocazionePassata(Data),
    /// Handed over already.
    #[error("Il plico è già stato consegnato.")]
    PlicoGiaConsegnato,
    /// Nobody the parcel may be given to.
    #[error(
        "{0} non può ritirare il plico: lo ritira il sindaco, oppure un delegato che sia operatore ANPR registrato dello \
         stesso Comune."
    )]
    RiceventeEstraneo(String),
    /// Only the ALS of the Prefettura hands over.
    #[error("La consegna delle smart card è riservata all'ALS della Prefettura, entrato con la sua carta.")]
    SoloAlsPrefettura,
    /// The card is not at the Comune yet.
    #[error("La smart card non è ancora al Comune: prima la Prefettura consegna il plico.")]
    NonConsegnata,
    /// The card was registered.
    #[error("La smart card è già registrata.")]
    GiaRegistrata,
    /// The card was not registered.
    #[error("La smart card non è ancora registrata: la registra chi la consegna.")]
    NonRegistrata,
    /// The sindaco's card must work before he names anybody.
    #[error("Prima il sindaco attiva la sua smart card.")]
    SindacoSenzaCarta,
    /// Nobody was named yet.
    #[error("Prima il sindaco nomina ALS e ALP.")]
    NomineMancanti,
    /// Only the sindaco names, and registers the ALS's card.
    #[error("Lo fa il sindaco, entrando con la sua smart card.")]
    SoloSindaco,
    /// Only the ALS registers the cards of the others.
    #[error("La smart card di un operatore la registra l'ALS, entrando con la propria.")]
    SoloAls,
    /// He cannot be named.
    #[error("{0} non può essere nominato {1}: {2}.")]
    NonNominabile(String, &'static str, &'static str),
    /// A wrong PIN.
    #[error(
        "PIN errato: {} {}, poi la smart card si blocca. Il PIN è metà nella busta e metà nel messaggio.",
        accordo(*.0, "resta", "restano"),
        quanti(*.0, "tentativo", "tentativi")
    )]
    PinErrato(u8),
    /// Too many wrong ones.
    #[error("La smart card è bloccata per troppi PIN errati: si sblocca con il PUK.")]
    CartaBloccata,
    /// It is not blocked.
    #[error("La smart card non è bloccata: il PUK non serve.")]
    CartaNonBloccata,
    /// A wrong PUK.
    #[error(
        "PUK errato: {} {}, poi la sblocca solo l'assistenza. Il PUK è metà nella busta e metà nel messaggio.",
        accordo(*.0, "resta", "restano"),
        quanti(*.0, "tentativo", "tentativi")
    )]
    PukErrato(u8),
    /// Too many wrong PUKs.
    #[error(
        "La smart card non si sblocca più con il PUK: troppi errori. La sblocca l'assistenza (la console del simulatore)."
    )]
    CartaPersa,
    /// It works already.
    #[error("La smart card è già attiva.")]
    GiaAttiva,
    /// The dates come after a pre-subentro.
    #[error("Prima serve un pre-subentro concluso positivamente: solo dopo si pianifica la data.")]
    PresubentroMancante,
    /// Nothing is left to plan.
    #[error("Il Comune è già subentrato: non c'è più una data da pianificare.")]
    GiaSubentrato,
    /// After a failure the Ministry speaks.
    #[error(
        "Il subentro non è riuscito: la nuova data la comunica il Ministero (la console del simulatore), poi si può rinviare."
    )]
    NuovaDataDelMinistero,
    /// Files of the subentro are in: the window they came in stays until they have their outcome.
    #[error(
        "Un invio è in corso nell'ambiente di subentro: la data non si sposta finché non ha il suo esito. Se occorre, la \
         sposta il Ministero (la console del simulatore)."
    )]
    InvioInCorso,
    /// A delivery of the round that is to end has its outcome still to come.
    #[error(
        "Una fornitura del Comune è in elaborazione nell'ambiente di {}: il giro non finisce prima del suo esito. Attendere \
         l'esito (se l'elaborazione è sospesa, riprenderla), poi riprovare. Non è cambiato nulla.",
        di_ambiente(*.0)
    )]
    GiroAlLavoro(Ambiente),
    /// The window begins in the past.
    #[error("La prima data non può precedere oggi, {}.", giorno(*.0))]
    DataPassata(Data),
    /// Too near.
    #[error("{} almeno {} di preavviso: la prima data possibile è {}.", accordo(*.giorni, "Serve", "Servono"), quanti(*.giorni, "giorno", "giorni"), il(*.dal))]
    Preavviso {
        /// Days of notice.
        giorni: u8,
        /// First day that respects them.
        dal: Data,
    },
    /// No room on the preferred day.
    #[error("Il giorno {} è al completo: i subentri di un giorno sono al più {capienza}. Scegliere un'altra data preferita.", giorno(*.data))]
    GiornoPieno {
        /// The day.
        data: Data,
        /// Comuni it holds.
        capienza: u16,
    },
    /// Nobody plans for it.
    #[error(
        "Nessuna software house segue questo Comune. La sceglie il Comune nell'area privata («Software house»), oppure chi \
         governa il simulatore: in console, «Percorso», o con PUT /api/percorso/comuni/{0}/software-house."
    )]
    SenzaSoftwareHouse(CodiceIstat),
    /// The dates were proposed by the one there is.
    #[error(
        "Il subentro è già pianificato per {}: chi cambia software house lo conferma («sostituisci»: true nell'API). La data \
         resta, e da allora la sposta la nuova.",
        il(*.0)
    )]
    CambioConData(Data),
    /// The contribution comes after the subentro.
    #[error("Il contributo si chiede solo dopo un subentro riuscito.")]
    SubentroMancante,
    /// The deadline is over.
    #[error("Il termine per chiedere il contributo era {}. È un termine dello scenario: chi governa il simulatore lo sposta in console, «Percorso», o con PUT /api/percorso/scadenze {{\"contributo\":\"AAAA-MM-GG\"}}.", il(*.0))]
    ContributoScaduto(Data),
    /// What was sent does not change.
    #[error("La richiesta di contributo è già stata inviata: non si cambia più.")]
    ContributoInviato,
    /// Nothing was filled in.
    #[error("La richiesta di contributo non è stata compilata.")]
    ContributoMancante,
    /// The signature comes before the sending.
    #[error("Prima si carica il documento firmato.")]
    FirmatoMancante,
    /// Nobody whose key could make the test signature.
    #[error(
        "La firma di prova si fa con la chiave della smart card del sindaco, e il Comune non ha un sindaco con una carta \
         attiva: gliela si dà allo sportello (la console del simulatore, «Sportello»)."
    )]
    SindacoSenzaFirma,
    /// No outcome may be given now.
    #[error(
        "La richiesta non è in uno stato che ammetta questo esito: si verifica dopo l'invio, e l'esito è uno solo."
    )]
    ContributoFuoriTurno,
    /// The Prefetture see the schede from a day on.
    #[error("Le Prefetture vedono lo stato delle schede {}.", dal(*.0))]
    NonAncoraVisibile(Data),
    /// Reminded today.
    #[error(
        "Nessun Comune da sollecitare: hanno tutti inviato la scheda, o il sollecito di oggi è già partito."
    )]
    NessunoDaSollecitare,
}

/// As texts name an environment.
const fn di_ambiente(a: Ambiente) -> &'static str {
    match a {
        Ambiente::Test => "test",
        Ambiente::Pre => "pre-subentro",
        Ambiente::Sub => "subentro",
    }
}

impl Impedimento {
    /// The fitting HTTP status.
    pub const fn http(&self) -> u16 {
        match self {
            Self::SoloAlsPrefettura | Self::SoloSindaco | Self::SoloAls => 403,
            _ => 409,
        }
    }
}

impl From<Impedimento> for ErroreServizio {
    fn from(i: Impedimento) -> Self {
        Self {
            codice: Some("SIM012"),
            http: i.http(),
            testo: i.to_string(),
        }
    }
}

/// A field that is not right, and what to do about it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ErroreCampo {
    /// The field, as forms and JSON name it.
    pub campo: &'static str,
    /// The sentence.
    pub testo: String,
    /// The rule that says no to a value that is well written.
    pub regola: Option<Regola>,
}

/// What a rule refuses with, where only rules are broken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Regola {
    /// Its code.
    pub codice: Option<&'static str>,
    /// HTTP status.
    pub http: u16,
}

impl ErroreCampo {
    /// A field with its sentence.
    pub fn nuovo(campo: &'static str, testo: impl Into<String>) -> Self {
        Self {
            campo,
            testo: testo.into(),
            regola: None,
        }
    }

    /// A field whose value a rule refuses.
    pub fn di_regola(campo: &'static str, e: impl Into<ErroreServizio>) -> Self {
        let e = e.into();
        Self {
            campo,
            testo: e.testo,
            regola: Some(Regola {
                codice: e.codice,
                http: e.http,
            }),
        }
    }
}

/// The first of the rules, when every field is well written and it is rules that refuse.
pub fn di_sole_regole(campi: &[ErroreCampo]) -> Option<Regola> {
    let tutte: Option<Vec<Regola>> = campi.iter().map(|e| e.regola).collect();
    tutte?.first().copied()
}

/// Why a form was not taken: fields to correct, or anything else.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Rifiuto {
    /// These fields.
    Campi(Vec<ErroreCampo>),
    /// Not now, not by this person, or our own failure.
    Altro(ErroreServizio),
}

impl From<ErroreServizio> for Rifiuto {
    fn from(e: ErroreServizio) -> Self {
        Self::Altro(e)
    }
}

impl From<ErroreRegistro> for Rifiuto {
    fn from(e: ErroreRegistro) -> Self {
        Self::Altro(e.into())
    }
}

impl From<Impedimento> for Rifiuto {
    fn from(i: Impedimento) -> Self {
        Self::Altro(i.into())
    }
}

impl From<Rifiuto> for ErroreServizio {
    fn from(r: Rifiuto) -> Self {
        match r {
            Rifiuto::Altro(e) => e,
            Rifiuto::Campi(campi) => {
                // A rule speaks in whole sentences; of the others the field says where.
                let frasi: Vec<String> = campi
                    .iter()
                    .map(|e| match e.regola {
                        Some(_) => e.testo.clone(),
                        None => format!("{}: {}", e.campo, e.testo),
                    })
                    .collect();
                let testo = frasi.join(" ");
                match di_sole_regole(&campi) {
                    Some(Regola { codice, http }) => Self { codice, http, testo },
                    None => Self::richiesta(testo),
                }
            }
        }
    }
}
