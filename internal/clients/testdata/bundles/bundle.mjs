// Bundles each entry into one module and writes NOTICE from what went into them.
// refresh.sh runs it where node_modules is.
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { build, version } from "esbuild-wasm";

const list = readFileSync("versions.txt", "utf8").split("\n").map((line) => line.trim().split(/\s+/))
  .filter(([name]) => name && !name.startsWith("#"));
const versions = new Map(list);

// What oidc-spa has copied into itself, as its sources tell. A bundle leaves out
// the shim for browsers and pages without WebCrypto, which is most of the size.
const copies = {
  "oidc-spa": [
    "oidc-client-ts (Apache-2.0), changed by oidc-spa; its licence text stands below keycloak-js",
    "jwt-decode (MIT), Copyright (c) 2015 Auth0, Inc.",
  ],
};
const leftOut = ["*/webcrypto-liner-shim.mjs"];

// bundle returns the packages whose code is in the bundle.
async function bundle(file) {
  const outfile = `out/${file}`;
  const { metafile } = await build({
    entryPoints: [`entries/${file}`], outfile, metafile: true, external: leftOut,
    bundle: true, minify: true, format: "esm", target: "es2022", platform: "browser",
    legalComments: "none", // NOTICE has them
    define: { ngDevMode: "false", ngServerMode: "false" }, // as Angular's own production builds
  });
  const inputs = Object.entries(metafile.outputs[outfile].inputs).filter(([, { bytesInOutput }]) => bytesInOutput > 0);
  const names = inputs.map(([path]) => path.match(/^node_modules\/((?:@[^/]+\/)?[^/]+)/)?.[1]).filter(Boolean);
  return [...new Set(names)].sort();
}

const texts = new Map(); // licence text -> packages

function describe(name) {
  const dir = `node_modules/${name}`;
  const file = readdirSync(dir).find((f) => /^licen[cs]e/i.test(f));
  if (!file) throw new Error(`${name} has no licence file`);
  if (existsSync(`${dir}/NOTICE`)) throw new Error(`${name} has a NOTICE: take it up here`);
  const text = readFileSync(`${dir}/${file}`, "utf8").replaceAll("\r", "").replace(/[ \t]+$/gm, "").trim();
  texts.set(text, (texts.get(text) ?? new Set()).add(name));
  const { license } = JSON.parse(readFileSync(`${dir}/package.json`, "utf8"));
  return [`  ${name} ${versions.get(name)} (${license})`, ...(copies[name] ?? []).map((copy) => `    with a copy of ${copy}`)];
}

let notice = `Third-party software in this directory

The bundles beside this file were made from unmodified packages by esbuild ${version}.
They are for tests only and no part of any program. This file is written by
refresh.sh.

`;
for (const [, , use, file] of list) {
  if (use !== "bundle") continue;
  notice += `${file} contains:\n${(await bundle(file)).flatMap(describe).join("\n")}\n\n`;
}
const line = "-".repeat(72);
for (const [text, names] of texts) notice += `${line}\n${[...names].sort().join("\n")}\n\n${text}\n\n`;
writeFileSync("out/NOTICE", notice.trimEnd() + "\n");
