"""The peer in Python: the checks of the simulator's perimeter on TestConn, with lxml, xmlsec and cryptography.

A WSGI application for gunicorn. `SCENA` names a JSON file: {"ca": roots in PEM, "xsd": schema of the body,
"operatori": {nameId: [comuni]}}. What is constant (certificates, the PKCS#7 of a postazione) is verified once and
remembered by its text, as the simulator does. Every refusal is the same 500: this is here to be measured, not to explain.
"""
import base64
import json
import os
import re
import time
from datetime import datetime, timezone

import xmlsec
from asn1crypto import cms
from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding
from cryptography.x509.oid import NameOID
from lxml import etree

SOAP = "http://schemas.xmlsoap.org/soap/envelope/"
WSSE = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd"
WSU = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-utility-1.0.xsd"
SAML = "urn:oasis:names:tc:SAML:2.0:assertion"
DS = "http://www.w3.org/2000/09/xmldsig#"
EXC = "http://www.w3.org/2001/10/xml-exc-c14n#"
CON = "http://sogei.it/ANPR/connessione"
BEARER = "urn:oasis:names:tc:SAML:2.0:cm:bearer"
POSTAZIONE = re.compile(r"^[0-9]{6}-(PC|CO)-[0-9]{4}$")
FUTURO = 5.0
DURATA = 600.0
RICORDATI = 1024

with open(os.environ["SCENA"], encoding="utf-8") as f:
    SCENA = json.load(f)
with open(SCENA["ca"], "rb") as f:
    RADICI = {c.subject.public_bytes(): c for c in x509.load_pem_x509_certificates(f.read())}
SCHEMA = etree.XMLSchema(etree.parse(SCENA["xsd"]))
DIGEST = {"sha1": hashes.SHA1, "sha256": hashes.SHA256}


class Rifiuto(Exception):
    pass


def esigi(vero, perche):
    if not vero:
        raise Rifiuto(perche)


class Memoria(dict):
    """Verified once by text; bounded: when full it starts over."""

    def __init__(self, fai):
        super().__init__()
        self.fai = fai

    def __missing__(self, testo):
        valore = self.fai(testo)
        if len(self) >= RICORDATI:
            self.clear()
        self[testo] = valore
        return valore


class Certificato:
    """A certificate issued by one of the roots."""

    def __init__(self, testo):
        der = base64.b64decode(testo)
        self.x509 = x509.load_der_x509_certificate(der)
        radice = RADICI.get(self.x509.issuer.public_bytes())
        esigi(radice is not None, "CA ignota")
        try:
            self.x509.verify_directly_issued_by(radice)
        except InvalidSignature:
            raise Rifiuto("firma della CA") from None
        self.cn = self.x509.subject.get_attributes_for_oid(NameOID.COMMON_NAME)[0].value
        self.dal = self.x509.not_valid_before_utc.timestamp()
        self.al = self.x509.not_valid_after_utc.timestamp()
        self.chiave = xmlsec.Key.from_memory(der, xmlsec.KeyFormat.CERT_DER)

    def vale(self, adesso):
        esigi(self.dal <= adesso <= self.al, "certificato scaduto")
        return self


CERTIFICATI = Memoria(Certificato)


def pkcs7(testo):
    """The content of a PKCS#7 whose only signature is good, and who signed."""
    dati = cms.ContentInfo.load(base64.b64decode(testo))["content"]
    contenuto = dati["encap_content_info"]["content"].native
    (firmatario,) = dati["signer_infos"]
    der = dati["certificates"][0].chosen.dump()
    certificato = CERTIFICATI[base64.b64encode(der).decode()]
    hash_ = DIGEST[firmatario["digest_algorithm"]["algorithm"].native]()
    attributi = firmatario["signed_attrs"]
    firmato = contenuto
    if len(attributi):
        calcola = hashes.Hash(hash_)
        calcola.update(contenuto)
        detti = [a["values"][0].native for a in attributi if a["type"].native == "message_digest"]
        esigi(detti == [calcola.finalize()], "digest del PKCS#7")
        firmato = attributi.untag().dump()
    try:
        certificato.x509.public_key().verify(firmatario["signature"].native, firmato, padding.PKCS1v15(), hash_)
    except InvalidSignature:
        raise Rifiuto("PKCS#7") from None
    return contenuto.decode("ascii").strip(), certificato


POSTAZIONI = Memoria(pkcs7)


def unico(nodo, ns, nome):
    trovati = nodo.findall(f"{{{ns}}}{nome}")
    esigi(len(trovati) == 1, nome)
    return trovati[0]


def istante(testo):
    return datetime.fromisoformat(testo.strip()).astimezone(timezone.utc).timestamp()


def finestra(da, a, adesso):
    esigi(da is None or istante(da) <= adesso + FUTURO, "futuro")
    esigi(a is None or adesso < istante(a), "scaduto")


def firma_buona(firma, certificato, firmati):
    """One signature over exactly the given elements, each named by its own id."""
    info = unico(firma, DS, "SignedInfo")
    uri = {r.get("URI") for r in info.findall(f"{{{DS}}}Reference")}
    esigi(uri == {"#" + e.get(a) for e, a in firmati}, "riferimenti")
    for t in info.iter(f"{{{DS}}}Transform"):
        esigi(t.get("Algorithm") in (EXC, DS + "enveloped-signature"), "trasformazione")
    contesto = xmlsec.SignatureContext()
    contesto.key = certificato.chiave
    for elemento, attributo in firmati:
        nome = etree.QName(attributo)
        contesto.register_id(elemento, nome.localname, nome.namespace)
    try:
        contesto.verify(firma)
    except xmlsec.Error:
        raise Rifiuto("firma") from None


