//! The envelope as text, with holes for digests and signature values.

use std::fmt::Write as _;

use super::difetti::Tempi;
use super::{DifettoMessaggio, Messaggio, RiferimentoChiave};
use crate::security::certificato::Certificato;
use crate::security::digest::Digest;
use crate::security::in_base64;
use crate::soap::ns;

/// All that goes into an envelope; assembled as often as a value becomes known.
pub(super) struct Stampo<'m> {
    m: &'m Messaggio,
    tempi: Tempi,
    comune: &'m Certificato,
    postazione_firmata: String,
    difetto: Option<DifettoMessaggio>,
    pub(super) digest_asserzione: Option<String>,
    pub(super) firma_asserzione: Option<String>,
    pub(super) digest_messaggio: Vec<Option<String>>,
    pub(super) firma_messaggio: Option<String>,
}

/// Text for an attribute or an element.
pub(super) fn protetto(t: &str) -> String {
    t.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
}

const fn uri_digest(d: Digest) -> &'static str {
    match d {
        Digest::Sha1 => ns::SHA1,
        Digest::Sha256 | Digest::Sha384 => ns::SHA256,
        Digest::Sha512 => ns::SHA512,
    }
}

impl<'m> Stampo<'m> {
    pub(super) fn nuovo(
        m: &'m Messaggio,
        tempi: Tempi,
        comune: &'m Certificato,
        postazione_firmata: String,
        difetto: Option<DifettoMessaggio>,
    ) -> Self {
        Self {
            m,
            tempi,
            comune,
            postazione_firmata,
            difetto,
            digest_asserzione: None,
            firma_asserzione: None,
            digest_messaggio: Vec::new(),
            firma_messaggio: None,
        }
    }

    fn e(&self, d: DifettoMessaggio) -> bool {
        self.difetto == Some(d)
    }

