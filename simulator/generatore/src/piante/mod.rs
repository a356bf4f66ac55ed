//! Defects planted on purpose: which codes can be planted, on whom, by which edit of the text.
//!
//! Each plant takes a clean record that suits it and changes as little as gives that code and no other. Records are chosen by
//! the seed and never carry two plants, so the manifest is exactly what the elaboration must find.

mod fascicolo;
mod scelta;
mod schede;
mod soggetti;
mod testo;

pub(crate) use fascicolo::Fascicolo;
pub(crate) use scelta::{Bersagli, scegli};
pub(crate) use schede::id_famiglia_vuota;

use crate::aire::{self, Iscritto, Riga};
use crate::giorno::Giorno;
use crate::modello::{Luogo, Persona, Unita};

/// What a plant needs to know of the world.
#[derive(Clone, Copy)]
pub(crate) struct Ambito {
    pub(crate) oggi: Giorno,
}

/// A counter of a file or of the delivery, in the order of the schema.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Contatore {
    Soggetti,
    Femmine,
    Maschi,
    Famiglie,
    Convivenze,
}

/// What makes a file be refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Guasto {
    /// Text among the families: the content is not what the schema says.
    FuoriSchema,
    /// A delivery of more files, and no word of which one this is.
    SenzaDatiInvio,
    /// The last line of the AIRE file ends in LF alone.
    SoloLf,
    /// A name that is none of a delivery.
    NomeFuoriFormato,
    /// Larger than what is received.
    TroppoGrande,
    /// The progressive in the name is past the total.
    OltreIlTotale,
    /// More files promised in the name than a delivery may have.
    TroppiFile,
    /// The name of another Comune.
    AltroComune,
    /// More than one file: refused in TEST.
    PiuFileInTest,
}

