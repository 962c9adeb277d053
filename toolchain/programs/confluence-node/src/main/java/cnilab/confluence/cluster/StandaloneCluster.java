package cnilab.confluence.cluster;

import cnilab.confluence.safety.LocalSafetyCache;
import cnilab.confluence.safety.SafetyCache;
import java.util.List;

/** No cluster: one member and nobody to talk to. The safety job runs all the same, as in the product. */
public final class StandaloneCluster implements NodeCluster {
    private final SafetyCache cache = new LocalSafetyCache();
    private final String nodeName;

    public StandaloneCluster(String nodeName) {
        this.nodeName = nodeName;
    }

    @Override
    public boolean isOldest() {
        return true;
    }

    @Override
    public String self() {
        return nodeName;
    }

    @Override
    public String safetyManager() {
        return "confluence.cluster.safety.DefaultClusterSafetyManager";
    }

    @Override
    public List<String> members() {
        return List.of(nodeName);
    }

    @Override
    public SafetyCache cache() {
        return cache;
    }

    @Override
    public void leave() {}

    @Override
    public void terminate() {}
}
