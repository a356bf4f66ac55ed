"""Signs an envelope as a gestionale does, with lxml and xmlsec: nothing shared with the simulator.

`Mittente` is who signs (postazione, operatore, keys, out of ready.json); `metti_sicurezza` turns an envelope with a Body
into one with Timestamp, signed assertion, certificate and the signature over Timestamp and Body.
"""
import base64
import json
import uuid
from datetime import datetime, timedelta, timezone

import xmlsec
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.serialization import pkcs7, pkcs12
from lxml import etree

SOAP = "http://schemas.xmlsoap.org/soap/envelope/"
WSSE = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd"
WSU = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-utility-1.0.xsd"
SAML = "urn:oasis:names:tc:SAML:2.0:assertion"
DS = "http://www.w3.org/2000/09/xmldsig#"
XSI = "http://www.w3.org/2001/XMLSchema-instance"
XS = "http://www.w3.org/2001/XMLSchema"
X509V3 = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-x509-token-profile-1.0#X509v3"
B64 = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-soap-message-security-1.0#Base64Binary"
PERCORSI = {
    "TEST": "/ANPRTestConn/TestConn",
    "S001": "/ANPRS001ServizioSubentro/AnprServiceS001",
}
VALIDITA = timedelta(minutes=5)


def leggi_pronto(file):
    with open(file, encoding="utf-8") as f:
        return json.load(f)


def ora(t):
    return t.strftime("%Y-%m-%dT%H:%M:%S.") + f"{t.microsecond // 1000:03d}Z"


class Mittente:
    """The first postazione and the first operatore of a ready Comune, with their keys."""

    def __init__(self, pronto, comune):
        scheda = next(c for c in pronto["comuni"] if c["istat"] == comune)
        postazione = scheda["postazioni"][0]
        self.comune = comune
        self.postazione = postazione["id"]
        self.name_id = scheda["operatori"][0]["nameId"]
        with open(postazione["p12"], "rb") as f:
            self.chiave, self.certificato, _radici = pkcs12.load_key_and_certificates(
                f.read(), postazione["password"].encode())
        self.chiave_pem = self.chiave.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())

    def certificato_b64(self):
        return base64.b64encode(self.certificato.public_bytes(serialization.Encoding.DER)).decode()

    def postazione_firmata(self):
        return base64.b64encode(
            pkcs7.PKCS7SignatureBuilder()
            .set_data(self.postazione.encode("ascii"))
            .add_signer(self.certificato, self.chiave, hashes.SHA256())
            .sign(serialization.Encoding.DER, [pkcs7.PKCS7Options.Binary])
        ).decode()


def testata(mittente, ambiente, operazione, adesso, tipo_invio=None, ident=None):
    """The fields of a request header, in the order of the schema."""
    tipo = tipo_invio or {"test": "TEST", "pre": "PRE_SUB", "sub": "PROD"}[ambiente]
    return [
        ("idOperazioneComune", ident or str(int(adesso.timestamp() * 1000))),
        ("codMittente", mittente.comune),
        ("codDestinatario", "ANPR05"),
        ("operazioneRichiesta", operazione),
        ("dataOraRichiesta", ora(adesso)),
        ("tipoOperazione", "C"),
        ("tipoInvio", tipo),
    ]


def firma(nodo, riferimenti, chiave_pem, sha256, id_attr):
    """A ds:Signature template under `nodo` with its references, and the context that signs it."""
    metodo = xmlsec.Transform.RSA_SHA256 if sha256 else xmlsec.Transform.RSA_SHA1
    digest = xmlsec.Transform.SHA256 if sha256 else xmlsec.Transform.SHA1
    template = xmlsec.template.create(nodo, xmlsec.Transform.EXCL_C14N, metodo, ns="ds")
    for uri, incapsulata in riferimenti:
        r = xmlsec.template.add_reference(template, digest, uri="#" + uri)
        if incapsulata:
            xmlsec.template.add_transform(r, xmlsec.Transform.ENVELOPED)
        xmlsec.template.add_transform(r, xmlsec.Transform.EXCL_C14N)
    contesto = xmlsec.SignatureContext()
    contesto.key = xmlsec.Key.from_memory(chiave_pem, xmlsec.KeyFormat.PEM)
    for elemento, attributo in id_attr:
        contesto.register_id(elemento, attributo, WSU if attributo == "Id" else None)
    return template, contesto


