<?php
/**
 * A SoapClient that signs what it sends as ANPR wants: ext-soap for WSDL and transport, xmlseclibs for the signatures,
 * openssl for .p12 and PKCS#7.
 *
 * `__doRequest` gets the envelope that ext-soap made and adds, in this order, wsu:Timestamp, the SAML assertion with its
 * own signature, the certificate, the signature over Timestamp and Body. Nothing may touch the text afterwards.
 */

declare(strict_types=1);

use RobRichards\XMLSecLibs\XMLSecurityDSig;
use RobRichards\XMLSecLibs\XMLSecurityKey;

const OASIS = 'http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss';
const NS_WSSE = OASIS . '-wssecurity-secext-1.0.xsd';
const NS_WSU = OASIS . '-wssecurity-utility-1.0.xsd';
const NS_SOAP = 'http://schemas.xmlsoap.org/soap/envelope/';
const NS_SAML = 'urn:oasis:names:tc:SAML:2.0:assertion';
const NS_DS = 'http://www.w3.org/2000/09/xmldsig#';
const X509V3 = OASIS . '-x509-token-profile-1.0#X509v3';
const BASE64 = OASIS . '-soap-message-security-1.0#Base64Binary';
const MINUTI = 5;

/** What a .p12 holds. The postazione is the certificate's CN, the Comune its first six digits. */
final class Identita
{
    public readonly string $chiave;
    public readonly string $certificato;
    public readonly string $postazione;
    public readonly string $comune;

    public function __construct(string $file, string $password)
    {
        $dentro = [];
        if (!openssl_pkcs12_read(file_get_contents($file), $dentro, $password)) {
            throw new RuntimeException("$file: " . openssl_error_string());
        }
        $this->chiave = $dentro['pkey'];
        $this->certificato = $dentro['cert'];
        $this->postazione = openssl_x509_parse($this->certificato)['subject']['CN'];
        $this->comune = substr($this->postazione, 0, 6);
    }

    /** base64 of the certificate's DER, on one line. */
    public function certificatoBase64(): string
    {
        return preg_replace('/-----[^-]+-----|\s/', '', $this->certificato);
    }

    /** base64 of the PKCS#7 (content attached) over the postazione's id. It never changes: make it once, keep it. */
    public function postazioneFirmata(): string
    {
        $da = tempnam(sys_get_temp_dir(), 'anpr');
        $a = tempnam(sys_get_temp_dir(), 'anpr');
        try {
            file_put_contents($da, $this->postazione);
            // Binary: otherwise the content would gain MIME line ends. No DETACHED flag: the content stays inside.
            if (!openssl_cms_sign($da, $a, $this->certificato, $this->chiave, [], OPENSSL_CMS_BINARY, OPENSSL_ENCODING_DER)) {
                throw new RuntimeException('PKCS#7: ' . openssl_error_string());
            }
            return base64_encode(file_get_contents($a));
        } finally {
            unlink($da);
            unlink($a);
        }
    }
}

class AnprSoapClient extends SoapClient
{
    public function __construct(
        string $wsdl,
        array $opzioni,
        private readonly Identita $identita,
        private readonly string $operatore,
        private readonly bool $sha256 = false,
    ) {
        parent::__construct($wsdl, $opzioni);
    }

    public function __doRequest(string $request, string $location, string $action, int $version, bool $oneWay = false): ?string
    {
        return parent::__doRequest($this->firmata($request), $location, $action, $version, $oneWay);
    }

    /** The envelope with its wsse:Security, signed. */
    public function firmata(string $busta): string
    {
        $da = gmdate('Y-m-d\TH:i:s\Z'); // UTC: date() would write local time
        $a = gmdate('Y-m-d\TH:i:s\Z', time() + MINUTI * 60);
        $sicurezza = '<wsse:Security xmlns:wsse="' . NS_WSSE . '" xmlns:wsu="' . NS_WSU . '" xmlns:s="' . NS_SOAP . '" s:mustUnderstand="1">'
            . "<wsu:Timestamp wsu:Id=\"TS-1\"><wsu:Created>$da</wsu:Created><wsu:Expires>$a</wsu:Expires></wsu:Timestamp>"
            . $this->asserzione($da, $a)
            . '<wsse:BinarySecurityToken EncodingType="' . BASE64 . '" ValueType="' . X509V3 . '" wsu:Id="X509-1">'
            . $this->identita->certificatoBase64() . '</wsse:BinarySecurityToken></wsse:Security>';

        $d = self::leggi($busta);
        $corpo = $d->getElementsByTagNameNS(NS_SOAP, 'Body')->item(0);
        $corpo->setAttributeNS(NS_WSU, 'wsu:Id', 'BODY-1');
        $testata = $d->getElementsByTagNameNS(NS_SOAP, 'Header')->item(0)
            ?? $corpo->parentNode->insertBefore($d->createElementNS(NS_SOAP, $corpo->prefix . ':Header'), $corpo);
        $s = $testata->appendChild($d->importNode(self::leggi($sicurezza)->documentElement, true));
        $opzioni = ['prefix' => 'wsu', 'prefix_ns' => NS_WSU, 'overwrite' => false];
        $riferimento = $d->createElementNS(NS_WSSE, 'wsse:SecurityTokenReference');
        $riferimento->appendChild($d->createElementNS(NS_WSSE, 'wsse:Reference'));
        $riferimento->firstChild->setAttribute('URI', '#X509-1');
        $riferimento->firstChild->setAttribute('ValueType', X509V3);
        $this->firma($s, null, [$s->firstChild, $corpo], [XMLSecurityDSig::EXC_C14N], $opzioni, $riferimento);
        return $d->saveXML();
    }

