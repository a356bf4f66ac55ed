import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyFactory;
import java.security.KeyStore;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.PKCS8EncodedKeySpec;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.regex.Pattern;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.xml.XMLConstants;
import javax.xml.parsers.DocumentBuilder;
import javax.xml.parsers.DocumentBuilderFactory;
import javax.xml.transform.dom.DOMSource;
import javax.xml.validation.Schema;
import javax.xml.validation.SchemaFactory;
import javax.xml.validation.Validator;
import org.apache.xml.security.signature.XMLSignature;
import org.bouncycastle.cert.X509CertificateHolder;
import org.bouncycastle.cms.CMSSignedData;
import org.bouncycastle.cms.SignerInformation;
import org.bouncycastle.cms.jcajce.JcaSimpleSignerInfoVerifierBuilder;
import org.w3c.dom.Document;
import org.w3c.dom.Element;
import org.w3c.dom.NamedNodeMap;
import org.w3c.dom.Node;

/**
 * The peer in Java: the checks of the simulator's perimeter on TestConn, with Apache Santuario and BouncyCastle behind
 * the JDK's HTTPS server.
 *
 * <p>Arguments: PORT THREADS CA.pem SERVER.pem SERVER.key.pem BODY.xsd OPERATORS (lines "nameId comune comune…"). What is
 * constant (certificates, the PKCS#7 of a postazione) is verified once and remembered by its text, as the simulator
 * does. Every refusal is the same 500: this is here to be measured, not to explain.
 */
public final class Servizio {
    private static final String SOAP = "http://schemas.xmlsoap.org/soap/envelope/";
    private static final String WSSE =
        "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd";
    private static final String WSU =
        "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-utility-1.0.xsd";
    private static final String SAML = "urn:oasis:names:tc:SAML:2.0:assertion";
    private static final String DS = "http://www.w3.org/2000/09/xmldsig#";
    private static final String EXC = "http://www.w3.org/2001/10/xml-exc-c14n#";
    private static final String CON = "http://sogei.it/ANPR/connessione";
    private static final String BEARER = "urn:oasis:names:tc:SAML:2.0:cm:bearer";
    private static final Pattern POSTAZIONE = Pattern.compile("^[0-9]{6}-(PC|CO)-[0-9]{4}$");
    private static final long FUTURO_MS = 5_000;
    private static final long DURATA_MS = 600_000;
    /** Constant things kept at most; 0: everything is verified anew for each request. */
    private static final int RICORDATI = Integer.getInteger("ricordati", 1024);

    private static final Map<String, X509Certificate> RADICI = new HashMap<>();
    private static final Map<String, Set<String>> OPERATORI = new HashMap<>();
    private static final Map<String, Certificato> CERTIFICATI = new ConcurrentHashMap<>();
    private static final Map<String, Firmato> POSTAZIONI = new ConcurrentHashMap<>();
    private static final ThreadLocal<DocumentBuilder> LETTORE = ThreadLocal.withInitial(Servizio::lettore);
    private static Schema schema;
    private static final ThreadLocal<Validator> GIUDICE = ThreadLocal.withInitial(() -> schema.newValidator());

    private static final byte[] NO = ("<env:Envelope xmlns:env=\"" + SOAP + "\"><env:Body><env:Fault>"
        + "<faultcode>env:Client</faultcode><faultstring>rifiutata</faultstring></env:Fault></env:Body></env:Envelope>")
        .getBytes(StandardCharsets.UTF_8);

    private static final class Rifiuto extends Exception {
        Rifiuto(String perche) {
            super(perche, null, false, false);
        }
    }

    private record Certificato(X509Certificate x509, String cn) {
        Certificato vale(long adesso) throws Rifiuto {
            esigi(x509.getNotBefore().getTime() <= adesso && adesso <= x509.getNotAfter().getTime(), "scaduto");
            return this;
        }
    }

    private record Firmato(String contenuto, Certificato firmatario) {}

    private record Asserzione(Certificato firmatario, String nameId, Map<String, String> attributi) {}

    private static void esigi(boolean vero, String perche) throws Rifiuto {
        if (!vero) {
            throw new Rifiuto(perche);
        }
    }

