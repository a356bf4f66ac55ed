//! Schema violations with their place in the message that was sent.
//!
//! The grammar judges a canonical copy of the Body's element, whose lines are not the sender's; but elements stand in
//! the same order in both, so the number of start tags up to a violation names the element in the original.

use crate::albero::Node;
use schema::{Modello, TipoViolazione};
use serde::Serialize;

use super::super::c14n;
use super::vicini::piu_vicino;
use crate::soap::busta::unico_figlio;

/// Most violations shown.
const VIOLAZIONI_MOSTRATE: usize = 20;

/// One violation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ViolazioneVista {
    /// Path of the element.
    pub percorso: String,
    /// Line of the element's start tag in the message, from 1.
    pub riga: u32,
    /// Column, from 1.
    pub colonna: u32,
    /// In words.
    pub testo: String,
}

/// The violations of the Body's element, when it is one of the service's roots.
pub(super) fn violazioni(
    body: Node<'_, '_>,
    radici: &[(&'static str, &'static str)],
) -> Vec<ViolazioneVista> {
    let Some(radice) = unico_figlio(body) else {
        return Vec::new();
    };
    let nome = radice.tag_name();
    let coppia = (nome.namespace().unwrap_or(""), nome.name());
    if !radici.contains(&coppia) {
        return Vec::new();
    }
    let Some(modello) = Modello::di(coppia.0, coppia.1) else {
        return Vec::new();
    };
    let copia = c14n::documento(radice);
    let elementi: Vec<Node<'_, '_>> = radice.descendants().filter(Node::is_element).collect();
    schema::valida(modello, &copia)
        .into_iter()
        .take(VIOLAZIONI_MOSTRATE)
        .map(|v| {
            let offset = usize::try_from(v.posizione.offset).unwrap_or(usize::MAX);
            let nodo = elementi
                .get(aperti_fino_a(&copia, offset))
                .copied()
                .unwrap_or(radice);
            let dove = nodo.document().text_pos_at(nodo.range().start);
            ViolazioneVista {
                testo: forse(&v, nodo, modello),
                percorso: v.percorso,
                riga: dove.row,
                colonna: dove.col,
            }
        })
        .collect()
}

/// Start tags that begin at or before an offset, less one: the index of the element there.
fn aperti_fino_a(copia: &[u8], offset: usize) -> usize {
    copia
        .windows(2)
        .take(offset.saturating_add(1).min(copia.len()))
        .filter(|w| w[0] == b'<' && w[1] != b'/' && w[1] != b'?')
        .count()
        .saturating_sub(1)
}

/// The violation's text, with the name that may have been meant.
fn forse(v: &schema::Violazione, nodo: Node<'_, '_>, modello: &Modello) -> String {
    if v.tipo != TipoViolazione::ElementoInatteso {
        return v.testo.clone();
    }
    let nome = nodo.tag_name().name();
    match piu_vicino(nome, modello.nomi()) {
        Some(vicino) if !v.testo.contains(vicino) => format!("{} Intendevate «{vicino}»?", v.testo),
        _ => v.testo.clone(),
    }
}
