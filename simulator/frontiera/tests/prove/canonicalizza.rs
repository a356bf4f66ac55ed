//! Exclusive canonicalization judged by libxml2 (through its C interface) and by the W3C's own examples.

use std::io::{BufWriter, Write as _};
use std::process::{Command, Stdio};

use frontiera::albero::leggi as albero;
use frontiera::security::c14n::{Opzioni, canonica};
use frontiera::soap::decodifica;

use crate::documenti::{Documento, Generatore};
use crate::giudici::{presente, script};

/// Documents on which both must agree, octet by octet.
const DOCUMENTI: usize = 50_000;
/// Processes of the other side, each with its share.
const PROCESSI: usize = 4;

fn nostra(testo: &str, lista: &str, commenti: bool) -> String {
    let doc = albero(testo).unwrap_or_else(|e| panic!("{e}: {testo}"));
    let di_nome = |nome: &str| doc.descendants().find(|n| n.tag_name().name() == nome);
    let opzioni = Opzioni {
        commenti,
        senza: di_nome("Fuori").map(|n| n.id()),
        ..Opzioni::con_lista(lista)
    };
    String::from_utf8(canonica(di_nome("Scelto").expect("in every document"), &opzioni)).expect("UTF-8")
}

/// libxml2's octets for each document.
fn loro(documenti: &[Documento]) -> Vec<String> {
    let mut p = Command::new("python3")
        .arg(script("c14n.py"))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("python3 starts");
    let ingresso = p.stdin.take().expect("piped");
    std::thread::scope(|s| {
        // Written from a thread of its own: the other side answers while it reads.
        s.spawn(move || {
            let mut w = BufWriter::new(ingresso);
            for d in documenti {
                let riga =
                    serde_json::json!({"documento": d.testo, "lista": d.lista, "commenti": d.commenti});
                // A broken pipe shows in the exit code below.
                let _ = writeln!(w, "{riga}");
            }
        });
        let o = p.wait_with_output().expect("python3 ends");
        let errori = String::from_utf8_lossy(&o.stderr);
        assert!(o.status.success(), "{errori}");
        let testo = String::from_utf8(o.stdout).expect("ASCII");
        testo
            .lines()
            .map(|r| serde_json::from_str(r).expect("a string"))
            .collect()
    })
}

fn libxml2() -> bool {
    presente(
        Command::new("python3").args([
            "-c",
            "import ctypes,ctypes.util; ctypes.CDLL(ctypes.util.find_library('xml2') or 'libxml2.so.2')",
        ]),
        "python3 con la libreria libxml2",
        "apt-get install python3 libxml2",
    )
}

fn confronta(documenti: &[Documento]) {
    let altrui = loro(documenti);
    assert_eq!(altrui.len(), documenti.len());
    for (d, loro) in documenti.iter().zip(&altrui) {
        let nostra = nostra(&d.testo, &d.lista, d.commenti);
        assert_eq!(
            &nostra, loro,
            "PrefixList «{}», commenti {}:\n{}",
            d.lista, d.commenti, d.testo
        );
    }
}

#[test]
fn cinquantamila_documenti_come_libxml2() {
    if !libxml2() {
        return;
    }
    std::thread::scope(|s| {
        for parte in 0..PROCESSI {
            s.spawn(move || {
                let mut g = Generatore::nuovo(20_311_205 + parte as u64);
                let documenti: Vec<_> = (0..DOCUMENTI / PROCESSI).map(|_| g.documento()).collect();
                confronta(&documenti);
            });
        }
    });
}

/// The generator makes what the oracle is meant to see; else agreement would prove little.
#[test]
fn i_documenti_generati_hanno_di_tutto() {
    let mut g = Generatore::nuovo(1);
    let documenti: Vec<_> = (0..2000).map(|_| g.documento()).collect();
    for cosa in [
        "xmlns=\"\"",
        "xmlns=\"urn:",
        "<![CDATA[",
        "<Fuori",
        ":Fuori",
        ":Scelto",
        "&#13;",
        "&#xD;",
        "&#9;",
        "\r\n",
        "xml:lang",
        "𝄞",
        "<𐐀",
        "<?xml-stylesheet",
        "<!--",
        "xmlns:è",
    ] {
        let quanti = documenti.iter().filter(|d| d.testo.contains(cosa)).count();
        assert!(quanti > 20, "{cosa}: {quanti}");
    }
    for cosa in ["#default", "ignoto", "xml", "p"] {
        assert!(
            documenti
                .iter()
                .any(|d| d.lista.split_whitespace().any(|p| p == cosa)),
            "{cosa}"
        );
    }
    // Redeclaration of a prefix below its first declaration, with and without the same name.
    assert!(
        documenti
            .iter()
            .filter(|d| d.testo.matches("xmlns:p=").count() > 1)
            .count()
            > 100
    );
}

