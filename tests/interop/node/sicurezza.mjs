// The security header of an ANPR request, for the `soap` package: an object to give to `client.setSecurity`.
//
// soap builds the envelope out of the WSDL; `postProcess` gets it as text just before it leaves and adds, in this order,
// wsu:Timestamp, the SAML assertion with its own signature, the certificate, the signature over Timestamp and Body.
// Signed text must not be touched any more: no pretty printing, no re-parsing.
import { randomUUID } from "node:crypto";
import { readFileSync } from "node:fs";
import forge from "node-forge";
import { SignedXml } from "xml-crypto";

const SOAP = "http://schemas.xmlsoap.org/soap/envelope/";
const OASIS = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss";
const WSSE = `${OASIS}-wssecurity-secext-1.0.xsd`;
const WSU = `${OASIS}-wssecurity-utility-1.0.xsd`;
const X509V3 = `${OASIS}-x509-token-profile-1.0#X509v3`;
const BASE64 = `${OASIS}-soap-message-security-1.0#Base64Binary`;
const SAML = "urn:oasis:names:tc:SAML:2.0:assertion";
const EXC_C14N = "http://www.w3.org/2001/10/xml-exc-c14n#";
const ENVELOPED = "http://www.w3.org/2000/09/xmldsig#enveloped-signature";
const ALGORITMI = {
  sha1: ["http://www.w3.org/2000/09/xmldsig#rsa-sha1", "http://www.w3.org/2000/09/xmldsig#sha1"],
  sha256: ["http://www.w3.org/2001/04/xmldsig-more#rsa-sha256", "http://www.w3.org/2001/04/xmlenc#sha256"],
};
const MINUTI = 5;

/** Opens a .p12: private key and certificate. The postazione is the certificate's CN, the Comune its first six digits. */
export function apriP12(file, password) {
  const p12 = forge.pkcs12.pkcs12FromAsn1(forge.asn1.fromDer(readFileSync(file, "binary")), password);
  const sacche = (tipo) => p12.getBags({ bagType: tipo })[tipo];
  const chiave = sacche(forge.pki.oids.pkcs8ShroudedKeyBag)[0].key;
  // The file also holds the root: ours is the certificate of this key.
  const certificato = sacche(forge.pki.oids.certBag)
    .map((s) => s.cert)
    .find((c) => c.publicKey.n.equals(chiave.n));
  const postazione = certificato.subject.getField("CN").value;
  return { chiave, certificato, postazione, comune: postazione.slice(0, 6) };
}

/** base64 of the PKCS#7 (content attached) over the postazione's id. It never changes: make it once, keep it. */
export function postazioneFirmata({ chiave, certificato, postazione }) {
  const p7 = forge.pkcs7.createSignedData();
  p7.content = forge.util.createBuffer(postazione);
  p7.addCertificate(certificato);
  p7.addSigner({
    key: chiave,
    certificate: certificato,
    digestAlgorithm: forge.pki.oids.sha256,
    authenticatedAttributes: [
      { type: forge.pki.oids.contentType, value: forge.pki.oids.data },
      { type: forge.pki.oids.messageDigest },
      { type: forge.pki.oids.signingTime, value: new Date() },
    ],
  });
  p7.sign();
  return forge.util.encode64(forge.asn1.toDer(p7.toAsn1()).getBytes());
}

export class SicurezzaAnpr {
  constructor(identita, operatore, { sha = "sha1", applicazione = "12345" } = {}) {
    this.identita = identita;
    this.operatore = operatore;
    this.applicazione = applicazione;
    [this.metodo, this.digest] = ALGORITMI[sha];
    this.pem = forge.pki.privateKeyToPem(identita.chiave);
    this.certificato = forge.util.encode64(forge.asn1.toDer(forge.pki.certificateToAsn1(identita.certificato)).getBytes());
    this.postazioneFirmata = postazioneFirmata(identita);
  }

  addOptions() {}
  addHeaders() {}
  toXML() {
    return "";
  }