    public static void main(String[] args) throws Exception {
        org.apache.xml.security.Init.init();
        CertificateFactory fabbrica = CertificateFactory.getInstance("X.509");
        try (InputStream ca = Files.newInputStream(Path.of(args[2]))) {
            for (var c : fabbrica.generateCertificates(ca)) {
                X509Certificate radice = (X509Certificate) c;
                RADICI.put(radice.getSubjectX500Principal().getName(), radice);
            }
        }
        schema = SchemaFactory.newInstance(XMLConstants.W3C_XML_SCHEMA_NS_URI).newSchema(Path.of(args[5]).toFile());
        for (String riga : Files.readAllLines(Path.of(args[6]))) {
            List<String> parti = List.of(riga.split(" "));
            OPERATORI.put(parti.get(0), new HashSet<>(parti.subList(1, parti.size())));
        }
        HttpsServer server = HttpsServer.create(new InetSocketAddress("127.0.0.1", Integer.parseInt(args[0])), 128);
        server.setHttpsConfigurator(new HttpsConfigurator(tls(fabbrica, Path.of(args[3]), Path.of(args[4]))));
        server.setExecutor(Executors.newFixedThreadPool(Integer.parseInt(args[1])));
        server.createContext("/", Servizio::rispondi);
        server.start();
    }

    private static SSLContext tls(CertificateFactory fabbrica, Path certificato, Path chiave) throws Exception {
        X509Certificate mio;
        try (InputStream in = Files.newInputStream(certificato)) {
            mio = (X509Certificate) fabbrica.generateCertificate(in);
        }
        String pem = Files.readString(chiave).replaceAll("-----[^-]+-----", "");
        var pkcs8 = new PKCS8EncodedKeySpec(Base64.getMimeDecoder().decode(pem));
        KeyStore deposito = KeyStore.getInstance("PKCS12");
        deposito.load(null, null);
        char[] segreto = "x".toCharArray();
        deposito.setKeyEntry("server", KeyFactory.getInstance("RSA").generatePrivate(pkcs8), segreto,
            new X509Certificate[] {mio});
        KeyManagerFactory chiavi = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        chiavi.init(deposito, segreto);
        SSLContext contesto = SSLContext.getInstance("TLS");
        contesto.init(chiavi.getKeyManagers(), null, null);
        return contesto;
    }