    private function asserzione(string $da, string $a): string
    {
        $attributi = '';
        foreach ([
            'IdSede' => $this->identita->comune,
            'IdPostazione' => $this->identita->postazione,
            'IdPostazioneFirmato' => $this->identita->postazioneFirmata(),
            'IdApplicazione' => '12345',
        ] as $nome => $valore) {
            $attributi .= "<saml2:Attribute Name=\"$nome\" NameFormat=\"urn:oasis:names:tc:SAML:2.0:attrname-format:unspecified\">"
                . "<saml2:AttributeValue xsi:type=\"xs:string\">$valore</saml2:AttributeValue></saml2:Attribute>";
        }
        $id = '_' . bin2hex(random_bytes(16));
        $d = self::leggi('<saml2:Assertion xmlns:saml2="' . NS_SAML . '" xmlns:xs="http://www.w3.org/2001/XMLSchema"'
            . " xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\" ID=\"$id\" IssueInstant=\"$da\" Version=\"2.0\">"
            . '<saml2:Issuer>XS</saml2:Issuer>'
            . '<saml2:Subject><saml2:NameID Format="urn:oasis:names:tc:SAML:1.1:nameid-format:unspecified">' . $this->operatore . '</saml2:NameID>'
            . '<saml2:SubjectConfirmation Method="urn:oasis:names:tc:SAML:2.0:cm:bearer">'
            . "<saml2:SubjectConfirmationData NotBefore=\"$da\" NotOnOrAfter=\"$a\"/></saml2:SubjectConfirmation></saml2:Subject>"
            . "<saml2:Conditions NotBefore=\"$da\" NotOnOrAfter=\"$a\"/>"
            . "<saml2:AuthnStatement AuthnInstant=\"$da\" SessionNotOnOrAfter=\"$a\"><saml2:SubjectLocality Address=\"192.0.2.10\"/>"
            . '<saml2:AuthnContext><saml2:AuthnContextClassRef/></saml2:AuthnContext></saml2:AuthnStatement>'
            . "<saml2:AttributeStatement>$attributi</saml2:AttributeStatement></saml2:Assertion>");
        $asserzione = $d->documentElement;
        $dati = $d->createElementNS(NS_DS, 'ds:X509Data');
        $dati->appendChild($d->createElementNS(NS_DS, 'ds:X509Certificate', $this->identita->certificatoBase64()));
        $trasformazioni = [NS_DS . 'enveloped-signature', XMLSecurityDSig::EXC_C14N];
        $dopoIssuer = $asserzione->firstChild->nextSibling;
        $this->firma($asserzione, $dopoIssuer, [$asserzione], $trasformazioni, ['id_name' => 'ID', 'overwrite' => false], $dati);
        return $d->saveXML($asserzione);
    }

    private function firma(DOMElement $dove, ?DOMNode $prima, array $nodi, array $trasformazioni, array $opzioni, DOMElement $chi): void
    {
        $f = new XMLSecurityDSig();
        $f->setCanonicalMethod(XMLSecurityDSig::EXC_C14N);
        $f->addReferenceList($nodi, $this->sha256 ? XMLSecurityDSig::SHA256 : XMLSecurityDSig::SHA1, $trasformazioni, $opzioni);
        $chiave = new XMLSecurityKey($this->sha256 ? XMLSecurityKey::RSA_SHA256 : XMLSecurityKey::RSA_SHA1, ['type' => 'private']);
        $chiave->loadKey($this->identita->chiave);
        $f->sign($chiave);
        $f->appendToKeyInfo($f->sigNode->ownerDocument->importNode($chi, true));
        $f->insertSignature($dove, $prima);
    }

    private static function leggi(string $xml): DOMDocument
    {
        $d = new DOMDocument();
        $d->preserveWhiteSpace = true;
        $d->loadXML($xml, LIBXML_PARSEHUGE);
        return $d;
    }
}
