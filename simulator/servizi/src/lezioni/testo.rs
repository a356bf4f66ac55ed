//! The little text of a lesson: paragraphs, and lists of lines that begin with «- ». Nothing else is markup.

/// A piece of text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Blocco {
    /// A paragraph, its lines joined.
    Paragrafo(String),
    /// The entries of a list.
    Elenco(Vec<String>),
}

/// Cuts a text into its pieces; every non-blank line is in exactly one.
pub fn blocchi(testo: &str) -> Vec<Blocco> {
    let mut fatti: Vec<Blocco> = Vec::new();
    let mut staccato = true;
    for riga in testo.lines().map(str::trim) {
        if riga.is_empty() {
            staccato = true;
            continue;
        }
        match (riga.strip_prefix("- "), fatti.last_mut()) {
            (Some(voce), Some(Blocco::Elenco(voci))) => voci.push(voce.trim().to_owned()),
            (Some(voce), _) => fatti.push(Blocco::Elenco(vec![voce.trim().to_owned()])),
            (None, Some(Blocco::Paragrafo(p))) if !staccato => {
                p.push(' ');
                p.push_str(riga);
            }
            // A line right under an entry of a list goes on with it.
            (None, Some(Blocco::Elenco(voci))) if !staccato => {
                if let Some(ultima) = voci.last_mut() {
                    ultima.push(' ');
                    ultima.push_str(riga);
                }
            }
            (None, _) => fatti.push(Blocco::Paragrafo(riga.to_owned())),
        }
        staccato = false;
    }
    fatti
}

#[cfg(test)]
mod prove {
    use super::*;

    #[test]
    fn paragraphs_and_lists_and_nothing_is_lost() {
        let p = |t: &str| Blocco::Paragrafo(t.to_owned());
        let e = |v: &[&str]| Blocco::Elenco(v.iter().map(|t| (*t).to_owned()).collect());
        assert_eq!(blocchi(" \n\n"), []);
        assert_eq!(blocchi("a\nb\n\nc"), [p("a b"), p("c")]);
        assert_eq!(
            blocchi("a\n- x\n- y\n  z\n\nb"),
            [p("a"), e(&["x", "y z"]), p("b")]
        );
        assert_eq!(blocchi("-x <b>"), [p("-x <b>")]);
    }
}
