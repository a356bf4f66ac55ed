//! Names of Comuni as they are compared: upper case, a final accent equal to its apostrophe
//! (CANTÙ = CANTU'; changelog 5.4.9, spec subentro.md §4.8).

/// Longest folded name we look for, in bytes. The longest of the table has 51; anything longer exists nowhere.
const NOME_MASSIMO: usize = 96;

/// A name folded into a buffer on the stack.
pub(super) struct Piegato {
    byte: [u8; NOME_MASSIMO],
    lunghezza: usize,
}

impl Piegato {
    /// `None` when the name is longer than any in the table.
    pub(super) fn di(nome: &str) -> Option<Self> {
        let mut piegato = Self {
            byte: [0; NOME_MASSIMO],
            lunghezza: 0,
        };
        let entra = piega(nome, |b| {
            if let Some(posto) = piegato.byte.get_mut(piegato.lunghezza) {
                *posto = b;
                piegato.lunghezza += 1;
                true
            } else {
                false
            }
        });
        entra.then_some(piegato)
    }

    pub(super) fn byte(&self) -> &[u8] {
        &self.byte[..self.lunghezza]
    }

    /// The other name folds to the same bytes.
    pub(super) fn uguale(&self, nome: &str) -> bool {
        let attesi = self.byte();
        if nome.as_bytes() == attesi {
            return true;
        }
        let mut visti = 0;
        piega(nome, |b| {
            let uguale = attesi.get(visti) == Some(&b);
            visti += 1;
            uguale
        }) && visti == attesi.len()
    }
}

/// Gives the folded bytes of a name until `prendi` says no; whether all were taken.
fn piega(nome: &str, mut prendi: impl FnMut(u8) -> bool) -> bool {
    let mut resto = nome;
    loop {
        // Nearly all names are ASCII.
        let ascii = resto.bytes().take_while(u8::is_ascii).count();
        if !resto.as_bytes()[..ascii]
            .iter()
            .all(|b| prendi(b.to_ascii_uppercase()))
        {
            return false;
        }
        let mut caratteri = resto[ascii..].chars();
        let Some(c) = caratteri.next() else { return true };
        resto = caratteri.as_str();
        let presa = if let Some(vocale) = accentata(c) {
            prendi(vocale) && prendi(b'\'')
        } else if matches!(c, 'ß' | 'ẞ') {
            // Its upper case would be SS; the table keeps it among capitals (WEINSTRAßE).
            prende('ß', &mut prendi)
        } else {
            c.to_uppercase().all(|c| prende(c, &mut prendi))
        };
        if !presa {
            return false;
        }
    }
}

fn prende(c: char, prendi: &mut impl FnMut(u8) -> bool) -> bool {
    let mut byte = [0; 4];
    c.encode_utf8(&mut byte).bytes().all(prendi)
}

/// The vowel under a grave or acute accent.
const fn accentata(c: char) -> Option<u8> {
    Some(match c {
        'À' | 'Á' | 'à' | 'á' => b'A',
        'È' | 'É' | 'è' | 'é' => b'E',
        'Ì' | 'Í' | 'ì' | 'í' => b'I',
        'Ò' | 'Ó' | 'ò' | 'ó' => b'O',
        'Ù' | 'Ú' | 'ù' | 'ú' => b'U',
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn accento_e_apostrofo_sono_lo_stesso() {
        for (uno, altro, atteso) in [
            ("CANTÙ", "CANTU'", true),
            ("Cantú", "cantu'", true),
            ("CANTÙ", "CANTU", false),
            ("Alà dei Sardi", "ALA' DEI SARDI", true),
            ("EPPAN AN DER WEINSTRAßE", "Eppan an der Weinstraße", true),
            ("MÜHLBACH", "mühlbach", true),
            ("MÜHLBACH", "MUHLBACH", false),
            ("ŠTEVERJAN", "števerjan", true),
            ("ROMA", "ROMAGNA", false),
            ("ROMAGNA", "ROMA", false),
            ("", "", true),
        ] {
            assert_eq!(
                Piegato::di(uno).expect("short").uguale(altro),
                atteso,
                "{uno} {altro}"
            );
            assert_eq!(
                Piegato::di(altro).expect("short").uguale(uno),
                atteso,
                "{altro} {uno}"
            );
        }
        assert!(Piegato::di(&"A".repeat(NOME_MASSIMO)).is_some());
        assert!(Piegato::di(&"À".repeat(NOME_MASSIMO)).is_none());
    }
}
