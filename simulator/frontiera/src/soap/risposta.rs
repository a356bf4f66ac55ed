//! The envelope of a reply: only a Body, no header and no signature (spec security §7).

use super::VersioneSoap;

/// Wraps the payload (an element without XML declaration, self-contained as to namespaces) in an envelope.
pub fn busta_risposta(v: VersioneSoap, corpo_xml: &str) -> String {
    let ns = v.ns();
    format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<soapenv:Envelope xmlns:soapenv=\"{ns}\"><soapenv:Body>{corpo_xml}\
         </soapenv:Body></soapenv:Envelope>"
    )
}
