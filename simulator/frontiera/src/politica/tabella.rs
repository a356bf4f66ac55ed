//! The table of switches: each declared once, field and row together.

use jiff::SignedDuration;

use super::rete::{ModoRifiuto, Rete};
use super::valore::{Ammette, Campo, Valore};
use crate::limiti;
use crate::soap::TipoFault;

/// One switch.
#[derive(Debug, Clone, Copy)]
pub struct Interruttore {
    /// Name in files, API and pages; also the field of [`Politica`].
    pub nome: &'static str,
    /// Heading it stands under.
    pub gruppo: &'static str,
    /// Where its rule stands in spec security.
    pub regola: &'static str,
    /// What it does, in Italian.
    pub testo: &'static str,
    /// What it takes.
    pub ammette: Ammette,
    pub(super) leggi: fn(&Politica) -> Valore,
    pub(super) metti: fn(&mut Politica, Valore) -> Result<(), String>,
}

macro_rules! interruttori {
    ($( $gruppo:literal: { $( $(#[$doc:meta])* $campo:ident: $tipo:ty, $ammette:expr, $regola:literal, $testo:literal; )+ } )+) => {
        /// What the perimeter demands. `Default` is the *faithful* preset; see [`Politica::permissiva`].
        #[derive(Debug, Clone, PartialEq, Eq)]
        pub struct Politica {
            $( $( $(#[$doc])* pub $campo: $tipo, )+ )+
        }

        impl Politica {
            /// Nothing set yet: only what reads a whole file may start from here.
            pub(super) fn vuota() -> Self {
                Self { $( $( $campo: Campo::vuoto(), )+ )+ }
            }
        }

        /// Every switch, in the order of files and pages.
        pub static INTERRUTTORI: &[Interruttore] = &[ $( $( Interruttore {
            nome: stringify!($campo),
            gruppo: $gruppo,
            regola: $regola,
            testo: $testo,
            ammette: $ammette,
            leggi: |p| p.$campo.valore(),
            metti: |p, v| {
                p.$campo = Campo::da(&v).ok_or_else(|| format!("{v} non va bene"))?;
                Ok(())
            },
        }, )+ )+ ];
    };
}

const fn secondi(da: i64, a: i64) -> Ammette {
    Ammette::Intero {
        da,
        a,
        unita: "secondi",
    }
}

/// One day: an offset or a window longer than that is a mistake of writing.
const GIORNO: i64 = 86_400;

interruttori! {
    "Rete": {
        /// Only listed peers may connect (§2).
        rete_filtrata: bool, Ammette::SiNo, "§2",
            "Solo gli indirizzi elencati possono connettersi alla porta dell'ambiente; gli altri non ricevono alcun byte";
        /// The listed peers.
        rete_indirizzi: Vec<Rete>, Ammette::Reti, "§2", "Gli indirizzi e le reti ammessi";
        /// What a peer not listed sees.
        rete_rifiuto: ModoRifiuto, Ammette::Parola(ModoRifiuto::PAROLE), "§2",
            "Chi non è ammesso: drop = nessuna risposta finché rinuncia; close = connessione chiusa subito, prima di TLS";
    }
    "Tempi": {
        /// The environment's clock minus the true one (§9).
        scarto_orologio: SignedDuration, secondi(-GIORNO, GIORNO), "§9",
            "Di quanto l'orologio dell'ambiente è avanti (o indietro, se negativo)";
        /// How far in the future `Created`, `NotBefore` and `IssueInstant` may lie (§4.2).
        tolleranza_futuro: SignedDuration, secondi(0, GIORNO), "§4.2",
            "Di quanto un istante del chiamante può essere nel futuro";
        /// Longest `Expires` − `Created` of the Timestamp (§4.2).
        durata_massima: SignedDuration, secondi(1, GIORNO), "§4.2", "Durata massima del Timestamp";
        /// Timestamp and assertion windows are compared with the clock.
        controlla_tempi: bool, Ammette::SiNo, "§4.2", "Le finestre di Timestamp e asserzione si confrontano con l'orologio";
        /// Refuse an assertion already accepted, as long as it is valid (§9). No evidence that ANPR does.
        antireplica: bool, Ammette::SiNo, "§9", "Un'asserzione già accettata non vale una seconda volta";
    }
    "Messaggio": {
        /// Largest envelope, in bytes (§2.3).
        corpo_massimo: usize, Ammette::Intero { da: 1024, a: limiti::CORPO_ESTREMO, unita: "byte" }, "§2.3",
            "Dimensione massima della richiesta, allegati XOP compresi; oltre: HTTP 413";
        /// Body validated at the perimeter, before signatures (§6.3 step 5). Off: left to the services (`EN489`).
        valida_schema: bool, Ammette::SiNo, "§6.3",
            "Il Body è validato al perimetro, prima delle firme (F2); se no lo valida il servizio (EN489)";
        /// The values of `codDestinatario` that S001 takes (§8, A7).
        destinatari_s001: Vec<String>, Ammette::Codici, "§8", "I valori di codDestinatario che S001 accetta";
        /// `GET …?wsdl` and `?xsd` publish the contract (§1.2). Off: HTTP 404.
        pubblica_wsdl: bool, Ammette::SiNo, "§1.2", "GET …?wsdl e ?xsd pubblicano il contratto; se no HTTP 404";
        /// Body and Timestamp are found by `wsu:Id` only (§4.9). Off: a bare `Id` or `soap:Id` will do.
        id_wsu_stretto: bool, Ammette::SiNo, "§4.9", "Body e Timestamp si trovano solo per wsu:Id";
    }
    "Firme e certificati": {
        /// SHA-1 in signatures and digests of messages, assertions and PKCS#7. Never for certificates.
        accetta_sha1: bool, Ammette::SiNo, "§4.8", "SHA-1 in firme e digest di messaggio, asserzione e PKCS#7; nei certificati non è mai creduto";
        /// SHA-256 there; longer ones in digests and PKCS#7 only.
        accetta_sha256: bool, Ammette::SiNo, "§4.8",
            "SHA-256 negli stessi posti; SHA-512 nei soli digest e nel PKCS#7 (rsa-sha512 è sempre rifiutato)";
        /// The message signer must be a `CO` certificate (§3.1).
        richiedi_co_messaggio: bool, Ammette::SiNo, "§3.1", "Il messaggio va firmato con un certificato CO";
        /// Assertion and message must carry the same certificate (§4.4 rule 5). Off: same Comune is enough.
        stesso_certificato: bool, Ammette::SiNo, "§4.4", "Asserzione e messaggio vanno firmati con lo stesso certificato";
        /// Digests and signature values are compared.
        controlla_firme: bool, Ammette::SiNo, "§4.8", "Digest e valori di firma si confrontano";
        /// Certificates must chain to an anchor and be within validity.
        controlla_fiducia: bool, Ammette::SiNo, "§4.4", "I certificati devono venire da una CA dell'ambiente ed essere in validità";
        /// Revocation is asked.
        controlla_revoca: bool, Ammette::SiNo, "§5.4", "I certificati cancellati in console sono rifiutati (F4)";
    }
    "Identità": {
        /// Cross-checks among IdSede, IdPostazione, certificates and PKCS#7 (§4.4 rules 1–5).
        controlla_identita: bool, Ammette::SiNo, "§4.4", "IdSede, IdPostazione, certificati e PKCS#7 devono concordare";
        /// The operator must be known and active (§4.4 rule 7).
        controlla_operatore: bool, Ammette::SiNo, "§5.7", "L'operatore deve essere censito e attivo";
    }
    "Scelta dei fault": {
        /// Fault for broken XML, a DOCTYPE, no envelope (§6.2, decision).
        fault_xml: TipoFault, Ammette::Fault, "§6.2", "XML non ben formato, DOCTYPE, nessuna busta SOAP";
        /// Fault for a request without Security header.
        fault_senza_intestazione: TipoFault, Ammette::Fault, "§6.2", "Manca wsse:Security";
        /// Fault for a signed request without assertion.
        fault_senza_asserzione: TipoFault, Ammette::Fault, "§6.2", "Messaggio firmato, ma senza asserzione";
        /// Fault for an expired (or not yet valid) signer certificate.
        fault_certificato_scaduto: TipoFault, Ammette::Fault, "§6.2", "Certificato scaduto o non ancora valido";
        /// Fault for a signer certificate of an unknown root.
        fault_certificato_ignoto: TipoFault, Ammette::Fault, "§6.2", "Certificato di una CA che l'ambiente non conosce";
        /// Fault for a PKCS#7 that does not verify.
        fault_pkcs7: TipoFault, Ammette::Fault, "§6.2", "PKCS#7 della postazione che non si verifica";
    }
}
