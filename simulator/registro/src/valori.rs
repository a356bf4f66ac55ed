//! Values: one version byte, then JSON. The byte lets a later program read what an earlier one wrote.

use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::errore::ErroreRegistro;

/// Version of the metadata values of this program.
pub(crate) const VERSIONE_VALORE: u8 = 1;

pub(crate) fn codifica<T: Serialize + ?Sized>(
    cosa: &'static str,
    valore: &T,
) -> Result<Vec<u8>, ErroreRegistro> {
    let mut byte = vec![VERSIONE_VALORE];
    serde_json::to_writer(&mut byte, valore).map_err(|e| ErroreRegistro::Corrotto {
        cosa,
        dettaglio: e.to_string(),
    })?;
    Ok(byte)
}

pub(crate) fn decodifica<T: DeserializeOwned>(cosa: &'static str, byte: &[u8]) -> Result<T, ErroreRegistro> {
    let corrotto = |dettaglio: String| ErroreRegistro::Corrotto { cosa, dettaglio };
    match byte.split_first() {
        Some((&VERSIONE_VALORE, json)) => serde_json::from_slice(json).map_err(|e| corrotto(e.to_string())),
        Some((altra, _)) => Err(corrotto(format!("versione {altra} del valore"))),
        None => Err(corrotto("vuoto".to_owned())),
    }
}
