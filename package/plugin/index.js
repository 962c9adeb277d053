// Serves the components for programs in other languages, from the compiled package that this folder lies in.
const { readFileSync } = require("node:fs");
const { join } = require("node:path");
const { provider } = require("@pulumi/pulumi");
const { FacadeProvider } = require("../dist/components/facades/provider.js");

const { version } = require("../package.json");

const schema = { ...JSON.parse(readFileSync(join(__dirname, "schema.json"), "utf8")), version };
provider.main(new FacadeProvider(version, JSON.stringify(schema)), process.argv.slice(2));
