//! Findings that follow from another one.
//!
//! Where the content of a file is broken (`EN009`), what could not be read is missing from the counters and from the
//! families: those findings are real, are counted and stay in every list, but they mend themselves with their cause. So
//! reports fold them under it. This is presentation only: nothing here changes a count or an outcome.

use std::collections::BTreeSet;

use crate::tipi::Rilievo;

/// The cause that is known to have consequences.
pub const CAUSA: &str = "EN009";
/// Counters and totals of the file that is broken.
const DEL_FILE: [&str; 5] = ["EN011", "EN017", "EN019", "EN021", "EN023"];
/// Totals of the delivery it belongs to.
const DELLA_FORNITURA: [&str; 5] = ["EN012", "EN018", "EN020", "EN022", "EN024"];
/// What is said of families whose members were not read.
const DELLE_SCHEDE: [&str; 2] = ["EF008", "EF010"];

/// The files with a cause.
#[derive(Debug, Clone, Default)]
pub struct Cause {
    file: BTreeSet<String>,
}

impl Cause {
    /// Files in which the cause was found.
    pub fn in_file(file: impl IntoIterator<Item = String>) -> Self {
        Self {
            file: file.into_iter().collect(),
        }
    }

    /// Nothing is a consequence.
    pub fn nessuna(&self) -> bool {
        self.file.is_empty()
    }

    /// The code a finding probably follows from.
    pub fn di(&self, r: &Rilievo) -> Option<&'static str> {
        if self.nessuna() {
            return None;
        }
        let codice = r.codice.as_str();
        let qui = || r.file.as_ref().is_some_and(|f| self.file.contains(f));
        let segue = DELLA_FORNITURA.contains(&codice)
            || (DEL_FILE.contains(&codice) && qui())
            || (DELLE_SCHEDE.contains(&codice) && qui())
            // The family may be in the broken file, whichever the person is in; who names none has no excuse.
            || (codice == "ES092" && r.valore.is_some());
        segue.then_some(CAUSA)
    }
}