    private static DocumentBuilder lettore() {
        try {
            DocumentBuilderFactory f = DocumentBuilderFactory.newInstance();
            f.setNamespaceAware(true);
            f.setFeature("http://apache.org/xml/features/disallow-doctype-decl", true);
            DocumentBuilder lettore = f.newDocumentBuilder();
            lettore.setErrorHandler(null);
            return lettore;
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    private static void rispondi(HttpExchange scambio) throws java.io.IOException {
        byte[] corpo = scambio.getRequestBody().readAllBytes();
        int stato = 200;
        byte[] testo;
        try {
            testo = risposta(esamina(corpo)).getBytes(StandardCharsets.UTF_8);
        } catch (Exception e) {
            if (System.getenv("PERCHE") != null) {
                System.out.println("rifiutata: " + e);
            }
            stato = 500;
            testo = NO;
        }
        scambio.getResponseHeaders().set("Content-Type", "text/xml");
        scambio.sendResponseHeaders(stato, testo.length);
        scambio.getResponseBody().write(testo);
        scambio.close();
    }

    private static Element esamina(byte[] corpo) throws Exception {
        final long adesso = System.currentTimeMillis();
        Document doc = LETTORE.get().parse(new ByteArrayInputStream(corpo));
        Element radice = doc.getDocumentElement();
        esigi(SOAP.equals(radice.getNamespaceURI()) && "Envelope".equals(radice.getLocalName()), "busta");
        Element body = unico(radice, SOAP, "Body");
        List<Element> figli = figli(body);
        esigi(figli.size() == 1, "Body");
        Validator giudice = GIUDICE.get();
        giudice.reset();
        giudice.validate(new DOMSource(figli.get(0)));

        Element sicurezza = unico(unico(radice, SOAP, "Header"), WSSE, "Security");
        Element timestamp = unico(sicurezza, WSU, "Timestamp");
        Element bst = unico(sicurezza, WSSE, "BinarySecurityToken");
        Element firma = unico(sicurezza, DS, "Signature");
        idUnici(radice, new HashSet<>());

        Element rinvio = unico(unico(unico(firma, DS, "KeyInfo"), WSSE, "SecurityTokenReference"), WSSE, "Reference");
        esigi(rinvio.getAttribute("URI").equals("#" + bst.getAttributeNS(WSU, "Id")), "KeyInfo");
        Certificato delMessaggio = certificato(bst.getTextContent()).vale(adesso);
        timestamp.setIdAttributeNS(WSU, "Id", true);
        body.setIdAttributeNS(WSU, "Id", true);
        firmaBuona(firma, delMessaggio,
            Set.of("#" + timestamp.getAttributeNS(WSU, "Id"), "#" + body.getAttributeNS(WSU, "Id")));
        String creato = unico(timestamp, WSU, "Created").getTextContent();
        String scade = unico(timestamp, WSU, "Expires").getTextContent();
        finestra(creato, scade, adesso);
        esigi(istante(scade) - istante(creato) <= DURATA_MS, "durata");

        Asserzione a = asserzione(unico(sicurezza, SAML, "Assertion"), adesso);
        String sede = a.attributi().get("IdSede");
        String postazione = a.attributi().get("IdPostazione");
        esigi(POSTAZIONE.matcher(postazione).matches() && postazione.startsWith(sede) && sede.length() == 6, "IdSede");
        Firmato firmato = pkcs7(a.attributi().get("IdPostazioneFirmato"));
        firmato.firmatario().vale(adesso);
        esigi(firmato.contenuto().equals(postazione) && firmato.firmatario().cn().equals(postazione), "postazione");
        esigi(delMessaggio.cn().startsWith(sede) && a.firmatario().cn().startsWith(sede), "identità");
        Set<String> comuni = OPERATORI.get(a.nameId());
        esigi(comuni != null && comuni.contains(sede), "operatore");
        return unico(figli.get(0), null, "testataRichiesta");
    }

    private static Asserzione asserzione(Element a, long adesso) throws Exception {
        Element firma = unico(a, DS, "Signature");
        Element x509 = unico(unico(unico(firma, DS, "KeyInfo"), DS, "X509Data"), DS, "X509Certificate");
        Certificato firmatario = certificato(x509.getTextContent()).vale(adesso);
        a.setIdAttributeNS(null, "ID", true);
        firmaBuona(firma, firmatario, Set.of("#" + a.getAttribute("ID")));
        esigi("2.0".equals(a.getAttribute("Version")), "versione");
        unico(a, SAML, "Issuer");
        Element soggetto = unico(a, SAML, "Subject");
        finestra(a.getAttribute("IssueInstant"), "", adesso);
        Map<String, String> attributi = new HashMap<>();
        for (Element c : figli(soggetto)) {
            if (c.getLocalName().equals("SubjectConfirmation")) {
                esigi(BEARER.equals(c.getAttribute("Method")), "bearer");
                for (Element d : figli(c)) {
                    finestra(d.getAttribute("NotBefore"), d.getAttribute("NotOnOrAfter"), adesso);
                }
            }
        }
        for (Element c : figli(a)) {
            switch (c.getLocalName()) {
                case "Conditions" -> finestra(c.getAttribute("NotBefore"), c.getAttribute("NotOnOrAfter"), adesso);
                case "AuthnStatement" ->
                    finestra(c.getAttribute("AuthnInstant"), c.getAttribute("SessionNotOnOrAfter"), adesso);
                case "AttributeStatement" -> {
                    for (Element x : figli(c)) {
                        attributi.put(x.getAttribute("Name"), unico(x, SAML, "AttributeValue").getTextContent().trim());
                    }
                }
                default -> { }
            }
        }
        return new Asserzione(firmatario, unico(soggetto, SAML, "NameID").getTextContent(), attributi);
    }

    /** One signature over exactly the given references. */
    private static void firmaBuona(Element firma, Certificato c, Set<String> attesi) throws Exception {
        Set<String> uri = new HashSet<>();
        for (Element r : figli(unico(firma, DS, "SignedInfo"))) {
            if (r.getLocalName().equals("Reference")) {
                uri.add(r.getAttribute("URI"));
                for (Element t : figli(unico(r, DS, "Transforms"))) {
                    String algoritmo = t.getAttribute("Algorithm");
                    esigi(algoritmo.equals(EXC) || algoritmo.equals(DS + "enveloped-signature"), "trasformazione");
                }
            }
        }
        esigi(uri.equals(attesi), "riferimenti");
        esigi(new XMLSignature(firma, "", true).checkSignatureValue(c.x509().getPublicKey()), "firma");
    }

    private static Certificato certificato(String testo) throws Exception {
        Certificato noto = CERTIFICATI.get(testo);
        if (noto != null) {
            return noto;
        }
        byte[] der = Base64.getMimeDecoder().decode(testo);
        X509Certificate x = (X509Certificate) CertificateFactory.getInstance("X.509")
            .generateCertificate(new ByteArrayInputStream(der));
        X509Certificate radice = RADICI.get(x.getIssuerX500Principal().getName());
        esigi(radice != null, "CA ignota");
        x.verify(radice.getPublicKey());
        String cn = new X509CertificateHolder(der).getSubject()
            .getRDNs(org.bouncycastle.asn1.x500.style.BCStyle.CN)[0].getFirst().getValue().toString();
        Certificato letto = new Certificato(x, cn);
        ricorda(CERTIFICATI, testo, letto);
        return letto;
    }

    private static Firmato pkcs7(String testo) throws Exception {
        Firmato noto = POSTAZIONI.get(testo);
        if (noto != null) {
            return noto;
        }
        CMSSignedData dati = new CMSSignedData(Base64.getMimeDecoder().decode(testo));
        List<SignerInformation> firmatari = new ArrayList<>(dati.getSignerInfos().getSigners());
        esigi(firmatari.size() == 1, "firmatari");
        var trovati = dati.getCertificates().getMatches(firmatari.get(0).getSID());
        esigi(trovati.size() == 1, "certificato del PKCS#7");
        byte[] der = ((X509CertificateHolder) trovati.iterator().next()).getEncoded();
        Certificato c = certificato(Base64.getEncoder().encodeToString(der));
        esigi(firmatari.get(0).verify(new JcaSimpleSignerInfoVerifierBuilder().build(c.x509().getPublicKey())), "PKCS#7");
        Firmato letto = new Firmato(
            new String((byte[]) dati.getSignedContent().getContent(), StandardCharsets.US_ASCII).trim(), c);
        ricorda(POSTAZIONI, testo, letto);
        return letto;
    }

    /** Bounded: when full it starts over. */
    private static <T> void ricorda(Map<String, T> memoria, String testo, T valore) {
        if (RICORDATI == 0) {
            return;
        }
        if (memoria.size() >= RICORDATI) {
            memoria.clear();
        }
        memoria.put(testo, valore);
    }

    private static long istante(String testo) {
        return Instant.parse(testo.trim()).toEpochMilli();
    }

    private static void finestra(String da, String a, long adesso) throws Rifiuto {
        esigi(da.isEmpty() || istante(da) <= adesso + FUTURO_MS, "futuro");
        esigi(a.isEmpty() || adesso < istante(a), "scaduto");
    }

    private static List<Element> figli(Node nodo) {
        List<Element> figli = new ArrayList<>();
        for (Node n = nodo.getFirstChild(); n != null; n = n.getNextSibling()) {
            if (n instanceof Element e) {
                figli.add(e);
            }
        }
        return figli;
    }

    private static Element unico(Element nodo, String ns, String nome) throws Rifiuto {
        Element trovato = null;
        for (Element e : figli(nodo)) {
            if (nome.equals(e.getLocalName()) && (ns == null ? e.getNamespaceURI() == null : ns.equals(e.getNamespaceURI()))) {
                esigi(trovato == null, nome);
                trovato = e;
            }
        }
        esigi(trovato != null, nome);
        return trovato;
    }

    private static void idUnici(Element e, Set<String> visti) throws Rifiuto {
        NamedNodeMap attributi = e.getAttributes();
        for (int i = 0; i < attributi.getLength(); i++) {
            Node a = attributi.item(i);
            boolean id = WSU.equals(a.getNamespaceURI()) ? "Id".equals(a.getLocalName())
                : a.getNamespaceURI() == null && ("ID".equals(a.getLocalName()) || "Id".equals(a.getLocalName()));
            esigi(!id || visti.add(a.getNodeValue()), "id doppio");
        }
        for (Element f : figli(e)) {
            idUnici(f, visti);
        }
    }

    private static String risposta(Element testata) throws Rifiuto {
        StringBuilder r = new StringBuilder(1024);
        r.append("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<soapenv:Envelope xmlns:soapenv=\"").append(SOAP)
            .append("\"><soapenv:Body><a:RispostaConnessione xmlns:a=\"").append(CON).append("\"><testataRisposta>");
        for (String nome : List.of("idOperazioneComune", "codMittente", "codDestinatario", "operazioneRichiesta",
            "dataOraRichiesta")) {
            String valore = unico(testata, null, nome).getTextContent().replace("&", "&amp;").replace("<", "&lt;");
            r.append('<').append(nome).append('>').append(valore).append("</").append(nome).append('>');
        }
        return r.append("<idOperazioneANPR>0</idOperazioneANPR><esitoOperazione>0000</esitoOperazione>")
            .append("</testataRisposta></a:RispostaConnessione></soapenv:Body></soapenv:Envelope>").toString();
    }
}
