//! The state of the first start: ten ready Comuni, two of them migrated everywhere (contract.md, "When it is ready").
//!
//! In two halves: `semina_comuni` writes the Comuni, their operators and plans (a few small records, before the ready
//! line); `popola_comuni` generates, prepares and loads the inhabitants through the same code every delivery takes,
//! behind the ready line, while whoever asks for deliveries waits. Everything comes from the seed.

use std::{collections::BTreeMap, fs, io::Cursor, path::PathBuf};

use anagrafe::{Ambiente, CodiceIstat, Data, IdPostazione, codice_fiscale, tabelle::tabelle};
use elaborazione::{Allineata, Ingresso, NomeFile, RifiutoFile, Segmento, StatoEsito};
use jiff::Timestamp;
use registro::{
    Comune, FileFornitura, Fornitura, IdFornitura, Lettura as _, Operatore, Orologio, Piano, Registro,
    StatoFile, StatoFornitura, impronta_password, mondo::flusso,
};
use serde_json::{Value, json};

use crate::{
    ErroreServizio, Esito, Simulatore,
    batch::{CARTELLA_ESITO, carica_segmenti, subentra},
    impostazioni::{COMUNI_POPOLATI, Impostazioni, comuni_pronti},
    invio::{
        aggiorna_schede, annota_famiglie_aire, file_nuovo, fornitura_nuova, nome_originale, nome_segmento,
    },
    lezioni,
    riuso::Cancellati,
};

/// Collection and key under which the register remembers that the ready Comuni were seeded.
const SEGNO: (&str, &str) = ("avvio", "comuni-pronti");
/// Where the scenario date asked for at the last start is kept.
const DATA_CHIESTA: (&str, &str) = ("avvio", "oggi");
/// The same of its speed.
const VELOCITA_CHIESTA: (&str, &str) = ("avvio", "velocita");

/// The clock that runs with the wall's from this instant on.
fn corrente(adesso: Timestamp, velocita: u32) -> Orologio {
    Orologio {
        scenario: registro::ora_italiana(adesso),
        velocita,
        ancora: adesso,
    }
}

/// The clock the simulator was started with; none when nothing was asked for.
pub(crate) fn orologio_chiesto(i: &Impostazioni, adesso: Timestamp) -> Option<Orologio> {
    match i.oggi {
        Some(oggi) => Some(Orologio::dal(oggi, i.velocita.unwrap_or(1), adesso)),
        None => i.velocita.map(|v| corrente(adesso, v)),
    }
}
/// Inhabitants are generated as if extracted on this day at the latest, so that every later scenario has the same ones.
const ESTRAZIONE: Data = jiff::civil::date(2018, 6, 30);
/// AIRE schede of a populated Comune, per hundred inhabitants.
const AIRE_PER_CENTO: u64 = 2;
/// The plan of the ready Comuni is open on any day a test may choose.
pub(crate) const PIANO_APERTO: Piano = Piano {
    inizio: jiff::civil::date(2015, 1, 1),
    fine: jiff::civil::date(2099, 12, 31),
};

/// Roles of the ready operator.
pub(crate) const RUOLI_PRONTI: [&str; 3] = ["ALS", "ALP", "OPERATORE"];

/// User name of the ready operator: a codice fiscale whose birthplace is the fictitious Comune itself.
pub(crate) fn operatore_pronto(comune: CodiceIstat) -> String {
    let belfiore = format!("Y{}", &comune.as_str()[3..]);
    let cf = codice_fiscale::calcola(&codice_fiscale::Generalita {
        cognome: Some("OPERATORE"),
        nome: Some("COMUNALE"),
        sesso: anagrafe::Sesso::M,
        nascita: jiff::civil::date(1970, 1, 1),
        belfiore: &belfiore,
    });
    String::from_utf8_lossy(&cf).into_owned()
}

/// Password of the ready operator: a function of the seed, so that scripts may rely on it.
pub(crate) fn password_pronta(seme: u64, comune: CodiceIstat) -> String {
    use rand::RngExt as _;
    const LETTERE: &[u8] = b"abcdefghjkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789";
    let mut caso = flusso(seme, &format!("password operatore {comune}"));
    (0..12)
        .map(|_| char::from(LETTERE[caso.random_range(0..LETTERE.len())]))
        .collect()
}

