// The main path again, with scripts off in the browser.

import { prova } from "./banco.mjs";
import { percorso } from "./percorso.mjs";

await prova((banco) => percorso(banco, "888001", false));
