#!/usr/bin/env bash
# Builds the gSOAP client out of the contracts that a running simulator publishes.
#
#   ANPR_URL=… ANPR_CA=… costruisci.sh FOLDER      (makes FOLDER/client)
#
# Rebuilds only when the contracts, these sources or the installed gSOAP are other than last time.
set -euo pipefail
qui=$(cd "$(dirname "$0")" && pwd)
mkdir -p "$1"; cd "$1"
gsoap=/usr/share/gsoap

# WSDL and schemas as files that import one another by file name; the address of this run is no part of them.
prendi() { curl --silent --show-error --fail --noproxy '*' --cacert "$ANPR_CA" "$ANPR_URL$1" |
  sed -e "s/schemaLocation=\"?xsd=\([0-9]\)\"/schemaLocation=\"$2\1.xsd\"/" -e 's|location="https://[^/]*|location="https://localhost|'; }
prendi '/ANPRTestConn/TestConn?wsdl' testconn >testconn.wsdl
prendi '/ANPRTestConn/TestConn?xsd=1' testconn >testconn1.xsd
prendi '/ANPRS001ServizioSubentro/AnprServiceS001?wsdl' s001 >s001.wsdl
for n in 1 2 3; do prendi "/ANPRS001ServizioSubentro/AnprServiceS001?xsd=$n" s001 >s001$n.xsd; done

impronta=$(cat ./*.wsdl ./*.xsd "$qui"/* "$gsoap/plugin/wsseapi.c" | sha256sum)
[ -x client ] && [ "$(cat impronta 2>/dev/null)" = "$impronta" ] && exit 0

# Structures and calls; -z9 keeps the namespace of rispostaOK and rispostaKO (elements by reference), -O4 leaves out the types that no message reaches. wsse.h brings Timestamp, SAML and signatures.
wsdl2h -c -z9 -O4 -W -x -t "$qui/typemap.dat" -o anpr.h testconn.wsdl s001.wsdl >wsdl2h.txt 2>&1 || { cat wsdl2h.txt >&2; exit 1; }
sed -i '0,/^\/\/gsoap/s//#import "wsse.h"\n&/' anpr.h
# gSOAP writes an AuthnContextDecl even where there is none to write.
sed '/_XML .*saml2__AuthnContextDecl/d' "$gsoap/import/saml2.h" >saml2.h
soapcpp2 -c -C -L -w -x -I.:"$gsoap/import" anpr.h >soapcpp2.txt 2>&1 || { cat soapcpp2.txt >&2; exit 1; }
cc -O0 -Wno-format-truncation -Wno-deprecated-declarations -DWITH_OPENSSL -DWITH_DOM -I. -I"$gsoap/plugin" -o client "$qui/client.c" soapC.c soapClient.c \
  "$gsoap"/plugin/{wsseapi,smdevp,mecevp,threads}.c "$gsoap/custom/struct_timeval.c" -lgsoapssl -lssl -lcrypto -lpthread
echo "$impronta" >impronta
