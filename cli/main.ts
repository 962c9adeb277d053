import { catchSignals } from "../driver/run/interrupt";
import { useTemporaryFolder } from "../driver/run/temporary-folder";
import { runProgram } from "./program";
import { reportError } from "./report-error";

useTemporaryFolder();

catchSignals((interrupted) => process.exit(reportError(interrupted)));

// What is piped into `head` or `less` may be cut short: no error.
process.stdout.on("error", (error: NodeJS.ErrnoException) => process.exit(error.code === "EPIPE" ? 0 : 1));

runProgram(process.argv.slice(2))
  .catch(reportError)
  .then((exitCode) => {
    process.exitCode = exitCode;
  });
