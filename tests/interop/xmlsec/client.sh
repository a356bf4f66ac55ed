#!/usr/bin/env bash
# A gestionale in miniature with three commands: openssl (.p12, PKCS#7), xmlsec1 (signatures), curl (transport).
#
#   client.sh TEST [--sha256] [--altera]
#   client.sh S001 FILE.gz [--sha256]
#
# Settings are in the environment (see ../prepara.sh). Prints one JSON object.
set -euo pipefail

operazione=$1; shift
file=; altera=; rsa=http://www.w3.org/2000/09/xmldsig#rsa-sha1; sha=http://www.w3.org/2000/09/xmldsig#sha1
for a in "$@"; do
  case $a in
    --sha256) rsa=http://www.w3.org/2001/04/xmldsig-more#rsa-sha256; sha=http://www.w3.org/2001/04/xmlenc#sha256 ;;
    --altera) altera=1 ;;
    *) file=$a ;;
  esac
done
d=$(mktemp -d); trap 'rm -rf "$d"' EXIT; umask 077

oasis=http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss
wsse=$oasis-wssecurity-secext-1.0.xsd
wsu=$oasis-wssecurity-utility-1.0.xsd
x509v3=$oasis-x509-token-profile-1.0#X509v3
exc=http://www.w3.org/2001/10/xml-exc-c14n#
saml=urn:oasis:names:tc:SAML:2.0:assertion

# The .p12: key and certificate; the postazione is the certificate's CN, the Comune its first six digits.
openssl pkcs12 -in "$ANPR_P12" -passin env:ANPR_PASSWORD -nocerts -nodes -out "$d/chiave.pem"
openssl pkcs12 -in "$ANPR_P12" -passin env:ANPR_PASSWORD -clcerts -nokeys -out "$d/certificato.pem"
postazione=$(openssl x509 -in "$d/certificato.pem" -noout -subject -nameopt multiline | sed -n 's/ *commonName *= //p')
comune=${postazione:0:6}
certificato=$(openssl x509 -in "$d/certificato.pem" -outform DER | base64 -w0)

# The PKCS#7 over the postazione's id, content attached (-nodetach), without line ends added (-binary, printf).
firmato=$(printf %s "$postazione" | openssl cms -sign -binary -nodetach -md sha256 -outform DER \
  -signer "$d/certificato.pem" -inkey "$d/chiave.pem" | base64 -w0)

# UTC (-u): local time written with Z is the classic mistake.
da=$(date -u +%Y-%m-%dT%H:%M:%SZ); a=$(date -u -d '5 minutes' +%Y-%m-%dT%H:%M:%SZ)

firma() { # REFERENCES KEYINFO: a ds:Signature for xmlsec1 to fill
  printf '<ds:Signature xmlns:ds="http://www.w3.org/2000/09/xmldsig#"><ds:SignedInfo>'
  printf '<ds:CanonicalizationMethod Algorithm="%s"/><ds:SignatureMethod Algorithm="%s"/>' "$exc" "$rsa"
  printf '%s</ds:SignedInfo><ds:SignatureValue/><ds:KeyInfo>%s</ds:KeyInfo></ds:Signature>' "$1" "$2"
}
riferimento() { # ID [TRANSFORM]
  printf '<ds:Reference URI="#%s"><ds:Transforms>%s<ds:Transform Algorithm="%s"/></ds:Transforms>' "$1" "${2-}" "$exc"
  printf '<ds:DigestMethod Algorithm="%s"/><ds:DigestValue/></ds:Reference>' "$sha"
}
attributo() { # NAME VALUE
  printf '<saml2:Attribute Name="%s" NameFormat="urn:oasis:names:tc:SAML:2.0:attrname-format:unspecified">' "$1"
  printf '<saml2:AttributeValue xsi:type="xs:string">%s</saml2:AttributeValue></saml2:Attribute>' "$2"
}

# 1. The assertion, with its own signature right after Issuer.
id=_$(cat /proc/sys/kernel/random/uuid)
enveloped='<ds:Transform Algorithm="http://www.w3.org/2000/09/xmldsig#enveloped-signature"/>'
cat >"$d/asserzione.xml" <<XML
<saml2:Assertion xmlns:saml2="$saml" xmlns:xs="http://www.w3.org/2001/XMLSchema" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" ID="$id" IssueInstant="$da" Version="2.0"><saml2:Issuer>XS</saml2:Issuer>$(
  firma "$(riferimento "$id" "$enveloped")" "<ds:X509Data><ds:X509Certificate>$certificato</ds:X509Certificate></ds:X509Data>"
)<saml2:Subject><saml2:NameID Format="urn:oasis:names:tc:SAML:1.1:nameid-format:unspecified">$ANPR_OPERATORE</saml2:NameID><saml2:SubjectConfirmation Method="urn:oasis:names:tc:SAML:2.0:cm:bearer"><saml2:SubjectConfirmationData NotBefore="$da" NotOnOrAfter="$a"/></saml2:SubjectConfirmation></saml2:Subject><saml2:Conditions NotBefore="$da" NotOnOrAfter="$a"/><saml2:AuthnStatement AuthnInstant="$da" SessionNotOnOrAfter="$a"><saml2:SubjectLocality Address="192.0.2.10"/><saml2:AuthnContext><saml2:AuthnContextClassRef/></saml2:AuthnContext></saml2:AuthnStatement><saml2:AttributeStatement>$(
  attributo IdSede "$comune"; attributo IdPostazione "$postazione"
  attributo IdPostazioneFirmato "$firmato"; attributo IdApplicazione 12345
)</saml2:AttributeStatement></saml2:Assertion>
XML
xmlsec1 --sign --privkey-pem "$d/chiave.pem" --trusted-pem "$ANPR_CA" --id-attr:ID "$saml:Assertion" \
  --output "$d/asserzione.firmata.xml" "$d/asserzione.xml"

