//! Small edits on the text of one record written by us: elements by path, no attributes, no comments, no CDATA.

/// The text of a `soggetto` or of a sheet, with the line feed before it.
pub(crate) struct Testo(pub(crate) String);

/// Where an element stands: its `<`, its content, just past its `>`.
struct Posto {
    inizio: usize,
    dentro: usize,
    fine_dentro: usize,
    fine: usize,
}

impl Testo {
    fn figlio(&self, da: usize, a: usize, nome: &str) -> Option<Posto> {
        let (apre, chiude) = (format!("<{nome}>"), format!("</{nome}>"));
        let mut i = da;
        while i < a {
            let inizio = i + self.0[i..a].find('<')?;
            let fine_nome = inizio + self.0[inizio..a].find('>')?;
            let questo = &self.0[inizio + 1..fine_nome];
            let (qa, qc) = if questo == nome {
                (apre.clone(), chiude.clone())
            } else {
                (format!("<{questo}>"), format!("</{questo}>"))
            };
            // An element may contain one of its own name (`statoCivile`): count.
            let mut profondita = 1;
            let mut j = fine_nome + 1;
            while profondita > 0 {
                let c = j + self.0[j..a].find(&qc)?;
                profondita += self.0[j..c].matches(&qa).count();
                profondita -= 1;
                j = c + qc.len();
            }
            if questo == nome {
                return Some(Posto {
                    inizio,
                    dentro: fine_nome + 1,
                    fine_dentro: j - qc.len(),
                    fine: j,
                });
            }
            i = j;
        }
        None
    }

    fn trova(&self, percorso: &str) -> Option<Posto> {
        let radice_aperta = self.0.find('>')? + 1;
        let radice_chiusa = self.0.rfind('<')?;
        let (mut da, mut a) = (radice_aperta, radice_chiusa);
        let mut ultimo = None;
        for nome in percorso.split('/') {
            let p = self.figlio(da, a, nome)?;
            (da, a) = (p.dentro, p.fine_dentro);
            ultimo = Some(p);
        }
        ultimo
    }

    /// The content of an element.
    pub(crate) fn leggi(&self, percorso: &str) -> Option<&str> {
        self.trova(percorso).map(|p| &self.0[p.dentro..p.fine_dentro])
    }

    /// Replaces the content of an element.
    pub(crate) fn imposta(&mut self, percorso: &str, contenuto: &str) -> Option<()> {
        let p = self.trova(percorso)?;
        self.0.replace_range(p.dentro..p.fine_dentro, contenuto);
        Some(())
    }

    /// Replaces an element, its tags included.
    pub(crate) fn sostituisci(&mut self, percorso: &str, xml: &str) -> Option<()> {
        let p = self.trova(percorso)?;
        self.0.replace_range(p.inizio..p.fine, xml);
        Some(())
    }

    /// Takes an element away.
    pub(crate) fn togli(&mut self, percorso: &str) -> Option<()> {
        self.sostituisci(percorso, "")
    }

    /// Writes something just after an element.
    pub(crate) fn dopo(&mut self, percorso: &str, xml: &str) -> Option<()> {
        let p = self.trova(percorso)?;
        self.0.insert_str(p.fine, xml);
        Some(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_reach_the_right_element() {
        let mut t = Testo("\n<s><a><b>1</b><c>2</c></a>\n<x><x>5</x></x><b>9</b></s>".into());
        assert_eq!(t.leggi("a/b"), Some("1"));
        assert_eq!(t.leggi("b"), Some("9"), "a deeper namesake is not a child");
        assert_eq!(t.leggi("x/x"), Some("5"), "an element inside its namesake");
        assert_eq!(t.leggi("a/z"), None);
        t.imposta("x/x", "7").expect("there");
        t.togli("a/b").expect("there");
        t.dopo("a/c", "<d>3</d>").expect("there");
        t.sostituisci("b", "<e></e>").expect("there");
        assert_eq!(t.0, "\n<s><a><c>2</c><d>3</d></a>\n<x><x>7</x></x><e></e></s>");
        assert!(t.imposta("nessuno", "").is_none());
    }
}
