//! `wait`: 0 when a running simulator answers, 2 when time is over. For health checks and scripts.

use std::{
    thread,
    time::{Duration, Instant},
};

use anpr_sim::cliente::Cliente;
use anyhow::{Result, bail};
use serde_json::Value;

use super::{Fine, pronto, testo};
use crate::opzioni::{Lingua, Wait};

/// Pause between two looks.
const PAUSA: Duration = Duration::from_millis(50);

pub(crate) fn esegui(o: &Wait, l: Lingua) -> Result<Fine> {
    let fine = Instant::now() + Duration::from_secs_f64(o.timeout.clamp(0.0, 86_400.0));
    loop {
        match risponde(o) {
            Ok(p) => {
                if o.json {
                    println!("{}", serde_json::to_string_pretty(&p)?);
                }
                return Ok(Fine::Bene);
            }
            Err(e) if Instant::now() >= fine => {
                bail!(
                    "{} {} s: {e:#}",
                    l.scegli("nessun simulatore pronto entro", "no simulator ready within"),
                    o.timeout
                )
            }
            Err(_) => thread::sleep(PAUSA),
        }
    }
}

fn risponde(o: &Wait) -> Result<Value> {
    let p = pronto(&o.data)?;
    let console = testo(&p, &["console"])?;
    let ca = testo(&p, &["ca"])?;
    let c = Cliente::nuovo(console.starts_with("https").then_some(std::path::Path::new(ca)))?;
    let r = c.prendi(&format!("{console}/api/ready"))?;
    if r.stato != 200 {
        bail!("la console risponde {}", r.stato);
    }
    Ok(p)
}
