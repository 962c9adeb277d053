import { runProgram } from "./program";
import { reportError } from "./report-error";
import { catchSignals } from "./run/interrupt";
import { useTemporaryFolder } from "./run/temporary-folder";

useTemporaryFolder();

catchSignals((interrupted) => process.exit(reportError(interrupted)));

// What is piped into `head` or `less` may be cut short: no error.
process.stdout.on("error", (error: NodeJS.ErrnoException) => process.exit(error.code === "EPIPE" ? 0 : 1));

runProgram(process.argv.slice(2))
  .catch(reportError)
  .then((exitCode) => {
    process.exitCode = exitCode;
  });
