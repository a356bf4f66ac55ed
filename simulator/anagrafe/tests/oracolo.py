# The other opinion on codici fiscali: python-codicefiscale, one line in, one line out.
#
# In:  cognome TAB nome TAB sesso TAB data TAB belfiore TAB codice (perhaps an omocodia)
# Out: codice TAB omocodie (comma) TAB sesso TAB aammgg TAB belfiore, the last three decoded from the code sent;
#      "?" and the reason when the package does not know the place at that date.
import sys

from codicefiscale import codicefiscale

sys.stdin.reconfigure(encoding="utf-8", newline="\n")
sys.stdout.reconfigure(encoding="utf-8", newline="\n")
for line in sys.stdin:
    cognome, nome, sesso, data, belfiore, codice = line.rstrip("\n").split("\t")
    try:
        calcolato = codicefiscale.encode(cognome, nome, sesso, data, belfiore)
        omocodie = codicefiscale.decode(calcolato)["omocodes"]
        letto = codicefiscale.decode(codice)
    except ValueError as motivo:
        print("?", str(motivo).replace("\n", " "), sep="\t")
        continue
    print(
        calcolato,
        ",".join(sorted(omocodie)),
        letto["gender"],
        letto["birthdate"].strftime("%y%m%d"),
        letto["birthplace"]["code"],
        sep="\t",
    )