  /** What soap calls with the whole envelope; `prefisso` is the SOAP prefix it used. */
  postProcess(busta, prefisso) {
    const adesso = new Date();
    const da = adesso.toISOString(); // UTC, with its Z
    const a = new Date(adesso.getTime() + MINUTI * 60_000).toISOString();
    const asserzione = this.asserzione(da, a);
    const sicurezza =
      `<wsse:Security xmlns:wsse="${WSSE}" xmlns:wsu="${WSU}" ${prefisso}:mustUnderstand="1">` +
      `<wsu:Timestamp wsu:Id="TS-1"><wsu:Created>${da}</wsu:Created><wsu:Expires>${a}</wsu:Expires></wsu:Timestamp>` +
      asserzione +
      `<wsse:BinarySecurityToken EncodingType="${BASE64}" ValueType="${X509V3}" wsu:Id="X509-1">${this.certificato}` +
      `</wsse:BinarySecurityToken></wsse:Security>`;
    const intera = busta
      .replace(/<(\w+):Header>|(?=<\w+:Body>)/, (inizio, p) => (p ? inizio + sicurezza : `<${prefisso}:Header>${sicurezza}</${prefisso}:Header>`))
      .replace(`<${prefisso}:Body>`, `<${prefisso}:Body xmlns:wsu="${WSU}" wsu:Id="BODY-1">`);
    return this.firma(intera, {
      riferimenti: [
        [`//*[local-name()='Timestamp']`, [EXC_C14N]],
        [`/*/*[local-name()='Body']`, [EXC_C14N]],
      ],
      chiave:
        `<wsse:SecurityTokenReference xmlns:wsse="${WSSE}"><wsse:Reference URI="#X509-1" ValueType="${X509V3}"/>` +
        `</wsse:SecurityTokenReference>`,
      posto: { reference: `//*[local-name()='BinarySecurityToken']`, action: "after" },
    });
  }

  asserzione(da, a) {
    const attributi = {
      IdSede: this.identita.comune,
      IdPostazione: this.identita.postazione,
      IdPostazioneFirmato: this.postazioneFirmata,
      IdApplicazione: this.applicazione,
    };
    const testo =
      `<saml2:Assertion xmlns:saml2="${SAML}" xmlns:xs="http://www.w3.org/2001/XMLSchema"` +
      ` xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" ID="_${randomUUID()}" IssueInstant="${da}" Version="2.0">` +
      `<saml2:Issuer>XS</saml2:Issuer>` +
      `<saml2:Subject><saml2:NameID Format="urn:oasis:names:tc:SAML:1.1:nameid-format:unspecified">${this.operatore}</saml2:NameID>` +
      `<saml2:SubjectConfirmation Method="urn:oasis:names:tc:SAML:2.0:cm:bearer">` +
      `<saml2:SubjectConfirmationData NotBefore="${da}" NotOnOrAfter="${a}"/></saml2:SubjectConfirmation></saml2:Subject>` +
      `<saml2:Conditions NotBefore="${da}" NotOnOrAfter="${a}"/>` +
      `<saml2:AuthnStatement AuthnInstant="${da}" SessionNotOnOrAfter="${a}"><saml2:SubjectLocality Address="192.0.2.10"/>` +
      `<saml2:AuthnContext><saml2:AuthnContextClassRef/></saml2:AuthnContext></saml2:AuthnStatement>` +
      `<saml2:AttributeStatement>` +
      Object.entries(attributi)
        .map(
          ([nome, valore]) =>
            `<saml2:Attribute Name="${nome}" NameFormat="urn:oasis:names:tc:SAML:2.0:attrname-format:unspecified">` +
            `<saml2:AttributeValue xsi:type="xs:string">${valore}</saml2:AttributeValue></saml2:Attribute>`,
        )
        .join("") +
      `</saml2:AttributeStatement></saml2:Assertion>`;
    return this.firma(testo, {
      riferimenti: [["/*", [ENVELOPED, EXC_C14N]]],
      chiave: `<ds:X509Data><ds:X509Certificate>${this.certificato}</ds:X509Certificate></ds:X509Data>`,
      posto: { reference: `/*/*[local-name()='Issuer']`, action: "after" },
    });
  }

  firma(xml, { riferimenti, chiave, posto }) {
    const f = new SignedXml({
      // wsu:Id for Timestamp and Body; the assertion is found by its ID.
      idMode: "wssecurity",
      idAttribute: "ID",
      privateKey: this.pem,
      signatureAlgorithm: this.metodo,
      canonicalizationAlgorithm: EXC_C14N,
      getKeyInfoContent: () => chiave,
    });
    for (const [xpath, transforms] of riferimenti) {
      f.addReference({ xpath, transforms, digestAlgorithm: this.digest });
    }
    f.computeSignature(xml, { prefix: "ds", location: posto, existingPrefixes: { soap: SOAP } });
    return f.getSignedXml();
  }
}
