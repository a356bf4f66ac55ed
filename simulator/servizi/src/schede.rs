//! A record of a segment → a record of the register.
//!
//! Everything the Comune sent is kept as sent, place and text; beside it stands our reading of what is asked most
//! (birth, sex, state of the codice fiscale), because a WARNING never blocks and a wrong value is loaded all the same
//! (spec subentro §4.8). The places are numbers of the unfolded grammar, so the record carries the grammar's mark.

//!
//! AIRE families come in no file: the first line of each (Comune of AIRE registration and family id) makes its scheda,
//! and a hash of the two is all that is kept to know the others.

use std::{
    collections::HashSet,
    hash::{DefaultHasher, Hash as _, Hasher as _},
    io,
    path::PathBuf,
    sync::LazyLock,
};

use anagrafe::{Data, Sesso, codice_fiscale::normalizza};
use elaborazione::{
    Record, Rilievo, Segmento, TipoScheda,
    scheda::{NODO_ASSENTE, layout_simaire, modello_apr, nodi},
    tributaria::{Legame, Tributaria, legame, toglie_validita},
};
use registro::{DaCaricare, LegameCf, RecordCompatto, TipoLegame, TipoRecord};
use schema::NodoId;

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

/// Fields of a line of the AIRE file, as numbers of the layout.
struct CampiAire {
    id: NodoId,
    codice_fiscale: NodoId,
    cognome: NodoId,
    nome: NodoId,
    nascita: NodoId,
    sesso: NodoId,
    famiglia: NodoId,
    iscrizione: NodoId,
}

static CAMPI_AIRE: LazyLock<CampiAire> = LazyLock::new(|| {
    let campo = |nome: &str| {
        let numero = layout_simaire().and_then(|l| l.numero(nome));
        numero
            .and_then(|n| u16::try_from(n).ok())
            .map_or(NODO_ASSENTE, NodoId)
    };
    CampiAire {
        id: campo("codiceIscrizioneAire"),
        codice_fiscale: campo("codiceFiscale"),
        cognome: campo("cognome"),
        nome: campo("nome"),
        nascita: campo("dataNascita"),
        sesso: campo("sesso"),
        famiglia: campo(CAMPO_FAMIGLIA_AIRE),
        iscrizione: campo(CAMPO_ISCRIZIONE_AIRE),
    }
});

/// Field of the family id of a line.
pub(crate) const CAMPO_FAMIGLIA_AIRE: &str = "codiceFamigliaAire";
/// Field of its Comune of AIRE registration.
pub(crate) const CAMPO_ISCRIZIONE_AIRE: &str = "istatIscrizioneAire";

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

/// Streams the records of some segments, in order, as the register stores them; after the first line of an AIRE family
/// its scheda.
pub(crate) fn compatti<'a>(
    segmenti: &'a [PathBuf],
    non_validati: &'a NonValidati,
    ae: &'a dyn Tributaria,
) -> impl Iterator<Item = Esito<DaCaricare>> + 'a {
    let letti = segmenti.iter().flat_map(|percorso| {
        let schede = Segmento::apri(percorso).and_then(|s| s.schede());
        let (schede, errore) = match schede {
            Ok(s) => (Some(s), None),
            Err(e) => (None, Some(Err(e))),
        };
        errore.into_iter().chain(schede.into_iter().flatten())
    });
    let mut famiglie = HashSet::new();
    letti.flat_map(move |r| {
        let due = match r {
            Ok(r) => {
                let famiglia = famiglia_aire(&r, &mut famiglie);
                [Some(Ok(compatto(&r, non_validati, ae))), famiglia.map(Ok)]
            }
            Err(e) => [Some(Err(ErroreServizio::from(e))), None],
        };
        due.into_iter().flatten()
    })
}

/// The scheda of the family of an AIRE line, unless a line before it made it; none for a line without family.
fn famiglia_aire(r: &Record, viste: &mut HashSet<u64>) -> Option<DaCaricare> {
    let (famiglia, iscrizione) = famiglia_e_iscrizione(r)?;
    let mut h = DefaultHasher::new();
    (famiglia, iscrizione).hash(&mut h);
    viste.insert(h.finish()).then(|| {
        let suoi = [CAMPI_AIRE.famiglia, CAMPI_AIRE.iscrizione];
        let elementi = r.elementi().filter(|(nodo, _)| suoi.contains(nodo));
        let record = RecordCompatto {
            tipo: TipoRecord::FamigliaAire,
            id_comune: famiglia.to_owned(),
            cf: None,
            legame: None,
            dati: codifica(elementi, None, None, 0),
        };
        record.into()
    })
}

fn famiglia_e_iscrizione(r: &Record) -> Option<(&str, &str)> {
    let famiglia = (r.tipo == elaborazione::TipoRecord::Aire)
        .then(|| campo_aire(r, CAMPI_AIRE.famiglia))
        .flatten()?;
    Some((famiglia, campo_aire(r, CAMPI_AIRE.iscrizione).unwrap_or_default()))
}

fn campo_aire(r: &Record, campo: NodoId) -> Option<&str> {
    r.testo(campo).map(str::trim).filter(|t| !t.is_empty())
}

/// The name under which the persons of a family or convivenza are found; for AIRE families the Comune of registration
/// is part of it.
pub(crate) fn nome_unita(tipo: TipoRecord, id: &str, iscrizione: &str) -> Option<String> {
    match tipo {
        TipoRecord::Famiglia => Some(format!("F{id}")),
        TipoRecord::Convivenza => Some(format!("C{id}")),
        TipoRecord::FamigliaAire => Some(format!("E{iscrizione}/{id}")),
        TipoRecord::Soggetto | TipoRecord::Aire => None,
    }
}

