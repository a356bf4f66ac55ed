//! TestConn: proves the channel and the frame, reads no value of the header, stores nothing (spec consultation §13).

use anagrafe::Ambiente;
use frontiera::{BustaVerificata, Servizio};
use registro::EsitoScambio;
use schema::radici;

use super::{Punto, RispostaOperazione, componi, scrivi_campi};
use crate::{Esito, Simulatore, soap::albero_del_corpo, testata::Testata};

pub(crate) static PUNTO: Punto = Punto {
    percorso: "/ANPRTestConn/TestConn",
    servizio: Servizio {
        radici: &[radici::RICHIESTA_CONNESSIONE],
        controlla_testata: false,
    },
    operazione: "TEST",
    breve: true,
    esegui,
};

fn esegui(_: &Simulatore, _: Ambiente, busta: &BustaVerificata) -> Esito<RispostaOperazione> {
    let albero = albero_del_corpo(busta)?;
    let testata = Testata::leggi(&albero, radici::RICHIESTA_CONNESSIONE.1);
    let xml = componi(radici::RISPOSTA_CONNESSIONE, |s| {
        s.apri("testataRisposta")?;
        scrivi_campi(s, &testata.risposta(0, "0000"))?;
        s.chiudi()
    })?;
    Ok(RispostaOperazione {
        xml,
        esito: EsitoScambio::Ok,
        causa: None,
    })
}
