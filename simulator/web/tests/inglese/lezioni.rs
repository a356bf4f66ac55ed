//! What is wrong with the file of a lesson, in English: whatever the reason, no half of a sentence stays Italian.

use servizi::lezioni::Lezione;

use super::banco::inglese::di_prosa;

const BUONA: &str = r#"titolo = "Prova"
scopo = "Provare"
comune = "888100"
oggi = "2021-03-01"
abitanti = 50
aire = 5

[[passi]]
titolo = "Uno"
minuti = 5
note = "Si dice"
testo = "Si legge"
azioni = [{ fai = "data", giorno = "2021-03-02" }]
attese = [{ che = "data", giorno = "2021-03-02" }]
"#;

/// Another action in the place of the one there is.
fn azione(testo: &str) -> String {
    BUONA.replacen("{ fai = \"data\", giorno = \"2021-03-02\" }", testo, 1)
}

fn attesa(testo: &str) -> String {
    BUONA.replacen("{ che = \"data\", giorno = \"2021-03-02\" }", testo, 1)
}

fn con(da: &str, a: &str) -> String {
    assert!(BUONA.contains(da), "{da}");
    BUONA.replacen(da, a, 1)
}

#[test]
fn every_reason_a_lesson_is_refused_for_has_its_english() {
    let lungo = "x".repeat(5000);
    let cattive = [
        con("scopo =", "scoppo ="),
        con("minuti = 5", "minuti = \"5\""),
        con("minuti = 5", "minuti = 0"),
        con("oggi = \"2021-03-01\"", "oggi = \"2021-13-01\""),
        con("oggi = \"2021-03-01\"", "oggi = \"1921-03-01\""),
        con("888100", "888001"),
        con("888100", "88800"),
        con("abitanti = 50", "abitanti = 0"),
        con("aire = 5", "aire = 5000"),
        con("titolo = \"Prova\"\n", ""),
        con("titolo = \"Prova\"", "titolo = \"\""),
        con("titolo = \"Uno\"", &format!("titolo = \"{lungo}\"")),
        con("note = \"Si dice\"", &format!("note = \"{lungo}\"")),
        con("testo = \"Si legge\"", &format!("testo = \"{lungo}\"")),
        con("testo = \"Si legge\"", "testo = \"Si legge\"\nprima = \"\""),
        con(
            "testo = \"Si legge\"",
            &format!("testo = \"-\"\napprofondimento = \"{lungo}\""),
        ),
        con("minuti = 5", "minuti = 5\ncodici = [\"XX999\"]"),
        con("minuti = 5", "minuti = 5\nmostra = \"mare\""),
        con(
            "aire = 5",
            &format!("aire = 5\nprerequisiti = [{}]", "\"a\",".repeat(21)),
        ),
        con("azioni = [{ fai = \"data\", giorno = \"2021-03-02\" }]\n", ""),
        BUONA.split("[[passi]]").next().unwrap_or_default().to_owned() + "passi = []\n",
        format!("{BUONA}[passi.a_mano]\ntesto = \"-\"\nluogo = \"pre\"\npagina = \"//altrove\"\n"),
        azione("{ fai = \"dato\" }"),
        azione("{ fai = \"data\", giorno = \"2021-02-28\" }"),
        azione("{ fai = \"data\", giorno = \"2029-02-28\" }"),
        azione("{ fai = \"revoca\", certificato = \"suo\" }"),
        azione("{ fai = \"certificato\", nome = \"SuoNome\" }"),
        azione("{ fai = \"certificato\", nome = \"a\" }, { fai = \"certificato\", nome = \"a\" }"),
        azione("{ fai = \"certificato\", nome = \"a\", tipo = \"XX\" }"),
        azione("{ fai = \"piano\", ambiente = \"sub\", inizio = \"2021-03-10\", fine = \"2021-03-09\" }"),
        azione("{ fai = \"casella\", indirizzo = \"senza-chiocciola\" }"),
        azione("{ fai = \"invia\", ambiente = \"pre\", versione = 0 }"),
        azione("{ fai = \"invia\", ambiente = \"pre\", versione = 1, invii = 99 }"),
        azione("{ fai = \"invia\", ambiente = \"pre\", versione = 1, file = [] }"),
        azione("{ fai = \"invia\", ambiente = \"pre\", versione = 1, file = [\"APR 2\"] }"),
        azione("{ fai = \"invia\", ambiente = \"pre\", versione = 1, file = [\"XX\"] }"),
        azione("{ fai = \"invia\", ambiente = \"pre\", versione = 1, anomalie = { XX999 = 1 } }"),
        azione("{ fai = \"invia\", ambiente = \"pre\", versione = 1, anomalie = { ES092 = 0 } }"),
        azione("{ fai = \"guasto\", ambiente = \"test\", tipo = \"F8\", volte = 0 }"),
        attesa("{ che = \"dato\" }"),
        attesa("{ che = \"certificato\", certificato = \"mai\", stato = \"attivo\" }"),
        attesa("{ che = \"piano\", ambiente = \"sub\", inizio = \"2021-03-10\", fine = \"2021-03-09\" }"),
        attesa(
            "{ che = \"fornitura\", ambiente = \"pre\", versione = 1, stato = \"KO\", conteggi = { XX999 = 1 } }",
        ),
        attesa("{ che = \"pec\", ambiente = \"pre\", oggetto = \"\" }"),
    ];
    assert!(Lezione::leggi("buona.toml", BUONA).is_ok());
    let mut mancano = Vec::new();
    for cattiva in cattive {
        let Err(e) = Lezione::leggi("cartella/cattiva.toml", &cattiva) else {
            panic!("it is read: {cattiva}");
        };
        let riga = format!("--lezioni: {e}");
        let mut sue = Vec::new();
        let _ = lingua::inglese().riga_con(&riga, &mut |m| sue.push(m.to_owned()));
        // Names of fields, and what somebody wrote, stay themselves: one word each.
        sue.retain(|m| di_prosa(m) && m.contains(' '));
        mancano.extend(sue.into_iter().map(|m| format!("{m}: {riga}")));
    }
    let Err(e) = Lezione::leggi("Nome.toml", BUONA) else {
        panic!("a bad name is read");
    };
    let riga = format!("--lezioni: {e}");
    let _ = lingua::inglese().riga_con(&riga, &mut |m| mancano.extend(di_prosa(m).then(|| m.to_owned())));
    assert!(mancano.is_empty(), "{mancano:#?}");
}
