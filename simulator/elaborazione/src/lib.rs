//! The elaboration of migration files: bytes and context → prepared segment, findings, outcome.
//!
//! Pure: reads the input it is given, writes the outputs it is told, knows no clock, no socket, no
//! register. The same code serves the upload, the batch and `anpr-sim check`:
//!
//! [`sportello`] (gates 1–10) → [`prepara`] (gate 11 and the one streaming pass) → [`elabora`] (counters,
//! joins, Anagrafe Tributaria, outcome) → [`liste`], [`rapporto`].
//!
//! The order of checks, of files and of threads never changes the result; memory is bounded by keys.

pub mod anomalie;
pub mod banco;
mod controlla;
mod elabora;
pub mod incroci;
pub mod italiano;
pub mod liste;
mod nome_file;
mod osserva;
mod politica;
mod prepara;
pub mod rapporto;
pub mod scheda;
pub mod segmento;
pub mod sportello;
pub mod testi;
mod tipi;
pub mod tributaria;

pub use anomalie::{Anomalia, CATALOGO, anomalia};
pub use controlla::{Controllo, ErroreControllo, OpzioniControllo, controlla, esamina};
pub use elabora::{Esito, Ingresso, NOME_RILIEVI, Schede, StatoEsito, elabora, elabora_osservata, rilievi};
pub use nome_file::NomeFile;
pub use osserva::{AVolte, Fase, Osserva, Osservatore, SCHEDE_PER_VOLTA};
pub use prepara::{OpzioniPrepara, Preparato, RifiutoFile, prepara};
pub use rapporto::Rapporto;
pub use segmento::{Record, Segmento, TipoRecord};
pub use tipi::{
    AireIgnoto, Codice, Contesto, Gravita, LIMITE_ESPANSI_BYTES, LIMITE_INVIO_BYTES, MASSIMO_CAMPIONI,
    MASSIMO_FORMATO, Politica, Rilievo, TOTALE_MASSIMO_PREDEFINITO, TipoFile, TipoScheda,
};
pub use tributaria::{Allineata, Differenza, DomandaAe, Legame, Realistica, RispostaAe, Tributaria};
