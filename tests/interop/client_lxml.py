"""A gestionale in miniature: builds and signs from scratch with lxml and xmlsec, nothing shared with the simulator.

Usage: client_lxml.py READY_JSON AMBIENTE COMUNE OPERAZIONE [--file X.gz] [--sha256] [--altera] [--tipo-invio T] [--id N]
Prints one JSON object: {"http": status, "corpo": reply}.
"""
import argparse
import base64
import http.client
import json
import os
import ssl
import sys
from datetime import datetime, timezone

from lxml import etree

from firma import PERCORSI, SOAP, WSU, Mittente, leggi_pronto, metti_sicurezza, testata


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


def corpo(args, mittente, adesso):
    if args.operazione == "TEST":
        radice = etree.Element("{http://sogei.it/ANPR/connessione}RichiestaConnessione",
                               nsmap={"con": "http://sogei.it/ANPR/connessione"})
    else:
        radice = etree.Element("{http://www.sogei.it/ANPR/S001subentro}RichiestaS001",
                               nsmap={"s": "http://www.sogei.it/ANPR/S001subentro"})
    t = etree.SubElement(radice, "testataRichiesta")
    for nome, valore in testata(mittente, args.ambiente, args.operazione, adesso, args.tipo_invio, args.id):
        etree.SubElement(t, nome).text = valore
    if args.operazione == "S001":
        etree.SubElement(radice, "nomeFile").text = os.path.basename(args.file)
        with open(args.file, "rb") as f:
            etree.SubElement(radice, "fileXml").text = base64.b64encode(f.read()).decode()
    return radice


def main():
    args = argomenti()
    pronto = leggi_pronto(args.ready)
    mittente = Mittente(pronto, args.comune)
    adesso = datetime.now(timezone.utc)

    busta = etree.Element(f"{{{SOAP}}}Envelope", nsmap={"soap": SOAP})
    etree.SubElement(busta, f"{{{SOAP}}}Header")
    body = etree.SubElement(busta, f"{{{SOAP}}}Body", nsmap={"wsu": WSU})
    body.append(corpo(args, mittente, adesso))
    busta = metti_sicurezza(busta, mittente, args.sha256, adesso)

    if args.altera:
        campo = busta.find(".//idOperazioneComune")
        campo.text = campo.text[:-1] + ("1" if campo.text[-1] != "1" else "2")
    dati = etree.tostring(busta, xml_declaration=True, encoding="UTF-8")

    base = pronto["ambienti"][args.ambiente]["ws"]
    host = base.split("//", 1)[1]
    ctx = ssl.create_default_context(cafile=pronto["ca"])
    con = http.client.HTTPSConnection(host, context=ctx, timeout=60)
    con.request("POST", PERCORSI[args.operazione], dati,
                {"Content-Type": "text/xml; charset=utf-8", "SOAPAction": '""'})
    r = con.getresponse()
    json.dump({"http": r.status, "corpo": r.read().decode("utf-8"), "intestazioni": dict(r.getheaders())}, sys.stdout)
    print()


main()
