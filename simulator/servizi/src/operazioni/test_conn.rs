//! TestConn: proves the channel and the frame, reads no value of the header, stores nothing (spec consultation §13).

use anagrafe::Ambiente;
use frontiera::{BustaVerificata, Servizio};
use registro::EsitoScambio;
use schema::radici;

use super::{Mancata, Punto, RispostaOperazione, TEST_CONN, componi, scrivi_campi};
use crate::{Simulatore, soap::albero_del_corpo, testata::Testata};

pub(crate) static PUNTO: Punto = Punto {
    percorso: "/ANPRTestConn/TestConn",
    servizio: Servizio {
        radici: &[radici::RICHIESTA_CONNESSIONE],
        controlla_testata: false,
    },
    operazione: TEST_CONN,
    breve: true,
    esegui,
    nega: None,
};

fn esegui(_: &Simulatore, _: Ambiente, busta: &BustaVerificata) -> Result<RispostaOperazione, Mancata> {
    let (albero, violazioni) = albero_del_corpo(busta)?;
    if let Some(prima) = violazioni.first() {
        return Err(Mancata::Corpo(prima.to_string()));
    }
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
        motivo: None,
        ripetuta: false,
    })
}