def asserzione(mittente, sha256, adesso, scade):
    a = etree.Element(f"{{{SAML}}}Assertion", nsmap={"saml2": SAML, "xs": XS, "xsi": XSI})
    ident = "_" + str(uuid.uuid4())
    a.set("ID", ident)
    a.set("IssueInstant", ora(adesso))
    a.set("Version", "2.0")
    etree.SubElement(a, f"{{{SAML}}}Issuer").text = "XS"
    s = etree.SubElement(a, f"{{{SAML}}}Subject")
    n = etree.SubElement(s, f"{{{SAML}}}NameID", Format="urn:oasis:names:tc:SAML:1.1:nameid-format:unspecified")
    n.text = mittente.name_id
    c = etree.SubElement(s, f"{{{SAML}}}SubjectConfirmation", Method="urn:oasis:names:tc:SAML:2.0:cm:bearer")
    etree.SubElement(c, f"{{{SAML}}}SubjectConfirmationData", NotBefore=ora(adesso), NotOnOrAfter=ora(scade))
    etree.SubElement(a, f"{{{SAML}}}Conditions", NotBefore=ora(adesso), NotOnOrAfter=ora(scade))
    st = etree.SubElement(a, f"{{{SAML}}}AuthnStatement", AuthnInstant=ora(adesso), SessionNotOnOrAfter=ora(scade))
    etree.SubElement(st, f"{{{SAML}}}SubjectLocality", Address="192.0.2.10")
    ac = etree.SubElement(st, f"{{{SAML}}}AuthnContext")
    etree.SubElement(ac, f"{{{SAML}}}AuthnContextClassRef")
    at = etree.SubElement(a, f"{{{SAML}}}AttributeStatement")
    for nome, valore in (
        ("IdSede", mittente.comune),
        ("IdPostazione", mittente.postazione),
        ("IdPostazioneFirmato", mittente.postazione_firmata()),
        ("IdApplicazione", "12345"),
    ):
        x = etree.SubElement(at, f"{{{SAML}}}Attribute", Name=nome,
                             NameFormat="urn:oasis:names:tc:SAML:2.0:attrname-format:unspecified")
        v = etree.SubElement(x, f"{{{SAML}}}AttributeValue")
        v.set(f"{{{XSI}}}type", "xs:string")
        v.text = valore
    template, contesto = firma(a, [(ident, True)], mittente.chiave_pem, sha256, [(a, "ID")])
    a.insert(1, template)  # right after Issuer
    ki = xmlsec.template.ensure_key_info(template)
    x509d = etree.SubElement(ki, f"{{{DS}}}X509Data")
    etree.SubElement(x509d, f"{{{DS}}}X509Certificate").text = mittente.certificato_b64()
    contesto.sign(template)
    return a


def metti_sicurezza(busta, mittente, sha256=False, adesso=None):
    """The envelope with its wsse:Security, signed. Gives a new tree: what is signed is what was read from bytes."""
    adesso = adesso or datetime.now(timezone.utc)
    scade = adesso + VALIDITA
    body = busta.find(f"{{{SOAP}}}Body")
    header = busta.find(f"{{{SOAP}}}Header")
    if header is None:
        header = etree.Element(f"{{{SOAP}}}Header")
        body.addprevious(header)
    sicurezza = etree.SubElement(header, f"{{{WSSE}}}Security", nsmap={"wsse": WSSE, "wsu": WSU})
    sicurezza.set(f"{{{SOAP}}}mustUnderstand", "1")
    ts = etree.SubElement(sicurezza, f"{{{WSU}}}Timestamp")
    ts.set(f"{{{WSU}}}Id", "TS-1")
    etree.SubElement(ts, f"{{{WSU}}}Created").text = ora(adesso)
    etree.SubElement(ts, f"{{{WSU}}}Expires").text = ora(scade)
    sicurezza.append(asserzione(mittente, sha256, adesso, scade))
    bst = etree.SubElement(sicurezza, f"{{{WSSE}}}BinarySecurityToken", EncodingType=B64, ValueType=X509V3)
    bst.set(f"{{{WSU}}}Id", "X509-1")
    bst.text = mittente.certificato_b64()
    body.set(f"{{{WSU}}}Id", "BODY-1")

    busta = etree.fromstring(etree.tostring(busta), etree.XMLParser(huge_tree=True))
    sicurezza = busta.find(f".//{{{WSSE}}}Security")
    ts = sicurezza.find(f"{{{WSU}}}Timestamp")
    body = busta.find(f"{{{SOAP}}}Body")
    template, contesto = firma(sicurezza, [("TS-1", False), ("BODY-1", False)], mittente.chiave_pem, sha256,
                               [(ts, "Id"), (body, "Id")])
    sicurezza.append(template)
    ki = xmlsec.template.ensure_key_info(template)
    stre = etree.SubElement(ki, f"{{{WSSE}}}SecurityTokenReference")
    etree.SubElement(stre, f"{{{WSSE}}}Reference", URI="#X509-1", ValueType=X509V3)
    contesto.sign(template)
    return busta
