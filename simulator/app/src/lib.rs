//! The parts of the binary that are worth driving from tests: the listeners, and a client for them.

pub mod cliente;
pub mod trasporto;
