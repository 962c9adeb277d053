/** Seconds that kube-proxy may take to follow what the API says about endpoints. */
const proxySeconds = 10;

/**
 * Has a node forget the connections to a Service that lead to an endpoint which is gone; the prelude comes before it.
 *
 * Each request that was sent while pods had no network has left an entry in the kernel's connection tracking that says
 * which endpoint it was sent to, for 120 s (`nf_conntrack_tcp_timeout_syn_sent`) and longer where a connection stood. A
 * new request that happens to get the same port is sent there too, and is lost long after the Service works again.
 * kube-proxy removes such entries for UDP alone. They are removed when kube-proxy makes no more of them.
 */
export const forgetConnections = String.raw`
look_at_endpoints() {
  api=$(get services,endpointslices --all-namespaces) || exit 1
  services=$(printf '%s' "$api" | jq -r '.items[] | select(.kind == "Service") | .spec.clusterIPs[]?')
  endpoints=$(printf '%s' "$api" | jq -r '.items[] | select(.kind == "EndpointSlice") | .endpoints[]?.addresses[]?')
}
# Prints the endpoints that kube-proxy's rules send to and that are gone. Rules that no rule leads to don't count.
sends_to_gone() {
  iptables -w 30 -t nat -S | awk -v endpoints="$endpoints" '
    BEGIN { split(endpoints, list, "\n"); for (i in list) there[list[i]] }
    { for (i = 3; i < NF; i++) if ($i == "-j") leads[$(i + 1)] }
    $2 ~ /^KUBE-SEP-/ && match($0, /--to-destination [0-9.]+/) { to[$2] = substr($0, RSTART + 17, RLENGTH - 17) }
    END { for (chain in to) if (chain in leads && !(to[chain] in there)) print to[chain] }' | sort -u
}
# Prints pairs of a Service's address and an endpoint that is gone, to which a connection is noted.
gone_connections() {
  { conntrack -L -p tcp 2>/dev/null || true; } | awk -v services="$services" -v endpoints="$endpoints" '
    BEGIN {
      split(services, list, "\n"); for (i in list) service[list[i]]
      split(endpoints, list, "\n"); for (i in list) there[list[i]]
    }
    {
      asked = answers = ""
      for (i = 1; i <= NF; i++) {
        if (asked == "" && index($i, "dst=") == 1) asked = substr($i, 5)
        else if (asked != "" && answers == "" && index($i, "src=") == 1) answers = substr($i, 5)
      }
      if (asked in service && asked != answers && !(answers in there)) print asked, answers
    }' | sort -u
}
forget_connections() {
  proxy_end=$(($(now) + ${proxySeconds}))
  while :; do
    look_at_endpoints
    gone=$(sends_to_gone)
    [ -n "$gone" ] || break
    [ "$(now)" -lt "$proxy_end" ] || { say "kube-proxy still sends to endpoints that are gone, after ${proxySeconds} s:" $gone; break; }
    sleep 0.5
  done
  gone_connections | while read -r service endpoint; do
    # It fails where nothing is left to remove.
    conntrack -D -p tcp --orig-dst "$service" --reply-src "$endpoint" >/dev/null 2>&1 || true
  done
}
`;
