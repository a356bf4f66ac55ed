//! Small documents, whole in memory: their violations, or their values by path.

use crate::blocco::{Blocco, Ricevitore};
use crate::modello::{Modello, NodoId};
use crate::motore::{Lettura, Motore};
use crate::violazione::{Posizione, Violazione};

#[derive(Default)]
struct Raccolta {
    violazioni: Vec<Violazione>,
    valori: Vec<Voce>,
    aperti: Vec<usize>,
}

impl Ricevitore for Raccolta {
    fn apre(&mut self, b: &Blocco, n: NodoId, offset: usize) {
        self.voce(n, None, b.posizione(offset));
        self.aperti.push(self.valori.len() - 1);
    }
    fn valore(&mut self, b: &Blocco, n: NodoId, testo: &str, offset: usize) {
        self.voce(n, Some(testo.to_owned()), b.posizione(offset));
    }
    fn chiude(&mut self, _: &Blocco, _: NodoId, _: usize) {
        self.aperti.pop();
    }
    fn violazione(&mut self, _: &Blocco, v: Violazione) {
        self.violazioni.push(v);
    }
}

impl Raccolta {
    fn voce(&mut self, nodo: NodoId, testo: Option<String>, posizione: Posizione) {
        self.valori.push(Voce {
            nodo,
            testo,
            posizione,
            padre: self.aperti.last().copied(),
        });
    }
}

/// An element of an [`Albero`].
#[derive(Clone, Debug)]
struct Voce {
    nodo: NodoId,
    testo: Option<String>,
    posizione: Posizione,
    padre: Option<usize>,
}

/// Most violations `valida` gives.
pub const MAX_VIOLAZIONI_DOCUMENTO: usize = 100;

struct SoloViolazioni(Vec<Violazione>);

impl Ricevitore for SoloViolazioni {
    fn valore(&mut self, _: &Blocco, _: NodoId, _: &str, _: usize) {}
    fn violazione(&mut self, _: &Blocco, v: Violazione) {
        self.0.push(v);
    }
}

/// The violations of a small document, in document order, at most [`MAX_VIOLAZIONI_DOCUMENTO`] and a fatal one.
pub fn valida(modello: &Modello, documento: &[u8]) -> Vec<Violazione> {
    valida_con(modello, documento, Lettura::nuova())
}

/// As [`valida`], for a message cut out of a larger document: `spazi` are the prefixes (empty: the default) and namespaces in
/// force around it, outermost first. Places count from the beginning of the cut.
pub fn valida_frammento(modello: &Modello, frammento: &[u8], spazi: &[(&str, &str)]) -> Vec<Violazione> {
    valida_con(modello, frammento, Lettura::frammento(spazi))
}

fn valida_con(modello: &Modello, documento: &[u8], da: Lettura) -> Vec<Violazione> {
    let mut raccolta = SoloViolazioni(Vec::new());
    leggi_intero(modello, documento, da, &mut raccolta);
    raccolta.0
}

fn leggi_intero<R: Ricevitore>(modello: &Modello, documento: &[u8], da: Lettura, r: &mut R) {
    let blocco = Blocco::nuovo(documento.to_vec(), 0, Posizione::INIZIO);
    Motore::nuovo(modello, da, MAX_VIOLAZIONI_DOCUMENTO, false).corri(&blocco, true, r);
}

/// A small valid document, its values reachable by path.
#[derive(Clone, Debug)]
pub struct Albero<'m> {
    modello: &'m Modello,
    voci: Vec<Voce>,
}

/// An element of an [`Albero`], from which to go on.
#[derive(Clone, Copy, Debug)]
pub struct Elemento<'a> {
    albero: &'a Albero<'a>,
    indice: usize,
}

/// Reads a small document; `Err` holds its violations, of which there is at least one.
pub fn albero<'m>(modello: &'m Modello, documento: &[u8]) -> Result<Albero<'m>, Vec<Violazione>> {
    albero_con(modello, documento, Lettura::nuova())
}

/// Reads a small document whatever it holds: what the grammar knows of it, and the violations.
pub fn albero_qualunque<'m>(modello: &'m Modello, documento: &[u8]) -> (Albero<'m>, Vec<Violazione>) {
    let mut r = Raccolta::default();
    leggi_intero(modello, documento, Lettura::nuova(), &mut r);
    let albero = Albero {
        modello,
        voci: r.valori,
    };
    (albero, r.violazioni)
}

/// As [`albero`], for a message cut out of a larger document; see [`valida_frammento`].
pub fn albero_frammento<'m>(
    modello: &'m Modello,
    frammento: &[u8],
    spazi: &[(&str, &str)],
) -> Result<Albero<'m>, Vec<Violazione>> {
    albero_con(modello, frammento, Lettura::frammento(spazi))
}

