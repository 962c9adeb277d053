import { quoteWord } from "../../../lib/shell";
import type { Problem } from "../../../lib/user-error";
import { conflistFolder } from "../../cluster/conflist-folder";
import { type FlannelInterface, interfaceArgs } from "../flannel/flanneld";
import { flannelLinks, subnetFile } from "../flannel/names";

/** The port on which etcd answers its clients. */
export const etcdPort = 2379;

/** The name of the container of the etcd beside a stack's nodes. */
export const etcdContainer = (stack: string): string => `cni-lab-${stack}-etcd`;

/** The folder in etcd below which flannel has its config and its leases. */
export const flannelKey = "/cluster.local/network";

/** The network that flannel divides where none is named, and the length of each node's part. */
export const flannelEtcdDefaults = { network: "80.0.0.0/8", subnetLength: 16 } as const;

/** The conflist that is made of what flanneld has written, and the network's name inside it. */
export const flannelEtcdConflist = "10-flannel-etcd.conflist";
export const flannelEtcdNetwork = "flannel-etcd";

/** Where flanneld lies on a node. */
export const flanneldFiles = {
  folder: "/opt/flannel",
  program: "/opt/flannel/flanneld",
  makeConflist: "/opt/flannel/mk-cni-conf",
  leases: "/opt/flannel/leases",
  options: "/etc/default/flanneld",
  unit: "/etc/systemd/system/flanneld.service",
  wanted: "/etc/systemd/system/multi-user.target.wants/flanneld.service",
} as const;

/** The unit's name. */
export const flanneldUnit = "flanneld.service";

/** What a node's flanneld is told. */
export interface FlanneldOptions {
  /** Where etcd answers. */
  readonly etcdUrl: string;
  readonly iface: FlannelInterface;
  /** Whether it keeps rules in the FORWARD chain that accept its pods' packets. */
  readonly forwardRules: boolean;
}

