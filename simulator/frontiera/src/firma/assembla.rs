//! The envelope as text, with empty places for digests and signature values.

use std::fmt::Write as _;

use super::catalogo::Ricetta;
use super::{Messaggio, RiferimentoChiave};
use crate::security::certificato::Certificato;
use crate::security::digest::Digest;
use crate::security::in_base64;
use crate::soap::ns;

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

/// What the text is made from.
pub(super) struct Stampo<'m> {
    pub(super) ricetta: &'m Ricetta,
    pub(super) comune: &'m Certificato,
    /// The PKCS#7 in base64.
    pub(super) postazione_firmata: String,
}

impl Stampo<'_> {
    fn m(&self) -> &Messaggio {
        &self.ricetta.messaggio
    }

    /// The whole envelope.
    pub(super) fn testo(&self) -> String {
        let m = self.m();
        let (wsse, wsu) = if m.varianti.prefissi_wcf {
            ("o", "u")
        } else {
            ("wsse", "wsu")
        };
        let id = protetto(&m.id);
        let soap = m.varianti.versione.ns();
        let mut x = format!(
            "<s:Envelope xmlns:s=\"{soap}\"><s:Header><{wsse}:Security s:mustUnderstand=\"1\" xmlns:{wsse}=\"{}\" \
             xmlns:{wsu}=\"{}\">",
            ns::WSSE,
            ns::WSU
        );
        let (prima, dopo) = (self.timestamp(wsu), self.asserzione());
        let (prima, dopo) = if m.varianti.asserzione_prima {
            (dopo, prima)
        } else {
            (prima, dopo)
        };
        x.push_str(&prima);
        x.push_str(&dopo);
        let _ = write!(
            x,
            "<{wsse}:BinarySecurityToken {wsu}:Id=\"X509-{id}\" EncodingType=\"{}\" ValueType=\"{}\">{}</{wsse}:BinarySecurityToken>",
            ns::BASE64,
            ns::X509V3,
            in_base64(self.comune.der())
        );
        x.push_str(&self.firma_del_messaggio(wsse));
        let _ = write!(
            x,
            "</{wsse}:Security></s:Header><s:Body {wsu}:Id=\"BODY-{id}\" xmlns:{wsu}=\"{}\">{}</s:Body></s:Envelope>",
            ns::WSU,
            m.corpo_xml
        );
        x
    }

    fn timestamp(&self, wsu: &str) -> String {
        let n = self.m().varianti.decimali_timestamp;
        let (da, a) = self.ricetta.finestra(self.ricetta.scarto_timestamp);
        format!(
            "<{wsu}:Timestamp {wsu}:Id=\"TS-{}\"><{wsu}:Created>{da:.n$}</{wsu}:Created>\
             <{wsu}:Expires>{a:.n$}</{wsu}:Expires></{wsu}:Timestamp>",
            protetto(&self.m().id)
        )
    }

    fn asserzione(&self) -> String {
        let m = self.m();
        let n = m.varianti.decimali_asserzione;
        let (da, a) = self.ricetta.finestra(self.ricetta.scarto_asserzione);
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
            metodo = ns::BEARER,
            firma = self.firma_della_asserzione(&id),
        )
    }

    fn firma_della_asserzione(&self, id: &str) -> String {
        let riferimento = format!(
            "<ds:Reference URI=\"#_{id}\"><ds:Transforms><ds:Transform Algorithm=\"{}\"/>\
             <ds:Transform Algorithm=\"{}\"/></ds:Transforms><ds:DigestMethod Algorithm=\"{}\"/>\
             <ds:DigestValue></ds:DigestValue></ds:Reference>",
            ns::ENVELOPED,
            ns::EXC_C14N,
            uri_digest(self.m().varianti.digest_asserzione),
        );
        let chiave = format!(
            "<ds:X509Data><ds:X509Certificate>{}</ds:X509Certificate></ds:X509Data>",
            in_base64(self.comune.der())
        );
        self.firma(&riferimento, &chiave)
    }

    fn firma_del_messaggio(&self, wsse: &str) -> String {
        let id = protetto(&self.m().id);
        let lista = if self.m().varianti.lista_prefissi {
            format!(
                "<ec:InclusiveNamespaces xmlns:ec=\"{}\" PrefixList=\"{wsse} s\"/>",
                ns::EXC_C14N
            )
        } else {
            String::new()
        };
        let mut riferimenti = String::new();
        for parte in ["TS", "BODY"] {
            let _ = write!(
                riferimenti,
                "<ds:Reference URI=\"#{parte}-{id}\"><ds:Transforms><ds:Transform Algorithm=\"{}\">{lista}</ds:Transform>\
                 </ds:Transforms><ds:DigestMethod Algorithm=\"{}\"/><ds:DigestValue></ds:DigestValue></ds:Reference>",
                ns::EXC_C14N,
                uri_digest(self.m().algoritmo.digest())
            );
        }
        let c = self.comune;
        let dentro = match self.m().varianti.chiave {
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
        self.firma(&riferimenti, &chiave)
    }

    fn firma(&self, riferimenti: &str, chiave: &str) -> String {
        let metodo = match self.m().algoritmo {
            super::Algoritmo::RsaSha1 => ns::RSA_SHA1,
            super::Algoritmo::RsaSha256 => ns::RSA_SHA256,
        };
        format!(
            "<ds:Signature xmlns:ds=\"{}\"><ds:SignedInfo><ds:CanonicalizationMethod Algorithm=\"{}\"/>\
             <ds:SignatureMethod Algorithm=\"{metodo}\"/>{riferimenti}</ds:SignedInfo><ds:SignatureValue></ds:SignatureValue>\
             <ds:KeyInfo>{chiave}</ds:KeyInfo></ds:Signature>",
            ns::DS,
            ns::EXC_C14N,
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
