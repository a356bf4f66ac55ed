//! "Scarica tutti": the key stores of a Comune and their passwords in one archive (`spec/security.md` §5.3).

use std::{
    fmt::Write as _,
    io::{Cursor, Write as _},
};

use zip::{ZipWriter, write::SimpleFileOptions};

use crate::{ErrorePki, FormaP12, Pki, Postazione};

/// Name of the text of the passwords inside the archive: a line of warning, then file, tab, password. Lines end in LF
/// everywhere, so that a script does not read a password with a carriage return in it.
pub const FILE_PASSWORD: &str = "password.txt";

/// Packs the PKCS#12 files of these postazioni, sealed in one form. Entry names are names of our own files.
pub fn archivio(pki: &Pki, quali: &[Postazione], forma: FormaP12) -> Result<Vec<u8>, ErrorePki> {
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    let opzioni = SimpleFileOptions::default();
    let mut password = String::from("SIMULATORE – dati fittizi\n");
    for p in quali {
        let nome = format!("{}.p12", p.nome_file());
        // Writing to a String cannot fail.
        let _ = writeln!(password, "{nome}\t{}", p.password);
        zip.start_file(nome, opzioni).map_err(ErrorePki::cripto)?;
        zip.write_all(&pki.p12(p, forma)?).map_err(ErrorePki::cripto)?;
    }
    zip.start_file(FILE_PASSWORD, opzioni)
        .map_err(ErrorePki::cripto)?;
    zip.write_all(password.as_bytes()).map_err(ErrorePki::cripto)?;
    Ok(zip.finish().map_err(ErrorePki::cripto)?.into_inner())
}
