// What Pulumi runs: index.ts and all that it imports, compiled anew each time, which takes less than a second. Pulumi's
// own way looks for compiled code in the temporary folder, where anybody can put some, and this program runs as root.
// The types are not looked at: `npm run types` does that.
const Module = require("node:module");
const { join } = require("node:path");
const { buildSync } = require("esbuild");

const bundle = join(__dirname, "pulumi-program.bundle.js");
const { outputFiles } = buildSync({
  entryPoints: [join(__dirname, "index.ts")],
  outfile: bundle,
  write: false,
  bundle: true,
  packages: "external",
  platform: "node",
  target: "node20",
  format: "cjs",
  keepNames: true,
  sourcemap: "inline",
  sourcesContent: false,
  logLevel: "error",
});
const [{ text }] = outputFiles;

// Pulumi has it read files for the lines of TypeScript in a stack trace, and this one is none.
const traces = require.resolve("source-map-support", { paths: [require.resolve("@pulumi/pulumi")] });
require(traces).install({ retrieveFile: (file) => (file === bundle ? text : null) });

const program = new Module(bundle, module);
program.filename = bundle;
program.paths = module.paths;
program._compile(text, bundle);
module.exports = program.exports;