/** The options file of the unit: systemd reads it, and the scripts beside flanneld. */
export function flanneldOptions({ etcdUrl, iface, forwardRules }: FlanneldOptions): string {
  const words = ["--ip-masq", ...interfaceArgs(iface), ...(forwardRules ? [] : ["--iptables-forward-rules=false"])];
  const value = (text: string) => `"${text.replace(/["\\$`]/g, "\\$&")}"`;
  // systemd takes the options apart at spaces, and reads quotes and backslashes once more.
  const options = words.map((word) => word.replace(/["'\\]/g, "\\$&")).join(" ");
  return `FLANNEL_ETCD=${value(etcdUrl)}
FLANNEL_ETCD_KEY=${value(flannelKey)}
FLANNEL_OPTIONS=${value(options)}
`;
}

/** flanneld as a service: it counts as started once it has its lease and has written subnet.env. */
export const flanneldService = `[Unit]
Description=Flannel, with its leases in etcd
After=network.target

[Service]
Type=notify
EnvironmentFile=${flanneldFiles.options}
ExecStart=${flanneldFiles.program} --etcd-endpoints=\${FLANNEL_ETCD} --etcd-prefix=\${FLANNEL_ETCD_KEY} $FLANNEL_OPTIONS
ExecStartPost=${flanneldFiles.makeConflist}
Restart=on-failure
RestartSec=2

[Install]
WantedBy=multi-user.target
`;

/**
 * Makes a conflist for the bridge plugin out of subnet.env, as upstream's mk-docker-opts.sh makes options for Docker. A
 * bridge with the address of another subnet goes: the plugin refuses it, and the pods on it are of no use any more.
 */
export const makeConflist = `#!/bin/sh
set -eu
. ${subnetFile}
conflist=${conflistFolder}/${flannelEtcdConflist}
case $(ip -4 -o address show dev ${flannelLinks.bridge} 2>/dev/null) in
  "" | *" $FLANNEL_SUBNET "*) ;;
  *) ip link delete ${flannelLinks.bridge} ;;
esac
# The bridge has the first address of the subnet.
subnet=$(echo "$FLANNEL_SUBNET" | sed 's|\\.1/|.0/|')
cat >"$conflist.new" <<END
{
  "cniVersion": "0.3.1",
  "name": "${flannelEtcdNetwork}",
  "plugins": [
    {
      "type": "bridge",
      "bridge": "${flannelLinks.bridge}",
      "mtu": $FLANNEL_MTU,
      "isDefaultGateway": true,
      "hairpinMode": true,
      "ipMasq": false,
      "ipam": { "type": "host-local", "subnet": "$subnet", "routes": [{ "dst": "$FLANNEL_NETWORK" }] }
    },
    { "type": "portmap", "capabilities": { "portMappings": true } }
  ]
}
END
mv "$conflist.new" "$conflist"
`;

/** Says what is in etcd, lease by lease: the keys and values are in base64 on etcd's JSON side. */
export const showLeases = `#!/bin/sh
set -eu
. ${flanneldFiles.options}
ask() { curl -sS --fail --max-time 5 --data "$2" "$FLANNEL_ETCD/v3/$1"; }
b64() { printf %s "$1" | base64 --wrap=0; }
range="{\\"key\\":\\"$(b64 "$FLANNEL_ETCD_KEY/subnets/")\\",\\"range_end\\":\\"$(b64 "$FLANNEL_ETCD_KEY/subnets0")\\"}"
answer=$(ask kv/range "$range")
printf '%s' "$answer" | jq -r '.kvs[]? | (.value | @base64d | fromjson) as $lease
  | "\\(.lease // 0) \\(.key | @base64d) \\($lease.PublicIP) \\($lease.BackendData.VtepMAC // "-")"' |
  while read -r id key node vtep; do
    left=$(ask lease/timetolive "{\\"ID\\":\\"$id\\"}" | jq -r .TTL)
    echo "$key: node $node, tunnel $vtep, ends in $left s"
  done
`;

/** Seconds in which etcd has to answer; about one is usual. */
const etcdSeconds = 30;

/**
 * Puts the config of standard input where flannel looks for it: `$1` etcd, `$2` the key. Runs beside etcd, once it
 * answers.
 */
export const putConfig = `
value=$(base64 --wrap=0)
key=$(printf %s "$2" | base64 --wrap=0)
left=${etcdSeconds * 5}
until said=$(curl -sS --fail --max-time 5 --data "{\\"key\\":\\"$key\\",\\"value\\":\\"$value\\"}" "$1/v3/kv/put" 2>&1); do
  left=$((left - 1))
  [ "$left" -gt 0 ] || { echo "etcd at $1 did not take flannel's config within ${etcdSeconds} s: $said" >&2; exit 1; }
  sleep 0.2
done`;

/** Writes a file of a node in one step. */
const write = (path: string, text: string, mode = "644") =>
  `printf '%s' ${quoteWord(text)} >${path}.new && chmod ${mode} ${path}.new && mv ${path}.new ${path}`;

/**
 * The script's part that puts flanneld on a node and starts it: `$2` the image that it is in, which the node's
 * containerd has. Where it runs already it is started anew, with its options as they are now.
 */
export function startFlanneld(options: FlanneldOptions): string {
  const { folder, program, makeConflist: maker, leases, options: optionsFile, unit } = flanneldFiles;
  return `
mkdir -p ${folder} ${conflistFolder}
from=$(mktemp -d)
ctr --namespace k8s.io images mount "$2" "$from" >/dev/null
cp "$from/opt/bin/flanneld" ${program}.new
ctr --namespace k8s.io images unmount --rm "$from" >/dev/null
rmdir "$from"
mv ${program}.new ${program}
${write(maker, makeConflist, "755")}
${write(leases, showLeases, "755")}
${write(optionsFile, flanneldOptions(options))}
${write(unit, flanneldService)}
systemctl daemon-reload
systemctl --quiet enable ${flanneldUnit}
systemctl restart ${flanneldUnit} || {
  journalctl --unit ${flanneldUnit} --lines 20 --no-pager --output cat >&2
  fail "flanneld does not start; its last words stand above"
}
say "flanneld has $(sed -n 's/^FLANNEL_SUBNET=//p' ${subnetFile})"`;
}

/** Stops flanneld for good, and takes its unit away; what it has made stays. */
export const stopFlanneld = `
[ ! -e ${flanneldFiles.unit} ] || systemctl --quiet disable --now ${flanneldUnit}
rm -f ${flanneldFiles.unit}
systemctl daemon-reload`;

/** What is wrong with an annotation of a node as a way of choosing flannel's interface, where Kubernetes is not asked. */
export const annotationProblem = (field: string, value: string): Problem => ({
  field,
  value,
  rule: "is read from Kubernetes, and this flannel asks only etcd",
  fix: "choose the interface by its name, a regular expression or an address to reach",
});
