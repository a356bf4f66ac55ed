# Random documents with libxml2's exclusive canonical form of one of their elements, one JSON object per line.
import json, random, sys
from lxml import etree

r = random.Random(20311205)
URI = ["urn:a", "urn:b", "http://c/?x=1", "urn:d"]
PREFISSI = ["", "p", "q", "r", "wsse", "a-b.c"]
TESTI = ["ciao", " \n\t", "&amp;", "&lt;&gt;", "&#13;&#10;", "&#9;", "\"'", "à€𝄞", "<![CDATA[<x>&]]>", "]]&gt;", "a\r\nb", "&#xA0;"]
VALORI = ["", "v", "&quot;'", "&#9;&#10;&#13;", "a\n\tb", "&lt;&amp;", ">", "è", "  x  "]

def elemento(livello, ambito):
    ambito = dict(ambito)
    dichiarate = {}
    for _ in range(r.choice([0, 0, 0, 1, 1, 2, 3])):
        p = r.choice(PREFISSI)
        dichiarate[p] = r.choice(URI) if p or r.random() < 0.7 else ""
    ambito.update(dichiarate)
    prefisso = r.choice(list(ambito))
    nome = r.choice(["e", "f", "Body", "x1"])
    qname = f"{prefisso}:{nome}" if prefisso else nome
    attributi, visti = [], set()
    for _ in range(r.choice([0, 0, 1, 2, 4])):
        p = r.choice([p for p in ambito if ambito[p]] + ["", "", "xml"]) or ""
        n = r.choice(["lang", "space"]) if p == "xml" else r.choice(["z", "y", "Id", "a"])
        chiave = (ambito[p] if p and p != "xml" else p, n)
        if chiave in visti:
            continue
        visti.add(chiave)
        v = r.choice(VALORI) if p != "xml" else r.choice(["preserve", "default"]) if n == "space" else "it"
        attributi.append(f'{p + ":" if p else ""}{n}="{v}"')
    attributi += [f'xmlns{":" + p if p else ""}="{u}"' for p, u in dichiarate.items()]
    r.shuffle(attributi)
    apre = " ".join([qname] + attributi)
    dentro = []
    for _ in range(r.randrange(5)):
        scelta = r.random()
        if scelta < 0.45 and livello < 5:
            dentro.append(elemento(livello + 1, ambito))
        elif scelta < 0.8:
            dentro.append(r.choice(TESTI))
        elif scelta < 0.9:
            dentro.append(f"<!--{r.choice(['c', ' - x', 'a&b'])}-->")
        else:
            dentro.append(f"<?{r.choice(['pi', 'p2'])}{r.choice(['', ' d=1', '   x '])}?>")
    return f"<{apre}>{''.join(dentro)}</{qname}>" if dentro or r.random() < 0.5 else f"<{apre} />"

for _ in range(int(sys.argv[1])):
    doc = elemento(0, {"": ""})
    radice = etree.fromstring(doc.encode())
    elementi = [n for n in radice.iter() if isinstance(n.tag, str)]
    # Below the root, lxml copies the element and loses declarations that only a PrefixList would use.
    i = 0 if r.random() < 0.6 else r.randrange(len(elementi))
    # lxml drops "#default" from the list it hands to libxml2: the signatures of firma.py cover that case.
    lista = r.sample(PREFISSI[1:], r.randrange(4)) if i == 0 else []
    commenti = r.random() < 0.2
    c = etree.tostring(elementi[i], method="c14n", exclusive=True, with_comments=commenti,
                       inclusive_ns_prefixes=lista or None, with_tail=False)
    print(json.dumps({"documento": doc, "nodo": i, "lista": " ".join(lista), "commenti": commenti, "canonica": c.decode()}))
