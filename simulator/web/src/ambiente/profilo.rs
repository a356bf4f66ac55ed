//! What an operator does with his own login: the Comune he works for, his password, his sessions.

use anagrafe::CodiceIstat;
use askama::Template;
use http::StatusCode;
use servizi::{ErroreServizio, Esito, LUNGHEZZA_PASSWORD_MINIMA, http::Risposta};

use super::{Dentro, accesso, con_cookie};
use crate::{
    cookie,
    cornice::{Cornice, pagina, vai},
    formati, fuori,
    modulo::Campi,
};

#[derive(Template)]
#[template(path = "ambiente/comune.html")]
struct Scelta {
    c: Cornice,
    csrf: String,
    comuni: Vec<(String, String, bool)>,
}

/// `/combas/comune`: for which of his Comuni.
pub(super) async fn comune(d: &Dentro<'_>) -> Esito<Risposta> {
    let s = &d.sessione;
    let (suoi, attuale, scelto) = (s.comuni.clone(), s.comune, !s.da_scegliere);
    let comuni = fuori(d.sim, move |s| {
        suoi.into_iter()
            .map(|k| Ok((k.to_string(), s.comune(k)?.nome, scelto && k == attuale)))
            .collect::<Esito<Vec<_>>>()
    })
    .await?;
    let mut c = d.cornice("Scegliere il Comune", "").await?;
    if s.da_scegliere {
        // Nothing of the first Comune is shown before the choice.
        c.voci.clear();
        if let Some(u) = &mut c.utente {
            "nessun Comune scelto".clone_into(&mut u.comune);
        }
    }
    let csrf = s.csrf.clone();
    Ok(pagina(StatusCode::OK, &Scelta { c, csrf, comuni }))
}

/// The choice.
pub(super) async fn sceglie(d: &Dentro<'_>, campi: &Campi) -> Esito<Risposta> {
    let comune = campi
        .pieno("comune")
        .and_then(|t| CodiceIstat::parse(t).ok())
        .ok_or_else(|| ErroreServizio::richiesta("Scegliere uno dei Comuni elencati."))?;
    let (ambiente, chiave) = (d.ambiente, d.sessione.chiave.clone());
    fuori(d.sim, move |s| s.scegli_comune(ambiente, &chiave, comune)).await?;
    Ok(vai("/combas"))
}

#[derive(Template)]
#[template(path = "ambiente/profilo.html")]
struct Profilo {
    c: Cornice,
    csrf: String,
    nome: String,
    ruoli: String,
    comuni: Vec<String>,
    carta: bool,
    scade: String,
    minima: usize,
}

/// `/combas/profilo`.
pub(super) async fn pagina_profilo(d: &Dentro<'_>) -> Esito<Risposta> {
    let s = &d.sessione;
    let mut c = d.cornice("Profilo dell'operatore", "").await?;
    if d.query.valore("fatto") == Some("password") {
        c = c.con_avviso(
            "ok",
            "Password cambiata. Le altre sessioni aperte con questo utente sono state chiuse.",
        );
    }
    let profilo = Profilo {
        c,
        csrf: s.csrf.clone(),
        nome: s.name_id.clone(),
        ruoli: s.ruoli.iter().cloned().collect::<Vec<_>>().join(", "),
        comuni: s.comuni.iter().map(ToString::to_string).collect(),
        carta: s.carta,
        scade: formati::quando(registro::ora_italiana(s.scade)),
        minima: LUNGHEZZA_PASSWORD_MINIMA,
    };
    Ok(pagina(StatusCode::OK, &profilo))
}

/// The change of password; the session goes on under a new key.
pub(super) async fn cambia_password(d: &Dentro<'_>, campi: &Campi) -> Esito<Risposta> {
    let dato = |nome| campi.valore(nome).unwrap_or_default().to_owned();
    let (vecchia, nuova) = (dato("attuale"), dato("nuova"));
    if nuova != dato("ripetuta") {
        return Err(ErroreServizio::richiesta(
            "Le due password nuove sono diverse: tornare alla pagina e ripetere.",
        ));
    }
    let (ambiente, sessione) = (d.ambiente, d.sessione.clone());
    let s = fuori(d.sim, move |s| {
        s.cambia_password(ambiente, &sessione, &vecchia, &nuova)
    })
    .await?;
    Ok(con_cookie(
        vai("/combas/profilo?fatto=password"),
        [cookie::posa(&cookie::nome_sessione(d.ambiente), &s.chiave)],
    ))
}

/// Every session of this operator ends, here and in the other environments.
pub(super) async fn esce_ovunque(d: &Dentro<'_>) -> Esito<Risposta> {
    let nome = d.sessione.name_id.clone();
    fuori(d.sim, move |s| s.esci_ovunque(&nome)).await?;
    Ok(accesso::uscito(d.ambiente))
}