# 2. The envelope: Timestamp, assertion, certificate, signature over Timestamp and Body.
testata="<testataRichiesta><idOperazioneComune>$(date +%s%3N)</idOperazioneComune><codMittente>$comune</codMittente><codDestinatario>ANPR05</codDestinatario><operazioneRichiesta>$operazione</operazioneRichiesta><dataOraRichiesta>$da</dataOraRichiesta><tipoOperazione>C</tipoOperazione><tipoInvio>$ANPR_TIPO_INVIO</tipoInvio></testataRichiesta>"
if [ "$operazione" = TEST ]; then
  percorso=/ANPRTestConn/TestConn; radice='n:RichiestaConnessione'; spazio=http://sogei.it/ANPR/connessione; resto=
else
  percorso=/ANPRS001ServizioSubentro/AnprServiceS001; radice='n:RichiestaS001'; spazio=http://www.sogei.it/ANPR/S001subentro
  resto="<nomeFile>$(basename "$file")</nomeFile><fileXml>$(base64 -w0 "$file")</fileXml>"
fi
cat >"$d/busta.xml" <<XML
<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/" xmlns:wsu="$wsu"><s:Header><wsse:Security xmlns:wsse="$wsse" s:mustUnderstand="1"><wsu:Timestamp wsu:Id="TS-1"><wsu:Created>$da</wsu:Created><wsu:Expires>$a</wsu:Expires></wsu:Timestamp>$(
  sed '1{/^<?xml/d}' "$d/asserzione.firmata.xml"
)<wsse:BinarySecurityToken EncodingType="$oasis-soap-message-security-1.0#Base64Binary" ValueType="$x509v3" wsu:Id="X509-1">$certificato</wsse:BinarySecurityToken>$(
  firma "$(riferimento TS-1; riferimento BODY-1)" \
    "<wsse:SecurityTokenReference><wsse:Reference URI=\"#X509-1\" ValueType=\"$x509v3\"/></wsse:SecurityTokenReference>"
)</wsse:Security></s:Header><s:Body wsu:Id="BODY-1"><$radice xmlns:n="$spazio">$testata$resto</$radice></s:Body></s:Envelope>
XML
xmlsec1 --sign --privkey-pem "$d/chiave.pem" --id-attr:Id "$wsu:Timestamp" \
  --id-attr:Id http://schemas.xmlsoap.org/soap/envelope/:Body \
  --node-xpath "//*[local-name()='Security']/*[local-name()='Signature']" \
  --output "$d/busta.firmata.xml" "$d/busta.xml"
# What a proxy that "tidies" messages does: the text changes after it was signed.
[ -z "$altera" ] || sed -i 's/<idOperazioneComune>./<idOperazioneComune>9/' "$d/busta.firmata.xml"

# 3. Off it goes. A fault comes with HTTP 500: no --fail here.
curl --silent --show-error --noproxy '*' --cacert "$ANPR_CA" --output "$d/risposta.xml" \
  -H 'Content-Type: text/xml; charset=utf-8' -H 'SOAPAction: ""' \
  --data-binary @"$d/busta.firmata.xml" "$ANPR_URL$percorso"
leggi() { xmllint --xpath "string(//*[local-name()='$1'])" "$d/risposta.xml"; }
nome() { xmllint --xpath "local-name(/*/*[local-name()='Body']/$1)" "$d/risposta.xml"; }
if [ "$(nome '*')" = Fault ]; then
  printf '{"operazione":"%s","fault":{"codice":"%s","testo":"%s"}}\n' "$operazione" "$(leggi faultcode)" "$(leggi faultstring)"
else
  [ "$operazione" = TEST ] && risposta=$(nome '*') || risposta=$(nome '*/*')
  printf '{"operazione":"%s","risposta":"%s","esito":"%s","errore":"%s"}\n' \
    "$operazione" "$risposta" "$(leggi esitoOperazione)" "$(leggi codiceErroreAnomalia)"
fi
