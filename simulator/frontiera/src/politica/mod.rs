//! What the perimeter demands, as data: the switches of spec security §9, their presets, their text.
//!
//! A policy says which rule holds, never how it is checked. [`INTERRUTTORI`] is the only list of switches: the reader
//! and writer of the TOML files, the control API, the console and the documentation are all read off it. Values come
//! from the files of `fixtures/sicurezza`, one an environment, each with the presets *faithful* and *permissive*.

mod rete;
mod tabella;
mod testo;
mod valore;

pub use rete::{ModoRifiuto, Rete};
pub use tabella::{INTERRUTTORI, Interruttore, Politica};
pub use testo::{ErrorePolitica, Preset, in_toml, tabella_markdown};
pub use valore::{Ammette, Valore};

use std::net::IpAddr;

use anagrafe::Ambiente;

/// The faithful preset of the test environment.
impl Default for Politica {
    fn default() -> Self {
        Self::predefinita(Ambiente::Test, Preset::Faithful)
    }
}

impl Politica {
    /// The *permissive* preset: any structurally correct frame passes. References must still resolve and
    /// Body and Timestamp be covered; values (digests, signatures, trust, times, identities, operator) are
    /// looked at and reported in the steps, but refuse nothing.
    pub fn permissiva() -> Self {
        Self::predefinita(Ambiente::Test, Preset::Permissive)
    }

    /// Every switch with its value, in the table's order.
    pub fn valori(&self) -> impl Iterator<Item = (&'static Interruttore, Valore)> {
        INTERRUTTORI.iter().map(|i| (i, (i.leggi)(self)))
    }

    /// Sets one switch by name; the error says what it takes, or which names there are.
    pub fn metti(&mut self, nome: &str, valore: Valore) -> Result<(), String> {
        let Some(i) = INTERRUTTORI.iter().find(|i| i.nome == nome) else {
            let noti: Vec<_> = INTERRUTTORI.iter().map(|i| i.nome).collect();
            return Err(format!(
                "chiave sconosciuta «{nome}»; le chiavi sono: {}",
                noti.join(", ")
            ));
        };
        i.ammette
            .accetta(&valore)
            .and_then(|()| (i.metti)(self, valore))
            .map_err(|e| format!("{nome}: {e}"))
    }

    /// Whether a peer may connect (spec security §2, "IP filter").
    pub fn ammette_indirizzo(&self, ip: IpAddr) -> bool {
        !self.rete_filtrata || self.rete_indirizzi.iter().any(|r| r.contiene(ip))
    }
}
