//! The keys the joins run on: hashes and flags, no strings.

/// Length of a subject key on disk, in bytes.
pub(crate) const BYTE_SOGGETTO: usize = 48;
/// Length of a family key on disk, in bytes.
pub(crate) const BYTE_FAMIGLIA: usize = 32;

/// Keys of one person.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct ChiaveSoggetto {
    /// Hash of the Comune's id of the scheda, 0 when absent.
    pub id: u64,
    /// Hash of the codice fiscale in upper case, 0 when absent.
    pub codice_fiscale: u64,
    /// Hash of the family the person belongs to, 0 for none.
    pub famiglia: u64,
    /// Hash of the convivenza the person belongs to, 0 for none.
    pub convivenza: u64,
    /// Offset of the record in the segment.
    pub record: u64,
    /// `progressivoComponente` + 1 in the family, 0 when absent.
    pub progressivo_famiglia: u16,
    /// The same in the convivenza.
    pub progressivo_convivenza: u16,
    /// `codiceLegame` in the family, 255 when it is no number below 100.
    pub legame_famiglia: u8,
    /// The same in the convivenza.
    pub legame_convivenza: u8,
    /// 1 when it is an AIRE line.
    pub aire: u8,
}

/// Keys of one family or convivenza.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct ChiaveFamiglia {
    /// Hash of kind and id: what subjects point to.
    pub scheda: u64,
    /// Hash of the id alone.
    pub id: u64,
    /// ISTAT in the id, as a number.
    pub istat: u32,
    /// A convivenza.
    pub convivenza: bool,
    /// Carries `tipoTutoreIntestatario`.
    pub tutore: bool,
    /// Offset of the record in the segment.
    pub record: u64,
}

/// 64-bit hash of a trimmed text, never 0. Stable across versions of the program: it is written to disk.
pub fn impronta(testo: &str) -> u64 {
    let mut h: u64 = 0xcbf2_9ce4_8422_2325;
    for byte in testo.trim().bytes() {
        h = (h ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3);
    }
    // Final mixing, so that short sequential ids spread over all bits.
    h ^= h >> 33;
    h = h.wrapping_mul(0xff51_afd7_ed55_8ccd);
    h ^= h >> 33;
    h = h.wrapping_mul(0xc4ce_b9fe_1a85_ec53);
    h ^= h >> 33;
    h.max(1)
}

/// Hash of a family (`convivenza` false) or of a convivenza.
pub fn impronta_famiglia(id: &str, convivenza: bool) -> u64 {
    /// Keeps the two kinds apart: family 20 is not convivenza 20.
    const CONVIVENZA: u64 = 0x9e37_79b9_7f4a_7c15;
    let h = impronta(id);
    (if convivenza { h ^ CONVIVENZA } else { h }).max(1)
}

impl ChiaveSoggetto {
    pub(crate) fn scrivi(&self, out: &mut Vec<u8>) {
        for numero in [
            self.id,
            self.codice_fiscale,
            self.famiglia,
            self.convivenza,
            self.record,
        ] {
            out.extend_from_slice(&numero.to_le_bytes());
        }
        out.extend_from_slice(&self.progressivo_famiglia.to_le_bytes());
        out.extend_from_slice(&self.progressivo_convivenza.to_le_bytes());
        out.extend_from_slice(&[self.legame_famiglia, self.legame_convivenza, self.aire, 0]);
    }

    pub(crate) fn leggi(b: &[u8; BYTE_SOGGETTO]) -> Self {
        Self {
            id: u64_da(b, 0),
            codice_fiscale: u64_da(b, 8),
            famiglia: u64_da(b, 16),
            convivenza: u64_da(b, 24),
            record: u64_da(b, 32),
            progressivo_famiglia: u16::from_le_bytes([b[40], b[41]]),
            progressivo_convivenza: u16::from_le_bytes([b[42], b[43]]),
            legame_famiglia: b[44],
            legame_convivenza: b[45],
            aire: b[46],
        }
    }
}

impl ChiaveFamiglia {
    pub(crate) fn scrivi(&self, out: &mut Vec<u8>) {
        for numero in [self.scheda, self.id, self.record] {
            out.extend_from_slice(&numero.to_le_bytes());
        }
        out.extend_from_slice(&self.istat.to_le_bytes());
        out.extend_from_slice(&[u8::from(self.convivenza), u8::from(self.tutore), 0, 0]);
    }

    pub(crate) fn leggi(b: &[u8; BYTE_FAMIGLIA]) -> Self {
        Self {
            scheda: u64_da(b, 0),
            id: u64_da(b, 8),
            record: u64_da(b, 16),
            istat: u32::from_le_bytes([b[24], b[25], b[26], b[27]]),
            convivenza: b[28] == 1,
            tutore: b[29] == 1,
        }
    }
}

fn u64_da(b: &[u8], da: usize) -> u64 {
    let mut otto = [0; 8];
    otto.copy_from_slice(&b[da..da + 8]);
    u64::from_le_bytes(otto)
}

#[cfg(test)]
mod prove {
    use super::*;

    #[test]
    fn andata_e_ritorno() {
        let soggetto = ChiaveSoggetto {
            id: 1,
            codice_fiscale: 2,
            famiglia: 3,
            convivenza: 4,
            record: 5,
            progressivo_famiglia: 6,
            progressivo_convivenza: 7,
            legame_famiglia: 8,
            legame_convivenza: 9,
            aire: 1,
        };
        let mut byte = Vec::new();
        soggetto.scrivi(&mut byte);
        assert_eq!(
            ChiaveSoggetto::leggi(byte.as_slice().try_into().unwrap()),
            soggetto
        );
        let famiglia = ChiaveFamiglia {
            scheda: 1,
            id: 2,
            istat: 888_001,
            convivenza: true,
            tutore: true,
            record: 9,
        };
        byte.clear();
        famiglia.scrivi(&mut byte);
        assert_eq!(
            ChiaveFamiglia::leggi(byte.as_slice().try_into().unwrap()),
            famiglia
        );
    }

    #[test]
    fn gli_spazi_attorno_non_contano_e_i_tipi_si() {
        assert_eq!(impronta(" 20 "), impronta("20"));
        assert_ne!(impronta_famiglia("20", false), impronta_famiglia("20", true));
    }
}
