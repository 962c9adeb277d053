/** The folder that the container runtime takes its network from: the first file by name. */
export const conflistFolder = "/etc/cni/net.d";
