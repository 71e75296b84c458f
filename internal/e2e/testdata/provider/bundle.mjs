// Bundles oidc-provider into one module and writes NOTICE from what went into it.
// refresh.sh runs it where node_modules is.
import { mkdirSync, existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { build, version } from "esbuild-wasm";

mkdirSync("out");
const outfile = "out/oidc-provider.mjs";
const { metafile } = await build({
  stdin: { contents: 'export { default } from "oidc-provider";', resolveDir: "." }, outfile, metafile: true,
  bundle: true, minify: true, format: "esm", target: "node18", platform: "node",
  keepNames: true, // it goes by the names of its classes
  legalComments: "none", // NOTICE has them
  // What is still CommonJS asks for the modules of Node by require.
  banner: { js: 'import { createRequire } from "node:module"; const require = createRequire(import.meta.url);' },
});

const used = Object.entries(metafile.outputs[outfile].inputs).filter(([, { bytesInOutput }]) => bytesInOutput > 0)
  .map(([path]) => path.match(/^(?:.*\/)?node_modules\/(?:@[^/]+\/)?[^/]+/)?.[0]).filter(Boolean);

const texts = new Map(); // licence text -> packages
let notice = `Third-party software in this directory

oidc-provider.mjs was made from unmodified packages by esbuild ${version}. It is for
tests only and no part of any program. This file is written by refresh.sh.

`;
for (const dir of [...new Set(used)].sort()) {
  const { name, version, license, author, repository } = JSON.parse(readFileSync(`${dir}/package.json`, "utf8"));
  const file = readdirSync(dir).find((f) => /^licen[cs]e/i.test(f));
  if (existsSync(`${dir}/NOTICE`)) throw new Error(`${name} has a NOTICE: take it up here`);
  // koa-compose says it nowhere but in its package.json.
  const said = file ? readFileSync(`${dir}/${file}`, "utf8") : license && `${license}; ${author?.name ?? author ?? repository?.url ?? repository}`;
  if (!said) throw new Error(`${name} says nothing of its licence`);
  const text = said.replaceAll("\r", "").replace(/[ \t]+$/gm, "").trim();
  notice += `  ${name} ${version} (${license})\n`;
  texts.set(text, (texts.get(text) ?? new Set()).add(`${name} ${version}`));
}
notice += "\n";
const line = "-".repeat(72);
for (const [text, names] of texts) notice += `${line}\n${[...names].sort().join("\n")}\n\n${text}\n\n`;
writeFileSync("out/NOTICE", notice.trimEnd() + "\n");