/// The ready operator, as at the first start.
pub(crate) fn operatore_di_partenza(seme: u64, comune: CodiceIstat) -> Esito<Operatore> {
    let sale: [u8; 16] = rand::RngExt::random(&mut flusso(seme, &format!("sale operatore {comune}")));
    Ok(Operatore {
        password: impronta_password(&password_pronta(seme, comune), &sale)?,
        ruoli: RUOLI_PRONTI.map(String::from).into(),
        ..Operatore::nuovo(&operatore_pronto(comune), comune)
    })
}

/// Postazione id of the one ready certificate of a Comune.
pub(crate) fn postazione_pronta(comune: CodiceIstat) -> String {
    format!("{comune}-CO-0000")
}

impl Simulatore {
    /// Writes the ready Comuni if this sandbox has none yet.
    pub(crate) fn semina_comuni(&self, registro: &Registro) -> Esito<()> {
        self.allinea_orologio(registro)?;
        self.riprendi_sicurezza(registro)?;
        if registro.documento::<Value>(SEGNO.0, SEGNO.1)?.is_some() {
            return Ok(());
        }
        let seme = registro.seme()?;
        let mut operatori = Vec::new();
        for istat in comuni_pronti() {
            operatori.push(operatore_di_partenza(seme, istat)?);
        }
        registro.scrivi(|t| {
            for (istat, operatore) in comuni_pronti().into_iter().zip(&operatori) {
                let mut comune = comune_fittizio(istat)?;
                comune.pronto = true;
                t.salva_comune(&comune)?;
                t.salva_operatore(operatore)?;
                for ambiente in Ambiente::TUTTI {
                    t.salva_piano(ambiente, istat, Some(PIANO_APERTO))?;
                }
            }
            crate::percorso::al_primo_avvio(t)?;
            t.salva_documento(SEGNO.0, SEGNO.1, &json!({"popolati": false}))?;
            Ok(())
        })
    }

    /// A scenario date asked for starts its clock once; a restart with the same date goes on from where it stood, so
    /// that no message is dated before what it speaks of.
    fn allinea_orologio(&self, registro: &Registro) -> Esito<()> {
        let i = self.impostazioni();
        let (data, velocita) = (i.oggi.map(|d| d.to_string()), i.velocita);
        let detta: Option<Option<String>> = registro.documento(DATA_CHIESTA.0, DATA_CHIESTA.1)?;
        let prima: Option<Option<u32>> = registro.documento(VELOCITA_CHIESTA.0, VELOCITA_CHIESTA.1)?;
        let (altra_data, altra_velocita) = (detta.flatten() != data, prima.flatten() != velocita);
        if !altra_data && !altra_velocita {
            return Ok(());
        }
        let adesso = self.adesso();
        registro.scrivi(|t| {
            // A lesson that runs keeps its day: what is asked for holds from its end on.
            let lezione = lezioni::scambia_orologi(t)?;
            if altra_data {
                let orologio = orologio_chiesto(i, adesso).unwrap_or_else(|| corrente(adesso, 1));
                t.salva_orologio(&orologio)?;
            } else {
                // Another speed from where the clock stands; none asked for is that of every day.
                t.imposta_orologio(None, Some(velocita.unwrap_or(1)))?;
            }
            if lezione {
                lezioni::scambia_orologi(t)?;
            }
            t.salva_documento(DATA_CHIESTA.0, DATA_CHIESTA.1, &data)?;
            t.salva_documento(VELOCITA_CHIESTA.0, VELOCITA_CHIESTA.1, &velocita)?;
            Ok(())
        })
    }

    /// Loads the inhabitants of the populated ready Comuni, once per sandbox.
    pub(crate) fn popola_comuni(&self) -> Esito<()> {
        let fatto = self.registro().documento::<Value>(SEGNO.0, SEGNO.1)?;
        if fatto.is_some_and(|v| v["popolati"] == true) {
            return Ok(());
        }
        let seme = self.registro().seme()?;
        let estratti_il = self.estrazione()?;
        for (istat, abitanti) in COMUNI_POPOLATI {
            let comune = CodiceIstat::parse(istat).map_err(ErroreServizio::guasto)?;
            let richiesta = generatore::Richiesta {
                comune,
                versione: 1,
                abitanti,
                aire: abitanti * AIRE_PER_CENTO / 100,
                invii: Some(1),
                max_invii: None,
                seed: seme,
                oggi: estratti_il,
                anomalie: BTreeMap::new(),
            };
            let file = generatore::in_memoria(&richiesta).map_err(ErroreServizio::guasto)?;
            for ambiente in Ambiente::TUTTI {
                let gia = self.registro().forniture(ambiente, comune)?;
                if gia.iter().any(|f| f.stato == StatoFornitura::ElaborataOk) {
                    continue;
                }
                self.popola_uno(ambiente, comune, &file.file)?;
            }
        }
        self.registro()
            .scrivi(|t| Ok(t.salva_documento(SEGNO.0, SEGNO.1, &json!({"popolati": true}))?))
    }

