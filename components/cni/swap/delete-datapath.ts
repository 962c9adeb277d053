/**
 * Shell lines with `delete_datapath NAME`: removes a datapath of the kernel's Open vSwitch, with its ports. `ip link`
 * can't ("Operation not supported"), and its own tool, ovs-dpctl, is on no node that only Weave has used it on. perl is
 * on every Debian and Ubuntu.
 */
export const deleteDatapath = String.raw`
# Numbers are those of linux/netlink.h, linux/genetlink.h and linux/openvswitch.h.
delete_datapath() {
  if command -v ovs-dpctl >/dev/null; then
    ovs-dpctl del-dp "$1"
    return
  fi
  command -v perl >/dev/null || fail "the Open vSwitch datapath $1 is left: ovs-dpctl or perl can remove it; install one of them"
  perl -e '
    my ($AF_NETLINK, $SOCK_RAW, $NETLINK_GENERIC) = (16, 3, 16);
    my ($NLM_F_REQUEST, $NLM_F_ACK, $NLMSG_ERROR) = (1, 4, 2);
    my ($GENL_ID_CTRL, $CTRL_CMD_GETFAMILY, $CTRL_ATTR_FAMILY_ID, $CTRL_ATTR_FAMILY_NAME) = (16, 3, 1, 2);
    my ($OVS_DATAPATH_VERSION, $OVS_DP_CMD_DEL, $OVS_DP_ATTR_NAME) = (2, 2, 1);
    socket(my $netlink, $AF_NETLINK, $SOCK_RAW, $NETLINK_GENERIC) or die "netlink: $!\n";
    sub text { my ($attribute, $value) = @_; $value .= "\0"; pack("SS", 4 + length $value, $attribute) . $value . "\0" x (-length($value) % 4) }
    sub ask {
      my ($type, $flags, $body) = @_;
      send($netlink, pack("LSSLL", 16 + length $body, $type, $NLM_F_REQUEST | $flags, 1, 0) . $body, 0, pack("SSLL", $AF_NETLINK, 0, 0, 0)) or die "netlink: $!\n";
      recv($netlink, my $answer, 65536, 0);
      my (undef, $answered, undef, undef, undef, $error) = unpack("LSSLLl", $answer);
      if ($answered == $NLMSG_ERROR && $error) { $! = -$error; die "netlink: $!\n" }
      return substr($answer, 20);
    }
    my $attributes = ask($GENL_ID_CTRL, 0, pack("CCS", $CTRL_CMD_GETFAMILY, 1, 0) . text($CTRL_ATTR_FAMILY_NAME, "ovs_datapath"));
    my $family;
    while (length $attributes >= 4) {
      my ($length, $attribute) = unpack("SS", $attributes);
      $family = unpack("S", substr($attributes, 4)) if $attribute == $CTRL_ATTR_FAMILY_ID;
      $attributes = substr($attributes, ($length + 3) & ~3);
    }
    ask($family, $NLM_F_ACK, pack("CCSl", $OVS_DP_CMD_DEL, $OVS_DATAPATH_VERSION, 0, 0) . text($OVS_DP_ATTR_NAME, $ARGV[0]));
  ' "$1" || fail "the Open vSwitch datapath $1 can't be removed"
}`;
