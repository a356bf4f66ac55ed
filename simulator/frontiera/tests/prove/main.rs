//! Proofs of the perimeter: the acceptance cases of spec security §10 that need no transport, foreign judges
//! in both directions, and hostile input. One binary, so that keys are made once.

mod accettazione;
mod difetti;
mod giudici;
mod robustezza;
mod scena;
