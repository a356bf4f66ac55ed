//! A field a WARNING may speak of: the text as sent beside what we could make of it.

use crate::Difetto;

/// One element as the Comune sent it, and its reading. A WARNING never blocks, so both live on: the text is
/// quoted and stored as sent, the reading is compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Campo<'a, T> {
    /// The text, untouched.
    pub inviato: &'a str,
    /// The value, or why there is none.
    pub letto: Result<T, Difetto>,
}

impl<'a, T> Campo<'a, T> {
    /// Reads `inviato` with `leggi` and keeps both.
    pub fn nuovo(inviato: &'a str, leggi: impl FnOnce(&'a str) -> Result<T, Difetto>) -> Self {
        Self {
            inviato,
            letto: leggi(inviato),
        }
    }

    /// The reading, if there is one.
    pub fn valore(&self) -> Option<&T> {
        self.letto.as_ref().ok()
    }
}

impl<'a> Campo<'a, crate::Data> {
    /// A date field ([`crate::leggi_data`]): [`Difetto::Vuoto`] when nothing was sent, otherwise
    /// [`Difetto::DataInesistente`] when the text is not a date.
    pub fn data(inviato: &'a str) -> Self {
        let letto = match crate::leggi_data(inviato) {
            Some(data) => Ok(data),
            None if inviato.is_empty() => Err(Difetto::Vuoto),
            None => Err(Difetto::DataInesistente),
        };
        Self { inviato, letto }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::CodiceIstat;

    #[test]
    fn il_testo_resta_accanto_alla_lettura() {
        let campo = Campo::nuovo("05809", CodiceIstat::parse);
        assert_eq!(
            (campo.inviato, campo.letto),
            ("05809", Err(Difetto::Lunghezza(5)))
        );
        assert_eq!(campo.valore(), None);
        assert_eq!(Campo::data("").letto, Err(Difetto::Vuoto));
        assert_eq!(Campo::data("1970-02-30").letto, Err(Difetto::DataInesistente));
        assert!(Campo::data("1970-02-28").letto.is_ok());
    }
}