    /// The day the inhabitants are extracted on: a scenario before the usual day would find births and acts of its own
    /// future. The date asked for counts before the clock, which a high speed has moved on by now: the same request
    /// gives the same people. The clock counts only if somebody has set it back in the meantime.
    fn estrazione(&self) -> Esito<Data> {
        let chiesta = self.impostazioni().oggi.unwrap_or(ESTRAZIONE);
        Ok(ESTRAZIONE.min(chiesta).min(self.registro().oggi()?))
    }

    fn popola_uno(&self, ambiente: Ambiente, comune: CodiceIstat, file: &[(String, Vec<u8>)]) -> Esito<()> {
        let id = self
            .registro()
            .scrivi(|t| -> Esito<IdFornitura> { Ok(t.nuova_fornitura()?) })?;
        let esito = self.popola_come(id, ambiente, comune, file);
        if esito.is_err() {
            // Nobody names these files: on a full disk they would be in the way of the next try.
            let _ = fs::remove_dir_all(self.cartella(id));
        }
        esito
    }

    fn popola_come(
        &self,
        id: IdFornitura,
        ambiente: Ambiente,
        comune: CodiceIstat,
        file: &[(String, Vec<u8>)],
    ) -> Esito<()> {
        let Some((mut fornitura, percorsi)) = self.ricevi_pronti(id, ambiente, comune, file)? else {
            return Ok(());
        };
        let contesto = self.contesto(ambiente, comune)?;
        let mut ingressi = Vec::with_capacity(percorsi.len());
        for (file, percorso) in fornitura.file.iter().zip(&percorsi) {
            ingressi.push(Ingresso {
                nome: file.nome.clone(),
                segmento: Segmento::apri(percorso)?,
            });
        }
        let uscita = self.cartella(fornitura.id).join(CARTELLA_ESITO);
        fs::create_dir_all(&uscita)?;
        let esito = elaborazione::elabora(&ingressi, true, &contesto, &Allineata::default(), &uscita)?;
        if esito.stato != StatoEsito::Ok || !esito.conteggi.is_empty() {
            return Err(ErroreServizio::guasto(format!(
                "la popolazione iniziale non è pulita: {:?}",
                esito.conteggi
            )));
        }
        let (caricato, _) = carica_segmenti(
            self.registro(),
            &fornitura,
            &percorsi,
            &uscita,
            &Cancellati::default(),
            &Allineata::default(),
            &elaborazione::Osserva::default(),
        )?;
        self.registro().scrivi(|t| {
            let visibile = t.rendi_visibile(&caricato, comune)?;
            let quando = t.evento()?;
            annota_famiglie_aire(&mut fornitura, caricato.schede);
            fornitura.segmento = Some(visibile.id);
            fornitura.conclusa = Some(quando);
            let mut c = t
                .comune(comune)?
                .ok_or_else(|| ErroreServizio::guasto(format!("{comune} non seminato")))?;
            subentra(&mut c, &fornitura, visibile.id, quando);
            t.salva_comune(&c)?;
            t.salva_fornitura(&fornitura)?;
            Ok(())
        })
    }

