//! What a Comune and its province may be called: the rule of every door by which a name comes in.
//!
//! Names go into pages, messages, certificates and file names: nothing in them may be anything else than a printable text
//! on one line.

use crate::percorso::{ErroreCampo, Rifiuto};

/// Characters of the name of a Comune: the longest real one has less than half.
const NOME_MASSIMO: usize = 100;
/// Letters of the sigla of a province.
const SIGLA_LETTERE: usize = 2;

/// A sign that shows: no control, no end of line, nothing that turns the direction of the text or has no width.
fn stampabile(c: char) -> bool {
    !c.is_control()
        && !matches!(c, '\u{200B}'..='\u{200F}' | '\u{2028}'..='\u{202E}' | '\u{2060}'..='\u{206F}' | '\u{FEFF}')
}

fn nome_valido(nome: &str) -> bool {
    (1..=NOME_MASSIMO).contains(&nome.trim().chars().count()) && nome.chars().all(stampabile)
}

fn sigla_valida(sigla: &str) -> bool {
    sigla.len() == SIGLA_LETTERE && sigla.bytes().all(|b| b.is_ascii_uppercase())
}

/// Name and province as they will be kept, where they are given; or which of them are wrong.
pub(crate) fn in_ordine(
    nome: Option<String>,
    provincia: Option<String>,
) -> Result<(Option<String>, Option<String>), Rifiuto> {
    let mut errori = Vec::new();
    if nome.as_ref().is_some_and(|n| !nome_valido(n)) {
        errori.push(ErroreCampo::nuovo(
            "nome",
            format!("Il nome del Comune ha da 1 a {NOME_MASSIMO} caratteri stampabili, su una riga."),
        ));
    }
    if provincia.as_ref().is_some_and(|p| !sigla_valida(p)) {
        errori.push(ErroreCampo::nuovo(
            "provincia",
            "La sigla della provincia ha due lettere maiuscole, da A a Z.",
        ));
    }
    if errori.is_empty() {
        Ok((nome.map(|n| n.trim().to_owned()), provincia))
    } else {
        Err(Rifiuto::Campi(errori))
    }
}

#[cfg(test)]
mod prove {
    use super::*;

    #[test]
    fn a_name_is_a_printable_line_and_a_sigla_two_letters() {
        for (nome, va) in [
            ("Forlì-Cesena d'Adda (fittizio)", true),
            ("<b>", true),
            ("A\r\nB", false),
            ("A\u{0}B", false),
            ("A\u{202E}B", false),
            ("A\u{2028}B", false),
            (" \t ", false),
            ("", false),
        ] {
            assert_eq!(nome_valido(nome), va, "{nome:?}");
        }
        assert!(nome_valido(&"à".repeat(NOME_MASSIMO)) && !nome_valido(&"à".repeat(NOME_MASSIMO + 1)));
        for (sigla, va) in [
            ("QZ", true),
            ("QZ\n", false),
            ("qz", false),
            ("Q", false),
            ("QZZ", false),
            ("Q1", false),
            ("ÀZ", false),
            ("", false),
        ] {
            assert_eq!(sigla_valida(sigla), va, "{sigla:?}");
        }
        let Err(Rifiuto::Campi(e)) = in_ordine(Some(String::new()), Some("<script>".to_owned())) else {
            panic!("both are wrong");
        };
        assert_eq!(
            e.iter().map(|e| e.campo).collect::<Vec<_>>(),
            ["nome", "provincia"]
        );
    }
}
