//! PKCS#12 files: key stores of postazioni and the trust store `ca.p12`.

use p12_keystore::{
    Certificate, EncryptionAlgorithm, KeyStore, KeyStoreEntry, MacAlgorithm, PrivateKey, PrivateKeyChain,
};

use crate::ErrorePki;

/// Password of the trust store `ca.p12`: it protects nothing (roots are public), Java wants one.
pub const PASSWORD_CA: &str = "changeit";

/// Key derivation rounds; the password is random and the file lies beside the open key, so more would only cost time.
const GIRI: u32 = 2048;

/// Which algorithms seal the file.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum FormaP12 {
    /// AES-256 with PBES2 and HMAC-SHA256: OpenSSL 3, Java 8u301 and later, current Windows.
    #[default]
    Moderna,
    /// 3DES with HMAC-SHA1: Java 7, old .NET and Windows; OpenSSL 3 needs `-legacy`.
    Vecchia,
}

/// A store with one key: certificate first, then the root it hangs on.
pub(crate) fn chiavi(
    alias: &str,
    pkcs8: &[u8],
    catena: &[&[u8]],
    password: &str,
    forma: FormaP12,
) -> Result<Vec<u8>, ErrorePki> {
    let certificati = catena
        .iter()
        .map(|c| Certificate::from_der(c))
        .collect::<Result<Vec<_>, _>>()
        .map_err(ErrorePki::cripto)?;
    let chiave = PrivateKey::from_der(pkcs8).map_err(ErrorePki::cripto)?;
    let mut deposito = KeyStore::new();
    deposito.add_entry(
        alias,
        KeyStoreEntry::PrivateKeyChain(PrivateKeyChain::new(alias, chiave, certificati)),
    );
    sigilla(&deposito, password, forma)
}

/// A trust store of roots under the given aliases.
pub(crate) fn fiducia(radici: &[(String, Vec<u8>)]) -> Result<Vec<u8>, ErrorePki> {
    let mut deposito = KeyStore::new();
    for (alias, der) in radici {
        let c = Certificate::from_der(der).map_err(ErrorePki::cripto)?;
        deposito.add_entry(alias, KeyStoreEntry::Certificate(c));
    }
    sigilla(&deposito, PASSWORD_CA, FormaP12::Moderna)
}

fn sigilla(deposito: &KeyStore, password: &str, forma: FormaP12) -> Result<Vec<u8>, ErrorePki> {
    let (cifra, mac) = match forma {
        FormaP12::Moderna => (
            EncryptionAlgorithm::PbeWithHmacSha256AndAes256,
            MacAlgorithm::HmacSha256,
        ),
        FormaP12::Vecchia => (
            EncryptionAlgorithm::PbeWithShaAnd3KeyTripleDesCbc,
            MacAlgorithm::HmacSha1,
        ),
    };
    deposito
        .writer(password)
        .encryption_algorithm(cifra)
        .encryption_iterations(GIRI)
        .mac_algorithm(mac)
        .mac_iterations(GIRI)
        .write()
        .map_err(ErrorePki::cripto)
}
