//! What the simulator can do, one file per operation, over the register and the elaboration.

pub mod http;
