//! A configuration as people write it → [`Politica`].
//!
//! TOML has no null, so a code is switched off by a word; keys may be written in any of the usual forms. What is
//! not known is refused by name, never ignored.

use serde_json::{Map, Value};

use crate::anomalie::anomalia;
use crate::tipi::Politica;

/// Words that switch a code off.
const SPENTA: [&str; 5] = ["off", "no", "spenta", "spento", "-"];

impl Politica {
    /// Reads a configuration: `gravita = { EC032 = "W", EN063 = "off" }`, `testi = "tabella"`, and the other
    /// switches by name. The error says in Italian which entry is wrong.
    pub fn da_valore(valore: Value) -> Result<Self, String> {
        let Value::Object(voci) = valore else {
            return Err("attesa una tabella di impostazioni".to_owned());
        };
        let noti = match serde_json::to_value(Self::default()) {
            Ok(Value::Object(noti)) => noti,
            _ => Map::new(),
        };
        let mut pulite = Map::new();
        for (chiave, valore) in voci {
            let nome = a_gobbe(&chiave);
            if !noti.contains_key(&nome) {
                let nomi: Vec<&str> = noti.keys().map(String::as_str).collect();
                return Err(format!(
                    "«{chiave}» non è un'impostazione (sono: {})",
                    nomi.join(", ")
                ));
            }
            let valore = if nome == "gravita" {
                gravita(valore)?
            } else {
                valore
            };
            pulite.insert(nome, valore);
        }
        serde_json::from_value(Value::Object(pulite)).map_err(|e| crate::italiano::errore_json(&e))
    }
}

/// Severities in the form the model reads: `"E"`, `"W"`, null.
fn gravita(valore: Value) -> Result<Value, String> {
    let Value::Object(voci) = valore else {
        return Err("gravita: attesa una tabella codice = gravità".to_owned());
    };
    let mut pulite = Map::new();
    for (chiave, valore) in voci {
        let codice = chiave.trim().to_ascii_uppercase();
        if anomalia(&codice).is_none() {
            return Err(format!("gravita: {chiave} non è un codice simulato"));
        }
        let scelta = match &valore {
            Value::Null | Value::Bool(false) => Value::Null,
            Value::String(s) => match s.trim().to_lowercase().as_str() {
                "e" | "errore" => "E".into(),
                "w" | "avviso" => "W".into(),
                altro if SPENTA.contains(&altro) => Value::Null,
                _ => return Err(format!("gravita: {codice} = «{s}»: ammessi E, W, off")),
            },
            altro => return Err(format!("gravita: {codice} = {altro}: ammessi E, W, off")),
        };
        pulite.insert(codice, scelta);
    }
    Ok(Value::Object(pulite))
}

/// `totale_massimo` and `totale-massimo` are `totaleMassimo`.
fn a_gobbe(chiave: &str) -> String {
    let mut nome = String::with_capacity(chiave.len());
    let mut alza = false;
    for c in chiave.trim().chars() {
        if c == '-' || c == '_' {
            alza = true;
        } else if std::mem::take(&mut alza) {
            nome.extend(c.to_uppercase());
        } else {
            nome.push(c);
        }
    }
    nome
}

#[cfg(test)]
mod prove {
    use serde_json::json;

    use super::*;
    use crate::testi::CatalogoTesti;
    use crate::tipi::Gravita;

    #[test]
    fn le_forme_ammesse() {
        let p = Politica::da_valore(json!({
            "gravita": {"ec032": "w", "EN063": "off", "ES092": null, "EA001": "Errore", "EC001": false},
            "totale-massimo": 5, "ea048_lettera": false, "testi": "tabella",
        }))
        .expect("valida");
        let g = |c: &str| p.gravita.get(c).copied();
        assert_eq!(g("EC032"), Some(Some(Gravita::Avviso)));
        assert_eq!(g("EN063"), Some(None));
        assert_eq!(g("ES092"), Some(None));
        assert_eq!(g("EA001"), Some(Some(Gravita::Errore)));
        assert_eq!(g("EC001"), Some(None));
        assert_eq!(
            (p.totale_massimo, p.ea048_lettera, p.testi),
            (5, false, CatalogoTesti::Tabella)
        );
        assert!(p.ea048_residenza, "what is not written keeps its default");
    }

    #[test]
    fn cio_che_non_si_conosce_si_rifiuta() {
        for (valore, atteso) in [
            (json!([]), "tabella"),
            (json!({"gravità": {}}), "gravità"),
            (json!({"gravita": {"EN999": "W"}}), "EN999"),
            (json!({"gravita": {"EN063": "forse"}}), "forse"),
            (json!({"gravita": {"EN063": 3}}), "EN063"),
            (json!({"gravita": 3}), "gravita"),
            (json!({"totaleMassimo": "molti"}), "molti"),
        ] {
            let errore = Politica::da_valore(valore.clone()).expect_err("non valida");
            assert!(errore.contains(atteso), "{valore}: {errore}");
        }
    }
}
