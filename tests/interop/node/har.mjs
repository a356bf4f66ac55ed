// Judges a HAR file by the schema of the format. Exit 1 names what is wrong.
import { readFileSync } from "node:fs";
import validator from "har-validator/lib/promise.js";

try {
  await validator.har(JSON.parse(readFileSync(process.argv[2], "utf8")));
} catch (e) {
  console.error(e.errors ? JSON.stringify(e.errors) : String(e));
  process.exit(1);
}
