// A gestionale in miniature in Java, in the shape of the official example client (CXF and WSS4J): policy Basic128Rsa15,
// Timestamp and Body signed, header in the order Timestamp, Assertion, BinarySecurityToken, Signature.
//
//   java Client TEST [--sha256] [--altera]
//   java Client S001 FILE.gz [--sha256]
//   java Client TEST --busta            (prints the signed envelope, sends nothing)
//
// WSS4J makes Timestamp, token and message signature; Santuario the assertion's; BouncyCastle the PKCS#7 (BER, as it
// comes). Settings are in the environment (see ../prepara.sh). Prints one JSON object.

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.URL;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Base64;
import java.util.List;
import java.util.UUID;
import javax.net.ssl.HttpsURLConnection;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import javax.xml.parsers.DocumentBuilderFactory;
import javax.xml.transform.OutputKeys;
import javax.xml.transform.Transformer;
import javax.xml.transform.TransformerFactory;
import javax.xml.transform.dom.DOMSource;
import javax.xml.transform.stream.StreamResult;
import org.apache.ws.security.WSConstants;
import org.apache.ws.security.WSEncryptionPart;
import org.apache.ws.security.WSSConfig;
import org.apache.ws.security.components.crypto.Merlin;
import org.apache.ws.security.message.WSSecHeader;
import org.apache.ws.security.message.WSSecSignature;
import org.apache.ws.security.message.WSSecTimestamp;
import org.apache.xml.security.c14n.Canonicalizer;
import org.apache.xml.security.signature.XMLSignature;
import org.apache.xml.security.transforms.Transforms;
import org.apache.xml.security.transforms.params.InclusiveNamespaces;
import org.bouncycastle.cert.jcajce.JcaCertStore;
import org.bouncycastle.cms.CMSProcessableByteArray;
import org.bouncycastle.cms.CMSSignedDataGenerator;
import org.bouncycastle.cms.jcajce.JcaSimpleSignerInfoGeneratorBuilder;
import org.w3c.dom.Document;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;

public final class Client {
    private static final String SAML = "urn:oasis:names:tc:SAML:2.0:assertion";
    private static final String XS = "http://www.w3.org/2001/XMLSchema";
    private static final String RSA_SHA256 = "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256";
    private static final String SHA256 = "http://www.w3.org/2001/04/xmlenc#sha256";
    private static final int MINUTI = 5;

    /** What a .p12 holds: the postazione is the certificate's CN, the Comune its first six digits. */
    private record Identita(KeyStore deposito, String alias, char[] password) {
        static Identita apri(String file, String password) throws Exception {
            KeyStore deposito = KeyStore.getInstance("PKCS12");
            try (InputStream in = Files.newInputStream(Path.of(file))) {
                deposito.load(in, password.toCharArray());
            }
            for (String alias : java.util.Collections.list(deposito.aliases())) {
                if (deposito.isKeyEntry(alias)) {
                    return new Identita(deposito, alias, password.toCharArray());
                }
            }
            throw new IllegalStateException(file + ": nessuna chiave");
        }

        PrivateKey chiave() throws Exception {
            return (PrivateKey) deposito.getKey(alias, password);
        }

        X509Certificate certificato() throws Exception {
            return (X509Certificate) deposito.getCertificate(alias);
        }

        String postazione() throws Exception {
            String nome = certificato().getSubjectX500Principal().getName();
            return nome.replaceAll(".*CN=([^,]+).*", "$1");
        }

        String comune() throws Exception {
            return postazione().substring(0, 6);
        }

        /** PKCS#7 with its content over the postazione's id, signed attributes included. It can be kept for years. */
        String postazioneFirmata() throws Exception {
            CMSSignedDataGenerator g = new CMSSignedDataGenerator();
            g.addSignerInfoGenerator(
                    new JcaSimpleSignerInfoGeneratorBuilder().build("SHA256withRSA", chiave(), certificato()));
            g.addCertificates(new JcaCertStore(List.of(certificato())));
            byte[] id = postazione().getBytes(StandardCharsets.US_ASCII);
            return base64(g.generate(new CMSProcessableByteArray(id), true).getEncoded());
        }
    }

