//! The errors of a form: a summary at the top with a way to each field, and each beside its field.
//!
//! What must stay true: a field in error says so to who does not see it (`aria-invalid`, and a description that is the
//! error before the note), and every entry of the summary leads to a field that is on the page under that id.

use askama::Template;
use http::StatusCode;
use servizi::percorso::{ErroreCampo, di_sole_regole};

/// What is wrong with a form, field by field.
#[derive(Debug, Clone, Default)]
pub(crate) struct Errori(Vec<ErroreCampo>);

impl From<Vec<ErroreCampo>> for Errori {
    fn from(errori: Vec<ErroreCampo>) -> Self {
        Self(errori)
    }
}

impl<'e> IntoIterator for &'e Errori {
    type Item = &'e ErroreCampo;
    type IntoIter = std::slice::Iter<'e, ErroreCampo>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.iter()
    }
}

/// The sentence under a field.
#[derive(Template)]
#[template(path = "comuni/errore_campo.html")]
struct Sotto<'e> {
    campo: &'e str,
    testi: Vec<&'e str>,
}

impl Errori {
    /// One error of one field.
    pub(crate) fn uno(campo: &'static str, testo: impl Into<String>) -> Self {
        Self(vec![ErroreCampo::nuovo(campo, testo)])
    }

    /// Nothing is wrong.
    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Status of the page that shows the form.
    pub(crate) fn stato(&self) -> StatusCode {
        if self.is_empty() {
            StatusCode::OK
        } else {
            StatusCode::BAD_REQUEST
        }
    }

    fn testi(&self, campo: &str) -> Vec<&str> {
        let suoi = self.0.iter().filter(|e| e.campo == campo);
        suoi.map(|e| e.testo.as_str()).collect()
    }

    /// The attributes of a field that tell its state and what describes it; `nota` is the id of its note, or nothing. Of
    /// ids alone, so that it needs no escaping.
    pub(crate) fn attributi(&self, campo: &str, nota: &str) -> String {
        match (self.testi(campo).is_empty(), nota) {
            (true, "") => String::new(),
            (true, nota) => format!(" aria-describedby=\"{nota}\""),
            (false, "") => format!(" aria-invalid=\"true\" aria-describedby=\"e-{campo}\""),
            (false, nota) => format!(" aria-invalid=\"true\" aria-describedby=\"e-{campo} {nota}\""),
        }
    }

    /// The same for a group of fields, which is never itself invalid.
    pub(crate) fn descrizione(&self, campo: &str) -> String {
        if self.testi(campo).is_empty() {
            String::new()
        } else {
            format!(" aria-describedby=\"e-{campo}\"")
        }
    }

    /// The sentences of a field, as markup; nothing when it is right.
    pub(crate) fn sotto(&self, campo: &str) -> String {
        let testi = self.testi(campo);
        if testi.is_empty() {
            return String::new();
        }
        // Rendering writes to a String: it cannot fail.
        Sotto { campo, testi }.render().unwrap_or_default()
    }
}

/// Status of the page that shows these errors: that of the rules, when rules alone refuse.
pub(crate) fn stato_dei_campi(errori: &[ErroreCampo]) -> StatusCode {
    di_sole_regole(errori)
        .and_then(|r| StatusCode::from_u16(r.http).ok())
        .unwrap_or(StatusCode::BAD_REQUEST)
}

/// The kind of a field for a day: a browser empties a `date` whose value is no day, and what was written must stay.
pub(crate) fn tipo_data(scritta: &str) -> &'static str {
    if scritta.is_empty() || (scritta.len() == 10 && anagrafe::leggi_data(scritta).is_some()) {
        "date"
    } else {
        "text"
    }
}

#[cfg(test)]
mod prove {
    use super::*;

    #[test]
    fn a_wrong_field_is_described_by_its_error_and_then_by_its_note() {
        let e = Errori::uno("iban", "Non è <valido>.");
        assert_eq!(
            e.attributi("iban", "n-iban"),
            " aria-invalid=\"true\" aria-describedby=\"e-iban n-iban\""
        );
        assert_eq!(
            e.attributi("iban", ""),
            " aria-invalid=\"true\" aria-describedby=\"e-iban\""
        );
        assert_eq!(e.attributi("altro", "n-altro"), " aria-describedby=\"n-altro\"");
        assert_eq!(e.attributi("altro", ""), "");
        assert_eq!(
            e.sotto("iban").trim(),
            "<p class=\"errore\" id=\"e-iban\">Non è &#60;valido&#62;.</p>"
        );
        assert_eq!(e.sotto("altro"), "");
        assert_eq!(
            (e.stato(), Errori::default().stato()),
            (StatusCode::BAD_REQUEST, StatusCode::OK)
        );
    }

    #[test]
    fn what_is_no_day_stays_to_be_read() {
        for (scritta, tipo) in [
            ("", "date"),
            ("2021-03-15", "date"),
            ("15/03/2021", "text"),
            ("2021-02-30", "text"),
            ("domani", "text"),
        ] {
            assert_eq!(tipo_data(scritta), tipo, "{scritta}");
        }
    }
}
