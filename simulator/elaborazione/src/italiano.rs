//! What `serde` and its formats say of a wrong value → our own Italian words.
//!
//! Total: a message that is not known becomes a general sentence, never English in the middle of Italian. The shapes
//! are serde's own (`unknown field …`, `invalid type: …, expected …`), stable for years and pinned by the tests.

/// Why a JSON text cannot be read at all, or what in it is not as expected.
pub fn errore_json(e: &serde_json::Error) -> String {
    if e.is_data() {
        let testo = e.to_string();
        return errore_valore(testo.rsplit_once(" at line ").map_or(testo.as_str(), |(t, _)| t));
    }
    let dove = format!("riga {}, colonna {}", e.line(), e.column());
    if e.is_eof() {
        format!("il JSON finisce prima del tempo ({dove})")
    } else {
        format!("non è JSON valido ({dove})")
    }
}

/// A JSON value as a value of ours; what is wrong with it is said with the field it stands in.
pub fn leggi_json<T: serde::de::DeserializeOwned>(valore: serde_json::Value) -> Result<T, String> {
    serde_path_to_error::deserialize(valore).map_err(|e| {
        let (dove, che) = (e.path().to_string(), errore_json(e.inner()));
        // Where there is no field yet, or the sentence is about a field already.
        if dove == "."
            || ["campo", "manca il campo", "il campo"]
                .iter()
                .any(|p| che.starts_with(p))
        {
            che
        } else {
            format!("nel campo «{dove}» {che}")
        }
    })
}

/// What is wrong with a value, from the message of serde.
pub fn errore_valore(messaggio: &str) -> String {
    let messaggio = messaggio.lines().next().unwrap_or_default().trim();
    let tolto = |inizio: &str| messaggio.strip_prefix(inizio);
    if let Some(resto) = tolto("unknown field ") {
        return sconosciuto("campo sconosciuto", resto);
    }
    if let Some(resto) = tolto("unknown variant ") {
        return sconosciuto("valore sconosciuto", resto);
    }
    if let Some(resto) = tolto("missing field ") {
        return format!("manca il campo «{}»", senza_apici(resto));
    }
    if let Some(resto) = tolto("duplicate field ") {
        return format!("il campo «{}» è ripetuto", senza_apici(resto));
    }
    for inizio in ["invalid type: ", "invalid value: ", "invalid length "] {
        if let Some((trovato, atteso)) = tolto(inizio).and_then(|r| r.split_once(", expected ")) {
            return format!("trovato {}, serve {}", trovata(trovato), attesa(atteso));
        }
    }
    if ["date", "year", "month", "day"]
        .iter()
        .any(|p| messaggio.contains(p))
    {
        return format!("{}serve una data AAAA-MM-GG", citato(messaggio));
    }
    format!("{}valore non accettato", citato(messaggio))
}

fn senza_apici(testo: &str) -> &str {
    testo.trim().trim_matches(['`', '"'])
}

/// The words in quotes of a message, as the beginning of a sentence.
fn citato(messaggio: &str) -> String {
    messaggio
        .split('"')
        .nth(1)
        .filter(|t| !t.is_empty())
        .map_or_else(String::new, |t| format!("«{t}»: "))
}

/// `` `x`, expected one of `a`, `b` ``, with the list in our way.
fn sconosciuto(che: &str, resto: &str) -> String {
    let (nome, attesi) = resto.split_once(", ").unwrap_or((resto, ""));
    let elenco: Vec<&str> = attesi.split('`').skip(1).step_by(2).collect();
    let nome = senza_apici(nome);
    if elenco.is_empty() {
        format!("{che} «{nome}»")
    } else {
        format!("{che} «{nome}»: sono ammessi {}", elenco.join(", "))
    }
}

fn trovata(testo: &str) -> String {
    let (tipo, valore) = testo.split_once(' ').unwrap_or((testo, ""));
    let valore = senza_apici(valore);
    match tipo {
        "string" => format!("il testo «{valore}»"),
        "integer" => format!("il numero {valore}"),
        "floating" => format!("il numero {}", senza_apici(valore.trim_start_matches("point "))),
        "boolean" => valore.to_owned(),
        "null" | "unit" | "Option" => "null".to_owned(),
        "sequence" => "un elenco".to_owned(),
        "map" => "un oggetto".to_owned(),
        n if n.bytes().all(|b| b.is_ascii_digit()) => format!("{n} elementi"),
        _ => "un altro tipo di valore".to_owned(),
    }
}

