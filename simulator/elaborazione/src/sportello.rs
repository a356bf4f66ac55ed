//! The counter: the gates 1 to 10 a file passes before its content is looked at (subentro.md §1.4).
//!
//! A pure function of the request and of what is known about the Comune at that instant; it reads no
//! byte of the file and changes nothing. The first gate that stops the file is the only one reported.
//! Gate 11, the content, is [`crate::prepara`].

use std::collections::BTreeSet;

use anagrafe::{Ambiente, CodiceIstat, Data};

use crate::nome_file::NomeFile;
use crate::testi::Testi;
use crate::tipi::{Gravita, Politica, Rilievo, TipoFile, TipoScheda};

/// A file at the counter.
#[derive(Debug, Clone, Copy)]
pub struct Richiesta<'a> {
    /// Comune of the operator, of the certificate or of `codMittente`.
    pub mittente: CodiceIstat,
    /// Name as sent.
    pub nome: &'a str,
    /// Compressed bytes.
    pub dimensione: u64,
    /// Kind chosen on the page; `None` where nobody chooses (web service).
    pub tipo_scelto: Option<TipoFile>,
}

/// Days in which a Comune may send, both included.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Finestra {
    /// First day.
    pub inizio: Data,
    /// Last day.
    pub fine: Data,
}

/// The delivery that is being received or elaborated.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct FornituraAperta {
    /// Versione of its APR files; `None` while only the AIRE file is in.
    pub versione: Option<u16>,
    /// Total its APR files declare in their names.
    pub totale: Option<u16>,
    /// Files received.
    pub file: Vec<NomeFile>,
}

/// Everything the gates ask about the Comune in that environment.
#[derive(Debug, Clone)]
pub struct Situazione {
    /// Environment.
    pub ambiente: Ambiente,
    /// Scenario date.
    pub oggi: Data,
    /// A PEC for the outcome is registered.
    pub pec: bool,
    /// A delivery ended OK and was not cancelled since.
    pub subentrato: bool,
    /// Row of the plan, enforced in subentro only.
    pub piano: Option<Finestra>,
    /// `Some(state)` when the state of the Comune or of its delivery forbids sending: cancellation
    /// under way, environment not enabled, subentro without a pre-subentro.
    pub stato_vietato: Option<String>,
    /// Delivery under way, if any.
    pub aperta: Option<FornituraAperta>,
    /// APR versioni that ended OK and were not cancelled.
    pub versioni_ok: BTreeSet<u16>,
    /// AIRE counters of deliveries that ended OK and were not cancelled.
    pub versioni_aire_ok: BTreeSet<u16>,
    /// Limits and open choices.
    pub politica: Politica,
}

/// Text of the block without a code met by a Comune that is not in the plan.
const FUORI_PIANO: &str =
    "Il Comune non è presente nel piano dei subentri: l'invio dei file non è consentito";

/// Passes the gates in their order; the error is the one refusal, of severity [`Gravita::Errore`].
#[allow(
    clippy::result_large_err,
    reason = "one refusal per upload; the finding is the answer"
)]
pub fn varchi(richiesta: &Richiesta<'_>, s: &Situazione) -> Result<NomeFile, Rilievo> {
    let nome = richiesta.nome;
    let testi = s.politica.testi();
    let rifiuto = |codice: &str, valori: &[&str]| Err(rifiuta_con(&testi, nome, codice, valori));
    // 1: whose file it is. A name without a readable code is left to gate 8.
    let mittente = richiesta.mittente.to_string();
    if let Some(istat) = NomeFile::istat_di(nome)
        && istat != richiesta.mittente
    {
        return rifiuto("EN039", &[&mittente, &istat.to_string()]);
    }
    // 2
    if !s.pec {
        return rifiuto("EN362", &[]);
    }
    let letto = NomeFile::parse(nome);
    let gia_ok = letto.is_some_and(|n| match n.tipo() {
        TipoFile::Apr => s.versioni_ok.contains(&n.versione()),
        TipoFile::Aire => s.versioni_aire_ok.contains(&n.versione()),
    });
    // 3: outside subentro the same versione again is gate 7 (case 14).
    if s.subentrato && (s.ambiente == Ambiente::Sub || !gia_ok) {
        return rifiuto("EN034", &[]);
    }
    // 4
    if s.ambiente == Ambiente::Sub {
        match s.piano {
            None => return Err(senza_codice(nome)),
            Some(f) if s.oggi < f.inizio || s.oggi > f.fine => {
                return rifiuto("EN032", &[&giorno(s.oggi)]);
            }
            Some(_) => {}
        }
    }
    // 5
    if let Some(stato) = &s.stato_vietato {
        return rifiuto("EN003", &[stato]);
    }
    // 6: only an APR of another versione; what repeats the open one is gate 8.
    if let (Some(NomeFile::Apr { versione, .. }), Some(aperta)) = (letto, &s.aperta)
        && aperta.versione.is_some_and(|v| v != versione)
    {
        return rifiuto("EN037", &[]);
    }
    // 7
    if let Some(n) = letto
        && gia_ok
    {
        return rifiuto("EN040", &[&n.versione().to_string()]);
    }
    // 8
    let Some(letto) = letto else {
        return rifiuto("EN001", &[nome]);
    };
    forma_del_nome(richiesta, s, &letto)?;
    // 9
    if richiesta.dimensione > s.politica.limite_invio {
        return rifiuto("EN002", &[nome, &megabyte(s.politica.limite_invio)]);
    }
    // 10
    if richiesta.tipo_scelto.is_some_and(|t| t != letto.tipo()) {
        return rifiuto("EN036", &[]);
    }
    Ok(letto)
}

