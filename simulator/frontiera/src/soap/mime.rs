//! Media types: `text/xml; charset="utf-8"` → name and parameters. Total on any text.

/// A media type, names in lower case.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct TipoMime {
    pub(crate) nome: String,
    parametri: Vec<(String, String)>,
}

impl TipoMime {
    pub(crate) fn leggi(testo: &str) -> Self {
        let mut pezzi = pezzi(testo).into_iter();
        let nome = pezzi.next().unwrap_or_default().trim().to_ascii_lowercase();
        let parametri = pezzi
            .filter_map(|p| {
                let (n, v) = p.split_once('=')?;
                Some((n.trim().to_ascii_lowercase(), senza_virgolette(v.trim())))
            })
            .collect();
        Self { nome, parametri }
    }

    pub(crate) fn parametro(&self, nome: &str) -> Option<&str> {
        self.parametri
            .iter()
            .find(|(n, _)| n == nome)
            .map(|(_, v)| v.as_str())
    }
}

/// Cuts at semicolons outside quotes.
fn pezzi(testo: &str) -> Vec<&str> {
    let (mut fra_virgolette, mut protetto, mut da) = (false, false, 0);
    let mut pezzi = Vec::new();
    for (i, c) in testo.char_indices() {
        match c {
            _ if protetto => protetto = false,
            '\\' if fra_virgolette => protetto = true,
            '"' => fra_virgolette = !fra_virgolette,
            ';' if !fra_virgolette => {
                pezzi.push(&testo[da..i]);
                da = i + 1;
            }
            _ => {}
        }
    }
    pezzi.push(&testo[da..]);
    pezzi
}

fn senza_virgolette(v: &str) -> String {
    let Some(dentro) = v.strip_prefix('"').map(|v| v.strip_suffix('"').unwrap_or(v)) else {
        return v.to_owned();
    };
    let mut fuori = String::with_capacity(dentro.len());
    let mut segni = dentro.chars();
    while let Some(c) = segni.next() {
        fuori.extend(if c == '\\' { segni.next() } else { Some(c) });
    }
    fuori
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quotes_case_and_odd_ends() {
        let t = TipoMime::leggi(
            "Multipart/Related; BOUNDARY=\"a;b\\\"c\" ; type=application/xop+xml;start=\"<r@x>",
        );
        assert_eq!(t.nome, "multipart/related");
        assert_eq!(t.parametro("boundary"), Some("a;b\"c"));
        assert_eq!(t.parametro("type"), Some("application/xop+xml"));
        assert_eq!(t.parametro("start"), Some("<r@x>"));
        assert_eq!(t.parametro("charset"), None);
        assert_eq!(TipoMime::leggi("").nome, "");
        assert_eq!(TipoMime::leggi("text/xml;;=;x").nome, "text/xml");
    }
}
