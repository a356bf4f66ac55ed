//! The page of the documentation: both tables, in Italian, for whoever tries a gestionale's error handling.

use std::fmt::Write as _;

use super::{Atteso, DIFETTI, STRANEZZE, Voce};
use crate::soap::{TUTTI_I_FAULT, TipoFault};

const TESTA: &str = "\
# Messaggi sbagliati apposta, e messaggi strani ma giusti

<!-- Pagina generata dalle tabelle in simulator/frontiera/src/firma/catalogo: per riscriverla,
     ANPR_SIM_RISCRIVI=1 cargo test -p frontiera --test prove pagina -->

`anpr-sim send` compone, firma e invia una richiesta a un simulatore in esecuzione. Con `--difetto NOME` la richiesta è
sbagliata in un punto solo, e si vede come il simulatore la rifiuta: serve a provare come un gestionale tratta gli errori.
Con `--stranezza NOME` (ripetibile) è insolita ma corretta, e va accettata. `--difetto elenco` e `--stranezza elenco` stampano i nomi.

<!-- prova: difetti -->
```sh
anpr-sim serve --data dati --oggi 2021-03-01 &
anpr-sim wait --data dati
# che cosa arriva, e che cosa era atteso (uscita 1: la risposta è un fault)
anpr-sim send --data dati --difetto corpo-modificato || true
#> Incorrect reference digest value (from client)
# con --atteso: uscita 0 se arriva ciò che il difetto merita, 1 altrimenti
anpr-sim send --data dati --difetto certificato-revocato --atteso
#> certificate revoked (from client)
# i rispostaKO si provano con S001, che il comando sceglie da sé
anpr-sim send --data dati --difetto tipo-invio-errato --atteso
#> EN148
# insolito ma giusto
anpr-sim send --data dati --stranezza sha256 --stranezza gzip --atteso
#> RispostaConnessione
# il messaggio composto, senza inviarlo
anpr-sim send --data dati --difetto firma-hmac --stampa
#> hmac-sha1
```

Senza `--atteso` l'uscita è quella di sempre: 0 risposta positiva, 1 fault o KO, 2 comando non eseguito. I difetti di certificato,
postazione e operatore chiedono allo sportello del simulatore ciò che serve (certificati con `cert issue --difetto`, operatori
di nome `SIM…`). Altri mittenti: `--postazione ID`, `--operatore NAMEID`, `--cert-comune FILE --chiave-comune FILE`,
`--cert-postazione FILE --chiave-postazione FILE`.

Sul filo un fault non dice mai la causa: la dice la pagina `/scambi/N` della console.

F8, F9, F10 e A5 non vengono da un difetto della richiesta: il comando li chiede, per una volta, al piano dei guasti
(`/api/guasti`). A2, A4 e A6 verranno con i servizi che li danno.
I rispostaKO valgono in test e in pre-subentro: in subentro S001 è spenta e risponde EN379 a tutto.
";

/// The whole page.
pub fn pagina() -> String {
    let mut p = TESTA.to_owned();
    p.push_str("\n## Difetti\n");
    for fault in TUTTI_I_FAULT {
        let voci = || DIFETTI.iter().filter(move |v| v.atteso == Atteso::Fault(fault));
        if voci().next().is_some() {
            let codice = if fault.del_chiamante() { "Client" } else { "Server" };
            let _ = write!(
                p,
                "\n### {}: `env:{codice}` «{}»\n\n",
                fault.sigla(),
                breve(fault)
            );
            tabella(&mut p, voci());
        }
    }
    p.push_str("\n### rispostaKO (HTTP 200)\n\n| nome | che cosa ha | riga | codice | testo |\n| --- | --- | --- | --- | --- |\n");
    for v in DIFETTI {
        if let Atteso::Ko { riga, codice, testo } = v.atteso {
            let riga = if riga.is_empty() { "–" } else { riga };
            let _ = writeln!(
                p,
                "| `{}` | {} | {riga} | {codice} | …{testo}… |",
                v.nome, v.descrizione
            );
        }
    }
    p.push_str("\n## Stranezze (tutte accettate)\n\n");
    tabella(&mut p, STRANEZZE.iter());
    p
}

fn tabella<'v>(p: &mut String, voci: impl Iterator<Item = &'v Voce>) {
    p.push_str("| nome | che cosa ha |\n| --- | --- |\n");
    for v in voci {
        let _ = writeln!(p, "| `{}` | {} |", v.nome, v.descrizione);
    }
}

/// The fault string, the one with the XPath cut where it stops being readable.
fn breve(f: TipoFault) -> String {
    match f.testo().split_once(" /*") {
        Some((inizio, _)) => format!("{inizio} … not covered by signature (from client)"),
        None => f.testo().to_owned(),
    }
}
