package cnilab.confluence.cluster;

import java.net.Inet4Address;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** The interfaces of this machine, or of this pod. */
public final class Interfaces {
    private Interfaces() {}

    /** Names to IPv4 addresses, of those that are up. */
    public static Map<String, List<String>> here() throws SocketException {
        Map<String, List<String>> found = new TreeMap<>();
        for (NetworkInterface each : NetworkInterface.networkInterfaces().toList()) {
            if (each.isUp()) {
                found.put(each.getName(), addresses(each));
            }
        }
        return found;
    }

    private static List<String> addresses(NetworkInterface each) {
        return each.inetAddresses()
                .filter(Inet4Address.class::isInstance)
                .map(address -> address.getHostAddress())
                .toList();
    }
}
