//! PKCS#12 files: key stores of postazioni and cards, the trust store `ca.p12`; and the certificates of other people's.

use std::{fmt, str::FromStr};

use p12_keystore::{
    Certificate, EncryptionAlgorithm, KeyStore, KeyStoreEntry, MacAlgorithm, Pkcs12Archive, PrivateKey,
    PrivateKeyChain,
};

use crate::ErrorePki;

/// Password of the trust store `ca.p12`: it protects nothing (roots are public), Java wants one.
pub const PASSWORD_CA: &str = "changeit";

/// Key derivation rounds; the password is random and the file lies beside the open key, so more would only cost time.
const GIRI: u32 = 2048;

/// Which algorithms seal the file. Who reads what, and how that was found out: `simulator/docs/SPORTELLO.md`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum FormaP12 {
    /// 3DES and HMAC-SHA1, both in the *default* provider of OpenSSL 3: every Windows, every Java, macOS, OpenSSL 3
    /// without `-legacy`. Only a reader in FIPS mode refuses it.
    #[default]
    Universale,
    /// AES-256 with PBES2 and HMAC-SHA256: OpenSSL, Java 8u301 and 11.0.12 on (JDK-8267701), Windows Server 2019 on.
    Moderna,
    /// 40-bit RC2 and HMAC-SHA1, as the files the real desk hands out: OpenSSL 3 needs `-legacy`.
    Antica,
}

impl FormaP12 {
    /// All of them, the one written by default first.
    pub const TUTTE: [Self; 3] = [Self::Universale, Self::Moderna, Self::Antica];

    /// The name used on the command line and in the API (`--compat`).
    pub fn chiave(self) -> &'static str {
        match self {
            Self::Universale => "universale",
            Self::Moderna => "moderno",
            Self::Antica => "antico",
        }
    }
}

impl fmt::Display for FormaP12 {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.chiave())
    }
}

/// The text names no form.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("forma del .p12 sconosciuta: «{0}» (ammesse: universale, moderno, antico)")]
pub struct FormaIgnota(String);

impl FromStr for FormaP12 {
    type Err = FormaIgnota;
    fn from_str(s: &str) -> Result<Self, Self::Err> {
        Self::TUTTE
            .into_iter()
            .find(|f| f.chiave() == s)
            .ok_or_else(|| FormaIgnota(s.to_owned()))
    }
}

/// The certificates inside somebody's PKCS#12, DER; its keys are decrypted by the reader and dropped at once.
pub fn certificati_del_p12(file: &[u8], password: &str) -> Result<Vec<Vec<u8>>, ErrorePki> {
    let archivio = Pkcs12Archive::from_pkcs12(file, password).map_err(|e| {
        ErrorePki::Richiesta(format!(
            "il .p12 non si apre con questa password, o non è un .p12 ({e})"
        ))
    })?;
    Ok(archivio.certs.iter().map(|c| c.cert.as_der().to_vec()).collect())
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
    sigilla(&deposito, PASSWORD_CA, FormaP12::default())
}

fn sigilla(deposito: &KeyStore, password: &str, forma: FormaP12) -> Result<Vec<u8>, ErrorePki> {
    let (cifra, mac) = match forma {
        FormaP12::Universale => (
            EncryptionAlgorithm::PbeWithShaAnd3KeyTripleDesCbc,
            MacAlgorithm::HmacSha1,
        ),
        FormaP12::Moderna => (
            EncryptionAlgorithm::PbeWithHmacSha256AndAes256,
            MacAlgorithm::HmacSha256,
        ),
        // The crate's name says RC4; the algorithm it writes is RC2 (PKCS#12, pbeWithSHAAnd40BitRC2-CBC).
        FormaP12::Antica => (
            EncryptionAlgorithm::PbeWithShaAnd40BitRc4Cbc,
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
