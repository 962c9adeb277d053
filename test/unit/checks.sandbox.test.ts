import { expect, it } from "vitest";
import { sandboxCauses } from "../../labs/checks/second-network";

/** The sentences that an event's message leads to, with what was found in it. */
const said = (message: string) =>
  sandboxCauses.flatMap(({ pattern, says }) => {
    const match = pattern.exec(message);
    return match === null ? [] : [says.replace(/\{found\.(\w+)\}/g, (_, name) => match.groups?.[name] ?? "")];
  });

it.each([
  [
    String.raw`error adding container to network \"slow\": plugin type=\"bandwidth\" failed (add): failed to find plugin \"bandwidth\" in path [/opt/cni/bin]`,
    "{node} has no program bandwidth in /opt/cni/bin: the network names it, and the CNI plugins must be put there again",
  ],
  [
    'error adding container to network "red": plugin type="vrf" failed (add): cmdAdd failed: could not add VRF red: operation not supported',
    "the kernel of {node} makes no VRF (CONFIG_NET_VRF), and the network's plugin vrf asks for one, red",
  ],
])("%s", (message, sentence) => {
  expect(said(message)).toEqual([sentence]);
});
