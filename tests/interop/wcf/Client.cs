// A gestionale in miniature for .NET, in the layout WCF gives its messages: prefixes s, o and u, assertion first, request
// in chunks with Expect: 100-continue.
//
//   mono Client.exe TEST [--sha256] [--altera]
//   mono Client.exe S001 FILE.gz [--sha256]
//
// Only what .NET has itself: X509Certificate2, SignedXml, SignedCms, HttpWebRequest. Settings are in the environment (see
// ../prepara.sh). Prints one JSON object.

using System;
using System.IO;
using System.Linq;
using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.Pkcs;
using System.Security.Cryptography.X509Certificates;
using System.Security.Cryptography.Xml;
using System.Text;
using System.Xml;

/// <summary>Finds Timestamp and Body by wsu:Id and the assertion by ID, which the plain SignedXml does not.</summary>
sealed class SignedXmlConId : SignedXml
{
    public SignedXmlConId(XmlDocument documento) : base(documento) { }

    public override XmlElement GetIdElement(XmlDocument documento, string id)
    {
        return (XmlElement)documento.SelectSingleNode("//*[@*[local-name()='Id' or local-name()='ID']='" + id + "']");
    }
}

static class Client
{
    const string Soap = "http://schemas.xmlsoap.org/soap/envelope/";
    const string Oasis = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss";
    const string Wsse = Oasis + "-wssecurity-secext-1.0.xsd";
    const string Wsu = Oasis + "-wssecurity-utility-1.0.xsd";
    const string X509v3 = Oasis + "-x509-token-profile-1.0#X509v3";
    const string Saml = "urn:oasis:names:tc:SAML:2.0:assertion";
    const string ExcC14n = "http://www.w3.org/2001/10/xml-exc-c14n#";
    static readonly TimeSpan Validita = TimeSpan.FromMinutes(5);

    static int Main(string[] argomenti)
    {
        bool sha256 = argomenti.Contains("--sha256");
        string operazione = argomenti[0];
        string file = argomenti.Skip(1).FirstOrDefault(a => !a.StartsWith("--"));

        // The postazione is the certificate's CN, the Comune its first six digits. Exportable: the key also signs SHA-256.
        var certificato = new X509Certificate2(Ambiente("ANPR_P12"), Ambiente("ANPR_PASSWORD"), X509KeyStorageFlags.Exportable);
        string postazione = certificato.GetNameInfo(X509NameType.SimpleName, false);

        XmlDocument busta = Leggi(Busta(operazione, file, postazione));
        Firma(busta, certificato, postazione, sha256);
        string messaggio = busta.OuterXml;
        if (argomenti.Contains("--altera"))
        {
            // What a proxy that "tidies" messages does: the text changes after it was signed.
            int qui = messaggio.IndexOf("<idOperazioneComune>") + "<idOperazioneComune>".Length;
            messaggio = messaggio.Substring(0, qui) + "9" + messaggio.Substring(qui + 1);
        }
        Console.WriteLine(Invia(operazione, Encoding.UTF8.GetBytes(messaggio)));
        return 0;
    }

    static string Busta(string operazione, string file, string postazione)
    {
        DateTime ora = DateTime.UtcNow;
        string testata = "<testataRichiesta>"
            + "<idOperazioneComune>" + ora.Ticks / 10000 + "</idOperazioneComune>"
            + "<codMittente>" + postazione.Substring(0, 6) + "</codMittente>"
            + "<codDestinatario>ANPR05</codDestinatario>"
            + "<operazioneRichiesta>" + operazione + "</operazioneRichiesta>"
            + "<dataOraRichiesta>" + Istante(ora) + "</dataOraRichiesta>"
            + "<tipoOperazione>C</tipoOperazione>"
            + "<tipoInvio>" + Ambiente("ANPR_TIPO_INVIO") + "</tipoInvio></testataRichiesta>";
        string corpo = operazione == "TEST"
            ? "<RichiestaConnessione xmlns=\"http://sogei.it/ANPR/connessione\">" + testata.Replace("<testataRichiesta>", "<testataRichiesta xmlns=\"\">") + "</RichiestaConnessione>"
            : "<RichiestaS001 xmlns=\"http://www.sogei.it/ANPR/S001subentro\">" + testata.Replace("<testataRichiesta>", "<testataRichiesta xmlns=\"\">")
                + "<nomeFile xmlns=\"\">" + Path.GetFileName(file) + "</nomeFile>"
                + "<fileXml xmlns=\"\">" + Convert.ToBase64String(File.ReadAllBytes(file)) + "</fileXml></RichiestaS001>";
        return "<s:Envelope xmlns:s=\"" + Soap + "\" xmlns:u=\"" + Wsu + "\"><s:Header>"
            + "<o:Security s:mustUnderstand=\"1\" xmlns:o=\"" + Wsse + "\"/></s:Header>"
            + "<s:Body u:Id=\"_1\">" + corpo + "</s:Body></s:Envelope>";
    }

