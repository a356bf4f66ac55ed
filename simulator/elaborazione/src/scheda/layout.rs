//! A layout of the AIRE file as data: a table of fields → where each stands in a line.
//!
//! The table is tab-separated text (docs/TRACCIATO_AIRE.md). The names are those of `SIMAIRE-1`, in whose numbering
//! every field is kept whatever the layout, so that who reads a record need not know how its line was laid out.
//! A layout that loads has no hole, no overlap, no unknown name or kind; every fault is told with its line.

use std::fmt;
use std::sync::{Arc, LazyLock};

const SIMAIRE_1: &str = include_str!("../../../../fixtures/aire/simaire-1.tsv");
/// Name of the field that may stand more than once: what nobody reads.
const RISERVATO: &str = "riservato";
/// Longest line a layout may have, in characters.
const LUNGHEZZA_MASSIMA: usize = 32 * 1024;
/// Characters of a date.
const LUNGHEZZA_DATA: usize = 8;
/// Without these nobody can be told from anybody else.
const INDISPENSABILI: [&str; 4] = ["codiceIscrizioneAire", "codiceFiscale", "cognome", "nome"];

/// Kind of a field.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TipoCampo {
    /// Digits.
    Numerico,
    /// Letters, diacritics and punctuation of the ANPR01 classes.
    Alfabetico,
    /// Letters and digits.
    Alfanumerico,
    /// `AAAAMMGG`, or zeros.
    Data,
}

impl TipoCampo {
    /// `N`, `A`, `AN`, `D`.
    pub fn sigla(self) -> &'static str {
        match self {
            Self::Numerico => "N",
            Self::Alfabetico => "A",
            Self::Alfanumerico => "AN",
            Self::Data => "D",
        }
    }

    fn di(sigla: &str) -> Option<Self> {
        [Self::Numerico, Self::Alfabetico, Self::Alfanumerico, Self::Data]
            .into_iter()
            .find(|t| t.sigla() == sigla)
    }
}

/// A field of a layout.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CampoAire {
    /// Name, as in the checks.
    pub nome: &'static str,
    /// Number of the name in `SIMAIRE-1`, from 0: what records are written with.
    pub numero: u16,
    /// First character, from 0.
    pub inizio: usize,
    /// Characters.
    pub lunghezza: usize,
    /// Kind.
    pub tipo: TipoCampo,
    /// Neither blank nor only zeros, else the line is wrong (`EN010`).
    pub obbligatorio: bool,
}

/// A fixed-width layout.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Layout {
    /// Name.
    pub nome: String,
    /// Characters of a line, without CR LF.
    pub lunghezza: usize,
    /// Fields in the order of their positions.
    pub campi: Vec<CampoAire>,
}

/// What is wrong with a layout file, and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ErroreLayout {
    /// Line of the file, from 1; 0 when it speaks of the whole.
    pub riga: usize,
    /// In Italian.
    pub testo: String,
}

impl fmt::Display for ErroreLayout {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.riga > 0 {
            write!(f, "riga {}: ", self.riga)?;
        }
        f.write_str(&self.testo)
    }
}

impl std::error::Error for ErroreLayout {}

/// The names a layout may use, in the order of `SIMAIRE-1`, and whether each is a date.
static NOMI: LazyLock<Vec<(&'static str, bool)>> = LazyLock::new(|| {
    righe(SIMAIRE_1)
        .skip(1)
        .filter_map(|(_, riga)| {
            let mut colonne = riga.split('\t').skip(3);
            let tipo = colonne.next()?;
            Some((colonne.next()?, tipo == TipoCampo::Data.sigla()))
        })
        .collect()
});

static INCLUSI: LazyLock<Vec<Layout>> = LazyLock::new(|| Layout::leggi(SIMAIRE_1).into_iter().collect());

/// The lines that say something, numbered from 1.
fn righe(testo: &str) -> impl Iterator<Item = (usize, &str)> {
    testo
        .trim_start_matches('\u{feff}')
        .lines()
        .enumerate()
        .map(|(i, riga)| (i + 1, riga.trim_end()))
        .filter(|(_, riga)| !riga.is_empty() && !riga.starts_with('#'))
}

