//! The shape of the official example client (spec security §3.2, §4.8, §4.10; CXF with WSS4J under Basic128Rsa15):
//! Timestamp, assertion, token, signature; prefixes soap, wsse, wsu, ds, ec, saml2; `InclusiveNamespaces` on every
//! canonicalization, empty for the Body; ids on the parts of the signature; base64 in lines.
//!
//! Written as a template here and signed by the composer's signer; xmlsec1 judges it beside us.

use frontiera::TipoFault::*;
use frontiera::firma::{cms, firma_modello};
use frontiera::security::in_base64;

use crate::giudici::{verifica_xmlsec1, xmlsec1};
use crate::scena::*;

fn a_righe(dati: &[u8]) -> String {
    let testo = in_base64(dati);
    let righe: Vec<_> = testo
        .as_bytes()
        .chunks(76)
        .map(|r| std::str::from_utf8(r).expect("ASCII"))
        .collect();
    righe.join("\n")
}

fn modello() -> String {
    let s = scena();
    let forma = cms::Forma {
        ber: true,
        ..cms::Forma::default()
    };
    let p7 = cms::componi(b"888001-PC-0001", &s.pc.cert, &s.pc.chiave, forma).expect("composes");
    let (co, firmato) = (a_righe(&s.co.cert), a_righe(&p7));
    let corpo = corpo();
    let (da, a) = ("2031-05-12T08:15:30.118Z", "2031-05-12T08:20:30.118Z");
    let attributo = |nome: &str, valore: &str| {
        format!(
            "<saml2:Attribute Name=\"{nome}\" NameFormat=\"urn:oasis:names:tc:SAML:2.0:attrname-format:unspecified\">\
             <saml2:AttributeValue xsi:type=\"xsd:string\">{valore}</saml2:AttributeValue></saml2:Attribute>"
        )
    };
    let attributi = [
        attributo("IdSede", "888001"),
        attributo("IdPostazione", "888001-PC-0001"),
        attributo("IdPostazioneFirmato", &firmato),
        attributo("IdApplicazione", "12345"),
    ]
    .concat();
    format!(
        "<soap:Envelope xmlns:soap=\"http://schemas.xmlsoap.org/soap/envelope/\"><soap:Header><wsse:Security \
         xmlns:wsse=\"http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd\" \
         xmlns:wsu=\"http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-utility-1.0.xsd\" \
         soap:mustUnderstand=\"1\"><wsu:Timestamp wsu:Id=\"TS-0a\"><wsu:Created>{da}</wsu:Created><wsu:Expires>{a}\
         </wsu:Expires></wsu:Timestamp><saml2:Assertion xmlns:saml2=\"urn:oasis:names:tc:SAML:2.0:assertion\" \
         xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\" ID=\"_0b\" IssueInstant=\"{da}\" Version=\"2.0\" \
         xsi:type=\"saml2:AssertionType\"><saml2:Issuer>XS</saml2:Issuer><ds:Signature \
         xmlns:ds=\"http://www.w3.org/2000/09/xmldsig#\"><ds:SignedInfo><ds:CanonicalizationMethod \
         Algorithm=\"http://www.w3.org/2001/10/xml-exc-c14n#\"/><ds:SignatureMethod \
         Algorithm=\"http://www.w3.org/2000/09/xmldsig#rsa-sha1\"/><ds:Reference URI=\"#_0b\"><ds:Transforms><ds:Transform \
         Algorithm=\"http://www.w3.org/2000/09/xmldsig#enveloped-signature\"/><ds:Transform \
         Algorithm=\"http://www.w3.org/2001/10/xml-exc-c14n#\"><ec:InclusiveNamespaces \
         xmlns:ec=\"http://www.w3.org/2001/10/xml-exc-c14n#\" PrefixList=\"xsd\"/></ds:Transform></ds:Transforms>\
         <ds:DigestMethod Algorithm=\"http://www.w3.org/2001/04/xmlenc#sha256\"/><ds:DigestValue></ds:DigestValue>\
         </ds:Reference></ds:SignedInfo><ds:SignatureValue></ds:SignatureValue><ds:KeyInfo><ds:X509Data>\
         <ds:X509Certificate>{co}</ds:X509Certificate></ds:X509Data></ds:KeyInfo></ds:Signature><saml2:Subject>\
         <saml2:NameID Format=\"urn:oasis:names:tc:SAML:1.1:nameid-format:unspecified\">{OPERATORE}</saml2:NameID>\
         <saml2:SubjectConfirmation Method=\"urn:oasis:names:tc:SAML:2.0:cm:bearer\"><saml2:SubjectConfirmationData \
         NotBefore=\"{da}\" NotOnOrAfter=\"{a}\"/></saml2:SubjectConfirmation></saml2:Subject><saml2:Conditions \
         NotBefore=\"{da}\" NotOnOrAfter=\"{a}\"/><saml2:AuthnStatement AuthnInstant=\"{da}\" \
         SessionNotOnOrAfter=\"{a}\"><saml2:SubjectLocality Address=\"192.168.1.20\"/><saml2:AuthnContext>\
         <saml2:AuthnContextClassRef/></saml2:AuthnContext></saml2:AuthnStatement><saml2:AttributeStatement \
         xmlns:xsd=\"http://www.w3.org/2001/XMLSchema\">{attributi}</saml2:AttributeStatement></saml2:Assertion>\
         <wsse:BinarySecurityToken \
         EncodingType=\"http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-soap-message-security-1.0#Base64Binary\" \
         ValueType=\"http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-x509-token-profile-1.0#X509v3\" \
         wsu:Id=\"X509-0c\">{co}</wsse:BinarySecurityToken><ds:Signature \
         xmlns:ds=\"http://www.w3.org/2000/09/xmldsig#\" Id=\"SIG-0d\"><ds:SignedInfo><ds:CanonicalizationMethod \
         Algorithm=\"http://www.w3.org/2001/10/xml-exc-c14n#\"><ec:InclusiveNamespaces \
         xmlns:ec=\"http://www.w3.org/2001/10/xml-exc-c14n#\" PrefixList=\"soap\"/></ds:CanonicalizationMethod>\
         <ds:SignatureMethod Algorithm=\"http://www.w3.org/2000/09/xmldsig#rsa-sha1\"/>{ts}{body}</ds:SignedInfo>\
         <ds:SignatureValue></ds:SignatureValue><ds:KeyInfo Id=\"KI-0e\"><wsse:SecurityTokenReference wsu:Id=\"STR-0f\">\
         <wsse:Reference URI=\"#X509-0c\" \
         ValueType=\"http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-x509-token-profile-1.0#X509v3\"/>\
         </wsse:SecurityTokenReference></ds:KeyInfo></ds:Signature></wsse:Security></soap:Header><soap:Body \
         xmlns:wsu=\"http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-utility-1.0.xsd\" \
         wsu:Id=\"id-10\">{corpo}</soap:Body></soap:Envelope>",
        ts = riferimento("TS-0a", "wsse soap"),
        body = riferimento("id-10", ""),
    )
}

