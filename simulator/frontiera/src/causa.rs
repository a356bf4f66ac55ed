//! Why a request is refused, as one of a closed list, and what its developer must do about it.
//!
//! One table: a cause without a remedy does not compile, and no remedy is chosen by the step that stopped the request,
//! because one step stops it for many causes. The name is what the journal keeps.

use serde::Serialize;

use crate::security::{
    asserzione::ErroreAsserzione, certificato::ProblemaCertificato, chiave::ErroreChiave,
    identificatori::IdDuplicato, pkcs7::ErrorePkcs7, tempo::Finestra, xmldsig::ErroreFirma,
};
use crate::soap::Malformato;

macro_rules! cause {
    ($( $(#[$doc:meta])* $causa:ident, $nome:literal, $rimedio:literal; )+) => {
        /// Why a request is refused.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
        pub enum Causa {
            $( $(#[$doc])* #[serde(rename = $nome)] $causa, )+
        }

        impl Causa {
            /// All of them.
            pub const TUTTE: &[Self] = &[ $( Self::$causa, )+ ];

            /// Stable name, kept in the journal.
            pub const fn nome(self) -> &'static str {
                match self { $( Self::$causa => $nome, )+ }
            }

            /// What to do, in Italian.
            pub const fn rimedio(self) -> &'static str {
                match self { $( Self::$causa => $rimedio, )+ }
            }
        }
    };
}

cause! {
    // Where the request goes, and what it is made of.
    /// A path that no service has.
    Percorso, "percorso",
        "Correggete l'indirizzo: il percorso è quello di ANPR, cambia soltanto l'host.";
    /// Nothing is wrong with the request.
    GuastoPianificato, "guasto-pianificato",
        "Non cambiate nulla: il guasto viene dal piano (/api/guasti), che si può svuotare.";
    /// More octets than the policy takes.
    MessaggioGrande, "messaggio-grande",
        "Riducete il messaggio sotto il limite, o alzate corpo_massimo nella politica dell'ambiente.";
    /// Nesting, attributes or declarations beyond any real message.
    XmlEccessivo, "xml-eccessivo",
        "Riducete livelli di annidamento, attributi e dichiarazioni di namespace: una richiesta ne usa pochi.";
    /// A document type declaration.
    Doctype, "doctype", "Togliete la dichiarazione DOCTYPE: il messaggio non può averne.";
    /// A media type that carries no envelope.
    TipoContenuto, "tipo-contenuto",
        "Inviate con Content-Type text/xml; charset=utf-8 (application/soap+xml per SOAP 1.2).";
    /// A multipart body that cannot be put together.
    Multipart, "multipart",
        "Inviate la sola busta, o un multipart/related XOP in cui ogni parte è nominata da un xop:Include, e uno solo.";
    /// Octets that are no text in the declared encoding.
    Codifica, "codifica", "Inviate il testo nella codifica che dichiara, meglio se UTF-8.";
    /// Not well-formed.
    XmlMalformato, "xml-malformato",
        "Inviate XML ben formato: fatelo scrivere a una libreria, senza comporre né troncare testo a mano.";
    /// No SOAP envelope.
    NonBusta, "non-busta",
        "Inviate una Envelope SOAP 1.1 (o 1.2) con al più un Header e, dopo, un solo Body.";
    // The body.
    /// Not exactly one element in the Body.
    BodyNonUnico, "body-non-unico", "Mettete nel Body un solo elemento: la richiesta del servizio.";
    /// An element that this service does not take.
    RadiceAltrui, "radice-altrui",
        "Mettete nel Body la richiesta di questo servizio con il suo namespace (si legge a ?wsdl), o cambiate percorso.";
    /// Against the grammar.
    Schema, "schema", "Correggete il Body secondo gli XSD pubblicati a ?wsdl; lo schema viene prima delle firme.";
    // The header.
    /// No `wsse:Security`.
    SenzaIntestazione, "senza-intestazione",
        "Aggiungete una wsse:Security con Timestamp, asserzione, certificato e firma.";
    /// A part of the header twice.
    ParteDoppia, "parte-doppia",
        "Lasciate una sola wsse:Security e, dentro, un solo Timestamp, una sola asserzione, una sola firma.";
    /// Addressed to somebody else.
    PerAltri, "per-altri", "Togliete actor (role in SOAP 1.2) da wsse:Security.";
    /// A comment or an instruction inside a value.
    ValoreSpezzato, "valore-spezzato",
        "Togliete commenti e istruzioni di elaborazione dai valori: si ammettono soltanto fra un elemento e l'altro.";
    // Identifiers and references.
    /// One id on two elements.
    IdDoppio, "id-doppio", "Date a ogni elemento un identificatore diverso da tutti gli altri del messaggio.";
    /// A reference to nothing.
    RiferimentoIrrisolto, "riferimento-irrisolto",
        "Date a Body e Timestamp un wsu:Id unico e indicatelo nel Reference con «#» davanti.";
    /// Two references to one element.
    RiferimentoDoppio, "riferimento-doppio", "Indicate ogni parte firmata in un Reference soltanto.";
    /// None, or more than anybody needs.
    NumeroRiferimenti, "numero-riferimenti",
        "Firmate soltanto ciò che serve: due Reference, al Timestamp e al Body.";
    // Signatures.
    /// Parts of `ds:Signature` missing or unreadable.
    FirmaMalformata, "firma-malformata",
        "Scrivete una ds:Signature completa, con i suoi valori in base64, come la produce una libreria di firma.";
    /// A signature or digest method that nobody accepts.
    Algoritmo, "algoritmo",
        "Firmate con rsa-sha1 o rsa-sha256, e calcolate i digest con SHA-1, SHA-256 o SHA-512.";
    /// One that this policy does not accept.
    AlgoritmoSpento, "algoritmo-spento",
        "Usate l'altra famiglia di algoritmi, o riaccendete accetta_sha1 o accetta_sha256 nella politica dell'ambiente.";
    /// Another canonicalization than the exclusive one.
    C14n, "c14n", "Dichiarate in CanonicalizationMethod il C14N esclusivo, e firmate SignedInfo in quella forma.";
    /// A transform that is not accepted.
    Trasformazione, "trasformazione",
        "Nei Transform mettete il C14N esclusivo e nient'altro; nella firma dell'asserzione, prima, enveloped-signature.";
    /// A prefix list that is too long or unreadable.
    ListaPrefissi, "lista-prefissi", "Nella PrefixList di InclusiveNamespaces mettete soltanto i prefissi che servono.";
    /// A digest differs.
    Digest, "digest",
        "Firmate per ultimo e inviate esattamente i byte firmati, con il C14N dichiarato nel Transform.";
    /// The value is not that of the key.
    ValoreFirma, "valore-firma",
        "Firmate la forma canonica di SignedInfo con la chiave del certificato che allegate.";
    /// Timestamp or Body not among the signed.
    NonCoperto, "non-coperto", "Firmate insieme Timestamp e Body: due Reference nella stessa ds:Signature.";
    /// No Timestamp.
    SenzaTimestamp, "senza-timestamp", "Aggiungete il Timestamp a wsse:Security e firmatelo insieme al Body.";
    /// A second element that the coverage rule takes for a Timestamp.
    TimestampSosia, "timestamp-sosia", "Togliete dall'intestazione ogni altro elemento di nome Timestamp.";
    // Keys and certificates.
    /// A `KeyInfo` that says nothing known.
    ChiaveNonDetta, "chiave-non-detta",
        "Scrivete in KeyInfo il riferimento al BinarySecurityToken, o il certificato in X509Data.";
    /// A token reference to nothing.
    TokenIrrisolto, "token-irrisolto",
        "Fate puntare il riferimento di KeyInfo all'identificatore del BinarySecurityToken, con «#» davanti.";
    /// A token of another kind.
    TipoToken, "tipo-token", "Usate un token X.509 v3: ValueType che finisce in #X509v3.";
    /// The certificate is not in the message.
    CertificatoAssente, "certificato-assente", "Allegate al messaggio il certificato che KeyInfo indica.";
    /// No readable certificate.
    CertificatoIlleggibile, "certificato-illeggibile",
        "Mettete nel token il base64 del DER del certificato, intero e senza le righe BEGIN ed END.";
    /// Not RSA, too short, malformed.
    ChiaveInadatta, "chiave-inadatta",
        "Usate un certificato con una chiave RSA di almeno 2048 bit, come quelli dello sportello.";
    /// Usage or extensions that will not do.
    CertificatoInadatto, "certificato-inadatto",
        "Usate il certificato com'è stato emesso: keyUsage con digitalSignature, estensioni ordinarie.";
    /// Signed by its authority with a digest no longer believed.
    CertificatoDebole, "certificato-debole", "Fatevi emettere un certificato firmato dalla CA con SHA-256.";
    /// No anchor issued it.
    CertificatoIgnoto, "certificato-ignoto",
        "Usate un certificato emesso per questo ambiente, o importate il vostro nella lista di fiducia (cert import).";
    /// Past its end.
    CertificatoScaduto, "certificato-scaduto", "Rinnovate il certificato allo sportello (cert renew) e usate il nuovo.";
    /// Before its begin.
    CertificatoFuturo, "certificato-futuro", "Usate un certificato già valido: questo lo sarà più avanti.";
    /// Deleted at the desk.
    Revocato, "revocato", "Ripristinate la postazione (cert restore), o usate un certificato non cancellato.";
    // Times.
    /// A window that has not begun.
    OrologioAvanti, "orologio-avanti", "Sincronizzate l'orologio (NTP) e scrivete gli istanti in UTC con la Z.";
    /// A window that is over.
    FinestraFinita, "finestra-finita",
        "Create il messaggio al momento dell'invio, con l'orologio sincronizzato (NTP) e gli istanti in UTC con la Z.";
    /// A window that is too long.
    DurataEccessiva, "durata-eccessiva", "Accorciate la validità del Timestamp: cinque minuti fra Created ed Expires.";
    /// `Created` or `Expires` missing or doubled.
    TimestampIncompleto, "timestamp-incompleto", "Mettete nel Timestamp un Created e un Expires.";
    /// An instant of another form.
    IstanteMalformato, "istante-malformato", "Scrivete gli istanti in UTC con la Z: 2031-05-12T08:15:30.120Z.";
    /// An assertion without an end.
    SenzaScadenza, "senza-scadenza", "Dite nell'asserzione quando scade: NotOnOrAfter, cinque minuti dopo l'inizio.";
    /// An assertion used twice.
    Replica, "replica", "Create un'asserzione nuova, con un altro ID, per ogni richiesta (interruttore antireplica).";
    // The assertion.
    /// None.
    SenzaAsserzione, "senza-asserzione", "Mettete in wsse:Security un'asserzione SAML 2.0 completa.";
    /// Not of SAML 2.0.
    AsserzioneForma, "asserzione-forma", "Scrivete un'asserzione SAML 2.0: Version=\"2.0\" e il suo namespace.";
    /// A mandatory part missing or doubled.
    AsserzioneIncompleta, "asserzione-incompleta",
        "Completate l'asserzione: ID, IssueInstant, Issuer e Subject con NameID, ciascuno una volta.";
    /// Not signed, or more than once.
    AsserzioneNonFirmata, "asserzione-non-firmata",
        "Firmate l'asserzione per prima, una volta sola: enveloped-signature, C14N esclusivo, chiave del Comune.";
    /// Its signature speaks of something else.
    AsserzioneRiferimento, "asserzione-riferimento",
        "Nella firma dell'asserzione lasciate un solo Reference: «#» e il suo ID, con enveloped-signature.";
    /// Changed after it was signed.
    AsserzioneCambiata, "asserzione-cambiata",
        "Firmate l'asserzione per ultima fra le sue parti e non toccatela più: nemmeno spazi e prefissi.";
    /// Another confirmation than bearer.
    NonBearer, "non-bearer", "Usate SubjectConfirmation di tipo bearer.";
    /// One of the three attributes missing.
    AttributoMancante, "attributo-mancante",
        "Mettete nell'asserzione IdSede, IdPostazione e IdPostazioneFirmato, scritti esattamente così.";
    /// An attribute twice, or of several values.
    AttributoDoppio, "attributo-doppio", "Scrivete ogni attributo dell'asserzione una volta, con un solo AttributeValue.";
    /// An id that is no postazione's.
    IdPostazioneForma, "id-postazione-forma",
        "Scrivete IdPostazione come il CN del certificato di postazione: 888001-PC-0001.";
    // Identities.
    /// Seat and postazione of two Comuni.
    SedeDiversa, "sede-diversa", "IdSede sono le prime sei cifre di IdPostazione, zeri iniziali compresi.";
    /// The proof cannot be read.
    Pkcs7Illeggibile, "pkcs7-illeggibile",
        "Mettete in IdPostazioneFirmato il base64 di un PKCS#7 SignedData con un firmatario, senza righe S/MIME.";
    /// The proof does not hold its text.
    Pkcs7Staccato, "pkcs7-staccato", "Rifate il PKCS#7 con il contenuto incluso (non «detached»), di tipo data.";
    /// An algorithm that is not accepted there.
    Pkcs7Algoritmo, "pkcs7-algoritmo",
        "Rifate il PKCS#7 con RSA e un digest che la politica dell'ambiente accetta (SHA-256, SHA-1).";
    /// The signer's certificate is not there.
    Pkcs7SenzaCertificato, "pkcs7-senza-certificato", "Rifate il PKCS#7 con dentro il certificato di chi lo firma.";
    /// Its signature is not of its content.
    Pkcs7Valore, "pkcs7-valore", "Rifate il PKCS#7: la firma deve essere quella del testo che contiene.";
    /// Another text, or another postazione's key.
    Pkcs7Altrui, "pkcs7-altrui",
        "Rifate il PKCS#7: testo uguale a IdPostazione, firmato dal certificato di quella postazione.";
    /// The postazione is switched off here.
    PostazioneNonAttiva, "postazione-non-attiva", "Usate una postazione attiva in questo ambiente.";
    /// A signer of another Comune.
    ComuneDiverso, "comune-diverso",
        "Firmate messaggio e asserzione con un certificato del Comune indicato in IdSede.";
    /// A `PC` where the policy wants a `CO`.
    ServeCo, "serve-co", "Firmate il messaggio con il certificato CO del Comune (interruttore richiedi_co_messaggio).";
    /// Two signers where the policy wants one.
    CertificatiDiversi, "certificati-diversi",
        "Firmate asserzione e messaggio con lo stesso certificato (interruttore stesso_certificato).";
    /// Not in the register of this environment.
    OperatoreIgnoto, "operatore-ignoto",
        "Mettete in NameID un operatore censito e attivo in questo ambiente (la console ne elenca di pronti).";
    /// Blocked or cancelled.
    OperatoreNonAttivo, "operatore-non-attivo",
        "Riattivate l'operatore nella console, o mettete in NameID un operatore attivo.";
    // In band (§8): the frame is good, the service says no.
    /// The operator lacks the function (A1).
    FunzioneAssente, "funzione-assente",
        "Date all'operatore la funzione dell'operazione (console, o PUT …/operatori/{nameId}), o mettetene un altro.";
    /// None of his roles is to work in the register (A2).
    RuoloEstraneo, "ruolo-estraneo",
        "Usate un operatore con ruolo OPERATORE o SUPERVISORE: sindaco, ALS e ALP da soli non bastano.";
    /// The operator acts for other Comuni (A3).
    ComuneNonSuo, "comune-non-suo",
        "Abilitate l'operatore anche per il Comune della postazione, o usate una postazione del Comune suo.";
    /// `codMittente` of another Comune (A3).
    MittenteAltrui, "mittente-altrui", "Scrivete in codMittente lo stesso codice ISTAT di IdSede.";
    /// A version this service does not take (A7).
    DestinatarioIgnoto, "destinatario-ignoto",
        "Scrivete in codDestinatario una versione ammessa (interruttore destinatari_s001).";
    /// `operazioneRichiesta` of another service.
    OperazioneAltrui, "operazione-altrui", "Scrivete in operazioneRichiesta il codice di questo servizio, o cambiate percorso.";
    /// Switched off in this environment.
    NonDisponibile, "non-disponibile", "Usate un altro ambiente: in questo l'operazione è spenta.";
    /// `tipoInvio` of another environment (A8).
    TipoInvioAltrui, "tipo-invio-altrui", "Scrivete in tipoInvio il valore di questo ambiente: TEST, PRE_SUB o PROD.";
    /// An id already used for something else.
    IdRiusato, "id-riusato", "Usate un idOperazioneComune che non avete mai usato.";
    /// Whatever else the service has against the data.
    DatiRifiutati, "dati-rifiutati",
        "Correggete i dati della richiesta e ripetetela con un nuovo idOperazioneComune.";
}

impl Causa {
    /// By its stable name.
    pub fn da_nome(nome: &str) -> Option<Self> {
        Self::TUTTE.iter().copied().find(|c| c.nome() == nome)
    }

    /// With the sentence that tells this case of it.
    pub(crate) fn con(self, frase: impl Into<String>) -> Motivo {
        Motivo {
            causa: self,
            frase: frase.into(),
        }
    }
}

/// A cause and the sentence that tells this case of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Motivo {
    pub(crate) causa: Causa,
    pub(crate) frase: String,
}

/// An error that knows its cause becomes a reason by saying itself.
macro_rules! motivo_di {
    ($( $errore:ty ),+) => { $(
        impl From<$errore> for Motivo {
            fn from(e: $errore) -> Self {
                Causa::from(&e).con(e.to_string())
            }
        }
    )+ };
}

motivo_di!(
    Malformato,
    IdDuplicato,
    ErroreFirma,
    ErroreChiave,
    ProblemaCertificato,
    ErroreAsserzione,
    ErrorePkcs7
);

impl From<&Malformato> for Causa {
    fn from(m: &Malformato) -> Self {
        match m {
            Malformato::TroppoGrande { .. } => Self::MessaggioGrande,
            Malformato::TroppoProfondo | Malformato::TroppiAttributi => Self::XmlEccessivo,
            Malformato::Doctype => Self::Doctype,
            Malformato::Tipo(_) => Self::TipoContenuto,
            Malformato::Xop(_) => Self::Multipart,
            Malformato::Codifica(_) => Self::Codifica,
            Malformato::Xml(_) => Self::XmlMalformato,
            Malformato::NonBusta(_) => Self::NonBusta,
        }
    }
}

impl From<&IdDuplicato> for Causa {
    fn from(_: &IdDuplicato) -> Self {
        Self::IdDoppio
    }
}

impl From<&ErroreFirma> for Causa {
    fn from(e: &ErroreFirma) -> Self {
        match e {
            ErroreFirma::Struttura(_) => Self::FirmaMalformata,
            ErroreFirma::NumeroRiferimenti => Self::NumeroRiferimenti,
            ErroreFirma::ListaPrefissi => Self::ListaPrefissi,
            ErroreFirma::Algoritmo(_) => Self::Algoritmo,
            ErroreFirma::Spento(_) => Self::AlgoritmoSpento,
            ErroreFirma::C14n(_) => Self::C14n,
            ErroreFirma::Trasformazione(_) => Self::Trasformazione,
        }
    }
}

impl From<&ErroreChiave> for Causa {
    fn from(e: &ErroreChiave) -> Self {
        match e {
            ErroreChiave::Forma => Self::ChiaveNonDetta,
            ErroreChiave::Irrisolto(_) => Self::TokenIrrisolto,
            ErroreChiave::Tipo(_) => Self::TipoToken,
            ErroreChiave::Assente => Self::CertificatoAssente,
            ErroreChiave::Certificato(p) => p.into(),
        }
    }
}

impl From<&ProblemaCertificato> for Causa {
    fn from(p: &ProblemaCertificato) -> Self {
        match p {
            ProblemaCertificato::Illeggibile => Self::CertificatoIlleggibile,
            ProblemaCertificato::NonRsa
            | ProblemaCertificato::Chiave { .. }
            | ProblemaCertificato::ChiaveMalformata(_) => Self::ChiaveInadatta,
            ProblemaCertificato::Estensione | ProblemaCertificato::Uso => Self::CertificatoInadatto,
            ProblemaCertificato::FirmaDebole => Self::CertificatoDebole,
            ProblemaCertificato::Ignoto { .. } | ProblemaCertificato::FirmaCa { .. } => {
                Self::CertificatoIgnoto
            }
            ProblemaCertificato::Scaduto(_) => Self::CertificatoScaduto,
            ProblemaCertificato::Futuro(_) => Self::CertificatoFuturo,
        }
    }
}

impl From<&ErroreAsserzione> for Causa {
    fn from(e: &ErroreAsserzione) -> Self {
        match e {
            ErroreAsserzione::Forma => Self::AsserzioneForma,
            ErroreAsserzione::Parte(_) => Self::AsserzioneIncompleta,
            ErroreAsserzione::Istante { .. } => Self::IstanteMalformato,
            ErroreAsserzione::Attributo(_) => Self::AttributoDoppio,
        }
    }
}

impl From<&ErrorePkcs7> for Causa {
    fn from(e: &ErrorePkcs7) -> Self {
        match e {
            ErrorePkcs7::Base64
            | ErrorePkcs7::Struttura
            | ErrorePkcs7::Certificato(ProblemaCertificato::Illeggibile) => Self::Pkcs7Illeggibile,
            ErrorePkcs7::Staccato | ErrorePkcs7::Tipo => Self::Pkcs7Staccato,
            ErrorePkcs7::Algoritmo => Self::Pkcs7Algoritmo,
            ErrorePkcs7::SenzaCertificato => Self::Pkcs7SenzaCertificato,
            ErrorePkcs7::Certificato(p) => p.into(),
            ErrorePkcs7::Digest | ErrorePkcs7::Firma => Self::Pkcs7Valore,
        }
    }
}

impl Causa {
    /// Of a missed window; one that is not missed was too long.
    pub(crate) fn di_finestra(f: Finestra) -> Self {
        match f {
            Finestra::Futura(_) => Self::OrologioAvanti,
            Finestra::Scaduta(_) => Self::FinestraFinita,
            Finestra::Dentro => Self::DurataEccessiva,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_remedies_are_each_of_one_cause() {
        for (i, c) in Causa::TUTTE.iter().enumerate() {
            assert_eq!(Causa::da_nome(c.nome()), Some(*c));
            let prima = &Causa::TUTTE[..i];
            assert!(prima.iter().all(|a| a.nome() != c.nome()), "{c:?}");
            assert!(prima.iter().all(|a| a.rimedio() != c.rimedio()), "{c:?}");
            assert!(
                c.rimedio().ends_with('.') && c.rimedio().chars().count() > 20,
                "{c:?}"
            );
        }
        assert_eq!(Causa::da_nome(""), None);
    }

    /// What a remedy talks of is what its causes are about, and no other remedy talks of it.
    #[test]
    fn each_family_of_causes_has_its_own_words() {
        use Causa as C;
        let famiglie: &[(&str, &[Causa])] = &[
            ("wsu:Id", &[C::RiferimentoIrrisolto]),
            ("orologio", &[C::OrologioAvanti, C::FinestraFinita]),
            ("NTP", &[C::OrologioAvanti, C::FinestraFinita]),
            ("DOCTYPE", &[C::Doctype]),
            ("una sola wsse:Security", &[C::ParteDoppia]),
            ("commenti", &[C::ValoreSpezzato]),
            ("Content-Type", &[C::TipoContenuto]),
            ("XOP", &[C::Multipart]),
            ("antireplica", &[C::Replica]),
            ("accetta_sha1", &[C::AlgoritmoSpento]),
            ("rsa-sha256", &[C::Algoritmo]),
            ("CanonicalizationMethod", &[C::C14n]),
            ("cert renew", &[C::CertificatoScaduto]),
            ("cert restore", &[C::Revocato]),
            ("cert import", &[C::CertificatoIgnoto]),
            (
                "PKCS#7",
                &[
                    C::Pkcs7Illeggibile,
                    C::Pkcs7Staccato,
                    C::Pkcs7Algoritmo,
                    C::Pkcs7SenzaCertificato,
                    C::Pkcs7Valore,
                    C::Pkcs7Altrui,
                ],
            ),
            (
                "operatore",
                &[
                    C::OperatoreIgnoto,
                    C::OperatoreNonAttivo,
                    C::FunzioneAssente,
                    C::RuoloEstraneo,
                    C::ComuneNonSuo,
                ],
            ),
            ("codMittente", &[C::MittenteAltrui]),
            ("codDestinatario", &[C::DestinatarioIgnoto]),
            ("tipoInvio", &[C::TipoInvioAltrui]),
            ("idOperazioneComune", &[C::IdRiusato, C::DatiRifiutati]),
            ("?wsdl", &[C::RadiceAltrui, C::Schema]),
        ];
        for (parola, cause) in famiglie {
            let dette: Vec<Causa> = Causa::TUTTE
                .iter()
                .copied()
                .filter(|c| c.rimedio().contains(parola))
                .collect();
            assert_eq!(dette, *cause, "«{parola}»");
        }
    }
}