fn attesa(testo: &str) -> String {
    let intero = |da: &str, a: &str| format!("un numero intero da {da} a {a}");
    match testo.trim() {
        "u8" => intero("0", "255"),
        "u16" => intero("0", "65535"),
        "u32" => intero("0", "4294967295"),
        "u64" | "usize" => "un numero intero non negativo".to_owned(),
        "i8" | "i16" | "i32" | "i64" | "isize" => "un numero intero".to_owned(),
        "f32" | "f64" => "un numero".to_owned(),
        "a boolean" => "true o false".to_owned(),
        "a sequence" | "a set" => "un elenco".to_owned(),
        "a string" | "a borrowed string" | "string or map" => "un testo".to_owned(),
        // These are strings too, as their readers say it.
        t if ["date", "year", "month"].iter().any(|p| t.contains(p)) => "una data AAAA-MM-GG".to_owned(),
        t if t.contains("IP address") => "un indirizzo IP".to_owned(),
        t if t.contains("string") => "un testo".to_owned(),
        t if t.starts_with("struct") || t.contains("map") || t.starts_with("internally tagged") => {
            "un oggetto".to_owned()
        }
        _ => "un valore di un altro tipo".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use serde::Deserialize;

    use super::*;

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields, rename_all = "lowercase")]
    #[expect(dead_code, reason = "only their shapes matter")]
    struct Prova {
        #[serde(default)]
        numero: u16,
        #[serde(default)]
        vero: bool,
        #[serde(default)]
        nomi: Vec<String>,
        #[serde(default)]
        giorno: Option<anagrafe::Data>,
        #[serde(default)]
        modo: Option<Modo>,
    }

    #[derive(Debug, Deserialize)]
    #[serde(rename_all = "lowercase")]
    enum Modo {
        Uno,
        Due,
    }

    #[derive(Debug, Deserialize)]
    #[expect(dead_code, reason = "only its shape matters")]
    struct Serve {
        campo: u8,
    }

    #[test]
    fn each_message_of_serde_has_its_words() {
        for (testo, atteso) in [
            (
                "{\"boh\":1}",
                "campo sconosciuto «boh»: sono ammessi numero, vero, nomi, giorno, modo",
            ),
            (
                "{\"modo\":\"tre\"}",
                "valore sconosciuto «tre»: sono ammessi uno, due",
            ),
            (
                "{\"numero\":\"x\"}",
                "trovato il testo «x», serve un numero intero da 0 a 65535",
            ),
            (
                "{\"numero\":70000}",
                "trovato il numero 70000, serve un numero intero da 0 a 65535",
            ),
            (
                "{\"numero\":-1}",
                "trovato il numero -1, serve un numero intero da 0 a 65535",
            ),
            (
                "{\"numero\":1.5}",
                "trovato il numero 1.5, serve un numero intero da 0 a 65535",
            ),
            ("{\"vero\":\"si\"}", "trovato il testo «si», serve true o false"),
            ("{\"nomi\":true}", "trovato true, serve un elenco"),
            ("{\"nomi\":[null]}", "trovato null, serve un testo"),
            ("{\"vero\":{}}", "trovato un oggetto, serve true o false"),
            ("\"x\"", "trovato il testo «x», serve un oggetto"),
            ("{\"giorno\":\"2021-13-01\"}", "serve una data AAAA-MM-GG"),
            ("{\"giorno\":5}", "trovato il numero 5, serve una data AAAA-MM-GG"),
            ("{\"numero\":1,\"numero\":2}", "il campo «numero» è ripetuto"),
            (
                "{\"numero\":",
                "il JSON finisce prima del tempo (riga 1, colonna 10)",
            ),
            ("{numero:1}", "non è JSON valido (riga 1, colonna 2)"),
        ] {
            let e = serde_json::from_str::<Prova>(testo).expect_err(testo);
            assert_eq!(errore_json(&e), atteso, "{testo}: {e}");
        }
        let e = serde_json::from_str::<Serve>("{}").expect_err("vuoto");
        assert_eq!(errore_json(&e), "manca il campo «campo»");
        assert_eq!(errore_valore("something new"), "valore non accettato");
    }

    #[test]
    fn a_wrong_value_is_told_with_its_field() {
        use serde_json::json;
        for (valore, atteso) in [
            (
                json!({"giorno": "31/02/2021"}),
                "nel campo «giorno» serve una data AAAA-MM-GG",
            ),
            (
                json!({"nomi": ["a", 5]}),
                "nel campo «nomi[1]» trovato il numero 5, serve un testo",
            ),
            (
                json!({"modo": "tre"}),
                "nel campo «modo» valore sconosciuto «tre»: sono ammessi uno, due",
            ),
            (
                json!({"boh": 1}),
                "campo sconosciuto «boh»: sono ammessi numero, vero, nomi, giorno, modo",
            ),
            (json!("x"), "trovato il testo «x», serve un oggetto"),
        ] {
            assert_eq!(
                leggi_json::<Prova>(valore.clone()).expect_err("wrong"),
                atteso,
                "{valore}"
            );
        }
        assert_eq!(
            leggi_json::<Serve>(json!({})).expect_err("vuoto"),
            "manca il campo «campo»"
        );
        assert_eq!(leggi_json::<u8>(json!(5)), Ok(5));
    }
}
