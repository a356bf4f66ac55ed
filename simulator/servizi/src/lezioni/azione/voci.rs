//! The actions as a table: the documentation is made of it, and a test reads every example.

/// A row of the documentation of actions or expectations.
#[derive(Debug, Clone, Copy)]
pub struct Voce {
    /// The word.
    pub nome: &'static str,
    /// What it does or asks.
    pub che: &'static str,
    /// A line of TOML that shows every key.
    pub esempio: &'static str,
}

/// The actions, for the documentation; a test reads every example.
pub const VOCI_AZIONI: &[Voce] = &[
    Voce {
        nome: "data",
        che: "porta avanti la data dello scenario, che è di tutto il simulatore",
        esempio: r#"{ fai = "data", giorno = "2021-03-11" }"#,
    },
    Voce {
        nome: "invia",
        che: "genera una fornitura del Comune, con i difetti chiesti, e la invia: tutta, o solo i file nominati («APR», «APR 1», «AIRE», «RIFIUTATI»). `invii` è il numero dei file APR. Le stesse persone in ogni versione; un rifiuto allo sportello resta fra i rifiuti del passo",
        esempio: r#"{ fai = "invia", ambiente = "pre", versione = 1, anomalie = { ES092 = 3 }, invii = 2, file = ["APR 1"] }"#,
    },
    Voce {
        nome: "cancella",
        che: "chiede la cancellazione dell'ultima fornitura (test e pre); la esegue la notte",
        esempio: r#"{ fai = "cancella", ambiente = "pre" }"#,
    },
    Voce {
        nome: "notte",
        che: "esegue i lavori notturni, di tutti i Comuni",
        esempio: r#"{ fai = "notte" }"#,
    },
    Voce {
        nome: "piano",
        che: "apre o sposta la finestra del piano senza passare dalla dashboard",
        esempio: r#"{ fai = "piano", ambiente = "sub", inizio = "2021-03-10", fine = "2021-03-12" }"#,
    },
    Voce {
        nome: "togli_piano",
        che: "toglie la finestra",
        esempio: r#"{ fai = "togli_piano", ambiente = "sub" }"#,
    },
    Voce {
        nome: "pianifica",
        che: "propone le date sulla dashboard, con le sue regole: `da` è «software-house» (quella della lezione, se manca) o «ministero». Un no resta fra i rifiuti del passo",
        esempio: r#"{ fai = "pianifica", prima = "2021-03-10", ultima = "2021-03-12", preferita = "2021-03-11", da = "software-house" }"#,
    },
    Voce {
        nome: "casella",
        che: "dà al Comune la PEC per gli esiti; senza `indirizzo` la toglie",
        esempio: r#"{ fai = "casella", indirizzo = "protocollo@comune.example" }"#,
    },
    Voce {
        nome: "stato",
        che: "mette il Comune in uno stato del percorso, come farebbe l'assistenza",
        esempio: r#"{ fai = "stato", stato = "PRESUBENTRATO" }"#,
    },
    Voce {
        nome: "certificato",
        che: "emette un certificato di postazione, anche difettoso, e gli dà un nome nella lezione",
        esempio: r#"{ fai = "certificato", nome = "vecchio", tipo = "CO", difetto = "scaduto" }"#,
    },
    Voce {
        nome: "revoca",
        che: "revoca un certificato della lezione",
        esempio: r#"{ fai = "revoca", certificato = "vecchio" }"#,
    },
    Voce {
        nome: "ripristina",
        che: "ripristina un certificato revocato",
        esempio: r#"{ fai = "ripristina", certificato = "vecchio" }"#,
    },
    Voce {
        nome: "rinnova",
        che: "rinnova un certificato senza difetti; quello nuovo prende `nome`",
        esempio: r#"{ fai = "rinnova", certificato = "vecchio", nome = "nuovo" }"#,
    },
    Voce {
        nome: "richiesta",
        che: "firma e invia una richiesta: «TEST», oppure «S001» con il file APR di una `versione`. `difetto` è una voce di DIFETTI.md che riguarda il solo messaggio",
        esempio: r#"{ fai = "richiesta", ambiente = "pre", operazione = "S001", certificato = "vecchio", difetto = "corpo-modificato", versione = 1 }"#,
    },
    Voce {
        nome: "ritmo",
        che: "«sospesa» ferma l'elaborazione di tutti, «istantanea» la riprende; alla fine torna com'era",
        esempio: r#"{ fai = "ritmo", modo = "sospesa" }"#,
    },
    Voce {
        nome: "tributaria",
        che: "guasta l'Anagrafe Tributaria simulata, o la ripara; alla fine torna com'era",
        esempio: r#"{ fai = "tributaria", guasto = true }"#,
    },
    Voce {
        nome: "guasto",
        che: "mette un guasto in testa al piano (SICUREZZA.md); alla fine il piano torna com'era, con i conteggi da zero",
        esempio: r#"{ fai = "guasto", ambiente = "test", tipo = "F8", volte = 1 }"#,
    },
];
