//! What a reader of JSON or TOML found wrong → Italian, with the place.
//!
//! The libraries speak English; people who write a manifest or a policy by hand need to know where and what. What is
//! not recognised is said in general terms, never in the words of the library.

/// The reader's message in Italian: `riga 3, colonna 5: manca «risposta»`.
pub fn in_italiano(messaggio: &str) -> String {
    let messaggio = messaggio.trim();
    let (corpo, dove) = posizione(messaggio);
    let detto = corpo_in_italiano(corpo);
    match dove {
        Some((riga, colonna)) => format!("riga {riga}, colonna {colonna}: {detto}"),
        None => detto,
    }
}

/// `… at line 3 column 5`, taken off.
fn posizione(messaggio: &str) -> (&str, Option<(&str, &str)>) {
    let trovata = messaggio.rsplit_once(" at line ").and_then(|(corpo, dove)| {
        let (riga, colonna) = dove.split_once(" column ")?;
        let cifre = |t: &str| !t.is_empty() && t.bytes().all(|b| b.is_ascii_digit());
        (cifre(riga) && cifre(colonna)).then_some((corpo, Some((riga, colonna))))
    });
    trovata.unwrap_or((messaggio, None))
}

fn corpo_in_italiano(corpo: &str) -> String {
    let tra_apici = |resto: &str| resto.split('`').nth(1).unwrap_or_default().to_owned();
    if let Some(resto) = corpo.strip_prefix("missing field ") {
        return format!("manca «{}»", tra_apici(resto));
    }
    if let Some(resto) = corpo.strip_prefix("duplicate field ") {
        return format!("«{}» è scritto due volte", tra_apici(resto));
    }
    if let Some(resto) = corpo.strip_prefix("unknown field ") {
        return format!("«{}» non è previsto{}", tra_apici(resto), ammessi(resto));
    }
    if let Some(resto) = corpo.strip_prefix("unknown variant ") {
        return format!("«{}» non è ammesso{}", tra_apici(resto), ammessi(resto));
    }
    if let Some(resto) = corpo
        .strip_prefix("invalid type: ")
        .or_else(|| corpo.strip_prefix("invalid value: "))
    {
        let trovato = resto.split(", expected ").next().unwrap_or_default();
        return format!("valore del tipo sbagliato: {}", cosa(trovato));
    }
    let detto = match corpo {
        c if c.starts_with("EOF while parsing") => "il testo finisce prima del dovuto",
        c if c.starts_with("expected `,` or") => "manca una virgola o una parentesi chiusa",
        "expected `:`" => "mancano i due punti dopo il nome",
        "expected value" | "expected ident" => "qui serve un valore",
        "trailing characters" => "dopo la fine c'è altro testo",
        "trailing comma" => "c'è una virgola in più",
        "key must be a string" => "il nome deve stare fra virgolette",
        "invalid number" => "numero scritto male",
        "invalid escape" => "sequenza con la barra non valida",
        c if c.starts_with("control character") => "carattere di controllo dentro un testo",
        _ => "contenuto non valido",
    };
    detto.to_owned()
}

/// What was found, as the reader names it.
fn cosa(trovato: &str) -> String {
    let valore = trovato.split(['`', '"']).nth(1).unwrap_or_default();
    let genere = match trovato.split_whitespace().next().unwrap_or_default() {
        "string" => "testo",
        "integer" | "floating" => "numero",
        "boolean" => "vero o falso",
        "map" => "oggetto",
        "sequence" => "lista",
        "null" => "null",
        _ => "altro",
    };
    if valore.is_empty() {
        genere.to_owned()
    } else {
        format!("{genere} «{valore}»")
    }
}

/// The names the reader would have taken.
fn ammessi(resto: &str) -> String {
    let Some((_, attesi)) = resto.split_once(", expected ") else {
        return String::new();
    };
    let nomi: Vec<&str> = attesi.split('`').skip(1).step_by(2).collect();
    if nomi.is_empty() {
        String::new()
    } else {
        format!(" (ammessi: {})", nomi.join(", "))
    }
}

#[cfg(test)]
mod prove {
    use super::*;
    use crate::tributaria::Differenza;

    #[test]
    fn quel_che_dicono_i_lettori() {
        for (json, atteso) in [
            ("[{}]", "riga 1, colonna 3: manca «risposta»"),
            ("[", "riga 1, colonna 1: il testo finisce prima del dovuto"),
            (
                "[{\"risposta\":\"EA029\"} {}]",
                "riga 1, colonna 23: manca una virgola o una parentesi chiusa",
            ),
            (
                "[{\"scheda\":5,\"risposta\":\"EA029\"}]",
                "riga 1, colonna 12: valore del tipo sbagliato: numero «5»",
            ),
        ] {
            let errore = serde_json::from_str::<Vec<Differenza>>(json).expect_err("sbagliato");
            assert_eq!(in_italiano(&errore.to_string()), atteso, "{errore}");
        }
        let errore =
            serde_json::from_str::<Vec<Differenza>>("[{\"risposta\":\"EA999\"}]").expect_err("sbagliato");
        let detto = in_italiano(&errore.to_string());
        assert!(
            detto.starts_with("riga 1, colonna ") && detto.contains("«EA999» non è ammesso (ammessi: "),
            "{detto}"
        );
        assert_eq!(in_italiano("something new"), "contenuto non valido");
    }
}