    static void Firma(XmlDocument busta, X509Certificate2 certificato, string postazione, bool sha256)
    {
        DateTime da = DateTime.UtcNow;
        var sicurezza = (XmlElement)busta.GetElementsByTagName("Security", Wsse)[0];
        string base64 = Convert.ToBase64String(certificato.RawData);

        // 1. The assertion, with its own signature right after Issuer.
        XmlDocument asserzione = Leggi(Asserzione(certificato, postazione, da));
        string id = asserzione.DocumentElement.GetAttribute("ID");
        var chi = new KeyInfo();
        chi.AddClause(new KeyInfoX509Data(certificato));
        XmlElement firma = Firmata(asserzione, certificato, sha256, chi, true, "#" + id);
        asserzione.DocumentElement.InsertAfter(asserzione.ImportNode(firma, true), asserzione.DocumentElement.FirstChild);
        sicurezza.AppendChild(busta.ImportNode(asserzione.DocumentElement, true));

        // 2. Timestamp and certificate.
        sicurezza.AppendChild(Pezzo(busta, "<u:Timestamp u:Id=\"_0\" xmlns:u=\"" + Wsu + "\"><u:Created>" + Istante(da)
            + "</u:Created><u:Expires>" + Istante(da + Validita) + "</u:Expires></u:Timestamp>"));
        sicurezza.AppendChild(Pezzo(busta, "<o:BinarySecurityToken u:Id=\"uuid-1\" ValueType=\"" + X509v3 + "\" EncodingType=\"" + Oasis
            + "-soap-message-security-1.0#Base64Binary\" xmlns:o=\"" + Wsse + "\" xmlns:u=\"" + Wsu + "\">" + base64 + "</o:BinarySecurityToken>"));

        // 3. The message signature over Timestamp and Body.
        var riferimento = new KeyInfo();
        riferimento.AddClause(new KeyInfoNode((XmlElement)Pezzo(busta, "<o:SecurityTokenReference xmlns:o=\"" + Wsse
            + "\"><o:Reference ValueType=\"" + X509v3 + "\" URI=\"#uuid-1\"/></o:SecurityTokenReference>")));
        sicurezza.AppendChild(busta.ImportNode(Firmata(busta, certificato, sha256, riferimento, false, "#_0", "#_1"), true));
    }

    static XmlElement Firmata(XmlDocument d, X509Certificate2 certificato, bool sha256, KeyInfo chi, bool imbustata, params string[] uri)
    {
        var f = new SignedXmlConId(d) { SigningKey = certificato.PrivateKey, KeyInfo = chi };
        f.SignedInfo.CanonicalizationMethod = ExcC14n;
        f.SignedInfo.SignatureMethod = sha256 ? "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256" : "http://www.w3.org/2000/09/xmldsig#rsa-sha1";
        foreach (string u in uri)
        {
            var r = new Reference(u) { DigestMethod = sha256 ? "http://www.w3.org/2001/04/xmlenc#sha256" : "http://www.w3.org/2000/09/xmldsig#sha1" };
            if (imbustata) r.AddTransform(new XmlDsigEnvelopedSignatureTransform());
            r.AddTransform(new XmlDsigExcC14NTransform());
            f.AddReference(r);
        }
        f.ComputeSignature();
        return f.GetXml();
    }

    static string Asserzione(X509Certificate2 certificato, string postazione, DateTime da)
    {
        // The PKCS#7 over the postazione's id, content attached: it never changes, make it once and keep it.
        var cms = new SignedCms(new ContentInfo(Encoding.ASCII.GetBytes(postazione)), false);
        cms.ComputeSignature(new CmsSigner(certificato) { IncludeOption = X509IncludeOption.EndCertOnly });
        string i = Istante(da), a = Istante(da + Validita);
        return "<saml:Assertion xmlns:saml=\"" + Saml + "\" ID=\"SAML_" + Guid.NewGuid() + "\" IssueInstant=\"" + i + "\" Version=\"2.0\">"
            + "<saml:Issuer>Gestionale</saml:Issuer>"
            + "<saml:Subject><saml:NameID Format=\"urn:oasis:names:tc:SAML:1.1:nameid-format:unspecified\">" + Ambiente("ANPR_OPERATORE") + "</saml:NameID>"
            + "<saml:SubjectConfirmation Method=\"urn:oasis:names:tc:SAML:2.0:cm:bearer\">"
            + "<saml:SubjectConfirmationData NotBefore=\"" + i + "\" NotOnOrAfter=\"" + a + "\"/></saml:SubjectConfirmation></saml:Subject>"
            + "<saml:Conditions NotBefore=\"" + i + "\" NotOnOrAfter=\"" + a + "\"/>"
            + "<saml:AuthnStatement AuthnInstant=\"" + i + "\" SessionNotOnOrAfter=\"" + a + "\"><saml:SubjectLocality Address=\"192.0.2.10\"/>"
            + "<saml:AuthnContext><saml:AuthnContextClassRef/></saml:AuthnContext></saml:AuthnStatement><saml:AttributeStatement>"
            + Attributo("IdSede", postazione.Substring(0, 6)) + Attributo("IdPostazione", postazione)
            + Attributo("IdPostazioneFirmato", Convert.ToBase64String(cms.Encode())) + Attributo("IdApplicazione", "12345")
            + "</saml:AttributeStatement></saml:Assertion>";
    }