impl Layout {
    /// Reads a layout file.
    ///
    /// # Errors
    /// Everything that is wrong with it, in the order of its lines.
    pub fn leggi(testo: &str) -> Result<Self, Vec<ErroreLayout>> {
        let mut errori = Errori::default();
        let mut righe = righe(testo);
        let Some((riga, testa)) = righe.next() else {
            errori.in_riga(0, "file vuoto: manca la riga «layout NOME LUNGHEZZA»");
            return Err(errori.0);
        };
        let (nome, lunghezza) = leggi_testa(riga, testa, &mut errori);
        let mut campi: Vec<(usize, CampoAire)> = Vec::new();
        for (riga, contenuto) in righe {
            if let Some(campo) = leggi_campo(riga, contenuto, &mut errori) {
                campi.push((riga, campo));
            }
        }
        campi.sort_by_key(|(_, c)| c.inizio);
        // Holes and overlaps can only be told when every field was read.
        if errori.0.is_empty() {
            controlla(riga, lunghezza, &campi, &mut errori);
        }
        if !errori.0.is_empty() {
            errori.0.sort_by_key(|e| e.riga);
            return Err(errori.0);
        }
        Ok(Self {
            nome,
            lunghezza,
            campi: campi.into_iter().map(|(_, c)| c).collect(),
        })
    }

    /// Position of a field among the fields.
    pub fn numero(&self, nome: &str) -> Option<usize> {
        self.campi.iter().position(|c| c.nome == nome)
    }

    /// The names of the checks that this layout has no field for.
    pub fn mancanti(&self) -> impl Iterator<Item = &'static str> {
        NOMI.iter()
            .map(|(nome, _)| *nome)
            .filter(|nome| *nome != RISERVATO && self.numero(nome).is_none())
    }
}

#[derive(Default)]
struct Errori(Vec<ErroreLayout>);

impl Errori {
    fn in_riga(&mut self, riga: usize, testo: impl Into<String>) {
        self.0.push(ErroreLayout {
            riga,
            testo: testo.into(),
        });
    }
}

fn leggi_testa(riga: usize, testa: &str, errori: &mut Errori) -> (String, usize) {
    let colonne: Vec<&str> = testa.split('\t').map(str::trim).collect();
    let [parola, nome, lunghezza] = colonne[..] else {
        errori.in_riga(
            riga,
            "la prima riga dev'essere «layout», nome e lunghezza, separati da tabulazioni",
        );
        return (String::new(), 0);
    };
    if parola != "layout" {
        errori.in_riga(
            riga,
            format!("la prima riga comincia con «layout», non con «{parola}»"),
        );
    }
    let bene = |c: char| c.is_ascii_alphanumeric() || "-_.".contains(c);
    if nome.is_empty() || !nome.chars().all(bene) {
        errori.in_riga(riga, format!("nome «{nome}»: lettere, cifre, trattini e punti"));
    }
    let lunghezza = match lunghezza.parse() {
        Ok(n) if (1..=LUNGHEZZA_MASSIMA).contains(&n) => n,
        _ => {
            errori.in_riga(
                riga,
                format!("lunghezza «{lunghezza}»: attesi da 1 a {LUNGHEZZA_MASSIMA} caratteri"),
            );
            0
        }
    };
    (nome.to_owned(), lunghezza)
}

fn leggi_campo(riga: usize, contenuto: &str, errori: &mut Errori) -> Option<CampoAire> {
    let prima = errori.0.len();
    let colonne: Vec<&str> = contenuto.split('\t').map(str::trim).collect();
    let (&[_, inizio, lunghezza, tipo, nome] | &[_, inizio, lunghezza, tipo, nome, _]) = &colonne[..] else {
        errori.in_riga(
            riga,
            format!(
                "{} colonne: attese numero, inizio, lunghezza, tipo, campo e, se si vuole, S (obbligatorio), separate da tabulazioni",
                colonne.len()
            ),
        );
        return None;
    };
    let mut misura = |cosa: &str, valore: &str| match valore.parse::<usize>() {
        Ok(n) if (1..=LUNGHEZZA_MASSIMA).contains(&n) => n,
        _ => {
            errori.in_riga(
                riga,
                format!("{cosa} «{valore}»: atteso un numero da 1 a {LUNGHEZZA_MASSIMA}"),
            );
            1
        }
    };
    let (inizio, lunghezza) = (misura("inizio", inizio), misura("lunghezza", lunghezza));
    if colonne[0].parse::<u32>().is_err() {
        errori.in_riga(riga, format!("«{}»: attesa una riga numerata", colonne[0]));
    }
    let letto = TipoCampo::di(tipo);
    if letto.is_none() {
        errori.in_riga(riga, format!("tipo «{tipo}» sconosciuto: ammessi N, A, AN, D"));
    }
    let noto = NOMI.iter().position(|(noto, _)| *noto == nome);
    let obbligatorio = match colonne.get(5) {
        None | Some(&("" | "N")) => false,
        Some(&"S") => true,
        Some(altro) => {
            errori.in_riga(riga, format!("obbligatorio «{altro}»: ammessi S, N o niente"));
            false
        }
    };
    match (noto, letto) {
        (None, _) => {
            let simile = NOMI.iter().find(|(noto, _)| noto.eq_ignore_ascii_case(nome));
            let aiuto = simile.map_or_else(
                || format!("; ciò che non serve si chiama {RISERVATO}"),
                |(noto, _)| format!("; forse {noto}?"),
            );
            errori.in_riga(riga, format!("campo «{nome}» sconosciuto{aiuto}"));
        }
        (Some(n), Some(tipo)) if NOMI[n].1 != (tipo == TipoCampo::Data) => {
            let atteso = if NOMI[n].1 {
                "è una data: tipo D"
            } else {
                "non è una data"
            };
            errori.in_riga(riga, format!("{nome} {atteso}"));
        }
        _ => {}
    }
    if letto == Some(TipoCampo::Data) && lunghezza != LUNGHEZZA_DATA {
        errori.in_riga(
            riga,
            format!("{nome}: una data AAAAMMGG ha {LUNGHEZZA_DATA} caratteri, non {lunghezza}"),
        );
    }
    if errori.0.len() > prima {
        return None;
    }
    let numero = noto?;
    Some(CampoAire {
        nome: NOMI[numero].0,
        numero: u16::try_from(numero).ok()?,
        inizio: inizio - 1,
        lunghezza,
        tipo: letto?,
        obbligatorio,
    })
}