fn riferimento(id: &str, lista: &str) -> String {
    format!(
        "<ds:Reference URI=\"#{id}\"><ds:Transforms><ds:Transform Algorithm=\"http://www.w3.org/2001/10/xml-exc-c14n#\">\
         <ec:InclusiveNamespaces xmlns:ec=\"http://www.w3.org/2001/10/xml-exc-c14n#\" PrefixList=\"{lista}\"/>\
         </ds:Transform></ds:Transforms><ds:DigestMethod Algorithm=\"http://www.w3.org/2000/09/xmldsig#sha1\"/>\
         <ds:DigestValue></ds:DigestValue></ds:Reference>"
    )
}

#[test]
fn la_forma_del_client_di_esempio_passa_e_xmlsec1_concorda() {
    let busta = firma_modello(&modello(), &chiavi_solite()).unwrap();
    let e = esamina(&busta);
    passa(&e);
    let perizia = perizia(&busta);
    // The lists have their effect: the Timestamp's octets declare wsse, the Body's do not.
    let canonica = |elemento: &str| {
        let r = perizia
            .riferimenti
            .iter()
            .find(|r| r.confronto.elemento.ends_with(elemento));
        r.expect("compared").canonica.clone()
    };
    assert!(
        canonica("Timestamp").starts_with("<wsu:Timestamp xmlns:soap=")
            && canonica("Timestamp").contains("xmlns:wsse=")
    );
    assert!(!canonica("Body").contains("xmlns:wsse="));
    assert!(canonica("Assertion").contains("xmlns:xsd="));
    if xmlsec1() {
        assert!(verifica_xmlsec1(&busta, "Security"), "message");
        assert!(verifica_xmlsec1(&busta, "Assertion"), "assertion");
    }
    for (da, a, fault, passo) in [
        (">zzz<", ">zzy<", F5, "digest"),
        ("PrefixList=\"wsse soap\"", "PrefixList=\"wsse\"", F5, "digest"),
        ("PrefixList=\"soap\"", "PrefixList=\"\"", F1, "valore-firma"),
        ("192.168.1.20", "192.168.1.21", F1, "firma-asserzione"),
    ] {
        let altra = busta.replacen(da, a, 1);
        cade(&esamina(&altra), fault, passo);
    }
}
