//! Method and path → action, out of a table.
//!
//! A path pattern is written as people read it (`/api/forniture/{id}`); a name in braces stands for one segment.
//! Segments are percent-decoded after the split, so that an encoded slash can never move a border. The first row
//! that fits wins: literal rows stand before rows with names.

use http::Method;

/// A row of a table of routes.
pub(crate) trait Riga {
    /// Method the row answers to (GET answers HEAD too).
    fn metodo(&self) -> &Method;
    /// The path pattern.
    fn percorso(&self) -> &'static str;
}

/// A row of pages: method, pattern, what to do.
#[derive(Debug)]
pub(crate) struct Rotta<A> {
    /// Method of the row.
    pub(crate) metodo: Method,
    /// Path pattern.
    pub(crate) percorso: &'static str,
    /// What answers.
    pub(crate) azione: A,
}

impl<A> Riga for Rotta<A> {
    fn metodo(&self) -> &Method {
        &self.metodo
    }
    fn percorso(&self) -> &'static str {
        self.percorso
    }
}

/// The values of the segments named in the pattern.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Parametri(Vec<(&'static str, String)>);

impl Parametri {
    /// Value of a named segment; empty when the pattern has no such name.
    pub(crate) fn prendi(&self, nome: &str) -> &str {
        self.0.iter().find(|(n, _)| *n == nome).map_or("", |(_, v)| v)
    }
}

/// What the table says about a request.
#[derive(Debug)]
pub(crate) enum Trovata<'t, R> {
    /// This row, with the values of its names.
    Si(&'t R, Parametri),
    /// The path exists, the method does not: the methods that do, for the `Allow` header.
    AltroMetodo(Vec<Method>),
    /// No such path.
    No,
}

/// Looks a request up.
pub(crate) fn cerca<'t, R: Riga>(tabella: &'t [R], metodo: &Method, percorso: &str) -> Trovata<'t, R> {
    let Some(segmenti) = segmenti(percorso) else {
        return Trovata::No;
    };
    let chiesto = if metodo == Method::HEAD {
        &Method::GET
    } else {
        metodo
    };
    let mut ammessi = Vec::new();
    for riga in tabella {
        let Some(parametri) = confronta(riga.percorso(), &segmenti) else {
            continue;
        };
        if riga.metodo() == chiesto {
            return Trovata::Si(riga, parametri);
        }
        if !ammessi.contains(riga.metodo()) {
            ammessi.push(riga.metodo().clone());
        }
    }
    if ammessi.is_empty() {
        Trovata::No
    } else {
        Trovata::AltroMetodo(ammessi)
    }
}

fn confronta(modello: &'static str, segmenti: &[String]) -> Option<Parametri> {
    let mut parametri = Parametri::default();
    let mut attesi = modello.split('/').filter(|s| !s.is_empty());
    let mut dati = segmenti.iter();
    loop {
        match (attesi.next(), dati.next()) {
            (None, None) => return Some(parametri),
            (Some(atteso), Some(dato)) => match atteso.strip_prefix('{').and_then(|n| n.strip_suffix('}')) {
                Some(nome) => parametri.0.push((nome, dato.clone())),
                None if atteso == dato => {}
                None => return None,
            },
            _ => return None,
        }
    }
}

/// Decoded segments of a path; one trailing slash is forgiven, an empty segment or bad UTF-8 is no path of ours.
fn segmenti(percorso: &str) -> Option<Vec<String>> {
    let dentro = percorso.strip_prefix('/')?;
    let dentro = dentro.strip_suffix('/').unwrap_or(dentro);
    if dentro.is_empty() {
        return Some(Vec::new());
    }
    dentro
        .split('/')
        .map(|s| {
            if s.is_empty() {
                None
            } else {
                crate::modulo::decodifica(s, false)
            }
        })
        .collect()
}

#[cfg(test)]
mod prove {
    use super::*;

    fn tabella() -> Vec<Rotta<u8>> {
        vec![
            Rotta {
                metodo: Method::GET,
                percorso: "/",
                azione: 0,
            },
            Rotta {
                metodo: Method::GET,
                percorso: "/pec/{id}",
                azione: 1,
            },
            Rotta {
                metodo: Method::DELETE,
                percorso: "/pec/{id}",
                azione: 2,
            },
            Rotta {
                metodo: Method::GET,
                percorso: "/pec/{id}/{nome}",
                azione: 3,
            },
        ]
    }

    #[test]
    fn names_take_one_segment_and_an_encoded_slash_stays_inside_it() {
        let t = tabella();
        for (percorso, atteso) in [
            ("/", Some((0, ""))),
            ("/pec/7", Some((1, "7"))),
            ("/pec/7/", Some((1, "7"))),
            ("/pec/a%2Fb", Some((1, "a/b"))),
            ("/pec/..%2f..%2fx", Some((1, "../../x"))),
            ("/pec/7/x", Some((3, "7"))),
            ("/pec//x", None),
            ("/pec/%ff", None),
            ("/pec/%zz", None),
            ("/altro", None),
        ] {
            let visto = match cerca(&t, &Method::GET, percorso) {
                Trovata::Si(r, p) => Some((r.azione, p.prendi("id").to_owned())),
                _ => None,
            };
            assert_eq!(visto, atteso.map(|(a, p)| (a, p.to_owned())), "{percorso}");
        }
    }

    #[test]
    fn a_wrong_method_names_the_right_ones() {
        let t = tabella();
        assert!(
            matches!(cerca(&t, &Method::PUT, "/pec/1"), Trovata::AltroMetodo(m) if m == [Method::GET, Method::DELETE])
        );
        assert!(matches!(cerca(&t, &Method::HEAD, "/pec/1"), Trovata::Si(r, _) if r.azione == 1));
    }
}
