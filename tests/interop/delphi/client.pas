{ A gestionale in miniature in Object Pascal, for Delphi and Free Pascal: no XML library, no SOAP toolkit.

    client TEST [--sha256] [--altera]
    client S001 FILE.gz [--sha256]

  The idea: every signed piece is written by hand already in exclusive canonical form (namespaces declared on the piece
  itself and in alphabetical order, attributes in order, no empty-element tags) and goes into the envelope byte for byte.
  Then what is digested is what is sent, and there is nothing to canonicalize. openssl makes digests, signatures and
  PKCS#7; curl carries. Settings are in the environment (see ../prepara.sh). Prints one JSON object. }
program client;

{$mode delphi}{$H+}

uses
  SysUtils, Classes, DateUtils, Process, base64;

const
  Oasis = 'http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss';
  NsSoap = 'http://schemas.xmlsoap.org/soap/envelope/';
  NsWsse = Oasis + '-wssecurity-secext-1.0.xsd';
  NsWsu = Oasis + '-wssecurity-utility-1.0.xsd';
  NsSaml = 'urn:oasis:names:tc:SAML:2.0:assertion';
  NsDs = 'http://www.w3.org/2000/09/xmldsig#';
  X509v3 = Oasis + '-x509-token-profile-1.0#X509v3';
  ExcC14n = 'http://www.w3.org/2001/10/xml-exc-c14n#';
  Minuti = 5;

var
  Cartella, Chiave, Certificato, CertificatoBase64, Postazione, Comune: string;
  Digest: string = 'sha1';
  UriFirma: string = NsDs + 'rsa-sha1';
  UriDigest: string = NsDs + 'sha1';

function Ambiente(const Nome: string): string;
begin
  Result := GetEnvironmentVariable(Nome);
  if Result = '' then
    raise Exception.Create('manca ' + Nome + ': si veda prepara.sh');
end;

procedure Scrivi(const Nome, Testo: string);
begin
  with TFileStream.Create(Nome, fmCreate) do
    try
      WriteBuffer(Testo[1], Length(Testo));
    finally
      Free;
    end;
end;

function Leggi(const Nome: string): string;
begin
  with TFileStream.Create(Nome, fmOpenRead) do
    try
      SetLength(Result, Size);
      if Size > 0 then
        ReadBuffer(Result[1], Size);
    finally
      Free;
    end;
end;

{ Runs a program that must succeed; its standard output. }
function Esegui(const Programma: string; const Argomenti: array of string): string;
begin
  if not RunCommand(Programma, Argomenti, Result) then
    raise Exception.Create(Programma + ' non riuscito');
end;

{ openssl over a text; base64 of what it gives. }
function Openssl(const Testo: string; const Argomenti: array of string): string;
var
  Tutti: array of string;
  I: Integer;
begin
  Scrivi(Cartella + 'dentro', Testo);
  SetLength(Tutti, Length(Argomenti) + 2);
  Tutti[0] := Argomenti[0];
  Tutti[1] := '-out';
  Tutti[2] := Cartella + 'fuori';
  for I := 1 to High(Argomenti) do
    Tutti[I + 2] := Argomenti[I];
  Esegui('openssl', Tutti);
  Result := EncodeStringBase64(Leggi(Cartella + 'fuori'));
end;

function Istante(Quando: TDateTime): string;
begin
  Result := FormatDateTime('yyyy-mm-dd"T"hh:nn:ss"Z"', Quando);
end;

{ The .p12: the postazione is the certificate's CN, the Comune its first six digits. }
procedure Apri;
var
  Soggetto: string;
begin
  Chiave := Cartella + 'chiave.pem';
  Certificato := Cartella + 'certificato.pem';
  Esegui('openssl', ['pkcs12', '-in', Ambiente('ANPR_P12'), '-passin', 'env:ANPR_PASSWORD', '-nocerts', '-nodes', '-out', Chiave]);
  Esegui('openssl', ['pkcs12', '-in', Ambiente('ANPR_P12'), '-passin', 'env:ANPR_PASSWORD', '-clcerts', '-nokeys', '-out', Certificato]);
  Esegui('openssl', ['x509', '-in', Certificato, '-outform', 'DER', '-out', Cartella + 'certificato.der']);
  CertificatoBase64 := EncodeStringBase64(Leggi(Cartella + 'certificato.der'));
  Soggetto := Esegui('openssl', ['x509', '-in', Certificato, '-noout', '-subject', '-nameopt', 'RFC2253']);
  Postazione := Copy(Soggetto, Pos('CN=', Soggetto) + 3, 14);
  Comune := Copy(Postazione, 1, 6);
end;

{ A ds:Reference to a piece written in canonical form. }
function Riferimento(const Id, Pezzo, Prima: string): string;
begin
  Result := '<ds:Reference URI="#' + Id + '"><ds:Transforms>' + Prima + '<ds:Transform Algorithm="' + ExcC14n
    + '"></ds:Transform></ds:Transforms><ds:DigestMethod Algorithm="' + UriDigest + '"></ds:DigestMethod><ds:DigestValue>'
    + Openssl(Pezzo, ['dgst', '-' + Digest, '-binary', Cartella + 'dentro']) + '</ds:DigestValue></ds:Reference>';
end;

{ A ds:Signature. SignedInfo too is written canonically: it declares its own prefix. }
function Firma(const Riferimenti, KeyInfo: string): string;
var
  SignedInfo: string;
begin
  SignedInfo := '<ds:SignedInfo xmlns:ds="' + NsDs + '"><ds:CanonicalizationMethod Algorithm="' + ExcC14n
    + '"></ds:CanonicalizationMethod><ds:SignatureMethod Algorithm="' + UriFirma + '"></ds:SignatureMethod>'
    + Riferimenti + '</ds:SignedInfo>';
  Result := '<ds:Signature xmlns:ds="' + NsDs + '">' + SignedInfo + '<ds:SignatureValue>'
    + Openssl(SignedInfo, ['dgst', '-' + Digest, '-sign', Chiave, Cartella + 'dentro'])
    + '</ds:SignatureValue><ds:KeyInfo>' + KeyInfo + '</ds:KeyInfo></ds:Signature>';
end;

function Attributo(const Nome, Valore: string): string;
begin
  { Attributes in alphabetical order; xsi:type brings its namespace along, where it is first used. }
  Result := '<saml2:Attribute Name="' + Nome + '" NameFormat="urn:oasis:names:tc:SAML:2.0:attrname-format:unspecified">'
    + '<saml2:AttributeValue xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:type="xs:string">' + Valore
    + '</saml2:AttributeValue></saml2:Attribute>';
end;

function Asserzione(const Da, A: string): string;
var
  Id, Testa, Coda, Firmato, Imbustata: string;
begin
  Id := '_' + LowerCase(Copy(TGuid.NewGuid.ToString, 2, 36));
  { The PKCS#7 over the postazione's id, content attached: it never changes, make it once and keep it. }
  Firmato := Openssl(Postazione, ['cms', '-sign', '-binary', '-nodetach', '-md', 'sha256', '-outform', 'DER',
    '-signer', Certificato, '-inkey', Chiave, '-in', Cartella + 'dentro']);
  Testa := '<saml2:Assertion xmlns:saml2="' + NsSaml + '" ID="' + Id + '" IssueInstant="' + Da
    + '" Version="2.0"><saml2:Issuer>XS</saml2:Issuer>';
  Coda := '<saml2:Subject><saml2:NameID Format="urn:oasis:names:tc:SAML:1.1:nameid-format:unspecified">'
    + Ambiente('ANPR_OPERATORE') + '</saml2:NameID>'
    + '<saml2:SubjectConfirmation Method="urn:oasis:names:tc:SAML:2.0:cm:bearer"><saml2:SubjectConfirmationData NotBefore="' + Da
    + '" NotOnOrAfter="' + A + '"></saml2:SubjectConfirmationData></saml2:SubjectConfirmation></saml2:Subject>'
    + '<saml2:Conditions NotBefore="' + Da + '" NotOnOrAfter="' + A + '"></saml2:Conditions>'
    + '<saml2:AuthnStatement AuthnInstant="' + Da + '" SessionNotOnOrAfter="' + A + '">'
    + '<saml2:SubjectLocality Address="192.0.2.10"></saml2:SubjectLocality>'
    + '<saml2:AuthnContext><saml2:AuthnContextClassRef></saml2:AuthnContextClassRef></saml2:AuthnContext></saml2:AuthnStatement>'
    + '<saml2:AttributeStatement>' + Attributo('IdSede', Comune) + Attributo('IdPostazione', Postazione)
    + Attributo('IdPostazioneFirmato', Firmato) + Attributo('IdApplicazione', '12345')
    + '</saml2:AttributeStatement></saml2:Assertion>';
  Imbustata := '<ds:Transform Algorithm="' + NsDs + 'enveloped-signature"></ds:Transform>';
  { Digested without its signature, sent with it, right after Issuer. }
  Result := Testa
    + Firma(Riferimento(Id, Testa + Coda, Imbustata),
        '<ds:X509Data><ds:X509Certificate>' + CertificatoBase64 + '</ds:X509Certificate></ds:X509Data>')
    + Coda;
end;

function Corpo(const Operazione, NomeFile, Da: string): string;
var
  Testata: string;
begin
  Testata := '<testataRichiesta><idOperazioneComune>' + IntToStr(DateTimeToUnix(Now) * 1000 + MilliSecondOf(Now))
    + '</idOperazioneComune><codMittente>' + Comune + '</codMittente><codDestinatario>ANPR05</codDestinatario>'
    + '<operazioneRichiesta>' + Operazione + '</operazioneRichiesta><dataOraRichiesta>' + Da
    + '</dataOraRichiesta><tipoOperazione>C</tipoOperazione><tipoInvio>' + Ambiente('ANPR_TIPO_INVIO') + '</tipoInvio></testataRichiesta>';
  if Operazione = 'TEST' then
    Result := '<n:RichiestaConnessione xmlns:n="http://sogei.it/ANPR/connessione">' + Testata + '</n:RichiestaConnessione>'
  else
    Result := '<n:RichiestaS001 xmlns:n="http://www.sogei.it/ANPR/S001subentro">' + Testata
      + '<nomeFile>' + ExtractFileName(NomeFile) + '</nomeFile><fileXml>' + EncodeStringBase64(Leggi(NomeFile))
      + '</fileXml></n:RichiestaS001>';
  Result := '<s:Body xmlns:s="' + NsSoap + '" xmlns:wsu="' + NsWsu + '" wsu:Id="BODY-1">' + Result + '</s:Body>';
end;

function Busta(const Operazione, NomeFile: string): string;
var
  Adesso: TDateTime;
  Da, A, Marca, IlCorpo: string;
begin
  Adesso := LocalTimeToUniversal(Now); { UTC: local time written with Z is the classic mistake }
  Da := Istante(Adesso);
  A := Istante(IncMinute(Adesso, Minuti));
  Marca := '<wsu:Timestamp xmlns:wsu="' + NsWsu + '" wsu:Id="TS-1"><wsu:Created>' + Da + '</wsu:Created><wsu:Expires>' + A
    + '</wsu:Expires></wsu:Timestamp>';
  IlCorpo := Corpo(Operazione, NomeFile, Da);
  Result := '<s:Envelope xmlns:s="' + NsSoap + '" xmlns:xs="http://www.w3.org/2001/XMLSchema"><s:Header>'
    + '<wsse:Security xmlns:wsse="' + NsWsse + '" xmlns:wsu="' + NsWsu + '" s:mustUnderstand="1">'
    + Marca + Asserzione(Da, A)
    + '<wsse:BinarySecurityToken EncodingType="' + Oasis + '-soap-message-security-1.0#Base64Binary" ValueType="' + X509v3
    + '" wsu:Id="X509-1">' + CertificatoBase64 + '</wsse:BinarySecurityToken>'
    + Firma(Riferimento('TS-1', Marca, '') + Riferimento('BODY-1', IlCorpo, ''),
        '<wsse:SecurityTokenReference><wsse:Reference URI="#X509-1" ValueType="' + X509v3
        + '"></wsse:Reference></wsse:SecurityTokenReference>')
    + '</wsse:Security></s:Header>' + IlCorpo + '</s:Envelope>';
end;

{ The text of the first element with this local name; enough for a reply of known shape. }
function Elemento(const Xml, Nome: string): string;
var
  I: Integer;
begin
  Result := '';
  I := Pos('<' + Nome + '>', Xml);
  if I > 0 then
  begin
    Result := Copy(Xml, I + Length(Nome) + 2, MaxInt);
    Result := Copy(Result, 1, Pos('<', Result) - 1);
  end;
end;

procedure Chiama;
var
  Operazione, NomeFile, Messaggio, Risposta, Percorso, Nome: string;
  Altera: Boolean = False;
  I: Integer;
begin
  Operazione := ParamStr(1);
  for I := 2 to ParamCount do
    if ParamStr(I) = '--sha256' then
    begin
      Digest := 'sha256';
      UriFirma := 'http://www.w3.org/2001/04/xmldsig-more#rsa-sha256';
      UriDigest := 'http://www.w3.org/2001/04/xmlenc#sha256';
    end
    else if ParamStr(I) = '--altera' then
      Altera := True
    else
      NomeFile := ParamStr(I);
  Apri;
  Messaggio := Busta(Operazione, NomeFile);
  if Altera then { what a proxy that "tidies" messages does: the text changes after it was signed }
    Messaggio[Pos('<idOperazioneComune>', Messaggio) + 20] := '9';
  Scrivi(Cartella + 'busta.xml', Messaggio);
  if Operazione = 'TEST' then
    Percorso := '/ANPRTestConn/TestConn'
  else
    Percorso := '/ANPRS001ServizioSubentro/AnprServiceS001';
  { A fault comes with HTTP 500: no --fail here. }
  Risposta := Esegui('curl', ['--silent', '--show-error', '--noproxy', '*', '--cacert', Ambiente('ANPR_CA'),
    '-H', 'Content-Type: text/xml; charset=utf-8', '-H', 'SOAPAction: ""',
    '--data-binary', '@' + Cartella + 'busta.xml', Ambiente('ANPR_URL') + Percorso]);
  if Elemento(Risposta, 'faultcode') <> '' then
    WriteLn(Format('{"operazione":"%s","fault":{"codice":"%s","testo":"%s"}}',
      [Operazione, Elemento(Risposta, 'faultcode'), Elemento(Risposta, 'faultstring')]))
  else
  begin
    Nome := 'RispostaConnessione';
    if Pos('rispostaOK>', Risposta) > 0 then
      Nome := 'rispostaOK'
    else if Pos('rispostaKO>', Risposta) > 0 then
      Nome := 'rispostaKO';
    WriteLn(Format('{"operazione":"%s","risposta":"%s","esito":"%s","errore":"%s"}',
      [Operazione, Nome, Elemento(Risposta, 'esitoOperazione'), Elemento(Risposta, 'codiceErroreAnomalia')]));
  end;
end;

begin
  { The key lies in a folder of our own, and goes away with it. }
  Cartella := Trim(Esegui('mktemp', ['-d'])) + '/';
  try
    Chiama;
  finally
    Esegui('rm', ['-rf', Cartella]);
  end;
end.
