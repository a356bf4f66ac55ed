//! The lessons there are: those in the binary, and those of a folder (`serve --lezioni DIR`).
//!
//! A folder is read whole or not at all: one bad file stops the start, with its name and line.

use std::{collections::BTreeMap, fs, path::Path, sync::LazyLock};

use super::documento::{ErroreLezione, Lezione};

/// Lessons of a folder.
const LEZIONI_MASSIME: usize = 100;

macro_rules! inclusa {
    ($nome:literal) => {
        (
            concat!($nome, ".toml"),
            include_str!(concat!("../../../../fixtures/lezioni/", $nome, ".toml")),
        )
    };
}

/// The files in the binary, in the order they are taught.
static INCLUSE: &[(&str, &str)] = &[
    inclusa!("primo-subentro"),
    inclusa!("tre-errori-bloccanti"),
    inclusa!("quadratura-su-due-file"),
    inclusa!("aire-dimenticata"),
    inclusa!("certificato-scaduto"),
    inclusa!("data-mancata"),
    inclusa!("mancato-subentro"),
    inclusa!("cancellazione-di-notte"),
];

/// Read when somebody asks: a start that teaches nothing does not pay for it.
static PREDEFINITA: LazyLock<Libreria> = LazyLock::new(|| Libreria {
    lezioni: INCLUSE
        .iter()
        // The files are ours and a test reads them; a broken one must not teach.
        .map(|(nome, testo)| Lezione::leggi(nome, testo).expect("embedded lesson"))
        .collect(),
});

/// The lessons, in order.
#[derive(Debug, Clone)]
pub struct Libreria {
    lezioni: Vec<Lezione>,
}

impl Libreria {
    /// The ones in the binary.
    pub fn predefinita() -> &'static Self {
        &PREDEFINITA
    }

    /// All of them.
    pub fn tutte(&self) -> &[Lezione] {
        &self.lezioni
    }

    /// One by its id.
    pub fn una(&self, id: &str) -> Option<&Lezione> {
        self.lezioni.iter().find(|l| l.id == id)
    }

    /// The ones in the binary and the `.toml` files of a folder, by name; one with the id of another takes its place.
    pub fn con_cartella(cartella: &Path) -> Result<Self, ErroreLezione> {
        let mut tutte = Self::predefinita().clone();
        let errore = |file: &Path, perche: String| ErroreLezione {
            file: file.display().to_string(),
            riga: None,
            perche,
        };
        let illeggibile = |e: std::io::Error| errore(cartella, format!("non si legge ({e})"));
        let mut file = BTreeMap::new();
        for voce in fs::read_dir(cartella).map_err(illeggibile)? {
            let percorso = voce.map_err(illeggibile)?.path();
            if percorso.extension().is_some_and(|e| e == "toml") {
                file.insert(percorso.clone(), percorso);
            }
        }
        if file.is_empty() {
            return Err(errore(
                cartella,
                "nella cartella non c'è nessun file .toml".to_owned(),
            ));
        }
        if file.len() > LEZIONI_MASSIME {
            return Err(errore(
                cartella,
                format!("{} lezioni: al massimo {LEZIONI_MASSIME}", file.len()),
            ));
        }
        for percorso in file.into_keys() {
            let testo = fs::read_to_string(&percorso)
                .map_err(|e| errore(&percorso, format!("non si legge ({e})")))?;
            let lezione = Lezione::leggi(&percorso.display().to_string(), &testo)?;
            if let Some(altra) = tutte
                .lezioni
                .iter()
                .find(|l| l.comune == lezione.comune && l.id != lezione.id)
            {
                return Err(errore(
                    &percorso,
                    format!("il Comune {} è già della lezione «{}»", lezione.comune, altra.id),
                ));
            }
            match tutte.lezioni.iter_mut().find(|l| l.id == lezione.id) {
                Some(posto) => *posto = lezione,
                None => tutte.lezioni.push(lezione),
            }
        }
        Ok(tutte)
    }
}

#[cfg(test)]
mod prove {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn the_embedded_ones_are_all_there_is_and_share_no_comune() {
        let cartella = concat!(env!("CARGO_MANIFEST_DIR"), "/../../fixtures/lezioni");
        let su_disco: BTreeSet<String> = fs::read_dir(cartella)
            .expect("the folder")
            .map(|v| v.expect("an entry").file_name().to_string_lossy().into_owned())
            .collect();
        let incluse: BTreeSet<String> = INCLUSE.iter().map(|(n, _)| (*n).to_owned()).collect();
        assert_eq!(su_disco, incluse);
        let l = Libreria::predefinita();
        assert_eq!(l.tutte().len(), INCLUSE.len());
        let comuni: BTreeSet<_> = l.tutte().iter().map(|l| l.comune).collect();
        assert_eq!(comuni.len(), INCLUSE.len());
    }

    #[test]
    fn a_folder_adds_replaces_or_is_refused_with_file_and_line() {
        let dir = tempfile::tempdir().expect("a folder");
        let vuota = Libreria::con_cartella(dir.path()).expect_err("empty");
        assert!(vuota.perche.contains("nessun file .toml"), "{vuota}");
        let (nome, testo) = INCLUSE[0];
        let nostra = testo.replacen("titolo = \"", "titolo = \"La mia: ", 1);
        fs::write(dir.path().join(nome), &nostra).expect("written");
        let altra = testo.replace("888101", "888201");
        fs::write(dir.path().join("mia.toml"), altra).expect("written");
        let l = Libreria::con_cartella(dir.path()).expect("read");
        assert_eq!(l.tutte().len(), INCLUSE.len() + 1);
        assert!(
            l.una("primo-subentro")
                .expect("there")
                .titolo
                .starts_with("La mia: ")
        );
        assert_eq!(l.una("mia").expect("there").comune.as_str(), "888201");
        fs::write(dir.path().join("doppia.toml"), testo.replace("888101", "888201")).expect("written");
        let e = Libreria::con_cartella(dir.path()).expect_err("two of one Comune");
        assert!(e.to_string().contains("888201"), "{e}");
        fs::write(dir.path().join("doppia.toml"), "titolo = \"x\"\nboh = 1\n").expect("written");
        let e = Libreria::con_cartella(dir.path()).expect_err("unknown key");
        assert!(
            e.to_string()
                .contains("doppia.toml, riga 2: campo sconosciuto «boh»"),
            "{e}"
        );
    }
}
