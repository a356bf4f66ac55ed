//! Names and codici fiscali → dots, wherever a finding quotes them.
//!
//! The field says what its value is; a codice fiscale is also known by its shape, in any text. Ids of schede stay: they
//! are how the Comune finds the record again, unless they are a codice fiscale themselves.

use crate::anomalie::LIMITE_TESTO;
use crate::tipi::Rilievo;

/// What stands in place of a name or of a codice fiscale.
pub const OSCURATO: &str = "•••";
/// Length of a codice fiscale of a person.
const LUNGHEZZA_CF: usize = 16;
/// Length of a provisional one, digits only.
const LUNGHEZZA_CF_NUMERICO: usize = 11;
/// Shortest piece of a value that is recognised at the end of a sentence that was cut.
const CODA_MINIMA: usize = 2;
/// How the reader quotes a value and names its element.
const VALORE: &str = "il valore «";
const DI: &str = "» di «";

/// Masks one finding.
pub fn oscura(rilievo: &mut Rilievo) {
    if let Some(valore) = rilievo.valore.as_mut() {
        if rilievo.campo.as_deref().is_some_and(personale) {
            rilievo.testo = senza_valore(&rilievo.testo, valore.trim());
            OSCURATO.clone_into(valore);
        } else {
            *valore = senza_codici(valore);
        }
    }
    if let Some(codice) = rilievo.codice_ae.as_mut() {
        OSCURATO.clone_into(codice);
    }
    rilievo.testo = senza_codici(&senza_citazione(&rilievo.testo));
    rilievo.scheda = senza_codici(&rilievo.scheda);
}

/// Whether a field holds a name or a codice fiscale of a person.
fn personale(campo: &str) -> bool {
    const DI_COSE: [&str; 10] = [
        "Applicativo",
        "Categoria",
        "Cittadinanza",
        "Classificazione",
        "Comune",
        "Consolato",
        "Ente",
        "File",
        "Localita",
        "Stato",
    ];
    let minuscolo = campo.to_ascii_lowercase();
    // `senzaCognome` is a flag, a `nomeComune` is no person.
    if minuscolo.starts_with("senza") || minuscolo.starts_with("stato") || minuscolo.starts_with("tipo") {
        return false;
    }
    if minuscolo.contains("cognome") || minuscolo.contains("fiscale") {
        return true;
    }
    campo
        .strip_prefix("nome")
        .is_some_and(|resto| DI_COSE.iter().all(|cosa| !resto.starts_with(cosa)))
}

/// The sentence without a value, whole or cut by its end.
fn senza_valore(testo: &str, valore: &str) -> String {
    if valore.is_empty() {
        return testo.to_owned();
    }
    let mut fuori = testo.replace(valore, OSCURATO);
    if testo.chars().count() >= LIMITE_TESTO {
        let tagli: Vec<usize> = valore.char_indices().map(|(i, _)| i).skip(CODA_MINIMA).collect();
        for taglio in tagli.into_iter().rev() {
            if let Some(prima) = fuori.strip_suffix(&valore[..taglio]) {
                fuori = format!("{prima}{OSCURATO}");
                break;
            }
        }
    }
    fuori
}

/// What the reader quotes of a personal element; a sentence cut before the name of the element hides it too.
fn senza_citazione(testo: &str) -> String {
    let Some((prima, resto)) = testo.split_once(VALORE) else {
        return testo.to_owned();
    };
    let Some((_, dopo)) = resto.rsplit_once(DI) else {
        return format!("{prima}{VALORE}{OSCURATO}»");
    };
    let elemento = dopo.split('»').next().unwrap_or_default();
    if personale(elemento) {
        format!("{prima}{VALORE}{OSCURATO}{DI}{dopo}")
    } else {
        testo.to_owned()
    }
}

/// A text without anything that has the shape of a codice fiscale.
fn senza_codici(testo: &str) -> String {
    let byte = testo.as_bytes();
    let mut fuori = String::with_capacity(testo.len());
    let mut fatto = 0;
    let mut i = 0;
    while i < byte.len() {
        if !byte[i].is_ascii_alphanumeric() {
            i += 1;
            continue;
        }
        let fine = byte[i..]
            .iter()
            .position(|b| !b.is_ascii_alphanumeric())
            .map_or(byte.len(), |n| i + n);
        let parola = &byte[i..fine];
        let numerico = parola.len() == LUNGHEZZA_CF_NUMERICO && parola.iter().all(u8::is_ascii_digit);
        if numerico || parola.windows(LUNGHEZZA_CF).any(forma_di_codice) {
            fuori.push_str(&testo[fatto..i]);
            fuori.push_str(OSCURATO);
            fatto = fine;
        }
        i = fine;
    }
    fuori.push_str(&testo[fatto..]);
    fuori
}

