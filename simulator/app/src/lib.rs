//! The parts of the binary that are worth driving from tests: the listeners.

pub mod trasporto;
