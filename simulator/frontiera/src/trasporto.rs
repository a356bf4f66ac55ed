//! What the listeners of the web services offer at TLS level, as data (spec security §2).
//!
//! No RSA key exchange, no CBC, nothing below TLS 1.2: what the real service withdrew in 2026. No client certificate is
//! asked for. The listeners take this list and refuse to start if their library lacks one of them.

/// Protocol version and standard name of each cipher suite, the preferred one first.
pub const SUITE_TLS: &[(&str, &str)] = &[
    ("TLS 1.3", "TLS_AES_256_GCM_SHA384"),
    ("TLS 1.3", "TLS_AES_128_GCM_SHA256"),
    ("TLS 1.3", "TLS_CHACHA20_POLY1305_SHA256"),
    ("TLS 1.2", "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384"),
    ("TLS 1.2", "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256"),
    ("TLS 1.2", "TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256"),
];
