/**
 * What the first process of a container does before it becomes what it is to be: it gives its interfaces their names, at
 * each start of the container. Its parameters are a word for each port, `LINK SUBNET keep` or `LINK SUBNET bare`, which
 * has no address; then `--` and the words that it becomes.
 *
 * An interface that is down has lost its routes: that to this machine goes, and that to its own network comes back.
 *
 * @param machine whether the container is a machine of its own, which has no name server but its own
 */
export function portsScript(machine: boolean): string {
  return `
each_port() {
  for port; do
    [ "$port" != -- ] || return 0
    $step $port
  done
}
take() {
  route=$(ip -o -4 route show exact "$2")
  device=\${route#* dev }
  device=\${device%% *}
  [ -n "$device" ] || { echo "no interface has an address of $2, which is $1's network" >&2; exit 1; }
  ip link set "$device" down
  if [ "$3" = bare ]; then forget "\${route##* src }" "$device"; fi
  ip link set "$device" name "new-$1"
}
forget() {
  own=\${1%% *}
  ip -4 address flush dev "$2"
  hosts=$(grep -v "^$own[[:space:]]" /etc/hosts || true)
  printf '%s\n' "$hosts" >/etc/hosts
}
name() {
  ip link set "new-$1" name "$1"
  ip link set "$1" up
}
${machine ? ownMachine : ""}step=take each_port "$@"
step=name each_port "$@"
while [ "$1" != -- ]; do shift; done
shift
exec "$@"`;
}

/** The name server of the node image, for documentation (RFC 5737), so that nobody answers: under a mounted file Docker empties the image's own. */
const nobody = "192.0.2.1";

/**
 * On a network of its own, Docker has a container ask a name server of Docker's, by a file that is mounted over its own and
 * by rules that the audit of a node would find; and it turns IPv6 off.
 */
const ownMachine = `
umount /etc/resolv.conf
echo nameserver ${nobody} >/etc/resolv.conf
for tables in iptables-nft iptables-legacy; do
  # What looks at the tables of the older kind makes them.
  [ "$tables" = iptables-nft ] || [ -s /proc/net/ip_tables_names ] || continue
  "$tables" -t nat -F
  "$tables" -t nat -X
done
for each in all default; do
  [ ! -e "/proc/sys/net/ipv6/conf/$each/disable_ipv6" ] || echo 0 >"/proc/sys/net/ipv6/conf/$each/disable_ipv6"
done
`;
