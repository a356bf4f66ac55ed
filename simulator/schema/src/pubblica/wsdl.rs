//! WSDL 1.1 of a service: names and roots become a contract, document/literal, SOAP 1.1, empty action.

use super::scrittura::{Attributo, Scrittura, XS_URI};

const WSDL: &str = "http://schemas.xmlsoap.org/wsdl/";
const SOAP: &str = "http://schemas.xmlsoap.org/wsdl/soap/";
const HTTP: &str = "http://schemas.xmlsoap.org/soap/http";
/// Name of the only part of a message; it never shows on the wire.
const PARTE: &str = "corpo";

/// An operation: a request root answered by a reply root, both of the contract's message namespace.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Operazione {
    /// Name in the port type.
    pub nome: &'static str,
    /// Root of the request; the message has its name.
    pub richiesta: &'static str,
    /// Root of the reply; the message has its name.
    pub risposta: &'static str,
}

/// The names of a service's WSDL.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Contratto {
    /// Target namespace of the WSDL.
    pub spazio: &'static str,
    /// Port type.
    pub tipo_di_porta: &'static str,
    /// Service.
    pub servizio: &'static str,
    /// Port of the service.
    pub porta: &'static str,
    /// Namespace of the roots of all messages.
    pub messaggi: &'static str,
    /// Operations, in their order.
    pub operazioni: &'static [Operazione],
}

/// The contract as a document: `indirizzo` is where the service answers, `schema` where the XSD of its messages is.
pub fn wsdl(c: &Contratto, indirizzo: &str, schema: &str) -> String {
    let legame = format!("{}Binding", c.servizio);
    let mut s = Scrittura::nuova("");
    let radice = [
        ("xmlns:wsdl", WSDL),
        ("xmlns:soap", SOAP),
        ("xmlns:xs", XS_URI),
        ("xmlns:questo", c.spazio),
        ("xmlns:msg", c.messaggi),
        ("name", c.servizio),
        ("targetNamespace", c.spazio),
    ];
    s.con("wsdl:definitions", &radice, |s| {
        s.con("wsdl:types", &[], |s| {
            s.con("xs:schema", &[], |s| {
                s.vuoto(
                    "xs:import",
                    &[("namespace", c.messaggi), ("schemaLocation", schema)],
                );
            });
        });
        for o in c.operazioni {
            for radice in [o.richiesta, o.risposta] {
                s.con("wsdl:message", &[("name", radice)], |s| {
                    s.vuoto(
                        "wsdl:part",
                        &[("name", PARTE), ("element", &format!("msg:{radice}"))],
                    );
                });
            }
        }
        s.con("wsdl:portType", &[("name", c.tipo_di_porta)], |s| {
            for o in c.operazioni {
                s.con("wsdl:operation", &[("name", o.nome)], |s| {
                    s.vuoto("wsdl:input", &[("message", &format!("questo:{}", o.richiesta))]);
                    s.vuoto("wsdl:output", &[("message", &format!("questo:{}", o.risposta))]);
                });
            }
        });
        let tipo = format!("questo:{}", c.tipo_di_porta);
        s.con("wsdl:binding", &[("name", &legame), ("type", &tipo)], |s| {
            s.vuoto("soap:binding", &[("style", "document"), ("transport", HTTP)]);
            for o in c.operazioni {
                s.con("wsdl:operation", &[("name", o.nome)], |s| {
                    s.vuoto("soap:operation", &[("soapAction", ""), ("style", "document")]);
                    for verso in ["wsdl:input", "wsdl:output"] {
                        s.con(verso, &[], |s| s.vuoto("soap:body", LETTERALE));
                    }
                });
            }
        });
        s.con("wsdl:service", &[("name", c.servizio)], |s| {
            let legame = format!("questo:{legame}");
            s.con("wsdl:port", &[("name", c.porta), ("binding", &legame)], |s| {
                s.vuoto("soap:address", &[("location", indirizzo)]);
            });
        });
    });
    s.fine()
}

const LETTERALE: &[Attributo<'static>] = &[("use", "literal")];