    /// The files of a ready delivery in their places, prepared; the delivery is not yet in the register.
    fn ricevi_pronti(
        &self,
        id: IdFornitura,
        ambiente: Ambiente,
        comune: CodiceIstat,
        file: &[(String, Vec<u8>)],
    ) -> Esito<Option<(Fornitura, Vec<PathBuf>)>> {
        let contesto = self.contesto(ambiente, comune)?;
        let cartella = self.cartella(id);
        fs::create_dir_all(&cartella)?;
        let mut fornitura: Option<Fornitura> = None;
        let mut percorsi = Vec::new();
        for (nome, byte) in file {
            let letto = NomeFile::parse(nome)
                .ok_or_else(|| ErroreServizio::guasto(format!("nome generato: {nome}")))?;
            let (id_file, quando, protocollo) = self.registro().scrivi(|t| -> Esito<_> {
                Ok((t.nuovo_file()?, t.evento()?, t.nuovo_protocollo(ambiente)?))
            })?;
            let segmento = cartella.join(nome_segmento(id_file));
            let opzioni = self.opzioni_prepara();
            let preparato =
                elaborazione::prepara(Cursor::new(byte), nome, &letto, &contesto, &segmento, &opzioni)
                    .map_err(|e| match e {
                        RifiutoFile::Io(e) => e.into(),
                        altro => ErroreServizio::guasto(format!("popolazione iniziale: {altro:?}")),
                    })?;
            fs::write(cartella.join(nome_originale(id_file)), byte)?;
            let f = fornitura.get_or_insert_with(|| Fornitura {
                stato: StatoFornitura::ElaborataOk,
                ..fornitura_nuova(id, ambiente, comune, letto, quando, &protocollo)
            });
            f.file.push(FileFornitura {
                stato: StatoFile::Elaborato,
                byte: byte.len() as u64,
                ..file_nuovo(id_file, nome, letto, &preparato.testa, quando, &protocollo)
            });
            aggiorna_schede(f);
            percorsi.push(segmento);
        }
        Ok(fornitura.map(|f| (f, percorsi)))
    }

    /// The object of `ready.json`.
    pub fn pronto(&self) -> Esito<Value> {
        let indirizzi = self
            .indirizzi()
            .ok_or_else(|| ErroreServizio::guasto("in ascolto da nessuna parte"))?;
        let (seme, pronti) = self.comuni_pronti_ora()?;
        let mut ambienti = serde_json::Map::new();
        for (a, base) in &indirizzi.ambienti {
            ambienti.insert(
                a.chiave().to_owned(),
                json!({"ws": base, "web": format!("{base}/combas"), "tipoInvio": a.tipo_invio()}),
            );
        }
        let mut comuni = Vec::new();
        for c in pronti {
            let mut postazioni = Vec::new();
            if let Some(p) = self
                .pki()
                .postazione(&postazione_pronta(c.istat))
                .map_err(ErroreServizio::guasto)?
            {
                postazioni.push(json!({
                    "id": p.id, "tipo": p.tipo, "p12": p.p12, "password": p.password,
                    "certificato": p.pem, "chiave": p.chiave,
                }));
            }
            let cnsd = self.credenziali_cnsd(c.istat)?;
            comuni.push(json!({
                "istat": c.istat, "nome": c.nome, "provincia": c.provincia, "pec": c.pec,
                "postazioni": postazioni,
                "operatori": [{
                    "nameId": operatore_pronto(c.istat), "password": password_pronta(seme, c.istat),
                    "ruoli": RUOLI_PRONTI, "funzioni": ["*"],
                }],
                "areaPrivata": {"utente": cnsd.0, "password": cnsd.1},
            }));
        }
        Ok(json!({
            "versione": env!("CARGO_PKG_VERSION"),
            "pid": std::process::id(),
            "console": indirizzi.console,
            "ca": self.pki().ca_pem(),
            "ambienti": ambienti,
            "carta": indirizzi.carta,
            "comuni": comuni,
        }))
    }
}

impl Simulatore {
    /// Seed and ready Comuni as they stand, or as they were at the first start while the register is being opened.
    fn comuni_pronti_ora(&self) -> Esito<(u64, Vec<Comune>)> {
        if self.registro_aperto() {
            let comuni = self.registro().comuni()?.into_iter().filter(|c| c.pronto);
            return Ok((self.registro().seme()?, comuni.collect()));
        }
        let comuni = comuni_pronti()
            .into_iter()
            .map(comune_fittizio)
            .collect::<Esito<_>>()?;
        Ok((self.impostazioni().seme, comuni))
    }
}

/// A Comune as table 3 names it, with a PEC in a domain nobody owns.
pub(crate) fn comune_fittizio(istat: CodiceIstat) -> Esito<Comune> {
    let riga = tabelle().comuni().per_istat(istat.as_str()).last();
    let (nome, sigla) = riga.map_or(("COMUNE DI PROVA", "XX"), |r| (r.nome, r.sigla));
    let pec = format!("protocollo@{istat}.pec.example");
    // The id of the ready postazione must be one: the code of the Comune is six digits.
    IdPostazione::parse(&postazione_pronta(istat)).map_err(ErroreServizio::guasto)?;
    Ok(Comune::nuovo(istat, nome, sigla, Some(pec)))
}
