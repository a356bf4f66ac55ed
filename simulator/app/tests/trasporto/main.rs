//! The listeners under clients that are slow, odd, old, or simply many; spoken to with raw sockets and `openssl`.

mod aiuti;
mod carta;
mod chiusura;
mod cifrato;
mod corpi;
mod porte;
mod rete;
mod tempi;
