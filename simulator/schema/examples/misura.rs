//! MB/s of our reader and of `xmllint --stream --schema` on the same generated subentro file, in one run:
//! `cargo run --release -p schema --example misura -- MEGABYTE SUBENTRO.XSD`.

use std::io::{BufWriter, Write};
use std::path::Path;
use std::process::Command;
use std::time::Instant;
use std::{env, error::Error, fs, fs::File};

use schema::{Blocco, Modello, NodoId, Opzioni, Ricevitore, Violazione, leggi, radici};

/// Takes note of as little as a real receiver must.
#[derive(Default)]
struct Conta {
    valori: u64,
    byte: u64,
    violazioni: Vec<Violazione>,
}

impl Ricevitore for Conta {
    fn valore(&mut self, _: &Blocco, _: NodoId, testo: &str, _: usize) {
        self.valori += 1;
        self.byte += testo.len() as u64;
    }
    fn violazione(&mut self, _: &Blocco, v: Violazione) {
        self.violazioni.push(v);
    }
}

const RECORD: [&str; 3] = [
    "subentro/generalitaSoggetti/soggetto",
    "subentro/famiglie/famiglia",
    "subentro/convivenze/convivenza",
];

fn main() -> Result<(), Box<dyn Error>> {
    let mut argomenti = env::args().skip(1);
    let mega: u64 = argomenti.next().ok_or("manca: megabyte")?.parse()?;
    let schema = argomenti.next();
    let file = env::temp_dir().join("misura-subentro.xml");
    genera(&file, mega << 20)?;
    let dimensione = fs::metadata(&file)?.len();
    #[allow(clippy::cast_precision_loss)] // printed with one digit
    let velocita = |s: f64| dimensione as f64 / 1e6 / s;
    let modello = Modello::di(radici::SUBENTRO.0, radici::SUBENTRO.1).ok_or("grammatica")?;
    for (fili, solo_generale) in [(1, true), (1, false), (2, true), (2, false), (2, false)] {
        let o = Opzioni {
            fili,
            solo_generale,
            ..Opzioni::default()
        };
        let inizio = Instant::now();
        let (mut valori, mut byte, mut violazioni) = (0, 0, Vec::new());
        let riassunto = leggi(
            modello,
            File::open(&file)?,
            &RECORD,
            &o,
            Conta::default,
            |c: Conta, _| {
                valori += c.valori;
                byte += c.byte;
                violazioni.extend(c.violazioni);
            },
        )?;
        let s = inizio.elapsed().as_secs_f64();
        let strada = if solo_generale {
            "solo generale"
        } else {
            "con la veloce"
        };
        println!(
            "nostro, {fili} fili, {strada}: {:.1} MB/s ({s:.2} s, {} blocchi, {valori} valori, {byte} byte)",
            velocita(s),
            riassunto.blocchi
        );
        if let Some(v) = violazioni.first() {
            return Err(format!("{} violazioni: {v}", riassunto.violazioni).into());
        }
    }
    println!("memoria massima: {}", picco());
    if let Some(schema) = schema {
        let inizio = Instant::now();
        let esito = Command::new("xmllint")
            .args(["--stream", "--noout", "--schema", &schema])
            .arg(&file)
            .output()?;
        let s = inizio.elapsed().as_secs_f64();
        println!(
            "xmllint --stream --schema: {:.1} MB/s ({s:.2} s) {}",
            velocita(s),
            String::from_utf8_lossy(&esito.stderr).trim()
        );
    }
    fs::remove_file(&file)?;
    Ok(())
}

fn picco() -> String {
    let stato = fs::read_to_string("/proc/self/status").unwrap_or_default();
    stato
        .lines()
        .find_map(|r| r.strip_prefix("VmHWM:"))
        .map_or("non nota".to_owned(), |v| v.trim().to_owned())
}

fn genera(file: &Path, byte: u64) -> Result<(), Box<dyn Error>> {
    let mut w = BufWriter::new(File::create(file)?);
    write!(
        w,
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<sub:subentro xmlns:sub=\"http://sogei.it/ANPR/subentro\">\n<datiFornitura>\n"
    )?;
    for (nome, valore) in [
        ("versioneFornitura", "1"),
        ("totaleInvii", "1"),
        ("numeroTotaleSchedeSoggetto", "1"),
        ("numeroTotaleCittadiniItaliani", "1"),
        ("numeroTotaleIscrittiNonItaliani", "1"),
        ("numeroTotalePersoneSessoFemminile", "1"),
        ("numeroTotalePersoneSessoMaschile", "1"),
        ("numeroTotaleSchedeFamiglia", "1"),
        ("numeroTotaleSchedeConvivenza", "0"),
    ] {
        writeln!(w, "<{nome}>{valore}</{nome}>")?;
    }
    write!(w, "</datiFornitura>\n<generalitaSoggetti>\n")?;
    let mut scritti = 0;
    let mut n = 0_u64;
    while scritti < byte {
        n += 1;
        let cognome = if n.is_multiple_of(30) { "D'ALÒ" } else { "ROSSI" };
        let s = format!(
            "<soggetto>\n<generalitaSubIscr>\n<codiceFiscale>\n<codFiscale>RSSMRA80A01H501U</codFiscale>\n</codiceFiscale>\n<cognome>{cognome}</cognome>\n\
             <nome>MARIA ANNA</nome>\n<sesso>F</sesso>\n<dataNascita>19{:02}-01-{:02}</dataNascita>\n<luogoNascita>\n<comune>\n<nomeComune>ROMA</nomeComune>\n\
             <codiceIstat>058091</codiceIstat>\n<siglaProvinciaIstat>RM</siglaProvinciaIstat>\n</comune>\n</luogoNascita>\n\
             <idSchedaSoggettoComune>\n<idSchedaSoggettoComuneIstat>888001</idSchedaSoggettoComuneIstat>\n<idSchedaSoggetto>{n}</idSchedaSoggetto>\n</idSchedaSoggettoComune>\n</generalitaSubIscr>\n<dataUltimoAggiornamento>2018-03-04</dataUltimoAggiornamento>\n\
             <famiglia>\n<idFamConvComune>{}</idFamConvComune>\n<legameSoggetto>\n<tipoLegame>3</tipoLegame>\n<dataDecorrenza>2001-02-03</dataDecorrenza>\n\
             <codiceLegame>1</codiceLegame>\n</legameSoggetto>\n</famiglia>\n</soggetto>\n",
            n % 100,
            1 + n % 28,
            n / 2
        );
        scritti += s.len() as u64;
        w.write_all(s.as_bytes())?;
    }
    write!(w, "</generalitaSoggetti>\n</sub:subentro>\n")?;
    w.flush()?;
    Ok(())
}
