import { UserError } from "../../components/lib/user-error";
import { purge as purgeToolchain } from "../../toolchain";
import { livingStacks } from "../labs";
import { createProgress } from "../ui/progress";

/** `./lab purge`: removes all that can be built again. */
export async function purge(): Promise<number> {
  const living = await livingStacks();
  if (living.length > 0) {
    const rule = "is there, and its nodes run on what would be removed";
    throw new UserError(
      living.map((stack) => ({ field: "stack", value: stack, rule, mend: `run ./lab down ${stack}` })),
    );
  }
  await purgeToolchain(createProgress());
  return 0;
}
