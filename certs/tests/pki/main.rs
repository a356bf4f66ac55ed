//! The PKI seen from outside: the life of its folder, and what foreign programs say of its files.

mod cartella;
mod estranei;
mod strumenti;
