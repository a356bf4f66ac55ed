"""A gestionale in miniature: signs from scratch with lxml and xmlsec, nothing shared with the simulator.

Usage: client_lxml.py READY_JSON AMBIENTE COMUNE OPERAZIONE [--file X.gz] [--sha256] [--altera] [--tipo-invio T] [--id N]
Prints one JSON object: {"http": status, "corpo": reply}.
"""
import argparse
import base64
import copy
import http.client
import json
import os
import ssl
import sys
import uuid
from datetime import datetime, timedelta, timezone

import xmlsec
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.serialization import pkcs7
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


def argomenti():
    p = argparse.ArgumentParser()
    p.add_argument("ready")
    p.add_argument("ambiente")
    p.add_argument("comune")
    p.add_argument("operazione")
    p.add_argument("--file")
    p.add_argument("--sha256", action="store_true")
    p.add_argument("--altera", action="store_true", help="change the body after signing")
    p.add_argument("--tipo-invio")
    p.add_argument("--id", default=None)
    return p.parse_args()


def ora(t):
    return t.strftime("%Y-%m-%dT%H:%M:%S.") + f"{t.microsecond // 1000:03d}Z"


def postazione_firmata(id_postazione, chiave, certificato):
    return (
        pkcs7.PKCS7SignatureBuilder()
        .set_data(id_postazione.encode("ascii"))
        .add_signer(certificato, chiave, hashes.SHA256())
        .sign(serialization.Encoding.DER, [pkcs7.PKCS7Options.Binary])
    )


def firma(nodo, riferimenti, chiave_pem, sha256, id_attr):
    """A ds:Signature template under `nodo`, its references, signed in place."""
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


def asserzione(args, id_postazione, name_id, chiave, certificato, chiave_pem, adesso, scade):
    a = etree.Element(f"{{{SAML}}}Assertion", nsmap={"saml2": SAML, "xs": XS, "xsi": XSI})
    ident = "_" + str(uuid.uuid4())
    a.set("ID", ident)
    a.set("IssueInstant", ora(adesso))
    a.set("Version", "2.0")
    etree.SubElement(a, f"{{{SAML}}}Issuer").text = "XS"
    s = etree.SubElement(a, f"{{{SAML}}}Subject")
    n = etree.SubElement(s, f"{{{SAML}}}NameID", Format="urn:oasis:names:tc:SAML:1.1:nameid-format:unspecified")
    n.text = name_id
    c = etree.SubElement(s, f"{{{SAML}}}SubjectConfirmation", Method="urn:oasis:names:tc:SAML:2.0:cm:bearer")
    etree.SubElement(c, f"{{{SAML}}}SubjectConfirmationData", NotBefore=ora(adesso), NotOnOrAfter=ora(scade))
    etree.SubElement(a, f"{{{SAML}}}Conditions", NotBefore=ora(adesso), NotOnOrAfter=ora(scade))
    st = etree.SubElement(a, f"{{{SAML}}}AuthnStatement", AuthnInstant=ora(adesso), SessionNotOnOrAfter=ora(scade))
    etree.SubElement(st, f"{{{SAML}}}SubjectLocality", Address="192.0.2.10")
    ac = etree.SubElement(st, f"{{{SAML}}}AuthnContext")
    etree.SubElement(ac, f"{{{SAML}}}AuthnContextClassRef")
    at = etree.SubElement(a, f"{{{SAML}}}AttributeStatement")
    firmato = base64.b64encode(postazione_firmata(id_postazione, chiave, certificato)).decode()
    for nome, valore in (
        ("IdSede", args.comune),
        ("IdPostazione", id_postazione),
        ("IdPostazioneFirmato", firmato),
        ("IdApplicazione", "12345"),
    ):
        x = etree.SubElement(at, f"{{{SAML}}}Attribute", Name=nome,
                             NameFormat="urn:oasis:names:tc:SAML:2.0:attrname-format:unspecified")
        v = etree.SubElement(x, f"{{{SAML}}}AttributeValue")
        v.set(f"{{{XSI}}}type", "xs:string")
        v.text = valore
    template, contesto = firma(a, [(ident, True)], chiave_pem, args.sha256, [(a, "ID")])
    a.insert(1, template)  # right after Issuer
    ki = xmlsec.template.ensure_key_info(template)
    x509d = etree.SubElement(ki, f"{{{DS}}}X509Data")
    etree.SubElement(x509d, f"{{{DS}}}X509Certificate").text = base64.b64encode(
        certificato.public_bytes(serialization.Encoding.DER)).decode()
    contesto.sign(template)
    return a