    public static void main(String[] argomenti) throws Exception {
        List<String> tutti = List.of(argomenti);
        boolean sha256 = tutti.contains("--sha256");
        String operazione = argomenti[0];
        Identita identita = Identita.apri(ambiente("ANPR_P12"), ambiente("ANPR_PASSWORD"));
        // WSS4J 1.6 would put BouncyCastle before the JDK's own providers, and then a .p12 in AES no longer opens.
        WSSConfig.setAddJceProviders(false);
        WSSConfig.init();
        org.apache.xml.security.Init.init();

        Document busta = leggi(busta(operazione, argomenti, identita).getBytes(StandardCharsets.UTF_8));
        firma(busta, identita, sha256);
        byte[] messaggio = scrivi(busta);
        if (tutti.contains("--altera")) {
            // What a proxy that "tidies" messages does: the text changes after it was signed.
            messaggio = new String(messaggio, StandardCharsets.UTF_8)
                    .replaceFirst("<idOperazioneComune>\\d", "<idOperazioneComune>9")
                    .getBytes(StandardCharsets.UTF_8);
        }
        System.out.println(
                tutti.contains("--busta")
                        ? new String(messaggio, StandardCharsets.UTF_8)
                        : invia(operazione, messaggio));
    }

    private static String busta(String operazione, String[] argomenti, Identita identita) throws Exception {
        Instant ora = Instant.now().truncatedTo(ChronoUnit.MILLIS);
        String testata = "<testataRichiesta>"
                + "<idOperazioneComune>" + ora.toEpochMilli() + "</idOperazioneComune>"
                + "<codMittente>" + identita.comune() + "</codMittente>"
                + "<codDestinatario>ANPR05</codDestinatario>"
                + "<operazioneRichiesta>" + operazione + "</operazioneRichiesta>"
                + "<dataOraRichiesta>" + ora + "</dataOraRichiesta>"
                + "<tipoOperazione>C</tipoOperazione>"
                + "<tipoInvio>" + ambiente("ANPR_TIPO_INVIO") + "</tipoInvio>"
                + "</testataRichiesta>";
        String corpo;
        if (operazione.equals("TEST")) {
            corpo = "<ns2:RichiestaConnessione xmlns:ns2=\"http://sogei.it/ANPR/connessione\">" + testata
                    + "</ns2:RichiestaConnessione>";
        } else {
            Path file = Path.of(argomenti[1]);
            corpo = "<ns2:RichiestaS001 xmlns:ns2=\"http://www.sogei.it/ANPR/S001subentro\">" + testata
                    + "<nomeFile>" + file.getFileName() + "</nomeFile>"
                    + "<fileXml>" + base64(Files.readAllBytes(file)) + "</fileXml></ns2:RichiestaS001>";
        }
        return "<soap:Envelope xmlns:soap=\"" + WSConstants.URI_SOAP11_ENV + "\"><soap:Header/><soap:Body>" + corpo
                + "</soap:Body></soap:Envelope>";
    }

    private static void firma(Document busta, Identita identita, boolean sha256) throws Exception {
        WSSecHeader testata = new WSSecHeader();
        testata.setMustUnderstand(true);
        Element sicurezza = testata.insertSecurityHeader(busta);

        WSSecTimestamp marca = new WSSecTimestamp();
        marca.setTimeToLive(MINUTI * 60);
        marca.build(busta, testata);
        sicurezza.appendChild(asserzione(busta, sicurezza, identita, sha256));

        Merlin portachiavi = new Merlin();
        portachiavi.setKeyStore(identita.deposito());
        WSSecSignature firma = new WSSecSignature();
        firma.setUserInfo(identita.alias(), new String(identita.password()));
        firma.setKeyIdentifierType(WSConstants.BST_DIRECT_REFERENCE);
        firma.setUseSingleCertificate(true);
        firma.setSigCanonicalization(WSConstants.C14N_EXCL_OMIT_COMMENTS);
        firma.setSignatureAlgorithm(sha256 ? RSA_SHA256 : WSConstants.RSA_SHA1);
        firma.setDigestAlgo(sha256 ? SHA256 : WSConstants.SHA1);
        firma.prepare(busta, portachiavi, testata);
        List<WSEncryptionPart> parti = List.of(
                new WSEncryptionPart("Timestamp", WSConstants.WSU_NS, "Element"),
                new WSEncryptionPart("Body", WSConstants.URI_SOAP11_ENV, "Element"));
        firma.appendBSTElementToHeader(testata);
        firma.computeSignature(firma.addReferencesToSign(parti, testata), false, null);
    }

