//! Every limit of this layer, with its unit, in one place.

/// Largest envelope accepted, in bytes, unless the policy says otherwise (spec security §2.3).
pub const CORPO_MASSIMO: usize = 32 * 1024 * 1024;

/// Most that a policy may say instead, in bytes: a message is held whole.
pub(crate) const CORPO_ESTREMO: i64 = 256 * 1024 * 1024;

/// Deepest nesting of elements accepted. The tree parser recurses once per level, so this also bounds its stack.
pub const PROFONDITA_MASSIMA: usize = 200;

/// Most nodes (elements, texts, comments, instructions) of one envelope.
pub const NODI_MASSIMI: u32 = 2_000_000;

/// Canonical octets of one reference shown by the journal, in bytes; the digest always covers all of them.
pub const CANONICA_IN_EVIDENZA: usize = 64 * 1024;

/// Most attributes, namespace declarations included, of one element: the tree parser compares them pairwise.
pub(crate) const ATTRIBUTI_MASSIMI: usize = 256;

/// Most namespace declarations in scope at one element: the tree parser copies them at each new declaration.
pub(crate) const DICHIARAZIONI_MASSIME: usize = 256;

/// Most prefixes of one `PrefixList`, and of those kept for `xsi:type`: each is looked up at each element.
pub(crate) const PREFISSI_MASSIMI: usize = 32;

/// Most references in one signature: two are needed, a client may sign a few parts more.
pub(crate) const RIFERIMENTI_MASSIMI: usize = 16;

/// Most transforms in one reference (enveloped-signature and canonicalization make two).
pub(crate) const TRASFORMAZIONI_MASSIME: usize = 4;

/// Largest PKCS#7 of a postazione id, in bytes of its DER form: a signer, one certificate, twenty bytes of content.
pub(crate) const PKCS7_MASSIMO: usize = 64 * 1024;

/// Largest signed document, in bytes of its DER form: a page of text, with the chains and time stamps that signing tools add.
pub(crate) const DOCUMENTO_MASSIMO: usize = 2 * 1024 * 1024;

/// Deepest nesting of a BER message that is rewritten to DER.
pub(crate) const BER_PROFONDITA: usize = 32;

/// Largest certificate, in bytes of DER.
pub(crate) const CERTIFICATO_MASSIMO: usize = 16 * 1024;

/// Smallest RSA modulus of a signer, in bits (spec security §5.1).
pub(crate) const RSA_BIT_MINIMI: usize = 2048;

/// Largest RSA modulus of a signer, in bits: verification time grows with its square.
pub(crate) const RSA_BIT_MASSIMI: usize = 8192;

/// Most certificates looked at in one Security header: a client sends one or two.
pub(crate) const CERTIFICATI_MASSIMI: usize = 16;

/// Certificates whose chain was found good, kept in memory (about 3 kB each).
pub(crate) const CATENE_IN_MEMORIA: usize = 4096;

/// Verified PKCS#7 of postazioni, kept in memory (about 3 kB each).
pub(crate) const PKCS7_IN_MEMORIA: usize = 4096;

/// Accepted assertions remembered with `antireplica`, as long as they are valid (about 150 bytes each).
pub(crate) const REPLICHE_MASSIME: usize = 200_000;

/// Most parts of a multipart request, the envelope among them.
pub(crate) const PARTI_MASSIME: usize = 64;

/// Largest header of one part, in bytes.
pub(crate) const TESTATA_PARTE: usize = 8 * 1024;

/// Longest boundary of a multipart request, in characters (RFC 2046).
pub(crate) const CONFINE_MASSIMO: usize = 70;
