//! The command line as people meet it: the help in one language, and a usage error as one line that names the option,
//! what was given and what is allowed.
//!
//! clap reads; its own words are English and its errors several lines long, so neither reaches anybody from here: the
//! help is dressed with our headings, defaults and values, an error is told from its kind and context.

use std::{error::Error as _, ffi::OsString};

use clap::{
    Arg, ArgAction, Command, CommandFactory as _, FromArgMatches as _,
    error::{ContextKind, ContextValue, ErrorKind},
};

use crate::{
    inglese,
    opzioni::{Lingua, Riga},
};

/// Headings in their places; what is between braces is clap's.
const FORMA_IT: &str = "{about-with-newline}\nUso: {usage}\n\n{all-args}{after-help}";
const FORMA_EN: &str = "{about-with-newline}\nUsage: {usage}\n\n{all-args}{after-help}";

/// What the command line asks for, or what to print instead.
pub(crate) enum Letta {
    /// A command.
    Riga(Box<Riga>),
    /// The help or the version, for standard output.
    Aiuto(String),
    /// A usage error, one line.
    Errore(String),
}

/// Reads the arguments of the process, the program's name first.
pub(crate) fn leggi(mut argomenti: Vec<OsString>) -> Letta {
    // `help COMMAND` as people type it.
    if argomenti.get(1).is_some_and(|a| a == "help") {
        argomenti.remove(1);
        argomenti.push("--help".into());
    }
    let lingua = lingua_chiesta(&argomenti);
    let comando = comando(lingua);
    let letta = comando
        .clone()
        .try_get_matches_from(&argomenti)
        .and_then(|m| Riga::from_arg_matches(&m));
    match letta {
        Ok(riga) => Letta::Riga(Box::new(riga)),
        Err(e) if matches!(e.kind(), ErrorKind::DisplayHelp | ErrorKind::DisplayVersion) => {
            Letta::Aiuto(e.render().to_string())
        }
        Err(e) => Letta::Errore(spiega(&e, lingua, nominato(&comando, &argomenti))),
    }
}

/// `--lang` as typed: it must be known before anything is read.
fn lingua_chiesta(argomenti: &[OsString]) -> Lingua {
    let testi: Vec<_> = argomenti.iter().map(|a| a.to_string_lossy()).collect();
    let unita = testi.iter().any(|a| a == "--lang=en");
    let divisa = testi.windows(2).any(|c| c[0] == "--lang" && c[1] == "en");
    if unita || divisa { Lingua::En } else { Lingua::It }
}

/// The command line of [`Riga`], dressed in one language.
fn comando(lingua: Lingua) -> Command {
    vesti(Riga::command(), "anpr-sim", lingua)
        .disable_version_flag(true)
        .arg(
            Arg::new("version")
                .short('V')
                .long("version")
                .action(ArgAction::Version)
                .help(lingua.scegli("Mostra la versione", "Print the version"))
                .help_heading(lingua.scegli("Opzioni", "Options")),
        )
}

fn vesti(comando: Command, nome: &str, lingua: Lingua) -> Command {
    let opzioni = lingua.scegli("Opzioni", "Options");
    let uso = uso(&comando, nome, lingua);
    let mut comando = comando
        .help_template(lingua.scegli(FORMA_IT, FORMA_EN))
        .override_usage(uso)
        .subcommand_help_heading(lingua.scegli("Comandi", "Commands"))
        .disable_help_subcommand(true)
        .arg_required_else_help(false)
        .disable_help_flag(true)
        .mut_args(|a| vesti_argomento(a, nome, lingua))
        .arg(
            Arg::new("help")
                .short('h')
                .long("help")
                .action(ArgAction::Help)
                .help(lingua.scegli("Mostra questo aiuto", "Print this help"))
                .help_heading(opzioni),
        )
        .mut_subcommands(|s| {
            let suo = format!("{nome} {}", s.get_name());
            vesti(s, &suo, lingua)
        });
    if lingua == Lingua::En
        && let Some(testo) = inglese::comando(nome)
    {
        comando = comando.about(testo);
    }
    comando
}

/// Help, default, allowed values and environment of one argument, in our words.
fn vesti_argomento(a: Arg, comando: &str, lingua: Lingua) -> Arg {
    let scritto = a.get_help().map(ToString::to_string).unwrap_or_default();
    let mut testo = match lingua {
        Lingua::It => scritto,
        Lingua::En => inglese::opzione(comando, a.get_id().as_str()).map_or(scritto, str::to_owned),
    };
    if a.get_action().takes_values() {
        let valori: Vec<String> = a
            .get_possible_values()
            .iter()
            .filter(|v| !v.is_hide_set())
            .map(|v| v.get_name().to_owned())
            .collect();
        let predefiniti: Vec<_> = a
            .get_default_values()
            .iter()
            .map(|v| v.to_string_lossy())
            .collect();
        for (nome, elenco) in [
            (lingua.scegli("valori", "values"), valori.join(", ")),
            (lingua.scegli("predefinito", "default"), predefiniti.join(", ")),
            (
                lingua.scegli("variabile d'ambiente", "environment variable"),
                a.get_env()
                    .map(|e| e.to_string_lossy().into_owned())
                    .unwrap_or_default(),
            ),
        ] {
            if !elenco.is_empty() {
                testo = format!("{testo} [{nome}: {elenco}]");
            }
        }
    }
    let titolo = if a.is_positional() {
        lingua.scegli("Argomenti", "Arguments")
    } else {
        lingua.scegli("Opzioni", "Options")
    };
    // Of a flag clap takes no word about its values.
    let nascondi = a.get_action().takes_values();
    a.help(testo.trim().to_owned())
        .help_heading(titolo)
        .hide_possible_values(nascondi)
        .hide_default_value(nascondi)
        .hide_env(nascondi)
}