def ids_unici(radice):
    visti = set()
    for e in radice.iter(etree.Element):
        for a in (f"{{{WSU}}}Id", "ID", "Id"):
            v = e.get(a)
            if v is not None:
                esigi(v not in visti, "id doppio")
                visti.add(v)


def asserzione(a, adesso):
    firma = unico(a, DS, "Signature")
    certificato = CERTIFICATI[firma.findtext(f"{{{DS}}}KeyInfo/{{{DS}}}X509Data/{{{DS}}}X509Certificate")].vale(adesso)
    firma_buona(firma, certificato, [(a, "ID")])
    esigi(a.get("Version") == "2.0", "versione")
    unico(a, SAML, "Issuer")
    soggetto = unico(a, SAML, "Subject")
    name_id = unico(soggetto, SAML, "NameID").text
    finestra(a.get("IssueInstant"), None, adesso)
    for c in soggetto.findall(f"{{{SAML}}}SubjectConfirmation"):
        esigi(c.get("Method") == BEARER, "bearer")
        for d in c.findall(f"{{{SAML}}}SubjectConfirmationData"):
            finestra(d.get("NotBefore"), d.get("NotOnOrAfter"), adesso)
    for c in a.findall(f"{{{SAML}}}Conditions"):
        finestra(c.get("NotBefore"), c.get("NotOnOrAfter"), adesso)
    for s in a.findall(f"{{{SAML}}}AuthnStatement"):
        finestra(s.get("AuthnInstant"), s.get("SessionNotOnOrAfter"), adesso)
    attributi = {
        x.get("Name"): unico(x, SAML, "AttributeValue").text.strip()
        for x in a.iterfind(f"{{{SAML}}}AttributeStatement/{{{SAML}}}Attribute")
    }
    return certificato, name_id, attributi


def esamina(corpo):
    adesso = time.time()
    parser = etree.XMLParser(resolve_entities=False, no_network=True)
    radice = etree.fromstring(corpo, parser)
    esigi(radice.getroottree().docinfo.internalDTD is None and radice.tag == f"{{{SOAP}}}Envelope", "busta")
    body = unico(radice, SOAP, "Body")
    esigi(len(body) == 1, "Body")
    esigi(SCHEMA.validate(etree.ElementTree(body[0])), "schema")
    sicurezza = unico(unico(radice, SOAP, "Header"), WSSE, "Security")
    timestamp = unico(sicurezza, WSU, "Timestamp")
    bst = unico(sicurezza, WSSE, "BinarySecurityToken")
    firma = unico(sicurezza, DS, "Signature")
    ids_unici(radice)

    rinvio = firma.find(f"{{{DS}}}KeyInfo/{{{WSSE}}}SecurityTokenReference/{{{WSSE}}}Reference")
    esigi(rinvio is not None and rinvio.get("URI") == "#" + bst.get(f"{{{WSU}}}Id"), "KeyInfo")
    del_messaggio = CERTIFICATI[bst.text].vale(adesso)
    firma_buona(firma, del_messaggio, [(timestamp, f"{{{WSU}}}Id"), (body, f"{{{WSU}}}Id")])
    creato, scade = (unico(timestamp, WSU, n).text for n in ("Created", "Expires"))
    finestra(creato, scade, adesso)
    esigi(istante(scade) - istante(creato) <= DURATA, "durata")

    dell_asserzione, name_id, attributi = asserzione(unico(sicurezza, SAML, "Assertion"), adesso)
    sede, postazione = attributi["IdSede"], attributi["IdPostazione"]
    esigi(POSTAZIONE.match(postazione) and postazione[:6] == sede, "IdSede")
    contenuto, della_postazione = POSTAZIONI[attributi["IdPostazioneFirmato"]]
    della_postazione.vale(adesso)
    esigi(contenuto == postazione == della_postazione.cn, "postazione")
    esigi(del_messaggio.cn[:6] == sede and dell_asserzione.cn[:6] == sede, "identità")
    esigi(sede in SCENA["operatori"].get(name_id, ()), "operatore")
    return body[0].find("testataRichiesta")


ECO = ("idOperazioneComune", "codMittente", "codDestinatario", "operazioneRichiesta", "dataOraRichiesta")


def risposta(testata):
    radice = etree.Element(f"{{{SOAP}}}Envelope", nsmap={"soapenv": SOAP})
    body = etree.SubElement(radice, f"{{{SOAP}}}Body")
    r = etree.SubElement(body, f"{{{CON}}}RispostaConnessione", nsmap={"a": CON})
    t = etree.SubElement(r, "testataRisposta")
    for nome in ECO:
        etree.SubElement(t, nome).text = testata.findtext(nome)
    etree.SubElement(t, "idOperazioneANPR").text = "0"
    etree.SubElement(t, "esitoOperazione").text = "0000"
    return etree.tostring(radice, xml_declaration=True, encoding="UTF-8")


NO = (b"<env:Envelope xmlns:env=\"http://schemas.xmlsoap.org/soap/envelope/\"><env:Body><env:Fault>"
      b"<faultcode>env:Client</faultcode><faultstring>rifiutata</faultstring></env:Fault></env:Body></env:Envelope>")


def app(environ, start_response):
    try:
        corpo = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
        stato, testo = "200 OK", risposta(esamina(corpo))
    except (Rifiuto, etree.XMLSyntaxError, KeyError, ValueError) as e:
        if os.environ.get("PERCHE"):
            print("rifiutata:", repr(e), flush=True)
        stato, testo = "500 Internal Server Error", NO
    start_response(stato, [("Content-Type", "text/xml"), ("Content-Length", str(len(testo)))])
    return [testo]