    private static Element asserzione(Document busta, Element sicurezza, Identita identita, boolean sha256)
            throws Exception {
        Instant da = Instant.now().truncatedTo(ChronoUnit.MILLIS);
        Instant a = da.plus(MINUTI, ChronoUnit.MINUTES);
        String id = "_" + UUID.randomUUID();
        String testo = "<saml2:Assertion xmlns:saml2=\"" + SAML + "\" xmlns:xs=\"" + XS + "\""
                + " xmlns:xsi=\"" + XS + "-instance\" ID=\"" + id + "\" IssueInstant=\"" + da + "\" Version=\"2.0\""
                + " xsi:type=\"saml2:AssertionType\">"
                + "<saml2:Issuer>XS</saml2:Issuer>"
                + "<saml2:Subject><saml2:NameID Format=\"urn:oasis:names:tc:SAML:1.1:nameid-format:unspecified\">"
                + ambiente("ANPR_OPERATORE") + "</saml2:NameID>"
                + "<saml2:SubjectConfirmation Method=\"urn:oasis:names:tc:SAML:2.0:cm:bearer\">"
                + "<saml2:SubjectConfirmationData NotBefore=\"" + da + "\" NotOnOrAfter=\"" + a + "\"/>"
                + "</saml2:SubjectConfirmation></saml2:Subject>"
                + "<saml2:Conditions NotBefore=\"" + da + "\" NotOnOrAfter=\"" + a + "\"/>"
                + "<saml2:AuthnStatement AuthnInstant=\"" + da + "\" SessionNotOnOrAfter=\"" + a + "\">"
                + "<saml2:SubjectLocality Address=\"192.0.2.10\"/>"
                + "<saml2:AuthnContext><saml2:AuthnContextClassRef/></saml2:AuthnContext></saml2:AuthnStatement>"
                + "<saml2:AttributeStatement>"
                + attributo("IdSede", identita.comune())
                + attributo("IdPostazione", identita.postazione())
                + attributo("IdPostazioneFirmato", identita.postazioneFirmata())
                + attributo("IdApplicazione", "12345")
                + "</saml2:AttributeStatement></saml2:Assertion>";
        Document sola = leggi(testo.getBytes(StandardCharsets.UTF_8));
        Element asserzione = (Element) busta.importNode(sola.getDocumentElement(), true);
        // In place before it is signed: what is digested is what will be sent.
        sicurezza.appendChild(asserzione);
        asserzione.setIdAttribute("ID", true);

        XMLSignature firma = new XMLSignature(busta, "",
                sha256 ? RSA_SHA256 : XMLSignature.ALGO_ID_SIGNATURE_RSA_SHA1,
                Canonicalizer.ALGO_ID_C14N_EXCL_OMIT_COMMENTS);
        asserzione.insertBefore(firma.getElement(), asserzione.getFirstChild().getNextSibling()); // after Issuer
        Transforms trasformazioni = new Transforms(busta);
        trasformazioni.addTransform(Transforms.TRANSFORM_ENVELOPED_SIGNATURE);
        trasformazioni.addTransform(Transforms.TRANSFORM_C14N_EXCL_OMIT_COMMENTS,
                new InclusiveNamespaces(busta, "xs").getElement());
        firma.addDocument("#" + id, trasformazioni, SHA256);
        firma.addKeyInfo(identita.certificato());
        firma.sign(identita.chiave());
        return asserzione;
    }