/// (where it stands, document, `PrefixList`, comments kept, canonical form).
const W3C: &[(&str, &str, &str, bool, &str)] = &[
    (
        "Exclusive XML Canonicalization 1.0 (18 July 2002) §2.1, the element alone",
        "<n1:Scelto xmlns:n1=\"http://b.example\">\n   content\n</n1:Scelto>",
        "",
        false,
        "<n1:Scelto xmlns:n1=\"http://b.example\">\n   content\n</n1:Scelto>",
    ),
    (
        "Exclusive XML Canonicalization 1.0 §2.1, the same inside a pdu",
        "<n0:pdu xmlns:n0=\"http://a.example\">\n   <n1:Scelto xmlns:n1=\"http://b.example\">\n      content\n   \
         </n1:Scelto>\n</n0:pdu>",
        "",
        false,
        "<n1:Scelto xmlns:n1=\"http://b.example\">\n      content\n   </n1:Scelto>",
    ),
    (
        "Exclusive XML Canonicalization 1.0 §2.2, first context",
        "<n0:local xmlns:n0=\"foo:bar\"\n          xmlns:n3=\"ftp://example.org\">\n   <n1:Scelto \
         xmlns:n1=\"http://example.net\"\n             xml:lang=\"en\">\n       <n3:stuff xmlns:n3=\"ftp://example.org\"/>\n   \
         </n1:Scelto>\n</n0:local>",
        "",
        false,
        "<n1:Scelto xmlns:n1=\"http://example.net\" xml:lang=\"en\">\n       <n3:stuff \
         xmlns:n3=\"ftp://example.org\"></n3:stuff>\n   </n1:Scelto>",
    ),
    (
        "Exclusive XML Canonicalization 1.0 §2.2, second context: the same octets",
        "<n2:pdu xmlns:n1=\"http://example.com\"\n         xmlns:n2=\"http://foo.example\"\n         xml:lang=\"fr\"\n         \
         xml:space=\"preserve\">\n   <n1:Scelto xmlns:n1=\"http://example.net\"\n             xml:lang=\"en\">\n       <n3:stuff \
         xmlns:n3=\"ftp://example.org\"/>\n   </n1:Scelto>\n</n2:pdu>",
        "",
        false,
        "<n1:Scelto xmlns:n1=\"http://example.net\" xml:lang=\"en\">\n       <n3:stuff \
         xmlns:n3=\"ftp://example.org\"></n3:stuff>\n   </n1:Scelto>",
    ),
    (
        "Exclusive XML Canonicalization 1.0 §3, a prefix of the list is rendered where the element starts",
        "<n2:pdu xmlns:n1=\"http://example.com\" xmlns:n2=\"http://foo.example\"><n1:Scelto \
         xmlns:n1=\"http://example.net\"><n3:stuff xmlns:n3=\"ftp://example.org\"/></n1:Scelto></n2:pdu>",
        "n0 n2",
        false,
        "<n1:Scelto xmlns:n1=\"http://example.net\" xmlns:n2=\"http://foo.example\"><n3:stuff \
         xmlns:n3=\"ftp://example.org\"></n3:stuff></n1:Scelto>",
    ),
    (
        "Exclusive XML Canonicalization 1.0 §3, #default in the list",
        "<a xmlns=\"urn:a\"><p:Scelto xmlns:p=\"urn:p\"><p:b xmlns=\"\"/></p:Scelto></a>",
        "#default",
        false,
        "<p:Scelto xmlns=\"urn:a\" xmlns:p=\"urn:p\"><p:b xmlns=\"\"></p:b></p:Scelto>",
    ),
    (
        "Canonical XML 1.0 §3.1, instructions and comments (those inside the element)",
        "<?xml version=\"1.0\"?>\n\n<?xml-stylesheet   href=\"doc.xsl\"\n   type=\"text/xsl\"   ?>\n\n<Scelto>Hello, world!<!-- \
         Comment 1 --></Scelto>\n\n<?pi-without-data     ?>\n\n<!-- Comment 2 -->",
        "",
        false,
        "<Scelto>Hello, world!</Scelto>",
    ),
    (
        "Canonical XML 1.0 §3.1, commented",
        "<?xml version=\"1.0\"?>\n<Scelto>Hello, world!<!-- Comment 1 --><?pi-without-data     ?></Scelto>",
        "",
        true,
        "<Scelto>Hello, world!<!-- Comment 1 --><?pi-without-data?></Scelto>",
    ),
    (
        "Canonical XML 1.0 §3.2, white space in content",
        "<Scelto>\n   <clean>   </clean>\n   <dirty>   A   B   </dirty>\n   <mixed>\n      A\n      <clean>   </clean>\n      B\n      \
         <dirty>   A   B   </dirty>\n      C\n   </mixed>\n</Scelto>",
        "",
        false,
        "<Scelto>\n   <clean>   </clean>\n   <dirty>   A   B   </dirty>\n   <mixed>\n      A\n      <clean>   </clean>\n      B\n      \
         <dirty>   A   B   </dirty>\n      C\n   </mixed>\n</Scelto>",
    ),
    (
        "Canonical XML 1.0 §3.3, start and end tags (without its DTD; exclusive form)",
        "<Scelto>\n   <e1   />\n   <e2   ></e2>\n   <e3   name = \"elem3\"   id=\"elem3\"   />\n   <e4   name=\"elem4\"   \
         id=\"elem4\"   ></e4>\n   <e5 a:attr=\"out\" b:attr=\"sorted\" attr2=\"all\" attr=\"I'm\"\n      \
         xmlns:b=\"http://www.ietf.org\"\n      xmlns:a=\"http://www.w3.org\"\n      xmlns=\"http://example.org\"/>\n   <e6 \
         xmlns=\"\" xmlns:a=\"http://www.w3.org\">\n      <e7 xmlns=\"http://www.ietf.org\">\n         <e8 xmlns=\"\" \
         xmlns:a=\"http://www.w3.org\">\n            <e9 xmlns=\"\" xmlns:a=\"http://www.ietf.org\"/>\n         </e8>\n      \
         </e7>\n   </e6>\n</Scelto>",
        "",
        false,
        "<Scelto>\n   <e1></e1>\n   <e2></e2>\n   <e3 id=\"elem3\" name=\"elem3\"></e3>\n   <e4 id=\"elem4\" \
         name=\"elem4\"></e4>\n   <e5 xmlns=\"http://example.org\" xmlns:a=\"http://www.w3.org\" \
         xmlns:b=\"http://www.ietf.org\" attr=\"I'm\" attr2=\"all\" b:attr=\"sorted\" a:attr=\"out\"></e5>\n   \
         <e6>\n      <e7 xmlns=\"http://www.ietf.org\">\n         <e8 xmlns=\"\">\n            <e9></e9>\n         \
         </e8>\n      </e7>\n   </e6>\n</Scelto>",
    ),
    (
        "Canonical XML 1.0 §3.4, character modifications and references (without its DTD)",
        "<Scelto>\n   <text>First line&#x0d;&#10;Second line</text>\n   <value>&#x32;</value>\n   \
         <compute><![CDATA[value>\"0\" && value<\"10\" ?\"valid\":\"error\"]]></compute>\n   <compute \
         expr='value>\"0\" &amp;&amp; value&lt;\"10\" ?\"valid\":\"error\"'>valid</compute>\n   <norm attr=' &apos;   \
         &#x20;&#13;&#xa;&#9;   &apos; '/>\n</Scelto>",
        "",
        false,
        "<Scelto>\n   <text>First line&#xD;\nSecond line</text>\n   <value>2</value>\n   <compute>value&gt;\"0\" &amp;&amp; \
         value&lt;\"10\" ?\"valid\":\"error\"</compute>\n   <compute expr=\"value>&quot;0&quot; &amp;&amp; \
         value&lt;&quot;10&quot; ?&quot;valid&quot;:&quot;error&quot;\">valid</compute>\n   <norm attr=\" '    \
         &#xD;&#xA;&#x9;   ' \"></norm>\n</Scelto>",
    ),
];