/// `anpr-sim cert issue [OPZIONI]`, with the arguments and commands that follow.
fn uso(comando: &Command, nome: &str, lingua: Lingua) -> String {
    let mut uso = format!("{nome} {}", lingua.scegli("[OPZIONI]", "[OPTIONS]"));
    for a in comando.get_positionals() {
        let valore = a
            .get_value_names()
            .and_then(|v| v.first())
            .map_or_else(|| a.get_id().as_str().to_uppercase(), ToString::to_string);
        let molti = if matches!(a.get_action(), ArgAction::Append) {
            "…"
        } else {
            ""
        };
        let (apre, chiude) = if a.is_required_set() {
            ('<', '>')
        } else {
            ('[', ']')
        };
        uso.extend([' ', apre]);
        uso += &valore;
        uso.push(chiude);
        uso += molti;
    }
    if comando.has_subcommands() {
        uso += lingua.scegli(" [COMANDO]", " [COMMAND]");
    }
    uso
}

/// The deepest command that the arguments name.
fn nominato<'c>(comando: &'c Command, argomenti: &[OsString]) -> &'c Command {
    let mut qui = comando;
    for a in argomenti.iter().skip(1) {
        if let Some(suo) = a.to_str().and_then(|a| qui.find_subcommand(a)) {
            qui = suo;
        }
    }
    qui
}

fn elenco(comando: &Command) -> String {
    let nomi: Vec<&str> = comando.get_subcommands().map(Command::get_name).collect();
    nomi.join(", ")
}

/// One line: which option, what was given, what is allowed.
fn spiega(e: &clap::Error, l: Lingua, dove: &Command) -> String {
    let testi = |k| match e.get(k) {
        Some(ContextValue::String(s)) => vec![s.clone()],
        Some(ContextValue::Strings(s)) => s.clone(),
        _ => Vec::new(),
    };
    let uno = |k| testi(k).into_iter().next().unwrap_or_default();
    let intero = uno(ContextKind::InvalidArg);
    let opzione = intero.split([' ', '=']).next().unwrap_or_default();
    let valore = uno(ContextKind::InvalidValue);
    let ammessi = testi(ContextKind::ValidValue);
    match e.kind() {
        ErrorKind::InvalidValue | ErrorKind::ValueValidation => {
            let perche = e.source().map(ToString::to_string).unwrap_or_default();
            let atteso = if ammessi.is_empty() {
                atteso(&intero, &perche, l)
            } else {
                format!("{} {}", l.scegli("uno fra", "one of"), ammessi.join(", "))
            };
            if valore.is_empty() {
                l.scegli(
                    format!("{opzione}: manca il valore, serve {atteso}"),
                    format!("{opzione}: the value is missing, expected {atteso}"),
                )
            } else {
                l.scegli(
                    format!("{opzione}: «{valore}» non è ammesso, serve {atteso}"),
                    format!("{opzione}: \"{valore}\" is not allowed, expected {atteso}"),
                )
            }
        }
        ErrorKind::UnknownArgument => {
            let simile = uno(ContextKind::SuggestedArg);
            let forse = match simile.as_str() {
                "" => String::new(),
                s => l.scegli(format!(" (forse {s})"), format!(" (maybe {s})")),
            };
            if intero.starts_with('-') {
                l.scegli(
                    format!("{opzione}: opzione sconosciuta{forse}, quelle ammesse sono in --help"),
                    format!("{opzione}: unknown option{forse}, see --help for those allowed"),
                )
            } else {
                l.scegli(
                    format!("«{intero}»: argomento di troppo, quelli ammessi sono in --help"),
                    format!("\"{intero}\": one argument too many, see --help for those allowed"),
                )
            }
        }
        ErrorKind::InvalidSubcommand => {
            let nome = uno(ContextKind::InvalidSubcommand);
            l.scegli(
                format!(
                    "«{nome}»: comando sconosciuto, quelli ammessi sono {}",
                    elenco(dove)
                ),
                format!("\"{nome}\": unknown command, those allowed are {}", elenco(dove)),
            )
        }
        ErrorKind::MissingSubcommand | ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand => l.scegli(
            format!("{}: manca il comando, uno fra {}", dove.get_name(), elenco(dove)),
            format!(
                "{}: the command is missing, one of {}",
                dove.get_name(),
                elenco(dove)
            ),
        ),
        ErrorKind::MissingRequiredArgument => {
            let mancanti = testi(ContextKind::InvalidArg).join(", ");
            l.scegli(
                format!("{}: manca {mancanti}", dove.get_name()),
                format!("{}: {mancanti} is missing", dove.get_name()),
            )
        }
        ErrorKind::ArgumentConflict => {
            let altri = testi(ContextKind::PriorArg).join(", ");
            if altri.is_empty() || altri == intero {
                l.scegli(
                    format!("{opzione}: è data più di una volta, basta una"),
                    format!("{opzione}: given more than once, once is enough"),
                )
            } else {
                l.scegli(
                    format!("{opzione} e {altri} si escludono"),
                    format!("{opzione} and {altri} exclude each other"),
                )
            }
        }
        ErrorKind::TooManyValues | ErrorKind::TooFewValues | ErrorKind::WrongNumberOfValues => l.scegli(
            format!("{opzione}: numero di valori sbagliato, vedere --help"),
            format!("{opzione}: wrong number of values, see --help"),
        ),
        ErrorKind::InvalidUtf8 => l
            .scegli("un argomento non è UTF-8", "an argument is not UTF-8")
            .to_owned(),
        _ => l
            .scegli(
                "riga di comando non valida, vedere --help",
                "the command line is not valid, see --help",
            )
            .to_owned(),
    }
}

