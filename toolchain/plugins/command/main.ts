import { serve } from "../host";
import { commandProvider } from "./provider";

serve(commandProvider).catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
});