#[test]
fn gli_esempi_del_w3c() {
    for (dove, documento, lista, commenti, canonica) in W3C {
        assert_eq!(nostra(documento, lista, *commenti), *canonica, "{dove}");
    }
    // Canonical XML 1.0 §3.6: another encoding, the same octets in UTF-8.
    let latino = b"<?xml version=\"1.0\" encoding=\"ISO-8859-1\"?>\n<Scelto>\xA9</Scelto>";
    let testo = decodifica(latino, None).expect("ISO-8859-1");
    assert_eq!(nostra(&testo, "", false).as_bytes(), b"<Scelto>\xC2\xA9</Scelto>");
    if libxml2() {
        // The expectations themselves, so that none is only our reading of the page.
        let documenti: Vec<_> = W3C
            .iter()
            .map(|(_, documento, lista, commenti, _)| Documento {
                testo: (*documento).to_owned(),
                lista: (*lista).to_owned(),
                commenti: *commenti,
            })
            .collect();
        let attese: Vec<_> = W3C.iter().map(|(.., canonica)| (*canonica).to_owned()).collect();
        assert_eq!(loro(&documenti), attese);
    }
}

/// Where libxml2 is no judge: it writes an ampersand inside a namespace name as it is; the recommendation escapes it
/// like any attribute value.
#[test]
fn la_e_commerciale_in_un_namespace_e_protetta() {
    assert_eq!(
        nostra("<Scelto xmlns=\"urn:a?b=1&amp;c=2\"/>", "", false),
        "<Scelto xmlns=\"urn:a?b=1&amp;c=2\"></Scelto>"
    );
}
