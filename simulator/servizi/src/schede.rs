//! A record of a segment → a record of the register.
//!
//! Everything the Comune sent is kept as sent, place and text; beside it stands our reading of what is asked most
//! (birth, sex, state of the codice fiscale), because a WARNING never blocks and a wrong value is loaded all the same
//! (spec subentro §4.8). The places are numbers of the unfolded grammar, so the record carries the grammar's mark.

use std::{
    hash::{DefaultHasher, Hash as _, Hasher as _},
    io,
    path::PathBuf,
    sync::LazyLock,
};

use anagrafe::{Data, Sesso};
use elaborazione::{
    Record, Rilievo, Segmento, TipoScheda,
    scheda::{layout_simaire, modello_apr, nodi},
    tributaria::{Legame, Tributaria, legame, toglie_validita},
};
use registro::{LegameCf, RecordCompatto, TipoLegame, TipoRecord};
use schema::{Modello, NodoId};

use crate::{ErroreServizio, Esito};

/// First byte of a compact record.
const VERSIONE: u8 = 1;
/// Bytes before the elements: version, grammar mark, birth, sex, validity.
const TESTA: usize = 1 + 4 + 4 + 1 + 1;
/// Birth that could not be read, or does not apply.
const SENZA_DATA: i32 = i32::MIN;

/// Mark of the grammar whose node numbers the records use.
static SEGNO_GRAMMATICA: LazyLock<u32> = LazyLock::new(|| {
    let mut h = DefaultHasher::new();
    if let Some(m) = modello_apr() {
        let quanti = u16::try_from(m.quanti()).unwrap_or(u16::MAX);
        for n in 0..quanti {
            m.percorso(NodoId(n)).hash(&mut h);
        }
    }
    h.finish() as u32
});

/// Leaves of families and convivenze that hold the Comune's id.
static ID_UNITA: LazyLock<[Option<NodoId>; 2]> = LazyLock::new(|| {
    let nodo = |p: &str| modello_apr().and_then(|m: &Modello| m.nodo(p));
    [
        nodo("subentro/famiglie/famiglia/idFamigliaConvivenzaComune/idFamigliaConvivenza"),
        nodo("subentro/convivenze/convivenza/idFamigliaConvivenzaComune/idFamigliaConvivenza"),
    ]
});

static ID_SOGGETTO: LazyLock<Option<NodoId>> = LazyLock::new(|| {
    modello_apr().and_then(|m| {
        m.nodo(
            "subentro/generalitaSoggetti/soggetto/generalitaSubIscr/idSchedaSoggettoComune/idSchedaSoggetto",
        )
    })
});

/// Sheets whose codice fiscale the elaboration did not validate (spec subentro §5.4): hashes in order, for a large
/// delivery may have hundreds of thousands of them.
#[derive(Debug, Default)]
pub(crate) struct NonValidati(Vec<u64>);

impl NonValidati {
    /// From the findings of the elaboration.
    pub(crate) fn di(rilievi: impl Iterator<Item = io::Result<Rilievo>>) -> io::Result<Self> {
        let mut impronte = Vec::new();
        for r in rilievi {
            let r = r?;
            if r.tipo_scheda.individuale() && toglie_validita(&r.codice) {
                impronte.push(Self::impronta(r.tipo_scheda, &r.scheda));
            }
        }
        impronte.sort_unstable();
        impronte.dedup();
        impronte.shrink_to_fit();
        Ok(Self(impronte))
    }

    fn impronta(tipo: TipoScheda, scheda: &str) -> u64 {
        let mut h = DefaultHasher::new();
        (tipo, scheda).hash(&mut h);
        h.finish()
    }

    fn validita(&self, tipo: TipoScheda, scheda: &str) -> u8 {
        // The list is empty for most deliveries: no hash is made for nothing.
        if !self.0.is_empty() && self.0.binary_search(&Self::impronta(tipo, scheda)).is_ok() {
            9
        } else {
            1
        }
    }
}

/// Streams the records of some segments, in order, as the register stores them.
pub(crate) fn compatti<'a>(
    segmenti: &'a [PathBuf],
    non_validati: &'a NonValidati,
    ae: &'a dyn Tributaria,
) -> impl Iterator<Item = Esito<RecordCompatto>> + 'a {
    segmenti.iter().flat_map(move |percorso| {
        let schede = Segmento::apri(percorso).and_then(|s| s.schede());
        let (schede, errore) = match schede {
            Ok(s) => (Some(s), None),
            Err(e) => (None, Some(Err(e.into()))),
        };
        errore.into_iter().chain(schede.into_iter().flatten().map(|r| {
            r.map_err(ErroreServizio::from)
                .map(|r| compatto(&r, non_validati, ae))
        }))
    })
}

