//! Plain tables: code, description, validity. And the two small ones keyed by a pair, 18 and 33.

use super::indice::{Indice, impronta};
use super::testo::{Celle, righe, vale};
use crate::Data;

macro_rules! tabelle {
    ($($(#[$doc:meta])* $nome:ident = $numero:literal,)*) => {
        /// A plain reference table; the discriminant is its official number.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[repr(u8)]
        pub enum Tabella { $($(#[$doc])* $nome = $numero,)* }

        impl Tabella {
            /// All plain tables, by number.
            pub const TUTTE: &[Self] = &[$(Self::$nome,)*];

            /// The table with that official number, if it is a plain one.
            pub const fn di_numero(numero: u8) -> Option<Self> {
                match numero { $($numero => Some(Self::$nome),)* _ => None }
            }
        }
    };
}

tabelle! {
    /// Marital status.
    StatoCivile = 1,
    /// Kinds of street names.
    SpecieToponimo = 4,
    /// Relation to the head of the family.
    Parentela = 5,
    /// Place in a convivenza.
    LegameConvivenza = 6,
    /// Reasons of registration (APR).
    MotivoIscrizione = 7,
    /// Residence permits.
    TipoSoggiorno = 8,
    /// Professional position.
    Posizione = 9,
    /// Non-professional condition.
    Condizione = 10,
    /// Education.
    TitoloStudio = 11,
    /// Certificates.
    TipoCertificato = 13,
    /// Languages.
    Lingua = 14,
    /// Reasons of cancellation (APR).
    MotivoCancellazione = 15,
    /// Data that a consultation can ask for.
    DatiRichiesti = 16,
    /// Statistical forms.
    ProspettoStatistico = 17,
    /// Reasons of registration (AIRE).
    MotivoIscrizioneAire = 19,
    /// Who moved the AIRE registration.
    IniziativaAire = 20,
    /// How the Comune of AIRE registration was found.
    IndividuazioneAire = 21,
    /// Validation state of the codice fiscale.
    ValidazioneCodiceFiscale = 22,
    /// Movements in a family.
    TipoMovimentazione = 23,
    /// Kinds of address.
    TipoIndirizzo = 25,
    /// Reasons for which a family is formed.
    MotivoCostituzione = 26,
    /// Kinds of convivenza.
    SpecieConvivenza = 27,
    /// Reasons of cancellation (AIRE).
    MotivoCancellazioneAire = 28,
    /// What opens a procedure.
    InnescoProcedimento = 29,
    /// States of a procedure.
    StatoProcedimento = 30,
    /// How a marriage ends.
    CessazioneMatrimonio = 31,
    /// Courts.
    Tribunale = 32,
    /// Kinds of mutation.
    TipoMutazione = 36,
    /// Kinds of citizenship.
    TipoCittadinanza = 38,
    /// Exemptions from stamp duty; [`Voce::altro`] is `y` when secretariat fees are exempt too.
    EsenzioneBollo = 39,
    /// Why a person cannot be certified.
    NonCertificabilita = 42,
    /// How a civil union or a de facto cohabitation ends; [`Voce::altro`] says which of the two.
    CessazioneUnione = 43,
    /// States of an elaboration.
    StatoLavorazione = 44,
    /// Mutations of a family or convivenza.
    TipoMutazioneFamiglia = 46,
    /// Mutations of the residence.
    TipoMutazioneResidenza = 47,
    /// Kinds of revocation.
    TipoRevoca = 48,
    /// Reasons of revocation.
    MotivoRevoca = 49,
}

impl Tabella {
    /// The official number.
    pub const fn numero(self) -> u8 {
        self as u8
    }
}

/// A row of a plain table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Voce {
    /// Code, as it is sent.
    pub codice: &'static str,
    /// Description.
    pub descrizione: &'static str,
    /// First day of validity; `None`: always.
    pub dal: Option<Data>,
    /// Last day of validity; `None`: still.
    pub al: Option<Data>,
    /// Note of the source.
    pub nota: &'static str,
    /// The further column of tables 4 (transliterated), 39 and 43; empty in the others.
    pub altro: &'static str,
}

impl Voce {
    /// Valid on that day, ends included.
    pub fn vale_il(&self, giorno: Data) -> bool {
        vale(self.dal, self.al, giorno)
    }
}

/// A line of table 18.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RigaProspetto {
    /// The form (table 17).
    pub prospetto: &'static str,
    /// The line, unique in its form.
    pub codice: &'static str,
    /// Description.
    pub descrizione: &'static str,
    /// First day of validity; `None`: always.
    pub dal: Option<Data>,
    /// Last day of validity; `None`: still.
    pub al: Option<Data>,
}

/// A line of table 33.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Conversione {
    /// The ANPR table the new code belongs to.
    pub tabella: Tabella,
    /// Code in the old AIRE archive.
    pub codice_aire: &'static str,
    /// Its description.
    pub descrizione_aire: &'static str,
    /// Code in ANPR.
    pub codice_anpr: &'static str,
    /// Its description.
    pub descrizione_anpr: &'static str,
    /// The ANPR code can only come from a subentro.
    pub solo_subentro: bool,
}

pub(super) struct Semplici {
    voci: Vec<(Tabella, Voce)>,
    indice: Indice,
    prospetti: Vec<RigaProspetto>,
    conversioni: Vec<Conversione>,
}

impl Semplici {
    pub(super) fn carica() -> Self {
        let voci: Vec<_> = righe(include_str!("../../../../fixtures/tabelle/semplici.tsv"))
            .filter_map(|riga| {
                let mut c = Celle::di(riga);
                let tabella = numero(c.cella())?;
                let (codice, descrizione) = (c.cella(), c.cella());
                let (dal, al) = (c.data(), c.data());
                Some((
                    tabella,
                    Voce {
                        codice,
                        descrizione,
                        dal,
                        al,
                        nota: c.cella(),
                        altro: c.cella(),
                    },
                ))
            })
            .collect();
        let chiavi = voci
            .iter()
            .zip(0..)
            .map(|((tabella, voce), i)| (chiave(*tabella, voce.codice), i));
        let indice = Indice::nuovo(voci.len(), chiavi);
        let prospetti = righe(include_str!("../../../../fixtures/tabelle/righe_prospetti.tsv"))
            .map(|riga| {
                let mut c = Celle::di(riga);
                let (prospetto, codice, descrizione) = (c.cella(), c.cella(), c.cella());
                RigaProspetto {
                    prospetto,
                    codice,
                    descrizione,
                    dal: c.data(),
                    al: c.data(),
                }
            })
            .collect();
        let conversioni = righe(include_str!("../../../../fixtures/tabelle/conversione_aire.tsv"))
            .filter_map(|riga| {
                let mut c = Celle::di(riga);
                Some(Conversione {
                    tabella: numero(c.cella())?,
                    codice_aire: c.cella(),
                    descrizione_aire: c.cella(),
                    codice_anpr: c.cella(),
                    descrizione_anpr: c.cella(),
                    solo_subentro: c.cella() == "y",
                })
            })
            .collect();
        Self {
            voci,
            indice,
            prospetti,
            conversioni,
        }
    }

    pub(super) fn voce(&self, tabella: Tabella, codice: &str) -> Option<Voce> {
        self.indice
            .righe(chiave(tabella, codice))
            .map(|i| &self.voci[i])
            .find(|(t, voce)| *t == tabella && voce.codice == codice)
            .map(|(_, voce)| *voce)
    }

    pub(super) fn voci(&self, tabella: Tabella) -> impl Iterator<Item = Voce> + '_ {
        self.voci
            .iter()
            .filter(move |(t, _)| *t == tabella)
            .map(|(_, voce)| *voce)
    }

    pub(super) fn righe_prospetti(&self) -> &[RigaProspetto] {
        &self.prospetti
    }

    pub(super) fn conversioni(&self) -> &[Conversione] {
        &self.conversioni
    }
}

fn numero(cella: &str) -> Option<Tabella> {
    cella.parse().ok().and_then(Tabella::di_numero)
}

fn chiave(tabella: Tabella, codice: &str) -> u32 {
    impronta(codice.as_bytes()) ^ u32::from(tabella.numero()) << 8
}
