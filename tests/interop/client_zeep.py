"""A gestionale made by a toolkit: zeep builds its client from the published WSDL and XSD, a plugin adds the signatures.

Usage: client_zeep.py READY_JSON AMBIENTE COMUNE [--file X.gz] [--sha256] [--altera]
Calls TestConn and, with a file, S001. Prints one JSON object: for each call what zeep made of the reply, and the
address it read from the WSDL; or the fault, as zeep raised it.
"""
import argparse
import json
import os
import sys
from datetime import datetime, timezone

import requests
import zeep
from zeep.helpers import serialize_object
from zeep.transports import Transport

from firma import PERCORSI, Mittente, leggi_pronto, metti_sicurezza, testata


class Firma(zeep.Plugin):
    """Signs what zeep is about to send."""

    def __init__(self, mittente, sha256, altera):
        self.mittente = mittente
        self.sha256 = sha256
        self.altera = altera

    def egress(self, envelope, http_headers, operation, binding_options):
        firmata = metti_sicurezza(envelope, self.mittente, self.sha256)
        if self.altera:  # what a proxy that "tidies" messages does: the text changes after it was signed
            firmata.find(".//idOperazioneComune").text += "9"
        return firmata, http_headers


def servizio(args, pronto, mittente, operazione):
    """The client out of the contract, and the address the contract gives."""
    sessione = requests.Session()
    sessione.trust_env = False  # REQUESTS_CA_BUNDLE of the machine would win over the simulator's roots
    sessione.verify = pronto["ca"]
    url = pronto["ambienti"][args.ambiente]["ws"] + PERCORSI[operazione] + "?wsdl"
    client = zeep.Client(url, transport=Transport(session=sessione, timeout=60, operation_timeout=60),
                         plugins=[Firma(mittente, args.sha256, args.altera)])
    return client.service, client.service._binding_options["address"]


def main():
    p = argparse.ArgumentParser()
    p.add_argument("ready")
    p.add_argument("ambiente")
    p.add_argument("comune")
    p.add_argument("--file")
    p.add_argument("--sha256", action="store_true")
    p.add_argument("--altera", action="store_true", help="change the body after signing")
    args = p.parse_args()
    pronto = leggi_pronto(args.ready)
    mittente = Mittente(pronto, args.comune)

    def intestazione(operazione):
        return dict(testata(mittente, args.ambiente, operazione, datetime.now(timezone.utc)))

    def chiama():
        connessione, indirizzo = servizio(args, pronto, mittente, "TEST")
        risposta = connessione.testConn(testataRichiesta=intestazione("TEST"))
        uscita = {"testConn": {"indirizzo": indirizzo, "risposta": serialize_object(risposta, dict)}}
        if args.file:
            subentro, indirizzo = servizio(args, pronto, mittente, "S001")
            with open(args.file, "rb") as f:
                risposta = subentro.subentroS001(testataRichiesta=intestazione("S001"),
                                                 nomeFile=os.path.basename(args.file), fileXml=f.read())
            uscita["subentroS001"] = {"indirizzo": indirizzo, "risposta": serialize_object(risposta, dict)}
        return uscita

    try:
        uscita = chiama()
    except zeep.exceptions.Fault as e:
        uscita = {"fault": {"codice": e.code, "testo": e.message}}
    json.dump(uscita, sys.stdout, default=str, ensure_ascii=False, indent=1)
    print()


main()