/// What only the whole can show: order, holes, length, names.
fn controlla(testa: usize, lunghezza: usize, campi: &[(usize, CampoAire)], errori: &mut Errori) {
    let mut fine = 0;
    let mut ultimo = "";
    for (i, (riga, campo)) in campi.iter().enumerate() {
        if campo.inizio < fine {
            errori.in_riga(
                *riga,
                format!(
                    "{} comincia a {} ma {ultimo} finisce a {fine}",
                    campo.nome,
                    campo.inizio + 1
                ),
            );
        } else if campo.inizio > fine {
            errori.in_riga(
                *riga,
                format!(
                    "posizioni {}–{} scoperte prima di {}: coprirle con un campo {RISERVATO}",
                    fine + 1,
                    campo.inizio,
                    campo.nome
                ),
            );
        }
        if campo.inizio + campo.lunghezza > fine {
            (fine, ultimo) = (campo.inizio + campo.lunghezza, campo.nome);
        }
        if let Some((prima, _)) = campi[..i]
            .iter()
            .find(|(_, c)| c.nome == campo.nome && c.nome != RISERVATO)
        {
            errori.in_riga(*riga, format!("{} c'è già alla riga {prima}", campo.nome));
        }
    }
    if fine != lunghezza {
        errori.in_riga(
            testa,
            format!("la riga è lunga {lunghezza} caratteri ma i campi finiscono a {fine}"),
        );
    }
    for nome in INDISPENSABILI {
        if campi.iter().all(|(_, c)| c.nome != nome) {
            errori.in_riga(testa, format!("manca il campo {nome}, indispensabile"));
        }
    }
}

/// The layouts of the user, tried before those of the program.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct LayoutAire(Vec<Arc<Layout>>);

impl LayoutAire {
    /// Takes layouts that were read.
    ///
    /// # Errors
    /// Two of them have lines of one length: nothing could choose between them.
    pub fn nuovi(layout: impl IntoIterator<Item = Layout>) -> Result<Self, ErroreLayout> {
        let mut scelti: Vec<Arc<Layout>> = Vec::new();
        for nuovo in layout {
            if let Some(altro) = scelti.iter().find(|l| l.lunghezza == nuovo.lunghezza) {
                return Err(ErroreLayout {
                    riga: 0,
                    testo: format!(
                        "{} e {} hanno righe della stessa lunghezza ({}): il tracciato si sceglie da quella",
                        altro.nome, nuovo.nome, nuovo.lunghezza
                    ),
                });
            }
            scelti.push(Arc::new(nuovo));
        }
        Ok(Self(scelti))
    }

    /// The layout whose lines have this many characters.
    pub fn per_lunghezza(&self, lunghezza: usize) -> Option<&Layout> {
        self.0
            .iter()
            .map(AsRef::as_ref)
            .chain(INCLUSI.iter())
            .find(|l| l.lunghezza == lunghezza)
    }
}

/// `SIMAIRE-1`.
pub fn layout_simaire() -> Option<&'static Layout> {
    INCLUSI.first()
}

#[cfg(test)]
mod prove {
    use super::*;

    const BUONO: &str = "# prova\r\n\r\nlayout\tCORTO-1\t70\r\n1\t1\t10\tAN\tcodiceIscrizioneAire\tS\r\n\
                         2\t11\t16\tAN\tcodiceFiscale\r\n3\t27\t15\tA\tcognome\tN\r\n4\t42\t15\tA\tnome\r\n\
                         5\t57\t3\tAN\tmotivoIscrizione\r\n6\t60\t8\tD\tdataIscrizioneAire\r\n7\t68\t3\tA\triservato\r\n";