    static string Attributo(string nome, string valore)
    {
        return "<saml:Attribute Name=\"" + nome + "\" NameFormat=\"urn:oasis:names:tc:SAML:2.0:attrname-format:unspecified\">"
            + "<saml:AttributeValue xsi:type=\"xsd:string\" xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\""
            + " xmlns:xsd=\"http://www.w3.org/2001/XMLSchema\">" + valore + "</saml:AttributeValue></saml:Attribute>";
    }

    static string Invia(string operazione, byte[] messaggio)
    {
        string percorso = operazione == "TEST" ? "/ANPRTestConn/TestConn" : "/ANPRS001ServizioSubentro/AnprServiceS001";
        var richiesta = (HttpWebRequest)WebRequest.Create(Ambiente("ANPR_URL") + percorso);
        richiesta.Proxy = null;
        richiesta.Method = "POST";
        richiesta.ContentType = "text/xml; charset=utf-8";
        richiesta.Headers["SOAPAction"] = "\"\"";
        richiesta.SendChunked = true; // with Expect: 100-continue, which .NET adds by itself
        richiesta.ServerCertificateValidationCallback = (mittente, certificato, catena, errori) => Fidato(certificato);
        using (Stream s = richiesta.GetRequestStream()) s.Write(messaggio, 0, messaggio.Length);
        try
        {
            using (var risposta = (HttpWebResponse)richiesta.GetResponse())
            {
                XmlDocument d = Leggi(new StreamReader(risposta.GetResponseStream()).ReadToEnd());
                XmlNode radice = d.SelectSingleNode("/*/*[local-name()='Body']/*");
                XmlNode contenuto = operazione == "TEST" ? radice : radice.FirstChild;
                return "{\"operazione\":\"" + operazione + "\",\"risposta\":\"" + contenuto.LocalName + "\",\"esito\":\"" + Testo(d, "esitoOperazione")
                    + "\",\"errore\":\"" + Testo(d, "codiceErroreAnomalia") + "\"}";
            }
        }
        catch (WebException e) when (e.Response != null)
        {
            // A fault comes with HTTP 500, which .NET throws.
            XmlDocument d = Leggi(new StreamReader(e.Response.GetResponseStream()).ReadToEnd());
            return "{\"operazione\":\"" + operazione + "\",\"fault\":{\"codice\":\"" + Testo(d, "faultcode") + "\",\"testo\":\"" + Testo(d, "faultstring") + "\"}}";
        }
    }

    /// <summary>Whether the server's certificate hangs on one of the simulator's roots, without touching the machine's store.</summary>
    static bool Fidato(X509Certificate certificato)
    {
        var catena = new X509Chain { ChainPolicy = { RevocationMode = X509RevocationMode.NoCheck, VerificationFlags = X509VerificationFlags.AllowUnknownCertificateAuthority } };
        string[] pem = File.ReadAllText(Ambiente("ANPR_CA")).Split(new[] { "-----BEGIN CERTIFICATE-----" }, StringSplitOptions.RemoveEmptyEntries);
        var radici = pem.Where(p => p.Contains("-----END")).Select(p => new X509Certificate2(Convert.FromBase64String(p.Substring(0, p.IndexOf("-----END"))))).ToArray();
        catena.ChainPolicy.ExtraStore.AddRange(radici);
        if (!catena.Build(new X509Certificate2(certificato))) return false;
        string cima = catena.ChainElements[catena.ChainElements.Count - 1].Certificate.Thumbprint;
        return radici.Any(r => r.Thumbprint == cima);
    }

    static string Testo(XmlDocument d, string nome)
    {
        XmlNode n = d.SelectSingleNode("//*[local-name()='" + nome + "']");
        return n == null ? "" : n.InnerText;
    }

    static XmlDocument Leggi(string xml)
    {
        // White space kept: it is signed too.
        var d = new XmlDocument { PreserveWhitespace = true, XmlResolver = null };
        d.LoadXml(xml);
        return d;
    }

    static XmlNode Pezzo(XmlDocument d, string xml)
    {
        return d.ImportNode(Leggi(xml).DocumentElement, true);
    }

    static string Istante(DateTime t)
    {
        return t.ToString("yyyy-MM-ddTHH:mm:ss.fffZ"); // t is UTC
    }

    static string Ambiente(string nome)
    {
        string valore = Environment.GetEnvironmentVariable(nome);
        if (valore == null) throw new InvalidOperationException("manca " + nome + ": si veda prepara.sh");
        return valore;
    }
}
