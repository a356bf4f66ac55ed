//! What the perimeter accepts though odd, and what is refused by construction.

mod allegati;
#[path = "../prove/scena.rs"]
#[allow(
    dead_code,
    reason = "the stage of the other tests, of which this binary uses a part"
)]
mod scena;
mod trucchi;
mod varianti;
