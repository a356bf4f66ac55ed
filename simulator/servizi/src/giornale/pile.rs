//! The SOAP stack of the sender, and where in it the usual mistakes are mended.

use frontiera::Causa;
use registro::Grezzo;

/// A stack that can be told by what it sends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Pila {
    Cxf,
    Wcf,
    Php,
    Python,
    Node,
    Gsoap,
    Delphi,
}

impl Pila {
    pub(super) const fn nome(self) -> &'static str {
        match self {
            Self::Cxf => "Java, Apache CXF o WSS4J",
            Self::Wcf => ".NET, WCF",
            Self::Php => "PHP, ext-soap",
            Self::Python => "Python, zeep o requests",
            Self::Node => "Node, soap",
            Self::Gsoap => "gSOAP",
            Self::Delphi => "Delphi",
        }
    }
}

/// What tells a stack: part of the User-Agent, or of the first bytes of the envelope.
const SEGNI: &[(Pila, &[&str], &[&str])] = &[
    (Pila::Cxf, &["apache-cxf", "apache cxf", "axis"], &[]),
    (
        Pila::Wcf,
        &["microsoft wcf", "ms web services"],
        &["<o:Security", "u:Id=\"_0\""],
    ),
    (Pila::Php, &["php-soap", "php/"], &[]),
    (
        Pila::Python,
        &["zeep", "python-requests", "python-urllib", "python-httpx"],
        &[],
    ),
    (Pila::Node, &["node-soap", "axios", "undici"], &[]),
    (Pila::Gsoap, &["gsoap"], &[]),
    (Pila::Delphi, &["borland", "embarcadero", "codegear", "indy"], &[]),
];
/// Bytes of the envelope that are looked at.
const TESTA_BYTE: usize = 4096;

/// The stack of a request, when it shows.
pub(super) fn riconosci(richiesta: &Grezzo) -> Option<Pila> {
    let agente = richiesta
        .testate
        .iter()
        .find(|(n, _)| n == "user-agent")
        .map_or_else(String::new, |(_, v)| v.to_lowercase());
    let testa = String::from_utf8_lossy(&richiesta.corpo[..richiesta.corpo.len().min(TESTA_BYTE)]);
    let per_agente = SEGNI
        .iter()
        .find(|(_, agenti, _)| agenti.iter().any(|a| agente.contains(a)));
    let trovata = per_agente.or_else(|| {
        SEGNI
            .iter()
            .find(|(_, _, segni)| segni.iter().any(|s| testa.contains(s)))
    });
    trovata.map(|(p, ..)| *p)
}

/// What a mistake is about, where the advice of a stack is concerned.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Tema {
    /// Body and Timestamp are not found, or not signed.
    Copertura,
    /// What was signed is not what arrived.
    Contenuto,
    /// The same of the assertion.
    Asserzione,
    /// The value itself.
    Valore,
    /// Clocks.
    Tempi,
    /// The PKCS#7.
    Pkcs7,
}

const fn tema(causa: Causa) -> Option<Tema> {
    Some(match causa {
        Causa::SenzaIntestazione
        | Causa::NonCoperto
        | Causa::SenzaTimestamp
        | Causa::RiferimentoIrrisolto => Tema::Copertura,
        Causa::Digest => Tema::Contenuto,
        Causa::AsserzioneCambiata | Causa::AsserzioneRiferimento => Tema::Asserzione,
        Causa::ValoreFirma => Tema::Valore,
        Causa::OrologioAvanti | Causa::FinestraFinita | Causa::IstanteMalformato => Tema::Tempi,
        Causa::Pkcs7Staccato | Causa::Pkcs7Illeggibile => Tema::Pkcs7,
        _ => return None,
    })
}

