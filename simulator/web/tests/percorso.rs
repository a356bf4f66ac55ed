//! The main path by pages alone, as a browser without scripts walks it: upload, KO, correction, OK, cancellation.

mod banco;

use std::io::{Read as _, Write as _};

use anagrafe::{Ambiente, CodiceIstat};
use banco::{Banco, Entrato, banco};
use flate2::{Compression, read::GzDecoder, write::GzEncoder};
use http::{Method, StatusCode};

fn fornitura(istat: &str, versione: u16, anomalie: &str) -> Vec<(String, Vec<u8>)> {
    let richiesta = generatore::Richiesta {
        comune: CodiceIstat::parse(istat).expect("code"),
        versione,
        abitanti: 120,
        aire: 10,
        invii: None,
        max_invii: None,
        seed: 5,
        oggi: anagrafe::leggi_data("2021-03-01").expect("date"),
        anomalie: generatore::leggi_anomalie(anomalie).expect("plan"),
    };
    generatore::in_memoria(&richiesta).expect("delivery").file
}

async fn manda(b: &Banco, s: &Entrato, (nome, byte): &(String, Vec<u8>)) -> StatusCode {
    let tipo = if nome.contains("AIRE") { "AIRE" } else { "APR" };
    let campi = [("csrf", s.csrf.as_str()), ("tipo", tipo), ("conferma", "si")];
    b.invia_campi(Ambiente::Test, &s.biscotto, &campi, nome, byte)
        .await
        .stato
}

#[tokio::test(flavor = "multi_thread")]
#[expect(clippy::too_many_lines, reason = "one story, told in order")]
async fn a_wrong_delivery_is_told_and_a_corrected_one_passes() {
    let b = banco();
    let s = b.entra(Ambiente::Test, "888001").await;
    let pagina = async |dove: &str| b.pagina(Ambiente::Test, dove, &s.biscotto).await.testo;
    assert!(pagina("/combas").await.contains("Nessuna fornitura"));

    // What the form itself refuses, without a trace.
    let prima = fornitura("888001", 1, "ES092=3,EF008=2");
    let (nome, byte) = &prima[0];
    let csrf = s.csrf.as_str();
    for (campi, atteso) in [
        (vec![("csrf", csrf), ("tipo", "APR")], "Manca la conferma"),
        (vec![("csrf", csrf), ("conferma", "si")], "Indicare se il file"),
        (
            vec![("csrf", csrf), ("tipo", "AIRE"), ("conferma", "si")],
            "EN036",
        ),
    ] {
        let r = b
            .invia_campi(Ambiente::Test, &s.biscotto, &campi, nome, byte)
            .await;
        assert!(
            r.stato.is_client_error() && r.testo.contains(atteso),
            "{atteso}: {}",
            r.stato
        );
    }
    assert!(pagina("/combas").await.contains("Nessuna fornitura"));

    // The APR with three people without a family: KO, whatever else.
    assert_eq!(manda(b, &s, &prima[0]).await, StatusCode::SEE_OTHER);
    let stato = b.stato_finale(Ambiente::Test, &s.biscotto).await;
    assert!(stato.contains("KO: 3 errori bloccanti"), "{stato}");
    assert!(stato.contains("/combas/anomalie?gravita=E"), "{stato}");
    let monitor = pagina("/combas/anomalie").await;
    let righe: Vec<&str> = monitor
        .split("<tbody>")
        .nth(1)
        .unwrap_or_default()
        .split("<tr")
        .skip(1)
        .collect();
    let codici: Vec<&str> = righe
        .iter()
        .filter_map(|r| r.split("/combas/codici/").nth(1)?.split('"').next())
        .take(5)
        .collect();
    assert_eq!(
        codici,
        ["ES092", "ES092", "ES092", "EF008", "EF008"],
        "blocking first"
    );
    assert!(righe[0].contains("bloccante") && righe[4].contains("segnalazione"));
    assert_eq!(
        pagina("/combas/anomalie?gravita=W")
            .await
            .split("<tbody>")
            .nth(1)
            .expect("rows")
            .matches("ES092")
            .count(),
        0
    );
    assert!(
        pagina("/combas/anomalie?testo=zzzz")
            .await
            .contains("Nessuna anomalia con questi filtri")
    );
    assert!(pagina("/combas/esiti").await.contains("INSERITO OK"));
    let posta = pagina("/combas/posta").await;
    assert!(
        posta.contains("da leggere") && posta.contains("1 da leggere su 1"),
        "{posta}"
    );
    let messaggio = posta
        .split("/combas/posta/")
        .nth(1)
        .and_then(|p| p.split('"').next())
        .expect("a message");
    assert!(
        pagina(&format!("/combas/posta/{messaggio}"))
            .await
            .contains("ES092")
    );
    assert!(pagina("/combas/posta").await.contains("0 da leggere su 1"));

    // A corrected one, both files: OK.
    for file in &fornitura("888001", 2, "") {
        assert_eq!(manda(b, &s, file).await, StatusCode::SEE_OTHER, "{}", file.0);
    }
    let stato = b.stato_finale(Ambiente::Test, &s.biscotto).await;
    assert!(stato.contains("Elaborata: esito positivo"), "{stato}");
    let id = b.fornitura_di(Ambiente::Test, "888001");
    let esito = pagina(&format!("/combas/esiti/{id}")).await;
    let lista = esito
        .split("/liste/")
        .nth(1)
        .and_then(|p| p.split('"').next())
        .expect("a list");
    let csv = pagina(&format!("/combas/esiti/{id}/liste/{lista}")).await;
    assert!(csv.contains(';'), "{csv}");

    // And back to the start: asked for here, done by night.
    let tipo = ("content-type", "application/x-www-form-urlencoded");
    let corpo = format!("csrf={csrf}&fornitura={id}");
    let testate = [tipo, ("cookie", s.biscotto.as_str())];
    let r = b
        .ambiente(
            Ambiente::Test,
            Method::POST,
            "/combas/cancellazione",
            &testate,
            &corpo,
        )
        .await;
    assert_eq!(r.stato, StatusCode::SEE_OTHER);
    assert!(
        pagina("/combas/cancellazione")
            .await
            .contains("cancellazione richiesta")
    );
    assert_eq!(
        b.console(Method::POST, "/notte", &[], "").await.stato,
        StatusCode::SEE_OTHER
    );
    assert!(pagina("/combas").await.contains("Cancellata"));
}