/// Gate 8: the name in itself, then the name beside what was received. A file is "already received" only when
/// nothing else is wrong with its name, and the sentence names the one that was.
#[allow(clippy::result_large_err, reason = "as in `varchi`")]
fn forma_del_nome(richiesta: &Richiesta<'_>, s: &Situazione, letto: &NomeFile) -> Result<(), Rilievo> {
    let nome = richiesta.nome;
    let testi = s.politica.testi();
    let rifiuto = |codice: &str, valori: &[&str]| Err(rifiuta_con(&testi, nome, codice, valori));
    if let NomeFile::Apr {
        progressivo, totale, ..
    } = *letto
    {
        if progressivo == 0 || progressivo > totale {
            return rifiuto("EN008", &[&progressivo.to_string(), &totale.to_string()]);
        }
        if s.ambiente == Ambiente::Test && totale > 1 {
            return rifiuto("EN363", &[]);
        }
        let massimo = s.politica.totale_massimo;
        let ricevuto = s.aperta.as_ref().and_then(|a| a.totale);
        let diverso = ricevuto.filter(|t| *t != totale);
        if let Some(ammesso) = (totale > massimo).then_some(massimo).or(diverso) {
            return rifiuto("EN038", &[&totale.to_string(), &ammesso.to_string()]);
        }
    }
    let ricevuti = s.aperta.iter().flat_map(|a| &a.file);
    let stesso_posto = |ricevuto: &&NomeFile| match (ricevuto, letto) {
        (NomeFile::Apr { progressivo: p, .. }, NomeFile::Apr { progressivo, .. }) => p == progressivo,
        (NomeFile::Aire { .. }, NomeFile::Aire { .. }) => true,
        _ => false,
    };
    match ricevuti.into_iter().find(stesso_posto) {
        Some(ricevuto) if ricevuto == letto => rifiuto("EN007", &[nome]),
        Some(ricevuto) => rifiuto("EN007", &[&ricevuto.componi()]),
        None => Ok(()),
    }
}

/// A refusal with the text of the default catalogue.
pub fn rifiuta(nome: &str, codice: &str, valori: &[&str]) -> Rilievo {
    rifiuta_con(&Testi::default(), nome, codice, valori)
}

/// A refusal with the text of this catalogue.
pub fn rifiuta_con(testi: &Testi, nome: &str, codice: &str, valori: &[&str]) -> Rilievo {
    Rilievo {
        codice: codice.to_owned(),
        gravita: Gravita::Errore,
        tipo_scheda: TipoScheda::File,
        scheda: String::new(),
        posizione: None,
        testo: testi.testo(codice, valori),
        oggetto: None,
        campo: None,
        valore: None,
        file: Some(nome.to_owned()),
        prog_anpr: None,
        codice_ae: None,
    }
}

fn senza_codice(nome: &str) -> Rilievo {
    let mut rilievo = rifiuta(nome, "", &[]);
    FUORI_PIANO.clone_into(&mut rilievo.testo);
    rilievo
}

/// A day as people write it, gg/mm/aaaa.
pub fn giorno(data: Data) -> String {
    format!("{:02}/{:02}/{:04}", data.day(), data.month(), data.year())
}

fn megabyte(byte: u64) -> String {
    const MEGABYTE: u64 = 1024 * 1024;
    if byte.is_multiple_of(MEGABYTE) {
        format!("{} MB", byte / MEGABYTE)
    } else {
        format!("{byte} byte")
    }
}
