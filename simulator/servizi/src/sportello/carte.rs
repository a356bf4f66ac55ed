//! The operators' cards: browser certificates under the users' root, handed out as PKCS#12.

use anagrafe::CodiceIstat;
use certs::{Carta, Difetto, FormaP12, RichiestaCarta};
use registro::{Lettura as _, StatoOperatore};
use serde::Deserialize;
use serde_json::{Value, json};

use super::della_richiesta;
use crate::{ErroreServizio, Esito, Simulatore, gestione::leggi};

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
struct Domanda {
    comune: CodiceIstat,
    name_id: String,
    difetto: Option<Difetto>,
    /// The card is to be activated first: the operator becomes `scheda da attivare`.
    #[serde(default)]
    da_attivare: bool,
}

impl Simulatore {
    /// The cards, of one Comune or of all, in order of issue.
    pub fn carte(&self, comune: Option<CodiceIstat>) -> Esito<Vec<Value>> {
        let mut tutte = self.pki().carte();
        tutte.retain(|c| comune.is_none_or(|k| c.comune == k.as_str()));
        tutte.iter().map(|c| self.mostra_carta(c)).collect()
    }

    /// One card by its id.
    pub fn carta(&self, id: &str) -> Esito<Value> {
        self.mostra_carta(&self.quella_carta(id)?)
    }

    /// Issues a card (`{"comune","nameId","difetto","daAttivare"}`) to an operator of that Comune.
    pub fn emetti_carta(&self, domanda: Value) -> Esito<Value> {
        let d: Domanda = leggi(domanda)?;
        let operatore = self.operatore(d.comune, &d.name_id)?;
        if operatore.stato == StatoOperatore::Cancellato {
            return Err(ErroreServizio::conflitto(format!(
                "L'operatore {} è cancellato: una carta non gli serve.",
                d.name_id
            )));
        }
        let richiesta = RichiestaCarta {
            comune: d.comune.to_string(),
            name_id: d.name_id,
            difetto: d.difetto,
            password: None,
        };
        let carta = self.pki().emetti_carta(&richiesta).map_err(della_richiesta)?;
        if d.difetto == Some(Difetto::Revocato) {
            self.segna_revocati(&carta.id, &[&carta.impronta_sha256])?;
        }
        if d.da_attivare {
            self.metti_operatore(
                d.comune,
                &carta.name_id,
                json!({"stato": StatoOperatore::SchedaDaAttivare}),
            )?;
        }
        self.mostra_carta(&carta)
    }

    /// Issues the certificate of a smart card, whose file opens with the PIN; gives its id.
    pub(crate) fn emetti_con_pin(&self, comune: CodiceIstat, name_id: &str, pin: &str) -> Esito<String> {
        let richiesta = RichiestaCarta {
            comune: comune.to_string(),
            name_id: name_id.to_owned(),
            difetto: None,
            password: Some(pin.to_owned()),
        };
        let carta = self.pki().emetti_carta(&richiesta).map_err(della_richiesta)?;
        Ok(carta.id)
    }

    /// Issues the card of somebody who is no operator of a Comune; `presso` stands in the place of the Comune's code.
    pub(crate) fn emetti_per(&self, presso: &str, nome: &str) -> Esito<String> {
        let richiesta = RichiestaCarta {
            comune: presso.to_owned(),
            name_id: nome.to_owned(),
            difetto: None,
            password: None,
        };
        let carta = self.pki().emetti_carta(&richiesta).map_err(della_richiesta)?;
        Ok(carta.id)
    }

    /// Revokes a card: its sessions end with the next page.
    pub fn revoca_carta(&self, id: &str) -> Esito<Value> {
        let c = self.quella_carta(id)?;
        self.segna_revocati(&c.id, &[&c.impronta_sha256])?;
        self.mostra_carta(&c)
    }

    /// Undoes the revocation of a card.
    pub fn ripristina_carta(&self, id: &str) -> Esito<Value> {
        let c = self.quella_carta(id)?;
        if !self.togli_revoca(&[&c.impronta_sha256])? {
            return Err(ErroreServizio::conflitto(format!(
                "La carta {id} non è revocata."
            )));
        }
        self.mostra_carta(&c)
    }

    /// The key store of a card, to be imported into a browser.
    pub fn p12_carta(&self, id: &str, forma: Option<FormaP12>) -> Esito<(String, Vec<u8>)> {
        let c = self.quella_carta(id)?;
        let byte = match forma {
            Some(forma) => self.pki().p12_carta(&c, forma).map_err(ErroreServizio::guasto)?,
            None => std::fs::read(&c.p12)?,
        };
        Ok((format!("{}.p12", c.id), byte))
    }

    fn quella_carta(&self, id: &str) -> Esito<Carta> {
        self.pki()
            .carte()
            .into_iter()
            .find(|c| c.id == id)
            .ok_or_else(|| ErroreServizio::assente(format!("Nessuna carta {id}.")))
    }

    fn mostra_carta(&self, c: &Carta) -> Esito<Value> {
        let mut v = serde_json::to_value(c).map_err(ErroreServizio::guasto)?;
        v["stato"] = json!(self.stato_di(&c.impronta_sha256, c.non_prima, c.non_dopo)?);
        v["certificato"] = json!(c.pem);
        let operatore = self.registro().operatore(&c.name_id)?;
        v["operatore"] = json!(operatore.map(|o| o.stato.nome()));
        Ok(v)
    }
}
