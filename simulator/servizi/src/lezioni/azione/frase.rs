//! An action in words: what presenter and hand-out say that it does.

use anagrafe::{
    Ambiente,
    italiano::{al, dal, il, quanti},
};

use super::{Azione, ChiDice, Passo, parola};

impl Azione {
    /// What it does, for whoever reads.
    pub fn frase(&self) -> String {
        let amb = |a: &Ambiente| match a {
            Ambiente::Test => "test",
            Ambiente::Pre => "pre-subentro",
            Ambiente::Sub => "subentro",
        };
        match self {
            Self::Data { giorno: g } => format!("La data dello scenario passa {}.", al(*g)),
            Self::Invia {
                ambiente,
                versione,
                anomalie,
                invii,
                file,
            } => {
                let parti: Vec<String> = file.iter().map(ToString::to_string).collect();
                let con = if anomalie.is_empty() {
                    "senza difetti".to_owned()
                } else {
                    let voci: Vec<String> = anomalie.iter().map(|(c, n)| format!("{c} × {n}")).collect();
                    format!("con {}", voci.join(", "))
                };
                let in_file = if *invii > 1 {
                    format!(", {invii} file APR")
                } else {
                    String::new()
                };
                format!(
                    "Genera la versione {versione} {con}{in_file} e invia {} in {}.",
                    parti.join(", "),
                    amb(ambiente)
                )
            }
            Self::Cancella { ambiente } => {
                format!(
                    "Chiede la cancellazione dell'ultima fornitura di {}.",
                    amb(ambiente)
                )
            }
            Self::Notte {} => "Passa la notte.".to_owned(),
            Self::Piano {
                ambiente,
                inizio,
                fine,
            } => format!("Piano di {}: {} {}.", amb(ambiente), dal(*inizio), al(*fine)),
            Self::TogliPiano { ambiente } => format!("Toglie il piano di {}.", amb(ambiente)),
            Self::Pianifica {
                prima,
                ultima,
                preferita,
                da,
            } => format!(
                "{} propone sulla dashboard {} {}, meglio {}.",
                match da {
                    ChiDice::SoftwareHouse => "La software house",
                    ChiDice::Ministero => "Il Ministero",
                },
                dal(*prima),
                al(*ultima),
                il(*preferita)
            ),
            Self::Casella { indirizzo: Some(i) } => format!("PEC per gli esiti: {i}."),
            Self::Casella { indirizzo: None } => "Toglie la PEC per gli esiti.".to_owned(),
            Self::Stato { stato } => format!("L'assistenza mette il Comune nello stato {}.", parola(stato)),
            Self::Certificato { nome, tipo, difetto } => match difetto {
                Some(d) => format!("Emette il certificato {tipo} «{nome}» con il difetto {d}."),
                None => format!("Emette il certificato {tipo} «{nome}»."),
            },
            Self::Revoca { certificato } => format!("Revoca il certificato «{certificato}»."),
            Self::Ripristina { certificato } => format!("Ripristina il certificato «{certificato}»."),
            Self::Rinnova { certificato, nome } => {
                format!("Rinnova il certificato «{certificato}»: il nuovo è «{nome}».")
            }
            Self::Richiesta {
                ambiente,
                operazione,
                certificato,
                difetto,
                ..
            } => {
                let difetto = difetto
                    .as_ref()
                    .map_or_else(String::new, |d| format!(", con il difetto {d}"));
                format!(
                    "Invia in {} una richiesta {} firmata con «{certificato}»{difetto}.",
                    amb(ambiente),
                    operazione.nome()
                )
            }
            Self::Ritmo { modo: Passo::Sospesa } => "Ferma l'elaborazione.".to_owned(),
            Self::Ritmo {
                modo: Passo::Istantanea,
            } => "Riprende l'elaborazione.".to_owned(),
            Self::Tributaria { guasto: true } => "L'Anagrafe Tributaria smette di rispondere.".to_owned(),
            Self::Tributaria { guasto: false } => "L'Anagrafe Tributaria risponde di nuovo.".to_owned(),
            Self::Guasto {
                ambiente,
                tipo,
                volte,
            } => format!(
                "Guasto {} in {}, per {}.",
                tipo.parola(),
                amb(ambiente),
                quanti(*volte, "richiesta", "richieste")
            ),
        }
    }
}
