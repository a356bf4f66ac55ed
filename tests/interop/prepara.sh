# Sourced, not run: `. tests/interop/prepara.sh DATI AMBIENTE COMUNE` puts what a client needs to know into the
# environment, out of the ready file of a running simulator. A gestionale has such values in its own settings: address, roots, .p12 with
# its password, operator. The others are for sbaglia.sh.
eval "$(python3 - "$@" <<'PY'
import json, os, shlex, sys
dati, ambiente, comune = os.path.abspath(sys.argv[1]), *sys.argv[2:4]
with open(f"{dati}/ready.json", encoding="utf-8") as f:
    pronto = json.load(f)
scheda = next(c for c in pronto["comuni"] if c["istat"] == comune)
postazione = scheda["postazioni"][0]
for nome, valore in {
    "ANPR_URL": pronto["ambienti"][ambiente]["ws"],
    "ANPR_TIPO_INVIO": pronto["ambienti"][ambiente]["tipoInvio"],
    "ANPR_DATI": dati,
    "ANPR_AMBIENTE": ambiente,
    "ANPR_COMUNE": comune,
    "ANPR_CONSOLE": pronto["console"],
    "ANPR_CA": pronto["ca"],
    "ANPR_P12": postazione["p12"],
    "ANPR_PASSWORD": postazione["password"],
    "ANPR_OPERATORE": scheda["operatori"][0]["nameId"],
}.items():
    print(f"export {nome}={shlex.quote(valore)}")
PY
)"