fn compatto(r: &Record, non_validati: &NonValidati, ae: &dyn Tributaria) -> RecordCompatto {
    let n = nodi();
    let (tipo, scheda, id, cf, nascita, sesso) = match r.tipo {
        elaborazione::TipoRecord::Soggetto => (
            TipoRecord::Soggetto,
            Some(TipoScheda::SoggettoApr),
            ID_SOGGETTO.and_then(|id| r.testo(id)),
            r.testo(n.codice_fiscale),
            r.testo(n.nascita).and_then(anagrafe::leggi_data),
            r.testo(n.sesso).and_then(Sesso::leggi),
        ),
        elaborazione::TipoRecord::Famiglia => (
            TipoRecord::Famiglia,
            None,
            ID_UNITA[0].and_then(|id| r.testo(id)),
            None,
            None,
            None,
        ),
        elaborazione::TipoRecord::Convivenza => (
            TipoRecord::Convivenza,
            None,
            ID_UNITA[1].and_then(|id| r.testo(id)),
            None,
            None,
            None,
        ),
        elaborazione::TipoRecord::Aire => {
            let campo = |nome: &str| {
                let i = layout_simaire()?.numero(nome)?;
                r.testo(NodoId(u16::try_from(i).ok()?))
                    .map(str::trim)
                    .filter(|t| !t.is_empty())
            };
            (
                TipoRecord::Aire,
                Some(TipoScheda::SoggettoAire),
                campo("codiceIscrizioneAire"),
                campo("codiceFiscale"),
                campo("dataNascita").and_then(elaborazione::scheda::data_aire),
                match campo("sesso") {
                    Some("1") => Some(Sesso::M),
                    Some("2") => Some(Sesso::F),
                    altro => altro.and_then(Sesso::leggi),
                },
            )
        }
    };
    let id = id.unwrap_or_default();
    let validita = scheda.map_or(0, |s| non_validati.validita(s, id));
    // Only a code that was not validated can be tied to another.
    let legame = (validita == 9)
        .then(|| legame(r, ae))
        .flatten()
        .map(|(tipo, codice)| LegameCf {
            tipo: match tipo {
                Legame::Omocodia => TipoLegame::Omocodia,
                Legame::Collegato => TipoLegame::Collegato,
            },
            sostituisce: tipo.sostituisce(cf.unwrap_or_default()),
            codice: codice.to_ascii_uppercase(),
        });
    RecordCompatto {
        tipo,
        id_comune: id.to_owned(),
        cf: cf.map(str::to_ascii_uppercase),
        legame,
        dati: codifica(r, nascita, sesso, validita),
    }
}

fn codifica(r: &Record, nascita: Option<Data>, sesso: Option<Sesso>, validita: u8) -> Vec<u8> {
    let mut v = Vec::with_capacity(1024);
    v.push(VERSIONE);
    v.extend_from_slice(&SEGNO_GRAMMATICA.to_le_bytes());
    let giorno = nascita.map_or(SENZA_DATA, |d| {
        i32::from(d.year()) * 10_000 + i32::from(d.month()) * 100 + i32::from(d.day())
    });
    v.extend_from_slice(&giorno.to_le_bytes());
    v.push(sesso.map_or(0, |s| s.lettera().as_bytes().first().copied().unwrap_or(0)));
    v.push(validita);
    debug_assert_eq!(v.len(), TESTA);
    for (nodo, testo) in r.elementi() {
        variabile(&mut v, usize::from(nodo.0) * 2 + usize::from(testo.is_some()));
        if let Some(testo) = testo {
            variabile(&mut v, testo.len());
            v.extend_from_slice(testo.as_bytes());
        }
    }
    v
}

fn variabile(v: &mut Vec<u8>, mut n: usize) {
    while n >= 0x80 {
        v.push((n & 0x7f) as u8 | 0x80);
        n >>= 7;
    }
    v.push(n as u8);
}

/// A record of the register, read back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SchedaLetta {
    /// Date of birth, when it could be read.
    pub nascita: Option<Data>,
    /// 1 validated, 9 not, 0 where it does not apply.
    pub validita_cf: u8,
    /// Values as sent, in document order, under their path (APR) or field name (AIRE).
    pub valori: Vec<(String, String)>,
}

/// Reads a compact record back.
pub(crate) fn decodifica(tipo: TipoRecord, dati: &[u8]) -> Esito<SchedaLetta> {
    leggi(tipo, dati)
        .ok_or_else(|| ErroreServizio::guasto("scheda del registro illeggibile o di un'altra grammatica"))
}

fn leggi(tipo: TipoRecord, dati: &[u8]) -> Option<SchedaLetta> {
    let (testa, mut resto) = dati.split_at_checked(TESTA)?;
    let segno = u32::from_le_bytes(testa.get(1..5)?.try_into().ok()?);
    (testa[0] == VERSIONE && segno == *SEGNO_GRAMMATICA).then_some(())?;
    let giorno = i32::from_le_bytes(testa.get(5..9)?.try_into().ok()?);
    let nascita = (giorno != SENZA_DATA)
        .then(|| {
            Data::new(
                i16::try_from(giorno / 10_000).ok()?,
                i8::try_from(giorno / 100 % 100).ok()?,
                i8::try_from(giorno % 100).ok()?,
            )
            .ok()
        })
        .flatten();
    let mut valori = Vec::new();
    while !resto.is_empty() {
        let marca = leggi_variabile(&mut resto)?;
        if marca & 1 == 0 {
            continue;
        }
        let quanti = leggi_variabile(&mut resto)?;
        let (testo, dopo) = resto.split_at_checked(quanti)?;
        resto = dopo;
        let nodo = u16::try_from(marca >> 1).ok()?;
        let nome = match tipo {
            TipoRecord::Aire => layout_simaire()?.campi.get(usize::from(nodo))?.nome.to_owned(),
            _ => modello_apr()?.percorso(NodoId(nodo)),
        };
        valori.push((nome, std::str::from_utf8(testo).ok()?.to_owned()));
    }
    Some(SchedaLetta {
        nascita,
        validita_cf: testa[10],
        valori,
    })
}

fn leggi_variabile(resto: &mut &[u8]) -> Option<usize> {
    let mut n = 0;
    for scorri in (0..5).map(|i| i * 7) {
        let (&b, dopo) = resto.split_first()?;
        *resto = dopo;
        n |= usize::from(b & 0x7f) << scorri;
        if b & 0x80 == 0 {
            return Some(n);
        }
    }
    None
}
