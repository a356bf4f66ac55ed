//! Limits of the register, each with its unit.

use std::ops::RangeInclusive;

/// Years a scenario date may have. Before them there is no table that speaks of ANPR; the windows of the ready Comuni end
/// with the last of them.
pub const ANNI_SCENARIO: RangeInclusive<i16> = 2000..=2099;
/// Bytes of one compact record of the register.
pub const LIMITE_RECORD_BYTE: usize = 1 << 20;
/// Keys written in one batch of a load.
pub const CHIAVI_PER_LOTTO: usize = 1_000;
/// Bytes of records that make a block, before compression. sled moves pages of more than 128 KiB (sixteen blocks)
/// into files of their own: a block stays well below a sixteenth of that.
pub const BYTE_PER_BLOCCO: usize = 16 << 10;
/// Keys of one block of an index.
pub const CHIAVI_PER_BLOCCO: usize = 128;
/// Index keys of a load held in memory to be sorted, bytes for each of what is asked in long walks (ids, codes).
pub const INDICI_IN_MEMORIA_BYTE: usize = 128 << 20;
/// The same for each of what only people ask for, one search at a time (names, families): more runs, less memory.
pub const INDICI_DI_RICERCA_BYTE: usize = 32 << 20;
/// Bytes of records after which a batch of a load is written even if it has fewer.
pub const BYTE_PER_LOTTO: usize = 4 << 20;
/// Batches of a load between two flushes.
pub const LOTTI_PER_FISSATA: usize = 10;
/// Bytes a record takes by rule of thumb, keys included; for the check of room before a load.
pub const BYTE_TIPICI_SCHEDA: u64 = 700;
/// Keys removed in one batch when sweeping.
pub const CHIAVI_PER_SPAZZATA: usize = 2_000;
/// Replies of one page of a typed list, unless the caller says.
pub const LIMITE_PAGINA: usize = 1_000;
/// Characters of the name of a sandbox.
pub const LIMITE_NOME_SANDBOX: usize = 32;
/// Bytes of the whole PEC message.
pub const LIMITE_PEC_BYTE: usize = 30 << 20;
/// Characters of a subject.
pub const LIMITE_OGGETTO_CARATTERI: usize = 200;
/// Memory the embedded store may keep pages in, by default.
pub const CACHE_PREDEFINITA_BYTE: u64 = 8 << 20;
