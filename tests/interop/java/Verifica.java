// Verifies every XML signature of a signed envelope with Santuario, as a Java server would.
//
//   java Verifica FILE…
//
// Prints one line of JSON per signature: file, what it covers, whether digests and value hold.

import java.io.ByteArrayInputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.Base64;
import javax.xml.parsers.DocumentBuilderFactory;
import org.apache.xml.security.keys.KeyInfo;
import org.apache.xml.security.signature.XMLSignature;
import org.w3c.dom.Document;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;

public final class Verifica {
    private static final String DS = "http://www.w3.org/2000/09/xmldsig#";
    private static final String WSU =
            "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-utility-1.0.xsd";

    public static void main(String[] file) throws Exception {
        org.apache.xml.security.Init.init();
        for (String f : file) {
            DocumentBuilderFactory fabbrica = DocumentBuilderFactory.newInstance();
            fabbrica.setNamespaceAware(true);
            Document d = fabbrica.newDocumentBuilder().parse(new ByteArrayInputStream(Files.readAllBytes(Path.of(f))));
            NodeList tutti = d.getElementsByTagNameNS("*", "*");
            for (int i = 0; i < tutti.getLength(); i++) {
                Element e = (Element) tutti.item(i);
                if (e.hasAttributeNS(WSU, "Id")) {
                    e.setIdAttributeNS(WSU, "Id", true);
                }
                if (e.hasAttribute("ID")) {
                    e.setIdAttribute("ID", true);
                }
            }
            NodeList firme = d.getElementsByTagNameNS(DS, "Signature");
            for (int i = 0; i < firme.getLength(); i++) {
                XMLSignature firma = new XMLSignature((Element) firme.item(i), "");
                StringBuilder coperti = new StringBuilder();
                for (int r = 0; r < firma.getSignedInfo().getLength(); r++) {
                    String id = firma.getSignedInfo().item(r).getURI().substring(1);
                    coperti.append(r == 0 ? "" : " ").append(d.getElementById(id).getLocalName());
                }
                boolean vera = firma.checkSignatureValue(certificato(d, firma.getKeyInfo()));
                System.out.println("{\"file\":\"" + Path.of(f).getFileName() + "\",\"coperti\":\"" + coperti
                        + "\",\"vera\":" + vera + "}");
            }
        }
    }

    /** The certificate in X509Data, or in the BinarySecurityToken that the reference names. */
    private static X509Certificate certificato(Document d, KeyInfo chi) throws Exception {
        if (chi.getX509Certificate() != null) {
            return chi.getX509Certificate();
        }
        Element riferimento = (Element) chi.getElement().getElementsByTagNameNS("*", "Reference").item(0);
        Element token = d.getElementById(riferimento.getAttribute("URI").substring(1));
        byte[] der = Base64.getMimeDecoder().decode(token.getTextContent());
        return (X509Certificate) CertificateFactory.getInstance("X.509")
                .generateCertificate(new ByteArrayInputStream(der));
    }
}
