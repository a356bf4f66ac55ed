//! The report of one examination while it is being written.

use crate::causa::Motivo;
use crate::passo::{Evidenza, Passo, Verdetto};
use crate::soap::{Fault, TipoFault};

/// Every step: its name and the place of its rule, in the order of spec security §6.3.
pub const PASSI: &[(&str, &str)] = &[
    ("busta", "spec security §2.4"),
    ("schema", "spec security §6.3"),
    ("intestazione", "spec security §4.1"),
    ("riferimenti", "spec security §4.9"),
    ("digest", "spec security §4.8"),
    ("valore-firma", "spec security §4.8"),
    ("certificato", "spec security §4.4"),
    ("revoca", "spec security §5.4"),
    ("copertura", "spec security §4.8"),
    ("timestamp", "spec security §4.2"),
    ("asserzione", "spec security §4.3"),
    ("firma-asserzione", "spec security §4.5"),
    ("finestra-asserzione", "spec security §4.3"),
    ("soggetto", "spec security §4.3"),
    ("attributi", "spec security §4.3"),
    ("sede-postazione", "spec security §4.4"),
    ("postazione-firmata", "spec security §4.6"),
    ("identita", "spec security §4.4"),
    ("operatore", "spec security §5.7"),
];

/// The lines so far; steps not reached stay *NonEseguito*.
#[derive(Debug)]
pub(crate) struct Verbale {
    passi: Vec<Passo>,
    pub(crate) evidenza: Evidenza,
}

impl Verbale {
    pub(crate) fn nuovo() -> Self {
        let vuoto = |&(nome, regola)| Passo {
            nome,
            verdetto: Verdetto::NonEseguito,
            regola,
            atteso: None,
            osservato: None,
            spiegazione: None,
            causa: None,
        };
        Self {
            passi: PASSI.iter().map(vuoto).collect(),
            evidenza: Evidenza::default(),
        }
    }

    fn passo(&mut self, nome: &'static str) -> Option<&mut Passo> {
        let trovato = self.passi.iter_mut().find(|p| p.nome == nome);
        debug_assert!(trovato.is_some(), "passo {nome} non in tabella");
        trovato
    }

    /// The rule holds. A failure already tolerated on the same line stays.
    pub(crate) fn superato(&mut self, nome: &'static str, osservato: Option<String>) {
        if let Some(p) = self.passo(nome).filter(|p| p.verdetto == Verdetto::NonEseguito) {
            p.verdetto = Verdetto::Superato;
            p.osservato = osservato;
        }
    }

    /// Why a step was left out.
    pub(crate) fn saltato(&mut self, nome: &'static str, perche: &str) {
        if let Some(p) = self.passo(nome) {
            p.spiegazione = Some(perche.to_owned());
        }
    }

    /// The rule is broken and the examination ends with this fault.
    #[must_use]
    pub(crate) fn ferma(
        &mut self,
        nome: &'static str,
        tipo: TipoFault,
        atteso: Option<&str>,
        osservato: Option<String>,
        motivo: impl Into<Motivo>,
    ) -> Fault {
        let motivo = motivo.into();
        self.segna(nome, atteso, osservato, motivo.clone());
        Fault {
            tipo,
            passo: nome,
            causa: motivo.frase,
        }
    }

    /// The same, unless the policy does not enforce the rule: then the line says so and the chain goes on.
    pub(crate) fn ferma_se(
        &mut self,
        in_vigore: bool,
        nome: &'static str,
        tipo: TipoFault,
        atteso: Option<&str>,
        osservato: Option<String>,
        motivo: impl Into<Motivo>,
    ) -> Result<(), Fault> {
        let motivo = motivo.into();
        if in_vigore {
            return Err(self.ferma(nome, tipo, atteso, osservato, motivo));
        }
        let detto = format!("{} (tollerato dalla politica)", motivo.frase);
        self.segna(nome, atteso, osservato, motivo.causa.con(detto));
        Ok(())
    }

    fn segna(&mut self, nome: &'static str, atteso: Option<&str>, osservato: Option<String>, motivo: Motivo) {
        if let Some(p) = self.passo(nome).filter(|p| p.verdetto != Verdetto::Fallito) {
            p.verdetto = Verdetto::Fallito;
            p.atteso = atteso.map(str::to_owned);
            p.osservato = osservato;
            p.spiegazione = Some(motivo.frase);
            p.causa = Some(motivo.causa);
        }
    }

    pub(crate) fn chiudi(self) -> (Vec<Passo>, Evidenza) {
        (self.passi, self.evidenza)
    }
}