    fn uri_firma(&self) -> &'static str {
        match self.m.algoritmo {
            super::Algoritmo::RsaSha1 => ns::RSA_SHA1,
            super::Algoritmo::RsaSha256 => ns::RSA_SHA256,
        }
    }

    /// The whole envelope.
    pub(super) fn testo(&self) -> String {
        let (wsse, wsu) = if self.m.varianti.prefissi_wcf {
            ("o", "u")
        } else {
            ("wsse", "wsu")
        };
        let id = protetto(&self.m.id);
        let soap = self.m.varianti.versione.ns();
        let mut x = format!("<s:Envelope xmlns:s=\"{soap}\"><s:Header>");
        if !self.e(DifettoMessaggio::SenzaIntestazione) {
            let _ = write!(
                x,
                "<{wsse}:Security s:mustUnderstand=\"1\" xmlns:{wsse}=\"{}\" xmlns:{wsu}=\"{}\">",
                ns::WSSE,
                ns::WSU
            );
            if self.m.varianti.asserzione_prima {
                x.push_str(&self.asserzione());
                x.push_str(&self.timestamp(wsu));
            } else {
                x.push_str(&self.timestamp(wsu));
                x.push_str(&self.asserzione());
            }
            let _ = write!(
                x,
                "<{wsse}:BinarySecurityToken {wsu}:Id=\"X509-{id}\" EncodingType=\"{}\" ValueType=\"{}\">{}</{wsse}:BinarySecurityToken>",
                ns::BASE64,
                ns::X509V3,
                in_base64(self.comune.der())
            );
            if !self.e(DifettoMessaggio::SenzaFirma) {
                x.push_str(&self.firma_del_messaggio(wsse));
            }
            let _ = write!(x, "</{wsse}:Security>");
        }
        let attributo = if self.e(DifettoMessaggio::SoapId) {
            "s"
        } else {
            wsu
        };
        let _ = write!(
            x,
            "</s:Header><s:Body {attributo}:Id=\"BODY-{id}\" xmlns:{wsu}=\"{}\">{}</s:Body></s:Envelope>",
            ns::WSU,
            self.m.corpo_xml
        );
        x
    }

    fn timestamp(&self, wsu: &str) -> String {
        if self.e(DifettoMessaggio::SenzaTimestamp) {
            return String::new();
        }
        let n = self.m.varianti.decimali_timestamp;
        let (da, a) = self.tempi.timestamp;
        format!(
            "<{wsu}:Timestamp {wsu}:Id=\"TS-{}\"><{wsu}:Created>{da:.n$}</{wsu}:Created>\
             <{wsu}:Expires>{a:.n$}</{wsu}:Expires></{wsu}:Timestamp>",
            protetto(&self.m.id)
        )
    }

    fn asserzione(&self) -> String {
        if self.e(DifettoMessaggio::SenzaAsserzione) {
            return String::new();
        }
        let m = self.m;
        let n = m.varianti.decimali_asserzione;
        let (da, a) = self.tempi.asserzione;
        let metodo = if self.e(DifettoMessaggio::SenderVouches) {
            "urn:oasis:names:tc:SAML:2.0:cm:sender-vouches"
        } else {
            ns::BEARER
        };
        let mut attributi = String::new();
        for (nome, valore) in [
            ("IdSede", m.id_sede.as_str()),
            ("IdPostazione", m.id_postazione.as_str()),
            ("IdPostazioneFirmato", self.postazione_firmata.as_str()),
            ("IdApplicazione", m.id_applicazione.as_str()),
        ] {
            let _ = write!(
                attributi,
                "<saml2:Attribute Name=\"{nome}\" NameFormat=\"urn:oasis:names:tc:SAML:2.0:attrname-format:unspecified\">\
                 <saml2:AttributeValue xsi:type=\"xs:string\">{}</saml2:AttributeValue></saml2:Attribute>",
                protetto(valore)
            );
        }
        let id = protetto(&m.id);
        format!(
            "<saml2:Assertion xmlns:saml2=\"{saml}\" xmlns:xs=\"http://www.w3.org/2001/XMLSchema\" xmlns:xsi=\"{xsi}\" \
             ID=\"_{id}\" IssueInstant=\"{da:.n$}\" Version=\"2.0\"><saml2:Issuer>{issuer}</saml2:Issuer>{firma}\
             <saml2:Subject><saml2:NameID Format=\"urn:oasis:names:tc:SAML:1.1:nameid-format:unspecified\">{nome}\
             </saml2:NameID><saml2:SubjectConfirmation Method=\"{metodo}\"><saml2:SubjectConfirmationData \
             NotBefore=\"{da:.n$}\" NotOnOrAfter=\"{a:.n$}\"/></saml2:SubjectConfirmation></saml2:Subject>\
             <saml2:Conditions NotBefore=\"{da:.n$}\" NotOnOrAfter=\"{a:.n$}\"/><saml2:AuthnStatement \
             AuthnInstant=\"{da:.n$}\" SessionNotOnOrAfter=\"{a:.n$}\"><saml2:SubjectLocality Address=\"192.0.2.10\"/>\
             <saml2:AuthnContext><saml2:AuthnContextClassRef/></saml2:AuthnContext></saml2:AuthnStatement>\
             <saml2:AttributeStatement>{attributi}</saml2:AttributeStatement></saml2:Assertion>",
            saml = ns::SAML2,
            xsi = ns::XSI,
            issuer = protetto(&m.varianti.issuer),
            nome = protetto(&m.name_id),
            firma = self.firma_della_asserzione(&id),
        )
    }

    fn firma_della_asserzione(&self, id: &str) -> String {
        let riferimento = format!(
            "<ds:Reference URI=\"#_{id}\"><ds:Transforms><ds:Transform Algorithm=\"{}\"/>\
             <ds:Transform Algorithm=\"{}\"/></ds:Transforms><ds:DigestMethod Algorithm=\"{}\"/>\
             <ds:DigestValue>{}</ds:DigestValue></ds:Reference>",
            ns::ENVELOPED,
            ns::EXC_C14N,
            uri_digest(self.m.varianti.digest_asserzione),
            self.digest_asserzione.as_deref().unwrap_or("")
        );
        let chiave = format!(
            "<ds:X509Data><ds:X509Certificate>{}</ds:X509Certificate></ds:X509Data>",
            in_base64(self.comune.der())
        );
        self.firma(&riferimento, self.firma_asserzione.as_deref(), &chiave)
    }

    fn firma_del_messaggio(&self, wsse: &str) -> String {
        let id = protetto(&self.m.id);
        let mut uri = Vec::new();
        if !self.e(DifettoMessaggio::SoloCorpo) && !self.e(DifettoMessaggio::SenzaTimestamp) {
            uri.push(format!("#TS-{id}"));
        }
        if !self.e(DifettoMessaggio::SoloTimestamp) {
            uri.push(format!("#BODY-{id}"));
        }
        if self.e(DifettoMessaggio::RiferimentoInesistente) {
            uri.push(format!("#MANCA-{id}"));
        }
        let lista = if self.m.varianti.lista_prefissi {
            format!(
                "<ec:InclusiveNamespaces xmlns:ec=\"{}\" PrefixList=\"{wsse} s\"/>",
                ns::EXC_C14N
            )
        } else {
            String::new()
        };
        let mut riferimenti = String::new();
        for (i, uri) in uri.iter().enumerate() {
            let digest = self
                .digest_messaggio
                .get(i)
                .and_then(Option::as_deref)
                .unwrap_or("");
            let _ = write!(
                riferimenti,
                "<ds:Reference URI=\"{uri}\"><ds:Transforms><ds:Transform Algorithm=\"{}\">{lista}</ds:Transform>\
                 </ds:Transforms><ds:DigestMethod Algorithm=\"{}\"/><ds:DigestValue>{digest}</ds:DigestValue></ds:Reference>",
                ns::EXC_C14N,
                uri_digest(self.m.algoritmo.digest())
            );
        }
        let c = self.comune;
        let dentro = match self.m.varianti.chiave {
            RiferimentoChiave::Token => {
                format!(
                    "<{wsse}:Reference URI=\"#X509-{id}\" ValueType=\"{}\"/>",
                    ns::X509V3
                )
            }
            RiferimentoChiave::Incluso => format!(
                "<ds:X509Data><ds:X509Certificate>{}</ds:X509Certificate></ds:X509Data>",
                in_base64(c.der())
            ),
            RiferimentoChiave::EmittenteSeriale => format!(
                "<ds:X509Data><ds:X509IssuerSerial><ds:X509IssuerName>{}</ds:X509IssuerName>\
                 <ds:X509SerialNumber>{}</ds:X509SerialNumber></ds:X509IssuerSerial></ds:X509Data>",
                protetto(c.emittente()),
                in_decimale(c.seriale())
            ),
            RiferimentoChiave::Ski => format!(
                "<{wsse}:KeyIdentifier EncodingType=\"{}\" ValueType=\"{}\">{}</{wsse}:KeyIdentifier>",
                ns::BASE64,
                ns::X509_SKI,
                in_base64(c.ski().unwrap_or(&[]))
            ),
            RiferimentoChiave::Impronta => format!(
                "<{wsse}:KeyIdentifier EncodingType=\"{}\" ValueType=\"{}\">{}</{wsse}:KeyIdentifier>",
                ns::BASE64,
                ns::THUMBPRINT,
                in_base64(&c.impronta_sha1())
            ),
        };
        let chiave = format!("<{wsse}:SecurityTokenReference>{dentro}</{wsse}:SecurityTokenReference>");
        self.firma(&riferimenti, self.firma_messaggio.as_deref(), &chiave)
    }

    fn firma(&self, riferimenti: &str, valore: Option<&str>, chiave: &str) -> String {
        format!(
            "<ds:Signature xmlns:ds=\"{}\"><ds:SignedInfo><ds:CanonicalizationMethod Algorithm=\"{}\"/>\
             <ds:SignatureMethod Algorithm=\"{}\"/>{riferimenti}</ds:SignedInfo><ds:SignatureValue>{}</ds:SignatureValue>\
             <ds:KeyInfo>{chiave}</ds:KeyInfo></ds:Signature>",
            ns::DS,
            ns::EXC_C14N,
            self.uri_firma(),
            valore.unwrap_or("")
        )
    }
}

/// Big-endian octets as a decimal number.
fn in_decimale(ottetti: &[u8]) -> String {
    let mut cifre: Vec<u8> = vec![0];
    for o in ottetti {
        let mut riporto = u32::from(*o);
        for c in cifre.iter_mut().rev() {
            let n = u32::from(*c) * 256 + riporto;
            *c = (n % 10) as u8;
            riporto = n / 10;
        }
        while riporto > 0 {
            cifre.insert(0, (riporto % 10) as u8);
            riporto /= 10;
        }
    }
    cifre.iter().map(|c| char::from(b'0' + c)).collect()
}