/// Letters and digits where a codice fiscale has them, omocodia included; the control letter is not computed.
fn forma_di_codice(byte: &[u8]) -> bool {
    const FORMA: &[u8; LUNGHEZZA_CF] = b"AAAAAA00A00A000A";
    byte.iter().zip(FORMA).all(|(b, forma)| {
        let b = b.to_ascii_uppercase();
        match forma {
            b'0' => b.is_ascii_digit() || b"LMNPQRSTUV".contains(&b),
            _ => b.is_ascii_uppercase(),
        }
    })
}

#[cfg(test)]
mod prove {
    use super::*;
    use crate::tipi::{Gravita, TipoScheda};

    fn di(campo: Option<&str>, valore: Option<&str>, testo: &str) -> (Option<String>, String) {
        let mut rilievo = Rilievo {
            codice: "EA001".to_owned(),
            gravita: Gravita::Avviso,
            tipo_scheda: TipoScheda::SoggettoApr,
            scheda: "12".to_owned(),
            posizione: None,
            testo: testo.to_owned(),
            oggetto: None,
            campo: campo.map(str::to_owned),
            valore: valore.map(str::to_owned),
            file: None,
            prog_anpr: None,
            codice_ae: None,
        };
        oscura(&mut rilievo);
        (rilievo.valore, rilievo.testo)
    }

    #[test]
    fn nomi_e_codici_spariscono() {
        let m = || Some(OSCURATO.to_owned());
        for (campo, valore, testo, atteso) in [
            (
                Some("codFiscale"),
                Some("RSS"),
                "Il codice RSS non va",
                (m(), "Il codice ••• non va"),
            ),
            (Some("cognome"), Some("D'<b>"), "«D'<b>»", (m(), "«•••»")),
            (Some("nome"), Some("ANNA"), "ANNA ANNA", (m(), "••• •••")),
            (Some("cognomeConiuge"), Some("VERDI"), "", (m(), "")),
            (
                Some("altro"),
                Some("RSSMRA80A01H501U"),
                "xRSSMRA80A01H501Ux e 12345678901",
                (m(), "••• e •••"),
            ),
            (
                Some("altro"),
                None,
                "rssmraulalmhpml0, 123456789012, RSSMRA80A01H501",
                (None, "rssmraulalmhpml0, 123456789012, RSSMRA80A01H501"),
            ),
            (Some("altro"), None, "rssmraULALMHPMLU", (None, "•••")),
            (
                None,
                None,
                "no: il valore «RO»SSI» di «cognome» contiene «§»",
                (None, "no: il valore «•••» di «cognome» contiene «§»"),
            ),
            (
                None,
                None,
                "no: il valore «Q» di «sesso» non va",
                (None, "no: il valore «Q» di «sesso» non va"),
            ),
            (
                None,
                None,
                "no: il valore «ROSSI tagliat",
                (None, "no: il valore «•••»"),
            ),
        ] {
            let (valore_atteso, testo_atteso) = atteso;
            assert_eq!(
                di(campo, valore, testo),
                (valore_atteso, testo_atteso.to_owned()),
                "{testo}"
            );
        }
        let comune = di(Some("nomeComune"), Some("ROMA"), "ROMA(RM)");
        assert_eq!(
            comune,
            (Some("ROMA".to_owned()), "ROMA(RM)".to_owned()),
            "a Comune is not a person"
        );
    }

    #[test]
    fn anche_il_codice_dell_agenzia() {
        let mut rilievo = crate::sportello::rifiuta("f", "EAA50", &[]);
        rilievo.codice_ae = Some("RSSMRA80A01H50ML".to_owned());
        oscura(&mut rilievo);
        assert_eq!(rilievo.codice_ae.as_deref(), Some(OSCURATO));
    }

    #[test]
    fn anche_una_frase_tagliata() {
        let cognome = "LUNGHISSIMO".repeat(30);
        let testo: String = format!("Il cognome {cognome}")
            .chars()
            .take(LIMITE_TESTO)
            .collect();
        let (_, testo) = di(Some("cognome"), Some(&cognome), &testo);
        assert_eq!(testo, "Il cognome •••");
    }
}
