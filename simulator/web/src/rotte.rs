//! Method and path → what answers, out of a table.
//!
//! A path pattern is written as people read it (`/api/forniture/{id}`); a name in braces stands for one segment.
//! Segments are percent-decoded after the split, so that an encoded slash can never move a border. The first row
//! that fits wins: literal rows stand before rows with names.
//!
//! A row of pages also names its handler and who may ask for it, and the kind of the handler says what must be true
//! before it runs: nobody inside, somebody inside, a form with the token of his session, an upload. What must stay
//! true: a [`Interna::Modulo`] is never called without the token, and no row with roles without one of them. The
//! control API has rows of its own (`api::rotte`): they are also its description.

use std::pin::Pin;

use http::{Method, request::Parts};
use servizi::{
    Esito,
    http::{Corpo, Risposta},
};

use crate::{
    ambiente::{campi, csrf_mancante},
    modulo::Campi,
    sicurezza,
};

/// A row of a table of routes.
pub(crate) trait Riga {
    /// Method the row answers to (GET answers HEAD too).
    fn metodo(&self) -> &Method;
    /// The path pattern.
    fn percorso(&self) -> &'static str;
}

/// What a handler is on the way to.
pub(crate) type Promessa<'a> = Pin<Box<dyn Future<Output = Esito<Risposta>> + Send + 'a>>;

/// A set of pages: what its handlers are given.
pub(crate) trait Sala {
    /// A request of nobody yet.
    type Soglia<'a>: 'a;
    /// A request of somebody inside.
    type Dentro<'a>: 'a;
}

/// What answers.
pub(crate) enum Risponde<S: Sala> {
    /// Before any login.
    Aperta(for<'a> fn(&'a S::Soglia<'a>, Corpo) -> Promessa<'a>),
    /// After it.
    Interna(Interna<S>),
}

/// What answers somebody inside.
pub(crate) enum Interna<S: Sala> {
    /// A page.
    Vista(for<'a> fn(&'a S::Dentro<'a>) -> Promessa<'a>),
    /// A form: it carries the token of the session.
    Modulo(for<'a> fn(&'a S::Dentro<'a>, Campi) -> Promessa<'a>),
    /// A form with a file, read as it comes: the handler checks the token, which stands before the file.
    Caricamento(for<'a> fn(&'a S::Dentro<'a>, &'a Parts, Corpo) -> Promessa<'a>),
}

/// A row of pages.
pub(crate) struct Rotta<S: Sala> {
    metodo: &'static Method,
    percorso: &'static str,
    /// Roles of which one is needed; none for whoever is in.
    pub(crate) ruoli: &'static [&'static str],
    /// What answers.
    pub(crate) risponde: Risponde<S>,
}

impl<S: Sala> Riga for Rotta<S> {
    fn metodo(&self) -> &Method {
        self.metodo
    }
    fn percorso(&self) -> &'static str {
        self.percorso
    }
}

static GET: Method = Method::GET;
static POST: Method = Method::POST;

/// A row that is read.
pub(crate) const fn get<S: Sala>(percorso: &'static str, risponde: Risponde<S>) -> Rotta<S> {
    Rotta {
        metodo: &GET,
        percorso,
        ruoli: &[],
        risponde,
    }
}

/// A row that is sent to.
pub(crate) const fn post<S: Sala>(percorso: &'static str, risponde: Risponde<S>) -> Rotta<S> {
    Rotta {
        metodo: &POST,
        percorso,
        ruoli: &[],
        risponde,
    }
}

impl<S: Sala> Rotta<S> {
    /// The row for who has one of these roles only.
    pub(crate) const fn per(self, ruoli: &'static [&'static str]) -> Self {
        Self { ruoli, ..self }
    }
}

/// `vista!(handler)`, or `vista!(|d| expression)`: a page.
macro_rules! vista {
    (|$d:ident| $e:expr) => {
        $crate::rotte::Risponde::Interna($crate::rotte::Interna::Vista(|$d| Box::pin(async move { $e })))
    };
    ($f:path) => {
        $crate::rotte::Risponde::Interna($crate::rotte::Interna::Vista(|d| Box::pin($f(d))))
    };
}

/// `invio!(handler)`, or `invio!(|d, campi| expression)`: a form.
macro_rules! invio {
    (|$d:ident, $campi:pat_param| $e:expr) => {
        $crate::rotte::Risponde::Interna($crate::rotte::Interna::Modulo(|$d, $campi| {
            Box::pin(async move { $e })
        }))
    };
    ($f:path) => {
        $crate::rotte::Risponde::Interna($crate::rotte::Interna::Modulo(|d, campi| {
            Box::pin(async move { $f(d, &campi).await })
        }))
    };
}

/// `caricamento!(handler)`: a form with a file.
macro_rules! caricamento {
    ($f:path) => {
        $crate::rotte::Risponde::Interna($crate::rotte::Interna::Caricamento(|d, parti, corpo| {
            Box::pin($f(d, parti, corpo))
        }))
    };
}

/// `aperta!(|s, corpo| reply)`: what needs no login.
macro_rules! aperta {
    (|$s:ident, $corpo:pat_param| $e:expr) => {
        $crate::rotte::Risponde::Aperta(|$s, $corpo| Box::pin(async move { Ok($e) }))
    };
}

pub(crate) use {aperta, caricamento, invio, vista};

/// Runs a handler for somebody inside. `csrf` is the token of his session; none where the door alone decides.
pub(crate) async fn serve<'a, S: Sala>(
    interna: &Interna<S>,
    dentro: &'a S::Dentro<'a>,
    csrf: Option<&str>,
    parti: &'a Parts,
    corpo: Corpo,
) -> Esito<Risposta> {
    match interna {
        Interna::Vista(f) => f(dentro).await,
        Interna::Modulo(f) => {
            let campi = campi(corpo).await?;
            let dato = campi.valore("csrf").unwrap_or_default();
            if csrf.is_some_and(|atteso| !sicurezza::uguali(dato, atteso)) {
                return Err(csrf_mancante());
            }
            f(dentro, campi).await
        }
        Interna::Caricamento(f) => f(dentro, parti, corpo).await,
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

/// The page a form that was sent to an address is on: that address, or the nearest one above it that is a page. None for
/// what is no form, and for the very first page, where every error leads anyway.
pub(crate) fn pagina_del_modulo<R: Riga>(tabella: &[R], parti: &Parts) -> Option<String> {
    if parti.method != Method::POST {
        return None;
    }
    let mut qui = parti.uri.path();
    loop {
        if qui.len() <= 1 {
            return None;
        }
        if let Trovata::Si(..) = cerca(tabella, &Method::GET, qui) {
            return Some(qui.to_owned());
        }
        qui = &qui[..qui.rfind('/')?];
    }
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

    struct Prova(Method, &'static str, u8);

    impl Riga for Prova {
        fn metodo(&self) -> &Method {
            &self.0
        }
        fn percorso(&self) -> &'static str {
            self.1
        }
    }

    fn tabella() -> [Prova; 4] {
        [
            Prova(Method::GET, "/", 0),
            Prova(Method::GET, "/pec/{id}", 1),
            Prova(Method::DELETE, "/pec/{id}", 2),
            Prova(Method::GET, "/pec/{id}/{nome}", 3),
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
                Trovata::Si(r, p) => Some((r.2, p.prendi("id").to_owned())),
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
        assert!(matches!(cerca(&t, &Method::HEAD, "/pec/1"), Trovata::Si(r, _) if r.2 == 1));
    }
}
