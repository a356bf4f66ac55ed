//! The postazione desk and the censimento, from outside.

mod certificati;
mod importati;
mod operatori;
mod pagina;
mod strumenti;
