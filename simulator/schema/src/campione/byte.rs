//! Mutations of the bytes, most of which make the document ill-formed.

use super::Campione;

/// Pieces of syntax and of non-syntax.
const FRAMMENTI: [&[u8]; 62] = [
    b"<",
    b">",
    b"&",
    b"\"",
    b"'",
    b"/",
    b"=",
    b" ",
    b"\0",
    b"\x01",
    b"\x7F",
    b"\xFF",
    b"\xC3",
    b"\xC3\xA8",
    b"\xED\xA0\x80",
    b"\xEF\xBF\xBE",
    b"\xEF\xBF\xBF",
    b"\xEF\xBB\xBF",
    b"\xC0\xAF",
    b"\xF4\x90\x80\x80",
    b"]]>",
    b"<!--",
    b"-->",
    b"<!-- x -->",
    b"<!-- x -- y -->",
    b"<!-- x --->",
    b"<![CDATA[",
    b"<![CDATA[ ]]>",
    b"<![CDATA[x]]>",
    b"&amp;",
    b"&lt;",
    b"&nbsp;",
    b"&#65;",
    b"&#x41;",
    b"&#0;",
    b"&#xFFFE;",
    b"&#xD800;",
    b"&#x110000;",
    b"&#;",
    b"&;",
    b"& ",
    b"&#x20;",
    b"<?x y?>",
    b"<?x",
    b"<?xml version=\"1.0\"?>",
    b"<?XML?>",
    b"<? x?>",
    b"<x/>",
    b"<x>",
    b"</x>",
    b"<x a=\"1\" a=\"2\"/>",
    b"<x a='<'/>",
    b"<x a=1/>",
    b"<x a=\"1\"b=\"2\"/>",
    b"<:a/>",
    b"<a:b:c/>",
    b"<1/>",
    b"\r",
    b"\r\n",
    b"<!DOCTYPE x>",
    b"<x xmlns:a=\"\"/>",
    b"<!x>",
];

impl Campione {
    /// Changes some bytes.
    pub fn muta_byte(&mut self, documento: &mut Vec<u8>) {
        for _ in 0..=self.meno_di(2) {
            let posto = self.meno_di(documento.len() + 1);
            // Half of the changes next to markup, where most of the rules are.
            let posto = if self.lancio() {
                posto
                    + documento[posto..]
                        .iter()
                        .position(|b| matches!(b, b'<' | b'>' | b'&' | b'"' | b'?'))
                        .unwrap_or(0)
                    + self.meno_di(2)
            } else {
                posto
            };
            let posto = posto.min(documento.len());
            let fino = (posto + 1 + self.meno_di(3)).min(documento.len());
            match self.meno_di(8) {
                0 => drop(documento.drain(posto..fino)),
                1..=4 => {
                    let frammento = FRAMMENTI[self.meno_di(FRAMMENTI.len())];
                    documento.splice(posto..posto, frammento.iter().copied());
                }
                5 => {
                    if let Some(b) = documento.get_mut(posto) {
                        *b ^= 1 << self.meno_di(8);
                    }
                }
                6 => {
                    let copia = documento[posto..fino].to_vec();
                    documento.splice(posto..posto, copia);
                }
                _ if self.meno_di(4) == 0 => documento.truncate(posto),
                _ => {
                    let altro = self.meno_di(documento.len());
                    if posto < documento.len() && altro < documento.len() {
                        documento.swap(posto, altro);
                    }
                }
            }
        }
    }
}
