package cnilab.confluence.cluster;

import cnilab.confluence.settings.ClusterSettings;
import cnilab.confluence.settings.Join;
import com.hazelcast.config.Config;
import com.hazelcast.config.JoinConfig;
import com.hazelcast.config.KubernetesConfig;
import com.hazelcast.config.MapConfig;
import java.util.Map;

/** From settings to what Hazelcast is configured with. */
final class HazelcastConfig {
    private HazelcastConfig() {}

    /** What differs from Hazelcast's own defaults, and why. */
    private static final Map<String, String> PROPERTIES = Map.ofEntries(
            // As Confluence: a silent member is dropped after 30 s, not 60.
            Map.entry("hazelcast.max.no.heartbeat.seconds", "30"),
            // The node leaves by itself; Hazelcast's own hook would cut it off.
            Map.entry("hazelcast.shutdownhook.enabled", "false"),
            Map.entry("hazelcast.graceful.shutdown.max.wait", "10"),
            Map.entry("hazelcast.phone.home.enabled", "false"),
            Map.entry("hazelcast.logging.type", "jdk"),
            // A pod has little memory and the maps hold two entries.
            Map.entry("hazelcast.io.thread.count", "1"),
            Map.entry("hazelcast.event.thread.count", "1"),
            Map.entry("hazelcast.operation.thread.count", "2"),
            Map.entry("hazelcast.operation.generic.thread.count", "2"),
            Map.entry("hazelcast.operation.response.thread.count", "1"),
            Map.entry("hazelcast.slow.operation.detector.enabled", "false"),
            Map.entry("hazelcast.health.monitoring.level", "OFF"));

    /** The configuration of a member that listens on an address of this machine. */
    static Config of(ClusterSettings settings, String address) {
        Config config = new Config();
        PROPERTIES.forEach(config::setProperty);
        config.setProperty("hazelcast.local.localAddress", address);
        config.setProperty("hazelcast.socket.bind.any", Boolean.toString(!settings.listensOnOneAddress()));
        config.getGroupConfig().setName(settings.name());
        config.addMapConfig(new MapConfig(HazelcastSafetyCache.NUMBER).setBackupCount(1));
        config.addMapConfig(new MapConfig(HazelcastSafetyCache.MODIFIER).setBackupCount(1));
        // A busy port must fail: the next one is not the one that others look for.
        config.getNetworkConfig().setPort(settings.port()).setPortAutoIncrement(false);
        join(config.getNetworkConfig().getJoin(), settings.join());
        if (settings.join() instanceof Join.TcpIp tcpIp) {
            tcpIp.ownAlias().ifPresent(alias -> {
                // Otherwise Hazelcast takes it for another member and waits for that to say who the master is.
                config.getNetworkConfig().setPublicAddress(alias);
                // No interface has the alias, so nothing can go out from it.
                config.setProperty("hazelcast.socket.client.bind", "false");
            });
        }
        return config;
    }

    private static void join(JoinConfig config, Join join) {
        config.getMulticastConfig().setEnabled(false);
        if (join instanceof Join.Multicast multicast) {
            config.getMulticastConfig()
                    .setEnabled(true)
                    .setMulticastGroup(multicast.address())
                    .setMulticastPort(multicast.port())
                    .setMulticastTimeToLive(multicast.ttl())
                    .setMulticastTimeoutSeconds(multicast.timeoutSeconds());
        } else if (join instanceof Join.TcpIp tcpIp) {
            config.getTcpIpConfig().setEnabled(true).setMembers(tcpIp.peers());
        } else if (join instanceof Join.Kubernetes kubernetes) {
            KubernetesConfig target = config.getKubernetesConfig()
                    .setEnabled(true)
                    .setProperty("namespace", kubernetes.namespace())
                    .setProperty("service-name", kubernetes.service())
                    // Off by default until the plug-in's 2.0: pods that start together would miss each other.
                    .setProperty("resolve-not-ready-addresses", "true");
            kubernetes.port().ifPresent(port -> target.setProperty("service-port", Integer.toString(port)));
        }
    }
}