/// Which members suit a plant.
type Adatto = fn(Ambito, &Unita<'_>, &Persona<'_>) -> bool;
/// The edit; `None` when the record lacks what it should touch (a defect of the plant).
type Muta = fn(Ambito, &mut Fascicolo, &Unita<'_>, usize) -> Option<()>;

/// How a code is planted.
#[derive(Clone, Copy)]
pub(crate) enum Modo {
    /// A declared total off by one, in one file: of the file, or of the delivery.
    Quadratura { contatore: Contatore, fornitura: bool },
    /// On one person of the APR.
    Soggetto { adatto: Adatto, muta: Muta },
    /// On one sheet (the person is only the way in).
    Scheda {
        convivenza: bool,
        adatto: Adatto,
        muta: Muta,
    },
    /// The sheet of a family travels in another file than its only member.
    AltroFile { adatto: Adatto },
    /// A resident whose data and codice fiscale a line of the AIRE file has too.
    DueRegistri { adatto: Adatto },
    /// A damaged copy of a file beside the delivery: refused at the counter, it never becomes part of it.
    Rifiutato(Guasto),
    /// On one line of the AIRE file.
    Aire {
        muta: fn(Ambito, &Iscritto<'_>, &mut Riga),
    },
}

/// A code that can be planted.
pub(crate) struct Pianta {
    pub(crate) codice: &'static str,
    pub(crate) modo: Modo,
}

const fn quadratura(codice: &'static str, contatore: Contatore, fornitura: bool) -> Pianta {
    Pianta {
        codice,
        modo: Modo::Quadratura { contatore, fornitura },
    }
}

const fn aire(codice: &'static str, muta: fn(Ambito, &Iscritto<'_>, &mut Riga)) -> Pianta {
    Pianta {
        codice,
        modo: Modo::Aire { muta },
    }
}

static DI_FILE: [Pianta; 10] = [
    quadratura("EN011", Contatore::Soggetti, false),
    quadratura("EN012", Contatore::Soggetti, true),
    quadratura("EN017", Contatore::Femmine, false),
    quadratura("EN018", Contatore::Femmine, true),
    quadratura("EN019", Contatore::Maschi, false),
    quadratura("EN020", Contatore::Maschi, true),
    quadratura("EN021", Contatore::Famiglie, false),
    quadratura("EN022", Contatore::Famiglie, true),
    quadratura("EN023", Contatore::Convivenze, false),
    quadratura("EN024", Contatore::Convivenze, true),
];

const fn rifiutato(codice: &'static str, guasto: Guasto) -> Pianta {
    Pianta {
        codice,
        modo: Modo::Rifiutato(guasto),
    }
}

static RIFIUTATI: [Pianta; 9] = [
    rifiutato("EN001", Guasto::NomeFuoriFormato),
    rifiutato("EN002", Guasto::TroppoGrande),
    rifiutato("EN008", Guasto::OltreIlTotale),
    rifiutato("EN038", Guasto::TroppiFile),
    rifiutato("EN039", Guasto::AltroComune),
    rifiutato("EN363", Guasto::PiuFileInTest),
    rifiutato("EN009", Guasto::FuoriSchema),
    rifiutato("EN010", Guasto::SoloLf),
    rifiutato("EN031", Guasto::SenzaDatiInvio),
];

static DI_AIRE: [Pianta; 7] = [
    aire("ES049", |_, _, r| {
        r.vuota(aire::COGNOME);
        r.vuota(aire::NOME);
    }),
    aire("EC060", |_, _, r| r.metti(aire::MOTIVO, "C08")),
    aire("EC061", |_, _, r| r.metti(aire::INIZIATIVA, "6")),
    aire("EC062", |_, _, r| r.metti(aire::INDIVIDUAZIONE, "7")),
    aire("EC164", |_, _, r| r.metti(aire::ISTRUTTORIA, "4")),
    aire("ES078", |_, _, r| r.metti(aire::ISCRIZIONE, "19900630")),
    aire("ES079", |_, p, r| {
        r.metti(aire::ESPATRIO, &format!("{:04}", p.nascita.anno() - 1));
    }),
];

/// Nothing in the text: the Anagrafe Tributaria knows a person of the APR otherwise.
const fn mondo(codice: &'static str) -> Pianta {
    Pianta {
        codice,
        modo: Modo::Soggetto {
            adatto: |_, _, _| true,
            muta: |_, _, _, _| Some(()),
        },
    }
}

static DI_MONDO: [Pianta; 8] = [
    mondo("EA003"),
    mondo("EA029"),
    mondo("EAA30"),
    mondo("EAA40"),
    mondo("EAA50"),
    aire("EAA31", |_, _, _| {}),
    aire("EAA41", |_, _, _| {}),
    aire("EAA51", |_, _, _| {}),
];

/// A citizen born before there was an AIRE, so that the registration comes after the birth; of whom the line can say all.
static DI_DUE_REGISTRI: [Pianta; 1] = [Pianta {
    codice: "EA031",
    modo: Modo::DueRegistri {
        adatto: |_, _, p| {
            let in_italia = matches!(p.luogo, Luogo::Italia(c) if c.nome.chars().all(|c| u32::from(c) < 256));
            p.nascita.anno() < 1990
                && in_italia
                && p.nome.is_some()
                && p.cittadinanza.is_none()
                && !p.senza_giorno_mese
        },
    },
}];

/// Codes that block a delivery with the default severities, besides the counters.
const BLOCCANTI: [&str; 3] = ["EC032", "EC053", "ES092"];
/// Codes that come from the Anagrafe Tributaria, or with its answers, asked only when nothing blocks (spec subentro.md §3).
const DALLA_TRIBUTARIA: [&str; 3] = ["EA002", "EA031", "EA048"];

impl Pianta {
    /// Does it make the delivery fail?
    pub(crate) fn blocca(&self) -> bool {
        matches!(self.modo, Modo::Quadratura { .. }) || BLOCCANTI.contains(&self.codice)
    }

    /// Does it show only in a delivery that nothing blocks?
    pub(crate) fn dalla_tributaria(&self) -> bool {
        DALLA_TRIBUTARIA.contains(&self.codice) || self.di_mondo()
    }

    /// Is it planted in the Anagrafe Tributaria, not in the files?
    pub(crate) fn di_mondo(&self) -> bool {
        DI_MONDO.iter().any(|p| p.codice == self.codice)
    }
}

/// Every plant.
pub(crate) fn tutte() -> impl Iterator<Item = &'static Pianta> {
    DI_FILE
        .iter()
        .chain(schede::SCHEDE)
        .chain(soggetti::SOGGETTI)
        .chain(&DI_AIRE)
        .chain(&RIFIUTATI)
        .chain(&DI_MONDO)
        .chain(&DI_DUE_REGISTRI)
}

/// The plant of a code.
pub(crate) fn pianta(codice: &str) -> Option<&'static Pianta> {
    tutte().find(|p| p.codice == codice)
}
