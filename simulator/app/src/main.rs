//! The `anpr-sim` binary: reads the command line, runs one command, turns its end into an exit code.
//!
//! 0 done and good · 1 done, the result is negative (an ERRORE found, a KO received) · 2 the command could not do its
//! work, with one clear line on stderr (public contract).

mod comandi;
mod inglese;
mod opzioni;
mod uso;

use std::process::ExitCode;

use opzioni::Comando;

/// A reader that has seen enough (`| head`) is no failure: the program ends without a word.
fn finisci_in_silenzio_a_tubo_chiuso() {
    let solito = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |panico| {
        let detto = panico
            .payload()
            .downcast_ref::<String>()
            .map_or("", String::as_str);
        if detto.starts_with("failed printing to stdout") {
            std::process::exit(0);
        }
        solito(panico);
    }));
}

/// Whether the command ended because nobody reads its output any more.
fn tubo_chiuso(e: &anyhow::Error) -> bool {
    e.chain().any(|c| {
        c.downcast_ref::<std::io::Error>()
            .is_some_and(|e| e.kind() == std::io::ErrorKind::BrokenPipe)
    })
}

fn main() -> ExitCode {
    finisci_in_silenzio_a_tubo_chiuso();
    let riga = match uso::leggi(std::env::args_os().collect()) {
        uso::Letta::Riga(riga) => *riga,
        uso::Letta::Aiuto(testo) => {
            print!("{testo}");
            return ExitCode::SUCCESS;
        }
        uso::Letta::Errore(testo) => {
            eprintln!("anpr-sim: {testo}");
            return ExitCode::from(2);
        }
    };
    let comando = riga.comando.unwrap_or_else(|| Comando::Serve(Box::default()));
    let l = riga.lang;
    let esito = match comando {
        Comando::Serve(o) => comandi::serve::esegui(*o, l),
        Comando::Check(o) => comandi::check::esegui(&o, l),
        Comando::Generate(o) => comandi::generate::esegui(&o, l),
        Comando::Cert(o) => comandi::cert::esegui(&o, l),
        Comando::Send(o) => comandi::send::esegui(&o, l),
        Comando::Explain(o) => comandi::explain::esegui(&o, l),
        Comando::Demo(o) => comandi::demo::esegui(&o, l),
        Comando::Wait(o) => comandi::wait::esegui(&o, l),
    };
    match esito {
        Ok(comandi::Fine::Bene) => ExitCode::SUCCESS,
        Ok(comandi::Fine::Negativa) => ExitCode::from(1),
        Err(e) if tubo_chiuso(&e) => ExitCode::SUCCESS,
        Err(e) => {
            eprintln!("anpr-sim: {}", l.errore(&e));
            ExitCode::from(2)
        }
    }
}
