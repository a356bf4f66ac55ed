//! The help of `--lang en`: one English line for each command and option.
//!
//! The Italian one is the doc comment that clap reads; a test fails when either has a line that the other lacks.

/// What a command does.
pub(crate) fn comando(nome: &str) -> Option<&'static str> {
    Some(match nome {
        "anpr-sim" => "Simulator of the test environments of ANPR – invented data",
        "anpr-sim serve" => "Starts the three environments and the console (the default command)",
        "anpr-sim check" => "Verifies APR/AIRE files as the elaboration would, without a server",
        "anpr-sim generate" => {
            "Writes a valid synthetic delivery, with the defects asked for and their manifest"
        }
        "anpr-sim cert" => "The postazione desk: test certificates",
        "anpr-sim cert issue" => "Issues a certificate of a postazione",
        "anpr-sim cert list" => "Lists the certificates issued",
        "anpr-sim cert revoke" => "Revokes a certificate (needs a running simulator)",
        "anpr-sim cert restore" => "Undoes a revocation (needs a running simulator)",
        "anpr-sim cert renew" => {
            "Issues the next certificate: CO-9999 and CO-9998 take turns, others keep their number"
        }
        "anpr-sim cert export" => {
            "Copies .p12, .pem and key into a folder, or fetches all .p12 of a Comune in an archive"
        }
        "anpr-sim cert import" => {
            "Imports public certificates of others as trusted (needs a running simulator)"
        }
        "anpr-sim cert card" => {
            "Issues the card of an operator, a certificate for the browser (needs a running simulator)"
        }
        "anpr-sim send" => "Composes, signs and sends one request, and prints the reply",
        "anpr-sim explain" => "Explains a code: severity, when it is raised, how to heal it",
        "anpr-sim demo" => "The path of a Comune from beginning to end, narrated",
        "anpr-sim wait" => "Waits until a running simulator is ready",
        _ => return None,
    })
}