    #[test]
    fn il_layout_incluso_e_intero() {
        let layout = layout_simaire().expect("layout in fixtures/aire");
        assert_eq!(
            (layout.nome.as_str(), layout.lunghezza, layout.campi.len()),
            ("SIMAIRE-1", 720, 52)
        );
        assert_eq!(
            layout.numero("codiceConsolato").map(|n| layout.campi[n].inizio),
            Some(387)
        );
        assert!(
            layout
                .campi
                .iter()
                .enumerate()
                .all(|(i, c)| usize::from(c.numero) == i),
            "the numbering of records is that of the embedded layout"
        );
        let obbligatori: Vec<_> = layout
            .campi
            .iter()
            .filter(|c| c.obbligatorio)
            .map(|c| c.nome)
            .collect();
        assert_eq!(obbligatori, ["dataIscrizioneAire"]);
        assert_eq!(layout.mancanti().count(), 0);
    }

    #[test]
    fn un_altro_layout_parla_con_gli_stessi_numeri() {
        let layout = Layout::leggi(BUONO).expect("buono");
        let simaire = layout_simaire().expect("incluso");
        for campo in &layout.campi {
            assert_eq!(simaire.campi[usize::from(campo.numero)].nome, campo.nome);
        }
        assert!(layout.campi[0].obbligatorio && !layout.campi[2].obbligatorio);
        assert!(layout.mancanti().any(|n| n == "codiceConsolato"));
        assert!(layout.mancanti().all(|n| n != "cognome" && n != "riservato"));
    }

    #[test]
    fn ogni_guasto_dice_la_riga() {
        for (da, a, riga, dice) in [
            (
                "layout\tCORTO-1\t70",
                "layout\tCORTO-1",
                3,
                "separati da tabulazioni",
            ),
            ("layout\tCORTO-1\t70", "tracciato\tCORTO-1\t70", 3, "«layout»"),
            ("CORTO-1\t70", "CORTO-1\t71", 3, "finiscono a 70"),
            ("CORTO-1\t70", "CORTO-1\t999999", 3, "lunghezza"),
            ("CORTO-1\t70", "CORTO/1\t70", 3, "nome"),
            (
                "2\t11\t16",
                "2\t10\t16",
                5,
                "comincia a 10 ma codiceIscrizioneAire finisce a 10",
            ),
            ("4\t42\t15", "4\t43\t14", 7, "posizioni 42–42 scoperte"),
            ("\tA\tnome", "\tB\tnome", 7, "tipo «B» sconosciuto"),
            ("\tA\tnome", "\tA\tNome", 7, "forse nome?"),
            ("\tA\tnome", "\tA\tsoprannome", 7, "riservato"),
            ("\tA\tnome", "\tA\tcognome", 7, "c'è già alla riga 6"),
            ("\tAN\tmotivoIscrizione", "\tAN\tnome", 8, "c'è già alla riga 7"),
            ("8\tD\tdata", "8\tN\tdata", 9, "tipo D"),
            ("\tA\tnome", "\tD\tnome", 7, "non è una data"),
            ("4\t42", "x\t42", 7, "numerata"),
            ("4\t42", "4\t0", 7, "inizio"),
            ("\tcognome\tN", "\tcognome\tforse", 6, "obbligatorio"),
            ("4\t42\t15\tA\tnome", "4 42 15 A nome", 7, "1 colonne"),
            ("\tA\tnome", "\tA\triservato", 3, "manca il campo nome"),
        ] {
            assert!(BUONO.contains(da), "{da}");
            let errori = Layout::leggi(&BUONO.replacen(da, a, 1)).expect_err(a);
            assert!(
                errori.iter().any(|e| e.riga == riga && e.testo.contains(dice)),
                "{a}: {errori:?}"
            );
        }
        assert!(Layout::leggi("").is_err_and(|e| e[0].testo.contains("vuoto")));
        let due = Layout::leggi(&BUONO.replace("\tA\t", "\tX\t")).expect_err("tre campi");
        assert_eq!(due.len(), 3, "every fault is told at once: {due:?}");
    }

    #[test]
    fn i_layout_dell_utente_vengono_prima() {
        let mio = Layout::leggi(&BUONO.replace("\t70", "\t720").replace("68\t3", "68\t653")).expect("buono");
        let corto = Layout::leggi(BUONO).expect("buono");
        let tutti = LayoutAire::nuovi([mio.clone(), corto]).expect("due lunghezze");
        assert_eq!(tutti.per_lunghezza(720), Some(&mio));
        assert_eq!(tutti.per_lunghezza(70).map(|l| l.nome.as_str()), Some("CORTO-1"));
        assert!(tutti.per_lunghezza(719).is_none());
        let soli = LayoutAire::default();
        assert_eq!(soli.per_lunghezza(720), layout_simaire());
        assert!(LayoutAire::nuovi([mio.clone(), mio]).is_err());
    }
}
