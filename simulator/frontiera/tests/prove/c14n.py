# libxml2's exclusive canonical form of one element of many documents, by its C interface alone.
#
# Standard input: one JSON object per line ("documento", "lista", "commenti"). The element to be canonicalized has the
# local name "Scelto", a subtree to be left out the local name "Fuori". Standard output: one JSON string per line.
# lxml would copy the element out of its document and drop "#default": here libxml2 sees the whole document.
import ctypes, ctypes.util, json, sys

x = ctypes.CDLL(ctypes.util.find_library("xml2") or "libxml2.so.2")
P, S, I = ctypes.c_void_p, ctypes.c_char_p, ctypes.c_int


def funzione(nome, risultato, *argomenti):
    f = getattr(x, nome)
    f.restype, f.argtypes = risultato, argomenti
    return f


leggi = funzione("xmlReadMemory", P, S, I, S, S, I)
lascia = funzione("xmlFreeDoc", None, P)
contesto = funzione("xmlXPathNewContext", P, P)
lascia_contesto = funzione("xmlXPathFreeContext", None, P)
cerca = funzione("xmlXPathEvalExpression", P, S, P)
lascia_trovati = funzione("xmlXPathFreeObject", None, P)
canonica = funzione("xmlC14NDocDumpMemory", I, P, P, I, ctypes.POINTER(S), I, ctypes.POINTER(P))
libera = ctypes.CFUNCTYPE(None, P)(P.in_dll(x, "xmlFree").value)


class Trovati(ctypes.Structure):
    _fields_ = [("tipo", I), ("nodi", P)]


ESCLUSIVO = 1
SENZA_AVVISI = 32 | 64 | 2048  # XML_PARSE_NOERROR, NOWARNING, NONET
FUORI = "[not(ancestor-or-self::*[local-name()='Fuori'])]"
SOTTO = "//*[local-name()='Scelto']/descendant-or-self::"
NODI = f"{SOTTO}node(){FUORI} | {SOTTO}*/@*{FUORI} | {SOTTO}*/namespace::*{FUORI}".encode()

for riga in sys.stdin:
    r = json.loads(riga)
    testo = r["documento"].encode()
    doc = leggi(testo, len(testo), None, None, SENZA_AVVISI)
    assert doc, r["documento"]
    ctx = contesto(doc)
    trovati = cerca(NODI, ctx)
    prefissi = [p.encode() for p in r["lista"].split()]
    elenco = (S * (len(prefissi) + 1))(*prefissi, None)
    uscita = P()
    nodi = ctypes.cast(trovati, ctypes.POINTER(Trovati)).contents.nodi
    n = canonica(doc, nodi, ESCLUSIVO, elenco, int(r["commenti"]), ctypes.byref(uscita))
    assert n >= 0, r["documento"]
    print(json.dumps(ctypes.string_at(uscita, n).decode()))
    libera(uscita)
    lascia_trovati(trovati)
    lascia_contesto(ctx)
    lascia(doc)