def corpo(args, adesso):
    tipo = args.tipo_invio or {"test": "TEST", "pre": "PRE_SUB", "sub": "PROD"}[args.ambiente]
    ident = args.id or str(int(adesso.timestamp() * 1000))
    testata = [
        ("idOperazioneComune", ident), ("codMittente", args.comune), ("codDestinatario", "ANPR05"),
        ("operazioneRichiesta", args.operazione), ("dataOraRichiesta", ora(adesso)), ("tipoOperazione", "C"),
        ("tipoInvio", tipo),
    ]
    if args.operazione == "TEST":
        radice = etree.Element("{http://sogei.it/ANPR/connessione}RichiestaConnessione",
                               nsmap={"con": "http://sogei.it/ANPR/connessione"})
    else:
        radice = etree.Element("{http://www.sogei.it/ANPR/S001subentro}RichiestaS001",
                               nsmap={"s": "http://www.sogei.it/ANPR/S001subentro"})
    t = etree.SubElement(radice, "testataRichiesta")
    for nome, valore in testata:
        etree.SubElement(t, nome).text = valore
    if args.operazione == "S001":
        etree.SubElement(radice, "nomeFile").text = os.path.basename(args.file)
        with open(args.file, "rb") as f:
            etree.SubElement(radice, "fileXml").text = base64.b64encode(f.read()).decode()
    return radice


def main():
    args = argomenti()
    with open(args.ready, encoding="utf-8") as f:
        pronto = json.load(f)
    comune = next(c for c in pronto["comuni"] if c["istat"] == args.comune)
    postazione = comune["postazioni"][0]
    with open(postazione["chiave"], "rb") as f:
        chiave_pem = f.read()
    with open(postazione["certificato"], "rb") as f:
        certificato = x509.load_pem_x509_certificate(f.read())
    chiave = serialization.load_pem_private_key(chiave_pem, None)
    adesso = datetime.now(timezone.utc)
    scade = adesso + timedelta(minutes=5)

    busta = etree.Element(f"{{{SOAP}}}Envelope", nsmap={"soap": SOAP})
    header = etree.SubElement(busta, f"{{{SOAP}}}Header")
    sicurezza = etree.SubElement(header, f"{{{WSSE}}}Security", nsmap={"wsse": WSSE, "wsu": WSU})
    sicurezza.set(f"{{{SOAP}}}mustUnderstand", "1")
    ts = etree.SubElement(sicurezza, f"{{{WSU}}}Timestamp")
    ts.set(f"{{{WSU}}}Id", "TS-1")
    etree.SubElement(ts, f"{{{WSU}}}Created").text = ora(adesso)
    etree.SubElement(ts, f"{{{WSU}}}Expires").text = ora(scade)
    sicurezza.append(asserzione(args, postazione["id"], comune["operatori"][0]["nameId"], chiave, certificato,
                                chiave_pem, adesso, scade))
    bst = etree.SubElement(sicurezza, f"{{{WSSE}}}BinarySecurityToken", EncodingType=B64, ValueType=X509V3)
    bst.set(f"{{{WSU}}}Id", "X509-1")
    bst.text = base64.b64encode(certificato.public_bytes(serialization.Encoding.DER)).decode()
    body = etree.SubElement(busta, f"{{{SOAP}}}Body", nsmap={"wsu": WSU})
    body.set(f"{{{WSU}}}Id", "BODY-1")
    body.append(corpo(args, adesso))

    # The tree is re-read from bytes first, so that what is signed is what is sent.
    busta = etree.fromstring(etree.tostring(busta))
    sicurezza = busta.find(f".//{{{WSSE}}}Security")
    ts = sicurezza.find(f"{{{WSU}}}Timestamp")
    body = busta.find(f"{{{SOAP}}}Body")
    template, contesto = firma(sicurezza, [("TS-1", False), ("BODY-1", False)], chiave_pem, args.sha256,
                               [(ts, "Id"), (body, "Id")])
    sicurezza.append(template)
    ki = xmlsec.template.ensure_key_info(template)
    stre = etree.SubElement(ki, f"{{{WSSE}}}SecurityTokenReference")
    etree.SubElement(stre, f"{{{WSSE}}}Reference", URI="#X509-1", ValueType=X509V3)
    contesto.sign(template)

    if args.altera:
        campo = body.find(".//idOperazioneComune")
        campo.text = campo.text[:-1] + ("1" if campo.text[-1] != "1" else "2")
    dati = etree.tostring(copy.deepcopy(busta), xml_declaration=True, encoding="UTF-8")

    base = pronto["ambienti"][args.ambiente]["ws"]
    host = base.split("//", 1)[1]
    ctx = ssl.create_default_context(cafile=pronto["ca"])
    con = http.client.HTTPSConnection(host, context=ctx, timeout=60)
    con.request("POST", PERCORSI[args.operazione], dati,
                {"Content-Type": "text/xml; charset=utf-8", "SOAPAction": '""'})
    r = con.getresponse()
    json.dump({"http": r.status, "corpo": r.read().decode("utf-8"), "intestazioni": dict(r.getheaders())}, sys.stdout)


main()