fn albero_con<'m>(
    modello: &'m Modello,
    documento: &[u8],
    da: Lettura,
) -> Result<Albero<'m>, Vec<Violazione>> {
    let mut r = Raccolta::default();
    leggi_intero(modello, documento, da, &mut r);
    if r.violazioni.is_empty() {
        Ok(Albero {
            modello,
            voci: r.valori,
        })
    } else {
        Err(r.violazioni)
    }
}

impl<'m> Albero<'m> {
    /// Text of the first leaf with this path from the root, names joined by `/`.
    pub fn testo(&self, percorso: &str) -> Option<&str> {
        self.testi(percorso).next()
    }

    /// Texts of all leaves with this path, in document order.
    pub fn testi(&self, percorso: &str) -> impl Iterator<Item = &str> {
        let nodo = self.modello.nodo(percorso);
        self.voci
            .iter()
            .filter(move |v| Some(v.nodo) == nodo)
            .filter_map(|v| v.testo.as_deref())
    }

    /// All elements with this path, in document order.
    pub fn elementi<'a>(&'a self, percorso: &str) -> impl Iterator<Item = Elemento<'a>> + use<'a, 'm> {
        let nodo = self.modello.nodo(percorso);
        (0..self.voci.len())
            .filter(move |i| Some(self.voci[*i].nodo) == nodo)
            .map(|indice| Elemento { albero: self, indice })
    }

    /// Where the first element with this path begins.
    pub fn posizione(&self, percorso: &str) -> Option<Posizione> {
        let nodo = self.modello.nodo(percorso)?;
        self.voci.iter().find(|v| v.nodo == nodo).map(|v| v.posizione)
    }

    /// The grammar it was read with.
    pub fn modello(&self) -> &'m Modello {
        self.modello
    }
}

impl<'a> Elemento<'a> {
    /// Its text, if it is a leaf.
    pub fn testo(&self) -> Option<&'a str> {
        self.albero.voci[self.indice].testo.as_deref()
    }

    /// Its name.
    pub fn nome(&self) -> &'a str {
        self.albero.modello.nome(self.albero.voci[self.indice].nodo)
    }

    /// Where it begins.
    pub fn posizione(&self) -> Posizione {
        self.albero.voci[self.indice].posizione
    }

    /// Its children, in document order.
    pub fn figli(&self) -> impl Iterator<Item = Elemento<'a>> + use<'a> {
        let (albero, indice) = (self.albero, self.indice);
        (indice + 1..albero.voci.len())
            .filter(move |i| albero.voci[*i].padre == Some(indice))
            .map(move |indice| Elemento { albero, indice })
    }

    /// Its first child of this name.
    pub fn figlio(&self, nome: &str) -> Option<Elemento<'a>> {
        self.figli().find(|f| f.nome() == nome)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::modello::radici;
    use crate::violazione::TipoViolazione;

    const RICHIESTA: &str = "<q:RichiestaConnessione><testataRichiesta><idOperazioneComune>a&amp;b</idOperazioneComune>\
        <codMittente/></testataRichiesta></q:RichiestaConnessione>";

    #[test]
    fn values_are_reached_by_path_and_by_steps() {
        let m = Modello::di(radici::RICHIESTA_CONNESSIONE.0, radici::RICHIESTA_CONNESSIONE.1).expect("root");
        let letto = albero_frammento(
            m,
            RICHIESTA.as_bytes(),
            &[("q", "http://sogei.it/ANPR/connessione")],
        )
        .expect("valid");
        let percorso = "RichiestaConnessione/testataRichiesta/idOperazioneComune";
        assert_eq!(letto.testo(percorso), Some("a&b"));
        assert_eq!(letto.posizione(percorso).map(|p| p.colonna), Some(43));
        let testata = letto
            .elementi("RichiestaConnessione/testataRichiesta")
            .next()
            .expect("element");
        let figli: Vec<_> = testata.figli().map(|f| (f.nome(), f.testo())).collect();
        assert_eq!(
            figli,
            [("idOperazioneComune", Some("a&b")), ("codMittente", Some(""))]
        );
        assert_eq!(testata.figlio("tipoInvio").map(|f| f.nome()), None);
    }

    #[test]
    fn a_fragment_without_its_prefix_is_refused() {
        let m = Modello::di(radici::RICHIESTA_CONNESSIONE.0, radici::RICHIESTA_CONNESSIONE.1).expect("root");
        let tipi: Vec<_> = valida(m, RICHIESTA.as_bytes())
            .into_iter()
            .map(|v| v.tipo)
            .collect();
        assert_eq!(tipi, [TipoViolazione::SpazioDeiNomi, TipoViolazione::Radice]);
        // Around it a default namespace: the unprefixed children would be in it.
        let spazi = [("q", "http://sogei.it/ANPR/connessione"), ("", "urn:busta")];
        let tipi: Vec<_> = valida_frammento(m, RICHIESTA.as_bytes(), &spazi)
            .into_iter()
            .map(|v| v.tipo)
            .collect();
        assert_eq!(
            tipi,
            [TipoViolazione::ElementoInatteso, TipoViolazione::ElementoMancante]
        );
    }
}