/// What an option of a command does.
pub(crate) fn opzione(comando: &str, id: &str) -> Option<&'static str> {
    // The same everywhere.
    let ovunque = match id {
        "lang" => Some("Language of the messages"),
        "json" => Some("Print the result as JSON"),
        "oggi" => Some("Scenario date (the day of the checks, of the extraction) [default: today]"),
        "politica" => Some("Policy of the checks (TOML or JSON): severity per code and open choices"),
        "testi_catalogo" => Some("Catalogue of the texts: osservato (the default) or tabella"),
        "testi" => Some("Official list of the texts (xlsx or csv): its words beside or instead of ours"),
        _ => None,
    };
    if ovunque.is_some() {
        return ovunque;
    }
    Some(
        match (comando.strip_prefix("anpr-sim ").unwrap_or_default(), id) {
            ("serve", "data") => "Data folder [default: ./anpr-data]",
            ("serve", "ephemeral") => "Nothing is left on disk after exit: a private temporary folder",
            ("serve", "pki") => "Folder of the keys, made once and reused [default: DIR/pki]",
            ("serve", "listen") => "Addresses to listen on [default: 127.0.0.1 and ::1]",
            ("serve", "test_port") => "Port of the test environment (0 = a free one) [default: 8443]",
            ("serve", "pre_port") => "Port of the pre-subentro [default: 8444]",
            ("serve", "sub_port") => "Port of the subentro [default: 8445]",
            ("serve", "carta_port") => "Port of the access by card [default: 8446]",
            ("serve", "console_port") => "Port of the console and of the control API [default: 8080]",
            ("serve", "nomi_reali") => {
                "Also answers to the real host names (to be resolved here by the hosts file)"
            }
            ("serve", "console_host") => "Further names the console may be called by",
            ("serve", "nome_host") => {
                "Further names the environments may be called by: they go into the certificates"
            }
            ("serve", "console_token") => "Token the console asks for beyond loopback",
            ("serve", "aire_ignoto") => "What to do with an AIRE file of unknown layout [default: opaco]",
            ("serve", "aire_layout") => {
                "Another layout of the AIRE file, repeatable: for lines of its length"
            }
            ("serve", "seed") => "Seed of everything that is random [default: 1]",
            ("serve", "velocita") => {
                "Speed of the scenario clock: 1 as the true one, 0 still (each event moves it a second) [default: 1]"
            }
            ("serve", "store") => "Where the state lies: `sled` is built in",
            ("serve", "senza_diagnostica") => "Leaves the header X-Anpr-Sim-Scambio out of the replies",
            ("serve", "smtp_relay") => {
                "Also relays messages for .test and .example addresses to an SMTP server of this machine"
            }
            ("serve", "giornale_mib") => "Space of the exchange journal on disk, in MiB [default: 64]",
            ("serve", "giornale_voci") => "Entries of the exchange journal at most [default: 100000]",
            ("check", "nome") => "Name of the file that comes from standard input (-)",
            ("serve", "sicurezza") => {
                "Security policy: faithful, permissive, or a folder with test.toml, pre.toml, sub.toml [default: faithful]"
            }
            ("serve", "lezioni") => {
                "Folder of the trainer's lessons (.toml), besides those that are built in"
            }
            ("serve", "sessione_inattiva") => {
                "Seconds without use after which a web session ends [default: 1800]"
            }
            ("serve", "sessione_massima") => {
                "Seconds after which a session ends all the same [default: 28800]"
            }
            ("serve", "attesa_rilascio") => {
                "Seconds a certificate asked for stays in the making [default: 0]"
            }
            ("serve", "attesa_ripristino") => "Seconds a restored certificate is still refused [default: 0]",
            ("serve", "config") => "TOML file with the same options",
            ("check", "file") => "APR or AIRE files: .gz, or expanded already (.xml, .txt)",
            ("check", "format") => "Shape of the report",
            ("check", "comune") => "Comune that sends [default: from the file name]",
            ("check", "ambiente") => "Environment whose rules apply: test, pre, sub",
            ("check", "aire_layout") => {
                "Another layout of the AIRE file, repeatable; without other FILEs it is tested and shown"
            }
            ("check", "senza_ae") => "Skips the comparison with the Anagrafe Tributaria",
            ("check", "manifesto") => "Manifest with the differences of the Anagrafe Tributaria",
            ("check", "confronta") => "Earlier delivery: tells which findings are gone, new, left",
            ("check", "oscura") => {
                "Masks names and codici fiscali (already so in sarif and junit, which travel)"
            }
            ("check", "in_chiaro") => "Leaves names and codici fiscali readable in sarif and junit too",
            ("check", "junit_avvisi") => "How junit shows the warnings",
            ("check", "max_campioni") => {
                "Findings reported per code (0 = all; html and junit at most 1000); the counts are always exact"
            }
            ("check", "fili") => "Threads to use [default: the cores of the machine]",
            ("generate", "versione") => "Versione of the delivery",
            ("generate", "abitanti") => "APR schede",
            ("generate", "aire") => "AIRE schede",
            ("generate", "invii") => {
                "APR files to split the delivery into [default: as many as keep each under 14 MiB]"
            }
            ("generate", "seed") => "Seed of what is random: the same seed gives the same files",
            ("generate", "profilo") => {
                "How many defects: none, or those of a real archive, at the published rates"
            }
            ("generate", "anomalie") => {
                "Defects to plant, ES092=3,EC001=1 for one (they add to those of the profile; `elenco` prints the codes)"
            }
            ("generate", "out") => "Folder to write into",
            (c, "data") if c.starts_with("cert ") || c == "send" => "Data folder of the simulator",
            (c, "compat") if c.starts_with("cert ") => {
                "Shape of the .p12 copied: universale (the default: Windows, Java, OpenSSL 3), moderno (AES-256), antico (RC2)"
            }
            (c, "id") if c.starts_with("cert ") => {
                "Id of the postazione, 888001-CO-0000 for one, or SHA-256 fingerprint of a certificate"
            }
            ("generate" | "cert issue" | "cert card", "comune") => "ISTAT code of the Comune",
            ("cert issue", "tipo") => "CO (Comune) or PC (postazione)",
            ("cert issue", "numero") => "Number of the postazione [default: the first free one]",
            ("cert issue", "difetto") => {
                "Defect wanted: scaduto, futuro, revocato, ca-altrui, altro-ambiente, altro-comune, senza-cn, chiave-debole"
            }
            ("cert issue", "ambiente") => {
                "The only environment that trusts it: test, pre, sub [default: all]"
            }
            ("cert issue", "out") => "Copies the files into this folder too",
            ("cert list", "comune") => "Only those of this Comune",
            ("cert list", "stato") => {
                "Only those in this state: \"in lavorazione\", attivo, revocato, scaduto"
            }
            ("cert list", "scade_entro") => "Only those that end within so many days",
            ("cert renew", "out") => "Copies the files of the new one into this folder",
            ("cert export", "comune") => "All .p12 of this Comune and their passwords, in a zip archive",
            ("cert export", "out") => "Folder to copy into",
            ("cert import", "file") => "PEM, DER, .p7b or .p12 file",
            ("cert import", "ambiente") => "Only for this environment: test, pre, sub [default: all]",
            ("cert import", "password") => "Password of the .p12; its key is not kept",
            ("cert import", "elenco") => "Lists those imported",
            ("cert import", "togli") => "Takes away the one with this SHA-256 fingerprint",
            ("cert card", "operatore") => {
                "User name of the operator (NameID) [default: the first of the ready Comune]"
            }
            ("cert card", "difetto") => "Defect wanted: scaduto, futuro, revocato, ca-altrui",
            ("cert card", "da_attivare") => {
                "The card is still to be activated: refused until the ALS activates it"
            }
            ("cert card", "out") => "Copies .p12, .pem and key into this folder",
            ("send", "ambiente") => "Environment to send to: test, pre, sub",
            ("send", "operazione") => {
                "Operation: TEST (connection) or S001 [default: TEST, or S001 where the defect gives a rispostaKO]"
            }
            ("send", "comune") => "Comune that sends",
            ("send", "body") => "Body of the request (- = standard input)",
            ("send", "file") => "File to send with S001, instead of --body",
            ("send", "firma") => "Signature algorithm: sha1 or sha256",
            ("send", "difetto") => "Message wrong on purpose (`elenco` prints the names)",
            ("send", "stranezza") => "Message odd but right, repeatable (`elenco` prints the names)",
            ("send", "atteso") => {
                "Exit code 0 when the reply is the one that defect or oddity deserve, 1 otherwise"
            }
            ("send", "stampa") => "Prints the composed message without sending it",
            ("send", "postazione") => {
                "Certificate of the desk to sign with [default: the first of the Comune]"
            }
            ("send", "operatore") => "Operator to name [default: the first of the Comune]",
            ("send", "cert_comune") => "Certificate (PEM) to sign message and assertion with",
            ("send", "cert_postazione") => "Certificate (PEM) to sign the postazione identifier with",
            ("send", "chiave_comune" | "chiave_postazione") => "Its key (PKCS#8 in PEM)",
            ("explain", "codice") => "Code, EF008 or SIM001 for one",
            ("demo", "passo_passo") => "Waits for ENTER after each step",
            ("wait", "data") => "Data folder of the simulator waited for",
            ("wait", "timeout") => "Seconds after which to give up",
            _ => return None,
        },
    )
}
