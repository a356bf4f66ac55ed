#!/usr/bin/env bash
# Makes a mistake on purpose in a copy of a client, calls TestConn, and prints what the caller sees and what the journal
# says of it.
#
#   sbaglia.sh STACK SED…     (STACK: python node php java gsoap xmlsec wcf delphi; each SED is applied to its sources)
#
# The clock of the copy stands in Italy, so that local time is not UTC. Settings as for every client (prepara.sh).
set -euo pipefail
qui=$(cd "$(dirname "$0")" && pwd)
pila=$1; shift
d=$(mktemp -d); trap 'rm -rf "$d"' EXIT
export TZ=Europe/Rome
if [ "$pila" = python ]; then mkdir "$d/python"; cp "$qui"/*.py "$d/python"; else cp -R "$qui/$pila" "$d/"; fi
cd "$d/$pila"
sorgenti=$(find . -maxdepth 1 -type f ! -name '*.json' ! -name typemap.dat | sort)
prima=$(cat $sorgenti | sha256sum)
for s in "$@"; do sed -i "$s" $sorgenti; done
[ "$prima" != "$(cat $sorgenti | sha256sum)" ] || { echo "sbaglia.sh: nessuna riga cambiata" >&2; exit 2; }
case $pila in
  python) python3 client_lxml.py "$ANPR_DATI/ready.json" "$ANPR_AMBIENTE" "$ANPR_COMUNE" TEST ;;
  node) node client.mjs TEST ;;
  php) php -d date.timezone=$TZ client.php TEST ;;
  java)
    cp=$(printf '/usr/share/java/%s.jar:' wss4j xmlsec bcpkix bcprov bcutil commons-logging commons-codec slf4j-api slf4j-nop)
    javac -proc:none -cp "$cp" -d . Client.java && java -cp ".:$cp" Client TEST ;;
  gsoap) ./costruisci.sh "$d/fatto" && "$d/fatto/client" TEST ;;
  xmlsec) ./client.sh TEST ;;
  wcf) mcs -nologo -r:System.Security.dll -out:Client.exe Client.cs && mono Client.exe TEST ;;
  delphi) fpc -v0 client.pas >fpc.txt 2>&1 && ./client TEST ;;
esac
# The journal: what stopped the newest exchange, and why.
python3 - <<'PY'
import json, os, urllib.request

senza_proxy = urllib.request.build_opener(urllib.request.ProxyHandler({}))
def api(percorso):
    return json.load(senza_proxy.open(os.environ["ANPR_CONSOLE"] + "/api/scambi" + percorso))

ultimo = max(s["n"] for s in api("?ordine=decrescente&limite=1"))
for passo in api(f"/{ultimo}")["passi"]:
    if passo["verdetto"] == "FERMATO":
        print("giornale:", passo["nome"], "–", passo["spiegazione"])
PY
