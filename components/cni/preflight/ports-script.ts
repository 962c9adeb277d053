import { quoteWord } from "../../../lib/shell";
import type { NodePort } from "../needs";

/** Seconds after which a listener ends by itself, whoever made it. */
const listenSeconds = 90;

/** Seconds that a TCP connection may take, on nodes too busy to start the program that asks for it. All are asked for side by side. */
const connectSeconds = 10;

/** Seconds until the listeners must be there. */
const openSeconds = 20;

/** Where a node writes down what it hears, and what its listeners are called: `$1` tells this preflight from another. */
const places = `
token=$1
name=cni-lab-preflight-$token
heard=/run/$name
`;

/**
 * Opens the ports: `$1` a word of this preflight. Of systemd's programs, in a unit that lives on when the connection is
 * gone, and ends by itself after some time.
 */
export function listenScript(ports: readonly NodePort[]): string {
  const open = ({ protocol, port }: NodePort) =>
    protocol === "udp"
      ? `systemd-socket-activate --datagram --listen 0.0.0.0:${port} sh -c 'exec cat <&3 >"$0"' "$0/${port}" &`
      : // The kernel answers for it: nobody has to take the connection.
        `systemd-socket-activate --listen 0.0.0.0:${port} sleep ${listenSeconds} &`;
  return `${places}
mkdir -m 700 "$heard"
systemd-run --quiet --collect --unit "$name" --property RuntimeMaxSec=${listenSeconds} --property KillSignal=SIGKILL sh -c ${quoteWord([...ports.map(open), "wait"].join("\n"))} "$heard"
end=$(($(date +%s) + ${openSeconds}))
for port in ${ports.map(({ protocol, port }) => `${protocol[0]}:${port}`).join(" ")}; do
  until [ -n "$(ss -Hln"\${port%%:*}" "sport = :\${port#*:}")" ]; do
    [ "$(date +%s)" -lt "$end" ] || break
    sleep 0.1
  done
done
echo listens
`;
}

/**
 * Sends to the ports of the other nodes: `$1` the word of this preflight, `$2` the node, `$3` the bytes of a large packet,
 * then `NAME=ADDRESS` of each other node. Prints which TCP connections did not come to be.
 */
export function sendScript(ports: readonly NodePort[]): string {
  const of = (wanted: NodePort["protocol"]) =>
    ports.flatMap(({ protocol, port }) => (protocol === wanted ? [String(port)] : [])).join(" ");
  return `${places}
from=$2
size=$3
shift 3
# IPv4 and UDP have 28 bytes of it.
{ printf '%s %s large ' "$token" "$from"; head -c "$size" /dev/zero | tr '\\0' -; } | head -c $((size - 29)) >"$heard/large"
echo >>"$heard/large"
printf '%s %s small\\n' "$token" "$from" >"$heard/small"
connect() {
  timeout ${connectSeconds} bash -c ': >"/dev/tcp/$0/$1"' "$2" "$3" 2>/dev/null || printf 'refused\\t%s\\t%s\\n' "$1" "$3"
}
for peer in "$@"; do
  for port in ${of("tcp")}; do connect "\${peer%%=*}" "\${peer#*=}" "$port" & done
done
# One write, one datagram. Each is sent again: some networks lose the first one while they look for the address.
heard=$heard bash -c '
for round in 1 2; do
  for peer; do
    for port in ${of("udp")}; do
      for what in small large; do
        { dd if="$heard/$what" bs=65536 count=1 status=none >"/dev/udp/\${peer#*=}/$port"; } 2>/dev/null || true
      done
    done
  done
  sleep 0.2
done' bash "$@"
wait
echo sent
`;
}

/** Prints what was heard, ends the listeners and leaves nothing: `$1` the word of this preflight. */
export function collectScript(ports: readonly NodePort[]): string {
  return `${places}
systemctl stop "$name.service" 2>/dev/null || true
for port in ${ports.flatMap(({ protocol, port }) => (protocol === "udp" ? [String(port)] : [])).join(" ")}; do
  if [ -e "$heard/$port" ]; then
    sed -n "s/^$token \\([^ ]*\\) \\(small\\|large\\).*/heard\\t\\1\\t$port\\t\\2/p" "$heard/$port" | sort -u
  fi
done
rm -rf "$heard"
echo collected
`;
}
