# Signed requests made without a line of ours: lxml builds, xmlsec signs, openssl makes the PKCS#7.
import base64, datetime, itertools, pathlib, subprocess, sys
from lxml import etree
import xmlsec

dir_, adesso, operatore = pathlib.Path(sys.argv[1]), sys.argv[2], sys.argv[3]
SOAP = "http://schemas.xmlsoap.org/soap/envelope/"
WSSE = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd"
WSU = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-utility-1.0.xsd"
SAML = "urn:oasis:names:tc:SAML:2.0:assertion"
XSI = "http://www.w3.org/2001/XMLSchema-instance"
PROFILO = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-x509-token-profile-1.0#X509v3"
BASE64 = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-soap-message-security-1.0#Base64Binary"
EC = "http://www.w3.org/2001/10/xml-exc-c14n#"

inizio = datetime.datetime.strptime(adesso, "%Y-%m-%dT%H:%M:%S.%fZ")
fine = (inizio + datetime.timedelta(minutes=5)).strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3] + "Z"
cert = (dir_ / "co.cert.der").read_bytes()
for nome in ("co", "pc"):
    for parte, tipo in (("cert", "x509"), ("key", "pkey")):
        subprocess.run(["openssl", tipo, "-inform", "DER", "-in", dir_ / f"{nome}.{parte}.der", "-out", dir_ / f"{nome}.{parte}.pem"],
                       check=True)
chiave = xmlsec.Key.from_file(str(dir_ / "co.key.pem"), xmlsec.KeyFormat.PEM)
corpo = (dir_ / "corpo.xml").read_bytes()


def pkcs7(digest, attributi, ber):
    (dir_ / "id.txt").write_text("888001-PC-0001")
    comando = ["openssl", "cms", "-sign", "-binary", "-nodetach", "-md", digest, "-outform", "DER", "-in", dir_ / "id.txt",
               "-signer", dir_ / "pc.cert.pem", "-inkey", dir_ / "pc.key.pem"]
    comando += [] if attributi else ["-noattr"]
    comando += ["-stream"] if ber else []
    return subprocess.run(comando, check=True, capture_output=True).stdout


def sotto(padre, ns, nome, testo=None, **attributi):
    e = etree.SubElement(padre, f"{{{ns}}}{nome}", attributi)
    e.text = testo
    return e


def asserzione(padre, p7, a_capo):
    a = etree.SubElement(padre, f"{{{SAML}}}Assertion", {"Version": "2.0", "ID": "1-comincia-con-una-cifra", "IssueInstant": adesso},
                         nsmap={"sa": SAML, "xs": "http://www.w3.org/2001/XMLSchema", "xsi": XSI})
    sotto(a, SAML, "Issuer", "XS")
    s = sotto(a, SAML, "Subject")
    sotto(s, SAML, "NameID", operatore, Format="urn:oasis:names:tc:SAML:1.1:nameid-format:unspecified")
    c = sotto(s, SAML, "SubjectConfirmation", Method="urn:oasis:names:tc:SAML:2.0:cm:bearer")
    sotto(c, SAML, "SubjectConfirmationData", NotBefore=adesso, NotOnOrAfter=fine)
    sotto(a, SAML, "Conditions", NotBefore=adesso, NotOnOrAfter=fine)
    st = sotto(a, SAML, "AttributeStatement")
    testo = base64.encodebytes(p7).decode() if a_capo else base64.b64encode(p7).decode()
    for nome, valore in (("IdSede", "888001"), ("IdPostazione", "888001-PC-0001"), ("IdPostazioneFirmato", testo), ("IdApplicazione", "12345")):
        at = sotto(st, SAML, "Attribute", Name=nome, NameFormat="urn:oasis:names:tc:SAML:2.0:attrname-format:unspecified")
        v = sotto(at, SAML, "AttributeValue", valore)
        v.set(f"{{{XSI}}}type", "xs:string")
    return a


def riferimento(firma, uri, digest, lista):
    ref = xmlsec.template.add_reference(firma, digest, uri=uri)
    t = xmlsec.template.add_transform(ref, xmlsec.Transform.EXCL_C14N)
    if lista is not None:
        etree.SubElement(t, f"{{{EC}}}InclusiveNamespaces", {"PrefixList": lista}, nsmap={"ec": EC})


def busta(nome, firma_uri, digest_asserzione, digest, lista, p7, rientri):
    env = etree.Element(f"{{{SOAP}}}Envelope", nsmap={"soap": SOAP, "inutile": "urn:inutile"})
    sec = etree.SubElement(sotto(env, SOAP, "Header"), f"{{{WSSE}}}Security", nsmap={None: "urn:predefinito", "wsse": WSSE, "wsu": WSU})
    sec.set(f"{{{SOAP}}}mustUnderstand", "1")
    ts = sotto(sec, WSU, "Timestamp")
    ts.set(f"{{{WSU}}}Id", "TS-1")
    sotto(ts, WSU, "Created", adesso)
    sotto(ts, WSU, "Expires", fine)
    ass = asserzione(sec, p7, rientri)
    bst = sotto(sec, WSSE, "BinarySecurityToken", base64.encodebytes(cert).decode() if rientri else base64.b64encode(cert).decode(),
                EncodingType=BASE64, ValueType=PROFILO)
    bst.set(f"{{{WSU}}}Id", "X509-1")
    body = sotto(env, SOAP, "Body")
    body.set(f"{{{WSU}}}Id", "id-1")
    body.append(etree.fromstring(corpo))
    if rientri:
        etree.indent(env)

    fa = xmlsec.template.create(env, xmlsec.Transform.EXCL_C14N, firma_uri)
    ass.insert(1, fa)
    ref = xmlsec.template.add_reference(fa, digest_asserzione, uri="#" + ass.get("ID"))
    xmlsec.template.add_transform(ref, xmlsec.Transform.ENVELOPED)
    xmlsec.template.add_transform(ref, xmlsec.Transform.EXCL_C14N)
    dati = etree.SubElement(xmlsec.template.ensure_key_info(fa), f"{{{xmlsec.constants.DSigNs}}}X509Data")
    sotto(dati, xmlsec.constants.DSigNs, "X509Certificate", base64.encodebytes(cert).decode())
    ctx = xmlsec.SignatureContext()
    ctx.key = chiave
    ctx.register_id(ass, "ID")
    ctx.sign(fa)

    fm = xmlsec.template.create(env, xmlsec.Transform.EXCL_C14N, firma_uri)
    sec.append(fm)
    riferimento(fm, "#TS-1", digest, lista)
    riferimento(fm, "#id-1", digest, None if lista is None else "")
    ki = xmlsec.template.ensure_key_info(fm)
    sotto(sotto(ki, WSSE, "SecurityTokenReference"), WSSE, "Reference", URI="#X509-1", ValueType=PROFILO)
    ctx = xmlsec.SignatureContext()
    ctx.key = chiave
    ctx.register_id(ts, "Id", WSU)
    ctx.register_id(body, "Id", WSU)
    ctx.sign(fm)
    (dir_ / f"{nome}.busta.xml").write_bytes(etree.tostring(env))


T = xmlsec.Transform
quale = 0
for firma_uri, digest in ((T.RSA_SHA1, T.SHA1), (T.RSA_SHA256, T.SHA256)):
    for lista, rientri, (md, attributi, ber) in itertools.product(
            (None, "#default wsse soap"), (False, True), (("sha256", True, False), ("sha1", False, True))):
        busta(f"m{quale}", firma_uri, T.SHA256 if quale % 3 else T.SHA1, digest, lista, pkcs7(md, attributi, ber), rientri)
        quale += 1
