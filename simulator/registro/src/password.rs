//! Passwords as Argon2id PHC strings. Cheap on purpose: passwords of a simulator, read by scripts at every start.

use argon2::password_hash::phc::PasswordHash;
use argon2::password_hash::{PasswordHasher, PasswordVerifier};
use argon2::{Algorithm, Argon2, Params, Version};

use crate::errore::ErroreRegistro;

/// Memory, KiB.
pub const ARGON2_MEMORIA_KIB: u32 = 4 * 1024;
/// Passes.
pub const ARGON2_PASSATE: u32 = 2;
/// Lanes.
pub const ARGON2_CORSIE: u32 = 1;
/// Bytes of a password past which it is refused without hashing.
pub const LIMITE_PASSWORD_BYTE: usize = 256;

fn argon2() -> Result<Argon2<'static>, ErroreRegistro> {
    let parametri = Params::new(ARGON2_MEMORIA_KIB, ARGON2_PASSATE, ARGON2_CORSIE, None)
        .map_err(|e| ErroreRegistro::Password(e.to_string()))?;
    Ok(Argon2::new(Algorithm::Argon2id, Version::V0x13, parametri))
}

/// Hash of a password with the given salt (at least 8 bytes; random or, for determinism, from a labelled stream).
pub fn impronta_password(password: &str, sale: &[u8]) -> Result<String, ErroreRegistro> {
    let hash = argon2()?
        .hash_password_with_salt(password.as_bytes(), sale)
        .map_err(|e| ErroreRegistro::Password(e.to_string()))?;
    Ok(hash.to_string())
}

/// Whether the password is the one of the hash. A hash that cannot be read matches nothing.
pub fn verifica_password(password: &str, impronta: &str) -> bool {
    if password.len() > LIMITE_PASSWORD_BYTE {
        return false;
    }
    let Ok(letta) = PasswordHash::new(impronta) else {
        return false;
    };
    argon2().is_ok_and(|a| a.verify_password(password.as_bytes(), &letta).is_ok())
}