/// What an option takes, from the name of its value (`--test-port <PORTA>`); else in the words of who read it.
fn atteso(opzione: &str, perche: &str, l: Lingua) -> String {
    let nome = opzione
        .split_once('<')
        .and_then(|(_, n)| n.split_once('>'))
        .map_or("", |(n, _)| n);
    // The range as clap writes it: `70000 is not in 0..=65535`.
    let intervallo = perche
        .split_once(" is not in ")
        .and_then(|(_, i)| i.split_once("..="))
        .filter(|(da, a)| [da, a].iter().all(|n| n.parse::<i64>().is_ok()));
    if let Some((da, a)) = intervallo {
        return l.scegli(
            format!("un numero intero da {da} a {a}"),
            format!("a whole number from {da} to {a}"),
        );
    }
    match nome {
        "PORTA" => l.scegli("un numero intero da 0 a 65535", "a whole number from 0 to 65535"),
        "AAAA-MM-GG" => l.scegli("una data AAAA-MM-GG", "a date YYYY-MM-DD"),
        "SECONDI" => l.scegli("un numero di secondi", "a number of seconds"),
        "N" | "K" => l.scegli("un numero intero non negativo", "a whole number, not negative"),
        "ADDR" => l.scegli(
            "un indirizzo IP, per esempio 127.0.0.1",
            "an IP address, 127.0.0.1 for one",
        ),
        "AMBIENTE" => l.scegli("uno fra test, pre, sub", "one of test, pre, sub"),
        "CATALOGO" => l.scegli("uno fra osservato, tabella", "one of osservato, tabella"),
        "" => l.scegli("un altro valore", "another value"),
        altro => return l.scegli(format!("{altro} ({perche})"), format!("{altro} ({perche})")),
    }
    .to_owned()
}

#[cfg(test)]
mod prove {
    use super::*;

    fn tutti(c: &Command, nome: &str, vedi: &mut impl FnMut(&Command, &str)) {
        vedi(c, nome);
        for s in c.get_subcommands() {
            tutti(s, &format!("{nome} {}", s.get_name()), vedi);
        }
    }

    #[test]
    fn the_command_line_is_sound_in_both_languages() {
        for lingua in [Lingua::It, Lingua::En] {
            comando(lingua).debug_assert();
        }
    }

    #[test]
    fn every_option_says_what_it_does_and_none_is_left_in_english() {
        tutti(&comando(Lingua::It), "anpr-sim", &mut |c, nome| {
            for a in c.get_arguments().filter(|a| !a.is_hide_set()) {
                let testo = a.get_help().map(ToString::to_string).unwrap_or_default();
                let parole = testo.split('[').next().unwrap_or_default().trim();
                assert!(!parole.is_empty(), "{nome} {}: no help", a.get_id());
            }
            let aiuto = c.clone().render_long_help().to_string();
            for parola in [
                "Usage",
                "Options",
                "Commands",
                "Print ",
                "default:",
                "possible values",
                " the ",
                "env:",
            ] {
                assert!(!aiuto.contains(parola), "{nome}: «{parola}» in\n{aiuto}");
            }
        });
    }

    #[test]
    fn every_text_has_its_english() {
        let mut mancano = Vec::new();
        tutti(&comando(Lingua::It), "anpr-sim", &mut |c, nome| {
            if inglese::comando(nome).is_none() {
                mancano.push(nome.to_owned());
            }
            for a in c.get_arguments().filter(|a| !a.is_hide_set()) {
                let id = a.get_id().as_str();
                if !["help", "version"].contains(&id) && inglese::opzione(nome, id).is_none() {
                    mancano.push(format!("{nome} {id}"));
                }
            }
        });
        assert_eq!(mancano, Vec::<String>::new());
    }
}