/// The delivery with every Comune in it named so.
fn con_nome(file: &[u8], nome: &str) -> Vec<u8> {
    let mut xml = String::new();
    GzDecoder::new(file).read_to_string(&mut xml).expect("gzip");
    let mut pezzi = xml.split("<nomeComune>");
    let mut fuori = pezzi.next().unwrap_or_default().to_owned();
    for pezzo in pezzi {
        let fine = pezzo.find('<').expect("a closing tag");
        fuori = fuori + "<nomeComune>" + nome + &pezzo[fine..];
    }
    let mut gz = GzEncoder::new(Vec::new(), Compression::fast());
    gz.write_all(fuori.as_bytes()).expect("gzip");
    gz.finish().expect("gzip")
}

#[tokio::test(flavor = "multi_thread")]
async fn what_stands_in_a_file_stays_text_on_every_page() {
    let b = banco();
    let s = b.entra(Ambiente::Test, "888004").await;
    let (nome, byte) = fornitura("888004", 1, "ES092=1,EC007=2").remove(0);

    // The schema lets no markup in, and the refusal quotes it.
    let cattivo = con_nome(&byte, "&lt;script&gt;QUI");
    let r = b
        .invia(Ambiente::Test, &s.biscotto, Some(&s.csrf), &nome, &cattivo)
        .await;
    assert_eq!(r.stato, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(
        !r.testo.contains("<script>QUI") && r.testo.contains("&#60;script&#62;QUI"),
        "{}",
        r.testo
    );

    // What it does let in is quoted by findings.
    let strano = con_nome(&byte, "QUI'X");
    let r = b
        .invia(Ambiente::Test, &s.biscotto, Some(&s.csrf), &nome, &strano)
        .await;
    assert_eq!(r.stato, StatusCode::SEE_OTHER, "{}", r.testo);
    b.stato_finale(Ambiente::Test, &s.biscotto).await;
    let id = b.fornitura_di(Ambiente::Test, "888004");
    let elenco = b
        .pagina(Ambiente::Test, "/combas/anomalie?testo=QUI%27x", &s.biscotto)
        .await
        .testo;
    let console = b
        .console(Method::GET, &format!("/forniture/{id}/anomalie"), &[], "")
        .await
        .testo;
    for testo in [elenco, console] {
        assert!(!testo.contains("QUI'X") && testo.contains("QUI&#39;X"), "{testo}");
    }
    // A search text comes back escaped as well.
    let dove = "/combas/anomalie?testo=%22%3E%3Cscript%3Ealert(1)&codice=%3Cb%3E&classe=%27";
    let testo = b.pagina(Ambiente::Test, dove, &s.biscotto).await.testo;
    assert!(
        !testo.contains("<script>alert") && !testo.contains("<b>"),
        "{testo}"
    );
}
