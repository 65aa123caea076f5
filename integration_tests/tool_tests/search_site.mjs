// Asks the search of a site, as a page of it does, and prints the location of each item found: a JSON list for each question.
// node search_site.mjs <folder of the site> <question> ...
import { readdirSync, readFileSync } from "node:fs";
import { runInNewContext } from "node:vm";

const [site, ...questions] = process.argv.slice(2);
const workers = `${site}/assets/javascripts/workers`;
const [program] = readdirSync(workers).filter((name) => name.startsWith("search."));
const index = JSON.parse(readFileSync(`${site}/search.json`, "utf8"));
const filter = {
  input: { type: "operator", data: { operator: "and", operands: [] } },
  aggregation: { input: [{ type: "term", data: { field: "tags" } }] },
};
let answer;
const self = { postMessage: (message) => answer(message) };
runInNewContext(readFileSync(`${workers}/${program}`, "utf8"), { self, Intl });

function send(type, data) {
  return new Promise((resolve) => {
    answer = resolve;
    self.onmessage({ data: structuredClone({ type, data }) });
  });
}

await send(0, index);
for (const input of questions) {
  const { data } = await send(2, { input, filter });
  console.log(JSON.stringify(data.items.map(({ id }) => index.items[id].location)));
}