/// What stands between the parts of a name as it is ordered; no name has it.
pub(crate) const DIVISORE: char = '\u{1f}';

/// A name as it is ordered and looked for: surname, given name, birth; see [`normalizza`].
fn nome_ordinato(cognome: Option<&str>, nome: Option<&str>, nascita: Option<Data>) -> String {
    let normale = |t: Option<&str>| normalizza(t.unwrap_or_default());
    let nascita = nascita.map(|d| d.strftime("%Y%m%d").to_string());
    format!(
        "{}{DIVISORE}{}{DIVISORE}{}",
        normale(cognome),
        normale(nome),
        nascita.unwrap_or_default()
    )
}

fn compatto(r: &Record, non_validati: &NonValidati, ae: &dyn Tributaria) -> DaCaricare {
    use elaborazione::TipoRecord as Letto;
    let n = nodi();
    match r.tipo {
        Letto::Soggetto => {
            let nascita = r.testo(n.nascita).and_then(anagrafe::leggi_data);
            let unita = [
                (TipoRecord::Famiglia, n.famiglia_id),
                (TipoRecord::Convivenza, n.convivenza_id),
            ];
            DaCaricare {
                unita: unita.map(|(tipo, nodo)| nome_unita(tipo, r.testo(nodo)?, "")),
                nome: Some(nome_ordinato(r.testo(n.cognome), r.testo(n.nome), nascita)),
                record: persona(
                    r,
                    (TipoRecord::Soggetto, TipoScheda::SoggettoApr),
                    (r.testo(n.id_soggetto), r.testo(n.codice_fiscale)),
                    (nascita, r.testo(n.sesso).and_then(Sesso::leggi)),
                    (non_validati, ae),
                ),
            }
        }
        Letto::Aire => {
            let campo = |c| campo_aire(r, c);
            let nascita = campo(CAMPI_AIRE.nascita).and_then(elaborazione::scheda::data_aire);
            let sesso = match campo(CAMPI_AIRE.sesso) {
                Some("1") => Some(Sesso::M),
                Some("2") => Some(Sesso::F),
                altro => altro.and_then(Sesso::leggi),
            };
            let famiglia = famiglia_e_iscrizione(r)
                .and_then(|(id, iscrizione)| nome_unita(TipoRecord::FamigliaAire, id, iscrizione));
            DaCaricare {
                unita: [famiglia, None],
                nome: Some(nome_ordinato(
                    campo(CAMPI_AIRE.cognome),
                    campo(CAMPI_AIRE.nome),
                    nascita,
                )),
                record: persona(
                    r,
                    (TipoRecord::Aire, TipoScheda::SoggettoAire),
                    (campo(CAMPI_AIRE.id), campo(CAMPI_AIRE.codice_fiscale)),
                    (nascita, sesso),
                    (non_validati, ae),
                ),
            }
        }
        Letto::Famiglia => unita(r, TipoRecord::Famiglia, n.scheda_famiglia_id),
        Letto::Convivenza => unita(r, TipoRecord::Convivenza, n.scheda_convivenza_id),
    }
}

fn unita(r: &Record, tipo: TipoRecord, id: NodoId) -> DaCaricare {
    let record = RecordCompatto {
        tipo,
        id_comune: r.testo(id).unwrap_or_default().to_owned(),
        cf: None,
        legame: None,
        dati: codifica(r.elementi(), None, None, 0),
    };
    record.into()
}

fn persona(
    r: &Record,
    (tipo, scheda): (TipoRecord, TipoScheda),
    (id, cf): (Option<&str>, Option<&str>),
    (nascita, sesso): (Option<Data>, Option<Sesso>),
    (non_validati, ae): (&NonValidati, &dyn Tributaria),
) -> RecordCompatto {
    let id = id.unwrap_or_default();
    let validita = non_validati.validita(scheda, id);
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
        dati: codifica(r.elementi(), nascita, sesso, validita),
    }
}

fn codifica<'r>(
    elementi: impl Iterator<Item = (NodoId, Option<&'r str>)>,
    nascita: Option<Data>,
    sesso: Option<Sesso>,
    validita: u8,
) -> Vec<u8> {
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
    for (nodo, testo) in elementi {
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
    /// Sex, when it could be read.
    pub sesso: Option<Sesso>,
    /// 1 validated, 9 not, 0 where it does not apply.
    pub validita_cf: u8,
    /// Values as sent, in document order, under their path (APR) or field name (AIRE).
    pub valori: Vec<(String, String)>,
}

impl SchedaLetta {
    /// The first value of that name: for the APR the end of a path, from a slash on, for the AIRE the field.
    pub fn valore(&self, quale: &str) -> Option<&str> {
        self.valori
            .iter()
            .find(|(nome, _)| nome == quale || (quale.starts_with('/') && nome.ends_with(quale)))
            .map(|(_, v)| v.trim())
            .filter(|v| !v.is_empty())
    }
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
            TipoRecord::Aire | TipoRecord::FamigliaAire => {
                layout_simaire()?.campi.get(usize::from(nodo))?.nome.to_owned()
            }
            _ => modello_apr()?.percorso(NodoId(nodo)),
        };
        valori.push((nome, std::str::from_utf8(testo).ok()?.to_owned()));
    }
    Some(SchedaLetta {
        nascita,
        sesso: std::str::from_utf8(&testa[9..10]).ok().and_then(Sesso::leggi),
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

/// A record's data with nothing in them but a validated code.
#[cfg(test)]
pub(crate) fn dati_di_prova() -> Vec<u8> {
    codifica(std::iter::empty(), None, None, 1)
}