    private static String attributo(String nome, String valore) {
        return "<saml2:Attribute Name=\"" + nome
                + "\" NameFormat=\"urn:oasis:names:tc:SAML:2.0:attrname-format:unspecified\">"
                + "<saml2:AttributeValue xsi:type=\"xs:string\">" + valore
                + "</saml2:AttributeValue></saml2:Attribute>";
    }

    /** POST in chunks, as CXF does, with the simulator's roots as the only trust store. */
    private static String invia(String operazione, byte[] messaggio) throws Exception {
        String percorso = operazione.equals("TEST")
                ? "/ANPRTestConn/TestConn"
                : "/ANPRS001ServizioSubentro/AnprServiceS001";
        HttpsURLConnection c = (HttpsURLConnection) new URL(ambiente("ANPR_URL") + percorso).openConnection();
        c.setSSLSocketFactory(fiducia(ambiente("ANPR_CA")).getSocketFactory());
        c.setRequestMethod("POST");
        c.setDoOutput(true);
        c.setChunkedStreamingMode(4096);
        c.setRequestProperty("Content-Type", "text/xml; charset=UTF-8");
        c.setRequestProperty("SOAPAction", "\"\"");
        try (OutputStream out = c.getOutputStream()) {
            out.write(messaggio);
        }
        boolean bene = c.getResponseCode() == 200;
        Document risposta;
        try (InputStream in = bene ? c.getInputStream() : c.getErrorStream()) {
            risposta = leggi(in.readAllBytes());
        }
        if (!bene) {
            return "{\"operazione\":\"" + operazione + "\",\"fault\":{\"codice\":\"" + testo(risposta, "faultcode")
                    + "\",\"testo\":\"" + testo(risposta, "faultstring") + "\"}}";
        }
        Element corpo = (Element) risposta.getElementsByTagNameNS(WSConstants.URI_SOAP11_ENV, "Body").item(0);
        Element radice = (Element) corpo.getFirstChild();
        Element contenuto = operazione.equals("TEST") ? radice : (Element) radice.getFirstChild();
        return "{\"operazione\":\"" + operazione + "\",\"risposta\":\"" + contenuto.getLocalName()
                + "\",\"esito\":\"" + testo(risposta, "esitoOperazione")
                + "\",\"errore\":\"" + testo(risposta, "codiceErroreAnomalia") + "\"}";
    }

    private static SSLContext fiducia(String pem) throws Exception {
        KeyStore radici = KeyStore.getInstance(KeyStore.getDefaultType());
        radici.load(null, null);
        try (InputStream in = Files.newInputStream(Path.of(pem))) {
            for (Certificate c : CertificateFactory.getInstance("X.509").generateCertificates(in)) {
                radici.setCertificateEntry("radice" + radici.size(), c);
            }
        }
        TrustManagerFactory f = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        f.init(radici);
        SSLContext contesto = SSLContext.getInstance("TLS");
        contesto.init(null, f.getTrustManagers(), null);
        return contesto;
    }

    private static String testo(Document d, String nome) {
        NodeList n = d.getElementsByTagNameNS("*", nome);
        return n.getLength() == 0 ? "" : n.item(0).getTextContent();
    }

    private static Document leggi(byte[] xml) throws Exception {
        DocumentBuilderFactory f = DocumentBuilderFactory.newInstance();
        f.setNamespaceAware(true);
        f.setFeature("http://apache.org/xml/features/disallow-doctype-decl", true);
        return f.newDocumentBuilder().parse(new ByteArrayInputStream(xml));
    }

    private static byte[] scrivi(Document d) throws Exception {
        Transformer t = TransformerFactory.newInstance().newTransformer();
        t.setOutputProperty(OutputKeys.OMIT_XML_DECLARATION, "yes");
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        t.transform(new DOMSource(d), new StreamResult(out));
        return out.toByteArray();
    }

    private static String base64(byte[] byte_) {
        return Base64.getEncoder().encodeToString(byte_);
    }

    private static String ambiente(String nome) {
        String valore = System.getenv(nome);
        if (valore == null) {
            throw new IllegalStateException("manca " + nome + ": si veda prepara.sh");
        }
        return valore;
    }
}