/// Where a mistake is mended in a stack: the three that happen most in each.
pub(super) fn consiglio(pila: Pila, causa: Causa) -> Option<&'static str> {
    use Pila as P;
    use Tema as T;
    Some(match (pila, tema(causa)?) {
        (P::Cxf, T::Copertura) => {
            "In CXF il WSDL pubblicato non porta la policy: aggiungete WSS4JOutInterceptor con action «Timestamp \
             SAMLTokenUnsigned Signature» e signatureParts «{}{…utility-1.0.xsd}Timestamp;{}{…/envelope/}Body»."
        }
        (P::Cxf, T::Contenuto | T::Asserzione) => {
            "In CXF un interceptor o un handler che gira dopo WSS4JOutInterceptor riscrive la busta: spostatelo prima \
             della firma."
        }
        (P::Cxf, T::Tempi) => {
            "In CXF create l'asserzione per ogni richiesta (SAMLCallback), non una volta per client."
        }
        (P::Wcf, T::Copertura) => {
            "In WCF usate un CustomBinding con AsymmetricSecurityBindingElement e ProtectionLevel.Sign sul contratto: \
             il Body riceve così u:Id e la firma."
        }
        (P::Wcf, T::Contenuto | T::Valore) => {
            "In WCF un IClientMessageInspector che cambia il messaggio gira dopo la firma: fate la modifica prima, o \
             firmate a mano con SignedXml e PreserveWhitespace = true."
        }
        (P::Wcf, T::Asserzione) => {
            "Con SignedXml usate un XmlDocument con PreserveWhitespace = true e GetIdElement che conosca l'attributo ID."
        }
        (P::Php, T::Contenuto | T::Asserzione) => {
            "In PHP firmate nel metodo __doRequest, sull'XML finale, e inviate il risultato di saveXML() senza \
             formatOutput."
        }
        (P::Php, T::Copertura) => {
            "Con xmlseclibs passate a addReference sia il Timestamp sia il Body, con 'prefix' => 'wsu' e 'overwrite' \
             => false, perché l'attributo sia wsu:Id."
        }
        (P::Php, T::Pkcs7) => {
            "openssl_pkcs7_sign e openssl_cms_sign staccano il contenuto: togliete PKCS7_DETACHED (flag 0, o \
             PKCS7_BINARY) e inviate il solo base64 senza le righe S/MIME."
        }
        (P::Python, T::Contenuto | T::Asserzione) => {
            "Con lxml non usate pretty_print dopo la firma, e inviate i byte di etree.tostring(busta) senza riparsarli."
        }
        (P::Python, T::Copertura) => {
            "Con xmlsec registrate gli id (xmlsec.tree.add_ids con wsu:Id) e aggiungete un Reference per Timestamp e \
             uno per Body: il plugin Signature di zeep firma solo il Body."
        }
        (P::Python, T::Tempi) => {
            "datetime.now() è ora locale: usate datetime.now(timezone.utc) per ogni istante scritto con la Z."
        }
        (P::Node, T::Copertura) => {
            "In node-soap WSSecurityCert con hasTimeStamp: true firma Body e Timestamp; nome degli attributi: \
             idMode 'wssecurity' in xml-crypto."
        }
        (P::Node, T::Contenuto | T::Valore) => {
            "In node-soap ciò che cambia l'XML (postProcess, preserveWhitespace) deve agire prima della firma."
        }
        (P::Node, T::Tempi) => "new Date().toISOString() è già UTC: non sottraete il fuso a mano.",
        (P::Gsoap, T::Contenuto | T::Valore) => {
            "In gSOAP usate SOAP_XML_CANONICAL insieme a soap_wsse_sign_body, e non SOAP_XML_INDENT."
        }
        (P::Gsoap, T::Copertura) => {
            "In gSOAP chiamate soap_wsse_add_Timestamp e poi soap_wsse_sign_only(soap, \"Time Body\")."
        }
        (P::Gsoap, T::Tempi) => {
            "In gSOAP chiamate soap_wsse_add_Timestamp(soap, \"Time\", 300) per ogni richiesta."
        }
        (P::Delphi, T::Contenuto | T::Valore) => {
            "In Delphi firmate l'XML in OnBeforeExecute come ultimo passo: THTTPRIO riscrive i fine riga e la codifica."
        }
        (P::Delphi, T::Tempi) => {
            "In Delphi DateToISO8601(Now) è ora locale: usate TTimeZone.Local.ToUniversalTime(Now)."
        }
        (P::Delphi, T::Copertura) => {
            "In Delphi l'attributo va nel namespace utility: SetAttributeNS('wsu:Id', …) sul Body e sul Timestamp."
        }
        _ => return None,
    })
}
